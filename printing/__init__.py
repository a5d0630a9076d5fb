"""The book as one PDF, printed by Chromium from the very pages that were built and tested.

    python -m printing    # make pdf, from the built book

`joining` makes one document of the pages, in the order of the table of contents; `paper` lays it out and prints it;
`proof` reads what came out. What is cut off, or leads nowhere, is named, and then no PDF is written.
"""

import re
import shutil
from pathlib import Path

NAME = "backpropagation-verified.pdf"
START = "book/index.html"
PLACE = re.compile(r'<p id="pdf-of-book" hidden(?:="")?></p>')  # on the first page; empty where there is no PDF
LINK = '<p id="pdf-of-book">The whole book as one file: <a href="../{name}">PDF, {size:.1f} MB</a></p>'


class CannotPublish(ValueError):
    """What keeps a PDF from being published; its text is one sentence."""


def publish(pdf: Path, html: Path, site: Path) -> bool:
    """Copy the PDF of a built book to its site, and let the first page lead to it; say whether there is one.

    Raises
    ------
    CannotPublish
        If pages were built after it was printed.
    """
    if not pdf.exists():
        return False
    if max(page.stat().st_mtime for page in html.rglob("*.html")) > pdf.stat().st_mtime:
        raise CannotPublish(f"{pdf.name} is older than the pages: print it anew, by make pdf")
    shutil.copy(pdf, site / NAME)
    start = site / START
    text = start.read_text(encoding="utf-8")
    link = LINK.format(name=NAME, size=pdf.stat().st_size / 1e6)
    start.write_text(PLACE.sub(link, text), encoding="utf-8")
    return True
