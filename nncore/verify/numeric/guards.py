r"""The guards of a claim: all places at which it, or what it is made of, may break or jump.

Divisors, roots, logarithms and bases of powers are conditions, unless their range proves them. Kinks of max and |·| and
relations are boundaries, on which and beside which a claim is tried. They are found in the parse tree, definitions
included, so none of them is met by luck.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from nncore.verify.notation import DELTA
from nncore.verify.numeric.ranges import Ranges, is_proved
from nncore.verify.numeric.watching import BASE, DIVISOR, KINK, LOGARITHM, NEEDS, RELATION, ROOT, GuardKey, Same, needs
from nncore.verify.semantics import remainders
from nncore.verify.semantics.layers import reached, with_numbers
from nncore.verify.semantics.statements import Claim
from nncore.verify.semantics.symbols import Scope, meanings_of
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show


@dataclass(frozen=True, slots=True)
class Guards:
    """The guards of a claim.

    Some are conditions only if a point violates them: what stands in a case, whose condition may exclude it, the base
    of a power whose exponent is a whole number, a root of 0 in a derivative.
    """

    open: dict[GuardKey, None]  # all that no range proves
    if_violated: set[GuardKey]
    strict: set[GuardKey]  # conditions that exclude their own boundary
    functions: dict[Same[t.Node], str]  # in which function a part stands, whose argument is something else in the claim

    def conditions(self, violated: Iterable[GuardKey], excluded: set[GuardKey]) -> tuple[str, ...]:
        """Return what must hold for a claim to have a value.

        That is what kept it from having one at some point, and what is open unless its conditions exclude the opposite.
        """
        kept = [key for key in self.open if key.kind in NEEDS and key not in excluded and key not in self.if_violated]
        texts = [
            needs(key.kind, _without_numbers(key.part)) + self.functions.get(key.same, "")
            for key in dict.fromkeys((*kept, *violated))
        ]
        return tuple(text for text in dict.fromkeys(texts) if not _follows(text, texts))


def guards_of(item: Claim, right: t.Node | None) -> Guards:
    """Return the guards of a claim, whose right side may lack its rest O(h^k)."""
    nodes = [item.left, *([right] if right is not None else []), *item.conditions]
    every = list(reached(nodes, item.scope))
    cases = [case for each in every if isinstance(each, t.Cases) for case in each.cases]
    in_cases = {Same(node) for case in cases for node, _ in t.walk(case.value)}
    meanings = [each for letter in sorted(item.letters) for each in meanings_of(letter, item.scope)]
    conditions = (*item.conditions, *(chain for each in meanings for chain in each.conditions))
    strict = {GuardKey(RELATION, link) for chain in conditions for link in chain.links if link.relation.is_strict}
    assumed = [each.claim for each in item.assumptions]
    printed = {Same(node) for each in nodes for node, _ in t.walk(each)}
    ranges = Ranges(item.scope, item.conditions, assumed)
    bound = item.scope.notation.index_letters.union(*(each.arguments for each in meanings))
    free = [chain for chain in item.conditions if not bound & {getattr(node, "name", "") for node, _ in t.walk(chain)}]
    inside = Ranges(item.scope, free, assumed)  # definitions have index letters and arguments of their own
    found: dict[GuardKey, None] = {}
    if_violated: set[GuardKey] = set()
    rest = remainders.split(item.relation, item.right)
    small = rest[1].name if rest else None  # the letter that tends to 0 in a claim up to a rest
    for key, node, is_certain in _candidates(every, item.scope):
        here = ranges if key.same in printed else inside
        if key.kind in NEEDS and (_is_constant(key.part, item.scope) or is_proved(key.kind, here.of(key.part))):
            continue
        if small and key.kind in _AT_0 and is_proved(_SURELY[key.kind], here.of(with_numbers(key.part, {small: 0}))):
            continue  # so it is near to 0
        found[key] = None
        if not is_certain or Same(node) in in_cases:
            if_violated.add(key)
    where = _functions(every, printed, item.scope)
    for part in dict.fromkeys(key.same for key in found if key.kind in _AT_0):
        at_0 = with_numbers(part.value, {small: 0}) if small else part.value
        if at_0 != part.value and not _is_constant(at_0, item.scope):
            where[part] = f"{where.get(part, '')} at {small} = 0"
    return Guards(found, if_violated, strict, where)


def _candidates(every: Sequence[t.Node], scope: Scope) -> Iterator[tuple[GuardKey, t.Node, bool]]:
    """Yield all guards that nodes may have, each with its node, and whether it is a condition for certain."""
    for node in every:
        match node:
            case t.Fraction(_, below) | t.EntryFraction(_, below):
                yield GuardKey(DIVISOR, below), node, True
            case t.Root(body):
                yield GuardKey(ROOT, body), node, True
                yield GuardKey(BASE, body), node, False
            case t.Power(base, exponent) if base != t.Letter("e"):
                whole = _whole(exponent)
                if whole is None and not is_about_indices(exponent, scope):
                    yield GuardKey(BASE, base), node, True
                elif whole is None or whole < 0:
                    yield GuardKey(DIVISOR, base), node, whole is not None
            case t.Apply(t.Function(r"\ln", 0), (argument,)):
                yield GuardKey(LOGARITHM, argument), node, True
            case t.Extremum(kind):
                yield GuardKey(RELATION if kind.startswith("arg") else KINK, node), node, True
            case t.Apply(t.Function(r"\max" | r"\min", 0)):
                yield GuardKey(KINK, node), node, True
            case t.Bracketed(body):
                yield GuardKey(KINK, body), node, True
            case t.Chain(_, links) if not is_about_indices(node, scope):
                yield from ((GuardKey(RELATION, link), link, True) for link in links if link.relation.compares)
    primed = {node.name for node in every if isinstance(node, t.Function) and node.primes}
    for convention in scope.conventions:
        if convention.function in primed:
            yield GuardKey(KINK, convention.point), convention.point, True


_SURELY = {ROOT: BASE, BASE: BASE, LOGARITHM: LOGARITHM, DIVISOR: DIVISOR}
_AT_0 = tuple(_SURELY)  # what a claim up to a rest expands around 0, where a root may not be one of 0


def _functions(every: Iterable[t.Node], printed: set[Same[t.Node]], scope: Scope) -> dict[Same[t.Node], str]:
    """Return for parts the function in which they stand, unless the claim has the letter of its argument."""
    found: dict[Same[t.Node], str] = {}
    for node in every:
        if not isinstance(node, t.Apply):
            continue
        definition = scope.definitions.get(node.function.name)
        if definition and definition.arguments:
            own = tuple(map(t.Letter, definition.arguments))
            if node.arguments != own or Same(node) not in printed:
                words = f" in {show(t.Apply(t.Function(definition.name), own))}"
                found.update((Same(part), words) for part, _ in t.walk(definition.body))
    return found


def depends_on_indices_alone(part: t.Node, scope: Scope) -> bool:
    """Return whether an expression, such as a delta, knows no numbers: no other point gives it another value."""
    notation = scope.notation
    counted = notation.class_letters | notation.size_letters | notation.index_letters | {DELTA}
    has_indices = False
    for node in reached([part], scope):
        if isinstance(node, t.Apply | t.Derivative | t.Family | t.Chain):
            return False
        if isinstance(node, t.Letter):
            array = notation.array_of_entry(node.name)
            if node.name not in counted and (array.letter if array else node.name) not in scope.definitions:
                return False
        has_indices |= isinstance(node, t.Indexed)
    return has_indices


def is_about_indices(node: t.Node, scope: Scope) -> bool:
    """Return whether an expression contains nothing but indices, sizes and numbers."""
    plain = scope.notation.index_letters | scope.notation.size_letters
    return all(
        isinstance(each, t.Chain | t.Link | t.Number | t.Plus | t.Minus)
        or (isinstance(each, t.Letter) and each.name in plain)
        for each, _ in t.walk(node)
    )


def _is_constant(part: t.Node, scope: Scope) -> bool:
    """Return whether an expression contains nothing but numbers and sizes, and no difference of them."""
    return not any(
        isinstance(node, t.Indexed | t.Family | t.Apply | t.Minus)
        or (isinstance(node, t.Letter) and node.name not in scope.notation.size_letters)
        for node, _ in t.walk(part)
    )


def _whole(node: t.Node) -> int | None:
    match node:
        case t.Number(digits, whole=int(number)) if len(digits) < 9:
            return number
        case t.Minus(body):
            value = _whole(body)
            return None if value is None else -value
    return None


def _without_numbers(part: t.Node) -> t.Node:
    """Return what is left of a product without its numbers: 2h is 0 where h is."""
    if not isinstance(part, t.Times):
        return part
    factors = [factor for factor in part.factors if not isinstance(factor, t.Number)]
    return t.Times(tuple(factors)) if len(factors) > 1 else factors[0] if factors else part


def _follows(text: str, others: Iterable[str]) -> bool:
    """Return whether a condition follows from another one: x > 0 says that x ≥ 0 and x ≠ 0."""
    part, _, relation = text.removesuffix(" 0").rpartition(" ")
    return relation in ("!=", ">=") and f"{part} > 0" in others
