"""GeoJSON files of places."""

import json
from typing import Any

import pytest

from importing import only_refusal, read
from parley.words.errors import InputError
from parley.words.volume import Circle, Polygon


def collection(*geometries: object, **properties: Any) -> str:  # noqa: ANN401 - any JSON
    features = [
        {
            "type": "Feature",
            "id": n,
            "properties": {"name": f"N{n}", "kind": "site", **properties},
            "geometry": one,
        }
        for n, one in enumerate(geometries)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_points_and_polygons_are_read() -> None:
    ring = [[38, 33], [39, 33], [39, 34], [38, 33]]
    point, polygon = read(
        collection(
            {"type": "Point", "coordinates": [38.5, 33.25, 9]}, {"type": "Polygon", "coordinates": [ring]}
        )
    ).places
    assert isinstance(point.area, Circle)
    assert point.area.centre.lat_ndeg == 33_250_000_000
    assert isinstance(polygon.area, Polygon)
    assert len(polygon.area.ring) == 3
    assert polygon.id == "1"


def test_a_number_with_an_exponent_is_read() -> None:
    (place,) = read(collection({"type": "Point", "coordinates": [1e-05, -2.5e-05]}, radius_m=25)).places
    assert isinstance(place.area, Circle)
    assert place.area.centre.lon_ndeg == 10_000
    assert place.area.centre.lat_ndeg == -25_000
    assert place.area.radius_mm == 25_000


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Point", "coordinates": [1]},
        {"type": "Point", "coordinates": ["a", "b"]},
        {"type": "Point", "coordinates": [33.5, 138.5]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
    ],
)
def test_a_bad_feature_is_refused(geometry: object) -> None:
    refusal = only_refusal(collection(geometry))
    assert refusal.row == 1
    assert refusal.what


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"type": "Topology"}',
        '{"type": "FeatureCollection", "features": []}',
        "[" * 100_000,
        '{"a":' * 100_000,
    ],
)
def test_a_file_that_is_no_collection_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read(text)
