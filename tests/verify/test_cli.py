"""``python -m nncore.verify``: what it prints, and the code with which it ends."""

import json
import os
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from nncore.verify.__main__ import main
from nncore.verify.judgement import ExitCode

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
        ("$$ J := Q + y $$\n\n$$ J = \\foo $$\n", "a.md:3:8: unreadable: the command \\foo"),
        ("Words $$ x = 1 words.\n", "a.md:1:7: unreadable: $$ is not closed"),
        ("$$ x = x $$\n\n```{include} no.md\n```\n", "a.md:3:1: unreadable: there is no file no.md"),
        ("$$ x = x $$\n\n```{include} ../a.md\n```\n", "a.md:3:1: unreadable: ../a.md is outside of the folder"),
        ("$$ x = x $$\n\n```{include} /etc/hosts\n```\n", "a.md:3:1: unreadable: /etc/hosts is outside of the folder"),
        ("Words $$ x = 1 words.\n", "give a display lines of its own, with an empty line before and after"),
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
        (["a.md", "--notation", "bad.yml"], "bad.yml:1: unknown part 'letters'"),
        (["a.md", "--no-such-option"], "unrecognized arguments: --no-such-option"),
        (["\x1b[31m.md"], r"\x1b[31m.md: there is no such file"),
    ],
)
def test_bad_usage_is_one_clear_line_and_ends_with_64(run, arguments, words, tmp_path):
    (tmp_path / "empty").mkdir()
    code, out, err = run(*arguments, a_dot_md=JACOBIAN, a_dot_txt="", bad_dot_yml="letters: []\n")
    assert (code, out, err.count("\n")) == (64, "", 1)
    assert words in err


WRONG = SOFTMAX + "\n" + JACOBIAN.replace("- p", "+ p")


def test_of_several_exit_codes_the_one_that_counts_most_is_taken(run, monkeypatch):
    assert run("a.md", a_dot_md="$$ \\foo $$\n")[0] == 2
    assert run("a.md", "b.md", b_dot_md=WRONG)[0] == 1

    def fails(path, *more):
        raise RecursionError("too deep \x1b[31m")

    monkeypatch.setattr("nncore.verify.report.book.read_page", fails)
    here = nullcontext(lambda function, jobs: [function(job) for job in jobs])
    monkeypatch.setattr("nncore.verify.report.book._on_processes", lambda count: here)
    code, out, err = run("a.md", "b.md")
    assert (code, err) == (70, "")
    assert r"a.md:1:1: checker fault: the checker failed on this file: RecursionError: too deep \x1b[31m" in out
    assert "b.md:1:1: checker fault" in out


WRONG_SHAPE = "$$\nJ := \\phi(Z)\n$$\n\n$$\n\\frac{\\partial J}{\\partial Z} = Z^\\top\n$$\n"
WRONG_INDEX = "$$\nx_{ij} = x_{im}\n$$\n"
LACKING = SOFTMAX + "\n" + JACOBIAN.replace(r"p_{ik} (\delta_{km} - p_{im})", "-p_{ik} p_{im}")
SAMPLED = "$$\ne \\approx 2.72\n$$\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (SOFTMAX + "\n" + JACOBIAN, 0),
        (WRONG, 1),
        (WRONG_SHAPE, 1),
        (WRONG_INDEX, 1),
        ("$$\nx = \\foo\n$$\n", 2),
        ("$$\n2 Q = 1\n$$\n", 2),
        (LACKING, 3),
        (LACKING + "\n$$\nx = \\foo\n$$\n", 2),
        (LACKING + "\n" + WRONG_SHAPE, 1),
        (SAMPLED, 0),
    ],
)
def test_the_exit_code_says_the_worst(run, text, code):
    assert run("a.md", a_dot_md=text)[0] == code


def test_a_typed_formula_ends_with_the_same_codes(run):
    assert run("--formula", r"x_{ij} = x_{im}")[0] == 1
    assert run("--formula", r"\frac{\partial}{\partial x} \lvert x \rvert = \frac{x}{\lvert x \rvert}")[0] == 3
    assert run("--formula", r"x = \foo")[0] == 2


def test_in_a_book_what_lacks_a_condition_is_an_error_until_it_is_written(run):
    assert run("--book", "a.md", a_dot_md=LACKING)[0] == 3
    assert run("--book", "a.md", a_dot_md=LACKING.replace("p_{im}\n$$", "p_{im} \\quad (k \\ne m)\n$$"))[0] == 0


def test_what_only_numbers_support_is_not_enough_if_proofs_are_asked_for(run):
    assert run("a.md", "--proved", a_dot_md=SAMPLED)[0] == 2
    assert run("a.md", "--proved", a_dot_md=SOFTMAX + "\n" + JACOBIAN)[0] == 0
    assert run("--proved", "--formula", r"e \approx 2.72")[0] == 2
    assert run("--formula", r"e \approx 2.72")[0] == 0


def test_the_help_says_what_each_exit_code_means(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert all(f"{code.value} {code.says}" in said for code in ExitCode)


def test_whatever_happens_ends_without_a_traceback(run, monkeypatch):
    def fails(*more, **options):
        raise RuntimeError("no\nway")

    monkeypatch.setattr("nncore.verify.report.terminal.check", fails)
    code, _, err = run("a.md", a_dot_md=SOFTMAX)
    assert (code, err.count("\n")) == (70, 1) and "the checker failed: RuntimeError: no way" in err


def test_no_file_keeps_the_others_from_being_judged(run, tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.md")).write_text(SOFTMAX + "\n" + JACOBIAN)
    (tmp_path / "latin.md").write_bytes(b"caf\xe9")
    digits = "```{notation}\nsizes:\n  - {letter: K_r, meaning: x, from: " + "9" * 5000 + "}\n```\n"
    aliases = "```{notation}\na: &a [x, x]\nscalars: [*a, *a]\n```\n"
    code, out, err = run(digits_dot_md=digits, aliases_dot_md=aliases, z_dot_md=WRONG)
    assert (code, err) == (1, "")
    for words in (
        r"caf\xe9.md:5  eq-jacobian  verified", "latin.md:1:1: unreadable", "is not a whole number below 10000",
        "the alias *a is not read", "z.md:5  eq-jacobian  refuted",
    ):  # fmt: skip
        assert words in out
    assert max(map(len, out.splitlines())) < 300


def test_nothing_of_a_file_commands_the_terminal(run):
    text = "$$ x = x + 1 $$ (eq-\x1b[31mred)\n\n$$ \x1b[2J = \x9b $$\n\n```{include} \x1b]0;title\x07.md\n```\n"
    code, out, _ = run("a.md", a_dot_md=text)
    assert code == 2 and not {"\x1b", "\x07", "\x9b"} & set(out)
    assert r"eq-\x1b[31mred" in out
    assert "\x9b" not in run("a.md", "--json")[1]


def test_formulas_within_words_are_counted_and_decide_nothing_but_in_a_book(run):
    text = SOFTMAX + "\nSo $p_{im} = p_{im} / 1$ and $\\kappa$ hold, $x$ too.\n"
    code, out, _ = run("a.md", a_dot_md=text)
    assert code == 0 and "a.md: 3 formulas within words, not judged; 1 of them with a relation" in out
    code, out, _ = run("a.md", "--book")
    assert code == 2 and "within words" not in out
    assert "a.md:5:1: without meaning: $\\kappa$: the letter" in out
    assert run("a.md", "--book", a_dot_md=SOFTMAX + "\nSo $p_{im}$.\n")[0] == 0


def test_a_page_of_a_book_displays_what_myst_does(run):
    text = SOFTMAX + "\nand so\n" + JACOBIAN
    assert run("a.md", a_dot_md=text)[0] == 0
    code, out, _ = run("a.md", "--book")
    assert code == 2 and "a.md:6:1: unreadable: the book does not display $$ directly below a line of text" in out
    assert "eq-jacobian" not in out


def test_a_verified_formula_shows_what_it_needs_and_the_assumptions_in_force(run):
    assumption = "```{prf:assumption}\n:label: asm-a\n\n$$ x \\ge 1 $$\n```\n\n"
    condition = "Words.\n\n$$ \\frac{z^2}{z} = z $$\n\n"
    claim = "Under {prf:ref}`asm-a`:\n\n$$ 2 x = x + x $$\n"
    code, out, _ = run("a.md", a_dot_md=assumption + condition + claim)
    lines = out.splitlines()
    assert code == 0 and lines[1].endswith("; where z != 0)") and lines[2].endswith("; under asm-a)")
    out = run("a.md", a_dot_md=assumption + condition + claim.replace("Under", "Not under"))[1]
    assert "asm-a" not in out.splitlines()[2]


@pytest.mark.parametrize("lead", ["<!-- Under {prf:ref}`asm-a`: -->", "`{prf:ref}` `asm-a`", "> By {prf:ref}`asm-a`:",
                                  "{prf:ref}`asm-a` is not needed here:", "Without {prf:ref}`asm-a`:"])  # fmt: skip
def test_an_assumption_that_the_text_does_not_make_is_not_in_force(run, lead):
    page = "```{prf:assumption}\n:label: asm-a\n\n$$ x = 1 $$\n```\n\n"
    assert run("a.md", a_dot_md=page + "By {prf:ref}`asm-a`:\n\n$$ x = 1 $$\n")[0] == 0
    assert run("a.md", a_dot_md=f"{page}{lead}\n\n$$ x = 1 $$\n")[0] == 2


def test_what_is_not_checked_is_counted_in_the_summary(run):
    text = "```{unchecked}\n:reason: floating-point model: doubles\n\n$$ x = x + 1 $$\n```\n"
    code, out, _ = run("a.md", a_dot_md=text)
    assert code == 0 and "1 formula was not checked" in out
    inner = "````{unchecked}\n```{note}\n:reason: floating-point model: doubles\n\n$$ x = x + 1 $$\n```\n````\n"
    code, out, _ = run("a.md", a_dot_md=inner)
    assert code == 2 and "say why it is not checked" in out


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tex", "\\[ J := x^2 \\]\n\\begin{IEEEeqnarray}{rCl} J &=& x^3 \\end{IEEEeqnarray}"),
        ("a.tex", "\\newcommand{\\al}[1]{\\begin{align*}#1\\end{align*}}\\[ J := x^2 \\]\\al{J &= x^3}"),
        ("a.tex", "\\begin{gather} x = x \\\\ x = x + 1 \\end{gather}"),
        ("a.tex", "\\renewcommand{\\max}{\\min}\\[ \\max(1, 2) = 2 \\]"),
        ("a.md", "The cost is\n$$\nJ := x^2\n$$\nand\n$$\nJ = x^3\n$$\nso.\n"),
        ("a.md", "$$ J := x^2 $$\n\n\\[ J = x^3 \\]\n"),
        ("a.md", "$$ J := x^2 $$\n\n<div>\n$$ J = x^3 $$\n</div>\n"),
        ("a.md", "$$ J := x^2 $$\n\nwords $$ open\n\n$$ J = x^3 $$\n"),
    ],
)
def test_a_false_formula_is_refuted_however_it_is_displayed(run, name, text):
    assert run(name, **{name.replace(".", "_dot_"): text})[0] == 1


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
    assert run("a.md", "--spelling", "book", a_dot_md="$$ 2 q = q + q $$\n")[0] == 2
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


@pytest.mark.parametrize(
    ("started", "name"), [("/bin/nncore-verify", "nncore-verify"), ("/x/__main__.py", "python -m nncore.verify")]
)
def test_messages_name_the_command_that_was_called(started, name, run, monkeypatch):
    monkeypatch.setattr(sys, "argv", [started])
    assert run("none.md") == (64, "", f"{name}: none.md: there is no such file\n")


def test_without_its_libraries_the_command_says_in_one_line_what_to_install(tmp_path):
    program = (
        "import runpy, sys; sys.modules['lark'] = sys.modules['rich'] = None; "
        "runpy.run_module('nncore.verify', run_name='__main__', alter_sys=True)"
    )
    done = subprocess.run([sys.executable, "-c", program, "a.md"], capture_output=True, text=True, timeout=60)
    needs = "nncore.verify needs lark and rich: install the extra 'verify', in the folder of the book's sources with: "
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr == f"python -m nncore.verify: {needs}pip install '.[verify]'\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ipynb", "{"),
        ("a.md", "$$ x = x + 1 $$\n\nWords $$ J := 1 words.\n"),
        ("a.md", "$$ J := \\foo $$\n\n$$ x = x + 1 $$\n"),
        ("a.md", "```{include} definitions.md\n```\n\n$$ x = x + 1 $$\n"),
    ],
)
def test_nothing_is_said_of_the_definitions_of_a_file_that_was_not_read_to_its_end(name, text, run):
    code, out, _ = run(name, **{name.replace(".", "_dot_"): text})
    assert code in (1, 2) and "unreadable" in out and "defines nothing" not in out


def test_nothing_is_said_of_definitions_where_one_failed(run):
    code, out, _ = run("a.md", "--spelling", "book", a_dot_md="$$ J := Q $$\n\n$$ J = 2 $$\n")
    assert code == 2 and "the letter Q" in out and "defines nothing" not in out


def test_whoever_uses_a_letter_that_is_not_declared_is_told_how_to_declare_it(run):
    _, out, _ = run("a.md", "--spelling", "book", a_dot_md="$$ J := 1 $$\n\n$$ J = Q $$\n")
    (advice,) = re.findall(r"^Letters of your own.*?\n((?:  .*\n)+)", out, re.MULTILINE)
    assert "{notation} block" in out and "% notation:" in out and "--notation FILE" in out
    block = f"```{{notation}}\n{advice.replace('letter: u', 'letter: Q')}```\n\n"
    code, out, _ = run(a_dot_md=f"{block}$$ J := Q $$\n\n$$ J = Q $$\n")
    assert code == 0 and "Letters of your own" not in out


def test_formulas_are_not_said_to_be_read_that_are_not(run):
    _, out, _ = run(a_dot_md="$$ \\foo := 1 $$\n\n$$ J := 1 $$\n")
    assert "2 displayed formulas: 1 of them fails, 1 is unreadable, 0 are unchecked." in out
    _, out, _ = run(a_dot_md="```{notation}\nscalars: [{letter: J, meaning: x}]\n```\n\n$$ x = x $$\n")
    assert "No displayed formula was judged." in out and "read and judged" not in out
    assert "1 displayed formula is not judged before the notation is mended." in out
    block, sound = "```{notation}\nscalars: [{letter: J, meaning: x}]\n```\n\n$$ x = x $$\n", "$$ x + x = 2 x $$\n"
    _, out, _ = run(".", a_dot_md=block, b_dot_md=sound)
    assert "1 displayed formula, each one read and judged: none of them fails" in out
    assert "1 displayed formula is not judged" in out and "1 claim: 1 verified" in out


def test_faults_are_counted_apart_from_formulas(run):
    _, out, _ = run(a_dot_ipynb="{", b_dot_md="$$ x = x + 1 $$\n\nWords $$ J := 1 words.\n")
    assert "1 displayed formula, each one read and judged: 1 of them fails, 0 are unreadable" in out
    assert "2 faults in the files are in no formula that was read." in out
    _, out, _ = run("c.ipynb", c_dot_ipynb="{")
    assert "No displayed formula was read." in out and "judged" not in out
    assert "1 fault in the files is in no formula that was read." in out


PART = "\\[ z_{im} = p_{im} \\]\n\\[ p_{im} = q \\]\n"
GIVEN = "\\[ z_{im} := 2 p_{im} \\]\n"


def verdicts(out):
    return re.findall(r"^(\S+:\d+)  (?:refuted|without meaning|verified|unreadable)", out, re.MULTILINE)


@pytest.mark.parametrize("inclusion", [r"\input{part}", r"\input part.tex ", r"\include{part}", r"\input{./part}"])
def test_a_file_that_another_one_includes_is_not_judged_alone(run, inclusion):
    _, out, _ = run("part.tex", "main.tex", main_dot_tex=GIVEN + inclusion, part_dot_tex="\\[ z_{im} = 2 p_{im} \\]\n")
    assert verdicts(out) == ["part.tex:1"]
    assert run(".")[0] == 0 and run("part.tex")[0] == 2
    code, out, _ = run("--json", ".")
    assert (code, [page["name"] for page in json.loads(out)["pages"]]) == (0, ["main.tex"])


def test_a_page_that_another_one_includes_is_not_judged_alone(run):
    code, out, _ = run(a_dot_md=JACOBIAN, b_dot_md=SOFTMAX + "\n```{include} a.md\n```\n")
    assert code == 0 and out.count("a.md:1  eq-jacobian  verified") == 1
    assert "2 displayed formulas" in out


@pytest.mark.parametrize(
    "text",
    [
        "% \\input{part}\n",
        "\\iffalse \\input{part} \\fi\n",
        "\\begin{verbatim}\\input{part}\\end{verbatim}\n",
        "\\end{document}\\input{part}\n",
    ],
)
@pytest.mark.parametrize("part", ["\\[ x = x + 1 \\]\n", "\\[ x = x + \n\n"])
def test_a_file_that_another_one_names_and_does_not_read_is_judged_alone(run, text, part):
    code, out, _ = run(main_dot_tex=GIVEN + text, part_dot_tex=part)
    assert code != 0 and "part.tex:1" in out


def test_of_files_that_include_each_other_the_first_is_judged(run):
    run(a_dot_tex="\\[ x = x + 1 \\]\\input{b}", b_dot_tex="\\[ x = x + 2 \\]\\input{a}")
    for paths in (["a.tex", "b.tex"], ["b.tex", "a.tex"]):
        code, out, _ = run(*paths)
        assert code == 1 and sorted(verdicts(out)) == ["a.tex:1", "b.tex:1"]


def test_of_a_file_that_is_included_twice_each_message_is_told_once(run):
    part = "\\[ x = x + 1 \\]\n\\[ 2 Q = 1 \\]\n\\[ x = 1\n\n"
    block = "% notation:\n% scalars:\n%   - {letter: F_0, meaning: a number}\n\n"  # so that nothing is proposed
    ab = {"a_dot_tex": f"{block}\\input{{part}}\\input{{part}}\n", "b_dot_tex": f"{block}\\input{{part}}\n"}
    code, out, _ = run(**ab, part_dot_tex=part)
    assert code == 1 and verdicts(out).count("part.tex:1") == 3
    for words in ("part.tex:1:6: refuted", "part.tex:2:6: without meaning", "part.tex:3:1: unreadable"):
        assert out.count(words) == 1, out
    assert out.count("Letters of your own") == 1


def test_what_is_said_of_a_file_without_definitions_is_true_below_a_refuted_claim(run):
    _, out, _ = run("a.md", a_dot_md="$$ x = x + 1 $$\n")
    assert "refuted" in out and "its letters stand for any numbers" in out and "no claim can be derived" not in out


@pytest.mark.skipif(os.name == "nt", reason="a pipe that nobody reads ends a program of Windows in another way")
def test_whoever_reads_no_further_ends_the_command_without_a_word(tmp_path):
    (tmp_path / "a.md").write_text("$$ x = x $$\n\n" * 300, encoding="utf-8")
    command = [sys.executable, "-m", "nncore.verify", str(tmp_path / "a.md"), "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as done:
        done.stdout.close()
        assert (done.stderr.read(), done.wait(120)) == ("", ExitCode.OPEN)
