"""Random formulas: identities are accepted, perturbed ones refuted, and whatever can be read is judged or refused."""

from collections import Counter
from functools import reduce

import pytest
from common import NOTATION, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nncore.verify.judgement import Status
from nncore.verify.semantics.elaborate import meaning
from nncore.verify.semantics.statements import Kind
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.parser import read
from nncore.verify.syntax.printer import latex
from nncore.verify.verdict import judge as judging

QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]

# Numbers, right by construction: entries, sums over all of their indices, polynomials, exponentials, maxima.
_ATOMS = st.sampled_from([r"x_{ij}", r"z_{im}", r"b_m", "h", r"s_i", "2", "3"])
_SUMS = st.sampled_from(
    [r"\sum_{k=1}^{M} b_k", r"\sum_{k=1}^{M} z_{ik}", r"\sum_{k=1}^{M} x_{ij} w_{jk}", r"\sum_{k=1}^{M} b_k z_{ik}"]
)


def _larger(parts):
    pairs = st.tuples(parts, parts)
    return st.one_of(
        pairs.map(lambda pair: rf"({pair[0]} + {pair[1]})"),
        pairs.map(lambda pair: rf"({pair[0]} - {pair[1]})"),
        pairs.map(lambda pair: rf"({pair[0]}) \cdot ({pair[1]})"),
        parts.map(lambda part: rf"e^{{h + {part}}}" if len(part) < 12 else part),
        parts.map(lambda part: rf"\max({part}, 0)" if len(part) < 12 else part),
    )


EXPRESSIONS = st.recursive(_ATOMS | _SUMS.map(lambda each: f"({each})"), _larger, max_leaves=5)


def reworded(node):
    """The same number in other words: addends and factors in reverse order, products of sums multiplied out."""
    match node:
        case t.Plus(terms):
            return t.Plus(tuple(map(reworded, reversed(terms))))
        case t.Minus(body):
            return t.Minus(reworded(body))
        case t.Times(factors):
            addends = [factor.terms if isinstance(factor, t.Plus) else (factor,) for factor in map(reworded, factors)]
            products = reduce(lambda found, more: [(*one, each) for one in found for each in more], addends, [()])
            terms = tuple(_signed(factors) for factors in products)
            return t.Plus(terms) if len(terms) > 1 else terms[0]
        case t.Sum(index, lower, upper, body):
            return t.Sum(t.Letter("l"), lower, upper, _renamed(body, index.name, "l"))
        case t.Power(base, exponent):
            return t.Power(base, reworded(exponent))
    return node


def _signed(factors):
    bare = tuple(factor.body if isinstance(factor, t.Minus) else factor for factor in factors)
    product = t.Times(bare) if len(bare) > 1 else bare[0]
    return t.Minus(product) if sum(isinstance(factor, t.Minus) for factor in factors) % 2 else product


def _renamed(node, old, new):
    if isinstance(node, t.Letter):
        return t.Letter(new) if node.name == old else node
    if isinstance(node, tuple):
        return tuple(_renamed(part, old, new) for part in node)
    if isinstance(node, t.Node):
        names = [name for name in node.__dataclass_fields__ if name != "span"]
        return type(node)(**{name: _renamed(getattr(node, name), old, new) for name in names})
    return node


@pytest.fixture
def status(tmp_path):
    def of(left, right):
        said = meaning(write(tmp_path / "page.md", f"0 \\cdot x_{{ij}} z_{{im}} + {left} = {right}"), NOTATION)
        assert not said.faults, said.faults
        return judging.judge(said.items[-1], is_saved=False).status

    return of


@settings(max_examples=40, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(EXPRESSIONS)
def test_a_random_number_equals_itself_in_other_words(status, text):
    tree = read(text, NOTATION).statements[0].first
    assert status(text, latex(reworded(tree))) == Status.ALL_SHAPES


@settings(max_examples=40, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(EXPRESSIONS, st.sampled_from(["1", "h", "b_m", r"\frac{1}{n}"]))
def test_a_random_number_does_not_equal_itself_plus_something(status, text, more):
    tree = read(text, NOTATION).statements[0].first
    assert status(text, f"{latex(reworded(tree))} + {more}") == Status.REFUTED


# Whatever can be read -------------------------------------------------------------------------------------------------

_PIECES = st.sampled_from(
    r"x_{ij} w_{jm} b_m z_{im} p_{im} X W Z P \mathbf{1} c_i y_{i c_i} \delta_{im} \delta_{km} n M D e \pi h 1 2 0.5 + "
    r"- "
    r"\cdot \odot = := \le \ne \approx \leftarrow ( ) \sum_{k=1}^{M} \sum_{i=1}^{n} \max_l \frac{1}{n} "
    r"\frac{\partial}{\partial{}z_{im}} \frac{\partial{}J}{\partial{}Z} ^\top ^2 ^{-1} f(x) f'(x) \sigma(z) \phi(Z) "
    r"\ln "
    r"\exp(z) \operatorname{E}[x] O(h^2) \Rightarrow J L_i u_t \theta_{t-1} Z^{[r]} A^{[R]} D_r \quad r t "
    r"\mathrm{i}".split()
)
_RELATIONS = st.sampled_from(["=", "=", r"\le", r"\ne", ":=", r"\approx"])
_HEAPS = st.lists(_PIECES, min_size=1, max_size=9).map(lambda pieces: " ".join(pieces).replace("{}", " "))
_SIDES = st.one_of(EXPRESSIONS, _PIECES.map(lambda piece: piece.replace("{}", " ")))
_CLAIMS = st.tuples(_SIDES, _RELATIONS, _SIDES).map(" ".join)
_CONDITIONS = st.sampled_from(["", r"\quad h > 0", r"\quad h \approx 0.5", r"\quad 1 \le r < R", r"\Rightarrow x = h"])
TEXTS = st.one_of(_HEAPS, st.tuples(_CLAIMS, _CONDITIONS).map(" ".join))


def test_whatever_stands_on_a_page_is_judged_or_refused_and_nothing_else(tmp_path):
    seen = Counter()

    @settings(max_examples=300, deadline=None, suppress_health_check=QUIET, derandomize=True)
    @given(st.lists(TEXTS, min_size=1, max_size=3))
    def every(texts):
        said = meaning(write(tmp_path / "page.md", *texts), NOTATION)
        seen["refused"] += bool(said.faults)
        for item in said.items:
            if item.kind in (Kind.CLAIM, Kind.CONVENTION):
                judged = judging.judge(item, is_saved=False)
                assert isinstance(judged.status, Status)
                assert judged.status != Status.CHECKER_FAULT
                seen[judged.status] += 1

    every()
    assert min(seen[status] for status in ("refused", Status.RESTATES, Status.REFUTED)) > 5, seen
