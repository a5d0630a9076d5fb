"""Make an archive of what a program needs of its modules, compiled: the same bytes each time.

This runs inside the Python of the page (book/_check/compile.mjs), for no other version reads its bytecode. To compile
is most of what a start costs, so a page does not do it. Docstrings and the numbers of lines are left out.
"""

import ast
import importlib.util
import json
import marshal
import os
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import CodeType

Sources = Mapping[str, Callable[[], bytes]]
"""What reads each file of a folder or of an archive, by their paths in it."""

_UNCHECKED = 1  # the flag of compiled files whose source nobody looks for
_NO_LINE = 0xF8  # begins an entry of the table of lines that says "none", for up to 8 units of code
_UNITS_OF_ENTRY = 8
_FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


# What is needed -------------------------------------------------------------------------------------------------------


def needed(
    start: Iterable[str], sources: Sources, whole: Collection[str] = (), but: Collection[str] = ()
) -> dict[str, str]:
    """Return the text of some modules and of all that they import, by their paths.

    Parameters
    ----------
    start : iterable of str
        The modules. Those that are not among the sources are left out.
    sources : mapping
        All files in which modules may be found.
    whole : collection of str
        The packages of which also that is needed which they import later, when a function is called.
    but : collection of str
        Packages that are not needed although a function would import them.
    """
    waiting = list(start)
    seen: set[str] = set()
    found: dict[str, str] = {}
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        place = _path(name, sources)
        if place is None:
            continue  # it is built in, or no module but a name in one
        found[place] = sources[place]().decode()
        waiting.append(name.rpartition(".")[0])
        for each, is_late in imports(found[place], name, place.endswith("/__init__.py")):
            if not is_late or (_within(name, whole) and not _within(each, but)):
                waiting.append(each)
    return found


def _path(name: str, sources: Sources) -> str | None:
    """Return where a module is found."""
    paths = (name.replace(".", "/") + ending for ending in ("/__init__.py", ".py"))
    return next((each for each in paths if each in sources), None)


def sources_in(*places: Path) -> Sources:
    """Return the files of folders and of archives, by their paths there; of the first one where several have a file."""
    found: dict[str, Callable[[], bytes]] = {}
    for place in reversed(places):
        if place.suffix == ".zip":
            archive = zipfile.ZipFile(place)
            found |= {name: partial(archive.read, name) for name in archive.namelist()}
        else:
            files = (Path(folder, name) for folder, _, names in os.walk(place) for name in names)
            found |= {file.relative_to(place).as_posix(): file.read_bytes for file in files}
    return found


def _within(name: str, packages: Collection[str]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in packages)


def imports(source: str, module: str, is_package: bool) -> Iterator[tuple[str, bool]]:
    """Yield what a module imports, and whether it does so only when a function is called.

    Of ``from a import b`` both ``a`` and ``a.b`` are said. What is imported for types alone is not, nor what the module
    imports if it is run as a program.
    """
    package = module if is_package else module.rpartition(".")[0]
    yield from _imports(ast.parse(source), package, False)


def _imports(node: ast.AST, package: str, is_late: bool) -> Iterator[tuple[str, bool]]:
    match node:
        case ast.Import(names=names):
            yield from ((each.name, is_late) for each in names)
        case ast.ImportFrom(module=name, names=names, level=level):
            above = package.split(".")[: len(package.split(".")) + 1 - level] if level else []
            base = ".".join([*above, *([name] if name else [])])
            yield base, is_late
            yield from ((f"{base}.{each.name}", is_late) for each in names)
        case (
            ast.If(test=ast.Name("TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"), orelse=others)
            | ast.If(test=ast.Compare(ast.Name("__name__"), [ast.Eq()], [ast.Constant("__main__")]), orelse=others)
        ):
            for each in others:
                yield from _imports(each, package, is_late)
        case _:
            for each in ast.iter_child_nodes(node):
                yield from _imports(each, package, is_late or isinstance(node, _FUNCTION))


# Compiling ------------------------------------------------------------------------------------------------------------


def compiled(source: str, path: str, is_documentation: bool = False) -> bytes:
    """Return the content of the compiled file of a module, without docstrings and numbers of lines.

    Of one that holds the docstrings of others all texts are empty. Functions of `nncore`, which nothing asks for the
    types of their arguments, are without these.
    """
    tree = without_docstrings(source)
    if path.startswith("nncore/"):
        without_types(tree)
    for node in ast.walk(tree) if is_documentation else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    code = compile(tree, path, "exec", dont_inherit=True, optimize=0)
    head = importlib.util.MAGIC_NUMBER + _UNCHECKED.to_bytes(4, "little")
    return head + importlib.util.source_hash(source.encode()) + marshal.dumps(without_lines(code))


def without_docstrings(source: str) -> ast.Module:
    """Return the syntax tree of a module without the texts that stand first in it, its classes and its functions."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            while node.body and _is_text(node.body[0]):  # a second text would be the first one then
                first = node.body.pop(0)
                if not node.body and not isinstance(node, ast.Module):
                    node.body = [ast.copy_location(ast.Pass(), first)]
    return tree


def without_types(tree: ast.Module) -> None:
    """Take the types of arguments and results off the functions of a syntax tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def without_lines(code: CodeType) -> CodeType:
    """Return code whose table of lines says "none" everywhere; with no table no traceback could be printed."""
    constants = tuple(without_lines(each) if isinstance(each, CodeType) else each for each in code.co_consts)
    entries, rest = divmod(len(code.co_code) // 2, _UNITS_OF_ENTRY)
    table = bytes([_NO_LINE | (_UNITS_OF_ENTRY - 1)]) * entries + (bytes([_NO_LINE | (rest - 1)]) if rest else b"")
    return code.replace(co_consts=constants, co_linetable=table)


# The archive ----------------------------------------------------------------------------------------------------------


def write(target: Path, files: Mapping[str, bytes]) -> None:
    """Write an archive of files by their paths, in the order of these, all of the same date."""
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path)
            entry.create_system = 3  # whatever the system
            archive.writestr(entry, files[path], zipfile.ZIP_DEFLATED, 9)


def make(order: str, begun: Iterable[str]) -> None:
    """Make the archive that is ordered in JSON (`checker_archives.Order`); ``begun`` is what Python itself loads."""
    asked = json.loads(order)
    start = [*begun, *asked["start"]] if asked["runtime"] else asked["start"]
    sources = needed(start, sources_in(*map(Path, asked["folders"])), asked["whole"], asked["but"])
    modules = {f"{path}c": compiled(source, path, path in asked["texts"]) for path, source in sources.items()}
    given = {path: read() for path, read in sources_in(Path(asked["files"])).items()}
    write(Path(asked["target"]), modules | given)
