r"""What is in force at the end of a page, as a value: the letters, and the formulas that leave something behind.

`in_force` makes a `Context` of a page that was read: the notation with the ``{notation}`` blocks of the page, the
formulas of the page that define, assume or agree upon something, and those of other pages that define a function for
all. Claims leave nothing behind, so they are left out, as are errata and dictionaries. As JSON
(`report.serialization`) a context can leave the process that read the page; what comes back is an equal value, and
`Context.said` gives a text its meaning there, by the same way as if it stood at the end of the page.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nncore.verify.judgement import Diagnostic, Status
from nncore.verify.notation import Notation, NotationError, Scalar, Written
from nncore.verify.semantics.elaborate import Faulty, elaborate, exported, with_blocks
from nncore.verify.semantics.statements import Assumption, Convention, Definition, Page, Statement
from nncore.verify.semantics.symbols import Binding
from nncore.verify.source.context import Place, Surroundings
from nncore.verify.source.markdown import DisplayedFormula, Reading
from nncore.verify.syntax import tree as t

_ASSUMPTION = "prf:assumption"
_ABOVE = Path("above")  # where the formulas of a context stand, and no others


@dataclass(frozen=True, slots=True)
class Given:
    """A formula that leaves something behind, and what of its place has a say in what that is."""

    text: str
    label: str | None = None
    within: tuple[str, ...] = ()  # the kinds of the directives around it, the outermost first
    directive: str | None = None  # the label of the innermost one, under which an assumption is known
    convention: bool = False  # whether one of them is a convention
    world: str | None = None  # the exercise in which, or in whose solution, it stands

    def at(self, line: int) -> tuple[DisplayedFormula, Place]:
        """Return the formula as one that begins in some line above, with its place."""
        columns = (1,) * (self.text.count("\n") + 1)
        formula = DisplayedFormula(self.text, self.label, _ABOVE, line, columns, self.within)
        return formula, Place(frozenset(), self.directive, self.convention, self.world)


@dataclass(frozen=True, slots=True)
class FunctionOfAll:
    """A formula of another page that defines a function for all pages, and the letters of its arguments."""

    given: Given
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What is in force at the end of a page or, with a ``world``, of an exercise of it."""

    notation: Notation
    functions: tuple[FunctionOfAll, ...] = ()
    formulas: tuple[Given, ...] = ()  # in the order of the page
    exercises: tuple[str, ...] = ()  # the labels of those in which formulas stand
    world: str | None = None

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Return the labels of what is assumed."""
        labels = (each.directive for each in self.formulas if _ASSUMPTION in each.within)
        return tuple(dict.fromkeys(label for label in labels if label))

    def of_exercise(self, label: str) -> "Context":
        """Return what is in force in an exercise and its solution: the page, and what is defined there.

        Raises
        ------
        KeyError
            If no exercise of the page that holds a formula has this label.
        """
        if label not in self.exercises:
            raise KeyError(f"no exercise of this page that holds a formula is called {label}")
        return replace(self, formulas=self._seen_from(label), world=label)

    def _seen_from(self, world: str | None) -> tuple[Given, ...]:
        return tuple(each for each in self.formulas if each.world in (None, world))

    def place(self) -> Place:
        """Return the place of a text at the end: all that is assumed is in force there."""
        return Place(frozenset(self.assumptions), None, False, self.world)

    def bindings(self) -> dict[str, Binding]:
        """Return the functions that other pages define for all, by their names."""
        found: dict[str, Binding] = {}
        for number, each in enumerate(self.functions, 1):
            formula, place = each.given.at(number)
            reading = Reading.of((formula,), Surroundings((place,), ()), (), [])
            found |= _functions(reading, _letters_of(each, self.notation))
        return found

    def said(self, added: Sequence[tuple[DisplayedFormula, Place]]) -> Page:
        """Return what formulas say that are added below; a fault that they cause above counts as theirs."""
        page = self._elaborated(added)
        own = {formula for formula, _ in added}
        return replace(page, items=tuple(item for item in page.items if item.formula in own))

    def statements(self) -> tuple[Statement, ...]:
        """Return what the formulas of the context say."""
        return self._elaborated(()).items

    def _elaborated(self, added: Sequence[tuple[DisplayedFormula, Place]]) -> Page:
        line, pairs = 1, list[tuple[DisplayedFormula, Place]]()
        for each in self._seen_from(self.world):
            pairs.append(each.at(line))
            line += each.text.count("\n") + 1
        pairs += added
        around = Surroundings(tuple(place for _, place in pairs), ())
        return elaborate([formula for formula, _ in pairs], around, self.notation, self.bindings())


def in_force(reading: Reading, notation: Notation, functions: Mapping[str, Binding]) -> Context:
    """Return what is in force at the end of a page that was read.

    ``notation`` is that of the book, ``functions`` are those that its pages define for all.

    Raises
    ------
    Faulty
        If anything on the page has no meaning: what it would have said is missing then.
    """
    page = elaborate(reading.formulas, reading.around, notation, functions)
    for fault in (*reading.faults, *page.faults):
        raise Faulty(fault)
    leaving = {item.formula for item in page.items if isinstance(item, Definition | Assumption | Convention)}
    pairs = [pair for pair in zip(reading.formulas, reading.around.places, strict=True) if not _is_apart(pair[1])]
    kept = [(formula, place) for formula, place in pairs if formula in leaving]
    formulas = {formula for formula, _ in kept}
    own = {name for item in page.items if item.formula in formulas for name in _defined(item)}
    others = {name: each for name, each in functions.items() if name not in own}
    context = Context(
        with_blocks(notation, reading.around.blocks),
        tuple(map(_of_all, others.values())),
        tuple(_given(formula, place) for formula, place in kept),
        tuple(dict.fromkeys(place.world for _, place in pairs if place.world)),
    )
    if context.bindings() != others:
        first = reading.formulas[0] if reading.formulas else None
        where = (first.path, first.line) if first else (Path(), 1)
        reason = "a letter of this page shadows one of a function that another page defines for all"
        raise Faulty(Diagnostic(Status.WITHOUT_MEANING, *where, 1, reason))
    return context


def _is_apart(place: Place) -> bool:
    """Return whether what is said there leaves nothing behind for the page."""
    return bool(place.aside or place.dictionary)


def _defined(item: Statement) -> Iterable[str]:
    """Return the function that a statement defines, if it defines one."""
    return (item.left.function.name,) if isinstance(item, Definition) and isinstance(item.left, t.Apply) else ()


def _given(formula: DisplayedFormula, place: Place) -> Given:
    return Given(formula.text, formula.label, formula.within, place.label, place.convention, place.world)


def _of_all(binding: Binding) -> FunctionOfAll:
    formula = binding.formula
    assert formula  # every definition comes from one
    return FunctionOfAll(Given(formula.text, formula.label, formula.within), binding.arguments)


def _letters_of(function: FunctionOfAll, notation: Notation) -> Notation:
    """Return the letters of a function: its arguments as numbers, and what is no letter that a page could define."""
    return Notation(
        sizes=notation.sizes,
        indices=notation.indices,
        scalars=tuple(Scalar(Written(each), None, None, "") for each in function.arguments),
        functions=notation.functions,
        constants=notation.constants,
    )


def _functions(reading: Reading, notation: Notation) -> dict[str, Binding]:
    try:
        return {name: item.scope.definitions[name] for name, item in exported(reading, notation).items()}
    except NotationError:
        return {}  # the page itself says so, and `in_force` finds what is missing


def functions_of(readings: Iterable[Reading], notation: Notation) -> dict[str, Binding]:
    """Return the functions that the pages of a book define for all, each of the first page that defines it."""
    found: dict[str, Binding] = {}
    for reading in readings:
        found = {**_functions(reading, notation), **found}
    return found
