"""Picture files: CSV and GeoJSON into own items. Each bad row is named by its number and reason.

CSV: columns id, name, kind (position, unit or site), lat, lon (decimal degrees), radius_m, and perhaps
as_of. GeoJSON: a FeatureCollection of points and polygons of one ring, whose properties are id, name,
kind, and perhaps radius_m (for a point) and as_of; edges are straight in longitude and latitude.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

import msgspec

from parley.cli.client import typed_text
from parley.cli.composing import read_input
from parley.cli.reading import read_length_mm
from parley.cli.times import read_time
from parley.geo.validity import area_fault
from parley.words.codes import Edges
from parley.words.errors import InputError
from parley.words.volume import Area, Circle, Polygon, Position

Item = dict[str, Any]
COLUMNS: Final = ("id", "name", "kind", "lat", "lon", "radius_m")
KINDS: Final = ("position", "unit", "site")
MAX_BYTES: Final = 32 * 1024 * 1024
MAX_ROWS: Final = 200_000
MAX_TEXT: Final = 120
SHOWN: Final = 10
_NDEG: Final = 1_000_000_000


class _Bad(Exception):
    """Why a row is refused."""


def read_items(path: Path, layer: str, known_ms: int) -> list[Item]:
    """Read a file into items, as the API takes them.

    Args:
        path: the file; - is the standard input.
        layer: the layer's name.
        known_ms: when a row's position was last known, where it does not say.

    Raises:
        InputError: picture-file-unreadable, picture-file-empty, picture-rows-refused.
    """
    data = read_input(path, MAX_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(path, "the file is not UTF-8 text") from error
    rows = _features(path, text) if text.lstrip().startswith("{") else _csv_rows(path, text)
    items, bad, seen = [], [], set[str]()
    for number, read in rows:
        try:
            item = _fresh(read(), seen)
        except (_Bad, InputError) as error:
            bad.append(f"row {number}: {error.what if isinstance(error, InputError) else error}")
            continue
        seen.add(item["id"])
        items.append({"layer": layer, "as_of_ms": known_ms, **item})
    if bad:
        more = f" (and {len(bad) - SHOWN} more)" if len(bad) > SHOWN else ""
        raise InputError(
            "picture-rows-refused",
            f"{len(bad)} of {len(bad) + len(items)} rows are refused, and nothing is imported: "
            + "; ".join(bad[:SHOWN])
            + more,
            where=str(path),
            do="Correct the rows and import the file again.",
        )
    if not items:
        do = "An empty file would empty the layer. If that is meant, import a file with what remains."
        raise InputError("picture-file-empty", "there is no row in the file", where=str(path), do=do)
    return items


def _fresh(item: Item, seen: set[str]) -> Item:
    if item["id"] in seen:
        raise _Bad(f"the id {item['id']} occurs twice")
    return item


def _unreadable(path: Path, what: str) -> InputError:
    do = f"Give CSV with the columns {','.join(COLUMNS)}, or a GeoJSON FeatureCollection."
    return InputError("picture-file-unreadable", what, where=str(path), do=do)


Rows = Iterator[tuple[int, Callable[[], Item]]]


def _csv_rows(path: Path, text: str) -> Rows:
    """Yield (row number, reader); the heading is row 1."""
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        names = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = names
        missing = [name for name in COLUMNS if name not in names]
        if missing:
            raise _unreadable(path, f"columns are missing: {', '.join(missing)}")
        for number, row in enumerate(reader, 2):
            if number > MAX_ROWS:
                raise _unreadable(path, f"a file holds at most {MAX_ROWS:,} rows")
            yield number, lambda row=row: _csv_item(row)  # type: ignore[misc] # bound now, called at once
    except csv.Error as error:
        raise _unreadable(path, f"line {reader.line_num} is no CSV: {error}") from error


def _csv_item(row: Mapping[str | None, Any]) -> Item:
    if None in row or None in row.values():
        raise _Bad("it has another number of columns than the heading")
    centre = _position(row["lat"], row["lon"])
    return _item(row, Circle(centre=centre, radius_mm=read_length_mm(row["radius_m"] or "0")))


def _features(path: Path, text: str) -> Rows:
    """Yield (feature number from 1, reader)."""
    try:
        document = msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise _unreadable(path, f"this is no JSON: {error}") from error
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise _unreadable(path, "this is no GeoJSON FeatureCollection")
    if len(features) > MAX_ROWS:
        raise _unreadable(path, f"a file holds at most {MAX_ROWS:,} features")
    for number, feature in enumerate(features, 1):
        yield number, lambda feature=feature: _feature_item(feature)  # type: ignore[misc] # called at once


def _feature_item(feature: object) -> Item:
    if not isinstance(feature, dict) or not isinstance(feature.get("geometry"), dict):
        raise _Bad("it has no geometry")
    properties = feature.get("properties")
    properties = dict(properties) if isinstance(properties, dict) else {}
    if "id" not in properties and feature.get("id") is not None:
        properties["id"] = str(feature["id"])
    geometry = feature["geometry"]
    coordinates = geometry.get("coordinates")
    match geometry.get("type"):
        case "Point":
            radius_m = properties.get("radius_m", 0)
            area: Area = Circle(centre=_lon_lat(coordinates), radius_mm=read_length_mm(str(radius_m)))
        case "Polygon":
            area = _ring(coordinates)
        case other:
            raise _Bad(f"its geometry is {other!r}: only Point and Polygon are read")
    return _item(properties, area)


def _ring(coordinates: object) -> Polygon:
    if not isinstance(coordinates, list) or len(coordinates) != 1:
        raise _Bad("a polygon has one ring here, without holes")
    ring = coordinates[0]
    if not isinstance(ring, list) or len(ring) < 4 or ring[0] != ring[-1]:  # noqa: PLR2004 - RFC 7946
        raise _Bad("a polygon's ring is closed and has at least four positions")
    if len(ring) > 2_001:  # noqa: PLR2004 - 2,000 vertices, and the first again
        raise _Bad("a polygon has at most 2,000 vertices")
    return Polygon(ring=tuple(_lon_lat(position) for position in ring[:-1]), edges=Edges.STRAIGHT)


def _lon_lat(coordinates: object) -> Position:
    if not isinstance(coordinates, list) or len(coordinates) not in {2, 3}:
        raise _Bad("a position is longitude and latitude")
    return _position(str(coordinates[1]), str(coordinates[0]))


def _position(lat: str, lon: str) -> Position:
    lat_ndeg, lon_ndeg = _ndeg(lat, "latitude", 90), _ndeg(lon, "longitude", 180)
    return Position(lat_ndeg=lat_ndeg, lon_ndeg=lon_ndeg)


def _ndeg(text: str, name: str, limit_deg: int) -> int:
    try:
        degrees = Decimal(text.strip())
    except (InvalidOperation, AttributeError) as error:
        raise _Bad(f"its {name} is no number of decimal degrees") from error
    if not degrees.is_finite() or abs(degrees) > limit_deg:
        raise _Bad(f"its {name} is beyond {limit_deg} degrees")
    return int((degrees * _NDEG).to_integral_value())


def _item(fields: Mapping[Any, Any], area: Area) -> Item:
    kind = str(fields.get("kind", "")).strip().lower()
    if kind not in KINDS:
        raise _Bad(f"its kind is not one of {', '.join(KINDS)}")
    fault = area_fault(area, point=True)
    if fault is not None:
        raise _Bad(fault.detail)
    item = {"id": _text(fields, "id"), "name": _text(fields, "name"), "kind": kind, "area": area}
    as_of = fields.get("as_of")
    return {**item, "as_of_ms": read_time(str(as_of))} if as_of else item


def _text(fields: Mapping[Any, Any], name: str) -> str:
    text = typed_text(str(fields.get(name) or "").strip())
    if not 0 < len(text) <= MAX_TEXT:
        raise _Bad(f"its {name} is not 1 to {MAX_TEXT} characters long")
    return text
