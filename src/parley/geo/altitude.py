"""How far two altitude bands are apart, when they may be measured from different datums.

Over the same datum the gap is exact. Over different ones, with no geoid, terrain or pressure at hand,
each altitude becomes the range of heights that it may mean, and the gap is the least that those ranges
allow, less 110 m, once, for the geoid: never too long, so nothing is missed. Once is enough where both
altitudes count from the sea, since the volumes of a pair lie near each other, and so does their geoid.

| datum | what an altitude may mean, beside the geoid |
|---|---|
| ellipsoid, mean sea level | exactly |
| above ground | over ground between -450 m and +8,850 m |
| flight level | it is pressure altitude: 1,300 m for the pressure at sea level, and 12 % of the altitude |
|              | for a temperature that differs by 30 K from the ICAO standard atmosphere (ICAO Doc 7488) |

* The geoid lies between some -107 m and +86 m of the ellipsoid (EGM2008: Pavlis and others, J. Geophys.
  Res. 117, 2012, B04406).
* The lowest ground is the shore of the Dead Sea, at -436 m and sinking by a metre a year; the highest the
  summit of Everest, 8,849 m.
* Pressures reduced to sea level from 870 hPa (1979) to 1,089 hPa (2004) are on record (WMO archive of
  weather and climate extremes): 1,270 m and -610 m in the standard atmosphere.
"""

from typing import Final

from parley.words.codes import Datum
from parley.words.volume import Altitude, Band

GEOID_MM: Final = 110_000
GROUND_LOW_MM: Final = -450_000
GROUND_HIGH_MM: Final = 8_850_000
PRESSURE_MM: Final = 1_300_000
TEMPERATURE_PERCENT: Final = 12

LOWEST_MM: Final = -100_000_000
HIGHEST_MM: Final = 1_000_000_000_000
"""Beyond every height that an altitude can mean: what an unlimited band reaches."""

UNLIMITED: Final = Band(floor=None, ceiling=None)


def height_range_mm(altitude: Altitude) -> tuple[int, int]:
    """The lowest and highest ellipsoidal height that an altitude may mean, millimetres."""
    low_mm, high_mm = _meant_mm(altitude)
    geoid_mm = 0 if altitude.datum is Datum.ELLIPSOID else GEOID_MM
    return low_mm - geoid_mm, high_mm + geoid_mm


def _meant_mm(altitude: Altitude) -> tuple[int, int]:
    """The lowest and highest height that an altitude may mean, over the ellipsoid or the geoid."""
    value_mm = altitude.value_mm
    match altitude.datum:
        case Datum.ELLIPSOID | Datum.MEAN_SEA_LEVEL:
            return value_mm, value_mm
        case Datum.ABOVE_GROUND:
            return value_mm + GROUND_LOW_MM, value_mm + GROUND_HIGH_MM
        case Datum.FLIGHT_LEVEL:
            spread_mm = PRESSURE_MM + abs(value_mm) * TEMPERATURE_PERCENT // 100 + 1
            return value_mm - spread_mm, value_mm + spread_mm


def band_range_mm(band: Band | None) -> tuple[int, int]:
    """The ellipsoidal heights between which a band surely lies; null is unlimited."""
    if band is None:
        return LOWEST_MM, HIGHEST_MM
    low_mm = LOWEST_MM if band.floor is None else height_range_mm(band.floor)[0]
    high_mm = HIGHEST_MM if band.ceiling is None else height_range_mm(band.ceiling)[1]
    return low_mm, high_mm


def band_gap_mm(first: Band, second: Band) -> int:
    """The least vertical gap between two bands, millimetres; 0 if they may overlap or touch.

    Exact where the facing ends share a datum, otherwise a lower bound (see the table above).
    """
    return max(0, _rise_mm(first.floor, second.ceiling), _rise_mm(second.floor, first.ceiling))


def same_datum(first: Band, second: Band) -> bool:
    """Whether the gap between two bands is exact: every stated altitude has the same datum."""
    ends = (first.floor, first.ceiling, second.floor, second.ceiling)
    return len({end.datum for end in ends if end is not None}) <= 1


def _rise_mm(floor: Altitude | None, ceiling: Altitude | None) -> int:
    """The least by which a floor stands above a ceiling; negative or 0 if it may not."""
    if floor is None or ceiling is None:
        return 0
    if floor.datum is ceiling.datum:
        return floor.value_mm - ceiling.value_mm
    return _meant_mm(floor)[0] - _meant_mm(ceiling)[1] - GEOID_MM
