"""The symbolic judge: are both sides of a claim equal for all sizes?

`prove` makes terms of both sides (`nncore.verify.terms`) and lets `nncore.verify.prove` rewrite their difference to 0.
What is not needed is not expanded: first every defined letter stays opaque, then those next to the inputs, then none. A
claim that this does not prove is tried at concrete unequal sizes, where every sum is written out.

The judge only ever says yes: what it cannot prove may still be true.
"""

import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product

import sympy as sp

from nncore.verify import orders
from nncore.verify import tree as t
from nncore.verify.expectation import Chances, Expect
from nncore.verify.families import bounds, instance, instances, is_about_layers, lowest
from nncore.verify.meaning import Item
from nncore.verify.names import STEPS, MeaningError, Scope, last_layer, letters, name_of, widths
from nncore.verify.numeric import Trial
from nncore.verify.prove import Facts, Least, Positive, PositiveProduct, normal_form, positive, vanishes
from nncore.verify.shapes import Checker
from nncore.verify.terms import Grid, NoTerm, Terms

SHAPES = ((2, 3, 4), (3, 4, 2), (4, 2, 3))


LONGEST = 10.0  # seconds of computing for one claim, however busy the machine is


class OutOfTime(Exception):
    """A proof took too long."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Ends what runs inside after some seconds of computing; outside of the main thread, which has no timer, never."""

    def ring(*_):
        raise OutOfTime

    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1)  # and each second after it: what is raised in a callback is lost
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@dataclass(frozen=True, slots=True)
class Proof:
    """How a claim was proved; with ``shapes``, only at these."""

    method: str
    shapes: tuple[tuple[tuple[str, int], ...], ...] = ()


def prove(item: Item, seconds: float = LONGEST) -> Proof | None:
    """A proof of a claim; None if there is none, or none in that time."""
    try:
        with time_limit(seconds):
            return _prove(item)
    except OutOfTime:
        return None


def _prove(item: Item) -> Proof | None:
    if item.relation == "=":
        rest = orders.split(item.right)
        if rest:
            return _up_to(item, *rest)
        if is_about_layers((item.left, item.right, *item.conditions), item.scope):
            return _for_layers(item)
        return _for_all(item) or _at_shapes(item)
    if item.relation in ("<", r"\le", ">", r"\ge"):
        found = list(instances(item))
        if found and all(any(_ordered(one, opaque) for opaque in _levels(one.scope)) for _, one in found):
            return Proof("by sign", tuple(tuple(numbers.items()) for numbers, _ in found if numbers))
    return None


def _for_all(item: Item) -> Proof | None:
    """A proof for all sizes: at once, or step by step."""
    if any(_equal(item, opaque) for opaque in _levels(item.scope)):
        return Proof("symbolic difference is 0")
    for letter, size in item.free:
        if size == STEPS or any(letter == family[-1] for family in item.scope.families):
            if not _has_one_recursion(item, letter):
                continue
            if _equal(item, lambda name: False, letter):
                return Proof(f"the recursion in {letter}, unfolded once")
            if _by_induction(item, letter):
                return Proof(f"induction on {letter}")
    return None


def _has_one_recursion(item: Item, letter: str) -> bool:
    """Whether one line defines all members of each sequence from the second number of the claim on."""
    first, endless = lowest(letter, item.conditions), (None, (last_layer(item.scope.notation), 0))
    for name in item.letters & item.scope.families.keys():
        lines = [line for line in item.scope.families[name] if line.letter]
        if "^{[" not in name and (len(lines) != 1 or lines[0].last not in endless or lines[0].first[1] > first + 1):
            return False
    return True


# Layers ---------------------------------------------------------------------------------------------------------------

MANY = 4  # layers of the network in which layer 2 has one before and two behind it


def _for_layers(item: Item) -> Proof | None:
    """A claim about layers: at a generic layer, where nothing is known of the layers before it, else at 1 to 3 layers.

    The proof at a generic layer uses its definition and those of its neighbors; nothing in it depends on how many
    layers there are, or on which one it is: the members before the first one that is named stay opaque, and the cost
    is any function of the last one that a derivative is taken by, through which alone it depends on those before. The
    first and the last layers, whose neighbors may be defined in other lines, are proved in the same way.
    """
    generic = [] if _depths(item) or _counts_layers(item) else _at_many_layers(item)
    if generic and all(map(_whatever_comes_before, generic)):
        return Proof("one unfolding at a generic layer")
    if not any(isinstance(node, t.Family) for side in (item.left, item.right) for node, _ in t.walk(side)):
        if (proof := _for_all(item)) is not None:  # a sequence that is counted by r
            return proof
    proofs = [_for_all(instance) for _, instance in instances(item)]
    if not proofs or None in proofs:
        return None
    depths = tuple((tuple(sorted(numbers.items()))) for numbers, _ in instances(item))
    fixed = bool(_depths(item))
    return Proof("every layer unfolded", () if fixed else depths)


def _at_many_layers(item: Item) -> list[Item]:
    """The claim at every layer of a network of four for which it is made; without r, once."""
    index, last = widths(item.scope.notation).index, last_layer(item.scope.notation)
    places = [2]
    if any(letter == index for letter, _ in item.free):
        ends = bounds(index, item.conditions)
        lower, upper = ([number + MANY * (name == last) for name, number in end] for end in ends)
        places = range(max(lower, default=1), min([MANY, *upper]) + 1)
    found = [_instance_at(item, {last: MANY, index: place}) for place in places]
    return [] if None in found else found


def _counts_layers(item: Item) -> bool:
    """Whether r or R is a number in a claim, and not only the place of a layer or the end of a condition."""
    names = {widths(item.scope.notation).index, last_layer(item.scope.notation)}

    def counts(node: t.Node) -> bool:
        match node:
            case t.Letter(name):
                return name in names
            case t.Family():
                return False
            case t.Indexed(base, _):
                return counts(base)
        return any(map(counts, t.children(node)))

    return counts(item.left) or counts(item.right)


def _whatever_comes_before(item: Item) -> bool:
    """Whether a claim about numbered layers holds for all values of the layers before the first one that it names."""
    first = min(_layers(item), default=1)
    functions = {name for name, definition in item.scope.definitions.items() if definition.arguments}
    return any(
        _equal(each, lambda name: _layer_of(name, first) < first or name in functions) for each in (*_cut(item), item)
    )


def _depths(item: Item) -> list[int]:
    """The numbers of layers that the conditions fix."""
    last = last_layer(item.scope.notation)
    lower, upper = bounds(last, item.conditions)
    return [number for letter, number in lower if letter is None and (letter, number) in upper]


def _instance_at(item: Item, numbers: Mapping[str, int]) -> Item | None:
    try:
        return instance(item, numbers)
    except MeaningError:
        return None


def _layers(item: Item) -> list[int]:
    """The layers that a claim names."""
    nodes = (item.left, item.right, *item.conditions)
    families = (node for root in nodes for node, _ in t.walk(root) if isinstance(node, t.Family))
    return [int(node.layer.digits) for node in families if isinstance(node.layer, t.Number)]


def _layer_of(name: str, otherwise: int) -> int:
    found = re.search(r"\^\{\[(\d+)\]\}$", name)
    return int(found[1]) if found else otherwise


def _cut(item: Item) -> Iterator[Item]:
    """The claim with the cost as any function of the pre-activations of the last layer that is differentiated by."""
    nodes = [node for root in (item.left, item.right) for node, _ in t.walk(root) if isinstance(node, t.Derivative)]
    costs = {node.body.name for node in nodes if isinstance(node.body, t.Letter)}
    named = [name_of(variable, item.scope).name for node in nodes for variable in node.variables]
    layers = [_layer_of(name, 0) + name.startswith("A") for name in named]
    if not costs or not layers:
        return
    last = max(layers)
    if item.scope.depth is not None and last > item.scope.depth:
        return  # it is differentiated by the outputs themselves
    through = t.Family(t.Letter("Z"), t.Number(str(last)))
    name = name_of(through, item.scope).name
    if not {*named} <= {name, *letters(through, item.scope)}:
        return  # what the cost is made of beyond that layer, such as a loss, would be gone
    definitions = dict(item.scope.definitions)
    for cost in costs & definitions.keys():
        beside = letters(definitions[cost].body, item.scope, stop=name)
        if name not in beside or any(0 < _layer_of(each, 0) < last for each in beside):
            return  # it depends on earlier layers in another way, too
        function = t.Function(r"\phi")
        definitions[cost] = replace(definitions[cost], body=t.Apply(function, (through,)), conditions=())
    yield replace(item, scope=replace(item.scope, definitions=definitions))


# Steps ----------------------------------------------------------------------------------------------------------------


def _by_induction(item: Item, letter: str) -> bool:
    """Whether a claim holds at its first number, and at each number if it holds at the one before."""
    first = lowest(letter, item.conditions)
    size = dict(item.free)[letter]
    try:
        for number in (first, first + 1):
            base = prepared(item)
            env = {**free_indices(item, base), letter: sp.Integer(number)}
            given = given_by(item, base, {**env})
            if not all(vanishes(a - b, base.ranges, given.facts) for a, b in _sides(item, base, env)):
                return False
        now = prepared(item, unfolded=letter)
        env = free_indices(item, now)
        facts = given_by(item, now, env).facts
        for later in (0, 1):  # from t - 1 to t, or from t to t + 1: what can be unfolded is the member t
            place = now.free(letter, size) + later
            ((left, right),) = _sides(item, now, {**env, letter: place})
            ((earlier, claimed),) = _sides(item, now, {**env, letter: place - 1})
            if _follows(left - right, earlier - claimed, now, facts):
                return True
    except (NoTerm, ValueError):
        return False
    return False


def _follows(goal: sp.Expr, known: sp.Expr, terms: Terms, facts: Facts) -> bool:
    """Whether an expression is 0 where another one is: the other is solved for one of its atoms."""
    goal, known = (normal_form(each, terms.ranges, facts) for each in (goal, known))
    members = known.atoms(sp.Indexed) - {atom for total in known.atoms(sp.Sum) for atom in total.atoms(sp.Indexed)}
    members = {atom for atom in members if str(atom.base) in terms.scope.families}
    for atom in sorted(members, key=sp.default_sort_key) or sorted(known.atoms(sp.Sum), key=sp.default_sort_key):
        factor = known.coeff(atom)
        rest = sp.expand(known - factor * atom)
        if factor != 0 and not rest.has(atom):
            return vanishes(_with_fresh_letters(goal.xreplace({atom: -rest / factor})), terms.ranges, facts)
    return False


def _with_fresh_letters(term: sp.Expr) -> sp.Expr:
    """The term with bound letters that occur nowhere else, so that it can be brought into normal form once more."""

    def fresh(body, *limits):
        new = {letter: sp.Dummy(integer=True, positive=True) for letter, _, _ in limits}
        return sp.Sum(body.xreplace(new), *((new[letter], low, high) for letter, low, high in limits))

    return term.replace(sp.Sum, fresh)


# How much is expanded -------------------------------------------------------------------------------------------------


def _levels(scope: Scope) -> Iterator[Callable[[str], bool]]:
    """From all letters opaque to none."""
    yield lambda name: True
    lowest = {
        name
        for name, definition in scope.definitions.items()
        if not definition.arguments and not letters(definition.body, scope) & scope.definitions.keys()
    }
    if lowest:
        yield lambda name: name in lowest
    if scope.placed:
        yield lambda name: name in scope.placed
    yield lambda name: False


# One attempt ----------------------------------------------------------------------------------------------------------


def _equal(item: Item, opaque: Callable[[str], bool], unfolded: str = "") -> bool:
    try:
        terms = prepared(item, opaque, unfolded=unfolded)
        given = given_by(item, terms, free_indices(item, terms))
        return all(
            vanishes(given.renamed(difference), terms.ranges, given.where_both_exist(left, right))
            or vanishes(given.renamed(terms.with_functions(difference)), terms.ranges, given.facts)
            for left, right in _sides(item, terms)
            for difference in [left - right]
        )
    except NoTerm:
        return False


def _up_to(item: Item, right: t.Node, letter: t.Letter, order: int) -> Proof | None:
    """Whether the Taylor polynomial of the rest starts at the order that is printed."""
    item = replace(item, right=right)
    step = sp.Symbol(letter.name, real=True)
    try:
        terms = prepared(item)
        facts = given_by(item, terms, free_indices(item, terms)).facts
        for left, right in _sides(item, terms):
            above, below = sp.fraction(sp.together(left - right))
            if not _is_smooth(above, step, terms, facts):
                return None
            lost = sp.degree(below, step) if below.has(step) else 0
            if below.has(step) and sp.expand(below / step**lost).has(step):
                return None
            for _ in range(order + lost):
                if not vanishes(above.xreplace({step: sp.S.Zero}), terms.ranges, facts):
                    return None
                above = terms.derivative(above, step)
    except (NoTerm, sp.PolynomialError):
        return None
    return Proof(f"Taylor polynomial starts at order {order}")


def _is_smooth(term: sp.Expr, step: sp.Symbol, terms: Terms, facts: Facts) -> bool:
    """Whether no root and no logarithm in a term is one of 0 where the step is 0."""
    parts = [power.base for power in term.atoms(sp.Pow) if not power.exp.is_Integer]
    parts += [logarithm.args[0] for logarithm in term.atoms(sp.log)]
    return not any(part.has(step) and vanishes(part.xreplace({step: sp.S.Zero}), terms.ranges, facts) for part in parts)


def _at_shapes(item: Item) -> Proof | None:
    """Whether both sides are equal at concrete unequal sizes, where every sum is written out."""
    trial = Trial(item)
    unequal = [plan for plan in trial.plans if len(set(plan.values())) == len(plan) and 1 not in plan.values()]
    plans = unequal[:3] + [plan for plan in trial.plans if 1 in plan.values()][:3]
    if not unequal or not plans[0]:
        return None
    for plan in plans:
        for classes in _class_numbers(item, plan):
            if not _equal_at(item, plan, classes):
                return None
    return Proof("every sum written out", tuple(tuple(plan.items()) for plan in plans))


def _class_numbers(item: Item, plan: Mapping[str, int]) -> Iterator[dict[tuple[str, int], int]]:
    """Values of the class numbers: all 1, all the last, and different ones."""
    scalars = [each for each in item.scope.notation.scalars if each.to in plan and each.written.letter in item.letters]
    if not scalars:
        yield {}
        return
    for shift in (lambda i, last: 1, lambda i, last: last, lambda i, last: 1 + i % last):
        yield {
            (scalar.written.letter, i): shift(i, plan[scalar.to])
            for scalar in scalars
            for i in range(1, max(plan.values()) + 1)
        }


def _equal_at(item: Item, plan: Mapping[str, int], classes: Mapping[tuple[str, int], int]) -> bool:
    try:
        terms = prepared(item, sizes=plan, classes=classes)
        letters = [letter for letter, _ in item.free]
        last = [terms.size(size) for _, size in item.free]
        if not all(size.is_Integer for size in last):
            return False  # steps without an end
        for place in product(*(range(1, int(size) + 1) for size in last)):
            env = dict(zip(letters, map(sp.Integer, place), strict=True))
            given = given_by(item, terms, env)
            for left, right in _sides(item, terms, env):
                if not vanishes(left - right, terms.ranges, given.where_both_exist(left, right)):
                    return False
        return True
    except NoTerm:
        return False


def _ordered(item: Item, opaque: Callable[[str], bool]) -> bool:
    """Whether the larger side minus the smaller is positive, or not negative, by its sign alone."""
    try:
        terms = prepared(item, opaque)
        given = given_by(item, terms, free_indices(item, terms))
        for left, right in _sides(item, terms):
            smaller, larger = (left, right) if item.relation in ("<", r"\le") else (right, left)
            difference = sp.factor_terms(sp.together(normal_form(larger - smaller, terms.ranges, given.facts)))
            if not positive(difference, given.facts):
                if item.relation in ("<", ">") or not _not_negative(difference, given.facts):
                    return False
        return True
    except NoTerm:
        return False


def _not_negative(term: sp.Expr, facts: Facts) -> bool:
    """Sums and products of squares, of indicators and of what is positive."""
    if positive(term, facts) or isinstance(term, Positive) or term.is_nonnegative:
        return True
    if isinstance(term, sp.Add | sp.Mul):
        return all(_not_negative(part, facts) for part in term.args)
    if isinstance(term, sp.Sum):
        return _not_negative(term.function, facts)
    return isinstance(term, sp.Pow) and term.exp.is_Integer and (term.exp % 2 == 0 or _not_negative(term.base, facts))


def _sides(item: Item, terms: Terms, env: Mapping[str, sp.Expr] | None = None) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    """Both sides as numbers: for a matrix equation, of a generic entry, or of each where the sizes are numbers."""
    env = free_indices(item, terms) if env is None else env
    left, right = terms.value(item.left, env), terms.value(item.right, env)
    if not isinstance(left, Grid):
        yield left, right
        return
    for row in _places(left.rows, "row", terms):
        for column in _places(left.columns, "column", terms):
            yield left.entry(row, column), right.entry(row, column)


def _places(size: sp.Expr, name: str, terms: Terms) -> list[sp.Expr]:
    if size.is_Integer:
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

    def where_both_exist(self, left: sp.Expr, right: sp.Expr) -> Facts:
        """The facts where both sides have a value: there what a logarithm is taken of is positive.

        In one case of several a logarithm need not exist for the others.
        """
        if (left - right).has(Positive):
            return self.facts
        printed = (left - right).replace(PositiveProduct, lambda total: sp.S.One)  # whose logarithms are not printed
        arguments = {logarithm.args[0] for logarithm in printed.atoms(sp.log)}
        arguments |= {1 / argument for argument in arguments}
        anything = {argument.xreplace(_wild(argument)) for argument in arguments if not argument.is_number}
        return replace(self.facts, positive=self.facts.positive | anything)


def _wild(term: sp.Expr) -> dict[sp.Expr, sp.Expr]:
    """Bound letters as letters that stand for any index: a logarithm in a sum is taken for each of them."""
    return {letter: sp.Wild(f"any_{place}") for place, letter in enumerate(sorted(term.atoms(sp.Dummy), key=str))}


def prepared(
    item: Item,
    opaque: Callable[[str], bool] = lambda name: False,
    sizes: Mapping[str, int] | None = None,
    classes: Mapping[tuple[str, int], int] | None = None,
    unfolded: str = "",
) -> Terms:
    """Terms of an item, with the sizes that its conditions fix, and others that are fixed at will."""
    terms = Terms(
        item.scope, {**Checker(item.scope, item.conditions).fixed, **(sizes or {})}, opaque, classes, unfolded
    )
    for size, number in item.least:
        if not terms.size(size).is_Integer:
            terms.ranges[Least(terms.size(size))] = number
    return terms


def free_indices(item: Item, terms: Terms) -> dict[str, sp.Expr]:
    """The free indices of an item as symbols."""
    return {letter: terms.free(letter, size) for letter, size in item.free}


def given_by(item: Item, terms: Terms, env: Mapping[str, sp.Expr]) -> Given:
    """What the conditions and assumptions of an item say where its free indices have these values."""
    values: list[tuple[sp.Expr, sp.Expr]] = []
    signs: set[sp.Expr] = set()
    equal: list[tuple[sp.Expr, sp.Expr]] = []
    for chain in item.conditions:
        for left, relation, right in _relations(chain):
            left, right = terms.number(left, env), terms.number(right, env)
            if left.is_integer and right.is_integer:
                _about_indices(left, relation, right, values, equal)
            else:
                _about_numbers(left - right, relation, values, signs, terms)
    chances = _chances(item.scope)
    for assumed in item.assumptions:
        wild = {letter: sp.Wild(f"any_{letter}") for letter, _ in assumed.free}
        for left, relation, right in _relations(assumed.claim):
            left, right = terms.number(left, wild), terms.number(right, wild)
            if relation == "=":
                values += _solved(left - right, terms, chances)
            elif not assumed.free:
                _about_numbers(left - right, relation, values, signs, terms)
    facts = Facts(tuple(values), frozenset(signs), tuple(_roots(item, terms)), chances)
    return Given(facts, tuple(equal))


def _roots(item: Item, terms: Terms) -> Iterator[tuple[sp.Expr, sp.Expr]]:
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
    declared = scope.notation.random
    names = {each.letter for each in declared}
    derived = {
        name for name, definition in scope.definitions.items() if letters(definition.body, scope) & names
    } - scope.notation.function_names
    return Chances(
        independent=frozenset(each.letter for each in declared if each.independent),
        symmetric=frozenset(each.letter for each in declared if each.symmetric),
        dependent=frozenset(each.letter for each in declared if not each.independent),
        derived=frozenset(derived),
    )


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
    if relation == r"\ne":
        values += [(sp.KroneckerDelta(left, right), sp.S.Zero)]
    elif relation == "=" and left.is_Symbol:
        equal.append((left, right))
    elif relation == "=" and right.is_Symbol:
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
