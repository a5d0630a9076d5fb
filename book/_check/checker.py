"""The checker in a page: a question comes as JSON, and what is found of its formulas goes back step by step."""

import json
import sys
import time
from collections.abc import Callable
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
    answer(json.dumps({"formulas": _FIRST}), lambda step: None)


def answer(question: str, tell: Callable[[str], object]) -> None:
    """Tell each step of the formulas of a question when it is known, in its context, else in the book's notation."""
    asked = json.loads(question)
    context = _context(json.dumps(asked["context"])) if asked.get("context") else Context(_notation())
    steps(asked["formulas"], context, lambda step: tell(json.dumps(to_json(step), ensure_ascii=False)))


@lru_cache(maxsize=4)
def _context(text: str) -> Context:
    return from_json(Context, json.loads(text))


@lru_cache(maxsize=1)
def _notation() -> Notation:
    text = files("nncore.verify").joinpath("notation.json").read_text(encoding="utf-8")
    return from_json(Notation, json.loads(text))
