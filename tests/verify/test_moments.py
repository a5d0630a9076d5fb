"""Expectations and variances: only declared moments, declared independence and declared symmetry make a claim true."""

import random as random_source

import pytest
from common import AGREES, NOTATION, REFUTED, UNDECIDED, assumption, block, last_verdict, page, under, write

from nncore.verify.notation import EXPECTATION, VARIANCE, Random
from nncore.verify.numeric import Shared, judge
from nncore.verify.numeric.balls import arithmetic
from nncore.verify.numeric.expectation import JOINT_OUTCOMES, Outcome, Rejected, distribution, expectation
from nncore.verify.numeric.jets import Jets
from nncore.verify.semantics.elaborate import meaning
from nncore.verify.semantics.randomness import MEAN, SPREAD, SQUARE
from nncore.verify.semantics.statements import Kind

LETTERS = r"""scalars:
  - {letter: \tau, meaning: standard deviation of the weights}
  - {letter: q, meaning: mean square of the inputs}
random:
  - {letter: W, entries: independent, symmetric: yes, meaning: weights}
  - {letter: X, entries: dependent, meaning: inputs}
"""
SCALE, INPUT = r"\operatorname{E}[w_{jm}^2] = \tau^2", r"\operatorname{E}[x_{ij}^2] = q"
Z = r"z_{im} := \sum_{j=1}^{D} x_{ij} w_{jm}"
A = r"a_{im} := \max(z_{im}, 0)"
VAR = r"\operatorname{Var}(z_{im})"


@pytest.fixture
def status(tmp_path):
    """The verdict on a claim about random weights and inputs, with both moments assumed."""

    def find(*parts, letters=LETTERS, moments=(SCALE, INPUT)):
        *definitions, claim = parts
        return last_verdict(tmp_path, block(letters), assumption(*moments), *definitions, under(claim)).status

    return find


@pytest.fixture
def letters():
    return (block(LETTERS),)


# The claims of the page on initialization -----------------------------------------------------------------------------


def test_the_spread_of_activations_follows_from_the_declared_moments(status):
    assert status(Z, rf"{VAR} = D \tau^2 q") == AGREES
    assert status(Z, A, rf"\operatorname{{E}}[a_{{im}}^2] = \frac{{1}}{{2}} {VAR}") == AGREES
    assert status(Z, A, r"\tau = \sqrt{\frac{2}{D}} \Rightarrow \operatorname{E}[a_{im}^2] = q") == AGREES
    assert (
        status(Z, r"\operatorname{E}[z_{im}] = \sum_{j=1}^{D} \operatorname{E}[x_{ij}] \operatorname{E}[w_{jm}]")
        == AGREES
    )
    assert status(Z, r"\operatorname{E}[z_{im}] = 0") == AGREES


@pytest.mark.parametrize(
    "slip",
    [
        rf"{VAR} = \tau^2 q",
        rf"{VAR} = D \tau q",
        rf"{VAR} = D \tau^2 q^2",
        rf"{VAR} = D \tau^2 \operatorname{{Var}}(x_{{i1}})",
        rf"{VAR} = \operatorname{{E}}[z_{{im}}]^2",
        r"\operatorname{E}[a_{im}^2] = " + VAR,
        rf"\operatorname{{Var}}(a_{{im}}) = \frac{{1}}{{2}} {VAR}",
        r"\operatorname{E}[a_{im}] = 0",
        r"\operatorname{E}[\lvert z_{im} \rvert]^2 = " + VAR,
        r"\tau = \sqrt{\frac{1}{D}} \Rightarrow \operatorname{E}[a_{im}^2] = q",
        r"\tau = \sqrt{\frac{2}{M}} \Rightarrow \operatorname{E}[a_{im}^2] = q",
        r"\operatorname{E}[z_{im}^4] = 3 \operatorname{Var}(z_{im})^2",
        r"z_{im} = 0",
    ],
)
def test_slips_about_the_spread_are_refuted(status, slip):
    assert status(Z, A, slip) == REFUTED


@pytest.mark.parametrize("moment", [r"\operatorname{E}[w_{jm}^4] = \tau^4", r"\operatorname{E}[w_{jm}^4] = 3 \tau^4"])
def test_moments_that_are_not_declared_are_open(status, moment):
    assert status(moment) == REFUTED
    wide = r"\operatorname{E}[w_{jm}^6] \operatorname{E}[w_{jm}^2] = \operatorname{E}[w_{jm}^4]^2"
    assert status(wide) == REFUTED  # it holds for every weight that is 0 or of one size


def test_without_the_assumption_nothing_is_known_of_the_scale(tmp_path):
    parts = (block(LETTERS), assumption(SCALE, INPUT), Z)
    assert last_verdict(tmp_path, *parts, rf"{VAR} = D \tau^2 q").status == REFUTED
    assert last_verdict(tmp_path, *parts, under(rf"{VAR} = D \tau^2 q")).assumptions == ("asm-a",)


def test_a_lone_moment_of_the_inputs_does_not_do_for_the_weights(status):
    assert status(Z, rf"{VAR} = D \tau^2 q", moments=(INPUT,)) == REFUTED
    assert status(Z, rf"{VAR} = D \tau^2 q", moments=(SCALE,)) == REFUTED


def test_every_claim_about_expectations_on_the_page_on_initialization_agrees():
    said = meaning(page("network/initialization.md"), NOTATION)
    claims = [item for item in said.items if item.kind == Kind.CLAIM and item.letters & {EXPECTATION, VARIANCE}]
    assert len(claims) >= 12
    shared = Shared()
    assert not [str(item) for item in claims if judge(item, shared=shared).status != AGREES]


# Independence and symmetry --------------------------------------------------------------------------------------------


def test_independent_entries_have_products_of_expectations_and_dependent_ones_do_not(status):
    both = r"\operatorname{{E}}[{0} {1}] = \operatorname{{E}}[{0}] \operatorname{{E}}[{1}]"
    assert status(both.format("w_{1m}^2", "w_{2m}^2")) == AGREES
    assert status(both.format("x_{i1}", "w_{1m}^2")) == AGREES
    assert status(both.format("x_{i1}", "x_{i2}")) == REFUTED
    assert status(both.format("w_{1m}", "w_{1m}^3")) == REFUTED


def test_entries_need_not_be_distributed_alike(status):
    assert status(r"\operatorname{E}[w_{1m}^2] = \operatorname{E}[w_{2m}^2]") == AGREES
    assert status(r"\operatorname{E}[w_{1m}^4] = \operatorname{E}[w_{2m}^4]") == REFUTED
    assert status(r"\operatorname{E}[x_{i1}] = \operatorname{E}[x_{i2}]") == REFUTED


def test_symmetry_is_used_only_where_it_is_declared(status):
    halves = r"\operatorname{E}[\max(z_{im}, 0)^2] = \operatorname{E}[\max(-z_{im}, 0)^2]"
    assert status(Z, halves) == AGREES
    assert status(Z, halves, letters=LETTERS.replace(" symmetric: yes,", "")) == REFUTED
    assert status(r"\operatorname{E}[x_{ij}^3] = 0") == REFUTED


def test_dependent_letters_may_depend_on_each_other(status):
    letters = LETTERS + "  - {letter: G, entries: dependent, meaning: gradients}\n"
    product = r"\operatorname{E}[x_{ij} g_{im}] = \operatorname{E}[x_{ij}] \operatorname{E}[g_{im}]"
    assert status(product, letters=letters) == REFUTED
    assert status(product.replace("x_{ij}", "w_{jm}"), letters=letters) == AGREES


def test_mean_and_variance_of_entries_that_are_not_symmetric_may_be_declared(status):
    letters = LETTERS.replace(" symmetric: yes,", "")
    letters = letters.replace("scalars:", "scalars:\n  - {letter: \\mu, meaning: mean}")
    moments = (r"\operatorname{E}[w_{jm}] = \mu", r"\operatorname{Var}(w_{jm}) = \tau^2")
    total = r"\operatorname{E} \left[ \left( \sum_{j=1}^{D} w_{jm} \right)^2 \right]"
    assert status(rf"{total} = D \tau^2 + (D \mu)^2", letters=letters, moments=moments) == AGREES
    assert status(rf"{total} = D \tau^2 + D \mu^2", letters=letters, moments=moments) == REFUTED
    second = (moments[0], r"\operatorname{E}[w_{jm}^2] = \mu^2 + \tau^2")
    assert status(rf"{total} = D \tau^2 + (D \mu)^2", letters=letters, moments=second) == AGREES


# Rules ----------------------------------------------------------------------------------------------------------------


def test_expectation_is_linear_and_a_variance_is_a_mean_square_deviation(status):
    assert status(r"\operatorname{E}[2 x_{ij} + h] = 2 \operatorname{E}[x_{ij}] + h") == AGREES
    assert status(r"\operatorname{Var}(2 x_{ij} + h) = 4 \operatorname{Var}(x_{ij})") == AGREES
    assert status(r"\operatorname{Var}(2 x_{ij} + h) = 2 \operatorname{Var}(x_{ij})") == REFUTED
    inner = r"\operatorname{E} \left[ (x_{ij} - \operatorname{E}[x_{ij}])^2 \right]"
    assert status(rf"\operatorname{{Var}}(x_{{ij}}) = {inner}") == AGREES
    assert status(rf"\operatorname{{E}}[x_{{ij}}^2] = {inner}") == REFUTED
    assert status(r"\operatorname{E}[e^{x_{ij}}] \ge e^{\operatorname{E}[x_{ij}]}") == AGREES
    assert status(r"\operatorname{E}[e^{x_{ij}}] \le e^{\operatorname{E}[x_{ij}]}") == REFUTED


def test_a_derivative_is_taken_in_every_outcome(status):
    slope = r"\operatorname{E} \left[ \frac{\partial}{\partial w_{jm}} w_{jm}^3 \right]"
    assert status(rf"{slope} = 3 \tau^2") == AGREES
    assert status(rf"{slope} = 2 \tau^2") == REFUTED
    assert status(r"\frac{\partial}{\partial h} \operatorname{E}[(h x_{ij})^2] = 2 h q") == AGREES


def test_a_branch_that_only_some_outcomes_take_counts(status):
    either = r"\begin{cases} w_{2m}^2, & w_{1m} > 0 \\ 0, & w_{1m} \le 0 \end{cases}"
    chance = r"\begin{cases} 1, & w_{1m} > 0 \\ 0, & w_{1m} \le 0 \end{cases}"
    assert status(rf"\operatorname{{E}} \left[ {chance} \right] \le \frac{{1}}{{2}}") == AGREES
    claim = rf"\operatorname{{E}} \left[ {either} \right] = \operatorname{{E}} \left[ {chance} \right] \tau^2"
    assert status(claim) == AGREES
    assert status(claim.replace(r"\tau^2", r"\tau^2 + \tau^2")) == REFUTED


def test_moments_that_no_distribution_has_decide_nothing(status):
    assert status(r"\operatorname{E}[x_{ij}] = x_{ij}", moments=(r"\operatorname{E}[x_{ij}^2] = -1",)) == UNDECIDED
    assert status(r"\operatorname{E}[w_{jm}] = 2", moments=(r"\operatorname{E}[w_{jm}] = 1",)) == UNDECIDED


NUMBERS = arithmetic()
JETS = Jets(NUMBERS)


def drawn(random, seed, known):
    """The law of an entry, with joint outcomes of which one is rare at some seeds."""
    source = random_source.Random(f"joint {seed}")
    weights = [
        1 if source.random() < 0.4 else source.randint(1, 1999),
        *(source.randint(1, 9_990) for _ in range(JOINT_OUTCOMES - 1)),
    ]
    joint = [NUMBERS.exact(weight, sum(weights)) for weight in weights]
    return distribution(random, random_source.Random(seed), joint, known, JETS)


def moment(pairs, power):
    return sum(weight * value**power for weight, value in pairs)


def central(pairs, power):
    return sum(weight * (value - moment(pairs, 1)) ** power for weight, value in pairs)


def is_same(came, known):
    """Whether a moment is a number: exactly, or as a ball if a root had to be taken."""
    return came == known if NUMBERS.is_exact(came) else NUMBERS.upper(came - known) < -90


@pytest.mark.parametrize(
    ("random", "known"),
    [
        (Random("W", True, True, ""), {SQUARE: 5}),
        (Random("W", True, True, ""), {SPREAD: 5}),
        (Random("W", True, False, ""), {MEAN: -2, SQUARE: 5}),
        (Random("W", True, False, ""), {MEAN: 3, SPREAD: 5}),
        (Random("X", False, False, ""), {SQUARE: 5}),
        (Random("X", False, False, ""), {MEAN: 3}),
    ],
)
def test_a_distribution_has_the_known_moments_and_is_random_otherwise(random, known):
    fourth = set()
    for seed in range(20):
        with NUMBERS.precision(128):
            pairs = drawn(random, seed, known)
            mean, square = moment(pairs, 1), moment(pairs, 2)
            assert sum(weight for weight, _ in pairs) == 1
            assert all(weight > 0 for weight, _ in pairs)
            for kind, came in {MEAN: mean, SQUARE: square, SPREAD: square - mean * mean}.items():
                assert kind not in known or is_same(came, known[kind])
            assert not random.symmetric or mean == 0
            fourth.add(NUMBERS.digits(NUMBERS.ball(moment(pairs, 4)), 10))
    assert len(fourth) > 12


def test_a_distribution_with_a_mean_square_below_the_square_of_its_mean_is_rejected():
    for independent in (True, False):
        for known in ({MEAN: 3, SQUARE: 5}, {SPREAD: -1}, {SQUARE: -1}, {SPREAD: 5, SQUARE: 3}):
            with pytest.raises(Rejected):
                drawn(Random("W", independent, False, ""), "1", known)


def test_the_laws_of_what_is_not_declared_differ_and_some_have_rare_outcomes_and_all_are_exact():
    of_one = {}
    for independent, symmetric in ((True, True), (True, False), (False, False)):
        laws = [drawn(Random("W", independent, symmetric, ""), str(seed), {}) for seed in range(40)]
        assert all(NUMBERS.is_exact(number) for law in laws for pair in law for number in pair)
        assert all(sum(weight for weight, _ in law) == 1 for law in laws)
        several = [law for law in laws if len(law) > 2]  # of two equal outcomes the kurtosis is always 1
        kurtoses = {moment(law, 4) / (moment(law, 2) * moment(law, 2)) for law in several}
        assert len(kurtoses) > len(several) - 5 and len(several) > 25
        of_one[independent, symmetric] = laws
        smallest = min(weight for law in laws for weight, _ in law if weight > 0)
        assert 0 < smallest < NUMBERS.exact(1, 1000)
    assert all(moment(law, 1) == moment(law, 3) == 0 for law in of_one[True, True])
    skewed = [law for law in of_one[True, False] if len(law) > 2]
    assert sum(moment(law, 1) != 0 and central(law, 3) != 0 for law in skewed) > len(skewed) - 5
    assert {len(law) for law in of_one[True, True]} == {2, 3, 4}
    assert {len(law) for law in of_one[True, False]} == {2, 3, 5}


def test_a_known_moment_may_be_a_jet_and_its_derivative_is_known_too():
    (direction,) = JETS.directions()
    moved = JETS.moved(5, direction)
    for random, kind in ((Random("W", True, True, ""), SQUARE), (Random("X", False, False, ""), MEAN)):
        pairs = drawn(random, "1", {kind: moved})
        came = sum((weight * value * (value if kind == SQUARE else 1) for weight, value in pairs), start=0)
        assert JETS.constant(came) == 5 and JETS.slope(came, direction) == 1


# Expectations ---------------------------------------------------------------------------------------------------------


def entry(name, *places):
    """What a body asks for in an outcome."""
    return lambda outcome: outcome.value((name, places), Random(name, name != "X", False, ""))


def mean(body, joint):
    """The expectation of a body, with laws that are a function of the name and the place of an entry alone."""

    def of(name, places):
        random, source = Random(name, name != "X", False, ""), random_source.Random(f"{name}{places}")
        return distribution(random, source, joint, {}, JETS)

    return expectation(body, Outcome(of, joint), JETS.total), of


def test_an_expectation_is_the_exact_sum_over_all_outcomes_that_a_body_asks_for():
    joint = [NUMBERS.exact(weight, 10) for weight in (1, 3, 6)]
    w, v, x, y = entry("W", 1), entry("W", 2), entry("X", 1), entry("X", 2)
    found, of = mean(lambda outcome: w(outcome) * w(outcome) * v(outcome) + 2, joint)
    assert found == moment(of("W", (1,)), 2) * moment(of("W", (2,)), 1) + 2
    found, of = mean(lambda outcome: x(outcome) * y(outcome) * w(outcome), joint)
    laws = of("X", (1,)), of("X", (2,))
    both = sum(weight * one * other for weight, (_, one), (_, other) in zip(joint, *laws, strict=True))
    assert found == both * moment(of("W", (1,)), 1)
    assert both != moment(of("X", (1,)), 1) * moment(of("X", (2,)), 1)  # dependent: no product of expectations


def test_an_outcome_is_asked_for_no_more_entries_than_its_branch_needs():
    asked = []

    def body(outcome):
        first = entry("W", 1)(outcome)
        if first > 0:
            asked.append(1)
            return entry("W", 2)(outcome)
        return first

    found, of = mean(body, [1])
    ways = of("W", (1,))
    positive = sum(weight for weight, value in ways if value > 0)
    assert found == positive * moment(of("W", (2,)), 1) + sum(w * v for w, v in ways if v <= 0)
    assert len(asked) == sum(v > 0 for _, v in ways) * (1 + len(of("W", (2,))))


# Faults ---------------------------------------------------------------------------------------------------------------


def test_what_is_expected_contains_something_random_and_is_a_number(why):
    assert why(r"\operatorname{E}[h] = h") == "nothing in E(h) is declared random"
    assert "is taken of one number" in why(r"\operatorname{E}[X W] = Z")
    assert "takes real numbers only" in why(r"\operatorname{E}[\mathrm{i} x_{ij}] = 0")


def test_an_expectation_is_no_function_of_what_it_is_taken_over(why):
    slope = r"\frac{\partial}{\partial w_{jm}} \operatorname{E}[w_{jm}^2] = 0"
    assert why(slope) == "an expectation is no function of w[j, m], over which it is taken"


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("{letter: W, entries: alike, meaning: weights}", "entries are 'independent' or 'dependent'"),
        ("{letter: W, entries: dependent, symmetric: yes, meaning: weights}", "only a distribution of independent"),
        ("{letter: W, entries: independent, symmetric: perhaps, meaning: weights}", "symmetric is 'yes' or 'no'"),
        ("{letter: W, entries: independent}", "meaning is missing"),
        ("{letter: c, entries: independent, meaning: classes}", "only arrays and numbers are random"),
        ("{letter: D, entries: independent, meaning: inputs}", "only arrays and numbers are random"),
        ("{letter: w, entries: independent, meaning: weights}", "only arrays and numbers are random"),
    ],
)
def test_a_random_letter_is_declared_in_one_way(tmp_path, declared, said):
    path = write(tmp_path / "page.md", block(f"random:\n  - {declared}"), "x = x")
    (fault,) = meaning(path, NOTATION).faults
    assert said in fault.reason


def test_a_letter_is_declared_random_once(tmp_path):
    line = "  - {letter: W, entries: independent, meaning: weights}\n"
    path = write(tmp_path / "page.md", block(f"random:\n{line}{line}"), "x = x")
    (fault,) = meaning(path, NOTATION).faults
    assert "declared random already" in fault.reason
