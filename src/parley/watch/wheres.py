"""Where: a place as people say it, read so that the true place is inside what is plotted.

| what is said | what is plotted |
|---|---|
| a coordinate | the coordinate, within its last digit |
| a name | the place, within its radius and `LOOSE_M` more: people say a town for its surroundings |
| near a name | the same, `NEAR_M` more: at Deir ez-Zor the place that was given was 9 km off |
| south of a name | from the place to `REACH_M` beyond it, 45 degrees to either side |
| 20 km south of a name | 20 km beyond it, a quarter more or less, 30 degrees to either side |
| 20 km from a name | the place, 25 km round it |
| between two names | the circle over both |

No name is guessed: the gazetteer must have it. Only the case endings of Russian are taken off.
"""

import re
from math import cos, hypot, radians, sin
from typing import Final

from msgspec import Struct

from parley.geo.coordinate import read_coordinate
from parley.geo.ellipsoid import LatLon, direct, inverse
from parley.geo.gazetteer import Place as Known
from parley.geo.gazetteer import find_place, known_place
from parley.geo.typed import to_ndeg
from parley.watch.call import Assumption, Place
from parley.watch.vocabulary import any_of, codes_of, finder, tidy, unit_of
from parley.words.codes import CoordinateFormat
from parley.words.errors import InputError
from parley.words.volume import Position

LOOSE_M: Final = 5_000.0
NEAR_M: Final = 10_000.0
REACH_M: Final = 15_000.0
_REACH_OFF_DEG: Final = 45.0
_SPAN_OFF_DEG: Final = 30.0
_SPAN_OFF: Final = 0.25
MOST_NAME: Final = 80
BARE_KM: Final = 100
_FARTHEST_M: Final = 2_000_000.0
_LARGEST_MM: Final = 20_000_000_000
_CELLS: Final = frozenset({CoordinateFormat.MGRS, CoordinateFormat.GARS, CoordinateFormat.GEOREF})
_DIAGONAL: Final = 1.5
"""A cell is named by its corner, and no point of it is farther than its diagonal."""
_ENDINGS: Final = 2
_SHORTEST: Final = 3
_CYRILLIC: Final = re.compile("[\u0400-\u04ff]")
_NUMBER: Final = r"(\d{1,4}(?:\.\d{1,3})?)"


class _Centre(Struct, frozen=True):
    """A point, how far from it the true one may be, and the name that was used."""

    at: LatLon
    radius_m: float
    name: str


def read_where(text: str) -> Place:
    """Read a place.

    Raises:
        InputError: as `read_coordinate` and `find_place`, with what to ask for.
    """
    found = try_where(text)
    if found is not None:
        return found
    if not any(one.isdigit() for one in text):
        find_place(text.strip())  # raises, with the names that are like it
    return _coordinate(text)


def try_where(text: str) -> Place | None:
    """Read a place; null where it is none. No name that is like it is looked for, which would take its time."""
    try:
        return _coordinate(text)
    except InputError:
        return _said(tidy(text))


def _coordinate(text: str) -> Place:
    position = read_coordinate(text)
    entered = position.entered
    precision_mm = entered.precision_mm if entered else 0
    in_cell = entered is not None and entered.format in _CELLS
    radius_mm = min(_LARGEST_MM, round(precision_mm * (_DIAGONAL if in_cell else 1)))
    return Place(position=position, radius_mm=radius_mm)


def _said(said: str) -> Place | None:
    name = _strip(said, "at")
    for read in (_between, _span, _direction, _round, _near):
        found = read(name)
        if found is not None:
            return found
    centre = _centre(name)
    return None if centre is None else _place(centre, centre.at, centre.radius_m + LOOSE_M, "place_named")


def _strip(said: str, code: str) -> str:
    found = finder(rf"{any_of('place', code)}\s+(.+)").fullmatch(said)
    return found.group(1) if found else said


def _between(said: str) -> Place | None:
    pattern = rf"{any_of('place', 'between')}\s+(.+?)\s+{any_of('place', 'and')}\s*(.+)"
    found = finder(pattern).fullmatch(said)
    ends = [_centre(name) for name in found.groups()] if found else []
    if len(ends) != 2 or ends[0] is None or ends[1] is None:  # noqa: PLR2004 - two ends
        return None
    one, other = ends[0], ends[1]
    apart_m, azimuth_deg = inverse(one.at, other.at)
    if apart_m > _FARTHEST_M:
        return None
    middle = direct(one.at, azimuth_deg, apart_m / 2)
    radius_m = apart_m / 2 + max(one.radius_m, other.radius_m) + LOOSE_M
    both = _Centre(middle, radius_m, f"{one.name}, {other.name}")
    return _place(both, middle, radius_m, "place_between")


def _span(said: str) -> Place | None:
    """Read "20 km south of Tanf"."""
    pattern = (
        rf"{_NUMBER}\s*({unit_of('metres')})\s+({any_of('direction')})\s*(?:{any_of('place', 'of')}\s+)?(.+)"
    )
    found = finder(pattern).fullmatch(said)
    centre = _centre(found.group(4)) if found else None
    if found is None or centre is None:
        return None
    span_m = _length_m(found.group(1), found.group(2))
    if span_m > _FARTHEST_M:
        return None
    at = direct(centre.at, float(codes_of("direction")[found.group(3)]), span_m)
    off_m = span_m * _farthest(1 + _SPAN_OFF, _SPAN_OFF_DEG)
    return _place(centre, at, centre.radius_m + max(off_m, LOOSE_M), "place_span")


def _direction(said: str) -> Place | None:
    """Read "south of Tanf": the middle of the way, and the corners of the sector round it."""
    pattern = rf"({any_of('direction')})\s*(?:{any_of('place', 'of')}\s+)?(.+)"
    found = finder(pattern).fullmatch(said)
    centre = _centre(found.group(2)) if found else None
    if found is None or centre is None:
        return None
    at = direct(centre.at, float(codes_of("direction")[found.group(1)]), REACH_M / 2)
    turn = radians(_REACH_OFF_DEG)
    corner_m = hypot(REACH_M * cos(turn) - REACH_M / 2, REACH_M * sin(turn))
    return _place(centre, at, centre.radius_m + corner_m, "place_direction")


def _farthest(longest: float, off_deg: float) -> float:
    """How far the farthest corner of a sector is from its middle, where the middle is 1 from its centre."""
    turn = radians(off_deg)
    return hypot(longest * cos(turn) - 1, longest * sin(turn))


def _round(said: str) -> Place | None:
    """Read "20 km from Tanf"."""
    found = finder(rf"{_NUMBER}\s*({unit_of('metres')})\s+{any_of('place', 'of')}\s+(.+)").fullmatch(said)
    centre = _centre(found.group(3)) if found else None
    if found is None or centre is None:
        return None
    span_m = _length_m(found.group(1), found.group(2)) * (1 + _SPAN_OFF)
    return (
        None if span_m > _FARTHEST_M else _place(centre, centre.at, centre.radius_m + span_m, "place_round")
    )


def _near(said: str) -> Place | None:
    found = finder(rf"{any_of('place', 'near')}\s+(.+)").fullmatch(said)
    centre = _centre(found.group(1)) if found else None
    return None if centre is None else _place(centre, centre.at, centre.radius_m + NEAR_M, "place_near")


def _centre(name: str) -> _Centre | None:
    """Return what a name or a coordinate inside a phrase stands for."""
    known = _known(name)
    if known is not None:
        return _Centre(known.positions[0].lat_lon_deg, known.radius_m, known.label)
    try:
        place = _coordinate(name)
    except InputError:
        return None
    at = place.position.lat_ndeg / 1e9, place.position.lon_ndeg / 1e9
    return _Centre(at, place.radius_mm / 1e3, name)


def _known(name: str) -> Known | None:
    """Return the place of a name; of a Russian one also without its case ending."""
    name = name.strip(" .,;:")
    if not name or len(name) > MOST_NAME:
        return None
    known = known_place(name)
    if known is not None or not _CYRILLIC.search(name):
        return known
    for cut in range(1, _ENDINGS + 1):
        if len(name) - cut >= _SHORTEST and (known := known_place(name[:-cut])) is not None:
            return known
    return None


def _length_m(number: str, unit: str) -> float:
    return float(number) * float(codes_of("metres")[unit])


def _place(centre: _Centre, at: LatLon, radius_m: float, code: str) -> Place:
    lat_ndeg, lon_ndeg = to_ndeg(*at)
    return Place(
        position=Position(lat_ndeg=lat_ndeg, lon_ndeg=lon_ndeg),
        radius_mm=min(_LARGEST_MM, round(radius_m * 1_000)),
        assumed=(Assumption(code=code, distance_m=radius_m, name=centre.name),),
    )


def read_length_m(said: str) -> float | None:
    """Read a length with its unit, "5 km"; a bare number is kilometres below 100, else metres."""
    found = finder(rf"\D*?{_NUMBER}\s*({unit_of('metres')})?\W*").fullmatch(said)
    if found is None:
        return None
    if found.group(2) is not None:
        return _length_m(found.group(1), found.group(2))
    number = float(found.group(1))
    return number * 1_000 if number < BARE_KM else number
