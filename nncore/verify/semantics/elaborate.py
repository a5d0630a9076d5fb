r"""What the formulas of a page say: definitions, assumptions, conventions, claims and steps, with shapes and indices.

`meaning` takes the displayed formulas of a page in their order and gives each of them its meaning by the notation in
force. Nothing is guessed: what has no meaning is a `Fault` with its place, and a letter whose definition is not
understood may not be used by any formula below. The rules:

- ``:=`` defines (in a ``{prf:definition}`` also ``=``), in a ``{prf:assumption}`` every relation is assumed, in a
  convention ``f'(0) := ...`` fixes a value that a derivative does not have, other relations are claims, link by link.
- A relation after a comma or a ``\quad`` is a claim of its own unless it can only be a condition, and no condition is
  one that nothing satisfies (`semantics.conditions`).
- A definition of a function that the judges know, such as ``\tanh``, is a claim about it, too; no other fixed meaning
  can be changed. The entries of a letter are those of its declared shape, not of the right side of its definition.
- A definition holds from its formula to the end of the page; a letter has one. It may use only what is known above it,
  so definitions form no circle, and a letter may not be used above its definition. Exercises are little worlds: a
  definition in one holds in that exercise and in its solution; it may say there which function ``f`` is.
- A family is defined in lines, each for a range of numbers: ``A^{[0]} := X`` and ``A^{[r]} := … \\quad 1 \\le r < R``.
  The lines of families of layers may use each other; in the end every member must exist, and none be made of itself. A
  sequence, ``u_t := …``, may use its own members with lower numbers.
- A formula with a free r says for which r it holds. What it names must exist for all of them, and for all numbers of
  layers that are tried.
- A *function* that is defined under a label, such as ``\sigma``, keeps its definition on all pages (`book_functions`);
  functions of kind ``smooth`` and ``cost`` stand for any, until a page defines them.
- An assumption is in force where the text around a formula refers to its label; it speaks about inputs only.
- Every letter is declared, defined or bound. An index runs over one range, a bound one does not leave its sum, and what
  is free on the right of a relation is free on its left. Shapes agree, and nothing broadcasts.
- What stands before a ``\Rightarrow`` gives an input a value for this claim (`semantics.premises`). A right side
  may end with a rest ``O(h^k)``. Expectations are over the letters that the notation declares random. A class number is
  defined by ``\arg\max`` if its declaration says which of equal places it is.
- An ``{erratum}`` shows a formula that is wrong on purpose: its last one, in the way that its option ``:fails:`` names,
  as a ``value``, by a ``shape`` or by an ``index``; ``:corrected:`` is the label of the equation that corrects it, and
  ``:where:`` says where it is printed. What stands above the last formula in the block defines foreign letters, and a
  ``{notation}`` block in it declares them; with such a block the definitions of the page do not hold in the erratum.
- An ``{unchecked}`` block shows formulas that no judge can decide. Its ``:reason:`` starts with one of
  `surroundings.REASONS`, and goes on in words after a colon. Neither block leaves anything behind on which other
  formulas could rest.
- A ``{dictionary}`` block is a text in letters of its own, which its ``{notation}`` block declares. No definition of
  the page holds in it, and none of its own outside of it; what it claims is claimed like anything else.
- The derivative of F by u, where u is defined, takes F as a function of u: F is expanded only down to u. It is an error
  if F does not contain u, or still contains what u is made of.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeGuard

from nncore.verify.judgement import Diagnostic, Status
from nncore.verify.notation import (
    CONSTANTS,
    DELTA,
    FIXED_KINDS,
    KNOWN_FUNCTIONS,
    ONES,
    STEPS,
    Notation,
    NotationError,
    extended,
)
from nncore.verify.semantics import premises, remainders
from nncore.verify.semantics.conditions import check as check_conditions
from nncore.verify.semantics.conditions import separated
from nncore.verify.semantics.layers import (
    DEPTHS,
    at_depth,
    bounds,
    check_members,
    holds_for,
    hole,
    numbered,
    numbers_of,
    overlap,
    with_numbers,
)
from nncore.verify.semantics.shapes import Checker, words
from nncore.verify.semantics.statements import (
    Assumed,
    Assumption,
    Claim,
    Convention,
    Definition,
    Erratum,
    Expression,
    Page,
    Statement,
    Step,
    Unchecked,
    claims_of,
)
from nncore.verify.semantics.symbols import (
    AgreedValue,
    Binding,
    Line,
    MeaningError,
    Scope,
    WrongIndex,
    WrongShape,
    family_of,
    find_symbol,
    letters,
    meanings_of,
    not_covered,
    position,
    resolved,
    resolved_binding,
    resolved_line,
    sizes_of_shape,
)
from nncore.verify.source.context import (
    DICTIONARY,
    ERRATUM,
    UNCHECKED,
    VALUE,
    Aside,
    Dictionary,
    NotationBlock,
    Place,
    Surroundings,
    objection_to_options,
)
from nncore.verify.source.markdown import DisplayedFormula, Reading, read_markdown
from nncore.verify.symbol import Position, Shape, Size, SymbolName
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.lexer import LatexError
from nncore.verify.syntax.parser import read
from nncore.verify.syntax.printer import show
from nncore.verify.syntax.tree import Relation

Conditions = tuple[t.Chain, ...]

# Statements -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Head:
    """The left side of a definition: a name, and what it may carry.

    For a member of a family ``where`` is its position, and ``range`` that of the index of a sequence.
    """

    name: SymbolName
    indices: tuple[tuple[str, Size], ...] = ()
    arguments: tuple[str, ...] = ()
    where: Position | None = None
    range: Size | None = None
    shape: Shape = None


class _Reading:
    """Goes through a page from its top to its end."""

    def __init__(self, notation: Notation, functions: Mapping[str, Binding]):
        self.scope = Scope(notation, functions)
        self._functions = functions  # those that all pages know
        self._apart: dict[Aside | Dictionary, _Reading] = {}
        self.items: list[Statement] = []
        self.faults: list[Diagnostic] = []
        self.assumed: dict[str | None, list[Assumed]] = {}
        self.lost_assumptions: set[str | None] = set()
        self.own: set[str] = set()  # names that this page defines
        self.premises: tuple[t.Chain, ...] = ()  # of the claim at hand
        self._worlds: dict[str, Scope] = {}  # what exercises define, on top of the page
        self._used: dict[str | None, set[str]] = {None: set()}  # names that occurred, by exercise
        self._lines: list[tuple[DisplayedFormula, t.Node, str | None, SymbolName, Line]] = []

    def copy(self) -> "_Reading":
        """The same state, from which another text can go on."""
        other = copy(self)
        for name, value in vars(self).items():
            if name == "_apart":
                other._apart = {key: inner.copy() for key, inner in value.items()}
            elif isinstance(value, dict):
                setattr(other, name, {key: copy(inner) for key, inner in value.items()})
            elif isinstance(value, list | set):
                setattr(other, name, copy(value))
        return other

    def formula(self, formula: DisplayedFormula, place: Place) -> None:
        """Adds what a formula says, or its first fault."""
        if place.dictionary:
            self._in_dictionary(formula, place, place.dictionary)
            return
        outside = self.scope, self.own
        if place.world:
            self._enter(place.world)
        if place.aside:
            self._shown(formula, place, place.aside)
        else:
            self._formula(formula, place)
        if place.world:
            self._worlds[place.world] = self.scope
            self.scope, self.own = outside

    def _enter(self, world: str) -> None:
        """Goes on in an exercise: what it has defined so far, on top of what the page has defined."""
        inside = self._worlds.get(world, Scope(self.scope.notation))
        self.own = self.own | inside.definitions.keys() | inside.families.keys()
        self.scope = replace(
            self.scope,
            definitions={**inside.definitions, **self.scope.definitions},
            families={**inside.families, **self.scope.families},
            conventions=tuple(dict.fromkeys((*self.scope.conventions, *inside.conventions))),
            lost=self.scope.lost | inside.lost,
        )

    def _formula(self, formula: DisplayedFormula, place: Place) -> None:
        try:
            tree = read(formula.text, self.scope.notation)
        except LatexError as error:
            self._lose(formula.within, place)
            place_of_error = formula.place(error.line, error.column)
            self.faults.append(Diagnostic(Status.UNREADABLE, formula.path, *place_of_error, error.reason))
            return
        names = (_left_names(each.first, self.scope) for each in tree.statements if _defines(each, formula.within))
        for part in separated(tree, self.scope, frozenset[str]().union(*names)):
            (statement,) = part.statements
            try:
                self._statement(statement, _chains(part.conditions), formula, place)
            except (MeaningError, RecursionError) as caught:
                found = caught if isinstance(caught, MeaningError) else _too_deep(statement)
                self._lose(formula.within, place, statement)
                line, column = _place(formula, found.span[0])
                self.faults.append(_without_meaning(formula.path, line, column, found))

    def _in_dictionary(self, formula: DisplayedFormula, place: Place, dictionary: Dictionary) -> None:
        """Adds what a formula of a dictionary says, which is read in its letters alone."""
        inner = self._inside(dictionary)
        if inner:
            before, before_faults = len(inner.items), len(inner.faults)
            inner.formula(formula, replace(place, dictionary=None))
            self.items += inner.items[before:]
            self.faults += inner.faults[before_faults:]

    def _inside(self, block: Aside | Dictionary) -> "_Reading | None":
        """The reading of a block apart, as far as it has come; none if its notation is wrong."""
        try:
            if block not in self._apart:
                self._apart[block] = self._reading_apart(block)
            return self._apart[block]
        except Faulty as error:
            fault = error.found
            self.faults += [] if fault in self.faults else [fault]
            return None

    def _shown(self, formula: DisplayedFormula, place: Place, aside: Aside) -> None:
        """Adds what a formula of an erratum or an unchecked block says, from which nothing follows for the page."""
        inner = self._inside(aside)
        if inner is None:
            return
        before, before_faults = len(inner.items), len(inner.faults)
        inner.formula(formula, replace(place, aside=None, world=None))
        items, faults = inner.items[before:], inner.faults[before_faults:]
        if aside.kind == ERRATUM and formula.line != aside.last:
            self.items += items
            self.faults += faults
            return
        inner.finish()
        self.faults += inner.faults[before_faults + len(faults) :]
        fault = faults[0] if faults else None
        objection = _objection(aside, items, fault)
        if objection:
            line, column = (fault.line, fault.column) if fault else (aside.line, 1)
            self.faults.append(Diagnostic(Status.WITHOUT_MEANING, formula.path, line, column, objection))
        else:
            self.items.append(_apart(aside, formula, inner.scope, items, fault))

    def _reading_apart(self, block: Aside | Dictionary) -> "_Reading":
        """A reading that leaves this one as it is; with letters of its own it knows no definition of the page."""
        if block.blocks or isinstance(block, Dictionary):
            return _Reading(with_blocks(self.scope.notation, block.blocks), self._functions)
        inner = _Reading(self.scope.notation, self._functions)
        inner.scope, inner.own = self.scope, set(self.own)
        inner.assumed = {label: list(assumed) for label, assumed in self.assumed.items()}
        inner.lost_assumptions = set(self.lost_assumptions)
        return inner

    def _lose(self, within: tuple[str, ...], place: Place, statement: t.Chain | t.Implication | None = None) -> None:
        """After a fault: what the statement would have said may not be missing silently below."""
        if "prf:assumption" in within:
            self.lost_assumptions.add(place.label)
        if statement and _defines(statement, within) and not place.convention:
            self.scope = replace(self.scope, lost=self.scope.lost | _left_names(statement.first, self.scope))

    def _statement(
        self, statement: t.Chain | t.Implication, conditions: Conditions, formula: DisplayedFormula, place: Place
    ) -> None:
        if isinstance(statement, t.Implication):
            self._implication(statement, conditions, formula, place)
        elif not statement.links:
            self._expression(statement.first, conditions, formula, place)
        elif "prf:assumption" in formula.within:
            self._assumption(statement, conditions, formula, place)
        elif statement.links[0].relation is Relation.ASSIGNS:
            self._step(statement, conditions, formula, place)
        else:
            self._links(statement, conditions, formula, place, _defines(statement, formula.within))

    def _links(
        self, statement: t.Chain, conditions: Conditions, formula: DisplayedFormula, place: Place, defines: bool
    ) -> None:
        """A chain, link by link."""
        left = statement.first
        sides = (left, *(link.right for link in statement.links))
        leading = left
        if not defines:
            leading = next((side for side in sides if not self._is_constant(side)), left)
        for place_in_chain, link in enumerate(statement.links):
            here = conditions + _chains(link.conditions)
            if place_in_chain == 0 and defines:
                self._defining(statement, link, here, formula, place)
            else:
                self._claim(left, link, here, formula, place, leading)
            left = link.right

    def _implication(
        self, statement: t.Implication, conditions: Conditions, formula: DisplayedFormula, place: Place
    ) -> None:
        """The conclusion, claimed where the premise holds; what the premise places is so for this formula only."""
        if not statement.conclusion.links or "prf:assumption" in formula.within:
            raise MeaningError("an implication claims a relation", statement)
        before = self.scope
        self.scope = premises.assumed(statement.premise, before)
        self.premises = (resolved(statement.premise, self.scope),)
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

    def _expression(self, node: t.Node, conditions: Conditions, formula: DisplayedFormula, place: Place) -> None:
        checker = self._checker(conditions)
        shape = checker.side(node)
        self._conditions(conditions, checker, dict(checker.free))
        self._check_layers((node,), conditions, checker, node)
        self._add(Expression, node, None, conditions, formula, place, checker, shape, node)

    def _claim(
        self,
        left: t.Node,
        link: t.Link,
        conditions: Conditions,
        formula: DisplayedFormula,
        place: Place,
        leading: t.Node,
    ) -> None:
        if link.relation is Relation.PROPORTIONAL:
            raise not_covered("proportionality", link)
        checker = self._checker(conditions)
        checker.side(leading)
        allowed = dict(checker.free)
        shape = checker.side(left)
        other = checker.side(self._without_rest(link))
        if not checker.same_shape(shape, other):
            raise WrongShape(f"{show(left)} is {words(shape)}, {show(link.right)} is {words(other)}", link.right)
        if checker.complex and link.relation not in (Relation.EQUAL, Relation.UNEQUAL):
            raise MeaningError("complex numbers have no order", link)
        if link.relation is Relation.ROUNDS and not _is_decimal(link.right):
            raise MeaningError("only a decimal stands on the right of an approximation", link.right)
        for letter in checker.free:
            if letter not in allowed:
                raise WrongIndex(f"the index {letter} is free here, but not on the left", link)
        self._conditions(conditions, checker, allowed)
        sides = (left, link.right) if leading is left else (leading, left, link.right)
        self._check_layers(sides, conditions, checker, link)
        make = partial(Claim, relation=link.relation, premises=self.premises)
        self._add(make, left, link.right, conditions, formula, place, checker, shape, link)

    def _without_rest(self, link: t.Link) -> t.Node:
        """The right side, but for an O(h^k) at the end of an equation."""
        try:
            rest = remainders.split(link.right) if link.relation is Relation.EQUAL else None
        except ValueError as error:
            raise MeaningError(str(error), link.right) from None
        if not rest:
            return link.right
        right, letter, _ = rest
        if self._checker(()).side(right) is not None:
            raise WrongShape("a rest O(h^k) is that of a number, not of a matrix", link.right)
        if find_symbol(letter, self.scope).kind != "number" or letter.name in self.scope.definitions:
            raise MeaningError(f"{letter.name} is no input, so it cannot tend to 0", letter)
        return right

    def _step(self, statement: t.Chain, conditions: Conditions, formula: DisplayedFormula, place: Place) -> None:
        (link,) = statement.links
        checker = self._checker(conditions)
        shape, other = checker.side(statement.first), checker.side(link.right)
        name = find_symbol(statement.first, self.scope)
        if name.name not in self.scope.notation.state:
            raise MeaningError(f"{show(statement.first)} is not declared as state", statement.first)
        if not checker.same_shape(shape, other):
            raise WrongShape("both sides of a step have the same shape", link)
        self._conditions(conditions, checker, dict(checker.free))
        self._add(Step, statement.first, link.right, conditions, formula, place, checker, shape, statement)

    def _assumption(self, statement: t.Chain, conditions: Conditions, formula: DisplayedFormula, place: Place) -> None:
        if conditions or any(link.conditions for link in statement.links):
            raise not_covered("assumptions with side conditions", statement)
        if any(link.relation is Relation.DEFINES for link in statement.links):
            raise MeaningError("an assumption does not define", statement)
        for link in statement.links:
            if not link.relation.compares:
                raise MeaningError(f"an assumption compares, and {link.relation} does not", link)
        checker = self._checker(())
        shapes = [checker.side(side) for side in statement.sides]
        if any(shape is not None for shape in shapes):
            raise not_covered("assumptions about matrices", statement)
        if checker.complex:
            raise MeaningError("an assumption is about real numbers", statement)
        if STEPS in checker.free.values():
            raise not_covered("assumptions about steps", statement)
        inputs = letters(statement, self.scope)
        for name in inputs & self.scope.definitions.keys():
            raise MeaningError(f"an assumption is about inputs, and {name} is defined", statement)
        free = tuple(checker.free.items())
        self.assumed.setdefault(place.label, []).append(
            Assumed(place.label, resolved(statement, self.scope), free, inputs)
        )
        left = statement.first
        for link in statement.links:
            make = partial(Assumption, relation=link.relation)
            self._add(make, left, link.right, (), formula, place, checker, None, link)
            left = link.right

    def _defining(
        self, statement: t.Chain, link: t.Link, conditions: Conditions, formula: DisplayedFormula, place: Place
    ) -> None:
        left = statement.first
        if isinstance(left, t.Apply) and left.function.primes:
            self._convention(left, link, conditions, formula, place)
            return
        if place.convention:
            raise MeaningError("a convention gives a value to a derivative, as ReLU'(0) := 0", left)
        head = self._head(left)
        name = head.name
        self._not_defined_yet(head, left)
        scope, line = self.scope, None
        if head.where:
            line = self._line(head, head.where, conditions, link, formula)
            scope = replace(scope, families={**scope.families, name: (*scope.families.get(name, ()), line)})
        checker = Checker(scope, conditions, head.arguments)
        checker.free.update(head.indices)
        shape = checker.side(self._without_choice(left, name, link.right))
        if checker.complex:
            raise MeaningError("what is defined is real: define its real or its imaginary part", link.right)
        self._check_shape_of_definition(head, shape, checker, link)
        allowed = {letter for letter, _ in head.indices} | ({head.where[0]} if head.where else set())
        for letter in checker.free:
            if letter not in allowed:
                raise MeaningError(f"the index {letter} is free on the right, but not on the left", link.right)
        if not line and name in letters(link.right, scope):
            raise MeaningError(f"{name} is defined by itself", link.right)
        chosen = place.world and head.arguments and self.scope.notation.kind_of_function(name) == "smooth"
        worlds = (None, place.world) if place.world else self._used
        if any(name in self._used.get(world, ()) for world in worlds) and not chosen:
            raise MeaningError(f"{name} is used above its definition", left)
        for chain in conditions:
            checker.condition(chain)
        for letter in checker.free:
            if letter not in allowed:
                raise WrongIndex(f"the index {letter} stands in the condition, but not on the left", left)
        check_conditions(conditions, self.scope, head.arguments)
        shape = head.shape or shape  # a condition may equate sizes in which both sides differ
        if name in KNOWN_FUNCTIONS:  # its meaning is fixed, so this claims that it is what stands here
            self._claim(left, replace(link, relation=Relation.EQUAL), conditions, formula, place, left)
            return
        if line:
            line = replace(line, definition=replace(line.definition, shape=shape, named=_named(checker)))
            line = resolved_line(line, scope)
            lines = (*self.scope.families.get(name, ()), line)
            self.scope = replace(self.scope, families={**self.scope.families, name: lines})
            self._lines.append((formula, left, place.world, name, line))
        else:
            self._check_layers((link.right,), conditions, checker, link)
            definition = Binding(name, head.indices, head.arguments, link.right, conditions, shape, formula.label)
            definition = replace(definition, named=_named(checker), formula=formula)
            definition = resolved_binding(definition, scope)
            self.scope = replace(self.scope, definitions={**self.scope.definitions, name: definition})
        self.own.add(name)
        family = name if line else None
        self._add(Definition, left, link.right, conditions, formula, place, checker, shape, statement, family)

    def _without_choice(self, left: t.Node, name: str, right: t.Node) -> t.Node:
        """The right side of a definition, with max in the place of the arg max that defines a class number."""
        notation = self.scope.notation
        if not notation.is_class(name):
            return right  # in which an arg max is an error
        if not isinstance(right, t.Extremum) or not right.kind.startswith("arg"):
            raise MeaningError(r"a class number is defined by \arg\max or \arg\min", right)
        size = notation.size_of_classes(name)
        if not any(index.letter == right.index.name and index.to == size for index in notation.indices):
            raise MeaningError(f"{show(left)} runs to {size}, and {right.index.name} does not", right.index)
        if not next(scalar.ties for scalar in notation.scalars if scalar.written.letter == name):
            raise MeaningError(f"which of several equal places is {show(left)}? Declare it with 'ties: first'", right)
        return replace(right, kind=right.kind.removeprefix("arg"))

    def _check_shape_of_definition(self, head: "_Head", shape: Shape, checker: Checker, link: t.Link) -> None:
        name, right = head.name, link.right
        if head.indices and shape is not None:
            raise MeaningError("an entry is a number, and the right side is a matrix", right)
        if head.arguments and shape is not None:
            raise not_covered("functions whose value is a matrix", right)
        if head.indices or head.arguments:
            return
        if head.shape and not checker.same_shape(head.shape, shape):
            raise MeaningError(f"{name} is {words(head.shape)}, the right side is {words(shape)}", right)
        number = _is_number(name, self.scope.notation) or (head.where and not head.shape)
        if not head.shape and shape is not None and number:
            raise MeaningError(f"{name} is a number, the right side is {words(shape)}", right)

    def _line(
        self, head: "_Head", where: Position, conditions: Conditions, link: t.Link, formula: DisplayedFormula
    ) -> Line:
        """One line of a family: for which numbers it holds, none of which is defined already."""
        notation, name, (letter, number) = self.scope.notation, head.name, where
        layers = bool(name.layer)
        last_of_all = (notation.last_layer, 0) if layers or head.range != STEPS else None
        if letter == notation.last_layer or letter is None:
            first: Position = where
            last: Position | None = where
            about: tuple[str | None, ...] = ()
            letter = None
        elif number:
            raise MeaningError(f"a family is defined for a letter, such as {letter}, or for a number", link)
        else:
            first, last = self._range_of_line(letter, conditions, last_of_all, link)
            about = (letter, notation.last_layer, None)
        kept = tuple(chain for chain in conditions if not _is_only_about(chain, about))
        definition = Binding(name, head.indices, (), link.right, kept, None, formula.label, formula=formula)
        line = Line(letter, first, last, definition)
        for number in _declared_members(name, notation):
            if holds_for(line, number, notation):
                raise MeaningError(f"{_member(name, number)} is declared as a number of its own", link)
        for other in self.scope.families.get(name, ()):
            common = overlap(line, other, notation)
            if common is not None:
                raise MeaningError(f"{_member(name, common)} is defined already", link)
        if layers:
            self._check_that_layers_exist(line, link)
        for part, _ in t.walk(link.right):
            self._check_that_index_falls(part, name, line)
        return line

    def _range_of_line(
        self, letter: str, conditions: Conditions, last_of_all: Position | None, link: t.Link
    ) -> tuple[Position, Position | None]:
        lower, upper = bounds(letter, conditions)
        if (
            len(lower) != 1
            or len(upper) > 1
            or any(name not in (None, last_of_all and last_of_all[0]) for name, _ in (*lower, *upper))
        ):
            raise MeaningError(f"say for which {letter} this is defined, as 1 \\le {letter}", link)
        return lower[0], (upper[0] if upper else last_of_all)

    def _check_that_layers_exist(self, line: Line, link: t.Link) -> None:
        letter = line.definition.name.letter
        for depth in DEPTHS:
            inputs = Scope(self.scope.notation, depth=depth)
            for number in numbers_of(line, depth, self.scope.notation):
                if number < 0:
                    raise MeaningError(f"there is no layer {number}", link)
                find_symbol(t.Family(t.Letter(letter), t.Number(str(number)), span=link.span), inputs)

    def _check_that_index_falls(self, part: t.Node, name: str, line: Line) -> None:
        """A member that is defined by others of its family is defined by those before it."""
        match part:
            case t.Family(_, place) | t.Indexed(t.Letter(), (place,)):
                where = position(place)
            case _:
                return
        try:
            found = family_of(find_symbol(part, self.scope).name, self.scope.notation)
        except MeaningError:
            return  # the checker finds it
        if found == name and not _falls(where, line, self.scope.notation.last_layer):
            raise MeaningError(f"a recursion lowers its index, and {show(part)} does not", part)

    def _head(self, left: t.Node) -> "_Head":
        """What stands on the left of a definition."""
        notation = self.scope.notation
        match left:
            case t.Apply(t.Function(name, 0, None), arguments):
                if name in FIXED_KINDS.keys() - KNOWN_FUNCTIONS:
                    raise MeaningError(f"{name} has a fixed meaning and cannot be defined", left)
                if self.scope.notation.kind_of_function(name) not in ("number", "smooth"):
                    raise MeaningError(f"{name} cannot be defined", left)
                names = tuple(argument.name for argument in arguments if isinstance(argument, t.Letter))
                if len(names) != len(arguments) or len(set(names)) < len(names):
                    raise MeaningError("a function is defined by letters as its arguments", left)
                for argument in arguments:
                    if find_symbol(argument, self.scope).kind != "number":
                        raise MeaningError(f"{show(argument)} is no variable", argument)
                return _Head(SymbolName.plain(name), arguments=names)
            case t.Letter(name):
                fixed = {each.letter for each in notation.indices} | {each.letter for each in notation.constants}
                fixed |= {size.letter for size in notation.sizes if not size.index} | {ONES, DELTA, *CONSTANTS}
                if name in fixed:
                    raise MeaningError(f"{name} has a fixed meaning and cannot be defined", left)
                return _Head(SymbolName.plain(name), shape=_declared_shape(name, notation))
            case t.Family(t.Letter(letter), layer):
                if not notation.array_named(letter):
                    raise MeaningError(f"the entries of {letter} are defined with their indices", left)
                member = find_symbol(left, self.scope)
                return _Head(family_of(member.name, notation), where=position(layer), shape=member.shape)
            case t.Indexed(t.Family(t.Letter(letter), layer), indices):
                if not notation.array_of_entry(letter):
                    raise MeaningError(f"the entries of {letter} are printed with another letter", left)
                member = find_symbol(left, self.scope)
                named = self._named(indices, member.sizes, left)
                return _Head(family_of(member.name, notation), named, where=position(layer))
            case t.Indexed(t.Letter(letter), indices):
                return self._head_of_entry(letter, indices, left)
        raise not_covered("definitions of entries of functions", left)

    def _named(
        self, indices: tuple[t.Node, ...], sizes: tuple[Size, ...], left: t.Node
    ) -> tuple[tuple[str, Size], ...]:
        """The indices of an entry of a member of a family, which run over its widths."""
        declared_letters = {index.letter for index in self.scope.notation.indices}
        names = [index.name for index in indices if isinstance(index, t.Letter) and index.name in declared_letters]
        if len(set(names)) < len(indices) or len(indices) != len(sizes):
            raise MeaningError("an entry is defined with one index letter for each of its indices", left)
        return tuple(zip(names, sizes, strict=True))

    def _head_of_entry(self, letter: str, indices: tuple[t.Node, ...], left: t.Node) -> "_Head":
        notation = self.scope.notation
        runs_to = {index.letter: index.to for index in notation.indices}
        if letter == DELTA:
            raise MeaningError("Kronecker's delta has a fixed meaning", left)
        if any(scalar.written.letter == letter for scalar in notation.scalars):
            declared_name = find_symbol(left, replace(self.scope, definitions={}, families={}, lost=frozenset()))
            if declared_name.is_sequence:
                return _Head(declared_name.name, where=position(indices[0]), range=declared_name.sizes[0])
            if declared_name.kind == "number":
                return _Head(declared_name.name)
        named: tuple[tuple[str, Size], ...] = ()
        for index in indices:
            if not isinstance(index, t.Letter):
                raise MeaningError(f"{letter} is not declared with a number, as {letter}_1, or over steps", index)
            size = runs_to.get(index.name)
            if size is None:
                raise MeaningError(f"{letter} is not declared over {index.name}", index)
            named = (*named, (index.name, size))
        if len(dict(named)) < len(named):
            raise MeaningError("the indices of what is defined differ", left)
        array = notation.array_of_entry(letter)
        if array:
            sizes: tuple[Size, ...] = tuple(size for size in sizes_of_shape(array.shape) if size != 1)
        elif any(scalar.written.letter == letter and scalar.written.indices for scalar in notation.scalars):
            sizes = declared_name.sizes
        else:
            sizes = tuple(size for _, size in named)
        if tuple(size for _, size in named) != sizes:
            raise MeaningError(f"the indices of {letter} run to {', '.join(map(str, sizes))}", left)
        return _Head(SymbolName.plain(array.letter if array else letter), named)

    def _not_defined_yet(self, head: "_Head", node: t.Node) -> None:
        name = head.name
        if head.where and name not in self.scope.lost:
            return  # another line may define another member
        if name in self.scope.lost:
            raise MeaningError(f"{name} is defined above, which is not understood", node, covered=False)
        if name in self.own:
            raise MeaningError(f"{name} is defined already", node)
        if name in self.scope.definitions:
            raise MeaningError(f"{name} is defined on another page", node)

    def _convention(
        self, left: t.Apply, link: t.Link, conditions: Conditions, formula: DisplayedFormula, place: Place
    ) -> None:
        if not place.convention:
            raise MeaningError("a derivative is not defined but found; a value agreed upon is a convention", left)
        checker = self._checker(conditions)
        checker.side(left)
        if checker.side(link.right) is not None or checker.free or len(left.arguments) != 1 or conditions:
            raise MeaningError("a convention gives one value at one point", left)
        for node in (left.arguments[0], link.right):
            if letters(node, self.scope):
                raise MeaningError("a convention is about numbers without letters", node)
        convention = AgreedValue(
            left.function.name,
            left.function.primes,
            resolved(left.arguments[0], self.scope),
            resolved(link.right, self.scope),
            formula,
        )
        self._add(Convention, left, link.right, (), formula, place, checker, None, left)
        self.scope = replace(self.scope, conventions=(*self.scope.conventions, convention))

    def _checker(self, conditions: tuple[t.Chain, ...]) -> Checker:
        return Checker(self.scope, conditions)

    def _conditions(self, conditions: Conditions, checker: Checker, allowed: Mapping[str, Size]) -> None:
        for chain in conditions:
            checker.condition(chain)
            for letter in checker.free:
                if letter not in allowed:
                    raise WrongIndex(f"the index {letter} stands in the condition, but not in the claim", chain)
        check_conditions(conditions, self.scope)

    def _check_layers(self, nodes: Sequence[t.Node], conditions: Conditions, checker: Checker, node: t.Node) -> None:
        """What is said of layers has a meaning for all numbers of layers that are tried, and all layers r."""
        index, last = self.scope.notation.layer_index, self.scope.notation.last_layer
        lower, upper = bounds(index, conditions)
        if index in checker.free and not (lower or upper):
            raise MeaningError(f"say for which {index} this holds, as 1 \\le {index} \\le {last}", node)
        met = False
        for numbers in numbered(nodes, conditions, self.scope):
            met = True
            if numbers:
                self._check_instance(nodes, conditions, numbers)
        if not met:
            raise MeaningError(f"no network with up to {DEPTHS[-1]} layers satisfies the conditions", node)

    def _check_instance(self, nodes: Sequence[t.Node], conditions: Conditions, numbers: dict[str, int]) -> None:
        scope = at_depth(self.scope, numbers[self.scope.notation.last_layer])
        checker = Checker(scope, [with_numbers(chain, numbers) for chain in conditions])
        try:
            for node in nodes:
                concrete = with_numbers(node, numbers)
                checker.side(concrete)
                check_members(concrete, scope)
        except MeaningError as error:
            where = ", ".join(f"{letter} = {number}" for letter, number in numbers.items())
            error.reason = f"for {where}: {error.reason}"
            raise

    def finish(self) -> None:
        """After the last formula: whether every member of every family is defined, and by others than itself."""
        for inner in (self._apart[block] for block in self._apart if isinstance(block, Dictionary)):
            known = len(inner.faults)
            inner.finish()
            self.faults += inner.faults[known:]
        for formula, left, world, name, line in self._lines:
            try:
                self._check_family(self._worlds.get(world or "", self.scope), name, line, left)
            except MeaningError as error:
                if error.covered:  # else it follows from a fault that is named already
                    place = _place(formula, left.span[0])
                    self.faults.append(Diagnostic(Status.WITHOUT_MEANING, formula.path, *place, error.reason))

    def _check_family(self, scope: Scope, name: SymbolName, line: Line, left: t.Node) -> None:
        lines = scope.families[name]
        missing = hole(lines, scope.notation)
        if missing is not None and line is lines[0]:
            raise MeaningError(f"{_member(name, missing)} has no definition", left)
        if not name.layer:
            return
        letter, last = name.letter, scope.notation.last_layer
        for depth in DEPTHS:
            for number in numbers_of(line, depth, scope.notation):
                member = t.Family(t.Letter(letter), t.Number(str(number)), span=left.span)
                try:
                    check_members(member, at_depth(scope, depth))
                except MeaningError as error:
                    raise MeaningError(f"for {last} = {depth}: {error.reason}", left, error.covered) from None

    def _add(
        self,
        make: Callable[..., Statement],
        left: t.Node,
        right: t.Node | None,
        conditions: Conditions,
        formula: DisplayedFormula,
        place: Place,
        checker: Checker,
        shape: Shape,
        node: t.Node,
        family: SymbolName | None = None,
    ) -> None:
        """Add a statement, to whose maker is left what all have in common; ``node`` tells the place."""
        used: set[SymbolName] = set()
        for part in (left, right, *conditions, *self.premises):
            used |= letters(part, self.scope) if part else frozenset()
            if part and self.scope.lost:  # it may be lost below the definition through which it stands here
                for lost in sorted(letters(part, replace(self.scope, lost=frozenset())) & self.scope.lost):
                    raise MeaningError(f"the definition of {lost} is not understood", node, covered=False)
        self._note_used(used, family, place.world)
        self._check_references(place, node)
        for label in place.mentions:
            for letter in self.scope.lost & frozenset().union(*(each.letters for each in self.assumed.get(label, []))):
                raise MeaningError(f"the definition of {letter} is not understood", node, covered=False)
        meanings = [each for name in used for each in meanings_of(name, self.scope)]
        named = checker.named.union(*(each.named for each in meanings))
        in_force = [each for label in sorted(place.mentions) for each in self.assumed.get(label, [])]
        start = node.span[0] if node.span != (0, 0) else 0
        line, column = _place(formula, start)
        arguments = left.arguments if isinstance(left, t.Apply) and make is Definition else ()
        local = dict.fromkeys(argument.name for argument in arguments if isinstance(argument, t.Letter))
        statement = make(
            formula=formula,
            line=line,
            column=column,
            left=resolved(left, self.scope, local),
            scope=self.scope,
            conditions=tuple(resolved(chain, self.scope, local) for chain in conditions),
            assumptions=tuple(_about(in_force, used)),
            free=tuple(checker.free.items()),
            least=tuple(checker.least.items()),
            letters=frozenset(used),
            named=tuple(sorted(named, key=str)),
            shape=shape,
            **({} if right is None else {"right": resolved(right, self.scope, local)}),
        )
        self.items.append(statement)

    def _note_used(self, used: set[SymbolName], family: SymbolName | None, world: str | None) -> None:
        """Keeps the names that may not be defined any more; a family may get more lines while only lines use it."""
        names = {family_of(name, self.scope.notation) for name in used} - {family}
        if family and family.layer:
            names = {name for name in names if not (name.layer)}
        self._used.setdefault(world, set()).update(names)

    def _check_references(self, place: Place, node: t.Node) -> None:
        for label in sorted(place.mentions & self.lost_assumptions - {None}):
            raise MeaningError(f"the assumption {label} is not understood", node, covered=False)


def _is_apart(formula: DisplayedFormula) -> bool:
    """Whether a formula stands in a block that leaves nothing behind for the book."""
    return not {ERRATUM, UNCHECKED, DICTIONARY}.isdisjoint(formula.within)


def _objection(aside: Aside, items: Sequence[Statement], fault: Diagnostic | None) -> str | None:
    """Why the last formula of an erratum, or an unchecked one, cannot stand in its block."""
    if fault and fault.status is Status.UNREADABLE:
        return fault.reason
    wrong = objection_to_options(aside)
    if wrong or aside.kind == UNCHECKED:
        return wrong
    fails = dict(aside.options)["fails"]
    if fails == VALUE:
        if fault:
            return f"this erratum does not fail by its value: {fault.reason}"
        claims = items and all(isinstance(item, Claim) for item in items)
        return None if claims else "the last formula of an erratum is a claim"
    if not fault:
        return f"this erratum does not fail by its {fails}: it has a meaning"
    if fault.sort != fails or not fault.covered:
        return f"this erratum does not fail by its {fails}: {fault.reason}"
    return None


def _apart(
    aside: Aside, formula: DisplayedFormula, scope: Scope, items: Sequence[Statement], fault: Diagnostic | None
) -> Erratum | Unchecked:
    statement = read(formula.text, scope.notation).statements[-1]
    chain = statement.conclusion if isinstance(statement, t.Implication) else statement
    *before, last = chain.links[-2:] or [None]
    line, column = (fault.line, fault.column) if fault else _place(formula, (last or chain).span[0])
    options = dict(aside.options)
    own: dict[str, object] = {"fails": options["fails"], "corrected": options["corrected"]}
    make: Callable[..., Erratum | Unchecked] = Erratum
    if aside.kind == UNCHECKED:
        make, own = Unchecked, {"reason": options["reason"]}
    return make(
        formula=formula,
        line=line,
        column=column,
        left=resolved(before[0].right if before and before[0] else chain.first, scope),
        scope=scope,
        relation=last.relation if last else None,
        right=resolved(last.right, scope) if last else None,
        claims=tuple(claims_of(items)),
        fault=fault,
        **own,
    )


def _without_meaning(path: Path, line: int, column: int, error: MeaningError) -> Diagnostic:
    return Diagnostic(Status.WITHOUT_MEANING, path, line, column, error.reason, sort=error.sort, covered=error.covered)


def _named(checker: Checker) -> tuple[tuple[Size, int], ...]:
    """The numbers in the place of indices, but for those whose size belongs to a layer."""
    return tuple(sorted(((size, number) for size, number in checker.named if "_" not in str(size)), key=str))


def _member(family: SymbolName, number: int) -> SymbolName:
    """The name of a member of a family: Z^{[2]}, or u_2."""
    if family.layer:
        return SymbolName.in_layer(family.letter, (None, number))
    return SymbolName.sequence(family.letter, str(number))


def _declared_members(name: SymbolName, notation: Notation) -> Iterator[int]:
    """The numbers of the members of a sequence that are declared with them, as \\theta_0."""
    for scalar in notation.scalars:
        if scalar.written.letter == name.letter and "".join(scalar.written.indices).isdigit():
            yield int("".join(scalar.written.indices))


def _falls(where: Position | None, line: Line, last: str | None) -> bool:
    """Whether a member stands before those that a line of its family defines."""
    if where is None:
        return False
    letter, number = where
    if letter and letter == line.letter:
        return number < 0
    if line.definition.name.layer:
        return letter in (None, last)  # whether such members are made of each other shows in the end
    return letter is None and number < line.first[1]


def _is_only_about(chain: t.Chain, names: tuple[str | None, ...]) -> bool:
    """Whether all sides of a condition are among these letters, each with or without a number."""
    sides = [position(side) for side in chain.sides]
    return all(side is not None and side[0] in names for side in sides)


def _about(assumed: Iterable[Assumed], used: Collection[str]) -> Iterator[Assumed]:
    """The assumptions that say something about one of the letters."""
    return (each for each in assumed if not each.letters.isdisjoint(used))


def _too_deep(statement: t.Node) -> MeaningError:
    return not_covered("definitions that use each other so often", statement)


def _chains(conditions: tuple[t.Chain | t.Given | t.ForAll, ...]) -> tuple[t.Chain, ...]:
    """The conditions; a letter after a \\forall has all values anyway."""
    chains = [each if isinstance(each, t.Chain) else each.chain for each in conditions]
    return tuple(chain for chain in chains if chain.links)


def _defines(statement: t.Chain | t.Implication, within: tuple[str, ...]) -> TypeGuard[t.Chain]:
    if isinstance(statement, t.Implication) or not statement.links:
        return False
    relation = statement.links[0].relation
    return relation is Relation.DEFINES or (relation is Relation.EQUAL and "prf:definition" in within)


def _left_names(left: t.Node, scope: Scope) -> frozenset[str]:
    """The name under which the left side of a definition would have been known."""
    match left:
        case t.Apply(function, _):
            return frozenset((function.name,))
        case t.Letter(name):
            return frozenset((name,))
        case t.Family() | t.Indexed(t.Letter() | t.Family()):
            try:
                known = find_symbol(left, replace(scope, definitions={}, families={}, lost=frozenset()))
                return frozenset((family_of(known.name, scope.notation),))
            except MeaningError:
                base = left.base if isinstance(left, t.Indexed) else left
                letter = base.letter if isinstance(base, t.Family) else base
                return frozenset((letter.name,)) if isinstance(letter, t.Letter) else frozenset()
        case t.Indexed(base, _):
            return _left_names(base, scope)
    return frozenset()


def _declared_shape(name: str, notation: Notation) -> Shape:
    array = notation.array_named(name)
    return sizes_of_shape(array.shape) if array else None


def _is_decimal(node: t.Node) -> bool:
    """Whether a side is printed in digits: a number, or a matrix of such."""
    match node:
        case t.Minus(body):
            return isinstance(body, t.Number)
        case t.Matrix(rows):
            return all(not isinstance(entry, t.Matrix) and _is_decimal(entry) for row in rows for entry in row)
    return isinstance(node, t.Number)


def _is_number(name: SymbolName, notation: Notation) -> bool:
    return any(name.letter == scalar.written.letter for scalar in notation.scalars)


def _place(formula: DisplayedFormula, start: int) -> tuple[int, int]:
    """Line and column of the file for a place in the text of a formula."""
    above = formula.text[:start]
    return formula.place(above.count("\n") + 1, start - (above.rfind("\n") + 1) + 1)


# Pages ----------------------------------------------------------------------------------------------------------------


def meaning(path: Path | str, notation: Notation, functions: Mapping[str, Binding] | None = None) -> Page:
    """What a page says under the notation of the book, and the functions that other pages define."""
    page = read_markdown(path).whole()
    return said(page.formulas, page.around, notation, functions)


def said(
    found: Sequence[DisplayedFormula],
    around: Surroundings,
    notation: Notation,
    functions: Mapping[str, Binding] | None = None,
) -> Page:
    """What the formulas of a page say, from wherever they and what stands around them were read."""
    try:
        reading = _at_top(found, around, notation, functions)
    except Faulty as error:
        return Page((), (error.found,))
    return _read_on(reading, zip(found, around.places, strict=True))


def _at_top(
    found: Sequence[DisplayedFormula],
    around: Surroundings,
    notation: Notation,
    functions: Mapping[str, Binding] | None,
) -> _Reading:
    """A reading that stands at the top of a page."""
    notation = with_blocks(notation, around.blocks)
    own = set(_defined_functions(found, notation))
    return _Reading(notation, {name: each for name, each in (functions or {}).items() if name not in own})


def _read_on(reading: _Reading, waiting: Iterable[tuple[DisplayedFormula, Place]]) -> Page:
    for formula, place in waiting:
        reading.formula(formula, place)
    reading.finish()
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


def spots(path: Path | str, notation: Notation, functions: Mapping[str, Binding] | None = None) -> Iterator[Spot]:
    """Every formula of a page as it stands between the others.

    Raises
    ------
    NotationError
        If a ``{notation}`` block of the page is wrong.
    """
    page = read_markdown(path).whole()
    found, around = page.formulas, page.around
    reading = _at_top(found, around, notation, functions)
    waiting = tuple(zip(found, around.places, strict=True))
    for number, (formula, place) in enumerate(waiting):
        before = reading.copy()
        reading.formula(formula, place)
        items, faults = reading.items[len(before.items) :], reading.faults[len(before.faults) :]
        notation = items[0].scope.notation if items else reading.scope.notation  # a dictionary has its own
        yield Spot(formula, notation, Page(tuple(items), tuple(faults)), before, waiting[number:])


def _defined_functions(found: Iterable[DisplayedFormula], notation: Notation) -> Iterator[str]:
    """Yield the functions that formulas define for their page."""
    for formula in found:
        if not _is_apart(formula):
            yield from _functions_of(formula, notation)


def _functions_of(formula: DisplayedFormula, notation: Notation) -> Iterator[str]:
    try:
        tree = read(formula.text, notation)
    except LatexError:
        return  # a fault of the page
    for statement in tree.statements:
        match statement:
            case t.Chain(t.Apply(t.Function(name, 0, None), _), (t.Link(Relation.DEFINES), *_)):
                yield name


def exported(page: Reading, notation: Notation) -> dict[str, Definition]:
    """Return the functions that a page defines for all pages; of its formulas no other one is given a meaning.

    Raises
    ------
    NotationError
        As `page_functions`, or if a ``{notation}`` block of the page is wrong.
    """
    letters_of_page = with_blocks(notation, page.around.blocks)
    pairs = [
        (formula, place)
        for formula, place in zip(page.formulas, page.around.places, strict=True)
        if formula.label and not _is_apart(formula) and any(_functions_of(formula, letters_of_page))
    ]
    return page_functions(
        _read_on(_at_top([formula for formula, _ in pairs], page.around, notation, {}), pairs).items, notation
    )


def book_functions(paths: Iterable[Path | str], notation: Notation) -> dict[str, Binding]:
    """Return the functions that some page defines under a label, and that therefore all pages know.

    Raises
    ------
    NotationError
        If two pages define the same function, or one contains a letter beside its arguments.
    """
    known: dict[str, Binding] = {}
    for path in paths:
        for name, item in exported(read_markdown(path).whole(), notation).items():
            if name in known:
                raise Faulty(_at(item, f"{name} is defined on another page, too"))
            known[name] = item.scope.definitions[name]
    return known


def page_functions(items: Iterable[Statement], notation: Notation) -> dict[str, Definition]:
    """Return the statements of a page that define a function for all pages, by its name.

    Raises
    ------
    NotationError
        If one contains a letter beside its arguments.
    """
    found: dict[str, Definition] = {}
    for item in items:
        if not isinstance(item, Definition) or not isinstance(item.left, t.Apply):
            continue
        name = item.left.function.name
        if not item.formula.label or _is_apart(item.formula) or name in FIXED_KINDS:
            continue  # all pages know what is fixed
        if name not in notation.function_names or notation.kind_of_function(name) != "number":
            continue  # one of the page's own
        definition = item.scope.definitions[name]
        known = {*FIXED_KINDS, *found, *definition.arguments}  # elsewhere, too; so is what stands for any function
        known |= notation.function_names - item.scope.definitions.keys()
        own = letters(definition.body, item.scope) - known
        if own:
            raise Faulty(_at(item, f"{name} is known on all pages, but {min(own)} is not"))
        found[name] = item
    return found


def _at(item: Statement, reason: str) -> Diagnostic:
    return Diagnostic(Status.WITHOUT_MEANING, item.formula.path, item.line, 1, reason)


class Faulty(NotationError):
    """A declaration, or a function for all pages, that is wrong; ``found`` says where."""

    def __init__(self, found: Diagnostic):
        super().__init__(f"{found.path}:{found.line}: {found.reason}")
        self.found = found


def with_blocks(notation: Notation, blocks: Sequence[NotationBlock]) -> Notation:
    """The notation of the book with the ``{notation}`` blocks of a page."""
    for block in blocks:
        try:
            notation = extended(notation, block.text)
        except NotationError as error:
            raise Faulty(Diagnostic(Status.WITHOUT_MEANING, block.path, block.line, 1, f"notation: {error}")) from None
    return notation
