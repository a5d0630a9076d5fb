"""What the book is called, who wrote it, and what it is based on, as CITATION.cff says; and entries for BibTeX.

All pages, citations, the front door and releases take title, authors and version from there, and from nowhere else. The
book is based on what its `references` name: every page says so beside the licenses, which ask for it.
"""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import latexcodec  # noqa: F401  (it registers the codec that is used below)
import yaml

SOURCE = "CITATION.cff"
COMMANDS = {
    "\\": "textbackslash",
    "{": "textbraceleft",  # BibTeX counts braces, escaped or not
    "}": "textbraceright",
    "^": "textasciicircum",
    "~": "textasciitilde",
}
_MATH = re.compile(r"(\$[^$]*\$)")


class WrongCitation(ValueError):
    """A CITATION.cff that cannot be used; its text is one sentence."""


@dataclass(frozen=True)
class Author:
    """An author as CITATION.cff knows them: a person with a family name, or a group with a name."""

    family: str
    given: str = ""
    particle: str = ""
    suffix: str = ""
    group: bool = False

    def __str__(self) -> str:
        """Return the name as it is said."""
        return " ".join(part for part in (self.given, self.particle, self.family, self.suffix) if part)

    def bibtex(self) -> str:
        """Return the name as BibTeX wants it; braces keep together what is one name."""
        if self.group:
            return f"{{{escaped(self.family)}}}"
        family, given, particle, suffix = map(escaped, (self.family, self.given, self.particle, self.suffix))
        last = f"{{{family}}}" if re.search(r"\s|,", self.family) else family
        parts = [f"{particle} {last}".strip(), *([suffix] if suffix else []), given]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Original:
    """What the book is based on: a title, its authors, and its address, if that is given."""

    title: str
    authors: tuple[Author, ...]
    address: str = ""

    def names(self) -> str:
        """Return the authors in words."""
        return _in_words(self.authors)


@dataclass(frozen=True)
class Work:
    """The book: title, authors, version, the date of that version, if it has been released, and what it is based on."""

    title: str
    authors: tuple[Author, ...]
    version: str
    date: str
    originals: tuple[Original, ...] = ()

    @property
    def year(self) -> str:
        """Return the year of the version, if it has been released."""
        return self.date[:4]

    def names(self) -> str:
        """Return the authors in words."""
        return _in_words(self.authors)


def _in_words(authors: tuple[Author, ...]) -> str:
    *others, last = map(str, authors)
    return f"{', '.join(others)} and {last}" if others else last


def read(folder: Path) -> Work:
    """Return what the CITATION.cff of a folder says.

    Raises
    ------
    WrongCitation
        If it is not there, or title, version or authors are missing; title or authors also of one of its references.
    """
    try:
        data = yaml.safe_load((folder / SOURCE).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise WrongCitation(f"{SOURCE} must be a file with title, version and authors: {error}") from None
    data = data if isinstance(data, Mapping) else {}
    for key in ("title", "version", "authors"):
        if not data.get(key):
            raise WrongCitation(f"{SOURCE} must have an entry {key}, which the pages show and citations give")
    references = data.get("references") or []
    if not isinstance(references, list):
        raise WrongCitation(f"{SOURCE}: references must be a list, got {references!r}")
    return Work(
        str(data["title"]),
        _authors(data["authors"]),
        str(data["version"]),
        str(data.get("date-released") or ""),
        tuple(map(_original, references)),
    )


def _original(entry: Any) -> Original:
    match entry:
        case {"title": title, "authors": authors} if title and authors:
            addresses = (entry.get(key) for key in ("url", "repository-code", "repository"))
            doi = f"https://doi.org/{entry['doi']}" if entry.get("doi") else ""
            return Original(str(title), _authors(authors), str(next(filter(None, addresses), doi)))
    raise WrongCitation(f"{SOURCE}: one of the references must have a title and authors, got {entry!r}")


def _authors(given: Any) -> tuple[Author, ...]:
    if not isinstance(given, list):
        raise WrongCitation(f"{SOURCE}: authors must be a list, got {given!r}")
    return tuple(map(_author, given))


def _author(entry: Any) -> Author:
    match entry:
        case {"family-names": family}:
            others = (entry.get(key) or "" for key in ("given-names", "name-particle", "name-suffix"))
            return Author(str(family), *map(str, others))
        case {"name": name}:
            return Author(str(name), group=True)
    raise WrongCitation(f"{SOURCE}: an author must have family-names and given-names, or a name, got {entry!r}")


def escaped(text: str) -> str:
    r"""Return a text for LaTeX: signs that it would read otherwise escaped, accents as commands, formulas as they are.

    BibTeX is older than Unicode: it cuts and sorts ``{\"O}`` rightly, and ``Ö`` in the middle of a letter.
    """
    parts = _MATH.split(text)
    return "".join(part if _MATH.fullmatch(part) else "".join(map(_sign, part)) for part in parts)


def _sign(sign: str) -> str:
    if sign in COMMANDS:
        return f"{{\\{COMMANDS[sign]}}}"
    if sign.isascii() and sign not in "&%#_$":
        return sign
    try:
        code = codecs.encode(sign, "ulatex+ascii")
    except UnicodeEncodeError:  # there is no command for it
        return sign
    is_accent = "\\" in code and not sign.isascii()
    return f"{{{code.strip()}}}" if is_accent else code


def entry(work: Work, key: str, title: str, where: str, address: str, year: str) -> str:
    r"""Return an entry for BibTeX: author, title, where it is found with version and address, year.

    All styles print the field `howpublished` of ``@misc``; the classic ones print no `url`, and pybtex shows ``\url``
    as it is. So the address is a text, and stands there once.
    """
    version = f"version {work.version}" if where else f"Version {work.version}"
    places = [escaped(where), version, escaped(address).replace("--", "-{}-")]
    fields = {
        "author": " and ".join(author.bibtex() for author in work.authors),
        "title": f"{{{escaped(title)}}}",  # in braces, or its capitals are lost
        "howpublished": ", ".join(place for place in places if place),
        "year": year,
    }
    width = max(map(len, fields))
    return "\n".join([f"@misc{{{key},", *(f"  {name:<{width}} = {{{value}}}," for name, value in fields.items()), "}"])
