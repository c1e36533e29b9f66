"""Volume: an area on the WGS 84 ellipsoid, an altitude band with its datum, a time window.

All vertices of an area together number at most `VERTICES_MAX`, over all its rings and parts. A point that
may be off by some metres is a `Circle` of that radius: there is no other word for it.
"""

from typing import Annotated, Final

from msgspec import Meta, Struct

from parley.words.codes import CoordinateFormat, Datum, Edges, LengthUnit
from parley.words.units import HARMLESS, AltitudeMm, DayMs, DistanceMm, LatNdeg, LonNdeg, TimeMs

VERTICES_MAX: Final = 2_000
RINGS_MAX: Final = VERTICES_MAX // 3
"""No more rings than this can share the vertices of an area."""


class Entered(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A coordinate exactly as a person entered it.

    Attributes:
        text: the characters typed; empty when the position was plotted.
        format: how the text was read.
        precision_mm: the size of its last digit on the ground, millimetres.
    """

    text: Annotated[str, Meta(max_length=80, pattern=HARMLESS)]
    format: CoordinateFormat
    precision_mm: DistanceMm


class Position(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A point on the WGS 84 ellipsoid, beside what was entered (null for a plotted vertex)."""

    lat_ndeg: LatNdeg
    lon_ndeg: LonNdeg
    entered: Entered | None = None


class Circle(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="shape", tag="circle"):
    """All points whose geodesic distance from the centre is at most the radius."""

    centre: Position
    radius_mm: DistanceMm


Ring = Annotated[tuple[Position, ...], Meta(min_length=3, max_length=VERTICES_MAX)]
"""Vertices in order, in either direction, not closed: the last is not the first."""
Holes = Annotated[tuple[Ring, ...], Meta(max_length=RINGS_MAX)]


class Polygon(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="shape", tag="polygon"
):
    """The inside of one ring, less the insides of its holes."""

    ring: Ring
    holes: Holes = ()
    edges: Edges


class Part(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One polygon of several: the inside of a ring, less the insides of its holes."""

    ring: Ring
    holes: Holes = ()


class MultiPolygon(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="shape", tag="multipolygon"
):
    """Several polygons as one area. They may touch, as halves at the antimeridian do, but not overlap."""

    parts: Annotated[tuple[Part, ...], Meta(min_length=2, max_length=RINGS_MAX)]
    edges: Edges


class Corridor(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="shape", tag="corridor"
):
    """All points whose geodesic distance from a line is at most half the width; so its ends are round.

    The line may cross itself and come back over itself.
    """

    line: Annotated[tuple[Position, ...], Meta(min_length=2, max_length=VERTICES_MAX)]
    half_width_mm: DistanceMm
    edges: Edges


Area = Circle | Polygon | MultiPolygon | Corridor


def positions_of(area: Area) -> tuple[Position, ...]:
    """Return every position of an area in the order in which it was given: a centre, or all vertices."""
    match area:
        case Circle(centre=centre):
            return (centre,)
        case Corridor(line=line):
            return line
        case Polygon(ring=ring, holes=holes):
            return tuple(vertex for one in (ring, *holes) for vertex in one)
        case MultiPolygon(parts=parts):
            return tuple(vertex for part in parts for one in (part.ring, *part.holes) for vertex in one)


class Altitude(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An altitude in millimetres over `datum`; `unit` is the one it was entered in."""

    value_mm: AltitudeMm
    unit: LengthUnit
    datum: Datum


class Band(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An altitude band, both ends included; null is unlimited."""

    floor: Altitude | None
    ceiling: Altitude | None


class Daily(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The same hours of every day, UTC milliseconds since midnight, both ends included.

    An end before the start lies on the next day: 20:00 to 04:00 is a night.
    """

    start_ms: DayMs
    end_ms: DayMs


class Window(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A time window, UTC milliseconds, both ends included.

    Attributes:
        daily: the hours of each day within start and end to which it is limited; null for all of them.
    """

    start_ms: TimeMs
    end_ms: TimeMs
    daily: Daily | None = None


ALWAYS: Final = Window(start_ms=0, end_ms=253_402_300_799_999)
"""Every instant that can be written: permanent."""


class Volume(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where, how high and when."""

    area: Area
    band: Band
    window: Window
