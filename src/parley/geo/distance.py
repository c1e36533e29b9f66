"""How far two areas are apart over the ellipsoid, and where they are nearest.

Method: pick the nearest points by straight chords in Earth-centred space, then measure the geodesic
between them. A circle is its centre's distance less its radius, a corridor its line's less half its
width: no path leaves either before that is walked. Error against an independent truth: a hundredth of a
millimetre up to 500 km; `tolerance_m` says what is allowed for, at any distance.
"""

from math import sqrt
from typing import Final

from msgspec import Struct

from parley.geo.boundary import Boundary
from parley.geo.ellipsoid import RADIUS_MAX_M, LatLon, arc_m, direct, inverse, lat_lon, longest_arc_m
from parley.geo.kernel import Candidates, contains, nearest_between, nearest_to_point
from parley.geo.shape import Disc, Patch, Shape

TOUCH_M: Final = 0.001
"""Areas this close count as touching: the promised error of a distance."""
_FAR_M: Final = 1_000_000.0
_CHORD_SURE_M: Final = 10_000_000.0
"""Up to this chord (some 11,500 km) the upper bound of the geodesic over a chord is safe to use."""


class Gap(Struct, frozen=True, kw_only=True):
    """How far two areas are apart.

    Attributes:
        distance_m: metres over the ellipsoid; 0 if the areas overlap or touch.
        first: the point of the first area nearest to the second; a common point if they overlap.
        second: the point of the second area nearest to the first.
        azimuth_deg: direction from `first` to `second`, clockwise from north; null if they overlap.
    """

    distance_m: float
    first: LatLon
    second: LatLon
    azimuth_deg: float | None


def tolerance_m(reach_m: float) -> float:
    """How far a distance may be wrong, metres, when `reach_m` lies between a centre and an outline.

    1 mm up to 1,000 km. Beyond, the nearest point by chord and the nearest by geodesic part: the chord
    falls short of the arc by reach³ / 24 R², R varies by 0.7 % with direction, and what that costs
    grows with the fifth power of the reach (measured: 0.1 mm at 1,000 km, 0.3 m at 5,000 km; ten times
    that is allowed). The error makes a distance too long, never too short by more than 1 mm.
    """
    return TOUCH_M * max(1.0, reach_m / _FAR_M) ** 5


def gap(first: Shape, second: Shape) -> Gap:
    """How far two areas are apart, whatever the distance."""
    if isinstance(first, Disc):
        if isinstance(second, Disc):
            return _discs(first, second)
        return _disc_patch(first, second)
    if isinstance(second, Disc):
        return _turned(_disc_patch(second, first))
    return _patches(first, second)


def gap_within(first: Shape, second: Shape, limit_m: float) -> Gap | None:
    """As `gap`, but null when the areas are surely farther apart than `limit_m`; quick at saying so.

    A gap that equals the limit, or exceeds it by less than the error of the method, is returned.
    """
    if isinstance(first, Disc) and isinstance(second, Disc):
        reach_m = first.radius_m + second.radius_m
        if _chord_m(first, second) > reach_m + limit_m + TOUCH_M:
            return None
    found = gap(first, second)
    reach_m = found.distance_m + first.radius_m + second.radius_m
    room_m = tolerance_m(reach_m)
    if found.distance_m > limit_m + room_m:
        return None
    if found.distance_m <= room_m:
        return Gap(distance_m=0.0, first=found.first, second=found.second, azimuth_deg=None)
    return found


def _chord_m(first: Disc, second: Disc) -> float:
    ax, ay, az = first.centre_m
    bx, by, bz = second.centre_m
    return sqrt((ax - bx) ** 2 + (ay - by) ** 2 + (az - bz) ** 2)


def _turned(found: Gap) -> Gap:
    """The same gap seen from the other area."""
    if found.azimuth_deg is None:
        return Gap(distance_m=0.0, first=found.second, second=found.first, azimuth_deg=None)
    _, azimuth_deg = inverse(found.second, found.first)
    return Gap(distance_m=found.distance_m, first=found.second, second=found.first, azimuth_deg=azimuth_deg)


def _touching(point: LatLon) -> Gap:
    return Gap(distance_m=0.0, first=point, second=point, azimuth_deg=None)


def _discs(first: Disc, second: Disc) -> Gap:
    """Two circles: the distance of the centres less both radii."""
    chord_m = _chord_m(first, second)
    if chord_m < _CHORD_SURE_M and longest_arc_m(chord_m) <= max(first.radius_m, second.radius_m):
        return _touching(second.centre if first.radius_m >= second.radius_m else first.centre)
    centres_m, azimuth_deg = inverse(first.centre, second.centre)
    apart_m = centres_m - first.radius_m - second.radius_m
    if apart_m <= 0:
        larger = max(first.radius_m, second.radius_m)
        if centres_m <= larger:
            return _touching(second.centre if first.radius_m >= second.radius_m else first.centre)
        return _touching(direct(first.centre, azimuth_deg, first.radius_m))
    near = direct(first.centre, azimuth_deg, first.radius_m) if first.radius_m else first.centre
    far = direct(first.centre, azimuth_deg, centres_m - second.radius_m) if second.radius_m else second.centre
    return Gap(distance_m=apart_m, first=near, second=far, azimuth_deg=azimuth_deg)


def _disc_patch(disc: Disc, patch: Patch) -> Gap:
    """A circle and polygons or a corridor: the centre's distance from the outline or line, less the radii."""
    if contains(patch.boundary, *disc.centre):
        return _touching(disc.centre)
    nearest = _measure(nearest_to_point(disc.centre_m, patch.boundary), disc.centre)
    return _less_radii(nearest, disc.radius_m, patch.radius_m)


def _patches(first: Patch, second: Patch) -> Gap:
    """Polygons and corridors: 0 if one holds a vertex of the other or their outlines cross.

    Outlines that do not cross lie ring by ring wholly inside or outside of the other area, so one vertex
    of each ring tells.
    """
    a, b = first.boundary, second.boundary
    for inner, outer in ((a, b), (b, a)):
        vertex = _vertex_inside(inner, outer)
        if vertex is not None:
            return _touching(vertex)
    return _less_radii(_measure(nearest_between(a, b), None), first.radius_m, second.radius_m)


def _vertex_inside(inner: Boundary, outer: Boundary) -> LatLon | None:
    """The first vertex of a ring of `inner` that lies inside `outer`."""
    if len(outer.loose):
        return None
    for k in inner.first.tolist():
        vertex = (float(inner.lat_deg[k]), float(inner.lon_deg[k]))
        if contains(outer, *vertex):
            return vertex
    return None


def _less_radii(nearest: "_Nearest", first_m: float, second_m: float) -> Gap:
    """The gap between what lies within `first_m` of one thing and within `second_m` of another."""
    apart_m, azimuth_deg, near, far = nearest
    start = direct(near, azimuth_deg, first_m) if first_m else near
    if apart_m <= first_m + second_m:
        return _touching(far if apart_m <= first_m else start)
    end = direct(near, azimuth_deg, apart_m - second_m) if second_m else far
    return Gap(distance_m=apart_m - first_m - second_m, first=start, second=end, azimuth_deg=azimuth_deg)


_Nearest = tuple[float, float, LatLon, LatLon]
"""The length and azimuth of a shortest geodesic, and its two ends."""


def _measure(candidates: Candidates, start: LatLon | None) -> _Nearest:
    """The shortest geodesic among candidate pairs: length, azimuth and both ends.

    Args:
        candidates: shortest chord first.
        start: the first point of every pair, if it is known exactly.
    """
    best: _Nearest | None = None
    rows = zip(
        candidates.first_m.tolist(), candidates.second_m.tolist(), candidates.chord_m.tolist(), strict=True
    )
    for first_m, second_m, chord_m in rows:
        if best is not None and chord_m < _CHORD_SURE_M and arc_m(chord_m, RADIUS_MAX_M) > best[0]:
            continue
        near = start or lat_lon(*first_m)
        far = lat_lon(*second_m)
        length_m, azimuth_deg = inverse(near, far) if chord_m else (0.0, 0.0)
        if best is None or length_m < best[0]:
            best = (length_m, azimuth_deg, near, far)
    if best is None:
        raise AssertionError("a search for the nearest points always has a candidate")
    return best
