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
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.errors import SphinxError
from sphinx.util import logging

from nncore.verify.notation import NotationError, load
from nncore.verify.report import ledger
from nncore.verify.report.badges import badge
from nncore.verify.report.book import NOTATION, check
from nncore.verify.report.cache import digest
from nncore.verify.report.evidence import as_json, times
from nncore.verify.source.reader import SUFFIXES

TIMES = "times.json"  # beside the folder of the pages, which are the same in every build

logger = logging.getLogger(__name__)


class FormulasFail(SphinxError):
    """Raised at the end of a build in which a formula fails."""

    category = "Checked mathematics"


# Judging --------------------------------------------------------------------------------------------------------------


def judge_all(app, env, added, changed, removed):
    """Judges all pages; those whose evidence is not that of the last build are written anew."""
    sources = {docname: Path(env.doc2path(docname)) for docname in sorted(env.found_docs)}
    sources = {docname: path for docname, path in sources.items() if path.suffix in SUFFIXES}
    try:
        notation = load(Path(app.srcdir) / app.config.verify_notation if app.config.verify_notation else NOTATION)
    except (NotationError, OSError) as error:
        raise FormulasFail(error) from None
    store = Path(app.srcdir) / "_build" / ".verify_cache"
    report = check(list(sources.values()), notation, store, app.srcdir, book=True)
    app.verify = ledger.Book(report, dict(zip(sources, report.pages, strict=True)))
    for problem in report.problems:
        location = f"{Path(app.srcdir) / problem.path}:{problem.line}"
        logger.warning("%s: %s", problem.status, problem.reason, location=location, type="verify")

    app.verify_json = as_json(report)
    digests = map(shown_digest, app.verify_json["pages"])
    before, now = getattr(env, "verify_digests", {}), dict(zip(app.verify.pages, digests, strict=True))
    env.verify_digests = now
    old = {name for name in now if before.get(name) not in (None, now[name])}
    if before != now:
        old |= ledger.documents(env)
    return sorted(old & env.found_docs - removed)


def shown_digest(page: dict) -> str:
    """A name for what is shown of the evidence of a page: not the times, which differ from run to run, and no lines."""
    formulas = [
        _without(each, "line") | {"parts": [_without(part, "line", "column", "seconds") for part in each["parts"]]}
        for each in page["formulas"]
    ]
    return digest(json.dumps(page | {"formulas": formulas}))


def _without(value: dict, *names: str) -> dict:
    return {name: each for name, each in value.items() if name not in names}


# Counting -------------------------------------------------------------------------------------------------------------


def count(app, doctree):
    """Numbers the displayed formulas of a page, so that each finds its evidence."""
    shown = [node for node in doctree.findall(nodes.math_block) if not _is_output(node)]
    for number, node in enumerate(shown, 1):
        node["verify"] = number
    _counted(app.env)[app.env.docname] = tuple(node.astext().strip() for node in shown)


def _is_output(node) -> bool:
    """Whether a formula was printed by a cell."""
    while node is not None:
        if "cell_output" in node.get("classes", ()):
            return True
        node = node.parent
    return False


def _counted(env) -> dict[str, tuple[str, ...]]:
    if not hasattr(env, "verify_counted"):
        env.verify_counted = {}
    return env.verify_counted


def forget(app, env, docname):
    """Drops what is known of a page that is read again or was removed."""
    _counted(env).pop(docname, None)


def merge(app, env, docnames, other):
    """Takes over what another process has counted."""
    _counted(env).update((docname, found) for docname, found in _counted(other).items() if docname in docnames)


def compare(app, env):
    """Every formula that is shown was judged, and the other way around."""
    for docname, shown in sorted(_counted(env).items()):
        page = app.verify.pages.get(docname)
        judged = tuple(formula.latex for formula in page.formulas) if page else ()
        if shown != judged and not (page and page.problems):
            app.verify.uncounted += 1
            place = next(
                (n for n, (one, other) in enumerate(zip(shown, judged, strict=False), 1) if one != other), None
            )
            place = place or min(len(shown), len(judged)) + 1
            logger.warning(
                "uncounted: the page shows %d formulas, and %d were judged; the first that differs is formula %d",
                len(shown), len(judged), place, location=docname, type="verify",
            )  # fmt: skip


# Showing --------------------------------------------------------------------------------------------------------------


class Badge(nodes.General, nodes.Element):
    """The badge of a formula, as HTML in its attribute ``html``, so that its words are no words of the page."""


def visit_badge(self, node):
    """Writes a badge."""
    self.body.append(node["html"])
    raise nodes.SkipNode


def pass_over(self, node):
    """Other formats than HTML have no badges."""
    raise nodes.SkipNode


def show(app, doctree, docname):
    """Puts a badge below each formula, and fills in what the directives left open."""
    book = app.verify
    ledger.fill(app, doctree, docname)
    if app.builder.format != "html" or docname not in book.pages:
        return
    found = {formula.number: formula for formula in book.pages[docname].formulas}

    def link(name):
        address, words = book.address(app, docname, name)
        return f'<a href="{escape(address)}">{escape(words)}</a>'

    for node in list(doctree.findall(nodes.math_block)):
        evidence = found.get(node.get("verify"))
        if evidence:
            if not node.get("label"):  # only now: Sphinx numbers every display that has an id when pages are read
                node["ids"].append(ledger.anchor(None, evidence.number))
            row = ledger.row_address(app, docname, evidence)
            node.parent.insert(node.parent.index(node) + 1, Badge(html=badge(evidence, link, row)))


def finish(app, exception):
    """Writes the evidence; if something fails, now is the time to say so."""
    if exception is not None or not hasattr(app, "verify"):
        return
    if app.builder.format == "html":
        text = json.dumps(app.verify_json, ensure_ascii=False, separators=(",", ":"))
        (Path(app.outdir) / ledger.FILE).write_text(text + "\n", encoding="utf-8")
        measured = json.dumps(times(app.verify.report), ensure_ascii=False, indent=0)
        (Path(app.outdir).parent / TIMES).write_text(measured + "\n", encoding="utf-8")
    failing = len(app.verify.report.problems) + app.verify.uncounted
    if failing and not (app.warningiserror or app.keep_going):  # else the warnings fail the build
        raise FormulasFail(f"{failing} displayed formulas fail or are not counted; each is named above")


def add_static_files(app, config):
    """The style sheet lies beside this file."""
    config.html_static_path.append(str(Path(__file__).with_name("static")))


def setup(app):
    """Called by Sphinx."""
    app.add_config_value("verify_notation", "", "env", (str,))
    app.connect("config-inited", add_static_files)
    app.connect("env-get-outdated", judge_all)
    app.connect("doctree-read", count)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-check-consistency", compare)
    app.connect("doctree-resolved", show)
    # After everything else: what other extensions do at the end of a build they do, whatever fails here.
    app.connect("build-finished", finish, priority=2000)
    app.add_node(Badge, html=(visit_badge, None), latex=(pass_over, None), text=(pass_over, None))
    app.add_css_file("verify.css")
    ledger.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
