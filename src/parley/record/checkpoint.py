"""Heads of a record: C2SP checkpoints (https://c2sp.org/tlog-checkpoint) in signed notes.

The text of the note is three lines, each ended by a newline:

    <origin>        what the record is called; also the name of the key that signs
    <size>          the number of entries, decimal, without leading zeros
    <root>          the RFC 6962 root hash at that size, base64

The specification allows extension lines after these. Ours has none and none is read: nobody could audit
them. A parsed checkpoint is written again and compared, so that each head has one form only.

Example, by the worked key of `note`, for the tree of the five entries "0" to "4":

    parley.example/record
    5
    tnSPbtepnefahP2X4aO6xvq4mZ9KQ2lcq5Uoot5DEUc=

    — parley.example/record Qr4WZPz9uMfl121410FtMRs4OThkzC9WoMUX0wwDEHjLJIRoHx3ltuqkXAQowUQhZvp4tKcK5bH5dGpXlzgR68b0KwU=

A signer must never sign two checkpoints that no consistency proof joins: that is a fork.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from parley.record.errors import RecordError
from parley.record.merkle import HASH_BYTES, MAX_SIZE
from parley.record.note import Signer, Verifier, is_key_name, open_note, sign_note

_LINES: Final = 3
_MAX_DIGITS = len(str(MAX_SIZE))


class Checkpoint(Struct, frozen=True):
    """A head: what a record's root hash was at one size.

    Attributes:
        origin: the record's name, an opaque random one; without spaces and plus signs.
        size: the number of entries.
        root: the RFC 6962 root hash, 32 bytes.
    """

    origin: str
    size: int
    root: bytes


def encode(checkpoint: Checkpoint) -> str:
    """Return the note text of a checkpoint.

    Raises:
        RecordError: checkpoint-malformed when a part does not fit the form.
    """
    origin, size, root = checkpoint.origin, checkpoint.size, checkpoint.root
    if not is_key_name(origin):
        raise _malformed("the origin is not empty, without space, plus sign and control character")
    if not 0 <= size <= MAX_SIZE:
        raise _malformed(f"the size is 0 to {MAX_SIZE}, not {size}")
    if len(root) != HASH_BYTES:
        raise _malformed(f"the root hash has {HASH_BYTES} bytes, not {len(root)}")
    return f"{origin}\n{size}\n{b64encode(root).decode('ascii')}\n"


def parse(text: str) -> Checkpoint:
    """Read the text of a note whose signature was checked.

    Raises:
        RecordError: checkpoint-malformed, checkpoint-extension-lines.
    """
    lines = text.split("\n")
    if len(lines) < _LINES + 1 or lines[-1]:
        raise _malformed("a checkpoint is three lines: origin, size, root hash")
    if len(lines) > _LINES + 1:
        raise RecordError("checkpoint-extension-lines", "a checkpoint here has no extension lines")
    origin, digits, root64 = lines[:_LINES]
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _MAX_DIGITS):
        raise _malformed("the size is a decimal number")
    try:
        root = b64decode(root64.encode("ascii"), validate=True)
    except (Base64Error, UnicodeEncodeError):
        raise _malformed("the root hash is base64") from None
    checkpoint = Checkpoint(origin, int(digits), root)
    if encode(checkpoint) != text:
        raise _malformed("the checkpoint is not in its one canonical form")
    return checkpoint


def sign_checkpoint(checkpoint: Checkpoint, private: Ed25519PrivateKey) -> bytes:
    """Sign a head under its origin as the key's name.

    The caller has re-read and re-hashed what it signs, and has never signed a head that is inconsistent
    with this one.

    Raises:
        RecordError: checkpoint-malformed.
    """
    return sign_note(encode(checkpoint), [Signer(checkpoint.origin, private)])


def open_checkpoint(note: bytes, origin: str, known: Sequence[Verifier]) -> Checkpoint:
    """Verify a signed head of the record called `origin`.

    Args:
        note: the signed note.
        origin: the name that the record must have.
        known: the record's head keys, named `origin`; keys of witnesses may be among them, and then
            their signatures must verify as well, but cannot stand in for the record's own.

    Raises:
        RecordError: as `note.open_note` and `parse`; checkpoint-origin-mismatch when the note is of
            another record or its own key did not sign it.
    """
    opened = open_note(note, known)
    checkpoint = parse(opened.text)
    if checkpoint.origin != origin:
        raise RecordError(
            "checkpoint-origin-mismatch",
            f"the head is of the record {checkpoint.origin[:80]!r}, not of {origin!r}",
        )
    if origin not in {verifier.name for verifier in opened.signed_by}:
        raise RecordError(
            "checkpoint-origin-mismatch", "the head is not signed by its record's own key", where=origin
        )
    return checkpoint


def _malformed(what: str) -> RecordError:
    return RecordError("checkpoint-malformed", what)
