r"""Answers that a reader hands in: a file that the pages of a book saved, judged again from the sources of the book.

The file is JSON: ``book`` and ``version`` of the page that saved it, and ``answers``, each with ``exercise`` (a
label), ``box`` (its number in the exercise, from 1), ``kind`` (as in `boxes.KINDS`), ``answer``, ``verdict`` and the
``version`` of the page that gave it. Nothing in the file is believed, and nothing of it is run.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nncore.verify.judgement import Status
from nncore.verify.notation import Notation
from nncore.verify.report.boxes import Book, Box, WrongBox, boxes_in
from nncore.verify.report.exercise import Verdict
from nncore.verify.source.limits import NoText, text_of
from nncore.verify.source.reader import printable

_FIELDS = {"exercise": str, "box": int, "kind": str, "answer": str, "verdict": str, "version": str}
_LONGEST = 40  # of an answer in the table
NOT_THERE = "no such question"  # as a verdict
WITHHELD = "not known"


class WrongFile(ValueError):
    """A file that no page of a book saved; the message is one line."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was handed in."""

    exercise: str
    box: int
    kind: str
    answer: str
    verdict: str  # that of the page; empty where the page withheld it
    version: str


@dataclass(frozen=True, slots=True)
class Row:
    """An answer and what it is, by the sources."""

    answer: Answer
    verdict: str

    @property
    def agrees(self) -> bool | None:
        """Return whether the verdict of the file was right; nothing if it gives none, or none is known."""
        if not self.answer.verdict or self.verdict not in list(Verdict):
            return None
        return self.answer.verdict == self.verdict


@dataclass(frozen=True, slots=True)
class HandedIn:
    """The answers of a file, judged."""

    book: str
    version: str
    rows: tuple[Row, ...]

    @property
    def exit_code(self) -> int:
        """Return that of the worst; a wrong answer counts like a refuted formula, and so does a wrong verdict."""
        if any(row.verdict == Verdict.WRONG or row.agrees is False for row in self.rows):
            return Status.REFUTED.exit_code
        if not self.rows or any(row.verdict != Verdict.RIGHT for row in self.rows):
            return Status.UNREADABLE.exit_code
        return 0


def judged(file: Path, pages: Iterable[Path], notation: Notation) -> HandedIn:
    """Judge the answers of a file by the sources of a book.

    Raises
    ------
    WrongFile
        If no page saved it, or a page cannot be read, two exercises have one label, or a box of a page is wrong.
    """
    try:
        book, version, answers = _read(text_of(file))
    except (NoText, ValueError, RecursionError) as error:
        raise WrongFile(f"{file}: these are no answers of a book: {error}") from None
    all_pages = tuple(pages)
    boxes = _boxes(all_pages, {each.exercise for each in answers})
    by = Book(notation, all_pages)
    return HandedIn(book, version, tuple(Row(each, _verdict(each, boxes, by)) for each in answers))


def _read(text: str) -> tuple[str, str, list[Answer]]:
    match json.loads(text):
        case {"book": str(book), "version": str(version), "answers": [*answers]}:
            return book, version, [_answer(each) for each in answers]
    raise ValueError("there are no book, version and answers")


def _answer(given: object) -> Answer:
    if not isinstance(given, dict) or {name: type(value) for name, value in given.items()} != _FIELDS:
        raise ValueError(f"an answer consists of {', '.join(_FIELDS)}")
    return Answer(**given)


def _boxes(pages: Iterable[Path], wanted: set[str]) -> dict[tuple[str, int], Box]:
    """Return the boxes of the exercises that are wanted, by label and number."""
    found: dict[tuple[str, int], Box] = {}
    for page in pages:
        if page.suffix != ".md":
            continue
        try:
            for box in boxes_in(page, text_of(page)):
                key = box.asked.exercise, box.number
                if key[0] in wanted:
                    if key in found:
                        raise WrongFile(f"{found[key].asked.page} and {page}: both have an exercise {key[0]}")
                    found[key] = box
        except NoText as error:
            raise WrongFile(f"{page}: this {error}") from None
        except WrongBox as error:
            raise WrongFile(f"{page}: {error}") from None
    return found


def _verdict(answer: Answer, boxes: dict[tuple[str, int], Box], book: Book) -> str:
    box = boxes.get((answer.exercise, answer.box))
    if box is None or box.asked.kind != answer.kind:
        return NOT_THERE
    try:
        known = box.known(book)
    except WrongBox as error:
        raise WrongFile(f"{box.asked.page}: {answer.exercise}: {error}") from None
    return known.verdict(answer.answer) if known else WITHHELD


def lines(found: HandedIn) -> Iterator[str]:
    """Yield the table, and a sentence."""
    yield f"{printable(found.book)}, version {printable(found.version)}"
    rows = [("exercise", "answer", "verdict", "the file says"), *map(_cells, found.rows)]
    yield from _aligned(rows)
    count = len(found.rows)
    right = sum(row.verdict == Verdict.RIGHT for row in found.rows)
    yield f"{count} answer{'s' if count != 1 else ''}: {right} right."


def _cells(row: Row) -> tuple[str, str, str, str]:
    answer = row.answer
    said = {True: "rightly", False: "wrongly", None: ""}[row.agrees]
    given = printable(answer.answer)
    return (
        printable(answer.exercise) + (f" ({answer.box})" if answer.box > 1 else ""),
        given if len(given) <= _LONGEST else f"{given[:_LONGEST]}…",
        row.verdict,
        f"{printable(answer.verdict)[:_LONGEST] or 'nothing'}{', ' if said else ''}{said}",
    )


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
