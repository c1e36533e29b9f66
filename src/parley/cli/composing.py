"""Composing: a draft from what was typed or from a file, and what a second look at it shows."""

from pathlib import Path
from typing import Final

import msgspec
import typer

from parley.cli.client import typed_text
from parley.cli.reading import read_altitude, read_area, read_corridor, read_length_mm
from parley.cli.times import length, read_hours, read_time
from parley.cli.writing import Composed
from parley.geo.gazetteer import read_position
from parley.geo.validity import volume_fault
from parley.node.releasing import Draft
from parley.words.bodies import Caveats, NoticeBody, StatedReason
from parley.words.codes import Activity, Precedence, Reason
from parley.words.errors import InputError
from parley.words.volume import Area, Band, Circle, Volume, Window

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
SHORT_MS: Final = 10 * MINUTE_MS
LONG_MS: Final = 24 * HOUR_MS
COARSE_MM: Final = 5_000_000
WIDE_MM: Final = 50_000_000
MAX_FILE_BYTES: Final = 1024 * 1024
NEEDED: Final = {
    "activity": "--activity",
    "area": "--at with --radius-m, --polygon, or --corridor with --half-width-m",
    "start": "--start",
    "end": "--end",
    "reason": '--reason (it may be "withheld")',
}


def make_draft(composed: Composed, now_ms: int, before: NoticeBody | None = None) -> Draft:
    """Make a draft; what was not typed comes from `before`, the version that is amended.

    Raises:
        InputError: fields-missing, file-and-options, volume-invalid, or as the readers.
    """
    if composed.file is not None:
        if composed.any_field:
            do = "Give --file, or the fields."
            raise InputError("file-and-options", "a notice comes from a file or from options", do=do)
        return checked(_read_draft(composed.file))
    volume = _volume(composed, now_ms, before)
    activity = composed.activity or (before.activity if before else None)
    reason = _stated(composed, before)
    if activity is Activity.WITHHELD and composed.reason is None and composed.reason_text is None:
        reason = StatedReason(code=Reason.WITHHELD, text=None)  # an avoidance states none
    missing = [
        NEEDED[name] for name, value in {"activity": activity, "reason": reason}.items() if value is None
    ]
    if isinstance(volume, list) or activity is None or reason is None:
        missing += volume if isinstance(volume, list) else []
        raise InputError(
            "fields-missing", "a notice needs more than was given", do=f"Add {'; '.join(missing)}."
        )
    usual = before.precedence if before else _usual(volume.window.start_ms - now_ms)
    return checked(
        Draft(
            precedence=composed.precedence or usual,
            activity=activity,
            volume=volume,
            reason=reason,
            actor=_actor(composed, activity, before),
            caveats=_caveats(composed, now_ms, before),
        )
    )


def _actor(composed: Composed, activity: Activity, before: NoticeBody | None) -> str | None:
    if composed.actor:
        return typed_text(composed.actor)
    return before.actor if before is not None and activity is not Activity.WITHHELD else None


def _caveats(composed: Composed, now_ms: int, before: NoticeBody | None) -> Caveats | None:
    """Return the caveats; sharing onward is allowed only where that was said, once any caveat is stated."""
    old = before.caveats if before else None
    given = (composed.purpose, composed.marking, composed.onward, composed.destroy_after)
    if all(one is None for one in given):
        return old
    return Caveats(
        purpose=typed_text(composed.purpose) if composed.purpose else (old.purpose if old else None),
        onward=composed.onward if composed.onward is not None else (old.onward if old else False),
        marking=typed_text(composed.marking) if composed.marking else (old.marking if old else None),
        destroy_after_ms=_time(composed.destroy_after, old.destroy_after_ms if old else None, now_ms),
    )


def _volume(composed: Composed, now_ms: int, before: NoticeBody | None) -> Volume | list[str]:
    """Return the volume, or what is missing of it."""
    old = before.volume if before else None
    area = _area(composed, old)
    start_ms = _time(composed.start, old.window.start_ms if old else None, now_ms)
    end_ms = _time(composed.end, old.window.end_ms if old else None, now_ms)
    band = Band(
        floor=read_altitude(composed.floor) if composed.floor else (old.band.floor if old else None),
        ceiling=read_altitude(composed.ceiling) if composed.ceiling else (old.band.ceiling if old else None),
    )
    if area is None or start_ms is None or end_ms is None:
        found = {"area": area, "start": start_ms, "end": end_ms}
        return [NEEDED[name] for name, value in found.items() if value is None]
    daily = read_hours(composed.daily) if composed.daily else (old.window.daily if old else None)
    return Volume(area=area, band=band, window=Window(start_ms=start_ms, end_ms=end_ms, daily=daily))


def _area(composed: Composed, old: Volume | None) -> Area | None:
    """Return the area; a new radius keeps the old centre, and a new centre the old radius."""
    circle = old.area if old is not None and isinstance(old.area, Circle) else None
    if circle is not None and composed.polygon is None and composed.corridor is None:
        centre = circle.centre if composed.at is None else read_position(composed.at)
        radius_mm = circle.radius_mm if composed.radius_m is None else read_length_mm(composed.radius_m)
        return Circle(centre=centre, radius_mm=radius_mm)
    if composed.corridor is not None or composed.half_width_m is not None:
        if composed.at is not None or composed.radius_m is not None or composed.polygon is not None:
            do = "Give --corridor and --half-width-m alone."
            raise InputError("area-both", "an area is a circle, a polygon or a corridor", do=do)
        return read_corridor(composed.corridor, composed.half_width_m, composed.edges)
    read = read_area(composed.at, composed.radius_m, composed.polygon, composed.edges)
    return read or (old.area if old else None)


def _stated(composed: Composed, before: NoticeBody | None) -> StatedReason | None:
    if composed.reason is None and composed.reason_text is None:
        return before.reason if before else None
    code = composed.reason or (before.reason.code if before else Reason.OTHER)
    text = composed.reason_text
    return StatedReason(code=code, text=typed_text(text) if text else None)


def _time(text: str | None, before_ms: int | None, now_ms: int) -> int | None:
    return before_ms if text is None else read_time(text, now_ms)


def _usual(ahead_ms: int) -> Precedence:
    if ahead_ms < 2 * HOUR_MS:
        return Precedence.IMMEDIATE
    return Precedence.PRIORITY if ahead_ms < LONG_MS else Precedence.ROUTINE


def read_input(path: Path, limit: int = MAX_FILE_BYTES) -> bytes:
    """Read a file that a person named; - is the standard input.

    Raises:
        InputError: file-unreadable, file-too-large.
    """
    try:
        if str(path) == "-":
            data = typer.get_binary_stream("stdin").read(limit + 1)
        else:
            with path.open("rb") as stream:
                data = stream.read(limit + 1)
    except OSError as error:
        what = f"the file cannot be read: {error.strerror}"
        raise InputError("file-unreadable", what, where=str(path), do="Check its name.") from error
    if len(data) > limit:
        raise InputError("file-too-large", f"a file here holds at most {limit:,} bytes", where=str(path))
    return data


def _read_draft(path: Path) -> Draft:
    try:
        return msgspec.json.decode(read_input(path), type=Draft)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        do = "It has the members precedence, activity, actor, volume and reason: see docs/commands.md."
        raise InputError("draft-unreadable", f"this is no draft: {error}", where=str(path), do=do) from error


def checked(draft: Draft) -> Draft:
    """Return a draft whose volume is valid.

    Raises:
        InputError: the rule of the volume that is broken.
    """
    fault = volume_fault(draft.volume)
    if fault is not None:
        raise InputError(fault.rule, fault.detail, where="volume", do="Correct the area, altitudes or times.")
    return draft


def second_look(draft: Draft, now_ms: int) -> list[str]:
    """Return what a person should look at again before releasing. It never blocks."""
    volume = draft.volume
    window, area = volume.window, volume.area
    ahead_ms = window.start_ms - now_ms
    found = []
    if ahead_ms < 0:
        found.append(f"THE START IS IN THE PAST: {length(ahead_ms)} ago. Is the time right, and in UTC?")
    elif ahead_ms < SHORT_MS:
        found.append(f"only {length(ahead_ms)} to the start: ring them as well")
    if window.end_ms - window.start_ms > LONG_MS:
        found.append(f"the window lasts {length(window.end_ms - window.start_ms)}")
    if volume.band.floor is None and volume.band.ceiling is None:
        found.append("no altitude was given: it counts as every altitude")
    if draft.activity is Activity.WITHHELD and isinstance(area, Circle) and area.radius_mm < COARSE_MM:
        found.append(
            f"the area of an avoidance is coarse on purpose, and {area.radius_mm / 1e6:,.1f} km gives a place away"
        )
    if isinstance(area, Circle) and area.radius_mm > WIDE_MM:
        found.append(f"the radius is {area.radius_mm / 1e6:,.0f} km")
    return found
