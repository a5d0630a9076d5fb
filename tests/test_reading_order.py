"""Read in their order, the pages use no letter, no term and no result before it is introduced."""

import pytest
from reading_order import (
    ROOT,
    Page,
    faults,
    letters,
    pages,
    terms,
    tokens,
    unexplained_terms,
    unknown_letters,
    unproved_results,
)

from nncore.verify.notation import load
from nncore.verify.report.book import NOTATION as LETTERS

GLOSSARY = (ROOT / "book" / "reference" / "glossary.md").read_text(encoding="utf-8")
NOTATION = load(LETTERS)


def found_in(read: list[Page]) -> list[str]:
    return [*unknown_letters(read, NOTATION), *unexplained_terms(read, GLOSSARY), *unproved_results(read)]


def with_slip(name: str, old: str, new: str) -> list[Page]:
    """The pages of the book, one of them with other words."""
    assert sum(page.text.count(old) for page in pages() if page.name == name) == 1
    return [Page(page.name, page.text.replace(old, new)) if page.name == name else page for page in pages()]


def test_everything_is_introduced_before_it_is_used():
    assert (
        len(pages()) >= 16 and len(terms(GLOSSARY)) > 40 and {"X", "M", "i", r"\eta"} <= {*letters(NOTATION).values()}
    )
    assert faults() == []


@pytest.mark.parametrize(("name", "old", "new", "fault"), [
    ("prerequisites.md", r"an $n \times D$ matrix $X$ and a", "a matrix and a", "prerequisites.md: X in"),
    ("prerequisites.md", r"$\delta_{km}$ asks", "asks", r"prerequisites.md: \delta in eq-prerequisites-delta"),
    ("one-picture.md", r"small multiple $\eta$ of it; $\eta$ is called", "small multiple of it, called", r": \eta in"),
    ("layers/dense-forward.md", "*pre-activations*", "pre-activations", "dense-forward.md: Pre-activation in"),
    ("one-picture.md", "this is the *backward pass*", "this is the backward pass", "one-picture.md: Backward pass in"),
    ("loss/softmax-and-cross-entropy.md", "*class number*", "class number", "cross-entropy.md: Class number in"),
    ("loss/exercise-1-1.md", "[a later page](../layers/softmax.md)", "one", "eq-softmax-jacobian of layers/softmax.md"),
    ("layers/relu.md", "None of them is wrong", "By {prf:ref}`thm-fused` none is wrong", "thm-fused of layers/"),
])  # fmt: skip
def test_what_is_not_introduced_is_noticed(name, old, new, fault):
    assert any(fault in each for each in found_in(with_slip(name, old, new)))


def test_pages_in_another_order_are_noticed():
    read = pages()
    assert len(found_in([*read[2:], *read[:2]])) >= 15


def test_code_figures_and_letters_of_a_page_introduce_nothing_and_need_nothing():
    code = "# A\n\n```{code-cell} ipython3\n---\nalt: the *bias* $X$\n---\nbias\n```\n\nThe bias.\n\n$$\nX\n$$\n"
    assert len(found_in([Page("a.md", code)])) == 2
    own = (
        "# A\n\n```{notation}\nshadows: [W]\nscalars:\n  - {letter: x_1, meaning: input}\n```\n\n$$\nx_1 + w_{11}\n$$\n"
    )
    assert found_in([Page("a.md", own)]) == []


def test_what_is_defined_named_in_a_table_or_named_below_is_introduced():
    assert found_in([Page("a.md", "# A\n\n$$\nJ := 1\n$$\n\n$$\nJ\n$$\n")]) == []
    assert found_in([Page("a.md", "# A\n\n| $J$ | number |\n\n$$\nJ\n$$\n")]) == []
    assert found_in([Page("a.md", "# A\n\n$$\nJ\n$$ (eq-a)\n\nHere $J$ is a number.\n")]) == []
    assert found_in([Page("a.md", "# A\n\n$$\nJ\n$$ (eq-a)\n")]) == ["a.md: J in eq-a"]


def test_letters_carry_their_indices():
    assert tokens(r"\sum_{j=1}^{D} x_{ij} \text{(rate)}") == {r"\sum_", "j", "D", "x_", "i"}
