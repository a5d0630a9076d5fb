"""The symbolic judge: are both sides of a claim equal for all sizes?

`prove` makes terms of both sides (`symbolic.terms`) and lets `symbolic.normal_form` rewrite their difference to 0.
What is not needed is not expanded: first every defined letter stays opaque, then those next to the inputs, then none. A
claim that this does not prove is tried at concrete unequal sizes, where every sum is written out.

The judge only ever says yes: what it cannot prove may still be true.
"""

import re
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from itertools import permutations, product

import sympy as sp

from nncore.verify.notation import EXTREMA, Function
from nncore.verify.semantics import remainders
from nncore.verify.semantics.layers import (
    bounds,
    ends_of_layers,
    has_one_line,
    instance,
    instances,
    is_about_layers,
    lowest,
    reached,
)
from nncore.verify.semantics.shapes import Checker
from nncore.verify.semantics.statements import Claim
from nncore.verify.semantics.symbols import (
    STEPS,
    MeaningError,
    Scope,
    family_of,
    find_symbol,
    last_layer,
    letters,
    meanings_of,
    position,
    widths,
)
from nncore.verify.switches import SIDE_CONDITIONS, Switch, side_condition
from nncore.verify.symbol import SymbolName
from nncore.verify.symbolic.expectation import Chances, Expect
from nncore.verify.symbolic.normal_form import (
    Facts,
    Least,
    Positive,
    Product,
    factored,
    is_not_zero,
    is_size,
    normal_form,
    positive,
    vanishes,
    with_fresh_letters,
)
from nncore.verify.symbolic.rules import RULES, Rule, Step, is_recording, note, recording, rule
from nncore.verify.symbolic.terms import FEW_ADDENDS, UNSURE, Grid, NoTerm, Terms, deltas, unmarked
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation

INDUCTION = rule("the induction step", "What holds at step t - 1 says what a member is; with that it holds at t.")
BY_SIGN = rule("by sign", "Sums and products of what is positive are positive.")

EXISTING = side_condition("both sides exist at the same places", "Else one says more than the other.")
SURE = side_condition("where both sides are said to have no value they have none", "Kinks may cancel each other.")
NOT_IN_EMPTY = side_condition(
    "a logarithm in a sum says something only if the sum has an addend", "A sum up to t - 1 has none at t = 1."
)
SAME_CASE = side_condition("a logarithm says that its argument is positive where it is needed", "Not in another case.")
ONE_RECURSION = side_condition(
    "one line defines all members from the second number on", "Else the step is not the same."
)
ALL_STEPS = side_condition("conditions say of a step only where it lies", "Else the one before need not satisfy them.")
BASE = side_condition("the claim holds at the first two numbers", "A step alone proves nothing.")
SOLVABLE = side_condition("the factor by which the step before is solved is never 0", "There it says nothing.")
COMPLETE = side_condition("sides exist at every step", "Else nothing follows from the one before.")
UNIFORM = side_condition("nothing counts layers where layers are generic", "Else networks of other depths differ.")
ENDS = side_condition("the first and the last layers are proved as well", "Their neighbors are defined in other lines.")
CUT = side_condition(
    "a cost that is cut depends on nothing else of what it is differentiated by", "Else a path is lost."
)
SEALED = side_condition("nothing is known of the layers before a generic one", "Else it is the first one.")
UNCOUNTED = side_condition(
    "no size is a number where every sum is written out", "It may be true at the sizes that are tried."
)
SMOOTH_REST = side_condition("nothing is expanded at a root or a logarithm of 0", "There it has no polynomial.")

PLANS = ((2, 3, 4), (3, 4, 2), (4, 2, 3), (1, 2, 3), (2, 1, 3), (3, 2, 1))
MOST_PLACES = 256  # entries that are tried one by one
LONGEST = 4.0  # seconds of computing for one claim, however busy the machine is


class OutOfTime(BaseException):
    """A proof took too long: what catches any error on its way does not catch this."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Ends what runs inside after some seconds of computing; outside of the main thread, which has no timer, never."""

    over: list[bool] = []

    def ring(*_):
        if not over:
            raise OutOfTime

    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1)  # and each second after it: what is raised in a callback is lost
    try:
        yield
    finally:
        over.append(True)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@dataclass(frozen=True, slots=True)
class Proof:
    """How a claim was proved; with ``shapes``, only at these; and by what steps."""

    method: str
    shapes: tuple[tuple[tuple[str, int], ...], ...] = ()
    attempts: tuple["Attempt", ...] = field(default=(), compare=False, repr=False)

    @property
    def steps(self) -> list[Step]:
        """The steps of all attempts, each once."""
        return list(dict.fromkeys(step for attempt in self.attempts for step in attempt.steps))


@dataclass(frozen=True)
class Attempt:
    """What proves a claim, or one of its instances.

    Attributes
    ----------
    item : Claim
        The claim, or an instance of it.
    terms : Terms
        What made its terms.
    sides : tuple
        Both sides in the tree, each with what its free indices are, the row and the column of its entry if it is a
        matrix, and its term.
    steps : tuple of Step
        The steps in their order.
    """

    item: Claim
    terms: Terms
    sides: tuple[tuple[t.Node, Mapping[str, sp.Expr], tuple[sp.Expr, ...], sp.Expr], ...]
    steps: tuple[Step, ...]


_ATTEMPTS: ContextVar[list[Attempt] | None] = ContextVar("attempts", default=None)
_SIDES: ContextVar[list] = ContextVar("sides")


def prove(item: Claim, seconds: float = LONGEST, with_steps: bool = False) -> Proof | None:
    """A proof of a claim, with its steps if they are wanted; None if there is none, or none in that time and space."""
    token = _ATTEMPTS.set([] if with_steps else None)
    try:
        with time_limit(seconds):
            proof = _prove(item)
        return proof and replace(proof, attempts=tuple(_ATTEMPTS.get() or ()))
    except (OutOfTime, RecursionError, MemoryError):
        return None
    finally:
        _ATTEMPTS.reset(token)


def all_rules() -> tuple[list[Rule], list[Switch]]:
    """Return the rules of all proofs, and what they ask for."""
    return list(RULES.values()), list(SIDE_CONDITIONS.values())


def _attempted(item: Claim, terms: Terms, succeeds: Callable[[], bool]) -> bool:
    """Whether an attempt at a proof succeeds, whose steps are kept then."""
    attempts = _ATTEMPTS.get()
    if attempts is None:
        return succeeds()
    token = _SIDES.set([])
    try:
        with recording() as steps:
            done = succeeds()
        if done:
            attempts.append(Attempt(item, terms, tuple(_SIDES.get()), tuple(steps)))
        return done
    finally:
        _SIDES.reset(token)


def _prove(item: Claim) -> Proof | None:
    if item.relation is Relation.EQUAL:
        rest = remainders.split(item.right)
        if rest:
            return _up_to(item, *rest)
        if is_about_layers((item.left, item.right, *item.conditions), item.scope):
            return _for_layers(item)
        return _for_all(item) or _at_shapes(item)
    if item.relation.orders:
        found = _instances(item)
        if found and all(any(_ordered(one, opaque) for opaque in _levels(one)) for one in found):
            return Proof("by sign")
    return None


def _instances(item: Claim) -> list[Claim]:
    """A claim with its layers as numbers, one for each; none if there may be any number of layers."""
    if is_about_layers(_claimed(item), item.scope) and not _depths(item):
        return []
    return [one for _, one in instances(item)]


def _for_all(item: Claim) -> Proof | None:
    """A proof for all sizes: at once, or step by step."""
    if any(_equal(item, opaque) for opaque in _levels(item)):
        return Proof("symbolic difference is 0")
    for letter, size in item.free:
        if size == STEPS or any(letter == family[-1] for family in item.scope.families):
            if not ONE_RECURSION(_has_one_recursion(item, letter)) or not ALL_STEPS(_is_about_all_steps(item, letter)):
                continue
            first = lowest(letter, item.conditions)
            if BASE(_holds_at(item, letter, first)) and _equal(item, lambda name: False, letter):
                return Proof(f"the recursion in {letter}, unfolded once")
            if _by_induction(item, letter):
                return Proof(f"induction on {letter}, from {first} and {first + 1}")
    return None


def _has_one_recursion(item: Claim, letter: str) -> bool:
    """Whether one line defines all members of each sequence from the second number of the claim on."""
    first, endless = lowest(letter, item.conditions), (None, (last_layer(item.scope.notation), 0))
    for name in item.letters & item.scope.families.keys():
        lines = [line for line in item.scope.families[name] if line.letter]
        if "^{[" not in name and (len(lines) != 1 or lines[0].last not in endless or lines[0].first[1] > first + 1):
            return False
    return True


def _is_about_all_steps(item: Claim, letter: str) -> bool:
    """Whether conditions let a step run from a number on: then a claim for it is one for the next.

    Up to where it runs may also be a letter; from where, not: below it nothing is claimed that the next rests on.
    """
    for chain in item.conditions:
        if any(node == t.Letter(letter) for node, _ in t.walk(chain)):
            lower, upper = bounds(letter, (chain,))
            if len(lower) + len(upper) != len(chain.links) or any(
                link.relation is Relation.EQUAL for link in chain.links
            ):
                return False
            if any(name is not None for name, _ in lower):
                return False
    return True


# Layers ---------------------------------------------------------------------------------------------------------------

FEW, MOST = 4, 6  # layers of the networks in which layers are generic, at least and at most


def _for_layers(item: Claim) -> Proof | None:
    """A claim about layers: at a generic layer, where nothing is known of the layers before it.

    The proof at a generic layer uses its definition and those of its neighbors; nothing in it depends on how many
    layers there are, or on which one it is: the members before the first one that is named stay opaque, and the cost
    is any function of the last one that a derivative is taken by, through which alone it depends on those before. The
    first and the last layers, whose neighbors may be defined in other lines, are proved in the same way, and so are
    networks in which the first ones are the last ones, too.

    What is true for some numbers of layers says nothing of more; only if their number is fixed, all are unfolded.
    """
    if _depths(item):
        found = _instances(item)
        return Proof("every layer unfolded") if found and all(map(_for_all, found)) else None
    if UNIFORM(_is_uniform(item)):
        layers, least = _layers_of_generic(item), max(lowest(last_layer(item.scope.notation), item.conditions), 1)
        depths = range(layers, least - 1, -1)
        if layers >= least and all(_at_depth(item, depth, layers) for depth in depths[:1]):
            if ENDS(all(_at_depth(item, depth, layers) for depth in depths[1:])):
                return Proof("one unfolding at a generic layer")
    parts = list(reached(_claimed(item), item.scope))
    if not any(isinstance(node, t.Family) for node in parts) and all(has_one_line(node, item.scope) for node in parts):
        return _for_all(item)  # a sequence that is counted by r
    return None


def _claimed(item: Claim) -> tuple[t.Node, ...]:
    return (item.left, item.right, *item.conditions)


def _is_uniform(item: Claim) -> bool:
    """Whether nothing that a claim reaches knows the number of a layer or how many there are.

    Something does if r or R is a number in the claim or in a definition, as in a sum over layers; if a condition says
    how many layers there are at most; if a definition names a layer by its number, the zeroth apart; or if there is a
    sequence that is counted by layers: its members are known one by one.
    """
    scope, last = item.scope, last_layer(item.scope.notation)
    highest = [number for letter, number in bounds(last, item.conditions)[1] if letter is None]
    families = {family_of(name, scope.notation) for name in item.letters} & scope.families.keys()
    meanings = [definition for name in item.letters for definition in meanings_of(name, scope)]
    inside = [node for each in meanings for node in (each.body, *each.conditions)]
    return not (
        highest
        or any("^{[" not in name and _is_over_layers(name, scope) for name in families)
        or any(map(_counter(scope), (item.left, item.right, *inside)))
        or any(where[0] is None and where[1] > 0 for where in _positions(inside))
    )


def _counter(scope: Scope) -> Callable[[t.Node], bool]:
    """Whether r or R is a number in an expression, and not only the place of a layer or of a width."""
    family, last = widths(scope.notation), last_layer(scope.notation)
    counted = {index.letter for index in scope.notation.indices if index.to == last}
    placed = {family.letter} | {scalar.written.letter for scalar in scope.notation.scalars if scalar.over in counted}

    def counts(node: t.Node) -> bool:
        match node:
            case t.Letter(name):
                return name in counted or name == last
            case t.Family():
                return False
            case t.Indexed(t.Letter(name), _) if name in placed:
                return False
            case t.Sum() | t.Product() if (position(node.upper) or (None, 0))[0] in {*counted, last}:
                return True
            case t.Sum() | t.Product():
                return counts(node.body)
            case t.Extremum(_, index, _) if index.name in counted:
                return True
        return any(map(counts, t.children(node)))

    return counts


def _positions(nodes: Iterable[t.Node]) -> list[tuple[str | None, int]]:
    """The numbers of all layers that expressions name; an odd one counts as a number."""
    found = (node for root in nodes for node, _ in t.walk(root) if isinstance(node, t.Family))
    return [position(node.layer) or (None, 1) for node in found]


def _is_over_layers(name: str, scope: Scope) -> bool:
    """Whether a sequence is counted by layers."""
    return name[-1] == widths(scope.notation).index or any(
        end and end[0] == last_layer(scope.notation) for line in scope.families[name] for end in (line.first, line.last)
    )


def _layers_of_generic(item: Claim) -> int:
    """How many layers a network must have for the layers of a claim to be in its middle; 0 for a claim about none.

    All that the claim names are counted from r, or all from R. There is room for all of them between the layers that
    definitions tell apart by a number and those that they count from R.
    """
    named = _positions(_claimed(item))
    families = {family_of(name, item.scope.notation) for name in item.letters} & item.scope.families.keys()
    lines = [line for name in families if "^{[" in name for line in item.scope.families[name]]
    ends = [line.first for line in lines] + [(line.last[0], line.last[1] + 1) for line in lines if line.last]
    if len({letter for letter, _ in named}) != 1 or None in {letter for letter, _ in named}:
        return 0
    shifts = [number for _, number in named]
    first = max((number for letter, number in ends if letter is None), default=0)
    last = min((number for letter, number in ends if letter is not None), default=1) - 1
    layers = max(first + max(shifts) - min(shifts) - last, lowest(last_layer(item.scope.notation), item.conditions))
    layers = max(layers, FEW, _layers_for_range(item))
    return layers if layers <= MOST else 0


def _layers_for_range(item: Claim) -> int:
    """How many layers a network must have for a free r to have three values between what bounds it."""
    lower, upper = bounds(widths(item.scope.notation).index, item.conditions)
    last = last_layer(item.scope.notation)
    from_first = [number for letter, number in lower if letter is None]
    from_last = [-number for letter, number in upper if letter == last]
    others = [number for letter, number in upper if letter is None] + [
        1 - number for letter, number in lower if letter == last
    ]  # r up to a number, or from R less a number on
    return max(max(from_first, default=1) + max(from_last, default=0), max(others, default=0)) + 2


def _at_depth(item: Claim, depth: int, generic: int) -> bool:
    """Whether a claim holds in all layers of a network for which it is made; in the deepest, for a generic one."""
    index, last = widths(item.scope.notation).index, last_layer(item.scope.notation)
    places = [1]
    if any(letter == index for letter, _ in item.free):
        lower, upper = ends_of_layers(item.conditions, depth, item.scope.notation)
        places = range(max(lower, default=1), min([depth, *upper]) + 1)
    at_end = any(letter == last for letter, _ in _positions(_claimed(item)))
    for place in places:
        one = _instance_at(item, {last: depth, index: place})
        if one is None and depth < generic:
            continue  # there are no such layers, or not so many
        if one is None or not (_whatever_comes_before(one, at_end) or (depth < generic and _for_all(one))):
            return False
    return True


def _whatever_comes_before(item: Claim, at_end: bool) -> bool:
    """Whether a claim about numbered layers holds for all values of the layers before the first one that it names.

    No derivative is taken through these. Behind the last one that it names nothing may be known, either, unless the
    claim counts its layers from the last one: the cost is cut.
    """
    first, last = min(_layers(item), default=1), max(_layers(item), default=1)
    functions = {name for name, definition in item.scope.definitions.items() if definition.arguments}

    def is_before(name: str) -> bool:
        return _layer_of(name, first) < first

    def is_opaque(name: str) -> bool:
        return is_before(name) or name in functions

    for each in (*_cut(item), item):
        reached_ = {_layer_of(name, 0) for side in (each.left, each.right) for name in letters(side, each.scope)}
        if (at_end or SEALED(max(reached_, default=0) <= last)) and _equal(each, is_opaque, sealed=is_before):
            return True
    return False


def _depths(item: Claim) -> list[int]:
    """The numbers of layers that the conditions fix."""
    last = last_layer(item.scope.notation)
    lower, upper = bounds(last, item.conditions)
    return [number for letter, number in lower if letter is None and (letter, number) in upper]


def _instance_at(item: Claim, numbers: Mapping[str, int]) -> Claim | None:
    try:
        return instance(item, numbers)
    except MeaningError:
        return None


def _layers(item: Claim) -> list[int]:
    """The layers that a claim names."""
    nodes = (item.left, item.right, *item.conditions)
    families = (node for root in nodes for node, _ in t.walk(root) if isinstance(node, t.Family))
    return [int(node.layer.digits) for node in families if isinstance(node.layer, t.Number)]


def _layer_of(name: str, otherwise: int) -> int:
    found = re.search(r"\^\{\[(\d+)\]\}$", name)
    return int(found[1]) if found else otherwise


def _cut(item: Claim) -> Iterator[Claim]:
    """The claim with the cost as any function of an array of the last layer that is differentiated by.

    The cost may contain nothing else of what these are made of: else it depends on that in another way, too.
    """
    nodes = [node for root in (item.left, item.right) for node, _ in t.walk(root) if isinstance(node, t.Derivative)]
    costs = {node.body.name for node in nodes if isinstance(node.body, t.Letter)}
    named = [find_symbol(variable, item.scope).name for node in nodes for variable in node.variables]
    last = max((_layer_of(name, 0) for name in named), default=0)
    defined = sorted((family.partition("^{[")[0] for family in item.scope.families if "^{[" in family), reverse=True)
    for letter in defined if costs and last else ():
        if SymbolName.in_layer(letter, (None, last)) in item.scope.definitions:
            yield from _cut_at(item, costs, named, t.Family(t.Letter(letter), t.Number(str(last))))


def _cut_at(item: Claim, costs: set[str], named: list[str], through: t.Family) -> Iterator[Claim]:
    name = find_symbol(through, item.scope).name
    inside = letters(through, item.scope)
    if not CUT({*named} <= {name, *inside}):
        return  # what the cost is made of beyond that layer, such as a loss, would be gone
    notation, definitions = item.scope.notation, dict(item.scope.definitions)
    for cost in costs & definitions.keys():
        beside = letters(definitions[cost].body, item.scope, stop=name)
        if name not in beside or not CUT(not (beside & inside) - {name} - notation.function_names - {*EXTREMA}):
            return
        function = Function(f"any cost {cost}", "cost", "any function, under a name that no page can use")
        notation = replace(notation, functions=(*notation.functions, function))
        body = t.Apply(t.Function(function.name), (through,))
        definitions[cost] = replace(definitions[cost], body=body, conditions=())
    yield replace(item, scope=replace(item.scope, notation=notation, definitions=definitions))


# Steps ----------------------------------------------------------------------------------------------------------------


def _holds_at(item: Claim, letter: str, number: int) -> bool:
    """Whether a claim holds where a step is a number."""
    try:
        base = prepared(item)
        env = {**free_indices(item, base), letter: sp.Integer(number)}
        given = given_by(item, base, env)

        def agrees() -> bool:
            return all(_agree(left, right, base, given, given.facts) for left, right in _sides(item, base, env))

        return _attempted(item, base, agrees)
    except NoTerm:
        return False


def _by_induction(item: Claim, letter: str) -> bool:
    """Whether a claim holds at its first two numbers, and at each number if it holds at the one before.

    The step is valid from the second number on, from which one line defines all members (`_has_one_recursion`), and
    what the conditions say of the step they say of every step (`_is_about_all_steps`).
    """
    first = lowest(letter, item.conditions)
    size = dict(item.free)[letter]
    if not (BASE(_holds_at(item, letter, first)) and BASE(_holds_at(item, letter, first + 1))):
        return False
    try:
        now = prepared(item, unfolded=letter)
        env = free_indices(item, now)
        facts = given_by(item, now, env).facts

        def follows(later: int) -> bool:
            place = now.free(letter, size) + later
            ((left, right),) = _sides(item, now, {**env, letter: place})
            ((earlier, claimed),) = _sides(item, now, {**env, letter: place - 1})
            if not COMPLETE(all(_is_complete(side, now, facts) for side in (left, right, earlier, claimed))):
                return False
            goal, known = left.term - right.term, earlier.term - claimed.term
            return _follows(goal, known, now, facts, _is_open(item))

        # from t - 1 to t, or from t to t + 1: what can be unfolded is the member t
        return any(_attempted(item, now, lambda later=later: follows(later)) for later in (0, 1))
    except (NoTerm, ValueError):
        return False


def _follows(goal: sp.Expr, known: sp.Expr, terms: Terms, facts: Facts, is_open: bool) -> bool:
    """Whether an expression is 0 where another one is: the other is solved for one of its atoms.

    The factor of the atom is surely not 0. If both are continuous in their letters, and no condition is an equation, it
    may also be 0 at some values of letters that stand for any number, whatever the step is: from values nearby, where
    it is not 0, the claim extends to these.

    A divisor of what is known is not 0 at some steps only, where what is known would say nothing. Else both are freed
    of their divisors, which is to prove more: that the numerators are 0 at all steps.
    """
    goal, known = (normal_form(each, terms.ranges, facts) for each in (goal, known))
    dense = is_open and _is_continuous(goal + known)

    def is_safe(part: sp.Expr) -> bool:
        return SOLVABLE(is_not_zero(part, facts) or (dense and _is_of_inputs(part.as_base_exp()[0], terms)))

    (above, below), numerator = sp.fraction(sp.together(known)), sp.numer(sp.together(goal))
    attempts = [(numerator, normal_form(with_fresh_letters(sp.expand(above)), terms.ranges, facts))]
    if all(map(is_safe, sp.Mul.make_args(below))):
        attempts.insert(0, (goal, known))
    for goal, known in attempts:
        nested = {atom for total in known.atoms(sp.Sum) for atom in total.atoms(sp.Indexed)}
        names = terms.scope.families.keys() | terms.members
        members = {atom for atom in known.atoms(sp.Indexed) - nested if str(atom.base) in names}
        for atom in sorted(members, key=sp.default_sort_key) or sorted(known.atoms(sp.Sum), key=sp.default_sort_key):
            factor = known.coeff(atom)
            rest = sp.expand(known - factor * atom)
            if factor == 0 or rest.has(atom) or not all(map(is_safe, sp.Mul.make_args(factored(factor)))):
                continue
            if vanishes(with_fresh_letters(goal.xreplace({atom: -rest / factor})), terms.ranges, facts):
                note(INDUCTION, goal, sp.S.Zero)
                return True
            break
    return False


def _is_continuous(term: sp.Expr) -> bool:
    """Whether a term has a continuous value wherever its divisors are not 0."""
    powers = all(power.exp.is_integer for power in term.atoms(sp.Pow))
    return powers and not term.has(Positive, sp.log, Expect, Product)


def _is_open(item: Claim) -> bool:
    """Whether the conditions leave every letter room around each of its values: no equation, no bounds that meet."""
    chains = [chain for chain in item.conditions if not _is_about_indices(chain, item)]
    return not item.premises and not item.assumptions and all(
        link.relation.is_strict for chain in chains for link in chain.links
    )  # fmt: skip


def _is_about_indices(chain: t.Chain, item: Claim) -> bool:
    """Whether a condition is about indices, steps and sizes only."""
    return not any(letters(node, item.scope) for node in chain.sides)


def _is_of_inputs(base: sp.Expr, terms: Terms) -> bool:
    """Whether an expression is a polynomial that is not 0 at any indices, in inputs, which may be any numbers."""
    entries = {atom: sp.Dummy(str(atom.base), real=True) for atom in base.atoms(sp.Indexed)}
    plain = base.xreplace(entries)
    free = plain.free_symbols
    used = [atom.name for atom in free]
    if not free or len(set(used)) != len(used) or any(atom.is_integer for atom in free):
        return False  # two entries of one array may be the same one, and an index a root
    defined = terms.scope.definitions.keys() | terms.scope.families.keys() | terms.members
    return plain.is_polynomial(*free) and not defined & set(used)


# How much is expanded -------------------------------------------------------------------------------------------------


def _levels(item: Claim) -> list[Callable[[str], bool]]:
    """From all letters opaque to none, without those that leave the same letters of a claim opaque."""
    scope = item.scope
    lowest_ = {
        name
        for name, definition in scope.definitions.items()
        if not definition.arguments and not letters(definition.body, scope) & scope.definitions.keys()
    }
    levels = (lambda name: True, lowest_.__contains__, scope.placed.__contains__, lambda name: False)
    return list({frozenset(filter(level, item.letters & scope.definitions.keys())): level for level in levels}.values())


# One attempt ----------------------------------------------------------------------------------------------------------


def _equal(
    item: Claim,
    opaque: Callable[[str], bool],
    unfolded: str = "",
    sealed: Callable[[str], bool] = lambda name: False,
) -> bool:
    try:
        terms = prepared(item, opaque, unfolded=unfolded, sealed=sealed)
        given = given_by(item, terms, free_indices(item, terms))

        def agree() -> bool:
            for left, right in _sides(item, terms):
                facts = given.where_both_exist(left.term, right.term, terms)
                if not _agree(left, right, terms, given, facts):
                    left, right = (side.with_functions(terms) for side in (left, right))
                    if not _agree(left, right, terms, given, given.facts):
                        return False
            return True

        return _attempted(item, terms, agree) or _equal_where_sizes_are_numbers(item, terms, opaque)
    except NoTerm:
        return False


def _equal_where_sizes_are_numbers(item: Claim, terms: Terms, opaque: Callable[[str], bool]) -> bool:
    """Whether both sides agree for each value of the free indices, if these run to a few numbers that are fixed."""
    last = {letter: terms.size(size) for letter, size in item.free if size != STEPS}
    last = {letter: size for letter, size in last.items() if size.is_Integer}
    if not last or sp.Mul(*last.values()) > FEW_ADDENDS:
        return False
    for place in product(*(range(1, int(size) + 1) for size in last.values())):
        terms = prepared(item, opaque)
        env = {**free_indices(item, terms), **dict(zip(last, map(sp.Integer, place), strict=True))}
        given = given_by(item, terms, env)

        def agree(terms=terms, env=env, given=given) -> bool:
            sides = (
                (left.with_functions(terms), right.with_functions(terms)) for left, right in _sides(item, terms, env)
            )
            return all(_agree(left, right, terms, given, given.facts) for left, right in sides)

        if not _attempted(item, terms, agree):
            return False
    return True


@dataclass(frozen=True)
class Side:
    """One side of a claim, and the gaps of it: where one is not 0, the side has no value."""

    term: sp.Expr
    gaps: tuple[sp.Expr, ...] = ()

    def with_functions(self, terms: Terms) -> "Side":
        """The side with all functions expanded."""
        with terms.noting() as found:
            term, *gaps = (terms.with_functions(each) for each in (self.term, *self.gaps))
        return Side(term, (*gaps, *found))


def _agree(left: Side, right: Side, terms: Terms, given: "Given", facts: Facts) -> bool:
    """Whether both sides have the same value, and none where the other has one."""
    if not _vanishes(given.renamed(left.term - right.term), terms, facts):
        return False
    gaps = ([given.renamed(gap) for gap in side.gaps] for side in (left, right))
    open_gaps = [{gap for gap in some if _is_open_gap(gap, terms, facts)} for some in gaps]
    if not SURE(not any(gap.has(UNSURE) for some in open_gaps for gap in some)):
        return False
    one, other = ({unmarked(gap) for gap in some} for some in open_gaps)
    return EXISTING(one == other or _forms(one, terms, facts) == _forms(other, terms, facts))


def _is_open_gap(gap: sp.Expr, terms: Terms, facts: Facts) -> bool:
    """Whether a gap need not be 0."""
    return not _vanishes(unmarked(gap), terms, facts, everywhere=True)


def _vanishes(term: sp.Expr, terms: Terms, facts: Facts, everywhere: bool = False) -> bool:
    """Whether a term is 0, also where its deltas equate one index with the other, or the other with it."""
    renamings = ({one: other} for delta in deltas(term) for one, other in permutations(delta.args) if one.is_Symbol)
    return any(vanishes(term.xreplace(each), terms.ranges, facts, everywhere) for each in ({}, *renamings))


def _forms(gaps: Iterable[sp.Expr], terms: Terms, facts: Facts) -> set[sp.Expr]:
    """Gaps in a form in which those of equal sums are equal: each for all values of the letters that were bound."""
    return {_form(gap, terms, facts) for gap in gaps}


def _form(gap: sp.Expr, terms: Terms, facts: Facts) -> sp.Expr:
    """A gap for all values of what a sum bound: where a delta equates such a letter with another, that one is left."""
    while True:
        for delta in sp.Mul.make_args(gap):
            pairs = (delta.args, delta.args[::-1]) if isinstance(delta, sp.KroneckerDelta) else ()
            for letter, other in pairs:
                same = terms.ranges.get(letter) is not None and terms.ranges.get(letter) == terms.ranges.get(other)
                if isinstance(letter, sp.Dummy) and same:
                    gap = (gap / delta).xreplace({letter: other})
                    break
            else:
                continue
            break
        else:
            break
    bound = sorted((each for each in gap.free_symbols if isinstance(each, sp.Dummy) and each in terms.ranges), key=str)
    closed = _Gap(sp.expand(gap))
    return normal_form(
        sp.Sum(closed, *((letter, 1, terms.ranges[letter]) for letter in bound)) if bound else closed,
        {letter: size for letter, size in terms.ranges.items() if letter not in bound},
        facts,
    )


_Gap = sp.Function("gap")


def _is_complete(side: Side, terms: Terms, facts: Facts) -> bool:
    """Whether a side has a value wherever its divisors, roots and logarithms have one."""
    return not any(_is_open_gap(gap, terms, facts) for gap in side.gaps)


def _up_to(item: Claim, right: t.Node, letter: t.Letter, order: int) -> Proof | None:
    """Whether the Taylor polynomial of the rest starts at the order that is printed.

    The rest and its derivatives below that order have no gaps, and the last of them has no jumps, so that one more is
    bounded on both sides of 0; its roots and logarithms are none of 0 where the step is 0; what remains in its divisor
    does not depend on the step.
    """
    step = sp.Symbol(letter.name, real=True)
    # What conditions say of the step they do not say of 0, where the rest is expanded.
    conditions = tuple(chain for chain in item.conditions if not any(node == letter for node, _ in t.walk(chain)))
    item = replace(item, right=right, conditions=conditions)
    try:
        terms = prepared(item)
        facts = given_by(item, terms, free_indices(item, terms)).facts
        for left, right in _sides(item, terms):
            above, below = sp.fraction(sp.together(left.term - right.term))
            if not SMOOTH_REST(_is_smooth(above, step, terms, facts)):
                return None
            lost = sp.degree(below, step) if below.has(step) else 0
            if below.has(step) and sp.expand(below / step**lost).has(step):
                return None
            with terms.noting() as gaps:
                for place in range(order + lost):
                    above = terms.derivative(above, step) if place else above
                    if not vanishes(above.xreplace({step: sp.S.Zero}), terms.ranges, facts):
                        return None
            gaps = (*left.gaps, *right.gaps, *gaps, *terms.jumps(above, step))
            if not _is_complete(Side(above, gaps), terms, facts):
                return None
    except (NoTerm, sp.PolynomialError):
        return None
    return Proof(f"Taylor polynomial starts at order {order}")


def _is_smooth(term: sp.Expr, step: sp.Symbol, terms: Terms, facts: Facts) -> bool:
    """Whether no divisor, root or logarithm in a term, or in what its costs are taken of, is 0 where the step is 0."""
    parts = [power.base for power in term.atoms(sp.Pow) if not (power.exp.is_Integer and power.exp > 0)]
    parts += [logarithm.args[0] for logarithm in term.atoms(sp.log)]
    if any(part.has(step) and vanishes(part.xreplace({step: sp.S.Zero}), terms.ranges, facts) for part in parts):
        return False
    return all(_is_smooth(part, step, terms, facts) for part in terms.parts_of_atoms(term, step))


def _at_shapes(item: Claim) -> Proof | None:
    """Whether both sides are equal at concrete unequal sizes, where every sum is written out.

    Nothing is said of what counts its sizes or its indices: it may be true at all sizes that are tried, and nowhere
    else.
    """
    names = _sizes(item)
    if not names or len(names) > len(PLANS[0]) or not UNCOUNTED(not _counts_sizes(item)):
        return None
    plans = [dict(zip(names, sizes, strict=False)) for sizes in PLANS]
    for plan in plans:
        for classes in _class_numbers(item, plan):
            if not _equal_at(item, plan, classes):
                return None
    return Proof("every sum written out", tuple(tuple(plan.items()) for plan in plans))


def _sizes(item: Claim) -> list[str]:
    """The letters of the sizes of all arrays, indices and sums that a claim reaches."""
    found = {size for _, size in item.free}
    for node in reached(_claimed(item), item.scope):
        if isinstance(node, t.Letter | t.Indexed):
            with suppress(MeaningError):
                name = find_symbol(node, item.scope)
                found |= {*name.sizes, *(name.shape or ())} | ({name.name} if name.kind == "size" else set())
    return sorted(size for size in found if isinstance(size, str) and size != STEPS)


def _counts_sizes(item: Claim) -> bool:
    """Whether a size or an index is a number in a claim or in what it reaches, but for one that divides (1/n)."""
    notation = item.scope.notation
    names = {size.letter for size in notation.sizes} | {index.letter for index in notation.indices}

    def counts(node: t.Node) -> bool:
        match node:
            case t.Letter(name):
                return name in names
            case t.Indexed(base, indices):
                return counts(base) or any(isinstance(index, t.Number) for index in indices)
            case t.Fraction(above, below):
                factors = below.factors if isinstance(below, t.Times) else (below,)
                return counts(above) or any(counts(each) for each in factors if not isinstance(each, t.Letter))
            case t.Sum(index, _, _, body) | t.Product(index, _, _, body):
                inside = {each for each, _ in t.walk(body)}
                return index not in inside or counts(body)
            case t.Case(value, condition):
                return counts(value) or not _compares_indices(condition, names)
            case t.Derivative(body, _):
                return counts(body)
        return any(map(counts, t.children(node)))

    bodies = [definition.body for name in item.letters for definition in meanings_of(name, item.scope)]
    return bool(item.conditions) or any(map(counts, (item.left, item.right, *bodies)))


def _compares_indices(condition: t.Chain, names: set[str]) -> bool:
    """Whether a condition says no more of sizes and indices than that some of these are equal, or not."""
    sides = condition.sides
    if not any(isinstance(node, t.Letter) and node.name in names for side in sides for node, _ in t.walk(side)):
        return True
    equal = all(link.relation in (Relation.EQUAL, Relation.UNEQUAL) for link in condition.links)
    return equal and all(isinstance(side, t.Letter | t.Indexed) for side in sides)


def _class_numbers(item: Claim, plan: Mapping[str, int]) -> Iterator[dict[tuple[str, int], int]]:
    """Values of the class numbers: all 1, all the last, and different ones; for several letters every combination."""
    scalars = [each for each in item.scope.notation.scalars if each.to in plan and each.written.letter in item.letters]
    shifts = (lambda i, last: 1, lambda i, last: last, lambda i, last: 1 + i % last)
    for chosen in product(shifts, repeat=len(scalars)):
        yield {
            (scalar.written.letter, i): shift(i, plan[scalar.to])
            for scalar, shift in zip(scalars, chosen, strict=True)
            for i in range(1, max(plan.values()) + 1)
        }


def _equal_at(item: Claim, plan: Mapping[str, int], classes: Mapping[tuple[str, int], int]) -> bool:
    try:
        terms = prepared(item, sizes=plan, classes=classes)
        names = [letter for letter, _ in item.free]
        last = [terms.size(size) for _, size in item.free]
        if not all(size.is_Integer for size in last) or sp.Mul(*last) > MOST_PLACES:
            return False  # steps without an end, or too much to try
        for place in product(*(range(1, int(size) + 1) for size in last)):
            env = dict(zip(names, map(sp.Integer, place), strict=True))
            given = given_by(item, terms, env)
            for left, right in _sides(item, terms, env):
                if not _agree(left, right, terms, given, given.where_both_exist(left.term, right.term, terms)):
                    return False
        return True
    except NoTerm:
        return False


def _ordered(item: Claim, opaque: Callable[[str], bool]) -> bool:
    """Whether the larger side minus the smaller is positive, or not negative, by its sign alone."""
    try:
        terms = prepared(item, opaque)
        given = given_by(item, terms, free_indices(item, terms))
        return _attempted(item, terms, lambda: _is_ordered(item, terms, given))
    except NoTerm:
        return False


def _is_ordered(item: Claim, terms: Terms, given: "Given") -> bool:
    for left, right in _sides(item, terms):
        if not COMPLETE(all(_is_complete(side, terms, given.facts) for side in (left, right))):
            return False
        smaller, larger = (left, right) if item.relation in (Relation.LESS, Relation.AT_MOST) else (right, left)
        difference = given.renamed(larger.term - smaller.term)
        difference = sp.factor_terms(sp.together(normal_form(difference, terms.ranges, given.facts)))
        if difference.has(sp.I):
            return False
        if positive(difference, given.facts):
            note(BY_SIGN, Positive(difference), sp.S.One)
        elif item.relation.is_strict or not _not_negative(difference, given.facts):
            return False
        else:
            note(BY_SIGN, Positive(-difference), sp.S.Zero)
    return True


def _not_negative(term: sp.Expr, facts: Facts) -> bool:
    """Sums and products of squares, of indicators and of what is positive."""
    if positive(term, facts) or isinstance(term, Positive) or term.is_nonnegative:
        return True
    if isinstance(term, sp.Add | sp.Mul):
        return all(_not_negative(part, facts) for part in term.args)
    if isinstance(term, sp.Sum):
        return _not_negative(term.function, facts)
    return isinstance(term, sp.Pow) and term.exp.is_Integer and (term.exp % 2 == 0 or _not_negative(term.base, facts))


def _sides(item: Claim, terms: Terms, env: Mapping[str, sp.Expr] | None = None) -> Iterator[tuple[Side, Side]]:
    """Both sides as numbers: for a matrix equation, of a generic entry, or of each where sizes are small numbers."""
    env = free_indices(item, terms) if env is None else env
    with terms.noting() as before_left:
        left = terms.value(item.left, env)
    with terms.noting() as before_right:
        right = terms.value(item.right, env)
    if not isinstance(left, Grid):
        _keep_sides(item, env, (), left, right)
        yield Side(left, tuple(before_left)), Side(right, tuple(before_right))
        return
    for row in _places(left.rows, "row", terms):
        for column in _places(left.columns, "column", terms):
            with terms.noting() as gaps_left:
                one = left.entry(row, column)
            with terms.noting() as gaps_right:
                other = right.entry(row, column)
            _keep_sides(item, env, (row, column), one, other)
            yield Side(one, (*before_left, *gaps_left)), Side(other, (*before_right, *gaps_right))


def _keep_sides(item: Claim, env: Mapping, place: tuple[sp.Expr, ...], left: sp.Expr, right: sp.Expr) -> None:
    if is_recording():
        _SIDES.get().extend(((item.left, env, place, left), (item.right, env, place, right)))


def _places(size: sp.Expr, name: str, terms: Terms) -> list[sp.Expr]:
    if size.is_Integer and size <= FEW_ADDENDS:
        return [sp.Integer(place) for place in range(1, int(size) + 1)]
    place = sp.Symbol(name, integer=True, positive=True)
    terms.ranges[place] = size
    return [place]


# What is taken for granted --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """Facts about atoms, and indices that are equal to others."""

    facts: Facts
    equal: tuple[tuple[sp.Expr, sp.Expr], ...] = ()

    def renamed(self, term: sp.Expr) -> sp.Expr:
        """The term with each index replaced by the one that it is equal to; both are free, so nothing is captured."""
        return term.xreplace(dict(self.equal))

    def where_both_exist(self, left: sp.Expr, right: sp.Expr, terms: Terms) -> Facts:
        """The facts where both sides have a value: there what a logarithm is taken of is positive.

        In one case of several a logarithm need not exist for the others; one in a sum exists for what the sum binds.
        """
        if not SAME_CASE(not terms.has_cases and not (left - right).has(Positive)):
            return self.facts
        arguments = {argument for side in (left, right) for argument in _logarithms(side)}
        arguments = {self.renamed(argument) for argument in arguments if not argument.is_number}
        arguments |= {1 / argument for argument in arguments}
        plain = {argument for argument in arguments if not argument.atoms(sp.Dummy)}
        within = []
        for argument in sorted(arguments - plain, key=sp.default_sort_key):
            letters = sorted(argument.atoms(sp.Dummy), key=str)
            if all(letter in terms.ranges for letter in letters):
                wild = {letter: sp.Wild(f"any_{place}") for place, letter in enumerate(letters)}
                sizes = tuple((wild[letter], self.renamed(terms.ranges[letter])) for letter in letters)
                within.append((argument.xreplace(wild), sizes))
        return replace(self.facts, positive=self.facts.positive | plain, within=(*self.facts.within, *within))


def _logarithms(term: sp.Expr, around: tuple = ()) -> Iterator[sp.Expr]:
    """What logarithms in a term are taken of, but for those in a sum that may have no addend."""
    if isinstance(term, sp.log):
        argument = term.args[0]
        if NOT_IN_EMPTY(all(letter in argument.free_symbols or is_size(size) for letter, _, size in around)):
            yield argument
    inside = (*around, *term.limits) if isinstance(term, sp.Sum) else around
    for part in (term.function,) if isinstance(term, sp.Sum) else term.args:
        yield from _logarithms(part, inside)


def prepared(
    item: Claim,
    opaque: Callable[[str], bool] = lambda name: False,
    sizes: Mapping[str, int] | None = None,
    classes: Mapping[tuple[str, int], int] | None = None,
    unfolded: str = "",
    sealed: Callable[[str], bool] = lambda name: False,
) -> Terms:
    """Terms of an item, with the sizes that its conditions fix, and others that are fixed at will."""
    terms = Terms(
        item.scope, {**Checker(item.scope, item.conditions).fixed, **(sizes or {})}, opaque, classes, unfolded, sealed
    )
    for size, number in item.least:
        if not terms.size(size).is_Integer:
            terms.ranges[Least(terms.size(size))] = number
    for letter, size in item.free:
        if size == STEPS:
            terms.ranges[Least(terms.free(letter, size))] = lowest(letter, item.conditions)
    return terms


def free_indices(item: Claim, terms: Terms) -> dict[str, sp.Expr]:
    """The free indices of an item as symbols."""
    return {letter: terms.free(letter, size) for letter, size in item.free}


def given_by(item: Claim, terms: Terms, env: Mapping[str, sp.Expr]) -> Given:
    """What the conditions and assumptions of an item say where its free indices have these values."""
    values: list[tuple[sp.Expr, sp.Expr]] = []
    signs: set[sp.Expr] = set()
    equal: list[tuple[sp.Expr, sp.Expr]] = []
    for chain in item.conditions:
        for left, relation, right in _relations(chain):
            with terms.noting():
                left, right = terms.number(left, env), terms.number(right, env)
            if left.is_integer and right.is_integer:
                _about_indices(left, relation, right, values, equal)
            else:
                _about_numbers(left - right, relation, values, signs, terms)
    chances = _chances(item.scope)
    for assumed in item.assumptions:
        wild = {letter: sp.Wild(f"any_{letter}") for letter, _ in assumed.free}
        for left, relation, right in _relations(assumed.claim):
            with terms.noting():
                left, right = terms.number(left, wild), terms.number(right, wild)
            if relation is Relation.EQUAL:
                values += _solved(left - right, terms, chances)
            elif not assumed.free:
                _about_numbers(left - right, relation, values, signs, terms)
    facts = Facts(tuple(values), frozenset(signs), tuple(_roots(item, terms)), chances)
    return Given(facts, tuple(equal))


def _roots(item: Claim, terms: Terms) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    """A premise u^k = e as the polynomial in u that is 0."""
    for premise in item.premises:
        for left, _, right in _relations(premise):
            held = Terms(replace(item.scope, definitions=_without(item.scope.definitions, item.scope.placed)))
            difference = held.number(left, {}) - held.number(right, {})
            for name in item.scope.placed & {atom.name for atom in difference.atoms(sp.Symbol)}:
                yield sp.Symbol(name, real=True), sp.numer(sp.together(difference))


def _without(definitions: Mapping, names: frozenset[str]) -> dict:
    return {name: definition for name, definition in definitions.items() if name not in names}


def _chances(scope: Scope) -> Chances:
    """What is random: the declared letters, and all letters, sequences and functions that are made of them."""
    declared = scope.notation.random
    names = {each.letter for each in declared}
    return Chances(
        independent=frozenset(each.letter for each in declared if each.independent),
        symmetric=frozenset(each.letter for each in declared if each.symmetric),
        dependent=frozenset(each.letter for each in declared if not each.independent),
        derived=frozenset(name for name in _defined(scope) if names & _made_of(name, scope)) if names else frozenset(),
    )


def _defined(scope: Scope) -> set[str]:
    return {*scope.definitions, *scope.families}


def _made_of(name: str, scope: Scope) -> frozenset[str]:
    bodies = [definition.body for definition in meanings_of(name, scope)]
    return frozenset().union(*(letters(body, scope) for body in bodies))


def _solved(difference: sp.Expr, terms: Terms, chances: Chances) -> list[tuple[sp.Expr, sp.Expr]]:
    """An assumed equation as the value of its largest atom: of a sum, else of the last entry."""
    difference = normal_form(difference, terms.ranges, Facts(chances=chances))
    atoms = next(filter(None, map(difference.atoms, (Expect, sp.Sum, sp.Indexed, sp.Symbol))), ())
    for atom in sorted(atoms, key=sp.default_sort_key, reverse=True):
        factor = difference.coeff(atom)
        rest = sp.expand(difference - factor * atom)
        if factor.is_number and factor != 0 and not rest.has(atom):
            return [(atom, -rest / factor)]
    return []


def _relations(chain: t.Chain) -> Iterator[tuple[t.Node, str, t.Node]]:
    left = chain.first
    for link in chain.links:
        yield left, link.relation, link.right
        left = link.right


def _about_indices(left, relation, right, values, equal) -> None:
    if relation is Relation.UNEQUAL:
        values += [(sp.KroneckerDelta(left, right), sp.S.Zero)]
    elif relation is Relation.EQUAL and left.is_Symbol:
        equal.append((left, right))
    elif relation is Relation.EQUAL and right.is_Symbol:
        equal.append((right, left))


def _about_numbers(difference: sp.Expr, relation: str, values, signs, terms: Terms) -> None:
    """Indicators whose value a condition fixes, and what it makes positive."""
    difference = normal_form(difference, terms.ranges)
    if difference.is_number:
        return
    content, primitive = sp.expand(difference).as_content_primitive()
    primitive = primitive if content > 0 else -primitive
    up, down = Positive(primitive), Positive(sp.expand(-primitive))
    match relation:
        case ">":
            values += [(up, sp.S.One), (down, sp.S.Zero)]
            signs.add(primitive)
        case "<":
            values += [(up, sp.S.Zero), (down, sp.S.One)]
            signs.add(sp.expand(-primitive))
        case r"\ge":
            values.append((down, sp.S.Zero))
        case r"\le":
            values.append((up, sp.S.Zero))
        case r"\ne":
            values.append((down, 1 - up))
        case "=":
            values += [(up, sp.S.Zero), (down, sp.S.Zero)]
            letter = primitive if primitive.is_Symbol or isinstance(primitive, sp.Indexed) else None
            if letter is not None:
                values.append((letter, sp.S.Zero))
