r"""Slips on purpose: what a formula might have said if somebody had copied, derived or typeset it wrongly.

`mutants` makes them from the parse tree, each with exactly one slip: a sign, an index, a factor, a transpose, the range
of a sum, a forgotten condition. Whether a judge notices is for `mutation.run` to find out. A change that says
the same under other names of its indices is no slip and is left out; whatever else is true in spite of its slip is not
for this module to know.

`everywhere` applies a change at each place of a tree in turn; rewritings that keep a formula true use it, too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from nncore.verify.notation import DELTA, Notation
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show
from nncore.verify.syntax.tree import Relation

KINDS = (
    "sign", "index", "factor", "transpose", "delta", "sum", "exponent", "operator", "function", "addend", "order",
    "number", "letter", "scope", "case", "relation", "condition",
)  # fmt: skip

Change = Callable[[t.Node], Iterator[tuple[str, t.Node]]]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A formula with one slip: its kind, one of `KINDS`, what became of what, and the whole formula."""

    kind: str
    description: str
    tree: t.Formula


def mutants(formula: t.Formula, notation: Notation, in_definition: bool = False) -> Iterator[Mutant]:
    """Yield all mutants of a formula, none of them twice; the left side of a definition stays what it is.

    ``in_definition`` says that the formula stands in a ``{prf:definition}``, where ``=`` defines.
    """
    seen = {_canonical(formula, notation)}
    described: dict[str, int] = {}
    for chain, defines, rebuilt in chains(formula, in_definition):
        for kind, before, after, new in _of_chain(chain, defines, _Slips(chain, notation).at):
            mutant = rebuilt(new)
            form = _canonical(mutant, notation)
            if form not in seen:
                seen.add(form)
                yield Mutant(kind, _described(kind, before, after, described), mutant)
    for position, condition in enumerate(formula.conditions):
        mutant = replace(formula, conditions=t.put(formula.conditions, position))
        yield Mutant("condition", _described("condition", condition, None, described), mutant)


def chains(formula: t.Formula, in_definition: bool) -> Iterator[tuple[t.Chain, bool, Callable[[t.Chain], t.Formula]]]:
    """Yield the chains of a formula that claim or define, whether they define, and what puts another one there.

    Of an implication it is the conclusion; steps and expressions claim nothing.
    """

    def formula_with(position: int, statement: t.Node) -> t.Formula:
        return replace(formula, statements=t.put(formula.statements, position, statement))

    def with_conclusion(position: int, implication: t.Implication, conclusion: t.Chain) -> t.Formula:
        return formula_with(position, replace(implication, conclusion=conclusion))

    for position, statement in enumerate(formula.statements):
        if isinstance(statement, t.Implication):
            yield statement.conclusion, False, partial(with_conclusion, position, statement)
        elif statement.links and statement.links[0].relation is not Relation.ASSIGNS:
            defines = statement.links[0].relation is Relation.DEFINES or in_definition
            yield statement, defines, partial(formula_with, position)


def _described(kind: str, before: t.Node, after: t.Node | None, described: dict[str, int]) -> str:
    """Return what became of what; a number tells equal slips at different places of a formula apart."""
    text = f"{kind}: {show(before)} -> {show(after) if after else 'nothing'}"
    described[text] = described.get(text, 0) + 1
    return text if described[text] == 1 else f"{text} (no. {described[text]})"


# Trees ----------------------------------------------------------------------------------------------------------------

# What is no expression of its own, so that only what it belongs to can change it.
_PARTS_OF_OTHERS = frozenset(
    ("index", "lower", "upper", "indices", "function", "letter", "layer", "condition", "variable", "variables")
)


def everywhere(node: t.Node, change: Change) -> Iterator[tuple[str, t.Node, t.Node, t.Node]]:
    """Yield the changes of a node and of all expressions in it: their kinds, what becomes of what, and the whole."""

    def is_expression(node: t.Node, name: str) -> bool:
        bare = isinstance(node, t.Indexed) and isinstance(getattr(node, name), t.Letter | t.Family)
        return name not in _PARTS_OF_OTHERS and not bare

    return t.everywhere(node, change, is_expression)


def _canonical(formula: t.Formula, notation: Notation) -> t.Node:
    """Return the formula with its index letters renamed in the order in which they appear, statement by statement.

    Letters that run over different ranges stay different, because the new names contain the size.
    """
    runs_to = notation.runs_to

    def canonical(statement: t.Node) -> t.Node:
        names: dict[str, str] = {}
        for node in _in_order(statement):
            if isinstance(node, t.Letter) and node.name in runs_to:
                names.setdefault(node.name, f"{runs_to[node.name]}{len(names)}")
        return _renamed(statement, names)

    return replace(formula, statements=tuple(map(canonical, formula.statements)))


def _in_order(node: t.Node) -> Iterator[t.Node]:
    yield node
    for child in t.children(node):
        yield from _in_order(child)


def _renamed(node: t.Node, names: dict[str, str]) -> t.Node:
    """Return a tree with other letters; the indices of a delta in alphabetical order."""
    if isinstance(node, t.Letter):
        return t.Letter(names.get(node.name, node.name))
    new = t.with_children(node, lambda part: _renamed(part, names))
    if isinstance(new, t.Indexed) and new.base == t.Letter(DELTA):
        return replace(new, indices=tuple(sorted(new.indices, key=repr)))
    return new


# Slips of a statement -------------------------------------------------------------------------------------------------


def _of_chain(chain: t.Chain, defines: bool, change: Change) -> Iterator[tuple[str, t.Node, t.Node | None, t.Chain]]:
    """Yield the slips of the sides, the relations and the conditions of a chain."""
    if not defines:
        for kind, before, after, first in (*everywhere(chain.first, change), *_whole_side(chain.first)):
            yield kind, before, after, replace(chain, first=first)
    for place, link in enumerate(chain.links):
        for kind, before, after, new in _of_link(link, change):
            yield kind, before, after, replace(chain, links=t.put(chain.links, place, new))


def _of_link(link: t.Link, change: Change) -> Iterator[tuple[str, t.Node, t.Node | None, t.Link]]:
    for kind, before, after, right in (*everywhere(link.right, change), *_whole_side(link.right)):
        yield kind, before, after, replace(link, right=right)
    for relation in _OTHER_RELATIONS.get(link.relation, ()):
        new = replace(link, relation=relation)
        yield "relation", replace(link, conditions=()), replace(new, conditions=()), new
    for place, condition in enumerate(link.conditions):
        yield "condition", condition, None, replace(link, conditions=t.put(link.conditions, place))


# A weaker relation stays true, so `<` does not become `\le`.
_OTHER_RELATIONS = {
    Relation.EQUAL: (Relation.UNEQUAL, Relation.LESS),
    Relation.UNEQUAL: (Relation.EQUAL,),
    Relation.AT_MOST: (Relation.AT_LEAST, Relation.LESS),
    Relation.AT_LEAST: (Relation.AT_MOST, Relation.GREATER),
    Relation.LESS: (Relation.GREATER, Relation.AT_LEAST),
    Relation.GREATER: (Relation.LESS, Relation.AT_MOST),
}


def _whole_side(side: t.Node) -> Iterator[tuple[str, t.Node, t.Node, t.Node]]:
    """Yield a side with the other sign."""
    if not isinstance(side, t.Minus) and side != t.Number("0"):
        yield "sign", side, t.Minus(side), t.Minus(side)


# Slips of an expression -----------------------------------------------------------------------------------------------


class _Slips:
    """What can be wrong at a place of a statement, which decides which letters may be mistaken for each other."""

    def __init__(self, statement: t.Chain, notation: Notation):
        self._notation = notation
        self._may_be_matrix = partial(may_be_matrix, notation=notation)
        self._sizes = tuple(size.letter for size in notation.sizes if not size.index and size.letter != "R")
        self._runs_to = {index.letter: index.to for index in notation.indices if index.to}
        used = {node.name for node, _ in t.walk(statement) if isinstance(node, t.Letter)}
        self._indices = tuple(letter for letter in self._runs_to if letter in used)
        self._bound = tuple(
            node.index.name for node, _ in t.walk(statement) if isinstance(node, t.Sum | t.Product | t.Extremum)
        )
        self._arrays = tuple(array for array in notation.arrays if array.letter in used)
        self._entries = tuple(
            array for array in notation.arrays if array.entry and array.entry.letter in used and array.entry.indices
        )

    def at(self, node: t.Node) -> Iterator[tuple[str, t.Node]]:
        """Yield the slips of one expression, each with its kind; slips of what stands in it are not among them."""
        match node:
            case t.Number():
                yield from _of_number(node)
            case t.Letter():
                yield from self._of_letter(node)
            case t.Indexed():
                yield from self._of_entry(node)
            case t.Plus(terms):
                yield from _of_addends(node, terms)
            case t.Minus(body):
                yield "sign", body
            case t.Times(factors):
                yield from self._of_factors(factors)
            case t.EntryTimes(factors):
                yield from self._of_entry_factors(factors)
            case t.Fraction(above, below):
                yield from _of_fraction(above, below)
            case t.EntryFraction(above, below):
                yield "operator", t.EntryTimes((above, below))
                yield "order", t.EntryFraction(below, above)
                yield "factor", above
            case t.Power(base, exponent):
                yield from _of_power(base, exponent)
            case t.Transpose(body):
                yield "transpose", body
            case t.Root(body) | t.Absolute(body):
                yield "function", body
            case t.Apply(function, arguments):
                yield from self._of_application(function, arguments)
            case t.Sum() | t.Product():
                yield from self._of_sum(node)
            case t.Extremum(kind, _, body):
                yield "operator", replace(node, kind={"max": "min", "min": "max"}.get(kind, "max"))
                yield "sum", body
            case t.Derivative(body, variables):
                yield from self._of_derivative(node, body, variables)
            case t.Matrix(rows):
                yield from _of_matrix(rows)
            case t.Cases(cases):
                yield from _of_cases(cases)

    # Letters and indices

    def _of_letter(self, node: t.Letter) -> Iterator[tuple[str, t.Node]]:
        if node.name in self._runs_to:
            for letter in self._other_indices(node.name):
                yield "index", t.Letter(letter)
        if node.name in self._sizes:
            for letter in self._sizes:
                yield "letter", t.Letter(letter)
        array = self._notation.array_named(node.name)
        if array:
            yield "transpose", t.Transpose(node)
            for other in self._arrays:
                if other.shape == array.shape:
                    yield "letter", t.Letter(other.letter)

    def _of_entry(self, node: t.Indexed) -> Iterator[tuple[str, t.Node]]:
        if node.base == t.Letter(DELTA):
            yield "delta", t.Number("1")
        for place, index in enumerate(node.indices):
            for other in self._other_index(index):
                yield "index", replace(node, indices=t.put(node.indices, place, other))
        if len(node.indices) == 2:
            yield "index", replace(node, indices=node.indices[::-1])
        if isinstance(node.base, t.Letter):
            array = next((each for each in self._entries if each.entry.letter == node.base.name), None)
            for other in self._entries if array else ():
                if other.shape == array.shape:
                    yield "letter", replace(node, base=t.Letter(other.entry.letter))

    def _other_index(self, index: t.Node) -> Iterator[t.Node]:
        match index:
            case t.Letter(letter):
                yield from map(t.Letter, self._other_indices(letter))
            case t.Number():
                yield from (number for _, number in _of_number(index))
            case t.Indexed(_, (t.Letter(letter),)):
                yield from (replace(index, indices=(t.Letter(other),)) for other in self._other_indices(letter))

    def _other_indices(self, letter: str) -> Iterator[str]:
        """Yield the other letters of the statement, and one of the same range that it does not use."""
        yield from (other for other in self._indices if other != letter)
        same = (other for other, to in self._runs_to.items() if to == self._runs_to.get(letter))
        fresh = next((other for other in same if other not in self._indices), None)
        if fresh:
            yield fresh

    # Products

    def _of_factors(self, factors: tuple[t.Node, ...]) -> Iterator[tuple[str, t.Node]]:
        for place, factor in enumerate(factors):
            before, after, others = factors[:place], factors[place + 1 :], product(t.put(factors, place))
            yield "factor", others
            yield "factor", product(t.put(factors, place, factor, factor))
            if not self._may_be_matrix(factor):
                yield "operator", t.Fraction(others, factor)
                yield "operator", t.Plus((others, factor))
            elif after and self._may_be_matrix(after[0]):
                yield "order", product((*before, after[0], factor, *after[1:]))
                yield "operator", product((*before, t.EntryTimes((factor, after[0])), *after[1:]))

    def _of_entry_factors(self, factors: tuple[t.Node, ...]) -> Iterator[tuple[str, t.Node]]:
        yield "operator", t.Times(factors)
        yield "operator", t.Plus(factors)
        if len(factors) == 2:
            yield "operator", t.EntryFraction(*factors)
        for place, factor in enumerate(factors):
            left = t.put(factors, place)
            yield "factor", t.EntryTimes(left) if len(left) > 1 else left[0]
            yield "factor", t.EntryTimes(t.put(factors, place, factor, factor))

    # What binds and what applies

    def _of_sum(self, node: t.Sum | t.Product) -> Iterator[tuple[str, t.Node]]:
        yield "sum", node.body
        yield (
            "operator",
            (t.Product if isinstance(node, t.Sum) else t.Sum)(node.index, node.lower, node.upper, node.body),
        )
        for size in self._sizes:
            if t.Letter(size) != node.upper:
                yield "sum", replace(node, upper=t.Letter(size))
        for number in ("0", "2"):
            yield "sum", replace(node, lower=t.Number(number))
        for shift in (t.Number("1"), t.Minus(t.Number("1"))):
            yield "sum", replace(node, upper=t.Plus((node.upper, shift)))
        for letter in self._other_indices(node.index.name):
            yield "index", replace(node, index=t.Letter(letter))
        if isinstance(node.body, t.Times):
            for place, factor in enumerate(node.body.factors):
                if t.contains(factor, node.index):
                    yield "scope", t.Times((factor, replace(node, body=product(t.put(node.body.factors, place)))))
        if isinstance(node.body, t.Plus):
            first, *rest = node.body.terms
            yield "scope", t.Plus((replace(node, body=first), *rest))

    def _of_application(self, function: t.Function, arguments: tuple[t.Node, ...]) -> Iterator[tuple[str, t.Node]]:
        other = _OTHER_FUNCTIONS.get(function.name)
        if other == function.name or (other and other not in self._notation.function_names | {r"\max", r"\min"}):
            other = None
        if other:
            kind = "operator" if function.name in (r"\max", r"\min") else "function"
            yield kind, t.Apply(replace(function, name=other), arguments)
        yield "function", t.Apply(replace(function, primes=function.primes + 1), arguments)
        if function.primes:
            yield "function", t.Apply(replace(function, primes=function.primes - 1), arguments)
        for place, argument in enumerate(arguments):
            yield "function", argument
            opposite = argument.body if isinstance(argument, t.Minus) else t.Minus(argument)
            if argument != t.Number("0"):
                yield "function", t.Apply(function, t.put(arguments, place, opposite))

    def _of_derivative(self, node, body, variables) -> Iterator[tuple[str, t.Node]]:
        yield "operator", body
        for place, variable in enumerate(variables):
            for kind, other in self.at(variable):
                yield kind, replace(node, variables=t.put(variables, place, other))
        if any(self._may_be_matrix(variable) for variable in variables):
            yield "transpose", t.Transpose(node)
        if len(variables) > 1:
            for place in range(len(variables)):
                yield "operator", replace(node, variables=t.put(variables, place))
        elif isinstance(body, t.Letter | t.Indexed):
            yield "order", t.Derivative(variables[0], (body,))


# Each function and what it is mistaken for.
_OTHER_FUNCTIONS = {
    r"\exp": r"\ln", r"\ln": r"\exp", r"\sigma": r"\operatorname{ReLU}", r"\operatorname{ReLU}": r"\sigma",
    r"\tanh": r"\sigma", r"\sin": r"\cos", r"\cos": r"\sin", r"\max": r"\min", r"\min": r"\max",
}  # fmt: skip


def product(factors: tuple[t.Node, ...]) -> t.Node:
    """Return the product of factors, however few there are."""
    return t.Times(factors) if len(factors) > 1 else factors[0] if factors else t.Number("1")


def may_be_matrix(node: t.Node, notation: Notation) -> bool:
    """Return whether an expression could be a matrix, by the letters that stand in it without indices."""
    match node:
        case t.Letter(name):
            if notation.array_named(name):
                return True
            known = notation.size_letters | {scalar.written.letter for scalar in notation.scalars}
            return name.strip("\\{}").rpartition("{")[2][:1].isupper() and name not in known
        case t.Family() | t.Matrix() | t.Norm():
            return True
        case t.Indexed():
            return False
        case t.Derivative(_, variables):
            return any(may_be_matrix(variable, notation) for variable in variables)
    return any(may_be_matrix(child, notation) for child in t.children(node))


def _of_number(node: t.Number) -> Iterator[tuple[str, t.Node]]:
    """Yield whole numbers one more and one less, decimals with another last digit."""
    whole, point, decimals = node.digits.partition(".")
    value = int(whole + decimals)
    for other in (value + 1, value - 1):
        if other >= 0:
            digits = str(other).zfill(len(decimals) + 1)
            split = len(digits) - len(decimals)
            yield "number", replace(node, digits=digits[:split] + point + digits[split:])


def _of_addends(node: t.Plus, terms: tuple[t.Node, ...]) -> Iterator[tuple[str, t.Node]]:
    for place, term in enumerate(terms):
        left = t.put(terms, place)
        yield "addend", t.Plus(left) if len(left) > 1 else left[0]
        if not isinstance(term, t.Minus):  # a subtracted one loses its sign where the minus itself is looked at
            yield "sign", t.Plus(t.put(terms, place, t.Minus(term)))
    yield "sign", t.Minus(node)
    if len(terms) == 2:
        first, second = terms
        yield "operator", t.Times((first, second.body if isinstance(second, t.Minus) else second))


def _of_fraction(above: t.Node, below: t.Node) -> Iterator[tuple[str, t.Node]]:
    yield "factor", above
    yield "factor", t.Fraction(above, t.Power(below, t.Number("2")))
    yield "operator", t.Times((above, below))
    yield "order", t.Fraction(below, above)
    if above != t.Number("1"):
        yield "factor", t.Fraction(t.Number("1"), below)


def _of_power(base: t.Node, exponent: t.Node) -> Iterator[tuple[str, t.Node]]:
    yield "exponent", t.Power(base, exponent.body if isinstance(exponent, t.Minus) else t.Minus(exponent))
    if not isinstance(exponent, t.Number):
        yield "exponent", t.Power(base, t.Plus((exponent, t.Number("1"))))
        yield "exponent", t.Power(base, t.Plus((exponent, t.Minus(t.Number("1")))))
        yield "function", exponent
    yield "exponent", base
    yield "order", t.Power(exponent, base)


def _of_matrix(rows: tuple[tuple[t.Node, ...], ...]) -> Iterator[tuple[str, t.Node]]:
    if len(rows) > 1 or len(rows[0]) > 1:
        yield "transpose", t.Matrix(tuple(zip(*rows, strict=True)))
    if len(rows) > 1:
        yield "order", t.Matrix((rows[1], rows[0], *rows[2:]))
    if len(rows[0]) > 1:
        yield "order", t.Matrix(tuple((row[1], row[0], *row[2:]) for row in rows))


def _of_cases(cases: tuple[t.Case, ...]) -> Iterator[tuple[str, t.Node]]:
    turned = zip(cases, cases[1:] + cases[:1], strict=True)
    yield "case", t.Cases(tuple(replace(case, value=following.value) for case, following in turned))
    for place, case in enumerate(cases):
        if len(cases) > 1:
            yield "case", t.Cases(t.put(cases, place))
        for relation in _OTHER_RELATIONS.get(case.condition.links[0].relation, ()):
            (link, *links) = case.condition.links
            condition = replace(case.condition, links=(replace(link, relation=relation), *links))
            yield "case", t.Cases(t.put(cases, place, replace(case, condition=condition)))
