r"""Functions and their arguments: ``\log x``, ``\tanh^2(z)``, ``P(x \mid y)``, ``\operatorname{Var}[X]``.

A function that the notation does not declare is one of the author's own; its name says how its arguments are separated,
so that ``P(x \mid y)`` and ``P(x, y)`` are two functions.
"""

from collections.abc import Sequence, Set
from typing import TYPE_CHECKING

from nncore.verify.notation import DIAGONAL, EXPECTATION, VARIANCE
from nncore.verify.spelling import atoms, dots, names, operators, relations, sums, symbols
from nncore.verify.spelling.facts import RELATIONS
from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.items import GIVEN, PARALLEL, Group, Item, text_of
from nncore.verify.spelling.scene import Cursor
from nncore.verify.spelling.scripts import scripts_at
from nncore.verify.spelling.tokens import Token
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Span

if TYPE_CHECKING:
    from nncore.verify.spelling.expressions import Reader

_KNOWN = {
    r"\log": r"\ln", r"\ln": r"\ln", r"\exp": r"\exp", r"\tanh": r"\tanh", r"\sin": r"\sin", r"\cos": r"\cos",
}  # fmt: skip
_OWN = frozenset(
    (r"\tan", r"\sinh", r"\cosh", r"\arccos", r"\arcsin", r"\arctan", r"\det", r"\dim", r"\gcd", r"\cot", r"\sec",
     r"\csc", r"\coth")
)  # fmt: skip
_EXTREMA = frozenset((r"\max", r"\min"))
COMMANDS = frozenset((*_KNOWN, *_OWN, *_EXTREMA))
TRACE = r"\operatorname{tr}"
_OF_A_WORD = {
    "log": r"\ln", "ln": r"\ln", "exp": r"\exp", "tanh": r"\tanh", "sin": r"\sin", "cos": r"\cos", "max": r"\max",
    "min": r"\min", "Var": VARIANCE, "var": VARIANCE, "diag": DIAGONAL, "relu": r"\operatorname{ReLU}",
    "RELU": r"\operatorname{ReLU}", "Relu": r"\operatorname{ReLU}", "E": EXPECTATION,
    "Tr": TRACE, "trace": TRACE, "Trace": TRACE,
}  # fmt: skip
OF_EVENTS = RELATIONS | {r"\in", r"\notin"}
_BRACKETS = frozenset(("(", "[", r"\{"))
_SEPARATORS = {",": ",", ";": ";", GIVEN: "|", PARALLEL: "‖"}


def code_of_word(reader: "Reader", word: str) -> str:
    """Return the inner name of a function that is called by a word."""
    return reader.scene.table.function(_OF_A_WORD.get(word, rf"\operatorname{{{word}}}"))


def own(reader: "Reader", name: str, arguments: Sequence[t.Node], span: Span) -> t.Apply:
    """Return a function of the author's own, applied."""
    code = reader.scene.table.function(name)
    return t.Apply(t.Function(code, span=span), tuple(arguments), span=span)


def named_only(
    reader: "Reader", name: str, nodes: Sequence[t.Node], bound: Set[str], span: Span, *limits: t.Node
) -> t.Node:
    """Return a value of which nothing is known but its name, its limits, and the letters on which it may depend."""
    inside = set[str]().union(*map(sums.free, nodes))
    letters = [t.Letter(each, span=span) for each in sorted(inside - bound - {"e", r"\pi"})]
    arguments = (*limits, *letters)
    return own(reader, name, arguments, span) if arguments else symbols.letter_named(reader, name, span)


def command(reader: "Reader", item: Token, cursor: Cursor) -> t.Node:
    """Return what a command such as ``\\log`` is applied to, and it."""
    text = item.text
    if text in _EXTREMA:
        return extremum_of(reader, text, item.span, cursor)
    if text == r"\log":
        reader.findings.say("log", r"\log as the natural logarithm", item.span)
    code = _KNOWN.get(text) or text[1:]
    return call(reader, reader.scene.table.function(code), item.span, cursor, logarithm=text in (r"\log", r"\ln"))


def extremum_of(reader: "Reader", text: str, span: Span, cursor: Cursor) -> t.Node:
    """Return the largest or smallest of arguments in parentheses."""
    if cursor.kind not in _BRACKETS or not isinstance(group := cursor.item, Group):
        raise FreeError(f"{text} of what is not clear: put parentheses", span, "extremum")
    cursor.take()
    nodes, _ = arguments(reader, group)
    if len(nodes) < 2:
        raise FreeError(f"{text} of one argument", group.span, "extremum")
    return t.Apply(t.Function(text, span=span), nodes, span=(span[0], group.span[1]))


def call(reader: "Reader", code: str, span: Span, cursor: Cursor, logarithm: bool = False) -> t.Node:
    """Return a function, whose name was read, with its scripts and the arguments that follow."""
    below, above, primes = scripts_at(cursor)
    base = t.Number(text_of(below), span=span) if logarithm and text_of(below).isdigit() else None
    if below and base is None:
        raise FreeError("an index at this function is not read", span, "index at a function")
    function = t.Function(code, primes, span=span)
    if text_of(above) == "-1":
        raise FreeError(f"{code}^{{-1}} is an inverse function or a quotient: write which", span, "inverse function")
    node: t.Node = _with_arguments(reader, function, cursor)
    if base is not None:
        reader.findings.say("log", rf"\log_{{{base.digits}}} as \ln over \ln {base.digits}", span)
        below_line = t.Apply(t.Function(code, span=span), (base,), span=span)
        node = t.Fraction(node, below_line, span=node.span)
    if above:
        exponent = reader.expression(above, (above[0].span[0], above[-1].span[1]))
        node = t.Power(node, exponent, span=node.span)
    return node


def _with_arguments(reader: "Reader", function: t.Function, cursor: Cursor) -> t.Apply:
    start = function.span[0]
    group = cursor.item
    if isinstance(group, Group) and group.kind in _BRACKETS:
        cursor.take()
        if cursor.text == "^" and function.name in _KNOWN.values():
            return _before_a_power(reader, function, group, cursor)
        if relations.holds_relation(group.items):
            raise FreeError("a relation stands in the argument of a function", group.span, "relation in an argument")
        listed = dots.vector(reader, group) if function.name == DIAGONAL else None
        nodes = (listed,) if listed else arguments(reader, group)[0]
        return t.Apply(function, nodes, span=(start, group.span[1]))
    reach = operators.reaching(reader, cursor)
    if reach is not None:
        return t.Apply(function, (reach,), span=(start, reach.span[1]))
    if cursor.text == "-":
        raise FreeError("what the function is taken of is not clear: put parentheses", function.span, "argument")
    first = reader.factor(cursor)
    more: list[t.Node] = []
    place = cursor.at
    while reader.starts_factor(cursor) and cursor.text not in COMMANDS:
        more.append(reader.factor(cursor))
    if more and not isinstance(first, t.Number):
        options = ("a function without parentheses of one factor", "a function without parentheses of all factors")
        if not reader.findings.choose("argument", options, function.span):
            cursor.at, more = place, []
    elif more:
        reader.findings.say("argument", "a function without parentheses of all factors", function.span)
    body = first if not more else t.Times((first, *more), span=(first.span[0], more[-1].span[1]))
    return t.Apply(function, (body,), span=(start, body.span[1]))


def _before_a_power(reader: "Reader", function: t.Function, group: Group, cursor: Cursor) -> t.Apply:
    r"""Return ``\ln(x)^2`` as the square of the logarithm, whose scripts are not read here, or as that of x."""
    nodes, _ = arguments(reader, group)
    value = t.Apply(function, nodes, span=(function.span[0], group.span[1]))
    if function.name in (r"\ln", r"\sin", r"\cos") and len(nodes) == 1:
        options = (
            "a power behind parentheses as that of the value",
            "a power behind parentheses as that of the argument",
        )
        if reader.findings.choose("power", options, group.span):
            inside = atoms.with_scripts(reader, nodes[0], cursor)
            return t.Apply(function, (inside,), span=(function.span[0], inside.span[1]))
    return value


def arguments(reader: "Reader", group: Group) -> tuple[tuple[t.Node, ...], str]:
    r"""Return the arguments in parentheses, and how they are separated, as ``·|·,·``.

    What stands before a relation in an argument, as in ``P(X = x)``, belongs to the name of the function. Arguments
    between which dots stand are one argument.
    """
    parts: list[list[Item]] = [[]]
    shape: list[str] = []
    for item in group.items:
        sign = _SEPARATORS.get(item.text) if isinstance(item, Token) else None
        if sign:
            parts.append([])
            shape.append(sign)
        else:
            parts[-1].append(item)
    if any(not part for part in parts):
        raise FreeError("an argument is missing", group.span, "missing argument")
    parts, shape = dots.without_dots(parts, shape)
    nodes: list[t.Node] = []
    words = ""
    for number, part in enumerate(parts):
        words += shape[number - 1] if number else ""
        relation = next((at for at, item in enumerate(part) if getattr(item, "text", "") in OF_EVENTS), None)
        if relation is not None:
            words += text_of(part[: relation + 1])
            part = part[relation + 1 :]
        inside = part[0] if len(part) == 1 else None
        if isinstance(inside, Group) and words.endswith((r"\in", r"\notin", r"\not\in")) and inside.kind in ("[", "("):
            more, ends = arguments(reader, inside)
            words += f"{inside.kind}{ends}"
            nodes += more
            continue
        if not part:
            raise FreeError("an argument is missing", group.span, "missing argument")
        if any(isinstance(item, Group) and item.kind == "text" and names.is_sentence(item.name) for item in part):
            told, described = _event(reader, part)
            words += told
            nodes += described
            continue
        words += "·"
        span = (part[0].span[0], part[-1].span[1])
        listed = dots.list_of(reader, part)
        nodes.append(listed or reader.expression(part, span))
    return tuple(nodes), words


def _event(reader: "Reader", part: Sequence[Item]) -> tuple[str, list[t.Node]]:
    """Return an event that is told in words, as a name with a dot for each formula in it, and these formulas."""
    name, nodes = "", list[t.Node]()
    piece: list[Item] = []
    for item in (*part, None):
        words = isinstance(item, Group) and item.kind == "text" and (item.name.strip(), names.is_sentence(item.name))
        if item is not None and not (words and (words[1] or not piece)):
            piece.append(item)
            continue
        if piece:
            relation = next((at for at, each in enumerate(piece) if getattr(each, "text", "") in OF_EVENTS), None)
            name += text_of(piece[: relation + 1]) if relation is not None else ""
            rest = piece[relation + 1 :] if relation is not None else piece
            if not rest:
                raise FreeError("the words of an event", part[0].span, "words within")
            nodes.append(reader.expression(rest, (rest[0].span[0], rest[-1].span[1])))
            name += "·"
            piece = []
        name += f" {words[0]} " if words else ""
    return name, nodes
