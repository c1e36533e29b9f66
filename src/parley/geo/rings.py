"""What is wrong between the rings of an area: holes that are none, parts that overlap. See `validity`.

Each ring is already known to be good by itself. A hole that does not even touch another ring lies wholly
inside or outside of it, so one vertex tells; parts may touch, so all are asked.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parley.geo.boundary import Boundary, outline
from parley.geo.crossing import edges_seen_from, rings_cross_geodesic, rings_meet_straight, straight_edges
from parley.geo.ellipsoid import ecef_point
from parley.geo.kernel import nearest_to_point, surrounding
from parley.geo.ring import Fault, place, unrolled_ndeg
from parley.words.codes import Edges
from parley.words.volume import Part, Position

Ring = tuple[Position, ...]
Flags = NDArray[np.bool_]
_FULL_TURN_NDEG: Final = 360_000_000_000
_HALF_TURN_NDEG: Final = 180_000_000_000
_ON_M: Final = 0.001
"""A vertex this near to an outline of geodesics lies on it, as far as doubles tell."""


def holes_fault(part: Part, edges: Edges) -> Fault | None:
    """What is wrong between a ring and its holes."""
    rings = (part.ring, *part.holes)
    names = ["the ring", *(f"hole {k}" for k in range(1, len(rings)))]
    sight = _sight(rings, edges)
    met = _shared(rings) or sight.meeting(range(len(rings)), touching=True)
    if met is not None:
        return Fault("polygon-rings-meet", f"{names[met[0]]} and {names[met[1]]} touch or cross")
    for k in range(1, len(rings)):
        around = sight.around(rings[k][0])
        if not around[0]:
            return Fault("polygon-hole-outside", f"hole {k} does not lie inside the ring")
        around[[0, k]] = False
        if around.any():
            return Fault("polygon-hole-in-hole", f"hole {k} lies inside {names[int(around.argmax())]}")
    return None


def parts_fault(parts: Sequence[Part], edges: Edges) -> Fault | None:
    """What is wrong between the parts of a multipolygon."""
    rings = [ring for part in parts for ring in (part.ring, *part.holes)]
    owner = [k for k, part in enumerate(parts) for _ in range(1 + len(part.holes))]
    sight = _sight(rings, edges)
    met = sight.meeting(owner, touching=False)
    pair = None if met is None else (owner[met[0]], owner[met[1]])
    known: dict[frozenset[tuple[int, int]], int] = {}
    for k, part in enumerate(parts):
        if pair is not None:
            break
        twin = known.setdefault(frozenset(map(place, part.ring)), k)
        holder = twin if twin != k else _holder(k, part, np.array(owner), sight)
        pair = None if holder is None else (min(k, holder), max(k, holder))
    if pair is None:
        return None
    return Fault("multipolygon-parts-overlap", f"parts {pair[0] + 1} and {pair[1] + 1} overlap")


def _holder(k: int, part: Part, owner: NDArray[np.intp], sight: "_Sight") -> int | None:
    """A part inside which a vertex of part `k` lies; null if all lie outside of the others or on them."""
    for vertex in part.ring:
        odd = np.bincount(owner, weights=sight.around(vertex)) % 2 == 1
        odd[k] = False
        for holder in np.flatnonzero(odd).tolist():
            if not sight.on(vertex, owner == holder):
                return int(holder)
    return None


def _shared(rings: Sequence[Ring]) -> tuple[int, int] | None:
    """The first two rings that have a vertex in common."""
    seen: dict[tuple[int, int], int] = {}
    for k, ring in enumerate(rings):
        for vertex in ring:
            before = seen.setdefault(place(vertex), k)
            if before != k:
                return before, k
    return None


class _Geodesic:
    """Rings with geodesic edges, ready to be compared with one another."""

    def __init__(self, rings: Sequence[Ring]) -> None:
        self._rings = rings
        self._boundary = outline(rings, Edges.GEODESIC)
        self._outlines: dict[bytes, Boundary] = {}

    def meeting(self, group: Sequence[int], *, touching: bool) -> tuple[int, int] | None:
        """The first two rings of different groups that cross; of touching, doubles tell only so much."""
        return rings_cross_geodesic(self._boundary, np.array(group), 0.0 if touching else _ON_M)

    def around(self, vertex: Position) -> Flags:
        """Which rings surround a vertex."""
        return surrounding(self._boundary, vertex.lat_ndeg / 1e9, vertex.lon_ndeg / 1e9)

    def on(self, vertex: Position, which: Flags) -> bool:
        """Whether a vertex lies on one of these rings."""
        others = self._outlines.get(which.tobytes())
        if others is None:
            others = outline([self._rings[k] for k in np.flatnonzero(which).tolist()], Edges.GEODESIC)
            self._outlines[which.tobytes()] = others
        point_m = ecef_point(vertex.lat_ndeg / 1e9, vertex.lon_ndeg / 1e9)
        return float(nearest_to_point(point_m, others).chord_m[0]) <= _ON_M


class _Straight:
    """Rings with edges straight in longitude and latitude, unrolled, ready to be compared. Exact.

    Each ring begins within 180 degrees; one that reaches beyond is held a second time, a turn lower, so
    that whatever meets on the ground meets here too.
    """

    def __init__(self, rings: Sequence[Ring]) -> None:
        self._count = len(rings)
        edges, of = [], []
        for k, ring in enumerate(rings):
            lat, lon = unrolled_ndeg(ring)
            low = (min(lon) + _HALF_TURN_NDEG) // _FULL_TURN_NDEG * _FULL_TURN_NDEG
            shifts = [low, low + _FULL_TURN_NDEG] if max(lon) - low >= _HALF_TURN_NDEG else [low]
            edges += [straight_edges(lat, [one - shift for one in lon]) for shift in shifts]
            of += [k] * len(shifts)
        self._edges = np.concatenate(edges, axis=1)
        self._ring = np.repeat(of, [one.shape[1] for one in edges])

    def meeting(self, group: Sequence[int], *, touching: bool) -> tuple[int, int] | None:
        """The first two rings of different groups that meet."""
        met = rings_meet_straight(self._edges, np.array(group)[self._ring], touching=touching)
        return None if met is None else (int(self._ring[met[0]]), int(self._ring[met[1]]))

    def around(self, vertex: Position) -> Flags:
        """Which rings surround a vertex."""
        found = np.zeros(self._count, dtype=np.bool_)
        for lon_ndeg in _longitudes(vertex):
            above, _ = edges_seen_from(self._edges, lon_ndeg, vertex.lat_ndeg)
            found |= np.bincount(self._ring[above], minlength=self._count) % 2 == 1
        return found

    def on(self, vertex: Position, which: Flags) -> bool:
        """Whether a vertex lies on one of these rings."""
        seen = (edges_seen_from(self._edges, lon, vertex.lat_ndeg)[1] for lon in _longitudes(vertex))
        return any(bool(which[self._ring[touched]].any()) for touched in seen)


def _longitudes(vertex: Position) -> set[int]:
    """Both names of the antimeridian; else the one longitude."""
    both = abs(vertex.lon_ndeg) == _HALF_TURN_NDEG
    return {vertex.lon_ndeg, -vertex.lon_ndeg} if both else {vertex.lon_ndeg}


_Sight = _Geodesic | _Straight


def _sight(rings: Sequence[Ring], edges: Edges) -> _Sight:
    return _Geodesic(rings) if edges is Edges.GEODESIC else _Straight(rings)
