"""An outline laid out flat, for many points at a time: which lie inside, and how far from it.

Everything is seen along the vertical of one hub (orthographic projection), where nothing is farther apart
than in space. Straight edges stand for the outline, which lies within `bow_m` of them: long pieces are cut
finer than `boundary` does, and short ones in a row joined, so that `bow_m` is some 0.3 m. What a metre of
doubt leaves open is for the exact step.
"""

from collections.abc import Iterator
from math import cos, radians, sin, sqrt
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from parley.geo.boundary import Boundary
from parley.geo.ellipsoid import RADIUS_MIN_M, Floats, ecef_point, lat_lon
from parley.geo.kernel import on_pieces
from parley.geo.shape import Patch

BOW_M: Final = 0.3
"""How far the outline may lie from the edges that stand for it, where nothing else prevents it."""
REACH_MAX_M: Final = 500_000.0
"""Areas that reach farther from their hub are not laid out flat."""
_CUT_M: Final = 0.99 * sqrt(8 * RADIUS_MIN_M * BOW_M)
_JOIN_FROM: Final = 64
_SAME_M: Final = 1e-6
_AT_ONCE: Final = 1_000_000
Flags = NDArray[np.bool_]


class Flat(Struct, frozen=True, eq=False, kw_only=True):
    """An outline in the plane.

    Attributes:
        hub_m: Earth-centred origin of the plane, on the ellipsoid.
        east: unit vector of the plane's first axis.
        north: unit vector of its second.
        reach_m: the whole area lies within this straight distance of the hub.
        bow_m: the outline lies within this of its edges.
        radius_m: half the width of a corridor, whose outline is its line; otherwise 0.
        closed: whether the outline has an inside; a corridor's line has none.
        edges_m: a row for each edge: both ends, two coordinates each.
    """

    hub_m: Floats
    east: Floats
    north: Floats
    reach_m: float
    bow_m: float
    radius_m: float
    closed: bool
    edges_m: Floats


def flat_of(patch: Patch) -> Flat | None:
    """Lay an area out flat; null if it is too large for one plane."""
    boundary, radius_m = patch.boundary, patch.radius_m
    middle = boundary.start_m.mean(axis=0).tolist()
    lat_deg, lon_deg = lat_lon(*middle)
    hub_m = np.array(ecef_point(lat_deg, lon_deg))
    away = boundary.start_m + boundary.step_m - hub_m
    away_back = boundary.start_m - hub_m
    reach_m = sqrt(max(float((away**2).sum(axis=1).max()), float((away_back**2).sum(axis=1).max())))
    if reach_m + radius_m > REACH_MAX_M:
        return None
    starts, ends, bow_m = _joined(*_cut(boundary))
    if boundary.straight:
        bow_m += BOW_M
    lat_rad, lon_rad = radians(lat_deg), radians(lon_deg)
    east = np.array([-sin(lon_rad), cos(lon_rad), 0.0])
    north = np.array([-sin(lat_rad) * cos(lon_rad), -sin(lat_rad) * sin(lon_rad), cos(lat_rad)])
    axes = np.stack([east, north], axis=1)
    return Flat(
        hub_m=hub_m,
        east=east,
        north=north,
        reach_m=reach_m + radius_m + float(boundary.half_m.max()) / 100 + bow_m,
        bow_m=bow_m,
        radius_m=radius_m,
        closed=len(boundary.loose) == 0,
        edges_m=np.concatenate([(starts - hub_m) @ axes, (ends - hub_m) @ axes], axis=1),
    )


def seen(point_m: Floats, flat: Flat) -> Floats:
    """Earth-centred points in the plane, shape (n, 2)."""
    offset_m = point_m - flat.hub_m
    return np.stack([offset_m @ flat.east, offset_m @ flat.north], axis=1)


def beside(point_m: Floats, flat: Flat) -> tuple[Floats, Flags]:
    """How far points of the plane are from the nearest edge, and whether an odd number of edges surrounds them.

    Args:
        point_m: shape (n, 2).
        flat: the outline.
    """
    away_m = np.empty(len(point_m))
    inside = np.empty(len(point_m), dtype=np.bool_)
    rows = max(1, _AT_ONCE // len(flat.edges_m))
    for first in range(0, len(point_m), rows):
        some = point_m[first : first + rows]
        ends = flat.edges_m - np.tile(some, 2)[:, None, :]
        away2, crossed = off_edges(ends)
        away_m[first : first + rows] = np.sqrt(away2.min(axis=1))
        inside[first : first + rows] = np.count_nonzero(crossed, axis=1) % 2 == 1
    inside &= flat.closed
    return away_m, inside


def off_edges(ends: Floats) -> tuple[Floats, Flags]:
    """The square of the distance from the origin to each edge, and whether a ray from there crosses it.

    Args:
        ends: both ends of each edge in the last axis, two coordinates each, with the point as origin.
    """
    from_u, from_v, to_v = ends[..., 0], ends[..., 1], ends[..., 3]
    step_u, step_v = ends[..., 2] - from_u, to_v - from_v
    share = -(from_u * step_u + from_v * step_v) / (step_u * step_u + step_v * step_v)
    np.clip(share, 0.0, 1.0, out=share)
    away2: Floats = (from_u + share * step_u) ** 2 + (from_v + share * step_v) ** 2
    straddles = (from_v > 0) != (to_v > 0)
    crossed: Flags = straddles & ((from_u * step_v - from_v * step_u > 0) == (step_v > 0))
    return away2, crossed


def _cut(boundary: Boundary) -> tuple[Floats, Floats]:
    """The starts and ends of edges so short that their pieces rise at most `BOW_M` above and stray as little."""
    counts = np.ceil(np.maximum(2 * boundary.half_m / _CUT_M, np.sqrt(boundary.stray_m / BOW_M))).astype(
        np.intp
    )
    counts = np.maximum(counts, 1)
    which = np.repeat(np.arange(len(boundary)), counts)
    place = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    first, last = place / counts[which], (place + 1) / counts[which]
    return on_pieces(boundary, which, first), on_pieces(boundary, which, last)


def _joined(starts: Floats, ends: Floats) -> tuple[Floats, Floats, float]:
    """Short edges in a row made one, where the points between stay within half of `BOW_M`."""
    if len(starts) <= _JOIN_FROM:
        return starts, ends, BOW_M
    breaks = np.flatnonzero((np.abs(ends[:-1] - starts[1:]) > _SAME_M).any(axis=1)) + 1
    kept: list[tuple[int, int]] = []
    for first, after in zip([0, *breaks.tolist()], [*breaks.tolist(), len(starts)], strict=True):
        kept += _runs(starts[first:after], ends[first:after], first)
    begin, end = (np.array(places) for places in zip(*kept, strict=True))
    return starts[begin], ends[end], 1.5 * BOW_M


def _runs(starts: Floats, ends: Floats, offset: int) -> Iterator[tuple[int, int]]:
    """First and last edge of each run that one edge can stand for."""
    begin = 0
    while begin < len(starts):
        end, stride = begin, 1
        while stride and end + stride < len(starts):
            if _is_straight(starts[begin], ends[end + stride], ends[begin : end + stride]):
                end, stride = end + stride, 2 * stride
            else:
                stride //= 2
        yield begin + offset, end + offset
        begin = end + 1


def _is_straight(start: Floats, end: Floats, between: Floats) -> bool:
    """Whether points lie within half of `BOW_M` of a chord short enough to be one edge."""
    step = end - start
    length2 = float(step @ step)
    if not 0 < length2 <= _CUT_M * _CUT_M:
        return False
    offset = between - start
    share = np.clip(offset @ step / length2, 0.0, 1.0)
    away = offset - share[:, None] * step
    return float((away**2).sum(axis=1).max()) <= (BOW_M / 2) ** 2
