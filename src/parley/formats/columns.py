"""The columns that an import reads, the other names they go by, and how a heading is understood.

A heading is compared without case, and with everything but letters and digits taken as "_": "Radius (m)"
is `radius_m`. A name that does not say its unit or its meaning ("radius", "x", "y", "time") is no synonym.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

from parley.formats.rows import Heading, shown
from parley.words.errors import InputError


class Column(Struct, frozen=True, kw_only=True):
    """One column: its name, its synonyms, what it holds and an example."""

    field: str
    synonyms: tuple[str, ...] = ()
    holds: str
    example: str


COLUMNS: Final = (
    Column(
        field="id",
        synonyms=("ident", "identifier", "uid", "site_id", "unit_id"),
        holds="what tells this row from every other in its layer, and finds it again next time",
        example="SITE-7",
    ),
    Column(
        field="name",
        synonyms=("title", "label", "site_name", "unit_name", "designation"),
        holds="what a finding calls it",
        example="Well 3",
    ),
    Column(
        field="kind",
        synonyms=("item_kind",),
        holds="`position`, `unit` or `site`; `--kind` gives it for all rows that do not say",
        example="site",
    ),
    Column(field="layer", holds="checked against `--layer`, never used to choose one", example="wells"),
    Column(
        field="lat",
        synonyms=("latitude", "lat_deg", "latitude_deg", "lat_wgs84"),
        holds="latitude, WGS 84, as any half of a coordinate that `parley coord` reads",
        example="33.5",
    ),
    Column(
        field="lon",
        synonyms=("long", "lng", "longitude", "lon_deg", "longitude_deg", "lon_wgs84"),
        holds="longitude, the same",
        example="38.6167",
    ),
    Column(
        field="position",
        synonyms=("coordinate", "coordinates", "coord", "coords", "lat_lon", "dms", "mgrs", "grid_reference"),
        holds="a whole coordinate in one cell, latitude first; beside lat and lon the two must agree",
        example="33 30 00 N 38 37 00 E",
    ),
    Column(
        field="radius_m",
        synonyms=("radius_metres", "radius_meters", "error_m", "uncertainty_m"),
        holds="how far it may reach or be off, metres; 0 (a point) when empty",
        example="50",
    ),
    Column(
        field="half_width_m",
        synonyms=("half_width_metres", "half_width_meters"),
        holds="half the width of a line in GeoJSON or KML, metres; a line without one is refused",
        example="100",
    ),
    Column(
        field="floor",
        synonyms=("floor_altitude", "lower", "lower_limit"),
        holds="lower end of its altitudes with unit and datum; unlimited when empty",
        example="0 m agl",
    ),
    Column(
        field="ceiling",
        synonyms=("ceiling_altitude", "upper", "upper_limit"),
        holds="upper end, the same",
        example="5000 ft msl",
    ),
    Column(
        field="floor_m",
        synonyms=("floor_metres", "floor_meters"),
        holds="lower end in metres over `altitude_datum`; instead of `floor`",
        example="0",
    ),
    Column(
        field="ceiling_m",
        synonyms=("ceiling_metres", "ceiling_meters"),
        holds="upper end, the same",
        example="1500",
    ),
    Column(
        field="altitude_datum",
        holds="`ellipsoid` (when empty), `mean_sea_level`, `above_ground` or `flight_level`",
        example="above_ground",
    ),
    Column(
        field="as_of",
        synonyms=("as_of_utc", "known_at", "known_at_utc", "last_known", "last_known_utc"),
        holds="when the position was last known to be true, UTC; `--as-of` for rows that do not say",
        example="2022-06-15T00:00Z",
    ),
    Column(
        field="start",
        synonyms=("start_utc", "valid_from", "valid_from_utc"),
        holds="from when it is there, UTC; always when both are empty",
        example="2022-06-15T14:32Z",
    ),
    Column(
        field="end",
        synonyms=("end_utc", "valid_to", "valid_to_utc", "valid_until", "valid_until_utc"),
        holds="until when it is there, UTC",
        example="151832ZJUN22",
    ),
)
FIELDS: Final = tuple(column.field for column in COLUMNS)
PLACES: Final = frozenset({"lat", "lon", "position"})
"""Fields that a geometry gives; beside one, a column of that name is not read."""
_KNOWN: Final = {name: column.field for column in COLUMNS for name in (column.field, *column.synonyms)}
TIMES: Final = ("as_of", "start", "end")


_ALIKE: Final = re.compile(
    r"(radius|diameter|half_width|width|error|uncertainty|accuracy|floor|ceiling|altitude|elevation|height"
    r"|start|end|valid|expires|as_of|lat|lon|easting|northing|x|y|utm|datum)"
    r"(_(m|km|nm|nmi|ft|mi|fl|feet|time|date|utc|local|at|deg|min|sec))*",
    re.ASCII,
)
"""Headings that look as if they said where, how large, how high or when."""


@lru_cache(maxsize=4_096)
def tidy(heading: str) -> str:
    """Return a heading as it is compared."""
    kept = "".join(each if each.isalnum() else "_" for each in heading.strip().casefold())
    return "_".join(part for part in kept.split("_") if part)


def says_utc(heading: str) -> bool:
    """Tell whether a heading says that its times are UTC."""
    return tidy(heading).split("_")[-1] in {"utc", "z", "zulu"}


def field_of(heading: str) -> str | None:
    """Return the field that a heading names by itself."""
    plain = tidy(heading)
    if plain in _KNOWN:
        return _KNOWN[plain]
    bare = plain.removesuffix("_utc")
    return bare if bare in TIMES else None


def read_headings(header: Sequence[str], by_hand: Mapping[str, str]) -> list[Heading]:
    """Understand the heading of a table.

    Args:
        header: its cells.
        by_hand: field to heading, as `--column` gave them.

    Raises:
        InputError: column-no-such-field, column-not-in-heading, column-ambiguous.
    """
    refuse_unknown_fields(by_hand)
    wanted = {tidy(name): name for name in header}
    for field, name in by_hand.items():
        if tidy(name) not in wanted:
            have = ", ".join(shown(each) for each in header[:20])
            what = f"no column is called {shown(name)}, wanted for {field}"
            raise InputError("column-not-in-heading", what, do=f"The columns are: {have}.")
    found: list[Heading] = []
    for name in header:
        hands = [field for field, heading in by_hand.items() if tidy(heading) == tidy(name)]
        found += [Heading(column=name, field=field, by_hand=True) for field in hands]
        own = field_of(name)
        if own in by_hand or own is None:
            found += [] if hands else [Heading(column=name, field=None)]
        else:
            found.append(Heading(column=name, field=own))
    return _settled(found)


def refuse_unknown_fields(by_hand: Mapping[str, str]) -> None:
    """Refuse `--column` for what is no field.

    Raises:
        InputError: column-no-such-field.
    """
    for field in by_hand:
        if field not in FIELDS:
            do = f"Fields are {', '.join(FIELDS)}."
            raise InputError("column-no-such-field", f"there is no field {shown(field)}", do=do)


def _settled(found: list[Heading]) -> list[Heading]:
    """Let a column with a field's own name go before its synonyms; refuse what is still double."""
    settled: list[Heading] = []
    for heading in found:
        rivals = [each for each in found if each.field == heading.field and heading.field is not None]
        exact = [each for each in rivals if tidy(each.column) == each.field]
        if len(rivals) > 1 and len(exact) == 1 and heading is not exact[0] and not heading.by_hand:
            settled.append(Heading(column=heading.column, field=None))
            continue
        if len(rivals) > 1 and len(exact) != 1:
            names = " and ".join(shown(each.column) for each in rivals)
            what = f"the columns {names} both say {heading.field}"
            do = f"Say which to read: --column {heading.field}=NAME."
            raise InputError("column-ambiguous", what, do=do)
        settled.append(heading)
    return settled


def by_heading(by_hand: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the fields that each heading was named for, by the heading as it is compared."""
    found: dict[str, list[str]] = {}
    for field, name in by_hand.items():
        found.setdefault(tidy(name), []).append(field)
    return found


def fields_of(name: str, by_hand: Mapping[str, str], hands: Mapping[str, list[str]]) -> list[str]:
    """Return the fields that a property beside a geometry stands for."""
    found = list(hands.get(tidy(name), ()))
    own = field_of(name)
    if own is not None and own not in by_hand and own not in PLACES:
        found.append(own)
    return found


def headings_of(names: Iterable[str], by_hand: Mapping[str, str]) -> list[Heading]:
    """Return how the properties beside geometries were understood."""
    hands = by_heading(by_hand)
    found: list[Heading] = []
    for name in names:
        fields = fields_of(name, by_hand, hands)
        found += [Heading(column=name, field=field, by_hand=field in by_hand) for field in fields]
        if not fields:
            found.append(Heading(column=name, field=None))
    return found


def alike(headings: Iterable[Heading]) -> list[str]:
    """Return the columns that are not read and look as if they should be."""
    return [each.column for each in headings if each.field is None and _ALIKE.fullmatch(tidy(each.column))]
