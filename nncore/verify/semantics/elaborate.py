r"""What the formulas of a page say: definitions, assumptions, conventions, claims and steps, with shapes and indices.

`elaborate` gives the displayed formulas of a page their meaning, in their order, by the notation in force. Nothing is
guessed: what has no meaning is a `Diagnostic` with its place, and a letter whose definition is not understood may not
be used by any formula below. What holds for all formulas together:

- ``:=`` defines (in a ``{prf:definition}`` also ``=``), in a ``{prf:assumption}`` every relation is assumed, in a
  convention ``f'(0) := ...`` fixes a value that a derivative does not have, other relations are claims, link by link.
- A definition holds from its formula to the end of the page; a letter has one. It may use only what is known above it,
  so definitions form no circle, and a letter may not be used above its definition. Exercises are little worlds: a
  definition in one holds in that exercise and in its solution; it may say there which function ``f`` is.
- A family is defined in lines, each for a range of numbers: ``A^{[0]} := X`` and ``A^{[r]} := … \quad 1 \le r < R``.
  The lines of families of layers may use each other; in the end every member must exist, and none be made of itself. A
  sequence, ``u_t := …``, may use its own members with lower numbers.
- An assumption is in force where the text around a formula refers to its label; it speaks about inputs only.
- Of an ``{erratum}`` the last formula is wrong, in the way that its option ``:fails:`` names. What stands above it in
  the block defines foreign letters, and a ``{notation}`` block in it declares them; with such a block the definitions
  of the page do not hold there. Neither an ``{erratum}`` nor an ``{unchecked}`` block leaves anything behind on which
  other formulas could rest. A ``{dictionary}`` is a text in letters of its own, whose claims are claimed like others.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeGuard

from nncore.verify.judgement import Diagnostic, Status
from nncore.verify.notation import FIXED_KINDS, KNOWN_FUNCTIONS, STEPS, Notation, NotationError, extended
from nncore.verify.semantics import premises, remainders
from nncore.verify.semantics.conditions import check as check_conditions
from nncore.verify.semantics.conditions import separated
from nncore.verify.semantics.definitions import (
    Conditions,
    Head,
    check_arguments,
    check_shape,
    head_of,
    left_names,
    line_of,
    member_of,
    without_choice,
)
from nncore.verify.semantics.fitting import that_would_fit
from nncore.verify.semantics.layers import (
    DEPTHS,
    at_depth,
    bounds,
    check_members,
    hole,
    is_about_layers,
    numbered,
    numbers_of,
    with_numbers,
)
from nncore.verify.semantics.properties import with_properties
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
    is_numbered_width,
    letters,
    meanings_of,
    not_covered,
    resolved,
    resolved_binding,
    resolved_line,
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
from nncore.verify.symbol import Shape, Size, SymbolKind, SymbolName
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.lexer import LatexError
from nncore.verify.syntax.parser import read
from nncore.verify.syntax.printer import show
from nncore.verify.syntax.tree import Relation

# Statements -----------------------------------------------------------------------------------------------------------


class _Elaborator:
    """Goes through a page from its top to its end."""

    def __init__(self, notation: Notation, functions: Mapping[str, Binding]):
        self.scope = Scope(notation, functions)
        self._functions = functions  # those that all pages know
        self._apart: dict[Aside | Dictionary, _Elaborator] = {}
        self.items: list[Statement] = []
        self.faults: list[Diagnostic] = []
        self.assumed: dict[str | None, list[Assumed]] = {}
        self.lost_assumptions: set[str | None] = set()
        self.own: set[str] = set()  # names that this page defines
        self.here: DisplayedFormula  # the formula at hand, as it is read, what stands around it, the claim's premises
        self.tree: t.Formula
        self.place: Place
        self.premises: tuple[t.Chain, ...] = ()
        self._worlds: dict[str, Scope] = {}  # what exercises define, on top of the page
        self._used: dict[str | None, set[str]] = {None: set()}  # names that occurred, by exercise
        self._lines: list[tuple[DisplayedFormula, t.Node, str | None, SymbolName, Line]] = []

    def copy(self) -> "_Elaborator":
        """Return the same state, from which another text can go on."""
        other = copy(self)
        for name, value in vars(self).items():
            if name == "_apart":
                other._apart = {key: inner.copy() for key, inner in value.items()}
            elif isinstance(value, dict):
                setattr(other, name, {key: copy(inner) for key, inner in value.items()})
            elif isinstance(value, list | set):
                setattr(other, name, copy(value))
        return other

    def added(self, waiting: Iterable[tuple[DisplayedFormula, Place]]) -> Page:
        """Add what formulas say, each at its place, and return it."""
        items, faults = len(self.items), len(self.faults)
        for formula, place in waiting:
            self._add_formula(formula, place)
        return Page(tuple(self.items[items:]), tuple(self.faults[faults:]))

    def _add_formula(self, formula: DisplayedFormula, place: Place) -> None:
        """Add what a formula says, or its first fault."""
        if place.dictionary:  # whose formulas are read in its letters alone
            inner = self._inside(place.dictionary)
            if inner:
                self._take(inner.added([(formula, replace(place, dictionary=None))]))
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
        """Go on in an exercise, with what it has defined so far, on top of what the page has defined."""
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
        self.here, self.place = formula, place
        try:
            self.tree = tree = read(formula.text, self.scope.notation)
        except LatexError as error:
            self._lose(formula.within, place)
            place_of_error = formula.place(error.line, error.column)
            self.faults.append(Diagnostic(Status.UNREADABLE, formula.path, *place_of_error, error.reason))
            return
        names = (left_names(each.first, self.scope) for each in tree.statements if _defines(each, formula.within))
        for part in separated(tree, self.scope, frozenset[str]().union(*names)):
            (statement,) = part.statements
            try:
                self._statement(statement, _chains(part.conditions))
            except (MeaningError, RecursionError) as caught:
                too_deep = not_covered("definitions that use each other so often", statement)
                found = caught if isinstance(caught, MeaningError) else too_deep
                self._lose(formula.within, place, statement)
                at = formula.place_at(found.span[0])
                self.faults.append(
                    Diagnostic(
                        Status.WITHOUT_MEANING, formula.path, *at, found.reason, sort=found.sort, covered=found.covered
                    )
                )

    def _take(self, page: Page) -> None:
        self.items += page.items
        self.faults += page.faults

    def _inside(self, block: Aside | Dictionary) -> "_Elaborator | None":
        """Return what goes through a block apart, as far as it has come; None if its notation is wrong."""
        try:
            if block not in self._apart:
                self._apart[block] = self._reading_apart(block)
            return self._apart[block]
        except Faulty as error:
            fault = error.found
            self.faults += [] if fault in self.faults else [fault]
            return None

    def _shown(self, formula: DisplayedFormula, place: Place, aside: Aside) -> None:
        """Add what a formula of an erratum or an unchecked block says, from which nothing follows for the page."""
        inner = self._inside(aside)
        if inner is None:
            return
        page = inner.added([(formula, replace(place, aside=None, world=None))])
        if aside.kind == ERRATUM and formula.line != aside.last:
            self._take(page)
            return
        self.faults += inner.faults_of_families()
        fault = page.faults[0] if page.faults else None
        objection = _objection(aside, page.items, fault)
        if objection:
            line, column = (fault.line, fault.column) if fault else (aside.line, 1)
            self.faults.append(Diagnostic(Status.WITHOUT_MEANING, formula.path, line, column, objection))
        else:
            self.items.append(_apart(aside, formula, inner, page.items, fault))

    def _reading_apart(self, block: Aside | Dictionary) -> "_Elaborator":
        """Return one that leaves this one as it is; with letters of its own it knows no definition of the page."""
        if block.blocks or isinstance(block, Dictionary):
            return _Elaborator(with_blocks(self.scope.notation, block.blocks), self._functions)
        inner = _Elaborator(self.scope.notation, self._functions)
        inner.scope, inner.own = self.scope, set(self.own)
        inner.assumed = {label: list(assumed) for label, assumed in self.assumed.items()}
        inner.lost_assumptions = set(self.lost_assumptions)
        return inner

    def _lose(self, within: tuple[str, ...], place: Place, statement: t.Chain | t.Implication | None = None) -> None:
        """Note after a fault what the statement would have said, so that it is not missing silently below."""
        if "prf:assumption" in within:
            self.lost_assumptions.add(place.label)
        if statement and _defines(statement, within) and not place.convention:
            self.scope = replace(self.scope, lost=self.scope.lost | left_names(statement.first, self.scope))

    def _statement(self, statement: t.Chain | t.Implication, conditions: Conditions) -> None:
        if isinstance(statement, t.Implication):
            self._implication(statement, conditions)
        elif not statement.links:
            self._expression(statement.first, conditions)
        elif "prf:assumption" in self.here.within:
            self._assumption(statement, conditions)
        elif statement.links[0].relation is Relation.ASSIGNS:
            self._step(statement, conditions)
        else:
            self._links(statement, conditions, _defines(statement, self.here.within))

    def _links(self, statement: t.Chain, conditions: Conditions, defines: bool) -> None:
        """Add a chain, link by link."""
        left = statement.first
        sides = (left, *(link.right for link in statement.links))
        leading = left
        if not defines:
            leading = next((side for side in sides if not self._is_constant(side)), left)
        for place_in_chain, link in enumerate(statement.links):
            here = conditions + _chains(link.conditions)
            if place_in_chain == 0 and defines:
                self._defining(statement, link, here)
            else:
                self._claim(left, link, here, leading)
            left = link.right

    def _implication(self, statement: t.Implication, conditions: Conditions) -> None:
        """Add the conclusion, claimed where the premise holds; what the premise places is so for this formula only."""
        if not statement.conclusion.links or "prf:assumption" in self.here.within:
            raise MeaningError("an implication claims a relation", statement)
        before = self.scope
        self.scope = premises.assumed(statement.premise, before)
        self.premises = (resolved(statement.premise, self.scope),)
        try:
            self._links(statement.conclusion, conditions, False)
        finally:
            self.scope, self.premises = before, ()

    def _is_constant(self, side: t.Node) -> bool:
        """Return whether a side is a number such as 0, which stands for all values of the indices of the others."""
        fixed = self.scope.notation.plain_sizes | self.scope.notation.constant_letters
        return all(
            not isinstance(node, t.Indexed | t.Family) and (not isinstance(node, t.Letter) or node.name in fixed)
            for node, _ in t.walk(side)
        )

    def _expression(self, node: t.Node, conditions: Conditions) -> None:
        checker = Checker(self.scope, conditions)
        shape = checker.side(node)
        self._conditions(conditions, checker, dict(checker.free))
        self._check_layers((node,), conditions, checker, node)
        self._add(Expression, node, None, conditions, checker, shape, node)

    def _claim(self, left: t.Node, link: t.Link, conditions: Conditions, leading: t.Node) -> None:
        if not link.relation.compares and link.relation is not Relation.ROUNDS:
            raise not_covered(f"the relation {link.relation}", link)
        checker = Checker(self.scope, conditions)
        checker.side(leading)
        allowed = dict(checker.free)
        shape = checker.side(left)
        try:
            other = checker.side(self._without_rest(link))
        except WrongShape as error:
            error.reason += that_would_fit(link.right, shape, self.scope)
            raise
        if not checker.same_shape(shape, other):
            fitting = that_would_fit(link.right, shape, self.scope)
            reason = f"{show(left)} is {words(shape)}, {show(link.right)} is {words(other)}{fitting}"
            raise WrongShape(reason, link.right)
        if checker.complex and link.relation not in (Relation.EQUAL, Relation.UNEQUAL):
            raise MeaningError("complex numbers have no order", link)
        if link.relation is Relation.ROUNDS and not _is_decimal(link.right):
            raise MeaningError("only a decimal stands on the right of an approximation", link.right)
        for letter in checker.free:
            if letter not in allowed:
                raise WrongIndex(f"the index {letter} is free here, but not on the left", link)
        conditions, everywhere = self._for_all(conditions, allowed)
        self._conditions(conditions, checker, allowed)
        sides = (left, link.right) if leading is left else (leading, left, link.right)
        self._check_layers(sides, conditions, checker, link)
        make = partial(Claim, relation=link.relation, premises=self.premises)
        self._add(make, left, link.right, conditions, checker, shape, link, everywhere=everywhere)

    def _for_all(self, conditions: Conditions, allowed: Mapping[str, Size]) -> tuple[Conditions, tuple[Assumed, ...]]:
        """Return the conditions without those about all entries, and what these assume.

        Such a condition excludes a value by indices none of which the claim has: z_{im} != 0 of an equation of arrays.
        """
        rest: list[t.Chain] = []
        found: list[Assumed] = []
        for chain in conditions:
            inputs, checker = letters(chain, self.scope), Checker(self.scope)
            if inputs and all(link.relation is Relation.UNEQUAL for link in chain.links):
                checker.condition(chain)
            counted = STEPS in checker.free.values() or any(isinstance(node, t.Family) for node, _ in t.walk(chain))
            if checker.free and not counted and checker.free.keys().isdisjoint(allowed):
                check_conditions((chain,), self.scope)
                found.append(Assumed(None, resolved(chain, self.scope), tuple(checker.free.items()), inputs))
            else:
                rest.append(chain)
        return tuple(rest), tuple(found)

    def _without_rest(self, link: t.Link) -> t.Node:
        """Return the right side, but for an O(h^k) at the end of an equation."""
        try:
            rest = remainders.split(link.relation, link.right)
        except ValueError as error:
            raise MeaningError(str(error), link.right) from None
        if not rest:
            return link.right
        right, letter, _ = rest
        if Checker(self.scope, ()).side(right) is not None:
            raise WrongShape("a rest O(h^k) is that of a number, not of a matrix", link.right)
        if find_symbol(letter, self.scope).kind is not SymbolKind.NUMBER or letter.name in self.scope.definitions:
            raise MeaningError(f"{letter.name} is no input, so it cannot tend to 0", letter)
        return right

    def _step(self, statement: t.Chain, conditions: Conditions) -> None:
        (link,) = statement.links
        checker = Checker(self.scope, conditions)
        shape, other = checker.side(statement.first), checker.side(link.right)
        name = find_symbol(statement.first, self.scope)
        if name.name not in self.scope.notation.state:
            raise MeaningError(f"{show(statement.first)} is not declared as state", statement.first)
        if not checker.same_shape(shape, other):
            raise WrongShape("both sides of a step have the same shape", link)
        self._conditions(conditions, checker, dict(checker.free))
        self._add(Step, statement.first, link.right, conditions, checker, shape, statement)

    def _assumption(self, statement: t.Chain, conditions: Conditions) -> None:
        if conditions or any(link.conditions for link in statement.links):
            raise not_covered("assumptions with side conditions", statement)
        if any(link.relation is Relation.DEFINES for link in statement.links):
            raise MeaningError("an assumption does not define", statement)
        for link in statement.links:
            if not link.relation.compares:
                raise MeaningError(f"an assumption compares, and {link.relation} does not", link)
        checker = Checker(self.scope, ())
        shapes = [checker.side(side) for side in statement.sides]
        if any(shape is not None for shape in shapes):
            raise not_covered("assumptions about matrices", statement)
        if checker.complex:
            raise MeaningError("an assumption is about real numbers", statement)
        if STEPS in checker.free.values():
            raise not_covered("assumptions about steps", statement)
        inputs = letters(statement, self.scope)
        excludes = all(link.relation is Relation.UNEQUAL for link in statement.links)
        for name in inputs & self.scope.definitions.keys() if not excludes else ():
            raise MeaningError(f"an assumption is about inputs, and {name} is defined", statement)
        free = tuple(checker.free.items())
        self.assumed.setdefault(self.place.label, []).append(
            Assumed(self.place.label, resolved(statement, self.scope), free, inputs)
        )
        left = statement.first
        for link in statement.links:
            make = partial(Assumption, relation=link.relation)
            self._add(make, left, link.right, (), checker, None, link)
            left = link.right

    def _defining(self, statement: t.Chain, link: t.Link, conditions: Conditions) -> None:
        left = statement.first
        if isinstance(left, t.Apply) and left.function.primes:
            self._convention(left, link, conditions)
            return
        if self.place.convention:
            raise MeaningError("a convention gives a value to a derivative, as ReLU'(0) := 0", left)
        head = head_of(self.scope, left)
        name = head.name
        self._not_defined_yet(head, left)
        scope, line = self.scope, None
        if head.where:
            line = line_of(self.scope, self.here, head, head.where, conditions, link)
            scope = replace(scope, families={**scope.families, name: (*scope.families.get(name, ()), line)})
        checker = Checker(scope, conditions, head.arguments)
        checker.free.update(head.indices)
        shape = checker.side(without_choice(self.scope, left, name, link.right))
        if checker.complex:
            raise MeaningError("what is defined is real: define its real or its imaginary part", link.right)
        check_shape(self.scope, head, shape, checker, link)
        check_arguments(scope, head, (link.right, *conditions))
        allowed = {letter for letter, _ in head.indices} | ({head.where[0]} if head.where else set())
        for letter in checker.free:
            if letter not in allowed:
                raise MeaningError(f"the index {letter} is free on the right, but not on the left", link.right)
        if not line and name in letters(link.right, scope):
            raise MeaningError(f"{name} is defined by itself", link.right)
        chosen = self.place.world and head.arguments and self.scope.notation.kind_of_function(name) == "smooth"
        worlds = (None, self.place.world) if self.place.world else self._used
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
            self._claim(left, replace(link, relation=Relation.EQUAL), conditions, left)
            return
        if line:
            line = replace(line, definition=replace(line.definition, shape=shape, named=_named(checker)))
            line = resolved_line(line, scope)
            lines = (*self.scope.families.get(name, ()), line)
            self.scope = replace(self.scope, families={**self.scope.families, name: lines})
            self._lines.append((self.here, left, self.place.world, name, line))
        else:
            self._check_layers((link.right,), conditions, checker, link)
            definition = Binding(name, head.indices, head.arguments, link.right, conditions, shape, self.here.label)
            definition = replace(definition, named=_named(checker), formula=self.here)
            definition = resolved_binding(definition, scope)
            self.scope = replace(self.scope, definitions={**self.scope.definitions, name: definition})
        self.own.add(name)
        family = name if line else None
        self._add(Definition, left, link.right, conditions, checker, shape, statement, family)

    def _not_defined_yet(self, head: "Head", node: t.Node) -> None:
        name = head.name
        if head.where and name not in self.scope.lost:
            return  # another line may define another member
        if name in self.scope.lost:
            raise MeaningError(f"{name} is defined above, which is not understood", node, covered=False)
        if name in self.own:
            raise MeaningError(f"{name} is defined already", node)
        if name in self.scope.definitions:
            raise MeaningError(f"{name} is defined on another page", node)

    def _convention(self, left: t.Apply, link: t.Link, conditions: Conditions) -> None:
        if not self.place.convention:
            raise MeaningError("a derivative is not defined but found; a value agreed upon is a convention", left)
        checker = Checker(self.scope, conditions)
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
            self.here,
        )
        self._add(Convention, left, link.right, (), checker, None, left)
        self.scope = replace(self.scope, conventions=(*self.scope.conventions, convention))

    def _conditions(self, conditions: Conditions, checker: Checker, allowed: Mapping[str, Size]) -> None:
        for chain in conditions:
            checker.condition(chain)
            for letter in checker.free:
                if letter not in allowed:
                    raise WrongIndex(f"the index {letter} stands in the condition, but not in the claim", chain)
        check_conditions(conditions, self.scope)

    def _check_layers(self, nodes: Sequence[t.Node], conditions: Conditions, checker: Checker, node: t.Node) -> None:
        """Raise unless what is said of layers has a meaning for all numbers of layers that are tried, and all r."""
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

    def faults_of_families(self) -> Iterator[Diagnostic]:
        """Yield, after the last formula, which member of a family is not defined, or by itself."""
        for block, inner in self._apart.items():
            if isinstance(block, Dictionary):
                yield from inner.faults_of_families()
        for formula, left, world, name, line in self._lines:
            try:
                self._check_family(self._worlds.get(world or "", self.scope), name, line, left)
            except MeaningError as error:
                if error.covered:  # else it follows from a fault that is named already
                    at = formula.place_at(left.span[0])
                    yield Diagnostic(Status.WITHOUT_MEANING, formula.path, *at, error.reason)

    def _check_family(self, scope: Scope, name: SymbolName, line: Line, left: t.Node) -> None:
        lines = scope.families[name]
        missing = hole(lines)
        if missing is not None and line is lines[0]:
            raise MeaningError(f"{member_of(name, missing)} has no definition", left)
        if not name.layer:
            return
        letter, last = name.letter, scope.notation.last_layer
        for depth in DEPTHS:
            for number in numbers_of(line, depth):
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
        checker: Checker,
        shape: Shape,
        node: t.Node,
        family: SymbolName | None = None,
        everywhere: tuple[Assumed, ...] = (),
    ) -> None:
        """Add a statement, to whose maker is left what all have in common; ``node`` tells the place."""
        used: set[SymbolName] = set()
        for part in (left, right, *conditions, *self.premises, *(each.claim for each in everywhere)):
            used |= letters(part, self.scope) if part else frozenset()
            if part and self.scope.lost:  # it may be lost below the definition through which it stands here
                for lost in sorted(letters(part, replace(self.scope, lost=frozenset())) & self.scope.lost):
                    raise MeaningError(f"the definition of {lost} is not understood", node, covered=False)
        self._note_used(used, family, self.place.world)
        for label in sorted(self.place.mentions & self.lost_assumptions - {None}):
            raise MeaningError(f"the assumption {label} is not understood", node, covered=False)
        in_force = [each for label in sorted(self.place.mentions) for each in self.assumed.get(label, [])]
        said = [part for part in (left, right, *conditions) if part]
        if not is_about_layers(said, self.scope):  # then it has no letter of whose layers anything is assumed
            in_force = [each for each in in_force if not is_about_layers([each.claim], self.scope)]
        for letter in sorted(self.scope.lost & frozenset().union(*(each.letters for each in in_force))):
            raise MeaningError(f"the definition of {letter} is not understood", node, covered=False)
        meanings = [each for name in used for each in meanings_of(name, self.scope)]
        named = checker.named.union(*(each.named for each in meanings))
        line, column = self.here.place_at(node.span[0])
        arguments = left.arguments if isinstance(left, t.Apply) and make is Definition else ()
        local = dict.fromkeys(argument.name for argument in arguments if isinstance(argument, t.Letter))
        sides = {name: resolved(side, self.scope, local) for name, side in (("left", left), ("right", right)) if side}
        statement = make(
            formula=self.here,
            line=line,
            column=column,
            scope=self.scope,
            conditions=tuple(resolved(chain, self.scope, local) for chain in conditions),
            assumptions=(*(each for each in in_force if not each.letters.isdisjoint(used)), *everywhere),
            free=tuple(checker.free.items()),
            least=tuple(checker.least.items()),
            letters=frozenset(used),
            named=tuple(sorted(named, key=str)),
            shape=shape,
            **sides,
        )
        self.items.append(with_properties(statement) if isinstance(statement, Claim) else statement)

    def _note_used(self, used: set[SymbolName], family: SymbolName | None, world: str | None) -> None:
        """Keep the names that may not be defined any more; a family may get more lines while only lines use it."""
        names = {family_of(name, self.scope.notation) for name in used} - {family}
        if family and family.layer:
            names = {name for name in names if not name.layer}
        self._used.setdefault(world, set()).update(names)


def _is_apart(formula: DisplayedFormula) -> bool:
    """Return whether a formula stands in a block that leaves nothing behind for the book."""
    return not {ERRATUM, UNCHECKED, DICTIONARY}.isdisjoint(formula.within)


def _objection(aside: Aside, items: Sequence[Statement], fault: Diagnostic | None) -> str | None:
    """Return why the last formula of an erratum, or an unchecked one, cannot stand in its block."""
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
    aside: Aside, formula: DisplayedFormula, inner: _Elaborator, items: Sequence[Statement], fault: Diagnostic | None
) -> Erratum | Unchecked:
    chain, scope = inner.tree.last_chain, inner.scope
    *before, last = chain.links[-2:] or [None]
    line, column = (fault.line, fault.column) if fault else formula.place_at((last or chain).span[0])
    options = dict(aside.options)
    make: Callable[..., Erratum | Unchecked]
    if aside.kind == UNCHECKED:
        make = partial(Unchecked, reason=options["reason"])
    else:
        make = partial(Erratum, fails=options["fails"], corrected=options["corrected"])
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
    )


def _named(checker: Checker) -> tuple[tuple[Size, int], ...]:
    """Return the numbers in the place of indices, but for those whose size belongs to a layer."""
    return tuple(sorted(((size, number) for size, number in checker.named if not is_numbered_width(size)), key=str))


def _chains(conditions: tuple[t.Chain | t.Given | t.ForAll, ...]) -> tuple[t.Chain, ...]:
    """Return the conditions; a letter after a \\forall has all values anyway."""
    chains = [each if isinstance(each, t.Chain) else each.chain for each in conditions]
    return tuple(chain for chain in chains if chain.links)


def _defines(statement: t.Chain | t.Implication, within: tuple[str, ...]) -> TypeGuard[t.Chain]:
    if isinstance(statement, t.Implication) or not statement.links:
        return False
    relation = statement.links[0].relation
    return relation is Relation.DEFINES or (relation is Relation.EQUAL and "prf:definition" in within)


def _is_decimal(node: t.Node) -> bool:
    """Return whether a side is printed in digits: a number, or a matrix of such."""
    match node:
        case t.Minus(body):
            return isinstance(body, t.Number)
        case t.Matrix(rows):
            return all(not isinstance(entry, t.Matrix) and _is_decimal(entry) for row in rows for entry in row)
    return isinstance(node, t.Number)


# Pages ----------------------------------------------------------------------------------------------------------------


def meaning(path: Path | str, notation: Notation, functions: Mapping[str, Binding] | None = None) -> Page:
    """Return what a page says under the notation of the book, with the functions that other pages define."""
    page = read_markdown(path).whole()
    return elaborate(page.formulas, page.around, notation, functions)


def elaborate(
    found: Sequence[DisplayedFormula],
    around: Surroundings,
    notation: Notation,
    functions: Mapping[str, Binding] | None = None,
    holds_fixed: bool = False,
) -> Page:
    """Return what the formulas of a page say, from wherever they and what stands around them were read.

    ``holds_fixed`` is that of `symbols.Scope`.
    """
    try:
        elaborator = _at_top(found, around, notation, functions)
        elaborator.scope = replace(elaborator.scope, holds_fixed=holds_fixed)
    except Faulty as error:
        return Page((), (error.found,))
    return _to_the_end(elaborator, zip(found, around.places, strict=True))


def _at_top(
    found: Sequence[DisplayedFormula], around: Surroundings, notation: Notation, functions: Mapping[str, Binding] | None
) -> _Elaborator:
    """Return what stands at the top of a page and goes through it."""
    notation = with_blocks(notation, around.blocks)
    own = {name for formula in found for name in _functions_of(formula, notation)}
    return _Elaborator(notation, {name: each for name, each in (functions or {}).items() if name not in own})


def _to_the_end(elaborator: _Elaborator, waiting: Iterable[tuple[DisplayedFormula, Place]]) -> Page:
    """Return what the rest of a page says."""
    page = elaborator.added(waiting)
    return replace(page, faults=(*page.faults, *elaborator.faults_of_families()))


@dataclass(frozen=True)
class Spot:
    """A formula in its page: what it says there, and what another text would say in its place."""

    formula: DisplayedFormula
    notation: Notation
    said: Page
    _before: _Elaborator
    _waiting: Sequence[tuple[DisplayedFormula, Place]]

    def instead(self, text: str) -> Page:
        """Return what another text would say here."""
        return self._with(text, ())

    def instead_and_below(self, text: str) -> Page:
        """Return what another text would say here, and the rest of the page below it."""
        return self._with(text, self._waiting[1:])

    def _with(self, text: str, below: Sequence[tuple[DisplayedFormula, Place]]) -> Page:
        formula, place = self._waiting[0]
        return _to_the_end(self._before.copy(), [(replace(formula, text=text), place), *below])


def spots(path: Path | str, notation: Notation, functions: Mapping[str, Binding] | None = None) -> Iterator[Spot]:
    """Yield every formula of a page as it stands between the others.

    Raises
    ------
    NotationError
        If a ``{notation}`` block of the page is wrong.
    """
    page = read_markdown(path).whole()
    found, around = page.formulas, page.around
    elaborator = _at_top(found, around, notation, functions)
    waiting = tuple(zip(found, around.places, strict=True))
    for number, (formula, place) in enumerate(waiting):
        before = elaborator.copy()
        said = elaborator.added([(formula, place)])
        scope = said.items[0].scope if said.items else elaborator.scope  # a dictionary has its own letters
        yield Spot(formula, scope.notation, said, before, waiting[number:])


def _functions_of(formula: DisplayedFormula, notation: Notation) -> Iterator[str]:
    """Yield the functions that a formula defines for its page."""
    if _is_apart(formula):
        return
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
    pairs = zip(page.formulas, page.around.places, strict=True)
    defining = [pair for pair in pairs if pair[0].label and any(_functions_of(pair[0], letters_of_page))]
    return page_functions(_to_the_end(_Elaborator(letters_of_page, {}), defining).items, notation)


def book_functions(paths: Iterable[Path | str], notation: Notation) -> dict[str, Binding]:
    """Return the functions that some page defines under a label, and that therefore all pages know.

    Raises
    ------
    NotationError
        If two pages define the same function, or one contains a letter beside its arguments.
    """
    known: dict[str, Binding] = {}
    for path in paths:
        for name, item in page_functions(meaning(path, notation).items, notation).items():
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
    """Return the notation of the book with the ``{notation}`` blocks of a page."""
    for block in blocks:
        try:
            notation = extended(notation, block.text)
        except NotationError as error:
            raise Faulty(Diagnostic(Status.WITHOUT_MEANING, block.path, block.line, 1, f"notation: {error}")) from None
    return notation
