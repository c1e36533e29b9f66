"""Areas against an independent truth, at random, with poles and the antimeridian."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parley.geo.boundary import boundary_of
from parley.geo.distance import gap
from parley.geo.kernel import contains
from parley.geo.shape import shape_of
from parley.geo.validity import area_fault
from parley.words.codes import Edges
from parley.words.volume import Polygon
from places import (
    LatLon,
    circle,
    degrees,
    edge_paths,
    polygon,
    star,
    true_distance,
    true_inside,
    true_outline_distance,
    walk,
)

CENTRES: list[LatLon] = [
    (33.5, 38.6),
    (0.0, 0.0),
    (0.0, 180.0),
    (60.0, 179.95),
    (-45.0, -179.99),
    (89.7, 20.0),
    (-89.95, 100.0),
]


@st.composite
def stars(draw: st.DrawFn, edges: Edges = Edges.GEODESIC) -> tuple[LatLon, float, Polygon]:
    """A centre, a size in metres and a faultless polygon round about it, none over a pole."""
    seed = draw(st.integers(0, 2**32))
    chance = random.Random(seed)  # noqa: S311 - a test's own dice
    centre = draw(st.sampled_from(CENTRES))
    size_m = draw(st.sampled_from([100.0, 5_000.0, 60_000.0, 300_000.0]))
    count = draw(st.integers(3, 9))
    azimuths = [360 * (k + chance.uniform(0.1, 0.9)) / count for k in range(count)]
    area = star(centre, azimuths, [size_m * chance.uniform(0.3, 1) for _ in azimuths])
    if edges is Edges.STRAIGHT:
        area = polygon(*(degrees(p) for p in area.ring), edges=edges)
    if area_fault(area) is not None:  # over the pole: move away from it
        centre = (centre[0] - 12 if centre[0] > 0 else centre[0] + 12, centre[1])
        area = star(centre, azimuths, [size_m * chance.uniform(0.3, 1) for _ in azimuths])
    return centre, size_m, area


@given(stars(), st.floats(0, 360), st.floats(0, 1.6))
@settings(max_examples=60, deadline=None)
def test_a_point_and_a_polygon(case: tuple[LatLon, float, Polygon], azimuth_deg: float, share: float) -> None:
    centre, size_m, area = case
    point = walk(centre, azimuth_deg, size_m * share)
    spot = circle(*point, 0)
    outline_m = true_outline_distance(degrees(spot.centre), area)
    found = gap(shape_of(spot), shape_of(area)).distance_m
    if outline_m < 0.01:
        assert found <= 0.011
        return
    inside = true_inside(degrees(spot.centre), area)
    assert contains(boundary_of(area), *degrees(spot.centre)) is inside
    assert found == pytest.approx(0 if inside else outline_m, abs=0.001)


@given(stars(Edges.STRAIGHT), st.floats(0, 360), st.floats(0.5, 1.6))
@settings(max_examples=30, deadline=None)
def test_a_point_and_straight_edges(
    case: tuple[LatLon, float, Polygon], azimuth_deg: float, share: float
) -> None:
    centre, size_m, area = case
    spot = circle(*walk(centre, azimuth_deg, size_m * share), 0)
    shape = shape_of(area)
    found = gap(shape_of(spot), shape).distance_m
    if found > 0:
        assert found == pytest.approx(true_outline_distance(degrees(spot.centre), area), abs=0.001)


@given(stars(), stars(), st.floats(0, 360), st.floats(0.1, 2))
@settings(max_examples=40, deadline=None)
def test_two_polygons(
    first: tuple[LatLon, float, Polygon],
    second: tuple[LatLon, float, Polygon],
    azimuth_deg: float,
    share: float,
) -> None:
    """The gap is never longer than between any two sampled points, and its ends are where it says.

    Where the gap is 0, the common point lies in both.
    """
    (centre, size_m, area), (home, reach_m, other) = first, second
    there = walk(centre, azimuth_deg, share * (size_m + reach_m))
    moved = star(there, *zip(*(_seen(home, degrees(p)) for p in other.ring), strict=True))
    if area_fault(moved) is not None:
        return
    found = gap(shape_of(area), shape_of(moved))
    if found.distance_m == 0:
        assert found.first == found.second
        for holder in (area, moved):
            assert true_outline_distance(found.first, holder) < 0.001 or true_inside(found.first, holder)
        return
    assert true_distance(found.first, found.second) == pytest.approx(found.distance_m, abs=1e-6)
    assert true_outline_distance(found.first, area) < 0.001
    assert true_outline_distance(found.second, moved) < 0.001
    samples = [path(k / 8) for path in edge_paths(area) for k in range(8)]
    least_m = min(true_outline_distance(point, moved) for point in samples[:: max(1, len(samples) // 12)])
    assert found.distance_m <= least_m + 0.001


def _seen(start: LatLon, end: LatLon) -> tuple[float, float]:
    from parley.geo.ellipsoid import inverse  # noqa: PLC0415 - only to lay the second polygon out again

    length_m, azimuth_deg = inverse(start, end)
    return azimuth_deg, length_m
