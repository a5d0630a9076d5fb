r"""Terms of the symbolic judge as LaTeX, in the letters of a page: a step of a proof, as a reader would write it.

Entries are printed with the letter that the notation gives them, indicators in brackets, ``[x > 0]``, and letters that
a sum binds under names that nothing else in a step has.
"""

from collections.abc import Callable, Iterable
from itertools import chain, count

import sympy as sp

from nncore.verify.notation import Notation
from nncore.verify.symbolic.expectation import Expect
from nncore.verify.symbolic.normal_form import Exponential, Factor, Largest, Product
from nncore.verify.symbolic.rules import Positive, Slope, Step, Term
from nncore.verify.symbolic.terms import Modulus

_BOUND = (r"\kappa", r"\rho", r"\nu", r"\xi", r"\iota", r"\tau")  # names for letters that are made for a sum
_MADE = ("_", "max_", "lambda", "mu", "nu", "rho", "xi")  # how such letters are called in a term
_KNOWN = {sp.log: r"\ln", sp.tanh: r"\tanh", sp.sin: r"\sin", sp.cos: r"\cos", Expect: r"\operatorname{E}"}
_SUM, _FACTOR, _POWER = range(3)  # what an expression stands in


def typeset(step: Step, notation: Notation) -> tuple[str, str, str]:
    """Return the terms before and after a step as LaTeX, and where they are equal; empty if they are everywhere."""
    write = _Writer((step.before, step.after, *(term for term, _ in step.supposed)), notation)
    before, after = write.term(step.before), write.term(step.after)
    where = [write.supposed(term, sign) for term, sign in step.supposed]
    return before, after, r" \text{ and } ".join(dict.fromkeys(filter(None, where)))


class _Writer:
    """Writes terms that stand together."""

    def __init__(self, terms: Iterable[Term], notation: Notation):
        self._entries = {array.letter: array.entry.letter for array in notation.arrays if array.entry}
        used = {each.name for term in terms for each in term.atoms(sp.Symbol)}
        self._fresh = chain((name for name in _BOUND if name not in used), (rf"\kappa_{{{k}}}" for k in count(1)))
        self._names: dict[sp.Symbol, str] = {}

    def term(self, term: Term, within: int = _SUM) -> str:
        """Return a term as LaTeX, in parentheses if it needs them where it stands."""
        for kind, write, weakest in _WRITERS:
            if isinstance(term, kind):
                text = write(self, term)
                return rf"\left( {text} \right)" if within > weakest or (within and text.startswith("-")) else text
        if isinstance(term, Largest):
            body, letter, _ = term.args
            return rf"\max_{{{self.term(letter)}}} {self.term(body, _FACTOR)}"
        arguments = ", ".join(map(self.term, term.args))
        name = _KNOWN.get(term.func, term.func.__name__)
        return rf"{name}\left( {arguments} \right)"

    def supposed(self, term: Term, sign: int) -> str:
        """Return that a term has a sign as LaTeX: of a product that is 0, which factors may be; empty if that is so."""
        if sign:
            return f"{self.term(term)} {'>' if sign > 0 else '<'} 0"
        bases = [factor.as_base_exp() for factor in sp.Mul.make_args(term)]
        factors = [base for base, exponent in bases if not base.is_number and not exponent.could_extract_minus_sign()]
        kinks = [part for factor in factors if (part := _kink(factor)) is not None]
        if any(sp.expand(factor - sign * part) == 0 for factor in factors for part in kinks for sign in (1, -1)):
            return ""  # e and whether it is 0: one of them is
        return r" \text{ or } ".join(dict.fromkeys(map(self._zero, factors))) or f"{self.term(term)} = 0"

    def _zero(self, factor: Term) -> str:
        """Return that a factor is 0, as LaTeX."""
        part = _kink(factor)
        if part is not None:
            return rf"{self.term(part)} \ne 0"
        if isinstance(factor, sp.KroneckerDelta):
            return r" \ne ".join(map(self.term, factor.args))
        if isinstance(factor, Positive):
            return rf"{self.term(factor.args[0])} \le 0"
        return f"{self.term(factor.as_content_primitive()[1])} = 0"

    def _symbol(self, term: sp.Symbol) -> str:
        if not _is_made(term):
            return str(term.name)
        if term not in self._names:
            self._names[term] = next(self._fresh)
        return self._names[term]

    def _indexed(self, term: sp.Indexed) -> str:
        name = str(term.base)
        if name.startswith("the derivative of "):
            of, _, by = name.removeprefix("the derivative of ").partition(" by ")
            return rf"\frac{{\partial {of}_{{{self._list(term.indices[:1])}}}}}{{\partial {by}}}"
        cost, semicolon, place = name.partition(";")
        if semicolon:
            return rf"(\partial_{{{place}}} {self._cost(cost)})_{{{self._list(term.indices)}}}"
        base, bracket, layer = name.partition("^{[")
        letter = self._entries.get(base, base.rpartition("_")[0] or base if base.count("_") == 1 else base)
        return f"{letter}{bracket}{layer}_{{{self._list(term.indices)}}}"

    def _cost(self, name: str) -> str:
        return name.partition("#")[0].removeprefix("any cost ")

    def _list(self, indices: Iterable[Term]) -> str:
        texts = list(map(self.term, indices))
        return ("" if all(len(text) == 1 or text.startswith("\\") for text in texts) else ", ").join(
            f"{text} " if text.startswith("\\") else text for text in texts
        )

    def _number(self, term: sp.Rational) -> str:
        text = str(abs(term.p)) if term.q == 1 else rf"\frac{{{abs(term.p)}}}{{{term.q}}}"
        return f"-{text}" if term < 0 else text

    def _add(self, term: sp.Add) -> str:
        first, *others = (self.term(part) for part in term.as_ordered_terms())
        return first + "".join(f" - {text[1:]}" if text.startswith("-") else f" + {text}" for text in others)

    def _mul(self, term: sp.Mul) -> str:
        number, rest = term.as_coeff_Mul()
        above, below = [], []
        for factor in sp.Mul.make_args(rest):
            base, exponent = factor.as_base_exp()
            if exponent.is_Rational and exponent < 0 and not isinstance(factor, sp.exp):
                below.append(base**-exponent)
            else:
                above.append(factor)
        if abs(number.p) != 1:
            above.insert(0, sp.Integer(abs(number.p)))
        if number.q != 1:
            below.insert(0, sp.Integer(number.q))
        text = self._factors(above)
        text = rf"\frac{{{text}}}{{{self._factors(below)}}}" if below else text
        return f"-{text}" if number < 0 else text

    def _factors(self, factors: list[Term]) -> str:
        if len(factors) == 1:
            return self.term(factors[0])
        ordered = sorted(factors, key=lambda each: (isinstance(each, sp.Sum | Product), not each.is_number))
        return r" \, ".join(self.term(each, _FACTOR) for each in ordered) or "1"

    def _pow(self, term: sp.Pow) -> str:
        if term.exp == sp.S.Half:
            return rf"\sqrt{{{self.term(term.base)}}}"
        if term.exp.is_Rational and term.exp < 0:
            return rf"\frac{{1}}{{{self.term(term.base**-term.exp)}}}"
        return f"{self.term(term.base, _POWER)}^{{{self.term(term.exp)}}}"

    def _sum(self, term: sp.Sum) -> str:
        limits = "".join(
            rf"\sum_{{{self.term(letter)}={self.term(low)}}}^{{{self.term(high)}}} "
            for letter, low, high in term.limits[::-1]
        )
        return limits + self.term(term.function, _FACTOR)

    def _product(self, term: Term) -> str:
        (inside,) = term.args
        if not isinstance(inside, sp.Sum) or not isinstance(inside.function, Factor):
            return rf"\prod \left( {self.term(inside)} \right)"
        return self._sum(inside.func(inside.function.args[0], *inside.limits)).replace(r"\sum", r"\prod")

    def _slope(self, term: Term) -> str:
        inside, by = term.args
        return rf"\frac{{\partial}}{{\partial {self.term(by)}}} {self.term(inside, _FACTOR)}"


def _kink(factor: Term) -> Term | None:
    """Return e of 1 - [e > 0] - [-e > 0], times a number, which is not 0 where e is 0 and only there; else None."""
    parts = {indicator.args[0] for indicator in factor.atoms(Positive)}
    for part in sorted(parts, key=lambda each: (each.could_extract_minus_sign(), sp.default_sort_key(each))):
        is_at = 1 - Positive(part) - Positive(sp.expand(-part))
        if sp.expand(factor - factor.as_coeff_Add()[0] * is_at) == 0:
            return part
    return None


def _is_made(letter: sp.Symbol) -> bool:
    return isinstance(letter, sp.Dummy) or bool(letter.is_integer and letter.name.startswith(_MADE))


_WRITERS: tuple[tuple[type | tuple[type, ...], Callable[[_Writer, Term], str], int], ...] = (
    (sp.Symbol, _Writer._symbol, _POWER),
    (sp.Indexed, _Writer._indexed, _POWER),
    (sp.Rational, _Writer._number, _FACTOR),
    (sp.Add, _Writer._add, _SUM),
    (sp.Mul, _Writer._mul, _FACTOR),
    ((sp.exp, Exponential), lambda of, term: f"e^{{{of.term(term.args[0])}}}", _FACTOR),
    (sp.Pow, _Writer._pow, _FACTOR),
    (sp.Sum, _Writer._sum, _SUM),
    (sp.KroneckerDelta, lambda of, term: rf"\delta_{{{of._list(term.args)}}}", _POWER),
    (Positive, lambda of, term: f"[{of.term(term.args[0])} > 0]", _POWER),
    ((sp.Abs, Modulus), lambda of, term: rf"\lvert {of.term(term.args[0])} \rvert", _POWER),
    (Slope, _Writer._slope, _SUM),
    (Product, _Writer._product, _SUM),
)
