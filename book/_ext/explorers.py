"""Explorers: ``{explorer} softmax``, ``paths`` or ``product``, a figure whose numbers can be changed where scripts run.

What the page holds is a still picture, with numbers that nncore computes: it is there on paper and without scripts. An
element of book/_static/explorers takes its start values from it. The numbers that nncore starts from are those of the
page, so that none is typed twice: what its cells assign to the names of `DRAWN`. The option ``numbers`` assigns them
where no cell does. The content is the caption::

    ```{explorer} product
    :name: fig-product

    The entries of a product.
    ```
"""

import ast
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from inspect import signature

import numpy as np
from docutils import nodes
from docutils.parsers.rst import directives
from listings import file_of
from sphinx.util.docutils import SphinxDirective

from nncore import functions

SCRIPTS = "explorers/{}.js"
# Of each kind of bars the largest value, where 0 is, and the color.
BARS = {"z": (5, "50%", "forward"), "p": (1, "0%", "proved"), "rate": (1, "50%", "backward")}

# The network: where its parts are, as seen in a window of that size, and what its arrows connect.
WINDOW = (328, 260)
PLACES = {
    **{"x1": (24, 50), "x2": (24, 210), "u1": (146, 50), "u2": (146, 210), "q": (248, 130), "J": (309, 130)},
    **{"w1": (86, 50), "w2": (61, 162), "w3": (61, 98), "w4": (86, 210), "w5": (206, 88), "w6": (206, 172)},
    **{"error": (284, 82), "z1": (146, 16), "z2": (146, 244), "y": (292, 178)},
}
ARROWS = {
    **{"w1": ("x1", "u1"), "w2": ("x2", "u1"), "w3": ("x1", "u2"), "w4": ("x2", "u2")},
    **{"w5": ("u1", "q"), "w6": ("u2", "q"), "error": ("q", "J")},
}
PATHS = {"a1": ("error", "w5", "u1", "w1"), "a2": ("error", "w6", "u2", "w3")}  # from the cost back to the first input
THOUSANDTH, HUNDREDTH = Decimal("0.001"), Decimal("0.01")


class Picture(nodes.General, nodes.Element):
    """The still picture of an explorer, as HTML in its attribute ``html``, and its kind."""


# Numbers and letters --------------------------------------------------------------------------------------------------


def short(value: float) -> str:
    """Return a number with at most three digits after the point, as explorer.js writes it."""
    return _with_minus(f"{_rounded(value, THOUSANDTH).normalize():f}")


def two_digits(value: float) -> str:
    """Return a number with two digits after the point, as softmax.js writes it."""
    return _with_minus(f"{_rounded(value, HUNDREDTH):f}")


def in_sum(value: float) -> str:
    """Return a number within a sum or a product: in parentheses if it is negative."""
    text = short(value)
    return f"({text})" if text.startswith("−") else text


def _rounded(value: float, unit: Decimal) -> Decimal:
    """Return a number rounded as `toFixed` of JavaScript rounds it, and 0 without a sign."""
    return Decimal(float(value)).quantize(unit, ROUND_HALF_UP) + 0


def _with_minus(text: str) -> str:
    return text.replace("-", "−")


def data(value: float, form: Callable[[float], str] = short, name: str = "") -> str:
    """Return a number as it is read, with all of its digits in the attribute that a script reads."""
    kind = f' class="{name}"' if name else ""
    return f'<data{kind} value="{float(value)!r}">{form(value)}</data>'


def letter(name: str, index: int | None = None) -> str:
    """Return a letter in italics, with an index if it has one."""
    return f"<i>{name}</i>" + (f"<sub>{index}</sub>" if index else "")


# The pictures ---------------------------------------------------------------------------------------------------------


def softmax(z, c) -> str:
    """Return the logits of a sample, its probabilities and their differences from the one-hot target, as bars.

    ``z`` are the logits, ``c`` is the class number, from 0 on as in code.
    """
    Z, labels = np.atleast_2d(np.asarray(z, float)), np.array([c])
    rates = functions.softmax_cross_entropy_vjp(np.ones(1), Z, labels)[0]
    p, loss = functions.softmax(Z)[0], functions.softmax_cross_entropy(Z, labels)[0]
    names = (letter("z"), letter("p"), f"{letter('p')} − {letter('y')}")
    head = "".join(f'<th scope="col">{name}</th>' for name in ("class", *names))
    rows = "".join(
        f'<tr><th scope="row"><span>{m + 1}, {letter("y")} = {data(m == c, short, "y")}</span></th>'
        f"{_bar('z', Z[0, m])}{_bar('p', p[m])}{_bar('rate', rates[m])}</tr>"
        for m in range(Z.shape[1])
    )
    says = (
        f"The true class, {data(c + 1, short, 'class')}, has the probability {data(p[c], two_digits, 'true')}; "
        f"the loss is {data(loss, two_digits, 'loss')}. "
        f"The differences {letter('p')} − {letter('y')} sum to {data(rates.sum(), two_digits, 'total')}."
    )
    how = "Drag a bar of a logit, or use the arrow keys; choose another true class."
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{_below(says, how)}"


def _bar(name: str, value: float) -> str:
    """Return a cell with a number and its bar."""
    most, zero, color = BARS[name]
    length = min(max(value / most, -1), 1)
    style = f"--length:{length:.4f};--zero:{zero};--color:var(--face-{color})"
    number = data(value, two_digits)
    return f'<td><span class="box bar {name}" data-most="{most}" style="{style}">{number}</span></td>'


def paths(X, W1, W2, target) -> str:
    """Return a network of two inputs, two ReLU units and one output, and the paths from its first input to the cost.

    ``X`` is one sample (1 × 2), ``W1`` and ``W2`` are the weights (2 × 2 and 2 × 1), ``target`` is that of half the
    squared error.
    """
    X, W1, W2 = (np.asarray(each, float) for each in (X, W1, W2))
    Z = functions.dense(X, W1, np.zeros((1, 2)))
    A = functions.relu(Z)
    output = functions.dense(A, W2, np.zeros((1, 1)))
    error = output - target
    dA = functions.dense_vjp(error, A, W2)[0]
    dX = functions.dense_vjp(functions.relu_vjp(dA, Z), X, W1)[0]
    slopes = functions.relu_vjp(np.ones_like(Z), Z)
    one = {"y": target, "q": output.item(), "error": error.item(), "J": error.item() ** 2 / 2}
    several = {"x": X, "w": np.concatenate([W1.T.ravel(), W2.ravel()]), "z": Z, "a": A, "u": slopes}
    values = one | {f"{name}{k}": each for name, array in several.items() for k, each in enumerate(np.ravel(array), 1)}

    products = {unit: float(np.prod([values[name] for name in path])) for unit, path in PATHS.items()}
    rows = "".join(
        f'<tr><th scope="row">by {_name(unit)}</th><td>'
        + " · ".join(f'<span class="factor {name} box">{_named(name, values)}</span>' for name in path)
        + f" = {data(products[unit], short, 'product')}</td></tr>"
        for unit, path in PATHS.items()
    )
    says = (
        f"∂{letter('J')}/∂{letter('x')}<sub>{data(1, short, 'input')}</sub> is the sum over both paths: "
        f"{' + '.join(data(each, in_sum, 'term') for each in products.values())} = {data(dX[0, 0], short, 'total')}."
    )
    how = "Choose an arrow or a factor; each lights up the other. Choose an input to begin there."
    return f"{_network(values)}<table><tbody>{rows}</tbody></table>{_below(says, how)}"


def _network(values: dict[str, float]) -> str:
    """Return the picture of the network; the arrows that are on no path from its first input are pale."""
    on = {name for path in PATHS.values() for name in path}
    lines = "".join(
        f'<path class="{name}{"" if name in on else " off"}" d="{_arrow(*ends)}"/>' for name, ends in ARROWS.items()
    )
    named = {"x1": "source x1", "x2": "source x2", **{name: f"arrow {name}" for name in (*ARROWS, "u1", "u2")}}
    boxes = "".join(
        f'<span class="{named.get(name, name)} box"{_at(name)}>{_named(name, values)}</span>'
        for name in (*named, "q", "J")
    )
    notes = "".join(
        f"<span{_at(place)}>{', '.join(f'{_name(name)} = {data(values[name], short, name)}' for name in names)}</span>"
        for place, names in {"z1": ("z1", "a1"), "z2": ("z2", "a2"), "y": ("y",)}.items()
    )
    drawn = f'<svg viewBox="0 0 {WINDOW[0]} {WINDOW[1]}" {STROKE} aria-hidden="true">{lines}</svg>'
    return f'<div class="network" role="group" aria-label="Network">{drawn}{boxes}{notes}</div>'


STROKE = 'fill="none" stroke="currentColor" stroke-width="1.5"'
NAMES = {"error": f"{letter('q')} − {letter('y')}", "u1": "ReLU′", "u2": "ReLU′"}


def _name(name: str) -> str:
    """Return the name of a value of the network."""
    return NAMES.get(name) or letter(name[0], int(name[1:] or 0))


def _named(name: str, values: dict[str, float]) -> str:
    """Return the name of a value of the network, and the value in bold."""
    return f"<span>{_name(name)} =</span> <b>{data(values[name])}</b>"


def _at(name: str) -> str:
    """Return the place of a part of the network, as an attribute."""
    left, top = (100 * place / size for place, size in zip(PLACES[name], WINDOW, strict=True))
    return f' style="left:{left:.2f}%;top:{top:.2f}%"'


def _arrow(start: str, end: str) -> str:
    """Return the line between two parts of the network, which ends in a head, as SVG writes it."""
    (x, y), tip = PLACES[start], np.subtract(PLACES[end], PLACES[start])
    length = float(np.hypot(*tip))
    ux, uy = tip / length
    before = length - 24
    points = [(24, 0), (before, 0), (before - 6, 4), (before, 0), (before - 6, -4)]
    return "M" + "L".join(f"{x + s * ux - t * uy:.1f} {y + s * uy + t * ux:.1f}" for s, t in points)


def product(X, dZ) -> str:
    """Return the product of the transpose of one matrix and another one, and the sum that makes one of its entries."""
    X, dZ = np.asarray(X, float), np.asarray(dZ, float)
    dW = functions.dense_vjp(dZ, X, np.zeros((X.shape[1], dZ.shape[1])))[1]
    row, column = dW.shape[0] - 1, 0
    left = _matrix("left", f"{letter('X')}<sup>⊤</sup>", X.T, lambda j, i: j == row)
    right = _matrix("right", _derivative("Z"), dZ, lambda i, m: m == column)
    result = _matrix("result", _derivative("W"), dW, lambda j, m: (j, m) == (row, column))
    terms = " + ".join(
        f"{data(x, in_sum, 'x')} · {data(g, in_sum, 'g')}" for x, g in zip(X[:, row], dZ[:, column], strict=True)
    )
    at = data(row + 1, short, "nth-row"), data(column + 1, short, "nth-column")
    says = (
        f"Row {at[0]} of {letter('X')}<sup>⊤</sup> times column {at[1]} of {_derivative('Z')}: "
        f"{terms} = {data(dW[row, column], short, 'total')}."
    )
    how = f"Choose another entry of {_derivative('W')}."
    return f'<div class="matrices">{left}{right}{result}</div>{_below(says, how)}'


def _derivative(name: str) -> str:
    return f"∂{letter('J')}/∂{letter(name)}"


LIT = ' class="lit"'


def _matrix(kind: str, name: str, values: np.ndarray, is_lit: Callable[[int, int], bool]) -> str:
    """Return a matrix as a table, with some of its entries lit."""

    def cell(i: int, j: int) -> str:
        return f"<td{LIT if is_lit(i, j) else ''}>{data(values[i, j])}</td>"

    rows = "".join(f"<tr>{''.join(cell(i, j) for j in range(len(of_row)))}</tr>" for i, of_row in enumerate(values))
    return f'<table class="{kind}"><caption>{name}</caption><tbody>{rows}</tbody></table>'


def _below(says: str, how: str) -> str:
    """Return what an explorer says of its numbers, and how they are changed, which is seen where they can be."""
    return f'<p class="says" role="status">{says}</p><p class="how" hidden>{how}</p>'


DRAWN: dict[str, Callable[..., str]] = {"softmax": softmax, "paths": paths, "product": product}


# The numbers of a page ------------------------------------------------------------------------------------------------


def assigned(codes: Iterable[str], names: Iterable[str]) -> dict[str, object]:
    """Return what pieces of code assign to names: the first value of each that is made of numbers and NumPy alone."""
    wanted, found = set(names), {}
    for code in codes:
        for node in _statements(code):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in wanted - found.keys():
                    if {each.id for each in ast.walk(value) if isinstance(each, ast.Name)} <= {"np"}:
                        found[name] = eval(compile(ast.Expression(value), "<cell>", "eval"), {"np": np})
    return found


def _statements(code: str) -> list[ast.stmt]:
    """Return the statements of a piece of code; none if it is more than plain Python, such as a magic command."""
    try:
        return ast.parse(code).body
    except SyntaxError:
        return []


def picture(kind: str, codes: Iterable[str]) -> str:
    """Return the still picture of a kind of explorer, with the numbers that code assigns.

    Raises
    ------
    LookupError
        If there is no such kind, or numbers are missing.
    """
    if kind not in DRAWN:
        raise LookupError(f"an explorer is one of {', '.join(DRAWN)}, got {kind!r}")
    names = tuple(signature(DRAWN[kind]).parameters)
    values = assigned(codes, names)
    if missing := [name for name in names if name not in values]:
        raise LookupError(f"no cell of the page, and not the option numbers, assigns numbers to {', '.join(missing)}")
    return DRAWN[kind](**values)


class Explorer(SphinxDirective):
    """A figure with the still picture of an explorer; its content is the caption."""

    has_content = True
    required_arguments = 1
    option_spec = {"name": directives.unchanged_required, "numbers": directives.unchanged_required}  # noqa: RUF012

    def run(self):
        (kind,), (_, cells) = self.arguments, self.env.cells[self.env.docname]
        try:
            drawn = picture(kind, (self.options.get("numbers", ""), *cells))
        except LookupError as error:
            raise self.error(str(error)) from None
        self.env.note_dependency(str(file_of("functions")))
        caption = self.parse_content_to_nodes()
        if len(caption) != 1 or not isinstance(caption[0], nodes.paragraph):
            raise self.error("the content of an explorer is its caption, one paragraph")
        figure = nodes.figure("", Picture(html=drawn, kind=kind), classes=["explorer"])
        figure += nodes.caption("", "", *caption[0].children)
        self.set_source_info(figure)
        self.add_name(figure)
        return [figure]


def visit(self, node: Picture):
    self.body.append(f"<explore-{node['kind']}>{node['html']}</explore-{node['kind']}>\n")


def depart(self, node: Picture):
    pass


def load(app, pagename, templatename, context, doctree):
    """Give a page the scripts of the explorers that are on it."""
    kinds = {node["kind"] for node in doctree.findall(Picture)} if doctree is not None else ()
    for name in ("explorer", *sorted(kinds)) if kinds else ():
        app.add_js_file(SCRIPTS.format(name))


def setup(app):
    app.add_node(Picture, html=(visit, depart))
    app.add_directive("explorer", Explorer)
    app.connect("html-page-context", load)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
