"""What is known of random letters: their declarations, and the moments that assumptions state."""

from collections.abc import Callable
from dataclasses import dataclass

from nncore.verify.notation import EXPECTATION, VARIANCE
from nncore.verify.syntax import tree as t

MEAN, SQUARE, SPREAD = "mean", "mean square", "variance"


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of every entry of a letter: ``indices`` are the letters that stand for its indices in the value."""

    letter: str
    kind: str
    indices: tuple[str, ...]
    value: t.Node


def moment_of(claim: t.Chain, letter_of: Callable[[t.Node], str | None]) -> Moment | None:
    """Return the moment that an assumption states, if it is one; ``letter_of`` names the array of an entry."""
    match claim:
        case t.Chain(t.Apply(t.Function(name, 0, None), (body,)), (t.Link("=", value),)):
            kind = {EXPECTATION: MEAN, VARIANCE: SPREAD}.get(name)
            if kind == MEAN and isinstance(body, t.Power) and body.exponent == t.Number("2"):
                kind, body = SQUARE, body.base
            letter = letter_of(body) if isinstance(body, t.Letter | t.Indexed) else None
            indices = body.indices if isinstance(body, t.Indexed) else ()
            names = tuple(index.name for index in indices if isinstance(index, t.Letter))
            if kind and letter and len(names) == len(indices):
                return Moment(letter, kind, names, value)
    return None
