"""The phase of an activity: planned -> active -> ended | cancelled.

"Presumed active" and "superseded" are no phases: they are flags, computed from the clock and from
versions read back (rule 8, `thread`). The newest word of the author, by its own numbers, decides, so
each landing depends on the event more than on the phase. A `begin` always lands on active, even after
an end or a cancel: what a party says it is doing is hot, however oddly it comes. A new version after
an end or a cancel is planned again: what was closed did not speak of it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from parley.exchange.errors import OutOfOrder
from parley.exchange.ladder import Event, TimePassed


class Phase(StrEnum):
    """Where an activity stands."""

    PLANNED = "planned"
    ACTIVE = "active"
    ENDED = "ended"
    CANCELLED = "cancelled"


class Begun(Event, frozen=True):
    """Its author says it begins."""


class Ended(Event, frozen=True):
    """Its author says it has ended."""


class Cancelled(Event, frozen=True):
    """Its author says it will not take place."""


class Amended(Event, frozen=True):
    """Its author released a new version."""


CLOSED: Final = frozenset({Phase.ENDED, Phase.CANCELLED})

PHASES: Final[Mapping[tuple[Phase, type[Event]], Phase]] = {
    (Phase.PLANNED, Begun): Phase.ACTIVE,
    (Phase.PLANNED, Ended): Phase.ENDED,
    (Phase.PLANNED, Cancelled): Phase.CANCELLED,
    (Phase.PLANNED, Amended): Phase.PLANNED,
    (Phase.ACTIVE, Begun): Phase.ACTIVE,
    (Phase.ACTIVE, Ended): Phase.ENDED,
    (Phase.ACTIVE, Cancelled): Phase.CANCELLED,
    (Phase.ACTIVE, Amended): Phase.ACTIVE,
    (Phase.ENDED, Begun): Phase.ACTIVE,
    (Phase.ENDED, Ended): Phase.ENDED,
    (Phase.ENDED, Cancelled): Phase.CANCELLED,
    (Phase.ENDED, Amended): Phase.PLANNED,
    (Phase.CANCELLED, Begun): Phase.ACTIVE,
    (Phase.CANCELLED, Ended): Phase.ENDED,
    (Phase.CANCELLED, Cancelled): Phase.CANCELLED,
    (Phase.CANCELLED, Amended): Phase.PLANNED,
    **{(phase, TimePassed): phase for phase in Phase},
}


def advance(phase: Phase, event: Event) -> Phase:
    """Return the phase after `event`.

    Raises:
        OutOfOrder: the table has no landing for this event here.
    """
    landing = PHASES.get((phase, type(event)))
    if landing is None:
        raise OutOfOrder(
            "phase-out-of-order",
            f"{type(event).__name__} cannot follow {phase.value}",
            do="It stays in the record; ask the other side what they are doing.",
        )
    return landing
