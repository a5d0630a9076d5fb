"""The directives that print the evidence: ``coverage``, ``ledger-summary``, ``marks``, ``ledger`` and ``rules``.

Each leaves a placeholder, which is filled in when all pages are read: the coverage as a list of sentences, the summary
as a table with a row and a bar for every page, the marks as a table of the words that stand beside formulas, the ledger
as a section for every page with a row for every formula, the rules of the proofs as a table with the number of formulas
that use each. A placeholder holds no number of its own, so
nothing is typed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.math import MathDomain
from sphinx.util.docutils import SphinxDirective

from nncore.verify.judgement import Status
from nncore.verify.report.displayed import Placeholder, displayed, pages_with
from nncore.verify.report.evidence import Evidence, PageReport, Report, figures
from nncore.verify.report.shown import as_latex
from nncore.verify.report.wording import MEANINGS, NO_SIZES, SIGNS, page_sentence, sentences, status_text, word_of

FILE = "evidence.json"
_BARS = {  # the class of a bar's piece, and the head of a column
    Status.ALL_SHAPES: ("all-shapes", "proved"),
    Status.AT_SHAPES: ("at-shapes", "at shapes"),
    Status.RESTATES: ("restates", "restates"),
    Status.SAMPLED: ("sampled", "sampled"),
}


class Printed(SphinxDirective):
    """A directive without arguments and content, which leaves a placeholder of its name."""

    def run(self) -> list[nodes.Node]:
        """Return the placeholder."""
        return [Placeholder(directive=self.name)]


@dataclass(frozen=True)
class Book:
    """The report on a book, its pages by their names in Sphinx, and the names of those that are not checked."""

    report: Report
    pages: Mapping[str, PageReport]
    left_out: frozenset[str]

    @cached_property
    def formulas(self) -> dict[str, tuple[str, Evidence]]:
        """Return the page and the evidence of each formula by its name."""
        found = ((docname, formula) for docname, page in self.pages.items() for formula in page.formulas)
        return {formula.name: (docname, formula) for docname, formula in found}


@dataclass(frozen=True)
class View:
    """A book as it is seen from one of its pages."""

    app: Sphinx
    book: Book
    docname: str

    def address(self, docname: str, anchor: str) -> str:
        """Return the address of a place on a page, or of the page."""
        page = "" if docname == self.docname else self.app.builder.get_relative_uri(self.docname, docname)
        return f"{page}#{anchor}" if anchor else page

    def target(self, name: str, docname: str) -> tuple[str, str]:
        """Return the address of a formula, or else of an assumption on the page, and words for a link to it there."""
        if name not in self.book.formulas:
            place = nodes.make_id(name)
            number = self._number(docname, "assumption", place)
            return self.address(docname, place), f"Assumption {number}" if number else name
        there, formula = self.book.formulas[name]
        of = "" if there == docname else f" of {self.app.env.titles[there].astext()}"
        return self.address(there, anchor(formula)), self.words(there, formula, of)

    def words(self, docname: str, formula: Evidence, of: str = "") -> str:
        """Return what a reader calls a formula: its number, as in (4.3), or its place on its page, as in formula 7."""
        number = self._number(docname, "displaymath", anchor(formula))
        if not number and formula.label:
            domain = self.app.env.get_domain("math")
            assert isinstance(domain, MathDomain)
            number = str(domain.get_equation_number_for(formula.label) or "")
        if number:
            return f"({number})"
        return f"formula {formula.number}{of}"

    def _number(self, docname: str, kind: str, name: str) -> str:
        """Return the number of something that is counted by chapters; empty if it has none."""
        found = self.app.env.toc_fignumbers.get(docname, {}).get(kind, {}).get(name, ())
        return ".".join(map(str, found))

    def table(self) -> str | None:
        """Return the address of what the ledger says of this page, if there is a ledger."""
        return next((self.address(page, _table(self.docname)) for page in pages_with(self.app.env, "ledger")), None)

    def row(self, formula: Evidence) -> str | None:
        """Return the address of the row of a formula of this page in the ledger, if there is a ledger."""
        return next(
            (self.address(page, _row(self.docname, formula)) for page in pages_with(self.app.env, "ledger")), None
        )


def anchor(formula: Evidence) -> str:
    """Return the anchor of a formula on its page."""
    return nodes.make_id(f"equation-{formula.label}") if formula.label else f"formula-{formula.number}"


def _row(docname: str, formula: Evidence) -> str:
    """Return the anchor of a formula in the ledger."""
    return nodes.make_id(f"ledger-{formula.label or f'{docname}-{formula.number}'}")


def _reading_order(view: View) -> list[str]:
    """Return the pages that display formulas, in the order of the table of contents."""
    order: dict[str, int] = {}

    def walk(docname: str) -> None:
        if docname not in order:
            order[docname] = len(order)
            for each in view.app.env.toctree_includes.get(docname, ()):
                walk(each)

    walk(view.app.config.root_doc)
    shown = [name for name, page in view.book.pages.items() if page.formulas]
    return sorted(shown, key=lambda name: (order.get(name, len(order)), name))


# What the directives print --------------------------------------------------------------------------------------------


def _coverage(view: View) -> Iterator[nodes.Node]:
    words = [*sentences(view.book.report), *_about_left_out(view)]
    yield nodes.bullet_list("", *(nodes.list_item("", nodes.paragraph("", "", nodes.Text(each))) for each in words))


def _about_left_out(view: View) -> Iterator[str]:
    """Yield how many of the pages that are not checked display formulas."""
    shown = displayed(view.app.env)
    number = sum(bool(shown[name].formulas) for name in view.book.left_out & shown.keys())
    if number:
        yield f"{number} {'pages are' if number > 1 else 'page is'} not checked; what they display is not counted here."


def _summary(view: View) -> Iterator[nodes.Node]:
    statuses = [status for status in _BARS if status in figures(view.book.report.pages).statuses]
    head = ["page", "bar", "formulas", "claims", *(_BARS[status][1] for status in statuses), "failing"]
    ledgers = pages_with(view.app.env, "ledger")

    def title(name: str) -> nodes.Node:
        words = view.app.env.titles[name].astext()
        return _joined([_link(view.address(ledgers[0], _table(name)), words)]) if ledgers else nodes.Text(words)

    pages = view.book.pages
    rows = {f"{_table(name)}-sum": [title(name), *_numbers([pages[name]], statuses)] for name in _reading_order(view)}
    rows["ledger-sum"] = [nodes.strong("", "all pages"), *_numbers(view.book.report.pages, statuses)]
    yield _table_node("What became of the formulas, page by page", "ledger-summary", head, rows)


def _numbers(pages: Sequence[PageReport], statuses: Sequence[Status]) -> list[nodes.Node]:
    """Return the cells of a row: a bar, and how many formulas and claims there are, and of each of the statuses."""
    of = figures(pages)
    counts = [of.statuses.get(status, 0) for status in statuses]
    names = [*(_BARS[status][0] for status in statuses), "failing"]
    bars = "".join(
        f'<span class="{name}" style="flex-grow: {count}"></span>'
        for name, count in zip(names, (*counts, of.failing), strict=True)
        if count
    )
    bar = nodes.raw("", f'<span class="verify-bar" aria-hidden="true">{bars}</span>', format="html")
    return [bar, *(nodes.Text(str(each)) for each in (of.formulas, sum(of.statuses.values()), *counts, of.failing))]


def _ledger(view: View) -> Iterator[nodes.Node]:
    head = ["formula", "kind and verdict", "how", "under", "rests on"]
    for name in _reading_order(view):
        page = view.book.pages[name]
        rows = {_row(name, formula): _ledger_row(view, name, formula) for formula in page.formulas}
        table = _table_node("", f"{_table(name)}-formulas", head, rows, "verify-ledger")
        title = _joined([_link(view.address(name, ""), view.app.env.titles[name].astext())])
        # A section would be counted as one of this page.
        yield nodes.rubric("", "", title, ids=[_table(name)], **{"heading-level": 3})
        if said := page_sentence(page):
            yield nodes.paragraph("", said)
        yield table


def _ledger_row(view: View, docname: str, formula: Evidence) -> list[nodes.Node]:
    judgements = [part.judgement for part in formula.parts if part.judgement]
    points, steps = sum(each.points for each in judgements), sum(each.made for each in judgements)
    kinds = ", ".join(formula.kinds)
    methods = dict.fromkeys(judgement.method for judgement in judgements)
    counts = [f"{number} {word}" for number, word in ((points, "points"), (steps, "steps")) if number]
    words = [
        f"{kinds}: {status_text(formula)}" if formula.claims or formula.fails else kinds,
        "; ".join(filter(None, (*methods, ", ".join(counts)))),
    ]

    def links(names: Iterable[str]) -> list[nodes.Node]:
        return [_link(*view.target(name, docname)) for name in names]

    conditions = (nodes.math("", as_latex(condition)) for condition in formula.where)
    under = [*links(filter(None, formula.assumptions)), *conditions]
    cells = [nodes.Text(each or "–") for each in words]
    return [_joined(links([formula.name])), *cells, _joined(under), _joined(links(formula.uses))]


def _marks(view: View) -> Iterator[nodes.Node]:
    """Yield a table of the words that stand beside the formulas of this book, of these alone, and what each says."""
    number = Counter(word_of(formula) for page in view.book.report.pages for formula in page.formulas)
    signs = {word: SIGNS.get(word, "") for word in MEANINGS} | {NO_SIZES: SIGNS[Status.ALL_SHAPES]}
    rows: dict[str, list[nodes.Node]] = {
        nodes.make_id(f"mark-{word}"): [
            nodes.Text(f"{signs[word]} {word}".strip()),
            _text(meaning),
            nodes.Text(str(number[word])),
        ]
        for word, meaning in MEANINGS.items()
        if number[word]
    }
    yield _table_node("What stands beside a formula", "marks", ["mark", "what it says", "formulas"], rows)


def _rules(view: View) -> Iterator[nodes.Node]:
    """Yield a table of the rules, with the number of formulas that use each, and one of the side conditions."""
    from nncore.verify.symbolic.prover import all_rules  # with sympy, which nothing else here needs

    rules, side_conditions = all_rules()
    formulas = (formula for page in view.book.report.pages for formula in page.formulas)
    used = Counter(name for each in formulas for name in {rule for found in each.judgements for rule in found.rules})
    rows: dict[str, list[nodes.Node]] = {
        nodes.make_id(f"rule-{each.name}"): [
            nodes.Text(each.name),
            _text(each.statement),
            nodes.Text(str(used[each.name])),
        ]
        for each in sorted(rules, key=lambda each: -used[each.name])
    }
    yield _table_node("The rules of the proofs", "rules", ["rule", "what it says", "formulas"], rows)
    rows = {
        nodes.make_id(f"side-{each.name}"): [nodes.Text(each.name), _text(each.statement)] for each in side_conditions
    }
    yield _table_node("What has to hold before a rule is applied", "side-conditions", ["side condition", "why"], rows)


DIRECTIVES: dict[str, Callable[[View], Iterator[nodes.Node]]] = {
    "coverage": _coverage,
    "ledger-summary": _summary,
    "marks": _marks,
    "ledger": _ledger,
    "rules": _rules,
}


def fill(view: View, doctree: nodes.document) -> None:
    """Print what the directives of a page stand for."""
    for node in list(doctree.findall(Placeholder)):
        node.replace_self(list(DIRECTIVES[node["directive"]](view)))


# Nodes ----------------------------------------------------------------------------------------------------------------


def _text(words: str) -> nodes.Node:
    """Return words with formulas between dollars."""
    parts = words.split("$")
    return nodes.inline("", "", *(nodes.math("", part) if k % 2 else nodes.Text(part) for k, part in enumerate(parts)))


def _link(address: str, words: str) -> nodes.reference:
    return nodes.reference("", words, refuri=address, internal=True)


def _joined(links: Sequence[nodes.Node]) -> nodes.Node:
    """Return links as one text, in which they must stand; it is no element of the page."""
    if not links:
        return nodes.Text("–")
    return nodes.generated("", "", *[each for link in links for each in (nodes.Text(", "), link)][1:])


def _table(docname: str) -> str:
    """Return the anchor of the table of a page in the ledger."""
    return nodes.make_id(f"ledger-of-{docname}")


def _table_node(
    caption: str, name: str, head: Sequence[str], rows: Mapping[str, Sequence[nodes.Node]], *classes: str
) -> nodes.table:
    """Return a table, with a caption unless it is empty; ``name`` is its anchor, the keys of ``rows`` are its rows'."""
    body = []
    for row_name, cells in rows.items():
        body.append(_row_node(cells))
        body[-1]["ids"].append(row_name)
    columns = [nodes.colspec(colwidth=1) for _ in head]
    first = nodes.thead("", _row_node([*map(nodes.Text, head)]))
    group = nodes.tgroup("", *columns, first, nodes.tbody("", *body), cols=len(head))
    title = [nodes.title("", caption)] if caption else []
    return nodes.table("", *title, group, ids=[name], classes=["verify-table", *classes])


def _row_node(cells: Sequence[nodes.Node]) -> nodes.row:
    """Return a row whose cells hold no paragraph, thousands of which keep a phone busy."""
    return nodes.row("", *(nodes.entry("", cell) for cell in cells))
