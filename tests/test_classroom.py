"""The edition for the class knows no solution, anywhere; that for the teacher has all of them, open and in order."""

import re
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup
from pages_of_book import NOTATION, ROOT, pages
from what_rests import missing, pages_of

from classroom import equations_asked, lay_out, solutions, without_solutions
from nncore.verify.report.boxes import Book
from tests.fixture_book.build import build, copy_to, plant

TEXT = """\
# A page

````{exercise} One
:label: ex-a

Why?
````

````{solution} ex-a
:class: dropdown

Because.

```{notation}
scalars: []
```
````

Between.

```{solution-start} ex-b
:class: dropdown
```

Therefore.

```{code-cell} ipython3
print("so")
```

```{solution-end}
```

After.
"""
LEFT = "# A page\n\n````{exercise} One\n:label: ex-a\n\nWhy?\n````\n\nBetween.\n\nAfter.\n"


def test_solutions_are_cut_out_whole_and_nothing_else_is():
    assert without_solutions(TEXT, {}) == LEFT
    assert without_solutions(LEFT, {}) == LEFT


ASKED = """\
````{exercise} One
:label: ex-a

:::{answer} eq-a-cube
- `3 x`: Wrong. At $
- `x^2`: The likely slip

:::

:::{answer} eq-page
- `3 x`: Wrong. At $
- `x`: Wrong. At $
:::
````

$$
x \\cdot x = x^2 \\quad (x > 0)
$$ (eq-page)

````{solution} ex-a

$$
\\begin{aligned}
\\frac{\\partial}{\\partial x} x^3 &= 3 \\cdot x^2 && \\text{(power rule)} \\\\
&= 3 x^2 && \\text{(a product)}
\\end{aligned}
$$ (eq-a-cube)
````
"""


def test_a_box_that_asks_for_a_right_side_keeps_the_left_one_wherever_its_equation_is(tmp_path):
    asked = equations_asked(tmp_path / "page.md", ASKED, Book(NOTATION))
    told = without_solutions(ASKED, asked)
    assert told == (
        "````{exercise} One\n:label: ex-a\n\n"
        ":::{answer}\n:withheld:\n:left: \\frac{\\partial}{\\partial x} x^3\n:::\n\n"
        ":::{answer}\n:withheld:\n:left: x \\cdot x\n:where: (x > 0)\n:::\n````\n\n"
        "$$\nx \\cdot x = x^2 \\quad (x > 0)\n$$ (eq-page)\n"
    )


@pytest.mark.parametrize("end", ["```{solution-end}\n```\n", "````\n\nBetween"])
def test_a_solution_that_does_not_end_is_refused(end):
    with pytest.raises(ValueError, match="a solution does not end"):
        without_solutions(TEXT.replace(end, ""), {})


def test_the_book_has_a_solution_for_each_exercise_and_rests_on_none(tmp_path):
    texts = [path.read_text(encoding="utf-8") for path in pages()]
    exercises = [label for text in texts for label in re.findall(r"\{exercise\}.*\n:label: (\S+)", text)]
    solved = [label for text in texts for label in re.findall(r"\{solution(?:-start)?\} (\S+)", text)]
    assert sorted(exercises) == sorted(solved) and len(exercises) >= 65
    lay_out(ROOT, tmp_path / "class")
    assert missing(tmp_path / "class", pages_of(tmp_path / "class")) == []
    left = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "class" / "book").rglob("*.md"))
    assert "{solution" not in left and left.count("{exercise}") == len(exercises)


SECRET = "the derivative of the solution"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The fixture book with a secret in its solution, built."""
    folder = copy_to(tmp_path_factory.mktemp("classroom") / "book")
    plant(
        folder,
        "book/page.md",
        "```{solution} ex-fixture-1\n:class: dropdown\n",
        f"```{{solution}} ex-fixture-1\n\n{SECRET}\n",
    )
    result = build(folder)
    assert result.returncode == 0, result.stderr
    return folder


def call(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "classroom", *arguments], cwd=folder, env={"PYTHONPATH": f"{folder}:{ROOT}", "PATH": ""},
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip


def holding(folder, words) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if words in path.read_bytes().decode("utf-8", "ignore")]


def test_no_file_of_the_edition_for_the_class_knows_a_solution(built):
    result = call(built, "without-solutions")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "_build/class/_build/html/index.html" in result.stdout
    html = built / "_build/class/_build/html"
    for words in (SECRET, "= 3 x^2"):
        assert holding(built / "_build/html", words) and holding(html, words) == []
    page = BeautifulSoup((html / "book/page.html").read_text(encoding="utf-8"), "html.parser")
    assert page.select_one("#ex-fixture-1 .exercise-level") and not page.select(".solution")


def test_the_edition_for_the_teacher_has_all_exercises_and_solutions_open(built):
    result = call(built, "solutions")
    assert result.returncode == 0, result.stdout + result.stderr
    file = built / "_build/solutions.html"
    page = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
    boxes = page.select("div.exercise, div.solution")
    assert [box["class"][-1] if "solution" not in box["class"] else "solution" for box in boxes][-1] == "solution"
    assert SECRET in boxes[-1].get_text() and len(boxes) == 2
    assert (
        all(box.has_attr("open") for box in page.select("details")) and len(page.select("details.exercise-hint")) == 2
    )
    assert "The derivative of a square" in page.h2.get_text() and not page.select(".evidence")
    for element, attribute in ((page.find("link", rel="stylesheet"), "href"), (page.select_one("a[href]"), "href")):
        if element is not None:
            assert (file.parent / element[attribute].partition("#")[0]).is_file(), element[attribute]


def test_a_book_that_is_not_built_has_no_solutions_yet(tmp_path):
    folder = copy_to(tmp_path / "book")
    result = call(folder, "solutions")
    assert (
        result.returncode == 1
        and "The book must be built before: there is no _build/html/book/index.html." in result.stdout
    )
    assert call(folder).returncode == 2


def test_joining_keeps_the_order_of_the_book(built):
    text = solutions(built, built / "_build/html", built / "_build/solutions.html")
    assert text.index("ex-fixture-1") < text.index(SECRET)
