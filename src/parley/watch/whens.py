"""When: a time as people say it. What is not certain begins early: hot until told otherwise.

| what is said | when it may begin |
|---|---|
| now, already | now |
| soon, any minute | from now, within the hour |
| in 20 minutes | then; with "about", from half of it on |
| at 1430Z, 151430ZJUN22 | then: the nearest such minute |
| at 1430, without a zone | from now: in some zone it is that hour soon; the clock shows it as UTC |
| today, tonight | from now, within a day |
| tomorrow | from twelve hours before the next midnight UTC, or now if that has passed |
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from parley.geo.instants import read_instant
from parley.watch.call import Assumption, End, Start
from parley.watch.vocabulary import any_of, codes_of, finder, tidy, unit_of
from parley.words.errors import InputError
from parley.words.units import TimeMs

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
LAST_MS: Final = 253_402_300_799_999
_ZONES_MS: Final = 14 * HOUR_MS
"""No zone is farther than this from UTC."""
_LAST_HOUR: Final = 23
_LAST_MINUTE: Final = 59
_MOST_DAYS: Final = 400
_INSTANT: Final = r"\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}(?::\d{2})?z?|\d{6} ?z ?[a-z]{3} ?\d{2}"
_CLOCK: Final = r"(?<![\d.,])(\d{1,2}):(\d{2})(?: ?(z|utc|gmt|zulu))?(?![\d])"
_BARE: Final = r"(?<![\d.,])(\d{2})(\d{2}) ?(z|utc|gmt|zulu|hrs|hours)(?![^\W_])"
Found = tuple[str, str]
"""The words of a time, and what is left without them."""


def read_start(text: str, now_ms: TimeMs) -> Start | None:
    """Read when something begins; null where nothing is certain."""
    said = tidy(text)
    if not said:
        return None
    for read in (_instant, _ahead, _clock, _word):
        found = read(said, now_ms)
        if found is not None:
            return found
    bare = finder(rf"(?:{any_of('time', 'from')} )?(\d{{2}})(\d{{2}})").fullmatch(said)
    return None if bare is None else _hour(bare.group(1), bare.group(2), None, now_ms)


def read_end(text: str, start_ms: TimeMs, now_ms: TimeMs) -> End | None:
    """Read until when: an instant, an hour with its zone, or how long from `start_ms`."""
    said = tidy(text)
    long_ms = _length_ms(said, "for")
    if long_ms is not None:
        return End(end_ms=min(LAST_MS, start_ms + long_ms))
    found = _instant(said, now_ms) or _clock(said, now_ms)
    if found is None:
        bare = finder(rf"(?:{any_of('time', 'until')} )?(\d{{2}})(\d{{2}})").fullmatch(said)
        found = None if bare is None else _hour(bare.group(1), bare.group(2), None, now_ms)
    if found is None:
        return None
    zone = any(one.code == "time_no_zone" for one in found.assumed)
    latest_ms = found.latest_ms if zone else found.earliest_ms
    while latest_ms < start_ms and latest_ms + DAY_MS <= LAST_MS and start_ms - latest_ms < DAY_MS:
        latest_ms += DAY_MS
    return End(end_ms=latest_ms, assumed=found.assumed)


def cut_start(said: str) -> Found:
    """Take the words of a beginning out of tidy text: they, and what is left."""
    amount = _amount()
    ahead = rf"{any_of('time', 'in')} (?:{any_of('time', 'about')} )?{amount} ?{unit_of('seconds')}|\+\d{{1,3}}[mh]"
    words = "|".join(any_of("time", code) for code in ("now", "soon", "tomorrow", "today"))
    clock = rf"(?:{any_of('time', 'from')} )?(?:{_ungrouped(_CLOCK)}|{_ungrouped(_BARE)})"
    named = rf"{any_of('time', 'from')} \d{{4}}(?!\d| ?{unit_of('metres')})"
    return cut(said, rf"(?:{_INSTANT})|{ahead}|{clock}|{named}|{words}")


def cut_end(said: str) -> Found:
    """Take the words of an end out of tidy text: they, and what is left."""
    clock = rf"{_ungrouped(_CLOCK)}|{_ungrouped(_BARE)}|{_INSTANT}|\d{{4}}(?!\d)"
    until = rf"{any_of('time', 'until')} (?:{clock})"
    lasting = rf"{any_of('time', 'for')} {_amount()} ?{unit_of('seconds')}"
    return cut(said, rf"{until}|{lasting}")


def cut(said: str, pattern: str) -> Found:
    """Take the first match of a pattern out of tidy text: it, and what is left."""
    found = finder(pattern).search(said)
    if found is None:
        return "", said
    left = " ".join(f"{said[: found.start()]} {said[found.end() :]}".split())
    return found.group(0), left


def _ungrouped(pattern: str) -> str:
    return re.sub(r"\((?!\?)", "(?:", pattern)


def _amount() -> str:
    return rf"(?:\d{{1,4}}(?:\.\d)?|{any_of('number')})"


def _instant(said: str, now_ms: TimeMs) -> Start | None:
    found = finder(_INSTANT).search(said)
    try:
        at_ms = read_instant(found.group(0)) if found else None
    except InputError:
        return None
    if at_ms is None or abs(at_ms - now_ms) > _MOST_DAYS * DAY_MS:
        return None
    return Start(earliest_ms=at_ms, latest_ms=at_ms, stated=True)


def _ahead(said: str, now_ms: TimeMs) -> Start | None:
    length_ms = _length_ms(said, "in")
    if length_ms is None:
        return None
    at_ms = min(LAST_MS, now_ms + length_ms)
    if finder(any_of("time", "about")).search(said):
        early = Assumption(code="time_about")
        return Start(
            earliest_ms=now_ms + (at_ms - now_ms) // 2, latest_ms=at_ms, stated=True, assumed=(early,)
        )
    return Start(earliest_ms=at_ms, latest_ms=at_ms, stated=True)


def _length_ms(said: str, code: str) -> int | None:
    """Return a length of time: "in 20 minutes", "+20m"."""
    ahead = finder(r"\+(\d{1,3})([mh])").search(said) if code == "in" else None
    if ahead is not None:
        return int(ahead.group(1)) * (HOUR_MS if ahead.group(2) == "h" else MINUTE_MS)
    about = f"(?:{any_of('time', 'about')} )?"
    pattern = rf"{any_of('time', code)} {about}({_amount()}) ?({unit_of('seconds')})"
    found = finder(pattern).search(said) or finder(rf"({_amount()}) ?({unit_of('seconds')})").fullmatch(said)
    if found is None:
        return None
    amount, unit = found.groups()
    number = float(amount) if amount[0].isdigit() else float(codes_of("number")[amount])
    return round(number * float(codes_of("seconds")[unit]) * 1_000)


def _clock(said: str, now_ms: TimeMs) -> Start | None:
    found = finder(_CLOCK).search(said) or finder(_BARE).search(said)
    if found is None:
        return None
    hour, minute, zone = found.groups()
    return _hour(hour, minute, None if zone in {"hrs", "hours"} else zone, now_ms)


def _hour(hour: str, minute: str, zone: str | None, now_ms: TimeMs) -> Start | None:
    if int(hour) > _LAST_HOUR or int(minute) > _LAST_MINUTE:
        return None
    of_day_ms = int(hour) * HOUR_MS + int(minute) * MINUTE_MS
    at_ms = now_ms - now_ms % DAY_MS + of_day_ms
    near_ms = min((at_ms - DAY_MS, at_ms, at_ms + DAY_MS), key=lambda one_ms: abs(one_ms - now_ms))
    near_ms = max(0, min(LAST_MS, near_ms))
    if zone is not None:
        return Start(earliest_ms=near_ms, latest_ms=near_ms, stated=True)
    latest_ms = max(now_ms, min(LAST_MS, near_ms + _ZONES_MS))
    no_zone = Assumption(code="time_no_zone", name=f"{hour}:{minute}Z")
    return Start(earliest_ms=now_ms, latest_ms=latest_ms, stated=False, assumed=(no_zone,))


def _word(said: str, now_ms: TimeMs) -> Start | None:
    readers: tuple[tuple[str, Callable[[TimeMs], Start]], ...] = (
        ("tomorrow", _tomorrow),
        ("today", lambda at_ms: _presumed(at_ms, DAY_MS, "time_today")),
        ("soon", lambda at_ms: _presumed(at_ms, HOUR_MS, "time_soon")),
        ("now", lambda at_ms: Start(earliest_ms=at_ms, latest_ms=at_ms, stated=True)),
    )
    for code, read in readers:
        if finder(any_of("time", code)).search(said):
            return read(now_ms)
    return None


def _presumed(now_ms: TimeMs, length_ms: int, code: str) -> Start:
    latest_ms = min(LAST_MS, now_ms + length_ms)
    return Start(earliest_ms=now_ms, latest_ms=latest_ms, stated=False, assumed=(Assumption(code=code),))


def _tomorrow(now_ms: TimeMs) -> Start:
    midnight_ms = now_ms - now_ms % DAY_MS + DAY_MS
    earliest_ms = max(now_ms, midnight_ms - DAY_MS // 2)
    latest_ms = min(LAST_MS, midnight_ms + DAY_MS + DAY_MS // 2)
    assumed = (Assumption(code="time_tomorrow", name=_group(earliest_ms)),)
    return Start(earliest_ms=min(LAST_MS, earliest_ms), latest_ms=latest_ms, stated=False, assumed=assumed)


def _group(at_ms: TimeMs) -> str:
    return f"{datetime.fromtimestamp(at_ms // 1_000, UTC):%H:%MZ}"
