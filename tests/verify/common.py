"""What the tests of meanings and of judges share: the notation of the book, its pages, and its first formulas."""

from pathlib import Path

from nncore.verify.notation import load

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
