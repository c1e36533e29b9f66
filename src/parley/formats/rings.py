"""Coordinates of GeoJSON into positions: RFC 7946 sections 3.1.1 (positions) and 3.1.6 (rings).

What is put right, and said: repeated vertices next to each other, the direction of a ring, longitudes
beyond 180 degrees, and straight edges of 90 degrees or more, which are cut in pieces, as that changes
nothing. A straight edge of between 180 and 360 degrees of longitude is refused: it goes the long way round
by the letter of the RFC and the short way in many files, so which is meant is not certain.
"""

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Final

from parley.formats.report import Refused
from parley.words.codes import Edges
from parley.words.volume import Position

VERTICES_MAX: Final = 200_000
"""The most vertices of one feature. On a line the wire allows 2,000; a file may bring more."""
HALF_TURN_NDEG: Final = 180_000_000_000
FULL_TURN_NDEG: Final = 360_000_000_000
POLE_NDEG: Final = 90_000_000_000
_LONG_NDEG: Final = 90_000_000_000
_PIECE_NDEG: Final = 60_000_000_000
_LON_MAX_DEG: Final = 360.0
_LAT_MAX_DEG: Final = 90.0
_PAIR: Final = 2
_TRIANGLE: Final = 3

Note = Callable[[str, str], None]
"""Takes the name of a repair and what was done."""
Planar = tuple[int, int]
"""Longitude and latitude as written, nanodegrees; the longitude may lie beyond 180 degrees."""


def read_point(coordinates: object, place: str, note: Note) -> Planar:
    """Read one position.

    Args:
        coordinates: longitude, latitude and perhaps more.
        place: what it is, for the error ("the point", "vertex 3").
        note: takes what was passed over.

    Raises:
        Refused: position-unreadable, axes-swapped, latitude-out-of-range, longitude-out-of-range.
    """
    if not isinstance(coordinates, list) or len(coordinates) < _PAIR:
        raise Refused("position-unreadable", f"{place} is not [longitude, latitude]", "Correct it.")
    for value in coordinates:
        if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
            detail = f"{place} holds {str(value)[:40]!r}, which is no finite number"
            raise Refused("position-unreadable", detail, "Write decimal degrees.")
    if len(coordinates) > _PAIR:
        note("altitudes-in-positions-not-read", "only floor_m and ceiling_m say how high it is")
    lon_deg, lat_deg = coordinates[0], coordinates[1]
    if abs(lat_deg) > _LAT_MAX_DEG:
        _refuse_latitude(lon_deg, lat_deg, place)
    if abs(lon_deg) > _LON_MAX_DEG:
        detail = f"the longitude of {place} is {lon_deg:,g}"
        raise Refused("longitude-out-of-range", detail, "Write decimal degrees on WGS 84.")
    return round(lon_deg * 1e9), round(lat_deg * 1e9)


def _finite(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:  # a whole number that no double holds
        return False


def _refuse_latitude(lon_deg: float, lat_deg: float, place: str) -> None:
    detail = f"the latitude of {place} is {lat_deg:,g}"
    if abs(lat_deg) <= _LON_MAX_DEG and abs(lon_deg) <= _LAT_MAX_DEG:
        do = "GeoJSON writes longitude first: the two seem to be swapped."
        raise Refused("axes-swapped", detail, do)
    raise Refused("latitude-out-of-range", detail, "Write decimal degrees on WGS 84, longitude first.")


def position_of(point: Planar) -> Position:
    """Return a position with its longitude from -180 to 180 degrees."""
    lon_ndeg, lat_ndeg = point
    if abs(lon_ndeg) > HALF_TURN_NDEG:
        lon_ndeg = (lon_ndeg + HALF_TURN_NDEG) % FULL_TURN_NDEG - HALF_TURN_NDEG
    return Position(lat_ndeg=lat_ndeg, lon_ndeg=lon_ndeg)


def read_path(coordinates: object, what: str, note: Note) -> list[Planar]:
    """Read the positions of a line or ring, without repeated neighbours.

    Raises:
        Refused: geometry-unreadable, geometry-empty, too-many-vertices, and as `read_point`.
    """
    if not isinstance(coordinates, list):
        raise Refused("geometry-unreadable", f"{what} is no list of positions", "Correct it.")
    if not coordinates:
        raise Refused("geometry-empty", f"{what} has no positions", "Give them, or leave the feature out.")
    if len(coordinates) > VERTICES_MAX + 1:  # a ring repeats its first
        detail = f"{what} has {len(coordinates):,} vertices; at most {VERTICES_MAX:,} are read"
        raise Refused("too-many-vertices", detail, "Cut the area in parts, or leave out what adds nothing.")
    path = [read_point(each, f"vertex {k} of {what}", note) for k, each in enumerate(coordinates, 1)]
    kept = [point for k, point in enumerate(path) if k == 0 or point != path[k - 1]]
    if len(kept) < len(path):
        count = len(path) - len(kept)
        note("repeated-vertices-dropped", f"{count:,} vertices of {what} repeated the one before")
    return kept


def read_ring(coordinates: object, what: str, edges: Edges, note: Note, *, hole: bool) -> list[Planar]:
    """Read a linear ring; return its vertices without the closing one.

    Raises:
        Refused: ring-unclosed, ring-too-short, and as `read_path` and `cut_edges`.
    """
    closed = read_path(coordinates, what, note)
    if not isinstance(coordinates, list) or coordinates[0][:2] != coordinates[-1][:2]:
        do = "If nothing is missing, repeat the first position at the end; if the ring was cut off, fetch it again."
        raise Refused("ring-unclosed", f"{what} does not end where it starts", do)
    ring = closed[:-1] if len(closed) > 1 else closed
    if len(set(ring)) < _TRIANGLE:
        detail = f"{what} has fewer than three different vertices, so it has no area"
        raise Refused("polygon-zero-area", detail, "Give a point with radius_m, or a line with half_width_m.")
    ring = cut_edges(ring, what, edges, note, closed=True)
    if (_twice_area(ring) < 0) is not hole:
        note("ring-direction-ignored", f"{what} runs against the right-hand rule; what it encloses is clear")
    return ring


def _twice_area(ring: Sequence[Planar]) -> int:
    """Twice the area in longitude and latitude, positive counterclockwise; exact."""
    return sum(
        before[0] * after[1] - after[0] * before[1]
        for before, after in zip(ring, [*ring[1:], ring[0]], strict=True)
    )


def cut_edges(path: list[Planar], what: str, edges: Edges, note: Note, *, closed: bool) -> list[Planar]:
    """Cut long straight edges, and refuse those of between 180 and 360 degrees; say what was wrapped.

    Geodesic edges go the short way, so nothing is cut.

    Raises:
        Refused: edge-ambiguous, longitudes-over-360.
    """
    lons = [lon for lon, _ in path]
    if max(lons) > HALF_TURN_NDEG or min(lons) < -HALF_TURN_NDEG:
        note("longitudes-wrapped", f"longitudes of {what} beyond 180 degrees were brought back by 360")
    if edges is Edges.GEODESIC:
        return path
    if max(lons) - min(lons) > FULL_TURN_NDEG:
        detail = f"{what} spans more than 360 degrees of longitude"
        raise Refused("longitudes-over-360", detail, "It would lie over itself: correct it.")
    out: list[Planar] = []
    ends = [*path[1:], path[0]] if closed else path[1:]
    for k, (start, end) in enumerate(zip(path, ends, strict=False), 1):
        out.append(start)
        turn, climb = abs(end[0] - start[0]), abs(end[1] - start[1])
        if max(turn, climb) < _LONG_NDEG:
            continue
        if HALF_TURN_NDEG < turn < FULL_TURN_NDEG:
            raise _ambiguous(k, turn, what)
        pieces = -(-max(turn, climb) // _PIECE_NDEG)
        out += [_share(start, end, piece, pieces) for piece in range(1, pieces)]
        note(
            "long-edge-cut",
            f"edge {k} of {what} is straight in longitude and latitude, and long: cut in {pieces}",
        )
    return out if closed else [*out, path[-1]]


def _share(start: Planar, end: Planar, piece: int, pieces: int) -> Planar:
    return (
        start[0] + (end[0] - start[0]) * piece // pieces,
        start[1] + (end[1] - start[1]) * piece // pieces,
    )


def _ambiguous(edge: int, turn_ndeg: int, what: str) -> Refused:
    detail = (
        f"edge {edge} of {what} spans {turn_ndeg / 1e9:,g} degrees of longitude, so its way is not certain"
    )
    do = (
        "If it crosses the antimeridian, cut the area there (RFC 7946 section 3.1.9), write longitudes"
        " beyond 180, or say that its edges are geodesic; if it goes the long way, add vertices between."
    )
    return Refused("edge-ambiguous", detail, do)


def polar_cap(ring: Sequence[Planar]) -> Planar | None:
    """Return the pole and the latitude of a box of all longitudes that reaches a pole; null if it is none.

    Such a box is the same as a circle round the pole. Returns the pole's latitude and the box's other
    latitude, nanodegrees.
    """
    lats = {lat for _, lat in ring}
    lons = [lon for lon, _ in ring]
    pole = max(lats, key=abs)
    if len(lats) != _PAIR or abs(pole) != POLE_NDEG or max(lons) - min(lons) != FULL_TURN_NDEG:
        return None
    corners = {(lon, lat) for lon in (min(lons), max(lons)) for lat in lats}
    if not corners <= set(ring):
        return None
    return pole, min(lats, key=abs)
