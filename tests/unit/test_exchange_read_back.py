"""Read-back: what matches, what does not, and where exactly the line runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from parley.exchange.read_back import Difference, differences, reference
from parley.geo.coordinate import read_coordinate
from parley.geo.ellipsoid import direct
from parley.words.bodies import NoticeBody, ReadBack
from parley.words.codes import Activity, CoordinateFormat, Edges
from parley.words.volume import (
    Area,
    Circle,
    Corridor,
    Daily,
    Entered,
    MultiPolygon,
    Part,
    Polygon,
    Position,
    positions_of,
)
from threads import CIRCLE, HOUR_MS, MINUTE_MS, NOON_MS, SALT, TANF, amendment, name, notice

SQUARE = Polygon(
    ring=tuple(
        read_coordinate(text) for text in ("33.5 38.6", "33.5 38.7", "33.6 38.7", "33.6 38.6", "33.55 38.55")
    ),
    edges=Edges.GEODESIC,
)


def typed(body: NoticeBody) -> ReadBack:
    """What a person types who makes no mistake."""
    area = body.volume.area
    return ReadBack(
        salt=SALT,
        of=name(1),
        activity=body.activity,
        place=reference(body),
        extent_mm=_extent_mm(area),
        vertices=None if isinstance(area, Circle) else len(positions_of(area)),
        start_ms=body.volume.window.start_ms,
        end_ms=body.volume.window.end_ms,
        daily=body.volume.window.daily,
    )


def _extent_mm(area: Area) -> int | None:
    if isinstance(area, Circle):
        return area.radius_mm
    return area.half_width_mm if isinstance(area, Corridor) else None


def at(text: str) -> NoticeBody:
    return notice(area=Circle(centre=read_coordinate(text), radius_mm=2_000_000))


def fields(found: tuple[Difference, ...]) -> list[str]:
    return [difference.field for difference in found]


def moved(place: Position, azimuth_deg: float, length_m: float, precision_mm: int | None = None) -> Position:
    lat_deg, lon_deg = direct((place.lat_ndeg / 1e9, place.lon_ndeg / 1e9), azimuth_deg, length_m)
    entered = None
    if precision_mm is not None:
        entered = Entered(text="typed", format=CoordinateFormat.DECIMAL, precision_mm=precision_mm)
    return Position(lat_ndeg=round(lat_deg * 1e9), lon_ndeg=round(lon_deg * 1e9), entered=entered)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("33.5 38.61667", "33°30'00\"N 38°37'00\"E"),
        ("33°30'00\"N 38°37'00\"E", "33.5 38.6167"),
        ("33°30.0'N 038°37.0'E", "33.50000N, 38.61667E"),
        ("33.5N, 38.6167E", "33 30.0 N 38 37.0 E"),
        ("34.9372S 56.1598W", "-34.9372 -56.1598"),
        ("0.0001N 179.9999E", "0.0001S 179.9999W"),
    ],
)
def test_another_persons_typing_in_another_format_matches(sent: str, read: str) -> None:
    body = at(sent)
    assert differences(body, replace(typed(body), place=read_coordinate(read))) == ()


@pytest.mark.parametrize(
    "read",
    [
        "33°35'00\"N 38°37'00\"E",  # 9 km north, as before Deir ez-Zor
        "38.61667 33.5",  # swapped
        "33.5 -38.61667",  # the other hemisphere
        "-33.5 38.61667",
        "33.3 38.61667",  # minutes read as decimals
        "33°30'00\"N 38°36'00\"E",  # one minute of arc
        "34N 39E",  # coarse, and far
    ],
)
def test_another_place_never_matches(read: str) -> None:
    body = at("33°30'00\"N 38°37'00\"E")
    assert fields(differences(body, replace(typed(body), place=read_coordinate(read)))) == ["place"]


def test_the_difference_says_what_was_sent_what_was_read_and_how_far_apart() -> None:
    body = at("33°30'00\"N 38°37'00\"E")
    (found,) = differences(body, replace(typed(body), place=read_coordinate("33°35'00\"N 38°37'00\"E")))
    assert found.sent == "33°30'00\"N 38°37'00\"E"
    assert found.read == "33°35'00\"N 38°37'00\"E, 9,243 m away"


def test_a_plotted_place_is_told_in_degrees() -> None:
    body = notice()
    (found,) = differences(body, replace(typed(body), place=moved(TANF, 0, 500)))
    assert found.sent == "33.50000 38.61667"


@pytest.mark.parametrize(
    ("precision_mm", "off_m", "matches"),
    [
        (None, 99.9, True),
        (None, 100.1, False),
        (1, 99.9, True),
        (1, 100.1, False),
        (1_855_000, 1_854.9, True),
        (1_855_000, 1_855.1, False),
        (111_000_000, 1_999.9, True),
        (111_000_000, 2_000.1, False),
    ],
)
@pytest.mark.parametrize("azimuth_deg", [0, 45, 90, 200])
def test_a_place_matches_up_to_its_precision_but_at_least_100_m_and_at_most_2_km(
    azimuth_deg: float, precision_mm: int | None, off_m: float, *, matches: bool
) -> None:
    body = notice()
    off = moved(TANF, azimuth_deg, off_m, precision_mm)
    assert (differences(body, replace(typed(body), place=off)) == ()) is matches
    coarse = replace(TANF, entered=off.entered)
    sent = notice(area=replace(CIRCLE, centre=coarse))
    assert (differences(sent, replace(typed(sent), place=moved(TANF, azimuth_deg, off_m))) == ()) is matches


@given(
    st.integers(0, 20_000_000_000),
    st.integers(0, 20_000_000_000),
    st.floats(0, 360),
    st.floats(2_001, 15_000_000),
)
def test_no_precision_however_coarse_makes_a_far_place_match(
    sent_mm: int, read_mm: int, azimuth_deg: float, off_m: float
) -> None:
    coarse = Entered(text="", format=CoordinateFormat.PLOTTED, precision_mm=sent_mm)
    body = notice(area=replace(CIRCLE, centre=replace(TANF, entered=coarse)))
    read = replace(typed(body), place=moved(TANF, azimuth_deg, off_m, read_mm))
    assert fields(differences(body, read)) == ["place"]


@pytest.mark.parametrize(
    ("sent_ms", "read_ms", "matches"),
    [
        (NOON_MS, NOON_MS, True),
        (NOON_MS + 30_000, NOON_MS, True),
        (NOON_MS, NOON_MS + MINUTE_MS - 1, True),
        (NOON_MS, NOON_MS + MINUTE_MS, False),
        (NOON_MS, NOON_MS - 1, False),
        (NOON_MS, NOON_MS + HOUR_MS, False),
        (NOON_MS, NOON_MS + 24 * HOUR_MS, False),
    ],
)
def test_start_and_end_match_to_the_minute(sent_ms: int, read_ms: int, *, matches: bool) -> None:
    body = notice(sent_ms, sent_ms + HOUR_MS)
    late_start = replace(typed(body), start_ms=read_ms)
    late_end = replace(typed(body), end_ms=read_ms + HOUR_MS)
    assert fields(differences(body, late_start)) == ([] if matches else ["start"])
    assert fields(differences(body, late_end)) == ([] if matches else ["end"])


def test_a_difference_in_time_reads_as_a_time() -> None:
    body = notice()
    (found,) = differences(body, replace(typed(body), start_ms=NOON_MS + MINUTE_MS))
    assert (found.sent, found.read) == ("2022-06-15 12:00Z", "2022-06-15 12:01Z")


@pytest.mark.parametrize(
    ("read_mm", "matches"),
    [
        (2_000_000, True),
        (2_001_000, True),
        (1_999_000, True),
        (2_001_001, False),
        (1_998_999, False),
        (20_000, False),
        (None, False),
    ],
)
def test_a_radius_matches_to_the_metre(read_mm: int | None, *, matches: bool) -> None:
    body = notice()
    found = differences(body, replace(typed(body), extent_mm=read_mm))
    assert fields(found) == ([] if matches else ["radius"])


@pytest.mark.parametrize("vertices", [4, 6, None])
def test_a_polygon_needs_its_number_of_vertices(vertices: int | None) -> None:
    body = notice(area=SQUARE)
    assert differences(body, typed(body)) == ()
    assert fields(differences(body, replace(typed(body), vertices=vertices))) == ["vertices"]


def test_a_polygon_is_read_back_by_its_first_vertex() -> None:
    body = notice(area=SQUARE)
    assert fields(differences(body, replace(typed(body), place=SQUARE.ring[1]))) == ["place"]


def test_another_activity_does_not_match() -> None:
    body = notice()
    assert fields(differences(body, replace(typed(body), activity=Activity.FLIGHT))) == ["activity"]


def test_every_field_that_differs_is_told() -> None:
    body = notice()
    other = at("34.5 38.6")
    wrong = replace(
        typed(other), activity=Activity.CONVOY, extent_mm=1, start_ms=0, end_ms=NOON_MS + 2 * HOUR_MS
    )
    assert fields(differences(body, wrong)) == ["activity", "place", "radius", "start", "end"]


def test_a_read_back_of_version_one_does_not_match_a_version_two_that_moved() -> None:
    first = notice()
    second = amendment(name(1), 2, notice(area=replace(CIRCLE, centre=moved(TANF, 90, 9_000))))
    assert fields(differences(second, typed(first))) == ["place"]
    assert differences(second, typed(second)) == ()


LINE = Corridor(line=SQUARE.ring[:3], half_width_mm=2_000_000, edges=Edges.GEODESIC)
TWO = MultiPolygon(
    parts=(Part(ring=SQUARE.ring[1:], holes=(SQUARE.ring[:3],)), Part(ring=SQUARE.ring)), edges=Edges.GEODESIC
)


@pytest.mark.parametrize(("area", "vertices"), [(LINE, 3), (TWO, 12)])
def test_a_corridor_and_several_polygons_are_read_back_by_first_vertex_and_number(
    area: Corridor | MultiPolygon, vertices: int
) -> None:
    body = notice(area=area)
    right = typed(body)
    assert right.vertices == vertices
    assert differences(body, right) == ()
    assert fields(differences(body, replace(right, vertices=vertices - 1))) == ["vertices"]
    assert fields(differences(body, replace(right, place=SQUARE.ring[2]))) == ["place"]


def test_half_the_width_of_a_corridor_matches_to_the_metre() -> None:
    body = notice(area=LINE)
    for read_mm, wrong in ((2_001_000, []), (2_001_001, ["half_width"]), (None, ["half_width"])):
        assert fields(differences(body, replace(typed(body), extent_mm=read_mm))) == wrong


def test_the_hours_of_each_day_are_read_back_too() -> None:
    body = notice()
    night = Daily(start_ms=20 * HOUR_MS, end_ms=4 * HOUR_MS)
    volume = replace(body.volume, window=replace(body.volume.window, daily=night))
    daily = replace(body, volume=volume)
    assert differences(daily, typed(daily)) == ()
    (missed,) = differences(daily, replace(typed(daily), daily=None))
    assert (missed.field, missed.sent, missed.read) == ("daily", "20:00Z to 04:00Z", "all hours")
    late = replace(night, end_ms=4 * HOUR_MS + MINUTE_MS)
    assert fields(differences(daily, replace(typed(daily), daily=late))) == ["daily"]
    assert fields(differences(body, replace(typed(body), daily=night))) == ["daily"]
