"""The reserve: kept while there is room, given up for STOPs, made again; and an end by a full disk frees it."""

import sqlite3
from pathlib import Path

import pytest

from parley.adapters.reserve import FULL_BYTES, NEARLY_BYTES, RESERVE_BYTES, Reserve
from parley.ports.room import Room
from parley.ports.store import Tx
from parley.wiring.running import _says_full
from stores_harness import Hooks, SqliteUnderTest


class Disk:
    """A disk whose free bytes are said."""

    def __init__(self, free: int) -> None:
        self.free = free

    def __call__(self) -> int:
        return self.free


def test_the_reserve_is_made_kept_given_up_and_made_again_as_the_disk_fills_and_empties(
    tmp_path: Path,
) -> None:
    path, disk = tmp_path / "reserve", Disk(10**12)
    reserve = Reserve(path, disk, look_s=0)
    assert (reserve.room(), path.stat().st_size, reserve.is_held) == (Room.ENOUGH, RESERVE_BYTES, True)
    disk.free = NEARLY_BYTES - 1
    assert (reserve.room(), reserve.is_held) == (Room.NEARLY_FULL, True)
    disk.free = FULL_BYTES - 1
    assert (reserve.room(), path.exists()) == (Room.FULL, False)
    disk.free += RESERVE_BYTES
    assert reserve.room() is Room.FULL, "what it freed is no room for anything else"
    disk.free = NEARLY_BYTES
    assert (reserve.room(), path.exists()) == (Room.ENOUGH, False)
    disk.free = NEARLY_BYTES + RESERVE_BYTES
    assert (reserve.room(), reserve.is_held) == (Room.ENOUGH, True)


def test_a_node_that_starts_on_a_full_disk_gives_the_reserve_up_before_it_writes(tmp_path: Path) -> None:
    path, disk = tmp_path / "reserve", Disk(10**12)
    Reserve(path, disk, look_s=0).room()
    disk.free = 0
    assert (Reserve(path, disk, look_s=0).room(), path.exists()) == (Room.FULL, False)


def test_a_commit_for_which_the_disk_has_no_room_ends_the_writer_and_says_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteUnderTest(tmp_path, monkeypatch)
    hooks = Hooks()

    def fill(tx: Tx) -> None:
        for number in range(1_000):
            tx.put_private("line", str(number), b"x" * 4_000)

    writer = store.writer(hooks)
    limited: sqlite3.Connection = writer._connection  # type: ignore[attr-defined]  # noqa: SLF001 - the fault
    limited.execute("PRAGMA max_page_count = 200").fetchall()
    lost = writer.submit(fill)
    writer._thread.join(10)  # type: ignore[attr-defined]  # noqa: SLF001 - it ends by itself
    assert not lost.done(), "nobody is told that it is recorded"
    (failure,) = hooks.failures
    assert _says_full(failure)
    store.close()
    assert not _says_full(sqlite3.OperationalError("disk I/O error"))
