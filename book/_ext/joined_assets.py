"""Join the style sheets of a page into one file and its scripts into another, in their order, for few requests.

Nothing is left out of a file but the names of icons that the vendored font does not hold, a fifth of all style. The
rules for light and dark come to hold in every medium (color_modes.py). The file of sphinx-design is joined for the
pages that use it. A style sheet takes in what it imports, and its addresses are written as seen from the folder of the
joined one.
"""

import posixpath
import re
from pathlib import Path

from color_modes import in_every_medium

from nncore.verify.report.cache import digest

STATIC = "_static/"
# What the theme links in its templates: before all other style sheets, and after all other scripts.
THEME_SHEETS = (f"{STATIC}styles/theme.css", f"{STATIC}styles/pydata-sphinx-theme.css")
THEME_SCRIPTS = (f"{STATIC}scripts/bootstrap.js", f"{STATIC}scripts/pydata-sphinx-theme.js")

IMPORT = re.compile(r'@import "([^"]+)";')
URL = re.compile(r"url\((['\"]?)(?!data:|#)([^)'\"]+)\1\)")
# Of Font Awesome, as in .fa-anchor:before{content:"\f13d"}; the theme gives more than 1800 of them.
ICON = re.compile(r"""(?:\.fa-[\w-]+:{1,2}before\s*,?\s*)+\{\s*content:\s*["']\\([0-9a-f]+)["'];?\s*\}""")
ICONS = Path(__file__).resolve().parents[1] / "_vendor" / "vendor" / "fontawesome" / "icons.txt"
DESIGN = f"{STATIC}sphinx-design.min.css"
USES_DESIGN = re.compile(r'class="(?:[^"]* )?sd-')
SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


def begin(app):
    """Prepare the list of what is to be joined: for each address the files, in their order."""
    app.joined = {}


def without_old(app, env, added, changed, removed):
    """Delete what was joined for pages that are all written again."""
    if env.found_docs <= added:
        for file in Path(app.outdir, STATIC).glob("joined-*"):
            file.unlink()
    return []


def join(app, pagename, templatename, context, doctree):
    """Let book/_templates/static/webpack-macros.html link the joined files, in place of those that they hold."""
    unused = () if USES_DESIGN.search(context.get("body", "")) else (DESIGN,)
    sheets, scripts = context["css_files"], [each for each in context["script_files"] if not _is_option(each)]
    texts = tuple(dict.fromkeys(filter(None, map(_text, scripts))))
    files = [each for each in _files(sheets) if each not in unused]
    context["joined_sheet"] = _joined(app, "css", (*THEME_SHEETS, *files))
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
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    for address, (files, texts) in app.joined.items():
        if address.endswith(".css"):
            text = in_every_medium(with_icons_of_font("\n".join(_sheet(site, file) for file in files)))
        else:
            scripts = (SOURCE_MAP.sub("", (site / file).read_text(encoding="utf-8")) for file in files)
            text = "\n;".join((*texts, *scripts))
        (site / address).write_text(text, encoding="utf-8")


def with_icons_of_font(sheet: str) -> str:
    """Return a style sheet without the icons that would be empty boxes, as the vendored font does not hold them."""
    codes = {line.split()[0] for line in ICONS.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"}
    return ICON.sub(lambda rule: rule[0] if rule[1] in codes else "", sheet)


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
