"""Listings: what the page shows is what the source does, without its docstrings, and nothing that is not there."""

import ast
import importlib
import inspect
import re
import textwrap

import pytest
from listings import NotInSource, body_of, file_of
from pages_of_book import pages

SOURCE = '''\
"""A module."""

LIMIT = 3


def plain(x):
    """Double a number.

    It says more.
    """

    # A comment says why.
    text = """not a docstring"""
    return 2 * x


class Holder:
    """Hold a number."""

    size = 1

    @property
    def held(self) -> int:
        """The number."""
        return self.size

    def nothing(self):
        """Do nothing."""


def outer():
    def inner():
        """Say one."""
        return 1

    return inner
'''


def test_a_function_is_shown_without_its_docstring_and_with_all_else():
    assert body_of(SOURCE, "plain") == (
        'def plain(x):\n    # A comment says why.\n    text = """not a docstring"""\n    return 2 * x'
    )


def test_a_method_is_shown_with_its_decorator_and_not_indented():
    assert body_of(SOURCE, "Holder.held") == "@property\ndef held(self) -> int:\n    return self.size"


def test_docstrings_inside_are_left_out_too_unless_they_are_all_there_is():
    assert body_of(SOURCE, "outer") == "def outer():\n    def inner():\n        return 1\n\n    return inner"
    assert body_of(SOURCE, "Holder.nothing") == 'def nothing(self):\n    """Do nothing."""'
    assert body_of(SOURCE, "Holder") == (
        "class Holder:\n    size = 1\n\n    @property\n    def held(self) -> int:\n        return self.size\n\n"
        '    def nothing(self):\n        """Do nothing."""'
    )


@pytest.mark.parametrize("name", ["absent", "plain.inner", "Holder.absent", "LIMIT", ""])
def test_what_the_source_does_not_define_is_refused(name):
    with pytest.raises(NotInSource, match=re.escape(f"there is no function, method or class {name}")):
        body_of(SOURCE, name)


LISTING = re.compile(r"^```\{listing\} (\S+)$", re.MULTILINE)


def listed() -> list[tuple[str, str]]:
    """The pages and the names that they list."""
    texts = {page.stem: page.read_text(encoding="utf-8") for page in pages()}
    return [(page, name) for page, text in texts.items() for name in LISTING.findall(text)]


def assert_runs_alike(shown: str, source: str) -> None:
    """Compare two definitions as Python reads them, the docstrings of the second left out."""

    class WithoutDocstrings(ast.NodeTransformer):
        def visit_FunctionDef(self, node):
            self.generic_visit(node)
            if ast.get_docstring(node) is not None and len(node.body) > 1:
                del node.body[0]
            return node

    expected = WithoutDocstrings().visit(ast.parse(textwrap.dedent(source)))
    assert ast.dump(ast.parse(shown)) == ast.dump(expected)


def test_every_listing_of_the_book_is_the_function_that_python_runs():
    names = listed()
    assert len(names) >= 30
    for _, name in names:
        module, _, path = name.partition(".")
        definition = importlib.import_module(f"nncore.{module}")
        for part in path.split("."):
            definition = getattr(definition, part)
        shown = body_of(file_of(module).read_text(encoding="utf-8"), path)
        assert_runs_alike(shown, inspect.getsource(definition))
        assert '"""' not in shown, name


def test_another_body_is_not_taken_for_the_function():
    with pytest.raises(AssertionError):
        assert_runs_alike("def plain(x):\n    return 3 * x", "def plain(x):\n    return 2 * x")


def test_no_page_of_the_book_copies_code_of_nncore_by_another_way():
    assert [page.name for page in pages() if "literalinclude" in page.read_text(encoding="utf-8")] == []
