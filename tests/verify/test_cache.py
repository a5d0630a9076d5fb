"""What is kept of a judgement is used only if nothing on which it depends has changed."""

import json
import os
import shutil
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from nncore.verify.judgement import Judgement, Status
from nncore.verify.notation import load, parse
from nncore.verify.report import book, cache, service
from nncore.verify.report import page as judged_page
from nncore.verify.report.book import NOTATION, check
from nncore.verify.report.cache import Cache, digest, text_with_includes

ROOT = Path(__file__).resolve().parents[2]
LETTERS = load(NOTATION)
SIGMOID = "$$\n\\sigma(z) := {}\n$$ (eq-sigmoid)\n"
SLOPE = "$$\n\\sigma'(z) = \\sigma(z) (1 - \\sigma(z))\n$$\n"
OTHER = "$$\n\\sigma'(z) = \\sigma(z) - \\sigma(z)^2\n$$\n"
ONE = r"\frac{1}{1 + e^{-z}}"


class Pages:
    """Two pages in a folder, the functions of one known on the other, and how often a claim was judged."""

    def __init__(self, folder: Path, monkeypatch):
        self.folder, self.judged = folder, 0
        self.write("a.md", SIGMOID.format(ONE))
        self.write("b.md", SLOPE)
        judge = service.judge

        def counting(*arguments):
            self.judged += 1
            return judge(*arguments)

        monkeypatch.setattr(service, "judge", counting)

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def check(self, notation=LETTERS, **more):
        self.judged = 0
        pages = [self.folder / "a.md", self.folder / "b.md"]
        return check(pages, notation, self.folder / "cache", self.folder, processes=1, book=True, **more)


@pytest.fixture
def pages(tmp_path, monkeypatch):
    made = Pages(tmp_path, monkeypatch)
    assert made.check().problems == () and made.judged == 1
    return made


def test_nothing_is_judged_again_if_nothing_changed_and_the_report_is_the_same(pages):
    first = pages.check()
    assert pages.judged == 0
    (pages.folder / "cache").rename(pages.folder / "elsewhere")
    cold = pages.check()
    assert pages.judged == 1
    assert [page.formulas[0].status for page in first.pages] == [page.formulas[0].status for page in cold.pages]


def test_a_new_claim_is_judged_and_no_other(pages):
    pages.write("b.md", "Words.\n\n" + SLOPE + "More words.\n\n" + SLOPE)
    report = pages.check()
    assert report.problems == () and pages.judged == 0
    assert [formula.line for formula in report.pages[1].formulas] == [3, 8]
    assert {part.seconds > 0 for formula in report.pages[1].formulas for part in formula.parts} == {True}
    pages.write("b.md", SLOPE + OTHER)
    assert pages.check().problems == ()
    assert pages.judged == 1
    pages.write("a.md", SIGMOID.format(ONE) + "\nWords.\n")
    pages.check()
    assert pages.judged == 0  # the page has no claims, and the function is the same


def test_a_changed_definition_on_another_page_is_noticed(pages):
    pages.write("a.md", SIGMOID.format(ONE.replace("1 +", "2 +")))
    (problem,) = pages.check().problems
    assert (problem.path, problem.status) == ("b.md", "refuted")


def test_a_changed_definition_above_on_the_page_is_noticed(pages):
    pages.write("b.md", f"$$\nJ := h\n$$\n\n{SLOPE}\n$$\nJ + 1 = h + 1\n$$\n")
    assert pages.check().problems == ()
    pages.write("b.md", f"$$\nJ := 2 h\n$$\n\n{SLOPE}\n$$\nJ + 1 = h + 1\n$$\n")
    assert [problem.status for problem in pages.check().problems] == ["refuted"]


# A claim that is printed alike before and after, and what it rests on: so changed, it is no longer true.
ROWS = "```{prf:assumption} Rows\n:label: asm-rows\n\n$$\n\\sum_{m=1}^{M} y_{im} = 1\n$$\n```\n\n"
RESTS_ON = {
    "a definition": ("$$\nJ := h\n$$\n", "$$\nJ := 2 h\n$$\n", "J + 1 = h + 1"),
    "what a definition rests on": ("$$\nJ := h\n$$\n", "$$\nJ := h + x\n$$\n", "2 K = 2 h"),
    "an assumption": (f"{ROWS}By {{prf:ref}}`asm-rows`:\n\n", ROWS, r"2 \sum_{m=1}^{M} y_{im} = 2"),
    "what is assumed": (
        f"{ROWS}By {{prf:ref}}`asm-rows`:\n\n",
        f"{ROWS}By {{prf:ref}}`asm-rows`:\n\n".replace("= 1\n", "= 3\n"),
        r"2 \sum_{m=1}^{M} y_{im} = 2",
    ),
}


@pytest.mark.parametrize("what", RESTS_ON)
def test_a_claim_that_is_printed_as_before_is_judged_again_if_what_it_rests_on_changed(what, pages):
    before, after, claim = RESTS_ON[what]
    between = "$$\nK := J\n$$\n\n" if "K" in claim else ""
    wrong = Status.HOLDS_IF if what == "an assumption" else Status.REFUTED
    for start, problems in ((before, []), (after, [wrong]), (before, [])):
        pages.write("b.md", f"{start}\n{between}$$\n{claim}\n$$\n")
        assert [problem.status for problem in pages.check().problems] == problems


def test_an_erratum_is_judged_again_if_what_corrects_it_changed_on_another_page(pages):
    pages.write("a.md", "$$\n(x + h)^2 = x^2 + 2 x h + h^2\n$$ (eq-square)\n")
    wrong = "$$\n(x + h)^2 = x^2 + h^2\n$$\n"
    pages.write("b.md", f"````{{erratum}} Square\n:fails: value\n:corrected: eq-square\n\n{wrong}````\n")
    assert pages.check().problems == ()
    pages.write("a.md", "$$\n(x + h)^2 = x^2 + 2 x h + h^2\n$$ (eq-other)\n")
    assert [problem.path for problem in pages.check().problems] == ["b.md"]


def test_a_changed_notation_is_noticed(pages):
    text = NOTATION.read_text(encoding="utf-8")
    assert pages.check(parse(text + "\n# a remark says nothing\n")).problems == () and pages.judged == 0
    without = parse(text.replace(r"{name: \sigma, kind: number", r"{name: \chi, kind: number"))
    assert len(pages.check(without).problems) == 2


def test_a_changed_checker_version_or_seed_is_noticed(pages, monkeypatch):
    for key in ("sources", "sympy", "python", "seed"):
        monkeypatch.setattr(book, "checker", lambda key=key: {**cache.checker(), key: "another"})
        pages.check()
        assert pages.judged == 1, key


def test_the_name_of_the_checker_follows_its_sources_and_the_libraries(monkeypatch, tmp_path):
    here = cache.checker.__wrapped__()
    assert {"sources", "python", "sympy", "mpmath", "lark"} <= here.keys()
    copy = shutil.copytree(Path(cache.__file__).parents[1], tmp_path / "verify")
    monkeypatch.setattr(cache, "__file__", str(copy / "report" / "cache.py"))
    assert cache.checker.__wrapped__() == here
    judges = cache.judges.__wrapped__()
    tells = ("report/page.py", "sphinx.py", "command.py", "__main__.py")
    for name in ("notation.py", "numeric/balls.py", "syntax/grammar.lark", *tells):
        text = (copy / name).read_text(encoding="utf-8")
        (copy / name).write_text(f"{text}\n", encoding="utf-8")
        assert cache.checker.__wrapped__()["sources"] != here["sources"]
        assert (cache.judges.__wrapped__() == judges) == (name in tells)
        (copy / name).write_text(text, encoding="utf-8")
    assert cache.checker.__wrapped__() == here


@pytest.mark.parametrize("part", ["part.md", "my part.md"])
def test_a_changed_included_file_is_noticed(pages, part):
    pages.write(part, SLOPE)
    pages.write("b.md", f"```{{include}} {part}\n```\n")
    assert pages.check().problems == ()
    pages.write(part, SLOPE.replace("1 -", "2 -"))
    (problem,) = pages.check().problems
    assert (problem.path, problem.line) == (part, 2)


def test_a_file_that_is_included_many_times_is_read_once(tmp_path):
    for number in range(600):
        include = f"```{{include}} f{number + 1}.md\n```\n" if number % 2 else f"\\input{{f{number + 1}.md}}\n"
        (tmp_path / f"f{number}.md").write_text(include * 2)
    (tmp_path / "f600.md").write_text("the end")
    assert text_with_includes(tmp_path / "f0.md").count("the end") == 1


@pytest.mark.parametrize("command", ["\\input{part}", "\\input part ", "\\subfile{part}", "\\usepackage[x]{y,part}"])
def test_the_files_that_latex_reads_belong_to_its_text(tmp_path, command):
    (tmp_path / f"part.{'sty' if 'package' in command else 'tex'}").write_text("words of the part")
    (tmp_path / "main.tex").write_text(command)
    assert "words of the part" in text_with_includes(tmp_path / "main.tex")


def test_files_that_include_each_other_end(tmp_path):
    (tmp_path / "a.md").write_text("```{include} b.md\n```\n")
    (tmp_path / "b.md").write_text("```{include} a.md\n```\n")
    assert "b.md" in text_with_includes(tmp_path / "a.md")


@pytest.mark.parametrize("status", ["undecided", "checker fault"])
def test_what_may_end_otherwise_another_time_is_not_kept(pages, monkeypatch, status):
    judge = service.judge
    monkeypatch.setattr(service, "judge", lambda *given: Judgement(Status(status), reason="time ran out"))
    pages.write("b.md", OTHER)
    assert [problem.status for problem in pages.check().problems] == [status]
    monkeypatch.setattr(service, "judge", judge)
    assert pages.check().problems == ()
    assert pages.judged == 1


def test_a_claim_whose_proof_ran_out_of_time_is_not_kept(pages, monkeypatch):
    judge = service.judge
    monkeypatch.setattr(service, "judge", lambda *given: Judgement(Status.SAMPLED, points=4))
    monkeypatch.setattr(judged_page, "SECONDS_OF_A_PROOF", 0)
    pages.write("b.md", OTHER)
    assert pages.check().pages[1].formulas[0].status == "sampled"
    monkeypatch.setattr(service, "judge", judge)
    assert pages.check().pages[1].formulas[0].status == "verified for all shapes"
    assert pages.judged == 1


def test_what_is_refuted_is_refuted_again_from_the_cache(pages):
    pages.write("b.md", SLOPE.replace("1 -", "2 -"))
    first, second = pages.check(), pages.check()
    assert pages.judged == 0
    assert first.problems == second.problems and len(first.problems) == 1


def test_a_damaged_file_counts_for_nothing(pages):
    files = list((pages.folder / "cache").glob("*.json"))
    assert files
    for file in files:
        file.write_text(file.read_text()[:20])
    assert pages.check().problems == ()
    assert pages.judged == 1
    assert all(json.loads(file.read_text()) is not None for file in (pages.folder / "cache").glob("*"))


@pytest.mark.parametrize("text", ["[]", "1", "{}", '{"status": "sampled", "colour": "red"}'])
def test_a_file_with_something_else_counts_for_nothing(tmp_path, text):
    (tmp_path / "key.json").write_text(text)
    assert Cache(tmp_path).get(Judgement, "key") is None


def test_a_value_has_the_same_text_in_every_process():
    """The order of a set depends on the seed of hashes, which is another one in every process."""
    code = "from nncore.verify.report.cache import canonical; print(canonical((frozenset('abcdefgh'), {'x': 1.5})))"
    texts = {
        subprocess.check_output([sys.executable, "-c", code], text=True, env={**os.environ, "PYTHONHASHSEED": seed})
        for seed in "123"
    }
    assert len(texts) == 1


def test_a_digest_tells_texts_apart_that_look_alike_when_joined():
    assert len({digest("ab", "c"), digest("a", "bc"), digest("abc"), digest("abc", "")}) == 4


def test_without_a_folder_nothing_is_kept():
    store = Cache(None)
    store.put("key", Judgement(Status.SAMPLED))
    assert store.get(Judgement, "key") is None


def test_looking_up_the_whole_book_takes_a_fraction_of_reading_it(tmp_path, monkeypatch):
    monkeypatch.setattr(service, "judge", lambda *given: Judgement(Status.SAMPLED, points=4))
    found = sorted((ROOT / "book").rglob("*.md"))
    assert len(found) > 20
    times = [time.process_time()]
    first, second = (
        (check(found, LETTERS, tmp_path, ROOT, processes=1), times.append(time.process_time()))[0] for _ in range(2)
    )
    reading, looking = (after - before for before, after in pairwise(times))
    assert looking < reading / 4
    assert second == first and sum(len(page.formulas) for page in second.pages) > 300
