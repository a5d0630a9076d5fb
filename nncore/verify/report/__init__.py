"""Pages to evidence: the report on a book, its cache, its badges and its ledger."""

from pathlib import Path

from nncore.extras import JUDGES, require

require("verify", "nncore.verify", JUDGES)

NOTATION = Path(__file__).resolve().parents[1] / "notation.yml"  # of this book
