"""CSV files of places: what is read, what is put right for certain, and how each bad row is named."""

import pytest

from importing import HEAD, only_refusal, read
from parley.words.codes import CoordinateFormat, Datum
from parley.words.errors import InputError
from parley.words.volume import Circle


def test_rows_are_read() -> None:
    found = read(
        f"\ufeff{HEAD},as_of\nu1,OUTPOST,unit,33.5,-38.6166667,0,2022-06-15T00:00Z\ns1,Well,SITE,1,2,50.5,\n"
    )
    first, second = found.places
    assert found.report.refused == []
    assert isinstance(first.area, Circle)
    assert first.area.centre.lon_ndeg == -38_616_666_700
    assert first.area.centre.entered is not None
    assert first.area.centre.entered.text == "33.5 -38.6166667"
    assert first.as_of_ms == 1_655_251_200_000
    assert second.as_of_ms is None
    assert second.kind == "site"
    assert isinstance(second.area, Circle)
    assert second.area.radius_mm == 50_500


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        ("u1,A,unit,91,0,0", "lat", "axes-swapped"),
        ("u1,A,unit,91,100,0", "lat", "coordinate-out-of-range"),
        ("u1,A,unit,0,181,0", "lon", "coordinate-out-of-range"),
        ("u1,A,unit,x,0,0", "lat", "coordinate-unreadable"),
        ("u1,A,unit,nan,0,0", "lat", "coordinate-not-a-number"),
        ("u1,A,unit,0,-Infinity,0", "lon", "coordinate-not-a-number"),
        ("u1,A,unit,1e1,0,0", "lat", "coordinate-unreadable"),
        ("u1,A,unit,,0,0", "lat", "position-missing"),
        ("u1,A,unit,0,,0", "lon", "position-missing"),
        ("u1,A,unit,,,0", "", "position-missing"),
        ("u1,A,tank,0,0,0", "kind", "kind-unknown"),
        (",A,unit,0,0,0", "id", "id-missing"),
        ("u1,,unit,0,0,0", "name", "name-missing"),
        (f"u1,{'n' * 121},unit,0,0,0", "name", "name-too-long"),
        ("u1,A\u202eB,unit,0,0,0", "name", "text-harmful"),
        ("u1,A\ufffdB,unit,0,0,0", "name", "text-damaged"),
        ("u1,A,unit,0,0,-5", "radius_m", "length-unreadable"),
        ('u1,A,unit,0,0,"1,500"', "radius_m", "length-unreadable"),
        ("u1,A,unit,0,0,nan", "radius_m", "length-unreadable"),
        ('u1,A,unit,"33,5",0,0', "lat", "coordinate-decimal-comma"),
        ("u1,A,unit,0,0", "", "row-too-short"),
        ("u1,A,unit,0,0,0,9", "", "row-too-long"),
    ],
)
def test_a_bad_row_is_named_by_number_column_and_rule(row: str, column: str, rule: str) -> None:
    found = read(f"{HEAD}\n{row}\nok,Good,site,1.5,1.5,0\n")
    (refusal,) = found.report.refused
    assert (refusal.row, refusal.column, refusal.rule) == (2, column, rule)
    assert refusal.what
    assert refusal.do
    assert [place.id for place in found.places] == ["ok"]


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("as_of", "2022-06-15T14:32", "time-not-utc"),
        ("as_of", "2022-06-15", "time-unreadable"),
        ("as_of", "2022-02-30T00:00Z", "time-no-such"),
        ("start", "15/06/2022", "time-unreadable"),
        ("end", "1969-01-01T00:00Z", "time-no-such"),
        ("end", "2022-06-15T00:00+24:00", "time-no-such"),
        ("floor", "500", "altitude-unreadable"),
        ("ceiling", "500 ft", "altitude-unreadable"),
        ("layer", "other", "row-of-other-layer"),
        ("position", "33N 38E and some", "coordinate-unreadable"),
        ("position", "34 00 00 N 38 00 00 E", "positions-differ"),
    ],
)
def test_a_bad_optional_field_is_named(column: str, value: str, rule: str) -> None:
    refusal = only_refusal(f"id,name,kind,lat,lon,{column}\nu1,A,unit,33.5,38.0,{value}\n")
    assert (refusal.column, refusal.rule) == (column, rule)


def test_floor_over_ceiling_and_end_before_start_are_refused() -> None:
    head = "id,name,kind,lat,lon,floor,ceiling,start,end\n"
    high = only_refusal(f"{head}u,A,unit,1.5,2.5,500 m msl,100 m msl,,\n")
    assert high.rule == "floor-above-ceiling"
    late = only_refusal(f"{head}u,A,unit,1.5,2.5,,,2022-06-16T00:00Z,2022-06-15T00:00Z\n")
    assert late.rule == "end-before-start"


def test_bands_and_windows_are_read() -> None:
    found = read(
        "id,name,kind,lat,lon,floor,ceiling,start,end\n"
        "u,A,unit,1.5,2.5,0 m agl,5000 ft msl,151432ZJUN22,2022-06-15T20:00+03:00\n"
        "v,B,unit,1.5,2.5,,FL250,,2022-06-15T20:00Z\n"
    )
    first, second = found.places
    assert first.band is not None
    assert first.band.ceiling is not None
    assert first.band.ceiling.datum is Datum.MEAN_SEA_LEVEL
    assert first.window is not None
    assert first.window.end_ms - first.window.start_ms == (2 * 60 + 28) * 60_000
    assert second.window is not None
    assert second.window.start_ms == 0


def test_a_whole_coordinate_in_one_column_is_read_and_kept_as_entered() -> None:
    (place,) = read("id,name,kind,coordinates\nu,A,unit,33 30 00 N 38 37 00 E\n").places
    assert isinstance(place.area, Circle)
    entered = place.area.centre.entered
    assert entered is not None
    assert entered.format is CoordinateFormat.DMS
    assert entered.text == "33 30 00 N 38 37 00 E"


def test_halves_with_letters_are_read() -> None:
    (place,) = read("id,name,kind,lat,lon\nu,A,unit,33°30.0'N,38°37.0'E\n").places
    assert isinstance(place.area, Circle)
    assert place.area.centre.lat_ndeg == 33_500_000_000


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_and_said(delimiter: str) -> None:
    found = read(f"{HEAD}\nu1,A,unit,1.5,2.5,0\n".replace(",", delimiter))
    assert len(found.places) == 1
    assert any("delimiter" in each for each in found.report.read_as)


def test_a_decimal_comma_is_read_and_said_only_where_every_row_is_written_so() -> None:
    good = read("id;name;kind;lat;lon\nu1;A;unit;33,512;38,6\nu2;B;unit;-1;2\n")
    assert [isinstance(p.area, Circle) and p.area.centre.lat_ndeg for p in good.places] == [
        33_512_000_000,
        -1_000_000_000,
    ]
    assert [repair.rule for repair in good.report.repaired] == ["decimal-comma", "decimal-comma"]
    mixed = read("id;name;kind;lat;lon\nu1;A;unit;33,512;38,6\nu2;B;unit;1.5;2\n")
    assert [refusal.rule for refusal in mixed.report.refused] == ["coordinate-decimal-comma"]
    short = read("id;name;kind;lat;lon\nu1;A;unit;33,30;38,30\n")
    assert [refusal.rule for refusal in short.report.refused] == ["coordinate-decimal-comma"]


@pytest.mark.parametrize(
    ("encoding", "mark", "said"),
    [("utf-8", b"\xef\xbb\xbf", None), ("utf-16-le", b"\xff\xfe", None), ("utf-16-be", b"\xfe\xff", None)],
)
def test_a_marked_encoding_is_read(encoding: str, mark: bytes, said: str | None) -> None:
    raw = mark + f"{HEAD}\nu1,Колодец,site,1.5,2.5,0\n".encode(encoding)
    assert read(raw, encoding=said).places[0].name == "Колодец"


def test_another_encoding_is_read_only_when_it_is_named() -> None:
    raw = f"{HEAD}\nu1,Колодец,site,1.5,2.5,0\n".encode("windows-1251")
    with pytest.raises(InputError, match=r"not utf-8: line 2") as unnamed:
        read(raw)
    assert unnamed.value.name == "encoding-uncertain"
    assert read(raw, encoding="windows-1251").places[0].name == "Колодец"
    with pytest.raises(InputError) as wrong:
        read(raw, encoding="rot13")
    assert wrong.value.name == "encoding-unknown"
    with pytest.raises(InputError) as unmarked:
        read(f"{HEAD}\n".encode("utf-16-le"))
    assert unmarked.value.name == "text-with-nul"


def test_a_name_that_was_decoded_twice_is_in_doubt() -> None:
    found = read(f"{HEAD}\nu1,{'Zürich'.encode().decode('cp1252')},site,1.5,2.5,0\n")
    assert [doubt.rule for doubt in found.report.doubts] == ["name-decoded-twice"]
    assert read(f"{HEAD}\nu1,Zürich,site,1.5,2.5,0\n").report.doubts == []


def test_rows_that_look_swapped_among_the_others_are_in_doubt() -> None:
    rows = [f"s{n},S{n},site,33.{n},48.{n},0" for n in range(9)]
    found = read("\n".join([HEAD, *rows, "x,X,site,48.5,33.5,0", "z,Z,site,0,0,0"]))
    assert [(doubt.id, doubt.rule) for doubt in found.report.doubts] == [
        ("x", "axes-look-swapped"),
        ("z", "position-is-zero"),
    ]


def test_a_row_again_is_left_out_and_rows_that_differ_under_one_id_are_all_refused() -> None:
    found = read(f"{HEAD}\na,A,site,1.5,2.5,0\na,A,site,1.5,2.5,0\nb,B,site,1.5,2.5,0\nb,B,site,1.5,3.5,0\n")
    assert [place.id for place in found.places] == ["a"]
    assert [repair.rule for repair in found.report.repaired] == ["row-repeated"]
    assert [(refusal.row, refusal.rule) for refusal in found.report.refused] == [
        (4, "id-repeated"),
        (5, "id-repeated"),
    ]


def test_the_heading_is_understood_by_synonyms_and_by_hand() -> None:
    found = read(
        "Site No.;Title;Latitude;LONG;Radius (m);Remarks\n7;Well;33.5;38.5;50;dry\n",
        by_hand={"id": "site no."},
        kind="site",
    )
    assert found.places[0].id == "7"
    assert {each.column: each.field for each in found.report.headings} == {
        "Site No.": "id",
        "Title": "name",
        "Latitude": "lat",
        "LONG": "lon",
        "Radius (m)": "radius_m",
        "Remarks": None,
    }


def test_one_column_may_give_two_fields_by_hand() -> None:
    (place,) = read("name,lat,lon\nWell,33.5,38.5\n", by_hand={"id": "name"}, kind="site").places
    assert (place.id, place.name) == ("Well", "Well")


def test_a_column_whose_heading_says_utc_needs_no_z() -> None:
    (place,) = read("id,name,kind,lat,lon,As of (UTC)\nu,A,unit,1.5,2.5,2022-06-15 14:32\n").places
    assert place.as_of_ms == 1_655_303_520_000


@pytest.mark.parametrize(
    ("text", "wish", "name"),
    [
        ("", {}, "file-empty"),
        ("\n \n", {}, "file-empty"),
        (f"{HEAD}\n", {}, "file-empty"),
        ("id,name\n1,2\n", {}, "columns-missing"),
        ("a,b\n1,2\n", {}, "delimiter-uncertain"),
        (f'{HEAD}\n"u1,A', {}, "csv-unreadable"),
        ("id,name,kind,lat,latitude,lon\n", {}, None),
        ("id,name,kind,latitude,lat_deg,lon\n", {}, "column-ambiguous"),
        (f"{HEAD},lat\n", {}, "column-ambiguous"),
        (f"{HEAD}\n", {"by_hand": {"tank": "id"}}, "column-no-such-field"),
        (f"{HEAD}\n", {"by_hand": {"id": "no such"}}, "column-not-in-heading"),
    ],
)
def test_a_file_that_is_no_table_of_places_is_refused(
    text: str, wish: dict[str, object], name: str | None
) -> None:
    with pytest.raises(InputError) as error:
        read(text, **wish)
    assert error.value.name == (name or "file-empty")


def test_a_value_in_the_report_is_short_and_harmless() -> None:
    refusal = only_refusal(f"{HEAD}\nu1,A,\x1b[31mtank{'x' * 500},0,0,0\n")
    assert len(refusal.value) == 40
    assert "\x1b" not in refusal.value


def test_too_many_rows_are_refused() -> None:
    row = "u,A,site,1.5,2.5,0\n"
    with pytest.raises(InputError) as error:
        read(f"{HEAD}\n{row * 200_001}")
    assert error.value.name == "rows-too-many"


@pytest.mark.parametrize("column", ["radius", "Floor (ft)", "lat_min", "X", "valid"])
def test_a_column_that_looks_as_if_it_should_be_read_is_in_doubt(column: str) -> None:
    found = read(f"{HEAD},{column}\nu1,A,unit,1.5,2.5,0,9\n")
    assert [doubt.rule for doubt in found.report.doubts] == ["column-not-read"]


def test_altitudes_in_metres_are_read_over_their_datum() -> None:
    head = "id,name,kind,lat,lon,floor_m,ceiling_m,altitude_datum"
    first, second = read(f"{head}\na,A,site,1.5,2.5,0,30,agl\nb,B,site,1.5,2.5,,1500.5,\n").places
    assert first.band is not None
    assert first.band.ceiling is not None
    assert first.band.ceiling.datum is Datum.ABOVE_GROUND
    assert second.band is not None
    assert second.band.floor is None
    assert second.band.ceiling is not None
    assert second.band.ceiling.datum is Datum.ELLIPSOID
    assert only_refusal(f"{head}\na,A,site,1.5,2.5,0,30,sea\n").rule == "altitude-datum-unknown"
    assert only_refusal(f"{head},floor\na,A,site,1.5,2.5,0,30,,1 m msl\n").rule == "altitude-twice"


def test_a_position_known_to_a_cell_only_is_in_doubt_unless_its_radius_covers_it() -> None:
    head = "id,name,kind,mgrs,radius_m"
    coarse = read(f"{head}\na,A,site,37SBT9912,0\nb,B,site,37SBT9912,1000\nc,C,site,37SBT9912312345,0\n")
    assert coarse.report.refused == []
    assert [(doubt.id, doubt.rule) for doubt in coarse.report.doubts] == [("a", "position-is-coarse")]
    refusal = only_refusal("id,name,kind,mgrs\na,A,site,al-Tanf\n")
    assert (refusal.column, refusal.rule) == ("mgrs", "coordinate-unreadable")


def test_a_width_of_a_point_is_refused() -> None:
    refusal = only_refusal(f"{HEAD},half_width_m\na,A,site,1.5,2.5,0,50\n")
    assert (refusal.column, refusal.rule) == ("half_width_m", "reach-without-use")
