"""Light pages, on a small site: what is joined, in which order, and which icons stay."""

from pathlib import Path

import pydata_sphinx_theme
import pytest
from fontTools.ttLib import TTFont

from book._ext import light_pages

FONTS = Path("vendor/fontawesome/webfonts")
THEME = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static"
FACE = (
    '@font-face{font-family:I;src:url(../vendor/fontawesome/webfonts/fa-solid-900.woff2) format("woff2"),'
    'url(../vendor/fontawesome/webfonts/fa-solid-900.ttf) format("truetype")}'
)
SUN, MOON, BELL = 0xF185, 0xF186, 0xF0F3
ICONS = (
    f'.fa-sun:before{{content:"\\{SUN:x}"}}.fa-moon:before{{content:"\\{MOON:x}"}}:root{{--pst-icon-bell:"\\{BELL:x}"}}'
)
FILES = {
    "_static/styles/theme.css": f'@import "../basic.css";a{{background:url("pictures/a.png")}}{FACE}{ICONS}',
    "_static/basic.css": "b{background:url(b.png)}",
    "_static/book.css": "c{background:url(data:c)}",
    "_static/one.js": "one();\n//# sourceMappingURL=one.js.map",
    "_static/two.js": "two(hint);",
    "_static/scripts/fontawesome.js": "icons();",
    "_static/searchtools.js": "search();",
    "_images/figure.svg": '<svg xmlns:x="y" width="360pt" height="72pt"></svg>',
}


def page(root, body):
    return (
        f'<html><head><script data-cfasync="false">first();</script>'
        f'<link href="{root}/_static/styles/theme.css?v=1" rel="stylesheet" />'
        f'<link rel="stylesheet" type="text/css" href="{root}/_static/book.css" />'
        f'<link rel="preload" as="script" href="{root}/_static/two.js" />'
        f'<script defer src="{root}/_static/scripts/fontawesome.js"></script><script src="{root}/_static/one.js?v=2">'
        f'</script><script>var hint = 1;</script><script src="{root}/_static/two.js"></script>'
        f'<script>DOCUMENTATION_OPTIONS.pagename = "x";</script><script src="{root}/_static/searchtools.js"></script>'
        f"</head><body>{body}</body></html>"
    )


@pytest.fixture
def site(tmp_path):
    files = FILES | {
        "book/a.html": page("..", '<i class="fa-solid fa-sun"></i><img alt="x" src="../_images/figure.svg" />'),
        "search.html": page(".", "<p>found</p>"),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "_static" / FONTS).mkdir(parents=True)
    for font in (THEME / FONTS).glob("*.ttf"):
        (tmp_path / "_static" / FONTS / font.name).write_bytes(font.read_bytes())
    return tmp_path


def lightened(site):
    pages = {site / name: (site / name).read_text() for name in ("book/a.html", "search.html")}
    light_pages.lighten(site, pages)
    return [path.read_text() for path in pages]


def joined(site, kind):
    (file,) = (site / "_static").glob(f"book-*.{kind}")
    return file.name, file.read_text()


def test_a_page_names_one_style_sheet_and_one_script_and_the_search_page_its_own(site):
    ordinary, search = lightened(site)
    (css, _), (js, _) = joined(site, "css"), joined(site, "js")
    ours = '<link rel="stylesheet" href="{0}/_static/{1}" />\n<script defer src="{0}/_static/{2}"></script>\n'
    first = '<script data-cfasync="false">first();</script>'
    assert f"<html><head>{first}{ours.format('..', css, js)}</head><body>" in ordinary
    tools = '<script defer src="./_static/searchtools.js"></script>'
    assert f"<html><head>{first}{ours.format('.', css, js)}{tools}</head><body>" in search


def test_style_sheets_and_scripts_are_joined_in_their_order_and_settings_come_first(site):
    lightened(site)
    css, js = joined(site, "css")[1], joined(site, "js")[1]
    assert css.startswith("b{background:url(b.png)}a{background:url(styles/pictures/a.png)}")
    assert css.endswith("\nc{background:url(data:c)}")
    assert js == "var hint = 1;\n;one();\n\n;two(hint);"


def test_of_the_icons_those_that_are_shown_stay_and_those_that_the_theme_shows(site):
    lightened(site)
    css = joined(site, "css")[1]
    assert ".fa-sun:before" in css and ".fa-moon" not in css and 'url(fa-solid-900.woff) format("woff")}' in css
    codes = set(TTFont(site / "_static" / "fa-solid-900.woff").getBestCmap())
    assert {SUN, BELL} <= codes and MOON not in codes and len(codes) < 10


def test_a_figure_gets_the_size_of_its_file_in_pixels(site):
    assert '<img width="480" height="96" loading="lazy" alt="x" src="../_images/figure.svg" />' in lightened(site)[0]


def test_a_second_build_changes_nothing_and_takes_new_pages_in(site):
    before = lightened(site)
    assert lightened(site) == before
    (site / "search.html").write_text(page(".", '<i class="fa-solid fa-moon"></i>'))
    ordinary, search = lightened(site)
    assert ordinary == before[0] and "book-" in search
    codes = set(TTFont(site / "_static" / "fa-solid-900.woff").getBestCmap())
    assert {SUN, MOON} <= codes
