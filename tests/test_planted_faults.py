"""Faults planted in a two-page book must fail its build, and fail it again on the kept tree.

The book has the settings and extensions of the real one, byte for byte.
"""

import re
import shutil

import pytest

from tests.fixture_book.build import build, built_in, plant


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The sound fixture book, built once."""
    return built_in(tmp_path_factory.mktemp("sound") / "book")


@pytest.fixture
def kept(built, tmp_path):
    """A copy of the sound book with everything that its build left."""
    return shutil.copytree(built, tmp_path / "book", symlinks=True)


PAGE = "book/page.md"
PRINT = "print(sigmoid(np.array([-1000.0, 0.0, 1000.0])))"

FAULTS = {
    "a failing cell": (PAGE, PRINT, "assert sigmoid(np.zeros(1)) == 1", "AssertionError"),
    "a RuntimeWarning in a cell": (PAGE, PRINT, "print(np.exp(np.array([1000.0])))", "RuntimeWarning: overflow"),
    "a broken link": (PAGE, "See {numref}", "[No page](nowhere.md). See {numref}", "nowhere.md"),
    "a broken equation reference": (PAGE, "See {numref}", "{eq}`eq-nothing`. See {numref}", "eq-nothing"),
    "a broken theorem reference": (PAGE, "See {numref}", "{prf:ref}`thm-nothing`. See {numref}", "thm-nothing"),
    "a missing source in the bibliography": (PAGE, "{cite:p}`fixture2020`", "{cite:p}`nobody1900`", "nobody1900"),
    "broken LaTeX in a formula": (PAGE, "f'(x) = 2 x .", r"f'(x) = \frac{2 x .", "KaTeX"),
    "broken LaTeX in a sentence": (PAGE, "is $f'(x)$.", r"is $\sqroot{x}$.", "sqroot"),
    "a letter that is declared already": (PAGE, r"{letter: \kappa,", "{letter: J,", "page.md:133: ERROR: notation"),
    "an erratum that is right": (PAGE, "\nf'(x) = x\n", "\nf'(x) = 2 x\n", "no numbers refute this erratum"),
    "an erratum without what corrects it": (PAGE, ":corrected: eq-fixture-square\n", "", "name what corrects"),
    "an erratum whose correction is nowhere": (PAGE, ":corrected: eq-fixture-square", ":corrected: eq-no", "eq-no"),
    "a wrong formula in nncore": ("nncore/functions.py", "/ (1 + E)", "/ (2 + E)", "AssertionError"),
}


# What Sphinx warns of does not hide each other, so one build shows all of it.
REFERENCES = (
    "a broken link",
    "a broken equation reference",
    "a broken theorem reference",
    "a missing source in the bibliography",
)
LATEX = ("broken LaTeX in a formula", "broken LaTeX in a sentence")
ALONE = [(fault,) for fault in FAULTS if fault not in (*REFERENCES, *LATEX)]


@pytest.mark.parametrize("faults", [REFERENCES, LATEX, *ALONE], ids=", ".join)
def test_the_build_fails_on(faults, kept):
    for file, old, new, _ in map(FAULTS.get, faults):
        plant(kept, file, old, new)
    for run in ("first", "second"):
        result = build(kept)
        said = result.stdout + result.stderr
        assert result.returncode != 0, f"the {run} build over {faults} succeeded"
        for fault in faults:
            word = FAULTS[fault][-1]
            named = f"WARNING.*{re.escape(word)}" if len(faults) > 1 else re.escape(word)
            assert re.search(named, said), f"the {run} build does not name {fault}: {said[-2000:]}"


SQUARE = "f'(x) = 2 x ."
SUM = r"= M s_i + \sum_{m=1}^{M} z_{im}"

# One edit of a formula each: the new text, whose line must be named, and what must be said of it.
WRONG = {
    "sign": (SQUARE, "f'(x) = - 2 x .", "refuted: the values differ"),
    "factor": ("x^3 = 3 x^2", "x^3 = 2 x^2", "refuted: the values differ"),
    "size": (SUM, SUM.replace("M s", "s"), "refuted: the values differ"),
    "index": ("2 x h + h^2}{h} - 2 x &&", "2 x h + x^2}{h} - 2 x &&", "refuted: the values differ"),
    "bound": (SUM, SUM.replace("z_{im}", "z_{il}"), "without meaning: the index l is free here"),
    "grammar": ("f(x) := x^2", r"f(x) := x^2 \foo", r"unreadable: the command \foo cannot be read"),
}


@pytest.mark.parametrize("together", [("sign", "factor", "size"), ("index", "bound"), ("grammar",)])
def test_a_wrong_formula_is_named_with_file_and_line_in_every_build(together, kept):
    for old, new, _ in map(WRONG.get, together):
        plant(kept, PAGE, old, new)
    for run in ("first", "second"):
        result = build(kept)
        said = result.stdout + result.stderr
        assert result.returncode != 0, f"the {run} build succeeded"
        for _, new, words in map(WRONG.get, together):
            line = 1 + (kept / PAGE).read_text(encoding="utf-8").split(new)[0].count("\n")
            assert f"{PAGE}:{line}: WARNING: {words}" in said, f"the {run} build does not name {new}: {said[-2000:]}"


def test_a_refuted_formula_fails_every_build_where_warnings_do_not(kept):
    plant(kept, PAGE, SQUARE, "f'(x) = 3 x .")
    for run in ("first", "second"):
        result = build(kept, strict=False)
        assert result.returncode != 0, f"the {run} build succeeded"
        assert "2 displayed formulas fail" in result.stdout + result.stderr
    plant(kept, PAGE, "f'(x) = 3 x .", SQUARE)
    assert build(kept).returncode == 0


def test_a_formula_that_is_substituted_fails_every_build(kept):
    plant(
        kept,
        PAGE,
        "kernelspec:",
        "myst:\n  substitutions:\n    hidden: |\n      $$\n      x = 2 x\n      $$\nkernelspec:",
    )
    plant(kept, PAGE, "See {numref}", "{{ hidden }}\n\nSee {numref}")
    for run in ("first", "second"):
        result = build(kept)
        assert result.returncode != 0, f"the {run} build succeeded"
        assert "WARNING: unreadable: a formula that is substituted is not read" in result.stdout + result.stderr


def test_a_formula_that_nobody_judged_fails_every_build(kept):
    """A display that the settings substitute stands in no page, and is found by counting what is shown."""
    plant(kept, "_config.yml", "  config:\n", '  config:\n    myst_substitutions: {hidden: "$$ x = 2 x $$"}\n')
    plant(kept, PAGE, "See {numref}", "{{ hidden }}\n\nSee {numref}")
    for run in ("first", "second"):
        result = build(kept)
        assert result.returncode != 0, f"the {run} build succeeded"
        assert re.search(r"page\.md: WARNING: uncounted: the page shows (\d+) formulas", result.stdout + result.stderr)


def test_a_page_that_did_not_change_is_judged_and_written_anew_if_a_definition_elsewhere_did(kept):
    html = kept / "_build" / "html" / "book" / "page.html"
    assert "#equation-eq-fixture-relu" in html.read_text(encoding="utf-8")
    plant(kept, "book/index.md", "(eq-fixture-relu)", "(eq-fixture-renamed)")
    assert build(kept).returncode == 0
    assert "#equation-eq-fixture-renamed" in html.read_text(encoding="utf-8")
    plant(kept, "book/index.md", r"\max(z, 0)", r"\max(z, 1)")
    result = build(kept)
    assert result.returncode != 0 and f"{PAGE}:60: WARNING: refuted" in result.stdout + result.stderr


def test_a_faulty_notation_is_named(kept):
    plant(kept, "nncore/verify/notation.yml", "{letter: i, to: n,", "{letter: i, to: q,")
    result = build(kept)
    assert result.returncode != 0
    assert "notation.yml: indices, i: the size q is not declared" in result.stdout + result.stderr


def test_a_mended_fault_builds_again(kept):
    plant(kept, PAGE, "See {numref}", "See {eq}`eq-nothing` and {numref}")
    assert build(kept).returncode != 0
    plant(kept, PAGE, "See {eq}`eq-nothing` and {numref}", "See {numref}")
    assert build(kept).returncode == 0


def test_no_output_is_older_than_nncore(kept):
    """A change of nncore alone, in a number that no cell of the page asserts, reaches the page."""
    html = kept / "_build" / "html" / "book" / "page.html"
    before = html.read_text(encoding="utf-8")
    plant(kept, "nncore/functions.py", "np.where(Z < 0, E, 1) / (1 + E)", "np.where(Z < 0, E, 1) / (1 + E) + (Z > 999)")
    assert build(kept).returncode == 0
    assert "[0.  0.5 1. ]" in before
    assert "[0.  0.5 2. ]" in html.read_text(encoding="utf-8")
