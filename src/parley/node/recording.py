"""Recording: a message becomes an entry, a tree leaf and, when it is ours, a row for the courier.

Number, index and signature are made here, inside the committing transaction, by the one writer.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from msgspec.structs import replace

from parley.node.own import Own
from parley.ports.store import Chain, Line, Recorded, Tx
from parley.record import entry as entries
from parley.record.checkpoint import Checkpoint, sign_checkpoint
from parley.record.entry import Direction, Entry
from parley.record.merkle import leaf_hash
from parley.wire.message import Message, Place, kind_of, rank_of, sign_message
from parley.words.bodies import AnyBody, Receipt, ReceiptItem
from parley.words.codes import LineKind
from parley.words.errors import InputError
from parley.words.header import PROTOCOL_VERSION, By, Header, Seen, Tip
from parley.words.units import LineId, PartyId, TimeMs


def peer_of(line: Line) -> PartyId:
    """Return the peer's party id.

    Raises:
        InputError: the line is only proposed.
    """
    if line.peer_party is None:
        raise InputError(
            "line-not-open",
            "the line is proposed, and the other side has not accepted yet",
            where=line.name,
            do="Give them the proposal file; then run `parley line accept` on what they send back.",
        )
    return line.peer_party


def place_of(own: Own, line: Line) -> Place:
    """Return where a message or frame of the line's peer must belong.

    Raises:
        InputError: the line is only proposed.
    """
    return Place(
        line=line.id,
        epochs=frozenset({line.epoch}),
        sender=peer_of(line),
        recipient=own.party,
        exercise=line.terms.exercise,
    )


def record_sent(tx: Tx, own: Own, line: Line, body: AnyBody, by: By, now_ms: TimeMs) -> tuple[Message, Entry]:
    """Sign our next numbered message, record it and queue it.

    Raises:
        InputError: the line is not open.
        PeerError: the message would break a rule of the wire.
    """
    chain = tx.chain(line.id)
    seq = chain.tip.seq + 1 if chain.tip else 0
    at_ms = max(now_ms, chain.last_ms)
    header = Header(
        v=PROTOCOL_VERSION,
        line=line.id,
        epoch=line.epoch,
        from_=own.party,
        to=peer_of(line),
        kind=kind_of(body),
        seq=seq,
        prev=chain.tip.id if chain.tip else None,
        seen=chain.seen,
        at=at_ms,
        by=by,
        exercise=line.terms.exercise,
    )
    message = sign_message(header, body, own.message_key)
    moved = replace(chain, tip=Tip(seq=seq, id=message.id))
    rank = None if line.kind is LineKind.PHONE else rank_of(body)  # no node waits for it: people say it
    entry = _append(tx, line, message, Direction.SENT, at_ms, moved, rank=rank)
    return message, entry


def record_receipts(tx: Tx, own: Own, line: Line, items: Sequence[ReceiptItem], now_ms: TimeMs) -> bytes:
    """Sign and record one receipt for these messages. It is unnumbered and never receipted itself.

    Returns:
        Its envelope, for the answer to the push that brought the messages.
    """
    chain = tx.chain(line.id)
    at_ms = max(now_ms, chain.last_ms)
    header = Header(
        v=PROTOCOL_VERSION,
        line=line.id,
        epoch=line.epoch,
        from_=own.party,
        to=peer_of(line),
        kind="receipt",
        seq=None,
        prev=None,
        seen=chain.seen,
        at=at_ms,
        by=own.by_node,
        exercise=line.terms.exercise,
    )
    receipt = Receipt(salt=own.ids.salt(), items=tuple(items))
    message = sign_message(header, receipt, own.message_key, read_back=False)
    _append(tx, line, message, Direction.SENT, at_ms, chain)
    return message.envelope


def record_received(tx: Tx, line: Line, message: Message, now_ms: TimeMs) -> Entry:
    """Record a peer's message in arrival order, and move what is held of its numbering."""
    chain = tx.chain(line.id)
    at_ms = max(now_ms, chain.last_ms)
    return _append(tx, line, message, Direction.RECEIVED, at_ms, _with_seq(tx, line, message, chain))


def _with_seq(tx: Tx, line: Line, message: Message, chain: Chain) -> Chain:
    seq = message.header.seq
    if seq is None:
        return chain
    expected = chain.seen.seq + 1 if chain.seen else 0
    seen = chain.seen
    if seq == expected:
        seen = Seen(seq=seq, id=message.id)
        if chain.top > seq:
            seen = tx.highest_contiguous(line.id, message.header.from_, seq + 1) or seen
    return replace(chain, seen=seen, top=max(chain.top, seq))


def _append(
    tx: Tx,
    line: Line,
    message: Message,
    direction: Direction,
    at_ms: TimeMs,
    chain: Chain,
    *,
    rank: int | None = None,
) -> Entry:
    entry = Entry(
        epoch=line.epoch,
        index=chain.tree.size,
        direction=direction,
        author=message.header.from_,
        seq=message.header.seq,
        id=message.id,
        env=sha256(message.envelope).hexdigest(),
        at=at_ms,
    )
    tree, hashes = chain.tree.append(leaf_hash(entries.encode(entry)))
    recorded = Recorded(entry=entry, kind=message.header.kind)
    chain = replace(chain, tree=tree, last_ms=at_ms)
    tx.append(line.id, recorded, message.envelope, chain, hashes, rank=rank)
    return entry


def sign_heads(tx: Tx, own: Own, lines: Iterable[LineId]) -> dict[LineId, Checkpoint]:
    """Sign a head for each record that grew in this transaction, from the edge as it was stored.

    Returns:
        What was signed, by line.
    """
    heads = {}
    for line_id in lines:
        line, tree = tx.line(line_id), tx.chain(line_id).tree
        if line is not None:
            heads[line_id] = Checkpoint(line.origin, tree.size, tree.root())
            tx.put_head(line_id, tree.size, sign_checkpoint(heads[line_id], own.head_key.private))
    return heads
