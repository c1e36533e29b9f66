"""Which piece of an area a point lies on: a vertex, an edge, a hole's edge, a corridor's leg, a rim.

Edges count from 1: edge 3 runs from vertex 3 to vertex 4. So do vertices, legs, holes and parts.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from parley.geo.boundary import Boundary, dot
from parley.geo.ellipsoid import LatLon, ecef_point
from parley.geo.kernel import feet
from parley.geo.shape import Disc, Shape
from parley.words.volume import Area, Circle, Corridor, MultiPolygon, Polygon, Position

VERTEX_M: Final = 0.01
"""A nearest point this close to a vertex is called the vertex."""
Ring = tuple[Position, ...]


def piece_at(area: Area, shape: Shape, point: LatLon) -> str:
    """Name the piece of an area's outline that is nearest to a point.

    Args:
        area: as it was given.
        shape: the same, ready.
        point: degrees; it lies on the outline, or near it.

    Returns:
        "" for a point, "rim" for a circle, else such as "edge 3", "vertex 1", "edge 2 of hole 1",
        "edge 2 of part 3", "leg 4".
    """
    if isinstance(area, Circle) or isinstance(shape, Disc):
        return "rim" if isinstance(shape, Disc) and shape.radius_m else ""
    boundary = shape.boundary
    at_m = np.array([ecef_point(*point)])
    away = feet(at_m, boundary, np.arange(len(boundary))) - at_m
    nearest = int(dot(away, away).argmin())
    ring = int(boundary.ring[nearest])
    name, vertices = _rings(area)[ring]
    edge = _edge(boundary, ring, vertices, nearest)
    if isinstance(area, Corridor):
        return f"leg {edge + 1}"
    for vertex in (edge, (edge + 1) % len(vertices)):
        corner = (
            np.array(ecef_point(vertices[vertex].lat_ndeg / 1e9, vertices[vertex].lon_ndeg / 1e9)) - at_m[0]
        )
        if float(np.sqrt(corner @ corner)) <= VERTEX_M:
            return f"vertex {vertex + 1}{name}"
    return f"edge {edge + 1}{name}"


def _rings(area: Polygon | MultiPolygon | Corridor) -> list[tuple[str, Ring]]:
    """Every ring or line, in the order of an outline, with what follows the name of its edges."""
    match area:
        case Corridor(line=line):
            return [("", line)]
        case Polygon(ring=ring, holes=holes):
            return list(_named(ring, holes, ""))
        case MultiPolygon(parts=parts):
            return [
                each
                for k, part in enumerate(parts, 1)
                for each in _named(part.ring, part.holes, f" of part {k}")
            ]


def _named(ring: Ring, holes: tuple[Ring, ...], part: str) -> Iterator[tuple[str, Ring]]:
    yield part, ring
    for number, hole in enumerate(holes, 1):
        yield f" of hole {number}{part}", hole


def _edge(boundary: Boundary, ring: int, vertices: Ring, piece: int) -> int:
    """The edge, from 0, to which a piece belongs: an edge's first piece starts in its vertex."""
    first = int(boundary.first[ring])
    after = int(boundary.first[ring + 1]) if ring + 1 < len(boundary.first) else len(boundary)
    if after - first <= len(vertices):  # nothing was cut
        return piece - first
    edge = -1
    lats, lons = boundary.lat_deg[first : piece + 1].tolist(), boundary.lon_deg[first : piece + 1].tolist()
    for lat_deg, lon_deg in zip(lats, lons, strict=True):
        if edge + 1 < len(vertices):
            place = vertices[edge + 1]
            same_lon = (lon_deg - place.lon_ndeg / 1e9) % 360 == 0
            edge += lat_deg == place.lat_ndeg / 1e9 and same_lon
    return edge
