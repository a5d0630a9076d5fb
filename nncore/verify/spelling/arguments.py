r"""The argument of a function where it is defined: a number, whatever the letter means elsewhere.

In ``\sigma(z) = \frac{1}{1 + e^{-z}}`` the letter z is bound, as the index of a sum is. A strict argument is a number
that the notation declares, so a letter that it does not declare as one gets a name of its own. Not if another letter
of the right side is made of it: that one does not change with the argument.
"""

from itertools import pairwise

from nncore.verify.spelling.first_use import names
from nncore.verify.spelling.scene import Scene
from nncore.verify.spelling.substitution import with_letters
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation

_MATRICES = frozenset(("A", "W", "X", r"\mathbf{A}", r"\mathbf{W}", r"\mathbf{X}"))


def with_arguments(formula: t.Formula, scene: Scene) -> t.Formula:
    """Return a formula in which the arguments of a function that it defines are numbers."""
    match formula.statements:
        case (t.Chain(t.Apply(t.Function(_, 0, None), arguments), (t.Link(Relation.DEFINES), *_)) as chain,):
            letters = [each.name for each in arguments if isinstance(each, t.Letter)]
            bound = {name for name in letters if not scene.notation.scalars_named(name)} - of_arrays(chain)
            bound -= _behind_matrices(chain, scene)
            others = {name for link in chain.links for name in names(link.right, scene)}.difference(letters)
            bound -= {name for name in bound if scene.is_made_of(name, others)}
            if len(arguments) == len(letters) == 1 and (bound or scene.notation.scalars_named(*letters)):
                _keep_function_of_number(chain, scene)
            if len(letters) == len(arguments) == len(set(letters)) and bound:
                arguments_ = {name: t.Letter(scene.table.argument(name)) for name in bound}
                return t.with_children(formula, lambda each: with_letters(each, arguments_))
    return formula


def _keep_function_of_number(chain: t.Chain, scene: Scene) -> None:
    r"""Keep that a function is one of a number, and so meant of each entry of an array; and whether it is the ReLU."""
    assert isinstance(chain.first, t.Apply)
    name, (argument,) = chain.first.function.name, chain.first.arguments
    scene.of_numbers.add(name)
    match chain.links[0].right:
        case t.Apply(t.Function(r"\max"), (t.Number("0"), one) | (one, t.Number("0"))) if one == argument:
            scene.positive_part = scene.positive_part or name


def _behind_matrices(chain: t.Chain, scene: Scene) -> set[str]:
    r"""Return the letters right behind one that is surely a matrix, or transposed, as in ``X w`` and ``w^\top x``."""
    pairs = (pair for node, _ in t.walk(chain) if isinstance(node, t.Times) for pair in pairwise(node.factors))
    found = set[str]()
    for before, after in pairs:
        plain = before.body if isinstance(before, t.Transpose) else before
        if isinstance(plain, t.Letter) and isinstance(after, t.Letter):
            written = scene.table.written(plain.name)
            known = scene.notation.array_named(plain.name) or written in scene.facts.arrays | _MATRICES
            found |= {after.name} if known or plain is not before else set()
    return found


def of_arrays(node: t.Node) -> set[str]:
    """Return the letters that stand where only an array does: transposed, normed, or with an index."""
    found = set[str]()
    for each, _ in t.walk(node):
        match each:
            case t.Transpose(t.Letter(name)) | t.Norm(t.Letter(name)) | t.Indexed(t.Letter(name)):
                found.add(name)
    return found
