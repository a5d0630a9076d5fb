"""What became of every formula of some pages: evidence, problems, figures, and all of it as JSON."""

import json
from dataclasses import replace

import pytest
from common import JACOBIAN, SOFTMAX

from nncore.verify.notation import load
from nncore.verify.report import service
from nncore.verify.report.book import NOTATION, check
from nncore.verify.report.evidence import PageReport, as_json, figures
from nncore.verify.report.serialization import from_json, to_json
from nncore.verify.report.wording import sentences

LETTERS = load(NOTATION)
SUMS = r"\sum_{m=1}^{M} p_{im} = 1"
ROWS = "```{prf:assumption} Rows\n:label: asm-rows\n\n$$\n\\sum_{m=1}^{M} y_{im} = 1\n$$\n```\n"
DOUBLE = r"2 \sum_{m=1}^{M} y_{im} = 2"


@pytest.fixture
def write(tmp_path):
    """Writes a page of formulas, each as it is printed or with its label, or of whole paragraphs."""

    def page(*parts, name="page.md"):
        shown = [part if "\n" in part else f"$$\n{part.partition(' @')[0]}\n$$" + _label(part) for part in parts]
        path = tmp_path / name
        path.write_text("# Title\n\n" + "\n\n".join(shown) + "\n", encoding="utf-8")
        return path

    return page


def _label(part):
    label = part.partition(" @")[2]
    return f" ({label})" if label else ""


@pytest.fixture
def judged(write, tmp_path):
    """The report on one page."""
    return lambda *parts: check([write(*parts)], LETTERS, root=tmp_path, processes=1)


# Evidence -------------------------------------------------------------------------------------------------------------


def test_each_displayed_formula_has_one_evidence_in_the_order_of_the_page(judged):
    (page,) = judged(SOFTMAX + " @eq-softmax", JACOBIAN, r"\foo", "p_{im}").pages
    assert [(each.number, each.label, each.line) for each in page.formulas] == [
        (1, "eq-softmax", 3),
        (2, None, 7),
        (3, None, 11),
        (4, None, 15),
    ]
    assert [each.status for each in page.formulas] == [
        "definition",
        "verified for all shapes",
        "unreadable",
        "expression",
    ]
    assert page.formulas[1].name == "page.md#2"


def test_the_status_of_a_formula_is_the_worst_of_its_claims(judged):
    (page,) = judged(SOFTMAX, r"\sum_{m=1}^{M} p_{im} = 1 = 2").pages
    chain = page.formulas[1]
    assert [part.judgement.status for part in chain.parts] == ["verified for all shapes", "refuted"]
    assert chain.status == "refuted"


def test_a_chain_that_defines_and_claims_has_both_kinds_and_the_status_of_its_claim(judged):
    (page,) = judged(SOFTMAX, r"s_i := \sum_{m=1}^{M} p_{im} = 1").pages
    assert page.formulas[1].kinds == ("definition", "claim")
    assert page.formulas[1].status == "verified for all shapes"


def test_a_formula_names_the_definitions_of_its_letters_and_of_theirs(judged):
    (page,) = judged(
        SOFTMAX + " @eq-softmax", r"s_i := \sum_{m=1}^{M} p_{im}^2", "s_i = s_i + 0", "x_{ij} = x_{ij} + 0"
    ).pages
    assert page.formulas[1].uses == ("eq-softmax",)
    assert set(page.formulas[2].uses) == {"eq-softmax", "page.md#2"}
    assert page.formulas[3].uses == ()


def test_a_formula_names_the_assumptions_that_it_rests_on(judged):
    (page,) = judged(ROWS, "By {prf:ref}`asm-rows`:\n", DOUBLE, "Words.\n", DOUBLE).pages
    assert [each.assumptions for each in page.formulas] == [(), ("asm-rows",), ()]
    assert [each.status for each in page.formulas] == ["assumption", "verified for all shapes", "holds if"]


def test_only_what_takes_a_derivative_rests_on_a_convention(judged):
    agreed = "```{prf:convention} At 0\n\n$$\n\\operatorname{ReLU}'(0) := 0\n$$\n```\n"
    relu = r"\operatorname{ReLU}(z) := \max(z, 0) @eq-relu"
    derivative = r"\operatorname{ReLU}'(z) = 1 \quad (z > 0)"
    (page,) = judged(relu, agreed, r"\operatorname{ReLU}(z) = \max(0, z)", derivative).pages
    assert [each.uses for each in page.formulas] == [(), ("eq-relu",), ("eq-relu",), ("eq-relu", "page.md#2")]


def test_what_rests_on_a_convention_that_is_refuted_is_not_accepted(judged):
    agreed = "```{prf:convention} At 0\n\n$$\nf'(0) := 1\n$$\n```\n"
    claims = ("f'(0) = 1", "f(0) = \\max(0, h)", "f'(0) + x = x + 1")
    page, good = (judged(rf"f(z) := \max(z, {kink})", agreed, *claims).pages[0] for kink in ("h", "0 h"))
    verified = "verified for all shapes"
    assert [each.status for each in page.formulas[1:]] == ["refuted", "undecided", verified, "undecided"]
    assert "convention that is not accepted" in page.formulas[2].problems[0].reason
    assert [each.status for each in good.formulas[1:]] == ["convention", verified, "refuted", verified]


def test_an_assumption_that_no_numbers_satisfy_is_a_problem(judged):
    (problem,) = judged(ROWS.replace("= 1", "= 1 + \\sum_{m=1}^{M} y_{im}")).problems
    assert (problem.status, problem.line) == ("undecided", 7)
    assert "no numbers were found" in problem.reason


def test_a_claim_in_which_no_size_is_a_letter_is_not_counted_among_those_for_all_shapes(judged):
    report = judged(SOFTMAX, SUMS, r"\sum_{m=1}^{M} p_{im} = 1 \quad (M = 2)", "x = x + 0", r"p_{im} \ge 0")
    of = figures(report.pages)
    assert (of.formulas, of.kinds["claim"], of.inequalities) == (5, 4, 1)
    assert (of.symbolic, of.for_all_shapes) == (2, 2)  # i still runs to n where M is 2


# Problems -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "status", "place", "words"),
    [
        (JACOBIAN.replace("p_{im})", "p_{ik})"), "refuted", (8, 41), "differ at"),
        (JACOBIAN.replace("- p", "+ p"), "refuted", (8, 41), "likely the sign"),
        (JACOBIAN.replace("= p", r"= \frac{1}{n} p"), "refuted", (8, 41), "a factor n"),
        (JACOBIAN.replace(r"\delta", r"\fox"), "unreadable", (8, 50), r"\fox"),
        (JACOBIAN.replace("p_{im})", "p_{mi})"), "without meaning", (8, 65), "m runs to M"),
    ],
)
def test_a_wrong_formula_is_named_with_its_place_and_what_is_wrong(judged, wrong, status, place, words):
    report = judged(SOFTMAX, wrong, SUMS)
    (problem,) = report.problems
    assert problem.status == status and words in problem.reason
    assert (problem.path, problem.line) == ("page.md", place[0])
    text, caret = problem.snippet.split("\n")
    assert text == wrong and set(caret.strip()) == {"^"}
    assert caret.index("^") == problem.column - 1
    assert [each.status for each in report.pages[0].formulas][::2] == ["definition", "verified for all shapes"]


def test_a_page_on_which_a_formula_may_hide_is_a_problem(judged):
    (problem,) = judged("Words $$ a = b words.\n").problems
    assert str(problem).startswith("page.md:3:7: unreadable: $$ is not closed")


def test_a_faulty_block_of_notation_is_a_problem_and_leaves_no_formula_judged(judged):
    report = judged("```{notation}\nscalars:\n  - {letter: x_{ij}, meaning: again}\n```\n", "x = x + 0")
    assert [problem.line for problem in report.problems] == [5]
    assert report.pages[0].formulas[0].status == "without meaning"


def test_a_function_that_two_pages_define_is_a_problem_of_the_second(write, tmp_path):
    pages = [
        write(rf"\sigma(z) := {power} @eq-{name}", name=f"{name}.md") for name, power in (("a", "z"), ("b", "z^2"))
    ]
    (problem,) = check(pages, LETTERS, root=tmp_path, processes=1, book=True).problems
    assert (problem.path, problem.line) == ("b.md", 4)
    assert "another page" in problem.reason


SLOPE_OF_IDENTITY = r"\sigma'(x) = 1"
PARABOLA = r"\sigma(z) := z^2 @eq-a"


@pytest.mark.parametrize("alice, bob", [
    (r"\sigma(z) := z @eq-a", SLOPE_OF_IDENTITY),
    (r"\sigma(z) := 2 z @eq-a", r"\sigma(x) + \sigma(h) = \sigma(x + h)"),
    (PARABOLA, r"\sigma(x) \ge 0"),
    (PARABOLA, r"\sigma(-x) = \sigma(x)"),
    (r"\exp(z) := 1 + z @eq-a", r"\exp(x) = 1 + x"),
    (r"\tanh(z) := z @eq-a", r"\tanh(2 x) = 2 \tanh(x)"),
])  # fmt: skip
def test_what_a_file_defines_says_nothing_in_another_one(write, tmp_path, alice, bob):
    pages = [write(alice, name="alice.md"), write(bob, name="bob.md")]
    report = check(pages, LETTERS, root=tmp_path, processes=1)
    assert [problem.path for problem in report.problems if problem.path == "bob.md"] == ["bob.md"]


def test_an_erratum_of_a_file_is_not_corrected_by_another_file(write, tmp_path):
    erratum = "```{erratum}\n:fails: value\n:corrected: eq-right\n\n$$\nx = x + 1\n$$\n```\n"
    pages = [write(erratum, name="a.md"), write("x = x + 0 @eq-right", name="b.md")]
    (problem,) = check(pages, LETTERS, root=tmp_path, processes=1).problems
    assert problem.reason == "there is no claim 'eq-right' that corrects this erratum"
    assert not check(pages, LETTERS, root=tmp_path, processes=1, book=True).problems


def test_the_reading_shows_a_second_claim_as_one(judged):
    (formula,) = judged(r"2 + 2 = 4, \quad 2 + 2 = 5 \quad (M = 2)").pages[0].formulas
    assert formula.reading == "(2 + 2) = 4 where M = 2\n(2 + 2) = 5 where M = 2"
    assert formula.status == "refuted"


def test_what_breaks_the_judges_is_a_fault_of_the_checker_and_the_other_formulas_are_judged(judged, monkeypatch):
    judge = service.judge

    def broken(item, *arguments):
        if item.relation == r"\ge":
            raise RecursionError("too deep")
        return judge(item, *arguments)

    monkeypatch.setattr(service, "judge", broken)
    report = judged(SOFTMAX, r"p_{im} \ge 0", SUMS)
    assert [(each.status, each.reason) for each in report.problems] == [("checker fault", "RecursionError: too deep")]
    assert report.pages[0].formulas[2].status == "verified for all shapes"


# The whole ------------------------------------------------------------------------------------------------------------


def test_one_process_and_two_give_the_same_report(write, tmp_path):
    pages = [write(SOFTMAX, JACOBIAN, r"\foo", name="a.md"), write(r"\sigma(z) := z @eq-s", "x = 2 x", name="b.md")]
    one, two = (check(pages, LETTERS, root=tmp_path, processes=count) for count in (1, 2))
    assert as_json(one) == as_json(two)
    assert [page.name for page in one.pages] == ["a.md", "b.md"]


def test_a_page_is_the_same_after_its_way_through_json(judged):
    report = judged(ROWS, "By {prf:ref}`asm-rows`:\n", DOUBLE, r"\ln x = \ln x + 0", "x = 2 x", r"\foo")
    for page in report.pages:
        assert from_json(PageReport, json.loads(json.dumps(to_json(page)))) == page


def test_the_json_says_what_the_report_says(judged):
    value = json.loads(json.dumps(as_json(judged(SOFTMAX, JACOBIAN.replace("- p", "+ p")))))
    assert value["figures"]["statuses"] == {"refuted": 1}
    formula = value["pages"][0]["formulas"][1]
    (part,) = formula["parts"]
    assert part["indices"] == {"i": "n", "k": "M", "m": "M"}
    at = part["judgement"]["counterexample"]
    assert at["sizes"].keys() == {"M", "n"} and at["left"] != at["right"]
    assert value["checker"]["seed"] == "1"


def test_the_coverage_is_said_in_words_and_a_share_is_never_rounded_up(judged):
    report = judged(SOFTMAX, JACOBIAN, SUMS)
    first, second, third, steps, fourth = sentences(report)
    assert first.startswith("3 displayed formulas, each one read and judged: none of them fails, 0 are unreadable")
    assert second == "2 claims: 2 verified for all shapes."
    assert "2 equations in which a size is a letter, 2 (100%)" in third
    made = [part.judgement.made for part in report.pages[0].formulas[1].parts + report.pages[0].formulas[2].parts]
    assert steps.startswith(f"The proofs have {sum(made)} steps, of which ")
    assert fourth == "What claims nothing: 1 definition."
    page = report.pages[0]
    claim = page.formulas[1]
    sampled = replace(claim.parts[0], judgement=replace(claim.parts[0].judgement, status="sampled"))
    many = replace(page, formulas=(claim,) * 1999 + (replace(claim, parts=(sampled,)),))
    assert "1999 (99.9%)" in list(sentences(replace(report, pages=(many,))))[2]
