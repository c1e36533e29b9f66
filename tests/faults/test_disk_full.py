"""A disk that runs full: ROUTINE is refused by name, and a STOP is recorded all the same, at both sides."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from parley.adapters.reserve import MIB
from parley.ports.room import Room
from support import NAMES, Pair, draft, on_loop, pair, until

DISK_MIB = 96


@pytest.fixture
def small_disks(tmp_path: Path) -> Iterator[Path]:
    """A folder in which each side has a small disk of its own."""
    disks = [tmp_path / name for name in NAMES]
    try:
        for disk in disks:
            disk.mkdir()
            mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(disk)]
            subprocess.run(mount, capture_output=True, check=True, timeout=10)
        yield tmp_path
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a small disk needs root")
    finally:
        for disk in disks:
            if disk.is_mount():
                subprocess.run(["umount", "-l", str(disk)], check=True, timeout=10)


def leave_free(both: Pair, free_bytes: int) -> None:
    """Fill both disks with a file, until so much is free."""
    for side in both.sides:
        found = os.statvfs(side.home.path)
        with (side.home.path / "ballast").open("ab") as file:
            more = found.f_bavail * found.f_frsize - free_bytes
            os.posix_fallocate(file.fileno(), file.tell(), more)


async def until_seen(both: Pair, room: Room) -> None:
    """Wait until both nodes have looked at their disk again."""
    await until(lambda: all(side.node.reserve.room() is room for side in both.sides), why=room.name)


async def names(both: Pair, precedence: str) -> list[str | None]:
    """Release one notice at each side; return what refused it."""
    return [
        (await side.on_line("notices", {"notices": [{**draft(), "precedence": precedence}]}))[0]["error"]
        for side in both.sides
    ]


def test_a_stop_is_recorded_on_a_full_disk_and_routine_is_refused_before(small_disks: Path) -> None:
    @on_loop
    async def scenario() -> None:
        async with pair(small_disks) as both:
            assert await names(both, "ROUTINE") == [None, None]
            await both.settle()
            leave_free(both, 30 * MIB)
            await until_seen(both, Room.NEARLY_FULL)
            assert await names(both, "ROUTINE") == ["disk-nearly-full"] * 2
            assert await names(both, "PRIORITY") == [None, None]
            await until(lambda: both.a.said("disk_nearly_full"), why="the desks are told")
            await both.settle()
            leave_free(both, MIB)
            await until_seen(both, Room.FULL)
            assert await names(both, "IMMEDIATE") == ["disk-nearly-full"] * 2
            assert not any(side.home.reserve.exists() for side in both.sides)
            for side in both.sides:
                await side.on_line("stops", {"text": "cease fire"})
            await both.settle()
            for side in both.sides:
                assert len(await side.stops()) == 2
            for side in both.sides:
                (side.home.path / "ballast").unlink()
            await until_seen(both, Room.ENOUGH)
            assert await names(both, "ROUTINE") == [None, None]
            await both.prove()
            assert all(side.home.reserve.exists() for side in both.sides)

    scenario()
