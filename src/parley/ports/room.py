"""Room: the door to what is left of the disk, for those who must refuse in time."""

from enum import IntEnum
from typing import Protocol


class Room(IntEnum):
    """How much room a node has left, most first."""

    ENOUGH = 0
    NEARLY_FULL = 1
    FULL = 2


class Disk(Protocol):
    """The disk that the record lies on."""

    def room(self) -> Room:
        """Return how much room there is now."""
