"""The embedded store: one SQLite file, write-ahead log, synchronous FULL.

`SqliteReads` asks over a connection of its own and sees committed states only; `SqliteTx` is what a
command writes through. The transaction itself is `sqlite_writer`'s.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import msgspec

from parley.exchange.phase import CLOSED
from parley.exchange.stop import StandingStop, StopState
from parley.exchange.thread import Thread
from parley.ports.store import Chain, Happening, Line, Note, Queued, Recorded
from parley.record import entry as entries
from parley.record.merkle import Address, StoredHash
from parley.words.errors import ParleyError, SystemFault
from parley.words.header import Seen
from parley.words.units import LineId, MessageId, PartyId, Seq, TimeMs

T = TypeVar("T")
SCHEMA_VERSION: Final = 1
MOST_WAITING: Final = 64
CHECKPOINT_PAGES: Final = 10_000
"""After this many pages (40 MiB) the log is carried into the database: about one commit in 800 waits for it."""
MOST_KNOWN: Final = 1_024
"""Notices that the writer keeps in memory as it wrote them last."""
QUARANTINE_ROWS: Final = 1_000
QUARANTINE_BYTES: Final = 64 * 1024
JOURNAL_START: Final = "0" * 64

SCHEMA: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE line (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE chain (line TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE entry (
    line TEXT NOT NULL, idx INTEGER NOT NULL, id TEXT NOT NULL, author TEXT NOT NULL, seq INTEGER,
    kind TEXT NOT NULL, value BLOB NOT NULL, thread TEXT, rank INTEGER, envelope BLOB,
    PRIMARY KEY (line, idx)
) WITHOUT ROWID;
CREATE UNIQUE INDEX entry_id ON entry (line, id);
CREATE UNIQUE INDEX entry_number ON entry (line, author, seq) WHERE seq IS NOT NULL;
CREATE INDEX entry_queued ON entry (line, rank DESC, idx) WHERE rank IS NOT NULL;
CREATE TABLE tree (line TEXT NOT NULL, leaf INTEGER NOT NULL, level INTEGER NOT NULL, hash BLOB NOT NULL,
    PRIMARY KEY (line, leaf, level)) WITHOUT ROWID;
CREATE TABLE head (line TEXT NOT NULL, size INTEGER NOT NULL, note BLOB NOT NULL,
    PRIMARY KEY (line, size)) WITHOUT ROWID;
CREATE TABLE thread (n INTEGER PRIMARY KEY, line TEXT NOT NULL, id TEXT NOT NULL, open INTEGER NOT NULL,
    value BLOB NOT NULL, UNIQUE (line, id));
CREATE INDEX thread_open ON thread (line) WHERE open = 1;
CREATE TABLE stop (line TEXT NOT NULL, id TEXT NOT NULL, standing INTEGER NOT NULL, called INTEGER NOT NULL,
    value BLOB NOT NULL, PRIMARY KEY (line, id)) WITHOUT ROWID;
CREATE INDEX stop_standing ON stop (line, standing, called);
CREATE TABLE private (line TEXT NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (line, name)) WITHOUT ROWID;
CREATE TABLE deferred (line TEXT NOT NULL, awaited TEXT NOT NULL, idx INTEGER NOT NULL,
    PRIMARY KEY (line, awaited, idx)) WITHOUT ROWID;
CREATE TABLE quarantine (n INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, rule TEXT NOT NULL,
    detail TEXT NOT NULL, value BLOB NOT NULL);
CREATE TABLE journal (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, what TEXT NOT NULL, value BLOB NOT NULL,
    hash TEXT NOT NULL);
"""

STANDING: Final = "CREATE INDEX IF NOT EXISTS stop_standing ON stop (line, standing, called)"
"""For stores that were made without: however many STOPs were called and released, those that stand are found."""

THREAD_OF: Final = (
    "SELECT COALESCE(entry.thread, thread.id) FROM entry"
    " LEFT JOIN thread ON thread.line = entry.line AND thread.id = entry.id"
    " WHERE entry.line = ? AND entry.id = ?"
)
"""The notice that a message began is known by its id, without a reference."""

_CHAIN: Final = msgspec.json.Decoder(Chain)
_THREAD: Final = msgspec.json.Decoder(Thread)
_STOP: Final = msgspec.json.Decoder(StandingStop)
_encode: Final = msgspec.json.Encoder(order="sorted").encode


@lru_cache(maxsize=256)
def _line(value: bytes) -> Line:
    """Decode a line; lines are long, asked for with every message, and seldom change."""
    return msgspec.json.decode(value, type=Line)


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open an existing store.

    Raises:
        SystemFault: the file is missing (it is never created here), or of another version.
    """
    if not path.is_file():
        raise SystemFault(
            "database-missing",
            "the database is missing; a node never starts an empty one in its place",
            where=str(path),
            do="Find the newest copy. docs/attacks.md says why an older one must not be used.",
        )
    mode = "rw" if write else "ro"
    connection = sqlite3.connect(
        f"file:{path}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    connection.execute("PRAGMA busy_timeout = 5000")
    if write:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    row = connection.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()
    if row is None or row[0] != SCHEMA_VERSION:
        connection.close()
        raise SystemFault("database-version", "the database has another version", where=str(path))
    if write:
        with suppress(sqlite3.OperationalError):  # a full disk: slower is better than not at all
            connection.execute(STANDING)
    return connection


def create(path: Path) -> None:
    """Create an empty store.

    Raises:
        SystemFault: there is a file already.
    """
    if path.exists():
        raise SystemFault("database-exists", "there is a database already", where=str(path))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(SCHEMA)
    connection.execute("INSERT INTO meta VALUES ('schema', ?), ('fence', 0)", (SCHEMA_VERSION,))
    connection.close()
    path.chmod(0o600)


class SqliteSubtrees:
    """The stored tree hashes of one record. See `record.merkle.HashReader`."""

    def __init__(self, connection: sqlite3.Connection, line: LineId) -> None:
        self._connection, self._line = connection, line

    def read(self, addresses: Sequence[Address]) -> list[bytes]:
        sql = "SELECT hash FROM tree WHERE line = ? AND leaf = ? AND level = ?"
        rows = [
            self._connection.execute(sql, (self._line, completed_by(level, index), level)).fetchone()
            for level, index in addresses
        ]
        return [bytes(row[0]) for row in rows if row is not None]


class SqliteReads:
    """Questions to the store. See `ports.store.Reads`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def _one(self, sql: str, *values: object) -> Any:  # noqa: ANN401 - a row is what its SELECT says
        return self._connection.execute(sql, values).fetchone()

    def _all(self, sql: str, *values: object) -> list[Any]:
        return self._connection.execute(sql, values).fetchall()

    def lines(self) -> list[Line]:
        return [_line(row[0]) for row in self._all("SELECT value FROM line ORDER BY name")]

    def line(self, line: LineId) -> Line | None:
        row = self._one("SELECT value FROM line WHERE id = ?", line)
        return _line(row[0]) if row else None

    def chain(self, line: LineId) -> Chain:
        row = self._one("SELECT value FROM chain WHERE line = ?", line)
        return _CHAIN.decode(row[0]) if row else Chain()

    def recorded(self, line: LineId, message: MessageId) -> Recorded | None:
        row = self._one("SELECT value, kind FROM entry WHERE line = ? AND id = ?", line, message)
        return Recorded(entry=entries.decode(row[0]), kind=row[1]) if row else None

    def numbered(self, line: LineId, author: PartyId, seq: Seq) -> MessageId | None:
        row = self._one("SELECT id FROM entry WHERE line = ? AND author = ? AND seq = ?", line, author, seq)
        return str(row[0]) if row else None

    def highest_contiguous(self, line: LineId, author: PartyId, start: int) -> Seen | None:
        rows = self._connection.execute(
            "SELECT seq, id FROM entry WHERE line = ? AND author = ? AND seq >= ? ORDER BY seq",
            (line, author, start),
        )
        found: Seen | None = None
        for expected, (seq, message) in enumerate(rows, start):
            if seq != expected:
                break
            found = Seen(seq=seq, id=message)
        return found

    def envelope(self, line: LineId, message: MessageId) -> bytes | None:
        row = self._one("SELECT envelope FROM entry WHERE line = ? AND id = ?", line, message)
        return row[0] if row else None

    def own_receipt(self, line: LineId, author: PartyId, after: int) -> list[bytes]:
        rows = self._all(
            "SELECT envelope FROM entry WHERE line = ? AND idx > ? AND kind = 'receipt' AND author = ?"
            " AND envelope IS NOT NULL ORDER BY idx LIMIT 4",
            line,
            after,
            author,
        )
        return [bytes(row[0]) for row in rows]

    def entries(self, line: LineId, start: int, count: int) -> list[tuple[bytes, str, bytes | None]]:
        return self._all(
            "SELECT value, kind, envelope FROM entry WHERE line = ? AND idx >= ? ORDER BY idx LIMIT ?",
            line,
            start,
            count,
        )

    def subtrees(self, line: LineId) -> "SqliteSubtrees":
        return SqliteSubtrees(self._connection, line)

    def heads(self, line: LineId) -> list[bytes]:
        return [row[0] for row in self._all("SELECT note FROM head WHERE line = ? ORDER BY size", line)]

    def newest_head(self, line: LineId) -> bytes | None:
        row = self._one("SELECT note FROM head WHERE line = ? ORDER BY size DESC LIMIT 1", line)
        return bytes(row[0]) if row else None

    def head(self, line: LineId, size: int) -> bytes | None:
        row = self._one("SELECT note FROM head WHERE line = ? AND size = ?", line, size)
        return bytes(row[0]) if row else None

    def thread(self, line: LineId, thread: MessageId) -> Thread | None:
        row = self._one("SELECT value FROM thread WHERE line = ? AND id = ?", line, thread)
        return _THREAD.decode(row[0]) if row else None

    def thread_of(self, line: LineId, message: MessageId) -> MessageId | None:
        row = self._one(THREAD_OF, line, message)
        return row[0] if row else None

    def threads(self, line: LineId, *, open_only: bool) -> list[Thread]:
        only = " AND open = 1" if open_only else ""
        rows = self._all(f"SELECT value FROM thread WHERE line = ?{only} ORDER BY n", line)  # noqa: S608 - our own words
        return [_THREAD.decode(row[0]) for row in rows]

    def open_after(self, line: LineId, number: int, count: int) -> list[tuple[int, Thread]]:
        sql = "SELECT n, value FROM thread WHERE line = ? AND open = 1 AND n > ? ORDER BY n LIMIT ?"
        return [(n, _THREAD.decode(value)) for n, value in self._all(sql, line, number, count)]

    def stop(self, line: LineId, stop: MessageId) -> StandingStop | None:
        row = self._one("SELECT value FROM stop WHERE line = ? AND id = ?", line, stop)
        return _STOP.decode(row[0]) if row else None

    def stops(self, line: LineId, *, standing_only: bool) -> list[StandingStop]:
        only = " AND standing = 1" if standing_only else ""
        rows = self._all(f"SELECT value FROM stop WHERE line = ?{only} ORDER BY called", line)  # noqa: S608 - our own words
        return [_STOP.decode(row[0]) for row in rows]

    def private(self, line: LineId, key: str) -> bytes | None:
        row = self._one("SELECT value FROM private WHERE line = ? AND name = ?", line, key)
        return bytes(row[0]) if row else None

    def privates(self, line: LineId, prefix: str) -> dict[str, bytes]:
        rows = self._all(
            "SELECT name, value FROM private WHERE line = ? AND name >= ? AND name < ?",
            line,
            prefix,
            prefix + "\x7f",
        )
        return {str(name): bytes(value) for name, value in rows}

    def privates_of(self, line: LineId, keys: Sequence[str]) -> dict[str, bytes]:
        marks = ", ".join("?" * len(keys))
        rows = self._all(
            f"SELECT name, value FROM private WHERE line = ? AND name IN ({marks})",  # noqa: S608 - only marks
            line,
            *keys,
        )
        return {str(name): bytes(value) for name, value in rows}

    def queue(self, line: LineId, ranks: Sequence[int], limit: int) -> list[Queued]:
        rows = self._all(
            "SELECT id, rank, envelope FROM entry WHERE line = ? AND rank BETWEEN ? AND ?"
            " AND envelope IS NOT NULL ORDER BY rank DESC, idx LIMIT ?",
            line,
            min(ranks),
            max(ranks),
            limit,
        )
        return [Queued(line=line, id=row[0], rank=row[1], envelope=row[2]) for row in rows]

    def waits(self, line: LineId, message: MessageId) -> bool:
        row = self._one("SELECT rank FROM entry WHERE line = ? AND id = ?", line, message)
        return row is not None and row[0] is not None

    def queue_length(self, line: LineId) -> int:
        return int(self._one("SELECT count(*) FROM entry WHERE line = ? AND rank IS NOT NULL", line)[0])

    def journal(self, start: int, count: int) -> list[Note]:
        rows = self._all(
            "SELECT n, at, what, value, hash FROM journal WHERE n >= ? ORDER BY n LIMIT ?", start, count
        )
        return [
            Note(n=n, at_ms=at, what=what, data=value, hash=digest) for n, at, what, value, digest in rows
        ]

    def quarantine(self) -> list[tuple[TimeMs, str, str, bytes]]:
        return self._all("SELECT at, rule, detail, value FROM quarantine ORDER BY n")


class Known:
    """What the one writer wrote or read last, and so need not ask for again, batch after batch."""

    def __init__(self) -> None:
        self.lines: dict[LineId, Line] = {}
        self.chains: dict[LineId, Chain] = {}
        self.standing: dict[LineId, list[StandingStop]] = {}
        self.none_deferred: set[LineId] = set()
        self.threads: dict[tuple[LineId, MessageId], Thread] = {}
        self.journal_tail: tuple[int, str] | None = None

    def forget(self, chains: dict[LineId, Chain]) -> None:
        """Part of a command was undone: `chains` are as they were before it; the rest is read again."""
        self.chains, self.journal_tail = chains, None
        self.lines.clear()
        self.standing.clear()
        self.none_deferred.clear()
        self.threads.clear()

    def keep_thread(self, line: LineId, thread: Thread) -> None:
        """Keep one of the newest: its receipt, read-back or answer is what comes next."""
        self.threads.pop((line, thread.id), None)
        self.threads[line, thread.id] = thread
        if len(self.threads) > MOST_KNOWN:
            del self.threads[next(iter(self.threads))]


class SqliteTx(SqliteReads):
    """What a command writes through. See `ports.store.Tx`.

    Chains change with every entry: they are kept as values while a batch runs, and `settle` writes each once.

    Args:
        connection: the only one that writes.
        known: kept by its owner from one batch to the next.

    Attributes:
        happenings: what to publish after the commit.
        changed: notices, each as it was written, the last one as it is after the commit.
    """

    def __init__(self, connection: sqlite3.Connection, known: Known | None = None) -> None:
        super().__init__(connection)
        self._known = known or Known()
        self._moved: dict[LineId, None] = {}
        self.happenings: list[Happening] = []
        self.changed: list[tuple[LineId, Thread]] = []
        self.touched: dict[LineId, None] = {}
        self.queued: set[tuple[LineId, int]] = set()

    def _run(self, sql: str, *values: object) -> sqlite3.Cursor:
        return self._connection.execute(sql, values)

    def attempt(self, command: Callable[[Self], T], *, alone: bool = False) -> T | ParleyError:
        """As the port says; a command that is `alone` in its transaction needs no savepoint."""
        published, touched, chains = len(self.happenings), dict(self.touched), dict(self._known.chains)
        changed = len(self.changed)
        if not alone:
            self._run("SAVEPOINT part")
        try:
            result = command(self)
        except Exception as error:
            for undo in ("ROLLBACK", "BEGIN IMMEDIATE") if alone else ("ROLLBACK TO part", "RELEASE part"):
                self._run(undo)
            del self.happenings[published:]
            del self.changed[changed:]
            self.touched = touched
            self._known.forget(chains)
            if isinstance(error, ParleyError):
                return error
            raise
        if not alone:
            self._run("RELEASE part")
        return result

    def line(self, line: LineId) -> Line | None:
        held = self._known.lines.get(line) or super().line(line)
        if held is not None:
            self._known.lines[line] = held
        return held

    def put_line(self, line: Line) -> None:
        self._known.lines[line.id] = line
        self._run(
            "INSERT INTO line VALUES (?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET name = excluded.name, value = excluded.value",
            line.id,
            line.name,
            _encode(line),
        )

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
        entry = recorded.entry
        self._run(
            "INSERT INTO entry (line, idx, id, author, seq, kind, value, rank, envelope)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            line,
            entry.index,
            entry.id,
            entry.author,
            entry.seq,
            recorded.kind,
            entries.encode(entry),
            rank,
            envelope,
        )
        if rank is not None:
            self.queued.add((line, rank))
        rows = [(line, completed_by(level, index), level, digest) for level, index, digest in hashes]
        self._connection.executemany("INSERT INTO tree VALUES (?, ?, ?, ?)", rows)
        self.put_chain(line, chain)
        self.touched[line] = None

    def chain(self, line: LineId) -> Chain:
        held = self._known.chains.get(line)
        if held is None:
            held = self._known.chains[line] = super().chain(line)
        return held

    def stops(self, line: LineId, *, standing_only: bool) -> list[StandingStop]:
        if not standing_only:
            return super().stops(line, standing_only=False)
        held = self._known.standing.get(line)
        if held is None:
            held = self._known.standing[line] = super().stops(line, standing_only=True)
        return list(held)

    def put_chain(self, line: LineId, chain: Chain) -> None:
        self._known.chains[line] = chain
        self._moved[line] = None

    def settle(self) -> None:
        """Write the chains that moved: the last thing before a commit."""
        for line in self._moved:
            if line in self._known.chains:
                chain = _encode(self._known.chains[line])
                self._run("INSERT OR REPLACE INTO chain VALUES (?, ?)", line, chain)

    def put_head(self, line: LineId, size: int, note: bytes) -> None:
        self._run("INSERT INTO head VALUES (?, ?, ?)", line, size, note)

    def put_thread(self, line: LineId, thread: Thread) -> None:
        self._run(
            "INSERT INTO thread (line, id, open, value) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (line, id) DO UPDATE SET open = excluded.open, value = excluded.value",
            line,
            thread.id,
            thread.phase not in CLOSED,
            _encode(thread),
        )

        self.changed.append((line, thread))
        self._known.keep_thread(line, thread)

    def thread(self, line: LineId, thread: MessageId) -> Thread | None:
        return self._known.threads.get((line, thread)) or super().thread(line, thread)

    def put_ref(self, line: LineId, message: MessageId, thread: MessageId) -> None:
        if message == thread:
            return
        self._run("UPDATE entry SET thread = ? WHERE line = ? AND id = ?", thread, line, message)

    def put_stop(self, line: LineId, stop: StandingStop) -> None:
        stands = stop.state is StopState.STANDING and stop.into is None
        self._known.standing.pop(line, None)
        self._run(
            "INSERT OR REPLACE INTO stop VALUES (?, ?, ?, ?, ?)",
            line,
            stop.id,
            stands,
            stop.called_ms,
            _encode(stop),
        )

    def put_private(self, line: LineId, key: str, value: bytes) -> None:
        if not value:
            self._run("DELETE FROM private WHERE line = ? AND name = ?", line, key)
            return
        self._run("INSERT OR REPLACE INTO private VALUES (?, ?, ?)", line, key, value)

    def enqueue(self, line: LineId, message: MessageId, rank: int) -> None:
        self._run("UPDATE entry SET rank = ? WHERE line = ? AND id = ?", rank, line, message)
        self.queued.add((line, rank))

    def dequeue(self, line: LineId, message: MessageId) -> bool:
        sql = "UPDATE entry SET rank = NULL WHERE line = ? AND id = ? AND rank IS NOT NULL"
        return bool(self._run(sql, line, message).rowcount)

    def defer(self, line: LineId, awaited: MessageId, index: int) -> bool:
        waiting = self._one("SELECT count(*) FROM deferred WHERE line = ? AND awaited = ?", line, awaited)[0]
        if waiting >= MOST_WAITING:
            return False
        self._known.none_deferred.discard(line)
        self._run("INSERT OR IGNORE INTO deferred VALUES (?, ?, ?)", line, awaited, index)
        return True

    def deferred(self, line: LineId, awaited: MessageId) -> list[int]:
        if line in self._known.none_deferred:
            return []
        if self._one("SELECT 1 FROM deferred WHERE line = ? LIMIT 1", line) is None:
            self._known.none_deferred.add(line)
            return []
        rows = self._all(
            "SELECT idx FROM deferred WHERE line = ? AND awaited = ? ORDER BY idx", line, awaited
        )
        if rows:
            self._run("DELETE FROM deferred WHERE line = ? AND awaited = ?", line, awaited)
        return [int(row[0]) for row in rows]

    def put_quarantine(self, at_ms: TimeMs, rule: str, detail: str, data: bytes) -> None:
        self._run(
            "INSERT INTO quarantine (at, rule, detail, value) VALUES (?, ?, ?, ?)",
            at_ms,
            rule,
            detail[:400],
            data[:QUARANTINE_BYTES],
        )
        self._run("DELETE FROM quarantine WHERE n <= (SELECT max(n) FROM quarantine) - ?", QUARANTINE_ROWS)

    def write_journal(self, at_ms: TimeMs, what: str, data: object) -> None:
        n, before = self._known.journal_tail or self._read_journal_tail()
        value = _encode(data)
        digest = journal_hash(before, n, at_ms, what, value)
        self._run("INSERT INTO journal VALUES (?, ?, ?, ?, ?)", n, at_ms, what, value, digest)
        self._known.journal_tail = (n + 1, digest)

    def _read_journal_tail(self) -> tuple[int, str]:
        """Return the number of the next row and the hash of the last."""
        last = self._one("SELECT n, hash FROM journal ORDER BY n DESC LIMIT 1")
        return (int(last[0]) + 1, str(last[1])) if last else (0, JOURNAL_START)

    def publish(self, happening: Happening) -> None:
        self.happenings.append(happening)


def completed_by(level: int, index: int) -> int:
    """Return the leaf that completes a subtree: hashes keyed by it are appended, never scattered."""
    return ((index + 1) << level) - 1


def journal_hash(before: str, n: int, at_ms: TimeMs, what: str, data: bytes) -> str:
    """Return the chained hash of a journal row: SHA-256 over the previous hash and the row, hex."""
    return sha256(
        b"\x00".join((before.encode(), str(n).encode(), str(at_ms).encode(), what.encode(), data))
    ).hexdigest()
