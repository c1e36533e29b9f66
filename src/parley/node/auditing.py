"""Auditing: our own record derived again from its entries and envelopes, and compared with the rest."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from msgspec import Struct

from parley.node.own import Own
from parley.node.recording import peer_of
from parley.ports.store import Line, Reads
from parley.record.audit import audit
from parley.record.entry import Entry
from parley.record.note import Verifier
from parley.wire.message import read_message
from parley.words.errors import ParleyError, PeerError

PAGE: Final = 1_000


class RecordReport(Struct, frozen=True, kw_only=True):
    """What the audit found.

    Attributes:
        problem: the first difference; empty when everything agrees.
    """

    verified: bool
    entries: int
    heads: int
    root: str
    withheld: int
    problem: str


def verify_record(reads: Reads, own: Own, line: Line) -> RecordReport:
    """Check every entry, envelope, signature, tree hash and head of a line's record."""
    heads = reads.heads(line.id)
    chain = reads.chain(line.id)
    withheld = 0
    envelopes: dict[str, bytes | None] = {}

    def entries() -> Iterator[bytes]:
        start = 0
        while rows := reads.entries(line.id, start, min(PAGE, chain.tree.size - start)):
            for value, _, envelope in rows:
                envelopes["next"] = envelope
                yield value
            start += len(rows)

    def check_envelope(entry: Entry) -> None:
        nonlocal withheld
        envelope = envelopes["next"]
        if envelope is None:
            withheld += 1
            return
        _check_envelope(own, line, entry, envelope)

    head_key = Verifier(line.origin, bytes.fromhex(own.head_key.public_hex))
    try:
        report = audit(entries(), heads, origin=line.origin, known=[head_key], check_envelope=check_envelope)
        if (report.size, report.root) != (chain.tree.size, chain.tree.root()):
            raise PeerError("tree-differs", "the stored edge of the tree is not that of the entries")
    except ParleyError as error:
        return RecordReport(
            verified=False,
            entries=chain.tree.size,
            heads=0,
            root=chain.tree.root().hex(),
            withheld=withheld,
            problem=f"{error.name}: {error}",
        )
    return RecordReport(
        verified=True,
        entries=report.size,
        heads=report.heads,
        root=report.root.hex(),
        withheld=withheld,
        problem="",
    )


def _check_envelope(own: Own, line: Line, entry: Entry, envelope: bytes) -> None:
    is_ours = entry.author == own.party
    key = own.descriptor.keys.message if is_ours else (line.peer.keys.message if line.peer else "")
    message = read_message(envelope, key)
    author = own.party if is_ours else peer_of(line)
    digest = sha256(envelope).hexdigest()
    found = (message.id, message.header.seq, message.header.from_, digest)
    if found != (entry.id, entry.seq, author, entry.env):
        raise PeerError("entry-differs", "the entry does not describe its envelope", where=str(entry.index))
