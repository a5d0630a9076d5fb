"""The soundness corpus: false claims that must not be accepted, and true ones beside them that must not be refuted.

`soundness/false.jsonl` and `soundness/true.jsonl` hold one page per line: its name, the kind of point, condition or
rule that it tests, and what is due for its last formula, one of the keys of `DUE`. A false claim that no method of the
checker can refute says so: it has ``at_most_sampled`` and a ``reason``.
"""

import json
import resource
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

from common import NOTATION

from nncore.verify.judgement import Status
from nncore.verify.report.book import check
from nncore.verify.report.evidence import Evidence, PageReport

CORPUS = Path(__file__).with_name("soundness")
FALSE, TRUE = (
    [json.loads(line) for line in (CORPUS / name).read_text(encoding="utf-8").splitlines()]
    for name in ("false.jsonl", "true.jsonl")
)
KINDS = list(dict.fromkeys(case["kind"] for case in FALSE + TRUE))
MEMORY = 3 << 30  # bytes that the worst of formulas may take


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


@cache
def apart() -> ProcessPoolExecutor:
    """A process with little memory of its own, in which claims are judged, whatever other tests have loaded here."""
    limit = partial(resource.setrlimit, resource.RLIMIT_AS, (MEMORY, MEMORY))
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=limit)


def failures(cases: list[dict], folder: Path) -> list[str]:
    """What is not as it is due among some cases; each is judged by itself, and all of them in one process."""
    paths = [folder / f"{number}.md" for number in range(len(cases))]
    for path, case in zip(paths, cases, strict=True):
        path.write_text(case["page"], encoding="utf-8")
    pages = apart().submit(check, paths, NOTATION, root=folder, processes=1).result().pages
    return [
        f"{case['name']}: due {case['due']}, came {_came(case, page)}"
        for case, page in zip(cases, pages, strict=True)
        if not _is_due(case, page)
    ]
