"""Sites in a table or on a KML map as the other side of `parley check`."""

import json
import sys
from pathlib import Path

import pytest

from importing import POINT, kml, placemark
from parley.cli import main
from parley.formats.other_file import read_others
from parley.words.errors import InputError

NOTICES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": "N-1",
            "properties": {"radius_m": 1000},
            "geometry": {"type": "Point", "coordinates": [38.5, 33.25]},
        }
    ],
}


def test_rows_become_features_and_repairs_and_doubts_are_told() -> None:
    table = "id;name;lat;lon;start;ceiling\na;A;33,512;38,5;2026-01-01T00:00Z;100 m agl\nz;Z;0;0;;\n"
    found = read_others(table.encode(), "sites.csv")
    first, second = found.features
    assert (first.id, first.index, first.times.end_ms) == ("a", 1, None)
    assert first.times.start_ms is not None
    assert first.band.ceiling is not None
    assert second.times.start_ms is None
    assert {repair.repair for repair in found.repairs} == {"decimal-comma", "position-is-zero"}


def test_a_refused_row_refuses_the_file() -> None:
    with pytest.raises(InputError, match="row 3 lat") as error:
        read_others(b"id,name,lat,lon\na,A,1.5,2.5\nb,B,nan,2.5\n", "sites.csv")
    assert error.value.name == "rows-refused"
    assert "nothing was compared" in error.value.what


@pytest.mark.parametrize(
    ("name", "text"),
    [("sites.csv", "id,name,lat,lon\np1,Well,33.26,38.5\n"), ("sites.kml", kml(placemark(POINT)))],
)
def test_the_command_checks_against_them(
    name: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "notices.geojson").write_text(json.dumps(NOTICES), "utf-8")
    words = ["check", "notices.geojson", "--against", name, "--separation-m", "1500", "--json"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["parley", *words])
    with pytest.raises(SystemExit) as end:
        main.run()
    said = json.loads(capsys.readouterr().out)
    assert end.value.code == 1, said
    assert [(each["notice"], each["other"]) for each in said["findings"]] == [("N-1", "p1")]
