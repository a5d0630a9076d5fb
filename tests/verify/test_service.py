"""What somebody typed is judged in steps, by the same way as the pages of the book."""

import json
import re
from functools import cache

import pytest
from common import NOTATION, ROOT, write
from pages_of_book import pages

from nncore.verify.__main__ import main
from nncore.verify.judgement import Judgement, Status
from nncore.verify.report import service
from nncore.verify.report.book import check
from nncore.verify.report.in_force import Context, functions_of, in_force
from nncore.verify.report.serialization import from_json, to_json
from nncore.verify.report.service import Stage, Step, formulas_of, steps, verdicts
from nncore.verify.semantics.statements import Kind
from nncore.verify.source.limits import Limits
from nncore.verify.source.myst import directive_body, tokens
from nncore.verify.source.reader import read_page
from nncore.verify.syntax.parser import LONGEST
from nncore.verify.verdict import judge as judging

JACOBIAN = r"\frac{\partial p_{ik}}{\partial z_{im}} = p_{ik} (\delta_{km} - p_{im})"
PAGE = "book/layers/softmax.md"


@cache
def functions():
    return functions_of((read_page(path, book=True) for path in pages()), NOTATION)


@cache
def softmax():
    return in_force(read_page(ROOT / PAGE, book=True), NOTATION, functions())


def told(text, context=None):
    return steps(text, context or softmax())


def verdict(text, context=None):
    (found,) = verdicts(told(text, context))
    return found


# Steps ----------------------------------------------------------------------------------------------------------------


def test_what_is_right_is_read_then_agrees_then_is_proved():
    read, numbers, proved = told(JACOBIAN)
    assert [read.stage, numbers.stage, proved.stage] == [Stage.READ, Stage.NUMBERS, Stage.VERDICT]
    assert read.words.startswith(r"Read as $\frac{\partial p_{i k}}{\partial z_{i m}} = ")
    assert (numbers.status, proved.status) == (Status.SAMPLED, Status.ALL_SHAPES)
    assert "numeric comparisons agree at sizes up to" in numbers.words
    assert proved.words == "Proved, for all sizes." and proved.method == "symbolic difference is 0"


def test_what_is_wrong_is_read_then_has_a_counterexample_then_a_slip_then_is_wrong():
    read, numbers, slip, wrong = told(JACOBIAN.replace("- p", "+ p"))
    assert [each.stage for each in (read, numbers, slip, wrong)] == list(Stage)
    assert {numbers.status, slip.status, wrong.status} == {Status.REFUTED}
    assert numbers.counterexample == wrong.counterexample
    assert slip.slip == wrong.slip == "the sign of $p_{im}$"
    assert numbers.words in wrong.words and slip.words in wrong.words


def test_the_counterexample_names_all_free_letters_in_the_latex_of_the_reader():
    text = r"\frac{\partial p_{ik}}{\partial z_{im}} = p_{ik} \cdot 2"
    (wrong,) = verdicts(told(text))
    found = wrong.counterexample
    names = [name for name, _ in (*found.sizes, *found.entry, *found.inputs)]
    assert {"n", "M", "i", "k", "m", "z_{11}"} <= set(names)
    for name in names:
        assert f"${name} = " in wrong.words
    assert f"left side is {found.left}, the right side {found.right}" in wrong.words


def test_words_within_the_values_of_a_counterexample_are_no_letters():
    words = verdict(r"\frac{\partial J}{\partial p_{im}} = 1").words
    assert re.search(r"\$\\phi\(v\) = [^$]*\$ with \$[a-z] = [^$]*\$", words), words
    assert not [
        part for part in words.split("$")[1::2] if re.search(r"\b(?!left)[a-z]{3,}", re.sub(r"\\[a-z]+", "", part))
    ]


def test_numbers_are_told_before_anything_else_is_asked(monkeypatch):
    asked = []
    for name in ("slip", "symbolic"):
        monkeypatch.setattr(judging, name, _Asked(name, getattr(judging, name), asked))
    told = steps(JACOBIAN.replace("- p", "+ p"), softmax(), lambda step: asked.append(step.stage))
    assert asked == [Stage.READ, Stage.NUMBERS, "slip", Stage.SLIP, "symbolic", Stage.VERDICT]
    assert [step.stage for step in told] == [each for each in asked if isinstance(each, Stage)]
    asked.clear()
    steps(JACOBIAN, softmax(), lambda step: asked.append(step.stage))
    assert asked == [Stage.READ, Stage.NUMBERS, "symbolic", Stage.VERDICT]


class _Asked:
    """A part of the judge that writes down that it is asked."""

    def __init__(self, name, part, asked):
        self._name, self._part, self._list = name, part, asked

    def __call__(self, *given):
        self._list.append(self._name)
        return self._part(*given)

    def prove(self, *given, **options):
        self._list.append(self._name)
        return self._part.prove(*given, **options)


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("p_{im} = p_{im}", Status.RESTATES, "Both sides are the same before anything is computed."),
        (r"\sum_{m=1}^{M} p_{im} = 1", Status.ALL_SHAPES, "Proved, for all sizes."),
        (r"\ln(z) + \ln(2) = \ln(2 z)", Status.ALL_SHAPES, "Proved, where $z > 0$."),
        (r"e \approx 2.72", Status.SAMPLED, "Numbers agree, and there is no proof."),
        ("p_{im}", Kind.EXPRESSION, "This has no relation, so it claims nothing; its letters and shapes fit."),
        ("h := 2", Kind.DEFINITION, "Defined from here on."),
        ("W = X", Status.WITHOUT_MEANING, "This has no meaning: W is D × M, X is n × D."),
        (r"\foo", Status.UNREADABLE, r"This cannot be read: the command \foo cannot be read."),
    ],
)
def test_each_status_has_its_words(text, status, words):
    found = verdict(text)
    assert (found.status, found.words) == (status, words)


@pytest.mark.parametrize(
    "text", [JACOBIAN, JACOBIAN.replace("- p", "+ p"), "h := 1\n\nh = 2", r"\foo", "W = X", r"\ln(z) = \ln(z) + 0"]
)
def test_each_step_is_the_same_after_its_way_through_json(text):
    for step in told(text):
        assert from_json(Step, json.loads(json.dumps(to_json(step)))) == step


def test_without_a_context_the_notation_of_the_book_is_in_force_and_nothing_is_defined():
    (found,) = verdicts(steps("x_{ij} + 1 = 1 + x_{ij}"))
    assert found.status is Status.ALL_SHAPES
    (found,) = verdicts(steps(r"p_{im} = \frac{e^{z_{im}}}{\sum_{l=1}^{M} e^{z_{il}}}"))
    assert found.status is Status.REFUTED
    assert verdict(r"p_{im} = \frac{e^{z_{im}}}{\sum_{l=1}^{M} e^{z_{il}}}").status is Status.ALL_SHAPES


# Texts ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("a = b", ["a = b"]),
        ("  a = b\n", ["a = b"]),
        ("a = b\n\nc = d\n \n\n\ne", ["a = b", "c = d", "e"]),
        ("$$ a = b $$", ["a = b"]),
        ("$$\na = b\n$$ (eq-one)\n\n$$ c $$", ["a = b", "c"]),
        ("a = b $$ c $$ d", ["a = b", "c", "d"]),
        ("$$ a $$ $$ b $$", ["a", "b"]),
        ("$$ a\n\nb $$", ["a\n\nb"]),
        ("a $$ b", ["a $$ b"]),
        ("$$ $$", [""]),
        ("\n \n", []),
        ("a\r\n\r\nb", ["a", "b"]),
        ("$$ a $$ (n = 1)", ["a", "(n = 1)"]),
    ],
)
def test_formulas_stand_between_blank_lines_or_dollar_signs(text, formulas):
    found = formulas_of(text)
    assert [each.text for each in found] == formulas
    assert [text[slice(*each.at(0, len(each.text)))] for each in found] == formulas


def test_a_definition_holds_for_what_follows_and_for_no_other_text():
    assert [each.status for each in verdicts(told("h := 2\n\nh^2 = 4"))] == [Kind.DEFINITION, Status.ALL_SHAPES]
    assert verdict("h^2 = 4").status is Status.REFUTED
    above = verdicts(told("h^2 = 4\n\nh := 2"))
    assert [each.status for each in above] == [Status.REFUTED, Status.WITHOUT_MEANING]
    assert "used above its definition" in above[1].words


def test_what_a_page_defines_is_not_defined_again():
    found = verdict("p_{im} := 1")
    assert found.status is Status.WITHOUT_MEANING and "defined already" in found.words


def test_one_wrong_formula_costs_no_other_one_and_each_is_judged_where_it_stands():
    text = "$$ W = X $$ $$ 1 = 2 $$\n\n" + r"\foo" + "\n\n1 = 1"
    found = verdicts(told(text))
    assert [(each.formula, each.status) for each in found] == [
        (1, Status.WITHOUT_MEANING), (2, Status.REFUTED), (3, Status.UNREADABLE), (4, Status.RESTATES),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("W = X", "X"),
        ("1 = 1\n\n  W = X", "X"),
        (r"1 = 1 = 2", "= 2"),
        (r"\begin{aligned} 1 &= 1 \\ &= 3 \end{aligned}", "= 3"),
        (r"1 + \foo", r"\foo"),
        ("q_{im} = p_{im}", "q_{im}"),
        ("$$\n p_{im}\n  = z_{il}\n$$", "= z_{il}"),
        (r"\sum_{l=1}^{M} p_{jl} = 1", "j"),
        ("(1", "("),
    ],
)
def test_a_fault_is_marked_where_it_stands(text, part):
    (found,) = [each for each in verdicts(told(text)) if each.fails]
    assert text[slice(*found.span)] == part


def test_a_fault_is_told_in_the_letters_of_the_reader():
    text = r"\frac{\partial p_{ik}}{\partial z_{im}} = \frac{1}{n} X^\top (P - Y)"
    words = verdict(text).words
    assert r"$\frac{\partial p_{ik}}{\partial z_{im}}$ is a number, $\frac{1}{n} X^\top (P - Y)$ is D × M" in words


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", r"Write one, as `p_{im} = \frac{e^{z_{im}}}{\sum_{l=1}^{M} e^{z_{il}}}`."),
        ("p_{im} = softmax(z_{im})", r"Write `\operatorname{softmax}` for “softmax”."),
        ("p_{im} = exp(z_{im})", r"Write `\exp` for “exp”."),
        ("b_m = log(2)", r"Write `\ln` for “log”."),
        ("b_m = ReLU(1)", r"Write `\operatorname{ReLU}` for “ReLU”."),
        (r"b_m = \mathrm{ReLU}(1)", r"Write `\operatorname{ReLU}` for “ReLU”."),
        ("sum_{l=1}^{M} p_{il} = 1", r"Write `\sum` for “sum”."),
        ("alpha = eta", r"Write `\eta` for “eta”."),
        ("p_im = 1", "Put indices of several letters in braces, as `z_{im}`."),
        ("σ(z) = 1", r"Write `\sigma`."),
        ("λ = 1", r"Write `\lambda`."),
        ("Δ = 1", r"Write `\Delta`."),
        ("h ≤ 1", r"Write `\le`."),
        ("h == 1", "Write `=`."),
        ("h != 1", r"Write `\ne`."),
        ("h <= 1", r"Write `\le`."),
        ("h**2 = 1", "Write a power as `z^2`."),
        ("X @ W = Z", "Write the factors of a product of matrices side by side, as `X W`."),
        (r"\nabla J = 1", r"Write the gradient as `\frac{\partial J}{\partial W}`."),
        (r"\frac{dJ}{dW} = X", r"Write a derivative as `\frac{\partial J}{\partial W}`."),
        ("dJ/dW = X", r"Write a derivative as `\frac{\partial J}{\partial W}`."),
        (r"\[ h = 1 \]", "Leave the delimiters away: formulas stand between blank lines."),
        ("$h = 1$", "Leave the delimiters away: formulas stand between blank lines."),
        ("h = ?", "Write what belongs in the place of the question mark."),
        (r"\frac{d}{dx} x^3 = 1", r"Write a derivative as `\frac{\partial J}{\partial W}`."),
        (r"h = \tanh^2(z)", r"Write the power behind the argument, as `\tanh(z)^2`."),
        ("h = z if z > 0", r"Write cases as `\begin{cases} a, & x > 0 \\ b, & x < 0 \end{cases}`."),
        ("Z = X W + b", r"`\mathbf{1}`, a column of ones, repeats a row."),
        ("z_{im} = x_{ij} w_{jm}", "A sum over an index binds it."),
        ("f(x) = x^2", "If this is to be its definition, write `:=`."),
        ("h * 2 = 1", r"write \cdot, or nothing"),
        ("X^T = X", r"the transpose is written ^\top"),
    ],
)
def test_a_fault_of_reading_says_what_to_write_instead(text, advice):
    found = verdict(text)
    assert found.fails and advice in found.words


def test_what_the_reader_of_formulas_expected_is_not_said_beside_what_to_write():
    assert verdict("sigma' = 1").words == r"This cannot be read: unexpected '. Write `\sigma` for “sigma”."
    assert "expected the end" in verdict("J' = 1").words


def test_what_is_defined_is_not_taken_for_a_definition_that_failed():
    *_, last = told("f(x) := x^2\n\nf(x) = x^3")
    assert last.status is Status.REFUTED and ":=" not in last.words


def test_a_name_that_reads_as_a_product_of_letters_is_pointed_out_where_it_is_read():
    read, *_, wrong = told("p_{im} = exp(z_{im})")
    assert read.words.endswith(r"Write `\exp` for “exp”.") and wrong.status is Status.REFUTED


def test_what_is_right_is_not_advised():
    text = r"1 = 1 && \text{(the sum of rows)} \\ &= 2"
    assert "Write" not in " ".join(each.words for each in told(rf"\begin{{aligned}} {text} \end{{aligned}}"))


# Limits ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1" * 400 + " = 1", "more than 300 digits"),
        ("(" * 100 + "1" + ")" * 100, "parentheses within each other"),
        ("1 + " * LONGEST + "1", f"more than {LONGEST} characters"),
        ("1 = 1\n\n" * 300_000, "more than 2000000 characters are to be read"),
        ("-" * 5000 + "1", "This cannot be read"),
        ("^" + "{" * 9000, "This cannot be read"),
        ("\x00\x1b[31m = 1", "This cannot be read"),
    ],
)
def test_limits_are_those_of_pages(text, words):
    (found,) = verdicts(told(text))
    assert found.status is Status.UNREADABLE and words in found.words


def test_what_breaks_the_judges_is_a_fault_of_the_checker_and_the_other_formulas_are_judged(monkeypatch):
    judge = service.judge

    def broken(item, *given):
        if item.relation == r"\ge":
            raise RecursionError("too deep")
        return judge(item, *given)

    monkeypatch.setattr(service, "judge", broken)
    first, second = verdicts(told("1 \\ge 0\n\n1 + 1 = 2"))
    assert (first.status, second.status) == (Status.CHECKER_FAULT, Status.ALL_SHAPES)
    assert first.words == "The checker is at fault, so nothing is known: RecursionError: too deep."


def test_what_breaks_before_the_judges_is_a_fault_of_the_checker_too(monkeypatch):
    def broken(*given):
        raise KeyError("x")

    monkeypatch.setattr(Context, "said", broken)
    assert verdict("1 = 1").status is Status.CHECKER_FAULT


# The same way ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["loss/squared-error.md", "prerequisites.md"])
def test_a_claim_of_the_book_has_the_same_judgement_as_in_the_build(name):
    path = ROOT / "book" / name
    reading = read_page(path, book=True)
    context = in_force(reading, NOTATION, {})
    (report,) = check([path], NOTATION, root=ROOT, processes=1, book=True).pages
    compared = 0
    for formula, place in zip(report.formulas, reading.around.places, strict=True):
        if place.aside or place.dictionary or any(part.kind is not Kind.CLAIM for part in formula.parts):
            continue
        there = context.of_exercise(place.world) if place.world else context
        found = verdicts(steps(formula.latex, there))
        assert [(each.status, each.method) for each in found] == [
            (judgement.status, judgement.method) for judgement in formula.judgements
        ]
        compared += len(found)
    assert compared >= 2


def test_what_rests_on_a_convention_that_is_not_accepted_is_undecided(tmp_path):
    relu = r"\operatorname{ReLU}(z) := \max(z, 0)"
    claim = r"\operatorname{ReLU}'(0) = {}"
    found = {}
    for value in ("0", "1/2"):
        agreed = f"```{{prf:convention}} At 0\n\n$$ \\operatorname{{ReLU}}'(0) := {value} $$\n```\n"
        context = in_force(read_page(write(tmp_path / "page.md", relu, agreed)), NOTATION, {})
        found[value] = verdict(claim.replace("{}", value), context).status
    assert not any(status.fails for status in found.values())
    square = r"f(z) := z^2", "```{prf:convention} At 0\n\n$$ f'(0) := 1 $$\n```\n"
    context = in_force(read_page(write(tmp_path / "page.md", *square)), NOTATION, {})
    wrong = verdict("f'(0) = 1", context)
    assert wrong.status is Status.UNDECIDED
    assert "rests on a convention that is not accepted" in wrong.words


def test_a_page_and_a_text_ask_the_same_function(tmp_path, monkeypatch):
    monkeypatch.setattr(service, "judge", lambda *given: Judgement(Status.SAMPLED, "of a test", points=1))
    (report,) = check([write(tmp_path / "page.md", "1 + 1 = 3")], NOTATION, root=tmp_path, processes=1).pages
    assert report.formulas[0].parts[0].judgement.method == verdict("1 + 1 = 3").method == "of a test"


# The boxes of the book ------------------------------------------------------------------------------------------------


def boxes_of(text):
    """The formulas in the boxes ``{check}`` of a page, and the words above each."""
    found = tokens(text, Limits())[0]
    for place, token in enumerate(found):
        if token.type == "colon_fence" and token.info.startswith("{check}"):
            above = next((each.content for each in reversed(found[:place]) if each.type == "inline"), "")
            yield directive_body(token.content)[0].strip(), " ".join(above.split())


def test_a_box_is_found_with_its_formulas_and_the_words_above_it():
    text = "Some words\nabove.\n\n:::{check}\n:open:\n\n1 = 1\n\n1 = 2\n:::\n"
    assert list(boxes_of(text)) == [("1 = 1\n\n1 = 2", "Some words above.")]


def derived():
    """The pages of the layers, losses and networks that have a theorem."""
    texts = {path: path.read_text(encoding="utf-8") for path in pages()}
    folders = ("layers", "loss", "network")
    return [path for path, text in texts.items() if "{prf:theorem}" in text and path.parent.name in folders]


@pytest.mark.parametrize("path", [path for path in pages() if "{check}" in path.read_text(encoding="utf-8")], ids=str)
def test_what_a_box_of_the_book_begins_with_is_right_or_wrong_as_it_says(path):
    text = path.read_text(encoding="utf-8")
    ((formulas, above),) = boxes_of(text)
    context = in_force(read_page(path, book=True), NOTATION, functions())
    found = verdicts(steps(formulas, context))
    assert found and {each.status for each in found} <= {Kind.DEFINITION, Status.ALL_SHAPES, Status.REFUTED}
    assert any(each.status is Status.REFUTED for each in found) == (path in derived() and "below is right" not in above)


def test_every_derivation_of_the_book_lets_its_readers_check_a_formula_before_the_exercises():
    assert len(derived()) >= 18
    wrong = 0
    for path in derived():
        text = path.read_text(encoding="utf-8")
        assert text.count("{check}") == 1, path
        assert text.index("{prf:theorem}") < text.index("{check}") < (text + "{exercise}").index("{exercise}"), path
        wrong += "below is right" not in next(boxes_of(text))[1]
    assert 1 / 4 <= wrong / len(derived()) <= 1 / 2


# The command ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs the command in the folder of the book, and returns its exit code, output and errors."""
    monkeypatch.chdir(ROOT)

    def command(*arguments):
        code = main(list(arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def test_the_command_judges_a_formula_in_what_is_in_force_on_a_page(run):
    code, out, err = run("--formula", JACOBIAN, "--page", PAGE)
    assert (code, err) == (0, "")
    assert [line.partition("  ")[0] for line in out.splitlines()] == ["1 read", "1 numbers", "1 verdict"]
    assert out.splitlines()[-1] == "1 verdict  verified for all shapes: Proved, for all sizes."
    code, out, _ = run("--formula", JACOBIAN)
    assert code == 2 and "is not written through" in out


@pytest.mark.parametrize(
    ("text", "code"),
    [("1 = 1", 0), ("h := 2", 0), ("1 = 2", 1), (r"\foo", 2), ("", 2), ("\\foo\n\n1 = 2", 1)],
)
def test_the_exit_code_is_that_of_files(text, code, run, tmp_path, monkeypatch):
    assert run("--formula", text)[0] == code
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "page.md"
    page.write_text("".join(f"$$ {each} $$\n\n" for each in text.split("\n\n") if each), encoding="utf-8")
    assert main([str(page)]) == code


def test_a_file_may_give_its_letters_a_meaning_of_its_own_and_a_formula_may_not(run, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("$$ W = X $$\n", encoding="utf-8")
    code, out, _ = run("--formula", "W = X")
    assert code == 1 and "W is D × M, X is n × D" in out
    code, out, _ = run(str(page))
    assert code == 0 and "read: W = … as its definition" in out


def test_the_command_shows_where_something_is_wrong(run):
    _, out, _ = run("--formula", "1 = 1\n\np_{im} = q_{im}")
    lines = out.splitlines()
    at = lines.index("    p_{im} = q_{im}")
    assert lines[at + 1] == "             ^^^^^^"
    assert "without meaning: This has no meaning: the entry $q_{im}$" in lines[at - 1]


def test_the_command_prints_steps_as_json(run):
    code, out, _ = run("--formula", "1 = 2", "--json")
    found = [from_json(Step, json.loads(line)) for line in out.splitlines()]
    assert code == 1 and [each.stage for each in found] == list(Stage)


def test_the_command_knows_the_functions_of_the_pages_of_a_book(run):
    text = r"\sigma(-z) = 1 - \sigma(z)"
    assert run("--formula", text, "--page", PAGE, "--book", "book/layers/sigmoid.md")[0] == 0
    assert run("--formula", text, "--page", PAGE)[0] != 0
    assert run("--formula", text, "--page", "book/layers/sigmoid.md")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "name a PATH, or write --formula LATEX"),
        (("--page", PAGE), "--page needs --formula"),
        (("--formula", "1", "--page", "no.md"), "no.md: there is no such file"),
        (("--formula", "1", "--page", "book"), "book: one page is expected, this is a folder"),
        (("--formula", "1", PAGE), "with --formula, pages are named only with --book"),
    ],
)
def test_bad_usage_with_a_formula_is_one_clear_line(arguments, words, run):
    code, out, err = run(*arguments)
    assert (code, out) == (64, "") and words in err and err.count("\n") == 1


def test_nothing_is_judged_at_the_end_of_a_page_that_is_at_fault(run, tmp_path):
    page = write(tmp_path / "page.md", "p_{im} := q_{im}")
    code, out, err = run("--formula", "p_{im} = 1", "--page", str(page))
    assert (code, out) == (64, "") and "the page is at fault" in err and "page.md:1" in err


def test_nothing_of_a_text_commands_the_terminal(run):
    _, out, _ = run("--formula", "1 = \x1b[31m\u202e 1")
    assert "\x1b" not in out and "\u202e" not in out
