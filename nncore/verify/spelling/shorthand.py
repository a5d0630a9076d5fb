r"""Functions of vectors, which the strict tree does not know, as shorthand: ``h_\theta(x) = g(\theta^\top x)``.

What stands on the right side of the first formula of such a function is put in its place wherever it is applied.
"""

from collections.abc import Sequence, Set
from dataclasses import replace

from nncore.verify.spelling.arguments import of_arrays
from nncore.verify.spelling.findings import Findings, FreeError
from nncore.verify.spelling.scene import Scene, Shorthand
from nncore.verify.spelling.substitution import at_place, with_letters
from nncore.verify.spelling.sums import free
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import latex
from nncore.verify.syntax.tree import Relation

SHORTHAND = "shorthand"  # the kind of the remark


def without_shorthand(formula: t.Formula, scene: Scene, findings: Findings) -> t.Formula | None:
    """Return a formula without shorthand; None if it only says what some is."""
    if scene.shorthand:
        formula = t.with_children(formula, lambda node: _put(node, scene))
    match formula.statements:
        case (t.Chain(t.Apply(t.Function(name, 0, None), arguments) as head, (first, *more)) as chain,):
            limits = set[str]().union(
                *map(free, formula.conditions)
            )  # as \lambda > 0, which is no case of its arguments
            given = {each.name for each in arguments if isinstance(each, t.Letter)}
            if limits & given or first.relation not in (Relation.EQUAL, Relation.DEFINES):
                return formula
            if not _may_be_shorthand(name, arguments, first.right, scene):
                letter = _letter_of(name, arguments, first.right, scene)
                if letter is None:
                    return formula
                findings.say("made of", scene.table.as_written(f"{latex(head)} as {letter.name}"), head.span)
                return replace(formula, statements=(replace(chain, first=replace(letter, span=head.span)),))
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
    if _is_open(name, letters, body, scene) or _hides(letters, body, scene):
        return False
    arrays = {each for each in letters if _is_array(each, scene) or scene.is_undeclared(each)}
    return not arrays.isdisjoint(of_arrays(body) | _beside_arrays(body, scene))


def _is_open(name: str, letters: Sequence[str], body: t.Node, scene: Scene) -> bool:
    """Return whether a body holds its own function, or an index that is no argument."""
    itself = any(isinstance(each, t.Function) and each.name == name for each, _ in t.walk(body))
    return itself or any(scene.is_index(each) and not scene.is_size(each) for each in free(body).difference(letters))


def _hides(letters: Sequence[str], body: t.Node, scene: Scene) -> bool:
    """Return whether a body is made of letters that are made of an argument in turn."""
    others = free(body).difference(letters)
    return any(scene.is_made_of(each, others) for each in letters)


def _letter_of(name: str, arguments: tuple[t.Node, ...], body: t.Node, scene: Scene) -> t.Letter | None:
    """Return the letter by which a function of arrays is meant that is made of them by way of other letters.

    It stands for the function of these arguments, and of other ones nothing is known; None if it is no such function.
    """
    parameters = tuple(each for each in arguments if isinstance(each, t.Letter))
    letters = [each.name for each in parameters]
    arrays = [each for each in letters if _is_array(each, scene)]
    if len(set(letters)) < len(arguments) or name in scene.shorthand or name in scene.notation.function_names:
        return None
    if not arrays or _is_open(name, letters, body, scene) or not _hides(letters, body, scene):
        return None
    letter = t.Letter(scene.table.letter(scene.table.written_function(name)))
    scene.shorthand[name] = Shorthand(parameters, letter)
    return letter


def _is_array(name: str, scene: Scene) -> bool:
    """Return whether a letter is an array, or one of its rows where it has no index."""
    notation = scene.notation
    return bool(notation.array_named(name) or notation.array_of_entry(name) or scene.shapes.get(name))


def _beside_arrays(body: t.Node, scene: Scene) -> set[str]:
    """Return the letters of products of arrays."""
    found = set[str]()
    for node, _ in t.walk(body):
        if isinstance(node, t.Times):
            plain = [factor.body if isinstance(factor, t.Transpose) else factor for factor in node.factors]
            names = {each.name for each in plain if isinstance(each, t.Letter)}
            found |= names if sum(_is_array(name, scene) for name in names) > 1 else set()
    return found


def _put(node: t.Node, scene: Scene) -> t.Node:
    """Return a node in which what shorthand stands for is put in its place."""
    node = t.with_children(node, lambda child: _put(child, scene))
    if not isinstance(node, t.Apply) or not (known := scene.shorthand.get(node.function.name)):
        return node
    is_letter = isinstance(known.body, t.Letter) and known.body not in known.parameters
    if scene.may_be_lost(node.function.name) and not is_letter:
        raise FreeError("what cannot be read above may say what this function is", node.span, "shorthand")
    if node.function.primes or len(node.arguments) != len(known.parameters):
        raise FreeError("a function of vectors has no primes, and as many arguments everywhere", node.span, "shorthand")
    if is_letter:
        if node.arguments != known.parameters:
            words = "the value of a function elsewhere, which depends on its arguments by way of other letters"
            raise FreeError(words, node.span, "shorthand")
        return at_place(known.body, node.span)
    pairs = zip(known.parameters, node.arguments, strict=True)
    values = {one.name: _as_array(other, one) if _is_array(one.name, scene) else other for one, other in pairs}
    values = {name: value for name, value in values.items() if value != t.Letter(name)}
    inside = {each.name for value in values.values() for each, _ in t.walk(value) if isinstance(each, t.Letter)}
    _refuse_captured(known.body, values.keys(), inside)
    return at_place(with_letters(known.body, values), node.span)


def _as_array(node: t.Node, letter: t.Letter) -> t.Node:
    """Return the argument for an array, where 0 is the array of zeros: 0 times the letter of the argument."""
    if not isinstance(node, t.Number):
        return node
    if node != t.Number("0"):
        raise FreeError("a number stands where a function takes an array", node.span, "shorthand")
    return t.Times((node, letter), span=node.span)


def _refuse_captured(body: t.Node, replaced: Set[str], inside: Set[str]) -> None:
    """Refuse values for letters of a node that binds a letter of one, or has a derivative by a letter that gets one."""
    for node, _ in t.walk(body):
        match node:
            case t.Sum(index) | t.Product(index) | t.Extremum(_, index) | t.Limit(index):
                if index.name in inside | replaced:
                    words = f"{index.name} is bound where a function is put in its place"
                    raise FreeError(words, node.span, "shorthand")
            case t.Derivative(_, variables):
                by = {each.name for one in variables for each, _ in t.walk(one) if isinstance(each, t.Letter)}
                if not by.isdisjoint(replaced):
                    raise FreeError("a derivative by the argument of a function of vectors", node.span, "shorthand")
