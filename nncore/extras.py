"""What the parts of the package need beyond NumPy: the extras of pyproject.toml, and one sentence for a missing one."""

import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Protocol

# The modules of each extra that are imported, in the order of pyproject.toml. FLINT is left out: mpmath can replace it.
MODULES = {
    "training": ("tqdm",),
    "symbolic": ("sympy",),
    "verify": ("sympy", "mpmath", "lark", "myst_parser", "yaml", "rich", "latex2mathml"),
}
JUDGES = ("sympy", "mpmath", "lark")  # what of "verify" judges a formula; the others read files and print reports


class MissingExtra(ModuleNotFoundError):
    """An extra that is needed here and not installed; the message is one sentence."""


def missing(modules: Sequence[str]) -> tuple[str, ...]:
    """Return those of some modules that are not installed."""
    return tuple(name for name in modules if find_spec(name) is None)


def require(extra: str, what: str, modules: Sequence[str] = ()) -> None:
    """Do nothing if an extra is installed.

    Parameters
    ----------
    extra : str
        Its name in pyproject.toml.
    what : str
        What needs it, as in ``nncore.symbolic``.
    modules : sequence of str
        Those of its modules that are needed: all unless given.

    Raises
    ------
    MissingExtra
        If one of its modules cannot be found.
    """
    names = missing(modules or MODULES[extra])
    if names:
        raise MissingExtra(sentence(extra, what, names), name=names[0]) from None


def sentence(extra: str, what: str, names: Sequence[str]) -> str:
    """Return what a user is told who lacks modules of an extra."""
    return (
        f"{what} needs {' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))}: install the extra '{extra}', "
        f"in the folder of the book's sources with: pip install '.[{extra}]'"
    )


class Bar(Protocol):
    """The numbers of the epochs, drawn as a progress bar while they are gone through."""

    def __iter__(self) -> Iterator[int]: ...

    def set_postfix(self, **words: str) -> None:
        """Write words behind the bar."""


class _NoBar:
    """The same numbers with nothing drawn."""

    def __init__(self, count: int) -> None:
        self.numbers = range(count)

    def __iter__(self) -> Iterator[int]:
        return iter(self.numbers)

    def set_postfix(self, **words: str) -> None:
        """Write nothing."""


def trange(count: int, unit: str, disable: bool | None) -> Bar:
    """Return a progress bar of tqdm; without tqdm none is drawn, and where one would be, a sentence says so.

    Parameters
    ----------
    count : int
        How many numbers there are; they begin with 0.
    unit : str
        What each of them counts.
    disable : bool or None
        Whether to draw nothing. None draws on a terminal only.
    """
    names = missing(MODULES["training"])
    if not names:
        from tqdm import trange as bar_of

        bar: Bar = bar_of(count, unit=unit, disable=disable)
        return bar
    if disable is None and sys.stderr.isatty():
        print(sentence("training", "the progress bar", names), file=sys.stderr)
    return _NoBar(count)
