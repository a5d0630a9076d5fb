"""A Sphinx extension that checks a book while it is built: list ``nncore.verify.sphinx`` among the extensions.

Every build judges all pages, or takes from the cache what has not changed. What fails is a warning with file and line,
and after all of them the build ends with an error, also where warnings are not errors, and also if only pages fail that
have not changed since the build before. Formulas are counted in the sources and again in the document tree; if a page
shows a formula that was not judged, the build fails and names the page.

Below each formula stands a badge (`report.badges`). The directives ``{coverage}``, ``{ledger-summary}``,
``{ledger}`` and ``{rules}`` print the numbers and the evidence of the whole book (`report.ledger`); all of it is
also written to ``evidence.json`` beside the first page, and how long judging took to ``times.json`` above it.

Settings
--------
verify_notation : str
    The file that declares the letters, seen from the folder of the sources; that of this book unless set.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.errors import SphinxError
from sphinx.util import logging

from nncore.verify.notation import NotationError, load
from nncore.verify.report import ledger
from nncore.verify.report.badges import badge
from nncore.verify.report.book import NOTATION, check
from nncore.verify.report.cache import canonical, digest
from nncore.verify.report.evidence import PageReport, as_json, times
from nncore.verify.source.reader import SUFFIXES

TIMES = "times.json"  # beside the folder of the pages, which are the same in every build

logger = logging.getLogger(__name__)


class FormulasFail(SphinxError):
    """Raised at the end of a build in which a formula fails."""

    category = "Checked mathematics"


# Judging --------------------------------------------------------------------------------------------------------------


def judge_all(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Judge all pages; return those whose evidence is not that of the last build, to be written anew."""
    paths = {docname: Path(env.doc2path(docname)) for docname in sorted(env.found_docs)}
    paths = {docname: path for docname, path in paths.items() if path.suffix in SUFFIXES}
    try:
        notation = load(Path(app.srcdir) / app.config.verify_notation if app.config.verify_notation else NOTATION)
    except (NotationError, OSError) as error:
        raise FormulasFail(str(error)) from None
    store = Path(app.srcdir) / "_build" / ".verify_cache"
    report = check(list(paths.values()), notation, store, app.srcdir, book=True)
    written = as_json(report)
    book = ledger.Book(report, dict(zip(paths, report.pages, strict=True)), written)
    vars(app)["verify"] = book
    for problem in report.problems:
        location = f"{Path(app.srcdir) / problem.path}:{problem.line}"
        logger.warning("%s: %s", problem.status, problem.reason, location=location, type="verify")

    digests = map(shown_digest, report.pages)
    before: Mapping[str, str] = vars(env).get("verify_digests", {})
    now = dict(zip(book.pages, digests, strict=True))
    vars(env)["verify_digests"] = now
    old = {name for name in now if before.get(name) not in (None, now[name])}
    if before != now:
        old |= ledger.documents(env)
    return sorted(old & env.found_docs - removed)


def shown_digest(page: PageReport) -> str:
    """Return a name for what is shown of the evidence of a page: neither the times, which differ, nor any places."""
    formulas = tuple(
        replace(each, line=0, parts=tuple(replace(part, line=0, column=0, seconds=0.0) for part in each.parts))
        for each in page.formulas
    )
    return digest(canonical(replace(page, formulas=formulas)))


# Counting -------------------------------------------------------------------------------------------------------------


class Counted(EnvironmentCollector):
    """The displayed formulas of all pages as they are shown; each is numbered, so that it finds its evidence."""

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Number the displayed formulas of a page, and keep them."""
        shown = [node for node in doctree.findall(nodes.math_block) if not _is_output(node)]
        for number, node in enumerate(shown, 1):
            node["verify"] = number
        _counted(app.env)[app.env.docname] = tuple(node.astext().strip() for node in shown)

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Drop what is known of a page that is read again or was removed."""
        _counted(env).pop(docname, None)

    def merge_other(self, app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
        """Take over what another process has counted."""
        _counted(env).update((docname, found) for docname, found in _counted(other).items() if docname in docnames)


def _is_output(node: nodes.Node | None) -> bool:
    """Whether a formula was printed by a cell."""
    while node is not None:
        if isinstance(node, nodes.Element) and "cell_output" in node.get("classes", ()):
            return True
        node = node.parent
    return False


def _counted(env: BuildEnvironment) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = vars(env).setdefault("verify_counted", {})
    return found


def compare(app: Sphinx, env: BuildEnvironment) -> None:
    """Hold the formulas that are shown against those that were judged, both ways."""
    book = ledger.book_of(app)
    for docname, shown in sorted(_counted(env).items()):
        page = book.pages.get(docname)
        judged = tuple(formula.latex for formula in page.formulas) if page else ()
        if shown != judged and not (page and page.problems):
            book.uncounted += 1
            pairs = enumerate(zip(shown, judged, strict=False), 1)
            place = next((n for n, (one, other) in pairs if one != other), min(len(shown), len(judged)) + 1)
            logger.warning(
                "uncounted: the page shows %d formulas, and %d were judged; the first that differs is formula %d",
                len(shown), len(judged), place, location=docname, type="verify",
            )  # fmt: skip


# Showing --------------------------------------------------------------------------------------------------------------


class Badge(nodes.General, nodes.Element):
    """The badge of a formula, as HTML in its attribute ``html``, so that its words are no words of the page."""


class _Translator(nodes.NodeVisitor):
    body: list[str]  # of a page, as it is written


def visit_badge(self: _Translator, node: Badge) -> None:
    """Write a badge."""
    self.body.append(node["html"])
    raise nodes.SkipNode


def pass_over(self: _Translator, node: Badge) -> None:
    """Write nothing: other formats than HTML have no badges."""
    raise nodes.SkipNode


def show(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put a badge below each formula, and fill in what the directives left open."""
    book = ledger.book_of(app)
    ledger.fill(app, doctree, docname)
    if app.builder.format != "html" or docname not in book.pages:
        return
    found = {formula.number: formula for formula in book.pages[docname].formulas}

    def link(name: str) -> str:
        address, words = book.address(app, docname, name)
        return f'<a href="{escape(address)}">{escape(words)}</a>'

    for node in list(doctree.findall(nodes.math_block)):
        evidence = found.get(node.get("verify"))
        if evidence:
            if not node.get("label"):  # only now: Sphinx numbers every display that has an id when pages are read
                node["ids"].append(ledger.anchor(None, evidence.number))
            row = ledger.row_address(app, docname, evidence)
            node.parent.insert(node.parent.index(node) + 1, Badge(html=badge(evidence, link, row)))


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write the evidence; if something fails, now is the time to say so."""
    if exception is not None or "verify" not in vars(app):
        return
    book = ledger.book_of(app)
    if app.builder.format == "html":
        text = json.dumps(book.json, ensure_ascii=False, separators=(",", ":"))
        (Path(app.outdir) / ledger.FILE).write_text(text + "\n", encoding="utf-8")
        measured = json.dumps(times(book.report), ensure_ascii=False, indent=0)
        (Path(app.outdir).parent / TIMES).write_text(measured + "\n", encoding="utf-8")
    failing = len(book.report.problems) + book.uncounted
    if failing and not (app.warningiserror or app.keep_going):  # else the warnings fail the build
        raise FormulasFail(f"{failing} displayed formulas fail or are not counted; each is named above")


def add_static_files(app: Sphinx, config: Config) -> None:
    """Name the folder of the style sheet, which lies beside this file."""
    config.html_static_path.append(str(Path(__file__).with_name("static")))


def setup(app: Sphinx) -> dict[str, object]:
    """Connect everything to a build."""
    app.add_config_value("verify_notation", "", "env", (str,))
    app.connect("config-inited", add_static_files)
    app.connect("env-get-outdated", judge_all)
    app.add_env_collector(Counted)
    app.connect("env-check-consistency", compare)
    app.connect("doctree-resolved", show)
    # After everything else: what other extensions do at the end of a build they do, whatever fails here.
    app.connect("build-finished", finish, priority=2000)
    app.add_node(Badge, html=(visit_badge, None), latex=(pass_over, None), text=(pass_over, None))
    app.add_css_file("verify.css")
    ledger.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
