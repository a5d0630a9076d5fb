r"""Complex numbers: where ``\mathrm{i}`` may stand, and which expressions are complex.

Letters and defined functions are real. An expression is complex if it contains ``\mathrm{i}`` outside of an absolute
value, a real and an imaginary part. Sums, products, quotients, whole powers, ``e^z``, exp, sine, cosine, tanh and
functions of kind ``smooth`` take complex numbers; so does a defined function whose definition consists of these. All
else is for real numbers: order, maxima, roots, logarithms, cases, derivatives, matrices.
"""

from nncore.verify.notation import IMAGINARY, PARTS
from nncore.verify.semantics.symbols import MeaningError, Scope
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show

_ENTIRE = (r"\exp", r"\sin", r"\cos", r"\tanh")


def is_complex(node: t.Node, scope: Scope, variables: frozenset[str] = frozenset()) -> bool:
    """Return whether an expression has a complex value if these letters are complex.

    Raises
    ------
    MeaningError
        Where a complex number stands that has to be real.
    """

    def inside(part: t.Node) -> bool:
        return is_complex(part, scope, variables)

    match node:
        case t.Letter(name):
            return name == IMAGINARY or name in variables
        case t.Plus(parts) | t.Times(parts):
            return any([inside(part) for part in parts])
        case t.Fraction(numerator, denominator):
            return any([inside(numerator), inside(denominator)])
        case t.Minus(body) | t.Sum(body=body) | t.Product(body=body):
            return inside(body)
        case t.Power(base, exponent):
            above, below = inside(exponent), inside(base)
            if above and base != t.Letter("e"):
                raise MeaningError("only e has a complex exponent", exponent)
            if below and not _is_whole(exponent):
                raise MeaningError("a complex number has whole powers only", node)
            return above or below
        case t.Absolute(body):
            inside(body)
            return False
        case t.Apply(t.Function(name), arguments) if name in PARTS:
            for argument in arguments:
                inside(argument)
            return False
        case t.Apply(function, arguments):
            places = [inside(argument) for argument in arguments]
            return any(places) and _applied(function, places, node, scope)
    for child in t.children(node):
        if inside(child):
            raise MeaningError(f"{show(child)} is complex, and a real number is needed here", child)
    return False


def _is_whole(exponent: t.Node) -> bool:
    body = exponent.body if isinstance(exponent, t.Minus) else exponent
    return isinstance(body, t.Number) and body.whole is not None


def _applied(function: t.Function, places: list[bool], node: t.Apply, scope: Scope) -> bool:
    """Return whether a function of complex arguments, which stand where ``places`` says, has a complex value."""
    key = (function, *places)
    if key not in scope.complex_values:  # a function may stand in the definitions of others many times
        try:
            scope.complex_values[key] = _has_complex_values(function, places, scope), ""
        except MeaningError as error:
            scope.complex_values[key] = False, error.reason
    value, reason = scope.complex_values[key]
    if reason:
        raise MeaningError(reason, node)
    return value


def _has_complex_values(function: t.Function, places: list[bool], scope: Scope) -> bool:
    definition = scope.definitions.get(function.name)
    if definition and not function.primes:
        variables = frozenset(letter for letter, given in zip(definition.arguments, places, strict=True) if given)
        try:
            for chain in definition.conditions:
                is_complex(chain, scope, variables)
            return is_complex(definition.body, scope, variables)
        except MeaningError as error:
            raise MeaningError(f"{show(function)} of a complex number: {error.reason}", definition.body) from None
    known = function.name in _ENTIRE and not function.primes
    if not known and (definition or scope.notation.kind_of_function(function.name) != "smooth"):
        raise MeaningError(f"{show(function)} takes real numbers only", function)
    return True
