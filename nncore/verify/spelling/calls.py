r"""Whether parentheses behind a letter hold its arguments, or a factor.

The notation tells, or the other formulas of the file, or what is in the parentheses; where nothing tells it is a
choice.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nncore.verify.spelling.facts import RELATIONS, Facts
from nncore.verify.spelling.items import GIVEN, PARALLEL, Group, Item, between_commas, is_letter, text_of, walk
from nncore.verify.spelling.scene import COSTS, Cursor, Scene
from nncore.verify.spelling.symbols import Symbol
from nncore.verify.spelling.tokens import Kind, Token
from nncore.verify.syntax import tree as t

if TYPE_CHECKING:
    from nncore.verify.spelling.expressions import Reader

_FUNCTIONS = frozenset((
    "f", "g", "h", "P", "F", "G", "H", r"\phi", r"\varphi", r"\psi", r"\sigma", r"\Phi", r"\mathcal{N}", "L", "J",
    r"\hat{P}", r"\ell",
))  # fmt: skip
_CONVENTIONAL = _FUNCTIONS | {
    "p", "q", "Q", "k", "K", "N", "V", "u", "l", "T", "r", r"\pi", r"\rho", r"\mu", "S", "R", "D", "n",
}  # fmt: skip
_PROBABILITIES = frozenset(("P", "p", r"\mathbb{P}", r"\mathrm{P}", "Q", "q"))


def how_applied(reader: "Reader", name: str, whole: str, symbol: Symbol, group: Group, cursor: Cursor) -> str:
    """Return how parentheses behind a letter are read: ``function``, ``letter`` (of which they list what it is made
    of), or empty if they multiply."""
    scene, facts = reader.scene, reader.scene.facts
    items, span = group.items, group.span
    marks = {item.text for item in items if isinstance(item, Token)}
    listed = bool(marks & {",", ";", GIVEN, PARALLEL, *RELATIONS})
    if group.kind == "[" and not symbol.transposed and _is_index_list(reader, items):
        return "entry"
    if (
        not marks & {GIVEN, PARALLEL, *RELATIONS}
        and marks & {",", ";"}
        and _multiplies_a_list(reader, name, symbol, group)
    ):
        return ""
    with_bracket = bool(symbol.below) or group.kind == "["
    if with_bracket and is_letter(items) and getattr(cursor.ahead(), "text", "") == "_":
        return ""  # A_{nh} (Z_2)_{nk}, a product of entries, and so with brackets
    if group.kind == "[":
        return "function" if listed or (whole in facts.applied and not facts.bare[whole]) or (
            name[-1:].isupper() and len(items) == 1 and isinstance(items[0], Token) and items[0].kind is Kind.LETTER
        ) else ""  # fmt: skip
    if whole in reader.alone and not symbol.primes and any(getattr(item, "text", "") == name for item in items):
        return ""  # s (1 - s) beside the derivative of s
    if name in scene.notation.function_names and not symbol.below:
        return "function"
    if symbol.transposed and not listed:
        return ""
    declared: object = scene.notation.array_named(name) or scene.notation.scalars_named(name)
    declared = declared or (whole == name and scene.is_size(name))
    declared = declared or scene.notation.array_of_entry(name)
    declared = declared or name in scene.notation.index_letters | scene.notation.constant_letters
    own = declared and not (scene.given.array_named(name) or scene.given.scalars_named(name))  # declared by the file
    if whole in scene.words.activations and not listed and not own:
        return "function"
    if symbol.primes == 1 and not listed and _is_transposed(scene, name, items):
        return ""
    alone = name in facts.of_vectors and not symbol.primes and not facts.bare[name]
    if alone and len(_arguments_of(reader, name)) == 1:
        reader.findings.say("made of", f"{whole}({text_of(items)}) as {whole}", span)
        return "letter"
    if facts.heads.get(whole) or listed:
        letters = all(map(is_letter, between_commas(items))) and not {
            item.text for item in items if isinstance(item, Token)
        } & {*reader.bound, *facts.bound}
        seen = set(facts.applied.get(whole, ()))
        stated = set(facts.heads.get(whole, ()))
        parameters = any(isinstance(each, t.Letter) and not scene.is_index(each.name) for each in symbol.below)
        of_arrays = len(seen | stated) == 1 and any(scene.is_array(text_of(each)) for each in between_commas(items))
        told_apart = len(stated) == 1 and all(each in stated or _is_other(each, stated) for each in seen)
        told_apart |= stated == {tuple(map(text_of, between_commas(items)))} and is_stated_alone(facts, whole)
        if (
            letters
            and (
                declared
                or of_arrays
                or facts.bare[whole]
                or whole in facts.differentiated
                or (stated and whole in facts.slopes)
            )
            and not parameters  # of which it is a function, as in h_w(x)
            and (len(seen) <= 1 or (told_apart and whole in COSTS))
            and not symbol.primes
            and not (stated and scene.is_size(whole))
            and (declared or stated or whole in facts.equated | facts.differentiated)  # else nothing says what it is
        ):
            reader.findings.say("made of", f"{whole}({text_of(items)}) as {whole}", span)
            return "letter"
        if marks & RELATIONS and name not in _PROBABILITIES:
            reader.findings.say("event", f"{whole}({text_of(items)}) as a function of an event", span)
        return "function"
    if symbol.primes:
        return "function"
    inner = scene.table.letters.get(whole, whole)
    if is_letter(items) and inner in scene.made and scene.is_made_of(scene.table.letter(text_of(items)), [inner]):
        reader.findings.say("made of", f"{whole}({text_of(items)}) as {whole}", span)
        return "letter"
    inside = {here[at].text for here, at in walk(items) if isinstance(here[at], Token)}  # type: ignore[union-attr]
    if (name in inside and not _holds_call(items, name)) or declared:
        return ""
    behind = cursor.ahead()
    raised = isinstance(behind, Token) and behind.text == "^"
    alone = not facts.bare[whole] and not (raised and name not in _CONVENTIONAL)
    letters_only = len(items) > 0 and is_letter(items)
    elsewhere = any(len(each) == 1 and _is_name_of_letter(each[0]) for each in facts.applied.get(whole, ()))
    if alone and (letters_only or elsewhere or name in _FUNCTIONS):
        reader.findings.say("function", f"{whole}(…) as a function of what is in parentheses", span)
        return "function"
    likewise = elsewhere or any(
        key.partition("_")[0] == name and len(each) == 1 and _is_name_of_letter(each[0])
        for key, uses in facts.applied.items()
        for each in uses
    )
    if name in _CONVENTIONAL or letters_only or likewise or (alone and _is_product_of_letters(items)):
        options = (f"{whole}(…) as a product", f"{whole}(…) as a function of what is in parentheses")
        likely = likewise or (name in _CONVENTIONAL and letters_only)
        if reader.findings.choose(f"applied {whole}", options[::-1] if likely else options, span) == (not likely):
            return "function"
    if (alone and scene.is_array(name) is None and not raised) or (letters_only and name in _CONVENTIONAL):
        reader.findings.say(f"applied {whole}", f"{whole}(…) as a product", span)
    return ""


def is_stated_alone(facts: Facts, name: str) -> bool:
    """Return whether a cost is stated of one list of letters, and has elsewhere others: more, fewer, or samples."""
    stated = set(facts.heads.get(name, ()))
    others = set(facts.applied.get(name, ())) - stated
    alike = [each for each in others for one in stated if len(each) == len(one) and not _are_samples(each, one)]
    return name in COSTS and len(stated) == 1 and not alike


def _are_samples(arguments: tuple[str, ...], of: tuple[str, ...]) -> bool:
    r"""Return whether arguments are those of one sample, as ``\hat{y}^{(i)}, y^{(i)}`` beside ``\hat{y}, y``."""
    return all(
        re.fullmatch(rf"{re.escape(one)}\^\{{?\([a-z]\)\}}?", each) for each, one in zip(arguments, of, strict=True)
    )


def _arguments_of(reader: "Reader", name: str) -> set[tuple[str, ...]]:
    """Return the lists of arguments with which a letter stands, whatever is below it."""
    applied = reader.scene.facts.applied
    return {each for key, uses in applied.items() if re.split("[_^']", key)[0] == name for each in uses}


def _is_other(arguments: tuple[str, ...], stated: set[tuple[str, ...]]) -> bool:
    """Return whether arguments are surely none for the same places: there are more or fewer, and other ones."""
    return all(len(arguments) != len(each) and set(each).isdisjoint(arguments) for each in stated)


def _is_transposed(scene: Scene, name: str, items: Sequence[Item]) -> bool:
    """Return whether ``X'(X w)`` is a transposed matrix before parentheses: it is declared, or both are matrices."""
    if scene.notation.array_named(name) or name in scene.facts.arrays:
        return True
    inside = {here[at].text for here, at in walk(items) if isinstance(here[at], Token)}  # type: ignore[union-attr]
    return bool(scene.is_array(name) and scene.facts.bare[name] and any(map(scene.is_array, inside)))


def _holds_call(items: Sequence[Item], name: str) -> bool:
    """Return whether a letter stands before parentheses somewhere among items, as in ``f(f^2(x))``."""
    for here, at in walk(items):
        end = at + 1
        while end < len(here) and getattr(here[end], "text", "") in ("_", "^", "'"):
            end += 1 if getattr(here[end], "text", "") == "'" else 2
        following = here[end] if end < len(here) else None
        if getattr(here[at], "text", "") == name and isinstance(following, Group) and following.kind == "(":
            return True
    return False


def _is_index_list(reader: "Reader", items: Sequence[Item]) -> bool:
    """Return whether all that stands between commas is an index, as in ``A[i, j + 1]``."""
    return all(
        part
        and all(isinstance(item, Token) and (item.text in ("+", "-") or _may_be_index(reader, item)) for item in part)
        for part in between_commas(items)
    )


def _may_be_index(reader: "Reader", item: Token) -> bool:
    return item.text.isdigit() or (item.kind is Kind.LETTER and reader.scene.is_index(item.text))


def _multiplies_a_list(reader: "Reader", name: str, symbol: Symbol, group: Group) -> bool:
    r"""Return whether a list behind a letter is a vector, as in ``W_f [h, x]``, and holds no arguments."""
    if name in reader.scene.notation.function_names or name in _PROBABILITIES or name in ("E", "V", "C", "K", "J", "L"):
        return False
    if symbol.transposed:
        return name not in _CONVENTIONAL
    return group.kind == "[" and reader.scene.is_array(name) is True


def _is_name_of_letter(text: str) -> bool:
    """Return whether the text of an argument is a letter, with indices or not, or 0."""
    base = text.partition("_")[0]
    if set(text) & set("+-*/=()[]^"):
        return False
    return len(base) == 1 or (base.startswith("\\") and base[1:].replace("{", "").replace("}", "").isalpha())


def _is_product_of_letters(items: Sequence[Item]) -> bool:
    r"""Return whether letters alone stand in parentheses, which a product would not need, as in ``a(w^\top x)``."""
    plain = [item for item in items if isinstance(item, Token)]
    marks = {item.text for item in plain if item.kind is not Kind.LETTER}
    groups = [at for at, item in enumerate(items) if isinstance(item, Group)]
    scripts = all(at and getattr(items[at - 1], "text", "") in ("_", "^") for at in groups)
    return len(plain) > 1 and scripts and marks <= {"_", "^", r"\top", r"\intercal"}
