"""The ladder: how far one notice version has come with one recipient.

    drafted -> released -> delivered -> read back -> answered

Told in docs/life-of-a-notice.md, whose diagram is drawn from TABLE. Every transition is in TABLE, and
this file does not know whose side it is on. Time moves no step (rule 1); it only raises flags (`due`).
A step rises by one rung at a time, each time on evidence, and falls only when an answer is withdrawn.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from parley.exchange.errors import OutOfOrder
from parley.words.bodies import NoticeBody, ReceiptItem
from parley.words.units import MessageId, TimeMs


class Step(StrEnum):
    """The rungs, lowest first."""

    DRAFTED = "drafted"
    RELEASED = "released"
    DELIVERED = "delivered"
    READ_BACK = "read_back"
    ANSWERED = "answered"


RUNGS: Final = tuple(Step)


class Event(Struct, frozen=True, kw_only=True):
    """Something that happened at `at_ms` (UTC milliseconds), already verified."""

    at_ms: TimeMs


class Released(Event, frozen=True):
    """The sender's releaser signed it."""


class Delivered(Event, frozen=True):
    """The recipient's node recorded it; `receipt` is its signed statement, when that is at hand."""

    receipt: ReceiptItem | None = None


class Unread(Event, frozen=True):
    """The recipient's node recorded it but could not read its body; `rule` says why."""

    rule: str


class ReadBackMatched(Event, frozen=True):
    """A person at the recipient's desk repeated the critical fields, and they match."""


class ReadBackMismatched(Event, frozen=True):
    """A person repeated the critical fields, and they differ: both desks are alarmed."""


class Replied(Event, frozen=True):
    """A person answered."""


class AnswerWithdrawn(Event, frozen=True):
    """The last answer to this version was withdrawn."""


class TimePassed(Event, frozen=True):
    """The clock was read. Silence is never consent: it lands where it started, always."""


class Exchange(Struct, frozen=True, kw_only=True):
    """One version of a notice with one recipient.

    Attributes:
        id: the message that carries this version.
        number: the version, from 1.
        receipt: the recipient's statement (its index and time), once held.
        superseded_ms: when a later version was read back.
        stays_hot: whether its volume was hot when it was superseded, or its author began this very
            version: then it stays hot until the activity is closed or cleared (rule 8).
    """

    id: MessageId
    number: int
    body: NoticeBody
    step: Step = Step.DRAFTED
    released_ms: TimeMs | None = None
    delivered_ms: TimeMs | None = None
    read_back_ms: TimeMs | None = None
    answered_ms: TimeMs | None = None
    receipt: ReceiptItem | None = None
    mismatches: int = 0
    unreadable: str | None = None
    superseded_ms: TimeMs | None = None
    stays_hot: bool = False


TABLE: Final[Mapping[tuple[Step, type[Event]], Step]] = {
    (Step.DRAFTED, Released): Step.RELEASED,
    (Step.RELEASED, Delivered): Step.DELIVERED,
    (Step.DELIVERED, ReadBackMatched): Step.READ_BACK,
    (Step.READ_BACK, Replied): Step.ANSWERED,
    (Step.ANSWERED, AnswerWithdrawn): Step.READ_BACK,
    # What is repeated, late or told too early is kept and moves nothing.
    (Step.DELIVERED, Delivered): Step.DELIVERED,
    (Step.READ_BACK, Delivered): Step.READ_BACK,
    (Step.ANSWERED, Delivered): Step.ANSWERED,
    (Step.DELIVERED, Unread): Step.DELIVERED,
    (Step.DELIVERED, ReadBackMismatched): Step.DELIVERED,
    (Step.READ_BACK, ReadBackMismatched): Step.READ_BACK,
    (Step.ANSWERED, ReadBackMismatched): Step.ANSWERED,
    (Step.READ_BACK, ReadBackMatched): Step.READ_BACK,
    (Step.ANSWERED, ReadBackMatched): Step.ANSWERED,
    (Step.DELIVERED, Replied): Step.DELIVERED,
    (Step.ANSWERED, Replied): Step.ANSWERED,
    (Step.DELIVERED, AnswerWithdrawn): Step.DELIVERED,
    (Step.READ_BACK, AnswerWithdrawn): Step.READ_BACK,
    **{(step, TimePassed): step for step in Step},
}


def step(exchange: Exchange, event: Event) -> Exchange:
    """Advance one exchange.

    Args:
        exchange: where it stands.
        event: already verified; times inside are UTC milliseconds.

    Raises:
        OutOfOrder: the table has no landing for this event here.
    """
    landing = TABLE.get((exchange.step, type(event)))
    if landing is None:
        raise OutOfOrder(
            "event-out-of-order",
            f"{type(event).__name__} cannot follow {exchange.step.value}",
            where=exchange.id,
            do="It stays in the record; ask the other side what they hold.",
        )
    return _marked(replace(exchange, step=landing), exchange.step, event)


def _marked(exchange: Exchange, before: Step, event: Event) -> Exchange:
    """Note when a rung was first reached, and what an event tells beside it."""
    marked = exchange
    match event:
        case Released():
            marked = replace(exchange, released_ms=event.at_ms)
        case Delivered():
            receipt = event.receipt or exchange.receipt
            marked = replace(exchange, delivered_ms=_delivered_ms(exchange, event), receipt=receipt)
        case Unread():
            marked = replace(exchange, unreadable=event.rule)
        case ReadBackMismatched():
            marked = replace(exchange, mismatches=exchange.mismatches + 1)
        case ReadBackMatched() if before is Step.DELIVERED:
            marked = replace(exchange, read_back_ms=event.at_ms)
        case Replied() if exchange.step is Step.ANSWERED and before is not Step.ANSWERED:
            marked = replace(exchange, answered_ms=event.at_ms)
        case AnswerWithdrawn():
            marked = replace(exchange, answered_ms=None)
    return marked


def _delivered_ms(exchange: Exchange, event: Delivered) -> TimeMs:
    """Return the earliest time known of the delivery.

    That is the recipient's own, from its receipt, so that both desks reckon from the same instant; a
    recipient's clock that runs ahead delays nothing.
    """
    known = (exchange.delivered_ms, event.at_ms, event.receipt.at_ms if event.receipt else None)
    return min(at_ms for at_ms in known if at_ms is not None)


def reached(exchange: Exchange, rung: Step) -> bool:
    """Tell whether the exchange stands on `rung` or above."""
    return RUNGS.index(exchange.step) >= RUNGS.index(rung)
