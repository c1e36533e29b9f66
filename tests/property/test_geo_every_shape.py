"""Every shape against every other, by an independent truth: at poles, the antimeridian, crowded.

None missed, none added, and no distance wrong by more than a millimetre. The few cases here run every time;
ten thousand and more are marked slow: `pytest -m slow tests/property/test_geo_every_shape.py`.
"""

import random
from math import pi, sin

import pytest

from parley.geo.distance import gap_within
from parley.geo.shape import shape_of
from parley.geo.validity import area_fault
from parley.words.codes import Edges
from parley.words.volume import Area, Corridor, MultiPolygon, Part, Polygon, Position
from places import LatLon, circle, position, walk
from truth import Truth, true_gap, truth_of

HOMES: dict[str, LatLon] = {
    "crowded": (33.5, 38.6),
    "equator and antimeridian": (0.0, 180.0),
    "north pole": (89.9, 30.0),
    "south pole": (-89.99, 0.0),
    "high antimeridian": (62.0, -179.9),
    "far south": (-71.0, 10.0),
}
DOUBT_M = 0.001
LIMITS_M = (0.0, 1_000.0, 5_000.0, 20_000.0)
Ring = tuple[Position, ...]


def ring_round(chance: random.Random, centre: LatLon, size_m: float, count: int, least: float = 0.3) -> Ring:
    azimuths = [360 * (k + chance.uniform(0.1, 0.9)) / count for k in range(count)]
    return tuple(position(*walk(centre, a, size_m * chance.uniform(least, 1))) for a in azimuths)


def any_polygon(chance: random.Random, at: LatLon, size_m: float, edges: Edges) -> Area:
    return Polygon(ring=ring_round(chance, at, size_m, chance.randint(3, 7)), edges=edges)


def any_holed(chance: random.Random, at: LatLon, size_m: float, edges: Edges) -> Area:
    ring = ring_round(chance, at, size_m, chance.randint(5, 8), least=0.8)
    hole = ring_round(chance, at, size_m * 0.5, chance.randint(3, 6))
    return Polygon(ring=ring, holes=(hole,), edges=edges)


def any_multipolygon(chance: random.Random, at: LatLon, size_m: float, edges: Edges) -> Area:
    places = [walk(at, azimuth, 0.6 * size_m) for azimuth in (40.0, 160.0, 280.0)]
    rings = [ring_round(chance, place, size_m * 0.4, chance.randint(3, 5)) for place in places]
    return MultiPolygon(parts=tuple(Part(ring=ring) for ring in rings[: chance.randint(2, 3)]), edges=edges)


def any_corridor(chance: random.Random, at: LatLon, size_m: float, edges: Edges) -> Area:
    line = [walk(at, chance.uniform(0, 360), size_m * chance.random()) for _ in range(chance.randint(2, 5))]
    half_mm = round(size_m * chance.uniform(0.01, 0.3) * 1_000)
    return Corridor(line=tuple(position(*p) for p in line), half_width_mm=max(1, half_mm), edges=edges)


MAKERS = (any_polygon, any_holed, any_multipolygon, any_corridor)


def any_area(chance: random.Random, home: LatLon, spread_m: float) -> Area:
    """A good area of any shape; what breaks a rule, such as one over a pole, becomes a circle."""
    at = walk(home, chance.uniform(0, 360), spread_m * chance.random())
    size_m = 10 ** chance.uniform(2, 5)
    if chance.random() < 0.25:
        return circle(*at, size_m * chance.choice([0, 1]))
    area = chance.choice(MAKERS)(chance, at, size_m, chance.choice(list(Edges)))
    return area if area_fault(area) is None else circle(*at, size_m)


def assert_true(first: Area, second: Area, truths: tuple[Truth, Truth], limit_m: float) -> None:
    true_m = true_gap(*truths)
    for one, other in ((first, second), (second, first)):
        found = gap_within(shape_of(one), shape_of(other), limit_m)
        if abs(true_m - limit_m) > 2 * DOUBT_M:
            assert (found is not None) is (true_m < limit_m)
        if found is not None:
            assert abs(found.distance_m - true_m) < 1.1 * DOUBT_M


def play(seed: int, home: LatLon, *, circles_only: bool) -> None:
    """One random pair; a circle or point on one side is quick to be sure of."""
    chance = random.Random(seed)  # noqa: S311 - a test's own dice
    first = any_area(chance, home, 60_000)
    if circles_only:
        away_m = chance.choice([60_000, 500_000])
        at = walk(home, chance.uniform(0, 360), away_m * chance.random())
        second: Area = circle(*at, chance.choice([0.0, 1_000.0]))
    else:
        second = any_area(chance, home, 60_000)
    truths = truth_of(first), truth_of(second)
    assert_true(first, second, truths, chance.choice([*LIMITS_M, 1_000_000.0]))


@pytest.mark.parametrize("home", HOMES)
def test_a_point_or_circle_and_every_shape(home: str) -> None:
    for seed in range(40):
        play(seed, HOMES[home], circles_only=True)


@pytest.mark.parametrize("home", HOMES)
def test_every_shape_and_every_shape(home: str) -> None:
    for seed in range(4):
        play(seed, HOMES[home], circles_only=False)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(20))
@pytest.mark.parametrize("home", HOMES)
def test_ten_thousand_pairs(home: str, part: int) -> None:
    for seed in range(100_000 + 90 * part, 100_000 + 90 * (part + 1)):
        play(seed, HOMES[home], circles_only=seed % 9 != 0)


def wheel(centre: LatLon, count: int, size_m: float, edges: Edges) -> Polygon:
    """A ring of many rays, as seen from its middle."""
    ring = tuple(
        position(*walk(centre, 360 * k / count, size_m * (1 if k % 2 else 0.8))) for k in range(count)
    )
    return Polygon(ring=ring, edges=edges)


def play_wheel(home: LatLon, edges: Edges, spots: list[tuple[float, float]]) -> None:
    area = wheel(home, 2_000, 40_000, edges)
    assert area_fault(area) is None
    truth = truth_of(area)
    for azimuth_deg, away_m in spots:
        spot = circle(*walk(home, azimuth_deg, away_m), 0)
        assert_true(area, spot, (truth, truth_of(spot)), 1_000_000.0)


@pytest.mark.parametrize("edges", list(Edges))
def test_two_thousand_vertices(edges: Edges) -> None:
    play_wheel((84.0, 179.9), edges, [(10.3, 20_000.0), (77.7, 39_000.0)])


@pytest.mark.slow
@pytest.mark.parametrize("edges", list(Edges))
@pytest.mark.parametrize("home", HOMES.values())
def test_two_thousand_vertices_everywhere(home: LatLon, edges: Edges) -> None:
    aside = (home[0] - 2 if home[0] > 80 else home[0] + 2, home[1])
    play_wheel(aside, edges, [(200.1, 60_000.0), (333.3, 300_000.0), (5.0, 36_000.0), (95.0, 45_000.0)])


@pytest.mark.parametrize("edges", list(Edges))
@pytest.mark.parametrize("turn", [0.0, 1.0])
def test_long_edges_that_bend_towards_each_other_are_nearest_between_their_ends(
    edges: Edges, turn: float
) -> None:
    """Edges along parallels bow towards the equator, geodesics away from it."""
    north = Polygon(ring=tuple(position(*p) for p in ((62, 0), (62, 4), (63, 2))), edges=Edges.STRAIGHT)
    south = Polygon(ring=tuple(position(*p) for p in ((61.5, 0), (61.9, 2 + turn), (61.5, 4))), edges=edges)
    below = Polygon(
        ring=tuple(position(*p) for p in ((61.95, 0.5), (61.95 + turn * 0.02, 3.5), (61, 2))), edges=edges
    )
    for other in (south, below):
        assert_true(north, other, (truth_of(north), truth_of(other)), 1_000_000.0)


@pytest.mark.parametrize("share", [0.3, 0.7, 0.9999])
def test_a_straight_edge_and_a_geodesic_between_the_same_ends_cross_nowhere_and_touch_at_both(
    share: float,
) -> None:
    """A bow of some 400 m lies between them: what is in it meets the one area and not the other."""
    ends = (62.0, 0.0), (62.0, 2.0)
    top = Polygon(ring=tuple(position(*p) for p in (*ends, (63.0, 1.0))), edges=Edges.GEODESIC)
    bottom = Polygon(ring=tuple(position(*p) for p in (*ends, (61.0, 1.0))), edges=Edges.STRAIGHT)
    found = gap_within(shape_of(top), shape_of(bottom), 10.0)
    assert found is not None
    assert found.distance_m == 0
    spot = circle(62.0 + 0.0004 * sin(pi * share), 2.0 * share, 0)
    for area in (top, bottom):
        assert_true(area, spot, (truth_of(area), truth_of(spot)), 1_000_000.0)


def test_inside_a_hole_is_outside_and_the_hole_s_edge_is_what_is_near() -> None:
    ring = tuple(position(33 + y, 38 + x) for y, x in ((0, 0), (0, 1), (1, 1), (1, 0)))
    hole = tuple(position(33 + y, 38 + x) for y, x in ((0.2, 0.2), (0.2, 0.8), (0.8, 0.8), (0.8, 0.2)))
    area = Polygon(ring=ring, holes=(hole,), edges=Edges.GEODESIC)
    inner = Polygon(
        ring=tuple(position(33 + y, 38 + x) for y, x in ((0.4, 0.4), (0.4, 0.6), (0.6, 0.5))),
        edges=Edges.STRAIGHT,
    )
    around = Polygon(
        ring=tuple(position(33 + y, 38 + x) for y, x in ((-1, -1), (-1, 2), (2, 2), (2, -1))),
        edges=Edges.GEODESIC,
    )
    truth = truth_of(area)
    for other, nought in ((inner, False), (circle(33.5, 38.5, 0), False), (around, True)):
        assert_true(area, other, (truth, truth_of(other)), 1_000_000.0)
        found = gap_within(shape_of(area), shape_of(other), 1_000_000.0)
        assert found is not None
        assert (found.distance_m == 0) is nought


def test_a_corridor_over_a_pole_reaches_both_sides() -> None:
    line = tuple(position(*p) for p in ((89.5, 10), (89.5, -170)))
    corridor = Corridor(line=line, half_width_mm=2_000_000, edges=Edges.GEODESIC)
    for spot in ((90.0, 0.0), (89.7, 100.0), (89.5, -170.5), (89.0, -170.0)):
        point = circle(*spot, 0)
        assert_true(corridor, point, (truth_of(corridor), truth_of(point)), 1_000_000.0)
