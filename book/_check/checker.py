"""The checker in a page: a question comes as JSON, and what is found of its formulas goes back step by step."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.resources import files
from signal import SIGINT

from nncore.verify import time_limit
from nncore.verify.notation import Notation
from nncore.verify.report.in_force import Context
from nncore.verify.report.serialization import from_json, to_json
from nncore.verify.report.service import steps

_FIRST = "1 = 1"  # a formula that loads what reading needs
_DEPTH = 1000  # of calls within each other: as elsewhere, for a page has less room for them than it says


def begin(wind: Callable[[float], object], now: Callable[[], float]) -> None:
    """Get ready: from now on, time is that of a clock of the page, in seconds, which ends what takes too long."""
    sys.setrecursionlimit(_DEPTH)
    time.process_time = now
    time_limit.ring_by(time_limit.Alarm(SIGINT, wind))
    for _ in answer(json.dumps({"formulas": _FIRST})):
        pass


def answer(question: str) -> Iterator[str]:
    """Yield the steps of the formulas of a question, in its context, else in the notation of the book."""
    asked = json.loads(question)
    context = _context(json.dumps(asked["context"])) if asked.get("context") else Context(_notation())
    for step in steps(asked["formulas"], context):
        yield json.dumps(to_json(step), ensure_ascii=False)


@lru_cache(maxsize=4)
def _context(text: str) -> Context:
    return from_json(Context, json.loads(text))


@lru_cache(maxsize=1)
def _notation() -> Notation:
    text = files("nncore.verify").joinpath("notation.json").read_text(encoding="utf-8")
    return from_json(Notation, json.loads(text))
