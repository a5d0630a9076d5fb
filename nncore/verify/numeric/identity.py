"""What is known by its identity: nodes that say the same are equal wherever they stand, and still guard apart."""

from typing import Generic, TypeVar, final

T = TypeVar("T")


@final
class Same(Generic[T]):
    """Something that is equal to nothing but itself, and is kept, so that its identity stays its own."""

    __slots__ = ("value",)

    def __init__(self, value: T):
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return type(other) is Same and self.value is other.value
