"""Random true identities are never refuted, random near-misses never accepted; ``ALL_TESTS=1`` tries thousands of each.

``python tests/verify/identities.py "true 17"`` prints the page of one seed, which ``python -m nncore.verify`` judges.
"""

import os
import random
from collections import Counter

import pytest
from common import NOTATION
from expressions import Index, Point, Slope, derivative, latex, over, substituted, value, walk
from expressions import Sum as BoundSum
from identities import ENTRIES, ETA, SEEDS, H, Identity, Maker, b, i0, is_false, is_true, k0, m0, mul, of_seed, x, z

from nncore.verify.judgement import Status
from nncore.verify.semantics.elaborate import meaning
from nncore.verify.semantics.statements import Kind
from nncore.verify.verdict import judge as judging

COUNT = 3000 if os.environ.get("ALL_TESTS") else 60
REFUSED = "refused"  # no judge sees it
VERIFIED_SHARE = 0.8  # of true identities


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """The status of the last formula of a page, and why."""
    path = tmp_path_factory.mktemp("identities") / "page.md"

    def of(identity):
        path.write_text(identity.text(), encoding="utf-8")
        said = meaning(path, NOTATION)
        if said.faults:
            return REFUSED, said.faults[0].reason
        judgement = judging.judge([item for item in said.items if item.kind == Kind.CLAIM][-1], is_saved=False)
        return judgement.status, f"{judgement.reason} {judgement.counterexample or judgement.where}"

    return of


def judge_many(judged, record, kind, due):
    """How many of the random claims of a kind have which status; those whose status is not due are named."""
    seen, wrong = Counter(), []
    for number in range(COUNT):
        seed = f"{kind} {number}"
        identity = of_seed(seed)
        status, why = judged(identity)
        seen[status] += 1
        if status not in due:
            wrong.append(f"seed “{seed}”, {' > '.join(identity.history)}: {status}, {why}\n{identity.text()}")
    record(f"{kind} by composition", ", ".join(f"{count / COUNT:.1%} {status}" for status, count in seen.most_common()))
    assert not wrong, f"{len(wrong)} of {COUNT}\n" + "\n".join(wrong)
    return seen


def test_a_true_identity_is_never_refuted(judged, record_property):
    seen = judge_many(
        judged,
        record_property,
        "true",
        {Status.ALL_SHAPES, Status.AT_SHAPES, Status.RESTATES, Status.SAMPLED, Status.UNDECIDED},
    )
    assert seen[Status.ALL_SHAPES] + seen[Status.AT_SHAPES] >= VERIFIED_SHARE * COUNT
    assert seen[Status.UNDECIDED] <= 0.05 * COUNT


def test_a_near_miss_is_never_accepted(judged, record_property):
    seen = judge_many(judged, record_property, "false", {Status.REFUTED, Status.UNDECIDED, REFUSED})
    assert seen[Status.REFUTED] >= 0.7 * COUNT


# The generator --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", dict.fromkeys(SEEDS), ids=lambda make: make.__name__)
def test_every_seed_is_true_by_numbers(make):
    assert all(is_true(make(random.Random(number)), f"seed {number}") for number in range(20))


@pytest.mark.parametrize("seed", ["true 3", "false 3"])
def test_a_seed_alone_makes_a_claim(seed):
    assert of_seed(seed).text() == of_seed(seed).text()


def test_numbers_tell_true_from_false():
    twice = mul(H, ETA)
    assert is_true(Identity(twice, mul(ETA, H)), "1") and not is_false(Identity(twice, mul(ETA, H)), "1")
    assert is_false(Identity(twice, ETA), "1") and not is_true(Identity(twice, ETA), "1")


def test_dual_numbers_and_rules_agree_with_difference_quotients():
    source, step = random.Random(5), 1e-5
    for number in range(60):
        body, point = Maker(source, [i0, m0], {*ENTRIES, "h"}).at(3), Point(str(number))
        env = {i0: 1, m0: 1}
        at, values = point.number(("h",)), []
        for moved in (at - step, at + step):
            point.given[("h",)] = moved
            values.append(value(body, env, point))
        del point.given[("h",)]
        quotient = (values[1] - values[0]) / (2 * step)
        for slope in (Slope(body, (H,)), derivative(body, H)):
            assert value(slope, env, point) == pytest.approx(quotient, rel=1e-4, abs=1e-4)


def test_nothing_is_captured_by_a_substitution():
    parameter = Index("#parameter", "M")
    total = over("M", lambda k: mul(b(k), z(i0, m0)))
    new = substituted(total, "b", (parameter,), over("M", lambda k: mul(z(i0, parameter), z(i0, k))))
    assert latex(new) == r"\sum_{k=1}^{M} \left( \sum_{l=1}^{M} z_{i k} \, z_{i l} \right) \, z_{i m}"
    assert len({node.index for node in walk(new) if isinstance(node, BoundSum)}) == 2
    assert latex(over("M", lambda k: mul(x(i0, Index("j", "D")), z(i0, k), z(i0, k0)))) == (
        r"\sum_{l=1}^{M} x_{i j} \, z_{i l} \, z_{i k}"
    )
