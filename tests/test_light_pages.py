"""Light pages, on a small site: what is joined, in which order, and which styles and icons stay."""

import shutil
from pathlib import Path

import light_pages
import pydata_sphinx_theme
import pytest
import style_sheet
from fontTools.ttLib import TTFont

from tests.fixture_book.build import build, copy_to, plant

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
    "_static/language_data.js": "words();",
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


@pytest.fixture(scope="module")
def heavy_book(tmp_path_factory):
    """The fixture book as it would be without this extension, and with it."""
    folder = copy_to(tmp_path_factory.mktemp("heavy") / "book")
    plant(folder, "_config.yml", "    light_pages: book/_ext\n", "")
    assert build(folder).returncode == 0
    heavy = folder / "_build" / "html"
    light = Path(shutil.copytree(heavy, folder / "light"))
    light_pages.lighten(light)
    return heavy, light


def lightened(site):
    light_pages.lighten(site)
    return [(site / name).read_text() for name in ("book/a.html", "search.html")]


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
    (old, _), icon = joined(site, "css"), '<i class="fa-solid fa-moon"></i>'
    (site / "search.html").write_text(page(".", icon))
    ordinary, search = lightened(site)
    (new, _), (js, _) = joined(site, "css"), joined(site, "js")
    assert new != old and ordinary == before[0].replace(old, new)
    assert new in search and js in search and icon in search
    codes = set(TTFont(site / "_static" / "fa-solid-900.woff").getBestCmap())
    assert {SUN, MOON} <= codes


# Styles that are used -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sheet", "rest"),
    [
        (".a{x:1}.b{y:2}", ".a{x:1}"),
        (".a,.b p,p>.a.b,.a p{x:1}", ".a,.a p{x:1}"),
        ("#a{x:1}#b{x:1}#a .b{x:1}", "#a{x:1}"),
        ("p:hover,*{x:1}", "p:hover,*{x:1}"),
        ("p:not(.b),.a:is(.b,.c){x:1}", "p:not(.b),.a:is(.b,.c){x:1}"),
        ('[class*="b,c"]{x:1}', '[class*="b,c"]{x:1}'),
        (r".a\:b{x:1}", r".a\:b{x:1}"),
        ("@media print{.a{x:1}.b{y:2}}@media all{.b{y:2}}", "@media print{.a{x:1}}"),
        ("@supports (x:1){@media print{.b{y:2}}}", ""),
        ("@font-face{font-family:b}@keyframes b{from{x:1}}", "@font-face{font-family:b}@keyframes b{from{x:1}}"),
        ('.a{x:url("b;}.c{");--y:{z}}', '.a{x:url("b;}.c{");--y:{z}}'),
        ("/*! license *//* a note */.a{x:1}", "/*! license */.a{x:1}"),
        (".a{x:1", ".a{x:1}"),
    ],
)
def test_a_rule_stays_if_one_of_its_selectors_may_match(sheet, rest):
    assert style_sheet.used(sheet, {"a"}) == rest


def test_names_that_stand_in_pages_or_that_scripts_make_are_used(site):
    rules = {name: f".{name}{{color:red}}" for name in ("in-page", "in-script", "made-here", "nowhere")}
    (site / "_static/book.css").write_text("".join(rules.values()))
    (site / "_static/one.js").write_text('e.classList.add("in-script", "made-" + where)')
    (site / "book/a.html").write_text(page("..", '<p id="x" class="other in-page">nowhere</p>'))
    lightened(site)
    css = joined(site, "css")[1]
    assert [name for name, rule in rules.items() if rule not in css] == ["nowhere"]


def test_a_new_name_brings_its_rule_to_all_pages(site):
    with (site / "_static/book.css").open("a") as book:
        book.write(".new{color:red}")
    before = lightened(site)
    (old, css), search = joined(site, "css"), page(".", '<p class="new"></p>')
    assert ".new" not in css
    (site / "search.html").write_text(search)
    ordinary, _ = lightened(site)
    new, css = joined(site, "css")  # the only one
    assert ".new{color:red}" in css
    assert ordinary == before[0].replace(old, new) == (site / "book/a.html").read_text()


def test_a_style_sheet_that_is_there_is_not_made_again(site, monkeypatch):
    lightened(site)
    monkeypatch.setattr(style_sheet, "used", None)
    (site / "search.html").write_text(page(".", "<p>another text</p>"))
    assert "book-" in lightened(site)[1]


def test_a_style_sheet_that_was_not_written_to_its_end_is_not_taken_for_whole(site, monkeypatch):
    class Stopped(Exception):
        """As when the disk is full."""

    def half(path, text, **_):
        path.write_bytes(text[:99].encode())
        raise Stopped

    with monkeypatch.context() as patched, pytest.raises(Stopped):
        patched.setattr(Path, "write_text", half)
        lightened(site)
    lightened(site)
    assert joined(site, "css")[1].endswith("c{background:url(data:c)}")


LOOK = """() => [...document.querySelectorAll("body *:not(script)")].map((element) => {
    const box = element.getBoundingClientRect();
    const styles = [null, "::before", "::after"].map((part) => getComputedStyle(element, part));
    const of = (style) => ["color", "backgroundColor", "font", "border", "display", "content"].map((key) => style[key]);
    return [element.tagName, element.className, box.x, box.y, box.width, box.height, ...styles.flatMap(of)].join(" ");
})"""


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_light_page_looks_as_it_did(mode, heavy_book, browser):
    """All elements keep their places and styles; the script that draws icons is left out on both sides."""
    heavy, light = heavy_book
    tab = browser.new_page(color_scheme=mode, reduced_motion="reduce")
    tab.route("**/fontawesome.js*", lambda route: route.abort())
    for name in ("book/index.html", "book/page.html", "search.html"):
        looks = []
        for folder in (heavy, light):
            tab.goto((folder / name).as_uri())
            tab.evaluate("document.querySelectorAll('details').forEach((element) => { element.open = true })")
            tab.evaluate("document.querySelectorAll('img').forEach((element) => element.remove())")  # sizes are rounded
            tab.evaluate("document.fonts.ready")
            tab.wait_for_timeout(1000)  # transitions
            looks.append(tab.evaluate(LOOK))
        assert len(looks[0]) > 50
        assert looks[0] == looks[1], name
    tab.close()
