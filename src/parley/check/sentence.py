"""The sentences of a check. Metres are cut, never rounded up, so that no gap reads longer than it is."""

from datetime import UTC, datetime
from math import floor

from msgspec import Struct

from parley.check.model import Separation
from parley.geo.distance import Gap
from parley.words.volume import ALWAYS, Window

_WINDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
_MINUTE_MS = 60_000
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS


class Apart(Struct, frozen=True, kw_only=True):
    """The three gaps between two volumes.

    Attributes:
        gap: between the areas.
        vertical_m: between the altitude bands; where datums differ the least that it may be.
        vertical_exact: whether the datums are the same.
        time_s: between the time windows.
    """

    gap: Gap
    vertical_m: float
    vertical_exact: bool
    time_s: float


def metres(length_m: float) -> str:
    """A length as people say it: "4,210 m"."""
    return f"{floor(length_m):,} m" if length_m >= 1 else "less than 1 m"


def zulu(at_ms: int) -> str:
    """An instant in UTC: "2026-11-23 14:32Z", with seconds where they are not 0."""
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    return at.strftime("%Y-%m-%d %H:%M:%SZ" if at.second else "%Y-%m-%d %H:%MZ")


def wind(azimuth_deg: float) -> str:
    """The nearest of eight compass points."""
    return _WINDS[round(azimuth_deg / 45) % 8]


def age(age_ms: int) -> str:
    """How old: "6 h", "3 days"."""
    if age_ms >= 2 * _DAY_MS:
        return f"{age_ms // _DAY_MS} days"
    return f"{age_ms // _HOUR_MS} h" if age_ms >= _HOUR_MS else f"{max(0, age_ms) // 60_000} min"


def why(
    other: str, *, point: bool, apart: Apart, windows: tuple[Window, Window | None], limit: Separation
) -> str:
    """One sentence: what lies where, how high and when beside the notified volume.

    Args:
        other: the name of what was met.
        point: whether it is a single point.
        apart: the three gaps.
        windows: of the volume that was checked and of the other; null is permanent.
        limit: the separation that was asked for.
    """
    parts = (
        _where(other, apart.gap, limit, point=point),
        _height(apart, limit),
        _when(*windows, apart.time_s, limit),
    )
    return "; ".join(part for part in parts if part)


def _where(other: str, gap: Gap, limit: Separation, *, point: bool) -> str:
    if gap.azimuth_deg is None:
        return f"{other} {'lies inside' if point else 'overlaps'} the notified area"
    away = f"{other} lies {metres(gap.distance_m)} {wind(gap.azimuth_deg)} of the notified area"
    return f"{away}, separation {metres(limit.horizontal_m)}"


def _height(apart: Apart, limit: Separation) -> str:
    if apart.vertical_m > 0:
        least = "" if apart.vertical_exact else "at least "
        return f"vertically {least}{metres(apart.vertical_m)} apart, separation {metres(limit.vertical_m)}"
    return "" if apart.vertical_exact else "the altitudes have different datums and may overlap"


def _when(checked: Window, other: Window | None, time_s: float, limit: Separation) -> str:
    notified = f"the notified time is {span(checked)}"
    if other is None or other == ALWAYS:
        return notified
    if other.daily is not None or (time_s and checked.daily is not None):
        apart = f", {time_s:,.0f} s apart, separation {limit.time_s:,.0f} s" if time_s else ""
        return f"{notified}, it holds {span(other)}{apart}"
    if other.start_ms > checked.end_ms:
        late_s = (other.start_ms - checked.end_ms) / 1000
        return f"{notified}, it starts {late_s:,.0f} s later, separation {limit.time_s:,.0f} s"
    if other.end_ms < checked.start_ms:
        early_s = (checked.start_ms - other.end_ms) / 1000
        return f"{notified}, it ends {early_s:,.0f} s earlier, separation {limit.time_s:,.0f} s"
    both = max(checked.start_ms, other.start_ms), min(checked.end_ms, other.end_ms)
    return f"{notified}, both hold from {zulu(both[0])} to {zulu(both[1])}"


def span(window: Window) -> str:
    """A window as people say it: "2026-11-23 14:32Z to 2026-11-25 14:32Z, every day 20:00Z to 04:00Z"."""
    if window == ALWAYS:
        return "permanent"
    said = f"{zulu(window.start_ms)} to {zulu(window.end_ms)}"
    if window.daily is None:
        return said
    start, end = (divmod(at_ms // _MINUTE_MS, 60) for at_ms in (window.daily.start_ms, window.daily.end_ms))
    return f"{said}, every day {start[0]:02d}:{start[1]:02d}Z to {end[0]:02d}:{end[1]:02d}Z"
