"""Text to tree: tokens, grammar, parser, the nodes, and the tree written out again."""

from nncore.extras import JUDGES, require

require("verify", "nncore.verify", JUDGES)
