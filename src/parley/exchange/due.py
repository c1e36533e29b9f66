"""What is overdue now. Time enters as an argument, and moves nothing: it only raises these flags."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from parley.exchange.ladder import Exchange, Step
from parley.exchange.phase import CLOSED, Phase
from parley.exchange.stop import StandingStop, StopState
from parley.exchange.thread import Thread, counts, hot, latest, presumed_active
from parley.words.bodies import Deadlines, LineTerms
from parley.words.codes import Precedence
from parley.words.units import MessageId, TimeMs


class Owed(StrEnum):
    """What somebody owes."""

    DELIVERY = "delivery"
    READ_BACK = "read_back"
    ANSWER = "answer"
    BEGIN = "begin"
    END = "end"
    STOP_ANSWER = "stop_answer"


class Overdue(Struct, frozen=True, kw_only=True):
    """Something owed since `since_ms` (UTC milliseconds) and not there."""

    owed: Owed
    of: MessageId
    since_ms: TimeMs


def within_ms(deadlines: Deadlines, precedence: Precedence) -> int:
    """Return the deadline for a precedence, milliseconds."""
    match precedence:
        case Precedence.ROUTINE:
            return deadlines.routine_ms
        case Precedence.PRIORITY:
            return deadlines.priority_ms
        case Precedence.IMMEDIATE:
            return deadlines.immediate_ms
        case Precedence.FLASH:
            return deadlines.flash_ms


def due(
    threads: Iterable[Thread], stops: Iterable[StandingStop], terms: LineTerms, now_ms: TimeMs
) -> list[Overdue]:
    """Return what is overdue at `now_ms` (UTC milliseconds), longest owed first.

    A thing is overdue from the very millisecond at which its deadline ends, and stays so until something is
    said: what is due at a later time, less what begins after `now_ms`, is what is due now. The order does not
    depend on that of the input, so that both desks show the same list.
    """
    found = [overdue for thread in threads for overdue in _thread_due(thread, terms, now_ms)]
    found += [overdue for stop in stops for overdue in _stop_due(stop, terms, now_ms)]
    return sorted(found, key=lambda overdue: (overdue.since_ms, overdue.owed, overdue.of))


def _thread_due(thread: Thread, terms: LineTerms, now_ms: TimeMs) -> Iterable[Overdue]:
    if thread.phase in CLOSED:
        return
    version = latest(thread)
    precedence = version.body.precedence
    match version.step:
        case Step.RELEASED:
            owed, from_ms, within = Owed.DELIVERY, version.released_ms, terms.read_back_within
        case Step.DELIVERED:
            owed, from_ms, within = Owed.READ_BACK, version.delivered_ms, terms.read_back_within
        case Step.READ_BACK:
            owed, from_ms, within = Owed.ANSWER, version.read_back_ms, terms.answer_within
        case _:
            owed, from_ms, within = Owed.ANSWER, None, terms.answer_within
    if from_ms is not None and now_ms >= (since_ms := from_ms + within_ms(within, precedence)):
        yield Overdue(owed=owed, of=thread.id, since_ms=since_ms)
    if presumed_active(thread, now_ms):
        since_ms = min(_start_ms(one) for one in thread.versions if hot(thread, one, now_ms))
        yield Overdue(owed=Owed.BEGIN, of=thread.id, since_ms=since_ms)
    end_ms = version.body.volume.window.end_ms
    if now_ms >= end_ms and thread.phase is Phase.ACTIVE and counts(thread, version):
        yield Overdue(owed=Owed.END, of=thread.id, since_ms=end_ms)


def _start_ms(version: Exchange) -> TimeMs:
    return version.body.volume.window.start_ms


def _stop_due(stop: StandingStop, terms: LineTerms, now_ms: TimeMs) -> Iterable[Overdue]:
    if stop.state is StopState.STANDING and (stop.answer is None or stop.asks_again):
        since_ms = (stop.asks_since_ms or stop.called_ms) + terms.stop_answer_ms
        if now_ms >= since_ms:
            yield Overdue(owed=Owed.STOP_ANSWER, of=stop.id, since_ms=since_ms)
