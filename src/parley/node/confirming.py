"""Confirming: each side tells the other that a person there compared the safety number.

A line shows UNVERIFIED until both have. The frame is signed and kept: it is the peer's own statement, and
a number in it that is not ours says that somebody stands between.
"""

from typing import Final

from msgspec.structs import replace

from parley.node.lines import known_line, safety_number_of
from parley.node.own import Own
from parley.node.recording import peer_of
from parley.ports.store import Happening, Line, Reads, Tx
from parley.words.header import Confirmed
from parley.words.units import LineId, TimeMs

PEER_CONFIRMED: Final = "peer-confirmed"
DIFFERS: Final = "peer-number-differs"


def confirmed(reads: Reads, own: Own, line_id: LineId, now_ms: TimeMs) -> Confirmed | None:
    """Return what to tell the peer, once a person here has confirmed; null before."""
    line = reads.line(line_id)
    if line is None or line.confirmed is None or line.peer is None:
        return None
    return Confirmed(
        line=line.id,
        epoch=line.epoch,
        from_=own.party,
        to=peer_of(line),
        at=now_ms,
        number=_digits(own, line),
        by=line.confirmed,
    )


def take_confirmed(
    tx: Tx, own: Own, line_id: LineId, heard: Confirmed, envelope: bytes, now_ms: TimeMs
) -> None:
    """Note that the peer's person confirmed, and keep their statement; alarm if the number is another."""
    line = known_line(tx, line_id)
    same = heard.number == _digits(own, line)
    key = PEER_CONFIRMED if same else DIFFERS
    if tx.private(line.id, key) is not None:
        return
    tx.put_private(line.id, key, envelope)
    tx.write_journal(now_ms, key, {"line": line.id, "by": heard.by.duty, "number": heard.number})
    if same:
        tx.put_line(replace(line, peer_confirmed=heard.by))
        detail = f"{heard.by.duty} of the other side compared the safety number"
    else:
        detail = (
            "the other side confirmed another safety number: somebody may stand between; do not use the line"
        )
    what = key.replace("-", "_")
    tx.publish(Happening(at_ms=now_ms, line=line.id, what=what, detail=detail))


def _digits(own: Own, line: Line) -> str:
    return safety_number_of(own, line).replace(" ", "")
