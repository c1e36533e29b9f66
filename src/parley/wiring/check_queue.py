"""The queue of wanted checks: the most urgent first; among equals, line by line in turn.

One line that sends very many notices, or very costly ones, holds up its own checks and no other line's by
more than one check a turn. A check that is made again because something near a notice changed is wanted
once, however often that happened.
"""

import heapq
import itertools
from typing import NamedTuple

from parley.words.units import LineId, MessageId


class Wanted(NamedTuple):
    """A version to be checked.

    Attributes:
        rank: of its precedence; the higher goes first.
        line: the line of the notice.
        version: its id.
        since_s: when it was wanted, on a clock that only rises.
        again: it was checked before, and something near it has changed.
        quiet: keep what is found only if it differs from what was found before.
    """

    rank: int
    line: LineId
    version: MessageId
    since_s: float
    again: bool = False
    quiet: bool = False


class CheckQueue:
    """What is wanted, in order. One owner at a time.

    Within a rank, each check of a line takes the turn after that line's last one, but none earlier than the
    turn that is being served; turns are served in order, and within a turn whoever came first.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, int, Wanted]] = []
        self._count = itertools.count()
        self._served: dict[int, int] = {}
        self._last: dict[tuple[int, LineId], int] = {}
        self._again: dict[tuple[LineId, MessageId], bool] = {}

    def __len__(self) -> int:
        return len(self._heap)

    def put(self, wanted: Wanted) -> None:
        """Take up a check; one that is wanted again and waits already is not taken twice."""
        if wanted.again:
            key = wanted.line, wanted.version
            waits = key in self._again
            self._again[key] = wanted.quiet and self._again.get(key, True)
            if waits:
                return
        served = self._served.get(wanted.rank, 0)
        turn = max(served, self._last.get((wanted.rank, wanted.line), served - 1) + 1)
        self._last[wanted.rank, wanted.line] = turn
        heapq.heappush(self._heap, (-wanted.rank, turn, next(self._count), wanted))

    def first(self) -> Wanted | None:
        """Return the next check, and leave it; null if none is wanted."""
        return self._heap[0][3] if self._heap else None

    def take(self) -> Wanted | None:
        """Return the next check; null if none is wanted."""
        if not self._heap:
            return None
        _, turn, _, wanted = heapq.heappop(self._heap)
        self._served[wanted.rank] = turn
        if not self._heap:
            self._served.clear()
            self._last.clear()
        if not wanted.again:
            return wanted
        return wanted._replace(quiet=self._again.pop((wanted.line, wanted.version)))
