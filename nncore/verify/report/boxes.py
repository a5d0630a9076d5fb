r"""What exercises ask in the page: boxes for answers, what is known of each, and the verdict on an answer.

Inside of an ``{exercise}``, ``{choices}`` asks which options are right, ``{shape}`` for the shape of ``:of:``, an
expression in the letters of the page, and ``{number}`` for the value of ``:of:``, a Python expression in ``np`` and
``nncore``, up to ``:within:``. The known shape is the one that the checker gives the expression as if the page
displayed it at its end, inside the exercise. ``{answer}`` asks for the right side of the equation of the page that has
the label beside it, and lists wrong ones, each with words of what is said of it (`report.exercise` judges). With
``:withheld:`` nothing is known, as in an edition without solutions.

A further kind of box is a class with ``known`` and ``verdict``, and a row in `KINDS`. Answers are read here as the page
reads them (``book/_static/answer-boxes.js``), and a test compares the two.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from nncore.verify.notation import Notation, NotationError
from nncore.verify.report.exercise import Answer, Exercise, Outcome, Verdict, answered, asked_by
from nncore.verify.report.in_force import Context, functions_of, in_force
from nncore.verify.semantics.elaborate import Faulty, elaborate
from nncore.verify.semantics.statements import Expression
from nncore.verify.semantics.symbols import Binding
from nncore.verify.source.limits import Limits, TooMuch
from nncore.verify.source.markdown import PageError, Reading, read_markdown
from nncore.verify.source.myst import directive_body, tokens
from nncore.verify.source.reader import SUFFIXES, read_page

WITHHELD = "withheld"
LETTERS = "abcde"  # of options
_FEWEST = 2
_OPTION = re.compile(r"- \[([ xX])\] +(\S.*)")
_SIZE = r"[A-WYZa-wyz](?:_\w|_\{[\w+-]+\})?|\d+"
_SHAPE = re.compile(rf"\(?\s*({_SIZE})\s*(?:×|[xX*,;]|\\times|by)\s*({_SIZE})\s*\)?", re.ASCII)
_PLAIN = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_FACTOR = rf"({_PLAIN})(?:\^\(?([+-]?{_PLAIN})\)?)?"
_NUMBER = re.compile(rf"([+-]?){_FACTOR}((?:[*/]{_FACTOR})*)", re.ASCII)
_FURTHER = re.compile(rf"([*/]){_FACTOR}", re.ASCII)


class WrongBox(ValueError):
    """A box that asks for nothing, or for what is not known; the message is one sentence without a period."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a question: its words, the reason that is read once it was chosen, and whether it is right."""

    text: str
    reason: str
    right: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A box as it is written: its kind, its question, its options and its text, in which exercise of which page."""

    kind: str
    question: str
    options: Mapping[str, str]
    lines: Sequence[str]
    exercise: str
    page: Path
    text: str  # of the page


@dataclass(frozen=True)
class Book:
    """What a box is judged by beside its page: the notation of the book, and its pages."""

    notation: Notation
    pages: tuple[Path, ...] = ()

    @cached_property
    def _functions(self) -> Mapping[str, Binding]:
        """The functions that pages define for all."""
        readings = (read_page(page, book=True) for page in self.pages if page.suffix in SUFFIXES)
        return functions_of(readings, self.notation)

    def context(self, reading: Reading) -> Context:
        """Return what is in force at the end of a page that was read; raise `Faulty` if it has no meaning."""
        return in_force(reading, self.notation, self._functions)


class Known(Protocol):
    """What is known of the answer to a box."""

    @classmethod
    def known(cls, asked: Asked, book: Book) -> "Known":
        """Return what is known; raise `WrongBox` if that is nothing."""

    def verdict(self, answer: str) -> Verdict:
        """Return what an answer is."""

    def __str__(self) -> str:
        """Return what the page judges by."""


# The kinds -----------------------------------------------------------------------------------------------------------


def options_of(lines: Sequence[str], withheld: bool = False) -> tuple[Option, ...]:
    """Return the options of a question, from a list of tasks, ``- [x]`` before what is right, a reason below each.

    Raises
    ------
    WrongBox
        If they are not 2 to 5, none or all are right, two are alike, or one has no reason. Where the answer is withheld
        no option is marked, and none has a reason.
    """
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if match := _OPTION.fullmatch(line.rstrip()):
            found.append((match[1].strip(), [match[2]]))
        elif found and (not line.strip() or line.startswith("  ")):
            found[-1][1].append(line.strip())
        elif line.strip():
            raise WrongBox(f"{line.strip()!r} is no option: they begin with - [x] or - [ ]")
    options = []
    for mark, words in found:
        text, _, reason = "\n".join(words).strip().partition("\n\n")
        options.append(Option(" ".join(text.split()), " ".join(reason.split()), bool(mark)))
    if not _FEWEST <= len(options) <= len(LETTERS):
        raise WrongBox(f"a question has {_FEWEST} to {len(LETTERS)} options, not {len(options)}")
    if len({each.text.casefold() for each in options}) < len(options):
        raise WrongBox("two options are alike")
    if not withheld:
        if len({each.right for each in options}) == 1:
            raise WrongBox(f"{'every' if options[0].right else 'no'} option is right")
        for each in options:
            if not each.reason:
                raise WrongBox(f"the option {each.text!r} has no reason: write one below it, after an empty line")
    return tuple(options)


@dataclass(frozen=True, slots=True)
class RightOptions:
    """The letters of the right options of a question."""

    letters: frozenset[str]
    count: int  # of options

    @classmethod
    def known(cls, asked: Asked, book: Book) -> "RightOptions":
        """Return the letters of those that are marked."""
        options = options_of(asked.lines)
        right = (letter for letter, each in zip(LETTERS, options, strict=False) if each.right)
        return cls(frozenset(right), len(options))

    def verdict(self, answer: str) -> Verdict:
        """Return what an answer such as ``a c`` is."""
        chosen = set(answer.split())
        if not chosen or not chosen <= {*LETTERS[: self.count]}:
            return Verdict.UNREADABLE
        return Verdict.RIGHT if chosen == self.letters else Verdict.WRONG

    def __str__(self) -> str:
        return " ".join(sorted(self.letters))


def shape_typed(text: str) -> str:
    """Return a shape as ``n × D``, of whatever way to type it that is understood; else nothing."""
    found = _SHAPE.fullmatch(text.strip())
    return " × ".join(re.sub(r"[{}]", "", size) for size in found.groups()) if found else ""


@dataclass(frozen=True, slots=True)
class ShapeOf:
    """The shape of an expression."""

    shape: str

    @classmethod
    def known(cls, asked: Asked, book: Book) -> "ShapeOf":
        """Return the shape that the checker gives the expression, as if the page displayed it inside the exercise."""
        formula = asked.options.get("of", "")
        if not formula.strip():
            raise WrongBox("a shape is that of an expression: write it behind :of:")
        world = f"\n\n````{{exercise}}\n:label: {asked.exercise}\n\n$$\n{formula}\n$$\n````\n"
        try:
            reading = read_markdown(asked.page, asked.text + world).whole()
            page = elaborate(reading.formulas, reading.around, book.notation)
        except (PageError, NotationError) as error:
            raise WrongBox(f"the shape of {formula} is not known: {error}") from None
        last = reading.formulas[-1]
        said = page.items[-1] if page.items else None
        if isinstance(said, Expression) and said.formula is last:
            if said.shape is None:
                raise WrongBox(f"{formula} is a number, which has no shape")
            if shape := shape_typed(" × ".join(map(str, said.shape))):
                return cls(shape)
            raise WrongBox(f"nobody can type the shape of {formula}")
        reasons = [each.reason for each in page.faults if each.line >= last.line or not page.items]
        raise WrongBox(f"the shape of {formula} is not known: {reasons[0] if reasons else 'it is no expression'}")

    def verdict(self, answer: str) -> Verdict:
        """Return what an answer such as ``n x D`` is."""
        typed = shape_typed(answer)
        return Verdict.UNREADABLE if not typed else Verdict.RIGHT if typed == self.shape else Verdict.WRONG

    def __str__(self) -> str:
        return self.shape


def number_typed(text: str) -> float:
    """Return a number that is typed as ``-2.5``, ``1e-3``, ``3/4``, ``4^-10`` or a product of such; else NaN."""
    plain = "".join(text.split()).replace("−", "-").replace("×", "*").replace("·", "*")
    found = _NUMBER.fullmatch(plain)
    if not found:
        return math.nan
    try:
        value = _power(found[2], found[3])
        for sign, base, exponent in _FURTHER.findall(found[4]):
            factor = _power(base, exponent)
            value = value * factor if sign == "*" else value / factor
    except (ArithmeticError, ValueError):  # as of 0^-1
        return math.nan
    return -value if found[1] == "-" else value


def _power(base: str, exponent: str | None) -> float:
    return math.pow(float(base), float(exponent or 1))


@dataclass(frozen=True, slots=True)
class NumberOf:
    """The value of a Python expression, and how far an answer may be from it."""

    value: float
    within: float

    @classmethod
    def known(cls, asked: Asked, book: Book) -> "NumberOf":
        """Compute the value."""
        expression = asked.options.get("of", "")
        within = number_typed(asked.options.get("within", ""))
        if not (math.isfinite(within) and within > 0):
            raise WrongBox("a number needs a positive number behind :within:, by how much an answer may be off")
        try:
            value = _computed(expression)
        except Exception as error:  # whatever the expression does
            raise WrongBox(f"the number {expression} cannot be computed: {type(error).__name__}: {error}") from None
        if not math.isfinite(value):
            raise WrongBox(f"the number {expression} is {value}")
        return cls(value, within)

    def verdict(self, answer: str) -> Verdict:
        """Return what an answer such as ``1/4`` is."""
        typed = number_typed(answer)
        if not math.isfinite(typed):
            return Verdict.UNREADABLE
        return Verdict.RIGHT if abs(typed - self.value) <= self.within else Verdict.WRONG

    def __str__(self) -> str:
        return f"{self.value!r} {self.within!r}"


def _computed(expression: str) -> float:
    """Return the value of an expression of a page, which is trusted as much as its cells are."""
    import numpy as np  # not before: what checks formulas does without it

    import nncore.functions

    with np.errstate(all="raise"):
        return float(eval(expression, {"np": np, "nncore": nncore}))


@dataclass(frozen=True, slots=True)
class RightSide:
    """The right side of an equation, what is in force where it stands, and answers that are wrong."""

    exercise: Exercise
    context: Context
    wrong: tuple[tuple[str, str], ...]  # each with words of what is said of it

    @classmethod
    def known(cls, asked: Asked, book: Book) -> "RightSide":
        """Return the two sides of the equation that the page labels so."""
        label = asked.question
        try:
            reading = read_markdown(asked.page, asked.text).whole()
            context = book.context(reading)
        except (PageError, NotationError, Faulty) as error:
            raise WrongBox(f"what is in force on its page is not known: {error}") from None
        found = [each for each in reading.formulas if each.label == label]
        if not found:
            raise WrongBox(f"the page displays no equation {label or 'without a label'}")
        if asked.exercise in context.exercises:
            context = context.of_exercise(asked.exercise)
        try:
            return cls(asked_by(found[0].text, context), context, tuple(_wrong_ones(asked.lines)))
        except ValueError as error:
            raise WrongBox(f"{label}: {error}") from None

    def verdict(self, answer: str) -> Verdict:
        """Return what an answer in LaTeX is."""
        return self.said_of(answer).outcome.verdict

    def said_of(self, answer: str) -> Answer:
        """Return what is said of an answer."""
        *_, said = answered(self.exercise, answer, self.context)
        assert isinstance(said, Answer)
        return said

    def try_out(self) -> None:
        """Answer the question rightly, emptily and wrongly.

        Raises
        ------
        WrongBox
            If the answer of the book is not accepted, its left side is, or a listed wrong one is not refuted with the
            words that are listed.
        """
        book = self.said_of(self.exercise.right)
        if book.outcome is not Outcome.SAME:
            raise WrongBox(f"the answer of the book, {self.exercise.right}, is not accepted: {book.words}")
        if self.said_of(self.exercise.left).outcome.accepts:
            raise WrongBox(f"the left side, {self.exercise.left}, would be accepted as an answer")
        for text, words in self.wrong:
            said = self.said_of(text)
            if said.outcome not in (Outcome.WRONG, Outcome.WITHOUT_MEANING):  # as where an index is free
                raise WrongBox(f"the wrong answer {text} is not refuted: {said.words}")
            if words not in said.words:
                raise WrongBox(f"of the wrong answer {text} is not said {words!r} but: {said.words}")

    def __str__(self) -> str:
        return json.dumps(asdict(self.exercise), ensure_ascii=False)


_WRONG_ONE = re.compile(r"- `([^`]+)`: +(\S.*)")


def _wrong_ones(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the wrong answers of a list, each with words of what is said of it."""
    items: list[str] = []
    for line in lines:
        if line.startswith("- "):
            items.append(line)
        elif items and line.startswith("  "):
            items[-1] += f" {line.strip()}"
        elif line.strip():
            raise ValueError(f"{line.strip()!r} is no wrong answer: they begin with - and a formula between backticks")
    for item in items:
        found = _WRONG_ONE.fullmatch(item.strip())
        if not found:
            raise ValueError(f"{item!r} must be a formula between backticks, a colon, and words of what is said of it")
        yield found[1], found[2]
    if len(items) < _FEWEST:
        raise ValueError(f"{_FEWEST} wrong answers or more are listed, each with words of what is said of it")


KINDS: Mapping[str, type[Known]] = {
    "choices": RightOptions,
    "shape": ShapeOf,
    "number": NumberOf,
    "answer": RightSide,
}


# The boxes of a page --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Box:
    """A box, by the label of its exercise and its number there, from 1."""

    asked: Asked
    number: int

    def known(self, book: Book) -> Known | None:
        """Return what is known of its answer, nothing if that is withheld; raise `WrongBox` if it should be known."""
        if WITHHELD in self.asked.options:
            return None
        return KINDS[self.asked.kind].known(self.asked, book)


def boxes_in(page: Path, text: str) -> Iterator[Box]:
    """Yield the boxes of the exercises of a page in Markdown.

    Raises
    ------
    WrongBox
        If the page cannot be cut into directives.
    """
    if not any(f"{{{kind}}}" in text for kind in KINDS):
        return
    limits = Limits()
    try:
        for kind, _, content in _directives(text, limits):
            if kind == "exercise":
                inside, options, _ = directive_body(content)
                boxes = (each for each in _directives(inside, limits) if each[0] in KINDS)
                for number, (name, question, body) in enumerate(boxes, 1):
                    lines, given, _ = directive_body(body)
                    label = options.get("label", "")
                    yield Box(Asked(name, question, given, lines.split("\n"), label, page, text), number)
    except TooMuch as error:
        raise WrongBox(str(error)) from None


def _directives(text: str, limits: Limits) -> Iterator[tuple[str, str, str]]:
    """Yield the directives of a text that stand in no other one: kind, argument and content."""
    for token in tokens(text, limits)[0]:
        if token.type in ("fence", "colon_fence") and token.info.startswith("{"):
            kind, _, argument = token.info[1:].partition("}")
            yield kind.strip(), argument.strip(), token.content
