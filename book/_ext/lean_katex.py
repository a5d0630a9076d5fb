r"""What KaTeX writes, in fewer elements, which look and are read the same.

KaTeX makes an element of every symbol, space and strut. Here an element that no style concerns gives way to what it
holds, a space becomes the margin of what is beside it, and boxes that hold one box become one with it; places that are
only held open are given by book.css to the boxes around them. `tests/test_light_pages.py` compares the two as pictures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from xml.parsers import expat

SHEET = (Path(__file__).resolve().parents[1] / "_vendor" / "katex" / "katex.min.css").read_text(encoding="utf-8")
STYLED = {*re.findall(r"\.([a-z][\w-]*)", SHEET)}  # the classes that a rule of KaTeX names
SCALES = {  # what a change of size does to one em
    (f"reset-{before}", after): float(scale)
    for before, after, scale in re.findall(r"\.katex-sizing\.reset-(size\d+)\.(size\d+)\{font-size:([\d.]+)em", SHEET)
}
(NULL,) = re.findall(r"\.nulldelimiter\{[^}]*width:([\d.]+)em", SHEET)

FACES = {  # the classes that say no more than the face of a text
    name
    for selectors, declarations in re.findall(r"([^{}]+)\{([^{}]*)\}", SHEET)
    if all(re.match("font-(family|style|weight):", each) for each in declarations.split(";"))
    for selector in selectors.split(",")
    if re.fullmatch(r"\.katex (\.[\w-]+)+", selector)
    for name in selector.split(".")[2:]
}
ONE_WITH_TABLE = {"msupsub", "mfrac", "sqrt", "op-limits", "katex-accent", "col-align-c", "col-align-l", "col-align-r"}
KEEPS = {*re.findall(r"\.([\w-]+)>span", SHEET)}  # what they hold is addressed as <span>
IN_EM = {"top", "margin-left", "margin-right", "--strut"}


@dataclass
class Element:
    """An element with its style as properties; what it holds are texts, elements, and spaces in em."""

    tag: str
    attributes: dict[str, str]
    inside: list[Item] = field(default_factory=list)

    def __post_init__(self):
        self.classes = self.attributes.pop("class", "").split()
        pairs = filter(None, self.attributes.pop("style", "").split(";"))
        self.style = dict(pair.split(":", 1) for pair in pairs)

    def __str__(self) -> str:
        style = self.style
        if "vlist-t2" in self.classes and (right := style.get("margin-right")):
            style = style | {"margin-right": f"calc({right} - 2px)"}  # KaTeX lets it overlap what follows
        attributes = {"class": " ".join(self.classes), "style": ";".join(map(":".join, style.items()))}
        named = {name: value for name, value in attributes.items() if value} | self.attributes
        written = "".join(f' {name}="{escape(value)}"' for name, value in named.items())
        inside = "".join(escape(each, quote=False) if isinstance(each, str) else str(each) for each in self.inside)
        return f"<{self.tag}{written}>{inside}</{self.tag}>"

    @property
    def only(self) -> Element | None:
        """The element that is all it holds."""
        (one,) = self.inside if len(self.inside) == 1 else (None,)
        return one if isinstance(one, Element) else None

    @property
    def is_text(self) -> bool:
        """Does it hold a text, in a face, which may have margins?"""
        return (
            self.tag == "span"
            and FACES.issuperset(self.classes)
            and {"margin-left", "margin-right"}.issuperset(self.style)
            and bool(self.inside)
            and all(isinstance(each, str) for each in self.inside)
        )

    def space(self, side: str, width: float) -> None:
        """Add to a margin."""
        total = width + in_em(self.style.pop(f"margin-{side}", "0em"))
        self.style |= {f"margin-{side}": em(total)} if total else {}


Item = str | float | Element


def in_em(length: str) -> float:
    return float(length.removesuffix("em"))


def em(number: float) -> str:
    """Return a length as KaTeX writes it, but finer, for lengths that were scaled."""
    return f"{number:.6f}".rstrip("0").rstrip(".") + "em"


def lean(text: str) -> str:
    """Return what KaTeX wrote in fewer elements."""
    (whole,) = read(text)
    formula = whole.only if "katex-display" in whole.classes else whole
    for part in formula.inside:
        if "katex-mathml" in part.classes:
            meaning(part)
        else:
            part.inside = [boxes(each) for each in part.inside]
    return str(whole)


def read(text: str) -> list[Element]:
    """Return the elements of a text."""
    root = Element("", {})
    path = [root]
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def start(tag, attributes):
        path[-1].inside.append(Element(tag, attributes))
        path.append(path[-1].inside[-1])

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: path.pop()
    parser.CharacterDataHandler = lambda data: path[-1].inside.append(data)
    parser.Parse(text, True)
    return root.inside


# The picture ----------------------------------------------------------------------------------------------------------


def boxes(box: Element) -> Element:
    """Return a box of the picture with fewer boxes in it."""
    if box.tag != "span":
        return box
    inside = [boxes(each) if isinstance(each, Element) else each for each in box.inside]
    box.inside = list(joined(spaced([*flat(inside, keeps=not KEEPS.isdisjoint(box.classes))])))
    box.classes = [name for name in box.classes if name in STYLED]
    if box.style.get("top") == "0em":  # it is moved by nothing
        del box.style["top"]
        box.style.pop("position", None)
        box.classes = [name for name in box.classes if name != "delimcenter"]
    if "vlist-t" in box.classes:
        return table(box)
    box = one(held_open(box))
    if "--strut" in box.style and not box.only:  # where a browser rounds depends on it: what is shifted is one box
        box.inside = [Element("span", {}, box.inside)]
    return box


def held_open(box: Element) -> Element:
    """Return a box that says how high it is in place of a first one in it that holds it open."""
    first = next((each for each in box.inside if isinstance(each, Element)), None)
    if first and first.classes == ["katex-strut"]:
        box.style |= {"--height": first.style["height"], "--below": first.style.get("vertical-align", "0")}
        box.inside.remove(first)
    if first and first.classes == ["pstrut"]:
        box.style["--strut"] = first.style["height"]
        box.inside.remove(first)
    return box


def table(box: Element) -> Element:
    """Return the table that puts boxes above each other as its one cell; how deep it reaches is a margin."""
    rows = [
        each.inside[0] if isinstance(each, Element) and each.classes == ["vlist-r"] else each for each in box.inside
    ]
    if len(rows) > 1:
        box.style["margin-bottom"] = rows[1].style["height"]
    box.inside = rows[:1]
    return box


def one(box: Element) -> Element:
    """Return a box that holds only one other box as one with it, where that is the same."""
    inner = box.only
    if inner is None or inner.tag != "span":
        return box
    if "vlist-t" in inner.classes and not box.style and ONE_WITH_TABLE.issuperset(box.classes):
        inner.classes = [*box.classes, *inner.classes]
        return inner
    is_shift = "top" in box.style and IN_EM.issuperset(box.style)
    if is_shift and not box.classes and not inner.style and (scale := scale_of(inner)):
        # A length in em is one of the font of its box.
        box.style = {name: em(in_em(value) / scale) for name, value in box.style.items()}
        box.classes, box.inside = inner.classes, inner.inside
    return box


def scale_of(box: Element) -> float | None:
    """Return what a box that only changes the size does to one em."""
    kind, *sizes = box.classes or [""]
    return SCALES.get((sizes[0], sizes[1])) if kind == "katex-sizing" and len(sizes) == 2 else None


def flat(inside: list[Item], keeps: bool) -> Iterator[Item]:
    """Yield the parts of a box, where no style concerns them those of its boxes, and empty boxes as spaces."""
    for each in inside:
        if not isinstance(each, Element) or each.tag != "span" or keeps:
            yield each
        elif each.classes == ["mspace"] and {*each.style} == {"margin-right"}:
            yield in_em(each.style["margin-right"])
        elif each.classes == ["arraycolsep"] and {*each.style} == {"width"}:
            yield in_em(each.style["width"])
        elif each.classes == ["nulldelimiter"] and not each.style:
            yield float(NULL)
        elif not each.classes and not each.style and not each.attributes:
            yield from each.inside
        elif not each.classes and each.is_text:
            yield in_em(each.style.get("margin-left", "0em"))
            yield from each.inside
            yield in_em(each.style.get("margin-right", "0em"))
        else:
            yield each


def spaced(inside: list[Item]) -> list[Item]:
    """Return the parts of a box with its spaces as margins of what is beside them."""
    parts = [*sums(inside)]
    for place, width in enumerate(parts):
        if not isinstance(width, float):
            continue
        beside = [(at, side) for at, side in ((place + 1, "left"), (place - 1, "right")) if 0 <= at < len(parts)]
        free = [(at, side) for at, side in beside if takes_margin(parts[at])]
        texts = [(at, side) for at, side in beside if isinstance(parts[at], str)]
        if not free and not texts:
            parts[place] = Element("span", {"class": "mspace", "style": f"margin-right:{em(width)}"})
            continue
        at, side = (free or texts)[0]
        if isinstance(parts[at], str):
            parts[at] = Element("span", {}, [parts[at]])
        parts[at].space(side, width)
        parts[place] = ""
    return parts


def takes_margin(part: Item) -> bool:
    return isinstance(part, Element) and (part.is_text or "vlist-t" in part.classes)


def sums(inside: list[Item]) -> Iterator[Item]:
    """Yield texts and spaces that follow each other as one."""
    last: Item = ""
    for each in inside:
        if type(each) is type(last) and not isinstance(each, Element):
            last += each
        else:
            yield from (last,) if last else ()
            last = each
    yield from (last,) if last else ()


def joined(inside: list[Item]) -> Iterator[Item]:
    """Yield the parts of a box with neighbors of one face as one."""
    last: Item = ""
    for each in filter(None, inside):
        if isinstance(last, str) and isinstance(each, str):
            last += each
        elif (
            isinstance(last, Element)
            and isinstance(each, Element)
            and last.is_text
            and each.is_text
            and (last.classes, last.style.get("margin-right"), each.style.get("margin-left"))
            == (each.classes, None, None)
        ):
            last.inside = ["".join((*last.inside, *each.inside))]
            last.style |= each.style
        else:
            yield from (last,) if last else ()
            last = each
    yield from (last,) if last else ()


# What is read aloud ---------------------------------------------------------------------------------------------------


def meaning(part: Element) -> None:
    """Let the LaTeX be an attribute, and all of its ``<math>`` what it means, in rows of more than one."""
    (math,) = part.inside
    (semantics,) = math.inside
    row, annotation = semantics.inside
    part.attributes["data-tex"] = "".join(annotation.inside)
    math.inside = [*rows(row, within_row=True)]


def rows(part: Element, within_row: bool) -> Iterator[Item]:
    """Yield an element of MathML, or what it holds if it adds nothing: a row of one, or where a row is understood."""
    implies = part.tag in ("mtd", "mstyle")
    part.inside = [
        new
        for each in part.inside
        for new in (rows(each, implies and len(part.inside) == 1) if isinstance(each, Element) else (each,))
    ]
    if part.tag == "mrow" and not part.attributes and (within_row or part.only):
        yield from part.inside
    else:
        yield part
