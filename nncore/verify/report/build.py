"""A build of a book: its pages are judged before Sphinx reads them, and marked when it writes them.

`nncore.verify.sphinx` says what comes of it. Nothing here raises an exception for what is wrong with a book: Jupyter
Book would print a traceback of its own below it. What is wrong is an error with a place, and the build, which goes on
to its end, ends with exit code 1.
"""

import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.matching import Matcher
from sphinx.writers.html5 import HTML5Translator

from nncore.verify.notation import Notation, NotationError, load, read_yaml
from nncore.verify.report import ledger
from nncore.verify.report.badges import badge, page_line
from nncore.verify.report.book import NOTATION, check
from nncore.verify.report.displayed import Collector, Placeholder, displayed, shown_digest
from nncore.verify.report.evidence import Report, as_json, times
from nncore.verify.source.reader import SUFFIXES

TIMES = "times.json"  # beside the folder of the pages, which are the same in every build
_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?$", re.DOTALL | re.MULTILINE)

logger = logging.getLogger("nncore.verify.sphinx")


class _BadSetting(ValueError):
    """A setting that cannot be followed; one line."""


class Badge(nodes.General, nodes.Element):
    """What is said of a formula or a page, as HTML in its attribute ``html``, so that its words are none of the page.

    One with the attribute ``within`` belongs into the box of the formula before it, beside its number.
    """


class Build:
    """One build: the report on a book, what was found to be wrong beside it, and what happens when."""

    def __init__(self) -> None:
        self.book = ledger.Book(Report((), {}), {}, frozenset())
        self.uncounted = 0
        self.bad_settings = False

    def judge(
        self, app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
    ) -> list[str]:
        """Judge the pages, and return those to be written again since their evidence is not that of the last build."""
        paths = {docname: Path(env.doc2path(docname)) for docname in sorted(env.found_docs)}
        root = Path(app.srcdir)
        try:
            notation = _notation(root, app.config.verify_notation)
            chosen = _chosen(paths, root, app.config.verify_pages)
        except _BadSetting as error:
            self.bad_settings = True
            logger.error("nothing is checked: %s", error, extra=_not_raised())
            return []
        judged = {docname: paths[docname] for docname in chosen if paths[docname].suffix in SUFFIXES}
        report = check(list(judged.values()), notation, root / "_build" / ".verify_cache", root, book=True)
        self.book = ledger.Book(
            report, dict(zip(judged, report.pages, strict=True)), frozenset(paths) - frozenset(chosen)
        )
        for problem in report.problems:
            location = f"{root / problem.path}:{problem.line}"
            logger.warning(
                "%s: %s", problem.status, problem.reason, location=location, type="verify", extra=_not_raised()
            )

        before: dict[str, str] = vars(env).get("verify_digests", {})
        now = {docname: shown_digest(page) for docname, page in self.book.pages.items()}
        vars(env)["verify_digests"] = now
        old = {docname for docname in now if before.get(docname) not in (None, now[docname])}
        if before != now:
            old |= {docname for docname, page in displayed(env).items() if page.directives}
        return sorted(old & env.found_docs - removed)

    def compare(self, app: Sphinx, env: BuildEnvironment) -> None:
        """See that every formula that is shown on a page that is checked was judged, and the other way around."""
        for docname, shown in sorted(displayed(env).items()):
            if self.bad_settings or docname in self.book.left_out:
                continue
            page = self.book.pages.get(docname)
            judged = tuple(formula.latex for formula in page.formulas) if page else ()
            if shown.formulas != judged and not (page and page.problems):
                self.uncounted += 1
                logger.warning(
                    "uncounted: the page shows %d formulas, and %d were judged; the first that differs is formula %d",
                    len(shown.formulas), len(judged), _first_difference(shown.formulas, judged),
                    location=docname, type="verify", extra=_not_raised(),
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
                html = badge(evidence, link, view.row(evidence), view.words(docname, evidence))
                node.parent.insert(node.parent.index(node) + 1, Badge(html=html, within=True))
        line = page_line(self.book.pages[docname], view.table())
        title = next(doctree.findall(nodes.title), None)
        if line and title is not None and "coverage" not in displayed(app.env)[docname].directives:
            title.parent.insert(title.parent.index(title) + 1, Badge(html=line))

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
        if self.book.left_out:
            logger.info("pages that are checked: %d; that are not: %d", len(self.book.pages), len(self.book.left_out))
        failing = len(report.problems) + self.uncounted
        if failing:
            words = "1 displayed formula fails or is not counted; it" if failing == 1 else (
                f"{failing} displayed formulas fail or are not counted; each"
            )  # fmt: skip
            logger.error("%s is named above", words, extra=_not_raised())
        if failing or self.bad_settings:
            app.statuscode = 1


# Settings -------------------------------------------------------------------------------------------------------------


def _notation(root: Path, name: str) -> Notation:
    """Return the letters in force: those of a file of the book, or of this one."""
    try:
        return load(root / name if name else NOTATION)
    except (NotationError, UnicodeDecodeError) as error:
        raise _BadSetting(str(error)) from None
    except OSError as error:
        raise _BadSetting(f"verify_notation: {root / name} cannot be opened: {error.strerror}") from None


def _chosen(paths: Mapping[str, Path], root: Path, patterns: object) -> list[str]:
    """Return the names of the pages that are to be checked: by their front matter, else by the patterns."""
    if not isinstance(patterns, list) or not all(isinstance(each, str) for each in patterns):
        raise _BadSetting(f"verify_pages must be a list of pages, as in [intro, chapters/*], got {patterns!r}")
    names = {docname: (docname, path.relative_to(root).as_posix()) for docname, path in paths.items()}
    for pattern in patterns:
        matches = Matcher([pattern])
        if not any(matches(name) for each in names.values() for name in each):
            raise _BadSetting(f"verify_pages: there is no page {pattern}")
    matches = Matcher(patterns)
    chosen = []
    for docname, path in paths.items():
        said = _said_by(path, path.relative_to(root).as_posix())
        if any(map(matches, names[docname])) if said is None else said:
            chosen.append(docname)
    return chosen


def _said_by(path: Path, name: str) -> bool | None:
    """Return what a page says of itself: ``verify: true``, ``verify: false``, or nothing."""
    said = _metadata(path).get("verify")
    if said is None or said in ("true", "false"):
        return None if said is None else said == "true"
    raise _BadSetting(f"{name}: verify must be true or false, got {said}")


def _metadata(path: Path) -> Mapping[str, object]:
    """Return the front matter of a page, or the metadata of a notebook, its values as they are written."""
    try:
        text = path.read_bytes().decode("utf-8")
        if path.suffix == ".ipynb":
            metadata = json.loads(text)["metadata"]
            return {name: json.dumps(value) for name, value in metadata.items()}
        found = _FRONT_MATTER.match(text)
        return read_yaml(found[1]) if found else {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}  # what is wrong with the page is said when it is read


def _not_raised() -> dict[str, object]:
    """Return what lets a build with ``-W`` tell all that is wrong before it ends; Sphinx writes into this."""
    return {"skip_warningsiserror": True}


# Small things ---------------------------------------------------------------------------------------------------------


def _first_difference(shown: Sequence[str], judged: Sequence[str]) -> int:
    """Return the number of the first formula in which two pages differ."""
    pairs = enumerate(zip(shown, judged, strict=False), 1)
    return next((number for number, (one, other) in pairs if one != other), min(len(shown), len(judged)) + 1)


_CLOSING = re.compile(r"</div>\s*$")


def visit_badge(self: HTML5Translator, node: Badge) -> None:
    """Write a badge: into the box of the formula that was just written, if that is how its renderer ended it."""
    before = self.body[-1] if self.body else ""
    is_within = bool(node.get("within") and _CLOSING.search(before))
    if is_within:
        self.body[-1] = _CLOSING.sub("", before)
    self.body.append(node["html"] + ("</div>\n" if is_within else ""))
    raise nodes.SkipNode


def pass_over(self: nodes.NodeVisitor, node: Badge) -> None:
    """Write nothing: other formats than HTML have no badges."""
    raise nodes.SkipNode


def add_static_files(app: Sphinx, config: Config) -> None:
    """Add the folder of the style sheet and the script."""
    config.html_static_path.append(str(Path(__file__).parents[1] / "static"))


def connect(app: Sphinx) -> None:
    """Let Sphinx call what is above at its time; other extensions find what was judged in ``app.verified.book``."""
    build = Build()
    vars(app)["verified"] = build
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
    app.add_js_file("verify.js")
    for name in ledger.DIRECTIVES:
        app.add_directive(name, ledger.Printed)
