"""The parse tree of a formula: what `syntax.parser.read` returns and what the judges walk.

Every node is a small frozen value. Two nodes are equal when they say the same thing, wherever they stand: the place in
the source is kept in ``span`` (first and last-plus-one offset) and takes no part in the comparison. Parentheses,
spacing and the choice between ``\\frac`` and ``/`` leave no trace, because the shape of the tree already says what
belongs to what. A tree says nothing about meaning: whether ``e`` is Euler's number or ``X W`` a matrix product is for
the notation to decide.

`syntax.printer` shows a tree as text with all parentheses, and writes it as LaTeX.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from fractions import Fraction as Rational
from functools import partial
from itertools import pairwise
from typing import ClassVar, TypeVar

from nncore.verify.symbol import Symbol

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Node:
    """Whatever stands somewhere in the source."""

    span: Span = field(default=(0, 0), compare=False, repr=False, kw_only=True)


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes directly below a node, from left to right."""
    for name in _names_of_parts(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from _nodes(value)


_PARTS: dict[type[Node], tuple[str, ...]] = {}  # the names of the fields of each kind of node, once it was met


def _names_of_parts(kind: type[Node]) -> tuple[str, ...]:
    if kind not in _PARTS:
        _PARTS[kind] = tuple(each.name for each in fields(kind) if each.name != "span")
    return _PARTS[kind]


def _nodes(values: tuple[object, ...]) -> Iterator[Node]:
    for value in values:
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from _nodes(value)


def walk(node: Node) -> Iterator[tuple[Node, int]]:
    """Yield the node and all below it, each with its depth; without recursion, so that no tree is too deep."""
    waiting = [(node, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((child, depth + 1) for child in children(node))


def contains(node: Node, part: Node) -> bool:
    """Return whether a part stands somewhere in a node, or is the node."""
    return any(each == part for each, _ in walk(node))


NodeT = TypeVar("NodeT", bound=Node)
T = TypeVar("T")


def put(values: tuple[T, ...], place: int, *new: T) -> tuple[T, ...]:
    """Return values with new ones at a place, instead of the one that is there; without it, if there are none."""
    return (*values[:place], *new, *values[place + 1 :])


def with_children(node: NodeT, change: Callable[[Node], Node]) -> NodeT:
    """Return a node with every node directly below it changed."""

    def changed(value: object) -> object:
        if isinstance(value, Node):
            return change(value)
        return tuple(map(changed, value)) if isinstance(value, tuple) else value

    return _with(node, {each.name: changed(getattr(node, each.name)) for each in fields(node) if each.name != "span"})


def everywhere(
    node: Node, change: Callable[[Node], Iterable[tuple[str, Node]]], is_operand: Callable[[Node, str], bool]
) -> Iterator[tuple[str, Node, Node, Node]]:
    """Yield a tree with one change at one place: the words for it, what becomes of what, and the whole tree.

    ``change`` gives the changes of a node, each with its words; ``is_operand`` says of a node and an attribute of it
    whether what stands there is changed, too.
    """
    for words, after in change(node):
        yield words, node, after, after
    for each in fields(node):
        if is_operand(node, each.name):
            for part, rebuilt in _places(getattr(node, each.name)):
                for words, before, after, whole in everywhere(part, change, is_operand):
                    yield words, before, after, _with(node, {each.name: rebuilt(whole)})


def _places(value: object) -> Iterator[tuple[Node, Callable[[Node], object]]]:
    """Yield the nodes in the value of an attribute, each with a function that puts another one in its place."""
    if isinstance(value, Node):
        yield value, lambda new: new
    elif isinstance(value, tuple):
        for place, inner in enumerate(value):
            for part, rebuilt in _places(inner):
                yield part, partial(_put_in, value, place, rebuilt)


def _put_in(value: tuple[object, ...], place: int, rebuilt: Callable[[Node], object], new: Node) -> object:
    return put(value, place, rebuilt(new))


def _with(node: NodeT, parts: dict[str, object]) -> NodeT:
    return replace(node, **parts)  # type: ignore[arg-type]  # each part stays what it was


# Expressions ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number as it is printed, ``0.35``, times ten to the power ``exponent``: decimals keep their digits."""

    digits: str
    exponent: int = 0

    @property
    def value(self) -> Rational:
        """Return the number."""
        return Rational(self.digits) * Rational(10) ** self.exponent

    @property
    def whole(self) -> int | None:
        """Return the number if it is printed as a whole one, without a point and a power of ten."""
        return int(self.digits) if self.digits.isdigit() and not self.exponent else None


@dataclass(frozen=True, slots=True)
class Name(Node):
    """What stands for something: once it has a meaning, with the symbol that it stands for."""

    symbol: Symbol | None = field(default=None, compare=False, repr=False, kw_only=True)

    @property
    def meaning(self) -> Symbol:
        """Return the symbol.

        Raises
        ------
        LookupError
            If there is none: the tree was not given a meaning, or this has none.
        """
        if self.symbol is None:
            raise LookupError(f"{self} has no meaning")
        return self.symbol


@dataclass(frozen=True, slots=True)
class Letter(Name):
    r"""A letter, a size, an index or a constant, under its LaTeX name: ``W``, ``\theta``, ``\hat{u}``."""

    name: str


@dataclass(frozen=True, slots=True)
class Family(Name):
    """The member of a family that belongs to a layer: ``W^{[r]}``."""

    letter: Letter
    layer: Node


@dataclass(frozen=True, slots=True)
class Indexed(Name):
    """An entry: ``z_{im}``, ``D_{r-1}``, ``a^{[r]}_{im}``, ``(X W)_{im}``."""

    base: Node
    indices: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Plus(Node):
    """Two addends or more; a subtracted one is a `Minus`."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Minus(Node):
    """The negative."""

    body: Node


@dataclass(frozen=True, slots=True)
class Times(Node):
    r"""Two factors or more, side by side or with ``\cdot``; a product of matrices if they are matrices."""

    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class EntryTimes(Node):
    r"""Two factors or more that are multiplied entry by entry: ``A \odot B``."""

    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Fraction(Node):
    r"""``\frac{a}{b}`` or ``a/b``."""

    numerator: Node
    denominator: Node


@dataclass(frozen=True, slots=True)
class EntryFraction(Node):
    r"""Division entry by entry: ``A \oslash B``."""

    numerator: Node
    denominator: Node


@dataclass(frozen=True, slots=True)
class Power(Node):
    """``a^b``, with ``e^{z}`` among them."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Transpose(Node):
    r"""``X^\top``."""

    body: Node


@dataclass(frozen=True, slots=True)
class Root(Node):
    """The square root."""

    body: Node


@dataclass(frozen=True, slots=True)
class Bracketed(Node):
    """What stands between two commands that mean something: each is a class, whose variables are its row.

    Attributes
    ----------
    opening, closing : str
        The commands.
    plain : str
        Its name where `printer.show` writes it.
    of_number : bool
        Whether it is a number of a number, and nothing else.
    """

    opening: ClassVar[str]
    closing: ClassVar[str]
    plain: ClassVar[str]
    of_number: ClassVar[bool] = True

    body: Node


@dataclass(frozen=True, slots=True)
class Absolute(Bracketed):
    r"""``\lvert x \rvert``."""

    opening, closing, plain = r"\lvert", r"\rvert", "abs"


@dataclass(frozen=True, slots=True)
class Norm(Bracketed):
    r"""``\lVert x \rVert``, with the order if one is printed."""

    opening, closing, plain = r"\lVert", r"\rVert", "norm"
    of_number = False

    order: Node | None = None


BRACKETS: tuple[type[Bracketed], ...] = (Absolute, Norm)


@dataclass(frozen=True, slots=True)
class Function(Node):
    r"""A declared function as such: ``\sigma``, ``\operatorname{ReLU}'``, ``f^{[r]}``."""

    name: str
    primes: int = 0
    layer: Node | None = None


@dataclass(frozen=True, slots=True)
class Apply(Node):
    r"""A function of its arguments: ``\sigma'(z)``, ``\ln p``, ``\max(0, z)``, ``\operatorname{E}[x]``."""

    function: Function
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Sum(Node):
    r"""``\sum_{l=1}^{M}`` of its body, in which ``index`` is bound."""

    index: Letter
    lower: Node
    upper: Node
    body: Node


@dataclass(frozen=True, slots=True)
class Product(Node):
    r"""``\prod_{l=1}^{M}`` of its body, in which ``index`` is bound."""

    index: Letter
    lower: Node
    upper: Node
    body: Node


@dataclass(frozen=True, slots=True)
class Extremum(Node):
    """``max``, ``min``, ``argmax`` or ``argmin`` of its body over the whole range of ``index``, which is bound."""

    kind: str
    index: Letter
    body: Node


@dataclass(frozen=True, slots=True)
class Limit(Node):
    r"""``\lim_{h \to 0}`` of its body, in which ``variable`` is bound."""

    variable: Letter
    point: Node
    body: Node


@dataclass(frozen=True, slots=True)
class Derivative(Node):
    r"""The derivative of the body by each of the variables in turn.

    ``total`` tells ``\mathrm d`` from ``\partial``. A variable that is differentiated by twice stands there twice.
    """

    body: Node
    variables: tuple[Name, ...]
    total: bool = False


def takes_derivatives(node: Node) -> bool:
    """Return whether a derivative stands in an expression, or a function with a prime."""
    return any(isinstance(each, Derivative) or (isinstance(each, Function) and each.primes) for each, _ in walk(node))


@dataclass(frozen=True, slots=True)
class Ellipsis(Node):
    r"""Dots in a matrix, under their LaTeX name: ``\cdots``, ``\vdots`` or ``\ddots``."""

    name: str


@dataclass(frozen=True, slots=True)
class Matrix(Node):
    """A matrix given by its entries, row by row; all rows have the same length."""

    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True, slots=True)
class Case(Node):
    """One line of `Cases`: the value where the condition holds."""

    value: Node
    condition: "Chain"


@dataclass(frozen=True, slots=True)
class Cases(Node):
    """A value by cases."""

    cases: tuple[Case, ...]


# Statements -----------------------------------------------------------------------------------------------------------


class Relation(StrEnum):
    """What may stand between two sides, a row each: its LaTeX, how `printer.show` writes it, and what it compares.

    Attributes
    ----------
    plain : str
        The relation as text.
    signs : frozenset of int
        The signs of the difference, left minus right, with which it holds; none if it does not compare.
    aliases : tuple of str
        Other commands for it.
    """

    plain: str
    signs: frozenset[int]
    aliases: tuple[str, ...]

    def __new__(cls, latex: str, plain: str, signs: tuple[int, ...] = (), aliases: tuple[str, ...] = ()) -> "Relation":
        """Make a member of a row."""
        member = str.__new__(cls, latex)
        member._value_ = latex
        member.plain, member.signs, member.aliases = plain, frozenset(signs), aliases
        return member

    DEFINES = ":=", ":="
    EQUAL = "=", "=", (0,)
    UNEQUAL = r"\ne", "!=", (-1, 1), (r"\neq",)
    AT_MOST = r"\le", "<=", (-1, 0), (r"\leq", r"\leqslant")
    AT_LEAST = r"\ge", ">=", (0, 1), (r"\geq", r"\geqslant")
    LESS = "<", "<", (-1,)
    GREATER = ">", ">", (1,)
    ROUNDS = r"\approx", "~="
    PROPORTIONAL = r"\propto", "~"
    ASSIGNS = r"\leftarrow", "<-"

    @property
    def compares(self) -> bool:
        """Return whether the sign of a difference decides the relation."""
        return bool(self.signs)

    @property
    def is_equation(self) -> bool:
        """Return whether it says that both sides are the same, if only in the digits that are printed."""
        return self in (Relation.EQUAL, Relation.ROUNDS)

    @property
    def orders(self) -> bool:
        """Return whether it says that one side is the larger one."""
        return len(self.signs & {-1, 1}) == 1

    @property
    def is_strict(self) -> bool:
        """Return whether it compares, and equal sides do not satisfy it."""
        return self.compares and 0 not in self.signs

    @property
    def mirrored(self) -> "Relation":
        """Return the relation that holds if both sides are exchanged."""
        turned = {-sign for sign in self.signs}
        return next((each for each in Relation if self.orders and each.signs == turned), self)

    def holds(self, sign: int) -> bool:
        """Return whether it holds if the difference of both sides has this sign."""
        return sign in self.signs


@dataclass(frozen=True, slots=True)
class Note(Node):
    r"""A margin note, ``\text{(chain rule)}``: words for the reader, which assert nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class Given(Node):
    r"""A relation in parentheses after a ``\quad``, ``(x > 0)``: a condition, whatever it says."""

    chain: "Chain"


@dataclass(frozen=True, slots=True)
class ForAll(Node):
    r"""``\forall`` before a letter (a chain without links) or before a condition."""

    chain: "Chain"


@dataclass(frozen=True, slots=True)
class Link(Node):
    """One relation of a chain, and its right side; its left side is what stands before it.

    A line of ``aligned`` may add conditions, which hold for this link alone, and a margin note. They may be further
    claims, as in a `Formula`.
    """

    relation: Relation
    right: Node
    conditions: "tuple[Chain | Given | ForAll, ...]" = ()
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """An expression and the links that follow it; without links it asserts nothing."""

    first: Node
    links: tuple[Link, ...] = ()

    @property
    def sides(self) -> tuple[Node, ...]:
        """Return the expressions between which the relations stand."""
        return (self.first, *(link.right for link in self.links))

    @property
    def relations(self) -> Iterator[tuple[Node, Relation, Node]]:
        """Yield each relation, between the sides next to it."""
        return self.between(self.sides)

    def between(self, values: Iterable[T]) -> Iterator[tuple[T, Relation, T]]:
        """Yield each relation, between what stands for the sides next to it."""
        for (left, right), link in zip(pairwise(values), self.links, strict=True):
            yield left, link.relation, right


@dataclass(frozen=True, slots=True)
class Implication(Node):
    r"""``premise \Rightarrow conclusion``."""

    premise: Chain
    conclusion: Chain


@dataclass(frozen=True, slots=True)
class Formula(Node):
    r"""A displayed formula: its statements (more than one only in ``aligned``) and what follows after ``\quad``.

    A relation without parentheses among the conditions may be another claim, which `semantics.conditions` tells.
    """

    statements: tuple[Chain | Implication, ...]
    conditions: tuple[Chain | Given | ForAll, ...] = ()
    source: str = field(default="", compare=False, repr=False)

    @property
    def last_chain(self) -> Chain:
        """Return the last statement; of an implication the conclusion."""
        last = self.statements[-1]
        return last.conclusion if isinstance(last, Implication) else last
