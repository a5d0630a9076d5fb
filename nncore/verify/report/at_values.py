r"""A claim at the values that words give its numbers: ``$x = 2$, $w = 1$ ... we have`` above ``h \approx 0.76``.

What is said of one number, ``h \approx 0.76``, is false for most values of the letters of which h is made. Where words
right above the display give each of these a value it is judged at those. Values farther above in its section may prove
it, and do not refute it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from fractions import Fraction

from nncore.verify.judgement import Judgement, Status
from nncore.verify.notation import FIXED_KINDS
from nncore.verify.report.evidence import Evidence
from nncore.verify.report.notebook import are_in_one_file, lines_between
from nncore.verify.report.supposed import bare, is_doubted, judged
from nncore.verify.semantics.layers import reached
from nncore.verify.semantics.statements import Claim
from nncore.verify.semantics.symbols import letters, resolved, symbol_or_none
from nncore.verify.source.markdown import DisplayedFormula, InlineFormula
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import latex
from nncore.verify.syntax.tree import Relation
from nncore.verify.verdict.judge import judge

_UNIT = re.compile(r"\s*(?:\\?%|percent|degrees?|°|or\b)")
_RELATES = re.compile(r"=|\\approx|\\(?:left)?(?:arrow|to|mapsto)|<|>|\\(?:le|ge|in|neq?|sim)(?![A-Za-z])")
_ROUNDED_FACTOR = re.compile(
    r"\d\.\d+\s*\)?\s*(?:\\(?:cdot|times)(?![A-Za-z])|\()|(?:\\(?:cdot|times)|\))\s*\(?\s*-?\s*\d*\.\d"
)
_NAMES = re.compile(r"(?:\\[A-Za-z]+|[A-Za-z])(?:_(?:\{[^{}]*\}|\w))?")
_NEAR = 8  # lines above a display, in which words give values for it
FAR = 100  # lines above it in its section, in which they probably do
_FRACTION = r"\\[dt]?frac\s*(?:\{(?P<above>\d+)\}|(?P<above_>\d))\s*(?:\{(?P<below>\d+)\}|(?P<below_>\d))"
_GIVES = re.compile(
    rf"(?P<letter>[^=<>]+)=\s*(?P<sign>-?)\s*(?:(?P<number>\d+(?:\.\d+)?)(?:\s*/\s*(?P<over>\d+))?|{_FRACTION})\s*"
)


@dataclass(frozen=True, slots=True)
class Values:
    """Numbers that words give letters, as the author writes these without spaces and braces, and the last line."""

    of: Mapping[str, t.Node]
    line: int


def values_said(
    formula: DisplayedFormula, inline: Iterable[InlineFormula], shown: Mapping[str, Set[str]], lines: int = _NEAR
) -> Values:
    """Return the values that words above a display, within so many lines, give letters.

    A letter of which words there, or a display of the file, say something else as well has none; ``shown`` are the
    values in displays.
    """
    found, line = dict[str, t.Node](), 0
    other = {bare(letter) for letter in shown}
    for each in inline:
        if not (are_in_one_file(each, formula) and 0 <= lines_between(each, formula) <= lines):
            continue
        given = [] if is_doubted(each) or _UNIT.match(each.after.lstrip("\ufffc")) else list(_given_by(each.text))
        for letter, value in given:
            other |= {letter} if found.setdefault(letter, value) != value else set()
            line = each.line
        if not given and lines_between(each, formula) <= _NEAR and _RELATES.search(each.text):
            other |= {bare(name) for name in _NAMES.findall(each.text)}
    return Values({letter: value for letter, value in found.items() if letter not in other}, line)


def _given_by(text: str) -> Iterator[tuple[str, t.Node]]:
    """Yield the letters to which a formula gives values, ``x = 2, y = \\tfrac12``."""
    parts = [_GIVES.fullmatch(part) for part in re.split(r",|\\quad|\\;|\\ ", text.strip()) if part.strip()]
    for part in parts if all(parts) else ():
        assert part is not None
        number = t.Number(part["number"] or part["above"] or part["above_"])
        below = part["over"] or part["below"] or part["below_"]
        value: t.Node = t.Fraction(number, t.Number(below)) if below else number
        yield bare(part["letter"]), t.Minus(value) if part["sign"] else value


def inputs_of(claim: Claim) -> Iterator[t.Name]:
    """Yield the numbers and entries that nothing defines and of which the sides of a claim are made at last."""
    scope = claim.scope
    inputs = claim.letters - scope.definitions.keys() - FIXED_KINDS.keys()
    for node in reached([claim.left, claim.right], scope):
        symbol = symbol_or_none(node, scope) if isinstance(node, t.Name) else None
        if symbol and symbol.name in inputs:
            assert isinstance(node, t.Name)
            yield node


def at_values(claim: Claim, values: Values, as_written: Callable[[str], str]) -> Claim | None:
    """Return a claim about a number at the values that words give; None if they leave one of its letters open."""
    scope = claim.scope
    constant = any(not letters(side, scope) - FIXED_KINDS.keys() for side in (claim.left, claim.right))
    if claim.relation not in (Relation.EQUAL, Relation.ROUNDS) or not constant or not values.of:
        return None
    said: dict[str, t.Chain] = {}
    for node in inputs_of(claim):
        value = values.of.get(bare(as_written(latex(node))))
        if value is None:
            return None
        said[latex(node)] = t.Chain(node, (t.Link(Relation.EQUAL, resolved(value, scope)),))
    return replace(claim, conditions=(*claim.conditions, *said.values())) if said else None


def where_values(
    evidence: Evidence,
    under: Claim,
    formula: DisplayedFormula,
    line: int,
    as_written: Callable[[str], str],
    written: str,
    far: bool,
) -> Evidence:
    """Return the evidence for a claim at the values that words in a line give; ``written`` is the whole display.

    If that is far above it, other words between may have changed them: then it is not refuted.
    """
    part = next(part for part in evidence.parts if part.judgement)
    found = judge(under, is_saved=False)
    if found.status is Status.REFUTED and under.relation is Relation.ROUNDS and _is_carried(found, written):
        example = found.counterexample
        assert example is not None
        reason = f"it is {example.left}, and {example.right} may come from factors that were rounded before"
        found = Judgement(Status.UNDECIDED, reason=reason)
    at = ", ".join(as_written(latex(each)) for each in under.conditions)
    if far and found.status is Status.REFUTED:
        reason = f"the values differ at {at}, as words in line {line} say, if they hold here: {found.counterexample}"
        found = Judgement(Status.UNDECIDED, reason=reason)
    told = judged(evidence, part, found, formula)
    remark = f"at {at}, as words in line {line} say"
    problems = told.problems if found.status in (Status.REFUTED, Status.UNDECIDED) else ()
    return replace(told, problems=problems, remarks=(*told.remarks, remark))


def _is_carried(found: Judgement, written: str) -> bool:
    """Return whether a value is off by one in a hundred at most, in a display that computes with rounded factors."""
    example = found.counterexample
    if example is None or not _ROUNDED_FACTOR.search(written):
        return False
    try:
        left, right = Fraction(example.left), Fraction(example.right)
    except ValueError:
        return False
    return abs(left - right) <= abs(left) / 100
