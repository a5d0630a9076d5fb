"""Read a printed PDF, and name what a reader would miss: bookmarks, places that links lead to, the pages that
the contents name, a size to send."""

import io
from collections.abc import Container, Iterator, Mapping

import pikepdf

MEGABYTES = 15


def finished(pdf: bytes, headings: list[tuple[str, str]]) -> bytes:
    """Return a PDF with the headings as the titles of its bookmarks, and its small objects compressed together.

    Each heading is given as it is seen and without its formulas, as Chromium names its bookmark, though twice where the
    heading begins a sheet. A bookmark without the letters of its heading keeps its title, for `faults` to find. And
    Chromium writes an object for each word that it tags.
    """
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for bookmark, (seen, without) in zip(_bookmarks(opened), headings, strict=False):
            if _holds(str(bookmark.Title), without):
                bookmark.Title = pikepdf.String(seen)
        opened.save(written, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return written.getvalue()


def _holds(title: str, heading: str) -> bool:
    """Say whether a title has the letters of a heading in their order, some of them twice, and no others."""
    title, heading = "".join(title.split()), "".join(heading.split())
    letters = iter(title)
    return all(letter in letters for letter in heading) and len(title) <= 2 * len(heading) and {*title} == {*heading}


def pages_of(pdf: bytes) -> dict[str, int]:
    """Return for each place that a link can lead to the number of its page, from 1."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        numbers = {page.objgen: number for number, page in enumerate(opened.pages, 1)}
        return {name: numbers[place[0].objgen] for name, place in _places(opened).items()}


def faults(pdf: bytes, headings: list[str], pages: Mapping[str, int]) -> list[str]:
    """Return what is wrong with a PDF.

    It should have these headings as its bookmarks, in their order, and its places on these pages, as the contents say.
    """
    found = []
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        bookmarks = [str(each.Title) for each in _bookmarks(opened)]
        for place, (heading, bookmark) in enumerate(zip(headings, bookmarks, strict=False)):
            if heading != bookmark:
                found.append(f"bookmark {place + 1} is {bookmark!r}, and the heading is {heading!r}")
                break
        if len(headings) != len(bookmarks):
            found.append(f"there are {len(headings)} headings, and {len(bookmarks)} bookmarks")
        places = _places(opened)
        for number, page in enumerate(opened.pages, 1):
            for annotation in page.get("/Annots", ()):
                found += [f"a link on page {number} leads nowhere: {each}" for each in _dead(annotation, places)]
        if "/MarkInfo" not in opened.Root:
            found.append("it has no tags")
    for name, number in pages_of(pdf).items():
        if pages.get(name) != number:
            found.append(f"the contents were written for {name} on page {pages.get(name)}, and it is on page {number}")
            break
    if len(pdf) > MEGABYTES * 1e6:
        found.append(f"it has {len(pdf) / 1e6:.1f} MB, more than {MEGABYTES}")
    return found


def _bookmarks(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Dictionary]:
    """Yield the bookmarks in the order of the book."""

    def from_first(item: pikepdf.Dictionary | None) -> Iterator[pikepdf.Dictionary]:
        while item is not None:
            yield item
            yield from from_first(item.get("/First"))
            item = item.get("/Next")

    yield from from_first(pdf.Root.get("/Outlines", {}).get("/First"))


def _places(pdf: pikepdf.Pdf) -> dict[str, pikepdf.Object]:
    """Return the places to which links can lead, by their names."""
    places = {str(name).removeprefix("/"): place for name, place in pdf.Root.get("/Dests", {}).items()}
    tree = pdf.Root.get("/Names", {}).get("/Dests")
    return places | (dict(pikepdf.NameTree(tree)) if tree is not None else {})


def _dead(annotation: pikepdf.Object, places: Container[str]) -> Iterator[str]:
    """Yield where a link leads, if nothing is there; a file on this machine is nothing for a reader."""
    action = annotation.get("/A", {})
    address = str(action.get("/URI", ""))
    if address.startswith("file:"):
        yield address
    target = annotation.get("/Dest", action.get("/D"))
    if isinstance(target, (pikepdf.Name, pikepdf.String)):
        name = str(target).removeprefix("/")
        if name not in places:
            yield name
    elif target is None and not address:
        yield "a link without a target"
