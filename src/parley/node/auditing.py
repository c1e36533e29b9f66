"""Auditing: our own record derived again from its entries and envelopes, and compared with the rest."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from msgspec import Struct

from parley.node.own import Own
from parley.node.recording import peer_of
from parley.ports.store import Line, Reads
from parley.record import merkle
from parley.record.audit import audit
from parley.record.checkpoint import parse
from parley.record.entry import Entry, encode
from parley.record.note import Verifier
from parley.record.note import parse as parse_note
from parley.wire.message import read_message
from parley.words.errors import InputError, ParleyError, PeerError
from parley.words.units import MessageId

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
        start, edge, stored = 0, merkle.Frontier(), reads.subtrees(line.id)
        while rows := reads.entries(line.id, start, min(PAGE, chain.tree.size - start)):
            for value, _, envelope in rows:
                envelopes["next"] = envelope
                edge, new = edge.append(merkle.leaf_hash(value))
                if stored.read([(level, index) for level, index, _ in new]) != [
                    digest for _, _, digest in new
                ]:
                    raise _tree_differs(f"entry {edge.size - 1}")
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
            raise _tree_differs("its edge")  # noqa: TRY301 - one place says what is wrong, whoever finds it
    except Exception as error:  # noqa: BLE001 - a damaged row may raise anything: the answer is no, not a failure
        name = error.name if isinstance(error, ParleyError) else type(error).__name__
        return RecordReport(
            verified=False,
            entries=chain.tree.size,
            heads=0,
            root=chain.tree.root().hex(),
            withheld=withheld,
            problem=f"{name}: {error}",
        )
    return RecordReport(
        verified=True,
        entries=report.size,
        heads=report.heads,
        root=report.root.hex(),
        withheld=withheld,
        problem="",
    )


def _tree_differs(where: str) -> PeerError:
    return PeerError("tree-differs", "the stored tree is not that of the entries", where=where)


class Proof(Struct, frozen=True, kw_only=True):
    """That one entry is in the record under a signed head.

    Attributes:
        entry: the entry's bytes, as text; its leaf hash is SHA-256(0x00 || entry).
        index: its number; `size` and `root` are the head's.
        hashes: the RFC 6962 inclusion proof, hexadecimal, from the leaf upward.
        head: the signed head.
    """

    entry: str
    index: int
    size: int
    root: str
    hashes: tuple[str, ...]
    head: str


def prove(reads: Reads, line: Line, message: MessageId) -> Proof:
    """Prove that a message is in our record, under the newest signed head.

    Raises:
        InputError: message-unknown.
        RecordError: the stored tree is damaged.
    """
    note, recorded = reads.newest_head(line.id), reads.recorded(line.id, message)
    if recorded is None or note is None:
        raise InputError("message-unknown", "no such message in the record", where=message[:16])
    head = parse(parse_note(note).text)
    hashes = merkle.inclusion_proof(recorded.entry.index, head.size, reads.subtrees(line.id))
    leaf = merkle.leaf_hash(encode(recorded.entry))
    merkle.verify_inclusion(leaf, recorded.entry.index, head.size, hashes, head.root)
    return Proof(
        entry=encode(recorded.entry).decode(),
        index=recorded.entry.index,
        size=head.size,
        root=head.root.hex(),
        hashes=tuple(digest.hex() for digest in hashes),
        head=note.decode(),
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
