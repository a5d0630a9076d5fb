r"""What stands at a letter or a name: scripts, primes, and the parentheses that apply it or multiply.

Whether ``f(x + h)`` applies f is told by the notation, by the other formulas of the file, or by what is in the
parentheses; where nothing tells there is a choice.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nncore.verify.spelling import applied, calls, derivatives, names, points, symbols
from nncore.verify.spelling.facts import is_capital, is_operation, scripts
from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.items import Group, Item, between_commas, text_of, walk
from nncore.verify.spelling.scene import ZEROS, Cursor
from nncore.verify.spelling.scripts import TRANSPOSES, scripts_at, span_of, split_top
from nncore.verify.spelling.symbols import Symbol
from nncore.verify.spelling.tokens import Kind, Token
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import latex
from nncore.verify.syntax.tree import Span

if TYPE_CHECKING:
    from nncore.verify.spelling.expressions import Reader

_PROBABILITIES = frozenset(("p", "P", "q", "Q", "Pr", r"\Pr", *(rf"\{f}{{P}}" for f in ("mathbb", "mathrm", "text"))))


# Letters --------------------------------------------------------------------------------------------------------------


def letter(reader: "Reader", cursor: Cursor) -> t.Node:
    """Return what begins with the letter that comes next."""
    token = cursor.item
    assert isinstance(token, Token)
    if token.text == "d" and (node := derivatives.in_line(reader, cursor)):
        return node
    if token.text in names.EXPECTATIONS and (node := names.expectation(reader, cursor)):
        return node
    if token.text in names.INDICATORS and (node := names.indicator(reader, cursor)):
        return node
    if token.text == "e" and _is_power(cursor) and not _is_member(reader, cursor) and not _is_own(reader, cursor):
        cursor.take()
        below, above, primes = scripts_at(cursor)
        if primes:
            raise FreeError("a prime at a power of e", token.span, "prime at a power")
        node = raised(reader, t.Letter("e", span=token.span), above)
        if not below:
            return node
        reader.findings.say("entry", f"e^{{{text_of(above)}}}_{{{text_of(below)}}} as an entry of the power", node.span)
        indices = tuple(index for part in symbols.parts_of(below) for index in symbols.indices_of(reader, part))
        return t.Indexed(node, indices, span=(token.span[0], indices[-1].span[1]))
    if token.text == r"\pi" and _is_number_pi(reader, cursor):
        cursor.take()
        return t.Letter(r"\pi", span=token.span)
    if (
        token.text in ZEROS
        and reader.scene.is_array(token.text)
        and token.text not in reader.scene.notation.all_letters
    ):
        cursor.take()
        scripts_at(cursor)  # how many
        reader.findings.say("zero", rf"{token.text} as 0, for each entry", token.span)
        return t.Number("0", span=token.span)
    start = cursor.at
    symbol = symbols.read_symbol(reader, cursor)
    group = cursor.item
    hessian = token.text == "H" and getattr(group, "text", "") == "f"
    if (token.text == "D" or hessian) and isinstance(group, Token) and group.text in reader.scene.facts.applied:
        return _operated(reader, symbol, cursor)
    if token.text in ("O", r"\mathcal{O}") and isinstance(group, Group) and group.kind == "(" and not symbol.below:
        cursor.take()
        nodes, _ = applied.arguments(reader, group)
        return t.Apply(t.Function(reader.scene.table.function("O"), span=token.span), nodes,
                       span=(token.span[0], group.span[1]))  # fmt: skip
    if isinstance(group, Group) and group.kind in ("(", "[", "list"):
        whole = text_of(_without_power(cursor.items[start : cursor.at]))
        if reads_as := calls.how_applied(reader, token.text, whole, symbol, group, cursor):
            cursor.take()
            return _application(reader, whole, symbol, group, reads_as, cursor)
    elif symbol.primes and not symbol.below and token.text in reader.scene.notation.function_names:
        raise FreeError(f"{token.text}' without an argument", token.span, "function without an argument")
    return plain(reader, symbol)


def _operated(reader: "Reader", symbol: Symbol, cursor: Cursor) -> t.Node:
    r"""Return ``D f(x)`` or ``H f(x)``, what an operator makes of a function, as a value of its own."""
    node = letter(reader, cursor)
    span = symbol.node.span[0], node.span[1]
    name = reader.scene.table.as_written(f"{latex(symbol.node)} {latex(node)}")
    reader.findings.say("operator", f"{name} as a value of its own, of which nothing is known", span)
    return applied.named_only(reader, name, [symbol.node, node], {symbol.name}, span)


def _is_power(cursor: Cursor) -> bool:
    following = cursor.ahead()
    return isinstance(following, Token) and following.text == "^"


def _is_own(reader: "Reader", cursor: Cursor) -> bool:
    """Return whether ``e^T``, or ``e^2``, is that of a letter e which the file has besides the number."""
    above = scripts(cursor.items, cursor.at + 1)[1]
    if "e" not in reader.scene.table.letters or not above:
        return False
    if text_of(above) in TRANSPOSES:
        return True
    if not reader.scene.facts.has_exponentials:
        return True
    if re.fullmatch(r"-?[\d./]+", text_of(above)):
        options = ("a power of the letter e", "a power of the number e")
        return not reader.findings.choose("power of e", options, span_of(above))
    return False


def _is_number_pi(reader: "Reader", cursor: Cursor) -> bool:
    r"""Return whether ``2\pi`` holds the number in a file that has a letter \pi, too."""
    before = cursor.items[cursor.at - 1] if cursor.at else None
    if (
        r"\pi" not in reader.scene.table.letters
        or text_of(cursor.items[cursor.at - 1 : cursor.at]) != "2"
        or not before
    ):
        return False
    if getattr(cursor.ahead(), "text", "") in ("_", "^", "'"):
        return False
    options = (r"\pi in 2\pi as the number", r"\pi in 2\pi as the letter")
    return not reader.findings.choose("two pi", options, before.span)


def _is_member(reader: "Reader", cursor: Cursor) -> bool:
    """Return whether ``e^{(k)}`` is one of several, as another letter has the same ``(k)``, and no power."""
    script = cursor.ahead(2)
    inside = script.items if isinstance(script, Group) and script.kind == "{" else (script,) if script else ()
    group = inside[0] if len(inside) == 1 else None
    if not isinstance(group, Group) or group.kind != "(":
        return False
    text = group.kind + text_of(group.items)
    return any(text in seen for name, seen in reader.scene.facts.layers.items() if name != "e")


def _without_power(items: Sequence[Item]) -> Sequence[Item]:
    """Return a letter and its scripts without a power and primes, as functions are called."""
    found: list[Item] = []
    at = 0
    while at < len(items):
        if getattr(items[at], "text", "") == "^" and at + 1 < len(items) and _is_exponent(items[at + 1]):
            at += 2
        else:
            found += [] if getattr(items[at], "text", "") == "'" else [items[at]]
            at += 1
    return found


def _is_exponent(script: Item) -> bool:
    """Return whether what stands above a letter is a power, and no part of its name."""
    inside = script.items if isinstance(script, Group) and script.kind == "{" else (script,)
    first = inside[0] if inside else script
    if isinstance(first, Group):
        return first.kind not in ("(", "[", "text")
    return text_of((first,)) not in ("*", r"\pi", r"\ast", r"\star")


def plain(reader: "Reader", symbol: Symbol) -> t.Node:
    """Return a letter that is applied to nothing, with its power."""
    node = symbol.node
    if symbol.primes:
        node, transposed = _primed(reader, symbol)
        symbol = replace(symbol, transposed=symbol.transposed or transposed)
    if isinstance(node, t.Letter) and reader.scene.table.written(node.name) in reader.alone:
        author = reader.scene.table.written(node.name)
        reader.findings.say("function", f"{author} as what is differentiated", node.span)
        node = replace(reader.alone[author], span=node.span)
    elif isinstance(node, t.Letter) and node.name in reader.scene.table.letters.values():
        author = next(name for name, code in reader.scene.table.letters.items() if code == node.name)
        if author in reader.scene.notation.function_names:
            reader.findings.say("letter", f"{author} without parentheses as a letter of its own", node.span)
    if text_of(symbol.above) == r"\pi" and reader.scene.is_array(symbol.name):
        raise FreeError(rf"{symbol.name}^\pi is a power or a letter of its own: write which", node.span, "mark above")
    node = raised(reader, node, symbol.above)
    return t.Transpose(node, span=node.span) if symbol.transposed else node


def _primed(reader: "Reader", symbol: Symbol) -> tuple[t.Node, bool]:
    """Return a letter with primes: one of its own, or a transposed one."""
    scene, name = reader.scene, symbol.name
    primed = name + "'" * symbol.primes
    known = primed in reader.bound or scene.table.letters.get(primed) in scene.notation.all_letters
    if symbol.primes == 1 and not known and _may_be_transposed(reader, name, len(symbol.below)):
        options = (f"{primed} as a transpose", f"{primed} as a letter of its own")
        if scene.notation.array_named(name):
            reader.findings.say("prime", options[0], symbol.node.span)
            return symbol.node, True
        if not reader.findings.choose("prime", options, symbol.node.span):
            return symbol.node, True
    reader.findings.say("prime", f"{primed} as a letter of its own", symbol.node.span)
    base = symbols.letter_named(reader, primed, symbol.node.span)
    return (t.Indexed(base, symbol.below, span=symbol.node.span) if symbol.below else base), False


def _may_be_transposed(reader: "Reader", name: str, count: int) -> bool:
    """Return whether a prime at a letter may be the sign of a transpose: in what file, and at what letter.

    It is none at a letter that may be a number, unless the file has no other sign of a transpose, and has this one at
    capitals, or has vectors; nor is it at one that is given a value with its prime, as in ``x' = x - g``.
    """
    facts, base = reader.scene.facts, name.partition("_")[0].partition("^")[0]
    array = reader.scene.is_array(base) or _is_row(reader, base, count)
    slopes = reader.scene.words.primes_are_slopes and not is_capital(base)
    if slopes or (facts.transposes and not reader.scene.words.prime):
        return False
    says = reader.scene.words.prime or any(map(is_capital, facts.primed)) or bool(facts.arrays)
    small = reader.scene.is_array(base) is None and (says or bool(reader.scene.shapes.get(base)))
    given = base in facts.given_primed or base in reader.bound or reader.scene.is_index(base)
    return bool(array) or (small and not given)


def _is_row(reader: "Reader", name: str, count: int) -> bool:
    """Return whether a letter with so many indices is a row, as the entries of its array have one more."""
    array = reader.scene.notation.array_of_entry(name)
    return bool(array and array.entry and 0 < count < len(array.entry.indices))


def raised(reader: "Reader", node: t.Node, above: Sequence[Item]) -> t.Node:
    if not above:
        return node
    for item in above:
        if isinstance(item, Token) and item.text in ("*", r"\ast", r"\star", r"\dagger"):
            raise FreeError("what this mark means is not clear", item.span, "mark above")
    exponent = reader.expression(above, span_of(above))
    single = len(above) == 1 and isinstance(above[0], Token) and above[0].kind is Kind.LETTER
    if single and isinstance(node, t.Letter) and above[0].text in reader.bound and _is_array_with_name(reader, node):  # type: ignore[union-attr]
        options = (f"{text_of(above)} above a letter as a power", f"{text_of(above)} above a letter as an index")
        if reader.findings.choose(f"above {text_of(above)}", options, exponent.span):
            return t.Indexed(node, (exponent,), span=(node.span[0], exponent.span[1]))
    if single and isinstance(node, t.Indexed) and reader.scene.is_index(above[0].text):  # type: ignore[union-attr]
        letters = {each.name for each, _ in t.walk(node) if isinstance(each, t.Letter)}
        if isinstance(exponent, t.Letter) and exponent.name not in letters and _has_letter_index(node):
            text = exponent.name
            options = (f"{text} above a letter with indices as a power", f"{text} above as one more index")
            if reader.findings.choose(f"above {text}", options, exponent.span):
                return replace(node, indices=(*node.indices, exponent), span=(node.span[0], exponent.span[1]))
    return t.Power(node, exponent, span=(node.span[0], exponent.span[1]))


def _is_array_with_name(reader: "Reader", letter: t.Letter) -> bool:
    """Return whether a letter such as ``I_1`` is an array, of which a bound letter above may be an index."""
    author = next((name for name, code in reader.scene.table.letters.items() if code == letter.name), letter.name)
    return "_" in author and bool(reader.scene.is_array(author.partition("_")[0]))


def _has_letter_index(node: t.Indexed) -> bool:
    return any(not isinstance(index, t.Number) for index in node.indices)


# Applied --------------------------------------------------------------------------------------------------------------


def _has_one_parameter(reader: "Reader", whole: str) -> bool:
    r"""Return whether a function with a prime has the same letter below everywhere, so that it is one of its argument.

    So is ``\rho_\delta'(r)``: a prime is the derivative by that, and the letter below is a number like others.
    """
    own, applied_ = whole.rstrip("'"), reader.scene.facts.applied
    base, _, below = own.partition("_")
    same = all(key.rstrip("'") == own for key in applied_ if key.partition("_")[0].rstrip("'") == base)
    said = below in reader.scene.facts.equated | reader.scene.facts.defined or reader.scene.is_index(below)
    letters = re.fullmatch(r"\\?[A-Za-z]+", below) and not said
    return bool(letters) and same and any(key.rstrip("'") == own and "'" in key for key in applied_)


def _application(reader: "Reader", whole: str, symbol: Symbol, group: Group, reads_as: str, cursor: Cursor) -> t.Node:
    if reads_as == "letter":
        return with_scripts(reader, plain(reader, symbol), cursor)
    if reads_as == "entry":
        reader.findings.say("entry", f"{whole}[{text_of(group.items)}] as an entry of {whole}", group.span)
        indices = tuple(index for part in between_commas(group.items) for index in symbols.indices_of(reader, part))
        span = symbol.node.span[0], group.span[1]
        entry = t.Indexed(symbols.letter_named(reader, symbol.name, span), (*symbol.below, *indices), span=span)
        return with_scripts(reader, raised(reader, entry, symbol.above), cursor)
    table, scene = reader.scene.table, reader.scene
    nodes, shape = applied.arguments(reader, group)
    of_event = symbol.name in _PROBABILITIES and any(sign in shape for sign in applied.OF_EVENTS)
    if of_event and all(_is_part_of_event(reader, each) for each in nodes):
        return _event(reader, symbol, shape, nodes, (symbol.node.span[0], group.span[1]))
    primes, name = symbol.primes, whole.partition("_")[0].partition("^")[0]
    if name in scene.notation.function_names and not symbol.below and symbol.name == name:
        code, before = name, symbol.below
    elif symbol.below and not symbol.above and _has_one_parameter(reader, whole):
        code, before = table.function(whole.rstrip("'")), ()
        symbol = replace(symbol, below=())
    else:
        listed = set(shape) <= {"·", ",", ";"}
        before = symbol.below
        called = f"{symbol.name}_{{{'·' * len(before)}}}" if before else symbol.name
        if _holds_letter(symbol.above):
            text = text_of(symbol.above)
            options = (f"{text} above {whole}(…) as one more argument", f"{text} above {whole}(…) as a power")
            if not reader.findings.choose(f"above {symbol.name}", options, group.span):
                before = (reader.expression(symbol.above, span_of(symbol.above)), *before)
                called, symbol = f"{called}^{{·}}", replace(symbol, above=())
        code = table.function(called if listed else f"{called}({shape})")
        if symbol.ordinal in ("n", "k", "m") and name in ("f", "g", "F", "G"):
            raise FreeError(f"{whole}(…) may be a derivative of some order", group.span, "order of a derivative")
        if symbol.ordinal.isdigit() and not symbol.below:
            options = (f"{whole} as a function of its own", f"{whole} as a derivative of that order")
            if reader.findings.choose("order", options, group.span):
                code, primes = table.function(name), int(symbol.ordinal)
        if symbol.below and primes and len(before) + len(nodes) > 1:
            words = "a prime at a function also of what stands below: write the derivative with \\partial"
            raise FreeError(words, group.span, "prime of several arguments")
        if symbol.below:
            words = ", ".join(text_of((each,)) for each in group.items[:1])
            reader.findings.say("function", f"{whole}({words}…) as a function also of what stands below", group.span)
    span = symbol.node.span[0], group.span[1]
    node: t.Node = t.Apply(t.Function(code, primes, span=symbol.node.span), (*before, *nodes), span=span)
    if text_of(symbol.above) == "-1":
        raise FreeError(f"{whole}^{{-1}} is an inverse function or a quotient: write which", span, "inverse function")
    node = replace(raised(reader, node, symbol.above), span=span)
    node = t.Transpose(node, span=span) if symbol.transposed else node
    return with_scripts(reader, node, cursor)


def _event(reader: "Reader", symbol: Symbol, shape: str, nodes: Sequence[t.Node], span: Span) -> t.Node:
    """Return ``p(y = 1)``, the probability of one event, as a letter of its own; with its indices, if it has some."""
    scene, parts = reader.scene, shape.split("·")

    def named(given: Sequence[bool]) -> str:
        shown = (r"\cdot" if index else latex(each) for index, each in zip(given, nodes, strict=True))
        return f"{symbol.name}({''.join(f'{part}{each}' for part, each in zip(parts, shown, strict=False))}{parts[-1]})"

    given = [isinstance(each, t.Letter) and not _is_part_of_name(reader, each.name) for each in nodes]
    if named([True] * len(nodes)) in scene.table.letters:
        given = [True] * len(nodes)  # of one event that is said for all of them elsewhere
    name = named(given)
    reader.findings.say("event", f"{name} as a letter of its own", span)
    indices = (*symbol.below, *(each for index, each in zip(given, nodes, strict=True) if index))
    letter = symbols.letter_named(reader, name, span)
    return t.Indexed(letter, indices, span=span) if indices else letter


def _is_part_of_event(reader: "Reader", node: t.Node) -> bool:
    """Return whether a node is a number, an index, or a letter that belongs to the name of another one, as ``v_c``."""
    if not isinstance(node, t.Letter):
        return isinstance(node, t.Number)
    scene, name = reader.scene, node.name
    below = name in scene.facts.indices and scene.is_undeclared(name)
    return below or scene.is_index(name) or _is_part_of_name(reader, name)


def _is_part_of_name(reader: "Reader", letter: str) -> bool:
    """Return whether a letter belongs to the name of another one, as in ``v_c``."""
    if reader.scene.is_index(letter):
        return False
    return any(name.endswith(f"_{letter}") for name in (*reader.scene.facts.chosen, *reader.scene.table.letters))


def _holds_letter(above: Sequence[Item]) -> bool:
    """Return whether a letter stands above, so that ``f^k(x)`` may be the k-th of several functions."""
    return any(isinstance(item, Token) and item.kind is Kind.LETTER for item in above)


# Scripts of other operands --------------------------------------------------------------------------------------------


def with_scripts(reader: "Reader", node: t.Node, cursor: Cursor) -> t.Node:
    """Return an operand with the scripts, primes and factorial signs that follow it."""
    if cursor.text in ("_", "^", "'"):
        below, above, primes = scripts_at(cursor)
        end = cursor.items[cursor.at - 1].span[1]
        span = node.span[0], end
        if below and points.is_held_fixed(reader, node, below):
            raise points.held_fixed(below)
        if text_of(below) == "+":
            if "positive part" in reader.scene.words.own_meanings:
                raise FreeError("the text says what (…)_+ is: write that", span, "positive part")
            reader.findings.say("positive part", r"(…)_+ as \max(0, …)", span)
            zero, below = t.Number("0", span=span), ()
            node = t.Apply(t.Function(r"\max", span=span), (zero, node), span=span)
        if _is_range(below):
            if not reader.scene.is_index(text_of(below[:1])):
                raise FreeError("a value at a point: write a bar behind it", span, "bar")
            return _family(reader, node, below, above, span)
        if below:
            parts = symbols.parts_of(below)
            indices = tuple(index for part in parts for index in symbols.indices_of(reader, part))
            node = t.Indexed(node, indices, span=span)
        if primes:
            node = _primed_group(reader, node, primes, span)
        above, transposed = split_top(reader, above, None) if above else (above, False)
        if above and isinstance(above[0], Group) and above[0].kind in ("(", "["):
            reader.findings.say("power", "parentheses above parentheses as a power", span)
        node = replace(raised(reader, node, above), span=span)
        node = t.Transpose(node, span=span) if transposed else node
    return node


def _is_range(below: Sequence[Item]) -> bool:
    r"""Return whether ``i = 1`` or ``i \in I`` stands below parentheses, which are a family then."""
    texts = [getattr(item, "text", "") for item in below]
    return len(texts) > 2 and getattr(below[0], "kind", "") is Kind.LETTER and texts[1] in ("=", r"\in")


def _family(reader: "Reader", node: t.Node, below: Sequence[Item], above: Sequence[Item], span: Span) -> t.Node:
    """Return a family, over whose range nothing more is known, as a value of its own."""
    index = symbols.letter_named(reader, text_of(below[:1]), span)
    inside = {item.text: item for here, at in walk((*below[2:], *above)) if isinstance(item := here[at], Token)}
    limits = [symbols.letter_named(reader, each, span) for each, item in inside.items() if item.kind is Kind.LETTER]
    end = f"^{{{text_of(above)}}}" if above else ""
    name = reader.scene.table.as_written(f"({latex(node)})_{{{text_of(below)}}}{end}")
    reader.findings.say("list", f"{name} as a value of its own, of which nothing is known", span)
    return applied.named_only(reader, name, [node], {index.name}, span, *limits)


def with_factorial(reader: "Reader", node: t.Node, cursor: Cursor) -> t.Node:
    """Return an operand with the signs of a factorial behind it."""
    while cursor.text == "!":
        sign = cursor.take()
        reader.findings.say("factorial", "! as a function, the factorial", sign.span)
        node = applied.own(reader, "factorial", (node,), (node.span[0], sign.span[1]))
    return node


def _primed_group(reader: "Reader", node: t.Node, primes: int, span: Span) -> t.Node:
    letters = [each.name for each, _ in t.walk(node) if isinstance(each, t.Letter)]
    rows = (each for each, _ in t.walk(node) if isinstance(each, t.Indexed) and isinstance(each.base, t.Letter))
    row = any(_is_row(reader, latex(each.base), len(each.indices)) for each in rows)
    if primes > 1 or not (row or any(reader.scene.is_array(name) for name in letters)):
        raise FreeError("a prime behind parentheses: a transpose or a derivative?", span, "prime at a group")
    reader.findings.say("prime", "a prime behind parentheses as a transpose", span)
    return t.Transpose(node, span=span)


def operation_on_functions(reader: "Reader", group: Group, cursor: Cursor) -> t.Node | None:
    """Return ``(f * g)(x)``, the value of a function that is made of others; None if it is no such value."""
    following = cursor.ahead()
    if group.kind != "(" or not isinstance(following, Group) or following.kind != "(" or not is_operation(group.items):
        return None
    cursor.at += 2
    whole = f"({text_of(group.items)})"
    reader.findings.say("function", f"{whole} as a function of its own", group.span)
    nodes, _ = applied.arguments(reader, following)
    return applied.own(reader, whole, nodes, (group.span[0], following.span[1]))
