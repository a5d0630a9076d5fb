r"""The letters in force: what `book/notation.yml` declares, as values that the reader and the judges look up.

The file has nine parts, all optional: ``sizes``, ``indices``, ``arrays``, ``scalars``, ``functions``, ``constants``,
``random`` and ``signs`` are lists of declarations in the order of the notation page, ``state`` is a list of letters.
``random`` says which letters, declared elsewhere, are random where an expectation is taken, and what is known of their
distribution beside the moments that an assumption states; it usually stands on a page. Letters are
written in LaTeX, in one form: ``W``, ``\theta``, ``\hat{u}``, ``\mathbf{1}``, with the indices that belong to them,
``x_{ij}``, ``D_r``, ``\beta_1``. `load` reads a file, `parse` its text, and `extended` adds what a block on a page
declares; what is wrong raises `NotationError` with one line that names the part, the declaration and the fault.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import yaml

_LONGEST_MESSAGE, _DEEPEST = 500, 10  # characters, lists and mappings in each other


class NotationError(ValueError):
    """A notation that says nothing sensible, or something twice; a long message is cut."""

    def __init__(self, message: str):
        super().__init__(message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]} …")


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
    """A matrix and its entry. ``shape`` and ``layers`` (the shape of W^{[r]}) hold sizes, ``D_{r-1}`` or ``1``."""

    letter: str
    entry: Written | None
    shape: tuple[Written, Written]
    layers: tuple[Written, Written] | None
    meaning: str


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
IMAGINARY, INFINITY = r"\mathrm{i}", r"\infty"
CONSTANTS = ("e", r"\pi", IMAGINARY)
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
        """The LaTeX names that are applied to what stands in parentheses after them."""
        return frozenset(function.name for function in self.functions)

    @cached_property
    def lone_index_letters(self) -> frozenset[str]:
        """The letters that carry one index wherever they carry any, so that the digits of ``b_{10}`` are one number."""
        counts: dict[str, set[int]] = {}
        for written in self._written():
            counts.setdefault(written.letter, set()).add(len(written.indices))
        return frozenset(letter for letter, count in counts.items() if count == {1})

    def _written(self) -> Iterator[Written]:
        """Every form with indices that is declared."""
        yield from (array.entry for array in self.arrays if array.entry)
        yield from (scalar.written for scalar in self.scalars if scalar.written.indices)
        yield from (Written(size.letter, (size.index,)) for size in self.sizes if size.index)
        yield from (Written(scalar.written.letter, (scalar.over,)) for scalar in self.scalars if scalar.over)


def load(path: Path | str) -> Notation:
    """The notation of a file."""
    try:
        return parse(Path(path).read_text(encoding="utf-8"))
    except NotationError as error:
        raise NotationError(f"{path}: {error}") from None


def parse(text: str) -> Notation:
    """The notation that a YAML text declares."""
    declared = _declared(_parts(text, (*_DECLARATIONS, "state")))
    _check(declared)
    return declared


def extended(notation: Notation, text: str) -> Notation:
    """A notation with the letters of a ``{notation}`` block.

    The block is YAML with the parts of `book/notation.yml`. Where a letter means something else in the block than in
    the notation, the block says so in a line ``shadows: [v]``: the old meaning is gone then, with an array that of its
    entries too.
    """
    own = declared_by(text)
    shadows = frozenset(_letters("shadows", _parts(text, _PARTS_OF_BLOCK)))
    rest = _without(notation, shadows)
    both = Notation(**{part: getattr(rest, part) + getattr(own, part) for part in (*_DECLARATIONS, "state")})
    _check(both)
    return both


def declared_by(text: str) -> Notation:
    """What a ``{notation}`` block declares, by itself: whether its letters fit to others is for `extended` to say."""
    return _declared(_parts(text, _PARTS_OF_BLOCK))


def read_yaml(text: str) -> dict:
    """Return the mapping that a YAML text declares, in which every value stays the text that is written.

    Raises
    ------
    NotationError
        If it is no such text, is nested too deeply, or repeats a part of itself by an alias, which may stand for more
        than fits into a computer.
    """
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.AliasEvent):
                raise NotationError(f"the alias *{event.anchor} is not read: write out what it stands for")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise NotationError(f"lists and mappings are nested more than {_DEEPEST} deep")
        found = yaml.load(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise NotationError(" ".join(str(error).split())) from None
    found = {} if found in (None, "") else found
    if not isinstance(found, dict):
        raise NotationError("a notation consists of parts such as 'sizes:' and 'arrays:'")
    return found


def _parts(text: str, known: tuple[str, ...]) -> dict:
    parts = read_yaml(text)
    for part in parts:
        if part not in known:
            raise NotationError(f"unknown part {part!r}; the parts are {', '.join(known)}")
    return parts


def _declared(parts: dict) -> Notation:
    declared = {part: tuple(_declarations(part, parts.get(part, []))) for part in _DECLARATIONS}
    return Notation(**declared, state=_letters("state", parts))


def _letters(part: str, parts: dict) -> tuple[str, ...]:
    letters = parts.get(part, [])
    if not isinstance(letters, list) or not all(isinstance(letter, str) for letter in letters):
        raise NotationError(f"{part}: a list of letters is expected")
    return tuple(letters)


def _without(notation: Notation, hidden: frozenset[str]) -> Notation:
    """The notation without what these letters stand for."""
    known = {written.letter for _, written in _names(notation)}
    for letter in sorted(hidden - known):
        raise NotationError(f"shadows: {letter} is no letter that is in force")
    arrays = tuple(each for each in notation.arrays if hidden.isdisjoint(_letters_of(each)))
    gone = hidden.union(each.letter for each in notation.arrays if each not in arrays)
    return replace(
        notation,
        sizes=tuple(each for each in notation.sizes if each.letter not in hidden),
        indices=tuple(each for each in notation.indices if each.letter not in hidden),
        arrays=arrays,
        scalars=tuple(each for each in notation.scalars if each.written.letter not in hidden),
        functions=tuple(each for each in notation.functions if each.name not in hidden),
        constants=tuple(each for each in notation.constants if each.letter not in hidden),
        random=tuple(each for each in notation.random if each.letter not in gone),
        state=tuple(letter for letter in notation.state if letter not in gone),
    )


def _letters_of(array: Array) -> tuple[str, ...]:
    return (array.letter, array.entry.letter) if array.entry else (array.letter,)


# One declaration ------------------------------------------------------------------------------------------------------

_LETTER = r"[A-Za-z]|\\[A-Za-z]+(?:\{(?:[A-Za-z0-9]+|\\[a-z]+)\})?"
_WRITTEN = re.compile(rf"(?P<letter>{_LETTER}|1)(?:_(?:(?P<one>[a-z]|\d)|\{{(?P<more>[a-z]+(?:[+-]\d+)?)\}}))?")


def _written(text: str) -> Written:
    found = _WRITTEN.fullmatch(text)
    if not found:
        raise NotationError(f"{text!r} is not a letter such as W, \\theta, \\hat{{u}} or x_{{ij}}")
    indices = found["one"] or found["more"] or ""
    shifted = any(sign in indices for sign in "+-")
    return Written(found["letter"], (indices,) if shifted else tuple(indices))


def _letter(text: str) -> str:
    written = _written(text)
    if written.indices:
        raise NotationError(f"{text!r} carries indices, a bare letter is expected")
    return written.letter


def _shape(sizes: list[str]) -> tuple[Written, Written]:
    if not isinstance(sizes, list) or len(sizes) != 2 or not all(isinstance(size, str) for size in sizes):
        raise NotationError("a shape is a list of two sizes, rows and columns")
    rows, columns = map(_written, sizes)
    return rows, columns


def _whole_number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise NotationError(f"{text[:20]!r} is not a whole number below 10000")
    return int(text)


def _size(letter: str, meaning: str, **more: str) -> Size:
    written = _written(letter)
    if more and not written.indices:
        raise NotationError("only a family of sizes, such as D_r, starts somewhere and has a first and a last")
    first, last = (more.get(key) and _letter(more[key]) for key in ("first", "last"))
    start = _whole_number(more.get("from", "1"))
    return Size(written.letter, "".join(written.indices) or None, start, meaning, first, last)


def _index(letter: str, meaning: str, to: str | None = None) -> Index:
    return Index(_letter(letter), to and _letter(to), meaning)


def _array(
    letter: str, shape: list[str], meaning: str, entry: str | None = None, layers: list[str] | None = None
) -> Array:
    return Array(_letter(letter), entry and _written(entry), _shape(shape), layers and _shape(layers), meaning)


def _scalar(
    letter: str, meaning: str, over: str | None = None, to: str | None = None, ties: str | None = None
) -> Scalar:
    if ties not in (None, "first"):
        raise NotationError(f"ties: {ties!r} is not known; of several equal places 'first' is taken")
    if ties and not to:
        raise NotationError("only a class number, which has a last value 'to', is one of several places")
    return Scalar(_written(letter), over and _letter(over), to and _letter(to), meaning, ties)


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


# Each part: how a declaration is made, which keys it must have, and which it may have.
_DECLARATIONS = {
    "sizes": (_size, ("letter", "meaning"), ("from", "first", "last")),
    "indices": (_index, ("letter", "meaning"), ("to",)),
    "arrays": (_array, ("letter", "shape", "meaning"), ("entry", "layers")),
    "scalars": (_scalar, ("letter", "meaning"), ("over", "to", "ties")),
    "functions": (_function, ("name", "kind", "meaning"), ()),
    "constants": (_constant, ("letter", "meaning"), ()),
    "random": (_random, ("letter", "entries", "meaning"), ("symmetric",)),
    "signs": (Sign, ("sign", "meaning"), ()),
}


class _LOADER(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # every value stays the text that is written
    """A loader that takes no key twice, of which the first would be passed over."""

    def construct_mapping(self, node, deep=False):
        """Return the mapping of a node with keys that differ."""
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if not isinstance(key, str):
                raise NotationError("a key must be one word")
        if len(set(keys)) < len(keys):
            twice = next(key for number, key in enumerate(keys) if key in keys[:number])
            raise NotationError(f"{twice} is declared twice")
        return super().construct_mapping(node, deep)


_PARTS_OF_BLOCK = (*_DECLARATIONS, "state", "shadows")


def _declarations(part: str, given: object) -> Iterator:
    make, required, optional = _DECLARATIONS[part]
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise NotationError(f"{part}: a list of declarations is expected")
    for declaration in given:
        name = declaration.get(required[0], "?")
        name = name if isinstance(name, str) else "?"
        for key in declaration:
            if key not in required + optional:
                raise NotationError(f"{part}, {name}: unknown key {key!r}")
            if key not in ("shape", "layers") and not isinstance(declaration[key], str):
                raise NotationError(f"{part}, {name}: {key} must be one word or sentence")
        for key in required:
            if key not in declaration:
                raise NotationError(f"{part}, {name}: {key} is missing")
        try:
            yield make(**declaration)
        except NotationError as error:
            raise NotationError(f"{part}, {name}: {error}") from None


# All declarations together --------------------------------------------------------------------------------------------


def _check(notation: Notation) -> None:
    _check_that_letters_differ(notation)
    _check_fixed_meanings(notation)
    sizes = {Written(size.letter) for size in notation.sizes if not size.index}
    families = {size.letter: size.index for size in notation.sizes if size.index}
    indices = {index.letter: index for index in notation.indices}

    for index in notation.indices:
        if index.to and Written(index.to) not in sizes:
            raise NotationError(f"indices, {index.letter}: the size {index.to} is not declared")
    for size in notation.sizes:
        if size.index and size.index not in indices:
            raise NotationError(f"sizes, {size.letter}_{size.index}: the index {size.index} is not declared")
        for end in (size.first, size.last):
            if end and Written(end) not in sizes:
                raise NotationError(f"sizes, {size.letter}_{size.index}: the size {end} is not declared")
    for array in notation.arrays:
        for size in (*array.shape, *(array.layers or ())):
            if size != Written("1") and size not in sizes and not _in_family(size, families):
                raise NotationError(f"arrays, {array.letter}: the size {_text(size)} is not declared")
        _check_entry(array, indices)
    for scalar in notation.scalars:
        for index in (*scalar.written.indices, scalar.over):
            if index and not index.isdigit() and index not in indices:
                raise NotationError(f"scalars, {_text(scalar.written)}: the index {index} is not declared")
        if scalar.to and Written(scalar.to) not in sizes:
            raise NotationError(f"scalars, {_text(scalar.written)}: the size {scalar.to} is not declared")
    changing = {array.letter for array in notation.arrays} | {scalar.written.letter for scalar in notation.scalars}
    for letter in notation.state:
        if letter not in changing:
            raise NotationError(f"state: {letter} is neither an array nor a scalar")
    places = {scalar.written.letter for scalar in notation.scalars if scalar.to}
    seen: set[str] = set()
    for random in notation.random:
        if random.letter in seen:
            raise NotationError(f"random, {random.letter}: declared random already")
        if random.letter not in changing - places:
            raise NotationError(f"random, {random.letter}: only arrays and numbers are random")
        seen.add(random.letter)


def _check_that_letters_differ(notation: Notation) -> None:
    seen: dict[Written, str] = {}
    for part, written in _names(notation):
        if written in seen:
            raise NotationError(f"{part}, {_text(written)}: declared already in {seen[written]}")
        seen[written] = part


def _check_fixed_meanings(notation: Notation) -> None:
    """What the judges know by its name is declared as that or not at all."""
    for function in notation.functions:
        if FIXED_KINDS.get(function.name, function.kind) != function.kind:
            raise NotationError(f"functions, {function.name}: it has a fixed meaning, which is another")
    for part, written in _names(notation):
        fixed = written.letter in FIXED_KINDS.keys() - {"O"} and part != "functions"
        fixed |= written.letter in (*CONSTANTS, INFINITY) and part != "constants"
        fixed |= written.letter == ONES and part != "arrays"
        if fixed or written.letter == DELTA:
            raise NotationError(f"{part}, {written.letter}: it has a fixed meaning, which is another")
    ones = Array(ONES, None, (Written(""), Written("1")), None, "")
    for array in notation.arrays:
        if array.letter == ONES and replace(array, shape=(Written(""), array.shape[1]), meaning="") != ones:
            raise NotationError(f"arrays, {ONES}: it is a column of ones, whose entries are not printed")
    if ONES in (*notation.state, *(random.letter for random in notation.random)):
        raise NotationError(f"{ONES} is a column of ones, which neither changes nor is random")


def _names(notation: Notation) -> Iterator[tuple[str, Written]]:
    """Each declared letter once. D and D_r are two letters, L_i is one; an entry takes its letter with any indices."""
    for size in notation.sizes:
        yield "sizes", Written(size.letter, (size.index,) if size.index else ())
    for index in notation.indices:
        yield "indices", Written(index.letter)
    for array in notation.arrays:
        yield "arrays", Written(array.letter)
        if array.entry and array.entry.letter != array.letter:
            yield "arrays", Written(array.entry.letter)
    for scalar in notation.scalars:
        numbered = all(index.isdigit() for index in scalar.written.indices)
        yield "scalars", scalar.written if numbered else Written(scalar.written.letter)
    for function in notation.functions:
        yield "functions", Written(function.name)
    for constant in notation.constants:
        yield "constants", Written(constant.letter)


def _in_family(size: Written, families: dict[str, str]) -> bool:
    return len(size.indices) == 1 and size.letter in families and size.indices[0][0] == families[size.letter]


def _check_entry(array: Array, indices: dict[str, Index]) -> None:
    """The indices of an entry run over the rows and columns of the array; a size of 1 needs none."""
    if not array.entry:
        return
    sizes = [size for size in array.shape if size != Written("1")]
    for index in array.entry.indices:
        if index not in indices:
            raise NotationError(f"arrays, {array.letter}: the index {index} is not declared")
    if [Written(indices[index].to or "") for index in array.entry.indices] != sizes:
        shape = " × ".join(map(_text, array.shape))
        raise NotationError(f"arrays, {array.letter}: the indices of {_text(array.entry)} do not run over {shape}")


def _text(written: Written) -> str:
    indices = "".join(written.indices)
    return written.letter + (f"_{indices}" if len(indices) == 1 else f"_{{{indices}}}" if indices else "")
