"""The index of volumes: which of many may be near one."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from parley.geo.box import Box5


class Held(NamedTuple):
    """What is held under a key.

    Attributes:
        key: 0 to 2**63 - 1.
        box: surely contains the volume.
        kept: bytes that come back with the key, unread; so an exact step finds its geometry at once.
    """

    key: int
    box: Box5
    kept: bytes = b""


class VolumeIndex(Protocol):
    """Holds one five-dimensional box, and bytes that belong to it, for each key.

    Guarantees: `candidates` never misses a key whose box meets the one asked for, faces included; it
    may add keys that do not. A key that is added again is replaced. Each call is complete when it
    returns, and calls from several threads are taken one after the other. A form that outlives the
    process holds, after a crash, every call that had returned, and no part of any other.

    Raises (every method):
        SystemFault: `volume-index-failed`. The caller must not use a partial answer.
    """

    def add(self, key: int, box: Box5, kept: bytes = b"") -> None:
        """Hold a box under a key from 0 to 2**63 - 1."""
        ...

    def add_all(self, held: Iterable[Held]) -> None:
        """As `add`, for many at once: all of them or none."""
        ...

    def remove(self, key: int) -> None:
        """Forget a key; an unknown one is passed over."""
        ...

    def candidates(self, box: Box5) -> list[int]:
        """The keys whose boxes may meet this one, in no order."""
        ...

    def matches(self, box: Box5) -> list[tuple[int, bytes]]:
        """As `candidates`, each with its bytes."""
        ...

    def count(self) -> int:
        """How many keys are held."""
        ...
