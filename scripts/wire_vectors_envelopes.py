# ruff: noqa: INP001 - a script, not a package
"""Broken envelopes: what is refused before the payload is looked at."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Final

import wire_samples as s
from wire_case import NOTICE, SIGNER, Case, broken, envelope_with, sealed, signed

from parley.wire import document, jcs

BASE64: Final = ascii_uppercase + ascii_lowercase + digits + "+/"
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
"""The order of the base point of Ed25519."""
PARTS: Final = json.loads(NOTICE)
SIG: Final[str] = PARTS["signatures"][0]["sig"]
BEAT: Final = document.sign_frame(s.FRAMES["beat"], SIGNER)


def cases() -> Iterator[Case]:
    """Yield every case."""
    yield from _malformed()
    yield from _not_canonical()
    yield from _base64()
    yield from _signature_forms()
    yield from _signatures()
    yield from broken(
        "envelope-too-large",
        {"by-one-byte": ("A payload of 256 KiB and one byte.", sealed(jcs.encode("x" * (256 * 1024 - 1))))},
    )
    yield from broken(
        "payload-type-unknown",
        {
            "other": ("A type that is not Parley's.", sealed(b"{}", "application/json")),
            "frame": ("A frame where a message is expected.", BEAT),
        },
    )


def _malformed() -> Iterator[Case]:
    yield from broken(
        "envelope-malformed",
        {
            "empty": ("No bytes.", b""),
            "truncated": ("The last byte is missing.", NOTICE[:-1]),
            "trailing": ("Something follows the envelope.", NOTICE + b"{}"),
            "byte-order-mark": ("A byte order mark stands first.", b"\xef\xbb\xbf" + NOTICE),
            "not-utf8": ("A byte that is not UTF-8.", NOTICE.replace(b'keyid":"', b'keyid":"\xff')),
            "half-surrogate": ("Half a surrogate pair.", NOTICE.replace(b'keyid":"', b'keyid":"\\ud800')),
            "list": ("A list.", b"[" + NOTICE + b"]"),
            "deep": ("Five thousand lists inside one another.", b"[" * 5_000 + b"]" * 5_000),
            "extra-member": ("A fourth member.", envelope_with(lambda e: e.update(note="x"))),
            "extra-member-in-signature": (
                "A third member in the signature.",
                envelope_with(lambda e: e["signatures"][0].update(cert="x")),
            ),
            "member-missing": ("No payloadType.", envelope_with(lambda e: e.pop("payloadType"))),
            "null": ("The payload is null.", envelope_with(lambda e: e.update(payload=None))),
        },
    )


def _not_canonical() -> Iterator[Case]:
    reordered = json.dumps(dict(reversed(json.loads(NOTICE).items())), separators=(",", ":")).encode()
    twice = NOTICE.replace(b'"payloadType":', b'"payloadType":"x","payloadType":')
    yield from broken(
        "envelope-not-canonical",
        {
            "space": ("A space after a colon.", NOTICE.replace(b":", b": ", 1)),
            "newline": ("A newline after the envelope.", NOTICE + b"\n"),
            "order": ("The members in another order.", reordered),
            "duplicate-member": ("payloadType stands twice.", twice),
            "escape": ("An escaped slash.", NOTICE.replace(b"application/", rb"application\/")),
        },
    )


def _base64() -> Iterator[Case]:
    last = BASE64[BASE64.index(SIG[-3]) + 1]
    forms = {
        "trailing-bits": ("The unused bits at the end are not 0.", f"{SIG[:-3]}{last}=="),
        "unpadded": ("No padding.", SIG.rstrip("=")),
        "overpadded": ("Too much padding.", SIG + "="),
        "url-alphabet": ("The URL-safe alphabet.", SIG.replace("+", "-").replace("/", "_")),
        "line-break": ("A newline in the base64.", f"{SIG[:40]}\n{SIG[40:]}"),
        "stray-character": ("A character outside the alphabet.", f"{SIG[:40]}*{SIG[40:]}"),
    }
    for name, (what, sig) in forms.items():
        if sig == SIG:
            raise LookupError(name)
        data = _with_signature_text(sig)
        yield from broken("envelope-not-canonical", {f"base64-{name}": (what, data)})


def _signature_forms() -> Iterator[Case]:
    second = json.loads(sealed(b"{}", key=s.KEYS[s.STRANGER]))["signatures"][0]
    yield from broken(
        "signature-count",
        {
            "none": ("No signature.", envelope_with(lambda e: e["signatures"].clear())),
            "added": ("A second signature.", envelope_with(lambda e: e["signatures"].append(second))),
            "repeated": (
                "The same signature twice.",
                envelope_with(lambda e: e["signatures"].append(e["signatures"][0])),
            ),
        },
    )
    yield from broken(
        "signature-length",
        {
            "empty": ("No bytes.", _with_signature(b"")),
            "short": ("63 bytes.", _with_signature(b64decode(SIG)[:-1])),
            "long": ("65 bytes.", _with_signature(b64decode(SIG) + b"\0")),
        },
    )


def _signatures() -> Iterator[Case]:
    payload = b64decode(PARTS["payload"])
    stranger = sealed(payload, key=s.KEYS[s.STRANGER])
    yield from broken(
        "key-unknown",
        {
            "stranger": ("Signed by a key that is not the sender's.", stranger),
            "capitals": (
                "The key id in capitals.",
                NOTICE.replace(SIGNER.id.encode(), SIGNER.id.upper().encode()),
            ),
            "short": ("The first 32 digits of the key id.", NOTICE.replace(SIGNER.id[32:].encode(), b"")),
        },
    )
    other = json.loads(signed(s.BODIES["end"]).envelope)["signatures"]
    raw = b64decode(SIG)
    s_plus_order = int.from_bytes(raw[32:], "little") + ORDER
    yield from broken(
        "signature-invalid",
        {
            "other-message": (
                "The key's signature over another message.",
                envelope_with(lambda e: e.update(signatures=other)),
            ),
            "order-added": (
                "The group order added to S: the same equation in another byte form.",
                _with_signature(raw[:32] + s_plus_order.to_bytes(32, "little")),
            ),
            "stranger": (
                "Another key's signature under the sender's key id.",
                stranger.replace(s.KEYS[s.STRANGER].id.encode(), SIGNER.id.encode()),
            ),
            "type-changed": (
                "A signed frame whose type was changed to a message's.",
                BEAT.replace(b"parley.frame", b"parley.message"),
            ),
            "payload-changed": (
                "A signed notice whose radius was changed.",
                _with_payload(payload.replace(b'"radius_mm":5000000', b'"radius_mm":5000001')),
            ),
        },
    )


def _with_signature(signature: bytes) -> bytes:
    return _with_signature_text(b64encode(signature).decode())


def _with_signature_text(text: str) -> bytes:
    return envelope_with(lambda e: e["signatures"][0].update(sig=text))


def _with_payload(payload: bytes) -> bytes:
    return envelope_with(lambda e: e.update(payload=b64encode(payload).decode()))
