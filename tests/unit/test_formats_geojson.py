"""GeoJSON files: what is read, what is put right and said, and how each thing that is neither is named."""

import json
from typing import Any

import pytest

from parley.formats.geojson import Feature, Read, read_geojson
from parley.formats.rings import VERTICES_MAX
from parley.words.codes import Datum, Edges
from parley.words.errors import InputError
from parley.words.volume import Circle, Corridor, Polygon

BOX = [[38.0, 33.0], [39.0, 33.0], [39.0, 34.0], [38.0, 34.0], [38.0, 33.0]]
HOLE = [[38.4, 33.4], [38.4, 33.6], [38.6, 33.6], [38.6, 33.4], [38.4, 33.4]]
POINT = {"type": "Point", "coordinates": [38.5, 33.5]}


def polygon(*rings: object) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def line(*positions: object) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": list(positions)}


def feature(geometry: object, name: object = "A", **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "id": name, "properties": properties, "geometry": geometry}


def collection(*features: object, **members: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features, **members}).encode()


def read(*features: object) -> Read:
    return read_geojson(collection(*features), "a.geojson")


def one(geometry: object, **properties: object) -> Feature:
    return read(feature(geometry, **properties)).features[0]


def refused(data: bytes) -> InputError:
    with pytest.raises(InputError) as error:
        read_geojson(data, "a.geojson")
    return error.value


def repairs(*features: object) -> dict[str, str]:
    return {repair.repair: repair.detail for repair in read(*features).repairs}


def test_a_point_without_a_radius_is_a_point_and_with_one_a_circle() -> None:
    assert [
        area.radius_mm
        for properties in ({}, {"radius_m": 0}, {"radius_m": 12.5})
        for area in one(POINT, **properties).areas
        if isinstance(area, Circle)
    ] == [0, 0, 12_500]


def test_a_line_is_a_corridor_of_its_half_width_or_half_its_width() -> None:
    widths = []
    for properties in ({}, {"half_width_m": 250}, {"width_m": 500}, {"width_m": 500, "half_width_m": 250}):
        (area,) = one(line([1, 2], [3, 4]), **properties).areas
        assert isinstance(area, Corridor)
        widths.append(area.half_width_mm)
    assert widths == [0, 250_000, 250_000, 250_000]


def test_a_polygon_keeps_its_holes_and_its_edges_are_straight_unless_it_says_geodesic() -> None:
    (area,) = one(polygon(BOX, HOLE)).areas
    assert isinstance(area, Polygon)
    assert (len(area.ring), len(area.holes), area.edges) == (4, 1, Edges.STRAIGHT)
    (area,) = one(polygon(BOX), edges="geodesic").areas
    assert isinstance(area, Polygon)
    assert area.edges is Edges.GEODESIC


def test_a_collection_of_geometries_is_all_its_parts() -> None:
    many = {"type": "MultiPolygon", "coordinates": [[BOX], [[[1, 1], [2, 1], [2, 2], [1, 1]]]]}
    points = {"type": "MultiPoint", "coordinates": [[5, 5], [6, 6]]}
    inner = {"type": "GeometryCollection", "geometries": [points, line([1, 2], [3, 4])]}
    areas = one({"type": "GeometryCollection", "geometries": [many, inner]}, radius_m=10).areas
    assert [type(area).__name__ for area in areas] == ["Polygon", "Polygon", "Circle", "Circle", "Corridor"]


def test_a_single_feature_and_a_byte_order_mark_are_read() -> None:
    data = b"\xef\xbb\xbf" + json.dumps(feature(POINT, 7)).encode()
    assert [each.id for each in read_geojson(data, "a").features] == ["7"]


def test_times_are_read_with_their_zone_and_without_them_a_feature_is_permanent() -> None:
    times = one(POINT, start="2026-11-23T16:30:00+02:30", end="2026-11-23T14:30:00.0001Z").times
    assert (times.start_ms, times.end_ms) == (1_795_442_400_000, 1_795_444_200_001)
    times = one(POINT, start=None).times
    assert (times.start_ms, times.end_ms) == (None, None)
    assert one(POINT, end="2016-12-31T23:59:60Z").times.end_ms == 1_483_228_800_000


def test_a_window_of_centuries_is_read() -> None:
    times = one(POINT, start="0001-01-01T00:00:00Z", end="9999-12-31T23:59:59Z").times
    assert times.start_ms is not None
    assert times.start_ms < 0


def test_altitudes_are_over_the_ellipsoid_unless_the_feature_says_otherwise() -> None:
    band = one(POINT, floor_m=-5.5, ceiling_m=1000).band
    assert band.floor is not None
    assert band.ceiling is not None
    assert (band.floor.value_mm, band.floor.datum, band.ceiling.value_mm) == (
        -5_500,
        Datum.ELLIPSOID,
        1_000_000,
    )
    band = one(POINT, ceiling_m=1, altitude_datum="AGL").band
    assert band.floor is None
    assert band.ceiling is not None
    assert band.ceiling.datum is Datum.ABOVE_GROUND


def test_a_feature_without_an_id_is_called_by_its_place_and_said() -> None:
    found = read(feature(POINT), feature(POINT, None))
    assert [each.id for each in found.features] == ["A", "features[1]"]
    assert [(repair.index, repair.repair) for repair in found.repairs] == [(1, "id-missing")]


def test_the_features_own_id_goes_before_that_in_its_properties() -> None:
    found = read(feature(POINT, "A", id="B"), feature(POINT, None, id="C"))
    assert [each.id for each in found.features] == ["A", "C"]
    assert [repair.repair for repair in found.repairs] == ["property-id-not-used"]


@pytest.mark.parametrize(
    ("geometry", "repair"),
    [
        (polygon([BOX[0], BOX[0], *BOX[1:]]), "repeated-vertices-dropped"),
        (polygon(BOX[::-1]), "ring-direction-ignored"),
        (polygon(BOX, HOLE[::-1]), "ring-direction-ignored"),
        (polygon([[179, 1], [181, 1], [181, 2], [179, 1]]), "longitudes-wrapped"),
        (polygon([[-180, 60], [180, 60], [180, 70], [-180, 70], [-180, 60]]), "long-edge-cut"),
        (polygon([[0, 0], [180, 0], [180, 9], [0, 9], [0, 0]]), "long-edge-cut"),
        (polygon([[-180, -90], [180, -90], [180, -60], [-180, -60], [-180, -90]]), "polar-box-made-a-circle"),
        (line([1, 2], [1, 2], [3, 4]), "repeated-vertices-dropped"),
        ({"type": "Point", "coordinates": [1, 2, 300]}, "altitudes-in-positions-not-read"),
    ],
)
def test_what_has_one_meaning_only_is_put_right_and_said(geometry: object, repair: str) -> None:
    assert repair in repairs(feature(geometry))


def test_a_good_file_has_no_repairs() -> None:
    assert (
        read(feature(polygon(BOX, HOLE)), feature(POINT, "B"), feature(line([1, 2], [3, 4]), "C")).repaired
        == 0
    )


def test_a_polar_box_is_the_circle_round_the_pole() -> None:
    (area,) = one(polygon([[-180, 80], [180, 80], [180, 90], [-180, 90], [-180, 80]])).areas
    assert isinstance(area, Circle)
    assert area.centre.lat_ndeg == 90 * 10**9
    assert 1_116_825 < area.radius_mm / 1000 < 1_116_830  # ten degrees of meridian to the pole


def test_many_repairs_are_counted_and_a_thousand_listed() -> None:
    found = read(*(feature(POINT, None) for _ in range(1_100)))
    assert (found.repaired, len(found.repairs)) == (1_100, 1_000)


CROSSING = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
REFUSALS: list[tuple[str, dict[str, Any]]] = [
    ("geometry-missing", feature(None)),
    ("geometry-unreadable", feature([1, 2])),
    ("geometry-unreadable", feature({"type": "Polygon"})),
    ("geometry-unreadable", feature({"type": "MultiPoint", "coordinates": {}})),
    ("geometry-unknown", feature({"type": "Circle", "coordinates": [1, 2]})),
    ("geometry-empty", feature({"type": "GeometryCollection", "geometries": []})),
    ("geometry-empty", feature({"type": "MultiPolygon", "coordinates": []})),
    ("geometry-empty", feature({"type": "Point", "coordinates": []})),
    ("geometry-empty", feature(polygon())),
    ("geometry-empty", feature(polygon([]))),
    ("position-unreadable", feature({"type": "Point", "coordinates": [1]})),
    ("position-unreadable", feature({"type": "Point", "coordinates": ["1", "2"]})),
    ("position-unreadable", feature({"type": "Point", "coordinates": [1, None]})),
    ("position-unreadable", feature({"type": "Point", "coordinates": [True, 2]})),
    ("position-unreadable", feature({"type": "Point", "coordinates": [10**400, 2]})),
    ("axes-swapped", feature({"type": "Point", "coordinates": [33.5, 138.6]})),
    ("latitude-out-of-range", feature({"type": "Point", "coordinates": [138.6, 93.5]})),
    ("latitude-out-of-range", feature({"type": "Point", "coordinates": [450_000, 5_600_000]})),
    ("longitude-out-of-range", feature({"type": "Point", "coordinates": [361, 1]})),
    ("ring-unclosed", feature(polygon(BOX[:-1]))),
    ("polygon-zero-area", feature(polygon([[0, 0], [1, 0], [0, 0]]))),
    ("polygon-zero-area", feature(polygon([[0, 0], [1, 1], [2, 2], [0, 0]]))),
    ("polygon-self-crossing", feature(polygon(CROSSING))),
    ("polygon-over-pole", feature(polygon([[0, 80], [120, 80], [-120, 80], [0, 80]]), edges="geodesic")),
    ("polygon-over-pole", feature(polygon([[0, 80], [90, 80], [90, 90], [0, 90], [0, 80]]))),
    ("polygon-hole-outside", feature(polygon(BOX, [[1, 1], [1, 2], [2, 2], [1, 1]]))),
    ("polygon-rings-meet", feature(polygon(BOX, [[38.5, 33.5], [38.5, 35], [38.6, 35], [38.5, 33.5]]))),
    ("edge-ambiguous", feature(polygon([[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]]))),
    ("edge-ambiguous", feature(line([170, 0], [-170, 0]))),
    ("longitudes-over-360", feature(polygon([[-200, 0], [0, 0], [170, 0], [170, 1], [0, 1], [-200, 0]]))),
    ("line-zero-length", feature(line([1, 2], [1, 2]))),
    ("reach-without-use", feature(polygon(BOX), radius_m=100)),
    ("reach-without-use", feature(POINT, half_width_m=100)),
    ("width-contradictory", feature(line([1, 2], [3, 4]), width_m=100, half_width_m=100)),
    ("length-unreadable", feature(POINT, radius_m="100")),
    ("length-unreadable", feature(POINT, radius_m=True)),
    ("length-out-of-range", feature(POINT, radius_m=-1)),
    ("length-out-of-range", feature(POINT, radius_m=1e9)),
    ("property-unknown", feature(POINT, radius_km=1)),
    ("property-unknown", feature(POINT, Radius_M=1)),
    ("property-unknown", feature(POINT, start_time="2026-11-23T14:30:00Z")),
    ("property-unknown", feature(POINT, ceiling_ft=5000)),
    ("edges-unknown", feature(polygon(BOX), edges="rhumb")),
    ("edges-unknown", feature(polygon(BOX), edges=["geodesic"])),
    ("time-zone-missing", feature(POINT, start="2026-11-23T14:30:00")),
    ("time-unreadable", feature(POINT, start="23/11/2026 14:30Z")),
    ("time-unreadable", feature(POINT, start="2026-02-30T14:30:00Z")),
    ("time-unreadable", feature(POINT, start=1_795_442_400_000)),
    ("time-unreadable", feature(POINT, end="")),
    ("time-unreadable", feature(POINT, start="2026-11-23T14:30:00+99:00")),
    ("end-before-start", feature(POINT, start="2026-11-23T14:30:00Z", end="2026-11-23T14:29:59Z")),
    ("altitude-unreadable", feature(POINT, floor_m="100")),
    ("altitude-out-of-range", feature(POINT, floor_m=-20_000)),
    ("altitude-datum-unknown", feature(POINT, floor_m=1, altitude_datum="NAVD88")),
    ("floor-above-ceiling", feature(POINT, floor_m=2, ceiling_m=1)),
    ("id-unreadable", feature(POINT, "")),
    ("id-unreadable", feature(POINT, "A\u202eB")),
    ("id-unreadable", feature(POINT, "\ud800")),
    ("id-unreadable", feature(POINT, ["A"])),
    ("feature-unreadable", {"type": "Point", "coordinates": [1, 2]}),
    ("feature-unreadable", {"type": "Feature", "properties": [1], "geometry": POINT}),
]


@pytest.mark.parametrize(("rule", "bad"), REFUSALS)
def test_what_is_not_certain_is_refused_by_name_and_place(rule: str, bad: dict[str, Any]) -> None:
    error = refused(collection(feature(POINT, "good"), bad))
    assert error.name == rule
    assert "a.geojson: features[1]" in error.where
    assert "Nothing was checked" in error.do
    if bad.get("id") == "A":
        assert 'id "A"' in error.where


def test_an_edge_over_the_antimeridian_is_certain_when_it_is_geodesic_or_written_beyond_180() -> None:
    for ring, properties in (
        ([[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]], {"edges": "geodesic"}),
        ([[179, 0], [181, 0], [181, 1], [179, 1], [179, 0]], {}),
        ([[-181, 0], [-179, 0], [-179, 1], [-181, 1], [-181, 0]], {}),
    ):
        (area,) = one(polygon(ring), **properties).areas
        assert isinstance(area, Polygon)
        assert {vertex.lon_ndeg // 10**9 for vertex in area.ring} == {179, -179}


def test_repeated_ids_are_refused_with_both_places() -> None:
    error = refused(collection(feature(POINT, 1), feature(POINT, "1")))
    assert error.name == "id-repeated"
    assert "features[0]" in error.what
    assert "features[1]" in error.where


def test_every_refused_feature_is_named_up_to_ten() -> None:
    error = refused(collection(*(feature(None, f"F{k}") for k in range(15))))
    assert "15 of 15 features" in error.do
    assert 'id "F9"' in error.do
    assert "and 5 more" in error.do


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("json-unreadable", b""),
        ("json-unreadable", b'{"type": "FeatureCollection", "features": ['),
        ("json-unreadable", b"[" + b"1" * 5_000 + b"]"),
        ("json-not-utf-8", '{"type": "é"}'.encode("latin-1")),
        ("json-too-deep", b"[" * 100_000),
        ("json-name-repeated", b'{"type": "FeatureCollection", "type": "Feature", "features": []}'),
        ("geojson-unreadable", b"[]"),
        ("geojson-unreadable", b'{"type": "Topology"}'),
        ("geojson-unreadable", b'{"type": "FeatureCollection"}'),
        ("geojson-empty", b'{"type": "FeatureCollection", "features": []}'),
        ("crs-not-wgs84", collection(crs={"type": "name", "properties": {"name": "EPSG:32637"}})),
        ("position-unreadable", collection(feature(POINT)).replace(b"38.5", b"NaN")),
        ("position-unreadable", collection(feature(POINT)).replace(b"38.5", b"-Infinity")),
        ("position-unreadable", collection(feature(POINT)).replace(b"38.5", b"1e999")),
        ("length-unreadable", collection(feature(POINT, radius_m=1)).replace(b": 1}", b": NaN}")),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(name: str, data: bytes) -> None:
    assert refused(data).name == name


def test_wgs_84_may_be_named() -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert read_geojson(collection(feature(POINT), crs=crs), "a").repaired == 0


def test_collections_in_collections_are_bounded() -> None:
    geometry: dict[str, Any] = POINT
    for _ in range(9):
        geometry = {"type": "GeometryCollection", "geometries": [geometry]}
    assert refused(collection(feature(geometry))).name == "geometry-too-deep"


def test_more_vertices_or_parts_than_are_read_are_refused() -> None:
    positions = [[k / 10**6, 0] for k in range(VERTICES_MAX + 1)]
    assert refused(collection(feature(line(*positions)))).name == "too-many-vertices"
    points = {"type": "MultiPoint", "coordinates": [[1, 2]] * 1_001}
    assert refused(collection(feature(points))).name == "too-many-parts"
