"""Zip archives (KMZ, XLSX) opened warily: nothing is unpacked to disk, nothing grows without a bound.

What an archive says of its own sizes is checked first, and then held to while it is read.
"""

import io
import zipfile
import zlib
from typing import Final

from parley.words.errors import InputError

MAX_ENTRIES: Final = 2_000
MAX_ENTRY_BYTES: Final = 256 * 1024 * 1024
MAX_TOTAL_BYTES: Final = 384 * 1024 * 1024
MAX_RATIO: Final = 200
SMALL_BYTES: Final = 1024 * 1024
"""Up to here a ratio says nothing: a page of spaces shrinks a thousandfold and harms nobody."""
_LOCAL_HEADER_BYTES: Final = 30
_ENCRYPTED: Final = 0x1
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


class Archive:
    """An archive whose directory has been looked through.

    Args:
        data: its bytes.

    Raises:
        InputError: archive-unreadable, archive-too-many-entries, archive-bomb, archive-entries-overlap,
            archive-name-unsafe, archive-name-repeated, archive-encrypted, archive-method-unknown.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, OverflowError) as error:
            raise _unreadable(str(error)) from error
        entries = self._zip.infolist()
        if len(entries) > MAX_ENTRIES:
            what = f"the archive has {len(entries):,} entries; at most {MAX_ENTRIES:,} are taken"
            raise InputError("archive-too-many-entries", what, do="Do not trust this file.")
        for entry in entries:
            _refuse_entry(entry)
        _refuse_together(entries)
        self.names: Final = tuple(entry.filename for entry in entries)

    def read(self, name: str) -> bytes:
        """Return an entry's bytes.

        Raises:
            InputError: archive-entry-missing, archive-bomb, archive-unreadable.
        """
        try:
            entry = self._zip.getinfo(name)
        except KeyError:
            what = "a part of the file is missing"
            do = "Save the file again."
            raise InputError("archive-entry-missing", what, where=name[:80], do=do) from None
        try:
            with self._zip.open(entry) as opened:
                data = opened.read(entry.file_size + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise _unreadable(str(error), name) from error
        if len(data) != entry.file_size:
            raise _bomb("an entry is of another size than the archive says", name)
        return data


def _refuse_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    if (
        not name.isprintable()
        or name.startswith(("/", "\\"))
        or ":" in name
        or "\\" in name
        or ".." in name.split("/")
    ):
        what = "the archive has an entry whose name reaches outside it"
        raise InputError("archive-name-unsafe", what, where=ascii(name[:80]), do="Do not trust this file.")
    if entry.flag_bits & _ENCRYPTED:
        do = "Save it without a password."
        raise InputError("archive-encrypted", "the file is encrypted", where=name[:80], do=do)
    if entry.compress_type not in _METHODS:
        what = f"the archive is packed by a method ({entry.compress_type}) that is not read"
        raise InputError("archive-method-unknown", what, where=name[:80], do="Save it again, as plain zip.")
    if entry.file_size > MAX_ENTRY_BYTES:
        raise _bomb(
            f"an entry unpacks to {entry.file_size:,} bytes; at most {MAX_ENTRY_BYTES:,} are read", name
        )
    if entry.file_size > SMALL_BYTES and entry.file_size > MAX_RATIO * entry.compress_size:
        raise _bomb(f"an entry unpacks to over {MAX_RATIO} times its size", name)


def _refuse_together(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse what no entry shows by itself: the sum, names that occur twice, bytes that are used twice."""
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL_BYTES:
        raise _bomb(f"the archive unpacks to {total:,} bytes; at most {MAX_TOTAL_BYTES:,} are read")
    if len({entry.filename.casefold() for entry in entries}) < len(entries):
        what = "two entries of the archive have the same name, and programs differ in which they read"
        raise InputError("archive-name-repeated", what, do="Save the file again.")
    used_to = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset < used_to:
            what = "entries of the archive overlap, as no program writes them"
            raise InputError("archive-entries-overlap", what, do="Do not trust this file.")
        used_to = entry.header_offset + _LOCAL_HEADER_BYTES + len(entry.orig_filename) + entry.compress_size


def _bomb(what: str, name: str = "") -> InputError:
    return InputError("archive-bomb", what, where=name[:80], do="Do not trust this file.")


def _unreadable(what: str, name: str = "") -> InputError:
    do = "Is the file whole? Fetch or save it again."
    return InputError(
        "archive-unreadable", f"the archive cannot be read: {what}"[:200], where=name[:80], do=do
    )
