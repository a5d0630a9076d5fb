r"""What is wrong with lines that YAML cannot read, in words that say what to write instead.

A declaration is a line ``- {letter: \lambda, meaning: decay}``, so a broken one can be told from its neighbors:
`without_broken` names each and leaves it out, and what remains is read as if they were not there.
"""

import re
from collections.abc import Callable, Iterator

from nncore.verify.notation import Fault, Notation, NotationError, faults, read_yaml

_KEYS = "letter|name|meaning|shape|entry|layers|rows|to|over|ties|kind|from|first|last|entries|symmetric|sign"
_QUOTED = r"'[^']*'|\"[^\"]*\""
_EXAMPLE = r"a declaration is written  - {letter: \lambda, meaning: strength of the decay}"
_TEX_IN_BRACES = re.compile(
    rf"(?:(?P<key>{_KEYS}): *|[\[,] *)(?P<value>[^\s'\"{{}}\[\],][^\s'\"{{}}\[\],]*\{{[^\s'\",]*\}}+)"
)
_WITHOUT_COMMA = re.compile(rf"(?:{_QUOTED}|[^\s,{{\[]) +(?P<key>{_KEYS}): ")
_COLON_IN_WORDS = re.compile(rf"(?P<key>{_KEYS}): (?P<value>[^'\"{{}}\[\],]*: [^{{}},]*)")


def all_faults(text: str, base: Notation | None) -> list[Fault]:
    """Return all that is wrong with a notation that goes on from another one, or from nothing, by its lines."""
    sound, broken, left_out = without_broken(text)
    return sorted((*broken, *faults(sound, base, left_out)), key=lambda fault: fault.line)


def without_broken(text: str) -> tuple[str, list[Fault], str]:
    """Return a text without the lines that cannot be read, a fault for each, and these lines."""
    try:
        read_yaml(text)
        return text, [], ""
    except NotationError:
        lines, found, left_out = text.split("\n"), list[Fault](), list[str]()
    for start, end in _pieces(lines):
        piece = "\n".join(lines[start:end])
        is_item = bool(re.match(r"\s*-", piece))
        try:
            if reason := _header(piece):
                lines[start] = f"{lines[start].rstrip()}:"
                raise NotationError(reason)
            read_yaml(f"part:\n{piece}" if is_item else piece)
        except NotationError as error:
            found.append(Fault(start + error.line - is_item - 1, str(error)))
            if not reason:
                left_out.append(piece)
                lines[start:end] = [""] * (end - start)
    found = [Fault(fault.line + 1, fault.reason) for fault in found]
    return "\n".join(lines), found, "\n".join(left_out)


def _pieces(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Yield where each declaration, and each part in one line, begins and ends."""
    starts = [at for at, line in enumerate(lines) if re.match(r"\s*-(?:\s|\{)|[^\s#]", line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        if not re.fullmatch(r"\w+:\s*(?:#.*)?", lines[start].rstrip()):
            yield start, end


def in_words(text: str, line: int) -> tuple[str, int]:
    """Return what is wrong where YAML reads no further, and the line of it, both counted from 0."""
    lines = text.split("\n")
    begin = min(line, len(lines) - 1)
    while begin and not lines[begin].strip():
        begin -= 1
    for at in dict.fromkeys((begin, max(begin - 1, 0))):
        for judge in _JUDGES:
            if reason := judge(lines[at]):
                return reason, at
    return f"this line cannot be read; {_EXAMPLE}", begin


def _tab(line: str) -> str:
    return "a tab stands here: indent by spaces" if "\t" in line else ""


def _braces(line: str) -> str:
    found = _TEX_IN_BRACES.search(line)
    if not found:
        return ""
    value = found["value"]
    while value.count("}") > value.count("{"):
        value = value[:-1]
    shown = f"{found['key']}: '{value}'" if found["key"] else f"'{value}'"
    return f"what holds braces is put in quotes: {shown}"


def _double_quotes(line: str) -> str:
    found = re.search(r'"([^"]*\\[^"]*)"', line)
    return f"a backslash within double quotes has another meaning: write '{found[1]}'" if found else ""


def _comma(line: str) -> str:
    found = _WITHOUT_COMMA.search(line)
    return f"a comma is missing before {found['key']}:" if found else ""


def _colon(line: str) -> str:
    found = _COLON_IN_WORDS.search(line)
    return f"words with a colon are put in quotes: {found['key']}: '{found['value'].strip()}'" if found else ""


def _bracket(line: str) -> str:
    plain = re.sub(_QUOTED, "", line)
    for opening, closing in ("{}", "[]"):
        if plain.count(opening) > plain.count(closing):
            comment = ", and what is behind # is passed over" if re.search(r"\s#", plain) else ""
            return f"the {opening} in this line is not closed, a {closing} is expected{comment}"
        if plain.count(opening) < plain.count(closing):
            return f"a {closing} in this line closes nothing"
    return ""


def _quote(line: str) -> str:
    for quote in "'\"":
        if line.count(quote) % 2:
            instead = "; an apostrophe within single quotes is written twice" if quote == "'" else ""
            return f"a quotation mark {quote} in this line has no other one{instead}"
    return ""


def _without_braces(line: str) -> str:
    if re.match(rf"\s*- *(?:{_KEYS}):[^{{}}]*, *(?:{_KEYS}):", line):
        return f"the braces are missing; {_EXAMPLE}"
    return ""


def _header(line: str) -> str:
    return f"a colon is missing behind {line.strip()}" if re.fullmatch(r"\w+\s*", line) else ""


def _sign(line: str) -> str:
    found = re.search(rf"(?P<key>{_KEYS}): (?P<value>[@`%&*!|>][^,}}]*)", line)
    return f"what begins with {found['value'][0]} is put in quotes: {found['key']}: '{found['value']}'" if found else ""


def _indentation(line: str) -> str:
    return "this line is indented otherwise than those above it" if re.match(r"\s*- ", line) else ""


_JUDGES: tuple[Callable[[str], str], ...] = (
    _tab, _braces, _double_quotes, _without_braces, _comma, _colon, _quote, _bracket, _header, _sign, _indentation,
)  # fmt: skip
