"""Formulas within words are found wherever words stand, and mean what displays mean."""

import pytest
from common import DENSE, NOTATION, SOFTMAX, write

from nncore.verify.semantics.elaborate import meaning
from nncore.verify.semantics.inline import RELATION, faults_within
from nncore.verify.source.markdown import read_markdown
from nncore.verify.syntax import tree as t


def inline_faults(path):
    """What is wrong with the inline formulas of a page whose displayed ones are understood."""
    reading = read_markdown(path).whole()
    return faults_within(reading, meaning(path, NOTATION), NOTATION, {})


@pytest.fixture
def faults(tmp_path):
    """What is wrong with an inline formula below these displays."""

    def reasons(inline, *displays):
        page = write(tmp_path / "page.md", *displays, f"Words with ${inline}$ among them.\n")
        return [fault.reason.partition("$: ")[2] for fault in inline_faults(page)]

    return reasons


# Found ----------------------------------------------------------------------------------------------------------------


def test_inline_formulas_are_found_with_their_lines_wherever_words_stand(tmp_path):
    path = tmp_path / "page.md"
    path.write_text(
        """# On $a$

Words, $b$ and
again $b$, but not `$c$`; {math}`d`.

| letter | meaning |
|---|---|
| $x$ | input $y$ |

````{prf:theorem} The $e$
- item $f$

  ```{note}
  $g
  h$
  ```

$$ z $$
````

```{code-cell} ipython3
"$i$"
```
""",
        encoding="utf-8",
    )
    found = [(each.text, each.line) for each in read_markdown(path).whole().inline]
    assert found == [
        ("a", 1), ("b", 3), ("b", 4), ("d", 4), ("x", 8), ("y", 8), ("e", 10), ("f", 11), ("g\nh", 14),
    ]  # fmt: skip


# Read and known -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "inline",
    [
        r"n \times M", r"1 \times D_r", r"D_{r-1} \times D_r", r"\odot", ":=", r"\delta", r"\sigma", r"\sigma'", "f",
        r"\operatorname{E}", "z_{im}", r"W^{[r]}", r"2 \times 10^{-3}", r"x \ge 0", r"\frac{1}{n}", r"\ln 2",
        r"X^\top Z", r"-\infty",
    ],
)  # fmt: skip
def test_expressions_shapes_functions_and_signs_stand_within_words(faults, inline):
    assert faults(inline) == []


@pytest.mark.parametrize(
    ("inline", "reason"),
    [
        (r"\dots", "cannot be read"),
        ("(x", "is not closed"),
        (r"x \times z", "a shape consists of sizes"),
        (r"\kappa", "neither declared nor defined"),
        ("c", "declared with indices"),
        ("x_{im}", "m runs to M"),
        ("X W^{\\top}", "cannot be multiplied"),
        (r"X + 1", "nothing broadcasts"),
        (r"\chi'", "unexpected"),
        (r"\frac{\partial J}{\partial z_{im}}", "not written through"),
    ],
)
def test_what_is_unreadable_unknown_or_of_another_shape_is_a_fault(faults, inline, reason):
    (found,) = faults(inline)
    assert reason in found


def test_letters_are_known_from_anywhere_on_the_page(faults):
    assert faults(r"\frac{\partial J}{\partial z_{im}}", DENSE, r"J := \phi(Z)") == []
    assert faults("Q") != []
    exercise = "```{exercise}\n:label: ex-a\n\n$$ Q := x + 1 $$\n```\n"
    assert faults("Q", exercise) == []
    block = "```{notation}\nscalars:\n  - {letter: \\kappa, meaning: a number}\n```\n"
    assert faults(r"\kappa", block) == []


def test_an_index_that_a_display_binds_is_known(faults):
    assert faults("x_{iq}") != []
    assert faults("x_{iq}", r"\sum_{q=1}^{D} x_{iq} = \sum_{j=1}^{D} x_{ij}") == []


# Claims ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "inline",
    [
        r"\partial z_{im} / \partial b_m = 1",
        r"\sum_{m=1}^{M} p_{im} = 1",
        r"\sigma(z) \ge 1 / n",
        r"\frac{p_{im}}{p_{im}} = 1",
        r"Y \oslash P = P \oslash Y",
    ],
)
def test_a_claim_with_a_derivative_a_sum_or_a_quotient_is_displayed(faults, inline):
    page = (DENSE, SOFTMAX, r"\sigma(z) := \frac{1}{1 + e^{-z}}")
    assert faults(inline, *page) == ["display this claim, so that it is judged"]


@pytest.mark.parametrize("inline", [r"\eta < 2 / x", r"\beta_1 = 3/4", r"\sigma(z) < 1/2", "n = 4", "p_{im} < 1"])
def test_choices_and_numbers_may_stand_within_words(faults, inline):
    assert faults(inline, SOFTMAX, r"\sigma(z) := \frac{1}{1 + e^{-z}}") == []


def test_definitions_and_conclusions_are_displayed(faults):
    assert faults("Q := x") == ["display what is defined"]
    assert faults(r"x = 1 \Rightarrow x^2 = 1") == ["display what follows from something"]


def test_what_holds_a_relation_is_told_from_what_holds_none():
    for text in ("x = 1", "x=y", r"x \le 1", r"n \to \infty", r"a\approx b"):
        assert RELATION.search(text)
    for relation in {*t.Relation} - {t.Relation.ASSIGNS}:
        assert all(RELATION.search(f"x {sign} y") for sign in (relation, *relation.aliases))
    for text in ("x", r"\left( x \right)", r"\lambda", r"\int", r"\top"):
        assert not RELATION.search(text)


def test_a_fault_names_file_and_line(tmp_path):
    (fault,) = inline_faults(write(tmp_path / "page.md", "# Title\n\nWords\nwith $\\kappa$.\n"))
    reason = r"$\kappa$: the letter \kappa is neither declared nor defined"
    assert str(fault).endswith(f"page.md:4:1: without meaning: {reason}")
