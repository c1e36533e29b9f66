"""The arithmetic on outlines: is a point inside, which point is nearest, do two outlines cross.

Everything happens in Earth-centred space, so poles and the antimeridian are places like any other.
Chords pick the nearest points; the caller then measures the geodesic once. A chord and its geodesic
order distances alike up to the spread of the ellipsoid's curvature, so each search keeps every pair
that this spread leaves undecided (`undecided_m`): one pair, as a rule, up to some 50 km.
"""

from collections.abc import Iterator
from math import pi
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from parley.geo.boundary import BLOCK, BOW_MAX_M, Boundary, Indices, dot, wrap_deg
from parley.geo.curves import (
    Bent,
    between_ends,
    chords,
    mixed_crossings,
    straight_above,
    straight_bent,
    straight_crossings,
    straight_feet,
    straight_points,
)
from parley.geo.ellipsoid import RADIUS_MAX_M, RADIUS_MIN_M, Floats, arc_m, ecef_point

_NEWTON_STEPS: Final = 3
_SLACK_M: Final = 1e-6
_HALF_TURN_SURE: Final = 1.3
"""Half the angle of an arc, radians, beyond which (some 16,600 km) the order of chords says little."""
_TOUCHING_M: Final = 0.1
_HALF_TURN_DEG: Final = 180.0
_BLOCKS_AT_ONCE: Final = 256
_BLOCK_PAIRS_AT_ONCE: Final = 1_000_000
_ALL_PAIRS_MAX: Final = 65_536
_MANY_PAIRS: Final = 1_000
"""So many pairs of pieces are first told apart by their chords, which takes less than their feet."""
_INNER_STEPS: Final = 6


class Candidates(Struct, frozen=True, eq=False):
    """Pairs of points, one of which is the nearest pair.

    Attributes:
        first_m: Earth-centred points on the first outline (or the one point asked about).
        second_m: their partners on the second outline.
        chord_m: the straight distances between them.
    """

    first_m: Floats
    second_m: Floats
    chord_m: Floats


def undecided_m(chord_m: float) -> float:
    """The longest chord whose geodesic could still be shorter than that of a chord of `chord_m`.

    The geodesic of the chord is at most the arc over it on the smallest circle of curvature; a chord
    is out of the race once its arc on the largest circle is longer than that.
    """
    reach_m = arc_m(chord_m, RADIUS_MIN_M)
    half_turn = min(reach_m / (2 * RADIUS_MAX_M), pi / 2)
    if half_turn > _HALF_TURN_SURE:
        return 2 * RADIUS_MAX_M
    return float(2 * RADIUS_MAX_M * np.sin(half_turn)) + _SLACK_M


def feet(point_m: Floats, boundary: Boundary, which: Indices) -> Floats:
    """The point of each piece nearest to a given point.

    Args:
        point_m: Earth-centred, shape (n, 3), or (1, 3) for one point against all.
        boundary: the outline.
        which: the pieces, shape (n,).

    Returns:
        Earth-centred points on the ellipsoid, shape (n, 3).

    The piece is X(t) = start + t step + h up with X·QX = 1, which gives
    bend h² + 2 g h = t (1 - t) curve, where g = lift + (t - 1/2) tilt. Newton's method on
    (P - X)·X'(t) = 0, from the foot on the chord, kept within the ends. Straight pieces: `curves`.
    """
    if boundary.straight:
        return straight_feet(point_m, boundary, which)
    step_m, up = boundary.step_m[which], boundary.up[which]
    step2, curve = boundary.step2[which], boundary.curve[which]
    lift, tilt, bend = boundary.lift[which], boundary.tilt[which], boundary.bend[which]
    offset_m = point_m - boundary.start_m[which]
    along = dot(offset_m, step_m)
    rise = dot(offset_m, up)
    t = np.clip(along / step2, 0.0, 1.0)
    for _ in range(_NEWTON_STEPS):
        g = lift + (t - 0.5) * tilt
        h = _bow(t, g, curve, bend)
        slope = curve * (1 - 2 * t) / (2 * g)
        above = rise - h  # (P - X)·up, as step and up are at right angles
        value = along - t * step2 + slope * above
        change = -step2 - slope * slope - curve / g * above
        t = np.clip(t - value / np.minimum(change, -0.05 * step2), 0.0, 1.0)
    h = _bow(t, lift + (t - 0.5) * tilt, curve, bend)
    return boundary.start_m[which] + t[:, None] * step_m + h[:, None] * up


def on_pieces(boundary: Boundary, which: Indices, share: Floats) -> Floats:
    """Points of pieces, Earth-centred: `share` of the way along each chord, 0 to 1, and up from there.

    Along a straight piece the share is that of its longitude and latitude.
    """
    if boundary.straight:
        return straight_points(boundary, which, share)
    g = boundary.lift[which] + (share - 0.5) * boundary.tilt[which]
    h = _bow(share, g, boundary.curve[which], boundary.bend[which])
    return boundary.start_m[which] + share[:, None] * boundary.step_m[which] + h[:, None] * boundary.up[which]


def _bow(t: Floats, g: Floats, curve: Floats, bend: Floats) -> Floats:
    """How far the piece stands above its chord, metres: the root in a form that cancels nothing."""
    room = t * (1 - t) * curve
    height: Floats = room / (g + np.sqrt(g * g + bend * room))
    return height


def contains(boundary: Boundary, lat_deg: float, lon_deg: float) -> bool:
    """Whether a point lies inside: an odd number of rings surrounds it. No ring has a pole inside.

    Points within a hundredth of a millimetre of the outline may fall on either side; their distance is 0
    all the same. Nothing lies inside an open line.
    """
    return not len(boundary.loose) and int(np.count_nonzero(surrounding(boundary, lat_deg, lon_deg))) % 2 == 1


def surrounding(boundary: Boundary, lat_deg: float, lon_deg: float) -> NDArray[np.bool_]:
    """Which rings surround a point.

    Counts the pieces that the meridian north of the point crosses. A piece is above the point if the
    point lies on the southern side of the piece's plane; a point farther south or north than the piece
    can reach is decided by latitude alone, where the plane would amplify rounding.
    """
    ahead_deg = wrap_deg(boundary.lon_deg - lon_deg)
    next_deg = wrap_deg(boundary.end_lon_deg - lon_deg)
    straddles = ((ahead_deg <= 0) != (next_deg <= 0)) & (np.abs(next_deg - ahead_deg) < _HALF_TURN_DEG)
    which = np.flatnonzero(straddles)
    if len(which) == 0:
        return np.zeros(len(boundary.first), dtype=np.bool_)
    if boundary.straight:
        north_of = straight_above(boundary, which, ahead_deg[which], lat_deg)
        return _odd(boundary, which[north_of])
    lat, end_lat = boundary.lat_deg[which], boundary.end_lat_deg[which]
    # No point of a piece is farther from both ends than half its length, 1 % added for its arc.
    margin_deg = np.degrees(1.01 * boundary.half_m[which] / RADIUS_MIN_M) + 1e-12
    south = lat_deg < np.minimum(lat, end_lat) - margin_deg
    north = lat_deg > np.maximum(lat, end_lat) + margin_deg
    point_m = np.array(ecef_point(lat_deg, lon_deg))
    side = dot(boundary.left[which], point_m - boundary.start_m[which])
    eastward = next_deg[which] > ahead_deg[which]
    below = np.where(eastward, side < 0, side > 0)
    return _odd(boundary, which[south | (below & ~north)])


def _odd(boundary: Boundary, above: Indices) -> NDArray[np.bool_]:
    """Which rings have an odd number of these pieces."""
    odd: NDArray[np.bool_] = np.bincount(boundary.ring[above], minlength=len(boundary.first)) % 2 == 1
    return odd


def nearest_to_point(point_m: tuple[float, float, float], boundary: Boundary) -> Candidates:
    """The points of an outline that may be nearest to one point."""
    point = np.array([point_m])
    away = boundary.middle_m - point
    middle_m = np.sqrt(dot(away, away))
    reach_m = undecided_m(float((middle_m + boundary.half_m).min()))
    which = np.flatnonzero(middle_m - boundary.half_m <= reach_m)
    foot_m = feet(point, boundary, which)
    gap = foot_m - point
    return _keep(np.broadcast_to(point, foot_m.shape), foot_m, np.sqrt(dot(gap, gap)))


def nearest_between(first: Boundary, second: Boundary) -> Candidates:
    """The pairs of points of two outlines that may be nearest.

    If the outlines cross, the only candidate is a crossing (twice the same point). If they do not, and
    all edges are geodesics, a nearest pair has a vertex at one of its ends: between two geodesics the
    shortest joining path never has both ends inside them, because on the ellipsoid neighbouring geodesics
    draw together. Straight edges bend, so inside of them it is looked for as well.
    """
    found: list[Candidates] = []
    best_m = float("inf")
    for i, j in _piece_pairs(first, second):
        away = first.middle_m[i] - second.middle_m[j]
        middle_m = np.sqrt(dot(away, away))
        reach_m = first.half_m[i] + second.half_m[j]
        least_m = middle_m - reach_m
        close = least_m <= undecided_m(min(best_m, float((middle_m + reach_m).min())))
        i, j, least_m = i[close], j[close], least_m[close]  # noqa: PLW2901 - fewer pairs, same meaning
        if len(i) > _MANY_PAIRS:
            least_m, most_m = _chord_bounds(first, i, second, j)
            close = least_m <= undecided_m(min(best_m, float(most_m.min())))
            i, j, least_m = i[close], j[close], least_m[close]  # noqa: PLW2901 - as above
        if len(i) == 0:
            continue
        touching = least_m <= _TOUCHING_M
        crossing = crossings(first, i[touching], second, j[touching])
        if len(crossing):
            point = crossing[:1]
            return Candidates(point, point, np.zeros(1))
        pairs = _vertex_feet(first, i, second, j)
        if first.straight or second.straight:
            pairs = _with_inner(pairs, first, i, second, j)
        best_m = min(best_m, float(pairs.chord_m.min()))
        found.append(_keep(pairs.first_m, pairs.second_m, pairs.chord_m))
    return _keep(
        np.concatenate([c.first_m for c in found]),
        np.concatenate([c.second_m for c in found]),
        np.concatenate([c.chord_m for c in found]),
    )


def _chord_bounds(first: Boundary, i: Indices, second: Boundary, j: Indices) -> tuple[Floats, Floats]:
    """The least and the greatest distance of pieces that lie beside and above their chords."""
    apart_m, _, _ = chords(first, i, second, j)
    doubt_m = 2 * BOW_MAX_M + first.stray_m[i] + second.stray_m[j]
    return apart_m - doubt_m, apart_m + doubt_m


def _with_inner(pairs: Candidates, first: Boundary, i: Indices, second: Boundary, j: Indices) -> Candidates:
    """The same, and the nearest points inside of both pieces, as Newton's method finds them."""
    _, share, other = chords(first, i, second, j)
    for _ in range(_INNER_STEPS):
        share, other = between_ends(_bent(first, i, share), _bent(second, j, other), share, other)
    first_m, second_m = on_pieces(first, i, share), on_pieces(second, j, other)
    gap = first_m - second_m
    return Candidates(
        np.concatenate([pairs.first_m, first_m]),
        np.concatenate([pairs.second_m, second_m]),
        np.concatenate([pairs.chord_m, np.sqrt(dot(gap, gap))]),
    )


def _bent(boundary: Boundary, which: Indices, share: Floats) -> Bent:
    """Points of pieces with their derivatives."""
    if boundary.straight:
        return straight_bent(boundary, which, share)
    g = boundary.lift[which] + (share - 0.5) * boundary.tilt[which]
    slope = boundary.curve[which] * (1 - 2 * share) / (2 * g)
    bend = boundary.curve[which] / g
    up = boundary.up[which]
    at_m = on_pieces(boundary, which, share)
    return Bent(at_m, boundary.step_m[which] + slope[:, None] * up, -bend[:, None] * up)


def _vertex_feet(first: Boundary, i: Indices, second: Boundary, j: Indices) -> Candidates:
    """The start of each piece against its partner piece, both ways; and the end of an open line."""
    start_i, start_j = first.start_m[i], second.start_m[j]
    firsts = [start_i, feet(start_j, first, i)]
    seconds = [feet(start_i, second, j), start_j]
    if len(first.loose):
        at = np.flatnonzero(np.isin(i, first.loose))
        end_m = first.start_m[i[at]] + first.step_m[i[at]]
        firsts.append(end_m)
        seconds.append(feet(end_m, second, j[at]))
    if len(second.loose):
        at = np.flatnonzero(np.isin(j, second.loose))
        end_m = second.start_m[j[at]] + second.step_m[j[at]]
        firsts.append(feet(end_m, first, i[at]))
        seconds.append(end_m)
    first_m, second_m = np.concatenate(firsts), np.concatenate(seconds)
    gap = first_m - second_m
    return Candidates(first_m, second_m, np.sqrt(dot(gap, gap)))


def crosses(
    first: Boundary, i: Indices, second: Boundary, j: Indices, deeper_m: float = 0.0
) -> NDArray[np.bool_]:
    """Which pieces `i` of one outline cross pieces `j` of another, by more than `deeper_m` at every end.

    Two pieces cross if the ends of each lie on opposite sides of the other's plane; the caller passes
    only pieces near each other, so that a crossing beyond the horizon cannot be meant.
    """
    begins, ends = _sides(first, i, second, j)
    begins_back, ends_back = _sides(second, j, first, i)
    cross: NDArray[np.bool_] = (begins * ends < 0) & (begins_back * ends_back < 0)
    if deeper_m:
        cross &= np.minimum(np.abs(begins), np.abs(ends)) > 2 * first.half_m[i] * deeper_m
        cross &= np.minimum(np.abs(begins_back), np.abs(ends_back)) > 2 * second.half_m[j] * deeper_m
    return cross


def crossings(first: Boundary, i: Indices, second: Boundary, j: Indices) -> Floats:
    """The points, Earth-centred, at which pieces `i` of one outline cross pieces `j` of another."""
    if first.straight and second.straight:
        return straight_crossings(first, i, second, j)
    if first.straight:
        return mixed_crossings(second, j, first, i)
    if second.straight:
        return mixed_crossings(first, i, second, j)
    cross = crosses(first, i, second, j)
    if not cross.any():
        return np.empty((0, 3))
    i, j = i[cross], j[cross]
    begins, ends = _sides(first, i, second, j)
    on_chord_m = second.start_m[j] + (begins / (begins - ends))[:, None] * second.step_m[j]
    return feet(on_chord_m, second, j)


def _sides(first: Boundary, i: Indices, second: Boundary, j: Indices) -> tuple[Floats, Floats]:
    """How far both ends of pieces `j` lie to the left of pieces `i`, times the length of the latter."""
    offset_m = second.start_m[j] - first.start_m[i]
    return dot(first.left[i], offset_m), dot(first.left[i], offset_m + second.step_m[j])


def _keep(first_m: Floats, second_m: Floats, chord_m: Floats) -> Candidates:
    """Only the pairs that may be the nearest, shortest chord first, without near-repeats."""
    order = np.argsort(chord_m, kind="stable")
    order = order[chord_m[order] <= undecided_m(float(chord_m[order[0]]))]
    first_m, second_m, chord_m = first_m[order], second_m[order], chord_m[order]
    if len(order) > 1:  # a vertex is the foot of both pieces that meet in it
        keys = np.round(np.concatenate([first_m, second_m], axis=1) * 1e5)
        unique = np.sort(np.unique(keys, axis=0, return_index=True)[1])
        first_m, second_m, chord_m = first_m[unique], second_m[unique], chord_m[unique]
    return Candidates(first_m, second_m, chord_m)


def _piece_pairs(first: Boundary, second: Boundary) -> Iterator[tuple[Indices, Indices]]:
    """Pairs of pieces that may hold the nearest points, in groups, most promising first."""
    if len(first) * len(second) <= _ALL_PAIRS_MAX:
        yield _product(np.arange(len(first)), np.arange(len(second)))
        return
    a, b, least_m, sure_m = _near_blocks(first, second)
    order = np.argsort(least_m, kind="stable")
    order = order[least_m[order] <= undecided_m(sure_m)]
    within = np.arange(BLOCK * BLOCK)
    for k in range(0, len(order), _BLOCKS_AT_ONCE):
        chosen = order[k : k + _BLOCKS_AT_ONCE]
        i = (a[chosen, None] * BLOCK + within // BLOCK).ravel()
        j = (b[chosen, None] * BLOCK + within % BLOCK).ravel()
        real = (i < len(first)) & (j < len(second))
        yield i[real], j[real]


def _near_blocks(first: Boundary, second: Boundary) -> tuple[Indices, Indices, Floats, float]:
    """Pairs of blocks that may hold the nearest points, the least that each may be apart, and what surely is.

    By groups of rows: with 200,000 pieces on both sides there are 39 million pairs of blocks.
    """
    firsts, seconds, leasts, sure_m = [], [], [], float("inf")
    rows = max(1, _BLOCK_PAIRS_AT_ONCE // len(second.block_m))
    for start in range(0, len(first.block_m), rows):
        away = first.block_m[start : start + rows, None] - second.block_m[None]
        centre_m = np.sqrt(np.einsum("ijk,ijk->ij", away, away))
        reach_m = first.block_radius_m[start : start + rows, None] + second.block_radius_m[None]
        sure_m = min(sure_m, float((centre_m + reach_m).min()))
        least_m = centre_m - reach_m
        a, b = np.nonzero(least_m <= undecided_m(sure_m))
        firsts.append(a + start)
        seconds.append(b)
        leasts.append(least_m[a, b])
    return np.concatenate(firsts), np.concatenate(seconds), np.concatenate(leasts), sure_m


def _product(a: Indices, b: Indices) -> tuple[Indices, Indices]:
    """Every element of `a` with every element of `b`."""
    return np.repeat(a, len(b)), np.tile(b, len(a))
