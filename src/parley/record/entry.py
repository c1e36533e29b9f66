"""Entries: the leaves of a record, one per message or receipt sent or received.

An entry is a JSON object in JCS form (RFC 8785, https://www.rfc-editor.org/rfc/rfc8785): members sorted by
name, no spaces, integers below 2**53, strings of ASCII letters, digits and `_` that need no escape. The
leaf of the tree is `merkle.leaf_hash` of exactly these bytes.

    {"at":1700000000000,"author":"<64 hex>","direction":"sent","env":"<64 hex>","epoch":0,"id":"<64 hex>",
     "index":0,"seq":0,"v":1}

(one line in truth). The envelope lies beside the record under its hash `env`; it can be withheld or
destroyed, and the entry still stands.
"""

from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from parley.record.errors import RecordError
from parley.words.units import Count, Index, MessageId, PartyId, Seq, Sha256Hex, TimeMs

ENTRY_VERSION: Final = 1
MAX_ENTRY_BYTES: Final = 512
"""The longest entry has 345 bytes."""


class Direction(StrEnum):
    """Whether the record's owner sent or received the message."""

    SENT = "sent"
    RECEIVED = "received"


class Entry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One leaf of a record.

    Attributes:
        v: the form of entries, 1.
        epoch: the record's epoch; one record has one.
        index: this entry's number in the record, from 0.
        direction: sent or received, as the record's owner sees it.
        author: the party that signed the message.
        seq: the author's number of the message; null for a receipt, which has none.
        id: the message's id.
        env: SHA-256 of the envelope's bytes.
        at: when the owner recorded it, UTC milliseconds; never earlier than the entry before.
    """

    v: Annotated[int, Meta(ge=1, le=1)] = ENTRY_VERSION
    epoch: Count
    index: Index
    direction: Direction
    author: PartyId
    seq: Seq | None
    id: MessageId
    env: Sha256Hex
    at: TimeMs


_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder(Entry)


def encode(entry: Entry) -> bytes:
    """Return the one form of an entry. Its values are trusted; `decode` is what checks them."""
    return _ENCODER.encode(entry)


def decode(data: bytes) -> Entry:
    """Read an entry strictly: what does not encode to the same bytes is refused.

    Raises:
        RecordError: entry-too-long, entry-malformed, entry-not-canonical.
    """
    if len(data) > MAX_ENTRY_BYTES:
        raise RecordError("entry-too-long", f"an entry has at most {MAX_ENTRY_BYTES} bytes, not {len(data)}")
    try:
        entry = _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RecordError("entry-malformed", f"this is no entry: {error}") from None
    if encode(entry) != data:
        raise RecordError("entry-not-canonical", "the entry is not in its one canonical form")
    return entry
