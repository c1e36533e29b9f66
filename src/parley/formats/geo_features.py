"""GeoJSON features (RFC 7946) read into places, their geometry by the same reader as for `parley check`.

Edges are straight in longitude and latitude unless the feature says `"edges": "geodesic"`. A third number
of a position, its height, is passed over: `floor` and `ceiling` say how high a place is.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from parley.formats.columns import by_heading, fields_of, headings_of, refuse_unknown_fields
from parley.formats.geojson import members_of
from parley.formats.json_text import read_json
from parley.formats.places import Place, Rules, read_shaped, split
from parley.formats.properties import read_edges
from parley.formats.report import Refused
from parley.formats.rows import Repair, Report, RowRefused
from parley.formats.shapes import read_shapes
from parley.formats.table import MAX_ROWS, Wish, refusal, too_many
from parley.words.codes import Edges


def read_features(data: bytes, wish: Wish) -> tuple[Iterator[Place], Report]:
    """Read a FeatureCollection.

    Raises:
        InputError: rows-too-many, column-no-such-field, or as `read_json` and `members_of`.
    """
    refuse_unknown_fields(wish.by_hand)
    features = members_of(read_json(data, "the file"), "the file")
    if len(features) > MAX_ROWS:
        raise too_many()
    report = Report.of("GeoJSON", [])
    report.rows = len(features)
    return _places(features, wish, report), report


def _places(features: list[Any], wish: Wish, report: Report) -> Iterator[Place]:
    rules = Rules(layer=wish.layer, kind=wish.kind)
    hands = by_heading(wish.by_hand)
    seen: dict[str, None] = {}
    for row, feature in enumerate(features, 1):
        fields: dict[str, str] = {}
        names: dict[str, str] = {}
        try:
            for name, text in _texts(feature).items():
                seen[name] = None
                for field in fields_of(name, wish.by_hand, hands):
                    fields[field], names[field] = text, name
            repairs: list[Repair] = []
            shapes = read_shapes(feature.get("geometry"), fields, _edges(feature), row, repairs)
            places = read_shaped(row, fields, rules, shapes)
        except RowRefused as error:
            report.refused.append(refusal(row, fields.get("id"), names, error))
            continue
        report.repaired += repairs
        if len(places) > 1:
            report.repaired.append(split(places))
        yield from places
    report.headings = headings_of(seen, wish.by_hand)


def _texts(feature: object) -> dict[str, str]:
    """Return a feature's id and properties as texts; what is no text or number is left to be missing."""
    if not isinstance(feature, dict):
        raise RowRefused("", str(feature), "feature-unreadable", "this is no feature", "Correct it.")
    properties = feature.get("properties")
    properties = properties if isinstance(properties, Mapping) else {}
    texts = {} if feature.get("id") is None else {"id": _said(feature["id"])}
    return {**texts, **{str(name): _said(value) for name, value in properties.items()}}


def _said(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _edges(feature: Mapping[str, Any]) -> Edges:
    properties = feature.get("properties")
    try:
        return read_edges(properties if isinstance(properties, Mapping) else {})
    except Refused as error:
        raise RowRefused("edges", "", error.rule, error.detail, error.do) from error
