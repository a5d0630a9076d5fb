"""What the reader of a page sees of the evidence: a quiet line below each formula, which unfolds.

The line says in words what became of the formula; the sign beside it only repeats that, so screen readers pass over it.
Nothing here needs a script.
"""

from collections.abc import Callable, Iterator
from html import escape

from nncore.verify.evidence import FAILING, Evidence, Part
from nncore.verify.meaning import CLAIM, CONVENTION, ERRATUM
from nncore.verify.verdicts import ALL_SHAPES, AT_SHAPES, SAMPLED, Judgement

_SIGNS = {**dict.fromkeys(FAILING, "✗"), ALL_SHAPES: "✓", AT_SHAPES: "✓", SAMPLED: "≈"}

Link = Callable[[str], str]
"""The HTML of a link to a formula or an assumption, by its name."""


def word(evidence: Evidence) -> str:
    """The status of a formula as the page prints it: nothing is said of shapes where there are none."""
    if evidence.status == ALL_SHAPES and not any(part.symbolic for part in evidence.claims):
        return "verified"
    if evidence.status == AT_SHAPES:
        shapes = dict.fromkeys(shape for part in evidence.claims for shape in part.judgement.shapes)
        return f"verified at {len(shapes)} shapes"
    return evidence.status


def badge(evidence: Evidence, link: Link, row: str | None) -> str:
    """The badge of a formula; ``row`` is the address of its row in the ledger, if there is a ledger."""
    sign = _SIGNS.get(evidence.status, "")
    sign = f'<span aria-hidden="true">{sign}</span> ' if sign else ""
    kind = "fails" if evidence.status in FAILING else "holds" if evidence.claims else "says"
    parts = [f"<li>{_part(part, link)}</li>" for part in evidence.parts]
    ending = [f"<p>Rests on {', '.join(map(link, evidence.uses))}.</p>"] if evidence.uses else []
    ending += [f"<p>{escape(problem.status)}: {escape(problem.reason)}</p>" for problem in evidence.problems]
    ending += [f'<p><a href="{escape(row)}">Row in the ledger</a></p>'] if row else []
    return (
        f'<details class="evidence {kind}"><summary>{sign}{escape(word(evidence))}</summary>'
        f"<ul>{''.join(parts)}</ul>{''.join(ending)}</details>\n"
    )


def _part(part: Part, link: Link) -> str:
    lines = "; ".join(escape(line) for line in _lines(part))
    under = [link(label) for label in part.judgement.assumptions if label] if part.judgement else []
    lines += f"; under {', '.join(under)}" if under else ""
    return f"<code>{escape(part.reading)}</code><br>{escape(part.kind)}" + (f": {lines}" if lines else "")


def _lines(part: Part) -> Iterator[str]:
    """What is to be said of a part: for which entries, what became of it and how, and what must hold."""
    if part.judgement and part.kind == CLAIM:
        yield part.judgement.status
    if part.judgement and part.kind in (CLAIM, CONVENTION):
        yield from how(part.judgement)
    if part.judgement and part.kind == ERRATUM and part.judgement.status == ERRATUM:
        yield from _how_it_fails(part.judgement)
    if part.indices:
        yield "for all " + ", ".join(f"{letter} = 1…{size}" for letter, size in part.indices)
    if part.judgement and part.judgement.where:
        yield "where " + " and ".join(part.judgement.where)


def _how_it_fails(judgement: Judgement) -> Iterator[str]:
    """In which way an erratum fails, the reason or the counterexample, and the likely slip."""
    yield f"fails by its {judgement.method}, as it must"
    yield str(judgement.counterexample or judgement.reason)
    if judgement.hint:
        yield f"likely {judgement.hint}"


def how(judgement: Judgement) -> Iterator[str]:
    """How a judgement was found, in a few words each."""
    if judgement.method and judgement.method != "numbers":
        yield judgement.method
    if judgement.shapes:
        yield "proved at " + "; ".join(map(equalities, judgement.shapes))
    if judgement.points:
        yield f"{judgement.points} numeric comparisons agree{_at(judgement)}"


def _at(judgement: Judgement) -> str:
    """Up to which sizes numbers were compared."""
    letters = dict.fromkeys(letter for sizes in judgement.sizes for letter, _ in sizes)
    largest = {letter: max(dict(sizes).get(letter, 1) for sizes in judgement.sizes) for letter in letters}
    return f" at sizes up to {equalities(largest.items())}" if largest else ""


def equalities(pairs) -> str:
    """Pairs as ``n = 2, M = 3``."""
    return ", ".join(f"{letter} = {value}" for letter, value in pairs)
