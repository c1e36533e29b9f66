"""Reading: lengths, altitudes and areas as people type them. What is not certain is refused."""

from typing import Final

from parley.geo.coordinate import read_coordinate
from parley.geo.measures import ALTITUDES, read_altitude, read_length_mm
from parley.words.codes import Edges
from parley.words.errors import InputError
from parley.words.volume import VERTICES_MAX, Area, Band, Circle, Corridor, Polygon

__all__ = [
    "ALTITUDES",
    "read_altitude",
    "read_area",
    "read_band",
    "read_circle",
    "read_length_mm",
    "read_polygon",
]

_POLYGON_LEAST: Final = 3
_LINE_LEAST: Final = 2


def read_band(floor: str | None, ceiling: str | None) -> Band:
    """Read an altitude band; an end that was not given is unlimited."""
    return Band(
        floor=None if floor is None else read_altitude(floor),
        ceiling=None if ceiling is None else read_altitude(ceiling),
    )


def read_circle(at: str, radius_m: str) -> Circle:
    """Read a circle: its centre as a coordinate or a place's name, its radius in metres."""
    from parley.geo.gazetteer import read_position

    return Circle(centre=read_position(at), radius_mm=read_length_mm(radius_m))


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


def read_line_area(text: str) -> Area:
    """Read the area of a line: "CENTRE; RADIUS_M", or a polygon "COORD; COORD; COORD".

    Raises:
        InputError: the rule of the area that is broken, or as the readers.
    """
    from parley.geo.validity import area_fault

    first, *rest = (part.strip() for part in text.split(";"))
    area = read_circle(first, rest[0]) if len(rest) == 1 else read_polygon(text, Edges.GEODESIC)
    fault = area_fault(area)
    if fault is not None:
        raise InputError(fault.rule, fault.detail, where="the line's area", do="Correct the area.")
    return area
