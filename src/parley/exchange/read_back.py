"""Read-back: the machine compares, field by field, what a person typed with what was sent.

Both nodes run this same comparison on the same two messages, so both know. People read tired and over
bad lines: nobody's ear decides.
"""

from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from parley.geo.ellipsoid import inverse
from parley.words.bodies import NoticeBody, ReadBack
from parley.words.units import TimeMs
from parley.words.volume import Circle, Corridor, Daily, Position, positions_of

MINUTE_MS: Final = 60_000
LEAST_TOLERANCE_M: Final = 100.0
"""Two people who mean the same place and type it from the same text may differ by this much."""
GREATEST_TOLERANCE_M: Final = 2_000.0
"""However coarsely a place was typed, farther off than this is another place."""

EXTENT_TOLERANCE_MM: Final = 1_000


class Difference(Struct, frozen=True, kw_only=True):
    """One critical field that does not match."""

    field: str
    sent: str
    read: str


def differences(body: NoticeBody, read: ReadBack) -> tuple[Difference, ...]:
    """Return the critical fields of `read` that do not match `body`; empty when all match.

    Activity must be equal, start, end and the hours of each day equal to the minute, the radius or half
    the width to 1 m, the number of vertices exactly, and the place within its stated precision (at least
    100 m, at most 2 km).
    """
    window = body.volume.window
    checks = (
        _equal("activity", body.activity.value, read.activity.value),
        _place(body, read.place),
        _extent(body, read),
        _vertices(body, read),
        _minute("start", window.start_ms, read.start_ms),
        _minute("end", window.end_ms, read.end_ms),
        _equal("daily", _hours(window.daily), _hours(read.daily)),
    )
    return tuple(found for found in checks if found is not None)


def reference(body: NoticeBody) -> Position:
    """Return the position that is read back: the centre of a circle, else the first vertex."""
    return positions_of(body.volume.area)[0]


def _equal(field: str, sent: str, read: str) -> Difference | None:
    return None if sent == read else Difference(field=field, sent=sent, read=read)


def _minute(field: str, sent_ms: TimeMs, read_ms: TimeMs) -> Difference | None:
    return _equal(field, _zulu(sent_ms), _zulu(read_ms))


def _zulu(at_ms: TimeMs) -> str:
    """An instant cut to its minute, as people read it: "2022-06-15 18:00Z"."""
    at = datetime.fromtimestamp(at_ms // MINUTE_MS * 60, UTC)
    return f"{at:%Y-%m-%d %H:%MZ}"


def _hours(daily: Daily | None) -> str:
    """The hours of each day cut to the minute: "20:00Z to 04:00Z"."""
    if daily is None:
        return "all hours"
    start, end = (divmod(at_ms // MINUTE_MS, 60) for at_ms in (daily.start_ms, daily.end_ms))
    return f"{start[0]:02d}:{start[1]:02d}Z to {end[0]:02d}:{end[1]:02d}Z"


def _precision_m(position: Position) -> float:
    return position.entered.precision_mm / 1_000 if position.entered else 0.0


def _place(body: NoticeBody, read: Position) -> Difference | None:
    sent = reference(body)
    coarsest_m = max(_precision_m(sent), _precision_m(read), LEAST_TOLERANCE_M)
    apart_m, _ = inverse(_lat_lon_deg(sent), _lat_lon_deg(read))
    if apart_m <= min(coarsest_m, GREATEST_TOLERANCE_M):
        return None
    return Difference(field="place", sent=_text(sent), read=f"{_text(read)}, {apart_m:,.0f} m away")


def _lat_lon_deg(position: Position) -> tuple[float, float]:
    return position.lat_ndeg / 1e9, position.lon_ndeg / 1e9


def _text(position: Position) -> str:
    if position.entered and position.entered.text:
        return position.entered.text
    return f"{position.lat_ndeg / 1e9:.5f} {position.lon_ndeg / 1e9:.5f}"


def _extent(body: NoticeBody, read: ReadBack) -> Difference | None:
    """The radius of a circle, half the width of a corridor; nothing is asked of other areas."""
    match body.volume.area:
        case Circle(radius_mm=sent_mm):
            field = "radius"
        case Corridor(half_width_mm=sent_mm):
            field = "half_width"
        case _:
            return None
    if read.extent_mm is not None and abs(read.extent_mm - sent_mm) <= EXTENT_TOLERANCE_MM:
        return None
    typed = "nothing" if read.extent_mm is None else f"{read.extent_mm / 1_000:g} m"
    return Difference(field=field, sent=f"{sent_mm / 1_000:g} m", read=typed)


def _vertices(body: NoticeBody, read: ReadBack) -> Difference | None:
    """The number of vertices, over all rings and parts; nothing is asked of a circle."""
    area = body.volume.area
    if isinstance(area, Circle):
        return None
    typed = "nothing" if read.vertices is None else str(read.vertices)
    return _equal("vertices", str(len(positions_of(area))), typed)
