"""The reserve: room on the disk that is kept for STOPs.

A file of 8 MiB lies beside the database and holds nothing. When the disk is full it is given up, and what
it frees is for STOPs and for what people here say; a thousand of them fit. It is made again once there is room.
"""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from parley.ports.room import Room

MIB: Final = 1024 * 1024
RESERVE_BYTES: Final = 8 * MIB
NEARLY_BYTES: Final = 80 * MIB
"""Below this much free nothing ROUTINE is taken any more. The log alone may take 40 MiB before it is carried over."""
FULL_BYTES: Final = 2 * MIB
LOOK_S: Final = 0.05
"""How long what was seen of the disk holds: far less is written in that time than there is between two thresholds."""


class Reserve:
    """The reserve of one node.

    Args:
        path: its file, on the disk of the database.
        free: tells the bytes that are free there, for the node's own user.
        look_s: how long what was seen of the disk holds, seconds.
    """

    def __init__(self, path: Path, free: Callable[[], int] | None = None, *, look_s: float = LOOK_S) -> None:
        self._path = path
        self._free = free or self._really_free
        self._lock = threading.Lock()
        self._room = Room.ENOUGH
        self._look_s, self._looked_s = look_s, float("-inf")

    def _really_free(self) -> int:
        found = os.statvfs(self._path.parent)
        return found.f_bavail * found.f_frsize

    @property
    def is_held(self) -> bool:
        """Tell whether the reserve is there, whole."""
        try:
            return self._path.stat().st_blocks * 512 >= RESERVE_BYTES
        except OSError:
            return False

    def room(self) -> Room:
        """Return how much room there is now; give the reserve up, or make it again, as that asks for."""
        now_s = time.monotonic()
        if now_s - self._looked_s < self._look_s:
            return self._room
        with self._lock:
            self._looked_s = now_s
            free = self._free()
            if free < FULL_BYTES or (self._room is Room.FULL and free < NEARLY_BYTES):
                self._give_up()
                self._room = Room.FULL
            elif free < NEARLY_BYTES:
                self._room = Room.NEARLY_FULL
            else:
                self._room = Room.ENOUGH
                self._make(free)
            return self._room

    def give_up(self) -> None:
        """Free the reserve: the disk is full."""
        with self._lock:
            self._give_up()
            self._room = Room.FULL

    def _give_up(self) -> None:
        self._path.unlink(missing_ok=True)

    def _make(self, free: int) -> None:
        if free < NEARLY_BYTES + RESERVE_BYTES or self.is_held:
            return
        try:
            with self._path.open("wb") as file:
                self._path.chmod(0o600)
                os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)
        except OSError:
            self._give_up()
