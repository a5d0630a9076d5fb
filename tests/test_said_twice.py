"""What has to be written in two places agrees: nothing else would notice when one of them is changed."""

import re
from pathlib import Path

import yaml

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


def test_the_example_of_the_readme_prints_what_it_says(capsys):
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    (said,) = re.findall(r"print\(.*\)\s+# (.*)", example)
    assert capsys.readouterr().out.strip() == said
