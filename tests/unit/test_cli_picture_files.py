"""Picture files: what is read, and how each bad row is named; one bad row imports nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from parley.cli.picture_files import read_items
from parley.words.errors import InputError
from parley.words.volume import Circle, Polygon

KNOWN_MS = 1_655_303_520_000
HEAD = "id,name,kind,lat,lon,radius_m"


def read(tmp_path: Path, text: str) -> list[dict[str, Any]]:
    path = tmp_path / "picture"
    path.write_text(text, "utf-8")
    return read_items(path, "patrols", KNOWN_MS)


def refused(tmp_path: Path, text: str) -> InputError:
    with pytest.raises(InputError) as error:
        read(tmp_path, text)
    return error.value


def test_csv_is_read(tmp_path: Path) -> None:
    items = read(
        tmp_path,
        f"\ufeff{HEAD},as_of\nu1,OUTPOST,unit,33.5,-38.6166667,0,2022-06-15T00:00Z\ns1,Well,SITE,1,2,50.5,\n",
    )
    first, second = items
    assert isinstance(first["area"], Circle)
    assert first["area"].centre.lon_ndeg == -38_616_666_700
    assert first["as_of_ms"] == 1_655_251_200_000
    assert first["layer"] == "patrols"
    assert second["as_of_ms"] == KNOWN_MS
    assert second["kind"] == "site"
    assert second["area"].radius_mm == 50_500


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("u1,A,unit,91,0,0", "row 2: its latitude is beyond 90"),
        ("u1,A,unit,0,181,0", "row 2: its longitude is beyond 180"),
        ("u1,A,unit,x,0,0", "row 2: its latitude is no number"),
        ("u1,A,unit,nan,0,0", "row 2: its latitude is beyond"),
        ("u1,A,tank,0,0,0", "row 2: its kind is not one of"),
        (",A,unit,0,0,0", "row 2: its id is not 1 to 120"),
        ("u1,,unit,0,0,0", "row 2: its name is not 1 to 120"),
        ("u1,A,unit,0,0,-5", "row 2: this is no length"),
        ("u1,A,unit,0,0", "row 2: it has another number of columns"),
        ("u1,A,unit,0,0,0,9", "row 2: it has another number of columns"),
        ("u1,A,unit,0,0,0\nu1,B,unit,0,0,0", "row 3: the id u1 occurs twice"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_imported(tmp_path: Path, row: str, reason: str) -> None:
    error = refused(tmp_path, f"{HEAD}\n{row}\nok,Good,site,1,1,0\n")
    assert error.name == "picture-rows-refused"
    assert reason in error.what
    assert "nothing is imported" in error.what


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", "picture-file-unreadable"),
        (f"{HEAD}\n", "picture-file-empty"),
        ("id,name\n1,2\n", "picture-file-unreadable"),
        (f'{HEAD}\n"u1,A', "picture-file-unreadable"),
        ("{", "picture-file-unreadable"),
        ('{"type": "Feature"}', "picture-file-unreadable"),
        ('{"type": "FeatureCollection", "features": []}', "picture-file-empty"),
    ],
)
def test_a_file_that_is_no_picture_is_refused(tmp_path: Path, text: str, name: str) -> None:
    assert refused(tmp_path, text).name == name


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        read_items(path, "patrols", KNOWN_MS)


def collection(*geometries: object) -> str:
    features = [
        {
            "type": "Feature",
            "id": n,
            "properties": {"name": f"N{n}", "kind": "site", "radius_m": 25},
            "geometry": one,
        }
        for n, one in enumerate(geometries)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_geojson_is_read(tmp_path: Path) -> None:
    ring = [[38, 33], [39, 33], [39, 34], [38, 33]]
    point, polygon = read(
        tmp_path,
        collection(
            {"type": "Point", "coordinates": [38.5, 33.25, 9]}, {"type": "Polygon", "coordinates": [ring]}
        ),
    )
    assert isinstance(point["area"], Circle)
    assert point["area"].centre.lat_ndeg == 33_250_000_000
    assert point["area"].radius_mm == 25_000
    assert isinstance(polygon["area"], Polygon)
    assert len(polygon["area"].ring) == 3
    assert polygon["id"] == "1"


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "row 1: it has no geometry"),
        ({"type": "LineString", "coordinates": []}, "only Point and Polygon"),
        ({"type": "Point", "coordinates": [1]}, "longitude and latitude"),
        ({"type": "Point", "coordinates": ["a", "b"]}, "latitude is no number"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}, "closed"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}, "meet or cross"),
        ({"type": "Polygon", "coordinates": [[], []]}, "one ring"),
    ],
)
def test_a_bad_feature_is_named(tmp_path: Path, geometry: object, reason: str) -> None:
    assert reason in refused(tmp_path, collection(geometry)).what
