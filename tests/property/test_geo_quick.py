"""The quick bounds never differ from the exact step, and leave little to it."""

import random
from collections import Counter

import pytest

from parley.geo.distance import gap, gap_within
from parley.geo.quick import decide, near, quick_of
from parley.geo.shape import Shape, shape_of
from parley.geo.validity import area_fault
from parley.words.codes import Edges
from parley.words.volume import Area, Circle
from places import LatLon, circle, degrees, polygon, star, walk

HOMES: list[LatLon] = [(33.5, 38.6), (0.0, 180.0), (89.9, 30.0), (-89.99, 0.0), (60.0, -179.9), (0.0, 0.0)]


def any_area(chance: random.Random, at: LatLon) -> Area:
    """A point, circle, or polygon of 3 to 12 vertices, from metres to hundreds of kilometres."""
    size_m = 10 ** chance.uniform(1, 5.5)
    kind = chance.random()
    if kind < 0.1:
        return circle(*at, 0)
    if kind < 0.5:
        return circle(*at, size_m)
    count = chance.randint(3, 12)
    azimuths = [360 * (k + chance.uniform(0.1, 0.9)) / count for k in range(count)]
    area = star(at, azimuths, [size_m * chance.uniform(0.2, 1) for _ in azimuths])
    if chance.random() < 0.2:
        area = polygon(*(degrees(p) for p in area.ring), edges=Edges.STRAIGHT)
    return area if area_fault(area) is None else circle(*at, size_m)


def any_pair(chance: random.Random) -> tuple[Shape, Shape]:
    home = chance.choice(HOMES)
    away_m = chance.uniform(0, 10 ** chance.uniform(2, 6))
    return shape_of(any_area(chance, home)), shape_of(
        any_area(chance, walk(home, chance.uniform(0, 360), away_m))
    )


@pytest.mark.parametrize("seed", range(10))
def test_the_quick_answer_is_the_exact_one(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test's own dice
    for _ in range(150):
        first, second = any_pair(chance)
        found_m = gap(first, second).distance_m
        limits_m = [0.0, chance.choice([1_000.0, 5_000.0, 20_000.0])]
        limits_m += [max(0.0, found_m + beside) for beside in (-30, -0.1, -0.002, 0.0, 0.002, 0.1, 30)]
        for limit_m in limits_m:
            exact = gap_within(first, second, limit_m) is not None
            for one, other in ((first, second), (second, first)):
                assert decide(quick_of(one), quick_of(other), limit_m) in {None, exact}
                assert near(one, other, limit_m) is (gap_within(one, other, limit_m) is not None)


def test_few_pairs_are_left_to_the_exact_step() -> None:
    chance = random.Random(1)  # noqa: S311 - a test's own dice
    said: Counter[bool | None] = Counter()
    while said.total() < 400:
        at = walk((33.5, 38.6), chance.uniform(0, 360), chance.uniform(0, 60_000))
        areas = [any_area(chance, (33.5, 38.6)), any_area(chance, at)]
        if all(isinstance(area, Circle) or area.edges is Edges.GEODESIC for area in areas):
            first, second = map(shape_of, areas)
            said[decide(quick_of(first), quick_of(second), 5_000.0)] += 1
    assert said[None] < 20
    assert said[True] > 50 < said[False]
