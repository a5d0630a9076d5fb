"""Run by every kernel that executes a page: it finds `book.figures`, and a Figure is the same SVG in every build."""


def _find_figures(startup):
    """Let the folder above `book` be searched last, so that a package of the environment comes before it."""
    import sys
    from pathlib import Path

    sys.path.append(str(Path(startup).parents[2]))


def _figures_as_svg():
    from io import BytesIO

    from IPython import get_ipython

    def svg(figure):
        import matplotlib

        stream = BytesIO()
        with matplotlib.rc_context({"svg.hashsalt": "book"}):
            figure.savefig(stream, format="svg", metadata={"Date": None})
        return stream.getvalue().decode()

    # By name, so that matplotlib is loaded only on pages that draw.
    formatter = get_ipython().display_formatter.formatters["image/svg+xml"]
    formatter.for_type_by_name("matplotlib.figure", "Figure", svg)


_find_figures(__file__)
_figures_as_svg()
del _find_figures, _figures_as_svg
