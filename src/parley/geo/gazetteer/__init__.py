"""Gazetteer: places that matter to lines, and airfields. Data of the package, read once when first asked.

* `places.toml`: chosen by hand; every position with its source and the radius within which the place lies.
* `airfields.csv`: large and medium airports with their ICAO code, from OurAirports (public domain); made
  by `scripts/make_airfields.py`.
* `book`: what a place is, and all of them. `names`: how names are compared. `lookup`: finding one.
"""

from parley.geo.gazetteer.book import Known, Place, published_near
from parley.geo.gazetteer.lookup import (
    find_place,
    known_place,
    nearest_place,
    place_position,
    read_place,
    read_position,
)

__all__ = [
    "Known",
    "Place",
    "find_place",
    "known_place",
    "nearest_place",
    "place_position",
    "published_near",
    "read_place",
    "read_position",
]
