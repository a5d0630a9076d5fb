"""Write what the search page looks through: the sections of the book, its numbers and labels, and its glossary.

A section is entered with its title, the names of what it holds (theorems, functions, words of the glossary), and its
prose: no formulas, no code, no outputs, no folded tables of symbols, no boxes for answers, no hints and no solutions.
The front matter of a page may give other words for what it is about, as ``keywords: mistakes, typos``; with
``nosearch: true`` the page is left out. The file is a script, for a page that is read from a disk may load no other
file; search.html alone loads it (book/_static/search.js looks into it).

The file takes the place of Sphinx's own index, and its name. Like that it is read again at the next build, which writes
some pages only.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from answer_boxes import AnswerBox
from docutils import nodes
from exercises import Hint
from folding import Folded
from listings import full_source
from sphinx import addnodes
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node, solution_node

from nncore.verify.report.cache import digest

FILE = "searchindex.js"
BEFORE, AFTER = "const SEARCH_INDEX = ", ";\n"
# Brought by Sphinx and its theme, and used by its search alone; the last one is loaded by every page, to mark what a
# search found there.
HIGHLIGHT = "_static/sphinx_highlight.js"
OF_SPHINX = ("_static/searchtools.js", "_static/language_data.js", HIGHLIGHT)

# What is no prose, or tells too much.
SKIPPED = (
    nodes.Invisible,
    nodes.raw,
    nodes.math_block,
    nodes.literal_block,
    nodes.image,
    nodes.field_list,
    nodes.thead,
    nodes.footnote_reference,
    addnodes.index,
    addnodes.toctree,
    full_source,
    AnswerBox,
    Hint,
    solution_node,
)
SKIPPED_CLASSES = {"exercise-level", "verify-ledger"}  # the ledger repeats what the marks say

HOLE = "…"  # a formula within a sentence; the search page prefers sentences without one
SIMPLE = re.compile(r"[\w .,=+<>()/-]+", re.ASCII)  # mathematics that reads in plain text as it does in LaTeX
LETTERS = r"\alpha \beta \gamma \delta \epsilon \varepsilon \eta \theta \kappa \lambda \mu \rho \sigma \tau \omega"
GREEK = dict(zip(LETTERS.split(), "αβγδεεηθκλμρστω", strict=True))
WORD = re.compile(r"[^\W\d_]{3}")
KINDS = {"displaymath": "Equation ({})", "figure": "Figure {}", "table": "Table {}"}  # else "Theorem {}" and the like


def sections_of(document: nodes.document) -> list[dict]:
    """Return the sections of a page, each with its anchors (the first leads there), heading, names and prose.

    An exercise is a section of its own, and so is a word of the glossary, which knows where its links lead.
    """
    page = {"ids": [""], "heading": "", "names": [], "text": []}
    found = [page]
    top = next(document.findall(nodes.section), document)
    _collect(top.children[1:], page, found)  # the title of the page is known
    for each in found:
        each["text"] = "\n".join(dict.fromkeys(filter(None, each["text"])))  # rows of tables repeat themselves
    return found


def _collect(children: Iterable[nodes.Node], into: dict, found: list[dict]) -> None:
    """Enter what stands in `children` into a section, and the sections inside into the list."""
    for node in children:
        if isinstance(node, SKIPPED) or SKIPPED_CLASSES & set(getattr(node, "attributes", {}).get("classes", ())):
            continue
        match node:
            case nodes.section() if isinstance(node.next_node(), nodes.title):
                _enter(node, prose(node[0]), node.children[1:], found)
            case exercise_node() | exercise_enumerable_node():
                title = " ".join(prose(part) for part in node[0].children).removeprefix("Exercise").strip(" ()")
                _enter(node, f"Exercise: {title}" if title else "Exercise", node.children[1:], found)["exercise"] = True
            case addnodes.desc():
                for signature in node.findall(addnodes.desc_signature):
                    if signature.parent is node and signature["ids"]:
                        name = signature["ids"][0]
                        # The first sentence of a docstring says what it does; formulas in plain text follow.
                        said = [each for each in node[-1].children if isinstance(each, nodes.paragraph)][:1]
                        inside = [each for each in node[-1].children if isinstance(each, addnodes.desc)]
                        _enter(signature, name, [*said, *inside], found, [name.rpartition(".")[2]])
            case nodes.definition_list_item() if isinstance(node.parent.parent, addnodes.glossary):
                others = [each.astext() for each in node.findall(nodes.emphasis)]
                entry = _enter(node[0], prose(node[0]), node[1].children, found, others)
                entry["leads"] = [each["refuri"] for each in node.findall(nodes.reference) if "refuri" in each]
            case nodes.paragraph() if "in-code" in node["classes"]:
                into["names"] += [each.astext() for each in node.findall(nodes.literal)]
            case nodes.paragraph() | nodes.caption() | nodes.term():
                into["text"].append(prose(node))
            case Folded() if isinstance(node[0], nodes.table):
                pass
            case nodes.row():
                cells = [prose(cell) for cell in node.children]
                if sum(map(bool, map(WORD.search, cells))) > len(cells) / 2:  # not a row of numbers, or of formulas
                    into["text"].append(", ".join(filter(None, cells)))
            case nodes.title():
                into["names"].append(prose(node).strip(" ()"))
            case nodes.Element():
                _collect(node.children, into, found)


def _enter(place: nodes.Element, heading: str, children, found: list[dict], names: Iterable[str] = ()) -> dict:
    """Enter a section with what stands in it, and return it."""
    section = {"ids": list(place["ids"]), "heading": heading, "names": list(names), "text": []}
    found.append(section)
    _collect(children, section, found)
    return section


def prose(node: nodes.Node) -> str:
    """Return the words of a paragraph, short mathematics as plain text and the rest of it as a hole."""
    return " ".join("".join(_words(node)).split())


def _words(node: nodes.Node) -> Iterator[str]:
    match node:
        case nodes.Text():
            yield str(node)
        case nodes.math():
            latex = node.astext()
            yield GREEK.get(latex) or (latex if SIMPLE.fullmatch(latex) and "_" not in latex else HOLE)
        case nodes.literal() if "\\" in node.astext() or "{" in node.astext():  # LaTeX that is spoken of
            yield HOLE
        case nodes.Element() if not isinstance(node, SKIPPED):
            for child in node.children:
                yield from _words(child)
            if isinstance(node, nodes.paragraph):
                yield " "


def numbers_of(env, docname: str, document: nodes.document) -> list[list[str]]:
    """Return for what has a number its anchor, its number in words, its label and its name."""
    names = {each["ids"][0]: prose(each[0]).strip(" ()") for each in document.findall(_is_named)}
    found = []
    for kind, numbered in env.toc_fignumbers.get(docname, {}).items():
        for anchor, number in numbered.items():
            words = KINDS.get(kind, kind.capitalize() + " {}").format(".".join(map(str, number)))
            found.append([anchor, words, anchor.removeprefix("equation-"), names.get(anchor, "")])
    return found


def _is_named(node: nodes.Node) -> bool:
    """Say whether a node is a theorem or the like, with a name: a box with an anchor that begins with a title."""
    return isinstance(node, nodes.Admonition) and bool(node["ids"]) and type(node.next_node()) is nodes.title


def entry(env, docname: str, document: nodes.document) -> dict:
    """Return all that the search knows of a page."""
    sections = sections_of(document)
    sections[0]["names"] += filter(None, re.split(r",\s*", env.metadata.get(docname, {}).get("keywords", "")))
    return {
        "title": env.titles[docname].astext(),
        "sections": sections,
        "numbers": numbers_of(env, docname, document),
    }


def kept_in(text: str) -> dict:
    """Return what a file says that `write` wrote; of anything else, nothing."""
    if not (text.startswith(BEFORE) and text.endswith(AFTER)):
        return {}
    return json.loads(text[len(BEFORE) : -len(AFTER)])


def kept(file: Path, form: str) -> dict:
    """Return what an earlier build knew of each page, if it wrote it in the same form."""
    index = kept_in(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return index["pages"] if index.get("form") == form else {}


def begin(app):
    """Take the place of Sphinx's index in the builder."""
    if app.builder.name != "html":
        return
    builder, app.search_entries = app.builder, {}

    def without_index(docnames):
        builder.indexer = None

    def enter(docname, document, title):
        app.search_entries[docname] = entry(app.env, docname, document)

    builder.load_indexer = without_index
    builder.index_page = enter


def without_marks(app, pagename, templatename, context, doctree):
    """Load no script on a page for Sphinx's search."""
    context["script_files"] = [each for each in context["script_files"] if str(each.filename) != HIGHLIGHT]


def write(app, exception):
    """Write the index: what was read now, else what is kept, else what is in the pages; none that is gone."""
    if exception is not None or app.builder.name != "html":
        return
    env, site = app.env, Path(app.outdir)
    form = digest(Path(__file__).read_text(encoding="utf-8"))[:12]
    known = kept(site / FILE, form) | app.search_entries
    pages = {}
    for docname in sorted(env.found_docs):
        if "nosearch" not in env.metadata.get(docname, {}):
            pages[docname] = known.get(docname) or entry(
                env, docname, env.get_and_resolve_doctree(docname, app.builder)
            )
    text = json.dumps({"form": form, "pages": pages}, ensure_ascii=False, separators=(",", ":"))
    (site / FILE).write_text(f"{BEFORE}{text}{AFTER}", encoding="utf-8")
    for file in OF_SPHINX:
        (site / file).unlink(missing_ok=True)


def setup(app):
    app.connect("builder-inited", begin)
    app.connect("html-page-context", without_marks)
    app.connect("build-finished", write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
