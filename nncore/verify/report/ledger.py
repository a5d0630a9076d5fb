"""The directives that print the evidence of the whole book: ``coverage``, ``ledger-summary``, ``ledger`` and ``rules``.

Each leaves a placeholder, which is filled in when all pages are read: the coverage as a list of sentences, the summary
as a table with a row and a bar for every page, the ledger as a table for every page with a row for every formula, the
rules of the proofs as a table with the number of formulas that use each. A placeholder holds no number of its own, so
nothing is typed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.util.docutils import SphinxDirective

from nncore.verify.judgement import Status
from nncore.verify.report.badges import word
from nncore.verify.report.evidence import Evidence, Json, PageReport, Report, figures, sentences

FILE = "evidence.json"
_BARS = {
    Status.ALL_SHAPES: "all-shapes",
    Status.AT_SHAPES: "at-shapes",
    Status.RESTATES: "restates",
    Status.SAMPLED: "sampled",
}


@dataclass(slots=True)
class Book:
    """What a build knows of its formulas.

    ``pages`` are those of the report by their names in Sphinx, ``json`` is what is written of it, and ``uncounted`` on
    how many of them the formulas that are shown are not those that were judged.
    """

    report: Report
    pages: Mapping[str, PageReport]
    json: Json
    uncounted: int = 0
    places: dict[str, tuple[str, Evidence]] = field(init=False)

    def __post_init__(self) -> None:
        found = ((docname, formula) for docname, page in self.pages.items() for formula in page.formulas)
        self.places = {formula.name: (docname, formula) for docname, formula in found}

    def address(self, app: Sphinx, docname: str, name: str) -> tuple[str, str]:
        """Return the address of a formula, or of an assumption on the same page, and words for a link to it."""
        if name not in self.places:
            return f"#{nodes.make_id(name)}", name
        there, formula = self.places[name]
        page = "" if there == docname else app.builder.get_relative_uri(docname, there)
        return f"{page}#{anchor(formula.label, formula.number)}", formula.label or f"formula {formula.number}"


def book_of(app: Sphinx) -> Book:
    """Return what a build knows, once the pages are judged."""
    book: Book = vars(app)["verify"]
    return book


def anchor(label: str | None, number: int) -> str:
    """Return the anchor of a formula on its page."""
    return _id(f"equation-{label}") if label else f"formula-{number}"


def _row(docname: str, formula: Evidence) -> str:
    """The anchor of a formula in the ledger."""
    return _id(f"ledger-{formula.label or f'{docname}-{formula.number}'}")


def _id(text: str) -> str:
    return str(nodes.make_id(text))


def row_address(app: Sphinx, docname: str, formula: Evidence) -> str | None:
    """Return the address of the row of a formula in the ledger, seen from its page."""
    ledgers = sorted(_placed(app.env).get("ledger", ()))
    return f"{app.builder.get_relative_uri(docname, ledgers[0])}#{_row(docname, formula)}" if ledgers else None


# Directives -----------------------------------------------------------------------------------------------------------


class Placeholder(nodes.General, nodes.Element):
    """Stands for what a directive prints until all pages are read."""


class _Printed(SphinxDirective):
    """A directive without arguments and content, which leaves a placeholder of its name."""

    def run(self) -> list[nodes.Node]:
        """Leave the placeholder, and note on which page."""
        _placed(self.env).setdefault(self.name, set()).add(self.env.docname)
        return [Placeholder(kind=self.name)]


class Placed(EnvironmentCollector):
    """On which pages each directive stands."""

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Do nothing: the directives note where they stand."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Drop what is known of a page that is read again or was removed."""
        for placed in _placed(env).values():
            placed.discard(docname)

    def merge_other(self, app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
        """Take over what another process has found."""
        for name, placed in _placed(other).items():
            _placed(env).setdefault(name, set()).update(placed & set(docnames))


def _placed(env: BuildEnvironment) -> dict[str, set[str]]:
    found: dict[str, set[str]] = vars(env).setdefault("verify_placed", {})
    return found


def documents(env: BuildEnvironment) -> set[str]:
    """Return the pages that print something about the whole book."""
    return set().union(*_placed(env).values())


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Print what the directives of a page stand for."""
    for node in list(doctree.findall(Placeholder)):
        node.replace_self(list(_PRINTED[node["kind"]](app, docname)))


def _reading_order(app: Sphinx) -> list[str]:
    """The pages that display formulas, in the order of the table of contents."""
    order: list[str] = []

    def walk(docname: str) -> None:
        if docname not in order:
            order.append(docname)
            for each in app.env.toctree_includes.get(docname, ()):
                walk(each)

    walk(app.config.root_doc)
    shown = [name for name, page in book_of(app).pages.items() if page.formulas]
    return sorted(shown, key=lambda name: (order.index(name) if name in order else len(order), name))


# Coverage -------------------------------------------------------------------------------------------------------------


def _coverage(app: Sphinx, docname: str) -> Iterator[nodes.Node]:
    items = [
        nodes.list_item("", nodes.paragraph("", "", nodes.Text(words))) for words in sentences(book_of(app).report)
    ]
    yield nodes.bullet_list("", *items)


# Tables ---------------------------------------------------------------------------------------------------------------


def _summary(app: Sphinx, docname: str) -> Iterator[nodes.Node]:
    head = ["page", "bar", "formulas", "claims", "all shapes", "at shapes", "restates", "sampled", "failing"]
    book = book_of(app)
    ledgers = sorted(_placed(app.env).get("ledger", ()))

    def page_link(name: str) -> nodes.Node:
        title = app.env.titles[name].astext()
        if not ledgers:
            return nodes.Text(title)
        page = "" if ledgers[0] == docname else app.builder.get_relative_uri(docname, ledgers[0])
        return _joined([_link(f"{page}#{_table(name)}", title)])

    rows = {f"{_table(name)}-sum": [page_link(name), *_numbers([book.pages[name]])] for name in _reading_order(app)}
    rows["ledger-sum"] = [nodes.strong("", "all pages"), *_numbers(book.report.pages)]
    yield _table_node("What became of the formulas, page by page", "ledger-summary", head, rows)


def _numbers(pages: Iterable[PageReport]) -> list[nodes.Node]:
    of = figures(pages)
    claims = sum(of.statuses.values())
    counts = [of.statuses.get(status, 0) for status in _BARS]
    bars = "".join(
        f'<span class="{name}" style="flex-grow: {count}"></span>'
        for name, count in zip((*_BARS.values(), "failing"), (*counts, of.failing), strict=True)
        if count
    )
    bar = nodes.raw("", f'<span class="verify-bar" aria-hidden="true">{bars}</span>', format="html")
    words = [str(number) for number in (of.formulas, claims, *counts, of.failing)]
    return [bar, *map(nodes.Text, words)]


def _ledger(app: Sphinx, docname: str) -> Iterator[nodes.Node]:
    head = ["formula", "kind", "status", "method", "points", "steps", "under", "rests on"]
    for name in _reading_order(app):
        formulas = book_of(app).pages[name].formulas
        rows = {_row(name, formula): _ledger_row(app, docname, name, formula) for formula in formulas}
        yield _table_node(app.env.titles[name].astext(), _table(name), head, rows, "verify-ledger")


def _ledger_row(app: Sphinx, docname: str, name: str, formula: Evidence) -> list[nodes.Node]:
    judgements = [part.judgement for part in formula.parts if part.judgement]
    methods = dict.fromkeys(judgement.method for judgement in judgements)
    points = sum(judgement.points for judgement in judgements)
    steps = sum(judgement.made for judgement in judgements)
    where = dict.fromkeys(condition for judgement in judgements for condition in judgement.where)
    under = [*(_link_to(app, docname, label, name) for label in formula.assumptions if label)]
    under += [nodes.literal("", condition) for condition in where]
    return [
        _joined([_link_to(app, docname, formula.name)]),
        nodes.Text(", ".join(formula.kinds) or "–"),
        nodes.Text(word(formula) if formula.claims or formula.fails else "–"),
        nodes.Text("; ".join(methods) or "–"),
        nodes.Text(str(points) if judgements else "–"),
        nodes.Text(str(steps) if steps else "–"),
        _joined(under),
        _joined([_link_to(app, docname, each) for each in formula.uses]),
    ]


def _rules(app: Sphinx, docname: str) -> Iterator[nodes.Node]:
    """Every rule with the number of formulas that use it, and every side condition."""
    from nncore.verify.symbolic.prover import all_rules  # with sympy, which nothing else here needs

    rules, side_conditions = all_rules()
    formulas = [formula for page in book_of(app).report.pages for formula in page.formulas]
    used = Counter(name for each in formulas for name in _rules_of(each))
    head = ["rule", "what it says", "formulas"]
    rows = {
        _id(f"rule-{each.name}"): [
            nodes.Text(each.name),
            _text(each.statement),
            nodes.Text(str(used[each.name])),
        ]
        for each in sorted(rules, key=lambda each: -used[each.name])
    }
    yield _table_node("The rules of the proofs", "rules", head, rows)
    rows = {_id(f"side-{each.name}"): [nodes.Text(each.name), _text(each.statement)] for each in side_conditions}
    yield _table_node("What has to hold before a rule is applied", "side-conditions", ["side condition", "why"], rows)


def _rules_of(formula: Evidence) -> set[str]:
    return {name for judgement in formula.judgements for name in judgement.rules}


def _text(words: str) -> nodes.Node:
    """Words with formulas between dollars."""
    parts = words.split("$")
    return nodes.inline("", "", *(nodes.math("", part) if k % 2 else nodes.Text(part) for k, part in enumerate(parts)))


def _link_to(app: Sphinx, docname: str, name: str, page: str | None = None) -> nodes.Node:
    address, words = book_of(app).address(app, docname, name)
    if page and address.startswith("#"):  # an assumption, on the page of the formula
        address = app.builder.get_relative_uri(docname, page) + address
    return _link(address, words)


def _link(address: str, words: str) -> nodes.reference:
    return nodes.reference("", words, refuri=address, internal=True)


def _joined(links: list[nodes.Node]) -> nodes.Node:
    """Links as one text, in which they must stand."""
    if not links:
        return nodes.Text("–")
    return nodes.inline("", "", *[each for link in links for each in (nodes.Text(", "), link)][1:])


def _table(docname: str) -> str:
    """The anchor of the table of a page in the ledger."""
    return _id(f"ledger-of-{docname}")


def _table_node(
    caption: str, name: str, head: list[str], rows: Mapping[str, list[nodes.Node]], *classes: str
) -> nodes.table:
    """A table; ``name`` is its anchor, and the keys of ``rows`` are those of its rows."""
    body = []
    for row_name, cells in rows.items():
        body.append(_row_node(cells))
        body[-1]["ids"].append(row_name)
    columns = [nodes.colspec(colwidth=1) for _ in head]
    first = nodes.thead("", _row_node([*map(nodes.Text, head)]))
    group = nodes.tgroup("", *columns, first, nodes.tbody("", *body), cols=len(head))
    return nodes.table("", nodes.title("", caption), group, ids=[name], classes=["verify-table", *classes])


def _row_node(cells: list[nodes.Node]) -> nodes.row:
    """A row whose cells hold no paragraph, thousands of which keep a phone busy."""
    return nodes.row("", *(nodes.entry("", cell) for cell in cells))


_PRINTED = {"coverage": _coverage, "ledger-summary": _summary, "ledger": _ledger, "rules": _rules}


def setup(app: Sphinx) -> None:
    """Add the directives."""
    for name in _PRINTED:
        app.add_directive(name, _Printed)
    app.add_node(Placeholder)
    app.add_env_collector(Placed)
