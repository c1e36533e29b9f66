"""What a store offers to the suite; one class for each store."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest

from parley.adapters import sqlite_store, sqlite_writer
from parley.adapters.sqlite_store import SqliteReads, SqliteTx
from parley.adapters.sqlite_writer import Writer
from parley.ports.store import Reads, Tx

T = TypeVar("T")
PATIENCE_S = 10.0


class AnyWriter(Protocol):
    """The one writer of a store."""

    def submit(self, command: Callable[[Tx], T], *, urgent: bool = False) -> "Future[T]":
        """Queue a command."""

    def close(self) -> None:
        """Finish what was accepted."""


class Hooks:
    """What a writer calls, and a note of each call."""

    def __init__(self) -> None:
        self.commits: list[list[str]] = []
        self.failures: list[BaseException] = []
        self.before: Callable[[Tx], None] = lambda _tx: None
        self.after: Callable[[Any], None] = lambda _tx: None

    def before_commit(self, tx: SqliteTx) -> None:
        self.before(tx)

    def after_commit(self, tx: SqliteTx) -> None:
        self.commits.append([happening.what for happening in tx.happenings])
        self.after(tx)

    def on_failure(self, error: BaseException) -> None:
        self.failures.append(error)


class SqliteUnderTest:
    """The embedded store."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = folder / "lines.db"
        self._folder, self._monkeypatch = folder, monkeypatch
        self._open: list[AnyWriter] = []
        self._reading: list[sqlite3.Connection] = []
        sqlite_store.create(self.path)

    def writer(self, hooks: Hooks | None = None, *, lock: str = "lock") -> AnyWriter:
        hooks = hooks or Hooks()
        writer = Writer(
            self.path,
            self._folder / lock,
            before_commit=hooks.before_commit,
            after_commit=hooks.after_commit,
            on_failure=hooks.on_failure,
        )
        self._open.append(writer)
        return writer

    def reads(self) -> Reads:
        self._reading.append(sqlite_store.connect(self.path, write=False))
        return SqliteReads(self._reading[-1])

    def fail_at_commit(self, *, persisting: bool) -> None:
        """Let the next writer's first commit raise, before or after it is durable."""
        real = sqlite_store.connect

        def connect(path: Path, *, write: bool) -> Any:  # noqa: ANN401 - it stands in for a connection
            return FailsAtCommit(real(path, write=write), persisting=persisting)

        self._monkeypatch.setattr(sqlite_writer, "connect", connect)

    def work_again(self) -> None:
        """Let later writers commit."""
        self._monkeypatch.undo()

    def edit_journal(self, n: int, value: bytes) -> None:
        """Change a journal row behind the node's back."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute("UPDATE journal SET value = ? WHERE n = ?", (value, n))

    def close(self) -> None:
        for writer in self._open:
            writer.close()
        for connection in self._reading:
            connection.close()


class FailsAtCommit:
    """A connection whose COMMITs raise from number `at` on; with `persisting`, only after they are done.

    The first COMMIT of a writer is the lease's.
    """

    def __init__(self, connection: sqlite3.Connection, *, at: int = 2, persisting: bool) -> None:
        self._connection, self._at, self._persisting = connection, at, persisting
        self._commits = 0

    def execute(self, sql: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        if sql == "COMMIT":
            self._commits += 1
        if sql == "COMMIT" and self._commits >= self._at:
            if self._persisting:
                self._connection.execute(sql)
            raise sqlite3.OperationalError("disk I/O error")
        return self._connection.execute(sql, values)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - everything else is the connection's
        return getattr(self._connection, name)
