"""A Sphinx extension that checks a book while it is built: list ``nncore.verify.sphinx`` among the extensions.

Every build judges the pages, or takes from the cache what has not changed. What fails is a warning with file and line,
and the build goes on to its end, says how many formulas fail, and ends with exit code 1; also where warnings are not
errors, and also if only pages fail that have not changed since the build before. Formulas are counted in the sources
and again in the document tree; if a page shows a formula that was not judged, the build fails and names the page.

Beside each formula is its mark, and below the title of a page how many of its claims are proved (`report.badges`).
The directives ``{coverage}``, ``{ledger-summary}``, ``{marks}``, ``{ledger}`` and ``{rules}`` print the numbers and the
evidence of the whole book (`report.ledger`); all of it is also written to ``evidence.json`` beside the first page, and
how long judging took to ``times.json`` above it.

Settings
--------
verify_notation : str
    The file that declares the letters, seen from the folder of the sources; that of this book unless set.
verify_pages : list of str
    The pages that are checked, as in ``[intro, chapters/*]``: all unless set. A page that says ``verify: true`` or
    ``verify: false`` in its front matter, or in the metadata of its notebook, decides for itself. A page that is not
    checked defines nothing for the others.
"""

from nncore.extras import MissingExtra, sentence

try:
    from sphinx.application import Sphinx
    from sphinx.util import logging
    from sphinx.util.typing import ExtensionMetadata
except ModuleNotFoundError:  # Sphinx comes with MyST-Parser, so it is no module of an extra by itself
    raise MissingExtra(sentence("verify", __name__, ["sphinx"]), name="sphinx") from None

logger = logging.getLogger(__name__)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Set up the extension; Sphinx calls this."""
    app.add_config_value("verify_notation", "", "env", (str,))
    app.add_config_value("verify_pages", ["**"], "env", (list,))
    try:
        from nncore.verify.report.build import connect  # not before: what is not installed is one sentence
    except MissingExtra as error:
        _say_at_the_end(app, str(error))
    else:
        connect(app)
    return {"version": "2", "env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}


def _say_at_the_end(app: Sphinx, sentence: str) -> None:
    """Let the build end with exit code 1 and a sentence; an exception would end it with a traceback of Jupyter Book."""

    def finish(app: Sphinx, exception: Exception | None) -> None:
        logger.error("nothing is checked: %s", sentence, extra={"skip_warningsiserror": True})
        app.statuscode = 1

    app.connect("build-finished", finish, priority=2000)
