"""Light pages: one style sheet, one script, and of the icons only those that the book shows.

The theme and the extensions load some thirty files on every page. Once the pages are written, their style sheets are
joined into one and so are their scripts, in the order in which the pages name them; the script that draws icons goes,
because the theme's style sheet draws the same ones from a font; and of that font what no page shows is left out. An
image gets the size that its file has, so that nothing moves when it arrives, and is loaded when a reader comes near it.
"""

import hashlib
import logging
import posixpath
import re
from functools import cache, partial
from pathlib import Path

LINK = re.compile(r'<link\b[^>]*\brel="(?:stylesheet|preload)"[^>]*>\s*')
SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>\s*", re.DOTALL)
ADDRESS = re.compile(r'\b(?:src|href)="([^"?]+)')
JOINED = re.compile(r"_static/book-[0-9a-f]{12}\.(?:css|js)")
IMAGE = re.compile(r'<img\b[^>]*\bsrc="([^"]+\.svg)"[^>]*>')
SIZE = re.compile(r'<svg\b[^>]*?\bwidth="([\d.]+)pt" height="([\d.]+)pt"')  # of a figure of matplotlib

# Scripts that no page needs: icons, which the style sheet draws; live code, which the book does not have; and what the
# search page alone needs (and there stays as it is).
ICONS, SEARCH = "fontawesome.js", ("searchtools.js", "language_data.js", "searchindex.js")
UNUSED = ("text/x-thebe-config", "kernelName =", "DOCUMENTATION_OPTIONS.")
STAYS = ('data-cfasync="false"', "Activate the search field")  # before the first paint; on the search page

ICON_RULE = re.compile(r"(?:\.fa-[a-z0-9-]+:before,?)+\{content:[^}]*\}")
ICON_NAME = re.compile(r"\.(fa-[a-z0-9-]+):before")
CONTENT = re.compile(r'content:"(?:\\([0-9a-f]+) ?|(.))"')
ICON_OF_THEME = re.compile(r'--pst-icon-[a-z-]+:"(?:\\([0-9a-f]+) ?|(.))"')
CLASSES = re.compile(r'\bclass="([^"]*\bfa-[^"]*)"')
SOURCE_MAP = re.compile(r"//# sourceMappingURL=.*")
IMPORT = re.compile(r'@import "([^"]+)";')
URL = re.compile(r"url\((['\"]?)(?!data:|#)([^)'\"]+)\1\)")
FONT_FILE = re.compile(
    r'url\((vendor/fontawesome/webfonts/([a-z0-9-]+))\.woff2\) format\("woff2"\),url\(\1\.ttf\) format\("truetype"\)'
)

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
        site = Path(app.outdir)
        pages = [page for page in site.rglob("*.html") if "_static" not in page.relative_to(site).parts]
        lighten(site, {page: page.read_text(encoding="utf-8") for page in sorted(pages)})


def lighten(site: Path, pages: dict[Path, str]) -> None:
    """Rewrite the pages of a site, apart from those that are light already, from an earlier build."""
    heavy = [page for page, text in pages.items() if text.count('rel="stylesheet"') > 1]
    if not heavy:
        return
    shown = {name for text in pages.values() for names in CLASSES.findall(text) for name in names.split()}

    @cache
    def sheet_of(files: tuple[Path, ...]) -> str:
        return _written(site, "css", style(site, files, shown))

    @cache
    def script_of(parts: tuple[Path | str, ...]) -> str:
        return _written(site, "js", "\n;".join(map(_source, parts)))

    for page in heavy:
        root = posixpath.relpath(".", page.parent.relative_to(site).as_posix())
        is_search = page.name == "search.html"
        sheets, scripts, bare = _assets(pages[page], page.parent, is_search)
        head = FONTS.replace("ROOT", root) if 'class="katex"' in bare else ""
        head += (
            f'<link rel="stylesheet" href="{root}/{sheet_of(sheets)}" />\n'
            f'<script defer src="{root}/{script_of(scripts)}"></script>\n'
        )
        bare = _before_search(bare, head) if is_search else bare.replace("</head>", f"{head}</head>", 1)
        pages[page] = IMAGE.sub(partial(_sized, page.parent), bare)
        page.write_text(pages[page], encoding="utf-8")
    linked = {name for text in pages.values() for name in JOINED.findall(text)}
    for file in site.glob("_static/book-*"):
        if JOINED.match(f"_static/{file.name}") and f"_static/{file.name}" not in linked:
            file.unlink()  # of an earlier build


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
    data = text.encode("utf-8")
    address = f"_static/book-{hashlib.sha256(data).hexdigest()[:12]}.{kind}"
    (site / address).write_bytes(data)
    return address


def style(site: Path, files: tuple[Path, ...], shown: set[str]) -> str:
    """Some style sheets in one, which stands in ``_static``; icons that are not shown are left out."""
    text = "\n".join(_sheet(site, file) for file in files)
    codes = {_code(found) for found in ICON_OF_THEME.finditer(text)}

    def wanted(rule):
        if shown.isdisjoint(ICON_NAME.findall(rule[0])):
            return ""
        codes.add(_code(CONTENT.search(rule[0])))
        return rule[0]

    text = ICON_RULE.sub(wanted, text)

    def smaller(found):
        source = site / "_static" / "vendor" / "fontawesome" / "webfonts" / f"{found[2]}.ttf"
        return f'url({_icons(site, source, codes)}) format("woff")'

    return FONT_FILE.sub(smaller, text)


def _sheet(site: Path, file: Path) -> str:
    """A style sheet with what it imports, its addresses as seen from ``_static``."""
    text = file.read_text(encoding="utf-8")
    folder = file.parent.relative_to(site / "_static").as_posix()

    def moved(found):
        return f"url({posixpath.normpath(posixpath.join(folder, found[2]))})"

    text = URL.sub(moved, text)
    return IMPORT.sub(lambda found: _sheet(site, (file.parent / found[1]).resolve()), text)


def _code(found) -> int:
    return int(found[1], 16) if found[1] else ord(found[2])


def _icons(site: Path, source: Path, codes: set[int]) -> str:
    """The icons of a font that are shown, as a font of their own; the address as seen from ``_static``."""
    from fontTools import subset  # loaded only if a page was written
    from fontTools.ttLib import TTFont

    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options(flavor="woff", layout_features=[], hinting=False, notdef_outline=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    font.flavor = "woff"
    font.save(site / "_static" / f"{source.stem}.woff")
    return f"{source.stem}.woff"


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
