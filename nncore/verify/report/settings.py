"""What is the same for all pages that are judged together."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nncore.verify.notation import Notation
from nncore.verify.report.cache import Cache
from nncore.verify.semantics.symbols import Binding


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a run.

    Attributes
    ----------
    root : Path
        The folder from which a report names files.
    notation : Notation
        The letters in force.
    functions : mapping of str to Binding
        The functions that all pages know.
    store : Cache
        What keeps judgements.
    common : str
        A digest of the checker and the notation, under which they are kept.
    book : bool
        Whether MyST renders the pages.
    """

    root: Path
    notation: Notation
    functions: Mapping[str, Binding]
    store: Cache
    common: str
    book: bool
