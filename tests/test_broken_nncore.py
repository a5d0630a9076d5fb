"""The tests of the formulas are tested: each of these broken lines in nncore/functions.py makes them fail."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

BROKEN = {
    "dense without its bias": ("return X @ W + b", "return X @ W"),
    "dense_vjp with a product in the wrong order": ("dW = X.T @ dZ", "dW = (dZ.T @ X).reshape(W.shape)"),
    "dense_vjp with a mean over the samples": ("db = np.sum(dZ, axis=0", "db = np.mean(dZ, axis=0"),
    "relu_vjp with another convention at 0": ("np.heaviside(Z, 0)", "np.heaviside(Z, 1)"),
    "sigmoid_vjp with a wrong sign": ("sigmoid(Z) * sigmoid(-Z)", "-sigmoid(Z) * sigmoid(-Z)"),
    "sigmoid_vjp in the form that loses digits": ("sigmoid(Z) * sigmoid(-Z)", "sigmoid(Z) * (1 - sigmoid(Z))"),
    "softmax along the samples": ("return E / np.sum(E, axis=1, keepdims=True)", "return E / np.sum(E, axis=0)"),
    "softmax without its shift": ("E = np.exp(Z - np.max(Z, axis=1, keepdims=True))", "E = np.exp(Z)"),
    "softmax_vjp without the sum": ("P * (dP - np.sum(dP * P, axis=1, keepdims=True))", "P * (1 - P) * dP"),
    "cross_entropy_vjp without its minus": ("= -dL / P", "= dL / P"),
    "softmax_cross_entropy_vjp with classes from 1": ("== np.arange(Z.shape[1])", "== np.arange(1, Z.shape[1] + 1)"),
    "mean_vjp without 1/n": ("np.full_like(L, dJ) / len(L)", "np.full_like(L, dJ)"),
}


def test_the_right_functions_pass(tmp_path):
    result = run_tests_with(lambda source: source, tmp_path)
    assert result.returncode == 0, result.stdout[-3000:]


@pytest.mark.parametrize("fault", BROKEN)
def test_the_tests_notice(fault, tmp_path):
    right, wrong = BROKEN[fault]

    def break_(source):
        assert source.count(right) == 1, f"{right!r} stands {source.count(right)} times in functions.py"
        return source.replace(right, wrong)

    result = run_tests_with(break_, tmp_path)
    assert result.returncode == 1 and "1 failed" in result.stdout, result.stdout[-3000:]


def run_tests_with(change, folder):
    """Run the tests of the formulas, up to the first failure, on a copy of nncore with changed functions."""
    shutil.copytree(ROOT / "nncore", folder / "nncore")
    (folder / "tests").mkdir()
    for name in ("test_functions.py", "paper.py"):
        shutil.copy(ROOT / "tests" / name, folder / "tests")
    functions = folder / "nncore" / "functions.py"
    functions.write_text(change(functions.read_text(encoding="utf-8")), encoding="utf-8")

    # Whether the book has the equations that the code names cannot be asked without the book.
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-k", "not the_book", "tests"]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
