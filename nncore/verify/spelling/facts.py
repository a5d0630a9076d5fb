r"""What a whole file says of its letters, before any formula of it is read.

One formula alone does not tell whether ``f(x + h)`` applies f or multiplies, whether ``T`` in ``x^T`` is a number, or
how far an index runs; others of the same file do. `Facts.look` goes through the items of one display.
"""

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from nncore.verify.spelling.items import CELL, GIVEN, ROW, Group, Item, between_commas, is_letter, text_of, walk
from nncore.verify.spelling.styles import INDEX_LETTERS
from nncore.verify.spelling.tokens import Kind, Token

_SUMS = frozenset((r"\sum", r"\prod"))
_EXTREMA = frozenset((r"\max", r"\min"))
RELATIONS = frozenset(
    (
        "= := < > \\le \\leq \\leqslant \\ge \\geq \\geqslant \\ne \\neq \\approx \\propto \\leftarrow \\gets \\equiv "
        "\\coloneqq \\triangleq \\doteq \\simeq \\lt \\gt"
    ).split()
)
_DEVIATION = r"\sigma"  # the only letter whose square is a quantity by itself for everybody
_ONCE, _SQUARE, _SLOPE_BY_SQUARE = "once", "square", "slope by the square"
_DEFINE = frozenset((":=", r"\coloneqq", r"\triangleq", r"\doteq"))
_TERM_ENDS = frozenset(("+", "-", "=", ":=", r"\approx", ",", ".", ";", r"\pm", CELL, ROW, r"\quad"))
_DEPTH = 3  # of networks whose layers are not numbered
_UNBRACED = re.compile(r"_\{(\w)\}$")
_WITH_NUMBER = re.compile(r".+_(?:\d+|\{\d+\})", re.DOTALL)  # a letter of its own, beside the one without
_OF_STEPS = frozenset("lLtk")  # any other letter may number samples, or entries
_SCALARS = frozenset(
    (
        r"\lambda",
        r"\mu",
        r"\alpha",
        r"\beta",
        r"\gamma",
        r"\eta",
        r"\epsilon",
        r"\varepsilon",
        r"\rho",
        r"\tau",
        r"\sigma",
    )
)
_SEPARATORS = frozenset((ROW, CELL, ",", ";", ".", r"\quad", r"\Rightarrow", r"\implies", r"\rightarrow", r"\to"))


@dataclass(slots=True)
class Facts:
    r"""What was seen in the displays of a file.

    Attributes
    ----------
    applied : dict of str to list
        The arguments, as texts, with which a letter stands before parentheses.
    heads : dict of str to list
        Those with which it is the whole left side of a relation.
    bare : Counter
        How often a letter stands without parentheses behind it.
    below : Counter
        How often one is so counted because it stands, without braces, below another.
    indices, sizes : set of str
        Letters that sums bind, or that are subscripts; letters at which sums end.
    ends : dict of str to set of str
        Where sums over an index end.
    digits, indexed, worded : set of str
        Letters that carry digits, indices, or names of several letters below.
    layers : dict of str to set of str
        What stands in parentheses above a letter, behind the sign that opens them; behind ``^`` a layer without them.
    arrays : set of str
        Letters that are declared with a shape, ``W \in \mathbb{R}^{D \times M}``.
    transposes : set of str
        The signs for a transpose, ``T`` and ``top``.
    names : set of str
        All letters.
    carriers : dict of str to set of str
        Below which letters a letter stands.
    counts : dict of str to set of int
        How many indices a letter carries.
    listed : set of str
        Letters with several indices side by side.
    numbered : dict of str to dict
        The numbers before the indices of letters, as in ``z_{2j}``, with how many signs are below.
    differentiated, slopes : set of str
        Letters behind the sign of a derivative, without parentheses behind them and with such.
    says : dict of str to int
        How often something is said of a function of letters.
    powers : dict of str to Counter
        How often a letter stands with ``^2``, without, and with it behind the sign of a derivative.
    variances : set of str
        Holds σ if it always stands with ``^2`` and a derivative is taken by that.
    has_second_derivatives : bool
        Whether ``\partial^2`` or ``d^2`` stands anywhere.
    of_vectors : set of str
        Letters of functions that are made of entries of their one argument, as f in ``f_i(z) = z_i^2``.
    values : dict of str to set of str
        What is written behind letters where nothing else stands but a relation and a number: ``= 0``.
    chosen : set of str
        Letters with a subscript that an extremum is taken over, and so letters of their own.
    defined : set of str
        What is written before ``:=``, letters with their scripts and without.
    equated : set of str
        Letters that stand before ``=`` or ``:=``, with their scripts or arguments, and so may be made of others.
    factors : set of str
        Letters that stand somewhere beside what may be an array, and so not only as a term, or as a multiple of it.
    summed : set of str
        Letters that stand as a term beside what is probably a matrix.
    ordinals : dict of str to set of str
        The numbers that stand below letters.
    firsts : dict of str to set of str
        Letters that stand first, or alone, below letters.
    multiplied : set of str
        Letters that stand with a number below right behind a capital, and so are probably vectors.
    has_exponentials : bool
        Whether ``e`` stands with a power that holds letters.
    transposed : set of str
        Letters with the sign of a transpose.
    primed, given_primed : set of str
        Letters with one prime that are no functions, and those that so stand before ``=``.
    steps : dict of str to str
        Vectors and matrices that are told apart by numbers, with the letter that stands for any of these: ``W_1``,
        ``W_2`` and ``W_l``.
    open_ranges : frozenset of str
        Letters that by the words run up to a letter: ``l = 1, \dots, L``.
    enclosed : set of str
        Letters in parentheses that carry an index, as in ``(W_1)_{dh}``.
    alone : set of str
        Holds d if it stands by itself, so that it is a letter like others.
    """

    applied: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    heads: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    bare: Counter[str] = field(default_factory=Counter)
    below: Counter[str] = field(default_factory=Counter)
    indices: set[str] = field(default_factory=set)
    bound: set[str] = field(default_factory=set)
    sizes: set[str] = field(default_factory=set)
    ends: dict[str, set[str]] = field(default_factory=dict)
    digits: set[str] = field(default_factory=set)
    indexed: set[str] = field(default_factory=set)
    worded: set[str] = field(default_factory=set)
    layers: dict[str, set[str]] = field(default_factory=dict)
    arrays: set[str] = field(default_factory=set)
    transposes: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    counts: dict[str, set[int]] = field(default_factory=dict)
    carriers: dict[str, set[str]] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    numbered: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    enclosed: set[str] = field(default_factory=set)
    alone: set[str] = field(default_factory=set)
    chosen: set[str] = field(default_factory=set)
    differentiated: set[str] = field(default_factory=set)
    slopes: set[str] = field(default_factory=set)
    powers: dict[str, Counter[str]] = field(default_factory=dict)
    has_second_derivatives: bool = False
    variances: set[str] = field(default_factory=set)
    of_vectors: set[str] = field(default_factory=set)
    values: dict[str, set[str]] = field(default_factory=dict)
    says: Counter[str] = field(default_factory=Counter)
    defined: set[str] = field(default_factory=set)
    equated: set[str] = field(default_factory=set)
    factors: set[str] = field(default_factory=set)
    summed: set[str] = field(default_factory=set)
    ordinals: dict[str, set[str]] = field(default_factory=dict)
    firsts: dict[str, set[str]] = field(default_factory=dict)
    multiplied: set[str] = field(default_factory=set)
    primed: set[str] = field(default_factory=set)
    transposed: set[str] = field(default_factory=set)
    has_exponentials: bool = False
    given_primed: set[str] = field(default_factory=set)
    steps: dict[str, str] = field(default_factory=dict)
    open_ranges: frozenset[str] = frozenset()

    def look(self, items: Sequence[Item], begins: bool = True) -> None:
        """Go through the items of a display, or of a group in one."""
        for at, item in enumerate(items):
            if getattr(item, "text", "") in (r"\partial", "d") and text_of(items[at + 1 : at + 2]) == "^":
                self.has_second_derivatives = True
            if isinstance(item, Group):
                before = items[at - 1] if at else None
                if isinstance(before, Group) and before.kind == "text" and item.kind == "(":
                    self.applied.setdefault(rf"\text{{{before.name}}}", []).append(_arguments(item.items))
                below = isinstance(before, Token) and before.text == "_"
                behind = items[at + 1] if at + 1 < len(items) else None
                if item.kind == "(" and isinstance(behind, Group) and behind.kind == "(" and is_operation(item.items):
                    continue
                if item.kind in ("(", "[") and getattr(behind, "text", "") == "_" and is_letter(item.items):
                    self.enclosed.add(_UNBRACED.sub(r"_\1", text_of(item.items)))
                if below or (item.kind == "(" and isinstance(before, Token) and before.kind is Kind.LETTER):
                    self._look_at_arguments(item.items)
                else:
                    self.look(item.items, item.kind == "begin")
            elif item.text in _SUMS:
                self._sum(items, at)
            elif item.text in _EXTREMA:
                self._extremum(scripts(items, at + 1)[0])
            elif item.text in (r"\top", r"\intercal"):
                self.transposes.add("top")
            elif item.kind is Kind.LETTER:
                self._letter(items, at, begins)

    def _look_at_arguments(self, items: Sequence[Item]) -> None:
        """Go through arguments, or what stands below a letter: a letter that is all of one is not used by itself."""
        part: list[Item] = []
        for item in (*items, None):
            if item is not None and not (isinstance(item, Token) and item.text in (",", ";", GIVEN)):
                part.append(item)
                continue
            if len(part) > 1 or (part and not isinstance(part[0], Token)):
                self.look(part, False)
            elif part:
                self.names.add(text_of(part))
                self.powers.setdefault(text_of(part), Counter())[_ONCE] += 1
            part = []

    def _letter(self, items: Sequence[Item], at: int, begins: bool) -> None:
        name = text_of(items[at : at + 1])
        self.names.add(name)
        if _is_behind_capital(items, at):
            self.multiplied.add(name)
        end, how = at + 1, _ONCE
        while end + 1 < len(items) and getattr(items[end], "text", "") in ("_", "^"):
            script = items[end + 1]
            if getattr(items[end], "text", "") == "_" and isinstance(script, Token):
                self.below[script.text] += 1
            inside = script.items if isinstance(script, Group) else (script,)
            if getattr(items[end], "text", "") == "^" and text_of(inside) == "2":
                how = _SLOPE_BY_SQUARE if _is_differentiated(items, at) else _SQUARE
            self._script(name, getattr(items[end], "text", ""), inside, script)
            end += 2
        self.powers.setdefault(name, Counter())[how] += 1
        primes = 0
        while end < len(items) and getattr(items[end], "text", "") == "'":
            end, primes = end + 1, primes + 1
        following = items[end] if end < len(items) else None
        whole = text_of(items[at:end])
        is_script = bool(at) and getattr(items[at - 1], "text", "") in ("_", "^")
        if is_script and isinstance(following, Group):
            return  # which is no argument of it
        behind_arguments = end + (isinstance(following, Group) and following.kind == "(")
        behind_arguments += getattr(items[behind_arguments], "text", "") == CELL if behind_arguments < len(items) else 0
        if _sign_at(items, behind_arguments) in _DEFINE:
            self.defined |= {whole} if _WITH_NUMBER.fullmatch(whole) else {name, whole}
        if not _is_term(items, at, behind_arguments):
            self.factors.add(name)
        elif _is_added_to_array(items, at, behind_arguments):
            self.summed.add(name)
        words = bool(at) and getattr(items[at - 1], "kind", "") == "text"
        starts = not at or words or getattr(items[at - 1], "text", "") in _SEPARATORS | {"="}
        told = [getattr(each, "kind", "") for each in items[behind_arguments + 1 :]]
        if starts and _sign_at(items, behind_arguments) in _DEFINE | {"="} and told != [Kind.NUMBER]:
            self.equated.add(name)
        if primes == 1 and not (isinstance(following, Group) and following.kind == "("):
            self.primed.add(name)
            self.given_primed |= {name} if starts and _sign_at(items, behind_arguments) in RELATIONS else set()
        if name == "d" and not (isinstance(following, Token) and following.kind is Kind.LETTER):
            self.alone.add(name)
        entry = isinstance(following, Group) and is_letter(following.items) and _sign_at(items, end + 1) == "_"
        opens = ("(",) if entry else ("(", "[")  # a [W]_{ij} is a product
        if isinstance(following, Group) and following.kind in opens:
            arguments = _arguments(following.items)
            self.applied.setdefault(whole, []).append(arguments)
            before = getattr(items[at - 1], "text", "") if at else ""
            behind = _sign_at(items, end + 1)
            behind = _sign_at(items, end + 2) if behind == CELL else behind
            formal = not any(set(argument) & set("+-=/") or name in argument for argument in arguments)
            if begins and formal and (not at or before in _SEPARATORS) and behind in RELATIONS | _DEFINE:
                self.heads.setdefault(whole, []).append(arguments)
                self.says[whole] += 1
                says = behind == "=" or behind in _DEFINE
                if says and len(arguments) == 1 and _has_entries(arguments[0], items[end + 1 :]):
                    self.of_vectors.add(name)
            if primes:
                self.heads.setdefault(text_of(items[at : end - primes]), []).append(arguments)
            elif _is_differentiated(items, at):
                self.slopes.add(whole)
        elif _is_differentiated(items, at):
            self.differentiated.add(whole)
        elif begins and not at and [getattr(each, "kind", "") for each in items[end + 1 :]] == [Kind.NUMBER]:
            self.values.setdefault(whole, set()).add(text_of(items[end:]))
            self.bare[whole] += 1
        else:
            self.bare[whole] += 1
        if name in (r"\R", r"\mathbb{R}") and text_of(items[at + 1 : at + 2]) == "^":
            self.sizes |= _sizes_above(items[at + 2])
        while _sign_at(items, end) == "," and end + 1 < len(items) and _is_letter(items[end + 1]):
            end += 2  # of a list, u, v \in ...
        if _sign_at(items, end) == r"\in" and end + 1 < len(items):
            members = text_of(items[end + 1 :])
            if members.startswith((r"\mathbb{R}^", r"\R^")):
                self.arrays.add(name)
            elif is_product_of_sets(items[end + 1 :]):
                self.arrays.add(name)
                self.sizes |= _sizes_above(items[end + 3])

    def _script(self, name: str, sign: str, inside: Sequence[Item], script: Item) -> None:
        text = text_of(inside)
        if sign == "^":
            if text in ("T", r"\text{T}", r"\mathsf{T}", r"\mathbf{T}", r"\top", r"\intercal"):
                self.transposed.add(name)
            elif name == "e" and re.search("[A-Za-z]", text):
                self.has_exponentials = True
            if text in ("T", r"\text{T}", r"\mathsf{T}", r"\mathbf{T}"):
                self.transposes.add("T")
            elif len(inside) == 1 and isinstance(inside[0], Group) and inside[0].kind in ("(", "["):
                self.layers.setdefault(name, set()).add(inside[0].kind + text_of(inside[0].items))
            elif re.fullmatch(r"[lL](?:[+-]\d)?", text):
                self.layers.setdefault(name, set()).add(f"^{text}")
            return
        letters = [item.text for item in inside if isinstance(item, Token) and item.kind is Kind.LETTER]
        if text.isdigit():
            self.digits.add(name)
            self.ordinals.setdefault(name, set()).add(text)
        elif isinstance(script, Group) and any(isinstance(item, Group) and item.kind == "text" for item in inside):
            self.worded.add(name)
        elif letters:
            plain = [item for item in inside if isinstance(item, Token) and item.kind is not Kind.MARK]
            if number_before(inside):
                self.numbered.setdefault(name, {}).setdefault(text_of(inside[:1]), set()).add(len(plain))
                self.indices.update(letters)
                return
            self.counts.setdefault(name, set()).add(len(plain))
            self.firsts.setdefault(name, set()).add(getattr(inside[0], "text", ""))
            if len(letters) > 1 and text != "in" and set(letters) <= INDEX_LETTERS | self.bound:
                self.listed.add(name)
            self.indexed.add(name)
            self.indices.update(letters)
            for before, item in zip((None, *inside), inside, strict=False):
                if getattr(before, "text", "") not in ("_", "^") and getattr(item, "kind", "") is Kind.LETTER:
                    self.carriers.setdefault(getattr(item, "text", ""), set()).add(name)

    def with_entries_of_number(self, name: str, number: str, count: int) -> str:
        """Return the letter ``z_2``, bold or not, a small one or a capital, of which ``z_{2j}`` is an entry.

        It is empty if there is none, or z has as many indices elsewhere, ``count``, which are no numbers of steps.
        """
        if count in self.counts.get(name, ()) and name not in self.steps:
            return ""
        others = (name, rf"\mathbf{{{name}}}", rf"\boldsymbol{{{name}}}", name.upper(), rf"\mathbf{{{name.upper()}}}")
        return next((f"{each}_{number}" for each in others if self.bare[f"{each}_{number}"]), "")

    def complete(self) -> None:
        """Count what stands below letters with numbers, unless these are letters of their own; find the variances."""
        of_deviation = self.powers.get(_DEVIATION, Counter())
        if of_deviation[_SLOPE_BY_SQUARE] and not of_deviation[_ONCE] and not self.has_second_derivatives:
            self.variances.add(_DEVIATION)
        steps = {name: letter for name, numbers in self.ordinals.items() if (letter := self._step(name, numbers))}
        surely = {letter for name, letter in steps.items() if name in self.multiplied or is_capital(name)}
        self.steps = {name: letter for name, letter in steps.items() if letter in surely}
        self.indexed -= self.steps.keys()
        for name in self.variances:
            self.counts[f"{name}^2"] = self.counts.get(name, set())
            self.indexed |= {f"{name}^2"} if name in self.indexed else set()
        for name, known in self.numbered.items():
            for number, counts in known.items():
                left = {count for count in counts if not self.with_entries_of_number(name, number, count)}
                self.indexed |= {name} if left else set()
                self.counts.setdefault(name, set()).update(left)

    def _step(self, name: str, numbers: Set[str]) -> str:
        """Return the letter that stands for any of the numbers with which a letter occurs; empty if none does."""
        first = self.firsts.get(name, set())
        letter = next(iter(first)) if len(first) == 1 else ""
        numbered = all(end.isdigit() for end in self.ends.get(letter, ())) and letter not in self.open_ranges
        return letter if letter in _OF_STEPS and {"1", "2"} <= numbers and numbered else ""

    @property
    def depth(self) -> int:
        """Return how many layers stand for any number, where the file writes ``W^{[l]}`` up to ``a^{[L]}``; else 0.

        They are as many as the file numbers, or three.
        """
        texts = {each[1:] for own in self.layers.values() for each in own}
        last = max((int(each) for each in texts if each.isdigit()), default=0)
        general = any(each[:1] == "l" for each in texts) and any(each[:1] == "L" for each in texts)
        return (last if last > 1 else _DEPTH) if general and last <= _DEPTH else 0

    def _extremum(self, below: Sequence[Item]) -> None:
        letters = [item.text for item in below if isinstance(item, Token) and item.kind is Kind.LETTER]
        if len(below) == 3 and len(letters) == 2 and letters[1] not in INDEX_LETTERS:
            self.chosen.add(text_of(below))

    def _sum(self, items: Sequence[Item], at: int) -> None:
        lower, upper = scripts(items, at + 1)[:2]
        index = next((item.text for item in lower if isinstance(item, Token) and item.kind is Kind.LETTER), "")
        if lower and len(lower) > 1 and getattr(lower[1], "text", "") == "=" and index:
            self.bound.add(index)
            self.indices.add(index)
            if upper:
                first = text_of(lower[2:])
                self.ends.setdefault(index, set()).add(text_of(upper) if first == "1" else f"?{first}")
                if not any(isinstance(item, Group) for item in upper):
                    self.sizes |= _plain_letters(upper)
        else:
            for item in lower:
                if isinstance(item, Token) and item.kind is Kind.LETTER:
                    self.bound.add(item.text)
                elif not (isinstance(item, Token) and item.text in (",", r"\ne", r"\neq")):
                    break


def is_capital(name: str) -> bool:
    """Return whether a letter is a capital one, Latin or Greek, bold or not."""
    plain = re.sub(r"\\(?:mathbf|boldsymbol|hat|bar|tilde)\{?", "", name).lstrip("\\")
    return plain[:1].isupper()


def _is_letter(item: Item) -> bool:
    return isinstance(item, Token) and item.kind is Kind.LETTER


def _is_behind_capital(items: Sequence[Item], at: int) -> bool:
    """Return whether a letter stands right behind a capital, with or without a script, and a number stands below it."""
    behind = [getattr(item, "text", "") or text_of((item,)) for item in items[at + 1 : at + 3]]
    before = at - 1
    while before > 1 and getattr(items[before - 1], "text", "") in ("_", "^"):
        before -= 2
    first = items[before] if before >= 0 else None
    capital = isinstance(first, Token) and first.kind is Kind.LETTER and is_capital(first.text)
    return capital and behind[:1] == ["_"] and behind[1:][:1] != [] and behind[1].isdigit()


def _plain_letters(items: Sequence[Item]) -> set[str]:
    """Return the letters without scripts: ``n_h`` is one size, and neither n nor h is another."""
    around = zip((None, *items), items, (*items[1:], None), strict=False)
    return {
        item.text
        for before, item, behind in around
        if isinstance(item, Token) and item.kind is Kind.LETTER
        and {getattr(before, "text", ""), getattr(behind, "text", "")}.isdisjoint(("_", "^"))
    }  # fmt: skip


def _sizes_above(power: Item) -> set[str]:
    """Return the letters in the power of a set."""
    return _plain_letters(power.items if isinstance(power, Group) else (power,))


def is_product_of_sets(items: Sequence[Item]) -> bool:
    r"""Return whether items begin with a power of a set, as ``\{0, 1\}^{N \times K}`` and ``[0, 1]^n``."""
    begins = len(items) > 2 and isinstance(items[0], Group) and items[0].kind in (r"\{", "[", "(")
    return begins and text_of(items[1:2]) == "^"


def is_operation(items: Sequence[Item]) -> bool:
    """Return whether items are letters with ``*`` or a circle between them, as in ``(f * g)(x)``."""
    texts = [item.text if isinstance(item, Token) else "" for item in items]
    letters = all(isinstance(item, Token) and item.kind is Kind.LETTER for item in items[::2])
    return len(texts) > 2 and letters and set(texts[1::2]) <= {"*", r"\ast", r"\circ"}


def _is_term(items: Sequence[Item], at: int, end: int) -> bool:
    """Return whether a letter ends a term in which nothing but numbers and small letters stands before it."""
    behind = _sign_at(items, end)
    if end < len(items) and behind not in _TERM_ENDS:
        return False
    for item in reversed(items[:at]):
        if isinstance(item, Token) and item.text in _TERM_ENDS:
            return True
        small = isinstance(item, Token) and (item.kind is Kind.NUMBER or (len(item.text) == 1 and item.text.islower()))
        greek = isinstance(item, Token) and item.text in _SCALARS
        if not small and not greek:
            return False
    return True


def _is_added_to_array(items: Sequence[Item], at: int, end: int) -> bool:
    """Return whether a term is added to something with a capital, bold or transposed letter."""
    before = next((text for item in reversed(items[:at]) if (text := getattr(item, "text", "")) in _TERM_ENDS), "")
    if not {before, _sign_at(items, end)} & {"+", "-"}:
        return False
    others = [item for item in (*items[:at], *items[end:]) if isinstance(item, Token)]
    return any(
        item.text[:1].isupper() or item.text.startswith(r"\mathbf") or item.text in (r"\top", "'") for item in others
    )


def _sign_at(items: Sequence[Item], at: int) -> str:
    """Return the text of a token at a place, ``:=`` as one; empty for a group and behind the end."""
    one, other = (getattr(items[place], "text", "") if place < len(items) else "" for place in (at, at + 1))
    return one + other if (one, other) == (":", "=") else one


def _is_differentiated(items: Sequence[Item], at: int) -> bool:
    """Return whether the sign of a derivative stands before a place, with its order or its letter if it has one."""
    before = at - 1
    if before > 1 and getattr(items[before - 1], "text", "") in ("^", "_"):
        before -= 2
    return before >= 0 and getattr(items[before], "text", "") in ("d", r"\partial", r"\nabla")


def scripts(items: Sequence[Item], at: int) -> tuple[tuple[Item, ...], tuple[Item, ...], int]:
    """Return what stands below and above at a place, and the place behind."""
    below: tuple[Item, ...] = ()
    above: tuple[Item, ...] = ()
    while at + 1 < len(items) and getattr(items[at], "text", "") in ("_", "^"):
        script = items[at + 1]
        inside = script.items if isinstance(script, Group) and script.kind == "{" else (script,)
        if getattr(items[at], "text", "") == "_":
            below = inside
        else:
            above = inside
        at += 2
    return below, above, at


def _arguments(items: Sequence[Item]) -> tuple[str, ...]:
    """Return the texts between the commas of what is in parentheses."""
    return tuple(map(text_of, between_commas(items)))


def _has_entries(letter: str, items: Sequence[Item]) -> bool:
    """Return whether a letter stands among items, or in groups of them, with anything below it."""
    return any(
        text_of(here[at : at + 1]) == letter
        and getattr(here[at + 1] if at + 1 < len(here) else None, "text", "") == "_"
        for here, at in walk(items)
    )


def number_before(below: Sequence[Item]) -> str:
    """Return the number with which one or two letters stand below another, as in ``z_{2j}``; empty otherwise."""
    kinds = [getattr(item, "kind", "") for item in below if getattr(item, "text", "") != ","]
    found = kinds[:1] == [Kind.NUMBER] and kinds[1:] in ([Kind.LETTER], [Kind.LETTER] * 2)
    return text_of(below[:1]) if found else ""
