"""The way from code to its equation and back: in the docstrings, and in the built book."""

import inspect
import re
from html.parser import HTMLParser

import pytest

from book._ext import equations_of_code
from nncore import functions, gradient_check, optimizers, training

IMPLEMENTED = equations_of_code.implementations()
HOMES = {module.__name__.split(".")[1]: module for module in (functions, gradient_check, optimizers, training)}
NAMES = {name for names in IMPLEMENTED.values() for name in names}


def test_every_function_of_the_mathematics_and_every_update_rule_implements_an_equation():
    public = {f"nncore.functions.{name}" for name, _ in inspect.getmembers(functions, inspect.isfunction)}
    rules = {f"nncore.optimizers.{rule}" for rule in ("sgd_step", "momentum_step", "adam_step")}
    checks = {f"nncore.gradient_check.{check}" for check in ("central_difference", "complex_step", "relative_error")}
    assert public | rules | checks | {"nncore.training.evaluate"} == NAMES
    for name in NAMES:
        module, function = name.split(".")[1:]
        assert inspect.isfunction(getattr(HOMES[module], function))


def test_an_equation_that_is_only_mentioned_is_not_claimed_to_be_implemented():
    assert IMPLEMENTED["eq-relu-vjp"] == ["nncore.functions.relu_vjp"]
    assert "eq-relu-convention" not in IMPLEMENTED and "eq-loss-shift" not in IMPLEMENTED
    assert IMPLEMENTED["eq-dense-backward-biases"] == ["nncore.functions.dense_vjp"]
    assert len(IMPLEMENTED["eq-fused-vjp"]) == 2


class Page(HTMLParser):
    """The ids of a page, and the addresses that it links to in the main text."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links = set(), set()
        text = path.read_text(encoding="utf-8")
        self.feed(text[text.index("<main") : text.index("</main")])

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if attributes.get("id") and tag != "span":  # there it is the old address of what has moved
            self.ids.add(attributes["id"])
        if tag == "a":
            self.links.add(attributes.get("href"))


@pytest.fixture(scope="module")
def pages(html):
    book = html / "book"
    return {str(path.relative_to(book)): Page(path) for path in book.rglob("*.html")}


def test_every_function_is_documented_under_its_name(pages):
    assert NAMES <= pages["reference/api.html"].ids


def test_a_line_below_every_implemented_equation_leads_to_its_functions(pages):
    for label, names in IMPLEMENTED.items():
        (home,) = [address for address, page in pages.items() if f"equation-{label}" in page.ids]
        for name in names:
            assert f"../reference/api.html#{name}" in pages[home].links, f"{home} does not lead from {label} to {name}"


def test_the_table_leads_from_every_equation_to_its_functions(pages, html):
    text = (html / "book" / "reference" / "api.html").read_text(encoding="utf-8")
    rows = re.findall(r"<tr.*?</tr>", text[text.index('id="api-equations"') :], re.DOTALL)
    for label, names in IMPLEMENTED.items():
        (row,) = [row for row in rows if f'#equation-{label}"' in row]
        (home,) = re.findall(rf'href="\.\./([^"]*)#equation-{label}"', row)
        assert f"equation-{label}" in pages[home].ids
        for name in names:
            assert f'href="#{name}"' in row, f"the row of {label} does not lead to {name}"


def test_each_docstring_links_its_equations_itself(html):
    text = (html / "book" / "reference" / "api.html").read_text(encoding="utf-8")
    for label, names in IMPLEMENTED.items():
        for name in names:
            start = text.index(f'id="{name}"')
            entry = text[start : text.index("</dd></dl>", start)]
            assert re.search(rf'href="\.\./[^"]*#equation-{label}"', entry), f"{name} does not link {label}"
