"""Every displayed formula of a page is found, with its label, its place and what stands around it."""

import subprocess
import sys
import time

import pytest

from nncore.verify.notation import parse
from nncore.verify.source.markdown import PageError, read_markdown, read_parts


@pytest.fixture
def page(tmp_path):
    def write(text):
        path = tmp_path / "page.md"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def formulas(path):
    """The displayed formulas of a page of the book."""
    return list(read_markdown(path).whole().formulas)


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
<p>c</p>
```

<!-- $$ c $$ -->

% $$ c $$

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
        ("Words\n\nmore\n$$\na\n$$\nwords\n", 4, "directly below a line of text"),
        ("Words\nand $$ a\n", 2, "not closed"),
        ("> words\n$$ a $$\n", 2, "directly below a line of text"),
        ("\\[ a = b \\]\n", 1, "does not display \\["),
        ("Words \\\\[ a = b \\\\] words.\n", 1, "does not display \\\\["),
        ("```math\na\n```\n", 1, "a math fence"),
        ("<div>\n$$ a $$\n</div>\n", 2, "in HTML"),
        ("<div>\n$$ a\n</div>\n", 2, "in HTML"),
        ("Words \\begin{equation} a \\end{equation}\n", 1, "begin{equation} between words"),
        ("\\begin{equation} a\n", 1, "not closed"),
        ("<script type='math/tex; mode=display'>a</script>\n", 1, "in HTML"),
        ("x <script type='math/tex; mode=display'>a</script>\n", 1, "in HTML"),
        ("<math display='block'>a</math>\n", 1, "in HTML"),
        ("```{raw} html\n$$ a $$\n```\n", 1, "{raw}"),
        ("```{raw} latex\n\\[ a \\]\n```\n", 1, "{raw}"),
        ("```{=latex}\n\\[ a \\]\n```\n", 1, "{=latex}"),
        ("```{code-cell}\n:tags: [x]\n%%latex\n$a$\n```\n", 1, "a cell displays"),
        ("---\nsubstitutions:\n  eq: $$ a $$\n---\n\n{{ eq }}\n", 6, "substituted"),
        ("---\nmyst:\n  substitutions:\n    eq: {a: ['\\[ a \\]']}\n---\n\nx {{ eq.a[0] }}\n", 7, "substituted"),
        ("---\na: [\n$$ b $$\n---\n\n{{ a }}\n", 6, "substituted"),
        ("{{ '$$ a $$' }}\n", 1, "substituted"),
        ("Words\n$\\renewcommand{\\le}{\\ge}$\n\n$$ a $$\n", 2, "what a command means"),
        ("<div>\n$\\def\\le{\\ge}$</div>\n", 2, "what a command means"),
        ("```{note} $$ a $$\n```\n", 1, "{note}"),
        ("```{figure} a.png\n:alt: $$ a $$\n```\n", 1, "an option of {figure}"),
        ("```{note}\n\n---\n$$ a $$\n---\n```\n", 3, "between ---"),
        ("````{unchecked}\n:reason: empirical: x\n\n```{include} a.md\n```\n````\n", 4, "is not read in"),
        ("> " * 19 + "$$ a $$\n", 1, "inside of each other"),
        ("~~~{note}\n" * 40 + "$$ a $$\n", 1, "inside of each other"),
        ("| a |\n|---|\n| $$ a $$ |\n", 3, "between words"),
        ("Words.\n\n$$\na\n", 3, "not closed"),
        ("```{include} other.md\n```\n", 1, "no file other.md"),
        ("```{include} page.md\n:start-line: 3\n```\n", 1, "include the whole"),
        (f"```{{include}} {'a' * 10_000}.md\n```\n", 1, "no file aaa"),
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


def test_a_fault_costs_no_other_formula_and_is_at_its_sign(page):
    reading = read_markdown(page("$$ a $$\n\nwords $$ b\n\n```{include} no.md\n```\n\n$$ c $$\n"))
    assert [formula.text for formula in reading.formulas] == [" a ", " c "]
    assert [(fault.line, fault.column) for fault in reading.faults] == [(3, 7), (5, 1)]


def test_other_files_display_what_github_jupyter_and_kramdown_display(page):
    text = (
        "The cost is\n$$\nJ = a\n+ b\n- c\n$$\nand\n$$ d $$\nwords $$ e $$ words\n\n\\[ f = 1 \\] words\n\n"
        "\\[\ng\n= 1\n\\]\n\n```math\nh\n```\n\n<div>\n$$ i &lt; 1 $$ \\[ j = 1 \\]\n<!-- $$ no $$ -->\n"
        '<pre>$$ no $$</pre>\n</div>\n\n<script type="math/tex; mode=display">k</script>\n\n'
        "where \\begin{align}l\\end{align}\n\n| $$ m $$ |\n|---|\n| x |\n"
    )
    reading = read_markdown(page(text), book=False)
    found = [(formula.text.strip(), formula.line) for formula in reading.formulas]
    assert found == [
        ("J = a\n+ b\n- c", 2), ("d", 8), ("e", 9), ("f = 1", 11), ("g\n= 1", 13), ("h", 19), ("i < 1", 23),
        ("j = 1", 23), ("k", 28), ("\\begin{align}l\\end{align}", 30), ("m", 32),
    ]  # fmt: skip
    assert not reading.faults
    lines = text.split("\n")
    for formula in reading.formulas[:5]:
        line, column = formula.place(1, 1)
        assert lines[line - 1][column - 1 :].startswith(formula.text.split("\n")[0])


KRAMDOWN = """---
layout: post
---
Each $$x_i$$, of $$n$$ of them, is a number, and so is

$$ a = b $$

1. $$c$$, of which we know that $$d$$
2. Then: $$e$$.
- If $$g$$, $$h$$

$$ f $$
"""


def test_a_page_of_jekyll_has_formulas_within_words_between_two_signs_too(page):
    reading = read_markdown(page(KRAMDOWN), book=False)
    assert [formula.text.strip() for formula in reading.formulas] == ["a = b", "f"] and not reading.faults
    assert [(formula.text, formula.line) for formula in reading.inline] == [
        ("x_i", 4), ("n", 4), ("c", 8), ("d", 8), ("e", 9), ("g", 10), ("h", 10),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        ("layout: post", "title: a post"),
        ("Each $$x_i$$", "Each $y$, each $$x_i$$"),
        ("Each $$x_i$$", "Each \\\\(y\\\\), each $$x_i$$"),
    ],
)
def test_other_pages_display_what_is_between_two_signs_within_words(page, change):
    reading = read_markdown(page(KRAMDOWN.replace(*change)), book=False)
    assert {"x_i", "n", "a = b", "e", "f"} <= {formula.text.strip() for formula in reading.formulas}


def test_brackets_around_words_and_environments_of_text_display_nothing(page):
    text = "See \\[1\\] and \\[citation needed\\].\n\n\\begin{itemize} \\item a \\end{itemize}\n"
    for book in (True, False):
        reading = read_markdown(page(text), book=book)
        assert (reading.formulas, reading.faults) == ((), ())


@pytest.mark.parametrize("line", ["% $$ x = 3x $$", "+++ $$ x = 3x $$", "($$x=3x$$)="])
def test_a_line_that_only_myst_hides_is_displayed_elsewhere(page, line):
    path = page(f"$$ a $$\n\n{line}\n")
    assert not read_markdown(path).faults
    (fault,) = read_markdown(path, book=False).faults
    assert (fault.line, "other renderers than MyST display" in fault.reason) == (3, True)


@pytest.mark.parametrize(
    "line", ["{% raw %}$$ x = 3x $$ {% endraw %}", "[a](b){% $$ x = 3x $$ %}", "[a]{% $$ x = 3x $$ %}"]
)
def test_what_could_be_attributes_hides_no_display(page, line):
    path = page(f"{line}\n\n{{.class}}\nwords\n")
    assert [formula.text for formula in read_markdown(path, book=False).formulas] == [" x = 3x "]
    assert len(read_markdown(path).faults) == 1


def test_an_escaped_dollar_opens_nothing(page):
    path = page("It costs \\$\\$ and \\$$x$ and `$$`, and \\$5.\n")
    for book in (True, False):
        reading = read_markdown(path, book=book)
        assert not reading.faults and [formula.text for formula in reading.inline] == ["x"]


def test_options_and_labels_are_those_of_the_directive_itself(page):
    text = """
````{unchecked}

```{note}
:reason: empirical: the option of the note
:label: of-the-note

$$ x = x + 1 $$
```
````

`````{prf:theorem}
:label: of-the-theorem

````{erratum}

```{prf:assumption}
:label: of-the-assumption
:fails: value

$$ a $$
```

$$ b $$
````
`````

````{prf:theorem}
```{prf:assumption}
:label: inner

$$ c $$
```

$$ d $$
````
"""
    places = read_markdown(page(text)).around.places
    assert [place.label for place in places] == ["of-the-note", "of-the-assumption", None, "inner", None]
    assert [place.aside and place.aside.options for place in places] == [(), (), (), None, None]


def test_references_count_where_myst_finds_them_and_for_their_own_directive(page):
    text = """
<!-- By {prf:ref}`hidden`: -->
`by {prf:ref}` and ``by {prf:ref}`code` `` and \\{prf:ref}`escaped`

$$ a $$

By <!-- {prf:ref}`hidden` --> words:

$$ b $$

> By {prf:ref}`quoted`:

$$ c $$

```{epigraph}
By {prf:ref}`quoted`:

$$ d $$
```

By {prf:ref}`words <real>`:

$$ e $$

```{math}
f
```

Words.

$$ g $$

````{prf:proof}
$$ h $$

By {prf:ref}`outer` and
{prf:ref}`other`.

```{note}
By {prf:ref}`inner`:

$$ i $$
```
````
"""
    places = read_markdown(page(text)).around.places
    assert [sorted(place.mentions) for place in places] == [
        [], [], [], [], ["real"], ["real"], [], ["other", "outer"], ["inner", "other", "outer"],
    ]  # fmt: skip


def test_blocks_of_letters_belong_to_what_is_around_them(page):
    block = "```{notation}\nscalars: [{letter: %s, meaning: x}]\n```\n"
    reading = read_markdown(
        page(
            block % "q" + "\n````{dictionary}\n" + block % "o" + "\n$$ a $$\n````\n\n`````{erratum}\n:fails: value\n\n"
            "````{note}\n" + block % "g" + "````\n\n$$ b $$\n`````\n\n<!--\n" + block % "h" + "-->\n"
        )
    )
    letters = [[parse(each.text).scalars[0].written.letter for each in blocks] for blocks in (
        reading.around.blocks, reading.around.places[0].dictionary.blocks, reading.around.places[1].aside.blocks,
    )]  # fmt: skip
    assert letters == [["q"], ["o"], ["g"]]
    assert reading.around.blocks[0].line == 2


def test_a_substitution_is_that_of_the_page_also_in_what_it_includes_and_in_directives(tmp_path):
    (tmp_path / "part.md").write_text("words {{ eq }}\n")
    top = "---\nsubstitutions:\n  eq: $$ x = 3x $$\n---\n\n"
    for use in ("```{include} part.md\n```\n", "```{note}\n{{ eq }}\n```\n"):
        (tmp_path / "page.md").write_text(top + use)
        (fault,) = read_markdown(tmp_path / "page.md").faults
        assert "substituted" in fault.reason


def test_a_directive_in_a_quotation_puts_nothing_in_force(page):
    (place,) = read_markdown(page("> ````{note}\n> By {prf:ref}`asm`:\n>\n> $$ a $$\n> ````\n")).around.places
    assert not place.mentions


def test_an_included_file_stands_in_the_directives_around_it(tmp_path):
    (tmp_path / "part.md").write_text("$$ a $$\n\nBy {prf:ref}`asm`.\n")
    (tmp_path / "page.md").write_text("````{prf:assumption}\n:label: x\n\n```{include} part.md\n```\n````\n")
    reading = read_markdown(tmp_path / "page.md")
    assert [(formula.path.name, formula.within) for formula in reading.formulas] == [("part.md", ("prf:assumption",))]
    assert (reading.around.places[0].label, set(reading.around.places[0].mentions)) == ("x", {"asm"})


@pytest.mark.parametrize(
    "text",
    [
        "$$ a\n" * 20_000, "\\begin{align}\n" * 20_000, "a $$ x\n" * 20_000, "$ " * 20_001, "[" * 20_000,
        "<pre" * 20_000, "<div>\n" + "\\begin{a}" * 20_000, "<div>\n" + "$$ \\[" * 20_000, "{{" * 20_000,
        "\\[=" * 20_000, "> " * 2000 + "x", "- " * 2000 + "x", "```{note}\n" * 2000, "![a](" * 10_000,
        "by {prf:ref}`a` " * 20_000, '"' * 30_001 + "by {prf:ref}`a`", "***a" * 10_000, "x" * 3_000_000,
        "---\na: " + "[" * 100_000 + "\n---\n{{ a }}\n", "---\na: &a [x, x]\nb: [*a, *a]\n---\n{{ b }}\n",
    ],
)  # fmt: skip
def test_no_page_runs_away(page, text):
    start = time.process_time()
    reading = read_markdown(page(text), book=False)
    assert time.process_time() - start < 9 and len(reading.faults) <= 101


def test_a_page_that_takes_too_long_says_so_and_is_not_said_to_be_unreadable(page, monkeypatch):
    monkeypatch.setattr("nncore.verify.source.limits.SECONDS", -1.0)
    (fault,) = read_markdown(page("$$ a $$\n")).faults
    assert not fault.status.is_final and "reading takes longer" in fault.reason


def test_a_mark_of_the_order_of_bytes_is_no_text(page):
    assert [formula.text for formula in formulas(page("\ufeff$$ a $$\n"))] == [" a "]


def test_chains_and_diamonds_of_includes_end(tmp_path):
    include = "```{include} %s.md\n```\n\n"
    for number in range(600):
        (tmp_path / f"c{number}.md").write_text(f"$$ a $$\n\n{include % f'c{number + 1}'}")
    for number in range(26):
        (tmp_path / f"d{number}.md").write_text(include % f"d{number + 1}" * 2)
    (tmp_path / "d26.md").write_text("$$ a $$\n")
    start = time.process_time()
    chain, diamond = (read_markdown(tmp_path / name) for name in ("c0.md", "d0.md"))
    assert time.process_time() - start < 5
    assert len(chain.formulas) > 10 and "files include each other" in chain.faults[0].reason
    assert "files are to be read" in diamond.faults[0].reason


def test_the_checker_imports_neither_numpy_nor_the_layers():
    program = (
        "import sys, nncore.verify.syntax.parser, nncore.verify.notation, nncore.verify.syntax.printer; "
        "from nncore.verify.source import limits, myst; myst.tokens('', limits.Limits()); myst.directive_body(''); "
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
    with pytest.raises(PageError, match=r"page\.md:3.*part\.md is not a text in UTF-8"):
        formulas(tmp_path / "page.md")


def test_a_formula_that_is_opened_in_the_last_line_is_read(tmp_path):
    (tmp_path / "page.md").write_text("Words.\n\n```{math}")
    (found,) = formulas(tmp_path / "page.md")
    assert found.text.strip() == ""


def test_homework_includes_what_lies_in_its_folder_and_nothing_else(tmp_path):
    home, cell = tmp_path / "home", "# Cell\n\n```{include} %s\n```\n"
    (home / "parts").mkdir(parents=True)
    (tmp_path / "solution.md").write_text("$$ s = e $$\n")
    (home / "part.md").write_text("$$ a = b $$\n")
    (home / "parts" / "inner.md").write_text("```{include} ../part.md\n```\n\n```{include} ../../solution.md\n```\n")
    (home / "link.md").symlink_to(tmp_path / "solution.md")
    names = (
        "parts/inner.md",
        "../solution.md",
        "../no.md",
        "link.md",
        str(tmp_path / "solution.md"),
        "../home/part.md",
    )
    reading = read_parts([(home / f"hw.ipynb (cell {n})", cell % name) for n, name in enumerate(names)], book=False)
    assert [formula.text.strip() for formula in reading.formulas] == ["a = b", "a = b"]
    outside = ("../../solution.md", *names[1:5])  # whether there is such a file is not told
    assert [fault.reason for fault in reading.faults] == [
        f"{name} is outside of the folder of this file" for name in outside
    ]
    book = read_markdown(home / "page.md", cell % "../solution.md")
    assert [formula.text.strip() for formula in book.formulas] == ["s = e"]  # a book shares texts between its folders
