"""The book's notation loads, and a notation that says nothing sensible is refused with one line."""

import re

import pytest

from nncore.verify.judgement import Status
from nncore.verify.notation import (
    DIAGONAL,
    EXPECTATION,
    EXTREMA,
    FIXED_KINDS,
    KNOWN_FUNCTIONS,
    PARTS,
    VARIANCE,
    Array,
    NotationError,
    Written,
    declared_by,
    extended,
    faults,
    load,
    parse,
    with_known,
)
from nncore.verify.notation import _names as names_of
from nncore.verify.report.book import NOTATION as BOOK
from nncore.verify.report.book import check
from nncore.verify.source.yaml_words import without_broken
from nncore.verify.syntax.parser import read

SIZES = """
sizes:
  - {letter: n, meaning: samples}
  - {letter: D, meaning: inputs}
  - {letter: M, meaning: outputs}
  - {letter: D_r, from: 0, meaning: widths}
indices:
  - {letter: i, to: n, meaning: sample}
  - {letter: j, to: D, meaning: input}
  - {letter: m, to: M, meaning: output}
  - {letter: r, meaning: layer}
"""


def test_the_book_declares_the_letters_of_its_design():
    notation = load(BOOK)
    shapes = {
        array.letter: (array.entry and (array.entry.letter, "".join(array.entry.indices)), array.shape)
        for array in notation.arrays
    }
    n, D, M = map(Written, "nDM")
    assert shapes["X"] == (("x", "ij"), (n, D))
    assert shapes["W"] == (("w", "jm"), (D, M))
    assert shapes["b"] == (("b", "m"), (Written("1"), M))
    for letter in "ZAPY":
        assert shapes[letter] == ((letter.lower(), "im"), (n, M))
    assert {index.letter: index.to for index in notation.indices} == {
        "i": "n", "j": "D", "k": "M", "l": "M", "m": "M", "r": "R", "t": None,
    }  # fmt: skip
    assert {r"\theta", "u", "v"} <= set(notation.state)
    assert {r"\sigma", r"\operatorname{ReLU}", r"\exp", r"\ln", r"\operatorname{softmax}"} <= notation.function_names


def test_every_sign_of_the_book_is_readable_latex():
    notation = load(BOOK)
    for sign in notation.signs:
        if sign.sign != ":=":
            read(sign.sign, notation)


def test_every_declaration_of_the_book_has_a_meaning():
    notation = load(BOOK)
    parts = (notation.sizes, notation.indices, notation.arrays, notation.scalars, notation.functions,
             notation.constants, notation.signs)  # fmt: skip
    assert all(part for part in parts)
    assert all(declaration.meaning for part in parts for declaration in part)


def test_an_empty_notation_declares_nothing():
    assert parse("").function_names == frozenset()


def test_an_array_knows_its_shape_its_entry_and_its_shape_in_a_layer():
    notation = parse(
        SIZES
        + """
arrays:
  - {letter: W, entry: 'w_{jm}', shape: [D, M], layers: ['D_{r-1}', D_r], meaning: weights}
"""
    )
    assert notation.arrays == (
        Array(
            "W",
            Written("w", ("j", "m")),
            (Written("D"), Written("M")),
            (Written("D", ("r-1",)), Written("D", ("r",))),
            "weights",
        ),
    )


def test_letters_that_always_carry_one_index_are_known():
    notation = parse(
        SIZES
        + """
arrays:
  - {letter: X, entry: 'x_{ij}', shape: [n, D], meaning: inputs}
  - {letter: b, entry: b_m, shape: [1, M], meaning: biases}
scalars:
  - {letter: L_i, meaning: loss}
  - {letter: J, meaning: cost}
"""
    )
    assert notation.lone_index_letters == {"b", "L", "D"}


def test_words_that_yaml_takes_for_truth_values_stay_words():
    assert parse("constants: [{letter: e, meaning: yes}]").constants[0].meaning == "yes"


FAULTS = [
    ("- a", "a notation consists of parts"),
    ("sizes: [", "expected"),
    ("shapes: []", "unknown part 'shapes'; the parts are sizes"),
    ("sizes: n", "sizes: a list of declarations"),
    ("sizes: [n]", "sizes: a list of declarations"),
    ("state: W", "state: a list of letters"),
    ("sizes: [{letter: n}]", "sizes, n: meaning is missing"),
    ("sizes: [{letter: n, meaning: x, size: 3}]", "sizes, n: unknown key 'size'"),
    ("sizes: [{letter: n, meaning: [x]}]", "sizes, n: meaning must be one word or sentence"),
    ("sizes: [{letter: two words, meaning: x}]", "is not a letter"),
    ("sizes: [{letter: n, from: 0, meaning: x}]", "only a family of sizes"),
    ("sizes: [{letter: N_t, meaning: x}]", "sizes, N_t: the index t is not declared"),
    ("indices: [{letter: i, to: n, meaning: x}]", "indices, i: the size n is not declared"),
    ("indices: [{letter: i_j, meaning: x}]", "'i_j' carries indices"),
    (SIZES + "arrays: [{letter: X, shape: [n, K], meaning: x}]", "arrays, X: the size K is not declared"),
    (SIZES + "arrays: [{letter: X, shape: [n], meaning: x}]", "arrays, X: a shape is a list of two sizes"),
    (SIZES + "arrays: [{letter: X, shape: n, meaning: x}]", "arrays, X: a shape is a list of two sizes"),
    (SIZES + "arrays: [{letter: W, shape: [D, M], layers: [D_t, D_r], meaning: x}]", "the size D_t is not declared"),
    (SIZES + "arrays: [{letter: X, entry: 'x_{iq}', shape: [n, D], meaning: x}]", "the index q is not declared"),
    (SIZES + "arrays: [{letter: X, entry: 'x_{ji}', shape: [n, D], meaning: x}]", "x_{ji} do not run over n × D"),
    (SIZES + "arrays: [{letter: b, entry: 'b_{im}', shape: [1, M], meaning: x}]", "b_{im} do not run over 1 × M"),
    (SIZES + "scalars: [{letter: L_q, meaning: x}]", "scalars, L_q: the index q is not declared"),
    (SIZES + "scalars: [{letter: u, over: t, meaning: x}]", "scalars, u: the index t is not declared"),
    (SIZES + "scalars: [{letter: c_i, to: K, meaning: x}]", "scalars, c_i: the size K is not declared"),
    (SIZES + "state: [Q]", "state: Q is neither an array nor a scalar"),
    ("functions: [{name: f, kind: odd, meaning: x}]", "functions, f: unknown kind 'odd'"),
    (SIZES + "scalars: [{letter: n, meaning: x}]", "scalars, n: declared already in sizes"),
    (SIZES + "functions: [{name: i, kind: number, meaning: x}]", "functions, i: declared already in indices"),
    (SIZES + "scalars: [{letter: J, meaning: x}, {letter: J, meaning: y}]", "scalars, J: declared already in scalars"),
    (SIZES + "arrays: [{letter: X, entry: 'm_{ij}', shape: [n, D], meaning: x}]", "arrays, m: declared already"),
]


@pytest.mark.parametrize(("text", "message"), FAULTS, ids=[message for _, message in FAULTS])
def test_a_fault_of_a_notation_is_named_in_one_line(text, message):
    with pytest.raises(NotationError) as caught:
        parse(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


# Blocks on pages ------------------------------------------------------------------------------------------------------

ALPHA = "scalars: [{letter: \\alpha, meaning: slope}]"


def test_a_block_adds_letters_to_those_in_force():
    book = load(BOOK)
    both = extended(book, ALPHA)
    assert both.scalars == book.scalars + declared_by(ALPHA).scalars
    assert (both.arrays, both.functions, both.state) == (book.arrays, book.functions, book.state)
    assert extended(both, "scalars: [{letter: \\kappa, meaning: x}]").scalars[-2].written == Written(r"\alpha")


def test_a_block_may_use_the_sizes_and_indices_in_force():
    added = extended(load(BOOK), "arrays: [{letter: Q, entry: 'q_{im}', shape: [n, M], meaning: x}]")
    assert added.arrays[-1].entry == Written("q", ("i", "m"))


def test_a_shadowed_letter_is_gone_with_its_entries_and_its_state():
    book = load(BOOK)
    by_letter = extended(book, "shadows: [W]\nscalars: [{letter: w, meaning: a number}]")
    assert "W" not in {array.letter for array in by_letter.arrays}
    assert "W" in book.state and "W" not in by_letter.state
    by_entry = extended(book, "shadows: [x]\nscalars: [{letter: X, meaning: a number}]")
    assert "X" not in {array.letter for array in by_entry.arrays}


def test_a_shadowed_size_or_index_takes_along_what_is_declared_by_it_unless_it_still_fits():
    book = load(BOOK)
    by_size = extended(book, "shadows: [D]")
    letters = {array.letter: array for array in by_size.arrays}
    assert "j" not in by_size.index_letters and not {"X", "W"} & letters.keys() and "W" not in by_size.state
    assert letters["Z"].layers is None and {"Z", "b", "Y"} <= letters.keys()
    by_index = extended(book, "shadows: [i]\nindices: [{letter: i, to: D, meaning: feature}]")
    assert not {"X", "Z", "L"} & {array.letter for array in by_index.arrays}
    again = extended(book, "shadows: [i]\nindices: [{letter: i, to: n, meaning: sample}]")
    assert {"X", "Z", "L"} <= {array.letter for array in again.arrays}
    assert extended(book, "shadows: [n, i, j, k, l, m]")


BLOCKS = [
    ("scalars: [{letter: J, meaning: x}]", "scalars, J: declared already in scalars"),
    ("scalars: [{letter: J, meaning: y}]", "if it means something else here, add a line shadows: [J]"),
    ("arrays: [{letter: W, entry: v_j, shape: [1, D], meaning: x}]", "add a line shadows: [W]"),
    ("shadows: [q]", "shadows: q is no letter that is in force"),
    ("shadow: [v]", "unknown part 'shadow'"),
    ("shadows: v", "shadows: a list of letters is expected"),
    ("scalars: [{letter: d_q, meaning: x}]", "the index q is not declared"),
    ("- a", "a notation consists of parts"),
]


@pytest.mark.parametrize(("text", "message"), BLOCKS, ids=[message for _, message in BLOCKS])
def test_a_fault_of_a_block_is_named_in_one_line(text, message):
    with pytest.raises(NotationError) as caught:
        extended(load(BOOK), text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &a [x]\nscalars: *a\n", "the alias *a is not read"),
        ("scalars: " + "[" * 100_000, "nested more than 10 deep"),
        ("scalars: []\nscalars: []\n", "scalars is declared twice"),
        ("scalars:\n  - {letter: q, letter: o, meaning: x}\n", "letter is declared twice"),
        ("? [a]\n: b\n", "a key must be one word"),
        ("sizes:\n  - {letter: K_r, from: " + "9" * 5000 + ", meaning: x}\n", "not a whole number below 10000"),
        ("arrays:\n  - {letter: Q, shape: [[n], m], meaning: x}\n", "a shape is a list of two sizes"),
        ("scalars:\n  - {letter: [" + "q, " * 10_000 + "q], meaning: x}\n", "scalars, ?: letter must be one word"),
        ("x" * 1000 + ": []\n", "unknown part"),
    ],
)
def test_what_would_run_away_is_refused_in_a_short_line(text, message):
    with pytest.raises(NotationError, match=re.escape(message)) as caught:
        extended(load(BOOK), text)
    assert len(str(caught.value)) < 600


# All faults of a text -------------------------------------------------------------------------------------------------


BROKEN = [
    (r"  - {letter: \hat{y}, shape: [n, K], meaning: x}", r"what holds braces is put in quotes: letter: '\hat{y}'"),
    ("  - {letter: V, shape: [n, K_{r-1}], meaning: x}", "what holds braces is put in quotes: 'K_{r-1}'"),
    ("\t- {letter: V, shape: [n, K], meaning: x}", "a tab stands here: indent by spaces"),
    ("  - {letter: V, shape: [n, K] meaning: x}", "a comma is missing before meaning:"),
    ("  - {letter: V, shape: [n, K], meaning: one: two}", "words with a colon are put in quotes: meaning: 'one: two'"),
    ("  - {letter: V, letter: V, shape: [n, K], meaning: x}", "letter is declared twice"),
    ("  - {letter: V, shape: [n, K], meaning: x", "the { in this line is not closed, a } is expected"),
    ("  - {letter: V, shape: [n, K], meaning: 'x}", "a quotation mark ' in this line has no other one"),
    ('  - {letter: "\\hat{y}", shape: [n, K], meaning: x}', "a backslash within double quotes has another meaning"),
    ("  - letter: V, meaning: x", "the braces are missing; a declaration is written  - {letter:"),
    ("  - {letter: V, shape: [n, K], meaning: a, b}", "unknown key 'b'; if it goes on with the words before it"),
    ("  - {letter:V, shape: [n, K], meaning: x}", "a space is missing behind the colon: letter: V"),
    ("  - {letter: V, shape: [n, N], meaning: x}", "arrays, V: the size N is not declared"),
    ("  - {letter: W, shape: [n, K], meaning: x}", "arrays, W: declared already in arrays; if it means something else"),
    ("  - {letter: V, shape: [n, K], meaning: @x}", "what begins with @ is put in quotes: meaning: '@x'"),
]


def told(text, base=None):
    sound, broken, left_out = without_broken(text)
    return sorted((fault.line, fault.reason) for fault in (*broken, *faults(sound, base, left_out)))


@pytest.mark.parametrize(("line", "words"), BROKEN, ids=[words for _, words in BROKEN])
def test_a_broken_line_is_told_at_its_place_in_words_that_say_what_to_write(line, words):
    text = "sizes:\n  - {letter: K, meaning: classes}\narrays:\n  - {letter: Q, shape: [n, K], meaning: x}\n"
    assert told(text, load(BOOK)) == []
    ((at, reason),) = told(text + line + "\n  - {letter: S, shape: [n, K], meaning: x}\n", load(BOOK))
    assert at == 5 and words in reason
    assert not re.search("flow|mapping|scalar|block|unicode string|while", reason)


def test_all_faults_of_a_text_are_told_at_once_and_none_follows_from_another():
    text = "sizes:\n  - {letter: K meaning: classes}\narrays:\n"
    text += "".join(f"{line}\n" for line, _ in BROKEN) + "shadow: [v]\nshadows: [q]\n"
    found = told(text, load(BOOK))
    expected = [2, *range(4, 4 + len(BROKEN)), 4 + len(BROKEN), 5 + len(BROKEN)]
    assert [line for line, _ in found] == expected
    for (_, words), (_, reason) in zip(BROKEN, found[1:], strict=False):
        assert words in reason
    assert "unknown part 'shadow', 'shadows' is meant" in found[-2][1]
    assert found[-1][1] == "shadows: q is no letter that is in force"


def test_a_part_without_a_colon_costs_nothing_that_stands_in_it():
    assert told("sizes\n  - {letter: K, meaning: x}\nindices:\n  - {letter: o, to: K, meaning: x}\n") == [
        (1, "a colon is missing behind sizes")
    ]


def test_where_nothing_is_declared_a_fault_says_that_the_page_starts_from_an_empty_notation():
    text = "shadows: [X]\nindices:\n  - {letter: o, to: n, meaning: x}\n"
    (_, first), (_, second) = told(text, with_known(parse("")))
    assert "this page starts from an empty notation" in first and "this page starts from an empty notation" in second
    assert "empty" not in told("shadows: [q]", load(BOOK))[0][1]


@pytest.mark.parametrize("case", [*FAULTS, *((text, message) for text, message in BLOCKS)], ids=str)
def test_whatever_is_refused_is_told_among_all_faults(case):
    text, message = case
    base = load(BOOK) if case in BLOCKS else None
    assert any(message in reason for _, reason in told(text, base))


def test_a_sound_text_has_no_fault():
    assert told(BOOK.read_text(encoding="utf-8")) == []


def test_only_a_block_can_shadow():
    with pytest.raises(NotationError, match="unknown part 'shadows'"):
        parse("shadows: [v]")


def test_a_fault_in_a_file_names_the_file(tmp_path):
    path = tmp_path / "notation.yml"
    path.write_text("sizes: [{letter: n}]", encoding="utf-8")
    with pytest.raises(NotationError, match=r"notation\.yml: sizes, n: meaning is missing"):
        load(path)


@pytest.mark.parametrize("part, declaration", [
    ("functions", r"{name: '\exp', kind: smooth, meaning: any}"),
    ("functions", r"{name: '\ln', kind: cost, meaning: a}"),
    ("functions", r"{name: '\operatorname{E}', kind: number, meaning: energy}"),
    ("functions", r"{name: '\max', kind: smooth, meaning: any}"),
    ("functions", "{name: O, kind: number, meaning: zero}"),
    ("functions", r"{name: '\operatorname{Re}', kind: smooth, meaning: any}"),
    ("functions", r"{name: '\operatorname{diag}', kind: row, meaning: any}"),
    ("scalars", r"{letter: '\ln', meaning: a letter}"), ("scalars", "{letter: e, meaning: error}"),
    ("scalars", r"{letter: '\pi', meaning: policy}"), ("scalars", r"{letter: '\delta', over: t, meaning: error}"),
    ("scalars", r"{letter: '\mathrm{i}', meaning: current}"), ("constants", r"{letter: '\delta', meaning: gap}"),
    ("indices", r"{letter: e, to: M, meaning: edge}"),
    ("arrays", r"{letter: '\delta', entry: '\delta_{im}', shape: [n, M], meaning: error signal}"),
    ("arrays", r"{letter: '\mathbf{1}', shape: [n, D], meaning: ones}"),
    ("arrays", r"{letter: '\mathbf{1}', entry: o_i, shape: [n, '1'], meaning: ones}"),
    ("arrays", r"{letter: '\mathbf{1}', shape: ['1', n], meaning: row}"),
    ("scalars", r"{letter: '\mathbf{1}', meaning: one}"),
])  # fmt: skip
def test_no_block_changes_a_fixed_meaning(part, declaration):
    notation = load(BOOK)
    (letter,) = re.findall(r"(?:name|letter): '?([^,']+)", declaration)
    known = letter in {written.letter for _, written in names_of(notation)}
    text = (f"shadows: ['{letter}']\n" if known else "") + f"{part}:\n  - {declaration}\n"
    with pytest.raises(NotationError, match=r"fixed meaning|column of ones"):
        extended(notation, text)


def test_ones_neither_change_nor_are_random():
    for text in ("state: ['\\mathbf{1}']", "random:\n  - {letter: '\\mathbf{1}', entries: dependent, meaning: a}"):
        with pytest.raises(NotationError, match="column of ones"):
            extended(load(BOOK), text)


def test_what_is_fixed_may_be_declared_as_what_it_is():
    text = r"""
shadows: ['\exp', '\mathbf{1}', '\pi']
functions:
  - {name: '\exp', kind: number, meaning: exponential}
arrays:
  - {letter: '\mathbf{1}', shape: [M, '1'], meaning: a column of ones}
constants:
  - {letter: '\pi', meaning: the same}
"""
    assert extended(load(BOOK), text)


def test_all_that_the_judges_know_by_name_is_fixed():
    assert FIXED_KINDS.keys() >= {*KNOWN_FUNCTIONS, *PARTS, *EXTREMA, DIAGONAL, EXPECTATION, VARIANCE, "O"}
    for function in load(BOOK).functions:
        assert FIXED_KINDS.get(function.name, function.kind) == function.kind


# What is known without a declaration ----------------------------------------------------------------------------------


BARE = (
    SIZES
    + r"""
arrays:
  - {letter: X, entry: "x_{ij}", shape: [n, D], meaning: inputs}
  - {letter: b, entry: b_m, shape: [1, M], meaning: biases}
scalars:
  - {letter: x, meaning: number}
  - {letter: h, meaning: number}
"""
)


@pytest.mark.parametrize("formula", [
    r"e^{z + h} = e^z e^h", r"\exp(z) = e^z", r"\ln(e^z) = z", r"\tanh(0) = 0", r"\sin(\pi) = 0", r"\cos(0) = 1",
    r"\operatorname{Re}(z + \mathrm{i} h) = z", r"\operatorname{Im}(z + \mathrm{i} h) = h", r"\max(z, h) = \max(h, z)",
    r"\sin(h) = h + O(h^3)", r"\phi(X) = \phi(X) + 0 h", r"\delta_{1,2} = 0",
    r"\operatorname{diag}(b) = \operatorname{diag}(b) + 0 \operatorname{diag}(b)",
])  # fmt: skip
def test_what_has_a_fixed_meaning_needs_no_declaration(formula, tmp_path):
    (tmp_path / "own.yml").write_text(BARE.replace("letter: x, meaning", "letter: z, meaning"), encoding="utf-8")
    (tmp_path / "page.md").write_text(f"$$\n{formula}\n$$\n", encoding="utf-8")
    (page,) = check([tmp_path / "page.md"], load(tmp_path / "own.yml"), root=tmp_path, processes=1).pages
    assert not page.all_problems


def test_a_letter_that_a_notation_declares_keeps_its_meaning(tmp_path):
    (tmp_path / "own.yml").write_text(SIZES + "scalars:\n  - {letter: \\phi, meaning: angle}\n", encoding="utf-8")
    notation = load(tmp_path / "own.yml")
    assert notation.scalars_named(r"\phi") and r"\phi" not in notation.function_names


def test_the_book_declares_all_that_is_known():
    notation = load(BOOK)
    assert notation == parse(BOOK.read_text(encoding="utf-8"))


LAYERS = r"""
$$
A^{[0]} := X
$$

$$
Z^{[r]} := A^{[r-1]} W^{[r]} + \mathbf{1} b^{[r]} \quad (1 \le r \le R)
$$

$$
A^{[r]} := f(Z^{[r]}) \quad (1 \le r \le R)
$$

$$
J := \sum_{i=1}^{n} \sum_{m=1}^{M} \left( a_{im}^{[R]} - y_{im} \right)^2
$$

$$
\frac{\partial J}{\partial W^{[r]}} = (A^{[r-1]})^\top \frac{\partial J}{\partial Z^{[r]}} \quad (1 \le r \le R)
$$
"""


@pytest.mark.parametrize("taken", [r"\phi", r"\exp", r"\ln", r"\sigma", "u", "s"])
def test_no_letter_of_the_book_is_taken_for_granted_by_claims_about_layers(taken, tmp_path):
    (tmp_path / "page.md").write_text(f"```{{notation}}\nshadows: [{taken}]\n```\n{LAYERS}", encoding="utf-8")
    (page,) = check([tmp_path / "page.md"], load(BOOK), root=tmp_path, processes=1).pages
    assert [page.formulas[-1].status, page.all_problems] == [Status.ALL_SHAPES, ()]


def test_an_index_that_numbers_layers_takes_their_widths_along_when_it_is_hidden(tmp_path):
    block = (
        "shadows: [r, s]\nsizes:\n  - {letter: Q, meaning: rank}\nindices:\n  - {letter: r, to: Q, meaning: place}\n"
        "arrays:\n  - {letter: S, shape: [n, Q], entry: 's_{ir}', meaning: factors}\n"
    )
    assert extended(load(BOOK), block).widths is None
    entry, row = (rf"$$ (S S^\top)_{{ii}} = {times} \sum_{{r=1}}^{{Q}} s_{{ir}}^2 $$" for times in (1, 2))
    path = tmp_path / "page.md"
    path.write_text(f"```{{notation}}\n{block}```\n\n{entry}\n\n{row}\n", encoding="utf-8")
    (page,) = check([path], load(BOOK), root=tmp_path, processes=1).pages
    found = [each.status for each in page.formulas]
    assert found == [Status.ALL_SHAPES, Status.REFUTED]
