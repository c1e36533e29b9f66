"""Places: one row's texts, by field, read into what the picture holds; or refused, with the field and why.

Texts come from a table's cells, from a KML placemark or from the properties of a GeoJSON feature: all are
read here, so that one rule holds for every file.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from parley.formats.properties import read_band
from parley.formats.report import Refused
from parley.formats.rows import Repair, RowRefused, shown
from parley.formats.shapes import number
from parley.geo.coordinate import read_coordinate
from parley.geo.ellipsoid import inverse
from parley.geo.instants import read_instant
from parley.geo.measures import read_altitude, read_length_mm
from parley.geo.validity import band_fault
from parley.words.codes import CoordinateFormat
from parley.words.errors import InputError
from parley.words.units import HARMLESS, DistanceMm, LatNdeg, LonNdeg, TimeMs
from parley.words.volume import (
    VERTICES_MAX,
    Area,
    Band,
    Circle,
    Corridor,
    Entered,
    Position,
    Window,
    positions_of,
)

KINDS: Final = ("position", "unit", "site")
MAX_TEXT: Final = 120
EVER_MS: Final = 253_402_300_799_999
"""The end of a window without an end: the last instant that is kept (`TimeMs`)."""
_NDEG: Final = 1_000_000_000
_DEGREE_MM: Final = 111_320_000
_DEGREES: Final = re.compile(r"([+-]?)(\d{1,4})(?:\.(\d{1,15}))?", re.ASCII)
_COMMA: Final = re.compile(r"[+-]?\d{1,3},\d+", re.ASCII)
_HARMLESS: Final = re.compile(HARMLESS)
_NO_NUMBER: Final = frozenset({"nan", "inf", "infinity", "null", "none", "n/a", "na", "#n/a", "#ref!", "-"})
_LAT_MOST: Final = 90 * _NDEG
_LON_MOST: Final = 180 * _NDEG


class Place(Struct, frozen=True, kw_only=True):
    """One row, read. `as_of_ms` is null where the row does not say."""

    row: int
    id: str
    name: str
    kind: str
    area: Area
    band: Band | None
    window: Window | None
    as_of_ms: TimeMs | None


class Rules(Struct, frozen=True, kw_only=True):
    """What holds for all rows of one file.

    Attributes:
        layer: the layer that the file is for; null for none.
        kind: the kind of rows that do not say.
        in_utc: the time fields whose heading says UTC.
        decimal_comma: every latitude and longitude is written with a decimal comma, for certain.
    """

    layer: str | None
    kind: str | None = None
    in_utc: frozenset[str] = frozenset()
    decimal_comma: bool = False


def read_place(row: int, fields: Mapping[str, str], rules: Rules, area: Area | None = None) -> Place:
    """Read one row.

    Args:
        row: its number.
        fields: text by field; a field without text may be missing.
        rules: what holds for the file.
        area: where it is, as `read_geometry` read it, if that does not stand in the fields.

    Raises:
        RowRefused: the first field that cannot be read.
    """
    layer = fields.get("layer", "").strip()
    if layer and rules.layer is not None and layer != rules.layer:
        do = f"Import its rows with --layer {layer[:40]}, from a file of their own."
        raise RowRefused(
            "layer", layer, "row-of-other-layer", f"the row is of another layer than {rules.layer}", do
        )
    place = Place(
        row=row,
        id=_text(fields, "id"),
        name=_text(fields, "name"),
        kind=_kind(fields, rules),
        area=area if area is not None else _circle(fields, rules),
        band=_band(fields),
        as_of_ms=_time(fields, "as_of", rules),
        window=_window(fields, rules),
    )
    if area is not None:
        _refuse_unheld(area)
    return place


def _refuse_unheld(area: Area) -> None:
    """Refuse what a file may hold and the picture not; `read_geometry` has found all other faults."""
    if isinstance(area, Corridor) and area.half_width_mm == 0:
        do = "Give half_width_m, or draw its outline."
        what = "a line has no width by itself"
        raise RowRefused("half_width_m", "", "corridor-half-width-zero", what, do)
    count = len(positions_of(area))
    if count > VERTICES_MAX:
        what = f"it has {count:,} vertices; at most {VERTICES_MAX:,} are held"
        raise RowRefused("geometry", "", "area-too-many-vertices", what, "Leave out what adds nothing.")


def read_shaped(
    row: int, fields: Mapping[str, str], rules: Rules, shapes: Sequence[Area], band: Band | None = None
) -> list[Place]:
    """Read one feature; one of several shapes becomes several places.

    Args:
        row: its number.
        fields: text by field.
        rules: what holds for the file.
        shapes: its areas.
        band: the altitudes of its shapes, if they say any; what the fields say goes before it.

    Raises:
        RowRefused: the first thing that cannot be read.
    """
    places = []
    for k, area in enumerate(shapes, 1):
        place = read_place(row, fields, rules, area)
        if place.band is None and band is not None:
            place = replace(place, band=band)
        if len(shapes) > 1:
            place = replace(place, id=f"{place.id}#{k}", name=f"{place.name} ({k} of {len(shapes)})")
            if max(len(place.id), len(place.name)) > MAX_TEXT:
                what = f"with its number the name is longer than {MAX_TEXT} characters"
                raise RowRefused("name", place.name, "name-too-long", what, "Shorten it.")
        places.append(place)
    return places


def split(places: Sequence[Place]) -> Repair:
    """Return the report's entry for a feature that became several places."""
    became = f"{len(places)} items, {shown(places[0].id)} and on"
    return Repair(row=places[0].row, column="", value="several shapes", rule="split", became=became)


def _text(fields: Mapping[str, str], field: str) -> str:
    text = fields.get(field, "").strip()
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text:
        do = f"Give each row its {field}, or name the column that holds it: --column {field}=NAME."
        raise RowRefused(field, "", f"{field}-missing", f"the {field} is empty", do)
    if len(text) > MAX_TEXT:
        what = f"the {field} is longer than {MAX_TEXT} characters"
        raise RowRefused(field, text, f"{field}-too-long", what, "Shorten it.")
    if _HARMLESS.match(text) is None:
        what = f"the {field} holds a control character, or one that turns the writing round"
        raise RowRefused(field, text, "text-harmful", what, "Type it again.")
    if "\ufffd" in text:
        what = f"a letter of the {field} was lost when the file was written"
        raise RowRefused(field, text, "text-damaged", what, "Write the file again, in UTF-8.")
    return text


def _kind(fields: Mapping[str, str], rules: Rules) -> str:
    text = fields.get("kind", "").strip()
    if not text and rules.kind is not None:
        return rules.kind
    kind = text.lower()
    if kind in KINDS:
        return kind
    what = f"the kind is not {', '.join(KINDS[:-1])} or {KINDS[-1]}"
    raise RowRefused("kind", text, "kind-unknown", what, "Write one of them, or give --kind for all.")


def _circle(fields: Mapping[str, str], rules: Rules) -> Circle:
    radius, width = (fields.get(field, "").strip() for field in ("radius_m", "half_width_m"))
    if width:
        what = "it has a width and no line"
        raise RowRefused("half_width_m", width, "reach-without-use", what, "Give a point its radius_m.")
    try:
        radius_mm: DistanceMm = read_length_mm(radius) if radius else 0
    except InputError as error:
        raise _refused("radius_m", radius, error) from error
    return Circle(centre=_centre(fields, rules), radius_mm=radius_mm)


def _centre(fields: Mapping[str, str], rules: Rules) -> Position:
    lat, lon = fields.get("lat", "").strip(), fields.get("lon", "").strip()
    whole = fields.get("position", "").strip()
    if not lat and not lon:
        if not whole:
            do = "Give lat and lon, or the whole coordinate in one column."
            raise RowRefused("", "", "position-missing", "the row says no position", do)
        return _read_whole(whole)
    if not lat or not lon:
        missing = "lon" if lat else "lat"
        raise RowRefused(missing, "", "position-missing", f"the {missing} is empty", "Give both.")
    centre = _read_halves(lat, lon, rules)
    if whole:
        _be_one_place(centre, _read_whole(whole), whole)
    return centre


def _be_one_place(halves: Position, whole: Position, text: str) -> None:
    """Refuse a row whose two positions are farther apart than their last digits explain."""
    apart_m = inverse(
        (halves.lat_ndeg / _NDEG, halves.lon_ndeg / _NDEG), (whole.lat_ndeg / _NDEG, whole.lon_ndeg / _NDEG)
    )[0]
    coarse_mm = sum(each.entered.precision_mm for each in (halves, whole) if each.entered is not None)
    if apart_m > 1 + 1.5 * coarse_mm / 1e3:
        what = f"it lies {apart_m:,.0f} m from the row's lat and lon"
        raise RowRefused("position", text, "positions-differ", what, "Find out which is right.")


def _read_whole(text: str) -> Position:
    try:
        return read_coordinate(unicodedata.normalize("NFC", text))
    except InputError as error:
        raise _refused("position", text, error) from error


def _read_halves(lat: str, lon: str, rules: Rules) -> Position:
    if rules.decimal_comma:
        lat, lon = lat.replace(",", "."), lon.replace(",", ".")
    angles = read_degrees(lat, lon)
    if angles is None:
        return _read_written(lat, lon)
    digits = min(len(text.partition(".")[2]) for text in (lat, lon))
    precision_mm = round(_DEGREE_MM / 10.0**digits)
    entered = Entered(text=f"{lat} {lon}", format=CoordinateFormat.DECIMAL, precision_mm=precision_mm)
    return Position(lat_ndeg=angles[0], lon_ndeg=angles[1], entered=entered)


def read_degrees(lat: str, lon: str) -> tuple[LatNdeg, LonNdeg] | None:
    """Read two plain numbers of decimal degrees; null when they are not both that.

    Raises:
        RowRefused: axes-swapped, coordinate-out-of-range.
    """
    first, second = _DEGREES.fullmatch(lat), _DEGREES.fullmatch(lon)
    if first is None or second is None:
        return None
    lat_ndeg, lon_ndeg = _ndeg(first), _ndeg(second)
    if abs(lat_ndeg) > _LAT_MOST:
        if abs(lat_ndeg) <= _LON_MOST and abs(lon_ndeg) <= _LAT_MOST:
            what = "the latitude is beyond 90 degrees and the longitude is not: they look swapped"
            do = "Correct the row; if all are so, name the columns: --column lat=NAME --column lon=NAME."
            raise RowRefused("lat", lat, "axes-swapped", what, do)
        what = "the latitude is beyond 90 degrees"
        raise RowRefused("lat", lat, "coordinate-out-of-range", what, "Write degrees: 33.5.")
    if abs(lon_ndeg) > _LON_MOST:
        what = "the longitude is beyond 180 degrees"
        raise RowRefused("lon", lon, "coordinate-out-of-range", what, "Write degrees: 38.6167, -38.6167.")
    return lat_ndeg, lon_ndeg


def _ndeg(match: re.Match[str]) -> LatNdeg | LonNdeg:
    sign, whole, part = match.groups()
    if part is None:
        ndeg = int(whole) * _NDEG
    elif len(part) <= 9:  # noqa: PLR2004 - nanodegrees
        ndeg = int(whole) * _NDEG + int(part.ljust(9, "0"))
    else:
        ndeg = round(Decimal(f"{whole}.{part}") * _NDEG)
    return -ndeg if sign == "-" else ndeg


def _read_written(lat: str, lon: str) -> Position:
    """Read halves that are no plain numbers: with letters, minutes, seconds."""
    for field, text in (("lat", lat), ("lon", lon)):
        refuse_no_number(field, text)
        if _COMMA.fullmatch(text):
            what = f"the {field} has a comma, and not every row is written so"
            raise RowRefused(field, text, "coordinate-decimal-comma", what, "Write a full stop: 33.5.")
    try:
        return read_coordinate(f"{lat}, {lon}")
    except InputError as error:
        field = "lon" if _DEGREES.fullmatch(lat) is not None else "lat"
        raise _refused(field, lon if field == "lon" else lat, error) from error


def refuse_no_number(field: str, text: str) -> None:
    """Refuse what a program writes where it has no number."""
    if text.lower().lstrip("+-") in _NO_NUMBER:
        what = f"the {field} is no number"
        raise RowRefused(field, text, "coordinate-not-a-number", what, "Write degrees: 33.5.")


def _band(fields: Mapping[str, str]) -> Band | None:
    """Read the altitudes: `floor` and `ceiling` with unit and datum, or `floor_m` and `ceiling_m`."""
    written = {field: fields.get(field, "").strip() for field in ("floor", "ceiling")}
    metres = {field: number(fields, field) for field in ("floor_m", "ceiling_m")}
    in_metres = any(value is not None for value in metres.values())
    if not any(written.values()):
        return _band_in_metres(fields, metres) if in_metres else None
    if in_metres:
        do = "Keep one of the two."
        raise RowRefused("floor_m", "", "altitude-twice", "its altitudes are given in two ways", do)
    ends = []
    for field, text in written.items():
        try:
            ends.append(read_altitude(text) if text else None)
        except InputError as error:
            raise _refused(field, text, error) from error
    band = Band(floor=ends[0], ceiling=ends[1])
    fault = band_fault(band)
    if fault is not None:
        raise RowRefused("floor", written["floor"], fault.rule, fault.detail, "Correct floor or ceiling.")
    return band


def _band_in_metres(fields: Mapping[str, str], metres: Mapping[str, float | None]) -> Band:
    datum = fields.get("altitude_datum", "").strip() or None
    try:
        return read_band({**metres, "altitude_datum": datum})
    except Refused as error:
        field = "altitude_datum" if "datum" in error.rule else "floor_m"
        raise RowRefused(field, fields.get(field, ""), error.rule, error.detail, error.do) from error


def _window(fields: Mapping[str, str], rules: Rules) -> Window | None:
    start_ms, end_ms = _time(fields, "start", rules), _time(fields, "end", rules)
    if start_ms is None and end_ms is None:
        return None
    window = Window(start_ms=start_ms or 0, end_ms=EVER_MS if end_ms is None else end_ms)
    if window.end_ms < window.start_ms:
        text = fields.get("end", "")
        raise RowRefused("end", text, "end-before-start", "the end is before the start", "Correct them.")
    return window


def _time(fields: Mapping[str, str], field: str, rules: Rules) -> TimeMs | None:
    text = fields.get(field, "").strip()
    if not text:
        return None
    try:
        return read_instant(text, in_utc=field in rules.in_utc)
    except InputError as error:
        do = f' If the whole column is UTC, call it "{field} (UTC)".' if error.name == "time-not-utc" else ""
        raise RowRefused(field, text, error.name, error.what, error.do + do) from error


def _refused(field: str, value: str, error: InputError) -> RowRefused:
    return RowRefused(field, value, error.name, error.what, error.do)
