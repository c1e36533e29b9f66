"""Frames and papers: what is signed but not recorded.

Each has a payload type of its own, so that a signature made for one can never pass for another.
"""

from hashlib import sha256, sha512
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from parley.wire import dsse, jcs
from parley.wire.jcs import broken
from parley.wire.keys import SigningKey
from parley.words.header import AnyFrame
from parley.words.party import Acceptance, Descriptor, Proposal

DESCRIPTOR_TYPE: Final = "application/vnd.parley.descriptor.v1+json"
PROPOSAL_TYPE: Final = "application/vnd.parley.proposal.v1+json"
ACCEPTANCE_TYPE: Final = "application/vnd.parley.acceptance.v1+json"
FRAME_TYPE: Final = "application/vnd.parley.frame.v1+json"

T = TypeVar("T", bound=Struct)

_DESCRIPTOR: Final = msgspec.json.Decoder(Descriptor)
_PROPOSAL: Final = msgspec.json.Decoder(Proposal)
_ACCEPTANCE: Final = msgspec.json.Decoder(Acceptance)
_FRAME: Final = msgspec.json.Decoder(AnyFrame)


def _read(payload: bytes, decoder: "msgspec.json.Decoder[T]") -> T:
    jcs.check_text(payload)
    try:
        value = decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise broken("payload-malformed", str(error)) from error
    if jcs.encode(value) != payload:
        raise broken("payload-not-canonical")
    return value


def sign_descriptor(descriptor: Descriptor, root: SigningKey) -> bytes:
    """Return the root-signed envelope of a descriptor."""
    return dsse.seal(DESCRIPTOR_TYPE, jcs.encode(descriptor), root)[0]


def read_descriptor(envelope: bytes) -> tuple[Descriptor, str]:
    """Open a descriptor: it must be signed by the root key that it names.

    Returns:
        The descriptor and the SHA-256 of its payload, which terms and successors cite. It proves
        that the holder of this root wrote it; who that is, the safety number settles.

    Raises:
        PeerError: a rule of the envelope or the payload is broken.
    """
    opened = dsse.open_unverified(envelope, DESCRIPTOR_TYPE)
    descriptor = _read(opened.payload, _DESCRIPTOR)
    dsse.verify(opened, descriptor.root)
    return descriptor, sha256(opened.payload).hexdigest()


def sign_proposal(proposal: Proposal, key: SigningKey) -> bytes:
    """Return the signed envelope of a line's proposal."""
    return dsse.seal(PROPOSAL_TYPE, jcs.encode(proposal), key)[0]


def read_proposal(envelope: bytes) -> tuple[Proposal, Descriptor, str]:
    """Open a proposal: signed by the message key of the descriptor inside it.

    Raises:
        PeerError: a rule of the envelope or the payload is broken.
    """
    opened = dsse.open_unverified(envelope, PROPOSAL_TYPE)
    proposal = _read(opened.payload, _PROPOSAL)
    descriptor, digest = read_descriptor(proposal.descriptor.encode())
    dsse.verify(opened, descriptor.keys.message)
    return proposal, descriptor, digest


def sign_acceptance(acceptance: Acceptance, key: SigningKey) -> bytes:
    """Return the signed envelope of a line's acceptance."""
    return dsse.seal(ACCEPTANCE_TYPE, jcs.encode(acceptance), key)[0]


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
    """Return the signed envelope of a frame."""
    return dsse.seal(FRAME_TYPE, jcs.encode(frame), key)[0]


def read_frame(envelope: bytes, public_hex: str) -> AnyFrame:
    """Open and verify a frame.

    Raises:
        PeerError: a rule of the envelope or the payload is broken.
    """
    opened = dsse.open_unverified(envelope, FRAME_TYPE)
    dsse.verify(opened, public_hex)
    frame: AnyFrame = _read(opened.payload, _FRAME)
    return frame


def safety_number(root_a_hex: str, root_b_hex: str, terms_digest: str, line: str) -> str:
    """Return the 60 digits that both people compare over another channel.

    The decimal form, modulo 10**60, of SHA-512 over a label, both raw root keys in ascending order,
    the line and the digest of the terms; in twelve groups of five.
    """
    first, second = sorted((bytes.fromhex(root_a_hex), bytes.fromhex(root_b_hex)))
    seed = b"parley safety number v1\n" + first + second + bytes.fromhex(line) + bytes.fromhex(terms_digest)
    digits = f"{int.from_bytes(sha512(seed).digest(), 'big') % 10**60:060d}"
    return " ".join(digits[start : start + 5] for start in range(0, 60, 5))
