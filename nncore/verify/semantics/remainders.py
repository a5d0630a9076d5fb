r"""Claims up to a rest: ``f(x + h) = f(x) + h f'(x) + O(h^2)`` for h → 0.

The rest is everything on the left minus everything printed on the right. O stands as the last addend of a right side,
or as all of it, and its argument is a power of one letter; the parse tree shows it as the application of a function.
O(h) for a rest of order h² says less than could be said, but nothing false.
"""

from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation

HIGHEST = 6  # the highest order up to which both sides are expanded


def split(relation: Relation | None, node: t.Node) -> tuple[t.Node, t.Letter, int] | None:
    """Return a right side without its O, the letter that tends to 0, and the order of the rest; None without an O.

    Only an equation has a rest.

    Raises
    ------
    ValueError
        If the argument of the O is not a power of a letter.
    """
    match node if relation is Relation.EQUAL else None:
        case t.Plus((*terms, t.Apply(t.Function("O"), arguments))):
            letter, order = _power(arguments)
            return (t.Plus(tuple(terms), span=node.span) if len(terms) > 1 else terms[0]), letter, order
        case t.Apply(t.Function("O"), arguments):
            return t.Number("0"), *_power(arguments)
    return None


def _power(arguments: tuple[t.Node, ...]) -> tuple[t.Letter, int]:
    match arguments:
        case (t.Letter() as letter,):
            return letter, 1
        case (t.Power(t.Letter() as letter, t.Number(whole=int(order))),) if 1 <= order <= HIGHEST:
            return letter, order
    raise ValueError(rf"the argument of O is a letter, or its power from 2 to {HIGHEST}, as in O(h^2)")
