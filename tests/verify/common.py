"""What the tests of meanings and of judges share: the notation of the book, its pages, and its first formulas."""

from pathlib import Path
from tempfile import TemporaryDirectory

from nncore.verify.notation import load
from nncore.verify.numeric import Budget, NumericResult, judge
from nncore.verify.semantics.elaborate import meaning
from nncore.verify.semantics.statements import Claim, Kind, Page

ROOT = Path(__file__).resolve().parents[2]
NOTATION = load(ROOT / "book" / "notation.yml")

DENSE = r"z_{im} := \sum_{j=1}^{D} x_{ij} w_{jm} + b_m"
SOFTMAX = r"p_{im} := \frac{e^{z_{im}}}{\sum_{l=1}^{M} e^{z_{il}}}"
LOSS = r"L_i := \ln \left( \sum_{l=1}^{M} e^{z_{il}} \right) - \sum_{m=1}^{M} y_{im} z_{im}"


def page(name: str) -> Path:
    """A page of the book: ``page("layers/relu.md")``."""
    return ROOT / "book" / name


def write(path: Path, *parts: str) -> Path:
    """A page with these parts: a formula is displayed, what has several lines stands as it is."""
    shown = (part if "\n" in part else f"$$ {part} $$\n" for part in parts)
    path.write_text("\n".join(shown), encoding="utf-8")
    return path


def say(folder: Path, *parts: str) -> Page:
    """The meaning of a page with these parts."""
    return meaning(write(folder / "page.md", *parts), NOTATION)


def reason(folder: Path, *parts: str) -> str:
    """Why the only formula of such a page that has no meaning has none."""
    (fault,) = say(folder, *parts).faults
    return fault.reason


def last_verdict(folder: Path, *parts: str) -> NumericResult:
    """What the numbers say of the last claim of such a page, all of which has a meaning."""
    said = say(folder, *parts)
    assert not said.faults, said.faults
    return judge([item for item in said.items if item.kind == Kind.CLAIM][-1])


def claim_of(*parts: str) -> Claim:
    """The last claim of such a page."""
    with TemporaryDirectory() as folder:
        said = say(Path(folder), *parts)
    assert not said.faults, said.faults
    return [item for item in said.items if item.kind == Kind.CLAIM][-1]


def patient() -> Budget:
    """A budget with the usual steps, and time for them on a busy machine: for tests of what is true, not when."""
    return Budget(seconds=120)


def block(text: str) -> str:
    """Letters of a page."""
    return f"```{{notation}}\n{text}\n```\n"
