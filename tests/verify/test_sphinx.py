"""What a build shows of the evidence: badges, coverage, ledger, and the file with all of it."""

import json
import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

from nncore.verify.judgement import Status
from nncore.verify.notation import load
from nncore.verify.report.badges import _in_words, _step, badge, page_line
from nncore.verify.report.book import NOTATION, check
from nncore.verify.report.displayed import Collector, Displayed, displayed, pages_with, shown_digest
from nncore.verify.report.evidence import PageReport
from nncore.verify.report.shown import as_latex
from nncore.verify.report.wording import status_text
from tests.fixture_book.build import built_in


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """The built fixture book."""
    return built_in(tmp_path_factory.mktemp("shown") / "book") / "_build" / "html"


@pytest.fixture(scope="module")
def page(html):
    return BeautifulSoup((html / "book" / "page.html").read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def first(html):
    return BeautifulSoup((html / "book" / "index.html").read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def evidence(html):
    return json.loads((html / "evidence.json").read_text(encoding="utf-8"))


def said_by(math):
    """The text of a formula, without the spaces that set it."""
    return re.sub(r"\s", "", math.get_text())


def link(name):
    return f'<a href="#{name}">{name}</a>'


# The built book -------------------------------------------------------------------------------------------------------


def test_every_displayed_formula_has_a_badge_and_what_a_cell_prints_has_none(page, evidence):
    formulas = [math for math in page.select("div.math") if not math.find_parent(class_="cell_output")]
    printed = [math for math in page.select("div.math") if math.find_parent(class_="cell_output")]
    (judged,) = (each["formulas"] for each in evidence["pages"] if each["name"] == "book/page.md")
    assert len(formulas) == len(judged) > 5 and printed
    for math, one in zip(formulas, judged, strict=True):
        (mark,) = math.find_all("details", class_="evidence", recursive=False)
        assert mark.select_one(".evidence-word").get_text() in (one["status"], "verified"), one["name"]
        assert math.get("id"), "a formula without an anchor"
    for math in printed:
        assert math.find("details", class_="evidence") is None


def test_a_badge_unfolds_to_the_reading_the_method_and_the_ledger(page, first):
    (square,) = (each for each in page.select("details.evidence") if "f′(x)=2x" in said_by(each.math))
    text = square.get_text(" ", strip=True)
    assert "symbolic difference is 0" in text and "numeric comparisons agree" in text
    definition, row = (each["href"] for each in square.select("a"))
    assert page.select_one(definition)
    assert row.startswith("index.html#") and first.select_one(f"tr#{row.partition('#')[2]}")


def test_the_sign_of_a_badge_is_not_announced_and_its_words_are_no_words_of_the_search(page, html):
    signs = page.select("details.evidence .evidence-sign")
    assert signs and all(sign["aria-hidden"] == "true" for sign in signs)
    index = (html / "searchindex.js").read_text(encoding="utf-8")
    assert "added to each logit is in their sum" in index and "symbolic" not in index


def test_the_ledger_has_a_row_for_every_formula_and_links_to_it(first, page, evidence):
    rows = first.select("table.verify-ledger tbody tr")
    judged = [one for each in evidence["pages"] for one in each["formulas"]]
    assert len(rows) == len(judged)
    soups = {"page.html": page, "": first}
    for row in rows:
        address, _, anchor = row.select_one("a")["href"].partition("#")
        assert soups[address].find(id=anchor), anchor


def test_the_coverage_on_the_page_is_that_of_the_evidence(first, evidence):
    words = first.get_text(" ", strip=True)
    of = evidence["figures"]
    assert f"{of['formulas']} displayed formulas, each one read and judged: none of them fails" in words
    assert "0 are unreadable, 0 are unchecked" in words
    assert f"({1000 * of['for_all_shapes'] // of['symbolic'] / 10:g}%)" in words
    cells = [cell.get_text(strip=True) for cell in first.select("tr#ledger-sum td")]
    assert cells[2:5] == [
        str(of["formulas"]),
        str(of["kinds"]["claim"]),
        str(of["statuses"]["verified for all shapes"]),
    ]


def test_the_evidence_of_the_site_names_what_judged(evidence):
    assert {"sources", "python", "sympy", "mpmath", "lark", "seed"} <= evidence["checker"].keys()
    assert all(not each["problems"] for each in evidence["pages"])


# Badges ---------------------------------------------------------------------------------------------------------------


def test_a_badge_says_what_became_of_a_formula(last_evidence):
    assert status_text(last_evidence("f'(x) = f'(x) + 0")) == "verified"
    claim = last_evidence(r"\sum_{m=1}^{M} (x + 1) = M x + M")
    assert status_text(claim) == "verified for all shapes"
    (part,) = claim.parts
    proved = replace(part.judgement, status=Status.AT_SHAPES, shapes=((("M", 2),), (("M", 3),)))
    assert (
        status_text(replace(claim, status=Status.AT_SHAPES, parts=(replace(part, judgement=proved),)))
        == "verified at 2 shapes"
    )
    assert status_text(last_evidence("x + 1")) == "expression"
    assert status_text(last_evidence("x = 2 x")) == "refuted"


def test_a_badge_holds_nothing_that_html_could_take_for_its_own(last_evidence):
    claim = last_evidence(r"x < x + 1 \quad (x < 3)")
    made = BeautifulSoup(badge(claim, link, "ledger.html#a&b", "formula <1>"), "html.parser")
    assert said_by(made.math) == "x<x+1(x<3)"
    assert made.summary.get_text(" ", strip=True).endswith("formula <1>: verified")
    for step in made.find_all("math"):
        step.decompose()
    others = {each.name for each in made.find_all(True)} - set("details summary div span ul ol li p a noscript".split())
    assert others == set()


def test_the_steps_of_a_proof_unfold_as_mathematics(last_evidence):
    made = BeautifulSoup(
        badge(last_evidence(r"\frac{\partial}{\partial x} x^2 = 2 x"), link, None, "(1)"), "html.parser"
    )
    steps = made.find("details", class_="steps")
    words, items = steps.summary.get_text(), steps.ol.find_all("li")
    made_, evaluated = (int(word) for word in words.replace(",", "").split() if word.isdigit())
    assert made_ >= evaluated >= len(items) > 0
    assert "the power rule: ∂∂xx2=2x" in [item.get_text() for item in items]
    assert steps.math["displaystyle"] == "true" and not steps.find_all("annotation")


def test_a_step_with_signs_of_html_is_set_as_such():
    made = BeautifulSoup(_step(r"[a > 0] \& b", r"a < b"), "html.parser")
    assert made.get_text() == "[a>0]&b=a<b"


def test_a_step_is_set_with_where_it_holds():
    made = BeautifulSoup(_step("[x > 0]", "1", r"x \ne 0"), "html.parser")
    assert re.sub(r"\s+", " ", made.get_text()) == "[x>0]=1where x≠0"


@pytest.mark.parametrize(
    ("formula", "quiet", "sign", "word"),
    [
        ("x + x = 2 x", True, "✓", "verified"),
        ("u := x + 1", True, ":=", "definition"),
        (r"\frac{1}{3} \approx 0.33", False, "≈", "sampled"),
        ("x + 1", False, None, "expression"),
        ("x = 2 x", False, "✗", "refuted"),
    ],
)
def test_what_most_formulas_are_has_a_sign_and_exceptions_say_their_word(last_evidence, formula, quiet, sign, word):
    made = BeautifulSoup(badge(last_evidence(formula), link, None, "(4.3)"), "html.parser").details
    shown = made.select_one(".evidence-sign")
    assert ("quiet" in made["class"], shown and shown.get_text()) == (quiet, sign)
    assert made.select_one(".evidence-of").get_text() + made.select_one(".evidence-word").get_text() == f"(4.3): {word}"


def test_the_reading_shows_how_far_a_sum_and_a_derivative_reach(last_evidence):
    claim = last_evidence(r"\frac{\partial}{\partial x} \sum_{m=1}^{M} m x = \sum_{m=1}^{M} m")
    assert claim.parts[0].latex == (
        r"\frac{\partial}{\partial x} \sum_{m = 1}^{M} \left( m \, x \right) = \sum_{m = 1}^{M} m"
    )
    assert last_evidence(r"x + x = 2 x \quad (x > 0)").parts[0].latex == r"x + x = 2 \, x \quad (x > 0)"


@pytest.mark.parametrize(
    ("words", "made"),
    [
        (
            "multiplied by [g[1, 1], g[1, 12]], at D_1 = 5",
            "multiplied by [g<sub>11</sub>, g<sub>1, 12</sub>], at D<sub>1</sub> = 5",
        ),
        ("x < y, where a[i] > 0", "x &lt; y, where a<sub>i</sub> &gt; 0"),
        ("z has 2 indices, not 1", "z has 2 indices, not 1"),
    ],
)
def test_an_entry_that_words_name_has_its_indices_below(words, made):
    assert _in_words(words) == made


def test_what_must_hold_and_a_counterexample_are_mathematics(last_evidence):
    made = BeautifulSoup(badge(last_evidence(r"\frac{p_{im}}{p_{im}} = 1"), link, None, "(1)"), "html.parser")
    assert "where pim≠0" in re.sub(r"[\s\u2061-\u2064]+", " ", made.li.get_text()).replace("≠ ", "≠")
    wrong = BeautifulSoup(badge(last_evidence("x = 2 x"), link, None, "(1)"), "html.parser")
    assert wrong.li.find_all("math")[1:], "the numbers of a counterexample"


@pytest.mark.parametrize(
    ("shown", "latex"),
    [
        ("h != 0", r"h \ne 0"),
        ("p[i, c[i]] > 0", "p_{i c_{i}} > 0"),
        ("a[1, 2] > 0", "a_{1, 2} > 0"),
        ("0 <= varepsilon <= 1", r"0 \le \varepsilon \le 1"),
        ("((4 * F) / S) >= 0", r"\frac{4 \, F}{S} \ge 0"),
        ("sum(l = 1..M: (a + p[l])) != 0", r"\sum_{l = 1}^{M} \left( a + p_{l} \right) \ne 0"),
        ("((1 - (a - b)) * x) > 0", r"\left( 1 - \left( a - b \right) \right) \, x > 0"),
        ("sqrt((1 - (beta[2] ^ t))) != 0", r"\sqrt{1 - \beta_{2}^{t}} \ne 0"),
        ("((-x) ^ 2) > 0", r"\left( -x \right)^{2} > 0"),
        ("hat u > 0", r"\text{hat u > 0}"),
        ("(a + b > 0", r"\text{(a + b > 0}"),
    ],
)
def test_a_condition_that_was_kept_as_text_is_set_as_mathematics_or_stays_text(shown, latex):
    assert as_latex(shown) == latex


def test_a_page_says_how_many_of_its_claims_are_proved(last_evidence, page, evidence):
    proved, rounded = last_evidence("x + x = 2 x"), last_evidence(r"\frac{1}{3} \approx 0.33")
    definition, wrong = last_evidence("u := x + 1"), last_evidence("x = 2 x")
    for formulas, said in (
        ((proved, proved, definition), "2 of 2 claims proved"),
        ((proved, rounded), "1 of 2 claims proved, 1 sampled"),
        ((proved, wrong), "1 of 2 claims proved, 1 refuted"),
        ((definition,), ""),
    ):
        assert BeautifulSoup(page_line(PageReport("page", formulas), None), "html.parser").get_text(strip=True) == said
    (judged,) = (each["formulas"] for each in evidence["pages"] if each["name"] == "book/page.md")
    claims = [part for one in judged for part in one["parts"] if part["kind"] == "claim"]
    line = page.select_one("article h1").find_next_sibling()
    assert line["class"] == ["evidence-of-page"]
    assert line.get_text().startswith(f"{len(claims)} of {len(claims)} claims")


def test_what_a_formula_rests_on_is_called_by_its_number(page):
    words = [each.get_text() for each in page.select(".evidence-says p") if each.get_text().startswith("Rests on")]
    called = re.compile(r"Rests on (?:(?:\([\d.]+\)|formula \d+(?: of [^,.]+)?)(?:, |\.))+")
    assert words and all(map(called.fullmatch, words))


def test_a_badge_of_what_fails_says_why(last_evidence):
    made = BeautifulSoup(badge(last_evidence("x = 2 x"), link, None, "(1)"), "html.parser")
    assert "fails" in made.details["class"]
    assert "refuted: the values differ" in made.get_text() and made.a is None


def test_the_numbers_of_equations_count_on_past_formulas_without_a_label(page):
    numbers = [int(found.get_text().strip("()¶ ").rpartition(".")[2]) for found in page.select("span.eqno")]
    assert len(numbers) > 1
    assert numbers == list(range(1, len(numbers) + 1))


# What is written anew -------------------------------------------------------------------------------------------------


def test_a_page_is_written_anew_when_its_evidence_changes_and_not_when_it_moves(tmp_path):
    def page(text, lines=0):
        path = tmp_path / "page.md"
        path.write_text("\n" * lines + f"$$\n{text}\n$$\n", encoding="utf-8")
        return check([path], load(NOTATION), tmp_path / "cache", tmp_path, processes=1).pages[0]

    same = shown_digest(page("x + x = 2 x"))
    assert shown_digest(page("x + x = 2 x", lines=3)) == same
    assert shown_digest(page("x + x = 3 x - x")) != same
    assert shown_digest(page("x + x = 2 x")) == same  # which was judged, and comes from the cache now


def test_the_column_of_a_counterexample_is_shown_and_that_of_a_formula_is_not(last_evidence):
    erratum = last_evidence("x = 2 x")
    (part,) = erratum.parts

    def digest_of(*entry, **place):
        at = replace(part.judgement.counterexample, entry=tuple(zip(("row", "column"), entry, strict=True)))
        moved = replace(part, judgement=replace(part.judgement, counterexample=at), **place)
        return shown_digest(PageReport("page", (replace(erratum, parts=(moved,)),)))

    same = digest_of(1, 2)
    assert digest_of(1, 2, line=7, column=5, seconds=0.1) == same
    assert same not in (digest_of(2, 2), digest_of(1, 3))


def test_what_a_page_displays_is_forgotten_and_taken_over_page_by_page():
    one, other, page = SimpleNamespace(), SimpleNamespace(), Displayed(("x = x",), frozenset({"ledger"}))
    displayed(other).update(a=page, b=page)
    Collector().merge_other(None, one, {"a", "c"}, other)
    assert displayed(one) == {"a": page}
    assert (pages_with(one, "ledger"), pages_with(one, "rules")) == (["a"], [])
    Collector().clear_doc(None, one, "a")
    Collector().clear_doc(None, one, "b")
    assert displayed(one) == {}
