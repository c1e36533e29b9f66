"""Call view: what the call pane shows of a call at one moment. Plain values; nothing here decides."""

from msgspec import Struct
from msgspec.structs import replace

from parley.geo.angles import format_dms
from parley.geo.entry_warnings import EntryWarning
from parley.geo.mgrs import format_mgrs
from parley.node.call_rows import Done, check_of_call, done_of, marks_of
from parley.node.calling import unit_findings
from parley.node.checking import UnitMark
from parley.node.own import Own
from parley.node.saying import Saying, what_to_say
from parley.phrases import Parameter, Sentence, Verbatim, sentence
from parley.ports.store import Reads
from parley.watch.asking import Question, distance_of, next_question, say_back
from parley.watch.call import Assumption, Call, CallState, stops_of, wanted_person
from parley.watch.doubts import Doubt, doubts
from parley.watch.plotting import Plot, plot
from parley.words.codes import CoordinateFormat, LineKind
from parley.words.units import TimeMs
from parley.words.volume import Circle, Entered, Position

OFFICER = "en"
"""The language of our own desk, until each seat has its own."""


class UnitView(Struct, frozen=True, kw_only=True):
    """An own unit, position or site near what is plotted.

    Attributes:
        level: inside, or within separation; null for one that was warned and is no longer near.
        warned_ms: when it was marked as warned; null is not yet.
    """

    name: str
    level: str | None
    horizontal_m: float | None
    warned_ms: TimeMs | None


class PlotView(Struct, frozen=True, kw_only=True):
    """What is plotted, and how its centre reads.

    Attributes:
        starts_in_ms: how long to the earliest start; negative once that has passed.
        short: less than ten minutes: the countdown leads.
        assumed: what nobody said, as sentences.
    """

    plot: Plot
    mgrs: str
    dms: str
    starts_in_ms: int
    short: bool
    assumed: tuple[str, ...]


class CallView(Struct, frozen=True, kw_only=True):
    """A call as the pane shows it.

    Attributes:
        line_name: null for a caller whom no line knows.
        exercise: EXERCISE stands before everything.
        checked_ms: when what is plotted now was checked; null is not yet.
        summary: what that check says; it never says "clear" alone.
        units: own units inside or too near, the nearest first, then those that were warned earlier.
        cells: the cells to call about sealed layers.
        notices: the notices that it meets, in words.
        warnings: doubts about the coordinates; they block nothing.
        doubts: what does not fit together, as sentences.
        ask: the next question; `ask_plain` in our own language.
        stops_waiting: STOPs that no line has yet: name the line.
        fetch: whom to fetch afterwards.
        to_say: what waits to be said to them, with its words.
        done: what was recorded on the line.
    """

    call: Call
    line_name: str | None
    exercise: bool
    at_ms: TimeMs
    plotted: PlotView | None
    checked_ms: TimeMs | None
    summary: str | None
    units: tuple[UnitView, ...]
    cells: tuple[str, ...]
    notices: tuple[str, ...]
    warnings: tuple[EntryWarning, ...]
    doubts: tuple[str, ...]
    ask: Question
    ask_plain: str
    say_back: Sentence
    say_back_plain: str
    stops_waiting: int
    fetch: str | None
    to_say: tuple[Saying, ...]
    done: tuple[Done, ...]


def call_view(reads: Reads, own: Own, call: Call, now_ms: TimeMs) -> CallView:
    """Return what the pane shows of a call."""
    line = reads.line(call.line) if call.line else None
    plotted = plot(call)
    found = check_of_call(reads, call.id)
    result = found.result if found and plotted and found.volume == plotted.volume else None
    findings = result.findings if result else ()
    done = done_of(reads, call.id)
    recorded = {one.fragment for one in done}
    says = line is not None and line.kind is LineKind.PHONE and call.state is not CallState.CLOSED
    ask = next_question(call, now_ms)
    return CallView(
        call=call,
        line_name=line.name if line else None,
        exercise=line is not None and line.terms.exercise,
        at_ms=now_ms,
        plotted=_plotted(plotted, now_ms) if plotted else None,
        checked_ms=found.at_ms if found and result else None,
        summary=result.summary if result else None,
        units=_units(call, reads),
        cells=tuple(one.sealed_cell for one in findings if one.sealed_cell),
        notices=tuple(one.why for one in findings if one.other_kind.value == "notice"),
        warnings=result.entry if result else (),
        doubts=tuple(_doubt(one) for one in doubts(call, plotted, now_ms)),
        ask=ask,
        ask_plain=next_question(call, now_ms, OFFICER).say.text,
        say_back=say_back(call, now_ms),
        say_back_plain=say_back(call, now_ms, OFFICER).text,
        stops_waiting=sum(one.n not in recorded for one in stops_of(call)),
        fetch=wanted_person(call),
        to_say=what_to_say(reads, own, line, call.language, now_ms) if says and line else (),
        done=done,
    )


def is_checked(reads: Reads, call: Call) -> bool:
    """Tell whether what is plotted now was checked; true where nothing is."""
    plotted = plot(call)
    found = check_of_call(reads, call.id)
    return plotted is None or (found is not None and found.volume == plotted.volume)


def _plotted(plotted: Plot, now_ms: TimeMs) -> PlotView:
    area = plotted.volume.area
    centre = _as_known(area.centre, plotted.error_m) if isinstance(area, Circle) else None
    return PlotView(
        plot=plotted,
        mgrs=format_mgrs(centre) if centre else "",
        dms=format_dms(centre) if centre else "",
        starts_in_ms=plotted.starts_ms - now_ms,
        short=plotted.is_short(now_ms),
        assumed=tuple(_assumed(one) for one in plotted.assumed),
    )


def _as_known(centre: Position, error_m: float) -> Position:
    """Return a centre that is written with no more digits than are known."""
    entered = Entered(text="", format=CoordinateFormat.PLACE, precision_mm=round(error_m * 1_000))
    return replace(centre, entered=entered)


def _units(call: Call, reads: Reads) -> tuple[UnitView, ...]:
    """Return the units of the newest check, even where a newer one is under way: in doubt they are near."""
    marks: dict[str, UnitMark] = {mark.unit: mark for mark in marks_of(reads, call.id)}
    found = check_of_call(reads, call.id)
    near: dict[str, UnitView] = {}
    for finding in unit_findings(found.result) if found else ():
        name = finding.other or ""
        mark = marks.get(name)
        near.setdefault(
            name,
            UnitView(
                name=name,
                level=finding.level.value,
                horizontal_m=finding.horizontal_m,
                warned_ms=mark.at_ms if mark else None,
            ),
        )
    ordered = sorted(
        near.values(), key=lambda one: (one.level != "inside", one.horizontal_m or 0.0, one.name)
    )
    gone = [
        UnitView(name=mark.unit, level=None, horizontal_m=None, warned_ms=mark.at_ms)
        for mark in marks.values()
        if mark.unit not in near
    ]
    return (*ordered, *gone)


def _assumed(one: Assumption) -> str:
    parameters: dict[str, Parameter] = {}
    if one.distance_m is not None:
        parameters["distance"] = distance_of(one.distance_m)
    if one.name is not None:
        parameters["name"] = one.name
    return sentence(OFFICER, "call_assumed", one.code, **parameters).text


def _doubt(one: Doubt) -> str:
    parameters: dict[str, Parameter] = {}
    if one.distance_m is not None:
        parameters["distance"] = distance_of(one.distance_m)
    if one.time_ms is not None:
        parameters["time"] = Verbatim(_length(one.time_ms))
    return sentence(OFFICER, "call_doubt", one.code, **parameters).text


def _length(length_ms: int) -> str:
    minutes = length_ms // 60_000
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"  # noqa: PLR2004
