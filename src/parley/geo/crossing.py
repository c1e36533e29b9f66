"""Whether a ring meets itself, or rings one another."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from parley.geo.boundary import Boundary, Indices
from parley.geo.kernel import crosses

_ROWS_AT_ONCE = 256
_SURE = 1e12
"""A cross product of nanodegree differences (up to 2.6e23) is wrong by less than this in doubles."""
Integers = NDArray[np.int64]
Bounds = NDArray[np.int64] | NDArray[np.float64]
_ALL_PAIRS_MAX = 256
"""Up to as many edges every pair is looked at; above, runs of edges are sifted by their boxes first."""
_RUN = 32
_RUN_PAIRS_MAX = 100_000


class Intricate(Exception):
    """So many edges lie over one another that whether they meet cannot be told in reasonable time.

    Only outlines of over 14,000 edges can be so: none that comes over a line.
    """


def ring_is_convex(lat_ndeg: Sequence[int], lon_ndeg: Sequence[int]) -> bool:
    """Tell whether a ring with straight edges is strictly convex, and so neither flat nor crossing. Exact.

    Every turn is to the same side and less than a half turn, so the direction goes round whole times: it
    enters and leaves a half plane of directions as often as it goes round, and once is convex.
    """
    count = len(lat_ndeg)
    east = [lon_ndeg[(k + 1) % count] - lon_ndeg[k] for k in range(count)]
    north = [lat_ndeg[(k + 1) % count] - lat_ndeg[k] for k in range(count)]
    side = 0
    for k in range(count):
        turn = east[k - 1] * north[k] - north[k - 1] * east[k]
        if turn == 0 or (side != 0 and (turn > 0) is not (side > 0)):
            return False
        side = turn
    ahead = [x > 0 or (x == 0 and y > 0) for x, y in zip(east, north, strict=True)]
    return sum(ahead[k] is not ahead[k - 1] for k in range(count)) == 2  # noqa: PLR2004 - in and out


def ring_crosses_straight(lat_ndeg: list[int], lon_ndeg: list[int]) -> bool:
    """Whether edges straight in longitude and latitude meet anywhere but at shared vertices. Exact.

    Args:
        lat_ndeg: latitudes.
        lon_ndeg: longitudes, unrolled: no jump between neighbours, beyond 180 degrees if need be.
    """
    ends = straight_edges(lat_ndeg, lon_ndeg)
    for i, j in _near_straight(ends):
        if any(
            _meet(a, b, steps, len(lat_ndeg))
            for a, b, steps in zip(
                ends[:, i].T.tolist(), ends[:, j].T.tolist(), (j - i).tolist(), strict=True
            )
        ):
            return True
    return False


def rings_meet_straight(ends: Integers, group: Indices, *, touching: bool) -> tuple[int, int] | None:
    """The first two edges of different groups, straight in longitude and latitude, that meet. Exact.

    Args:
        ends: columns as from `straight_edges`.
        group: of each edge.
        touching: whether it is enough that they touch; else they must cross, inside of both.
    """
    for i, j in _near_straight(ends, group):
        for a, b in zip(i.tolist(), j.tolist(), strict=True):
            if _meet(ends[:, a].tolist(), ends[:, b].tolist(), 0, 0, touching=touching):
                return a, b
    return None


def edges_seen_from(ends: Integers, lon_ndeg: int, lat_ndeg: int) -> tuple[Indices, Indices]:
    """The edges that the meridian north of a point crosses, and those that the point lies on. Exact."""
    point = np.array([[lon_ndeg], [lat_ndeg]], dtype=np.int64)
    a, b = ends[:2], ends[2:]
    spans = (np.minimum(a[0], b[0]) <= lon_ndeg) & (lon_ndeg <= np.maximum(a[0], b[0]))
    which = np.flatnonzero(spans & (lat_ndeg <= np.maximum(a[1], b[1])))
    side = _side(a[:, which], b[:, which], point)
    signs = np.sign(side).astype(np.int64)
    for k in np.flatnonzero(np.abs(side) <= _SURE).tolist():
        ax, ay, bx, by = ends[:, which[k]].tolist()
        exact = (bx - ax) * (lat_ndeg - ay) - (by - ay) * (lon_ndeg - ax)
        signs[k] = (exact > 0) - (exact < 0)
    start, end = a[0, which], b[0, which]
    crossed = (start <= lon_ndeg) != (end <= lon_ndeg)
    above = crossed & np.where(end > start, signs < 0, signs > 0)
    low, high = np.minimum(a[1, which], b[1, which]), np.maximum(a[1, which], b[1, which])
    return which[above], which[(signs == 0) & (low <= lat_ndeg) & (lat_ndeg <= high)]


def straight_edges(lat_ndeg: list[int], lon_ndeg: list[int]) -> Integers:
    """The edges of a ring as columns: longitude and latitude of the start, then of the end."""
    lat = np.array(lat_ndeg, dtype=np.int64)
    lon = np.array(lon_ndeg, dtype=np.int64)
    return np.stack([lon, lat, np.roll(lon, -1), np.roll(lat, -1)])


def _near_straight(ends: Integers, group: Indices | None = None) -> Iterator[tuple[Indices, Indices]]:
    """Pairs of edges that may meet: their boxes overlap, and doubles leave it open; integers then decide."""
    low = np.minimum(ends[:2], ends[2:])
    high = np.maximum(ends[:2], ends[2:])
    for i, j in near_pairs(low, high):
        near = (
            (low[0][i] <= high[0][j])
            & (low[0][j] <= high[0][i])
            & (low[1][i] <= high[1][j])
            & (low[1][j] <= high[1][i])
        )
        if group is not None:
            near &= group[i] != group[j]
        boxes = np.flatnonzero(near)
        if len(boxes):
            open_ = _undecided(ends[:, i[boxes]], ends[:, j[boxes]])
            yield i[boxes[open_]], j[boxes[open_]]


def _undecided(first: Integers, second: Integers) -> Indices:
    """The edges of `first` that doubles do not show to be apart from their partners."""
    a, b, c, d = first[:2], first[2:], second[:2], second[2:]
    sides = [_side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)]
    sure = [np.abs(side) > _SURE for side in sides]
    apart = (sure[0] & sure[1] & (sides[0] * sides[1] > 0)) | (sure[2] & sure[3] & (sides[2] * sides[3] > 0))
    return np.flatnonzero(~apart)


def _side(a: Integers, b: Integers, c: Integers) -> NDArray[np.float64]:
    """Twice the area of the triangle a, b, c, signed, in doubles."""
    ab, ac = (b - a).astype(np.float64), (c - a).astype(np.float64)
    area: NDArray[np.float64] = ab[0] * ac[1] - ab[1] * ac[0]
    return area


def _meet(first: list[int], second: list[int], steps: int, count: int, *, touching: bool = True) -> bool:
    """Whether two edges meet, in exact integers; neighbours may share their one vertex.

    Args:
        first: lon, lat, lon, lat of its ends.
        second: the same.
        steps: how many edges later `second` comes; 0 for one of another ring.
        count: edges of the ring; 0 for those of different rings.
        touching: whether it is enough that they touch.
    """
    ax, ay, bx, by = first
    cx, cy, dx, dy = second
    s1 = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    s2 = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax)
    if steps == 1:  # b is c: they meet again only if d lies back along the first edge
        return s2 == 0 and (ax - bx) * (dx - bx) + (ay - by) * (dy - by) > 0
    if count and steps == count - 1:  # d is a
        return s1 == 0 and (bx - ax) * (cx - ax) + (by - ay) * (cy - ay) > 0
    s3 = (dx - cx) * (ay - cy) - (dy - cy) * (ax - cx)
    s4 = (dx - cx) * (by - cy) - (dy - cy) * (bx - cx)
    if not touching:
        return bool(s1 * s2 < 0 and s3 * s4 < 0)
    return not ((s1 > 0 < s2) or (s1 < 0 > s2) or (s3 > 0 < s4) or (s3 < 0 > s4))


def ring_crosses_geodesic(boundary: Boundary) -> bool:
    """Whether pieces of the one ring of an outline cross. Repeated vertices are the caller's to find."""
    for i, j in _near_geodesic(boundary):
        apart = (j - i != 1) & ~((i == 0) & (j == len(boundary) - 1))
        if apart.any() and crosses(boundary, i[apart], boundary, j[apart]).any():
            return True
    return False


def rings_cross_geodesic(boundary: Boundary, group: Indices, deeper_m: float) -> tuple[int, int] | None:
    """The first two rings of different groups whose pieces cross.

    Args:
        boundary: the outline.
        group: of each ring.
        deeper_m: pieces that cross no deeper than this only touch.
    """
    groups = group[boundary.ring]
    for i, j in _near_geodesic(boundary):
        others = groups[i] != groups[j]
        i, j = i[others], j[others]  # noqa: PLW2901 - fewer pairs, same meaning
        found = np.flatnonzero(crosses(boundary, i, boundary, j, deeper_m)) if len(i) else i
        if len(found):
            return int(boundary.ring[i[found[0]]]), int(boundary.ring[j[found[0]]])
    return None


def _near_geodesic(boundary: Boundary) -> Iterator[tuple[Indices, Indices]]:
    """Pairs of pieces near enough to cross."""
    far = boundary.middle_m.T - boundary.half_m, boundary.middle_m.T + boundary.half_m
    for i, j in near_pairs(*far):
        away = boundary.middle_m[i] - boundary.middle_m[j]
        reach = boundary.half_m[i] + boundary.half_m[j]
        near = np.einsum("ij,ij->i", away, away) <= reach * reach
        yield i[near], j[near]


def near_pairs(low: Bounds, high: Bounds) -> Iterator[tuple[Indices, Indices]]:
    """Pairs i < j of things whose boxes may meet, in groups that fit in memory; every pair of a few.

    Args:
        low: the low ends of each thing's box, a row for each dimension.
        high: the high ends.

    Raises:
        Intricate: there are too many.
    """
    count = low.shape[1]
    if count > _ALL_PAIRS_MAX:
        yield from _run_pairs(low, high)
        return
    for first in range(0, count, _ROWS_AT_ONCE):
        i, j = np.triu_indices(min(_ROWS_AT_ONCE, count - first), k=1, m=count - first)
        yield i + first, j + first


def _run_pairs(low: Bounds, high: Bounds) -> Iterator[tuple[Indices, Indices]]:
    """As `near_pairs`: runs of neighbours whose boxes meet, and every pair of their members."""
    count = low.shape[1]
    starts = np.arange(0, count, _RUN)
    run_low, run_high = np.minimum.reduceat(low, starts, axis=1), np.maximum.reduceat(high, starts, axis=1)
    partners: list[Indices] = []
    left = _RUN_PAIRS_MAX
    for a in range(len(starts)):
        meets = (run_low[:, a, None] <= run_high[:, a:]) & (run_low[:, a:] <= run_high[:, a, None])
        partners.append(np.flatnonzero(meets.all(axis=0)) + a)
        left -= len(partners[-1])
        if left < 0:
            raise Intricate
    within = np.arange(_RUN * _RUN)
    for a, b in enumerate(partners):
        i = np.tile(starts[a] + within // _RUN, len(b))
        j = (starts[b][:, None] + within % _RUN).ravel()
        real = (i < j) & (j < count)
        yield i[real], j[real]
