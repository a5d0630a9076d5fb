"""An erratum fails exactly as it says, and nothing rests on it; an unchecked formula is one that no judge decides.

The formulas are those of the notes from which this book started, as they were printed there. The derivative that the
notes print as ``dz`` is the upstream gradient of the book, the letter G, and indices that are numbers stand between
commas.
"""

from dataclasses import dataclass, field

import pytest
from common import LOSS, NOTATION, SOFTMAX, write

from nncore.verify.judgement import Judgement, Status
from nncore.verify.report.book import check
from nncore.verify.semantics.elaborate import meaning
from nncore.verify.semantics.statements import Kind
from nncore.verify.verdict.errata import judge_erratum, judge_unchecked
from nncore.verify.verdict.judge import judge

COST = r"J := \frac{1}{n} \sum_{i=1}^{n} L_i"
FOREIGN = """```{notation}
shadows: [W]
arrays:
  - {letter: W, entry: 'w_{mj}', shape: [M, D], meaning: "weights, one output a row"}
```
"""
DENSE = (r"z_{im} := \sum_{j=1}^{D} x_{ij} w_{mj} + b_m", r"J := \phi(Z)")
SIZES = r"\quad (n = 2, D = 3, M = 2)"
X = r"\begin{bmatrix} x_{1,1} & x_{1,2} & x_{1,3} \\ x_{2,1} & x_{2,2} & x_{2,3} \end{bmatrix}"
W = r"\begin{bmatrix} w_{1,1} & w_{2,1} \\ w_{1,2} & w_{2,2} \\ w_{1,3} & w_{2,3} \end{bmatrix}"
WRONG_W = W.replace("w_{2,2}", "w_{2,1}")
B = r"\begin{bmatrix} b_1 & b_2 \\ b_1 & b_2 \end{bmatrix}"
G = r"\begin{bmatrix} g_{1,1} & g_{1,2} \\ g_{2,1} & g_{2,2} \end{bmatrix}"
OUTPUTS = r"""\begin{bmatrix} x_{1,1} w_{1,1} + x_{1,2} w_{1,2} + x_{1,3} w_{1,3} + b_1 &
x_{1,1} w_{2,1} + x_{1,2} w_{2,2} + x_{1,3} w_{2,3} + b_2 \\ x_{2,1} w_{1,1} + x_{2,2} w_{1,2} + x_{2,3} w_{1,3} + b_1 &
x_{2,1} w_{2,1} + x_{2,2} w_{2,2} + x_{2,3} w_{2,3} + b_2 \end{bmatrix}"""
ONES = r"\begin{bmatrix} 1 & 1 \end{bmatrix}"
THREE_SAMPLES = r"\begin{bmatrix} g_{1,1} & g_{1,2} \\ g_{2,1} & g_{2,2} \\ g_{3,1} & g_{3,2} \end{bmatrix}"
TWO_ROWS = r"""\begin{bmatrix} x_{1,1} g_{1,1} + x_{2,1} g_{2,1} & x_{1,1} g_{1,2} + x_{2,1} g_{2,2} \\
x_{1,2} g_{1,1} + x_{2,2} g_{2,1} & x_{1,2} g_{1,2} + x_{2,2} g_{2,2} \end{bmatrix}"""
THREE_ROWS = TWO_ROWS.replace(r"\end", r"\\ x_{1,3} g_{1,1} + x_{2,3} g_{2,1} & x_{1,3} g_{1,2} + x_{2,3} g_{2,2} \end")
WEIGHTS = r"\frac{\partial J}{\partial w_{mj}} = \sum_{i=1}^{n} \frac{\partial J}{\partial z_{im}} x_{ij}"
BIASES = r"\frac{\partial J}{\partial b_m} = \sum_{i=1}^{n} \frac{\partial J}{\partial z_{im}}"
LOGITS = r"\frac{\partial J}{\partial z_{im}} = \frac{1}{n} (p_{im} - y_{im})"


@dataclass(frozen=True)
class Printed:
    """What is printed, how it fails, the place at which it does, and the right equation."""

    wrong: str
    fails: str
    place: str
    right: str
    given: tuple[str, ...] = field(default=DENSE)


LOSSES = (SOFTMAX, LOSS, COST)
PRINTED = {
    "M1": Printed(
        r"\frac{\partial J}{\partial w_{mj}} "
        r"= \frac{\partial J}{\partial z_{im}} \frac{\partial z_{im}}{\partial w_{mj}}",
        "index",
        r"= \frac{\partial J}{\partial z_{im}} \frac",
        WEIGHTS,
    ),
    "M2": Printed(
        r"\frac{\partial J}{\partial z_{im}} = \frac{1}{\sum_{l=1}^{M} e^{z_{il}}} e^{z_{im}} - y_{im}",
        "value",
        r"= \frac{1}",
        LOGITS,
        LOSSES,
    ),
    "M3": Printed(
        r"\frac{\partial J}{\partial z_{im}} = \frac{1}{\sum_{l=1}^{M} e^{z_{il}}} e^{z_{il}} - y_{im}",
        "index",
        "l}} - y",
        LOGITS,
        LOSSES,
    ),
    "M4": Printed(
        r"\frac{\partial z_{im}}{\partial w_{mj}} = x_i",
        "index",
        "x_i",
        r"\frac{\partial z_{im}}{\partial w_{mj}} = x_{ij}",
    ),
    "M5": Printed(
        r"\frac{\partial J}{\partial b_m} = \frac{\partial J}{\partial z_{im}} \frac{\partial z_{im}}{\partial b_m}",
        "index",
        r"= \frac{\partial J}{\partial z_{im}} \frac",
        BIASES,
    ),
    "M6": Printed(rf"W^\top = {WRONG_W} {SIZES}", "value", r"= \begin", rf"W^\top = {W} {SIZES}", ()),
    "M7": Printed(
        rf"{X} {WRONG_W} + {B} = {OUTPUTS} {SIZES}",
        "value",
        "= " + OUTPUTS[:14],
        rf"{X} {W} + {B} = {OUTPUTS} {SIZES}",
        (),
    ),
    "M8": Printed(
        r"\frac{\partial J}{\partial w_i} = \frac{\partial J}{\partial z_i} \frac{\partial z_i}{\partial w_{ij}} "
        r"= \frac{\partial J}{\partial z_i} X_j",
        "index",
        "w_i}",
        WEIGHTS,
    ),
    "M9": Printed(
        r"\frac{\partial J}{\partial w_i} = X^\top \frac{\partial J}{\partial z_i}",
        "index",
        "w_i}",
        r"\left( \frac{\partial J}{\partial W} \right)^\top = X^\top \frac{\partial J}{\partial Z}",
    ),
    "M10": Printed(
        rf"{X}^\top {THREE_SAMPLES} = {TWO_ROWS}",
        "shape",
        r"\begin{bmatrix} g_",
        rf"{X}^\top {G} = {THREE_ROWS} {SIZES}",
        (),
    ),
    "M11": Printed(
        rf"(X^\top G)_{{1,2}} = x_{{1,1}} g_{{1,2}} + x_{{1,2}} g_{{2,2}} {SIZES}",
        "value",
        "= x",
        rf"(X^\top G)_{{1,2}} = x_{{1,1}} g_{{1,2}} + x_{{2,1}} g_{{2,2}} {SIZES}",
        (),
    ),
    "M12": Printed(
        rf"(X^\top G)_{{2,1}} = x_{{1,2}} g_{{1,1}} + x_{{1,2}} g_{{1,2}} {SIZES}",
        "value",
        "= x",
        rf"(X^\top G)_{{2,1}} = x_{{1,2}} g_{{1,1}} + x_{{2,2}} g_{{2,1}} {SIZES}",
        (),
    ),
    "M13": Printed(
        rf"{X}^\top {G} = {TWO_ROWS} {SIZES}",
        "shape",
        TWO_ROWS[:20],
        rf"{X}^\top {G} = {THREE_ROWS} {SIZES}",
        (),
    ),
    "M14": Printed(
        r"\frac{\partial J}{\partial b} = \frac{\partial J}{\partial z_i} \frac{\partial z_i}{\partial b} "
        r"= \frac{\partial J}{\partial z_i} \cdot 1",
        "index",
        "z_i} \\frac",
        BIASES,
    ),
    "M15": Printed(
        r"\frac{\partial z_{im}}{\partial w_{mj}} = 1",
        "value",
        "= 1",
        r"\frac{\partial z_{im}}{\partial b_m} = 1",
    ),
    "M16": Printed(
        rf"{ONES} {G} = \begin{{bmatrix}} g_{{1,1}} + g_{{2,1}} & g_{{1,2}} g_{{2,2}} "
        rf"\end{{bmatrix}} {SIZES}",
        "value",
        r"= \begin{bmatrix} g",
        rf"{ONES} {G} = \begin{{bmatrix}} g_{{1,1}} + g_{{2,1}} & g_{{1,2}} + g_{{2,2}} "
        rf"\end{{bmatrix}} {SIZES}",
        (),
    ),
}


def erratum(*parts, fails="value", options=":corrected: eq-right\n"):
    way = f":fails: {fails}\n" if fails else ""
    inside = "\n".join(part if "\n```" in part else f"$$\n{part}\n$$\n" for part in parts)
    return f"````{{erratum}} Title\n{way}{options}\n{inside}````\n"


def unchecked(formula, reason):
    return f"```{{unchecked}}\n:reason: {reason}\n\n$$\n{formula}\n$$\n```\n"


def labelled(formula):
    return f"$$\n{formula}\n$$ (eq-right)\n"


def shown(part):
    return part if "```" in part or "$$" in part else f"$$ {part} $$\n"


@pytest.fixture
def say(tmp_path):
    return lambda *parts: meaning(write(tmp_path / "page.md", *map(shown, parts)), NOTATION)


def only_erratum(page):
    assert not page.faults, page.faults
    (item,) = (item for item in page.items if item.kind is Kind.ERRATUM)
    return item


@pytest.fixture
def judged(say):
    """What becomes of the one erratum of a page."""

    def judgement(*parts) -> Judgement:
        said = say(*parts)
        item = only_erratum(said)
        return judge_erratum(item, [each for each in said.items if each.formula.label == item.corrected])

    return judgement


def wrong_place(item):
    """Where an erratum is wrong: where it has no meaning, or the link that is refuted."""
    return item.fault or next(claim for claim in item.claims if judge(claim).status is Status.REFUTED)


def refusal(judgement):
    """Why something is not as it says."""
    assert judgement.status is Status.REFUTED, judgement
    return judgement.reason


# The notes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRINTED)
def test_a_formula_of_the_notes_fails_as_it_says_and_where_it_is_wrong(name, say, judged, tmp_path):
    printed = PRINTED[name]
    page = (FOREIGN, *printed.given, labelled(printed.right), erratum(printed.wrong, fails=printed.fails))
    failure = judged(*page)
    assert (failure.status, failure.method) == (Status.ERRATUM, printed.fails)
    assert (failure.counterexample is not None) == (failure.method == "value")
    lines, place = (
        (tmp_path / "page.md").read_text(encoding="utf-8").splitlines(),
        wrong_place(only_erratum(say(*page))),
    )
    assert lines[place.line - 1][place.column - 1 :].startswith(printed.place.splitlines()[0])


@pytest.mark.parametrize("name", PRINTED)
def test_the_right_equation_is_no_erratum(name, say, judged):
    printed = PRINTED[name]
    page = (FOREIGN, *printed.given, labelled(printed.right), erratum(printed.right, fails=printed.fails))
    if printed.fails == "value":
        assert refusal(judged(*page)) == "no numbers refute this erratum"
    else:
        (fault,) = say(*page).faults
        assert fault.reason == f"this erratum does not fail by its {printed.fails}: it has a meaning"


@pytest.mark.parametrize("name", PRINTED)
def test_an_erratum_that_fails_in_another_way_is_a_fault(name, say):
    printed = PRINTED[name]
    for other in {"value", "shape", "index"} - {printed.fails}:
        (fault,) = say(FOREIGN, *printed.given, erratum(printed.wrong, fails=other)).faults
        assert fault.reason.startswith(f"this erratum does not fail by its {other}: ")


# What an erratum must say ---------------------------------------------------------------------------------------------


def test_an_erratum_that_cannot_be_read_is_a_fault_in_every_case(faults):
    for way in ("value", "shape", "index"):
        assert faults(erratum("h = (x", fails=way)) == ["( is not closed"]


def test_an_erratum_that_only_the_checker_does_not_understand_is_a_fault(faults):
    assert "not covered yet" in faults(erratum(r"\lim_{h \to 0} h = \infty", fails="shape"))[0]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"fails": ""}, "say how the erratum fails"),
        ({"fails": "sign"}, "say how the erratum fails, as ':fails: value'; the ways are value, shape, index"),
        ({"options": ""}, "name what corrects the erratum"),
        ({"options": ":corrected: eq-right\n:why: it is wrong\n"}, "unknown option 'why' of {erratum}"),
    ],
)
def test_an_erratum_says_how_it_fails_and_what_corrects_it(faults, options, reason):
    (found,) = faults(erratum("x = x + 1", **options))
    assert found.startswith(reason)


def test_an_erratum_claims_something_and_defines_nothing(faults):
    assert faults(erratum("x + 1")) == ["the last formula of an erratum is a claim"]
    assert faults(erratum("Q := x + 1")) == ["the last formula of an erratum is a claim"]


def test_an_erratum_contains_a_formula(say):
    with pytest.raises(ValueError, match=r"page\.md:1: this \{erratum\} contains no formula"):
        say("````{erratum} Title\n:fails: value\n:corrected: eq-right\n\nWords.\n````\n")


def test_what_corrects_an_erratum_is_a_claim(judged):
    for above in ((), ("$$ Q := x $$ (eq-right)\n",)):
        assert "there is no claim 'eq-right'" in refusal(judged(*above, erratum("x = x + 1")))


def test_of_a_chain_one_link_is_wrong(say, judged, tmp_path):
    page = (labelled("x + x = 2 x"), erratum("x + x = 2 x = 3 x"))
    assert judged(*page).status is Status.ERRATUM
    place = wrong_place(only_erratum(say(*page)))
    line = (tmp_path / "page.md").read_text(encoding="utf-8").splitlines()[place.line - 1]
    assert line[place.column - 1 :] == "= 3 x"


# Fairness -------------------------------------------------------------------------------------------------------------

ROWS = "```{prf:assumption} Rows\n:label: asm-a\n\n$$ \\sum_{m=1}^{M} y_{im} = 1 $$\n```\n"
RIGHT = r"L_i = -\sum_{m=1}^{M} y_{im} \ln p_{im}"


def test_numbers_that_refute_the_correction_as_well_are_no_counterexample(judged):
    right = f"By {{prf:ref}}`asm-a`:\n\n{labelled(RIGHT)}"
    wrong = erratum(RIGHT.replace("= -", "= "))
    assert "refute its correction as well" in refusal(judged(SOFTMAX, LOSS, ROWS, right, wrong))
    under_it = wrong.replace(":corrected: eq-right\n", ":corrected: eq-right\n\nUnder {prf:ref}`asm-a`:\n")
    assert judged(SOFTMAX, LOSS, ROWS, right, under_it).counterexample


def test_a_correction_in_other_letters_is_not_asked_at_the_numbers_of_the_erratum(judged):
    here = labelled("x^2 = 4 \\quad (x = 2)")
    own = "```{notation}\nshadows: [X]\nscalars:\n  - {letter: x, meaning: a number}\n```\n"
    assert judged(here, erratum(own, "x^2 = 5")).counterexample


# Nothing rests on an erratum ------------------------------------------------------------------------------------------


def test_letters_and_definitions_of_an_erratum_stay_in_it(say):
    inside = erratum(FOREIGN, *DENSE, PRINTED["M4"].wrong, fails="index")
    page = say(r"w_{jm} = w_{jm}", inside, r"w_{jm} = w_{jm} + 0", r"J = h", r"Z := X W")
    assert not page.faults
    assert [item.kind for item in page.items] == [
        Kind.CLAIM,
        Kind.DEFINITION,
        Kind.DEFINITION,
        Kind.ERRATUM,
        Kind.CLAIM,
        Kind.CLAIM,
        Kind.DEFINITION,
    ]


def test_with_letters_of_its_own_an_erratum_does_not_know_the_definitions_of_the_page(faults):
    page = (DENSE[0].replace("w_{mj}", "w_{jm}"), r"J := \phi(Z)")
    assert "not written through" in faults(*page, erratum(FOREIGN, r"\frac{\partial J}{\partial z_{im}} = 0"))[0]
    assert faults(*page, erratum(r"\frac{\partial J}{\partial z_{im}} = 0")) == []


def test_what_is_defined_in_an_erratum_is_unknown_below(faults):
    page = (erratum(r"Q := x + 1", r"Q = x"), r"Q = x")
    assert faults(*page) == ["the letter Q is neither declared nor defined"]


def test_a_fault_of_the_letters_of_an_erratum_has_its_line(say):
    (fault,) = say(erratum(FOREIGN.replace("[W]", "[V]"), "x = x + 1")).faults
    assert str(fault).endswith("page.md:6:1: without meaning: notation: shadows: V is no letter that is in force")


# In a book ------------------------------------------------------------------------------------------------------------

WRONG = erratum(PRINTED["M2"].wrong)


@pytest.fixture
def checked(tmp_path):
    """The report on a page of errata and one with what corrects them, from a cache if nothing changed."""

    def report(errata, right):
        pages = [write(tmp_path / "errata.md", *map(shown, errata)), write(tmp_path / "right.md", *map(shown, right))]
        return check(pages, NOTATION, tmp_path / "cache", tmp_path, processes=1, book=True)

    return report


def test_what_corrects_an_erratum_may_stand_on_another_page(checked):
    report = checked((*LOSSES, WRONG), (*LOSSES, labelled(LOGITS)))
    assert not report.problems
    *_, last = report.pages[0].formulas
    assert (last.status, last.parts[0].judgement.method) == (Kind.ERRATUM, "value")
    assert last.parts[0].judgement.counterexample
    assert not last.claims


def test_an_erratum_without_its_correction_fails_also_if_its_own_page_is_the_same(checked):
    assert not checked((*LOSSES, WRONG), (*LOSSES, labelled(LOGITS))).problems
    (problem,) = checked((*LOSSES, WRONG), (*LOSSES, labelled(LOGITS).replace("eq-right", "eq-other"))).problems
    assert problem.path == "errata.md"
    assert "no claim 'eq-right'" in problem.reason


def test_an_erratum_that_is_right_fails_the_book(checked):
    (problem,) = checked((*LOSSES, erratum(LOGITS)), (*LOSSES, labelled(LOGITS))).problems
    assert problem.reason == "no numbers refute this erratum"


@pytest.mark.parametrize("other", [
    r"y_{im} + y_{im} = 2 y_{im}", "x = x + 0", r"2 + 2 = 4", r"z_{im} = z_{im} + 0", "J = J + 0",
    r"\frac{\partial L_i}{\partial L_i} = 1", r"2 w_{jm} = w_{jm} + w_{jm}", r"b_m - b_m = 0", r"n = n + 0",
])  # fmt: skip
def test_an_erratum_is_not_corrected_by_an_equation_about_something_else(checked, other):
    wrong = erratum(r"\frac{\partial J}{\partial w_{jm}} = 1")
    page = (r"z_{im} := \sum_{j=1}^{D} x_{ij} w_{jm}", r"J := \phi(Z)")
    corrects = r"\frac{\partial J}{\partial w_{jm}} = \sum_{i=1}^{n} x_{ij} \frac{\partial J}{\partial z_{im}}"
    assert not checked((*page, wrong, labelled(corrects)), ()).problems
    (problem,) = checked((*page, wrong, labelled(other)), ()).problems
    assert problem.reason == "'eq-right' is about other letters than this erratum, so it does not correct it"


def test_an_erratum_without_letters_is_corrected_by_an_equation_without_letters(checked):
    assert not checked((erratum("2 + 2 = 5"), labelled("2 + 2 = 4")), ()).problems
    (problem,) = checked((erratum("2 + 2 = 5"), labelled("x = x + 0")), ()).problems
    assert "about other letters" in problem.reason


def test_an_erratum_in_letters_of_its_own_is_read_with_them(checked):
    letters = "```{notation}\nfunctions:\n  - {name: g, kind: smooth, meaning: any function}\nshadows: [G]\n```\n"
    page = erratum(letters, r"g(x) = g(x) + 1")
    report = checked((page,), (labelled("x = x + 0"),))
    assert not report.problems
    assert report.pages[0].formulas[0].reading == "g(x) = (g(x) + 1)"


def test_an_unchecked_formula_that_can_be_checked_fails_the_book(checked):
    undecided = unchecked(r"\sqrt{-1 - x^2} = 5", "empirical: measured")
    report = checked((undecided,), ())
    assert not report.problems
    assert report.pages[0].formulas[0].status == Kind.UNCHECKED
    (problem,) = checked((unchecked("x = x + 0", "empirical: measured"),), ()).problems
    assert "can be checked" in problem.reason


# What is not checked --------------------------------------------------------------------------------------------------


def only(page):
    assert not page.faults, page.faults
    (item,) = page.items
    assert item.kind == Kind.UNCHECKED
    return item


def test_an_unchecked_formula_has_a_reason_from_the_list(faults):
    assert "the reasons are external theorem" in faults(unchecked("x = x", "it is obvious"))[0]
    assert "the reasons are external theorem" in faults(unchecked("x = x", "empirical"))[0]
    assert "needs a citation" in faults(unchecked("x = x", "quotation: from a book"))[0]
    assert faults(unchecked("x = x", "quotation: from {cite}`he2015`")) == []


def test_an_unchecked_formula_that_can_be_judged_is_an_error(say):
    for formula, status in ((r"(x + 1)^2 = x^2 + 2 x + 1", "verified"), (r"x = x + 1", "refuted")):
        reason = refusal(judge_unchecked(only(say(unchecked(formula, "empirical: measured")))))
        assert reason.startswith(f"this can be checked, so it must be: {status}")


def test_what_no_judge_decides_may_stand_unchecked(say):
    for formula in (r"\sqrt{-1 - x^2} = 5", r"\lim_{h \to 0} h = \infty"):
        assert judge_unchecked(only(say(unchecked(formula, "empirical: measured")))).status is Status.UNCHECKED


def test_floating_point_numbers_may_differ_from_real_ones(say):
    rounded = r"1 + \frac{1}{2^{60}} = 1"
    of_floats = judge_unchecked(only(say(unchecked(rounded, "floating-point model: half an ulp is rounded to even"))))
    assert of_floats.status is Status.UNCHECKED
    assert refusal(judge_unchecked(only(say(unchecked(rounded, "empirical: measured")))))


def test_nothing_rests_on_an_unchecked_formula(faults):
    assert faults(unchecked("Q := x", "empirical: measured"), "Q = x") == [
        "the letter Q is neither declared nor defined"
    ]


def test_an_unchecked_formula_is_still_read(faults):
    assert faults(unchecked("h = (x", "empirical: measured")) == ["( is not closed"]
