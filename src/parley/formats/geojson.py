"""GeoJSON (RFC 7946) into features: an id, areas, an altitude band and times.

Read are a FeatureCollection and a single Feature. What one feature cannot be read for, the whole file is
refused for: a comparison with half a file would look like one with all of it.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from msgspec import Struct

from parley.formats.geometry import read_geometry
from parley.formats.json_text import read_json
from parley.formats.properties import (
    Times,
    read_band,
    read_edges,
    read_id,
    read_reach,
    read_times,
    refuse_lookalikes,
)
from parley.formats.report import REPAIRS_MAX, Refusal, Refused, Repair, refuse
from parley.words.errors import InputError
from parley.words.volume import Area, Band, positions_of

FEATURES_MAX: Final = 1_000_000
VERTICES_MAX: Final = 5_000_000
REFUSALS_MAX: Final = 1_000
_CRS_SAME: Final = frozenset(
    {
        "urn:ogc:def:crs:ogc:1.3:crs84",
        "urn:ogc:def:crs:ogc::crs84",
        "ogc:crs84",
        "urn:ogc:def:crs:epsg::4326",
        "epsg:4326",
    }
)


class Feature(Struct, frozen=True, kw_only=True):
    """One feature of a file.

    Attributes:
        file: the file's name.
        index: which feature of the file, from 0.
        id: unique in the file.
        areas: its parts; the feature is all of them together.
        band: null ends are unlimited.
        times: null ends are without end.
    """

    file: str
    index: int
    id: str
    areas: tuple[Area, ...]
    band: Band
    times: Times


class Read(Struct, frozen=True, kw_only=True):
    """A file, read.

    Attributes:
        features: all of them, in order.
        repairs: what was put right, at most `REPAIRS_MAX` of them.
        repaired: how many repairs there were.
    """

    features: tuple[Feature, ...]
    repairs: tuple[Repair, ...]
    repaired: int


class _Notes:
    """Collects repairs; the same repair of one feature counts once."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.kept: list[Repair] = []
        self.count = 0

    def add(self, index: int, name: str, told: Mapping[str, str]) -> None:
        """Take the repairs of one feature."""
        self.count += len(told)
        room = REPAIRS_MAX - len(self.kept)
        self.kept += [
            Repair(file=self._file, index=index, id=name, repair=repair, detail=detail)
            for repair, detail in list(told.items())[:room]
        ]


def read_geojson(data: bytes, file: str, *, progress: Callable[[int, int], None] | None = None) -> Read:
    """Read a file.

    Args:
        data: its bytes.
        file: its name, for errors and findings.
        progress: is told how many features of how many have been read.

    Raises:
        InputError: as `read_json`; geojson-unreadable, geojson-empty, too-many-features,
            too-many-vertices, crs-not-wgs84, id-repeated, or the rule that a feature breaks.
    """
    members = members_of(read_json(data, file), file)
    notes = _Notes(file)
    features: list[Feature] = []
    refusals: list[Refusal] = []
    vertices = 0
    seen: dict[str, int] = {}
    for index, member in enumerate(members):
        try:
            feature = _read(member, index, file, seen, notes)
        except Refused as error:
            refusals.append(_refusal(member, index, error))
            if len(refusals) >= REFUSALS_MAX:
                break
            continue
        seen[feature.id] = index
        features.append(feature)
        vertices += sum(len(positions_of(area)) for area in feature.areas)
        if vertices > VERTICES_MAX:
            what = f"The file has more than {VERTICES_MAX:,} vertices"
            raise InputError("too-many-vertices", what, where=file, do="Split it, and check each part.")
        if progress is not None:
            progress(index + 1, len(members))
    if refusals:
        raise refuse(refusals, len(members), file)
    return Read(features=tuple(features), repairs=tuple(notes.kept), repaired=notes.count)


def members_of(document: object, file: str) -> list[Any]:
    """Return the features of a document."""
    if not isinstance(document, dict):
        raise _unreadable("This is no GeoJSON object", file)
    _refuse_crs(document, file)
    kind = document.get("type")
    if kind == "Feature":
        return [document]
    if kind != "FeatureCollection":
        raise _unreadable(f"The type of the document is {str(kind)[:40]!r}", file)
    features = document.get("features")
    if not isinstance(features, list):
        raise _unreadable("The collection has no list of features", file)
    if not features:
        do = "An empty file finds nothing, which is not the same as nothing being there."
        raise InputError("geojson-empty", "The collection has no features", where=file, do=do)
    if len(features) > FEATURES_MAX:
        what = f"The file has {len(features):,} features; at most {FEATURES_MAX:,} are read"
        raise InputError("too-many-features", what, where=file, do="Split it, and check each part.")
    return features


def _unreadable(what: str, file: str) -> InputError:
    do = "Give a FeatureCollection or a Feature (RFC 7946)."
    return InputError("geojson-unreadable", what, where=file, do=do)


def _refuse_crs(document: Mapping[str, Any], file: str) -> None:
    """Refuse a reference system other than WGS 84; RFC 7946 section 4 knows no other."""
    crs = document.get("crs")
    if crs is None:
        return
    named = crs.get("properties", {}) if isinstance(crs, dict) else {}
    name = named.get("name") if isinstance(named, dict) else None
    if not isinstance(name, str) or name.strip().casefold() not in _CRS_SAME:
        what = f"The coordinates are in {str(name)[:60]!r}, not in WGS 84"
        do = "Convert them to longitude and latitude on WGS 84."
        raise InputError("crs-not-wgs84", what, where=file, do=do)


def _read(member: object, index: int, file: str, seen: Mapping[str, int], notes: _Notes) -> Feature:
    """Read one feature.

    Raises:
        Refused: what is wrong with it.
    """
    if not isinstance(member, dict) or member.get("type") != "Feature":
        raise Refused("feature-unreadable", "it is no GeoJSON Feature", "Correct it.")
    properties = member.get("properties") or {}
    if not isinstance(properties, dict):
        raise Refused("feature-unreadable", "its properties are no object", "Correct them.")
    told: dict[str, str] = {}
    name = _named(member, properties, index, seen, told)
    refuse_lookalikes(properties)
    areas = read_geometry(
        member.get("geometry"), read_reach(properties), read_edges(properties), partial(_tell, told)
    )
    feature = Feature(
        file=file,
        index=index,
        id=name,
        areas=areas,
        band=read_band(properties),
        times=read_times(properties),
    )
    notes.add(index, name, told)
    return feature


def _tell(told: dict[str, str], repair: str, detail: str) -> None:
    told.setdefault(repair, detail)


def _named(
    member: Mapping[str, Any],
    properties: Mapping[str, Any],
    index: int,
    seen: Mapping[str, int],
    told: dict[str, str],
) -> str:
    """Return the id of a feature; one without is called by its place."""
    name = read_id(member, properties)
    if name is None:
        name = f"features[{index}]"
        told["id-missing"] = f"it is called {name}"
    elif properties.get("id") is not None and str(properties["id"]) != name:
        told["property-id-not-used"] = "the feature's own id counts, not the one in its properties"
    if name in seen:
        detail = f"its id is also that of features[{seen[name]}], so a finding could not be told apart"
        raise Refused("id-repeated", detail, "Give each feature its own id.")
    return name


def _refusal(member: object, index: int, error: Refused) -> Refusal:
    name = None
    if isinstance(member, dict):
        properties = member.get("properties")
        try:
            name = read_id(member, properties if isinstance(properties, dict) else {})
        except Refused:
            name = None
    return Refusal(index=index, id=name, rule=error.rule, detail=error.detail, do=error.do)
