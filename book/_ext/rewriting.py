"""Write pages again that did not change themselves: when their frame did, or what they show of other pages."""

import os
import shutil
from pathlib import Path

from nncore.verify.report.cache import digest

# Beside the sources of the pages, every page is made with these.
FRAME = (
    *("_config.yml", "_toc.yml", "requirements.lock", "pyproject.toml", "CITATION.cff", "book/**/*.bib"),
    *("nncore/verify/**/*", "nncore/extras.py", "book/_check/*"),
    *("book/_ext/*", "book/_static/**/*", "book/_templates/**/*", "book/_vendor/**/*"),
)


def frame(app, config):
    """Make a setting of what every page is made with, so that Sphinx reads all pages again when it changes."""
    folder = Path(app.srcdir)
    files = [path for pattern in FRAME for path in folder.glob(pattern) if path.is_file() and path.suffix != ".pyc"]
    parts = (part for path in sorted(files) for part in (path.name, path.read_bytes().hex()))
    workflow = (os.environ.get(name, "") for name in ("GITHUB_REPOSITORY", "GITHUB_SERVER_URL"))
    config.book_frame = digest(*workflow, *parts)


def without_removed(app, env, added, changed, removed):
    """Delete what was written of pages that are gone."""
    for docname in removed:
        (Path(app.outdir) / f"{docname}.html").unlink(missing_ok=True)
        for source in Path(app.outdir, "_sources").glob(f"{docname}.*"):
            source.unlink()
    if env.found_docs <= added:
        forget_modules(app)
    return []


def forgotten(app, env, docnames):
    """Forget all pages that are read again before the first is: a label may have moved from one to another."""
    for docname in docnames:
        app.emit("env-purge-doc", env, docname)
        env.clear_doc(docname)


def seen_elsewhere(app, env):
    """Return all pages if anything changed that a page shows of others: titles, numbers, what links lead to."""
    before, data = getattr(env, "seen_elsewhere", None), env.domaindata
    tables = (env.toc_secnumbers, env.toc_fignumbers, data["std"]["labels"], data["math"]["objects"])
    env.seen_elsewhere = digest(
        *(f"{name} {title.astext()}" for name, title in sorted(env.titles.items())),
        *(repr(sorted(table.items())) for table in tables),
        *sorted(data["py"]["objects"]),
    )
    if before == env.seen_elsewhere:
        return []
    forget_modules(app)
    return sorted(env.found_docs)


def forget_modules(app):
    """Delete the pages with the code of modules, which are else written only if that code has changed."""
    shutil.rmtree(Path(app.outdir) / "_modules", ignore_errors=True)


def own_nodes(app, doctree):
    """Give nodes that were parsed apart to their page; else the file that keeps it holds what they were parsed with."""
    for node in doctree.findall():
        node.document = doctree


def setup(app):
    app.add_config_value("book_frame", "", "env", (str,))
    app.connect("config-inited", frame)
    app.connect("env-get-outdated", without_removed)
    app.connect("env-before-read-docs", forgotten)
    app.connect("doctree-read", own_nodes)
    app.connect("env-get-updated", seen_elsewhere, priority=999)  # when figures and sections have their numbers
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
