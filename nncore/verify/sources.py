r"""The formulas of a page and what stands around them, from Markdown, notebooks and LaTeX alike.

`read_page` takes a path. A Markdown page is read as the book reads it. Of a notebook the Markdown cells count, each for
itself; a place in it names the cell: ``homework.ipynb (cell 3):2:5``. LaTeX files are read by `nncore.verify.texfile`.
"""

from pathlib import Path

from nncore.verify.pages import DisplayedFormula, PageError, formulas
from nncore.verify.surroundings import NotationBlock, Place, Surroundings, surroundings

SUFFIXES = (".md", ".ipynb", ".tex")


def name_of(path: Path, root: Path) -> str:
    """How a report names a file: by its way from a folder, if it lies there."""
    absolute, root = path.resolve(), root.resolve()
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else path.as_posix()


def read_page(path: Path) -> tuple[list[DisplayedFormula], Surroundings]:
    """All displayed formulas of a file in their order, and what stands around each of them.

    Raises
    ------
    PageError
        If a formula may hide from this search; the message names the place.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise PageError(f"{path}:1: this is not a text in UTF-8") from None
    if path.suffix == ".tex":
        from nncore.verify.texfile import read_tex

        return read_tex(path, text)
    if path.suffix == ".ipynb":
        return _notebook(path, text)
    found = formulas(path, text)
    return found, surroundings(path, found, text)


def _notebook(path: Path, text: str) -> tuple[list[DisplayedFormula], Surroundings]:
    import nbformat

    try:
        cells = nbformat.reads(text, as_version=4).cells
    except Exception as error:  # nbformat raises what its parsers and validators raise
        raise PageError(f"{path}:1: this is not a notebook: {' '.join(str(error).split())[:100]}") from None
    found: list[DisplayedFormula] = []
    places: list[Place] = []
    blocks: list[NotationBlock] = []
    for number, cell in enumerate(cells, 1):
        if cell.cell_type == "markdown":
            page = path.with_name(f"{path.name} (cell {number})")
            of_cell = formulas(page, cell.source)
            around = surroundings(page, of_cell, cell.source)
            found += of_cell
            places += around.places
            blocks += around.blocks
    return found, Surroundings(tuple(places), tuple(blocks))
