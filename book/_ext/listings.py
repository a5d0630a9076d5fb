"""The directive ``{listing} functions.dense_vjp``: what a function, method or class of nncore does, from its source.

The code is cut out of the file whenever the page is read, never copied, and the page is read again when the file
changes. Docstrings are left out, for the page says the same in mathematics; a line below leads to the full source.
"""

import ast
import importlib.util
import textwrap
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

PACKAGE = "nncore"
Definition = ast.FunctionDef | ast.ClassDef


class NotInSource(LookupError):
    """A name that the source does not define; its text is one sentence that says what was expected."""


class full_source(nodes.Part, nodes.TextElement):
    """Stands for the link to the source until it is known which pages of source there are."""


def body_of(source: str, name: str) -> str:
    """Return the definition of a dotted name such as ``Dense.run``, without docstrings and not indented.

    Raises
    ------
    NotInSource
        If the source does not define it.
    """
    lines = source.splitlines()
    found = definition(ast.parse(source), name)
    first = min(node.lineno for node in (found, *found.decorator_list))
    left_out = {number for docstring in _docstrings(found) for number in _lines_of(docstring, lines)}
    kept = (number for number in range(first, found.end_lineno + 1) if number not in left_out)
    return textwrap.dedent("\n".join(lines[number - 1] for number in kept)).strip("\n")


def definition(tree: ast.Module, name: str) -> Definition:
    """Return the definition of a dotted name.

    Raises
    ------
    NotInSource
        If the source does not define it.
    """
    node: ast.Module | Definition = tree
    for part in name.split("."):
        inside = (each for each in node.body if isinstance(each, Definition) and each.name == part)
        node = next(inside, None)
        if node is None:
            raise NotInSource(f"there is no function, method or class {name}")
    return node


def _docstrings(definition: Definition) -> Iterator[ast.Expr]:
    """Yield the docstrings of a definition and of those inside, but for what has no other body."""
    for node in ast.walk(definition):
        if isinstance(node, Definition) and ast.get_docstring(node) is not None and len(node.body) > 1:
            yield node.body[0]


def _lines_of(docstring: ast.Expr, lines: list[str]) -> Iterator[int]:
    """Yield the numbers of the lines of a docstring, with the empty ones below it."""
    yield from range(docstring.lineno, docstring.end_lineno + 1)
    for number in range(docstring.end_lineno + 1, len(lines) + 1):
        if lines[number - 1].strip():
            return
        yield number


def file_of(module: str) -> Path:
    """Return the file of a module of nncore.

    Raises
    ------
    NotInSource
        If there is none.
    """
    (folder,) = importlib.util.find_spec(PACKAGE).submodule_search_locations
    file = Path(folder) / f"{module}.py"
    if not file.is_file():
        raise NotInSource(f"there is no module {PACKAGE}.{module}")
    return file


class Listing(SphinxDirective):
    """A definition of nncore: its module and its name, as in ``layers.Dense.run``."""

    required_arguments = 1

    def run(self):
        module, _, name = self.arguments[0].partition(".")
        try:
            file = file_of(module)
            code = body_of(file.read_text(encoding="utf-8"), name)
        except NotInSource as error:
            raise self.error(f"{{listing}} must name what nncore defines: {error}, got {self.arguments[0]!r}") from None
        self.env.note_dependency(str(file))
        block = nodes.literal_block(code, code, language="python", classes=["listing"])
        self.set_source_info(block)
        return [block, full_source(module=f"{PACKAGE}.{module}", name=name)]


def link(app, doctree, docname):
    """Let every listing lead to its full source: to the definition, or else to its class or module."""
    modules = getattr(app.env, "_viewcode_modules", {})
    for node in list(doctree.findall(full_source)):
        line = nodes.paragraph(classes=["in-code"])
        name = nodes.literal("", f"{node['module']}.{node['name']}")
        known = modules.get(node["module"])
        if known:
            anchors = [name for name in _with_those_around(node["name"]) if name in known[2]]
            page = app.builder.get_relative_uri(docname, f"_modules/{node['module'].replace('.', '/')}")
            name = nodes.reference("", "", name, internal=True, refuri="#".join([page, *anchors[:1]]))
        line += [nodes.Text("Full source: "), name]
        node.replace_self(line)


def _with_those_around(name: str) -> Iterator[str]:
    """Yield a dotted name and those that contain it: ``Dense.run``, ``Dense``."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def setup(app):
    app.add_node(full_source)
    app.add_directive("listing", Listing)
    app.connect("doctree-resolved", link)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
