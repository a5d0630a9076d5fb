"""Pages that readers download say in their first cell how to get what the others import: nncore and the figures.

While the book is built, kernels find both (kernel_startup.py). A kernel of a reader does not: `book.figures` is no part
of what is installed. The cell goes into the copy of the page that is offered for download, not into the page.
"""

import re
from pathlib import Path

import dependencies

FIRST_CELL = re.compile(r"^(?=`{3,}\{code-cell\})", re.MULTILINE)
CELL = """```{{code-cell}} ipython3
# The cells below import nncore and, to draw, book.figures. Both are parts of the sources of the book
# {title}{where}.
# In a copy of them, pip install -r requirements.txt installs what they need; then name its folder here:
import sys

sys.path.append("folder/of/the/sources")
```

"""


def with_way(text: str, title: str, sources: str) -> str:
    """Return a page with that cell above its first one, once; ``sources`` is their address, if it is known."""
    cell = CELL.format(title=title, where=f", {sources}" if sources else "")
    return text if cell in text else FIRST_CELL.sub(lambda _: cell, text, count=1)


def finish(app, exception):
    """Put the cell into what was copied for downloading."""
    if exception is not None or app.builder.format != "html":
        return
    sources = app.sources.url if app.sources else ""
    for docname, (_, cells) in app.env.cells.items():
        copied = Path(app.outdir, "_sources", f"{docname}.md")
        if copied.is_file() and dependencies.modules(cells):
            text = copied.read_text(encoding="utf-8")
            now = with_way(text, app.config.project, sources)
            if now != text:
                copied.write_text(now, encoding="utf-8")


def setup(app):
    app.connect("build-finished", finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
