"""The high-water mark: a small file, best on another volume, that remembers how far records had come.

Written after each commit and before anything leaves the node, so it is never ahead of the database.
A database that is behind it was put back from an old copy: to sign with it could fork the record, so
the node refuses to start (`refuse_older`).
"""

from pathlib import Path

import msgspec
from msgspec import Struct

from parley.ports.store import Reads
from parley.words.errors import SystemFault
from parley.words.units import LineId


class Mark(Struct, frozen=True):
    """How far one line's record had come."""

    size: int
    root: str


class HighWater:
    """The marks of all lines, kept in one file that is replaced whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._marks: dict[LineId, Mark] = {}

    @classmethod
    def create(cls, path: Path) -> None:
        """Start an empty file, when a node is made."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{}")
        path.chmod(0o600)

    def load(self) -> None:
        """Read the marks.

        Raises:
            SystemFault: the file is missing or unreadable.
        """
        try:
            self._marks = msgspec.json.decode(self._path.read_bytes(), type=dict[LineId, Mark])
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
            SystemFault: database-older or database-other.
        """
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
            if tree.size == mark.size and tree.root().hex() != mark.root:
                raise SystemFault(
                    "database-other",
                    f"the record of line {line[:8]} is another than the marked one",
                    where=str(self._path),
                )

    def raise_to(self, marks: dict[LineId, Mark]) -> None:
        """Remember how far records have come now."""
        if not marks:
            return
        self._marks.update(marks)
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(self._marks))
        fresh.replace(self._path)
