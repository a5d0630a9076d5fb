"""Are two expressions with symbolic sums equal for all sizes? This module rewrites their difference to 0.

An expression here is a sympy expression of `Indexed` letters, sums over symbolic ranges that start at 1, Kronecker
deltas, exp, log and rational operations. Four rules are enough for the gradients of this book:

1. a sum is linear: constants leave it, its addends part;
2. a delta ends a sum: Σ_k f(k) δ_kq = f(q), provided that q runs over the range of k;
3. bound letters may be renamed and finite sums exchanged;
4. exp(a + b) = exp(a) exp(b), for the addends that are visible.

What is left is a rational function of atoms (letters, deltas, sums, exponentials, logarithms), which sympy cancels. A
residual of 0 is a proof within these rules; any other residual proves nothing.
"""

import re
from itertools import permutations

import sympy as sp

_Exp = sp.Function("E")

_LETTERS = ("lambda", "mu", "nu", "rho")
_RESERVED = re.compile(r"_|(lambda|mu|nu|rho|xi)(_|$)")


def residual(left: sp.Expr, right: sp.Expr, ranges: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """The difference of two expressions, rewritten by the rules above; 0 if they are equal for all sizes.

    Parameters
    ----------
    left, right : sympy expressions
        Sums are ``Sum(f, (k, 1, N))``. No letter may be free and bound at once.
    ranges : dict
        The size up to which each free index runs, e.g. ``{i: n, m: M}``.

    Returns
    -------
    sympy expression

    Raises
    ------
    ValueError
        For a sum that does not start at 1, a letter that is free in one place and bound in another, or an index
        named like those of the normal form (lambda, mu, nu, rho, xi).
    """
    difference = sp.sympify(left) - sp.sympify(right)
    _check(difference)
    reduced = _reduce(difference, dict(ranges), 0)
    return sp.cancel(sp.together(_collect_deltas(sp.expand(reduced), ranges))).replace(_Exp, sp.exp)


def _check(expression: sp.Expr) -> None:
    for total in expression.atoms(sp.Sum):
        if any(lower != 1 for _, lower, _ in total.limits):
            raise ValueError(f"a sum must start at 1: {total}")
    for letter in expression.atoms(sp.Symbol):
        if letter.is_integer and _RESERVED.match(letter.name):
            raise ValueError(f"the index {letter} has a name that the normal form uses: rename it")
    captured = expression.free_symbols & {letter for total in expression.atoms(sp.Sum) for letter in total.variables}
    if captured:
        letters = ", ".join(sorted(map(str, captured)))
        raise ValueError(f"{letters} is a free letter in one place and bound by a sum in another: rename one of them")


def _reduce(expression: sp.Expr, ranges: dict, depth: int) -> sp.Expr:
    """The expression with every sum in normal form and every exponential split; ``depth`` numbers the bound letters."""
    if isinstance(expression, sp.Sum):
        return _reduce_sum(expression, ranges, depth)
    if isinstance(expression, sp.exp):
        return _split(_reduce(expression.exp, ranges, depth))
    if expression.is_Atom or isinstance(expression, sp.Indexed):
        return expression
    return expression.func(*(_reduce(argument, ranges, depth) for argument in expression.args))


def _split(exponent: sp.Expr) -> sp.Expr:
    """exp of a sum as a product, each factor exp of one addend, with exp(−a) written 1/exp(a)."""

    def factor(addend):
        count, rest = addend.as_coeff_Mul()
        if not count.is_Integer:
            count, rest = (-1, -addend) if addend.could_extract_minus_sign() else (1, addend)
        return _Exp(rest) ** count

    exponent = sp.expand(exponent)
    return sp.Mul(*map(factor, sp.Add.make_args(exponent))) if exponent != 0 else sp.Integer(1)


def _reduce_sum(total: sp.Sum, ranges: dict, depth: int) -> sp.Expr:
    """Σ in normal form: fresh letters by depth, body expanded, deltas collapsed, constants in front."""
    body, limits = total.function, total.limits
    fresh = [sp.Symbol(f"_{depth + place}", integer=True, positive=True) for place in range(len(limits))]
    body = body.xreplace({old: new for (old, _, _), new in zip(limits, fresh, strict=True)})
    bound = {new: size for new, (_, _, size) in zip(fresh, limits, strict=True)}
    ranges = {**ranges, **bound}
    body = _collect_deltas(sp.expand(_reduce(body, ranges, depth + len(limits))), ranges)
    return sp.Add(*(_sum_addend(addend, bound, ranges) for addend in sp.Add.make_args(body)))


def _sum_addend(addend: sp.Expr, bound: dict, ranges: dict) -> sp.Expr:
    """Σ of one product, over the bound letters."""
    factors, bound = list(sp.Mul.make_args(addend)), dict(bound)
    inner = [factor for factor in factors if isinstance(factor, sp.Sum)]
    for total in inner:  # ΣΣ in one: a product of sums over different letters is one sum over all of them
        if total.free_symbols & bound.keys():
            factors.remove(total)
            fresh = {letter: sp.Dummy(integer=True, positive=True) for letter in total.variables}
            factors += sp.Mul.make_args(total.function.xreplace(fresh))
            bound |= {fresh[letter]: size for letter, _, size in total.limits}
    ranges = {**ranges, **bound}
    while (found := _collapsible(factors, bound, ranges)) is not None:
        delta, letter, other = found
        factors.remove(delta)
        factors = [factor.xreplace({letter: other}) for factor in factors]
        del bound[letter]
    outside = [factor for factor in factors if not factor.free_symbols & bound.keys()]
    inside = sp.Mul(*(factor for factor in factors if factor.free_symbols & bound.keys()))
    idle = [letter for letter in bound if letter not in inside.free_symbols]
    sizes = [bound.pop(letter) for letter in idle]
    return sp.Mul(*outside, *sizes, _ordered_sum(inside, bound) if bound else inside)


def _collapsible(factors: list[sp.Expr], bound: dict, ranges: dict) -> tuple | None:
    """A delta with a bound letter whose partner runs over the same range, or None."""
    for delta in factors:
        if isinstance(delta, sp.KroneckerDelta):
            for letter, other in (delta.args, delta.args[::-1]):
                if letter in bound and _within(other, bound[letter], ranges):
                    return delta, letter, other
    return None


def _within(index: sp.Expr, size: sp.Expr, ranges: dict) -> bool:
    """Whether an index surely lies in 1…size."""
    return ranges.get(index) == size


def _ordered_sum(body: sp.Expr, bound: dict) -> sp.Sum:
    """The sum under the names and the order of its letters that sort first, so that equal sums look equal."""
    depth = _depth(body)
    names = [sp.Symbol(_name(depth, place), integer=True, positive=True) for place in range(len(bound))]

    def named(letters):
        return sp.Sum(
            body.xreplace(dict(zip(letters, names, strict=True))),
            *((name, 1, bound[letter]) for name, letter in zip(names, letters, strict=True)),
        )

    return min(map(named, permutations(bound)), key=sp.default_sort_key)


def _name(depth: int, place: int) -> str:
    """A Greek letter for each depth of nesting, numbered where one sum binds several."""
    letter = _LETTERS[depth] if depth < len(_LETTERS) else f"xi_{depth}"
    return f"{letter}_{place}" if place else letter


def _depth(expression: sp.Expr) -> int:
    """How many sums are nested in the expression."""
    return max((1 + _depth(total.function) for total in expression.atoms(sp.Sum)), default=0)


def _collect_deltas(expression: sp.Expr, ranges: dict) -> sp.Expr:
    """f(m) δ_mq as f(q) δ_mq, with the letter that sorts first, in every addend of an expanded expression."""

    def unified(addend):
        factors = list(sp.Mul.make_args(addend))
        for delta in [factor for factor in factors if isinstance(factor, sp.KroneckerDelta)]:
            keep, drop = sorted(delta.args, key=sp.default_sort_key)
            if drop.is_Symbol and ranges.get(keep) == ranges.get(drop):
                factors = [factor if factor == delta else factor.xreplace({drop: keep}) for factor in factors]
        return sp.Mul(*factors)

    return sp.Add(*map(unified, sp.Add.make_args(expression)))
