"""The embedded store: one SQLite file, write-ahead log, synchronous FULL.

`SqliteReads` asks over a connection of its own and sees committed states only; `SqliteTx` is what a
command writes through. The transaction itself is `sqlite_writer`'s.
"""

import sqlite3
from collections.abc import Callable, Sequence
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
from parley.record.merkle import StoredHash
from parley.words.errors import ParleyError, SystemFault
from parley.words.header import Seen
from parley.words.units import LineId, MessageId, PartyId, Seq, Sha256Hex, TimeMs

T = TypeVar("T")
SCHEMA_VERSION: Final = 1
QUARANTINE_ROWS: Final = 1_000
QUARANTINE_BYTES: Final = 64 * 1024
JOURNAL_START: Final = "0" * 64

SCHEMA: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE line (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE chain (line TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE entry (
    line TEXT NOT NULL, idx INTEGER NOT NULL, id TEXT NOT NULL, author TEXT NOT NULL, seq INTEGER,
    kind TEXT NOT NULL, env BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (line, idx)
) WITHOUT ROWID;
CREATE UNIQUE INDEX entry_id ON entry (line, id);
CREATE UNIQUE INDEX entry_number ON entry (line, author, seq) WHERE seq IS NOT NULL;
CREATE TABLE envelope (hash BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE tree (line TEXT NOT NULL, level INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL,
    PRIMARY KEY (line, level, idx)) WITHOUT ROWID;
CREATE TABLE head (line TEXT NOT NULL, size INTEGER NOT NULL, note BLOB NOT NULL,
    PRIMARY KEY (line, size)) WITHOUT ROWID;
CREATE TABLE thread (line TEXT NOT NULL, id TEXT NOT NULL, open INTEGER NOT NULL, first INTEGER NOT NULL,
    value BLOB NOT NULL, PRIMARY KEY (line, id)) WITHOUT ROWID;
CREATE INDEX thread_open ON thread (line, open, first);
CREATE TABLE ref (line TEXT NOT NULL, message TEXT NOT NULL, thread TEXT NOT NULL,
    PRIMARY KEY (line, message)) WITHOUT ROWID;
CREATE TABLE stop (line TEXT NOT NULL, id TEXT NOT NULL, standing INTEGER NOT NULL, called INTEGER NOT NULL,
    value BLOB NOT NULL, PRIMARY KEY (line, id)) WITHOUT ROWID;
CREATE TABLE private (line TEXT NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (line, name)) WITHOUT ROWID;
CREATE TABLE outbox (line TEXT NOT NULL, id TEXT NOT NULL, rank INTEGER NOT NULL, seq INTEGER NOT NULL,
    receipt INTEGER NOT NULL, env BLOB NOT NULL, PRIMARY KEY (line, id)) WITHOUT ROWID;
CREATE INDEX outbox_order ON outbox (line, rank DESC, seq);
CREATE TABLE deferred (line TEXT NOT NULL, awaited TEXT NOT NULL, idx INTEGER NOT NULL,
    PRIMARY KEY (line, awaited, idx)) WITHOUT ROWID;
CREATE TABLE quarantine (n INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, rule TEXT NOT NULL,
    detail TEXT NOT NULL, value BLOB NOT NULL);
CREATE TABLE journal (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, what TEXT NOT NULL, value BLOB NOT NULL,
    hash TEXT NOT NULL);
"""

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
            do="Put it back from the other volume or a backup, or see docs/attacks.md, restoring old state.",
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
    row = connection.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()
    if row is None or row[0] != SCHEMA_VERSION:
        connection.close()
        raise SystemFault("database-version", "the database has another version", where=str(path))
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

    def envelope(self, env: Sha256Hex) -> bytes | None:
        row = self._one("SELECT value FROM envelope WHERE hash = ?", bytes.fromhex(env))
        return bytes(row[0]) if row else None

    def own_receipt(self, line: LineId, author: PartyId, after: int) -> list[bytes]:
        rows = self._all(
            "SELECT v.value FROM entry e JOIN envelope v ON v.hash = e.env WHERE e.line = ? AND e.idx > ?"
            " AND e.kind = 'receipt' AND e.author = ? ORDER BY e.idx LIMIT 4",
            line,
            after,
            author,
        )
        return [bytes(row[0]) for row in rows]

    def entries(self, line: LineId, start: int, count: int) -> list[tuple[bytes, str, bytes | None]]:
        return self._all(
            "SELECT e.value, e.kind, v.value FROM entry e LEFT JOIN envelope v ON v.hash = e.env"
            " WHERE e.line = ? AND e.idx >= ? ORDER BY e.idx LIMIT ?",
            line,
            start,
            count,
        )

    def heads(self, line: LineId) -> list[bytes]:
        return [row[0] for row in self._all("SELECT note FROM head WHERE line = ? ORDER BY size", line)]

    def thread(self, line: LineId, thread: MessageId) -> Thread | None:
        row = self._one("SELECT value FROM thread WHERE line = ? AND id = ?", line, thread)
        return _THREAD.decode(row[0]) if row else None

    def thread_of(self, line: LineId, message: MessageId) -> MessageId | None:
        row = self._one("SELECT thread FROM ref WHERE line = ? AND message = ?", line, message)
        return str(row[0]) if row else None

    def threads(self, line: LineId, *, open_only: bool) -> list[Thread]:
        least = 1 if open_only else 0
        rows = self._all("SELECT value FROM thread WHERE line = ? AND open >= ? ORDER BY first", line, least)
        return [_THREAD.decode(row[0]) for row in rows]

    def stop(self, line: LineId, stop: MessageId) -> StandingStop | None:
        row = self._one("SELECT value FROM stop WHERE line = ? AND id = ?", line, stop)
        return _STOP.decode(row[0]) if row else None

    def stops(self, line: LineId, *, standing_only: bool) -> list[StandingStop]:
        least = 1 if standing_only else 0
        rows = self._all(
            "SELECT value FROM stop WHERE line = ? AND standing >= ? ORDER BY called", line, least
        )
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

    def queue(self, line: LineId, ranks: Sequence[int], limit: int) -> list[Queued]:
        rows = self._all(
            "SELECT o.id, o.rank, o.receipt, v.value FROM outbox o JOIN envelope v ON v.hash = o.env"
            " WHERE o.line = ? AND o.rank BETWEEN ? AND ? ORDER BY o.rank DESC, o.seq LIMIT ?",
            line,
            min(ranks),
            max(ranks),
            limit,
        )
        return [
            Queued(line=line, id=row[0], rank=row[1], receipt=bool(row[2]), envelope=row[3]) for row in rows
        ]

    def queue_length(self, line: LineId) -> int:
        return int(self._one("SELECT count(*) FROM outbox WHERE line = ? AND receipt = 0", line)[0])

    def journal(self, start: int, count: int) -> list[Note]:
        rows = self._all(
            "SELECT n, at, what, value, hash FROM journal WHERE n >= ? ORDER BY n LIMIT ?", start, count
        )
        return [
            Note(n=n, at_ms=at, what=what, data=value, hash=digest) for n, at, what, value, digest in rows
        ]

    def quarantine(self) -> list[tuple[TimeMs, str, str, bytes]]:
        return self._all("SELECT at, rule, detail, value FROM quarantine ORDER BY n")


class SqliteTx(SqliteReads):
    """What a command writes through. See `ports.store.Tx`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self.happenings: list[Happening] = []
        self.touched: dict[LineId, None] = {}
        self._journal_tail: tuple[int, str] | None = None

    def _run(self, sql: str, *values: object) -> sqlite3.Cursor:
        return self._connection.execute(sql, values)

    def attempt(self, command: Callable[[Self], T]) -> T | ParleyError:
        published, touched = len(self.happenings), dict(self.touched)
        self._run("SAVEPOINT part")
        try:
            result = command(self)
        except Exception as error:
            self._run("ROLLBACK TO part")
            self._run("RELEASE part")
            del self.happenings[published:]
            self.touched = touched
            self._journal_tail = None
            if isinstance(error, ParleyError):
                return error
            raise
        self._run("RELEASE part")
        return result

    def put_line(self, line: Line) -> None:
        self._run("INSERT OR REPLACE INTO line VALUES (?, ?, ?)", line.id, line.name, _encode(line))

    def append(
        self, line: LineId, recorded: Recorded, envelope: bytes, chain: Chain, hashes: Sequence[StoredHash]
    ) -> None:
        entry = recorded.entry
        env = bytes.fromhex(entry.env)
        self._run(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            line,
            entry.index,
            entry.id,
            entry.author,
            entry.seq,
            recorded.kind,
            env,
            entries.encode(entry),
        )
        self._run("INSERT OR IGNORE INTO envelope VALUES (?, ?)", env, envelope)
        self._connection.executemany(
            "INSERT INTO tree VALUES (?, ?, ?, ?)", [(line, *stored) for stored in hashes]
        )
        self.put_chain(line, chain)
        self.touched[line] = None

    def put_chain(self, line: LineId, chain: Chain) -> None:
        self._run("INSERT OR REPLACE INTO chain VALUES (?, ?)", line, _encode(chain))

    def put_head(self, line: LineId, size: int, note: bytes) -> None:
        self._run("INSERT INTO head VALUES (?, ?, ?)", line, size, note)

    def put_thread(self, line: LineId, thread: Thread) -> None:
        is_open = thread.phase not in CLOSED
        first_ms = thread.versions[0].released_ms or 0
        self._run(
            "INSERT OR REPLACE INTO thread VALUES (?, ?, ?, ?, ?)",
            line,
            thread.id,
            is_open,
            first_ms,
            _encode(thread),
        )

    def put_ref(self, line: LineId, message: MessageId, thread: MessageId) -> None:
        self._run("INSERT OR IGNORE INTO ref VALUES (?, ?, ?)", line, message, thread)

    def put_stop(self, line: LineId, stop: StandingStop) -> None:
        stands = stop.state is StopState.STANDING
        self._run(
            "INSERT OR REPLACE INTO stop VALUES (?, ?, ?, ?, ?)",
            line,
            stop.id,
            stands,
            stop.called_ms,
            _encode(stop),
        )

    def put_private(self, line: LineId, key: str, value: bytes) -> None:
        self._run("INSERT OR REPLACE INTO private VALUES (?, ?, ?)", line, key, value)

    def enqueue(self, queued: Queued, seq: int) -> None:
        self._run(
            "INSERT OR IGNORE INTO outbox VALUES (?, ?, ?, ?, ?, ?)",
            queued.line,
            queued.id,
            queued.rank,
            seq,
            queued.receipt,
            sha256(queued.envelope).digest(),
        )

    def dequeue(self, line: LineId, message: MessageId) -> bool:
        return bool(self._run("DELETE FROM outbox WHERE line = ? AND id = ?", line, message).rowcount)

    def defer(self, line: LineId, awaited: MessageId, index: int) -> None:
        self._run("INSERT OR IGNORE INTO deferred VALUES (?, ?, ?)", line, awaited, index)

    def deferred(self, line: LineId, awaited: MessageId) -> list[int]:
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
        n, before = self._journal_tail or self._read_journal_tail()
        value = _encode(data)
        digest = journal_hash(before, n, at_ms, what, value)
        self._run("INSERT INTO journal VALUES (?, ?, ?, ?, ?)", n, at_ms, what, value, digest)
        self._journal_tail = (n + 1, digest)

    def _read_journal_tail(self) -> tuple[int, str]:
        """Return the number of the next row and the hash of the last."""
        last = self._one("SELECT n, hash FROM journal ORDER BY n DESC LIMIT 1")
        return (int(last[0]) + 1, str(last[1])) if last else (0, JOURNAL_START)

    def publish(self, happening: Happening) -> None:
        self.happenings.append(happening)


def journal_hash(before: str, n: int, at_ms: TimeMs, what: str, data: bytes) -> str:
    """Return the chained hash of a journal row: SHA-256 over the previous hash and the row, hex."""
    return sha256(
        b"\x00".join((before.encode(), str(n).encode(), str(at_ms).encode(), what.encode(), data))
    ).hexdigest()
