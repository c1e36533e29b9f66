"""A GeoJSON geometry (RFC 7946 section 3.1) into areas; an area of several parts is all of them.

| geometry | becomes |
|---|---|
| Point, MultiPoint | circles of `radius_m`; without it points |
| LineString, MultiLineString | corridors of `half_width_m`; without it lines without width |
| Polygon, MultiPolygon | polygons with holes |
| GeometryCollection | the parts of all its members |

A box of all longitudes that reaches a pole becomes the circle round the pole that it is.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from msgspec import Struct

from parley.formats.properties import Reach
from parley.formats.report import Refused
from parley.formats.rings import (
    POLE_NDEG,
    VERTICES_MAX,
    Note,
    cut_edges,
    polar_cap,
    position_of,
    read_path,
    read_point,
    read_ring,
)
from parley.geo.crossing import Intricate
from parley.geo.ellipsoid import inverse
from parley.geo.ring import Fault, line_fault, ring_fault
from parley.geo.rings import holes_fault
from parley.words.codes import Edges
from parley.words.volume import Area, Circle, Corridor, Part, Polygon, Position, positions_of

DEPTH_MAX: Final = 8
PARTS_MAX: Final = 1_000
_LINE_MIN: Final = 2
_MANY: Final = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}


class _How(Struct, frozen=True):
    """What the properties say about a geometry, and where repairs are told."""

    reach: Reach
    edges: Edges
    note: Note


def read_geometry(geometry: object, reach: Reach, edges: Edges, note: Note) -> tuple[Area, ...]:
    """Read a geometry.

    Args:
        geometry: any JSON value.
        reach: how far its points and lines reach.
        edges: how its edges run.
        note: takes each repair.

    Raises:
        Refused: geometry-missing, geometry-unreadable, geometry-empty, geometry-unknown,
            geometry-too-deep, too-many-parts, too-many-vertices, reach-without-use, the rule of
            `parley.geo.validity` that an area breaks, and as the readers of coordinates.
    """
    singles = list(islice(_singles(geometry, DEPTH_MAX), PARTS_MAX + 1))
    if len(singles) > PARTS_MAX:
        detail = f"it has more than {PARTS_MAX:,} parts"
        raise Refused("too-many-parts", detail, "Make several features of it.")
    kinds = {kind for kind, _ in singles}
    _refuse_unused(kinds, reach)
    how = _How(reach, edges, note)
    areas: list[Area] = []
    vertices = 0
    for number, (kind, coordinates) in enumerate(singles, 1):
        what = f"part {number}, " if len(singles) > 1 else ""
        area = _read(kind, coordinates, what, how)
        try:
            fault = _fault(area)
        except Intricate:
            do = "Cut it in several features, or leave out vertices that add nothing."
            raise Refused("polygon-too-intricate", f"{what}too many edges lie over one another", do) from None
        if fault is not None:
            raise Refused(fault.rule, f"{what}{fault.detail}", "Correct the geometry.")
        vertices += len(positions_of(area))
        if vertices > VERTICES_MAX:
            detail = f"it has more than {VERTICES_MAX:,} vertices"
            raise Refused("too-many-vertices", detail, "Cut it in several features.")
        areas.append(area)
    return tuple(areas)


def _fault(area: Area) -> Fault | None:
    """The first rule of `parley.geo.validity` that an area breaks.

    Unlike there, points, lines without width and more vertices than the wire allows are good.
    """
    match area:
        case Polygon(ring=ring, holes=holes, edges=edges):
            for number, one in enumerate((ring, *holes)):
                fault = ring_fault(one, edges)
                if fault is not None:
                    return Fault(fault.rule, f"hole {number}: {fault.detail}") if number else fault
            return holes_fault(Part(ring=ring, holes=holes), edges) if holes else None
        case Corridor(line=line, edges=edges):
            return line_fault(line, edges)
        case _:
            return None


def _singles(geometry: object, depth: int) -> Iterator[tuple[str, Any]]:
    """Yield each single geometry with its type."""
    if geometry is None:
        detail = "it has no geometry, so nothing could be compared"
        raise Refused("geometry-missing", detail, "Give it one, or leave the feature out.")
    if not isinstance(geometry, Mapping) or not isinstance(geometry.get("type"), str):
        raise Refused("geometry-unreadable", "its geometry is no GeoJSON geometry", "Correct it.")
    kind = geometry["type"]
    if kind == "GeometryCollection":
        if depth == 0:
            raise Refused("geometry-too-deep", f"collections lie over {DEPTH_MAX} deep", "Flatten them.")
        for member in _list(geometry.get("geometries"), kind):
            yield from _singles(member, depth - 1)
    elif kind in _MANY:
        yield from ((_MANY[kind], each) for each in _list(geometry.get("coordinates"), kind))
    elif kind in _MANY.values():
        yield kind, geometry.get("coordinates")
    else:
        do = f"Read are {', '.join((*_MANY.values(), *_MANY))} and GeometryCollection."
        raise Refused("geometry-unknown", f'its geometry is a "{kind[:40]}"', do)


def _list(members: object, kind: str) -> list[Any]:
    """Return the members of a geometry of several."""
    if not isinstance(members, list):
        raise Refused("geometry-unreadable", f"its {kind} holds no list", "Correct it.")
    if not members:
        raise Refused("geometry-empty", f"its {kind} is empty", "Fill it, or leave the feature out.")
    if len(members) > PARTS_MAX:
        detail = f"its {kind} has {len(members):,} parts; at most {PARTS_MAX:,} are read"
        raise Refused("too-many-parts", detail, "Make several features of it.")
    return members


def _refuse_unused(kinds: set[str], reach: Reach) -> None:
    """Refuse a radius or width for which there is nothing: it was meant to make the area larger."""
    if reach.radius_m is not None and "Point" not in kinds:
        raise Refused("reach-without-use", "it has a radius_m and no point", "Draw the area as it is meant.")
    if reach.half_width_m is not None and "LineString" not in kinds:
        raise Refused("reach-without-use", "it has a width and no line", "Draw the area as it is meant.")


def _read(kind: str, coordinates: object, what: str, how: _How) -> Area:
    match kind:
        case "Point":
            if coordinates == []:
                raise Refused("geometry-empty", "its point is empty", "Leave the feature out.")
            centre = position_of(read_point(coordinates, f"{what}the point", how.note))
            return Circle(centre=centre, radius_mm=round((how.reach.radius_m or 0) * 1e3))
        case "LineString":
            return _line(coordinates, f"{what}the line", how)
        case _:
            return _polygon(coordinates, what, how)


def _line(coordinates: object, what: str, how: _How) -> Corridor:
    path = read_path(coordinates, what, how.note)
    if len(path) < _LINE_MIN:
        do = "Give a point with radius_m."
        raise Refused("line-zero-length", f"{what} has fewer than two different positions", do)
    path = cut_edges(path, what, how.edges, how.note, closed=False)
    line = tuple(position_of(point) for point in path)
    return Corridor(line=line, half_width_mm=round((how.reach.half_width_m or 0) * 1e3), edges=how.edges)


def _polygon(coordinates: object, what: str, how: _How) -> Area:
    if not isinstance(coordinates, list):
        raise Refused("geometry-unreadable", f"{what}the polygon is no list of rings", "Correct it.")
    if not coordinates:
        raise Refused("geometry-empty", f"{what}the polygon has no rings", "Leave the feature out.")
    ring = read_ring(coordinates[0], f"{what}the ring", how.edges, how.note, hole=False)
    holes = [
        read_ring(each, f"{what}hole {number}", how.edges, how.note, hole=True)
        for number, each in enumerate(coordinates[1:], 1)
    ]
    if how.edges is Edges.STRAIGHT and not holes:
        cap = polar_cap(ring)
        if cap is not None:
            return _cap(cap, what, how.note)
    if any(abs(lat_ndeg) == POLE_NDEG for one in (ring, *holes) for _, lat_ndeg in one):
        do = "Give a point at the pole with radius_m, or a box of all longitudes."
        raise Refused("polygon-over-pole", f"{what}a vertex is a pole", do)
    return Polygon(
        ring=tuple(position_of(point) for point in ring),
        holes=tuple(tuple(position_of(point) for point in hole) for hole in holes),
        edges=how.edges,
    )


def _cap(cap: tuple[int, int], what: str, note: Note) -> Circle:
    """Return the circle round a pole; its radius is cut up to the next millimetre."""
    pole, lat_ndeg = cap
    radius_m, _ = inverse((pole / 1e9, 0.0), (lat_ndeg / 1e9, 0.0))
    note("polar-box-made-a-circle", f"{what}all longitudes to the pole are the same as a circle round it")
    return Circle(centre=Position(lat_ndeg=pole, lon_ndeg=0), radius_mm=int(radius_m * 1e3) + 1)
