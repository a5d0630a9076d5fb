"""The badge of a formula, what a reader sees of the evidence: a quiet mark beside its number, which unfolds.

A claim that is verified has a ✓, a definition has :=, and the word for it is there for screen readers, on paper, and
where no script runs. What is an exception says so in words. What unfolds speaks to the reader: how the formula was
read, as mathematics, how it was judged, and on which formulas it rests. Nothing here needs a script: where scripts run,
what unfolds is text within a ``<noscript>``, so that a page does not carry thousands of elements that nobody asked for,
and a script (static/verify.js) makes elements of it when it is unfolded.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from html import escape

from nncore.extras import require
from nncore.verify.judgement import Counterexample, Judgement, Status
from nncore.verify.report.evidence import Evidence, PageReport, Part
from nncore.verify.report.shown import as_latex
from nncore.verify.report.wording import QUIET, SIGNS, grounds, lacking_words, page_sentence, said_of, status_text
from nncore.verify.semantics.statements import Kind

try:
    from latex2mathml.converter import convert
except ModuleNotFoundError:
    require("verify", "nncore.verify")
    raise

MOST_SHOWN = 12  # steps of a proof
_PLAIN = ("an entry by an entry", "the derivative of a sum", "a delta equates indices", "true or false")
_ENTITY = re.compile(r"&#x([0-9A-F]+);")
_OPENING = re.compile(r"<math[^>]*>")
_ENTRY = re.compile(r"\b([A-Za-z])(?:\[(\w+(?:, \w+)*)\]|_(\w)\b)")  # g[1, 2] or D_1, within words
_ROW_OF_ONE = re.compile(r"<mrow>(<(m[ino])>[^<]*</\2>)</mrow>")

Link = Callable[[str], str]
"""The HTML of a link to a formula or an assumption, by its name."""


def badge(evidence: Evidence, link: Link, row: str | None, words: str) -> str:
    """Return the badge of a formula.

    Parameters
    ----------
    evidence : Evidence
        What is known of the formula.
    link : callable
        Makes links to what it rests on.
    row : str or None
        The address of its row in the ledger, if there is a ledger.
    words : str
        What a reader calls the formula: ``(4.3)``, or ``formula 7``.
    """
    kind = "fails" if evidence.fails else "holds" if evidence.claims else "says"
    quiet = " quiet" if evidence.status in QUIET else ""
    parts = [f"<li>{_part(part, link)}</li>" for part in evidence.parts]
    ending = [f"<p>Rests on {', '.join(map(link, evidence.uses))}.</p>"] if evidence.uses else []
    ending += [f"<p>{escape(problem.status)}: {escape(problem.reason)}</p>" for problem in evidence.problems]
    ending += [f'<p><a href="{escape(row)}">{escape(words)} in the ledger</a></p>'] if row else []
    return (
        f'<details class="evidence {kind}{quiet}">{_summary(evidence, words)}'
        f'<div class="evidence-says"><noscript><ul>{"".join(parts)}</ul>{"".join(ending)}</noscript></div></details>\n'
    )


def _summary(evidence: Evidence, words: str) -> str:
    """Return the mark: its sign for the eye, and its name for the ear, as in ``(4.3): verified for all shapes``."""
    said = escape(status_text(evidence))
    sign = SIGNS.get(evidence.status, "")
    shown = f'<span class="evidence-sign" aria-hidden="true" title="{said}">{sign}</span> ' if sign else ""
    name = f'<span class="evidence-of">{escape(words)}: </span><span class="evidence-word">{said}</span>'
    return f"<summary>{shown}{name}</summary>"


def page_line(page: PageReport, row: str | None) -> str:
    """Return the line about a page, with a link to its rows in the ledger, if there is one; of no claims, nothing."""
    said = escape(page_sentence(page))
    if not said:
        return ""
    shown = f'<a href="{escape(row)}">{said}</a>' if row else said
    return f'<p class="evidence-of-page">{shown}</p>\n'


def _part(part: Part, link: Link) -> str:
    lines = [*map(_in_words, _lines(part)), *_conditions(part)]
    under = [link(label) for label in part.judgement.assumptions if label] if part.judgement else []
    under += [_in_words(words.replace("$", "")) for words in part.judgement.given] if part.judgement else []
    lines += [f"under {', '.join(under)}"] if under else []
    if part.judgement and part.judgement.counterexample:
        lines.append(_counterexample(part.judgement.counterexample))
    steps = _steps(part.judgement) if part.judgement and part.judgement.steps else ""
    said = f": {'; '.join(lines)}" if lines else ""
    return f'<div class="evidence-reading">{_mathematics(part.latex)}</div>{part.kind.capitalize()}{said}.{steps}'


def _steps(judgement: Judgement) -> str:
    """Return the steps of a proof, which unfold: each with its rule, as mathematics."""
    shown = _most_telling(judgement.steps)
    items = "".join(f"<li>{escape(rule)}: {_step(*terms)}</li>" for rule, *terms in shown)
    words = f"{judgement.made} steps, {judgement.evaluated} of them evaluated by numbers before and after"
    rest = "" if len(shown) == judgement.made else f"<p>The {len(shown)} most telling ones are shown.</p>"
    return f'<details class="steps"><summary>{words}</summary><ol>{items}</ol>{rest}</details>'


def _most_telling(steps: Sequence[tuple[str, str, str, str]]) -> list[tuple[str, str, str, str]]:
    """Return as many steps as a reader goes through, in their order, without those that say least."""
    found = list(steps)
    for place in range(len(found) - 1, -1, -1):
        rule, _, after, _ = found[place]
        if len(found) > MOST_SHOWN and ((after == "0" and place < len(found) - 1) or rule in _PLAIN):
            del found[place]
    return found if len(found) <= MOST_SHOWN else [*found[: MOST_SHOWN - 1], found[-1]]


def _character(entity: re.Match[str]) -> str:
    """Return the character of an entity, unless it has a meaning in HTML."""
    character = chr(int(entity[1], 16))
    return entity[0] if character in "&<>" else character


def _step(before: str, after: str, where: str = "") -> str:
    """Return a step of a proof, and where it holds, as MathML."""
    condition = rf" \quad \text{{where }} {where}" if where else ""
    return _mathematics(f"{before} = {after}{condition}")


@cache
def _mathematics(latex: str) -> str:
    """Return LaTeX as MathML, which browsers set by themselves, without what has no effect."""
    text = _ENTITY.sub(_character, convert(latex, display="block"))
    text = _OPENING.sub('<math displaystyle="true">', text)
    while (shorter := _ROW_OF_ONE.sub(r"\1", text)) != text:
        text = shorter
    return text


def _lines(part: Part) -> Iterator[str]:
    """Yield what is said of a part: what became of it and how, and for which entries."""
    if part.judgement and part.kind is Kind.CLAIM:
        yield lacking_words(part.judgement).replace("$", "") if part.judgement.provided else said_of(part)
    if part.judgement and part.kind in (Kind.CLAIM, Kind.CONVENTION):
        yield from grounds(part.judgement)
    if part.judgement and part.judgement.status is Status.ERRATUM:
        yield from _how_it_fails(part.judgement)
    if part.indices:
        yield "for all " + ", ".join(f"{letter} = 1…{size}" for letter, size in part.indices)


def _in_words(text: str) -> str:
    """Return words as HTML, the entries and sizes that they name with their indices below."""

    def entry(found: re.Match[str]) -> str:
        indices = (found[2] or found[3]).split(", ")
        return f"{found[1]}<sub>{('' if max(map(len, indices)) == 1 else ', ').join(indices)}</sub>"

    return _ENTRY.sub(entry, escape(text))


def _conditions(part: Part) -> Iterator[str]:
    """Yield the HTML of what must hold for both sides to exist."""
    if part.judgement and part.judgement.where:
        yield "where " + " and ".join(_mathematics(as_latex(condition)) for condition in part.judgement.where)


def _how_it_fails(judgement: Judgement) -> Iterator[str]:
    """Yield in which way an erratum fails, the reason if there is no counterexample, and the likely slip."""
    yield f"fails by its {judgement.method}, as it must"
    if not judgement.counterexample:
        yield judgement.reason
    if judgement.hint:
        yield f"likely {judgement.hint}"


def _counterexample(found: Counterexample) -> str:
    """Return the numbers at which both sides differ, the zeros among them in one word, and both sides."""
    zeros = [name for name, value in found.inputs if value == "0"]
    inputs = [(name, value) for name, value in found.inputs if value != "0"]
    at = [_mathematics(_named(name, value)) for name, value in (*found.sizes, *found.entry, *inputs)]
    rest = ("all inputs 0" if not inputs else "all other inputs 0") if len(zeros) > 1 else ""
    at += [_mathematics(f"{zeros[0]} = 0")] if len(zeros) == 1 else []
    place = ", ".join([*at, *filter(None, [rest])])
    return (f"at {place}: " if place else "") + f"left {escape(found.left)}, right {escape(found.right)}"


def _named(name: str, value: object) -> str:
    """Return the LaTeX of a letter, a row or a column with its value."""
    return rf"\text{{{name} }} {value}" if name in ("row", "column") else f"{name} = {value}"
