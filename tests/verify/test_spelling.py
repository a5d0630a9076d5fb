"""Free spelling: each small case is read as its file says, and nothing is read in silence."""

import ast
import re
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from nncore.verify.__main__ import main
from nncore.verify.notation import Notation, load
from nncore.verify.report import NOTATION
from nncore.verify.semantics.elaborate import with_blocks
from nncore.verify.source.reader import read_page
from nncore.verify.spelling import spell as module
from nncore.verify.spelling.declared import parsed
from nncore.verify.spelling.document import scene_of, spelled
from nncore.verify.spelling.findings import Findings, FreeError
from nncore.verify.spelling.macros import defined_in
from nncore.verify.spelling.rates import main as rates
from nncore.verify.spelling.spell import items_of, spell
from nncore.verify.spelling.tokens import scan
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.parser import read
from nncore.verify.syntax.printer import latex

PACKAGE = Path(module.__file__).parents[1]
CASES = [
    pytest.param(case, id=f"{file.stem}: {case['source']}")
    for file in sorted((Path(__file__).parent / "wild").glob("*.yml"))
    for case in yaml.safe_load(file.read_text(encoding="utf-8"))
]
READ = [case for case in CASES if "readings" in case.values[0]]


def read_case(case):
    """Return what becomes of the last display of a case, and the scene in which it is read."""
    sources = [*case.get("before", ()), case["source"]]
    scene = scene_of(sources, Notation())
    return [*spelled(sources, scene)][-1], scene


def only(source, notation=None, before=(), **more):
    """Return the one reading of a display, and the scene in which it is read."""
    scene = scene_of([*before, source], notation or Notation(), **more)
    for each in before:
        spell(each, scene)
    (reading,) = spell(source, scene).readings
    return reading, scene


# The cases ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_each_case_is_read_as_its_file_says(case):
    found, scene = read_case(case)
    if "error" in case:
        assert found.error and found.error.reason == case["error"]
        start, end = found.error.span
        assert case["source"][start:end] == case["at"]
        return
    assert found.spelling, found.error
    assert [[each.text for each in reading.formulas] for reading in found.spelling.readings] == case["readings"]
    assert [remark.words for remark in found.spelling.readings[0].remarks] == case.get("says", [])
    names = {**scene.table.letters, **scene.table.functions}
    assert {name: names[name] for name in case.get("letters", {})} == case.get("letters", {})


@pytest.mark.parametrize("case", READ)
def test_every_reading_is_a_tree_whose_printing_reads_back_to_it(case):
    found, scene = read_case(case)
    for reading in found.spelling.readings:
        for formula in reading.formulas:
            assert read(latex(formula.tree), scene.table.in_force) == formula.tree


@pytest.mark.parametrize("case", CASES)
def test_the_tokens_of_a_source_follow_each_other_without_a_gap(case):
    ends = dict.fromkeys(token.span for token in scan(case["source"]))
    places = [(start, end) for start, end in ends]
    assert places[0][0] == 0 and places[-1][1] == len(case["source"])
    assert all(before[1] == after[0] for before, after in pairwise(places))


@pytest.mark.parametrize("case", READ)
def test_every_node_of_a_reading_has_its_place_in_the_source(case):
    found, _ = read_case(case)
    length = len(case["source"])
    for reading in found.spelling.readings:
        for formula in reading.formulas:
            for node, _ in t.walk(formula.tree):
                assert 0 <= node.span[0] <= node.span[1] <= max(length, 400)


def test_two_readings_differ_and_each_says_what_the_other_does_not():
    several = [case.values[0] for case in READ if len(case.values[0]["readings"]) > 1]
    assert several
    for case in several:
        found, _ = read_case(case)
        texts = {tuple(formula.text for formula in reading.formulas) for reading in found.spelling.readings}
        words = {tuple(remark.words for remark in reading.remarks) for reading in found.spelling.readings}
        assert len(texts) == len(words) == len(found.spelling.readings) <= 4


# What a file says of its letters --------------------------------------------------------------------------------------


def test_a_notation_decides_what_nothing_else_tells():
    book = load(NOTATION)
    reading, _ = only("J(\\theta) = W(x + 1)", book)
    assert [each.text for each in reading.formulas] == [r"J = W \, \left( x + 1 \right)"]
    assert [remark.words for remark in reading.remarks] == [r"J(\theta) as J"]
    product, _ = only("a(b + 1) = a b + a", book)
    assert product.formulas[0].text == r"a \, \left( b + 1 \right) = a \, b + a"
    applied, _ = only("\\sigma(b + 1) = 2", book)
    assert applied.formulas[0].text == r"\sigma(b + 1) = 2"
    transposed, _ = only("W'X", book)
    assert transposed.formulas[0].text == r"W^\top \, X"
    family, _ = only("W^{[1]} A^{[r-1]}", book)
    assert family.formulas[0].text == r"W^{[1]} \, A^{[r - 1]}"
    indexed, _ = only("\\beta_1 u", book)
    assert indexed.formulas[0].text == r"\beta_{1} \, u"


LINEAR = """
sizes: [{letter: n, meaning: samples}, {letter: D, meaning: inputs}, {letter: M, meaning: outputs}]
arrays:
  - {letter: X, shape: [n, D], meaning: x}
  - {letter: W, shape: [D, M], meaning: x}
  - {letter: b_1, shape: [1, M], meaning: x}
  - {letter: u, shape: [D, 1], meaning: x}
  - {letter: v, shape: [D, 1], meaning: x}
  - {letter: G, shape: [D, D], meaning: x}
functions: [{name: \\tanh, kind: number, meaning: x}]
scalars: [{letter: c, meaning: x}]
"""


@pytest.mark.parametrize(
    ("source", "strict_text", "says"),
    [
        ("X W + b_1", r"X \, W + \mathbf{1} \, \mathsf{b}", "a row that is added to a matrix"),
        ("X W - 2 b_1", r"X \, W - \mathbf{1} \cdot 2 \, \mathsf{b}", "a row that is added to a matrix"),
        ("u^T v + c", r"\left( u^\top \, v \right)_{1} + c", "a product that is 1 × 1 as a number"),
        ("c = u^T v", r"c = \left( u^\top \, v \right)_{1}", "a product that is 1 × 1 as a number"),
        ("u v^T u", r"u \, v^\top \, u", ""),
        ("u^T v u", r"\left( u^\top \, v \right)_{1} \, u", "a product that is 1 × 1 as a number"),
        (
            r"\|u - v\|^2",
            r"\left( \left( u - v \right)^\top \, \left( u - v \right) \right)_{1}",
            "as its product with itself",
        ),
        ("X^2", r"X \odot X", "a power of an array as one entry by entry"),
        ("c^2 u", "c^{2} \\, u", ""),
        (r"(1 - \tanh^2(u)) \odot v", r"v - \left( \tanh(u) \odot \tanh(u) \right) \odot v", "added to each entry"),
        (r"\frac{u}{v}", r"u \oslash v", "a quotient of arrays as one entry by entry"),
        ("X W + q", r"X \, W + q", ""),
        ("W + b_1 u", r"W + \mathsf{b} \, u", ""),
    ],
)
def test_what_needs_shapes_is_written_out_where_the_notation_tells_them_and_only_there(source, strict_text, says):
    notation, letters = parsed(LINEAR)
    reading, _ = only(source, notation, letters=letters)
    assert reading.formulas[0].text == strict_text
    words = [remark.words for remark in reading.remarks if remark.kind not in ("top", "name")]
    assert any(says in each for each in words) if says else not words


ENTRIES = """
sizes: [{letter: n, meaning: x}, {letter: D, meaning: x}, {letter: K, meaning: x}]
indices: [{letter: i, to: n, meaning: x}, {letter: j, to: D, meaning: x}, {letter: k, to: K, meaning: x}]
arrays:
  - {letter: X, entry: 'x_{ij}', shape: [n, D], meaning: x}
  - {letter: w, shape: [D, 1], meaning: x}
  - {letter: v, shape: [K, 1], meaning: x}
  - {letter: W_s, shape: [n, K], meaning: x}
  - {letter: P, entry: 'p_{ik}', shape: [n, K], meaning: x}
"""
OF_S = r"\left( 1 \, \mathsf{W} \right)_{i "


@pytest.mark.parametrize(
    ("source", "strict_text", "says"),
    [
        (r"w^T x_i", r"\left( X \, w \right)_{i}", "a letter with the index of a sample as its row, a vector"),
        (
            r"P := \text{softmax}(W_s)",
            rf"p_{{i k}} := \frac{{e^{{{OF_S}k}}}}}}{{\sum_{{l = 1}}^{{K}} e^{{{OF_S}l}}}}}}",
            "softmax of each row by its entries",
        ),
        (
            r"\text{softmax}(v)",
            r"\frac{\exp(v)}{\sum_{k = 1}^{K} e^{\left( 1 \, v \right)_{k}}}",
            "softmax of a vector by its entries",
        ),
        (r"(W_s)_{ik}", OF_S + "k}", ""),
        (r"\sum_{j=1}^{D} x_{ij}", r"\sum_{j = 1}^{D} x_{i j}", ""),
        (r"e^{w^T w}", r"e^{\left( w^\top \, w \right)_{1}}", "a product that is 1 × 1 as a number"),
        (r"P \odot P \odot (1 - P)", r"P \odot P - P \odot \left( P \odot P \right)", "added to each entry"),
        (r"X'(X w)", r"X^\top \, \left( X \, w \right)", "X' as a transpose"),
    ],
)
def test_what_entries_need_is_written_out_where_the_notation_tells_the_shapes(source, strict_text, says):
    notation, letters = parsed(ENTRIES)
    reading, _ = only(source, notation, letters=letters)
    assert reading.formulas[0].text == strict_text
    words = [remark.words for remark in reading.remarks if remark.kind not in ("top", "name")]
    assert any(says in each for each in words) if says else not words


def test_a_sum_may_end_elsewhere_than_its_index_does_in_the_text_of_a_file():
    notation, letters = parsed(ENTRIES)
    (found,) = spelled([r"\sum_{j=1}^{K} v_j"], scene_of([], notation, letters=letters), [True])
    (reading,) = found.spelling.readings
    assert reading.formulas[0].text == r"\sum_{\mathsf{j} = 1}^{K} \left( 1 \, v \right)_{\mathsf{j}}"
    assert "j in a sum to K as an index of its own" in [remark.words for remark in reading.remarks]
    elsewhere, _ = only(r"\sum_{j=1}^{K} v_j", notation, letters=letters)
    assert elsewhere.formulas[0].text == r"\sum_{j = 1}^{K} \left( 1 \, v \right)_{j}"


def test_a_letter_below_another_is_a_name_where_the_file_has_it_by_itself():
    reading, scene = only(r"a = W_h h + W_i x")
    assert "W_h" in scene.table.letters and "W_i" not in scene.table.letters
    assert "W_h as a letter of its own" in [remark.words for remark in reading.remarks]
    reading, scene = only(r"a = W_h x")
    assert "W_h" not in scene.table.letters


def test_a_power_of_a_square_matrix_has_two_readings():
    notation, letters = parsed(LINEAR)
    found = spell("G^2", scene_of(["G^2"], notation, letters=letters))
    assert [[each.text for each in reading.formulas] for reading in found.readings] == [[r"G \, G"], [r"G \odot G"]]


def test_no_letter_of_the_file_is_taken_for_the_inner_name_of_another():
    reading, scene = only(r"W_1 x + \mathsf{W} y + \tilde{W} z", before=[r"\bar{W}"])
    names = {node.name for node, _ in t.walk(reading.formulas[0].tree) if isinstance(node, t.Letter)}
    assert len(names) == 6 and scene.table.letters["W_1"] not in (r"\mathsf{W}", r"\tilde{W}", r"\bar{W}")


def test_messages_speak_in_the_authors_letters():
    _, scene = only(r"W_1 x = \hat{\mathbf{y}}_2 + f(x)", before=["f(x) = x"])
    code = scene.table.letters["W_1"]
    assert scene.table.as_written(f"the letter {code} and sans y, operatorname") == (
        r"the letter W_1 and \hat{\mathbf{y}}_2, operatorname"
    )


def test_a_letter_is_not_written_as_the_function_of_the_same_name():
    _, scene = only(r"x_t(a) = N + x + \mathcal{N}(0, 1)", before=["x_t = b"])
    assert {r"\mathcal{N}": r"\operatorname{N}"}.items() <= scene.table.functions.items()
    assert scene.table.as_written("N + x is N(0, 1), and hat N") == r"N + x is \mathcal{N}(0, 1), and hat N"


def test_a_vector_that_is_declared_as_a_row_is_not_turned():
    text = "sizes: [{letter: M, meaning: x}]\narrays:\n  - {letter: '\\mathbf{u}', shape: [1, M], meaning: x}\n"
    rows, _ = parsed(text)
    reading, _ = only(r"\mathbf{u} \cdot \mathbf{v}", rows)
    assert reading.formulas[0].text == r"\mathbf{u} \, \mathbf{v}"
    assert [remark.words for remark in reading.remarks] == [
        r"u \cdot v as a product of matrices, as one of them is a row"
    ]


def test_a_notation_may_declare_any_letter_of_the_author():
    text = "sizes: [{letter: D, meaning: x}, {letter: M, meaning: x}]\n"
    text += "arrays:\n  - {letter: W_1, shape: [D, M], meaning: x}\n"
    text += "  - {letter: '\\hat{\\mathbf{y}}', shape: [M, 1], meaning: y}\n"
    notation, letters = parsed(text)
    assert [array.letter for array in notation.arrays] == [letters["W_1"], letters[r"\hat{\mathbf{y}}"]]
    reading, _ = only(r"W_1 \hat{\mathbf y}", notation, letters=letters)
    assert reading.formulas[0].text == rf"{letters['W_1']} \, {letters[chr(92) + 'hat{' + chr(92) + 'mathbf{y}}']}"


def test_macros_are_found_in_definitions_and_in_settings():
    assert set(defined_in(r"\newcommand{\R}{\mathbb R} \def\a#1{#1^2}")) == {r"\R", r"\a"}
    setting = r'MathJax = {tex: {macros: {E: "\\mathbb{E}", pd: ["\\frac{\\partial #1}{\\partial #2}", 2]}}};'
    found = defined_in(setting)
    assert (found[r"\pd"].count, found[r"\E"].count) == (2, 0)
    reading, _ = only(r"\pd{L}{w} = \E[x]", text=setting)
    assert reading.formulas[0].text == r"\frac{\partial L}{\partial w} = \operatorname{E}(x)"


def test_a_macro_that_stands_for_itself_is_told_and_ends():
    with pytest.raises(FreeError, match="stands for itself"):
        only(r"\newcommand{\a}{\a} \a")


def test_more_than_four_readings_are_an_error_that_names_the_first_choice():
    with pytest.raises(FreeError, match=r"more than four readings, the first by this choice: \* as a product or"):
        only(r"a * b + c/de + A B \odot C + \log x y")


# Nothing in silence ---------------------------------------------------------------------------------------------------


def test_what_does_not_read_back_is_not_read(monkeypatch):
    monkeypatch.setattr(module, "latex", lambda node: latex(node).replace("+", "-"))
    with pytest.raises(FreeError, match="reads back"):
        only("a + b")


def test_what_is_passed_over_is_named():
    findings = Findings()
    items_of(r"\left( a \, b \right) \label{x} \tag{1}", scene_of([], Notation()), findings)
    assert {passed.kind for passed in findings.passed} == {"spacing", "size", "label", "tag"}


def test_a_place_of_the_strict_text_is_found_in_the_source():
    source = "y = W_1 x \\times \\log z"
    reading, _ = only(source)
    (formula,) = reading.formulas
    start, end = formula.span_at(formula.text.index(r"\ln"))
    assert source[start:end] == r"\log"
    start, end = formula.span_at(formula.text.index(r"\mathsf"))
    assert source[start:end] == "W_1"


def test_nothing_of_the_judges_or_of_the_strict_reader_knows_the_free_spelling():
    free_to = {"spelling", "report", "command.py", "__main__.py", "sphinx.py"}
    for path in PACKAGE.rglob("*.py"):
        if not free_to & {*path.relative_to(PACKAGE).parts}:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
            assert not [name for name in names if "spelling" in name], path


# The commands ---------------------------------------------------------------------------------------------------------

WILD = "$$ z_1 = z_1 $$\n\n$$ \\log(e^J) = J \\times 2 $$\n\n$$ J/J 2 = 2 $$\n"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Writes a page and runs the command on it with these arguments; returns the exit code and what is printed."""
    monkeypatch.chdir(tmp_path)

    def command(text, *arguments):
        Path("a.md").write_text(text, encoding="utf-8")
        code = main(["a.md", *arguments])
        return code, capsys.readouterr().out

    return command


def test_the_command_prints_the_readings_below_each_formula(run):
    block = "```{notation}\nshadows: [X]\n```\n\n"  # so that nothing is proposed
    code, out = run(block + WILD)
    assert code == 1
    lines = out.splitlines()
    at = lines.index("a.md:7  refuted")
    assert lines[at + 1] == "  read: \\log as the natural logarithm"
    assert lines[at + 2].startswith("  a.md:7:14: refuted: the values differ at J = ")
    assert lines[at + 3].strip() == r"\log(e^J) = J \times 2" and lines[at + 4].index("^") == lines[at + 3].index("=")


def test_two_readings_that_fare_differently_are_undecided_and_both_are_named(run):
    code, out = run("$$ J/J \\theta = \\theta \\quad (J \\ne 0) $$\n")
    assert code == 2 and "a.md:1  undecided" in out
    assert re.search(
        r"refuted with the slash as reaching over all .* and .*verified.* with the slash .* one factor", out
    )


def test_a_book_is_read_in_its_own_spelling_and_so_is_what_asks_for_it(run):
    for arguments in (["--book"], ["--spelling", "book"]):
        code, out = run(WILD, *arguments)
        assert code == 1 and "the command \\log cannot be read: write \\ln" in out and "  read:" not in out
    assert run(WILD, "--book", "--spelling", "free")[0] == 64


def test_a_side_without_meaning_costs_no_other_link_of_a_chain(run):
    block = "```{notation}\nshadows: [X]\n```\n\n"  # so that nothing is proposed
    code, out = run(f"{block}$$ J + J = 2 J = q_7 = 3 J $$\n")
    assert (code == 1 and "without meaning: the entry q[7]" in out) or "without meaning: the letter q_7" in out
    assert "refuted: the values differ" in out


def test_the_rates_of_a_folder_are_printed_with_causes(tmp_path, capsys):
    (tmp_path / "a.md").write_text("$$ a ± b $$\n\n$$ W_1 x $$\n\n$$ a/bc $$\n", encoding="utf-8")
    assert rates([str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("2 of 3 displays are read (66.7 %), 1 of them in 2 to 4 ways\n")
    assert "    1  \\pm\n         a.md:1" in out


# The book's own formulas ----------------------------------------------------------------------------------------------

BOOK = PACKAGE.parents[1] / "book"
OTHERWISE = {
    # a sum that ends where the letter of its index does not: the sign for it is what the erratum is about
    r"L_i = -\sum_{m=1}^{M} y_{im} \ln \sigma(z_{im}) + (1 - y_{im}) \ln (1 - \sigma(z_{im}))",
}
NOT_READ = {"a chain goes on behind a condition"}


def without_notes(node):
    """Return a tree as nested tuples, without the notes in the margin and the parentheses of conditions."""
    if isinstance(node, tuple):
        return tuple(map(without_notes, node))
    if isinstance(node, t.Given):
        return without_notes(node.chain)
    if not is_dataclass(node):
        return node
    parts = {field.name: getattr(node, field.name) for field in fields(node) if field.compare}
    return type(node).__name__, *((name, without_notes(part)) for name, part in parts.items() if name != "note")


@pytest.mark.parametrize("page", sorted(BOOK.rglob("*.md")), ids=lambda page: page.stem)
def test_a_formula_of_the_book_is_read_in_free_spelling_as_in_its_own(page):
    found = read_page(page, book=True)
    notation = with_blocks(load(NOTATION), found.around.blocks)
    sources = [formula.text for formula in found.formulas]
    for source, free in zip(sources, spelled(sources, scene_of(sources, notation)), strict=True):
        try:
            tree = read(source, notation)
        except ValueError:
            continue  # one with an error that the page is about
        if free.spelling is None:
            assert free.error.reason in NOT_READ
            continue
        (reading,) = free.spelling.readings
        statements = tuple(statement for each in reading.formulas for statement in each.tree.statements)
        conditions = tuple(condition for each in reading.formulas for condition in each.tree.conditions)
        same = without_notes((statements, conditions)) == without_notes((tree.statements, tree.conditions))
        assert same is (source.strip().rstrip(" .") not in OTHERWISE), source
