"""Reported positions in tables: CSV with a heading, JSON rows or columns, and GeoJSON points.

| column | other names | means |
|---|---|---|
| id | icao24, icao, hex, mmsi, uid, track_id | who; needed |
| time | timestamp, at, datetime, at_ms | RFC 3339 with its zone, or seconds or milliseconds since 1970; needed |
| lat, lon | latitude, longitude, lng | decimal degrees; needed, except for a GeoJSON point |
| name | callsign, flight, ship_name | |
| height_m | | metres over the ellipsoid |
| altitude_msl_m | | metres over mean sea level |
| altitude_baro_ft | altitude | barometric, feet: a flight level |
| speed_mps; speed_kn | groundspeed, gs | metres a second; knots |
| course_deg | track, course | clockwise from true north |
| error_m | radius_m, ce | radius of error |
| age_s | | how old the position was |
| last_position | | when the position was measured, as `time`; then that is the time of the report |
| mover | | air, ground or water |

Other columns are passed over.
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from parley.formats.positions import (
    DATUM_CODE,
    FOOT_M,
    KNOT_MPS,
    UNKNOWN,
    Mover,
    Positions,
    Refusals,
    Row,
    Source,
    of_rows,
)
from parley.words.codes import Datum

MOST_ROWS: Final = 5_000_000
MOST_COLUMNS: Final = 200
_MILLISECONDS_FROM: Final = 100_000_000_000
"""A larger number of a time counts milliseconds: as seconds it would lie in the year 5138."""
NAMES: Final = {
    **dict.fromkeys(("id", "icao24", "icao", "hex", "mmsi", "uid", "track_id"), "id"),
    **dict.fromkeys(("time", "timestamp", "at", "datetime", "at_ms"), "time"),
    **dict.fromkeys(("lat", "latitude"), "lat"),
    **dict.fromkeys(("lon", "longitude", "lng"), "lon"),
    **dict.fromkeys(("name", "callsign", "flight", "ship_name"), "name"),
    **dict.fromkeys(("altitude_baro_ft", "altitude"), "altitude_baro_ft"),
    **dict.fromkeys(("speed_kn", "groundspeed", "gs"), "speed_kn"),
    **dict.fromkeys(("course_deg", "track", "course"), "course_deg"),
    **dict.fromkeys(("error_m", "radius_m", "ce"), "error_m"),
    **{name: name for name in ("height_m", "altitude_msl_m", "speed_mps", "age_s", "last_position", "mover")},
}
NEEDED: Final = ("id", "time", "lat", "lon")
_MOVERS: Final = {"air": Mover.AIR, "ground": Mover.GROUND, "water": Mover.WATER}
_HEIGHTS: Final = (
    ("height_m", Datum.ELLIPSOID, 1.0),
    ("altitude_msl_m", Datum.MEAN_SEA_LEVEL, 1.0),
    ("altitude_baro_ft", Datum.FLIGHT_LEVEL, FOOT_M),
)


class _Unreadable(Exception):
    """Carries the name of the rule."""


class CsvPositions:
    """Reads lines; the first is the heading.

    Args:
        refusals: counts `csv-heading` (the columns needed are not there: nothing can be read),
            `csv-columns` (another number than the heading), `csv-unreadable`, and `time-unreadable`,
            `time-no-zone` and `value-unreadable` for what stands in a cell.
    """

    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals
        self._heading: list[str] | None = None

    def read(self, line: bytes, _now_ms: int, number: int) -> Row | None:
        """Read one line; null for the heading, an empty line, and what was refused."""
        if not line.strip():
            return None
        try:
            cells = next(csv.reader([line.decode("utf-8-sig")], strict=True))
        except (csv.Error, UnicodeDecodeError, StopIteration):
            self._refusals.note("csv-unreadable", number)
            return None
        if self._heading is None:
            self._heading = [NAMES.get(cell.strip().lower(), "") for cell in cells[:MOST_COLUMNS]]
            if not set(NEEDED) <= set(self._heading):
                self._heading = []
                self._refusals.note("csv-heading", number)
            return None
        if len(cells) != len(self._heading):
            self._refusals.note("csv-columns" if self._heading else "csv-heading", number)
            return None
        said = {name: cell.strip() for name, cell in zip(self._heading, cells, strict=True) if name}
        return _row(said, number, self._refusals)


def read_rows(data: bytes, refusals: Refusals) -> Positions:
    """Read JSON: a list of rows, or columns by name, each a list or an object by row.

    Refused: the whole, `table-unreadable` or `table-too-many`; a row as by `CsvPositions`.
    """
    try:
        document = msgspec.json.decode(data)
        rows = list(_records(document))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, _Unreadable) as error:
        refusals.note(str(error) if isinstance(error, _Unreadable) else "table-unreadable", 1)
        rows = []
    read = (_row(_renamed(said), line, refusals) for line, said in enumerate(rows, 1))
    return of_rows(Source.TABLE, [row for row in read if row is not None], refusals)


def _records(document: object) -> Iterable[Mapping[str, Any]]:
    if isinstance(document, dict):
        if not document or len(document) > MOST_COLUMNS:
            raise _Unreadable("table-unreadable")
        columns = [
            list(column.values()) if isinstance(column, dict) else column for column in document.values()
        ]
        if any(not isinstance(column, list) or len(column) != len(columns[0]) for column in columns):
            raise _Unreadable("table-unreadable")
        document = [dict(zip(document, cells, strict=True)) for cells in zip(*columns, strict=True)]
    if not isinstance(document, list):
        raise _Unreadable("table-unreadable")
    if len(document) > MOST_ROWS:
        raise _Unreadable("table-too-many")
    return (row if isinstance(row, dict) else {} for row in document)


def _renamed(said: Mapping[str, Any]) -> dict[str, Any]:
    return {NAMES[name]: value for name, value in said.items() if name in NAMES and value is not None}


class _Geometry(Struct):
    type: str
    coordinates: list[float]


class _Feature(Struct):
    geometry: _Geometry
    properties: dict[str, Any] | None = None
    id: str | int | None = None


class _Collection(Struct):
    features: list[Raw]


_FEATURE: Final = msgspec.json.Decoder(_Feature)
_PLANE: Final = 2


def read_points(data: bytes, refusals: Refusals) -> Positions:
    """Read a GeoJSON FeatureCollection of points; a third coordinate is metres over the ellipsoid (RFC 7946).

    Refused: the whole, `geojson-unreadable` or `table-too-many`; a feature that is no point,
    `geojson-no-point`; its properties as by `CsvPositions`.
    """
    rows = []
    try:
        features = msgspec.json.decode(data, type=_Collection).features
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        refusals.note("geojson-unreadable", 1)
        features = []
    if len(features) > MOST_ROWS:
        refusals.note("table-too-many", MOST_ROWS + 1, len(features) - MOST_ROWS)
    for line, raw in enumerate(features[:MOST_ROWS], 1):
        try:
            feature = _FEATURE.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            refusals.note("geojson-no-point", line)
            continue
        place = feature.geometry.coordinates
        if feature.geometry.type != "Point" or len(place) < _PLANE:
            refusals.note("geojson-no-point", line)
            continue
        said = {"id": feature.id, **_renamed(feature.properties or {}), "lon": place[0], "lat": place[1]}
        if len(place) > _PLANE:
            said["height_m"] = place[2]
        row = _row(said, line, refusals)
        if row is not None:
            rows.append(row)
    return of_rows(Source.GEOJSON, rows, refusals)


def _row(said: Mapping[str, Any], line: int, refusals: Refusals) -> Row | None:
    try:
        return _read_row(said, line)
    except _Unreadable as error:
        refusals.note(str(error), line)
    return None


def _read_row(said: Mapping[str, Any], line: int) -> Row:
    at_ms = _time_ms(said.get("time"))
    measured_ms = _time_ms(said["last_position"]) if said.get("last_position") else at_ms
    height_m, datum = UNKNOWN, Datum.ELLIPSOID
    for name, over, unit_m in _HEIGHTS:
        if said.get(name) not in (None, ""):
            height_m, datum = _number(said[name]) * unit_m, over
            break
    speed_mps = _number(said.get("speed_mps"))
    if speed_mps != speed_mps:  # noqa: PLR0124 - NaN differs from itself
        speed_mps = _number(said.get("speed_kn")) * KNOT_MPS
    age_s = _number(said.get("age_s")) if measured_ms == at_ms else (at_ms - measured_ms) / 1_000
    return Row(
        id=_text(said.get("id")),
        name=_text(said.get("name")),
        at_ms=measured_ms,
        lat_deg=_number(said.get("lat")),
        lon_deg=_number(said.get("lon")),
        height_m=height_m,
        datum=DATUM_CODE[datum],
        speed_mps=speed_mps,
        course_deg=_number(said.get("course_deg")),
        error_m=_number(said.get("error_m")),
        age_s=age_s,
        mover=_MOVERS.get(_text(said.get("mover")).lower(), Mover.UNKNOWN),
        line=line,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _number(value: object) -> float:
    if value is None or value == "":
        return UNKNOWN
    return float(_converted(value, float, "value-unreadable"))


def _converted(value: object, kind: Callable[[Any], Any], rule: str) -> Any:  # noqa: ANN401 - what kind makes
    try:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return kind(value)
    except (ValueError, OverflowError) as error:
        raise _Unreadable(rule) from error
    raise _Unreadable(rule)


def _time_ms(value: object) -> int:
    if isinstance(value, str) and not value.lstrip("-").replace(".", "", 1).isdecimal():
        at = _converted(value[:40].strip(), datetime.fromisoformat, "time-unreadable")
        if at.tzinfo is None:
            raise _Unreadable("time-no-zone")
        return round(float(at.timestamp()) * 1_000)
    number = float(_converted(value, float, "time-unreadable"))
    if not -1e15 < number < 1e15:  # noqa: PLR2004 - beyond any time, and NaN
        raise _Unreadable("time-unreadable")
    return round(number if abs(number) >= _MILLISECONDS_FROM else number * 1_000)
