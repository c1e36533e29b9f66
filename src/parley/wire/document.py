"""Frames and papers: what is signed but not recorded.

Each has a payload type of its own, so that a signature made for one can never pass for another. What
is written is read back by the peer's rules before it is signed.
"""

from hashlib import sha256, sha512
from typing import Final, TypeVar

import msgspec

from parley.geo.validity import area_fault
from parley.wire import dsse, jcs
from parley.wire.jcs import broken
from parley.wire.keys import SigningKey, is_fit
from parley.words.bodies import LineTerms
from parley.words.header import AnyFrame
from parley.words.party import Acceptance, Descriptor, Proposal

DESCRIPTOR_TYPE: Final = "application/vnd.parley.descriptor.v1+json"
PROPOSAL_TYPE: Final = "application/vnd.parley.proposal.v1+json"
ACCEPTANCE_TYPE: Final = "application/vnd.parley.acceptance.v1+json"
FRAME_TYPE: Final = "application/vnd.parley.frame.v1+json"

T = TypeVar("T")

_DESCRIPTOR: Final = msgspec.json.Decoder(Descriptor)
_PROPOSAL: Final = msgspec.json.Decoder(Proposal)
_ACCEPTANCE: Final = msgspec.json.Decoder(Acceptance)
_FRAME: Final[msgspec.json.Decoder[AnyFrame]] = msgspec.json.Decoder(AnyFrame)


def _read(payload: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    jcs.check_text(payload)
    try:
        value = decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        jcs.check(payload)
        raise broken("payload-malformed", str(error)) from error
    if jcs.encode(value) != payload:
        jcs.check(payload)
        raise broken("payload-malformed", "a member is missing")
    return value


def _read_descriptor_payload(payload: bytes) -> Descriptor:
    descriptor = _read(payload, _DESCRIPTOR)
    keys = (descriptor.root, descriptor.keys.message, descriptor.keys.head, descriptor.keys.cosign)
    if len(set(keys)) != len(keys):
        raise broken("key-unfit", "one key for two purposes")
    if not all(map(is_fit, keys)):
        raise broken("key-unfit", "not canonical, or of small order")
    if (descriptor.serial == 0) != (descriptor.prev is None):
        raise broken("prev-missing", "only the descriptor numbered 0 has no predecessor")
    return descriptor


def _read_proposal_payload(payload: bytes) -> Proposal:
    proposal = _read(payload, _PROPOSAL)
    area = proposal.terms.area
    fault = None if area is None else area_fault(area)
    if fault is not None:
        raise broken("volume-invalid", f"{fault.rule}: {fault.detail}")
    return proposal


def _seal(payload_type: str, payload: bytes, key: SigningKey) -> bytes:
    if len(payload) > dsse.MAX_PAYLOAD_BYTES:
        raise broken("envelope-too-large", f"payload of {len(payload)} bytes")
    return dsse.seal(payload_type, payload, key)[0]


def sign_descriptor(descriptor: Descriptor, root: SigningKey) -> bytes:
    """Return the root-signed envelope of a descriptor.

    Raises:
        PeerError: the descriptor breaks a rule, or names another root (key-unknown).
    """
    payload = jcs.encode(descriptor)
    if _read_descriptor_payload(payload).root != root.public_hex:
        raise broken("key-unknown", "the descriptor names another root")
    return _seal(DESCRIPTOR_TYPE, payload, root)


def read_descriptor(envelope: bytes) -> tuple[Descriptor, str]:
    """Open a descriptor: it must be signed by the root key that it names.

    Returns:
        The descriptor and the SHA-256 of its payload, which terms and successors cite. It proves
        that the holder of this root wrote it; who that is, the safety number settles.

    Raises:
        PeerError: a rule of the envelope or the payload is broken.
    """
    opened = dsse.open_unverified(envelope, DESCRIPTOR_TYPE)
    descriptor = _read_descriptor_payload(opened.payload)
    dsse.verify(opened, descriptor.root)
    return descriptor, sha256(opened.payload).hexdigest()


def sign_proposal(proposal: Proposal, key: SigningKey) -> bytes:
    """Return the envelope of a line's proposal, signed by the message key of its descriptor.

    Raises:
        PeerError: the proposal breaks a rule.
    """
    payload = jcs.encode(proposal)
    _read_proposal_payload(payload)
    return _seal(PROPOSAL_TYPE, payload, key)


def read_proposal(envelope: bytes) -> tuple[Proposal, Descriptor, str]:
    """Open a proposal: signed by the message key of the descriptor inside it.

    Raises:
        PeerError: a rule of the envelope or the payload is broken.
    """
    opened = dsse.open_unverified(envelope, PROPOSAL_TYPE)
    proposal = _read_proposal_payload(opened.payload)
    descriptor, digest = read_descriptor(proposal.descriptor.encode())
    dsse.verify(opened, descriptor.keys.message)
    return proposal, descriptor, digest


def sign_acceptance(acceptance: Acceptance, key: SigningKey) -> bytes:
    """Return the envelope of a line's acceptance, signed by the message key of its descriptor.

    Raises:
        PeerError: the acceptance breaks a rule.
    """
    payload = jcs.encode(acceptance)
    _read(payload, _ACCEPTANCE)
    return _seal(ACCEPTANCE_TYPE, payload, key)


def read_acceptance(envelope: bytes) -> tuple[Acceptance, Descriptor, str]:
    """Open an acceptance: signed by the message key of the descriptor inside it.

    Raises:
        PeerError: a rule of the envelope or the payload is broken.
    """
    opened = dsse.open_unverified(envelope, ACCEPTANCE_TYPE)
    acceptance = _read(opened.payload, _ACCEPTANCE)
    descriptor, digest = read_descriptor(acceptance.descriptor.encode())
    dsse.verify(opened, descriptor.keys.message)
    return acceptance, descriptor, digest


def sign_frame(frame: AnyFrame, key: SigningKey) -> bytes:
    """Return the signed envelope of a frame.

    Raises:
        PeerError: the frame breaks a rule.
    """
    payload = jcs.encode(frame)
    _read(payload, _FRAME)
    return _seal(FRAME_TYPE, payload, key)


def read_frame(envelope: bytes, public_hex: str) -> AnyFrame:
    """Open and verify a frame.

    Raises:
        PeerError: a rule of the envelope or the payload is broken.
    """
    opened = dsse.open_unverified(envelope, FRAME_TYPE)
    dsse.verify(opened, public_hex)
    return _read(opened.payload, _FRAME)


def terms_digest(terms: LineTerms) -> str:
    """Return SHA-256(JCS(terms)), hex: what the safety number binds."""
    return sha256(jcs.encode(terms)).hexdigest()


def safety_number(root_a_hex: str, root_b_hex: str, terms_digest: str, line: str) -> str:
    """Return the 60 digits that both people compare over another channel.

    The decimal form, modulo 10**60, of SHA-512 over a label, both raw root keys in ascending order,
    the line and the digest of the terms; in twelve groups of five.
    """
    first, second = sorted((bytes.fromhex(root_a_hex), bytes.fromhex(root_b_hex)))
    seed = b"parley safety number v1\n" + first + second + bytes.fromhex(line) + bytes.fromhex(terms_digest)
    digits = f"{int.from_bytes(sha512(seed).digest(), 'big') % 10**60:060d}"
    return " ".join(digits[start : start + 5] for start in range(0, 60, 5))
