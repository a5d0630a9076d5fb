r"""What the letters of a file must be for its formulas to have a meaning: shapes, ranges of indices, numbers.

Each array has two dimensions, which are sizes, 1, or not known yet. Products, sums, derivatives and sums over indices
say which dimensions are the same; `Inference` joins them, from the first formula to the last. Where two say different
things the first wins: a formula that is wrong must not change what the others say. What nothing tells is a choice that
was made (`Inference.guesses`), and a caller may make another.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import pairwise

from nncore.verify.notation import DELTA, DIAGONAL, EXTREMA, FIXED_KINDS, ONES
from nncore.verify.spelling.applied import TRACE
from nncore.verify.spelling.scene import Scene
from nncore.verify.spelling.styles import INDEX_LETTERS
from nncore.verify.spelling.substitution import with_letters
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation


class Dim:
    """A dimension: the name of a size, ``1``, or empty while nothing tells; joined ones are one."""

    __slots__ = ("_name", "_other", "why")

    def __init__(self, name: str = ""):
        self._other: Dim | None = None
        self._name, self.why = name, ""

    @property
    def root(self) -> "Dim":
        """Return the dimension that stands for all that are joined with this one."""
        here = self
        while here._other is not None:
            here = here._other
        return here

    @property
    def name(self) -> str:
        """Return the name of the size, if one is known."""
        return self.root._name

    def call(self, name: str) -> None:
        """Give a dimension its name."""
        self.root._name = name

    def join(self, other: "Dim", why: str = "") -> bool:
        """Let two dimensions be one; return False, and leave them, if they have different names."""
        one, two = self.root, other.root
        if one is two:
            return True
        if one._name and two._name and one._name != two._name:
            return False
        if not one._name:
            one, two = two, one
        two._other = one
        one.why = one.why or two.why or why
        return True


Shape = tuple[Dim, Dim]
_Found = Shape | None | str  # of an expression: an array, a number, or _UNKNOWN
_Together = dict[str, list[tuple[str, int, int]]]  # at which letters each index of a formula stands
_UNKNOWN = "?"
_PARTS = re.compile(r"(\\(?:hat|bar|tilde|vec)\{|)([A-Za-z]?)\}?(.*)", re.DOTALL)  # accent, letter, and scripts
_GREEK = re.compile(r"\\(gamma|delta|theta|lambda|xi|pi|sigma|phi|psi|omega)(.*)", re.DOTALL)  # those with capitals
_BOLD = re.compile(r"\\(?:mathbf|boldsymbol)\{([a-z])\}")
_ANY_ROW = r"\iota"  # the index of a row where any is meant
OPEN = "?"  # begins the name of a dimension that differs from others, and has no name in the file
NUMBER, ROW, COLUMN, MATRIX = "number", "row", "column", "matrix"


@dataclass(slots=True)
class Inference:
    """What is known of the letters of a file, by their inner names.

    Attributes
    ----------
    scene : Scene
        In which the file was read, without any notation.
    chosen : mapping of str to str
        Choices that are made otherwise than here: the kind of a letter.
    said : mapping of str to pair of str
        Shapes that the text states.
    row_lengths : mapping of str to str
        How long the rows ``x_i`` of an array are by the text, by the letter without its index.
    numbers : set of str
        Letters of which the text states that they are numbers, unless the file defines them.
    arrays, entries : dict
        The shapes of arrays, and the indices with which letters occur.
    ends : dict of str to Dim
        How far indices run.
    guesses : dict of str to list of str
        The kinds between which nothing decides, the one that was taken first.
    defined : set of str
        The letters that the file defines.
    """

    scene: Scene
    chosen: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    row_lengths: Mapping[str, str] = field(default_factory=dict)
    numbers: Set[str] = frozenset()
    arrays: dict[str, Shape] = field(default_factory=dict)
    entries: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    ends: dict[str, Dim] = field(default_factory=dict)
    guesses: dict[str, list[str]] = field(default_factory=dict)
    defined: dict[str, _Found] = field(default_factory=dict)
    functions: dict[str, tuple[str, ...]] = field(default_factory=dict)  # with the arguments of their definition
    values: dict[str, tuple[tuple[_Found, ...], _Found]] = field(default_factory=dict)  # of functions of arrays
    equated: set[str] = field(default_factory=set)  # letters that stand alone on the left of an equation
    heads: set[str] = field(default_factory=set)  # letters that a formula defines as a whole
    by: set[str] = field(default_factory=set)  # letters by which a derivative of a letter is taken that is no cost
    changed: dict[str, None] = field(default_factory=dict)  # letters that a step changes
    stated: set[str] = field(default_factory=set)  # functions that stand on the left of a relation
    unknown: dict[str, bool] = field(default_factory=dict)  # functions that are not, with whether they take arrays
    entrywise: set[str] = field(default_factory=set)  # of these, those that are taken of each entry
    used: dict[str, None] = field(default_factory=dict)  # letters in their order
    sizes: dict[str, None] = field(default_factory=dict)
    numbered: dict[str, set[str]] = field(default_factory=dict)
    classes: dict[str, list[tuple[str, int, int]]] = field(default_factory=dict)  # letters that with an index are one
    beside_indices: Counter[str] = field(default_factory=Counter)  # how often a letter has indices
    alone: dict[tuple[str, int], Dim] = field(default_factory=dict)  # of entries of no array, by the place of the index
    _together: list[_Together] = field(default_factory=list)
    _later: list[tuple[t.Node, Shape, Shape]] = field(default_factory=list)
    _numbers: list[tuple[t.Node, Shape]] = field(default_factory=list)
    rows: set[str] = field(default_factory=set)  # letters of which one index gives a vector: a row of a matrix
    _vectors: set[str] = field(default_factory=set)
    takes_positive_parts: bool = False  # of arrays
    _divisors: set[str] = field(default_factory=set)
    _applied: dict[str, set[tuple[str, str]]] = field(default_factory=dict)  # functions of two letters
    _costs: set[str] = field(default_factory=set)

    def read(self, trees: Sequence[t.Formula]) -> None:
        """Go through all formulas: once for what the letters are, then for their shapes."""
        trees = list(map(self._with_rows, trees))
        self._together = [_places(tree) for tree in trees]
        for tree in trees:
            self._look(tree)
        for name, known in self.entries.items():
            counts = {len(each) for each in known}
            inside = [self.said.get(self.scene.table.letters.get(other, other)) for other in self._capitals(name)]
            if counts == {1, 2} or (counts == {1} and any(shape and "1" not in shape for shape in inside)):
                self.rows.add(name)
        said = map(self.scene.table.letter, self.scene.words.rows | self.scene.words.columns)
        self.rows |= (self.row_lengths.keys() | {*said}) & self.entries.keys()
        self.rows -= {name for name in self.rows if self.is_class(name)}
        for number in range(_ROUNDS):
            if number:
                self._look_again(trees)
            before = len(self._vectors), len(self.rows)
            self._read(trees)
            if (len(self._vectors), len(self.rows)) == before:
                break
        self.ends.pop(_ANY_ROW, None)

    def _look_again(self, trees: Sequence[t.Formula]) -> None:
        """Forget what was inferred, but which letters are vectors and rows, and go through all formulas once more."""
        for each in (
            self.arrays,
            self.defined,
            self.functions,
            self.values,
            self.guesses,
            self.ends,
            self._later,
            self._numbers,
            self.alone,
        ):
            each.clear()
        for tree in trees:
            self._look(tree)

    def _with_rows(self, tree: t.Formula) -> t.Formula:
        """Return a formula in which the argument of a function that it defines is a row, if its letter has rows."""
        match tree.statements:
            case (t.Chain(t.Apply(_, arguments), _),):
                names = {each.name for each in arguments if isinstance(each, t.Letter)} & self.row_lengths.keys()
                rows = {name: t.Indexed(t.Letter(name), (t.Letter(_ANY_ROW),)) for name in names}
                return t.with_children(tree, lambda each: with_letters(each, rows)) if names else tree
        return tree

    def _read(self, trees: Sequence[t.Formula]) -> None:
        for name, (rows, columns) in self.said.items():
            if columns == "1":  # a vector of which no shape was said, but a length
                rows, columns = ("1", rows) if self.chosen.get(name) == ROW else (rows, "1")
                self.guesses.setdefault(name, [COLUMN, ROW])
            self.arrays[name] = (Dim(rows), Dim(columns))
            self.used.setdefault(name)
            for size in (rows, columns):
                if not size.isdigit():
                    self.sizes.setdefault(size)
        for line in sorted(self.scene.words.rows | self.scene.words.columns):  # of W, which may occur further below
            for written in self._capitals(self.scene.table.letter(line)):
                if self.scene.facts.bare[written]:
                    self.shape_of(self.scene.table.letter(written))
        for name, length in self.row_lengths.items():
            if name in self.entries and isinstance(shape := self.shape_of(self.array_of(name)), tuple):
                self.sizes.setdefault(length)
                shape[1].join(Dim(length))
        chains = [chain for tree in trees for statement in tree.statements for chain in _chains(statement)]
        for chain in _in_order(chains):
            says = chain.links[0].relation if chain.links else None
            if says is Relation.DEFINES or (says is Relation.EQUAL and isinstance(chain.first, t.Letter)):
                self._chain(replace(chain, links=chain.links[:1]))
        self._settle([places for tree, places in zip(trees, self._together, strict=True) if _says_what_is(tree)])
        self._freeze(chains)
        for chain in chains:
            self._chain(chain)
        self._settle(self._together)

    def _settle(self, together: Sequence[_Together]) -> None:
        """Decide what waited until more is known: biases, entries in some formulas, numbers, vectors."""
        for name in [each for each in self.defined if self.array_of(each) != each]:  # rows that a formula defines
            if isinstance(shape := self.defined.pop(name), tuple):
                self._same(self.shape_of(self.array_of(name)), shape)  # type: ignore[arg-type]
        for node, shape, whole in self._later:
            self._broadcast(node, shape, whole)
        known = {name: shape for name, shape in self.defined.items() if isinstance(shape, tuple)} | self.arrays
        for name, shape in known.items():  # an estimate has the shape of what it estimates
            plain = self.scene.table.letters.get(
                bare := self.written(name).removeprefix(r"\hat{").removesuffix("}"), bare
            )
            if plain != name and plain in known:
                self._same(known[plain], shape)
        self._entries_of_arrays(together)
        for node, shape in self._numbers:
            self._is_number(node, shape)
        self._vectors_of_one_column()
        self._later.clear()
        self._numbers.clear()

    def _is_number(self, node: t.Node, shape: Shape) -> bool:
        """Let an array be 1 × 1, but for a letter of which several entries are written."""
        several = isinstance(node, t.Letter) and node.name in self.entries
        return not several and self._same(shape, (Dim("1"), Dim("1")))

    def _freeze(self, chains: Sequence[t.Chain]) -> None:
        """Keep apart what definitions keep apart: a claim may be wrong, so it only says what they leave open.

        The length of a vector gets the name to which all sums over its entries run, if one of them says what something
        is, or several do so.
        """
        ends: dict[int, tuple[Dim, Counter[str]]] = {}
        for chain in chains:
            for name, end in {*_sums_over(chain)}:
                dims = [dim.root for dim in self._shape_of_entries(name) or () if dim.name != "1"]
                if len(dims) == 1:
                    ends.setdefault(id(dims[0]), (dims[0], Counter()))[1][end] += 1 + _says_what(chain)
        for dim, counts in ends.values():
            ((end, count), *others) = counts.most_common()
            if not others and count > 1 and not dim.name:
                dim.call(end)
        derived = [shape for shape in self.defined.values() if isinstance(shape, tuple)]
        for number, dim in enumerate(dim for shape in (*self.arrays.values(), *derived) for dim in shape):
            if not dim.name:
                dim.call(f"{OPEN}{number}")

    # What the letters are

    @property
    def made_of(self) -> dict[str, tuple[str, str]]:
        """Return the functions of the same two letters everywhere of which nothing says what they are."""
        return {
            name: next(iter(pairs)) for name, pairs in self._applied.items()
            if len(pairs) == 1 and name not in self.stated
        }  # fmt: skip

    def _look(self, tree: t.Node) -> None:
        for node, _ in t.walk(tree):
            match node:
                case t.Transpose(t.Letter(name)) | t.Norm(t.Letter(name)):
                    self._vectors.add(name)
                case t.Chain(t.Letter(name), (t.Link(Relation.EQUAL), *_)):
                    self.equated.add(name)
                case t.Chain(t.Letter(name), (t.Link(Relation.DEFINES), *_)):
                    self.heads.add(name)
                case t.Chain(t.Letter(name) | t.Indexed(t.Letter(name)), (t.Link(Relation.ASSIGNS), *_)):
                    self.changed[name] = None
                case t.Apply(t.Function(name), (t.Letter(argument),)) if name == _SOFTMAX:
                    self._vectors.add(argument)
                case t.Transpose(t.Indexed() as row) | t.Norm(t.Indexed() as row):
                    self._is_row(row)
                case t.Apply(t.Function(name), (t.Indexed() as row,)) if name == _SOFTMAX:
                    self._is_row(row)
                case t.Derivative(t.Letter(name)) if self._is_cost(name):
                    self._costs.add(name)
                case t.Derivative(t.Letter(), (t.Letter(name),)):
                    self.by.add(name)
                case t.Norm(t.Plus(terms)) | t.Transpose(t.Plus(terms)):
                    plain = [_plain(term) for term in terms]
                    self._vectors |= {each.name for each in plain if isinstance(each, t.Letter)}
                case t.Fraction(denominator=divisor):
                    factors = divisor.factors if isinstance(divisor, t.Times) else (divisor,)
                    self._divisors |= {each.name for each in factors if isinstance(each, t.Letter)}
                case t.EntryTimes() | t.EntryFraction():
                    self._vectors |= {each.name for each in t.children(node) if isinstance(each, t.Letter)}
                case t.Times(factors):
                    for before, after in pairwise(factors):
                        if isinstance(before, t.Transpose) or (
                            isinstance(before, t.Letter) and self.kind(before.name) == MATRIX
                        ):
                            self._is_row(after)
                        if isinstance(before, t.Transpose) and isinstance(after, t.Letter):
                            own = self.written(after.name)
                            self._vectors |= (
                                {after.name} if own[:1] in _OF_VECTORS or own in _GREEK_OF_VECTORS else set()
                            )
                        if isinstance(after, t.Letter) and self.written(after.name) in _GREEK_OF_VECTORS:
                            is_matrix = isinstance(before, t.Letter) and self.kind(before.name) == MATRIX
                            self._vectors |= {after.name} if is_matrix else set()
                        for one, other in ((before, after), (after, before)):
                            plain_ = one.body if isinstance(one, t.Transpose) else one
                            is_matrix = isinstance(plain_, t.Letter) and self.kind(plain_.name) == MATRIX
                            if (
                                is_matrix
                                and isinstance(other, t.Letter)
                                and self.written(other.name)[:1] in _OF_VECTORS
                            ):
                                self._vectors.add(other.name)
                case t.Plus(terms) if any(self._holds_matrix(term) for term in terms):
                    plain = [_plain(term) for term in terms]
                    self._vectors |= {each.name for each in plain if isinstance(each, t.Letter)}
                case t.Indexed(t.Letter(name), (t.Letter(one), t.Letter(other))) if name == DELTA:
                    self.ends.setdefault(one, Dim()).join(self.ends.setdefault(other, Dim()))
                case t.Indexed(t.Letter(name), (t.Letter(one), t.Indexed(t.Letter(number), (t.Letter(),)))) | t.Indexed(
                    t.Letter(name), (t.Indexed(t.Letter(number), (t.Letter(),)), t.Letter(one))
                ) if name == DELTA and self.written(number) not in self.scene.words.other_numbers:
                    self.classes.setdefault(number, []).append((one, 0, 0))
                case t.Indexed(t.Letter(name), indices) if name not in (DELTA, ONES):
                    letters = tuple(each.name for each in indices if isinstance(each, t.Letter))
                    self.beside_indices[name] += 1
                    for at, each in enumerate(indices):
                        match each:
                            case t.Indexed(t.Letter(number), (t.Letter(),)):
                                self.classes.setdefault(number, []).append((name, at, len(indices)))
                    if len(letters) == len(indices) and _ANY_ROW not in letters:
                        known = self.entries.setdefault(name, [])
                        known += [letters] if letters not in known else []
                    else:
                        self.numbered.setdefault(name, set()).add(str(len(indices)))
                case t.Chain(t.Apply(t.Function(name, 0, None), arguments), (t.Link(relation), *_)):
                    given = [each.name for each in arguments if isinstance(each, t.Letter)]
                    self.stated.add(name)
                    if relation is Relation.DEFINES:
                        self.functions.setdefault(name, tuple(given))
                case t.Apply(t.Function(name, primes), (_,)) if self._is_of_each_entry(name, bool(primes)):
                    self.entrywise.add(name)
                case t.Apply(t.Function(name, 0, None), (t.Letter(one), t.Letter(other))):
                    self._applied.setdefault(name, set()).add((one, other))
                case t.Sum(index, lower, upper) | t.Product(index, lower, upper):
                    end = self.ends.setdefault(index.name, Dim())
                    if isinstance(upper, t.Letter):
                        written = self.written(upper.name)
                        if not written.startswith("n_{"):
                            self.sizes.setdefault(upper.name)
                            if lower == t.Number("1"):
                                end.join(Dim(upper.name))
        below = {index.name for node, _ in t.walk(tree) if isinstance(node, t.Indexed) for index in node.indices
                 if isinstance(index, t.Letter)}  # fmt: skip
        self.used |= dict.fromkeys(
            node.name for node, _ in sorted(t.walk(tree), key=lambda each: each[0].span)
            if isinstance(node, t.Letter) and node.name not in below
        )  # fmt: skip

    def _is_row(self, node: t.Node) -> None:
        """Keep that a letter with one index is a vector."""
        match node:
            case t.Indexed(t.Letter(name), (t.Letter(index),)) if name not in (DELTA, ONES) and self.scene.is_index(
                index
            ):
                if all(len(each) < 3 for each in self.entries.get(name, ())):
                    self.rows.add(name)

    def _holds_matrix(self, node: t.Node) -> bool:
        """Return whether a term is a product with a letter that is surely an array."""
        factors = getattr(_plain(node), "factors", ())
        return any(isinstance(each, t.Letter) and self.kind(each.name) == MATRIX for each in factors)

    def written(self, name: str) -> str:
        """Return a letter as the author writes it."""
        return next((own for own, inner in self.scene.table.letters.items() if inner == name), name)

    def kind(self, name: str) -> str:
        """Return what a letter without indices is: a number, a row, a column, a matrix, or empty if it is no letter."""
        if name in self.chosen:
            return self.chosen[name]
        written = self.written(name)
        plain = written.split("_")[0].split("^")[0]
        bare = plain.removeprefix(r"\hat{").removeprefix(r"\tilde{").removeprefix(r"\bar{").rstrip("}")
        if name in self.said or name in self.rows:
            return MATRIX
        if name in self.numbers - self.equated - self.heads:
            return NUMBER
        if name in self._costs or (name in self._divisors and bare.lower() in ("n", "m", "b")):
            return NUMBER
        if self.scene.is_array(plain) or (len(bare) == 1 and bare.isupper()):
            return MATRIX
        if name in self._vectors or (name in self.entries and self._is_bare(name)):
            return COLUMN if name not in self.entries or len(self.entries[name][0]) == 1 else MATRIX
        return NUMBER

    def _is_cost(self, name: str) -> bool:
        """Return whether a letter is one of the usual ones for what is to be made small."""
        plain = self.written(name).split("_")[0].split("^")[0]
        return plain.removeprefix(r"\mathcal{").rstrip("}") in _OF_COSTS and name not in self.entries

    def _is_bare(self, name: str) -> bool:
        return self.scene.facts.bare[self.written(name)] > 0 or name in self._vectors

    # Shapes

    def shape_of(self, name: str) -> _Found:
        """Return the shape of a letter, a new one at its first use."""
        if self.scene.is_identity(name):
            return None  # it multiplies as a number does
        if length := self.scene.ones_of(name):
            return (Dim(length), Dim("1"))
        if name in self.arrays:
            return self.arrays[name]
        if name in self.defined:
            return self.defined[name]
        if name in self.sizes or name in self.ends or name in ("e", r"\pi", r"\infty"):
            return None
        kind = self.kind(name)
        free = kind == COLUMN and name not in self.chosen
        if kind == NUMBER:
            if self.written(name)[:1] in _OF_VECTORS and name not in self.entries and name not in self.numbers:
                self.guesses.setdefault(name, [NUMBER, COLUMN])
            return None
        self.arrays[name] = (Dim(), Dim())
        if kind == ROW:
            self.arrays[name][0].call("1")
        if kind == COLUMN and not free:
            self.arrays[name][1].call("1")
        if kind != MATRIX or name in self.chosen:
            self.guesses.setdefault(name, [kind, *(each for each in (COLUMN, ROW, MATRIX, NUMBER) if each != kind)])
        return self.arrays[name]

    def _chain(self, chain: t.Chain) -> None:
        sides = [chain.first, *(link.right for link in chain.links)]
        if chain.links and chain.links[0].relation is Relation.DEFINES:
            match chain.first:
                case t.Letter(name) if name not in self.arrays:
                    found = self.shape(sides[1])
                    if found != _UNKNOWN:
                        both = isinstance(found, tuple) and found[0].name == found[1].name == "1"
                        self.defined.setdefault(name, None if both else found)
                    else:
                        self.defined.setdefault(name, self.shape_of(name) if self.kind(name) != NUMBER else None)
                case t.Indexed(t.Letter(name), (t.Letter(index),)) if isinstance(found := self.shape(sides[1]), tuple):
                    self.rows.add(name)
                    if name not in self.arrays:
                        length = found[1] if found[0].name == "1" else found[0]
                        self.defined.setdefault(name, (self.ends.setdefault(index, Dim()), length))
                case t.Indexed(t.Letter(name)):
                    self.defined.setdefault(name, None)
                case t.Apply(t.Function(name, 0, None), arguments):
                    given = [each.name for each in arguments if isinstance(each, t.Letter)]
                    self.functions.setdefault(name, tuple(given))
                    if any(self.kind(each) != NUMBER for each in given):
                        value = self.shape(sides[1])
                        number = isinstance(value, tuple) and _is_one(value)
                        self.values[name] = tuple(map(self.shape, arguments)), None if number else value
                    return
        shapes = [self.shape(side) for side in sides]
        arrays = [(side, shape) for side, shape in zip(sides, shapes, strict=True) if isinstance(shape, tuple)]
        for side, other in arrays[1:]:
            letter = isinstance(side, t.Letter) or isinstance(arrays[0][0], t.Letter)
            if letter or not _is_one(other) != _is_one(arrays[0][1]):  # else x x^T = x^T x would make x a number
                self._same(arrays[0][1], other)
        if arrays and None in shapes and not any(side == t.Number("0") for side in sides):
            self._numbers += arrays

    def _same(self, one: Shape, other: Shape, why: str = "") -> bool:
        names = [(one[at].name, other[at].name) for at in (0, 1)]
        if any(a and b and a != b for a, b in names) or any(map(self._makes_square, zip(one, other, strict=True))):
            return False
        return one[0].join(other[0], why) and one[1].join(other[1], why)

    def _makes_square(self, dims: tuple[Dim, Dim]) -> bool:
        """Return whether a small letter would have as many rows as columns, if two dimensions were one."""
        joined = {dim.root for dim in dims}
        small = (shape for name, shape in self.arrays.items() if not self._is_capital(name))
        return len(joined) > 1 and any({rows.root, columns.root} == joined for rows, columns in small)

    def shape(self, node: t.Node) -> _Found:
        """Return the shape of an expression."""
        match node:
            case t.Number():
                return None
            case t.Letter(name):
                return self.shape_of(name)
            case t.Indexed(t.Letter(name), (index,)) if name in self.rows:
                return self._row(name, index)
            case t.Indexed(base, indices):
                if not isinstance(base, t.Letter):
                    shape = self.shape(base)
                    self._entry(shape, indices)
                return None
            case t.Plus(terms):
                return self._sum(terms)
            case t.Minus(body):
                return self.shape(body)
            case t.Times(factors):
                return self._product(node, factors)
            case t.EntryTimes(factors):
                return self._alike([(each, self.shape(each)) for each in factors])
            case t.EntryFraction(above, below):
                return self._alike([(above, self.shape(above)), (below, self.shape(below))])
            case t.Fraction(above, below):
                found = self.shape(above)
                self.shape(below)
                return found
            case t.Power(base, exponent):
                self.shape(exponent)
                return self.shape(base)
            case t.Transpose(body):
                shape = self.shape(body)
                return (shape[1], shape[0]) if isinstance(shape, tuple) else shape
            case t.Norm(body) | t.Absolute(body) | t.Root(body):
                self.shape(body)
                return None
            case t.Apply(t.Function(name), arguments):
                shapes = [self.shape(each) for each in arguments]
                if name in self.values:
                    parameters, value = self.values[name]
                    for node_, one, other in zip(arguments, parameters, shapes, strict=False):
                        if isinstance(one, tuple) and isinstance(other, tuple):
                            self._same(one, other)
                        elif isinstance(one, tuple):
                            self._is_row(node_)
                    return value
                if name == TRACE and len(arguments) == 1:
                    if isinstance(shapes[0], tuple):
                        self._same(shapes[0], (shapes[0][1], shapes[0][0]))
                    return None
                if name == DIAGONAL and len(arguments) == 1:
                    rows, columns = shapes[0] if isinstance(shapes[0], tuple) else (Dim("1"), Dim("1"))
                    long = [each for each in (rows, columns) if each.name != "1"]
                    return (long[0], long[0]) if len(long) == 1 else _UNKNOWN
                if name == r"\max" and t.Number("0") in arguments and any(isinstance(each, tuple) for each in shapes):
                    self.takes_positive_parts = True
                if name in EXTREMA:  # of an array and a number, of each entry
                    return self._alike(list(zip(arguments, shapes, strict=True)))
                if name in self.entrywise and not self._is_known(name):
                    self.unknown[name] = False
                    return shapes[0]
                if not self._is_known(name):
                    self.unknown[name] = self.unknown.get(name, False) or any(
                        isinstance(each, tuple) for each in shapes
                    )
                    return _UNKNOWN if self.unknown[name] else None
                return shapes[0] if len(shapes) == 1 else None
            case t.Sum(body=body) | t.Product(body=body) | t.Extremum(body=body):
                return self.shape(body)
            case t.Derivative(body, variables):
                whole = self.shape(body)
                by = [self.shape(each) for each in variables]
                if isinstance(whole, tuple) and len(by) == 1 and isinstance(by[0], tuple):
                    self._is_number(body, whole)  # only a number has a derivative by an array
                if whole == _UNKNOWN or len(by) != 1 or (isinstance(whole, tuple) and isinstance(by[0], tuple)):
                    return _UNKNOWN if not (isinstance(whole, tuple) and _is_one(whole)) else by[0]
                return by[0] if whole is None else whole
            case t.Cases(cases):
                chains = [case.condition for case in cases]
                parts = [*(case.value for case in cases), *(side for chain in chains for side in chain.sides)]
                return self._alike([(part, self.shape(part)) for part in parts])
            case t.Matrix():
                return _UNKNOWN
        for child in t.children(node):
            self.shape(child)
        return _UNKNOWN

    def _row(self, name: str, index: t.Node) -> _Found:
        """Return the shape of a row of a matrix: a column, or a row where the text states that others are rows."""
        shape = self.shape_of(self.array_of(name))
        if not isinstance(shape, tuple):
            return _UNKNOWN
        shape = (shape[1], shape[0]) if self.is_column(name) else shape
        if isinstance(index, t.Letter):
            shape[0].join(self.ends.setdefault(index.name, Dim()))
        rows = any(first == "1" for first, _ in self.said.values())
        return (Dim("1"), shape[1]) if rows else (shape[1], Dim("1"))

    def _is_of_each_entry(self, name: str, is_derivative: bool) -> bool:
        """Return whether a function is taken of each entry: words call it an activation, or the file writes f'(z).

        It is not if words, or a formula of one entry of it, say that it mixes entries.
        """
        author, words = self.scene.table.written_function(name), self.scene.words
        return author not in words.mixing and (is_derivative or author in words.activations)

    def _is_known(self, name: str) -> bool:
        """Return whether something is known of a function: by everybody, or by a definition of the file."""
        word = name.removeprefix(r"\operatorname{").rstrip("}").lower()
        author = self.scene.table.written_function(name)
        return (
            bool({name, author, word} & (FIXED_KINDS.keys() | STANDARD.keys() | {"softmax"})) or name in self.functions
        )

    def _entry(self, shape: _Found, indices: Sequence[t.Node]) -> None:
        if not isinstance(shape, tuple):
            return
        ends = [self.ends.setdefault(each.name, Dim()) for each in indices if isinstance(each, t.Letter)]
        if len(ends) == 2:
            self._same(shape, (ends[0], ends[1]))
        elif len(ends) == 1 and "1" in (shape[0].name, shape[1].name):
            shape[0 if shape[1].name == "1" else 1].join(ends[0])

    def _sum(self, terms: Sequence[t.Node]) -> _Found:
        shapes = [self.shape(term) for term in terms]
        arrays = [(term, shape) for term, shape in zip(terms, shapes, strict=True) if isinstance(shape, tuple)]
        if not arrays:
            return _UNKNOWN if _UNKNOWN in shapes else None
        numbers = [term for term, shape in zip(terms, shapes, strict=True) if shape is None]
        if any(not _is_product(each) for each, _ in arrays):
            names = [plain.name for each in numbers if isinstance(plain := _plain(each), t.Letter)]
            self._vectors |= {name for name in names if self.kind(name) == NUMBER and name not in self.chosen
                              and self.written(name)[:1] in _OF_VECTORS and name not in self.defined}  # fmt: skip
        if any(not isinstance(_plain(term), t.Number) for term in numbers) and all(
            _is_product(each) for each, _ in arrays
        ):
            if all(self._is_number(term, shape) for term, shape in arrays):
                return None
        return self._alike(arrays)

    def _alike(self, parts: Sequence[tuple[t.Node, _Found]]) -> _Found:
        """Return the shape that all parts have; a bias may be repeated, which is decided at the end."""
        arrays = [(node, shape) for node, shape in parts if isinstance(shape, tuple)]
        if not arrays:
            return None
        others = [each for each in arrays if not self._is_bias(each[0])] or arrays
        rows = [each for each in others if each[1][0].name == "1"]  # stated: they may be repeated
        whole = next((each for each in others if each not in rows), others[0])
        for node, shape in arrays:
            if (self._is_bias(node) or (node, shape) in rows) and node is not whole[0]:
                self._later.append((whole[0], shape, whole[1]))
            elif shape is not whole[1]:
                self._same(whole[1], shape)
        return whole[1]

    def _is_bias(self, node: t.Node) -> bool:
        plain = _plain(node)
        return isinstance(plain, t.Letter) and self.written(plain.name)[:1] in "bc" and plain.name not in self.defined

    def _broadcast(self, product: t.Node, shape: Shape, whole: Shape) -> None:
        """Let a bias have the shape of what it is added to, or be a row or a column that is repeated."""
        own = next((name for name, each in self.arrays.items() if each is shape), "")
        kind = self.chosen.get(own, "")
        if shape[0].name == "1" and self._same(shape, (Dim("1"), whole[1])) and kind != COLUMN:
            return
        if "1" in (whole[0].name, whole[1].name) and not kind and shape[0].name + shape[1].name == "":
            self._same(shape, whole)
            return
        one_sample = "1" in (whole[0].name, whole[1].name)
        if (one_sample and not kind) or not own:
            self._same(shape, whole)
            return
        factors = _plain(product)
        first = factors.factors[0] if isinstance(factors, t.Times) else factors
        is_row = kind == ROW or (
            not kind and not (isinstance(first, t.Letter) and self.written(first.name)[:1] in _WEIGHTS)
        )
        self.guesses[own] = [ROW, COLUMN] if is_row else [COLUMN, ROW]
        if is_row and shape[0].name in ("", "1"):
            self._same(shape, (Dim("1"), whole[1]))
        elif not is_row and shape[1].name in ("", "1"):
            self._same(shape, (whole[0], Dim("1")))

    def _product(self, node: t.Node, factors: Sequence[t.Node]) -> _Found:
        if len(factors) == 2 and all(map(self._is_line, factors)):  # w_j and x_i, as their inner product
            one, other = map(self.shape, factors)
            joined = isinstance(one, tuple) and isinstance(other, tuple) and self._same(one, other)
            return None if joined else _UNKNOWN
        found: _Found = None
        for factor in factors:
            own = self.shape(factor)
            if own == _UNKNOWN or found == _UNKNOWN:
                found = _UNKNOWN
            elif isinstance(own, tuple) and isinstance(found, tuple):
                if _is_one(own) or _is_one(found):
                    found = found if _is_one(own) else own
                elif found[1].join(own[0], f"{self.written_out(node)} needs it"):
                    if found[0].name == "1" and isinstance(factor, t.Letter) and self.kind(factor.name) == COLUMN:
                        own[1].join(Dim("1"))  # a row of a matrix times a vector is a number
                    found = (found[0], own[1])
                else:
                    found = _UNKNOWN
            elif isinstance(own, tuple):
                found = own
        return found

    def _is_line(self, node: t.Node) -> bool:
        """Return whether a node is a row, or a column, of a matrix by the words of the file."""
        return (
            isinstance(node, t.Indexed) and isinstance(node.base, t.Letter) and len(node.indices) == 1
            and self.written(node.base.name) in self.scene.words.rows | self.scene.words.columns
        )  # fmt: skip

    def written_out(self, node: t.Node) -> str:
        """Return an expression in the author's letters, shortened."""
        from nncore.verify.syntax.printer import latex

        text = self.scene.table.as_written(latex(node)).replace(r" \, ", " ")
        return text if len(text) < 40 else f"{text[:37]}…"

    def _entries_of_arrays(self, together: Sequence[_Together]) -> None:
        """Join the ranges of indices in formulas with the shapes of the arrays whose entries carry them.

        What stands together in one formula comes first: elsewhere the same letter may run further.
        """
        for name, known in self.entries.items():
            shape = self._shape_of_entries(name)
            if shape and max(map(len, known)) == 1 and name not in self.rows:
                at = 0 if shape[1].name == "1" or shape[0].name != "1" else 1
                shape[1 - at].join(Dim("1"))
        for places in together:
            for spots in places.values():
                dims = [dim for spot in spots if (dim := self._dim(*spot))]
                for one, other in pairwise(dims):
                    one.join(other)
        most = {name: max(map(len, known)) for name, known in self.entries.items()}
        for places in together:  # in their order, so that a wrong index changes nothing of what stands above
            for letter, spots in places.items():
                for name, at, count in spots:
                    if most.get(name) == count and (dim := self._dim(name, at, count)):
                        dim.join(self.ends.setdefault(letter, Dim()))

    def _shape_of_entries(self, name: str) -> Shape | None:
        array = self.array_of(name)
        shape = self.arrays.get(array) or self.defined.get(array)
        if not isinstance(shape, tuple):
            return None
        return (shape[1], shape[0]) if self.is_column(name) else shape

    def is_column(self, name: str) -> bool:
        """Return whether a letter of which one index gives a vector has the columns of a matrix, by their number."""
        known = self.entries.get(name, [])
        shape = self.arrays.get(self.array_of(name))
        if shape and name in self.rows and self.written(name) in self.scene.words.columns:
            return True
        ends = {self.ends[each[0]].name for each in known if each and each[0] in self.ends}
        alone = name in self.rows and all(len(each) == 1 for each in known)
        return bool(alone and shape and shape[1].name in ends and shape[0].name not in ends)

    def _dim(self, name: str, at: int, count: int) -> Dim | None:
        """Return the dimension along which an index of an entry runs; of a size, the size itself."""
        if not count:
            return Dim(name)
        shape = self._shape_of_entries(name)
        if not shape:
            return self.alone.setdefault((name, at), Dim())
        if count == 1 and name in self.rows:
            return shape[0]
        dims = shape if count == 2 else [dim for dim in shape if dim.name != "1"]
        return dims[at] if len(dims) == count else None

    def is_class(self, name: str) -> bool:
        """Return whether a letter with an index stands nowhere but where an index stands."""
        return name in self.classes and self.beside_indices[name] <= len(self.classes[name])

    def last_class(self, name: str) -> Dim | None:
        """Return how far a letter runs that with an index is an index itself, as c_i in ``p_{i c_i}``; None for others.

        Of each such place it is the letter of an index, or a letter with its entry and which of how many indices it is.
        """
        found: Dim | None = None
        if not self.is_class(name):
            return None
        for other, at, count in self.classes.get(name, ()):
            dim = self._dim(other, at, count) if count else self.ends.setdefault(other, Dim())
            if dim and found:
                dim.join(found)
            found = found or dim
        return found

    def _vectors_of_one_column(self) -> None:
        """Let small letters be vectors, where no matrix and no index says that they are more."""
        rows = {self.array_of(name) for name in self.rows}
        small = [name for name in self.arrays if not self._is_capital(name) and name not in rows]
        ends = {end.root for letters in self.entries.values() for each in letters for one in each
                if (end := self.ends.get(one))}  # fmt: skip
        kept = {dim.root for name, shape in self.arrays.items() if name not in small for dim in shape} | ends
        for name in small:
            open_ = [dim for dim in self.arrays[name] if not dim.name and dim.root not in kept]
            if open_ and all(dim.name != "1" for dim in self.arrays[name]):
                open_[-1].call("1")
                open_[-1].root.why = ""

    def _is_capital(self, name: str) -> bool:
        plain = self.written(name)
        for accent in (r"\hat{", r"\tilde{", r"\bar{", r"\mathbf{"):
            plain = plain.removeprefix(accent)
        return plain[:1].isupper() or (plain[:1] == "\\" and plain[1:2].isupper())

    def _capitals(self, entry: str) -> tuple[str, ...]:
        """Return how the author may write the array to which entries belong."""
        accent, plain, rest = _PARTS.fullmatch(self.written(entry)).groups()  # type: ignore[union-attr]
        if of_bold := _BOLD.fullmatch(self.written(entry)):
            return (of_bold[1].upper(), rf"\mathbf{{{of_bold[1].upper()}}}")
        end = accent and "}"
        if greek := _GREEK.fullmatch(self.written(entry)):
            return (f"\\{greek[1].capitalize()}{greek[2]}",)
        bold = (f"{accent}\\mathbf{{{each}}}{end}{rest}" for each in (plain, plain.upper()))
        return (f"{accent}{plain.upper()}{end}{rest}", *bold) if plain else ()

    def array_of(self, entry: str) -> str:
        """Return the array to which entries belong: the letter itself, or the capital or bold one."""
        if self.is_class(entry):
            return entry
        written = self._capitals(entry)
        others = [self.scene.table.letters.get(other, other) for other in written]
        of_rows = entry in self.row_lengths and any(other in self.said for other in others)
        of_rows |= self.written(entry) in self.scene.words.rows
        if self._is_array(entry) and self.scene.facts.bare[self.written(entry)] and not of_rows:
            return entry
        alone = [
            name for name in self.arrays if self.written(name)[:-2] in written and self.written(name)[-2:-1] == "_"
        ]
        if (sample := self.written(entry)).endswith(
            r"^{(\cdot)}"
        ):  # x^{(i)}, of X, or of a vector x of a stated length
            base = sample.removesuffix(r"^{(\cdot)}")
            whole = (base.upper(), rf"\mathbf{{{base.upper()}}}") if len(base) == 1 and base.islower() else ()
            vectors = (base, rf"\mathbf{{{base}}}", rf"\vec{{{base}}}")
            inner = self.scene.table.letters
            others += [name for each in (*whole, *vectors) if (name := inner.get(each, each)) in self.said]
        others += alone if len(alone) == 1 and entry in self.entries else []  # of the one matrix with a number
        others = [other for other in others if not self._are_told_apart(entry, other)]
        return next((other for other in others if other != entry and self._is_array(other)), entry)

    def _are_told_apart(self, entry: str, other: str) -> bool:
        """Return whether equations say of two letters what their entries are, p_{nk} = ... and P_{nk} = ..."""
        both = (entry, other)
        said = all(self.written(each) in self.scene.facts.equated for each in both)
        return said and all(any(len(letters) > 1 for letters in self.entries.get(each, ())) for each in both)

    def _is_array(self, name: str) -> bool:
        return name in self.arrays or isinstance(self.defined.get(name), tuple)


def _says_what(chain: t.Chain) -> bool:
    """Return whether a chain says by equality what a letter, or a function, is."""
    says = bool(chain.links) and chain.links[0].relation in (Relation.EQUAL, Relation.DEFINES)
    return says and isinstance(chain.first, t.Letter | t.Apply)


def _sums_over(chain: t.Chain) -> Iterator[tuple[str, str]]:
    """Yield the letters of entries over which sums from 1 to a letter run, with that letter."""
    for node, _ in t.walk(chain):
        match node:
            case t.Sum(index, t.Number("1"), t.Letter(end), body):
                for inner, _ in t.walk(body):
                    match inner:
                        case t.Indexed(t.Letter(name), (t.Letter(own),)) if own == index.name:
                            yield name, end


def _says_what_is(tree: t.Formula) -> bool:
    """Return whether a formula defines, or says of a letter what it is equal to."""
    firsts = (chain for statement in tree.statements for chain in _chains(statement) if chain.links)
    return any(
        chain.links[0].relation is Relation.DEFINES
        or (chain.links[0].relation is Relation.EQUAL and isinstance(chain.first, t.Letter))
        for chain in firsts
    )


def _places(tree: t.Formula) -> _Together:
    """Return at which letters each index of a formula stands, in which place of how many, and at which size it ends."""
    found: dict[str, list[tuple[str, int, int]]] = {}
    for node, _ in t.walk(tree):
        match node:
            case t.Indexed(t.Letter(name), indices) if name not in (DELTA, ONES):
                for at, index in enumerate(indices):
                    if isinstance(index, t.Letter):
                        found.setdefault(index.name, []).append((name, at, len(indices)))
    return found


def _in_order(chains: Sequence[t.Chain]) -> list[t.Chain]:
    """Return chains in their order, but those that define a letter above the first one that uses it."""
    defining: dict[str, t.Chain] = {}
    for chain in chains:
        match chain:
            case t.Chain(t.Letter(name), (t.Link(Relation.DEFINES), *_)):
                defining.setdefault(name, chain)
    found: list[t.Chain] = []
    met: set[int] = set()

    def add(chain: t.Chain) -> None:
        if id(chain) not in met:
            met.add(id(chain))
            for node, _ in t.walk(chain):
                if isinstance(node, t.Letter) and node.name in defining:
                    add(defining[node.name])
            found.append(chain)

    for chain in chains:
        add(chain)
    return found


def own_letters(trees: Sequence[t.Formula], scene: Scene) -> frozenset[str]:
    r"""Return the letters with a letter below that is probably no index, as in ``v_c``, ``n_x`` and ``h_{t-1}``.

    No sum binds it, it is not one of the usual indices, and what it stands below has no index that a sum binds. Those
    with a step, as in ``h_{t-1}``, are letters only where no other letter stands below theirs.
    """
    alone: dict[str, set[str]] = {}
    others: dict[str, set[str]] = {}
    given = {  # of whose entries a formula says what they are
        chain.first.base for tree in trees for chain in tree.statements if isinstance(chain, t.Chain) and chain.links
        if isinstance(chain.first, t.Indexed) and chain.links[0].relation in (Relation.EQUAL, Relation.DEFINES)
        and len(chain.first.indices) == 1 and scene.is_index(getattr(chain.first.indices[0], "name", ""))
    }  # fmt: skip
    steps: dict[str, set[tuple[str, str]]] = {}
    for node, _ in (each for tree in trees for each in t.walk(tree)):
        match node:
            case t.Indexed(t.Letter(name), (t.Letter(below),)):
                alone.setdefault(name, set()).add(below)
            case t.Indexed(t.Letter(name), (t.Plus((t.Letter(below), t.Number() | t.Minus(t.Number()) as step)),)):
                sign, number = ("-", step.body) if isinstance(step, t.Minus) else ("+", step)
                steps.setdefault(name, set()).add((below, f"{below}{sign}{getattr(number, 'digits', '')}"))
            case t.Indexed(t.Letter(name), indices):
                letters = {each.name for index in indices for each, _ in t.walk(index) if isinstance(each, t.Letter)}
                others.setdefault(name, set()).update(letters)
    written = {inner: own for own, inner in scene.table.letters.items()}
    found: set[str] = set()
    for name in alone.keys() | steps.keys():
        letters, stepped = alone.get(name, set()), steps.get(name, set())
        everything = letters | {below for below, _ in stepped} | others.get(name, set())
        if everything.isdisjoint(scene.facts.bound) and t.Letter(name) not in given:
            sequence = stepped if len(everything) == 1 else ()
            taken = letters - others.get(name, set()) - ({below for below, _ in stepped} if not sequence else set())
            texts = [*(taken - INDEX_LETTERS), *(text for below, text in sequence if below not in INDEX_LETTERS)]
            found |= {f"{written.get(name, name)}_{text}" for text in texts}
    return frozenset(found)


# What functions with a usual name are; @ is their argument.
STANDARD = {
    r"\sigma": r"\frac{1}{1 + e^{-@}}", "sigmoid": r"\frac{1}{1 + e^{-@}}", "relu": r"\max(@, 0)",
    "logistic": r"\frac{1}{1 + e^{-@}}", "softplus": r"\ln(1 + e^{@})", "silu": r"\frac{@}{1 + e^{-@}}",
    "swish": r"\frac{@}{1 + e^{-@}}",
    **dict.fromkeys(("sign", "sgn"), r"\begin{cases} 1 & @ > 0 \\ 0 & @ = 0 \\ -1 & @ < 0 \end{cases}"),
}  # fmt: skip
CROSS_ENTROPIES = frozenset(("ce", "crossentropy", "celoss", "crossentropyloss"))  # of targets, and of probabilities
_SOFTMAX = r"\operatorname{softmax}"
_ROUNDS = 4
_OF_COSTS = frozenset(("J", "L", "C", "E", r"\ell"))
_OF_VECTORS = frozenset("xyzhavbwustgrpqfd")
_GREEK_OF_VECTORS = frozenset((r"\theta", r"\beta", r"\omega"))  # behind a matrix
_WEIGHTS = frozenset("WVUwvu") | {"\\"}


def _chains(statement: t.Chain | t.Implication) -> Iterable[t.Chain]:
    return (statement.premise, statement.conclusion) if isinstance(statement, t.Implication) else (statement,)


def _plain(node: t.Node) -> t.Node:
    return _plain(node.body) if isinstance(node, t.Minus) else node


def _is_product(node: t.Node) -> bool:
    return isinstance(_plain(node), t.Times)


def _is_one(shape: Shape) -> bool:
    return shape[0].name == shape[1].name == "1"
