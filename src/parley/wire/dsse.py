"""The envelope: DSSE v1 with Ed25519, in one byte form only.

    {"payload":"<base64>","payloadType":"<type>","signatures":[{"keyid":"<hex>","sig":"<base64>"}]}

The bytes equal their own JCS form; base64 is standard and padded; the key id is the full SHA-256 of
the raw public key; there is exactly one signature. Lenient parsing is a hole: a second byte form of
one message would give it two hashes. What is signed is the pre-authentication encoding,

    PAE(type, payload) = "DSSEv1" SP len(type) SP type SP len(payload) SP payload

with lengths in decimal ASCII, and `id` is its SHA-256. Worked bytes stand in docs/protocol.md.
Source: https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
"""

from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from parley.wire.jcs import broken, encode
from parley.wire.keys import SIGNATURE_BYTES, SigningKey, key_id, signature_holds

MAX_PAYLOAD_BYTES: Final = 256 * 1024
MAX_ENVELOPE_BYTES: Final = (MAX_PAYLOAD_BYTES + 2) // 3 * 4 + 1_024


class Signature(Struct, frozen=True, forbid_unknown_fields=True):
    """One signature of an envelope."""

    keyid: str
    sig: bytes


class Envelope(Struct, frozen=True, forbid_unknown_fields=True, rename={"payload_type": "payloadType"}):
    """The three members of a DSSE envelope."""

    payload: bytes
    payload_type: str
    signatures: tuple[Signature, ...]


class Opened(Struct, frozen=True):
    """An envelope taken apart. Its form is right; whether its signature holds is `verify`'s to say."""

    payload: bytes
    id: str
    keyid: str
    signature: bytes
    signed: bytes


class _TextSignature(Struct, forbid_unknown_fields=True):
    keyid: str
    sig: str


class _TextEnvelope(Struct, forbid_unknown_fields=True, rename={"payload_type": "payloadType"}):
    payload: str
    payload_type: str
    signatures: tuple[_TextSignature, ...]


_DECODER: Final = msgspec.json.Decoder(Envelope)
_TEXT_DECODER: Final = msgspec.json.Decoder(_TextEnvelope)


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the pre-authentication encoding, which is what is signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def seal(payload_type: str, payload: bytes, key: SigningKey) -> tuple[bytes, str]:
    """Sign a payload.

    Returns:
        The envelope's bytes and the id (hex SHA-256 of what was signed).
    """
    signed = pae(payload_type, payload)
    envelope = Envelope(payload, payload_type, (Signature(key.id, key.sign(signed)),))
    return encode(envelope), sha256(signed).hexdigest()


def open_unverified(data: bytes, payload_type: str) -> Opened:
    """Take an envelope apart and check its form, not its signature: call `verify` before believing it.

    Raises:
        PeerError: a rule of the envelope is broken; it names the rule.
    """
    if len(data) > MAX_ENVELOPE_BYTES:
        raise broken("envelope-too-large", f"{len(data)} bytes")
    envelope = _decode(data)
    if encode(envelope) != data:
        raise broken("envelope-not-canonical")
    if len(envelope.payload) > MAX_PAYLOAD_BYTES:
        raise broken("envelope-too-large", f"payload of {len(envelope.payload)} bytes")
    if envelope.payload_type != payload_type:
        raise broken("payload-type-unknown", envelope.payload_type)
    if len(envelope.signatures) != 1:
        raise broken("signature-count", str(len(envelope.signatures)))
    (signature,) = envelope.signatures
    if len(signature.sig) != SIGNATURE_BYTES:
        raise broken("signature-length", f"{len(signature.sig)} bytes")
    signed = pae(payload_type, envelope.payload)
    return Opened(envelope.payload, sha256(signed).hexdigest(), signature.keyid, signature.sig, signed)


def _decode(data: bytes) -> Envelope:
    try:
        return _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        _check_shape(data)
        raise broken("envelope-not-canonical", "not standard padded base64") from error


def _check_shape(data: bytes) -> None:
    """Raise unless only the base64 can be at fault."""
    try:
        _TEXT_DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise broken("envelope-malformed", str(error)) from error


def verify(opened: Opened, public_hex: str) -> None:
    """Raise unless the envelope is signed by this key.

    Raises:
        PeerError: key-unknown or signature-invalid.
    """
    if opened.keyid != key_id(public_hex):
        raise broken("key-unknown", opened.keyid)
    if not signature_holds(public_hex, opened.signature, opened.signed):
        raise broken("signature-invalid")
