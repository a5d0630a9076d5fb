r"""The author's letters and what they are called inside.

The strict spelling knows letters of certain forms. Whatever has one of these forms keeps its name; every other letter
of the author, such as ``W_1``, ``W^{(2)}``, ``\hat{\mathbf{y}}`` or a name of several letters, gets a name of such a
form that nothing else in the file has: a `Table` says which. Messages are turned back with it (`Table.as_written`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from nncore.verify.notation import EXTREMA, FIXED_KINDS, ONES, Array, Function, Index, Notation, Scalar, Written
from nncore.verify.syntax.lexer import LatexError, scan
from nncore.verify.syntax.printer import show
from nncore.verify.syntax.tree import Letter

_ACCENTS = ("mathsf", "tilde", "bar", "hat", "mathbf")
_LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SPELLED = {
    "1": "One", "2": "Two", "3": "Three", "4": "Four", "5": "Five", "6": "Six", "7": "Seven", "8": "Eight",
    "9": "Nine", "0": "Zero", "|": "Given", "=": "Equals", "'": "Prime", "*": "Star", "-": "Minus", "+": "Plus",
    "<": "Less", ">": "More",
}  # fmt: skip


def is_strict_letter(name: str) -> bool:
    """Return whether the strict spelling reads a name as one letter."""
    try:
        tokens = list(scan(name, ()))
    except LatexError:
        return False
    return [token.type for token in tokens] == ["LETTER"] and str(tokens[0]) == name


@dataclass(slots=True)
class Table:
    """What the letters and functions of a file are called inside.

    Attributes
    ----------
    taken : set of str
        Names that stand for themselves: those of the notation, and what the file writes.
    letters, functions : dict of str to str
        The inner names by those of the author.
    ranges, entries : dict
        Those of indices that nothing declares, by their letter and the size to which they run, and of those with which
        arrays have entries, each with what it shadows.
    arguments : dict of str to str
        Those of letters that are bound as the argument of a function.
    """

    notation: Notation
    taken: set[str] = field(default_factory=set)
    letters: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    ranges: dict[tuple[str, str], str] = field(default_factory=dict)
    entries: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    ones: str = ""  # the length of a column of ones that the notation does not declare
    _names: tuple[object, re.Pattern[str], dict[str, str]] | None = field(
        default=None, init=False, repr=False, compare=False
    )  # all inner names with those of the author, and for what tables

    def letter(self, name: str) -> str:
        """Return what a letter of the author is called inside."""
        if name in self.letters:
            return self.letters[name]
        return self.rename(name) if not self._stands_for_itself(name) else name

    def _stands_for_itself(self, name: str) -> bool:
        used_up = name in self.letters.values() or name in self.notation.function_names
        if not used_up and is_strict_letter(name):
            self.taken.add(name)
            return True
        return False

    def rename(self, name: str) -> str:
        """Return a new inner name for a letter, by which it is called from now on."""
        self.letters[name] = self._new(name)
        return self.letters[name]

    def index(self, name: str, size: str) -> str:
        """Return what an index that nothing declares is called inside where it runs to a size."""
        if (name, size) not in self.ranges:
            self.ranges[name, size] = self._new(self.written(name))
        return self.ranges[name, size]

    def argument(self, name: str) -> str:
        """Return what a letter is called inside as the argument of a function."""
        if name not in self.arguments:
            self.arguments[name] = self._new(self.written(name))
        return self.arguments[name]

    def index_of_entry(self, name: str, size: str) -> tuple[str, str]:
        """Return a small letter that the file does not use, for an index in a declaration, and what it shadows.

        It is empty if there is none.
        """
        used = {*self._used(), *self.taken, "a", "d", "e"}
        for letter in _LATIN[26:]:
            array = self.notation.array_named(letter) or self.notation.array_of_entry(letter)
            shadowed = array.letter if array else letter if self.notation.scalars_named(letter) else ""
            if (name, size) in self.entries or {letter, shadowed} & used:
                continue
            if shadowed or letter not in self.notation.all_letters:
                self.entries[name, size] = letter, shadowed
        return self.entries.get((name, size), ("", ""))

    def _used(self) -> Iterator[str]:
        yield from self.letters.values()
        yield from self.ranges.values()
        yield from self.arguments.values()
        yield from (letter for letter, _ in self.entries.values())

    def _new(self, name: str) -> str:
        used = {*self._used(), *self.taken, *_declared(self.notation)}
        found = next((code for code in _codes(name) if code not in used), "")
        if not found:
            raise ValueError("there are more letters in this file than have a name inside")
        return found

    def written(self, code: str) -> str:
        """Return how the author writes a letter that is called so inside."""
        return next((name for name, each in self.letters.items() if each == code), code)

    def written_function(self, code: str) -> str:
        """Return how the author writes a function that is called so inside."""
        return next((name for name, each in self.functions.items() if each == code), code)

    def is_vector(self, code: str) -> bool:
        """Return whether a letter is surely a vector, as the author writes it bold and lowercase."""
        return bool(re.match(r"(\\(hat|bar|tilde)\{)?\\(mathbf|boldsymbol|vec)\{\\?[a-z]", self.written(code)))

    def function(self, name: str) -> str:
        """Return what a function of the author is called inside; one of the notation keeps its name."""
        if name in self.notation.function_names or name in EXTREMA:
            return name
        if name in FIXED_KINDS:
            return self.functions.setdefault(name, name)
        if name not in self.functions:
            spelled = "".join(_SPELLED.get(character, character) for character in name)
            word = re.sub(r"text|mathrm|mathbf|mathcal|operatorname|cdot|[^A-Za-z]", "", spelled) or "F"
            code, number = rf"\operatorname{{{word}}}", 0
            while code in (*self.functions.values(), *self.notation.function_names, *FIXED_KINDS):
                number += 1
                code = rf"\operatorname{{{word}{'X' * number}}}"
            self.functions[name] = code
        return self.functions[name]

    @property
    def in_force(self) -> Notation:
        """Return the notation with the author's functions, indices and arguments that it does not declare."""
        own = tuple(
            Function(code, FIXED_KINDS.get(code) or "number", f"{name}, as the author writes it")
            for name, code in self.functions.items()
            if code not in self.notation.function_names
        )
        known = self.notation.index_letters
        indices = tuple(
            Index(code, size, f"{name}, as the author writes it")
            for (name, size), code in self.ranges.items()
            if code not in known
        )
        numbers = tuple(
            Scalar(Written(code), None, None, f"{name}, the argument of a function")
            for name, code in self.arguments.items()
            if not self.notation.scalars_named(code)
        )
        found = self.notation
        if own or indices or numbers:
            found = replace(
                found,
                functions=(*found.functions, *own),
                indices=(*found.indices, *indices),
                scalars=(*found.scalars, *numbers),
            )
        if not self.ones:
            return found
        ones = Array(ONES, None, (Written(self.ones), Written("1")), None, "column of ones")
        return replace(found, arrays=(*found.arrays, ones))

    def as_written(self, text: str) -> str:
        """Return a message in which every letter has the author's name."""
        tables = (self.letters, self.functions, self.ranges, self.arguments, self.entries)
        key = (len(self.taken), *(tuple(table.items()) for table in tables))
        if self._names is None or self._names[0] != key:
            self._names = (key, *self._all_names())
        _, pattern, names = self._names
        return pattern.sub(lambda found: names[found[0]], text) if names else text

    def _all_names(self) -> tuple[re.Pattern[str], dict[str, str]]:
        """Return a pattern of all inner names, and the author's names."""
        names = {code: name for name, code in (*self.letters.items(), *self.functions.items())}
        names |= {code: self.written(name) for (name, _), code in self.ranges.items()}
        names |= {code: self.written(name) for name, code in self.arguments.items()}
        own = self.taken | self.letters.keys()  # beside i of the author's, an index without a name keeps its inner one
        names |= {code: name for (name, _), (code, _) in self.entries.items() if name not in own}
        plain = {show(Letter(code)): name for code, name in names.items()}
        called = {show(Letter(code)) for code in self.functions.values()}
        letters = {show(Letter(name)) for name in self.taken}
        both = {**plain, **names}
        longest = sorted(both, key=len, reverse=True)
        applied = called & letters  # f in f(x) is the function, any other f the letter
        each = "|".join(re.escape(name) + (r"(?='*\()" if name in applied else "") for name in longest)
        return re.compile(rf"(?<![\\A-Za-z])(?:{each})(?![A-Za-z])"), both


def _codes(name: str) -> Iterator[str]:
    """Yield inner names for a letter, those that remind of it first."""
    base = re.sub(r"\\[A-Za-z]+", " ", name).strip(" {}^_()[]'*,")[:1]
    base = base if base in _LATIN and base else ""
    order = [base, *_LATIN] if base else list(_LATIN)
    for letter in order:
        for accent in _ACCENTS:
            yield rf"\{accent}{{{letter}}}"
    for accent in ("tilde", "bar", "hat"):
        for greek in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu"):
            yield rf"\{accent}{{\{greek}}}"


def _declared(notation: Notation) -> set[str]:
    """Return the letters of a notation."""
    found = {size.letter for size in notation.sizes} | notation.index_letters | notation.constant_letters
    found |= {array.letter for array in notation.arrays} | {each.written.letter for each in notation.scalars}
    return found | {array.entry.letter for array in notation.arrays if array.entry} | notation.function_names
