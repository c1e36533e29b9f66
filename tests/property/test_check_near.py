"""Near volumes: none missed and none added, against every pair by the exact step."""

import random

import numpy as np
import pytest

from parley.adapters.volume_index import MemoryVolumeIndex
from parley.check.model import Separation
from parley.check.near import NearVolumes
from parley.check.packed import HEAD, area_of, band_of, head_of, pack, quick_from, window_of
from parley.check.volume5 import Volume5, time_gap_ms
from parley.geo.altitude import band_gap_mm
from parley.geo.box import Box5
from parley.geo.distance import gap_within
from parley.geo.quick import boxed
from parley.geo.shape import Disc, shape_of
from parley.geo.validity import area_fault
from parley.words.codes import Datum, Edges
from parley.words.errors import SystemFault
from parley.words.volume import Area, Band, Volume
from places import LatLon, altitude, circle, degrees, polygon, star, volume, walk, window

HOMES: list[LatLon] = [(33.5, 38.6), (0.0, 180.0), (89.9, 30.0), (-89.99, 0.0), (60.0, -179.9), (0.0, 0.0)]
EVERYWHERE = Box5(*[-1e13, 1e13] * 5)


def any_area(chance: random.Random, home: LatLon, spread_m: float) -> Area:
    at = walk(home, chance.uniform(0, 360), spread_m * chance.random() ** 0.5)
    size_m = 10 ** chance.uniform(1.5, 4.7)
    if chance.random() < 0.5:
        return circle(*at, size_m)
    count = chance.randint(3, 12)
    azimuths = [360 * (k + chance.uniform(0.1, 0.9)) / count for k in range(count)]
    area = star(at, azimuths, [size_m * chance.uniform(0.3, 1) for _ in azimuths])
    if chance.random() < 0.05:
        area = polygon(*(degrees(p) for p in area.ring), edges=Edges.STRAIGHT)
    return area if area_fault(area) is None else circle(*at, size_m)


def any_band(chance: random.Random) -> Band:
    datum = chance.choice([Datum.ELLIPSOID] * 3 + list(Datum))
    floor_m = chance.uniform(0, 3_000)
    floor = None if chance.random() < 0.1 else altitude(floor_m, datum)
    ceiling = None if chance.random() < 0.1 else altitude(floor_m + chance.uniform(0, 800), datum)
    return Band(floor=floor, ceiling=ceiling)


def any_volume(chance: random.Random, home: LatLon, spread_m: float) -> Volume:
    start_h = chance.uniform(0, 6)
    times = window(start_h, start_h + chance.uniform(0, 2))
    area = any_area(chance, home, spread_m)
    return Volume(area=area, band=any_band(chance), window=times)


def ready(asked: Volume, *, open_ended: bool = False) -> Volume5:
    return Volume5(shape=shape_of(asked.area), band=asked.band, window=asked.window, open_ended=open_ended)


def truly_near(first: Volume5, second: Volume5, separation: Separation) -> bool:
    return (
        time_gap_ms(first, second) / 1e3 <= separation.time_s
        and band_gap_mm(first.band, second.band) / 1e3 <= separation.vertical_m
        and gap_within(first.shape, second.shape, separation.horizontal_m) is not None
    )


@pytest.mark.parametrize("home", HOMES, ids=str)
def test_near_volumes_are_those_of_every_pair(home: LatLon) -> None:
    """Some 12,000 pairs in all, crowded: half are near."""
    chance = random.Random(str(home))  # noqa: S311 - a test's own dice
    near = NearVolumes(MemoryVolumeIndex())
    held: dict[int, Volume5] = {}
    for key in range(100):
        each, open_ended = any_volume(chance, home, 60_000), chance.random() < 0.1
        near.put(key, each, open_ended=open_ended)
        held[key] = ready(each, open_ended=open_ended)
    for gone in range(90, 100):
        near.remove(gone)
        del held[gone]
    for k in range(22):
        asked = any_volume(chance, home, 60_000)
        separation = Separation(
            horizontal_m=(0.0, 1_000.0, 5_000.0, 20_000.0)[k % 4], vertical_m=300, time_s=900.001
        )
        expected = {key for key, each in held.items() if truly_near(ready(asked), each, separation)}
        assert set(near.near(asked, separation)) == expected


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
            assert box == shape.box
        else:
            low, high = np.array(box[::2]), np.array(box[1::2])
            assert ((low < shape.boundary.start_m) & (shape.boundary.start_m < high)).all()


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
