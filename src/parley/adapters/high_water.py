"""The high-water mark: a small file, best on another volume, that remembers how far records had come.

Written after each commit and before anything leaves the node, so it is never ahead of the database.
A database that is behind it was put back from an old copy: to sign with it could fork the record, so
the node refuses to start (`refuse_older`).
"""

import os
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from msgspec import Struct

from parley.ports.store import Reads
from parley.record.checkpoint import parse
from parley.words.errors import SystemFault
from parley.words.units import LineId


class Mark(Struct, frozen=True):
    """How far one line's record had come."""

    size: int
    root: str


class _Row(Struct, frozen=True):
    line: LineId
    size: int
    root: str


_ROW: Final = msgspec.json.Decoder(_Row)
FIRST_COMMIT_ENTRIES: Final = 16
"""A line's first commit may hold up to this many: a crash may come before its first mark."""
ROW_BYTES: Final = 150
LONGEST_LOG_BYTES: Final = 1_000_000


class HighWater:
    """The marks of all lines: a log of them in one file, newest last, rewritten when it has grown long."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.fresh: Final = path.with_name(path.name + ".new")
        """Where the file is written anew before it takes the old one's place."""
        self._marks: dict[LineId, Mark] = {}
        self._log: BinaryIO | None = None
        self._written = 0

    @property
    def marks(self) -> dict[LineId, Mark]:
        """The marks, by line."""
        return dict(self._marks)

    @classmethod
    def create(cls, path: Path) -> None:
        """Start an empty file, when a node is made."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
        path.chmod(0o600)

    def load(self) -> None:
        """Read the marks. A last row that a crash cut short is passed over: its commit came before it.

        Raises:
            SystemFault: the file is missing or unreadable.
        """
        try:
            rows = self._path.read_bytes().split(b"\n")[:-1]
            self._marks = {row.line: Mark(row.size, row.root) for row in map(_ROW.decode, rows)}
        except (OSError, msgspec.DecodeError) as error:
            raise SystemFault(
                "high-water-unreadable",
                "the high-water file cannot be read",
                where=str(self._path),
                do="Mount its volume. Without it nobody can tell whether the database is an old copy.",
            ) from error

    def refuse_older(self, reads: Reads) -> None:
        """Raise when the database is behind the marks.

        Raises:
            SystemFault: database-older, database-other or high-water-emptied.
        """
        for known in reads.lines():
            entries = reads.chain(known.id).tree.size
            if known.id not in self._marks and entries > FIRST_COMMIT_ENTRIES:
                raise SystemFault(
                    "high-water-emptied",
                    f"the high-water file does not know line {known.name}, which has {entries} entries",
                    where=str(self._path),
                    do="Put the file back. Without it nobody can tell whether the database is an old copy.",
                )
        for line, mark in self._marks.items():
            tree = reads.chain(line).tree
            if tree.size < mark.size:
                raise SystemFault(
                    "database-older",
                    f"the database holds {tree.size} entries of line {line[:8]}, "
                    f"but the high-water mark says {mark.size}",
                    where=str(self._path),
                    do="An old copy was put back. Do not sign with it: find the newer database.",
                )
            if _root_at(reads, line, mark.size) != mark.root:
                raise SystemFault(
                    "database-other",
                    f"the record of line {line[:8]} is another than the marked one",
                    where=str(self._path),
                )

    def raise_to(self, marks: dict[LineId, Mark]) -> None:
        """Remember how far records have come now.

        Raises:
            OSError: the file cannot be written; the caller must not go on.
        """
        if not marks:
            return
        self._marks.update(marks)
        if self._log is None or self._written > LONGEST_LOG_BYTES:
            self._rewrite()
            return
        self._log.write(_rows(marks))
        self._log.flush()
        self._written += ROW_BYTES * len(marks)

    def _rewrite(self) -> None:
        self.close()
        with self.fresh.open("wb") as file:
            file.write(_rows(self._marks))
            file.flush()
            os.fsync(file.fileno())  # a power cut must leave the old file or the new one, never an empty one
        self.fresh.chmod(0o600)
        self.fresh.replace(self._path)
        self._log = self._path.open("ab")
        self._written = 0

    def close(self) -> None:
        """Let go of the file."""
        if self._log is not None:
            self._log.close()
            self._log = None


def _root_at(reads: Reads, line: LineId, size: int) -> str | None:
    """Return the root that the database signed at `size`; every mark was made beside a head."""
    note = reads.head(line, size)
    return None if note is None else parse(note.decode().partition("\n\n")[0] + "\n").root.hex()


def _rows(marks: dict[LineId, Mark]) -> bytes:
    rows = [msgspec.json.encode(_Row(line, mark.size, mark.root)) for line, mark in marks.items()]
    return b"".join(row + b"\n" for row in rows)
