"""Volume indexes in memory and in a file: SQLite's R*Tree, which allows five dimensions.

The tree keeps 32-bit floats. SQLite rounds what it stores outward; this adapter widens by a relative
2**-22 beforehand all the same, so that the guarantee does not rest on another program's rounding. (Unix
seconds would resolve to 128 s in such floats: times come relative to a late origin, `check/volume5.py`.)
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import Any, Final

from parley.geo.box import Box5
from parley.ports.volume_index import Held
from parley.words.errors import SystemFault

_GRAIN: Final = 2.0**-22
_FORM: Final = 1
"""The stored form; a file with another one is refused."""
_MAPPED_BYTES: Final = 2**31 - 1
"""How much of the file is read in place, from what the system keeps of it in memory anyway."""
_CREATE: Final = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS boxes USING rtree("
    "key, x_low, x_high, y_low, y_high, z_low, z_high, t_low, t_high, h_low, h_high, +kept BLOB)"
)
_INSERT: Final = "INSERT OR REPLACE INTO boxes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_WHERE: Final = (
    " FROM boxes WHERE x_high >= ? AND x_low <= ? AND y_high >= ? AND y_low <= ?"
    " AND z_high >= ? AND z_low <= ? AND t_high >= ? AND t_low <= ? AND h_high >= ? AND h_low <= ?"
)
_CANDIDATES: Final = f"SELECT key{_WHERE}"
_MATCHES: Final = f"SELECT key, kept{_WHERE}"


class SqliteVolumeIndex:
    """A `VolumeIndex` (see the port for what it guarantees) over an open database, which it owns."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._lock = Lock()
        self._database = database

    def close(self) -> None:
        """Give memory and file back."""
        with self._lock:
            self._database.close()

    def add(self, key: int, box: Box5, kept: bytes = b"") -> None:
        self._run(_INSERT, (key, *_outward(box), kept))

    def add_all(self, held: Iterable[Held]) -> None:
        rows = [(key, *_outward(box), kept) for key, box, kept in held]
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                try:
                    self._database.executemany(_INSERT, rows)
                except BaseException:
                    self._database.execute("ROLLBACK")
                    raise
                self._database.execute("COMMIT")
            except sqlite3.Error as error:
                raise _fault(error) from error

    def remove(self, key: int) -> None:
        self._run("DELETE FROM boxes WHERE key = ?", (key,))

    def candidates(self, box: Box5) -> list[int]:
        return [key for (key,) in self._run(_CANDIDATES, box)]

    def matches(self, box: Box5) -> list[tuple[int, bytes]]:
        return self._run(_MATCHES, box)

    def count(self) -> int:
        ((held,),) = self._run("SELECT count(*) FROM boxes", ())
        return int(held)

    def size_bytes(self) -> int:
        """How much memory, or file without its log, the index takes."""
        ((pages,),) = self._run("PRAGMA page_count", ())
        ((page_bytes,),) = self._run("PRAGMA page_size", ())
        return int(pages) * int(page_bytes)

    def _run(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        with self._lock:
            try:
                return self._database.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise _fault(error) from error


class MemoryVolumeIndex(SqliteVolumeIndex):
    """A volume index whose contents end with the process."""

    def __init__(self) -> None:
        super().__init__(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))
        self._database.execute(_CREATE)


class FileVolumeIndex(SqliteVolumeIndex):
    """A volume index in a file, for one process at a time; it stays when the process ends.

    Args:
        path: the file; made if it is not there. Beside it lies a write-ahead log of the same name.
        flush: whether each call waits for the disk. Without it the last calls before a power cut may be
            lost: only for an index that is filled anew at each start.

    Raises:
        SystemFault: `volume-index-failed`: it cannot be opened, is held by another process, is damaged, or
            has another form.
    """

    def __init__(self, path: Path, *, flush: bool = True) -> None:
        try:
            database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0)
        except sqlite3.Error as error:
            raise _fault(error) from error
        try:
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(f"PRAGMA synchronous = {'FULL' if flush else 'OFF'}")
            database.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
            _make_or_recognise(database)
        except sqlite3.Error as error:
            database.close()
            raise _fault(error) from error
        except SystemFault:
            database.close()
            raise
        super().__init__(database)


def _make_or_recognise(database: sqlite3.Connection) -> None:
    database.execute("BEGIN IMMEDIATE")
    ((form,),) = database.execute("PRAGMA user_version").fetchall()
    ((tables,),) = database.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    if tables and form != _FORM:
        database.execute("ROLLBACK")
        raise _fault(f"the file has form {form}, not {_FORM}")
    database.execute(_CREATE)
    database.execute(f"PRAGMA user_version = {_FORM}")
    database.execute("COMMIT")


def _outward(box: Box5) -> tuple[float, ...]:
    """The box with each low end lower and each high end higher by more than a 32-bit float's grain."""
    x0, x1, y0, y1, z0, z1, t0, t1, h0, h1 = box
    return (
        x0 - abs(x0) * _GRAIN,
        x1 + abs(x1) * _GRAIN,
        y0 - abs(y0) * _GRAIN,
        y1 + abs(y1) * _GRAIN,
        z0 - abs(z0) * _GRAIN,
        z1 + abs(z1) * _GRAIN,
        t0 - abs(t0) * _GRAIN,
        t1 + abs(t1) * _GRAIN,
        h0 - abs(h0) * _GRAIN,
        h1 + abs(h1) * _GRAIN,
    )


def _fault(error: sqlite3.Error | str) -> SystemFault:
    what = f"The index of volumes failed: {error}"
    do = "Nothing was compared. Restart the node, and check by hand until it answers."
    return SystemFault("volume-index-failed", what, do=do)
