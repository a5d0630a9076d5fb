"""The checker in the pages: the box ``{check}``, what is in force on a page as a file, and all that a browser loads.

A page with such a box, or with one that asks for a formula (answer_boxes.py), names in ``<meta name="checker">`` where
the checker lies (checker_archives.py) and what is in force at its end. The formulas in the directive are in the box
from the start. Without scripts the box is a sentence that says what to do instead.
"""

import gzip
import html
import json
import shutil
from pathlib import Path
from typing import ClassVar

from answer_boxes import AnswerBox, book_of
from checker_archives import lay_out
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from nncore.verify.report.boxes import Book
from nncore.verify.report.cache import digest
from nncore.verify.report.serialization import to_json
from nncore.verify.semantics.elaborate import Faulty
from nncore.verify.source.reader import read_page

PLACE = "_check"
ASKS = ("{check}", "{answer}")  # what a page has that needs the checker
MEGABYTE = 10**6
INSTEAD = (
    "Here a formula can be typed and judged, in a browser that runs scripts, on a page that comes from a server. In "
    "the folder of the book <code>make serve</code> serves it, and <code>nncore-verify FILE</code> judges a file."
)


class CheckBox(nodes.General, nodes.Element):
    """A box for formulas, with those of its attribute ``formulas``; folded unless ``open``."""


class Check(SphinxDirective):
    """A box in which a reader types formulas."""

    has_content = True
    option_spec: ClassVar = {"open": directives.flag}

    def run(self):
        box = CheckBox("", formulas="\n".join(self.content), open="open" in self.options)
        self.set_source_info(box)
        return [box]


class Contexts:
    """What is in force on the pages that ask for formulas, as JSON, by the names of the pages."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}

    def find(self, app, env, added, changed, removed):
        """Find them, and return the pages to be read again since something else is in force there now."""
        if env.found_docs <= added:  # no page is left that names what was laid out before
            shutil.rmtree(Path(app.outdir, PLACE), ignore_errors=True)
        pages = {docname: Path(env.doc2path(docname)) for docname in sorted(env.found_docs)}
        self.of = {name: text for name, path in pages.items() if (text := _context(path, book_of(env)))}
        before, env.contexts = getattr(env, "contexts", {}), {name: digest(text) for name, text in self.of.items()}
        return sorted(name for name in env.contexts if before.get(name) not in (None, env.contexts[name]))

    def address(self, pagename: str) -> str | None:
        """Return where the context of a page lies; None if it has no meaning, which is said elsewhere."""
        text = self.of.get(pagename)
        return text and f"{PLACE}/contexts/{digest(text)[:12]}.json"

    def write(self, site: Path) -> None:
        """Write them."""
        for name, text in self.of.items():
            file = site / self.address(name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")


def _context(page: Path, book: Book) -> str:
    """Return what is in force at the end of a page that asks for formulas; nothing of any other, or of a faulty one."""
    if page.suffix != ".md" or not any(each in page.read_text(encoding="utf-8") for each in ASKS):
        return ""
    try:
        context = book.context(read_page(page, book=True))
    except Faulty:
        return ""
    return json.dumps(to_json(context), ensure_ascii=False, separators=(",", ":"))


def megabytes(folder: Path, places: dict[str, str]) -> str:
    """Return how much a first check loads, compressed."""
    files = {path for place in places.values() for path in _files(folder / place)}
    size = sum(len(gzip.compress(path.read_bytes(), 6, mtime=0)) for path in files)
    return f"{size / MEGABYTE:.1f}"


def _files(place: Path) -> list[Path]:
    return [path for path in place.iterdir() if path.is_file()] if place.is_dir() else [place]


def needs_checker(doctree) -> bool:
    """Return whether a page asks for formulas."""
    return any(doctree.findall(CheckBox)) or any(box["kind"] == "answer" for box in doctree.findall(AnswerBox))


def name_places(app, pagename, templatename, context, doctree):
    """Let a page that needs the checker say where it is; book/_static/book.js loads the script of its boxes."""
    if doctree is None or not needs_checker(doctree):
        return
    if not hasattr(app, "checker_places"):
        places = lay_out(Path(app.outdir, PLACE), Path(app.srcdir, "_build", "checker"))
        app.checker_places = {name: f"{PLACE}/{place}" for name, place in places.items()}
        app.checker_size = megabytes(Path(app.outdir, PLACE), places)
    root = context["content_root"]
    found = {**app.checker_places, **({"context": address} if (address := app.contexts.address(pagename)) else {})}
    said = {name: f"{root}{place}" for name, place in found.items()} | {"megabytes": app.checker_size}
    meta = html.escape(json.dumps(said, separators=(",", ":")))
    context["metatags"] = context.get("metatags", "") + f'<meta name="checker" content="{meta}">\n'


def begin(app):
    app.contexts = Contexts()


def find(app, *given):
    return app.contexts.find(app, *given)


def write(app, exception):
    """Write what is in force on the pages."""
    if exception is None and app.builder.format == "html":
        app.contexts.write(Path(app.outdir))


def visit_check(self: HTML5Translator, node: CheckBox):
    formulas = html.escape(node["formulas"])
    self.body.append(
        f'<details class="check-box"{" open" if node["open"] else ""}><summary>Check a formula of your own</summary>\n'
        f'<check-formula data-value="{formulas}"><p>{INSTEAD}</p></check-formula>\n</details>\n'
    )
    raise nodes.SkipNode


def setup(app):
    app.setup_extension("answer_boxes")
    app.add_node(CheckBox, html=(visit_check, None))
    app.add_directive("check", Check)
    app.connect("builder-inited", begin)
    app.connect("env-get-outdated", find)
    app.connect("html-page-context", name_places)
    app.connect("build-finished", write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
