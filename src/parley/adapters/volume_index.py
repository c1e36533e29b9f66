"""A volume index in memory: SQLite's R*Tree, which allows five dimensions.

The tree keeps 32-bit floats. SQLite rounds what it stores outward; this adapter widens by a relative
2**-22 beforehand all the same, so that the guarantee does not rest on another program's rounding.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from threading import Lock
from typing import Final

from parley.geo.box import Box5
from parley.words.errors import SystemFault

_GRAIN: Final = 2.0**-22
_CREATE: Final = (
    "CREATE VIRTUAL TABLE boxes USING rtree("
    "key, x_low, x_high, y_low, y_high, z_low, z_high, t_low, t_high, h_low, h_high)"
)
_INSERT: Final = "INSERT OR REPLACE INTO boxes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_MEETS: Final = (
    "SELECT key FROM boxes WHERE x_high >= ? AND x_low <= ? AND y_high >= ? AND y_low <= ?"
    " AND z_high >= ? AND z_low <= ? AND t_high >= ? AND t_low <= ? AND h_high >= ? AND h_low <= ?"
)


class MemoryVolumeIndex:
    """A `VolumeIndex` (see the port for what it guarantees); its contents end with the process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._database.execute(_CREATE)

    def close(self) -> None:
        """Give the memory back."""
        with self._lock:
            self._database.close()

    def add(self, key: int, box: Box5) -> None:
        """Hold a box under a key."""
        self.add_all([(key, box)])

    def add_all(self, boxes: Iterable[tuple[int, Box5]]) -> None:
        """Hold many boxes, all of them or none."""
        rows = [(key, *_outward(box)) for key, box in boxes]
        with self._lock:
            try:
                self._database.execute("BEGIN")
                try:
                    self._database.executemany(_INSERT, rows)
                except BaseException:
                    self._database.execute("ROLLBACK")
                    raise
                self._database.execute("COMMIT")
            except sqlite3.Error as error:
                raise _fault(error) from error

    def remove(self, key: int) -> None:
        """Forget a key."""
        with self._lock:
            try:
                self._database.execute("DELETE FROM boxes WHERE key = ?", (key,))
            except sqlite3.Error as error:
                raise _fault(error) from error

    def candidates(self, box: Box5) -> list[int]:
        """The keys whose boxes may meet this one."""
        with self._lock:
            try:
                with closing(self._database.execute(_MEETS, box)) as rows:
                    return [key for (key,) in rows]
            except sqlite3.Error as error:
                raise _fault(error) from error


def _outward(box: Box5) -> list[float]:
    """The box with each low end lower and each high end higher by more than a 32-bit float's grain."""
    ends: list[float] = []
    for low, high in zip(box[::2], box[1::2], strict=True):
        ends += (low - abs(low) * _GRAIN, high + abs(high) * _GRAIN)
    return ends


def _fault(error: sqlite3.Error) -> SystemFault:
    what = f"The index of volumes failed: {error}"
    do = "Nothing was compared. Restart the node, and check by hand until it answers."
    return SystemFault("volume-index-failed", what, do=do)
