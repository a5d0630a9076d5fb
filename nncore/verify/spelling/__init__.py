"""Free spelling: what people write, turned into the strict spelling of the book and so into the same tree.

`spell.spell` reads one display in a `spell.Context`, `document.spelled` all displays of a file. Both show their
reading: wherever there was a choice a remark says what was taken for what, and where two readings are possible both
are given. The way goes through small steps: `tokens` cuts LaTeX without losing a character, `macros` writes out what
the author defined, `nesting` makes a tree of groups and names what is passed over, `facts` looks at the whole file,
`statements` finds the statements of a display, and `expressions`, with `atoms`, `applied`, `operators` and
`derivatives`, makes the nodes of `syntax.tree`. `first_use` finds what defines without saying so, and `fit` writes out
what shapes ask for. The printer of that tree writes the strict text, which is read back. `inference` looks for the
shapes that nobody declared.

Nothing here is known to the judges, and the strict reader knows nothing of it.
"""
