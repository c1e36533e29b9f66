"""A party's descriptor: its keys and addresses, signed by its offline root; and a line's papers."""

from hashlib import sha256
from typing import Annotated

from msgspec import Meta, Struct

from parley.words.bodies import LineTerms
from parley.words.units import Count, LineId, PartyId, Sha256Hex, TimeMs

PublicKeyHex = Annotated[str, Meta(pattern="^[0-9a-f]{64}$(?!\n)")]
"""A raw Ed25519 public key, lower-case hexadecimal."""
PartyName = Annotated[str, Meta(pattern="^[A-Z][A-Z0-9-]{1,23}$(?!\n)")]
"""The short name a party uses on the line, fit for voice: "EASTERN"."""


class Keys(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One working key per purpose."""

    message: PublicKeyHex
    head: PublicKeyHex
    cosign: PublicKeyHex


class Descriptor(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a party's root key vouches for.

    Attributes:
        root: the raw root public key; the party's id is its SHA-256.
        serial: 0 for the first descriptor, then one more each time.
        prev: SHA-256 of the previous descriptor's payload; null for serial 0.
        certificate_pem: the node's TLS certificate; peers pin it.
        endpoints: base addresses of the peer interface, in order of preference.
    """

    v: Annotated[int, Meta(ge=1, le=1)]
    name: PartyName
    root: PublicKeyHex
    serial: Count
    prev: Sha256Hex | None
    keys: Keys
    certificate_pem: Annotated[str, Meta(max_length=8_000)]
    endpoints: Annotated[tuple[Annotated[str, Meta(max_length=300)], ...], Meta(max_length=8)]
    at: TimeMs


class Proposal(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file that one party hands to the other to open a line: its descriptor and the terms.

    Attributes:
        descriptor: the root-signed envelope, as text.
    """

    descriptor: Annotated[str, Meta(max_length=40_000)]
    terms: LineTerms
    at: TimeMs


class Acceptance(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file that comes back: the accepter's descriptor and its signed terms, as envelopes."""

    descriptor: Annotated[str, Meta(max_length=40_000)]
    terms: Annotated[str, Meta(max_length=400_000)]


def party_without_keys(line: LineId, name: str) -> PartyId:
    """Return the id that stands, on one phone line, for a party that runs no node.

    SHA-256("parley-party-without-keys" || 0x00 || line || 0x00 || name). It names; it proves nothing.
    """
    return sha256(b"\x00".join((b"parley-party-without-keys", line.encode(), name.encode()))).hexdigest()


def party_of(descriptor: Descriptor) -> PartyId:
    """Return the party id: SHA-256 of the raw root public key."""
    return sha256(bytes.fromhex(descriptor.root)).hexdigest()
