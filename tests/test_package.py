"""What importing the package costs, and what each part of it may lean on."""

import subprocess
import sys
from pathlib import Path

import pytest

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

    for name in (*CORE, "symbolic", *(f"verify.{module}" for module in VERIFY)):
        module = importlib.import_module(f"nncore.{name}")
        assert module.__doc__ and len(module.__doc__.split()) > 5, name
        for public, value in vars(module).items():
            mine = inspect.isfunction(value) or inspect.isclass(value)
            if mine and not public.startswith("_") and value.__module__ == module.__name__:
                assert inspect.getdoc(value), f"{name}.{public}"
