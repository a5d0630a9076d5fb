"""Light pages: one style sheet, one script, and of the styles and icons only those that the book shows.

The theme and the extensions load some thirty files on every page. Once the pages are written, their style sheets are
joined into one and so are their scripts, in the order in which the pages name them; the script that draws icons goes,
because the theme's style sheet draws the same ones from a font; and what no page uses of the styles and of that font
is left out (style_sheet.py). An image gets the size that its file has, so that nothing moves when it arrives, and is
loaded when a reader comes near it.
"""

import logging
import posixpath
import re
from functools import cache, partial
from pathlib import Path

import style_sheet

from nncore.verify.report.cache import digest

LINK = re.compile(r'<link\b[^>]*\brel="(?:stylesheet|preload)"[^>]*>\s*')
SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>\s*", re.DOTALL)
ADDRESS = re.compile(r'\b(?:src|href)="([^"?]+)')
JOINED = re.compile(r"_static/book-[0-9a-f]{12}\.(?:css|js)")
SHEET = re.compile(r"_static/book-[0-9a-f]{12}\.css")
IMAGE = re.compile(r'<img\b[^>]*\bsrc="([^"]+\.svg)"[^>]*>')
SIZE = re.compile(r'<svg\b[^>]*?\bwidth="([\d.]+)pt" height="([\d.]+)pt"')  # of a figure of matplotlib

# Scripts that no page needs: icons, which the style sheet draws; live code, which the book does not have; and what the
# search page alone needs (and there stays as it is).
ICONS, SEARCH = "fontawesome.js", ("searchtools.js", "language_data.js", "searchindex.js")
SEARCH_SCRIPTS = SEARCH[:2]  # those which write into the page
UNUSED = ("text/x-thebe-config", "kernelName =", "DOCUMENTATION_OPTIONS.")
STAYS = ('data-cfasync="false"', "Activate the search field")  # before the first paint; on the search page

NAMES = re.compile(r'\b(?:class|id)="([^"]*)"')
WORD = re.compile(r"[\w-]+")
SOURCE_MAP = re.compile(r"//# sourceMappingURL=.*")

# Every page with mathematics shows these two; asked for early, they are there before the text is laid out, so that it
# does not move. A page that is read from a file may not ask.
FONTS = """\
<script>
if (location.protocol !== "file:")
  for (const name of ["Main-Regular", "Math-Italic"])
    document.head.append(Object.assign(document.createElement("link"), {
      rel: "preload", as: "font", type: "font/woff2", crossOrigin: "",
      href: `ROOT/_static/katex/fonts/KaTeX_${name}.woff2`
    }));
</script>
"""

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every table of a font that it drops


def finish(app, exception):
    """Lighten every page of the built book."""
    if exception is None and app.builder.name == "html":
        lighten(Path(app.outdir))


def lighten(site: Path) -> None:
    """Rewrite the pages of a site, apart from those that are light already, from an earlier build."""
    found = sorted(page for page in site.rglob("*.html") if "_static" not in page.relative_to(site).parts)
    pages = {page: page.read_text(encoding="utf-8") for page in found}
    heavy = [page for page, text in pages.items() if text.count('rel="stylesheet"') > 1]
    if not heavy:
        return
    parts = {page: _assets(pages[page], page.parent, page.name == "search.html") for page in heavy}
    words = _words(site, {script for _, scripts, _ in parts.values() for script in scripts})
    shown = {name for text in pages.values() for names in set(NAMES.findall(text)) for name in names.split()}

    @cache
    def sheet_of(files: tuple[Path, ...]) -> str:
        return _sheet(site, style_sheet.joined(site, files), shown, words)

    @cache
    def script_of(scripts: tuple[Path | str, ...]) -> str:
        return _written(site, "js", "\n;".join(map(_source, scripts)))

    for page, (sheets, scripts, bare) in parts.items():
        root = posixpath.relpath(".", page.parent.relative_to(site).as_posix())
        head = FONTS.replace("ROOT", root) if 'class="katex"' in bare else ""
        head += (
            f'<link rel="stylesheet" href="{root}/{sheet_of(sheets)}" />\n'
            f'<script defer src="{root}/{script_of(scripts)}"></script>\n'
        )
        is_search = page.name == "search.html"
        bare = _before_search(bare, head) if is_search else bare.replace("</head>", f"{head}</head>", 1)
        pages[page] = IMAGE.sub(partial(_sized, page.parent), bare)
        page.write_text(pages[page], encoding="utf-8")
    _relink(pages, heavy)
    linked = {name for text in pages.values() for name in JOINED.findall(text)}
    for file in site.glob("_static/book-*"):
        if JOINED.match(f"_static/{file.name}") and f"_static/{file.name}" not in linked:
            file.unlink()  # of an earlier build


def _words(site: Path, scripts: set[Path | str]) -> set[str]:
    """All words of the scripts: some of them are names that they give to what they show."""
    texts = [*map(_source, scripts), *(_source(site / "_static" / name) for name in SEARCH_SCRIPTS)]
    return {word for text in texts for word in WORD.findall(text)}


def _relink(pages: dict[Path, str], heavy: list[Path]) -> None:
    """Pages from an earlier build get the style sheet of the others, which holds what they use as well."""
    sheets = {page: found[0] for page, text in pages.items() if (found := SHEET.search(text))}
    old, new = ({sheets[page] for page in some} for some in (sheets.keys() - heavy, heavy))
    if len(old) == len(new) == 1 and old != new:
        for page in sheets.keys() - heavy:
            pages[page] = SHEET.sub(*new, pages[page])
            page.write_text(pages[page], encoding="utf-8")


def _assets(text: str, folder: Path, is_search: bool) -> tuple[tuple[Path, ...], tuple[Path | str, ...], str]:
    """The style sheets and scripts of a page in their order, and the page without them."""
    sheets, settings, scripts = [], [], []

    def file(address):
        return (folder / address[1]).resolve()

    def take_link(found):
        if 'rel="stylesheet"' in found[0]:
            sheets.append(file(ADDRESS.search(found[0])))
        return ""

    def take_script(found):
        attributes, body = found.groups()
        address = ADDRESS.search(attributes)
        if any(mark in found[0] for mark in STAYS):
            return found[0]
        if address and address[1].endswith(SEARCH):
            return found[0].replace("<script ", "<script defer ") if is_search else ""
        if address and not address[1].endswith(ICONS):
            scripts.append(file(address))
        if not address and not any(mark in found[0] for mark in UNUSED):
            settings.append(body)
        return ""

    bare = SCRIPT.sub(take_script, LINK.sub(take_link, text))
    # A joined script runs when the page is there, so what one of its parts sets for another must come first.
    return tuple(sheets), (*settings, *scripts), bare


def _before_search(bare: str, head: str) -> str:
    """The assets in front of the scripts of the search page, which use what they define."""
    first = min(bare.index(found[0]) for found in SCRIPT.finditer(bare) if any(part in found[0] for part in SEARCH))
    return bare[:first] + head + bare[first:]


def _source(part: Path | str) -> str:
    return part if isinstance(part, str) else SOURCE_MAP.sub("", part.read_text(encoding="utf-8"))


def _written(site: Path, kind: str, text: str) -> str:
    """The address of a joined file, which is named after what it holds: no browser shows an old one."""
    address = _address(kind, text)
    (site / address).write_text(text, encoding="utf-8")
    return address


def _sheet(site: Path, text: str, shown: set[str], words: set[str]) -> str:
    """The address of a style sheet, which is named after what it is made of: one that is there is not made again."""
    starts = tuple(word for word in words if len(word) > 2 and word.endswith("-"))  # of names that a script completes
    names = {name for name in style_sheet.names(text) if name in shown or name in words or name.startswith(starts)}
    address = _address("css", Path(style_sheet.__file__).read_text(encoding="utf-8"), text, *sorted(names))
    if not (site / address).is_file():
        part = site / f"{address}.part"  # of a build that is interrupted nothing stays under that name
        part.write_text(style_sheet.with_its_icons(site, style_sheet.used(text, names)), encoding="utf-8")
        part.replace(site / address)
    return address


def _address(kind: str, *parts: str) -> str:
    return f"_static/book-{digest(*parts)[:12]}.{kind}"


def _sized(folder: Path, image: re.Match) -> str:
    """An image with the size of its file, in CSS pixels, loaded when it is needed."""
    tag, file = image[0], folder / image[1]
    size = file.is_file() and SIZE.search(file.read_text(encoding="utf-8"))
    if not size:
        return tag
    width, height = (round(float(points) * 4 / 3) for points in size.groups())
    return tag.replace("<img", f'<img width="{width}" height="{height}" loading="lazy"', 1)


def setup(app):
    app.connect("build-finished", finish, priority=950)  # after everything that writes or copies files
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
