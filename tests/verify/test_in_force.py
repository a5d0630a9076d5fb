"""What is in force on a page, as a value: it is the same after its way through JSON, and says what the page says."""

import json
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import pytest
from common import write
from pages_of_book import NOTATION, ROOT, pages

from nncore.verify.report.in_force import Context, functions_of, in_force
from nncore.verify.report.serialization import from_json, to_json
from nncore.verify.semantics.elaborate import Faulty, book_functions, elaborate
from nncore.verify.semantics.statements import Claim
from nncore.verify.source.context import Place
from nncore.verify.source.markdown import DisplayedFormula
from nncore.verify.source.reader import read_page

EVERY = pages()
NAMES = [str(path.relative_to(ROOT / "book")) for path in EVERY]
PROBE = DisplayedFormula("1", None, Path("probe"), 1, (1,), ())


@cache
def reading(path):
    return read_page(path, book=True)


@cache
def functions():
    return functions_of(map(reading, EVERY), NOTATION)


@cache
def context(name):
    return in_force(reading(ROOT / "book" / name), NOTATION, functions())


def around(name):
    """The pairs of formula and place of a page that claims or defines something for itself."""
    found = reading(ROOT / "book" / name)
    return [pair for pair in zip(found.formulas, found.around.places, strict=True) if not _is_apart(pair[1])]


def _is_apart(place):
    return place.aside or place.dictionary


def with_probe(name, world):
    """What the letters of a page mean at its end, or in one of its exercises."""
    found = reading(ROOT / "book" / name)
    places = (*found.around.places, Place(frozenset(), None, False, world))
    page = elaborate((*found.formulas, PROBE), replace(found.around, places=places), NOTATION, functions())
    return page.items[-1].scope


def test_the_functions_that_all_pages_know_are_those_of_the_book():
    defining = [path for path in EVERY if path.stem in ("sigmoid", "relu")]
    assert functions() == book_functions(defining, NOTATION)
    assert functions().keys() == {r"\sigma", r"\operatorname{ReLU}"}


@pytest.mark.parametrize("name", NAMES)
def test_a_context_is_the_same_after_its_way_through_json(name):
    written = json.dumps(to_json(context(name)), ensure_ascii=False)
    assert from_json(Context, json.loads(written)) == context(name)
    assert len(written.encode()) < 12_000


@pytest.mark.parametrize("name", NAMES)
def test_letters_mean_at_the_end_of_a_page_and_in_its_exercises_what_they_mean_there(name):
    found = from_json(Context, json.loads(json.dumps(to_json(context(name)))))
    for each in (found, *map(found.of_exercise, found.exercises)):
        (probe,) = each.said([(PROBE, each.place())]).items
        assert probe.scope == with_probe(name, each.world)


@pytest.mark.parametrize("name", NAMES)
def test_each_claim_of_a_page_says_in_its_context_what_it_says_on_the_page(name):
    found = reading(ROOT / "book" / name)
    page = elaborate(found.formulas, found.around, NOTATION, functions())
    for world in (None, *context(name).exercises):
        there = context(name).of_exercise(world) if world else context(name)
        kept = {(each.text, each.label) for each in there.formulas}
        added = [pair for pair in around(name) if pair[1].world == world and (pair[0].text, pair[0].label) not in kept]
        said = there.said(added)
        own = {formula for formula, _ in added}
        assert not said.faults
        assert list(map(as_claimed, said.items)) == [as_claimed(item) for item in page.items if item.formula in own]


def as_claimed(item):
    """All that a statement says; what its letters mean is compared at the end of the page."""
    return type(item), [getattr(item, each.name) for each in fields(item) if each.name != "scope"]


def test_claims_leave_nothing_behind_and_are_left_out():
    found = context("layers/softmax.md")
    assert not any(isinstance(item, Claim) for item in found.statements())
    assert len(found.formulas) < len(reading(ROOT / "book/layers/softmax.md").formulas) / 4


@pytest.mark.parametrize("name", ["layers/softmax.md", "layers/relu.md", "layers/sigmoid.md"])
def test_without_one_of_its_formulas_a_context_says_something_else(name):
    found = context(name)
    for world in (None, *found.exercises):
        there = found.of_exercise(world) if world else found
        for left_out in there.formulas:
            if left_out.world == world:
                less = replace(there, formulas=tuple(each for each in there.formulas if each is not left_out))
                page = less.said([(PROBE, less.place())])
                assert page.faults or page.items[-1].scope != with_probe(name, world)


def test_an_exercise_knows_what_it_defines_and_no_other_one_does():
    found = context("layers/softmax.md")
    text = r"\frac{\partial q_{im}}{\partial \tau} = 0 \quad (\tau > 0)"
    formula = replace(PROBE, text=text)
    inside = found.of_exercise("ex-softmax-3")
    assert inside.said([(formula, inside.place())]).faults == ()
    for other in (found, found.of_exercise("ex-softmax-2")):
        (fault,) = other.said([(formula, other.place())]).faults
        assert "q_{im}" in fault.reason or "q[i, m]" in fault.reason
    with pytest.raises(KeyError, match="no exercise of this page"):
        found.of_exercise("ex-relu-1")


def test_what_a_page_assumes_is_in_force_by_its_labels():
    found = context("layers/softmax-cross-entropy.md")
    assert set(found.assumptions) == {"asm-fused-rows", "asm-fused-soft"}
    formula = replace(PROBE, text=r"\sum_{m=1}^{M} y_{im} = 1")
    (claim,) = found.said([(formula, found.place())]).items
    assert [each.label for each in claim.assumptions] == ["asm-fused-rows"]


def test_what_a_page_agrees_upon_is_in_force():
    (probe,) = context("layers/relu.md").said([(PROBE, context("layers/relu.md").place())]).items
    assert [(each.function, each.primes) for each in probe.scope.conventions] == [(r"\operatorname{ReLU}", 1)]


def test_errata_and_dictionaries_leave_nothing_behind(tmp_path):
    page = write(
        tmp_path / "page.md",
        "````{dictionary}\n```{notation}\nscalars:\n  - {letter: \\xi, meaning: an input}\n```\n",
        "$$ \\xi := 2 $$\n````\n",
        "```{erratum}\n:fails: value\n:corrected: eq-right\n\n$$ 1 = 2 $$\n```\n",
        "$$ 1 = 1 $$ (eq-right)\n",
    )
    assert in_force(read_page(page), NOTATION, {}).formulas == ()


def test_a_page_on_which_anything_is_wrong_has_no_context(tmp_path):
    page = write(tmp_path / "page.md", "p_{im} := q_{im}", "p_{im} = 1")
    with pytest.raises(Faulty, match=r"page\.md:1: the entry q"):
        in_force(read_page(page), NOTATION, {})
    page = write(tmp_path / "page.md", r"\foo", "p_{im} = 1")
    with pytest.raises(Faulty, match="foo"):
        in_force(read_page(page), NOTATION, {})


def test_a_function_whose_letters_a_page_shadows_is_not_silently_another_one(tmp_path):
    block = "```{{notation}}\nshadows: [z]\n{}\n```\n"
    page = write(tmp_path / "a.md", block.format("indices:\n  - {letter: z, to: M, meaning: a class}"), "n = n")
    with pytest.raises(Faulty, match="a letter of this page shadows one of a function"):
        in_force(read_page(page), NOTATION, functions())
    page = write(tmp_path / "b.md", block.format("scalars:\n  - {letter: z, meaning: a number}"), "n = n")
    assert in_force(read_page(page), NOTATION, functions()).bindings() == functions()
