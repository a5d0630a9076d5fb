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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import permutations
from math import inf
from typing import TypeAlias

import sympy as sp

from nncore.verify.switches import side_condition
from nncore.verify.symbolic.expectation import NO_CHANCES, Chances, Expect, expectation
from nncore.verify.symbolic.rules import Positive, Term, binding, is_recording, note, rule, supposing

Ranges: TypeAlias = Mapping[Term, Term]  # letters, and the sizes up to which they run

Exponential = sp.Function("exponential", positive=True)  # of a real argument

HIGHEST_DEGREE = 50  # of what is factored
MOST_SIGNS = 5  # letters whose signs are told apart one after the other

ALGEBRA = rule("algebra", "Products are expanded, and quotients brought over one divisor: sympy's own work.")
SUMS = rule(
    "sums",
    "A sum is linear; bound letters may be renamed, finite sums exchanged, sums over different letters multiplied.",
)
DELTA = rule("a delta ends a sum", r"$\sum_k f_k \delta_{kq} = f_q$, if $q$ runs over the range of $k$.")
UNIFIED = rule("a delta equates indices", r"$f_k \delta_{kq} = f_q \delta_{kq}$, if $k$ and $q$ run over one range.")
COUNT = rule("equal addends are counted", r"$\sum_{k=1}^M c = M c$.")
DIVIDED = rule("a sum by itself", r"$\sum_k f_k / \sum_l f_l = 1$.")
ADDED = rule("sums over one range are added", r"$\sum_k f_k + \sum_l g_l = \sum_k (f_k + g_k)$.")
EXPONENTIALS = rule("exponentials split", r"$e^{a + b} = e^a e^b$ and $e^{-a} = 1 / e^a$.")
POWERS = rule("powers split", r"$b^{p + q} = b^p b^q$ and $(e^a)^p = e^{a p}$.")
ROOTS = rule("roots", r"$\sqrt{a^2} = \lvert a \rvert$, and the root of a quotient is that of roots.")
ABSOLUTE = rule("absolute values", r"$\lvert a \rvert = a [a > 0] - a [-a > 0]$.")
LOGARITHMS = rule("logarithms", r"$\ln a b = \ln a + \ln b$ for positive $a$ and $b$, and $\ln e^a = a$.")
COMPARED = rule("comparisons", r"$[a b > 0] = [b > 0]$ for a positive $a$, and what signs say by themselves.")
TRUTH = rule("true or false", r"$[a > 0]^2 = [a > 0]$, $[a > 0] [-a > 0] = 0$ and $\delta_{kq}^2 = \delta_{kq}$.")
NO_SIGN = rule("only 0 has no sign", r"$a [-a > 0] = a - a [a > 0]$: where neither $a$ nor $-a$ is positive, $a$ is 0.")
PRODUCTS = rule(
    "products over an index", r"$\prod_k f_k = e^{\sum_k \ln f_k}$ for positive $f_k$; like factors are powers."
)
MEANS = rule(
    "expectations",
    "An expectation is linear, that of independent factors a product; of a symmetric letter odd moments are 0.",
)
GIVEN = rule("what is given", "A condition or an assumption says what a part is.")
PREMISE = rule("a premise", "A root that a premise names satisfies its equation.")
CASES = rule(
    "case by case", "A term is 0 if it is 0 where something is positive, where it is negative, and where it is 0."
)

IN_RANGE = side_condition(
    "the delta's other index lies in the range of the sum", "Else the sum is 0 where it does not."
)
COUNTS = side_condition("a sum up to a size has as many addends", "A sum up to t - 2 has none at t = 1.")
POSITIVE_FACTORS = side_condition("a product with a logarithm has positive factors", "Else its factors have none.")
NOT_EMPTY = side_condition("a positive sum is not empty", "A sum up to t - 1 is 0 at t = 1.")
KNOWN_INSIDE = side_condition(
    "what is known of addends is known of them only", "ln in a sum says nothing of other entries."
)
NOT_CAPTURED = side_condition(
    "an equation that is given is not used for what a sum binds", "It is about entries with indices of their own."
)
SIGN_OUTSIDE = side_condition("what a sum binds has no sign outside of it", "The sign changes from addend to addend.")
SIGN_OF_RANDOM = side_condition(
    "what is random has no sign outside of its expectation", "It changes from outcome to outcome."
)
IN_MEAN = side_condition("in an expectation nothing is known of what is random", "A condition is about one outcome.")
LINEAR = side_condition("a comparison is taken out of what is linear in it", "Else a part of the term is lost.")
DIVISORS_STAY = side_condition("no divisor is cleared that may be 0", "Of a gap, which has to be 0 there, too.")

_LETTERS = ("lambda", "mu", "nu", "rho")
_RESERVED = re.compile(r"_|(lambda|mu|nu|rho|xi)(_|$)")


Product = sp.Function("product")  # of the sum of `Factor(f)` over its factors f, which need not be positive
Factor = sp.Function("factor")
Largest = sp.Function("largest", real=True)  # of an expression, for all values of a letter up to a size
Least = sp.Function("least")  # ranges[Least(size)] is the number below which the size does not fall


@dataclass(frozen=True)
class Facts:
    """What a claim takes for granted: atoms with the values they have, and terms that are positive.

    An atom that stands for many has ``Wild`` letters in the place of its indices. ``within`` has terms with such
    letters that are positive, each with the sizes up to which its letters run: what is learned from a logarithm in a
    sum says nothing about entries outside of the sum. ``ranges`` are those of the letters in force.
    """

    values: tuple[tuple[Term, Term], ...] = ()
    positive: frozenset[Term] = frozenset()
    roots: tuple[tuple[Term, Term], ...] = ()  # a letter, and a polynomial in it that is 0
    chances: Chances = NO_CHANCES
    within: tuple[tuple[Term, tuple[tuple[sp.Wild, Term], ...]], ...] = ()
    ranges: Ranges = field(default_factory=dict)

    def says_positive(self, term: Term) -> bool:
        """Return whether a term is one of the positive ones, or a sum of them, some times, and of positive numbers."""
        if term in self.positive or any(self._adds_up(term - known) for known in self.positive):
            return True
        return any(self._is_one_of(term, pattern, sizes) for pattern, sizes in self.within)

    def _adds_up(self, rest: Term, most: int = 2) -> bool:
        parts = (addend.as_coeff_Mul() for addend in sp.Add.make_args(rest))
        if all(count == 0 or (count > 0 and (part == 1 or part in self.positive)) for count, part in parts):
            return True
        return most > 0 and any(self._adds_up(rest - known, most - 1) for known in self.positive if known.is_Add)

    def _is_one_of(self, term: Term, pattern: Term, sizes: tuple[tuple[sp.Wild, Term], ...]) -> bool:
        found = term.match(pattern)
        return (
            found is not None
            and NOT_CAPTURED(_is_free(found.values(), term))
            and all(
                letter in found and KNOWN_INSIDE(_within(found[letter], size, self.ranges)) for letter, size in sizes
            )
        )

    def applied(self, atom: Term) -> Term:
        """Return the value of an atom, if it is known; else the atom."""
        for pattern, value in self.values:
            if pattern == atom:
                return note(GIVEN, atom, value)
            if pattern.func == atom.func and pattern.has(sp.Wild):
                found = atom.match(pattern)
                if found is not None and NOT_CAPTURED(_is_free(found.values(), atom)):
                    return note(GIVEN, atom, value.xreplace(found))
        return atom

    def in_expectation(self) -> "Facts":
        """Return the facts that hold for every value of what is random: moments, and what has no random letter."""
        return replace(
            self,
            values=tuple(
                (atom, value)
                for atom, value in self.values
                if isinstance(atom, Expect) or IN_MEAN(not self.chances.is_random(atom + value))
            ),
            positive=frozenset(term for term in self.positive if IN_MEAN(not self.chances.is_random(term))),
            within=tuple(each for each in self.within if IN_MEAN(not self.chances.is_random(each[0]))),
        )


NOTHING = Facts()


def vanishes(difference: Term, ranges: Ranges, facts: Facts = NOTHING, everywhere: bool = False) -> bool:
    """Return whether an expression is 0 for all sizes, if need be sign by sign of what is compared.

    Where it has no value, because a divisor is 0 or a logarithm is taken of what is not positive, nothing is said.
    With ``everywhere`` no divisor is cleared that is not surely positive.
    """
    facts = replace(facts, ranges=ranges)
    reduced = normal_form(difference, ranges, facts)
    return _is_zero(reduced, facts, everywhere) or _is_zero_for_every_sign(reduced, facts, everywhere, MOST_SIGNS)


def _is_zero(reduced: Term, facts: Facts, everywhere: bool) -> bool:
    """Return whether an expression in normal form is 0 wherever its divisors are not.

    A premise, a polynomial that is 0, divides the numerator: its leading coefficient is a divisor of the premise.
    """
    if reduced == 0:
        return True
    if reduced.has(sp.zoo, sp.nan, sp.oo):
        return False
    opened, rest, ranges = _opened(reduced)
    with binding(ranges):
        if opened and all(_is_zero(body, facts, everywhere) for body in (*opened, rest)):
            return True
    if opened and not any(addend.has(sp.Sum) for addend in sp.Add.make_args(reduced) if not _is_one_sum(addend)):
        return False  # whatever else is done, sums are letters that are independent of each other
    try:
        above, below = sp.fraction(sp.together(reduced))
        if everywhere and not DIVISORS_STAY(all(is_not_zero(factor, facts) for factor in sp.Mul.make_args(below))):
            return False
        numerator, used = _signs(booleans(sp.expand(above))), ALGEBRA
        for letter, polynomial in facts.roots:
            if numerator != 0 and sp.degree(numerator, letter) >= sp.degree(polynomial, letter):
                numerator, used = sp.expand(sp.prem(numerator, polynomial, letter)), PREMISE
        return bool(numerator == 0 and note(used, reduced, sp.S.Zero) == 0)
    except sp.PolynomialError:
        return False


def _opened(reduced: Term) -> tuple[list[Term], Term, Ranges]:
    """Return the bodies of sums over equal ranges, added up, the rest, and their letters: if all are 0, the whole is.

    Bodies are rational functions, which may cancel only after they are added. A letter that was bound gets a new name:
    another sum beside it may bind the same one.
    """
    bodies: dict[tuple[Term, ...], tuple[dict[Term, Term], list[Term]]] = {}
    rest = []
    for addend in sp.Add.make_args(reduced):
        total = next((factor for factor in sp.Mul.make_args(addend) if isinstance(factor, sp.Sum)), None)
        if total is None:
            rest.append(addend)
            continue
        fresh = {letter: sp.Dummy(integer=True, positive=True) for letter, _, _ in total.limits}
        fresh, parts = bodies.setdefault(total.limits, (fresh, []))
        parts.append(addend / total * total.function.xreplace(fresh))
    ranges = {fresh[letter]: size for limits, (fresh, _) in bodies.items() for letter, _, size in limits}
    if is_recording() and bodies:
        totals = [
            sp.Sum(sp.Add(*parts), *((fresh[letter], low, high) for letter, low, high in limits))
            for limits, (fresh, parts) in bodies.items()
        ]
        note(ADDED, reduced, sp.Add(*totals, *rest))
    return [sp.Add(*parts) for _, parts in bodies.values()], sp.Add(*rest), ranges


def _is_one_sum(addend: Term) -> bool:
    """Return whether an addend is a sum with a factor that has none."""
    sums = [factor for factor in sp.Mul.make_args(addend) if factor.has(sp.Sum)]
    return len(sums) == 1 and isinstance(sums[0], sp.Sum)


def is_not_zero(term: Term, facts: Facts) -> bool:
    """Return whether a term is surely not 0: another number, or what is positive or the negative of it."""
    if term.is_number:
        return bool(term.is_zero is False)
    return positive(term, facts) or positive(-term, facts)


def _is_zero_for_every_sign(reduced: Term, facts: Facts, everywhere: bool, most: int) -> bool:
    """Return whether a term is 0 where the simplest compared letter is above, below and at its place.

    What a sum or an expectation binds has no sign outside of it.
    """
    bound = bound_letters(reduced)
    found = [part for part in reduced.atoms(Positive) if SIGN_OUTSIDE(not part.free_symbols & bound)]
    if reduced.has(Expect):
        found = [part for part in found if SIGN_OF_RANDOM(not facts.chances.is_random(part))]
    if not found or not most:
        return False
    part = min(found, key=lambda each: (each.count_ops(), sp.default_sort_key(each))).args[0]
    solved = solution(part)
    if solved is None:
        return False
    up, down = Positive(part), _negated(Positive(part))
    cases = [{up: sp.S.One, down: sp.S.Zero}, {up: sp.S.Zero, down: sp.S.One}]
    cases.append(dict([solved]))
    signs: tuple[set[Term], ...] = ({part}, {sp.expand(-part)}, set())
    for case, positive_here, sign in zip(cases, signs, (1, -1, 0), strict=True):
        if _impossible(case, up, down, facts):
            continue
        here = replace(facts, positive=facts.positive | positive_here)
        with supposing(part, sign):
            there = _normalized(note(CASES, reduced, _in_case(reduced, case)), here)
            if not (_is_zero(there, here, everywhere) or _is_zero_for_every_sign(there, here, everywhere, most - 1)):
                return False
    return True


BINDERS = (sp.Sum, Expect, Largest)  # what is inside of them is another number for each value of a letter, or outcome


def bound_letters(term: Term) -> set[Term]:
    """Return the letters that sums and largest values in a term bind."""
    found = {letter for total in term.atoms(sp.Sum) for letter in total.variables}
    return found | {largest.args[1] for largest in term.atoms(Largest)}


def _is_free(parts: Iterable[Term], term: Term) -> bool:
    """Return whether nothing in some parts of a term is bound in it."""
    return not bound_letters(term) & {letter for part in parts for letter in part.free_symbols}


def _in_case(expression: Term, case: dict[Term, Term]) -> Term:
    """Return an expression where some of its letters or indicators have a value.

    An addend whose indicators say that it does not count there is left out before it is evaluated: it need not have a
    value.
    """

    def counts(factor: Term) -> bool:
        return not isinstance(factor, Positive) or indicator(factor.args[0].xreplace(case)) != 0

    addends = (addend for addend in sp.Add.make_args(expression) if all(map(counts, sp.Mul.make_args(addend))))
    return sp.Add(*(addend.xreplace(case) for addend in addends))


def solution(part: Term) -> tuple[Term, Term] | None:
    """Return a letter whose factor in an expression is a number, and its value where the expression is 0."""
    found = []
    for letter in part.atoms(sp.Indexed, sp.Symbol):
        factor = part.coeff(letter)
        if factor.is_number and factor.is_zero is False:
            value = sp.expand(letter - part / factor)
            if not value.has(letter):
                found.append((letter, value))
    simplest = sorted(found, key=lambda each: (not isinstance(each[0], sp.Indexed), sp.default_sort_key(each[0])))
    return simplest[0] if simplest else None


def _impossible(case: Mapping[Term, Term], up: Term, down: Term, facts: Facts) -> bool:
    """Return whether facts exclude one of the three cases."""
    above, below = (facts.applied(indicator(each.args[0], facts)) for each in (up, down))
    if up not in case:  # equality
        return bool(above == 1 or below == 1 or sp.expand(above + below) == 1)
    return bool(above == 0 or below == 1) if case[up] == 1 else bool(below == 0 or above == 1)


def normal_form(expression: Term, ranges: Ranges, facts: Facts = NOTHING) -> Term:
    """Return an expression with sums, exponentials, logarithms, roots and deltas in one form, expanded."""
    _check(expression)
    return _normalized(expression, replace(facts, ranges=ranges))


def _normalized(expression: Term, facts: Facts) -> Term:
    """Return the normal form, also of what is nearly in it and has the letters of its sums."""
    reduced = _tidy(_reduce(expression, 0, facts), facts.ranges)
    known = _with_known(reduced, facts)  # of letters that were bound before
    return note(ALGEBRA, expression, _tidy(known, facts.ranges) if known != reduced else reduced)


def _with_known(expression: Term, facts: Facts) -> Term:
    """Return an expression with the values of the atoms that are known; in an expectation fewer are."""
    means = {mean: sp.Dummy(real=True) for mean in expression.atoms(Expect)}
    outside = expression.xreplace(means)
    known = {atom: facts.applied(atom) for atom in outside.atoms(Positive, sp.Indexed, sp.KroneckerDelta)}
    inside = {held: Expect(_with_known(mean.args[0], facts.in_expectation())) for mean, held in means.items()}
    return outside.xreplace(known).xreplace(inside)


def _tidy(expression: Term, ranges: Ranges) -> Term:
    """Return an expression expanded, with the letters of deltas unified and no power of what is 0 or 1."""
    return _signs(booleans(_collect_deltas(booleans(sp.expand(expression)), ranges)))


def booleans(expression: Term) -> Term:
    """Return an expanded expression without powers of indicators and deltas, which are 0 or 1."""
    if not expression.has(Positive, sp.KroneckerDelta):
        return expression

    def single(addend: Term) -> Term:
        factors, seen = [], set()
        for factor in sp.Mul.make_args(addend):
            base, exponent = factor.as_base_exp()
            if isinstance(base, Positive | sp.KroneckerDelta) and exponent.is_Integer and exponent > 0:
                factor = base
                if isinstance(base, Positive):
                    if _negated(base) in seen:
                        return sp.S.Zero
                    seen.add(base)
            factors.append(factor)
        return sp.Mul(*factors)

    return note(TRUTH, expression, sp.Add(*map(single, sp.Add.make_args(expression))))


def _negated(indicator: Term) -> Term:
    return Positive(sp.expand(-indicator.args[0]))


def _signs(expression: Term) -> Term:
    """Write e·[−e > 0] as e − e·[e > 0] for every letter e: a number is 0 where it has no sign.

    Only of an expression that is linear in the indicator; ``coeff`` drops what has it in an exponent or in a function.
    """
    before = expression
    for indicator in sorted(expression.atoms(Positive), key=sp.default_sort_key):
        part = indicator.args[0]
        if not part.could_extract_minus_sign():
            continue
        opposite = _negated(indicator)
        rest, factor = (expression.coeff(indicator, power) for power in (0, 1))
        inside = set().union(*(each.atoms(sp.Indexed, sp.Symbol) for each in (part * factor).atoms(*BINDERS)))
        numbers = [letter for letter in part.atoms(sp.Indexed, sp.Symbol) - inside if not letter.is_integer]
        letter = min(numbers, key=lambda each: (each.is_Symbol, sp.default_sort_key(each)), default=None)
        if letter is None:
            continue
        if not factor.has(letter) or not factor.is_polynomial(letter) or not part.is_polynomial(letter):
            continue
        if not LINEAR(sp.expand(expression - rest - factor * indicator) == 0):
            continue
        try:
            quotient, remainder = sp.div(factor, sp.expand(-part), letter)
        except sp.PolynomialError:  # an indicator in the divisor
            continue
        expression = booleans(sp.expand(rest + quotient * -part * (1 - opposite) + remainder * indicator))
    return note(NO_SIGN, before, expression)


def residual(left: Term, right: Term, ranges: Ranges) -> Term:
    """Return the difference of two expressions, rewritten by the rules above; 0 if they are equal for all sizes.

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
    reduced = _reduce(difference, 0, Facts(ranges=ranges))
    return sp.cancel(sp.together(_collect_deltas(sp.expand(reduced), ranges))).replace(Exponential, sp.exp)


def _check(expression: Term) -> None:
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


def _reduce(expression: Term, depth: int, facts: Facts) -> Term:
    """Return an expression with all sums in normal form and exponentials split; ``depth`` numbers the bound letters."""
    if isinstance(expression, sp.Sum):
        return facts.applied(_reduce_sum(expression, depth, facts))
    if isinstance(expression, sp.exp | Exponential):
        return _split(_reduce(expression.args[0], depth, facts))
    if expression.is_Atom or isinstance(expression, sp.Indexed | sp.KroneckerDelta):
        return facts.applied(expression)
    if isinstance(expression, Expect):
        inner = _tidy(_reduce(expression.args[0], depth, facts.in_expectation()), facts.ranges)
        mean = note(MEANS, Expect(inner), expectation(inner, facts.chances, facts.applied))
        return mean if mean == expression else _reduce(mean, depth, facts)
    parts = [_reduce(argument, depth, facts) for argument in expression.args]
    if isinstance(expression, sp.Pow):
        return _power(*parts)
    if isinstance(expression, sp.log):
        return _logarithm(parts[0], facts)
    if isinstance(expression, sp.Abs):
        return _absolute(parts[0])
    if isinstance(expression, Product):
        return note(PRODUCTS, Product(parts[0]), _of_factors(parts[0], depth, facts))
    if isinstance(expression, Factor):
        return sp.Add(*(_factor(each) for each in sp.Mul.make_args(sp.factor_terms(parts[0]))))
    if isinstance(expression, Positive):
        return indicator(parts[0], facts)
    return expression.func(*parts)


def _factor(part: Term) -> Term:
    base, exponent = part.as_base_exp()
    return exponent * Factor(base) if exponent.is_Integer else Factor(part)


def _of_factors(total: Term, depth: int, facts: Facts) -> Term:
    """Return a product of visible factors, powers, and exp of the sum of logarithms where all factors are positive."""
    result = sp.S.One
    for addend in sp.Add.make_args(sp.expand(total)):
        factors = addend.atoms(Factor)
        if addend == 0:
            continue
        if len(factors) == 1 and not (addend / min(factors)).has(Factor, sp.Sum):
            result *= _power(min(factors).args[0], addend / min(factors))
        elif addend.has(sp.Sum) and POSITIVE_FACTORS(
            all(positive(each.args[0], _over_all_sums(addend, facts)) for each in factors)
        ):
            logarithms = with_fresh_letters(addend.replace(Factor, sp.log))
            result *= _split(_reduce(logarithms, depth, facts))
        else:
            count, rest = addend.as_coeff_Mul()
            result *= Product(rest) ** count if count.is_Integer else Product(addend)
    return result


def _over_all_sums(term: Term, facts: Facts) -> Facts:
    """Return the facts with the ranges of all letters that sums in a term bind."""
    bound = {letter: size for total in term.atoms(sp.Sum) for letter, _, size in total.limits}
    return replace(facts, ranges={**facts.ranges, **bound})


def with_fresh_letters(term: Term) -> Term:
    """Return a term with bound letters that occur nowhere else, so that it can be brought into normal form again."""

    def fresh(body: Term, *limits: Term) -> Term:
        new = {letter: sp.Dummy(integer=True, positive=True) for letter, _, _ in limits}
        return sp.Sum(body.xreplace(new), *((new[letter], low, high) for letter, low, high in limits))

    return term.replace(sp.Sum, fresh)


def _split(exponent: Term) -> Term:
    """Write exp of a sum as a product, each factor exp of one addend, with exp(−a) as 1/exp(a)."""

    def factor(addend: Term) -> Term:
        count, rest = addend.as_coeff_Mul()
        if isinstance(rest, sp.log):
            return rest.args[0] ** count
        if not count.is_Integer:
            count, rest = (-1, -addend) if addend.could_extract_minus_sign() else (1, addend)
        return Exponential(rest) ** count

    before, exponent = Exponential(exponent), sp.expand(exponent)
    split = sp.Mul(*map(factor, sp.Add.make_args(exponent))) if exponent != 0 else sp.Integer(1)
    return note(EXPONENTIALS, before, split)


def _power(base: Term, exponent: Term) -> Term:
    """Write b^(p + q) as b^p b^q, where the exponent has letters; take the squares out of a root."""
    if exponent.is_Integer:
        return base**exponent
    if exponent.is_Rational and exponent.q == 2:
        return _root(base) ** exponent.p
    root, power = base.as_base_exp()
    if isinstance(root, Exponential):
        return note(POWERS, sp.Pow(base, exponent, evaluate=False), _split(root.args[0] * power * exponent))
    if exponent.is_number:
        return base**exponent
    split = sp.Mul(*(base**addend for addend in sp.Add.make_args(sp.expand(exponent))))
    return note(POWERS, sp.Pow(base, exponent, evaluate=False), split)


def factored(term: Term) -> Term:
    """Return a term in factors; of a high degree as it is, for that takes long, and no clock interrupts it."""
    high = any(power.exp.is_Integer and abs(power.exp) > HIGHEST_DEGREE for power in term.atoms(sp.Pow))
    return term if high else sp.factor(term)


def _root(below: Term) -> Term:
    """Return the square root: of a quotient as a quotient of roots, of a square as an absolute value."""
    before, below = sp.Pow(below, sp.S.Half, evaluate=False), factored(sp.together(below))
    outside, inside = sp.S.One, sp.S.One
    sign = 1
    for factor in sp.Mul.make_args(below):
        base, exponent = factor.as_base_exp()
        if exponent.is_Integer and exponent % 2 and base.is_Add and base.as_coeff_Add()[0] < 0:
            base, sign = sp.expand(-base), -sign  # 1 - b and not b - 1, as roots are printed
            factor = base**exponent
        if exponent.is_Integer and exponent % 2 == 0:
            outside *= _absolute(base) ** (exponent // 2)
        elif exponent.is_Integer and exponent < 0:
            outside /= _root(base ** (-exponent))
        else:
            inside *= factor
    return note(ROOTS, before, outside * sp.sqrt(sign * inside))


def _absolute(part: Term) -> Term:
    if positive(part):
        return part
    return note(ABSOLUTE, sp.Abs(part, evaluate=False), part * indicator(part) - part * indicator(-part))


def _logarithm(argument: Term, facts: Facts) -> Term:
    """Write ln of a product with positive factors as a sum, ln e^a as a, ln of a number by its prime factors."""
    before, argument = sp.log(argument, evaluate=False), sp.factor_terms(sp.together(argument))
    result, rest = sp.S.Zero, sp.S.One
    for factor in sp.Mul.make_args(argument):
        base, exponent = factor.as_base_exp()
        if isinstance(base, Exponential):
            result += exponent * base.args[0]
        elif base.is_Rational and base > 0:
            result += exponent * sp.Add(*(times * sp.log(prime) for prime, times in sp.factorrat(base).items()))
        elif exponent.is_real and positive(base, facts):
            result += exponent * _opaque_logarithm(base)
        else:
            rest *= factor
    return note(LOGARITHMS, before, result + (_opaque_logarithm(rest) if rest != 1 else 0))


def _opaque_logarithm(argument: Term) -> Term:
    argument = sp.factor_terms(sp.together(argument)) if isinstance(argument, sp.Add) else argument
    return sp.log(argument)


def indicator(part: Term, facts: Facts = NOTHING) -> Term:
    """Return the indicator of part > 0, without positive factors; of e and -e each has its own."""
    return note(COMPARED, Positive(part), _indicator(part, facts))


def _indicator(part: Term, facts: Facts) -> Term:
    part = _without_exponentials(sp.expand(part))
    if part.is_number:
        return Positive(part) if part.is_positive is None else sp.Integer(part.is_positive)
    if positive(part, facts):
        return sp.S.One
    if positive(sp.expand(-part), facts):
        return sp.S.Zero
    if len(part.free_symbols) == 1 and (size := min(part.free_symbols)).is_integer and size.is_positive:
        at_one, slope = part.xreplace({size: sp.S.One}), part.coeff(size)
        if sp.expand(part - slope * size).is_number and slope.is_number:  # a size is at least 1
            if slope > 0 and at_one > 0:
                return sp.S.One
            if slope < 0 and at_one <= 0:
                return sp.S.Zero
    factors = sp.Mul.make_args(sp.factor_terms(sp.together(part)))
    booleans = [factor for factor in factors if isinstance(factor, Positive)]
    rest = sp.Mul(*(factor for factor in factors if factor not in booleans and not positive(factor, facts)))
    if rest.is_number:
        return sp.Mul(*booleans) if rest > 0 else sp.S.Zero
    signed = [factor for factor in sp.Mul.make_args(rest) if not factor.is_number]
    if len(signed) > 1:
        one, other = signed[0], sp.Mul(rest / signed[0])
        same = indicator(one, facts) * indicator(other, facts)
        return sp.expand(sp.Mul(*booleans) * (same + indicator(-one, facts) * indicator(-other, facts)))
    base, exponent = signed[0].as_base_exp()
    if exponent.is_Integer and exponent != 1:
        sign = 1 if rest.as_coeff_Mul()[0] > 0 else -1
        if exponent % 2:
            return sp.Mul(*booleans, indicator(sign * base, facts))
        return sp.Mul(*booleans, indicator(base, facts) + indicator(-base, facts)) if sign > 0 else sp.S.Zero
    content, rest = sp.expand(rest).as_content_primitive()
    return sp.Mul(*booleans, facts.applied(Positive(rest if content > 0 else -rest)))


def _without_exponentials(part: Term) -> Term:
    """Write a e^u - b, for positive numbers a and b, as u - ln(b/a), which has its sign; the negative of it alike."""
    if not part.is_Add or len(part.args) != 2:
        return part
    number, rest = part.as_coeff_Add()
    factor, power = rest.as_coeff_Mul()
    if isinstance(power, sp.exp | Exponential) and number * factor < 0 and not power.has(sp.I):
        difference = sp.expand(power.args[0] - sp.log(-number / factor))
        return difference if factor > 0 else sp.expand(-difference)
    return part


def positive(term: Term, facts: Facts = NOTHING) -> bool:
    """Return whether a term is surely positive: an exponential, or a sum or a product of what is positive.

    A sum that may be empty is not.
    """
    if term.is_number:
        return bool(term.is_positive)
    if isinstance(term, Exponential) or term.is_positive or facts.says_positive(term):
        return True
    if isinstance(term, sp.Sum):
        inside = replace(facts, ranges={**facts.ranges, **{letter: size for letter, _, size in term.limits}})
        return NOT_EMPTY(all(is_size(size) for _, _, size in term.limits)) and positive(term.function, inside)
    if isinstance(term, sp.Add | sp.Mul):
        return all(positive(part, facts) for part in term.args) or facts.says_positive(sp.expand(term))
    return isinstance(term, sp.Pow) and positive(term.base, facts)


def is_size(upper: Term) -> bool:
    """Return whether a sum from 1 has an addend: up to a size or a number, but not up to a step or t - 1."""
    return bool(upper.is_Symbol or upper.is_Integer) and bool(upper.is_positive)


def _reduce_sum(total: sp.Sum, depth: int, facts: Facts) -> Term:
    """Return Σ in normal form: fresh letters by depth, body expanded, deltas collapsed, constants in front."""
    body, limits = total.function, total.limits
    fresh = [sp.Symbol(f"_{depth + place}", integer=True, positive=True) for place in range(len(limits))]
    body = body.xreplace({old: new for (old, _, _), new in zip(limits, fresh, strict=True)})
    bound = {new: size for new, (_, _, size) in zip(fresh, limits, strict=True)}
    facts = replace(facts, ranges={**facts.ranges, **bound})
    with binding(bound):
        body = _tidy(_reduce(body, depth + len(limits), facts), facts.ranges)
    return note(SUMS, total, sp.Add(*(_sum_addend(part, bound, facts) for part in sp.Add.make_args(body))))


def _sum_addend(addend: Term, bound: dict[Term, Term], facts: Facts) -> Term:
    """Return Σ of one product, over the bound letters."""
    factors, bound = list(sp.Mul.make_args(addend)), dict(bound)
    inner = [factor for factor in factors if isinstance(factor, sp.Sum)]
    for total in inner:  # ΣΣ in one: a product of sums over different letters is one sum over all of them
        ends = {symbol for _, _, size in total.limits for symbol in size.free_symbols}
        if total.free_symbols & bound.keys() and not ends & bound.keys():
            factors.remove(total)
            fresh = {letter: sp.Dummy(integer=True, positive=True) for letter in total.variables}
            factors += sp.Mul.make_args(total.function.xreplace(fresh))
            bound |= {fresh[letter]: size for letter, _, size in total.limits}
    ranges = {**facts.ranges, **bound}
    while (found := _collapsible(factors, bound, ranges)) is not None:
        delta, letter, other = found
        before = _total(factors, bound)
        factors.remove(delta)
        factors = [factor.xreplace({letter: other}) for factor in factors]
        del bound[letter]
        note(DELTA, before, _total(factors, bound))
    if facts.chances != NO_CHANCES:  # a mean of two entries that were found to be one
        factors = [factor.replace(Expect, lambda inner: facts.applied(Expect(inner))) for factor in factors]
        factors = [part for factor in factors for part in sp.Mul.make_args(factor)]
    before = _total(factors, bound)
    factors = _without_quotients(factors, bound)
    note(DIVIDED, before, _total(factors, bound))
    idle = [letter for letter in bound if not any(letter in factor.free_symbols for factor in factors)]
    idle = [letter for letter in idle if COUNTS(_is_count(bound[letter], ranges))]
    before = _total(factors, bound)
    sizes = [bound.pop(letter) for letter in idle]
    note(COUNT, before, sp.Mul(*sizes, _total(factors, bound)))
    uncounted = [
        _ordered_sum(sp.S.One, {letter: bound.pop(letter)})
        for letter in list(bound)
        if not any(letter in factor.free_symbols for factor in factors)
    ]
    return sp.Mul(*sizes, *uncounted, *_sums(factors, bound, facts))


def _sums(factors: list[Term], bound: Ranges, facts: Facts) -> Iterator[Term]:
    """Yield the factors of Σ of a product: a sum over letters that do not meet is a product of sums."""
    for group, own in grouped((factor, factor.free_symbols & bound.keys()) for factor in factors):
        limits = {letter: size for letter, size in bound.items() if letter in own}
        yield facts.applied(_ordered_sum(sp.Mul(*group), limits)) if limits else group[0]


def grouped(parts: Iterable[tuple[Term, set[Term]]]) -> list[tuple[list[Term], set[Term]]]:
    """Group parts that share something of what each of them has; return the groups, with what their parts have."""
    groups: list[tuple[list[Term], set[Term]]] = []
    for part, own in parts:
        members = [part]
        for group in [group for group in groups if group[1] & own]:
            groups.remove(group)
            members, own = members + group[0], own | group[1]
        groups.append((members, own))
    return groups


def _total(factors: list[Term], bound: Ranges) -> Term:
    """Return Σ of a product as it stands, for the record."""
    body = sp.Mul(*factors)
    return sp.Sum(body, *((letter, 1, size) for letter, size in bound.items())) if bound and is_recording() else body


def _is_count(upper: Term, ranges: Ranges) -> bool:
    """Return whether a sum from 1 up to this has as many addends: t - 2 has none at t = 1, and not -1."""
    symbol = upper.as_independent(sp.Symbol, as_Add=True)[1]
    if symbol == 0 or not symbol.is_Symbol:
        return bool(upper.is_nonnegative)
    return _least(upper, ranges) >= 0


def _least(size: Term, ranges: Ranges) -> float:
    """Return the number below which a size or a step, or one of them and a number, does not fall."""
    number, symbol = size.as_independent(sp.Symbol, as_Add=True)
    if not symbol.is_Symbol or not symbol.is_integer or not number.is_Integer:
        return -inf
    return int(number) + int(ranges.get(Least(symbol), 1 if symbol.is_positive else 0))


def _without_quotients(factors: list[Term], bound: dict[Term, Term]) -> list[Term]:
    """Divide sums over one letter by equal divisors, Σ_m e(i,m) / Σ_l e(i,l) = 1; return what factors are left."""
    for letter in list(bound):
        inside = [factor for factor in factors if letter in factor.free_symbols]
        others = [factor for factor in factors if letter not in factor.free_symbols]
        if not inside or not others:
            continue
        total = _ordered_sum(sp.Mul(*inside), {letter: bound[letter]})
        for factor in others:
            base, exponent = factor.as_base_exp()
            if base == total and exponent.is_Integer and exponent < 0:
                others.remove(factor)
                factors = [*others, factor * total]
                del bound[letter]
                break
    return factors


def _collapsible(factors: list[Term], bound: Ranges, ranges: Ranges) -> tuple[Term, Term, Term] | None:
    """Return a delta, its bound letter, and the partner of that, which runs over the same range; else None."""
    for delta in factors:
        if isinstance(delta, sp.KroneckerDelta):
            for letter, other in (delta.args, delta.args[::-1]):
                if letter in bound and IN_RANGE(_within(other, bound[letter], ranges)):
                    return delta, letter, other
    return None


def _within(index: Term, size: Term, ranges: Ranges) -> bool:
    """Return whether an index surely lies in 1…size; for a number, if a larger size is not excluded."""
    if index.is_Integer:
        return bool(1 <= index <= (size if size.is_Integer else _least(size, ranges)))
    return size is not None and bool(_range(index, ranges) == size)


def _range(index: Term, ranges: Ranges) -> Term | None:
    """Return the size up to which an index runs; all numbers of a family, as c_i, have the range of the family."""
    return ranges.get(index.base if isinstance(index, sp.Indexed) else index)


def _ordered_sum(body: Term, bound: Ranges) -> sp.Sum:
    """Return the sum under the names and the order of its letters that sort first, so that equal sums look equal."""
    depth = _depth(body)
    names = [sp.Symbol(_name(depth, place), integer=True, positive=True) for place in range(len(bound))]

    def named(letters: tuple[Term, ...]) -> Term:
        return sp.Sum(
            body.xreplace(dict(zip(letters, names, strict=True))),
            *((name, 1, bound[letter]) for name, letter in zip(names, letters, strict=True)),
        )

    return min(map(named, permutations(bound)), key=sp.default_sort_key)


def _name(depth: int, place: int) -> str:
    """Return a Greek letter for each depth of nesting, numbered where one sum binds several."""
    letter = _LETTERS[depth] if depth < len(_LETTERS) else f"xi_{depth}"
    return f"{letter}_{place}" if place else letter


def _depth(expression: Term) -> int:
    """Return how many sums are nested in an expression."""
    return max((1 + _depth(total.function) for total in expression.atoms(sp.Sum)), default=0)


def _collect_deltas(expression: Term, ranges: Ranges) -> Term:
    """Write f(m) δ_mq as f(q) δ_mq, with the letter that sorts first, in every addend of an expanded expression."""
    return sp.Add(*(_unified(addend, ranges) for addend in sp.Add.make_args(expression)))


def _unified(addend: Term, ranges: Ranges) -> Term:
    """Return a product in which each letter that a delta equates with an earlier one is in that delta alone.

    A delta changes when another one is applied, so they are looked for again after each: δ_kl δ_lm is δ_kl δ_km.
    """
    done: set[Term] = set()
    while True:
        factors = sp.Mul.make_args(addend)
        waiting = [factor for factor in factors if isinstance(factor, sp.KroneckerDelta) and factor not in done]
        if not waiting:
            return addend
        delta = min(waiting, key=sp.default_sort_key)
        done.add(delta)
        keep, drop = sorted(delta.args, key=lambda each: (each.is_Symbol, each.is_Dummy, sp.default_sort_key(each)))
        if drop.is_Symbol and _range(keep, ranges) == _range(drop, ranges):
            product = delta * sp.Mul(*(factor.xreplace({drop: keep}) for factor in factors if factor != delta))
            addend = note(UNIFIED, addend, product)
