"""What is wrong with a volume: the rules that a received or typed volume must meet.

The same volume gives the same answer at every node: rules on straight edges are exact in integers;
rules on geodesic edges use double arithmetic, whose doubt is far below a millimetre.

| rule | breaks it |
|---|---|
| end-before-start | the window ends before it starts |
| floor-above-ceiling | the floor stands above the ceiling, over the same datum |
| circle-radius-zero | the radius is not above 0 |
| polygon-too-few-distinct-vertices | a vertex repeats the one before it (within 0.01 mm), or fewer than three differ |
| polygon-edge-too-long | an edge over 10,000 km or 180 degrees of longitude, whose way is ambiguous |
| polygon-perimeter-too-long | a ring over 100,000 km, more than twice round the Earth |
| polygon-over-pole | a pole is a vertex, on an edge or inside: use a circle |
| polygon-self-crossing | the ring meets itself |
| polygon-zero-area | on average less than a millimetre wide |
"""

from itertools import accumulate
from math import asin, cos, radians, sin, sqrt
from typing import Final

import numpy as np
from msgspec import Struct

from parley.geo.boundary import boundary_of
from parley.geo.crossing import ring_crosses_geodesic, ring_crosses_straight
from parley.geo.ellipsoid import RADIUS_MEAN_M, LatLon, inverse, ring_area_m2
from parley.words.codes import Edges
from parley.words.volume import Area, Band, Circle, Polygon, Position, Volume

EDGE_MAX_M: Final = 10_000_000.0
PERIMETER_MAX_M: Final = 100_000_000.0
EDGE_MIN_M: Final = 0.00001
WIDTH_MIN_M: Final = 0.001
_SMALL_DEG: Final = 10.0
"""The perimeter, some 1,000 km, up to which the quick shoelace is trusted."""
_FULL_TURN_NDEG: Final = 360_000_000_000
_HALF_TURN_NDEG: Final = 180_000_000_000
_POLE_NDEG: Final = 90_000_000_000


class Fault(Struct, frozen=True):
    """One rule that is broken.

    Attributes:
        rule: stable kebab-case name.
        detail: one sentence that says what is wrong and where, without a full stop.
    """

    rule: str
    detail: str


def volume_fault(volume: Volume) -> Fault | None:
    """The first rule that a volume breaks, or null."""
    window = volume.window
    if window.end_ms < window.start_ms:
        early_ms = window.start_ms - window.end_ms
        return Fault("end-before-start", f"the window ends {early_ms} ms before it starts")
    return band_fault(volume.band) or area_fault(volume.area)


def band_fault(band: Band) -> Fault | None:
    """The first rule that an altitude band breaks, or null."""
    floor, ceiling = band.floor, band.ceiling
    if floor is None or ceiling is None or floor.datum is not ceiling.datum:
        return None
    if floor.value_mm <= ceiling.value_mm:
        return None
    over_mm = floor.value_mm - ceiling.value_mm
    return Fault("floor-above-ceiling", f"the floor is {over_mm} mm above the ceiling")


def area_fault(area: Area, *, point: bool = False) -> Fault | None:
    """The first rule that an area breaks, or null.

    Args:
        area: on the WGS 84 ellipsoid.
        point: whether a circle of radius 0 is allowed, as it is for an own position.
    """
    if isinstance(area, Circle):
        if area.radius_mm > 0 or point:
            return None
        return Fault("circle-radius-zero", "the radius of the circle is 0")
    return _vertex_fault(area.ring) or _pole_fault(area.ring) or _length_fault(area.ring) or _ring_fault(area)


def _vertex_fault(ring: tuple[Position, ...]) -> Fault | None:
    rule = "polygon-too-few-distinct-vertices"
    places = [_place(p) for p in ring]
    for k, place in enumerate(places):
        if place == places[k - 1]:
            first, second = (len(places), 1) if k == 0 else (k, k + 1)
            return Fault(rule, f"vertices {first} and {second} are the same place")
    if len(set(places)) < 3:  # noqa: PLR2004 - a triangle
        return Fault(rule, "fewer than three vertices differ")
    return None


def _place(position: Position) -> tuple[int, int]:
    """A key that is equal for equal places: one longitude for the antimeridian, one for each pole."""
    if abs(position.lat_ndeg) == _POLE_NDEG:
        return position.lat_ndeg, 0
    lon_ndeg = position.lon_ndeg
    return position.lat_ndeg, _HALF_TURN_NDEG if lon_ndeg == -_HALF_TURN_NDEG else lon_ndeg


def turns_ndeg(ring: tuple[Position, ...]) -> list[int]:
    """The longitude gained along each edge, the short way round: -180 (left out) to 180 degrees."""
    turns = []
    for k, end in enumerate(ring):
        turn = (end.lon_ndeg - ring[k - 1].lon_ndeg) % _FULL_TURN_NDEG
        turns.append(turn - _FULL_TURN_NDEG if turn > _HALF_TURN_NDEG else turn)
    return turns[1:] + turns[:1]


def _pole_fault(ring: tuple[Position, ...]) -> Fault | None:
    rule, advice = "polygon-over-pole", "use a circle for an area over a pole"
    for k, position in enumerate(ring):
        if abs(position.lat_ndeg) == _POLE_NDEG:
            return Fault(rule, f"vertex {k + 1} is a pole; {advice}")
    turns = turns_ndeg(ring)
    for k, turn in enumerate(turns):
        if turn == _HALF_TURN_NDEG:
            detail = f"the edge after vertex {k + 1} spans 180 degrees of longitude, so its way is ambiguous"
            return Fault("polygon-edge-too-long", detail)
    if sum(turns) != 0:
        return Fault(rule, f"the polygon goes round a pole; {advice}")
    return None


def _length_fault(ring: tuple[Position, ...]) -> Fault | None:
    """Edge and perimeter limits, by great circles on the mean sphere (haversine)."""
    perimeter_m = 0.0
    before = ring[-1]
    lat_rad = radians(before.lat_ndeg / 1e9)
    for k, end in enumerate(ring):
        end_rad = radians(end.lat_ndeg / 1e9)
        half_turn_rad = radians((end.lon_ndeg - before.lon_ndeg) / 2e9)
        share = sin((end_rad - lat_rad) / 2) ** 2 + cos(lat_rad) * cos(end_rad) * sin(half_turn_rad) ** 2
        length_m = 2 * RADIUS_MEAN_M * asin(min(1.0, sqrt(share)))
        vertex = k or len(ring)
        if length_m < EDGE_MIN_M:  # near a pole, where longitudes draw together
            detail = f"vertices {vertex} and {k + 1} are the same place"
            return Fault("polygon-too-few-distinct-vertices", detail)
        if length_m > EDGE_MAX_M:
            return Fault(
                "polygon-edge-too-long",
                f"the edge after vertex {vertex} is {length_m / 1e3:.0f} km long; the limit is 10,000 km",
            )
        perimeter_m += length_m
        before, lat_rad = end, end_rad
    if perimeter_m > PERIMETER_MAX_M:
        length_km = perimeter_m / 1e3
        return Fault("polygon-perimeter-too-long", f"the ring is {length_km:.0f} km; the limit is 100,000 km")
    return None


def _ring_fault(polygon: Polygon) -> Fault | None:
    """Width and crossings: the dear part, last. A figure of eight crosses; it is not called flat."""
    ring = polygon.ring
    if polygon.edges is Edges.STRAIGHT:
        lat_ndeg = [p.lat_ndeg for p in ring]
        lon_ndeg = list(accumulate(turns_ndeg(ring)[:-1], initial=ring[0].lon_ndeg))
        flat = all(
            (lon_ndeg[1] - lon_ndeg[0]) * (lat - lat_ndeg[0])
            == (lat_ndeg[1] - lat_ndeg[0]) * (lon - lon_ndeg[0])
            for lat, lon in zip(lat_ndeg, lon_ndeg, strict=True)
        )
        crossing = not flat and ring_crosses_straight(lat_ndeg, lon_ndeg)
    else:
        points = [(p.lat_ndeg / 1e9, p.lon_ndeg / 1e9) for p in ring]
        thin = _is_thin(ring) and _is_narrow(points)
        flat = thin and _is_line(points)
        repeated = len({_place(p) for p in ring}) < len(ring)
        crossing = not flat and (thin or repeated or ring_crosses_geodesic(boundary_of(polygon)))
    if flat:
        return Fault("polygon-zero-area", "the polygon has no width")
    if crossing:
        return Fault("polygon-self-crossing", "the edges of the polygon meet or cross")
    return None


def _is_thin(ring: tuple[Position, ...]) -> bool:
    """Whether a ring may be a sliver: a quick shoelace in longitude and latitude clears all others."""
    lat = np.array([p.lat_ndeg for p in ring]) / 1e9
    lon = np.cumsum([0, *turns_ndeg(ring)[:-1]]) / 1e9 * float(np.cos(np.radians(lat)).min())
    twice = abs(float(np.dot(lon, np.roll(lat, -1)) - np.dot(np.roll(lon, -1), lat)))
    around = float(np.hypot(np.roll(lon, -1) - lon, np.roll(lat, -1) - lat).sum())
    return around >= _SMALL_DEG or twice <= 1e-3 * around * around


def _is_narrow(points: list[LatLon]) -> bool:
    """Whether a ring of geodesics is under `WIDTH_MIN_M` wide; parts of opposite turn cancel."""
    area_m2, perimeter_m = ring_area_m2(points)
    return 2 * area_m2 < WIDTH_MIN_M * perimeter_m


def _is_line(points: list[LatLon]) -> bool:
    """Whether every vertex lies on one geodesic: no triangle with the first and the farthest has width."""
    first = points[0]
    farthest = max(points[1:], key=lambda point: inverse(first, point)[0])
    return all(_is_narrow([first, farthest, point]) for point in points[1:] if point != farthest)
