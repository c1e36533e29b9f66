"""Whether one area lies wholly inside another, and by how much; only where that is certain."""

import numpy as np
from msgspec import Struct

from parley.geo.boundary import dot
from parley.geo.distance import TOUCH_M
from parley.geo.ellipsoid import LatLon, direct, inverse, lat_lon
from parley.geo.kernel import contains, nearest_between, nearest_to_point
from parley.geo.shape import Disc, Patch, Shape


class Within(Struct, frozen=True):
    """One area inside another.

    Attributes:
        by_m: the least distance to the outer area's outline, metres.
        at: the point of that outline which is nearest.
    """

    by_m: float
    at: LatLon


def within_by(inner: Shape, outer: Shape) -> Within | None:
    """How far inside an area lies; null if it does not, or if that is not certain.

    In a corridor it is the least: where legs meet, the outline may be farther. Not decided, and so null: a
    corridor or a polygon inside a circle or a corridor.
    """
    found = _within(inner, outer)
    return found if found is not None and found.by_m > TOUCH_M else None


def _within(inner: Shape, outer: Shape) -> Within | None:
    if isinstance(outer, Disc):
        return _in_disc(inner, outer)
    if len(outer.boundary.loose):
        return _disc_in_corridor(inner, outer) if isinstance(inner, Disc) else None
    if isinstance(inner, Disc):
        return _disc_in_patch(inner, outer)
    return _patch_in_patch(inner, outer)


def _in_disc(inner: Shape, outer: Disc) -> Within | None:
    if not isinstance(inner, Disc):
        return None
    apart_m, azimuth_deg = inverse(outer.centre, inner.centre)
    by_m = outer.radius_m - apart_m - inner.radius_m
    if by_m < 0:
        return None
    return Within(by_m, direct(outer.centre, azimuth_deg, outer.radius_m))


def _disc_in_patch(inner: Disc, outer: Patch) -> Within | None:
    if not contains(outer.boundary, *inner.centre):
        return None
    length_m, foot = _foot(inner, outer)
    by_m = length_m - inner.radius_m
    return Within(by_m, foot) if by_m >= 0 else None


def _disc_in_corridor(inner: Disc, outer: Patch) -> Within | None:
    length_m, foot = _foot(inner, outer)
    by_m = outer.radius_m - length_m - inner.radius_m
    return Within(by_m, foot) if by_m >= 0 else None


def _foot(inner: Disc, outer: Patch) -> tuple[float, LatLon]:
    """The geodesic distance from a centre to an outline or line, metres, and the nearest point of it."""
    nearest = nearest_to_point(inner.centre_m, outer.boundary)
    feet = [lat_lon(*foot_m) for foot_m in nearest.second_m.tolist()]
    return min((inverse(inner.centre, foot)[0], foot) for foot in feet)


def _patch_in_patch(inner: Patch, outer: Patch) -> Within | None:
    """Outlines that do not meet: then one vertex of each ring of the inner tells, and no hole lies in it."""
    vertices = inner.boundary.first.tolist()
    starts = [(float(inner.boundary.lat_deg[k]), float(inner.boundary.lon_deg[k])) for k in vertices]
    if not all(contains(outer.boundary, *start) for start in starts):
        return None
    holes = outer.boundary.first.tolist()
    inside = [(float(outer.boundary.lat_deg[k]), float(outer.boundary.lon_deg[k])) for k in holes]
    if not len(inner.boundary.loose) and any(contains(inner.boundary, *start) for start in inside):
        return None
    nearest = nearest_between(inner.boundary, outer.boundary)
    if not float(nearest.chord_m[0]):
        return None
    gap = nearest.first_m - nearest.second_m
    best = int(np.argmin(dot(gap, gap)))
    first, second = lat_lon(*nearest.first_m[best].tolist()), lat_lon(*nearest.second_m[best].tolist())
    by_m = inverse(first, second)[0] - inner.radius_m
    return Within(by_m, second) if by_m >= 0 else None
