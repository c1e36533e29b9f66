"""Reported positions as arrays, a row each, and the count of what was refused.

Arrays, because a stream brings hundreds of thousands of reports a second and nothing happens in nearly
all of them. Text from outside is bounded and made harmless before it is kept.
"""

import re
from collections.abc import Iterable, Sequence
from enum import IntEnum, StrEnum
from typing import Any, Final, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from parley.geo.ellipsoid import Floats
from parley.words.codes import Datum
from parley.words.units import HARMLESS

ID_MAX: Final = 64
NAME_MAX: Final = 40
LINES_SHOWN: Final = 5
"""How many line numbers a refusal names."""
FOOT_M: Final = 0.3048
KNOT_MPS: Final = 1_852 / 3_600
UNKNOWN: Final = float("nan")
_TIME_MAX_MS: Final = 253_402_300_799_999
_HEIGHT_LOW_M: Final = -12_000.0
_HEIGHT_HIGH_M: Final = 100_000_000.0
_FULL_TURN_DEG: Final = 360.0
_HARMFUL: Final = re.compile(f"[{HARMLESS.removeprefix('^[^').split(']*$', 1)[0]}]")
DATUMS: Final = tuple(Datum)
"""The order in which `Positions.datum` numbers them."""
DATUM_CODE: Final = {datum: code for code, datum in enumerate(DATUMS)}


class Source(StrEnum):
    """The kind of source that a report came from."""

    COT = "cot"
    READSB = "readsb"
    SBS = "sbs"
    AIS = "ais"
    CSV = "csv"
    GEOJSON = "geojson"
    TABLE = "table"


class Mover(IntEnum):
    """What moves, as far as it is known: it bounds how fast a true position can move."""

    UNKNOWN = 0
    AIR = 1
    GROUND = 2
    WATER = 3


class Basis(IntEnum):
    """Where the time of a report comes from."""

    STATED = 0
    """The report says it, in UTC."""
    STATED_AS_UTC = 1
    """The report says a time without a zone; it is taken as UTC."""
    RECEIPT = 2
    """The report says none: when it was received."""
    SECOND_OF_RECEIPT = 3
    """The report says the second only: the nearest such instant to its receipt."""


class Row(NamedTuple):
    """One report on its way into the arrays; units as in `Positions`, text still as it came."""

    id: str
    name: str
    at_ms: int
    lat_deg: float
    lon_deg: float
    height_m: float = UNKNOWN
    datum: int = 0
    speed_mps: float = UNKNOWN
    course_deg: float = UNKNOWN
    error_m: float = UNKNOWN
    age_s: float = UNKNOWN
    mover: int = Mover.UNKNOWN
    basis: int = Basis.STATED
    stale: bool = False
    line: int = 0


class Positions(Struct, frozen=True, eq=False, kw_only=True):
    """Many reports of one source; all arrays and lists have one length. NaN is unknown.

    Attributes:
        ids: who is reported, as the source names it; harmless, at most `ID_MAX` characters.
        names: a callsign or ship's name; empty is unknown.
        at_ms: UTC milliseconds.
        lat_deg: -90 to 90.
        lon_deg: -180 to 180.
        height_m: over the datum of `datum`, an index into `DATUMS`; a barometric altitude is a flight
            level, not a height over the ellipsoid.
        speed_mps: over the ground, metres a second.
        course_deg: over the ground, clockwise from true north.
        error_m: radius within which the position lies, as the source states it.
        age_s: how old the position was when it was reported, seconds.
        mover: codes of `Mover`.
        basis: codes of `Basis`.
        stale: whether the source itself says that the position is old or only estimated.
        line: line or record number in the file or stream, from 1.
    """

    source: Source
    ids: list[str]
    names: list[str]
    at_ms: NDArray[np.int64]
    lat_deg: Floats
    lon_deg: Floats
    height_m: Floats
    datum: NDArray[np.int8]
    speed_mps: Floats
    course_deg: Floats
    error_m: Floats
    age_s: Floats
    mover: NDArray[np.int8]
    basis: NDArray[np.int8]
    stale: NDArray[np.bool_]
    line: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, rows: NDArray[np.intp]) -> "Positions":
        """Return some of the rows, in the order asked for."""
        arrays = {name: getattr(self, name)[rows] for name in _TYPES}
        picked = rows.tolist()
        ids, names = [self.ids[row] for row in picked], [self.names[row] for row in picked]
        return Positions(source=self.source, ids=ids, names=names, **arrays)

    def in_order(self) -> "Positions":
        """Return the rows by time; those of one time stay in their order."""
        if (np.diff(self.at_ms) < 0).any():
            return self.rows(np.argsort(self.at_ms, kind="stable"))
        return self


class Refusal(Struct, frozen=True):
    """How often one rule refused something, and on which lines first."""

    rule: str
    count: int
    lines: tuple[int, ...]


class Refusals:
    """Counts what was refused, by the name of the rule."""

    def __init__(self) -> None:
        self._by_rule: dict[str, tuple[int, list[int]]] = {}

    def note(self, rule: str, line: int, count: int = 1) -> None:
        """Count something that a rule refused on a line."""
        known, lines = self._by_rule.get(rule, (0, []))
        if len(lines) < LINES_SHOWN:
            lines.append(line)
        self._by_rule[rule] = (known + count, lines)

    def note_rows(self, rule: str, lines: NDArray[np.int64]) -> None:
        """As `note`, for the lines of many rows."""
        for line in lines[:LINES_SHOWN].tolist():
            self.note(rule, line)
        if len(lines) > LINES_SHOWN:
            self.note(rule, int(lines[LINES_SHOWN]), len(lines) - LINES_SHOWN)

    def listed(self) -> tuple[Refusal, ...]:
        """Return the counts, by rule."""
        return tuple(
            Refusal(rule, count, tuple(lines)) for rule, (count, lines) in sorted(self._by_rule.items())
        )


def harmless(text: str, limit: int) -> str:
    """Cut text to a length, without what could move a cursor or turn the direction of writing."""
    cut = text[:limit].strip()
    if cut.isascii() and cut.isprintable():
        return cut
    return _HARMFUL.sub("\ufffd", cut).encode("utf-8", "replace").decode()


def harmless_all(texts: Sequence[str], limit: int) -> list[str]:
    """As `harmless`, for a whole column at once where nothing in it can harm."""
    whole = "".join(texts)
    if whole.isascii() and whole.isprintable() and max(map(len, texts), default=0) <= limit:
        return [each.strip() for each in texts]
    return [harmless(each, limit) for each in texts]


def of_rows(source: Source, rows: Sequence[Row], refusals: Refusals) -> Positions:
    """Put rows into arrays and refuse those that cannot be: see `of_columns`."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(Row._fields)
    named = dict(zip(Row._fields, columns, strict=True))
    return of_columns(
        source,
        harmless_all(named["id"], ID_MAX),
        harmless_all(named["name"], NAME_MAX),
        {name: named[name] for name in Row._fields[2:]},
        refusals,
    )


def of_columns(
    source: Source,
    ids: list[str],
    names: list[str],
    columns: dict[str, Iterable[float]],
    refusals: Refusals,
) -> Positions:
    """Put columns into arrays, and leave out the rows that are no position.

    Refused, by name: `id-missing`, `time-out-of-range`, `position-missing`, `position-out-of-range`, and
    `position-null` (0, 0 exactly: what many receivers report when they know nothing). A height, speed,
    course, age or error that is out of range becomes unknown, and the report stays.
    """
    cut: dict[str, NDArray[Any]] = {name: np.asarray(columns[name], _TYPES[name]) for name in _TYPES}
    lat_deg, lon_deg, at_ms, line = cut["lat_deg"], cut["lon_deg"], cut["at_ms"], cut["line"]
    named = np.ones(len(ids), np.bool_) if all(ids) else np.array(ids) != ""
    known = ~(np.isnan(lat_deg) | np.isnan(lon_deg))
    good = np.ones(len(ids), np.bool_)
    for rule, passed in (
        ("id-missing", named),
        ("position-missing", known),
        ("position-out-of-range", (np.abs(lat_deg) <= 90) & (np.abs(lon_deg) <= 180)),  # noqa: PLR2004 - degrees
        ("position-null", (lat_deg != 0) | (lon_deg != 0)),
        ("time-out-of-range", (at_ms >= 0) & (at_ms <= _TIME_MAX_MS)),
    ):
        bad = good & ~passed
        if bad.any():
            refusals.note_rows(rule, line[bad])
            good &= passed
    _blank(cut["height_m"], _HEIGHT_LOW_M, _HEIGHT_HIGH_M)
    _blank(cut["speed_mps"], 0, 100_000)
    _blank(cut["course_deg"], 0, _FULL_TURN_DEG)
    _blank(cut["error_m"], 0, 20_100_000)
    _blank(cut["age_s"], 0, 1e10)
    if not good.all():
        rows = np.flatnonzero(good)
        ids, names = [ids[row] for row in rows], [names[row] for row in rows]
        cut = {name: column[rows] for name, column in cut.items()}
    return Positions(source=source, ids=ids, names=names, **cut)


_TYPES: Final[dict[str, type]] = {
    "at_ms": np.int64,
    "lat_deg": np.float64,
    "lon_deg": np.float64,
    "height_m": np.float64,
    "datum": np.int8,
    "speed_mps": np.float64,
    "course_deg": np.float64,
    "error_m": np.float64,
    "age_s": np.float64,
    "mover": np.int8,
    "basis": np.int8,
    "stale": np.bool_,
    "line": np.int64,
}


def _blank(column: Floats, low: float, high: float) -> None:
    """Make unknown, in place, what is out of range."""
    with np.errstate(invalid="ignore"):
        column[~((column >= low) & (column <= high))] = UNKNOWN


def joined(parts: Sequence[Positions]) -> Positions:
    """Put several reports of one source behind each other."""
    if len(parts) == 1:
        return parts[0]
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _TYPES}
    ids = [each for part in parts for each in part.ids]
    names = [each for part in parts for each in part.names]
    return Positions(source=parts[0].source, ids=ids, names=names, **arrays)


def time_ms(seconds: float) -> int:
    """Seconds since 1970 as milliseconds; -1, which is refused, for what is no time."""
    if not -1e12 < seconds < 1e12:  # noqa: PLR2004 - far beyond year 9999, and not NaN
        return -1
    return round(seconds * 1_000)
