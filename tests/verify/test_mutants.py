"""The checker, checked: a sample of slips in the book's own formulas is noticed, and other words are accepted."""

import json
import math
from dataclasses import replace
from itertools import islice

import pytest

from book._ext.mutant_rates import RATES, lines
from mutation import run as mutants
from mutation.mutations import KINDS
from mutation.run import (
    ACCEPTED,
    BROKEN,
    FOOLED,
    LISTED,
    MISSED,
    REFUTED,
    Outcome,
    excused,
    main,
    outdated,
    read_list,
    sample,
    stale,
    the_book,
)
from nncore.verify import numeric
from nncore.verify.report.cache import judges
from nncore.verify.symbolic import prover as symbolic
from nncore.verify.verdict import judge as judging


def first(trials, number: int) -> list[Outcome]:
    """As many outcomes, however long they take; the same ones as long as neither the book nor the checker changes."""
    listed = read_list(LISTED)
    return [excused(each, listed) for each in islice(sample(trials, seed=7, budget=math.inf), number)]


@pytest.fixture(scope="module")
def trials():
    return the_book().trials()


@pytest.fixture(scope="module")
def outcomes(trials):
    return first(trials, 80)


def test_slips_of_all_kinds_in_the_formulas_of_the_book_are_noticed(outcomes):
    slips = [outcome for outcome in outcomes if outcome.role != "rewriting"]
    assert {outcome.kind for outcome in slips} == set(KINDS)
    assert len(slips) > 50
    wrong = [outcome for outcome in slips if outcome.result in (MISSED, FOOLED, BROKEN)]
    assert not [str(outcome) for outcome in wrong if outcome.result != MISSED]
    assert 100 * len(wrong) <= len(slips), "\n".join(map(str, wrong))  # the aim of the full run: 99 of 100


def test_right_formulas_in_other_words_are_all_accepted(outcomes):
    words = [outcome for outcome in outcomes if outcome.role == "rewriting"]
    assert len(words) > 3
    assert not [str(outcome) for outcome in words if outcome.result != ACCEPTED]


def test_a_checker_that_accepts_everything_is_found_out(trials, monkeypatch):
    agrees = numeric.NumericResult(numeric.Finding.AGREES, points=9)
    monkeypatch.setattr(numeric, "judge", lambda item, *_, **__: agrees)
    monkeypatch.setattr(symbolic, "prove", lambda item, *_, **__: None)
    found = [outcome for outcome in first(trials, 20) if outcome.role != "rewriting"]
    assert any(outcome.result == MISSED for outcome in found)
    assert not any(outcome.result == REFUTED for outcome in found)


def test_a_proof_of_what_numbers_refute_is_never_passed_over(trials, monkeypatch):
    monkeypatch.setattr(symbolic, "prove", lambda item, *_: symbolic.Proof("by magic"))
    found = [outcome.result for outcome in first(trials, 20)]
    assert FOOLED in found


def test_a_checker_that_fails_is_a_failure_and_no_success(trials, monkeypatch):
    def fails(*_, **__):
        raise RuntimeError("no judgement today")

    monkeypatch.setattr(numeric, "judge", fails)
    monkeypatch.setattr(judging, "judge", fails)
    slips = (outcome for outcome in first(trials, 20) if outcome.role != "rewriting")
    found = [outcome for outcome in slips if outcome.result not in ("rejected", "true")]
    assert found
    assert all(outcome.result == BROKEN for outcome in found)


def test_a_claim_about_the_losses_is_not_cut_off_from_them(trials):
    """Once the cost was taken as any function of the logits here, and its derivative by a loss as 0."""
    (trial,) = (each for each in trials if each.name == "eq-backpropagation-base")
    wrong = {"number: 1 -> 0", "letter: p[i, m] -> y[i, m]"}
    found = [trial.mutant(mutant).result for mutant in trial.mutants() if mutant.description in wrong]
    assert found == [REFUTED, REFUTED]


def test_a_line_of_a_family_is_judged_although_the_other_lines_stand_below(trials):
    (trial,) = (each for each in trials if each.name == "eq-backpropagation-forward")
    assert all(trial.rewriting(rewriting).result == ACCEPTED for rewriting in trial.rewritings()[:3])
    slips = [trial.mutant(mutant) for mutant in trial.mutants() if mutant.kind in ("sign", "transpose")]
    assert slips
    assert not any("has no definition" in slip.reason for slip in slips)


def test_the_list_of_equivalent_mutants_can_be_read_and_an_idle_entry_is_named(tmp_path):
    assert isinstance(read_list(LISTED), dict)
    path = tmp_path / "list.yml"
    entry = "- {page: a/b.md, formula: eq-x, mutant: 'sign: x -> -x', reason: x is 0}\n"
    path.write_text(entry, encoding="utf-8")
    listed = read_list(path)
    key = ("a/b.md", "eq-x", "sign: x -> -x")
    assert listed == {key: "x is 0"}
    assert stale(listed, []) == [key]
    used = Outcome("a/b.md", "eq-x", "claim", "sign", "sign: x -> -x", mutants.LISTED_TRUE, "")
    assert stale(listed, [used]) == []
    missed = replace(used, result=MISSED)
    assert excused(missed, listed) == replace(used, reason="x is 0")
    assert excused(missed, {}) == missed
    refuted = replace(used, result=REFUTED)
    assert excused(refuted, listed) == refuted
    for wrong in (entry + entry, "- {page: a}\n"):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(ValueError, match=r"list\.yml"):
            read_list(path)


def test_a_full_run_that_was_stopped_goes_on_where_it_was(tmp_path, monkeypatch):
    judged = []

    def one(trials, numbers):
        judged.extend(numbers)
        return [Outcome("a/b.md", "eq-x", "claim", "sign", "x -> -x", REFUTED, "2 and -2")]

    monkeypatch.setattr(mutants, "KEPT", tmp_path)
    monkeypatch.setattr(mutants, "run", one)
    found = [mutants._outcomes_of(number) for number in (0, 1, 0)]
    assert found[2] == found[0]
    assert judged == [0, 1]
    monkeypatch.setattr(mutants, "_of_page", lambda path: "another checker, or another text")
    mutants._outcomes_of(0)
    assert judged == [0, 1, 0]


def test_what_is_kept_of_a_page_depends_on_its_formulas_and_not_on_its_prose(tmp_path):
    def of(text: str) -> str:
        path = tmp_path / "page.md"
        path.write_text(text, encoding="utf-8")
        mutants._of_page.cache_clear()
        return mutants._of_page(path)

    page = "# A page\n\nWords. For all $i$:\n\n$$\nx_{ij} = x_{ij}\n$$ (eq-x)\n"
    first = of(page)
    assert of(page.replace("Words.", "Other words,\non two lines.")) == first
    for changed in (
        page.replace("= x", "= 2 x"),
        page.replace("(eq-x)", "(eq-y)"),
        page.replace("$$ (", "$$\n\nMore.\n\n$$\n0 = 0\n$$ ("),
    ):
        assert of(changed) != first
    assert of("```{prf:convention}\n:label: c\n" + page + "```\n") != first


# The last run, as the ledger shows it ---------------------------------------------------------------------------------


def test_the_rates_of_the_last_run_reach_the_aims():
    found = json.loads(RATES.read_text(encoding="utf-8"))
    assert found["claims"]["noticed"] >= 99.9 and found["definitions"]["noticed"] >= 99.9
    assert found["rewritings"]["made"] >= 100
    refused = found["rewritings"]["made"] - found["rewritings"]["accepted"]
    assert refused < found["rewritings"]["made"] / 1000  # those that grow too large for the limits of the judges


def test_the_ledger_says_whether_the_checker_has_changed_since_and_never_rounds_up():
    found = json.loads(RATES.read_text(encoding="utf-8"))
    assert "has changed" not in "\n".join(lines(found, found["checker"]))
    assert "has changed" in "\n".join(lines(found, "another"))
    made = found["claims"]["made"] + found["definitions"]["made"]
    assert f"{made:,} slips" in next(lines(found, ""))
    assert "full run" in next(lines(found | {"possible": made}, ""))
    assert f"sample of {made + 1:,} possible" in next(lines(found | {"possible": made + 1}, ""))
    rows = [line for line in lines(found, "") if line.startswith("| ") and "%" in line]
    assert len(rows) == sum(table["made"] > 0 for table in found["kinds"].values())


def test_a_run_of_another_checker_or_a_sample_is_outdated():
    full = {"checker": judges(), "possible": 7, "claims": {"made": 5}, "definitions": {"made": 2}}
    assert outdated(full) == ""
    assert outdated({**full, "checker": "another"}) == "The checker has changed since the last run: run make mutants."
    assert outdated({**full, "possible": 9}) == "The last run tried 7 of 9 slips: run make mutants."


def test_the_command_says_whether_the_last_run_is_of_this_checker(tmp_path, monkeypatch, capsys):
    written = tmp_path / "mutants.json"
    monkeypatch.setattr(mutants, "RATES", written)
    for sources, code in ((judges(), 0), ("another", 1)):
        table = {"checker": sources, "possible": 1, "claims": {"made": 1}, "definitions": {"made": 0}}
        written.write_text(json.dumps(table), encoding="utf-8")
        assert main(["--current"]) == code
        assert capsys.readouterr().out
