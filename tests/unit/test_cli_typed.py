"""What people type at the command line: times, altitudes, lengths, areas, drafts; what is refused, and why."""

import json
from pathlib import Path

import pytest

from parley.cli.answers import read_activity
from parley.cli.client import typed_text
from parley.cli.composing import make_draft, second_look
from parley.cli.reading import read_altitude, read_area, read_band, read_length_mm, read_line_area
from parley.cli.times import from_now, group_of, hours_text, length, read_time, zulu
from parley.cli.writing import Composed, compose
from parley.words.bodies import Notice
from parley.words.codes import Activity, CoordinateFormat, Datum, Edges, LengthUnit, Precedence, Reason
from parley.words.errors import InputError
from parley.words.volume import Circle, Corridor, Daily, Polygon

AT_MS = 1_655_303_520_000  # 2022-06-15 14:32Z
AT = "33 30 00 N 38 37 00 E"


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("2022-06-15T14:32:00Z", AT_MS),
        ("2022-06-15T14:32Z", AT_MS),
        ("2022-06-15 14:32z", AT_MS),
        ("2022-06-15T14:32:00.25Z", AT_MS + 250),
        ("151432ZJUN22", AT_MS),
        ("151432Z JUN 22", AT_MS),
        ("+20m", AT_MS + 20 * 60_000),
        ("+1h30m", AT_MS + 90 * 60_000),
        ("+2d", AT_MS + 48 * 3_600_000),
        ("+90s", AT_MS + 90_000),
        ("now", AT_MS),
    ],
)
def test_a_time_is_read(text: str, at_ms: int) -> None:
    assert read_time(text, AT_MS) == at_ms


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2022-06-15T14:32", "time-not-utc"),
        ("2022-06-15T14:32+03:00", "time-not-utc"),
        ("14:32", "time-not-utc"),
        ("2022-06-31T14:32Z", "time-no-such"),
        ("2022-06-15T24:00Z", "time-no-such"),
        ("151432ZXXX22", "time-no-such"),
        ("311432ZJUN22", "time-no-such"),
        ("1969-12-31T23:59Z", "time-no-such"),
        ("151432LJUN22", "time-unreadable"),
        ("+", "time-unreadable"),
        ("20m", "time-unreadable"),
        ("", "time-unreadable"),
        ("tomorrow", "time-unreadable"),
        ("\u0661\u06651432ZJUN22", "time-unreadable"),
    ],
)
def test_a_time_that_is_not_certain_is_refused(text: str, name: str) -> None:
    with pytest.raises(InputError) as refused:
        read_time(text, AT_MS)
    assert refused.value.name == name


def test_a_read_back_takes_no_time_from_now() -> None:
    with pytest.raises(InputError, match="give the time itself"):
        read_time("+5m")


def test_times_are_shown_in_utc_with_their_group() -> None:
    assert zulu(AT_MS) == "2022-06-15 14:32:00Z (151432ZJUN22)"
    assert zulu(None) == "not yet"
    assert group_of(AT_MS + 59_999) == "151432ZJUN22"
    assert read_time(group_of(AT_MS)) == AT_MS
    assert from_now(AT_MS + 18 * 60_000, AT_MS) == "in 18 min"
    assert from_now(AT_MS, AT_MS + 250_000) == "4 min 10 s ago"
    assert [length(ms) for ms in (59_000, 60_000, 7_200_000, 7_500_000, 183 * 3_600_000)] == [
        "59 s", "1 min", "2 h", "2 h 5 min", "7 d 15 h",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value_mm", "unit", "datum"),
    [
        ("0 m msl", 0, LengthUnit.METRE, Datum.MEAN_SEA_LEVEL),
        ("5000 ft MSL", 1_524_000, LengthUnit.FOOT, Datum.MEAN_SEA_LEVEL),
        ("5000ft msl", 1_524_000, LengthUnit.FOOT, Datum.MEAN_SEA_LEVEL),
        ("FL250", 7_620_000, LengthUnit.FLIGHT_LEVEL, Datum.FLIGHT_LEVEL),
        ("100 m agl", 100_000, LengthUnit.METRE, Datum.ABOVE_GROUND),
        ("-20.5 m hae", -20_500, LengthUnit.METRE, Datum.ELLIPSOID),
        ("ground", 0, LengthUnit.METRE, Datum.ABOVE_GROUND),
    ],
)
def test_an_altitude_is_read(text: str, value_mm: int, unit: LengthUnit, datum: Datum) -> None:
    read = read_altitude(text)
    assert read is not None
    assert (read.value_mm, read.unit, read.datum) == (value_mm, unit, datum)


@pytest.mark.parametrize("text", ["5000", "5000 ft", "5000 msl", "FL 25 m", "5,000 ft msl", "high", ""])
def test_an_altitude_without_unit_or_datum_is_refused(text: str) -> None:
    with pytest.raises(InputError) as refused:
        read_altitude(text)
    assert refused.value.name == "altitude-unreadable"


def test_altitudes_have_limits_and_may_be_unlimited() -> None:
    with pytest.raises(InputError, match="that low or high"):
        read_altitude("-99999 m msl")
    band = read_band("unlimited", None)
    assert band.floor is None
    assert band.ceiling is None


@pytest.mark.parametrize("text", ["", "-5", "1,5", "5 km", "1e3", "nan", "\u0665"])
def test_a_length_is_plain_metres(text: str) -> None:
    with pytest.raises(InputError) as refused:
        read_length_mm(text)
    assert refused.value.name == "length-unreadable"


def test_areas_are_read() -> None:
    circle = read_area(AT, "1852.5", None, Edges.GEODESIC)
    assert isinstance(circle, Circle)
    assert circle.radius_mm == 1_852_500
    assert circle.centre.entered is not None
    assert circle.centre.entered.text == AT
    polygon = read_area(None, None, "33 N 38 E; 34 N 38 E; 34 N 39 E;", Edges.STRAIGHT)
    assert isinstance(polygon, Polygon)
    assert len(polygon.ring) == 3
    assert polygon.edges is Edges.STRAIGHT
    assert read_area(None, None, None, Edges.GEODESIC) is None


@pytest.mark.parametrize(
    ("at", "radius_m", "polygon", "name"),
    [
        (AT, None, None, "radius-missing"),
        (None, "5", None, "place-missing"),
        (AT, "5", "1 N 1 E", "area-both"),
        (None, None, "33 N 38 E; 34 N 38 E", "polygon-unreadable"),
        (None, "20100001", None, "place-missing"),
        (AT, "20100001", None, "length-out-of-range"),
        ("38 37 E 33 30 N", "5", None, "coordinate-longitude-first"),
    ],
)
def test_half_an_area_is_refused(
    at: str | None, radius_m: str | None, polygon: str | None, name: str
) -> None:
    with pytest.raises(InputError) as refused:
        read_area(at, radius_m, polygon, Edges.GEODESIC)
    assert refused.value.name == name


def composed(**given: object) -> Composed:
    whole = {"activity": Activity.AIR_STRIKE, "reason": Reason.WITHHELD, "at": AT, "radius_m": "2000",
             "start": "+20m", "end": "+2h"}  # fmt: skip
    return compose(**{**whole, **given})  # type: ignore[arg-type] # fields by name


def test_a_notice_is_composed_from_options() -> None:
    draft = make_draft(composed(), AT_MS)
    assert draft.precedence is Precedence.IMMEDIATE
    assert draft.volume.window.start_ms == AT_MS + 20 * 60_000
    assert draft.volume.band.floor is None
    assert draft.reason.text is None
    assert make_draft(composed(start="+3h", end="+4h"), AT_MS).precedence is Precedence.PRIORITY
    assert make_draft(composed(start="+3d", end="+4d"), AT_MS).precedence is Precedence.ROUTINE


def test_everything_that_is_missing_is_said_at_once() -> None:
    with pytest.raises(InputError) as refused:
        make_draft(compose(), AT_MS)
    assert refused.value.name == "fields-missing"
    for option in ("--activity", "--at", "--start", "--end", "--reason"):
        assert option in refused.value.do


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"end": "+10m"}, "end-before-start"),
        ({"floor": "200 m msl", "ceiling": "100 m msl"}, "floor-above-ceiling"),
        ({"radius_m": "0"}, "circle-radius-zero"),
        ({"file": Path("draft.json")}, "file-and-options"),
        (
            {"at": None, "radius_m": None, "polygon": "0 N 0 E; 1 N 1 E; 1 N 0 E; 0 N 1 E"},
            "polygon-self-crossing",
        ),
    ],
)
def test_a_notice_that_cannot_be_is_refused_before_it_is_signed(given: dict[str, object], name: str) -> None:
    with pytest.raises(InputError) as refused:
        make_draft(composed(**given), AT_MS)
    assert refused.value.name == name


def test_a_notice_comes_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "draft.json"
    volume = {
        "area": {"shape": "circle", "centre": {"lat_ndeg": 1, "lon_ndeg": 2}, "radius_mm": 5_000},
        "band": {"floor": None, "ceiling": None},
        "window": {"start_ms": AT_MS, "end_ms": AT_MS + 1},
    }
    whole = {
        "precedence": "FLASH",
        "activity": "convoy",
        "volume": volume,
        "reason": {"code": "safety", "text": None},
    }
    path.write_text(json.dumps(whole))
    assert make_draft(compose(file=path), AT_MS).precedence is Precedence.FLASH
    path.write_text(json.dumps({**whole, "unknown": 1}))
    with pytest.raises(InputError, match="no draft"):
        make_draft(compose(file=path), AT_MS)
    with pytest.raises(InputError, match="cannot be read"):
        make_draft(compose(file=tmp_path / "missing"), AT_MS)


def test_an_amendment_keeps_what_is_not_given() -> None:
    draft = make_draft(composed(floor="0 m msl", actor="2nd Wing"), AT_MS)
    before = Notice(
        salt="0" * 32,
        precedence=draft.precedence,
        activity=draft.activity,
        actor=draft.actor,
        volume=draft.volume,
        reason=draft.reason,
    )
    same = make_draft(compose(), AT_MS + 5, before)
    assert same == draft
    wider = make_draft(compose(radius_m="3000"), AT_MS, before)
    assert isinstance(wider.volume.area, Circle)
    assert wider.volume.area.radius_mm == 3_000_000
    assert wider.volume.area.centre == draft.volume.area.centre  # type: ignore[union-attr] # a circle
    assert wider.actor == "2nd Wing"


@pytest.mark.parametrize(
    ("at", "form"),
    [
        ("37S DT 64390 07317", CoordinateFormat.MGRS),
        ("37 north 464390 3707317", CoordinateFormat.UTM),
        ("438LH36", CoordinateFormat.GARS),
        ("QJJD37003000", CoordinateFormat.GEOREF),
        ("al-Tanf", CoordinateFormat.PLACE),
    ],
)
def test_a_circle_is_composed_from_every_format_and_keeps_what_was_typed(
    at: str, form: CoordinateFormat
) -> None:
    area = make_draft(composed(at=at, near="anywhere"), AT_MS).volume.area
    assert isinstance(area, Circle)
    assert area.centre.entered is not None
    assert (area.centre.entered.text, area.centre.entered.format) == (at, form)
    assert abs(area.centre.lat_ndeg - 33_500_000_000) < 100_000_000


def test_a_line_s_area_is_a_circle_or_a_polygon() -> None:
    circle = read_line_area("al-Tanf; 55000")
    assert isinstance(circle, Circle)
    assert circle.radius_mm == 55_000_000
    assert isinstance(read_line_area("33N 38E; 34N 38E; 34N 39E"), Polygon)
    with pytest.raises(InputError) as refused:
        read_line_area("33N 38E; 34N 38E; 33N 38E")
    assert refused.value.name.startswith("polygon-")


def test_a_second_look_finds_what_a_tired_person_overlooks() -> None:
    draft = make_draft(composed(at="33.5 N 38.6 E", start="+5m", end="+30h"), AT_MS)
    said = " / ".join(second_look(draft, AT_MS))
    for part in ("5 min to the start", "the window lasts", "every altitude"):
        assert part in said
    late = second_look(make_draft(composed(floor="0 m msl", start="2022-06-15T14:00Z"), AT_MS), AT_MS)
    assert late == ["THE START IS IN THE PAST: 32 min ago. Is the time right, and in UTC?"]


def test_an_activity_is_read_as_code_or_as_words() -> None:
    for text in ("air_strike", "Air Strike", " air-strike "):
        assert read_activity(text) is Activity.AIR_STRIKE
    assert read_activity("humanitarian convoy") is Activity.CONVOY
    assert read_activity("live-fire exercise") is Activity.LIVE_FIRE_EXERCISE
    with pytest.raises(InputError, match="no such activity"):
        read_activity("strike")


def test_typed_text_is_normalised_or_refused() -> None:
    assert typed_text("e\u0301") == "\u00e9"
    with pytest.raises(InputError, match="not UTF-8"):
        typed_text("bad \udcff byte")


def test_a_corridor_and_daily_hours_are_composed_and_kept_by_an_amendment() -> None:
    line = "33 30 N 38 30 E; 33 40 N 38 45 E"
    given = composed(
        at=None, radius_m=None, corridor=line, half_width_m="750", daily="2000Z-0400Z", end="+3d"
    )
    draft = make_draft(given, AT_MS)
    area = draft.volume.area
    assert isinstance(area, Corridor)
    assert (len(area.line), area.half_width_mm, area.edges) == (2, 750_000, Edges.GEODESIC)
    assert draft.volume.window.daily == Daily(start_ms=72_000_000, end_ms=14_400_000)
    before = Notice(
        salt="0" * 32,
        precedence=draft.precedence,
        activity=draft.activity,
        actor=None,
        volume=draft.volume,
        reason=draft.reason,
    )
    later = make_draft(compose(end="+4d"), AT_MS, before)
    assert later.volume.area == area
    assert later.volume.window.daily == draft.volume.window.daily
    assert hours_text(Daily(start_ms=72_000_000, end_ms=14_400_000)) == (
        "every day 2000Z to 0400Z of the next day"
    )


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"corridor": "33 N 38 E", "half_width_m": "5"}, "corridor-unreadable"),
        ({"corridor": "33 N 38 E; 34 N 38 E"}, "half-width-missing"),
        ({"half_width_m": "5"}, "corridor-unreadable"),
        ({"corridor": "33 N 38 E; 34 N 38 E", "half_width_m": "5", "at": AT}, "area-both"),
        (
            {"corridor": "33 N 38 E; 34 N 38 E", "half_width_m": "5", "daily": "2400Z-0400Z"},
            "hours-unreadable",
        ),
        ({"corridor": "33 N 38 E; 34 N 38 E", "half_width_m": "5", "daily": "at night"}, "hours-unreadable"),
    ],
)
def test_half_a_corridor_and_no_hours_are_refused(given: dict[str, object], name: str) -> None:
    with pytest.raises(InputError) as refused:
        make_draft(composed(**{"at": None, "radius_m": None, "end": "+3d", **given}), AT_MS)
    assert refused.value.name == name
