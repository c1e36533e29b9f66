"""Times: how people write and read instants. UTC always, with Z; what is not certain is refused."""

import re
from datetime import UTC, datetime
from typing import Final

from parley.geo.instants import INSTANTS, MONTHS, read_instant
from parley.words.errors import InputError
from parley.words.volume import Daily

MINUTE_MS: Final = 60_000
LAST_HOUR: Final = 23
LAST_MINUTE: Final = 59
FORMS: Final = f"{INSTANTS}, or +20m from now"
_HOURS: Final = re.compile(r"(\d{2}):?(\d{2})Z? ?(?:-|TO) ?(\d{2}):?(\d{2})Z?", re.ASCII)
_OFFSET: Final = re.compile(r"\d{2}:\d{2}.*[+-]\d{2}:\d{2}", re.ASCII)
_AHEAD: Final = re.compile(r"\+(?:(\d{1,4})D)?(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?", re.ASCII)


def read_time(text: str, now_ms: int | None = None) -> int:
    """Read an instant; return UTC milliseconds.

    Args:
        text: RFC 3339 with Z (seconds may be left out), a date-time group, or "+1h30m" from now.
        now_ms: the node's time; null where only an instant by itself will do, as in a read-back.

    Raises:
        InputError: time-unreadable, time-not-utc, time-no-such.
    """
    tidy = text.strip().upper()
    if now_ms is not None and tidy == "NOW":
        return now_ms
    ahead = _AHEAD.fullmatch(tidy)
    if ahead is not None and any(ahead.groups()):
        if now_ms is None:
            raise InputError(
                "time-unreadable", "give the time itself here", where=text, do=f"Write {INSTANTS}."
            )
        days, hours, minutes, seconds = (int(group or 0) for group in ahead.groups())
        return now_ms + (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000
    if _OFFSET.search(tidy):  # a person says what the clock at the desk says
        do = f"Write it in UTC and end it with Z: {FORMS}."
        raise InputError("time-not-utc", "the time does not say that it is UTC", where=text[:80], do=do)
    try:
        return read_instant(text)
    except InputError as error:
        do = error.do.replace(INSTANTS, FORMS)
        raise InputError(error.name, error.what, where=error.where, do=do) from error


def read_hours(text: str) -> Daily:
    """Read the hours of each day, UTC: "2000Z-0400Z"; an end before the start lies on the next day.

    Raises:
        InputError: hours-unreadable.
    """
    found = _HOURS.fullmatch(" ".join(text.upper().split()))
    hours = [int(group) for group in found.groups()] if found else []
    if not hours or max(hours[0], hours[2]) > LAST_HOUR or max(hours[1], hours[3]) > LAST_MINUTE:
        do = "Write start and end in UTC, four digits each: 2000Z-0400Z."
        raise InputError("hours-unreadable", "these are no hours of a day", where=text[:40], do=do)
    start, end = (60 * hours[k] + hours[k + 1] for k in (0, 2))
    return Daily(start_ms=start * MINUTE_MS, end_ms=end * MINUTE_MS)


def hours_text(daily: Daily) -> str:
    """Return the hours of each day: "every day 2000Z to 0400Z of the next day"."""
    start, end = (divmod(at_ms // MINUTE_MS, 60) for at_ms in (daily.start_ms, daily.end_ms))
    late = " of the next day" if daily.end_ms < daily.start_ms else ""
    return f"every day {start[0]:02d}{start[1]:02d}Z to {end[0]:02d}{end[1]:02d}Z{late}"


def group_of(at_ms: int) -> str:
    """Return the date-time group: "151432ZJUN22"; the minute that has begun."""
    at = datetime.fromtimestamp(at_ms // 1_000, UTC)
    return f"{at:%d%H%M}Z{MONTHS[at.month - 1]}{at:%y}"


def zulu(at_ms: int | None) -> str:
    """Return an instant with its date-time group: "2022-06-15 14:32:00Z (151432ZJUN22)"."""
    if at_ms is None:
        return "not yet"
    at = datetime.fromtimestamp(at_ms // 1_000, UTC)
    return f"{at:%Y-%m-%d %H:%M:%SZ} ({group_of(at_ms)})"


def clock(at_ms: int | None) -> str:
    """Return the time of day only: "14:32:07Z"."""
    return "--:--" if at_ms is None else f"{datetime.fromtimestamp(at_ms // 1_000, UTC):%H:%M:%SZ}"


def length(length_ms: int) -> str:
    """Return a length of time as people say it, cut to whole units: "4 min 7 s", "18 min", "3 d 4 h"."""
    minutes, seconds = divmod(abs(length_ms) // 1_000, 60)
    if minutes == 0:
        return f"{seconds} s"
    if minutes < 10:  # noqa: PLR2004 - under ten minutes each second counts
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    if minutes < 60:  # noqa: PLR2004 - minutes in an hour
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:  # noqa: PLR2004 - two days
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{hours // 24} d {hours % 24} h"


def from_now(at_ms: int, now_ms: int) -> str:
    """Return "in 18 min" or "18 min ago"."""
    return f"in {length(at_ms - now_ms)}" if at_ms >= now_ms else f"{length(now_ms - at_ms)} ago"
