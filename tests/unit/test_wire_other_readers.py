"""A DSSE library that nobody here wrote reads our envelopes; ours refuses what it lets through."""

import json
from base64 import b64encode

import pytest
from securesystemslib import dsse as other
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer._key import SSlibKey

from parley.wire import dsse
from parley.wire.keys import key_id
from parley.wire.message import PAYLOAD_TYPE, read_message
from parley.words.errors import PeerError
from wire_files import WireFile, all_files

FILES = {file.name: file for file in all_files()}
NOTICE = FILES["valid-notice"]
VALID = [file for file in FILES.values() if file.expect == "valid"]


def their_reading(data: bytes, public_hex: str) -> other.Envelope:
    """Verify an envelope with securesystemslib, which raises when it does not hold."""
    envelope = other.Envelope.from_dict(json.loads(data))
    key = SSlibKey(key_id(public_hex), "ed25519", "ed25519", {"public": public_hex})
    envelope.verify([key], 1)
    return envelope


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.name)
def test_securesystemslib_verifies_our_envelopes(file: WireFile) -> None:
    envelope = their_reading(file.data, file.head["key"])
    assert envelope.pae() == dsse.pae(envelope.payload_type, envelope.payload)


def test_securesystemslib_signs_the_same_bytes() -> None:
    opened = dsse.open_unverified(NOTICE.data, PAYLOAD_TYPE)
    assert other.Envelope(opened.payload, PAYLOAD_TYPE, {}).pae() == opened.signed


def lenient_forms() -> dict[str, bytes]:
    parts = json.loads(NOTICE.data)
    (signature,) = parts["signatures"]
    url_safe = {**signature, "sig": signature["sig"].replace("+", "-").replace("/", "_")}
    stranger = {"keyid": "00" * 32, "sig": b64encode(bytes(64)).decode()}
    forms = {
        "an extra member": {**parts, "note": "x"},
        "an extra member in the signature": {**parts, "signatures": [{**signature, "cert": "x"}]},
        "a signature added": {**parts, "signatures": [stranger, signature]},
        "URL-safe base64": {**parts, "signatures": [url_safe]},
    }
    texts = {
        name: json.dumps(form, separators=(",", ":"), sort_keys=True).encode() for name, form in forms.items()
    }
    texts["unused bits in the base64"] = FILES["envelope-not-canonical-base64-trailing-bits"].data
    texts["spaces"] = json.dumps(parts, indent=1).encode()
    texts["a member twice"] = NOTICE.data.replace(b'{"payload":', b'{"payload":"AAAA","payload":', 1)
    return texts


@pytest.mark.parametrize("name", lenient_forms())
def test_ours_refuses_a_second_form_that_securesystemslib_accepts(name: str) -> None:
    data = lenient_forms()[name]
    assert data != NOTICE.data
    their_reading(data, NOTICE.head["key"])
    with pytest.raises(PeerError) as caught:
        read_message(data, NOTICE.head["key"])
    assert caught.value.name in {"envelope-malformed", "envelope-not-canonical", "signature-count"}


def test_both_refuse_a_changed_signature() -> None:
    file = FILES["signature-invalid-other-message"]
    with pytest.raises(VerificationError):
        their_reading(file.data, file.head["key"])
