"""What `--propose` prints is accepted as it is, and a file is judged better with it; a wrong proposal is noticed."""

import json
import re
from pathlib import Path

import pytest
import yaml

from nncore.verify.__main__ import main
from nncore.verify.judgement import Status
from nncore.verify.notation import load
from nncore.verify.report import sections
from nncore.verify.report.book import NOTATION, Settings, check
from nncore.verify.report.cache import Cache
from nncore.verify.report.declarations import DEFINITIONS
from nncore.verify.report.free import meanings
from nncore.verify.report.sections import propose
from nncore.verify.source.reader import read_page

HERE = Path(__file__).parent
HOMEWORK = HERE / "homework"
NOT_JUDGED = (Status.WITHOUT_MEANING, Status.UNREADABLE)

TWO_LAYERS = r"""
A network with one hidden layer: $W_1 \in \mathbb{R}^{D \times H}$, and the rows of $y$ are one-hot.

$$
z_1 = X W_1 + b_1
$$

$$
h = \tanh(z_1)
$$

$$
z_2 = h W_2 + b_2
$$

$$
\hat y = \text{softmax}(z_2)
$$

$$
L = -\frac{1}{n}\sum_i \sum_k y_{ik} \log \hat y_{ik}
$$

$$
\frac{\partial L}{\partial z_2} = \frac{1}{n} (\hat y - y)
$$

$$
\frac{\partial L}{\partial W_2} = \frac{1}{n} h^T (\hat y - y)
$$
"""
REGRESSION = r"""
The inputs are an $n \times d$ matrix $X$, the targets $y \in \mathbb{R}^n$ and the weights $w \in \mathbb{R}^d$.

$$
\hat{y} = X w
$$

$$
J = \frac{1}{2n} \|\hat{y} - y\|^2
$$

$$
\nabla_w J = \frac{1}{n} X^T (X w - y)
$$
"""
ONE_HOT = r"""
The target $y$ is one-hot. The probabilities are

$$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$$

$$L = -\sum_k y_k \log p_k .$$

$$\frac{\partial p_k}{\partial z_j} = p_k (\delta_{kj} - p_j)$$

$$\frac{\partial L}{\partial z_k} = p_k - y_k$$
"""
RECURRENT = r"""
The vectors are columns, $h_0 \in \mathbb{R}^{H}$ is the state before.

$$
a = W_h h_0 + W_x x + b
$$

$$
h = \tanh(a)
$$

$$
L = \frac12 \|h - t\|^2
$$

$$
\frac{\partial L}{\partial a} = (h - t) \odot (1 - h^2)
$$

$$
\frac{\partial L}{\partial W_h} = \frac{\partial L}{\partial a} h_0^T
$$

$$
\frac{\partial L}{\partial h_0} = W_h^T \frac{\partial L}{\partial a}
$$
"""
COLUMNS = r"""
Let $x \in \mathbb{R}^d$, $W \in \mathbb{R}^{h \times d}$, $b \in \mathbb{R}^h$, $V \in \mathbb{R}^{k\times h}$.

$$a = \sigma(W x + b), \quad y = V a + c, \quad L = \tfrac12 \|y - t\|_2^2$$

$$\frac{\partial L}{\partial V} = (y - t) a^\top$$

$$\frac{\partial L}{\partial b} = V^\top (y - t) \odot a \odot (1-a)$$
"""
ONE_LETTER_LACKS = r"""
$$
z_{im} := \sum_{j=1}^{D} x_{ij} w_{jm}
$$

$$
J := \frac{\kappa}{2} \sum_{i=1}^{n} \sum_{m=1}^{M} z_{im}^2
$$

$$
\frac{\partial J}{\partial z_{im}} = \kappa z_{im}
$$
"""
BATCH = r"""
We have a batch `X` with shape (N, D). The hidden layer uses ReLU.

$$Z = XW + b$$
$$H = \text{ReLU}(Z)$$
$$S = HV + c$$

The targets are $T$.

$$L = \frac{1}{2N}\sum_{n,k} (S_{nk} - T_{nk})^2$$
$$\frac{\partial L}{\partial S} = \frac{1}{N}(S - T)$$
$$\frac{\partial L}{\partial V} = H^T \frac{\partial L}{\partial S}$$
$$\frac{\partial L}{\partial H} = \frac{\partial L}{\partial S} V^T$$
"""
SEQUENCE = r"""
The state is $h_t \in \mathbb{R}^d$, the input $x_t \in \mathbb{R}^m$; weights are $W \in \mathbb{R}^{d \times d}$,
$U \in \mathbb{R}^{d \times m}$.

$$
a_t = W h_{t-1} + U x_t + b
$$

$$
h_t = \tanh(a_t)
$$

$$
L = \phi(h_t)
$$

$$
\frac{\partial L}{\partial h_{t-1}} = W^T \left( \frac{\partial L}{\partial h_t} \odot (1 - h_t^2) \right)
$$

$$
\frac{\partial L}{\partial W} = \frac{\partial L}{\partial a_t} h_{t-1}^T
$$
"""
LATE = r"""
The classes have probabilities $\hat{y}$ and targets $y$; the sizes are $W \in \mathbb{R}^{n_y \times n_x}$ and
$b \in \mathbb{R}^{n_y}$, with $n_y = K$.

$$
\mathcal{L}(\hat{y}, y) = -\sum_{k=1}^{K} y_k \log \hat{y}_k
$$

$$
\begin{aligned} z &= W x + b \\ \hat{y} &= \text{softmax}(z) \end{aligned}
$$

$$
\frac{\partial \mathcal{L}}{\partial z_j} = \hat{y}_j \sum_{k=1}^{K} y_k - y_j
$$

$$
\frac{\partial \mathcal{L}}{\partial W_{j,i}} = \frac{\partial \mathcal{L}}{\partial z_j} x_i
$$
"""
OF_ROWS = r"""
Each of the $N$ rows $x_i$ of $X \in \mathbb{R}^{N \times D}$ is normalized:

$$ \hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}} $$

Here $\mu, \sigma^2 \in \mathbb{R}^{1 \times D}$ are

$$
\begin{align*}
\mu &= \frac{1}{N} \sum_i x_i \\
\sigma^2 &= \frac{1}{N} \sum_i (x_i - \mu)^2
\end{align*}
$$

and with $\gamma, \beta \in \mathbb{R}^{1 \times D}$

$$ y_i = \gamma \cdot \hat{x}_i + \beta $$

which is, of all rows,

$$
\begin{align*}
\hat{X} &= \frac{X - \mu}{\sqrt{\sigma^2 + \epsilon}} \\
Y &= \gamma \odot \hat{X} + \beta
\end{align*}
$$

So the gradients of the cost $J$ are

$$ \frac{\partial J}{\partial \gamma} = \sum_i \frac{\partial J}{\partial y_i} \odot \hat{x}_i $$

$$ \frac{\partial J}{\partial \beta} = \sum_i \frac{\partial J}{\partial y_i} $$

$$ \frac{\partial J}{\partial \hat{X}} = \gamma \odot \frac{\partial J}{\partial Y} $$
"""
OF_WORDS = r"""
Let $v_c \in \mathbb{R}^d$ be the vector of the word in the middle, and $u_o \in \mathbb{R}^d$ that of a word beside it.

$$
J = -\log \sigma(u_o^T v_c) - \sum_{k=1}^{K} \log \sigma(-u_k^T v_c)
$$

$$
\frac{\partial J}{\partial v_c} = (\sigma(u_o^T v_c) - 1) u_o - \sum_{k=1}^{K} (\sigma(-u_k^T v_c) - 1) u_k
$$

$$
\frac{\partial J}{\partial u_o} = (\sigma(u_o^T v_c) - 1) v_c
$$

$$
\frac{\partial J}{\partial u_k} = (1 - \sigma(-u_k^T v_c)) v_c
$$
"""
NUMBERED = r"""
The second layer has $z_2 \in \mathbb{R}^M$ and $h \in \mathbb{R}^D$.

$$ z_{2j} = \sum_i h_i w_{ij} + b_j $$

$$ z_2 = h W_2 + b $$

$$ \frac{\partial z_{2j}}{\partial w_{ij}} = h_i $$

$$ \frac{\partial L}{\partial h_i} = \sum_j \frac{\partial L}{\partial z_{2j}} \cdot w_{ij} $$
"""
CHANCES = r"""
$$ p(y=1) = \frac{1}{1 + e^{-z}} $$

$$ p(y=0) = 1 - p(y=1) $$

$$ z = \log \frac{p(y=1)}{p(y=0)} $$

$$ P(Y = k) = \frac{e^{a_k}}{\sum_{j=1}^K e^{a_j}} $$

$$ \sum_{k=1}^K P(Y = k) = 1 $$
"""
OF_COLUMNS = r"""
Here $v_c \in \mathbb{R}^D$ is the center word, and $U \in \mathbb{R}^{D \times V}$ has the columns $u_w$.

$$ P(O = o | C = c) = \frac{\exp(u_o^T v_c)}{\sum_{w=1}^V \exp(u_w^T v_c)} $$

$$ J = -\log P(O = o | C = c) $$

$$ \frac{\partial J}{\partial u_o} = (P(O = o | C = c) - 1) v_c $$
"""
COLUMN_OF_TARGETS = r"""
Let $x \in \mathbb{R}^D$ and $W \in \mathbb{R}^{K \times D}$.

$$ z = W x $$

$$ p = \mathrm{softmax}(z) $$

$$ L = -y^T \log p $$

$$ \frac{\partial L}{\partial W} = (p - y) x^T $$
"""
CROSS_ENTROPY = r"""
The weights are $U \in \mathbb{R}^{d \times V}$ and $v \in \mathbb{R}^d$.

$$ J = \mathrm{CE}(y, \hat{y}) $$

$$ \hat{y} = \mathrm{softmax}(U^T v) $$

$$ \frac{\partial J}{\partial v} = -U y + \sum_{k=1}^V y_k U \hat{y} $$
"""
RIGHT = {
    "batch": BATCH,
    "two layers": TWO_LAYERS,
    "regression": REGRESSION,
    "one-hot": ONE_HOT,
    "recurrent": RECURRENT,
    "a step of a sequence": SEQUENCE,
    "the network below its loss": LATE,
    "columns": COLUMNS,
    "one letter": ONE_LETTER_LACKS,
    "rows that the text states": OF_ROWS,
    "words and their vectors": OF_WORDS,
    "a letter with a number": NUMBERED,
    "chances": CHANCES,
    "columns of a matrix": OF_COLUMNS,
    "cross-entropy above what it is of": CROSS_ENTROPY,
}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs the command in a folder of its own; returns the exit code and what is printed on both channels."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments):
        code = main([*map(str, arguments)])
        return code, *capsys.readouterr()

    return command


def pasted(text, block, suffix):
    """Return a file with a proposal at its top; in LaTeX displays stand in the document."""
    if suffix == ".ipynb":
        notebook = json.loads(text)
        notebook["cells"].insert(0, {"cell_type": "markdown", "metadata": {}, "source": block})
        return json.dumps(notebook)
    if suffix == ".tex":
        lines = block.splitlines()
        comments = "\n".join(line for line in lines if line.startswith("%"))
        displays = "\n".join(line for line in lines if not line.startswith("%"))
        return f"{comments}\n" + text.replace(r"\begin{document}", rf"\begin{{document}}{displays}")
    return f"{block}\n{text}"


def judged(path):
    """Return how the formulas of a file fare, and its faults, which belong to no formula."""
    (page,) = check([path], load(NOTATION), root=path.parent, processes=1, free=True).pages
    return [formula.status for formula in page.formulas], page.problems


def understood(path):
    """Return how many statements of a file have a meaning."""
    by = Settings(Path("."), load(NOTATION), {}, Cache(None), "", False, True)
    found = meanings(path, read_page(path), by)
    return found.understood - found.claimed


def with_proposal(run, path):
    """Paste what is proposed for a file into it, and return that."""
    code, block, _ = run("--propose", path)
    assert code == 0
    path.write_text(pasted(path.read_text(encoding="utf-8"), block, path.suffix), encoding="utf-8")
    return block


def proposed(run, path):
    """Return how a file fares without and with what is proposed for it, and what that is."""
    before, _ = judged(path)
    block = with_proposal(run, path)
    after, faults = judged(path)
    assert not [fault for fault in faults if "notation" in fault.reason]
    return before, after, block


def count(statuses):
    return sum(status not in NOT_JUDGED for status in statuses)


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_a_right_text_without_any_notation_is_right_in_the_second_run(run, tmp_path, text):
    path = tmp_path / "a.md"
    path.write_text(text, encoding="utf-8")
    before, after, _ = proposed(run, path)
    assert count(before) < count(after) == len(after)
    assert run(path)[0] == 0


@pytest.mark.parametrize("kind", sorted(file.stem for file in (HERE / "wild").glob("*.yml")))
def test_what_people_write_fares_no_worse_with_what_is_proposed_for_it(run, tmp_path, kind, monkeypatch):
    monkeypatch.setattr(sections, "seconds_for", lambda _: 1.0)
    cases = yaml.safe_load((HERE / "wild" / f"{kind}.yml").read_text(encoding="utf-8"))
    sources = [case["source"] for case in cases if len(case.get("readings", ())) == 1 and "before" not in case]
    path = tmp_path / "a.md"
    path.write_text("\n\n".join(f"$$\n{source}\n$$" for source in sources[:20]), encoding="utf-8")
    before, after, _ = proposed(run, path)
    assert len(before) <= len(after) and count(before) <= count(after)


# Homework, with two mistakes each ------------------------------------------------------------------------------------


def test_of_a_homework_in_latex_the_two_mistakes_are_found_and_nothing_else(run, tmp_path):
    path = tmp_path / "softmax.tex"
    path.write_text((HOMEWORK / "softmax.tex").read_text(encoding="utf-8"), encoding="utf-8")
    block = with_proposal(run, path)
    assert all(line.startswith("% ") for line in block.splitlines())
    assert "rows: one-hot" in block
    code, out, _ = run(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    wrong = [int(at) for at in re.findall(r"^  softmax\.tex:(\d+):\d+: (?:refuted|holds if)", out, re.MULTILINE)]
    assert code == 1 and [lines[at - 1].strip() for at in wrong] == [
        r"\pd{L}{Z_1} = (G_2 W_2^T) \odot (1 - A_1)",
        r"\pd{L}{W_1} = \frac{1}{m} X^T \pd{L}{Z_1} .",
    ]
    assert "unreadable:" not in out and "without meaning:" not in out


def test_of_a_notebook_the_two_mistakes_are_found_and_nothing_else(run, tmp_path):
    path = tmp_path / "logistic.ipynb"
    path.write_text((HOMEWORK / "logistic.ipynb").read_text(encoding="utf-8"), encoding="utf-8")
    block = with_proposal(run, path)
    assert block.startswith("```{notation}\n") and r"\sigma(q) := \frac{1}{1 + e^{-q}}" in block
    code, out, _ = run(path)
    assert code == 1
    wrong = re.findall(
        r"^(\S.*?)  (?:refuted|true only if .*|holds if .*|without meaning|unreadable|undecided)$", out, re.M
    )
    assert wrong == ["logistic.ipynb (cell 4):7", "logistic.ipynb (cell 4):11"]


# A wrong proposal -----------------------------------------------------------------------------------------------------


def test_no_shape_of_a_proposal_could_be_another_one(run, tmp_path):
    path = tmp_path / "a.md"
    path.write_text(TWO_LAYERS, encoding="utf-8")
    block = with_proposal(run, path)
    after = understood(path)
    shapes = re.findall(r"letter: (\S+), .*?shape: \[(\w+), (\w+)\]", block)
    assert len(shapes) == 7
    for letter, rows, columns in shapes:
        if rows != columns and not letter.startswith("b"):
            line = next(each for each in block.splitlines() if f"letter: {letter}," in each)
            turned = re.sub(r"entry: \S+, ", "", line).replace(f"[{rows}, {columns}]", f"[{columns}, {rows}]")
            path.write_text(TWO_LAYERS + block.replace(line, turned), encoding="utf-8")
            assert understood(path) < after, letter


def test_a_proposal_says_what_it_guessed_and_what_it_cannot_tell(run, tmp_path):
    path = tmp_path / "a.md"
    path.write_text(TWO_LAYERS + "\n$$ q = g(X) $$\n", encoding="utf-8")
    _, block, said = run("--propose", path)
    lines = block.splitlines()
    assert any("letter: X," in line and "# guessed: X W_1 needs it" in line for line in lines)
    assert any("letter: W_1," in line and "guessed" not in line for line in lines)
    assert any(line.startswith("# question: what is g(…)?") for line in lines)
    assert re.search(r"a\.md: \d+ of \d+ statements have a meaning with this block, 0 without it", said)


def test_what_is_said_of_rows_is_proposed_only_where_it_is_said(tmp_path):
    path = tmp_path / "a.md"
    path.write_text(TWO_LAYERS, encoding="utf-8")
    assert "rows: one-hot" in propose(path, load(NOTATION), {})[0][1].block
    path.write_text(TWO_LAYERS.replace("one-hot", "real"), encoding="utf-8")
    assert "rows:" not in propose(path, load(NOTATION), {})[0][1].block


def test_a_wrong_claim_does_not_change_the_shapes_that_definitions_give(tmp_path):
    path = tmp_path / "a.md"
    path.write_text(TWO_LAYERS, encoding="utf-8")
    right = propose(path, load(NOTATION), {})[0][1].block
    wrong = TWO_LAYERS.replace(r"\frac{1}{n} h^T (\hat y - y)", r"\frac{1}{n} (\hat y - y) h^T")
    assert wrong != TWO_LAYERS
    path.write_text(wrong, encoding="utf-8")
    assert propose(path, load(NOTATION), {})[0][1].block == right


def test_letters_of_the_book_are_not_declared_again(run, tmp_path):
    path = tmp_path / "a.md"
    path.write_text(ONE_LETTER_LACKS, encoding="utf-8")
    assert run("--propose", path)[1] == ("```{notation}\nscalars:\n  - {letter: \\kappa, meaning: a number}\n```\n")


def test_where_nothing_is_to_be_declared_nothing_is_proposed(run, tmp_path):
    path = tmp_path / "a.md"
    path.write_text("$$ x + 1 = 1 + x $$\n", encoding="utf-8")
    code, out, said = run("--propose", path)
    assert (code, out) == (0, "") and "nothing is proposed: 1 of 1 statements have a meaning" in said
    path.write_text("no formula\n", encoding="utf-8")
    assert run("--propose", path)[0] == 2
    assert run("--propose", tmp_path)[0] == run("--propose", path, "--book")[0] == run("--propose", "b.md")[0] == 64


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        (SEQUENCE, r"{\partial a_t} h_{t-1}^T", r"{\partial a_t} h_t^T"),
        (SEQUENCE, r"= W^T \left(", r"= W \left("),
        (LATE, r"- y_j", r"+ y_j"),
        (LATE, r"{\partial z_j} x_i", r"{\partial z_j} x_i x_i"),
        (OF_ROWS, r"\odot \hat{x}_i $$", r"\odot x_i $$"),
        (OF_ROWS, r"= \gamma \odot \frac{", r"= \beta \odot \frac{"),
        (OF_WORDS, r"(1 - \sigma(-u_k^T v_c)) v_c", r"\sigma(-u_k^T v_c) v_c"),
        (OF_WORDS, r"v_c) - 1) u_o", r"v_c) + 1) u_o"),
        (NUMBERED, r"{\partial w_{ij}} = h_i", r"{\partial w_{ij}} = h_i h_i"),
        (NUMBERED, r"\cdot w_{ij} $$", r"\cdot w_{ij} h_i $$"),
        (CHANCES, r"\frac{p(y=1)}{p(y=0)}", r"\frac{p(y=0)}{p(y=1)}"),
        (CHANCES, r"P(Y = k) = 1", r"P(Y = k) = 1 + a_1"),
        (CROSS_ENTROPY, r"= -U y + ", r"= U y - "),
        (OF_COLUMNS, r"= (P(O = o | C = c) - 1) v_c", r"= -v_c"),
        (OF_COLUMNS, r"c) - 1) v_c", r"c)) v_c"),
    ],
)
def test_a_slip_in_a_text_without_any_notation_is_refuted_in_the_second_run(run, tmp_path, text, right, wrong):
    path = tmp_path / "a.md"
    assert text.count(right) == 1
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    _, after, _ = proposed(run, path)
    assert [status for status in after if status is Status.REFUTED or status in NOT_JUDGED] == [Status.REFUTED]


def test_what_is_wrong_with_one_line_of_a_proposal_costs_no_other_line(run, tmp_path):
    path = tmp_path / "a.md"
    path.write_text(ONE_HOT + "\n$$ e_k' = e_k $$\n\n$$ n_x = 3 $$\n", encoding="utf-8")
    _, after, block = proposed(run, path)
    assert "array" in block and count(after) >= 4


# The first use of a letter --------------------------------------------------------------------------------------------


BLOCK = "```{notation}\nsizes:\n  - {letter: K, meaning: x}\narrays:\n  - {letter: Q, shape: [K, 1], meaning: x}\n```\n"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("$$ q = 2 x $$", "definition"),
        (BLOCK + "$$ Q = Q + 0 Q $$", Status.ALL_SHAPES),
        ("$$ q := 2 x $$\n\n$$ q = 3 x $$", Status.REFUTED),
        ("$$ q = 2 x $$\n\n$$ q = 3 x $$", Status.REFUTED),
        ("$$ 2 q = x $$\n\n$$ q = 3 x $$", Status.WITHOUT_MEANING),
        ("$$ J = x + 1 $$", Status.UNDECIDED),
        ("$$ q = 2 x \\quad (x > 0) $$", Status.WITHOUT_MEANING),
        ("$$ q = q + x $$", Status.WITHOUT_MEANING),
    ],
)
def test_a_first_use_with_an_equals_sign_defines_what_nothing_else_says(run, tmp_path, text, status):
    path = tmp_path / "a.md"
    path.write_text(text, encoding="utf-8")
    assert judged(path)[0][-1] == status
    _, out, _ = run(path)
    assert ("as its definition, since nothing above says what it is" in out) == (
        "$$ q = 2 x $$" in text and ":=" not in text
    )
    assert main(["--spelling", "book", str(path)]) != 0 or "read:" not in run("--spelling", "book", path)[1]


def test_a_reading_without_meaning_is_no_second_reading(run, tmp_path):
    path = tmp_path / "a.md"
    path.write_text(
        "```{notation}\nsizes:\n  - {letter: K, meaning: x}\narrays:\n  - {letter: V, shape: [K, 1], meaning: x}\n"
        "  - {letter: U, shape: [1, K], meaning: x}\nscalars:\n  - {letter: q, meaning: x}\n```\n"
        "$$ (V U) \\odot V U = V U \\odot V U $$\n",
        encoding="utf-8",
    )
    code, out, _ = run(path)
    assert "undecided" not in out and code == 0, out


# Faults at their lines ------------------------------------------------------------------------------------------------


FAULTY = (
    "arrays:",
    r"  - {letter: \hat{y}, shape: [n, M], meaning: x}",
    "  - {letter: Q, shape: [n, M], meaning: x}",
    "  - {letter: V, shape: [n, N], meaning: x}",
    "shadows: [q]",
)


@pytest.mark.parametrize("spelling", ["free", "book"])
@pytest.mark.parametrize("suffix", [".md", ".tex"])
def test_each_fault_of_a_block_is_told_at_its_line_of_the_file_and_nothing_is_judged(run, tmp_path, suffix, spelling):
    path = Path(f"a{suffix}")
    if suffix == ".md":
        text = "Text.\n\n```{notation}\n" + "\n".join(FAULTY) + "\n```\n\n$$\nx = x + 1\n$$\n"
    else:
        text = "% A\n\n% notation:\n" + "\n".join(f"% {line}" for line in FAULTY) + "\n\n\\[ x = x + 1 \\]\n"
    path.write_text(text, encoding="utf-8")
    _, out, _ = run(path, "--spelling", spelling)
    lines = text.splitlines()
    told = re.findall(rf"^  a\{suffix}:(\d+):1: without meaning: notation: (.*)$", out, re.MULTILINE)
    faults = [
        (FAULTY[1], r"what holds braces is put in quotes: letter: '\hat{y}'"),
        (FAULTY[3], "arrays, V: the size N is not declared"),
        (FAULTY[4], "shadows: q is no letter that is in force"),
    ]
    found = [(lines[int(at) - 1].removeprefix("% "), words) for at, words in told]
    assert found == (faults if spelling == "book" else faults[:2])  # what hides nothing does no harm
    assert "refuted" not in out and "defines nothing" not in out
    assert f"a{suffix}: no formula is judged before the notation is mended" in out


def test_faults_of_a_block_within_a_dictionary_are_told_at_their_lines_too(run, tmp_path):
    text = "````{dictionary}\n```{notation}\n" + "\n".join(FAULTY) + "\n```\n\n$$ x = x $$\n````\n"
    Path("a.md").write_text(text, encoding="utf-8")
    _, out, _ = run("a.md", "--spelling", "book")
    assert re.findall(r"a\.md:(\d+):1: without meaning: notation: ", out) == ["4", "6", "7"]


@pytest.mark.parametrize("spelling", ["free", "book"])
def test_each_fault_of_a_file_with_a_notation_is_told_at_its_line(run, tmp_path, spelling):
    Path("a.md").write_text("$$ x = x $$\n", encoding="utf-8")
    Path("own.yml").write_text("sizes:\n  - {letter: n, meaning: x}\n" + "\n".join(FAULTY[:4]), encoding="utf-8")
    code, out, said = run("a.md", "--notation", "own.yml", "--spelling", spelling)
    assert (code, out) == (64, "")
    assert re.findall(r"own\.yml:(\d+): ", said) == ["4", "5", "6"]
    assert "own.yml:6: arrays, V: the size N is not declared" in said


# Definitions that are proposed ----------------------------------------------------------------------------------------


BACKWARD = r"""
We have a batch `X` with shape (N, D); $J$ is the cost.

$$
Z = X W + b
$$

$$
A = \tanh(Z)
$$

$$
Y = A V
$$

$$
\frac{\partial J}{\partial A} = \frac{\partial J}{\partial Y} V^T
$$

$$
\frac{\partial J}{\partial Z} = \frac{\partial J}{\partial A} \odot (1 - A \odot A)
$$

$$
\frac{\partial J}{\partial W} = X^T \frac{\partial J}{\partial Z}
$$

$$
\frac{\partial J}{\partial b} = \mathbf{1}^T \frac{\partial J}{\partial Z}
$$
"""
TWO_HEADS = r"""
The input is a batch `X` with shape (N, D). Of the losses of both heads, $L$, only derivatives are used.

$$
Y = X W
$$

$$
Z = U V
$$

$$
\frac{\partial L}{\partial W} = X^T \frac{\partial L}{\partial Y}
$$

$$
\frac{\partial L}{\partial V} = U^T \frac{\partial L}{\partial Z}
$$
"""
OWN_PHI = r"""
The features are $\phi$, an $n \times d$ matrix $\phi$, and the weights $w \in \mathbb{R}^d$.

$$
z = \phi w
$$

$$
\frac{\partial E}{\partial w} = \phi^T \frac{\partial E}{\partial z}
$$
"""
LOST = r"""
Let $z \in \mathbb{R}^K$, and let $y$ be one-hot.

$$
p_k = \frac{e^{z_k}}{\sum_{j=1}^{K} e^{z_j}}
$$

$$
L = \begin{cases} - \log p_k & \text{for the class of the sample} \end{cases}
$$

$$
L(p) = - \sum_{k=1}^{K} y_k \log p_k
$$

$$
\frac{\partial L}{\partial z_j} = p_j - y_j
$$
"""
TWICE = r"""
The data are an $n \times d$ matrix $X$, the weights $w \in \mathbb{R}^d$ and the targets $t \in \mathbb{R}^n$.

$$
E = \frac{1}{2} r^T r
$$

$$
r = X w - t
$$

$$
r = - (t - X w)
$$

$$
\frac{\partial E}{\partial w} = X^T r
$$
"""
WITHIN_WORDS = r"""
The data are an $n \times d$ matrix $X$, the weights $w \in \mathbb{R}^d$ and the targets $t \in \mathbb{R}^n$. With the
residual $r = X w - t$ the loss is

$$
E = \frac{1}{2} r^T r
$$

$$
\frac{\partial E}{\partial w} = X^T r
$$
"""
STEP = r"""
The layer has $W \in \mathbb{R}^{m \times n}$ and $x \in \mathbb{R}^n$, with $y = W x$.

$$
\delta = \nabla_y \mathcal{L}
$$

$$
\nabla_x \mathcal{L} = W^T \delta
$$

$$
\nabla_W \mathcal{L} = \delta x^T
$$

$$
W = W - \eta \nabla_W \mathcal{L}
$$
"""
ABOVE = r"""
Let $W \in \mathbb{R}^{n \times d}$ and $V \in \mathbb{R}^{K \times n}$, and let $x$ be the input.

$$
h(x) = \tanh(W x)
$$

$$
y = V h
$$

$$
z = W x
$$

$$
h = \tanh(z)
$$

$$
\frac{\partial h_j}{\partial z_j} = 1 - h_j^2
$$

$$
J = \sum_{k=1}^{K} y_k
$$

$$
\frac{\partial J}{\partial h_j} = \sum_{k=1}^{K} V_{kj}
$$
"""
NAMED_BELOW = r"""
Let $x \in \mathbb{R}^d$ and $W \in \mathbb{R}^{k \times d}$.

$$
z = W x
$$

$$
\frac{\partial C}{\partial W} = g x^T, \quad g = \frac{\partial C}{\partial z}
$$

$$
\frac{\partial C}{\partial x} = W^T g
$$
"""
DEFINED = {
    "a cost that is never written": (BACKWARD, [r"J := \phi(Y)"]),
    "a cost of two results": (TWO_HEADS, [r"L := \phi(Y, Z)"]),
    "a cost where phi is another letter": (OWN_PHI, [r"E := \psi(z)"]),
    "a loss below what cannot be read": (LOST, [r"L(p) := - \sum_{k=1}^{K} y_k \log p_k"]),
    "two equations for a letter": (TWICE, ["r := X w - t"]),
    "an equation within words": (WITHIN_WORDS, ["r := X w - t"]),
    "a layer within words, and a step": (STEP, ["y := W x", r"\mathcal{L} := \phi(y)"]),
    "a gradient that is named below": (NAMED_BELOW, [r"C := \phi(z)", r"g := \frac{\partial C}{\partial z}"]),
    "what a definition rests on": (ABOVE, ["z := W x", r"h := \tanh(z)"]),
}
GUESSED = re.compile(r"^(?:\\\[ )?(?P<formula>[^$\n]+?) % (?P<why>guessed: [^\n]+)$", re.MULTILINE)


def as_notebook(text):
    """Return a text as a notebook of one cell."""
    cell = {"cell_type": "markdown", "metadata": {}, "source": text}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def as_latex(text):
    """Return a text as a document in LaTeX."""
    parts = text.replace("`X` with shape (N, D)", r"$X \in \mathbb{R}^{N \times D}$").split("$$")
    whole = "".join(rf"\[{part}\]" if at % 2 else part for at, part in enumerate(parts))
    return "\\documentclass{article}\n\\begin{document}\n" + whole + "\\end{document}\n"


AS = {".md": str, ".tex": as_latex, ".ipynb": as_notebook}


@pytest.mark.parametrize("suffix", AS)
@pytest.mark.parametrize(("text", "formulas"), DEFINED.values(), ids=DEFINED)
def test_definitions_are_proposed_that_make_a_right_text_right(run, tmp_path, text, formulas, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_text(AS[suffix](text), encoding="utf-8")
    before, after, block = proposed(run, path)
    found = [each["formula"] for each in GUESSED.finditer(block)]
    assert found == formulas
    assert count(before) < count(after), block
    assert [status for status in after if status in (Status.REFUTED, Status.WITHOUT_MEANING)] == []
    assert run(path)[0] == (2 if text is LOST else 0)


def test_a_definition_says_where_it_stands_or_that_it_is_guessed(tmp_path):
    for text, words in ((BACKWARD, "any function of Y"), (LOST, "line 13 defines it"), (WITHIN_WORDS, "line 3 def")):
        path = tmp_path / "a.md"
        path.write_text(text, encoding="utf-8")
        (line,) = (each for each in propose(path, load(NOTATION), {})[0][1].lines if each.part == DEFINITIONS)
        assert words in line.remark, line
    lines = LOST.splitlines()
    assert lines[12].startswith("L(p)") and "r = X w - t" in WITHIN_WORDS.splitlines()[2]
    path = tmp_path / "a.ipynb"
    path.write_text(as_notebook(LOST), encoding="utf-8")
    assert "line 13 of a.ipynb (cell 1) defines it" in propose(path, load(NOTATION), {})[0][1].paste(".ipynb")


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        (BACKWARD, r"{\partial Y} V^T", r"{\partial Y} 2 V^T"),
        (BACKWARD, r"\odot (1 - A \odot A)", r"\odot (1 - A)"),
        (BACKWARD, r"X^T \frac{\partial J}{\partial Z}", r"X^T \frac{\partial J}{\partial A}"),
        (TWO_HEADS, r"X^T \frac", r"- X^T \frac"),
        (OWN_PHI, r"\phi^T \frac", r"2 \phi^T \frac"),
        (LOST, "p_j - y_j", "y_j - p_j"),
        (TWICE, "= X^T r", "= 2 X^T r"),
        (TWICE, "- (t - X w)", "t - X w"),
        (WITHIN_WORDS, "= X^T r", "= - X^T r"),
        (STEP, r"= W^T \delta", r"= 2 W^T \delta"),
        (STEP, r"= \delta x^T", r"= - \delta x^T"),
        (ABOVE, "= 1 - h_j^2", "= 1 - h_j"),
        (NAMED_BELOW, "= g x^T", "= 2 g x^T"),
    ],
)
def test_a_wrong_formula_is_not_saved_by_definitions_that_are_proposed(run, tmp_path, text, right, wrong):
    path = tmp_path / "a.md"
    assert text.count(right) == 1
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    _, after, block = proposed(run, path)
    assert Status.REFUTED in after and Status.WITHOUT_MEANING not in after, block
    assert after.count(Status.REFUTED) == 1


@pytest.mark.parametrize(
    ("right", "other"),
    [
        ("Y = A V", "J = A V"),
        ("$J$ is the cost", r"$J = \frac{1}{2} \|Y - T\|^2 + \lambda \|V\|_\star$ is the cost"),
        ("Y = A V", r"Y = A V \quad J = \mathcal{F}\{Y, \dots\}"),
        ("Y = A V", r"Y \leftarrow A V"),
    ],
)
def test_a_cost_of_which_a_text_says_what_it_is_is_not_any_function(tmp_path, right, other):
    assert BACKWARD.count(right) == 1
    path = tmp_path / "a.md"
    path.write_text(BACKWARD.replace(right, other), encoding="utf-8")
    assert not any(r"\phi" in each for each in propose(path, load(NOTATION), {})[0][1].definitions)


def test_a_derivative_that_is_stated_outright_makes_a_cost_no_any_function(run, tmp_path):
    path = tmp_path / "a.md"
    stated = "\n$$\n\\frac{\\partial J}{\\partial Y} = Y - T\n$$\n"
    path.write_text(BACKWARD + stated, encoding="utf-8")
    _, after, block = proposed(run, path)
    assert ":=" not in block and Status.REFUTED not in after


def test_an_equation_is_not_proposed_where_another_one_says_what_it_would_refute(run, tmp_path):
    lost = "\n$$\nL = \\begin{cases} p_1 & \\text{in the first case} \\end{cases}\n$$\n"
    text = "Let $p \\in \\mathbb{R}^{K}$.\n" + lost
    one, other = "\n$$\nL = - \\sum_{k=1}^{K} \\log p_k\n$$\n", "\n$$\nL = \\sum_{k=1}^{K} p_k^2\n$$\n"
    slope = "\n$$\n\\frac{\\partial L}{\\partial p_k} = - \\frac{1}{p_k}\n$$\n"
    path = tmp_path / "a.md"
    path.write_text(text + one + slope, encoding="utf-8")
    assert len(propose(path, load(NOTATION), {})[0][1].definitions) == 1
    path.write_text(text + one + other + slope, encoding="utf-8")
    _, after, block = proposed(run, path)
    assert ":=" not in block and Status.REFUTED not in after


def test_of_two_equations_that_contradict_each_other_one_defines_and_the_other_is_refuted(run, tmp_path):
    path = tmp_path / "a.md"
    path.write_text(TWICE.replace("- (t - X w)", "t - X w"), encoding="utf-8")
    _, after, block = proposed(run, path)
    assert "r := X w - t" in block and after.count(Status.REFUTED) == 1 and count(after) == len(after)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (r"$$ W = W - 2 \frac{\partial J}{\partial W} $$", "step"),
        (r"$$ W = W + \frac{\partial J}{\partial W} $$", "step"),
        (r"$$ W = W - 2 W $$", Status.REFUTED),
        (r"$$ W = W - 2 \frac{\partial J}{\partial V} $$", Status.REFUTED),
        (r"$$ 0 W = W - 2 \frac{\partial J}{\partial W} $$", Status.REFUTED),
    ],
)
def test_a_step_is_a_step_also_with_an_equals_sign(tmp_path, text, status):
    path = tmp_path / "a.md"
    block = "```{notation}\nshadows: [J, V, W, H, D]\nsizes:\n  - {letter: H, meaning: x}\narrays:\n"
    arrays = "".join(f"  - {{letter: {letter}, shape: [H, H], meaning: x}}\n" for letter in "WV")
    text = f"{block}{arrays}state: [W]\n```\n\n$$ J := \\phi(W, V) $$\n\n{text}"
    path.write_text(text, encoding="utf-8")
    assert judged(path)[0][-1] == status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (r"$$ \delta = 2 w $$", "definition"),
        (r"$$ \sum_{k=1}^{M} \delta_{jk} w_k = w_j $$", Status.ALL_SHAPES),
        (r"$$ \sum_{k=1}^{M} \delta_{jk} = 1, \quad \delta = 2 w $$", Status.WITHOUT_MEANING),
    ],
)
def test_delta_without_two_indices_is_a_letter(tmp_path, text, status):
    path = tmp_path / "a.md"
    block = "```{notation}\nshadows: [w, j, k]\narrays:\n  - {letter: w, shape: [M, 1], meaning: x}\n```\n"
    path.write_text(f"{block}\n{text}", encoding="utf-8")
    assert judged(path)[0][-1] == status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (r"$$ q = \sum_{n \in S} w^n $$", "definition"),
        (r"$$ q_k = w^k \quad \text{for } k \in S $$", Status.WITHOUT_MEANING),
        (r"$$ h = \sum_{j=1}^{n_h} w^j $$", "definition"),
        (r"$$ h = \sum_{j=1}^{h} w^j $$", Status.WITHOUT_MEANING),
    ],
)
def test_a_sum_to_a_size_or_over_a_set_does_not_keep_a_first_use_from_defining(tmp_path, text, status):
    path = tmp_path / "a.md"
    block = "```{notation}\nshadows: [w, h, n, j, k]\nsizes:\n  - {letter: n_h, meaning: x}\n"
    scalars = "  - {letter: '|S|', meaning: x}\nscalars:\n  - {letter: w, meaning: x}\n```\n"
    path.write_text(f"{block}{scalars}\n{text}", encoding="utf-8")
    assert judged(path)[0][-1] == status


@pytest.mark.parametrize(("text", "status"), [
    (COLUMN_OF_TARGETS, Status.HOLDS_IF),
    (f"{COLUMN_OF_TARGETS}\nThe vector $y$ is one-hot.\n", Status.ALL_SHAPES),
    (f"{COLUMN_OF_TARGETS}\nThe weights $W$ are real, and $y$ is one-hot.\n", Status.ALL_SHAPES),
    (f"{COLUMN_OF_TARGETS}\nThe vector $x$ is one-hot, and $y$ has any numbers.\n", Status.HOLDS_IF),
    (COLUMN_OF_TARGETS.replace("p - y)", "y - p)"), Status.REFUTED),
])  # fmt: skip
def test_targets_that_may_sum_to_1_have_entries(run, tmp_path, text, status):
    path = tmp_path / "a.md"
    path.write_text(text, encoding="utf-8")
    _, after, block = proposed(run, path)
    assert after[-1] == status
    path.write_text(path.read_text(encoding="utf-8").replace("entry: y_j, ", ""), encoding="utf-8")
    assert judged(path)[0][-1] == status or "columns" in block  # which needs the entry
