"""The pages of the book as the checker understands them, read once for all tests of a process."""

import sys
import tempfile
from functools import cache
from pathlib import Path

from nncore.verify.meaning import Page, book_functions, meaning

sys.path.insert(0, str(Path(__file__).parent / "verify"))
from requested import notation, page  # noqa: E402

NOTATION = notation()
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
    folder = Path(tempfile.mkdtemp())
    paths = [page(name, folder) for name in NAMES]
    functions = book_functions(paths, NOTATION)
    return {name: meaning(path, NOTATION, functions) for name, path in zip(NAMES, paths, strict=True)}
