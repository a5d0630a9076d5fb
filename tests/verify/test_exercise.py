"""Answers to exercises of the book: wrong and empty ones that a careless reader would accept, and right ones."""

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pages_of_book import NOTATION, ROOT, pages

from nncore.verify.report.exercise import Answer, Exercise, Outcome, answered
from nncore.verify.report.in_force import Context, functions_of, in_force
from nncore.verify.report.service import Stage
from nncore.verify.semantics.symbols import Binding
from nncore.verify.source.reader import read_page


@dataclass(frozen=True)
class Task:
    """An exercise of the book: its page, its label if it has a world of its own, its equation, and answers to it."""

    page: str
    world: str | None
    exercise: Exercise
    right: tuple[str, ...]
    wrong: tuple[tuple[str, str], ...]  # each with words of the reason

    @property
    def context(self) -> Context:
        """What is in force where it stands."""
        found = of_page(self.page)
        return found.of_exercise(self.world) if self.world else found


@cache
def functions() -> dict[str, Binding]:
    return functions_of((read_page(path, book=True) for path in pages()), NOTATION)


@cache
def of_page(name: str) -> Context:
    return in_force(read_page(ROOT / "book" / name, book=True), NOTATION, functions())


