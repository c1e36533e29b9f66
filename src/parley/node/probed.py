"""Probed: the account of what a peer's notices ask about, kept with their first check, after the receipt.

Private; the picture is not looked at.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from parley.exchange.ladder import Exchange
from parley.exchange.thread import Thread
from parley.ports.store import Happening, Reads, Tx
from parley.watch.probing import Asking, Probing, asking_of, cell_of, cells_near, keep, probing, size_of
from parley.words.units import LineId, MessageId, PartyId, TimeMs

CELL: Final = "asked/"
FOUND: Final = "probing/"
BLANKETS: Final = "blankets"
_DECODE: Final = msgspec.json.Decoder(tuple[Asking, ...]).decode


class Asked(Struct, frozen=True, kw_only=True):
    """What one version of theirs asks, to be counted: its `size_of`; when, and about where."""

    version: MessageId
    km2_h: float
    asking: Asking


def asked_of(own: PartyId, thread: Thread, version: Exchange, now_ms: TimeMs) -> Asked | None:
    """Return what a version asks: it asked when it reached us. Null for one of ours."""
    if thread.author == own:
        return None
    volume = version.body.volume
    asking = asking_of(volume, version.delivered_ms or now_ms)
    return Asked(version=version.id, km2_h=size_of(volume), asking=asking)


def note_asked(tx: Tx, line: LineId, asked: Asked, at_ms: TimeMs) -> None:
    """Count a version of a notice once, and mark it; alarm our own desks at a rate per place."""
    if tx.private(line, FOUND + asked.version) is not None:
        return
    cells = _cells(tx, line, cells_near(asked.asking))
    own = cell_of(asked.asking)
    tx.put_private(line, CELL + own, msgspec.json.encode(keep(cells.get(own, ()), asked.asking)))
    held = [one for cell in cells.values() for one in cell]
    found = probing(asked.km2_h, asked.asking, held)
    tx.put_private(line, FOUND + asked.version, msgspec.json.encode(found))
    if found.blanket:
        tx.put_private(line, BLANKETS, str(blankets_of(tx, line) + 1).encode())
    if found.alarms:
        detail = f"they have asked about this 10 km {found.times_a_day} times in a day"
        tx.write_journal(at_ms, "probing", {"line": line, "version": asked.version, "found": found})
        tx.publish(Happening(at_ms=at_ms, line=line, what="probing", id=asked.version, detail=detail))


def _cells(reads: Reads, line: LineId, cells: Sequence[str]) -> dict[str, tuple[Asking, ...]]:
    rows = reads.privates_of(line, [CELL + cell for cell in cells])
    return {key.removeprefix(CELL): _DECODE(raw) for key, raw in rows.items()}


def probing_of(reads: Reads, line: LineId, version: Exchange, *, ours: bool) -> Probing | None:
    """Return what is known of a version: of theirs, as it was at its first check; null before it."""
    if ours:
        return probing(size_of(version.body.volume), None, ())
    raw = reads.private(line, FOUND + version.id)
    return msgspec.json.decode(raw, type=Probing) if raw else None


def blankets_of(reads: Reads, line: LineId) -> int:
    """Return how many blankets the other side has sent on a line."""
    return int(reads.private(line, BLANKETS) or b"0")
