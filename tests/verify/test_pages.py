"""Every displayed formula of a page is found, with its label, its place and what stands around it."""

import subprocess
import sys

import pytest

from nncore.verify.pages import PageError, formulas


@pytest.fixture
def page(tmp_path):
    def write(text):
        path = tmp_path / "page.md"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_display_is_found_with_its_label_and_line(page):
    path = page("# Title\n\nWords, $x$ in line.\n\n$$\na = b\n$$ (eq-one)\n\n$$ c $$\n")
    one, two = formulas(path)
    assert (one.text, one.label, one.line, one.within) == ("\na = b\n", "eq-one", 5, ())
    assert (two.text, two.label, two.line) == (" c ", None, 9)
    assert one.path == path


def test_a_math_directive_is_found_with_its_label_and_line(page):
    found = formulas(page("```{math}\n:label: eq-one\n\na\n= b\n```\n\n```{math}\nc\n```\n"))
    assert [(each.text, each.label, each.line) for each in found] == [("a\n= b", "eq-one", 4), ("c", None, 9)]


def test_an_environment_of_amsmath_is_found(page):
    (found,) = formulas(page("Words.\n\n\\begin{align}\na &= b\n\\end{align}\n"))
    assert (found.text, found.line) == ("\\begin{align}\na &= b\n\\end{align}", 3)


def test_formulas_in_nested_directives_know_what_is_around_them(page):
    found = formulas(
        page("""
````{prf:theorem} Title
:label: thm-one

$$ a $$ (eq-a)

```{dropdown} More
:open:

$$
b
$$
```
````

:::{note}
- item

  $$ c $$
:::
""")
    )
    assert [(each.text.strip(), each.line, each.within) for each in found] == [
        ("a", 5, ("prf:theorem",)),
        ("b", 10, ("prf:theorem", "dropdown")),
        ("c", 19, ("note",)),
    ]


def test_formulas_between_start_and_end_of_a_solution_belong_to_it(page):
    found = formulas(page("```{solution-start} ex\n```\n\n$$ a $$\n\n```{solution-end}\n```\n\n$$ b $$\n"))
    assert [(each.text.strip(), each.within) for each in found] == [("a", ("solution",)), ("b", ())]


def test_formulas_in_quotes_definition_lists_and_tables_of_directives_are_found(page):
    found = formulas(
        page("""
> $$ a $$

Term
: $$ b $$

```{list-table}
* - word
  - $$ c $$
```
""")
    )
    assert [each.text.strip() for each in found] == ["a", "b", "c"]


def test_code_and_raw_text_hold_no_formulas(page):
    assert (
        formulas(
            page("""---
title: "$$ front $$"
---

```{code-cell} ipython3
print('''
$$ a $$
''')
```

```python
$$ b $$
```

```{raw} html
$$ c $$
```

`$$ d $$`, and \\$ 5
""")
        )
        == []
    )


def test_a_place_in_the_text_is_a_place_in_the_file(page):
    path = page("1. item\n\n   $$\n   a =\n   bad\n   $$\n\n> $$ x + bad $$\n")
    lines = path.read_text(encoding="utf-8").splitlines()
    for found in formulas(path):
        line = found.text[: found.text.index("bad")].count("\n") + 1
        column = found.text.split("\n")[line - 1].index("bad") + 1
        file_line, file_column = found.place(line, column)
        assert lines[file_line - 1][file_column - 1 :].startswith("bad")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("Words $$ a $$ words.\n", 1, "between words"),
        ("Words\n\nmore\n$$\na\n$$\nwords\n", 3, "between words"),
        ("| a |\n|---|\n| $$ a $$ |\n", 3, "between words"),
        ("Words.\n\n$$\na\n", 3, "not closed"),
        ("```{include} other.md\n```\n", 1, "no file other.md"),
        ("```{include} page.md\n:start-line: 3\n```\n", 1, "include the whole"),
        ("```{eval-rst}\n.. math:: a\n```\n", 1, "eval-rst"),
        ("```{math} a = b\n```\n", 1, "below {math}"),
        ("```{note}\n\nWords $$ a $$ words.\n```\n", 3, "between words"),
    ],
)
def test_what_could_hide_a_formula_is_an_error(page, text, line, reason):
    path = page(text)
    with pytest.raises(PageError) as caught:
        formulas(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert reason in str(caught.value)


def test_the_checker_imports_neither_numpy_nor_the_layers():
    program = (
        "import sys, nncore.verify.latex, nncore.verify.notation, nncore.verify.pages, nncore.verify.writing; "
        "nncore.verify.pages._markdown(); nncore.verify.pages._directive_body('', 0); "
        "print([name for name in sys.modules if name.partition('.')[0] == 'numpy' or name == 'nncore.layers'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_formulas_of_an_included_file_are_found_at_their_places(tmp_path):
    (tmp_path / "part.md").write_text("Words.\n\n$$\na = b\n$$\n")
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n```{include} part.md\n```\n\n$$\nc = d\n$$\n")
    found = [(formula.path.name, formula.line, formula.text.strip()) for formula in formulas(page)]
    assert [(name, text) for name, _, text in found] == [("part.md", "a = b"), ("page.md", "c = d")]
    assert found[0][1] < found[1][1]


def test_a_file_that_includes_itself_or_is_no_text_is_refused(tmp_path):
    (tmp_path / "part.md").write_text("```{include} page.md\n```\n")
    (tmp_path / "page.md").write_text("# Page\n\n```{include} part.md\n```\n")
    with pytest.raises(PageError, match=r"part\.md:1.*page\.md includes itself"):
        formulas(tmp_path / "page.md")
    (tmp_path / "part.md").write_bytes(b"caf\xe9\n")
    with pytest.raises(PageError, match=r"page\.md:3.*part\.md is not text in UTF-8"):
        formulas(tmp_path / "page.md")


def test_a_formula_that_is_opened_in_the_last_line_is_read(tmp_path):
    (tmp_path / "page.md").write_text("Words.\n\n```{math}")
    (found,) = formulas(tmp_path / "page.md")
    assert found.text.strip() == ""
