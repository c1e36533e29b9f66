"""What is written as GeoJSON is read back as it was, however it is written."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from parley.formats.geojson import Feature, read_geojson
from parley.geo.validity import area_fault
from parley.words.codes import Datum, Edges, LengthUnit
from parley.words.volume import Altitude, Area, Band, Circle, Corridor, Polygon, Position
from places import star

LATS = st.integers(-89_000_000_000, 89_000_000_000)
LONS = st.integers(-180_000_000_000, 179_999_999_999)
POSITIONS = st.builds(lambda lat, lon: Position(lat_ndeg=lat, lon_ndeg=lon), LATS, LONS)
CIRCLES = st.builds(lambda at, radius: Circle(centre=at, radius_mm=radius), POSITIONS, st.integers(0, 10**9))


@st.composite
def polygons(draw: st.DrawFn) -> Polygon:
    centre = draw(st.floats(-70, 70)), draw(st.floats(-170, 170))
    count = draw(st.integers(3, 9))
    azimuths = [360 * (k + draw(st.floats(0.1, 0.9))) / count for k in range(count)]
    area = star(centre, azimuths, [draw(st.floats(500, 200_000)) for _ in azimuths])
    edges = draw(st.sampled_from(list(Edges)))
    made = Polygon(ring=area.ring, edges=edges)
    return (
        made
        if area_fault(made) is None
        else Polygon(ring=star(centre, [0, 120, 240], [9e3] * 3).ring, edges=edges)
    )


@st.composite
def corridors(draw: st.DrawFn) -> Corridor:
    lat, lon = draw(st.floats(-70, 70)), draw(st.floats(-170, 170))
    steps = draw(st.lists(st.tuples(st.floats(0.01, 1), st.floats(-0.5, 0.5)), min_size=1, max_size=5))
    line = [(lat, lon)]
    for east, north in steps:
        line.append((line[-1][0] + north, line[-1][1] + east))
    return Corridor(
        line=tuple(Position(lat_ndeg=round(a * 1e9), lon_ndeg=round(b * 1e9)) for a, b in line),
        half_width_mm=draw(st.integers(0, 10**8)),
        edges=draw(st.sampled_from(list(Edges))),
    )


AREAS: st.SearchStrategy[Area] = st.one_of(CIRCLES, polygons(), corridors())
ALTITUDES = st.none() | st.builds(
    lambda value: Altitude(value_mm=value, unit=LengthUnit.METRE, datum=Datum.ELLIPSOID),
    st.integers(-12_000_000, 10**9),
)
TIMES = st.none() | st.integers(0, 4_000_000_000_000)


def pairs(positions: tuple[Position, ...]) -> list[list[float]]:
    return [[p.lon_ndeg / 1e9, p.lat_ndeg / 1e9] for p in positions]


def written(area: Area) -> tuple[dict[str, Any], dict[str, Any]]:
    """The geometry and the properties that say the rest of it."""
    match area:
        case Circle():
            (at,) = pairs((area.centre,))
            return {"type": "Point", "coordinates": at}, {"radius_m": area.radius_mm / 1e3}
        case Corridor():
            how = {"half_width_m": area.half_width_mm / 1e3, "edges": area.edges.value}
            return {"type": "LineString", "coordinates": pairs(area.line)}, how
        case Polygon():
            ring = pairs(area.ring)
            return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}, {"edges": area.edges.value}
    raise AssertionError(area)


def instant(at_ms: int, zone_h: int) -> str:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)
    return at.astimezone(timezone(timedelta(hours=zone_h))).isoformat(timespec="milliseconds")


@given(AREAS, ALTITUDES, ALTITUDES, TIMES, TIMES, st.integers(-12, 14))
@settings(max_examples=200, deadline=None)
def test_a_feature_is_read_as_it_was_written(
    area: Area,
    floor: Altitude | None,
    ceiling: Altitude | None,
    start_ms: int | None,
    end_ms: int | None,
    zone_h: int,
) -> None:
    geometry, properties = written(area)
    if floor is not None and ceiling is not None and floor.value_mm > ceiling.value_mm:
        floor, ceiling = ceiling, floor
    if start_ms is not None and end_ms is not None and start_ms > end_ms:
        start_ms, end_ms = end_ms, start_ms
    properties |= {"floor_m": floor and floor.value_mm / 1e3, "ceiling_m": ceiling and ceiling.value_mm / 1e3}
    properties |= {
        name: None if at is None else instant(at, zone_h)
        for name, at in (("start", start_ms), ("end", end_ms))
    }
    data = json.dumps({"type": "Feature", "id": "A", "properties": properties, "geometry": geometry}).encode()
    (feature,) = read_geojson(data, "a").features
    assert isinstance(feature, Feature)
    assert feature.areas == (area,)
    assert feature.band == Band(floor=floor, ceiling=ceiling)
    assert (feature.times.start_ms, feature.times.end_ms) == (start_ms, end_ms)
