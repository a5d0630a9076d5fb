"""Checked mathematics: what is printed in the book is what is judged here. Needs sympy, never NumPy or the layers."""
