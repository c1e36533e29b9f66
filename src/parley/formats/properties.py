"""The properties of a feature that say which, when, how high and how wide.

A property that looks like one of these but is none of them ("radius_km", "floor_ft", "start_time") is
refused: passed over, it would make a volume smaller than its author meant.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from math import isfinite
from typing import Any, Final

from msgspec import Struct

from parley.formats.report import Refused
from parley.words.codes import Datum, Edges, LengthUnit
from parley.words.volume import Altitude, Band

EARLIEST_MS: Final = -62_135_596_800_000
"""The start of year 1: where a volume without a start begins."""
LATEST_MS: Final = 253_402_300_799_999
"""The end of year 9999: where a volume without an end ends."""
ID_MAX: Final = 200
REACH_MAX_M: Final = 20_100_000.0
ALTITUDE_LOW_M: Final = -12_000.0
ALTITUDE_HIGH_M: Final = 100_000_000.0
READ: Final = frozenset(
    {
        "id",
        "start",
        "end",
        "floor_m",
        "ceiling_m",
        "altitude_datum",
        "radius_m",
        "half_width_m",
        "width_m",
        "edges",
    }
)
_ALIKE: Final = re.compile(
    r"(radius|half[_-]?width|width|floor|ceiling|start|end|altitude[_-]?datum|datum|edges?)"
    r"([_-]?(m|km|nm|nmi|ft|mi|fl|met(re|er)s?|feet|time|date|utc|at|ms|s))?",
    re.ASCII,
)
_DATUMS: Final = {
    **{datum.value: datum for datum in Datum},
    "wgs84": Datum.ELLIPSOID,
    "hae": Datum.ELLIPSOID,
    "msl": Datum.MEAN_SEA_LEVEL,
    "amsl": Datum.MEAN_SEA_LEVEL,
    "agl": Datum.ABOVE_GROUND,
    "fl": Datum.FLIGHT_LEVEL,
}
_RFC_3339: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,12}))?(?:([Zz])|([+-])(\d{2}):(\d{2}))",
    re.ASCII,
)
_LEAP_SECOND: Final = 60
_HARMFUL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Reach(Struct, frozen=True, kw_only=True):
    """How far a point or a line reaches; null where the feature does not say."""

    radius_m: float | None
    half_width_m: float | None


class Times(Struct, frozen=True, kw_only=True):
    """When a feature holds, UTC milliseconds; null is without end on that side."""

    start_ms: int | None
    end_ms: int | None


def read_id(feature: Mapping[str, Any], properties: Mapping[str, Any]) -> str | None:
    """Return a feature's id: its own if it has one, else the property; null if it has none.

    Raises:
        Refused: id-unreadable.
    """
    for value in (feature.get("id"), properties.get("id")):
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Refused("id-unreadable", "its id is neither text nor a number", "Give it a text.")
        text = value if isinstance(value, str) else format(value, "" if isinstance(value, int) else ".17g")
        if not 0 < len(text) <= ID_MAX or _HARMFUL.search(text):
            detail = f"its id is not 1 to {ID_MAX} characters without control characters"
            raise Refused("id-unreadable", detail, "Give it another id.")
        return text
    return None


def refuse_lookalikes(properties: Mapping[str, Any]) -> None:
    """Refuse properties that are nearly, but not quite, what is read here.

    Raises:
        Refused: property-unknown.
    """
    for name, value in properties.items():
        if name in READ or value is None:
            continue
        if _ALIKE.fullmatch(name.strip().casefold()):
            detail = f'the property "{name[:40]}" is not read here'
            do = "Use start, end, floor_m, ceiling_m, altitude_datum, radius_m, half_width_m or edges; in metres."
            raise Refused("property-unknown", detail, do)


def read_times(properties: Mapping[str, Any]) -> Times:
    """Return when a feature holds.

    Raises:
        Refused: time-unreadable, time-zone-missing, end-before-start.
    """
    start_ms, end_ms = (_instant(properties.get(name), name) for name in ("start", "end"))
    if start_ms is not None and end_ms is not None and end_ms < start_ms:
        early_ms = start_ms - end_ms
        raise Refused(
            "end-before-start", f"its end is {early_ms:,} ms before its start", "Correct the times."
        )
    return Times(start_ms=start_ms, end_ms=end_ms)


def _instant(value: object, name: str) -> int | None:
    """Read an RFC 3339 instant (section 5.6); what is finer than a millisecond widens the window."""
    if value is None:
        return None
    do = "Write it as in 2026-11-23T14:30:00Z."
    if not isinstance(value, str):
        raise Refused("time-unreadable", f"its {name} is no text", do)
    found = _RFC_3339.fullmatch(value.strip())
    if found is None:
        if re.fullmatch(r"[^Zz+]*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?", value.strip()):
            raise Refused("time-zone-missing", f"its {name} does not say which time zone it is in", do)
        raise Refused("time-unreadable", f'its {name} "{value[:40]}" is no RFC 3339 time', do)
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    fraction, zulu, sign, hours, minutes = found.groups()[6:]
    leap = second == _LEAP_SECOND
    try:
        zone = UTC if zulu else timezone(timedelta(hours=int(hours), minutes=int(minutes)))
        at = datetime(year, month, day, hour, minute, second - leap, tzinfo=UTC)
    except ValueError as error:
        raise Refused("time-unreadable", f'its {name} "{value[:40]}" does not exist: {error}', do) from error
    ahead = zone.utcoffset(None) or timedelta()
    since = at - datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=leap)
    since += ahead if sign == "-" else -ahead
    at_ms = since // timedelta(milliseconds=1) + int((fraction or "0").ljust(3, "0")[:3])
    # An end between two milliseconds holds until the later one.
    return at_ms + (name == "end" and bool((fraction or "")[3:].strip("0")))


def read_band(properties: Mapping[str, Any]) -> Band:
    """Return the altitude band; a missing end is unlimited.

    Raises:
        Refused: altitude-unreadable, altitude-out-of-range, altitude-datum-unknown, floor-above-ceiling.
    """
    said = properties.get("altitude_datum")
    datum = Datum.ELLIPSOID if said is None else _DATUMS.get(str(said).strip().casefold())
    if datum is None:
        do = f"Use one of {', '.join(each.value for each in Datum)}."
        raise Refused("altitude-datum-unknown", f'its altitude_datum "{str(said)[:40]}" is not known', do)
    floor = _altitude(properties, "floor_m", datum)
    ceiling = _altitude(properties, "ceiling_m", datum)
    if floor is not None and ceiling is not None and floor.value_mm > ceiling.value_mm:
        over_m = (floor.value_mm - ceiling.value_mm) / 1e3
        raise Refused("floor-above-ceiling", f"its floor is {over_m:,g} m above its ceiling", "Correct them.")
    return Band(floor=floor, ceiling=ceiling)


def _altitude(properties: Mapping[str, Any], name: str, datum: Datum) -> Altitude | None:
    value_m = read_number(properties, name, rule="altitude-unreadable")
    if value_m is None:
        return None
    if not ALTITUDE_LOW_M <= value_m <= ALTITUDE_HIGH_M:
        detail = f"its {name} is {value_m:,g}, beyond {ALTITUDE_LOW_M:,g} to {ALTITUDE_HIGH_M:,g} m"
        raise Refused("altitude-out-of-range", detail, "Leave it out where it is unlimited.")
    return Altitude(value_mm=round(value_m * 1e3), unit=LengthUnit.METRE, datum=datum)


def read_reach(properties: Mapping[str, Any]) -> Reach:
    """Return how far points and lines reach.

    Raises:
        Refused: length-unreadable, length-out-of-range, width-contradictory.
    """
    radius_m = _length(properties, "radius_m")
    half_m, width_m = _length(properties, "half_width_m"), _length(properties, "width_m")
    if half_m is not None and width_m is not None and width_m != 2 * half_m:
        detail = f"its width_m is {width_m:g}, not twice its half_width_m of {half_m:g}"
        raise Refused("width-contradictory", detail, "Keep one of them.")
    return Reach(radius_m=radius_m, half_width_m=width_m / 2 if width_m is not None else half_m)


def _length(properties: Mapping[str, Any], name: str) -> float | None:
    length_m = read_number(properties, name, rule="length-unreadable")
    if length_m is not None and not 0 <= length_m <= REACH_MAX_M:
        raise Refused("length-out-of-range", f"its {name} is {length_m:,g}, not 0 to {REACH_MAX_M:,g}", "")
    return length_m


def read_number(properties: Mapping[str, Any], name: str, *, rule: str) -> float | None:
    """Return a finite number; null where the property is missing.

    Raises:
        Refused: named `rule`.
    """
    value = properties.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise Refused(
            rule, f"its {name} is no finite number: {str(value)[:40]!r}", "Write a number of metres."
        )
    return float(value)


def _finite(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:  # a whole number that no double holds
        return False


def read_edges(properties: Mapping[str, Any]) -> Edges:
    """Return how edges run; straight in longitude and latitude by default, as RFC 7946 section 3.1.1 says.

    Raises:
        Refused: edges-unknown.
    """
    said = properties.get("edges")
    if said is None:
        return Edges.STRAIGHT
    if said not in ("geodesic", "straight"):
        do = 'Leave it out for edges straight in longitude and latitude, or write "geodesic".'
        raise Refused("edges-unknown", f"its edges are {str(said)[:40]!r}", do)
    return Edges(str(said))
