"""What somebody types is read freely where the strict reader finds no meaning, and what was read is said."""

import json
import subprocess
import sys

import pytest
from pages_of_book import NOTATION, ROOT, pages
from test_exercise import TASKS, WRONG, answer
from test_service import PAGE, functions, softmax

from nncore.verify.__main__ import main
from nncore.verify.judgement import Status
from nncore.verify.report import exercise, service
from nncore.verify.report.book import check
from nncore.verify.report.exercise import Outcome
from nncore.verify.report.in_force import in_force
from nncore.verify.report.serialization import from_json, to_json
from nncore.verify.report.service import Stage, Step, formulas_of, steps, verdicts
from nncore.verify.semantics.statements import Kind
from nncore.verify.source.reader import read_page
from nncore.verify.syntax.lexer import LatexError
from nncore.verify.syntax.parser import read


def told(text, free=True):
    return steps(text, softmax(), free=free)


def remarks(text):
    return [words for step in told(text) for words in step.remarks]


# What is read ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "status", "says"),
    [
        ("(X W)^T = W^T X^T", Status.ALL_SHAPES, ["^T as a transpose"]),
        ("W'X'X = (XW)^T X", Status.ALL_SHAPES,
         ["“XW” as a product of letters", "W' as a transpose", "X' as a transpose", "^T as a transpose"]),
        (r"\sum_m p_{im} = 1", Status.ALL_SHAPES, ["m without limits as from 1 to M"]),
        (r"\sum_m p_{im} = 2", Status.REFUTED, ["m without limits as from 1 to M"]),
        (r"\log(e^z) = z", Status.ALL_SHAPES, [r"\log as the natural logarithm"]),
        (r"\frac{d}{dx} x^3 = 3x^2", Status.ALL_SHAPES, [r"d in a derivative as \partial"]),
        (r"\frac{∂ p_{ik}}{∂ z_{im}} = p_{ik} (δ_{km} − p_{im})", Status.ALL_SHAPES, []),
        (r"\frac{∂ p_{ik}}{∂ z_{im}} = p_{ik} (δ_{km} + p_{im})", Status.REFUTED, []),
        ("Z + b = \\mathbf{1} b + Z", Status.ALL_SHAPES, [r"a row that is added to a matrix as \mathbf{1} times it"]),
        ("X^T X = W", Status.WITHOUT_MEANING, ["^T as a transpose"]),
        (r"\tanh^2 z = \tanh(z)^2 + 0", Status.ALL_SHAPES, []),
    ],
)  # fmt: skip
def test_what_people_write_is_read_and_what_was_chosen_is_said(text, status, says):
    assert [each.status for each in verdicts(told(text))] == [status]
    assert remarks(text) == says
    strict = verdicts(told(text, free=False))
    assert strict[0].status in (Status.UNREADABLE, Status.WITHOUT_MEANING)


def test_every_displayed_formula_of_the_book_keeps_its_tree_where_it_is_typed():
    compared = 0
    for path in pages():
        reading = read_page(path, book=True)
        context = in_force(reading, NOTATION, functions())
        for formula, place in zip(reading.formulas, reading.around.places, strict=True):
            there = context.of_exercise(place.world) if place.world in context.exercises else context
            text = formula.text.replace("\n\n", "\n")
            try:
                tree = read(text.strip(), there.notation)
            except LatexError:
                continue  # one in letters of its own
            (found,) = service._Read.of(formulas_of(f"$${text}$$"), f"$${text}$$", there).freely().ways
            if not place.dictionary and not place.aside:
                assert [[piece.tree for piece in way.pieces] for way in found] == [[tree]], text
                assert not found[0].remarks and not found[0].is_free
                compared += 1
    assert compared >= 400


def test_a_formula_that_is_read_strictly_is_not_read_freely_only_since_it_is_wrong(monkeypatch):
    from nncore.verify.report import freely

    monkeypatch.setattr(freely, "readings", lambda *given: pytest.fail("it was read freely"))
    assert [each.status for each in verdicts(told("1 = 2\n\nh := 3\n\nh = 4"))] == [
        Status.REFUTED, Kind.DEFINITION, Status.REFUTED,
    ]  # fmt: skip


def test_a_definition_in_free_spelling_holds_for_what_follows():
    text = r"u := x² + 1" + "\n\n" + r"\frac{du}{dx} = 2x"
    assert [each.status for each in verdicts(told(text))] == [Kind.DEFINITION, Status.ALL_SHAPES]


def test_two_readings_that_fare_differently_are_undecided_and_both_are_named():
    read, verdict = told(r"J/J h = h \quad (J \ne 0)")
    assert read.stage is Stage.READ and verdict.status is Status.UNDECIDED
    assert "refuted with the slash as reaching over all factors behind it" in verdict.words
    assert "verified for all shapes with the slash as reaching over one factor" in verdict.words
    assert verdict.exit_code == 2


def test_two_readings_that_fare_alike_have_one_verdict():
    found = verdicts(told("h/2 J = 1"))
    assert [each.status for each in found] == [Status.REFUTED]
    assert any(words.startswith("the same with the slash") for words in remarks("h/2 J = 1"))


def test_several_statements_of_one_formula_are_judged_each():
    found = verdicts(told(r"\frac{d}{dx} x^3 = 3x^2, \quad \frac{d}{dx} x^2 = x"))
    assert [each.status for each in found] == [Status.ALL_SHAPES, Status.REFUTED]


@pytest.mark.parametrize(
    ("text", "part"),
    [("X^T X = W", "W"), ("(X W)^T = W^T X", "X"), (r"\log(e^z) = 2 z", "= 2 z"), ("1 = 1\n\nX^T = W^T", "W^T")],
)
def test_a_fault_is_marked_where_it_stands_in_what_was_typed(text, part):
    (found,) = [each for each in verdicts(told(text)) if each.fails]
    assert text[slice(*found.span)] == part


def test_a_fault_is_told_in_the_letters_that_were_typed():
    (found,) = verdicts(told("X^T X = W"))
    assert "$X^T X$ is D × D, W is D × M" in found.words


def test_what_to_write_instead_is_not_said_of_what_was_read():
    assert "Write" not in verdicts(told("b_m = log(2)"))[0].words
    assert "Write `\\ln`" in verdicts(told("b_m = log(2)", free=False))[0].words


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "h @ 2",
        "X^",
        r"\[ h \]",
        "x ± 1",
        "\\frac{1}{",
        r"\begin{cases} \end{cases}",
        "a b/c d/e f/g h/i j = 1",
    ],
)
def test_what_no_reading_has_is_told_as_the_strict_reader_tells_it(text):
    assert told(text) == told(text, free=False)
    assert verdicts(told(text))[0].fails


def test_steps_with_remarks_are_the_same_after_their_way_through_json():
    for step in told("(X W)^T = W^T X^T"):
        assert from_json(Step, json.loads(json.dumps(to_json(step)))) == step


BLOCKED = """
import sys
allowed = {"checker", "nncore", "sympy", "mpmath", "lark", *sys.stdlib_module_names}
class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in allowed:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Refusing())
sys.path.insert(0, sys.argv[1])
import json, checker
found = []
checker._notation.cache_clear()
context = json.loads(sys.stdin.read())
checker.answer(json.dumps({"formulas": "(X W)^T = W^T X^T", "context": context}), found.append)
print(json.loads(found[-1])["status"])
"""


def test_what_reads_freely_needs_nothing_that_a_page_does_not_have():
    command = [sys.executable, "-c", BLOCKED, str(ROOT / "book" / "_check")]
    done = subprocess.run(command, input=json.dumps(to_json(softmax())), capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == Status.ALL_SHAPES, done.stderr
    other = BLOCKED.replace('"lark", ', "")
    assert subprocess.run([*command[:2], other, command[3]], input=b"{}", capture_output=True, cwd=ROOT).returncode


# Answers --------------------------------------------------------------------------------------------------------------

SPELLINGS = (
    (r"^\top", "^T"), (r"\ln", r"\log"), (r"\delta", "δ"), (r"\sigma", "σ"), (r"\tau", "τ"), (r"\alpha", "α"),
    ("_{l=1}^{M}", "_l"), ("_{k=1}^{M}", "_k"), ("_{i=1}^{n}", "_i"), ("_{m=1}^{M}", "_m"), ("_{j=1}^{D}", "_j"),
    (r"\partial", "∂"), (r"\operatorname{E}", r"\mathbb{E}"), (" - ", " − "), (r"\lambda", "λ"),
)  # fmt: skip


def in_free_spelling(text):
    """The same in other spellings, as far as it holds what has some."""
    for strict, free in SPELLINGS:
        text = text.replace(strict, free)
    return text


RESPELLED = [(task, free) for task, text, _ in WRONG if (free := in_free_spelling(text)) != text]


@pytest.mark.parametrize(("task", "text"), RESPELLED, ids=[f"{task.world}: {text}" for task, text in RESPELLED])
def test_no_wrong_answer_becomes_a_right_one_in_another_spelling(task, text):
    assert not answer(task, text).outcome.accepts


def test_there_are_enough_wrong_answers_in_other_spellings():
    assert len(RESPELLED) >= 60


def of(left):
    return next(task for task in TASKS if task.exercise.left == left)


def test_an_answer_says_how_it_was_read():
    assert answer(of(r"Z^\top"), r"W^T X^T + b^T \mathbf{1}^T").remarks == ("^T as a transpose",)
    assert answer(of(r"Z^\top"), r"W^\top X^\top + b^\top \mathbf{1}^\top").remarks == ()


def test_an_answer_with_two_readings_is_one_only_if_it_is_one_in_each(monkeypatch):
    task, text = of(r"\frac{\partial q_{im}}{\partial z_{ik}}"), "q_{im}/τ (δ_{mk} - q_{ik})"
    assert answer(task, text).outcome is Outcome.UNDECIDED
    monkeypatch.setattr(exercise, "_of_readings", lambda readings: readings[-1])
    assert answer(task, text).outcome.accepts


def test_what_a_reading_adds_to_an_answer_does_not_count(monkeypatch):
    task, text = of(r"Z^\top"), "W^T X^T + b^T"
    assert not answer(task, text).outcome.accepts
    monkeypatch.setattr(exercise, "_ADDED", frozenset())
    assert answer(task, text).outcome.accepts


# Files ----------------------------------------------------------------------------------------------------------------

STRICT = r"""
$$ p_{im} := \frac{e^{z_{im}}}{\sum_{l=1}^{M} e^{z_{il}}} $$ (eq-softmax)

$$ L_i := -\sum_{m=1}^{M} y_{im} \ln p_{im} $$

```{prf:assumption} Rows
:label: asm-rows

$$ \sum_{m=1}^{M} y_{im} = 1 $$
```

By {prf:ref}`asm-rows`,

$$ \frac{\partial L_i}{\partial z_{im}} = p_{im} - y_{im} $$ (eq-gradient)

```{erratum} The sign
:fails: value
:corrected: eq-gradient

By {prf:ref}`asm-rows`,

$$ u := 1 $$

$$ \frac{\partial L_i}{\partial z_{im}} = y_{im} - p_{im} = -(p_{im} - y_{im}) $$
```

```{erratum} Another one
:fails: value
:corrected: eq-missing

$$ 1 = 2 $$
```

```{erratum} No shape is wrong
:fails: shape
:corrected: eq-gradient

$$ 1 = 2 $$
```

```{unchecked} A limit of the checker
:because: decimals

$$ \sqrt{2} \approx 1.41 $$
```
"""
FREE = STRICT.replace(r"\sum_{l=1}^{M}", r"\sum_l").replace(r"\sum_{m=1}^{M}", r"\sum_m").replace(r"\partial", "∂")
FREE = FREE.replace(r"\ln", r"\log")


def test_labels_errata_and_what_a_formula_rests_on_are_those_of_the_same_page_in_strict_spelling(tmp_path):
    found = {}
    for name, text in (("strict", STRICT), ("free", FREE)):
        (tmp_path / name).mkdir()
        page = tmp_path / name / "page.md"
        page.write_text(text, encoding="utf-8")
        (found[name],) = check([page], NOTATION, root=tmp_path / name, processes=1, free=name == "free").pages
    for strict, free in zip(found["strict"].formulas, found["free"].formulas, strict=True):
        assert (free.name, free.label, free.status, free.kinds) == (
            strict.name, strict.label, strict.status, strict.kinds
        )  # fmt: skip
        assert (free.uses, free.assumptions) == (strict.uses, strict.assumptions)
        assert [each.reason for each in free.problems] == [each.reason for each in strict.problems]
    assert [(each.line, each.reason) for each in found["free"].problems] == [
        (each.line, each.reason) for each in found["strict"].problems
    ]
    uses = [each.uses for each in found["free"].formulas]
    assert ("eq-softmax",) in uses and ("page.md#2", "eq-softmax") in uses
    assert [each.status for each in found["free"].formulas].count(Status.ERRATUM) == 1
    assert any("no claim 'eq-missing' that corrects" in each.reason for each in found["free"].all_problems)


def test_what_rests_on_what_is_known_of_each_reading_too(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "$$ h := 3 $$ (eq-h)\n\n$$ h/2 J + J = q_7 = h/2 J = 1 $$\n\n$$ h/2 J = 1 = q_7 = h $$\n", encoding="utf-8"
    )
    (found,) = check([page], NOTATION, root=tmp_path, processes=1, free=True).pages
    assert not found.problems and [each.uses for each in found.formulas] == [(), ("eq-h",), ("eq-h",)]
    assert all(any("the slash" in words for words in each.remarks) for each in found.formulas[1:])


# The command ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs the command in the folder of the book, and returns its exit code and output."""
    monkeypatch.chdir(ROOT)
    return lambda *arguments: (main(list(arguments)), capsys.readouterr().out)


def test_the_command_reads_a_formula_freely_and_says_how_unless_it_is_told_not_to(run):
    code, out = run("--formula", "(X W)^T = W^T X^T", "--page", PAGE)
    lines = out.splitlines()
    assert code == 0 and lines[1] == "  read: ^T as a transpose" and lines[-1].endswith("Proved, for all sizes.")
    code, out = run("--formula", "(X W)^T = W^T X^T", "--page", PAGE, "--spelling", "book")
    assert code == 2 and "the transpose is written ^\\top" in out and "  read: " not in out
