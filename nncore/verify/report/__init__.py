"""Pages to evidence: the report on a book, its cache, its badges and its ledger."""

from nncore.extras import require

require("verify", "nncore.verify")
