r"""What a false claim in somebody's file may mean instead: a condition, a definition, "not the same".

People write ``\lambda > 0`` and ``C = 2`` of what is given, ``\hat{y} = \operatorname{softmax}(z)`` of a letter that is
an input elsewhere in the file, and ``a \neq b`` of what differs in general. For all values each of them is false, and
none of them is said of all values. Such a statement is not refuted; what is said of it is what to write. And where the
words above say that two indices are the same, what is false without that holds if they are; so does what is said by
cases of some values of a letter, if it has no others.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from nncore.verify import numeric
from nncore.verify.judgement import Diagnostic, Judgement, Proviso, Status
from nncore.verify.notation import FIXED_KINDS
from nncore.verify.report.evidence import Evidence, Part
from nncore.verify.report.page import problem_of
from nncore.verify.semantics.statements import Claim
from nncore.verify.semantics.symbols import letters
from nncore.verify.source.markdown import DisplayedFormula, InlineFormula
from nncore.verify.symbol import SymbolKind
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import latex
from nncore.verify.syntax.tree import Relation
from nncore.verify.verdict.judge import judge, judge_where

_TWO_LETTERS = re.compile(r"\s*(\\?[A-Za-z]+)\s*(=|\\neq?(?![A-Za-z])|≠|\\not\s*=)\s*(\\?[A-Za-z]+)[\s.,:;]*")
_SUPPOSED = re.compile(
    r"\b(?:if|when|where|whenever|for|case|cases|consider|suppose|assume|with)(?: that)?$", re.IGNORECASE
)
_NOT_SUPPOSED = re.compile(r"\b(?:otherwise|else|impossible|cannot|done|excluded|never)\b", re.IGNORECASE)
_FAR = 60  # lines, beyond which words say nothing of a formula
_INPUTS = (SymbolKind.ENTRY, SymbolKind.NUMBER, SymbolKind.ARRAY)
# Functions that mean another thing in each example.
_GENERIC = frozenset(("f", "g", "h", "F", "G", r"\mathsf{f}", r"\mathsf{g}", r"\mathsf{h}"))
_VALUE = "this is a value for numbers that are given elsewhere, and no claim about all"
_CONDITION = "this is a condition, and no claim, for letters that may be anything: put it behind what holds under it"


def doubted(evidence: Evidence, claim: Claim, others: Collection[Claim], of_slope: bool) -> Evidence:
    """Return the evidence for a refuted claim, or for what it is instead.

    ``others`` say of the same function what it is; ``of_slope`` says whether a chain that begins with a derivative goes
    on with it.
    """
    if of_slope and claim.right == t.Number("0") and not isinstance(claim.left, t.Derivative):
        return _open(evidence, _CONDITION)
    reason = _other_meaning(claim, others, [problem.reason for problem in evidence.problems])
    return _open(evidence, reason) if reason else evidence


def said_equal(formula: DisplayedFormula, inline: Iterable[InlineFormula]) -> tuple[str, str] | None:
    """Return the two letters of which the words above a formula say last that they are the same, as written."""
    above = (each for each in inline if each.path == formula.path and 0 <= formula.line - each.line <= _FAR)
    told = [(found, each) for each in above if (found := _TWO_LETTERS.fullmatch(each.text))]
    if not told or told[-1][0][2] != "=":
        return None
    found, last = told[-1]
    supposed = _SUPPOSED.search(last.before.rstrip()) and not _NOT_SUPPOSED.search(last.after)
    return (found[1], found[3]) if supposed else None


def where_equal(evidence: Evidence, claim: Claim, one: str, other: str, formula: DisplayedFormula) -> Evidence:
    """Return the evidence for a refuted claim, or for one that holds where two of its indices are the same."""
    says = t.Chain(t.Letter(one), (t.Link(Relation.EQUAL, t.Letter(other)),))
    free = dict(claim.free)
    (part,) = (part for part in evidence.parts if part.judgement)
    if not {one, other} <= free.keys() or free[one] != free[other] or not part.judgement:
        return evidence
    found = judge_where(claim, part.judgement, says)
    if found is None:
        return evidence
    return _judged(evidence, part, found, formula)


def _judged(evidence: Evidence, part: Part, found: Judgement, formula: DisplayedFormula) -> Evidence:
    """Return the evidence for a formula of whose one claim something else is found."""
    parts = tuple(replace(each, judgement=found) if each is part else each for each in evidence.parts)
    return replace(evidence, status=found.status, parts=parts, problems=(problem_of(part, found, formula),))


def where_cases_hold(evidence: Evidence, claim: Claim, formula: DisplayedFormula) -> Evidence:
    """Return the evidence for a refuted claim, or for one that is judged for the values that its cases name.

    ``y = 0`` and ``y = 1`` as conditions of all cases say that y has no other values: it holds for each of them, or is
    refuted for one.
    """
    (part,) = (part for part in evidence.parts if part.judgement)
    cases = [each for side in (claim.left, claim.right) for each, _ in t.walk(side) if isinstance(each, t.Cases)]
    named = [_value_of(case.condition) for each in cases for case in each.cases]
    letters_ = {latex(letter): letter for letter, _ in filter(None, named)}
    if part.judgement is None or None in named or len(letters_) != 1:
        return evidence
    ((shown, letter),) = letters_.items()
    values = dict.fromkeys(value for _, value in filter(None, named))
    found = part.judgement
    for value in values:
        left, right = (_at(side, letter, value) for side in (claim.left, claim.right))
        found = judge(replace(claim, left=left, right=right))
        if found.status is Status.REFUTED:
            found = replace(found, reason=f"where {shown} = {latex(value)}, {found.reason}")
            return _judged(evidence, part, found, formula)
        if found.status not in (Status.ALL_SHAPES, Status.RESTATES):
            return evidence
    words = " or ".join(f"${shown} = {latex(value)}$" for value in values)
    provided = Proviso(words, words.replace("$", ""), "say in words which values there are")
    under = replace(part.judgement, status=Status.HOLDS_IF, method=found.method, provided=(provided,))
    return _judged(evidence, part, under, formula)


def _value_of(condition: t.Chain) -> tuple[t.Node, t.Number] | None:
    """Return what a condition of a case says is equal to which number; None if it says something else."""
    match condition:
        case t.Chain(t.Letter() | t.Indexed() as letter, (t.Link(Relation.EQUAL, t.Number() as value),)):
            return letter, value
    return None


def _at(node: t.Node, letter: t.Node, value: t.Number) -> t.Node:
    """Return an expression in which a letter has a value, and cases are the one for it."""
    if node == letter:
        return value
    if isinstance(node, t.Cases):
        chosen = (case.value for case in node.cases if (found := _value_of(case.condition)) and found[1] == value)
        node = next(chosen, node)
        return _at(node, letter, value) if not isinstance(node, t.Cases) else node
    return t.with_children(node, lambda child: _at(child, letter, value))


def _open(evidence: Evidence, reason: str) -> Evidence:
    """Return the evidence for a claim of which it is undecided what it says."""
    lost = Judgement(Status.UNDECIDED, reason=reason)
    return replace(
        evidence,
        status=Status.UNDECIDED,
        parts=tuple(replace(part, judgement=part.judgement and lost) for part in evidence.parts),
        problems=tuple(_instead(problem, reason) for problem in evidence.problems),
    )


def _instead(problem: Diagnostic, reason: str) -> Diagnostic:
    return replace(problem, status=Status.UNDECIDED, reason=reason) if problem.status is Status.REFUTED else problem


def _is_condition(claim: Claim) -> bool:
    """Return whether two inputs are compared, or a letter and a number."""
    sides = (claim.left, claim.right)
    if claim.left == claim.right or any(_is_size(one) and _is_below_1(other) for one, other in (sides, sides[::-1])):
        return False  # of nothing
    for one, other in (sides, sides[::-1]):
        if isinstance(one, t.Letter) and letters(one, claim.scope) and _is_constant(other, claim):
            return _varies(one, claim)  # else it is arithmetic
    return any(_is_free(side, claim, sizes=True) for side in sides) and all(
        _is_free(side, claim, sizes=True) or _is_constant(side, claim) for side in sides
    )


def _is_size(node: t.Node) -> bool:
    return isinstance(node, t.Letter) and node.symbol is not None and node.symbol.kind is SymbolKind.SIZE


def _is_below_1(node: t.Node) -> bool:
    body = node.body if isinstance(node, t.Minus) else node
    return isinstance(body, t.Number) and (body is not node or body.value < 1)


def _is_constant(node: t.Node, claim: Claim) -> bool:
    """Return whether an expression is one number."""
    kinds = {each.symbol.kind for each, _ in t.walk(node) if isinstance(each, t.Name) and each.symbol}
    return not letters(node, claim.scope) - FIXED_KINDS.keys() and kinds <= {SymbolKind.CONSTANT}


def _varies(node: t.Node, claim: Claim) -> bool:
    """Return whether an expression is made of an input."""
    return bool(letters(node, claim.scope) - claim.scope.definitions.keys() - FIXED_KINDS.keys())


def _is_computed(node: t.Node, claim: Claim) -> bool:
    """Return whether an expression is a number as one computes it: a decimal, or a product or a sum of numbers."""
    parts = [each for each, _ in t.walk(node)]
    decimal = any(isinstance(each, t.Number) and "." in each.digits for each in parts)
    several = any(isinstance(each, t.Times | t.Plus) for each in parts)
    return _is_constant(node, claim) and (decimal or several)


def _is_free(node: t.Node, claim: Claim, sizes: bool = False) -> bool:
    """Return whether an expression is an input, or any entry of one; with ``sizes`` also a size."""
    node = node.body if isinstance(node, t.Transpose) else node
    if isinstance(node, t.Apply):
        kinds = {each.name: each.kind for each in claim.scope.notation.functions}
        name, arguments = node.function.name, node.arguments
        is_any = kinds.get(name) in ("smooth", "cost") and name not in claim.scope.definitions
        return is_any and all(isinstance(each, t.Letter) for each in arguments)
    symbol = node.symbol if isinstance(node, t.Letter | t.Indexed | t.Family) else None
    if symbol is None or (symbol.kind is SymbolKind.SIZE and sizes):
        return symbol is not None
    indices = node.indices if isinstance(node, t.Indexed) else ()
    free = dict(claim.free)
    distinct = {each.name for each in indices if isinstance(each, t.Letter) and each.name in free}
    known = symbol.name in claim.scope.definitions or symbol.name in claim.scope.families
    return symbol.kind in _INPUTS and not known and len(distinct) == len(indices)


def _any_function(claim: Claim) -> str:
    """Return a function that may be any, of which a claim without a derivative says what it is; empty if none is."""
    nodes = [each for side in (claim.left, claim.right) for each, _ in t.walk(side)]
    alone = {side.function.name for side in (claim.left, claim.right) if isinstance(side, t.Apply)}
    if any(isinstance(each, t.Derivative) or (isinstance(each, t.Function) and each.primes) for each in nodes):
        return ""
    known = {each.name for each in claim.scope.notation.functions if each.kind in ("smooth", "cost")}
    names = (each.name for each in nodes if isinstance(each, t.Function))
    return next((name for name in names if name in known & alone and name not in claim.scope.definitions), "")


def _other_meaning(claim: Claim, others: Collection[Claim], reasons: Collection[str]) -> str:
    """Return what a false claim may mean instead of one of all values; empty if it means that."""
    if _is_condition(claim):
        return _CONDITION
    sides = (claim.left, claim.right)
    if any(_is_computed(one, claim) and _varies(other, claim) for one, other in (sides, sides[::-1])):
        return _VALUE
    if name := _any_function(claim):
        return f"{name} may be any function, and this is not so for all of them: if it says what {name} is, write :="
    if claim.relation is Relation.UNEQUAL:
        equal = numeric.judge(replace(claim, relation=Relation.EQUAL))
        differ = equal.status == numeric.Finding.REFUTED
        return "both sides are equal at some values, and differ at others" if differ else ""
    if claim.relation not in (Relation.EQUAL, Relation.ROUNDS):
        return ""
    if any(problem.startswith("no case holds") for problem in reasons):
        return "no case holds for some values: say which values there are, as a condition"
    named = claim.left.function.name if isinstance(claim.left, t.Apply) else latex(claim.left)
    says = named in _GENERIC and named not in letters(claim.right, claim.scope)
    if says and others and not any(numeric.judge(each).status == numeric.Finding.AGREES for each in others):
        return f"the file says more than once what {latex(claim.left)} is: give each meaning a letter of its own"
    for one in sides:
        if isinstance(one, t.Letter) and one.symbol and one.symbol.kind in (SymbolKind.INDEX, SymbolKind.SIZE):
            return f"{latex(one)} is an index or a size in the notation: if it is another letter here, shadow it"
    for one, other in (sides, sides[::-1]):
        names = letters(one, claim.scope)
        if _is_free(one, claim) and names.isdisjoint(letters(other, claim.scope)):
            return f"{latex(one)} may be anything, since nothing above says what it is: if this does, write :="
    return ""
