"""Expectations as terms: linear, a product for what is independent, and the moments that a page declares.

`Expect(f)` is the mean of f. `expectation` rewrites it: what is not random leaves it, its addends part, and a sum
leaves it as a whole. In a monomial the entries of independent letters leave it too; for two entries w_a and w_b a
Kronecker delta tells whether they are one. Of a symmetric distribution the odd moments are 0, and where f(w) = f(-w)
the mean over e(w) > 0 is half of it, if e(-w) = -e(w) and f is 0 where e is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import sympy as sp
from sympy.core.function import AppliedUndef

from nncore.verify.switches import side_condition
from nncore.verify.symbolic.rules import Positive, Term

Expect = sp.Function("expectation", real=True)
Moments: TypeAlias = Callable[[Term], Term]  # the value of an expectation that a page declares, else itself

DERIVED = side_condition("what is made of random letters is random", "It does not leave the expectation.")
INDEPENDENT = side_condition("a mean is a product for what is independent only", "Else factors have a mean together.")
SYMMETRIC = side_condition("odd moments are 0 of symmetric letters", "Others have any.")
SIGNS_KNOWN = side_condition("what is made of random letters has no sign that is known", "It may turn with theirs.")
HALF = side_condition(
    "half of a mean is that where a sign is positive", "Of a part that is odd, times what is even and 0 with it."
)


@dataclass(frozen=True)
class Chances:
    """Which letters are random: with independent entries, of symmetric distribution, and those made of random ones.

    ``derived`` has all letters, sequences and functions whose definitions contain something random, at any depth.
    """

    independent: frozenset[str] = frozenset()
    symmetric: frozenset[str] = frozenset()
    dependent: frozenset[str] = frozenset()
    derived: frozenset[str] = frozenset()

    def is_random(self, term: Term) -> bool:
        """Return whether a term contains a random letter."""
        found = names(term)
        return bool(found & (self.independent | self.dependent)) or not DERIVED(not found & self.derived)


NO_CHANCES = Chances()


def names(term: Term) -> set[str]:
    """Return the letters of a term, and its functions without their primes."""
    functions = {applied.func.__name__.rstrip("'") for applied in term.atoms(AppliedUndef)}
    letters = {str(atom.base) for atom in term.atoms(sp.Indexed)} | {atom.name for atom in term.atoms(sp.Symbol)}
    return letters | functions


def expectation(inner: Term, chances: Chances, known: Moments) -> Term:
    """Return the mean of a term in normal form, as sums of products of moments; ``known`` gives declared moments.

    The result is not in normal form: deltas in it still have to collapse.
    """
    return sp.Add(*(_of_addend(addend, chances, known) for addend in sp.Add.make_args(sp.expand(inner))))


def _of_addend(addend: Term, chances: Chances, known: Moments) -> Term:
    factors = sp.Mul.make_args(addend)
    inside = [factor for factor in factors if chances.is_random(factor)]
    outside = sp.Mul(*(factor for factor in factors if factor not in inside))
    if not inside:
        return outside
    half = _half(inside, chances)
    if half is not None:
        return outside * expectation(half, chances, known) / 2
    body, limits = _one_sum(inside)
    mean = _of_monomial(body, chances, known)
    return outside * (sp.Sum(mean, *limits) if limits else mean)


def _half(factors: list[Term], chances: Chances) -> Term | None:
    """Return f of f·[e > 0] where both halves of a symmetric distribution have the same mean, else None."""
    indicators = [factor for factor in factors if isinstance(factor, Positive)]
    if len(indicators) != 1 or not SIGNS_KNOWN(not names(sp.Mul(*factors)) & chances.derived):
        return None
    (indicator,) = indicators
    part = indicator.args[0]
    rest = sp.Mul(*(factor for factor in factors if factor is not indicator))
    vanishes_with_part = any(factor.as_base_exp()[0] in (part, -part) for factor in sp.Mul.make_args(rest))
    odd = sp.expand(_flipped(part, chances) + part) == 0
    if HALF(vanishes_with_part and odd and sp.expand(_flipped(rest, chances) - rest) == 0):
        return rest
    return None


def _flipped(term: Term, chances: Chances) -> Term:
    """Return a term with the signs of all symmetric letters changed."""
    turned = {atom: -atom for atom in term.atoms(sp.Indexed, sp.Symbol) if names(atom) & chances.symmetric}
    turned = {atom: value for atom, value in turned.items() if isinstance(atom, sp.Indexed) or not atom.is_integer}
    return _signs_in_front(term.xreplace(turned))


def _signs_in_front(term: Term) -> Term:
    """Write a sum of negatives as the negative of the sum."""
    return term.replace(
        lambda part: isinstance(part, sp.Sum) and part.function.could_extract_minus_sign(),
        lambda part: -sp.Sum(-part.function, *part.limits),
    )


def _one_sum(factors: list[Term]) -> tuple[Term, list[tuple[Term, Term, Term]]]:
    """Write the product of sums, and of powers of them, as one sum over new letters; return its body and limits."""
    body, limits = sp.S.One, []
    for factor in factors:
        base, exponent = factor.as_base_exp()
        if not isinstance(base, sp.Sum) or not exponent.is_Integer or exponent < 1:
            body *= factor
            continue
        for _ in range(int(exponent)):
            fresh = {letter: sp.Dummy(integer=True, positive=True) for letter in base.variables}
            body *= base.function.xreplace(fresh)
            limits += [(fresh[letter], low, high) for letter, low, high in base.limits]
    return body, limits


def _of_monomial(monomial: Term, chances: Chances, known: Moments) -> Term:
    entries: dict[str, dict[Term, int]] = {}
    rest, outside = sp.S.One, sp.S.One
    for factor in sp.Mul.make_args(monomial):
        base, exponent = factor.as_base_exp()
        plain = isinstance(base, sp.Indexed | sp.Symbol) and exponent.is_Integer and exponent > 0
        if not chances.is_random(factor):
            outside *= factor
        elif plain and names(base) & chances.independent:
            entries.setdefault(min(names(base) & chances.independent), {})[base] = int(exponent)
        else:
            rest *= factor
    mixed = names(rest) & (chances.independent | chances.derived)
    if not INDEPENDENT(not mixed) or any(len(powers) > 2 for powers in entries.values()):
        return outside * known(Expect(monomial / outside))
    mean = outside * (known(Expect(rest)) if rest != 1 else 1)
    for name, powers in entries.items():
        mean *= _of_entries(list(powers.items()), name in chances.symmetric, known)
    return mean


def _of_entries(powers: list[tuple[Term, int]], symmetric: bool, known: Moments) -> Term:
    def moment(entry: Term, power: int) -> Term:
        return sp.S.Zero if power % 2 and SYMMETRIC(symmetric) else known(Expect(entry**power))

    if len(powers) == 1:
        return moment(*powers[0])
    (one, first), (other, second) = powers
    same = sp.Mul(*map(sp.KroneckerDelta, one.indices, other.indices))
    return same * moment(one, first + second) + (1 - same) * moment(one, first) * moment(other, second)
