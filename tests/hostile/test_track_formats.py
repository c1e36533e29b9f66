"""Whatever comes as a track file or stream: it is read or refused by name, never a crash, never without bound."""

import contextlib
import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parley.formats.ais import Ais
from parley.formats.cot import EVENT_MAX_BYTES, read_event
from parley.formats.nmea import MOST_GROUPS
from parley.formats.position_format import Format
from parley.formats.position_stream import LINE_MAX_BYTES, SNIFF_BYTES, PositionStream
from parley.formats.positions import Refusals
from parley.intake.draft import Flag
from parley.words.errors import InputError
from track_samples import (
    AIRCRAFT,
    COLUMNS,
    COT,
    CSV,
    GEOJSON,
    LATER_MS,
    NOW_MS,
    ROWS,
    SBS,
    TRACE,
    class_a,
    read,
    sentence,
    ship_name,
    tracking,
    zone,
)

SAMPLES = {
    "cot": COT,
    "aircraft": AIRCRAFT,
    "trace": TRACE,
    "sbs": SBS,
    "ais": "\n".join([*ship_name(7, "NORTH STAR"), class_a(7, 33.5, 38.25, 1)]),
    "csv": CSV,
    "geojson": GEOJSON,
    "rows": ROWS,
    "columns": COLUMNS,
}
DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "tracks"


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_flipped_cut_and_repeated_bytes_are_read_or_refused_and_tracked(
    name: str, data: st.DataObject
) -> None:
    raw = bytearray(SAMPLES[name].encode())
    for _ in range(data.draw(st.integers(0, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    raw = raw[:cut] + raw[data.draw(st.integers(0, cut)) :]
    found = None
    with contextlib.suppress(InputError):  # the format is no longer known
        found, _ = read(bytes(raw), live=data.draw(st.booleans()))
    if found is not None:
        assert np.isfinite(found.lat_deg).all()
        assert (np.abs(found.lat_deg) <= 90).all()
        assert (np.abs(found.lon_deg) <= 180).all()
        tracking([zone(33.5, 100_000)]).take(found, LATER_MS)


@pytest.mark.parametrize(
    "bomb",
    [
        '<!DOCTYPE event [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + COT[21:],
        COT.replace("<detail>", '<detail><!DOCTYPE x SYSTEM "file:///etc/passwd">'),
        COT.replace("<detail>", "<?php evil ?><detail>"),
    ],
)
def test_xml_that_declares_or_instructs_is_refused(bomb: str) -> None:
    found, refused = read(bomb)
    assert found is None
    assert set(refused) <= {"cot-xml-forbidden", "cot-xml-broken"}


@pytest.mark.parametrize(
    "declared",
    [
        "<!DOCTYPE event>",
        '<!DOCTYPE event [<!ENTITY a "b">]>',
        '<!DOCTYPE event SYSTEM "http://127.0.0.1/x">',
        "<?xml-stylesheet href='x'?>",
    ],
)
def test_the_reader_of_one_event_forbids_by_itself_what_declares_or_fetches(declared: str) -> None:
    refusals = Refusals()
    data = declared + COT.removeprefix('<?xml version="1.0"?>')
    assert read_event(data.encode(), NOW_MS, 1, refusals) is None
    assert [each.rule for each in refusals.listed()] == ["cot-xml-forbidden"]


def test_an_event_that_is_too_long_or_too_deep_is_refused_and_the_next_one_is_read() -> None:
    long = COT.replace("<detail>", "<detail>" + "x" * EVENT_MAX_BYTES)
    deep = COT.replace("<detail>", "<detail>" + "<a>" * 50 + "</a>" * 50)
    found, refused = read(long + deep + COT)
    assert found is not None
    assert len(found) == 1
    assert refused == {"cot-too-large": 1, "cot-too-deep": 1}


def test_an_event_without_end_is_dropped_as_it_comes() -> None:
    refusals = Refusals()
    stream = PositionStream(refusals, format_=Format.COT, live=True)
    stream.feed(b"<event>", NOW_MS)
    for _ in range(200):
        stream.feed(b"x" * 50_000, NOW_MS)
        assert len(stream._buffer) <= 2 * EVENT_MAX_BYTES  # noqa: SLF001 - the bound is the point
    found = stream.feed(b"</event>" + COT.encode(), NOW_MS)
    assert found is not None
    assert len(found) == 1


@pytest.mark.parametrize("format_", [Format.AIS, Format.SBS, Format.CSV, Format.READSB])
def test_a_line_of_ten_megabytes_is_dropped_as_it_comes_and_the_next_one_is_read(format_: Format) -> None:
    refusals = Refusals()
    stream = PositionStream(refusals, format_=format_, live=True)
    for _ in range(10):
        stream.feed(b"7" * 1_000_000, NOW_MS)
        assert len(stream._buffer) <= 2 * LINE_MAX_BYTES  # noqa: SLF001 - the bound is the point
    assert [each.rule for each in refusals.listed()] == ["line-too-long"]
    good = {
        Format.AIS: class_a(1, 33.5, 38.25, 1),
        Format.SBS: SBS.splitlines()[2],
        Format.CSV: CSV.strip(),
        Format.READSB: '{"hex":"a","lat":1,"lon":2}',
    }[format_]
    found = stream.feed(b"\n" + good.encode() + b"\n", NOW_MS)
    assert found is not None
    assert len(found) == 1


def test_fragments_that_are_never_completed_are_dropped_by_number_and_by_age() -> None:
    refusals = Refusals()
    ais = Ais(refusals)
    for n in range(1_000):
        talker = chr(65 + n % 26) + chr(65 + n // 26 % 26)
        ais.read(sentence(f"{talker}VDM,2,1,{n % 10},A,53aEOK,0").encode(), NOW_MS, n)
    counts = {each.rule: each.count for each in refusals.listed()}
    assert counts["ais-fragments-incomplete"] >= 1_000 - MOST_GROUPS - counts.get("ais-fragment-repeated", 0)
    for clock_ms in (NOW_MS + 61_000, NOW_MS - 3_600_000):  # late, and a clock that was set back
        refusals = Refusals()
        ais = Ais(refusals)
        first, second = ship_name(7, "NORTH STAR")
        ais.read(first.encode(), NOW_MS, 1)
        ais.read(second.encode(), clock_ms, 2)
        assert [each.rule for each in refusals.listed()] == ["ais-fragments-incomplete"]


@pytest.mark.parametrize(
    "data",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"aircraft":[' + "[" * 50_000,
        '{"aircraft":[{"hex":"a","lat":1e999,"lon":2}]}',
        '{"aircraft":[{"hex":"a","lat":1,"lon":2,"seen_pos":1e308}]}',
        '{"aircraft":[{"hex":"a","lat":1,"lon":2,"alt_geom":1e308,"gs":-1e308,"nac_p":1e30,"rc":1e300}]}',
        '{"now":1e308,"aircraft":[{"hex":"a","lat":1,"lon":2}]}',
        '{"icao":"a","timestamp":1e308,"trace":[[1e308,1,2]]}',
        '{"icao":"a","timestamp":1,"trace":[[],[1],["x",1,2],null,[1,null,null]]}',
        '{"type":"FeatureCollection","features":[null,1,{"geometry":{"type":"Point","coordinates":[1e400,2]}}]}',
        '{"a":{},"b":[1]}',
        "[1,2,null,[]]",
        '{"aircraft":null}',
        '[{"id":"a","time":1780000000,"lat":1,"lon":2,"altitude_msl_m":[1],"mover":{},"name":[]}]',
        "{}",
    ],
)
def test_json_that_is_deep_vast_or_of_another_shape_is_refused_or_read(data: str) -> None:
    found, refused = read(data)
    if found is not None:
        tracking([zone()]).take(found, LATER_MS)
        assert refused or len(found)


def test_an_id_is_as_long_as_it_may_be_and_moves_no_cursor() -> None:
    found, _ = read(json.dumps({"aircraft": [{"hex": "\x1b[2J" + "a" * 10_000, "lat": 1, "lon": 2}]}))
    assert found is not None
    assert len(found.ids[0]) <= 64
    assert found.ids[0].isprintable()


@pytest.mark.skipif(not DATA.exists(), reason="the real tracks are not at hand")
class TestRealFiles:
    """Files that nobody here made."""

    @pytest.mark.parametrize(
        ("name", "positions", "frozen_or_jump"),
        [
            ("aircraft_carrier.json.gz", 7_335, True),
            ("border_control.json.gz", 1_465, False),
            ("inflight_refuelling.json.gz", 10_396, True),
            ("noisy_spoofing.json.gz", 8_670, True),
            ("trace_full_ac671b.json", 2_500, False),
        ],
    )
    def test_every_position_is_read_and_spoofed_ones_are_flagged(
        self,
        name: str,
        positions: int,
        frozen_or_jump: bool,  # noqa: FBT001 - a case of the table
    ) -> None:
        raw = (DATA / name).read_bytes()
        found, refused = read(gzip.decompress(raw) if name.endswith(".gz") else raw)
        assert found is not None
        assert len(found) == positions
        assert set(refused) <= {"position-missing"}
        made = tracking([])
        made.take(found, LATER_MS * 2)
        assert bool(made.flagged[Flag.JUMP] + made.flagged[Flag.FROZEN]) is frozen_or_jump
        assert made.believed > positions / 2

    def test_ais_with_broken_checksums_is_read_where_it_is_whole(self) -> None:
        rows = (DATA / "ais_nmea_pyais_tests.csv").read_text().splitlines()[1:]
        lines = [row.rsplit(",", 1)[0].strip('"') for row in rows]
        found, refused = read("\n".join(lines), format_=Format.AIS)
        assert found is not None
        assert len(found) == 68
        assert refused["position-missing"] + refused["position-null"] == 13
        assert refused["nmea-checksum"] + refused["nmea-unreadable"] >= 50


def test_a_live_source_that_sends_nothing_but_spaces_fills_no_memory() -> None:
    stream = PositionStream(Refusals(), live=True)
    for _ in range(100):
        assert stream.feed(b" \r\n\t" * 8_192, NOW_MS) is None
    assert len(stream._buffer) < 2 * SNIFF_BYTES  # noqa: SLF001 - what is kept is the point
    assert stream.feed(SBS.encode(), NOW_MS) is not None


def test_a_file_that_begins_with_many_blank_lines_is_read() -> None:
    found, _ = read("\n" * 200_000 + CSV)
    assert found is not None
    assert len(found) == 1
