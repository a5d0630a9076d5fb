"""The soundness corpus: false claims that must not be accepted, and true ones beside them that must not be refuted.

`soundness/false.jsonl` and `soundness/true.jsonl` hold one page per line: its name, the kind of point, condition or
rule that it tests, and what is due for its last formula, one of the keys of `DUE`. `soundness/silent` holds files that
display a false formula in a way that is easily passed over, `soundness/bounds` files that once took all the time or
memory there was. A false claim that no method of the checker can refute says so: it has ``at_most_sampled`` and a
``reason``.
"""

import json
import os
import resource
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
from common import NOTATION, ROOT

from nncore.verify.judgement import Status
from nncore.verify.report.book import check
from nncore.verify.report.evidence import Evidence, PageReport

CORPUS = Path(__file__).with_name("soundness")
FALSE, TRUE = (
    [json.loads(line) for line in (CORPUS / name).read_text(encoding="utf-8").splitlines()]
    for name in ("false.jsonl", "true.jsonl")
)
KINDS = list(dict.fromkeys(case["kind"] for case in FALSE + TRUE))
FEWEST = 5  # false claims of a kind
SECONDS, MEMORY = 60, 3 << 30  # of computing, and bytes, that the worst of formulas may take


def _refused(evidence: Evidence) -> bool:
    """Whether a formula was not accepted; a checker that contradicts itself has not done its work either."""
    return evidence.fails and evidence.status != Status.CHECKER_FAULT


def _accepted(evidence: Evidence) -> bool:
    return not evidence.fails


def _conditional(evidence: Evidence) -> bool:
    """Whether a formula was accepted with a condition beside those that are printed in it."""
    return _accepted(evidence) and any(part.judgement and part.judgement.where for part in evidence.parts)


DUE = {
    "refused": _refused,
    "condition": _conditional,
    "refused or condition": lambda evidence: _refused(evidence) or _conditional(evidence),
    "accepted": _accepted,
    "proved": lambda evidence: evidence.status == Status.ALL_SHAPES,
    "without condition": lambda evidence: _accepted(evidence) and not _conditional(evidence),
    "not refuted": lambda evidence: evidence.status not in (Status.REFUTED, Status.CHECKER_FAULT),
}
OF_FALSE = ("refused", "condition", "refused or condition")
WITHOUT_FORMULAS = ("refused", "refused or condition", "not refuted")  # due of a page that cannot be read at all


def _passed_over(case: dict, page: PageReport) -> bool:
    """Whether a formula has no evidence, so that the last evidence need not be that of the last formula."""
    return bool(page.formulas) and len(page.formulas) != case["page"].count("$$") // 2


def _is_due(case: dict, page: PageReport) -> bool:
    if not page.formulas or _passed_over(case, page):
        return not page.formulas and bool(page.problems) and case["due"] in WITHOUT_FORMULAS
    evidence = page.formulas[-1]
    return DUE[case["due"]](evidence) or ("at_most_sampled" in case and evidence.status == Status.SAMPLED)


def _came(case: dict, page: PageReport) -> str:
    """What a report says of the last formula of a page, in a line."""
    if _passed_over(case, page):
        return "a formula was passed over"
    if not page.formulas:
        return "; ".join(map(str, page.problems)) or "nothing at all"
    evidence = page.formulas[-1]
    where = [each for part in evidence.parts if part.judgement for each in part.judgement.where]
    problems = [problem.reason for problem in evidence.problems]
    return "; ".join([evidence.status, *(f"where {each}" for each in where), *problems])


@contextmanager
def _little_memory():
    """Limits the memory of this process and of those that it starts: one formula must not take that of the machine."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@pytest.fixture(scope="session")
def reports(request, tmp_path_factory):
    """The reports on all pages of the kinds whose tests run, by list and name; all are judged at once."""
    folder = tmp_path_factory.mktemp("corpus")
    kinds = {test.callspec.params["kind"] for test in request.session.items if "reports" in test.fixturenames}
    pages = {}
    for cases in (FALSE, TRUE):
        for case in cases:
            if case["kind"] in kinds:
                path = folder / f"{len(pages)}.md"
                path.write_text(case["page"], encoding="utf-8")
                pages[path] = ("false" if cases is FALSE else "true", case["name"])
    with _little_memory():
        report = check(list(pages), NOTATION, root=folder, processes=os.cpu_count())
    return dict(zip(pages.values(), report.pages, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_false_is_not_accepted_and_what_is_true_is_not_refuted(kind, reports):
    failures = []
    for sort, cases in (("false", FALSE), ("true", TRUE)):
        for case in cases:
            if case["kind"] == kind:
                page = reports[sort, case["name"]]
                if not _is_due(case, page):
                    failures.append(f"{sort} {case['name']}: due {case['due']}, came {_came(case, page)}")
    assert not failures, f"{kind}:\n" + "\n".join(failures)


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
