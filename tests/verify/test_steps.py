"""The steps of proofs: they are recorded and evaluated by numbers; a rule that changes a value is found by its name."""

import re

import pytest
import sympy as sp
from common import SOFTMAX, claim_of

from nncore.verify.judgement import Status
from nncore.verify.numeric import judge
from nncore.verify.numeric.judge import points_for
from nncore.verify.symbolic import expectation, terms
from nncore.verify.symbolic import normal_form as prove
from nncore.verify.symbolic import prover as symbolic
from nncore.verify.symbolic.rules import RULES, Rule, Slope, Step, note, recording, supposing
from nncore.verify.symbolic.typeset import typeset
from nncore.verify.verdict import judge as judging
from nncore.verify.verdict.steps import judge_steps

LAYER = (r"Z := X W + \mathbf{1} b", r"J := \phi(Z)")
X, Z = sp.symbols("x z", real=True)
AT_ZERO = 1 - prove.Positive(X) - prove.Positive(-X)  # 1 where x is 0, else 0
RANDOM = "```{notation}\nrandom:\n  - {letter: W, entries: independent, meaning: weights}\n```\n"


def evaluated(item):
    proof = symbolic.prove(item, 10, with_steps=True)
    assert proof, "there is no proof"
    return judge_steps(proof, item, judge(item).met or points_for(item, 16), 5)


@pytest.mark.parametrize("page", [
    [SOFTMAX, r"\frac{\partial p_{ik}}{\partial z_{im}} = p_{ik} (\delta_{km} - p_{im})"],
    [*LAYER, r"\frac{\partial J}{\partial W} = X^\top \frac{\partial J}{\partial Z}"],
    [r"\lvert x z \rvert = \lvert x \rvert \lvert z \rvert"],
    [r"u_0 := 0", r"u_t := u_{t-1} + t \quad t \ge 1", r"u_t = \frac{t (t + 1)}{2}"],
    [r"\prod_{m=1}^{M} e^{b_m} = e^{\sum_{m=1}^{M} b_m}"],
    [r"\ln \left( \prod_{m=1}^{M} e^{b_m} \right) = \sum_{m=1}^{M} b_m"],
    [RANDOM, r"\operatorname{E}[(w_{jm} + x)^2] = \operatorname{E}[w_{jm}^2] + 2 x \operatorname{E}[w_{jm}] + x^2"],
    [r"f(z) := \max(z, 0)", r"\frac{\partial}{\partial x} f(x)^2 = 2 f(x)"],
    [r"\frac{e^{\mathrm{i} x} + e^{-\mathrm{i} x}}{2} = \operatorname{Re}(e^{\mathrm{i} x})"],
    [r"A^{[0]} := X", r"Z^{[r]} := A^{[r-1]} W^{[r]} + \mathbf{1} b^{[r]} \quad 1 \le r \le R",
     r"A^{[r]} := f(Z^{[r]}) \quad 1 \le r \le R", r"J := \phi(A^{[R]})",
     r"\frac{\partial J}{\partial W^{[r]}} = (A^{[r-1]})^\top \frac{\partial J}{\partial Z^{[r]}} \quad 1 \le r \le R"],
])  # fmt: skip
def test_the_steps_of_a_right_proof_change_no_value_and_most_are_evaluated(page):
    evaluation = evaluated(claim_of(*page))
    assert evaluation.wrong is None
    assert evaluation.evaluated > 0.6 * evaluation.steps > 0


# Rules that are wrong -------------------------------------------------------------------------------------------------


def half(function):
    """A function whose value is half of what it should be."""
    return lambda *arguments: function(*arguments) / 2


def first_part(self, term, by):
    """A product rule that forgets all factors but the first."""
    return sp.Mul(self.derivative(term.args[0], by), *term.args[1:])


def without_old_deltas(addend, ranges):
    """Deltas that are applied one after the other, each as it was before the first."""
    result = addend
    for delta in [factor for factor in sp.Mul.make_args(addend) if isinstance(factor, sp.KroneckerDelta)]:
        keep, drop = sorted(delta.args, key=sp.default_sort_key)
        result = delta * (result / delta).xreplace({drop: keep}) if result.has(delta) else result.xreplace({drop: keep})
    return note(prove.UNIFIED, addend, prove.booleans(result))


WRONG = [
    ("the product rule", terms.Terms, "_of_product", first_part, [r"\frac{\partial}{\partial x} (x e^x) = e^x"]),
    ("the power rule", terms.Terms, "_of_power", half(terms.Terms._of_power),
     [r"\frac{\partial}{\partial x} x^2 = x"]),
    ("the chain rule", terms.Terms, "_slope", half(terms.Terms._slope),
     [r"\frac{\partial}{\partial x} e^x = \frac{1}{2} e^x"]),
    ("the chain rule through a cost", terms.Terms, "_of_cost", half(terms.Terms._of_cost),
     [*LAYER, r"\frac{\partial J}{\partial b_m} = \sum_{i=1}^{n} \frac{\partial J}{\partial z_{im}}"]),
    ("a delta ends a sum", prove, "_within", lambda *_: True,
     [r"\sum_{q=1}^{t} \begin{cases} 1, & q = 4 \\ 0, & q \ne 4 \end{cases} = 1 \quad t \ge 1"]),
    ("a delta equates indices", prove, "_unified", without_old_deltas,
     [r"\delta_{kl} \delta_{lm} = \delta_{kl}"]),
    ("exponentials split", prove, "_split", lambda exponent: note(
        prove.EXPONENTIALS, prove.Exponential(exponent), sp.Add(*map(prove.Exponential, sp.Add.make_args(exponent)))
    ), [r"e^{x + z} = e^x + e^z"]),
    ("absolute values", prove, "_absolute", lambda part: note(prove.ABSOLUTE, sp.Abs(part, evaluate=False), part),
     [r"\sqrt{x^2} = x"]),
    ("comparisons", prove, "positive", lambda *_: True, [r"\max(x, 0) = x"]),
    ("expectations", expectation, "_of_entries", lambda powers, symmetric, known: sp.Mul(
        *(known(expectation.Expect(entry)) ** power for entry, power in powers)
    ), [RANDOM, r"\operatorname{E}[w_{jm}^2] = \operatorname{E}[w_{jm}]^2"]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "module", "name", "wrong", "page"), WRONG, ids=[each[0] for each in WRONG])
def test_a_rule_that_changes_a_value_is_found_by_its_name(monkeypatch, rule, module, name, wrong, page):
    item = claim_of(*page)
    assert symbolic.prove(item, 5) is None or rule == "the chain rule through a cost"  # of which both sides have one
    monkeypatch.setattr(module, name, wrong)
    assert evaluated(item).wrong.rule.name == rule


def test_a_wrong_rule_makes_a_checker_fault_that_says_which(monkeypatch):
    monkeypatch.setattr(terms.Terms, "_of_power", half(terms.Terms._of_power))
    item = claim_of(r"\frac{\partial}{\partial x} x^2 = \frac{\partial}{\partial x} (x^2 + 0) \quad (x > 1)")
    judgement = judging.judge(item)
    assert judgement.status == Status.CHECKER_FAULT
    assert judgement.reason.startswith("the rule “the power rule” changes a value at ")


def test_a_term_that_is_not_what_the_tree_says_is_found(monkeypatch):
    kept = terms.Terms._matrix_product
    monkeypatch.setattr(
        terms.Terms, "_matrix_product", lambda self, *both: terms._entrywise(lambda e: 2 * e, kept(self, *both))
    )
    assert evaluated(claim_of(r"X W = X W + 0 X W")).wrong.rule.name == "the reading of a side"


# Recording ------------------------------------------------------------------------------------------------------------


def test_what_changes_nothing_is_no_step_and_without_a_record_nothing_is_kept():
    x, rule = sp.Symbol("x", real=True), Rule("a rule", "")
    with recording() as steps:
        assert note(rule, x, x) == x and not steps
        with supposing(x, 1):
            note(rule, abs(x), x)
        note(rule, abs(x), x)
    assert [step.supposed for step in steps] == [((x, 1),), ()]
    assert note(rule, abs(x), x) == x and len(steps) == 2


def test_a_step_is_evaluated_only_where_what_it_supposes_holds():
    item = claim_of(r"\lvert x \rvert = \lvert x \rvert + 0")
    proof = symbolic.prove(item, 5, with_steps=True)
    x = sp.Symbol("x", real=True)
    for supposed, due in (((x, 1),), None), ((), RULES["absolute values"]):
        step = Step(RULES["absolute values"], sp.Abs(x), x, supposed)
        (attempt, *_) = proof.attempts
        changed = symbolic.Attempt(attempt.item, attempt.terms, (), (step,))
        points = points_for(item, 8)
        assert any(each.point.number("x", ()) < 0 for each in points)
        evaluation = judge_steps(symbolic.Proof("", attempts=(changed,)), item, points, 5)
        assert (evaluation.wrong and evaluation.wrong.rule) == due


# Printed --------------------------------------------------------------------------------------------------------------


def test_a_step_is_printed_in_the_letters_of_the_page():
    item = claim_of(SOFTMAX, r"\frac{\partial p_{ik}}{\partial z_{im}} = p_{ik} (\delta_{km} - p_{im})")
    steps = symbolic.prove(item, 10, with_steps=True).steps
    printed = {(step.rule.name, *typeset(step, item.scope.notation)) for step in steps}
    assert ("a definition", r"p_{ik}", r"\frac{e^{z_{ik}}}{\sum_{\kappa=1}^{M} e^{z_{i\kappa }}}", "") in printed
    slope = r"\frac{\partial}{\partial z_{im}} e^{z_{ik}}"
    assert ("the chain rule", slope, r"\delta_{km} \, e^{z_{ik}}", "") in printed


def test_a_step_is_printed_with_what_it_supposes():
    """The derivative of [κ > 0] κ is said of a κ that is not 0."""
    slope = r"\frac{\partial}{\partial z_{ik}} \max(z_{im}, 0)"
    cases = r"\begin{cases} 1, & z_{im} > 0 \\ 0, & z_{im} < 0 \end{cases}"
    judgement = judging.judge(claim_of(rf"{slope} = \delta_{{km}} {cases} \quad (z_{{im}} \ne 0)"))
    where = {(rule, where) for rule, _, _, where in judgement.steps}
    assert ("the derivative of pieces", r"z_{im} \ne 0 \text{ or } k \ne m") in where
    assert all(not where for rule, _, _, where in judgement.steps if rule == "an entry by an entry")


@pytest.mark.parametrize(("supposed", "due"), [
    ([(X, 1)], "x > 0"), ([(X, -1), (X, -1)], "x < 0"), ([(X - Z, 0)], "x - z = 0"),
    ([(X, 1), (Z, -1)], r"x > 0 \text{ and } z < 0"),
    ([(AT_ZERO, 0)], r"x \ne 0"), ([(-2 * AT_ZERO, 0)], r"x \ne 0"),
    ([(Z * AT_ZERO, 0)], r"z = 0 \text{ or } x \ne 0"),
    ([(X * AT_ZERO, 0)], ""),  # always
    ([(prove.Positive(X), 0)], r"x \le 0"), ([(AT_ZERO / Z, 0)], r"x \ne 0"),
    ([(1 - prove.Positive(X), 0)], "1 - [x > 0] = 0"),
])  # fmt: skip
def test_what_a_step_supposes_is_printed_as_mathematics(supposed, due):
    step = Step(RULES["algebra"], X, X, tuple(supposed))
    assert typeset(step, claim_of("x = x").scope.notation) == ("x", "x", due)


@pytest.mark.parametrize(("term", "due"), [
    (sp.Symbol("x") - sp.Symbol("z"), "x - z"), (-(sp.Symbol("x") + 1) / sp.Symbol("z"), r"\frac{-x - 1}{z}"),
    ((sp.Symbol("x") + 1) ** 2, r"\left( x + 1 \right)^{2}"), (2 / sp.Symbol("x"), r"\frac{2}{x}"),
    (sp.sqrt(sp.Symbol("x")) * 3, r"3 \, \sqrt{x}"), (prove.Positive(sp.Symbol("x")), "[x > 0]"),
    (Slope(sp.Symbol("x") + 1, sp.Symbol("x")), r"\frac{\partial}{\partial x} \left( x + 1 \right)"),
    (sp.log(sp.Symbol("x")), r"\ln\left( x \right)"), (sp.Rational(-3, 7) * sp.Symbol("x"), r"-\frac{3 \, x}{7}"),
])  # fmt: skip
def test_terms_are_printed_as_they_are_written(term, due):
    notation = claim_of("x = x").scope.notation
    assert typeset(Step(RULES["algebra"], term, term), notation) == (due, due, "")


# What the table of rules says -----------------------------------------------------------------------------------------

BRACKET = re.compile(r"\[([^\]]+) > 0\]")
LETTERS = {"a": "x", "b": "z"}  # that the notation of the book declares as numbers


def equations(name):
    """The equations between dollars in the statement of a rule, with brackets as cases, in letters of the book."""
    for formula in RULES[name].statement.split("$")[1::2]:
        if "=" in formula:
            cases = BRACKET.sub(r"\\begin{cases} 1, & \1 > 0 \\\\ 0, & \1 \\le 0 \\end{cases}", formula)
            yield re.sub(r"(?<![\\a-z])[ab](?![a-z])", lambda found: LETTERS[found[0]], cases)


@pytest.mark.parametrize("name", ["absolute values", "only 0 has no sign", "exponentials split"])
def test_what_the_table_says_of_a_rule_is_true(name):
    found = list(equations(name))
    assert found
    for formula in found:
        assert judge(claim_of(formula)).status == "agrees", formula


def test_a_statement_of_a_rule_that_is_false_is_noticed(monkeypatch):
    wrong = Rule("only 0 has no sign", "$a [-a > 0] = a [a > 0] - a$")
    monkeypatch.setitem(RULES, wrong.name, wrong)
    assert judge(claim_of(*equations(wrong.name))).status == "refuted"


def test_what_is_noted_of_a_gap_is_no_letter_of_a_step():
    """Else it would be evaluated as if it were an input."""
    cases = r"\begin{cases} z, & x z > 1 \\ 0, & x z < 1 \end{cases}"
    item = claim_of(rf"\frac{{\partial}}{{\partial x}} \max(x z - 1, 0) = {cases} \quad (x z \ne 1)")
    proof = symbolic.prove(item, with_steps=True)
    found = [term for step in proof.steps for term in (step.before, step.after, *(each for each, _ in step.supposed))]
    assert found and not any(term.has(terms.MIXED, terms.UNSURE) for term in found)
