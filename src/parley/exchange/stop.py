"""A STOP: called, answered again and again, reaffirmed, and released by its caller alone.

It never lapses by itself (rule 5): no answer and no time ends it. The newest answer, by its author's
own numbers, is the one shown: a late "stopping" must not hide "continuing".
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


class StopReaffirmed(StopEvent, frozen=True):
    """The caller says that it still stands."""


class StopReleased(StopEvent, frozen=True):
    """The caller releases it."""


class StandingStop(Struct, frozen=True, kw_only=True):
    """One STOP.

    Attributes:
        answer: the newest answer; null until a person answered.
        answer_seq: its number, -1 before any; an answer that arrives late, with a lower one, does not replace it.
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
    touches: tuple[MessageId, ...] = ()


STOPS: Final[Mapping[tuple[StopState, type[Event]], StopState]] = {
    (StopState.STANDING, StopAnswered): StopState.STANDING,
    (StopState.STANDING, StopReaffirmed): StopState.STANDING,
    (StopState.STANDING, StopReleased): StopState.RELEASED,
    (StopState.RELEASED, StopAnswered): StopState.RELEASED,
    (StopState.RELEASED, StopReleased): StopState.RELEASED,
    **{(state, TimePassed): state for state in StopState},
}


def move(stop: StandingStop, event: Event) -> StandingStop:
    """Advance a STOP.

    Raises:
        OutOfOrder: the event does not follow, or comes from the wrong party.
    """
    landing = STOPS.get((stop.state, type(event)))
    if landing is None:
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
            return _answered(replace(stop, state=landing), event)
        case StopReaffirmed():
            return replace(stop, state=landing, reaffirmed_ms=event.at_ms)
        case StopReleased():
            first_ms = stop.released_ms if stop.released_ms is not None else event.at_ms
            return replace(stop, state=landing, released_ms=first_ms)
        case _:
            return replace(stop, state=landing)


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
