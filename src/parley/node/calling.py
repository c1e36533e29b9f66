"""Calling: a telephone call as it goes on. Each fragment is kept, journalled and told to our desks at once.

A STOP is recorded on the line in the same transaction as its words: it waits for no question, no person
who was asked for, and no end of the call. What else was said becomes a statement on the line when the
officer closes the call (`closing`). A caller whom no line knows is heard all the same; the line can be named later.
"""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from parley.check.model import CheckResult, Finding, OtherKind
from parley.node import stopping
from parley.node.board import find_notice
from parley.node.call_rows import (
    CallCheck,
    Done,
    add_done,
    call_of,
    check_of_call,
    done_of,
    marks_of,
    put_call,
    put_check,
    put_marks,
)
from parley.node.checking import UnitMark
from parley.node.desk import Desk
from parley.node.lines import known_line
from parley.node.own import Own
from parley.node.recording import peer_of
from parley.ports.store import Happening, Line, Tx
from parley.watch.asking import next_question, say_back
from parley.watch.call import (
    MOST_FRAGMENTS,
    Call,
    CallId,
    CallState,
    Direction,
    Field,
    Fragment,
    Name,
    Stopping,
    reading,
    stops_of,
    take,
)
from parley.watch.fragments import read
from parley.watch.plotting import plot, start_of
from parley.wire.message import Message
from parley.words.bodies import StopLine, StopPlace, StopScope, Voice
from parley.words.codes import Medium, UnitState
from parley.words.errors import InputError, ParleyError
from parley.words.header import By
from parley.words.units import Language, ShortText, TimeMs
from parley.words.volume import Circle, Volume

MAX_UNITS: Final = 1_000
STOP_LEAST_MM: Final = 5_000_000
"""How far round a place that was named a STOP reaches at the least."""
OWN_KINDS: Final = frozenset({OtherKind.POSITION, OtherKind.UNIT, OtherKind.SITE})


class Opened(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of a call when it begins."""

    direction: Direction = Direction.INCOMING
    language: Language = "en"
    who: ShortText | None = None
    interpreter: ShortText | None = None


class About(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What turns out during a call; null leaves it as it was."""

    language: Language | None = None
    who: ShortText | None = None
    interpreter: ShortText | None = None


class Hand(Struct, frozen=True):
    """Who has the telephone in hand, at which moment, inside one transaction."""

    tx: Tx
    own: Own
    by: By
    now_ms: TimeMs

    def note(self, call: Call, what: str, **more: object) -> None:
        """Write a row of the journal about a call."""
        data = {"call": call.id, "line": call.line, "by": self.by.duty, **more}
        self.tx.write_journal(self.now_ms, what, data)

    def tell(self, call: Call, what: str, detail: str = "", *, kind: str | None = None) -> None:
        """Tell our desks."""
        happening = Happening(
            at_ms=self.now_ms, line=call.line, what=what, id=call.id, kind=kind, detail=detail
        )
        self.tx.publish(happening)


def open_call(hand: Hand, line: Line | None, opened: Opened) -> Call:
    """Begin a call; the line may be unknown. On a line that is only proposed nothing can be recorded yet."""
    line = line if line is not None and line.peer_party is not None else None
    call = Call(
        id=hand.own.ids.salt(),
        line=line.id if line else None,
        direction=opened.direction,
        language=opened.language,
        who=opened.who,
        interpreter=opened.interpreter,
        started_ms=hand.now_ms,
    )
    put_call(hand.tx, None, call)
    hand.note(call, "call-opened", opened=opened)
    hand.tell(call, "call", "opened", kind=opened.direction.value)
    return call


def add_fragment(hand: Hand, call_id: CallId, field: Field, text: str, *, ago_ms: int = 0) -> Call:
    """Take one line of typing; a STOP in it is recorded on the line at once.

    Args:
        hand: who types.
        call_id: the call.
        field: what it is about.
        text: as typed.
        ago_ms: how long ago it was said: the node may have been away meanwhile.

    Raises:
        InputError: call-unknown, call-closed; call-too-long, but never for a STOP.
    """
    call = not_closed(hand, call_id)
    start_ms = start_of(call).earliest_ms
    said_ms = max(0, hand.now_ms - ago_ms)
    said = read(field, text, said_ms, start_ms=start_ms)
    if len(call.fragments) >= MOST_FRAGMENTS and not any(isinstance(one.read, Stopping) for one in said):
        raise InputError(
            "call-too-long", f"a call holds {MOST_FRAGMENTS} fragments", do="Close it, and open another."
        )
    after = take(replace(call, state=CallState.OPEN), said, said_ms)
    put_call(hand.tx, call, after)
    for one in after.fragments[len(call.fragments) :]:
        hand.note(
            after,
            "call-fragment",
            n=one.n,
            field=one.field,
            text=one.text,
            read=one.read,
            problem=one.problem,
        )
        hand.tell(after, "call_fragment", one.text, kind=one.field.value)
        if isinstance(one.read, Stopping):
            _stop(hand, after, one)
    ask = next_question(after, hand.now_ms)
    hand.note(after, "call-shown", ask=ask.code, say_back=say_back(after, hand.now_ms).text)
    return after


def not_closed(hand: Hand, call_id: CallId) -> Call:
    """Return a call that can go on.

    Raises:
        InputError: call-unknown, call-closed.
    """
    call = call_of(hand.tx, call_id)
    if call.state is CallState.CLOSED:
        raise InputError("call-closed", "the call is closed", where=call.id[:8], do="Open another.")
    return call


def _stop(hand: Hand, call: Call, fragment: Fragment) -> None:
    """Record a STOP that was heard; without a line it is alarmed, and waits for one to be named."""
    hand.tell(call, "call_stop", fragment.text)
    if call.line is None or not isinstance(fragment.read, Stopping):
        hand.note(call, "call-stop-without-line", n=fragment.n)
        return
    desk, said = desk_in(hand, call, known_line(hand.tx, call.line)), fragment.read
    message = hand.tx.attempt(lambda _: stopping.call(desk, _scope(desk, said), fragment.text))
    if isinstance(message, ParleyError):  # its words are kept and alarmed all the same
        hand.note(call, "call-stop-not-recorded", n=fragment.n, error=message.name)
        hand.tell(call, "call_stop_not_recorded", str(message))
        return
    hand.note(call, "call-stop", n=fragment.n, id=message.id)
    done = Done(id=message.id, kind="stop", at_ms=hand.now_ms, fragment=fragment.n)
    add_done(hand.tx, call.id, done)


def _scope(desk: Desk, said: Stopping) -> StopScope:
    """Return the scope that was said for certain; else the whole line: too wide is put right, too narrow not."""
    if said.notice is not None:
        try:
            thread = find_notice(desk.tx, desk.own, desk.line, said.notice)
        except InputError:
            return StopLine()
        return stopping.scope_of_notice(desk, thread.id)
    if said.place is None:
        return StopLine()
    radius_mm = said.place.radius_mm + STOP_LEAST_MM
    return StopPlace(area=Circle(centre=said.place.position, radius_mm=radius_mm))


def desk_in(hand: Hand, call: Call, line: Line) -> Desk:
    """Return the desk at which what they say is heard."""
    return Desk(hand.tx, hand.own, line, hand.by, hand.now_ms, voice_of(call, hand.now_ms))


def voice_of(call: Call, now_ms: TimeMs) -> Voice:
    """Return how people speak in a call."""
    said = reading(call, Field.WHO, Name)
    return Voice(
        with_whom=said.name if said else call.who,
        medium=Medium.TELEPHONE,
        language=call.language,
        interpreter=call.interpreter,
        at_ms=now_ms,
    )


def name_line(hand: Hand, call_id: CallId, line: Line) -> Call:
    """Say which line a caller belongs to; STOPs that waited for that are recorded on it now.

    Raises:
        InputError: call-unknown, call-closed; call-has-line when it has another one; line-not-open.
    """
    call = not_closed(hand, call_id)
    peer_of(line)
    if call.line not in {None, line.id}:
        raise InputError(
            "call-has-line", "the call belongs to another line", where=line.name, do="Open another call."
        )
    named = replace(call, line=line.id)
    put_call(hand.tx, call, named)
    hand.note(named, "call-line-named", name=line.name)
    recorded = {done.fragment for done in done_of(hand.tx, call.id)}
    for fragment in stops_of(named):
        if fragment.n not in recorded:
            _stop(hand, named, fragment)
    return named


def describe_call(hand: Hand, call_id: CallId, about: About) -> Call:
    """Note the language that is spoken after all, who speaks, or who interprets.

    Raises:
        InputError: call-unknown, call-closed.
    """
    call = not_closed(hand, call_id)
    described = replace(
        call,
        language=about.language or call.language,
        who=about.who or call.who,
        interpreter=about.interpreter or call.interpreter,
    )
    put_call(hand.tx, call, described)
    hand.note(described, "call-described", about=about)
    hand.tell(described, "call", "described")
    return described


def unit_findings(result: CheckResult) -> tuple[Finding, ...]:
    """Return the findings about own units, positions and sites that can be warned by name."""
    return tuple(finding for finding in result.findings if finding.other_kind in OWN_KINDS and finding.other)[
        :MAX_UNITS
    ]


def keep_call_check(hand: Hand, call_id: CallId, volume: Volume, result: CheckResult) -> None:
    """Keep what the check of a call's plot found; warn at once where the start is near and the rules say so.

    A check that comes after a newer plot is journalled and not kept: the newer one is on its way.
    """
    call = call_of(hand.tx, call_id)
    plotted = plot(call)
    newest = plotted is not None and plotted.volume == volume
    units = unit_findings(result)
    hand.note(
        call,
        "call-checked",
        newest=newest,
        picture_version=result.picture_version,
        summary=result.summary,
        assumed=[one.code for one in plotted.assumed] if plotted else [],
        findings=[finding.why for finding in result.findings[:100]],
    )
    if not newest or plotted is None:
        return
    put_check(hand.tx, call.id, CallCheck(volume=volume, at_ms=hand.now_ms, result=result))
    hand.tell(call, "call_units", result.summary, kind=str(len(units)))
    if hand.own.warn_at_once and plotted.is_short(hand.now_ms):
        warn_all(hand, call.id)


def warn_all(hand: Hand, call_id: CallId) -> tuple[UnitMark, ...]:
    """Mark all own units of the newest check as warned, and tell our desks and channels to warn them.

    Returns:
        All marks of the call, by unit; a unit that was warned keeps its time.

    Raises:
        InputError: call-unknown.
    """
    call = call_of(hand.tx, call_id)
    held = {mark.unit: mark for mark in marks_of(hand.tx, call.id)}
    found = check_of_call(hand.tx, call.id)
    near = dict.fromkeys(finding.other or "" for finding in unit_findings(found.result)) if found else {}
    fresh = [unit for unit in near if unit not in held][: MAX_UNITS - len(held)]
    for unit in fresh:
        held[unit] = UnitMark(unit=unit, state=UnitState.WARNED, at_ms=hand.now_ms, by=hand.by.duty)
    marks = tuple(held[unit] for unit in sorted(held))
    if fresh:
        put_marks(hand.tx, call.id, marks)
        hand.note(call, "units-warned", units=fresh)
        hand.tell(call, "units_warned", ", ".join(fresh)[:2_000], kind=str(len(fresh)))
    return marks


def hang_up(hand: Hand, call_id: CallId) -> Call:
    """Note that the call broke off. It is kept, and goes on with the next fragment.

    Raises:
        InputError: call-unknown, call-closed.
    """
    return move(hand, not_closed(hand, call_id), CallState.BROKEN, "call-broken")


def move(hand: Hand, call: Call, state: CallState, what: str, **more: object) -> Call:
    """Put a call into a state; journal it, and tell our desks."""
    moved = replace(call, state=state)
    put_call(hand.tx, call, moved)
    hand.note(moved, what, **more)
    hand.tell(moved, "call", state.value)
    return moved


def told_in_call(hand: Hand, call_id: CallId, of: str) -> Message:
    """Note that a message of ours was said to them in this call.

    Raises:
        InputError: call-unknown, call-closed, call-without-line, message-unknown.
    """
    call = not_closed(hand, call_id)
    desk = desk_in(hand, call, line_in(hand, call))
    message = desk.told(of, voice_of(call, hand.now_ms))
    hand.note(call, "call-told", of=of, id=message.id)
    add_done(hand.tx, call.id, Done(id=message.id, kind="told", at_ms=hand.now_ms))
    return message


def line_in(hand: Hand, call: Call) -> Line:
    """Return the line of a call.

    Raises:
        InputError: call-without-line.
    """
    if call.line is None:
        raise InputError(
            "call-without-line", "no line was named for this call", do="Name it: line NAME. A STOP is kept."
        )
    return known_line(hand.tx, call.line)
