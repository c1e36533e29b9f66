"""Store: the door to what a node keeps. One writer; nothing visible before its commit.

What an implementation promises:

- `Tx` lives inside one committing transaction. Each command runs in a savepoint: when it raises,
  nothing of it remains; when it returns, all of it is durable once `commit` has returned.
- Only the process that holds the lease writes. Each commit checks the fencing number; a process that
  lost it stops at once and never writes again.
- `Reader` sees committed states only, each call one consistent snapshot.
- Appending is the only way to change a record: entries, heads and envelopes are never updated.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, Self, TypeVar

from msgspec import Struct

from parley.exchange.stop import StandingStop
from parley.exchange.thread import Thread
from parley.record.entry import Entry
from parley.record.merkle import Frontier, HashReader, StoredHash
from parley.words.bodies import LineTerms
from parley.words.codes import LineKind
from parley.words.errors import ParleyError
from parley.words.header import By, Seen, Tip
from parley.words.party import Descriptor
from parley.words.units import LineId, MessageId, PartyId, Seq, TimeMs

T = TypeVar("T")


class Line(Struct, frozen=True, kw_only=True):
    """A line as this node knows it.

    Attributes:
        name: what people here call it, e.g. the peer's name; unique at this node.
        kind: joined, or a phone line, on which every step is what we attest.
        origin: the opaque random name of our record of it.
        peer: null while only proposed, and on a phone line.
        peer_party: on a phone line the id that stands for a party without keys (`party_without_keys`).
        own_digest: SHA-256 of our descriptor's payload; `peer_digest` of theirs.
        terms_digest: what the safety number covers: SHA-256 of the terms' JCS form.
        joined: both parties' terms are in the record and are the same.
        confirmed: who here compared the safety number; null before, and the line is UNVERIFIED.
        peer_confirmed: who there did, as their node says and signs; null before, and the line is UNVERIFIED.
    """

    id: LineId
    name: str
    epoch: int
    origin: str
    terms: LineTerms
    terms_digest: str
    own_digest: str
    kind: LineKind = LineKind.JOINED
    peer: Descriptor | None = None
    peer_party: PartyId | None = None
    peer_digest: str | None = None
    joined: bool = False
    confirmed: By | None = None
    confirmed_ms: TimeMs | None = None
    peer_confirmed: By | None = None


class Chain(Struct, frozen=True, kw_only=True):
    """Where a record and both parties' numbering stand.

    Attributes:
        tree: the right edge of the record's tree.
        last_ms: the time of the newest entry; entry times never decrease.
        tip: our newest numbered message.
        seen: the peer's highest contiguous message held.
        top: the highest number held of the peer, -1 when none; above `seen` there are gaps.
        stated: the peer's tip as its newest beat states it.
        asked_ms: when the gap below `stated` or `top` was last asked for.
        asked_for: the first number asked for then; -1 when nothing is being asked for.
        asks: how often, for the same first number.
        told: tips that beats stated of messages that are not held yet.
        seen_of_ours: what the peer said last that it holds of ours, found true.
    """

    tree: Frontier = Frontier()
    last_ms: TimeMs = 0
    tip: Tip | None = None
    seen: Seen | None = None
    top: int = -1
    stated: Tip | None = None
    asked_ms: TimeMs = 0
    asked_for: int = -1
    asks: int = 0
    told: tuple[Tip, ...] = ()
    seen_of_ours: Seen | None = None


class Recorded(Struct, frozen=True, kw_only=True):
    """An entry with the kind of its message."""

    entry: Entry
    kind: str


class Queued(Struct, frozen=True, kw_only=True):
    """A message on its way out; it leaves the queue only on the peer's receipt."""

    line: LineId
    id: MessageId
    rank: int
    envelope: bytes


class Happening(Struct, frozen=True, kw_only=True):
    """Something that a desk may want to know, published after its commit."""

    at_ms: TimeMs
    line: LineId | None
    what: str
    id: str | None = None
    thread: MessageId | None = None
    kind: str | None = None
    direction: str | None = None
    detail: str = ""


class Note(Struct, frozen=True, kw_only=True):
    """One row of the private journal."""

    n: int
    at_ms: TimeMs
    what: str
    data: bytes
    hash: str


class Reads(Protocol):
    """What can be asked of a store, inside a transaction or beside it."""

    def lines(self) -> list[Line]:
        """Return all lines, by name."""

    def line(self, line: LineId) -> Line | None:
        """Return one line."""

    def chain(self, line: LineId) -> Chain:
        """Return where a line's record stands; a new one when nothing was recorded."""

    def recorded(self, line: LineId, message: MessageId) -> Recorded | None:
        """Return the entry of a message."""

    def numbered(self, line: LineId, author: PartyId, seq: Seq) -> MessageId | None:
        """Return the id of the message with that number, if held."""

    def highest_contiguous(self, line: LineId, author: PartyId, start: int) -> Seen | None:
        """Return the last message of the unbroken run of numbers that begins at `start`."""

    def envelope(self, line: LineId, message: MessageId) -> bytes | None:
        """Return a message's envelope; null when it is unknown, withheld or destroyed."""

    def own_receipt(self, line: LineId, author: PartyId, after: int) -> list[bytes]:
        """Return the first few receipts that `author` recorded after index `after`, oldest first."""

    def entries(self, line: LineId, start: int, count: int) -> list[tuple[bytes, str, bytes | None]]:
        """Return (entry bytes, kind, envelope or null when withheld) from index `start`."""

    def subtrees(self, line: LineId) -> HashReader:
        """Return the reader of the stored tree hashes of a line's record, for roots and proofs."""

    def heads(self, line: LineId) -> list[bytes]:
        """Return every signed head, oldest first."""

    def newest_head(self, line: LineId) -> bytes | None:
        """Return the newest signed head; null when nothing was recorded."""

    def head(self, line: LineId, size: int) -> bytes | None:
        """Return the head that was signed when the record had `size` entries; null when none was."""

    def thread(self, line: LineId, thread: MessageId) -> Thread | None:
        """Return one thread."""

    def thread_of(self, line: LineId, message: MessageId) -> MessageId | None:
        """Return the thread that a message belongs to."""

    def threads(self, line: LineId, *, open_only: bool) -> list[Thread]:
        """Return a line's threads, oldest first."""

    def open_after(self, line: LineId, number: int, count: int) -> list[tuple[int, Thread]]:
        """Return so many of a line's open threads, and their numbers, oldest first; -1 begins."""

    def stop(self, line: LineId, stop: MessageId) -> StandingStop | None:
        """Return one STOP."""

    def stops(self, line: LineId, *, standing_only: bool) -> list[StandingStop]:
        """Return a line's STOPs, oldest first; one that is folded into another does not stand by itself."""

    def private(self, line: LineId, key: str) -> bytes | None:
        """Return a private value kept beside a thread or line, such as its newest check."""

    def privates(self, line: LineId, prefix: str) -> dict[str, bytes]:
        """Return the private values whose key begins with `prefix`."""

    def privates_of(self, line: LineId, keys: Sequence[str]) -> dict[str, bytes]:
        """Return the private values of some keys, in one look; those that have none are left out."""

    def queue(self, line: LineId, ranks: Sequence[int], limit: int) -> list[Queued]:
        """Return what waits to go out and is not withheld: highest rank first, then oldest."""

    def waits(self, line: LineId, message: MessageId) -> bool:
        """Tell whether a message of ours still waits for its receipt."""

    def queue_length(self, line: LineId) -> int:
        """Return how many messages wait for a receipt."""

    def journal(self, start: int, count: int) -> list[Note]:
        """Return journal rows from number `start`."""

    def quarantine(self) -> list[tuple[TimeMs, str, str, bytes]]:
        """Return (time, rule, detail, bytes) of what could not be read, newest last."""


class Tx(Reads, Protocol):
    """What a command can do."""

    def attempt(self, command: Callable[[Self], T]) -> T | ParleyError:
        """Run a part of a command in a savepoint of its own.

        Returns:
            What it returned; or the error that it raised, and then nothing of it remains.
        """

    def put_line(self, line: Line) -> None:
        """Keep a line."""

    def append(
        self,
        line: LineId,
        recorded: Recorded,
        envelope: bytes,
        chain: Chain,
        hashes: Sequence[StoredHash],
        *,
        rank: int | None = None,
    ) -> None:
        """Append an entry with its envelope and tree hashes, and move the chain.

        With a `rank` the message waits for the courier, in the lane of that rank.
        """

    def put_chain(self, line: LineId, chain: Chain) -> None:
        """Keep where the numbering stands, when nothing was appended."""

    def put_head(self, line: LineId, size: int, note: bytes) -> None:
        """Keep a signed head for ever."""

    def put_thread(self, line: LineId, thread: Thread) -> None:
        """Keep a thread."""

    def put_ref(self, line: LineId, message: MessageId, thread: MessageId) -> None:
        """Note that a message belongs to a thread."""

    def put_stop(self, line: LineId, stop: StandingStop) -> None:
        """Keep a STOP."""

    def put_private(self, line: LineId, key: str, value: bytes) -> None:
        """Keep a private value beside a line; an empty one forgets it."""

    def enqueue(self, line: LineId, message: MessageId, rank: int) -> None:
        """Queue a recorded message for the courier; queueing it twice queues it once."""

    def dequeue(self, line: LineId, message: MessageId) -> bool:
        """Take a message off the queue; tell whether it was there."""

    def defer(self, line: LineId, awaited: MessageId, index: int) -> bool:
        """Keep the entry at `index` waiting for a message that it names; at most 64 wait for one.

        Returns:
            Whether there was room.
        """

    def deferred(self, line: LineId, awaited: MessageId) -> list[int]:
        """Take back the entries that waited for a message, oldest first."""

    def put_quarantine(self, at_ms: TimeMs, rule: str, detail: str, data: bytes) -> None:
        """Keep bytes that could not be read, in a ring of fixed size."""

    def write_journal(self, at_ms: TimeMs, what: str, data: object) -> None:
        """Append a row to the private, hash-chained journal."""

    def publish(self, happening: Happening) -> None:
        """Tell the desks, after the commit."""
