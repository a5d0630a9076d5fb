r"""Is this an answer? What a reader writes on the right of an equation of which an exercise prints the left side.

That it is *true* does not suffice, since the left side would be, too. So `answered` first looks at the form: one
expression, made of what the known answer is made of, with no derivative, limit, expectation or transpose of a sum left
to be taken that is not in it, without what cancels, and not the left side in other words. Then the judges say whether
it is right, by the same way as for any other text (`report.service`).
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import Field, dataclass, fields, replace
from enum import StrEnum
from fractions import Fraction as Rational
from typing import TYPE_CHECKING, Any

from nncore.verify.judgement import Counterexample, Status
from nncore.verify.notation import (
    DELTA,
    DIAGONAL,
    EXPECTATION,
    EXTREMA,
    IMAGINARY,
    KNOWN_FUNCTIONS,
    ONES,
    PARTS,
    VARIANCE,
)
from nncore.verify.report.in_force import Context
from nncore.verify.report.instead import meant
from nncore.verify.report.service import Stage, Step, Typed, displayed, formulas_of, steps
from nncore.verify.semantics.shapes import Checker
from nncore.verify.semantics.symbols import MeaningError, Scope, family_of, letters, meanings_of, resolved
from nncore.verify.source.limits import TooMuch
from nncore.verify.symbol import SymbolKind, SymbolName
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.lexer import LatexError
from nncore.verify.syntax.parser import read

if TYPE_CHECKING:
    from nncore.verify.spelling.spell import Reading

_LETTERS = (SymbolKind.ARRAY, SymbolKind.ENTRY, SymbolKind.NUMBER, SymbolKind.CLASS)
_ON_CIRCLE = frozenset((r"\sin", r"\cos", *PARTS))  # functions of answers about angles and complex numbers alone
_EVERYWHERE = frozenset((*KNOWN_FUNCTIONS, *EXTREMA, DIAGONAL, EXPECTATION, VARIANCE)) - _ON_CIRCLE  # functions
_LEFT_TO_DO = {EXPECTATION: "an expectation", VARIANCE: "a variance", "O": "a rest"}
_OVER_INDEX = t.Sum | t.Product | t.Extremum
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
        return self in _ACCEPTING

    @property
    def is_judged(self) -> bool:
        """Return whether it is right or wrong as what it says."""
        return self in (*_ACCEPTING, Outcome.WRONG, Outcome.UNDECIDED, Outcome.NO_ANSWER)

    @property
    def verdict(self) -> Verdict:
        """Return what is kept of it: an answer of another form than the exercise asks for is a wrong one."""
        if self.accepts:
            return Verdict.RIGHT
        return {Outcome.UNDECIDED: Verdict.UNDECIDED, Outcome.UNREADABLE: Verdict.UNREADABLE}.get(self, Verdict.WRONG)


_ACCEPTING = (Outcome.SAME, Outcome.RIGHT, Outcome.LONGER)


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
    remarks: tuple[str, ...] = ()  # what was taken for what, if it was read in free spelling


def answered(exercise: Exercise, text: str, context: Context) -> Iterator[Step | Answer]:
    """Yield what is found of an answer as it is found, in the end the `Answer`.

    What has no meaning in the strict spelling is read in the free one, if it differs there. An answer that can be read
    in several ways is one only if it is one in each.
    """
    try:
        form = _Form(exercise, context)
        one = _one(exercise, text)
    except _Objection as objection:
        yield objection.answer
        return
    strict = _strictly(one, context)
    last: Answer | None = None
    for found in _answered_as(strict, form, context) if strict else (_unreadable(one, context),):
        if not isinstance(found, Answer):
            yield found
            continue
        last = found
    assert last
    if last.outcome in (Outcome.UNREADABLE, Outcome.WITHOUT_MEANING):
        ways = [*_freely(one, strict, context)]
        others = [_last(_answered_as(each, form, context)) for each in ways]
        says_more = any(each.outcome.is_judged for each in others) and not any(each.objection for each in ways)
        if others and (strict is None or says_more):
            last = _of_readings(others)
    yield last


def _answered_as(said: "_Said", form: "_Form", context: Context) -> Iterator[Step | Answer]:
    """Yield what is found of an answer that is read in one way, in the end the `Answer`."""
    try:
        written = _written(form.exercise, said, context)
        if written.tree == form.known:
            yield Answer(Outcome.SAME, "Right. This is the answer of the book.", written.span, remarks=said.remarks)
            return
        form.check(written)
    except _Objection as objection:
        answer = objection.answer
        yield replace(answer, words=said.as_written(answer.words), remarks=said.remarks)
        return
    yield from _judged(form.exercise, written, form, context)


def _last(found: Iterator[Step | Answer]) -> Answer:
    *_, last = found
    assert isinstance(last, Answer)
    return last


def _of_readings(readings: Sequence[Answer]) -> Answer:
    """Return what is said of an answer with several readings: if they differ, it is not known which one is meant."""
    first = readings[0]
    if len({each.outcome.verdict for each in readings}) == 1:
        return next((each for each in readings if each.outcome is Outcome.LONGER), first)
    common = [each for each in first.remarks if all(each in other.remarks for other in readings)]
    own = ["; ".join(each for each in answer.remarks if each not in common) for answer in readings]
    said = "; ".join(f"{each.outcome} with {words}" for each, words in zip(readings, own, strict=True))
    words = f"Undecided, since it depends on how this is read: {said}. Write which is meant."
    return Answer(Outcome.UNDECIDED, words, first.span, remarks=tuple(common))


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
    where = _AROUND_CONDITIONS.sub("", _BESIDE_ROWS.sub("", text[right.span[1] :]))
    parts = (_sliced(text, chain.first.span), _sliced(text, right.span), where)
    found = Exercise(*(" ".join(part.split()) for part in parts))
    printed = read(_equation(found, found.right), context.notation)
    within = any(link.conditions for link in chain.links[:-1])
    if within or (printed.conditions, _first(printed)) != (formula.conditions, chain.first):
        raise ValueError("its sides cannot be taken apart")
    return found


def _sliced(text: str, span: t.Span) -> str:
    r"""Return the part of a text at a span, with the ``\left`` before its first parenthesis."""
    return text[len(_LEFT.sub("", text[: span[0]])) : span[1]]


_LEFT = re.compile(r"\\left\s*$")
_BESIDE_ROWS = re.compile(r"&+\s*\\text\{[^{}]*\}|\\end\{\w+\*?\}")  # the note beside the last row, and its end
_AROUND_CONDITIONS = re.compile(r"^[\s,]*(?:\\q?quad)?\s*|[\s.,;]+$")

# What was written -----------------------------------------------------------------------------------------------------


class _Objection(Exception):
    """Why something is no answer, and where."""

    def __init__(self, words: str, span: tuple[int, int], outcome: Outcome = Outcome.NO_ANSWER):
        super().__init__(words)
        self.answer = Answer(outcome, words, span)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a reader wrote, read in one way: LaTeX that the strict reader reads, and its tree with places in the text.

    ``parts`` are those of the LaTeX, each with the same one of the tree; None if their places are the same.
    """

    typed: Typed
    latex: str
    tree: t.Formula
    parts: Sequence[tuple[t.Node, t.Node]] | None = None
    remarks: tuple[str, ...] = ()
    objection: str = ""  # what is wrong with reading it so
    as_written: Callable[[str], str] = str

    def in_latex(self, part: t.Node) -> t.Span:
        """Return where in the LaTeX a part of the tree stands."""
        if self.parts is None:
            return part.span
        return next(inner.span for inner, outer in self.parts if outer is part)


@dataclass(frozen=True, slots=True)
class _Written:
    """The right side that a reader wrote, in LaTeX and as a tree, and where in the text it stands."""

    text: str
    tree: t.Node
    said: _Said
    start: int  # of the side in the LaTeX of all that was written

    def at(self, node: t.Node) -> tuple[int, int]:
        """Return where in the text a part of the tree stands."""
        return self.said.typed.at(*node.span)

    def at_latex(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the text something stands that has these places in the LaTeX of the side."""
        place = self.start + start, self.start + end
        if self.said.parts is None:
            return self.said.typed.at(*place)
        return self.at(next((outer for inner, outer in self.said.parts if inner.span == place), self.tree))

    def quoted(self, node: t.Node) -> str:
        """Return a part as it was written, between dollars."""
        return f"${' '.join(self.said.typed.text[slice(*node.span)].split())}$"

    @property
    def span(self) -> tuple[int, int]:
        """Return where it stands."""
        return self.at(self.tree)


def _one(exercise: Exercise, text: str) -> Typed:
    """Return the one formula that a text holds, without the sign before it."""
    task = _task(exercise)
    try:
        typed = formulas_of(text)
    except TooMuch as error:
        raise _Objection(f"This cannot be read: {error}.", (0, len(text)), Outcome.UNREADABLE) from None
    if not typed or not typed[0].text:
        raise _Objection(f"There is no answer here. {task}.", (0, len(text)), Outcome.UNREADABLE)
    if len(typed) > 1:
        raise _Objection(f"{task}: one expression, not several formulas.", typed[1].at(0, len(typed[1].text)))
    return _behind_its_sign(typed[0])


def _task(exercise: Exercise) -> str:
    return f"Write what stands on the right of ${exercise.left} =$"


def _strictly(one: Typed, context: Context) -> _Said | None:
    """Return what was written as the strict reader reads it, if it does."""
    try:
        tree = read(one.text, context.notation)
    except LatexError:
        return None
    return _Said(one, one.text, tree)


def _freely(one: Typed, strict: _Said | None, context: Context) -> Iterator[_Said]:
    """Yield what was written in each way of free spelling, unless the strict reader reads it so."""
    from nncore.verify.report import freely  # which a page without other spellings does not need

    scene = freely.scene_in(context, [one.text])
    readings = freely.readings_of(one.text, scene)
    if any(freely.is_same(strict.tree if strict else None, each) for each in readings):
        return
    for reading in readings:
        whole, *more = reading.formulas
        statements = [each for part in more for each in part.tree.statements]
        latex = read(whole.text, scene.table.in_force)
        pairs = zip(t.walk(latex), t.walk(whole.tree), strict=True)
        yield _Said(
            one,
            whole.text,
            replace(whole.tree, statements=(*whole.tree.statements, *statements)),
            [(inner, outer) for (inner, _), (outer, _) in pairs],
            freely.words_of(reading),
            _unsaid(reading),
            scene.table.as_written,
        )


def _unsaid(reading: "Reading") -> str:
    """Return what is wrong with an answer that is none as it stands, but by what a reading of it adds or leaves out."""
    added = [remark.words for remark in reading.remarks if remark.kind in _ADDED]
    if added:
        return f"This has a meaning only if it is read with {'; '.join(added)}. An answer writes that out."
    return "Write one expression, without words." if any(each.kind == "words" for each in reading.passed) else ""


# What a reading supplies where the shapes or the indices of what was written do not fit.
_ADDED = frozenset(("bias", "entries", "1 by 1", "power of a matrix", "reach"))


def _written(exercise: Exercise, said: _Said, context: Context) -> _Written:
    """Return the one expression that was written, or raise what is wrong with its form."""
    task, one = _task(exercise), said.typed
    formula = said.tree
    if said.objection:
        raise _Objection(said.objection, one.at(*formula.span))
    if len(formula.statements) > 1 or isinstance(formula.statements[0], t.Implication):
        raise _Objection(f"{task}: one expression, not several claims.", one.at(*formula.span))
    chain = formula.statements[0]
    conditions = (*formula.conditions, *(each for link in chain.links for each in link.conditions))
    printed = read(_equation(exercise, "0"), context.notation)
    for each in conditions:
        if _bare_condition(each) not in map(_bare_condition, printed.conditions):
            raise _Objection(f"{task}, without a condition of your own.", one.at(*each.span))
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
    start, end = said.in_latex(side)
    return _Written(_in_a_line(said.latex[start:end]), side, said, start)


def _behind_its_sign(typed: Typed) -> Typed:
    """Return what was typed without the ``=`` before it, if it begins with the sign that is printed."""
    found = _SIGN.match(typed.text)
    return Typed(typed.text[found.end() :], typed.start + found.end()) if found else typed


_SIGN = re.compile(r"&?\s*=\s*(?=[^\s=])")


def _bare_condition(condition: t.Node) -> t.Node:
    """Return a condition without the parentheses that tell it from a claim."""
    return condition.chain if isinstance(condition, t.Given) else condition


def _unreadable(typed: Typed, context: Context) -> Answer:
    (step,) = steps(_in_a_line(typed.text), context)
    return Answer(Outcome.UNREADABLE, step.words, typed.at(*step.span))


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
    words = written.said.as_written(verdict.words)
    if outcome is Outcome.RIGHT and (lacking := _lacking(exercise, verdict, context)):
        outcome, words = Outcome.WRONG, f"Right, but only where ${lacking}$; the answer of the book says more."
    if outcome is Outcome.RIGHT:
        size, usual = (sum(1 for _ in t.walk(each)) for each in (written.tree, form.known))
        outcome = Outcome.LONGER if size > _LONGER * usual else outcome
        words = f"{outcome.capitalize()}. {words}"
    yield Answer(
        outcome, words, verdict.span, verdict.status if isinstance(verdict.status, Status) else None,
        verdict.counterexample, verdict.slip, verdict.method, written.said.remarks,
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
    before = len(f"{left} = ")  # a line has the length of what it is made of
    for step in steps(_equation(replace(exercise, left=left), written.text), context, is_saved=False):
        start, end = (min(max(place - before, 0), len(written.text)) for place in step.span)
        yield replace(step, span=written.at_latex(start, end) if start < end else written.span)


# Its form -------------------------------------------------------------------------------------------------------------


class _Form:
    """What the form of an answer is compared with: both sides of the equation, with what their letters stand for."""

    def __init__(self, exercise: Exercise, context: Context):
        self.exercise = exercise
        self.known = read(_equation(exercise, exercise.right), context.notation).last_chain.links[-1].right
        self.scope = _scope(exercise, context)
        printed = read(_equation(exercise, "0"), context.notation)
        self._left, self._target = (resolved(each, self.scope) for each in (_first(printed), self.known))
        self._sizes = dict(_fixed_sizes(printed))
        self._normal, self._multiplied_out = _Normal(self.scope), _Normal(self.scope, multiplies_out=True)

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
        for normal in (self._normal, self._multiplied_out):
            left = normal.of(self._left)
            if any(normal.holds(node, left) for node in _parts(self._target)):
                continue
            if normal.of(tree)[1] == left[1]:
                raise _Objection(f"This is the left side itself: ${self.exercise.left}$.", written.span)
            inside = [node for node in _parts(tree) if normal.holds(node, left)]
            if inside:
                node = min(inside, key=lambda each: each.span[1] - each.span[0])
                raise _Objection(f"The left side is still in it: {written.quoted(node)}.", written.at(node))
        answer, target = (
            {self._normal.of(self._added_up(each))[1]: each for each in _parts(side)} for side in (tree, self._target)
        )
        for expanded in self._expanded():
            form = self._normal.of(self._added_up(expanded))[1]
            if form in answer and form not in target:
                node = answer[form]
                if node == tree:
                    raise _Objection("This is the left side with its definition written out.", written.span)
                reason = f"The left side is still in it, with its definition written out: {written.quoted(node)}."
                raise _Objection(reason, written.at(node))

    def _added_up(self, node: t.Node) -> t.Node:
        """Return an expression in which sums of a number of terms that the conditions fix are written term by term."""
        return resolved(_term_by_term(node, self._sizes, self.scope), self.scope) if self._sizes else node

    def _expanded(self) -> Iterator[t.Node]:
        """Yield the left side with the definitions of its letters written out, once, twice and so on.

        So are the other entries of what the left side is one entry of, where a condition fixes how many there are.
        """
        for left in _other_entries(self._left, max(self._sizes.values(), default=0)):
            yield from self._definitions(left)

    def _definitions(self, node: t.Node) -> Iterator[t.Node]:
        """Yield an expression with the definitions of its letters written out, once, twice and so on."""
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
        names = letters(self._target, self.scope)
        bodies = [each.body for name in names for each in meanings_of(name, self.scope)]
        over = (node for each in bodies for node in _parts(each) if isinstance(node, _OVER_INDEX))
        allowed |= {kind for node in over if (kind := self._work(node))}
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
            case t.Transpose(body) if any(not self._normal.is_number(each) for each in _sums_in(body)):
                return ("a transpose of a sum",)
            case _ if isinstance(node, _OVER_INDEX):
                return ("a sum" if isinstance(node, t.Sum) else "something to be taken over all values of an index",)
        return None

    def _bare(self, node: t.Node) -> str:
        if isinstance(node, t.Name) and node.symbol:
            return node.symbol.name
        return repr(self._normal.of(_without_indices(node)))

    def _check_letters(self, tree: t.Node, written: _Written) -> None:
        """Raise unless the known answer is made of all of its letters and functions, expanded or not."""
        notation = self.scope.notation
        made_of = {family_of(name, notation) for name in letters(self._target, self.scope)}
        circles = any(t.Letter(IMAGINARY) in _parts(each) for each in (self._left, self._target))
        allowed = made_of | _EVERYWHERE | (_ON_CIRCLE if circles or made_of & _ON_CIRCLE else frozenset())
        for node in _parts(tree):
            name = _name(node)
            if name and family_of(name, notation) not in allowed:
                raise self._stray(node, written)

    def _stray(self, node: t.Node, written: _Written) -> _Objection:
        """Return what is wrong with a letter that the known answer does not hold.

        A slip of notation is not counted as a wrong answer: letters of a word, or a letter that lacks what it carries.
        """
        reason = f"{written.quoted(node)} does not belong in this answer"
        start, _ = node.span
        if advice := meant(written.said.typed.text, self.scope.notation, start, there=True):
            return _Objection(f"This is read letter by letter. {advice}", written.at(node), Outcome.UNREADABLE)
        for lacks, of in ((t.Indexed, "its indices"), (t.Family, "the number of a layer")):
            if any(isinstance(part, lacks) and _bare_name(part) == node for part in _parts(self._target)):
                return _Objection(f"{reason} without {of}.", written.at(node), Outcome.UNREADABLE)
        return _Objection(f"{reason}.", written.at(node))


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


def _sums_in(node: t.Node) -> Iterator[t.Node]:
    """Yield the sums that a product is a product of."""
    match node:
        case t.Plus():
            yield node
        case t.Minus(body) | t.Transpose(body) | t.Fraction(body, _) | t.EntryFraction(body, _):
            yield from _sums_in(body)
        case t.Times(factors) | t.EntryTimes(factors):
            for each in factors:
                yield from _sums_in(each)


def _other_entries(node: t.Node, size: int) -> Iterator[t.Node]:
    """Yield an entry whose last index is a number, and those of all numbers up to a size; else the node alone."""
    yield node
    match node:
        case t.Indexed(_, (*before, t.Number() as last)):
            others = (t.Number(str(each)) for each in range(1, size + 1))
            yield from (replace(node, indices=(*before, each)) for each in others if each != last)


def _name(node: t.Node) -> SymbolName | None:
    """Return the name of a letter or a function."""
    if isinstance(node, t.Function):
        return SymbolName.of(node.name)
    symbol = node.symbol if isinstance(node, t.Name) else None
    return symbol.name if symbol and symbol.kind in _LETTERS and symbol.name != ONES else None


def _bare_name(node: t.Indexed | t.Family) -> t.Node:
    """Return the letter of an entry or of a member of a family."""
    base = node.letter if isinstance(node, t.Family) else node.base
    return _bare_name(base) if isinstance(base, t.Family) else base


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
            case t.Apply(t.Function(primes=0), arguments):
                if all(normal.of(each)[1] == _ONE for each in arguments):
                    yield node, "a function is applied to numbers alone"


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


def _fixed_sizes(formula: t.Formula) -> Iterator[tuple[str, int]]:
    """Yield the letters that conditions fix to a small whole number, as ``M = 2`` does."""
    for given in formula.conditions:
        match given:
            case t.Given(t.Chain(t.Letter(name), (t.Link(t.Relation.EQUAL, t.Number(whole=int() as size)),))):
                if size <= _MOST_TERMS:
                    yield name, size


_MOST_TERMS = 4


def _term_by_term(node: t.Node, sizes: Mapping[str, int], scope: Scope) -> t.Node:
    """Return an expression in which sums from 1 up to sizes that are known have their terms."""
    match node:
        case t.Sum(index, t.Number("1"), t.Letter(name) | t.Number(name), body) if sizes.get(name) or name.isdigit():
            size = sizes.get(name) or int(name)
            if size <= _MOST_TERMS:
                terms = (
                    _put_in(body, {index.name: t.Number(str(each))}, frozenset(), scope) for each in range(1, size + 1)
                )
                return _term_by_term(t.Plus(tuple(terms)), sizes, scope)
    return t.with_children(node, lambda part: _term_by_term(part, sizes, scope))


# Expressions that are the same in other words -------------------------------------------------------------------------

_Parts = tuple[Any, ...]  # of a form, nested
_ONE: _Parts = ("1",)


class _Normal:
    """Makes equal what differs by order, parentheses, names of bound indices, and what cancels at sight.

    A form is a number and what it multiplies. Only factors that are numbers change places. Sums that are multiplied are
    multiplied out if asked for, as long as that gives few terms.
    """

    def __init__(self, scope: Scope, multiplies_out: bool = False):
        self._scope, self._multiplies_out = scope, multiplies_out
        self._found: dict[tuple[t.Node, tuple[tuple[str, str], ...]], tuple[Rational, _Parts]] = {}

    def of(self, node: t.Node, bound: tuple[tuple[str, str], ...] = ()) -> tuple[Rational, _Parts]:
        """Return the form of an expression; ``bound`` are the indices that are bound around it, with other names."""
        key = node, bound
        if key not in self._found:
            self._found[key] = self._made(node, bound)
        return self._found[key]

    def holds(self, node: t.Node, form: tuple[Rational, _Parts]) -> bool:
        """Return whether a node is a multiple of what has a form, or a sum with a multiple of all of its addends."""
        found = self.of(node)[1]
        if found == form[1] or found[0] != "plus" or form[1][0] != "plus":
            return found == form[1]
        addends = dict(found[1])
        times = {addends.get(part, 0) / number for part, number in form[1][1]}
        return len(times) == 1 and 0 not in times

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
            case t.Apply(t.Function(name="\\ln", primes=0), (t.Power(t.Letter("e"), exponent),)):
                return self.of(exponent, bound)
            case t.Apply(t.Function(name="\\ln", primes=0), (t.Apply(t.Function(name="\\exp", primes=0), (body,)),)):
                return self.of(body, bound)
            case t.Apply(t.Function(name="\\ln", primes=0), (body,)) if self.of(body, bound) == (Rational(1), _ONE):
                return Rational(0), _ONE
            case t.Times() | t.Fraction() | t.Power() | t.Root() if self.is_number(node):
                return self._product(node, bound)
            case t.Fraction(above, below) if self.is_number(below):
                return self.of(t.Times((t.Fraction(t.Number("1"), below), above)), bound)
            case t.Times(factors):
                numbers, forms = zip(*(self.of(each, bound) for each in factors), strict=True)
                flat = [part for form in forms for part in (form[1:] if form[0] == "matrices" else (form,))]
                left = [part for part in flat if part != _ONE]
                return _times(numbers), left[0] if len(left) == 1 else ("matrices", *left)
            case t.Transpose(t.Transpose(body)):
                return self.of(body, bound)
            case t.Indexed(t.Letter(name), (_, _) as indices) if name == DELTA:
                return Rational(1), (name, *sorted((self.of(each, bound) for each in indices), key=repr))
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
            value, form = self.of(factor, bound) if factor is not node else self._factor(node, bound)
            if not value and exponent < 0:  # a division by 0
                return Rational(1), ("without value", form)
            number *= value**exponent
            for part, power in form[1] if form[0] == "times" else ((form, 1),):
                powers[part] = powers.get(part, 0) + power * exponent
        if not number:
            return number, _ONE
        terms = _multiplied_out(powers) if self._multiplies_out else [(powers, Rational(1))]
        value, form = self._sum((_product_of(each), times) for each, times in terms)
        return number * value, form

    def _factor(self, node: t.Node, bound: tuple[tuple[str, str], ...]) -> tuple[Rational, _Parts]:
        """Return the form of what is the only factor of itself."""
        if isinstance(node, t.Root):
            value, form = self.of(node.body, bound)
            root = Rational(*(math.isqrt(max(each, 0)) for each in (value.numerator, value.denominator)))
            exact = root * root == value
            inner = (Rational(1), form) if exact else (value, form)
            return (root, _ONE) if exact and form == _ONE else (root if exact else Rational(1), ("root", inner))
        assert isinstance(node, t.Power)
        return Rational(1), ("power", self.of(node.base, bound), self.of(node.exponent, bound))

    def _factors(self, node: t.Node, exponent: int) -> Iterator[tuple[t.Node, int]]:
        """Yield the factors of a product of numbers, each with its exponent."""
        match node:
            case t.Times(factors):
                for factor in factors:
                    yield from self._factors(factor, exponent)
            case t.Fraction(above, below):
                yield from self._factors(above, exponent)
                yield from self._factors(below, -exponent)
            case t.Power(t.Letter("e"), t.Plus(terms)):
                for term in terms:
                    yield from self._factors(t.Power(node.base, term), exponent)
            case t.Power(t.Letter("e"), t.Minus(body)):
                yield from self._factors(t.Power(node.base, body), -exponent)
            case t.Power(t.Letter("e"), by) if (found := _multiple(by)) and abs(exponent * found[0]) < _HIGHEST:
                number, body = found
                halves = 2 * number * exponent
                if isinstance(body, t.Apply) and body.function == t.Function("\\ln") and halves.denominator == 1:
                    yield from self._to_the(body.arguments[0], int(halves))
                elif number != 1 and number.denominator == 1:
                    yield t.Power(node.base, body), int(exponent * number)
                else:
                    yield node, exponent
            case t.Power(base, by) if (times := self._halves(by)) and abs(exponent * times) < _HIGHEST:
                yield from self._to_the(base, exponent * times)
            case _:
                yield node, exponent

    def _to_the(self, base: t.Node, halves: int) -> Iterator[tuple[t.Node, int]]:
        """Yield the factors of a power whose exponent is so many times 1/2."""
        if halves % 4 == 0 and isinstance(base, t.Absolute):
            base = base.body
        if halves % 2:
            yield t.Root(base), halves
        else:
            yield from self._factors(base, halves // 2)

    def _halves(self, node: t.Node) -> int:
        """Return how many times 1/2 an exponent is; 0 if it is something else."""
        number, form = self.of(node)
        return int(2 * number) if form == _ONE and number.denominator < 3 else 0

    def is_number(self, node: t.Node) -> bool:
        """Return whether all factors are numbers, so that they may change places."""
        try:
            return all(Checker(self._scope, ()).side(factor) is None for factor, _ in self._factors(node, 1))
        except (MeaningError, LookupError):
            return False


_HIGHEST = 100  # exponent up to which powers of powers are multiplied, in halves
_MOST_ADDENDS = 64  # of what is multiplied out


def _multiple(node: t.Node) -> tuple[Rational, t.Node] | None:
    """Return an expression as a number times one that begins with none; nothing if it is a number."""
    match node:
        case t.Number():
            return None
        case t.Times((t.Number() as number, *others)) if number.value:
            rest = _multiple(t.Times(tuple(others)) if len(others) > 1 else others[0])
            return rest and (number.value * rest[0], rest[1])
        case t.Times((t.Fraction(t.Number() as above, t.Number() as below), *others)) if below.value:
            rest = _multiple(t.Times(tuple(others)) if len(others) > 1 else others[0])
            return rest and (above.value / below.value * rest[0], rest[1])
        case t.Fraction(above, t.Number() as below) if below.value:
            rest = _multiple(above)
            return rest and (rest[0] / below.value, rest[1])
    return Rational(1), node


def _product_of(powers: Mapping[_Parts, int]) -> _Parts:
    """Return the form of a product of powers."""
    left = tuple(sorted(((form, power) for form, power in powers.items() if power and form != _ONE), key=repr))
    if not left:
        return _ONE
    return left[0][0] if len(left) == 1 and left[0][1] == 1 else ("times", left)


def _multiplied_out(powers: Mapping[_Parts, int]) -> list[tuple[Mapping[_Parts, int], Rational]]:
    """Return the addends of a product of powers, each with a number; the product itself if there would be too many."""
    sums = [(form[1], power) for form, power in powers.items() if form[0] == "plus" and power > 0]
    if math.prod(len(addends) ** power for addends, power in sums) > _MOST_ADDENDS:
        return [(powers, Rational(1))]
    rest = {form: power for form, power in powers.items() if form[0] != "plus" or power < 0}
    found: list[tuple[Mapping[_Parts, int], Rational]] = [(rest, Rational(1))]
    for addends, power in sums:
        for _ in range(power):
            found = [(_together(each, part), times * number) for each, times in found for part, number in addends]
    return found


def _together(powers: Mapping[_Parts, int], form: _Parts) -> Mapping[_Parts, int]:
    """Return a product of powers with one more factor."""
    found = dict(powers)
    for part, power in form[1] if form[0] == "times" else ((form, 1),):
        found[part] = found.get(part, 0) + power
    return found


def _own(node: t.Node) -> Iterator[Field[Any]]:
    return (each for each in fields(node) if each.name not in ("span", "symbol", "index", "variable"))


def _times(numbers: Sequence[Rational]) -> Rational:
    product = Rational(1)
    for number in numbers:
        product *= number
    return product
