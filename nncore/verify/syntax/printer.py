"""A parse tree written out: as text with all parentheses (`show`), and as LaTeX (`latex`).

`show` lets a reader see how a formula was understood. `latex` writes the form that the book prints; what it writes is
read back as an equal tree, so mutants and rewritings of a formula can be made on its tree.
"""

import re
from itertools import pairwise

from nncore.verify.syntax.tree import (
    Apply,
    Bracketed,
    Cases,
    Chain,
    Derivative,
    Ellipsis,
    EntryFraction,
    EntryTimes,
    Extremum,
    Family,
    ForAll,
    Formula,
    Fraction,
    Function,
    Given,
    Implication,
    Indexed,
    Letter,
    Limit,
    Link,
    Matrix,
    Minus,
    Node,
    Norm,
    Number,
    Plus,
    Power,
    Product,
    Root,
    Sum,
    Times,
    Transpose,
)

# As text --------------------------------------------------------------------------------------------------------------

_PLAIN_WORDS = {"mathbf": "bold", "mathsf": "sans", "mathrm": "upright", "operatorname": ""}


def show(node: Node) -> str:
    """Return the tree as text in which every operation has its parentheses, one line a statement.

    ``sum(l = 1..M: …)`` binds l; ``D(J; w[j, m])`` is a partial derivative and ``d(…)`` one with an upright d; ``.*``
    and ``./`` work entry by entry; ``^T`` transposes; ``W^[r]`` is the member of a family.
    """
    match node:
        case Number(digits, exponent):
            return digits + (f"e{exponent}" if exponent else "")
        case Letter(name):
            return _plain(name)
        case Family(letter, layer):
            return f"{show(letter)}^[{show(layer)}]"
        case Indexed(base, indices):
            return f"{show(base)}[{_listed(indices)}]"
        case Plus(terms):
            return "(" + show(terms[0]) + "".join(map(_show_addend, terms[1:])) + ")"
        case Minus(body):
            return f"(-{show(body)})"
        case Times(factors):
            return "(" + " * ".join(map(show, factors)) + ")"
        case EntryTimes(factors):
            return "(" + " .* ".join(map(show, factors)) + ")"
        case Fraction(numerator, denominator):
            return f"({show(numerator)} / {show(denominator)})"
        case EntryFraction(numerator, denominator):
            return f"({show(numerator)} ./ {show(denominator)})"
        case Power(base, exponent):
            return f"({show(base)} ^ {show(exponent)})"
        case Transpose(body):
            return f"({show(body)}^T)"
        case Root(body):
            return f"sqrt({show(body)})"
        case Bracketed(body):
            order = f"; {show(node.order)}" if isinstance(node, Norm) and node.order else ""
            return f"{node.plain}({show(body)}{order})"
        case Function(name, primes, layer):
            return _plain(name) + "'" * primes + (f"^[{show(layer)}]" if layer else "")
        case Apply(function, arguments):
            return f"{show(function)}({_listed(arguments)})"
        case Sum(index, lower, upper, body):
            return f"sum({show(index)} = {show(lower)}..{show(upper)}: {show(body)})"
        case Product(index, lower, upper, body):
            return f"product({show(index)} = {show(lower)}..{show(upper)}: {show(body)})"
        case Extremum(kind, index, body):
            return f"{kind}({show(index)}: {show(body)})"
        case Limit(variable, point, body):
            return f"limit({show(variable)} -> {show(point)}: {show(body)})"
        case Derivative(body, variables, total):
            return f"{'d' if total else 'D'}({show(body)}; {_listed(variables)})"
        case Ellipsis():
            return "..."
        case Matrix(rows):
            return "[" + "; ".join(map(_listed, rows)) + "]"
        case Cases(cases):
            return "{" + "; ".join(f"{show(case.value)} if {show(case.condition)}" for case in cases) + "}"
        case Link(relation, right, conditions):
            return f"{relation.plain} {show(right)}" + _show_conditions(conditions)
        case Chain(first, links):
            return " ".join([show(first), *map(show, links)])
        case Given(chain):
            return show(chain)
        case ForAll(chain):
            return f"for all {show(chain)}"
        case Implication(premise, conclusion):
            return f"{show(premise)} => {show(conclusion)}"
        case Formula(statements, conditions):
            return "\n".join(map(show, statements)) + _show_conditions(conditions)
    raise TypeError(f"this node cannot be shown: {node!r}")


def _plain(name: str) -> str:
    r"""Return ``\hat{u}`` as ``hat u``, ``\mathbf{1}`` as ``bold 1``, ``\mathsf{W}`` as ``sans W``."""
    words = re.findall("[A-Za-z0-9]+", name)
    return " ".join(filter(None, (_PLAIN_WORDS.get(word, word) for word in words)))


def _show_addend(term: Node) -> str:
    return f" - {show(term.body)}" if isinstance(term, Minus) else f" + {show(term)}"


def _show_conditions(conditions: tuple[Node, ...]) -> str:
    return f" where {_listed(conditions)}" if conditions else ""


def _listed(nodes: tuple[Node, ...]) -> str:
    return ", ".join(map(show, nodes))


# As LaTeX -------------------------------------------------------------------------------------------------------------

_SCOPED = Sum | Product | Extremum | Limit
_EXTREMA = {"max": r"\max", "min": r"\min", "argmax": r"\arg\max", "argmin": r"\arg\min"}


def latex(node: Node) -> str:
    """Return LaTeX of the tree, which is read back as an equal tree."""
    match node:
        case Number(digits, exponent):
            return digits + (rf" \times 10^{{{exponent}}}" if exponent else "")
        case Letter(name):
            return name
        case Family(letter, layer):
            return f"{letter.name}^{{[{latex(layer)}]}}"
        case Indexed(base, indices):
            return _base(base, Letter, Family, Apply, Matrix) + "_{" + _latex_indices(indices) + "}"
        case Plus(terms):
            return _leading(terms[0]) + "".join(map(_latex_addend, terms[1:]))
        case Minus(body):
            return f"-{_term(body)}"
        case Times(factors):
            return _latex_product(factors)
        case EntryTimes(factors):
            return r" \odot ".join(map(_factor, factors))
        case Fraction(numerator, denominator):
            return rf"\frac{{{latex(numerator)}}}{{{latex(denominator)}}}"
        case EntryFraction(numerator, denominator):
            return rf"{_factor(numerator)} \oslash {_factor(denominator)}"
        case Power(base, exponent):
            return f"{_power_base(base)}^{{{latex(exponent)}}}"
        case Transpose(Family(letter, layer)):
            return rf"{letter.name}^{{[{latex(layer)}]\top}}"
        case Transpose(body):
            return rf"{_base(body, Letter, Apply, Matrix)}^\top"
        case Root(body):
            return rf"\sqrt{{{latex(body)}}}"
        case Bracketed(body):
            order = f"_{{{latex(node.order)}}}" if isinstance(node, Norm) and node.order else ""
            return f"{node.opening} {latex(body)} {node.closing}{order}"
        case Function(name, primes, layer):
            return name + "'" * primes + (f"^{{[{latex(layer)}]}}" if layer else "")
        case Apply(function, arguments):
            return f"{latex(function)}({', '.join(map(latex, arguments))})"
        case Sum(index, lower, upper, body):
            return rf"\sum_{{{index.name} = {latex(lower)}}}^{{{latex(upper)}}} {_term(body)}"
        case Product(index, lower, upper, body):
            return rf"\prod_{{{index.name} = {latex(lower)}}}^{{{latex(upper)}}} {_term(body)}"
        case Extremum(kind, index, body):
            return f"{_EXTREMA[kind]}_{{{index.name}}} {_term(body)}"
        case Limit(variable, point, body):
            return rf"\lim_{{{variable.name} \to {latex(point)}}} {_term(body)}"
        case Derivative():
            return _latex_derivative(node)
        case Ellipsis(name):
            return name
        case Matrix(rows):
            return r"\begin{bmatrix} " + r" \\ ".join(" & ".join(map(latex, row)) for row in rows) + r" \end{bmatrix}"
        case Cases(cases):
            lines = (f"{latex(case.value)} & {latex(case.condition)}" for case in cases)
            return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}"
        case Link(relation, right):
            return f"{relation} {latex(right)}"
        case Chain(first, links):
            return " ".join([latex(first), *map(latex, links)])
        case Given(chain):
            return f"({latex(chain)})"
        case ForAll(chain):
            return rf"\forall {latex(chain)}"
        case Implication(premise, conclusion):
            return rf"{latex(premise)} \Rightarrow {latex(conclusion)}"
        case Formula(statements, conditions):
            return _latex_statements(statements) + "".join(map(_latex_condition, conditions))
    raise TypeError(f"this node cannot be written as LaTeX: {node!r}")


def _grouped(node: Node) -> str:
    return rf"\left( {latex(node)} \right)"


def _term(node: Node) -> str:
    """Return what may stand after a sign or after the sign of a sum."""
    return _grouped(node) if isinstance(node, Plus | Minus) else latex(node)


def _leading(node: Node) -> str:
    return latex(node) if isinstance(node, Minus) else _term(node)


def _latex_addend(node: Node) -> str:
    return f" - {_term(node.body)}" if isinstance(node, Minus) else f" + {_term(node)}"


def _reaches_on(node: Node) -> bool:
    """Return whether the node would take what follows it for its own."""
    return isinstance(node, _SCOPED) or (isinstance(node, Derivative) and not _is_compact(node))


def _factor(node: Node) -> str:
    """Return what may stand among other factors."""
    bare = not isinstance(node, Plus | Minus | Times | EntryTimes | EntryFraction) and not _reaches_on(node)
    return latex(node) if bare and not _starts_with_digit(node) else _grouped(node)


def _starts_with_digit(node: Node) -> bool:
    return isinstance(node, Number) or (isinstance(node, Power) and isinstance(node.base, Number))


def _latex_product(factors: tuple[Node, ...]) -> str:
    *others, last = factors
    written = [*map(_written_factor, others), latex(last) if _reaches_on(last) else _written_factor(last)]
    for position, factor in enumerate(factors[1:], 1):
        written[position] = (r" \cdot " if _starts_with_digit(factor) else r" \, ") + written[position]
    return "".join(written)


def _written_factor(node: Node) -> str:
    return latex(node) if _starts_with_digit(node) else _factor(node)


def _base(node: Node, *bare: type[Node]) -> str:
    """Return what may carry a subscript or a superscript."""
    return latex(node) if isinstance(node, bare) else _grouped(node)


def _power_base(node: Node) -> str:
    plain_entry = isinstance(node, Indexed) and not isinstance(node.base, Family)
    plain_number = isinstance(node, Number) and not node.exponent
    return latex(node) if plain_entry or plain_number else _base(node, Letter, Apply, Matrix, Bracketed)


def _latex_indices(indices: tuple[Node, ...]) -> str:
    digits = [isinstance(index, Number) for index in indices]
    beside = any(one and other for one, other in pairwise(digits))
    long = any(isinstance(index, Plus) or (isinstance(index, Number) and len(index.digits) > 1) for index in indices)
    return (", " if beside or long else " ").join(map(latex, indices))


def _is_compact(node: Derivative) -> bool:
    return isinstance(node.body, Letter | Indexed | Family | Apply | Function)


def _latex_derivative(node: Derivative) -> str:
    sign = r"\mathrm{d}" if node.total else r"\partial"
    order = f"^{len(node.variables)}" if len(node.variables) > 1 else ""
    below = r" \, ".join(f"{sign} {latex(variable)}" for variable in node.variables)
    if _is_compact(node):
        return rf"\frac{{{sign}{order} {latex(node.body)}}}{{{below}}}"
    return rf"\frac{{{sign}{order}}}{{{below}}} {_term(node.body)}"


def _latex_statements(statements: tuple[Chain | Implication, ...]) -> str:
    chains = [each for each in statements if isinstance(each, Chain)]  # an implication has no other beside it
    if len(statements) == 1 and not any(link.note or link.conditions for chain in chains for link in chain.links):
        return latex(statements[0])
    lines = [line for chain in chains for line in _latex_lines(chain)]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def _latex_lines(chain: Chain) -> list[str]:
    left = [latex(chain.first) + " ", *("" for _ in chain.links[1:])]
    return [f"{start}&{_latex_link(link)}" for start, link in zip(left, chain.links, strict=True)]


def _latex_link(link: Link) -> str:
    note = rf" && \text{{{link.note.text}}}" if link.note else ""
    return latex(link) + "".join(map(_latex_condition, link.conditions)) + note


def _latex_condition(condition: Chain | Given | ForAll) -> str:
    return rf" \quad {latex(condition)}"
