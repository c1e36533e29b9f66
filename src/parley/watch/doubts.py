"""Doubts: what does not fit together in what was said. They are shown, and block nothing.

What the coordinates themselves raise comes with the check (`geo.entry_warnings`).
"""

from typing import Final

from msgspec import Struct

from parley.geo.validity import band_fault
from parley.watch.call import Call, End, Field, Height, Start, reading
from parley.watch.plotting import Plot, start_of
from parley.words.units import TimeMs
from parley.words.volume import ALWAYS

COARSE_M: Final = 5_000.0
LONG_MS: Final = 24 * 3_600_000
LATE_MS: Final = 5 * 60_000


class Doubt(Struct, frozen=True, kw_only=True):
    """One doubt: its code in the phrase books, and the length behind it, if there is one."""

    code: str
    distance_m: float | None = None
    time_ms: int | None = None


def doubts(call: Call, plotted: Plot | None, now_ms: TimeMs) -> tuple[Doubt, ...]:
    """Return what does not fit, the most dangerous first."""
    found = [*_of_times(call, now_ms), *_of_heights(call)]
    if plotted is not None and plotted.error_m > COARSE_M:
        found.append(Doubt(code="place_coarse", distance_m=plotted.error_m))
    return tuple(found)


def _of_times(call: Call, now_ms: TimeMs) -> list[Doubt]:
    start, end = reading(call, Field.START, Start), reading(call, Field.END, End)
    begins_ms = start_of(call).earliest_ms
    found = []
    if start is not None and start.stated and now_ms - start.latest_ms > LATE_MS:
        found.append(Doubt(code="start_past", time_ms=now_ms - start.latest_ms))
    if end is None:
        return found
    if end.end_ms < begins_ms:
        found.append(Doubt(code="end_before_start", time_ms=begins_ms - end.end_ms))
    elif end.end_ms < now_ms:
        found.append(Doubt(code="end_past", time_ms=now_ms - end.end_ms))
    elif end.end_ms - begins_ms > LONG_MS and end.end_ms != ALWAYS.end_ms:
        found.append(Doubt(code="window_long", time_ms=end.end_ms - begins_ms))
    return found


def _of_heights(call: Call) -> list[Doubt]:
    height = reading(call, Field.HEIGHT, Height)
    return [] if height is None or band_fault(height.band) is None else [Doubt(code="heights_contradict")]
