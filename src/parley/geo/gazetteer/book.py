"""The places: what is known of each, and by whose word."""

import csv
from functools import cache
from importlib.resources import files
from math import cos, floor, radians
from typing import Final

import msgspec
from msgspec import Struct

from parley.geo.coordinate import read_coordinate
from parley.geo.ellipsoid import LatLon, inverse
from parley.geo.gazetteer.names import fold
from parley.words.units import LatNdeg, LonNdeg
from parley.words.volume import Position

AIRFIELD_RADIUS_M: Final = 3_000.0
"""An airfield's point lies somewhere on it; few are longer than this to either side."""
_AIRFIELD_SOURCE: Final = "OurAirports (public domain), 11 Oct 2022"


class Known(Struct, frozen=True, kw_only=True):
    """One published position of a place.

    Attributes:
        radius_m: within how many metres of it the place lies.
        source: who says so.
    """

    lat_ndeg: LatNdeg
    lon_ndeg: LonNdeg
    radius_m: float
    source: str

    @property
    def lat_lon_deg(self) -> LatLon:
        """Latitude and longitude, degrees."""
        return self.lat_ndeg / 1e9, self.lon_ndeg / 1e9


class Place(Struct, frozen=True, kw_only=True):
    """A place.

    Attributes:
        also: its other names, in several scripts.
        country: ISO 3166 code of where it lies or who runs it; no statement on a dispute.
        code: ICAO code of an airfield, else null.
        positions: as published; the first stands for the place, the others differ from it.
        note: what a person should know before using it.
    """

    name: str
    also: tuple[str, ...]
    country: str
    kind: str
    positions: tuple[Known, ...]
    code: str | None = None
    note: str | None = None

    @property
    def label(self) -> str:
        """The name that no other place has: "Tripoli (LB)", "Damascus International Airport (OSDI)"."""
        return f"{self.name} ({self.code or self.country})"

    @property
    def radius_m(self) -> float:
        """The radius round the first position that holds all that are published."""
        first = self.positions[0].lat_lon_deg
        return max(inverse(first, one.lat_lon_deg)[0] + one.radius_m for one in self.positions)

    def distance_m(self, point: LatLon) -> float:
        """How far a point lies outside the nearest published position and its radius; 0 inside."""
        return max(0.0, min(inverse(one.lat_lon_deg, point)[0] - one.radius_m for one in self.positions))


class _Row(Struct, frozen=True, forbid_unknown_fields=True):
    at: str
    radius_m: float
    source: str


class _Entry(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    country: str
    kind: str
    also: tuple[str, ...]
    positions: tuple[_Row, ...]
    note: str | None = None


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    place: tuple[_Entry, ...]


def _text(name: str) -> str:
    return (files("parley.geo.gazetteer") / name).read_text("utf-8")


@cache
def chosen() -> tuple[Place, ...]:
    """The places chosen by hand."""
    return tuple(
        Place(
            name=entry.name,
            also=entry.also,
            country=entry.country,
            kind=entry.kind,
            positions=tuple(_known(row) for row in entry.positions),
            note=entry.note,
        )
        for entry in msgspec.toml.decode(_text("places.toml"), type=_File).place
    )


def _known(row: _Row) -> Known:
    at: Position = read_coordinate(row.at)
    return Known(lat_ndeg=at.lat_ndeg, lon_ndeg=at.lon_ndeg, radius_m=row.radius_m, source=row.source)


@cache
def airfields() -> tuple[Place, ...]:
    """The airfields."""
    return tuple(
        Place(
            name=name,
            also=(),
            country=country,
            kind="airfield",
            code=code,
            positions=(
                Known(
                    lat_ndeg=round(float(lat) * 1e9),
                    lon_ndeg=round(float(lon) * 1e9),
                    radius_m=AIRFIELD_RADIUS_M,
                    source=f"{_AIRFIELD_SOURCE}, {code}",
                ),
            ),
        )
        for code, name, country, lat, lon in csv.reader(_text("airfields.csv").splitlines())
    )


@cache
def by_name() -> dict[str, tuple[Place, ...]]:
    """All places by their folded names and labels. A chosen place hides the airfields of its name."""
    found: dict[str, list[Place]] = {}
    for place in (*chosen(), *airfields()):
        folded = {fold(name) for name in (place.name, place.label, *place.also)}
        for name in folded - {""}:
            found.setdefault(name, []).append(place)
    return {
        name: tuple(one for one in places if one.code is None) or tuple(places)
        for name, places in found.items()
    }


@cache
def by_code() -> dict[str, Place]:
    """The airfields by their ICAO codes."""
    return {place.code: place for place in airfields() if place.code is not None}


@cache
def _by_degree() -> dict[tuple[int, int], tuple[tuple[Place, Known], ...]]:
    """Every published position by the whole degrees of its south-west corner."""
    found: dict[tuple[int, int], list[tuple[Place, Known]]] = {}
    for place in (*chosen(), *airfields()):
        for one in place.positions:
            lat_deg, lon_deg = one.lat_lon_deg
            found.setdefault((floor(lat_deg), _column(lon_deg)), []).append((place, one))
    return {square: tuple(entries) for square, entries in found.items()}


def _column(lon_deg: float) -> int:
    return (floor(lon_deg) + 180) % 360


def published_near(point: LatLon, reach_m: float) -> list[tuple[float, Place, Known]]:
    """All published positions within `reach_m` of a point, with their distances, the nearest first."""
    lat_deg, lon_deg = point
    rows_deg = reach_m / 110_000
    north_deg = min(89.0, abs(lat_deg) + rows_deg)
    columns_deg = min(180.0, rows_deg / cos(radians(north_deg)))
    squares = {
        (row, _column(lon_deg + column))
        for row in range(floor(lat_deg - rows_deg), floor(lat_deg + rows_deg) + 1)
        for column in range(-floor(columns_deg) - 1, floor(columns_deg) + 2)
    }
    grid = _by_degree()
    found = [
        (inverse(point, one.lat_lon_deg)[0], place, one)
        for square in squares
        for place, one in grid.get(square, ())
    ]
    return sorted((hit for hit in found if hit[0] <= reach_m), key=lambda hit: (hit[0], hit[1].label))
