"""One sentence for each finding of a file check: which piece of which area is nearest, how far, and when.

Metres are cut, never rounded up, so that no gap reads longer than it is.
"""

from datetime import UTC, datetime
from math import floor
from typing import Final

from parley.check.model import Separation
from parley.check.nearest import piece_at
from parley.check.pairs import Meeting, Side
from parley.check.sentence import hours, metres, wind
from parley.check.within import Within, within_by
from parley.geo.ellipsoid import LatLon, inverse
from parley.words.volume import ALWAYS, Circle, Corridor, MultiPolygon, Window

FIRST_MS: Final = -62_135_596_800_000
LAST_MS: Final = 253_402_300_799_999
_MINUTES_FROM: Final = 120
"""From two hours on, minutes are said and no seconds."""
_HOURS_TO: Final = 72


def explain(met: Meeting, limit: Separation) -> str:
    """Say in one sentence how two features meet.

    Args:
        met: what was found.
        limit: the separation that was asked for.
    """
    height = _height(met, limit)
    return "; ".join(part for part in (_where(met, limit), height, _late(met, limit)) if part)


def own_piece(met: Meeting) -> str:
    """The nearest piece of what was checked: "polygon edge 3", "corridor leg 2 of part 4"."""
    number = met.parts[0]
    area = met.notice.areas[number]
    piece = piece_at(area, met.notice.parts[number].shape, met.gap.first)
    part = f" of part {number + 1}" if len(met.notice.areas) > 1 else ""
    match area:
        case Circle(radius_mm=0):
            return f"the point{part}"
        case Circle():
            return f"the circle's rim{part}"
        case Corridor(half_width_mm=half_mm):
            return f"{'corridor' if half_mm else 'line'} {piece}{part}"
        case _:
            return f"polygon {piece}{part}"


def other_piece(met: Meeting) -> str:
    """The nearest piece of the other: "SITE-7" for a point, else "edge 2 of SITE-7"."""
    number = met.parts[1]
    piece = piece_at(met.other.areas[number], met.other.parts[number].shape, met.gap.second)
    part = f"part {number + 1} of " if len(met.other.areas) > 1 else ""
    if not piece:
        return f"{part}{met.other.id}"
    return f"{'the rim' if piece == 'rim' else piece} of {part}{met.other.id}"


def _where(met: Meeting, limit: Separation) -> str:
    when = _when(met)
    if met.gap.azimuth_deg is None:
        return f"{_overlap(met)},{when}" if when else _overlap(met)
    _, back_deg = inverse(met.gap.second, met.gap.first)
    own = own_piece(met)
    moves = "passes" if "edge" in own or "leg" in own else "lies"
    away = f"{own} {moves} {metres(met.gap.distance_m)} {wind(back_deg)} of {other_piece(met)}"
    return f"{away}{when}; separation agreed {metres(limit.horizontal_m)}"


def _overlap(met: Meeting) -> str:
    """How two areas overlap: one holds the other, and by how much, or where they meet."""
    shapes = met.notice.parts[met.parts[0]].shape, met.other.parts[met.parts[1]].shape
    named = f"part {met.parts[1] + 1} of {met.other.id}" if len(met.other.areas) > 1 else met.other.id
    area = (
        f"part {met.parts[0] + 1} of the notified area" if len(met.notice.areas) > 1 else "the notified area"
    )
    held = within_by(shapes[1], shapes[0])
    if held is not None:
        return f"{named} lies inside {area}{_by(met.notice, met.parts[0], held)}"
    held = within_by(shapes[0], shapes[1])
    if held is not None:
        return f"{area} lies inside {named}{_by(met.other, met.parts[1], held)}"
    return f"{area} overlaps or touches {named} at {place(met.gap.first)}"


def _by(outer: Side, part: int, held: Within) -> str:
    """How far inside, and which piece of the outer area is nearest.

    A part may go on in its neighbour, as halves at the antimeridian do, and a leg in the next: then it is
    the least.
    """
    area = outer.areas[part]
    if len(outer.areas) > 1 or isinstance(area, MultiPolygon):
        return f" by at least {metres(held.by_m)}"
    least = "at least " if isinstance(area, Corridor) else ""
    return f" by {least}{metres(held.by_m)}, nearest its {piece_at(area, outer.parts[part].shape, held.at)}"


def place(at: LatLon) -> str:
    """A position for people: "33.50000N 038.61667E", to about a metre."""
    lat, lon = at
    return f"{abs(lat):08.5f}{'N' if lat >= 0 else 'S'} {abs(lon):09.5f}{'E' if lon >= 0 else 'W'}"


def _height(met: Meeting, limit: Separation) -> str:
    if met.vertical_m == 0:
        return "" if met.vertical_exact else "their altitudes have different datums and may overlap"
    floor_, ceiling = met.notice.band.floor, met.other.band.ceiling
    above = floor_ is not None and ceiling is not None and floor_.value_mm > ceiling.value_mm
    agreed = f"separation agreed {metres(limit.vertical_m)}"
    if not met.vertical_exact:
        return f"their altitudes are at least {metres(met.vertical_m)} apart, {agreed}"
    away = f"{metres(met.vertical_m)} {'above' if above else 'below'} those of {met.other.id}"
    return f"the notified altitudes are {away}, {agreed}"


def _late(met: Meeting, limit: Separation) -> str:
    """By how much the two are apart in time."""
    if met.time_s == 0:
        return ""
    agreed = f"separation agreed {seconds(limit.time_s)}"
    own, theirs = met.notice.parts[0].holds, met.other.parts[0].holds
    if own is None or theirs is None or own.daily is not None or theirs.daily is not None:
        return f"their times are {seconds(met.time_s)} apart, {agreed}"
    later = own.start_ms > theirs.end_ms
    verb, way = ("starts", "after it ends") if later else ("ends", "before it starts")
    return f"the notified time {verb} {seconds(met.time_s)} {way}, {agreed}"


def seconds(length_s: float) -> str:
    """A length of time as people say it, cut: "900 s", "36 h 0 min", "5 d 3 h"."""
    if 0 < length_s < 1:
        return "less than 1 s"
    minutes = floor(length_s) // 60
    if minutes < _MINUTES_FROM:
        return f"{floor(length_s):,} s"
    hours = minutes // 60
    if hours < _HOURS_TO:
        return f"{hours} h {minutes % 60} min"
    return f"{hours // 24:,} d {hours % 24} h"


def _when(met: Meeting) -> str:
    """When both hold: " between 1410Z and 1430Z on 2026-11-23"; "" when they never do."""
    windows = [window for side in (met.notice, met.other) if (window := side.parts[0].holds) is not None]
    start_ms = max((_start_ms(window) for window in windows), default=FIRST_MS)
    end_ms = min((_end_ms(window) for window in windows), default=LAST_MS)
    if met.time_s or start_ms > end_ms:
        return ""
    daily = "".join(f", every day {hours(window.daily)}" for window in windows if window.daily is not None)
    return f"{_span(start_ms, end_ms)}{daily}"


def _start_ms(window: Window) -> int:
    return FIRST_MS if window.start_ms <= ALWAYS.start_ms else window.start_ms


def _end_ms(window: Window) -> int:
    return LAST_MS if window.end_ms >= ALWAYS.end_ms else window.end_ms


def _span(start_ms: int, end_ms: int) -> str:
    if start_ms <= FIRST_MS:
        return " at all times" if end_ms >= LAST_MS else f" until {stamp(end_ms)}"
    if end_ms >= LAST_MS:
        return f" from {stamp(start_ms)} on"
    if start_ms == end_ms:
        return f" at {stamp(start_ms)}"
    start, end = day_and_hour(start_ms), day_and_hour(end_ms)
    if start[0] == end[0]:
        return f" between {start[1]} and {end[1]} on {start[0]}"
    return f" between {' '.join(start)} and {' '.join(end)}"


def day_and_hour(at_ms: int) -> tuple[str, str]:
    """The UTC day and time of day, "2026-11-23" and "1410Z"; with seconds where they are not 0."""
    said = datetime.fromtimestamp(at_ms // 1000, UTC).isoformat()  # 2026-11-23T14:10:00+00:00
    time = f"{said[11:13]}{said[14:16]}" if said[17:19] == "00" else said[11:19]
    return said[:10], f"{time}Z"


def stamp(at_ms: int) -> str:
    """An instant: "2026-11-23 1410Z"."""
    return " ".join(day_and_hour(at_ms))
