"""Own units that report where they are: the newest believed place of each. No draft can come of it.

Apart from tracking on purpose: what is known of own units goes to the picture and nowhere else (rule 7).
"""

from collections import Counter
from typing import Final

import numpy as np
from msgspec import Struct

from parley.formats.positions import Positions
from parley.intake.draft import Flag
from parley.intake.motion import FLAGS, Motion
from parley.words.units import DistanceMm, LatNdeg, LonNdeg, TimeMs

MOST_UNITS: Final = 20_000
_NDEG: Final = 1_000_000_000


class UnitPlace(Struct, frozen=True, kw_only=True):
    """Where a unit was; `radius_mm` null is an unknown error."""

    unit: str
    lat_ndeg: LatNdeg
    lon_ndeg: LonNdeg
    radius_mm: DistanceMm | None
    as_of_ms: TimeMs


class OwnUnits:
    """Keeps the newest believed place of each unit until it is taken.

    Args:
        late_ms: how late a report may come before it is stale; null for files.
    """

    def __init__(self, *, late_ms: int | None) -> None:
        self._motion = Motion(MOST_UNITS, late_ms=late_ms)
        self._slots: dict[str, int] = {}
        self._newest: dict[str, UnitPlace] = {}
        self.flagged: Counter[Flag] = Counter()
        self.believed = 0
        self.without_room = 0

    def take(self, reports: Positions, now_ms: int) -> None:
        """Take a batch of reports, in any order."""
        reports = reports.in_order()
        slots = np.array([self._slot(each) for each in reports.ids], np.intp)
        roomy = np.flatnonzero(slots >= 0)
        self.without_room += len(slots) - len(roomy)
        reports, slots = reports.rows(roomy), slots[roomy]
        bits = self._motion.judge(reports, slots, now_ms)
        for n, flag in enumerate(FLAGS):
            self.flagged[flag] += int(np.count_nonzero(bits & (1 << n)))
        for row in np.flatnonzero(bits == 0).tolist():
            self.believed += 1
            error_m = float(reports.error_m[row])
            self._newest[reports.ids[row]] = UnitPlace(
                unit=reports.ids[row],
                lat_ndeg=round(float(reports.lat_deg[row]) * _NDEG),
                lon_ndeg=round(float(reports.lon_deg[row]) * _NDEG),
                radius_mm=None if np.isnan(error_m) else round(error_m * 1_000),
                as_of_ms=int(reports.at_ms[row]),
            )

    def changed(self) -> list[UnitPlace]:
        """Return the places that are new since they were last taken."""
        newest = list(self._newest.values())
        self._newest.clear()
        return newest

    def _slot(self, unit: str) -> int:
        if unit not in self._slots:
            if len(self._slots) >= MOST_UNITS:
                return -1
            self._slots[unit] = len(self._slots)
        return self._slots[unit]
