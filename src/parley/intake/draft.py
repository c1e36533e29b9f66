"""The words of an incident draft: what was observed, where, when, and by how far it missed a notice.

Observed and stated values only. Unknown stays null, and nothing here is a verdict.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from parley.words.codes import Datum
from parley.words.units import (
    AltitudeMm,
    Count,
    DistanceMm,
    DurationMs,
    LatNdeg,
    LineId,
    LonNdeg,
    Sha256Hex,
    ShortText,
    TimeMs,
)

MOST_POINTS = 400


class DraftKind(StrEnum):
    """Why there is a draft."""

    NO_NOTICE = "no_notice"
    """Activity in the zone with no notice."""
    OUTSIDE_OWN_NOTICE = "outside_own_notice"
    """A track that belongs to a notice, or was within one, and is in the zone outside it."""


class DraftState(StrEnum):
    """How the stay in the zone stands."""

    OPEN = "open"
    LOST = "lost"
    """Nothing was heard of the track since. That is no end: where it is now is unknown."""
    LEFT = "left"
    """It was seen outside the zone, or within its notice, for long enough."""


class Flag(StrEnum):
    """Why a report was not believed."""

    AHEAD_OF_CLOCK = "ahead_of_clock"
    STALE = "stale"
    TOO_VAGUE = "too_vague"
    DUPLICATE = "duplicate"
    OUT_OF_ORDER = "out_of_order"
    JUMP = "jump"
    JUMPED_TOGETHER = "jumped_together"
    ALTERNATING = "alternating"
    FROZEN = "frozen"


class TrackPoint(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One report of the track.

    Attributes:
        error_mm: radius of error as the source stated it; null is unknown.
        height_mm: over `datum`; both null when it is unknown.
        flags: why it was not believed; empty for a believed one.
    """

    at_ms: TimeMs
    lat_ndeg: LatNdeg
    lon_ndeg: LonNdeg
    error_mm: DistanceMm | None
    height_mm: AltitudeMm | None
    datum: Datum | None
    flags: Annotated[tuple[Flag, ...], Meta(max_length=16)] = ()


class Miss(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """By how far the first report missed the nearest notice.

    Attributes:
        notice: its id; `name` is what people call it.
        horizontal_mm: beyond the report's own radius of error; 0 is within.
        vertical_mm: the least that the datums allow; 0 where the height is unknown.
        time_ms: before the start or after the end of its window; 0 is within.
    """

    notice: ShortText
    name: ShortText
    horizontal_mm: DistanceMm
    vertical_mm: Annotated[int, Meta(ge=0, le=1_100_000_000_000)]
    time_ms: Annotated[int, Meta(ge=0, le=253_402_300_799_999)]


class FlagCount(Struct, frozen=True, forbid_unknown_fields=True):
    """How many reports of a track were flagged so."""

    flag: Flag
    count: Count


class IncidentDraft(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One track's one stay in one zone.

    Attributes:
        id: SHA-256 of what makes it this one: source, track, zone, and the time of the first report.
        line: the line whose area the zone is; null for a zone from a file.
        exercise: the zone is an exercise line's: it is shown so wherever the draft is.
        source: the kind of source: cot, readsb, sbs, ais, csv, geojson or table.
        track: who, as the source names it; `name` is the callsign or ship's name, null if unknown.
        first_ms: the first believed report inside; `last_ms` the newest one.
        lost_since_ms: the newest report of any place, once nothing was heard for long.
        left_ms: the first believed report outside, once it stayed out for long enough.
        reports: believed reports inside.
        flags: how many reports were not believed, and why, while the draft was open.
        points: the track, thinned; it keeps the first, the last and the outermost points.
        thinned: whether points were left out.
        nearest: the nearest notice at the first report; null when there was none at all.
        time_basis: where the first report's time comes from.
    """

    id: Sha256Hex
    kind: DraftKind
    state: DraftState
    line: LineId | None
    exercise: bool
    zone: ShortText
    source: ShortText
    track: ShortText
    name: ShortText | None
    first_ms: TimeMs
    last_ms: TimeMs
    lost_since_ms: TimeMs | None
    left_ms: TimeMs | None
    reports: Count
    flags: Annotated[tuple[FlagCount, ...], Meta(max_length=16)]
    points: Annotated[tuple[TrackPoint, ...], Meta(max_length=MOST_POINTS)]
    thinned: bool
    nearest: Miss | None
    time_basis: ShortText


def silence_ms(draft: IncidentDraft, now_ms: TimeMs) -> DurationMs:
    """For how long nothing was heard inside."""
    return max(0, now_ms - draft.last_ms)
