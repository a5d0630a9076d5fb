"""Formulas of notebooks and LaTeX files are found like those of Markdown pages, with their labels and places."""

import json
import os
import time
from itertools import pairwise

import pytest

from nncore.verify.source.reader import display_path, printable, read_page


@pytest.fixture
def tex(tmp_path):
    """Reads a LaTeX file with this text."""

    def read(text):
        path = tmp_path / "homework.tex"
        path.write_text(text, encoding="utf-8")
        return read_page(path)

    return read


@pytest.fixture
def notebook(tmp_path):
    """Reads a notebook with these cells: Markdown, or code if it begins with a #."""

    def read(*sources):
        path = tmp_path / "homework.ipynb"
        code = {"cell_type": "code", "outputs": [], "execution_count": None}
        cells = [
            {
                **(code if source.startswith("#!") else {"cell_type": "markdown"}),
                "source": source,
                "metadata": {},
                "id": f"c{n}",
            }
            for n, source in enumerate(sources)
        ]
        path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        return read_page(path)

    return read


def parts(reader):
    """The formulas of a text in which everything is read, and what is around them."""

    def read(*texts):
        reading = reader(*texts).whole()
        return reading.formulas, reading.around

    return read


def texts(reading):
    return [formula.text.strip() for formula in reading.formulas]


def reasons(reading):
    return [(fault.line, fault.column, fault.reason) for fault in reading.faults]


def shown(found):
    return [(formula.text.strip(), formula.label) for formula in found]


def test_every_kind_of_display_of_latex_is_found(tex):
    found, _ = parts(tex)(
        "\\[ a = b \\]\n$$c$$\n\\begin{equation}\nd\n\\end{equation}\n\\begin{equation*}e\\end{equation*}\n"
        "\\begin{displaymath}f\\end{displaymath}\n\\begin{align}\ng &= h \\\\[2pt] &= i\n\\end{align}\n"
    )
    assert [formula.text.strip().split("\n")[0] for formula in found] == ["a = b", "c", "d", "e", "f", "\\begin{align}"]
    assert [formula.line for formula in found] == [1, 2, 3, 6, 7, 8]


def test_a_label_of_latex_is_kept_and_is_no_part_of_the_formula(tex):
    found, _ = parts(tex)("\\begin{equation}\\label{eq:one}\n  a = b\n\\end{equation}\n\\[ c \\nonumber \\]\n")
    assert shown(found) == [("a = b", "eq:one"), ("c", None)]


def test_a_place_in_a_formula_of_latex_is_a_place_in_the_file(tex):
    text = "Words \\[ a + bad \\] words,\n  \\begin{equation}\\label{eq:x} bad\n bad\n\\end{equation}\n"
    found, _ = parts(tex)(text)
    for formula in found:
        for number, line in enumerate(formula.text.split("\n")):
            if "bad" in line:
                at, column = formula.place(number + 1, line.index("bad") + 1)
                assert text.split("\n")[at - 1][column - 1 :].startswith("bad")


def test_comments_and_listings_of_latex_hold_no_formulas(tex):
    found, _ = parts(tex)("% \\[ a \\]\n50\\% \\[ b \\] % $$\n\\begin{verbatim}\n$$ c $$\n\\end{verbatim}\n\\[ d \\]\n")
    assert [(formula.text.strip(), formula.line) for formula in found] == [("b", 2), ("d", 6)]


def test_environments_of_latex_are_what_the_directives_of_their_name_are(tex):
    found, around = parts(tex)(
        "\\begin{assumption}\\label{asm-a}\n\\[ a \\]\n\\end{assumption}\n"
        "\\begin{definition}\\[ b \\]\\end{definition}\n"
        "\\begin{convention}\\[ c \\]\\end{convention}\n"
    )
    assert [formula.within for formula in found] == [("prf:assumption",), ("prf:definition",), ("prf:convention",)]
    assert [(place.label, place.convention) for place in around.places] == [
        ("asm-a", False),
        (None, False),
        (None, True),
    ]


def test_a_reference_of_latex_counts_in_its_environment_or_its_paragraph(tex):
    _, around = parts(tex)(
        "By \\ref{asm-a},\n\\[ a \\]\n\nNow\n\\[ b \\]\n\n"
        "\\begin{proof}\n\\[ c \\]\nby \\cref{asm-b,asm-c}\n\\end{proof}\n"
        "Without Assumption~\\ref{asm-a}\n\\[ d \\]\n% By \\ref{asm-a}\n\n"
        "\\verb|by \\ref{asm-a}|\n\\[ e \\]\n"
        "\\begin{quote} By \\ref{asm-a}, \\[ f \\] \\end{quote}\n"
        "\\[ g \\] Under Assumption~\\eqref{asm-a}:\n\n\\[ h \\]"
    )
    assert [set(place.mentions) for place in around.places] == [
        {"asm-a"}, set(), {"asm-b", "asm-c"}, set(), set(), set(), set(), {"asm-a"},
    ]  # fmt: skip


def test_letters_are_declared_in_comments_of_latex(tex):
    _, around = parts(tex)("Words.\n% notation:\n% scalars:\n%   - {letter: q, meaning: odds}\n\\[ a \\]\n% other\n")
    (block,) = around.blocks
    assert (block.text, block.line) == ("scalars:\n  - {letter: q, meaning: odds}", 3)


def test_displays_in_many_lines_are_read_as_what_they_print(tex):
    reading = tex(
        "\\begin{gather} a = b \\\\ c = d \\\\ \\end{gather}\n\\begin{multline*} a = b \\\\ + c \\end{multline*}\n"
        "\\begin{eqnarray} a &=& b \\\\ &=& c \\end{eqnarray}\n\\begin{align} x = y \\end{align}\n"
        "\\begin{alignat*}{2} a &= b \\end{alignat*}\n\\begin{IEEEeqnarray}[x]{rCl} a &=& b \\end{IEEEeqnarray}\n"
        "\\begin{empheq}[box=\\fbox]{align*} a &= b \\end{empheq}\n\\begin{dmath}[label={x}] a = b \\end{dmath}\n"
        "\\begin{subequations}\\begin{flalign} a &= b \\end{flalign}\\end{subequations}\n"
        "\\begin{dgroup}\\begin{dmath*} c = d \\end{dmath*}\\end{dgroup}\n"
    )
    aligned = r"\begin{align} a &= b \end{align}"
    assert not reading.faults
    assert [" ".join(text.split()) for text in texts(reading)] == [
        "a = b", "c = d", "a = b + c", r"\begin{align} a &= b \\ &= c \end{align}", "x = y", aligned, aligned, aligned,
        "a = b", aligned, "c = d",
    ]  # fmt: skip


def test_text_behind_the_document_and_in_iffalse_is_none_of_it(tex):
    reading = tex(
        "\\begin{document}\n\\[ a \\]\n\\iffalse \\[ b \\] \\ifx x y \\fi \\[ b \\] \\else \\[ c \\] \\fi\n"
        "\\verb|\\[ b \\]| \\lstinline{$$ b $$}\n\\end{document}\n\\[ b \\]\n"
    )
    assert (texts(reading), reading.faults) == (["a", "c"], ())
    assert texts(tex("\\unless\\iffalse \\[ a \\] \\fi")) == ["a"]


@pytest.mark.parametrize(
    "definition",
    [
        r"\newcommand{\eq}[1]{\begin{equation}#1\end{equation}}",
        r"\newcommand\eq[2][x]{\[#2\]}",
        r"\renewcommand*{\eq}[1]{$$#1$$}",
        r"\providecommand{\eq}[1]{\[#1\]}",
        r"\def\eq#1{\[#1\]}",
        r"\newcommand{\open}{\[}\let\shut=\]\newcommand{\eq}[1]{\open #1 \shut}",
        r"\NewDocumentCommand{\eq}{m}{\begin{displaymath}#1\end{displaymath}}",
        r"\newenvironment{mine}{\begin{equation}}{\end{equation}}\newcommand{\eq}[1]{\begin{mine}#1\end{mine}}",
        r"\newenvironment{mine}[1][k]{\equation}{\endequation}\def\eq#1{\begin{mine}[z]#1\end{mine}}",
        r"\newenvironment{hint}{\begin{quote}}{\end{quote}}\def\eq#1{\begin{hint} word \[#1\] word \end{hint}}",
    ],
)
def test_the_commands_and_environments_of_a_file_that_display_something_are_expanded(tex, definition):
    reading = tex(f"{definition}\n\\[ a \\]\n\\eq{{ x = y }}\n\\[ b \\]\n")
    assert not reading.faults
    assert [(formula.text.strip(), formula.line) for formula in reading.formulas] == [("a", 2), ("x = y", 3), ("b", 4)]


def test_delimited_arguments_and_arguments_of_several_lines_keep_their_places(tex):
    found, _ = parts(tex)(
        "\\def\\be#1\\ee{\\[ #1 \\]}\n\\be a = b \\ee\n\\newcommand{\\al}[1]{\\begin{align*}#1\\end{align*}}\n"
        "\\al{\n  a &= b \\\\\n  c &= bad\n}\n"
    )
    assert found[0].text.split() == ["a", "=", "b"]
    line = next(number for number, line in enumerate(found[1].text.split("\n"), 1) if "bad" in line)
    assert found[1].place(line, found[1].text.split("\n")[line - 1].index("bad") + 1) == (6, 8)


def test_what_a_file_makes_of_a_command_is_what_is_read(tex):
    reading = tex(
        "\\renewcommand{\\sum}{\\prod}\\let\\old\\le\\renewcommand{\\le}{\\old}\\DeclareMathOperator{\\soft}{softmax}\n"
        "\\newcommand{\\p}[2]{\\frac{\\partial #1}{\\partial #2}}\\providecommand{\\ln}{\\exp}\n"
        "\\[ \\sum_q a \\le \\soft(\\p{J}x) \\ln(x) \\]\n{\\renewcommand{\\sum}{\\max}}\\[ \\sum \\]\n"
        "{\\gdef\\prod{\\max}}\\[ \\sum \\]\n"
        "\\begin{center}\\global\\let\\pi=e\\end{center}\\[ \\def\\mu{1} \\pi \\]\n"
        "\\AtBeginDocument{\\def\\tau{2}}\\[ \\tau \\mu \\]\n"
    )
    assert [text.replace(" ", "") for text in texts(reading)] == [
        r"\prod_qa\le\operatorname{softmax}(\frac{\partialJ}{\partialx})\ln(x)",
        r"\prod",
        r"\max",
        "e",
        r"2\mu",
    ]


def test_files_of_the_folder_that_are_read_are_followed(tex, tmp_path):
    (tmp_path / "part.tex").write_text("\\[ p \\]\n\\endinput\n\\[ no \\]\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "chapter.tex").write_text(
        "\\documentclass{subfiles}\\begin{document}\\[ c \\]\\input{more}\\end{document}"
    )
    (tmp_path / "sub" / "more.tex").write_text("\\[ m \\]")
    (tmp_path / "mine.sty").write_text("\\newcommand{\\eq}[1]{\\[#1\\]}")
    reading = tex(
        "\\usepackage[x]{amsmath,mine}\n\\begin{document}\n\\input{part}\n\\subfile{sub/chapter}\n\\input part.tex\n"
        "\\[ a \\]\\eq{e}\\begin{align} \\input{rows} \\end{align}\\end{document}"
    )
    assert [(formula.text.strip(), formula.path.name) for formula in reading.formulas[:6]] == [
        ("p", "part.tex"), ("c", "chapter.tex"), ("m", "more.tex"), ("p", "part.tex"), ("a", "homework.tex"),
        ("e", "homework.tex"),
    ]  # fmt: skip
    assert reasons(reading) == [(6, 28, "there is no file rows to read in the folder")]


def test_files_that_are_missing_outside_or_read_themselves_are_faults_with_places(tex, tmp_path):
    (tmp_path.parent / "outside.tex").write_text("\\[ x = 3 x \\]")
    assert len(tex(f"\\input{{{'a' * 10_000}}}").faults[0].reason) < 400
    reading = tex("\\input{missing}\n \\include{../outside}\n\\input{homework}\n\\import{a}{b}\n\\[ a \\]\n")
    assert texts(reading) == ["a"]
    assert [(line, column) for line, column, _ in reasons(reading)] == [(1, 1), (2, 2), (3, 1), (4, 1)]
    for (*_, reason), words in zip(reasons(reading), ("no file", "outside", "itself", "not followed"), strict=True):
        assert words in reason


def test_an_environment_with_mathematics_of_its_own_is_an_unknown_display_and_words_are_text(tex):
    for sign in ("a &= b", r"a \\ b", "x^2 = 3", "x_i = 3", r"\frac{1}{2} = 3", r"\partial x"):
        ((line, column, reason),) = reasons(tex(f"\n \\begin{{foo}} {sign} \\end{{foo}}\n"))
        assert (line, column) == (2, 2) and "environment foo" in reason
    for name in ("dseries", "cases", "pmatrix", "split"):
        ((*_, reason),) = reasons(tex(rf"\begin{{{name}}} a = b \end{{{name}}}"))
        assert f"{name} is not read" in reason
    ((*_, reason),) = reasons(tex(r"\begin{foo} a = b \end{foo}"))
    assert "environment foo" in reason
    reading = tex(
        "\\newtheorem{satz}{Satz}\n\\begin{satz} a \\\\ b \\end{satz}\\begin{foo} words $x_1$ \\[ a_1 \\] \\end{foo}\n"
        "\\begin{tabular}{l|>{\\it}r} a & $b_1$ \\\\ c & d \\end{tabular}\\begin{center} a \\\\ b \\end{center}\n"
        "\\begin{foo}[title=x_1]\\label{a_b}\\cite{c_d}\\includegraphics[width=3_]{e_f} \\end{foo}\n"
    )
    assert (texts(reading), reading.faults) == (["a_1"], ())
    assert texts(tex("\\begin{foo}[\\[ a \\]] words \\end{foo}")) == ["a"]
    assert [formula.text for formula in reading.inline] == ["x_1", "b_1"]


def test_mathematics_that_an_unknown_command_may_display_is_a_fault(tex):
    ((line, column, reason),) = reasons(tex("\n\\alns{\\frac{a}{b} &= 3x}\n"))
    assert (line, column) == (2, 7) and r"\frac is outside of every formula" in reason
    for definition in (r"\NewDocumentCommand{\f}{om}{\[#2\]}\f{x}", r"\NewEnviron{f}{\[\BODY\]}\begin{f} x \end{f}"):
        ((*_, reason),) = reasons(tex(definition))
        assert "defined in a way that is not read" in reason


def test_a_comment_ends_no_paragraph_and_prints_nothing(tex):
    found, _ = parts(tex)("\\begin{equation}\na % $$\n%\n  % \\]\n= bad % c\n\\end{equation}\nwords% x\n\n\\[ c \\]")
    assert [formula.text.split() for formula in found] == [["a", "=", "bad"], ["c"]]
    line = next(number for number, line in enumerate(found[0].text.split("\n"), 1) if "bad" in line)
    assert found[0].place(line, found[0].text.split("\n")[line - 1].index("bad") + 1) == (5, 3)
    ((line, *_),) = reasons(tex("\\[ a % c\n\n\\]"))
    assert line == 1


def test_a_display_that_is_not_closed_costs_no_other_formula(tex):
    reading = tex("\\[ a\n\nwords \\[ b \\]\n\\begin{align} c &= d\n\n\\[ e \\] \\begin{equation} f \\[ g \\]\n$$ h")
    assert texts(reading) == ["b", "e", "g"]
    assert [(line, column) for line, column, _ in reasons(reading)] == [(1, 1), (4, 1), (6, 9), (7, 1)]
    assert all("not closed" in reason for *_, reason in reasons(reading))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("\\begin{verbatim}" * 20_000, "verbatim is not closed"),
        ("\\begin{a}" * 20_000, "environments are inside of each other"),
        ("\\[" * 20_000, "not closed"),
        ("\\iffalse" * 20_000, r"\iffalse has no \fi"),
        ("\\def\\a{\\a\\a}\\a", "stand for more than can be read"),
        ("".join(rf"\def\m{a}{{\m{b}\m{b}}}" for a, b in pairwise("abcdefghijklmnopqrstuvwxy")) + r"\ma", "more than"),
        ("\\begin{equation" * 20_000, ""),
        ("{" * 200_000 + "\\newcommand{" * 20_000, ""),
    ],
)
def test_no_latex_runs_away(tex, text, reason):
    start = time.process_time()
    reading = tex(f"\\[ z \\]\n{text}")
    assert time.process_time() - start < 8
    assert texts(reading)[0] == "z" and len(reading.faults) <= 101
    assert any(reason in fault.reason for fault in reading.faults) or not reason


def test_a_file_that_takes_too_long_says_so(tex, monkeypatch):
    monkeypatch.setattr("nncore.verify.source.limits.SECONDS", -1.0)
    (fault,) = tex("\\[ a \\]").faults
    assert not fault.status.is_final and "reading takes longer" in fault.reason


def test_chains_and_diamonds_of_files_end(tex, tmp_path):
    for number in range(600):
        (tmp_path / f"c{number}.tex").write_text(f"\\[ x \\]\\input{{c{number + 1}}}")
    for number in range(26):
        (tmp_path / f"d{number}.tex").write_text(f"\\input{{d{number + 1}}}\\input{{d{number + 1}}}")
    (tmp_path / "d26.tex").write_text("\\[ x \\]")
    start = time.process_time()
    chain, diamond = tex("\\input{c0}\n\\[ z \\]"), tex("\\input{d0}")
    assert time.process_time() - start < 8
    assert texts(chain)[-1] == "z" and "files read each other" in chain.faults[0].reason
    assert "files are to be read" in diamond.faults[0].reason


def test_the_markdown_cells_of_a_notebook_are_read_each_with_its_own_places(notebook):
    found, around = parts(notebook)("# T\n\n$$ a $$ (eq-a)", "#!\n'$$ no $$'", "By {prf:ref}`asm-a`:\n\n$$\nb\n$$")
    assert shown(found) == [("a", "eq-a"), ("b", None)]
    assert [(formula.path.name, formula.line) for formula in found] == [
        ("homework.ipynb (cell 1)", 3),
        ("homework.ipynb (cell 3)", 3),
    ]
    assert [set(place.mentions) for place in around.places] == [set(), {"asm-a"}]


def test_broken_cells_of_a_notebook_cost_no_other_cell(tmp_path):
    cells = [
        {"cell_type": "markdown", "source": 5},
        {"cell_type": "markdown", "source": ["$$ a", " $$"]},
        {"cell_type": "markdown", "source": [1]},
        7,
        {"cell_type": "code", "source": "%%latex\n$b$"},
        {"cell_type": "raw", "source": "\\[ b \\]"},
        {"cell_type": "code", "source": "print('$$')"},
        {"cell_type": "raw", "source": "words"},
        {"cell_type": "markdown", "source": "$$ broken\n\nwords\n\n$$\nc\n$$"},
    ]
    path = tmp_path / "homework.ipynb"
    path.write_text(json.dumps({"cells": cells}).replace("5}", "9" * 5000 + "}"))
    reading = read_page(path)
    assert [(formula.text.strip(), formula.path.name[-8:]) for formula in reading.formulas] == [
        ("a", "(cell 2)"),
        ("broken\n\nwords", "(cell 9)"),
    ]
    assert [fault.path.name[-8:] for fault in reading.faults] == [
        "(cell 9)", "(cell 1)", "(cell 3)", "(cell 4)", "(cell 5)", "(cell 6)",
    ]  # fmt: skip


def test_notebooks_display_what_jupyter_does(notebook):
    found, _ = parts(notebook)("text\n$$\na\n= b\n$$\ntext", "\\\\[ c = d \\\\]", "where \\begin{cases} e \\end{cases}")
    assert [formula.text.strip() for formula in found] == ["a\n= b", "c = d", "\\begin{cases} e \\end{cases}"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.ipynb", b"{"), ("a.ipynb", b"[1]"), ("a.ipynb", b"[" * 100_000), ("a.md", b"\xff\xfe"), ("a.tex", b"caf\xe9")],
)
def test_what_is_no_text_or_no_notebook_is_one_clear_fault(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    (fault,) = read_page(tmp_path / name).faults
    assert (fault.path.name, fault.line) == (name, 1) and fault.reason.startswith("this is not a")
    assert "\n" not in fault.reason


def test_a_mark_of_the_order_of_bytes_hides_nothing(tmp_path):
    for name, text in (("a.md", "$$ a $$"), ("a.tex", "\\[ a \\]")):
        (tmp_path / name).write_text(f"\ufeff{text}", encoding="utf-8")
        assert texts(read_page(tmp_path / name)) == ["a"]


def test_names_of_files_are_printed_without_commands_for_the_terminal(tmp_path):
    name = os.fsdecode(b"caf\xe9 \x1b[31m.md")
    (tmp_path / name).write_text("$$ a $$")
    assert display_path(tmp_path / name, tmp_path) == "caf\\xe9 \\x1b[31m.md"
    assert printable("a\u202eb\x9bc\td") == "a\\x202eb\\x9bc d"
