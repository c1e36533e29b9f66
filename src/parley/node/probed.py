"""Probed: the account of what a peer's notices ask about, kept as they come. Private; the picture is not looked at."""

from typing import Final

import msgspec

from parley.ports.store import Happening, Line, Reads, Tx
from parley.watch.probing import Asking, Probing, asking_of, cell_of, cells_near, keep, probing
from parley.words.units import LineId, MessageId, TimeMs
from parley.words.volume import Volume

CELL: Final = "asked/"
FOUND: Final = "probing/"
BLANKETS: Final = "blankets"


def note_asked(tx: Tx, line: Line, version: MessageId, volume: Volume, at_ms: TimeMs, *, ours: bool) -> None:
    """Count a version of a notice, and mark it; alarm our own desks at a rate per place."""
    asking = None if ours else asking_of(volume, at_ms)
    held: list[Asking] = []
    if asking is not None:
        for cell in cells_near(asking):
            held += _cell(tx, line.id, cell)
        kept = keep(_cell(tx, line.id, cell_of(asking)), asking)
        tx.put_private(line.id, CELL + cell_of(asking), msgspec.json.encode(kept))
    found = probing(volume, asking, held)
    tx.put_private(line.id, FOUND + version, msgspec.json.encode(found))
    if found.blanket and not ours:
        tx.put_private(line.id, BLANKETS, str(blankets_of(tx, line.id) + 1).encode())
    if found.alarms:
        detail = f"they have asked about this 10 km {found.times_a_day} times in a day"
        tx.write_journal(at_ms, "probing", {"line": line.id, "version": version, "found": found})
        tx.publish(Happening(at_ms=at_ms, line=line.id, what="probing", id=version, detail=detail))


def _cell(reads: Reads, line: LineId, cell: str) -> tuple[Asking, ...]:
    raw = reads.private(line, CELL + cell)
    return msgspec.json.decode(raw, type=tuple[Asking, ...]) if raw else ()


def probing_of(reads: Reads, line: LineId, version: MessageId) -> Probing | None:
    """Return what was known of a version as it came."""
    raw = reads.private(line, FOUND + version)
    return msgspec.json.decode(raw, type=Probing) if raw else None


def blankets_of(reads: Reads, line: LineId) -> int:
    """Return how many blankets the other side has sent on a line."""
    return int(reads.private(line, BLANKETS) or b"0")
