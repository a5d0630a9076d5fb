"""What a test may switch off: side conditions of rules, and the points, sizes and entries at which numbers are tried.

Each is there because something false would be accepted without it. A test switches off one after the other and sees
that. Nothing else ever does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Switch:
    """A name and a reason. Called with whether something holds it says so, or that it does if it is switched off."""

    name: str
    statement: str

    @property
    def is_on(self) -> bool:
        """Return whether it has not been switched off."""
        return self.name not in _SWITCHED_OFF.get()

    def __call__(self, holds: object) -> bool:
        return bool(holds) or not self.is_on


SIDE_CONDITIONS: dict[str, Switch] = {}
ATTACKS: dict[str, Switch] = {}
_SWITCHED_OFF: ContextVar[frozenset[str]] = ContextVar("switched off", default=frozenset())


def side_condition(name: str, statement: str) -> Switch:
    """Make and list what a rule asks for before it is applied; it is called with whether that holds."""
    SIDE_CONDITIONS[name] = Switch(name, statement)
    return SIDE_CONDITIONS[name]


def attack(name: str, statement: str) -> Switch:
    """Make and list a way in which numbers try to refute a claim, or to find that they cannot."""
    ATTACKS[name] = Switch(name, statement)
    return ATTACKS[name]


@contextmanager
def without(name: str) -> Iterator[None]:
    """Switch something off inside."""
    if name not in SIDE_CONDITIONS | ATTACKS:
        raise KeyError(f"nothing is called {name}")
    token = _SWITCHED_OFF.set(_SWITCHED_OFF.get() | {name})
    try:
        yield
    finally:
        _SWITCHED_OFF.reset(token)
