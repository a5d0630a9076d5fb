"""What stands around the pages: addresses that follow from one setting, links to the sources, no foreign script."""

import html
import os
from pathlib import Path
from urllib.parse import quote, urlsplit

from docutils import nodes


def addresses(app, config):
    """Derive every address from the repository: that of _config.yml, or in a workflow the one that it runs for."""
    theme = config.html_theme_options
    if name := os.environ.get("GITHUB_REPOSITORY"):
        theme["repository_url"] = f"https://github.com/{name}"
    owner, name = urlsplit(theme["repository_url"]).path.strip("/").split("/")
    pages = f"https://{owner.lower()}.github.io/"
    # A repository that is itself called owner.github.io is published at the root.
    config.html_baseurl = pages if name.lower() == f"{owner.lower()}.github.io" else f"{pages}{name}/"
    config.ogp_site_url = config.html_baseurl


def page_links(app, pagename, templatename, context, doctree):
    """Hand "Edit this page" and "Report an error here" to book/_templates/page-links.html."""
    if doctree is None:
        return
    theme = app.config.html_theme_options
    repository, branch = theme["repository_url"], theme["repository_branch"]
    source = app.env.doc2path(pagename, base=False)
    page = app.config.html_baseurl + app.builder.get_target_uri(pagename)
    context["edit_this_page"] = f"{repository}/edit/{branch}/{source}"
    context["report_an_error"] = (
        f"{repository}/issues/new?title={quote('Error in ' + source)}&body={quote('Page: ' + page)}"
    )


def without_thebe(app, pagename, templatename, context, doctree):
    """Jupyter Book loads sphinx-thebe always; its script would come from another host, and it fails on every page."""

    def foreign(asset):
        return (
            "thebe" in str(getattr(asset, "filename", asset) or "")
            or "thebe" in (getattr(asset, "attributes", {}).get("body") or "").lower()
        )

    for kind in ("script_files", "css_files"):
        if kind in context:
            context[kind] = [asset for asset in context[kind] if not foreign(asset)]


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


def order_of_search(app, config):
    """Rank what the search finds; Sphinx wants the whole path of the file that says how."""
    config.html_search_scorer = str(Path(__file__).with_name("search_order.js"))


def titles_of_search(app):
    """Enter pages by the words of their titles; one with a number or markup Sphinx takes for a section of its page."""
    enter = app.builder.index_page

    def by_words(pagename, doctree, title):
        enter(pagename, doctree, title and html.escape(app.env.titles[pagename].astext(), quote=False))

    app.builder.index_page = by_words


def front_door(app, exception):
    """Write index.html, from which a reader is led to the first page; the one of Jupyter Book has no language."""
    if exception is None and app.builder.name == "html":
        start = app.builder.get_target_uri(app.config.root_doc)
        title = html.escape(app.config.project)
        (Path(app.outdir) / "index.html").write_text(
            f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
            f'<link rel="icon" href="_static/favicon.svg" type="image/svg+xml">\n'
            f'<meta http-equiv="refresh" content="0; url={start}">\n'
            f'<link rel="canonical" href="{app.config.html_baseurl}{start}">\n</head>\n'
            f'<body>\n<main><h1><a href="{start}">{title}</a></h1></main>\n</body>\n</html>\n',
            encoding="utf-8",
        )


def setup(app):
    app.connect("config-inited", addresses, priority=10)
    app.connect("config-inited", order_of_search)
    app.connect("builder-inited", titles_of_search)
    app.connect("html-page-context", first_paragraph, priority=10)
    app.connect("html-page-context", roles_of_references)
    app.connect("build-finished", front_door, priority=900)
    app.connect("html-page-context", page_links)
    app.connect("html-page-context", without_thebe, priority=999)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
