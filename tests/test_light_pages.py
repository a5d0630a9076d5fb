"""Light pages: style sheets and scripts are joined whole and in their order, and images have their sizes."""

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
import pytest
from bs4 import BeautifulSoup
from lean_katex import lean
from PIL import Image, ImageChops, ImageFilter
from sphinx.builders.html._assets import _CascadingStyleSheet, _JavaScript

from tests.conftest import add_style

VENDOR = Path(__file__).resolve().parents[1] / "book" / "_vendor"
FILES = {
    "styles/theme.css": '@import "../basic.css";a{background:url("pictures/a.png")}.b,.nowhere:focus{color:red}',
    "basic.css": "b{background:url(b.png)}",
    "styles/pydata-sphinx-theme.css": "@font-face{font-family:I;src:url(../vendor/i.woff2)}",
    "book.css": "c{background:url(data:c)}",
    "one.js": "one();\n//# sourceMappingURL=one.js.map",
    "two.js": "two(hint);",
    "scripts/bootstrap.js": "menus();",
    "scripts/pydata-sphinx-theme.js": "theme();",
}


@pytest.fixture
def page(tmp_path):
    """The style sheets and scripts that a page links, and what is joined."""
    for name, text in FILES.items():
        (tmp_path / "_static" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "_static" / name).write_text(text)
    config, builder = SimpleNamespace(book_frame="frame"), SimpleNamespace(format="html")
    app = SimpleNamespace(outdir=tmp_path, config=config, builder=builder, joined={})
    context = {
        "css_files": [_CascadingStyleSheet("_static/book.css"), _CascadingStyleSheet("https://elsewhere/x.css")],
        "script_files": [
            _JavaScript("_static/two.js", priority=800),
            _JavaScript(None, body="let hint = 1;"),
            _JavaScript(None, body="DOCUMENTATION_OPTIONS.pagename = 'x';"),
            _JavaScript("_static/one.js", priority=200),
        ],
    }
    joined_assets.join(app, "book/page", "page.html", context, None)
    joined_assets.write(app, None)
    return app, context


def joined(page, kind):
    (file,) = page[0].outdir.glob(f"_static/joined-*.{kind}")
    return f"_static/{file.name}", file.read_text()


def test_a_page_links_what_is_joined_and_what_cannot_be(page):
    _, context = page
    assert (context["joined_sheet"], context["joined_script"]) == (joined(page, "css")[0], joined(page, "js")[0])
    assert [sheet.filename for sheet in context["css_files"]] == ["https://elsewhere/x.css"]
    assert [script.attributes for script in context["script_files"]] == [{"body": "let hint = 1;"}]


def test_files_are_joined_whole_and_in_their_order(page):
    assert joined(page, "css")[1] == (
        "b{background:url(b.png)}a{background:url(styles/pictures/a.png)}.b,.nowhere:focus{color:red}\n"
        "@font-face{font-family:I;src:url(vendor/i.woff2)}\nc{background:url(data:c)}"
    )
    assert joined(page, "js")[1] == "one();\n\n;two(hint);\n;menus();\n;theme();"


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
    assert not list(page[0].outdir.glob("_static/joined-*"))


def test_a_figure_gets_the_size_of_its_file_in_pixels(tmp_path):
    (tmp_path / "figure.svg").write_text('<svg xmlns:x="y" width="360pt" height="72pt"></svg>')
    (tmp_path / "drawing.svg").write_text("<svg></svg>")
    images = {"figure.svg": "f.svg", "drawing.svg": "d.svg"}
    app = SimpleNamespace(srcdir=tmp_path, builder=SimpleNamespace(images=images))
    body = '<img alt="x" src="../_images/f.svg" /><img src="../_images/d.svg" /><img src="x.png">'
    context = {"body": body, "content_root": "../"}
    light_pages.lighten(app, "page", "page.html", context, None)
    sized = body.replace("<img alt", '<img width="480" height="96" loading="lazy" alt')
    assert context["body"] == sized and "KaTeX" not in context["early_fonts"]


def test_a_page_with_formulas_asks_for_their_two_fonts_and_that_of_the_text_early(tmp_path):
    app = SimpleNamespace(srcdir=tmp_path, builder=SimpleNamespace(images={}))
    context = {"body": '<span class="katex">x</span>'}
    light_pages.lighten(app, "page", "page.html", context, None)
    names = context["early_fonts"].split(" ")
    assert names == [*light_pages.TEXT, *light_pages.FORMULAS]
    for name in names:
        assert (VENDOR / f"{name}.woff2").is_file()


def test_names_of_icons_that_the_font_does_not_hold_are_left_out():
    kept = ['a{b:c}.fa-x:before,.fa-close:before{content:"\\f00d"}', '.fa-1:before{content:"\\31 "}']
    assert joined_assets.with_icons_of_font('.fa-anchor:before{content:"\\f13d"}'.join(kept)) == "".join(kept)


@pytest.mark.parametrize(
    ("body", "is_joined"), [("<p>sd-card</p>", False), ('<p class="x sd-card">', True), ('<p class="sd-card">', True)]
)
def test_the_style_of_designs_is_joined_for_pages_that_use_it(body, is_joined):
    app = SimpleNamespace(config=SimpleNamespace(book_frame="frame"), joined={})
    context = {"css_files": [_CascadingStyleSheet(joined_assets.DESIGN)], "script_files": [], "body": body}
    joined_assets.join(app, "book/page", "page.html", context, None)
    assert (joined_assets.DESIGN in app.joined[context["joined_sheet"]]) == is_joined


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
    tab.wait_for_function("document.fonts.status === 'loaded'")
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
    tab = browser.new_page(viewport={"width": 700, "height": 200}, device_scale_factor=SCALE)
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
