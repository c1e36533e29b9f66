"""The sentence of a finding says what its numbers say, and the piece it names is the nearest one."""

import re
from math import floor

from hypothesis import given, settings
from hypothesis import strategies as st

from parley.adapters.volume_index import MemoryVolumeIndex
from parley.check.explain import explain
from parley.check.model import Separation
from parley.check.pairs import Meeting, PairCheck, side_of
from parley.geo.validity import area_fault
from parley.words.codes import Edges
from parley.words.volume import Area, Circle, Polygon
from places import LatLon, band, circle, degrees, edge_paths, star, true_distance, walk, window

LIMIT = Separation(horizontal_m=30_000, vertical_m=500, time_s=7_000)
HOMES: list[LatLon] = [(33.5, 38.6), (0.0, 180.0), (84.0, 30.0), (-60.0, -179.9)]


@st.composite
def stars(draw: st.DrawFn, centre: LatLon) -> Polygon:
    count = draw(st.integers(3, 8))
    azimuths = [360 * (k + draw(st.floats(0.1, 0.9))) / count for k in range(count)]
    area = star(centre, azimuths, [draw(st.floats(2_000, 20_000)) for _ in azimuths])
    made = Polygon(ring=area.ring, edges=draw(st.sampled_from(list(Edges))))
    return made if area_fault(made) is None else star(centre, [0, 120, 240], [5_000] * 3)


def meeting(
    first: Area, second: Area, heights: tuple[float, float], hours: tuple[float, float]
) -> Meeting | None:
    own = side_of("N", (first,), band(0, 100), window(0, 1))
    other = side_of("SITE", (second,), band(heights[0], heights[1]), window(*hours))
    index = MemoryVolumeIndex()
    try:
        met = PairCheck(index, [other]).meet(own, LIMIT, leave_out=lambda _: False)
    finally:
        index.close()
    return met[0] if met else None


WINDS = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_the_sentence_agrees_with_the_numbers_and_names_the_nearest_piece(data: st.DataObject) -> None:
    home = data.draw(st.sampled_from(HOMES))
    area = data.draw(stars(home))
    site_at = walk(home, data.draw(st.floats(0, 360)), data.draw(st.floats(0, 45_000)))
    radius_m = data.draw(st.sampled_from([0, 0, 700]))
    low = data.draw(st.integers(0, 550))
    start_h = data.draw(st.floats(0, 2.5))
    met = meeting(area, circle(*site_at, radius_m), (low, low + 50), (start_h, start_h + 1))
    if met is None:
        return
    sentence = explain(met, LIMIT)
    first, *others = re.split(r"; |, separation agreed", sentence)
    if met.gap.distance_m:
        said = re.search(r"(?:(\S+) m|less than 1 m) (\S+) of (the rim of )?SITE", first)
        assert said is not None
        assert int((said.group(1) or "0").replace(",", "")) == floor(met.gap.distance_m)
        assert (said.group(3) is not None) is (radius_m > 0)
        assert said.group(2) in WINDS
        named = re.match(r"polygon (edge|vertex) (\d+) ", first)
        assert named is not None
        assert nearest_piece(area, site_at, named.group(1), int(named.group(2))) <= (
            met.gap.distance_m + radius_m + 0.02
        )
    else:
        assert "inside the notified area" in first or "overlaps or touches" in first
    agree_in_height_and_time(met, sentence)
    assert len(others) <= 6


def nearest_piece(area: Polygon, place: LatLon, kind: str, number: int) -> float:
    """How far a place is from the piece that was named, by an independent truth, metres."""
    if kind == "vertex":
        return true_distance(place, degrees(area.ring[number - 1]))
    path = edge_paths(area)[number - 1]
    share = min((k / 80 for k in range(81)), key=lambda t: true_distance(place, path(t)))
    low, high = max(0.0, share - 1 / 80), min(1.0, share + 1 / 80)
    for _ in range(45):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        if true_distance(place, path(a)) < true_distance(place, path(b)):
            high = b
        else:
            low = a
    return true_distance(place, path((low + high) / 2))


def agree_in_height_and_time(met: Meeting, sentence: str) -> None:
    said = re.search(r"altitudes are ([\d,]+) m (above|below) those of SITE", sentence)
    assert (said is not None) is (met.vertical_m > 0)
    if said is not None:
        assert int(said.group(1).replace(",", "")) == floor(met.vertical_m)
        assert said.group(2) == "below"
    late = re.search(r"the notified time ends (less than 1 s|[\d,]+ s) before it starts", sentence)
    assert (late is not None) is (met.time_s > 0)
    if late is not None and met.time_s >= 1:
        assert int(late.group(1).removesuffix(" s").replace(",", "")) == floor(met.time_s)
    assert (" between " in sentence or " at 2" in sentence) is (met.time_s == 0)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_what_lies_inside_lies_inside_by_what_is_said(data: st.DataObject) -> None:
    home = data.draw(st.sampled_from(HOMES))
    area = data.draw(stars(home))
    at = walk(home, data.draw(st.floats(0, 360)), data.draw(st.floats(0, 6_000)))
    met = meeting(area, circle(*at, 0), (0, 50), (0, 1))
    assert met is not None
    said = re.match(
        r"SITE lies inside the notified area by ([\d,]+) m, nearest its (edge|vertex) (\d+)",
        explain(met, LIMIT),
    )
    if said is None:
        return
    by_m = nearest_piece(area, at, said.group(2), int(said.group(3)))
    assert abs(by_m - int(said.group(1).replace(",", ""))) < 1.1
    others = [nearest_piece(area, at, "edge", k) for k in range(1, len(area.ring) + 1)]
    assert by_m <= min(others) + 0.02


def test_a_circle_is_not_a_polygon() -> None:
    met = meeting(circle(33, 38, 500), circle(33.01, 38, 100), (0, 50), (0, 1))
    assert met is not None
    assert isinstance(met.notice.areas[0], Circle)
    assert explain(met, LIMIT).startswith("the circle's rim lies 509 m south of the rim of SITE between ")
