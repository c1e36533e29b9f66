"""Readsb's JSON: `aircraft.json` (also one aircraft a line) and `trace_full`, as its README-json.md says.

The hot path: a document is decoded once into flat values, then read by columns. A document in which one
value has a wrong type is read again aircraft by aircraft, so that one bad record costs itself only.

The error radius follows from NACp (RTCA DO-260B, table 2-70: 95 % lie within), else from the radius of
containment. Geometric altitude is over the ellipsoid; barometric altitude is a flight level.
"""

from operator import attrgetter
from typing import Final

import msgspec
import numpy as np
from msgspec import Raw, Struct

from parley.formats.positions import (
    DATUM_CODE,
    FOOT_M,
    ID_MAX,
    KNOT_MPS,
    NAME_MAX,
    UNKNOWN,
    Basis,
    Mover,
    Positions,
    Refusals,
    Source,
    harmless,
    harmless_all,
    of_columns,
    time_ms,
)
from parley.geo.ellipsoid import Floats
from parley.words.codes import Datum

MOST_AIRCRAFT: Final = 200_000
NACP_ERROR_M: Final = (UNKNOWN, 18_520, 7_408, 3_704, 1_852, 926, 555.6, 185.2, 92.6, 30, 10, 3)
_ELLIPSOID: Final = DATUM_CODE[Datum.ELLIPSOID]
_LEVEL: Final = DATUM_CODE[Datum.FLIGHT_LEVEL]


class _Aircraft(Struct, gc=False):
    hex: str = ""
    flight: str = ""
    lat: float = UNKNOWN
    lon: float = UNKNOWN
    alt_baro: float | str = UNKNOWN
    alt_geom: float = UNKNOWN
    gs: float = UNKNOWN
    track: float = UNKNOWN
    nac_p: float = UNKNOWN
    rc: float = UNKNOWN
    seen_pos: float = UNKNOWN
    now: float = UNKNOWN


class _Document(Struct, gc=False):
    aircraft: list[_Aircraft]
    now: float = UNKNOWN


class _RawDocument(Struct):
    aircraft: list[Raw]
    now: float = UNKNOWN


class _Point(Struct, array_like=True, gc=False):
    after_s: float
    lat: float
    lon: float
    alt: float | str | None = None
    gs: float | None = None
    track: float | None = None
    flags: float | None = None
    rate: float | None = None
    aircraft: Raw = Raw(b"null")
    source: str | None = None
    alt_geom: float | None = None


class _Trace(Struct):
    icao: str
    timestamp: float
    trace: list[Raw]
    r: str | None = None


_DOCUMENT: Final = msgspec.json.Decoder(_Document)
_RAW_DOCUMENT: Final = msgspec.json.Decoder(_RawDocument)
_ONE: Final = msgspec.json.Decoder(_Aircraft)
_TRACE: Final = msgspec.json.Decoder(_Trace)
_POINT: Final = msgspec.json.Decoder(_Point)
_EXTRA: Final = msgspec.json.Decoder(dict[str, object] | None)


def read_aircraft(data: bytes, now_ms: int, first_line: int, refusals: Refusals) -> Positions:
    """Read an `aircraft.json`.

    Refused: the whole, `readsb-unreadable` or `readsb-too-many`; one aircraft, `readsb-aircraft-unreadable`.
    An aircraft without a position is passed over and counted as `position-missing`.

    Args:
        data: the document.
        now_ms: its receipt; used only where the document itself does not say.
        first_line: the number of its first aircraft.
        refusals: counts what is refused.
    """
    try:
        document = _DOCUMENT.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _read_one_by_one(data, now_ms, first_line, refusals)
    return _columns(document.aircraft, document.now, now_ms, first_line, refusals)


def read_lines(lines: list[bytes], now_ms: int, first_line: int, refusals: Refusals) -> Positions:
    """Read one aircraft a line, as readsb's JSON output port sends them."""
    try:
        aircraft = _DOCUMENT.decode(b'{"aircraft":[' + b",".join(lines) + b"]}").aircraft
        whole = len(aircraft) == len(lines)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        aircraft, whole = [], False
    if not whole:
        aircraft = [
            each for n, line in enumerate(lines) if (each := _one(line, first_line + n, refusals)) is not None
        ]
    return _columns(aircraft, UNKNOWN, now_ms, first_line, refusals)


def _read_one_by_one(data: bytes, now_ms: int, first_line: int, refusals: Refusals) -> Positions:
    try:
        document = _RAW_DOCUMENT.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        refusals.note("readsb-unreadable", first_line)
        return _columns([], UNKNOWN, now_ms, first_line, refusals)
    aircraft = [
        each
        for n, raw in enumerate(document.aircraft[:MOST_AIRCRAFT])
        if (each := _one(bytes(raw), first_line + n, refusals)) is not None
    ]
    return _columns(aircraft, document.now, now_ms, first_line, refusals)


def _one(raw: bytes, line: int, refusals: Refusals) -> _Aircraft | None:
    try:
        return _ONE.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        refusals.note("readsb-aircraft-unreadable", line)
        return None


def _column(aircraft: list[_Aircraft], name: str) -> Floats:
    return np.array(list(map(attrgetter(name), aircraft)), np.float64)


def _columns(
    aircraft: list[_Aircraft], now_s: float, now_ms: int, first_line: int, refusals: Refusals
) -> Positions:
    if len(aircraft) > MOST_AIRCRAFT:
        refusals.note("readsb-too-many", first_line + MOST_AIRCRAFT, len(aircraft) - MOST_AIRCRAFT)
        aircraft = aircraft[:MOST_AIRCRAFT]
    count = len(aircraft)
    stated_s = _column(aircraft, "now")
    stated_s[np.isnan(stated_s)] = now_s
    unsaid = np.isnan(stated_s)
    stated_s[unsaid] = now_ms / 1_000
    age_s = _column(aircraft, "seen_pos")
    with np.errstate(over="ignore"):  # what is beyond any time is refused below
        at_ms = (stated_s - np.nan_to_num(age_s)) * 1_000
    at_ms[~(np.abs(at_ms) < 1e15)] = -1  # noqa: PLR2004 - beyond any time, so that it is refused
    height_m = _column(aircraft, "alt_geom") * FOOT_M
    baro = [each if each.__class__ is float else UNKNOWN for each in map(attrgetter("alt_baro"), aircraft)]
    level = np.isnan(height_m)
    height_m[level] = np.array(baro, np.float64)[level] * FOOT_M
    return of_columns(
        Source.READSB,
        harmless_all(list(map(attrgetter("hex"), aircraft)), ID_MAX),
        harmless_all(list(map(attrgetter("flight"), aircraft)), NAME_MAX),
        {
            "at_ms": np.rint(at_ms),
            "lat_deg": _column(aircraft, "lat"),
            "lon_deg": _column(aircraft, "lon"),
            "height_m": height_m,
            "datum": np.where(level, _LEVEL, _ELLIPSOID),
            "speed_mps": _column(aircraft, "gs") * KNOT_MPS,
            "course_deg": _column(aircraft, "track"),
            "error_m": _error_m(_column(aircraft, "nac_p"), _column(aircraft, "rc")),
            "age_s": age_s,
            "mover": np.full(count, Mover.AIR),
            "basis": np.where(unsaid, Basis.RECEIPT, Basis.STATED),
            "stale": np.zeros(count, np.bool_),
            "line": np.arange(first_line, first_line + count),
        },
        refusals,
    )


def _error_m(nac_p: Floats, rc_m: Floats) -> Floats:
    known = (nac_p >= 1) & (nac_p < len(NACP_ERROR_M))
    error_m = np.array(NACP_ERROR_M)[np.where(known, nac_p, 0).astype(np.intp)]
    return np.where(known, error_m, np.where(rc_m > 0, rc_m, UNKNOWN))


def read_trace(data: bytes, refusals: Refusals) -> Positions:
    """Read a `trace_full`: one aircraft's day.

    Refused: the whole, `readsb-unreadable` or `readsb-too-many`; one point, `readsb-point-unreadable`.
    """
    try:
        trace = _TRACE.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        refusals.note("readsb-unreadable", 1)
        trace = _Trace("", 0.0, [])
    if len(trace.trace) > MOST_AIRCRAFT:
        refusals.note("readsb-too-many", MOST_AIRCRAFT + 1, len(trace.trace) - MOST_AIRCRAFT)
    reader = _TraceReader(trace, refusals)
    for line, raw in enumerate(trace.trace[:MOST_AIRCRAFT], 1):
        reader.add(bytes(raw), line)
    return reader.positions()


class _TraceReader:
    """Reads points one after the other: callsign and accuracy stand only where they change."""

    def __init__(self, trace: _Trace, refusals: Refusals) -> None:
        self._trace, self._refusals = trace, refusals
        self._name, self._nac_p, self._rc_m = "", UNKNOWN, UNKNOWN
        self._points: list[tuple[_Point, int, str, float, float]] = []

    def add(self, raw: bytes, line: int) -> None:
        try:
            point = _POINT.decode(raw)
            extra = _EXTRA.decode(point.aircraft) or {}
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            try:
                point, extra = msgspec.json.decode(raw, type=_Point, strict=False), {}
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                self._refusals.note("readsb-point-unreadable", line)
                return
        name, nac_p, rc_m = extra.get("flight"), extra.get("nac_p"), extra.get("rc")
        self._name = name if isinstance(name, str) else self._name
        self._nac_p = float(nac_p) if isinstance(nac_p, int | float) else self._nac_p
        self._rc_m = float(rc_m) if isinstance(rc_m, int | float) else self._rc_m
        self._points.append((point, line, self._name, self._nac_p, self._rc_m))

    def positions(self) -> Positions:
        points = [each[0] for each in self._points]
        geometric = [_number(each.alt_geom) for each in points]
        heights_ft = [
            geo if geo == geo else _number(each.alt)  # noqa: PLR0124 - NaN differs from itself
            for geo, each in zip(geometric, points, strict=True)
        ]
        return of_columns(
            Source.READSB,
            [harmless(self._trace.icao, ID_MAX)] * len(points),
            harmless_all([each[2] for each in self._points], NAME_MAX),
            {
                "at_ms": [time_ms(self._trace.timestamp + each.after_s) for each in points],
                "lat_deg": [each.lat for each in points],
                "lon_deg": [each.lon for each in points],
                "height_m": np.array(heights_ft, np.float64) * FOOT_M,
                "datum": np.where(np.isnan(np.array(geometric, np.float64)), _LEVEL, _ELLIPSOID),
                "speed_mps": np.array([_number(each.gs) for each in points], np.float64) * KNOT_MPS,
                "course_deg": [_number(each.track) for each in points],
                "error_m": _error_m(
                    np.array([each[3] for each in self._points], np.float64),
                    np.array([each[4] for each in self._points], np.float64),
                ),
                "age_s": [UNKNOWN] * len(points),
                "mover": [Mover.AIR] * len(points),
                "basis": [Basis.STATED] * len(points),
                "stale": [False] * len(points),
                "line": [each[1] for each in self._points],
            },
            self._refusals,
        )


def _number(value: float | str | None) -> float:
    return float(value) if isinstance(value, int | float) else UNKNOWN
