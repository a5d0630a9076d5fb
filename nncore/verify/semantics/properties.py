r"""What is given beside the printed conditions: one more condition, assumption or definition of an input.

A notation may say of the rows of an array that they ``sum to 1`` or are ``one-hot``, and of its columns that they
``sum to 1``. That is an assumption of each claim about the array, or defines it by class numbers, unless the page
defines the array or takes derivatives by it.
"""

from dataclasses import replace
from typing import cast

from nncore.verify.notation import DELTA, STEPS, SUM_TO_1, Array, Notation, Scalar, Written
from nncore.verify.semantics.conditions import check as check_conditions
from nncore.verify.semantics.layers import reached
from nncore.verify.semantics.shapes import Checker
from nncore.verify.semantics.statements import Assumed, Claim
from nncore.verify.semantics.symbols import Binding, MeaningError, letters, resolved, sizes_of_shape
from nncore.verify.switches import side_condition
from nncore.verify.symbol import Size, SymbolName
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation

FRESH = side_condition(
    "the class of a one-hot row is a number of which a claim knows nothing", "A class number of its own may be another."
)

_ONE = t.Number("1")


def with_properties(item: Claim) -> Claim:
    """Return a claim with what the notation says of the rows and the columns of its inputs."""
    changed = item
    for array in item.scope.notation.arrays:
        said = [(1, array.rows), (0, array.columns)]
        for axis, known in said if is_given(array, item, moved(item)) else ():
            if known == SUM_TO_1:
                found, words = with_assumption(changed, sum_is_1(array, axis)), words_of_sum(array, axis)
            else:
                found, words = with_one_hot(changed, array) if known else None, words_of_one_hot(array)
            if found:
                changed = replace(found, given=(*found.given, words))
    return changed


def is_given(array: Array, item: Claim, moved_letters: frozenset[str]) -> bool:
    """Return whether an array is an input of a claim that may have any entries, and is not differentiated by."""
    known = item.scope.definitions.keys() | item.scope.families.keys() | item.scope.notation.random_letters.keys()
    return bool(array.entry and array.letter in item.letters and array.letter not in known | moved_letters)


def moved(item: Claim) -> frozenset[str]:
    """Return the letters by which anything is differentiated in a claim or in what it is made of."""
    nodes = reached([item.left, item.right], item.scope)
    names = (variable.symbol for node in nodes if isinstance(node, t.Derivative) for variable in node.variables)
    return frozenset(symbol.name for symbol in names if symbol)


def with_condition(item: Claim, condition: t.Chain) -> Claim | None:
    """Return a claim with one more printed condition; nothing if nothing satisfies it."""
    conditions = (*item.conditions, resolved(condition, item.scope))
    try:
        checker = Checker(item.scope, conditions)
        checker.condition(condition)
        check_conditions(conditions, item.scope)
    except MeaningError:
        return None
    return replace(item, conditions=conditions, letters=item.letters | letters(condition, item.scope))


def with_assumption(item: Claim, chain: t.Chain, label: str | None = None) -> Claim | None:
    """Return a claim under one more assumption, for all values of the indices in it."""
    checker = Checker(item.scope)
    try:
        for side in chain.sides:
            checker.side(side)
    except MeaningError:
        return None
    if STEPS in checker.free.values():
        return None
    known = Assumed(label, resolved(chain, item.scope), tuple(checker.free.items()), letters(chain, item.scope))
    return None if known in item.assumptions else replace(item, assumptions=(*item.assumptions, known))


def generic_entry(array: Array, layer: t.Node | None = None) -> t.Node | None:
    """Return the entry of an array, or of the one of a layer, as it is printed; nothing if entries have no letter."""
    if not array.entry:
        return None
    letter, indices = t.Letter(array.entry.letter), tuple(map(t.Letter, array.entry.indices))
    base = letter if layer is None else t.Family(letter, layer)
    return t.Indexed(base, indices) if indices else base


def sum_is_1(array: Array, axis: int) -> t.Chain:
    """Return that the entries of each row (axis 1) or column (axis 0) of an array sum to 1."""
    assert array.entry
    places = [place for place, size in enumerate(array.shape) if size != Written("1")]
    index = t.Letter(array.entry.indices[places.index(axis)])
    total = t.Sum(index, _ONE, t.Letter(array.shape[axis].letter), cast(t.Node, generic_entry(array)))
    return t.Chain(total, (t.Link(Relation.EQUAL, _ONE),))


def words_of_sum(array: Array, axis: int) -> str:
    """Return in words that the rows or the columns of an array sum to 1."""
    if Written("1") in array.shape:
        return f"the entries of ${array.letter}$ sum to 1"
    return f"each {'row' if axis else 'column'} of ${array.letter}$ sums to 1"


def words_of_one_hot(array: Array) -> str:
    """Return in words that the rows of an array are one-hot."""
    return f"each row of ${array.letter}$ is one-hot"


def with_one_hot(item: Claim, array: Array, at_declared: bool = False) -> Claim | None:
    """Return a claim in which an input is defined as one-hot, by its entries that are 1 at class numbers.

    These are numbers of which the claim knows nothing, unless they should be those that are declared.
    """
    if not array.entry or any(array.letter in each.letters for each in item.assumptions):
        return None
    row, column = array.entry.indices
    rows, columns = sizes_of_shape(array.shape)
    found = _class_number(item, row, columns, at_declared)
    if not found:
        return None
    notation, number = found
    scope = replace(item.scope, notation=notation)
    entry = t.Indexed(t.Letter(DELTA), (t.Letter(column), t.Indexed(t.Letter(number), (t.Letter(row),))))
    name = SymbolName.of(array.letter)
    binding = Binding(name, ((row, rows), (column, columns)), (), resolved(entry, scope), (), None, None)
    scope = replace(scope, definitions={**scope.definitions, name: binding})
    left, right = (resolved(side, scope) for side in (item.left, item.right))
    conditions = tuple(resolved(each, scope) for each in item.conditions)
    inside = frozenset[SymbolName]().union(*(letters(each, scope) for each in (left, right, *conditions)))
    return replace(item, scope=scope, left=left, right=right, conditions=conditions, letters=inside)


def _class_number(item: Claim, row: str, last: Size, at_declared: bool) -> tuple[Notation, str] | None:
    """Return a notation with the letter of a class number for each row."""
    notation = item.scope.notation
    used = item.letters.union(*(each.letters for each in item.assumptions))
    declared = [
        scalar.written.letter
        for scalar in notation.scalars
        if scalar.to == last
        and len(scalar.written.indices) == 1
        and notation.runs_to.get(scalar.written.indices[0]) == notation.runs_to[row]
        and scalar.written.letter not in item.scope.definitions
    ]
    for letter in declared:
        if FRESH(at_declared == (letter in used)):
            return notation, letter
    taken = notation.all_letters | item.scope.definitions.keys()
    for letter in ("c", r"\hat{c}", r"\tilde{c}", r"\bar{c}"):
        if letter not in taken and isinstance(last, str) and not at_declared:
            added = Scalar(Written(letter, (row,)), None, last, "class number")
            return replace(notation, scalars=(*notation.scalars, added)), letter
    return None
