"""The checker in a page: a question comes as JSON, and what is found of its formulas goes back step by step.

A question has ``formulas``, the text of somebody who types, and perhaps ``context``, what is in force on the page;
``world``, the label of an exercise that has definitions of its own; ``letters``, the parts of a ``{notation}`` block;
and ``exercise``, if the text is to be the right side of an equation (`report.exercise`).
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from signal import SIGINT

from nncore.verify import time_limit
from nncore.verify.judgement import Status
from nncore.verify.notation import Notation, NotationError, extended_by
from nncore.verify.report.exercise import Answer, Exercise, Verdict, answered
from nncore.verify.report.in_force import Context
from nncore.verify.report.serialization import from_json, to_json
from nncore.verify.report.service import Step, steps
from nncore.verify.report.wording import SIGNS

_FIRST = "1 = 1"  # a formula that loads what reading needs
_DEPTH = 1000  # of calls within each other: as elsewhere, for a page has less room for them than it says


def begin(wind: Callable[[float], object], now: Callable[[], float]) -> None:
    """Get ready: from now on, time is that of a clock of the page, in seconds, which ends what takes too long."""
    sys.setrecursionlimit(_DEPTH)
    time.process_time = now
    time_limit.ring_by(time_limit.Alarm(SIGINT, wind))
    answer(json.dumps({"formulas": _FIRST}), lambda step: None)


def answer(question: str, tell: Callable[[str], object]) -> None:
    """Tell each step of a question when it is known, in its context, else in the book's notation."""
    asked = json.loads(question)
    context = _context(json.dumps(asked["context"])) if asked.get("context") else Context(_notation())
    if world := asked.get("world"):
        context = context.of_exercise(world)
    if letters := asked.get("letters"):
        try:
            context = replace(context, notation=_with(letters, context.notation))
        except NotationError as error:
            tell(json.dumps({"letters": f"{error}."}, ensure_ascii=False))
            return
    if exercise := asked.get("exercise"):
        for found in answered(from_json(Exercise, exercise), asked["formulas"], context):
            tell(_told(found))
    else:
        steps(asked["formulas"], context, lambda step: tell(_told(step)), free=True)


def _with(parts: dict[str, list[dict[str, str]]], notation: Notation) -> Notation:
    """Return a notation with letters of somebody's own, each in the place of what it stands for on the page."""
    declared = (each for part in parts.values() for each in part)
    own = {each[key].partition("_")[0] for each in declared for key in ("letter", "entry") if key in each}
    return extended_by(notation, {**parts, "shadows": sorted(own & _letters(notation))})


def _letters(notation: Notation) -> set[str]:
    plain = (*notation.sizes, *notation.indices, *notation.arrays, *notation.constants)
    entries = {each.entry.letter for each in notation.arrays if each.entry}
    numbers = {each.written.letter for each in notation.scalars}
    return {each.letter for each in plain} | entries | numbers | {each.name for each in notation.functions}


def _told(found: Step | Answer) -> str:
    """Return what is known, with its sign, and whether it is right or wrong, for somebody who sees it."""
    if isinstance(found, Answer):
        verdict = found.outcome.verdict
        about = {"verdict": verdict, "sign": _SIGNS[verdict], "fails": not found.outcome.accepts}
    else:
        status = found.status or ""
        about = {"sign": SIGNS.get(status, ""), "fails": isinstance(status, Status) and status.fails}
    return json.dumps({**to_json(found), **about}, ensure_ascii=False)


_SIGNS = {Verdict.RIGHT: SIGNS[Status.ALL_SHAPES], **dict.fromkeys([*Verdict][1:], SIGNS[Status.REFUTED])}


@lru_cache(maxsize=4)
def _context(text: str) -> Context:
    return from_json(Context, json.loads(text))


@lru_cache(maxsize=1)
def _notation() -> Notation:
    text = files("nncore.verify").joinpath("notation.json").read_text(encoding="utf-8")
    return from_json(Notation, json.loads(text))
