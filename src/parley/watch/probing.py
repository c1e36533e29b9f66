"""Probing: what a peer's notices ask about, area by area, and which of them are blankets.

Every answer of ours to a notice tells a little of what is there. The account says how often they have asked
about the same ten kilometres, from the record alone: the picture is not looked at. STOP is exempt.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from math import atan2, cos, degrees, floor, hypot, pi, radians, sin
from typing import Final

from msgspec import Struct

from parley.geo.boundary import rings_of
from parley.geo.ellipsoid import RADIUS_MEAN_M, inverse, ring_area_m2
from parley.words.units import Count, TimeMs
from parley.words.volume import Area, Circle, Corridor, Ring, Volume, Window, positions_of

NEAR_M: Final = 10_000.0
"""How far apart two notices may be centred to ask about the same place."""
WITHIN_MS: Final = 30 * 86_400_000
"""For how long a notice counts."""
ALARM_WITHIN_MS: Final = 86_400_000
ALARM_EVERY: Final = 10
"""So many about one place within a day raise an alarm, and so many more raise it again."""
MOST_KEPT: Final = 200
"""Notices of one cell that are counted; the count says no more than that."""
BLANKET_KM2_H: Final = 240_000.0
"""Size times duration beyond which a notice is a blanket: about a circle of 55 km for a day."""
_CELL_DEG: Final = degrees(NEAR_M / RADIUS_MEAN_M)
_NEAR_HALF: Final = sin(NEAR_M / RADIUS_MEAN_M / 2) ** 2
"""The haversine of that distance."""
_DAY_MS: Final = 86_400_000
_HOUR_MS: Final = 3_600_000
_NDEG: Final = 1e9


class Asking(Struct, frozen=True, array_like=True):
    """One version of a notice of theirs: when it came, and where its area is centred, degrees."""

    at_ms: TimeMs
    lat_deg: float
    lon_deg: float


class Probing(Struct, frozen=True, kw_only=True):
    """What is known of one version as it comes. Private.

    Attributes:
        blanket: it is larger and longer than any one activity needs.
        km2_h: its size times its duration.
        times: how often they have asked about this place within 30 days, this one counted; 0 for one of ours.
        times_a_day: the same within a day.
    """

    blanket: bool
    km2_h: float
    times: Count = 0
    times_a_day: Count = 0

    @property
    def alarms(self) -> bool:
        """Tell whether this one raises an alarm: at a rate, and again at each multiple of it."""
        return self.times_a_day > 0 and self.times_a_day % ALARM_EVERY == 0


def size_of(volume: Volume) -> float:
    """Return the size of an area times how long it is taken, square kilometres times hours."""
    return _area_m2(volume.area) / 1e6 * _duration_ms(volume.window) / _HOUR_MS


def is_blanket(volume: Volume) -> bool:
    """Tell whether a volume is larger and longer than any one activity needs."""
    return size_of(volume) > BLANKET_KM2_H


def _area_m2(area: Area) -> float:
    if isinstance(area, Circle):
        return pi * (area.radius_mm / 1e3) ** 2
    if isinstance(area, Corridor):
        points = _points(area.line)
        length_m = sum(inverse(a, b)[0] for a, b in pairwise(points))
        half_m = area.half_width_mm / 1e3
        return 2 * half_m * length_m + pi * half_m**2
    return sum(ring_area_m2(_points(ring))[0] for ring in rings_of(area))  # holes count: never too small


def _points(ring: Ring) -> list[tuple[float, float]]:
    return [(one.lat_ndeg / _NDEG, one.lon_ndeg / _NDEG) for one in ring]


def _duration_ms(window: Window) -> float:
    whole_ms = window.end_ms - window.start_ms
    if window.daily is None:
        return whole_ms
    hours_ms = (window.daily.end_ms - window.daily.start_ms) % _DAY_MS
    return min(whole_ms, hours_ms * (whole_ms / _DAY_MS + 1))


def asking_of(volume: Volume, at_ms: TimeMs) -> Asking:
    """Return when and about where a notice asks: the middle of its positions."""
    x = y = z = 0.0
    for one in positions_of(volume.area):
        lat, lon = radians(one.lat_ndeg / _NDEG), radians(one.lon_ndeg / _NDEG)
        x, y, z = x + cos(lat) * cos(lon), y + cos(lat) * sin(lon), z + sin(lat)
    return Asking(at_ms, degrees(atan2(z, hypot(x, y))), degrees(atan2(y, x)))


def cell_of(asking: Asking) -> str:
    """Return the name of the ten-kilometre cell in which it is centred."""
    return _name(*_cell(asking.lat_deg, asking.lon_deg))


def cells_near(asking: Asking) -> tuple[str, ...]:
    """Return the cells that hold all within ten kilometres, its own first; near a pole a few more."""
    row, _ = _cell(asking.lat_deg, asking.lon_deg)
    found = [cell_of(asking)]
    for near in (row - 1, row, row + 1):
        count = _columns(near)
        column = floor((asking.lon_deg + 180) / 360 * count)
        found += [_name(near, (column + step) % count) for step in (-1, 0, 1)]
    return tuple(dict.fromkeys(found))


def _cell(lat_deg: float, lon_deg: float) -> tuple[int, int]:
    row = floor(lat_deg / _CELL_DEG)
    count = _columns(row)
    return row, floor((lon_deg + 180) / 360 * count) % count


@cache
def _columns(row: int) -> int:
    """Return how many cells a row of latitude has; each is at least ten kilometres wide."""
    poleward_deg = max(abs(row), abs(row + 1)) * _CELL_DEG
    narrow = cos(radians(min(90.0, poleward_deg)))
    return max(1, floor(360 / _CELL_DEG * narrow))


def _name(row: int, column: int) -> str:
    return f"{row}/{column}"


def keep(held: Sequence[Asking], asking: Asking) -> tuple[Asking, ...]:
    """Return what a cell holds with one more; what no longer counts is let go."""
    recent = [one for one in held if one.at_ms > asking.at_ms - WITHIN_MS]
    return (*recent, asking)[-MOST_KEPT:]


def probing(km2_h: float, asking: Asking | None, held: Iterable[Asking]) -> Probing:
    """Return what is known of a version as it comes.

    Args:
        km2_h: its `size_of`.
        asking: null for one of ours.
        held: what the cells near it hold, before this one.
    """
    if asking is None:
        return Probing(blanket=km2_h > BLANKET_KM2_H, km2_h=km2_h)
    near = [one.at_ms for one in held if _is_near(one, asking)]
    return Probing(
        blanket=km2_h > BLANKET_KM2_H,
        km2_h=km2_h,
        times=1 + sum(at_ms > asking.at_ms - WITHIN_MS for at_ms in near),
        times_a_day=1 + sum(at_ms > asking.at_ms - ALARM_WITHIN_MS for at_ms in near),
    )


def _is_near(a: Asking, b: Asking) -> bool:
    """Tell it on a sphere: half a per cent off at most, which no count here turns on."""
    if abs(a.lat_deg - b.lat_deg) > _CELL_DEG:
        return False
    half = sin(radians(b.lat_deg - a.lat_deg) / 2) ** 2
    half += cos(radians(a.lat_deg)) * cos(radians(b.lat_deg)) * sin(radians(b.lon_deg - a.lon_deg) / 2) ** 2
    return half <= _NEAR_HALF
