"""Every promise of ports/position_index.py, for every index of live volumes."""

import random
from collections.abc import Callable
from math import inf, nan

import numpy as np
import pytest
from msgspec.structs import replace

from areas import HOMES, any_area, vertices
from parley.adapters.position_index import FRESH_MAX, GridPositionIndex
from parley.check.volume5 import Volume5
from parley.geo.altitude import band_range_mm
from parley.geo.distance import gap_within
from parley.geo.ellipsoid import inverse
from parley.geo.shape import disc_of, shape_of
from parley.geo.times import DAY_MS, gap_ms
from parley.ports.position_index import PositionIndex, Reports
from parley.words.codes import Datum, Edges
from parley.words.errors import InputError
from parley.words.volume import Area, Circle, Corridor, Daily, Window
from places import (
    HOUR_MS,
    NOON_MS,
    LatLon,
    band,
    circle,
    degrees,
    polygon,
    regular,
    walk,
    window,
)

Row = tuple[float, float, float, int, float]
"""Latitude, longitude, height, time, error."""


@pytest.fixture(params=[GridPositionIndex])
def make(request: pytest.FixtureRequest) -> Callable[[], PositionIndex]:
    made: Callable[[], PositionIndex] = request.param
    return made


def reports(*rows: Row) -> Reports:
    lat, lon, height, at, error = (list(column) for column in zip(*rows, strict=True)) if rows else [[]] * 5
    return Reports(
        lat_deg=np.array(lat, dtype=np.float64),
        lon_deg=np.array(lon, dtype=np.float64),
        height_m=np.array(height, dtype=np.float64),
        at_ms=np.array(at, dtype=np.int64),
        error_m=np.array(error, dtype=np.float64),
    )


def ready(area: Area, times: Window | None = None, *, floor_m: float | None = None) -> Volume5:
    ceiling_m = None if floor_m is None else floor_m + 500
    return Volume5(shape=shape_of(area), band=band(floor_m, ceiling_m, Datum.ELLIPSOID), window=times)


def any_row(chance: random.Random, home: LatLon, held: dict[int, Area]) -> Row:
    """A report somewhere near, often beside an outline."""
    spread_m = 10 ** chance.uniform(2, 5.3)
    lat, lon = walk(home, chance.uniform(0, 360), spread_m * chance.random() ** 0.5)
    if chance.random() < 0.6:
        area = held[chance.choice(list(held))]
        beside_m = chance.choice([0, 0.0005, 0.05, 0.5, 30, 400])
        if isinstance(area, Circle):
            reach_m = area.radius_mm / 1e3 + chance.uniform(-1, 1) * beside_m
            lat, lon = walk(degrees(area.centre), chance.uniform(0, 360), max(0.0, reach_m))
        else:
            corners = vertices(area)
            k = chance.randrange(len(corners) - 1)
            start, end = degrees(corners[k]), degrees(corners[k + 1])
            length_m, azimuth_deg = inverse(start, end)
            if isinstance(area, Corridor):
                beside_m += area.half_width_mm / 1e3
            along = walk(start, azimuth_deg, length_m * chance.choice([0, 0.5, chance.random()]))
            lat, lon = walk(along, azimuth_deg + chance.choice([-90, 90]), beside_m)
    height_m = nan if chance.random() < 0.3 else chance.uniform(0, 2_000)
    error_m = chance.choice([0.0, 0.0, 10.0, 100.0, 199.0, 201.0, 5_000.0])
    return lat, lon, height_m, NOON_MS + chance.randint(0, 6 * HOUR_MS), error_m


def truth(held: dict[int, Volume5], asked: Reports) -> set[tuple[int, int]]:
    """Every report against every volume by the exact step."""
    found = set()
    for row in range(len(asked.lat_deg)):
        lat, lon, error_m = (float(v[row]) for v in (asked.lat_deg, asked.lon_deg, asked.error_m))
        spot = disc_of(lat, lon, error_m)
        for key, each in held.items():
            instant = int(asked.at_ms[row])
            low_mm, high_mm = band_range_mm(each.band)
            height_m = float(asked.height_m[row])
            if each.holds is not None and gap_ms(each.holds, Window(start_ms=instant, end_ms=instant)) > 0:
                continue
            if height_m < low_mm / 1e3 or height_m > high_mm / 1e3:
                continue
            if gap_within(spot, each.shape, 0.0) is not None:
                found.add((row, key))
    return found


def found_by(index: PositionIndex, asked: Reports) -> set[tuple[int, int]]:
    rows, keys = index.inside(asked)
    pairs = list(zip(rows.tolist(), keys.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert (np.diff(rows) >= 0).all()
    assert rows.dtype == np.intp
    assert keys.dtype == np.int64
    return set(pairs)


@pytest.mark.parametrize("home", HOMES, ids=str)
def test_each_report_is_in_the_volumes_of_the_exact_step(
    make: Callable[[], PositionIndex], home: LatLon
) -> None:
    """Some 10,000 pairs for each index, crowded."""
    chance = random.Random(str(home))  # noqa: S311 - a test's own dice
    index, held, areas = make(), {}, {}
    for key in range(30):
        areas[key] = any_area(chance, home)
        start_h = chance.uniform(0, 5)
        times = None if chance.random() < 0.3 else window(start_h, start_h + chance.uniform(0.2, 3))
        if times is not None and chance.random() < 0.3:
            hours = Daily(start_ms=chance.randrange(DAY_MS), end_ms=chance.randrange(DAY_MS))
            times = Window(start_ms=NOON_MS - 3 * DAY_MS, end_ms=NOON_MS + 3 * DAY_MS, daily=hours)
        floor_m = None if chance.random() < 0.3 else chance.uniform(0, 1_500)
        held[key] = ready(areas[key], times, floor_m=floor_m)
        index.put(key, held[key])
    asked = reports(*(any_row(chance, home, areas) for _ in range(60)))
    expected = truth(held, asked)
    assert found_by(index, asked) == expected
    assert 10 < len(expected) < 1_500
    for key in range(0, 30, 3):
        index.remove(key)
        del held[key]
    assert found_by(index, asked) == truth(held, asked)


def test_boundaries_count_and_an_unknown_height_is_in_every_band(make: Callable[[], PositionIndex]) -> None:
    index = make()
    index.put(7, ready(circle(10, 10, 1_000), window(0, 1), floor_m=100))
    edge = walk((10, 10), 50, 1_000)
    rows = [
        (*edge, 100.0, NOON_MS, 0.0),
        (*edge, 600.0, NOON_MS + HOUR_MS, 0.0),
        (*edge, nan, NOON_MS, 0.0),
        (*edge, 99.9, NOON_MS, 0.0),
        (*edge, 600.1, NOON_MS, 0.0),
        (*edge, 100.0, NOON_MS - 1, 0.0),
        (*edge, 100.0, NOON_MS + HOUR_MS + 1, 0.0),
        (*walk((10, 10), 50, 1_000.01), 100.0, NOON_MS, 0.0),
        (*walk((10, 10), 50, 1_050), 100.0, NOON_MS, 50.0),
        (*walk((10, 10), 50, 1_050.01), 100.0, NOON_MS, 50.0),
        (*walk((10, 10), 50, 400_000), 100.0, NOON_MS, 399_000.0),
        (*walk((10, 10), 50, 400_000), 100.0, NOON_MS, 398_999.9),
    ]
    assert found_by(index, reports(*rows)) == {(row, 7) for row in (0, 1, 2, 8, 10)}


def test_a_key_put_again_is_replaced_and_a_removed_one_is_gone(make: Callable[[], PositionIndex]) -> None:
    index = make()
    here, there = (10.0, 10.0, nan, NOON_MS, 0.0), (20.0, 20.0, nan, NOON_MS, 0.0)
    index.put(2**63 - 1, ready(circle(10, 10, 1_000)))
    assert found_by(index, reports(here, there)) == {(0, 2**63 - 1)}
    index.put(2**63 - 1, ready(circle(20, 20, 1_000)))
    assert found_by(index, reports(here, there)) == {(1, 2**63 - 1)}
    index.remove(2**63 - 1)
    index.remove(5)
    assert found_by(index, reports(here, there)) == set()


def test_many_changes_leave_what_was_put_last(make: Callable[[], PositionIndex]) -> None:
    """More than go into the small table, several times over."""
    chance = random.Random(8)  # noqa: S311 - a test's own dice
    index, held = make(), dict[int, Volume5]()
    asked = reports(*((10 + k / 50, 10.0, nan, NOON_MS, 0.0) for k in range(50)))
    for _ in range(5):
        for _ in range(FRESH_MAX):
            key = chance.randrange(400)
            if key in held and chance.random() < 0.4:
                index.remove(key)
                del held[key]
            else:
                held[key] = ready(circle(10 + chance.random(), 10, chance.uniform(50, 900)))
                index.put(key, held[key])
        assert found_by(index, asked) == truth(held, asked)


def test_outlines_that_are_gone_take_no_room_for_ever() -> None:
    """The same twenty keys, put again and again."""
    chance = random.Random(9)  # noqa: S311 - a test's own dice
    index, held, packed = GridPositionIndex(), dict[int, Volume5](), 0
    asked = reports(*((10 + k / 10, 10.0, nan, NOON_MS, 0.0) for k in range(10)))
    for k in range(400):
        used = index.edges.used
        held[k % 20] = ready(regular((10 + chance.random(), 10), 60, chance.uniform(500, 9_000)))
        index.put(k % 20, held[k % 20])
        if index.edges.used < used:
            packed += 1
            assert found_by(index, asked) == truth(held, asked) != set()
    assert packed > 0


def test_no_reports_and_no_volumes_are_nothing(make: Callable[[], PositionIndex]) -> None:
    index = make()
    assert found_by(index, reports()) == set()
    assert found_by(index, reports((0.0, 0.0, nan, 0, 0.0), (0.0, 0.0, nan, 0, 1e6))) == set()
    index.put(1, ready(circle(0, 0, 1)))
    assert found_by(index, reports()) == set()


def test_areas_round_a_pole_as_wide_as_half_the_earth_and_of_2_000_vertices_are_met(
    make: Callable[[], PositionIndex],
) -> None:
    index = make()
    held = {
        1: ready(circle(90, 0, 5_000_000)),
        2: ready(circle(-45, 180, 15_000_000)),
        3: ready(regular((40, 40), 2_000, 30_000)),
        4: ready(polygon((0, 0), (0, 60), (50, 30))),
        5: ready(regular((40, 40), 2_000, 300_000, Edges.STRAIGHT)),
    }
    for key, each in held.items():
        index.put(key, each)
    chance = random.Random(2)  # noqa: S311 - a test's own dice
    rows = [(chance.uniform(-90, 90), chance.uniform(-180, 180), nan, 0, 0.0) for _ in range(60)]
    rows += [(*walk((40, 40), chance.uniform(0, 360), 30_000 * k), nan, 0, 0.0) for k in (0.5, 0.999, 1.001)]
    asked = reports(*rows, (90.0, 0.0, nan, 0, 0.0), (-90.0, 0.0, nan, 0, 0.0), (0.0, -180.0, nan, 0, 150.0))
    assert found_by(index, asked) == truth(held, asked)


def test_a_centimetre_beside_a_long_edge_is_told_apart(make: Callable[[], PositionIndex]) -> None:
    """Where the edge, seen along the vertical of the middle, bows away from what stands for it."""
    chance = random.Random(3)  # noqa: S311 - a test's own dice
    index = make()
    corners, outer = (
        [walk((50, 10), azimuth_deg, reach_m) for azimuth_deg in (0, 120, 240)] for reach_m in (4e5, 4.9e5)
    )
    held = {1: ready(polygon(*corners)), 2: ready(replace(polygon(*outer), holes=(polygon(*corners).ring,)))}
    for key, each in held.items():
        index.put(key, each)
    rows: list[Row] = []
    for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
        length_m, azimuth_deg = inverse(start, end)
        for _ in range(60):
            along = walk(start, azimuth_deg, length_m * chance.random())
            _, onward_deg = inverse(along, end)
            beside_m = chance.choice([-1, 1]) * chance.uniform(0.003, 0.02)
            rows.append((*walk(along, onward_deg + 90, beside_m), nan, 0, 0.0))
    asked = reports(*rows)
    expected = truth(held, asked)
    assert found_by(index, asked) == expected
    assert 120 < len(expected) < 240


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ((90.1, 0.0, 0.0, 0, 0.0), "row 1"),
        ((nan, 0.0, 0.0, 0, 0.0), "row 1"),
        ((0.0, 180.1, 0.0, 0, 0.0), "row 1"),
        ((0.0, inf, 0.0, 0, 0.0), "row 1"),
        ((0.0, 0.0, 0.0, 0, -1.0), "row 1"),
        ((0.0, 0.0, 0.0, 0, nan), "row 1"),
        ((0.0, 0.0, 0.0, 0, inf), "row 1"),
    ],
)
def test_a_report_that_is_nowhere_is_refused_by_its_row(
    make: Callable[[], PositionIndex], row: Row, where: str
) -> None:
    with pytest.raises(InputError) as caught:
        make().inside(reports((0.0, 0.0, 0.0, 0, 0.0), row))
    assert (caught.value.name, caught.value.where) == ("report-out-of-range", where)


def test_arrays_of_different_lengths_are_refused(make: Callable[[], PositionIndex]) -> None:
    good = reports((0.0, 0.0, 0.0, 0, 0.0))
    bad = Reports(
        lat_deg=good.lat_deg,
        lon_deg=good.lon_deg,
        height_m=np.zeros(2),
        at_ms=good.at_ms,
        error_m=good.error_m,
    )
    with pytest.raises(InputError, match="height_m has another length"):
        make().inside(bad)
