"""Slips of the pen: a neighbouring reading that falls on a known place, while the typed one does not.

Two slips only, the ones that hands and eyes make: two adjacent digits exchanged (33.15 for 33.51), and one
digit off by one, as when a grid's neighbouring column is read. More would suspect everything: with these
two, some forty readings of a coordinate are tried, and a reading must come within 3 km of a published
position while the typed one is at least 6 km from all of them. Some 5,000 places cover about one point
in a thousand of the land, so a right coordinate is suspected wrongly about once in thirty to fifty.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from msgspec import Struct

from parley.geo.coordinate import read_coordinate
from parley.geo.ellipsoid import LatLon, inverse
from parley.geo.gazetteer import Known, Place, published_near
from parley.words.codes import CoordinateFormat
from parley.words.errors import InputError
from parley.words.volume import Position

ON_PLACE_M: Final = 3_000.0
"""How near a reading must come to a published position to be on the place."""
OFF_PLACE_M: Final = 6_000.0
"""How far the typed reading must be from every published position."""
_COARSEST_M: Final = 3_000.0
"""A coordinate that is known no better than a place's size says nothing about its digits."""


class Slip(Struct, frozen=True):
    """A neighbouring reading: its text, where it lies, the place there, and the distance to it."""

    text: str
    at: LatLon
    place: str
    distance_m: float
    exchanged: bool


def slips(position: Position, near: Place | None = None) -> list[Slip]:
    """The neighbouring readings on a known place, the nearest first; exchanged digits before single ones.

    Args:
        position: as it was typed.
        near: only this place counts; null for all that are known.
    """
    entered = position.entered
    if entered is None or entered.format in {CoordinateFormat.PLACE, CoordinateFormat.PLOTTED}:
        return []
    point = position.lat_ndeg / 1e9, position.lon_ndeg / 1e9
    if entered.precision_mm / 1e3 > _COARSEST_M or _published(point, OFF_PLACE_M, near):
        return []
    found: dict[str, Slip] = {}
    for text, exchanged in _neighbours(entered.text):
        slip = _on_place(text, near, exchanged=exchanged)
        if slip is not None and (slip.place not in found or slip.distance_m < found[slip.place].distance_m):
            found[slip.place] = slip
    return sorted(found.values(), key=lambda slip: (not slip.exchanged, slip.distance_m, slip.place))


def _neighbours(text: str) -> Iterator[tuple[str, bool]]:
    for k, (one, other) in enumerate(pairwise(text)):
        if _digit(one) and _digit(other) and one != other:
            yield text[:k] + other + one + text[k + 2 :], True
    for k, one in enumerate(text):
        if _digit(one):
            for step in (-1, 1):
                if 0 <= int(one) + step <= 9:  # noqa: PLR2004 - the last digit
                    yield text[:k] + str(int(one) + step) + text[k + 1 :], False


def _digit(character: str) -> bool:
    return character.isascii() and character.isdigit()


def _on_place(text: str, near: Place | None, *, exchanged: bool) -> Slip | None:
    try:
        read = read_coordinate(text)
    except InputError:
        return None
    at = read.lat_ndeg / 1e9, read.lon_ndeg / 1e9
    hits = _published(at, ON_PLACE_M, near)
    if not hits:
        return None
    distance_m, place, _ = hits[0]
    return Slip(text, at, place.label, distance_m, exchanged)


def _published(point: LatLon, reach_m: float, near: Place | None) -> list[tuple[float, Place, Known]]:
    if near is None:
        return published_near(point, reach_m)
    found = [(inverse(point, one.lat_lon_deg)[0], near, one) for one in near.positions]
    return sorted((hit for hit in found if hit[0] <= reach_m), key=lambda hit: hit[0])
