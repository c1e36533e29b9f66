"""A polygon's outline as short pieces in Earth-centred space, made once, compared often.

Each edge is cut into pieces of at most `PIECE_MAX_M`. A piece runs along the normal section through
its two ends: the curve in which the plane of both ends and of the normal midway cuts the ellipsoid.
Over 25 km that curve and the geodesic differ by less than a hundredth of a millimetre.
"""

from itertools import pairwise
from math import ceil, hypot, radians, sin, sqrt
from typing import Final

import numpy as np
from msgspec import Struct

from parley.geo.ellipsoid import A_M, B_M, RADIUS_MEAN_M, Floats, arc_m, between, ecef
from parley.words.codes import Edges
from parley.words.volume import Polygon

PIECE_MAX_M: Final = 25_000.0
BOW_MAX_M: Final = 13.0
"""How far a piece can rise above its chord: PIECE_MAX_M² / (8 * 6,335 km), rounded up."""
STRAIGHT_ERROR_M: Final = 0.0005
"""How far an edge straight in longitude and latitude may lie from its pieces, unless that needs too many."""
PIECES_MAX: Final = 20_000
"""The most pieces that the straight edges of one polygon may take; `error_m` says what that costs."""
BLOCK: Final = 32
_HALF_TURN_DEG: Final = 180.0
_FULL_TURN_DEG: Final = 360.0
_QUADRIC: Final = np.array([1 / A_M**2, 1 / A_M**2, 1 / B_M**2])


class Boundary(Struct, frozen=True, eq=False, kw_only=True):
    """The pieces of one ring, in order, as arrays with a row for each piece.

    A point of a piece is start + t * step + h(t) * up, 0 <= t <= 1, where h follows from the ellipsoid
    (`parley.geo.kernel`). With Q the quadric of the ellipsoid (x·Qx = 1 on its surface):

    Attributes:
        lat_deg: latitude of each piece's start.
        lon_deg: longitude of each piece's start, -180 to 180.
        turn_deg: longitude gained over the piece, -180 to 180.
        start_m: Earth-centred start.
        step_m: end minus start.
        step2: |step|², square metres.
        up: unit normal of the ellipsoid midway; at right angles to step.
        left: up x step: points to the left of the piece.
        middle_m: midpoint of the chord.
        half_m: half the length of the chord; the whole piece lies within this of `middle_m`.
        curve: step·Q step.
        lift: up·Q middle.
        tilt: up·Q step.
        bend: up·Q up.
        block_m: centre of each run of `BLOCK` pieces.
        block_radius_m: the run lies within this of its centre.
        error_m: how far the pieces may lie from the edges that were meant.
    """

    lat_deg: Floats
    lon_deg: Floats
    turn_deg: Floats
    start_m: Floats
    step_m: Floats
    step2: Floats
    up: Floats
    left: Floats
    middle_m: Floats
    half_m: Floats
    curve: Floats
    lift: Floats
    tilt: Floats
    bend: Floats
    block_m: Floats
    block_radius_m: Floats
    error_m: float

    def __len__(self) -> int:
        return len(self.lat_deg)


def dot(a: Floats, b: Floats) -> Floats:
    """Row by row scalar product of two (n, 3) arrays."""
    product: Floats = np.einsum("ij,ij->i", a, b)
    return product


def wrap_deg(angle_deg: Floats) -> Floats:
    """Angles between -540 and 540 degrees brought into -180 (left out) to 180 (kept).

    An angle already in that range comes back unchanged to the last bit.
    """
    lowered = np.where(angle_deg > _HALF_TURN_DEG, angle_deg - _FULL_TURN_DEG, angle_deg)
    return np.where(lowered <= -_HALF_TURN_DEG, lowered + _FULL_TURN_DEG, lowered)


def boundary_of(polygon: Polygon) -> Boundary:
    """Cut a polygon's ring into pieces.

    Args:
        polygon: without faults (`parley.geo.validity.area_fault`); a faulty one gives nonsense.
    """
    lat_deg = np.array([p.lat_ndeg for p in polygon.ring]) / 1e9
    lon_deg = np.array([p.lon_ndeg for p in polygon.ring]) / 1e9
    if polygon.edges is Edges.GEODESIC:
        return pieces_of(*_cut_geodesic(lat_deg, lon_deg), error_m=0.0)
    return pieces_of(*_cut_straight(lat_deg, lon_deg))


def pieces_of(lat_deg: Floats, lon_deg: Floats, error_m: float) -> Boundary:
    """Build the arrays for a ring whose vertices are already close enough."""
    start_m = ecef(lat_deg, lon_deg)
    end_m = np.roll(start_m, -1, axis=0)
    step_m = end_m - start_m
    middle_m = start_m + step_m / 2
    gradient = middle_m * _QUADRIC
    up = gradient / np.sqrt(dot(gradient, gradient))[:, None]
    step2 = dot(step_m, step_m)
    half_m = np.sqrt(step2) / 2
    block_m, block_radius_m = _blocks(middle_m, half_m)
    return Boundary(
        lat_deg=lat_deg,
        lon_deg=wrap_deg(lon_deg),
        turn_deg=wrap_deg(np.roll(lon_deg, -1) - lon_deg),
        start_m=start_m,
        step_m=step_m,
        step2=step2,
        up=up,
        left=np.cross(up, step_m),
        middle_m=middle_m,
        half_m=half_m,
        curve=dot(step_m * _QUADRIC, step_m),
        lift=dot(up * _QUADRIC, middle_m),
        tilt=dot(up * _QUADRIC, step_m),
        bend=dot(up * _QUADRIC, up),
        block_m=block_m,
        block_radius_m=block_radius_m,
        error_m=error_m,
    )


def _blocks(middle_m: Floats, half_m: Floats) -> tuple[Floats, Floats]:
    """Bounding spheres of runs of `BLOCK` pieces."""
    first = np.arange(0, len(middle_m), BLOCK)
    counts = np.diff(np.append(first, len(middle_m)))
    centre_m = np.add.reduceat(middle_m, first, axis=0) / counts[:, None]
    away = middle_m - np.repeat(centre_m, counts, axis=0)
    reach_m = np.sqrt(dot(away, away)) + half_m
    return centre_m, np.maximum.reduceat(reach_m, first)


def _cut_geodesic(lat_deg: Floats, lon_deg: Floats) -> tuple[Floats, Floats]:
    """Add the points that cut geodesic edges into pieces of at most `PIECE_MAX_M`."""
    start_m = ecef(lat_deg, lon_deg)
    chord_m = np.sqrt(((np.roll(start_m, -1, axis=0) - start_m) ** 2).sum(axis=1))
    if float(chord_m.max()) < 0.999 * PIECE_MAX_M:
        return lat_deg, lon_deg
    vertices = list(zip(lat_deg.tolist(), lon_deg.tolist(), strict=True))
    cut = []
    for (start, end), chord in zip(pairwise([*vertices, vertices[0]]), chord_m.tolist(), strict=True):
        cut.append(start)
        # A hundredth more than the mean arc covers every direction on the ellipsoid.
        pieces = ceil(1.01 * arc_m(chord, RADIUS_MEAN_M) / PIECE_MAX_M)
        if pieces > 1:
            cut.extend(between(start, end, pieces))
    points = np.array(cut)
    return points[:, 0].copy(), points[:, 1].copy()


def _cut_straight(lat_deg: Floats, lon_deg: Floats) -> tuple[Floats, Floats, float]:
    """Cut edges straight in longitude and latitude, so finely that geodesic pieces follow them.

    On a sphere the geodesic curvature of a line with constant d(lon)/d(lat) is at most
    2 |sin lat| |d lon| / length; over a piece of length s it strays by curvature * s² / 8. So an edge
    that gains `turn` radians of longitude over `length` metres strays by at most
    |sin lat| * turn * length / (4 n²) when cut into n pieces (5 % is added for the ellipsoid).
    """
    turn_deg = wrap_deg(np.roll(lon_deg, -1) - lon_deg)
    climb_deg = np.roll(lat_deg, -1) - lat_deg
    stray_m, least = [], []
    for lat, turn, climb in zip(lat_deg.tolist(), turn_deg.tolist(), climb_deg.tolist(), strict=True):
        steepest = max(abs(sin(radians(lat))), abs(sin(radians(lat + climb))))
        nearest = 0.0 if lat * (lat + climb) <= 0 else min(abs(lat), abs(lat + climb))
        width_m = RADIUS_MEAN_M * radians(abs(turn)) * sin(radians(90 - nearest))
        length_m = 1.01 * hypot(width_m, RADIUS_MEAN_M * radians(climb))
        stray_m.append(1.05 * steepest * radians(abs(turn)) * length_m / 4)
        least.append(max(1, ceil(length_m / PIECE_MAX_M)))
    error_m = STRAIGHT_ERROR_M
    wanted = sum(sqrt(stray / error_m) for stray in stray_m)
    if wanted > PIECES_MAX:
        error_m *= (wanted / PIECES_MAX) ** 2
    lat_out, lon_out = [], []
    for k in range(len(lat_deg)):
        pieces = max(least[k], ceil(sqrt(stray_m[k] / error_m)))
        share = np.arange(pieces) / pieces
        lat_out.append(lat_deg[k] + climb_deg[k] * share)
        lon_out.append(lon_deg[k] + turn_deg[k] * share)
    return np.concatenate(lat_out), wrap_deg(np.concatenate(lon_out)), error_m
