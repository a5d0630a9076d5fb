"""Where a claim is tried: kinds of points, wishes that come true, sizes, entries, and that all of them are covered."""

from fractions import Fraction
from itertools import product

import pytest
from common import AGREES, DENSE, NOTATION, assumption, block, under, write

from nncore.verify.numeric import judge, sizes_of
from nncore.verify.numeric.balls import Intervals, arithmetic
from nncore.verify.numeric.comparing import Comparison
from nncore.verify.numeric.expectation import Rejected
from nncore.verify.numeric.judge import NumericCheck
from nncore.verify.numeric.sample_points import (
    BOTH,
    EQUAL,
    EXTREMES,
    FRACTIONS,
    GENERIC,
    KINDS,
    LETTERS,
    MINUS_ONES,
    ONE_HOT,
    ONES,
    POSITIVE,
    POWERS,
    PROPER,
    SMALL,
    ZEROS,
    RowSum,
    SamplePoint,
    Wishes,
    wishes,
)
from nncore.verify.numeric.sizes import entries, partitions, size_plans
from nncore.verify.semantics.elaborate import meaning

NUMBERS = arithmetic()
NAMES = [("X", (i, j)) for i, j in product(range(1, 6), repeat=2)] + [
    ("W", (i, j)) for i, j in product(range(1, 4), repeat=2)
]
NAMES += [("h", ()), ("b", (1,)), ("b", (2,))]
NO_WISHES = Wishes()


def point(kind, seed="1", signs=BOTH, wishes_=NO_WISHES, fixed=None, sizes=None, numbers=NUMBERS):
    return SamplePoint(seed, kind, sizes or {"M": 3, "n": 2}, wishes_, numbers, signs, fixed)


def values(at, names=NAMES):
    return {key: Fraction(*NUMBERS.ratio(at.number(*key))) for key in names}


# Kinds ----------------------------------------------------------------------------------------------------------------

IS_OF_KIND = {
    ZEROS: lambda x: x == 0,
    ONES: lambda x: x == 1,
    MINUS_ONES: lambda x: x == -1,
    SMALL: lambda x: x.denominator == 1 and abs(x) <= 3,
    EQUAL: lambda x: x != 0,
    FRACTIONS: lambda x: x != 0 and abs(x) < 6 and x.denominator <= 101,
    PROPER: lambda x: 0 < abs(x) < 1,
    POWERS: lambda x: abs(x) in [Fraction(10) ** power for power in (-3, -2, -1, 1, 2, 3)],
    EXTREMES: lambda x: abs(x) < Fraction(1, 10**5) or abs(x) >= 10**4,
    ONE_HOT: lambda x: x in (0, 1),
}


@pytest.mark.parametrize("kind", [*KINDS, PROPER])
def test_a_kind_of_points_is_what_it_says(kind):
    for seed in "12345":
        found = values(point(kind, seed))
        assert all(map(IS_OF_KIND[kind], found.values()))
        one = {value for (name, _), value in found.items() if name == "X"}
        assert (len(one) == 1) == (kind in (ZEROS, ONES, MINUS_ONES, EQUAL))
        if kind not in (ZEROS, ONES, MINUS_ONES, ONE_HOT):
            assert {value > 0 for value in values(point(kind, seed), NAMES[:25]).values()} == {
                True,
                False,
            } or kind == EQUAL
            assert values(point(kind, seed)) != values(point(kind, f"{seed} again"))
    assert set(KINDS) | {PROPER} == set(IS_OF_KIND) and set(GENERIC) == {FRACTIONS, PROPER}


def test_of_the_entries_of_an_array_the_first_is_the_one():
    found = values(point(ONE_HOT))
    assert {key: value for key, value in found.items() if value} == {key: 1 for key in found if set(key[1]) <= {1}}


def test_signs_are_any_or_one_for_each_letter_or_positive():
    for kind in (SMALL, FRACTIONS, POWERS, EXTREMES, PROPER, EQUAL):
        assert all(value > 0 for value in values(point(kind, signs=POSITIVE)).values())
        of_letters = set()
        for seed in "123456789":
            found = values(point(kind, seed, LETTERS))
            signs = {name: {value > 0 for (each, _), value in found.items() if each == name and value} for name in "XW"}
            assert all(len(each) == 1 for each in signs.values())
            of_letters.add((*signs["X"], *signs["W"]))
        assert len(of_letters) > 2
    assert all(value == 1 for value in values(point(MINUS_ONES, signs=POSITIVE)).values())


def test_letters_of_which_a_condition_wants_a_sign_have_it():
    for kind, (strict, wish) in product(KINDS, ((True, ">"), (False, ">="))):
        found = values(point(kind, wishes_=Wishes(positive=(("X", wish),))))
        of_x = [value for (name, _), value in found.items() if name == "X"]
        assert all(value > 0 if strict else value >= 0 for value in of_x), kind
        others = [value for (name, _), value in found.items() if name == "W"]
        assert kind in (ZEROS, ONES, EQUAL, ONE_HOT) or any(value < 0 for value in others), kind


def test_an_input_is_the_same_number_whenever_it_is_asked_for_and_in_every_order():
    at = point(FRACTIONS)
    assert values(at) == values(at) == values(point(FRACTIONS))
    backwards = point(FRACTIONS)
    assert dict(reversed(values(backwards, NAMES[::-1]).items())) == values(at)
    assert set(at.touched) == set(NAMES)
    assert values(point(FRACTIONS)) != values(point(FRACTIONS, sizes={"M": 4, "n": 2}))


def test_points_are_the_same_with_all_numbers_that_compute():
    intervals = Intervals()
    for kind in KINDS:
        at, other = point(kind), point(kind, numbers=intervals)
        assert [Fraction(*NUMBERS.ratio(at.number(*key))) for key in NAMES] == [
            Fraction(*intervals.ratio(other.number(*key))) for key in NAMES
        ]
        assert at.identity() == other.identity()


def test_inputs_are_fixed_one_after_the_other():
    at = point(FRACTIONS)
    near = at.with_fixed({("X", (1, 1)): 7}).with_fixed({("h", ()): NUMBERS.exact(1, 3)})
    assert values(near) == {**values(at), ("X", (1, 1)): 7, ("h", ()): Fraction(1, 3)}
    assert values(near.with_fixed({("X", (1, 1)): 8})) == {**values(near), ("X", (1, 1)): 8}
    assert values(at) == values(point(FRACTIONS))


def test_points_are_identical_if_and_only_if_they_have_the_same_numbers():
    at = point(FRACTIONS)
    at.number("X", (1, 1))
    assert at.identity() == point(FRACTIONS).identity()
    fixed = {("X", (1, 1)): 7}
    others = [
        point(ONES), point(FRACTIONS, "2"), point(FRACTIONS, signs=POSITIVE), point(FRACTIONS, sizes={"M": 2, "n": 3}),
        point(FRACTIONS, wishes_=Wishes(positive=(("X", ">"),))), point(FRACTIONS, fixed=fixed),
        point(FRACTIONS, fixed={("X", (1, 1)): 8}), point(FRACTIONS, fixed={("X", (1, 2)): 7}),
        point(FRACTIONS, wishes_=Wishes(row_sums=(RowSum("X", 1, "M", 1),))),
    ]  # fmt: skip
    assert len({each.identity() for each in (at, *others)}) == len(others) + 1
    assert at.with_fixed(fixed).identity() == point(FRACTIONS, fixed=fixed).identity()


@pytest.mark.parametrize("total", [1, 3, 0])
@pytest.mark.parametrize("position", [0, 1])
def test_a_row_has_the_sum_that_an_assumption_gives_it(total, position):
    rule = RowSum("X", position, "M", total)
    for kind, signs in product((SMALL, FRACTIONS, POWERS, EXTREMES, EQUAL, ONES), (BOTH, POSITIVE)):
        at = point(kind, wishes_=Wishes(row_sums=(rule,)), signs=signs)
        for other in (1, 2):
            row = [("X", (other, k) if position else (k, other)) for k in (1, 2, 3)]
            try:
                found = list(values(at, row).values())
            except Rejected:
                assert kind == SMALL and total
                continue
            assert sum(found) == total
            assert not total or signs == BOTH or all(value >= 0 for value in found)
            assert total or kind in (EQUAL, ONES) or len(set(found)) > 1 or not any(found)
        near = at.with_fixed({row[1]: 7, row[0]: NUMBERS.exact(1, 3)})  # what is fixed stays, the others fill the rest
        try:
            assert list(values(near, row).values()) == [Fraction(1, 3), 7, total - 7 - Fraction(1, 3)]
        except Rejected:
            assert kind == SMALL
    with pytest.raises(Rejected):
        point(ZEROS, wishes_=Wishes(row_sums=(RowSum("X", 1, "M", 1),))).number("X", (1, 1))


def test_class_numbers_are_classes():
    for kind, last in product(KINDS, (1, 2, 5)):
        found = [point(kind, seed).class_number("c", (i,), last) for seed in "123456" for i in (1, 2, 3)]
        assert set(found) <= set(range(1, last + 1))
        assert last == 1 or len(set(found)) > 1
    same = point(EQUAL)
    assert len({same.class_number("c", (i,), 5) for i in range(1, 20)}) == 1
    assert point(FRACTIONS, fixed={("c", (1,)): 4}).class_number("c", (1,), 5) == 4
    assert point(FRACTIONS, fixed={("c", (1,)): 4}).class_number("c", (1,), 3) == 3


def test_an_unknown_function_is_smooth_and_not_the_same_at_other_points():
    at = point(FRACTIONS)
    x = NUMBERS.exact(2, 3)
    came = at.smooth("f", x, lambda y: 5 * y)
    p, q, r, v, w = (at.used["f", part] for part in "pqrvw")
    assert came == 5 * (p * x + q) + r * x * x + v * x * x * x + w and at.scale("f") == 1
    assert all(at.used.values()) and at.smooth("f", x, lambda y: 5 * y) == came
    others = [point(FRACTIONS, seed) for seed in "23456"]
    assert len({str(each.smooth("f", x, lambda y: 5 * y)) for each in (at, *others)}) > 4
    assert str(at.smooth("g", x, lambda y: 5 * y)) != str(came)
    assert {point(EXTREMES, seed).scale("f") for seed in "123456789"} == {10**3, 10**6}  # nothing bounds it
    assert at.coefficient("J", "a", 1) == at.coefficient("J", "a", 1) != 0


# Wishes ---------------------------------------------------------------------------------------------------------------


def test_wishes_are_read_from_conditions_and_assumptions(item):
    rows = r"\sum_{m=1}^{M} y_{im} = 1"
    found = wishes(
        item(assumption(rows, r"z_{im} \ge 0", r"0 < h"), under(r"y_{im} x z_{im} h = h z_{im} x y_{im} \quad (x > 0)"))
    )
    assert dict(found.positive) == {"Z": ">=", "h": ">", "x": ">"}
    assert found.row_sums == (RowSum("Y", 1, "M", 1),)
    columns = wishes(item(assumption(r"\sum_{i=1}^{n} z_{im} = 0"), under(r"z_{im} + h = h + z_{im}")))
    assert columns.row_sums == (RowSum("Z", 0, "n", 0),)
    nothing = wishes(item(r"h + h = 2 h \quad (x < 0)"))
    assert nothing == Wishes()
    both = wishes(item(r"x + x = 2 x \quad (x > 0, x \ge 0)"))
    assert dict(both.positive) == {"x": ">"}


# Sizes ----------------------------------------------------------------------------------------------------------------


def plans(item, **least):
    return size_plans(item, lambda plan: all(plan[name] >= size for name, size in least.items()))


def test_sizes_are_those_of_a_claim_and_of_what_it_is_made_of(item):
    assert sizes_of(item(DENSE, "Z = X W")) == ("D", "M", "n")
    assert sizes_of(item("J := \\sum_{m=1}^{M} b_m", "J = J + 0 h")) == ("M",)
    assert sizes_of(item(r"\max_l z_{il} = \max_m z_{im}")) == ("M", "n")
    assert sizes_of(item("n + h = h + n")) == ("n",)
    assert sizes_of(item("h + h = 2 h")) == ()
    assert size_plans(item("h + h = 2 h"), lambda plan: True) == [{}]


def test_sizes_are_1_equal_rising_falling_and_each_is_1_once(item):
    found = plans(item(DENSE, "Z = X W"))
    shapes = {tuple(plan.values()) for plan in found}
    assert list(found[0]) == ["D", "M", "n"]
    assert shapes >= {(1, 1, 1), (2, 3, 4), (4, 3, 2), (1, 3, 4), (2, 1, 4), (2, 3, 1)}
    assert any(len(set(plan.values())) == 1 and plan["n"] > 1 for plan in found)
    volumes = [plan["D"] * plan["M"] * plan["n"] for plan in found]
    assert volumes == sorted(volumes)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_all_indices_that_share_a_range_can_differ_at_some_sizes(item, count):
    letters = ["k", "l", "m", r"\mu"][:count] if count < 4 else ["k", "l", "m", "q"]
    more = block("indices:\n  - {letter: q, to: M, meaning: a class}") if count == 4 else ""
    factors = [f"b_{letter}" for letter in letters]
    claim = item(*filter(None, [more]), f"{' '.join(factors)} = {' '.join(reversed(factors))}")
    largest = max(plan["M"] for plan in plans(claim))
    assert largest > count
    places = [tuple(entry.values()) for entry in entries(claim, {"M": largest}, [])]
    assert any(len(set(place)) == count for place in places)


def test_sizes_fit_the_conditions_about_them(item):
    formula = r"b_m + b_m = 2 b_m"
    assert {plan["M"] for plan in NumericCheck(item(rf"{formula} \quad (M = 2)")).plans} == {2}
    assert {plan["M"] for plan in NumericCheck(item(rf"{formula} \quad (M \ge 4)")).plans} >= {4, 5}
    assert min(plan["M"] for plan in NumericCheck(item(rf"{formula} \quad (M \ge 4)")).plans) == 4
    square = NumericCheck(item(r"x_{ij} w_{jm} = w_{jm} x_{ij} \quad (M = D)")).plans
    assert all(plan["M"] == plan["D"] for plan in square) and {plan["M"] for plan in square} >= {1, 2, 3}
    assert {plan["M"] for plan in NumericCheck(item(rf"{formula} \quad (M = 784)")).plans} == {784}
    wide = NumericCheck(item(r"x_{ij} w_{jm} = w_{jm} x_{ij} \quad (M > D)")).plans
    assert all(plan["M"] > plan["D"] for plan in wide) and len(wide) > 2


def test_an_index_that_is_named_by_a_number_has_sizes_below_at_and_beyond_it(item):
    found = {plan["M"] for plan in plans(item("b_7 + b_m = b_m + b_7"))}
    assert found >= {7, 8} and min(found) == 7
    through = {plan["M"] for plan in plans(item("J := b_7", "J + b_m = b_m + J"))}
    assert through >= {6, 7, 8}


def test_a_size_that_stands_as_a_number_is_tried_up_to_13(item):
    assert {plan["M"] for plan in plans(item("M b_m = b_m M"))} >= set(range(1, 14))
    assert {plan["M"] for plan in plans(item(r"2^M > M"))} >= set(range(1, 61))
    assert max(plan["M"] for plan in plans(item(r"\sum_{m=1}^{M} b_m = \sum_{l=1}^{M} b_l"))) < 10
    assert {plan["M"] for plan in plans(item(r"b_m \le \max_l b_l"))} >= {6, 12, 30}
    both = plans(item(r"D M + h = h + M D"))
    assert any(plan["D"] == plan["M"] == 13 for plan in both)


# Entries --------------------------------------------------------------------------------------------------------------


def test_partitions_are_all_ways_in_which_indices_coincide():
    assert [len(partitions(count, count)) for count in range(7)] == [1, 1, 2, 5, 15, 52, 203]  # Bell numbers
    assert [len(partitions(count, 2)) for count in range(1, 6)] == [1, 2, 4, 8, 16]
    for count in range(1, 5):
        patterns = {
            tuple(tuple(one == other for other in place) for one in place) for place in partitions(count, count)
        }
        every = {
            tuple(tuple(one == other for other in place) for one in place)
            for place in product(range(count), repeat=count)
        }
        assert patterns == every
    assert all(max(place) <= 3 for place in partitions(5, 3))


def test_entries_are_all_where_they_are_few_and_one_for_each_partition_where_they_are_many(item):
    two = item("b_k b_m = b_m b_k")
    assert {tuple(entry.values()) for entry in entries(two, {"M": 2}, [])} == set(product((1, 2), repeat=2))
    three = item("b_k b_l b_m = b_m b_l b_k")
    found = {tuple(entry[name] for name in "klm") for entry in entries(three, {"M": 4}, [])}
    assert {tuple(x == y for x, y in ((k, h), (h, m), (k, m))) for k, h, m in found} == {
        (False, False, False), (True, False, False), (False, True, False), (False, False, True), (True, True, True),
    }  # fmt: skip
    one = {entry["m"] for entry in entries(item("b_m = b_m + 0 h"), {"M": 9}, [])}
    assert {1, 2, 9} <= one
    apart = entries(item("x_{ij} z_{im} = z_{im} x_{ij}"), {"D": 2, "M": 3, "n": 2}, [])
    assert len(apart) == 2 * 2 * 3


def test_entries_that_a_claim_names_are_among_them(item):
    named = {entry["m"] for entry in entries(item("b_7 + b_m = b_m + b_7"), {"M": 9}, [])}
    assert {1, 2, 7, 9} <= named
    two = {(entry["k"], entry["m"]) for entry in entries(item("b_7 + b_m b_k = b_m b_k + b_7"), {"M": 9}, [])}
    assert {(7, 7), (1, 7), (7, 1), (1, 1)} <= two
    assert {entry["m"] for entry in entries(item("b_7 + b_m = b_m + b_7"), {"M": 6}, [])} <= set(range(1, 7))


def test_every_entry_that_is_tried_exists(item):
    for formula in ("b_k b_l b_m = b_m b_l b_k", "b_7 + b_m b_k = b_m b_k + b_7"):
        for size in range(1, 10):
            for entry in entries(item(formula), {"M": size}, []):
                assert all(1 <= value <= size for value in entry.values())


# Covering -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def tried(monkeypatch):
    """What was compared, and agreed: points with their entries."""
    found = []
    original = Comparison.tried

    def counting(self, point_, entry):
        result = original(self, point_, entry)
        if result.status == AGREES:
            found.append((point_, entry))
        return result

    monkeypatch.setattr(Comparison, "tried", counting)
    return found


def sizes(at):
    return tuple(sorted(at.sizes.items()))


def pattern(entry, names):
    return tuple(entry[one] == entry[other] for one in names for other in names)


CLASSES = r"b_k b_l z_{im} = z_{im} b_l b_k"
THREE_SIZES = r"x_{ij} w_{jm} = w_{jm} x_{ij}"


@pytest.mark.parametrize("formula", [CLASSES, THREE_SIZES, r"x_{ij} z_{im} \delta_{km} = z_{im} \delta_{mk} x_{ij}"])
def test_every_kind_of_point_is_tried_at_all_sizes(item, tried, formula):
    claim = item(formula)
    assert judge(claim).status == AGREES
    every = {tuple(sorted(plan.items())) for plan in NumericCheck(claim).plans}
    assert len(every) > 4
    met = {(at.kind, sizes(at)) for at, _ in tried if not at.fixed}
    assert met >= set(product(KINDS, every))


@pytest.mark.parametrize("formula", [CLASSES, r"b_k b_l w_{jm} x_{ij} = x_{ij} w_{jm} b_l b_k"])
def test_every_partition_of_class_indices_is_tried_at_all_sizes_that_have_it(item, tried, formula):
    claim = item(formula)
    assert judge(claim).status == AGREES
    met = {(pattern(entry, "klm"), sizes(at)) for at, entry in tried}
    trial = NumericCheck(claim)
    due = set()
    for plan in trial.plans:
        of_three = {
            pattern(dict(zip("klm", place, strict=True)), "klm") for place in product(range(1, plan["M"] + 1), repeat=3)
        }
        due |= {(each, tuple(sorted(plan.items()))) for each in of_three}
    assert len({each for each, _ in due}) == 5
    assert met >= due


def test_every_entry_is_tried_at_generic_numbers_or_at_others(item, tried):
    claim = item(CLASSES)
    judge(claim)
    for plan in NumericCheck(claim).plans:
        here = [(at, entry) for at, entry in tried if sizes(at) == tuple(sorted(plan.items()))]
        assert {tuple(entry.items()) for _, entry in here} >= {
            tuple(entry.items()) for entry in entries(claim, plan, [])
        }


@pytest.mark.parametrize(("formula", "place"), [
    (r"\max(x_{ij} - 7, 0) = \max(x_{ij}, 7) - 7", 7),
    (r"\frac{\partial}{\partial x_{ij}} \max(x_{ij} - 7, 0)^2 = 2 \max(x_{ij} - 7, 0)", 7),
    (r"\lvert x_{ij} - \frac{3}{7} \rvert \ge x_{ij} - \frac{3}{7}", Fraction(3, 7)),
    (r"\max(x_{ij} + 1000, 0) \ge 0", -1000),
])  # fmt: skip
def test_every_side_of_a_boundary_is_tried_at_all_sizes_and_near_to_it(item, tried, formula, place):
    claim = item(formula)
    assert judge(claim).status == AGREES
    every = {tuple(sorted(plan.items())) for plan in NumericCheck(claim).plans[:6]}
    assert len(every) > 3
    met, gaps = set(), set()
    for at, entry in tried:
        gap = Fraction(*NUMBERS.ratio(at.number("X", (entry["i"], entry["j"])))) - place
        met.add(((gap > 0) - (gap < 0), sizes(at)))
        gaps.add(gap)
    assert met >= set(product((-1, 0, 1), every))
    for sign in (-1, 1):
        assert min(abs(gap) for gap in gaps if gap * sign > 0) <= Fraction(1, 10**12)


def test_a_kink_that_a_condition_excludes_is_met_from_both_sides(item, tried):
    slope = r"\begin{cases} 1, & x_{ij} > 7 \\ 0, & x_{ij} < 7 \end{cases}"
    claim = item(rf"\frac{{\partial}}{{\partial x_{{ij}}}} \max(x_{{ij}} - 7, 0) = {slope} \quad (x_{{ij}} \ne 7)")
    assert judge(claim).status == AGREES
    gaps = {Fraction(*NUMBERS.ratio(at.number("X", (entry["i"], entry["j"])))) - 7 for at, entry in tried}
    assert 0 not in gaps
    assert 0 < min(gap for gap in gaps if gap > 0) < Fraction(1, 100)
    assert 0 > max(gap for gap in gaps if gap < 0) > -Fraction(1, 100)


def test_without_sizes_kinds_with_many_numbers_are_tried_twice(item, tried):
    assert judge(item("(x + h)^2 = x^2 + 2 x h + h^2")).status == AGREES
    for kind in (SMALL, POWERS, FRACTIONS, EXTREMES):
        assert len({at.identity() for at, _ in tried if at.kind == kind}) > 1
    assert {at.kind for at, _ in tried} == set(KINDS) - {ONE_HOT}  # of which there are no entries


def test_a_network_is_tried_at_every_depth_and_with_every_kind(tmp_path, tried):
    lines = (r"A^{[0]} := X", r"Z^{[r]} := A^{[r-1]} W^{[r]} + \mathbf{1} b^{[r]} \quad 1 \le r \le R",
             r"A^{[r]} := f(Z^{[r]}) \quad 1 \le r < R")  # fmt: skip
    claim = r"Z^{[r]} = \mathbf{1} b^{[r]} + A^{[r-1]} W^{[r]} \quad 1 \le r \le R"
    said = meaning(write(tmp_path / "page.md", *lines, claim), NOTATION)
    verdict = judge(said.items[-1])
    assert verdict.status == AGREES
    assert {dict(each)["R"] for each in verdict.sizes} == {1, 2, 3, 5}
    assert {(dict(each)["R"], dict(each)["r"]) for each in verdict.sizes} == {
        (depth, layer) for depth in (1, 2, 3, 5) for layer in range(1, depth + 1)
    }
    assert {at.kind for at, _ in tried} >= {PROPER, SMALL, ZEROS, EQUAL, ONES, MINUS_ONES}
