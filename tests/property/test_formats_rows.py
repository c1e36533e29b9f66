"""Places that are written as CSV, KML or GeoJSON are read as they were; bytes of any kind are read or refused."""

import csv
import io
import json
import unicodedata
from xml.sax.saxutils import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from importing import kml, read
from parley.formats.places import Place
from parley.words.errors import InputError
from parley.words.volume import Circle

NAMES = (
    st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=40)
    .map(str.strip)
    .filter(lambda text: bool(text) and "\ufffd" not in text)
)
ROWS = st.lists(
    st.tuples(
        NAMES,
        st.sampled_from(["position", "unit", "site"]),
        st.integers(-90_000_000, 90_000_000),
        st.integers(-180_000_000, 180_000_000),
        st.integers(0, 100_000),
    ),
    min_size=1,
    max_size=6,
)
Row = tuple[str, str, int, int, int]


def degrees(micro: int) -> str:
    sign, micro = ("-", -micro) if micro < 0 else ("", micro)
    return f"{sign}{micro // 1_000_000}.{micro % 1_000_000:06d}"


def held(place: Place) -> tuple[str, str, str, int, int, int]:
    area = place.area
    assert isinstance(area, Circle)
    centre = area.centre
    return place.id, place.name, place.kind, centre.lat_ndeg, centre.lon_ndeg, area.radius_mm


def expected(rows: list[Row]) -> list[tuple[str, str, str, int, int, int]]:
    return [
        (f"s{n}", unicodedata.normalize("NFC", name), kind, lat * 1_000, lon * 1_000, radius * 1_000)
        for n, (name, kind, lat, lon, radius) in enumerate(rows)
    ]


@given(ROWS, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_csv_comes_back_as_it_was_written(rows: list[Row], delimiter: str, encoding: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["id", "name", "kind", "lat", "lon", "radius_m"])
    for n, (name, kind, lat, lon, radius) in enumerate(rows):
        writer.writerow([f"s{n}", name, kind, degrees(lat), degrees(lon), radius])
    found = read(text.getvalue().encode(encoding))
    assert found.report.refused == []
    assert [held(place) for place in found.places] == expected(rows)


@given(ROWS)
def test_kml_and_geojson_come_back_as_they_were_written(rows: list[Row]) -> None:
    marks, features = [], []
    for n, (name, kind, lat, lon, radius) in enumerate(rows):
        data = {"kind": kind, "radius_m": str(radius)}
        extended = "".join(f'<Data name="{key}"><value>{value}</value></Data>' for key, value in data.items())
        marks.append(
            f'<Placemark id="s{n}"><name>{escape(name)}</name><ExtendedData>{extended}</ExtendedData>'
            f"<Point><coordinates>{degrees(lon)},{degrees(lat)}</coordinates></Point></Placemark>"
        )
        features.append(
            {
                "type": "Feature",
                "id": f"s{n}",
                "properties": {"name": name, **data},
                "geometry": {"type": "Point", "coordinates": [lon / 1e6, lat / 1e6]},
            }
        )
    for data_ in (kml(*marks), json.dumps({"type": "FeatureCollection", "features": features})):
        found = read(data_)
        assert found.report.refused == []
        assert [held(place) for place in found.places] == expected(rows)


@settings(max_examples=300)
@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(str.encode)
    | st.text(st.sampled_from("id,name;kind\tlat\n\"'|1.5-<>{}[]/:\0"), max_size=200).map(
        lambda text: ("id,name,kind,lat,lon\n" + text).encode()
    )
    | st.binary(max_size=200).map(b"PK\x03\x04".__add__)
    | st.text(st.sampled_from("<>/kmlPlacerPointcordis=\"' 1,.&;"), max_size=200).map(
        lambda text: f"<kml><Placemark>{text}".encode()
    )
)
def test_any_bytes_are_read_or_refused_by_name(data: bytes) -> None:
    try:
        found = read(data)
    except InputError:
        return
    assert len(found.places) + len(found.report.refused) >= 1
    for refusal in found.report.refused:
        assert refusal.rule
        assert refusal.what
        assert (refusal.value + refusal.column).isprintable()
