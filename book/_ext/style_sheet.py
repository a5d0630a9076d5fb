"""The style sheet of the book: those of the theme and the extensions in one, without what no page uses.

A rule is left out if each of its selectors names a class or an id that stands in no page and in no script; of the font
of the icons, those that no rule shows.
"""

import posixpath
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import tinycss2

ICON = re.compile(r'(?:content|--pst-icon-[a-z-]+):"(?:\\([0-9a-f]+) ?|(.))"')
NAME = re.compile(r"[.#](-?[A-Za-z_][\w-]*)")
IMPORT = re.compile(r'@import "([^"]+)";')
URL = re.compile(r"url\((['\"]?)(?!data:|#)([^)'\"]+)\1\)")
FONT_FILE = re.compile(
    r'url\((vendor/fontawesome/webfonts/([a-z0-9-]+))\.woff2\) format\("woff2"\),url\(\1\.ttf\) format\("truetype"\)'
)


def joined(site: Path, files: tuple[Path, ...]) -> str:
    """Some style sheets in one, which stands in ``_static``."""
    return "\n".join(_sheet(site, file) for file in files)


def _sheet(site: Path, file: Path) -> str:
    """A style sheet with what it imports, its addresses as seen from ``_static``."""
    text = file.read_text(encoding="utf-8")
    folder = file.parent.relative_to(site / "_static").as_posix()

    def moved(found):
        return f"url({posixpath.normpath(posixpath.join(folder, found[2]))})"

    text = URL.sub(moved, text)
    return IMPORT.sub(lambda found: _sheet(site, (file.parent / found[1]).resolve()), text)


# Rules ----------------------------------------------------------------------------------------------------------------


def names(text: str) -> set[str]:
    """All that may be a class or an id in a style sheet."""
    return set(NAME.findall(text))


def used(text: str, names: set[str]) -> str:
    """A style sheet without the rules that need a class or an id that is not among the names."""
    return "".join(_kept(tinycss2.parse_stylesheet(text), names))


def _kept(rules: list, names: set[str]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [each for each in _split(rule.prelude) if _needs(each) <= names]
            if selectors:
                prelude = ",".join(tinycss2.serialize(each).strip() for each in selectors)
                yield f"{prelude}{{{tinycss2.serialize(rule.content)}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
            inner = "".join(_kept(tinycss2.parse_rule_list(rule.content), names))
            if inner:
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}"
        elif rule.type != "comment" or rule.value.startswith("!"):  # a license stays
            yield rule.serialize()


def _split(prelude: list) -> list[list]:
    """The selectors of a rule: what stands between its commas."""
    selectors = [[]]
    for token in prelude:
        if token == ",":
            selectors.append([])
        else:
            selectors[-1].append(token)
    return selectors


def _needs(selector: list) -> set[str]:
    """The classes and ids without which a selector matches nothing; those within `:not()` and its like do not."""
    names = [first.serialize() + second.serialize() for first, second in pairwise(selector) if first == "."]
    names += [token.serialize() for token in selector if token.type == "hash"]
    return {name[1:] for name in names if NAME.fullmatch(name)}  # one with a backslash is another one than it looks


# Icons ----------------------------------------------------------------------------------------------------------------


def with_its_icons(site: Path, text: str) -> str:
    """A style sheet with fonts that hold the icons that it shows, and no other; writes these fonts."""
    codes = {int(code, 16) if code else ord(sign) for code, sign in ICON.findall(text)}

    def smaller(found):
        source = site / "_static" / "vendor" / "fontawesome" / "webfonts" / f"{found[2]}.ttf"
        return f'url({_icons(site, source, codes)}) format("woff")'

    return FONT_FILE.sub(smaller, text)


def _icons(site: Path, source: Path, codes: set[int]) -> str:
    """The icons of a font that are shown, as a font of their own; the address as seen from ``_static``."""
    from fontTools import subset  # loaded only if a page was written
    from fontTools.ttLib import TTFont

    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options(flavor="woff", layout_features=[], hinting=False, notdef_outline=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    font.flavor = "woff"
    font.save(site / "_static" / f"{source.stem}.woff")
    return f"{source.stem}.woff"
