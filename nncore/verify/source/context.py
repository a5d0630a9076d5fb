"""What stands around the formulas of a page and decides what they mean, as values, and the rule for assumptions.

`source.markdown` and `source.latex_file` fill these values in. For every displayed formula they say which
assumptions the text around it puts in force, and under which label an assumption itself is kept. For the page they
collect the displayed ``{notation}`` blocks, in which a page declares letters of its own. A ``{notation}`` block inside
of an ``{erratum}`` or a ``{dictionary}`` belongs to that and not to the page.

A formula belongs to the text of the directives around it, such as a theorem, proof, exercise or solution; the text of
a directive inside of these belongs to that alone. Outside of directives it belongs to the paragraph directly above it,
or, where only other formulas are between them, to the one above those. What a reference in that text does, `in_force`
says.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ERRATUM, UNCHECKED, DICTIONARY = "erratum", "unchecked", "dictionary"
VALUE, _, INDEX = WAYS = ("value", "shape", "index")  # in which an erratum can fail
CITED = ("external theorem", "quotation")
REASONS = (*CITED, "floating-point model", "empirical")  # for which a formula is not checked
OPTIONS = {ERRATUM: ("fails", "corrected", "where"), UNCHECKED: ("reason",)}


@dataclass(frozen=True, slots=True)
class NotationBlock:
    """The text of a ``{notation}`` block, its page, and the line of the page in which it begins, counted from 1."""

    text: str
    line: int
    path: Path


@dataclass(frozen=True, slots=True)
class Aside:
    """An ``{erratum}`` or an ``{unchecked}`` block, whose formulas the page does not claim.

    Attributes
    ----------
    kind : str
        ``erratum`` or ``unchecked``.
    line : int
        The line of the file in which it begins, counted from 1.
    last : int
        The line in which its last formula begins.
    options : tuple of pairs of str
        Its options, in their order.
    blocks : tuple of NotationBlock
        The notation blocks inside.
    path : Path
        The page, so that blocks of two pages or cells differ.
    """

    kind: str
    line: int
    last: int
    options: tuple[tuple[str, str], ...]
    blocks: tuple[NotationBlock, ...]
    path: Path = Path()


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A ``{dictionary}`` block: a text in letters of its own, with the line in which it begins and its notation."""

    line: int
    blocks: tuple[NotationBlock, ...]
    path: Path


@dataclass(frozen=True, slots=True)
class Place:
    """What stands around one formula.

    Attributes
    ----------
    mentions : frozenset of str
        The labels that the text around the formula puts in force.
    label : str or None
        The label of the innermost directive.
    convention : bool
        Whether a directive around it is a convention: ``{prf:convention}``, or an admonition of that class.
    aside : Aside or None
        The block around it whose formulas the page does not claim.
    world : str or None
        The label of the exercise in which, or in whose solution, it stands.
    dictionary : Dictionary or None
        The block around it that has letters of its own.
    """

    mentions: frozenset[str]
    label: str | None
    convention: bool
    world: str | None = None
    aside: Aside | None = None
    dictionary: Dictionary | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The places of the formulas, in their order, and the notation blocks of the page."""

    places: tuple[Place, ...]
    blocks: tuple[NotationBlock, ...]


def objection_to_options(aside: Aside) -> str | None:
    """Return what is wrong with the options of an erratum or an unchecked block, if anything is."""
    known, options = OPTIONS[aside.kind], dict(aside.options)
    for option in options:
        if option not in known:
            return f"unknown option {option!r} of {{{aside.kind}}}; the options are {', '.join(known)}"
    if aside.kind == ERRATUM:
        if options.get("fails") not in WAYS:
            return f"say how the erratum fails, as ':fails: value'; the ways are {', '.join(WAYS)}"
        return None if options.get("corrected") else "name what corrects the erratum, as ':corrected: eq-label'"
    reason, _, words = (part.strip() for part in options.get("reason", "").partition(":"))
    if reason not in REASONS or not words:
        return f"say why it is not checked, as ':reason: empirical: words'; the reasons are {', '.join(REASONS)}"
    return f"the reason {reason!r} needs a citation" if reason in CITED and "{cite" not in words else None


# References -----------------------------------------------------------------------------------------------------------

REFERENCE = "\x02{}\x03"  # how a reference to a label is written in the text that `in_force` takes
_REFERENCE = re.compile("\x02([^\x03]*)\x03")
_BETWEEN_SENTENCES = re.compile(r"(?<=[;:?!])\s+|(?<=\w\w\.)\s+|(?<=[^\w\s.]\.)\s+")  # not behind e.g. or i.e.
_QUOTED = re.compile(r"\"[^\"]*\"|“[^“”]*”|``[^`']*''|~~[^~]*~~")
_LONGEST = 2000  # characters of a sentence that puts anything in force
_CLAUSE = re.compile(r".*(?<!\bnot )(?<!never )(?<!only )\b(?=(?:because|since|so|but)\b)", re.DOTALL | re.IGNORECASE)
_INTRODUCES = re.compile(
    r"\b(?:by|under|with|given|assum(?:e|es|ing)|suppos(?:e|es|ing)|since|because|from|using|uses?|through|due|thanks|"
    r"via|if|when|where|let|as|rests?|needs?|requires?)\b",
    re.IGNORECASE,
)
_SAYS = re.compile(r"\s*(?:says?|states?|gives?|holds?|applies|assumes?|is behind)\b", re.IGNORECASE)
_DENIES = re.compile(
    r"n['’]t\b|\b(?:not|no|nor|never|neither|none|nothing|nobody|nowhere|hardly|cannot|without|unlike|instead|rather|except|"
    r"unless|despite|spite|regardless|irrespective|contrary|contrast|opposed|alternative|lieu|place of|absence|lacks?|"
    r"lacking|missing|independent(?:ly)? of(?=\s*$| what| whether| assumption| the assumption)|"
    r"fails?|failed|failing|false|wrong|unnecessary|superfluous|needless|redundant|irrelevant|"
    r"(?:drop|omit|remov|relax|waiv|discard|ignor|violat|avoid|lift|abandon|contradict|den)"
    r"(?:s|es|e|ed|t?ted|ped|ing|ping|ting|y|ies|ied))\b",
    re.IGNORECASE,
)
_FOLLOWING = re.compile(r"(?:[\s,]*(?:which|that)\b)?(?:\s+(?!but\b)[\w'’]+){0,2}")


def in_force(text: str) -> Iterator[str]:
    """Yield the labels that a paragraph puts in force, with its references written as `REFERENCE`.

    A reference puts in force what it names if its clause leads to it by one of the words *by*, *under*, *with*,
    *given*, *assuming*, *since*, *if*, *as*, *using* and their like, if it is the subject of *states*, *says*,
    *gives*, *holds*, *is behind* and their like, or if it ends a parenthesis. It puts nothing in force in a question,
    between quotation marks, or where a word such as *not*, *without*, *unlike* or *never* is in its clause before it,
    or among the two words after it. A clause begins with its sentence or with *because*, *since*, *so* or *but*.
    """
    if not _REFERENCE.search(text):
        return
    for sentence in _BETWEEN_SENTENCES.split(_QUOTED.sub(" ", text)):
        for found in _REFERENCE.finditer(sentence) if len(sentence) < _LONGEST else ():
            before = _REFERENCE.sub(" ", _CLAUSE.sub("", sentence[: found.start()]))
            after = _REFERENCE.sub(" ", sentence[found.end() :])
            following = _FOLLOWING.match(after)
            denied = _DENIES.search(before) or (following and _DENIES.search(following[0]))
            closes = before.rpartition("(")[1] and after.startswith(")")
            introduced = closes or _INTRODUCES.search(before) or _SAYS.match(after)
            if introduced and not denied and not sentence.rstrip().endswith("?"):
                yield found[1]
