"""Forking: two signed statements of the peer that cannot stand in one history, kept as transferable proof."""

import msgspec

from parley.ports.store import Happening, Line, Tx
from parley.wire.message import Message
from parley.words.units import MessageId, TimeMs


def keep_fork(tx: Tx, line: Line, held: Message, other: tuple[MessageId, bytes], now_ms: TimeMs) -> None:
    """Keep both statements and alarm, once for each message that contradicts the one held.

    Args:
        tx: the transaction.
        line: whose peer said both.
        held: the message in our record.
        other: the message that contradicts it, and the envelope that says so.
        now_ms: UTC milliseconds.
    """
    other_id, envelope = other
    key = f"fork/{other_id}"
    if tx.private(line.id, key) is not None:
        return
    proof = {"held": held.envelope.decode(), "other": envelope.decode()}
    tx.put_private(line.id, key, msgspec.json.encode(proof))
    tx.write_journal(now_ms, "fork", {"line": line.id, "held": held.id, "other": other_id})
    detail = f"{held.id} and {other_id} cannot both be theirs"
    tx.publish(Happening(at_ms=now_ms, line=line.id, what="fork", detail=detail))
