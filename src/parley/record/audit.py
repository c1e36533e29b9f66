"""Verification of whole records: one by itself (`audit`), and two against each other (`match`).

`audit` reads entries and heads as streams and holds one right edge of the tree, so its memory does not
grow with the record. It proves that the record is well formed and is the one whose heads were signed; it
does not prove that nothing was left out before it was recorded, nor that the stated times are true.
`match` holds one small value per message.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from parley.record import checkpoint as heads_
from parley.record import entry as entries_
from parley.record.checkpoint import Checkpoint
from parley.record.entry import Direction, Entry
from parley.record.errors import RecordError
from parley.record.merkle import Frontier, leaf_hash
from parley.record.note import Verifier
from parley.words.bodies import ReceiptItem
from parley.words.units import Index, MessageId, TimeMs

EnvelopeCheck = Callable[[Entry], None]
"""Fetches the envelope of an entry and checks it; raises if it is wrong, returns if good or withheld."""


class Report(Struct, frozen=True, kw_only=True):
    """What an audit found good.

    Attributes:
        size: the number of entries.
        root: the recomputed root hash over all of them, 32 bytes.
        heads: the number of heads, each verified.
        signed_size: the size of the newest head: entries from there on are under no signature yet; 0
            without heads.
        epoch: the one epoch of all entries; null without entries.
        first_at: the time of the first entry, UTC milliseconds; null without entries.
        last_at: the time of the last entry, UTC milliseconds; null without entries.
    """

    size: int
    root: bytes
    heads: int
    signed_size: int
    epoch: int | None
    first_at: int | None
    last_at: int | None


class ReceiptMismatch(Struct, frozen=True, kw_only=True):
    """A receipt says one thing and its author's own record another.

    Attributes:
        id: the receipted message.
        receipted: the (index, UTC milliseconds) that the receipt states.
        recorded: those of the entry in the record of the receipt's author; null if it received none.
    """

    id: MessageId
    receipted: tuple[Index, TimeMs]
    recorded: tuple[Index, TimeMs] | None


class Match(Struct, frozen=True, kw_only=True):
    """How two records of one line differ; all empty when they agree.

    Messages under way, and the newest receipts, are normally in one record only.

    Attributes:
        only_a: ids that only the first record has, in its order.
        only_b: ids that only the second record has, in its order.
        differing: ids in both whose author, seq, envelope or direction do not agree.
        receipts_a: receipts by the first party that its own record contradicts.
        receipts_b: receipts by the second party that its own record contradicts.
    """

    only_a: tuple[MessageId, ...]
    only_b: tuple[MessageId, ...]
    differing: tuple[MessageId, ...]
    receipts_a: tuple[ReceiptMismatch, ...]
    receipts_b: tuple[ReceiptMismatch, ...]


def audit(
    entries: Iterable[bytes],
    heads: Iterable[bytes],
    *,
    origin: str,
    known: Sequence[Verifier],
    check_envelope: EnvelopeCheck | None = None,
) -> Report:
    """Verify a whole record.

    The checks, labelled alike in the code:
        (1) each entry is well formed and in its one canonical form;
        (2) entry indexes run from 0 without a gap;
        (3) entry times never decrease;
        (4) all entries have one epoch;
        (5) each envelope is what `check_envelope` accepts, if it is given;
        (6) each head is a strict checkpoint of this origin, signed by a known key;
        (7) head sizes increase;
        (8) no head is larger than the record;
        (9) each head's root equals the one recomputed from the entries.

    Args:
        entries: the record's entries in order.
        heads: its signed heads in order.
        origin: the record's name.
        known: the keys that may sign its heads (`checkpoint.open_checkpoint`).
        check_envelope: called once per entry, in order.

    Raises:
        RecordError: the first rule that is broken, with the entry or head concerned.
    """
    head_stream = _heads(heads, origin, known)
    head = next(head_stream, None)
    head_count, signed_size = 0, 0
    edge = Frontier()
    first: Entry | None = None
    last: Entry | None = None
    entry_stream = iter(entries)
    while True:
        if head is not None and head.size == edge.size:
            _check_root(head, edge, head_count)  # (9)
            head_count, signed_size = head_count + 1, head.size
            head = next(head_stream, None)
        data = next(entry_stream, None)
        if data is None:
            break
        last = _check_entry(data, edge.size, last)
        first = first or last
        if check_envelope is not None:
            check_envelope(last)  # (5)
        edge, _ = edge.append(leaf_hash(data))
    if head is not None:  # (8)
        raise RecordError(
            "audit-head-beyond-entries",
            f"the head is over {head.size} entries and the record has {edge.size}",
            where=f"head {head_count}",
            do="Entries are missing at the end: ask for them, or look for a restored backup.",
        )
    return Report(
        size=edge.size,
        root=edge.root(),
        heads=head_count,
        signed_size=signed_size,
        epoch=None if last is None else last.epoch,
        first_at=None if first is None else first.at,
        last_at=None if last is None else last.at,
    )


def match(
    entries_a: Iterable[Entry],
    entries_b: Iterable[Entry],
    *,
    receipts_a: Iterable[ReceiptItem] = (),
    receipts_b: Iterable[ReceiptItem] = (),
) -> Match:
    """Compare two parties' records of one line and epoch, by message id.

    Args:
        entries_a: the first party's record, verified by `audit`.
        entries_b: the second party's record, verified by `audit`.
        receipts_a: what the first party's receipts state: its own index and time for a message.
        receipts_b: what the second party's receipts state.

    Raises:
        RecordError: match-duplicate-id when one record holds a message twice.
    """
    by_id_a, by_id_b = _by_id(entries_a, "first record"), _by_id(entries_b, "second record")
    return Match(
        only_a=tuple(id_ for id_ in by_id_a if id_ not in by_id_b),
        only_b=tuple(id_ for id_ in by_id_b if id_ not in by_id_a),
        differing=tuple(
            id_ for id_, entry in by_id_a.items() if id_ in by_id_b and not _agree(entry, by_id_b[id_])
        ),
        receipts_a=_contradicted(receipts_a, by_id_a),
        receipts_b=_contradicted(receipts_b, by_id_b),
    )


def _heads(heads: Iterable[bytes], origin: str, known: Sequence[Verifier]) -> Iterator[Checkpoint]:
    size = -1
    for number, note in enumerate(heads):
        place = f"head {number}"
        try:
            head = heads_.open_checkpoint(note, origin, known)  # (6)
        except RecordError as error:
            raise _placed(error, place) from None
        if head.size <= size:  # (7)
            raise RecordError(
                "audit-head-size-not-increasing",
                f"a head over {head.size} entries follows one over {size}",
                where=place,
            )
        size = head.size
        yield head


def _check_entry(data: bytes, index: int, before: Entry | None) -> Entry:
    place = f"entry {index}"
    try:
        entry = entries_.decode(data)  # (1)
    except RecordError as error:
        raise _placed(error, place) from None
    if entry.index != index:  # (2)
        raise RecordError("audit-index-not-contiguous", f"the entry says it is {entry.index}", where=place)
    if before is not None and entry.at < before.at:  # (3)
        raise RecordError(
            "audit-time-decreases", f"the entry is {before.at - entry.at} ms before the last", where=place
        )
    if before is not None and entry.epoch != before.epoch:  # (4)
        raise RecordError(
            "audit-epoch-changes", f"epoch {entry.epoch} follows epoch {before.epoch}", where=place
        )
    return entry


def _check_root(head: Checkpoint, edge: Frontier, number: int) -> None:
    if head.root != edge.root():
        raise RecordError(
            "audit-head-root-mismatch",
            f"the signed root over {head.size} entries is {head.root.hex()}, "
            f"the recomputed one {edge.root().hex()}",
            where=f"head {number}",
            do="The entries are not the ones that were signed: keep both.",
        )


def _placed(error: RecordError, place: str) -> RecordError:
    return RecordError(
        error.name, error.what, where=f"{place}: {error.where}" if error.where else place, do=error.do
    )


def _by_id(entries: Iterable[Entry], which: str) -> dict[MessageId, Entry]:
    by_id: dict[MessageId, Entry] = {}
    for entry in entries:
        if by_id.setdefault(entry.id, entry) is not entry:
            raise RecordError("match-duplicate-id", f"the message {entry.id} is recorded twice", where=which)
    return by_id


def _agree(a: Entry, b: Entry) -> bool:
    opposite = {a.direction, b.direction} == {Direction.SENT, Direction.RECEIVED}
    return opposite and (a.author, a.seq, a.env) == (b.author, b.seq, b.env)


def _contradicted(
    receipts: Iterable[ReceiptItem], by_id: Mapping[MessageId, Entry]
) -> tuple[ReceiptMismatch, ...]:
    """The receipts whose (index, time) is not that of the entry in their author's own record."""
    found = []
    for item in receipts:
        entry = by_id.get(item.id)
        recorded = None
        if entry is not None and entry.direction is Direction.RECEIVED:
            recorded = (entry.index, entry.at)
        if recorded != (item.index, item.at_ms):
            found.append(ReceiptMismatch(id=item.id, receipted=(item.index, item.at_ms), recorded=recorded))
    return tuple(found)
