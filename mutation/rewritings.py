r"""Right formulas in other words: the same mathematics, written as another author might write it.

`rewritings` renames bound letters, reorders addends and factors, moves factors into and out of sums, expands products,
fractions and transposes, exchanges the sides and multiplies both by a number. A checker that refuses one of them would
force its own taste on authors, or worse, has a fault.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from mutation.mutations import Mutant, chains, everywhere, may_be_matrix, product
from nncore.verify.notation import DELTA, Notation
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show
from nncore.verify.syntax.tree import Relation

_FRESH = ("k", "l", "m", r"\kappa", r"\rho", "q")


def rewritings(formula: t.Formula, notation: Notation, in_definition: bool = False) -> Iterator[Mutant]:
    """Yield a formula in other words, changed at one place each time; what defines keeps its left side and relation."""
    seen = {formula}
    for chain, defines, rebuilt in chains(formula, in_definition):
        for kind, before, after, new in _Words(chain, notation).of_chain(defines):
            changed = rebuilt(new)
            if changed not in seen:
                seen.add(changed)
                yield Mutant(kind, f"{kind}: {show(before)} -> {show(after)}", changed)


class _Words:
    """Other words for the parts of one statement."""

    def __init__(self, statement: t.Chain, notation: Notation):
        self._statement, self._notation, self._runs_to = statement, notation, notation.runs_to
        self._matrix = partial(may_be_matrix, notation=notation)
        used = {node.name for node, _ in t.walk(statement) if isinstance(node, t.Letter)}
        declared = {scalar.written.letter for scalar in notation.scalars} | notation.constant_letters
        self._fresh = [letter for letter in _FRESH if letter not in used | declared]

    def of_chain(self, defines: bool) -> Iterator[tuple[str, t.Node, t.Node, t.Chain]]:
        """Yield the chain, rewritten within one of its sides or, if it is a single claim, as a whole."""
        chain = self._statement
        if not defines:
            for kind, before, after, first in everywhere(chain.first, self.at):
                yield kind, before, after, replace(chain, first=first)
        for place, link in enumerate(chain.links):
            if link.relation is Relation.ROUNDS or self._has_one_form(link.right):  # decimals stay what is printed
                continue
            for kind, before, after, right in everywhere(link.right, self.at):
                yield kind, before, after, replace(chain, links=t.put(chain.links, place, replace(link, right=right)))
        one_form = any(self._has_one_form(link.right) for link in chain.links)
        if not defines and not one_form and len(chain.links) == 1 and chain.links[0].relation.compares:
            (link,) = chain.links
            for kind, first, relation, right in self._of_claim(chain.first, link.relation, link.right):
                new = replace(chain, first=first, links=(replace(link, relation=relation, right=right),))
                yield kind, replace(chain, links=(t.Link(link.relation, link.right),)), _plain(new), new

    def _of_claim(self, left: t.Node, relation: str, right: t.Node) -> Iterator[tuple[str, t.Node, str, t.Node]]:
        if self._free(left) == self._free(right):
            yield "exchange sides", right, relation.mirrored, left
        three = t.Number("3")
        yield "multiply sides", t.Times((three, left)), relation, t.Times((three, right))
        yield "multiply sides", t.Minus(left), relation.mirrored, t.Minus(right)
        if relation is Relation.EQUAL:
            yield "multiply sides", t.Fraction(left, t.Number("7")), relation, t.Fraction(right, t.Number("7"))
        if isinstance(right, t.Plus):
            *others, last = right.terms
            moved = last.body if isinstance(last, t.Minus) else t.Minus(last)
            rest = t.Plus(tuple(others)) if len(others) > 1 else others[0]
            if self._free(rest) <= self._free(left):
                yield "move addend", t.Plus((left, moved)), relation, rest
        if not self._matrix(right) and not self._matrix(left) and right != t.Number("0"):
            yield "move addend", t.Plus((left, t.Minus(right))), relation, t.Number("0")

    def _has_one_form(self, side: t.Node) -> bool:
        """Return whether a side ends in a rest O(h^k) or is a class number, which can be written in one way only."""
        rest = any(
            isinstance(node, t.Function) and self._notation.kind_of_function(node.name) == "order"
            for node, _ in t.walk(side)
        )
        return rest or (isinstance(side, t.Extremum) and side.kind.startswith("arg"))

    def _free(self, side: t.Node) -> set[str]:
        """Return the index letters that are free in a side."""
        bound = {node.index.name for node, _ in t.walk(side) if isinstance(node, t.Sum | t.Product | t.Extremum)}
        used = {node.name for node, _ in t.walk(side) if isinstance(node, t.Letter)}
        return {letter for letter in used if letter in self._runs_to} - bound

    # Expressions

    def at(self, node: t.Node) -> Iterator[tuple[str, t.Node]]:
        """Yield other words for one expression."""
        match node:
            case t.Indexed(t.Letter(letter), (one, other)) if letter == DELTA:
                yield "reorder", replace(node, indices=(other, one))
            case t.Plus(terms):
                yield "reorder", t.Plus(terms[::-1])
                if len(terms) > 2:
                    yield "reorder", t.Plus((t.Plus(terms[1:]), terms[0]))
            case t.Minus(t.Plus(terms)):
                yield "distribute", t.Plus(tuple(map(_opposite, terms)))
            case t.Times(factors):
                yield from self._of_factors(factors)
            case t.EntryTimes(factors):
                yield "reorder", t.EntryTimes(factors[::-1])
            case t.Fraction(above, below):
                yield "quotient", t.Times((above, t.Power(below, t.Minus(t.Number("1")))))
                yield "quotient", t.Times((t.Fraction(t.Number("1"), below), above))
                if isinstance(above, t.Plus):
                    yield "split", _by_addends(above.terms, lambda term: t.Fraction(term, below))
            case t.Power(base, exponent):
                yield from _of_power(base, exponent)
            case t.Root(body):
                yield "power", t.Power(body, t.Fraction(t.Number("1"), t.Number("2")))
            case t.Transpose(t.Times(factors)) if all(map(self._matrix, factors)):
                yield "transpose", t.Times(tuple(map(_transposed, factors[::-1])))
            case t.Transpose(t.Plus(terms)):
                yield "transpose", t.Plus(tuple(map(_transposed, terms)))
            case t.Sum() | t.Product():
                yield from self._of_sum(node)
            case t.Extremum(_, index, body):
                same = (each for each in self._fresh if self._runs_to.get(each) == self._runs_to[index.name])
                if fresh := next(same, None):
                    yield "rename", replace(node, index=t.Letter(fresh), body=_with(body, index, t.Letter(fresh)))
            case t.Apply(function, (one, other)) if function.name in (r"\max", r"\min"):
                yield "reorder", replace(node, arguments=(other, one))
            case t.Derivative(_, variables) if len(variables) == 2 and variables[0] != variables[1]:
                yield "reorder", replace(node, variables=variables[::-1])
            case t.Cases(cases):
                yield "reorder", t.Cases(cases[::-1])
        if not isinstance(node, t.Number | t.Minus | t.Case):
            yield "negate twice", t.Minus(t.Minus(node))
            yield "neutral", t.Times((t.Number("1"), node))
            if not self._matrix(node):
                yield "neutral", t.Plus((node, t.Number("0")))

    def _of_factors(self, factors: tuple[t.Node, ...]) -> Iterator[tuple[str, t.Node]]:
        numbers = [factor for factor in factors if not self._matrix(factor)]
        matrices = [factor for factor in factors if self._matrix(factor)]
        if len(numbers) > 1 or (numbers and matrices):
            yield "reorder", product((*numbers[::-1], *matrices))
        if numbers and matrices:
            yield "reorder", product((*matrices, *numbers))
        if len(matrices) > 1:
            yield "transpose", product((*numbers, t.Transpose(t.Times(tuple(map(_transposed, matrices[::-1]))))))
        if len(matrices) > 2:
            yield "reorder", product((*numbers, t.Times(tuple(matrices[:2])), *matrices[2:]))
            yield "reorder", product((*numbers, matrices[0], t.Times(tuple(matrices[1:]))))
        for place, factor in enumerate(factors):
            if isinstance(factor, t.Plus):
                yield "distribute", _by_addends(factor.terms, lambda term, at=place: t.Times(t.put(factors, at, term)))
            if isinstance(factor, t.Sum):
                others = product(t.put(factors, place))
                if not t.contains(others, factor.index) and not self._matrix(others) and not self._matrix(factor):
                    yield "factor in", replace(factor, body=t.Times((others, factor.body)))

    def _of_sum(self, node: t.Sum | t.Product) -> Iterator[tuple[str, t.Node]]:
        for fresh in self._fresh:
            if self._runs_to.get(fresh) in (None, self._runs_to.get(node.index.name)):
                letter = t.Letter(fresh)
                yield "rename", replace(node, index=letter, body=_with(node.body, node.index, letter))
                break
        if not isinstance(node, t.Sum):
            return
        match node.body:
            case t.Plus(terms):
                yield "split", _by_addends(terms, lambda term: replace(node, body=term))
            case t.Minus(body):
                yield "factor out", t.Minus(replace(node, body=body))
            case t.Times(factors):
                for place, factor in enumerate(factors):
                    if not t.contains(factor, node.index) and not self._matrix(factor):
                        yield "factor out", t.Times((factor, replace(node, body=product(t.put(factors, place)))))
                        break
            case t.Fraction(above, below) if not t.contains(below, node.index):
                yield "factor out", t.Fraction(replace(node, body=above), below)
            case t.Sum() as inner if not t.contains(inner.upper, node.index):
                yield "reorder", replace(inner, body=replace(node, body=inner.body))


def _plain(chain: t.Chain) -> t.Chain:
    return replace(chain, links=tuple(t.Link(link.relation, link.right) for link in chain.links))


def _opposite(term: t.Node) -> t.Node:
    return term.body if isinstance(term, t.Minus) else t.Minus(term)


def _transposed(node: t.Node) -> t.Node:
    return node.body if isinstance(node, t.Transpose) else t.Transpose(node)


def _by_addends(terms: tuple[t.Node, ...], change: Callable[[t.Node], t.Node]) -> t.Plus:
    """Return a sum with each addend changed, and its sign kept in front of it."""
    return t.Plus(tuple(t.Minus(change(term.body)) if isinstance(term, t.Minus) else change(term) for term in terms))


def _of_power(base: t.Node, exponent: t.Node) -> Iterator[tuple[str, t.Node]]:
    match exponent:
        case t.Number("2", 0):
            yield "power", t.Times((base, base))
        case t.Plus((one, other)):
            if base == t.Letter("e"):
                yield "power", t.Times((t.Power(base, one), t.Power(base, other)))
        case t.Minus(body) if base == t.Letter("e"):
            yield "power", t.Fraction(t.Number("1"), t.Power(base, body))
    if base == t.Letter("e"):
        yield "power", t.Apply(t.Function(r"\exp"), (exponent,))


def _with(node: t.Node, old: t.Letter, new: t.Letter) -> t.Node:
    """Return a tree with another letter; what binds the old one anew is an error of the reader, so there is none."""
    return new if node == old else t.with_children(node, lambda part: _with(part, old, new))
