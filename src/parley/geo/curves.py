"""Pieces that are straight in longitude and latitude, exactly: points, feet, crossings, nearest points.

Such an edge bends against the geodesic (by 42 m over 25 km at 62 degrees), and two of them may be nearest
between their ends. Cutting them so finely that geodesics follow would take tens of thousands of pieces;
here they stay as long as others, and Newton's method works on the curve itself, with its first and second
derivatives. A piece is short and bends little (`boundary`), so that along it a distance has one inner
extreme at most: the ends are always looked at too.
"""

from math import pi
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from parley.geo.boundary import Boundary, Indices, dot, wrap_deg
from parley.geo.ellipsoid import A_M, E2, Floats, ecef

_STEPS: Final = 6
_HALVINGS: Final = 50
_FLAT: Final = 1e-9


class Bent(NamedTuple):
    """Points of curves, Earth-centred, and how they go on: first and second derivative by the share."""

    at_m: Floats
    first: Floats
    second: Floats


def straight_points(boundary: Boundary, which: Indices, share: Floats) -> Floats:
    """Points of straight pieces, `share` of the way along in longitude and latitude."""
    lat_deg = boundary.lat_deg[which] + share * boundary.climb_deg[which]
    return ecef(lat_deg, boundary.lon_deg[which] + share * boundary.turn_deg[which])


def straight_bent(boundary: Boundary, which: Indices, share: Floats) -> Bent:
    """As `straight_points`, with derivatives.

    With M and N the radii of curvature in the meridian and across, up, north and east the local axes:
    dX = M dlat north + N cos lat dlon east, and once more by the derivatives of M, N and the axes.
    """
    climb, turn = boundary.climb_deg[which] * (pi / 180), boundary.turn_deg[which] * (pi / 180)
    lat = (boundary.lat_deg[which] + share * boundary.climb_deg[which]) * (pi / 180)
    lon = (boundary.lon_deg[which] + share * boundary.turn_deg[which]) * (pi / 180)
    sin_lat, cos_lat, sin_lon, cos_lon = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon)
    w = 1 - E2 * sin_lat * sin_lat
    across_m = A_M / np.sqrt(w)
    along_m = across_m * (1 - E2) / w
    ring_m = across_m * cos_lat
    nought = np.zeros_like(lat)
    up = np.stack([cos_lat * cos_lon, cos_lat * sin_lon, sin_lat], axis=1)
    north = np.stack([-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat], axis=1)
    east = np.stack([-sin_lon, cos_lon, nought], axis=1)
    at_m = np.stack([ring_m * cos_lon, ring_m * sin_lon, across_m * (1 - E2) * sin_lat], axis=1)
    first = (climb * along_m)[:, None] * north + (turn * ring_m)[:, None] * east
    second = (
        (climb**2 * 3 * E2 * sin_lat * cos_lat * along_m / w + turn**2 * ring_m * sin_lat)[:, None] * north
        - (climb**2 * along_m + turn**2 * ring_m * cos_lat)[:, None] * up
        - (2 * climb * turn * along_m * sin_lat)[:, None] * east
    )
    return Bent(at_m, first, second)


def straight_feet(point_m: Floats, boundary: Boundary, which: Indices) -> Floats:
    """The point of each straight piece nearest to a given point: at an end, or where Newton's method leads.

    Args:
        point_m: Earth-centred, shape (n, 3), or (1, 3) for one point against all.
        boundary: with straight edges.
        which: the pieces, shape (n,).
    """
    offset_m = point_m - boundary.start_m[which]
    share = np.clip(dot(offset_m, boundary.step_m[which]) / boundary.step2[which], 0.0, 1.0)
    for _ in range(_STEPS - 2):
        curve = straight_bent(boundary, which, share)
        away = curve.at_m - point_m
        length2 = dot(curve.first, curve.first)
        change = np.maximum(length2 + dot(away, curve.second), 0.05 * length2)
        share = np.clip(share - dot(away, curve.first) / change, 0.0, 1.0)
    foot_m = straight_points(boundary, which, share)
    best2 = ((foot_m - point_m) ** 2).sum(axis=1)
    for end_m in (boundary.start_m[which], boundary.start_m[which] + boundary.step_m[which]):
        away2 = ((end_m - point_m) ** 2).sum(axis=1)
        nearer = away2 < best2
        foot_m[nearer], best2[nearer] = end_m[nearer], away2[nearer]
    return foot_m


def straight_above(
    boundary: Boundary, which: Indices, ahead_deg: Floats, lat_deg: float
) -> NDArray[np.bool_]:
    """Which straight pieces, that the meridian of a point crosses, it crosses north of the point.

    Args:
        boundary: with straight edges.
        which: the pieces.
        ahead_deg: the longitude of each start, less the point's.
        lat_deg: the point's latitude.
    """
    share = -ahead_deg / boundary.turn_deg[which]
    above: NDArray[np.bool_] = lat_deg < boundary.lat_deg[which] + share * boundary.climb_deg[which]
    return above


def straight_crossings(first: Boundary, i: Indices, second: Boundary, j: Indices) -> Floats:
    """The points at which straight pieces cross straight pieces: lines cross in a plane."""
    from_x = wrap_deg(second.lon_deg[j] - first.lon_deg[i])
    from_y = second.lat_deg[j] - first.lat_deg[i]
    to_x, to_y = from_x + second.turn_deg[j], from_y + second.climb_deg[j]
    turn, climb = first.turn_deg[i], first.climb_deg[i]
    begins, ends = turn * from_y - climb * from_x, turn * to_y - climb * to_x
    back_x, back_y = to_x - from_x, to_y - from_y
    starts = back_y * from_x - back_x * from_y
    stops = starts + back_x * climb - back_y * turn
    cross = np.flatnonzero((begins * ends < 0) & (starts * stops < 0))
    return straight_points(second, j[cross], begins[cross] / (begins[cross] - ends[cross]))


def mixed_crossings(geodesic: Boundary, i: Indices, straight: Boundary, j: Indices) -> Floats:
    """The points at which straight pieces cross geodesic ones.

    How far a straight piece lies to the left of the plane of the other has one extreme at most: between
    it and either end it passes through the plane once or not at all.
    """
    start_m, left = geodesic.start_m[i], geodesic.left[i]
    middle = np.full(len(i), 0.5)
    for _ in range(_STEPS - 2):
        curve = straight_bent(straight, j, middle)
        bend = dot(left, curve.second)
        bend = np.where(np.abs(bend) > 0, bend, 1.0)
        middle = np.clip(middle - dot(left, curve.first) / bend, 0.0, 1.0)
    found = [np.empty((0, 3))]
    for low, high in ((np.zeros(len(i)), middle), (middle, np.ones(len(i)))):
        begins = dot(left, straight_points(straight, j, low) - start_m)
        ends = dot(left, straight_points(straight, j, high) - start_m)
        at = np.flatnonzero(begins * ends < 0)
        if len(at) == 0:
            continue
        point_m = _halved(straight, j[at], left[at], start_m[at], (low[at], high[at], begins[at] > 0))
        share = dot(point_m - start_m[at], geodesic.step_m[i[at]]) / geodesic.step2[i[at]]
        found.append(point_m[(share > 0) & (share < 1)])
    return np.concatenate(found)


def _halved(
    straight: Boundary,
    which: Indices,
    left: Floats,
    start_m: Floats,
    span: tuple[Floats, Floats, NDArray[np.bool_]],
) -> Floats:
    """Where straight pieces pass through planes, by halving: low and high share, and whether low is left."""
    low, high, begins_left = span
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_left = dot(left, straight_points(straight, which, middle) - start_m) > 0
        low = np.where(is_left == begins_left, middle, low)
        high = np.where(is_left == begins_left, high, middle)
    return straight_points(straight, which, low)


def between_ends(first: Bent, second: Bent, share: Floats, other: Floats) -> tuple[Floats, Floats]:
    """One step of Newton's method towards the nearest points inside two pieces."""
    gap = first.at_m - second.at_m
    slope, slope_back = dot(gap, first.first), -dot(gap, second.first)
    length2, length2_back = dot(first.first, first.first), dot(second.first, second.first)
    bend = np.maximum(length2 + dot(gap, first.second), 0.05 * length2)
    bend_back = np.maximum(length2_back - dot(gap, second.second), 0.05 * length2_back)
    both = -dot(first.first, second.first)
    whole = np.maximum(bend * bend_back - both * both, _FLAT * length2 * length2_back)
    step = (both * slope_back - bend_back * slope) / whole
    step_back = (both * slope - bend * slope_back) / whole
    return np.clip(share + step, 0.0, 1.0), np.clip(other + step_back, 0.0, 1.0)


def chords(first: Boundary, i: Indices, second: Boundary, j: Indices) -> tuple[Floats, Floats, Floats]:
    """The distance between chords as straight segments, and the shares at which they are nearest."""
    step, back = first.step_m[i], second.step_m[j]
    length2, back2 = first.step2[i], second.step2[j]
    offset = first.start_m[i] - second.start_m[j]
    along, along_back, both = dot(step, offset), dot(back, offset), dot(step, back)
    whole = length2 * back2 - both * both
    flat = whole <= _FLAT * length2 * back2
    share = np.where(flat, 0.0, (both * along_back - along * back2) / np.where(flat, 1.0, whole))
    share = np.clip(share, 0.0, 1.0)
    other = np.clip((both * share + along_back) / back2, 0.0, 1.0)
    share = np.clip((both * other - along) / length2, 0.0, 1.0)
    gap = offset + share[:, None] * step - other[:, None] * back
    return np.sqrt(dot(gap, gap)), share, other
