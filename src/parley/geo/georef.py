"""GEOREF: the World Geographic Reference System, read and written. Source: NGA.SIG.0012 (2014), chapter 5.

Two letters name a quadrangle of 15 degrees (east from 180 west, then north from the south pole), two
more a degree in it, then come minutes east and minutes north with equally many digits: "MKPG" is 1
degree, "MKPG1204" 1 minute, "MKPG123404" 0.1, "MKPG12340456" 0.01, "MKPG1234504567" 0.001. The point is the
cell's south-west corner, the precision its height on the ground.
"""

import re
from typing import Final

from parley.geo.typed import DEGREE_MM, NDEG, keeps, position_of, refuse
from parley.words.codes import CoordinateFormat
from parley.words.volume import Position

_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_EAST: Final = _LETTERS
_NORTH: Final = _LETTERS[:12]
_DEGREES: Final = _LETTERS[:15]
_QUADRANGLE_DEG: Final = 15
_DIGITS_MAX: Final = 5
_FORM: Final = re.compile(r"(?:GEOREF ?:? ?)?([A-Z]{2}) ?([A-Z]{2}) ?((?:\d+(?: \d+)?)?)", re.ASCII)


def read_georef(tidy: str, text: str) -> Position | None:
    """Read a reference; null when the text is not in its form.

    Four letters alone may be a word or the code of an airfield: they are read only after "GEOREF".

    Raises:
        InputError: `coordinate-georef-cell`, `coordinate-georef-digits`.
    """
    match = _FORM.fullmatch(tidy)
    if match is None or (not match[3] and not tidy.startswith("GEOREF")):
        return None
    east, north, east_degree, north_degree = tuple(match[1] + match[2])
    digits = match[3]
    known = east in _EAST and north in _NORTH and east_degree in _DEGREES and north_degree in _DEGREES
    if not known:
        what = "GEOREF letters run from A to Z and A to M, then from A to Q twice, without I and O"
        refuse("coordinate-georef-cell", what, text)
    lon_deg = _EAST.index(east) * _QUADRANGLE_DEG + _DEGREES.index(east_degree) - 180
    lat_deg = _NORTH.index(north) * _QUADRANGLE_DEG + _DEGREES.index(north_degree) - 90
    lon_units, lat_units, scale = _minutes(digits, text)
    angles = tuple(
        degrees * NDEG - (-units * NDEG // scale)  # rounded up: the corner lies in its own cell
        for degrees, units in ((lat_deg, lat_units), (lon_deg, lon_units))
    )
    precision_mm = round(DEGREE_MM / scale)
    return position_of((angles[0], angles[1]), text, CoordinateFormat.GEOREF, precision_mm)


def _minutes(digits: str, text: str) -> tuple[int, int, int]:
    """Easting and northing in units of the last digit, and the number of units in a degree."""
    if not digits:
        return 0, 0, 1
    first, _, second = digits.partition(" ")
    if not second:
        half = len(first) // 2
        first, second = first[:half], first[half:]
    if len(first) != len(second) or not 2 <= len(first) <= _DIGITS_MAX:  # noqa: PLR2004 - minutes
        do = "Give minutes east, then minutes north: two to five digits for each."
        refuse("coordinate-georef-digits", "The digits do not fall into two equal halves", text, do)
    if int(first[:2]) >= 60 or int(second[:2]) >= 60:  # noqa: PLR2004 - minutes
        refuse("coordinate-georef-digits", "Minutes stay below 60", text)
    return int(first), int(second), 60 * 10 ** (len(first) - 2)


def format_georef(position: Position) -> str:
    """Write the cell that holds a position: the largest that keeps its precision, 1 degree to 0.001'."""
    digits = 0 if keeps(position, DEGREE_MM) else _digits(position)
    scale = 60 * 10 ** (digits - 2) if digits else 1
    lat = min((position.lat_ndeg + 90 * NDEG) * scale // NDEG, 180 * scale - 1)
    lon = (position.lon_ndeg + 180 * NDEG) * scale // NDEG % (360 * scale)
    lat_deg, lat_units = divmod(lat, scale)
    lon_deg, lon_units = divmod(lon, scale)
    letters = (
        _EAST[lon_deg // _QUADRANGLE_DEG]
        + _NORTH[lat_deg // _QUADRANGLE_DEG]
        + _DEGREES[lon_deg % _QUADRANGLE_DEG]
        + _DEGREES[lat_deg % _QUADRANGLE_DEG]
    )
    return f"{letters}{lon_units:0{digits}d}{lat_units:0{digits}d}" if digits else letters


def _digits(position: Position) -> int:
    steps = range(2, _DIGITS_MAX)
    enough = (digits for digits in steps if keeps(position, DEGREE_MM / (60 * 10 ** (digits - 2))))
    return next(enough, _DIGITS_MAX)
