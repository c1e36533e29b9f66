"""Scenes of what was found: of files, and of one notice at a node."""

from collections.abc import Sequence
from typing import Final

from parley.check.explain import FIRST_MS, LAST_MS, stamp
from parley.check.model import Finding
from parley.check.pairs import Meeting, Side
from parley.check.sentence import metres
from parley.drawing.scene import Near, Scene, Thing
from parley.words.codes import Datum
from parley.words.volume import Altitude, Area, Band, Volume, Window

PRIVATE: Final = "own positions: private, not to be passed on"
NEARS_MAX: Final = 200
"""The most findings that are drawn; the worst of them."""
_OVER: Final = {
    Datum.ELLIPSOID: "over the ellipsoid",
    Datum.MEAN_SEA_LEVEL: "over mean sea level",
    Datum.ABOVE_GROUND: "above ground",
    Datum.FLIGHT_LEVEL: "of pressure altitude",
}


def scene_of_meetings(
    meetings: Sequence[Meeting],
    sentences: Sequence[str],
    sides: tuple[Sequence[Side], Sequence[Side]],
    heading: tuple[str, str],
    *,
    exercise: bool,
    private: bool,
) -> Scene:
    """Return the scene of a file check.

    Args:
        meetings: worst first.
        sentences: one for each.
        sides: notices and others that are drawn when nothing was found.
        heading: what the picture shows, and what was found in how much.
        exercise: whether it is marked EXERCISE.
        private: whether it may show own positions.
    """
    drawn = meetings[:NEARS_MAX]
    notices: dict[int, tuple[Side, int]] = {}
    others: dict[int, tuple[Side, int]] = {}
    for met in drawn:
        notices.setdefault(id(met.notice), (met.notice, met.parts[0]))
        others.setdefault(id(met.other), (met.other, met.parts[1]))
    things = [_thing(side, part, notice=True) for side, part in notices.values()]
    things += [_thing(side, part, notice=False) for key, (side, part) in others.items() if key not in notices]
    if not things:
        things = [_whole(side, notice=True) for side in sides[0]] + [
            _whole(s, notice=False) for s in sides[1]
        ]
    nears = [
        Near(
            label=_label(met),
            first=met.gap.first,
            second=met.gap.second,
            sentence=f"{met.notice.id}: {why}",
            names=(met.notice.id, met.other.id),
        )
        for met, why in zip(drawn, sentences, strict=False)
    ]
    return Scene(
        title=heading[0],
        summary=heading[1],
        things=tuple(things),
        nears=tuple(nears),
        found=len(meetings),
        exercise=exercise,
        caution=PRIVATE if private else "",
    )


def scene_of_notice(
    name: str, volume: Volume, findings: Sequence[Finding], heading: tuple[str, str], *, exercise: bool
) -> Scene:
    """Return the scene of one notice with what its check found at this node.

    What was met is known by its nearest point only; a sealed layer shows nothing but its sentence.
    """
    notice = Thing(
        name=name,
        areas=(volume.area,),
        focus=(volume.area,),
        notice=True,
        note=note(volume.band, volume.window),
    )
    shown = [(finding, finding.closest) for finding in findings if finding.closest is not None]
    things = [
        Thing(name=finding.other or "", areas=(), focus=(), notice=False, note="", at=closest[1])
        for finding, closest in shown
    ]
    nears = [
        Near(
            label=gap_label(finding.horizontal_m or 0.0, inside=finding.level.value == "inside"),
            first=closest[0],
            second=closest[1],
            sentence=finding.why,
            names=(name, finding.other or ""),
        )
        for finding, closest in shown
    ]
    sealed = [finding.why for finding in findings if finding.closest is None]
    return Scene(
        title=heading[0],
        summary=heading[1],
        things=(notice, *things),
        nears=tuple(nears),
        found=len(shown),
        said=tuple(sealed),
        exercise=exercise,
        caution=PRIVATE if findings else "",
    )


def _thing(side: Side, part: int, *, notice: bool) -> Thing:
    focus: tuple[Area, ...] = (side.areas[part],)
    return Thing(
        name=side.id, areas=side.areas, focus=focus, notice=notice, note=note(side.band, side.window)
    )


def _whole(side: Side, *, notice: bool) -> Thing:
    """A thing that was found near nothing; the map holds the notices."""
    focus = side.areas if notice else ()
    return Thing(name=side.id, areas=side.areas, focus=focus, notice=notice, note="")


def _label(met: Meeting) -> str:
    return gap_label(met.gap.distance_m, inside=met.level.value == "inside")


def gap_label(distance_m: float, *, inside: bool) -> str:
    """What stands at a pair of nearest points."""
    if distance_m:
        return metres(distance_m)
    return "inside" if inside else "overlaps"


def note(band: Band, window: Window | None) -> str:
    """Heights and times of a volume, one line."""
    return f"{_heights(band)}; {_times(window)}"


def _heights(band: Band) -> str:
    if band.floor is None and band.ceiling is None:
        return "all altitudes"
    if band.floor is None:
        return f"up to {_height(band.ceiling)}"
    if band.ceiling is None:
        return f"{_height(band.floor)} and higher"
    if band.floor.datum is band.ceiling.datum:
        return f"{band.floor.value_mm / 1e3:,.0f} to {_height(band.ceiling)}"
    return f"{_height(band.floor)} to {_height(band.ceiling)}"


def _height(altitude: Altitude | None) -> str:
    return "" if altitude is None else f"{altitude.value_mm / 1e3:,.0f} m {_OVER[altitude.datum]}"


def _times(window: Window | None) -> str:
    if window is None or (window.start_ms <= FIRST_MS and window.end_ms >= LAST_MS):
        return "always"
    if window.start_ms <= FIRST_MS:
        return f"until {stamp(window.end_ms)}"
    if window.end_ms >= LAST_MS:
        return f"from {stamp(window.start_ms)} on"
    return f"{stamp(window.start_ms)} to {stamp(window.end_ms)}"
