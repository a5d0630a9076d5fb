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
from collections.abc import Sequence
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from nncore.verify.notation import NotationError, load
from nncore.verify.report import ledger
from nncore.verify.report.badges import badge
from nncore.verify.report.book import NOTATION, check
from nncore.verify.report.displayed import Collector, Placeholder, displayed, shown_digest
from nncore.verify.report.evidence import Report, as_json, times
from nncore.verify.source.reader import SUFFIXES

TIMES = "times.json"  # beside the folder of the pages, which are the same in every build

logger = logging.getLogger(__name__)


class FormulasFail(SphinxError):
    """Raised at the end of a build in which a formula fails."""

    category = "Checked mathematics"


class Badge(nodes.General, nodes.Element):
    """The badge of a formula, as HTML in its attribute ``html``, so that its words are no words of the page."""


class Build:
    """One build: the report on the book, on how many pages formulas are not counted, and what happens when."""

    def __init__(self) -> None:
        self.book = ledger.Book(Report((), {}), {})
        self.uncounted = 0

    def judge(
        self, app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
    ) -> list[str]:
        """Judge all pages, and return those to be written again since their evidence is not that of the last build."""
        paths = {docname: Path(env.doc2path(docname)) for docname in sorted(env.found_docs)}
        paths = {docname: path for docname, path in paths.items() if path.suffix in SUFFIXES}
        root = Path(app.srcdir)
        try:
            notation = load(root / app.config.verify_notation if app.config.verify_notation else NOTATION)
        except (NotationError, OSError) as error:
            raise FormulasFail(str(error)) from None
        report = check(list(paths.values()), notation, root / "_build" / ".verify_cache", root, book=True)
        self.book = ledger.Book(report, dict(zip(paths, report.pages, strict=True)))
        for problem in report.problems:
            location = f"{root / problem.path}:{problem.line}"
            logger.warning("%s: %s", problem.status, problem.reason, location=location, type="verify")

        before: dict[str, str] = vars(env).get("verify_digests", {})
        now = {docname: shown_digest(page) for docname, page in self.book.pages.items()}
        vars(env)["verify_digests"] = now
        old = {docname for docname in now if before.get(docname) not in (None, now[docname])}
        if before != now:
            old |= {docname for docname, page in displayed(env).items() if page.directives}
        return sorted(old & env.found_docs - removed)

    def compare(self, app: Sphinx, env: BuildEnvironment) -> None:
        """See that every formula that is shown was judged, and the other way around."""
        for docname, shown in sorted(displayed(env).items()):
            page = self.book.pages.get(docname)
            judged = tuple(formula.latex for formula in page.formulas) if page else ()
            if shown.formulas != judged and not (page and page.problems):
                self.uncounted += 1
                logger.warning(
                    "uncounted: the page shows %d formulas, and %d were judged; the first that differs is formula %d",
                    len(shown.formulas), len(judged), _first_difference(shown.formulas, judged),
                    location=docname, type="verify",
                )  # fmt: skip

    def show(self, app: Sphinx, doctree: nodes.document, docname: str) -> None:
        """Put a badge below each formula, and fill in what the directives left open."""
        view = ledger.View(app, self.book, docname)
        ledger.fill(view, doctree)
        if app.builder.format != "html" or docname not in self.book.pages:
            return
        found = {formula.number: formula for formula in self.book.pages[docname].formulas}

        def link(name: str) -> str:
            address, words = view.target(name, docname)
            return f'<a href="{escape(address)}">{escape(words)}</a>'

        for node in list(doctree.findall(nodes.math_block)):
            evidence = found.get(node.get("verify"))
            if evidence:
                if not node.get("label"):  # only now: Sphinx numbers every display that has an id when pages are read
                    node["ids"].append(ledger.anchor(evidence))
                node.parent.insert(node.parent.index(node) + 1, Badge(html=badge(evidence, link, view.row(evidence))))

    def finish(self, app: Sphinx, exception: Exception | None) -> None:
        """Write the evidence; if something fails, now is the time to say so."""
        if exception is not None:
            return
        report = self.book.report
        if app.builder.format == "html":
            text = json.dumps(as_json(report), ensure_ascii=False, separators=(",", ":"))
            (Path(app.outdir) / ledger.FILE).write_text(text + "\n", encoding="utf-8")
            measured = json.dumps(times(report), ensure_ascii=False, indent=0)
            (Path(app.outdir).parent / TIMES).write_text(measured + "\n", encoding="utf-8")
        failing = len(report.problems) + self.uncounted
        if failing and not (app.warningiserror or app.keep_going):  # else the warnings fail the build
            raise FormulasFail(f"{failing} displayed formulas fail or are not counted; each is named above")


def _first_difference(shown: Sequence[str], judged: Sequence[str]) -> int:
    """Return the number of the first formula in which two pages differ."""
    pairs = enumerate(zip(shown, judged, strict=False), 1)
    return next((number for number, (one, other) in pairs if one != other), min(len(shown), len(judged)) + 1)


def visit_badge(self: HTML5Translator, node: Badge) -> None:
    """Write a badge."""
    self.body.append(node["html"])
    raise nodes.SkipNode


def pass_over(self: nodes.NodeVisitor, node: Badge) -> None:
    """Write nothing: other formats than HTML have no badges."""
    raise nodes.SkipNode


def add_static_files(app: Sphinx, config: Config) -> None:
    """Add the folder of the style sheet, which lies beside this file."""
    config.html_static_path.append(str(Path(__file__).with_name("static")))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Set up the extension; Sphinx calls this."""
    build = Build()
    app.add_config_value("verify_notation", "", "env", (str,))
    app.connect("config-inited", add_static_files)
    app.connect("env-get-outdated", build.judge)
    app.add_env_collector(Collector)
    app.connect("env-check-consistency", build.compare)
    app.connect("doctree-resolved", build.show)
    # After everything else: what other extensions do at the end of a build they do, whatever fails here.
    app.connect("build-finished", build.finish, priority=2000)
    app.add_node(Badge, html=(visit_badge, None), latex=(pass_over, None), text=(pass_over, None))
    app.add_node(Placeholder)
    app.add_css_file("verify.css")
    for name in ledger.DIRECTIVES:
        app.add_directive(name, ledger.Printed)
    return {"version": "2", "env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}
