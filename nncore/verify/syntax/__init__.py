"""Text to tree: tokens, grammar, parser, the nodes, and the tree written out again."""

from nncore.extras import require

require("verify", "nncore.verify")
