r"""What a page shows without claiming it: errata, which must fail as they say, and what no judge can decide.

Whether an erratum that fails by a shape or by an index does so is known when its page has been read
(`semantics.elaborate`). One that fails by its value needs a counterexample, and one that is fair: where the equation
that corrects the erratum is about the same letters, it must hold at the very numbers at which the erratum is false.
Else the erratum might only lack a condition or an assumption under which it is right. A claim about other letters
corrects nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nncore.verify.judgement import Counterexample
from nncore.verify.numeric import judge as judge_numbers
from nncore.verify.numeric import refutes, sizes_of
from nncore.verify.semantics.elaborate import ERRATUM, UNCHECKED, VALUE
from nncore.verify.semantics.statements import CLAIM, Fault, Item
from nncore.verify.semantics.symbols import Definition, Scope, array_named, array_of_entry, letters, meanings_of
from nncore.verify.source.context import REASONS
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.parser import read
from nncore.verify.verdict.judge import CHECKER_FAULT, REFUTED, UNDECIDED, judge


class NotAsSaid(ValueError):
    """An erratum that does not fail as it says, or an unchecked formula that can be checked.

    Attributes
    ----------
    fault : Fault
        The reason, with file and line.
    """

    def __init__(self, item: Item, reason: str):
        self.fault = Fault(item.formula.path, item.line, item.column, reason)
        super().__init__(str(self.fault))


@dataclass(frozen=True, slots=True)
class Failure:
    """How an erratum fails.

    Attributes
    ----------
    way : str
        ``value``, ``shape`` or ``index``.
    reason : str
        What is wrong, in one line.
    line, column : int
        The offending place in the file: for a value, the link of the chain that is false.
    counterexample : Counterexample or None
        Numbers that refute it, for a value.
    hint : str
        The likely slip, where one is recognized.
    """

    way: str
    reason: str
    line: int
    column: int
    counterexample: Counterexample | None = None
    hint: str = ""


def judge_erratum(item: Item, correction: Sequence[Item], seed: str = "1") -> Failure:
    """How an erratum fails; ``correction`` is what the equation that corrects it says.

    Its label is ``item.shown.options["corrected"]``, and it may stand on another page.

    Raises
    ------
    NotAsSaid
        If it does not fail as it says, or nothing corrects it.
    ValueError
        If the item is no erratum.
    """
    if item.kind != ERRATUM:
        raise ValueError(f"a {item.kind} is no erratum")
    claims = [each for each in correction if each.kind == CLAIM]
    if not claims:
        raise NotAsSaid(item, f"there is no claim {item.shown.options['corrected']!r} that corrects this erratum")
    claims = [each for each in claims if _is_about_the_same(each, item)]
    if not claims:
        reason = "is about other letters than this erratum, so it does not correct it"
        raise NotAsSaid(item, f"{item.shown.options['corrected']!r} {reason}")
    if item.shown.options["fails"] != VALUE:
        fault = item.shown.fault
        return Failure(fault.sort, fault.reason, fault.line, fault.column)
    for wrong in item.shown.claims:
        judgement = judge(wrong, seed)
        if judgement.status == CHECKER_FAULT:
            raise NotAsSaid(item, judgement.reason)
        if judgement.status == REFUTED:
            _check_that_it_is_fair(item, wrong, claims, seed)
            return Failure(VALUE, judgement.reason, wrong.line, wrong.column, judgement.counterexample, judgement.hint)
    raise NotAsSaid(item, "no numbers refute this erratum")


def _check_that_it_is_fair(item: Item, wrong: Item, correction: Sequence[Item], seed: str) -> None:
    point = judge_numbers(wrong, seed).refuting
    for claim in correction:
        if not _same_letters(claim, wrong.scope) or not set(sizes_of(claim)) <= point.sizes.keys():
            continue
        if any(point.sizes.get(size, number) < number for size, number in claim.least):
            continue
        right = replace(claim, scope=wrong.scope, assumptions=())
        if refutes(right, point):
            reason = "the numbers that refute this erratum refute its correction as well: state a condition"
            raise NotAsSaid(item, f"{reason} ({claim.formula.path.name}:{claim.line})")


def _is_about_the_same(claim: Item, erratum: Item) -> bool:
    """Whether a claim names a letter on the left of an erratum, or of what that is made of, and has its derivative.

    An erratum without letters is corrected by a claim without any.
    """
    scope = erratum.scope
    statement = read(erratum.formula.text, scope.notation).statements[-1]
    chain = statement.conclusion if isinstance(statement, t.Implication) else statement
    sides = [side for side in chain.sides if _named(side, scope)]
    others = _named(claim.left, claim.scope) | _named(claim.right, claim.scope)
    if not sides:
        return not others
    own = _named(sides[0], scope)
    foreign = {name for name in own if _meaning(name, scope) != _meaning(name, claim.scope)}
    made_of = [letters(each.body, scope) for name in foreign for each in meanings_of(name, scope)]
    if others.isdisjoint(own.union(*made_of)):
        return False
    return not _takes_derivatives(sides[0]) or any(map(_takes_derivatives, (claim.left, claim.right)))


def _takes_derivatives(node: t.Node) -> bool:
    return any(isinstance(each, t.Derivative) or getattr(each, "primes", 0) for each, _ in t.walk(node))


def _named(node: t.Node, scope: Scope) -> frozenset[str]:
    """The letters that stand in an expression itself."""
    return letters(node, replace(scope, definitions={}, families={}))


def _same_letters(claim: Item, scope: Scope) -> bool:
    """Whether all letters of a claim mean the same in another scope."""
    return all(_meaning(name, claim.scope) == _meaning(name, scope) for name in claim.letters)


def _meaning(name: str, scope: Scope) -> tuple:
    """How a letter is declared and defined, apart from the label of the definition."""
    notation = scope.notation
    declared = array_named(name, notation) or array_of_entry(name, notation)
    numbers = tuple(scalar for scalar in notation.scalars if scalar.written.letter == name)
    functions = tuple(function for function in notation.functions if function.name == name)
    definition: Definition | None = scope.definitions.get(name)
    return declared, numbers, functions, definition and replace(definition, label=None)


def judge_unchecked(item: Item, seed: str = "1") -> None:
    """Sees to it that an unchecked formula cannot be checked.

    The floating-point model is about other numbers than the judges are: a formula about it may be false of real ones.

    Raises
    ------
    NotAsSaid
        If a judge decides one of its claims.
    ValueError
        If the item is not an unchecked formula.
    """
    if item.kind != UNCHECKED:
        raise ValueError(f"a {item.kind} is checked")
    about_floats = item.shown.options["reason"].startswith(REASONS[2])
    for claim in item.shown.claims:
        status = judge(claim, seed).status
        if status == UNDECIDED or (status == REFUTED and about_floats):
            continue
        raise NotAsSaid(item, f"this can be checked, so it must be: {status}")
