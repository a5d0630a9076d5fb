"""What was judged once is kept: a folder of small files, each named after everything that its content depends on.

For a page the name is a digest of its text (and of what it includes), of the functions that other pages define, of the
notation, of the sources of the checker, of the versions of Python and of the libraries, and of the seed. For a claim it
is one of all that the claim says and rests on, in place of the text. So an entry is never out of date, only unused.
What is undecided, because time ran out or because the checker is at fault, is not kept.
"""

import hashlib
import json
import os
import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from nncore.verify.judgement import SEED
from nncore.verify.report import notebook
from nncore.verify.report.serialization import from_json, to_json

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
LIBRARIES = ("sympy", "mpmath", "python-flint", "lark", "myst-parser", "markdown-it-py", "PyYAML")
_TELL = frozenset({"report", "sphinx.py", "command.py", "__main__.py", "spelling"})
_INCLUDED = re.compile(
    r"\{include\}[ \t]*([^\n`]+)|\\(?:input|include|subfile|subfileinclude|usepackage|RequirePackage|documentclass)"
    r"\s*(?:\[[^\]\n]*\])?\s*(?:\{([^{}\n]*)\}|([^\s{\[]+))"
)
_ENDINGS = ("", ".tex", ".sty", ".cls")


def digest(*texts: str) -> str:
    """Return a name for some texts in their order."""
    found = hashlib.sha256()
    for text in texts:
        found.update(f"{len(text)}\0{text}".encode())
    return found.hexdigest()


def canonical(value: object) -> str:
    """Return a text for a value of dataclasses and collections, the same for equal values in every process."""
    if is_dataclass(value):
        parts = [canonical(getattr(value, each.name)) for each in fields(value) if each.compare]
        return f"{type(value).__name__}({','.join(parts)})"
    if isinstance(value, frozenset):
        return f"{{{','.join(sorted(map(canonical, value)))}}}"
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{canonical(key)}:{canonical(each)}' for key, each in value.items())}}}"
    if isinstance(value, tuple | list):
        return f"({','.join(map(canonical, value))})"
    return repr(value)


@cache
def checker() -> dict[str, str]:
    """Return what judges: a digest of the sources of this package, the versions it runs on, and the random seed."""
    return {
        "sources": digest_of(_sources()),
        "python": platform.python_version(),
        **{name: _version(name) for name in LIBRARIES},
        "seed": SEED,
    }


@cache
def judges() -> str:
    """Return a digest of the sources that read and judge a strict formula.

    Reports and commands, which tell about it, and the free spelling, of which it knows nothing, are not among them.
    """
    here = Path(__file__).parents[1]
    return digest_of(each for each in _sources() if not _TELL & {*each.relative_to(here).parts})


@cache
def spelling() -> str:
    """Return a digest of the sources that read the free spelling."""
    here = Path(__file__).parents[1]
    return digest_of(each for each in _sources() if "spelling" in each.relative_to(here).parts)


def _sources() -> list[Path]:
    return sorted(each for kind in ("*.py", "*.lark") for each in Path(__file__).parents[1].rglob(kind))


def digest_of(files: Iterable[Path]) -> str:
    """Return a name for some files and their texts."""
    return digest(*(text for each in files for text in (each.name, each.read_text(encoding="utf-8"))))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # the numbers do without FLINT
        return "none"


def text_with_includes(path: Path) -> str:
    """Return the text of a page and of the files that it includes, each once; they need not exist.

    Of a notebook that is the text of its Markdown cells.
    """
    texts = list(with_includes(path).values())
    if path.suffix == ".ipynb":
        texts = ["\n\n".join(text for _, text in notebook.cells(each)) for each in texts]
    return "\0".join(texts)


def with_includes(path: Path) -> dict[Path, str]:
    """Return the texts of a page and of the files that its text names as included, by their resolved paths.

    The reader may leave out some of them, such as one that is named in a comment.
    """
    texts: dict[Path, str] = {}
    waiting = [path]
    while waiting:
        each = waiting.pop()
        try:
            if each.resolve() in texts or not each.is_file():
                continue
            text = each.read_bytes().decode("utf-8", "replace")
        except OSError:
            continue  # who reads the page says so
        texts[each.resolve()] = text
        written = ("".join(filter(None, found.groups())) for found in _INCLUDED.finditer(text))
        names = [name.strip() for several in written for name in several.split(",")]
        folders = dict.fromkeys((path.parent, each.parent))
        waiting += [folder / (name + ending) for name in names for ending in _ENDINGS for folder in folders]
    return texts


@dataclass(frozen=True, slots=True)
class Cache:
    """Dataclasses by their keys, each in a file of a folder; without a folder nothing is kept."""

    folder: Path | None

    def get(self, kind: type[T], key: str) -> T | None:
        """Return the value of this type that is kept under a key, or None; a damaged file counts for nothing."""
        if self.folder is None:
            return None
        try:
            return from_json(kind, json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def put(self, key: str, value: "DataclassInstance") -> None:
        """Keep a value: whole or, if this process ends midway, not at all."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        beside = self.folder / f"{key}.{os.getpid()}"
        beside.write_text(json.dumps(to_json(value), ensure_ascii=False), encoding="utf-8")
        beside.replace(self.folder / f"{key}.json")
