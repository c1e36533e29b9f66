"""The rules of the wire, by name. Vectors, peers, journal and people all use these names.

Bytes that break several rules are refused by one of them; which one is not fixed.

The rules of `FORM` fail before a header can be trusted: such bytes are quarantined. The rules of
`BODY` fail after it: such a message is recorded, receipted and answered with `unreadable`.
"""

from collections.abc import Mapping
from typing import Final

FORM: Final[Mapping[str, str]] = {
    "envelope-too-large": "an envelope holds a payload of at most 256 KiB",
    "envelope-malformed": "an envelope is a JSON object of payload, payloadType and signatures only",
    "envelope-not-canonical": "an envelope equals its own JCS form, with standard padded base64",
    "payload-type-unknown": "the payload type is the one expected here",
    "signature-count": "an envelope carries exactly the line's suite of signatures, in order: one Ed25519",
    "signature-length": "an Ed25519 signature is 64 bytes",
    "key-unknown": "the key id is that of the sender's current key for this purpose",
    "signature-invalid": "the signature is the key's over the pre-authentication encoding",
    "key-unfit": "each key is a point of large order in canonical form, and a descriptor's four keys differ",
    "payload-malformed": "a payload is a JSON object of the expected members",
    "payload-not-canonical": "a payload equals its own JCS form, with integers only and ASCII member names",
    "payload-too-deep": "a payload nests at most 16 levels",
    "text-not-nfc": "a payload, read as text, is in Unicode normalisation form C",
    "header-invalid": "the header has the frozen form of protocol version 1",
    "number-missing": "every kind but receipt is numbered",
    "number-unexpected": "a receipt has neither seq nor prev",
    "prev-missing": "each numbered message and descriptor but the first cites its predecessor",
    "line-mismatch": "a message belongs to the line on which it arrives",
    "epoch-unknown": "a message belongs to an epoch that both sides know",
    "party-mismatch": "a message is from the peer of the line and to this party",
    "exercise-mismatch": "EXERCISE on the message and on the line agree",
}

BODY: Final[Mapping[str, str]] = {
    "kind-unknown": "the kind is one that this node can read",
    "kind-mismatch": "header and body name the same kind",
    "body-invalid": "the body has exactly the members of its kind, each within its bounds",
    "avoidance-says-more": "a notice whose activity is withheld states neither actor nor reason",
    "relay-unchained": "what was heard from a party has a chain, and its first link is that party",
    "relay-forbidden": "what may not be shared onward is not relayed",
    "flash-too-large": "a FLASH payload is at most 8 KiB",
    "volume-invalid": "a volume has a valid area, band and window; the detail names the fault",
}

ALL: Final[Mapping[str, str]] = {**FORM, **BODY}
