"""A STOP: called, answered again and again, reaffirmed, and released by its caller alone.

It never lapses by itself (rule 5): no answer and no time ends it. The newest answer, by its author's
own numbers, is the one shown: a late "stopping" must not hide "continuing".

One STOP stands for each party and scope. A repeat joins the one that stands. Calls and releases are one
party's, so its own numbers order them, whatever the order in which they arrive: a release ends every call
with a lower number, and none with a higher. Past a cap, what a peer calls on further scopes is folded into
one STOP over the whole line, which stands while any of them does.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from parley.exchange.errors import OutOfOrder
from parley.exchange.ladder import Event, TimePassed
from parley.words.bodies import StopScope
from parley.words.codes import StopAnswer
from parley.words.header import By
from parley.words.units import MessageId, PartyId, Seq, TimeMs


class StopState(StrEnum):
    """Whether a STOP stands."""

    STANDING = "standing"
    RELEASED = "released"


class StopEvent(Event, frozen=True, kw_only=True):
    """Something a party did about a STOP."""

    party: PartyId


class StopAnswered(StopEvent, frozen=True, kw_only=True):
    """A person of the other party answered.

    Attributes:
        seq: the number of that message; null when unknown, and then it counts as the newest.
        by: who answered; `ground` their ground, null when withheld.
    """

    answer: StopAnswer
    seq: Seq | None = None
    by: By | None = None
    ground: str | None = None


class StopRepeated(StopEvent, frozen=True, kw_only=True):
    """The caller calls it once more, for the same scope."""

    seq: Seq
    text: str | None = None


class StopReaffirmed(StopEvent, frozen=True):
    """The caller says that it still stands."""


class StopReleased(StopEvent, frozen=True, kw_only=True):
    """The caller releases it.

    Attributes:
        seq: the number of that message; null when unknown, and then it counts as the newest.
    """

    seq: Seq | None = None


class StopFolded(Event, frozen=True):
    """One STOP more of the caller is folded into this one."""


class StopUnfolded(Event, frozen=True):
    """A STOP that was folded into this one is released."""


class StandingStop(Struct, frozen=True, kw_only=True):
    """One STOP.

    Attributes:
        answer: the newest answer; null until a person answered.
        answer_seq: its number, -1 before any; an answer that arrives late, with a lower one, does not replace it.
        called_seq: the number of its newest call, `released_seq` of its newest release; -1 for none.
        doubted_seq: the number of an older release that does not count yet, since numbers before it are missing.
        asked: the scope that its caller named, where `scope` is wider.
        repeats: how often it was called again, and `repeated_ms` when last.
        asks_again: it was called again since the newest answer, so that another is due.
        asks_since_ms: when it first was; null while the first call is what waits.
        attested: we heard it and say so: its numbers are ours, and are not compared with those of its caller.
        folded: how many STOPs that are folded into this one still stand.
        into: the STOP into which this one is folded; the scope of that one holds meanwhile.
        touches: the notices (thread ids) that it applies to, as this node worked out.
    """

    id: MessageId
    caller: PartyId
    scope: StopScope
    called_ms: TimeMs
    text: str | None = None
    called_by: By | None = None
    state: StopState = StopState.STANDING
    answer: StopAnswer | None = None
    answered_ms: TimeMs | None = None
    answered_by: By | None = None
    ground: str | None = None
    answer_seq: int = -1
    reaffirmed_ms: TimeMs | None = None
    released_ms: TimeMs | None = None
    called_seq: int = -1
    released_seq: int = -1
    doubted_seq: int = -1
    asked: StopScope | None = None
    repeats: int = 0
    repeated_ms: TimeMs | None = None
    asks_again: bool = False
    asks_since_ms: TimeMs | None = None
    attested: bool = False
    folded: int = 0
    into: MessageId | None = None
    touches: tuple[MessageId, ...] = ()


STOPS: Final[Mapping[tuple[StopState, type[Event]], StopState]] = {
    (StopState.STANDING, StopAnswered): StopState.STANDING,
    (StopState.STANDING, StopRepeated): StopState.STANDING,
    (StopState.STANDING, StopReaffirmed): StopState.STANDING,
    (StopState.STANDING, StopReleased): StopState.RELEASED,
    (StopState.STANDING, StopFolded): StopState.STANDING,
    (StopState.STANDING, StopUnfolded): StopState.RELEASED,
    (StopState.RELEASED, StopAnswered): StopState.RELEASED,
    (StopState.RELEASED, StopRepeated): StopState.RELEASED,
    (StopState.RELEASED, StopReleased): StopState.RELEASED,
    **{(state, TimePassed): state for state in StopState},
}
"""A landing on RELEASED is held off while a newer call, or a STOP folded into this one, stands (`_ended`)."""


def joins(stop: StandingStop, seq: Seq, held_to: int) -> bool:
    """Tell whether a call for the same scope is a repeat of this STOP; else it is a new one.

    Args:
        stop: the newest STOP of that party and scope.
        seq: the number of the call.
        held_to: the number up to which all of the caller's messages are held. A release beyond it is in doubt,
            and ends no call that arrives after it.
    """
    return stop.state is StopState.STANDING or seq < stop.released_seq <= held_to


def move(stop: StandingStop, event: Event) -> StandingStop:
    """Advance a STOP.

    Raises:
        OutOfOrder: the event does not follow, or comes from the wrong party.
    """
    if (stop.state, type(event)) not in STOPS:
        raise OutOfOrder(
            "stop-out-of-order",
            f"{type(event).__name__} cannot follow {stop.state.value}",
            where=stop.id,
            do="It stays in the record. Call a new STOP if one is needed.",
        )
    if isinstance(event, StopEvent):
        _check_party(stop, event)
    match event:
        case StopAnswered():
            return _answered(stop, event)
        case StopRepeated():
            return _repeated(stop, event)
        case StopReleased():
            newest = stop.called_seq + 1 if event.seq is None else event.seq
            return _ended(replace(stop, released_seq=max(newest, stop.released_seq)), event.at_ms)
        case StopUnfolded():
            return _ended(replace(stop, folded=max(stop.folded - 1, 0)), event.at_ms)
        case StopFolded():
            stop = replace(stop, folded=stop.folded + 1)
        case StopReaffirmed():
            stop = replace(stop, reaffirmed_ms=event.at_ms)
    return stop


def _ended(stop: StandingStop, at_ms: TimeMs) -> StandingStop:
    """Release a STOP, unless a call newer than its release stands, or one folded into it."""
    if stop.state is StopState.RELEASED or stop.folded > 0 or stop.called_seq >= stop.released_seq:
        return stop
    return replace(stop, state=StopState.RELEASED, released_ms=at_ms)


def _repeated(stop: StandingStop, event: StopRepeated) -> StandingStop:
    if stop.state is StopState.RELEASED:
        if event.seq > stop.released_seq:
            raise OutOfOrder(
                "stop-not-joined", "a call after the release is a STOP of its own", where=stop.id
            )
        return replace(stop, repeats=stop.repeats + 1)
    is_newest = event.seq > stop.called_seq
    waits_already = stop.answer is None or stop.asks_again  # then a repeat must not put the deadline off
    return replace(
        stop,
        repeats=stop.repeats + 1,
        repeated_ms=event.at_ms,
        asks_again=True,
        asks_since_ms=stop.asks_since_ms if waits_already else event.at_ms,
        called_seq=max(event.seq, stop.called_seq),
        text=event.text if is_newest and event.text else stop.text,
    )


def _answered(stop: StandingStop, event: StopAnswered) -> StandingStop:
    seq = stop.answer_seq if event.seq is None else event.seq
    if seq < stop.answer_seq:
        return stop
    return replace(
        stop,
        answer=event.answer,
        answered_ms=event.at_ms,
        answered_by=event.by,
        ground=event.ground,
        answer_seq=seq,
        asks_again=False,
        asks_since_ms=None,
    )


def _check_party(stop: StandingStop, event: StopEvent) -> None:
    is_caller = event.party == stop.caller
    if isinstance(event, StopAnswered) and is_caller:
        raise OutOfOrder("stop-own-answer", "a STOP is answered by the other party", where=stop.id)
    if not isinstance(event, StopAnswered) and not is_caller:
        raise OutOfOrder(
            "stop-not-yours",
            "only the party that called a STOP reaffirms or releases it",
            where=stop.id,
            do="Answer it instead, and ask them to release it.",
        )
