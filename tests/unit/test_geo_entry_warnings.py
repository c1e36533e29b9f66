"""Entry warnings: what a tired person types wrongly is doubted, and what is right is not."""

import pytest
from msgspec.structs import replace

from parley.geo.coordinate import read_coordinate
from parley.geo.entry_warnings import (
    Context,
    EntryCode,
    EntryWarning,
    OwnPoint,
    OwnPoints,
    area_signed_warnings,
    area_warnings,
    entry_warnings,
)
from parley.geo.gazetteer import find_place, read_position
from parley.geo.shape import shape_of
from parley.geo.slips import slips
from parley.words.codes import Activity, CoordinateFormat, Edges
from parley.words.volume import Circle, Corridor, Entered, Polygon

ZONE = shape_of(Circle(centre=read_coordinate("33 30 00 N 38 37 00 E"), radius_mm=55_000_000))


def codes(found: tuple[EntryWarning, ...]) -> list[str]:
    return [one.code.value for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("33 30 00 N 38 37 00 E", []),
        ("38 37 00 N 33 30 00 E", ["looks_swapped", "outside_line_area"]),
        ("38.6167 33.5000", ["looks_swapped", "outside_line_area"]),
        ("33 10 00 N 39 55 00 E", ["outside_line_area"]),
        ("33 30 00 N 39 37 00 E", ["outside_line_area", "digits_suspected"]),
        ("37SDT64390678", []),
        ("37SDT04390678", ["outside_line_area"]),
        ("33 59 42 N 38 37 00 E", []),
        ("34 00 00 N 38 37 00 E", ["outside_line_area"]),
        ("33N 38E", []),
    ],
)
def test_the_area_of_the_line(text: str, expected: list[str]) -> None:
    assert codes(entry_warnings(read_coordinate(text), Context(area=ZONE))) == expected


def test_a_device_that_shows_its_own_position_is_doubted() -> None:
    own = OwnPoints([OwnPoint("PATROL 3", (33.27, 38.23), 0.0), OwnPoint("POST 9", (33.72, 38.23), 200.0)])
    context = Context(own=own)
    (here,) = entry_warnings(read_coordinate("33.27010N 38.23010E"), context)
    assert here.code is EntryCode.EQUALS_OWN_POSITION
    assert "PATROL 3" in here.sentence
    assert here.figures["distance_m"] == pytest.approx(14.4, abs=0.2)
    assert codes(entry_warnings(read_coordinate("33.7215N 38.2300E"), context)) == ["equals_own_position"]
    assert not entry_warnings(read_coordinate("33.2710N 38.2300E"), context)
    assert not entry_warnings(read_coordinate("33.3N 38.7E"), context)


def test_a_place_nine_kilometres_off_is_doubted_and_one_inside_its_radius_is_not() -> None:
    near = Context(near=find_place("Deir ez-Zor"))
    assert not entry_warnings(read_coordinate("35.3300N 40.1500E"), near)
    (far,) = entry_warnings(read_coordinate("35.2300N 40.2100E"), near)
    assert far.code is EntryCode.FAR_FROM_PLACE
    assert far.figures["distance_m"] == pytest.approx(8_300, abs=300)
    assert not entry_warnings(read_coordinate("33.4332N 38.9374E"), Context(near=find_place("al-Tanf")))


@pytest.mark.parametrize(
    ("text", "activity", "coarse"),
    [
        ("33.500N 38.617E", Activity.AIR_STRIKE, False),
        ("33.50N 38.62E", Activity.AIR_STRIKE, True),
        ("33.50N 38.62E", Activity.FLIGHT, False),
        ("37SDT6406", Activity.FLIGHT, False),
        ("37SDT6406", Activity.CONVOY, True),
        ("al-Tanf", Activity.FLIGHT, True),
    ],
)
def test_what_is_coarser_than_the_activity_needs(text: str, activity: Activity, coarse: bool) -> None:  # noqa: FBT001
    found = codes(entry_warnings(read_position(text), Context(activity=activity)))
    assert ("coarser_than_needed" in found) is coarse


def test_a_small_circle_needs_a_fine_centre() -> None:
    area = Circle(centre=read_coordinate("33.500N 38.617E"), radius_mm=50_000)
    (found,) = area_warnings(area, Context(activity=Activity.AIR_STRIKE))
    assert found.code is EntryCode.COARSER_THAN_NEEDED
    assert found.figures["needed_m"] == 50


@pytest.mark.parametrize(
    ("right", "typed", "exchanged"),
    [
        ("35.3359N 40.1408E", "35.3359N 40.4108E", True),
        ("35.3359N 40.1408E", "35.3359N 41.1408E", False),
        ("35 20 09 N 40 08 27 E", "35 02 09 N 40 08 27 E", True),
    ],
)
def test_a_slip_of_the_pen_is_suspected_where_the_neighbouring_reading_is_a_known_place(
    right: str,
    typed: str,
    exchanged: bool,  # noqa: FBT001
) -> None:
    assert not slips(read_coordinate(right))
    slip = slips(read_coordinate(typed), find_place("Deir ez-Zor"))[0]
    assert (slip.text, slip.exchanged) == (right, exchanged)
    (found,) = entry_warnings(read_coordinate(typed), Context())
    assert found.code is EntryCode.DIGITS_SUSPECTED
    assert "Deir ez-Zor" in found.sentence


def test_a_grid_reference_with_exchanged_digits_is_suspected() -> None:
    assert slips(read_coordinate("37SDT6438907316"), find_place("al-Tanf")) == []
    (slip, *_) = slips(read_coordinate("37SDT4638907316"), find_place("al-Tanf"))
    assert slip.text == "37SDT6438907316"


def test_a_slip_to_a_place_outside_the_line_is_not_suspected() -> None:
    assert not entry_warnings(read_coordinate("33 30 21 N 38 38 04 E"), Context(area=ZONE))
    found = entry_warnings(read_coordinate("35.3359N 40.4108E"), Context(area=ZONE))
    assert codes(found) == ["outside_line_area"]


def test_a_name_with_several_published_positions_says_so() -> None:
    (found,) = entry_warnings(read_position("al-Tanf"), Context())
    assert found.code is EntryCode.POSITIONS_DIFFER
    assert found.figures["distance_m"] == pytest.approx(30_783, abs=5)


@pytest.mark.parametrize(
    "text", ["33 30 00 N 38 37 00 E", "37SDT64390678", "37 north 464390 3706780", "al-Tanf", "438LH"]
)
def test_signed_angles_that_follow_from_what_was_entered_are_not_doubted(text: str) -> None:
    position = read_position(text)
    area = Circle(centre=position, radius_mm=1)
    assert not area_signed_warnings(area)
    moved = replace(position, lat_ndeg=position.lat_ndeg + 1_000_000_000)
    (found,) = area_signed_warnings(replace(area, centre=moved))
    assert found.code is EntryCode.ENTERED_DIFFERS
    assert "entered and signed place differ by 111 km" in found.sentence


def test_a_small_difference_counts_against_the_finer_of_both_precisions() -> None:
    typed = read_coordinate("33.50000N 38.61667E")
    area = Circle(centre=replace(typed, lat_ndeg=typed.lat_ndeg + 20_000), radius_mm=1)
    (found,) = area_signed_warnings(area)
    assert found.sentence == "entered and signed place differ by 2 m"
    vague = replace(
        typed,
        entered=Entered(text="33.50000N 38.61667E", format=CoordinateFormat.DECIMAL, precision_mm=10**9),
    )
    assert area_signed_warnings(Circle(centre=replace(vague, lat_ndeg=vague.lat_ndeg + 20_000), radius_mm=1))


@pytest.mark.parametrize("text", ["hello", "", "38SMB", "x" * 80])
def test_what_cannot_be_read_again_is_said(text: str) -> None:
    entered = Entered(text=text, format=CoordinateFormat.PLACE, precision_mm=1)
    area = Circle(centre=replace(read_coordinate("33N 38E"), entered=entered), radius_mm=1)
    (found,) = area_signed_warnings(area)
    assert found.code is EntryCode.ENTERED_UNREADABLE


def test_of_many_vertices_the_first_doubt_of_each_kind_is_told_and_the_others_counted() -> None:
    texts = ("33 30 00 N 38 37 00 E", "33 10 00 N 39 55 00 E", "33 40 00 N 39 55 00 E")
    area = Polygon(ring=tuple(read_coordinate(text) for text in texts), edges=Edges.GEODESIC)
    (found,) = area_warnings(area, Context(area=ZONE))
    assert found.sentence.startswith("vertex 2: it lies ")
    assert found.sentence.endswith("; 1 more vertex is like it")
    assert (found.figures["vertex"], found.figures["more"]) == (2, 1)


def test_digits_are_suspected_in_the_first_vertices_alone() -> None:
    slipped = read_coordinate("35.3359N 40.4108E")
    others = [read_coordinate(f"36.{n:04d}N 41.9E") for n in range(100, 100 + 70)]
    first = Corridor(line=(slipped, *others), half_width_mm=1_000, edges=Edges.GEODESIC)
    last = replace(first, line=(*others, slipped))
    assert "digits_suspected" in codes(area_warnings(first, Context()))
    assert "digits_suspected" not in codes(area_warnings(last, Context()))
