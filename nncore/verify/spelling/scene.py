"""What a display is read in: the notation, the facts of its file, the table of letters, and what was read before."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from nncore.verify.notation import CONSTANTS, DELTA, ONES, Notation
from nncore.verify.semantics.symbols import sizes_of_shape
from nncore.verify.spelling.facts import Facts
from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.items import Group, Item
from nncore.verify.spelling.letters import Table
from nncore.verify.spelling.styles import INDEX_LETTERS
from nncore.verify.spelling.tokens import Token
from nncore.verify.spelling.words import Words
from nncore.verify.symbol import Shape, Size
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Span

IDENTITIES = frozenset(("I", r"\mathbf{I}", r"\mathbb{I}", r"\mathrm{I}", r"\boldsymbol{I}", r"\text{I}"))
_ONES_OF = frozenset((r"\mathbf{1}", r"\mathbb{1}", r"\boldsymbol{1}"))
ZEROS = frozenset((r"\mathbf{0}", r"\mathbb{0}", r"\boldsymbol{0}"))
COSTS = frozenset(("J", "L", "C", "E", "l", r"\ell", r"\mathcal{L}", r"\mathcal{J}", r"\mathcal{C}"))
_OF_CLASSES, _OF_SAMPLES = frozenset("KCkcV"), frozenset("mnNBT")
_STYLED = re.compile(r"(\\(?:hat|bar|tilde|vec|math[a-z]+|boldsymbol|bm))\s*\{?\s*(\\?[A-Za-z])\s*\}?")
_WORDS = re.compile(r"\\(?:text[a-z]*|mathrm|operatorname|mbox)\s*\{([^{}]*)\}")
_TOKEN = re.compile(r"“[^”]*”|\\[A-Za-z]+:\\?[A-Za-z]|\\[A-Za-z]+|[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Shorthand:
    """A function of vectors by its formula: the letters of its arguments, and what is put in its place."""

    parameters: tuple[t.Letter, ...]
    body: t.Node


@dataclass(slots=True)
class Scene:
    r"""What is known where a display is read.

    Attributes
    ----------
    last : Node or None
        The side with which the display above ends.
    first_defines : bool
        Whether the first use of a letter with ``=`` defines it, see `first_use`.
    above, here : set of str
        The letters of all displays above, and with them those of the statements above in this one.
    given : Notation
        The letters in force before the file declares any: there ``=`` claims, also at their first use.
    claimed : int
        How many first uses are claims for that.
    late : set of str
        Letters that an equation defines though they occur above it.
    unread : set of str
        The letters and commands of displays above that cannot be read, or not all of them.
    shapes, lengths : dict
        The shapes of letters that the displays above define and nothing declares, and to which sizes the indices of
        their entries run.
    made : dict
        Of which letters those are made that the file defines.
    parts : dict
        Of vectors that the file defines: the letters of whose same entry an entry is made, and those of which it is
        made otherwise.
    members : dict
        The indices on which letters depend that stand without them, as L where ``L = -\log p_y``.
    """

    notation: Notation
    facts: Facts = field(default_factory=Facts)
    table: Table = field(init=False)
    words: Words = field(default_factory=Words)
    last: t.Node | None = None
    first_defines: bool = False
    above: frozenset[str] = frozenset()
    here: frozenset[str] = frozenset()
    shapes: dict[str, Shape] = field(default_factory=dict)
    lengths: dict[str, tuple[str | None, ...]] = field(default_factory=dict)
    given: Notation = field(init=False)
    claimed: int = 0
    late: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    made: dict[str, frozenset[str]] = field(default_factory=dict)
    parts: dict[str, tuple[frozenset[str], frozenset[str]]] = field(default_factory=dict)
    members: dict[str, tuple[t.Letter, ...]] = field(default_factory=dict)
    sizes_of_number: dict[str, str] = field(default_factory=dict)  # such as n_1, with their inner names
    shorthand: dict[str, Shorthand] = field(default_factory=dict)
    of_numbers: set[str] = field(default_factory=set)  # functions that the file defines for a number
    positive_part: str = ""  # one that it defines as \max(0, z)
    depth: int = 0  # of a network with the layers l up to L, the number that stands for L

    def __post_init__(self) -> None:
        self.table, self.given = Table(self.notation), self.notation

    def declare(self, notation: Notation) -> None:
        """Go on with another notation, in which inner names are declared."""
        self.notation = self.table.notation = notation

    def begin_again(self, late: frozenset[str] = frozenset()) -> None:
        """Forget what was read, but for the names of letters, and what is known of those that are defined late."""
        self.last, self.above, self.unread, self.claimed, self.late = None, frozenset(), frozenset(), 0, late
        self.shapes = {name: shape for name, shape in self.shapes.items() if name in late}
        self.lengths = {name: lengths for name, lengths in self.lengths.items() if name in late}
        self.members.clear()
        self.shorthand, self.of_numbers, self.positive_part = {}, set(), ""
        self.parts = {name: parts for name, parts in self.parts.items() if name in late}

    def lose(self, text: str) -> None:
        """Keep the letters and commands of what cannot be read: it may say what they are."""
        self.unread |= _tokens(text)

    def forget(self, name: str) -> None:
        """Let a letter be another one from here on, of which nothing is known."""
        written, again = self.table.written(name), r"^{\text{new}}"
        while f"{written}{again}" in self.table.letters:
            again += "'"
        self.table.letters[written] = self.table.letter(f"{written}{again}")

    def may_be_lost(self, name: str) -> bool:
        """Return whether what cannot be read may say what a letter, or a function, is."""
        return _tokens(self.table.as_written(name)) <= self.unread

    def is_made_of(self, name: str, others: Iterable[str]) -> bool:
        """Return whether any of some letters is made of a letter, at whatever depth; an entry counts as its array."""
        name, *first = map(self._array_of, (name, *others))
        seen, waiting = set[str](), first.copy()
        while waiting:
            if (each := waiting.pop()) not in seen:
                seen.add(each)
                waiting += self.made.get(each, ())
        return name in seen.difference(first)

    def _array_of(self, name: str) -> str:
        array = self.notation.array_of_entry(name)
        return array.letter if array else name

    def is_same_entry(self, name: str, of: str) -> bool:
        """Return whether an entry of a vector is made of no other entry of another one than the same."""
        if name == of or name not in self.parts:
            return name == of or not self.is_made_of(of, [name])
        each, whole = self.parts[name]
        return of not in whole and not self.is_made_of(of, whole) and all(self.is_same_entry(one, of) for one in each)

    def take_ones(self, length: Size) -> bool:
        """Return whether a column of ones has a length: the declared one, or else the first that was asked for."""
        if array := self.notation.array_named(ONES):
            return sizes_of_shape(array.shape) == (length, 1)
        self.table.ones = self.table.ones or str(length)
        return self.table.ones == length

    def is_index(self, name: str) -> bool:
        """Return whether a letter is surely an index: of the notation, bound by a sum, or one of the usual ones."""
        known = self.facts.bound | self.notation.index_letters
        return name in INDEX_LETTERS or name in known or name in self.table.ranges.values()

    def softmax_is_of_columns(self, shape: Shape) -> bool:
        """Return whether softmax of a matrix is that of each column: by words, or by the usual names of its sizes."""
        if shape is None or 1 in shape or "?" in shape:
            return False
        rows, columns = (self.table.as_written(str(size)) for size in shape)
        return self.words.by_columns or (rows in _OF_CLASSES and columns in _OF_SAMPLES)

    def is_undeclared(self, name: str) -> bool:
        """Return whether the notation says nothing of a letter."""
        return name not in self.notation.all_letters and name not in self.table.ranges.values()

    def is_identity(self, name: str) -> bool:
        """Return whether a letter is the identity matrix: I_n, or I if words say so, or if it is a term in all sums."""
        base, _, size = self.table.written(name).partition("_")
        if not size and not self.words.identity and base not in self.facts.summed - self.facts.factors:
            return False
        said = self.facts.equated | self.facts.listed | self.facts.applied.keys()
        indices = (each for each in self.facts.carriers if self.is_index(each) and not self.is_size(each))
        said |= {each for index in indices for each in self.facts.carriers[index]}
        return base in IDENTITIES and base not in said and self.is_undeclared(name)

    def ones_of(self, name: str) -> str:
        r"""Return the length of a column of ones that is written with it, as ``\mathbf{1}_n``; empty for others."""
        base, _, size = self.table.written(name).partition("_")
        size = size.strip("{}")
        known = base in _ONES_OF and size and base not in self.facts.equated and self.is_undeclared(name)
        return self.table.letters.get(size, size) if known else ""

    def is_free_number(self, name: str) -> bool:
        """Return whether a letter is a constant, or a number that the notation declares; if it declares some."""
        declares = bool(self.notation.scalars or self.notation.arrays)
        constant = name in self.notation.constant_letters or name in ("e", r"\pi")
        said = self.table.written(name).partition("_")[0] in self.facts.equated | self.facts.defined
        known = not said and name not in self.made and name not in self.late and bool(self.notation.scalars_named(name))
        return constant or not declares or known

    def is_size(self, name: str) -> bool:
        """Return whether a letter is a size: of the notation, or one at which a sum ends."""
        return name in self.facts.sizes or name in self.notation.size_letters

    def is_cost_of_each(self, name: str) -> bool:
        """Return whether a letter for a cost stands with one index, for one of several, and without, for all."""
        facts = self.facts
        both = facts.counts.get(name) == {1} and (facts.bare[name] or name in facts.differentiated)
        return name in COSTS and bool(both) and not self.notation.array_named(name)

    def is_array(self, name: str) -> bool | None:
        """Return whether a letter is a vector or a matrix; None if nothing tells."""
        if self.notation.array_named(name) or name in self.facts.arrays:
            return True
        if self.notation.scalars_named(name) or self.notation.array_of_entry(name) or self.is_size(name):
            return False
        constants = self.notation.constant_letters - self.table.letters.keys()  # e may be a letter of the author
        if name in self.notation.index_letters | constants:
            return False
        inner = name.removeprefix(r"\hat{").removeprefix(r"\bar{").removeprefix(r"\tilde{").removeprefix(r"\vec{")
        if inner.startswith((r"\mathbf", r"\boldsymbol")) or name.startswith(r"\vec"):
            return True
        return True if len(inner.rstrip("}")) == 1 and inner[0].isupper() else None

    def seen(self) -> None:
        """Keep the letters of the file from being taken for names inside; call it once all displays were looked at."""
        self.facts.complete()
        self.table.taken |= self.facts.names
        self.depth = self.facts.depth
        if "T" in self.facts.transposes and self.is_size("T") and "T" not in self.notation.size_letters:
            self.table.rename("T")  # as a power it would be taken for a transpose
        two_indices = max(self.facts.counts.get(DELTA, ()), default=0) > 1
        if DELTA in self.facts.names and (not two_indices or DELTA in self.facts.defined):
            self.table.rename(DELTA)  # no Kronecker delta, which has two indices and needs no definition
        for name in self.facts.names & {*CONSTANTS}:
            indexed = name in self.facts.indexed and (name == "e" or not self.facts.bare[name])
            if indexed or name in self.facts.equated | self.facts.transposed:
                self.table.rename(name)  # a letter of the author's; a power of e stays one

    @property
    def last_layer(self) -> str:
        """Return the letter of the last layer, where one number stands for it; else nothing."""
        return "L" if self.depth else ""

    def end_of(self, index: str) -> str:
        """Return the size up to which an index runs; empty if nothing tells."""
        declared = self.notation.runs_to.get(index)
        ends = self.facts.ends.get(index, set())
        alone = next(iter(ends)) if len(ends) == 1 else ""
        return declared or ("" if alone.startswith("?") else alone)


def _tokens(text: str) -> frozenset[str]:
    """Return the letters, with their accents, the words and the commands of a text."""
    return frozenset(_TOKEN.findall(_STYLED.sub(r" \1:\2 ", _WORDS.sub(r"“\1”", text))))


class Cursor:
    """A place among the items of a group."""

    __slots__ = ("at", "items", "span")

    def __init__(self, items: Sequence[Item], span: Span):
        self.items, self.at, self.span = items, 0, span

    @property
    def item(self) -> Item | None:
        """Return the item that comes next."""
        return self.items[self.at] if self.at < len(self.items) else None

    @property
    def text(self) -> str:
        """Return the text of the token that comes next; empty for a group and at the end."""
        item = self.item
        return item.text if isinstance(item, Token) else ""

    @property
    def kind(self) -> str:
        """Return the kind of the group that comes next; empty for a token and at the end."""
        item = self.item
        return item.kind if isinstance(item, Group) else ""

    def ahead(self, distance: int = 1) -> Item | None:
        """Return an item further on."""
        place = self.at + distance
        return self.items[place] if place < len(self.items) else None

    def take(self) -> Item:
        """Return the next item and go past it."""
        item = self.item
        if item is None:
            raise FreeError("the formula ends too early", (max(self.span[1] - 1, self.span[0]), self.span[1]), "ends")
        self.at += 1
        return item

    def argument(self) -> tuple[Sequence[Item], Span]:
        """Return the items of an argument, in braces or alone, and go past it."""
        item = self.take()
        if isinstance(item, Group) and item.kind == "{":
            return item.items, item.span
        if isinstance(item, Token) and len(item.text) > 1 and item.text[0].isdigit():
            first, rest = item.text[0], item.text[1:]  # TeX takes one digit where there are no braces
            if not rest.isdigit():
                raise FreeError(f"it is not clear how many digits of {item.text} belong here: put braces", item.span)
            at = item.span[0] + 1
            self.items = [
                *self.items[: self.at],
                replace(item, text=rest, span=(at, item.span[1])),
                *self.items[self.at :],
            ]
            item = replace(item, text=first, span=(item.span[0], at))
        return (item,), item.span
