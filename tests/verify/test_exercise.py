"""Answers to exercises of the book: wrong and empty ones that a careless reader would accept, and right ones."""

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml
from pages_of_book import NOTATION, ROOT, pages

from nncore.verify.judgement import Status
from nncore.verify.report import exercise
from nncore.verify.report.exercise import Answer, Exercise, Outcome, answered, asked_by
from nncore.verify.report.in_force import Context, functions_of, in_force
from nncore.verify.report.service import Stage
from nncore.verify.semantics.symbols import Binding
from nncore.verify.source.reader import read_page
from nncore.verify.syntax.tree import takes_derivatives
from nncore.verify.verdict import judge as judging


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


ANSWERS = yaml.safe_load(Path(__file__).with_name("answers.yml").read_text(encoding="utf-8"))
TASKS = [
    Task(
        each["page"],
        each.get("world"),
        Exercise(each["left"], each["right"], each.get("where", "")),
        tuple(each["accepted"]),
        tuple((text, words) for text, words in each["refused"]),
    )
    for each in ANSWERS
]
RIGHT = [(task, text) for task in TASKS for text in task.right]
WRONG = [(task, text, words) for task in TASKS for text, words in task.wrong]


def answer(task: Task, text: str) -> Answer:
    """What is said of an answer in the end."""
    *_, found = answered(task.exercise, text, task.context)
    assert isinstance(found, Answer)
    assert 0 <= found.span[0] <= found.span[1] <= len(text)
    return found


def test_there_are_enough_answers_to_exercises_of_the_book():
    assert len({(task.page, task.world) for task in TASKS}) >= 10
    assert len({(task.exercise.left, text) for task, text, _ in WRONG}) >= 60
    assert len({(task.exercise.left, text) for task, text in RIGHT}) >= 40


@pytest.mark.parametrize("task", TASKS, ids=lambda task: f"{task.world}: {task.exercise.left}")
def test_the_answer_of_the_book_is_one_and_the_left_side_is_none(task):
    assert answer(task, task.exercise.right).outcome is Outcome.SAME
    whole = answer(task, f"{task.exercise.left} = {task.exercise.right}")
    assert whole.outcome is Outcome.SAME
    assert answer(task, task.exercise.left).words.startswith("This is the left side itself")
    assert not answer(task, f"{task.exercise.left} = {task.exercise.left}").outcome.accepts


@pytest.mark.parametrize("task", TASKS, ids=lambda task: f"{task.world}: {task.exercise.left}")
def test_both_sides_stand_in_the_book(task):
    found = " ".join((ROOT / "book" / task.page).read_text(encoding="utf-8").split())
    assert all(" ".join(side.split()) in found for side in (task.exercise.left, task.exercise.right))


@pytest.mark.parametrize(("task", "text"), RIGHT, ids=[f"{task.world}: {text}" for task, text in RIGHT])
def test_a_right_answer_in_other_words_is_accepted(task, text):
    found = answer(task, text)
    assert found.outcome.accepts, found.words


@pytest.mark.parametrize(("task", "text", "words"), WRONG, ids=[f"{task.world}: {text}" for task, text, _ in WRONG])
def test_a_wrong_or_empty_answer_is_not_accepted_and_told_why(task, text, words):
    found = answer(task, text)
    assert not found.outcome.accepts
    assert words in found.words


@pytest.mark.parametrize(
    ("rule", "left", "text"),
    [
        ("_check_emptiness", r"\frac{\partial a_{im}}{\partial z_{ik}}", r"\delta_{mk} - p_{ik} + p_{im} - p_{im}"),
        (
            "_check_left",
            r"\sum_{l=1}^{M} g_{il} \, (\delta_{lm} - p_{im})",
            r"\sum_{k=1}^{M} g_{ik} (\delta_{km} - p_{im})",
        ),
        (
            "_check_work",
            r"\frac{\partial a_{im}}{\partial z_{ik}}",
            r"\frac{1}{p_{im}} \frac{\partial p_{im}}{\partial z_{ik}}",
        ),
        ("_check_letters", "p_{i1}", "1 - p_{i2}"),
        ("_lacking", r"\frac{\partial a_{im}}{\partial z_{ik}}", r"\delta_{mk} - \frac{z_{ik}}{z_{ik}} p_{ik}"),
    ],
)
def test_without_one_of_its_rules_something_empty_would_be_accepted(rule, left, text, monkeypatch):
    (task,) = [task for task in TASKS if task.exercise.left == left]
    assert not answer(task, text).outcome.accepts
    holder = exercise._Form if hasattr(exercise._Form, rule) else exercise
    monkeypatch.setattr(holder, rule, lambda *given: "")
    assert answer(task, text).outcome.accepts


def test_what_numbers_say_is_told_before_the_answer():
    (task,) = [task for task in TASKS if task.exercise.left == r"\tanh'(z)"]
    *told, last = answered(task.exercise, r"1 + \tanh(z)^2", task.context)
    assert [step.stage for step in told] == [Stage.NUMBERS, Stage.SLIP]
    assert told[0].counterexample == last.counterexample and last.outcome is Outcome.WRONG


def test_what_is_much_longer_than_the_answer_of_the_book_is_right_and_says_so():
    (task,) = [task for task in TASKS if task.exercise.left == r"\tanh'(z)"]
    found = answer(task, r"1 - \left( \frac{e^{z} - e^{-z}}{e^{z} + e^{-z}} \right)^2")
    assert found.outcome is Outcome.LONGER and found.words.startswith("Right; the book writes it shorter.")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (r"\tanh'(z)", r"\tanh'(z)"),
        (r"  1 - \tanh'(z)", r"\tanh'(z)"),
        (r"\tanh'(z) = 1 - \tanh(z)^2 + \sigma(z)", r"\sigma"),
        (r"1 - \tanh(z)^2 + J", "J"),
        (r"1 - W", "W"),
        (r"1 - \foo(z)", r"\foo"),
        ("$$ 1 = 2 $$", "1"),
    ],
)
def test_an_objection_is_marked_where_it_stands(text, part):
    (task,) = [task for task in TASKS if task.exercise.left == r"\tanh'(z)"]
    assert text[slice(*answer(task, text).span)] == part


@pytest.mark.parametrize(
    ("left", "text", "words"),
    [
        (r"\frac{\partial a_{im}}{\partial z_{ik}}", "delta_{mk} - p_{ik}", r"Write `\delta` for “delta”."),
        (
            r"\frac{\partial a_{im}}{\partial z_{ik}}",
            "p (1 - p)",
            "$p$ does not belong in this answer without its indices.",
        ),
    ],
)
def test_a_slip_of_notation_is_told_as_one_and_is_no_wrong_answer(left, text, words):
    (task,) = [task for task in TASKS if task.exercise.left == left]
    found = answer(task, text)
    assert found.outcome is Outcome.UNREADABLE and found.words.endswith(words)


def test_a_letter_without_the_number_of_its_layer_is_told_what_it_lacks():
    task = next(task for task in TASKS if "[0]" in task.exercise.left)
    assert answer(task, "A W + b").words.endswith("without the number of a layer.")


def test_a_proof_that_an_answer_is_that_of_the_book_is_as_good_as_one_of_the_equation(monkeypatch):
    (task,) = [task for task in TASKS if task.exercise.left == r"\tanh'(z)"]
    prove = judging.symbolic.prove

    def only_without_derivatives(item, *given, **more):
        return None if takes_derivatives(item.left) else prove(item, *given, **more)

    monkeypatch.setattr(judging.symbolic, "prove", only_without_derivatives)
    found = answer(task, r"(1 + \tanh(z)) (1 - \tanh(z))")
    assert found.status is Status.ALL_SHAPES and found.method.startswith("equal to the answer of the book")


def test_an_exercise_whose_own_answer_has_no_meaning_is_an_error():
    with pytest.raises(ValueError, match="the answer of the exercise"):
        list(answered(Exercise("J", "q_{im}"), "1", of_page("layers/softmax.md")))


@pytest.mark.parametrize(
    ("text", "left", "right", "where"),
    [
        (r"z = 1 + 2 = 3 .", "z", "3", ""),
        (r"z = \left( 1 + 2 \right) z \quad (z > 0)", "z", r"\left( 1 + 2 \right) z", "(z > 0)"),
        (r"\left( z \right) = z , \quad z > 0 , \ h > 0", r"\left( z \right)", "z", r"z > 0 , \ h > 0"),
        (r"\begin{aligned} z &= 1 + 2 && \text{(a sum)} \\ &= 3 && \text{(added)} \end{aligned}", "z", "3", ""),
        (
            "\\begin{aligned}\nz &= 1 + 2 \\\\\n&= \\left( 3 \\right) && \\text{(sum)}\n\\end{aligned}\n\\quad (h > 0)",
            "z",
            r"\left( 3 \right)",
            "(h > 0)",
        ),
    ],
)
def test_the_first_side_of_an_equation_is_printed_and_its_last_one_is_asked_for(text, left, right, where):
    assert asked_by(text, of_page("layers/softmax.md")) == Exercise(left, right, where)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"z \ge 1", "what is equal to something"),
        ("z", "one equation"),
        (r"z = 1 \Rightarrow z = 2", "one equation"),
        (r"\begin{aligned} z &= 1 \quad (h > 0) \\ &= 3 \end{aligned}", "cannot be taken apart"),
    ],
)
def test_what_is_no_equation_asks_for_nothing(text, words):
    with pytest.raises(ValueError, match=words):
        asked_by(text, of_page("layers/softmax.md"))


def test_no_answer_keeps_the_checker_busy_without_end():
    (task,) = [task for task in TASKS if task.exercise.left == r"\tanh'(z)"]
    for text in ("{".join(["2^"] * 30) + "{9}" + "}" * 29, "(" * 38 + "z" + ")^2" * 38, r"9 \times 10^{9999} z"):
        start = time.process_time()
        assert not answer(task, text).outcome.accepts
        assert time.process_time() - start < 20
