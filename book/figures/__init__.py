"""The figures of the book, a module for each subject, so that a change of one figure runs few pages again.

A function takes what the page has computed, or the callable to draw, and returns a `matplotlib.figure.Figure`; as the
last expression of a cell it is shown as SVG. Nothing that is shown as a number is typed here.
"""
