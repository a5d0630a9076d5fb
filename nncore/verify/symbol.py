r"""What a letter stands for, once it is known: a symbol, under a name that knows its parts.

Families have members with whole numbers: arrays by layers, ``W^{[r]}``, widths, ``D_{r-1}``, and sequences, ``u_t``. A
*position* is what stands in the place of the number: ``("r", -1)`` for r - 1, ``(None, 2)`` for 2. Sizes are names of
letters or of widths, or numbers; a shape is a pair of them, or `None` for a number.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

Position = tuple[str | None, int]
Size = str | int
Shape = tuple[Size, Size] | None


class SymbolName(str):
    r"""The name of a symbol as it is printed, with its parts.

    Attributes
    ----------
    letter : str
        The letter without anything else: Z of ``Z^{[2]}``, u of ``u_t``.
    layer : Position or None
        The layer of a member of a family of layers.
    width : Position or None
        The layer of which a size is the width, as in ``D_{r-1}``.
    counter : str or None
        The index by which the members of a sequence are counted.
    """

    __slots__ = ("counter", "layer", "letter", "width")
    letter: str
    layer: Position | None
    width: Position | None
    counter: str | None

    @classmethod
    def of(
        cls, letter: str, *, layer: Position | None = None, width: Position | None = None, counter: str | None = None
    ) -> Self:
        """Return the name of a letter alone, or with one of its parts: ``Z^{[r+1]}``, ``D_{r-1}``, ``u_t``, ``u_2``."""
        text = letter
        if layer:
            text += f"^{{[{written_position(layer)}]}}"
        elif width:
            text += f"_{{{written_position(width)}}}" if width[0] and width[1] else f"_{written_position(width)}"
        elif counter:
            text += f"_{counter}"
        name = cls(text)
        name.letter, name.layer, name.width, name.counter = letter, layer, width, counter
        return name


def written_position(where: Position) -> str:
    """Return a position as it is printed: ``r-1``, ``R``, ``2``."""
    letter, shift = where
    return f"{letter}{shift:+d}" if letter and shift else letter or str(shift)


class SymbolKind(StrEnum):
    """What a symbol is."""

    BOUND = "bound"  # an index that a sum binds
    ARGUMENT = "argument"  # of a function, in its definition
    INDEX = "index"
    CONSTANT = "constant"
    SIZE = "size"
    ARRAY = "array"
    ENTRY = "entry"
    NUMBER = "number"
    CLASS = "class"  # a class number
    DELTA = "delta"


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a letter or an entry stands for.

    Attributes
    ----------
    kind : SymbolKind
        What it is.
    name : SymbolName
        That of the array for an array and its entries.
    sizes : tuple of Size
        The sizes up to which the indices of an entry run.
    shape : Shape
        That of an array.
    """

    kind: SymbolKind
    name: SymbolName
    sizes: tuple[Size, ...] = ()
    shape: Shape = None

    @property
    def is_sequence(self) -> bool:
        """Return whether an entry is a member of a sequence, u_t."""
        return self.kind is SymbolKind.ENTRY and self.name.counter is not None
