r"""The author's own commands: found in the file that defines them, and written out wherever they are used.

``\newcommand``, ``\renewcommand``, ``\providecommand``, ``\DeclareMathOperator`` and ``\def`` are read from the text of
the file, and so are the macros of a KaTeX or MathJax setting in it. What is written out stands at the place of the
command.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.tokens import Kind, Token, normal, scan

_MOST, _DEEPEST = 20_000, 30  # tokens of a formula once it is written out, definitions within each other
_COMMANDS = (r"\newcommand", r"\renewcommand", r"\providecommand", r"\DeclareRobustCommand")
_OPERATORS = (r"\DeclareMathOperator", r"\DeclareMathOperator*")
_SETTING = re.compile(
    r"""["']?(?P<name>\\\\?[A-Za-z]+|[A-Za-z]+)["']?\s*:\s*"""
    r"""(?:\[\s*(?P<quote>["'])(?P<body>(?:\\.|(?!(?P=quote)).)*)(?P=quote)\s*,\s*(?P<count>\d)\s*\]"""
    r"""|(?P<other>["'])(?P<alone>(?:\\.|(?!(?P=other)).)*)(?P=other))"""
)
_MACROS = re.compile(r"""\b["']?macros["']?\s*:\s*\{""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Macro:
    """What a command stands for: its tokens, and how many arguments it takes, the first with a value if left out."""

    body: tuple[Token, ...]
    count: int = 0
    first: tuple[Token, ...] | None = None


def defined_in(text: str) -> dict[str, Macro]:
    """Return the commands that a text defines, by their names."""
    found: dict[str, Macro] = {}
    if _MACROS.search(text):
        for setting in _MACROS.finditer(text):
            found |= _of_setting(text[setting.end() : _end(text, setting.end())])
    if "\\newcommand" in text or "\\def" in text or "command" in text or "\\DeclareMathOperator" in text:
        found |= definitions(scan(text))[0]
    return found


def in_words(text: str, macros: Mapping[str, Macro]) -> str:
    """Return a text in which the author's commands are written out once, with their arguments."""
    for name, macro in macros.items():
        body, count = normal(list(macro.body)), macro.count

        def written(found: re.Match[str], body: str = body) -> str:
            given = [one or other for one, other in zip(found.groups()[::2], found.groups()[1::2], strict=True)]
            return re.sub(r"#(\d)", lambda number: given[int(number[1]) - 1] or "", body)

        given = r"\s*(?:\{([^{}$]*)\}|(\\[A-Za-z]+|[A-Za-z\d]))" * count or "(?![A-Za-z])"
        text = re.sub(rf"{re.escape(name)}{given}", written, text)
    return text


def _end(text: str, start: int) -> int:
    """Return where the braces end that are open at a place."""
    depth = 1
    for at in range(start, len(text)):
        depth += (text[at] == "{") - (text[at] == "}")
        if not depth:
            return at
    return len(text)


def _of_setting(text: str) -> dict[str, Macro]:
    """Return the macros of a setting in JavaScript, JSON or YAML."""
    found = {}
    for match in _SETTING.finditer(text):
        body = match["body"] if match["body"] is not None else match["alone"]
        name = "\\" + match["name"].lstrip("\\")
        tokens = tuple(scan(body.replace("\\\\", "\\")))
        count = int(match["count"] or max((int(digit) for digit in re.findall(r"#(\d)", body)), default=0))
        found[name] = Macro(tokens, count)
    return found


def definitions(tokens: Sequence[Token]) -> tuple[dict[str, Macro], list[Token]]:
    """Return the commands that tokens define, and the tokens without the definitions."""
    found: dict[str, Macro] = {}
    rest: list[Token] = []
    at = 0
    while at < len(tokens):
        text = tokens[at].text
        taken = None
        if text in (*_COMMANDS, *_OPERATORS):
            taken = _defined(tokens, at)
        elif text == r"\def":
            taken = _defined_by_def(tokens, at)
        if taken is None:
            rest.append(tokens[at])
            at += 1
        else:
            name, macro, at = taken
            found[name] = macro
    return found, rest


def _defined(tokens: Sequence[Token], at: int) -> tuple[str, Macro, int] | None:
    operator = tokens[at].text in _OPERATORS
    name, at = _argument(tokens, at + (2 if _text(tokens, at + 1) == "*" else 1))
    name = [token for token in name if token.kind is not Kind.SPACE]
    if len(name) != 1 or name[0].kind is not Kind.COMMAND:
        return None
    count, first = 0, None
    options: list[list[Token]] = []
    at = _visible(tokens, at)
    while _text(tokens, at) == "[":
        end = next((place for place in range(at, len(tokens)) if tokens[place].text == "]"), len(tokens) - 1)
        options.append(list(tokens[at + 1 : end]))
        at = _visible(tokens, end + 1)
    if options:
        digits = "".join(token.text for token in options[0])
        count = int(digits) if digits.isdigit() else 0
        first = tuple(options[1]) if len(options) > 1 else None
    body, at = _argument(tokens, at)
    if operator:
        words = "".join(token.text for token in body if token.kind is Kind.LETTER)
        body = scan(rf"\operatorname{{{words}}}")
    return name[0].text, Macro(tuple(body), count, first), at


def _defined_by_def(tokens: Sequence[Token], at: int) -> tuple[str, Macro, int] | None:
    at = _visible(tokens, at + 1)
    name = _text(tokens, at)
    if at >= len(tokens) or tokens[at].kind is not Kind.COMMAND:
        return None
    count, at = 0, at + 1
    while at < len(tokens) and tokens[at].text != "{":
        count += tokens[at].text == "#"
        at += 1
    body, at = _argument(tokens, at)
    return name, Macro(tuple(body), count), at


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if at < len(tokens) else ""


def _visible(tokens: Sequence[Token], at: int) -> int:
    while at < len(tokens) and tokens[at].kind is Kind.SPACE:
        at += 1
    return at


def _argument(tokens: Sequence[Token], at: int) -> tuple[list[Token], int]:
    """Return an argument, in braces or one token, without the braces, and the place behind it."""
    at = _visible(tokens, at)
    if _text(tokens, at) != "{":
        return list(tokens[at : at + 1]), at + 1
    depth, begin = 0, at + 1
    for end in range(at, len(tokens)):
        depth += (tokens[end].text == "{") - (tokens[end].text == "}")
        if not depth:
            return list(tokens[begin:end]), end + 1
    return list(tokens[begin:]), len(tokens)


def written_out(tokens: Sequence[Token], macros: Mapping[str, Macro], depth: int = 0) -> list[Token]:
    """Return tokens in which every command of the author is written out, at its place.

    Raises
    ------
    FreeError
        If commands stand for each other without end, or for too much.
    """
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        macro = macros.get(token.text) if token.kind is Kind.COMMAND else None
        if macro is None:
            found.append(token)
            at += 1
        else:
            if depth > _DEEPEST:
                raise FreeError(f"{token.text} stands for itself", token.span, "macro")
            body, at = _applied(tokens, at, macro)
            start, end = token.span[0], tokens[at - 1].span[1]
            here = [replace(each, span=(start, end)) if each.span[0] < 0 else each for each in body]
            found += written_out(here, macros, depth + 1)
        if len(found) > _MOST:
            raise FreeError("too much once commands are written out", tokens[0].span, "macro")
    return found


def _applied(tokens: Sequence[Token], at: int, macro: Macro) -> tuple[list[Token], int]:
    """Return the body of a macro with its arguments in it; what the body itself writes has no place yet."""
    at += 1
    arguments: list[list[Token]] = []
    if macro.first is not None:
        place = _visible(tokens, at)
        if _text(tokens, place) == "[":
            end = next((each for each in range(place, len(tokens)) if tokens[each].text == "]"), len(tokens) - 1)
            arguments.append(list(tokens[place + 1 : end]))
            at = end + 1
        else:
            arguments.append([replace(token, span=(-1, -1)) for token in macro.first])
    while len(arguments) < macro.count:
        argument, at = _argument(tokens, at)
        arguments.append(argument)
    body: list[Token] = []
    place = 0
    while place < len(macro.body):
        token = macro.body[place]
        if token.text == "#" and place + 1 < len(macro.body) and macro.body[place + 1].text[:1].isdigit():
            digits = macro.body[place + 1].text
            number = int(digits[0]) - 1
            body += arguments[number] if number < len(arguments) else []
            if digits[1:]:
                body.append(Token(Kind.NUMBER, digits[1:], (-1, -1)))
            place += 2
        else:
            body.append(replace(token, span=(-1, -1)))
            place += 1
    return body, min(at, len(tokens))
