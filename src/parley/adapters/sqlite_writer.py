"""The one writer: a thread that runs commands, each in a savepoint, and commits them in batches.

A batch closes when the disk is free, never by timer: while one commit is being flushed, the next
batch collects. Urgent commands (a STOP) come first in the next batch. A command's future is resolved
only after its commit. When a commit or flush fails, what is on disk is unknown: the process must end
and read its tip again before it signs anything (`on_failure`).
"""

import fcntl
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any, Final, TypeVar

from parley.adapters.sqlite_store import Known, SqliteTx, connect
from parley.ports.store import Tx
from parley.words.errors import ParleyError, SystemFault

T = TypeVar("T")
BATCH: Final = 512
SHORT_LOG_PAGES: Final = 128
"""The log is carried over after so many pages (512 KiB) where the disk is nearly full."""
OF_THE_COMMAND: Final = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError)
"""What SQLite raises when a command asks for something wrong; anything else is the disk's or the file's."""


LONGEST_BATCH_S: Final = 0.05
"""After this long a batch takes no further command; it takes none either once something urgent waits."""
Outcome = tuple[Any] | Exception
Command = tuple[Callable[[Tx], Any], Future[Any]]


class Lease:
    """The right to write: a locked file, and a fencing number that rises with each holder.

    Raises:
        SystemFault: another process holds it.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._file: IO[str] = path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise SystemFault(
                "lease-held",
                "another process serves this node",
                where=str(path),
                do="Hand it commands through its API, or stop it first.",
            ) from error
        try:
            self.fence: Final[int] = _next_fence(connection)
        except sqlite3.Error as error:
            self._file.close()
            raise SystemFault(
                "database-unwritable",
                f"the database cannot be written: {error}",
                where=str(path.parent),
                do="Free some room on its disk, or mount it writable.",
            ) from error

    def close(self) -> None:
        """Let go."""
        self._file.close()


def _next_fence(connection: sqlite3.Connection) -> int:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'fence'")
    (fence,) = connection.execute("SELECT value FROM meta WHERE name = 'fence'").fetchone()
    connection.execute("COMMIT")
    return int(fence)


class Writer:
    """Runs commands on the store.

    Args:
        path: the database, which must exist.
        lock: the lease's file.
        before_commit: called inside the transaction with what was touched; signs heads.
        after_commit: called with what to publish, before futures are resolved; keeps the high-water mark.
        on_failure: called when the process must end.
    """

    def __init__(
        self,
        path: Path,
        lock: Path,
        *,
        before_commit: Callable[[SqliteTx], None],
        after_commit: Callable[[SqliteTx], None],
        on_failure: Callable[[BaseException], None],
    ) -> None:
        self._connection, self._known = connect(path, write=True), Known()
        try:
            self._lease = Lease(lock, self._connection)
        except SystemFault:
            self._connection.close()
            raise
        self._before_commit = before_commit
        self._after_commit = after_commit
        self._on_failure = on_failure
        self._ordinary: deque[tuple[Callable[[Tx], Any], Future[Any]]] = deque()
        self._urgent: deque[tuple[Callable[[Tx], Any], Future[Any]]] = deque()
        self._lock = threading.Lock()
        self._wakes: SimpleQueue[None] = (
            SimpleQueue()
        )  # one for each command: faster to wait for than a condition
        self._closing = False
        self._thread = threading.Thread(target=self._loop, name="writer", daemon=True)
        self._thread.start()

    def submit(self, command: Callable[[Tx], T], *, urgent: bool = False) -> "Future[T]":
        """Queue a command; its future is resolved once it is durable, or with what it raised.

        Raises:
            SystemFault: the writer is closed.
        """
        future: Future[T] = Future()
        with self._lock:
            if self._closing:
                raise SystemFault(
                    "writer-closed", "the node is stopping", do="Start it again with `parley serve`."
                )
            (self._urgent if urgent else self._ordinary).append((command, future))
        self._wakes.put(None)
        return future

    def close(self) -> None:
        """Finish what was accepted, then stop."""
        with self._lock:
            self._closing = True
        self._wakes.put(None)
        self._thread.join()
        self._connection.close()
        self._lease.close()

    def shorten_log(self) -> None:
        """Carry the log into the database and cut it off: for a disk that is nearly full.

        For the writer's thread only, between transactions.
        """
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._connection.execute(f"PRAGMA wal_autocheckpoint = {SHORT_LOG_PAGES}").fetchall()

    def _take(self) -> list[tuple[Callable[[Tx], Any], Future[Any]]]:
        """Wait for commands, and take what there is; nothing once all is done and the writer closes."""
        while True:
            self._wakes.get()
            with self._lock:
                batch = list(self._urgent)
                self._urgent.clear()
                while self._ordinary and len(batch) < BATCH:
                    batch.append(self._ordinary.popleft())
                if batch or self._closing:
                    return batch

    def _loop(self) -> None:
        while taken := self._take():
            try:
                done, tx = self._commit(taken)
                self._after_commit(tx)
            except BaseException as error:  # noqa: BLE001 - what is on disk is unknown: end, and say why
                self._on_failure(error)
                return
            for future, outcome in done:
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome[0])

    def _commit(self, taken: list[Command]) -> tuple[list[tuple[Future[Any], Outcome]], SqliteTx]:
        """Run commands until the batch has lasted long enough, or something urgent came; put the rest back."""
        run = self._connection.execute
        tx = SqliteTx(self._connection, self._known)
        run("BEGIN IMMEDIATE")
        self._check_fence()
        done: list[tuple[Future[Any], Outcome]] = []
        until_s = time.monotonic() + LONGEST_BATCH_S
        waiting = deque(taken)
        while waiting and not (done and (self._urgent or time.monotonic() > until_s)):
            command, future = waiting.popleft()
            # From here on nobody can give the command up; one given up before is not run.
            if future.set_running_or_notify_cancel():
                done.append((future, self._attempt(tx, command, alone=len(taken) == 1)))
        self._before_commit(tx)
        tx.settle()
        run("COMMIT")
        if waiting:
            with self._lock:
                self._ordinary.extendleft(reversed(waiting))
            self._wakes.put(None)
        return done, tx

    def _attempt(self, tx: SqliteTx, command: Callable[[Tx], Any], *, alone: bool) -> Outcome:
        try:
            done = tx.attempt(command, alone=alone)
        except Exception as error:
            if isinstance(error, sqlite3.Error) and not isinstance(error, OF_THE_COMMAND):
                raise
            return error  # a bug in the command: it alone is undone
        return done if isinstance(done, ParleyError) else (done,)

    def _check_fence(self) -> None:
        (fence,) = self._connection.execute("SELECT value FROM meta WHERE name = 'fence'").fetchone()
        if fence != self._lease.fence:
            raise SystemFault("lease-lost", "another process took over this node's database")


def end_process(error: BaseException) -> None:
    """End at once: after an ambiguous commit nothing may be signed before the tip is read again."""
    os.write(2, f"parley: the database failed: {error}. The node stops; start it again.\n".encode())
    os._exit(3)
