"""The end of what takes too long: a limit on the time of computing, and the alarm that rings when it is over.

Unix has a timer of its own. Where there is none, as in a browser, whoever runs Python may bring an `Alarm` (`ring_by`);
without one nothing is ended. An alarm is heard in the main thread alone.
"""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class OutOfTime(BaseException):
    """Something took too long: what catches any error on its way does not catch this."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """What sends a signal after some time of computing.

    Attributes
    ----------
    signal : int
        The signal that it sends.
    wind : callable
        Takes seconds, after which it rings, and then again and again; 0 stops it.
    """

    signal: int
    wind: Callable[[float], object]


def _of_the_system() -> Alarm | None:
    if not hasattr(signal, "setitimer"):
        return None
    # Each second after the first time: what is raised in a callback is lost.
    return Alarm(signal.SIGPROF, lambda seconds: signal.setitimer(signal.ITIMER_PROF, seconds, 1 if seconds else 0))


_alarm = _of_the_system()
_ends: list[float] = []  # of the limits in force, in seconds of computing
_NOW = 1e-3  # seconds


def ring_by(alarm: Alarm | None) -> Alarm | None:
    """Let another alarm ring from now on, and return the one before; None ends nothing any more."""
    global _alarm
    before, _alarm = _alarm, alarm
    return before


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End what runs inside after some seconds of computing; without an alarm, and outside of the main thread, never.

    Inside of another limit it lasts no longer than that one, which is in force again afterwards.

    Raises
    ------
    OutOfTime
        In what runs inside, when the time is over.
    """
    over: list[bool] = []
    alarm, report = _alarm, sys.unraisablehook

    def ring(*_: object) -> None:
        if not over:
            raise OutOfTime

    def lost(error: "sys.UnraisableHookArgs") -> None:
        if error.exc_type is not OutOfTime:
            report(error)

    if alarm is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    if _ends:
        seconds = min(seconds, _left())
    _ends.append(time.process_time() + seconds)
    before = signal.signal(alarm.signal, ring)
    sys.unraisablehook = lost
    alarm.wind(seconds)
    try:
        yield
    finally:
        over.append(True)
        alarm.wind(0)
        signal.signal(alarm.signal, before)
        sys.unraisablehook = report
        _ends.pop()
        if _ends:
            alarm.wind(_left())


def _left() -> float:
    """Return the seconds that are left of the innermost limit."""
    return max(_NOW, _ends[-1] - time.process_time())
