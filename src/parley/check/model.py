"""What a check is asked and what it answers."""

from enum import StrEnum
from functools import reduce

from msgspec import Struct

from parley.geo.ellipsoid import LatLon
from parley.geo.entry_warnings import EntryWarning
from parley.words.bodies import LineTerms, SeparationDistances
from parley.words.codes import Activity


class Separation(Struct, frozen=True, kw_only=True):
    """How far apart volumes must stay. A gap that equals the separation is a finding.

    Attributes:
        horizontal_m: metres over the ellipsoid.
        vertical_m: metres.
        time_s: seconds.
    """

    horizontal_m: float
    vertical_m: float
    time_s: float


def wider(first: Separation, second: Separation) -> Separation:
    """The separation that keeps both, each measure by itself."""
    return Separation(
        horizontal_m=max(first.horizontal_m, second.horizontal_m),
        vertical_m=max(first.vertical_m, second.vertical_m),
        time_s=max(first.time_s, second.time_s),
    )


def separation_for(terms: LineTerms, activity: Activity | None) -> Separation:
    """The separation that the terms of a line declare for an activity; the widest for one not known yet."""
    general = separation_of(terms.separation)
    if activity is None or activity is Activity.WITHHELD:
        return reduce(wider, map(separation_of, terms.separation_by_activity.values()), general)
    named = terms.separation_by_activity.get(activity)
    return general if named is None else separation_of(named)


def separation_of(terms: SeparationDistances) -> Separation:
    """A separation as the terms of a line declare it."""
    return Separation(
        horizontal_m=terms.horizontal_mm / 1e3,
        vertical_m=terms.vertical_mm / 1e3,
        time_s=terms.time_ms / 1e3,
    )


class Against(StrEnum):
    """What a volume is compared with."""

    EVERYTHING = "everything"
    PICTURE = "picture"
    NOTICES = "notices"


class OtherKind(StrEnum):
    """What a finding is about."""

    POSITION = "position"
    UNIT = "unit"
    SITE = "site"
    NOTICE = "notice"
    SEALED = "sealed"


class Level(StrEnum):
    """How bad, worst first.

    `CALL_CELL`: a sealed layer answers, and says no more; it may be the worst, so it stands first.
    `INSIDE`: areas, altitude bands and time windows all overlap or touch.
    `WITHIN_SEPARATION`: no gap is longer than the separation, and at least one is not 0.
    """

    CALL_CELL = "call_cell"
    INSIDE = "inside"
    WITHIN_SEPARATION = "within_separation"


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that a volume touches or comes near.

    Attributes:
        notice: what was checked.
        other: name or id of what it meets; null for a sealed layer.
        horizontal_m: gap between the areas over the ellipsoid, metres; 0 if they overlap. Null, like
            every other measure, for a sealed layer.
        vertical_m: gap between the altitude bands, metres; where datums differ the least it may be.
        time_s: gap between the time windows, seconds.
        closest: the nearest points, degrees: of what was checked, then of the other. One common point
            twice if the areas overlap.
        why: one sentence for the watch officer.
        sealed_cell: the cell to call; null unless the layer is sealed.
    """

    notice: str
    other: str | None
    other_kind: OtherKind
    level: Level
    horizontal_m: float | None
    vertical_m: float | None
    time_s: float | None
    closest: tuple[LatLon, LatLon] | None
    why: str
    sealed_cell: str | None


class CheckResult(Struct, frozen=True, kw_only=True):
    """The whole answer. A check that could not be completed raises; there is no partial result.

    Attributes:
        findings: worst first.
        positions_loaded: own items of open layers that were compared; sealed ones are not counted.
        oldest_as_of_ms: the oldest of those, UTC milliseconds; null if there are none.
        layers_missing: layers known to exist but not loaded ("cell K" for a sealed one).
        cells_compared: the cells whose sealed layers were compared.
        notices_compared: how many other notices were compared.
        picture_version: the version of the picture that was compared; the journal keeps it.
        summary: one sentence that never says "clear" alone.
        entry: doubts about the coordinates themselves (`geo.entry_warnings`); they block nothing.
    """

    findings: tuple[Finding, ...]
    positions_loaded: int
    oldest_as_of_ms: int | None
    layers_missing: tuple[str, ...]
    cells_compared: tuple[str, ...]
    notices_compared: int
    picture_version: int
    summary: str
    entry: tuple[EntryWarning, ...] = ()
