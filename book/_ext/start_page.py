"""The start page: the theorems as cards, and two formulas of which one is wrong.

A card takes its formula from the page of its theorem, its title and number too, and its mark from the evidence::

    ```{theorem-cards}
    - {prf:ref}`thm-relu` {eq}`eq-relu-vjp`
    ```

Where there are cards, every theorem of the book has one. In ``{which-is-wrong}`` are a claim and an ``{erratum}``,
which look alike until the answer is unfolded. It begins with the counterexample that the checker found: no number is
typed.
"""

import html
import re
from dataclasses import dataclass

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from nncore.verify.report.cache import digest
from nncore.verify.report.evidence import Evidence
from nncore.verify.report.wording import SIGNS, status_text

logger = logging.getLogger(__name__)

CARD, WRONG = "theorem-card", "wrong"  # classes
PUNCTUATION = re.compile(r"\s*[.,;]\s*$")  # of the sentence in which a formula ends
MADE_UP = re.compile(r"theorem-\d+")  # the label of a theorem that has none


@dataclass(frozen=True)
class Theorem:
    """A theorem on its page: the nodes of its title, and the LaTeX of its equations by their labels."""

    title: tuple[nodes.Node, ...]
    equations: dict[str, str]


class Answer(nodes.General, nodes.Element):
    """What unfolds below the two formulas, under the words of its attribute ``summary``."""


# What the pages have --------------------------------------------------------------------------------------------------


def theorems_of(env) -> dict[str, dict[str, Theorem]]:
    """Return the theorems of each page by their labels."""
    return vars(env).setdefault("theorems", {})


def cards_of(env) -> dict[str, list[tuple[str, str]]]:
    """Return the cards of each page: a theorem and one of its equations each."""
    return vars(env).setdefault("theorem_cards", {})


def words_of(title: nodes.title) -> tuple[nodes.Node, ...]:
    """Return the title of a theorem without the parentheses that sphinx-proof puts around it."""
    parts = [part.deepcopy() for part in title.children]
    for place, bare in ((0, lambda text: text.removeprefix(" (")), (-1, lambda text: text.removesuffix(")"))):
        if parts and isinstance(parts[place], nodes.Text):
            parts[place] = nodes.Text(bare(parts[place].astext()))
    return tuple(parts)


def collect(app, doctree):
    """Keep what a page has of theorems and of cards."""
    found = {}
    for node in doctree.findall(nodes.Admonition):
        if {"proof", "theorem"} <= {*node.get("classes", ())} and not MADE_UP.fullmatch(node["label"]):
            title = next(node.findall(nodes.title), nodes.title())
            displays = [each for each in node.findall(nodes.math_block) if each.get("label")]
            equations = {each["label"]: each.astext().strip() for each in displays}
            found[node["label"]] = Theorem(words_of(title), equations)
    cards = [(card["theorem"], card["equation"]) for card in doctree.findall(nodes.list_item) if "theorem" in card]
    theorems_of(app.env)[app.env.docname] = found
    cards_of(app.env)[app.env.docname] = cards


def forget(app, env, docname):
    """Drop what is known of a page that is read again or was removed."""
    theorems_of(env).pop(docname, None)
    cards_of(env).pop(docname, None)


def merge(app, env, docnames, other):
    """Take over what another process has read."""
    for kept, read in ((theorems_of(env), theorems_of(other)), (cards_of(env), cards_of(other))):
        kept.update((docname, of_page) for docname, of_page in read.items() if docname in docnames)


def shown(app, env):
    """Return the pages with cards, to be written again, if anything changed of the theorems."""
    before, found = vars(env).get("theorems_digest"), sorted(theorems_of(env).items())
    env.theorems_digest = digest(repr([(page, label, each.equations, str(each.title)) for page, of_page in found
                                       for label, each in sorted(of_page.items())]))  # fmt: skip
    return [] if before == env.theorems_digest else sorted(page for page, cards in cards_of(env).items() if cards)


def check(app, env):
    """Warn of a theorem without a card, and of a card whose equation is none of its theorem."""
    theorems = {label: each for of_page in theorems_of(env).values() for label, each in of_page.items()}
    for page, cards in sorted(cards_of(env).items()):
        for theorem, equation in cards:
            if theorem in theorems and equation not in theorems[theorem].equations:
                has = ", ".join(theorems[theorem].equations) or "none"
                logger.warning(
                    "%s is no equation of %s, which has %s", equation, theorem, has, location=page, type="cards"
                )
    on_cards = [theorem for cards in cards_of(env).values() for theorem, _ in cards]
    for theorem in sorted(theorems.keys() - set(on_cards)) if on_cards else ():
        page = next(page for page, of_page in theorems_of(env).items() if theorem in of_page)
        logger.warning("the theorem %s has no card among {theorem-cards}", theorem, location=page, type="cards")


# What stands on the start page ----------------------------------------------------------------------------------------


class TheoremCards(SphinxDirective):
    """A list with a theorem and one of its equations in each item, which become cards."""

    has_content = True

    def run(self):
        around = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, around)
        if len(around) != 1 or not isinstance(around[0], nodes.bullet_list):
            raise self.error("{theorem-cards} holds a list, each item of it {prf:ref}`thm-…` {eq}`eq-…`")
        for item in around[0].children:
            named = [(each["reftype"], each["reftarget"]) for each in item.findall(addnodes.pending_xref)]
            if [kind for kind, _ in named] != ["ref", "eq"]:
                raise self.error(f"a card is {{prf:ref}}`thm-…` {{eq}}`eq-…`, got {item.astext()!r}")
            (_, item["theorem"]), (_, item["equation"]) = named
        around[0]["classes"].append("theorem-cards")
        return [around[0]]


class WhichIsWrong(SphinxDirective):
    """Two formulas, one of them in an ``{erratum}``, and below them words that unfold."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        around = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, around)
        boxes = [each for each in around.children if "erratum" in each.get("classes", ())]
        choices = [each for each in around.children if each in boxes or isinstance(each, nodes.math_block)]
        if len(boxes) != 1 or len(choices) != 2:
            raise self.error("{which-is-wrong} holds two formulas, one of them in an {erratum}")
        words = [each for each in around.children if each not in choices]
        (about,) = (each for each in boxes[0].children if "aside-note" in each.get("classes", ()))
        (wrong,) = (each for each in boxes[0].children if isinstance(each, nodes.math_block))
        box = nodes.container(classes=["which-is-wrong"])
        for each in choices:
            kind, formula = (["choice", WRONG], wrong) if each in boxes else (["choice"], each)
            box += nodes.container("", formula, classes=kind)
        answer = Answer("", *words, about, summary=self.arguments[0])
        box += answer
        return [box]


def fill(app, doctree, docname):
    """Make cards of the items that name theorems, and add the counterexamples to the answers."""
    verified = app.verified.book
    theorems = {label: each for of_page in theorems_of(app.env).values() for label, each in of_page.items()}
    for item in list(doctree.findall(nodes.list_item)):
        if item.get("theorem") in theorems:
            theorem = theorems[item["theorem"]]
            if item["equation"] in theorem.equations:
                _, evidence = verified.formulas.get(item["equation"], ("", None))
                item.children = card(theorem, theorem.equations[item["equation"]], list(item.findall(nodes.reference)),
                                     evidence)  # fmt: skip
                item["classes"].append(CARD)
    page = verified.pages.get(docname)
    for box in doctree.findall(nodes.container):
        if page and "which-is-wrong" in box["classes"]:
            (wrong,) = (each for each in box.findall(nodes.math_block) if WRONG in each.parent["classes"])
            found = next(each for each in page.formulas if each.number == wrong["verify"])
            next(box.findall(Answer)).insert(0, counterexample(found))


def card(theorem: Theorem, latex: str, links: list[nodes.reference], evidence: Evidence | None) -> list[nodes.Node]:
    """Return the content of a card: the title as a link, the formula, its mark if it is checked, and both numbers."""
    to_theorem, to_equation = links
    title = nodes.reference("", "", *(part.deepcopy() for part in theorem.title), internal=True)
    title["refuri"] = to_theorem.get("refuri") or f"#{to_theorem['refid']}"
    said = f"{SIGNS.get(evidence.status, '')} {status_text(evidence)}".strip() if evidence else ""
    mark = nodes.inline("", said, classes=["card-mark"])
    formula = nodes.math("", rf"\displaystyle {PUNCTUATION.sub('', latex)}")
    return [
        nodes.paragraph("", "", title, classes=["card-title"]),
        nodes.paragraph("", "", formula, classes=["card-formula"]),
        nodes.paragraph("", "", mark, nodes.Text(f" {to_theorem.astext()} "), to_equation, classes=["card-foot"]),
    ]


def counterexample(evidence: Evidence) -> nodes.paragraph:
    """Return the sentence that says at which numbers the two sides of a wrong formula differ."""
    found = next((part.judgement.counterexample for part in evidence.parts
                  if part.judgement and part.judgement.counterexample), None)  # fmt: skip
    if found is None:
        logger.warning("the wrong formula of {which-is-wrong} fails without a counterexample", type="cards")
        return nodes.paragraph()
    at: list[nodes.Node] = []
    for name, value in (*found.sizes, *found.entry, *found.inputs):
        at += [nodes.Text(", " if at else "At "), nodes.math("", f"{name} = {value}")]
    sides = [nodes.Text(", the left side is " if at else "The left side is "), nodes.strong("", found.left)]
    sides += [nodes.Text(" and the right side is "), nodes.strong("", found.right), nodes.Text(".")]
    return nodes.paragraph("", "", *at, *sides, classes=["counterexample"])


def visit_answer(self: HTML5Translator, node: Answer):
    self.body.append(f'<details class="folded answer"><summary>{html.escape(node["summary"])}</summary>\n')


def depart_answer(self: HTML5Translator, node: Answer):
    self.body.append("</details>\n")


def setup(app):
    app.add_node(Answer, html=(visit_answer, depart_answer))
    app.add_directive("theorem-cards", TheoremCards)
    app.add_directive("which-is-wrong", WhichIsWrong)
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-get-updated", shown)
    app.connect("env-check-consistency", check)
    app.connect("doctree-resolved", fill, priority=600)  # when references have their numbers
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
