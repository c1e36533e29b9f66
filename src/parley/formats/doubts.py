"""Doubts: rows that can be read, and that a person should look at before anybody believes them.

They are never put right: the row may be as it should be.
"""

from collections.abc import Sequence
from statistics import median
from typing import Final

from parley.formats.places import Place
from parley.formats.rows import Doubt, shown
from parley.geo.ellipsoid import LatLon, inverse
from parley.words.codes import CoordinateFormat
from parley.words.volume import Circle, positions_of

FAR_M: Final = 500_000.0
"""From the middle of all rows: beyond it a place is looked at again, if swapped it would lie near."""
_NEARER: Final = 10.0
_FEWEST: Final = 5
"""Fewer rows than this have no middle to speak of."""
COARSE_MM: Final = 100_000
_GRIDS: Final = frozenset(
    {
        CoordinateFormat.MGRS,
        CoordinateFormat.UTM,
        CoordinateFormat.UPS,
        CoordinateFormat.GARS,
        CoordinateFormat.GEOREF,
    }
)
_MOJIBAKE: Final = ("cp1252", "latin-1")


def doubts_of(places: Sequence[Place]) -> list[Doubt]:
    """Look places over as a whole: swapped axes, the null position, names decoded twice."""
    points = [_point(place) for place in places]
    found = [
        Doubt(
            row=place.row,
            id=place.id,
            rule="position-is-zero",
            what="it lies at latitude 0, longitude 0, where programs put what has no position",
        )
        for place, point in zip(places, points, strict=True)
        if point == (0.0, 0.0)
    ]
    found += _swapped(places, points)
    found += [doubt for place in places if (doubt := _coarse(place)) is not None]
    found += [
        Doubt(
            row=place.row,
            id=place.id,
            rule="name-decoded-twice",
            what=f"its name reads {shown(better)} when one wrong decoding is undone",
        )
        for place in places
        if not place.name.isascii() and (better := _undone(place.name)) is not None
    ]
    return sorted(found, key=lambda doubt: doubt.row)


def _point(place: Place) -> LatLon:
    position = positions_of(place.area)[0]
    return position.lat_ndeg / 1e9, position.lon_ndeg / 1e9


def _swapped(places: Sequence[Place], points: Sequence[LatLon]) -> list[Doubt]:
    """Find places far from all others that would lie among them with latitude and longitude swapped."""
    if len(points) < _FEWEST:
        return []
    middle = median(lat for lat, _ in points), median(lon for _, lon in points)
    found = []
    for place, (lat, lon) in zip(places, points, strict=True):
        if abs(lat - middle[0]) < 4 and abs(lon - middle[1]) < 4:  # noqa: PLR2004 - surely under FAR_M
            continue
        far_m = inverse(middle, (lat, lon))[0]
        if far_m <= FAR_M or abs(lon) > 90:  # noqa: PLR2004 - no latitude
            continue
        swapped_m = inverse(middle, (lon, lat))[0]
        if swapped_m * _NEARER < far_m:
            what = (
                f"it lies {far_m / 1e3:,.0f} km from the middle of the other rows, and with latitude and"
                f" longitude swapped {swapped_m / 1e3:,.0f} km"
            )
            found.append(Doubt(row=place.row, id=place.id, rule="axes-look-swapped", what=what))
    return found


def _coarse(place: Place) -> Doubt | None:
    """Find a place that is known to a cell of a grid only, and whose radius does not cover the cell."""
    area = place.area
    if not isinstance(area, Circle) or area.centre.entered is None:
        return None
    entered = area.centre.entered
    if (
        entered.format not in _GRIDS
        or entered.precision_mm < COARSE_MM
        or area.radius_mm >= entered.precision_mm
    ):
        return None
    what = (
        f"its position is a corner of a cell of {entered.precision_mm / 1e3:,.0f} m, and its radius is"
        f" {area.radius_mm / 1e3:,.0f} m: it may lie elsewhere in the cell"
    )
    return Doubt(row=place.row, id=place.id, rule="position-is-coarse", what=what)


def _undone(name: str) -> str | None:
    """Return a name with one wrong decoding undone, if that can be: "ZÃ¼rich" is "Zürich"."""
    for encoding in _MOJIBAKE:
        try:
            better = name.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        if better != name:
            return better
    return None
