"""Light pages: style sheets hold what pages need, scripts are joined in their order, and images have their sizes."""

import gzip
import io
import json
import re
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import joined_assets
import katex_math
import lean_katex
import light_pages
import needed_style
import pytest
from bs4 import BeautifulSoup
from lean_katex import lean
from PIL import Image, ImageChops, ImageFilter
from sphinx.builders.html._assets import _CascadingStyleSheet, _JavaScript

from tests.conftest import add_style

VENDOR = Path(__file__).resolve().parents[1] / "book" / "_vendor"
FILES = {
    "styles/theme.css": '@import "../basic.css";a{background:url("pictures/a.png")}.b,.nowhere:focus{color:red}',
    "basic.css": "b{background:url(b.png)}.later{color:blue}",
    "styles/pydata-sphinx-theme.css": "@font-face{font-family:I;src:url(../vendor/i.woff2)}i{font-family:I}",
    "book.css": "c{background:url(data:c)}",
    "one.js": "one();\n//# sourceMappingURL=one.js.map",
    "two.js": "two(hint);",
    "scripts/bootstrap.js": "menus();",
    "scripts/pydata-sphinx-theme.js": "theme();",
}
PAGE = '<link rel="stylesheet" href="{}"><script src="{}"></script><p class="b {}">'


def built(app, *named: tuple[str, str]) -> dict:
    """Write pages, each with one more class, and the files that they link, and return what the last one was handed."""
    app.joined = {}
    for name, more in named:
        context = {
            "css_files": [_CascadingStyleSheet("_static/book.css"), _CascadingStyleSheet("https://elsewhere/x.css")],
            "script_files": [
                _JavaScript("_static/two.js", priority=800),
                _JavaScript(None, body="let hint = 1;"),
                _JavaScript(None, body="DOCUMENTATION_OPTIONS.pagename = 'x';"),
                _JavaScript("_static/one.js", priority=200),
            ],
        }
        joined_assets.join(app, name, "page.html", context, None)
        text = PAGE.format(context["joined_sheet"], context["joined_script"], more)
        (app.outdir / f"{name}.html").write_text(text, encoding="utf-8")
    joined_assets.write(app, None)
    return context


def empty_site(folder: Path) -> SimpleNamespace:
    """An application whose site holds what extensions have copied, and no page."""
    outdir, doctreedir = folder / "html", folder / "doctrees"
    doctreedir.mkdir(parents=True)
    for name, text in FILES.items():
        (outdir / "_static" / name).parent.mkdir(parents=True, exist_ok=True)
        (outdir / "_static" / name).write_text(text)
    config, builder = SimpleNamespace(book_frame="frame"), SimpleNamespace(format="html")
    return SimpleNamespace(outdir=outdir, doctreedir=doctreedir, config=config, builder=builder)


@pytest.fixture
def page(tmp_path):
    """A page: the application that wrote it, and what the page was handed."""
    app = empty_site(tmp_path)
    return app, built(app, ("page", ""))


def joined(page, kind):
    (file,) = page[0].outdir.glob(f"_static/joined-*.{kind}")
    return f"_static/{file.name}", file.read_text()


def test_a_page_links_what_is_joined_and_what_cannot_be(page):
    app, context = page
    (linked,) = re.findall('href="([^"]*)"', (app.outdir / "page.html").read_text(encoding="utf-8"))
    assert (linked, context["joined_script"]) == (joined(page, "css")[0], joined(page, "js")[0])
    assert [sheet.filename for sheet in context["css_files"]] == ["https://elsewhere/x.css"]
    assert context["script_files"] == []  # one that is written into a page is joined as well: the policy forbids it


def test_files_are_joined_in_their_order(page):
    assert joined(page, "css")[1] == (
        "b{background:url(b.png)}\na{background:url(styles/pictures/a.png)}\n.b{color:red}\n"
        "@font-face{font-family:I;src:url(vendor/i.woff2)}\ni{font-family:I}\nc{background:url(data:c)}\n"
    )
    assert joined(page, "js")[1] == "let hint = 1;\n;one();\n\n;two(hint);\n;menus();\n;theme();"


def test_another_frame_gives_another_address(page):
    before = set(page[0].joined)
    page[0].config.book_frame = "another"
    joined_assets.join(page[0], "book/page", "page.html", {"css_files": [], "script_files": []}, None)
    assert len(set(page[0].joined) - before) == 2


def test_what_was_joined_before_goes_when_all_pages_are_written_again(page):
    env = SimpleNamespace(found_docs={"one", "two"})
    joined_assets.without_old(page[0], env, {"one"}, set(), set())
    assert joined(page, "css")
    joined_assets.without_old(page[0], env, {"one", "two"}, set(), set())
    assert not [*page[0].outdir.glob("_static/joined-*"), *page[0].doctreedir.glob("joined-*")]


def test_a_figure_gets_the_size_of_its_file_in_pixels(tmp_path):
    (tmp_path / "figure.svg").write_text('<svg xmlns:x="y" width="360pt" height="72pt"></svg>')
    (tmp_path / "drawing.svg").write_text("<svg></svg>")
    images = {"figure.svg": "f.svg", "drawing.svg": "d.svg"}
    app = SimpleNamespace(srcdir=tmp_path, builder=SimpleNamespace(images=images))
    body = '<img alt="x" src="../_images/f.svg" /><img src="../_images/d.svg" /><img src="x.png">'
    body += '<img class="y" src="../_images/f.svg">'
    context = {"body": body, "content_root": "../"}
    light_pages.lighten(app, "page", "page.html", context, None)
    sized = body.replace("<img alt", '<img width="480" height="96" alt')
    sized = sized.replace("<img class", '<img width="480" height="96" loading="lazy" class')  # not the first one
    assert context["body"] == sized


# Style that is needed -------------------------------------------------------------------------------------------------

ON_PAGE = """<p class="note wide" id='top' style="animation: turn 1s"><b class=bare></b></p><svg font-family="Drawn">
<script>box.classList.add("opened"); tip.className = `tip-${place}-auto`</script>"""


@pytest.mark.parametrize("rule", [
    "p{a:b}", ".note{a:b}", "#top .wide>.bare{a:b}", ".opened:hover::after{a:b}", ".tip-left-auto{a:b}",
    "p:not(.nowhere){a:b}", ":is(.nowhere,.note) b{a:b}", "[class*=nowhere]{a:b}", ".done{a:b}",
    "@media print{.note{a:b}}", "@supports (a:b){@media print{p{a:b}}}", "@page{margin:0}", ":root{--unread:#abc}",
    "@keyframes turn{to{a:b}}", "@font-face{font-family:Drawn;src:url(a)}", "/*! License: free */",
])  # fmt: skip
def test_a_rule_stays_that_a_page_or_a_script_needs(rule):
    names = needed_style.names_in([ON_PAGE], ["part.toggle('done')"])
    assert needed_style.needed(rule, names) == f"{rule}\n"


@pytest.mark.parametrize(("rule", "left"), [
    (".nowhere{a:b}", ""), ("#note{a:b}", "#note{a:b}\n"), ("#nowhere p{a:b}", ""), (".note .nowhere:hover{a:b}", ""),
    (".note,.nowhere{a:b}", ".note{a:b}\n"), (":is(.nowhere,#elsewhere) b{a:b}", ""), ("p:has(> .nowhere){a:b}", ""),
    ("@media print{.note{a:b}.nowhere{a:b}}", "@media print{.note{a:b}}\n"), ("@media print{.nowhere{a:b}}", ""),
    ("@keyframes spin{to{a:b}}.nowhere{animation:spin}", ""), ("/* Of notes. */.note{/* so */a:b}", ".note{a:b}\n"),
    ("@font-face{font-family:\"Two words\";src:url(a)}p{font:1em Two}", "p{font:1em Two}\n"),
])  # fmt: skip
def test_a_rule_goes_that_no_page_and_no_script_can_use(rule, left):
    assert needed_style.needed(rule, needed_style.names_in([ON_PAGE], [])) == left


def test_a_motion_and_a_face_stay_that_a_rule_which_stays_names():
    rules = '@keyframes spin{to{a:b}}\n@font-face{font-family:"Two words";src:url(a)}\n'
    names = needed_style.names_in([ON_PAGE], [])
    for uses in ("p{animation:spin;font-family:Two words}\n", 'p{--x:spin "Two words"}\n'):
        assert needed_style.needed(rules + uses, names) == rules + uses
        assert needed_style.needed(rules + f".nowhere{uses[1:]}", names) == ""


def test_a_page_that_is_written_alone_brings_its_rules_and_takes_them_away(page, tmp_path):
    def files(app) -> dict[str, str]:
        return {path.name: path.read_text(encoding="utf-8") for path in app.outdir.rglob("*.*")}

    app, _ = page
    both = empty_site(tmp_path / "both")
    built(app, ("other", "later"))
    built(both, ("page", ""), ("other", "later"))
    assert files(app) == files(both) and ".later{color:blue}" in joined(page, "css")[1]
    built(app, ("other", ""))
    built(both, ("page", ""), ("other", ""))
    assert files(app) == files(both) and "later" not in joined(page, "css")[1]


def test_nothing_is_written_where_no_page_is(page):
    app, _ = page
    before = {path: path.stat().st_mtime_ns for path in app.outdir.rglob("*.*")}
    built_nothing = SimpleNamespace(**{**vars(app), "joined": {}})
    joined_assets.write(built_nothing, None)
    assert before == {path: path.stat().st_mtime_ns for path in app.outdir.rglob("*.*")}


def test_pages_load_less_than_half_of_the_style(html):
    (whole, *_) = sorted((html.parent / ".doctrees").glob("joined-*.css"))
    (sheet,) = html.glob(f"_static/{whole.stem}-*.css")
    before, after = (len(gzip.compress(file.read_bytes())) for file in (whole, sheet))
    assert after < 38_000 and after < 0.5 * before


LOOKS = """async () => {
  await document.fonts.ready;
  document.getAnimations().filter((each) => each instanceof CSSTransition).forEach((each) => each.finish());
  const kinds = new Map(), looks = {};
  for (const each of document.querySelectorAll("html, body, body *"))
    kinds.set(`${each.tagName}.${each.getAttribute("class")}`, each);
  for (const [kind, each] of kinds)
    for (const part of ["", "::before", "::after"]) {
      const style = getComputedStyle(each, part);
      if (part && ["none", "normal"].includes(style.content)) continue;
      for (const name of style)
        if (!name.startsWith("--")) looks[`${kind}${part} ${name}`] = style.getPropertyValue(name);
    }
  return JSON.stringify(looks);
}"""
OPEN = """() => {
  document.querySelectorAll("details").forEach((box) => (box.open = true));
  document.querySelector("#pst-search-dialog:not([open])")?.showModal();
}"""
SHOWN = ["book/index", "book/layers/relu", "book/reference/cheat-sheet", "book/reference/api", "search"]
MEDIA = [(1280, "light", "screen"), (1280, "dark", "print"), (390, "dark", "screen")]


def looks(browser, site, name, sheets=None) -> list[dict[str, str]]:
    """What the browser makes of each kind of element of a page, in all media, with other style sheets than its own."""
    tab = browser.new_page()
    if sheets:
        tab.route(
            re.compile(r"joined-.*\.css"),
            lambda route: route.fulfill(body=sheets(route.request.url), content_type="text/css"),
        )
    tab.emulate_media(reduced_motion="reduce")
    tab.goto(f"{site}{name}.html", wait_until="networkidle")
    found = []
    for width, color, medium in MEDIA:
        tab.set_viewport_size({"width": width, "height": 800})
        tab.emulate_media(media=medium, color_scheme=color)
        tab.wait_for_function("color => document.documentElement.dataset.theme === color", arg=color)
        found.append(at_rest(tab))
    tab.close()
    return found


def at_rest(tab) -> dict[str, str]:
    """What the browser makes of a page, opened, once nothing changes any more: a box that comes near is drawn later."""
    before, now = None, ""
    while before != now:
        before = now
        tab.wait_for_timeout(300)
        tab.evaluate(OPEN)
        now = tab.evaluate(LOOKS)
    return json.loads(now)


@pytest.fixture(scope="module")
def whole(html):
    """The whole style sheet of which a linked one was made."""

    def text(url: str) -> str:
        key = joined_assets.SHEET.search(url)[1]
        return (html.parent / ".doctrees" / f"joined-{key}.css").read_text(encoding="utf-8")

    return text


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_looks_the_same_with_what_it_needs_of_its_style(name, browser, site, whole):
    needed, all_of_it = looks(browser, site, name), looks(browser, site, name, whole)
    assert all(len(each) > 15_000 for each in needed) and needed[0] != needed[1] != needed[2]
    for before, after in zip(all_of_it, needed, strict=True):
        assert before.keys() == after.keys()
        assert {part: (look, before[part]) for part, look in after.items() if look != before[part]} == {}


@pytest.mark.parametrize("word", ["admonition-title", "headerlink"])
def test_a_rule_that_is_missing_is_noticed(word, browser, site, html, whole):
    pages = [path.read_text(encoding="utf-8") for path in html.glob("book/**/*.html")]
    names = needed_style.names_in(pages, [])
    fewer = needed_style.Names(names.whole - {word}, names.beginnings)
    found = looks(browser, site, "book/reference/cheat-sheet", lambda url: needed_style.needed(whole(url), fewer))
    assert found != looks(browser, site, "book/reference/cheat-sheet")


# Scripts --------------------------------------------------------------------------------------------------------------

ORDER = """
window.order = "";
const note = (prototype, name, letter) => {
  const { get, value } = Object.getOwnPropertyDescriptor(prototype, name);
  const noted = function (...given) { order += letter; return (get || value).apply(this, given) };
  Object.defineProperty(prototype, name, get ? { get: noted } : { value: noted });
};
note(Element.prototype, "scrollWidth", "r");
note(Element.prototype, "removeAttribute", "w");
"""


def test_boxes_are_read_before_they_are_written(browser, site):
    tab = browser.new_page(viewport={"width": 390, "height": 800})
    tab.add_init_script(ORDER)
    tab.goto(f"{site}book/layers/dense-backward.html", wait_until="networkidle")
    tab.evaluate("document.fonts.ready.then(() => new Promise(done => setTimeout(done, 500)))")
    order = tab.evaluate("order")
    tab.close()
    assert order.count("r") > 40 and len(re.findall("wr", order)) < 10, order


def test_the_theme_does_not_look_for_boxes_that_scroll_a_second_time(html):
    (theme,) = html.glob("_static/scripts/pydata-sphinx-theme.js")
    assert theme.read_text(encoding="utf-8").count(joined_assets.LOOKS_WHAT_SCROLLS) == 1
    for joined_one in html.glob("_static/joined-*.js"):
        assert "scrollHeight>e.clientHeight" in joined_one.read_text(encoding="utf-8")
        assert joined_assets.LOOKS_WHAT_SCROLLS not in joined_one.read_text(encoding="utf-8")


# Elements -------------------------------------------------------------------------------------------------------------


def test_plain_code_has_the_color_of_the_code_around_it(html):
    sheet = (html / "_static" / "pygments.css").read_text(encoding="utf-8")
    for mode in ("light", "dark"):
        rule = rf'^html\[data-theme="{mode}"\] \.highlight ({{}})\s*{{{{[^}}}}]*?\bcolor: (#\w+)'.format
        (around,) = {color for _, color in re.findall(rule(""), sheet, re.MULTILINE)}
        colors = dict(re.findall(rule(r"\.\w+"), sheet, re.MULTILINE))
        assert {name: colors.get(f".{name}", around) for name in light_pages.PLAIN} == dict.fromkeys(
            light_pages.PLAIN, around
        )
        assert colors[".k"] != around and set(colors) > {".n", ".p"}
    assert (
        light_pages.OF_PLAIN.sub(r"\1", '<span class="n">x</span><span class="k">if</span>')
        == 'x<span class="k">if</span>'
    )


TEX = (
    r"\frac{a_1}{\sum_{j=1}^D x_{ij}^{[r]}} \begin{bmatrix}1&2\\3&4\end{bmatrix} \sqrt{x^2} \left(\tilde{A}\right)",
    r"f'(x) = \begin{cases} 1, & x > 0 \\ \frac{1}{2}, & x \le 0 \end{cases} \quad \text{where } a < 1 \, \& \, b",
    r"\operatorname{ReLU}(z)^\top \odot \mathsf{W} \sim \mathbf{1}_{D^{n^2}} \lvert \ln \hat{c}_i \rvert",
    r"\sum_{i=1}^n \textstyle\sum_{i=1}^n \arg\max_m \underbrace{x + \cdots + x}_{n} \overline{y} \xrightarrow{t}",
)


@pytest.fixture(scope="module")
def written():
    """What KaTeX writes of a formula, and the same in fewer elements."""
    yield lambda tex: (text := json.loads(katex_math.Engine.start().call("render", tex, True))[1], lean(text))
    katex_math.Engine.stop()


def meanings(text: str) -> tuple[str, str]:
    """What is read of a formula, without rows that hold one thing or are all of it, and the LaTeX it was made of."""
    math = BeautifulSoup(text, "html.parser").find("math")
    if annotation := math.find("annotation"):
        tex = annotation.extract().get_text()
        math.semantics.unwrap()
        math.mrow.unwrap()
    else:
        tex = math.parent["data-tex"]
    while rows := [row for row in math.select("mrow") if not row.attrs and len(row.contents) == 1]:
        rows[0].unwrap()
    for row in math.select("mtd > mrow:only-child, mstyle > mrow:only-child"):
        row.unwrap()
    return str(math), tex


@pytest.mark.parametrize("tex", TEX)
def test_a_formula_in_fewer_elements_means_the_same(tex, written):
    before, after = map(meanings, written(tex))
    assert before == after == (after[0], tex)
    assert meanings(written(tex + " + 1")[1]) != before


def test_the_sheet_of_katex_says_which_boxes_no_style_concerns():
    assert {"mord", "mrel", "mtight"}.isdisjoint(lean_katex.STYLED) and {"vlist", "mathnormal"} <= lean_katex.STYLED
    assert lean_katex.SCALES["reset-size6", "size3"] == 0.7 and "vlist" in lean_katex.KEEPS
    faces = {"mathnormal", "mathbf", "mathsf", "op-symbol", "delimsizing"}
    assert faces <= lean_katex.FACES and {"nulldelimiter", "vlist-t", "katex-sizing", "mult"}.isdisjoint(
        lean_katex.FACES
    )


AS_WRITTEN = """<style>.katex .katex-base::before, .katex .vlist > span::before,
    .katex .vlist-t2::after { content: none !important }</style>"""  # what book.css adds
SCALE = 4  # pixels of a picture for one of a page


def pictures(tab, texts: list[str], style: str = "") -> list[Image.Image]:
    """Each formula as a picture."""
    boxes = "".join(f"<div class='math' style='display: block'>{text}</div>" for text in texts)
    tab.evaluate("text => { document.body.innerHTML = text }", style + boxes)
    tab.evaluate("document.body.offsetHeight, document.fonts.ready.then(() => true)")
    tab.wait_for_function("() => document.fonts.status === 'loaded'")
    tab.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    places = tab.evaluate("""[...document.querySelectorAll("div.math")].map(box => {
      const {top, bottom} = box.getBoundingClientRect();
      return [top + scrollY, bottom + scrollY].map(Math.round);
    })""")
    whole = Image.open(io.BytesIO(tab.screenshot(full_page=True))).convert("L")
    return [whole.crop((0, SCALE * top, whole.width, SCALE * bottom)) for top, bottom in places]


def differ(one: Image.Image, other: Image.Image) -> bool:
    """Has one picture ink that is farther than a pixel of the page from all ink of the other?

    A browser rounds the place of a text to pixels, and a last digit may decide whether up or down.
    """
    if abs(one.height - other.height) > SCALE:
        return True
    size = (max(one.width, other.width), max(one.height, other.height))
    both = []
    for picture in (one, other):
        both.append(Image.new("L", size, "white"))
        both[-1].paste(picture)
    near = [picture.filter(ImageFilter.MinFilter(2 * SCALE + 1)) for picture in both]
    far = [ImageChops.subtract(near[0], both[1]), ImageChops.subtract(near[1], both[0])]
    return max(each.getextrema()[1] for each in far) > 64


@pytest.fixture
def paper(html, browser):
    tab = browser.new_page(viewport={"width": 700, "height": 200}, device_scale_factor=SCALE, bypass_csp=True)
    tab.goto((html / "book" / "layers" / "relu.html").as_uri())
    add_style(tab, "body { background: white; color: black; display: block } div.math { margin: 12px }")
    yield tab
    tab.close()


def test_formulas_in_fewer_elements_look_the_same(html, paper, written):
    pages = [path.read_text(encoding="utf-8") for path in sorted(html.glob("book/**/*.html"))]
    found = {tex: "" for page in pages for tex in re.findall(r'data-tex="([^"]*)"', page)}
    texts = [written(tex) for tex in (*TEX, *map(unescape, sorted(found)[::25]))]
    assert len(texts) > 50
    assert sum(lean.count("</") for _, lean in texts) < 0.55 * sum(text.count("</") for text, _ in texts)
    before = pictures(paper, [text for text, _ in texts], AS_WRITTEN)
    after = pictures(paper, [lean for _, lean in texts])
    assert [texts[k][1] for k, pair in enumerate(zip(before, after, strict=True)) if differ(*pair)] == []


@pytest.mark.parametrize(("old", "new"), [
    ("--strut", "--other"), ("margin-bottom", "margin-top"), ("margin-left", "margin-x"), ("reset-size6 size3", ""),
    ("mathnormal", ""), ("0.7em", "0.8em"),
])  # fmt: skip
def test_a_formula_that_looks_different_is_noticed(old, new, paper, written):
    text, lean = written(TEX[0])
    assert old in lean or old == "0.7em"
    style = f"<style>.katex .katex-sizing {{ font-size: {new} !important }}</style>" if old == "0.7em" else ""
    (before,), (after,) = pictures(paper, [text], AS_WRITTEN), pictures(paper, [lean.replace(old, new)], style)
    assert differ(before, after)
