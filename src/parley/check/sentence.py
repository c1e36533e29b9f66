"""The words of a check's sentences. Metres are cut, never rounded up, so that no gap reads longer than it is."""

from datetime import UTC, datetime
from math import floor

from parley.words.volume import Daily

_WINDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
_MINUTE_MS = 60_000
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS


def metres(length_m: float) -> str:
    """A length as people say it: "4,210 m"."""
    return f"{floor(length_m):,} m" if length_m >= 1 else "less than 1 m"


def zulu(at_ms: int) -> str:
    """An instant in UTC: "2026-11-23 14:32Z", with seconds where they are not 0."""
    said = datetime.fromtimestamp(at_ms // 1000, UTC).isoformat(" ")  # 2026-11-23 14:32:00+00:00
    return f"{said[:16]}Z" if said[17:19] == "00" else f"{said[:19]}Z"


def wind(azimuth_deg: float) -> str:
    """The nearest of eight compass points."""
    return _WINDS[round(azimuth_deg / 45) % 8]


def age(age_ms: int) -> str:
    """How old: "6 h", "3 days"."""
    if age_ms >= 2 * _DAY_MS:
        return f"{age_ms // _DAY_MS} days"
    return f"{age_ms // _HOUR_MS} h" if age_ms >= _HOUR_MS else f"{max(0, age_ms) // 60_000} min"


def hours(daily: Daily) -> str:
    """The hours of each day: "20:00Z to 04:00Z"."""
    start, end = (divmod(at_ms // _MINUTE_MS, 60) for at_ms in (daily.start_ms, daily.end_ms))
    return f"{start[0]:02d}:{start[1]:02d}Z to {end[0]:02d}:{end[1]:02d}Z"
