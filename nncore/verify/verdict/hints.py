"""What is likely wrong with a refuted equation: the one small change of its right side that makes it true.

The changes are the slips that authors make: a sign, a difference that is turned around, a factor of a size, of its
root or 2, a transpose, one index for another, a missing sum, a function for its derivative, or without the derivative,
and a letter that is held fixed although it depends on what is differentiated by. Each is tried with numbers, as if it
had been printed; if none is enough, with what texts often leave unsaid (`verdict.provisos`) as well.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain, combinations

from nncore.verify.numeric import Budget, Finding, judge, sizes_of
from nncore.verify.semantics.properties import generic_entry, moved
from nncore.verify.semantics.shapes import Checker
from nncore.verify.semantics.statements import Claim
from nncore.verify.semantics.symbols import MeaningError, letters, made_of, meanings_of, resolved
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show
from nncore.verify.syntax.tree import Relation

_STEPS = 60_000  # of evaluation for one change: most of them are refuted at once


def slip(item: Claim, seconds: float, under: Iterable[tuple[str, Claim]] = ()) -> str:
    """Return a few words that name the likely slip of a refuted claim, or nothing.

    ``under`` are conditions in words, with mathematics between dollars, each with the claim into which it is put.
    """
    if item.relation is not Relation.EQUAL:
        return ""
    end = time.process_time() + seconds
    for said, claim in chain([("", item)], under):
        for words, changed in chain(_changed(claim), _with_letters_held_fixed(claim)):
            left = end - time.process_time()
            if left <= 0:
                return ""
            if _has_meaning(changed) and _agrees(changed, left):
                return f"{words}, if {said}".replace("$", "") if said else words
    return ""


def _changed(item: Claim) -> Iterator[tuple[str, Claim]]:
    for words, right in _changes(item):
        yield words, replace(item, right=resolved(right, item.scope))


def _with_letters_held_fixed(item: Claim) -> Iterator[tuple[str, Claim]]:
    """Yield the claim as if letters that are made of what it differentiates by were not."""
    by = moved(item)
    definitions = item.scope.definitions
    free = [
        name
        for name in sorted(item.letters & definitions.keys())
        if not definitions[name].arguments and name not in by and by & made_of(name, item.scope)
    ]
    for names in (*((name,) for name in free), *combinations(free, 2)):
        scope = replace(item.scope, definitions={name: each for name, each in definitions.items() if name not in names})
        held = replace(item, scope=scope, left=resolved(item.left, scope), right=resolved(item.right, scope))
        inside = letters(held.left, scope) | letters(held.right, scope)
        if inside >= {*names}:
            yield (
                f"{' and '.join(names)} held fixed, though made of {', '.join(sorted(by))}",
                replace(held, letters=inside),
            )


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
    for size in sizes_of(item):
        if size in item.scope.notation.plain_sizes:
            yield f"a factor 1/sqrt({size}) is missing on the right", t.Fraction(right, t.Root(t.Letter(size)))
            yield f"a factor sqrt({size}) is missing on the right", t.Times((t.Root(t.Letter(size)), right))
    yield "a factor 2 is missing on the right", t.Times((t.Number("2"), right))
    yield "a factor 1/2 is missing on the right", t.Fraction(right, t.Number("2"))
    yield from _anywhere(right, lambda node: _at_one_place(node, item))
    for factor in _slopes(item):
        product = t.EntryTimes((_factor(right), factor)) if item.shape else t.Times((right, factor))
        yield f"a factor {show(factor)} is missing on the right", product
    names = sorted({node.name for node, _ in t.walk(right) if isinstance(node, t.Letter)})
    indices = [each.letter for each in item.scope.notation.indices if each.letter in names]
    yield from _anywhere(right, lambda node: _summed(node, item))
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
            if len(terms) == 2:
                turned = t.Plus(
                    tuple(each.body if isinstance(each, t.Minus) else t.Minus(each) for each in terms[::-1])
                )
                yield f"{show(turned)} in the place of {show(node)}", turned
        case t.Apply(t.Function(name, primes, None), arguments) if len(arguments) == 1 and _is_own(name, item):
            for others in {primes + 1, max(primes - 1, 0)} - {primes}:
                other = t.Apply(t.Function(name, others), arguments)
                yield f"{show(other)} in the place of {show(node)}", other


def _is_own(name: str, item: Claim) -> bool:
    """Return whether a function is one that the page defines, or of which only smoothness is known."""
    return name in item.scope.definitions or item.scope.notation.kind_of_function(name) == "smooth"


def _slopes(item: Claim) -> Iterator[t.Node]:
    """Yield the derivatives of functions where a claim, or what it is made of, takes these functions."""
    found: dict[t.Node, None] = {}
    bodies = [
        each.body for name in sorted(item.letters) for each in meanings_of(name, item.scope) if not each.arguments
    ]
    for node, _ in chain(*map(t.walk, (item.left, item.right, *bodies))):
        match node:
            case t.Apply(t.Function(name, 0, None), (argument,)) if _is_own(name, item):
                array = item.scope.notation.array_named(argument.name) if isinstance(argument, t.Letter) else None
                entry = generic_entry(array) if array and not item.shape else None
                found[t.Apply(t.Function(name, 1), (entry or argument,))] = None
    yield from found


def _factor(node: t.Node) -> t.Node:
    """Return a node as a single factor, which a product is as a sum of one term."""
    return t.Plus((node,)) if isinstance(node, t.Times | t.EntryTimes) else node


def _summed(node: t.Node, item: Claim) -> Iterator[tuple[str, t.Node]]:
    """Yield a term summed over one of its indices, under a letter that is not in it."""
    if not isinstance(node, t.Times | t.Indexed | t.Fraction):
        return
    notation = item.scope.notation
    inside = {part.name for part, _ in t.walk(node) if isinstance(part, t.Letter)}
    for letter in sorted(inside & notation.index_letters):
        last = notation.runs_to[letter]
        others = [each for each, size in notation.runs_to.items() if size == last and each not in inside]
        if last and others:
            body = _renamed(node, letter, others[0])
            total = t.Sum(t.Letter(others[0]), t.Number("1"), t.Letter(last), body)
            yield f"{show(total)} in the place of {show(node)}", t.Plus((total,))


def _renamed(node: t.Node, letter: str, other: str) -> t.Node:
    if isinstance(node, t.Letter):
        return t.Letter(other) if node.name == letter else node
    return t.with_children(node, lambda part: _renamed(part, letter, other))


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
