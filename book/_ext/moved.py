"""The directive ``{moved}``: what was on this page in a published version, and is on another one now.

Its content is a sentence that links all of it. Each link carries the anchor that an old address names, so that such an
address leads to the link to the new place; where scripts run, book.js goes there at once.
"""

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective


class Moved(SphinxDirective):
    """A paragraph whose links have the anchors of what they lead to."""

    has_content = True

    def run(self):
        found = self.parse_content_to_nodes()
        links = [link for part in found for link in part.findall(addnodes.pending_xref) if link["refdomain"] != "doc"]
        if len(found) != 1 or not isinstance(found[0], nodes.paragraph) or not links:
            raise self.error("{moved} must hold one paragraph with links to what has moved")
        for link in links:
            prefix = "equation-" if link["reftype"] == "eq" else ""
            link.replace_self(nodes.inline("", "", link.deepcopy(), ids=[f"{prefix}{link['reftarget']}"]))
        found[0]["classes"].append("moved")
        return found


def setup(app):
    app.add_directive("moved", Moved)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
