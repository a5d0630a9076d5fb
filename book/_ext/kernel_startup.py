"""Run by every kernel that executes a page: a matplotlib Figure is shown as an SVG that is the same in every build."""


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


_figures_as_svg()
del _figures_as_svg
