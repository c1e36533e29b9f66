"""Episodes: one draft for each track and stay in a zone, from the first believed report to its end.

It opens with a believed report in the zone that no notice covers. It grows with the track. It ends once
believed reports have been outside, or within a notice, for `leave_ms` after the last one inside: a track
on the edge stays one episode. Silence does not end it: then it is lost. Reports that are not believed
stand in the track with their flags, and open and end nothing.
"""

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from msgspec import Struct

from parley.formats.positions import DATUMS, Basis, Positions
from parley.intake.draft import (
    MOST_POINTS,
    DraftKind,
    DraftState,
    Flag,
    FlagCount,
    IncidentDraft,
    Miss,
    TrackPoint,
)
from parley.intake.motion import flags_of
from parley.intake.places import Zone

_NDEG: Final = 1_000_000_000
_ELLIPSIS: Final = "…"
_TEXT_MAX: Final = 120


class Opening(Struct, frozen=True, kw_only=True):
    """What an episode begins with: where, why, whose, when."""

    zone: Zone
    kind: DraftKind
    nearest: Miss | None
    source: str
    track: str
    basis: str
    first_ms: int


def opening_at(reports: Positions, row: int, zone: Zone, kind: DraftKind, nearest: Miss | None) -> Opening:
    """Return what an episode begins with whose first report is a row of a batch."""
    return Opening(
        zone=zone,
        kind=kind,
        nearest=nearest,
        source=reports.source.value,
        track=reports.ids[row],
        basis=Basis(int(reports.basis[row])).name.lower(),
        first_ms=int(reports.at_ms[row]),
    )


class Episode:
    """One stay of one track in one zone.

    Args:
        opening: what it begins with.
    """

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._name = ""
        self.last_ms = self.heard_ms = opening.first_ms
        self._lost_ms: int | None = None
        self._left_ms: int | None = None
        self._outside_ms: int | None = None
        self._reports = 0
        self._flags: Counter[Flag] = Counter()
        self._points: list[TrackPoint] = []
        self._thinned = False

    @classmethod
    def resumed(cls, zone: Zone, draft: IncidentDraft) -> "Episode":
        """Take up a draft that was open when its keeper ended."""
        opening = Opening(
            zone=zone,
            kind=draft.kind,
            nearest=draft.nearest,
            source=draft.source,
            track=draft.track,
            basis=draft.time_basis,
            first_ms=draft.first_ms,
        )
        episode = cls(opening)
        episode._name = draft.name or ""
        episode.last_ms, episode.heard_ms = draft.last_ms, draft.lost_since_ms or draft.last_ms
        episode._lost_ms = draft.lost_since_ms
        episode._reports = draft.reports
        episode._flags.update({each.flag: each.count for each in draft.flags})
        episode._points, episode._thinned = list(draft.points), draft.thinned
        return episode

    @property
    def ended(self) -> bool:
        """Whether it was left."""
        return self._left_ms is not None

    @property
    def lost(self) -> bool:
        """Whether nothing was heard for long."""
        return self._lost_ms is not None

    def put(self, reports: Positions, row: int, *, inside: bool, leave_ms: int = 0) -> None:
        """Take one believed report of the track.

        Args:
            reports: the batch; `row` which report.
            row: its number.
            inside: in the zone and not covered.
            leave_ms: after how long outside the episode ends.
        """
        at_ms = int(reports.at_ms[row])
        self._name = reports.names[row] or self._name
        self.heard_ms, self._lost_ms = max(self.heard_ms, at_ms), None
        if inside:
            self.last_ms = max(self.last_ms, at_ms)
            self._outside_ms = None
            self._reports += 1
        else:
            self._outside_ms = at_ms if self._outside_ms is None else self._outside_ms
            if at_ms - self.last_ms >= leave_ms:
                self._left_ms = self._outside_ms
        self._add(_point(reports, row, 0))

    def put_flagged(self, reports: Positions, row: int, bits: int) -> None:
        """Keep a report that is not believed; a repetition is only counted."""
        flags = flags_of(bits)
        self._flags.update(flags)
        if flags != (Flag.DUPLICATE,):
            self._add(_point(reports, row, bits))

    def lose(self) -> None:
        """Note that nothing was heard for long."""
        self._lost_ms = self.heard_ms

    def draft(self) -> IncidentDraft:
        """Return it as it stands."""
        begun = self._opening
        zone = begun.zone
        made_of = "\n".join((begun.source, begun.track, zone.called, str(begun.first_ms)))
        state = DraftState.LEFT if self.ended else DraftState.LOST if self.lost else DraftState.OPEN
        return IncidentDraft(
            id=sha256(made_of.encode()).hexdigest(),
            kind=begun.kind,
            state=state,
            line=zone.line,
            exercise=zone.exercise,
            zone=_short(zone.name),
            source=begun.source,
            track=begun.track,
            name=self._name or None,
            first_ms=begun.first_ms,
            last_ms=self.last_ms,
            lost_since_ms=self._lost_ms,
            left_ms=self._left_ms,
            reports=self._reports,
            flags=tuple(FlagCount(flag, count) for flag, count in sorted(self._flags.items())),
            points=tuple(self._points),
            thinned=self._thinned,
            nearest=begun.nearest,
            time_basis=begun.basis,
        )

    def _add(self, point: TrackPoint) -> None:
        self._points.append(point)
        if len(self._points) > MOST_POINTS:
            self._thinned = True
            kept = set(_kept(self._points))
            self._points = [each for n, each in enumerate(self._points) if n in kept]


def _kept(points: list[TrackPoint]) -> Iterator[int]:
    """Which of the points stay: every second, the first and last, and the outermost of each sort."""
    yield from range(0, len(points), 2)
    yield len(points) - 1
    believed = [n for n, point in enumerate(points) if not point.flags]
    tall = [n for n in believed if points[n].height_mm is not None]
    for rows, measure in (
        (believed, lambda n: points[n].lat_ndeg),
        (believed, lambda n: points[n].lon_ndeg),
        (tall, lambda n: points[n].height_mm or 0),
    ):
        if rows:
            yield min(rows, key=measure)
            yield max(rows, key=measure)


def _point(reports: Positions, row: int, bits: int) -> TrackPoint:
    error_m, height_m = float(reports.error_m[row]), float(reports.height_m[row])
    unknown_height = height_m != height_m  # noqa: PLR0124 - NaN differs from itself
    return TrackPoint(
        at_ms=int(reports.at_ms[row]),
        lat_ndeg=round(float(reports.lat_deg[row]) * _NDEG),
        lon_ndeg=round(float(reports.lon_deg[row]) * _NDEG),
        error_mm=None if error_m != error_m else round(error_m * 1_000),  # noqa: PLR0124 - NaN
        height_mm=None if unknown_height else round(height_m * 1_000),
        datum=None if unknown_height else DATUMS[reports.datum[row]],
        flags=flags_of(bits),
    )


def _short(text: str) -> str:
    return text if len(text) <= _TEXT_MAX else text[: _TEXT_MAX - 1] + _ELLIPSIS
