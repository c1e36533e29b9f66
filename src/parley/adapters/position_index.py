"""The index of live volumes for streams, in memory: cubes (`geo/cells.py`), quick bounds, then the exact step.

Volumes sit in two tables of cubes: one large, and a small one for what changed since it was made, so that a
change costs little. For each report: its cube at each level, the volumes held there, time and height; then
nothing more where the cube lies wholly in the area, else bounds as in `geo/quick.py` and `geo/plane.py`,
for many reports at a time. What these leave open, less than one report in a thousand as a rule, is for
`gap_within`. A report with an error beyond `NARROW_M` is compared with all volumes, which takes longer.
"""

from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from parley.adapters.position_tables import Edges, Place, Rows, Slots, Slotted, Table
from parley.geo.altitude import band_range_mm
from parley.geo.cells import MARGIN_M, cells_of, codes_at, cubes_at
from parley.geo.distance import gap_within
from parley.geo.ellipsoid import RADIUS_MAX_M, RADIUS_MIN_M, Floats, ecef
from parley.geo.plane import flat_of, off_edges
from parley.geo.shape import Disc, disc_of
from parley.geo.times import DAY_MS
from parley.ports.position_index import LiveVolume, Reports
from parley.words.errors import InputError
from parley.words.volume import Window

NARROW_M: Final = MARGIN_M - 1
FRESH_MAX: Final = 256
"""How many volumes the small table holds before it goes into the large one."""
ALWAYS_MS: Final = float(2**53)
NEAR_M: Final = 900_000.0
"""Beyond this reach every pair is for the exact step."""
SLACK_M: Final = 0.003
SPREAD_MAX: Final = 0.5
"""Beyond this share of the Earth's radius from its hub a plane says little."""
_GONE_MAX: Final = 10_000
_EDGES_AT_ONCE: Final = 200_000
_WIDE_AT_ONCE: Final = 64
_LONGEST: Final = 1.05
_SERIES_M: Final = 2_000_000.0

Pairs = tuple[Rows, Slots]
NONE: Final[Pairs] = (np.empty(0, dtype=np.intp), np.empty(0, dtype=np.int64))


class Located(Struct, frozen=True, eq=False):
    """Reports with what is worked out once for each.

    Attributes:
        reports: as given.
        point_m: Earth-centred, shape (n, 3).
        at_ms: as doubles, exact.
        narrow: whether the error leaves it to its own cube.
    """

    reports: Reports
    point_m: Floats
    at_ms: Floats
    narrow: NDArray[np.bool_]


class GridPositionIndex:
    """A `PositionIndex` (see the port for what it guarantees) in NumPy."""

    def __init__(self) -> None:
        self.slotted = Slotted.of(64)
        self.edges = Edges(np.empty((64, 4)))
        self._daily = False
        self.places: dict[int, Place] = {}
        self._slot_of: dict[int, int] = {}
        self._free: list[int] = []
        self._fresh: set[int] = set()
        self._old: set[int] = set()
        self._main: Table = Table.of(())
        self._late: Table | None = None

    def __len__(self) -> int:
        return len(self._slot_of)

    def put(self, key: int, volume: LiveVolume) -> None:
        shape = volume.shape
        flat = None if isinstance(shape, Disc) else flat_of(shape)
        place = Place(key, shape, flat, cells_of(shape, flat))
        self.remove(key)
        slot = self._new_slot()
        self._slot_of[key], self.places[slot] = slot, place
        low_mm, high_mm = band_range_mm(volume.band)
        holds = volume.holds
        start_ms, end_ms = (holds.start_ms, holds.end_ms) if holds else (-ALWAYS_MS, ALWAYS_MS)
        slotted = self.slotted
        slotted.gate[slot] = start_ms, end_ms, low_mm / 1e3, high_mm / 1e3
        slotted.hours[slot] = _hours(holds)
        slotted.sphere[slot] = _sphere(place)
        slotted.disc[slot] = isinstance(shape, Disc)
        slotted.key[slot] = key
        self._daily |= holds is not None and holds.daily is not None
        slotted.edges[slot] = 0, 0
        if flat is not None:
            slotted.plane[slot] = (
                *flat.east,
                *flat.north,
                flat.bow_m,
                flat.radius_m,
                flat.reach_m,
                flat.closed,
            )
            slotted.edges[slot] = self.edges.add(flat.edges_m)
        self._fresh.add(slot)
        self._late = None

    def remove(self, key: int) -> None:
        slot = self._slot_of.pop(key, None)
        if slot is None:
            return
        del self.places[slot]
        self.slotted.gate[slot] = 1.0, 0.0, 1.0, 0.0
        first, after = self.slotted.edges[slot].tolist()
        self.edges.gone += after - first
        if self.edges.gone > max(_GONE_MAX, self.edges.used // 2):
            self._pack_edges()
        if slot in self._fresh:
            self._fresh.discard(slot)
            self._free.append(slot)
            self._late = None
        else:  # the large table still names it: it is free once that is made anew
            self._old.add(slot)

    def inside(self, reports: Reports) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        located = locate(reports)
        found = [self.scan(table, located) for table in self._tables()]
        wide = np.flatnonzero(~located.narrow)
        starts = range(0, len(wide), _WIDE_AT_ONCE)
        found += [self.scan_wide(located, wide[first : first + _WIDE_AT_ONCE]) for first in starts]
        rows = np.concatenate([rows for rows, _ in found])
        keys = self.slotted.key[np.concatenate([slots for _, slots in found])]
        if (np.diff(rows) < 0).any():
            order = np.argsort(rows, kind="stable")
            rows, keys = rows[order], keys[order]
        return rows, keys

    def scan(self, table: Table, located: Located) -> Pairs:
        """Rows and slots of every narrow report inside a volume of the table."""
        found: list[Pairs] = []
        narrow = np.flatnonzero(located.narrow)
        cube = cubes_at(located.point_m[narrow])
        for level in table.levels:
            met, place = table.find(codes_at(cube, level))
            first = table.first[place]
            counts = table.first[place + 1] - first
            rows = np.repeat(narrow[met], counts)
            entry = table.entry[_ranges(first, counts)]
            slots, whole = entry >> 1, (entry & 1) == 1
            within = self._through_gate(located, rows, slots)
            found.append((rows[within & whole], slots[within & whole]))
            part = within & ~whole
            found.append(self.decide(located, rows[part], slots[part]))
        return _joined(found)

    def scan_wide(self, located: Located, rows: Rows) -> Pairs:
        """As `scan`, for reports that may be far off, against every volume."""
        away_m = located.point_m[rows][:, None, :] - self.slotted.sphere[:, :3]
        chord_m = np.sqrt((away_m**2).sum(axis=2))
        room_m = located.reports.error_m[rows][:, None] + SLACK_M
        room_m = room_m + 2e-3 * np.maximum(1.0, chord_m / 1e6) ** 5
        near, slots = np.nonzero(chord_m - self.slotted.sphere[:, 3] <= room_m)
        near = rows[near]
        within = self._through_gate(located, near, slots)
        return self.decide(located, near[within], slots[within])

    def decide(self, located: Located, rows: Rows, slots: Slots) -> Pairs:
        """Those of some pairs, already right in time and height, that are inside."""
        disc = self.slotted.disc[slots]
        yes, open_ = self._discs(located, rows[disc], slots[disc])
        found = [yes, self.settle(located, *open_)]
        rows, slots = rows[~disc], slots[~disc]
        ends = np.cumsum(self.slotted.edges[slots, 1] - self.slotted.edges[slots, 0])
        parts = np.searchsorted(ends, np.arange(_EDGES_AT_ONCE, ends[-1] if len(ends) else 0, _EDGES_AT_ONCE))
        for some_rows, some_slots in zip(np.split(rows, parts), np.split(slots, parts), strict=True):
            yes, open_ = self._outlines(located, some_rows, some_slots)
            found += [yes, self.settle(located, *open_)]
        return _joined(found)

    def settle(self, located: Located, rows: Rows, slots: Slots) -> Pairs:
        """The exact step, for what the bounds leave open."""
        reports = located.reports
        inside = np.zeros(len(rows), dtype=np.bool_)
        for k, (row, slot) in enumerate(zip(rows.tolist(), slots.tolist(), strict=True)):
            spot = disc_of(
                float(reports.lat_deg[row]), float(reports.lon_deg[row]), float(reports.error_m[row])
            )
            inside[k] = gap_within(spot, self.places[slot].shape, 0.0) is not None
        return rows[inside], slots[inside]

    def _discs(self, located: Located, rows: Rows, slots: Slots) -> tuple[Pairs, Pairs]:
        """Pairs with discs: those surely inside, and those left open."""
        sphere = self.slotted.sphere[slots]
        chord_m = np.sqrt(((located.point_m[rows] - sphere[:, :3]) ** 2).sum(axis=1))
        reach_m = sphere[:, 3] + located.reports.error_m[rows]
        longest_m, shortest_m = arcs_m(chord_m)
        yes = longest_m <= reach_m
        open_ = ~yes & (shortest_m <= reach_m + SLACK_M) | (chord_m > NEAR_M)
        yes &= ~open_
        return (rows[yes], slots[yes]), (rows[open_], slots[open_])

    def _outlines(self, located: Located, rows: Rows, slots: Slots) -> tuple[Pairs, Pairs]:
        """Pairs with polygons and corridors: those surely inside, and those left open."""
        plane, error_m = self.slotted.plane[slots], located.reports.error_m[rows]
        bow_m, radius_m, reach_m = plane[:, 6], plane[:, 7], plane[:, 8]
        away_m, inside = self._beside(located.point_m[rows], slots)
        inside &= plane[:, 9] > 0
        limit_m = error_m + radius_m
        yes = inside & (away_m > bow_m + SLACK_M)
        spread = (reach_m + away_m + bow_m) * 1.01 / RADIUS_MIN_M
        close = spread < SPREAD_MAX
        tilt = np.sqrt(1 - np.where(close, spread, 0.0) ** 2)
        yes |= close & (arcs_m((away_m + bow_m) / tilt)[0] <= limit_m)
        flat = self.slotted.edges[slots, 1] > self.slotted.edges[slots, 0]
        yes &= flat & (reach_m + error_m <= NEAR_M)
        open_ = ~yes & ((away_m - bow_m <= limit_m + SLACK_M) | (reach_m + error_m > NEAR_M) | ~flat)
        return (rows[yes], slots[yes]), (rows[open_], slots[open_])

    def _beside(self, point_m: Floats, slots: Slots) -> tuple[Floats, NDArray[np.bool_]]:
        """As `parley.geo.plane.beside`, for pairs of a point and any outline."""
        plane = self.slotted.plane[slots]
        offset_m = point_m - self.slotted.sphere[slots, :3]
        u = (offset_m * plane[:, :3]).sum(axis=1)
        v = (offset_m * plane[:, 3:6]).sum(axis=1)
        first, after = self.slotted.edges[slots].T
        away2, crossed = np.full(len(slots), np.inf), np.zeros(len(slots), dtype=np.intp)
        some = np.flatnonzero(after > first)
        if len(some) == 0:
            return away2, crossed > 0
        counts = (after - first)[some]
        ends = self.edges.ends_m[_ranges(first[some], counts)]
        begins = np.cumsum(counts) - counts
        ends[:, ::2] -= np.repeat(u[some], counts)[:, None]
        ends[:, 1::2] -= np.repeat(v[some], counts)[:, None]
        each_away2, each_crossed = off_edges(ends)
        away2[some] = np.minimum.reduceat(each_away2, begins)
        crossed[some] = np.add.reduceat(each_crossed.astype(np.intp), begins)
        return np.sqrt(away2), crossed % 2 == 1

    def _pack_edges(self) -> None:
        """Leave out the edges of volumes that are gone."""
        self.edges = Edges(np.empty((max(64, self.edges.used - self.edges.gone), 4)))
        for slot, place in self.places.items():
            if place.flat is not None:
                self.slotted.edges[slot] = self.edges.add(place.flat.edges_m)

    def _through_gate(self, located: Located, rows: Rows, slots: Slots) -> NDArray[np.bool_]:
        """Whether the time lies in the window and the height, if it is known, in the band."""
        gate, at_ms, height_m = self.slotted.gate[slots], located.at_ms[rows], located.reports.height_m[rows]
        timely: NDArray[np.bool_] = (gate[:, 0] <= at_ms) & (at_ms <= gate[:, 1])
        timely &= ~((height_m < gate[:, 2]) | (height_m > gate[:, 3]))
        if self._daily:
            hours = self.slotted.hours[slots]
            timely &= (at_ms - hours[:, 0]) % DAY_MS <= hours[:, 1]
        return timely

    def _new_slot(self) -> int:
        if self._free:
            return self._free.pop()
        slot = len(self.places) + len(self._old)
        if slot == len(self.slotted.key):
            self.slotted = self.slotted.grown()
        return slot

    def _tables(self) -> list[Table]:
        """The large table and, if anything is new, the small one; joined first if it is not small any more."""
        if len(self._fresh) > FRESH_MAX or len(self._old) > max(FRESH_MAX, len(self.places)):
            self._main = Table.of((slot, place.cells) for slot, place in self.places.items())
            self._free += self._old
            self._old, self._fresh, self._late = set(), set(), None
        if not self._fresh:
            return [self._main]
        if self._late is None:
            self._late = Table.of((slot, self.places[slot].cells) for slot in self._fresh)
        return [self._main, self._late]


def locate(reports: Reports) -> Located:
    """Check reports and work out where they are.

    Raises:
        InputError: `report-out-of-range`.
    """
    count = len(reports.lat_deg)
    for name in reports.__struct_fields__:
        if getattr(reports, name).shape != (count,):
            raise _refused(f"{name} has another length than lat_deg", "the arrays")
    lat_deg, lon_deg, error_m = reports.lat_deg, reports.lon_deg, reports.error_m
    good = (np.abs(lat_deg) <= 90) & (np.abs(lon_deg) <= 180)  # noqa: PLR2004 - the ends of both scales
    good &= (error_m >= 0) & np.isfinite(error_m)
    if not good.all():
        row = int(np.argmin(good))
        what = f"latitude {lat_deg[row]}, longitude {lon_deg[row]} or error {error_m[row]} m is none"
        raise _refused(what, f"row {row}")
    return Located(reports, ecef(lat_deg, lon_deg), reports.at_ms.astype(np.float64), error_m <= NARROW_M)


def arcs_m(chord_m: Floats) -> tuple[Floats, Floats]:
    """Bounds of the geodesic over chords up to 2,000 km: by more, the upper is infinite."""
    cube = chord_m**3 / 24
    longest = np.where(chord_m < _SERIES_M, chord_m + _LONGEST * cube / RADIUS_MIN_M**2, np.inf)
    return longest, chord_m + cube / RADIUS_MAX_M**2


def _refused(what: str, where: str) -> InputError:
    return InputError("report-out-of-range", what, where=where, do="Leave such reports out.")


def _sphere(place: Place) -> tuple[float, float, float, float]:
    shape = place.shape
    if isinstance(shape, Disc):
        return *shape.centre_m, shape.radius_m
    if place.flat is not None:
        x_m, y_m, z_m = place.flat.hub_m.tolist()
        return x_m, y_m, z_m, place.flat.reach_m
    low, high = np.array(shape.box[::2]), np.array(shape.box[1::2])
    x_m, y_m, z_m = ((low + high) / 2).tolist()
    return x_m, y_m, z_m, float(np.linalg.norm(high - low) / 2) + SLACK_M


def _hours(holds: Window | None) -> tuple[float, float]:
    if holds is None or holds.daily is None:
        return 0.0, float(DAY_MS)
    return float(holds.daily.start_ms), float((holds.daily.end_ms - holds.daily.start_ms) % DAY_MS)


def _ranges(first: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """first[0], first[0] + 1, ... counts[0] of them, then those of first[1], and so on."""
    ends = np.cumsum(counts)
    places: NDArray[np.int64] = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(
        first - ends + counts, counts
    )
    return places


def _joined(found: list[Pairs]) -> Pairs:
    if not found:
        return NONE
    return np.concatenate([rows for rows, _ in found]), np.concatenate([slots for _, slots in found])
