"""`parley coord`: one text in, three ways out, and a refusal with status 2 where it is not certain."""

import json
import sys
from typing import Any

import pytest

from parley.cli import main


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["parley", "coord", *words])
    monkeypatch.setenv("PARLEY_HOME", "/nowhere")
    with pytest.raises(SystemExit) as end:
        main.run()
    said = capsys.readouterr()
    assert isinstance(end.value.code, int)
    return end.value.code, said.out, said.err


def read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    status, out, err = run(monkeypatch, capsys, *words, "--json")
    assert (status, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def test_the_json_of_a_coordinate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert read(monkeypatch, capsys, "33 30 00 N 38 37 00 E") == {
        "lat": 33.5,
        "lon": 38.616666667,
        "format": "dms",
        "precision_m": 30.922,
        "mgrs": "37SDT64390678",
        "dms": "33°30'00\"N 038°37'00\"E",
        "decimal": "33.5000N 38.6167E",
        "warnings": [],
    }


def test_a_grid_reference_is_its_south_west_corner_and_its_precision_the_cell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = read(monkeypatch, capsys, "31N", "EA", "00", "00")
    assert (found["lat"], found["lon"], found["precision_m"]) == (0.0, 3.0, 1_000.0)
    assert (found["format"], found["mgrs"]) == ("mgrs", "31NEA0000")


@pytest.mark.parametrize(
    "words", [("-33.5 -151.2",), ("-33.5", "-151.2"), ("--", "-33.5", "-151.2"), ("-33.5,", "-151.2")]
)
def test_a_leading_minus_sign_is_no_option(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = run(monkeypatch, capsys, "--json", *words)
    assert status == 0
    assert (json.loads(out)["lat"], json.loads(out)["lon"]) == (-33.5, -151.2)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("south of Tanf, soon",), "place-unknown"),
        (("38SMB123",), "coordinate-mgrs-digits"),
        (("37S 500000 3700000",), "coordinate-utm-ambiguous"),
        (("-91.0", "20.0"), "coordinate-out-of-range"),
        (("\u0663\u0663.\u0665 \u0663\u0668.\u0666",), "coordinate-other-digits"),
        (("33.5N\u202e 38.6E",), "coordinate-hidden-characters"),
        (("9" * 100_000,), "coordinate-too-long"),
        (("",), "place-unknown"),
        (("33.5N 38.6E", "--near", "Tanff"), "place-unknown"),
        (("33.5N 38.6E", "--line-area", "33.5N 38.6E"), "polygon-unreadable"),
        (("33.5N 38.6E", "--line-area", "33.5N 38.6E; 0"), "circle-radius-zero"),
        (("--wrong", "33.5N 38.6E"), "coordinate-unreadable"),
        ((), "usage"),
    ],
)
def test_what_cannot_be_read_ends_with_status_2_and_the_reason(
    words: tuple[str, ...], name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = run(monkeypatch, capsys, *words, "--json")
    assert (status, json.loads(out)["error"]) == (2, name)
    status, out, err = run(monkeypatch, capsys, *words)
    assert (status, out) == (2, "")
    assert err
    assert "\u202e" not in err


def test_people_get_three_ways_and_the_nearest_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = run(monkeypatch, capsys, "37SDT64390678")
    assert status == 0
    assert out.splitlines() == [
        "MGRS      37SDT64390678",
        "DMS       33°29'59.8\"N 038°36'59.9\"E",
        "Decimal   33.49996N 38.61663E",
        "Read as   MGRS reference, good to 10 m, south-west corner",
        "Nearest   al-Tanf (SY), 661 m away",
    ]


def test_a_place_comes_with_its_positions_uncertainty_and_sources(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = read(monkeypatch, capsys, "al-Tanf")
    assert (found["format"], found["mgrs"]) == ("place", "37SDT60")
    assert found["precision_m"] == pytest.approx(33_783, abs=1)
    assert [one["radius_m"] for one in found["place"]["positions"]] == [3_000.0, 3_000.0]
    assert [one["code"] for one in found["warnings"]] == ["positions_differ"]
    status, out, _ = run(monkeypatch, capsys, "OTBH")
    assert status == 0
    assert "25.1173 51.3150, within 3,000 m: OurAirports (public domain), 11 Oct 2022, OTBH" in out


def test_warnings_are_told_and_block_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("38 37 00 N 33 30 00 E", "--near", "Palmyra", "--line-area", "33 30 00 N 38 37 00 E; 55000")
    found = read(monkeypatch, capsys, *words)
    assert [one["code"] for one in found["warnings"]] == [
        "looks_swapped",
        "outside_line_area",
        "far_from_place",
    ]
    status, out, _ = run(monkeypatch, capsys, *words)
    assert status == 0
    assert "⚠ latitude and longitude look exchanged" in out
