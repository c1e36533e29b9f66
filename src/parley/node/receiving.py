"""Receiving: what comes from the peer is verified, recorded, receipted and acted on, in arrival order.

`open_batch` proves form and authorship, outside any transaction. `receive` then does, for each message:
(1) it belongs to this line, epoch and party; (2) it is not held already, or it is receipted again;
(3) its number is not taken by another message, which would be a fork; (4) it fits its neighbours by
`prev`, else a fork; (5) record it; (6) let it act, or answer `unreadable`, and compare what it says with
what was said before; (7) one receipt for all.
What fails before it can be trusted goes into a fixed ring and gets a named error; errors never answer
errors, and nothing else in the batch is lost.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from parley.node.acting import Acted, act
from parley.node.forking import check_message, keep_fork
from parley.node.joining import settle_releases
from parley.node.own import Own
from parley.node.recording import place_of, record_receipts, record_received, record_sent
from parley.node.stored import message_by_id
from parley.ports.store import Happening, Line, Tx
from parley.wire.jcs import broken
from parley.wire.message import Message, check_place, read_message, read_unverified
from parley.words.bodies import Receipt, ReceiptItem, Unreadable
from parley.words.errors import PeerError
from parley.words.header import Seen
from parley.words.units import LineId, MessageId, TimeMs

UNVERIFIED_STOP_EVERY_MS: Final = 60_000
OUR_BUGS: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What acting on a message may raise if it is wrong; a failing store raises other errors, and ends the node."""
NEVER_ANSWERED: Final = frozenset({"receipt", "unreadable"})


class Status(StrEnum):
    """What became of one envelope."""

    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    FORK = "fork"


class Result(Struct, frozen=True, kw_only=True):
    """The answer for one envelope, in the order in which they came."""

    id: MessageId | None
    status: Status
    rule: str | None = None
    detail: str = ""


class Refused(Struct, frozen=True, kw_only=True):
    """An envelope that cannot be trusted."""

    rule: str
    detail: str
    data: bytes
    sounds_like_stop: bool


class Received(Struct, frozen=True, kw_only=True):
    """The answer to a push: a result for each envelope, and the receipts."""

    results: tuple[Result, ...]
    receipts: tuple[bytes, ...]


def open_batch(line: Line, envelopes: Sequence[bytes]) -> list[Message | Refused]:
    """Verify envelopes against the peer's key. Pure, and safe to run beside the writer."""
    key = line.peer.keys.message if line.peer else ""
    return [_open(key, envelope) for envelope in envelopes]


def _open(public_hex: str, envelope: bytes) -> Message | Refused:
    try:
        return read_message(envelope, public_hex)
    except PeerError as error:
        return Refused(
            rule=error.name, detail=error.what, data=envelope, sounds_like_stop=_sounds_like_stop(envelope)
        )


def _sounds_like_stop(envelope: bytes) -> bool:
    """Tell whether bytes that cannot be trusted say that they are a STOP: it must sound all the same."""
    try:
        return read_unverified(envelope).header.kind == "stop"
    except PeerError:
        return False


def receive(
    tx: Tx, own: Own, line_id: LineId, opened: Sequence[Message | Refused], now_ms: TimeMs
) -> Received:
    """Record, act on and receipt what came, and answer for each envelope."""
    results: list[Result] = []
    items: list[ReceiptItem] = []
    again: list[bytes] = []
    for one in opened:
        line = tx.line(line_id)
        if line is None:
            raise broken("line-mismatch", "no such line", where=line_id)
        if isinstance(one, Refused):
            results.append(_quarantine(tx, line, one, now_ms))
            continue
        result, item = _receive_one(tx, own, line, one, now_ms)
        results.append(result)
        if item is not None:
            items.append(item)
        elif result.status is Status.DUPLICATE:
            again += _receipt_again(tx, own, line, one)
    line = tx.line(line_id)
    if items and line is not None:
        again.append(record_receipts(tx, own, line, items, now_ms))
    return Received(results=tuple(results), receipts=tuple(dict.fromkeys(again)))


def _receive_one(
    tx: Tx, own: Own, line: Line, message: Message, now_ms: TimeMs
) -> tuple[Result, ReceiptItem | None]:
    try:
        check_place(message.header, place_of(own, line))  # (1)
    except PeerError as error:
        is_stop = message.header.kind == "stop"
        refused = Refused(rule=error.name, detail=error.what, data=message.envelope, sounds_like_stop=is_stop)
        return _quarantine(tx, line, refused, now_ms), None
    if tx.recorded(line.id, message.id) is not None:  # (2)
        if isinstance(message.body, Receipt):
            _settle_again(tx, line, message.body)
        return Result(id=message.id, status=Status.DUPLICATE), None
    other = _contradicted(tx, line, message)  # (3) (4)
    if other is not None:
        return _fork(tx, line, message, other, now_ms), None
    before = tx.chain(line.id).seen
    entry = record_received(tx, line, message, now_ms)  # (5)
    if message.fault is None:
        at_ms = min(entry.at, now_ms)
        _act(tx, Acted(line=line, message=message, own=own.party, at_ms=at_ms, index=entry.index))
    elif message.header.kind not in NEVER_ANSWERED:
        _answer_unreadable(tx, own, line, message, now_ms)
    if message.fault is not None and message.header.kind == "stop":
        _sound_unverified(tx, line, now_ms)
    check_message(tx, own, line, message, now_ms)
    _close_gap(tx, line, message, before, now_ms)
    result = Result(id=message.id, status=Status.RECORDED)
    if message.header.kind == "receipt":
        return result, None
    return result, ReceiptItem(id=message.id, index=entry.index, at_ms=entry.at)


def _close_gap(tx: Tx, line: Line, message: Message, before: Seen | None, now_ms: TimeMs) -> None:
    """Where a message filled a gap, let what was in doubt be settled by its author's own order."""
    seen = tx.chain(line.id).seen
    if seen is not None and seen.seq > (before.seq if before else -1) + 1:
        tx.attempt(lambda part: settle_releases(part, line, message.header.from_, seen.seq, now_ms))


def _act(tx: Tx, acted: Acted) -> None:
    """Let a message act. A bug of ours in that must not cost the record, or the rest of the push."""
    try:
        tx.attempt(lambda part: act(part, acted))
    except OUR_BUGS as error:
        data = {"line": acted.line.id, "id": acted.message.id, "error": repr(error)[:400]}
        tx.write_journal(acted.at_ms, "act-failed", data)
        _publish(tx, acted.line, acted.at_ms, "act_failed", f"{acted.message.header.kind} {acted.message.id}")


def _contradicted(tx: Tx, line: Line, message: Message) -> MessageId | None:
    """Return a message of the peer that cannot stand in one history with this one, if we hold one."""
    header = message.header
    if header.seq is None:
        return None
    chain = tx.chain(line.id)
    if chain.seen is not None and header.seq == chain.seen.seq + 1 > chain.top:
        return None if header.prev == chain.seen.id else chain.seen.id  # as a rule: the next in order
    taken = tx.numbered(line.id, header.from_, header.seq)
    if taken is not None:
        return taken
    if header.seq > 0:
        before = tx.numbered(line.id, header.from_, header.seq - 1)
        if before is not None and before != header.prev:
            return before
    after = tx.numbered(line.id, header.from_, header.seq + 1)
    if after is not None and message_by_id(tx, line, after).header.prev != message.id:
        return after
    return None


def _quarantine(tx: Tx, line: Line, refused: Refused, now_ms: TimeMs) -> Result:
    tx.put_quarantine(now_ms, refused.rule, refused.detail, refused.data)
    _publish(tx, line, now_ms, "quarantined", refused.rule)
    if refused.sounds_like_stop:
        _sound_unverified(tx, line, now_ms)
    return Result(id=None, status=Status.QUARANTINED, rule=refused.rule, detail=refused.detail[:400])


def _sound_unverified(tx: Tx, line: Line, now_ms: TimeMs) -> None:
    """Sound "STOP, UNVERIFIED", at most once a minute on a line; a clock put back silences nothing."""
    before = tx.private(line.id, "stop-unverified")
    if before is not None and 0 <= now_ms - int(before) < UNVERIFIED_STOP_EVERY_MS:
        return
    tx.put_private(line.id, "stop-unverified", str(now_ms).encode())
    tx.write_journal(now_ms, "stop-unverified", {"line": line.id})
    _publish(tx, line, now_ms, "stop_unverified", "STOP, UNVERIFIED: ask them by another path")


def _fork(tx: Tx, line: Line, message: Message, other: MessageId, now_ms: TimeMs) -> Result:
    """Keep both signed statements as transferable proof, and alarm once. Nothing of the fork acts."""
    keep_fork(tx, line, other, (message.id, message.envelope), now_ms)
    if message.header.kind == "stop":
        _sound_unverified(tx, line, now_ms)
    detail = f"number {message.header.seq} contradicts {other}; both are kept as proof"
    return Result(id=message.id, status=Status.FORK, rule="fork", detail=detail)


def _answer_unreadable(tx: Tx, own: Own, line: Line, message: Message, now_ms: TimeMs) -> None:
    if message.fault is None:
        return
    body = Unreadable(
        salt=own.ids.salt(), of=message.id, rule=message.fault.rule, detail=message.fault.detail[:400]
    )
    record_sent(tx, own, line, body, own.by_node, now_ms)
    _publish(tx, line, now_ms, "unreadable", f"{message.fault.rule}: {message.fault.detail}")


def _settle_again(tx: Tx, line: Line, receipt: Receipt) -> None:
    """Take off the queue what a receipt that we hold already covers: the peer had asked for it again."""
    for item in receipt.items:
        tx.dequeue(line.id, item.id)


def _receipt_again(tx: Tx, own: Own, line: Line, message: Message) -> list[bytes]:
    """Return the stored receipt of a message that came again, so that the sender can stop sending."""
    recorded = tx.recorded(line.id, message.id)
    if recorded is None or message.header.kind == "receipt":
        return []
    for envelope in tx.own_receipt(line.id, own.party, recorded.entry.index):
        body = read_unverified(envelope).body
        if isinstance(body, Receipt) and any(item.id == message.id for item in body.items):
            return [envelope]
    return []


def _publish(tx: Tx, line: Line, now_ms: TimeMs, what: str, detail: str) -> None:
    tx.publish(Happening(at_ms=now_ms, line=line.id, what=what, detail=detail))
