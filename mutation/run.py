r"""The checker, checked: it notices slips that are made on purpose, and accepts what is right in other words.

Every claim and every definition of the book is changed by one slip at a time (`mutation.mutations`) and judged
where it stands: read again, given its meaning by what the page says above it, and compared. A wrong definition must be
noticed there, or by a claim below that rests on it. What becomes of a mutant:

- *rejected*: it has no reading or no meaning, or nothing can be said of it at all;
- *refuted*: a counterexample was found;
- *true*: another equation that holds: symbols prove it, and numbers of another seed at other sizes agree; or it is a
  statement about numbers alone, which evaluation settles; or the judge prints the condition that was dropped;
- *listed*: named in `book/reference/equivalent_mutants.yml` with the reason why it says nothing false;
- *missed*: accepted without any of these excuses. There should be none.

Right formulas in other words (`mutation.rewritings`) must all be accepted.

    python -m mutation.run                       all of them, on two processes
    python -m mutation.run --budget 600 --seed 3  as many as 600 seconds allow, in random order

Both write the rates to `book/reference/mutants.json`, which says how many slips are possible. A full run that was
stopped goes on where it was: outcomes are kept in `_build/mutants` as long as they hold.
"""

import argparse
import json
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from multiprocessing import Pool
from pathlib import Path

import yaml

from mutation.mutations import KINDS, Mutant, chains, mutants
from mutation.rewritings import rewritings
from nncore.verify import numeric
from nncore.verify.judgement import Counterexample, Status
from nncore.verify.notation import Notation, load
from nncore.verify.report.book import NOTATION
from nncore.verify.report.cache import Cache, canonical, digest, digest_of, judges
from nncore.verify.semantics.elaborate import Spot, book_functions, spots
from nncore.verify.semantics.statements import Claim, Definition, Kind, Statement, claims_of
from nncore.verify.source.context import Aside, Dictionary
from nncore.verify.source.markdown import read_markdown
from nncore.verify.symbolic import prover as symbolic
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.parser import read
from nncore.verify.syntax.printer import latex, show
from nncore.verify.syntax.tree import Relation
from nncore.verify.verdict import judge as judging

ROOT = Path(__file__).resolve().parents[1]
LISTED = ROOT / "book" / "reference" / "equivalent_mutants.yml"
KEPT = ROOT / "_build" / "mutants"
RATES = ROOT / "book" / "reference" / "mutants.json"

# What becomes of a mutant, and of a rewriting; the last three are failures of the checker.
REJECTED, REFUTED, TRUE, LISTED_TRUE, ACCEPTED = "rejected", "refuted", "true", "listed", "accepted"
MISSED, FOOLED, BROKEN = "missed", "proved though refuted", "broken"
RESULTS = (REJECTED, REFUTED, TRUE, LISTED_TRUE, MISSED, FOOLED, BROKEN)
PATIENCE = 60  # seconds of computing for one judgement, however busy the machine is


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one changed formula: where it stands, what was changed, and the result with its reason."""

    page: str
    formula: str
    role: str  # of what was changed: claim, definition or rewriting
    kind: str
    description: str
    result: str
    reason: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what names it in the list of equivalent mutants."""
        return self.page, self.formula, self.description

    def __str__(self) -> str:
        reason = f" ({self.reason})" if self.reason else ""
        return f"{self.page}, {self.formula}: {self.description}: {self.result}{reason}"


# One formula ----------------------------------------------------------------------------------------------------------


class FormulaOnTrial:
    """A formula of a page, which is changed and judged where it stands."""

    def __init__(self, spot: Spot):
        path = spot.formula.path
        self.page = f"{path.parent.name}/{path.name}"
        self.tree = read(spot.formula.text, spot.notation)
        self.name = spot.formula.label or show(self.tree).replace("\n", "; ")
        self.spot = spot
        self._in_definition = "prf:definition" in spot.formula.within
        self._said = {_said(item) for item in spot.said.items}
        self._shared = numeric.Shared()

    def mutants(self) -> list[Mutant]:
        """Return its mutants."""
        return list(mutants(self.tree, self.spot.notation, self._in_definition))

    def rewritings(self) -> list[Mutant]:
        """Return the same formula in other words."""
        return list(rewritings(self.tree, self.spot.notation, self._in_definition))

    def mutant(self, mutant: Mutant) -> Outcome:
        """Return what becomes of a mutant."""
        return self._outcome(self._judged, mutant, self._role(mutant.tree))

    def changes(self) -> Iterator[tuple[str, Callable[[], Outcome]]]:
        """Yield the kind of each mutant and each rewriting, with what finds its outcome."""
        for mutant in self.mutants():
            yield mutant.kind, partial(self.mutant, mutant)
        for rewriting in self.rewritings():
            yield "rewriting", partial(self.rewriting, rewriting)

    def rewriting(self, rewriting: Mutant) -> Outcome:
        """Return what becomes of the formula in other words."""
        return self._outcome(self._accepted, rewriting, "rewriting")

    def _outcome(self, judge: Callable[[Mutant], tuple[str, str]], changed: Mutant, role: str) -> Outcome:
        try:
            with _patience():
                result, reason = judge(changed)
        except TimeoutError:
            result, reason = BROKEN, f"no judgement after {PATIENCE} s"
        except Exception as error:
            result, reason = BROKEN, f"{type(error).__name__}: {error}"
        return Outcome(self.page, self.name, role, changed.kind, changed.description, result, reason)

    def _judged(self, mutant: Mutant) -> tuple[str, str]:
        text = latex(mutant.tree)
        page = self.spot.instead(text)
        changed = [item for item in page.items if _said(item) not in self._said]
        faults = self._new_faults(page)
        if faults:
            return REJECTED, faults[0].reason
        claims = claims_of(changed)
        if self._role(mutant.tree) == Kind.DEFINITION:
            below = self.spot.instead_and_below(text)
            known = set(map(str, self._said_below.faults))
            new = [fault for fault in below.faults if str(fault) not in known]
            if new:
                return REJECTED, new[0].reason
            defined = {name for item in changed if isinstance(item, Definition) for name in _defined(item)}
            claims += [item for item in claims_of(below.items[len(page.items) :]) if item.letters & defined]
            if not claims:
                return TRUE, "nothing on the page rests on it"
        return self._of_claims(claims, mutant)

    def _new_faults(self, page) -> list:
        """Return the new faults of a changed formula: a family whose other lines stand below has one anyway."""
        known = {fault.reason for fault in self._said_alone.faults}
        return [fault for fault in page.faults if fault.reason not in known]

    @cached_property
    def _said_alone(self):
        return self.spot.instead(self.spot.formula.text)

    @cached_property
    def _said_below(self):
        return self.spot.instead_and_below(self.spot.formula.text)

    def _role(self, tree: t.Formula) -> str:
        """Return whether a definition was changed, or a claim."""
        return Kind.DEFINITION if self._definitions(tree) != self._definitions(self.tree) else Kind.CLAIM

    def _definitions(self, tree: t.Formula) -> list[tuple]:
        found = [chain.links[0] for chain, defines, _ in chains(tree, self._in_definition) if defines]
        return [(link, link.conditions, tree.conditions) for link in found]

    def _of_claims(self, claims: Sequence[Claim], mutant: Mutant) -> tuple[str, str]:
        """Return the first refutation; if there is none, whether everything that was judged is true."""
        survived = []
        for item in claims:
            verdict = numeric.judge(item, shared=self._shared)
            if verdict.status == numeric.Finding.REFUTED:
                if verdict.reason == numeric.DIFFER and _contradicts(symbolic.prove(item), verdict.counterexample):
                    return FOOLED, str(verdict.counterexample)
                return REFUTED, f"{verdict.reason} {verdict.counterexample or ''}"
            if verdict.status == numeric.Finding.UNDECIDED:
                return REJECTED, verdict.reason
            survived.append((item, verdict))
        if not claims:
            return MISSED, "nothing is left of the claim"
        excuses = []
        for item, verdict in survived:
            excuses.append(self._excuse(item, verdict, mutant))
            if not excuses[-1]:
                return MISSED, "numbers agree, and nothing proves it"
        return TRUE, excuses[0]

    def _excuse(self, item: Claim, verdict: numeric.NumericResult, mutant: Mutant) -> str:
        """Return why a surviving claim is true, if that is certain; else nothing."""
        if not item.letters and not item.free and not numeric.sizes_of(item):
            return "a statement about numbers"
        judgement = judging.judge(item, shared=self._shared)
        if judgement.status in (Status.ALL_SHAPES, Status.RESTATES):
            if numeric.judge(item, "again").status == numeric.Finding.AGREES:
                return judgement.method
        if _both_vanish(item):
            return "both sides are 0"
        if any(_follows(item, original) for original in self.spot.said.items):
            return "a weaker inequality"
        if mutant.kind == "condition" and set(verdict.where) - self._conditions_found:
            return f"the judge prints where {', '.join(verdict.where)}"
        return ""

    @cached_property
    def _conditions_found(self) -> set[str]:
        """Return what the judge finds necessary for the formula as it is printed."""
        claims = claims_of(self.spot.said.items)
        return {need for item in claims for need in numeric.judge(item, shared=self._shared).where}

    def _accepted(self, rewriting: Mutant) -> tuple[str, str]:
        page = self.spot.instead(latex(rewriting.tree))
        faults = self._new_faults(page)
        if faults:
            return REJECTED, faults[0].reason
        for item in page.items:
            if isinstance(item, Claim) and _said(item) not in self._said:
                judgement = judging.judge(item, shared=self._shared, is_saved=False)
                if judgement.status.fails:
                    result = FOOLED if judgement.status == Status.CHECKER_FAULT else REFUTED
                    return result, f"{judgement.reason} {judgement.counterexample or ''}"
        return ACCEPTED, ""


def _both_vanish(item: Claim) -> bool:
    """Return whether both sides of an equation are proved to be 0, so that a factor more or less does not show."""
    zero = t.Number("0")
    sides = (side for side in (item.left, item.right) if side != zero)
    if item.relation is not Relation.EQUAL or item.shape is not None:
        return False
    return all(_proved(item, side, Relation.EQUAL, zero) for side in sides)


def _follows(item: Claim, original: Statement) -> bool:
    """Return whether an inequality is an original one with one side that is proved to be farther away."""
    if not isinstance(original, Claim) or (original.relation, original.conditions) != (item.relation, item.conditions):
        return False
    if not item.relation.orders:
        return False
    farther = _WEAKER.get(item.relation, item.relation)
    if item.left == original.left:
        return _proved(item, original.right, farther, item.right)
    return item.right == original.right and _proved(item, item.left, farther, original.left)


_WEAKER = {Relation.LESS: Relation.AT_MOST, Relation.GREATER: Relation.AT_LEAST}


def _proved(item: Claim, left: t.Node, relation: str, right: t.Node) -> bool:
    """Return whether another claim in the place of an item is proved for all sizes."""
    proof = symbolic.prove(replace(item, left=left, relation=relation, right=right))
    return proof is not None and not proof.shapes


def _contradicts(proof: symbolic.Proof | None, counterexample: Counterexample) -> bool:
    """Return whether something was proved of the sizes at which it is false."""
    return proof is not None and (not proof.shapes or counterexample.sizes in proof.shapes)


def _said(item: Statement) -> tuple[object, ...]:
    premises = item.premises if isinstance(item, Claim) else ()
    return item.kind, item.left, item.relation, item.right, item.conditions, premises


def _defined(item: Definition) -> Iterator[str]:
    """Yield the names under which a definition is known."""
    return (name for name, definition in item.scope.definitions.items() if definition.body == item.right)


@contextmanager
def _patience():
    """End in a `TimeoutError` what takes too long."""

    def give_up(*_):
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


# Many formulas --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Book:
    """The pages that are looked at, the notation, and the list of equivalent mutants."""

    pages: tuple[Path, ...]
    notation: Notation

    def trials(self) -> list[FormulaOnTrial]:
        """Return every formula whose page understands it, apart from those that must fail or that nobody judges."""
        functions = book_functions(self.pages, self.notation)
        return [
            FormulaOnTrial(spot)
            for path in self.pages
            for spot in spots(path, self.notation, functions)
            if spot.said.items and not spot.said.faults and not {"erratum", "unchecked"} & {*spot.formula.within}
            and "prf:assumption" not in spot.formula.within
        ]  # fmt: skip


def the_book() -> Book:
    """Return all pages of the table of contents that display formulas."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    names = [chapter["file"] for part in contents["parts"] for chapter in part["chapters"]]
    pages = [ROOT / f"{name}.md" for name in names]
    return Book(tuple(page for page in pages if "$$" in page.read_text()), load(NOTATION))


def read_list(path: Path) -> dict[tuple[str, str, str], str]:
    """Return the listed mutants with their reasons.

    Raises
    ------
    ValueError
        If an entry lacks a part or stands there twice.
    """
    listed: dict[tuple[str, str, str], str] = {}
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")) or []:
        if not isinstance(entry, dict) or {*entry} != {"page", "formula", "mutant", "reason"}:
            raise ValueError(f"{path.name}: an entry has page, formula, mutant and reason: {entry}")
        key = entry["page"], entry["formula"], entry["mutant"]
        if key in listed:
            raise ValueError(f"{path.name}: listed twice: {', '.join(key)}")
        listed[key] = entry["reason"]
    return listed


def run(trials: Sequence[FormulaOnTrial], numbers: Iterable[int] | None = None) -> Iterator[Outcome]:
    """Yield the outcomes of all mutants and rewritings of some formulas, by default of all."""
    for number in range(len(trials)) if numbers is None else numbers:
        yield from (outcome() for _, outcome in trials[number].changes())


def sample(trials: Sequence[FormulaOnTrial], seed: int, budget: float) -> Iterator[Outcome]:
    """Yield outcomes in random order until the time is used up; kinds take turns, so that rare ones are among them."""
    source = random.Random(seed)
    waiting: dict[str, list[Callable[[], Outcome]]] = {}
    for kind, outcome in (each for trial in trials for each in trial.changes()):
        waiting.setdefault(kind, []).append(outcome)
    for outcomes in waiting.values():
        source.shuffle(outcomes)
    end = time.monotonic() + budget
    while any(waiting.values()) and time.monotonic() < end:
        for outcomes in waiting.values():
            if outcomes:
                yield outcomes.pop()()


def excused(outcome: Outcome, listed: Mapping[tuple[str, str, str], str]) -> Outcome:
    """Return an outcome with its excuse, if the mutant is accepted and listed as an equivalent one."""
    if outcome.result == MISSED and outcome.key in listed:
        return replace(outcome, result=LISTED_TRUE, reason=listed[outcome.key])
    return outcome


def stale(listed: Mapping, outcomes: Iterable[Outcome]) -> list[tuple[str, str, str]]:
    """Return the entries of the list that excuse nothing any more; the outcomes are those of all mutants."""
    return sorted({*listed} - {outcome.key for outcome in outcomes if outcome.result == LISTED_TRUE})


# Rates ----------------------------------------------------------------------------------------------------------------


def rates(outcomes: Sequence[Outcome]) -> dict:
    """Return counts by what was changed and by kind, the share of mutants noticed and of rewritings accepted."""
    words = [outcome for outcome in outcomes if outcome.role == "rewriting"]
    slips = [outcome for outcome in outcomes if outcome.role != "rewriting"]
    return {
        "claims": _table([outcome for outcome in slips if outcome.role == Kind.CLAIM]),
        "definitions": _table([outcome for outcome in slips if outcome.role == Kind.DEFINITION]),
        "kinds": {kind: _table([outcome for outcome in slips if outcome.kind == kind]) for kind in KINDS},
        "rewritings": {"made": len(words), "accepted": sum(outcome.result == ACCEPTED for outcome in words)},
    }


def _table(outcomes: Sequence[Outcome]) -> dict:
    counts = Counter(outcome.result for outcome in outcomes)
    false = len(outcomes) - counts[TRUE] - counts[LISTED_TRUE]
    noticed = counts[REJECTED] + counts[REFUTED]
    return {
        "made": len(outcomes),
        **{result: counts[result] for result in RESULTS},
        "noticed": round(100 * noticed / false, 2) if false else 100.0,
    }


def _shown(found: Mapping) -> str:
    columns = ("made", *RESULTS)
    lines = [f"{'':12}" + "".join(f"{column.split()[0]:>10}" for column in columns) + f"{'noticed':>10}"]
    rows = {**found["kinds"], "claims": found["claims"], "definitions": found["definitions"]}
    for name, table in rows.items():
        if table["made"]:
            cells = "".join(f"{table[column]:>10}" for column in columns)
            lines.append(f"{name:12}{cells}{table['noticed']:>9}%")
    words = found["rewritings"]
    return "\n".join([*lines, f"rewritings: {words['accepted']} of {words['made']} accepted"])


def outdated(written: Mapping) -> str:
    """Return why the last run says nothing of this checker and this book; empty if it does."""
    if written["checker"] != judges():
        return "The checker has changed since the last run: run make mutants."
    made = written["claims"]["made"] + written["definitions"]["made"]
    if made != written["possible"]:
        return f"The last run tried {made} of {written['possible']} slips: run make mutants."
    return ""


# The command ----------------------------------------------------------------------------------------------------------


@cache
def _trials() -> list[FormulaOnTrial]:
    return the_book().trials()


@dataclass(frozen=True, slots=True)
class _Outcomes:
    """All outcomes of one formula, as they are kept: a run that was stopped goes on where it was."""

    of: tuple[Outcome, ...]


@judging.few_collections()
def _outcomes_of(number: int) -> tuple[Outcome, ...]:
    """Return the outcomes of one formula in a process of a full run, each of which reads the book once."""
    trial = _trials()[number]
    path = trial.spot.formula.path
    place = sum(each.spot.formula.path == path for each in _trials()[:number])
    kept, key = Cache(KEPT), digest(_of_page(path), str(place), trial.name)
    found = kept.get(_Outcomes, key)
    if found is None:
        found = _Outcomes(tuple(run(_trials(), [number])))
        kept.put(key, found)
        trial._shared = numeric.Shared()
    return found.of


@cache
def _of_page(path: Path) -> str:
    """Return a digest of all that the outcomes of a page depend on: neither its prose nor the listed mutants."""
    page = read_markdown(path).whole()
    formulas = [(each.text, each.label, each.within) for each in page.formulas]
    places = [
        (each.mentions, each.label, each.convention, each.world, _block(each.aside), _block(each.dictionary))
        for each in page.around.places
    ]
    blocks = [each.text for each in page.around.blocks]
    return digest(_of_the_book(), f"{path.parent.name}/{path.name}", canonical((formulas, places, blocks)))


@cache
def _of_the_book() -> str:
    """Return a digest of what the outcomes of all pages depend on."""
    book = the_book()
    sources = digest_of(sorted(Path(__file__).parent.glob("*.py")))
    return digest(judges(), sources, canonical((book.notation, book_functions(book.pages, book.notation))))


def _block(around: Aside | Dictionary | None) -> tuple[object, ...]:
    """Return what a block around a formula says of it, wherever it stands."""
    if around is None:
        return ()
    return getattr(around, "options", ()), tuple(each.text for each in around.blocks)


def _of_all(trials: Sequence[FormulaOnTrial]) -> Iterator[Outcome]:
    """Yield the outcomes of all mutants and rewritings, formula by formula, and tell how far it is."""
    with Pool(2, maxtasksperchild=10) as pool:  # what a process remembers grows, and with it the time of each judgement
        for number, found in enumerate(pool.imap(_outcomes_of, range(len(trials))), 1):
            yield from found
            print(f"\r{number} of {len(trials)} formulas", end="", file=sys.stderr)
    print(file=sys.stderr)


def _fails(outcome: Outcome) -> bool:
    """Return whether a false formula was accepted, or a right one not."""
    return outcome.result in (MISSED, FOOLED, BROKEN) or (outcome.role == "rewriting" and outcome.result != ACCEPTED)


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge all mutants and rewritings, or a sample; return 1 if the checker failed at one of them."""
    parser = argparse.ArgumentParser(prog="python -m mutation.run", description="Check the checker.")
    parser.add_argument("--budget", type=float, help="seconds for a sample; without it, all of them")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--current", action="store_true", help="only say whether the last run was of this checker")
    options = parser.parse_args(arguments)
    if options.current:
        fault = outdated(json.loads(RATES.read_text(encoding="utf-8")))
        print(fault or "The last run was a full one, of this checker.")
        return 1 if fault else 0
    trials = _trials()
    outcomes: list[Outcome] = []
    failures: dict[Outcome, None] = {}
    listed = read_list(LISTED)
    found = sample(trials, options.seed, options.budget) if options.budget else _of_all(trials)
    for outcome in (excused(each, listed) for each in found):
        outcomes.append(outcome)
        if _fails(outcome) and outcome not in failures:
            failures[outcome] = None
            print(outcome, flush=True)
    useless = [] if options.budget else stale(listed, outcomes)
    for key in useless:
        print(f"{', '.join(key)}: listed, but no such mutant is accepted any more")
    counted = rates(outcomes)
    print(_shown(counted))
    possible = sum(len(trial.mutants()) for trial in trials)
    written = {"checker": judges(), "possible": possible, **counted}
    RATES.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if failures or useless else 0


if __name__ == "__main__":
    sys.exit(main())
