"""Pages to evidence: the report on a book, its cache, its badges and its ledger."""
