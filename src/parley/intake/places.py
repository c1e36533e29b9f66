"""Places: zones and notices in the index of live volumes, and what they say about each report.

A report is *in* a zone, and *covered* by a notice, when its area of error touches the area, its time is
within the window and its height may be within the band: in doubt it is in, and in doubt it is covered.
Where datums differ both are widened (`parley.geo.altitude`); an unknown height is within any band.

The window of a notice is taken as stated. That a volume stays hot past its end (rule 8) protects our own
people; it does not make an activity after the end a notified one.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from parley.check.volume5 import Volume5
from parley.formats.positions import DATUM_CODE, DATUMS, Positions
from parley.geo.altitude import (
    GEOID_MM,
    GROUND_HIGH_MM,
    GROUND_LOW_MM,
    HIGHEST_MM,
    LOWEST_MM,
    PRESSURE_MM,
    TEMPERATURE_PERCENT,
    height_range_mm,
)
from parley.geo.distance import gap
from parley.geo.ellipsoid import Floats, ecef_point
from parley.geo.shape import disc_of
from parley.geo.times import gap_ms
from parley.intake.draft import Miss
from parley.ports.position_index import PositionIndex, Reports
from parley.words.codes import Datum
from parley.words.units import LineId
from parley.words.volume import Altitude, Band, Window

NO_KEY: Final = -1
_NO_DATUM: Final = -1
_LOOKED_AT: Final = 64
"""How many notices are measured exactly before the nearest by bounds is taken for the nearest."""


class Zone(Struct, frozen=True, eq=False, kw_only=True):
    """An area in which every activity is to be notified: a line's area, or one from a file.

    Attributes:
        name: what people call it.
        volumes: its parts, permanent or with a window; the zone is all of them together.
        line: whose area it is; null for a zone from a file.
        exercise: whether that line is for exercises.
        made_of: equal texts mean equal areas, so that a zone that stays is not taken for a new one.
    """

    name: str
    volumes: tuple[Volume5, ...]
    line: LineId | None = None
    exercise: bool = False
    made_of: str = ""

    @property
    def called(self) -> str:
        """What tells it from others for good: a line may get another name."""
        return self.line or self.name

    @property
    def same(self) -> tuple[str, str]:
        """What is equal for the same zone."""
        return self.called, self.made_of


class NoticeVolume(Struct, frozen=True, eq=False, kw_only=True):
    """A version of a notice that counts, ours or theirs.

    Attributes:
        id: of the version.
        name: what people call it.
        volumes: its parts, with the stated window.
        callsigns: the tracks that it names, in capitals; empty for none.
    """

    id: str
    name: str
    volumes: tuple[Volume5, ...]
    callsigns: frozenset[str] = frozenset()


class Held(Struct, frozen=True, eq=False, kw_only=True):
    """What the index says about a batch: pairs of a row and the number of a zone or notice, by row.

    Attributes:
        zone_rows: rows that are in a zone, ascending, once for each zone; `zones` which.
        notice_rows: the same for notices.
    """

    zone_rows: NDArray[np.intp]
    zones: NDArray[np.int64]
    notice_rows: NDArray[np.intp]
    notices: NDArray[np.int64]


class Places:
    """Keeps zones and notices, each under a number of its own, and their parts in an index.

    Args:
        index: empty; nobody else may change it.
    """

    def __init__(self, index: PositionIndex) -> None:
        self._index = index
        self._zones: dict[int, Zone] = {}
        self._notices: dict[int, NoticeVolume] = {}
        self._number_of_notice: dict[str, int] = {}
        self._keys_of: dict[int, list[int]] = {}
        self._owner = np.zeros(0, np.int64)
        self._bands = _Bands()
        self._free_keys: list[int] = []
        self._next_key = 0
        self._next_number = 0
        self._boxes: tuple[NDArray[np.int64], Floats] | None = None
        self.by_callsign: dict[str, frozenset[int]] = {}

    def set_zones(self, zones: Iterable[Zone]) -> None:
        """Put these in place of the zones so far; one that stays keeps its number."""
        wanted = {zone.same: zone for zone in zones}
        for number, zone in list(self._zones.items()):
            if wanted.pop(zone.same, None) is None:
                self._remove(number)
                del self._zones[number]
        for zone in wanted.values():
            self._zones[self._put(zone.volumes, notice=False)] = zone

    def set_notices(self, notices: Sequence[NoticeVolume]) -> None:
        """Put these in place of the notices so far; a version never changes, so one that stays is kept."""
        wanted = {notice.id: notice for notice in notices}
        for name in self._number_of_notice.keys() - wanted.keys():
            number = self._number_of_notice.pop(name)
            self._remove(number)
            del self._notices[number]
        for name, notice in wanted.items():
            if name not in self._number_of_notice:
                self._number_of_notice[name] = self._put(notice.volumes, notice=True)
            self._notices[self._number_of_notice[name]] = notice
        named: dict[str, set[int]] = {}
        for number, notice in self._notices.items():
            for callsign in notice.callsigns:
                named.setdefault(callsign, set()).add(number)
        self.by_callsign = {callsign: frozenset(numbers) for callsign, numbers in named.items()}
        self._boxes = None

    def _put(self, volumes: Iterable[Volume5], *, notice: bool) -> int:
        """Hold the parts of something; return its number. Numbers of notices are odd."""
        number = 2 * self._next_number + notice
        self._next_number += 1
        keys = self._keys_of[number] = []
        for volume in volumes:
            if self._free_keys:
                key = self._free_keys.pop()
            else:
                key, self._next_key = self._next_key, self._next_key + 1
            if key >= len(self._owner):
                self._owner = np.concatenate([self._owner, np.zeros(max(1_024, len(self._owner)), np.int64)])
            self._owner[key] = number
            self._bands.put(key, volume.band)
            self._index.put(key, volume)
            keys.append(key)
        return number

    def _remove(self, number: int) -> None:
        for key in self._keys_of.pop(number):
            self._index.remove(key)
            self._free_keys.append(key)

    def zone(self, number: int) -> Zone | None:
        """Return a zone; null when it is gone."""
        return self._zones.get(number)

    def number_of(self, called: str) -> int | None:
        """Return the number of a zone; null when there is none of that name."""
        return next((number for number, zone in self._zones.items() if zone.called == called), None)

    def notice(self, number: int) -> NoticeVolume | None:
        """Return a notice; null when it is gone."""
        return self._notices.get(number)

    def around(self, reports: Positions, rows: NDArray[np.intp]) -> Held:
        """What holds each of these rows."""
        asked = Reports(
            lat_deg=reports.lat_deg[rows],
            lon_deg=reports.lon_deg[rows],
            height_m=np.full(len(rows), np.nan),
            at_ms=reports.at_ms[rows],
            error_m=np.nan_to_num(reports.error_m[rows]),
        )
        found, keys = self._index.inside(asked)
        hits = rows[found]
        within = self._bands.may_hold(reports, hits, keys)
        hits, numbers = hits[within], self._owner[keys[within]]
        odd = (numbers & 1) == 1
        return Held(zone_rows=hits[~odd], zones=numbers[~odd], notice_rows=hits[odd], notices=numbers[odd])

    def miss(self, reports: Positions, row: int, number: int) -> Miss | None:
        """By how far a report missed one notice; null when that is gone."""
        notice = self._notices.get(number)
        return None if notice is None else _miss(reports, row, notice)

    def nearest(self, reports: Positions, row: int) -> Miss | None:
        """By how far a report missed the nearest notice; null when there is none.

        Nearest is where the kilometres over the ground, the kilometres of height and the minutes add up
        to least. Beyond the first few by a lower bound of that, none is measured.
        """
        if not self._notices:
            return None
        numbers, boxes = self._boxes_m()
        x_y_z_m = ecef_point(float(reports.lat_deg[row]), float(reports.lon_deg[row]))
        beyond_m = np.zeros(len(numbers))
        for axis, place_m in enumerate(x_y_z_m):
            beyond_m += (
                np.maximum(0, np.maximum(boxes[:, 2 * axis] - place_m, place_m - boxes[:, 2 * axis + 1])) ** 2
            )
        at_ms = float(reports.at_ms[row])
        late_ms = np.maximum(0, np.maximum(boxes[:, 6] - at_ms, at_ms - boxes[:, 7]))
        bound = np.maximum(0, np.sqrt(beyond_m) - _error_m(reports, row)) / 1_000 + late_ms / 60_000
        best: tuple[float, Miss] | None = None
        for place in np.argsort(bound)[:_LOOKED_AT].tolist():
            if best is not None and bound[place] > best[0]:
                break
            miss = _miss(reports, row, self._notices[int(numbers[place])])
            if best is None or far_km(miss) < best[0]:
                best = far_km(miss), miss
        return None if best is None else best[1]

    def _boxes_m(self) -> tuple[NDArray[np.int64], Floats]:
        """The Earth-centred boxes and windows of all parts of notices, a row each, and whose they are."""
        if self._boxes is None:
            rows = [
                (number, *volume.shape.box, *_span(volume.holds))
                for number, notice in self._notices.items()
                for volume in notice.volumes
            ]
            table = np.array(rows, np.float64)
            self._boxes = table[:, 0].astype(np.int64), table[:, 1:]
        return self._boxes


def _error_m(reports: Positions, row: int) -> float:
    error_m = float(reports.error_m[row])
    return 0.0 if error_m != error_m else error_m  # noqa: PLR0124 - NaN differs from itself


def _miss(reports: Positions, row: int, notice: NoticeVolume) -> Miss:
    """By how far a report missed the nearest part of a notice."""
    disc = disc_of(float(reports.lat_deg[row]), float(reports.lon_deg[row]), _error_m(reports, row))
    at_ms, height_m = int(reports.at_ms[row]), float(reports.height_m[row])
    datum = DATUMS[reports.datum[row]]
    misses = []
    for volume in notice.volumes:
        holds = volume.holds
        unknown = height_m != height_m  # noqa: PLR0124 - NaN differs from itself
        misses.append(
            Miss(
                notice=notice.id[:120],
                name=notice.name[:120],
                horizontal_mm=round(gap(disc, volume.shape).distance_m * 1_000),
                vertical_mm=0 if unknown else _rise_mm(round(height_m * 1_000), datum, volume.band),
                time_ms=0 if holds is None else gap_ms(holds, Window(start_ms=at_ms, end_ms=at_ms)),
            )
        )
    return min(misses, key=far_km)


def _span(holds: Window | None) -> tuple[float, float]:
    return (-np.inf, np.inf) if holds is None else (holds.start_ms, holds.end_ms)


def far_km(miss: Miss) -> float:
    """What "nearest" goes by: kilometres over the ground, kilometres of height and minutes, added up."""
    return (miss.horizontal_mm + miss.vertical_mm) / 1e6 + miss.time_ms / 60_000


def _rise_mm(height_mm: int, datum: Datum, band: Band) -> int:
    """The least by which a height lies outside a band."""
    low_mm, high_mm = _range_mm(height_mm, datum)
    out_mm = 0
    for end, sign in ((band.floor, 1), (band.ceiling, -1)):
        if end is None:
            continue
        if end.datum is datum:
            out_mm = max(out_mm, sign * (end.value_mm - height_mm))
        else:
            end_low_mm, end_high_mm = height_range_mm(end)
            out_mm = max(out_mm, end_low_mm - high_mm if sign > 0 else low_mm - end_high_mm)
    return out_mm


def _range_mm(height_mm: int, datum: Datum) -> tuple[int, int]:
    spread_low_mm, spread_high_mm, percent = _SPREAD[datum]
    more_mm = abs(height_mm) * percent // 100 + (1 if percent else 0)
    return height_mm + spread_low_mm - more_mm, height_mm + spread_high_mm + more_mm


_SPREAD: Final = {
    Datum.ELLIPSOID: (0, 0, 0),
    Datum.MEAN_SEA_LEVEL: (-GEOID_MM, GEOID_MM, 0),
    Datum.ABOVE_GROUND: (GROUND_LOW_MM - GEOID_MM, GROUND_HIGH_MM + GEOID_MM, 0),
    Datum.FLIGHT_LEVEL: (-PRESSURE_MM - GEOID_MM, PRESSURE_MM + GEOID_MM, TEMPERATURE_PERCENT),
}
"""As `parley.geo.altitude.height_range_mm`, in parts, so that it can be reckoned over arrays."""
_SPREAD_M: Final = np.array([_SPREAD[datum] for datum in DATUMS], np.float64) / (1_000, 1_000, 100)


class _Bands:
    """The ends of every volume's band by key, as arrays: the value, its datum, and what it may mean."""

    def __init__(self) -> None:
        self._ends = np.zeros((0, 4))
        self._datums = np.zeros((0, 2), np.int8)

    def put(self, key: int, band: Band) -> None:
        if key >= len(self._ends):
            more = max(1_024, 2 * (key + 1)) - len(self._ends)
            self._ends = np.concatenate([self._ends, np.zeros((more, 4))])
            self._datums = np.concatenate([self._datums, np.full((more, 2), _NO_DATUM, np.int8)])
        floor_m, floor_low_m, floor_datum = _end(band.floor, 0, LOWEST_MM)
        ceiling_m, ceiling_high_m, ceiling_datum = _end(band.ceiling, 1, HIGHEST_MM)
        self._ends[key] = floor_m, floor_low_m, ceiling_m, ceiling_high_m
        self._datums[key] = floor_datum, ceiling_datum

    def may_hold(
        self, reports: Positions, rows: NDArray[np.intp], keys: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Whether the height of each row may lie within the band of its key; unknown heights may."""
        datums = self._datums[keys]
        out = np.zeros(len(rows), np.bool_)
        bounded = np.flatnonzero((datums != _NO_DATUM).any(axis=1))
        if not len(bounded):
            return ~out
        rows, keys, datums = rows[bounded], keys[bounded], datums[bounded]
        height_m, datum, ends = reports.height_m[rows], reports.datum[rows], self._ends[keys]
        low, high, share = _SPREAD_M[datum].T
        more_m = np.abs(height_m) * share + np.where(share > 0, 0.001, 0)
        floor_m = np.where(datums[:, 0] == datum, ends[:, 0], ends[:, 1])
        ceiling_m = np.where(datums[:, 1] == datum, ends[:, 2], ends[:, 3])
        over_m = np.where(datums[:, 0] == datum, height_m, height_m + high + more_m)
        under_m = np.where(datums[:, 1] == datum, height_m, height_m + low - more_m)
        with np.errstate(invalid="ignore"):  # comparisons with NaN are false: it is not outside
            out[bounded] = (over_m < floor_m) | (under_m > ceiling_m)
        return ~out


def _end(altitude: Altitude | None, side: int, open_mm: int) -> tuple[float, float, int]:
    """Metres as stated, the lowest or highest that they may mean, and the datum's code."""
    if altitude is None:
        return open_mm / 1_000, open_mm / 1_000, _NO_DATUM
    return altitude.value_mm / 1_000, height_range_mm(altitude)[side] / 1_000, DATUM_CODE[altitude.datum]
