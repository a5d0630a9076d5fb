r"""Expressions that print themselves as LaTeX and compute themselves in floats, for tests of the checker.

They share no code with it. An expression is a tree of frozen values: `latex` prints it, `value` computes it at a
`Point`, which draws every input, size and class number from its seed when it is first asked for. Derivatives are
computed by dual numbers and not by rules; `derivative` is the rules, so that each can be compared with the other.

Bound indices are values that no other sum has (`fresh`), so nothing is ever captured; printing gives them names.
"""

import itertools
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace

# Expressions ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Index:
    """An index letter and what it runs to: a size, a width such as ``D_{r-1}``, or ``t`` for steps."""

    name: str
    to: str


@dataclass(frozen=True, slots=True)
class Shift:
    """An index and a number: r - 1."""

    index: Index
    by: int


@dataclass(frozen=True, slots=True)
class ClassOf:
    """The class number of a sample, used as an index: c_i."""

    index: Index


@dataclass(frozen=True, slots=True)
class Node:
    """An expression."""


@dataclass(frozen=True, slots=True)
class Num(Node):
    digits: int


@dataclass(frozen=True, slots=True)
class Size(Node):
    """A size: n, D, M, R, or a width."""

    name: str


@dataclass(frozen=True, slots=True)
class IndexValue(Node):
    """An index as a number."""

    index: Index


@dataclass(frozen=True, slots=True)
class Entry(Node):
    """A number, an entry of an array or of its member in a layer; a letter that the page defines is computed by it."""

    letter: str
    indices: tuple = ()
    layer: Index | Shift | None = None


@dataclass(frozen=True, slots=True)
class Add(Node):
    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Neg(Node):
    body: Node


@dataclass(frozen=True, slots=True)
class Mul(Node):
    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Frac(Node):
    above: Node
    below: Node


@dataclass(frozen=True, slots=True)
class Pow(Node):
    """A power whose exponent is a whole number."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of one number, or the larger or smaller of two."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Delta(Node):
    one: object
    other: object


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """A sum or a product over a bound index from a number to an expression."""

    index: Index
    lower: int
    upper: Node
    body: Node
    sign: str = r"\sum"


@dataclass(frozen=True, slots=True)
class Condition:
    """A relation, or two relations that are written as a chain."""

    parts: tuple


@dataclass(frozen=True, slots=True)
class Cases(Node):
    """Values, each with the condition under which it holds."""

    cases: tuple[tuple[Node, Condition], ...]


@dataclass(frozen=True, slots=True)
class Slope(Node):
    """A derivative by one entry or more."""

    body: Node
    variables: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Expectation(Node):
    """An expectation or a variance (``E`` or ``Var``) over the entries of letters that are random."""

    body: Node
    letters: frozenset[str]
    name: str = "E"


@dataclass(frozen=True, slots=True)
class Mat:
    """A matrix: a letter, or an operation: ``top``, ``dot``, ``odot``, ``plus``."""

    name: str
    parts: tuple["Mat", ...] = ()


@dataclass(frozen=True, slots=True)
class EntryOf(Node):
    """An entry of a matrix in parentheses."""

    matrix: Mat
    row: Index
    column: Index


_COUNTER = itertools.count()


def fresh(to: str) -> Index:
    """A bound index that no other expression has."""
    return Index(f"#{next(_COUNTER)}", to)


def over(to: str, body: Callable[[Index], Node], sign: str = r"\sum", lower: int = 1) -> Sum:
    """A sum over a bound index up to a size, of what ``body`` makes of the index."""
    index = fresh(to)
    return Sum(index, lower, Size(to), body(index), sign)


def add(*terms: Node) -> Node:
    """The sum of terms, without those that are 0."""
    kept = tuple(term for term in terms if term != Num(0))
    return Add(kept) if len(kept) > 1 else kept[0] if kept else Num(0)


def mul(*factors: Node) -> Node:
    """The product of factors in one row, without those that are 1; 0 if one of them is."""
    flat = [part for each in factors for part in (each.factors if isinstance(each, Mul) else (each,))]
    kept = tuple(factor for factor in flat if factor != Num(1))
    if Num(0) in kept:
        return Num(0)
    return Mul(kept) if len(kept) > 1 else kept[0] if kept else Num(1)


def neg(body: Node) -> Node:
    """The opposite."""
    return body if body == Num(0) else body.body if isinstance(body, Neg) else Neg(body)


def call(name: str, *arguments: Node) -> Call:
    """A function applied."""
    return Call(name, arguments)


# Trees ----------------------------------------------------------------------------------------------------------------


def walk(value) -> Iterator:
    """All values of a tree, indices included."""
    yield value
    if isinstance(value, tuple):
        for each in value:
            yield from walk(each)
    elif isinstance(value, Node | Condition | Mat | Shift | ClassOf):
        for each in fields(value):
            yield from walk(getattr(value, each.name))


def rebuilt(value, change: Callable):
    """The tree with ``change`` made from the leaves up; what it returns None for stays."""
    if isinstance(value, tuple):
        new = tuple(rebuilt(each, change) for each in value)
    elif isinstance(value, Node | Condition | Mat | Shift | ClassOf):
        new = replace(value, **{each.name: rebuilt(getattr(value, each.name), change) for each in fields(value)})
    else:
        new = value
    changed = change(new)
    return new if changed is None else changed


def letters(tree) -> set[str]:
    """The letters of all inputs and definitions in a tree."""
    found = {node.letter for node in walk(tree) if isinstance(node, Entry)}
    return found | {node.name.lower() for node in walk(tree) if isinstance(node, Mat) and not node.parts}


def free(tree) -> set[Index]:
    """The indices of a tree that no sum binds."""
    bound = {node.index for node in walk(tree) if isinstance(node, Sum)}
    return {each for each in walk(tree) if isinstance(each, Index)} - bound


def renamed(tree, names: dict[Index, object]):
    """The tree with other indices."""
    return rebuilt(tree, lambda node: names.get(node) if isinstance(node, Index) else None)


def refreshed(tree):
    """The tree with bound indices of its own."""
    return renamed(tree, {node.index: fresh(node.index.to) for node in walk(tree) if isinstance(node, Sum)})


def substituted(tree, letter: str, parameters: tuple[Index, ...], template: Node):
    """The tree with an expression in place of an input letter, its parameters in place of the indices."""

    def change(node):
        if not (isinstance(node, Entry) and node.letter == letter):
            return None
        return refreshed(renamed(template, dict(zip(parameters, node.indices, strict=True))))

    return rebuilt(tree, change)


# Printing -------------------------------------------------------------------------------------------------------------

NAMES = {
    "n": ("i", r"\mu", r"\nu", r"\alpha", r"\zeta"), "D": ("j", r"\kappa", r"\rho", r"\gamma", r"\iota"),
    "M": ("k", "l", "m", r"\lambda", r"\omega", r"\chi", r"\psi"),
    "t": (r"\tau", r"\xi"),
}  # fmt: skip
_WIDTHS = ("j", "k", "m", "l", r"\lambda", r"\omega")
SUM, PRODUCT, REACHING, FACTOR, CARRIER = range(5)  # how tightly a text is bound
_ARRAYS = {r"\exp", r"\ln", r"\tanh", r"\sin", r"\cos", r"\sigma", r"\operatorname{ReLU}", r"\max", r"\min"}


def latex(tree: Node, taken: frozenset[str] | None = None) -> str:
    """The LaTeX of an expression; its bound indices avoid the names that are taken."""
    names = {index: index.name for index in free(tree)}
    return _Printer(taken or frozenset(names.values())).at(tree, SUM, names)


def latex_of(condition: Condition) -> str:
    """The LaTeX of a condition."""
    return " ".join(part if isinstance(part, str) else latex(part) for part in condition.parts)


class _Printer:
    def __init__(self, taken: frozenset[str]):
        self._taken = taken

    def at(self, node: Node, needed: int, names: dict[Index, str]) -> str:
        text, level = self._text(node, names)
        return text if level >= needed else rf"\left( {text} \right)"

    def _text(self, node: Node, names: dict[Index, str]) -> tuple[str, int]:
        match node:
            case Num(digits):
                return str(digits), FACTOR if digits >= 0 else SUM
            case Size(name):
                return name, CARRIER
            case IndexValue(index):
                return names[index], CARRIER
            case Entry(letter, indices, layer):
                return _entry(letter, indices, layer, names), FACTOR if layer else CARRIER
            case Add(terms):
                return self._added(terms, names), SUM
            case Neg(body):
                return f"-{self.at(body, PRODUCT, names)}", SUM
            case Mul(factors):
                return self._product(factors, names), PRODUCT
            case Frac(above, below):
                return rf"\frac{{{self.at(above, SUM, names)}}}{{{self.at(below, SUM, names)}}}", FACTOR
            case Pow(base, exponent):
                return f"{self.at(base, CARRIER, names)}^{{{self.at(exponent, SUM, names)}}}", FACTOR
            case Call(name, arguments):
                return self._applied(name, arguments, names)
            case Delta(one, other):
                return rf"\delta_{{{_index(one, names)} {_index(other, names)}}}", CARRIER
            case Sum():
                return self._bound(node, names), REACHING
            case Cases(cases):
                lines = (f"{self.at(value, SUM, names)}, & {self._relation(when, names)}" for value, when in cases)
                return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}", FACTOR
            case Slope(body, variables):
                return self._slope(body, variables, names)
            case Expectation(body, _, name):
                return rf"\operatorname{{{name}}} \left[ {self.at(body, SUM, names)} \right]", FACTOR
            case EntryOf(matrix, row, column):
                return rf"\left( {_matrix(matrix)} \right)_{{{names[row]} {names[column]}}}", CARRIER
        raise TypeError(node)

    def _added(self, terms, names) -> str:
        first, *rest = terms
        text = self.at(first.body, PRODUCT, names) if isinstance(first, Neg) else self.at(first, PRODUCT, names)
        text = f"-{text}" if isinstance(first, Neg) else text
        for term in rest:
            sign, body = ("-", term.body) if isinstance(term, Neg) else ("+", term)
            text += f" {sign} {self.at(body, PRODUCT, names)}"
        return text

    def _product(self, factors, names) -> str:
        *others, last = factors
        texts = [*(self.at(factor, FACTOR, names) for factor in others), self.at(last, REACHING, names)]
        return texts[0] + "".join(rf" \cdot {text}" if text[0].isdigit() else rf" \, {text}" for text in texts[1:])

    def _applied(self, name, arguments, names) -> tuple[str, int]:
        inner = ", ".join(self.at(each, SUM, names) for each in arguments)
        match name:
            case "e":
                return f"e^{{{inner}}}", FACTOR
            case "abs":
                return rf"\lvert {inner} \rvert", CARRIER
            case "sqrt":
                return rf"\sqrt{{{inner}}}", FACTOR
        return rf"{name} \left( {inner} \right)", CARRIER

    def _bound(self, node: Sum, names) -> str:
        used = self._taken | set(names.values())
        name = next(each for each in NAMES.get(node.index.to, _WIDTHS) if each not in used)
        inner = {**names, node.index: name}
        upper = self.at(node.upper, SUM, names)
        return f"{node.sign}_{{{name}={node.lower}}}^{{{upper}}} {self.at(node.body, PRODUCT, inner)}"

    def _relation(self, when: Condition, names) -> str:
        return " ".join(part if isinstance(part, str) else self.at(part, SUM, names) for part in when.parts)

    def _slope(self, body, variables, names) -> tuple[str, int]:
        order = f"^{len(variables)}" if len(variables) > 1 else ""
        same = len(variables) > 1 and len(set(variables)) == 1
        by = [self.at(each, CARRIER if same else FACTOR, names) for each in variables]
        below = rf"\partial {by[0]}^{len(by)}" if same else " ".join(rf"\partial {each}" for each in by)
        if isinstance(body, Entry):
            return rf"\frac{{\partial{order} {self.at(body, FACTOR, names)}}}{{{below}}}", FACTOR
        return rf"\frac{{\partial{order}}}{{{below}}} {self.at(body, PRODUCT, names)}", REACHING


def _index(index, names: dict[Index, str]) -> str:
    match index:
        case Index():
            return names[index]
        case Shift(inner, by):
            return f"{names[inner]}{by:+d}"
        case ClassOf(inner):
            return f"c_{names[inner]}" if len(names[inner]) == 1 else f"c_{{{names[inner]}}}"
    return str(index)


def _entry(letter: str, indices, layer, names) -> str:
    shown = f"{letter}_{{{' '.join(_index(each, names) for each in indices)}}}" if indices else letter
    return f"{shown}^{{[{_index(layer, names)}]}}" if layer else shown


def _matrix(matrix: Mat) -> str:
    inner = [f"({_matrix(each)})" if each.parts and each.name != "top" else _matrix(each) for each in matrix.parts]
    match matrix.name:
        case "top":
            return rf"{inner[0]}^\top"
        case "dot":
            return " ".join(inner)
        case "odot":
            return r" \odot ".join(inner)
        case "plus":
            return " + ".join(inner)
    return matrix.name


# Dual numbers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dual:
    """A number and its slope. Of two with different tags the one with the higher tag takes the other as constant."""

    tag: int
    number: object
    slope: object

    def __add__(self, other):
        one, two, tag = _aligned(self, other)
        return Dual(tag, one[0] + two[0], one[1] + two[1])

    def __mul__(self, other):
        one, two, tag = _aligned(self, other)
        return Dual(tag, one[0] * two[0], one[0] * two[1] + one[1] * two[0])

    def __neg__(self):
        return self * -1.0

    __radd__, __rmul__ = __add__, __mul__


def _aligned(one, other):
    tags = [each.tag if isinstance(each, Dual) else -1 for each in (one, other)]
    tag = max(tags)
    parts = [(e.number, e.slope) if own == tag else (e, 0.0) for e, own in zip((one, other), tags, strict=True)]
    return *parts, tag


def plain(number) -> float:
    """The number without its slopes."""
    return plain(number.number) if isinstance(number, Dual) else float(number)


def _chained(function: Callable, slope: Callable) -> Callable:
    """A function of floats as one of dual numbers."""

    def of(number):
        if isinstance(number, Dual):
            return Dual(number.tag, of(number.number), slope(number.number) * number.slope)
        return function(number)

    return of


def _up_to(largest: float, function: Callable[[float], float]) -> Callable[[float], float]:
    """A function of arguments that are not so large that it makes much of their rounding."""

    def of(x: float) -> float:
        if abs(x) > largest:
            raise OverflowError(x)
        return function(x)

    return of


exp = _chained(_up_to(25, math.exp), lambda x: exp(x))
tanh = _chained(math.tanh, lambda x: 1.0 + -(tanh(x) * tanh(x)))
sin = _chained(_up_to(1e3, math.sin), lambda x: cos(x))
cos = _chained(_up_to(1e3, math.cos), lambda x: -sin(x))
inverse = _chained(lambda x: 1.0 / x, lambda x: -(inverse(x) * inverse(x)))
ln = _chained(math.log, lambda x: inverse(x))
sqrt = _chained(math.sqrt, lambda x: 0.5 * inverse(sqrt(x)))


def sigmoid(x):
    """The sigmoid."""
    return inverse(1.0 + exp(-x))


FUNCTIONS = {
    "e": exp, r"\exp": exp, r"\ln": ln, r"\tanh": tanh, r"\sin": sin, r"\cos": cos, "sqrt": sqrt, r"\sigma": sigmoid,
    "abs": lambda x: -x if plain(x) < 0 else x,
    r"\operatorname{ReLU}": lambda x: x if plain(x) > 0 else 0.0,
    r"\max": lambda x, y: x if plain(x) >= plain(y) else y,
    r"\min": lambda x, y: x if plain(x) <= plain(y) else y,
}  # fmt: skip
RELATIONS = {
    "=": lambda x, y: x == y, r"\ne": lambda x, y: x != y, ">": lambda x, y: x > y, "<": lambda x, y: x < y,
    r"\ge": lambda x, y: x >= y, r"\le": lambda x, y: x <= y,
}  # fmt: skip

# Values ---------------------------------------------------------------------------------------------------------------

SHAPES = {"X": ("n", "D"), "W": ("D", "M"), "Z": ("n", "M"), "A": ("n", "M"), "G": ("n", "M")}
RANGES = {"b": ("M",), "s": ("n",), "p": ("n", "M"), "y": ("n", "M"), **{k.lower(): v for k, v in SHAPES.items()}}


@dataclass
class Point:
    """Sizes and the numbers of all inputs, drawn from a seed when they are asked for.

    ``definitions`` are the letters that the page defines: parameters and body, or a function of the point and indices.
    """

    seed: str
    definitions: dict = field(default_factory=dict)

    def __post_init__(self):
        source = random.Random(f"{self.seed} sizes")
        self.sizes = {name: source.randint(1, 3) for name in ("n", "D", "M", "R")}
        self.given: dict[tuple, object] = {}  # in place of what is drawn or defined
        self.drawn: set[tuple] = set()  # the inputs that were asked for
        self.largest = 0.0  # of all addends, whose rounding a small sum keeps
        self._tags = itertools.count()

    def size(self, name: str, env: dict[Index, int]) -> int:
        """A size or the width of a layer, whose number is that of the only index r."""
        if not name.startswith("D_"):
            return self.sizes[name]
        return self.width(
            {index.name: value for index, value in env.items()}["r"] + {"D_{r-1}": -1, "D_r": 0, "D_{r+1}": 1}[name]
        )

    def width(self, layer: int) -> int:
        """The width of a layer: D at the start, M at the end."""
        ends = {0: self.sizes["D"], self.sizes["R"]: self.sizes["M"]}
        return ends[layer] if layer in ends else random.Random(f"{self.seed} width {layer}").randint(1, 3)

    def class_of(self, sample: int) -> int:
        """The class number of a sample."""
        return random.Random(f"{self.seed} class {sample}").randint(1, self.sizes["M"])

    def number(self, key: tuple):
        """The number of an input or of a definition at its indices.

        Raises
        ------
        KeyError
            If it has no such entry.
        """
        if key in self.given:
            return self.given[key]
        sizes = RANGES.get(key[0], ())
        if len(sizes) == len(key) - 1 and not all(
            1 <= at <= self.sizes[to] for at, to in zip(key[1:], sizes, strict=True)
        ):
            raise KeyError(key)
        if key[0] in self.definitions:
            return self.definitions[key[0]](self, *key[1:])
        self.drawn.add(key)
        return random.Random(f"{self.seed} {key}").uniform(-1.5, 1.5)

    def slope(self, body: Node, key: tuple, env: dict[Index, int], then: Callable):
        """The derivative of what ``then`` computes by the number at a key."""
        tag, before = next(self._tags), self.given.get(key)
        self.given[key] = Dual(tag, self.number(key), 1.0)
        try:
            found = then()
        finally:
            if before is None:
                del self.given[key]
            else:
                self.given[key] = before
        return found.slope if isinstance(found, Dual) and found.tag == tag else 0.0


def place(index, env: dict[Index, int], point: Point) -> int:
    """The number of an index."""
    match index:
        case Index():
            return env[index]
        case Shift(inner, by):
            return env[inner] + by
        case ClassOf(inner):
            return point.class_of(env[inner])
    return index


def key_of(entry: Entry, env: dict[Index, int], point: Point) -> tuple:
    """Where the number of an entry is kept."""
    layer = (place(entry.layer, env, point),) if entry.layer else ()
    return (entry.letter, *(place(index, env, point) for index in entry.indices), *layer)


def value(node: Node, env: dict[Index, int], point: Point):
    """The value of an expression.

    Raises
    ------
    ArithmeticError, ValueError
        If it has none.
    """
    match node:
        case Num(digits):
            return float(digits)
        case Size(name):
            return float(point.size(name, env))
        case IndexValue(index):
            return float(env[index])
        case Entry():
            return point.number(key_of(node, env, point))
        case Add(terms):
            numbers = [value(each, env, point) for each in terms]
            point.largest = max(point.largest, *(abs(plain(each)) for each in numbers))
            return sum(numbers, 0.0)
        case Neg(body):
            return -value(body, env, point)
        case Mul(factors):
            return _product(value(each, env, point) for each in factors)
        case Frac(above, below):
            return value(above, env, point) * inverse(value(below, env, point))
        case Pow(base, exponent):
            return _power(value(base, env, point), round(plain(value(exponent, env, point))))
        case Call(name, arguments):
            return FUNCTIONS[name](*(value(each, env, point) for each in arguments))
        case Delta(one, other):
            return float(place(one, env, point) == place(other, env, point))
        case Sum(index, lower, upper, body, sign):
            last = round(plain(value(upper, env, point)))
            each = (value(body, {**env, index: at}, point) for at in range(lower, last + 1))
            return sum(each, 0.0) if sign == r"\sum" else _product(each)
        case Cases(cases):
            found = [value(each, env, point) for each, when in cases if holds(when, env, point)]
            if not found:
                raise ValueError("no case holds")
            return found[0]
        case Slope(body, (first, *rest)):
            inner = Slope(body, tuple(rest)) if rest else body
            return point.slope(inner, key_of(first, env, point), env, lambda: value(inner, env, point))
        case Expectation():
            return _expectation(node, env, point)
        case EntryOf(matrix, row, column):
            return _entry_of(matrix, env[row], env[column], point)
    raise TypeError(node)


def holds(condition: Condition, env: dict[Index, int], point: Point) -> bool:
    """Whether a condition holds."""
    numbers = [plain(value(part, env, point)) for part in condition.parts[::2]]
    return all(RELATIONS[sign](*numbers[at : at + 2]) for at, sign in enumerate(condition.parts[1::2]))


def _product(numbers) -> object:
    product = 1.0
    for number in numbers:
        product = product * number
    return product


def _power(base, exponent: int):
    power = _product([base] * abs(exponent))
    return power if exponent >= 0 else inverse(power)


def _expectation(node: Expectation, env, point: Point):
    """Over all outcomes: every random entry is one of two numbers, with chances of its own."""
    point.drawn.clear()
    value(node.body, env, point)
    keys = sorted(key for key in point.drawn if key[0] in node.letters)
    mean = square = 0.0
    for outcome in itertools.product((0, 1), repeat=len(keys)):
        weight = 1.0
        for key, side in zip(keys, outcome, strict=True):
            source = random.Random(f"{point.seed} chance {key}")
            chance, numbers = source.uniform(0.2, 0.8), (source.uniform(-1.5, 0), source.uniform(0.2, 1.5))
            point.given[key] = numbers[side]
            weight *= (1 - chance, chance)[side]
        found = value(node.body, env, point)
        mean, square = mean + weight * found, square + weight * found * found
    for key in keys:
        del point.given[key]
    return mean if node.name == "E" else square + -(mean * mean)


def shape_of(matrix: Mat) -> tuple:
    """The sizes of a matrix."""
    if not matrix.parts:
        return SHAPES[matrix.name]
    shapes = [shape_of(each) for each in matrix.parts]
    if matrix.name == "top":
        return shapes[0][::-1]
    return (shapes[0][0], shapes[-1][1]) if matrix.name == "dot" else shapes[0]


def _entry_of(matrix: Mat, row: int, column: int, point: Point):
    match matrix:
        case Mat("top", (inner,)):
            return _entry_of(inner, column, row, point)
        case Mat("dot", (one, *rest)):
            if not rest:
                return _entry_of(one, row, column, point)
            other = Mat("dot", tuple(rest))
            inner = range(1, point.sizes[shape_of(one)[1]] + 1)
            return sum((_entry_of(one, row, at, point) * _entry_of(other, at, column, point) for at in inner), 0.0)
        case Mat("odot", parts):
            return _product(_entry_of(each, row, column, point) for each in parts)
        case Mat("plus", parts):
            return sum((_entry_of(each, row, column, point) for each in parts), 0.0)
    return point.number((matrix.name.lower(), row, column))


# Rules of derivatives -------------------------------------------------------------------------------------------------


class NoRuleError(Exception):
    """There is no rule here for the derivative of an expression."""


def derivative(node: Node, by: Entry) -> Node:
    """The derivative of an expression by an entry of an input, by the rules.

    Raises
    ------
    NoRuleError
        If there is no rule for a part of the expression, for instance for a letter that a page may define.
    """
    match node:
        case Num() | Size() | Delta() | IndexValue():
            return Num(0)
        case Entry(letter, indices, layer):
            if letter in ("p", "y") or layer:
                raise NoRuleError
            same = letter == by.letter
            pairs = zip(indices, by.indices, strict=True) if same else ()
            return mul(*(Delta(a, b) for a, b in pairs if a != b)) if same else Num(0)
        case Add(terms):
            return add(*(derivative(each, by) for each in terms))
        case Neg(body):
            return neg(derivative(body, by))
        case Mul(factors):
            return add(*(mul(*factors[:k], derivative(f, by), *factors[k + 1 :]) for k, f in enumerate(factors)))
        case Frac(above, below):
            first, second = mul(derivative(above, by), below), mul(above, derivative(below, by))
            if second == Num(0):
                return Frac(derivative(above, by), below) if first != Num(0) else first
            return Frac(add(first, neg(second)), Pow(below, Num(2)))
        case Pow(base, Num(digits)):
            return mul(Num(digits), Pow(base, Num(digits - 1)) if digits != 2 else base, derivative(base, by))
        case Call(name, (inner,)) if name in _SLOPES:
            return mul(_SLOPES[name](inner), derivative(inner, by))
        case Sum(sign=r"\sum"):
            inner = derivative(node.body, by)
            return refreshed(replace(node, body=inner)) if inner != Num(0) else inner
    raise NoRuleError


_SLOPES = {
    "e": lambda x: call("e", x),
    r"\exp": lambda x: call(r"\exp", x),
    r"\ln": lambda x: Frac(Num(1), x),
    r"\tanh": lambda x: Add((Num(1), Neg(Pow(call(r"\tanh", x), Num(2))))),
    r"\sin": lambda x: call(r"\cos", x),
    r"\cos": lambda x: Neg(call(r"\sin", x)),
    r"\sigma": lambda x: Mul((call(r"\sigma", x), Add((Num(1), Neg(call(r"\sigma", x)))))),
}  # fmt: skip
