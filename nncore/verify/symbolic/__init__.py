"""The symbolic judge, which proves: terms, rules and normal forms."""

from nncore.extras import require

require("symbolic", __name__)
