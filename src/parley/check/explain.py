"""One sentence for each finding of a file check: which piece of which area is nearest, how far, and when.

Metres are cut, never rounded up, so that no gap reads longer than it is.
"""

from datetime import UTC, datetime
from math import floor
from typing import Final

from parley.check.model import Separation
from parley.check.nearest import piece_at
from parley.check.pairs import Meeting
from parley.check.sentence import metres, wind
from parley.check.within import Within, within_by
from parley.geo.ellipsoid import LatLon, inverse
from parley.words.volume import Area, Circle, Corridor, Window

FIRST_MS: Final = -62_135_596_800_000
LAST_MS: Final = 253_402_300_799_999
_MINUTES_FROM: Final = 120
"""From two hours on, minutes are said and no seconds."""
_HOURS_TO: Final = 72
_NAMES: Final = {"rim": "the rim", "": "the point"}


def explain(met: Meeting, limit: Separation) -> str:
    """Say in one sentence how two features meet.

    Args:
        met: what was found.
        limit: the separation that was asked for.
    """
    height = _height(met, limit)
    return "; ".join(part for part in (_where(met, limit), height, _late(met, limit)) if part)


def own_piece(met: Meeting) -> str:
    """The nearest piece of what was checked: "polygon edge 3", "leg 2 of the corridor of part 4"."""
    area = met.notice.areas[met.parts[0]]
    piece = piece_at(area, met.gap.first)
    part = f" of part {met.parts[0] + 1}" if len(met.notice.areas) > 1 else ""
    match area:
        case Circle(radius_mm=0):
            return f"the point{part}" if part else "the point"
        case Circle():
            return f"the circle's rim{part}"
        case Corridor(half_width_mm=half_mm):
            return f"{'corridor' if half_mm else 'line'} {piece}{part}"
        case _:
            return f"polygon {piece}{part}"


def other_piece(met: Meeting) -> str:
    """The nearest piece of the other: "SITE-7" for a point, else "edge 2 of SITE-7"."""
    area = met.other.areas[met.parts[1]]
    piece = piece_at(area, met.gap.second)
    part = f"part {met.parts[1] + 1} of " if len(met.other.areas) > 1 else ""
    if not piece:
        return f"{part}{met.other.id}"
    return f"{_NAMES.get(piece, piece)} of {part}{met.other.id}"


def _where(met: Meeting, limit: Separation) -> str:
    when = _when(met.notice.window, met.other.window)
    if met.gap.azimuth_deg is None:
        return f"{_overlap(met)},{when}" if when else _overlap(met)
    _, back_deg = inverse(met.gap.second, met.gap.first)
    own = own_piece(met)
    moves = "passes" if "edge" in own or "leg" in own else "lies"
    away = f"{own} {moves} {metres(met.gap.distance_m)} {wind(back_deg)} of {other_piece(met)}"
    return f"{away}{when}; separation agreed {metres(limit.horizontal_m)}"


def _overlap(met: Meeting) -> str:
    """How two areas overlap: one holds the other, and by how much, or where they meet."""
    own = met.notice.areas[met.parts[0]]
    theirs = met.other.areas[met.parts[1]]
    shapes = met.notice.parts[met.parts[0]].shape, met.other.parts[met.parts[1]].shape
    named = f"part {met.parts[1] + 1} of {met.other.id}" if len(met.other.areas) > 1 else met.other.id
    area = (
        f"part {met.parts[0] + 1} of the notified area" if len(met.notice.areas) > 1 else "the notified area"
    )
    held = within_by(shapes[1], shapes[0])
    if held is not None:
        return f"{named} lies inside {area}{_by(met.notice.areas, own, held)}"
    held = within_by(shapes[0], shapes[1])
    if held is not None:
        return f"{area} lies inside {named}{_by(met.other.areas, theirs, held)}"
    return f"{area} overlaps or touches {named} at {place(met.gap.first)}"


def _by(parts: tuple[Area, ...], area: Area, held: Within) -> str:
    """How far inside, and which piece of the outer area is nearest.

    A part may go on in its neighbour, as halves at the antimeridian do: then it is the least.
    """
    if len(parts) > 1:
        return f" by at least {metres(held.by_m)}"
    least = "at least " if isinstance(area, Corridor) else ""
    return f" by {least}{metres(held.by_m)}, nearest its {piece_at(area, held.at)}"


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
    own, theirs = met.notice.window, met.other.window
    later = own is not None and theirs is not None and own.start_ms > theirs.end_ms
    way = "after it ends" if later else "before it starts"
    verb = "starts" if later else "ends"
    return f"the notified time {verb} {seconds(met.time_s)} {way}, separation agreed {seconds(limit.time_s)}"


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


def _when(first: Window | None, second: Window | None) -> str:
    """When both hold: " between 1410Z and 1430Z on 2026-11-23"; "" when they never do."""
    start_ms = max(window.start_ms if window else FIRST_MS for window in (first, second))
    end_ms = min(window.end_ms if window else LAST_MS for window in (first, second))
    if start_ms > end_ms:
        return ""
    if start_ms <= FIRST_MS:
        return " at all times" if end_ms >= LAST_MS else f" until {stamp(end_ms)}"
    if end_ms >= LAST_MS:
        return f" from {stamp(start_ms)} on"
    if start_ms == end_ms:
        return f" at {stamp(start_ms)}"
    if day(start_ms) == day(end_ms):
        return f" between {hour(start_ms)} and {hour(end_ms)} on {day(start_ms)}"
    return f" between {stamp(start_ms)} and {stamp(end_ms)}"


def day(at_ms: int) -> str:
    """The UTC day: "2026-11-23"."""
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y-%m-%d}"


def hour(at_ms: int) -> str:
    """The time of day: "1410Z", with seconds where they are not 0."""
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{at:%H:%M:%SZ}" if at.second else f"{at:%H%MZ}"


def stamp(at_ms: int) -> str:
    """An instant: "2026-11-23 1410Z"."""
    return f"{day(at_ms)} {hour(at_ms)}"
