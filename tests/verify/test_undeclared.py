"""A file that declares nothing is judged with what is proposed for it: the report says what, and nothing is refuted."""

import json
import re

import pytest

from nncore.verify.__main__ import main
from nncore.verify.judgement import ExitCode, Status
from nncore.verify.semantics.statements import Kind

NEURON = r"""
A neuron with one input.

$$
z = w x + b
$$

$$
\hat y = \sigma(z)
$$

$$
L = \frac12 (\hat y - t)^2
$$

$$
\frac{\partial L}{\partial w} = (\hat y - t) \hat y (1 - \hat y) x
$$

$$
\frac{\partial L}{\partial b} = (\hat y - t) \hat y (1 - \hat y)
$$
"""
REGRESSION = r"""
The inputs are $X \in \mathbb{R}^{n \times d}$, the targets $t \in \mathbb{R}^n$ and the weights $w \in \mathbb{R}^d$.

$$
\hat y = X w
$$

$$
E = \frac{1}{n} \|\hat y - t\|^2
$$

$$
\frac{\partial E}{\partial w} = \frac{2}{n} X^T (\hat y - t)
$$
"""
SECTIONS = r"""
## The mean

$$
\bar{q} = \frac{1}{n} \sum_{i=1}^n q_i
$$

$$
\frac{\partial \bar{q}}{\partial q_i} = \frac{1}{n}
$$

## A circle

The radius is called $q$ here.

$$
\bar{q} = \pi q^2
$$

$$
\frac{\partial \bar{q}}{\partial q} = 2 \pi q
$$
"""
TRUE, OPEN, DEFINITION = Status.ALL_SHAPES, Status.UNDECIDED, Kind.DEFINITION
TEXTS = (NEURON, REGRESSION, SECTIONS)


def statuses(page):
    return [formula.status for formula in page.formulas]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_judged_as_it_stands(judged, text):
    page = judged(text)
    assert (
        not page.all_problems
        and page.proposed
        and all(each == "definition" or each.is_final for each in statuses(page))
    )
    assert judged(text, proposing=False).all_problems


@pytest.mark.parametrize("text", (NEURON, REGRESSION))
def test_the_verdicts_are_those_of_the_text_with_what_is_proposed_pasted_into_it(judged, text):
    page = judged(text)
    (block,) = page.proposed
    pasted = judged(f"{block}\n\n{text}")
    assert not pasted.proposed and not pasted.all_problems
    assert statuses(pasted)[-len(page.formulas) :] == statuses(page)
    assert [each.number for each in page.formulas] == list(range(1, len(page.formulas) + 1))
    assert all(each.line > 0 for each in page.formulas)


def test_each_part_says_where_its_block_belongs(judged):
    page = judged(SECTIONS)
    assert [re.search("“(.*)”", each)[1] for each in page.proposed] == ["The mean", "A circle"]


def test_what_is_false_with_a_proposal_is_not_refuted_before_the_author_has_seen_it(judged):
    wrong = NEURON.replace(
        r"(\hat y - t) \hat y (1 - \hat y)" + "\n$$\n", r"(\hat y - t) \hat y (1 + \hat y)" + "\n$$\n"
    )
    page = judged(wrong)
    assert [str(each) for each in statuses(page)][-2:] == ["verified for all shapes", "undecided"]
    (problem,) = page.all_problems
    assert problem.exit_code is ExitCode.OPEN and "the values differ at" in problem.reason
    assert (
        problem.reason.startswith("false if its letters are what they are taken for: ")
        and "likely the sign" in problem.reason
    )
    (block,) = page.proposed
    assert statuses(judged(f"{block}\n\n{wrong}"))[-1] == "refuted"


def test_what_has_no_letter_is_refuted_all_the_same(judged):
    page = judged(NEURON + "\n$$\n2 + 2 = 5\n$$\n")
    assert statuses(page)[-1] == "refuted"


def test_a_file_in_the_letters_in_force_or_with_a_block_of_its_own_is_not_given_another_one(judged):
    assert not judged("$$\nn := 5\n$$\n\n$$\nn = 5\n$$\n").proposed
    assert not judged("$$\nx_{ij} = 1\n$$\n").proposed
    block = "```{notation}\nscalars:\n  - {letter: w, meaning: weight}\nshadows: [w]\n```\n"
    assert not judged(block + NEURON).proposed


def test_the_command_prints_what_is_proposed_and_json_has_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        return main([*arguments]), capsys.readouterr().out

    (tmp_path / "a.md").write_text(NEURON, encoding="utf-8")
    (tmp_path / "own.yml").write_text("scalars:\n  - {letter: w, meaning: weight}\n", encoding="utf-8")
    code, out = run("a.md")
    assert code == 0 and "a.md declares nothing, and is judged with what is proposed for it" in out
    assert r"  - {letter: w, meaning: a number}  # guessed: a number; it could be a column" in out
    code, out = run("a.md", "--json")
    (page,) = json.loads(out)["pages"]
    (block,) = page["proposed"]
    assert code == 0 and block.startswith("```{notation}\n") and r"\sigma(q) := \frac{1}{1 + e^{-q}}" in block
    for more in (["--notation", "own.yml"], ["--spelling", "book"]):
        code, out = run("a.md", *more)
        assert code in (1, 2) and "proposed" not in out


# What is read in such files -------------------------------------------------------------------------------------------

FUNCTIONS = (r"\sigma_i(z) = \frac{e^{z_i}}{\sum_k e^{z_k}}", r"N(z) = \sum_k e^{z_k}")
VARIANCE = (r"g = q \sigma^2 + \ln \sigma^2", r"u_j = \frac{q}{\sqrt{\sigma^2 + r^2}}")
ROWS = (r"s_i = w^\top x_i + q", r"E = \frac{1}{2} \sum_{i=1}^n (s_i - t_i)^2")
OF_ROWS = r"Here $x_i \in \mathbb{R}^d$ and $w \in \mathbb{R}^d$."
LATE = (r"a = \tanh(z)", r"\frac{\partial a}{\partial z} = 1 - a^2", r"z = q w")
NETWORK, TURNED = (r"Z = W X", r"P = \mathrm{softmax}(Z)"), (r"Z = X W", r"P = \mathrm{softmax}(Z)")
SHAPES = r"$X \in \mathbb{R}^{d \times m}$ and $W \in \mathbb{R}^{K \times d}$"
COLUMNS = (
    f"The samples are the columns of {SHAPES}.",
    f"With {SHAPES}, softmax is taken of each column.",
    f"With {SHAPES}:",
)
OF_ROWS_OF_X = r"With $X \in \mathbb{R}^{m \times d}$ and $W \in \mathbb{R}^{d \times K}$:"
OPTIMUM = (r"g = \omega^2 + \lambda (\omega - \rho)", r"\frac{\partial g}{\partial \omega} = 0", r"\lambda = -2 \omega")
GIVEN = (
    "where $\\tau = \\nu^2$.",
    "Let $\\tau = \\nu^2$.",
    "With the square $\\tau = \\nu^2$ we find:",
    "Here, $\\tau = \\nu^2$ is used.",
)
DENIED = (
    "The claim $\\tau = \\nu^2$ is false.", "Is $\\tau = \\nu^2$? No.", "Instead of $\\tau = \\nu^2$ it is free.",
    "The first attempt was $\\tau = \\nu^2$, but this fails.", "Unlike $\\tau = \\nu^2$, it may be anything.",
    "One could ask whether $\\tau = \\nu^2$.", "If $\\tau = \\nu^2$ then", "The search ends where $\\tau = \\nu^2$.",
    "A common mistake is to believe that $\\tau = \\nu^2$.",
)  # fmt: skip
SAID = "where $s_i = \\frac{1}{1 + e^{-\\xi_i}}$."


@pytest.mark.parametrize(
    ("words", "given", "claim", "status"),
    [
        ("", FUNCTIONS, r"\frac{\partial \sigma_i(z)}{\partial z_j} = \sigma_i(z) (\delta_{ij} - \sigma_j(z))", TRUE),
        ("", FUNCTIONS, r"\frac{\partial \sigma_i(z)}{\partial z_j} = \sigma_i(z) (\delta_{ij} + \sigma_j(z))", OPEN),
        ("", FUNCTIONS, r"\frac{\partial}{\partial z_j} \ln N(z) = \sigma_j(z)", TRUE),
        ("", FUNCTIONS, r"\frac{\partial}{\partial z_j} N(z) = \sigma_j(z)", OPEN),
        ("", FUNCTIONS, r"N(2 z) = 2 N(z)", None),
        ("", FUNCTIONS, r"N(y) = N(z)", None),
        ("", VARIANCE, r"\frac{\partial g}{\partial \sigma^2} = q + \frac{1}{\sigma^2}", TRUE),
        ("", VARIANCE, r"\frac{\partial g}{\partial \sigma^2} = q + \frac{2}{\sigma^2}", OPEN),
        ("", VARIANCE, r"\frac{\partial g}{\partial \sigma^2} = 2 q + \frac{1}{\sigma^2}", OPEN),
        ("", (*VARIANCE, r"h = \sigma + 1"), r"\frac{\partial g}{\partial \sigma^2} = q + \frac{1}{\sigma^2}", None),
        ("", (r"g = \xi^2",), r"\frac{\partial^2 g}{\partial \xi^2} = 0", None),
        ("", (r"g = \xi^2",), r"\frac{\partial^2 g}{\partial \xi^2} = 2", TRUE),
        (OF_ROWS, ROWS, r"\frac{\partial E}{\partial w} = \sum_{i=1}^n (s_i - t_i) x_i", TRUE),
        (OF_ROWS, ROWS, r"\frac{\partial E}{\partial w} = \sum_{i=1}^n (t_i - s_i) x_i", OPEN),
        (OF_ROWS, ROWS, r"\frac{\partial s_i}{\partial w} = x_i", TRUE),
        (OF_ROWS, ROWS, r"\frac{\partial s_i}{\partial w} = w", OPEN),
        ("", (r"v = A q", r"E = \mathbf{1}^\top v"), r"\frac{\partial E}{\partial q} = A^\top \mathbf{1}", TRUE),
        ("", (r"v = A q", r"E = \mathbf{1}^\top v"), r"\frac{\partial E}{\partial q} = 2 A^\top \mathbf{1}", OPEN),
        ("", LATE, r"\frac{\partial a}{\partial w} = (1 - a^2) q", TRUE),
        ("", LATE, r"\frac{\partial a}{\partial w} = (1 - a^2) w", OPEN),
        ("", OPTIMUM, r"\frac{\partial g}{\partial \omega} = 2 \rho - 2 \omega", None),
        ("", OPTIMUM, r"\frac{\partial g}{\partial \omega} = 2 \omega + \lambda", TRUE),
        ("", FUNCTIONS, r"N^2(2 z) = N(z)^2", None),
        (
            "",
            (*FUNCTIONS, r"\mu = \frac{1}{N} \sum_{i=1}^N x_i"),
            r"\frac{\partial \mu}{\partial x_i} = \frac{1}{N(z)}",
            None,
        ),
        (
            "",
            (r"F(\sigma) = q \sigma^2 + r", r"H = q \sigma^2", r"\frac{\partial H}{\partial \sigma^2} = q"),
            r"F(1) = F(0)",
            None,
        ),
        ("", VARIANCE, r"\frac{d^2 g}{d \sigma^2} = q", None),
        ("Let $\\Phi$ and $\\Psi$ be square matrices.", (), r"\Phi \Psi = \Psi \Phi", None),
        ("For matrices $\\Phi$ and $\\Psi$,", (), r"(\Phi \Psi)^2 = \Phi^2 \Psi^2", None),
        ("The vector $y$ is not one-hot.", (r"u = \sum_{j=1}^K y_j \rho",), r"u = \rho", None),
        ("If $y$ is one-hot, this is easy.", (r"u = \sum_{j=1}^K y_j \rho",), r"u = \rho", None),
        ("The vector $y$ is one-hot.", (r"u = \sum_{j=1}^K y_j \rho",), r"u = \rho", TRUE),
        ("", (r"H = \int_0^1 \omega(s)^2 ds",), r"H = 3 \rho", DEFINITION),
        (
            "Here $k$ is the true class.",
            (r"q_i = \frac{e^{\xi_i}}{\sum_j e^{\xi_j}}", r"L = -\log q_k"),
            r"\sum_k \frac{\partial L}{\partial \xi_k} = 1 - K",
            None,
        ),
        ("", (), r"\overline{\xi^2} = \overline{\xi}^2", None),
        *((each, (r"\eta = \tau \chi",), r"\frac{\partial \eta}{\partial \nu} = 2 \nu \chi", None) for each in DENIED),
        *((each, (r"\eta = \tau \chi",), r"\frac{\partial \eta}{\partial \nu} = 2 \nu \chi", TRUE) for each in GIVEN),
        *((each, NETWORK, r"\sum_{k=1}^K P_{ki} = 1", TRUE) for each in COLUMNS),
        *((each, NETWORK, r"\sum_{i=1}^m P_{ki} = 1", OPEN) for each in COLUMNS),
        (OF_ROWS_OF_X, TURNED, r"\sum_{k=1}^K P_{ik} = 1", TRUE),
        (OF_ROWS_OF_X, TURNED, r"\sum_{i=1}^m P_{ik} = 1", OPEN),
        (SAID, (r"\frac{\partial s_i}{\partial \xi_i} = s_i (1 - s_i)",), r"1 - s_i = \frac{1}{1 + e^{\xi_i}}", TRUE),
        (SAID, (r"\frac{\partial s_i}{\partial \xi_i} = s_i (1 - s_i)",), r"1 + s_i = \frac{1}{1 + e^{\xi_i}}", OPEN),
    ],
)
def test_what_people_write_is_read_so_that_false_neighbors_are_told_apart(judged, words, given, claim, status):
    page = judged("\n\n".join((words, *(f"$$\n{each}\n$$" for each in (*given, claim)))))
    if status:
        found = page.formulas[-1].status
        assert found == status or (status is TRUE and found == "verified"), (page.proposed, page.all_problems)
    else:
        assert page.formulas[-1].fails, page.proposed
