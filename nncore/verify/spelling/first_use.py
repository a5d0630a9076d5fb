r"""The first use of a letter: ``h = \tanh(z)`` says what h is, where nothing above does.

People define with a plain equals sign. So where a letter, an entry or a function stands alone on the left of ``=``, in
letters that occur nowhere above and nowhere on the right, and nothing in the file defines it with ``:=``, the first
link is read as a definition, with a remark. It claims nothing then. Anything else stays a claim, and so does what is
said of a letter that is declared without the file, in the notation of the book or in one that is named.
"""

from collections.abc import Iterator
from dataclasses import replace

from nncore.verify.notation import DELTA, FIXED_KINDS, ONES
from nncore.verify.spelling.findings import Findings
from nncore.verify.spelling.scene import Scene
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import latex
from nncore.verify.syntax.tree import Relation


def with_definition(formula: t.Formula, scene: Scene, findings: Findings) -> t.Formula:
    """Return a formula whose first link defines if it is the first use of what stands on its left."""
    (statement,) = formula.statements
    if isinstance(statement, t.Implication) or not statement.links:
        return formula
    first, *others = statement.links
    name = head(statement.first, scene)
    conditions = (*formula.conditions, *first.conditions)
    if (
        first.relation is not Relation.EQUAL
        or not name
        or not all(_is_range(each, statement.first, scene) for each in conditions)
    ):
        return formula
    right = {each for link in statement.links for each in names(link.right, scene)}
    known = scene.here | scene.facts.defined | right
    if name in known or scene.table.as_written(name) in scene.facts.defined:
        return formula
    shown = scene.table.as_written(latex(statement.first))
    if _is_given(name, scene):
        scene.claimed += 1
        letter = scene.table.as_written(name)
        words = (
            f"{shown} = … as a claim, since the notation declares {letter}: if it defines, write := or shadow {letter}"
        )
        findings.say("first use", words, first.span)
        return formula
    findings.say("first use", f"{shown} = … as its definition, since nothing above says what it is", first.span)
    links = (replace(first, relation=Relation.DEFINES, conditions=()), *others)
    return replace(formula, statements=(replace(statement, links=links),), conditions=())


def _is_range(condition: t.Chain | t.Given | t.ForAll, left: t.Node, scene: Scene) -> bool:
    r"""Return whether a condition lets an index of a left side have all its values: ``1 \le k \le K``."""
    chain = condition if isinstance(condition, t.Chain) else condition.chain
    indices = left.indices if isinstance(left, t.Indexed) else ()
    match chain:
        case t.Chain(t.Number("1"), (t.Link(Relation.AT_MOST, index), t.Link(Relation.AT_MOST, t.Letter(last)))):
            end = scene.notation.runs_to.get(index.name) if isinstance(index, t.Letter) else None
            return index in indices and end in (None, last)
        case t.Chain(index, ()):
            return isinstance(condition, t.ForAll) and index in indices
    return False


def _is_given(name: str, scene: Scene) -> bool:
    """Return whether a letter is declared, and not by the file."""
    array = scene.notation.array_named(name)
    given = bool(array) and array in scene.given.arrays
    return given or any(each in scene.given.scalars for each in scene.notation.scalars_named(name))


def head(left: t.Node, scene: Scene) -> str:
    """Return the name of the letter, entry or function that a left side may define; empty if it defines none."""
    notation = scene.notation
    fixed = notation.index_letters | notation.plain_sizes | notation.constant_letters
    match left:
        case t.Letter(name) if not (name in fixed or scene.is_size(name) or name in (ONES, DELTA)):
            return _canonical(name, scene)
        case t.Indexed(t.Letter(name), indices) if name not in (ONES, DELTA):
            letters = [index.name for index in indices if isinstance(index, t.Letter) and scene.is_index(index.name)]
            if len(letters) == len(indices) and len(set(letters)) == len(letters):
                return _canonical(name, scene)
        case t.Apply(t.Function(name, 0, None), arguments) if name not in FIXED_KINDS:
            letters = [each.name for each in arguments if isinstance(each, t.Letter)]
            kinds = {function.name: function.kind for function in scene.table.in_force.functions}
            if len(set(letters)) == len(arguments) and kinds.get(name) in ("number", "smooth"):
                return name
    return ""


def names(node: t.Node, scene: Scene) -> Iterator[str]:
    """Yield the names of all letters and functions in a node; an entry has that of its array."""
    for each, _ in t.walk(node):
        match each:
            case t.Letter(name):
                yield _canonical(name, scene)
            case t.Function(name):
                yield name


def _canonical(name: str, scene: Scene) -> str:
    array = scene.notation.array_of_entry(name)
    return array.letter if array else name
