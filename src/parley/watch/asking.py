"""Asking: the one question to ask next, and what to read back, in the caller's language.

The first is always "I can take it: say it now". What the other side is asked after is what is missing and
most urgent; under ten minutes to the start only place, start and extent are asked after and read back.
A caller who asks for somebody is told that they will be called, and again to say it now.
"""

from datetime import UTC, datetime
from math import ceil
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from parley.geo.ellipsoid import inverse
from parley.geo.gazetteer import Place as Known
from parley.geo.gazetteer import nearest_place
from parley.geo.typed import DEGREE_MM
from parley.phrases import Coded, Count, Named, Parameter, Sentence, Verbatim, joined, sentence
from parley.watch.call import (
    Call,
    CallState,
    End,
    Extent,
    Field,
    Height,
    Name,
    Start,
    Why,
    counting,
    reading,
    stops_of,
)
from parley.watch.plotting import Plot, plot
from parley.words.codes import Datum
from parley.words.units import TimeMs
from parley.words.volume import ALWAYS, Altitude, Circle, Volume

FINE_M: Final = 2_000.0
"""A centre known worse than this is asked for again."""
METRES_UP_TO_M: Final = 10_000.0
_ROUND_M: Final = 100
_MINUTE_MS: Final = 60_000
_AHEAD_MS: Final = 120 * _MINUTE_MS
_SCRIPTS: Final = {"ru": ("\u0400", "\u04ff"), "ar": ("\u0600", "\u06ff")}


class Question(Struct, frozen=True, kw_only=True):
    """What to ask next: its code, and how to say it."""

    code: str
    say: Sentence


def next_question(call: Call, now_ms: TimeMs, language: str | None = None) -> Question:
    """Return the one question to ask next.

    Args:
        call: so far.
        now_ms: UTC milliseconds.
        language: the caller's by default.
    """
    code, parameters = _next(call, plot(call), now_ms)
    return Question(code=code, say=sentence(language or call.language, "ask", code, **parameters))


def _next(call: Call, plotted: Plot | None, now_ms: TimeMs) -> tuple[str, dict[str, Parameter]]:
    if not call.fragments:
        return "take_it", {}
    newest = call.fragments[-1]
    if newest.field is Field.PERSON and call.state is not CallState.CLOSED:
        return "fetch", {}
    if stops_of(call):
        known = call.who or reading(call, Field.WHO, Name)
        return ("stop_place" if plotted is None else "correct" if known else "who"), {}
    if plotted is None:
        return "where", {}
    zone = _unzoned(call)
    if zone is not None:
        return "zone", {"time": Verbatim(zone)}
    missing = [*_urgent(call, plotted), *(() if plotted.is_short(now_ms) else _others(call))]
    return (missing[0] if missing else "correct"), {}


def _unzoned(call: Call) -> str | None:
    start = reading(call, Field.START, Start)
    named = [one.name for one in start.assumed if one.code == "time_no_zone"] if start else []
    return named[0].removesuffix("Z") if named and named[0] else None


def _urgent(call: Call, plotted: Plot) -> list[str]:
    start = counting(call, Field.START)
    when = "when" if start is None else ("start" if not plotted.stated else "")
    centre = "centre" if plotted.error_m > FINE_M else ""
    extent = "" if reading(call, Field.EXTENT, Extent) else "extent"
    ordered = [when, centre, extent] if start is None else [centre, when, extent]
    return [code for code in ordered if code]


def _others(call: Call) -> list[str]:
    wanted = (
        ("what", counting(call, Field.WHAT)),
        ("until", reading(call, Field.END, End)),
        ("height", reading(call, Field.HEIGHT, Height)),
        ("who", call.who or reading(call, Field.WHO, Name)),
        ("reason", reading(call, Field.REASON, Why)),
    )
    return [code for code, known in wanted if known is None]


def say_back(call: Call, now_ms: TimeMs, language: str | None = None) -> Sentence:
    """Return what to read back: all that is known; under ten minutes only place, extent and start."""
    spoken = language or call.language
    plotted = plot(call)
    said: list[Sentence] = []
    if stops_of(call):
        said.append(sentence(spoken, "say", "stop_taken"))
    if plotted is None:
        return said[0] if said else sentence(spoken, "say", "no_place")
    short = plotted.is_short(now_ms)
    if not short:
        said += [sentence(spoken, "say", "intro"), _activity(spoken, plotted)]
    said += say_volume(spoken, _as_said(call, plotted.volume), now_ms, short=short, certain=plotted.stated)
    said.append(sentence(spoken, "ask", "correct"))
    return joined(tuple(said))


def _as_said(call: Call, volume: Volume) -> Volume:
    """Return a volume with the radius that they said: what is read back is theirs, not our margin."""
    extent = reading(call, Field.EXTENT, Extent)
    if extent is None or not isinstance(volume.area, Circle):
        return volume
    return replace(volume, area=replace(volume.area, radius_mm=extent.radius_mm))


def _activity(language: str, plotted: Plot) -> Sentence:
    if plotted.activity is None:
        return sentence(language, "say", "activity_unknown")
    named = Coded("spoken_activity", plotted.activity.value)
    return sentence(language, "say", "activity", activity=named)


def say_volume(
    language: str, volume: Volume, now_ms: TimeMs, *, short: bool, certain: bool = True
) -> list[Sentence]:
    """Say a volume: centre, extent, nearest named place and start; unless it is short also end and heights.

    Of an area that is no circle the first vertex is said; its whole outline is no matter for a telephone.
    """
    area = volume.area
    centre = area.centre if isinstance(area, Circle) else None
    said = []
    if centre is not None and isinstance(area, Circle):
        said = [
            sentence(language, "say", "centre", **_angles(centre.lat_ndeg, centre.lon_ndeg, area.radius_mm)),
            sentence(language, "say", "extent", distance=distance_of(area.radius_mm / 1e3)),
            *_nearest(language, (centre.lat_ndeg / 1e9, centre.lon_ndeg / 1e9)),
        ]
    said.append(_start(language, volume.window.start_ms, now_ms, certain=certain))
    if not short:
        said += [_until(language, volume.window.end_ms, now_ms), _heights(language, volume)]
    return said


def _angles(lat_ndeg: int, lon_ndeg: int, radius_mm: int) -> dict[str, Parameter]:
    fine = radius_mm < DEGREE_MM // 60
    return {
        "lat": _angle(abs(lat_ndeg), fine=fine),
        "ns": Coded("hemisphere", "south" if lat_ndeg < 0 else "north"),
        "lon": _angle(abs(lon_ndeg), fine=fine),
        "ew": Coded("hemisphere", "west" if lon_ndeg < 0 else "east"),
    }


def _angle(ndeg: int, *, fine: bool) -> Parameter:
    """Say an angle in degrees and minutes; where the area is small, to the second."""
    unit_ndeg = 1_000_000_000 // (3_600 if fine else 60)
    units = (2 * ndeg + unit_ndeg) // (2 * unit_ndeg)
    seconds: tuple[Parameter, ...] = ()
    if fine:
        units, rest = divmod(units, 60)
        seconds = (Count(rest, "arc_second"),)
    degrees, minutes = divmod(units, 60)
    return (Count(degrees, "degree"), Count(minutes, "arc_minute"), *seconds)


def distance_of(length_m: float) -> Parameter:
    """Say a length, rounded up: hundreds of metres below 10 km, then kilometres."""
    if length_m < METRES_UP_TO_M:
        return Count(max(_ROUND_M, ceil(length_m / _ROUND_M) * _ROUND_M), "metre")
    return Count(ceil(length_m / 1_000), "kilometre")


def _nearest(language: str, at: tuple[float, float]) -> list[Sentence]:
    found = nearest_place(at)
    if found is None:
        return []
    place, _ = found
    away_m = inverse(place.positions[0].lat_lon_deg, at)[0]
    name = Named(name_in(language, place), place.name)
    return [sentence(language, "say", "near", name=name, distance=distance_of(away_m))]


def name_in(language: str, place: Known) -> str:
    """Return a place's name in the script of a language, where the gazetteer has one."""
    low, high = _SCRIPTS.get(language, ("", ""))
    own = (name for name in place.also if low and any(low <= one <= high for one in name))
    return next(own, place.name)


def _start(language: str, start_ms: TimeMs, now_ms: TimeMs, *, certain: bool) -> Sentence:
    if not certain:
        return sentence(language, "say", "start_now")
    hour = Verbatim(hour_of(start_ms, now_ms))
    ahead_ms = start_ms - now_ms
    if _MINUTE_MS <= ahead_ms < _AHEAD_MS:
        ahead = Count(ahead_ms // _MINUTE_MS, "minutes_ahead")
        return sentence(language, "say", "start_ahead", ahead=ahead, time=hour)
    return sentence(language, "say", "start_at", time=hour)


def _until(language: str, end_ms: TimeMs, now_ms: TimeMs) -> Sentence:
    if end_ms == ALWAYS.end_ms:
        return sentence(language, "say", "until_told")
    return sentence(language, "say", "until", time=Verbatim(hour_of(end_ms, now_ms)))


def hour_of(at_ms: TimeMs, now_ms: TimeMs) -> str:
    """Return hours and minutes; on another day than today the day and month before them."""
    at, now = (datetime.fromtimestamp(one // 1_000, UTC) for one in (at_ms, now_ms))
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%d.%m %H:%M}"


def _heights(language: str, volume: Volume) -> Sentence:
    band = volume.band
    if band.floor is None and band.ceiling is None:
        return sentence(language, "say", "all_altitudes")
    ends = {
        "floor": Verbatim(_height(band.floor, "0")),
        "ceiling": Verbatim(_height(band.ceiling, "∞")),
    }
    return sentence(language, "say", "band", **ends)


_DATUMS: Final = {
    Datum.ELLIPSOID: "HAE",
    Datum.MEAN_SEA_LEVEL: "MSL",
    Datum.ABOVE_GROUND: "AGL",
}


def _height(altitude: Altitude | None, unlimited: str) -> str:
    if altitude is None:
        return unlimited
    if altitude.datum is Datum.FLIGHT_LEVEL:
        return f"FL{round(altitude.value_mm / 30_480)}"
    if altitude.unit.value == "ft":
        return f"{round(altitude.value_mm / 304.8)} ft {_DATUMS[altitude.datum]}"
    return f"{round(altitude.value_mm / 1_000)} m {_DATUMS[altitude.datum]}"
