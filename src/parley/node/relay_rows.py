"""Rows of relays: the newest of a line, in a ring, so that no peer fills anything with hearsay."""

from typing import Final

import msgspec
from msgspec import Struct

from parley.ports.store import Reads, Tx
from parley.words.bodies import Relay
from parley.words.header import By
from parley.words.units import Count, LineId, MessageId, PartyId, TimeMs

RELAY: Final = "relay/"
COUNT: Final = "relays"
MOST_KEPT: Final = 200
"""Relays of a line that are kept for the desk; all of them stay in the record."""


class KeptRelay(Struct, frozen=True, kw_only=True):
    """One relay, as it was recorded. `attested`: we heard it and say so."""

    id: MessageId
    author: PartyId
    body: Relay
    at_ms: TimeMs
    by: By
    attested: bool
    n: Count


def keep_relay(tx: Tx, line: LineId, kept: KeptRelay) -> None:
    """Keep a relay in the place of the oldest."""
    n = int(tx.private(line, COUNT) or b"0")
    raw = msgspec.json.encode(msgspec.structs.replace(kept, n=n))
    tx.put_private(line, f"{RELAY}{n % MOST_KEPT:03d}", raw)
    tx.put_private(line, COUNT, str(n + 1).encode())


def kept_relays(reads: Reads, line: LineId) -> list[KeptRelay]:
    """Return the relays that are kept, oldest first."""
    rows = reads.privates(line, RELAY).values()
    return sorted((msgspec.json.decode(raw, type=KeptRelay) for raw in rows), key=lambda one: one.n)
