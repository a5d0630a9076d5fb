"""Pages that readers download say in their first cell how to get what the others import: nncore and the figures.

While the book is built, kernels find both (kernel_startup.py). A kernel of a reader does not: `book.figures` is no part
of what is installed. The cell goes into the copy of the page that is offered for download, not into the page.
"""

import re
from pathlib import Path

import dependencies

FIRST_CELL = re.compile(r"^(?=`{3,}\{code-cell\})", re.MULTILINE)
CELL = """```{{code-cell}} ipython3
# The cells of this page import nncore, and book.figures where they draw. Both are parts of the sources of
# "{title}"{where}. To run the page, get a copy of these, install what
# they need with pip install -r requirements.txt, and name their folder here:
import sys

sys.path.append("the folder of the sources")
```

"""


def with_way(text: str, title: str, repository: str) -> str:
    """Return a page with that cell above its first one, once."""
    cell = CELL.format(title=title, where=f" ({repository})" if repository else "")
    return text if cell in text else FIRST_CELL.sub(lambda _: cell, text, count=1)


def finish(app, exception):
    """Put the cell into what was copied for downloading."""
    if exception is not None or app.builder.format != "html":
        return
    repository = app.config.html_theme_options.get("repository_url") or ""
    for docname, (_, cells) in app.env.cells.items():
        copied = Path(app.outdir, "_sources", f"{docname}.md")
        if copied.is_file() and dependencies.modules(cells):
            text = copied.read_text(encoding="utf-8")
            now = with_way(text, app.config.project, repository)
            if now != text:
                copied.write_text(now, encoding="utf-8")


def setup(app):
    app.connect("build-finished", finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
