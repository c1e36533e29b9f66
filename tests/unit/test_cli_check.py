"""`parley check` on files: exit statuses, the shape of its JSON, its sentences, and what is left out."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from parley.cli import main

BOX = [[38.0, 33.0], [38.2, 33.0], [38.2, 33.2], [38.0, 33.2], [38.0, 33.0]]


def feature(name: str, kind: str, coordinates: object, **properties: object) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "id": name, "properties": properties, "geometry": geometry}


def box(name: str = "N-1", **properties: object) -> dict[str, Any]:
    return feature(name, "Polygon", [BOX], **properties)


def site(lon: float, lat: float, name: str = "SITE-7", **properties: object) -> dict[str, Any]:
    return feature(name, "Point", [lon, lat], **properties)


class Files:
    """Writes files and runs the command on them."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def write(self, name: str, *features: object) -> str:
        path = self.folder / name
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
        return str(path)

    def run(self, *words: str) -> tuple[int, str, str]:
        self._monkeypatch.setattr(sys, "argv", ["parley", "check", *words])
        with pytest.raises(SystemExit) as end:
            main.run()
        out, err = self._capsys.readouterr()
        assert isinstance(end.value.code, int)
        return end.value.code, out, err

    def found(self, *words: str, separation_m: float = 1_000) -> tuple[int, dict[str, Any]]:
        status, out, _ = self.run(*words, "--separation-m", str(separation_m), "--json")
        answer: dict[str, Any] = json.loads(out)
        return status, answer

    def sentences(self, *words: str, separation_m: float = 1_000) -> list[str]:
        return [each["why"] for each in self.found(*words, separation_m=separation_m)[1]["findings"]]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Files:
    return Files(tmp_path, monkeypatch, capsys)


def test_a_finding_has_the_members_that_programs_read_and_exit_status_1(files: Files) -> None:
    notices = files.write(
        "n", box(start="2026-11-23T14:00:00Z", end="2026-11-23T14:30:00Z", floor_m=0, ceiling_m=300)
    )
    others = files.write("o", site(38.1, 33.2037, start="2026-11-23T14:10:00Z"), site(50, 50, "FAR"))
    status, answer = files.found(notices, "--against", others)
    assert status == 1
    (finding,) = answer["findings"]
    assert answer["checked"] == {"notices": 1, "others": 2}
    assert (finding["notice"], finding["other"], finding["level"]) == ("N-1", "SITE-7", "within_separation")
    assert (finding["vertical_m"], finding["time_s"]) == (0, 0)
    assert 405 < finding["horizontal_m"] < 415
    (near_lon, near_lat), (far_lon, far_lat) = finding["closest"]
    assert near_lon == pytest.approx(38.1, abs=1e-4)
    assert near_lat == pytest.approx(33.2, abs=1e-4)
    assert (far_lon, far_lat) == (38.1, 33.2037)
    assert finding["why"] == (
        "polygon edge 3 passes 410 m south of SITE-7 between 1410Z and 1430Z on 2026-11-23;"
        " separation agreed 1,000 m"
    )
    assert answer["repairs"] == []


def test_without_a_finding_the_exit_status_is_0_and_the_sentence_says_in_how_much(files: Files) -> None:
    notices, others = files.write("n", box()), files.write("o", site(50, 50))
    assert files.found(notices, "--against", others)[0] == 0
    status, out, _ = files.run(notices, "--against", others, "--separation-m", "1000")
    assert status == 0
    assert "Nothing found in 1 notice against 1 other, separation 1,000 m" in out


@pytest.mark.parametrize("option", ["--separation-m", "--vertical-m", "--time-s"])
@pytest.mark.parametrize("value", ["-1", "nan", "inf", "1e12", "x"])
def test_a_separation_that_is_none_is_bad_input(files: Files, option: str, value: str) -> None:
    notices = files.write("n", box())
    words = ["--separation-m", "1", option, value] if option != "--separation-m" else [option, value]
    assert files.run(notices, *words, "--json")[0] == 2


def test_bad_input_is_exit_status_2_with_a_name_and_a_place_and_no_findings(files: Files) -> None:
    notices = files.write("n", box(), feature("BAD", "Polygon", [BOX[:-1]]))
    status, out, _ = files.run(notices, "--separation-m", "1000", "--json")
    assert status == 2
    error = json.loads(out)
    assert error["error"] == "ring-unclosed"
    assert 'features[1], id "BAD"' in error["where"]
    assert "findings" not in error


def test_a_file_that_is_not_there_and_a_missing_separation_are_bad_input(files: Files) -> None:
    assert files.run(str(files.folder / "none"), "--separation-m", "1")[0] == 2
    assert files.run(files.write("n", box()))[0] == 2


def test_a_bad_file_to_compare_with_refuses_the_whole_check(files: Files) -> None:
    notices, good = files.write("n", box()), files.write("g", site(38.1, 33.1))
    bad = files.write("b", feature("B", "Point", [200, 100]))
    status, out, _ = files.run(notices, "--against", good, "--against", bad, "--separation-m", "1", "--json")
    assert status == 2
    assert "findings" not in json.loads(out)


def test_several_files_are_compared_and_findings_say_in_which_the_other_stands(files: Files) -> None:
    notices = files.write("n", box())
    first, second = files.write("a", site(38.1, 33.1, "X")), files.write("b", site(38.1, 33.15, "X"))
    _, answer = files.found(notices, "--against", first, "--against", second)
    assert answer["checked"] == {"notices": 1, "others": 2}
    assert {each["other_file"] for each in answer["findings"]} == {first, second}


def test_a_notice_is_not_compared_with_itself_but_with_another_of_the_same_id(files: Files) -> None:
    notices = files.write("n", box("A"), site(38.1, 33.1, "B"))
    _, answer = files.found(notices, "--against", notices)
    assert {(each["notice"], each["other"]) for each in answer["findings"]} == {("A", "B"), ("B", "A")}
    moved = files.write("m", site(38.1, 33.1, "A"))
    _, answer = files.found(notices, "--against", moved)
    assert {(each["notice"], each["other"]) for each in answer["findings"]} == {("A", "A"), ("B", "A")}


def test_without_against_each_pair_of_notices_is_compared_once(files: Files) -> None:
    notices = files.write("n", box("A"), site(38.1, 33.1, "B"), site(50, 50, "C"))
    _, answer = files.found(notices)
    assert [(each["notice"], each["other"]) for each in answer["findings"]] == [("A", "B")]


def test_a_gap_that_equals_the_separation_is_a_finding(files: Files) -> None:
    start, later = "2026-11-23T14:00:00Z", "2026-11-23T14:10:00Z"
    notices = files.write("n", box(end=start, ceiling_m=100))
    others = files.write("o", site(38.1, 33.1, start=later, floor_m=150))
    for vertical, time, status in (("50", "600", 1), ("49.999", "600", 0), ("50", "599.999", 0)):
        words = (notices, "--against", others, "--vertical-m", vertical, "--time-s", time)
        assert files.found(*words)[0] == status


def test_findings_stand_worst_first(files: Files) -> None:
    notices = files.write("n", box())
    others = files.write("o", site(38.21, 33.1, "NEAR"), site(38.205, 33.1, "NEARER"), site(38.1, 33.1, "IN"))
    _, answer = files.found(notices, "--against", others)
    assert [each["other"] for each in answer["findings"]] == ["IN", "NEARER", "NEAR"]


def test_a_point_in_a_hole_is_outside_and_its_edge_is_named(files: Files) -> None:
    hole = [[38.09, 33.09], [38.09, 33.11], [38.11, 33.11], [38.11, 33.09], [38.09, 33.09]]
    notices = files.write("n", feature("N", "Polygon", [BOX, hole]))
    others = files.write("o", site(38.1, 33.105))
    (sentence,) = files.sentences(notices, "--against", others)
    assert "edge 2 of hole 1 passes 554 m north of SITE-7 at all times" in sentence


@pytest.mark.parametrize(
    ("notice", "other", "start"),
    [
        (box(), site(38.2037, 33.2037), "polygon vertex 3 lies 536 m south-west of SITE-7"),
        (
            feature("N", "MultiPolygon", [[[[1, 1], [2, 1], [2, 2], [1, 1]]], [BOX]]),
            site(38.1, 33.2037),
            "polygon edge 3 of part 2 passes 410 m south of SITE-7",
        ),
        (
            feature("N", "LineString", [[38, 33], [38.2, 33], [38.2, 33.2]], half_width_m=500),
            site(38.21, 33.1),
            "corridor leg 2 passes 433 m west of SITE-7",
        ),
        (
            feature("N", "LineString", [[38, 33], [38.2, 33], [38.2, 33.2]]),
            site(38.21, 33.1),
            "line leg 2 passes 933 m west of SITE-7",
        ),
        (site(38.1, 33.1, "N", radius_m=500), site(38.11, 33.1), "the circle's rim lies 433 m west of SITE-7"),
        (site(38.1, 33.1, "N"), site(38.11, 33.1), "the point lies 933 m west of SITE-7"),
        (site(38.1, 33.2037, "N"), box("ZONE"), "the point lies 410 m north of edge 3 of ZONE"),
        (site(38.11, 33.1, "N"), site(38.1, 33.1, "Z", radius_m=500), "the point lies 433 m east of the rim of Z"),
        (box(), site(38.1, 33.1, "S", radius_m=1000), "S lies inside the notified area by 8,3"),
        (site(38.1, 33.1, "N"), box("ZONE"), "the notified area lies inside ZONE by 9,334 m, nearest its edge 4"),
        (
            site(38.1, 33.1, "N"),
            site(38.11, 33.1, "Z", radius_m=2000),
            "the notified area lies inside Z by 1,066 m, nearest its rim",
        ),
        (
            feature("N", "LineString", [[38, 33], [38.2, 33], [38.2, 33.2]], half_width_m=500),
            site(38.203, 33.1, "S", radius_m=100),
            "S lies inside the notified area by at least 119 m, nearest its leg 2",
        ),
        (box(), site(38.2, 33.1, "S", radius_m=100), "the notified area overlaps or touches S at 33."),
    ],
)  # fmt: skip
def test_the_sentence_names_the_nearest_piece_of_both(
    files: Files, notice: dict[str, Any], other: dict[str, Any], start: str
) -> None:
    (sentence,) = files.sentences(files.write("n", notice), "--against", files.write("o", other))
    assert sentence.startswith(start)


def test_the_sentence_says_gaps_in_height_and_time(files: Files) -> None:
    notices = files.write("n", box(end="2026-11-23T14:00:00Z", ceiling_m=100))
    others = files.write("o", site(38.1, 33.1, start="2026-11-23T14:10:00Z", floor_m=150))
    words = (notices, "--against", others, "--vertical-m", "1000", "--time-s", "1200")
    (sentence,) = files.sentences(*words)
    assert sentence.endswith(
        "the notified altitudes are 50 m below those of SITE-7, separation agreed 1,000 m;"
        " the notified time ends 600 s before it starts, separation agreed 1,200 s"
    )
    agl = files.write("p", site(38.1, 33.1, floor_m=150, altitude_datum="agl"))
    (sentence,) = files.sentences(notices, "--against", agl)
    assert "their altitudes have different datums and may overlap" in sentence


def test_text_for_people_lists_repairs_and_cannot_move_the_cursor(files: Files) -> None:
    notices = files.write("n", feature("[red]N", "Polygon", [BOX[::-1]]))
    status, out, _ = files.run(
        notices, "--against", files.write("o", site(38.1, 33.1)), "--separation-m", "1"
    )
    assert status == 1
    assert "INSIDE" in out
    assert "[red]N" in out
    assert "put right ring-direction-ignored" in out
    assert "1 found (1 inside, 0 within separation)" in out


def test_an_area_over_all_longitudes_meets_what_lies_on_both_sides_of_its_seam(files: Files) -> None:
    band = [[-180, 60], [180, 60], [180, 70], [-180, 70], [-180, 60]]
    notices = files.write("n", feature("BAND", "Polygon", [band]))
    others = files.write(
        "o", *(site(lon, 65, f"L{lon}") for lon in (-180, -179.999, 0, 90, 179.999, 180)), site(0, 59, "OUT")
    )
    _, answer = files.found(notices, "--against", others)
    assert {each["other"] for each in answer["findings"]} == {
        "L-180",
        "L-179.999",
        "L0",
        "L90",
        "L179.999",
        "L180",
    }
    assert {each["level"] for each in answer["findings"]} == {"inside"}


def test_halves_cut_at_the_antimeridian_are_one_area(files: Files) -> None:
    halves = [
        [[[179, 0], [180, 0], [180, 1], [179, 1], [179, 0]]],
        [[[-180, 0], [-179, 0], [-179, 1], [-180, 1], [-180, 0]]],
    ]
    notices = files.write("n", feature("CUT", "MultiPolygon", halves))
    others = files.write(
        "o", site(179.5, 0.5, "W"), site(-179.5, 0.5, "E"), site(180, 0.5, "ON"), site(0, 0.5, "NO")
    )
    _, answer = files.found(notices, "--against", others)
    assert {each["other"] for each in answer["findings"]} == {"W", "E", "ON"}


def test_swapped_axes_are_suspected_where_both_could_be_right(files: Files) -> None:
    others = files.write("o", *(site(38 + k / 10, 33.1, f"S{k}") for k in range(5)))
    swapped = files.write("n", site(33.1, 38.1, "SWAPPED"), site(38.1, 33.1, "RIGHT"), site(33.1, 60, "FAR"))
    status, answer = files.found(swapped, "--against", others)
    assert status == 1
    (warning,) = answer["warnings"]
    assert (warning["id"], warning["index"], warning["warning"]) == ("SWAPPED", 0, "axes-swapped-suspected")
    _, out, _ = files.run(swapped, "--against", others, "--separation-m", "10")
    assert "⚠ axes-swapped-suspected" in out


def test_what_is_far_apart_and_right_is_not_suspected(files: Files) -> None:
    notices = files.write(
        "n", site(38.1, 33.1, "A"), site(100, 10, "B"), site(-75, 40, "C"), site(150, -30, "D")
    )
    others = files.write("o", site(2, 48, "E"), site(36, 35, "F"))
    assert files.found(notices, "--against", others)[1]["warnings"] == []
