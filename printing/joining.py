"""One document of all pages of a built book, for paper.

Each page becomes a chapter below the title of its part; its ids get a prefix, so that they stay unique, and links
follow them. In place of the first page, which is the door of a site, there are a title and the contents. What only a
screen needs is left out, what is folded is open, solutions and the documentation of the code are at the end.
"""

import json
import os
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from sphinx_external_toc.parsing import parse_toc_yaml

from book._ext.citation import Work, read

STYLE = Path(__file__).with_name("paper.css")
DOOR = "title"  # the id of what is there in place of the first page
SOLUTIONS = "solutions"
LAST = ("book/reference/api",)  # pages that come after the solutions
# MathML is read out in place of a formula, and would be printed twice.
MATHML = re.compile(r'<span class="katex-mathml" data-tex="([^"]*)">.*?</math></span>', re.DOTALL)
LEFT_OUT = "script, noscript, style, button, .headerlink, .cite-this, .in-code, .viewcode-link, details.hide"
REFERS = ("href", "xlink:href", "aria-labelledby", "aria-describedby", "for")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:")


class CannotJoin(ValueError):
    """What keeps pages from being joined; its text is one sentence."""


@dataclass(frozen=True)
class Part:
    """A part of the table of contents; the first one may have no caption."""

    caption: str
    pages: tuple[str, ...]


def parts_of(root: Path) -> list[Part]:
    """Return the parts of a book, without its first page."""
    first = parse_toc_yaml(root / "_toc.yml").root
    return [Part(part.caption or "", tuple(map(str, part.items))) for part in first.subtrees]


def address_of(html: Path) -> str:
    """Return the address that the built first page names: with a slash at its end, or empty if nobody knows it."""
    door = BeautifulSoup((html / "book/index.html").read_text(encoding="utf-8"), "html.parser")
    canonical = door.find("link", rel="canonical")
    return str(canonical["href"]).removesuffix("book/index.html") if canonical else ""


def joined(root: Path, html: Path, target: Path) -> str:
    """Return the document, with addresses as they are seen from the file `target`.

    Raises
    ------
    FileNotFoundError
        If a page is not built.
    CannotJoin
        If a link within the book leads to nothing.
    WrongCitation
        If CITATION.cff cannot be used.
    """
    parts, work, address = parts_of(root), read(root), address_of(html)
    names = [name for part in parts for name in part.pages]
    formulas: list[str] = []
    chapters = {name: _chapter(html, name, formulas) for name in names}
    ids = {name: {str(tag["id"]) for tag in chapter.find_all(id=True)} for name, chapter in chapters.items()}
    for name, chapter in chapters.items():
        _lead(chapter, name, ids, html, target, address)
        _for_paper(chapter, f"{address}{name}.html" if address else "")
    solved = {name: _solutions(chapter) for name, chapter in chapters.items()}
    body = [_title_page(work, address, parts, chapters, any(solved.values()))]
    for part in parts:
        pages = [chapters[name] for name in part.pages if name not in LAST]
        heading = f'<h1 class="part" id="{_slug(part.caption)}">{escape(part.caption)}</h1>' if part.caption else ""
        body += [f'<section class="part">{heading}', *map(str, pages), "</section>"]
    if any(solved.values()):
        body.append(f'<section class="part"><h1 class="part" id="{SOLUTIONS}">Solutions</h1>')
        body += [
            f"<h2>{_title(chapters[name])}</h2>{''.join(map(str, found))}" for name, found in solved.items() if found
        ]
        body.append("</section>")
    body += [f'<section class="part">{chapters[name]}</section>' for name in names if name in LAST]
    text = re.sub(r'<i data-formula="(\d+)"></i>', lambda found: formulas[int(found[1])], "\n".join(body))
    return _document(work.title, _sheet(html, names[0], target), text)


def _document(title: str, sheet: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="en" data-theme="light" style="--title: {escape(json.dumps(title))}">'
        f'<head><meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n"
        f'<link rel="stylesheet" href="{sheet}">\n<style>{STYLE.read_text(encoding="utf-8")}</style>\n</head><body>\n'
        f'<main class="bd-main bd-content"><article class="bd-article">\n{body}\n</article></main>\n</body></html>\n'
    )


def _sheet(html: Path, name: str, target: Path) -> str:
    """Return the address of the style sheet of a page."""
    page = (html / f"{name}.html").read_text(encoding="utf-8")
    found = re.search(r'<link rel="stylesheet" href="([^"]+)"', page)
    return _seen_from(html / f"{name}.html", found[1], target)


def _seen_from(file: Path, address: str, target: Path) -> str:
    return os.path.relpath((file.parent / address).resolve(), target.parent.resolve())


def _slug(words: str) -> str:
    return "part-" + "-".join(re.findall(r"\w+", words.lower()))


def _key(name: str) -> str:
    """Return the id of a page, which is also the prefix of those within it."""
    return name.removeprefix("book/").replace("/", "-")


def _chapter(html: Path, name: str, formulas: list[str]) -> Tag:
    """Return the article of a page as a chapter, without what is for screens alone; its formulas are put aside."""
    text = (html / f"{name}.html").read_text(encoding="utf-8")
    article = re.search(r'<article class="bd-article".*?</article>', text, re.DOTALL)
    if article is None:
        raise CannotJoin(f"{name} has no article")

    def put_aside(formula: str) -> str:
        formulas.append(_named(formula))
        return f'<i data-formula="{len(formulas) - 1}"></i>'

    text = _without(article[0], '<div class="evidence-says">', lambda says: "")
    text = _without(text, '<span class="katex">', put_aside)
    chapter = BeautifulSoup(text, "html.parser").article
    for part in chapter.select(LEFT_OUT):
        part.decompose()
    chapter.name, chapter["class"], chapter["id"] = "section", ["chapter"], ""
    return chapter


def _named(formula: str) -> str:
    """Return a formula of KaTeX as a picture whose words are its LaTeX: one mark of a tagged PDF, and not hundreds."""
    tex = MATHML.search(formula)
    words = tex[1] if tex else ""
    return MATHML.sub("", formula).replace(
        '<span class="katex">', f'<span class="katex" role="img" aria-label="{words}">', 1
    )


def _without(text: str, opening: str, put: Callable[[str], str]) -> str:
    """Return a text in which each element that begins with a tag is replaced by what `put` makes of it.

    Formulas and evidence are most of a page; so neither has to be parsed.
    """
    tags, pieces, end = re.compile(rf"<(/?){opening[1:].split()[0]}\b"), [], 0
    while (begin := text.find(opening, end)) >= 0:
        pieces.append(text[end:begin])
        depth = 0
        for found in tags.finditer(text, begin):
            depth += -1 if found[1] else 1
            if depth == 0:
                break
        end = text.index(">", found.start()) + 1
        pieces.append(put(text[begin:end]))
    return "".join([*pieces, text[end:]])


def _lead(chapter: Tag, name: str, ids: Mapping[str, set[str]], html: Path, target: Path, address: str) -> None:
    """Prefix the ids of a chapter, and let every link of it lead there, to another chapter, or to the site."""
    file = html / f"{name}.html"
    for tag in chapter.find_all(True):
        for attribute in ("src", *REFERS):
            if value := tag.get(attribute):
                followed = partial(_followed, name=name, ids=ids, html=html, address=address)
                if attribute == "src":
                    tag[attribute] = value if ELSEWHERE.match(value) else _seen_from(file, value, target)
                elif attribute.endswith("href"):
                    tag[attribute] = followed(value)
                else:
                    tag[attribute] = " ".join(f"{_key(name)}--{each}" for each in str(value).split())
        for attribute, value in tag.attrs.items():
            if isinstance(value, str) and "url(#" in value:
                tag[attribute] = value.replace("url(#", f"url(#{_key(name)}--")
        if tag.get("id"):
            tag["id"] = f"{_key(name)}--{tag['id']}"
        if tag.name == "a" and tag.get("href") == "":
            del tag["href"]
    chapter["id"] = _key(name)


def _followed(value: str, name: str, ids: Mapping[str, set[str]], html: Path, address: str) -> str:
    """Return where a link of a page leads on paper; an empty text if only the site has it, and nobody knows where."""
    if ELSEWHERE.match(value):
        return value
    path, _, anchor = value.partition("#")
    there = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else f"{name}.html"
    page = there.removesuffix(".html")
    if page in ids:
        if anchor and anchor not in ids[page]:
            raise CannotJoin(f"{name} leads to {value}, and {page} has no such place")
        return f"#{_key(page)}--{anchor}" if anchor else f"#{_key(page)}"
    if page in ("book/index", "index"):
        return f"#{DOOR}"
    if not (html / there).exists():
        raise CannotJoin(f"{name} leads to {value}, which is not built")
    return f"{address}{there}{'#' if anchor else ''}{anchor}" if address else ""


def _for_paper(chapter: Tag, address: str) -> None:
    """Open what is folded, size nothing for a screen, lower the headings by one level, and say where theorems are."""
    for folded in chapter.select("details:not(.evidence)"):
        folded["open"] = ""
    for image in chapter.find_all("img"):
        del image["loading"]
    for heading in chapter.find_all(re.compile("^h[1-5]$")):
        heading.name = f"h{int(heading.name[1]) + 1}"
    for theorem in chapter.select("div.theorem[id]"):
        label = str(theorem["id"]).partition("--")[2]
        note = BeautifulSoup("", "html.parser").new_tag("p", attrs={"class": "address"})
        if address:
            link = BeautifulSoup("", "html.parser").new_tag("a", href=f"{address}#{label}")
            link.string = f"{address}#{label}"
            note.append(link)
        else:
            note.string = f"Label: {label}"
        theorem.append(note)
    for number in chapter.select("div.math[id] > .eqno") if address else ():
        link = BeautifulSoup("", "html.parser").new_tag("a", href=f"{address}#{number.parent['id'].partition('--')[2]}")
        number.wrap(link)


def _solutions(chapter: Tag) -> list[Tag]:
    """Cut the solutions out of a chapter, let each exercise lead to its own, and return them."""
    found = []
    for solution in chapter.select("div.solution"):
        exercise = solution.find_previous("div", class_="exercise")
        found.append(solution.extract())
        if exercise is not None and solution.get("id"):
            note = BeautifulSoup(f'<p class="to-solution"><a href="#{solution["id"]}">Solution</a></p>', "html.parser")
            exercise.append(note)
            title, called = solution.select_one(".admonition-title"), exercise.select_one(".caption-number")
            if title is not None and called is not None:  # here a solution does not follow its exercise, as on its page
                back = BeautifulSoup(f'<a href="#{exercise["id"]}">{called.get_text().strip()}</a>', "html.parser")
                title.clear()
                title.extend(["Solution of ", back])
    return found


def _title(chapter: Tag) -> str:
    return chapter.h2.decode_contents().strip()


def _contents(parts: Sequence[Part], chapters: Mapping[str, Tag], solved: bool) -> Iterator[str]:
    """Yield the lines of the table of contents, each with the id that it leads to."""
    for part in parts:
        if part.caption:
            yield _contents_line(_slug(part.caption), escape(part.caption), "of-part")
        for name in part.pages:
            if name not in LAST:
                yield _contents_line(_key(name), _title(chapters[name]))
    if solved:
        yield _contents_line(SOLUTIONS, "Solutions", "of-part")
    for name in chapters:
        if name in LAST:
            yield _contents_line(_key(name), _title(chapters[name]))


def _contents_line(place: str, title: str, kind: str = "of-page") -> str:
    """Return a line of the contents; on which page its place is, `paper.name_pages` writes."""
    return f'<li class="{kind}"><a href="#{place}"><span>{title}</span> <span class="on-page"></span></a></li>'


def _title_page(work: Work, address: str, parts: Sequence[Part], chapters: Mapping[str, Tag], solved: bool) -> str:
    where = f'<p><a href="{address}">{address}</a></p>' if address else ""
    contents = "".join(_contents(parts, chapters, solved))
    return (
        f'<section class="title-page" id="{DOOR}"><p class="book-title">{escape(work.title)}</p>'
        f"<p>{escape(work.names())}</p><p>Version {escape(work.version)}</p>{where}</section>\n"
        f'<nav class="book-contents"><h1 id="contents">Contents</h1><ul>{contents}</ul></nav>'
    )
