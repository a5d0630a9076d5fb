"""BibTeX for the page "Citing": made from CITATION.cff, pyproject.toml and the book's own labels, never typed.

``{cite-book}`` gives the entry of the whole book, ``{cite-equation} eq-…`` that of one labelled equation.
"""

from docutils import nodes
from permalinks import ROOT, bibtex, version_and_year
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)


class pending_citation(nodes.General, nodes.Element):
    """Stands for a citation until all pages are read and their labels are known."""


class CiteBook(SphinxDirective):
    def run(self):
        for source in ("CITATION.cff", "pyproject.toml"):
            self.env.note_dependency(str(ROOT / source))
        return [pending_citation(kind="book")]


class CiteEquation(SphinxDirective):
    required_arguments = 1

    def run(self):
        node = pending_citation(kind="equation", label=self.arguments[0])
        self.set_source_info(node)
        return [node]


def book_entry(app) -> str:
    version, year = version_and_year()
    fields = {
        "author": "{" + app.config.author + "}",
        "title": "{" + app.config.project + "}",
        "year": year,
        "note": f"Version {version}",
        "url": app.config.html_baseurl,
    }
    lines = [f"  {name:<6} = {{{value}}}," for name, value in fields.items()]
    return "\n".join(["@book{bpv,", *lines, "}"])


def equation_entry(app, node) -> str:
    label = node["label"]
    found = app.env.get_domain("math").equations.get(label)
    if found is None:
        logger.warning("no equation has the label %s", label, location=node, type="citing")
        return ""
    entry = bibtex(app, found[0], label, f"equation {label}")
    return entry.replace(f"#{label}", f"#equation-{label}")  # where Sphinx puts the anchor of an equation


def resolve(app, doctree, docname):
    for node in list(doctree.findall(pending_citation)):
        text = book_entry(app) if node["kind"] == "book" else equation_entry(app, node)
        node.replace_self(nodes.literal_block(text, text, language="bibtex"))


def setup(app):
    app.add_node(pending_citation)
    app.add_directive("cite-book", CiteBook)
    app.add_directive("cite-equation", CiteEquation)
    app.connect("doctree-resolved", resolve)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
