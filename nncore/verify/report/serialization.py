"""Dataclasses as values for JSON and back, by the types of their fields.

A dataclass is an object with its fields, and a tuple a list; but a tuple of pairs, as ``(("n", 2), ("M", 3))``, is an
object as well: ``{"n": 2, "M": 3}``. What else occurs in a field is a value of JSON by itself.
"""

from collections.abc import Collection
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, TypeVar, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")


def to_json(value: "DataclassInstance", without: Collection[str] = ()) -> dict[str, object]:
    """Return a dataclass as an object for JSON; fields of the names in ``without`` are left out at every depth."""
    types = _types(type(value))
    return {name: _written(kind, getattr(value, name), without) for name, kind in types.items() if name not in without}


def from_json(kind: type[T], value: object) -> T:
    """Return the dataclass of which `to_json` wrote all fields; raise TypeError or KeyError if it did not."""
    made = _read(kind, value)
    if not isinstance(made, kind):
        raise TypeError(f"not a {kind.__name__}: {value!r:.80}")
    return made


@cache
def _types(kind: "type[DataclassInstance]") -> dict[str, object]:
    """Return the type of each field."""
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind)}


def _written(kind: object, value: object, without: Collection[str]) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return to_json(value, without)
    if not isinstance(value, tuple):
        return value
    each = _of_elements(kind)
    if len(get_args(each)) == 2 and Ellipsis not in get_args(each):
        return dict(value)
    return [_written(each, element, without) for element in value]


def _read(kind: object, value: object) -> object:
    options = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    match value:
        case dict():
            for option in options:
                if isinstance(option, type) and is_dataclass(option):
                    types = _types(option)
                    return option(**{name: _read(types[name], each) for name, each in value.items()})
            return tuple(value.items())
        case list():
            return tuple(_read(_of_elements(kind), each) for each in value)
        case str():
            enums = (each for each in options if isinstance(each, type) and issubclass(each, StrEnum))
            return next((each(value) for each in enums if value in list(each)), value)
    return value


def _of_elements(kind: object) -> object:
    """Return the type of the elements of a tuple, which may be one of several types."""
    options = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    return get_args(next(each for each in options if get_origin(each) is tuple))[0]
