"""Permalinks: a visible one on every theorem, exercise and their like, each with a name; citations of theorems.

The name says where a link leads, as in "Link to Theorem 4.1": read aloud, "¶" says nothing.
"""

import html
import re
from collections import Counter

from citing import citation
from docutils import nodes
from sphinx import addnodes
from sphinx.writers.html5 import HTML5Translator

SHARED_IDS = {"proof", "proof-content", "exercise-content", "solution-content"}


HEADERLINK = re.compile(r'<a class="headerlink" href="#([^"]+)" title="([^"]*)">')


class Citation(nodes.General, nodes.Element):
    """The folded box "Cite this"; its one child is the entry."""


class Permalink(nodes.General, nodes.Element):
    """A link to what it stands in. It has no text, so that the search takes none of it for a title."""


def title_text(node) -> str:
    """The words of a title; "Theorem 3 " before it and the parentheses around it are the theme's."""
    title = next(iter(node.findall(nodes.title)), nodes.title())
    text = "".join(f"${part.astext()}$" if isinstance(part, nodes.math) else part.astext() for part in title.children)
    return " ".join(text.split()).strip("()").strip()


def add_permalinks(app, doctree, docname):
    if app.builder.format != "html":
        return
    exercise = "an exercise"
    for node in list(doctree.findall(nodes.Admonition)):
        classes = node.get("classes", [])
        if not {"proof", "exercise", "solution"}.intersection(classes):
            continue
        # sphinx-proof and sphinx-exercise give all of a kind the same id, which may stand once on a page.
        for part in (node, *node.findall(nodes.section)):
            part["ids"] = [i for i in part["ids"] if i not in SHARED_IDS]
        title = next(iter(node.findall(nodes.title)), None)
        if title is None or not node["ids"]:
            continue
        kind = node.get("realtype") or ("exercise" if "exercise" in classes else "solution")
        text = title_text(node)
        number = app.env.toc_fignumbers.get(docname, {}).get(kind, {}).get(node["ids"][0], ())
        called = f"{kind.capitalize()} {'.'.join(map(str, number))}" if number else title.astext().strip()
        exercise = called if kind == "exercise" else exercise
        called = f"the solution of {exercise}" if kind == "solution" else called  # which follows its exercise
        title += Permalink("", target=node["ids"][0], called=called or f"this {kind}")
        # An explicit label is the id of the node; without one, sphinx-proof makes up `theorem-7`.
        if kind == "theorem" and node["label"] and not node["label"].startswith("theorem-"):
            page = app.env.titles[docname].astext()
            title = f"{text}, in: {page}" if text and text != page else page
            box = Citation("", citation(app, docname, docname, node["label"], title, f"theorem {node['label']}"))
            node.parent.insert(node.parent.index(node) + 1, box)


def visit_citation(self: HTML5Translator, node):
    self.body.append('<details class="cite-this"><summary>Cite this</summary>\n')


def depart_citation(self: HTML5Translator, node):
    self.body.append("</details>\n")


def visit_permalink(self: HTML5Translator, node):
    name = html.escape(f"Link to {node['called']}")
    self.body.append(f'<a class="headerlink" href="#{node["target"]}" title="{name}">¶</a>')


def depart_permalink(self: HTML5Translator, node):
    """Nothing."""


def names(app, pagename, templatename, context, doctree):
    """Name the permalinks of a page by what they lead to; those of formulas and theorems have their names already."""
    if doctree is None:
        return
    found = [each for node in doctree.findall(nodes.Element) for each in _called(app, pagename, node)]
    several = {name for name, count in Counter(name for _, name, _ in found).items() if count > 1}
    called = {identifier: f"{name}, {within}" if name in several else name for identifier, name, within in found}

    def named(link: re.Match[str]) -> str:
        name = f"Link to {html.escape(called[link[1]])}" if link[1] in called else link[2]
        return f'<a class="headerlink" href="#{link[1]}" title="{name}" aria-label="{name}">'

    context["body"] = HEADERLINK.sub(named, context.get("body", ""))


def _called(app, pagename: str, node):
    """Yield what a part of a page is called, by each of its ids, and the title of the section around it."""
    around = node.parent
    while around is not None and not isinstance(around, nodes.section):
        around = around.parent
    within = title_text(around) if around is not None else ""
    for identifier in node.get("ids", ()):
        numbers = app.env.toc_fignumbers.get(pagename, {})
        match node:
            case nodes.section():
                yield identifier, title_text(node), within
            case nodes.term():
                yield identifier, node.astext(), within
            case addnodes.desc_signature():
                yield identifier, identifier, within
            case nodes.figure() if number := numbers.get("figure", {}).get(identifier):
                yield identifier, f"Fig. {'.'.join(map(str, number))}", within
            case nodes.table() if number := numbers.get("table", {}).get(identifier):
                yield identifier, f"Table {'.'.join(map(str, number))}", within
            case nodes.table() if any(node.findall(nodes.title)):
                yield identifier, title_text(node), within


def setup(app):
    app.add_node(Citation, html=(visit_citation, depart_citation))
    app.add_node(Permalink, html=(visit_permalink, depart_permalink))
    # after sphinx-proof and sphinx-exercise have resolved numbers and titles
    app.connect("doctree-resolved", add_permalinks, priority=900)
    app.connect("html-page-context", names)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
