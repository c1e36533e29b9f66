"""Closing a call: what they said becomes a statement on their line, heard by us and signed by us; or nothing does."""

from typing import Final

import msgspec
from msgspec import Struct

from parley.exchange import thread as threads
from parley.node import answering, releasing
from parley.node.board import find_notice
from parley.node.call_rows import Done, add_done, marks_of
from parley.node.calling import Hand, desk_in, line_in, move, not_closed
from parley.node.desk import Desk
from parley.watch.asking import say_back
from parley.watch.call import Call, CallId, CallState, Field, Why, reading
from parley.watch.plotting import Plot, plot
from parley.wire.message import Message
from parley.words.bodies import StatedReason
from parley.words.codes import Activity, Precedence, Reason, ReplyCode
from parley.words.errors import InputError
from parley.words.units import FreeText, TimeMs
from parley.words.volume import Circle, positions_of

SOON_MS: Final = 2 * 3_600_000
UNSAID: Final = StatedReason(code=Reason.WITHHELD, text=None)
"""The reason of whoever states none; an avoidance never states one."""


class AsNotice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="notice"):
    """They gave notice of an activity; what nobody said is taken from the plot.

    Attributes:
        activity: only where the call does not say it.
        confirmed: they said that what we read back to them is correct.
    """

    activity: Activity | None = None
    precedence: Precedence | None = None
    confirmed: bool = False


class AsBegin(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="begin"):
    """They said that an activity of theirs begins."""

    notice: str


class AsEnd(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="end"):
    """They said that an activity of theirs has ended."""

    notice: str


class AsReply(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="reply"):
    """They answered a notice of ours."""

    notice: str
    code: ReplyCode
    text: FreeText | None = None


class AsNothing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="nothing"):
    """Nothing more is recorded on the line than the STOPs that were."""


Outcome = AsNotice | AsBegin | AsEnd | AsReply | AsNothing


def close_call(hand: Hand, call_id: CallId, outcome: Outcome) -> Message | None:
    """End a call: what they said becomes a statement on their line, heard by us; or nothing does.

    Returns:
        The message that was recorded; null for nothing.

    Raises:
        InputError: call-unknown, call-closed, call-without-line, call-not-plotted, activity-missing; or as
            the use case of the outcome.
    """
    call = not_closed(hand, call_id)
    message = None
    if not isinstance(outcome, AsNothing):
        message = _record(hand, call, outcome)
        add_done(hand.tx, call.id, Done(id=message.id, kind=_kind(outcome), at_ms=hand.now_ms))
    move(hand, call, CallState.CLOSED, "call-closed", id=message.id if message else None)
    return message


def _kind(outcome: Outcome) -> str:
    return str(msgspec.to_builtins(outcome)["type"])


def _record(hand: Hand, call: Call, outcome: AsNotice | AsBegin | AsEnd | AsReply) -> Message:
    desk = desk_in(hand, call, line_in(hand, call))
    if isinstance(outcome, AsNotice):
        return _record_notice(desk, hand, call, outcome)
    thread = find_notice(desk.tx, desk.own, desk.line, outcome.notice)
    match outcome:
        case AsBegin():
            return releasing.begin(desk, thread.id, None)
        case AsEnd():
            return releasing.end(desk, thread.id, None)
        case AsReply(code=code, text=text):
            return answering.reply(desk, threads.latest(thread).id, code, text=text)


def _record_notice(desk: Desk, hand: Hand, call: Call, outcome: AsNotice) -> Message:
    """Record their notice; the units that were warned in the call stand beside it."""
    plotted = plot(call)
    if plotted is None:
        raise InputError(
            "call-not-plotted",
            "no place is known yet",
            where="where",
            do="Give it: at PLACE. Or close with nothing.",
        )
    activity = plotted.activity or outcome.activity
    if activity is None:
        raise InputError(
            "activity-missing",
            "what they will do is not known",
            do="Say it: w ACTIVITY. If they only said to keep out: w keep out.",
        )
    message = releasing.release_notice(
        desk,
        releasing.Draft(
            precedence=outcome.precedence or _precedence(plotted, hand.now_ms),
            activity=activity,
            volume=plotted.volume,
            reason=_reason(call) if activity is not Activity.WITHHELD else UNSAID,
        ),
    )
    if outcome.confirmed:
        _read_back(desk, hand, call, message)
    marks = marks_of(hand.tx, call.id)
    if marks:
        hand.tx.put_private(desk.line.id, f"units/{message.id}", msgspec.json.encode(marks))
    return message


def _read_back(desk: Desk, hand: Hand, call: Call, message: Message) -> None:
    """Record that we read it back by voice, and that they found it correct: the ear compares, not the node."""
    thread = desk.thread(message.id)
    body = threads.latest(thread).body
    area = body.volume.area
    typed = answering.Typed(
        activity=body.activity,
        place=positions_of(area)[0],
        extent_mm=area.radius_mm if isinstance(area, Circle) else None,
        start_ms=body.volume.window.start_ms,
        end_ms=body.volume.window.end_ms,
    )
    said = say_back(call, hand.now_ms)
    read = answering.read_back(desk._replace(voice=None), message.id, typed)
    hand.note(call, "call-read-back", said=said.text, language=said.language, of=message.id, id=read.id)
    add_done(hand.tx, call.id, Done(id=read.id, kind="read_back", at_ms=hand.now_ms))


def _reason(call: Call) -> StatedReason:
    why = reading(call, Field.REASON, Why)
    if why is None:
        return UNSAID
    said = next(one.text for one in reversed(call.fragments) if one.field is Field.REASON)
    return StatedReason(code=why.code, text=said if why.code is Reason.OTHER else None)


def _precedence(plotted: Plot, now_ms: TimeMs) -> Precedence:
    if plotted.is_short(now_ms):
        return Precedence.FLASH
    return Precedence.IMMEDIATE if plotted.starts_ms - now_ms < SOON_MS else Precedence.PRIORITY
