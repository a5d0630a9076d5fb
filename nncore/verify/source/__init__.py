"""Files to formulas in their context: Markdown, notebooks and LaTeX."""

from nncore.extras import JUDGES, require

require("verify", "nncore.verify", JUDGES)
