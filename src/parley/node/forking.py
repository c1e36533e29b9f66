"""Forking: signed statements that cannot stand in one history, kept as transferable proof.

A fork is told by messages, or by beats: a tip that a beat stated is remembered until its message comes, so
that a beat which is followed by another hides nothing. What a peer says that it has *seen* of ours is
compared with what we sent: where it differs, one side was put back from an old copy, or signed twice.
What lies in the record already is cited by its id and not repeated; and all that is kept has a bound,
since a peer can contradict itself without end.
"""

from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from parley.node.own import Own
from parley.ports.store import Chain, Happening, Line, Tx
from parley.wire.message import Message
from parley.words.header import Seen, Tip
from parley.words.units import MessageId, PartyId, TimeMs

MOST_PROOFS: Final = 64
"""Of each sort, on a line; what comes after is journalled no more, and refused as before."""
MOST_TOLD: Final = 8
FORKS: Final = "forks"
TOLD: Final = "told"
SEEN: Final = "seen-contradicted"


class Told(Struct, frozen=True):
    """A tip that a beat stated, and the beat."""

    tip: Tip
    envelope: str


class WrongSeen(Struct, frozen=True):
    """What a message of the peer says of ours, and what we sent.

    Attributes:
        by: the peer's message, in the record.
        ours: our message under that number; where we never sent one, our newest; null before any.
    """

    seen: Seen
    by: MessageId
    ours: Tip | None


_TOLD: Final = msgspec.json.Decoder(tuple[Told, ...])
_WRONG: Final = msgspec.json.Decoder(tuple[WrongSeen, ...])


def keep_fork(
    tx: Tx,
    line: Line,
    held: MessageId,
    other: tuple[MessageId, bytes],
    now_ms: TimeMs,
    *,
    held_only_in: str | None = None,
) -> None:
    """Keep proof of both statements and alarm, once for each message that contradicts the one held.

    Args:
        tx: the transaction.
        line: whose peer said both.
        held: the message in our record.
        other: the message that contradicts it, and the envelope that says so.
        now_ms: UTC milliseconds.
        held_only_in: the beat that states `held`, where no message of that id is in the record.
    """
    other_id, envelope = other
    key = f"fork/{other_id}"
    count = int(tx.private(line.id, FORKS) or b"0")
    if count >= MOST_PROOFS or tx.private(line.id, key) is not None:
        return
    tx.put_private(line.id, FORKS, str(count + 1).encode())
    proof = {"held": held, "held_only_in": held_only_in, "other": envelope.decode()}
    tx.put_private(line.id, key, msgspec.json.encode(proof))
    tx.write_journal(now_ms, "fork", {"line": line.id, "held": held, "other": other_id})
    _publish(tx, line, now_ms, "fork", f"{held} and {other_id} cannot both be theirs")


def check_tip(tx: Tx, line: Line, peer: PartyId, tip: Tip, envelope: bytes, now_ms: TimeMs) -> None:
    """Compare a tip that a beat states with what is held, or remember it until its message comes."""
    held = tx.numbered(line.id, peer, tip.seq)
    if held is not None:
        if held != tip.id:
            keep_fork(tx, line, held, (tip.id, envelope), now_ms)
        return
    chain = tx.chain(line.id)
    if tip in chain.told:
        return
    kept = [one for one in _told(tx, line) if one.tip in chain.told]
    for one in kept:
        if one.tip.seq == tip.seq:
            keep_fork(tx, line, one.tip.id, (tip.id, envelope), now_ms, held_only_in=one.envelope)
    kept = sorted([*kept, Told(tip, envelope.decode())], key=lambda one: one.tip.seq)[:MOST_TOLD]
    tx.put_private(line.id, TOLD, msgspec.json.encode(kept))
    tx.put_chain(line.id, replace(chain, told=tuple(one.tip for one in kept)))


def _told(tx: Tx, line: Line) -> tuple[Told, ...]:
    raw = tx.private(line.id, TOLD)
    return _TOLD.decode(raw) if raw else ()


def check_message(tx: Tx, own: Own, line: Line, message: Message, now_ms: TimeMs) -> None:
    """Compare what was just recorded with the beats before it, and what it has seen of ours with what we sent.

    It stays recorded and acts all the same: what it says may be what keeps people alive.
    """
    chain = tx.chain(line.id)
    seq, seen = message.header.seq, message.header.seen
    about = [tip for tip in chain.told if tip.seq == seq]
    if about:
        for one in _told(tx, line):
            if one.tip in about and one.tip.id != message.id:
                keep_fork(tx, line, message.id, (one.tip.id, one.envelope.encode()), now_ms)
        chain = replace(chain, told=tuple(tip for tip in chain.told if tip.seq != seq))
        tx.put_chain(line.id, chain)
    if seen is not None and seen != chain.seen_of_ours:
        _check_seen(tx, own, line, message, seen, chain, now_ms)


def _check_seen(
    tx: Tx, own: Own, line: Line, message: Message, seen: Seen, chain: Chain, now_ms: TimeMs
) -> None:
    sent = tx.numbered(line.id, own.party, seen.seq)
    if sent == seen.id:
        tx.put_chain(line.id, replace(chain, seen_of_ours=seen))
        return
    raw = tx.private(line.id, SEEN)
    kept = _WRONG.decode(raw) if raw else ()
    if len(kept) >= MOST_PROOFS or any(one.seen == seen for one in kept):
        return
    ours = Tip(seq=seen.seq, id=sent) if sent is not None else chain.tip
    wrong = WrongSeen(seen=seen, by=message.id, ours=ours)
    tx.put_private(line.id, SEEN, msgspec.json.encode((*kept, wrong)))
    tx.write_journal(now_ms, SEEN, {"line": line.id, **msgspec.to_builtins(wrong)})
    detail = (
        f"they hold our number {seen.seq} as {seen.id}, which we did not send: "
        "one side was put back from an old copy, or signed twice"
    )
    _publish(tx, line, now_ms, "seen_contradicted", detail)


def _publish(tx: Tx, line: Line, now_ms: TimeMs, what: str, detail: str) -> None:
    tx.publish(Happening(at_ms=now_ms, line=line.id, what=what, detail=detail))
