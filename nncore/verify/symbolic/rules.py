"""The rules of the symbolic judge, and the steps in which they are applied.

A proof is a list of steps: each has a rule, a term before and the term after it, and what was supposed on the way (of a
case, say, that a term is positive). `rule` lists a rule, `note` keeps a step; `nncore.verify.switches` lists what rules
ask for before they are applied. `verdict.steps` evaluates the steps of a proof by numbers.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import sympy as sp

Term: TypeAlias = Any  # sympy has no types

Slope = sp.Function("slope", real=True)  # of a term, by a letter or an entry
Positive = sp.Function("positive", integer=True, nonnegative=True)  # 1 where its argument is > 0, else 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its name, and what it says, for a reader."""

    name: str
    statement: str


RULES: dict[str, Rule] = {}


def rule(name: str, statement: str) -> Rule:
    """Make a rule, and list it."""
    RULES[name] = Rule(name, statement)
    return RULES[name]


# Steps ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One application of a rule: ``before`` and ``after`` have the same value wherever both have one.

    Attributes
    ----------
    rule : Rule
        Which.
    before, after : sympy expressions
        The terms.
    supposed : tuple
        Terms with the sign that they are supposed to have: 1, -1 or 0.
    ranges : tuple
        The letters that are bound around both, each with the size up to which it runs.
    """

    rule: Rule
    before: Term
    after: Term
    supposed: tuple[tuple[Term, int], ...] = ()
    ranges: tuple[tuple[Term, Term], ...] = ()


@dataclass(frozen=True, slots=True)
class _Record:
    """The steps that are recorded, as keys, and what is in force for the next one."""

    steps: dict[Step, None] = field(default_factory=dict)
    supposed: tuple[tuple[Term, int], ...] = ()
    ranges: tuple[tuple[Term, Term], ...] = ()


_RECORD: ContextVar[_Record | None] = ContextVar("record", default=None)


def note(rule: Rule, before: Term, after: Term) -> Term:
    """Keep a step, if steps are recorded and it changes anything; return what is after it."""
    record = _RECORD.get()
    if record is not None and before != after:
        record.steps[Step(rule, before, after, record.supposed, record.ranges)] = None
    return after


def is_recording() -> bool:
    """Return whether steps are recorded: whether it is worth making what only they need."""
    return _RECORD.get() is not None


@contextmanager
def recording() -> Iterator[dict[Step, None]]:
    """Record the steps that are made inside, as keys."""
    record = _Record()
    with _in_force(record):
        yield record.steps


def supposing(term: Term, sign: int) -> AbstractContextManager[None]:
    """Suppose inside that a term has a sign: 1, -1 or 0."""
    record = _RECORD.get()
    return _in_force(record and replace(record, supposed=(*record.supposed, (term, sign))))


def binding(ranges: Mapping[Term, Term]) -> AbstractContextManager[None]:
    """Say up to which sizes letters run that are free inside, and bound outside."""
    record = _RECORD.get()
    return _in_force(record and replace(record, ranges=(*record.ranges, *ranges.items())))


@contextmanager
def _in_force(record: _Record | None) -> Iterator[None]:
    token = _RECORD.set(record)
    try:
        yield
    finally:
        _RECORD.reset(token)
