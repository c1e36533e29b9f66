"""Each track format: one small sample of our own, read into the same words; what is refused, by name."""

import numpy as np
import pytest

from parley.formats.position_format import Format
from parley.formats.position_stream import PositionStream
from parley.formats.positions import DATUMS, Basis, Mover, Positions, Refusals, harmless
from parley.words.codes import Datum
from parley.words.errors import InputError
from track_samples import (
    AIRCRAFT,
    COLUMNS,
    COT,
    CSV,
    GEOJSON,
    NOW_MS,
    ROWS,
    SBS,
    TRACE,
    class_a,
    read,
    sentence,
    ship_name,
)


def whole(data: str, *, live: bool = False) -> Positions:
    found, refused = read(data, live=live)
    assert found is not None
    assert {rule for rule in refused if rule != "position-missing"} == set()
    return found


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (COT, Format.COT),
        (AIRCRAFT, Format.READSB),
        (TRACE, Format.READSB),
        (SBS, Format.SBS),
        (class_a(211_000_000, 33.5, 38.25, 40), Format.AIS),
        (CSV, Format.CSV),
        (GEOJSON, Format.GEOJSON),
        (ROWS, Format.TABLE),
        (COLUMNS, Format.TABLE),
    ],
)
def test_every_format_is_found_out_and_says_the_same_place_and_time(data: str, format_: Format) -> None:
    refusals = Refusals()
    stream = PositionStream(refusals)
    fed, finished = stream.feed(data.encode(), NOW_MS), stream.finish(NOW_MS)
    found = fed if fed is not None else finished
    assert stream.format is format_
    assert found is not None
    assert found.lat_deg[0] == pytest.approx(33.5, abs=1e-6)
    assert found.lon_deg[0] == pytest.approx(38.25, abs=1e-6)
    assert abs(int(found.at_ms[0]) - NOW_MS) <= 1_500


@pytest.mark.parametrize("size", [1, 7, 100])
@pytest.mark.parametrize(
    "data", [COT + "\n" + COT, SBS, AIRCRAFT, "\n".join([*ship_name(1, "A"), class_a(1, 3, 4, 5)])]
)
def test_it_does_not_matter_how_the_bytes_are_cut(data: str, size: int) -> None:
    refusals = Refusals()
    stream = PositionStream(refusals)
    raw = data.encode()
    parts = [stream.feed(raw[n : n + size], NOW_MS) for n in range(0, len(raw), size)]
    cut = [part for part in [*parts, stream.finish(NOW_MS)] if part is not None]
    at_once = whole(data)
    assert [each for part in cut for each in part.ids] == at_once.ids
    assert [each for part in cut for each in part.names] == at_once.names


def test_cot_says_height_over_the_ellipsoid_error_speed_and_what_moves() -> None:
    found = whole(COT)
    assert found.ids == ["U-1"]
    assert found.names == ["HAWK 1"]
    assert (found.height_m[0], found.error_m[0], found.speed_mps[0]) == (1200.5, 15, 120.5)
    assert DATUMS[found.datum[0]] is Datum.ELLIPSOID
    assert found.mover[0] == Mover.AIR


def test_cot_that_went_stale_before_it_was_received_is_said_to_be_stale() -> None:
    found, _ = read(COT, now_ms=NOW_MS + 3_600_000)
    assert found is not None
    assert not found.stale[0], "a file may be old: its event was not stale at its own time"
    late = COT.replace('stale="2026-05-28T20:36:40Z"', 'stale="2026-05-28T20:20:00Z"')
    found, _ = read(late)
    assert found is not None
    assert found.stale[0]


def test_readsb_takes_the_time_of_the_position_and_the_better_altitude() -> None:
    found = whole(AIRCRAFT)
    assert found.ids == ["4b1a2c", "4b1a2d"]
    assert found.names == ["HAWK1", ""]
    assert found.at_ms.tolist() == [NOW_MS - 1_500, NOW_MS - 100]
    assert found.height_m[0] == pytest.approx(3_048)
    assert DATUMS[found.datum[0]] is Datum.ELLIPSOID
    assert np.isnan(found.height_m[1]), "on the ground is no altitude"
    assert found.error_m.tolist() == [30, 186]
    assert found.age_s.tolist() == [1.5, 0.1]


def test_a_barometric_altitude_is_a_flight_level_and_not_a_height_over_the_ellipsoid() -> None:
    found = whole(AIRCRAFT.replace('"alt_geom":10000,', ""))
    assert found.height_m[0] == pytest.approx(9_800 * 0.3048)
    assert DATUMS[found.datum[0]] is Datum.FLIGHT_LEVEL
    assert DATUMS[whole(SBS).datum[0]] is Datum.FLIGHT_LEVEL
    assert DATUMS[whole(ROWS).datum[0]] is Datum.FLIGHT_LEVEL


def test_one_wrong_aircraft_costs_itself_only() -> None:
    found, refused = read(AIRCRAFT.replace('"lat":33.6', '"lat":"north"'))
    assert found is not None
    assert found.ids == ["4b1a2c"]
    assert refused == {"readsb-aircraft-unreadable": 1, "position-missing": 1}


def test_readsb_one_aircraft_a_line_takes_the_receipt_as_its_time() -> None:
    line = '{"hex":"4b1a2c","lat":33.5,"lon":38.25,"seen_pos":2}\n'
    found, _ = read(line + "nonsense\n" + line, live=True)
    assert found is not None
    assert found.at_ms.tolist() == [NOW_MS - 2_000] * 2
    assert set(found.basis.tolist()) == {Basis.RECEIPT}


def test_a_trace_keeps_callsign_and_accuracy_until_they_change() -> None:
    found = whole(TRACE)
    assert found.names == ["HAWK1", "HAWK1"]
    assert found.error_m.tolist() == [30, 30]
    assert found.at_ms.tolist() == [NOW_MS, NOW_MS + 10_500]
    assert np.isnan(found.height_m[1])


def test_sbs_takes_its_receipt_live_and_its_own_clock_as_utc_from_a_file() -> None:
    live, filed = whole(SBS, live=True), whole(SBS)
    assert live.at_ms.tolist() == [NOW_MS]
    assert live.basis[0] == Basis.RECEIPT
    assert filed.basis[0] == Basis.STATED_AS_UTC
    assert filed.names == ["HAWK1"]
    assert filed.speed_mps[0] == pytest.approx(240 * 1852 / 3600)


def test_ais_takes_its_second_and_the_minute_of_its_receipt() -> None:
    found = whole(class_a(211_000_000, 33.5, 38.25, 38), live=True)  # NOW_MS is second 40
    assert found.ids == ["211000000"]
    assert found.at_ms.tolist() == [NOW_MS - 2_000]
    assert found.basis[0] == Basis.SECOND_OF_RECEIPT
    over = whole(class_a(211_000_000, 33.5, 38.25, 58), live=True)
    assert over.at_ms.tolist() == [NOW_MS + 18_000]
    assert found.error_m[0] == 10
    assert np.isnan(whole(class_a(1, 33.5, 38.25, 0, accurate=False)).error_m[0])


def test_ais_without_a_second_has_its_receipt_and_dead_reckoning_is_stale() -> None:
    none, reckoned = whole(class_a(1, 33.5, 38.25, 60)), whole(class_a(1, 33.5, 38.25, 62))
    assert none.at_ms.tolist() == [NOW_MS]
    assert none.basis[0] == Basis.RECEIPT
    assert (none.stale[0], reckoned.stale[0]) == (False, True)


def test_the_time_of_a_tag_block_goes_before_the_receipt() -> None:
    tag = sentence("s:base,c:1770000000")[1:]
    found = whole("\\" + tag + "\\" + class_a(1, 33.5, 38.25, 60))
    assert found.at_ms.tolist() == [1_770_000_000_000]
    assert found.basis[0] == Basis.STATED


def test_a_ship_name_in_two_fragments_is_put_together_in_either_order() -> None:
    for parts in (ship_name(7, "NORTH STAR"), ship_name(7, "NORTH STAR")[::-1]):
        assert whole("\n".join([*parts, class_a(7, 33.5, 38.25, 1)])).names == ["NORTH STAR"]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (class_a(1, 33.5, 38.25, 1)[:-2] + "00", "nmea-checksum"),
        (class_a(1, 33.5, 38.25, 1)[:-3], "nmea-no-checksum"),
        (class_a(1, 33.5, 38.25, 1).replace("AIVDM,1,1", "AIVDM,x,1"), "nmea-unreadable"),
        (sentence("AIVDM,2,3,1,A,15Mvsu,0"), "ais-fragment-numbers"),
        (ship_name(7, "NORTH STAR")[0], "ais-fragments-incomplete"),
        ("\n".join([ship_name(7, "N")[0]] * 2), "ais-fragment-repeated"),
        (sentence("AIVDM,1,1,,A,15M,0"), "ais-too-short"),
        (sentence("AIVDM,1,1,,A,4" + "0" * 27 + ",0"), "ais-other-type"),
        (class_a(1, 91, 181, 1), "position-missing"),
        ("\\c:1*00\\" + class_a(1, 33.5, 38.25, 1), "nmea-tag-checksum"),
    ],
)
def test_ais_refuses_by_name(data: str, rule: str) -> None:
    found, refused = read(data, format_=Format.AIS)
    assert found is None or len(found) == 0
    assert rule in refused


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        ("id,time,lat,lon\nA,2026-05-28T20:26:40,1,2\n", "time-no-zone"),
        ("id,time,lat,lon\nA,yesterday,1,2\n", "time-unreadable"),
        ("id,time,lat,lon\nA,1780000000,1\n", "csv-columns"),
        ("id,time,lat,lon\nA,1780000000,north,2\n", "value-unreadable"),
        ("id,time,lat,lon\nA,1780000000,91,2\n", "position-out-of-range"),
        ("id,time,lat,lon\nA,1780000000,nan,2\n", "position-missing"),
        ("id,time,lat,lon\nA,1780000000,0,0\n", "position-null"),
        ("id,time,lat,lon\n,1780000000,1,2\n", "id-missing"),
        ("id,time,lat,lon\nA,-5,1,2\n", "time-out-of-range"),
        ("id,time,lat,lon\nA,1e300,1,2\n", "time-unreadable"),
        ('id,time,lat,lon\n"A,1780000000,1,2\n', "csv-unreadable"),
    ],
)
def test_csv_refuses_by_name_and_line(data: str, rule: str) -> None:
    refusals = Refusals()
    stream = PositionStream(refusals)
    stream.feed(data.encode(), NOW_MS)
    stream.finish(NOW_MS)
    assert [(each.rule, each.lines) for each in refusals.listed()] == [(rule, (2,))]


def test_a_number_beyond_1e11_counts_milliseconds() -> None:
    in_s, in_ms = (whole(f"id,time,lat,lon\nA,{time},1,2\n") for time in (1780000000, 1780000000000))
    assert in_s.at_ms.tolist() == in_ms.at_ms.tolist() == [NOW_MS]


def test_an_unknown_format_is_refused_and_protobuf_is_named() -> None:
    for data, said in (("hello\n", "no positions"), (b"\xbf\x01\xbf\x0a\n", "protobuf")):
        with pytest.raises(InputError, match=said):
            read(data)


def test_a_format_that_is_one_document_is_no_live_one() -> None:
    for format_ in (Format.GEOJSON, Format.TABLE):
        with pytest.raises(InputError, match="whole document"):
            read(GEOJSON, format_=format_, live=True)


def test_text_from_outside_is_cut_and_made_harmless() -> None:
    assert harmless("A\x1b[31m\u202eB" + "C" * 100, 10) == "A\ufffd[31m\ufffdBCC"
    found = whole(COT.replace("HAWK 1", "H&#x202e;" + "K" * 100))
    assert len(found.names[0]) <= 40
    assert "\u202e" not in found.names[0]
