"""Pages to evidence: the report on a book, its cache, its badges and its ledger."""

from nncore.extras import JUDGES, require

require("verify", "nncore.verify", JUDGES)
