"""The picture that stands for the book where somebody shares its address: title, a formula, and its mark.

It is drawn when the book has an address, since only a whole address can be shared.
"""

from pathlib import Path

ADDRESS = "_static/card.png"
SIZE = (1200, 630)  # in pixels, what og:image is shown at
FORMULA = r"$\dfrac{\partial J}{\partial W} \;=\; X^{\mathsf{T}} \, \dfrac{\partial J}{\partial Z}$"
ALT = "{title}: the gradient with respect to the weights of a dense layer, X transposed times that of Z, with a tick"


def announce(app, config):
    """Name the picture in the head of every page, if the book has an address."""
    if config.html_baseurl:
        config.ogp_image = config.html_baseurl + ADDRESS
        config.ogp_image_alt = ALT.format(title=app.work.title)
        config.ogp_custom_meta_tags = ['<meta name="twitter:card" content="summary_large_image">']


def draw(title: str, file: Path) -> None:
    """Draw the picture with the title of the book; the same title gives the same bytes."""
    from matplotlib import rc_context  # a second, which a build without an address does not need
    from matplotlib.figure import Figure

    with rc_context({"mathtext.fontset": "cm", "font.family": "DejaVu Sans"}):
        figure = Figure(figsize=(SIZE[0] / 100, SIZE[1] / 100), dpi=100, facecolor="#fbfaf7")
        size = min(46, 1150 / max(len(title), 1))
        figure.text(0.07, 0.78, title, fontsize=size, fontweight="bold", color="#1a1a1a")
        figure.text(0.07, 0.36, FORMULA, fontsize=58, color="#0072b2")
        figure.text(0.55, 0.38, "✓", fontsize=72, color="#007a5a")
        figure.text(0.07, 0.12, "Every formula derived, checked and run", fontsize=24, color="#4d4d4d")
        figure.savefig(file, metadata={"Software": None})


def write(app, exception):
    """Draw it beside the other static files."""
    if exception is None and app.builder.format == "html" and app.config.html_baseurl:
        draw(app.work.title, Path(app.outdir, ADDRESS))


def setup(app):
    app.connect("config-inited", announce, priority=20)  # when the address is known, book/_ext/site_frame.py
    app.connect("build-finished", write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
