"""The pages of the book and, in `figures`, the code that draws its figures."""
