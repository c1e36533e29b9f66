"""A volume as bytes beside its box in an index: what decides a comparison, found at once.

Layout, little-endian: `HEAD`, then the quick outline (`parley.geo.quick`), three doubles a piece, then the
area as MessagePack, for the exact step: without names and what was entered for circles and plain polygons,
which are most, and as it is for all others. Bytes never leave the node: the layout may change with `FORM`,
and an index that holds another is filled anew.
"""

import struct
from typing import Final

import msgspec

from parley.check.volume5 import FOREVER_MS
from parley.geo.quick import Quick, sphere_of
from parley.words.codes import Datum, Edges, LengthUnit
from parley.words.errors import SystemFault
from parley.words.volume import Altitude, Area, Band, Circle, Daily, Polygon, Position, Window

FORM: Final = 3
HEAD: Final = struct.Struct("<BBBBIqqqqII6d")
UNLIMITED: Final = 255
_DATUMS: Final = tuple(Datum)
_CODES: Final = {datum: code for code, datum in enumerate(_DATUMS)}
_AREA: Final[msgspec.msgpack.Decoder[list[int] | Area]] = msgspec.msgpack.Decoder(list[int] | Area)
_CIRCLE: Final = 3
_EDGES: Final = tuple(Edges)


Head = tuple[int, int, int, int, int, int, int, int, int, int, int, float, float, float, float, float, float]
"""Form, whether a disc, datums of floor and ceiling (`datum_code`), pieces of the quick outline, start and
end (UTC ms), floor and ceiling (mm), from place `DAILY` on start and end of the daily hours (ms; equal
where there are none); from place `SPHERE` on what `Sphere` holds. A plain tuple: one is read for every
candidate of every query."""
DAILY: Final = 9
DAILY_END: Final = 10
SPHERE: Final = 11
_PIECES: Final = 4


def pack(quick: Quick, area: Area, band: Band, holds: Window | None) -> bytes:
    """Lay a volume out as bytes; a null window is permanent."""
    start_ms, end_ms = (holds.start_ms, holds.end_ms) if holds else (-FOREVER_MS, FOREVER_MS)
    daily = holds.daily if holds else None
    floor, ceiling = band.floor, band.ceiling
    outline_m = quick.outline_m
    head = HEAD.pack(
        FORM,
        quick.disc,
        datum_code(floor),
        datum_code(ceiling),
        len(outline_m) // 3,
        start_ms,
        end_ms,
        0 if floor is None else floor.value_mm,
        0 if ceiling is None else ceiling.value_mm,
        0 if daily is None else daily.start_ms,
        0 if daily is None else daily.end_ms,
        *sphere_of(quick),
    )
    return head + struct.pack(f"<{len(outline_m)}d", *outline_m) + msgspec.msgpack.encode(_lean(area))


def head_of(kept: bytes) -> Head:
    """The head.

    Raises:
        SystemFault: `volume-index-failed`: the bytes are damaged, or of another form.
    """
    try:
        head: Head = HEAD.unpack_from(kept)
    except struct.error as error:
        raise damaged() from error
    if head[0] != FORM:
        raise damaged()
    return head


def quick_from(head: Head, kept: bytes) -> Quick:
    """What the quick bounds need, as it was packed."""
    x_m, y_m, z_m, reach_m, core_m, bow_m = head[SPHERE:]
    try:
        outline_m = struct.unpack_from(f"<{3 * head[_PIECES]}d", kept, HEAD.size)
    except struct.error as error:
        raise damaged() from error
    disc = bool(head[1])
    return Quick((x_m, y_m, z_m), reach_m, core_m, bow_m, outline_m, disc=disc)


def band_of(head: Head) -> Band:
    """The altitude band; its units are not kept, as they change no distance."""
    return Band(floor=_altitude(head[2], head[7]), ceiling=_altitude(head[3], head[8]))


def window_of(head: Head) -> Window | None:
    """When it holds; null is permanent."""
    start_ms, end_ms = head[5], head[6]
    if start_ms == -FOREVER_MS:
        return None
    hours = head[DAILY], head[DAILY_END]
    daily = Daily(start_ms=hours[0], end_ms=hours[1]) if hours[0] != hours[1] else None
    return Window(start_ms=start_ms, end_ms=end_ms, daily=daily)


def area_of(head: Head, kept: bytes) -> Area:
    """The area, without what was entered.

    Raises:
        SystemFault: `volume-index-failed`: the bytes are damaged.
    """
    try:
        values = _AREA.decode(kept[HEAD.size + 24 * head[_PIECES] :])
    except msgspec.DecodeError as error:
        raise damaged() from error
    if not isinstance(values, list):
        return values
    if len(values) == _CIRCLE:
        return Circle(centre=Position(lat_ndeg=values[0], lon_ndeg=values[1]), radius_mm=values[2])
    ring = zip(values[1::2], values[2::2], strict=True)
    return Polygon(
        ring=tuple(Position(lat_ndeg=lat, lon_ndeg=lon) for lat, lon in ring), edges=_EDGES[values[0]]
    )


def damaged() -> SystemFault:
    """What an index kept for us cannot be read."""
    what = "The index of volumes gave back bytes that are damaged or of another form"
    return SystemFault("volume-index-failed", what, do="Nothing was compared. Fill the index anew.")


def _lean(area: Area) -> list[int] | Area:
    """The numbers of a circle or plain polygon; any other area as it is."""
    if isinstance(area, Circle):
        return [area.centre.lat_ndeg, area.centre.lon_ndeg, area.radius_mm]
    if isinstance(area, Polygon) and not area.holes:
        values = [_EDGES.index(area.edges)]
        for position in area.ring:
            values += (position.lat_ndeg, position.lon_ndeg)
        return values
    return area


def datum_code(altitude: Altitude | None) -> int:
    """A datum as a number; no altitude, which is unlimited, has one of its own."""
    return UNLIMITED if altitude is None else _CODES[altitude.datum]


def _altitude(code: int, value_mm: int) -> Altitude | None:
    if code == UNLIMITED:
        return None
    return Altitude(value_mm=value_mm, unit=LengthUnit.METRE, datum=_DATUMS[code])
