r"""What the formulas of a page say: definitions, assumptions, conventions, claims and steps, with shapes and indices.

`meaning` takes the displayed formulas of a page in their order and gives each of them its meaning by the notation in
force. Nothing is guessed: what has no meaning is a `Fault` with its place, and a letter whose definition is not
understood may not be used by any formula below. The rules:

- ``:=`` defines (in a ``{prf:definition}`` also ``=``), in a ``{prf:assumption}`` every relation is assumed, in a
  convention ``f'(0) := ...`` fixes a value that a derivative does not have, other relations are claims, link by link.
- A definition holds from its formula to the end of the page; a letter has one. It may use only what is known above it,
  so definitions form no circle, and a letter may not be used above its definition.
- A *function* that is defined under a label, such as ``\sigma``, keeps its definition on all pages (`book_functions`);
  functions of kind ``smooth`` and ``cost`` stand for any, until a page defines them.
- An assumption is in force where the text around a formula refers to its label; it speaks about inputs only.
- Every letter is declared, defined or bound. An index runs over one range, a bound one does not leave its sum, and what
  is free on the right of a relation is free on its left. Shapes agree, and nothing broadcasts.
- What stands before a ``\Rightarrow`` gives an input a value for this claim (`nncore.verify.premises`). A right side may
  end with a rest ``O(h^k)``. Expectations are over the letters that the notation declares random. A class number is
  defined by ``\arg\max`` if its declaration says which of equal places it is.
- The derivative of F by u, where u is defined, takes F as a function of u: F is expanded only down to u. It is an error
  if F does not contain u, or still contains what u is made of.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path

from nncore.verify import orders, premises
from nncore.verify import tree as t
from nncore.verify.latex import read
from nncore.verify.names import (
    DELTA,
    EXTREMA,
    ONES,
    Convention,
    Definition,
    MeaningError,
    Scope,
    Shape,
    Size,
    array_named,
    array_of_entry,
    is_class,
    kind_of_function,
    letters,
    name_of,
    not_covered,
    size_of_classes,
    sizes_of_shape,
)
from nncore.verify.notation import Notation, NotationError, extended
from nncore.verify.pages import DisplayedFormula, formulas
from nncore.verify.scanning import LatexError
from nncore.verify.shapes import Checker, words
from nncore.verify.surroundings import NotationBlock, Place, Surroundings, surroundings
from nncore.verify.writing import show

# kinds of items
DEFINITION, ASSUMPTION, CONVENTION = "definition", "assumption", "convention"
CLAIM, STEP, EXPRESSION = "claim", "step", "expression"


@dataclass(frozen=True, slots=True)
class Assumed:
    """One relation of an assumption, with the indices for all of whose values it is assumed."""

    label: str | None
    claim: t.Chain
    free: tuple[tuple[str, Size], ...]
    letters: frozenset[str]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a formula says: for a chain, one of its links.

    ``free`` are the free indices with their sizes, ``least`` the sizes without which a named entry does not exist,
    ``letters`` all letters and functions that it contains, expanded or not.

    ``premises`` are what stands before a ``\\Rightarrow``, as it is printed: u = e, or u^k = e with odd k. The scope of
    such a claim defines u as e, or as the real k-th root of e, and names u in ``scope.placed``: it is an input that the
    premise only places, so a derivative by u holds everything else fixed, what e is made of included.

    A claim up to a rest keeps its O(h^k) as the last addend of ``right``: `nncore.verify.orders.split` takes it off.
    """

    kind: str
    formula: DisplayedFormula
    line: int
    column: int
    left: t.Node
    relation: str
    right: t.Node | None
    conditions: tuple[t.Chain, ...]
    assumptions: tuple[Assumed, ...]
    scope: Scope
    free: tuple[tuple[str, Size], ...]
    least: tuple[tuple[str, int], ...]
    shape: Shape
    letters: frozenset[str]
    premises: tuple[t.Chain, ...] = ()

    def __str__(self) -> str:
        place = f"{self.formula.path}:{self.line}:{self.column}"
        return f"{place}: {show(self.left)}" + (f" {self.relation} {show(self.right)}" if self.right else "")


@dataclass(frozen=True, slots=True)
class Fault:
    """A formula without a meaning; ``covered`` is false if only this module lacks the rules for it."""

    path: Path
    line: int
    column: int
    reason: str
    covered: bool = True

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says, in its order, and what has no meaning."""

    items: tuple[Item, ...]
    faults: tuple[Fault, ...]


# Statements -----------------------------------------------------------------------------------------------------------


class _Reading:
    """Goes through a page from its top to its end."""

    def __init__(self, notation: Notation, functions: Mapping[str, Definition]):
        self.scope = Scope(notation, functions)
        self.items: list[Item] = []
        self.faults: list[Fault] = []
        self.assumed: dict[str | None, list[Assumed]] = {}
        self.lost_assumptions: set[str | None] = set()
        self.own: set[str] = set()  # names that this page defines
        self.premises: tuple[t.Chain, ...] = ()  # of the claim at hand

    def copy(self) -> "_Reading":
        """The same state, from which another text can go on."""
        other = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, dict):
                setattr(other, name, {key: copy(inner) for key, inner in value.items()})
            elif isinstance(value, list | set):
                setattr(other, name, copy(value))
        return other

    def formula(self, formula: DisplayedFormula, place: Place) -> None:
        """Adds what a formula says, or its first fault."""
        try:
            tree = read(formula.text, self.scope.notation)
        except LatexError as error:
            self._lose(formula.within, place)
            self.faults.append(Fault(formula.path, *formula.place(error.line, error.column), error.reason))
            return
        for statement in tree.statements:
            try:
                self._statement(statement, tree, formula, place)
            except MeaningError as error:
                self._lose(formula.within, place, statement)
                line, column = _place(formula, error.span[0])
                self.faults.append(Fault(formula.path, line, column, error.reason, error.covered))

    def _lose(self, within: tuple[str, ...], place: Place, statement: t.Node | None = None) -> None:
        """After a fault: what the statement would have said may not be missing silently below."""
        if "prf:assumption" in within:
            self.lost_assumptions.add(place.label)
        if isinstance(statement, t.Chain) and statement.links and _defines(statement, within) and not place.convention:
            self.scope = replace(self.scope, lost=self.scope.lost | _left_names(statement.first, self.scope))

    def _statement(self, statement, tree: t.Formula, formula: DisplayedFormula, place: Place) -> None:
        conditions = _chains(tree.conditions)
        if isinstance(statement, t.Implication):
            self._implication(statement, conditions, formula, place)
        elif not statement.links:
            self._expression(statement.first, conditions, formula, place)
        elif "prf:assumption" in formula.within:
            self._assumption(statement, conditions, formula, place)
        elif statement.links[0].relation == t.ASSIGNS:
            self._step(statement, conditions, formula, place)
        else:
            self._links(statement, conditions, formula, place, _defines(statement, formula.within))

    def _links(self, statement: t.Chain, conditions, formula, place, defines: bool) -> None:
        """A chain, link by link."""
        left = statement.first
        sides = (left, *(link.right for link in statement.links))
        leading = left
        if not defines:
            leading = next((side for side in sides if not self._is_constant(side)), left)
        for position, link in enumerate(statement.links):
            here = conditions + _chains(link.conditions)
            if position == 0 and defines:
                self._defining(statement, link, here, formula, place)
            else:
                self._claim(left, link, here, formula, place, leading)
            left = link.right

    def _implication(self, statement: t.Implication, conditions, formula, place) -> None:
        """The conclusion, claimed where the premise holds; what the premise places is so for this formula only."""
        if not statement.conclusion.links or "prf:assumption" in formula.within:
            raise MeaningError("an implication claims a relation", statement)
        before = self.scope
        self.scope, self.premises = premises.assumed(statement.premise, before), (statement.premise,)
        try:
            self._links(statement.conclusion, conditions, formula, place, False)
        finally:
            self.scope, self.premises = before, ()

    def _is_constant(self, side: t.Node) -> bool:
        """Whether a side is a number such as 0, which stands for all values of the indices of the others."""
        notation = self.scope.notation
        fixed = {size.letter for size in notation.sizes if not size.index} | {
            each.letter for each in notation.constants
        }
        return all(
            not isinstance(node, t.Indexed | t.Family) and (not isinstance(node, t.Letter) or node.name in fixed)
            for node, _ in t.walk(side)
        )

    def _expression(self, node, conditions, formula, place) -> None:
        checker = self._checker(conditions)
        shape = checker.side(node)
        self._add(EXPRESSION, node, "", None, conditions, formula, place, checker, shape, node)

    def _claim(self, left, link, conditions, formula, place, leading) -> None:
        if link.relation == r"\propto":
            raise not_covered("proportionality", link)
        checker = self._checker(conditions)
        checker.side(leading)
        allowed = dict(checker.free)
        shape = checker.side(left)
        other = checker.side(self._without_rest(link))
        if not checker.same_shape(shape, other):
            raise MeaningError(f"{show(left)} is {words(shape)}, {show(link.right)} is {words(other)}", link.right)
        if checker.complex and link.relation not in ("=", r"\ne"):
            raise MeaningError("complex numbers have no order", link)
        for letter in checker.free:
            if letter not in allowed:
                raise MeaningError(f"the index {letter} is free here, but not on the left", link)
        self._conditions(conditions, checker, allowed)
        self._add(CLAIM, left, link.relation, link.right, conditions, formula, place, checker, shape, link)

    def _without_rest(self, link: t.Link) -> t.Node:
        """The right side, but for an O(h^k) at the end of an equation."""
        try:
            rest = orders.split(link.right) if link.relation == "=" else None
        except ValueError as error:
            raise MeaningError(str(error), link.right) from None
        if not rest:
            return link.right
        right, letter, _ = rest
        if name_of(letter, self.scope).kind != "number" or letter.name in self.scope.definitions:
            raise MeaningError(f"{letter.name} is no input, so it cannot tend to 0", letter)
        return right

    def _step(self, statement, conditions, formula, place) -> None:
        (link,) = statement.links
        checker = self._checker(conditions)
        shape, other = checker.side(statement.first), checker.side(link.right)
        name = name_of(statement.first, self.scope)
        if name.name not in self.scope.notation.state:
            raise MeaningError(f"{show(statement.first)} is not declared as state", statement.first)
        if not checker.same_shape(shape, other):
            raise MeaningError("both sides of a step have the same shape", link)
        self._add(
            STEP, statement.first, link.relation, link.right, conditions, formula, place, checker, shape, statement
        )

    def _assumption(self, statement, conditions, formula, place) -> None:
        if conditions or any(link.conditions for link in statement.links):
            raise not_covered("assumptions with side conditions", statement)
        if any(link.relation == t.DEFINES for link in statement.links):
            raise MeaningError("an assumption does not define", statement)
        checker = self._checker(())
        shapes = [checker.side(side) for side in (statement.first, *(link.right for link in statement.links))]
        if any(shape is not None for shape in shapes):
            raise not_covered("assumptions about matrices", statement)
        if checker.complex:
            raise MeaningError("an assumption is about real numbers", statement)
        inputs = letters(statement, self.scope)
        for name in inputs & self.scope.definitions.keys():
            raise MeaningError(f"an assumption is about inputs, and {name} is defined", statement)
        free = tuple(checker.free.items())
        self.assumed.setdefault(place.label, []).append(Assumed(place.label, statement, free, inputs))
        left = statement.first
        for link in statement.links:
            self._add(ASSUMPTION, left, link.relation, link.right, (), formula, place, checker, None, link)
            left = link.right

    def _defining(self, statement, link, conditions, formula, place) -> None:
        left = statement.first
        if isinstance(left, t.Apply) and left.function.primes:
            self._convention(left, link, conditions, formula, place)
            return
        if place.convention:
            raise MeaningError("a convention gives a value to a derivative, as ReLU'(0) := 0", left)
        name, indices, arguments = self._head(left)
        checker = Checker(self.scope, conditions, arguments)
        own_shape = None
        if arguments:
            self._not_defined_yet(name, left)
        else:
            self._not_defined_yet(name, left)
            own_shape = None if indices else _declared_shape(name, self.scope.notation)
        shape = checker.side(self._without_choice(left, name, link.right))
        if checker.complex:
            raise MeaningError("what is defined is real: define its real or its imaginary part", link.right)
        if indices and shape is not None:
            raise MeaningError("an entry is a number, and the right side is a matrix", link.right)
        if arguments and shape is not None:
            raise not_covered("functions whose value is a matrix", link.right)
        if own_shape and not checker.same_shape(own_shape, shape):
            raise MeaningError(f"{name} is {words(own_shape)}, the right side is {words(shape)}", link.right)
        if not own_shape and not indices and shape is not None and _is_number(name, self.scope.notation):
            raise MeaningError(f"{name} is a number, the right side is {words(shape)}", link.right)
        for letter in checker.free:
            if letter not in dict(indices):
                raise MeaningError(f"the index {letter} is free on the right, but not on the left", link.right)
        if name in letters(link.right, self.scope):
            raise MeaningError(f"{name} is defined by itself", link.right)
        if name in _used(self.items):
            raise MeaningError(f"{name} is used above its definition", left)
        for chain in conditions:
            checker.condition(chain)
        definition = Definition(name, indices, arguments, link.right, conditions, shape, formula.label)
        self.scope = replace(self.scope, definitions={**self.scope.definitions, name: definition})
        self.own.add(name)
        self._add(DEFINITION, left, t.DEFINES, link.right, conditions, formula, place, checker, shape, statement)

    def _without_choice(self, left: t.Node, name: str, right: t.Node) -> t.Node:
        """The right side of a definition, with max in the place of the arg max that defines a class number."""
        notation = self.scope.notation
        chosen = isinstance(right, t.Extremum) and right.kind.startswith("arg")
        if not is_class(name, notation):
            return right  # in which an arg max is an error
        if not chosen:
            raise MeaningError(r"a class number is defined by \arg\max or \arg\min", right)
        size = size_of_classes(name, notation)
        if not any(index.letter == right.index.name and index.to == size for index in notation.indices):
            raise MeaningError(f"{show(left)} runs to {size}, and {right.index.name} does not", right.index)
        if not next(scalar.ties for scalar in notation.scalars if scalar.written.letter == name):
            raise MeaningError(f"which of several equal places is {show(left)}? Declare it with 'ties: first'", right)
        return replace(right, kind=right.kind.removeprefix("arg"))

    def _head(self, left: t.Node) -> tuple[str, tuple[tuple[str, Size], ...], tuple[str, ...]]:
        """The name, the indices and the arguments of what is defined."""
        match left:
            case t.Apply(t.Function(name, 0, None), arguments):
                if name in EXTREMA or kind_of_function(name, self.scope.notation) not in ("number", "smooth"):
                    raise MeaningError(f"{name} cannot be defined", left)
                names = tuple(argument.name for argument in arguments if isinstance(argument, t.Letter))
                if len(names) != len(arguments) or len(set(names)) < len(names):
                    raise MeaningError("a function is defined by letters as its arguments", left)
                for argument in arguments:
                    if name_of(argument, self.scope).kind != "number":
                        raise MeaningError(f"{show(argument)} is no variable", argument)
                return name, (), names
            case t.Letter(name):
                notation = self.scope.notation
                fixed = {each.letter for each in (*notation.indices, *notation.constants)}
                fixed |= {size.letter for size in notation.sizes if not size.index} | {ONES, DELTA}
                if name in fixed:
                    raise MeaningError(f"{name} has a fixed meaning and cannot be defined", left)
                return name, (), ()
            case t.Indexed(t.Letter(letter), indices):
                return self._head_of_entry(letter, indices, left)
        raise not_covered("definitions of layers and of entries of functions", left)

    def _head_of_entry(self, letter: str, indices: tuple[t.Node, ...], left: t.Node):
        notation = self.scope.notation
        runs_to = {index.letter: index.to for index in notation.indices}
        if letter == DELTA:
            raise MeaningError("Kronecker's delta has a fixed meaning", left)
        if all(isinstance(index, t.Number) for index in indices):
            name = name_of(left, self.scope)
            if name.kind != "number":
                raise MeaningError(f"{show(left)} is an entry, and entries are defined all at once", left)
            return name.name, (), ()
        for index in indices:
            if not isinstance(index, t.Letter) or runs_to.get(index.name) is None:
                raise not_covered("recursions, numbered definitions and sequences over steps", index)
        named = tuple((index.name, runs_to[index.name]) for index in indices)
        if len(dict(named)) < len(named):
            raise MeaningError("the indices of what is defined differ", left)
        array = array_of_entry(letter, notation)
        if array:
            sizes = tuple(size for size in sizes_of_shape(array.shape) if size != 1)
        elif any(scalar.written.letter == letter and scalar.written.indices for scalar in notation.scalars):
            sizes = name_of(left, replace(self.scope, definitions={}, lost=frozenset())).sizes
        else:
            sizes = tuple(size for _, size in named)
        if tuple(size for _, size in named) != sizes:
            raise MeaningError(f"the indices of {letter} run to {', '.join(map(str, sizes))}", left)
        return (array.letter if array else letter), named, ()

    def _not_defined_yet(self, name: str, node: t.Node) -> None:
        if name in self.own or name in self.scope.lost:
            raise MeaningError(f"{name} is defined already", node)
        if name in self.scope.definitions:
            raise MeaningError(f"{name} is defined on another page", node)

    def _convention(self, left: t.Apply, link: t.Link, conditions, formula, place) -> None:
        if not place.convention:
            raise MeaningError("a derivative is not defined but found; a value agreed upon is a convention", left)
        checker = self._checker(conditions)
        checker.side(left)
        if checker.side(link.right) is not None or checker.free or len(left.arguments) != 1 or conditions:
            raise MeaningError("a convention gives one value at one point", left)
        for node in (left.arguments[0], link.right):
            if letters(node, self.scope):
                raise MeaningError("a convention is about numbers without letters", node)
        convention = Convention(left.function.name, left.function.primes, left.arguments[0], link.right)
        self._add(CONVENTION, left, t.DEFINES, link.right, (), formula, place, checker, None, left)
        self.scope = replace(self.scope, conventions=(*self.scope.conventions, convention))

    def _checker(self, conditions: tuple[t.Chain, ...]) -> Checker:
        return Checker(self.scope, conditions)

    def _conditions(self, conditions, checker: Checker, allowed: Mapping[str, Size]) -> None:
        for chain in conditions:
            checker.condition(chain)
            for letter in checker.free:
                if letter not in allowed:
                    raise MeaningError(f"the index {letter} stands in the condition, but not in the claim", chain)

    def _add(self, kind, left, relation, right, conditions, formula, place, checker, shape, node) -> None:
        used: set[str] = set()
        for part in (left, right, *conditions, *self.premises):
            used |= letters(part, self.scope) if part else set()
        self._check_references(place, node)
        for label in place.mentions:
            for letter in self.scope.lost & frozenset().union(*(each.letters for each in self.assumed.get(label, []))):
                raise MeaningError(f"the definition of {letter} is not understood", node, covered=False)
        in_force = [each for label in sorted(place.mentions) for each in self.assumed.get(label, [])]
        start = node.span[0] if node.span != (0, 0) else 0
        line, column = _place(formula, start)
        self.items.append(
            Item(
                kind=kind,
                formula=formula,
                line=line,
                column=column,
                left=left,
                relation=relation,
                right=right,
                conditions=tuple(conditions),
                assumptions=tuple(_about(in_force, used)),
                scope=self.scope,
                free=tuple(checker.free.items()),
                least=tuple(checker.least.items()),
                shape=shape,
                letters=frozenset(used),
                premises=self.premises,
            )
        )

    def _check_references(self, place: Place, node: t.Node) -> None:
        for label in sorted(place.mentions & self.lost_assumptions - {None}):
            raise MeaningError(f"the assumption {label} is not understood", node, covered=False)


def _used(items: Iterable[Item]) -> set[str]:
    """The letters that stand in what a page has said so far."""
    return set().union(*(item.letters for item in items))


def _about(assumed: Iterable[Assumed], used: set[str]) -> Iterator[Assumed]:
    """The assumptions that say something about one of the letters."""
    return (each for each in assumed if each.letters & used)


def _chains(conditions: tuple[t.Chain | t.ForAll, ...]) -> tuple[t.Chain, ...]:
    """The conditions; what stands after a \\forall holds for all values anyway."""
    chains = [each.chain if isinstance(each, t.ForAll) else each for each in conditions]
    return tuple(chain for chain in chains if chain.links)


def _defines(statement: t.Chain, within: tuple[str, ...]) -> bool:
    relation = statement.links[0].relation
    return relation == t.DEFINES or (relation == "=" and "prf:definition" in within)


def _left_names(left: t.Node, scope: Scope) -> frozenset[str]:
    """The name under which the left side of a definition would have been known."""
    match left:
        case t.Apply(function, _):
            return frozenset((function.name,))
        case t.Letter(name):
            return frozenset((name,))
        case t.Indexed(t.Letter(name), _) | t.Family(t.Letter(name), _) | t.Indexed(t.Family(t.Letter(name), _), _):
            array = array_of_entry(name, scope.notation)
            return frozenset((array.letter if array else name,))
        case t.Indexed(base, _):
            return _left_names(base, scope)
    return frozenset()


def _declared_shape(name: str, notation: Notation) -> Shape:
    array = array_named(name, notation)
    return sizes_of_shape(array.shape) if array else None


def _is_number(name: str, notation: Notation) -> bool:
    return any(name.partition("_")[0] == scalar.written.letter for scalar in notation.scalars)


def _place(formula: DisplayedFormula, start: int) -> tuple[int, int]:
    """Line and column of the file for a place in the text of a formula."""
    above = formula.text[:start]
    return formula.place(above.count("\n") + 1, start - (above.rfind("\n") + 1) + 1)


# Pages ----------------------------------------------------------------------------------------------------------------


def meaning(path: Path | str, notation: Notation, functions: Mapping[str, Definition] | None = None) -> Page:
    """What a page says under the notation of the book, and the functions that other pages define."""
    found = formulas(path)
    return said(found, surroundings(path, found), notation, functions)


def said(
    found: Sequence[DisplayedFormula],
    around: Surroundings,
    notation: Notation,
    functions: Mapping[str, Definition] | None = None,
) -> Page:
    """What the formulas of a page say, from wherever they and what stands around them were read."""
    try:
        reading = _at_top(found, around, notation, functions)
    except _BlockError as error:
        return Page((), (Fault(error.block.path, error.block.line, 1, str(error)),))
    return _read_on(reading, zip(found, around.places, strict=True))


def _at_top(found: Sequence[DisplayedFormula], around: Surroundings, notation: Notation, functions) -> _Reading:
    """A reading that stands at the top of a page."""
    notation = with_blocks(notation, around.blocks)
    own = set(_defined_functions(found, notation))
    return _Reading(notation, {name: each for name, each in (functions or {}).items() if name not in own})


def _read_on(reading: _Reading, waiting: Iterable[tuple[DisplayedFormula, Place]]) -> Page:
    for formula, place in waiting:
        reading.formula(formula, place)
    return Page(tuple(reading.items), tuple(reading.faults))


@dataclass(frozen=True)
class Spot:
    """A formula in its page: what it says there, and what another text would say in its place."""

    formula: DisplayedFormula
    notation: Notation
    said: Page
    _before: _Reading
    _waiting: Sequence[tuple[DisplayedFormula, Place]]

    def instead(self, text: str) -> Page:
        """What another text would say here."""
        return self._with(text, ())

    def instead_and_below(self, text: str) -> Page:
        """What another text would say here, and the rest of the page below it."""
        return self._with(text, self._waiting[1:])

    def _with(self, text: str, below: Sequence[tuple[DisplayedFormula, Place]]) -> Page:
        formula, place = self._waiting[0]
        page = _read_on(self._before.copy(), [(replace(formula, text=text), place), *below])
        return Page(page.items[len(self._before.items) :], page.faults[len(self._before.faults) :])


def spots(path: Path | str, notation: Notation, functions: Mapping[str, Definition] | None = None) -> Iterator[Spot]:
    """Every formula of a page as it stands between the others.

    Raises
    ------
    NotationError
        If a ``{notation}`` block of the page is wrong.
    """
    found = formulas(path)
    around = surroundings(path, found)
    reading = _at_top(found, around, notation, functions)
    waiting = tuple(zip(found, around.places, strict=True))
    for number, (formula, place) in enumerate(waiting):
        before = reading.copy()
        reading.formula(formula, place)
        items, faults = reading.items[len(before.items) :], reading.faults[len(before.faults) :]
        yield Spot(formula, reading.scope.notation, Page(tuple(items), tuple(faults)), before, waiting[number:])


def _defined_functions(found: Sequence[DisplayedFormula], notation: Notation) -> Iterator[str]:
    for formula in found:
        try:
            tree = read(formula.text, notation)
        except LatexError:
            continue  # a fault of the page
        for statement in tree.statements:
            match statement:
                case t.Chain(t.Apply(t.Function(name, 0, None), _), (t.Link(t.DEFINES), *_)):
                    yield name


def book_functions(paths: Iterable[Path | str], notation: Notation) -> dict[str, Definition]:
    """The functions that some page defines under a label, and that therefore all pages know.

    Raises
    ------
    NotationError
        If two pages define the same function, or one contains a letter beside its arguments.
    """
    known: dict[str, Definition] = {}
    for path in paths:
        for name, item in page_functions(meaning(path, notation).items, notation).items():
            if name in known:
                raise NotationError(f"{item.formula.path}:{item.line}: {name} is defined on another page, too")
            known[name] = item.scope.definitions[name]
    return known


def page_functions(items: Iterable[Item], notation: Notation) -> dict[str, Item]:
    """The items of a page that define a function for all pages, by its name.

    Raises
    ------
    NotationError
        If one contains a letter beside its arguments.
    """
    found: dict[str, Item] = {}
    for item in items:
        if item.kind == DEFINITION and item.formula.label and isinstance(item.left, t.Apply):
            name = item.left.function.name
            if kind_of_function(name, notation) != "number":
                continue
            definition = item.scope.definitions[name]
            own = letters(definition.body, item.scope) - notation.function_names - {*EXTREMA, *definition.arguments}
            if own:
                place = f"{item.formula.path}:{item.line}"
                raise NotationError(f"{place}: {name} is known on all pages, but {min(own)} is not")
            found[name] = item
    return found


class _BlockError(NotationError):
    def __init__(self, reason: str, block: NotationBlock):
        super().__init__(reason)
        self.block = block


def with_blocks(notation: Notation, blocks: Sequence[NotationBlock]) -> Notation:
    """The notation of the book with the ``{notation}`` blocks of a page."""
    for block in blocks:
        try:
            notation = extended(notation, block.text)
        except NotationError as error:
            raise _BlockError(f"notation: {error}", block) from None
    return notation
