"""Cubes of Earth-centred space, in which a stream looks up the areas near a point.

Poles and the antimeridian are places like any other. The cubes come in levels, four times larger from
one to the next; an area is held in cubes of the one level that suits its size, at most some hundreds. A
cube whose every point on the ellipsoid lies inside the area is `whole`: there the point needs no sum.
"""

from math import floor, log, sin, sqrt
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from parley.geo.ellipsoid import A_M, B_M, RADIUS_MIN_M, Floats
from parley.geo.plane import Flags, Flat, beside, seen
from parley.geo.shape import Disc, Shape

SIDE_M: Final = 100.0
"""The side of the cubes of level 0."""
_STEP_BITS: Final = 2
STEP: Final = 1 << _STEP_BITS
LEVELS: Final = 9
MARGIN_M: Final = 200.0
"""A point this near an area still finds it in its own cube."""
_FINE: Final = 0.3
"""Sides are at most this part of an area's half-width."""
_BITS: Final = 18
_HALF: Final = 1 << (_BITS - 1)
_CORNER: Final = sqrt(3) / 2
_SLACK_M: Final = 0.01
_HALF_TURN_SURE: Final = 0.7
"""Half an arc, radians, up to which the upper bound of the geodesic over a chord is safe to use."""
Codes = NDArray[np.int64]


class Cells(Struct, frozen=True, eq=False):
    """The cubes of one area.

    Attributes:
        level: which size.
        code: a number for each cube, unlike those of any other cube of any level.
        whole: whether the cube lies wholly in the area.
    """

    level: int
    code: Codes
    whole: Flags


def side_m(level: int) -> float:
    """The side of the cubes of a level."""
    return SIDE_M * float(STEP**level)


def cubes_at(point_m: Floats) -> NDArray[np.int64]:
    """The cubes of level 0 that hold Earth-centred points; both have shape (n, 3)."""
    cube: NDArray[np.int64] = np.floor(point_m / SIDE_M).astype(np.int64)
    return cube


def codes_at(cube: NDArray[np.int64], level: int) -> Codes:
    """The code of the cube of a level that holds each cube of level 0."""
    return _code(cube >> (_STEP_BITS * level), level)


def cells_of(shape: Shape, flat: Flat | None) -> Cells:
    """The cubes that hold every point within `MARGIN_M` of an area.

    Args:
        shape: the area.
        flat: the same laid out flat, if it can be; without it no cube of a polygon is `whole`.
    """
    low = np.array(shape.box[::2]) - MARGIN_M
    high = np.array(shape.box[1::2]) + MARGIN_M
    level = _level(float((high - low).max()) / 2)
    side = side_m(level)
    first, last = np.floor(low / side).astype(np.int64), np.floor(high / side).astype(np.int64)
    axes = np.meshgrid(*(np.arange(first[k], last[k] + 1) for k in range(3)), indexing="ij")
    cube = np.stack([axis.ravel() for axis in axes], axis=1)
    middle_m = (cube + 0.5) * side
    reach_m = _CORNER * side + _SLACK_M
    surface = np.abs(np.sqrt(((middle_m / (A_M, A_M, B_M)) ** 2).sum(axis=1)) - 1) * B_M <= reach_m
    cube, middle_m = cube[surface], middle_m[surface]
    near, whole = _near_and_whole(shape, flat, middle_m, reach_m)
    return Cells(level, _code(cube[near], level), whole[near])


def _level(half_m: float) -> int:
    """The largest cubes of which a good number fit into an area of that half-width."""
    return min(LEVELS - 1, max(0, floor(log(_FINE * half_m / SIDE_M, STEP))))


def _code(cube: NDArray[np.int64], level: int) -> Codes:
    x, y, z = cube[:, 0] + _HALF, cube[:, 1] + _HALF, cube[:, 2] + _HALF
    code: Codes = (((level << _BITS | x) << _BITS | y) << _BITS) | z
    return code


def _near_and_whole(shape: Shape, flat: Flat | None, middle_m: Floats, reach_m: float) -> tuple[Flags, Flags]:
    """Which spheres come within `MARGIN_M` of an area, and which lie wholly in it: never too few, too many."""
    if isinstance(shape, Disc):
        away_m = np.sqrt(((middle_m - np.array(shape.centre_m)) ** 2).sum(axis=1))
        near = away_m - reach_m <= shape.radius_m + MARGIN_M
        return near, away_m + reach_m <= _core_m(shape.radius_m) - _SLACK_M
    if flat is None:
        return np.ones(len(middle_m), dtype=np.bool_), np.zeros(len(middle_m), dtype=np.bool_)
    away_m, inside = beside(seen(middle_m, flat), flat)
    doubt_m = flat.bow_m + reach_m + _SLACK_M
    near = inside | (away_m - doubt_m <= flat.radius_m + MARGIN_M)
    # What lies in the plane is up to a hundredth farther over the ground, as far as areas are laid out flat.
    return near, (inside & (away_m > doubt_m)) | (1.01 * (away_m + doubt_m) < flat.radius_m)


def _core_m(radius_m: float) -> float:
    """The longest chord that surely has no geodesic over the radius."""
    half_turn = min(radius_m / (2 * RADIUS_MIN_M), _HALF_TURN_SURE)
    return 2 * RADIUS_MIN_M * sin(half_turn)
