"""``--answers``: what a reader handed in is judged by the sources of the book, and the file is not believed."""

import json

import pytest

from nncore.verify.__main__ import main

PAGE = """\
$$
J := \\phi(Z)
$$

$$
f(x) := x^2
$$

$$
f'(x) = 2 x
$$ (eq-square)

````{exercise} One
:label: ex-one

:::{choices} Which?
- [x] yes

  So.
- [ ] no

  Not so.
:::

:::{shape} Which shape?
:of: \\frac{\\partial J}{\\partial Z}
:::
````

````{exercise} Two
:label: ex-two

:::{number} How much?
:of: np.log(10)
:within: 0.01
:::

:::{answer} eq-square
- `x`: The likely slip
- `3 x`: Wrong
:::
````
"""


def entry(exercise="ex-one", box=1, kind="choices", answer="a", verdict="right", version="1.0"):
    given = {"exercise": exercise, "box": box, "kind": kind, "answer": answer}
    return {**given, "verdict": verdict, "version": version}


SHAPE = entry(box=2, kind="shape", answer="nxM")
NUMBER = entry("ex-two", kind="number", answer="2.303")
FORMULA = entry("ex-two", box=2, kind="answer", answer="x + x")


@pytest.fixture
def hand_in(tmp_path, monkeypatch, capsys):
    """Hands answers in, and returns the exit code, what is printed, and the errors."""
    monkeypatch.chdir(tmp_path)

    def command(*answers, text=None, page=PAGE, arguments=()):
        (tmp_path / "page.md").write_text(page, encoding="utf-8")
        file = {"book": "A book", "version": "1.0", "answers": list(answers)}
        (tmp_path / "answers.json").write_text(json.dumps(file) if text is None else text, encoding="utf-8")
        code = main(["--answers", "answers.json", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def test_right_answers_end_with_0_and_a_table(hand_in):
    code, out, err = hand_in(entry(), SHAPE, NUMBER, FORMULA)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "A book, version 1.0",
        "exercise    answer  verdict  the file says",
        "ex-one      a       right    right, rightly",
        "ex-one (2)  nxM     right    right, rightly",
        "ex-two      2.303   right    right, rightly",
        "ex-two (2)  x + x   right    right, rightly",
        "4 answers: 4 right.",
    ]


@pytest.mark.parametrize(
    ("given", "row"),
    [
        (entry(answer="b", verdict="wrong"), "wrong    wrong, rightly"),
        (entry(answer="b"), "wrong    right, wrongly"),
        (entry(verdict="wrong"), "right    wrong, wrongly"),
        ({**SHAPE, "answer": "M by n"}, "wrong    right, wrongly"),
        ({**NUMBER, "answer": "2.4"}, "wrong    right, wrongly"),
        ({**FORMULA, "answer": "f'(x)"}, "wrong    right, wrongly"),
        ({**FORMULA, "answer": "3 x", "verdict": "wrong"}, "wrong    wrong, rightly"),
    ],
)
def test_a_wrong_answer_and_a_wrong_verdict_of_the_file_end_with_1(hand_in, given, row):
    code, out, _ = hand_in(given)
    assert code == 1 and row in out


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({**NUMBER, "answer": "two"}, "unreadable"),
        ({**NUMBER, "answer": "nan"}, "unreadable"),
        (entry(answer="f", verdict=""), "unreadable"),
        (entry(answer="", verdict=""), "unreadable"),
        (entry("ex-three", verdict=""), "no such question"),
        (entry(box=9, verdict=""), "no such question"),
        (entry(kind="shape", verdict=""), "no such question"),
    ],
)
def test_what_cannot_be_judged_ends_with_2(hand_in, given, verdict):
    code, out, _ = hand_in({**given, "verdict": ""})
    assert code == 2 and f"{verdict}  nothing" in " ".join(out.split(" ")) and "1 answer: 0 right." in out


def test_a_file_without_answers_ends_with_2(hand_in):
    assert hand_in()[0] == 2


def test_an_edition_that_withholds_what_is_right_says_nothing_of_an_answer(hand_in):
    code, out, _ = hand_in(entry(verdict=""), page=PAGE.replace("Which?\n", "Which?\n:withheld:\n"))
    assert code == 2 and "not known" in out
    assert hand_in(entry(verdict=""))[0] == 0  # the whole sources know


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "7", "[" * 100_000, '{"answers": []}', json.dumps({"book": "A", "version": "1", "answers": 3}),
        json.dumps({"book": "A", "version": "1", "answers": [{**entry(), "box": "1"}]}),
        json.dumps({"book": "A", "version": "1", "answers": [{**entry(), "more": 1}]}),
        json.dumps({"book": "A", "version": "1", "answers": [{**entry(), "box": True}]}),
    ],
)  # fmt: skip
def test_a_file_that_no_page_saved_is_one_line_and_ends_with_64(hand_in, text):
    code, out, err = hand_in(text=text)
    assert (code, out, err.count("\n")) == (64, "", 1) and "answers.json: these are no answers of a book" in err


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("np.log(10)", "np.log(0.0)", "ex-two: the number np.log(0.0) cannot be computed"),
        ("ex-two", "ex-one", "both have an exercise ex-one"),
        ("- [x]", "- [ ]", "no option is right"),
    ],
)
def test_a_book_that_does_not_know_its_answers_ends_with_64(hand_in, old, new, words):
    code, _, err = hand_in(entry(), SHAPE, NUMBER, page=PAGE.replace(old, new))
    assert code == 64 and words in err


def test_there_must_be_such_a_file_and_pages(hand_in, tmp_path):
    hand_in(entry())
    assert main(["--answers", "nothing.json"]) == 64
    assert main(["--answers", "answers.json", "nothing.md"]) == 64
    assert main([]) == 64


def test_nothing_in_the_file_is_run_or_commands_the_terminal(hand_in, tmp_path):
    bad = "__import__('pathlib').Path('ran').touch() or 1"
    code, out, _ = hand_in({**NUMBER, "answer": bad, "verdict": ""}, {**entry("\x1b[31m"), "answer": "\x1b[2J"})
    assert code == 2 and not (tmp_path / "ran").exists() and "\x1b" not in out


def test_only_the_numbers_that_are_asked_about_are_computed(hand_in, tmp_path):
    page = PAGE.replace("np.log(10)", "__import__('pathlib').Path('ran').touch() or 1")
    assert hand_in(entry(), page=page)[0] == 0 and not (tmp_path / "ran").exists()
    assert hand_in(NUMBER, page=page)[0] == 1 and (tmp_path / "ran").exists()


def test_the_evidence_is_there_as_json(hand_in):
    code, out, _ = hand_in(entry(answer="b"), arguments=["--json"])
    found = json.loads(out)
    assert code == 1 and found["book"] == "A book"
    assert found["rows"] == [{"answer": entry(answer="b"), "verdict": "wrong"}]
