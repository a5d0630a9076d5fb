"""A neural network from scratch in NumPy: the code that the book *Backpropagation, Verified* shows and runs.

Read it in this order: `functions` (the mathematics), `layers` (the same with memory and checked input), `network`,
`optimizers`, `training`, `gradient_check`; `symbolic` runs the functions on sympy symbols, `verify` judges formulas.
"""
