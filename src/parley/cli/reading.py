"""Reading: lengths, altitudes and areas as people type them. What is not certain is refused."""

import re
from decimal import Decimal
from typing import Final

from parley.geo.coordinate import read_coordinate
from parley.words.codes import Datum, Edges, LengthUnit
from parley.words.errors import InputError
from parley.words.volume import VERTICES_MAX, Altitude, Area, Band, Circle, Corridor, Polygon

FOOT_MM: Final = Decimal("304.8")
FLIGHT_LEVEL_FT: Final = 100
LONGEST_M: Final = 20_100_000
HIGHEST_M: Final = 100_000_000
LOWEST_M: Final = -12_000
DATUMS: Final = {
    "MSL": Datum.MEAN_SEA_LEVEL,
    "AMSL": Datum.MEAN_SEA_LEVEL,
    "AGL": Datum.ABOVE_GROUND,
    "HAE": Datum.ELLIPSOID,
    "ELLIPSOID": Datum.ELLIPSOID,
}
ALTITUDES: Final = '"5000 ft msl", "100 m agl", "30 m hae", "FL250", "ground" or "unlimited"'
_LEVEL: Final = re.compile(r"FL ?(\d{1,4})", re.ASCII)
_HEIGHT: Final = re.compile(r"(-?\d{1,9}(?:\.\d{1,3})?) ?(M|FT) ([A-Z]+)", re.ASCII)
_LENGTH: Final = re.compile(r"\d{1,9}(?:\.\d{1,3})?", re.ASCII)
_POLYGON_LEAST: Final = 3
_LINE_LEAST: Final = 2


def read_altitude(text: str) -> Altitude | None:
    """Read an altitude with its unit and datum; null for "unlimited".

    Raises:
        InputError: altitude-unreadable, altitude-out-of-range.
    """
    tidy = " ".join(text.upper().split())
    if tidy == "UNLIMITED":
        return None
    if tidy in {"GROUND", "GND", "SFC"}:
        return Altitude(value_mm=0, unit=LengthUnit.METRE, datum=Datum.ABOVE_GROUND)
    level = _LEVEL.fullmatch(tidy)
    if level is not None:
        value_mm = int(int(level.group(1)) * FLIGHT_LEVEL_FT * FOOT_MM)
        return Altitude(value_mm=value_mm, unit=LengthUnit.FLIGHT_LEVEL, datum=Datum.FLIGHT_LEVEL)
    height = _HEIGHT.fullmatch(tidy)
    datum = DATUMS.get(height.group(3)) if height is not None else None
    if height is None or datum is None:
        raise InputError(
            "altitude-unreadable",
            "an altitude needs its number, its unit and what it is measured from",
            where=text[:80],
            do=f"Write {ALTITUDES}.",
        )
    unit = LengthUnit.METRE if height.group(2) == "M" else LengthUnit.FOOT
    value_mm = int(
        (Decimal(height.group(1)) * (1_000 if unit is LengthUnit.METRE else FOOT_MM)).to_integral_value()
    )
    if not LOWEST_M * 1_000 <= value_mm <= HIGHEST_M * 1_000:
        raise InputError("altitude-out-of-range", "no altitude is that low or high", where=text[:80])
    return Altitude(value_mm=value_mm, unit=unit, datum=datum)


def read_band(floor: str | None, ceiling: str | None) -> Band:
    """Read an altitude band; an end that was not given is unlimited."""
    return Band(
        floor=None if floor is None else read_altitude(floor),
        ceiling=None if ceiling is None else read_altitude(ceiling),
    )


def read_length_mm(text: str) -> int:
    """Read a length in metres; return millimetres.

    Raises:
        InputError: length-unreadable, length-out-of-range.
    """
    tidy = text.strip()
    if not _LENGTH.fullmatch(tidy):
        do = "Write metres, with a full stop as the decimal sign: 2000 or 1852.5."
        raise InputError("length-unreadable", "this is no length in metres", where=text[:80], do=do)
    length_mm = int(Decimal(tidy) * 1_000)
    if length_mm > LONGEST_M * 1_000:
        raise InputError(
            "length-out-of-range", "no length on the Earth is greater than 20,100 km", where=text[:80]
        )
    return length_mm


def read_circle(at: str, radius_m: str) -> Circle:
    """Read a circle: its centre as a coordinate, its radius in metres."""
    return Circle(centre=read_coordinate(at), radius_mm=read_length_mm(radius_m))


def read_polygon(text: str, edges: Edges) -> Polygon:
    """Read a polygon: coordinates with semicolons between them, the first not repeated at the end.

    Raises:
        InputError: polygon-unreadable, or as `read_coordinate`.
    """
    corners = [part for part in (part.strip() for part in text.split(";")) if part]
    if not _POLYGON_LEAST <= len(corners) <= VERTICES_MAX:
        raise InputError(
            "polygon-unreadable",
            f"a polygon has {_POLYGON_LEAST} to {VERTICES_MAX} vertices, and {len(corners)} were given",
            where="--polygon",
            do='Put semicolons between them: "33 30 N 38 30 E; 33 40 N 38 30 E; 33 40 N 38 45 E".',
        )
    return Polygon(ring=tuple(read_coordinate(corner) for corner in corners), edges=edges)


def read_corridor(text: str | None, half_width_m: str | None, edges: Edges) -> Corridor:
    """Read a corridor: the coordinates of its line with semicolons between them, and half its width.

    Raises:
        InputError: corridor-unreadable, half-width-missing, or as the readers above.
    """
    places = [part for part in (part.strip() for part in (text or "").split(";")) if part]
    if not _LINE_LEAST <= len(places) <= VERTICES_MAX:
        raise InputError(
            "corridor-unreadable",
            f"a corridor has {_LINE_LEAST} to {VERTICES_MAX:,} positions, and {len(places)} were given",
            where="--corridor",
            do='Put semicolons between them: "33 30 N 38 30 E; 33 40 N 38 45 E".',
        )
    if half_width_m is None:
        do = "Give --half-width-m."
        raise InputError("half-width-missing", "a corridor needs half its width in metres", do=do)
    line = tuple(read_coordinate(one) for one in places)
    return Corridor(line=line, half_width_mm=read_length_mm(half_width_m), edges=edges)


def read_area(at: str | None, radius_m: str | None, polygon: str | None, edges: Edges) -> Area | None:
    """Read a circle or a polygon from options; null when neither was given.

    Raises:
        InputError: area-both, radius-missing, place-missing, or as the readers above.
    """
    if polygon is not None:
        if at is not None or radius_m is not None:
            do = "Give --at and --radius-m, or --polygon."
            raise InputError("area-both", "an area is a circle or a polygon, not both", do=do)
        return read_polygon(polygon, edges)
    if at is None and radius_m is None:
        return None
    if at is None:
        raise InputError("place-missing", "a radius needs its centre", do="Give --at.")
    if radius_m is None:
        raise InputError("radius-missing", "a centre needs its radius in metres", do="Give --radius-m.")
    return read_circle(at, radius_m)
