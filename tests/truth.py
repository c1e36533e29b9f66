"""An independent truth for every shape: geographiclib's geodesics and brute force, nothing of ours.

A shape is its edges, each a function from 0..1 to a point, and what lies around them. Distances are those
between points, by geographiclib alone; the least along an edge is sought by samples and golden section, and
between two edges by one search inside another. Inside a ring of geodesics is where the azimuths of its
vertices turn once round; inside a ring that is straight in longitude and latitude is told in that plane.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from geographiclib.geodesic import Geodesic

from parley.words.codes import Edges
from parley.words.volume import Area, Circle, Corridor, MultiPolygon
from places import LatLon, degrees, true_distance

_WGS84 = Geodesic.WGS84
_GOLDEN = 0.6180339887498949
_SAMPLES = 8
_GRID = 5
_BEST = 3
Path = Callable[[float], LatLon]
Ring = list[LatLon]


@dataclass(frozen=True)
class Edge:
    """One edge, or a point (whose length is 0)."""

    start: LatLon
    end: LatLon
    path: Path
    length_m: float


@dataclass(frozen=True)
class Truth:
    """A shape as this file sees it: all within `radius_m` of its edges, and what its rings surround."""

    edges: list[Edge]
    radius_m: float
    rings: list[Ring]
    kind: Edges

    def inside(self, point: LatLon) -> bool:
        """Whether an odd number of rings surrounds a point."""
        inside = _turns_round if self.kind is Edges.GEODESIC else _surrounds_in_plane
        return sum(inside(point, ring) for ring in self.rings) % 2 == 1


def truth_of(area: Area) -> Truth:
    """See an area."""
    if isinstance(area, Circle):
        centre = degrees(area.centre)
        point = Edge(centre, centre, lambda _: centre, 0.0)
        return Truth([point], area.radius_mm / 1_000, [], Edges.GEODESIC)
    if isinstance(area, Corridor):
        line = [degrees(p) for p in area.line]
        return Truth(
            [_edge(a, b, area.edges) for a, b in pairwise(line)], area.half_width_mm / 1_000, [], area.edges
        )
    parts = area.parts if isinstance(area, MultiPolygon) else (area,)
    rings = [[degrees(p) for p in ring] for part in parts for ring in (part.ring, *part.holes)]
    edges = [_edge(a, b, area.edges) for ring in rings for a, b in pairwise([*ring, ring[0]])]
    return Truth(edges, 0.0, rings, area.edges)


def true_gap(first: Truth, second: Truth) -> float:
    """The distance between two shapes, metres; 0 if they meet."""
    for one, other in ((first, second), (second, first)):
        if any(other.inside(edge.start) for edge in one.edges):
            return 0.0
    return max(0.0, _edges_apart(first, second) - first.radius_m - second.radius_m)


def _edge(start: LatLon, end: LatLon, kind: Edges) -> Edge:
    length_m = true_distance(start, end)
    if kind is Edges.GEODESIC:
        line = _WGS84.InverseLine(*start, *end)

        def geodesic(t: float) -> LatLon:
            found = line.Position(line.s13 * t)
            return found["lat2"], found["lon2"]

        return Edge(start, end, geodesic, length_m)
    turn = (end[1] - start[1] + 180) % 360 - 180
    climb = end[0] - start[0]
    # Twice the length is surely no less than that of the edge itself, as far as it turns here.
    return Edge(start, end, lambda t: (start[0] + climb * t, start[1] + turn * t), 2 * length_m)


def _edges_apart(first: Truth, second: Truth) -> float:
    """The least distance between two sets of edges: the promising pairs, found by samples, to the end."""
    if len(first.edges) > len(second.edges):
        first, second = second, first
    best_m = min(true_distance(a.start, b.start) for a in first.edges for b in second.edges)
    sampled: list[tuple[float, Edge, Edge]] = []
    for a in first.edges:
        for b in second.edges:
            away_m = min(true_distance(p, q) for p in (a.start, a.end) for q in (b.start, b.end))
            if away_m - (a.length_m + b.length_m) / 2 > best_m:
                continue
            near_m = min(true_distance(p, q) for p in _samples(a) for q in _samples(b))
            best_m = min(best_m, near_m)
            sampled.append((near_m, a, b))
    sampled.sort(key=lambda each: each[0])
    for near_m, a, b in sampled:
        step_m = (a.length_m + b.length_m) / (2 * (_GRID - 1))
        if near_m - step_m > best_m and (near_m, a, b) not in sampled[:_BEST]:
            continue
        best_m = min(best_m, _pair_apart(a, b))
    return best_m


def _samples(edge: Edge) -> Iterator[LatLon]:
    if not edge.length_m:
        return iter((edge.start,))
    return (edge.path(k / (_GRID - 1)) for k in range(_GRID))


def _pair_apart(a: Edge, b: Edge) -> float:
    if not a.length_m:
        return _least(lambda t: true_distance(a.start, b.path(t)))
    return _least(lambda s: _from_point(a.path(s), b))


def _from_point(point: LatLon, edge: Edge) -> float:
    return _least(lambda t: true_distance(point, edge.path(t)))


def _least(function: Callable[[float], float]) -> float:
    """The least value on 0..1: samples, then golden section between the neighbours of the least."""
    values = [function(k / _SAMPLES) for k in range(_SAMPLES + 1)]
    best = min(range(_SAMPLES + 1), key=values.__getitem__)
    low, high = max(0, best - 1) / _SAMPLES, min(_SAMPLES, best + 1) / _SAMPLES
    a, b = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_a, at_b = function(a), function(b)
    while high - low > 1e-7:
        if at_a < at_b:
            high, b, at_b = b, a, at_a
            a = high - _GOLDEN * (high - low)
            at_a = function(a)
        else:
            low, a, at_a = a, b, at_b
            b = low + _GOLDEN * (high - low)
            at_b = function(b)
    return min(at_a, at_b, values[best])


def _turns_round(point: LatLon, ring: Ring) -> bool:
    """A geodesic that does not hold the point turns by less than half a turn, seen from it."""
    seen = [_WGS84.Inverse(*point, *vertex)["azi1"] for vertex in ring]
    turned = sum((b - a + 180) % 360 - 180 for a, b in pairwise([*seen, seen[0]]))
    return bool(abs(turned) > 180)


def _surrounds_in_plane(point: LatLon, ring: Ring) -> bool:
    lat, inside = point[0], False
    lons = [0.0]
    for a, b in pairwise([*ring, ring[0]]):
        lons.append(lons[-1] + (b[1] - a[1] + 180) % 360 - 180)
    middle = ring[0][1] + (min(lons) + max(lons)) / 2
    lon = middle + (point[1] - middle + 180) % 360 - 180 - ring[0][1]
    lats = [vertex[0] for vertex in ring] + [ring[0][0]]
    for (x0, x1), (y0, y1) in zip(pairwise(lons), pairwise(lats), strict=True):
        if (x0 > lon) != (x1 > lon) and lat < y0 + (lon - x0) / (x1 - x0) * (y1 - y0):
            inside = not inside
    return inside
