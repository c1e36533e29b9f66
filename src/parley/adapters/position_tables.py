"""What the index of live volumes keeps: the numbers of each volume, all outlines, and which cube holds whom."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from parley.geo.cells import Cells
from parley.geo.ellipsoid import Floats
from parley.geo.plane import Flat
from parley.geo.shape import Shape
from parley.geo.times import DAY_MS

Rows = NDArray[np.intp]
Slots = NDArray[np.int64]
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_NO_ROWS: Final[Rows] = np.empty(0, dtype=np.intp)
_NO_CODES: Final[Slots] = np.empty(0, dtype=np.int64)


class Place(Struct, frozen=True, eq=False):
    """What is held of one volume, in one slot."""

    key: int
    shape: Shape
    flat: Flat | None
    cells: Cells


class Slotted(Struct, eq=False):
    """The numbers of all volumes, a row for each slot; grown by doubling.

    Attributes:
        gate: start and end (UTC ms), lowest and highest height (m). A free slot starts after it ends.
        hours: the instant of each day (ms) at which it begins to hold, and how long; a day is always.
        sphere: Earth-centred hub, and the distance from it within which the area lies (m); of a disc the
            centre and its radius.
        plane: first and second axis of the plane of a polygon, three numbers each, then its bow, radius,
            error and reach (m) and whether it is closed, as in `Flat`.
        edges: where its edges begin and end in `Edges`; equal if it has none.
        disc: whether it is a disc.
        key: of the port.
    """

    gate: Floats
    hours: Floats
    sphere: Floats
    plane: Floats
    edges: NDArray[np.int64]
    disc: NDArray[np.bool_]
    key: NDArray[np.int64]

    @classmethod
    def of(cls, count: int) -> "Slotted":
        """Room for so many, all free."""
        gate = np.tile(np.array([1.0, 0.0, 1.0, 0.0]), (count, 1))
        return cls(
            gate,
            np.tile(np.array([0.0, float(DAY_MS)]), (count, 1)),
            np.zeros((count, 4)),
            np.zeros((count, 10)),
            np.zeros((count, 2), dtype=np.int64),
            np.zeros(count, dtype=np.bool_),
            np.zeros(count, dtype=np.int64),
        )

    def grown(self) -> "Slotted":
        """Twice the room, the same contents."""
        larger = Slotted.of(2 * len(self.key))
        for name in self.__struct_fields__:
            getattr(larger, name)[: len(self.key)] = getattr(self, name)
        return larger


class Edges(Struct, eq=False):
    """The edges of all outlines, in the planes of their areas, one after the other.

    Attributes:
        ends_m: a row for each edge, as in `Flat`; more rows than are used.
        used: how many rows are used, those of volumes that are gone included.
        gone: how many those are.
    """

    ends_m: Floats
    used: int = 0
    gone: int = 0

    def add(self, ends_m: Floats) -> tuple[int, int]:
        """Append the edges of one outline; return where they begin and end."""
        first, after = self.used, self.used + len(ends_m)
        if after > len(self.ends_m):
            larger = np.empty((max(after, 2 * len(self.ends_m)), 4))
            larger[:first] = self.ends_m[:first]
            self.ends_m = larger
        self.ends_m[first:after] = ends_m
        self.used = after
        return first, after


class Table(Struct, frozen=True, eq=False):
    """Which volumes lie in which cube, for one or more slots.

    Attributes:
        levels: those in use.
        code: of each cube that holds anything, ascending.
        first: where its entries begin; one more at the end.
        entry: twice the slot, plus 1 where the cube lies wholly in the area.
        drawers: hash table: a place in `code`, or -1; a cube that finds its drawer taken is in the next.
    """

    levels: tuple[int, ...]
    code: NDArray[np.int64]
    first: NDArray[np.int64]
    entry: NDArray[np.int64]
    drawers: NDArray[np.int32]

    @classmethod
    def of(cls, places: Iterable[tuple[int, Cells]]) -> "Table":
        """Sort the cubes of all slots."""
        held = list(places)
        codes = np.concatenate([cells.code for _, cells in held] or [_NO_CODES])
        entries = np.concatenate(
            [2 * slot + cells.whole.astype(np.int64) for slot, cells in held] or [_NO_CODES]
        )
        order = np.argsort(codes, kind="stable")
        codes = codes[order]
        first = np.flatnonzero(np.diff(codes, prepend=-1))
        code = codes[first]
        levels = tuple(sorted({cells.level for _, cells in held}))
        firsts = np.append(first, len(codes)).astype(np.int64)
        return cls(levels, code, firsts, entries[order], _drawers(code))

    def find(self, codes: NDArray[np.int64]) -> tuple[Rows, Rows]:
        """Which of some cubes hold anything, and their places in `code`."""
        asked = np.arange(len(codes))
        drawer = _drawer_of(codes, len(self.drawers))
        rows, places = [], []
        while len(asked):
            place = self.drawers[drawer]
            taken = np.flatnonzero(place >= 0)
            asked, drawer, place = asked[taken], drawer[taken], place[taken]
            right = self.code[place] == codes[asked]
            rows.append(asked[right])
            places.append(place[right])
            asked, drawer = asked[~right], (drawer[~right] + 1) & (len(self.drawers) - 1)
        return np.concatenate(rows or [_NO_ROWS]), np.concatenate(places or [_NO_ROWS])


def _drawer_of(codes: NDArray[np.int64], count: int) -> Rows:
    """Where a code belongs, by Knuth's multiplicative hashing (TAOCP 3, 6.4); `count` is a power of 2."""
    mixed = codes.view(np.uint64) * _GOLDEN
    return (mixed >> np.uint64(64 - count.bit_length() + 1)).astype(np.intp)


def _drawers(code: NDArray[np.int64]) -> NDArray[np.int32]:
    """The hash table of codes that differ, at most a quarter full."""
    count = 1 << max(4, (4 * len(code)).bit_length())
    drawers = np.full(count, -1, dtype=np.int32)
    left, drawer = np.arange(len(code), dtype=np.int32), _drawer_of(code, count)
    while len(left):
        free = drawers[drawer] < 0
        drawers[drawer[free]] = left[free]  # of several for one drawer the last stays
        out = drawers[drawer] != left
        left, drawer = left[out], (drawer[out] + 1) & (count - 1)
    return drawers
