"""Acting: what a recorded message does to what we hold, whoever sent it, in arrival order.

A message that names one that we do not hold yet is kept waiting for it (`defer`). STOP and cancel act
even so, since they carry their volume by value. What does not follow from the tables is recorded and
published as out of order, and changes nothing.
"""

from collections import deque
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from parley.exchange import stop as stops
from parley.exchange import thread as threads
from parley.exchange.errors import OutOfOrder
from parley.exchange.hazard import StandingHazard
from parley.exchange.ladder import ReadBackMatched, ReadBackMismatched, Unread
from parley.exchange.phase import CLOSED
from parley.exchange.read_back import differences
from parley.exchange.stop import StandingStop
from parley.exchange.thread import Thread
from parley.node.hazard_rows import end_hazard, take_hazard
from parley.node.joining import (
    MOST_OF_OURS,
    MOST_OF_THEIRS,
    joined_stop,
    put_under_stops,
    release_call,
    take_call,
)
from parley.node.recording import peer_of
from parley.node.relay_rows import KeptRelay, keep_relay
from parley.node.stored import stored_message
from parley.ports.store import Happening, Line, Tx
from parley.wire.message import Message, kind_of
from parley.words import bodies
from parley.words.codes import Assurance, LineKind, Role, StopAnswer
from parley.words.errors import InputError
from parley.words.header import By
from parley.words.units import MessageId, PartyId, TimeMs

WAIT_FOR_A_THREAD: Final = frozenset(
    {"heard", "amend", "cancel", "begin", "end", "read_back", "reply", "withdraw"}
)
"""The kinds that name a notice, and wait for it when they come before it."""


WORSE: Final = (
    StopAnswer.STOPPED,
    StopAnswer.STOPPING,
    StopAnswer.NOT_OURS,
    StopAnswer.CANNOT_CONTROL,
    StopAnswer.CONTINUING,
)
"""Answers to a STOP, the best news first: while numbers are missing, the worse one stands."""
MOST_ANSWERS: Final = 1_000


class Acted(Struct, frozen=True, kw_only=True):
    """One message about to act."""

    line: Line
    message: Message
    own: PartyId
    at_ms: TimeMs
    index: int
    attested: bool = False
    """We heard it and say so: it bears a number of ours, and no number of theirs can be missing."""

    @property
    def ours(self) -> bool:
        """Tell whether we sent it."""
        return self.message.header.from_ == self.own

    @property
    def seq(self) -> int:
        """Its number; receipts have none and never ask."""
        return self.message.header.seq or 0


def act(tx: Tx, acted: Acted) -> None:
    """Let one recorded message act, and whatever waited for it, and for that, in turn."""
    ready = deque([acted])
    while ready:
        one = ready.popleft()
        if not _act_one(tx, one):
            continue
        for index in tx.deferred(one.line.id, one.message.id):
            message, entry = stored_message(tx, one.line, index)
            at_ms = min(entry.at, acted.at_ms)
            ready.append(Acted(line=one.line, message=message, own=one.own, at_ms=at_ms, index=index))


def _act_one(tx: Tx, acted: Acted) -> bool:
    """Let one message act; tell whether it did, so that others need wait for it no longer."""
    try:
        awaited = _dispatch(tx, acted)
        if awaited is None:
            return True
        if not tx.defer(acted.line.id, awaited, acted.index):
            raise OutOfOrder("too-many-waiting", "too many messages wait for one that is missing")  # noqa: TRY301
    except (OutOfOrder, InputError) as error:
        _publish(tx, acted, what="out_of_order", detail=error.name)
        return False
    _publish(tx, acted, what="awaiting", detail=awaited)
    return False


def _in_doubt(tx: Tx, acted: Acted, number: int) -> bool:
    """Tell whether messages of the peer below `number` are still missing.

    Then what that number said cannot outrank what arrives after it: a number far ahead would close a
    notice, or answer a STOP, against everything that its author says later. In doubt it is hot.
    """
    if acted.ours or acted.attested:
        return False
    return number > _held_to(tx, acted.line)


def _held_to(tx: Tx, line: Line) -> int:
    """Return the number up to which all messages of the peer are held."""
    seen = tx.chain(line.id).seen
    return seen.seq if seen else -1


def _publish(
    tx: Tx, acted: Acted, *, what: str = "message", thread: str | None = None, detail: str = ""
) -> None:
    tx.publish(
        Happening(
            at_ms=acted.at_ms,
            line=acted.line.id,
            what=what,
            id=acted.message.id,
            thread=thread,
            kind=acted.message.header.kind,
            direction="sent" if acted.ours else "received",
            detail=detail,
        )
    )


def _dispatch(tx: Tx, acted: Acted) -> MessageId | None:
    """Act on the body; return the id of a message that must come first, if any."""
    match acted.message.body:
        case bodies.Heard() as body if _acts_as_theirs(acted, body):
            return _dispatch(tx, spoken(acted, body))
        case bodies.Told() as body if acted.line.kind is LineKind.PHONE:
            return _told(tx, acted, body)
        case bodies.Amend() | bodies.HazardEnd() as body:
            return _amend(tx, acted, body) if isinstance(body, bodies.Amend) else _hazard_end(tx, acted, body)
        case bodies.StopReply() | bodies.StopReaffirm() | bodies.StopRelease() as body:
            return _about_stop(tx, acted, body)
        case (
            bodies.ReadBack()
            | bodies.Reply()
            | bodies.Withdraw()
            | bodies.Begin()
            | bodies.End()
            | bodies.Cancel()
            | bodies.Unreadable() as body
        ):
            return _about_thread(tx, acted, body)
        case _:
            _act_alone(tx, acted)
            return None


def _acts_as_theirs(acted: Acted, body: bodies.Heard) -> bool:
    """Tell whether what we heard acts as if they had sent it: on a phone line, and what warns on any line."""
    warns = isinstance(body.said, bodies.Stop | bodies.Hazard | bodies.HazardEnd)
    return acted.ours and (warns or acted.line.kind is LineKind.PHONE)


def spoken(acted: Acted, body: bodies.Heard) -> Acted:
    """Return what we heard as their statement, attested by us: from them, by voice."""
    header = acted.message.header
    by = By(role=Role.WATCH_OFFICER, duty=body.voice.with_whom or "not named", assurance=Assurance.VOICE)
    theirs = replace(header, from_=peer_of(acted.line), to=acted.own, kind=kind_of(body.said), by=by)
    message = replace(acted.message, header=theirs, body=body.said)
    return replace(acted, message=message, attested=True)


def _told(tx: Tx, acted: Acted, body: bodies.Told) -> MessageId | None:
    """Take our word that we said a message of ours to them: a version is delivered by that (rule 1)."""
    thread = _thread_of(tx, acted.line, body.of)
    if thread is None or all(version.id != body.of for version in thread.versions):
        _publish(tx, acted, what="told", detail=body.of)
        return None
    if thread.author != acted.own:
        raise OutOfOrder("told-not-ours", "what we tell is our own; theirs is heard")
    tx.put_thread(acted.line.id, threads.deliver(thread, body.of, acted.at_ms, None))
    _publish(tx, acted, what="told", thread=thread.id)
    return None


def _act_alone(tx: Tx, acted: Acted) -> None:
    """Act on a body that names no other message, or acts without it."""
    match acted.message.body:
        case bodies.Notice() as body:
            _notice(tx, acted, body)
        case bodies.Receipt() as body:
            _receipt(tx, acted, body)
        case bodies.Stop() as body:
            _stop(tx, acted, body)
        case bodies.Hazard() as body:
            _hazard(tx, acted, body)
        case bodies.Relay() as body:
            _relay(tx, acted, body)
        case bodies.Terms() as body:
            _terms(tx, acted, body)
        case _:
            _publish(tx, acted)


def _notice(tx: Tx, acted: Acted, body: bodies.Notice) -> None:
    exchange = threads.released(acted.message.id, body, acted.message.header.at)
    thread = threads.open_thread(exchange, acted.message.header.from_, acted.seq)
    _keep_version(tx, acted, thread)


def _amend(tx: Tx, acted: Acted, body: bodies.Amend) -> MessageId | None:
    thread = _thread_of(tx, acted.line, body.of)
    if thread is None:
        return body.of
    _check_author(acted, thread)
    if any(version.number == body.version for version in thread.versions):
        raise InputError("version-taken", f"there is a version {body.version} already", where=thread.id)
    if threads.is_full(thread, body.volume.area):
        raise OutOfOrder("too-many-versions", "the notice holds as many versions and vertices as it can")
    if _in_doubt(tx, acted, thread.phase_seq):
        thread = replace(thread, phase_seq=min(thread.phase_seq, acted.seq - 1))
    exchange = threads.released(acted.message.id, body, acted.message.header.at)
    _keep_version(tx, acted, threads.add_version(thread, exchange, acted.seq))
    return None


def _keep_version(tx: Tx, acted: Acted, thread: Thread) -> None:
    """Keep a thread with a new version: delivered when we hold it as recipient; STOPs may touch it."""
    message_id, line = acted.message.id, acted.line
    if not acted.ours:
        thread = threads.deliver(thread, message_id, acted.at_ms, None)
    tx.put_ref(line.id, message_id, thread.id)
    if thread.phase not in CLOSED:
        thread = put_under_stops(tx, line, thread)
    tx.put_thread(line.id, thread)
    _publish(tx, acted, thread=thread.id)


def _thread_of(tx: Tx, line: Line, message: MessageId) -> Thread | None:
    thread_id = tx.thread_of(line.id, message)
    return tx.thread(line.id, thread_id) if thread_id else None


def _check_author(acted: Acted, thread: Thread) -> None:
    if acted.message.header.from_ != thread.author:
        raise OutOfOrder("notice-not-yours", "only its author amends, cancels, begins or ends a notice")


def _check_recipient(acted: Acted, thread: Thread) -> None:
    if acted.message.header.from_ == thread.author:
        raise OutOfOrder("notice-your-own", "a notice is read back and answered by the other party")


def _receipt(tx: Tx, acted: Acted, body: bodies.Receipt) -> None:
    for item in body.items:
        if not acted.ours:
            tx.dequeue(acted.line.id, item.id)
            _delivered(tx, acted, item)


def _delivered(tx: Tx, acted: Acted, item: bodies.ReceiptItem) -> None:
    thread = _thread_of(tx, acted.line, item.id)
    if thread is None or all(version.id != item.id for version in thread.versions):
        return
    if thread.author != acted.own:
        return
    held = threads.version_of(thread, item.id).receipt
    if held is not None and held != item:
        data = {"line": acted.line.id, "id": item.id, "held": held, "other": item}
        tx.write_journal(acted.at_ms, "receipts-contradict", data)
        _publish(tx, acted, what="receipts_contradict", thread=thread.id, detail=item.id)
        return
    tx.put_thread(acted.line.id, threads.deliver(thread, item.id, acted.at_ms, item))
    _publish(tx, acted, what="delivered", thread=thread.id)


def _may_join_a_thread(tx: Tx, acted: Acted, message: MessageId) -> bool:
    """Tell whether a message that is in no thread may yet come into one: not held, or waiting itself."""
    recorded = tx.recorded(acted.line.id, message)
    return recorded is None or recorded.kind in WAIT_FOR_A_THREAD


AboutThread = (
    bodies.ReadBack
    | bodies.Reply
    | bodies.Withdraw
    | bodies.Begin
    | bodies.End
    | bodies.Cancel
    | bodies.Unreadable
)


def _about_thread(tx: Tx, acted: Acted, body: AboutThread) -> MessageId | None:
    thread = _thread_of(tx, acted.line, body.of)
    if thread is None:
        is_alarm = isinstance(body, bodies.Unreadable)
        _publish(tx, acted, what="unreadable" if is_alarm else "message")
        return body.of if _may_join_a_thread(tx, acted, body.of) else None
    if isinstance(body, bodies.Begin) and thread.phase in CLOSED and acted.seq > thread.phase_seq:
        thread = put_under_stops(tx, acted.line, thread)
    if isinstance(body, bodies.Begin) and _in_doubt(tx, acted, thread.phase_seq):
        thread = replace(thread, phase_seq=min(thread.phase_seq, acted.seq - 1))
    if isinstance(body, bodies.Reply) and len(thread.answers) >= MOST_ANSWERS:
        raise OutOfOrder("too-many-replies", f"a notice holds at most {MOST_ANSWERS} replies")
    moved, detail = _moved(acted, thread, body)
    tx.put_ref(acted.line.id, acted.message.id, thread.id)
    tx.put_thread(acted.line.id, moved)
    _publish(tx, acted, thread=thread.id, detail=detail)
    return None


def _moved(acted: Acted, thread: Thread, body: AboutThread) -> tuple[Thread, str]:
    """Return the thread after `body`, and a word on it for the desks."""
    match body:
        case bodies.Begin() | bodies.End() | bodies.Cancel():
            _check_author(acted, thread)
            return _phased(acted, thread, body)
        case _:
            _check_recipient(acted, thread)
            return _answered(acted, thread, body)


def _phased(
    acted: Acted, thread: Thread, body: bodies.Begin | bodies.End | bodies.Cancel
) -> tuple[Thread, str]:
    match body:
        case bodies.Begin():
            moved = threads.begin(thread, body, acted.seq, acted.at_ms)
            return moved, ",".join(moved.begun_over)
        case bodies.End():
            return threads.end(thread, acted.seq, acted.at_ms), ""
        case bodies.Cancel():
            return threads.cancel(thread, acted.seq, acted.at_ms), ""


def _answered(
    acted: Acted, thread: Thread, body: bodies.ReadBack | bodies.Reply | bodies.Withdraw | bodies.Unreadable
) -> tuple[Thread, str]:
    match body:
        case bodies.ReadBack():
            found = differences(threads.version_of(thread, body.of).body, body)
            event = ReadBackMismatched(at_ms=acted.at_ms) if found else ReadBackMatched(at_ms=acted.at_ms)
            detail = "mismatch: " + ", ".join(item.field for item in found) if found else "match"
            return threads.move(thread, body.of, event), detail
        case bodies.Reply():
            given = threads.Answer(
                id=acted.message.id,
                of=body.of,
                code=body.code,
                at_ms=acted.at_ms,
                by=acted.message.header.by,
                who=body.who,
                text=body.text,
            )
            return threads.answer(thread, given), body.code.value
        case bodies.Withdraw():
            return threads.withdraw(thread, body.of, acted.at_ms), ""
        case bodies.Unreadable():
            return threads.move(thread, body.of, Unread(at_ms=acted.at_ms, rule=body.rule)), body.rule


def _stop(tx: Tx, acted: Acted, body: bodies.Stop) -> None:
    called = StandingStop(
        id=acted.message.id,
        caller=acted.message.header.from_,
        scope=body.scope,
        called_ms=acted.at_ms,
        called_by=acted.message.header.by,
        called_seq=acted.seq,
        attested=acted.attested,
        text=body.text,
    )
    stop = take_call(
        tx,
        acted.line,
        called,
        most=MOST_OF_OURS if acted.ours else MOST_OF_THEIRS,
        held_to=acted.seq if acted.ours or acted.attested else _held_to(tx, acted.line),
    )
    scope = str(type(stop.scope).__struct_config__.tag)
    _publish(tx, acted, thread=stop.touches[0] if len(stop.touches) == 1 else None, detail=scope)


def _is_worse(body: bodies.StopReply, stop: StandingStop) -> bool:
    return stop.answer is not None and WORSE.index(body.answer) > WORSE.index(stop.answer)


def _about_stop(
    tx: Tx, acted: Acted, body: bodies.StopReply | bodies.StopReaffirm | bodies.StopRelease
) -> MessageId | None:
    stop = joined_stop(tx, acted.line.id, body.of)
    if stop is None:
        return body.of
    if isinstance(body, bodies.StopReply) and _is_worse(body, stop) and _in_doubt(tx, acted, stop.answer_seq):
        stop = replace(stop, answer_seq=-1)
    event = _stop_event(acted, body)
    if isinstance(event, stops.StopReleased) and acted.attested is not stop.attested:
        event = replace(event, seq=None)  # numbers of two authors: a release of what was heard is the newest
    if isinstance(event, stops.StopReleased):
        release_call(tx, acted.line, body.of, event)
    else:
        tx.put_stop(acted.line.id, stops.move(stop, event))
    detail = body.answer.value if isinstance(body, bodies.StopReply) else ""
    _publish(tx, acted, thread=stop.touches[0] if len(stop.touches) == 1 else None, detail=detail)
    return None


def _stop_event(
    acted: Acted, body: bodies.StopReply | bodies.StopReaffirm | bodies.StopRelease
) -> stops.StopEvent:
    party, at_ms = acted.message.header.from_, acted.at_ms
    match body:
        case bodies.StopReply():
            by = acted.message.header.by
            return stops.StopAnswered(
                at_ms=at_ms, party=party, answer=body.answer, seq=acted.seq, by=by, ground=body.ground
            )
        case bodies.StopReaffirm():
            return stops.StopReaffirmed(at_ms=at_ms, party=party)
        case bodies.StopRelease():
            return stops.StopReleased(at_ms=at_ms, party=party, seq=acted.seq)


def _hazard(tx: Tx, acted: Acted, body: bodies.Hazard) -> None:
    """Let a hazard stand; a time that lies ahead does not put it off."""
    told = StandingHazard(
        id=acted.message.id,
        author=acted.message.header.from_,
        area=body.area,
        band=body.band,
        since_ms=min(body.since_ms, acted.at_ms),
        told_ms=acted.at_ms,
        told_by=acted.message.header.by,
        seq=acted.seq,
        text=body.text,
        attested=acted.attested,
    )
    stands = take_hazard(tx, acted.line, told)
    _publish(tx, acted, detail="" if stands.id == told.id else f"counted under {stands.id[:12]}")


def _relay(tx: Tx, acted: Acted, body: bodies.Relay) -> None:
    """Keep hearsay for the desk; nothing moves by it."""
    header = acted.message.header
    kept = KeptRelay(
        id=acted.message.id,
        author=header.from_,
        body=body,
        at_ms=acted.at_ms,
        by=header.by,
        attested=acted.attested,
        n=0,
    )
    keep_relay(tx, acted.line.id, kept)
    _publish(tx, acted, detail=body.way.value)


def _hazard_end(tx: Tx, acted: Acted, body: bodies.HazardEnd) -> MessageId | None:
    header = acted.message.header
    known = end_hazard(
        tx, acted.line.id, body.of, header.from_, header.by, acted.at_ms, attested=acted.attested
    )
    if not known:
        return body.of
    _publish(tx, acted, detail=body.of)
    return None


def _terms(tx: Tx, acted: Acted, body: bodies.Terms) -> None:
    if acted.seq != 0:
        raise OutOfOrder("terms-not-first", "a party declares the terms in its first message, and not again")
    line = tx.line(acted.line.id) or acted.line
    agreed = body.terms == line.terms
    if not acted.ours:
        tx.put_line(replace(line, joined=agreed))
    _publish(tx, acted, detail="agreed" if agreed else "parallel declarations differ")
