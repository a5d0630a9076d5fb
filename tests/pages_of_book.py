"""The pages of the book as the checker understands them, read once for all tests of a process."""

from functools import cache
from pathlib import Path

from nncore.verify.meaning import Page, book_functions, meaning
from nncore.verify.notation import load

BOOK = Path(__file__).resolve().parents[1] / "book"
NOTATION = load(BOOK / "notation.yml")
NAMES = [
    *(f"loss/{name}.md" for name in ("softmax-and-cross-entropy", "exercise-1-1")),
    *(
        f"layers/{name}.md"
        for name in (
            "dense-forward", "dense-backward", "relu", "sigmoid", "softmax", "cross-entropy", "softmax-cross-entropy",
        )
    ),
]  # fmt: skip


@cache
def said() -> dict[str, Page]:
    """What every page says, by its name."""
    paths = [BOOK / name for name in NAMES]
    functions = book_functions(paths, NOTATION)
    return {name: meaning(path, NOTATION, functions) for name, path in zip(NAMES, paths, strict=True)}
