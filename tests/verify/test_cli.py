"""``python -m nncore.verify``: what it prints, and the code with which it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nncore.verify.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
SOFTMAX = "$$\np_{im} := \\frac{e^{z_{im}}}{\\sum_{l=1}^{M} e^{z_{il}}}\n$$\n"
JACOBIAN = "$$\n\\frac{\\partial p_{ik}}{\\partial z_{im}} = p_{ik} (\\delta_{km} - p_{im})\n$$ (eq-jacobian)\n"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Writes files and runs the command on them, or with these arguments; returns exit code, output and errors."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments, **files):
        for name, text in files.items():
            path = Path(name.replace("__", "/").replace("_dot_", "."))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        code = main([*(arguments or ["."])])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def test_what_is_verified_ends_with_0_and_a_line_a_formula(run):
    code, out, err = run(a_dot_md=SOFTMAX + "\n" + JACOBIAN)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "a.md:1  definition"
    assert lines[1].startswith("a.md:5  eq-jacobian  verified for all shapes  (symbolic difference is 0; ")
    assert "1 claim: 1 verified for all shapes." in lines


def test_what_is_refuted_ends_with_1_and_shows_the_counterexample_the_hint_and_the_place(run):
    code, out, _ = run(a_dot_md=SOFTMAX + "\n" + JACOBIAN.replace("- p", "+ p"))
    assert code == 1
    lines = out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("  a.md:6:41: refuted: "))
    assert "differ at M = 1, n = 1" in lines[at] and "likely the sign of p[i, m]" in lines[at]
    assert lines[at + 1].endswith("(\\delta_{km} + p_{im})")
    assert lines[at + 2].index("^") == lines[at + 1].index("= p")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("$$ \\foo = 1 $$\n", "a.md:1:4: unreadable: the command \\foo"),
        ("$$ Q = 1 $$\n", "a.md:1:4: without meaning: the letter Q"),
        ("Words $$ x = 1 $$ words.\n", "a.md:1:1: without meaning: $$ stands between words"),
        ("Only $x$.\n", "a.md: no displayed formula"),
    ],
)
def test_what_cannot_be_judged_ends_with_2(run, text, words):
    code, out, _ = run(a_dot_md=text)
    assert code == 2 and words in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.md"], "nothing.md: there is no such file"),
        (["empty"], "empty: no .md, .ipynb, .tex file in this folder"),
        (["a.txt"], "a.txt: only .md, .ipynb, .tex files are read"),
        (["a.md", "--notation", "nothing.yml"], "nothing.yml: there is no such file"),
        (["a.md", "--notation", "bad.yml"], "bad.yml: unknown part 'letters'"),
    ],
)
def test_bad_usage_is_one_clear_line_and_ends_with_2(run, arguments, words, tmp_path):
    (tmp_path / "empty").mkdir()
    code, out, err = run(*arguments, a_dot_md=JACOBIAN, a_dot_txt="", bad_dot_yml="letters: []\n")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err


def test_homework_that_defines_nothing_is_told_what_to_do(run):
    _, out, _ = run(a_dot_md="$$\n\\frac{\\partial L_i}{\\partial z_{im}} = p_{im} - y_{im}\n$$\n")
    assert "a.md defines nothing" in out and ":=" in out
    _, out, _ = run(a_dot_md=SOFTMAX + "\n" + JACOBIAN.replace("- p", "+ p"))
    assert "defines nothing" not in out


def test_files_of_all_kinds_are_found_in_a_folder_but_not_in_hidden_or_built_ones(run):
    cell = {"cell_type": "markdown", "metadata": {}, "source": SOFTMAX, "id": "a"}
    notebook = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    code, out, _ = run(
        part__a_dot_md=SOFTMAX,
        part__b_dot_tex="\\begin{equation}\\label{eq:x}\nx = x + 0\n\\end{equation}\n",
        c_dot_ipynb=notebook,
        _build__d_dot_md="$$ \\foo $$\n",
        _dot_hidden__e_dot_md="$$ \\foo $$\n",
    )
    assert code == 0
    assert [line.split("  ")[0] for line in out.splitlines()[:3]] == [
        "c.ipynb (cell 1):1",
        "part/a.md:1",
        "part/b.tex:1",
    ]


def test_a_notation_of_ones_own_takes_the_place_of_that_of_the_book(run):
    own = "scalars:\n  - {letter: q, meaning: odds}\n"
    assert run("a.md", "--notation", "own.yml", a_dot_md="$$ 2 q = q + q $$\n", own_dot_yml=own)[0] == 0
    assert run("a.md", a_dot_md="$$ 2 q = q + q $$\n")[0] == 2
    assert run("a.md", "--notation", "own.yml", a_dot_md="$$ 2 x = x + x $$\n")[0] == 2


def test_a_file_declares_its_own_letters(run):
    block = "```{{notation}}\n{}\n```\n\n$$ 2 q = q + q $$\n".format("scalars:\n  - {letter: q, meaning: odds}")
    assert run("a.md", a_dot_md=block)[0] == 0
    tex = "% notation:\n% scalars:\n%   - {letter: q, meaning: odds}\n\\[ 2 q = q + q \\]\n"
    assert run("a.tex", a_dot_tex=tex)[0] == 0
    assert run("a.tex", a_dot_tex=tex.replace("letter: q", "letter: a"))[0] == 2


def test_json_is_the_whole_report_and_nothing_else(run):
    code, out, err = run("a.md", "--json", a_dot_md=SOFTMAX + "\n" + JACOBIAN.replace("- p", "+ p"))
    value = json.loads(out)
    assert (code, err) == (1, "")
    assert value["figures"]["statuses"] == {"refuted": 1}
    assert value["pages"][0]["formulas"][1]["problems"][0]["line"] == 6


def test_through_a_pipe_there_is_no_color_and_no_progress_and_the_command_needs_no_numpy(tmp_path):
    (tmp_path / "a.md").write_text(SOFTMAX + "\n" + JACOBIAN.replace("- p", "+ p"), encoding="utf-8")
    program = (
        "import sys; sys.modules['numpy'] = None; import runpy; runpy.run_module('nncore.verify', run_name='__main__')"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "a.md")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and done.stderr == ""
    assert "\x1b" not in done.stdout and "refuted" in done.stdout
