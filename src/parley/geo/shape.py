"""An area made ready for many comparisons: its Earth-centred form and the box around it."""

from math import cos, radians

import numpy as np
from msgspec import Struct

from parley.geo.boundary import BOW_MAX_M, Boundary, boundary_of
from parley.geo.box import Box3
from parley.geo.ellipsoid import A_M, LatLon, ecef_point
from parley.geo.kernel import contains
from parley.words.volume import Area, Circle, Corridor

_AXES = ((0.0, 0.0), (0.0, 90.0), (0.0, 180.0), (0.0, -90.0))
"""Where x or y is largest or smallest on the ellipsoid (z is at the poles, never inside a polygon)."""


class Disc(Struct, frozen=True, eq=False, kw_only=True):
    """A circle, or with radius 0 a point.

    Attributes:
        centre: latitude and longitude, degrees.
        centre_m: the same, Earth-centred.
        radius_m: geodesic radius.
        box: surely contains it: no point is farther in a straight line than over the ground.
    """

    centre: LatLon
    centre_m: tuple[float, float, float]
    radius_m: float
    box: Box3


class Patch(Struct, frozen=True, eq=False, kw_only=True):
    """Polygons, or a corridor.

    Attributes:
        boundary: the outline of the polygons, or the corridor's line.
        radius_m: half the width of a corridor; 0 for polygons.
        box: surely contains it.
    """

    boundary: Boundary
    radius_m: float = 0.0
    box: Box3


Shape = Disc | Patch


def shape_of(area: Area) -> Shape:
    """Make an area ready.

    Args:
        area: without faults (`parley.geo.validity.area_fault`).
    """
    if isinstance(area, Circle):
        return disc_of(area.centre.lat_ndeg / 1e9, area.centre.lon_ndeg / 1e9, area.radius_mm / 1e3)
    boundary = boundary_of(area)
    radius_m = area.half_width_mm / 1e3 if isinstance(area, Corridor) else 0.0
    return Patch(boundary=boundary, radius_m=radius_m, box=_patch_box(boundary, radius_m))


def disc_of(lat_deg: float, lon_deg: float, radius_m: float) -> Disc:
    """Make a circle ready; `radius_m` 0 is a point."""
    x_m, y_m, z_m = ecef_point(lat_deg, lon_deg)
    return Disc(
        centre=(lat_deg, lon_deg),
        centre_m=(x_m, y_m, z_m),
        radius_m=radius_m,
        box=Box3(
            x_m - radius_m, x_m + radius_m, y_m - radius_m, y_m + radius_m, z_m - radius_m, z_m + radius_m
        ),
    )


def _patch_box(boundary: Boundary, radius_m: float) -> Box3:
    """The box of the inside of polygons, or of a corridor.

    A coordinate is extreme on the outline, or at one of the points where it is extreme on the whole
    ellipsoid if that lies inside: so the outline and the four such points on the equator suffice. No
    point of a corridor is farther from its line in a straight line than over the ground.
    """
    margin_m = BOW_MAX_M + float(boundary.stray_m.max()) + radius_m
    end_m = boundary.start_m[boundary.loose] + boundary.step_m[boundary.loose]
    points_m = np.concatenate([boundary.start_m, end_m])
    low = (points_m.min(axis=0) - margin_m).tolist()
    high = (points_m.max(axis=0) + margin_m).tolist()
    if low[2] <= 0 <= high[2]:
        for lat_deg, lon_deg in _AXES:
            axis = 0 if abs(lon_deg) in {0.0, 180.0} else 1
            peak_m = A_M * (cos(radians(lon_deg)) if axis == 0 else lon_deg / 90)
            if not low[axis] <= peak_m <= high[axis] and contains(boundary, lat_deg, lon_deg):
                low[axis], high[axis] = min(low[axis], peak_m), max(high[axis], peak_m)
    return Box3(low[0], high[0], low[1], high[1], low[2], high[2])
