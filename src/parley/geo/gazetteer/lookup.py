"""Finding a place by its name, and the places near a point. A near miss is refused, with suggestions."""

from difflib import get_close_matches
from typing import Final, NoReturn

from parley.geo.coordinate import read_coordinate
from parley.geo.ellipsoid import LatLon
from parley.geo.gazetteer.book import Place, by_code, by_name, published_near
from parley.geo.gazetteer.names import fold
from parley.geo.typed import check_harmless, shown
from parley.words.codes import CoordinateFormat
from parley.words.errors import InputError
from parley.words.volume import Entered, Position

_SUGGESTED: Final = 3
_LIKENESS: Final = 0.72
_REACHES_M: Final = (50_000.0, 500_000.0, 5_000_000.0)
_NOT_EVEN_A_NAME: Final = frozenset({"coordinate-too-long", "coordinate-hidden-characters"})


def find_place(name: str) -> Place:
    """Find a place by its name, in any spelling that folds to the same, or by its ICAO code.

    Raises:
        InputError: `place-unknown`, `place-ambiguous`, each with suggestions; or as `check_harmless`.
    """
    check_harmless(name)
    hits = _hits(name)
    if len(hits) == 1:
        return hits[0]
    if hits:
        labels = ", ".join(sorted(place.label for place in hits)[: 2 * _SUGGESTED])
        what = f"{len(hits)} places have this name"
        raise InputError("place-ambiguous", what, where=shown(name), do=f"Name one of: {labels}.")
    return _refuse_unknown(name)


def known_place(name: str) -> Place | None:
    """As `find_place`, but null for a name that no place or several have: no suggestion is looked for."""
    hits = _hits(name)
    return hits[0] if len(hits) == 1 else None


def _hits(name: str) -> tuple[Place, ...]:
    named = by_name().get(fold(name), ())
    coded = by_code().get(name.strip().upper())
    return (*named, coded) if coded is not None and coded not in named else named


def _refuse_unknown(name: str) -> NoReturn:
    close = get_close_matches(fold(name), by_name(), n=_SUGGESTED, cutoff=_LIKENESS)
    labels = dict.fromkeys(place.label for match in close for place in by_name()[match])
    do = f"Did you mean {' or '.join(list(labels)[:_SUGGESTED])}?" if labels else "Give a coordinate."
    raise InputError("place-unknown", "no place of this name is known", where=shown(name), do=do)


def read_place(name: str) -> Position:
    """Read a place's name as a position: its precision is the radius that holds all published positions.

    Raises:
        InputError: as `find_place`.
    """
    return place_position(find_place(name), name)


def place_position(place: Place, name: str) -> Position:
    """A place as a position that was entered by a name of it."""
    at = place.positions[0]
    entered = Entered(text=name, format=CoordinateFormat.PLACE, precision_mm=round(place.radius_m * 1_000))
    return Position(lat_ndeg=at.lat_ndeg, lon_ndeg=at.lon_ndeg, entered=entered)


def read_position(text: str) -> Position:
    """Read a coordinate in any format, or the exact name of a place.

    Raises:
        InputError: as `read_coordinate`; `place-unknown` or `place-ambiguous` for a text without digits.
    """
    try:
        return read_coordinate(text)
    except InputError as refusal:
        if refusal.name in _NOT_EVEN_A_NAME:
            raise
        try:
            return read_place(text)
        except InputError as unknown:
            if unknown.name == "place-unknown" and any(each.isnumeric() for each in text):
                raise refusal from None
            if unknown.name == "place-unknown" and refusal.name != "coordinate-unreadable":
                raise refusal from None
            raise unknown from None


def nearest_place(point: LatLon) -> tuple[Place, float] | None:
    """The place whose published position is nearest to a point, and the distance in metres.

    Null where there is none within 5,000 km.
    """
    for reach_m in _REACHES_M:
        found = published_near(point, reach_m)
        if found:
            return found[0][1], found[0][0]
    return None
