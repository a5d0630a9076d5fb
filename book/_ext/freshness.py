"""Run a page again when what its outputs rest on has changed, and read a page again when it was saved meanwhile.

The cache of Jupyter Book knows the cells of a page alone, and would keep old outputs when nncore changes. Here every
page keeps its outputs in a folder that is named after all that they rest on: its cells, the modules of nncore and of
the figures that the cells import, what those import in turn, the files of the book that this code names, and the
versions of Python and of the libraries. Modules and files count as a whole.

A name that is put together while a page runs is not seen; `tests/test_freshness.py` watches what the pages import.
"""

import ast
import importlib.metadata
import importlib.util
import re
import shutil
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from myst_nb.core.read import create_nb_reader
from nbformat import NotebookNode
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.util import logging

from nncore.verify.cache import digest

logger = logging.getLogger(__name__)

PACKAGES = ("nncore", "book")
LIBRARIES = (
    *("numpy", "sympy", "mpmath", "matplotlib", "scikit-learn", "tqdm", "lark", "PyYAML", "rich", "nbformat"),
    *("ipython", "ipykernel", "nbclient", "myst-nb", "myst-parser"),
)
KERNEL = ("strict_build.py", "forked_kernels.py", "kernel_process.py", "kernel_startup.py")  # what runs the cells
OURS = re.compile(r"\b(?:nncore|book)(?:\.\w+)+")


@cache
def sources() -> dict[str, str]:
    """Return the code that a page may import, by the names of the modules, from where a kernel will find it."""
    found = {}
    for package in PACKAGES:
        folder = Path(*importlib.util.find_spec(package).submodule_search_locations)
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
    """Return the files of the book that code may read."""
    found = (file for file in sorted(folder.rglob("*.*")) if file.is_file())
    return {
        file: file.read_bytes().decode("latin-1")
        for file in found
        if not any(part.startswith(("_", ".")) for part in file.relative_to(folder).parts)
    }


@cache
def named(code: str, folder: Path) -> frozenset[Path]:
    """Return the files whose name stands in a piece of code, or that it imports from beside the page."""
    names = {f"{name}.py" for name in imported(code)}
    return frozenset(file for file in files(folder) if file.name in code or file.name in names)


@cache
def kernel() -> str:
    """Return a digest of what runs the cells of every page: versions, and how a kernel is set up."""
    settings = [Path(__file__).with_name(name).read_text(encoding="utf-8") for name in KERNEL]
    return digest(sys.version, *settings, *(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES))


def notebook_of(app, docname: str, source: str) -> NotebookNode | None:
    """Return the cells of a page, or nothing if it is no notebook."""
    env = app.env
    reader = create_nb_reader(env.doc2path(docname), env.myst_config, env.mystnb_config, source)
    return reader and reader.read(source)


def cells_of(app, docname: str, source: str) -> tuple[str, ...]:
    """Return the code of a page; to find it takes a while, so it is kept with the page."""
    known, stamp = app.env.cells, digest(source)
    if known.get(docname, ("",))[0] != stamp:
        notebook = notebook_of(app, docname, source)
        found = notebook.cells if notebook else ()
        known[docname] = stamp, tuple(each.source for each in found if each.cell_type == "code")
    return known[docname][1]


def folder_for(app, docname: str, source: str) -> str:
    """Return the folder for the outputs of a page, named after all that they rest on at present."""
    cells, book = cells_of(app, docname, source), Path(app.srcdir, "book")
    code = [*cells, *(sources()[name] for name in sorted(modules(cells)))]
    read = sorted({file for each in code for file in named(each, book)})
    key = digest(kernel(), *code, *(text for file in read for text in (file.name, files(book)[file])))
    return str(Path(app.srcdir, "_build", ".jupyter_cache", key))


class Freshness(EnvironmentCollector):
    """Keeps with each page a digest of what it was read with: its text, its outputs' folder, the files it includes.

    Sphinx compares the time of a file with that at which its page was read, and reading takes as long as running; so
    what was saved meanwhile, or was put back with an older time, is found here by its text.
    """

    def __init__(self):
        self.now: dict[str, tuple[str, str]] = {}  # of the pages that are read in this build: the text and the folder

    def enable(self, app):
        super().enable(app)
        app.connect("builder-inited", self.begin)
        app.connect("source-read", self.use_its_folder)

    def begin(self, app):
        """Prepare what is kept with the pages."""
        for name in ("cells", "read_with"):
            app.env.__dict__.setdefault(name, {})

    def get_outdated_docs(self, app, env, added, changed, removed):
        known = env.read_with.keys() - added - changed - removed
        return [name for name in known if self.stamp(app, name) != env.read_with[name]]

    def use_its_folder(self, app, docname, source):
        """Let the outputs of the page that is read now be looked for, and kept, in its folder."""
        folder = folder_for(app, docname, source[0])
        self.now[docname] = source[0], folder
        app.env.mystnb_config = app.env.mystnb_config.copy(execution_cache_path=folder)

    def process_doc(self, app, doctree):
        app.env.read_with[app.env.docname] = self.stamp(app, app.env.docname)

    def stamp(self, app, docname: str) -> str:
        """Return a digest of what a page is read with: as it is now, or as it was when this build began to read it."""
        text, folder = self.now.get(docname) or (text_of(Path(app.env.doc2path(docname))), None)
        included = (text_of(Path(app.srcdir, file)) for file in sorted(app.env.dependencies.get(docname, ())))
        return digest("\n".join(text.splitlines()), folder or folder_for(app, docname, text), *included)

    def get_updated_docs(self, app, env):
        """Keep no outputs of a page as those of code that was changed while the page ran."""
        for known in (sources, imported, files, named):
            known.cache_clear()
        for docname, (text, folder) in self.now.items():
            if folder_for(app, docname, text) != folder:
                logger.info("%s ran while what it uses was changed, and runs again in the next build", docname)
                shutil.rmtree(folder, ignore_errors=True)
                env.read_with[docname] = ""
        return []

    def clear_doc(self, app, env, docname):
        env.read_with.pop(docname, None)

    def merge_other(self, app, env, docnames, other):
        """Nothing: pages are read by one process."""


def text_of(file: Path) -> str:
    """Return what stands in a file, in any encoding; of none, nothing."""
    return file.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff") if file.is_file() else ""


def setup(app):
    app.add_env_collector(Freshness)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
