r"""Is this an answer? What a reader writes on the right of an equation of which an exercise prints the left side.

That it is *true* does not suffice, since the left side would be, too. So `answered` first looks at the form: one
expression, made of what the known answer is made of, with no derivative, limit or expectation left to be taken that is
not in it, without what cancels, and not the left side in other words. Then the judges say whether it is right, by the
same way as for any other text (`report.service`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import Field, dataclass, fields, replace
from enum import StrEnum
from fractions import Fraction as Rational
from typing import Any

from nncore.verify.judgement import Counterexample, Status
from nncore.verify.notation import DIAGONAL, EXPECTATION, EXTREMA, KNOWN_FUNCTIONS, ONES, PARTS, VARIANCE
from nncore.verify.report.in_force import Context
from nncore.verify.report.service import Stage, Step, Typed, displayed, formulas_of, steps
from nncore.verify.semantics.shapes import Checker
from nncore.verify.semantics.symbols import MeaningError, Scope, family_of, letters, resolved
from nncore.verify.source.limits import TooMuch
from nncore.verify.symbol import SymbolKind, SymbolName
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.lexer import LatexError
from nncore.verify.syntax.parser import read

_LETTERS = (SymbolKind.ARRAY, SymbolKind.ENTRY, SymbolKind.NUMBER, SymbolKind.CLASS)
_EVERYWHERE = frozenset((*KNOWN_FUNCTIONS, *EXTREMA, *PARTS, DIAGONAL, EXPECTATION, VARIANCE))  # functions
_LEFT_TO_DO = {EXPECTATION: "an expectation", VARIANCE: "a variance", "O": "a rest"}
_DEEPEST = 4  # definitions within each other that are expanded on the left side
_LONGER = 2  # times as many parts as the known answer has


class Verdict(StrEnum):
    """What an answer is, of whatever kind it is."""

    RIGHT = "right"
    WRONG = "wrong"
    UNDECIDED = "not decided"
    UNREADABLE = "unreadable"


class Outcome(StrEnum):
    """What becomes of an answer that is a formula."""

    SAME = "the answer of the book"
    RIGHT = "right"
    LONGER = "right; the book writes it shorter"
    WRONG = "wrong"
    UNDECIDED = "not decided"
    NO_ANSWER = "no answer"
    WITHOUT_MEANING = "without meaning"
    UNREADABLE = "unreadable"

    @property
    def accepts(self) -> bool:
        """Return whether the exercise is solved."""
        return self in (Outcome.SAME, Outcome.RIGHT, Outcome.LONGER)

    @property
    def verdict(self) -> Verdict:
        """Return what is kept of it: an answer of another form than the exercise asks for is a wrong one."""
        if self.accepts:
            return Verdict.RIGHT
        return {Outcome.UNDECIDED: Verdict.UNDECIDED, Outcome.UNREADABLE: Verdict.UNREADABLE}.get(self, Verdict.WRONG)


@dataclass(frozen=True, slots=True)
class Exercise:
    """An equation of which the left side is printed: both sides in LaTeX, and what is printed behind it."""

    left: str
    right: str
    where: str = ""  # as ``(\tau > 0)``


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of an answer in the end."""

    outcome: Outcome
    words: str  # for the reader, with mathematics between dollars
    span: tuple[int, int]  # of what was written: what is spoken of
    status: Status | None = None  # by the judges, if they were asked
    counterexample: Counterexample | None = None
    slip: str = ""
    method: str = ""


def answered(exercise: Exercise, text: str, context: Context) -> Iterator[Step | Answer]:
    """Yield what is found of an answer as it is found, in the end the `Answer`."""
    try:
        written = _written(exercise, text, context)
        form = _Form(exercise, context)
        if written.tree == form.known:
            yield Answer(Outcome.SAME, "This is the answer of the book.", written.span)
            return
        form.check(written)
    except _Objection as objection:
        yield objection.answer
        return
    yield from _judged(exercise, written, form, context)


def asked_by(text: str, context: Context) -> Exercise:
    """Return the exercise that an equation of a page makes: its first side is printed, its last one is asked for.

    Raises
    ------
    ValueError
        If it is no equation, or says more than one.
    """
    formula = read(text, context.notation)
    chain = formula.last_chain
    if len(formula.statements) > 1 or isinstance(formula.statements[0], t.Implication) or not chain.links:
        raise ValueError("an exercise asks for one equation")
    if any(link.relation is not t.Relation.EQUAL for link in chain.links):
        raise ValueError("an exercise asks for what is equal to something")
    right = chain.links[-1].right
    where = _AROUND_CONDITIONS.sub("", text[right.span[1] :])
    parts = (text[slice(*chain.first.span)], text[slice(*right.span)], where)
    found = Exercise(*(" ".join(part.split()) for part in parts))
    printed = read(_equation(found, found.right), context.notation)
    if (printed.conditions, _first(printed)) != (formula.conditions, chain.first):
        raise ValueError("its sides cannot be taken apart")
    return found


_AROUND_CONDITIONS = re.compile(r"^[\s,]*(?:\\q?quad)?\s*|[\s.,;]+$")

# What was written -----------------------------------------------------------------------------------------------------


class _Objection(Exception):
    """Why something is no answer, and where."""

    def __init__(self, words: str, span: tuple[int, int], outcome: Outcome = Outcome.NO_ANSWER):
        super().__init__(words)
        self.answer = Answer(outcome, words, span)


@dataclass(frozen=True, slots=True)
class _Written:
    """The right side that a reader wrote, in LaTeX and as a tree, and where in the text it stands."""

    text: str
    tree: t.Node
    typed: Typed

    def at(self, node: t.Node) -> tuple[int, int]:
        """Return where in the text a part of the tree stands."""
        return self.typed.at(*node.span)

    def quoted(self, node: t.Node) -> str:
        """Return a part as it was written, between dollars."""
        return f"${' '.join(self.typed.text[slice(*node.span)].split())}$"

    @property
    def span(self) -> tuple[int, int]:
        """Return where it stands."""
        return self.at(self.tree)


def _written(exercise: Exercise, text: str, context: Context) -> _Written:
    """Return the one expression that a text holds, or raise what is wrong with its form."""
    whole = (0, len(text))
    task = f"Write what stands on the right of ${exercise.left} =$"
    try:
        typed = formulas_of(text)
    except TooMuch as error:
        raise _Objection(f"This cannot be read: {error}.", whole, Outcome.UNREADABLE) from None
    if not typed or not typed[0].text:
        raise _Objection(f"There is no answer here. {task}.", whole, Outcome.UNREADABLE)
    if len(typed) > 1:
        raise _Objection(f"{task}: one expression, not several formulas.", typed[1].at(0, len(typed[1].text)))
    (one,) = typed
    try:
        formula = read(one.text, context.notation)
    except LatexError:
        raise _unreadable(text, context) from None
    chain = formula.statements[0]
    if len(formula.statements) > 1 or isinstance(chain, t.Implication):
        raise _Objection(f"{task}: one expression, not several claims.", one.at(*formula.span))
    conditions = (*formula.conditions, *(each for link in chain.links for each in link.conditions))
    printed = read(_equation(exercise, "0"), context.notation)
    if conditions and conditions != printed.conditions:
        raise _Objection(f"{task}, without a condition of your own.", one.at(*conditions[0].span))
    side = chain.first
    if chain.links:
        (first, *more) = chain.links
        if more:
            raise _Objection(f"{task}: what stands behind the last sign alone.", one.at(*more[0].span))
        if first.relation is not t.Relation.EQUAL:
            raise _Objection(f"{task}: an expression, without ${first.relation}$.", one.at(*first.span))
        if chain.first != _first(printed):
            reason = f"The left side of this equation is not ${exercise.left}$. {task}."
            raise _Objection(reason, one.at(*chain.first.span))
        side = first.right
    return _Written(_in_a_line(one.text[slice(*side.span)]), side, one)


def _unreadable(text: str, context: Context) -> _Objection:
    (step,) = steps(text, context)
    return _Objection(step.words, step.span, Outcome.UNREADABLE)


def _equation(exercise: Exercise, right: str) -> str:
    return _under(f"{_in_a_line(exercise.left)} = {_in_a_line(right)}", exercise.where)


def _under(claim: str, *conditions: str) -> str:
    """Return a claim with conditions behind it."""
    return " ".join((claim, *(rf"\quad {_in_a_line(each)}" for each in conditions if each)))


def _in_a_line(text: str) -> str:
    """Return LaTeX of the same length in one line: in a text an empty line would end the formula."""
    return re.sub(r"\s", " ", text)


def _first(formula: t.Formula) -> t.Node:
    return formula.last_chain.first


# Whether it is right --------------------------------------------------------------------------------------------------


def _judged(exercise: Exercise, written: _Written, form: "_Form", context: Context) -> Iterator[Step | Answer]:
    """Yield what the judges find of the equation with the right side that was written, then the answer."""
    found: list[Step] = []
    for step in _steps(exercise.left, exercise, written, context):
        if step.stage in (Stage.NUMBERS, Stage.SLIP):
            yield step
        found += [step] if step.stage is Stage.VERDICT else []
    verdict = max(found, key=lambda step: step.fails)
    if verdict.status in (Status.SAMPLED, Status.UNDECIDED):
        # The book proves that its answer is the left side, so to be the answer of the book is as good.
        *_, other = _steps(exercise.right, exercise, written, context)
        proved = other.status in (Status.ALL_SHAPES, Status.AT_SHAPES)
        verdict = replace(other, method=f"equal to the answer of the book: {other.method}") if proved else verdict
    outcome = _OUTCOMES.get(verdict.status or "", Outcome.WITHOUT_MEANING)
    words = verdict.words
    if outcome is Outcome.RIGHT and (lacking := _lacking(exercise, verdict, context)):
        outcome, words = Outcome.WRONG, f"Right, but only where ${lacking}$; the answer of the book says more."
    if outcome is Outcome.RIGHT:
        size, usual = (sum(1 for _ in t.walk(each)) for each in (written.tree, form.known))
        outcome = Outcome.LONGER if size > _LONGER * usual else outcome
        words = f"{outcome.capitalize()}. {words}"
    yield Answer(
        outcome, words, verdict.span, verdict.status if isinstance(verdict.status, Status) else None,
        verdict.counterexample, verdict.slip, verdict.method,
    )  # fmt: skip


def _lacking(exercise: Exercise, verdict: Step, context: Context) -> str:
    """Return a condition without which an answer does not exist, and that of the book does."""
    if not verdict.where:
        return ""
    *_, book = steps(_equation(exercise, exercise.right), context)
    given = (exercise.where, *(f"({each})" for each in book.where))
    for each in verdict.where:
        if each not in book.where and any(step.fails for step in steps(_under(each, *given), context)):
            return each
    return ""


_OUTCOMES: dict[str, Outcome] = {
    Status.ALL_SHAPES: Outcome.RIGHT,
    Status.AT_SHAPES: Outcome.RIGHT,
    Status.RESTATES: Outcome.RIGHT,
    Status.SAMPLED: Outcome.RIGHT,
    Status.HOLDS_IF: Outcome.WRONG,
    Status.REFUTED: Outcome.WRONG,
    Status.UNDECIDED: Outcome.UNDECIDED,
    Status.CHECKER_FAULT: Outcome.UNDECIDED,
    Status.UNREADABLE: Outcome.UNREADABLE,
}


def _steps(left: str, exercise: Exercise, written: _Written, context: Context) -> Iterator[Step]:
    """Yield what is found of an equation, with the places in what the reader wrote."""
    before, start = len(f"{left} = "), written.span[0]  # a line has the length of what it is made of
    for step in steps(_equation(replace(exercise, left=left), written.text), context, is_saved=False):
        places = [min(max(place - before, 0), len(written.text)) + start for place in step.span]
        yield replace(step, span=(places[0], places[1]) if places[0] < places[1] else written.span)


# Its form -------------------------------------------------------------------------------------------------------------


class _Form:
    """What the form of an answer is compared with: both sides of the equation, with what their letters stand for."""

    def __init__(self, exercise: Exercise, context: Context):
        self.exercise = exercise
        self.known = read(_equation(exercise, exercise.right), context.notation).last_chain.links[-1].right
        self.scope = _scope(exercise, context)
        left = read(_equation(exercise, "0"), context.notation).last_chain.first
        self._left, self._target = (resolved(each, self.scope) for each in (left, self.known))
        self._normal = _Normal(self.scope)

    def check(self, written: _Written) -> None:
        """Raise what is wrong with the form of an answer."""
        tree = resolved(written.tree, self.scope)
        self._check_emptiness(tree, written)
        self._check_left(tree, written)
        self._check_work(tree, written)
        self._check_letters(tree, written)

    def _check_emptiness(self, tree: t.Node, written: _Written) -> None:
        """Raise unless nothing in it cancels or is multiplied by 0."""
        for node, words in _empty(tree, self._normal):
            if not any(True for _ in _empty(self._target, self._normal)):
                raise _Objection(
                    f"In {written.quoted(node)} {words}: leave away what changes nothing.", written.at(node)
                )

    def _check_left(self, tree: t.Node, written: _Written) -> None:
        """Raise unless the left side is neither the answer nor in it, and was not merely written out."""
        left = self._normal.of(self._left)[1]
        if left not in self._forms(self._target):
            if self._normal.of(tree)[1] == left:
                raise _Objection(f"This is the left side itself: ${self.exercise.left}$.", written.span)
            inside = [node for node in _parts(tree) if self._normal.of(node)[1] == left]
            if inside:
                node = min(inside, key=lambda each: each.span[1] - each.span[0])
                raise _Objection(f"The left side is still in it: {written.quoted(node)}.", written.at(node))
        for expanded in self._expanded():
            form = self._normal.of(expanded)
            if form == self._normal.of(tree) and form != self._normal.of(self._target):
                raise _Objection("This is the left side with its definition written out.", written.span)

    def _forms(self, tree: t.Node) -> set[object]:
        return {self._normal.of(node)[1] for node in _parts(tree)}

    def _expanded(self) -> Iterator[t.Node]:
        """Yield the left side with the definitions of its letters written out, once, twice and so on."""
        node = self._left
        for _ in range(_DEEPEST):
            taken = {part.name for part, _ in t.walk(node) if isinstance(part, t.Letter)}
            before, node = node, _written_out(node, self.scope, taken)
            if node == before:
                return
            node = resolved(node, self.scope)
            yield node

    def _check_work(self, tree: t.Node, written: _Written) -> None:
        """Raise unless nothing is left to be done that the known answer leaves."""
        allowed = {kind for node in _parts(self._target) if (kind := self._work(node))}
        for node in _parts(tree):
            work = self._work(node)
            if work and work not in allowed:
                raise _Objection(f"There is still {work[0]} in it: {written.quoted(node)}.", written.at(node))

    def _work(self, node: t.Node) -> tuple[str, ...] | None:
        """Return what is left to be done by a node, of what and by what, whichever indices they carry."""
        match node:
            case t.Derivative(body, variables):
                return "a derivative", self._bare(body), *sorted(map(self._bare, variables))
            case t.Limit(variable):
                return "a limit", variable.name
            case t.Function(name, primes) if primes:
                return "a derivative", f"{name}{primes}"
            case t.Apply(t.Function(name), (body,)) if name in _LEFT_TO_DO:
                return _LEFT_TO_DO[name], self._bare(body)
        return None

    def _bare(self, node: t.Node) -> str:
        if isinstance(node, t.Name) and node.symbol:
            return node.symbol.name
        return repr(self._normal.of(_without_indices(node)))

    def _check_letters(self, tree: t.Node, written: _Written) -> None:
        """Raise unless the known answer is made of all of its letters and functions, expanded or not."""
        notation = self.scope.notation
        allowed = {family_of(name, notation) for name in letters(self._target, self.scope)} | _EVERYWHERE
        for node in _parts(tree):
            name = _name(node)
            if name and family_of(name, notation) not in allowed:
                reason = f"{written.quoted(node)} does not belong in this answer."
                raise _Objection(reason, written.at(node))


def _scope(exercise: Exercise, context: Context) -> Scope:
    """Return what letters mean in an exercise."""
    text = _equation(exercise, exercise.right)
    page = context.said([(displayed(Typed(text, 0), text), context.place())])
    for fault in page.faults:
        raise ValueError(f"the answer of the exercise {exercise.left} has no meaning: {fault.reason}")
    return page.items[-1].scope


def _parts(node: t.Node) -> Iterator[t.Node]:
    """Yield a node and all below it; of an entry its letter is no part."""
    yield node
    below = node.indices if isinstance(node, t.Indexed) and isinstance(node.base, t.Letter | t.Family) else None
    below = () if isinstance(node, t.Family) else below
    for each in t.children(node) if below is None else below:
        yield from _parts(each)


def _name(node: t.Node) -> SymbolName | None:
    """Return the name of a letter or a function."""
    if isinstance(node, t.Function):
        return SymbolName.of(node.name)
    symbol = node.symbol if isinstance(node, t.Name) else None
    return symbol.name if symbol and symbol.kind in _LETTERS and symbol.name != ONES else None


def _without_indices(node: t.Node) -> t.Node:
    if isinstance(node, t.Indexed) and isinstance(node.base, t.Letter | t.Family):
        return t.Letter(node.symbol.name) if node.symbol else node.base
    return t.with_children(node, _without_indices)


def _empty(tree: t.Node, normal: "_Normal") -> Iterator[tuple[t.Node, str]]:
    """Yield the parts of an expression that say nothing, each with the reason."""
    for node in _parts(tree):
        match node:
            case t.Plus(terms):
                if any(normal.of(term)[0] == 0 for term in terms):
                    yield node, "0 is added"
                elif normal.cancels(terms):
                    yield node, "something is added and taken away again"
            case t.Times(factors) | t.EntryTimes(factors):
                if any(normal.of(factor)[0] == 0 for factor in factors):
                    yield node, "something is multiplied by 0"
            case t.Fraction(above, _) | t.EntryFraction(above, _) | t.Sum(body=above):
                if normal.of(above)[0] == 0:
                    yield node, "something is multiplied by 0"
            case t.Power(_, exponent):
                if normal.of(exponent)[0] == 0:
                    yield node, "something has the power 0"


# Definitions written out ----------------------------------------------------------------------------------------------


def _written_out(node: t.Node, scope: Scope, taken: Set[str]) -> t.Node:
    """Return an expression in which the definitions of letters and functions stand in their place, once.

    The indices that these bind are none of those that are taken.
    """
    arguments: tuple[t.Node, ...] = ()
    match node:
        case t.Apply(t.Function(name, 0, None), arguments):
            pass
        case t.Letter() | t.Indexed(t.Letter()) if node.symbol and node.symbol.kind in _LETTERS:
            name, arguments = node.symbol.name, node.indices if isinstance(node, t.Indexed) else ()
        case _:
            return t.with_children(node, lambda part: _written_out(part, scope, taken))
    found = scope.definitions.get(name)
    if not found or found.conditions:
        return node
    letters_of = found.arguments or tuple(letter for letter, _ in found.indices)
    if len(letters_of) != len(arguments):
        return node
    return _put_in(found.body, dict(zip(letters_of, arguments, strict=True)), taken, scope)


def _put_in(node: t.Node, values: Mapping[str, t.Node], names: Set[str], scope: Scope) -> t.Node:
    """Return an expression with values for letters; a bound index that is a name in them gets another name."""
    if isinstance(node, t.Letter):
        return values.get(node.name, node)
    if isinstance(node, t.Indexed):
        return replace(node, indices=tuple(_put_in(each, values, names, scope) for each in node.indices))
    if isinstance(node, t.Sum | t.Product | t.Extremum) and node.index.name in names:
        same = scope.notation.runs_to.get(node.index.name)
        taken = names | {part.name for part, _ in t.walk(node) if isinstance(part, t.Letter)}
        free = (each.letter for each in scope.notation.indices if each.to == same and each.letter not in taken)
        other = t.Letter(next(free, node.index.name))
        body = _put_in(node.body, {node.index.name: other}, frozenset(), scope)
        node = replace(node, index=other, body=body)
    return t.with_children(node, lambda part: _put_in(part, values, names, scope))


# Expressions that are the same in other words -------------------------------------------------------------------------

_Parts = tuple[Any, ...]  # of a form, nested
_ONE: _Parts = ("1",)


class _Normal:
    """Makes equal what differs by order, parentheses, names of bound indices, and what cancels at sight.

    A form is a number and what it multiplies. Only factors that are numbers change places.
    """

    def __init__(self, scope: Scope):
        self._scope = scope
        self._found: dict[tuple[t.Node, tuple[tuple[str, str], ...]], tuple[Rational, _Parts]] = {}

    def of(self, node: t.Node, bound: tuple[tuple[str, str], ...] = ()) -> tuple[Rational, _Parts]:
        """Return the form of an expression; ``bound`` are the indices that are bound around it, with other names."""
        key = node, bound
        if key not in self._found:
            self._found[key] = self._made(node, bound)
        return self._found[key]

    def cancels(self, terms: Sequence[t.Node]) -> bool:
        """Return whether two or more of some addends are 0 together."""
        found: dict[_Parts, list[Rational]] = {}
        for term in terms:
            for form, number in self._addends(term, ()):
                found.setdefault(form, []).append(number)
        return any(len(numbers) > 1 and not sum(numbers) for numbers in found.values())

    def _made(self, node: t.Node, bound: tuple[tuple[str, str], ...]) -> tuple[Rational, _Parts]:
        match node:
            case t.Number():
                return node.value, _ONE
            case t.Letter(name):
                return Rational(1), ("letter", dict(bound).get(name, name))
            case t.Minus(body):
                number, form = self.of(body, bound)
                return -number, form
            case t.Plus():
                return self._sum(self._addends(node, bound))
            case t.Apply(t.Function(name="\\exp", primes=0), (body,)):
                return self.of(t.Power(t.Letter("e"), body), bound)
            case t.Apply(t.Function(name), several) if name in EXTREMA:
                return Rational(1), (name, *sorted((self.of(each, bound) for each in several), key=repr))
            case t.Times() | t.Fraction() | t.Power() if self._is_number(node):
                return self._product(node, bound)
            case t.Times(factors):
                numbers, forms = zip(*(self.of(each, bound) for each in factors), strict=True)
                flat = [part for form in forms for part in (form[1:] if form[0] == "matrices" else (form,))]
                return _times(numbers), ("matrices", *(part for part in flat if part != _ONE))
            case t.Transpose(t.Transpose(body)):
                return self.of(body, bound)
            case t.Sum(index, lower, upper, body):
                inner = (*bound, (index.name, f"#{len(bound)}"))
                number, form = self.of(body, inner)
                return number, ("sum over", self.of(lower, bound), self.of(upper, bound), form)
            case t.Product(index) | t.Limit(index) | t.Extremum(_, index):
                bound = (*bound, (index.name, f"#{len(bound)}"))
        return Rational(1), (
            type(node).__name__,
            *(self._value(getattr(node, each.name), bound) for each in _own(node)),
        )

    def _value(self, value: object, bound: tuple[tuple[str, str], ...]) -> object:
        if isinstance(value, t.Node):
            return self.of(value, bound)
        return tuple(self._value(each, bound) for each in value) if isinstance(value, tuple) else value

    def _addends(self, node: t.Node, bound: tuple[tuple[str, str], ...]) -> Iterator[tuple[_Parts, Rational]]:
        if isinstance(node, t.Plus):
            for term in node.terms:
                yield from self._addends(term, bound)
            return
        number, form = self.of(node, bound)
        if form[0] == "plus":
            yield from ((part, number * factor) for part, factor in form[1])
        else:
            yield form, number

    def _sum(self, addends: Iterator[tuple[_Parts, Rational]]) -> tuple[Rational, _Parts]:
        found: dict[_Parts, Rational] = {}
        for form, number in addends:
            found[form] = found.get(form, Rational(0)) + number
        parts = sorted(((form, number) for form, number in found.items() if number), key=repr)
        if len(parts) < 2:
            return (parts[0][1], parts[0][0]) if parts else (Rational(0), _ONE)
        lead = parts[0][1]
        return lead, ("plus", tuple((form, number / lead) for form, number in parts))

    def _product(self, node: t.Node, bound: tuple[tuple[str, str], ...]) -> tuple[Rational, _Parts]:
        powers: dict[_Parts, int] = {}
        number = Rational(1)
        for factor, exponent in self._factors(node, 1):
            value, form = self.of(factor, bound) if factor is not node else (Rational(1), self._power(node, bound))
            if not value and exponent < 0:  # a division by 0
                return Rational(1), ("without value", form)
            number *= value**exponent
            for part, power in form[1] if form[0] == "times" else ((form, 1),):
                powers[part] = powers.get(part, 0) + power * exponent
        left = tuple(sorted(((form, power) for form, power in powers.items() if power and form != _ONE), key=repr))
        if not number or not left:
            return number, _ONE
        return number, left[0][0] if len(left) == 1 and left[0][1] == 1 else ("times", left)

    def _power(self, node: t.Node, bound: tuple[tuple[str, str], ...]) -> _Parts:
        assert isinstance(node, t.Power)
        return "power", self.of(node.base, bound), self.of(node.exponent, bound)

    def _factors(self, node: t.Node, exponent: int) -> Iterator[tuple[t.Node, int]]:
        """Yield the factors of a product of numbers, each with its exponent."""
        match node:
            case t.Times(factors):
                for factor in factors:
                    yield from self._factors(factor, exponent)
            case t.Fraction(above, below):
                yield from self._factors(above, exponent)
                yield from self._factors(below, -exponent)
            case t.Power(base, by) if (times := self._halves(by)) and abs(exponent * times) < _HIGHEST:
                yield from (
                    self._factors(base, exponent * (times // 2))
                    if times % 2 == 0
                    else ((t.Root(base), exponent * times),)
                )
            case _:
                yield node, exponent

    def _halves(self, node: t.Node) -> int:
        """Return how many times 1/2 an exponent is; 0 if it is something else."""
        number, form = self.of(node)
        return int(2 * number) if form == _ONE and number.denominator < 3 else 0

    def _is_number(self, node: t.Node) -> bool:
        """Return whether all factors are numbers, so that they may change places."""
        try:
            return all(Checker(self._scope, ()).side(factor) is None for factor, _ in self._factors(node, 1))
        except (MeaningError, LookupError):
            return False


_HIGHEST = 100  # exponent up to which powers of powers are multiplied, in halves


def _own(node: t.Node) -> Iterator[Field[Any]]:
    return (each for each in fields(node) if each.name not in ("span", "symbol", "index", "variable"))


def _times(numbers: Sequence[Rational]) -> Rational:
    product = Rational(1)
    for number in numbers:
        product *= number
    return product
