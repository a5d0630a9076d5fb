"""Each side condition of the rules, and each attack of the numbers, is needed: without it something false is accepted.

`PROVED` and `PASSED` name the false claim of the corpus that is accepted where one of them is switched off. Those that
no claim catches are listed with the reason.
"""

import json

import pytest
from common import ROOT

from nncore.verify import numeric
from nncore.verify.judgement import Status
from nncore.verify.switches import ATTACKS, SIDE_CONDITIONS, without
from nncore.verify.symbolic import prover as symbolic
from nncore.verify.verdict import provisos  # noqa: F401  # its switches are tried as well

CASES = {
    case["name"]: case["page"]
    for case in map(json.loads, (ROOT / "tests/verify/soundness/false.jsonl").read_text(encoding="utf-8").splitlines())
}
MOST_EXCEPTIONS = 5

PROVED = {
    "the delta's other index lies in the range of the sum": "DS:steps",
    "a product with a logarithm has positive factors": "C17:prodpos",
    "a positive sum is not empty": "CONST:empty",
    "a logarithm in a sum says something only if the sum has an addend": "rules:log-empty",
    "what is known of addends is known of them only": "C17:wild",
    "what is assumed of all entries is known of entries": "rule:of-entries",
    "an equation that is given is not used for what a sum binds": "rule:captured",
    "what is made of random letters has no sign that is known": "rule:half-derived",
    "what a sum binds has no sign outside of it": "rule:sign-outside",
    "what is random has no sign outside of its expectation": "E:relu0",
    "in an expectation nothing is known of what is random": "rule:in-mean",
    "a comparison is taken out of what is linear in it": "rule:linear",
    "a function with a kink is put in before it is differentiated": "S:hinge",
    "a function depends on what its definition contains": "S:param",
    "a member of a sequence depends on what its recursion contains": "CONST:bptt",
    "a derivative of a cost depends on what the cost depends on": "C1:hess-chain",
    "what arg max chooses is not differentiated": "C15:am7",
    "pieces that meet have one value and one slope": "C5:huber",
    "cases cover all numbers": "CASES:gap-point",
    "cases that overlap agree": "CASES:overlap-max",
    "an expectation is differentiated only where it is constant": "rule:mean-constant",
    "what is made of random letters is random": "C12:E-family2",
    "a mean is a product for what is independent only": "E:abs",
    "odd moments are 0 of symmetric letters": "RARE:mean",
    "half of a mean is that where a sign is positive": "E:relu0",
    "both sides exist at the same places": "S:hinge2",
    "where both sides are said to have no value they have none": "rule:sure",
    "a logarithm says that its argument is positive where it is needed": "rule:same-case",
    "one line defines all members from the second number on": "rule:one-recursion",
    "conditions say of a step only where it lies": "rule:all-steps",
    "the claim holds at the first two numbers": "rule:base",
    "the factor by which the step before is solved is never 0": "IND:many-roots",
    "sides exist at every step": "rule:complete",
    "nothing counts layers where layers are generic": "LAYER:bias-5",
    "the first and the last layers are proved as well": "rule:ends",
    "no size is a number where every sum is written out": "IDX:delta-6",
    "nothing is expanded at a root or a logarithm of 0": "REST:power",
}
PASSED = {
    "zeros": "point:zeros",
    "ones": "point:ones",
    "minus ones": "point:minus-ones",
    "equal entries": "BIG:jensen-7",
    "one entry": "kin:coord:F31",
    "extremes": "FAR:gradient-clip",
    "slopes from both sides of a kink": "C20:c3",
    "sizes of 1": "more:i10",
    "equal sizes": "SHAPE:square",
    "many values of a size that is a number": "more:n12",
    "large sizes where nothing else counts": "more:eq8",
    "large sizes of an inequality": "C4:hadamard-x",
    "sizes around named indices": "rule:named-sizes",
    "many steps": "SEQ:fibonacci",
    "steps that are named": "more:t17",
    "late steps of an inequality": "course:big:step-thousand",
    "all ways in which indices coincide": "DD:three",
    "orders of indices that are numbers": "more:n13",
    "entries that are named": "more:n4",
    "one agreement at the highest precision": "point:confirmed",
    "points on a boundary": "point:on",
    "points beside a boundary": "FAR:min",
    "boundaries": "FAR:min",
    "corners of boundaries": "more:k7",
    "solved conditions": "more:d3",
    "a descent to where sides are nearest": "FAR:cauchy",
    "more points are decided than not": "more:w1",
    "a claim agrees at a generic point": "SQRT:both",
    "a claim is compared at sizes of 3 and more": "point:enough-sizes",
    "sides that touch": "more:t5",
    "what changes its sign is met at 0": "more:HB4",
    "networks of several depths": "LAYER:depth-4",
    "laws of two outcomes": "kin:i2:F5",
    "rare outcomes": "RARE:sum",
    "laws that stay at one number": "more:r9-2",
}
ACCEPTED = {  # what is accepted without a side condition of the verdict, or of what a notation says
    "under a proviso another right side is refuted": ("PRO:zero", Status.HOLDS_IF),
    "a claim is not its own proviso": ("PRO:circle", Status.HOLDS_IF),
    "a condition away from kinks excludes kinks alone": ("PRO:half", Status.HOLDS_IF),
    "the class of a one-hot row is a number of which a claim knows nothing": ("PRO:other-class", Status.ALL_SHAPES),
}
EXCEPTIONS = {
    "a sum up to a size has as many addends":
        "The reader refuses a sum that would end before 0, so the rule never meets one (`test_prove` tries it alone).",
    "a cost that is cut depends on nothing else of what it is differentiated by":
        "The reader asks what is held fixed where a cost depends on a layer in two ways, and refuses the formula.",
    "nothing is known of the layers before a generic one":
        "A formula that holds in networks of up to four layers, whichever layer it is about, and fails in deeper ones "
        "without a number of a layer in it was not found.",
    "powers of ten":
        "Whatever fails at them was found from a boundary or by a descent, too; they need neither.",
    "no divisor is cleared that may be 0":
        "Where a divisor is 0 the numbers find no value either, and print that as a condition.",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(PROVED))
def test_without_a_side_condition_something_false_is_proved(name, last_claims):
    items = last_claims(CASES[PROVED[name]])
    assert not all(symbolic.prove(item) for item in items)
    with without(name):
        assert all(symbolic.prove(item) for item in items)


@pytest.mark.parametrize("name", sorted(PASSED))
def test_without_an_attack_something_false_passes_the_numbers(name, last_claims):
    items = last_claims(CASES[PASSED[name]])
    assert {numeric.judge(item).status for item in items} - {"agrees"}
    with without(name):
        assert {numeric.judge(item).status for item in items} == {"agrees"}


@pytest.mark.parametrize("name", sorted(ACCEPTED))
def test_without_a_side_condition_of_the_verdict_something_false_is_accepted(name, last_evidence):
    case, status = ACCEPTED[name]
    assert last_evidence(CASES[case]).status == Status.REFUTED
    with without(name):
        assert last_evidence(CASES[case]).status == status


def test_every_switch_is_tried_or_listed_with_a_reason():
    assert SIDE_CONDITIONS.keys() == PROVED.keys() | ACCEPTED.keys() | (EXCEPTIONS.keys() - ATTACKS.keys())
    assert ATTACKS.keys() == PASSED.keys() | (EXCEPTIONS.keys() & ATTACKS.keys())
    assert not EXCEPTIONS.keys() & (PROVED.keys() | ACCEPTED.keys() | PASSED.keys())
    assert len(EXCEPTIONS) <= MOST_EXCEPTIONS


def test_a_switch_that_is_not_there_cannot_be_switched_off():
    with pytest.raises(KeyError, match="nothing is called a wish"), without("a wish"):
        pass


def test_what_is_switched_off_is_on_again_afterwards():
    switch = next(iter(SIDE_CONDITIONS.values()))
    with pytest.raises(RuntimeError), without(switch.name):
        assert not switch.is_on and switch(False)
        raise RuntimeError
    assert switch.is_on and not switch(False) and switch(True)
