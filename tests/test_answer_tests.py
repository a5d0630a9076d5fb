"""The page "Answer tests": enough pairs, each with what the checker says of it, and none accepted that is different."""

import re
import sys
from collections import Counter

import pytest
from pages_of_book import ROOT

sys.path.insert(0, str(ROOT / "book" / "_ext"))

from answer_tests import OPEN, PAIRS, RIGHT, WRONG, Pair, judged, lines, outcome, pairs

from nncore.verify.judgement import Status

FOUND = list(pairs(PAIRS.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def evidence():
    return judged(FOUND)


def test_there_are_many_pairs_each_once_and_of_both_sorts():
    assert len(FOUND) >= 200 and len({(pair.left, pair.right) for pair in FOUND}) == len(FOUND)
    counts = Counter(pair.truth for pair in FOUND)
    assert counts.keys() == {"equal", "different"} and min(counts.values()) >= 80


def test_no_different_answers_are_accepted_and_no_equal_ones_refuted(evidence):
    assert not [pair for pair, each in zip(FOUND, evidence, strict=True) if outcome(pair, each) == WRONG]


def test_equal_answers_lack_a_condition_only_where_a_derivative_is_missing(evidence):
    lacking = [pair for pair, each in zip(FOUND, evidence, strict=True) if each.status == Status.HOLDS_IF]
    equal = [pair.left for pair in lacking if pair.truth == "equal"]
    assert equal and all(r"\partial x} \lvert x \rvert" in left or r"\max(x, 0)" in left for left in equal)


@pytest.mark.parametrize(("left", "right", "truth", "due"), [
    ("x + x", "2 x", "equal", RIGHT), ("x + x", "2 x", "different", WRONG), ("x + x", "3 x", "equal", WRONG),
    (r"\sin(2 x)", r"2 \sin(x) \cos(x)", "equal", OPEN),
    (r"\foo", "x", "equal", OPEN), (r"\foo", "x", "different", RIGHT),
])  # fmt: skip
def test_a_verdict_is_right_open_or_wrong(left, right, truth, due):
    pair = Pair("", left, right, truth)
    assert outcome(pair, *judged([pair])) == due


def test_the_table_says_what_came_of_each_pair(evidence):
    text = list(lines(FOUND, evidence))
    rows = [line for line in text if line.startswith("| $")]
    assert len(rows) == len(FOUND)
    refuted = sum(each.status == Status.REFUTED for each in evidence)
    assert sum("| refuted" in row for row in rows) == refuted
    assert f"Of {len(FOUND)} pairs" in text[0]
    assert any("verified, where `x != 0`" in row for row in rows)
    assert any("refuted at `x = " in row for row in rows) and any(r"| holds if $x \ne 0$ |" in row for row in rows)


def test_every_heading_is_on_one_page():
    pages = (ROOT / "book" / "reference").glob("answer-tests*.md")
    blocks = [re.search(r"(?s)```\{answer-tests\}\n(.*?)\n```", page.read_text(encoding="utf-8"))[1] for page in pages]
    shown = [heading for block in blocks for heading in block.split("\n")]
    assert len(blocks) > 1
    assert Counter(shown) == Counter({pair.heading for pair in FOUND})
