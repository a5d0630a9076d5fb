"""Citations: entries for BibTeX, made from CITATION.cff and the book's own labels, never typed.

``{cite-book}`` gives the entry of the whole book, ``{cite-equation} eq-…`` that of one labelled equation; those of
theorems are made by permalinks.py. An entry has the address of what it cites if the book knows where it is published.
If not, the reader's browser knows it (book/_static/book.js), unless the page was opened as a file.
"""

import html
import os
import time

from citation import entry
from docutils import nodes
from repository import Repository
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

WITHOUT_ADDRESS = (
    '<p class="without-address">This copy of the book does not know where it is published, so the entry has no '
    "address. The setting {} adds it.</p>\n"
)


class pending_citation(nodes.General, nodes.Element):
    """Stands for a citation until all pages are read and their labels are known."""


class Entry(nodes.General, nodes.Element):
    """An entry; its one child is the text.

    `address` leads from its page to what it cites, for the reader's browser; `lacks_address` says how to add one.
    """


class CiteBook(SphinxDirective):
    def run(self):
        return [pending_citation(kind="book")]


class CiteEquation(SphinxDirective):
    required_arguments = 1

    def run(self):
        node = pending_citation(kind="equation", label=self.arguments[0])
        self.set_source_info(node)
        return [node]


def citation(app, here: str, docname: str, anchor: str, title: str, what: str) -> Entry:
    """Return the entry for a place on a page, as it is shown on another one or the same."""
    uri = app.builder.get_target_uri(docname)
    base = app.config.html_baseurl
    label = what.split()[-1]
    where = f"{what[:1].upper()}{what[1:]} in: {app.work.title}"
    relative = app.builder.get_relative_uri(here, docname)
    text = entry(app.work, f"bpv-{label}", title, where, f"{base}{uri}#{anchor}" if base else "", year(app.work))
    return _entry(app, text, f"{relative}#{anchor}")


def citation_of_book(app, here: str) -> Entry:
    """Return the entry for the whole book."""
    root = "../" * app.builder.get_target_uri(here).count("/") or "./"
    text = entry(app.work, "bpv", app.work.title, "", app.config.html_baseurl, year(app.work))
    return _entry(app, text, root)


def year(work) -> str:
    """Return the year of a version; before it is released, that of the sources."""
    return work.year or str(time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"])).tm_year)


def _entry(app, text: str, address: str) -> Entry:
    block = nodes.literal_block(text, text, language="bibtex")
    lacks_address = "" if app.config.html_baseurl else without_address(app.sources)
    return Entry("", block, address=address, lacks_address=lacks_address)


def without_address(sources: Repository | None) -> str:
    """Return what is said below an entry without an address, with the setting that adds it.

    A repository tells where its pages are only if it is on GitHub; those of another host may be anywhere.
    """
    setting = "<code>html: baseurl</code> in <code>_config.yml</code>"
    if sources is None:
        setting = (
            f"<code>repository: url</code> in <code>_config.yml</code>, or for pages that are not on GitHub {setting}"
        )
    return WITHOUT_ADDRESS.format(setting)


def visit_entry(self: HTML5Translator, node):
    self.body.append(f'<div class="bibtex-entry" data-address="{html.escape(node["address"])}">\n')


def depart_entry(self: HTML5Translator, node):
    self.body.append(f"{node['lacks_address']}</div>\n")


def resolve(app, doctree, docname):
    for node in list(doctree.findall(pending_citation)):
        if node["kind"] == "book":
            node.replace_self(citation_of_book(app, docname))
            continue
        label = node["label"]
        found = app.env.get_domain("math").equations.get(label)
        if found is None:
            logger.warning("no equation has the label %s", label, location=node, type="citing")
            node.replace_self([])
            continue
        title = app.env.titles[found[0]].astext()
        # where Sphinx puts the anchor of an equation
        node.replace_self(citation(app, docname, found[0], f"equation-{label}", title, f"equation {label}"))


def setup(app):
    app.add_node(pending_citation)
    app.add_node(Entry, html=(visit_entry, depart_entry))
    app.add_directive("cite-book", CiteBook)
    app.add_directive("cite-equation", CiteEquation)
    app.connect("doctree-resolved", resolve)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
