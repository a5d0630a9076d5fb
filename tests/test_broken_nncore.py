"""The tests of the formulas are tested: a slip in each function, and each at special numbers, makes them fail."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nncore import functions
from tests.mathematics import PAIRS, with_slip

ROOT = Path(__file__).resolve().parents[1]

BROKEN = [
    (name, *texts)
    for name, pair in PAIRS.items()
    for texts in (next(iter(pair.row.slips.values())), *pair.row.edges.values())
]


def test_the_right_functions_pass(tmp_path):
    result = run_tests_with(Path(functions.__file__).read_text(encoding="utf-8"), tmp_path)
    assert result.returncode == 0, result.stdout[-3000:]


@pytest.mark.parametrize(("name", "right", "wrong"), BROKEN)
def test_the_tests_notice(name, right, wrong, tmp_path):
    result = run_tests_with(with_slip(name, right, wrong), tmp_path)
    unnoticed = f"no test of tests/test_functions.py notices {wrong!r} in place of {right!r} in {name}: write one"
    assert result.returncode == 1 and "1 failed" in result.stdout, f"{unnoticed}\n{result.stdout[-3000:]}"


def run_tests_with(source, folder):
    """Run the tests of the formulas, up to the first failure, on a copy of nncore with the given functions."""
    shutil.copytree(ROOT / "nncore", folder / "nncore")
    (folder / "tests").mkdir()
    for name in ("test_functions.py", "mathematics.py", "paper.py"):
        shutil.copy(ROOT / "tests" / name, folder / "tests")
    (folder / "nncore" / "functions.py").write_text(source, encoding="utf-8")
    # The slips are those of the right functions.
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-k", "not slip", "tests"]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
