"""A reference puts an assumption in force where its sentence says so, and nowhere else."""

import pytest

from nncore.verify.source.context import REFERENCE, in_force

A, B = REFERENCE.format("a"), REFERENCE.format("b")


@pytest.mark.parametrize(
    "text",
    [
        f"By {A},", f"Under {A} the loss is", f"Under Assumption {A} the loss is", f"By the symmetry of {A} it is",
        f"The weights have mean 0 ({A}), so", f"whose means {A} states:", f"since the rows {A}, the sum is 1",
        f"By {A} it changes no probability, so", f"With labels as in {A}:", f"Assume {A}.", f"{A} is behind this.",
        f"even where the inputs are not, because the weights have mean 0 ({A}).", f"It does not matter. By {A}:",
        f"Multiply by the target, which by {A} keeps the sign; then",
        f"If {A} holds:", f"As in {A}:", f"Let {A} hold.", f"The entries are independent of each other by {A}, so",
    ],
)  # fmt: skip
def test_a_sentence_puts_an_assumption_in_force(text):
    assert list(in_force(text)) == ["a"]


@pytest.mark.parametrize(
    "text",
    [
        f"{A} is not needed here.", f"Here {A} is not needed.", f"Without {A} the loss is", f"Unlike under {A}, here",
        f"We never work under {A}.", f"We don't assume {A}.", f"Instead of {A} we use", f"This needs no {A}:",
        f"With {A} dropped,", f"Under {A}, which is not assumed here,", f"Nothing here rests on {A}.",
        f"This holds even if {A} fails", f"Is it true under {A}?", f'Others say "by {A} it is"', f"He says “by {A}”",
        f"independently of what holds under {A}", f"but not because {A} holds", f"See {A}.", f"Compare {A}:",
        f"As opposed to {A},",
        f"as an alternative to {A}", f"As {A} is false,", f"independently of {A}, as the sum shows",
        f"in place of what holds under {A}", f"If {A} does not hold:",
        f"by any means. {A} comes later", f"~~By {A}~~ the loss is", f"in the absence of what is given by {A}",
        f"by {A}" + " and so on" * 300,
    ],
)  # fmt: skip
def test_a_sentence_that_denies_asks_quotes_or_only_names_puts_nothing_in_force(text):
    assert list(in_force(text)) == []


def test_several_references_of_a_sentence_count_each_for_itself():
    assert list(in_force(f"By {A} and {B} the right side is 1.")) == ["a", "b"]
    assert list(in_force(f"By {A} but without {B} it is.")) == ["a"]
