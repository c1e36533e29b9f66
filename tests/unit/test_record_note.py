"""Signed notes and checkpoints: known answers from elsewhere, and what must be refused."""

from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from parley.record import checkpoint, note
from parley.record.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from parley.record.errors import RecordError
from parley.record.merkle import MAX_SIZE, Frontier, leaf_hash
from parley.record.note import Note, Signature, Signer, Verifier, open_note, parse_vkey, sign_note

WORKED_KEY = Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
)
ORIGIN = "parley.example/record"
OWN = Signer(ORIGIN, WORKED_KEY)
WITNESS = Signer("witness.example/w", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
TEXT = "Hold fire until 14:30Z.\n"


def _rule(caught: pytest.ExceptionInfo[RecordError]) -> str:
    return caught.value.name


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in text[:-1].split("\n"))


def test_the_worked_key_and_bytes_of_the_docstrings_are_true() -> None:
    assert note.__doc__ is not None
    assert checkpoint.__doc__ is not None
    verifier = OWN.verifier
    for fact in (verifier.public.hex(), f"key id       {verifier.key_id.hex()}", verifier.vkey):
        assert fact in note.__doc__
    assert _indented(sign_note(TEXT, [OWN]).decode()) in note.__doc__
    edge = Frontier()
    for i in range(5):
        edge, _ = edge.append(leaf_hash(b"%d" % i))
    head = sign_checkpoint(Checkpoint(ORIGIN, 5, edge.root()), WORKED_KEY)
    assert _indented(head.decode()) in checkpoint.__doc__


def test_a_note_made_by_go_opens() -> None:
    """The example of golang.org/x/mod/sumdb/note, which that package's own documentation gives."""
    verifier = parse_vkey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    line = (
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng"
        "otpRZb6KE6RyyBwJnAM=\n"
    )
    data = f"{text}\n{line}".encode()
    opened = open_note(data, [verifier])
    assert opened.text == text
    assert opened.signed_by == (verifier,)
    assert note.encode(opened.note) == data


def test_two_known_keys_are_reported_in_the_notes_order() -> None:
    signed = sign_note(TEXT, [WITNESS, OWN])
    assert open_note(signed, [OWN.verifier, WITNESS.verifier]).signed_by == (WITNESS.verifier, OWN.verifier)
    assert open_note(signed, [OWN.verifier]).signed_by == (OWN.verifier,)


def test_a_key_listed_twice_is_one_key_but_two_keys_under_one_id_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signed = sign_note(TEXT, [OWN])
    assert open_note(signed, [OWN.verifier, OWN.verifier]).signed_by == (OWN.verifier,)
    monkeypatch.setattr(note, "key_id", lambda *_: b"same")
    with pytest.raises(RecordError) as caught:
        open_note(signed, [OWN.verifier, Verifier(ORIGIN, WITNESS.verifier.public)])
    assert _rule(caught) == "note-keys-ambiguous"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("no newline at the end", "note-text-malformed"),
        ("", "note-text-malformed"),
        ("a tab\there\n", "note-control-character"),
        ("a return\r\n", "note-control-character"),
        ("half a pair \ud800\n", "note-not-utf8"),
        ("hidden\n\n— x QUJDREU=", "note-text-malformed"),
        ("x" * note.MAX_NOTE_BYTES + "\n", "note-too-long"),
    ],
)
def test_a_text_that_makes_no_note_is_not_signed(text: str, rule: str) -> None:
    with pytest.raises(RecordError) as caught:
        sign_note(text, [OWN])
    assert _rule(caught) == rule


def test_a_note_is_signed_by_at_least_one_key_and_once_by_each() -> None:
    for signers, rule in (([], "note-no-signatures"), ([OWN, OWN], "note-duplicate-signature")):
        with pytest.raises(RecordError) as caught:
            sign_note(TEXT, signers)
        assert _rule(caught) == rule


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\u2003b", "a\x7f\x1fb", "\udfff"])
def test_a_name_that_no_key_can_have_is_refused(name: str) -> None:
    for make in (lambda: Verifier(name, OWN.verifier.public), lambda: Signer(name, WORKED_KEY)):
        with pytest.raises(RecordError) as caught:
            make()
        assert _rule(caught) == "note-key-name-malformed"


def test_a_signature_of_the_wrong_length_does_not_verify() -> None:
    for value in (b"\0", bytes(63), bytes(65)):
        data = note.encode(Note(TEXT, (Signature(ORIGIN, OWN.verifier.key_id, value),)))
        with pytest.raises(RecordError) as caught:
            open_note(data, [OWN.verifier])
        assert _rule(caught) == "note-bad-signature"


def test_a_note_longer_than_the_limit_is_not_read() -> None:
    with pytest.raises(RecordError) as caught:
        open_note(b"x" * (note.MAX_NOTE_BYTES + 1), [OWN.verifier])
    assert _rule(caught) == "note-too-long"


def test_sixteen_signatures_are_read_as_the_specification_asks() -> None:
    others = [
        Signer(f"w{i}", Ed25519PrivateKey.from_private_bytes(bytes([i]) * 32))
        for i in range(note.MAX_SIGNATURES - 1)
    ]
    assert len(open_note(sign_note(TEXT, [*others, OWN]), [OWN.verifier]).note.signatures) == 16


@pytest.mark.parametrize(
    "head",
    [
        Checkpoint("", 1, bytes(32)),
        Checkpoint("two words", 1, bytes(32)),
        Checkpoint("a\nb", 1, bytes(32)),
        Checkpoint(ORIGIN, -1, bytes(32)),
        Checkpoint(ORIGIN, MAX_SIZE + 1, bytes(32)),
        Checkpoint(ORIGIN, 1, bytes(31)),
    ],
)
def test_a_head_that_does_not_fit_the_form_is_not_signed(head: Checkpoint) -> None:
    with pytest.raises(RecordError) as caught:
        sign_checkpoint(head, WORKED_KEY)
    assert _rule(caught) == "checkpoint-malformed"


def test_a_checkpoint_with_bytes_that_are_no_ascii_is_refused() -> None:
    root64 = b64encode(bytes(32)).decode()
    texts = (f"{ORIGIN}\n²\n{root64}\n", f"{ORIGIN}\n1\n{root64[:-2]}é=\n", f"{ORIGIN}\n1\n", "")
    for text in texts:
        with pytest.raises(RecordError) as caught:
            checkpoint.parse(text)
        assert _rule(caught) == "checkpoint-malformed"


def test_a_head_opens_after_its_key_was_changed_and_with_witnesses() -> None:
    new_key = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32))
    head = Checkpoint(ORIGIN, 0, Frontier().root())
    known = [OWN.verifier, new_key.verifier, WITNESS.verifier]
    for signers in ([OWN], [new_key], [OWN, WITNESS]):
        assert open_checkpoint(sign_note(checkpoint.encode(head), signers), ORIGIN, known) == head
