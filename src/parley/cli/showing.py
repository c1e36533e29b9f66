"""Showing: lines, notices and STOPs as text, the worst first. A state is a glyph and a word, never colour.

Everything that another party wrote goes through `plain`. EXERCISE and UNVERIFIED stand first wherever a
line or a notice is shown, and the legal sentence under every notice.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from parley.check.model import CheckResult
from parley.cli.caveats import caveat_lines
from parley.cli.output import plain
from parley.cli.probing import probing_flags
from parley.cli.times import clock, from_now, group_of, hours_text, length, zulu
from parley.exchange.due import Overdue
from parley.geo.entry_warnings import EntryCode
from parley.node.board import LineView, NoticeView, StopView, VersionView
from parley.node.releasing import Draft
from parley.phrases import phrase
from parley.words.bodies import (
    LineTerms,
    NoticeBody,
    SeparationDistances,
    StopActivity,
    StopLine,
    StopPlace,
    StopScope,
    StopVolume,
)
from parley.words.codes import Activity, Datum, LengthUnit, LineKind, StopAnswer
from parley.words.volume import (
    Altitude,
    Area,
    Band,
    Circle,
    Corridor,
    Holes,
    Polygon,
    Position,
    Ring,
    Volume,
    positions_of,
)

READER: Final = "en"
AVOIDANCE: Final = (
    "[bold]KEEP OUT of this area and time.[/] What happens there is not said; the area is coarse on purpose."
)
STEPS: Final = {"drafted": "○", "released": "◔", "delivered": "◑", "read_back": "◕", "answered": "●"}
PHASES: Final = {"planned": "▷", "active": "▶", "ended": "■", "cancelled": "✕"}
OBSERVED: Final = {"up": "●", "degraded": "◐", "silent": "○"}
VERTICES_SHOWN: Final = 12
FINDINGS_SHOWN: Final = 20
SOON_MS: Final = 600_000
UNANSWERED: Final = frozenset({
    "TimeoutError", "OSError", "gaierror", "ConnectionResetError", "ConnectionRefusedError",
    "ConnectionAbortedError", "BrokenPipeError",
})  # fmt: skip
"""The names of errors that all mean that nothing came back."""
_CONNECT: Final = re.compile(r"\Aat (https://\S+?): ", re.ASCII)


def words(group: str, code: str) -> str:
    """Return a code in the reader's language."""
    return phrase(READER, group, code).text


def marks(*, exercise: bool, verified: bool) -> str:
    """Return the marks that stand before everything of a line: "EXERCISE UNVERIFIED "."""
    found = ["[bold reverse] EXERCISE [/]"] if exercise else []
    if not verified:
        found.append("[bold]⚠ UNVERIFIED[/]")
    return " ".join(found) + (" " if found else "")


def position_text(position: Position) -> str:
    """Return a position as it was entered, and in decimal degrees to about a metre.

    The derived angles are never cut to the precision of what was typed: 33 30 N 38 37 E is 38.61667E, and
    "38.62E" would be 300 m off.
    """
    lat, lon = abs(position.lat_ndeg) / 1e9, abs(position.lon_ndeg) / 1e9
    north, east = "S" if position.lat_ndeg < 0 else "N", "W" if position.lon_ndeg < 0 else "E"
    text = f"{lat:.5f}{north} {lon:.5f}{east}"
    if position.entered and position.entered.text:
        return f'{text}, entered as "{plain(position.entered.text)}"'
    return text


def metres(length_mm: int) -> str:
    """Return a length: "2,000 m"."""
    return f"{length_mm / 1_000:,.3f}".rstrip("0").rstrip(".") + " m"


def area_lines(area: Area) -> list[str]:
    """Return an area, one line or a line for each vertex."""
    if isinstance(area, Circle):
        return [f"circle round {position_text(area.centre)}, radius {metres(area.radius_mm)}"]
    edges = words("edges", area.edges.value)
    count = f"{len(positions_of(area)):,} vertices"
    if isinstance(area, Corridor):
        half = metres(area.half_width_mm)
        return _shown(
            f"corridor along {count}, {half} to either side, edges {edges}", _vertex_rows(area.line)
        )
    if isinstance(area, Polygon):
        return _shown(f"polygon of {count}, edges {edges}", _part_rows(area.ring, area.holes))
    rows = []
    for n, part in enumerate(area.parts, 1):
        rows += [f"part {n}", *_part_rows(part.ring, part.holes)]
    return _shown(f"{len(area.parts)} polygons of {count} together, edges {edges}", rows)


def _shown(head: str, rows: list[str]) -> list[str]:
    more = len(rows) - VERTICES_SHOWN
    shown = [head, *(f"  {row}" for row in rows[:VERTICES_SHOWN])]
    return [*shown, f"  and {more} more: see --json"] if more > 0 else shown


def _part_rows(ring: Ring, holes: Holes) -> list[str]:
    rows = _vertex_rows(ring)
    for n, hole in enumerate(holes, 1):
        rows += [f"without hole {n}", *_vertex_rows(hole)]
    return rows


def _vertex_rows(vertices: Sequence[Position]) -> list[str]:
    return [f"{n}. {position_text(one)}" for n, one in enumerate(vertices, 1)]


def altitude_text(altitude: Altitude | None) -> str:
    """Return an altitude with its unit and datum."""
    if altitude is None:
        return "unlimited"
    if altitude.datum is Datum.FLIGHT_LEVEL:
        return f"FL{altitude.value_mm / 30_480:03.0f}"
    datum = words("datum", altitude.datum.value)
    if altitude.unit is LengthUnit.FOOT:
        return f"{altitude.value_mm / 304.8:,.0f} ft {datum}"
    return f"{metres(altitude.value_mm)} {datum}"


def band_text(band: Band) -> str:
    """Return an altitude band."""
    if band.floor is None and band.ceiling is None:
        return "every altitude"
    return f"{altitude_text(band.floor)} to {altitude_text(band.ceiling)}"


def volume_lines(volume: Volume, now_ms: int) -> list[str]:
    """Return where, how high and when."""
    first, *rest = area_lines(volume.area)
    window = volume.window
    return [
        f"Where     {first}",
        *(f"          {line}" for line in rest),
        f"How high  {band_text(volume.band)}",
        f"Start     {zulu(window.start_ms)}  {from_now(window.start_ms, now_ms)}",
        f"End       {zulu(window.end_ms)}  {from_now(window.end_ms, now_ms)}",
        *([f"Hours     {hours_text(window.daily)}"] if window.daily else []),
    ]


def content_lines(content: NoticeBody | Draft, now_ms: int) -> list[str]:
    """Return what a notice or a draft says."""
    reason = words("reason", content.reason.code.value)
    text = f': "{plain(content.reason.text)}"' if content.reason.text else ""
    return [
        f"Activity  {words('activity', content.activity.value)}   {content.precedence.value}",
        *volume_lines(content.volume, now_ms),
        f"By whom   {plain(content.actor) if content.actor else 'not said'}",
        f"Reason    {reason}{text} (the sender's claim)",
        *caveat_lines(content.caveats),
    ]


def check_lines(result: CheckResult) -> list[str]:
    """Return what a check found, and what it was compared with; never "clear" alone."""
    lines = [f"Check     {plain(result.summary)}"]
    for finding in result.findings[:FINDINGS_SHOWN]:
        level = words("finding", finding.level.value)
        lines.append(f"          ⚠ {level}: {plain(finding.why)}")
    more = len(result.findings) - FINDINGS_SHOWN
    if more > 0:
        lines.append(f"          and {more} more: see --json")
    return lines + [f"Place     ⚠ {plain(warning.sentence)}" for warning in result.entry]


def flags(notice: NoticeView, now_ms: int) -> list[str]:
    """Return what stands beside the step, worst first."""
    found = []
    ahead_ms = notice.versions[-1].body.volume.window.start_ms - now_ms
    if notice.phase == "planned" and 0 <= ahead_ms < SOON_MS:
        found.append(f"⏰ STARTS IN {length(ahead_ms)}")
    if notice.stopped:
        active = " and the activity is [bold]ACTIVE[/]" if notice.phase == "active" else ""
        several = f" ({len(notice.stops)})" if len(notice.stops) > 1 else ""
        found.append(f"⛔ {words('mark', 'stop')} STANDS{several}{active}")
    found += [f"⚠ {words('reply', one.code.value)} STANDS" for one in notice.standing]
    if notice.presumed_active:
        found.append(f"⚠ {words('mark', 'presumed_active')}: no begin was said, and no end")
    if notice.begun_over:
        found.append(
            "⚠ begun although " + ", ".join(words("override", one.value) for one in notice.begun_over)
        )
    if notice.unsaid:
        found.append(
            "⚠ begun without saying that " + ", ".join(words("override", one.value) for one in notice.unsaid)
        )
    found += [_overdue(one, now_ms) for one in notice.overdue]
    newest = notice.versions[-1]
    found += probing_flags(newest.probing)
    if newest.unreadable:
        found.append(f"⚠ their node could not read it: {plain(newest.unreadable)}")
    if newest.mismatches:
        found.append(f"⚠ read back wrongly: {_count(newest.mismatches, 'mismatch', 'mismatches')}")
    if newest.number > 1 and notice.held_version != newest.number:
        held = f"version {notice.held_version}" if notice.held_version else "no version"
        who = f"they are known to hold {held}" if notice.ours else f"we have read back {held}"
        found.append(f"⚠ version {newest.number} is not read back: {who}")
    return found + [text for version in notice.versions if version.counts for text in _place_flags(version)]


def _place_flags(version: VersionView) -> list[str]:
    """Return whether the place that was entered is another than the signed one: both readings are shown."""
    entry = version.check.result.entry if version.check is not None else ()
    differing = (one for one in entry if one.code is EntryCode.ENTERED_DIFFERS)
    return [f"⚠ version {version.number}: {plain(one.sentence)}" for one in differing]


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _overdue(overdue: Overdue, now_ms: int) -> str:
    word = words("mark", "overdue")
    return f"⏰ {word} {words('owed', overdue.owed.value)}, by {length(now_ms - overdue.since_ms)}"


def state_text(notice: NoticeView) -> str:
    """Return step and phase, each as a glyph and a word."""
    step = notice.versions[-1].step
    return (
        f"{STEPS.get(step, '?')} {words('step', step)}   "
        f"{PHASES.get(notice.phase, '?')} {words('phase', notice.phase)}"
    )


def notice_line(notice: NoticeView, now_ms: int, *, verified: bool) -> str:
    """Return one notice in one line."""
    newest = notice.versions[-1]
    body = newest.body
    start_ms = body.volume.window.start_ms
    return (
        f"{marks(exercise=notice.exercise, verified=verified)}[bold]{plain(notice.handle)}[/] v{newest.number} "
        f"{'ours' if notice.ours else 'THEIRS'}  {words('activity', body.activity.value)}  "
        f"{body.precedence.value}  {state_text(notice)}  "
        f"start {group_of(start_ms)} {from_now(start_ms, now_ms)}"
    )


def notice_lines(notice: NoticeView, line: LineView, now_ms: int) -> list[str]:
    """Return a notice with everything that stands beside it."""
    newest = notice.versions[-1]
    whose = "ours" if notice.ours else "THEIRS"
    head = (
        f"{marks(exercise=notice.exercise, verified=line.verified)}[bold]{plain(notice.handle)}[/] "
        f"version {newest.number}, {whose}, on the line {plain(line.name)}"
    )
    lines = [head, f"State     {state_text(notice)}"]
    lines += [f"          {flag}" for flag in flags(notice, now_ms)]
    if newest.body.activity is Activity.WITHHELD:
        lines.append(f"          {AVOIDANCE}")
    lines += content_lines(newest.body, now_ms)
    phone = line.kind is LineKind.PHONE
    lines += _ladder_lines(newest, ours=notice.ours, phone=phone)
    for older in notice.versions[:-1]:
        if older.counts:
            lines.append(f"⚠ Version {older.number} still counts:")
            lines += [f"  {text}" for text in volume_lines(older.body.volume, now_ms)]
    for answer in notice.answers:
        said = f': "{plain(answer.text)}" (their own words)' if answer.text and notice.ours else ""
        said = f': "{plain(answer.text)}"' if answer.text and not notice.ours else said
        said += f", under {plain(answer.who)}, they say" if answer.who else ""
        said += f", by {plain(answer.by.duty)}" if answer.by else ""
        lines.append(
            f"Reply     {words('reply', answer.code.value)}{said}, {clock(answer.at_ms)}, "
            f"{_evidence(ours=not notice.ours, phone=phone)}, id {answer.id[:12]}"
        )
    for mark in notice.units:
        lines.append(
            f"Own unit  {plain(mark.unit)}: {words('unit_state', mark.state.value)}, {clock(mark.at_ms)}"
        )
    if notice.cleared:
        cleared = notice.cleared
        lines.append(
            f'Cleared   by {plain(cleared.by.duty)}, {zulu(cleared.at_ms)}: "{plain(cleared.ground)}" (ours, private)'
        )
    if newest.check is not None:
        lines += check_lines(newest.check.result)
    elif not notice.ours:
        lines.append("Check     not done yet: ask again, or ring")
    return [*lines, f"[dim]{notice.legal}[/]"]


def _evidence(*, ours: bool, phone: bool) -> str:
    """Return what a statement rests on: a signature, or on a phone line our word that we heard it."""
    if ours:
        return "signed by us"
    return "heard, attested by us" if phone else "signed by them"


def _ladder_lines(version: VersionView, *, ours: bool, phone: bool) -> Iterable[str]:
    sender, reader = _evidence(ours=ours, phone=phone), _evidence(ours=not ours, phone=phone)
    yield f"Released  {zulu(version.released_ms)}, {sender}, id {version.id[:12]}"
    if version.delivered_ms is None:
        yield "Delivered not yet: " + (
            "nobody here has said it to them" if phone else "nothing shows that their node has it"
        )
        return
    if phone:
        yield f"Delivered {zulu(version.delivered_ms)}, {'told them' if ours else 'heard'}, attested by us"
    else:
        yield _delivered_line(version, ours=ours)
    if version.read_back_ms is not None:
        yield f"Read back {zulu(version.read_back_ms)}, {reader}, and it matched"
    if version.answered_ms is not None:
        yield f"Answered  {zulu(version.answered_ms)}, {reader}"


def _delivered_line(version: VersionView, *, ours: bool) -> str:
    reader = _evidence(ours=not ours, phone=False)
    receipt = version.receipt
    where = f", entry {receipt.index} of their record" if receipt and ours else ""
    shown = f"receipt {reader}{where}" if receipt or not ours else f"shown by what is {reader}"
    only = ": a node has it, no person has read it back" if version.read_back_ms is None else ""
    return f"Delivered {zulu(version.delivered_ms or 0)}, {shown}{only}"


def scope_text(scope: StopScope, notices: Sequence[NoticeView] = ()) -> str:
    """Return what a STOP demands to cease; by the notice's handle where it is among `notices`."""
    text = words("stop_scope", str(type(scope).__struct_config__.tag))
    match scope:
        case StopActivity(of=of):
            for notice in notices:
                if of == notice.id or of in {version.id for version in notice.versions}:
                    activity = words("activity", notice.versions[-1].body.activity.value)
                    return f"{text}: {plain(notice.handle)}, {activity}"
            return f"{text} ({of[:12]})"
        case StopPlace(area=area):
            return f"{text}: {area_lines(area)[0]}"
        case StopVolume(volume=volume):
            return f"{text}: {area_lines(volume.area)[0]}"
        case StopLine():
            return text


def stop_lines(
    view: StopView, now_ms: int, *, verified: bool, notices: Sequence[NoticeView] = ()
) -> list[str]:
    """Return a STOP: whose, since when, answered or not."""
    stop = view.stop
    whose = "called by us" if view.ours else "CALLED BY THEM"
    mark = marks(exercise=view.exercise, verified=verified)
    state = words("stop_state", stop.state.value)
    since = f"{clock(stop.called_ms)}, {from_now(stop.called_ms, now_ms)}"
    lines = [
        f"{mark}[bold]⛔ STOP {stop.id[:12]} {state}[/], {whose}, {since}",
        f"    {scope_text(stop.scope, notices)}",
    ]
    if stop.text:
        lines.append(f'    "{plain(stop.text)}"')
    if not view.delivered:
        why = "nobody here has said it to them" if view.phone else "their node has not receipted this STOP"
        lines.append(f"    ⚠ [bold]WAITS: {why}. RING THEM NOW.[/]")
    if stop.repeats:
        last = f", last {clock(stop.repeated_ms)}" if stop.repeated_ms is not None else ""
        lines.append(f"    called {stop.repeats + 1} times{last}")
    if stop.folded:
        lines.append(f"    stands for {stop.folded} more STOPs that were called beyond the cap")
    lines += _stop_answer_lines(view)
    if stop.state.value == "released":
        lines.append(f"    released {zulu(stop.released_ms)}")
    elif stop.reaffirmed_ms is not None:
        lines.append(f"    reaffirmed {clock(stop.reaffirmed_ms)}, {from_now(stop.reaffirmed_ms, now_ms)}")
    else:
        lines.append(f"    not reaffirmed since it was called, {from_now(stop.called_ms, now_ms)}")
    return lines


def _stop_answer_lines(view: StopView) -> Iterable[str]:
    stop = view.stop
    if stop.answer is None:
        late = f"⏰ {words('mark', 'overdue')} " if view.overdue else ""
        yield f"    {late}no person has answered"
        return
    who = f" by {plain(stop.answered_by.duty)}" if stop.answered_by else ""
    if stop.asks_again:
        yield "    ⚠ called again since: no person has answered that"
    evidence = _evidence(ours=not view.ours, phone=view.phone)
    yield f"    answer: {words('stop_answer', stop.answer.value)}, {clock(stop.answered_ms)}{who}, {evidence}"
    if stop.ground:
        yield f'    ground: "{plain(stop.ground)}"'
    elif stop.answer is StopAnswer.CONTINUING:
        yield "    ground: withheld"


def line_lines(line: LineView, observed: dict[str, object] | None) -> list[str]:
    """Return a line: what is declared, what is observed, what waits."""
    lines = [
        f"{marks(exercise=line.exercise, verified=line.verified)}[bold]{plain(line.name)}[/]  {_joined(line)}"
    ]
    if observed is not None and line.kind is LineKind.JOINED:
        state = str(observed.get("state", "silent"))
        ago = observed.get("heard_s_ago")
        heard = (
            f"heard {ago:,.0f} s ago" if isinstance(ago, int | float) else "not heard since this node started"
        )
        lines.append(f"  {OBSERVED.get(state, '?')} {state}, {heard}")
        if observed.get("problem"):
            lines.append(f"  ⚠ {problem_text(str(observed['problem']))}")
    if line.phone is not None:
        lines.append(f"  ring {plain(line.phone.number)}")
        lines += [f"    then {plain(one.who)}, {plain(one.number)}" for one in line.phone.contacts]
    lines += [
        f"  ⚠ SAY TO THEM: {plain(one.kind)} {one.id[:12]}, since {zulu(one.at_ms)}" for one in line.to_say
    ]
    if line.waiting:
        lines.append(f"  ⚠ {line.waiting} of our messages wait for their receipt")
    if line.gap.value != "none":
        lines.append(f"  ⚠ messages of theirs are {words('gap', line.gap.value)}")
    if line.kind is LineKind.JOINED and line.peer_name and not line.verified:
        if line.confirmed_by is None:
            lines.append(
                "  Nobody here has compared the safety number: parley line confirm " + plain(line.name)
            )
        if line.peer_confirmed_by is None:
            lines.append(
                "  Nobody of the other side has confirmed the safety number, as far as their node says"
            )
    return lines


def problem_text(problem: str) -> str:
    """Return what a try to reach the other node met, in plain words; what is not known as it stands."""
    kind, _, detail = problem.partition(": ")
    if kind == "PeerError" and "404" in detail[:8]:
        return (
            "their node answers, but does not know this line yet: they have not taken your acceptance, "
            "or hold another line"
        )
    place = _CONNECT.search(detail)
    where = f" at {place.group(1)}" if place else ""
    if "SSL" in kind:
        return f"what answers{where} shows another certificate than theirs: {plain(detail)}"
    if kind in UNANSWERED:
        return f"their node does not answer{where}"
    return plain(problem)


def terms_lines(line: LineView) -> list[str]:
    """Return the terms of a line and the size of its record."""
    record = f"  record {_count(line.entries, 'entry', 'entries')}, root {line.root[:16]}…; line id {line.id}"
    return [*agreed_lines(line.terms), record]


def agreed_lines(terms: LineTerms) -> list[str]:
    """Return the terms that both sides agree to."""
    evidence = words("evidence_level", terms.evidence.value)
    area = area_lines(terms.area) if terms.area is not None else []
    return [
        f"  purpose {plain(terms.purpose)}; languages {', '.join(terms.languages)}; evidence {evidence}",
        *(f"  {'area ' if n == 0 else ''}{text}" for n, text in enumerate(area)),
        f"  separation {_apart_text(terms.separation)}",
        *(
            f"  separation for {words('activity', activity.value)}: {_apart_text(apart)}"
            for activity, apart in sorted(terms.separation_by_activity.items())
        ),
        f"  STOP answered within {length(terms.stop_answer_ms)}; tests every {length(terms.test_interval_ms)}",
    ]


def _apart_text(apart: SeparationDistances) -> str:
    return f"{metres(apart.horizontal_mm)}, {metres(apart.vertical_mm)} in height, {length(apart.time_ms)}"


def _joined(line: LineView) -> str:
    if line.peer_name is None:
        return "proposed: the other side has not accepted yet"
    if line.kind is LineKind.PHONE:
        return "☎ PHONE: every step is what we attest, nothing is signed by them"
    return (
        "joined: signed by them" if line.joined else "accepted: their terms have not come over the line yet"
    )


def groups(number: str) -> Sequence[str]:
    """Return a safety number as three rows of four groups of five digits."""
    fives = number.split()
    return [" ".join(fives[start : start + 4]) for start in range(0, len(fives), 4)]
