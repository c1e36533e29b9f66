"""Volume: an area on the WGS 84 ellipsoid, an altitude band with its datum, a time window."""

from typing import Annotated

from msgspec import Meta, Struct

from parley.words.codes import CoordinateFormat, Datum, Edges, LengthUnit
from parley.words.units import HARMLESS, AltitudeMm, DistanceMm, LatNdeg, LonNdeg, TimeMs


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


class Polygon(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="shape", tag="polygon"
):
    """The inside of one ring, not closed (the last vertex is not the first), in either direction."""

    ring: Annotated[tuple[Position, ...], Meta(min_length=3, max_length=2_000)]
    edges: Edges


Area = Circle | Polygon


class Altitude(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An altitude in millimetres over `datum`; `unit` is the one it was entered in."""

    value_mm: AltitudeMm
    unit: LengthUnit
    datum: Datum


class Band(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An altitude band, both ends included; null is unlimited."""

    floor: Altitude | None
    ceiling: Altitude | None


class Window(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A time window, UTC milliseconds, both ends included."""

    start_ms: TimeMs
    end_ms: TimeMs


class Volume(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where, how high and when."""

    area: Area
    band: Band
    window: Window
