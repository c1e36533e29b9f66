"""What is wrong with a volume: the rules that a received or typed volume must meet.

The same volume gives the same answer at every node: rules on straight edges are exact in integers;
rules on geodesic edges use double arithmetic, whose doubt is far below a millimetre.

| rule | breaks it |
|---|---|
| end-before-start | the window ends before it starts |
| daily-without-length | the daily hours end when they start; for whole days they are null |
| daily-never | no instant of the window lies within the daily hours |
| floor-above-ceiling | the floor stands above the ceiling, over the same datum |
| area-too-many-vertices | more than 2,000 over all rings and parts |
| area-winds-too-far | straight edges that together gain more than 36,000 degrees of longitude |
| circle-radius-zero | the radius is not above 0 |
| polygon-too-few-distinct-vertices | a vertex repeats the one before it (within 0.01 mm), or fewer than three differ |
| polygon-edge-too-long | an edge over 10,000 km or 180 degrees of longitude, whose way is ambiguous |
| polygon-perimeter-too-long | all rings together over 100,000 km, more than twice round the Earth |
| polygon-over-pole | a pole is a vertex, on an edge or inside: use a circle |
| polygon-self-crossing | a ring meets itself |
| polygon-zero-area | a ring on average less than a millimetre wide |
| polygon-rings-meet | a hole touches or crosses the ring around it, or another hole |
| polygon-hole-outside | a hole does not lie inside the ring |
| polygon-hole-in-hole | a hole lies inside another hole |
| multipolygon-parts-overlap | edges of two parts cross, or a part lies in another; they may touch |
| corridor-half-width-zero | half the width is not above 0 |
| corridor-position-repeated | a position of the line repeats the one before it (within 0.01 mm) |
| corridor-edge-too-long | as for a polygon |
| corridor-too-long | a line over 100,000 km |
"""

from parley.geo.boundary import rings_of
from parley.geo.ring import Fault, extent_fault, line_fault, ring_fault
from parley.geo.rings import holes_fault, parts_fault
from parley.geo.times import never
from parley.words.codes import Edges
from parley.words.volume import (
    VERTICES_MAX,
    Area,
    Band,
    Circle,
    Corridor,
    MultiPolygon,
    Part,
    Polygon,
    Volume,
    Window,
    positions_of,
)

__all__ = ["Fault", "area_fault", "band_fault", "volume_fault", "window_fault"]


def volume_fault(volume: Volume) -> Fault | None:
    """The first rule that a volume breaks, or null."""
    return window_fault(volume.window) or band_fault(volume.band) or area_fault(volume.area)


def window_fault(window: Window) -> Fault | None:
    """The first rule that a time window breaks, or null."""
    if window.end_ms < window.start_ms:
        early_ms = window.start_ms - window.end_ms
        return Fault("end-before-start", f"the window ends {early_ms} ms before it starts")
    if window.daily is None:
        return None
    if window.daily.start_ms == window.daily.end_ms:
        return Fault(
            "daily-without-length", "the daily hours end when they start; leave them out for whole days"
        )
    if never(window):
        return Fault("daily-never", "no instant of the window lies within the daily hours")
    return None


def band_fault(band: Band) -> Fault | None:
    """The first rule that an altitude band breaks, or null."""
    floor, ceiling = band.floor, band.ceiling
    if floor is None or ceiling is None or floor.datum is not ceiling.datum:
        return None
    if floor.value_mm <= ceiling.value_mm:
        return None
    over_mm = floor.value_mm - ceiling.value_mm
    return Fault("floor-above-ceiling", f"the floor is {over_mm} mm above the ceiling")


def area_fault(area: Area, *, point: bool = False) -> Fault | None:
    """The first rule that an area breaks, or null.

    Args:
        area: on the WGS 84 ellipsoid.
        point: whether a circle of radius 0 is allowed, as it is for an own position.
    """
    if isinstance(area, Circle):
        if area.radius_mm > 0 or point:
            return None
        return Fault("circle-radius-zero", "the radius of the circle is 0")
    count = len(positions_of(area))
    if count > VERTICES_MAX:
        return Fault(
            "area-too-many-vertices", f"the area has {count:,} vertices; the limit is {VERTICES_MAX:,}"
        )
    match area:
        case Corridor():
            return _corridor_fault(area)
        case Polygon():
            part = Part(ring=area.ring, holes=area.holes)
            return extent_fault(rings_of(area), area.edges) or _part_fault(part, area.edges, "")
        case MultiPolygon():
            return extent_fault(rings_of(area), area.edges) or _multipolygon_fault(area)


def _multipolygon_fault(area: MultiPolygon) -> Fault | None:
    faults = (_part_fault(part, area.edges, f"part {k}") for k, part in enumerate(area.parts, 1))
    return next(filter(None, faults), None) or parts_fault(area.parts, area.edges)


def _corridor_fault(corridor: Corridor) -> Fault | None:
    if corridor.half_width_mm == 0:
        return Fault("corridor-half-width-zero", "half the width of the corridor is 0")
    return line_fault(corridor.line, corridor.edges)


def _part_fault(part: Part, edges: Edges, name: str) -> Fault | None:
    """The first rule that one polygon breaks; the detail begins with which ring it is, if there are several."""
    for k, ring in enumerate((part.ring, *part.holes)):
        fault = ring_fault(ring, edges)
        if fault is not None:
            names = [name] if name else []
            which = ", ".join([*names, f"hole {k}"] if k else names)
            return Fault(fault.rule, f"{which}: {fault.detail}" if which else fault.detail)
    fault = holes_fault(part, edges) if part.holes else None
    return Fault(fault.rule, f"{name}: {fault.detail}" if name else fault.detail) if fault else None
