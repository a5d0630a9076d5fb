"""A parse tree written out: as text with all parentheses (`show`), and as LaTeX (`latex`).

`show` lets a reader see how a formula was understood. `latex` writes the form that the book prints; what it writes is
read back as an equal tree, so mutants and rewritings of a formula can be made on its tree.
"""

import re
from itertools import pairwise

from nncore.verify.syntax import tree as t

# As text --------------------------------------------------------------------------------------------------------------

_BETWEEN: dict[type[t.Node], str] = {
    t.Times: " * ", t.EntryTimes: " .* ", t.Fraction: " / ", t.EntryFraction: " ./ ", t.Power: " ^ "
}  # fmt: skip
_OVER_INDEX: dict[type[t.Node], tuple[str, str]] = {t.Sum: ("sum", r"\sum"), t.Product: ("product", r"\prod")}
_PLAIN_WORDS = {"mathbf": "bold", "mathsf": "sans", "mathrm": "upright", "operatorname": ""}


def show(node: t.Node) -> str:
    """Return the tree as text in which every operation has its parentheses, one line a statement.

    ``sum(l = 1..M: …)`` binds l; ``D(J; w[j, m])`` is a partial derivative and ``d(…)`` one with an upright d; ``.*``
    and ``./`` work entry by entry; ``^T`` transposes; ``W^[r]`` is the member of a family.
    """
    match node:
        case t.Number(digits, exponent):
            return digits + (f"e{exponent}" if exponent else "")
        case t.Letter(name):
            return _plain(name)
        case t.Family(letter, layer):
            return f"{show(letter)}^[{show(layer)}]"
        case t.Indexed(base, indices):
            return f"{show(base)}[{_listed(indices)}]"
        case t.Plus(terms):
            return "(" + show(terms[0]) + "".join(map(_show_addend, terms[1:])) + ")"
        case t.Minus(body):
            return f"(-{show(body)})"
        case t.Times(parts) | t.EntryTimes(parts):
            return f"({_BETWEEN[type(node)].join(map(show, parts))})"
        case t.Fraction(one, other) | t.EntryFraction(one, other) | t.Power(one, other):
            return f"({show(one)}{_BETWEEN[type(node)]}{show(other)})"
        case t.Transpose(body):
            return f"({show(body)}^T)"
        case t.Root(body):
            return f"sqrt({show(body)})"
        case t.Bracketed(body):
            order = f"; {show(node.order)}" if isinstance(node, t.Norm) and node.order else ""
            return f"{node.plain}({show(body)}{order})"
        case t.Function(name, primes, layer):
            return _plain(name) + "'" * primes + (f"^[{show(layer)}]" if layer else "")
        case t.Apply(function, arguments):
            return f"{show(function)}({_listed(arguments)})"
        case t.Sum(index, lower, upper, body) | t.Product(index, lower, upper, body):
            return f"{_OVER_INDEX[type(node)][0]}({show(index)} = {show(lower)}..{show(upper)}: {show(body)})"
        case t.Extremum(kind, index, body):
            return f"{kind}({show(index)}: {show(body)})"
        case t.Limit(variable, point, body):
            return f"limit({show(variable)} -> {show(point)}: {show(body)})"
        case t.Derivative(body, variables, total):
            return f"{'d' if total else 'D'}({show(body)}; {_listed(variables)})"
        case t.Ellipsis():
            return "..."
        case t.Matrix(rows):
            return "[" + "; ".join(map(_listed, rows)) + "]"
        case t.Cases(cases):
            return "{" + "; ".join(f"{show(case.value)} if {show(case.condition)}" for case in cases) + "}"
        case t.Link(relation, right, conditions):
            return f"{relation.plain} {show(right)}" + _show_conditions(conditions)
        case t.Chain(first, links):
            return " ".join([show(first), *map(show, links)])
        case t.Given(chain):
            return show(chain)
        case t.ForAll(chain):
            return f"for all {show(chain)}"
        case t.Implication(premise, conclusion):
            return f"{show(premise)} => {show(conclusion)}"
        case t.Formula(statements, conditions):
            return "\n".join(map(show, statements)) + _show_conditions(conditions)
    raise TypeError(f"this node cannot be shown: {node!r}")


def _plain(name: str) -> str:
    r"""Return ``\hat{u}`` as ``hat u``, ``\mathbf{1}`` as ``bold 1``, ``\mathsf{W}`` as ``sans W``."""
    words = re.findall("[A-Za-z0-9]+", name)
    return " ".join(filter(None, (_PLAIN_WORDS.get(word, word) for word in words)))


def _show_addend(term: t.Node) -> str:
    return f" - {show(term.body)}" if isinstance(term, t.Minus) else f" + {show(term)}"


def _show_conditions(conditions: tuple[t.Node, ...]) -> str:
    return f" where {_listed(conditions)}" if conditions else ""


def _listed(nodes: tuple[t.Node, ...]) -> str:
    return ", ".join(map(show, nodes))


# As LaTeX -------------------------------------------------------------------------------------------------------------

_SCOPED = t.Sum | t.Product | t.Extremum | t.Limit
_EXTREMA = {"max": r"\max", "min": r"\min", "argmax": r"\arg\max", "argmin": r"\arg\min"}


def latex(node: t.Node) -> str:
    """Return LaTeX of the tree, which is read back as an equal tree."""
    match node:
        case t.Number(digits, exponent):
            return digits + (rf" \times 10^{{{exponent}}}" if exponent else "")
        case t.Letter(name):
            return name
        case t.Family(letter, layer):
            return f"{letter.name}^{{[{latex(layer)}]}}"
        case t.Indexed(base, indices):
            return _base(base, t.Letter, t.Family, t.Apply, t.Matrix) + "_{" + _latex_indices(indices) + "}"
        case t.Plus(terms):
            first = _grouped(terms[0]) if isinstance(terms[0], t.Plus) else latex(terms[0])
            return first + "".join(map(_latex_addend, terms[1:]))
        case t.Minus(body):
            return f"-{_term(body)}"
        case t.Times(factors):
            return _latex_product(factors)
        case t.EntryTimes(factors):
            return r" \odot ".join(map(_factor, factors))
        case t.Fraction(numerator, denominator):
            return rf"\frac{{{latex(numerator)}}}{{{latex(denominator)}}}"
        case t.EntryFraction(numerator, denominator):
            return rf"{_factor(numerator)} \oslash {_factor(denominator)}"
        case t.Power(base, exponent):
            return f"{_power_base(base)}^{{{latex(exponent)}}}"
        case t.Transpose(t.Family(letter, layer)):
            return rf"{letter.name}^{{[{latex(layer)}]\top}}"
        case t.Transpose(body):
            return rf"{_base(body, t.Letter, t.Apply, t.Matrix)}^\top"
        case t.Root(body):
            return rf"\sqrt{{{latex(body)}}}"
        case t.Bracketed(body):
            order = f"_{{{latex(node.order)}}}" if isinstance(node, t.Norm) and node.order else ""
            return f"{node.opening} {latex(body)} {node.closing}{order}"
        case t.Function(name, primes, layer):
            return name + "'" * primes + (f"^{{[{latex(layer)}]}}" if layer else "")
        case t.Apply(function, arguments):
            return f"{latex(function)}({', '.join(map(latex, arguments))})"
        case t.Sum(index, lower, upper, body) | t.Product(index, lower, upper, body):
            sign = _OVER_INDEX[type(node)][1]
            return f"{sign}_{{{index.name} = {latex(lower)}}}^{{{latex(upper)}}} {_term(body)}"
        case t.Extremum(kind, index, body):
            return f"{_EXTREMA[kind]}_{{{index.name}}} {_term(body)}"
        case t.Limit(variable, point, body):
            return rf"\lim_{{{variable.name} \to {latex(point)}}} {_term(body)}"
        case t.Derivative():
            return _latex_derivative(node)
        case t.Ellipsis(name):
            return name
        case t.Matrix(rows):
            return r"\begin{bmatrix} " + r" \\ ".join(" & ".join(map(latex, row)) for row in rows) + r" \end{bmatrix}"
        case t.Cases(cases):
            lines = (f"{latex(case.value)} & {latex(case.condition)}" for case in cases)
            return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}"
        case t.Link(relation, right):
            return f"{relation} {latex(right)}"
        case t.Chain(first, links):
            return " ".join([latex(first), *map(latex, links)])
        case t.Given(chain):
            return f"({latex(chain)})"
        case t.ForAll(chain):
            return rf"\forall {latex(chain)}"
        case t.Implication(premise, conclusion):
            return rf"{latex(premise)} \Rightarrow {latex(conclusion)}"
        case t.Formula(statements, conditions):
            return _latex_statements(statements) + "".join(map(_latex_condition, conditions))
    raise TypeError(f"this node cannot be written as LaTeX: {node!r}")


def _grouped(node: t.Node) -> str:
    return rf"\left( {latex(node)} \right)"


def _term(node: t.Node) -> str:
    """Return what may stand after a sign or after the sign of a sum."""
    return _grouped(node) if isinstance(node, t.Plus | t.Minus) else latex(node)


def _latex_addend(node: t.Node) -> str:
    return f" - {_term(node.body)}" if isinstance(node, t.Minus) else f" + {_term(node)}"


def _reaches_on(node: t.Node) -> bool:
    """Return whether the node would take what follows it for its own."""
    return isinstance(node, _SCOPED) or (isinstance(node, t.Derivative) and not _is_compact(node))


def _factor(node: t.Node) -> str:
    """Return what may stand among other factors."""
    return _grouped(node) if _starts_with_digit(node) else _written_factor(node)


def _starts_with_digit(node: t.Node) -> bool:
    return isinstance(node, t.Number) or (isinstance(node, t.Power) and isinstance(node.base, t.Number))


def _latex_product(factors: tuple[t.Node, ...]) -> str:
    *others, last = factors
    written = [*map(_written_factor, others), latex(last) if _reaches_on(last) else _written_factor(last)]
    for position, factor in enumerate(factors[1:], 1):
        written[position] = (r" \cdot " if _starts_with_digit(factor) else r" \, ") + written[position]
    return "".join(written)


def _written_factor(node: t.Node) -> str:
    compound = isinstance(node, t.Plus | t.Minus | t.Times | t.EntryTimes | t.EntryFraction)
    return _grouped(node) if compound or _reaches_on(node) else latex(node)


def _base(node: t.Node, *bare: type[t.Node]) -> str:
    """Return what may carry a subscript or a superscript."""
    return latex(node) if isinstance(node, bare) else _grouped(node)


def _power_base(node: t.Node) -> str:
    plain_entry = isinstance(node, t.Indexed) and not isinstance(node.base, t.Family)
    plain_number = isinstance(node, t.Number) and not node.exponent
    return latex(node) if plain_entry or plain_number else _base(node, t.Letter, t.Apply, t.Matrix, t.Bracketed)


def _latex_indices(indices: tuple[t.Node, ...]) -> str:
    digits = [isinstance(index, t.Number) for index in indices]
    beside = any(one and other for one, other in pairwise(digits))
    long = any(
        isinstance(index, t.Plus) or (isinstance(index, t.Number) and len(index.digits) > 1) for index in indices
    )
    return (", " if beside or long else " ").join(map(latex, indices))


def _is_compact(node: t.Derivative) -> bool:
    return isinstance(node.body, t.Letter | t.Indexed | t.Family | t.Apply | t.Function)


def _latex_derivative(node: t.Derivative) -> str:
    sign = r"\mathrm{d}" if node.total else r"\partial"
    order = f"^{len(node.variables)}" if len(node.variables) > 1 else ""
    below = r" \, ".join(f"{sign} {latex(variable)}" for variable in node.variables)
    if _is_compact(node):
        return rf"\frac{{{sign}{order} {latex(node.body)}}}{{{below}}}"
    return rf"\frac{{{sign}{order}}}{{{below}}} {_term(node.body)}"


def _latex_statements(statements: tuple[t.Chain | t.Implication, ...]) -> str:
    chains = [each for each in statements if isinstance(each, t.Chain)]  # an implication has no other beside it
    if len(statements) == 1 and not any(link.note or link.conditions for chain in chains for link in chain.links):
        return latex(statements[0])
    lines = [line for chain in chains for line in _latex_lines(chain)]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def _latex_lines(chain: t.Chain) -> list[str]:
    left = [latex(chain.first) + " ", *("" for _ in chain.links[1:])]
    return [f"{start}&{_latex_link(link)}" for start, link in zip(left, chain.links, strict=True)]


def _latex_link(link: t.Link) -> str:
    note = rf" && \text{{{link.note.text}}}" if link.note else ""
    return latex(link) + "".join(map(_latex_condition, link.conditions)) + note


def _latex_condition(condition: t.Chain | t.Given | t.ForAll) -> str:
    return rf" \quad {latex(condition)}"
