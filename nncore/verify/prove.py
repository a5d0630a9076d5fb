"""Equality of expressions with sums of symbolic length, for the cells of the book."""

from nncore.verify.symbolic.normal_form import residual

__all__ = ["residual"]
