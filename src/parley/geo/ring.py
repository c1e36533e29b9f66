"""What is wrong with one ring, or with the line of a corridor, by itself. The rules are in `validity`."""

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from math import asin, cos, radians, sin, sqrt
from typing import Final

import numpy as np
from msgspec import Struct

from parley.geo.boundary import outline
from parley.geo.crossing import ring_crosses_geodesic, ring_crosses_straight, ring_is_convex
from parley.geo.ellipsoid import RADIUS_MEAN_M, LatLon, inverse, ring_area_m2
from parley.words.codes import Edges
from parley.words.volume import Position

EDGE_MAX_M: Final = 10_000_000.0
PERIMETER_MAX_M: Final = 100_000_000.0
WINDING_MAX_DEG: Final = 36_000.0
EDGE_MIN_M: Final = 0.00001
WIDTH_MIN_M: Final = 0.001
_SMALL_DEG: Final = 10.0
"""The perimeter, some 1,000 km, up to which the quick shoelace is trusted."""
_FULL_TURN_NDEG: Final = 360_000_000_000
_HALF_TURN_NDEG: Final = 180_000_000_000
_POLE_NDEG: Final = 90_000_000_000
_ADVICE: Final = "use a circle for an area over a pole"


class Fault(Struct, frozen=True):
    """One rule that is broken.

    Attributes:
        rule: stable kebab-case name.
        detail: one sentence that says what is wrong and where, without a full stop.
    """

    rule: str
    detail: str


def ring_fault(ring: tuple[Position, ...], edges: Edges) -> Fault | None:
    """The first rule that one ring breaks, or null; the dear ones last."""
    return _repeated_fault(ring) or _pole_fault(ring) or _length_fault(ring) or _crossing_fault(ring, edges)


def line_fault(line: tuple[Position, ...], edges: Edges) -> Fault | None:
    """The first rule that the line of a corridor breaks, or null. It may cross itself and a pole."""
    for k in range(1, len(line)):
        if place(line[k - 1]) == place(line[k]):
            return Fault("corridor-position-repeated", f"positions {k} and {k + 1} are the same place")
    if edges is Edges.STRAIGHT:
        for k, turn in enumerate(_turns_ndeg(line)[:-1], 1):
            if turn == _HALF_TURN_NDEG:
                detail = (
                    f"the edge after position {k} spans 180 degrees of longitude, so its way is ambiguous"
                )
                return Fault("corridor-edge-too-long", detail)
    length_m = 0.0
    for k, (start, end) in enumerate(pairwise(line), 1):
        edge_m = _great_circle_m(start, end)
        if edge_m < EDGE_MIN_M:
            return Fault("corridor-position-repeated", f"positions {k} and {k + 1} are the same place")
        if edge_m > EDGE_MAX_M:
            detail = f"the edge after position {k} is {edge_m / 1e3:.0f} km long; the limit is 10,000 km"
            return Fault("corridor-edge-too-long", detail)
        length_m += edge_m
    if length_m > PERIMETER_MAX_M:
        return Fault("corridor-too-long", f"the line is {length_m / 1e3:.0f} km; the limit is 100,000 km")
    return winding_fault([_turns_ndeg(line)[:-1]], edges)


def _repeated_fault(ring: tuple[Position, ...]) -> Fault | None:
    rule = "polygon-too-few-distinct-vertices"
    places = [place(p) for p in ring]
    for k, one in enumerate(places):
        if one == places[k - 1]:
            first, second = (len(places), 1) if k == 0 else (k, k + 1)
            return Fault(rule, f"vertices {first} and {second} are the same place")
    if len(set(places)) < 3:  # noqa: PLR2004 - a triangle
        return Fault(rule, "fewer than three vertices differ")
    return None


def place(position: Position) -> tuple[int, int]:
    """A key that is equal for equal places: one longitude for the antimeridian, one for each pole."""
    if abs(position.lat_ndeg) == _POLE_NDEG:
        return position.lat_ndeg, 0
    lon_ndeg = position.lon_ndeg
    return position.lat_ndeg, _HALF_TURN_NDEG if lon_ndeg == -_HALF_TURN_NDEG else lon_ndeg


def _turns_ndeg(ring: tuple[Position, ...]) -> list[int]:
    """The longitude gained along each edge, the short way round: -180 (left out) to 180 degrees."""
    turns = []
    for k, end in enumerate(ring):
        turn = (end.lon_ndeg - ring[k - 1].lon_ndeg) % _FULL_TURN_NDEG
        turns.append(turn - _FULL_TURN_NDEG if turn > _HALF_TURN_NDEG else turn)
    return turns[1:] + turns[:1]


def _pole_fault(ring: tuple[Position, ...]) -> Fault | None:
    rule = "polygon-over-pole"
    for k, position in enumerate(ring):
        if abs(position.lat_ndeg) == _POLE_NDEG:
            return Fault(rule, f"vertex {k + 1} is a pole; {_ADVICE}")
    turns = _turns_ndeg(ring)
    for k, turn in enumerate(turns):
        if turn == _HALF_TURN_NDEG:
            detail = f"the edge after vertex {k + 1} spans 180 degrees of longitude, so its way is ambiguous"
            return Fault("polygon-edge-too-long", detail)
    if sum(turns) != 0:
        return Fault(rule, f"the polygon goes round a pole; {_ADVICE}")
    return None


def _length_fault(ring: tuple[Position, ...]) -> Fault | None:
    """The limits of an edge."""
    for k, end in enumerate(ring):
        length_m = _great_circle_m(ring[k - 1], end)
        vertex = k or len(ring)
        if length_m < EDGE_MIN_M:  # near a pole, where longitudes draw together
            detail = f"vertices {vertex} and {k + 1} are the same place"
            return Fault("polygon-too-few-distinct-vertices", detail)
        if length_m > EDGE_MAX_M:
            return Fault(
                "polygon-edge-too-long",
                f"the edge after vertex {vertex} is {length_m / 1e3:.0f} km long; the limit is 10,000 km",
            )
    return None


def extent_fault(rings: Sequence[tuple[Position, ...]], edges: Edges) -> Fault | None:
    """Whether all rings together are too long, or wind too far: either would make a comparison dear."""
    length_m = sum(_great_circle_m(ring[k - 1], end) for ring in rings for k, end in enumerate(ring))
    if length_m > PERIMETER_MAX_M:
        length_km = length_m / 1e3
        return Fault(
            "polygon-perimeter-too-long", f"the rings are {length_km:.0f} km; the limit is 100,000 km"
        )
    return winding_fault([_turns_ndeg(ring) for ring in rings], edges)


def winding_fault(turns_ndeg: Iterable[Iterable[int]], edges: Edges) -> Fault | None:
    """Whether straight edges gain too much longitude; a geodesic near a pole is short whatever it gains."""
    turned_deg = sum(abs(turn) for turns in turns_ndeg for turn in turns) / 1e9
    if edges is Edges.GEODESIC or turned_deg <= WINDING_MAX_DEG:
        return None
    detail = f"the straight edges turn through {turned_deg:,.0f} degrees of longitude; the limit is 36,000"
    return Fault("area-winds-too-far", detail)


def _great_circle_m(start: Position, end: Position) -> float:
    """The length of a great circle on the mean sphere (haversine)."""
    lat_rad, end_rad = radians(start.lat_ndeg / 1e9), radians(end.lat_ndeg / 1e9)
    half_turn_rad = radians((end.lon_ndeg - start.lon_ndeg) / 2e9)
    share = sin((end_rad - lat_rad) / 2) ** 2 + cos(lat_rad) * cos(end_rad) * sin(half_turn_rad) ** 2
    return 2 * RADIUS_MEAN_M * asin(min(1.0, sqrt(share)))


def unrolled_ndeg(ring: tuple[Position, ...]) -> tuple[list[int], list[int]]:
    """Latitudes and longitudes without a jump between neighbours, beyond 180 degrees if need be."""
    return [p.lat_ndeg for p in ring], list(accumulate(_turns_ndeg(ring)[:-1], initial=ring[0].lon_ndeg))


def _crossing_fault(ring: tuple[Position, ...], edges: Edges) -> Fault | None:
    """Width and crossings. A figure of eight crosses; it is not called flat."""
    if edges is Edges.STRAIGHT:
        lat_ndeg, lon_ndeg = unrolled_ndeg(ring)
        if ring_is_convex(lat_ndeg, lon_ndeg):  # most are, and this is the cheapest to know
            return None
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
        repeated = len({place(p) for p in ring}) < len(ring)
        crossing = not flat and (thin or repeated or ring_crosses_geodesic(outline([ring], edges)))
    if flat:
        return Fault("polygon-zero-area", "the polygon has no width")
    if crossing:
        return Fault("polygon-self-crossing", "the edges of the polygon meet or cross")
    return None


def _is_thin(ring: tuple[Position, ...]) -> bool:
    """Whether a ring may be a sliver: a quick shoelace in longitude and latitude clears all others."""
    lat = np.array([p.lat_ndeg for p in ring]) / 1e9
    lon = np.cumsum([0, *_turns_ndeg(ring)[:-1]]) / 1e9 * float(np.cos(np.radians(lat)).min())
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
