"""Join the style sheets of a page into one file and its scripts into another, in their order, for few requests.

A style sheet takes in what it imports, and its addresses are written as seen from the folder of the joined one. The
rules for light and dark come to hold in every medium (color_modes.py). What no page of the site can use is left out
(needed_style.py). So what a joined style sheet holds follows from all pages, also from those of earlier builds:
whenever a page is written, it is made of the whole one, which is kept beside the doctrees, and named after its content.
"""

import posixpath
import re
from pathlib import Path

from color_modes import in_every_medium
from needed_style import Names, names_in, needed

from nncore.verify.report.cache import digest

STATIC = "_static/"
# What the theme links in its templates: before all other style sheets, and after all other scripts.
THEME_SHEETS = (f"{STATIC}styles/theme.css", f"{STATIC}styles/pydata-sphinx-theme.css")
THEME_SCRIPTS = (f"{STATIC}scripts/bootstrap.js", f"{STATIC}scripts/pydata-sphinx-theme.js")

IMPORT = re.compile(r'@import "([^"]+)";')
URL = re.compile(r"url\((['\"]?)(?!data:|#)([^)'\"]+)\1\)")
# A style sheet as a page that was just written links it, and as it is linked once its content is known.
SHEET = re.compile(r"joined-([0-9a-f]{12})(?:-[0-9a-f]{12})?\.css")
SCRIPT = re.compile(r'<script\b[^>]*\bsrc="([^"?#:]+)')
LATER = ("_check/page-*/*.mjs", "_check/katex-*/*.js")  # scripts that are loaded once somebody types
# The theme looks at load, and again after each change, which boxes scroll. It reads and writes by turns, so that each
# box has the page laid out anew; book.js does it for the same boxes.
LOOKS_WHAT_SCROLLS = ',"complete"===document.readyState?I():window.addEventListener("load",I)'
SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


def begin(app):
    """Prepare the list of what is to be joined: for each address the files, in their order."""
    app.joined = {}


def without_old(app, env, added, changed, removed):
    """Delete what was joined for pages that are all written again."""
    if env.found_docs <= added:
        for folder in (Path(app.outdir, STATIC), Path(app.doctreedir)):
            for file in folder.glob("joined-*"):
                file.unlink()
    return []


def join(app, pagename, templatename, context, doctree):
    """Let book/_templates/static/webpack-macros.html link the joined files, in place of those that they hold."""
    sheets, scripts = context["css_files"], [each for each in context["script_files"] if not _is_option(each)]
    texts = tuple(dict.fromkeys(filter(None, map(_text, scripts))))
    context["joined_sheet"] = _joined(app, "css", (*THEME_SHEETS, *_files(sheets)))
    context["joined_script"] = _joined(app, "js", (*_files(scripts), *THEME_SCRIPTS), texts)
    context["css_files"] = [each for each in sheets if not _is_ours(each)]
    context["script_files"] = [each for each in scripts if not _is_ours(each) and not _text(each)]


def _joined(app, kind: str, files: tuple[str, ...], texts: tuple[str, ...] = ()) -> str:
    """Return the address of a joined file, named after what its content follows from: no browser shows an old one."""
    address = f"{STATIC}joined-{digest(app.config.book_frame, *files, *texts)[:12]}.{kind}"
    app.joined[address] = files, texts
    return address


def _text(asset) -> str:
    """Return a script that is written into the page; a policy forbids those, so they go into the joined file."""
    return asset.attributes.get("body") or ""


def _is_option(asset) -> bool:
    """Say whether a script sets an option of the version switcher or of results while one types: there is neither."""
    return (asset.attributes.get("body") or "").startswith("DOCUMENTATION_OPTIONS.")


def _is_ours(asset) -> bool:
    return str(asset.filename or "").startswith(STATIC)


def _files(assets) -> list[str]:
    return [str(asset.filename) for asset in sorted(assets, key=lambda each: each.priority) if _is_ours(asset)]


def write(app, exception):
    """Write the joined files, when extensions have copied all that is theirs."""
    if exception is not None or app.builder.format != "html" or not app.joined:
        return
    site, kept = Path(app.outdir), Path(app.doctreedir)
    for address, (files, texts) in app.joined.items():
        if address.endswith(".css"):
            text = in_every_medium("\n".join(_sheet(site, file) for file in files))
            (kept / posixpath.basename(address)).write_text(text, encoding="utf-8")
        else:
            scripts = (SOURCE_MAP.sub("", (site / file).read_text(encoding="utf-8")) for file in files)
            text = "\n;".join((*texts, *scripts))
            (site / address).write_text(text.replace(LOOKS_WHAT_SCROLLS, ""), encoding="utf-8")
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    wholes = {SHEET.fullmatch(path.name)[1]: path.read_text(encoding="utf-8") for path in kept.glob("joined-*.css")}
    _write_needed(site, wholes, {path: text for path, text in pages.items() if SHEET.search(text)})


def _write_needed(site: Path, wholes: dict[str, str], pages: dict[Path, str]):
    """Write what pages need of their style sheets, and let them link it."""
    names = _names(site, pages)
    linked = {}
    for key in wholes.keys() & {found[1] for text in pages.values() for found in SHEET.finditer(text)}:
        sheet = needed(wholes[key], names)
        linked[key] = f"joined-{key}-{digest(sheet)[:12]}.css"
        (site / STATIC / linked[key]).write_text(sheet, encoding="utf-8")
    for path, text in pages.items():
        if (new := SHEET.sub(lambda found: linked.get(found[1], found[0]), text)) != text:
            path.write_text(new, encoding="utf-8")
    for file in (site / STATIC).glob("joined-*.css"):
        if file.name not in linked.values():
            file.unlink()


def _names(site: Path, pages: dict[Path, str]) -> Names:
    """Return the names that are in pages and in the scripts that they load; the index of the search is none."""
    scripts = {(path.parent / address).resolve() for path, text in pages.items() for address in SCRIPT.findall(text)}
    static = [each for each in scripts if each.is_relative_to((site / STATIC).resolve())]
    later = [path for pattern in LATER for path in site.glob(pattern)]
    return names_in(pages.values(), (each.read_text(encoding="utf-8") for each in (*static, *later)))


def _sheet(site: Path, file: str) -> str:
    """Return a style sheet with what it imports, its addresses as seen from the folder of the joined one."""
    folder = posixpath.dirname(file.removeprefix(STATIC))

    def moved(address: str) -> str:
        return posixpath.normpath(posixpath.join(folder, address))

    text = URL.sub(lambda found: f"url({moved(found[2])})", (site / file).read_text(encoding="utf-8"))
    return IMPORT.sub(lambda found: _sheet(site, STATIC + moved(found[1])), text)


def setup(app):
    app.connect("builder-inited", begin)
    app.connect("env-get-outdated", without_old)
    app.connect("html-page-context", join, priority=1000)  # after everything that adds or removes a file
    app.connect("build-finished", write, priority=950)  # after everything that copies one
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
