"""Run a page again when what its outputs rest on has changed, and read a page again when it was saved meanwhile.

The cache of Jupyter Book knows the cells of a page alone, and would keep old outputs when nncore changes. Here every
page keeps its outputs in a folder that is named after all that they rest on: its cells, the modules of nncore and of
the figures that they import, the files that they read (dependencies.py), and the versions of Python and of the
libraries.
"""

import importlib.metadata
import shutil
import sys
from functools import cache
from pathlib import Path

import dependencies
from myst_nb.core.read import create_nb_reader
from nbformat import NotebookNode
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.util import logging

from nncore.verify.report.cache import digest

logger = logging.getLogger(__name__)

LIBRARIES = (
    *("numpy", "sympy", "mpmath", "matplotlib", "scikit-learn", "tqdm", "lark", "PyYAML", "rich", "nbformat"),
    *("ipython", "ipykernel", "nbclient", "myst-nb", "myst-parser"),
)
KERNEL = ("strict_build.py", "forked_kernels.py", "kernel_process.py", "kernel_startup.py")  # what runs the cells


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
    key = digest(kernel(), *dependencies.texts(cells_of(app, docname, source), Path(app.srcdir, "book")))
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
        dependencies.forget()
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
