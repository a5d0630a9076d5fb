"""Load what a page shows in time: its fonts early, its images late, and with their sizes, so that nothing moves."""

import json
import posixpath
import re
from pathlib import Path

IMAGE = re.compile(r'<img\b[^>]*\bsrc="[^"]*_images/([^"]+\.svg)"[^>]*>')
SIZE = re.compile(r'<svg\b[^>]*?\bwidth="([\d.]+)pt" height="([\d.]+)pt"')  # of a figure of matplotlib

# Every page shows the face of the text, and one with mathematics these two of formulas; asked for early, they are there
# before the text is laid out, so that it does not move. A page that is read from a file may not ask.
FONTS = """\
<script>
if (location.protocol !== "file:")
  for (const name of NAMES)
    document.head.append(Object.assign(document.createElement("link"), {
      rel: "preload", as: "font", type: "font/woff2", crossOrigin: "",
      href: `ROOT_static/${name}.woff2`
    }));
</script>
"""
TEXT = ("fonts/source-serif-4",)
FORMULAS = ("katex/fonts/KaTeX_Main-Regular", "katex/fonts/KaTeX_Math-Italic")


def lighten(app, pagename, templatename, context, doctree):
    """Size the images of a page, and ask for the fonts of its text and of its formulas."""
    body = context.get("body", "")
    fonts = json.dumps([*TEXT, *(FORMULAS if 'class="katex"' in body else ())])
    script = FONTS.replace("ROOT", context["content_root"]).replace("NAMES", fonts)
    context["metatags"] = context.get("metatags", "") + script
    files = {posixpath.basename(name): Path(app.srcdir, source) for source, name in app.builder.images.items()}
    context["body"] = IMAGE.sub(lambda image: sized(image[0], files[image[1]]), body)


def sized(image: str, file: Path) -> str:
    """Return an image with the size of its file, in CSS pixels, loaded when a reader comes near it."""
    size = SIZE.search(file.read_text(encoding="utf-8"))
    if not size:
        return image
    width, height = (round(float(points) * 4 / 3) for points in size.groups())
    return image.replace("<img", f'<img width="{width}" height="{height}" loading="lazy"', 1)


def setup(app):
    app.connect("html-page-context", lighten)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
