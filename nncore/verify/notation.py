r"""The letters in force: what `nncore/verify/notation.yml` declares, as values that the reader and the judges look up.

The file has nine parts, all optional: ``sizes``, ``indices``, ``arrays``, ``scalars``, ``functions``, ``constants``,
``random`` and ``signs`` are lists of declarations in the order of the notation page, ``state`` is a list of letters.
``random`` says which letters, declared elsewhere, are random where an expectation is taken, and what is known of their
distribution beside the moments that an assumption states; it usually stands on a page. Letters are
written in LaTeX, in one form: ``W``, ``\theta``, ``\hat{u}``, ``\mathbf{1}``, with the indices that belong to them,
``x_{ij}``, ``D_r``, ``\beta_1``. `load` reads a file, `parse` its text, and `extended` adds what a block on a page
declares; what is wrong raises `NotationError` with one line that names the part, the declaration and the fault.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from nncore.extras import require

if TYPE_CHECKING:  # a browser reads no files, and has no YAML
    from yaml import Node

_LONGEST_MESSAGE, _DEEPEST = 500, 10  # characters, lists and mappings in each other


class NotationError(ValueError):
    """A notation that says nothing sensible, or something twice; a long message is cut.

    ``line`` is that of the text, counted from 1, where one is known.
    """

    def __init__(self, message: str, line: int = 1):
        super().__init__(message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]} …")
        self.line = line


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a notation, with the line of its text, counted from 1."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Written:
    """A letter with its indices, as ``x_{ij}``, ``D_{r-1}`` or ``\\beta_1`` declare it."""

    letter: str
    indices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Size:
    """A size, or with an index a family of sizes that starts at ``start``.

    ``first`` and ``last`` are the letters of the sizes with which a family begins and ends: D_0 is D, and D_R is M.
    """

    letter: str
    index: str | None
    start: int
    meaning: str
    first: str | None = None
    last: str | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """An index that runs from 1 to a size; without a size it has no end."""

    letter: str
    to: str | None
    meaning: str


@dataclass(frozen=True, slots=True)
class Array:
    """A matrix and its entry. ``shape`` and ``layers`` (the shape of W^{[r]}) hold sizes, ``D_{r-1}`` or ``1``.

    ``rows`` is what is known of each row, `SUM_TO_1` or `ONE_HOT`, and ``columns`` that each column sums to 1: whoever
    judges a claim about it assumes that.
    """

    letter: str
    entry: Written | None
    shape: tuple[Written, Written]
    layers: tuple[Written, Written] | None
    meaning: str
    rows: str | None = None
    columns: str | None = None


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number, or one for each value of its indices; ``over`` is an index that it may carry, ``to`` its last value.

    ``to`` makes it a class number. Where such a number is defined by arg max, ``ties`` says which of several equal
    places it is: ``first``.
    """

    written: Written
    over: str | None
    to: str | None
    meaning: str
    ties: str | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """A function: its LaTeX name, and of what kind its arguments and values are."""

    name: str
    kind: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant."""

    letter: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Random:
    """A letter whose entries, or whose value, expectations are taken over.

    With ``independent`` every entry is independent of all other random entries, of this letter and of others. Those
    that are not may depend on each other in any way, across letters too. ``symmetric``: -w is distributed as w is.
    Entries need not be distributed alike.
    """

    letter: str
    independent: bool
    symmetric: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign that is no letter, as an example of its use."""

    sign: str
    meaning: str


# smooth: any function of numbers with all derivatives; cost: any such function of whole arrays, with a number as value.
FUNCTION_KINDS = ("number", "smooth", "cost", "row", "array", "moment", "order")

# What the judges know by its name means the same on all pages: functions by the kind with which they are declared, none
# for those that need no declaration, and letters.
KNOWN_FUNCTIONS = (r"\exp", r"\ln", r"\tanh", r"\sin", r"\cos")
PARTS = (r"\operatorname{Re}", r"\operatorname{Im}")  # of a complex number
EXPECTATION, VARIANCE = r"\operatorname{E}", r"\operatorname{Var}"
EXTREMA = (r"\max", r"\min")
DIAGONAL = r"\operatorname{diag}"
FIXED_KINDS = {
    **dict.fromkeys((*KNOWN_FUNCTIONS, *PARTS), "number"),
    **dict.fromkeys((EXPECTATION, VARIANCE), "moment"),
    **dict.fromkeys(EXTREMA, None),
    DIAGONAL: "array",
    "O": "order",
}
SUM_TO_1, ONE_HOT = ROWS = ("sum to 1", "one-hot")  # what may be known of the rows of an array
STEPS = "steps"  # the size of a range without an end
IMAGINARY, INFINITY = r"\mathrm{i}", r"\infty"
CONSTANTS = ("e", r"\pi", IMAGINARY)
ANY_COST = r"\phi"
MEANS_THE_SAME = "means the same everywhere"  # of what a notation need not declare
DELTA, ONES = r"\delta", r"\mathbf{1}"


@dataclass(frozen=True)
class Notation:
    """All declarations, in the order of the file."""

    sizes: tuple[Size, ...] = ()
    indices: tuple[Index, ...] = ()
    arrays: tuple[Array, ...] = ()
    scalars: tuple[Scalar, ...] = ()
    functions: tuple[Function, ...] = ()
    constants: tuple[Constant, ...] = ()
    random: tuple[Random, ...] = ()
    signs: tuple[Sign, ...] = ()
    state: tuple[str, ...] = ()

    @cached_property
    def function_names(self) -> frozenset[str]:
        """Return the LaTeX names that are applied to what stands in parentheses after them."""
        return frozenset(function.name for function in self.functions)

    @cached_property
    def index_letters(self) -> frozenset[str]:
        return frozenset(self.runs_to)

    @cached_property
    def runs_to(self) -> Mapping[str, str | None]:
        """Return the indices, each with the size up to which it runs; None if it has no end."""
        return {index.letter: index.to for index in self.indices}

    @cached_property
    def size_letters(self) -> frozenset[str]:
        """Return the letters of sizes, those of widths of layers among them."""
        return frozenset(size.letter for size in self.sizes)

    @cached_property
    def plain_sizes(self) -> frozenset[str]:
        """Return the letters that are sizes without an index."""
        return frozenset(size.letter for size in self.sizes if not size.index)

    @cached_property
    def all_letters(self) -> frozenset[str]:
        """Return all letters that are declared, those of entries among them."""
        return frozenset(written.letter for _, written in _names(self))

    @cached_property
    def constant_letters(self) -> frozenset[str]:
        return frozenset(constant.letter for constant in self.constants)

    @cached_property
    def class_letters(self) -> frozenset[str]:
        """Return the letters of class numbers."""
        return frozenset(self._sizes_of_classes)

    def scalars_named(self, letter: str) -> tuple[Scalar, ...]:
        """Return the declared numbers with a letter: one, or one for each index that is part of its name."""
        return tuple(scalar for scalar in self.scalars if scalar.written.letter == letter)

    @cached_property
    def lone_index_letters(self) -> frozenset[str]:
        """Return the letters that carry one index if any, so that the digits of ``b_{10}`` are one number."""
        counts: dict[str, set[int]] = {}
        for written in self._indexed_forms():
            counts.setdefault(written.letter, set()).add(len(written.indices))
        return frozenset(letter for letter, count in counts.items() if count == {1})

    def array_named(self, letter: str) -> Array | None:
        return self._arrays.get(letter)

    def array_of_entry(self, letter: str) -> Array | None:
        """Return the array whose entries are printed with a letter."""
        return self._arrays_by_entry.get(letter)

    def size_of_classes(self, letter: str) -> str:
        """Return the size up to which a class number runs."""
        return self._sizes_of_classes[letter]

    def kind_of_function(self, name: str) -> str:
        """Return the declared kind of a function; ``\\max`` and ``\\min`` of several arguments need no declaration."""
        return "number" if name in EXTREMA else self._kinds_of_functions[name]

    def range_of_index(self, letter: str) -> str:
        """Return the size up to which an index runs; `STEPS` if it has no end or only sums over steps bind it."""
        return self.runs_to.get(letter) or STEPS

    @cached_property
    def widths(self) -> Size | None:
        """Return the family of sizes that belong to layers."""
        return next((size for size in self.sizes if size.index), None)

    @cached_property
    def layer_index(self) -> str:
        """Return the letter for a layer; empty if there are none."""
        return self.widths.index or "" if self.widths else ""

    @cached_property
    def last_layer(self) -> str:
        """Return the letter for the number of layers; empty if there is none."""
        return (self.layer_index and self.runs_to.get(self.layer_index)) or ""

    @cached_property
    def random_letters(self) -> Mapping[str, Random]:
        """Return the random letters by name."""
        return {random.letter: random for random in self.random}

    @cached_property
    def _arrays(self) -> dict[str, Array]:
        return {array.letter: array for array in self.arrays}

    @cached_property
    def _arrays_by_entry(self) -> dict[str, Array]:
        return {array.entry.letter: array for array in self.arrays if array.entry}

    @cached_property
    def _sizes_of_classes(self) -> dict[str, str]:
        return {scalar.written.letter: scalar.to for scalar in self.scalars if scalar.to}

    @cached_property
    def _kinds_of_functions(self) -> dict[str, str]:
        return {function.name: function.kind for function in self.functions}

    def _indexed_forms(self) -> Iterator[Written]:
        """Yield every form with indices that is declared."""
        yield from (array.entry for array in self.arrays if array.entry)
        yield from (scalar.written for scalar in self.scalars if scalar.written.indices)
        yield from (Written(size.letter, (size.index,)) for size in self.sizes if size.index)
        yield from (Written(scalar.written.letter, (scalar.over,)) for scalar in self.scalars if scalar.over)


_PARTS = tuple(part.name for part in fields(Notation))
_Plain: TypeAlias = "str | list[_Plain] | dict[str, _Plain]"  # what YAML says, with every value as it is written
_T = TypeVar("_T")


def load(path: Path | str) -> Notation:
    """Return the notation of a file, with what is known without a declaration; `NotationError` says what is wrong."""
    try:
        return with_known(parse(Path(path).read_text(encoding="utf-8")))
    except NotationError as error:
        raise NotationError(f"{path}: {error}") from None


def parse(text: str) -> Notation:
    """Return the notation that a YAML text declares; `NotationError` says what is wrong with it."""
    declared = _declared(_parts(text))
    _check(declared)
    return declared


def with_known(notation: Notation) -> Notation:
    """Return a notation with all names that the judges know, but for those that it declares itself.

    These are functions and constants with a fixed meaning, and ``\\phi``, a function of arrays about which nothing else
    is known.
    """
    taken = notation.all_letters
    functions = {name: kind for name, kind in FIXED_KINDS.items() if kind} | {ANY_COST: "cost"}
    return replace(
        notation,
        functions=notation.functions
        + tuple(Function(name, kind, MEANS_THE_SAME) for name, kind in functions.items() if name not in taken),
        constants=notation.constants
        + tuple(Constant(letter, MEANS_THE_SAME) for letter in (*CONSTANTS, INFINITY) if letter not in taken),
    )


def extended(notation: Notation, text: str) -> Notation:
    """Return a notation with the letters of a ``{notation}`` block.

    The block is YAML with the parts of `nncore/verify/notation.yml`. Where a letter means something else in the block
    than in the notation, the block says so in a line ``shadows: [v]``: the old meaning is gone then, with an array that
    of its entries too, and with a size or an index all that is declared by it, unless it fits to what the block says.
    """
    return extended_by(notation, _parts(text, "shadows"))


def extended_by(notation: Notation, parts: Mapping[str, _Plain]) -> Notation:
    """Return a notation with the letters that the parts of a ``{notation}`` block declare."""
    own = _declared(parts)
    hidden = frozenset(_letters("shadows", parts))
    for _, reason in _not_in_force(notation, hidden):
        raise NotationError(reason)
    rest = _without(notation, hidden)
    rest = _that_fits(rest, own) if hidden else rest
    for _, reason in _clashes(rest, own):
        raise NotationError(reason)
    both = _joined(rest, own)
    for _, reason in _objections(both):
        raise NotationError(_with_cause(reason, notation))
    return both


def _joined(rest: Notation, own: Notation) -> Notation:
    return Notation(**{part: getattr(rest, part) + getattr(own, part) for part in _PARTS})


def _clashes(rest: Notation, own: Notation) -> Iterator[tuple[object, str]]:
    """Yield the declarations of a block whose letter is in force already, each with what is wrong."""
    known = {written: part for part, written in _names(rest)}
    for part in _PARTS:
        for declaration in getattr(own, part):
            for written in _letters_of(declaration):
                if written in known:
                    another = f"if it means something else here, add a line shadows: [{written.letter}]"
                    yield (
                        declaration,
                        f"{part}, {written_text(written)}: declared already in {known[written]}; {another}",
                    )


def declared_by(text: str) -> Notation:
    """Return what a ``{notation}`` block declares, by itself: whether its letters fit to others, `extended` says."""
    return _declared(_parts(text, "shadows"))


def read_yaml(text: str) -> dict[str, _Plain]:
    """Return the mapping that a YAML text declares, in which every value stays the text that is written.

    Raises
    ------
    NotationError
        If it is no such text, is nested too deeply, or repeats a part of itself by an alias, which may stand for more
        than fits into a computer.
    """
    try:
        import yaml
    except ModuleNotFoundError:
        require("verify", "nncore.verify")
        raise
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        depth = 0
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.AliasEvent):
                raise NotationError(f"the alias *{event.anchor} is not read: write out what it stands for")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise NotationError(f"lists and mappings are nested more than {_DEEPEST} deep")
        found = _plain(yaml.compose(text, Loader=loader))
    except yaml.YAMLError as error:
        from nncore.verify.source.yaml_words import in_words

        mark = getattr(error, "problem_mark", None)
        reason, line = in_words(text, mark.line if mark else 0)
        raise NotationError(reason, line + 1) from None
    found = {} if found == "" else found
    if not isinstance(found, dict):
        raise NotationError("a notation consists of parts such as 'sizes:' and 'arrays:'")
    return found


def lines_of(text: str) -> dict[str, tuple[int, list[int]]]:
    """Return the line of each part of a text that `read_yaml` reads, and those of what is in its list, from 1."""
    import yaml

    node = yaml.compose(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return {
        key.value: (
            key.start_mark.line + 1,
            [each.start_mark.line + 1 for each in value.value] if isinstance(value, yaml.SequenceNode) else [],
        )
        for key, value in pairs
    }


def faults(text: str, base: Notation | None = None, unread: str = "") -> tuple[Fault, ...]:
    """Return all that is wrong with a text that declares a notation, each with its line.

    Parameters
    ----------
    text : str
        Of a file, or of a ``{notation}`` block.
    base : Notation, optional
        The letters in force where the block stands.
    unread : str
        Lines that were left out of the text because they cannot be read: what they may declare is not missed.
    """
    try:
        parts, lines = read_yaml(text), lines_of(text)
    except NotationError as error:
        return (Fault(error.line, str(error)),)
    found: list[Fault] = []
    made: dict[str, list[object]] = {}
    where: dict[int, int] = {}
    for part, given in parts.items():
        line, within = lines[part]
        if given == "" and unread:
            parts[part] = []
            continue
        try:
            if part in _MAKERS:
                for number, declaration in enumerate(
                    _list_of(dict, given, f"{part}: a list of declarations is expected")
                ):
                    try:
                        one = _made(part, declaration, *_MAKERS[part])
                        where[id(one)] = within[number]
                        made.setdefault(part, []).append(one)
                    except NotationError as error:
                        found.append(Fault(within[number], str(error)))
                        unread += f" letter: {declaration.get('letter', '')}"
            elif part == "state" or (part == "shadows" and base is not None):
                _letters(part, parts)
            else:
                _parts(f"{part}: []", *(("shadows",) if base is not None else ()))
        except NotationError as error:
            found.append(Fault(line, str(error)))
            unread += "".join(f" letter: {each}" for each in given)
            parts[part] = []
    lost = set(re.findall(r"letter: *['\"]?(\\?[A-Za-z]+(?:\{[^}]*\})?)", unread))
    own = Notation(**{part: tuple(each) for part, each in made.items()}, state=_letters("state", parts))  # type: ignore[arg-type]
    hidden = frozenset(_letters("shadows", parts)) if base else frozenset[str]()
    of_letters = {
        letter: line
        for part in ("state", "shadows")
        for letter, line in zip(_letters(part, parts), lines.get(part, (1, []))[1], strict=False)
    }
    rest = _that_fits(_without(base, hidden), own) if base else Notation()
    wrong = [*(_not_in_force(base, hidden) if base else ()), *_clashes(rest, own), *_objections(_joined(rest, own))]
    for owner, reason in wrong:
        line = where.get(id(owner), of_letters.get(owner, 1) if isinstance(owner, str) else 1)
        missing = re.search(r"(?:the (?:size|index)|state:|random,) (\S+?):? is (?:not declared|neither)", reason)
        twice = any(line == other.line and other.reason.partition(";")[0] in reason for other in found)
        if not twice and not (missing and missing[1] in lost):
            found.append(Fault(line, _with_cause(reason, base) if base else reason))
    return tuple(sorted(found, key=lambda fault: fault.line))


def _plain(node: "Node | None") -> _Plain:
    """Return what a node of YAML says, with keys that differ: of two that are equal the first would be passed over."""
    import yaml

    match node:
        case yaml.MappingNode(value=pairs):
            found: dict[str, _Plain] = {}
            for key, value in pairs:
                if not isinstance(key, yaml.ScalarNode):
                    raise NotationError("a key must be one word", key.start_mark.line + 1)
                if key.value in found:
                    raise NotationError(f"{key.value} is declared twice", key.start_mark.line + 1)
                found[key.value] = _plain(value)
            return found
        case yaml.SequenceNode(value=nodes):
            return [_plain(each) for each in nodes]
    return str(node.value) if node else ""


def _parts(text: str, *more: str) -> dict[str, _Plain]:
    """Return the parts of a notation by their names, among which ``more`` may be."""
    parts, known = read_yaml(text), (*_PARTS, *more)
    for part in parts:
        if part not in known:
            near = next((each for each in known if part and each.startswith(part[:4].lower())), "")
            meant = f", {near!r} is meant" if near else ""
            raise NotationError(f"unknown part {part!r}{meant}; the parts are {', '.join(known)}")
    return parts


def _declared(parts: Mapping[str, _Plain]) -> Notation:
    """Return a notation of its parts."""
    made = {part: tuple(_declarations(part, parts.get(part, []), *how)) for part, how in _MAKERS.items()}
    return Notation(**made, state=_letters("state", parts))


def _letters(part: str, parts: Mapping[str, _Plain]) -> tuple[str, ...]:
    return tuple(_list_of(str, parts.get(part, []), f"{part}: a list of letters is expected"))


def _list_of(kind: type[_T], given: _Plain, otherwise: str) -> list[_T]:
    found: list[_T] = [each for each in given if isinstance(each, kind)] if isinstance(given, list) else []
    if not isinstance(given, list) or len(found) < len(given):
        raise NotationError(otherwise)
    return found


def _not_in_force(notation: Notation, hidden: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the letters that a block shadows although they have no meaning, each with words for it."""
    for letter in sorted(set(hidden) - notation.all_letters):
        yield letter, f"shadows: {letter} is no letter that is in force{_if_empty(notation)}"


def _if_empty(notation: Notation) -> str:
    """Return words for a notation that declares nothing of its own."""
    if any(getattr(notation, part) for part in ("sizes", "indices", "arrays", "scalars")):
        return ""
    return "; this page starts from an empty notation: what it uses it declares, and there is nothing to shadow"


def _with_cause(reason: str, base: Notation) -> str:
    """Return what is wrong with a block, and whether that is so because nothing is in force above it."""
    return f"{reason}{_if_empty(base)}" if reason.endswith("is not declared") else reason


def _without(notation: Notation, hidden: frozenset[str]) -> Notation:
    """Return the notation without what these letters stand for."""
    left = {
        part: tuple(each for each in getattr(notation, part) if hidden.isdisjoint(w.letter for w in _letters_of(each)))
        for part in _PARTS
    }
    left["sizes"] = tuple(size for size in left["sizes"] if size.index not in hidden)  # the widths of layers
    gone = hidden.union(array.letter for array in notation.arrays if array not in left["arrays"])
    left["random"] = tuple(each for each in notation.random if each.letter not in gone)
    left["state"] = tuple(letter for letter in notation.state if letter not in gone)
    return Notation(**left)


def _that_fits(rest: Notation, own: Notation) -> Notation:
    """Return what is left of a notation without all that is declared by a size or an index that is gone.

    A family of layers whose widths are gone stays as the one array that it is, too.
    """
    while True:
        both = _joined(rest, own)
        lost = {id(declaration) for declaration, _ in _undeclared(both)} & {
            id(each) for part in _PARTS for each in getattr(rest, part)
        }
        if not lost:
            return rest
        arrays = (replace(each, layers=None) if id(each) in lost and each.layers else each for each in rest.arrays)
        left = {part: tuple(each for each in getattr(rest, part) if id(each) not in lost) for part in _PARTS}
        left["arrays"] = tuple(each for each in arrays if id(each) not in lost)
        gone = {written.letter for _, written in _names(rest)} - {w.letter for _, w in _names(Notation(**left))}
        left["random"] = tuple(each for each in left["random"] if each.letter not in gone)
        left["state"] = tuple(letter for letter in rest.state if letter not in gone)
        rest = Notation(**left)


# One declaration ------------------------------------------------------------------------------------------------------

_LETTER = r"[A-Za-z]|\\[A-Za-z]+(?:\{(?:[A-Za-z0-9]+|\\[a-z]+)\})?"
_WRITTEN = re.compile(rf"(?P<letter>{_LETTER}|1)(?:_(?:(?P<one>[a-z]|\d)|\{{(?P<more>[a-z]+(?:[+-]\d+)?)\}}))?")


def _letter_with_indices(text: str) -> Written:
    found = _WRITTEN.fullmatch(text)
    if not found:
        raise NotationError(f"{text!r} is not a letter such as W, \\theta, \\hat{{u}} or x_{{ij}}")
    indices = found["one"] or found["more"] or ""
    shifted = any(sign in indices for sign in "+-")
    return Written(found["letter"], (indices,) if shifted else tuple(indices))


def _letter(text: str) -> str:
    written = _letter_with_indices(text)
    if written.indices:
        raise NotationError(f"{text!r} carries indices, a bare letter is expected")
    return written.letter


def _shape(sizes: list[str]) -> tuple[Written, Written]:
    if not isinstance(sizes, list) or len(sizes) != 2 or not all(isinstance(size, str) for size in sizes):
        raise NotationError("a shape is a list of two sizes, rows and columns")
    rows, columns = map(_letter_with_indices, sizes)
    return rows, columns


def _whole_number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise NotationError(f"{text[:20]!r} is not a whole number below 10000")
    return int(text)


def _size(letter: str, meaning: str, **more: str) -> Size:
    written = _letter_with_indices(letter)
    if more and not written.indices:
        raise NotationError("only a family of sizes, such as D_r, starts somewhere and has a first and a last")
    first, last = (more.get(key) and _letter(more[key]) for key in ("first", "last"))
    start = _whole_number(more.get("from", "1"))
    return Size(written.letter, "".join(written.indices) or None, start, meaning, first, last)


def _index(letter: str, meaning: str, to: str | None = None) -> Index:
    return Index(_letter(letter), to and _letter(to), meaning)


def _array(
    letter: str,
    shape: list[str],
    meaning: str,
    entry: str | None = None,
    layers: list[str] | None = None,
    rows: str | None = None,
    columns: str | None = None,
) -> Array:
    if rows not in (None, *ROWS):
        raise NotationError(f"rows: {rows!r} is not known; rows may be {' or '.join(map(repr, ROWS))}")
    if columns not in (None, SUM_TO_1):
        raise NotationError(f"columns: {columns!r} is not known; columns may be {SUM_TO_1!r}")
    if rows and (not entry or layers or shape[-1:] == ["1"] or (rows == ONE_HOT and shape[:1] == ["1"])):
        words = f"rows: {rows!r} is said of a matrix with entries that is no family of layers"
        raise NotationError(f"{words}; of a column say columns: {SUM_TO_1!r}" if shape[-1:] == ["1"] else words)
    if columns and (not entry or layers or shape[:1] == ["1"]):
        raise NotationError(f"columns: {columns!r} is said of an array with entries that is neither layers nor a row")
    return Array(
        _letter(letter),
        _letter_with_indices(entry) if entry else None,
        _shape(shape),
        _shape(layers) if layers else None,
        meaning,
        rows,
        columns,
    )


def _scalar(
    letter: str, meaning: str, over: str | None = None, to: str | None = None, ties: str | None = None
) -> Scalar:
    if ties not in (None, "first"):
        raise NotationError(f"ties: {ties!r} is not known; of several equal places 'first' is taken")
    if to and not _letter_with_indices(letter).indices:
        raise NotationError(f"a class number has an index, as c_i; declare {letter} under indices if it is any class")
    if ties and not to:
        raise NotationError("only a class number, which has a last value 'to', is one of several places")
    return Scalar(_letter_with_indices(letter), over and _letter(over), to and _letter(to), meaning, ties)


def _function(name: str, kind: str, meaning: str) -> Function:
    if kind not in FUNCTION_KINDS:
        raise NotationError(f"unknown kind {kind!r}; the kinds are {', '.join(FUNCTION_KINDS)}")
    return Function(_letter(name), kind, meaning)


def _constant(letter: str, meaning: str) -> Constant:
    return Constant(_letter(letter), meaning)


def _random(letter: str, entries: str, meaning: str, symmetric: str = "no") -> Random:
    if entries not in ("independent", "dependent"):
        raise NotationError(f"entries are 'independent' or 'dependent', not {entries!r}")
    if symmetric not in ("yes", "no"):
        raise NotationError(f"symmetric is 'yes' or 'no', not {symmetric!r}")
    if symmetric == "yes" and entries == "dependent":
        raise NotationError("only a distribution of independent entries is symmetric")
    return Random(_letter(letter), entries == "independent", symmetric == "yes", meaning)


# How a declaration of each part is made, which keys it must have, and which it may have.
_Maker: TypeAlias = tuple[Callable[..., Any], str, str]
_MAKERS: dict[str, _Maker] = {
    "sizes": (_size, "letter meaning", "from first last"),
    "indices": (_index, "letter meaning", "to"),
    "arrays": (_array, "letter shape meaning", "entry layers rows columns"),
    "scalars": (_scalar, "letter meaning", "over to ties"),
    "functions": (_function, "name kind meaning", ""),
    "constants": (_constant, "letter meaning", ""),
    "random": (_random, "letter entries meaning", "symmetric"),
    "signs": (Sign, "sign meaning", ""),
}


def _declarations(part: str, given: _Plain, make: Callable[..., _T], required: str, optional: str) -> Iterator[_T]:
    for declaration in _list_of(dict, given, f"{part}: a list of declarations is expected"):
        yield _made(part, declaration, make, required, optional)


def _made(part: str, declaration: dict[str, Any], make: Callable[..., _T], required: str, optional: str) -> _T:
    """Return what one declaration of a part declares."""
    first, *_ = needed = required.split()
    name = declaration.get(first, "?")
    name = name if isinstance(name, str) else "?"
    for key, value in declaration.items():
        if key not in (*needed, *optional.split()):
            raise NotationError(f"{part}, {name}: unknown key '{key}'{_meant(key, value)}")
        if key not in ("shape", "layers") and not isinstance(value, str):
            raise NotationError(f"{part}, {name}: {key} must be one word or sentence")
    for key in needed:
        if key not in declaration:
            raise NotationError(f"{part}, {name}: {key} is missing")
    try:
        return make(**declaration)
    except NotationError as error:
        raise NotationError(f"{part}, {name}: {error}") from None


def _meant(key: str, value: object) -> str:
    """Return what was probably meant by a key that is none."""
    before, colon, after = key.partition(":")
    if colon and value == "":
        return f"; a space is missing behind the colon: {before}: {after}"
    return "; if it goes on with the words before it, put all of them in quotes" if value == "" else ""


# All declarations together --------------------------------------------------------------------------------------------


def _check(notation: Notation) -> None:
    for _, reason in _objections(notation):
        raise NotationError(reason)


def _objections(notation: Notation) -> Iterator[tuple[object, str]]:
    """Yield all that is wrong with declarations beside each other, each with the declaration or the letter."""
    yield from _twice(notation)
    yield from _against_fixed_meanings(notation)
    yield from _undeclared(notation)
    changing = {array.letter for array in notation.arrays} | {scalar.written.letter for scalar in notation.scalars}
    for letter in notation.state:
        if letter not in changing:
            yield letter, f"state: {letter} is neither an array nor a scalar"
    seen: set[str] = set()
    for random in notation.random:
        if random.letter in seen:
            yield random, f"random, {random.letter}: declared random already"
        elif random.letter not in changing - notation.class_letters:
            yield random, f"random, {random.letter}: only arrays and numbers are random"
        seen.add(random.letter)


def _undeclared(notation: Notation) -> Iterator[tuple[object, str]]:
    """Yield the declarations that use a size or an index that is not declared, or entries of another shape."""
    families = {size.letter: size.index for size in notation.sizes if size.index}
    known = {"size": notation.plain_sizes, "index": notation.index_letters}

    def check(owner: object, where: str, what: str, *letters: str | None) -> Iterator[tuple[object, str]]:
        for letter in dict.fromkeys(letters):
            if letter and letter not in known[what]:
                yield owner, f"{where}: the {what} {letter} is not declared"

    for index in notation.indices:
        yield from check(index, f"indices, {index.letter}", "size", index.to)
    for size in notation.sizes:
        yield from check(size, f"sizes, {size.letter}_{size.index}", "index", size.index)
        yield from check(size, f"sizes, {size.letter}_{size.index}", "size", size.first, size.last)
    for array in notation.arrays:
        where = f"arrays, {array.letter}"
        sizes = (size for size in (*array.shape, *(array.layers or ())) if not _in_family(size, families))
        wrong = [*check(array, where, "size", *(written_text(size) for size in sizes if size != Written("1")))]
        wrong += check(array, where, "index", *(array.entry.indices if array.entry else ()))
        yield from wrong
        if not wrong:
            yield from _entry_of_another_shape(array, notation.runs_to)
    for scalar in notation.scalars:
        where = f"scalars, {written_text(scalar.written)}"
        letters = (letter for letter in (*scalar.written.indices, scalar.over) if letter and not letter.isdigit())
        yield from check(scalar, where, "index", *letters)
        yield from check(scalar, where, "size", scalar.to)


def _twice(notation: Notation) -> Iterator[tuple[object, str]]:
    """Yield the declarations of a letter that is declared above."""
    seen: dict[Written, str] = {}
    for part in _PARTS:
        for declaration in getattr(notation, part):
            for written in _letters_of(declaration):
                if written in seen:
                    yield declaration, f"{part}, {written_text(written)}: declared already in {seen[written]}"
                seen.setdefault(written, part)


def _against_fixed_meanings(notation: Notation) -> Iterator[tuple[object, str]]:
    """Yield the declarations of what the judges know by its name as something else."""
    for function in notation.functions:
        if FIXED_KINDS.get(function.name, function.kind) != function.kind:
            yield function, f"functions, {function.name}: it has a fixed meaning, which is another"
    for part in _PARTS:
        for declaration in getattr(notation, part):
            for written in _letters_of(declaration):
                fixed = written.letter in FIXED_KINDS.keys() - {"O"} and part != "functions"
                fixed |= written.letter in (*CONSTANTS, INFINITY) and part != "constants"
                fixed |= written.letter == ONES and part != "arrays"
                if fixed or written.letter == DELTA:
                    yield declaration, f"{part}, {written.letter}: it has a fixed meaning, which is another"
    ones = Array(ONES, None, (Written(""), Written("1")), None, "")
    for array in notation.arrays:
        if array.letter == ONES and replace(array, shape=(Written(""), array.shape[1]), meaning="") != ones:
            yield array, f"arrays, {ONES}: it is a column of ones, whose entries are not printed"
        if (array.rows or array.columns) and array.letter in (*notation.state, *notation.random_letters):
            what = "rows" if array.rows else "columns"
            yield array, f"arrays, {array.letter}: it changes or is random, so nothing is known of its {what}"
    if ONES in (*notation.state, *notation.random_letters):
        yield ONES, f"{ONES} is a column of ones, which neither changes nor is random"


def _names(notation: Notation) -> Iterator[tuple[str, Written]]:
    """Yield each declared letter, with the part in which it is."""
    for part in _PARTS:
        yield from ((part, written) for each in getattr(notation, part) for written in _letters_of(each))


def _letters_of(declaration: object) -> tuple[Written, ...]:
    """Return the letters of a declaration: D and D_r are two, L_i is one; an entry takes its with any indices."""
    match declaration:
        case Size(letter, index):
            return (Written(letter, (index,) if index else ()),)
        case Array(letter, Written(other)) if other != letter:
            return Written(letter), Written(other)
        case Scalar(Written(letter, indices) as written):
            return (written if all(index.isdigit() for index in indices) else Written(letter),)
        case Index(letter) | Array(letter) | Function(letter) | Constant(letter):
            return (Written(letter),)
    return ()


def _in_family(size: Written, families: dict[str, str]) -> bool:
    return len(size.indices) == 1 and size.letter in families and size.indices[0][0] == families[size.letter]


def _entry_of_another_shape(array: Array, runs_to: Mapping[str, str | None]) -> Iterator[tuple[object, str]]:
    """Yield an array unless the indices of an entry run over rows and columns; a size of 1 needs none."""
    if not array.entry:
        return
    sizes = [size for size in array.shape if size != Written("1")]
    if [Written(runs_to[index] or "") for index in array.entry.indices] != sizes:
        shape = " × ".join(map(written_text, array.shape))
        yield array, f"arrays, {array.letter}: the indices of {written_text(array.entry)} do not run over {shape}"


def written_text(written: Written) -> str:
    """Return a letter with its indices as LaTeX: ``x_{ij}``."""
    indices = "".join(written.indices)
    return written.letter + (f"_{indices}" if len(indices) == 1 else f"_{{{indices}}}" if indices else "")
