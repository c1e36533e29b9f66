"""What `parley track` is given: how to read and follow, and the files."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import typer

from parley.cli.output import troubles
from parley.formats.position_format import Format
from parley.words.errors import InputError

if TYPE_CHECKING:
    from parley.formats.geojson import Read
    from parley.intake.places import NoticeVolume, Zone


class LiveSources(NamedTuple):
    """Where live positions come from, as it was typed."""

    listen: tuple[str, ...]
    connect: tuple[str, ...]
    tls_cert: Path | None
    tls_key: Path | None
    tls_ca: Path | None


class Settings(NamedTuple):
    """How tracks are read and followed; a null `at_ms` is now."""

    format_: Format | None
    at_ms: int | None
    leave_ms: int
    lost_ms: int


def read_zones(path: Path) -> "list[Zone]":
    """Read a file of zones."""
    from parley.wiring.tracks import zones_of

    return zones_of(_read(path)[0])


def read_notices(path: Path) -> "list[NoticeVolume]":
    """Read a file of notices."""
    from parley.wiring.tracks import notices_of

    return notices_of(*_read(path))


def _read(path: Path) -> "tuple[Read, bytes]":
    from parley.cli.composing import read_input
    from parley.formats.geojson import read_geojson
    from parley.formats.json_text import MAX_BYTES

    data = read_input(path, MAX_BYTES)
    return read_geojson(data, str(path)), data


@contextmanager
def opened(path: Path) -> "Iterator[tuple[IO[bytes], int | None]]":
    """Open a file of positions; - is the standard input. Yield it and its size, if that is known.

    Raises:
        InputError: file-unreadable.
    """
    if str(path) == "-":
        yield typer.get_binary_stream("stdin"), None
        return
    try:
        file = path.open("rb")
    except OSError as error:
        what = f"the file cannot be read: {error.strerror}"
        raise InputError("file-unreadable", what, where=str(path), do="Check its name.") from error
    with file:
        yield file, path.stat().st_size


@contextmanager
def progress(total: int | None) -> "Iterator[Callable[[int], None]]":
    """Yield what shows how many bytes were read: a bar on a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=troubles, transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done)
