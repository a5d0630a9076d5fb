"""What has to be written in two places agrees: nothing else would notice when one of them is changed."""

import re
from pathlib import Path

import yaml

from nncore.verify.source.myst import EXTENSIONS

ROOT = Path(__file__).resolve().parents[1]
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_formulas_are_sought_with_the_markdown_extensions_of_the_book():
    assert set(CONFIG["parse"]["myst_enable_extensions"]) == EXTENSIONS


def test_the_citation_has_the_address_of_the_settings():
    assert CITATION["repository-code"] == CONFIG["repository"]["url"]


def test_the_example_of_the_readme_prints_what_it_says(capsys):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    (said,) = re.findall(r"print\(.*\)\s+# (.*)", example)
    assert capsys.readouterr().out.strip() == said
