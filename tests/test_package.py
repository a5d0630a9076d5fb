"""What importing the package costs, and what each part of it may lean on."""

import ast
import json
import os
import pickle
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from nncore import extras
from nncore.verify.notation import load
from nncore.verify.report.book import NOTATION

ROOT = Path(__file__).resolve().parents[1]
CORE = ("functions", "validation", "layers", "network", "optimizers", "training", "gradient_check")
VERIFY = sorted(path.stem for path in (ROOT / "nncore" / "verify").glob("*.py") if not path.stem.startswith("__"))


def run(program):
    """Run a program in a fresh interpreter and return what it prints."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("modules", [(), CORE])
def test_importing_nncore_imports_nothing_heavy(modules):
    heavy = {"sympy", "matplotlib", "sklearn", "scipy", "tqdm", "lark", "mpmath", "yaml", "pytest"}
    imports = "".join(f"import nncore.{module}\n" for module in modules)
    loaded = run(f"import sys, nncore\n{imports}print(*sys.modules)")
    assert "nncore" in loaded and not heavy & set(loaded)
    assert ("numpy" in loaded) == bool(modules)  # even NumPy is not needed for the bare name


@pytest.mark.parametrize("module", VERIFY)
def test_verify_works_where_numpy_is_not_installed(module):
    blocked = "import sys\nsys.modules['numpy'] = None\n"
    assert run(f"{blocked}import nncore.verify.{module} as m\nprint(m.__name__)") == [f"nncore.verify.{module}"]


@pytest.mark.parametrize("module", VERIFY)
def test_verify_knows_nothing_of_the_layers(module):
    loaded = run(f"import sys, nncore.verify.{module}\nprint(*sys.modules)")
    assert not {f"nncore.{part}" for part in (*CORE, "symbolic")} & set(loaded)


EVERY = sorted(".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / "nncore").rglob("*.py"))
IMPORTED = sorted({name for names in extras.MODULES.values() for name in names})

# Imports all modules of nncore one by one where some are not installed, and prints what each import says.
IMPORT_ALL = """
import importlib, json, sys
blocked, names = json.loads(sys.argv[1])
sys.modules.update(dict.fromkeys(blocked))
said = {}
for name in names:
    try:
        importlib.import_module(name)
    except ImportError as error:
        said[name] = [type(error).__name__, str(error)]
print(json.dumps(said))
"""


def said_without(*blocked):
    """Import all modules where some packages are not installed; return the errors by the names of the modules."""
    command = [sys.executable, "-c", IMPORT_ALL, json.dumps([blocked, [each for each in EVERY if each not in SPHINX]])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


SPHINX = {f"nncore.verify.{name}" for name in ("sphinx", "report.ledger", "report.displayed")}  # loaded by Sphinx alone


def test_everything_can_be_imported():
    assert said_without() == {}


@pytest.mark.parametrize("module", [each for each in IMPORTED if each != "mpmath"])  # without which there is no sympy
def test_a_module_that_is_not_installed_is_named_with_its_extra_wherever_it_is_needed(module):
    for name, (kind, message) in said_without(module).items():
        assert kind == "MissingExtra", f"{name}: {message}"
        extra = "symbolic" if "nncore.symbolic" in message or "verify.symbolic" in message else "verify"
        assert message.startswith("nncore.") and f" needs {module}: install the extra '{extra}'" in message, name
        assert "\n" not in message and f"pip install '.[{extra}]'" in message


@pytest.mark.parametrize(("module", "lacks"), [("nncore.symbolic", "sympy"), ("nncore.verify.sphinx", "sphinx")])
def test_where_an_extra_is_missing_a_user_sees_one_traceback_that_ends_with_the_sentence(module, lacks):
    program = f"import sys; sys.modules['{lacks}'] = None\nimport {module}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and done.stderr.count("Traceback") == 1
    assert re.match(rf"nncore.extras.MissingExtra: {module} needs {lacks}: install", done.stderr.splitlines()[-1])


def test_the_network_is_there_and_the_rest_names_its_extra_where_numpy_alone_is_installed():
    said = said_without(*IMPORTED)
    for module in CORE:
        assert f"nncore.{module}" not in said
    for module in ("symbolic", "verify.prove", "verify.syntax.parser", "verify.report.book"):
        assert said[f"nncore.{module}"][0] == "MissingExtra"
    program = "import sys, json\nsys.modules.update(dict.fromkeys(json.loads(sys.argv[1])))\n"
    program += "from nncore.verify.__main__ import main\nsys.exit(main(['x.md']))"
    command = [sys.executable, "-c", program, json.dumps(IMPORTED)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    everything = "needs sympy, mpmath, lark, myst_parser, yaml, rich and latex2mathml: install the extra 'verify'"
    assert done.returncode == 64 and everything in done.stderr and done.stderr.count("\n") == 1


# Judges two claims where nothing can be imported but the packages that are named, in a notation that comes pickled.
JUDGE = """
import importlib.abc, pickle, sys
from pathlib import Path

allowed = {"nncore", *sys.argv[1].split(), *sys.stdlib_module_names}

class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] not in allowed:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocked())
from nncore.verify.semantics.elaborate import elaborate
from nncore.verify.source.context import Place, Surroundings
from nncore.verify.source.markdown import DisplayedFormula
from nncore.verify.verdict.judge import judge

notation, texts = pickle.loads(sys.stdin.buffer.read())
formulas = [DisplayedFormula(text, None, Path("page"), 1, (1,), ()) for text in texts]
around = Surroundings(tuple(Place(frozenset(), None, False) for _ in texts), ())
for item in elaborate(formulas, around, notation).items:
    if item.kind == "claim":
        found = judge(item)
        print(found.status, found.hint)
"""


def test_a_formula_is_judged_where_only_sympy_mpmath_and_lark_can_be_found():
    softmax, jacobian = (
        r"p_{im} := \frac{e^{z_{im}}}{\sum_{l=1}^{M} e^{z_{il}}}",
        r"\frac{\partial p_{ik}}{\partial z_{im}} = ",
    )
    right, wrong = (f"{jacobian}p_{{ik}} (\\delta_{{km}} {sign} p_{{im}})" for sign in "-+")
    given = pickle.dumps((load(NOTATION), (softmax, right, wrong)))
    command = [sys.executable, "-c", JUDGE, " ".join(extras.JUDGES)]
    done = subprocess.run(command, input=given, capture_output=True, timeout=120)
    said = done.stdout.decode().splitlines()
    assert said == ["verified for all shapes ", "refuted the sign of p[i, m]"], done.stderr.decode()
    lacking = subprocess.run([*command[:-1], "sympy mpmath"], input=given, capture_output=True, timeout=120)
    assert "No module named 'lark'" in lacking.stderr.decode()


def test_the_extras_install_what_is_imported_in_ranges():
    """Each module beyond NumPy belongs to an extra, whose requirements give the oldest version and pin none."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {"PyYAML": "yaml", "myst-parser": "myst_parser", "python-flint": "flint"}
    for extra, requirements in project["optional-dependencies"].items():
        found = [re.fullmatch(r"([\w-]+)>=[\d.]+(?:,<\d+)?", each) for each in requirements]
        assert all(found), requirements
        modules = [names.get(each[1], each[1]) for each in found]
        assert tuple(each for each in modules if each != "flint") == extras.MODULES[extra]
    # markdown-it and docutils belong to MyST-Parser; Sphinx is there where its extension is loaded.
    known = {"numpy", "flint", "nncore", "sphinx", "markdown_it", "docutils", "_typeshed", *IMPORTED}
    for name in EVERY:
        path = ROOT / f"{name.replace('.', '/')}.py"
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Import(names=each):
                    used = {one.name for one in each}
                case ast.ImportFrom(module=str(module), level=0):
                    used = {module}
                case _:
                    continue
            assert {one.split(".")[0] for one in used} <= known | sys.stdlib_module_names, (name, used)


@pytest.mark.parametrize(("argument", "terminal"), [(None, True), (None, False), (True, True)])
def test_without_tqdm_a_network_trains_and_one_sentence_says_what_draws_the_bar(
    argument, terminal, monkeypatch, capsys
):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    bar = extras.trange(3, unit="epoch", disable=argument)
    assert list(bar) == [0, 1, 2]
    bar.set_postfix(loss="0.1")
    said = capsys.readouterr().err
    expected = "the progress bar needs tqdm: install the extra 'training', in the folder of the book's sources with: "
    assert said == (f"{expected}pip install '.[training]'\n" if argument is None and terminal else "")


def test_proving_works_without_numpy():
    program = """import sys
sys.modules["numpy"] = None
from sympy import IndexedBase, KroneckerDelta, Sum, symbols
from nncore.verify.symbolic.normal_form import residual
M = symbols("M", integer=True, positive=True)
k, m = symbols("k m", integer=True, positive=True)
a = IndexedBase("a", real=True)
print(residual(Sum(a[k] * KroneckerDelta(k, m), (k, 1, M)), a[m], {m: M}))"""
    assert run(program) == ["0"]


def test_every_module_opens_with_a_sentence_and_every_public_name_is_documented():
    import importlib
    import inspect

    for name in (*CORE, "extras", "symbolic", *(f"verify.{module}" for module in VERIFY)):
        module = importlib.import_module(f"nncore.{name}")
        assert module.__doc__ and len(module.__doc__.split()) > 5, name
        for public, value in vars(module).items():
            mine = inspect.isfunction(value) or inspect.isclass(value)
            if mine and not public.startswith("_") and value.__module__ == module.__name__:
                assert inspect.getdoc(value), f"{name}.{public}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel that `pip install .` makes, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    sources = ["pyproject.toml", "README.md", "LICENSE", "LICENSE-text", "nncore", "book"]
    for name in sources:
        (folder / name).symlink_to(ROOT / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(*folder.glob("*.whl")) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_what_is_installed_is_nncore_alone_with_all_that_it_reads(wheel):
    found = {path.relative_to(wheel).as_posix() for path in wheel.rglob("*") if path.is_file()}
    (info,) = {name.split("/")[0] for name in found} - {"nncore"}
    assert info.endswith(".dist-info")
    sources = {path for path in (ROOT / "nncore").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {name for name in found if name.startswith("nncore/")} == {
        path.relative_to(ROOT).as_posix() for path in sources if not path.name.startswith(".")
    }
    assert "nncore-verify = nncore.verify.__main__:main" in (wheel / info / "entry_points.txt").read_text()


def test_the_installed_checker_finds_its_notation(wheel, tmp_path):
    (tmp_path / "a.md").write_text("$$ z_{im} := \\sum_{j=1}^{D} x_{ij} w_{jm} $$\n\n$$ Z = X W $$\n")
    with_wheel = {**os.environ, "PYTHONPATH": str(wheel)}
    program = "import sys, nncore.verify.__main__ as m; print(m.__file__); sys.exit(m.main(['a.md']))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=with_wheel, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith(str(wheel))
    assert "a.md:3  verified for all shapes" in done.stdout
