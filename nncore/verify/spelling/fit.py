r"""What needs shapes: biases that broadcast, products of 1 × 1 as numbers, powers and quotients entry by entry, norms.

The strict tree does not broadcast, and knows no square of a matrix that is not square. Where the notation tells the
shapes, `fitted` writes what people mean: ``X W + b`` with a row b as ``X W + \mathbf 1 b``, ``w^\top x + b`` with a
number b by the one entry of ``w^\top x``, ``\lVert x \rVert^2`` as ``x^\top x``. Where a shape is not known nothing is
changed.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from string import ascii_lowercase, ascii_uppercase
from typing import TypeAlias

from nncore.verify.notation import ONES
from nncore.verify.semantics.symbols import sizes_of_shape
from nncore.verify.spelling.findings import Findings, FreeError
from nncore.verify.spelling.scene import Scene
from nncore.verify.spelling.substitution import with_letters
from nncore.verify.symbol import Shape, Size
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation

UNKNOWN = ("?", "?")
_Fitted: TypeAlias = tuple[t.Node, Shape]  # None is a number, UNKNOWN is what cannot be told
_SOFTMAX = r"\operatorname{softmax}"
_ONE_BY_ONE = (1, 1)
BOUND = (*"lqpjkrsc", r"\iota", r"\nu", *ascii_lowercase, *ascii_uppercase)  # what a sum may bind
_MOST = 4  # the highest power that is written out entry by entry


def fitted(formula: t.Formula, scene: Scene, findings: Findings) -> t.Formula:
    """Return a formula in which what the shapes ask for is written out, with a remark for each change."""
    fitter = _Fitter(scene, findings)
    statements = tuple(fitter.statement(each) for each in formula.statements)
    return replace(formula, statements=statements)


def fitted_alone(node: t.Node, scene: Scene) -> tuple[t.Node, Shape]:
    """Return an expression as `fitted` writes it by itself, and its shape, see `shape_of`."""
    fitter = _Fitter(scene, Findings())
    return fitter.spread(fitter.fit(node))


def shape_of(node: t.Node, scene: Scene) -> Shape:
    """Return the shape of an expression, as far as the notation tells it; None is a number, two question marks open."""
    return fitted_alone(node, scene)[1]


class _Fitter:
    """Goes through expressions from their leaves up."""

    def __init__(self, scene: Scene, findings: Findings):
        self.scene, self.findings = scene, findings
        self._mixed: dict[t.Node, Sequence[_Fitted]] = {}  # sums of numbers and arrays, with their terms

    def statement(self, node: t.Chain | t.Implication) -> t.Chain | t.Implication:
        """Return a statement whose sides fit to each other."""
        if isinstance(node, t.Implication):
            return replace(node, premise=self.chain(node.premise), conclusion=self.chain(node.conclusion))
        return self.chain(node)

    def chain(self, chain: t.Chain) -> t.Chain:
        """Return a chain whose sides are all numbers if one of them is one."""
        defines = chain.links and chain.links[0].relation is Relation.DEFINES
        head = [(chain.first, UNKNOWN)] if defines and isinstance(chain.first, t.Indexed) else [self.fit(chain.first)]
        sides = [*head, *(self.spread(self.fit(link.right)) for link in chain.links)]
        if isinstance(chain.first, t.Letter) and chain.links and chain.links[0].relation is Relation.DEFINES:
            sides = self._entries_of_softmax(chain.first, sides) or self._defining(chain.first.name, sides)
        if any(shape is None for _, shape in sides):
            sides = [self.as_number(side) for side in sides]
        links = tuple(replace(link, right=node) for link, (node, _) in zip(chain.links, sides[1:], strict=True))
        for node in (part for side, _ in sides for part, _ in t.walk(side) if is_softmax(part)):
            if isinstance(node, t.Apply) and self.scene.softmax_is_of_columns(self.fit(node.arguments[0])[1]):
                raise FreeError("softmax of each column: write it by its entries", node.span, "softmax of columns")
        return replace(chain, first=sides[0][0], links=links)

    def _defining(self, name: str, sides: list[_Fitted]) -> list[_Fitted]:
        """Return the sides of a definition, and keep the shape that a letter has by it if nothing declares one."""
        if self._letter(name) != UNKNOWN or name in self.scene.shapes:
            return sides
        if sides[1][1] == _ONE_BY_ONE:
            sides = [self.as_number(side) for side in sides]
        if sides[1][1] != UNKNOWN:
            self.scene.shapes[name] = sides[1][1]
        return sides

    # Softmax, which the strict tree has entry by entry

    def _entries_of_softmax(self, left: t.Letter, sides: list[_Fitted]) -> list[_Fitted] | None:
        """Return the definition of a matrix by softmax as that of its entries; None if it is another one."""
        right, shape = sides[1]
        array = self.scene.notation.array_named(left.name)
        if not (is_softmax(right) and isinstance(right, t.Apply) and array and array.entry) or 1 in (shape or UNKNOWN):
            return None
        indices = tuple(t.Letter(index, span=left.span) for index in array.entry.indices)
        entry = t.Indexed(t.Letter(array.entry.letter, span=left.span), indices, span=left.span)
        if len(indices) != 2 or shape != sizes_of_shape(array.shape):
            return None
        return [(entry, None), (self._softmax_entry(right, shape, indices), None), *sides[2:]]

    def _softmax_entry(self, node: t.Apply, shape: Shape, indices: Sequence[t.Node]) -> t.Node:
        """Return one entry of softmax of each row, or of each column; of a vector, of all of it."""
        assert shape
        by_columns = len(indices) == 2 and self.scene.softmax_is_of_columns(shape)
        size = shape[0] if shape[1] == 1 or by_columns else shape[1]
        used = {each.name for each, _ in t.walk(node) if isinstance(each, t.Letter)}
        used |= {each.name for each in indices if isinstance(each, t.Letter)} | self.scene.notation.all_letters
        used |= self.scene.facts.names
        ends = [index for index, to in self.scene.notation.runs_to.items() if to == size]
        free = [each for each in ends if each not in {i.name for i in indices if isinstance(i, t.Letter)}]
        bound = t.Letter(next(each for each in (*free, *BOUND) if each in free or each not in used), span=node.span)
        what = "a vector" if len(indices) < 2 else "each column" if by_columns else "each row"
        self.findings.say("softmax", f"softmax of {what} by its entries", node.span)
        argument = t.Times(
            (t.Number("1", span=node.span), node.arguments[0]), span=node.span
        )  # an expression, no letter

        def power(*places: t.Node) -> t.Node:
            return t.Power(t.Letter("e", span=node.span), t.Indexed(argument, places, span=node.span), span=node.span)

        last = str(size)
        end = t.Number(last, span=node.span) if last.isdigit() else t.Letter(last, span=node.span)
        places = (bound, *indices[1:]) if by_columns else (*indices[:-1], bound)
        whole = t.Sum(bound, t.Number("1", span=node.span), end, power(*places), span=node.span)
        return t.Fraction(power(*indices), whole, span=node.span)

    def _softmax_of_vector(self, node: t.Apply, shape: Shape) -> t.Node:
        """Return softmax of a vector as its exponentials over their sum."""
        marker = t.Letter("e", span=node.span)
        entry = self._softmax_entry(node, shape, (marker,))
        assert isinstance(entry, t.Fraction)
        above = t.Apply(t.Function(self.scene.table.function(r"\exp"), span=node.span), node.arguments, span=node.span)
        return t.Fraction(above, entry.denominator, span=node.span)

    def fit(self, node: t.Node) -> _Fitted:
        """Return a node and its shape."""
        match node:
            case t.Number():
                return node, None
            case t.Letter(name):
                return node, self._letter(name)
            case t.Indexed(t.Letter(name), indices) if self._has_unnamed_entries(name, len(indices)):
                one = t.Number("1", span=node.span)  # an expression has entries, too
                return replace(node, base=t.Times((one, node.base), span=node.span)), None
            case t.Indexed(t.Letter() | t.Family()):
                return node, None
            case t.Indexed(t.Apply(arguments=(argument,)) as base, indices) if is_softmax(base):
                inner, shape = self.fit(argument)
                own = replace(base, arguments=(inner,))
                if shape is not None and shape != UNKNOWN and len(indices) == 2 - (1 in shape):
                    return self._softmax_entry(own, shape, indices), None
                return replace(node, base=own), None
            case t.Indexed(base):
                return replace(node, base=self.fit(base)[0]), None
            case t.Plus(terms):
                return self._sum(node, [self.fit(term) for term in terms])
            case t.Minus(body):
                inner, shape = self.fit(body)
                return replace(node, body=inner), shape
            case t.Times(factors):
                fitted_ = [self.fit(factor) for factor in self._with_samples(factors)]
                return self._product(node, fitted_) if len(fitted_) > 1 else fitted_[0]
            case t.EntryTimes(factors):
                return self._alike(node, [self.fit(factor) for factor in factors])
            case t.Fraction(numerator, denominator):
                return self._fraction(node, self.fit(numerator), self.fit(denominator))
            case t.Power(base, exponent):
                return self._power(node, base, exponent)
            case t.Transpose(body):
                inner, shape = self.fit(body)
                turned = shape if shape in (None, UNKNOWN) or shape is None else (shape[1], shape[0])
                return replace(node, body=inner), turned
            case t.Root(body) | t.Absolute(body):
                inner, shape = self.as_number(self.fit(body))
                return replace(node, body=inner), None if shape is None else UNKNOWN
            case t.Norm(body):
                inner, shape = self.fit(body)
                if isinstance(shape, tuple) and 1 in shape and (square := self._square_of_norm(node)):
                    return t.Root(square, span=node.span), None
                return replace(node, body=inner), None
            case t.Apply():
                return self._application(node)
            case t.Sum(index, _, t.Letter(last)) | t.Product(index, _, t.Letter(last)) if self._runs_elsewhere(
                index, last
            ):
                return self.fit(self._with_own_index(node))
            case t.Sum(body=body) | t.Product(body=body) | t.Extremum(body=body):
                inner, shape = self.fit(body)
                return replace(node, body=inner), shape if isinstance(node, t.Sum) else None
            case t.Derivative(body, variables):
                inner, shape = self.as_number(self.fit(body)) if len(variables) == 1 else self.fit(body)
                if len(variables) > 1 and any(
                    isinstance(each, t.Letter) and self._letter(each.name) for each in variables
                ):
                    return replace(node, body=inner), UNKNOWN  # a matrix of second derivatives
                by = self._letter(variables[0].name) if isinstance(variables[0], t.Letter) else None
                return replace(node, body=inner), by if shape is None else UNKNOWN
            case t.Cases(cases):
                values = [self.fit(case.value) for case in cases]
                both = tuple(replace(case, value=value) for case, (value, _) in zip(cases, values, strict=True))
                return replace(node, cases=both), values[0][1]
        return node, UNKNOWN

    def _has_unnamed_entries(self, name: str, count: int) -> bool:
        """Return whether a letter is an array that declares no such entries, of as many indices as stand below it."""
        notation = self.scene.notation
        shape = self._letter(name)
        if shape is None or shape == UNKNOWN or notation.array_of_entry(name) or notation.scalars_named(name):
            return False
        array = notation.array_named(name)
        return not (array and array.layers) and count == 2 - (1 in shape)

    def _runs_elsewhere(self, index: t.Letter, last: str) -> bool:
        """Return whether an index is declared to run to another size than that at which its sum ends.

        Where letters may mean something else than in the file, as in a dictionary, nothing is said of that.
        """
        if not self.scene.first_defines:
            return False
        ends = self.scene.notation.runs_to
        return index.name in ends and ends[index.name] != last and last in self.scene.notation.plain_sizes

    def _with_own_index(self, node: t.Sum | t.Product) -> t.Sum | t.Product:
        """Return a sum that binds an index of its own, so that one letter may run to several sizes."""
        assert isinstance(node.upper, t.Letter)
        own = self.scene.table.letter(f"{node.index.name}'")
        self.findings.say("index", f"{node.index.name} in a sum to {node.upper.name} as an index of its own", node.span)

        body = with_letters(node.body, {node.index.name: t.Letter(own)})
        return replace(node, index=replace(node.index, name=own), body=body)

    def _letter(self, name: str) -> Shape:
        notation = self.scene.notation
        if array := notation.array_named(name):
            return sizes_of_shape(array.shape)
        if name in notation.plain_sizes | notation.index_letters | notation.constant_letters:
            return None
        if notation.scalars_named(name) or notation.array_of_entry(name):
            return None
        return self.scene.shapes.get(name, UNKNOWN)

    # Numbers

    def as_number(self, fitted_: _Fitted) -> _Fitted:
        """Return a 1 × 1 matrix as its one entry; whatever else stays as it is."""
        node, shape = fitted_
        if shape != _ONE_BY_ONE:
            return fitted_
        self.findings.say("1 by 1", "a product that is 1 × 1 as a number", node.span)
        if isinstance(node, t.Minus):
            return replace(node, body=self.as_number((node.body, shape))[0]), None
        return t.Indexed(node, (t.Number("1", span=node.span),), span=node.span), None

    # Sums and products

    def _sum(self, node: t.Plus, terms: Sequence[_Fitted]) -> _Fitted:
        shapes = [shape for _, shape in terms]
        if None in shapes:
            terms = [self.as_number(term) for term in terms]
            whole = replace(node, terms=tuple(each for each, _ in terms))
            if all(shape is None for _, shape in terms):
                return whole, None
            self._mixed[whole] = terms
            return whole, UNKNOWN
        return self._broadcast(terms, lambda parts: replace(node, terms=parts))

    def spread(self, fitted_: _Fitted) -> _Fitted:
        r"""Return numbers and vectors of one shape with ``\mathbf{1}`` times the numbers; whatever else as it is."""
        node, _ = fitted_
        terms = self._mixed.get(node, ())
        shapes = {shape for _, shape in terms if shape is not None}
        shape = shapes.pop() if len(shapes) == 1 else None
        if shape in (None, UNKNOWN, _ONE_BY_ONE) or shape is None or 1 not in shape:
            return fitted_
        if not self.scene.take_ones(shape[0] if shape[1] == 1 else shape[1]):
            return fitted_
        self.findings.say("entries", "a number that is added to an array as added to each entry", node.span)
        ones: t.Node = t.Letter(ONES, span=node.span)
        ones = ones if shape[1] == 1 else t.Transpose(ones, span=node.span)
        return t.Plus(tuple(self._times_ones(term, own, ones) for term, own in terms), span=node.span), shape

    def _times_ones(self, term: t.Node, shape: Shape, ones: t.Node) -> t.Node:
        if shape is not None:
            return term
        if isinstance(term, t.Minus):
            return replace(term, body=self._times_ones(term.body, None, ones))
        factors = term.factors if isinstance(term, t.Times) else (term,)
        return ones if term == t.Number("1") else t.Times((*factors, ones), span=term.span)

    def _alike(self, node: t.EntryTimes, factors: Sequence[_Fitted]) -> _Fitted:
        if multiplied := self._multiplied_out(node, factors):
            return multiplied
        if any(shape is None for _, shape in factors):
            return replace(node, factors=tuple(each for each, _ in factors)), UNKNOWN
        return self._broadcast(factors, lambda parts: replace(node, factors=parts))

    def _multiplied_out(self, node: t.EntryTimes, factors: Sequence[_Fitted]) -> _Fitted | None:
        r"""Return ``(1 - A) \odot B`` as ``B - A \odot B``; None if no factor adds numbers to arrays."""
        mixed = next((at for at, (factor, _) in enumerate(factors) if factor in self._mixed), None)
        if mixed is None:
            return None
        rest = [*factors[:mixed], *factors[mixed + 1 :]]
        other, shape = (
            rest[0] if len(rest) == 1 else self._alike(replace(node, factors=tuple(n for n, _ in rest)), rest)
        )
        terms = self._mixed[factors[mixed][0]]
        if shape is None or shape == UNKNOWN or any(own not in (None, shape) for _, own in terms):
            return None
        found: list[t.Node] = []
        for term, own in terms:
            negative = isinstance(term, t.Minus)
            body = term.body if isinstance(term, t.Minus) else term
            if own is not None:
                body = t.EntryTimes((body, other), span=node.span)
            else:
                body = other if body == t.Number("1") else t.Times((body, other), span=node.span)
            found.append(t.Minus(body, span=node.span) if negative else body)
        self.findings.say("entries", "a number that is added to an array as added to each entry", node.span)
        return t.Plus(tuple(found), span=node.span), shape

    def _broadcast(self, parts: Sequence[_Fitted], make: Callable[[tuple[t.Node, ...]], t.Node]) -> _Fitted:
        """Return parts of one shape; a row among matrices is repeated by a column of ones, a column by a row."""
        shapes = {shape for _, shape in parts if shape is not None}
        plain = make(tuple(node for node, _ in parts))
        if UNKNOWN in shapes or not shapes:
            return plain, UNKNOWN
        if len(shapes) == 1:
            return plain, shapes.pop()
        whole = next((one for one in shapes if all(self._reaches(other, one) for other in shapes)), None)
        if whole is None or not self._ones(whole, shapes):
            return plain, UNKNOWN
        return make(tuple(self._repeated(node, shape, whole) for node, shape in parts)), whole

    def _reaches(self, shape: Shape, whole: Shape) -> bool:
        assert shape and whole
        return shape == whole or shape == (1, whole[1]) or shape == (whole[0], 1)

    def _ones(self, whole: Shape, shapes: set[tuple[Size, Size]]) -> bool:
        """Return whether there is a column of ones of the length that is asked for."""
        assert whole
        lengths = {whole[0] if shape == (1, whole[1]) else whole[1] for shape in shapes if shape != whole}
        return len(lengths) == 1 and self.scene.take_ones(lengths.pop())

    def _repeated(self, node: t.Node, shape: Shape, whole: Shape) -> t.Node:
        assert shape and whole
        if shape == whole:
            return node
        negative = isinstance(node, t.Minus)
        inner = node.body if isinstance(node, t.Minus) else node
        ones = t.Letter(ONES, span=node.span)
        factors = inner.factors if isinstance(inner, t.Times) else (inner,)
        if shape == (1, whole[1]):
            self.findings.say("bias", r"a row that is added to a matrix as \mathbf{1} times it", node.span)
            found: t.Node = t.Times((ones, *factors), span=node.span)
        else:
            self.findings.say("bias", r"a column that is added to a matrix as it times \mathbf{1}^\top", node.span)
            found = t.Times((*factors, t.Transpose(ones, span=node.span)), span=node.span)
        return t.Minus(found, span=node.span) if negative else found

    def _product(self, node: t.Times, factors: Sequence[_Fitted]) -> _Fitted:
        found: list[t.Node] = []
        shape: Shape = None
        for factor, own in factors:
            if own == UNKNOWN or shape == UNKNOWN:
                shape = UNKNOWN
            elif own is not None and shape is not None and shape[1] != own[0]:
                if own == _ONE_BY_ONE:
                    factor, own = self.as_number((factor, own))
                elif shape == _ONE_BY_ONE:
                    whole, _ = self.as_number((_times(found), shape))
                    found, shape = [whole], own
                else:
                    shape = UNKNOWN
            elif own is not None:
                shape = (shape[0], own[1]) if shape else own
            found.append(factor)
        return replace(node, factors=tuple(found)) if len(found) > 1 else found[0], shape

    def _with_samples(self, factors: Sequence[t.Node]) -> list[t.Node]:
        r"""Return factors in which ``w^\top x_i``, with a row of a matrix as a vector, is the entry ``(X w)_i``."""
        found: list[t.Node] = []
        for factor in factors:
            before = found[-1] if found else None
            if isinstance(before, t.Transpose):
                for vector, sample in ((before.body, factor), (factor, before.body)):
                    if entry := self._sample_times(vector, sample):
                        self.findings.say(
                            "sample", "a letter with the index of a sample as its row, a vector", factor.span
                        )
                        found[-1] = entry
                        break
                else:
                    found.append(factor)
            else:
                found.append(factor)
        return found

    def _sample_times(self, vector: t.Node, sample: t.Node) -> t.Node | None:
        notation = self.scene.notation
        match sample:
            case t.Indexed(t.Letter(name), (t.Letter(index),) as indices):
                array = notation.array_of_entry(name)
                if not array or not array.entry or len(array.entry.indices) != 2 or array.layers:
                    return None
                rows, columns = sizes_of_shape(array.shape) or UNKNOWN
                if rows == columns or notation.runs_to.get(index) != rows or self.fit(vector)[1] != (columns, 1):
                    return None
                matrix = t.Letter(array.letter, span=sample.span)
                return t.Indexed(t.Times((matrix, vector), span=sample.span), indices, span=sample.span)
        return None

    def _fraction(self, node: t.Fraction, numerator: _Fitted, denominator: _Fitted) -> _Fitted:
        above, below = numerator[1], denominator[1]
        if below == _ONE_BY_ONE:
            denominator, below = self.as_number(denominator), None
        if below is None or below == UNKNOWN:
            if self._may_be_array(denominator[0], numerator[0]):
                self.findings.say("quotient", "a quotient of what may be arrays as one of numbers", node.span)
            whole = replace(node, numerator=numerator[0], denominator=denominator[0])
            return whole, above if below is None else UNKNOWN
        if above == below:
            self.findings.say("entries", "a quotient of arrays as one entry by entry", node.span)
            return t.EntryFraction(numerator[0], denominator[0], span=node.span), above
        return replace(node, numerator=numerator[0], denominator=denominator[0]), UNKNOWN

    def _is_vector(self, node: t.Node) -> bool:
        """Return whether a node is a bold lowercase letter of no known shape, one of several, or a sum of such."""
        match node:
            case t.Letter(name):
                return self._letter(name) == UNKNOWN and self.scene.table.is_vector(name)
            case t.Indexed(t.Letter() as base):
                return self._is_vector(base)
            case t.Minus(body):
                return self._is_vector(body)
            case t.Plus(terms):
                return all(map(self._is_vector, terms))
        return False

    def _may_be_array(self, below: t.Node, above: t.Node) -> bool:
        """Return whether a denominator is a bold letter, a root or a sum of such, or a capital below a capital."""
        match below:
            case t.Letter(name):
                if self._letter(name) != UNKNOWN:
                    return False
                written = [self.scene.table.written(each.name) for each in (below, above) if isinstance(each, t.Letter)]
                capitals = len(written) == 2 and all(map(self.scene.is_array, written))
                return capitals or written[0].startswith((r"\mathbf", r"\boldsymbol")) or self._is_vector(below)
            case t.Indexed(t.Letter() as base):
                return self._may_be_array(base, below)
            case t.Root(body) | t.Minus(body) | t.Power(body):
                return self._may_be_array(body, below)
            case t.Plus(terms):
                return any(self._may_be_array(term, below) for term in terms)
        return False

    def _power(self, node: t.Power, base: t.Node, exponent: t.Node) -> _Fitted:
        if isinstance(base, t.Norm) and exponent == t.Number("2") and (square := self._square_of_norm(base)):
            return square, None
        inner, shape = self.fit(base)
        above, times_each = self.as_number(self.fit(exponent))
        node = replace(node, exponent=above)
        if shape == _ONE_BY_ONE:
            inner, shape = self.as_number((inner, shape))
        if exponent == t.Minus(t.Number("1")) and shape is not None and 1 not in shape and shape != UNKNOWN:
            raise FreeError("not covered yet: the inverse of a matrix", node.span, "inverse of a matrix")
        times = exponent.whole if isinstance(exponent, t.Number) else None
        if times_each not in (None, UNKNOWN):
            return replace(node, base=inner), UNKNOWN  # an array in the exponent
        if shape != _ONE_BY_ONE and self._is_vector(inner):
            self.findings.say("entries", "a power of what may be a vector as one of a number", node.span)
        if shape is None or shape == UNKNOWN or times is None or not 1 < times <= _MOST:
            return replace(node, base=inner), shape if shape is None else UNKNOWN
        if shape[0] == shape[1] and not isinstance(inner, t.Apply):
            options = ("a power of a square matrix as a product of matrices", "a power of a matrix entry by entry")
            if not self.findings.choose("power of a matrix", options, node.span):
                return t.Times((inner,) * times, span=node.span), shape
        else:
            self.findings.say("entries", "a power of an array as one entry by entry", node.span)
        return t.EntryTimes((inner,) * times, span=node.span), shape

    def _square_of_norm(self, norm: t.Norm) -> t.Node | None:
        """Return the sum of the squares of a vector; None where its shape is not known, or it is a matrix."""
        inner, shape = self.fit(norm.body)
        if shape is not None and shape != UNKNOWN and 1 not in shape and norm.order is None:
            return self._sum_of_squares(inner, shape, norm)
        if norm.order not in (None, t.Number("2")) or shape is None or shape == UNKNOWN or 1 not in shape:
            return None
        self.findings.say("norm", "the square of the norm of a vector as its product with itself", norm.span)
        turned = t.Transpose(inner, span=norm.span)
        factors = (turned, inner) if shape[1] == 1 else (inner, turned)
        return self.as_number((t.Times(factors, span=norm.span), _ONE_BY_ONE))[0]

    def _sum_of_squares(self, node: t.Node, shape: tuple[Size, Size], norm: t.Norm) -> t.Node:
        """Return the sum of the squares of all entries of a matrix."""
        self.findings.say(
            "norm", "the square of the norm of a matrix as the sum of the squares of its entries", norm.span
        )
        used = {each.name for each, _ in t.walk(node) if isinstance(each, t.Letter)} | self.scene.facts.names
        used |= self.scene.notation.all_letters
        free = [t.Letter(each, span=norm.span) for each in BOUND if each not in used]
        rows, columns = (t.Letter(str(size), span=norm.span) for size in shape)
        one = t.Number("1", span=norm.span)
        entry = t.Indexed(t.Times((one, node), span=norm.span), (free[0], free[1]), span=norm.span)
        inside = t.Sum(free[1], one, columns, t.Power(entry, t.Number("2"), span=norm.span), span=norm.span)
        return t.Sum(free[0], one, rows, inside, span=norm.span)

    def _application(self, node: t.Apply) -> _Fitted:
        arguments = [self.spread(self.fit(argument)) for argument in node.arguments]
        kinds = {function.name: function.kind for function in self.scene.notation.functions}
        kind = "number" if node.function.name in self.scene.of_numbers else kinds.get(node.function.name, "")
        if found := self._positive_part(node, arguments):
            return found
        if kind not in ("cost", "row") and not is_softmax(node):
            arguments = list(map(self.as_number, arguments))
        whole = replace(node, arguments=tuple(each for each, _ in arguments))
        shape = arguments[0][1] if arguments else None
        if arguments and all(own is None for _, own in arguments) and kind in ("", "number", "smooth"):
            return whole, None
        if kind == "cost":
            return whole, None
        if is_softmax(whole) and shape not in (None, UNKNOWN) and 1 in (shape or ()):
            return self._softmax_of_vector(whole, shape), shape
        if is_softmax(whole):
            return whole, shape
        if len(arguments) == 1 and (kind in ("number", "smooth", "row") or node.function.name in kinds):
            return whole, arguments[0][1]
        return whole, UNKNOWN

    def _positive_part(self, node: t.Apply, arguments: Sequence[_Fitted]) -> _Fitted | None:
        r"""Return ``\max(0, Z)`` of an array by the function that the file defines so; None if it defines none."""
        arrays = [(inner, shape) for inner, shape in arguments if shape is not None]
        others = [inner for inner, shape in arguments if shape is None]
        if node.function.name != r"\max" or others != [t.Number("0")] or len(arrays) != 1 or arrays[0][1] == UNKNOWN:
            return None
        if not self.scene.positive_part:
            return None
        function = replace(node.function, name=self.scene.positive_part)
        self.findings.say("entries", rf"\max(0, …) of an array as {function.name}(…) of each entry", node.span)
        return replace(node, function=function, arguments=(arrays[0][0],)), arrays[0][1]


def is_softmax(node: t.Node) -> bool:
    return isinstance(node, t.Apply) and len(node.arguments) == 1 and node.function.name.lower() == _SOFTMAX


def _times(factors: Sequence[t.Node]) -> t.Node:
    if len(factors) == 1:
        return factors[0]
    return t.Times(tuple(factors), span=(factors[0].span[0], factors[-1].span[1]))
