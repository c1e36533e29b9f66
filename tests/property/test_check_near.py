"""Near volumes: none missed and none added, against every pair by the exact step."""

import random
from collections.abc import Sequence

import numpy as np
import pytest

from areas import CORNERS, HOMES, any_area
from parley.adapters.volume_index import MemoryVolumeIndex
from parley.check.model import Separation
from parley.check.near import NearVolumes
from parley.check.packed import HEAD, area_of, band_of, head_of, pack, quick_from, window_of
from parley.check.volume5 import Volume5, time_gap_ms
from parley.geo.altitude import band_gap_mm
from parley.geo.box import Box5
from parley.geo.distance import gap_within
from parley.geo.ellipsoid import ecef_point
from parley.geo.kernel import on_pieces
from parley.geo.quick import box_of, boxed
from parley.geo.shape import Disc, shape_of
from parley.geo.times import DAY_MS
from parley.words.codes import Datum
from parley.words.errors import SystemFault
from parley.words.volume import Band, Daily, Volume, Window
from places import LatLon, altitude, circle, polygon, volume, window

EVERYWHERE = Box5(*[-1e13, 1e13] * 5)


def any_band(chance: random.Random) -> Band:
    datum = chance.choice([Datum.ELLIPSOID] * 3 + list(Datum))
    floor_m = chance.uniform(0, 3_000)
    floor = None if chance.random() < 0.1 else altitude(floor_m, datum)
    ceiling = None if chance.random() < 0.1 else altitude(floor_m + chance.uniform(0, 800), datum)
    return Band(floor=floor, ceiling=ceiling)


def any_volume(
    chance: random.Random, home: LatLon, spread_m: float, corners: Sequence[int] = CORNERS
) -> Volume:
    start_h = chance.uniform(0, 6)
    times = window(start_h, start_h + chance.uniform(0, 2))
    if chance.random() < 0.2:
        hours = Daily(start_ms=chance.randrange(DAY_MS), end_ms=chance.randrange(DAY_MS))
        times = Window(start_ms=times.start_ms - 3 * DAY_MS, end_ms=times.end_ms + DAY_MS, daily=hours)
    area = any_area(chance, home, spread_m=spread_m, corners=corners)
    return Volume(area=area, band=any_band(chance), window=times)


def ready(asked: Volume, *, open_ended: bool = False) -> Volume5:
    return Volume5(shape=shape_of(asked.area), band=asked.band, window=asked.window, open_ended=open_ended)


def truly_near(first: Volume5, second: Volume5, separation: Separation) -> bool:
    return (
        time_gap_ms(first, second) / 1e3 <= separation.time_s
        and band_gap_mm(first.band, second.band) / 1e3 <= separation.vertical_m
        and gap_within(first.shape, second.shape, separation.horizontal_m) is not None
    )


def compared(chance: random.Random, home: LatLon, *, held: int, asked: int, corners: Sequence[int]) -> int:
    """Hold some volumes and ask for some; compare every pair, and return how many are near."""
    near = NearVolumes(MemoryVolumeIndex())
    volumes: dict[int, Volume5] = {}
    for key in range(held):
        each, open_ended = any_volume(chance, home, 60_000, corners), chance.random() < 0.1
        near.put(key, each, open_ended=open_ended)
        volumes[key] = ready(each, open_ended=open_ended)
    for gone in range(0, held, 10):
        near.remove(gone)
        del volumes[gone]
    hits = 0
    for k in range(asked):
        volume = any_volume(chance, home, 60_000, corners)
        separation = Separation(
            horizontal_m=(0.0, 1_000.0, 5_000.0, 20_000.0)[k % 4], vertical_m=300, time_s=900.001
        )
        expected = {key for key, each in volumes.items() if truly_near(ready(volume), each, separation)}
        assert set(near.near(volume, separation)) == expected
        hits += len(expected)
    return hits


@pytest.mark.parametrize("home", HOMES, ids=str)
def test_near_volumes_are_those_of_every_pair(home: LatLon) -> None:
    """Some 12,000 pairs in all, crowded, of every shape."""
    chance = random.Random(str(home))  # noqa: S311 - a test's own dice
    assert compared(chance, home, held=100, asked=22, corners=CORNERS) > 20


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("home", HOMES, ids=str)
def test_near_volumes_are_those_of_every_pair_with_outlines_of_thousands_of_vertices(home: LatLon) -> None:
    """Some 22,000 pairs in all; a hole and its ring share the 2,000 vertices."""
    chance = random.Random(str(home))  # noqa: S311 - a test's own dice
    assert compared(chance, home, held=100, asked=40, corners=(3, 12, 200, 1_000, 2_000)) > 40


def test_a_gap_equal_to_the_separation_is_near_and_a_millisecond_more_is_not() -> None:
    near = NearVolumes(MemoryVolumeIndex())
    near.put_all([(1, volume(circle(10, 10, 500), times=window(0, 1)))])
    asked = volume(circle(10, 10, 500), times=window(2, 3))
    assert near.near(asked, Separation(horizontal_m=0, vertical_m=0, time_s=3_600)) == [1]
    assert near.near(asked, Separation(horizontal_m=0, vertical_m=0, time_s=3_599.999)) == []


@pytest.mark.parametrize("seed", range(4))
def test_what_is_packed_comes_back_and_its_box_holds_the_shape(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test's own dice
    for _ in range(60):
        each = any_volume(chance, chance.choice(HOMES), 500_000)
        box, quick = boxed(each.area)
        kept = pack(quick, each.area, each.band, each.window)
        head = head_of(kept)
        assert quick_from(head, kept) == quick
        assert area_of(head, kept) == each.area
        assert band_of(head) == each.band
        assert window_of(head) == each.window
        shape = shape_of(each.area)
        if isinstance(shape, Disc):
            assert box == box_of(each.area) == shape.box
            continue
        edge_m = np.concatenate(
            [on_pieces(shape.boundary, np.arange(len(shape.boundary)), np.full(1, at)) for at in (0, 0.5)]
        )
        for around in (box, box_of(each.area)):
            low, high = np.array(around[::2]), np.array(around[1::2])
            assert ((low < edge_m) & (edge_m < high)).all()


def test_the_box_of_what_is_asked_holds_an_edge_that_rises_above_its_ends() -> None:
    """Beside a pole the middle of an edge lies nearest to the end of the axis."""
    near = NearVolumes(MemoryVolumeIndex())
    asked = volume(polygon((89.5, 0), (89.5, 170), (88.0, 85)))
    near.put(1, volume(circle(89.95, 85, 100)))
    separation = Separation(horizontal_m=1_000, vertical_m=0, time_s=0)
    shapes = shape_of(asked.area), shape_of(circle(89.95, 85, 100))
    assert gap_within(*shapes, 1_000) is not None
    assert near.near(asked, separation) == [1]
    assert box_of(asked.area).z_high_m > ecef_point(89.95, 85)[2]


def test_damaged_bytes_are_an_error_and_never_a_short_list() -> None:
    index = MemoryVolumeIndex()
    near = NearVolumes(index)
    asked = volume(polygon((10, 10), (10, 10.1), (10.1, 10)))
    separation = Separation(horizontal_m=0, vertical_m=0, time_s=0)
    near.put(1, asked)
    ((_, kept),) = index.matches(EVERYWHERE)
    for damaged in (b"", kept[: HEAD.size - 1], b"\x01" + kept[1:]):
        index.add(1, EVERYWHERE, damaged)
        with pytest.raises(SystemFault, match="damaged or of another form"):
            near.near(asked, separation)
    head = head_of(kept)
    with pytest.raises(SystemFault, match="damaged"):
        area_of(head, kept[:-1])
    with pytest.raises(SystemFault, match="damaged"):
        quick_from(head, kept[: HEAD.size + 8])
