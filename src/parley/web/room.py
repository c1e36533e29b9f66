"""Room: what is still taken when the disk is nearly full, and when it is. A STOP always is."""

from typing import Final

from parley.ports.room import Disk, Room
from parley.wire.message import STOP_RANK
from parley.words.codes import RANK, Precedence
from parley.words.errors import SystemFault

LEAST_OF_THEIRS: Final = {
    Room.ENOUGH: RANK[Precedence.ROUTINE],
    Room.NEARLY_FULL: RANK[Precedence.PRIORITY],
    Room.FULL: STOP_RANK,
}
LEAST_OF_OURS: Final = {
    Room.ENOUGH: RANK[Precedence.ROUTINE],
    Room.NEARLY_FULL: RANK[Precedence.PRIORITY],
    Room.FULL: RANK[Precedence.FLASH],
}


def check_theirs(disk: Disk, rank: int) -> None:
    """Raise unless there is room for what a peer sends; `rank` is the highest in it.

    Raises:
        SystemFault: disk-nearly-full.
    """
    _check(disk.room(), LEAST_OF_THEIRS, rank)


def check_ours(disk: Disk, rank: int) -> None:
    """Raise unless there is room for a notice of ours.

    Raises:
        SystemFault: disk-nearly-full.
    """
    _check(disk.room(), LEAST_OF_OURS, rank)


def _check(room: Room, least: dict[Room, int], rank: int) -> None:
    if rank < least[room]:
        raise SystemFault(
            "disk-nearly-full",
            "the node's disk is full" if room is Room.FULL else "the node's disk is nearly full",
            where="what is less urgent is not taken any more; a STOP is",
            do="Free some room on the disk of the node's folder. It is sent again by itself.",
        )
