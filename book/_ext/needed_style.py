"""Leave out of a style sheet what no page can use: most of a theme is for parts that a book does not have.

A rule stays if a page or a script has the classes and ids that it needs. Of a script each word counts, and a name may
go on where a text in it ends, as in `bs-${name}-auto`. Motions and faces stay if something names them. What a rule says
is not touched, and neither are custom properties.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape

from tinycss2 import parse_blocks_contents, parse_rule_list, parse_stylesheet, serialize

VALUE = re.compile(r"""\s(?:(class|id)|style|font-family)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script>", re.DOTALL)
WORD = re.compile(r"[\w-]+")
BEGINNING = re.compile(r"[A-Za-z][\w-]*-(?=\$\{|[\"'`])")
LEGAL = re.compile("copyright|licen[cs]e", re.IGNORECASE)

WITHIN = {"is", "where", "has"}  # one of the selectors in these has to match; of those in :not(…) none
AROUND = {"media", "supports", "container", "layer"}  # rules around rules
NAMED = {"keyframes", "-webkit-keyframes", "font-face"}


@dataclass(frozen=True)
class Names:
    """What pages and scripts name: whole names, and beginnings of those that a script makes."""

    whole: frozenset[str]
    beginnings: tuple[str, ...]

    def has(self, name: str) -> bool:
        """Say whether something may have this class or id."""
        return name in self.whole or name.startswith(self.beginnings)


def names_in(pages: Iterable[str], scripts: Iterable[str]) -> Names:
    """Return the classes and ids of pages, and the words of their own styles and of scripts, theirs and others."""
    values, code = set(), set(scripts)
    for page in pages:
        values.update(VALUE.findall(page))
        code.update(SCRIPT.findall(page))
    whole = {word for text in code for word in WORD.findall(text)}
    for is_name, *value in values:
        text = unescape("".join(value))
        whole.update(text.split() if is_name else WORD.findall(text))
    return Names(frozenset(whole), tuple(sorted({word for text in code for word in BEGINNING.findall(text)})))


def needed(sheet: str, names: Names) -> str:
    """Return a style sheet without the rules that nothing in it can match."""
    rules = [*_needed(parse_stylesheet(sheet, skip_whitespace=True), names)]
    words = {*names.whole, *(word for text, name in rules if name is None for word in WORD.findall(text))}
    return "".join(f"{text}\n" for text, name in rules if name is None or words.issuperset(WORD.findall(name)))


def _needed(rules: Iterable, names: Names) -> Iterator[tuple[str, str | None]]:
    """Yield rules as text, those of motions and of faces with their name."""
    for rule in rules:
        if rule.type == "comment":
            if LEGAL.search(rule.value):
                yield rule.serialize(), None
        elif rule.type == "qualified-rule":
            if selectors := [each for each in _parts(rule.prelude) if _can_match(each, names)]:
                yield f"{','.join(serialize(each).strip() for each in selectors)}{{{_body(rule)}}}", None
        elif rule.type == "at-rule" and rule.lower_at_keyword in NAMED:
            yield rule.serialize(), _name(rule)
        elif rule.type == "at-rule" and rule.lower_at_keyword in AROUND and rule.content is not None:
            inner = [*_needed(parse_rule_list(rule.content, skip_whitespace=True), names)]
            if inner:
                yield f"@{rule.at_keyword}{serialize(rule.prelude)}{{{''.join(text for text, _ in inner)}}}", None
        else:
            yield rule.serialize(), None


def _body(rule) -> str:
    return serialize([each for each in rule.content if each.type != "comment"]).strip()


def _parts(tokens: Iterable) -> list[list]:
    """Return what stands between commas."""
    parts: list[list] = [[]]
    for token in tokens:
        if token == ",":
            parts.append([])
        elif token.type != "comment":
            parts[-1].append(token)
    return parts


def _can_match(selector: list, names: Names) -> bool:
    """Say whether there may be something with all the classes and ids of a selector."""
    for before, token in zip([None, *selector], selector, strict=False):
        if token.type == "hash" or (token.type == "ident" and before == "."):
            if not names.has(token.value):
                return False
        elif token.type == "function" and token.lower_name in WITHIN:
            if not any(_can_match(each, names) for each in _parts(token.arguments)):
                return False
    return True


def _name(rule) -> str:
    """Return the name of a motion or a face."""
    if rule.lower_at_keyword != "font-face":
        return serialize(rule.prelude)
    found = {each.lower_name: each.value for each in parse_blocks_contents(rule.content) if each.type == "declaration"}
    return serialize(found["font-family"])
