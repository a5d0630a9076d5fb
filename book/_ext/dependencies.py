"""What code rests on: the modules that it imports, directly or through others, and the files of the book that it names.

Modules and files count as a whole. A name that is put together while the code runs is not seen;
`tests/test_freshness.py` watches what the pages import.
"""

import ast
import importlib.util
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

BOOK = Path(__file__).parents[1]
OURS = re.compile(r"\b(?:nncore|book)(?:\.\w+)+")


def packages() -> dict[str, Path]:
    """Return the folders of our packages; that of the book is not installed, kernel_startup.py lets cells import it."""
    return {"nncore": Path(*importlib.util.find_spec("nncore").submodule_search_locations), "book": BOOK}


@cache
def sources() -> dict[str, str]:
    """Return the code that a page may import, by the names of the modules, from where a kernel will find it."""
    found = {}
    for package, folder in packages().items():
        for file in sorted(folder.rglob("*.py")):
            parts = file.relative_to(folder).with_suffix("").parts
            if not any(part.startswith(("_", ".")) for part in parts[:-1]):
                name = ".".join([package, *parts]).removesuffix(".__init__")
                found[name] = file.read_text(encoding="utf-8")
    return found


@cache
def imported(code: str) -> frozenset[str]:
    """Return the modules that a piece of code imports or names in a string, as for `python -m`, with their packages."""
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except SyntaxError:  # with more than plain Python in it, it may do anything
        return frozenset(sources())
    docstrings = {node.value for node in nodes if isinstance(node, ast.Expr)}
    found = set()
    for node in nodes:
        match node:
            case ast.Import(names=names):
                found |= {each.name for each in names}
            case ast.ImportFrom(module=str(module), names=names):
                found |= {module, *(f"{module}.{each.name}" for each in names)}
            case ast.Constant(value=str(text)) if node not in docstrings:
                found |= {other for name in OURS.findall(text) for other in (name, f"{name}.__main__")}
    packages = {name.rsplit(".", level)[0] for name in found for level in range(1, 1 + name.count("."))}
    return frozenset(found | packages)


def modules(cells: Iterable[str]) -> set[str]:
    """Return the modules of ours that cells import, directly or through others."""
    found, todo = set(), {name for cell in cells for name in imported(cell)} & sources().keys()
    while todo:
        found |= todo
        todo = {name for each in todo for name in imported(sources()[each])} & sources().keys() - found
    return found


@cache
def files(folder: Path) -> dict[Path, str]:
    """Return the files that code may read: those of the book, and those that lie beside the modules of nncore."""
    beside = packages()["nncore"]
    inside = [(folder, file) for file in sorted(folder.rglob("*.*"))]
    inside += [(beside, file) for file in sorted(beside.rglob("*.*")) if file.suffix != ".py"]
    return {
        file: file.read_bytes().decode("latin-1")
        for root, file in inside
        if file.is_file() and not any(part.startswith(("_", ".")) for part in file.relative_to(root).parts)
    }


@cache
def named(code: str, folder: Path) -> frozenset[Path]:
    """Return the files whose name stands in a piece of code, or that it imports from beside the page."""
    names = {f"{name}.py" for name in imported(code)}
    return frozenset(file for file in files(folder) if file.name in code or file.name in names)


def texts(cells: Iterable[str], folder: Path) -> list[str]:
    """Return all that the outputs of cells rest on, as texts: cells, modules, and files with their names."""
    code = [*cells, *(sources()[name] for name in sorted(modules(cells)))]
    read = sorted({file for each in code for file in named(each, folder)})
    return [*code, *(text for file in read for text in (file.name, files(folder)[file]))]


def forget() -> None:
    """Look at all files again."""
    for known in (sources, imported, files, named):
        known.cache_clear()
