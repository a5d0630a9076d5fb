"""What the pages display, collected while Sphinx reads them: formulas, and directives that print the evidence."""

import json
from dataclasses import dataclass, replace

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector

from nncore.verify.report.cache import digest
from nncore.verify.report.evidence import PageReport
from nncore.verify.report.serialization import to_json


class Placeholder(nodes.General, nodes.Element):
    """Stands for what a directive, its attribute ``directive``, prints when all pages are read."""


@dataclass(frozen=True, slots=True)
class Displayed:
    """The LaTeX of the formulas that a page displays, but for the outputs of cells, and the names of its directives."""

    formulas: tuple[str, ...]
    directives: frozenset[str]


class Collector(EnvironmentCollector):
    """Numbers the formulas of each page, so that each finds its evidence, and keeps what the page displays."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Drop what is known of a page that is read again or was removed."""
        displayed(env).pop(docname, None)

    def merge_other(self, app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
        """Take over what another process has read."""
        displayed(env).update((docname, page) for docname, page in displayed(other).items() if docname in docnames)

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Number the formulas of a page that was read, and keep what it displays."""
        formulas = [node for node in doctree.findall(nodes.math_block) if not _is_output(node)]
        for number, node in enumerate(formulas, 1):
            node["verify"] = number
        directives = frozenset(node["directive"] for node in doctree.findall(Placeholder))
        texts = tuple(node.astext().strip() for node in formulas)
        displayed(app.env)[app.env.docname] = Displayed(texts, directives)


def displayed(env: BuildEnvironment) -> dict[str, Displayed]:
    """Return what each page displays, by its name."""
    found: dict[str, Displayed] = vars(env).setdefault("verify_displayed", {})
    return found


def pages_with(env: BuildEnvironment, directive: str) -> list[str]:
    """Return the names of the pages on which a directive stands."""
    return sorted(docname for docname, page in displayed(env).items() if directive in page.directives)


def shown_digest(page: PageReport) -> str:
    """Return a name for what is shown of the evidence of a page: not the times, which differ, and no lines."""
    formulas = (
        replace(each, line=0, parts=tuple(replace(part, line=0, column=0, seconds=0.0) for part in each.parts))
        for each in page.formulas
    )
    # As JSON, in which a page is the same whether it was judged now or comes from the cache.
    return digest(json.dumps(to_json(replace(page, formulas=tuple(formulas)))))


def _is_output(node: nodes.Element) -> bool:
    """Return whether a cell printed a formula."""
    return "cell_output" in node.get("classes", ()) or (node.parent is not None and _is_output(node.parent))
