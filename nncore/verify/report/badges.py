"""The badge of a formula, what the reader of a page sees of the evidence: a quiet line below it, which unfolds.

The line says in words what became of the formula; the sign beside it only repeats that, so screen readers pass over it.
Nothing here needs a script.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from html import escape

from latex2mathml.converter import convert

from nncore.verify.judgement import Judgement, Status
from nncore.verify.report.evidence import Evidence, Part
from nncore.verify.report.wording import grounds, status_text
from nncore.verify.semantics.statements import Kind

_SIGNS: dict[str, str] = {
    **{status: "✗" for status in Status if status.fails},
    Status.ALL_SHAPES: "✓",
    Status.AT_SHAPES: "✓",
    Status.SAMPLED: "≈",
}

MOST_SHOWN = 12  # steps of a proof
_PLAIN = ("an entry by an entry", "the derivative of a sum", "a delta equates indices", "true or false")
_ENTITY = re.compile(r"&#x([0-9A-F]+);")
_OPENING = re.compile(r"<math[^>]*>")
_ROW_OF_ONE = re.compile(r"<mrow>(<(m[ino])>[^<]*</\2>)</mrow>")

Link = Callable[[str], str]
"""The HTML of a link to a formula or an assumption, by its name."""


def badge(evidence: Evidence, link: Link, row: str | None) -> str:
    """Return the badge of a formula; ``row`` is the address of its row in the ledger, if there is a ledger."""
    sign = _SIGNS.get(evidence.status, "")
    sign = f'<span aria-hidden="true">{sign}</span> ' if sign else ""
    kind = "fails" if evidence.fails else "holds" if evidence.claims else "says"
    parts = [f"<li>{_part(part, link)}</li>" for part in evidence.parts]
    ending = [f"<p>Rests on {', '.join(map(link, evidence.uses))}.</p>"] if evidence.uses else []
    ending += [f"<p>{escape(problem.status)}: {escape(problem.reason)}</p>" for problem in evidence.problems]
    ending += [f'<p><a href="{escape(row)}">Row in the ledger</a></p>'] if row else []
    return (
        f'<details class="evidence {kind}"><summary>{sign}{escape(status_text(evidence))}</summary>'
        f"<ul>{''.join(parts)}</ul>{''.join(ending)}</details>\n"
    )


def _part(part: Part, link: Link) -> str:
    lines = "; ".join(escape(line) for line in _lines(part))
    under = [link(label) for label in part.judgement.assumptions if label] if part.judgement else []
    lines += f"; under {', '.join(under)}" if under else ""
    steps = _steps(part.judgement) if part.judgement and part.judgement.steps else ""
    return f"<code>{escape(part.reading)}</code><br>{escape(part.kind)}" + (f": {lines}" if lines else "") + steps


def _steps(judgement: Judgement) -> str:
    """Return the steps of a proof, which unfold: each with its rule, as mathematics."""
    shown = _most_telling(judgement.steps)
    items = "".join(f"<li>{escape(rule)}: {_mathematics(*terms)}</li>" for rule, *terms in shown)
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


@cache
def _mathematics(before: str, after: str, where: str = "") -> str:
    """Return an equation as MathML, which browsers set by themselves, without what has no effect."""
    condition = rf" \quad \text{{where }} {where}" if where else ""
    text = _ENTITY.sub(_character, convert(f"{before} = {after}{condition}", display="block"))
    text = _OPENING.sub('<math displaystyle="true">', text)
    while (shorter := _ROW_OF_ONE.sub(r"\1", text)) != text:
        text = shorter
    return text


def _lines(part: Part) -> Iterator[str]:
    """Yield what is said of a part: what became of it and how, for which entries, and what must hold."""
    if part.judgement and part.kind is Kind.CLAIM:
        yield part.judgement.status
    if part.judgement and part.kind in (Kind.CLAIM, Kind.CONVENTION):
        yield from grounds(part.judgement)
    if part.judgement and part.judgement.status is Status.ERRATUM:
        yield from _how_it_fails(part.judgement)
    if part.indices:
        yield "for all " + ", ".join(f"{letter} = 1…{size}" for letter, size in part.indices)
    if part.judgement and part.judgement.where:
        yield "where " + " and ".join(part.judgement.where)


def _how_it_fails(judgement: Judgement) -> Iterator[str]:
    """Yield in which way an erratum fails, the reason or the counterexample, and the likely slip."""
    yield f"fails by its {judgement.method}, as it must"
    yield str(judgement.counterexample or judgement.reason)
    if judgement.hint:
        yield f"likely {judgement.hint}"
