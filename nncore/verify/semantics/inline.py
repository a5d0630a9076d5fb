r"""Formulas within sentences: they have a meaning like displayed ones, but claim nothing that is worth a proof.

`faults_within` reads every inline formula of a page with the grammar of displays, and takes its letters, indices and
shapes as the page means them. A letter of an exercise counts for the whole page, and so does an index that a display
binds. Prose also names things that are no expressions, and only these: a shape, ``n \times M``, a function such as
``\sigma'``, and a sign such as ``\odot``.

What claims something by a derivative, a sum, a product or a quotient is displayed, so that it is judged. A relation
with an input alone on one side, ``\eta < 2 / \lambda``, is no claim, since it speaks about a choice; and quotients of
numbers may stand anywhere.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from nncore.verify.judgement import Diagnostic, Status
from nncore.verify.notation import Notation
from nncore.verify.semantics.elaborate import with_blocks
from nncore.verify.semantics.shapes import Checker
from nncore.verify.semantics.statements import Erratum, Page, Unchecked, sides_of
from nncore.verify.semantics.symbols import Binding, MeaningError, Scope, find_symbol, symbol_or_none
from nncore.verify.source.markdown import InlineFormula, Reading
from nncore.verify.symbol import Size, SymbolKind
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.lexer import RELATIONS, LatexError
from nncore.verify.syntax.parser import read

_READ = "|".join(re.escape(sign) for sign, relation in RELATIONS.items() if relation is not t.Relation.ASSIGNS)
_UNREAD = r"\\(?:equiv|sim(?:eq)?|cong|ll|gg|in|subset(?:eq)?|to|Rightarrow|iff)"  # which no display may contain
RELATION = re.compile(f"[=<>]|(?:{_READ}|{_UNREAD})(?![A-Za-z])")
_SIGNS = frozenset((r"\delta", ":=", "=", "+", "-", r"\approx", r"\odot", r"\oslash", r"\leftarrow", r"\Rightarrow"))
_FUNCTION = re.compile(r"(.+?)\s*'*")
_INPUTS = (SymbolKind.NUMBER, SymbolKind.ENTRY, SymbolKind.INDEX, SymbolKind.SIZE)
_DISPLAYED = (t.Derivative, t.Sum, t.Product, t.Limit, t.Fraction, t.EntryFraction)


def faults_within(
    reading: Reading, page: Page, notation: Notation, functions: Mapping[str, Binding]
) -> list[Diagnostic]:
    """Return what is wrong with the inline formulas of a page that was read and given a meaning."""
    notation = with_blocks(notation, reading.around.blocks)
    scopes = _scopes(page, Scope(notation, functions))
    bound = _bound(page)
    return [
        Diagnostic(Status.WITHOUT_MEANING, formula.path, formula.line, 1, f"${formula.text}$: {reason}")
        for formula in reading.inline
        if (reason := _fault(formula, notation, scopes, bound))
    ]


def _scopes(page: Page, first: Scope) -> list[Scope]:
    """Return all that is in force somewhere on a page, what is known last at the beginning."""
    scopes = [first]
    for item in page.items:
        if item.scope is not scopes[-1]:
            scopes.append(item.scope)
    return scopes[::-1]


def _bound(page: Page) -> dict[str, Size]:
    """Return the indices that a display binds and that are declared nowhere, with the sizes up to which they run."""
    found: dict[str, Size] = {}
    for item in (item for item in page.items if not isinstance(item, Erratum | Unchecked)):
        for side in sides_of(item):
            for node, _ in t.walk(side):
                if isinstance(node, t.Sum | t.Product) and node.index.name not in item.scope.notation.index_letters:
                    found[node.index.name] = Checker(item.scope, item.conditions).bound_size(
                        node.index, node.lower, node.upper
                    )
    return found


def _fault(
    formula: InlineFormula, notation: Notation, scopes: Sequence[Scope], bound: Mapping[str, Size]
) -> str | None:
    if formula.text in _SIGNS or _is_function(formula.text, notation):
        return None
    try:
        parts = _sides_of_shape(formula.text)
        trees = [read(part, notation) for part in parts]
    except LatexError as error:
        return error.reason
    if len(parts) > 1:
        sizes = [next(_sides(tree)) for tree in trees]
        return None if all(_is_size(size, scopes[-1]) for size in sizes) else "a shape consists of sizes"
    (tree,) = trees
    chains = [statement for statement in tree.statements if isinstance(statement, t.Chain)]
    if len(chains) < len(tree.statements):
        return "display what follows from something"
    if any(link.relation is t.Relation.DEFINES for chain in chains for link in chain.links):
        return "display what is defined"
    reasons = [_without_meaning(tree, scope, bound) for scope in scopes]
    if None not in reasons:
        return reasons[0]
    scope = scopes[reasons.index(None)]
    return next((why for chain in chains if (why := _must_be_displayed(chain, scope))), None)


def _is_function(text: str, notation: Notation) -> bool:
    found = _FUNCTION.fullmatch(text)
    return found is not None and found[1] in notation.function_names


def _sides_of_shape(text: str) -> list[str]:
    """Return ``n \times M`` in two; numbers with a power of ten stay whole."""
    return [text] if re.search(r"\\times\s*10\s*\^", text) else re.split(r"\\times(?![A-Za-z])", text)


def _is_size(node: t.Node, scope: Scope) -> bool:
    if isinstance(node, t.Number):
        return node.digits.isdigit()
    symbol = symbol_or_none(node, scope)
    return symbol is not None and symbol.kind is SymbolKind.SIZE


def _without_meaning(tree: t.Formula, scope: Scope, bound: Mapping[str, Size]) -> str | None:
    """Return why a formula has no meaning; what the checker does not cover is no fault."""
    try:
        for side in _sides(tree):
            checker = Checker(scope)
            checker.local.update(bound)
            checker.side(side)
    except MeaningError as error:
        return error.reason if error.covered else None
    return None


def _sides(tree: t.Formula) -> Iterator[t.Node]:
    for statement in tree.statements:
        chains = (statement.premise, statement.conclusion) if isinstance(statement, t.Implication) else (statement,)
        yield from (side for chain in chains for side in chain.sides)


def _must_be_displayed(chain: t.Chain, scope: Scope) -> str | None:
    sides = chain.sides
    if len(sides) == 1 or any(_is_input(side, scope) for side in sides):
        return None
    claims = (node for side in sides for node, _ in t.walk(side) if isinstance(node, _DISPLAYED))
    return None if all(_is_of_numbers(node) for node in claims) else "display this claim, so that it is judged"


def _is_input(node: t.Node, scope: Scope) -> bool:
    if not isinstance(node, t.Letter | t.Indexed):
        return False
    name = find_symbol(node, scope)
    return name.kind in _INPUTS and name.name not in scope.definitions


def _is_of_numbers(node: t.Node) -> bool:
    return isinstance(node, t.Fraction) and all(isinstance(part, t.Fraction | t.Number) for part, _ in t.walk(node))
