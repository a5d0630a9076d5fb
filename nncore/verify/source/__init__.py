"""Files to formulas in their context: Markdown, notebooks and LaTeX."""
