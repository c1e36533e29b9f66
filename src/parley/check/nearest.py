"""Which piece of an area a point lies on: a vertex, an edge, a hole's edge, a corridor's leg, a rim.

Edges count from 1: edge 3 runs from vertex 3 to vertex 4. So do vertices, legs, holes and parts.
"""

from typing import Final

import numpy as np

from parley.geo.boundary import Boundary, Indices, dot, outline
from parley.geo.ellipsoid import LatLon, ecef_point
from parley.geo.kernel import feet
from parley.words.codes import Edges
from parley.words.volume import Area, Circle, Corridor, Polygon, Position

VERTEX_M: Final = 0.01
"""A nearest point this close to a vertex is called the vertex."""


def piece_at(area: Area, point: LatLon) -> str:
    """Name the piece of an area's outline that is nearest to a point.

    Args:
        area: without faults, and no area of several parts.
        point: degrees; it lies on the outline, or near it.

    Returns:
        "" for a point, "rim" for a circle, else such as "edge 3", "vertex 1", "edge 2 of hole 1", "leg 4".
    """
    match area:
        case Circle(radius_mm=radius_mm):
            return "rim" if radius_mm else ""
        case Corridor(line=line, edges=edges):
            number, _, _ = _nearest(line, edges, point, closed=False)
            return f"leg {number}"
        case Polygon(ring=ring, holes=holes, edges=edges):
            rings = [("", ring), *((f" of hole {k}", hole) for k, hole in enumerate(holes, 1))]
            found = [(_nearest(vertices, edges, point, closed=True), name) for name, vertices in rings]
            (number, at_vertex, _), name = min(found, key=lambda each: each[0][2])
            return f"{'vertex' if at_vertex else 'edge'} {number}{name}"
        case _:
            raise AssertionError("an area of several parts is named part by part")


def _nearest(
    vertices: tuple[Position, ...], edges: Edges, point: LatLon, *, closed: bool
) -> tuple[int, bool, float]:
    """The number of the nearest edge, or of its vertex and True; and how far away it is, metres."""
    if not closed and len(vertices) == 2:  # noqa: PLR2004 - one leg: there is no choice
        return 1, False, 0.0
    boundary = outline([vertices], edges, closed=closed)
    edge_of = _edges_of_pieces(vertices, boundary)
    which = np.arange(len(boundary))
    at_m = np.array([ecef_point(*point)])
    away = feet(at_m, boundary, which) - at_m
    away2 = dot(away, away)
    edge = int(edge_of[which[int(away2.argmin())]])
    away_m = float(np.sqrt(away2.min()))
    for vertex in (edge, (edge + 1) % len(vertices)) if closed else ():
        place = vertices[vertex]
        corner = np.array(ecef_point(place.lat_ndeg / 1e9, place.lon_ndeg / 1e9)) - at_m[0]
        if float(np.sqrt(corner @ corner)) <= VERTEX_M:
            return vertex + 1, True, away_m
    return edge + 1, False, away_m


def _edges_of_pieces(vertices: tuple[Position, ...], boundary: Boundary) -> Indices:
    """The edge, from 0, to which each piece belongs: an edge's first piece starts in its vertex."""
    if len(boundary) <= len(vertices):  # nothing was cut
        return np.arange(len(boundary))
    starts = zip(boundary.lat_deg.tolist(), boundary.lon_deg.tolist(), strict=True)
    edge, edges = -1, []
    for lat_deg, lon_deg in starts:
        if edge + 1 < len(vertices):
            place = vertices[edge + 1]
            same_lon = (lon_deg - place.lon_ndeg / 1e9) % 360 == 0
            edge += lat_deg == place.lat_ndeg / 1e9 and same_lon
        edges.append(edge)
    return np.array(edges, dtype=np.intp)
