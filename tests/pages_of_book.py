"""The pages of the book as the checker understands them, read once for all tests of a process."""

from functools import cache
from pathlib import Path

import yaml

from nncore.verify.notation import load
from nncore.verify.report.book import NOTATION as LETTERS
from nncore.verify.semantics.elaborate import book_functions, meaning
from nncore.verify.semantics.statements import Page

ROOT = Path(__file__).resolve().parents[1]
NOTATION = load(LETTERS)


def pages(without: str | None = None) -> list[Path]:
    """The Markdown pages of the book, from its table of contents; without a part, if one is named by its caption."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    parts = [part for part in contents["parts"] if without is None or part.get("caption") != without]
    files = [contents["root"], *(chapter["file"] for part in parts for chapter in part["chapters"])]
    return [ROOT / f"{file}.md" for file in files]


@cache
def said() -> dict[str, Page]:
    """What every page says, by its name."""
    functions = book_functions(pages(), NOTATION)
    return {str(path.relative_to(ROOT / "book")): meaning(path, NOTATION, functions) for path in pages()}
