"""A hazard: told once, over when the party that told of it says so, and by nothing else.

No time ends it, and nobody is asked to agree. It counts in every check from its time on. Only so many of one
party are compared by themselves; the next stands for wherever the line is about, and those after it are counted
under that one: wider than what was told, never narrower.
"""

from msgspec import Struct
from msgspec.structs import replace

from parley.exchange.errors import OutOfOrder
from parley.words.header import By
from parley.words.units import Count, MessageId, PartyId, Seq, TimeMs
from parley.words.volume import Area, Band


class StandingHazard(Struct, frozen=True, kw_only=True):
    """One hazard.

    Attributes:
        area: where; null for wherever the line is about.
        asked: the area that was told, where `area` is wider.
        since_ms: from when it counts.
        seq: the number of its message.
        attested: we heard it and say so: what its author signs does not end it.
        said_over_ms: when its author said that it is over; `over_by` who.
        folded: how many that are counted under this one still stand; then it stands as well.
        into: the hazard under which this one is counted.
    """

    id: MessageId
    author: PartyId
    area: Area | None
    band: Band
    since_ms: TimeMs
    told_ms: TimeMs
    seq: Seq
    asked: Area | None = None
    told_by: By | None = None
    text: str | None = None
    attested: bool = False
    said_over_ms: TimeMs | None = None
    over_by: By | None = None
    folded: Count = 0
    into: MessageId | None = None

    @property
    def stands(self) -> bool:
        """Tell whether it counts: silence and time end nothing."""
        return self.said_over_ms is None or self.folded > 0


def widened(hazard: StandingHazard) -> StandingHazard:
    """Return a hazard that stands for wherever the line is about, at every altitude."""
    return replace(hazard, area=None, band=Band(floor=None, ceiling=None), asked=hazard.area)


def folded(wide: StandingHazard, hazard: StandingHazard) -> tuple[StandingHazard, StandingHazard]:
    """Count a hazard under a wide one; return both."""
    return replace(wide, folded=wide.folded + 1), replace(hazard, into=wide.id)


def unfolded(wide: StandingHazard) -> StandingHazard:
    """Note that one that was counted under this one is over."""
    return replace(wide, folded=max(0, wide.folded - 1))


def end(
    hazard: StandingHazard, party: PartyId, at_ms: TimeMs, by: By | None, *, attested: bool
) -> StandingHazard:
    """Note that its author says that it is over; saying so again changes nothing.

    Raises:
        OutOfOrder: hazard-not-yours, or hazard-signed: what was signed is not ended by what was heard.
    """
    if party != hazard.author:
        what = "only the party that told of a hazard says that it is over"
        raise OutOfOrder("hazard-not-yours", what, where=hazard.id[:16])
    if attested is not hazard.attested:
        raise OutOfOrder(
            "hazard-signed",
            "what was signed ends by what is signed, and what was heard by what is heard",
            where=hazard.id[:16],
            do="Ask them to say it the way they told of it.",
        )
    return hazard if hazard.said_over_ms is not None else replace(hazard, said_over_ms=at_ms, over_by=by)
