r"""The left side of ``\Rightarrow``: a premise that gives an input a value.

``u = e`` or ``u^k = e`` with odd k, in which u is an input and e does not depend on it, is satisfied by exactly one
real u, so the claim on the right is judged with u defined as e, or as the real k-th root of e. An even power would
leave the sign of u open. A derivative by u still holds everything else fixed: the premise places u and changes nothing
else.
"""

from dataclasses import replace

from nncore.verify.semantics.shapes import Checker
from nncore.verify.semantics.symbols import Binding, MeaningError, Scope, find_symbol, letters, resolved
from nncore.verify.symbol import SymbolKind, SymbolName
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show
from nncore.verify.syntax.tree import Relation

_FORM = "a premise gives an input its value: u = e, or u^3 = e"


def assumed(premise: t.Chain, scope: Scope) -> Scope:
    """Return the scope in which a premise holds.

    Raises
    ------
    MeaningError
        If the premise has another form.
    """
    match premise:
        case t.Chain(t.Letter() as letter, (t.Link("=", right),)):
            power = 1
        case t.Chain(t.Power(t.Letter() as letter, t.Number(whole=int(power))), (t.Link("=", right),)):
            pass
        case _:
            raise MeaningError(_FORM, premise)
    if power % 2 == 0:
        raise MeaningError(f"both signs of {letter.name} satisfy the premise: write {letter.name} = ...", premise)
    _check(letter, right, scope)
    definition = Binding(SymbolName.of(letter.name), (), (), _root(resolved(right, scope), power), (), None, None)
    definitions = {**scope.definitions, letter.name: definition}
    return replace(scope, definitions=definitions, placed=scope.placed | {letter.name})


def _check(letter: t.Letter, right: t.Node, scope: Scope) -> None:
    name = find_symbol(letter, scope)
    given = name.name in scope.definitions or name.name in scope.notation.random_letters
    if name.kind is not SymbolKind.NUMBER or given:
        raise MeaningError(f"{_FORM}; {letter.name} is no input", letter)
    checker = Checker(scope)
    if checker.side(right) is not None or checker.free or checker.complex:
        raise MeaningError(f"{_FORM}, a real number without free indices", right)
    if name.name in letters(right, scope):
        raise MeaningError(f"{show(right)} depends on {letter.name} itself", right)


def _root(body: t.Node, power: int) -> t.Node:
    """Return the real root with an odd index, whatever the sign of the body."""
    if power == 1:
        return body
    exponent = t.Fraction(t.Number("1"), t.Number(str(power)))
    zero = t.Number("0")
    positive = t.Case(t.Power(body, exponent), t.Chain(body, (t.Link(Relation.AT_LEAST, zero),)))
    negative = t.Case(t.Minus(t.Power(t.Minus(body), exponent)), t.Chain(body, (t.Link(Relation.LESS, zero),)))
    return t.Cases((positive, negative))
