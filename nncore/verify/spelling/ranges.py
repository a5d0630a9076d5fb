r"""An index that nothing declares runs over what it stands at.

People write ``z_j = \sum_i W_{ji} x_i`` and ``\hat{y}_j``, whatever the lengths of z and of y are. A strict index has
one range, so where the notation declares none each range gets an index of its own: `with_ranges` names them by the
arrays in a statement. Where two arrays ask for different ranges it has the first one, and the strict reader says what
does not fit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from nncore.verify.notation import DELTA
from nncore.verify.semantics.symbols import sizes_of_shape
from nncore.verify.spelling.findings import Findings
from nncore.verify.spelling.fit import shape_of
from nncore.verify.spelling.scene import Scene
from nncore.verify.spelling.substitution import with_letters
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation


def with_ranges(formula: t.Formula, scene: Scene, findings: Findings) -> t.Formula:
    """Return a formula in which every index that is not declared runs to the length of what it stands at."""
    if not scene.notation.arrays:
        return formula
    found = _inside(formula, scene, findings)
    left_out = _excluded(found)
    ends: dict[str, str] = {}
    for name, size in _places(found, scene, frozenset()):
        if name not in left_out:
            ends.setdefault(name, size)
    found = _renamed(found, ends, scene, findings)
    for statement in found.statements:
        match statement:
            case t.Chain(t.Indexed(t.Letter(name), indices), (t.Link(Relation.DEFINES), *_)):
                runs_to = scene.table.in_force.runs_to
                scene.lengths[name] = tuple(
                    runs_to.get(each.name) if isinstance(each, t.Letter) else None for each in indices
                )
    return found


def _excluded(formula: t.Formula) -> set[str]:
    r"""Return the letters that only sums over ``i \ne j`` hold: it is not clear whether such a sum is over j, too."""
    inside, outside = set[str](), set[str]()

    def look(node: t.Node, within: bool) -> None:
        match node:
            case t.Indexed(t.Letter(name), indices) if name == DELTA and within:
                inside.update(each.name for each in indices if isinstance(each, t.Letter))
            case t.Letter(name) if not within:
                outside.add(name)
        for each in t.children(node):
            look(each, within or isinstance(node, t.Sum | t.Product))

    look(formula, False)
    return inside - outside


def _inside(node: t.NodeT, scene: Scene, findings: Findings) -> t.NodeT:
    """Return a node in which a sum without limits over an index that nothing declares ends where the index does."""
    node = t.with_children(node, lambda each: _inside(each, scene, findings))
    if not isinstance(node, t.Sum | t.Product) or not scene.is_undeclared(node.index.name):
        return node
    name = scene.table.written(node.index.name)
    open_end = t.Letter(scene.table.letter(f"n_{{{name}}}"))
    if node.upper != open_end:
        return node
    ends, said = asked(node.body, scene).get(node.index.name, set()), scene.end_of(name)
    size = ends.pop() if len(ends) == 1 else scene.table.letter(said) if said and not ends else open_end.name
    findings.say(f"range {name}", f"{name} without limits as from 1 to {scene.table.written(size)}", node.span)
    return replace(node, upper=replace(open_end, name=size, span=node.upper.span))


def asked(node: t.Node, scene: Scene) -> dict[str, set[str]]:
    """Return to which sizes the free indices of a node run by what they stand at."""
    found: dict[str, set[str]] = {}
    for name, size in _places(node, scene, frozenset()):
        found.setdefault(name, set()).add(size)
    return found


def _places(node: t.Node, scene: Scene, bound: frozenset[str]) -> Iterator[tuple[str, str]]:
    if isinstance(node, t.Sum | t.Product | t.Extremum):
        bound |= {node.index.name}
    if isinstance(node, t.Indexed):
        for index, size in zip(node.indices, lengths_of(node.base, len(node.indices), scene), strict=True):
            if size and isinstance(index, t.Letter) and index.name not in bound:
                yield index.name, size
    for each in t.children(node):
        yield from _places(each, scene, bound)


def lengths_of(base: t.Node, count: int, scene: Scene) -> tuple[str | None, ...]:
    """Return the sizes to which the indices of an array run; None where that is not known."""
    name = base.name if isinstance(base, t.Letter) else ""
    array = scene.notation.array_of_entry(name) or scene.notation.array_named(name)
    sizes = scene.shapes.get(name) if name else shape_of(base, scene)
    if array and not array.layers:
        sizes = sizes_of_shape(array.shape)
    known = tuple(str(size) for size in sizes or () if size not in (1, "?")) or scene.lengths.get(name, ())
    if len(known) == 2 and count == 1:
        return known[:1]  # a row
    return known if len(known) == count else (None,) * count


def _renamed(node: t.NodeT, ends: Mapping[str, str], scene: Scene, findings: Findings) -> t.NodeT:
    """Return a node in which each free index that is not declared has the name that belongs to it and its range."""
    names = {name: scene.table.index(name, size) for name, size in ends.items() if scene.is_undeclared(name)}
    if not names:
        return node
    for name in names:
        size, written = ends[name], scene.table.written
        findings.say(f"range {name}", f"{written(name)} from 1 to {written(size)}, as where it stands", node.span)

    letters = {name: t.Letter(inner) for name, inner in names.items()}
    return t.with_children(node, lambda each: with_letters(each, letters))
