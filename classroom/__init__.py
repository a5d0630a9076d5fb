"""Two editions for a course: the book without solutions, for the class, and all solutions apart, for the teacher.

    python -m classroom without-solutions    # make class
    python -m classroom solutions            # make solutions, from the built book

A setting of sphinx-exercise, ``hide_solutions``, leaves solutions out of the pages alone: they would remain in the
sources that each page offers, in the ledger and in ``evidence.json``, and the checker would miss their formulas. So
they are cut out of a copy of the sources, from which a whole book is built: nothing of it knows them. A box for an
answer stays, withholds what is right, and keeps what is answered, which the teacher judges from the whole sources
(``nncore-verify --answers``). One that asks for a right side keeps the left one, whose equation may be gone with a
solution.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import yaml
from bs4 import BeautifulSoup, Tag
from sphinx_external_toc.parsing import parse_toc_yaml

from nncore.verify.notation import load
from nncore.verify.report.book import NOTATION
from nncore.verify.report.boxes import Book, RightSide, boxes_in
from nncore.verify.report.exercise import Exercise

NOT_COPIED = ("_build", "__pycache__", "*.egg-info", ".*", "conf.py", "releases", "tests", "venv", "env")
OPENS = re.compile(r"^(?P<fence>`{3,}|:{3,})\{(?P<kind>solution|solution-start|solution-end)\}")
BOX = re.compile(r"^(?P<fence>`{3,}|:{3,})\{(?:choices|shape|number|(?P<answer>answer))\} *(?P<asks>.*)")
KNOWN = re.compile(r":(?:of|within):")  # options of a box from which its answer follows
LEFT_OUT = "script, .evidence, .headerlink, .cite-this, button"  # of a page that is joined with others

PAGE = """\
<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<title>{title}</title>
{styles}
</head>
<body>
<main class="bd-main bd-content" style="display: block; margin: auto; max-width: 50rem; padding: 1rem">
<article class="bd-article">
<h1>{title}</h1>
{parts}
</article>
</main>
</body>
</html>
"""


def equations_asked(page: Path, text: str, book: Book) -> dict[str, Exercise]:
    """Return the equations of a page whose right sides its boxes ask for, by their labels.

    Raises
    ------
    WrongBox
        If there is no such equation.
    """
    asking = [box for box in boxes_in(page, text) if box.asked.kind == "answer"]
    known = {box.asked.question: box.known(book) for box in asking}
    return {label: each.exercise for label, each in known.items() if isinstance(each, RightSide)}


def without_solutions(text: str, asked: Mapping[str, Exercise]) -> str:
    """Return a page without its solutions, and without what is known of the boxes for answers.

    ``asked`` are its equations that are asked for their right sides, by their labels.

    Raises
    ------
    ValueError
        If a solution does not end.
    """
    kept: list[str] = []
    until, gated = "", False
    for line in text.split("\n"):
        if until:
            until = "" if line.strip() == until else until
        elif found := OPENS.match(line):
            until, gated = found["fence"], found["kind"] == "solution-start" or (gated and found["kind"] == "solution")
        elif not gated:
            kept.append(line)
    if until or gated:
        raise ValueError("a solution does not end")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_withheld(kept, asked))).rstrip("\n") + "\n"


def _withheld(lines: Iterable[str], asked: Mapping[str, Exercise]) -> Iterator[str]:
    """Yield the lines of a page, of its boxes for answers only what is asked: no right option, no reason, no value."""
    until = ""
    for line in lines:
        if not until and (found := BOX.match(line)):
            until, in_reason = found["fence"], bool(found["answer"])  # which holds nothing but wrong answers
            if found["answer"]:
                equation = asked[found["asks"].strip()]
                yield from (f"{until}{{answer}}", ":withheld:", f":left: {equation.left}")
                yield from [f":where: {equation.where}"] if equation.where else []
            else:
                yield from (line, ":withheld:")
        elif not until:
            yield line
        elif line.strip() == until:
            until = ""
            yield line
        elif line.startswith("- ["):
            in_reason = False
            yield re.sub(r"^- \[[xX]\]", "- [ ]", line)
        else:
            in_reason = in_reason or not line.strip()
            if not in_reason and not KNOWN.match(line):
                yield line


def lay_out(root: Path, folder: Path) -> None:
    """Copy the sources of a book into a folder, which is made anew, without the solutions."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(root, folder, ignore=shutil.ignore_patterns(*NOT_COPIED))
    book = book_in(root)
    for page in sorted((folder / "book").rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        if "{exercise}" in text:
            page.write_text(without_solutions(text, equations_asked(page, text, book)), encoding="utf-8")


def book_in(root: Path) -> Book:
    """Return the pages of the book in a folder, and its notation, which its settings may name."""
    settings = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    given = (settings.get("sphinx", {}).get("config") or {}).get("verify_notation")
    files = [path for name in pages_of(root) for path in root.glob(f"{name}.*")]
    return Book(load(root / given if given else NOTATION), tuple(files))


def build(folder: Path) -> int:
    """Build a copy strictly, with its own modules, and return the exit code."""
    command = [Path(sys.executable).with_name("jupyter-book"), "build", folder, "-W", "--keep-going"]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": str(folder)}, check=False).returncode


def pages_of(root: Path) -> list[str]:
    """Return the pages of a book in their order."""
    return [str(name) for name in parse_toc_yaml(root / "_toc.yml")]


def solutions(root: Path, html: Path, target: Path) -> str:
    """Return one page with all exercises of a built book, their hints and solutions open, for the file `target`.

    Raises
    ------
    FileNotFoundError
        If the book is not built.
    """
    parts, styles, title = [], "", ""
    for name in pages_of(root):
        file = html / f"{name}.html"
        page = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
        _seen_from(page, file, target)
        if not styles:
            styles = "\n".join(str(link) for link in page.select('link[rel="stylesheet"]'))
            title = f"Exercises and solutions: {page.select_one('.site-title').get_text(' ', strip=True)}"
        for part in page.select(LEFT_OUT):
            part.decompose()
        found = list(_boxes(page))
        if found:
            parts += [f"<h2>{page.h1.decode_contents().strip()}</h2>", *map(str, found)]
    return PAGE.format(title=title, styles=styles, parts="\n".join(parts))


def _boxes(page: BeautifulSoup) -> Iterator[Tag]:
    """Yield the exercises and solutions of a page, with all that they fold open."""
    for box in page.select("div.exercise, div.solution"):
        for folded in box.select("details"):
            folded["open"] = ""
        yield box


def _seen_from(page: BeautifulSoup, file: Path, target: Path) -> None:
    """Let the addresses of a page be right on another one."""
    for tag, attribute in (("a", "href"), ("img", "src"), ("link", "href")):
        for element in page.find_all(tag, **{attribute: True}):
            address = str(element[attribute])
            if re.match(r"[a-z]+:", address):
                continue
            path, sign, anchor = address.partition("#")
            there = (file.parent / path).resolve() if path else file.resolve()
            element[attribute] = os.path.relpath(there, target.parent.resolve()) + sign + anchor
