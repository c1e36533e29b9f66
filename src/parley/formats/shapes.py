"""Shapes of a map file for the picture: a GeoJSON geometry read by the one reader, and its parts joined."""

import re
from collections.abc import Mapping
from typing import Final

from parley.formats.geometry import read_geometry
from parley.formats.properties import Reach, read_number
from parley.formats.report import Refused
from parley.formats.rows import Repair, RowRefused
from parley.geo.validity import area_fault
from parley.words.codes import Edges
from parley.words.volume import Area, MultiPolygon, Part, Polygon

_PLAIN: Final = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,9})?", re.ASCII)
_QUIET: Final = frozenset({"ring-direction-ignored"})
"""What is no news: the direction of a ring says nothing where what it encloses is clear."""


def read_shapes(
    geometry: object, fields: Mapping[str, str], edges: Edges, row: int, repairs: list[Repair]
) -> list[Area]:
    """Read a geometry into areas: its polygons as one, points and lines each by itself.

    Args:
        geometry: as GeoJSON has it.
        fields: text by field; `radius_m` and `half_width_m` are used.
        edges: how its edges run.
        row: its number.
        repairs: takes what was put right.

    Raises:
        RowRefused: the first thing that cannot be read.
    """

    def note(rule: str, detail: str) -> None:
        if rule not in _QUIET:
            repairs.append(
                Repair(row=row, column="geometry", value="", rule=rule, became=shown_whole(detail))
            )

    try:
        reach = Reach(radius_m=number(fields, "radius_m"), half_width_m=number(fields, "half_width_m"))
        areas = read_geometry(geometry, reach, edges, note)
    except Refused as error:
        raise RowRefused("geometry", "", error.rule, error.detail, error.do) from error
    return _joined(areas, edges)


def shown_whole(text: str) -> str:
    """Return a sentence of ours, whose few foreign words are cut already, as a report may repeat it."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text[:200])


def number(fields: Mapping[str, str], field: str) -> float | None:
    """Return a field that is a number of metres; null when it is empty.

    Raises:
        RowRefused: length-unreadable.
    """
    text = fields.get(field, "").strip()
    if not text:
        return None
    if _PLAIN.fullmatch(text) is None:
        do = "Write metres, with a full stop as the decimal sign: 2000 or 1852.5."
        raise RowRefused(field, text, "length-unreadable", "this is no number of metres", do)
    try:
        return read_number({field: float(text)}, field, rule="length-unreadable")
    except Refused as error:
        raise RowRefused(field, text, error.rule, error.detail, error.do) from error


def _joined(areas: tuple[Area, ...], edges: Edges) -> list[Area]:
    """Join polygons into one area, where they may be one: parts that overlap stay areas of their own."""
    polygons = [area for area in areas if isinstance(area, Polygon)]
    if len(polygons) < 2:  # noqa: PLR2004 - nothing to join
        return list(areas)
    parts = tuple(Part(ring=each.ring, holes=each.holes) for each in polygons)
    whole = MultiPolygon(parts=parts, edges=edges)
    if area_fault(whole) is not None:
        return list(areas)
    return [whole, *(area for area in areas if not isinstance(area, Polygon))]
