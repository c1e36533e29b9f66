"""Which of very many volumes come within a separation of one: the index proposes, exact sums decide.

For a million and more. Nothing is held in memory beside the index: what decides lies in the index's rows
(`packed`). The answer is exact, as the engine's is; distances, sentences and layers are the engine's.
"""

from collections.abc import Iterable
from math import dist

from parley.check.model import Separation
from parley.check.packed import (
    DAILY,
    DAILY_END,
    SPHERE,
    UNLIMITED,
    Head,
    area_of,
    band_of,
    datum_code,
    head_of,
    pack,
    quick_from,
    window_of,
)
from parley.check.volume5 import box5, grown, unended
from parley.geo.altitude import band_gap_mm
from parley.geo.distance import gap_within
from parley.geo.quick import Quick, box_of, boxed, by_outlines, by_spheres, sphere_of
from parley.geo.shape import Shape, shape_of
from parley.geo.times import gap_ms
from parley.ports.volume_index import Held, VolumeIndex
from parley.words.volume import Volume


def _held(key: int, volume: Volume, *, open_ended: bool) -> Held:
    box, quick = boxed(volume.area)
    holds = unended(volume.window) if open_ended else volume.window
    return Held(key, box5(box, volume.band, holds), pack(quick, volume.area, volume.band, holds))


class NearVolumes:
    """Volumes under keys, and which of them are near another. One owner: calls must not overlap.

    Args:
        index: empty, or filled by this class before.
    """

    def __init__(self, index: VolumeIndex) -> None:
        self._index = index

    def put(self, key: int, volume: Volume, *, open_ended: bool = False) -> None:
        """Hold a volume, or replace it.

        Args:
            key: 0 to 2**63 - 1.
            volume: without faults (`parley.geo.validity.volume_fault`).
            open_ended: it has a start and no end: presumed active until told otherwise (rule 8).

        Raises:
            SystemFault: `volume-index-failed`.
        """
        self._index.add(*_held(key, volume, open_ended=open_ended))

    def put_all(self, volumes: Iterable[tuple[int, Volume]]) -> None:
        """As `put`, for many at once: all of them or none."""
        self._index.add_all(_held(key, volume, open_ended=False) for key, volume in volumes)

    def remove(self, key: int) -> None:
        """Forget a volume; an unknown key is passed over."""
        self._index.remove(key)

    def near(self, volume: Volume, separation: Separation) -> list[int]:
        """The keys of all volumes within the separation, a gap equal to it included; in no order.

        Raises:
            SystemFault: `volume-index-failed`. There is no partial answer.
        """
        box = box_of(volume.area)
        across_m = dist(box[::2], box[1::2])
        search = grown(box5(box, volume.band, volume.window), separation, across_m)
        proposed = self._index.matches(search)
        if not proposed:
            return []
        _, quick = boxed(volume.area)
        asked = _Asked(volume, quick, separation)
        return [key for key, kept in proposed if asked.meets(kept)]


class _Asked:
    """One volume that is compared with many."""

    def __init__(self, volume: Volume, quick: Quick, separation: Separation) -> None:
        self._quick, self._sphere, self._area, self._band = quick, sphere_of(quick), volume.area, volume.band
        self._limit_m, self._vertical_m = separation.horizontal_m, separation.vertical_m
        self._time_s = separation.time_s
        self._window, self._daily = volume.window, volume.window.daily is not None
        self._start_ms, self._end_ms = volume.window.start_ms, volume.window.end_ms
        floor, ceiling = volume.band.floor, volume.band.ceiling
        self._floor_mm = 0 if floor is None else floor.value_mm
        self._ceiling_mm = 0 if ceiling is None else ceiling.value_mm
        same = datum_code(floor) == datum_code(ceiling) != UNLIMITED
        self._datum = datum_code(floor) if same else None
        self._shape: Shape | None = None

    def meets(self, kept: bytes) -> bool:
        """Whether the volume packed so is within the separation; cheapest first."""
        head = head_of(kept)
        _, _, floor_datum, ceiling_datum, _, start_ms, end_ms, floor_mm, ceiling_mm, *_ = head
        if max(start_ms - self._end_ms, self._start_ms - end_ms) / 1e3 > self._time_s:
            return False
        if self._daily or head[DAILY] != head[DAILY_END]:
            holds = window_of(head)
            if holds is not None and gap_ms(self._window, holds) / 1e3 > self._time_s:
                return False
        if self._datum == floor_datum == ceiling_datum:
            gap_mm = max(floor_mm - self._ceiling_mm, self._floor_mm - ceiling_mm)
        else:
            gap_mm = band_gap_mm(self._band, band_of(head))
        if gap_mm / 1e3 > self._vertical_m:
            return False
        said = by_spheres(self._sphere, head[SPHERE:], self._limit_m)
        if said is None:
            said = by_outlines(self._quick, quick_from(head, kept), self._limit_m)
        return self._exactly(head, kept) if said is None else said

    def _exactly(self, head: Head, kept: bytes) -> bool:
        if self._shape is None:
            self._shape = shape_of(self._area)
        return gap_within(self._shape, shape_of(area_of(head, kept)), self._limit_m) is not None
