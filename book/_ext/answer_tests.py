"""What the checker says of pairs of answers: the directive ``{answer-tests}``, whose content are headings, one a line.

A line of ``book/reference/answer-tests.txt`` is ``left ; right ; equal`` or ``left ; right ; different``, below a
heading that begins with #. Every pair is judged as the equation of both, as it would be on a page.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from nncore.verify.judgement import Status
from nncore.verify.notation import load
from nncore.verify.report.book import NOTATION, check
from nncore.verify.report.evidence import Evidence
from nncore.verify.report.wording import lacking_words

PAIRS = Path(__file__).resolve().parents[1] / "reference" / "answer-tests.txt"
RIGHT, OPEN, WRONG = "right", "open", "wrong"


class Pair(NamedTuple):
    """Two answers and how they relate, below a heading."""

    heading: str
    left: str
    right: str
    truth: str


def pairs(text: str) -> Iterator[Pair]:
    """The pairs of the file."""
    heading = ""
    for line in filter(None, text.split("\n")):
        if line.startswith("# "):
            heading = line.removeprefix("# ")
        else:
            yield Pair(heading, *line.split(" ; "))


def judged(found: list[Pair], store: Path | None = None) -> list[Evidence]:
    """The evidence for the equation of each pair."""
    with TemporaryDirectory() as folder:
        page = Path(folder) / "answers.md"
        page.write_text("\n".join(f"$$\n{pair.left} = {pair.right}\n$$\n" for pair in found), encoding="utf-8")
        return list(check([page], load(NOTATION), store, root=page.parent).pages[0].formulas)


def outcome(pair: Pair, evidence: Evidence) -> str:
    """Whether a verdict is right; it is open if nothing is proved or refuted."""
    if evidence.status == Status.SAMPLED or (
        pair.truth == "equal" and evidence.fails and evidence.status != Status.REFUTED
    ):
        return OPEN
    accepted = evidence.status in (Status.ALL_SHAPES, Status.AT_SHAPES, Status.RESTATES)
    return RIGHT if accepted == (pair.truth == "equal") else WRONG


def lines(found: list[Pair], evidence: list[Evidence]) -> Iterator[str]:
    """The counts in words and a table for each heading, in Markdown."""
    outcomes = Counter(map(outcome, found, evidence))
    equal = sum(pair.truth == "equal" for pair in found)
    yield (
        f"Of {len(found)} pairs, {equal} are equal and {len(found) - equal} are not. "
        f"{outcomes[RIGHT]} verdicts are right, {outcomes[OPEN]} leave it open, {outcomes[WRONG]} are wrong."
    )
    heading = ""
    for pair, each in zip(found, evidence, strict=True):
        if pair.heading != heading:
            heading = pair.heading
            yield from ("", f"**{heading}**", "", "| answer | expected | they are | the checker says | which is |")
            yield "|---|---|---|---|---|"
        yield f"| ${_cell(pair.left)}$ | ${_cell(pair.right)}$ | {pair.truth} | {said(each)} | {outcome(pair, each)} |"


def _cell(formula: str) -> str:
    return formula.replace("|", r"\vert ")


def said(evidence: Evidence) -> str:
    """A verdict in a few words: with the condition that it needs, or where the sides differ."""
    where = dict.fromkeys(each for part in evidence.parts if part.judgement for each in part.judgement.where)
    status = "verified" if evidence.status in (Status.ALL_SHAPES, Status.AT_SHAPES) else evidence.status
    if where and not evidence.fails:
        return f"{status}, where {' and '.join(f'`{each}`' for each in where)}"
    if evidence.status == Status.HOLDS_IF:
        return " and ".join(lacking_words(judgement) for judgement in evidence.judgements).replace("|", r"\vert ")
    if evidence.problems and evidence.status != Status.REFUTED:
        return f"{status}: {_words(evidence.problems[0].reason)}"
    at = next((part.judgement.counterexample for part in evidence.parts if part.judgement), None)
    numbers = (*at.sizes, *at.entry, *at.inputs) if at else ()
    return f"{status} at {', '.join(f'`{name} = {value}`' for name, value in numbers)}" if numbers else status


def _words(reason: str) -> str:
    return re.sub(r"([|*_<$])", r"\\\1", reason)


class AnswerTests(SphinxDirective):
    has_content = True

    def run(self):
        self.env.note_dependency(str(PAIRS))
        everything = list(pairs(PAIRS.read_text(encoding="utf-8")))
        if unknown := {*self.content} - {pair.heading for pair in everything}:
            raise self.error(f"no pairs have the heading {', '.join(sorted(unknown))}")
        found = [pair for pair in everything if pair.heading in self.content]
        evidence = judged(found, Path(self.env.srcdir) / "_build" / ".verify_cache")
        made = self.parse_text_to_nodes("\n".join(lines(found, evidence)))
        for cell in (cell for part in made for cell in part.findall(nodes.entry)):
            # Without paragraphs, more than a thousand of which would be elements of the page.
            cell.children = [nodes.generated("", "", *words.children) for words in cell.children]
        return made


def setup(app):
    app.add_directive("answer-tests", AnswerTests)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
