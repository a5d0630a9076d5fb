"""Other people's books and homework: the folder `examples`, and the template that `jupyter-book create` makes."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from nncore.verify.__main__ import main
from tests.fixture_book.build import plant

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
HOMEWORK = ("homework.tex", "homework.ipynb")


def jupyter_book(*arguments, folder):
    """Run Jupyter Book in a folder of somebody else, who has installed nncore."""
    command = [Path(sys.executable).with_name("jupyter-book"), *arguments]
    with_nncore = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=with_nncore, capture_output=True, text=True, timeout=600)


def badges(page):
    """Return what the badges of a built page say."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    return [each.get_text() for each in soup.select("details.evidence .evidence-word")]


# Homework -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def handed_in(tmp_path, monkeypatch):
    """A folder with the homework of the examples, which is the current one."""
    for name in HOMEWORK:
        shutil.copy(EXAMPLES / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("name", "claims"), [("homework.tex", 5), ("homework.ipynb", 3)])
def test_every_claim_of_the_homework_is_verified_for_all_sizes(name, claims, handed_in, capsys):
    assert main([name]) == 0
    assert f"{claims} claims: {claims} verified for all shapes." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("homework.tex", r"\frac{1}{n} \residual .", r"\frac{2}{n} \residual .", "a factor 1/2"),
        ("homework.tex", r"+ \lambda w_{jm}", r"- \lambda w_{jm}", "the sign of"),
        ("homework.tex", r"x_{ij} w_{jm} + b_m", r"x_{ij} w_{jm}", "refuted"),
        ("homework.ipynb", r"(p_{im} - \\delta_{m c_i})", r"(\\delta_{m c_i} - p_{im})", "the sign"),
        ("homework.ipynb", r"\\frac{1}{\\tau^2}", r"\\frac{1}{\\tau}", "refuted"),
    ],
)
def test_a_slip_in_the_homework_is_refuted_at_its_place(name, old, new, words, handed_in, capsys):
    plant(handed_in, name, old, new)
    assert main([name]) == 1
    out = capsys.readouterr().out
    assert "refuted: the values differ at " in out and words in out


def test_the_cells_of_the_homework_compute_what_it_derives(tmp_path):
    notebook = json.loads((EXAMPLES / "homework.ipynb").read_text(encoding="utf-8"))
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    with_nncore = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(code)], cwd=tmp_path, env=with_nncore, capture_output=True, text=True
    )
    assert (done.stdout.split(), done.stderr) == (["True", "True"], "")


def test_a_network_of_ones_own_learns_stops_and_is_loaded_again(tmp_path):
    """What it prints is true or ends it; NumPy and nncore alone are imported."""
    blocked = "import sys; sys.modules.update(dict.fromkeys(['tqdm', 'sympy', 'lark', 'yaml']))\n"
    program = blocked + (EXAMPLES / "network.py").read_text(encoding="utf-8")
    command, with_nncore = [sys.executable, "-c", program], {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=with_nncore, capture_output=True, text=True, timeout=120)
    assert done.stderr == "" and done.stdout.splitlines() == [
        "Network([Dense(1, 16), Tanh(), Dense(16, 1)])",
        "validation cost below 0.02: True",
        "the same outputs: True",
    ]
    slip = program.replace("return (Z - Q) / len(Z)", "return (Q - Z) / len(Z)")
    done = subprocess.run([sys.executable, "-c", slip], cwd=tmp_path, env=with_nncore, capture_output=True, text=True)
    assert done.returncode == 1 and "AssertionError" in done.stderr


def test_the_examples_are_listed_where_they_are():
    words = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for path in EXAMPLES.iterdir():
        assert path.name == "README.md" or f"`{path.name}{'/' if path.is_dir() else ''}`" in words


# A foreign book -------------------------------------------------------------------------------------------------------


@pytest.fixture
def foreign(tmp_path):
    """A copy of the foreign book."""
    return shutil.copytree(EXAMPLES / "book", tmp_path / "book", ignore=shutil.ignore_patterns("_build"))


def test_a_foreign_book_is_checked_without_building_it_as_the_list_says(capsys, monkeypatch):
    monkeypatch.chdir(EXAMPLES)
    (command,) = re.findall("`nncore-verify (--book [^`]+)`", Path("README.md").read_text(encoding="utf-8"))
    assert main(command.split()) == 0
    assert "8 claims: " in capsys.readouterr().out


def test_a_foreign_book_in_letters_of_its_own_is_checked_in_a_strict_build_and_in_a_plain_one(foreign):
    built = jupyter_book("build", ".", "-W", "--keep-going", folder=foreign)
    assert built.returncode == 0, built.stdout + built.stderr
    pages = {
        name: badges(foreign / "_build/html" / f"{name}.html") for name in ("least-squares", "logistic-regression")
    }
    assert pages == {
        "least-squares": ["definition"] * 2 + ["verified for all shapes"] * 3,
        "logistic-regression": ["definition"] * 4 + ["verified"] * 2 + ["verified for all shapes"] * 3,
    }

    plant(foreign, "least-squares.md", "(w^\\top X - t)^\\top", "(t - w^\\top X)^\\top")
    place = "least-squares.md:24: WARNING: refuted: the values differ at "
    for options in ((), ("-W",), ("-W", "--keep-going")):
        built = jupyter_book("build", ".", *options, folder=foreign)
        said = built.stdout + built.stderr
        assert built.returncode == 1 and place in said, options
        assert "ERROR: 1 displayed formula fails or is not counted; it is named above" in said
        assert "Traceback" not in said


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("verify_notation: notation.yml", "verify_notation: no.yml", "no.yml cannot be opened: No such file"),
        ("verify_notation: notation.yml", "verify_pages: [least]", "verify_pages: there is no page least"),
        (
            "verify_notation: notation.yml",
            "verify_pages: [2]",
            "must be a list of pages, as in [intro, chapters/*], got",
        ),
    ],
)
def test_a_setting_that_cannot_be_followed_is_one_line(old, new, words, foreign):
    plant(foreign, "_config.yml", old, new)
    built = jupyter_book("build", ".", folder=foreign)
    said = built.stdout + built.stderr
    assert built.returncode == 1 and "ERROR: nothing is checked: " in said and words in said
    assert "Traceback" not in said


def test_without_the_extra_a_build_ends_with_the_sentence_that_names_it(foreign):
    (foreign / "sitecustomize.py").write_text("import sys\nsys.modules['lark'] = None\n")
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "."]
    lacking = {**os.environ, "PYTHONPATH": os.pathsep.join((str(foreign), str(ROOT)))}
    built = subprocess.run(command, cwd=foreign, env=lacking, capture_output=True, text=True, timeout=600)
    said = built.stdout + built.stderr
    sentence = "nothing is checked: nncore.verify needs lark: install the extra 'verify'"
    assert built.returncode == 1 and sentence in said and "Traceback" not in said


# The template of Jupyter Book -----------------------------------------------------------------------------------------

CLAIM = """
$$
p_{im} := \\frac{e^{z_{im}}}{\\sum_{l=1}^{M} e^{z_{il}}}
$$

$$
\\frac{\\partial p_{ik}}{\\partial z_{im}} = p_{ik} (\\delta_{km} - p_{im})
$$
"""


def test_the_template_of_jupyter_book_is_checked_page_by_page(tmp_path):
    """Its own notebook displays formulas without meaning, so that a book like it cannot be adopted at once."""
    assert jupyter_book("create", "book", folder=tmp_path).returncode == 0
    book = tmp_path / "book"
    with (book / "_config.yml").open("a") as file:
        file.write("\nsphinx:\n  extra_extensions: [nncore.verify.sphinx]\n  config: {verify_pages: [intro]}\n")
    with (book / "intro.md").open("a") as file:
        file.write(CLAIM)

    built = jupyter_book("build", ".", "-W", folder=book)
    assert built.returncode == 0, built.stdout + built.stderr
    assert "pages that are checked: 1; that are not: 3" in built.stdout
    assert badges(book / "_build/html/intro.html") == ["definition", "verified for all shapes"]
    assert badges(book / "_build/html/notebooks.html") == []
    plant(book, "_config.yml", "execute_notebooks: force", 'execute_notebooks: "off"')

    plant(book, "_config.yml", "verify_pages: [intro]", 'verify_pages: ["*"]')  # all, but what says no
    plant(book, "intro.md", "(\\delta_{km} - p_{im})", "(\\delta_{km} + p_{im})")
    notebook = json.loads((book / "notebooks.ipynb").read_text(encoding="utf-8"))
    notebook["metadata"]["verify"] = False
    (book / "notebooks.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    built = jupyter_book("build", ".", folder=book)
    assert built.returncode == 1 and "likely the sign of p[i, m]" in built.stderr

    words = (book / "intro.md").read_text(encoding="utf-8")
    (book / "intro.md").write_text(f"---\nverify: false\n---\n\n{words}", encoding="utf-8")
    built = jupyter_book("build", ".", "-W", folder=book)
    assert built.returncode == 0, built.stdout + built.stderr
    assert (
        "verify" not in BeautifulSoup((book / "_build/html/intro.html").read_text(), "html.parser").article.get_text()
    )

    plant(book, "intro.md", "verify: false", "verify: sometimes")
    built = jupyter_book("build", ".", folder=book)
    assert built.returncode == 1 and "intro.md: verify must be true or false, got sometimes" in built.stderr

    plant(book, "_config.yml", 'verify_pages: ["*"]', "verify_pages: []")  # none, but what says yes
    plant(book, "intro.md", "verify: sometimes", "verify: true")
    built = jupyter_book("build", ".", folder=book)
    assert built.returncode == 1 and "likely the sign of p[i, m]" in built.stderr

    del notebook["metadata"]["verify"]
    (book / "notebooks.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    plant(book, "_config.yml", "  config: {verify_pages: []}\n", "")
    built = jupyter_book("build", ".", folder=book)
    assert built.returncode == 1 and "the letter o is neither declared nor defined" in built.stderr
    assert "Traceback" not in built.stdout + built.stderr
