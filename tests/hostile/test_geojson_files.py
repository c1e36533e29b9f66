"""Files made to break the check: whatever is in them, it is read whole or refused by name, soon."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parley.formats.geojson import Read, read_geojson
from parley.words.errors import InputError

NUMBERS = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-(10**30), 10**30),
    st.sampled_from([0, -0.0, 180, -180, 90, -90, 360, 1e308, 5e-324]),
)
POSITIONS = st.lists(NUMBERS, max_size=4)
COORDINATES = st.recursive(POSITIONS, lambda inner: st.lists(inner, max_size=6), max_leaves=20)
KINDS = st.sampled_from(
    ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "Sphere", "", None, 1]
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
GEOMETRIES = st.fixed_dictionaries({"type": KINDS, "coordinates": COORDINATES | JSON}) | JSON
NAMES = st.sampled_from(
    [
        "id",
        "start",
        "end",
        "floor_m",
        "ceiling_m",
        "altitude_datum",
        "radius_m",
        "width_m",
        "half_width_m",
        "edges",
    ]
)
TEXTS = st.sampled_from(
    ["2026-11-23T14:00:00Z", "2026-13-01T00:00:00Z", "geodesic", "agl", "A\u202e", "\ud800", ""]
)
FEATURES = st.fixed_dictionaries(
    {
        "type": st.just("Feature"),
        "id": JSON,
        "properties": st.dictionaries(NAMES, NUMBERS | TEXTS | JSON, max_size=5) | JSON,
        "geometry": GEOMETRIES,
    }
)
DOCUMENTS = st.fixed_dictionaries(
    {"type": st.just("FeatureCollection"), "features": st.lists(FEATURES | JSON, max_size=3) | JSON}
)


def outcome(data: bytes) -> Read | InputError:
    """What was read, or the refusal; anything else is a bug."""
    try:
        return read_geojson(data, "a")
    except InputError as error:
        return error


@given(DOCUMENTS | JSON)
@settings(max_examples=300, deadline=None)
def test_any_document_is_read_whole_or_refused_by_name(document: object) -> None:
    read = outcome(json.dumps(document).encode())
    if isinstance(read, InputError):
        assert read.name
        assert read.where.startswith("a")
        return
    assert isinstance(document, dict)
    assert len(read.features) == len(document.get("features", [document]))


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_refused_by_name(data: bytes) -> None:
    with pytest.raises(InputError):
        read_geojson(data, "a")


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_good_file_cut_or_changed_anywhere_is_read_or_refused_by_name(data: st.DataObject) -> None:
    ring = [[38, 33], [39, 33], [39, 34], [38, 34], [38, 33]]
    good = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "id": "A",
                    "properties": {"start": "2026-11-23T14:00:00Z", "floor_m": 10},
                    "geometry": {"type": "Polygon", "coordinates": [ring]},
                }
            ],
        }
    ).encode()
    at = data.draw(st.integers(0, len(good) - 1))
    new = data.draw(st.binary(max_size=3))
    keep = data.draw(st.sampled_from([at, at + 1, len(good)]))
    read = outcome(good[:at] + new + good[keep:])
    assert read.name if isinstance(read, InputError) else len(read.features) == 1
