"""Text to tree: tokens, grammar, parser, the nodes, and the tree written out again."""
