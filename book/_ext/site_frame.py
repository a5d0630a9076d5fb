"""The frame of the pages: title and authors from one file, addresses from one setting, no foreign script."""

import html
import os
import posixpath
import re
import sys
from pathlib import Path

import citation
import repository
import yaml
from docutils import nodes
from jupyter_book.config import PATH_YAML_DEFAULT

VIEWPORT = re.compile(r'<meta [^>]*name="viewport"[^>]*>\n?')  # docutils adds one to that of the theme
OG_URL = re.compile(r'<meta property="og:url"[^>]*>\n?')
# What a book has whose _config.yml does not say it; the addresses there are those of Jupyter Book itself.
DEFAULT = yaml.safe_load(PATH_YAML_DEFAULT.read_text(encoding="utf-8"))

# What a page may load and run: files that lie beside it, and WebAssembly (book/_check). Formulas are printed with
# styles in their attributes, and style sheets hold small pictures.
POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="'
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "font-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'"
    '">\n'
)

REPORT = """\
Page: {page}
Label of the equation or theorem: {label}
Version: {version}

What is wrong, and if you know it, what would be right:
"""
HERE = "(the address behind the ¶ beside it)"  # book/_static/book.js puts the label in its place


def names(app, config):
    """Take title, authors and version from CITATION.cff, for all that shows them."""
    try:
        app.work = citation.read(Path(app.srcdir))
    except citation.WrongCitation as error:
        sys.exit(f"{error}.")
    for key, given, cited in (
        ("title", config.html_title, app.work.title),
        ("author", config.author, app.work.names()),
    ):
        if given not in ("", None, DEFAULT[key], cited):
            sys.exit(f"{key} in _config.yml is {given!r}, and {citation.SOURCE} says {cited!r}: give it there alone.")
    config.html_title = config.project = app.work.title
    config.author = app.work.names()
    config.version = config.release = app.work.version
    config.myst_substitutions = {**config.myst_substitutions, "title": app.work.title}  # {{ title }} on a page


def addresses(app, config):
    """Derive every address from the repository, if there is one."""
    theme = config.html_theme_options
    if theme.get("repository_url") == DEFAULT["repository"]["url"]:
        theme["repository_url"] = ""
    try:
        app.sources = repository.from_settings(theme, os.environ)
        config.html_baseurl = repository.published_at(config.html_baseurl, app.sources)
    except repository.WrongAddress as error:
        sys.exit(f"{error}.")
    config.ogp_site_url = config.html_baseurl
    # The theme knows fewer kinds of hosts; its button and links are made here.
    theme.pop("repository_url", None)
    theme.update(use_repository_button=False, use_edit_page_button=False, use_issues_button=False)


def page_links(app, pagename, templatename, context, doctree):
    """Hand "Edit this page" and "Report an error here" to book/_templates/page-links.html, if there are sources."""
    sources = app.sources
    if sources is None or doctree is None:
        return
    source = posixpath.join(app.config.html_theme_options.get("path_to_docs") or "", app.env.doc2path(pagename, False))
    page = app.config.html_baseurl + app.builder.get_target_uri(pagename)
    context["edit_this_page"] = sources.edit(source)
    context["report_an_error"] = sources.report(
        f"Error in {source}", REPORT.format(page=page, label=HERE, version=app.work.version)
    )


def button_of_sources(app, pagename, templatename, context, doctree):
    """Put the button that leads to the sources before those of the theme, if there are sources."""
    if app.sources is None:
        return
    is_github = app.sources.provider == "github"
    button = {
        "type": "link",
        "url": app.sources.url,
        "text": "",
        "tooltip": "Source repository",
        "icon": "fab fa-github" if is_github else "fa-solid fa-up-right-from-square",
        "label": "source-repository-button",
    }
    context["header_buttons"].insert(0, button)


def originals(app, pagename, templatename, context, doctree):
    """Hand what the book is based on to book/_templates/licenses.html."""
    context["originals"] = app.work.originals


def one_viewport(app, pagename, templatename, context, doctree):
    """Leave the size of the window to the template, which says it on every page."""
    context["metatags"] = VIEWPORT.sub("", context.get("metatags", ""))


def without_address(app, pagename, templatename, context, doctree):
    """Take out the address of a page if nobody knows it; sphinxext-opengraph then gives half of one."""
    if not app.config.html_baseurl:
        context["metatags"] = OG_URL.sub("", context.get("metatags", ""))


def without_thebe(app, config):
    """Keep sphinx-thebe from what it does, which Jupyter Book loads always: its script would come from another host."""
    for listeners in app.events.listeners.values():
        for listener in [each for each in listeners if each.handler.__module__ == "sphinx_thebe"]:
            app.disconnect(listener.id)


def without_style_of_thebe(app, pagename, templatename, context, doctree):
    """Leave out the style sheet that sphinx-thebe adds all the same."""
    context["css_files"] = [each for each in context["css_files"] if "thebe" not in str(each.filename)]


def policy(app, pagename, templatename, context, doctree):
    """Say what a page may load and run before it names anything; one that `make serve` shows may load itself anew."""
    own = POLICY.replace("script-src", "script-src 'unsafe-inline'").replace("connect-src", "connect-src ws:")
    context["metatags"] = (own if app.tags.has("serve") else POLICY) + context.get("metatags", "")


def first_paragraph(app, pagename, templatename, context, doctree):
    """Describe a page by its first paragraph; left alone, the description would run on into formulas and tables."""
    if doctree is None:
        return
    for paragraph in doctree.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        context["meta"] = {**(context.get("meta") or {}), "og:description": text}
        context["metatags"] = context.get("metatags", "") + f'<meta name="description" content="{html.escape(text)}">\n'
        return


def roles_of_references(app, pagename, templatename, context, doctree):
    """Make an entry of the bibliography an item of its list: docutils gives it a role that has been withdrawn."""
    if "doc-biblioentry" in context.get("body", ""):
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def names_of_folds(app, pagename, templatename, context, doctree):
    """Let a folded cell be called by the words that are seen on it: MyST-NB gives it other ones for the ear."""
    context["body"] = context.get("body", "").replace('<summary aria-label="Toggle hidden content">', "<summary>")


def front_door(app, exception):
    """Write index.html, from which a reader is led to the first page; the one of Jupyter Book has no language."""
    if exception is None and app.builder.name == "html":
        start = app.builder.get_target_uri(app.config.root_doc)
        title = html.escape(app.work.title)
        base = app.config.html_baseurl
        canonical = f'<link rel="canonical" href="{base}{start}">\n' if base else ""
        (Path(app.outdir) / "index.html").write_text(
            f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f"{POLICY}<title>{title}</title>\n"
            f'<link rel="icon" href="_static/favicon.svg" type="image/svg+xml">\n'
            f'<meta http-equiv="refresh" content="0; url={start}">\n'
            f"{canonical}</head>\n"
            f'<body>\n<main><h1><a href="{start}">{title}</a></h1></main>\n</body>\n</html>\n',
            encoding="utf-8",
        )


def setup(app):
    app.connect("config-inited", names, priority=10)
    app.connect("config-inited", addresses, priority=10)
    app.connect("config-inited", without_thebe)
    app.connect("html-page-context", first_paragraph, priority=10)
    app.connect("html-page-context", roles_of_references)
    app.connect("html-page-context", names_of_folds)
    app.connect("build-finished", front_door, priority=900)
    app.connect("html-page-context", originals)
    app.connect("html-page-context", page_links)
    app.connect("html-page-context", button_of_sources, priority=510)  # after the theme's own
    app.connect("html-page-context", one_viewport, priority=999)
    app.connect("html-page-context", without_address, priority=999)
    app.connect("html-page-context", without_style_of_thebe, priority=999)
    app.connect("html-page-context", policy, priority=1000)  # after everything that adds a tag
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
