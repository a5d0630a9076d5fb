r"""Derivatives: ``\frac{\partial L}{\partial W}``, ``\frac{dL}{dx}``, ``\partial_w L``, ``\nabla_w L``, ``dL/dw``.

An upright or italic d is read as ∂: what the checker differentiates is expanded down to the variable.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nncore.verify.spelling import applied, symbols
from nncore.verify.spelling.calls import is_stated_alone
from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.items import Group, Item, text_of
from nncore.verify.spelling.scene import Cursor
from nncore.verify.spelling.scripts import inside_of, scripts_at, scripts_of_sign, span_of
from nncore.verify.spelling.tokens import Kind, Token
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Span

if TYPE_CHECKING:
    from nncore.verify.spelling.expressions import Reader

_D = frozenset(("d", r"\partial", "D"))
_OPERAND = ("the derivative as one of all factors behind it", "the derivative as one of the factor next to it")

TOTAL = "d"  # the kind of the remark that d is read as \partial


def _sign(items: Sequence[Item]) -> str:
    """Return the sign of a derivative with which items begin, in one form; empty if they do not."""
    first = items[0] if items else None
    if isinstance(first, Group):
        return "d" if first.kind == "text" and first.name.strip() in ("d", r"\partial") else ""
    if first is None or first.text not in (r"\partial", "d"):
        return ""
    return first.text


def fraction(reader: "Reader", item: Token, cursor: Cursor) -> t.Node:
    """Return a fraction, or the derivative that it writes."""
    above, span_above = cursor.argument()
    below, span_below = cursor.argument()
    span = (item.span[0], span_below[1])
    signs = [at for at in range(min(2, len(above))) if getattr(above[at], "text", "") in ("-", "+")]
    lead = above[1:] if signs[:1] == [0] else above
    sign = _sign(below)
    if sign and _sign(lead) == sign and len(below) > 1 and getattr(below[1], "text", "") not in ("_", "^", "+", "-"):
        variables = _variables(reader, below, sign, span_below)
        node = _derivative(reader, lead, sign, variables, cursor, span)
        negative = lead is not above and getattr(above[0], "text", "") == "-"
        return t.Minus(node, span=span) if negative else node
    if any(getattr(each, "text", "") == r"\partial" for each in (*above, *below)):
        raise FreeError("a derivative in an unusual form", span, "derivative in an unusual form")
    if not above or not below:
        raise FreeError("an empty fraction", span, "empty")
    numerator, denominator = reader.expression(above, span_above), reader.expression(below, span_below)
    return t.Fraction(numerator, denominator, span=span)


def _variables(reader: "Reader", items: Sequence[Item], sign: str, span: Span) -> list[t.Name]:
    cursor, found = Cursor(items, span), list[t.Name]()
    while cursor.item is not None:
        if _sign(cursor.items[cursor.at : cursor.at + 1]) != sign:
            raise FreeError("by what is differentiated is not clear", span, "variable of a derivative")
        cursor.take()
        name, times = _variable(reader, cursor, span, second=bool(found))
        found += [name] * times
    return found


def _variable(reader: "Reader", cursor: Cursor, span: Span, second: bool = False) -> tuple[t.Name, int]:
    r"""Return by what is differentiated, and how often; the second time it may be transposed, as in a Hessian."""
    if isinstance(cursor.item, Group) and cursor.item.kind in ("{", "(", "["):
        group = cursor.item
        cursor.take()
        inside = Cursor(group.items, group.span)
        found = _variable(reader, inside, span, second)
        if inside.item is not None:
            raise FreeError("a derivative is taken by a letter or an entry", span, "variable of a derivative")
        if cursor.text == "_" and isinstance(found[0], t.Letter):  # (Z_2)_{nk}
            below, above = scripts_of_sign(cursor)
            indices = tuple(index for part in symbols.parts_of(below) for index in symbols.indices_of(reader, part))
            return t.Indexed(found[0], indices, span=span), _order(above, span) if above else 1
        if cursor.text == "^":
            cursor.take()
            return found[0], _order(inside_of(cursor), span)
        return found
    item = cursor.item
    if isinstance(item, Group) and item.kind == "text":
        cursor.take()
        below, above, primes = scripts_at(cursor)
        name = item.name.strip()
        symbol = symbols.symbol_of(
            reader, rf"\text{{{name}}}" if len(name) > 1 else rf"\mathrm{{{name}}}", item.span, below, above, primes
        )
    elif isinstance(item, Token) and item.kind is Kind.LETTER:
        symbol = symbols.read_symbol(reader, cursor)
    else:
        raise FreeError("a derivative is taken by a letter or an entry", span, "variable of a derivative")
    node = symbol.node
    primed = symbol.name + "'" * symbol.primes
    other = primed in reader.scene.table.letters or bool(reader.scene.facts.transposes)  # k(x, x') has two letters
    if symbol.primes and not (second and symbol.primes == 1 and not other):  # else it is transposed, as in a Hessian
        node = symbols.letter_named(reader, primed, node.span)
        node = t.Indexed(node, symbol.below, span=node.span) if symbol.below else node
    if symbol.transposed and not second:
        raise FreeError("a derivative by a transposed letter", span, "variable of a derivative")
    assert isinstance(node, t.Name)
    return node, _order(symbol.above, span) if symbol.above else 1


def _order(items: Sequence[Item], span: Span) -> int:
    text = text_of(items)
    if not text.isdigit() or not 0 < int(text) < 10:
        raise FreeError("the order of a derivative is a number from 1 to 9", span, "order of a derivative")
    return int(text)


def _derivative(
    reader: "Reader", above: Sequence[Item], sign: str, variables: Sequence[t.Name], cursor: Cursor, span: Span
) -> t.Node:
    inside = Cursor(above, span)
    inside.take()
    order = 1
    if inside.text == "^":
        inside.take()
        order = _order(inside_of(inside), span)
    if order != len(variables):
        raise FreeError("the orders above and below the line differ", span, "order of a derivative")
    if sign == "d":
        reader.findings.say(TOTAL, "d in a derivative as \\partial", span)
    rest = inside.items[inside.at :]
    if not rest:
        return _operator(reader, tuple(variables), cursor, span)
    name = text_of(rest)
    if (point := _point(reader, name, sign, cursor)) is not None:
        cursor.take()
        return _at_point(reader, name, order, variables, point, span)
    body = _function_alone(reader, name, variables, span) or reader.expression(rest, span_of(rest))
    return t.Derivative(body, tuple(variables), span=span)


def _operator(reader: "Reader", variables: tuple[t.Name, ...], cursor: Cursor, span: Span) -> t.Node:
    """Return the derivative of what follows: of all factors, or of the group that comes next."""
    group = cursor.item
    if isinstance(group, Group) and group.kind in ("(", "[", r"\{", "{"):
        start = cursor.at
        first = reader.factor(cursor)
        if reader.starts_factor(cursor) or cursor.text in (r"\cdot", r"\times", r"\odot", "/"):
            if reader.findings.choose("derivative", _OPERAND[::-1], span) == 0:
                return t.Derivative(first, variables, span=(span[0], first.span[1]))
        cursor.at = start
    if cursor.text == "-":
        raise FreeError("of what is differentiated is not clear: put parentheses", span, "derivative")
    bare = cursor.text
    following = cursor.ahead()
    if bare and not (isinstance(following, Group) or getattr(following, "text", "") in ("_", "^", "'")):
        if node := _function_alone(reader, bare, variables, span):
            cursor.take()
            return t.Derivative(node, variables, span=span)
    body = reader.term(cursor)
    return t.Derivative(body, variables, span=(span[0], body.span[1]))


def _function_alone(reader: "Reader", name: str, variables: Sequence[t.Name], span: Span) -> t.Node | None:
    """Return a function of the file that stands without its arguments, with those of its definition."""
    facts = reader.scene.facts
    stated = set(facts.heads.get(name, ())) & set(facts.applied.get(name, ()))  # not only with a prime
    heads = {each for each in stated if all(argument.isalpha() for argument in each)}
    if is_stated_alone(facts, name):
        return None  # it is read as a letter
    if name in reader.scene.notation.function_names or not heads or len(set(facts.applied.get(name, ()))) < 2:
        return None
    bases = [variable.base if isinstance(variable, t.Indexed) else variable for variable in variables]
    wanted = tuple(dict.fromkeys(base.name for base in bases if isinstance(base, t.Letter)))
    heads = {each for each in heads if set(wanted) <= set(each)} if len(wanted) else set()
    if len(heads) != 1:
        reader.findings.say("function", f"{name} without its arguments as a letter of its own", span)
        return None
    (arguments,) = heads
    reader.findings.say("function", f"{name} as {name}({','.join(arguments)})", span)
    nodes = [symbols.letter_named(reader, argument, span) for argument in arguments]
    reader.alone[name] = applied.own(reader, name, nodes, span)
    return reader.alone[name]


def _point(reader: "Reader", name: str, sign: str, cursor: Cursor) -> Group | None:
    """Return the parentheses behind a derivative of a function, at whose content it is taken."""
    group = cursor.item
    facts = reader.scene.facts
    function = name in facts.applied or name in reader.scene.notation.function_names
    if not isinstance(group, Group) or group.kind != "(" or not function:
        return None
    marks = {item.text for item in group.items if isinstance(item, Token)}
    if sign == r"\partial" and marks & {"+", "-", r"\sum", r"\frac", r"\odot", r"\cdot"} and "," not in marks:
        return None  # a product, as the partial derivatives of the chain rule have it
    if "," in marks or not facts.bare[name]:
        return group
    options = (
        "parentheses behind a derivative as the point where it is taken",
        "parentheses behind a derivative as a factor",
    )
    return None if reader.findings.choose("point", options, group.span) else group


def _at_point(reader: "Reader", name: str, order: int, variables: Sequence[t.Name], group: Group, span: Span) -> t.Node:
    r"""Return ``\frac{df}{dx}(a)`` as ``f'(a)``."""
    cursor_items, _ = applied.arguments(reader, group)
    whole = (span[0], group.span[1])
    if any(variable != variables[0] for variable in variables) or len(cursor_items) != 1:
        if tuple(cursor_items) != tuple(variables) and len(cursor_items) != 1:
            options = {tuple(each) for each in reader.scene.facts.applied.get(name, ())}
            here = tuple(text_of(part) for part in symbols.parts_of(group.items))
            if here not in options or not all(len(text) == 1 for text in here):
                raise FreeError("a partial derivative at a point: write what it is of", whole, "derivative at a point")
        body = applied.own(reader, name, cursor_items, whole)
        return t.Derivative(body, tuple(variables), span=whole)
    reader.findings.say("point", f"a derivative of {name} with a point behind it as {name}' there", whole)
    code = reader.scene.table.function(name)
    return t.Apply(t.Function(code, order, span=span), tuple(cursor_items), span=whole)


# Signs ----------------------------------------------------------------------------------------------------------------


def sign(reader: "Reader", item: Token, cursor: Cursor) -> t.Node:
    r"""Return ``\partial_w L``, ``\nabla_w L``, ``\nabla f(x)`` or ``\partial L / \partial w``."""
    if item.text == r"\partial" and cursor.text not in ("_",):
        return _over_slash(reader, item, r"\partial", cursor)
    below, above = scripts_of_sign(cursor)
    order = 2 if text_of(above) == "2" and item.text == r"\nabla" else 1
    if above and order == 1:
        raise FreeError("what stands above this sign is not clear", item.span, "Hessian")
    if not below:
        return _gradient(reader, item, cursor, order)
    inside = Cursor(below, item.span)
    if item.text == r"\partial" and len(below) == 1 and reader.scene.is_index(getattr(below[0], "text", "")):
        words = "a derivative by the argument of a number: write the letter"
        raise FreeError(words, item.span, "variable of a derivative")
    variable, times = _variable(reader, inside, item.span)
    if inside.item is not None or times > 1:
        raise FreeError("a derivative is taken by a letter or an entry", item.span, "variable of a derivative")
    if item.text == r"\nabla":
        words = "the derivative by it" if order == 1 else "the matrix of second derivatives by it"
        reader.findings.say("nabla", rf"\nabla with a letter below as {words}", item.span)
    start = cursor.at
    if cursor.text in (r"\sum", r"\prod", r"\frac", r"\log", r"\ln") or (isinstance(cursor.item, Token) and (
        cursor.item.kind is Kind.NUMBER
    )):  # fmt: skip
        body = reader.term(cursor)
    else:
        body = _alone(reader, cursor, variable) or reader.factor(cursor)
        if reader.starts_factor(cursor) and reader.findings.choose("derivative", _OPERAND[::-1], item.span):
            cursor.at = start
            body = reader.term(cursor)
    match body:
        case t.Apply(_, (t.Name() as point,)) if not t.contains(point, variable) and isinstance(variable, t.Letter):
            reader.findings.say("point", "a gradient at a point as the derivative by that point", item.span)
            variable = point
        case _ if found := _point_of(reader, body, variable):
            reader.findings.say("point", "a gradient at a point as the derivative by that point", item.span)
            variable = found
    return t.Derivative(body, (variable,) * order, span=(item.span[0], body.span[1]))


def _point_of(reader: "Reader", body: t.Node, variable: t.Name) -> t.Name | None:
    r"""Return the only argument ``x_t`` or ``x^*`` that stands in the place of ``x``, by which is differentiated."""
    if not isinstance(variable, t.Letter) or t.contains(_without_indices(body), variable):
        return None
    written = reader.scene.table.written
    name = written(variable.name)
    found: list[t.Name] = []
    for each in (each for node, _ in t.walk(body) if isinstance(node, t.Apply) for each in node.arguments):
        base = each.base if isinstance(each, t.Indexed) else each
        whole = written(base.name) if isinstance(base, t.Letter) else ""
        if (
            isinstance(each, t.Name)
            and each not in found
            and (whole == name or whole.startswith((f"{name}_", f"{name}^", f"{name}'")))
        ):
            found.append(each)
    return found[0] if len(found) == 1 else None


def _without_indices(node: t.Node) -> t.Node:
    """Return a node that stands for another one in which an indexed letter is no use of that letter."""
    if isinstance(node, t.Indexed) and isinstance(node.base, t.Letter):
        return t.Number("0", span=node.span)
    return t.with_children(node, _without_indices)


def _alone(reader: "Reader", cursor: Cursor, variable: t.Name) -> t.Node | None:
    following = cursor.ahead()
    if cursor.text and not isinstance(following, Group) and getattr(following, "text", "") not in ("_", "^", "'"):
        if node := _function_alone(reader, cursor.text, (variable,), cursor.span):
            cursor.take()
            return node
    return None


def _gradient(reader: "Reader", item: Token, cursor: Cursor, order: int) -> t.Node:
    r"""Return ``\nabla f(x)``, the derivative by the one argument, or ``\nabla^2 f(x)``, the second ones."""
    place = cursor.at + 1
    while place + 1 < len(cursor.items) and getattr(cursor.items[place], "text", "") == "_":
        place += 2
    group = cursor.items[place] if place < len(cursor.items) else None
    applied_ = isinstance(group, Group) and group.kind == "("
    by = group.items if isinstance(group, Group) and applied_ else _only_argument(reader, cursor, place)
    if not isinstance(cursor.item, Token) or not by:
        raise FreeError(r"by what \nabla differentiates is not said", item.span, "gradient by what")
    inside = Cursor(by, span_of(by))
    variable, times = _variable(reader, inside, item.span)
    if inside.item is not None or times > 1:
        raise FreeError(r"by what \nabla differentiates is not said", item.span, "gradient by what")
    sign_ = r"\nabla as the derivative" if order == 1 else r"\nabla^2 as the matrix of second derivatives"
    reader.findings.say("nabla", f"{sign_} by {text_of(by)}", item.span)
    start = cursor.at
    body = reader.factor(cursor)
    if applied_ and cursor.item is group:  # of a letter of which nothing says that it is a function
        reader.findings.say("made of", f"{text_of(cursor.items[start : cursor.at + 1])} as its first letter", body.span)
        cursor.take()
    return t.Derivative(body, (variable,) * order, span=(item.span[0], body.span[1]))


def _only_argument(reader: "Reader", cursor: Cursor, end: int) -> Sequence[Item]:
    """Return the one letter to which the file applies a function, wherever it does; nothing if there is none."""
    facts = reader.scene.facts
    found = set(facts.applied.get(text_of(cursor.items[cursor.at : end]), ()))
    (letter,) = found.pop() if len(found) == 1 and len(*found) == 1 else ("",)
    return [Token(Kind.LETTER, letter, cursor.span)] if letter in facts.names else []


def _over_slash(reader: "Reader", item: Token, sign_: str, cursor: Cursor) -> t.Node:
    body = reader.factor(cursor)
    second = cursor.ahead()
    if cursor.text != "/" or second is None or _sign((second,)) != sign_:
        raise FreeError("a derivative without a second sign", item.span, "derivative in an unusual form")
    cursor.take()
    cursor.take()
    variable, times = _variable(reader, cursor, item.span)
    if times > 1:
        raise FreeError("the orders above and below the line differ", item.span, "order of a derivative")
    return t.Derivative(body, (variable,), span=(item.span[0], variable.span[1]))


def in_line(reader: "Reader", cursor: Cursor, upright: bool = False) -> t.Node | None:
    """Return ``dL/dw`` as a derivative, or ``dW`` as a letter of its own; None if d is a letter like others."""
    start = cursor.at
    first = cursor.items[cursor.at - 1] if upright else cursor.take()
    following = cursor.item
    apart = first.span[1] != following.span[0] and not upright if following else True
    if apart or not isinstance(following, Token) or following.kind is not Kind.LETTER:
        cursor.at = start
        return None
    symbol = symbols.read_symbol(reader, cursor)
    slash, second = cursor.item, cursor.ahead()
    if getattr(slash, "text", "") == "/" and second is not None and _sign((second,)) == "d":
        cursor.take()
        cursor.take()
        variable, _ = _variable(reader, cursor, first.span)
        reader.findings.say(TOTAL, "d in a derivative as \\partial", first.span)
        return t.Derivative(symbol.node, (variable,), span=(first.span[0], variable.span[1]))
    scene = reader.scene
    declared = scene.notation.array_named("d") or scene.notation.scalars_named("d") or scene.is_size("d")
    named = (following.text.isupper() or following.text == "b") and isinstance(symbol.node, t.Name)
    by_words = scene.words.gradients_of if named else ""
    other = declared or "d" in {*scene.facts.bound, *scene.facts.alone}
    if symbol.above or symbol.primes or (other and not by_words):
        cursor.at = start
        return None
    if following.text.islower() and not by_words:
        options = ("d before a letter as a part of its name", "d before a letter as a factor")
        if reader.findings.choose("differential", options, first.span):
            cursor.at = start
            return None
    if by_words and isinstance(symbol.node, t.Name):
        words = rf"d{symbol.name} as \partial {by_words} / \partial {symbol.name}, by the words"
        reader.findings.say("gradient", words, first.span)
        span = (first.span[0], symbol.node.span[1])
        body = symbols.letter_named(reader, by_words, span)
        slope = t.Derivative(body, (symbol.node,), span=span)
        return t.Transpose(slope, span=span) if symbol.transposed else slope
    name = f"d{symbol.name}"
    span = (first.span[0], symbol.node.span[1])
    reader.findings.say("name", f"{name} as a letter of its own", span)
    letter = symbols.letter_named(reader, name, span)
    node: t.Node = t.Indexed(letter, symbol.below, span=span) if symbol.below else letter
    return t.Transpose(node, span=span) if symbol.transposed else node
