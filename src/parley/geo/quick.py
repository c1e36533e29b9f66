"""Whether two areas come within a distance: certain answers by few sums, for most pairs.

The exact step (`distance.gap_within`) takes hundreds of microseconds, as it finds where areas are nearest.
A query over very many volumes asks less: near, or not. Four bounds answer that, in plain floats:

1. A chord is never longer than its geodesic, so two areas whose spheres (`hub_m`, `reach_m`) lie farther
   apart than the limit are apart.
2. A geodesic is never longer than `longest_arc_m` of its chord, so two areas whose cores (discs on the
   ellipsoid that lie wholly inside) come within the limit are near.
3. Seen along the vertical of one hub, nothing is farther apart than in space, and a piece of an outline
   lies within `bow_m` of its chord. So outlines that are farther apart in that plane than the limit and
   both bows are apart, if neither holds the other and none cross.
4. The points that are nearest in that plane are real points within `bow_m` of both outlines: bound 2 again.

What none of them decides, some metres beside the limit, is for the exact step. `None` says so.
The answers are those of `gap_within`: the tests hold the two together.
"""

from collections.abc import Sequence
from math import ceil, hypot, sqrt
from typing import Final, NamedTuple, TypeGuard

from parley.geo.boundary import PIECE_MAX_M
from parley.geo.box import Box3
from parley.geo.distance import gap_within, tolerance_m
from parley.geo.ellipsoid import (
    RADIUS_MEAN_M,
    RADIUS_MIN_M,
    LatLon,
    arc_m,
    between,
    ecef_point,
    lat_lon,
    longest_arc_m,
)
from parley.geo.shape import Disc, Shape, disc_of, shape_of
from parley.words.codes import Edges
from parley.words.volume import Area, Circle, Polygon

PIECES_MAX: Final = 64
"""Outlines of more pieces have no quick outline: their pairs would take longer than the exact step."""
_SLACK_M: Final = 0.002
"""Far more than doubles lose here, and than the exact step's own error."""
_BOW: Final = 7.9
"""A chord lies at most its length² / 8 R below its arc; less than 8 allows for longer arcs."""
_NEAR_M: Final = 1_000_000.0
"""How far from the hub the plane of bound 3 is used."""
_CHORD_SURE_M: Final = 9_900_000.0
_CUT_M: Final = 0.98 * PIECE_MAX_M
"""Chords longer than this are cut; the pieces need not be those of the exact step, only as short."""
_UNKNOWN: Final = -1.0
_NO_OUTLINE: Final[tuple[float, ...]] = ()

Point3 = tuple[float, float, float]
Sphere = tuple[float, float, float, float, float, float]
"""Hub x, y, z, reach, core, bow: metres, as in `Quick`."""
Flat = list[tuple[float, float]]


class Quick(NamedTuple):
    """What the quick bounds need to know of an area.

    Attributes:
        hub_m: Earth-centred point.
        reach_m: the whole area lies within this straight distance of the hub.
        core_m: if not negative, the hub is on the ellipsoid, and all of the ellipsoid within this geodesic
            distance of it belongs to the area.
        bow_m: no piece of the outline rises farther from its chord.
        outline_m: x, y, z of the start of each piece, one after the other; empty if there are too many, or
            the area is more than one ring.
        disc: whether the area is a disc: then `reach_m` and `core_m` are its radius.
    """

    hub_m: Point3
    reach_m: float
    core_m: float
    bow_m: float
    outline_m: tuple[float, ...]
    disc: bool


def quick_of(shape: Shape) -> Quick:
    """Make a shape ready for the quick bounds."""
    if isinstance(shape, Disc):
        return quick_disc(shape.centre_m, shape.radius_m)
    boundary = shape.boundary
    quick = None
    if len(boundary) <= PIECES_MAX and len(boundary.first) == 1 and not len(boundary.loose):
        outline_m = tuple(boundary.start_m.ravel().tolist())
        quick = quick_ring(outline_m, float(boundary.stray_m.max()))
    return quick or quick_box(shape.box)


def boxed(area: Area) -> tuple[Box3, Quick]:
    """The box of an area and what the quick bounds need, without making a shape where that can be spared.

    Args:
        area: without faults (`parley.geo.validity.area_fault`).
    """
    if _is_plain(area):
        outline_m = _outline_m([(p.lat_ndeg / 1e9, p.lon_ndeg / 1e9) for p in area.ring])
        quick = quick_ring(outline_m, 0.0) if len(outline_m) <= 3 * PIECES_MAX else None
        box = None if quick is None else _ring_box(outline_m, quick.bow_m + _SLACK_M)
        if quick is not None and box is not None:
            return box, quick
    shape = shape_of(area)
    return shape.box, quick_of(shape)


def box_of(area: Area) -> Box3:
    """A box that surely contains an area, for looking: made with less work than that of `boxed`, and larger.

    Args:
        area: without faults (`parley.geo.validity.area_fault`).
    """
    if isinstance(area, Circle):
        return disc_of(area.centre.lat_ndeg / 1e9, area.centre.lon_ndeg / 1e9, area.radius_mm / 1e3).box
    if _is_plain(area):
        points_m = [ecef_point(p.lat_ndeg / 1e9, p.lon_ndeg / 1e9) for p in area.ring]
        (x0, x1), (y0, y1), (z0, z1) = ((min(axis), max(axis)) for axis in zip(*points_m, strict=True))
        # No edge is longer than the diagonal, and none rises above its chord by more than so long a one.
        across2 = (x1 - x0) ** 2 + (y1 - y0) ** 2 + (z1 - z0) ** 2
        margin_m = across2 / (_BOW * RADIUS_MIN_M) + _SLACK_M
        if across2 < _NEAR_M * _NEAR_M and not z0 - margin_m <= 0 <= z1 + margin_m:
            return Box3(
                x0 - margin_m, x1 + margin_m, y0 - margin_m, y1 + margin_m, z0 - margin_m, z1 + margin_m
            )
    return shape_of(area).box


def _is_plain(area: Area) -> TypeGuard[Polygon]:
    """Whether an area is one short ring of geodesics."""
    return (
        isinstance(area, Polygon)
        and not area.holes
        and area.edges is Edges.GEODESIC
        and len(area.ring) <= PIECES_MAX
    )


def _outline_m(ring: list[LatLon]) -> tuple[float, ...]:
    """The starts of the pieces of a ring of geodesics."""
    flat: list[float] = []
    points_m = [ecef_point(*vertex) for vertex in ring]
    for k, start_m in enumerate(points_m):
        flat += start_m
        end = (k + 1) % len(ring)
        x, y, z = points_m[end]
        chord_m = _length(x - start_m[0], y - start_m[1], z - start_m[2])
        if chord_m > _CUT_M:
            pieces = ceil(1.01 * arc_m(chord_m, RADIUS_MEAN_M) / PIECE_MAX_M)
            for point in between(ring[k], ring[end], pieces):
                flat += ecef_point(*point)
    return tuple(flat)


def _ring_box(outline_m: tuple[float, ...], margin_m: float) -> Box3 | None:
    """The box of a small ring; null where the equator may make x or y extreme inside."""
    xs, ys, zs = outline_m[0::3], outline_m[1::3], outline_m[2::3]
    low_m, high_m = min(zs) - margin_m, max(zs) + margin_m
    if low_m <= 0 <= high_m:
        return None
    return Box3(min(xs) - margin_m, max(xs) + margin_m, min(ys) - margin_m, max(ys) + margin_m, low_m, high_m)


def quick_disc(centre_m: Point3, radius_m: float) -> Quick:
    """A disc."""
    return Quick(centre_m, radius_m, radius_m, 0.0, _NO_OUTLINE, disc=True)


def quick_box(box: Box3) -> Quick:
    """Any area, known by its box alone."""
    hub_m = (
        (box.x_low_m + box.x_high_m) / 2,
        (box.y_low_m + box.y_high_m) / 2,
        (box.z_low_m + box.z_high_m) / 2,
    )
    reach_m = _length(box.x_high_m - hub_m[0], box.y_high_m - hub_m[1], box.z_high_m - hub_m[2])
    return Quick(hub_m, reach_m + _SLACK_M, _UNKNOWN, 0.0, _NO_OUTLINE, disc=False)


def quick_ring(outline_m: tuple[float, ...], stray_m: float) -> Quick | None:
    """A polygon without holes, from the starts of its pieces; null if it is too large for a plane.

    Args:
        outline_m: x, y, z of each start.
        stray_m: how far the pieces may lie beside their chords.
    """
    count = len(outline_m) // 3
    xs, ys, zs = outline_m[0::3], outline_m[1::3], outline_m[2::3]
    hub_m = ecef_point(*lat_lon(sum(xs) / count, sum(ys) / count, sum(zs) / count))
    hub_x, hub_y, hub_z = hub_m
    longest2 = reach2 = 0.0
    last_x, last_y, last_z = xs[-1], ys[-1], zs[-1]
    for x, y, z in zip(xs, ys, zs, strict=True):
        longest2 = max(longest2, (x - last_x) ** 2 + (y - last_y) ** 2 + (z - last_z) ** 2)
        reach2 = max(reach2, (x - hub_x) ** 2 + (y - hub_y) ** 2 + (z - hub_z) ** 2)
        last_x, last_y, last_z = x, y, z
    bow_m = longest2 / (_BOW * RADIUS_MIN_M) + stray_m
    reach_m = sqrt(reach2) + bow_m + _SLACK_M
    if reach_m > _NEAR_M:
        return None
    away_m, inside, _, _ = _from_point(0.0, 0.0, _seen(outline_m, hub_m, _frame(hub_m)))
    core_m = away_m - bow_m - _SLACK_M if inside else _UNKNOWN
    return Quick(hub_m, reach_m, core_m, bow_m, outline_m, disc=False)


def near(first: Shape, second: Shape, limit_m: float) -> bool:
    """Whether two areas come within a distance of each other, exactly as `gap_within` finds."""
    quick = decide(quick_of(first), quick_of(second), limit_m)
    return gap_within(first, second, limit_m) is not None if quick is None else quick


def decide(first: Quick, second: Quick, limit_m: float) -> bool | None:
    """Whether two areas surely come within a distance, surely do not, or neither is sure (null)."""
    said = by_hubs(first, second, limit_m)
    return by_outlines(first, second, limit_m) if said is None else said


def by_hubs(first: Quick, second: Quick, limit_m: float) -> bool | None:
    """As `decide`, by bounds 1 and 2 alone: no outline is looked at."""
    return by_spheres(sphere_of(first), sphere_of(second), limit_m)


def sphere_of(quick: Quick) -> Sphere:
    """The part of a quick form that bounds 1 and 2 need."""
    return *quick.hub_m, quick.reach_m, quick.core_m, quick.bow_m


def by_spheres(first: Sphere, second: Sphere, limit_m: float) -> bool | None:
    """As `by_hubs`, from plain numbers: this runs for every candidate of every query."""
    ax, ay, az, a_reach_m, a_core_m, _ = first
    bx, by, bz, b_reach_m, b_core_m, _ = second
    chord_m = sqrt((ax - bx) ** 2 + (ay - by) ** 2 + (az - bz) ** 2)
    apart_m = chord_m - a_reach_m - b_reach_m
    if apart_m > limit_m and apart_m > _room_m(limit_m, chord_m):
        return False
    if a_core_m < 0 or b_core_m < 0 or chord_m > _CHORD_SURE_M:
        return None
    return True if longest_arc_m(chord_m) - a_core_m - b_core_m <= limit_m else None


def by_outlines(first: Quick, second: Quick, limit_m: float) -> bool | None:
    """As `decide`, by bounds 3 and 4, after `by_hubs` was not sure."""
    (ax, ay, az), (bx, by, bz) = first.hub_m, second.hub_m
    chord_m = sqrt((ax - bx) ** 2 + (ay - by) ** 2 + (az - bz) ** 2)
    if chord_m + first.reach_m + second.reach_m > _NEAR_M:
        return None
    room_m = _room_m(limit_m, chord_m)
    if first.disc and second.outline_m:
        return _disc_ring(first, second, limit_m, room_m)
    if second.disc and first.outline_m:
        return _disc_ring(second, first, limit_m, room_m)
    if first.outline_m and second.outline_m:
        return _rings(first, second, limit_m, room_m)
    return None


def _room_m(limit_m: float, chord_m: float) -> float:
    """Beyond this the exact step, whatever it allows for, finds two areas apart.

    Args:
        limit_m: with the errors of both outlines.
        chord_m: between the hubs.
    """
    room_m = limit_m + _SLACK_M
    return room_m + 2 * tolerance_m(chord_m) if chord_m > _NEAR_M else room_m


def _disc_ring(disc: Quick, ring: Quick, limit_m: float, room_m: float) -> bool | None:
    """A disc against a ring, in the plane of the disc's centre."""
    centre_m, outline_m, bow_m = disc.hub_m, ring.outline_m, ring.bow_m
    flat = _seen(outline_m, centre_m, _frame(centre_m))
    away_m, inside, edge, share = _from_point(0.0, 0.0, flat)
    if away_m - bow_m - disc.reach_m > room_m:
        return inside
    if inside and away_m > bow_m + _SLACK_M:
        return True
    foot_m = _on_chord(outline_m, edge, share)
    chord_m = _length(foot_m[0] - centre_m[0], foot_m[1] - centre_m[1], foot_m[2] - centre_m[2])
    if longest_arc_m(chord_m + bow_m) - disc.core_m <= limit_m:
        return True
    return None


def _rings(first: Quick, second: Quick, limit_m: float, room_m: float) -> bool | None:
    """A ring against a ring, in the plane of the first one's hub."""
    frame = _frame(first.hub_m)
    a, b = _seen(first.outline_m, first.hub_m, frame), _seen(second.outline_m, first.hub_m, frame)
    bow_m = first.bow_m + second.bow_m
    (hub,) = _seen(second.hub_m, first.hub_m, frame)
    sides = (
        (a, b, first.outline_m, second.outline_m, hub, second.reach_m),
        (b, a, second.outline_m, first.outline_m, (0.0, 0.0), first.reach_m),
    )
    least_m = float("inf")
    for points, ring, points_m, ring_m, (hub_u, hub_v), reach_m in sides:
        for k, (u, v) in enumerate(points):
            if hypot(u - hub_u, v - hub_v) > reach_m + room_m + bow_m:
                continue
            away_m, inside, edge, share = _from_point(u, v, ring)
            if inside and away_m > bow_m + _SLACK_M:
                return True
            if away_m < least_m:
                least_m = away_m
                x, y, z = _on_chord(ring_m, edge, share)
                chord_m = _length(x - points_m[3 * k], y - points_m[3 * k + 1], z - points_m[3 * k + 2])
                if longest_arc_m(chord_m + bow_m) <= limit_m:
                    return True
    if least_m - bow_m <= room_m:
        return None
    return None if _cross(a, b) else False


def _frame(hub_m: Point3) -> tuple[Point3, Point3]:
    """Two unit vectors at right angles to each other and to the direction of a point near the surface."""
    x, y, z = hub_m
    length = sqrt(x * x + y * y + z * z)
    x, y, z = x / length, y / length, z / length
    if abs(z) < abs(x) + abs(y):
        flat = hypot(x, y)
        ex, ey, ez = -y / flat, x / flat, 0.0
    else:
        flat = hypot(x, z)
        ex, ey, ez = z / flat, 0.0, -x / flat
    return (ex, ey, ez), (y * ez - z * ey, z * ex - x * ez, x * ey - y * ex)


def _seen(outline_m: Sequence[float], hub_m: Point3, frame: tuple[Point3, Point3]) -> Flat:
    """Points in a plane, seen along its vertical."""
    (ex, ey, ez), (nx, ny, nz) = frame
    hx, hy, hz = hub_m
    du, dv = hx * ex + hy * ey + hz * ez, hx * nx + hy * ny + hz * nz
    return [
        (x * ex + y * ey + z * ez - du, x * nx + y * ny + z * nz - dv)
        for x, y, z in zip(outline_m[0::3], outline_m[1::3], outline_m[2::3], strict=True)
    ]


def _from_point(u: float, v: float, ring: Flat) -> tuple[float, bool, int, float]:
    """How far a point of the plane is from a ring, whether inside, and the nearest edge and share of it."""
    least2, nearest, share, inside = float("inf"), 0, 0.0, False
    before_u, before_v = ring[-1][0] - u, ring[-1][1] - v
    for k, (end_u, end_v) in enumerate(ring):
        after_u, after_v = end_u - u, end_v - v
        step_u, step_v = after_u - before_u, after_v - before_v
        t = -(before_u * step_u + before_v * step_v) / (step_u * step_u + step_v * step_v)
        t = 0.0 if t < 0 else min(t, 1.0)
        foot_u, foot_v = before_u + t * step_u, before_v + t * step_v
        away2 = foot_u * foot_u + foot_v * foot_v
        if away2 < least2:
            least2, nearest, share = away2, k, t
        if (before_v > 0) != (after_v > 0) and (before_u * step_v - before_v * step_u > 0) == (step_v > 0):
            inside = not inside
        before_u, before_v = after_u, after_v
    return sqrt(least2), inside, nearest, share


def _on_chord(outline_m: tuple[float, ...], edge: int, share: float) -> Point3:
    """The point of the chord that ends in vertex `edge`, `share` of the way from the one before."""
    end, start = 3 * edge, 3 * edge - 3  # vertex -1 is the last: the index wraps round by itself
    count = len(outline_m)
    x, y, z = outline_m[start % count], outline_m[(start + 1) % count], outline_m[(start + 2) % count]
    return (
        x + share * (outline_m[end] - x),
        y + share * (outline_m[end + 1] - y),
        z + share * (outline_m[end + 2] - z),
    )


def _cross(a: Flat, b: Flat) -> bool:
    """Whether any edges of two rings may cross."""
    lasts, lastv = b[-1]
    boxed = []
    for u, v in b:
        boxed.append((min(u, lasts), max(u, lasts), min(v, lastv), max(v, lastv), lasts, lastv, u, v))
        lasts, lastv = u, v
    pu, pv = a[-1]
    for qu, qv in a:
        low_u, high_u = (pu, qu) if pu < qu else (qu, pu)
        low_v, high_v = (pv, qv) if pv < qv else (qv, pv)
        for u0, u1, v0, v1, ru, rv, su, sv in boxed:
            if u1 < low_u or u0 > high_u or v1 < low_v or v0 > high_v:
                continue
            step_u, step_v, other_u, other_v = qu - pu, qv - pv, su - ru, sv - rv
            one = step_u * (rv - pv) - step_v * (ru - pu)
            two = step_u * (sv - pv) - step_v * (su - pu)
            three = other_u * (pv - rv) - other_v * (pu - ru)
            four = other_u * (qv - rv) - other_v * (qu - ru)
            if one * two <= 0 and three * four <= 0:
                return True
        pu, pv = qu, qv
    return False


def _length(x_m: float, y_m: float, z_m: float) -> float:
    return sqrt(x_m * x_m + y_m * y_m + z_m * z_m)
