"""What has to be made anew: which outputs of cells, and which pages, rest on something that changed.

The cache of Jupyter Book knows the cells of a page alone, and would keep old outputs when nncore changes. Here every
page keeps its outputs in a folder that is named after all that they rest on besides: each function, class and constant
of nncore and of `book.figures` that its cells name, what those name in turn, the files that they name, the versions of
Python and of the libraries. So a changed function makes the pages run again that use it, and no others.

Names are compared as words, in all modules that a page loads, and those in strings count. This takes in too much rather
than too little. A name that is put together while a page runs is not seen; `tests/test_freshness.py` watches what the
pages really call.
"""

import ast
import importlib.metadata
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from jupyter_cache import get_cache
from myst_nb.core.read import create_nb_reader
from nbformat import NotebookNode
from sphinx.errors import ExtensionError
from sphinx.util import logging

from nncore.verify.report.cache import digest

logger = logging.getLogger(__name__)

PACKAGES = ("nncore", "book")
LIBRARIES = (
    *("numpy", "sympy", "mpmath", "matplotlib", "scikit-learn", "tqdm", "lark", "PyYAML", "rich", "nbformat"),
    *("ipython", "ipykernel", "nbclient", "myst-nb", "myst-parser"),
)
KERNEL = ("strict_build.py", "forked_kernels.py", "kernel_process.py", "kernel_startup.py")  # what runs the cells

# Beside the sources of the pages, every page is made with these.
FRAME = (
    *("_config.yml", "_toc.yml", "requirements.lock", "pyproject.toml", "CITATION.cff", "book/**/*.bib"),
    *("nncore/verify/**/*",),
    *("book/_ext/*", "book/_static/**/*", "book/_templates/**/*", "book/_vendor/**/*"),
)

FILE = re.compile(r"[\w-]+(?:\.\w+)+")
WORD = re.compile(r"[A-Za-z_]\w*")
# Whoever uses one of these may reach what it does not name.
REACHES_ALL = {
    *("globals", "locals", "eval", "exec", "compile", "__import__"),
    *("importlib", "inspect", "builtins", "pydoc", "runpy", "*"),
}
# These decorators note nowhere what they are put on; another one may make it known to code that does not name it.
QUIET = {"cache", "lru_cache", "dataclass", "contextmanager", "v_args", "wraps", "total_ordering"}


# What code names ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A piece of source that is taken whole: a definition, or what a module does when it is imported."""

    text: str
    words: frozenset[str]


@dataclass(frozen=True)
class Module:
    """A file of code: the modules that it imports, its definitions by name, and what is left of it."""

    imports: frozenset[str]
    definitions: dict[str, list[Part]]
    rest: Part


def words_of(tree: ast.AST) -> frozenset[str]:
    """All that a piece of code names. An imported name counts where it is used, or if it gets another name."""
    found, todo = set(), [tree]
    while todo:
        node = todo.pop()
        match node:
            case ast.Expr(value=ast.Constant()):
                continue  # a docstring
            case ast.Name(id=name) | ast.keyword(arg=str(name)):
                found.add(name)
            case ast.Attribute(attr=name) if name not in REACHES_ALL:  # `polynomial.eval` is another eval
                found.add(name)
            case ast.Constant(value=str(text)):
                found |= {*WORD.findall(text), *FILE.findall(text)} - REACHES_ALL
            case ast.alias(name=name, asname=other) if other or name in REACHES_ALL:
                found.add(name)
            case ast.ImportFrom(module=module, level=level):
                found |= {"*"} if level else {module} & REACHES_ALL  # a relative import is not followed
                found.add(f"{module}.py")  # one beside the page
            case ast.Import(names=names):
                found |= {f"{each.name}.py" for each in names}
        todo += ast.iter_child_nodes(node)
    return frozenset(found)


def imports_of(tree: ast.AST) -> frozenset[str]:
    """The modules that a piece of code imports, and those that it names in a string, as for `python -m`."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found |= {each.name for each in names}
            case ast.ImportFrom(module=str(module), names=names):
                found |= {module, *(f"{module}.{each.name}" for each in names)}
            case ast.Constant(value=str(text)):
                found |= {other for name in FILE.findall(text) for other in (name, f"{name}.__main__")}
    packages = {name.rsplit(".", level)[0] for name in found for level in range(1, 1 + name.count("."))}
    return frozenset(name for name in found | packages if name.split(".")[0] in PACKAGES)


def _decorators(node: ast.AST) -> set[str]:
    """The names of the decorators of a definition."""
    found = (each.func if isinstance(each, ast.Call) else each for each in getattr(node, "decorator_list", ()))
    return {ast.unparse(each).rpartition(".")[2] for each in found}


def module_of(source: str) -> Module:
    """What a file of code is made of."""
    lines, tree = source.splitlines(keepends=True), ast.parse(source)
    definitions: dict[str, list[Part]] = {}
    rest, words = [], set()
    for node in tree.body:
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                names = [node.name]
            case ast.Assign(targets=targets) if all(isinstance(target, ast.Name) for target in targets):
                names = [target.id for target in targets]
            case ast.AnnAssign(target=ast.Name(id=target)):
                names = [target]
            case _:
                names = []
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        text = "".join(lines[first - 1 : node.end_lineno])
        for each in names:
            definitions.setdefault(each, []).append(Part(text, words_of(node)))
        if not names or not _decorators(node) <= QUIET:
            rest.append(text)
            words |= words_of(node)
    return Module(imports_of(tree), definitions, Part("".join(rest), frozenset(words)))


@cache
def sources() -> dict[str, str]:
    """All code that a page may use, by the names of the modules, where a kernel will find it."""
    found = {}
    for package in PACKAGES:
        folder = Path(*importlib.util.find_spec(package).submodule_search_locations)
        for file in sorted(folder.rglob("*.py") if package == "nncore" else folder.glob("*.py")):
            name = ".".join([package, *file.relative_to(folder).with_suffix("").parts]).removesuffix(".__init__")
            found[name] = file.read_text(encoding="utf-8")
    return found


@cache
def all_code() -> str:
    """A name for all code, and for the rules by which some of it is taken."""
    return digest(Path(__file__).read_text(encoding="utf-8"), *sources().values())


@cache
def module(name: str) -> Module:
    """What one of them is made of.

    Raises
    ------
    ExtensionError
        If it is not Python.
    """
    try:
        return module_of(sources()[name])
    except SyntaxError as error:
        raise ExtensionError(f"{name}, line {error.lineno}: {error.msg}") from None


@cache
def files(folder: Path) -> dict[str, list[str]]:
    """The files of the book that a cell may read or import, by their names, or what is left of these behind a space."""
    found: dict[str, list[str]] = {}
    for file in sorted(folder.rglob("*.*")):
        hidden = any(part.startswith(("_", ".")) for part in file.relative_to(folder).parts)
        if not hidden and file.is_file() and (name := FILE.findall(file.name)):
            found.setdefault(name[-1], []).append(file.read_bytes().decode("latin-1"))
    return found


def used(
    cells: Iterable[ast.AST], names: Iterable[str], module: Callable[[str], Module]
) -> tuple[list[str], frozenset[str]]:
    """The pieces of code that cells use: what they name in modules that they load, and so on; and all that is named."""
    names = set(names)
    loaded: set[str] = set()
    todo = {name for cell in cells for name in imports_of(cell)}
    while todo := (todo & names) - loaded:
        loaded |= todo
        todo = {name for each in todo for name in module(each).imports}
    made = [module(name) for name in loaded]
    texts = {each.rest.text for each in made}
    seen: set[str] = set()
    todo = {word for part in (*map(words_of, cells), *(each.rest.words for each in made)) for word in part}
    while todo := todo - seen:
        seen |= todo
        found = [part for each in made for word in todo for part in each.definitions.get(word, ())]
        texts |= {part.text for part in found}
        todo = {word for part in found for word in part.words}
    return sorted(texts), frozenset(seen)


@cache
def kernel() -> str:
    """What runs the cells of every page: versions, and how a kernel is set up."""
    settings = [Path(__file__).with_name(name).read_text(encoding="utf-8") for name in KERNEL]
    return digest(sys.version, *settings, *(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES))


# In a build -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Needs:
    """What the cells of a page rest on: a digest of the code that they use, and the names of files that they may read.

    ``source`` and ``cells`` are digests of the page and of its cells, each together with all code: if one of them is
    the same, so is the rest. ``own`` is one of the cells alone.
    """

    source: str
    cells: str
    own: str
    code: str
    files: frozenset[str]


def needs_of(notebook: NotebookNode | None, source: str, known: Needs | None) -> Needs:
    """What a page rests on, if it is not what was known; of a page without cells, nothing."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"] if notebook else []
    cells, own = digest(all_code(), *code), digest(*code)
    if known and known.cells == cells:
        return replace(known, source=source)
    try:
        texts, words = used([ast.parse(cell) for cell in code], sources(), module)
    except SyntaxError:  # a cell is not plain Python, and may do anything
        texts, words = [], REACHES_ALL
    if words & REACHES_ALL:
        return Needs(source, cells, own, all_code(), frozenset("*"))
    return Needs(source, cells, own, digest(*texts), frozenset(word for word in words if FILE.fullmatch(word)))


def notebook_of(app, docname: str, source: str) -> NotebookNode | None:
    """The cells of a page, or nothing if it is no notebook."""
    env = app.env
    reader = create_nb_reader(env.doc2path(docname), env.myst_config, env.mystnb_config, source)
    return reader and reader.read(source)


def folder_for(app, docname: str, source: str) -> str:
    """The folder for the outputs of a page, named after all that they rest on at present."""
    known = app.env.needs
    stamp = digest(all_code(), source)
    if docname not in known or known[docname].source != stamp:
        known[docname] = needs_of(notebook_of(app, docname, source), stamp, known.get(docname))
    needs, texts = known[docname], files(Path(app.srcdir) / "book")
    read = sorted(texts if "*" in needs.files else texts.keys() & needs.files)
    key = digest(kernel(), needs.own, needs.code, *(text for name in read for text in (name, *texts[name])))
    return str(Path(app.srcdir) / "_build" / ".jupyter_cache" / key)


def frame(app, config):
    """What every page is made with is a setting, so that Sphinx makes all pages anew when it changes."""
    folder = Path(app.srcdir)
    files = [path for pattern in FRAME for path in folder.glob(pattern) if path.is_file() and path.suffix != ".pyc"]
    parts = (part for path in sorted(files) for part in (path.name, path.read_bytes().hex()))
    config.book_frame = digest(os.environ.get("GITHUB_REPOSITORY", ""), *parts)


def old_outputs(app, env, added, changed, removed):
    """The pages that rest on something that changed: they are read again, and run again if their outputs do.

    Sphinx compares the time of a file with that at which its page was read, and reading takes as long as running; so
    what was saved meanwhile, or was put back with an older time, is found here by its text.
    """
    for docname in removed:
        (Path(app.outdir) / f"{docname}.html").unlink(missing_ok=True)
        for source in Path(app.outdir, "_sources").glob(f"{docname}.*"):
            source.unlink()
    if env.found_docs <= added:
        forget_modules(app)
    app.read_now = {}
    text = cache(text_of)  # many pages include the same files
    return [name for name in env.read_as.keys() - added - changed - removed if _changed(app, name, text)]


def _changed(app, docname: str, text: Callable[[Path], str]) -> bool:
    """Whether a page, what it includes, or what its outputs rest on is not what it was when it was read."""
    env = app.env
    source, included = text(Path(env.doc2path(docname))), env.depends_on.get(docname, {})
    return (
        digest(lines_of(source)) != env.read_as[docname]
        or any(digest(text(Path(app.srcdir, file))) != was for file, was in included.items())
        or folder_for(app, docname, source) != env.kept_in[docname]
    )


def text_of(file: Path) -> str:
    """What stands in a file, in any encoding; of none, nothing."""
    return file.read_bytes().decode("utf-8", "replace") if file.is_file() else ""


def lines_of(text: str) -> str:
    """A text as Sphinx reads it, whatever ends its lines."""
    return "\n".join(text.removeprefix("\ufeff").splitlines())


def remember(app):
    """What is known of the pages is kept with them."""
    for name in ("kept_in", "read_as", "depends_on", "needs"):
        app.env.__dict__.setdefault(name, {})


def use_its_folder(app, docname, source):
    """Outputs of the page that is read now are looked for, and kept, in its folder."""
    folder = folder_for(app, docname, source[0])
    app.read_now[docname] = source[0]
    app.env.kept_in[docname], app.env.read_as[docname] = folder, digest(lines_of(source[0]))
    app.env.mystnb_config = app.env.mystnb_config.copy(execution_cache_path=folder)


def note_dependencies(app, doctree):
    """What a page includes, by its content, once Sphinx knows it."""
    found = app.env.dependencies.get(app.env.docname, ())
    app.env.depends_on[app.env.docname] = {str(each): digest(text_of(Path(app.srcdir, each))) for each in found}


def are_kept(notebook: NotebookNode, folder: str) -> bool:
    """Whether the outputs of a page are kept; what is there but cannot be read is thrown away."""
    if not Path(folder).is_dir():
        return False
    try:
        get_cache(folder).merge_match_into_notebook(notebook)
    except Exception:  # of a build that was interrupted, or had no space
        shutil.rmtree(folder, ignore_errors=True)
        return False
    return True


def stay(app, env):
    """Outputs of a page whose code was changed while it ran are not kept as those of the code before."""
    for known in (sources, all_code, module, files):
        known.cache_clear()
    for docname, source in app.read_now.items():
        if folder_for(app, docname, source) != env.kept_in[docname]:
            logger.info("%s ran while what it uses was changed, and runs again in the next build", docname)
            shutil.rmtree(env.kept_in[docname], ignore_errors=True)
            env.kept_in[docname] = ""


def forget(app, env, docname):
    """Drops what is known of a page that is read again or was removed."""
    for known in (env.kept_in, env.read_as, env.depends_on):
        known.pop(docname, None)


def seen_elsewhere(app, env):
    """All pages, if anything changed that a page shows of others: titles, numbers, what links lead to."""
    before, data = getattr(env, "seen_elsewhere", None), env.domaindata
    tables = (env.toc_secnumbers, env.toc_fignumbers, data["std"]["labels"], data["math"]["objects"])
    env.seen_elsewhere = digest(
        *(f"{name} {title.astext()}" for name, title in sorted(env.titles.items())),
        *(repr(sorted(table.items())) for table in tables),
        *sorted(data["py"]["objects"]),
    )
    if before == env.seen_elsewhere:
        return []
    forget_modules(app)
    return sorted(env.found_docs)


def forget_modules(app):
    """The pages with the code of modules, which are else written only if that code has changed."""
    shutil.rmtree(Path(app.outdir) / "_modules", ignore_errors=True)


def own_nodes(app, doctree):
    """Nodes that were parsed apart belong to their page; else the file that keeps it holds what it was parsed with."""
    for node in doctree.findall():
        node.document = doctree


def setup(app):
    app.add_config_value("book_frame", "", "env", (str,))
    app.connect("config-inited", frame)
    app.connect("builder-inited", remember)
    app.connect("env-get-outdated", old_outputs)
    app.connect("env-purge-doc", forget)
    app.connect("source-read", use_its_folder)
    app.connect("doctree-read", note_dependencies, priority=999)
    app.connect("env-updated", stay)
    app.connect("doctree-read", own_nodes)
    app.connect("env-get-updated", seen_elsewhere, priority=999)  # when figures and sections have their numbers
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
