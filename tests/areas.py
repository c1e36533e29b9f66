"""Areas of every shape at random, for tests that hold an index to the exact step."""

import random
from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from parley.geo.validity import area_fault
from parley.words.codes import Edges
from parley.words.volume import Area, Circle, Corridor, MultiPolygon, Part, Polygon, Position
from places import LatLon, circle, degrees, polygon, position, star, walk

HOMES: Final[list[LatLon]] = [
    (33.5, 38.6),
    (0.0, 180.0),
    (89.9, 30.0),
    (-89.99, 0.0),
    (60.0, -179.9),
    (0.0, 0.0),
]
"""A crowded country, both poles, the antimeridian, and where the equator makes areas widest."""
CORNERS: Final = (3, 5, 8, 12, 90)


def any_area(
    chance: random.Random, home: LatLon, *, spread_m: float = 40_000, corners: Sequence[int] = CORNERS
) -> Area:
    """One of all shapes, from 30 m to hundreds of kilometres, somewhere round a home.

    Args:
        chance: the dice.
        home: latitude and longitude, degrees.
        spread_m: how far from there its middle may lie.
        corners: how many vertices a ring may have.
    """
    size_m = 10 ** chance.uniform(1.5, chance.choice([3.5, 4.7, 5.6]))
    at = walk(home, chance.uniform(0, 360), spread_m * chance.random() ** 0.5)
    if chance.random() < 0.4:
        return circle(*at, size_m)
    if chance.random() < 0.2:
        line = [walk(at, chance.uniform(0, 360), size_m) for _ in range(chance.randint(2, 6))]
        lane = corridor(*line, half_width_m=size_m * chance.choice([0.001, 0.1, 2]))
        return lane if area_fault(lane) is None else circle(*at, size_m)
    count = chance.choice(corners)
    azimuths = [360 * (k + chance.uniform(0.1, 0.9)) / count for k in range(count)]
    area = star(at, azimuths, [size_m * chance.uniform(0.3, 1) for _ in azimuths])
    if chance.random() < 0.2 and size_m < 50_000:
        area = polygon(*(degrees(p) for p in area.ring), edges=Edges.STRAIGHT)
    holed = replace(area, holes=(star(at, azimuths, [size_m * 0.15 for _ in azimuths]).ring,))
    if chance.random() < 0.5 and area_fault(holed) is None:
        area = holed
    other = replace(star(walk(at, 90, 2.5 * size_m), azimuths, [size_m for _ in azimuths]), edges=area.edges)
    both = MultiPolygon(
        parts=(Part(ring=area.ring, holes=area.holes), Part(ring=other.ring)), edges=area.edges
    )
    if chance.random() < 0.3 and area_fault(both) is None:
        return both
    return area if area_fault(area) is None else circle(*at, size_m)


def corridor(*line: LatLon, half_width_m: float) -> Corridor:
    """A corridor along geodesics."""
    return Corridor(
        line=tuple(position(*vertex) for vertex in line),
        half_width_mm=round(half_width_m * 1000),
        edges=Edges.GEODESIC,
    )


def vertices(area: Area) -> Sequence[Position]:
    """Every vertex of an area, ring after ring; of a circle its centre."""
    match area:
        case Circle():
            return (area.centre,)
        case Polygon():
            return (*area.ring, *(vertex for hole in area.holes for vertex in hole))
        case MultiPolygon():
            return [
                vertex
                for part in area.parts
                for vertex in (*part.ring, *(vertex for hole in part.holes for vertex in hole))
            ]
        case Corridor():
            return area.line
