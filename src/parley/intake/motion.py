"""Motion: which reports of a track can be true.

A report is compared with the last believed one of its track. Flagged, not believed:

| flag | when |
|---|---|
| ahead_of_clock | over a minute later than the clock |
| stale | the source calls it old, or it was over a minute old when it was sent, or came too late |
| too_vague | its radius of error is over 50 km |
| duplicate | the same place at the same time, or up to a second before |
| out_of_order | older than the last believed one |
| jump | farther than its kind can have moved: see `FASTEST_MPS`, 2 s of slack, both errors, 100 m |
| jumped_together | a jump to within some 10 km of where two others jumped within ten minutes |
| alternating | it came back from a jump twice within ten minutes: two places claim to be it |
| frozen | the place stands still to a centimetre for a minute while the stated speed says 1 km or more |

A place that was not believed is believed after all when eight reports over two minutes agree with it and
none came from the old place; jumps together are not. Otherwise one wrong first fix would hide a track.

Most batches need none of this: whole arrays are compared at once, and only tracks with something odd are
judged one report after the other, with the same rules.
"""

from math import asin, cos, radians, sin, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parley.formats.positions import Mover, Positions
from parley.geo.ellipsoid import RADIUS_MEAN_M, Floats
from parley.intake.draft import Flag

FASTEST_MPS: Final = {Mover.UNKNOWN: 1_000.0, Mover.AIR: 700.0, Mover.GROUND: 70.0, Mover.WATER: 60.0}
SLACK_S: Final = 2.0
SLACK_M: Final = 100.0
AHEAD_MS: Final = 60_000
OLD_S: Final = 60.0
VAGUE_M: Final = 50_000.0
SAME_DEG: Final = 1e-7
DUPLICATE_MS: Final = 1_000
FROZEN_MS: Final = 60_000
FROZEN_M: Final = 1_000.0
ANCHOR_REPORTS: Final = 8
ANCHOR_MS: Final = 120_000
RETURNS: Final = 2
UNREST_MS: Final = 600_000
CALM_MS: Final = 120_000
TOGETHER: Final = 3
CELL_DEG: Final = 0.1
MOST_CELLS: Final = 10_000
MOST_IN_CELL: Final = 64
FLAGS: Final = tuple(Flag)
"""Bit n of a row's flags is FLAGS[n]."""
BIT: Final = {flag: 1 << n for n, flag in enumerate(FLAGS)}
_FASTEST: Final = np.array([FASTEST_MPS[mover] for mover in Mover])
Bits = NDArray[np.uint16]


def flags_of(bits: int) -> tuple[Flag, ...]:
    """The flags that a number stands for."""
    return tuple(flag for flag, bit in BIT.items() if bits & bit)


class _Trouble:
    """What is kept of a track with something odd in it: the other place, and how restless it is."""

    def __init__(self) -> None:
        self.place: tuple[float, float, int] | None = None
        self.since_ms = 0
        self.reports = 0
        self.together = False
        self.returns: list[int] = []
        self.unrest_ms = -1

    def forget_place(self) -> None:
        self.place, self.reports, self.together = None, 0, False


class Motion:
    """The last believed report of each track slot, and the judgement of new ones.

    Args:
        slots: how many tracks there may be.
        late_ms: how late a report may come before it is stale; null for files.
    """

    def __init__(self, slots: int, *, late_ms: int | None) -> None:
        self._late_ms = late_ms
        self._known = np.zeros(slots, np.bool_)
        self._lat_deg, self._lon_deg, self._error_m = np.zeros(slots), np.zeros(slots), np.zeros(slots)
        self._at_ms = np.zeros(slots, np.int64)
        self._still_ms = np.zeros(slots, np.int64)
        self._troubled = np.zeros(slots, np.bool_)
        self._troubles: dict[int, _Trouble] = {}
        self._jumps: dict[tuple[int, int], dict[int, int]] = {}

    def forget(self, slot: int) -> None:
        """Make a slot ready for another track."""
        self._known[slot] = self._troubled[slot] = False
        self._troubles.pop(slot, None)

    def last_ms(self, slots: NDArray[np.intp]) -> NDArray[np.int64]:
        """When each slot was last believed; 0 for never."""
        return np.where(self._known[slots], self._at_ms[slots], 0)

    def judge(self, reports: Positions, slots: NDArray[np.intp], now_ms: int) -> Bits:
        """Judge a batch whose times do not decrease; return each row's flags as bits, 0 is believed."""
        bits = self._by_itself(reports, now_ms)
        error_m = np.nan_to_num(reports.error_m)
        rows = np.flatnonzero(bits == 0)
        repeated = self._repeated(reports, slots, rows)
        bits[rows[repeated]] = BIT[Flag.DUPLICATE]
        rows = rows[~repeated]
        order = rows[np.argsort(slots[rows], kind="stable")]
        odd = self._odd(reports, slots, order, error_m)
        slow = np.unique(slots[order[odd | self._troubled[slots[order]]]])
        if len(slow):
            one_by_one = np.isin(slots[order], slow)
            for row in np.sort(order[one_by_one]).tolist():  # by time: what jumps together shows
                bits[row] = self._judge_one(reports, int(slots[row]), row, error_m)
            order = order[~one_by_one]
        self._keep(reports, slots, order, error_m)
        return bits

    def _by_itself(self, reports: Positions, now_ms: int) -> Bits:
        """The flags that a report earns whatever came before it."""
        bits = np.zeros(len(reports), np.uint16)
        bits[reports.at_ms > now_ms + AHEAD_MS] |= BIT[Flag.AHEAD_OF_CLOCK]
        stale = reports.stale | (np.nan_to_num(reports.age_s) > OLD_S)
        if self._late_ms is not None:
            stale |= reports.at_ms < now_ms - self._late_ms
        bits[stale] |= BIT[Flag.STALE]
        bits[np.nan_to_num(reports.error_m) > VAGUE_M] |= BIT[Flag.TOO_VAGUE]
        return bits

    def _repeated(
        self, reports: Positions, slots: NDArray[np.intp], rows: NDArray[np.intp]
    ) -> NDArray[np.bool_]:
        """Whether rows repeat what is believed already: a source that is asked often says a place often."""
        held = slots[rows]
        back_ms = self._at_ms[held] - reports.at_ms[rows]
        same = (np.abs(reports.lat_deg[rows] - self._lat_deg[held]) < SAME_DEG) & (
            np.abs(reports.lon_deg[rows] - self._lon_deg[held]) < SAME_DEG
        )
        return self._known[held] & same & (back_ms >= 0) & (back_ms <= DUPLICATE_MS)

    def _odd(
        self, reports: Positions, slots: NDArray[np.intp], order: NDArray[np.intp], error_m: Floats
    ) -> NDArray[np.bool_]:
        """Whether rows, in the order of tracks and times, do not simply follow the one before."""
        if not len(order):
            return np.zeros(0, np.bool_)
        held = slots[order]
        follows = np.empty(len(order), np.bool_)
        follows[0], follows[1:] = False, held[1:] == held[:-1]
        before = np.roll(order, 1)

        def previous(stored: NDArray[np.float64], told: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.where(follows, told[before], stored[held])

        lat_deg, lon_deg = reports.lat_deg[order], reports.lon_deg[order]
        was_lat_deg = previous(self._lat_deg, reports.lat_deg)
        was_lon_deg = previous(self._lon_deg, reports.lon_deg)
        passed_ms = reports.at_ms[order] - np.where(follows, reports.at_ms[before], self._at_ms[held])
        room_m = error_m[order] + previous(self._error_m, error_m) + SLACK_M
        room_m += _FASTEST[reports.mover[order]] * (np.maximum(passed_ms, 0) / 1_000 + SLACK_S)
        far = _apart_m(lat_deg, lon_deg, was_lat_deg, was_lon_deg) > room_m
        still = (np.abs(lat_deg - was_lat_deg) < SAME_DEG) & (np.abs(lon_deg - was_lon_deg) < SAME_DEG)
        with np.errstate(invalid="ignore"):
            moving = reports.speed_mps[order] > 1.0
        return (follows | self._known[held]) & (far | (passed_ms <= 0) | (still & moving))

    def _keep(
        self, reports: Positions, slots: NDArray[np.intp], order: NDArray[np.intp], error_m: Floats
    ) -> None:
        """Remember the newest row of each track: of rows that share a slot the last assignment stays."""
        held = slots[order]
        newest = np.empty(len(order), np.bool_)
        if len(order):
            newest[-1], newest[:-1] = True, held[1:] != held[:-1]
        order, held = order[newest], held[newest]
        moved = (
            ~self._known[held]
            | (np.abs(reports.lat_deg[order] - self._lat_deg[held]) >= SAME_DEG)
            | (np.abs(reports.lon_deg[order] - self._lon_deg[held]) >= SAME_DEG)
        )
        self._still_ms[held[moved]] = reports.at_ms[order[moved]]
        self._known[held] = True
        self._lat_deg[held], self._lon_deg[held] = reports.lat_deg[order], reports.lon_deg[order]
        self._at_ms[held], self._error_m[held] = reports.at_ms[order], error_m[order]

    def _judge_one(self, reports: Positions, slot: int, row: int, error_m: Floats) -> int:
        """Judge one report by the same rules, and by what is odd about its track."""
        lat_deg, lon_deg = float(reports.lat_deg[row]), float(reports.lon_deg[row])
        at_ms, own_error_m = int(reports.at_ms[row]), float(error_m[row])
        fastest_mps = float(_FASTEST[reports.mover[row]])
        if not self._known[slot]:
            self._believe(slot, lat_deg, lon_deg, at_ms, own_error_m)
            return 0
        passed_ms = at_ms - int(self._at_ms[slot])
        was = (float(self._lat_deg[slot]), float(self._lon_deg[slot]))
        same = abs(lat_deg - was[0]) < SAME_DEG and abs(lon_deg - was[1]) < SAME_DEG
        if same and -DUPLICATE_MS <= passed_ms <= 0:
            return BIT[Flag.DUPLICATE]
        apart_m = _apart_one_m(lat_deg, lon_deg, *was)
        room_m = own_error_m + float(self._error_m[slot]) + SLACK_M
        room_m += fastest_mps * (max(passed_ms, 0) / 1_000 + SLACK_S)
        if passed_ms < 0 or apart_m > room_m or self._stays_in_doubt(slot, lat_deg, lon_deg, apart_m):
            flag = BIT[Flag.OUT_OF_ORDER] if passed_ms < 0 else BIT[Flag.JUMP]
            return self._doubt(slot, (lat_deg, lon_deg, at_ms), own_error_m, fastest_mps, flag)
        unrest = self._returned(slot, at_ms)
        speed_mps = float(reports.speed_mps[row])
        still_s = (at_ms - int(self._still_ms[slot])) / 1_000
        if same and still_s * 1_000 >= FROZEN_MS and speed_mps * still_s > max(FROZEN_M, 10 * own_error_m):
            return BIT[Flag.FROZEN]  # where it is now is unknown since the last believed one
        self._believe(slot, lat_deg, lon_deg, at_ms, own_error_m)
        return BIT[Flag.ALTERNATING] if unrest else 0

    def _stays_in_doubt(self, slot: int, lat_deg: float, lon_deg: float, apart_m: float) -> bool:
        """Whether a report is of the doubted place: waiting long enough must not make a jump possible."""
        trouble = self._troubles.get(slot)
        if trouble is None or trouble.place is None:
            return False
        return _apart_one_m(lat_deg, lon_deg, *trouble.place[:2]) < apart_m

    def _believe(self, slot: int, lat_deg: float, lon_deg: float, at_ms: int, error_m: float) -> None:
        moved = (
            abs(lat_deg - self._lat_deg[slot]) >= SAME_DEG or abs(lon_deg - self._lon_deg[slot]) >= SAME_DEG
        )
        if moved or not self._known[slot]:
            self._still_ms[slot] = at_ms
        self._known[slot] = True
        self._lat_deg[slot], self._lon_deg[slot] = lat_deg, lon_deg
        self._at_ms[slot], self._error_m[slot] = at_ms, error_m

    def _returned(self, slot: int, at_ms: int) -> bool:
        """Note that a believed place is reported again; tell whether the track is restless."""
        trouble = self._troubles.get(slot)
        if trouble is None:
            return False
        if trouble.place is not None:
            trouble.forget_place()
            trouble.returns = [each for each in trouble.returns if 0 <= at_ms - each <= UNREST_MS] + [at_ms]
            trouble.unrest_ms = at_ms
        restless = len(trouble.returns) >= RETURNS and at_ms - trouble.unrest_ms <= CALM_MS
        if not restless and at_ms - trouble.unrest_ms > UNREST_MS:
            del self._troubles[slot]
            self._troubled[slot] = False
        return restless

    def _doubt(
        self, slot: int, place: tuple[float, float, int], error_m: float, fastest_mps: float, flag: int
    ) -> int:
        """Keep a place that is not believed, and believe it after all once enough agrees with it."""
        trouble = self._troubles.setdefault(slot, _Trouble())
        self._troubled[slot] = True
        lat_deg, lon_deg, at_ms = place
        agrees = False
        if trouble.place is not None:
            passed_ms = at_ms - trouble.place[2]
            room_m = 2 * error_m + SLACK_M + fastest_mps * (max(passed_ms, 0) / 1_000 + SLACK_S)
            agrees = passed_ms > 0 and _apart_one_m(lat_deg, lon_deg, *trouble.place[:2]) <= room_m
        if not agrees:
            trouble.forget_place()
            trouble.since_ms = at_ms
        trouble.place = place
        trouble.reports += 1
        if flag == BIT[Flag.JUMP]:
            trouble.together = self._together(slot, place) or trouble.together
        if trouble.together:
            flag |= BIT[Flag.JUMPED_TOGETHER]
        long = trouble.reports >= ANCHOR_REPORTS and at_ms - trouble.since_ms >= ANCHOR_MS
        if long and not trouble.together and len(trouble.returns) < RETURNS:
            self._known[slot] = False
            self._believe(slot, lat_deg, lon_deg, at_ms, error_m)
            del self._troubles[slot]
            self._troubled[slot] = False
            return 0
        return flag

    def _together(self, slot: int, place: tuple[float, float, int]) -> bool:
        """Note where a track jumped to; tell whether others jumped there too."""
        lat_deg, lon_deg, at_ms = place
        row, column = round(lat_deg / CELL_DEG), round(lon_deg / CELL_DEG)
        if len(self._jumps) >= MOST_CELLS:
            self._jumps.pop(next(iter(self._jumps)))
        cell = self._jumps.setdefault((row, column), {})
        cell.pop(slot, None)
        cell[slot] = at_ms
        if len(cell) > MOST_IN_CELL:
            del cell[next(iter(cell))]
        near = [self._jumps.get((row + up, column + right), {}) for up in (-1, 0, 1) for right in (-1, 0, 1)]
        who = {other for cell in near for other, when in cell.items() if abs(at_ms - when) <= UNREST_MS}
        return len(who) >= TOGETHER


def _apart_m(lat_deg: Floats, lon_deg: Floats, other_lat_deg: Floats, other_lon_deg: Floats) -> Floats:
    """Distances on the mean sphere (haversine); within 0.6 % of the ellipsoid's."""
    lat_rad, other_rad = np.radians(lat_deg), np.radians(other_lat_deg)
    share = np.sin((lat_rad - other_rad) / 2) ** 2
    share += np.cos(lat_rad) * np.cos(other_rad) * np.sin(np.radians(lon_deg - other_lon_deg) / 2) ** 2
    angle_rad: Floats = 2 * np.arcsin(np.sqrt(np.minimum(share, 1.0)))
    return RADIUS_MEAN_M * angle_rad


def _apart_one_m(lat_deg: float, lon_deg: float, other_lat_deg: float, other_lon_deg: float) -> float:
    """As `_apart_m`, for one pair and without arrays."""
    lat_rad, other_rad = radians(lat_deg), radians(other_lat_deg)
    share = sin((lat_rad - other_rad) / 2) ** 2
    share += cos(lat_rad) * cos(other_rad) * sin(radians(lon_deg - other_lon_deg) / 2) ** 2
    return 2 * RADIUS_MEAN_M * asin(sqrt(min(share, 1.0)))
