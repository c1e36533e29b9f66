"""The index of volumes: which of many may be near one."""

from collections.abc import Iterable
from typing import Protocol

from parley.geo.box import Box5


class VolumeIndex(Protocol):
    """Holds one five-dimensional box for each key.

    Guarantees: `candidates` never misses a key whose box meets the one asked for, faces included; it
    may add keys that do not. A key that is added again is replaced. Each call is complete when it
    returns, and calls from several threads are taken one after the other.

    Raises (every method):
        SystemFault: `volume-index-failed`. The caller must not use a partial answer.
    """

    def add(self, key: int, box: Box5) -> None:
        """Hold a box under a key from 0 to 2**63 - 1."""
        ...

    def add_all(self, boxes: Iterable[tuple[int, Box5]]) -> None:
        """As `add`, for many at once: all of them or none."""
        ...

    def remove(self, key: int) -> None:
        """Forget a key; an unknown one is passed over."""
        ...

    def candidates(self, box: Box5) -> list[int]:
        """The keys whose boxes may meet this one, in no order."""
        ...
