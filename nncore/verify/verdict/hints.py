"""What is likely wrong with a refuted equation: the one small change of its right side that makes it true.

The changes are the slips that authors make: a sign, a factor of a size or 2, a transpose, one index for another. Each
is tried with numbers, as if it had been printed.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from nncore.verify.numeric import Budget, Finding, judge, sizes_of
from nncore.verify.semantics.shapes import Checker
from nncore.verify.semantics.statements import Claim
from nncore.verify.semantics.symbols import MeaningError, resolved
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show
from nncore.verify.syntax.tree import Relation

_STEPS = 60_000  # of evaluation for one change: most of them are refuted at once


def slip(item: Claim, seconds: float) -> str:
    """Return a few words that name the likely slip of a refuted claim, or nothing."""
    if item.relation is not Relation.EQUAL:
        return ""
    end = time.process_time() + seconds
    for words, right in _changes(item):
        left = end - time.process_time()
        if left <= 0:
            break
        changed = replace(item, right=resolved(right, item.scope))
        if _has_meaning(changed) and _agrees(changed, left):
            return words
    return ""


def _agrees(changed: Claim, seconds: float) -> bool:
    try:
        return judge(changed, budget=Budget(_STEPS, seconds)).status is Finding.AGREES
    except (MeaningError, LookupError):  # of what a change made, such as an entry of a transpose
        return False


def _has_meaning(item: Claim) -> bool:
    checker = Checker(item.scope, item.conditions)
    try:
        left = checker.side(item.left)
        allowed = dict(checker.free)
        return checker.same_shape(left, checker.side(item.right)) and checker.free.keys() <= allowed.keys()
    except MeaningError:
        return False


def _changes(item: Claim) -> Iterator[tuple[str, t.Node]]:
    right = item.right
    yield "the sign of the right side", t.Minus(right)
    for size in sizes_of(item):
        if "_" not in size:
            letter = t.Letter(size)
            yield f"a factor {size} is missing on the right", t.Times((letter, right))
            yield f"a factor 1/{size} is missing on the right", t.Fraction(right, letter)
    yield "a factor 2 is missing on the right", t.Times((t.Number("2"), right))
    yield "a factor 1/2 is missing on the right", t.Fraction(right, t.Number("2"))
    yield from _anywhere(right, lambda node: _at_one_place(node, item))
    letters = sorted({node.name for node, _ in t.walk(right) if isinstance(node, t.Letter)})
    indices = [each.letter for each in item.scope.notation.indices if each.letter in letters]
    for place, one in enumerate(indices):
        for other in indices[place + 1 :]:
            yield f"{one} and {other} exchanged on the right", _exchanged(right, one, other)
    yield from _anywhere(right, lambda node: _other_indices(node, indices))


def _at_one_place(node: t.Node, item: Claim) -> Iterator[tuple[str, t.Node]]:
    match node:
        case t.Letter(name) if item.scope.notation.array_named(name):
            yield f"{name} without its transpose", t.Transpose(node)
        case t.Family() | t.Derivative():
            yield f"{show(node)} without its transpose", t.Transpose(node)
        case t.Transpose(body):
            yield f"the transpose of {show(body)}", body
        case t.Minus(body):
            yield f"the sign of {show(body)}", body
        case t.Plus(terms):
            for place, term in enumerate(terms):
                if not isinstance(term, t.Minus):
                    yield f"the sign of {show(term)}", t.Plus((*terms[:place], t.Minus(term), *terms[place + 1 :]))


def _other_indices(node: t.Node, letters: list[str]) -> Iterator[tuple[str, t.Node]]:
    if isinstance(node, t.Indexed):
        for place, index in enumerate(node.indices):
            for letter in letters:
                if isinstance(index, t.Letter) and index.name != letter:
                    others = (*node.indices[:place], t.Letter(letter), *node.indices[place + 1 :])
                    changed = replace(node, indices=others)
                    yield f"{show(node)} in the place of {show(changed)}", changed


_NO_OPERANDS = (
    "index", "indices", "variables", "variable", "lower", "upper", "function", "letter", "layer", "rows",
)  # fmt: skip


def _anywhere(node: t.Node, change: Callable[[t.Node], Iterator[tuple[str, t.Node]]]) -> Iterator[tuple[str, t.Node]]:
    """Yield the tree with one operand changed, for every operand and every change of it, each with its words."""
    for words, _, _, whole in t.everywhere(node, change, lambda _, name: name not in _NO_OPERANDS):
        yield words, whole


def _exchanged(node: t.Node, one: str, other: str) -> t.Node:
    """Return the tree with two letters exchanged, bound or free."""
    if isinstance(node, t.Letter):
        return t.Letter({one: other, other: one}.get(node.name, node.name))
    return t.with_children(node, lambda part: _exchanged(part, one, other))
