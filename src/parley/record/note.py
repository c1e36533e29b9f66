"""Signed notes: a text and the signatures under it (C2SP, https://c2sp.org/signed-note).

A signed note is UTF-8 with no ASCII control character but the newline (U+000A). It is

    the text, which ends in a newline
    an empty line
    one or more signature lines

and a signature line is an em dash (U+2014), a space, the key's name, a space, base64, a newline:

    — <name> base64(key id, 4 bytes || signature)

The text may hold empty lines: the last empty line of the note ends it. Signatures cover the text with its
final newline, and not the empty line. A key's name is not empty and has no Unicode space and no plus.
Base64 is the standard alphabet, padded, in its one canonical form. One algorithm is known here, Ed25519
(RFC 8032), whose byte is 0x01:

    key id = SHA-256(name || 0x0A || 0x01 || public key)[:4]
    vkey   = <name>+<key id, 8 lower-case hexadecimal digits>+base64(0x01 || public key)

A worked key: the first one of RFC 8032, section 7.1, under the name `parley.example/record`.

    private key  9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60
    public key   d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a
    key id       42be1664
    vkey         parley.example/record+42be1664+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea

It signs the 24 bytes of "Hold fire until 14:30Z." and a newline into this note:

    Hold fire until 14:30Z.

    — parley.example/record Qr4WZOZF3Glfir9GN/0NyPZ4lu2HRiijY40iqtYiKd/JQkdKpWtRBbUVLswnC2KGHMnbcdS7YAzajOXMlHvzPTQz0wE=

Opening a note: a signature from a key that we do not know is ignored, even if it shares the name or the
id (not both) with one that we know. Every signature from a known key must verify, and at least one must be
there. Stricter than the specification, so that a verified note has one form and one possible author: a
second signature line from one known key, base64 that is not canonical and public keys of small order are
refused. At most 16 signatures and 256 KiB.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from parley.record.errors import RecordError
from parley.wire.keys import is_fit

MAX_NOTE_BYTES: Final = 262_144
"""The longest note that is read, in bytes: 16 signatures of 5 kB and room for the text."""
MAX_SIGNATURES: Final = 16
"""The most signature lines in a note; the specification asks for at least this many."""
ED25519: Final = 0x01
"""The signature type byte of Ed25519."""

_KEY_ID_BYTES = 4
_PUBLIC_KEY_BYTES = 32
_DASH = "— "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class Signature(Struct, frozen=True):
    """One signature line, verified or not.

    Attributes:
        name: the key's name.
        key_id: 4 bytes.
        value: the signature, at least 1 byte; 64 for Ed25519.
    """

    name: str
    key_id: bytes
    value: bytes


class Note(Struct, frozen=True):
    """A text and its signature lines in order. Parsing verifies nothing: see `open_note`."""

    text: str
    signatures: tuple[Signature, ...]


class Verifier(Struct, frozen=True):
    """A known key: its name and its raw Ed25519 public key, 32 bytes."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(self.public) != _PUBLIC_KEY_BYTES:
            raise RecordError(
                "key-wrong-length",
                f"an Ed25519 public key has {_PUBLIC_KEY_BYTES} bytes, not {len(self.public)}",
                where=self.name,
            )
        if not is_fit(self.public.hex()):
            raise RecordError(
                "key-unfit",
                "the public key is not canonical, or of small order: anyone could sign for it",
                where=self.name,
            )

    @property
    def key_id(self) -> bytes:
        """The key's 4-byte id."""
        return key_id(self.name, self.public)

    @property
    def vkey(self) -> str:
        """The key as text, to be handed to whoever verifies."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(bytes([ED25519]) + self.public)}"

    def verify(self, text: bytes, signature: bytes) -> None:
        """Check one signature over a note's text.

        Raises:
            RecordError: note-bad-signature.
        """
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            raise RecordError(
                "note-bad-signature",
                "a signature from a known key does not verify",
                where=f"{self.name}+{self.key_id.hex()}",
                do="Keep the note: either it was altered, or its key was misused.",
            ) from None


class Signer(Struct, frozen=True):
    """A name and the private key that signs under it."""

    name: str
    private: Ed25519PrivateKey

    def __post_init__(self) -> None:
        _check_name(self.name)

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return _public_half(self.name, self.private)


@lru_cache(maxsize=256)
def _public_half(name: str, private: Ed25519PrivateKey) -> Verifier:
    """Derive the public half; a head is signed with every commit, by few keys."""
    return Verifier(name, private.public_key().public_bytes_raw())


class Opened(Struct, frozen=True):
    """A verified note.

    Attributes:
        text: what was signed.
        signed_by: the known keys that signed it, in the note's order; never empty.
        note: the whole note, with the signatures of unknown keys.
    """

    text: str
    signed_by: tuple[Verifier, ...]
    note: Note


@lru_cache(maxsize=1_024)
def is_key_name(name: str) -> bool:
    """Say whether a key can have this name: not empty, no space, plus sign or control character."""
    return bool(name) and not any(
        character == "+" or character < " " or character.isspace() or "\ud800" <= character <= "\udfff"
        for character in name
    )


def key_id(name: str, public: bytes, algorithm: int = ED25519) -> bytes:
    """Return a key's 4-byte id: SHA-256(name || 0x0A || algorithm || public key)[:4]."""
    return sha256(name.encode() + b"\n" + bytes([algorithm]) + public).digest()[:_KEY_ID_BYTES]


def parse_vkey(vkey: str) -> Verifier:
    """Read a key from its text form.

    Raises:
        RecordError: vkey-malformed, vkey-unknown-algorithm, vkey-hash-mismatch, note-key-name-malformed,
            key-wrong-length, key-unfit.
    """
    parts = vkey.split("+", 2)
    if len(parts) != 3:  # noqa: PLR2004 - name, id, key
        raise RecordError("vkey-malformed", "a verifier key is name+id+key, joined by plus signs")
    name, id_hex, key64 = parts
    material = _unbase64(key64, "vkey-malformed")
    if not material or material[0] != ED25519:
        raise RecordError("vkey-unknown-algorithm", "only Ed25519 keys (algorithm byte 0x01) are known here")
    verifier = Verifier(name, material[1:])
    if id_hex != verifier.key_id.hex():
        raise RecordError(
            "vkey-hash-mismatch",
            f"the key's id is {verifier.key_id.hex()}, not {id_hex[:16]!r}",
            where=name,
            do="Ask for the key again over another channel.",
        )
    return verifier


def sign_note(text: str, signers: Iterable[Signer]) -> bytes:
    """Sign a text, one line per signer in the order given.

    Ed25519 is deterministic: the same text and keys give the same bytes.

    Raises:
        RecordError: note-text-malformed, note-control-character, note-no-signatures,
            note-duplicate-signature, note-too-many-signatures, note-too-long.
    """
    data = _bytes(text)
    signatures = []
    for signer in signers:
        verifier = signer.verifier
        signatures.append(Signature(verifier.name, verifier.key_id, signer.private.sign(data)))
    return encode(Note(text, tuple(signatures)))


def encode(note: Note) -> bytes:
    """Return the bytes of a note.

    Raises:
        RecordError: as `parse`, when the parts make no valid note.
    """
    lines = [_line(signature) for signature in note.signatures]
    data = _bytes(f"{note.text}\n{''.join(lines)}")
    if parse(data) != note:
        raise RecordError("note-text-malformed", "a note's text ends in a newline")
    if len({(signature.name, signature.key_id) for signature in note.signatures}) != len(lines):
        raise RecordError("note-duplicate-signature", "one key signs a note once")
    return data


def parse(note: bytes) -> Note:
    """Read a note's parts without verifying anything: the text must not be trusted yet.

    Raises:
        RecordError: note-too-long, note-not-utf8, note-control-character, note-no-signatures,
            note-text-malformed, note-too-many-signatures, note-signature-line-malformed,
            note-key-name-malformed.
    """
    decoded = _characters(note)
    split = decoded.rfind("\n\n")
    if split < 0:
        raise RecordError("note-text-malformed", "an empty line must stand between text and signatures")
    text, block = decoded[: split + 1], decoded[split + 2 :]
    if not block:
        raise RecordError("note-no-signatures", "the note ends before its signatures")
    if not block.endswith("\n"):
        raise RecordError("note-signature-line-malformed", "the last signature line has no newline")
    lines = block[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise RecordError(
            "note-too-many-signatures", f"a note has at most {MAX_SIGNATURES} signatures, not {len(lines)}"
        )
    return Note(text, tuple(_parse_line(line) for line in lines))


def open_note(note: bytes, known: Sequence[Verifier]) -> Opened:
    """Parse a note and check every signature from a known key.

    Raises:
        RecordError: as `parse`; note-keys-ambiguous when two different known keys share name and id;
            note-duplicate-signature, note-bad-signature, note-no-known-signature.
    """
    parsed = parse(note)
    by_key = _by_key(known)
    text = parsed.text.encode()
    signed_by: list[Verifier] = []
    for signature in parsed.signatures:
        verifier = by_key.get((signature.name, signature.key_id))
        if verifier is None:
            continue
        if verifier in signed_by:
            raise RecordError(
                "note-duplicate-signature", "one known key has two signature lines", where=signature.name
            )
        verifier.verify(text, signature.value)
        signed_by.append(verifier)
    if not signed_by:
        raise RecordError(
            "note-no-known-signature",
            "no key that we know has signed this note",
            do="Check that the key is the one in the other party's descriptor.",
        )
    return Opened(parsed.text, tuple(signed_by), parsed)


def _by_key(known: Sequence[Verifier]) -> dict[tuple[str, bytes], Verifier]:
    by_key: dict[tuple[str, bytes], Verifier] = {}
    for verifier in known:
        if by_key.setdefault((verifier.name, verifier.key_id), verifier) != verifier:
            raise RecordError(
                "note-keys-ambiguous", "two different known keys share a name and an id", where=verifier.name
            )
    return by_key


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise RecordError("note-not-utf8", "a note is UTF-8, which has no lone surrogates") from None


def _characters(note: bytes) -> str:
    if len(note) > MAX_NOTE_BYTES:
        raise RecordError("note-too-long", f"a note has at most {MAX_NOTE_BYTES} bytes, not {len(note)}")
    try:
        decoded = note.decode()
    except UnicodeDecodeError:
        raise RecordError("note-not-utf8", "a note is UTF-8") from None
    if _CONTROL.search(decoded):
        raise RecordError("note-control-character", "a note has no control character but the newline")
    return decoded


def _line(signature: Signature) -> str:
    return f"{_DASH}{signature.name} {_base64(signature.key_id + signature.value)}\n"


def _parse_line(line: str) -> Signature:
    name, space, value64 = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space:
        raise RecordError("note-signature-line-malformed", "a signature line is: em dash, name, base64")
    _check_name(name)
    value = _unbase64(value64, "note-signature-line-malformed")
    if len(value) <= _KEY_ID_BYTES:
        raise RecordError("note-signature-line-malformed", "a signature is longer than its key id")
    return Signature(name, value[:_KEY_ID_BYTES], value[_KEY_ID_BYTES:])


def _check_name(name: str) -> None:
    if not is_key_name(name):
        raise RecordError("note-key-name-malformed", "a key's name is not empty, without space and plus")


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _unbase64(text: str, rule: str) -> bytes:
    """Decode base64 that is exactly the form we would write."""
    try:
        data = b64decode(text.encode("ascii"), validate=True)
    except (Base64Error, UnicodeEncodeError):
        data = None
    if data is None or _base64(data) != text:
        raise RecordError(rule, "this is not canonical base64", where=text[:40])
    return data
