"""Whether a ring meets itself."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from parley.geo.boundary import Boundary
from parley.geo.kernel import Indices, crossings

_ROWS_AT_ONCE = 256
_SURE = 1e12
"""A cross product of nanodegree differences (up to 2.6e23) is wrong by less than this in doubles."""
Integers = NDArray[np.int64]


def ring_crosses_straight(lat_ndeg: list[int], lon_ndeg: list[int]) -> bool:
    """Whether edges straight in longitude and latitude meet anywhere but at shared vertices. Exact.

    Args:
        lat_ndeg: latitudes.
        lon_ndeg: longitudes, unrolled: no jump between neighbours, beyond 180 degrees if need be.
    """
    lat = np.array(lat_ndeg, dtype=np.int64)
    lon = np.array(lon_ndeg, dtype=np.int64)
    ends = np.stack([lon, lat, np.roll(lon, -1), np.roll(lat, -1)])
    low = np.minimum(ends[:2], ends[2:])
    high = np.maximum(ends[:2], ends[2:])
    for i, j in _pairs(len(lat)):
        boxes = np.flatnonzero(
            (low[0][i] <= high[0][j])
            & (low[0][j] <= high[0][i])
            & (low[1][i] <= high[1][j])
            & (low[1][j] <= high[1][i])
        )
        if len(boxes) and _any_meet(ends[:, i[boxes]], ends[:, j[boxes]], i[boxes], j[boxes], len(lat)):
            return True
    return False


def _any_meet(first: Integers, second: Integers, i: Indices, j: Indices, count: int) -> bool:
    """Whether any edge of `first` meets its partner, whose boxes overlap; doubles sift, integers decide."""
    a, b, c, d = first[:2], first[2:], second[:2], second[2:]
    sides = [_side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)]
    sure = [np.abs(side) > _SURE for side in sides]
    apart = (sure[0] & sure[1] & (sides[0] * sides[1] > 0)) | (sure[2] & sure[3] & (sides[2] * sides[3] > 0))
    for k in np.flatnonzero(~apart).tolist():
        if _meet(first[:, k].tolist(), second[:, k].tolist(), int(j[k]) - int(i[k]), count):
            return True
    return False


def _side(a: Integers, b: Integers, c: Integers) -> NDArray[np.float64]:
    """Twice the area of the triangle a, b, c, signed, in doubles."""
    ab, ac = (b - a).astype(np.float64), (c - a).astype(np.float64)
    area: NDArray[np.float64] = ab[0] * ac[1] - ab[1] * ac[0]
    return area


def _meet(first: list[int], second: list[int], steps: int, count: int) -> bool:
    """Whether two edges meet, in exact integers; neighbours may share their one vertex.

    Args:
        first: lon, lat, lon, lat of its ends.
        second: the same.
        steps: how many edges later `second` comes.
        count: edges of the ring.
    """
    ax, ay, bx, by = first
    cx, cy, dx, dy = second
    s1 = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    s2 = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax)
    if steps == 1:  # b is c: they meet again only if d lies back along the first edge
        return s2 == 0 and (ax - bx) * (dx - bx) + (ay - by) * (dy - by) > 0
    if steps == count - 1:  # d is a
        return s1 == 0 and (bx - ax) * (cx - ax) + (by - ay) * (cy - ay) > 0
    s3 = (dx - cx) * (ay - cy) - (dy - cy) * (ax - cx)
    s4 = (dx - cx) * (by - cy) - (dy - cy) * (bx - cx)
    return not ((s1 > 0 < s2) or (s1 < 0 > s2) or (s3 > 0 < s4) or (s3 < 0 > s4))


def ring_crosses_geodesic(boundary: Boundary) -> bool:
    """Whether pieces of geodesic edges cross. Repeated vertices are the caller's to find."""
    for i, j in _pairs(len(boundary)):
        away = boundary.middle_m[i] - boundary.middle_m[j]
        reach = boundary.half_m[i] + boundary.half_m[j]
        near = (np.einsum("ij,ij->i", away, away) <= reach * reach) & (j - i != 1)
        near &= ~((i == 0) & (j == len(boundary) - 1))
        if near.any() and len(crossings(boundary, i[near], boundary, j[near])):
            return True
    return False


def _pairs(count: int) -> Iterator[tuple[Indices, Indices]]:
    """Every pair i < j of `count` things, in groups that fit in memory."""
    for first in range(0, count, _ROWS_AT_ONCE):
        i, j = np.triu_indices(min(_ROWS_AT_ONCE, count - first), k=1, m=count - first)
        yield i + first, j + first
