"""The pages about the checker: what their cells show is what the sentences around them say."""

import ast
import re
from pathlib import Path

from sympy import ZeroMatrix

from nncore.verify.judgement import ExitCode

REFERENCE = Path(__file__).resolve().parents[1] / "book" / "reference"
CELL = re.compile(r"^(`{3,})\{code-cell\} ipython3\n(?:(?::[^\n]*\n)+\n)?(.*?)^\1$", re.MULTILINE | re.DOTALL)


def run(name, capsys):
    """What each cell of a page prints, and the value of its last expression."""
    names: dict = {}
    for _, source in CELL.findall((REFERENCE / name).read_text(encoding="utf-8")):
        *body, last = ast.parse(source).body
        value = None
        if isinstance(last, ast.Expr):
            exec(compile(ast.Module(body, []), name, "exec"), names)
            value = eval(compile(ast.Expression(last.value), name, "eval"), names)
        else:
            exec(compile(ast.parse(source), name, "exec"), names)
        yield source, capsys.readouterr().out, value


def test_a_simpler_check_accepts_what_the_judge_of_the_book_does_not(capsys):
    naive, verdicts = [], []
    for source, printed, value in run("how-checking-works.md", capsys):
        if source.startswith("judge("):
            verdicts.append(printed)
        elif value is not None:
            naive.append(value)
    assert len(naive) == len(verdicts) == 7
    assert naive[5] == (0, 3)
    assert naive[6]
    assert [value for value in naive[:5] if value != 0 and not isinstance(value, ZeroMatrix)] == []
    ways = [verdict.partition(":")[0] for verdict in verdicts]
    assert ways == ["refuted"] * 5 + ["without meaning", "holds if"]
    assert "the sum would end at -3" in verdicts[5]
    assert "a derivative does not exist here" in verdicts[6]


def test_a_right_homework_passes_and_each_mistake_is_found_at_its_place(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # as in the kernel that runs the page
    printed = [out for _, out, _ in run("check-your-own.md", capsys) if out]
    right, sign, transpose, missing, nothing_given, one_hot, assumed, declared, kinks, *others = printed
    in_latex, own, undeclared, proposed, pasted = others
    assert "holds if each row of Y sums to 1" in nothing_given and nothing_given.endswith("exit code: 3\n")
    assert "by the notation each row of Q sums to 1" in declared
    assert "under asm-rows" in assumed and "under asm:rows" in in_latex
    for printed in (right, one_hot, assumed, declared, kinks, in_latex, own, undeclared, pasted):
        assert printed.endswith("exit code: 0\n")
        assert "verified for all shapes" in printed
    assert proposed.startswith("```{notation}")
    assert "homework.md declares nothing" in undeclared
    assert {line.strip() for line in proposed.splitlines() if line} < {line.strip() for line in undeclared.splitlines()}
    assert "likely the sign of the right side" in sign and sign.endswith("exit code: 1\n")
    assert "is D × M" in transpose and transpose.endswith("exit code: 1\n")
    assert "the index i is free here, but not on the left" in missing and missing.endswith("exit code: 1\n")
    assert right.startswith("homework.md:4  definition\n") and "\x1b" not in right
    assert not re.search(r"\d m?s\b", right)  # a time would make every build of the book another one


def test_the_page_has_the_table_of_exit_codes():
    rows = [f"| {code.value} | {code.says} |" for code in sorted(ExitCode)]
    text = (REFERENCE / "check-your-own.md").read_text(encoding="utf-8")
    assert "\n".join(["| code | meaning |", "|---|---|", *rows]) in text
