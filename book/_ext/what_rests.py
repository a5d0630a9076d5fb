"""What rests on a page: who refers to it or to its labels, who uses the functions that it defines, which tests name it.

    python book/_ext/what_rests.py book/layers/sigmoid

says it before the page is taken out of the book. A build without the page prints the same list before it reads any, and
stops there if the page was left out of _toc.yml.
"""

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path

from equations_of_code import implementations
from sphinx.util import logging
from sphinx_external_toc.parsing import parse_toc_yaml

logger = logging.getLogger(__name__)

SUFFIXES = (".md", ".ipynb", ".rst")
FENCE = re.compile(r"^\s*(?:>\s*)*(`{3,}|~{3,}|:{3,})\s*(?:\{([\w:.-]+)\})?")
CODE = ("code", "code-block", "code-cell", "eval-rst", "listing", "literalinclude", "notation", "raw")

REFERENCES = (re.compile(r"\{(?:eq|ref|numref|prf:ref)\}`(?:[^`<]*<)?([^`<>]+)>?`"),)
# What a line of a directive names alone: its argument, an option, an item or a key, as in ``thm-relu: functions.relu``.
ENTRY = re.compile(r"^\s*(?:[`~:]{3,}\{[\w:.-]+\}\s+|:(?!label:|name:)[\w-]+:\s+|- )?([\w:.-]*\w)\s*(?::(?:\s.*)?)?$")
KINDS = {"def", "eq", "ex", "fig", "thm"}  # what labels begin with, also where no page has one any more
TERM = re.compile(r"\{term\}`(?:[^`<]*<)?([^`<>]+)>?`")
OF_CODE = re.compile(r"\{py:\w+\}`(?:[^`<]*<)?~?([^`<>]+)>?`")
LINK = re.compile(r"\]\(<?([^)\s>]+)>?\)|\{doc\}`(?:[^`<]*<)?([^`<>]+)>?`")
IN_DOCSTRING = re.compile(r":(?:eq|ref|numref|prf:ref):`(?:[^`<]*<)?([^`<>]+)>?`")
DOCUMENTED = re.compile(r"\.\. auto(\w+)::\s+(nncore[\w.]*)(?:.*\n)?(?:\s+:members:(.*))?")
IN_DISPLAY = re.compile(r"\$\$\s*\(([^)\s$]+)\)\s*$")
DEFINITIONS = (
    re.compile(r"^\s*:(?:label|name):\s*(\S+)", re.MULTILINE),
    re.compile(r"^\s*name:\s*[\"']?([\w-]+)", re.MULTILINE),
    re.compile(r"^\s*\(([\w:.-]+)\)=\s*$", re.MULTILINE),
    re.compile(IN_DISPLAY.pattern, re.MULTILINE),
    re.compile(r"\{[^}\n]*#([\w-]+)"),
)
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)  # which names the kernel
OF_SPHINX = {"genindex", "modindex", "search"}


@dataclass(frozen=True)
class Page:
    """A page of a book, by its name in _toc.yml."""

    name: str
    path: Path
    text: str = field(repr=False)

    def prose(self) -> Iterator[tuple[int, str]]:
        """Yield the lines with their numbers, without code."""
        return ((number, line) for number, _, line in self.lines())

    def lines(self) -> Iterator[tuple[int, str, str]]:
        """Yield the same, each line with the name of the innermost directive around it, if there is one."""
        fences: list[tuple[str, bool, str]] = []
        for number, line in enumerate(self.text.splitlines(), 1):
            found = FENCE.match(line)
            is_code = any(code for _, code, _ in fences)
            if found and fences and not found[2] and found[1].startswith(fences[-1][0]):
                fences.pop()
            elif found and not is_code:
                fences.append((found[1], found[2] in CODE if found[2] else found[1][0] != ":", found[2] or ""))
                if found[2] and not fences[-1][1]:
                    yield number, found[2], line
            elif not is_code:
                yield number, fences[-1][2] if fences else "", line

    def labels(self) -> set[str]:
        """Return the labels that it gives."""
        text = FRONT_MATTER.sub("", self.text)
        return {label for pattern in DEFINITIONS for label in pattern.findall(text)}

    def terms(self) -> set[str]:
        """Return the words that its glossary explains, in small letters."""
        found = (line for _, name, line in self.lines() if name == "glossary" and re.match(r"[^\s:`]", line))
        return {line.partition(" : ")[0].strip().lower() for line in found}


@dataclass(frozen=True, order=True)
class Rest:
    """One place that rests on something: what it rests on, and where it stands."""

    what: str
    file: str
    line: int


def pages_of(folder: Path) -> list[Page]:
    """Return the pages that _toc.yml names."""
    contents = parse_toc_yaml(folder / "_toc.yml")
    names = [str(name) for name in contents]
    for pattern in contents.globs():
        names += [path.relative_to(folder).as_posix() for path in sorted(folder.glob(pattern))]
    found = (_page(folder, name) for name in dict.fromkeys(names))
    return [page for page in found if page]


def left_out(folder: Path, pages: Iterable[Page]) -> list[Page]:
    """Return the pages that stand in the folder of the book and are none of these."""
    known = {page.path for page in pages}
    files = sorted(file for suffix in SUFFIXES for file in (folder / "book").rglob(f"*{suffix}"))
    visible = (file for file in files if not any(part[0] in "_." for part in file.relative_to(folder).parts))
    return [Page(_name(folder, file), file, _text(file)) for file in visible if file not in known]


def _page(folder: Path, name: str) -> Page | None:
    path = folder / name
    if path.suffix not in SUFFIXES:
        path = next((file for suffix in SUFFIXES if (file := folder / f"{name}{suffix}").is_file()), path)
    return Page(_name(folder, path), path, _text(path)) if path.is_file() else None


def _name(folder: Path, path: Path) -> str:
    return path.relative_to(folder).with_suffix("").as_posix()


@cache
def _text(path: Path) -> str:
    """Return the text of a page; of a notebook, its cells of text."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = json.loads(text).get("cells", [])
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def references(folder: Path, page: Page, labels: set[str]) -> Iterator[Rest]:
    """Yield the labels and the files of pages to which a page refers.

    In a directive, whichever it is, a word alone is a label if it is one of these, or begins as one of them.
    """
    kinds = KINDS | {label.partition("-")[0] for label in labels if "-" in label}
    for number, directive, line in page.lines():
        for pattern in REFERENCES:
            for target in pattern.findall(line):
                yield Rest(target.strip(), _shown(folder, page.path), number)
        entry = ENTRY.match(line) if directive else None
        if entry and (entry[1] in labels or ("-" in entry[1] and entry[1].partition("-")[0] in kinds)):
            yield Rest(entry[1], _shown(folder, page.path), number)
        for link, document in LINK.findall(line):
            if what := _document(folder, page, document) if document else _linked(folder, page, link):
                yield Rest(what, _shown(folder, page.path), number)


def _linked(folder: Path, page: Page, link: str) -> str:
    """Return the page or the label to which a link leads; of one that leads elsewhere, nothing."""
    if re.match(r"[a-z]+:", link):
        return ""
    path, _, anchor = link.partition("#")
    if not path:
        return anchor
    if path.endswith(SUFFIXES):
        return _document(folder, page, path)
    return link if re.fullmatch(r"[\w-]+", link) and not (page.path.parent / link).exists() else ""


def _document(folder: Path, page: Page, given: str) -> str:
    path = folder / given[1:] if given.startswith("/") else page.path.parent / given
    path = path.with_suffix("") if path.suffix in SUFFIXES else path
    path = path.resolve()
    return path.relative_to(folder.resolve()).as_posix() if path.is_relative_to(folder.resolve()) else ""


def in_docstrings(folder: Path, pages: Iterable[Page]) -> Iterator[Rest]:
    """Yield the labels to which docstrings refer that the pages show."""
    documented = _documented(pages)
    for file in sorted((folder / "nncore").rglob("*.py")):
        module = ".".join(file.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
        shown = _shown_of(module, documented)
        if not shown:
            continue
        text = file.read_text(encoding="utf-8")
        spans = _spans(text)
        lines = {line for name, span in spans.items() if "*" in shown or name in shown for line in span}
        for number, line in enumerate(text.splitlines(), 1):
            for target in IN_DOCSTRING.findall(line) if number in lines else ():
                yield Rest(target, _shown(folder, file), number)


def _documented(pages: Iterable[Page]) -> list[tuple[str, str, str]]:
    """Return what the pages document: of a module or not, its name, and which of its members."""
    return [found for page in pages for found in DOCUMENTED.findall(page.text)]


def to_code(folder: Path, pages: Iterable[Page]) -> Iterator[Rest]:
    """Yield the links to functions that no page documents, also those that stand below the equations of functions."""
    documented = _documented(pages)

    def is_shown(name: str) -> bool:
        return any(
            name in (shown, shown.rpartition(".")[0]) or (kind == "module" and name.startswith(f"{shown}."))
            for kind, shown, _ in documented
        )

    for page in pages:
        for number, line in page.prose():
            names = OF_CODE.findall(line)
            for label in IN_DISPLAY.findall(line):
                names += implementations().get(label, ())
            for name in names:
                if not is_shown(name):
                    yield Rest(name, _shown(folder, page.path), number)


def to_terms(folder: Path, pages: Iterable[Page]) -> Iterator[Rest]:
    """Yield the links to words that no glossary explains."""
    known = {term for page in pages for term in page.terms()}
    for page in pages:
        for number, line in page.prose():
            for term in TERM.findall(line):
                if term.strip().lower() not in known:
                    yield Rest(f"the term {term.strip()}", _shown(folder, page.path), number)


def _shown_of(module: str, documented: Iterable[tuple[str, str, str]]) -> set[str]:
    """Return the names of a module whose docstrings are shown; `*` for all of them."""
    shown: set[str] = set()
    for kind, name, members in documented:
        if kind == "module" and name == module:
            shown |= {each.strip() for each in members.split(",") if each.strip()} or {"*"}
        elif kind != "module" and name.startswith(f"{module}."):
            shown.add(name.removeprefix(f"{module}.").split(".")[0])
    return shown


def _spans(text: str) -> dict[str, range]:
    """Return the lines of each function and class of a module."""
    body = ast.parse(text).body
    return {
        node.name: range(node.lineno, node.end_lineno + 1)
        for node in body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }


def _shown(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def missing(folder: Path, pages: list[Page]) -> list[Rest]:
    """Return who refers to a page that is none of these, or to a label that none of them gives."""
    given = {label for page in pages for label in page.labels()}
    known = {page.name for page in pages} | OF_SPHINX | given
    labels = given | {label for page in left_out(folder, pages) for label in page.labels()}
    found = [rest for page in pages for rest in references(folder, page, labels)]
    found += in_docstrings(folder, pages)
    return sorted(
        {*(rest for rest in found if rest.what not in known), *to_code(folder, pages), *to_terms(folder, pages)}
    )


def of_functions(folder: Path, pages: list[Page]) -> list[Rest]:
    """Return who uses a function that notation.yml declares for all pages and that none of these defines."""
    from nncore.verify.notation import FIXED_KINDS, load
    from nncore.verify.report.book import NOTATION
    from nncore.verify.semantics.elaborate import exported
    from nncore.verify.source.reader import read_page

    notation = load(NOTATION)
    defined = {name for page in pages for name in exported(read_page(page.path, book=True), notation)}
    names = {name for name in notation.function_names if notation.kind_of_function(name) == "number"}
    found = []
    for name in names - defined - set(FIXED_KINDS):
        use = re.compile(re.escape(name) + (r"(?![A-Za-z])" if name[0] == "\\" else r"'*\("))
        found += [
            Rest(f"the function {name}", _shown(folder, page.path), number)
            for page in pages
            for number, line in page.prose()
            if use.search(line)
        ]
    return found


def in_tests(folder: Path, removed: Iterable[Page]) -> list[Rest]:
    """Return the tests and other programs, and their data, that name a page or one of its labels."""
    found = []
    for page in removed:
        words = "|".join(map(re.escape, sorted({page.name, page.name.removeprefix("book/"), *page.labels()})))
        name = re.compile(rf"(?<![\w-])(?:{words})(?![\w-])")
        parts = ("tests", "mutation", "benchmarks", "book/reference")
        files = (file for part in parts for ending in ("*.py", "*.yml") for file in (folder / part).rglob(ending))
        for file in sorted(files):
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                if name.search(line):
                    found.append(Rest("tests", _shown(folder, file), number))
    return found


def report(rests: Iterable[Rest], removed: Iterable[Page]) -> str:
    """Return who rests on what, as one list: for each thing the files and lines."""
    where = {each: page for page in removed for each in (page.name, *page.labels())}
    lines = []
    for what, group in groupby(sorted(rests), key=lambda rest: rest.what):
        files = [
            f"{file}:{','.join(str(rest.line) for rest in same)}"
            for file, same in groupby(group, key=lambda rest: rest.file)
        ]
        page = where.get(what)
        origin = f" (on {page.name})" if page and page.name != what else ""
        lines.append(f"  {what}{origin}: {', '.join(files)}")
    return "\n".join(lines)


def on(folder: Path, names: Iterable[str]) -> str:
    """Return what rests on pages that are still in the book.

    Raises
    ------
    LookupError
        If one of them is no page of the book.
    """
    pages = pages_of(folder)
    wanted = [name.removesuffix(".md").removesuffix(".ipynb") for name in names]
    if unknown := [name for name in wanted if name not in {page.name for page in pages}]:
        raise LookupError(f"_toc.yml has no page {', '.join(unknown)}")
    removed = [page for page in pages if page.name in wanted]
    rest = [page for page in pages if page.name not in wanted]
    before = {*missing(folder, pages), *of_functions(folder, pages)}
    after = [*missing(folder, rest), *of_functions(folder, rest), *in_tests(folder, removed)]
    return report((each for each in after if each not in before), removed)


def tell(app, config):
    """Say what pages miss, before any page is read; where they miss a page that was left out, the build ends there."""
    folder = Path(app.srcdir)
    pages = pages_of(folder)
    found = missing(folder, pages)
    if not found:
        return
    wanted = {rest.what for rest in found}
    removed = [page for page in left_out(folder, pages) if wanted & {page.name, *page.labels()}]
    rests = [*found, *of_functions(folder, pages), *in_tests(folder, removed)]
    message = f"Pages refer to what is on no page of _toc.yml:\n{report(rests, removed)}"
    if removed:
        names = ", ".join(page.name for page in removed)
        sys.exit(f"{message}\nTake these references out, or put back into _toc.yml: {names}.")
    logger.warning(message, type="what_rests")  # a slip, or a page that was deleted; Sphinx will say more


def setup(app) -> Mapping[str, object]:
    app.connect("config-inited", tell, priority=20)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    try:
        if not sys.argv[1:]:
            raise LookupError("Name a page as _toc.yml does, such as book/layers/sigmoid")
        print(on(Path.cwd(), sys.argv[1:]) or "Nothing rests on it.")
    except LookupError as error:
        sys.exit(f"{error}.")
