"""Call showing: a call at 80 columns, the most urgent first. Under ten minutes the countdown leads."""

from collections.abc import Iterator
from typing import Final

from parley.cli.output import plain
from parley.cli.times import clock, length
from parley.node.call_view import CallView, PlotView, UnitView
from parley.node.saying import Saying
from parley.phrases import Sentence
from parley.phrases.sentence import LRI, PDI
from parley.watch.call import CallState, Field, Fragment
from parley.words.volume import ALWAYS, Circle

MOST_UNITS: Final = 8
MOST_FINDINGS: Final = 4
NEXT: Final = "          "


def call_lines(view: CallView) -> list[str]:
    """Return the call as rows of Rich markup."""
    plotted = view.plotted
    rows = [_head(view)]
    rows += _stop(view)
    urgent = [*_countdown(view), *_units(view)]
    where = [*_where(view), *_findings(view)]
    rows += [*urgent, *where] if plotted and plotted.short else [*where, *urgent]
    rows += _newest(view)
    rows += _to_say(view.to_say)
    if view.call.state is not CallState.CLOSED:
        rows += _speech("Ask next", view.ask.say, view.ask_plain)
        if plotted is not None or view.done:
            rows += _speech("Say back", view.say_back, None)
    return [*rows, *_done(view)]


def _head(view: CallView) -> str:
    call = view.call
    line = f"Line {plain(view.line_name)}" if view.line_name else "[bold]NO LINE[/] (line NAME says which)"
    mark = "[reverse] EXERCISE [/] " if view.exercise else ""
    lasted = max(0, view.at_ms - call.started_ms) // 1_000
    state = "" if call.state is CallState.OPEN else f" · [bold]{call.state.value.upper()}[/]"
    timer = f"{lasted // 60:02d}:{lasted % 60:02d}"
    return (
        f"{mark}{line} · call {call.id[:8]} · {clock(view.at_ms)} · {timer} · {plain(call.language)}{state}"
    )


def _done(view: CallView) -> Iterator[str]:
    """Say what the call left on the record, once it is closed."""
    if view.call.state is not CallState.CLOSED:
        return
    for one in view.done:
        yield f"Recorded  {one.kind} {one.id[:12]} at {clock(one.at_ms)}, heard by us and signed by us"
    if not view.done:
        yield "Recorded  nothing on a line; what was said stands in the journal"
    if any(unit.warned_ms is None for unit in view.units):
        yield "[bold]⚠ OWN UNITS ARE STILL NOT WARNED[/]"


def _stop(view: CallView) -> Iterator[str]:
    stops = [one for one in view.done if one.kind == "stop"]
    for one in stops[-1:]:
        yield f"[bold]⛔ THEIR STOP {one.id[:12]} stands since {clock(one.at_ms)}. Within 60 s: answer CODE[/]"
    if view.stops_waiting:
        yield "[bold]⛔ STOP HEARD, AND NO LINE TO RECORD IT ON. Type: line NAME[/]"
    if view.fetch:
        yield f"Fetch     afterwards: {plain(view.fetch)}"


def _countdown(view: CallView) -> Iterator[str]:
    plotted = view.plotted
    if plotted is None:
        return
    starts_ms = plotted.plot.starts_ms
    if not plotted.plot.stated:
        yield f"[bold reverse] PRESUMED ACTIVE FROM {clock(starts_ms)} [/]"
    elif plotted.starts_in_ms <= 0:
        yield f"[bold reverse] STARTED {length(plotted.starts_in_ms)} AGO, {clock(starts_ms)} [/]"
    elif plotted.short:
        yield f"[bold reverse] STARTS IN {length(plotted.starts_in_ms)}, {clock(starts_ms)} [/]"
    else:
        yield f"Start     {clock(starts_ms)}, in {length(plotted.starts_in_ms)}"


def _units(view: CallView) -> Iterator[str]:
    if view.plotted is None:
        return
    if view.checked_ms is None:
        yield "[bold]⚠ NOT CHECKED against the picture: look by hand. Enter tries again.[/]"
    for cell in view.cells:
        yield f"[bold]⚠ Call cell {plain(cell)}[/]"
    if not view.units:
        yield f"Own units {plain(view.summary or 'not known')}"
        return
    waiting = sum(one.warned_ms is None for one in view.units)
    act = f": [bold]! warns {'it' if waiting == 1 else 'them all'}[/]" if waiting else ""
    near = sum(one.level is not None for one in view.units)
    yield f"Own units {near} inside or too near, {waiting} NOT WARNED{act}"
    for unit in view.units[:MOST_UNITS]:
        yield _unit(unit)
    if len(view.units) > MOST_UNITS:
        yield f"{NEXT}and {len(view.units) - MOST_UNITS} more"


def _unit(unit: UnitView) -> str:
    level = {"inside": "INSIDE", "within_separation": "too near", None: "near before"}[unit.level]
    away = "" if not unit.horizontal_m else f" {unit.horizontal_m / 1_000:.1f} km"
    warned = f"WARNED {clock(unit.warned_ms)}" if unit.warned_ms is not None else "[bold]NOT WARNED[/]"
    return f"{NEXT}{plain(unit.name)[:34]:<34} {level + away:<18} {warned}"


def _where(view: CallView) -> Iterator[str]:
    plotted = view.plotted
    if plotted is None:
        yield "Where     not known yet"
        return
    area = plotted.plot.volume.area
    radius = f", radius {_km(area.radius_mm / 1e3)}" if isinstance(area, Circle) else ""
    yield f"Where     {plain(plotted.dms)} · {plain(plotted.mgrs)}"
    yield f"{NEXT}±{_km(plotted.plot.error_m)}{radius} · {_what(plotted)} · {_end(plotted)}"
    if plotted.assumed:
        yield f"Assumed   {plain('; '.join(plotted.assumed))}"


def _what(plotted: PlotView) -> str:
    activity = plotted.plot.activity
    return activity.value.replace("_", " ") if activity else "activity not known"


def _end(plotted: PlotView) -> str:
    end_ms = plotted.plot.volume.window.end_ms
    return "until told otherwise" if end_ms == ALWAYS.end_ms else f"until {clock(end_ms)}"


def _km(length_m: float) -> str:
    return f"{length_m / 1_000:,.0f} km" if length_m >= 10_000 else f"{length_m:,.0f} m"  # noqa: PLR2004


def _findings(view: CallView) -> Iterator[str]:
    for doubt in view.doubts:
        yield f"⚠ {plain(doubt)}"
    for warning in view.warnings[:MOST_FINDINGS]:
        yield f"⚠ {plain(warning.sentence)}"
    for why in view.notices[:MOST_FINDINGS]:
        yield f"⚠ {plain(why)}"


def _newest(view: CallView) -> Iterator[str]:
    """Say what of the newest line could not be read, and what it contradicts."""
    fragments = view.call.fragments
    if not fragments:
        return
    last = fragments[-1].part_of if fragments[-1].part_of is not None else fragments[-1].n
    newest = [one for one in fragments if one.n >= last]
    if len(newest) == 1 and newest[0].field.value == "free":
        yield f"Kept      as said, nothing read in it: {plain(newest[0].text)[:200]}"
    for one in newest:
        if one.problem and one.field is Field.FREE:
            yield f"[bold]⚠ {plain(one.problem)}[/]"
        elif one.problem:
            yield f"⚠ kept as said, not read: {plain(one.text)[:120]}: {plain(one.problem)}"
        yield from _superseded(one, fragments)


def _superseded(newest: Fragment, fragments: tuple[Fragment, ...]) -> Iterator[str]:
    for one in fragments:
        if one.superseded_by == newest.n:
            yield f"⚠ {clock(one.at_ms)} they said: {plain(one.text)[:120]}. Now: {plain(newest.text)[:120]}"


def _to_say(sayings: tuple[Saying, ...]) -> Iterator[str]:
    for number, saying in enumerate(sayings, 1):
        yield f"[bold]Say it    {number}. {saying.kind} {plain(saying.handle)}[/], then type: told {number}"
        yield from _speech("", saying.say, None)


def _speech(label: str, said: Sentence, meaning: str | None) -> Iterator[str]:
    """Show a sentence, how it is spoken, and what it means."""
    mark = "" if said.reviewed or said.latin is None else " [dim]UNREVIEWED[/]"
    yield f"[bold]{label:<10}[/]{spoken(said.text)}{mark}"
    if said.latin is not None:
        yield f"{NEXT}{plain(said.latin)}"
        if meaning:
            yield f"{NEXT}[dim]= {plain(meaning)}[/]"


def spoken(text: str) -> str:
    """Return a sentence of the phrase books: harmless like `plain`, with the isolates that we put there."""
    pieces = text.replace(PDI, LRI).split(LRI)
    marks = [one for one in text if one in {LRI, PDI}]
    shown = [plain(piece) for piece in pieces]
    return shown[0] + "".join(mark + piece for mark, piece in zip(marks, shown[1:], strict=True))
