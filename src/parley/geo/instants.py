"""Instants as files and people write them: UTC, or with their offset from it. Nothing else is certain."""

import re
from datetime import UTC, datetime
from typing import Final

from parley.words.errors import InputError
from parley.words.units import TimeMs

MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
INSTANTS: Final = "2022-06-15T14:32Z or the date-time group 151432ZJUN22"
_RFC_3339: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?(Z|[+-]\d{2}:\d{2})?",
    re.ASCII | re.IGNORECASE,
)
_GROUP: Final = re.compile(r"(\d{2})(\d{2})(\d{2})Z([A-Z]{3})(\d{2})", re.ASCII)
_LAST_HOUR: Final = 23
_LAST_MINUTE: Final = 59


def read_instant(text: str, *, in_utc: bool = False) -> TimeMs:
    """Read an instant; return UTC milliseconds.

    Args:
        text: RFC 3339 with Z or an offset (seconds may be left out), or a date-time group.
        in_utc: something else says that the text is UTC, so that Z may be missing.

    Raises:
        InputError: time-unreadable, time-not-utc, time-no-such.
    """
    tidy = text.strip().upper()
    stamp = _RFC_3339.fullmatch(tidy)
    if stamp is not None:
        zone = stamp.group(8) or ("Z" if in_utc else "")
        if not zone:
            raise _not_utc(text)
        year, month, day, hour, minute, second = (int(part or 0) for part in stamp.groups()[:6])
        thousandths = int((stamp.group(7) or "0").ljust(3, "0"))
        at_ms = _instant(text, (year, month, day, hour, minute, second)) + thousandths
        return _kept(text, at_ms - _offset_ms(text, zone))
    group = _GROUP.fullmatch(tidy.replace(" ", ""))
    if group is not None:
        day, hour, minute, year = (int(group.group(n)) for n in (1, 2, 3, 5))
        month = MONTHS.index(group.group(4)) + 1 if group.group(4) in MONTHS else 0
        return _kept(text, _instant(text, (2000 + year, month, day, hour, minute, 0)))
    if re.search(r"\d{2}:\d{2}", tidy) and not tidy.endswith("Z"):
        raise _not_utc(text)
    what = "this is no time that is read here"
    raise InputError("time-unreadable", what, where=text[:80], do=f"Write {INSTANTS}.")


def _not_utc(text: str) -> InputError:
    do = f"Write it in UTC and end it with Z: {INSTANTS}."
    return InputError("time-not-utc", "the time does not say that it is UTC", where=text[:80], do=do)


def _offset_ms(text: str, zone: str) -> int:
    if zone == "Z":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > _LAST_HOUR or minutes > _LAST_MINUTE:
        raise InputError("time-no-such", "there is no such offset from UTC", where=text[:80])
    return (-1 if zone[0] == "-" else 1) * (hours * 60 + minutes) * 60_000


def _instant(text: str, parts: tuple[int, int, int, int, int, int]) -> int:
    try:
        at = datetime(*parts, tzinfo=UTC)
    except ValueError as error:
        raise InputError("time-no-such", f"there is no such time: {error}", where=text[:80]) from error
    return int(at.timestamp()) * 1_000


def _kept(text: str, at_ms: int) -> TimeMs:
    if at_ms < 0:
        raise InputError("time-no-such", "times before 1970 are not kept", where=text[:80])
    return at_ms
