"""The shapes of a KML placemark as a GeoJSON geometry, and their altitudes as one band."""

import re
from collections.abc import Mapping
from typing import Any, Final

from parley.formats.places import refuse_no_number
from parley.formats.rows import RowRefused
from parley.words.codes import Datum, LengthUnit
from parley.words.volume import Altitude, Band

MAX_SHAPES: Final = 1_000
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,20}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?", re.ASCII)
_SHAPES: Final = frozenset({"Point", "LineString", "LinearRing", "Polygon"})
_NOT_HELD: Final = frozenset({"Model", "Track", "MultiTrack"})
_DATUMS: Final = {"relativeToGround": Datum.ABOVE_GROUND, "absolute": Datum.MEAN_SEA_LEVEL}
_CLAMPED: Final = "clampToGround"
_LOWEST_M: Final = -12_000
_HIGHEST_M: Final = 100_000_000
Vertices = list[list[float]]


class KmlNode:
    """An element with what stands in it."""

    __slots__ = ("attributes", "children", "pieces", "tag")

    def __init__(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.tag: Final = tag
        self.attributes: Final = attributes
        self.children: Final[list[KmlNode]] = []
        self.pieces: Final[list[str]] = []

    @property
    def text(self) -> str:
        """What stands in it, its children's texts left out."""
        return "".join(self.pieces)

    def child(self, tag: str) -> "KmlNode | None":
        """Return the first child of a name."""
        return next((node for node in self.children if node.tag == tag), None)

    def said(self, tag: str) -> str:
        """Return the text of a child; empty if there is none."""
        node = self.child(tag)
        return "" if node is None else node.text.strip()


def geometry_of(placemark: KmlNode) -> tuple[dict[str, Any], Band | None]:
    """Return the shapes of a placemark as a GeoJSON geometry, and their altitudes.

    Raises:
        RowRefused: the first thing that cannot be read.
    """
    found: list[KmlNode] = []
    _gather(placemark, found)
    if not found:
        do = "Give it a point or a polygon."
        raise RowRefused("", "", "kml-no-shape", "the placemark has no shape", do)
    heights_m: list[float] = []
    shapes = [_shape(node, heights_m) for node in found]
    band = _band(found, heights_m)
    return shapes[0] if len(shapes) == 1 else {"type": "GeometryCollection", "geometries": shapes}, band


def _gather(parent: KmlNode, found: list[KmlNode]) -> None:
    for node in parent.children:
        if node.tag == "MultiGeometry":
            _gather(node, found)
        elif node.tag in _NOT_HELD:
            what = f"a {node.tag} is no area that is held"
            raise RowRefused("", node.tag, "shape-not-held", what, "Give it a point or a polygon.")
        elif node.tag in _SHAPES:
            found.append(node)
        if len(found) > MAX_SHAPES:
            what = f"the placemark has more than {MAX_SHAPES:,} shapes"
            raise RowRefused("", "", "kml-too-many-shapes", what, "Make placemarks of them.")


def _shape(node: KmlNode, heights_m: list[float]) -> dict[str, Any]:
    match node.tag:
        case "Point":
            vertices = _vertices(node, heights_m)
            if len(vertices) != 1:
                what = f"a point has {len(vertices)} positions"
                raise RowRefused("coordinates", "", "kml-coordinates", what, "Give it one.")
            return {"type": "Point", "coordinates": vertices[0]}
        case "Polygon":
            rings = [_ring(each, heights_m) for each in node.children if each.tag == "outerBoundaryIs"]
            if len(rings) != 1:
                what = f"the polygon has {len(rings)} outer rings"
                raise RowRefused("", "Polygon", "kml-no-shape", what, "Draw it again.")
            rings += [
                _ring(inner, heights_m)
                for each in node.children
                if each.tag == "innerBoundaryIs"
                for inner in _holes(each)
            ]
            return {"type": "Polygon", "coordinates": rings}
        case _:
            return {"type": "LineString", "coordinates": _vertices(node, heights_m)}


def _holes(boundary: KmlNode) -> list[KmlNode]:
    """Return the rings of an inner boundary; some programs put several holes into one."""
    rings = []
    for ring in boundary.children:
        if ring.tag == "LinearRing":
            alone = KmlNode(boundary.tag, {})
            alone.children.append(ring)
            rings.append(alone)
    return rings


def _ring(boundary: KmlNode, heights_m: list[float]) -> Vertices:
    ring = boundary.child("LinearRing")
    if ring is None:
        raise RowRefused("", "Polygon", "kml-no-shape", "a boundary has no ring", "Draw it again.")
    return _vertices(ring, heights_m)


def _vertices(node: KmlNode, heights_m: list[float]) -> Vertices:
    found: Vertices = []
    for position in node.said("coordinates").split():
        parts = position.split(",")
        if not 2 <= len(parts) <= 3:  # noqa: PLR2004 - longitude, latitude, altitude
            do = "Write lon,lat or lon,lat,altitude, without spaces after the commas."
            raise RowRefused("coordinates", position, "kml-coordinates", "this is no position", do)
        found.append([_number(parts[0], "longitude", position), _number(parts[1], "latitude", position)])
        heights_m.append(_number(parts[2], "altitude", position) if parts[2:] else 0.0)
    return found


def _number(text: str, name: str, position: str) -> float:
    """Read a number of XML Schema's double, less NaN and infinity."""
    refuse_no_number(name, text)
    if _NUMBER.fullmatch(text) is None:
        do = "Write lon,lat or lon,lat,altitude, without spaces after the commas."
        raise RowRefused("coordinates", position, "kml-coordinates", f"the {name} is no number", do)
    return float(text)


def _band(nodes: list[KmlNode], heights_m: list[float]) -> Band | None:
    """Return the altitude band of shapes; null when one of them says nothing of height."""
    modes = {node.said("altitudeMode") or _CLAMPED for node in nodes}
    unknown = modes - {*_DATUMS, _CLAMPED}
    if unknown:
        do = "Give floor and ceiling in its extended data."
        value = min(unknown)
        raise RowRefused("altitudeMode", value, "altitude-mode-unknown", "this altitude mode is not read", do)
    if len(modes) > 1:
        do = "Make placemarks of its shapes."
        value = ", ".join(sorted(modes))
        raise RowRefused("altitudeMode", value, "altitude-mode-mixed", "its shapes have several modes", do)
    (mode,) = modes
    if mode == _CLAMPED:
        return None
    low_m, high_m = min(heights_m), max(heights_m)
    if not _LOWEST_M <= low_m <= high_m <= _HIGHEST_M:
        value = f"{low_m:g} to {high_m:g}"
        do = "Correct it."
        raise RowRefused("coordinates", value, "altitude-out-of-range", "no altitude is that low or high", do)
    ceiling = _altitude(high_m, _DATUMS[mode])
    if any(node.said("extrude") in {"1", "true"} for node in nodes):
        return Band(floor=_altitude(0.0, Datum.ABOVE_GROUND), ceiling=ceiling)
    return Band(floor=_altitude(low_m, _DATUMS[mode]), ceiling=ceiling)


def _altitude(height_m: float, datum: Datum) -> Altitude:
    return Altitude(value_mm=round(height_m * 1e3), unit=LengthUnit.METRE, datum=datum)
