"""A whole record is verified, and each broken rule is found under its name and at its place."""

from collections.abc import Callable, Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from parley.record.audit import Match, ReceiptMismatch, audit, match
from parley.record.checkpoint import Checkpoint, sign_checkpoint
from parley.record.entry import Direction, Entry, decode, encode
from parley.record.errors import RecordError
from parley.record.merkle import Frontier, leaf_hash
from parley.record.note import Signer
from parley.words.bodies import ReceiptItem

ORIGIN = "record-1"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KNOWN = [Signer(ORIGIN, KEY).verifier]
EAST, WEST = "e" * 64, "d" * 64
START_MS = 1_700_000_000_000


def _entry(index: int, *, direction: Direction = Direction.SENT, number: int | None = None) -> Entry:
    seq = index if number is None else number
    author = EAST if direction is Direction.SENT else WEST
    at = START_MS + index // 2  # two entries a millisecond: equal times are lawful
    return Entry(
        epoch=3,
        index=index,
        direction=direction,
        author=author,
        seq=seq,
        id=f"{seq:064x}",
        env=f"{seq + 1:064x}",
        at=at,
    )


RECORD = [encode(_entry(index)) for index in range(12)]


def _heads(record: list[bytes], *sizes: int) -> list[bytes]:
    """Sign heads over the first entries of a record."""
    edges = [Frontier()]
    for data in record:
        edges.append(edges[-1].append(leaf_hash(data))[0])
    return [sign_checkpoint(Checkpoint(ORIGIN, size, edges[size].root()), KEY) for size in sizes]


def _refusal(record: list[bytes], heads: list[bytes]) -> tuple[str, str]:
    with pytest.raises(RecordError) as caught:
        audit(record, heads, origin=ORIGIN, known=KNOWN)
    return caught.value.name, caught.value.where


def _with(index: int, change: Callable[[Entry], Entry]) -> list[bytes]:
    return [encode(change(decode(data))) if k == index else data for k, data in enumerate(RECORD)]


def test_a_good_record_is_reported() -> None:
    report = audit(RECORD, _heads(RECORD, 0, 1, 5, 11), origin=ORIGIN, known=KNOWN)
    assert (report.size, report.heads, report.signed_size, report.epoch) == (12, 4, 11, 3)
    assert (report.first_at, report.last_at) == (START_MS, START_MS + 5)
    edge = Frontier()
    for data in RECORD:
        edge, _ = edge.append(leaf_hash(data))
    assert report.root == edge.root()


def test_an_empty_record_is_good() -> None:
    report = audit([], [], origin=ORIGIN, known=KNOWN)
    assert (report.size, report.heads, report.epoch, report.first_at) == (0, 0, None, None)
    assert report.root == Frontier().root()


def test_check_1_an_entry_not_in_canonical_form() -> None:
    spaced = [data.replace(b",", b", ") if k == 4 else data for k, data in enumerate(RECORD)]
    assert _refusal(spaced, []) == ("entry-not-canonical", "entry 4")


def test_check_2_a_missing_an_exchanged_and_a_repeated_entry() -> None:
    rule = "audit-index-not-contiguous"
    assert _refusal(RECORD[1:], []) == (rule, "entry 0")
    assert _refusal([*RECORD[:3], *RECORD[4:]], []) == (rule, "entry 3")
    assert _refusal([*RECORD[:3], RECORD[4], RECORD[3]], []) == (rule, "entry 3")
    assert _refusal([*RECORD[:3], RECORD[2]], []) == (rule, "entry 3")


def test_check_3_a_time_that_goes_back() -> None:
    record = _with(6, lambda entry: replace(entry, at=START_MS + 1))
    assert _refusal(record, []) == ("audit-time-decreases", "entry 6")


def test_check_4_an_epoch_that_changes() -> None:
    record = _with(6, lambda entry: replace(entry, epoch=4))
    assert _refusal(record, []) == ("audit-epoch-changes", "entry 6")


def test_check_5_every_envelope_goes_through_the_hook_in_order() -> None:
    seen: list[int] = []

    def check(entry: Entry) -> None:
        seen.append(entry.index)
        if entry.index == 7:
            raise RecordError("envelope-hash-mismatch", "the envelope is another")

    with pytest.raises(RecordError) as caught:
        audit(RECORD, [], origin=ORIGIN, known=KNOWN, check_envelope=check)
    assert caught.value.name == "envelope-hash-mismatch"
    assert seen == list(range(8))


def test_check_6_a_head_by_another_key_or_of_another_record() -> None:
    good = _heads(RECORD, 4)
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    forged = sign_checkpoint(Checkpoint(ORIGIN, 12, bytes(32)), other)
    assert _refusal(RECORD, [*good, forged]) == ("note-no-known-signature", "head 1")
    assert _refusal(RECORD, [good[0].replace(b"\n4\n", b"\n5\n")]) == (
        "note-bad-signature",
        f"head 0: {ORIGIN}+{KNOWN[0].key_id.hex()}",
    )
    with pytest.raises(RecordError) as caught:
        audit(RECORD, good, origin="record-2", known=KNOWN)
    assert caught.value.name == "checkpoint-origin-mismatch"


def test_check_7_heads_that_do_not_grow() -> None:
    rule = "audit-head-size-not-increasing"
    assert _refusal(RECORD, _heads(RECORD, 4, 4)) == (rule, "head 1")
    assert _refusal(RECORD, _heads(RECORD, 4, 9, 6)) == (rule, "head 2")


def test_check_8_entries_cut_off_at_the_end() -> None:
    assert _refusal(RECORD[:9], _heads(RECORD, 4, 12)) == ("audit-head-beyond-entries", "head 1")


def test_check_9_a_rewritten_and_signed_again_history_shows_against_the_older_head() -> None:
    rewritten = _with(2, lambda entry: replace(entry, at=START_MS))
    rewritten = [
        encode(replace(decode(data), env="0" * 64)) if k == 2 else data for k, data in enumerate(rewritten)
    ]
    old, new = _heads(RECORD, 6), _heads(rewritten, 12)
    audit(rewritten, new, origin=ORIGIN, known=KNOWN)
    assert _refusal(rewritten, [*old, *new]) == ("audit-head-root-mismatch", "head 0")


def test_entries_and_heads_are_read_as_streams() -> None:
    drawn = {"entries": 0, "heads": 0}

    def entries() -> Iterator[bytes]:
        for data in RECORD:
            drawn["entries"] += 1
            yield data

    def heads() -> Iterator[bytes]:
        for size, note in zip((3, 6, 9), _heads(RECORD, 3, 6, 9), strict=True):
            assert drawn["entries"] in (0, size - 3), "a head is drawn when the one before it is reached"
            drawn["heads"] += 1
            yield note

    assert audit(entries(), heads(), origin=ORIGIN, known=KNOWN).heads == 3
    assert drawn == {"entries": 12, "heads": 3}


def _mirror(entries: list[Entry]) -> list[Entry]:
    """The peer's record of the same messages: the other direction, its own index and time."""
    turned = {Direction.SENT: Direction.RECEIVED, Direction.RECEIVED: Direction.SENT}
    return [
        replace(entry, index=len(entries) - 1 - k, at=entry.at + 40, direction=turned[entry.direction])
        for k, entry in enumerate(entries)
    ][::-1]


def _receipt(entry: Entry) -> ReceiptItem:
    return ReceiptItem(id=entry.id, index=entry.index, at_ms=entry.at)


OURS = [
    _entry(0),
    _entry(1, direction=Direction.RECEIVED),
    _entry(2),
    _entry(3, direction=Direction.RECEIVED),
]


def test_two_records_of_one_line_match() -> None:
    theirs = _mirror(OURS)
    found = match(
        OURS,
        theirs,
        receipts_a=[_receipt(entry) for entry in OURS if entry.direction is Direction.RECEIVED],
        receipts_b=[_receipt(entry) for entry in theirs if entry.direction is Direction.RECEIVED],
    )
    assert found == Match(only_a=(), only_b=(), differing=(), receipts_a=(), receipts_b=())


def test_what_only_one_side_has_is_listed_in_its_order() -> None:
    theirs = _mirror(OURS)
    found = match(OURS[:2], [entry for entry in theirs if entry.id != OURS[0].id])
    assert found.only_a == (OURS[0].id,)
    assert found.only_b == (OURS[3].id, OURS[2].id)


@pytest.mark.parametrize(
    "change",
    [{"env": "0" * 64}, {"author": "0" * 64}, {"seq": 99}, {"seq": None}, {"direction": Direction.SENT}],
)
def test_an_entry_that_says_otherwise_differs(change: dict[str, object]) -> None:
    theirs = [replace(entry, **change) if entry.id == OURS[2].id else entry for entry in _mirror(OURS)]
    assert match(OURS, theirs).differing == (OURS[2].id,)


def test_a_receipt_that_its_authors_record_contradicts_is_named() -> None:
    theirs = _mirror(OURS)
    held = next(entry for entry in theirs if entry.id == OURS[2].id)
    wrong_index = ReceiptItem(id=held.id, index=held.index + 1, at_ms=held.at)
    wrong_time = ReceiptItem(id=held.id, index=held.index, at_ms=held.at - 1)
    unknown = ReceiptItem(id="f" * 64, index=0, at_ms=held.at)
    own_message = _receipt(next(entry for entry in theirs if entry.direction is Direction.SENT))
    found = match(OURS, theirs, receipts_b=[wrong_index, _receipt(held), wrong_time, unknown, own_message])
    recorded = (held.index, held.at)
    assert found.receipts_a == ()
    assert found.receipts_b == (
        ReceiptMismatch(id=held.id, receipted=(held.index + 1, held.at), recorded=recorded),
        ReceiptMismatch(id=held.id, receipted=(held.index, held.at - 1), recorded=recorded),
        ReceiptMismatch(id="f" * 64, receipted=(0, held.at), recorded=None),
        ReceiptMismatch(id=own_message.id, receipted=(own_message.index, own_message.at_ms), recorded=None),
    )


def test_a_message_recorded_twice_is_refused() -> None:
    with pytest.raises(RecordError) as caught:
        match([*OURS, replace(OURS[0], index=4)], _mirror(OURS))
    assert (caught.value.name, caught.value.where) == ("match-duplicate-id", "first record")
