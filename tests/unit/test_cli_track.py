"""`parley track` on files: drafts, the report of what was refused or flagged, and exit statuses."""

import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from parley.cli import main
from parley.cli.track_showing import say_report
from parley.intake.draft import Flag
from parley.wiring.tracks import FlagReport, TrackReport
from track_samples import AIRCRAFT, CSV, SBS, class_a

ZONE = {"type": "Point", "coordinates": [38.25, 33.5]}
FAR = {"type": "Point", "coordinates": [10.0, 50.0]}


def features(path: Path, geometry: dict[str, Any], **properties: object) -> str:
    feature = {"type": "Feature", "id": path.stem.upper(), "geometry": geometry, "properties": properties}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return str(path)


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["parley", "track", *words])
    with pytest.raises(SystemExit) as end:
        main.run()
    assert isinstance(end.value.code, int)
    said = capsys.readouterr()
    return end.value.code, said.out, said.err


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "one.csv").write_text(CSV + "U-1,2026-05-28T20:27:40Z,33.5,38.26,HAWK 1,1200,25\nbroken\n")
    return str(tmp_path / "one.csv")


def test_a_track_in_a_zone_is_a_draft_and_status_1(
    tmp_path: Path, file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    zones = features(tmp_path / "zone.json", ZONE, radius_m=5_000)
    status, out, _ = run(monkeypatch, capsys, file, "--zones", zones, "--json")
    found = json.loads(out)
    assert status == 1
    (draft,) = found["drafts"]
    assert (draft["zone"], draft["track"], draft["name"], draft["reports"]) == ("ZONE", "U-1", "HAWK 1", 2)
    assert draft["kind"] == "no_notice"
    assert found["refused"] == [{"rule": "csv-columns", "count": 1, "lines": [4]}]
    assert found["format"] == "csv"
    status, out, _ = run(monkeypatch, capsys, file, "--zones", zones)
    assert status == 1
    assert "activity with no notice" in out
    assert "csv-columns  first on 4" in out


def test_without_a_draft_it_says_in_how_much_and_status_0(
    tmp_path: Path, file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = run(
        monkeypatch, capsys, file, "--zones", features(tmp_path / "far.json", FAR, radius_m=5_000)
    )
    assert status == 0
    assert "2 positions read as csv, 2 believed" in out
    assert "unknown" in out


def test_a_notice_covers_by_place_and_time_and_names_its_tracks(
    tmp_path: Path, file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    zones = features(tmp_path / "zone.json", ZONE, radius_m=5_000)
    window = {"start": "2026-05-28T20:00:00Z", "end": "2026-05-28T21:00:00Z"}
    covers = features(tmp_path / "n.json", ZONE, radius_m=5_000, **window)
    assert run(monkeypatch, capsys, file, "--zones", zones, "--notices", covers)[0] == 0
    own = features(tmp_path / "own.json", FAR, radius_m=5_000, callsigns=["hawk 1"], **window)
    status, out, _ = run(monkeypatch, capsys, file, "--zones", zones, "--notices", own, "--json")
    assert status == 1
    assert json.loads(out)["drafts"][0]["kind"] == "outside_own_notice"
    assert json.loads(out)["drafts"][0]["nearest"]["name"] == "OWN"


def test_gzip_and_the_standard_input_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    zones = features(tmp_path / "zone.json", ZONE, radius_m=5_000)
    (tmp_path / "sky.json.gz").write_bytes(gzip.compress(AIRCRAFT.encode()))
    assert run(monkeypatch, capsys, str(tmp_path / "sky.json.gz"), "--zones", zones)[0] == 1
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SBS.encode())))
    assert run(monkeypatch, capsys, "-", "--zones", zones, "--format", "sbs")[0] == 1


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"hello\n", "positions-format-unknown"),
        (b"", "positions-none"),
        (b"id,time,lat,lon\nA,1,91,2\n", "positions-none"),
        (gzip.compress(CSV.encode() * 50)[:-9], "positions-gzip-broken"),
    ],
)
def test_what_cannot_be_read_is_status_2_and_says_why(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    data: bytes,
    name: str,
) -> None:
    (tmp_path / "bad").write_bytes(data)
    zones = features(tmp_path / "zone.json", ZONE, radius_m=5_000)
    status, out, _ = run(monkeypatch, capsys, str(tmp_path / "bad"), "--zones", zones, "--json")
    assert status == 2
    said = json.loads(out)
    assert said["error"] == name
    assert said["where"].endswith("bad")


def test_a_missing_file_is_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    zones = features(tmp_path / "zone.json", ZONE, radius_m=5_000)
    status, _, err = run(monkeypatch, capsys, str(tmp_path / "none"), "--zones", zones)
    assert status == 2
    assert "cannot be read" in err


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ((), "track-source"),
        (("FILE", "--listen", "udp://127.0.0.1:0"), "track-source"),
        (("FILE", "--own", "UNITS", "--zones", "ZONES"), "track-own"),
        (("FILE", "--notices", "ZONES"), "track-zones"),
        (("--listen", "http://127.0.0.1:1", "--zones", "ZONES"), "address-unreadable"),
        (("--connect", "udp://127.0.0.1:1", "--zones", "ZONES"), "address-unreadable"),
        (("FILE", "--zones", "ZONES", "--at", "yesterday"), "time-unreadable"),
    ],
)
def test_what_does_not_go_together_is_refused_before_anything_is_read(
    tmp_path: Path,
    file: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    name: str,
) -> None:
    places = {"FILE": file, "ZONES": features(tmp_path / "zone.json", ZONE, radius_m=5_000)}
    status, out, _ = run(monkeypatch, capsys, *(places.get(word, word) for word in words), "--json")
    assert status == 2
    assert json.loads(out)["error"] == name


def test_a_file_that_says_no_whole_time_and_one_in_the_wrong_order_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    zones = features(tmp_path / "zone.json", ZONE, radius_m=5_000)
    (tmp_path / "ais").write_text("\n".join(class_a(1, 33.5, 38.25, second) for second in range(5)))
    _, out, _ = run(
        monkeypatch, capsys, str(tmp_path / "ais"), "--zones", zones, "--at", "2026-05-28T20:26:40Z"
    )
    assert "5 reports say no whole time" in out
    late = FlagReport(Flag.OUT_OF_ORDER, 11, (2,))
    say_report(
        TrackReport(
            drafts=(),
            format="csv",
            positions=100,
            believed=89,
            tracks=1,
            times={"stated": 100},
            flagged=(late,),
            refused=(),
            dropped={"drafts-full": 3},
        )
    )
    out = capsys.readouterr().out
    assert "sort the file by time" in out
    assert "NO ROOM" in out
