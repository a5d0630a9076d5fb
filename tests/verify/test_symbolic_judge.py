"""The symbolic judge proves what is true and never what is false; where both judges speak, they agree."""

import gc
import signal
import sys
import threading
import time

import pytest
from common import AGREES, DENSE, LOSS, ONE_HOT, RELU, SIGMOID, SOFTMAX, assumption, under

from nncore.verify.judgement import Status
from nncore.verify.symbolic import prover as symbolic
from nncore.verify.symbolic.prover import Proof
from nncore.verify.time_limit import Alarm, OutOfTime, ring_by, time_limit
from nncore.verify.verdict import judge as judging

COST = r"J := \phi(Z)"
MEAN = r"J := \frac{1}{n} \sum_{i=1}^{n} L_i"
BLOCK = "```{{notation}}\n{}\n```\n"


@pytest.fixture
def status(item):
    return lambda *parts: judging.judge(item(*parts)).status


# True and false, side by side -----------------------------------------------------------------------------------------

D_LOSS = r"\frac{\partial L_i}{\partial z_{im}}"
PAIRS = [
    ((SOFTMAX, LOSS), rf"{D_LOSS} = p_{{im}} - y_{{im}}", rf"{D_LOSS} = p_{{im}} + y_{{im}}"),
    ((SOFTMAX, LOSS, MEAN), r"\frac{\partial J}{\partial Z} = \frac{1}{n} (P - Y)",
     r"\frac{\partial J}{\partial Z} = P - Y"),
    ((DENSE, COST), r"\frac{\partial J}{\partial X} = \frac{\partial J}{\partial Z} W^\top",
     r"\frac{\partial J}{\partial X} = -\frac{\partial J}{\partial Z} W^\top"),
    ((DENSE, COST), r"\frac{\partial J}{\partial w_{jm}} = \sum_{i=1}^{n} x_{ij} \frac{\partial J}{\partial z_{im}}",
     r"\frac{\partial J}{\partial w_{jm}} = \frac{1}{n} \sum_{i=1}^{n} x_{ij} \frac{\partial J}{\partial z_{im}}"),
    ((SOFTMAX,), r"\sum_{m=1}^{M} p_{im} = 1", r"\sum_{m=1}^{M} p_{im} = M"),
    ((), r"\frac{\partial}{\partial z_{im}} \sum_{k=1}^{M} z_{ik} = 1",
     r"\frac{\partial}{\partial z_{im}} \sum_{k=1}^{M} z_{ik} = M"),
    ((), r"\sum_{k=1}^{M} \sum_{m=1}^{M} b_k b_m = \left( \sum_{k=1}^{M} b_k \right)^2",
     r"\sum_{k=1}^{M} \sum_{m=1}^{M} b_k b_m = \sum_{k=1}^{M} b_k^2"),
    ((), r"\max(z, 0) + \max(-z, 0) = \lvert z \rvert", r"\max(z, 0) + \max(-z, 0) = z"),
    ((), r"\max(z, 0) \max(-z, 0) = 0", r"\max(z, 0) \max(-z, 0) = z^2"),
    ((), r"\sqrt{x^2} = \lvert x \rvert", r"\sqrt{x^2} = x"),
    ((), r"\ln \left( e^x e^h \right) = x + h", r"\ln \left( e^x + e^h \right) = x + h"),
    ((SIGMOID,), r"\sigma'(z) = \sigma(z) \sigma(-z)", r"\sigma'(z) = \sigma(z) \sigma(z)"),
    ((SIGMOID,), r"\sigma''(z) = \sigma(z) \sigma(-z) (1 - 2 \sigma(z))", r"\sigma''(z) = \sigma(z) \sigma(-z)"),
    ((RELU,), r"\operatorname{ReLU}'(z) = \begin{cases} 1, & z > 0 \\ 0, & z < 0 \end{cases} \quad (z \ne 0)",
     r"\operatorname{ReLU}'(z) = 1 \quad (z \ne 0)"),
    ((SOFTMAX, ONE_HOT), r"-\sum_{m=1}^{M} y_{im} \ln p_{im} = -\ln \left( \sum_{m=1}^{M} y_{im} p_{im} \right)",
     r"-\sum_{m=1}^{M} y_{im} \ln p_{im} = \ln \left( \sum_{m=1}^{M} y_{im} p_{im} \right)"),
    ((), r"(1 + x)^3 = 1 + 3 x + 3 x^2 + x^3", r"(1 + x)^3 = 1 + 3 x + x^3"),
    ((), r"\prod_{i=1}^{n} e^{L_i} = e^{\sum_{i=1}^{n} L_i}", r"\prod_{i=1}^{n} e^{L_i} = e^{L_1}"),
]  # fmt: skip


@pytest.mark.parametrize(("page", "true", "false"), PAIRS, ids=[true for _, true, _ in PAIRS])
def test_a_truth_is_proved_for_all_shapes_and_a_near_miss_is_refuted_and_never_proved(page, true, false, item):
    assert judging.judge(item(*page, true)).status == Status.ALL_SHAPES
    wrong = item(*page, false)
    assert symbolic.prove(wrong) is None
    assert judging.judge(wrong, is_saved=False).status == Status.REFUTED


def test_a_derivative_at_a_kink_is_not_proved_without_a_condition(proof):
    slope = r"\operatorname{ReLU}'(z) = \begin{cases} 1, & z > 0 \\ 0, & z \le 0 \end{cases}"
    assert proof(RELU, slope) is None
    assert proof(RELU, rf"{slope} \quad (z \ne 0)")
    sign = r"\begin{cases} 1, & h > 0 \\ -1, & h < 0 \\ 0, & h = 0 \end{cases}"
    assert proof(rf"\frac{{\partial}}{{\partial h}} \lvert h \rvert = {sign}") is None
    assert proof(rf"\frac{{\partial}}{{\partial h}} \lvert h \rvert = {sign} \quad (h \ne 0)")


def test_a_product_of_absolute_values_is_not_the_product(proof, status):
    assert proof(r"\prod_{i=1}^{n} \lvert s_i \rvert = \prod_{i=1}^{n} s_i") is None
    assert status(r"\prod_{i=1}^{n} \lvert s_i \rvert = \prod_{i=1}^{n} s_i") == Status.REFUTED


def test_a_logarithm_of_a_product_parts_only_where_both_sides_exist(item):
    judged = judging.judge(item(r"\ln(x^2) = 2 \ln x"))
    assert judged.status == Status.ALL_SHAPES
    assert any("x" in need for need in judged.where)
    assert symbolic.prove(item(r"\ln(x^2) = 2 \ln(x + 1)")) is None


def test_a_delta_ends_no_sum_that_its_index_may_leave(proof):
    assert proof(r"\sum_{k=1}^{M} b_k \, \delta_{k m} = b_m")
    assert proof(r"\sum_{k=1}^{M} \delta_{k 2} = 1") is None  # with one class the sum is 0
    assert proof(r"\sum_{k=1}^{M} b_k \, \delta_{k 2} = b_2")


def test_a_bound_letter_captures_nothing(proof):
    sums = r"E_k := \sum_{l=1}^{M} b_l b_k"
    assert proof(sums, r"\sum_{l=1}^{M} E_l = \left( \sum_{k=1}^{M} b_k \right)^2")
    assert proof(sums, r"E_k = \sum_{l=1}^{M} b_l^2") is None
    cost = r"J := \frac{1}{n} \sum_{i=1}^{n} \ln \left( \sum_{l=1}^{M} e^{z_{il}} \right)"
    assert proof(SOFTMAX, cost, r"\frac{\partial J}{\partial z_{im}} = \frac{1}{n} p_{im}")
    assert proof(SOFTMAX, cost, r"\frac{\partial J}{\partial z_{im}} = \frac{1}{n} \sum_{i=1}^{n} p_{im}") is None


def test_the_loss_of_whole_matrices_has_the_gradient_that_sympy_alone_misses(proof):
    parts = (r"Z := X W", SOFTMAX, LOSS, MEAN)
    assert proof(*parts, r"\frac{\partial J}{\partial W} = \frac{1}{n} X^\top (P - Y)")
    assert proof(*parts, r"\frac{\partial J}{\partial w_{jm}} = 0") is None


# Statuses -------------------------------------------------------------------------------------------------------------


def test_the_same_words_on_both_sides_restate_and_verify_nothing(status):
    assert status(r"X W = X W") == Status.RESTATES


def test_what_holds_for_two_classes_is_proved_with_the_condition_only(status):
    formula = r"\frac{\partial p_{i1}}{\partial z_{i2}} = -p_{i1} \, (1 - p_{i1})"
    assert status(SOFTMAX, rf"{formula} \quad (M = 2)") == Status.ALL_SHAPES
    assert status(SOFTMAX, formula) == Status.REFUTED


def test_decimals_are_sampled_and_inequalities_are_proved_by_sign_or_sampled(status):
    assert status(r"\ln 10 \approx 2.3026") == Status.SAMPLED
    assert status(SOFTMAX, r"p_{im} > 0") == Status.ALL_SHAPES
    assert status(r"x^2 + h^2 \ge 0") == Status.ALL_SHAPES
    assert status(r"e^x \ge 1 + x") == Status.SAMPLED
    assert status(r"x^2 > 0") == Status.REFUTED


def test_where_symbols_do_not_suffice_sums_are_written_out(item, monkeypatch):
    claim = item(SOFTMAX, r"\sum_{m=1}^{M} p_{im} = 1")
    monkeypatch.setattr(symbolic, "for_all_sizes", lambda each: "")
    judged = judging.judge(claim)
    assert judged.status == Status.AT_SHAPES
    sizes = [dict(shape) for shape in judged.shapes]
    assert any(len(set(plan.values())) == len(plan) and 1 not in plan.values() for plan in sizes)
    assert any(1 in plan.values() for plan in sizes)
    false = item(SOFTMAX, r"\sum_{m=1}^{M} p_{im} = 2")
    assert symbolic.prove(false) is None


def test_judges_that_disagree_are_a_fault_of_the_checker(item, monkeypatch):
    monkeypatch.setattr(symbolic, "prove", lambda *_: Proof("by magic"))
    assert judging.judge(item(r"x + h = x - h")).status == Status.CHECKER_FAULT


def test_a_proof_that_takes_too_long_is_none(item):
    claim = item(SOFTMAX, LOSS, rf"{D_LOSS} = p_{{im}} - y_{{im}}")
    gc.disable()  # Python drops what is raised while hypothesis looks at the collector, and the proof may end before
    try:
        assert symbolic.prove(claim, seconds=1e-6) is None
    finally:
        gc.enable()
    assert symbolic.prove(claim)


def test_the_bell_rings_again_if_it_was_not_heard():
    """As when it rings in a callback of the garbage collector, where Python drops what is raised."""
    with pytest.raises(OutOfTime), time_limit(0.01):
        try:
            while True:
                pass
        except OutOfTime:
            pass
        _busy(5)
    before = signal.getsignal(signal.SIGPROF)
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0) and before in (signal.SIG_DFL, None)


class SlowToDie:
    """An object that keeps Python busy when it is dropped: what is raised there is lost, as in any callback."""

    def __del__(self):
        _busy(0.5)


def _busy(seconds):
    start = time.process_time()
    while time.process_time() - start < seconds:
        pass


def test_a_bell_that_rings_in_a_callback_is_not_reported_as_a_fault(capsys):
    reports = sys.unraisablehook
    with pytest.raises(OutOfTime), time_limit(0.01):
        SlowToDie()
        _busy(5)
    assert sys.unraisablehook is reports
    assert capsys.readouterr().err == ""


def test_other_faults_in_callbacks_are_reported_while_a_proof_runs(monkeypatch):
    class Faulty:
        def __del__(self):
            raise ValueError("told")

    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda error: told.append(str(error.exc_value)))
    with time_limit(5):
        Faulty()
    assert told == ["told"]


def test_who_waits_hears_what_numbers_say_then_the_slip_then_the_judgement(item):
    heard = []
    wrong = item(SOFTMAX, LOSS, rf"{D_LOSS} = p_{{im}} + y_{{im}}")
    found = judging.judge(wrong, hear=heard.append)
    assert [each.status for each in heard] == [Status.REFUTED] * 2 and found == heard[1]
    assert heard[0].counterexample == found.counterexample and not heard[0].hint
    assert found.hint == "the sign of y[i, m]"
    heard.clear()
    right = item(SOFTMAX, LOSS, rf"{D_LOSS} = p_{{im}} - y_{{im}}")
    found = judging.judge(right, hear=heard.append)
    assert [each.status for each in heard] == [Status.SAMPLED] and found.status == Status.ALL_SHAPES
    assert heard[0].points == found.points > 0


def test_what_symbols_prove_and_numbers_refute_is_a_fault_without_a_hint(item, monkeypatch):
    monkeypatch.setattr(symbolic, "prove", lambda *_, **__: Proof("by mistake"))
    found = judging.judge(item(SOFTMAX, LOSS, rf"{D_LOSS} = p_{{im}} + y_{{im}}"))
    assert found.status == Status.CHECKER_FAULT and not found.hint


def test_where_the_system_has_no_timer_another_alarm_may_ring(item):
    """As in a browser, where the page's clock interrupts Python: here a thread does it."""
    wound = []

    def wind(seconds):
        wound.append(seconds)
        if seconds:
            threading.Timer(seconds, lambda: signal.raise_signal(signal.SIGINT)).start()

    handler, before = signal.getsignal(signal.SIGINT), ring_by(Alarm(signal.SIGINT, wind))
    try:
        with pytest.raises(OutOfTime), time_limit(0.05):
            _busy(5)
        ring_by(None)
        with time_limit(0.01):
            _busy(0.1)
        assert symbolic.prove(item(SOFTMAX, r"\sum_{m=1}^{M} p_{im} = 1"), seconds=1e-6)
    finally:
        ring_by(before)
    assert wound == [0.05, 0] and signal.getsignal(signal.SIGINT) is handler


# Assumptions ----------------------------------------------------------------------------------------------------------

ROWS = r"\sum_{m=1}^{M} y_{im} = 1"
CROSS = r"L_i = -\sum_{m=1}^{M} y_{im} \ln p_{im}"


def test_an_assumption_is_used_where_it_is_named_and_nowhere_else(proof):
    assert proof(SOFTMAX, LOSS, assumption(ROWS), under(CROSS))
    assert proof(SOFTMAX, LOSS, assumption(ROWS), CROSS) is None


RANDOM = BLOCK.format(
    r"scalars:" "\n" r"  - {letter: \tau, meaning: standard deviation}" "\n" r"  - {letter: q, meaning: mean square}"
    "\nrandom:\n  - {letter: W, entries: independent, symmetric: yes, meaning: weights}\n"
    "  - {letter: X, entries: dependent, meaning: inputs}"
)  # fmt: skip
MOMENTS = (
    RANDOM,
    assumption(r"\operatorname{E}[w_{jm}] = 0", label="asm-a"),
    assumption(r"\operatorname{E}[w_{jm}^2] = \tau^2", label="asm-b"),
    assumption(r"\operatorname{E}[x_{ij}^2] = q", label="asm-c"),
    r"z_{im} := \sum_{j=1}^{D} x_{ij} w_{jm}",
)
ALL = ("asm-a", "asm-b", "asm-c")


def test_moments_that_are_declared_are_used_and_no_others(proof):
    assert proof(*MOMENTS, under(r"\operatorname{Var}(z_{im}) = D \tau^2 q", *ALL))
    assert proof(*MOMENTS, under(r"\operatorname{E}[\max(z_{im}, 0)^2] = \frac{1}{2} D \tau^2 q", *ALL))
    assert proof(*MOMENTS, under(r"\operatorname{Var}(\max(z_{im}, 0)) = \frac{1}{2} D \tau^2 q", *ALL)) is None
    assert proof(*MOMENTS, under(r"\operatorname{E}[w_{jm}^4] = 3 \tau^4", *ALL)) is None
    assert proof(*MOMENTS, under(r"\operatorname{E}[x_{ij} x_{ij}] = \operatorname{E}[x_{ij}]^2", *ALL)) is None
    assert proof(*MOMENTS, under(r"w_{jm} = 0", *ALL)) is None  # a mean of 0 makes nothing 0


# Rests ----------------------------------------------------------------------------------------------------------------

CENTRAL = r"\frac{f(x + h) - f(x - h)}{2 h}"


def test_the_order_of_a_rest_is_that_of_its_first_power(proof):
    assert proof(rf"f'(x) = {CENTRAL} + O(h^2)")
    assert proof(rf"f'(x) = {CENTRAL} + O(h^3)") is None
    assert proof(rf"{CENTRAL} = f'(x) + \frac{{h^2}}{{6}} f'''(x) + O(h^4)")
    assert proof(rf"{CENTRAL} = f'(x) + \frac{{h^2}}{{3}} f'''(x) + O(h^4)") is None


# Steps ----------------------------------------------------------------------------------------------------------------

LETTERS = BLOCK.format(
    "scalars:\n" r"  - {letter: \beta, meaning: share}" "\n" r"  - {letter: \alpha, meaning: weight}" "\n"
    r"  - {letter: \gamma, over: t, meaning: gradient}" "\n" r"indices:" "\n" r"  - {letter: \tau, meaning: step}"
)  # fmt: skip
RECURSION = (LETTERS, r"u_0 := 0", r"u_t := \beta \, u_{t-1} + \alpha \, \gamma_t \quad t \ge 1")


def test_a_recursion_is_proved_by_induction_and_a_slip_in_it_is_not(proof):
    right = proof(*RECURSION, r"u_t = \alpha \sum_{\tau=1}^{t} \beta^{t-\tau} \gamma_{\tau} \quad t \ge 0")
    assert right and "induction" in right.method
    assert proof(*RECURSION, r"u_t = \alpha \sum_{\tau=1}^{t} \beta^{t-\tau+1} \gamma_{\tau} \quad t \ge 0") is None
    assert proof(*RECURSION, r"u_t = \sum_{\tau=1}^{t} \beta^{t-\tau} \gamma_{\tau} \quad t \ge 0") is None
    geometric = r"\sum_{\tau=1}^{t} \beta^{t-\tau} = \frac{1 - \beta^t}{1 - \beta}"
    assert proof(LETTERS, rf"{geometric} \quad t \ge 0, \ \beta \ne 1")
    slip = geometric.replace(r"1 - \beta^t", r"1 - \beta^{t-1}")
    assert proof(LETTERS, rf"{slip} \quad t \ge 1, \ \beta \ne 1") is None


def test_a_claim_that_keeps_its_step_but_starts_wrong_is_not_proved(proof):
    assert (
        proof(*RECURSION, r"u_t = \alpha \sum_{\tau=1}^{t} \beta^{t-\tau} \gamma_{\tau} + \beta^t \quad t \ge 0")
        is None
    )


# Layers ---------------------------------------------------------------------------------------------------------------

NETWORK = (
    r"A^{[0]} := X",
    r"Z^{[r]} := A^{[r-1]} W^{[r]} + \mathbf{1} b^{[r]} \quad 1 \le r \le R",
    r"A^{[r]} := f(Z^{[r]}) \quad 1 \le r < R",
    r"J := \phi(Z^{[R]})",
)
BACK = r"\frac{\partial J}{\partial Z^{[r]}} = \left( \frac{\partial J}{\partial Z^{[r+1]}} \, (W^{[r+1]})^\top \right) \odot f'(Z^{[r]}) \quad 1 \le r < R"  # noqa: E501


def test_a_claim_about_layers_is_proved_at_a_generic_layer_and_its_slips_are_not(proof):
    right = proof(*NETWORK, BACK)
    assert right == Proof("one unfolding at a generic layer")
    assert proof(*NETWORK, BACK.replace("f'(Z", "f(Z")) is None
    gradient = r"\frac{\partial J}{\partial Z^{[r]}} \quad 1 \le r \le R"
    weights = rf"\frac{{\partial J}}{{\partial W^{{[r]}}}} = (A^{{[r-1]}})^\top {gradient}"
    assert proof(*NETWORK, weights)
    assert proof(*NETWORK, weights.replace(r"= (A", r"= 2 (A")) is None
    for layer, where in (("r", r"1 \le r \le R"), ("R", "R = 3"), ("1", "R = 2")):
        slope = rf"\frac{{\partial J}}{{\partial Z^{{[{layer}]}}}}"
        assert proof(*NETWORK, rf"{slope} = 2 {slope} \quad {where}") is None


def test_both_judges_say_the_same_of_all_of_this(item):
    from nncore.verify.numeric import judge

    for page, true, _ in PAIRS:
        assert judge(item(*page, true)).status == AGREES
