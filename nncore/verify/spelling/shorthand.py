r"""Functions of vectors, which the strict tree does not know, as shorthand: ``h_\theta(x) = g(\theta^\top x)``.

What stands on the right side of the first formula of such a function is put in its place wherever it is applied.
"""

from dataclasses import replace

from nncore.verify.spelling.findings import Findings, FreeError
from nncore.verify.spelling.scene import Scene, Shorthand
from nncore.verify.spelling.sums import free
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import latex
from nncore.verify.syntax.tree import Relation

SHORTHAND = "shorthand"  # the kind of the remark


def without_shorthand(formula: t.Formula, scene: Scene, findings: Findings) -> t.Formula | None:
    """Return a formula without shorthand; None if it only says what some is."""
    formula = t.with_children(formula, lambda node: _put(node, scene))
    match formula.statements:
        case (t.Chain(t.Apply(t.Function(name, 0, None), arguments) as head, (first, *more)) as chain,):
            if formula.conditions or first.relation not in (Relation.EQUAL, Relation.DEFINES):
                return formula
            if not _may_be_shorthand(name, arguments, first.right, scene):
                return formula
            parameters = tuple(each for each in arguments if isinstance(each, t.Letter))
            scene.shorthand[name] = Shorthand(parameters, first.right)
            words = f"{scene.table.as_written(latex(head))} as short for what it equals here, which is put in its place"
            findings.say(SHORTHAND, words, head.span)
            if not more:
                return None
            rest = replace(chain, first=first.right, links=tuple(more))
            return replace(formula, statements=(rest,))
    return formula


def _may_be_shorthand(name: str, arguments: tuple[t.Node, ...], body: t.Node, scene: Scene) -> bool:
    """Return whether a function of different letters, of which one is an array, has no other meaning.

    It is not made of itself, nor of an index that is no argument, which a sum around it may bind.
    """
    letters = [each.name for each in arguments if isinstance(each, t.Letter)]
    if len(set(letters)) < len(arguments) or name in scene.shorthand or name in scene.notation.function_names:
        return False
    itself = any(isinstance(each, t.Function) and each.name == name for each, _ in t.walk(body))
    others = free(body).difference(letters)
    if itself or any(map(scene.is_index, others)) or any(scene.is_made_of(each, others) for each in letters):
        return False
    arrays = {each for each in letters if scene.notation.array_named(each) or scene.shapes.get(each)}
    return not arrays.isdisjoint(_of_arrays(body, scene))


def _of_arrays(body: t.Node, scene: Scene) -> set[str]:
    """Return the letters that stand where only an array does: transposed, normed, with an index, or beside an array."""
    found = set[str]()
    for node, _ in t.walk(body):
        match node:
            case t.Transpose(t.Letter(name)) | t.Norm(t.Letter(name)) | t.Indexed(t.Letter(name)):
                found.add(name)
            case t.Times(factors):
                names = [each.name for each in factors if isinstance(each, t.Letter)]
                found |= set(names) if sum(bool(scene.notation.array_named(each)) for each in names) > 1 else set()
    return found


def _put(node: t.Node, scene: Scene) -> t.Node:
    """Return a node in which what shorthand stands for is put in its place."""
    node = t.with_children(node, lambda child: _put(child, scene))
    if not isinstance(node, t.Apply) or not (known := scene.shorthand.get(node.function.name)):
        return node
    if scene.may_be_lost(node.function.name):
        raise FreeError("what cannot be read above may say what this function is", node.span, "shorthand")
    if node.function.primes or len(node.arguments) != len(known.parameters):
        raise FreeError("a function of vectors has no primes, and as many arguments everywhere", node.span, "shorthand")
    values = {one.name: other for one, other in zip(known.parameters, node.arguments, strict=True)}
    values = {name: value for name, value in values.items() if value != t.Letter(name)}
    taken = {each.name for value in values.values() for each, _ in t.walk(value) if isinstance(each, t.Letter)}
    return _spanned(_instead(known.body, values, taken), node.span)


def _instead(node: t.Node, values: dict[str, t.Node], taken: set[str]) -> t.Node:
    """Return a node with values in place of letters.

    Raises
    ------
    FreeError
        If a sum in it binds a letter of a value, or a derivative is taken by a letter that gets a value.
    """
    match node:
        case t.Letter(name):
            return values.get(name, node)
        case t.Sum(index) | t.Product(index) | t.Extremum(_, index) | t.Limit(index) if (
            index.name in taken | values.keys()
        ):
            raise FreeError(f"{index.name} is bound where a function is put in its place", node.span, "shorthand")
        case t.Derivative(_, variables) if any(
            isinstance(each, t.Letter) and each.name in values for name in variables for each, _ in t.walk(name)
        ):
            raise FreeError("a derivative by the argument of a function of vectors", node.span, "shorthand")
        case t.Indexed(t.Letter(name), indices) if name in values:
            value, inner = values[name], tuple(_instead(each, values, taken) for each in indices)
            if isinstance(value, t.Indexed):
                return replace(node, base=value.base, indices=(*value.indices, *inner))
            return replace(node, base=value, indices=inner)
    return t.with_children(node, lambda child: _instead(child, values, taken))


def _spanned(node: t.Node, span: t.Span) -> t.Node:
    """Return a node all of whose parts stand at one place."""
    return replace(t.with_children(node, lambda child: _spanned(child, span)), span=span)
