"""Framing: beats and gap requests, which are signed but never recorded.

A gap below a number that we hold, or below the tip that a beat states, is *awaited*: FLASH may have
overtaken. When it stays, it is asked for; unanswered three times, it is *missing*, and alarmed.
"""

from enum import StrEnum
from typing import Final

from msgspec.structs import replace

from parley.node.forking import check_tip
from parley.node.own import Own
from parley.node.recording import peer_of
from parley.node.stored import message_by_id
from parley.ports.store import Chain, Happening, Line, Reads, Tx
from parley.wire.message import rank_of
from parley.words.header import Beat, GapRequest, Tip
from parley.words.units import TimeMs

GAP_PATIENCE_MS: Final = 5_000
ASKS_UNTIL_MISSING: Final = 3
GAP_BATCH: Final = 512
ANSWER_EVERY_MS: Final = 2_000
ANSWER_MESSAGES: Final = 128
ANSWER_BYTES: Final = 1024 * 1024
"""What one gap request brings again at most: little enough that a STOP never waits for it to be looked up."""
ANSWERED: Final = "gap-answered"
SKEW_ALARM_MS: Final = 2_000


class Gap(StrEnum):
    """What is known of a hole in the peer's numbering."""

    NONE = "none"
    AWAITED = "awaited"
    MISSING = "missing"


def beat(reads: Reads, own: Own, line: Line, now_ms: TimeMs) -> Beat:
    """Return our beat: alive, our clock, our newest message."""
    chain = reads.chain(line.id)
    return Beat(line=line.id, epoch=line.epoch, from_=own.party, to=peer_of(line), at=now_ms, tip=chain.tip)


def expected(chain: Chain) -> int:
    """Return the number of the next message that would extend the peer's unbroken run."""
    return chain.seen.seq + 1 if chain.seen else 0


def newest_known(chain: Chain) -> int:
    """Return the highest number of the peer that is held or stated; -1 for none."""
    return max(chain.top, chain.stated.seq if chain.stated else -1)


def gap(chain: Chain) -> Gap:
    """Tell whether numbers are awaited or missing."""
    if newest_known(chain) < expected(chain):
        return Gap.NONE
    return Gap.MISSING if chain.asks >= ASKS_UNTIL_MISSING else Gap.AWAITED


def take_beat(
    tx: Tx, own: Own, line: Line, heard: Beat, envelope: bytes, now_ms: TimeMs
) -> GapRequest | None:
    """Note a peer's beat; return a gap request when a gap has stayed too long.

    A beat that states another message under a number that we hold is a fork, and `envelope` its proof.
    """
    if heard.tip is not None:
        check_tip(tx, line, peer_of(line), heard.tip, envelope, now_ms)
    chain = _with_stated(tx.chain(line.id), heard.tip)
    if abs(heard.at - now_ms) > SKEW_ALARM_MS:
        _publish(tx, line, now_ms, "clock_skew", f"their clock is {heard.at - now_ms:+} ms from ours")
    if gap(chain) is Gap.NONE:
        tx.put_chain(line.id, replace(chain, asked_for=-1, asks=0))
        return None
    first = expected(chain)
    if chain.asked_for != first:
        tx.put_chain(line.id, replace(chain, asked_for=first, asked_ms=now_ms, asks=0))
        return None
    if now_ms - chain.asked_ms < GAP_PATIENCE_MS:
        tx.put_chain(line.id, chain)
        return None
    asks = chain.asks + 1
    tx.put_chain(line.id, replace(chain, asked_ms=now_ms, asks=asks))
    if asks == ASKS_UNTIL_MISSING:
        tx.write_journal(now_ms, "gap-missing", {"line": line.id, "first": first})
        _publish(tx, line, now_ms, "gap_missing", f"their message {first} was asked for {asks} times")
    last = min(newest_known(chain), first + GAP_BATCH - 1)
    return GapRequest(
        line=line.id, epoch=line.epoch, from_=own.party, to=peer_of(line), at=now_ms, first=first, last=last
    )


def _with_stated(chain: Chain, tip: Tip | None) -> Chain:
    """Keep the highest tip stated: an old beat that comes late takes nothing back."""
    if tip is None or (chain.stated is not None and chain.stated.seq >= tip.seq):
        return chain
    return replace(chain, stated=tip)


def answer_gap(tx: Tx, own: Own, line: Line, request: GapRequest, now_ms: TimeMs) -> int:
    """Queue again the first of what the peer misses; return how many messages.

    At most once in two seconds on a line, and so much at a time: a peer that still misses something asks
    again. A clock that was put back refuses nothing.
    """
    before = tx.private(line.id, ANSWERED)
    if before is not None and 0 <= now_ms - int(before) < ANSWER_EVERY_MS:
        return 0
    queued = size = 0
    for seq in range(request.first, min(request.last, request.first + ANSWER_MESSAGES - 1) + 1):
        message_id = tx.numbered(line.id, own.party, seq)
        if message_id is None or size >= ANSWER_BYTES:
            break
        message = message_by_id(tx, line, message_id)
        size += len(message.envelope)
        if message.body is not None:
            tx.enqueue(line.id, message.id, rank_of(message.body))
            queued += 1
    if queued:
        tx.put_private(line.id, ANSWERED, str(now_ms).encode())
    return queued


def _publish(tx: Tx, line: Line, now_ms: TimeMs, what: str, detail: str) -> None:
    tx.publish(Happening(at_ms=now_ms, line=line.id, what=what, detail=detail))
