"""Slips and rewritings of the formulas of the book, by which the checker is tried; no reader needs them."""
