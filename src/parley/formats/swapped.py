"""Features whose longitude and latitude may have been swapped: both could be right, so it is only said.

A feature is suspected when it lies far from what it is compared with, and would lie among it if its two
numbers were the other way round. A latitude beyond 90 degrees needs no suspicion: it is refused.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct

from parley.formats.geojson import Feature, Read
from parley.geo.ellipsoid import Floats, ecef
from parley.words.volume import positions_of

FAR_M: Final = 500_000.0
AMONG_M: Final = 100_000.0
SHOWN: Final = 100
"""The most suspicions that are listed."""
_LAT_MAX_DEG: Final = 90.0


class Suspicion(Struct, frozen=True, kw_only=True):
    """Something in a file that may be wrong, and was taken as it stands.

    Attributes:
        file: the file's name.
        index: which feature, from 0.
        id: the feature's id.
        warning: stable kebab-case name.
        detail: what is suspected, one sentence without a full stop.
    """

    file: str
    index: int
    id: str
    warning: str
    detail: str


def swapped(reads: Sequence[Read]) -> list[Suspicion]:
    """Return the features that may have swapped axes, at most `SHOWN`.

    Args:
        reads: the files of a check. Each is held against the others; a file alone against itself.
    """
    places = [np.array([_place(feature) for feature in read.features]) for read in reads]
    found: list[Suspicion] = []
    for k, read in enumerate(reads):
        rest = [other for j, other in enumerate(places) if j != k] or places
        suspects = _suspects(places[k], np.concatenate(rest))
        found += [_suspicion(read.features[number]) for number in suspects[: SHOWN - len(found)]]
    return found


def _place(feature: Feature) -> tuple[float, float]:
    """Latitude and longitude of a feature's first position, degrees."""
    first = positions_of(feature.areas[0])[0]
    return first.lat_ndeg / 1e9, first.lon_ndeg / 1e9


def _suspects(own: Floats, rest: Floats) -> list[int]:
    """Which of `own` lie far from `rest` and would lie among it with their axes swapped."""
    middle = np.median(ecef(rest[:, 0], rest[:, 1]), axis=0)
    spread_m = float(np.median(_away_m(rest[:, 0], rest[:, 1], middle)))
    may_swap = np.abs(own[:, 1]) <= _LAT_MAX_DEG
    far = _away_m(own[:, 0], own[:, 1], middle) > FAR_M + 4 * spread_m
    among = _away_m(np.where(may_swap, own[:, 1], 0.0), own[:, 0], middle) <= AMONG_M + 2 * spread_m
    return [int(number) for number in np.flatnonzero(may_swap & far & among)]


def _away_m(lat_deg: Floats, lon_deg: Floats, middle_m: Floats) -> Floats:
    """Straight distances from the middle, metres: near enough for a suspicion."""
    away: Floats = np.sqrt(((ecef(lat_deg, lon_deg) - middle_m) ** 2).sum(axis=1))
    return away


def _suspicion(feature: Feature) -> Suspicion:
    lat, lon = _place(feature)
    detail = (
        f"it lies at latitude {lat:g}, longitude {lon:g}, far from what it is compared with; with the two"
        " swapped it would lie among it"
    )
    return Suspicion(
        file=feature.file, index=feature.index, id=feature.id, warning="axes-swapped-suspected", detail=detail
    )
