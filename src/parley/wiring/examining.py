"""Examining a node's folder while it may be served: nothing is changed, no lease is taken over.

Each examination is one row: what was looked at, whether it is good, what was found, and the remedy.
"""

import fcntl
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct

from parley.adapters.high_water import HighWater
from parley.adapters.picture_store import SqlitePictureStore
from parley.adapters.sqlite_store import SqliteReads, connect
from parley.config.home import Home
from parley.config.settings import Settings, read_settings
from parley.node.auditing import RecordReport, verify_record
from parley.node.board import find_line
from parley.ports.store import Line
from parley.wiring.making import PURPOSES, load_own
from parley.words.errors import ParleyError

OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
"""The permissions that nobody but the owner may have."""

State = Literal["good", "warning", "bad"]


class Row(Struct, frozen=True, kw_only=True):
    """One examination."""

    check: str
    state: State
    found: str
    remedy: str = ""


def examine(home: Home, *, passphrase: bytes | None = None) -> list[Row]:
    """Look at a node's folder, settings, keys, databases, high-water mark and lease."""
    rows = [_folder(home)]
    if not home.path.is_dir():
        return rows
    settings, row = _settings(home)
    rows += [row, *_files(home), _root_key(home)]
    if settings is None:
        return rows
    rows.append(_try("keys", lambda: _keys(home, settings, passphrase)))
    rows.append(_try("lines database", lambda: _lines(home)))
    rows.append(_try("picture", lambda: _picture(home)))
    rows += list(_high_water(home, settings))
    rows.append(_lease(home))
    return rows


def verify_unserved(home: Home, name: str, *, passphrase: bytes | None) -> tuple[Line, RecordReport]:
    """Derive the record of a line again, from the folder of a node that need not run; nothing is changed.

    Raises:
        InputError: line-unknown, line-ambiguous.
        SystemFault: the settings, keys or database cannot be read.
    """
    own = load_own(home, read_settings(home), passphrase)
    with closing(connect(home.lines_db, write=False)) as connection:
        reads = SqliteReads(connection)
        line = find_line(reads, name)
        return line, verify_record(reads, own, line)


def _try(check: str, look: Callable[[], str]) -> Row:
    try:
        return Row(check=check, state="good", found=look())
    except ParleyError as error:
        place = f" ({error.where})" if error.where else ""
        return Row(check=check, state="bad", found=f"{error.what}{place}", remedy=error.do)
    except OSError as error:
        return Row(
            check=check, state="bad", found=str(error), remedy="Put the file back, or its permissions."
        )


def _folder(home: Home) -> Row:
    if not home.path.is_dir():
        found = f"there is no node in {home.path}"
        return Row(
            check="folder", state="bad", found=found, remedy="Make one with `parley init`, or give --home."
        )
    mode = stat.S_IMODE(home.path.stat().st_mode)
    if mode & OTHERS:
        found = f"{home.path} has mode {mode:04o}: others can look in"
        return Row(check="folder", state="bad", found=found, remedy=f"chmod 700 {home.path}")
    return Row(check="folder", state="good", found=str(home.path))


def _settings(home: Home) -> tuple[Settings | None, Row]:
    try:
        settings = read_settings(home)
    except ParleyError as error:
        return None, Row(
            check="settings", state="bad", found=f"{error.what} ({error.where})", remedy=error.do
        )
    found = f"{settings.name}, peers on {settings.peer_listen}, desks on {settings.desk_listen}"
    return settings, Row(check="settings", state="good", found=found)


def _files(home: Home) -> Iterator[Row]:
    """Whatever is secret must be there and be readable by its owner alone."""
    keys = [home.key(purpose) for purpose in (*PURPOSES, "tls")]
    secrets = (*keys, home.picture_key, home.token, home.lines_db, home.picture_db)
    missing = [path.name for path in secrets if not path.is_file()]
    open_to = [path for path in secrets if path.is_file() and stat.S_IMODE(path.stat().st_mode) & OTHERS]
    if missing:
        found = f"missing: {', '.join(missing)}"
        yield Row(
            check="files", state="bad", found=found, remedy="Put them back from where they were moved to."
        )
    if open_to:
        found = f"others can read: {', '.join(path.name for path in open_to)}"
        remedy = f"chmod 600 {' '.join(str(path) for path in open_to)}"
        yield Row(check="files", state="bad", found=found, remedy=remedy)
    if not missing and not open_to:
        found = f"{len(secrets)} secret files, readable by their owner alone"
        yield Row(check="files", state="good", found=found)


def _root_key(home: Home) -> Row:
    if home.root_key.exists():
        found = f"it is still on this machine: {home.root_key}"
        remedy = "Move it to a medium that is kept offline; the node does not need it."
        return Row(check="root key", state="warning", found=found, remedy=remedy)
    return Row(check="root key", state="good", found="not on this machine")


def _keys(home: Home, settings: Settings, passphrase: bytes | None) -> str:
    own = load_own(home, settings, passphrase)
    if home.certificate.read_text() != own.descriptor.certificate_pem:
        raise OSError(f"{home.certificate} is not the certificate that the descriptor vouches for")
    return f"they are those of the descriptor, serial {own.descriptor.serial}, of party {own.party[:16]}"


def _lines(home: Home) -> str:
    with closing(connect(home.lines_db, write=False)) as connection:
        lines = SqliteReads(connection).lines()
        return f"opens; {len(lines)} {'line' if len(lines) == 1 else 'lines'}"


def _picture(home: Home) -> str:
    picture = SqlitePictureStore(home.picture_db, home.picture_key.read_bytes()).load()
    return f"opens and verifies at version {picture.version}; {len(picture.layers)} layers"


def _high_water(home: Home, settings: Settings) -> Iterator[Row]:
    path = Path(settings.high_water)

    def look() -> str:
        mark = HighWater(path)
        mark.load()
        with closing(connect(home.lines_db, write=False)) as connection:
            mark.refuse_older(SqliteReads(connection))
        return "the database is not behind the mark"

    yield _try("high-water mark", look)
    if path.is_file() and home.lines_db.is_file() and path.stat().st_dev == home.lines_db.stat().st_dev:
        yield Row(
            check="high-water place",
            state="warning",
            found="it lies on the same volume as the database: one old copy of both would not show",
            remedy=f"Move {path} to another volume and change high_water in {home.settings}.",
        )


def _lease(home: Home) -> Row:
    """Look whether another process serves this node, without taking the lease from it."""
    if not home.lock.exists():
        return Row(check="lease", state="good", found="free: this node was never served")
    with home.lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return Row(check="lease", state="good", found="held: a process serves this node")
    return Row(check="lease", state="good", found="free: no process serves this node")
