"""Areas as lines of pixels: cut to what is near a view, and thinned to what can be seen."""

from itertools import pairwise
from math import hypot
from typing import Final

import numpy as np
from msgspec import Struct

from parley.drawing.projection import View
from parley.geo.boundary import Boundary, boundary_of
from parley.geo.ellipsoid import Floats, LatLon, direct_many
from parley.words.volume import Area, Circle, Corridor

CIRCLE_POINTS: Final = 180
BEYOND: Final = 400.0
"""How far beyond the view lines are kept, pixels."""
THIN: Final = 0.3
"""Points nearer than this to the one before, pixels, are left out."""
Point = tuple[float, float]


class Outline(Struct, frozen=True, eq=False, kw_only=True):
    """An area in a view.

    Attributes:
        lines: closed rings, or the open lines of a corridor.
        width: of a corridor, pixels; null for what has an inside.
        points: single points.
    """

    lines: tuple[tuple[Point, ...], ...]
    width: float | None
    points: tuple[Point, ...]


def places_of(area: Area) -> list[tuple[Floats, Floats]]:
    """Latitudes and longitudes along each ring or line of an area; a point is one place."""
    if isinstance(area, Circle):
        centre: LatLon = (area.centre.lat_ndeg / 1e9, area.centre.lon_ndeg / 1e9)
        if not area.radius_mm:
            return [(np.array([centre[0]]), np.array([centre[1]]))]
        azimuths = np.linspace(0.0, 360.0, CIRCLE_POINTS, endpoint=False)
        return [direct_many(centre, azimuths, np.full(CIRCLE_POINTS, area.radius_mm / 1e3))]
    boundary = boundary_of(area)
    ends = [*boundary.first.tolist()[1:], len(boundary)]
    return [_run(boundary, start, end) for start, end in zip(boundary.first.tolist(), ends, strict=True)]


def _run(boundary: Boundary, start: int, end: int) -> tuple[Floats, Floats]:
    lat, lon = boundary.lat_deg[start:end], boundary.lon_deg[start:end]
    if len(boundary.loose):
        lat = np.append(lat, boundary.end_lat_deg[end - 1])
        lon = np.append(lon, boundary.end_lon_deg[end - 1])
    return lat, lon


def outline_in(view: View, area: Area) -> Outline:
    """Return an area as it stands in a view."""
    runs = [view.pixels(*places) for places in places_of(area)]
    if isinstance(area, Circle) and not area.radius_mm:
        return Outline(lines=(), width=None, points=((float(runs[0][0][0]), float(runs[0][1][0])),))
    if isinstance(area, Corridor):
        width = 2 * area.half_width_mm / 1e3 / view.metres_a_pixel
        lines = tuple(piece for x, y in runs for piece in _open(view, x, y, BEYOND + width))
        return Outline(lines=lines, width=width, points=())
    rings = tuple(ring for x, y in runs if (ring := _closed(view, _thinned(x, y))))
    return Outline(lines=rings, width=None, points=())


def _thinned(x: Floats, y: Floats) -> list[Point]:
    """Leave out points that cannot be told from the one before."""
    kept: list[Point] = []
    for point in zip(x.tolist(), y.tolist(), strict=True):
        if not kept or abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= THIN:
            kept.append(point)
    return kept


def straightened(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Leave out points that lie on the line between those kept (Douglas and Peucker, 1973)."""
    if len(points) <= 2:  # noqa: PLR2004 - the ends stay
        return points
    (x0, y0), (x1, y1) = points[0], points[-1]
    length = hypot(x1 - x0, y1 - y0)
    away = [
        abs((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) / length if length else hypot(x - x0, y - y0)
        for x, y in points[1:-1]
    ]
    farthest = max(range(len(away)), key=away.__getitem__) + 1
    if away[farthest - 1] < THIN:
        return points[0], points[-1]
    return straightened(points[: farthest + 1])[:-1] + straightened(points[farthest:])


def _closed(view: View, ring: list[Point]) -> tuple[Point, ...]:
    """Cut a ring to the view and some way beyond, side by side (Sutherland and Hodgman, 1974)."""
    sides = (
        (0, view.left - BEYOND, 1.0),
        (0, view.right + BEYOND, -1.0),
        (1, view.top - BEYOND, 1.0),
        (1, view.bottom + BEYOND, -1.0),
    )
    for axis, limit, sign in sides:
        kept: list[Point] = []
        for k, end in enumerate(ring):
            start = ring[k - 1]
            inside = (end[axis] - limit) * sign >= 0
            if inside is not ((start[axis] - limit) * sign >= 0):
                kept.append(_cut(start, end, axis, limit))
            if inside:
                kept.append(end)
        ring = kept
        if not ring:
            break
    return tuple(ring)


def _cut(start: Point, end: Point, axis: int, limit: float) -> Point:
    share = (limit - start[axis]) / (end[axis] - start[axis])
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def _open(view: View, x: Floats, y: Floats, far: float) -> list[tuple[Point, ...]]:
    """The pieces of a line whose boxes come as near the view as `far` pixels."""
    pieces: list[list[Point]] = [[]]
    for start, end in pairwise(zip(x.tolist(), y.tolist(), strict=True)):
        near = (
            max(start[0], end[0]) >= view.left - far
            and min(start[0], end[0]) <= view.right + far
            and max(start[1], end[1]) >= view.top - far
            and min(start[1], end[1]) <= view.bottom + far
        )
        if not near:
            pieces.append([])
            continue
        pieces[-1] += [end] if pieces[-1] else [start, end]
    return [tuple(piece) for piece in pieces if piece]
