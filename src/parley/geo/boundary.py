"""An area's outline as short pieces in Earth-centred space, made once, compared often.

Each edge is cut into pieces of at most `PIECE_MAX_M`. A piece of a geodesic runs along the normal section
through its two ends: the curve in which the plane of both ends and of the normal midway cuts the
ellipsoid. Over 25 km that curve and the geodesic differ by less than a hundredth of a millimetre. A piece
of an edge straight in longitude and latitude is that curve itself (`curves`); it turns by at most
`TURN_MAX_DEG`.

One outline holds all rings of an area: the outer ones, the holes, those of every part. Inside is what an
odd number of rings surrounds. The line of a corridor is an outline too, open and with nothing inside.
"""

from collections.abc import Sequence
from math import ceil
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from parley.geo.ellipsoid import A_M, B_M, RADIUS_MEAN_M, Floats, arc_m, between, ecef
from parley.words.codes import Edges
from parley.words.volume import Corridor, MultiPolygon, Polygon, Position

Indices = NDArray[np.intp]
PIECE_MAX_M: Final = 25_000.0
BOW_MAX_M: Final = 13.0
"""How far a piece can rise above its chord: PIECE_MAX_M² / (8 * 6,335 km), rounded up."""
TURN_MAX_DEG: Final = 10.0
"""The most longitude that a straight piece gains: near a pole it bends no more than that."""
BLOCK: Final = 32
_HALF_TURN_DEG: Final = 180.0
_FULL_TURN_DEG: Final = 360.0
_QUADRIC: Final = np.array([1 / A_M**2, 1 / A_M**2, 1 / B_M**2])


class Boundary(Struct, frozen=True, eq=False, kw_only=True):
    """The pieces of all rings, ring after ring, as arrays with a row for each piece.

    A point of a geodesic piece is start + t * step + h(t) * up, 0 <= t <= 1, where h follows from the ellipsoid
    (`parley.geo.kernel`). With Q the quadric of the ellipsoid (x·Qx = 1 on its surface):

    Attributes:
        lat_deg: latitude of each piece's start.
        lon_deg: longitude of each piece's start, -180 to 180.
        end_lat_deg: latitude of its end, to the last bit that of the start of the next.
        end_lon_deg: longitude of its end, likewise.
        climb_deg: latitude gained over the piece.
        turn_deg: longitude gained, -180 to 180.
        ring: which ring it belongs to, from 0.
        first: the first piece of each ring.
        loose: the pieces whose end is no other's start: the last of an open line.
        start_m: Earth-centred start.
        step_m: end minus start.
        step2: |step|², square metres.
        up: unit normal of the ellipsoid midway; at right angles to step.
        left: up x step: points to the left of the piece.
        middle_m: midpoint of the chord.
        half_m: half the length of the chord, and `stray_m`; the whole piece lies within this of `middle_m`.
        stray_m: how far the piece may lie beside the normal section through its ends; 0 for a geodesic.
        curve: step·Q step.
        lift: up·Q middle.
        tilt: up·Q step.
        bend: up·Q up.
        block_m: centre of each run of `BLOCK` pieces.
        block_radius_m: the run lies within this of its centre.
        straight: whether the edges are straight in longitude and latitude; else they are geodesics.
    """

    lat_deg: Floats
    lon_deg: Floats
    end_lat_deg: Floats
    end_lon_deg: Floats
    climb_deg: Floats
    turn_deg: Floats
    ring: Indices
    first: Indices
    loose: Indices
    start_m: Floats
    step_m: Floats
    step2: Floats
    up: Floats
    left: Floats
    middle_m: Floats
    half_m: Floats
    stray_m: Floats
    curve: Floats
    lift: Floats
    tilt: Floats
    bend: Floats
    block_m: Floats
    block_radius_m: Floats
    straight: bool

    def __len__(self) -> int:
        return len(self.lat_deg)


class _Edges(Struct, frozen=True, eq=False):
    """Edges, or the pieces they were cut into: degrees, and the ring of each."""

    lat: Floats
    lon: Floats
    end_lat: Floats
    end_lon: Floats
    ring: Indices


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


def boundary_of(area: Polygon | MultiPolygon | Corridor) -> Boundary:
    """Cut the outline of an area into pieces.

    Args:
        area: without faults (`parley.geo.validity.area_fault`); a faulty one gives nonsense.
    """
    if isinstance(area, Corridor):
        return outline([area.line], area.edges, closed=False)
    return outline(rings_of(area), area.edges)


def rings_of(area: Polygon | MultiPolygon) -> list[tuple[Position, ...]]:
    """Every ring, each polygon's own followed by its holes."""
    parts = area.parts if isinstance(area, MultiPolygon) else (area,)
    return [ring for part in parts for ring in (part.ring, *part.holes)]


def outline(rings: Sequence[tuple[Position, ...]], edges: Edges, *, closed: bool = True) -> Boundary:
    """Cut rings, or open lines, into pieces."""
    whole = _edges_of(rings, closed=closed)
    if edges is Edges.GEODESIC:
        pieces = _cut_geodesic(whole)
        return _pieces_of(pieces, np.zeros(len(pieces.lat)), closed=closed, straight=False)
    return _pieces_of(*_cut_straight(whole), closed=closed, straight=True)


def _edges_of(rings: Sequence[tuple[Position, ...]], *, closed: bool) -> _Edges:
    starts, ends, ring = [], [], []
    for k, vertices in enumerate(rings):
        places = np.array([(p.lat_ndeg, p.lon_ndeg) for p in vertices]) / 1e9
        following = np.roll(places, -1, axis=0)
        starts.append(places if closed else places[:-1])
        ends.append(following if closed else following[:-1])
        ring.append(np.full(len(starts[-1]), k, dtype=np.intp))
    start, end = np.concatenate(starts), np.concatenate(ends)
    return _Edges(
        start[:, 0].copy(),
        wrap_deg(start[:, 1]),
        end[:, 0].copy(),
        wrap_deg(end[:, 1]),
        np.concatenate(ring),
    )


def _pieces_of(pieces: _Edges, stray_m: Floats, *, closed: bool, straight: bool) -> Boundary:
    """Build the arrays for pieces that are short enough."""
    start_m = ecef(pieces.lat, pieces.lon)
    step_m = ecef(pieces.end_lat, pieces.end_lon) - start_m
    middle_m = start_m + step_m / 2
    gradient = middle_m * _QUADRIC
    up = gradient / np.sqrt(dot(gradient, gradient))[:, None]
    step2 = dot(step_m, step_m)
    half_m = np.sqrt(step2) / 2 + stray_m
    block_m, block_radius_m = _blocks(middle_m, half_m)
    first = np.flatnonzero(np.diff(pieces.ring, prepend=-1))
    last = np.append(first[1:], len(middle_m)) - 1
    return Boundary(
        lat_deg=pieces.lat,
        lon_deg=pieces.lon,
        end_lat_deg=pieces.end_lat,
        end_lon_deg=pieces.end_lon,
        climb_deg=pieces.end_lat - pieces.lat,
        turn_deg=wrap_deg(pieces.end_lon - pieces.lon),
        ring=pieces.ring,
        first=first,
        loose=last[:0] if closed else last,
        start_m=start_m,
        step_m=step_m,
        step2=step2,
        up=up,
        left=np.cross(up, step_m),
        middle_m=middle_m,
        half_m=half_m,
        stray_m=stray_m,
        curve=dot(step_m * _QUADRIC, step_m),
        lift=dot(up * _QUADRIC, middle_m),
        tilt=dot(up * _QUADRIC, step_m),
        bend=dot(up * _QUADRIC, up),
        block_m=block_m,
        block_radius_m=block_radius_m,
        straight=straight,
    )


def _blocks(middle_m: Floats, half_m: Floats) -> tuple[Floats, Floats]:
    """Bounding spheres of runs of `BLOCK` pieces."""
    first = np.arange(0, len(middle_m), BLOCK)
    counts = np.diff(np.append(first, len(middle_m)))
    centre_m = np.add.reduceat(middle_m, first, axis=0) / counts[:, None]
    away = middle_m - np.repeat(centre_m, counts, axis=0)
    reach_m = np.sqrt(dot(away, away)) + half_m
    return centre_m, np.maximum.reduceat(reach_m, first)


def _cut_geodesic(edges: _Edges) -> _Edges:
    """Cut geodesic edges into pieces of at most `PIECE_MAX_M`."""
    away = ecef(edges.end_lat, edges.end_lon) - ecef(edges.lat, edges.lon)
    chord_m = np.sqrt(dot(away, away))
    if float(chord_m.max()) < 0.999 * PIECE_MAX_M:
        return edges
    cut: list[tuple[float, float]] = []
    counts = []
    rows = zip(*(a.tolist() for a in (edges.lat, edges.lon, edges.end_lat, edges.end_lon)), strict=True)
    for (lat, lon, end_lat, end_lon), chord in zip(rows, chord_m.tolist(), strict=True):
        # A hundredth more than the mean arc covers every direction on the ellipsoid.
        pieces = ceil(1.01 * arc_m(chord, RADIUS_MEAN_M) / PIECE_MAX_M)
        cut.append((lat, lon))
        cut.extend(between((lat, lon), (end_lat, end_lon), pieces))
        counts.append(max(1, pieces))
    points = np.array(cut)
    return _joined(edges, np.array(counts), points[:, 0].copy(), wrap_deg(points[:, 1]))


def _joined(edges: _Edges, counts: Indices, lat: Floats, lon: Floats) -> _Edges:
    """The pieces that start at the given points; each ends where the next starts, or with its edge."""
    last = np.cumsum(counts) - 1
    end_lat, end_lon = np.roll(lat, -1), np.roll(lon, -1)
    end_lat[last], end_lon[last] = edges.end_lat, edges.end_lon
    return _Edges(lat, lon, end_lat, end_lon, np.repeat(edges.ring, counts))


def _cut_straight(edges: _Edges) -> tuple[_Edges, Floats]:
    """Cut edges straight in longitude and latitude; also say how far each piece strays from its chord's plane.

    On a sphere the geodesic curvature of a line with constant d(lon)/d(lat) is at most
    2 |sin lat| |d lon| / length; over a piece of length s it strays by curvature * s² / 8. So an edge
    that gains `turn` radians of longitude over `length` metres strays by at most
    |sin lat| * turn * length / (4 n²) when cut into n pieces (5 % is added for the ellipsoid).
    """
    turn_deg = wrap_deg(edges.end_lon - edges.lon)
    climb_deg = edges.end_lat - edges.lat
    low = np.minimum(np.abs(edges.lat), np.abs(edges.end_lat))
    high = np.maximum(np.abs(edges.lat), np.abs(edges.end_lat))
    nearest = np.radians(np.where(edges.lat * edges.end_lat <= 0, 0.0, low))
    turn = np.radians(np.abs(turn_deg))
    length_m = 1.01 * RADIUS_MEAN_M * np.hypot(turn * np.cos(nearest), np.radians(climb_deg))
    needed = np.maximum(length_m / PIECE_MAX_M, np.abs(turn_deg) / TURN_MAX_DEG)
    counts = np.maximum(1, np.ceil(needed)).astype(np.intp)
    stray_m = 1.05 * np.sin(np.radians(high)) * turn * length_m / (4 * counts**2)
    edge = np.repeat(np.arange(len(counts)), counts)
    share = (np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)) / counts[edge]
    lat = edges.lat[edge] + climb_deg[edge] * share
    lon = wrap_deg(edges.lon[edge] + turn_deg[edge] * share)
    return _joined(edges, counts, lat, lon), stray_m[edge]
