"""Rows of hazards: those that stand, those that are over, and those that are counted under another."""

from typing import Final

import msgspec
from msgspec.structs import replace

from parley.exchange import hazard as hazards
from parley.exchange.hazard import StandingHazard
from parley.ports.store import Line, Reads, Tx
from parley.wire.message import always
from parley.words.header import By
from parley.words.units import LineId, MessageId, PartyId, TimeMs
from parley.words.volume import Circle, Position, Volume, Window

STANDS: Final = "hazard/"
OVER: Final = "hazard-over/"
FOLDED: Final = "hazard-folded/"
"""What the private keys of hazards begin with: those that stand, that are over, that are counted under another."""
MOST_STANDING: Final = 64
"""Hazards of one party that are compared by themselves; one more stands for the whole line."""
EVERYWHERE: Final = Circle(centre=Position(lat_ndeg=0, lon_ndeg=0), radius_mm=20_100_000_000)
"""Half a meridian is 20,004 km long: nothing on the ellipsoid is farther away."""
LAST_MS: Final = 253_402_300_799_999


def hazard_of(reads: Reads, line: LineId, hazard: MessageId) -> StandingHazard | None:
    """Return one hazard, standing or over."""
    for prefix in (STANDS, FOLDED, OVER):
        raw = reads.private(line, prefix + hazard)
        if raw:
            return msgspec.json.decode(raw, type=StandingHazard)
    return None


def standing_hazards(reads: Reads, line: LineId) -> list[StandingHazard]:
    """Return the hazards of a line that stand by themselves, oldest first."""
    rows = reads.privates(line, STANDS).values()
    found = [msgspec.json.decode(raw, type=StandingHazard) for raw in rows]
    return sorted(found, key=lambda one: (one.told_ms, one.id))


def volume_of(line: Line, hazard: StandingHazard) -> Volume:
    """Return where a hazard counts, from its time until told otherwise (rule 8).

    One whose place is not known counts wherever the line is about; where the terms name no area, everywhere.
    """
    area = hazard.area or line.terms.area or EVERYWHERE
    window = Window(start_ms=hazard.since_ms, end_ms=LAST_MS)
    return replace(always(area), band=hazard.band, window=window)


def take_hazard(tx: Tx, line: Line, told: StandingHazard) -> StandingHazard:
    """Let a hazard stand: by itself, or counted under a wide one where its author told of too many.

    Returns:
        What now stands for it.
    """
    held = [one for one in standing_hazards(tx, line.id) if one.author == told.author]
    if len(held) < MOST_STANDING:
        _put(tx, line.id, told)
        return told
    wide = next((one for one in held if one.area is None), None)
    if wide is None:
        wide = hazards.widened(told)
    else:
        wide, under = hazards.folded(wide, told)
        tx.put_private(line.id, FOLDED + under.id, msgspec.json.encode(under))
    _put(tx, line.id, wide)
    return wide


def end_hazard(
    tx: Tx, line: LineId, of: MessageId, party: PartyId, by: By, at_ms: TimeMs, *, attested: bool
) -> bool:
    """Let its author's word end a hazard; tell whether it is known here.

    Raises:
        OutOfOrder: it is another party's, or was told in the other way.
    """
    hazard = hazard_of(tx, line, of)
    if hazard is None:
        return False
    already = hazard.said_over_ms is not None
    moved = hazards.end(hazard, party, at_ms, by, attested=attested)
    if already:
        return True
    _put(tx, line, moved)
    if moved.into is not None:
        tx.put_private(line, FOLDED + moved.id, b"")
        wide = hazard_of(tx, line, moved.into)
        if wide is not None:
            _put(tx, line, hazards.unfolded(wide))
    return True


def _put(tx: Tx, line: LineId, hazard: StandingHazard) -> None:
    stands = hazard.stands
    raw = msgspec.json.encode(hazard)
    tx.put_private(line, STANDS + hazard.id, raw if stands else b"")
    tx.put_private(line, OVER + hazard.id, b"" if stands else raw)
