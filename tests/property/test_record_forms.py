"""Notes, checkpoints and entries: what is written reads back, and no other bytes read as the same."""

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from parley.record import checkpoint, entry, note
from parley.record.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from parley.record.entry import Direction, Entry
from parley.record.errors import RecordError
from parley.record.merkle import MAX_SIZE
from parley.record.note import Signer, open_note, parse_vkey, sign_note

MAX_INT = 2**53 - 1
CHARACTERS = st.characters(codec="utf-8", exclude_characters=[chr(i) for i in range(32)])
TEXTS = st.lists(st.text(CHARACTERS), min_size=1).map(lambda lines: "\n".join(lines) + "\n")
NAMES = st.text(CHARACTERS, min_size=1).filter(note.is_key_name)
KEYS = st.binary(min_size=32, max_size=32).map(Ed25519PrivateKey.from_private_bytes)
SIGNERS = st.builds(Signer, NAMES, KEYS)
HASHES = st.binary(min_size=32, max_size=32)
HEADS = st.builds(Checkpoint, NAMES, st.integers(0, MAX_SIZE), HASHES)
HEX64 = HASHES.map(bytes.hex)
NUMBERS = st.integers(0, MAX_INT)
ENTRIES = st.builds(
    Entry,
    epoch=NUMBERS,
    index=NUMBERS,
    direction=st.sampled_from(Direction),
    author=HEX64,
    seq=st.none() | NUMBERS,
    id=HEX64,
    env=HEX64,
    at=st.integers(0, 253_402_300_799_999),
)


def _changed(data: bytes, draw: st.DataObject) -> bytes:
    """Replace, insert or delete a byte."""
    at = draw.draw(st.integers(0, len(data) - 1), label="at")
    new = draw.draw(st.binary(max_size=2).filter(lambda new: new != data[at : at + 1]), label="new")
    return data[:at] + new + data[at + 1 :]


@given(TEXTS, st.lists(SIGNERS, min_size=1, max_size=4, unique_by=lambda signer: signer.verifier.vkey))
def test_a_signed_note_opens_to_its_text_and_signers(text: str, signers: list[Signer]) -> None:
    data = sign_note(text, signers)
    verifiers = [signer.verifier for signer in signers]
    opened = open_note(data, verifiers)
    assert opened.text == text
    assert list(opened.signed_by) == verifiers
    assert note.encode(opened.note) == data


@given(TEXTS, SIGNERS, st.data())
def test_no_change_of_a_byte_leaves_a_note_valid(text: str, signer: Signer, draw: st.DataObject) -> None:
    changed = _changed(sign_note(text, [signer]), draw)
    with pytest.raises(RecordError):
        open_note(changed, [signer.verifier])


@given(st.binary() | TEXTS.map(str.encode))
def test_whatever_parses_as_a_note_is_written_alike(data: bytes) -> None:
    with suppress(RecordError):
        assert note.encode(note.parse(data)) == data


@given(SIGNERS)
def test_a_verifier_key_reads_back(signer: Signer) -> None:
    assert parse_vkey(signer.verifier.vkey) == signer.verifier


@given(HEADS, KEYS)
def test_a_signed_head_opens_to_itself(head: Checkpoint, key: Ed25519PrivateKey) -> None:
    known = [Signer(head.origin, key).verifier]
    assert open_checkpoint(sign_checkpoint(head, key), head.origin, known) == head
    assert checkpoint.parse(checkpoint.encode(head)) == head


@given(HEADS, st.data())
def test_a_changed_checkpoint_text_is_refused_or_another_head(head: Checkpoint, draw: st.DataObject) -> None:
    text = checkpoint.encode(head)
    changed = _changed(text.encode(), draw)
    with suppress(RecordError, UnicodeDecodeError):
        found = checkpoint.parse(changed.decode())
        assert found != head
        assert checkpoint.encode(found).encode() == changed


@given(ENTRIES)
def test_an_entry_reads_back(one: Entry) -> None:
    data = entry.encode(one)
    assert entry.decode(data) == one
    assert len(data) <= entry.MAX_ENTRY_BYTES


@given(ENTRIES, st.data())
def test_a_changed_entry_is_refused_or_another_entry(one: Entry, draw: st.DataObject) -> None:
    changed = _changed(entry.encode(one), draw)
    with suppress(RecordError):
        found = entry.decode(changed)
        assert found != one
        assert entry.encode(found) == changed


@given(ENTRIES)
def test_an_entry_is_in_jcs_form_by_another_implementation(one: Entry) -> None:
    rfc8785 = pytest.importorskip("rfc8785")
    members = {
        "v": one.v,
        "epoch": one.epoch,
        "index": one.index,
        "direction": str(one.direction),
        "author": one.author,
        "seq": one.seq,
        "id": one.id,
        "env": one.env,
        "at": one.at,
    }
    assert entry.encode(one) == rfc8785.dumps(members)
