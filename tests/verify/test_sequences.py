r"""Sequences over steps: ``u_t := …`` is evaluated number by number, and claims about it are tried at several steps."""

import pytest
from common import AGREES, NOTATION, REFUTED, UNDECIDED, page, with_slip

from nncore.verify.numeric import judge
from nncore.verify.semantics.elaborate import meaning
from nncore.verify.semantics.statements import Kind

LETTERS = r"""```{notation}
shadows: [G]
scalars:
  - {letter: g, over: t, meaning: gradient}
  - {letter: \beta, meaning: share that is kept}
  - {letter: \theta_0, meaning: start}
  - {letter: q, over: r, meaning: mean square}
```
"""
ZERO = "u_0 := 0"
SUM = r"u_t := \beta u_{t-1} + g_t \quad t \ge 1"
UNROLLED = r"u_t = \sum_{\tau=1}^{t} \beta^{t-\tau} g_{\tau} \quad t \ge 0"


@pytest.fixture
def letters():
    return (LETTERS,)


# The page -------------------------------------------------------------------------------------------------------------


def test_every_claim_about_optimizers_agrees_and_every_arrow_is_a_step():
    said = [meaning(page(f"network/{name}.md"), NOTATION) for name in ("optimizers", "momentum-and-adam")]
    faults, items = [fault for each in said for fault in each.faults], [item for each in said for item in each.items]
    assert not faults, "\n".join(map(str, faults))
    assert len([item for item in items if item.kind == Kind.STEP]) == 8
    verdicts = [(item, judge(item)) for item in items if item.kind == Kind.CLAIM]
    assert len(verdicts) > 20
    assert not [f"{item}: {verdict}" for item, verdict in verdicts if verdict.status != AGREES]


def test_a_step_of_0_does_not_make_an_index_0(status):
    claim = r"t + \prod_{k=1}^{M} (1 + h \, \delta_{km}) = t + 1 + h"
    assert status(rf"{claim} \quad t \ge 0") == AGREES
    assert status(rf"{claim} + h \quad t \ge 0") == REFUTED


SLIPS = [
    ("eq-optimizers-contraction", "^t", "^{t-1}"),
    ("eq-optimizers-contraction", r"1 - \eta \lambda", r"1 + \eta \lambda"),
    ("eq-optimizers-unrolled", r"\beta^{t-\tau}", r"\beta^{t-\tau-1}"),
    ("eq-optimizers-unrolled", r"\sum_{\tau=1}^{t}", r"\sum_{\tau=1}^{t-1}"),
    ("eq-optimizers-unrolled", r"\alpha \sum", r"\sum"),
    ("eq-optimizers-weights", r"1 - \beta^t}", r"1 - \beta^{t+1}}"),
    ("eq-optimizers-corrected", r"1 - \beta^t", r"1 - \beta^{t-1}"),
    ("eq-optimizers-adam-length", r"\quad \varepsilon > 0", ""),
    ("eq-optimizers-contraction-step", r"\theta_t &=", r"\theta_{t+1} &="),
    ("eq-optimizers-contraction-step", r"t \geq 1", r"t \geq 0"),
    ("eq-optimizers-unrolled-step", r"\beta^{t-1-\tau}", r"\beta^{t-\tau}"),
    ("eq-optimizers-telescope", r"1 - \beta^t", r"1 - \beta^{t-1}"),
    ("eq-optimizers-shortfall", r"(1 - \beta^t) \, g", r"\beta^t \, g"),
]


@pytest.mark.parametrize(("label", "printed", "slip"), SLIPS)
def test_a_slip_about_steps_is_refuted_or_rejected_at_its_place(label, printed, slip, tmp_path):
    name = "network/optimizers.md" if "contraction" in label else "network/momentum-and-adam.md"
    rejected, claims = with_slip(tmp_path, name, label, printed, slip)
    assert rejected or any(judge(item).status == REFUTED for item in claims)


# Definitions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", [
    r"u_t := 5 \quad t \ge 1", r"u_t := u_{t-1} \quad t \ge 1", r"u_t := 5 \quad t \ge 0",
    r"u_t := 5 \quad 1 \le t \le 3", r"u_t := 5 \quad 0 \le t \le 1",
])  # fmt: skip
def test_a_number_that_is_declared_is_not_defined_as_a_member(faults, line):
    declared = "```{notation}\nscalars:\n  - {letter: u_1, meaning: a number}\n```\n"
    before = () if "0" in line else ("u_0 := 0",)
    assert faults(declared, *before, line) == ["u_1 is declared as a number of its own"]
    assert faults(declared, r"u_t := u_{t-1} \quad t \ge 2", "u_1 = u_1 + 0") == []


def test_a_recursion_has_a_base_case_defined_or_declared(faults):
    assert faults(ZERO, SUM) == []
    assert faults(SUM) == ["the conditions admit u_0, which has no definition above"]
    assert faults(ZERO, SUM.replace(r"\ge 1", r"\ge 2")) == ["the conditions admit u_1, which has no definition above"]
    assert faults(r"\theta_t := \theta_{t-1} - \eta \quad t \ge 1") == []


def test_a_recursion_lowers_its_index(faults):
    for later in ("u_t", "u_{t+1}"):
        assert "lowers its index" in faults(ZERO, SUM.replace("u_{t-1}", later))[0]
    assert "lowers its index" in faults("u_0 := u_1", SUM)[0]
    assert faults(ZERO, SUM.replace("u_{t-1}", "u_0")) == []


def test_lines_of_a_sequence_say_where_they_hold_do_not_overlap_and_leave_no_hole(faults):
    assert "say for which t" in faults(ZERO, r"u_t := \beta u_{t-1}")[0]
    assert faults(ZERO, SUM, "u_3 := 1") == ["u_3 is defined already"]
    assert faults(ZERO, r"u_t := g_t \quad t \ge 2") == ["u_1 has no definition"]
    assert faults("u_0 := 1", "u_1 := 1", r"u_t := u_{t-1} + u_{t-2} \quad t \ge 2") == []
    assert "defined for a letter" in faults(ZERO, r"u_{t+1} := \beta u_t \quad t \ge 0")[0]


def test_a_sequence_is_declared_and_its_members_are_numbers(faults):
    assert "not declared over t" in faults(r"d_t := 1 \quad t \ge 1")[0]
    assert "u_t is a number" in faults("u_0 := X")[0]


def test_a_letter_and_its_members_are_different_letters(faults):
    assert faults(r"J := \phi(\theta)", r"\theta_t := \theta_{t-1} - \eta \theta \quad t \ge 1") == []
    assert faults(r"g := \eta", "g_1 = g_1 + g - g") == []


def test_a_declared_number_can_be_defined(verdict):
    assert (
        verdict(r"\theta_0 := 2 \eta", r"\theta_t := \theta_{t-1} + \eta \quad t \ge 1", r"\theta_3 = 5 \eta").status
        == AGREES
    )
    assert verdict(r"\beta_1 := 3", r"\beta_1 + \beta_2 = 3 + \beta_2").status == AGREES


# Claims ---------------------------------------------------------------------------------------------------------------


def test_a_claim_names_only_members_that_exist(faults):
    assert faults(ZERO, SUM, UNROLLED) == []
    assert "u_-1" in faults(ZERO, SUM, r"u_{t-1} = u_{t-1} \quad t \ge 0")[0]
    assert faults(ZERO, SUM, "u_{t-1} = u_{t-1}") == []  # a step counts from 1 unless a condition says otherwise
    assert "\\theta_-1" in faults(r"\theta_t := \theta_{t-1} \quad t \ge 1", r"\theta_{t-2} = h \quad t \ge 1")[0]
    assert "g_0" in faults(r"g_t = g_t \quad t \ge 0")[0]
    assert "a letter, a number" in faults(ZERO, SUM, "u_{t+t} = u_{t+t}")[0]
    assert "runs to M" in faults(ZERO, SUM, "u_m = u_m")[0]


def test_an_empty_sum_is_0_and_one_that_ends_before_it_is_an_error(faults, status):
    empty = r"\sum_{\tau=1}^{t} g_{\tau} = 0 \quad t = 0"
    assert status(empty) == AGREES
    assert status(empty.replace("= 0 ", "= 1 ", 1)) == REFUTED
    shorter = r"\sum_{\tau=1}^{t-1} g_{\tau} + g_t = \sum_{\tau=1}^{t} g_{\tau} \quad t \ge 1"
    assert status(shorter) == AGREES
    assert "would end at -1" in faults(shorter.replace(r"t \ge 1", r"t \ge 0").replace("+ g_t", ""))[0]
    assert "would end at -1" in faults(r"\sum_{\tau=1}^{t-2} g_{\tau} = h \quad t \ge 1")[0]


def test_a_sum_over_steps_is_not_one_over_classes(faults):
    assert "is an index" in faults(r"\sum_{l=1}^{m} b_l = b_m")[0]
    assert faults(r"\sum_{l=1}^{t} g_l = h")[0].startswith("the index l runs to M")


def test_zero_to_the_power_zero_is_1(status):
    power = r"\sum_{\tau=1}^{t} \beta^{t-\tau} = \frac{1 - \beta^t}{1 - \beta} \quad t \ge 0, \ \beta = 0"
    assert status(power) == AGREES
    assert status(power.replace("frac{1 -", "frac{0 -")) == REFUTED


def test_a_claim_is_tried_at_all_steps_from_0_to_10_and_some_later_as_conditions_allow(verdict):
    for step in range(1, 11):
        found = verdict(f"{' '.join(f'(t - {earlier})' for earlier in range(step))} = 0")
        assert dict(found.counterexample.entry) == {"t": step}
    for bound, step in (("2^3 + 2^2", 13), ("2^4 + 2^3", 30)):  # that is not named itself
        assert dict(verdict(f"t < {bound}").counterexample.entry) == {"t": step}
    assert verdict(r"(t - 1) (t - 2) (t - 3) = 0").status == REFUTED
    assert verdict(r"t = 7 \quad t = 7").status == AGREES


def test_a_claim_is_tried_at_the_first_steps_and_at_those_that_its_conditions_name(verdict):
    late = r"(t - 40) (t - 41) (t - 42) = 0 \quad t \ge 40"
    assert dict(verdict(late).counterexample.entry) == {"t": 43}
    found = verdict(r"(t - 17) t = 0 \quad 17 \le t \le 20")
    assert dict(found.counterexample.entry)["t"] > 17
    assert dict(verdict(r"t \ne 30 \quad 2 \le t \le 30").counterexample.entry) == {"t": 30}


def test_what_is_off_by_one_is_refuted(status):
    assert status(ZERO, SUM, UNROLLED) == AGREES
    assert status(ZERO, SUM, UNROLLED.replace(r"g_{\tau}", r"g_{\tau}^2")) == REFUTED
    assert status(ZERO, SUM.replace(r"\beta u", "u"), UNROLLED) == REFUTED
    assert status(ZERO.replace(":= 0", ":= 1"), SUM, UNROLLED) == REFUTED


def test_a_derivative_by_a_gradient_of_the_past_is_its_weight(status, faults):
    weight = r"\frac{\partial u_3}{\partial g_2} = \beta"
    assert status(ZERO, SUM, weight) == AGREES
    assert status(ZERO, SUM, weight.replace(r"= \beta", r"= \beta^2")) == REFUTED
    assert (
        status(
            r"\theta_t := \beta \theta_{t-1} \quad t \ge 1", r"\frac{\partial \theta_2}{\partial \theta_0} = \beta^2"
        )
        == AGREES
    )
    assert "not covered yet" in faults(ZERO, SUM, r"\frac{\partial u_2}{\partial u_1} = \beta")[0]


# Sequences over layers ------------------------------------------------------------------------------------------------


def test_a_number_for_each_layer_is_a_sequence_too(status, faults):
    lines = ("q_0 := q", r"q_r := \frac{D h^2}{2} q_{r-1} \quad r \ge 1")
    power = r"q_r = \left( \frac{D h^2}{2} \right)^r q \quad r \ge 0"
    assert status(*lines, power) == AGREES
    assert status(*lines, power.replace("^r", "^{r+1}")) == REFUTED
    assert status(lines[0], lines[1].replace("{2}", "{3}"), power) == REFUTED
    assert "say for which r" in faults(*lines, power.partition(r"\quad")[0])[0]
    assert "q_0" in faults(lines[1])[0]
    assert faults(*lines, r"q_R = \left( \frac{D h^2}{2} \right)^R q") == []


# Steps ----------------------------------------------------------------------------------------------------------------


def test_a_step_changes_state_by_numbers_of_its_shape(faults):
    assert faults(r"\theta \leftarrow \theta - \eta g") == []
    assert faults(r"\hat{u} \leftarrow \frac{u}{1 - \beta_1^t}") == []
    assert "not declared as state" in faults(r"g \leftarrow \theta")[0]
    assert "same shape" in faults(r"\theta \leftarrow X")[0]
    assert "neither declared" in faults(r"\theta \leftarrow \kappa")[0]


# Numbers of steps at which nothing exists -----------------------------------------------------------------------------


@pytest.mark.parametrize("sides", [
    r"\sum_{\tau=1}^{t} \frac{1}{t - \tau} = 5 t", r"\sum_{\tau=1}^{t} \frac{1}{\tau - 1} = 5 t",
    r"\sum_{\tau=1}^{t} \ln (1 - \tau) = 5 t",
    r"\sum_{\tau=1}^{t} \sqrt{1 - \tau} = 5 t (t - 1)", r"\sum_{\tau=1}^{t} (2 - \tau)^{-1} = t^2",
    r"\prod_{\tau=1}^{t} \frac{1}{t - \tau} = 1",
])  # fmt: skip
def test_sides_that_exist_for_few_steps_alone_say_nothing_of_all(verdict, sides):
    found = verdict(rf"{sides} \quad t \ge 0")
    assert found.status == UNDECIDED and found.reason == "both sides exist only for small t"


def test_a_condition_may_leave_few_steps(status):
    assert status(r"\sum_{\tau=1}^{t} \frac{1}{2 - \tau} = t \quad 0 \le t \le 1") == AGREES
    assert status(r"\sum_{\tau=1}^{t} \frac{1}{2 - \tau} = 2 t \quad 0 \le t \le 1") == REFUTED


def test_a_power_of_an_index_that_only_a_sum_binds_has_a_value(status):
    assert status(r"\sum_{\tau=1}^{t} \tau^\beta = \sum_{\tau=1}^{t} (t + 1 - \tau)^\beta \quad t \ge 0") == AGREES
    assert status(r"\sum_{\tau=1}^{t} (t - \tau)^\beta = \frac{1 - \beta^t}{1 - \beta} \quad t \ge 0") == REFUTED
