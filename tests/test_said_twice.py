"""What has to be written in two places agrees: nothing else would notice when one of them is changed."""

import re
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from nncore.verify.__main__ import main
from nncore.verify.source.myst import EXTENSIONS

ROOT = Path(__file__).resolve().parents[1]
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_formulas_are_sought_with_the_markdown_extensions_of_the_book():
    assert set(CONFIG["parse"]["myst_enable_extensions"]) == EXTENSIONS


def test_title_and_authors_stand_in_the_citation_alone():
    assert {"title", "author"}.isdisjoint(CONFIG) and "project" not in CONFIG["sphinx"]["config"]
    pages = [path for path in (ROOT / "book").rglob("*.md") if CITATION["title"] in path.read_text(encoding="utf-8")]
    assert pages == []  # they say {{ title }}
    assert README.startswith(f"# {CITATION['title']}\n")


def test_addresses_stand_in_the_settings_alone():
    assert {"repository-code", "url"}.isdisjoint(CITATION)


@pytest.mark.parametrize("name", ["README.md", "examples/README.md"])
def test_what_is_read_first_fits_its_lines(name):
    long = [line for line in (ROOT / name).read_text(encoding="utf-8").split("\n") if len(line) > 120]
    assert [line for line in long if not line.startswith("|")] == []  # a row of a table is one line


def test_the_homework_of_the_readme_is_verified_and_its_letters_are_declared_as_it_says(tmp_path, capsys):
    """What stands there is taken as it is, and a claim about the declared letters is put below it."""
    (section,) = re.findall(r"^## Check your own.*?(?=^## )", README, re.DOTALL | re.MULTILINE)
    told = [dedent(block) for block in re.findall(r"(?:^    .*\n|^\n(?=    ))+", section, re.MULTILINE)]
    (formulas,) = [block for block in told if "$$" in block]
    (letters,) = [block for block in told if "{notation}" in block]
    claim = "$$\n\\sum_{o=1}^{K} \\lambda q_o = \\lambda \\sum_{o=1}^{K} q_o\n$$\n"
    claim += "\n$$\n\\psi(x) := w x + y\n$$\n\n$$\n\\frac{\\partial \\psi(x)}{\\partial x} = w\n$$\n"
    homework = tmp_path / "homework.md"
    homework.write_text(f"{formulas}\n{letters}\n{claim}")
    assert main([str(homework)]) == 0
    assert "3 claims: 3 verified" in capsys.readouterr().out
    homework.write_text(f"{formulas}\n{claim}")
    assert main([str(homework)]) == 0 and "is judged with what is proposed for it" in capsys.readouterr().out
    assert main([str(homework), "--spelling", "book"]) == 2
    assert "Letters of your own are declared" in capsys.readouterr().out


def test_the_example_of_the_readme_prints_what_it_says(capsys):
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    (said,) = re.findall(r"print\(.*\)\s+# (.*)", example)
    assert capsys.readouterr().out.strip() == said
