"""The pages and the notation with what the judges need and the book does not print yet.

`page` writes a page of the book with these additions to a folder. An addition whose place is not found any more,
because the page was edited, is left out: where it was needed, a claim fails.
"""

from dataclasses import replace
from pathlib import Path

from nncore.verify.notation import Array, Function, Notation, Written, load

ROOT = Path(__file__).resolve().parents[2]

COST = r"""The cost may be any smooth function of {what}, which depends on everything else only through them:

$$
J := \phi({through})
$$ ({label})

## The answer
"""


def _block(text):
    return f"```{{notation}}\n{text}\n```\n\n"


def _cost(through, what, label):
    return "## The answer\n", COST.format(through=through, what=what, label=label)


ADDITIONS = {
    "loss/exercise-1-1.md": [
        (
            "```{exercise} The second derivative",
            _block("scalars:\n  - {letter: d_k, meaning: any number for each class}")
            + "```{exercise} The second derivative",
        ),
    ],
    "layers/dense-backward.md": [
        _cost("Z", "the pre-activations", "eq-dense-backward-cost"),
        (
            "```{exercise} A second path",
            _block(r"scalars:" + "\n" + r"  - {letter: \lambda, meaning: strength of the weight decay}")
            + "```{exercise} A second path",
        ),
    ],
    "layers/relu.md": [
        _cost("A", "the activations", "eq-relu-cost"),
        (
            "```{exercise} Leaky ReLU",
            _block(
                "arrays:\n"
                r'  - {letter: "\\tilde{A}", entry: "\\tilde{a}_{im}", shape: [n, M], '
                "meaning: activations of leaky ReLU}\n"
                "scalars:\n" + r"  - {letter: \alpha, meaning: slope for negative numbers}"
            )
            + "```{exercise} Leaky ReLU",
        ),
        (
            "\\alpha z_{im}, & z_{im} \\le 0 \\end{cases}\n$$\n",
            "\\alpha z_{im}, & z_{im} \\le 0 \\end{cases}\n$$\n\n"
            "The cost is any smooth function of them:\n\n$$\nK := \\phi(\\tilde A)\n$$\n",
        ),
        (
            "\\frac{\\partial J}{\\partial z_{im}}\n= \\begin{cases}\n\\frac{\\partial J}{\\partial \\tilde a_{im}}",
            "\\frac{\\partial K}{\\partial z_{im}}\n= \\begin{cases}\n\\frac{\\partial K}{\\partial \\tilde a_{im}}",
        ),
        (
            "\\alpha \\frac{\\partial J}{\\partial \\tilde a_{im}}, & z",
            "\\alpha \\frac{\\partial K}{\\partial \\tilde a_{im}}, & z",
        ),
        ("\\frac{\\partial J}{\\partial \\alpha}\n", "\\frac{\\partial K}{\\partial \\alpha}\n"),
        (
            "\\frac{\\partial J}{\\partial \\tilde a_{im}} \\min(",
            "\\frac{\\partial K}{\\partial \\tilde a_{im}} \\min(",
        ),
    ],
    "layers/sigmoid.md": [_cost("A", "the activations", "eq-sigmoid-cost")],
    "layers/softmax.md": [
        _cost("P", "the probabilities", "eq-softmax-cost"),
        (
            "```{exercise} Temperature",
            _block(r"scalars:" + "\n" + r"  - {letter: \tau, meaning: temperature}") + "```{exercise} Temperature",
        ),
    ],
    "layers/cross-entropy.md": [
        _cost("L", "the losses", "eq-cross-entropy-cost"),
        (
            "````{exercise} What the loss asks for",
            _block('arrays:\n  - {letter: Q, entry: "q_{im}", shape: [n, M], meaning: frequencies of the classes}')
            + "````{exercise} What the loss asks for",
        ),
    ],
    "layers/softmax-cross-entropy.md": [
        _cost("L", "the losses", "eq-fused-cost"),
        (
            "Inside, one factor divides by",
            "Under {prf:ref}`asm-fused-rows` the targets sum to 1. Inside, one factor divides by",
        ),
        (
            "```{exercise} Targets that do not sum to 1",
            _block(r"scalars:" + "\n" + r"  - {letter: \omega_i, meaning: weight of sample i}")
            + "```{exercise} Targets that do not sum to 1",
        ),
    ],
}  # fmt: skip


def notation() -> Notation:
    """The notation of the book, with losses as a column, and functions of which only smoothness is known."""
    book = load(ROOT / "book" / "notation.yml")
    if not any(array.letter == "L" for array in book.arrays):
        losses = Array("L", Written("L", ("i",)), (Written("n"), Written("1")), None, "losses")
        scalars = tuple(scalar for scalar in book.scalars if scalar.written.letter != "L")
        book = replace(book, arrays=(*book.arrays, losses), scalars=scalars)
    others = tuple(function for function in book.functions if function.name not in ("f", r"\phi"))
    smooth = (
        Function("f", "smooth", "any smooth function"),
        Function(r"\phi", "cost", "any smooth function of arrays"),
    )
    return replace(book, functions=(*others, *smooth))


def page(name: str, folder: Path) -> Path:
    """A page of the book with the additions, in the folder."""
    text = (ROOT / "book" / name).read_text(encoding="utf-8")
    for old, new in ADDITIONS.get(name, []):
        if new not in text:
            text = text.replace(old, new, 1)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
