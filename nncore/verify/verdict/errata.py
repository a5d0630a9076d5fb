r"""What a page shows without claiming it: errata, which must fail as they say, and what no judge can decide.

Whether an erratum that fails by a shape or by an index does so is known when its page has been read
(`semantics.elaborate`). One that fails by its value needs a counterexample, and one that is fair: where the equation
that corrects the erratum is about the same letters, it must hold at the very numbers at which the erratum is false.
Else the erratum might only lack a condition or an assumption under which it is right. A claim about other letters
corrects nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

from nncore.verify.judgement import Judgement, Status
from nncore.verify.numeric import judge as judge_numbers
from nncore.verify.numeric import refutes, sizes_of
from nncore.verify.semantics.statements import Claim, Erratum, Statement, Unchecked, claims_of
from nncore.verify.semantics.symbols import Binding, Scope, letters, meanings_of
from nncore.verify.source.context import REASONS, VALUE
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.parser import read
from nncore.verify.verdict.judge import judge


def judge_erratum(item: Erratum, correction: Sequence[Statement]) -> Judgement:
    """Return how an erratum fails; one that does not, or not as it says, is refuted.

    ``correction`` is what the equation with the label ``item.corrected`` says, here or on another page.
    """
    claims = claims_of(correction)
    if not claims:
        return _not_as_said(f"there is no claim {item.corrected!r} that corrects this erratum")
    claims = [each for each in claims if _is_about_the_same(each, item)]
    if not claims:
        return _not_as_said(f"{item.corrected!r} is about other letters than this erratum, so it does not correct it")
    if item.fault:
        return Judgement(Status.ERRATUM, item.fault.sort, item.fault.reason)
    for wrong in item.claims:
        judgement = judge(wrong, is_saved=False)
        if judgement.status is Status.CHECKER_FAULT:
            return _not_as_said(judgement.reason)
        if judgement.status is Status.REFUTED:
            unfair = _unfair(wrong, claims)
            if unfair:
                return _not_as_said(unfair)
            return Judgement(Status.ERRATUM, VALUE, judgement.reason, judgement.counterexample, judgement.hint)
    return _not_as_said("no numbers refute this erratum")


def _not_as_said(reason: str) -> Judgement:
    return Judgement(Status.REFUTED, reason=reason)


def _unfair(wrong: Claim, correction: Sequence[Claim]) -> str:
    """Return why an erratum is not fair; nothing if it is."""
    point = judge_numbers(wrong).refuting
    assert point is not None  # since it is refuted
    for claim in correction:
        same = all(_meaning(name, claim.scope) == _meaning(name, wrong.scope) for name in claim.letters)
        if not same or not set(sizes_of(claim)) <= point.sizes.keys():
            continue
        if any(point.sizes.get(size, number) < number for size, number in claim.least):
            continue
        right = replace(claim, scope=wrong.scope, assumptions=())
        if refutes(right, point):
            reason = "the numbers that refute this erratum refute its correction as well: state a condition"
            return f"{reason} ({claim.formula.path.name}:{claim.line})"
    return ""


def _is_about_the_same(claim: Claim, erratum: Erratum) -> bool:
    """Return whether a claim names a letter on the left of an erratum, or one that it is made of, and its derivative.

    An erratum without letters is corrected by a claim without any.
    """
    scope = erratum.scope
    sides = [side for side in read(erratum.formula.text, scope.notation).last_chain.sides if _named(side, scope)]
    others = _named(claim.left, claim.scope) | _named(claim.right, claim.scope)
    if not sides:
        return not others
    own = _named(sides[0], scope)
    foreign = {name for name in own if _meaning(name, scope) != _meaning(name, claim.scope)}
    made_of = [letters(each.body, scope) for name in foreign for each in meanings_of(name, scope)]
    if others.isdisjoint(own.union(*made_of)):
        return False
    return not t.takes_derivatives(sides[0]) or any(map(t.takes_derivatives, (claim.left, claim.right)))


def _named(node: t.Node, scope: Scope) -> frozenset[str]:
    """Return the letters in an expression itself, without those of definitions."""
    return letters(node, replace(scope, definitions={}, families={}))


def _meaning(name: str, scope: Scope) -> tuple[object, ...]:
    """Return how a letter is declared and defined, apart from the label of the definition."""
    notation = scope.notation
    declared = notation.array_named(name) or notation.array_of_entry(name)
    functions = tuple(function for function in notation.functions if function.name == name)
    definition: Binding | None = scope.definitions.get(name)
    return declared, notation.scalars_named(name), functions, definition and replace(definition, label=None)


def judge_unchecked(item: Unchecked) -> Judgement:
    """Return that no judge decides a formula; one that can be checked is refuted.

    The floating-point model is about other numbers than the judges are: a formula about it may be false of real ones.
    """
    about_floats = item.reason.startswith(REASONS[2])
    for claim in item.claims:
        status = judge(claim, is_saved=False).status
        if status is not Status.UNDECIDED and not (status is Status.REFUTED and about_floats):
            return _not_as_said(f"this can be checked, so it must be: {status}")
    return Judgement(Status.UNCHECKED, reason=item.reason)
