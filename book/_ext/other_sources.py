"""How other people's mathematics fares: the directive ``{other-sources}``, a table of what a command counted."""

from pathlib import Path

from sphinx.util.docutils import SphinxDirective

from nncore.verify.report.others import entries_of, outdated

SOURCES = Path(__file__).resolve().parents[1] / "reference" / "other-sources.yml"
COLUMNS = {
    "displays": ("displays",),
    "read": ("read",),
    "hold": ("proved", "agree"),
    "hold if": ("hold if",),
    "differ": ("wrong",),
    "no verdict": ("not decided", "without meaning", "claim nothing"),
}


def lines(entries):
    """The counts as a table, in Markdown."""
    if outdated(entries):
        yield "The free spelling has changed since some of these were read."
        yield ""
    yield f"| source | {' | '.join(COLUMNS)} |"
    yield f"|---|{'---|' * len(COLUMNS)}"
    for each in entries:
        address = f"https://github.com/{each['source']}/tree/{each['commit']}"
        numbers = " | ".join(f"{sum(each[kind] for kind in kinds):,}" for kinds in COLUMNS.values())
        yield f"| [{each['source']}]({address}), {each['date'][:4]} | {numbers} |"


class OtherSources(SphinxDirective):
    def run(self):
        self.env.note_dependency(str(SOURCES))
        return self.parse_text_to_nodes("\n".join(lines(entries_of(SOURCES))))


def setup(app):
    app.add_directive("other-sources", OtherSources)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
