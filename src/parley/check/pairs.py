"""Many against many: features of files, each of one or several areas, compared through an index.

As the engine does for one volume: the index proposes every part whose box comes within the separation,
then the exact distances decide. Two features are as far apart as their nearest parts.
"""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from parley.check.model import Level, Separation
from parley.check.volume5 import Volume5, box_of, search_box, time_gap_ms
from parley.geo.altitude import band_gap_mm, same_datum
from parley.geo.distance import Gap, gap_within
from parley.geo.shape import shape_of
from parley.ports.volume_index import Held, VolumeIndex
from parley.words.errors import SystemFault
from parley.words.volume import Area, Band, Window

AT_ONCE: Final = 10_000
_LEVELS: Final = {level: rank for rank, level in enumerate(Level)}


class Side(Struct, frozen=True, eq=False, kw_only=True):
    """A feature ready to be compared.

    Attributes:
        id: what findings call it.
        areas: its parts, as they were given.
        parts: the same, ready; all have the feature's band and window.
    """

    id: str
    areas: tuple[Area, ...]
    parts: tuple[Volume5, ...]

    @property
    def band(self) -> Band:
        """The altitude band."""
        return self.parts[0].band

    @property
    def window(self) -> Window | None:
        """The time window; null is permanent."""
        return self.parts[0].window


class Meeting(Struct, frozen=True, eq=False, kw_only=True):
    """Two features that come within the separation.

    Attributes:
        notice: what was checked.
        other: what it meets.
        level: inside, or within the separation.
        gap: between the areas; `first` belongs to the notice.
        vertical_m: between the altitude bands; where datums differ the least it may be.
        vertical_exact: whether the datums are the same.
        time_s: between the time windows.
        parts: which part of the notice and which of the other are nearest, from 0.
    """

    notice: Side
    other: Side
    level: Level
    gap: Gap
    vertical_m: float
    vertical_exact: bool
    time_s: float
    parts: tuple[int, int]


def side_of(name: str, areas: tuple[Area, ...], band: Band, window: Window | None) -> Side:
    """Make a feature ready.

    Args:
        name: its id.
        areas: at least one, each without faults (`parley.geo.validity.area_fault`).
        band: its altitude band.
        window: its time window; null is permanent.
    """
    parts = tuple(Volume5(shape=shape_of(area), band=band, window=window) for area in areas)
    return Side(id=name, areas=areas, parts=parts)


class PairCheck:
    """Holds the others, and compares one notice at a time with them.

    Args:
        index: empty, and used by this check alone.
        others: what is compared with.
        progress: is told how many of the others have been held.
    """

    def __init__(
        self,
        index: VolumeIndex,
        others: Sequence[Side],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self._index = index
        self._others = others
        self._places = [(k, part) for k, other in enumerate(others) for part in range(len(other.parts))]
        for first in range(0, len(self._places), AT_ONCE):
            chosen = range(first, min(first + AT_ONCE, len(self._places)))
            index.add_all([Held(key, box_of(self._part(key))) for key in chosen])
            if progress is not None:
                progress(self._places[chosen[-1]][0] + 1)

    def meet(
        self, notice: Side, separation: Separation, *, leave_out: Callable[[int], bool]
    ) -> list[Meeting]:
        """Compare one notice with all others; worst first.

        Args:
            notice: what is checked.
            separation: how far apart things must stay; a gap equal to it is a meeting.
            leave_out: whether the other of this number is not compared, as a notice with itself.

        Raises:
            SystemFault: the check could not be completed. There is no partial answer.
        """
        nearest: dict[int, tuple[Gap, tuple[int, int]]] = {}
        apart: dict[int, tuple[float, float]] = {}
        for number, part in enumerate(notice.parts):
            for key in self._index.candidates(search_box(part, separation)):
                other, theirs = self._place(key)
                if other not in apart:
                    apart[other] = _beyond_space(notice, self._others[other])
                vertical_m, time_s = apart[other]
                if vertical_m > separation.vertical_m or time_s > separation.time_s or leave_out(other):
                    continue
                found = nearest.get(other)
                limit_m = separation.horizontal_m if found is None else found[0].distance_m
                if found is not None and limit_m == 0:
                    continue
                gap = gap_within(part.shape, self._part(key).shape, limit_m)
                if gap is not None and (found is None or gap.distance_m < limit_m):
                    nearest[other] = gap, (number, theirs)
        met = [self._meeting(notice, other, *near, *apart[other]) for other, near in nearest.items()]
        return sorted(met, key=worst_first)

    def _meeting(
        self,
        notice: Side,
        other: int,
        gap: Gap,
        parts: tuple[int, int],
        vertical_m: float,
        time_s: float,
    ) -> Meeting:
        inside = gap.distance_m == 0 and vertical_m == 0 and time_s == 0
        return Meeting(
            notice=notice,
            other=self._others[other],
            level=Level.INSIDE if inside else Level.WITHIN_SEPARATION,
            gap=gap,
            vertical_m=vertical_m,
            vertical_exact=same_datum(notice.band, self._others[other].band),
            time_s=time_s,
            parts=parts,
        )

    def _place(self, key: int) -> tuple[int, int]:
        if not 0 <= key < len(self._places):
            do = "Nothing was compared. Run the check again."
            raise SystemFault("check-incomplete", "The index holds what was not given to it", do=do)
        return self._places[key]

    def _part(self, key: int) -> Volume5:
        other, part = self._places[key]
        return self._others[other].parts[part]


def worst_first(met: Meeting) -> tuple[int, float, float, float, str]:
    """The order of meetings: by level, then by each gap."""
    return _LEVELS[met.level], met.gap.distance_m, met.vertical_m, met.time_s, met.other.id


def _beyond_space(notice: Side, other: Side) -> tuple[float, float]:
    """The vertical gap, metres, and the gap in time, seconds."""
    vertical_m = band_gap_mm(notice.band, other.band) / 1e3
    return vertical_m, time_gap_ms(notice.parts[0], other.parts[0]) / 1e3
