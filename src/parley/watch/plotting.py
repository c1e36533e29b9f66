"""Plotting: the volume that the fragments of a call add up to, and what it takes for granted.

It grows as soon as a place is known, and is never smaller than what is not known: all round the place by
its uncertainty, at every altitude, from the beginning of the call, until told otherwise.
"""

from typing import Final

from msgspec import Struct

from parley.geo.validity import band_fault
from parley.watch.call import (
    Assumption,
    Call,
    End,
    Extent,
    Field,
    Height,
    Place,
    Start,
    Stopping,
    What,
    reading,
    stops_of,
)
from parley.words.codes import Activity
from parley.words.units import TimeMs
from parley.words.volume import ALWAYS, Band, Circle, Volume, Window

LEAST_M: Final = 1_000.0
"""How far round its place an activity reaches while nobody has said so."""
SHORT_NOTICE_MS: Final = 600_000
"""Under ten minutes to the start everything is shortened."""
LARGEST_MM: Final = 5_000_000_000
ANY_BAND: Final = Band(floor=None, ceiling=None)


class Plot(Struct, frozen=True, kw_only=True):
    """What is known of the activity so far.

    Attributes:
        error_m: how far its centre may be off, metres.
        starts_ms: when it may begin at the earliest.
        stated: an hour was named; else the start is presumed.
        assumed: what nobody said, by its code.
    """

    activity: Activity | None
    volume: Volume
    error_m: float
    starts_ms: TimeMs
    stated: bool
    assumed: tuple[Assumption, ...]

    def is_short(self, now_ms: TimeMs) -> bool:
        """Tell whether there are less than ten minutes to the start."""
        return self.starts_ms - now_ms < SHORT_NOTICE_MS


def plot(call: Call) -> Plot | None:
    """Return the volume that a call speaks of; null while no place is known."""
    place = place_of(call)
    if place is None:
        return None
    start = start_of(call)
    what = reading(call, Field.WHAT, What)
    area, of_area = _area(place, reading(call, Field.EXTENT, Extent))
    band, of_band = _band(reading(call, Field.HEIGHT, Height))
    end_ms, of_end = _end(reading(call, Field.END, End), start)
    unknown = () if what else (Assumption(code="activity_unknown"),)
    return Plot(
        activity=what.activity if what else None,
        volume=Volume(
            area=area, band=band, window=Window(start_ms=min(start.earliest_ms, end_ms), end_ms=end_ms)
        ),
        error_m=place.radius_mm / 1e3,
        starts_ms=start.earliest_ms,
        stated=start.stated,
        assumed=(*place.assumed, *of_area, *start.assumed, *of_end, *of_band, *unknown),
    )


def place_of(call: Call) -> Place | None:
    """Return where it is; where nobody said, where a STOP was called."""
    place = reading(call, Field.WHERE, Place)
    if place is not None:
        return place
    stopped = [one.read.place for one in stops_of(call) if isinstance(one.read, Stopping) and one.read.place]
    return stopped[-1] if stopped else None


def start_of(call: Call) -> Start:
    """Return when it may begin; from the beginning of the call where nobody said."""
    start = reading(call, Field.START, Start)
    if start is not None:
        return start
    return Start(
        earliest_ms=call.started_ms,
        latest_ms=call.started_ms,
        stated=False,
        assumed=(Assumption(code="time_unknown"),),
    )


def _area(place: Place, extent: Extent | None) -> tuple[Circle, tuple[Assumption, ...]]:
    if extent is not None:
        radius_mm = place.radius_mm + extent.radius_mm
        return Circle(centre=place.position, radius_mm=min(radius_mm, LARGEST_MM)), ()
    radius_mm = max(place.radius_mm, round(LEAST_M * 1_000))
    assumed = Assumption(code="extent_unknown", distance_m=radius_mm / 1e3)
    return Circle(centre=place.position, radius_mm=min(radius_mm, LARGEST_MM)), (assumed,)


def _band(height: Height | None) -> tuple[Band, tuple[Assumption, ...]]:
    if height is not None and band_fault(height.band) is None:
        return height.band, ()
    return ANY_BAND, (Assumption(code="every_altitude"),)


def _end(end: End | None, start: Start) -> tuple[TimeMs, tuple[Assumption, ...]]:
    if end is not None and end.end_ms >= start.earliest_ms:
        return end.end_ms, end.assumed
    return ALWAYS.end_ms, (Assumption(code="no_end"),)
