"""The soundness corpus is well made, no false formula is passed over, and none takes all the time or memory there is.

`soundness/silent` holds files that display a false formula in a way that is easily passed over, `soundness/bounds`
files that once took all the time or memory there was. What becomes of the claims of the corpus is in
`test_false_claims` and `test_true_claims`.
"""

import resource
import subprocess
import sys
from collections import Counter

import pytest
from common import NOTATION, ROOT
from corpus import CORPUS, DUE, FALSE, KINDS, MEMORY, OF_FALSE, TRUE, apart

from nncore.verify.report.book import check

FEWEST = 5  # false claims of a kind
SECONDS = 60  # of computing that the worst of formulas may take


@pytest.mark.parametrize("path", sorted((CORPUS / "silent").iterdir()), ids=lambda path: path.name)
def test_no_displayed_formula_is_passed_over(path):
    (page,) = check([path], NOTATION, root=path.parent, processes=1).pages
    assert page.all_problems, f"nothing is said about the false formula of {path.name}"


@pytest.mark.parametrize("path", sorted((CORPUS / "bounds").iterdir()), ids=lambda path: path.name)
def test_every_formula_is_judged_within_its_bounds(path):
    def limited():
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))

    command = [sys.executable, "-m", "nncore.verify", str(path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, preexec_fn=limited, timeout=5 * SECONDS)
    assert run.returncode >= 0, f"stopped by signal {-run.returncode}"
    assert "Traceback" not in run.stderr, run.stderr[-2000:]
    assert "MemoryError" not in run.stdout, run.stdout[-2000:]


def test_the_process_that_judges_the_corpus_has_little_memory_and_this_one_keeps_its_own():
    before = resource.getrlimit(resource.RLIMIT_AS)
    assert apart().submit(resource.getrlimit, resource.RLIMIT_AS).result() == (MEMORY, MEMORY)
    assert resource.getrlimit(resource.RLIMIT_AS) == before != (MEMORY, MEMORY)


# The corpus itself ----------------------------------------------------------------------------------------------------


def test_every_kind_has_enough_false_claims():
    counts = Counter(case["kind"] for case in FALSE)
    assert not {kind: counts[kind] for kind in KINDS if counts[kind] < FEWEST}


def test_every_kind_has_true_neighbors():
    assert {case["kind"] for case in TRUE} == set(KINDS)


@pytest.mark.parametrize("cases", [FALSE, TRUE], ids=["false", "true"])
def test_names_and_pages_are_unique(cases):
    for values in ([case["name"] for case in cases], [" ".join(case["page"].split()) for case in cases]):
        assert not [value for value, count in Counter(values).items() if count > 1]


def test_what_is_due_is_one_of_few_answers():
    assert {case["due"] for case in FALSE} <= set(OF_FALSE)
    assert {case["due"] for case in TRUE} <= set(DUE) - set(OF_FALSE)
    assert all(case.get("reason") for case in FALSE if "at_most_sampled" in case)


def test_no_page_is_both_false_and_true():
    false, true = ({" ".join(case["page"].split()) for case in cases} for cases in (FALSE, TRUE))
    assert not false & true
