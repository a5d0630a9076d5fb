"""Boxes for answers: what is known of them, what the page says, what it keeps, and what the build refuses."""

import gzip
import itertools
import json
import random
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from pages_of_book import NOTATION, ROOT, pages

from classroom import equations_asked, without_solutions
from nncore.verify.__main__ import main
from nncore.verify.report.boxes import KINDS, Book, Verdict, boxes_in, number_typed, options_of, shape_typed
from tests.fixture_book.build import build, copy_to, plant

BOOK = Book(NOTATION, tuple(pages()))
SECRET = "The power goes in front, and is lowered by one."
BOXES = """
:::{choices} Which is the derivative of $x^2$?
- [ ] $x$

  The power goes in front.
- [x] $2 x$

  The power goes in front,
  and is lowered by one.
- [ ] 2

  That is the *second* derivative.
:::

:::{choices} Which numbers are even?
- [x] 2

  Twice 1.
- [x] 4

  Twice 2.
- [ ] 5

  One more than twice 2.
:::

:::{shape} What is the shape of $Z^\\top$?
:of: Z^\\top
:::

:::{number} How large is the sigmoid of 0, squared?
:of: nncore.functions.sigmoid(np.zeros(1))[0] ** 2
:within: 0.001
:::

:::{hints}
- The square"""
AT = "\n:::{hints}\n- The square"


def with_boxes(folder, boxes=BOXES):
    plant(copy_to(folder), "book/page.md", AT, boxes)
    return folder


CUBE = """
:::{answer} eq-fixture-cube
- `x^2`: Wrong. At $
- `-3 x^2`: The likely slip: the sign
:::
"""


def with_cube(folder):
    """A folder in which the exercise also asks for the right side of an equation, which its solution has."""
    plant(folder, "book/page.md", AT, f"{CUBE}{AT}")
    plant(folder, "book/page.md", "x^3 = 3 x^2\n$$", "x^3 = 3 x^2\n$$ (eq-fixture-cube)")
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The fixture book with four boxes in its exercise, built."""
    folder = with_boxes(tmp_path_factory.mktemp("boxes") / "book")
    result = build(folder)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


@pytest.fixture
def tab(built, browser):
    """The page with the exercise, opened as a file, on a phone."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, accept_downloads=True)
    opened = context.new_page()
    opened.faults = []
    opened.on("pageerror", lambda error: opened.faults.append(str(error)))
    opened.on("console", lambda message: message.type == "error" and opened.faults.append(message.text))
    opened.goto((built / "_build/html/book/page.html").as_uri() + "#ex-fixture-1")
    yield opened
    assert opened.faults == []
    context.close()


def answer(tab, number, *given):
    """Answer a box: with the letters of options, or with a text; return what the page says."""
    box = tab.locator(f"#ex-fixture-1-box-{number}")
    if box.get_attribute("data-kind") == "choices":
        for each in box.locator("input[type=checkbox]").all():
            each.uncheck()
        for letter in given:
            box.locator(f"input[value={letter}]").check()
    else:
        box.locator("input, textarea").fill(given[0])
    box.get_by_role("button", name="Check my answer").click()
    return box.get_by_role("status").inner_text()


# What is known --------------------------------------------------------------------------------------------------------


def boxes_of_book():
    return [box for path in pages() for box in boxes_in(path, path.read_text(encoding="utf-8"))]


def test_most_exercises_of_the_book_have_a_box_and_many_ask_for_a_formula():
    exercises = re.findall(r"\{exercise\}.*\n:label: (\S+)", "".join(path.read_text("utf-8") for path in pages()))
    boxes = boxes_of_book()
    asked = {box.asked.exercise for box in boxes}
    assert asked <= {*exercises} and len(asked) >= 0.7 * len({*exercises})
    assert len({box.asked.exercise for box in boxes if box.asked.kind == "answer"}) >= 22
    assert {box.asked.kind for box in boxes} == {*KINDS}


def test_of_all_boxes_of_the_book_the_answers_are_known():
    for box in boxes_of_book():
        known = box.known(BOOK)
        match box.asked.kind:
            case "choices":
                right, wrong = str(known), "a b c d e"[: 2 * known.count - 1]
            case "answer":  # of which the build tries the listed wrong ones as well
                right, wrong = known.exercise.right, known.exercise.left
            case "number":
                right, wrong = str(known).split(" ")[0], "D × 7"
            case _:
                right, wrong = str(known), "D × 7"
        assert known.verdict(right) == Verdict.RIGHT, box.asked.exercise
        assert known.verdict(wrong) != Verdict.RIGHT, box.asked.exercise


def test_an_equation_in_a_solution_that_is_asked_for_is_named_after_its_exercise():
    for box in boxes_of_book():
        solution = box.asked.text.partition("{solution}")[2] + box.asked.text.partition("{solution-start}")[2]
        if box.asked.kind == "answer" and f"({box.asked.question})" in solution:
            assert box.asked.question.startswith(f"eq-{box.asked.exercise.removeprefix('ex-')}-")


def test_solutions_of_the_book_agree_with_what_is_known():
    shapes = {box.asked.exercise: str(box.known(BOOK)) for box in boxes_of_book() if box.asked.kind == "shape"}
    text = " ".join((ROOT / "book/layers/dense-backward.md").read_text(encoding="utf-8").split())
    assert shapes["ex-dense-backward-3"] == "M × D" and "It has $M$ rows and $D$ columns" in text
    values = {
        (box.asked.exercise, box.number): box.known(BOOK) for box in boxes_of_book() if box.asked.kind == "number"
    }
    for key, printed in (
        (("ex-sigmoid-3", 1), "1/1048576"), (("ex-sigmoid-4", 1), "36.74"), (("ex-sigmoid-4", 2), "16.64"),
        (("ex-loss-2", 1), "2.30"), (("ex-cross-entropy-4", 1), "16.118"), (("ex-range-2", 1), "11.1"),
        (("ex-range-2", 2), "7.6"), (("ex-fused-2", 1), "3.332"), (("ex-initialization-3", 1), "0.354"),
        (("ex-optimizers-1", 2), "19/21"), (("ex-optimizers-4", 2), "3.162"), (("ex-squared-error-1", 1), "3"),
    ):  # fmt: skip
        assert values[key].verdict(printed) == Verdict.RIGHT, key
        assert values[key].verdict(f"{number_typed(printed) * 1.05}") == Verdict.WRONG, key


@pytest.mark.parametrize(
    "text", ["n × D", "nxD", "n X D", "(n, D)", "n by D", "n*D", r"n \times D", " n ; D ", "(n x D)"]
)
def test_a_shape_is_read_however_it_is_typed(text):
    assert shape_typed(text) == "n × D"
    assert shape_typed(text.replace("D", "D_{r-1}")) == "n × D_r-1" and shape_typed(text.replace("n", "12")) == "12 × D"


@pytest.mark.parametrize("text", ["", "n", "n D", "n ×", "n × D × M", "n × (D + 1)", "n - D", "nn × D", "x × x"])
def test_what_is_no_shape_is_not_read(text):
    assert shape_typed(text) == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [("-2.5", -2.5), ("1/4", 0.25), ("4^-10", 4**-10), ("1e-3", 1e-3), ("2 · 10^3", 2000), ("−.5", -0.5), ("6/2/3", 1)],
)
def test_a_number_is_read_however_it_is_typed(text, value):
    assert number_typed(text) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "text", ["", "2,5", "1/0", "0^-1", "9^9999", "two", "1//2", "2^", "--1", "1_000", "٣", "nan", "inf"]
)
def test_what_is_no_number_is_not_read(text):
    assert not abs(number_typed(text)) < float("inf")


def test_the_page_reads_answers_as_the_command_does(tab):
    """Texts made of the signs of answers at random: most are none, and both must say so of the same."""
    rng = random.Random(1)
    signs = ["n", "D", "x", "×", "by", "_r", "_{r-1}", "(", ")", ",", "1", "25", ".", "-", "^", "/", "·", "e", " ", "*"]
    texts = ["".join(rng.choices(signs, k=rng.randint(1, 7))) for _ in range(12_000)]
    texts += [f"{a}{b}{c}" for a, b, c in itertools.product(("n", "12", "D_1"), ("x", "×", " by "), ("D", "3"))]
    source = (ROOT / "book/_static/answer-boxes.js").read_text(encoding="utf-8")
    readers = source[source.index("const SIZE") : source.index("// For each kind")]
    found = tab.evaluate(f"(texts) => {{ {readers}; return texts.map((t) => [shape(t), number(t)]); }}", texts)
    shapes = numbers = 0
    for text, (shape, number) in zip(texts, found, strict=True):
        assert shape == shape_typed(text), text
        mine = number_typed(text)
        finite = isinstance(number, int | float) and abs(number) < float("inf")
        assert finite == (abs(mine) < float("inf")), text
        assert not finite or number == pytest.approx(mine, rel=1e-14), text
        shapes, numbers = shapes + bool(shape), numbers + finite
    assert shapes >= 40 and numbers >= 100


# What the page says ---------------------------------------------------------------------------------------------------


def test_a_chosen_option_gives_its_reason_and_no_other_does(tab):
    box = tab.locator("#ex-fixture-1-box-1")
    assert not any(each.is_visible() for each in box.locator(".answer-reason").all())
    assert answer(tab, 1) == "Choose an option first."
    assert answer(tab, 1, "a") == "Not right."
    assert [each.is_visible() for each in box.locator(".answer-reason").all()] == [True, False, False]
    assert answer(tab, 1, "b") == "Right."
    assert [each.is_visible() for each in box.locator(".answer-reason").all()] == [False, True, False]
    assert answer(tab, 2, "a") == "Right so far, but not all that is right."
    assert answer(tab, 2, "a", "c") == "Not right." and answer(tab, 2, "a", "b") == "Right."


def test_shapes_and_numbers_are_judged_and_what_cannot_be_read_is_said(tab):
    assert answer(tab, 3, "n by M") == "Not right." and answer(tab, 3, "MxN") == "Not right."
    assert answer(tab, 3, "(M, n)") == "Right."
    assert answer(tab, 3, "M") == "This is not read as a shape: write two sizes, such as n × D."
    assert answer(tab, 4, "0.2") == "Not right." and answer(tab, 4, "1/4") == "Right."
    assert answer(tab, 4, "0,25").startswith("This is not read as a number")


def test_the_keyboard_is_enough(tab):
    tab.locator("#ex-fixture-1-box-1 input").first.focus()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    assert tab.locator("#ex-fixture-1-box-1").get_by_role("status").inner_text() == "Right."
    tab.locator("#ex-fixture-1-box-4 input").focus()
    tab.keyboard.type("1/4")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Check my answer"
    tab.keyboard.press("Space")
    assert tab.locator("#ex-fixture-1-box-4").get_by_role("status").inner_text() == "Right."


def test_answers_are_kept_beside_the_exercise_cleared_and_brought_back(tab):
    summary, line = tab.locator("#ex-fixture-1 .exercise-level"), tab.locator(".answers-kept")
    assert not line.is_visible() and "tried" not in summary.inner_text()
    answer(tab, 1, "b")
    answer(tab, 3, "n x M")
    assert summary.inner_text().endswith("· tried")
    assert answer(tab, 4, "no number") and "keeps 2 of your answers to this book, 1 of them right" in line.inner_text()
    tab.reload()
    assert tab.locator("#ex-fixture-1-box-3 input").input_value() == "n x M"
    assert tab.locator("#ex-fixture-1-box-1").get_by_role("status").inner_text() == "Right."
    line.get_by_role("button", name="Clear my answers").click()
    assert "Your answers are cleared." in line.inner_text() and "tried" not in summary.inner_text()
    assert tab.locator("#ex-fixture-1-box-3 input").input_value() == ""
    assert tab.locator("#ex-fixture-1-box-1 input:checked").count() == 0
    line.get_by_role("button", name="Bring my answers back").click()
    assert tab.locator("#ex-fixture-1-box-3 input").input_value() == "n x M"
    answer(tab, 2, "a", "b"), answer(tab, 3, "M x n"), answer(tab, 4, "0.25")
    assert summary.inner_text().endswith("· solved")
    keys = tab.evaluate("Object.entries(localStorage).filter(([, text]) => text.includes('ex-fixture-1'))")
    assert [key for key, _ in keys] == [
        tab.evaluate("`answers: ${document.querySelector('.answer-box').dataset.book}`")
    ]


def test_what_is_kept_in_another_form_does_not_break_the_page(tab):
    key = tab.evaluate("`answers: ${document.querySelector('.answer-box').dataset.book}`")
    for broken in ("{", "null", "[]", '"text"', "7", '{"ex-fixture-1/1": 3}', '{"ex-fixture-1/1": {"answer": 3}}'):
        tab.evaluate("([key, text]) => localStorage.setItem(key, text)", [key, broken])
        tab.reload()
        assert answer(tab, 1, "b") == "Right.", broken
        assert answer(tab, 4, "1/4") == "Right.", broken


def test_a_browser_that_keeps_nothing_judges_all_the_same(built, browser):
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
    )
    page.goto((built / "_build/html/book/page.html").as_uri() + "#ex-fixture-1")
    assert answer(page, 4, "1/4") == "Right." and answer(page, 3, "nxM") == "Not right."
    assert "keeps 2 of your answers" in page.locator(".answers-kept").inner_text()
    context.close()


def test_a_file_that_the_page_saved_is_judged_again(tab, built, tmp_path, monkeypatch, capsys):
    answer(tab, 1, "b"), answer(tab, 2, "a"), answer(tab, 3, "Mxn"), answer(tab, 4, "1/4")
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Save my answers as a file").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    saved = json.loads(file.read_text(encoding="utf-8"))
    assert saved["book"] and re.match(r"\d+\.\d+", saved["version"]) and len(saved["answers"]) == 4
    monkeypatch.chdir(built)
    assert main(["--answers", str(file), "book"]) == 1  # the second one is wrong
    out = capsys.readouterr().out
    assert re.search(r"^ex-fixture-1 \(2\) +a +wrong +wrong, rightly$", out, re.MULTILINE)
    assert out.count("right, rightly") == 3 and "4 answers: 3 right." in out
    assert file.name == "answers.json"


# How the page is made -------------------------------------------------------------------------------------------------


def test_the_script_is_small_and_loaded_by_pages_with_boxes_alone(built):
    script = (ROOT / "book/_static/answer-boxes.js").read_bytes()
    assert len(gzip.compress(script, 9)) <= 4600
    html = built / "_build/html"
    loads = {
        name: [
            "Boxes for answers" in (html / "book" / each["src"].partition("?")[0]).resolve().read_text(encoding="utf-8")
            for each in BeautifulSoup((html / f"book/{name}.html").read_text(encoding="utf-8"), "html.parser").select(
                "script[src]"
            )
        ]
        for name in ("page", "index")
    }
    assert any(loads["page"]) and not any(loads["index"])
    assert not re.search(rb"\beval\b|new Function|innerHTML|\.style\b|style=", script)
    assert re.findall(rb"import\(.*", script) == [b"import(new URL(places.asking, document.baseURI));"]


def test_without_scripts_and_on_paper_there_are_the_options_and_no_reason(built, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((built / "_build/html/book/page.html").as_uri())
    page.locator("#ex-fixture-1 .exercise-level").click()
    for medium in ("screen", "print"):
        page.emulate_media(media=medium)
        assert page.locator("#ex-fixture-1 .answer-option").count() == 6
        assert all(each.is_visible() for each in page.locator(".answer-option, .answer-box > input").all())
        assert not any(each.is_visible() for each in page.locator(".answer-reason").all())
        assert page.locator(".answer-box button").count() == 0
    context.close()


def test_buttons_and_verdicts_are_not_printed(tab):
    answer(tab, 1, "b")
    tab.emulate_media(media="print")
    for part in (".answer-box button", ".answer-verdict", ".answers-kept"):
        assert not any(each.is_visible() for each in tab.locator(part).all()), part


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_box_and_nothing_scrolls_sideways(built, browser, scheme):
    context = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    page = context.new_page()
    page.goto((built / "_build/html/book/page.html").as_uri() + "#ex-fixture-1")
    answer(page, 1, "a"), answer(page, 4, "1/4")
    found = Axe().run(page, context="#ex-fixture-1", options={"preload": False})
    assert [each["id"] for each in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    targets = page.locator(".answer-option, .answer-box > input, .answer-box > button, .answers-kept > button").all()
    assert len(targets) >= 14
    assert min(each.bounding_box()["height"] for each in targets) >= 44
    context.close()


def test_the_search_knows_nothing_of_a_box(built):
    index = (built / "_build/html/searchindex.js").read_text(encoding="utf-8")
    for words in ("goes in front", "numbers are even", "One more than twice"):
        assert words not in index
    assert "Use the product rule" not in index and "multiply by" in index  # an exercise is found, its hints are not


# What the build refuses -----------------------------------------------------------------------------------------------

OPTIONS = "- [x] yes\n\n  So.\n- [ ] no\n\n  Not so.\n"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[x]", "[ ]", "no option is right"),
        ("[ ]", "[x]", "every option is right"),
        ("\n  Not so.\n", "", "the option 'no' has no reason"),
        ("- [ ] no", "- [ ] Yes", "two options are alike"),
        ("- [ ] no\n\n  Not so.\n", "", "a question has 2 to 5 options, not 1"),
        ("- [ ] no", "no", "'no' is no option"),
    ],
)
def test_options_that_make_no_question_are_refused(old, new, words):
    assert [each.right for each in options_of(OPTIONS.split("\n"))] == [True, False]
    with pytest.raises(ValueError, match=words):
        options_of(OPTIONS.replace(old, new).split("\n"))


def test_more_than_five_options_are_refused():
    more = OPTIONS + "".join(f"- [ ] {number}\n\n  Not so.\n" for number in range(4))
    with pytest.raises(ValueError, match="2 to 5 options, not 6"):
        options_of(more.split("\n"))


def wrong(kind, text):
    """What is said of a box on a page of its own."""
    page = f"$$\nJ := \\phi(Z)\n$$\n\n````{{exercise}} A\n:label: ex-a\n\n:::{{{kind}}} What?\n{text}\n:::\n````\n"
    (box,) = boxes_in(ROOT / "book/page.md", page)
    with pytest.raises(ValueError) as caught:
        box.known(BOOK)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "write it behind :of:"),
        (":of: Z X", "the shape of Z X is not known"),
        (":of: \\foo", "the command \\foo"),
        (":of: Q", "the letter Q"),
        (":of: J", "J is a number, which has no shape"),
        (":of: Z = Z", "it is no expression"),
    ],
)
def test_a_shape_that_is_not_known_is_refused(text, words):
    assert words in wrong("shape", text)


EQUATION = "\n\n$$\n{}\n$$ (eq-a)\n"
WRONG = "- `2 x`: Wrong. At $\n- `3 x`: Wrong. At $"


def right_side(equation=r"\frac{\partial}{\partial x} x^3 = 3 x^2", lines=WRONG, label="eq-a"):
    """A box that asks for the right side of an equation, on a page of its own."""
    page = f"````{{exercise}} A\n:label: ex-a\n\n:::{{answer}} {label}\n{lines}\n:::\n````{EQUATION.format(equation)}"
    (box,) = boxes_in(ROOT / "book/page.md", page)
    return box.known(BOOK)


def test_wrong_answers_are_tried_with_the_words_that_are_said_of_them():
    lines = "- `b_m`: Wrong. At $\n- `2 b_k`:\n  the index k is free here"
    known = right_side(r"\frac{\partial}{\partial b_m} b_m^2 = 2 b_m", lines)
    assert [text for text, _ in known.wrong] == ["b_m", "2 b_k"]
    known.try_out()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"label": "eq-b"}, "the page displays no equation eq-b"),
        ({"label": ""}, "the page displays no equation without a label"),
        ({"equation": r"x^2 \ge 0"}, "asks for what is equal to something"),
        ({"equation": "3 x^2"}, "an exercise asks for one equation"),
        ({"lines": "- `2 x`: Wrong. At $"}, "2 wrong answers or more are listed"),
        ({"lines": "- `2 x`: Wrong. At $\n- 3 x"}, "must be a formula between backticks"),
        ({"lines": "2 x"}, "'2 x' is no wrong answer"),
        ({"equation": "q_{im} = 2"}, "what is in force on its page is not known"),
    ],
)
def test_a_right_side_that_is_not_known_is_refused(given, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        right_side(**given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"lines": WRONG.replace("2 x", "x^2 + 2 x^2")}, "the wrong answer x^2 + 2 x^2 is not refuted: Right."),
        ({"lines": WRONG.replace("2 x", "3 x^2 + 0")}, "is not refuted: In $3 x^2 + 0$ 0 is added"),
        ({"lines": WRONG.replace("Wrong", "Nothing")}, "is not said 'Nothing. At $' but: Wrong. At"),
        ({"equation": "x^2 = x^2"}, "the left side, x^2, would be accepted"),
    ],
)
def test_a_box_of_which_the_answers_are_not_what_it_says_is_refused(given, words):
    known = right_side(**given)
    with pytest.raises(ValueError, match=re.escape(words)):
        known.try_out()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (":of: 1", "needs a positive number behind :within:"),
        (":of: 1\n:within: 0", "needs a positive number behind :within:"),
        (":of: nncore.functions.nothing(1)\n:within: 1", "cannot be computed: AttributeError"),
        (":of: np.log(0.0)\n:within: 1", "cannot be computed: FloatingPointError"),
        (":of: np.zeros(2)\n:within: 1", "cannot be computed: TypeError"),
        (":of: np.inf\n:within: 1", "the number np.inf is inf"),
        (":of: 1 +\n:within: 1", "cannot be computed: SyntaxError"),
        (":within: 1", "cannot be computed"),
    ],
)
def test_a_number_that_cannot_be_computed_is_refused(text, words):
    assert words in wrong("number", text)


def test_a_shape_is_known_by_what_the_page_and_the_exercise_define():
    page = (
        "$$\nJ := \\phi(Z)\n$$\n\n````{exercise} A\n:label: ex-a\n\nLet $Q$ be\n\n$$\nQ := X\n$$\n\n"
        "```{notation}\narrays:\n  - {letter: Q, entry: 'q_{ij}', shape: [n, D], meaning: any}\n```\n\n"
        ":::{shape} What?\n:of: \\frac{\\partial J}{\\partial Z}\n:::\n\n"
        ":::{shape} What?\n:of: Q^\\top\n:::\n````\n"
    )
    assert [str(box.known(BOOK)) for box in boxes_in(ROOT / "book/page.md", page)] == ["n × M", "D × n"]


def test_the_build_fails_and_says_what_is_wrong_with_each_box(built, tmp_path):
    page = (built / "book/page.md").read_text(encoding="utf-8")
    exercise = "\n````{{exercise}} {0}\n:label: ex-wrong-{0}\n:level: 1\n:minutes: 5\n\nAsked.\n\n{1}\n````\n"
    wrong = {
        "right": ":::{choices} Q\n" + OPTIONS.replace("[x]", "[ ]") + ":::",
        "reason": ":::{choices} Q\n" + OPTIONS.replace("\n  So.\n", "") + ":::",
        "alike": ":::{choices} Q\n" + OPTIONS.replace("no\n", "yes\n") + ":::",
        "shape": ":::{shape} Q\n:of: Z X\n:::",
        "number": ":::{number} Q\n:of: 1 / 0\n:within: 1\n:::",
        "text": ":::{number} Q\n:of: 1\n:within: 1\n\nText.\n:::",
        "answer": ":::{answer} eq-fixture-cube\n- `3 x^{2}`: Wrong. At $\n- `x`: Wrong. At $\n:::",
        "deep": "::::{note}\n:::{number} Q\n:of: 1\n:within: 1\n:::\n::::",
    }
    folder = copy_to(tmp_path / "book")
    page = page.replace("x^3 = 3 x^2\n$$", "x^3 = 3 x^2\n$$ (eq-fixture-cube)")
    added = "".join(exercise.format(name, text) for name, text in wrong.items())
    (folder / "book/page.md").write_text(
        page.replace("\n## An error", f"{added}\n:::{{number}} Q\n:of: 1\n:within: 1\n:::\n\n## An error"),
        encoding="utf-8",
    )
    result = build(folder)
    assert result.returncode != 0
    for said in (
        "{choices}: no option is right",
        "{choices}: the option 'yes' has no reason",
        "{choices}: two options are alike",
        "{shape}: the shape of Z X is not known",
        "{number}: the number 1 / 0 cannot be computed: ZeroDivisionError",
        "{number} holds nothing: its question is beside it",
        "ex-wrong-deep: a box stands in the exercise itself",
        "{number} stands in no {exercise}",
        "{answer}: the wrong answer 3 x^{2} is not refuted",
    ):
        assert said in result.stderr, said


# The edition for a class ----------------------------------------------------------------------------------------------


def test_the_edition_for_a_class_asks_and_withholds_what_is_right(browser, tmp_path):
    folder = with_cube(with_boxes(tmp_path / "book"))
    text = (folder / "book/page.md").read_text(encoding="utf-8")
    page = without_solutions(text, equations_asked(folder / "book/page.md", text, BOOK))
    for known in ("[x]", ":of:", ":within:", "goes in front", "Twice", "lowered", "3 x", "The likely slip"):
        assert known in text and known not in page, known
    assert page.count(":withheld:") == 5 and page.count("- [ ]") == 6 and "The square is on this page" in page
    (folder / "book/page.md").write_text(page, encoding="utf-8")
    result = build(folder)
    assert result.returncode == 0, result.stderr
    html = BeautifulSoup((folder / "_build/html/book/page.html").read_text(encoding="utf-8"), "html.parser")
    assert [box["data-known"] for box in html.select(".answer-box")] == [""] * 5 and not html.select(".answer-reason")
    asks = html.select_one("#ex-fixture-1-box-5-asks")
    assert asks.get_text().startswith("Complete this equation") and r"\frac{\partial}{\partial x} x^3 = \ldots" in str(
        asks
    )
    context = browser.new_context()
    tab = context.new_page()
    tab.goto((folder / "_build/html/book/page.html").as_uri() + "#ex-fixture-1")
    assert answer(tab, 1, "b") == "Kept. It is judged where you hand it in."
    assert answer(tab, 3, "M") == "This is not read as a shape: write two sizes, such as n × D."
    assert answer(tab, 3, "M x n") == "Kept. It is judged where you hand it in."
    assert answer(tab, 5, "x") == "Kept. It is judged where you hand it in."
    kept = tab.evaluate("JSON.parse(Object.values(localStorage).find((text) => text.includes('ex-fixture-1')))")
    assert [each["verdict"] for each in kept.values()] == ["", "", ""]
    assert tab.locator("#ex-fixture-1 .exercise-level").inner_text().endswith("· tried")
    context.close()


def test_no_box_of_the_book_tells_the_class_what_is_right():
    equations = 0
    for path in pages():
        text = path.read_text(encoding="utf-8")
        asked = equations_asked(path, text, BOOK)
        told = without_solutions(text, asked)
        left, whole = list(boxes_in(path, told)), list(boxes_in(path, text))
        for box, known in zip(left, whole, strict=True):
            assert box.known(BOOK) is None
            assert not {"of", "within"} & {*box.asked.options}, box.asked.exercise
            if box.asked.kind == "choices":
                assert not any(each.right or each.reason for each in options_of(box.asked.lines, withheld=True))
            if box.asked.kind == "answer":
                equation = asked[known.asked.question]
                assert box.asked.options["left"] == equation.left
                assert box.asked.options.get("where", "") == equation.where
                assert not "".join(box.asked.lines).strip(), box.asked.lines
                equations += 1
    assert equations >= 22
