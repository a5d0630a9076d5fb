"""What a formula says, and what has no meaning: definitions, assumptions, shapes, indices, derivatives."""

import subprocess
import sys

import pytest
from common import AGREES, DENSE, LOSS, NOTATION, REFUTED, SOFTMAX, block

from nncore.verify.notation import NotationError
from nncore.verify.numeric import judge
from nncore.verify.semantics.elaborate import book_functions, meaning
from nncore.verify.syntax.printer import show


def within(directive, formula, label="asm-a"):
    return f"```{{{directive}}} Title\n:label: {label}\n\n$$\n{formula}\n$$\n```\n"


# Kinds ----------------------------------------------------------------------------------------------------------------


def test_each_link_of_a_chain_is_an_item_of_its_own_kind(say):
    items = say(r"S := \sum_{m=1}^{M} (x + 1) = M x + M \le M (x + 1)").items
    assert [(item.kind, item.relation) for item in items] == [
        ("definition", ":="),
        ("claim", "="),
        ("claim", r"\le"),
    ]
    assert show(items[2].left) == show(items[1].right)


def test_an_equation_in_a_definition_directive_defines(say):
    items = say(within("prf:definition", "J = h"), r"J = h").items
    assert [item.kind for item in items] == ["definition", "claim"]


def test_relations_in_an_assumption_are_assumed_and_a_formula_without_relation_asserts_nothing(say):
    items = say(within("prf:assumption", r"0 \le x < 1"), "x + 1").items
    assert [item.kind for item in items] == ["assumption", "assumption", "expression"]


def test_a_step_changes_a_letter_that_is_declared_as_state(say):
    assert say(r"\theta \leftarrow \theta - \eta u").items[0].kind == "step"
    assert "not declared as state" in say(r"\eta \leftarrow \eta - \theta").faults[0].reason


def test_only_digits_approximate(faults):
    assert faults(r"2 \ln 2 \approx 1.386", r"-\ln 2 \approx -0.693") == []
    row = r"\begin{bmatrix} x & %s \end{bmatrix}"
    for left, right in (("x", "h"), ("x", "1 + 1.0"), ("x", r"\frac{1}{2}"), (row % "0.5", row % "h")):
        assert faults(rf"{left} \approx {right}") == ["only a decimal stands on the right of an approximation"]


@pytest.mark.parametrize("relation", [r"\approx", r"\propto"])
def test_conditions_and_assumptions_compare(faults, relation):
    assert faults(rf"x = x + 0 \quad (h {relation} 2.0)") == [f"a condition compares, and {relation} does not"]
    assert faults(within("prf:assumption", f"h {relation} 2.0")) == [f"an assumption compares, and {relation} does not"]


def test_a_fault_names_file_line_and_column(say):
    (fault,) = say("# Title\n\nWords.\n\n$$\nh = x\n  + \\tau\n$$\n").faults
    assert str(fault).endswith(r"page.md:7:5: without meaning: the letter \tau is neither declared nor defined")


# Definitions ----------------------------------------------------------------------------------------------------------


def test_a_letter_has_one_definition(faults):
    assert faults("J := h", "J := x") == ["J is defined already"]
    assert faults(DENSE, r"Z := X W + \mathbf 1 b") == ["Z is defined already"]


def test_definitions_form_no_circle(faults):
    assert "defined by itself" in faults("J := J + 1")[0]
    assert "defined by itself" in faults(r"z_{im} := a_{im}", r"a_{im} := z_{im}")[0]
    assert "has no definition" in faults(r"\sigma(z) := \sigma(z) + 1")[0]


def test_a_letter_is_not_used_above_its_definition(faults):
    assert faults(r"a_{im} = a_{im} + 0", r"a_{im} := z_{im}") == ["A is used above its definition"]


@pytest.mark.parametrize("left", [r"n", r"\pi", r"\delta_{km}", r"m", r"\mathbf 1"])
def test_what_has_a_fixed_meaning_cannot_be_defined(faults, left):
    assert "fixed meaning" in faults(f"{left} := 1")[0]


def test_what_is_free_on_the_right_of_a_definition_is_an_index_of_its_left(faults):
    assert "free on the right" in faults(r"L_i := z_{im}")[0]
    assert faults(r"a_{im} := z_{mi}")[0].startswith("m runs to M")
    assert "differ" in faults(r"d_{mm} := z_{im}")[0]
    assert faults(r"a_{ij} := x_{ij}") == ["the indices of a run to n, M"]


def test_a_letter_whose_definition_is_not_understood_is_used_by_nothing_below(say):
    faults = say(r"L_i := z_{im}", r"J := \sum_{i=1}^{n} L_i", r"J = h").faults
    assert [fault.reason for fault in faults[1:]] == [
        "the definition of L is not understood",
        "the definition of J is not understood",
    ]


def test_a_definition_has_the_declared_shape(faults):
    assert faults(r"Z := X W") == []
    assert faults(r"Z := W^\top X^\top") == ["Z is n × M, the right side is M × n"]
    assert faults(r"J := X W") == ["J is a number, the right side is n × M"]


def test_a_function_without_a_definition_means_nothing_and_that_of_another_page_is_known(say, tmp_path):
    assert say(r"\sigma(z) = z").faults[0].reason == "the function sigma has no definition: define it above, with :="
    other = tmp_path / "other.md"
    other.write_text("$$ \\sigma(z) := e^z $$ (eq-other)\n", encoding="utf-8")
    known = book_functions([other], NOTATION)
    assert list(known) == [r"\sigma"]
    path = tmp_path / "page.md"
    assert not meaning(path, NOTATION, known).faults
    path.write_text("$$ \\sigma(z) := h z $$ (eq-again)\n", encoding="utf-8")
    with pytest.raises(NotationError, match="but h is not"):
        book_functions([path], NOTATION)
    path.write_text("$$ \\sigma(z) := z $$ (eq-again)\n", encoding="utf-8")
    with pytest.raises(NotationError, match="another page"):
        book_functions([other, path], NOTATION)


def test_a_value_of_a_derivative_is_agreed_upon_in_a_convention_only(say):
    relu, agreed = r"\operatorname{ReLU}(z) := \max(z, 0)", r"\operatorname{ReLU}'(0) := 0"
    assert "is a convention" in say(relu, agreed).faults[0].reason
    page_of = say(relu, f"```{{admonition}} Convention\n:class: convention\n\n$$ {agreed} $$\n```\n")
    assert [item.kind for item in page_of.items] == ["definition", "convention"]
    assert say(relu, within("prf:convention", agreed)).items[1].kind == "convention"


@pytest.mark.parametrize("left", [
    r"\max(x)", r"\min(x, z)", r"\operatorname{Re}(z)", r"\operatorname{Im}(z)", r"\operatorname{E}(z)",
    r"\operatorname{Var}(z)", r"\operatorname{diag}(z)", "O(h)",
])  # fmt: skip
def test_a_function_with_a_fixed_meaning_cannot_be_defined(faults, left):
    assert "fixed meaning" in faults(f"{left} := 0")[0]


@pytest.mark.parametrize("definition", [
    r"\exp(z) := 1 + z", r"\ln(z) := z - 1", r"\sin(z) := z", r"\cos(z) := 1", r"\tanh(z) := z",
    r"\exp(z) := e^{z + 0 z^2} + 10^{-9}",
])  # fmt: skip
def test_a_definition_of_a_known_function_is_a_claim_about_it(say, definition):
    claim, below = say(definition, f"{definition.partition(' :=')[0]} = {definition.partition(':= ')[2]}").items
    assert (claim.kind, below.kind) == ("claim", "claim") and not below.scope.definitions
    assert judge(claim).status == judge(below).status == REFUTED


def test_a_true_definition_of_a_known_function_is_a_true_claim(say):
    claim, below = say(r"\tanh(z) := \frac{e^{z} - e^{-z}}{e^{z} + e^{-z}}", r"\tanh(0) = 0").items
    assert judge(claim).status == judge(below).status == AGREES


def test_functions_are_defined_through_functions_and_parameters(say, faults):
    swish = (r"\sigma(z) := \frac{1}{1 + e^{-z}}", r"f(z) := z \sigma(z)")
    assert faults(*swish, r"f'(z) = \sigma(z) + z \sigma(z) (1 - \sigma(z))") == []
    hinge = r"\sigma(z) := \max(z - a, 0)"
    (_, claim) = say(hinge, r"\frac{\partial}{\partial a} \sigma(x - 10) = 0").items
    assert "a" in claim.letters


@pytest.mark.parametrize("above", [
    (r"p := h x", r"f(h) := (p - z)^2"), (r"p := h x", r"a := p^2", r"f(h) := a - z"),
    (r"p := h x", r"f(x) := 1 + x p"), (r"p := h x", r"\sigma(z) := z p", r"f(h) := \sigma(2)"),
    (r"\sigma(z) := \max(z - a, 0)", r"f(a) := \sigma(a)"), (r"p := h^2 x", r"f(h) := 2 \frac{\partial p}{\partial x}"),
    (r"p := h \sum_{m=1}^{M} b_m", r"f(h) := p"),
])  # fmt: skip
def test_what_is_made_of_the_argument_of_a_function_does_not_stand_in_it(faults, say, above):
    """Where f stands for any number, p would stay what it is for the letter: f' = 0 would be proved."""
    (reason,) = faults(*above)
    assert "the argument of f: write out what it is" in reason
    *earlier, last = above
    assert len(say(*earlier, last.replace("f(h", "f(u").replace("f(x", "f(u").replace("f(a", "f(u")).faults) == 0


def test_a_function_may_contain_what_is_made_of_other_letters(faults):
    assert faults(r"p := h x", r"\sigma(u) := u + h", r"f(z) := p z + \sigma(z)", r"f'(z) = p + 1") == []


@pytest.mark.parametrize("page", [
    (r"f(z) := z \sigma(z)", r"\sigma(z) := z"), (r"f(z) := f(z) + 1",), (r"\sigma(z) := \sigma'(z)",),
    (r"\sigma(z) := f(z)", r"f(z) := \sigma(z)"), (r"\sigma(z) := z", r"\sigma(z) := 2 z"),
    (r"\sigma(z) := z", r"f(z, z) := \sigma(z)"), (r"f(x_{ij}) := 1",), (r"\sigma(z) := z", r"f(z) := \sigma(z, z)"),
])  # fmt: skip
def test_functions_form_no_circle_and_are_defined_once_and_above(faults, page):
    assert len(faults(*page)) == 1


def test_a_function_of_all_pages_is_made_of_functions_of_all_pages(tmp_path):
    path = tmp_path / "page.md"

    def known(first, second):
        path.write_text(f"$$ {first} $$\n\n$$ {second} $$ (eq-b)\n", encoding="utf-8")
        return set(book_functions([path], NOTATION))

    relu = r"\operatorname{ReLU}(z) := \max(z, 0)"
    assert known(f"{relu} $$ (eq-a)\n\n$$ 1 = 1", r"\sigma(z) := \operatorname{ReLU}(z)") == {
        r"\sigma", r"\operatorname{ReLU}",
    }  # fmt: skip
    assert known("1 = 1", r"\sigma(z) := f(z)") == {r"\sigma"}  # any f, on each page
    assert known("1 = 1", r"\exp(z) := e^z") == set()
    for first, second in ((relu, r"\sigma(z) := \operatorname{ReLU}(z)"), ("f(z) := z^2", r"\sigma(z) := f(z) + 1")):
        with pytest.raises(NotationError, match="known on all pages"):
            known(first, second)


def test_a_constant_without_a_value_is_named_where_it_stands(say):
    (fault,) = say(block("constants:\n  - {letter: \\rho, meaning: density}"), r"x = \rho x").faults
    assert fault.reason == r"the constant \rho has no value: declare a letter, or define one" and fault.column == 8


def test_a_base_case_stands_above_the_recursion(faults):
    first, second = faults(r"u_t := u_{t-1} + 1 \quad t \ge 1", "u_0 := 0")
    assert first == "the conditions admit u_0, which has no definition above"
    assert second == "u_t is defined above, which is not understood"


# Letters --------------------------------------------------------------------------------------------------------------


def test_a_page_declares_its_own_letters_in_a_notation_block(faults):
    tau = block("scalars:\n  - {letter: \\tau, meaning: temperature}")
    assert faults(r"x = \tau") == [r"the letter \tau is neither declared nor defined"]
    assert faults(tau, r"x = \tau") == []


def test_a_block_may_shadow_a_letter_of_the_book_only_if_it_says_so(faults):
    own = "scalars:\n  - {letter: v_k, meaning: a direction}"
    assert "declared already" in faults(block(own))[0]
    assert faults(block(f"shadows: [v]\n{own}"), r"\sum_{k=1}^{M} v_k = h") == []
    assert "no letter that is in force" in faults(block(f"shadows: [B]\n{own}"))[0]


def test_the_entries_of_an_array_are_printed_with_their_own_letter(faults):
    assert "another letter" in faults(r"Z_{im} = z_{im}")[0]
    assert faults(r"L = h")[0].startswith("L is n × 1")
    assert faults(r"c = h") == ["c is declared with indices, so it needs them here"]


# Indices --------------------------------------------------------------------------------------------------------------


def test_a_bound_index_that_escapes_its_sum_is_an_error(faults):
    escaping = r"p_{im} = \frac{e^{z_{il}}}{\sum_{l=1}^{M} e^{z_{il}}}"
    assert faults(escaping) == ["the index l is bound here and escapes its sum"]
    assert "escapes" in faults(r"\frac{\partial}{\partial z_{im}} \sum_{m=1}^{M} z_{im} = 1")[0]
    assert "bound already" in faults(r"\sum_{m=1}^{M} \sum_{m=1}^{M} z_{im} = s_i")[0]


def test_an_index_that_is_free_on_the_right_only_is_an_error(faults):
    chain_rule = r"\frac{\partial J}{\partial b_m} = \frac{\partial J}{\partial z_{im}}"
    assert faults(DENSE, r"J := \phi(Z)", chain_rule) == ["the index i is free here, but not on the left"]


def test_a_constant_stands_for_all_values_of_an_index(faults):
    assert faults(r"0 \le \max_l z_{il} < 1") == []
    assert faults(r"1 = \sum_{m=1}^{M} z_{im}") == []
    assert faults(r"\delta_{km} = \delta_{mk}") == []
    assert "free here" in faults(r"h = \sum_{m=1}^{M} z_{im}")[0]


def test_a_class_index_never_meets_a_range_of_the_inputs(faults):
    assert "m runs to M, but this index of x" in faults(r"s_i = x_{im}")[0]
    assert "cannot be compared" in faults(r"b_m = \delta_{mj} b_m")[0]
    assert "the index j runs to D, not to M" in faults(r"h = \sum_{j=1}^{M} b_j")[0]
    assert "runs to M" in faults(r"h = \sum_{j=1}^{D} \sum_{k=1}^{M} w_{kj}")[0]
    assert "cannot be compared" in faults(r"x_{ij} = \begin{cases} x_{ij}, & j = m \\ 0, & j \ne m \end{cases}")[0]
    assert faults(r"p_{i h} = h") == ["h is not an index"]


def test_a_class_number_is_an_index_and_a_loss_is_not(faults):
    assert faults(r"L_i = -\ln p_{i c_i}") == []
    assert "class number" in faults(r"L_i = p_{i L_i}")[0]


def test_the_index_of_a_maximum_occurs_in_what_it_is_taken_of(faults):
    assert "does not occur" in faults(r"\max_l z_{ik} = s_i")[0]


def test_a_condition_speaks_about_the_indices_of_its_claim(faults):
    assert "in the condition" in faults(r"L_i = s_i \quad (z_{im} \ne 0)")[0]


# Shapes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        (r"Z = X W^\top", "cannot be multiplied"),
        (r"Z = X W + b", "nothing broadcasts"),
        (r"Z = X W + 1", "nothing broadcasts"),
        (r"Z = W X", "cannot be multiplied"),
        (r"Z^\top = X W", "M × n"),
        (r"\frac{\partial J}{\partial W} = \frac{\partial J}{\partial Z} X", "cannot be multiplied"),
        (r"\frac{\partial J}{\partial W} = Z^\top X", "D × M"),
        (r"Z = X \odot W", "nothing broadcasts"),
        (r"h = e^{Z}", "must be a number"),
        (r"Z = \frac{X}{W}", "must be a number"),
        (r"h = \begin{bmatrix} 1 \end{bmatrix}", "a number"),
        (r"x^\top = x", "needs a matrix"),
    ],
)
def test_shapes_are_checked_before_any_algebra(faults, formula, reason):
    assert any(reason in fault for fault in faults(DENSE, r"J := \phi(Z)", formula))


def test_conditions_fix_the_sizes_of_printed_matrices(faults):
    row = r"b = \begin{bmatrix} b_1 & b_2 & b_3 \end{bmatrix}"
    assert faults(rf"{row} \quad (M = 3)") == []
    assert "1 × M" in faults(row)[0]
    assert faults(rf"{row} \quad (M = 2)")[0] == "there are only 2"
    assert faults(r"X W X W = X W X W \quad (M = D)")[0].startswith("a matrix with M columns")
    assert faults(r"X W X W = X W X W \quad (n = D)")[0].startswith("a matrix with M columns")
    assert faults(r"W W = W W \quad (M = D)") == []


def test_layers_with_numbers_have_the_widths_of_their_neighbors(faults):
    assert faults(r"A^{[0]} W^{[1]} W^{[2]} = A^{[0]} (W^{[1]} W^{[2]})") == []
    assert "cannot be multiplied" in faults(r"A^{[0]} W^{[2]} = A^{[1]}")[0]


@pytest.mark.parametrize("definition, claim", [
    (r"A := b \quad (n = 1)", r"a_{1m} = b_1 \quad (n = 1)"),
    (r"b := Z \quad (n = 1)", r"b_m = z_{1,1} \quad (n = 1)"),
    (r"L := X \quad (D = 1)", r"L_i = x_{1,1} \quad (D = 1)"),
    (r"X := L \quad (D = 1)", r"x_{i1} = L_1 \quad (D = 1)"), (r"W := b \quad (D = 1)", r"w_{1m} = b_1 \quad (D = 1)"),
    (r"W := L \quad (n = D, M = 1)", r"w_{j1} = L_1 \quad (n = D, M = 1)"),
    (r"X := b^\top \quad (n = M, D = 1)", r"x_{i1} = b_1 \quad (n = M, D = 1)"),
])  # fmt: skip
def test_the_entries_of_a_letter_are_those_of_its_own_shape(say, definition, claim):
    page = say(definition, claim)
    assert page.items[0].shape == array_shape(definition[0]) and not page.faults
    (defined,) = page.items[1].scope.definitions.values()
    assert defined.shape == page.items[0].shape
    assert judge(page.items[1]).status == REFUTED


def array_shape(letter):
    (array,) = (each for each in NOTATION.arrays if each.letter == letter)
    return tuple(1 if size.letter == "1" else size.letter for size in array.shape)


def test_a_row_that_is_defined_by_a_matrix_of_one_row_has_its_entries(say):
    for definition, claim in ((r"A := b \quad (n = 1)", r"a_{1m} = b_m \quad (n = 1)"),
                              (r"b := Z \quad (n = 1)", r"b_m = z_{1m} \quad (n = 1)"),
                              (r"L := X \quad (D = 1)", r"L_i = x_{i1} \quad (D = 1)")):  # fmt: skip
        assert judge(say(definition, claim).items[1]).status == AGREES


@pytest.mark.parametrize("claim, size", [
    (r"\delta_{k5} = 0", "M"), (r"\delta_{5k} = 0", "M"), (r"\delta_{k8} b_k = 0", "M"),
    (r"\max_k \delta_{k5} = 0", "M"), (r"\sum_{k=1}^{M} \delta_{k5} = 0", "M"),
    (r"\delta_{c_i 5} = 0", "M"), (r"\delta_{i5} = 0", "n"),
    (r"\begin{cases} 1, & k = 5 \\ 0, & k \ne 5 \end{cases} = 0", "M"), ("k = k + 0 \\quad k > 5", "M"),
    ("t = t \\quad t = 7", "steps"),
    (r"b_5 = 0", "M"), (r"(X W)_{1,5} = 0", "M"), (r"\delta_{j5} x_{ij} = 0", "D"),
])  # fmt: skip
def test_a_number_in_the_place_of_an_index_is_noted_with_its_size(say, claim, size):
    (item,) = say(claim).items
    numbers = [number for up_to, number in item.named if up_to == size]
    assert max(numbers) >= 5


def test_a_number_in_the_place_of_an_index_is_noted_where_a_definition_holds_it(say):
    *_, claim = say(r"y_{im} := \delta_{m5}", r"L_i := \sum_{m=1}^{M} y_{im}", "L_i = 0").items
    assert claim.named == (("M", 5),)
    *_, claim = say("u_0 := 0", r"u_t := u_{t-1} + \delta_{t5} \quad t \ge 1", r"u_t = 0 \quad t \ge 0").items
    assert ("steps", 5) in claim.named


def test_an_index_beyond_its_size_is_an_error(faults):
    assert faults(r"b_5 = 0 \quad (M = 3)") == ["there are only 3"]
    assert faults(r"b_5 = 0 \quad (M = n, n = 4)") == ["there are only 4"]
    assert "above 50" in faults(r"\delta_{k,51} = 0")[0] and "above 50" in faults("(X W)_{1,51} = 0")[0]
    assert faults(r"\delta_{1,2} = 0", r"\delta_{t,9} = \delta_{9,t}") == []


# Derivatives ----------------------------------------------------------------------------------------------------------


def test_a_derivative_of_what_is_not_written_through_its_variable_is_an_error_never_0(faults):
    assert "not written through" in faults(SOFTMAX, LOSS, r"\frac{\partial L_i}{\partial p_{im}} = 0")[0]
    assert "not written through" in faults(r"\frac{\partial p_{im}}{\partial x_{ij}} = 0")[0]


def test_a_derivative_beside_which_its_variable_is_made_of_the_same_is_an_error(faults):
    decay = r"K := \phi(Z) + \sum_{j=1}^{D} \sum_{m=1}^{M} w_{jm}^2"
    by_z = r"\frac{\partial K}{\partial z_{im}} = \frac{\partial K}{\partial z_{im}}"
    assert "state what is held fixed" in faults(DENSE, decay, by_z)[0]
    assert faults(DENSE, decay, by_z.replace("z_{im}", "w_{jm}")) == []


def test_a_derivative_is_taken_by_letters_and_entries(faults):
    assert "no variable" in faults(r"\frac{\partial L_i}{\partial n} = 0")[0]
    assert "no variable" in faults(r"\frac{\partial Z}{\partial \mathbf 1} = Z")[0]
    assert "only a number has" in faults(r"\frac{\partial Z}{\partial Z} = Z")[0]


# Assumptions ----------------------------------------------------------------------------------------------------------

ROWS = r"\sum_{m=1}^{M} y_{im} = 1"
USE = r"\sum_{m=1}^{M} y_{im} = 1 + 0"


def assumed(page_of):
    return [item.assumptions != () for item in page_of.items if item.kind == "claim"]


def test_an_assumption_is_in_force_only_where_the_text_refers_to_it(say):
    asm = within("prf:assumption", ROWS)
    refers, other = "By {prf:ref}`asm-a`:\n", "By {prf:ref}`thm-b`:\n"
    claim = f"$$ {USE} $$\n"
    assert assumed(say(asm, refers, claim)) == [True]
    assert assumed(say(asm, refers, claim, claim)) == [True, True]
    assert assumed(say(asm, refers, "Words.\n", claim)) == [False]
    assert assumed(say(asm, other, claim)) == [False]
    theorem = "```{prf:theorem} T\n:label: thm-t\n\n" + claim + "\nUnder {prf:ref}`asm-a`.\n```\n"
    assert assumed(say(asm, theorem, claim)) == [True, False]
    solution = (
        f"```{{solution-start}} ex\n```\n\nBy {{prf:ref}}`asm-a`.\n\nWords.\n\n{claim}\n```{{solution-end}}\n```\n"
    )
    assert assumed(say(asm, solution, claim)) == [True, False]


def test_an_assumption_is_about_inputs(faults):
    assert "Y is defined" in faults(r"y_{im} := \delta_{m c_i}", within("prf:assumption", ROWS))[0]


def test_a_formula_that_refers_to_an_assumption_that_is_not_understood_is_lost_too(faults):
    asm = within("prf:assumption", r"\operatorname{E}[x] = 0")
    assert faults(asm, "By {prf:ref}`asm-a`:\n", f"$$ {USE} $$\n")[1] == "the assumption asm-a is not understood"


# Entry by entry -------------------------------------------------------------------------------------------------------


# The pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("module", "absent"), [
    ("numeric", {"numpy", "sympy", "nncore.layers"}), ("verdict.judge", {"numpy", "nncore.layers"}),
    ("report.book", {"numpy", "nncore.layers"}), ("command", {"numpy", "nncore.layers"}),
])  # fmt: skip
def test_the_numeric_judge_knows_no_sympy_and_the_checker_neither_numpy_nor_the_layers(module, absent):
    program = f"import sys, nncore.verify.{module}; print(sorted({absent!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
