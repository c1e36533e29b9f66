"""No hit is missed and none is made up: the whole check against every pair by an independent truth."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from parley.adapters.volume_index import MemoryVolumeIndex
from parley.check.engine import CheckEngine
from parley.check.model import Level, Separation
from parley.geo.validity import area_fault
from parley.picture.model import Layer, OwnItem, OwnKind, Picture
from parley.words.volume import Area, Band, Circle, Polygon, Volume, Window
from places import (
    NOON_MS,
    LatLon,
    band,
    circle,
    degrees,
    star,
    true_distance,
    true_inside,
    true_outline_distance,
    volume,
    walk,
    window,
)

HOMES: list[LatLon] = [(33.5, 38.6), (0.0, 180.0), (89.9, 30.0), (-89.99, 0.0), (60.0, -179.9), (0.0, 0.0)]
SEPARATION = Separation(horizontal_m=5_000, vertical_m=300, time_s=900)
DOUBT_M = 0.002
"""Gaps this near the limit may fall on either side."""


def any_area(chance: random.Random, near: LatLon, *, point: bool) -> Area:
    at = walk(near, chance.uniform(0, 360), 60_000 * chance.random() ** 2)
    if point or chance.random() < 0.5:
        return circle(*at, 0 if point else chance.uniform(100, 20_000))
    count = chance.randint(3, 6)
    azimuths = [360 * (k + chance.uniform(0.1, 0.9)) / count for k in range(count)]
    area = star(at, azimuths, [chance.uniform(500, 20_000) for _ in azimuths])
    return area if area_fault(area) is None else circle(*at, 1_000)


def true_gap(first: Area, second: Area) -> float:
    """At least one of the areas is a circle."""
    if not isinstance(first, Circle):
        first, second = second, first
    assert isinstance(first, Circle)
    centre, radius_m = degrees(first.centre), first.radius_mm / 1000
    if isinstance(second, Circle):
        return max(0.0, true_distance(centre, degrees(second.centre)) - radius_m - second.radius_mm / 1000)
    assert isinstance(second, Polygon)
    if true_inside(centre, second, samples=60):
        return 0.0
    return max(0.0, true_outline_distance(centre, second) - radius_m)


def vertical_gap_m(first: Band, second: Band) -> float:
    """Over one datum."""
    gaps = [
        (low.value_mm - high.value_mm) / 1000
        for low, high in ((first.floor, second.ceiling), (second.floor, first.ceiling))
        if low is not None and high is not None
    ]
    return max(0.0, *gaps) if gaps else 0.0


def time_gap_s(first: Window, second: Window | None) -> float:
    if second is None:
        return 0.0
    return max(0.0, (second.start_ms - first.end_ms) / 1000, (first.start_ms - second.end_ms) / 1000)


def any_band(chance: random.Random) -> Band:
    floor = chance.choice([None, chance.uniform(0, 2_000)])
    return band(floor, chance.choice([None, (floor or 0) + chance.uniform(0, 500)]))


def any_window(chance: random.Random) -> Window:
    start_h = chance.uniform(0, 4)
    return window(start_h, start_h + chance.uniform(0, 1))


@given(st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_the_check_equals_every_pair_by_an_independent_truth(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test's own dice
    home = chance.choice(HOMES)
    items = tuple(
        OwnItem(
            id=f"i{k}",
            name=f"I-{k}",
            kind=OwnKind.SITE,
            layer="all",
            area=any_area(chance, home, point=chance.random() < 0.7),
            band=chance.choice([None, any_band(chance)]),
            window=chance.choice([None, any_window(chance)]),
            as_of_ms=NOON_MS,
        )
        for k in range(14)
    )
    checked = volume(any_area(chance, home, point=False), any_band(chance), any_window(chance))
    if not isinstance(checked.area, Circle):
        items = tuple(item for item in items if isinstance(item.area, Circle))
    engine = CheckEngine(MemoryVolumeIndex())
    engine.set_picture(
        Picture(layers=(Layer(name="all", compartment=None, loaded_ms=0),), items=items, version=1)
    )
    result = engine.check(checked, SEPARATION)
    found = {finding.other: finding for finding in result.findings}
    for item in items:
        gap_m, vertical_m, gap_s = true_gaps(checked, item)
        near = vertical_m <= SEPARATION.vertical_m and gap_s <= SEPARATION.time_s
        if near and abs(gap_m - SEPARATION.horizontal_m) < DOUBT_M:
            continue
        assert (item.name in found) is (near and gap_m < SEPARATION.horizontal_m)
        if item.name in found:
            finding = found[item.name]
            assert finding.horizontal_m is not None
            assert abs(finding.horizontal_m - gap_m) < DOUBT_M
            assert (finding.vertical_m, finding.time_s) == (vertical_m, gap_s)
            if gap_m == 0 or gap_m > DOUBT_M:
                inside = gap_m == vertical_m == gap_s == 0
                assert (finding.level is Level.INSIDE) is inside


def true_gaps(checked: Volume, item: OwnItem) -> tuple[float, float, float]:
    return (
        true_gap(checked.area, item.area),
        vertical_gap_m(checked.band, item.band or band(None, None)),
        time_gap_s(checked.window, item.window),
    )
