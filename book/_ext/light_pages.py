"""Load the images of a page late, and with their sizes, so that nothing moves.

Of its code only what has a color of its own is an element.
"""

import posixpath
import re
from pathlib import Path

IMAGE = re.compile(r'<img\b[^>]*\bsrc="[^"]*_images/([^"]+\.svg)"[^>]*>')
SIZE = re.compile(r'<svg\b[^>]*?\bwidth="([\d.]+)pt" height="([\d.]+)pt"')  # of a figure of matplotlib

LATER = ' loading="lazy"'

# Names, punctuation and white space have the color of the code around them (tests/test_light_pages.py).
PLAIN = ("n", "nn", "nx", "p", "pm", "w")
OF_PLAIN = re.compile(rf'<span class="(?:{"|".join(PLAIN)})">([^<]*)</span>')


def lighten(app, pagename, templatename, context, doctree):
    """Size the images of a page, and leave plain code plain."""
    body = context.get("body", "")
    files = {posixpath.basename(name): Path(app.srcdir, source) for source, name in app.builder.images.items()}
    body = IMAGE.sub(lambda image: sized(image[0], files[image[1]]), OF_PLAIN.sub(r"\1", body))
    context["body"] = body.replace(LATER, "", 1)  # the first one is near the top, and often the largest thing there


def sized(image: str, file: Path) -> str:
    """Return an image with the size of its file, in CSS pixels, loaded when a reader comes near it."""
    size = SIZE.search(file.read_text(encoding="utf-8"))
    if not size:
        return image
    width, height = (round(float(points) * 4 / 3) for points in size.groups())
    return image.replace("<img", f'<img width="{width}" height="{height}"{LATER}', 1)


def setup(app):
    app.connect("html-page-context", lighten)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
