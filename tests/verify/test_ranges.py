"""What is proved of an expression without numbers, and what is not; a range holds every value that numbers give."""

from fractions import Fraction
from functools import cache
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

import mpmath
import pytest
from common import LOSS, NOTATION, SIGMOID, SOFTMAX, assuming, block, say
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from nncore.verify.numeric.ranges import ALL, NOT_NEGATIVE, POSITIVE, Range, Ranges, is_proved
from nncore.verify.numeric.watching import BASE, DIVISOR, LOGARITHM, ROOT
from nncore.verify.syntax.parser import read

LETTERS = block("scalars:\n  - {letter: q, over: t, meaning: a number}\n  - {letter: '\\beta', meaning: b}")


def tree(text):
    return read(text, NOTATION).statements[0].first


@pytest.fixture
def range_of(tmp_path):
    """The range of the left side of the last claim of a page."""

    def find(*parts):
        said = say(tmp_path, LETTERS, *parts)
        assert not said.faults, said.faults
        item = said.items[-1]
        return Ranges(item.scope, item.conditions, [each.claim for each in item.assumptions]).of(item.left)

    return find


def same(text):
    """A claim about an expression."""
    formula, _, condition = text.partition("|")
    return rf"{formula} = {formula}" + (rf" \quad ({condition})" if condition else "")


# Signs ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [
    "e^x", r"\exp(x) + e^{-z}", "1 + e^{-z}", "x^2 + 1", "x x + 2", r"\frac{1}{1 + x^2}", r"\lvert x \rvert + 1", "n",
    r"\exp(x) - 1|x > 0", r"6 - \lvert x \rvert|-5 < x < 2",
    r"\sum_{l=1}^{M} e^{z_{il}}", r"\sum_{l=1}^{M} (b_l^2 + 1)", r"\sigma(z)", r"1 - \sigma(z)",
    r"\sigma(x) \sigma(-x)",
    "p_{im}", r"\sqrt{1 + x^2}", r"\max(x, 1)", r"\max(e^x, z)", r"\max(z, e^x)", r"2 - \cos x", r"2 + \sin x", "e - 2",
    r"2 - \tanh x", r"4 - \pi", r"x|x > 0", r"x - 1|x > 1", r"1 - x|x < 1", r"x + 1|x \ge 0", r"x|1 \le x < 3",
    r"-x|x < 0",
    r"x z|x > 0, z > 0", r"\frac{x}{z}|x > 0, z > 0", r"x^3|x > 0", r"x^{0.3}|x > 0", r"\beta^2 + e^{x}", r"-(-e^x)",
    r"\begin{cases} 1 & x > 0 \\ e^x & x \le 0 \end{cases}", r"e^{\frac{x}{z}}", r"-\min(-1, x)", r"x - z|x > z",
    r"z - x|x < z",
    r"(x - z)^2 + 3", r"\prod_{m=1}^{M} e^{b_m}", r"\max_l e^{b_l}", r"x^2|x \ne 0", r"x x|x \ne 0",
    r"(x - 1)^2|x \ne 1",
    r"\lvert x \rvert|x \ne 0", r"x^4|x \ne 0", r"10^{-9}", r"\frac{1}{3}", r"x|x \ge 3", r"D M", r"n + 0 b_m^2", "i",
    "m + 1",
])  # fmt: skip
def test_what_is_positive_is_proved(range_of, text):
    found = range_of(SIGMOID, SOFTMAX, same(text))
    assert found.is_positive
    assert all(is_proved(kind, found) for kind in (DIVISOR, LOGARITHM, ROOT, BASE))


@pytest.mark.parametrize("text", [
    "x", "x - z", "1 - p_{im}", "b_m", "e^x - 1", "1 - e^x", r"\cos x", r"1 + \cos x", r"1 - \sin x", r"\tanh x", "x^3",
    r"\ln x", r"1 - x^2", r"\frac{1}{x}", r"x + 1|x > -2", r"x|x < 1", r"x - 1|x > 0", r"x^2 - 1",
    r"\sum_{l=1}^{M} b_l",
    r"\sigma(z) - \frac{1}{2}", r"\sigma(z) - \sigma(x)", r"x z|x > 0", r"n - 1", r"D - M", r"p_{im} - p_{im}^2",
    r"\sum_{l=1}^{M} (e^{z_{il}} - 1)", r"\max(x, -1)", r"\min(x, 1)", r"f(x)", r"f'(x) + 1", r"\phi(Z)", r"3 - \pi",
    r"\operatorname{Re}(x)", r"\frac{\partial}{\partial x} e^x", r"c_i - 1", r"\frac{x}{z}|x \ne 0, z \ne 0",
    r"x z|x \ne 0", r"x + z|x \ne 0, z \ne 0", r"x|z > 0", r"-x|x > 0", r"x - z|x \ge 0, z < 9",
    r"\begin{cases} 1 & x > 0 \\ x & x \le 0 \end{cases}", r"x^{-1}|x < 0", r"3 - \lvert x \rvert|-5 < x < 2",
    r"5 - x^2|-4 < x < 2", r"\exp(x) - 1|x > -1", r"1 - \exp(x)|x < 1", r"\max_l b_l", r"2^x - x",
])  # fmt: skip
def test_what_may_be_0_or_negative_is_not_proved_to_be_positive(range_of, text):
    found = range_of(SIGMOID, SOFTMAX, same(text))
    assert not found.is_positive
    assert not is_proved(LOGARITHM, found)


@pytest.mark.parametrize("text", [
    "x^2", r"\lvert x \rvert", r"\max(x, 0)", r"\sum_{l=1}^{M} b_l^2", "(x - z)^2", r"\delta_{km}", r"x|x \ge 0", "x^4",
    r"\sqrt{x^2}", r"e^x x^2", r"\sum_{l=1}^{M} \lvert b_l \rvert", r"\max(x, 0)^2", r"b_m b_m",
    r"x z|x \ge 0, z \ge 0",
    r"1 + \cos x", r"1 - \tanh x", r"x - 1|x \ge 1", r"x - z|x \ge z", r"\sum_{\tau=1}^{t} e^{q_{\tau}}|t \ge 0",
    r"\sum_{\tau=1}^{t} 1|t \ge 0", r"t|t \ge 0", r"n - 1|n \ge 1",
])  # fmt: skip
def test_what_is_not_negative_may_be_0(range_of, text):
    found = range_of(SIGMOID, same(text))
    assert found.is_not_negative and is_proved(ROOT, found)
    assert text == r"1 - \tanh x" or (not found.is_positive and not is_proved(DIVISOR, found))


def test_a_sum_that_may_be_empty_is_not_positive_and_one_up_to_a_size_is(range_of):
    steps = r"\sum_{\tau=1}^{t} e^{q_{\tau}} \ge 0 \quad t \ge 0"
    assert not range_of(steps).is_positive and range_of(steps).is_not_negative
    assert range_of(r"\sum_{m=1}^{M} e^{b_m} \ge 0").is_positive
    negative = range_of(r"\sum_{\tau=1}^{t} (-e^{q_{\tau}}) \le 0 \quad t \ge 0")
    assert not negative.is_negative and negative.high == 0


@pytest.mark.parametrize(("text", "proved"), [
    (r"x|x \ne 0", True), (r"-x|x \ne 0", True), (r"x z|x \ne 0, z \ne 0", True), (r"\frac{1}{x}", True),
    (r"x - 1|x \ne 1", True), (r"x - z|x \ne z", True), (r"x|x \ne 1", False), (r"x + z|x \ne 0, z \ne 0", False),
    (r"x^3|x \ne 0", True), (r"x^2 - 1|x \ne 0", False), (r"x z|x \ne 0", False), ("-e^x", True), (r"x|x < 0", True),
    (r"1 - x|x > 1", True), (r"x - 1|x > 1", True), (r"x + 1|x \ne 1", False), (r"z - x|x \ne z", True), ("x", False),
])  # fmt: skip
def test_what_is_not_0_is_proved_by_conditions_and_by_signs(range_of, text, proved):
    assert range_of(same(text)).is_not_0 is proved
    assert is_proved(DIVISOR, range_of(same(text))) is proved


def test_assumptions_hold_for_all_entries_of_an_array_and_for_no_other_array(range_of):
    assert range_of(assuming("y_{im} > 0"), same("y_{im}")).is_positive
    assert range_of(assuming("y_{im} > 0"), same(r"\sum_{l=1}^{M} y_{il}")).is_positive
    assert not range_of(assuming("y_{im} > 0"), same("y_{im} z_{im}")).is_positive
    assert not range_of(assuming(r"y_{im} \ge 0"), same("y_{im}")).is_positive
    assert range_of(assuming(r"0 < y_{im} < 1"), same("1 - y_{im}")).is_positive
    assert not range_of(assuming(r"y_{im} > 0"), same("1 - y_{im}")).is_positive
    assert not range_of(assuming(r"x_{ij} > 0"), same("y_{im} + 0 x_{ij}")).is_positive


def test_an_assumption_about_one_entry_is_none_about_the_others(range_of):
    for one in (r"y_{1,1} > 0", r"y_{i1} > 0"):
        assert not range_of(assuming(one), same("y_{im}")).is_positive


def test_definitions_are_looked_up_and_what_is_made_of_itself_has_any_value(range_of):
    assert range_of(r"J := e^x + 1", same("J")).is_positive
    assert not range_of(r"J := e^x - 1", same("J")).is_positive
    assert range_of(SOFTMAX, LOSS, same("L_i")) == ALL
    start = ("u_0 := 1", r"u_t := u_{t-1} - 1 \quad t \ge 1")
    assert not range_of(*start, same(r"u_t|t \ge 0")).is_positive


def test_0_times_anything_is_0_and_takes_no_time(range_of):
    for text in ("0 x", r"x \cdot 0", r"\frac{0}{x}", r"0 \cdot (-e^x)", r"\sum_{l=1}^{M} 0 b_l"):
        found = range_of(same(text))
        assert (found.low, found.high) == (0, 0) or found == NOT_NEGATIVE
    assert range_of(same(r"1 + \frac{0}{x}")).is_positive


def test_ends_that_are_reached_and_those_that_are_not():
    assert Range(0, inf).is_positive and not Range(0, inf, False).is_positive
    assert Range(0, inf, False, without_0=True).is_positive and Range(-1, 0).is_negative
    assert not Range(-1, 0, True, False).is_negative and Range(-1, 1, without_0=True).is_not_0
    assert not ALL.is_not_0 and POSITIVE.is_not_0 and not NOT_NEGATIVE.is_not_0 and NOT_NEGATIVE.is_not_negative
    assert is_proved(ROOT, NOT_NEGATIVE) and not any(
        is_proved(kind, NOT_NEGATIVE) for kind in (DIVISOR, LOGARITHM, BASE)
    )
    assert is_proved(DIVISOR, Range(-3, 0)) and not any(
        is_proved(kind, Range(-3, 0)) for kind in (ROOT, LOGARITHM, BASE)
    )


# Soundness ------------------------------------------------------------------------------------------------------------


class Undefined(Exception):
    """Where an expression has no value."""


def _exact(value):
    return isinstance(value, Fraction)


def _real(value):
    """A number for mpmath."""
    return mpmath.mpf(value.numerator) / value.denominator if _exact(value) else value


def _mixed(operation):
    def of(*values):
        if all(map(_exact, values)):
            return operation(*values)
        return operation(*map(_real, values))

    return of


def _quotient(above, below):
    if not below:
        raise Undefined
    return above / below


def _function(name):
    def of(value):
        number = _real(value)
        if abs(number) > 10**4 and name in ("exp", "tanh", "sin", "cos"):
            raise Undefined
        if (name == "sqrt" and number < 0) or (name == "log" and number <= 0):
            raise Undefined
        return getattr(mpmath, name)(number)

    return of


def _sigmoid(value):
    return 1 / (1 + _function("exp")(-_real(value)))


# An expression is a text and what it is at a point: numbers for x, z, h, and a list for b.
LEAVES = st.one_of(
    st.sampled_from("xzh").map(lambda name: (name, lambda at: at[name])),
    st.sampled_from(["0", "1", "2", "3", "0.5"]).map(lambda text: (text, lambda at: Fraction(text))),
    st.sampled_from([
        (r"\sum_{k=1}^{M} b_k", lambda at: sum(at["b"], Fraction(0))),
        (r"\sum_{k=1}^{M} b_k^2", lambda at: sum((b * b for b in at["b"]), Fraction(0))),
        (r"\sum_{k=1}^{M} \lvert b_k \rvert", lambda at: sum(map(abs, at["b"]), Fraction(0))),
        (r"\sum_{k=1}^{M} e^{b_k}", lambda at: sum(_function("exp")(b) for b in at["b"])),
        (r"\prod_{k=1}^{M} b_k^2", lambda at: at["b"][0] ** 2 * at["b"][1] ** 2 * at["b"][2] ** 2),
        (r"\max_l b_l", lambda at: max(at["b"])),
        (r"\min_l (b_l^2 + 1)", lambda at: min(b * b + 1 for b in at["b"])),
        (r"\pi", lambda at: +mpmath.pi),
        ("M", lambda at: Fraction(3)),
    ]),
)  # fmt: skip


def _one(text, operation):
    return lambda part: (text.replace("@", f"({part[0]})"), lambda at: operation(part[1](at)))


def _two(text, operation):
    def made(pair):
        (one, first), (other, second) = pair
        return text.replace("@", f"({one})").replace("#", f"({other})"), lambda at: operation(first(at), second(at))

    return made


def _cases(parts):
    (one, first), (other, second) = parts
    text = rf"(\begin{{cases}} {one} & x > 0 \\ {other} & x \le 0 \end{{cases}})"
    return text, lambda at: first(at) if at["x"] > 0 else second(at)


def _larger(parts):
    pair = st.tuples(parts, parts)
    two = [("@ + #", _mixed(lambda a, b: a + b)), ("@ - #", _mixed(lambda a, b: a - b)),
           (r"@ \cdot #", _mixed(lambda a, b: a * b)), (r"\frac{@}{#}", _mixed(_quotient)),
           (r"\max(@, #)", _mixed(max)), (r"\min(@, #)", _mixed(min))]  # fmt: skip
    one = [("-@", lambda a: -a), ("@^2", lambda a: a * a), ("@^3", lambda a: a**3), (r"@ @", lambda a: a * a),
           (r"\lvert @ \rvert", abs), (r"\exp(@)", _function("exp")), ("e^{-@}", lambda a: _function("exp")(-a)),
           (r"\sqrt{@}", _function("sqrt")),
           (r"\tanh(@)", _function("tanh")), (r"\cos(@)", _function("cos")), (r"\sin(@)", _function("sin")),
           (r"\sigma(@)", _sigmoid), (r"\ln(@)", _function("log")), ("@^{-2}", lambda a: _quotient(1, a * a)),
           ("@^4", lambda a: a**4)]  # fmt: skip
    return st.one_of(
        *(parts.map(_one(text, operation)) for text, operation in one),
        *(pair.map(_two(text, operation)) for text, operation in two),
        pair.map(_cases),
    )


EXPRESSIONS = st.recursive(LEAVES, _larger, max_leaves=6)
NUMBERS = st.one_of(st.sampled_from([Fraction(0), Fraction(1), Fraction(-1)]), st.fractions(-6, 6, max_denominator=7))
CONDITIONS = {
    r"x > 0": lambda at: at["x"] > 0, r"x \ne 0": lambda at: at["x"] != 0,
    r"-1 \le z < 2": lambda at: -1 <= at["z"] < 2,
    r"h \ge 1": lambda at: at["h"] >= 1, r"x < z": lambda at: at["x"] < at["z"], r"x \ne 1": lambda at: at["x"] != 1,
    r"h = 1": lambda at: at["h"] == 1, r"z \le 0": lambda at: at["z"] <= 0, r"x \ge h": lambda at: at["x"] >= at["h"],
}  # fmt: skip


@cache
def scope():
    with TemporaryDirectory() as folder:
        return say(Path(folder), SIGMOID, "h + x = z").items[-1].scope


def _end(end):
    return mpmath.mpf(end) if isinstance(end, float) else _real(Fraction(end))


def is_in(value, found: Range) -> bool:
    """Whether a value lies in a range; of a rounded one it is not asked whether it is just an end."""
    if _exact(value):
        above = value > found.low or (value == found.low and not found.low_open)
        below = value < found.high or (value == found.high and not found.high_open)
        return above and below and not (found.without_0 and not value)
    room = mpmath.mpf(10) ** -30 * (1 + abs(value))
    return _end(found.low) - room <= value <= _end(found.high) + room


@settings(
    max_examples=150, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(
    expression=EXPRESSIONS,
    conditions=st.lists(st.sampled_from(list(CONDITIONS)), max_size=2, unique=True),
    points=st.lists(
        st.tuples(NUMBERS, NUMBERS, NUMBERS, st.lists(NUMBERS, min_size=3, max_size=3)), min_size=8, max_size=8
    ),
)
def test_every_value_of_an_expression_lies_in_its_range(expression, conditions, points):
    text, of = expression
    found = Ranges(scope(), [read(each, NOTATION).statements[0] for each in conditions]).of(tree(text))
    compared = 0
    for x, z, h, b in points:
        at = {"x": x, "z": z, "h": h, "b": b}
        if not all(CONDITIONS[each](at) for each in conditions):
            continue
        try:
            with mpmath.workdps(60):
                value = of(at)
                if not _exact(value) and not mpmath.isfinite(value):
                    continue
                assert is_in(value, found), (text, conditions, at, value, found)
                compared += 1
        except (Undefined, OverflowError):
            continue
    assume(compared)


# Letters that are bound -----------------------------------------------------------------------------------------------


def test_a_condition_says_nothing_of_a_letter_that_is_bound(range_of):
    assert range_of("b_m + h = h + b_m \\quad (b_m > 0, h > 0)").is_positive
    entry = r"a_{im} := b_m"
    assert range_of(entry, r"a_{im} = b_m \quad (x > 0)") == ALL
    assert not range_of(entry, r"a_{ik} b_m = b_k b_m \quad (b_m > 0)").is_positive
    argument = r"\sigma(z) := z"
    assert not range_of(argument, r"\sigma(x) = x \quad (z > 0)").is_positive
    assert range_of(argument, r"\sigma(x) = x \quad (x > 0)").is_positive
    assert range_of(argument, r"\sigma(z) = z \quad (z > 0)").is_positive
    assert range_of(r"J := x", r"J = x \quad (x > 0)").is_positive
