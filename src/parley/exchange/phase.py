"""The phase of an activity: planned -> active -> ended | cancelled.

"Presumed active" and "superseded" are no phases: they are flags, computed from the clock and from
versions read back (rule 8, `thread`). A `begin` always lands on active, even after an end or a
cancel: what a party says it is doing is hot, however oddly it comes.
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


CLOSED: Final = frozenset({Phase.ENDED, Phase.CANCELLED})

PHASES: Final[Mapping[tuple[Phase, type[Event]], Phase]] = {
    (Phase.PLANNED, Begun): Phase.ACTIVE,
    (Phase.PLANNED, Ended): Phase.ENDED,
    (Phase.PLANNED, Cancelled): Phase.CANCELLED,
    (Phase.ACTIVE, Begun): Phase.ACTIVE,
    (Phase.ACTIVE, Ended): Phase.ENDED,
    (Phase.ACTIVE, Cancelled): Phase.CANCELLED,
    (Phase.ENDED, Begun): Phase.ACTIVE,
    (Phase.ENDED, Ended): Phase.ENDED,
    (Phase.CANCELLED, Begun): Phase.ACTIVE,
    (Phase.CANCELLED, Cancelled): Phase.CANCELLED,
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
