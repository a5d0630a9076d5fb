"""The sources of all pages, for a page that shows something of each."""

from collections.abc import Iterator
from pathlib import Path

from sphinx.environment import BuildEnvironment
from sphinx_external_toc.parsing import parse_toc_yaml


def page_sources(env: BuildEnvironment) -> Iterator[str]:
    """Yield the Markdown of the pages in their order; a change of one lets the page that asks be read again."""
    root = Path(env.srcdir)
    for name in parse_toc_yaml(root / "_toc.yml"):
        path = root / f"{name}.md"
        if path.is_file():
            env.note_dependency(str(path))
            yield path.read_text(encoding="utf-8")
