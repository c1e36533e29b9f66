"""How far two altitude bands are apart, when they may be measured from different datums.

Over the same datum the gap is exact. Over different ones, with no geoid, terrain or pressure at hand,
each altitude becomes the range of ellipsoidal heights that it may mean, and the gap is the least that
those ranges allow: never too long, so nothing is missed.

| datum | the ellipsoidal height lies within |
|---|---|
| ellipsoid | exactly |
| mean sea level | 110 m: geoid heights run from -107 m to +86 m (EGM2008, NGA) |
| above ground | the same, over ground between -440 m (Dead Sea shore) and +8,850 m (Everest) |
| flight level | it is pressure altitude: 110 m, and 1,300 m for sea-level pressure (870 to 1,084 hPa on |
|              | record; ICAO standard atmosphere), and 12 % of the altitude for temperature (30 K off) |
"""

from typing import Final

from parley.words.codes import Datum
from parley.words.volume import Altitude, Band

GEOID_MM: Final = 110_000
GROUND_LOW_MM: Final = -440_000
GROUND_HIGH_MM: Final = 8_850_000
PRESSURE_MM: Final = 1_300_000
TEMPERATURE_PERCENT: Final = 12

LOWEST_MM: Final = -100_000_000
HIGHEST_MM: Final = 1_000_000_000_000
"""Beyond every height that an altitude can mean: what an unlimited band reaches."""

UNLIMITED: Final = Band(floor=None, ceiling=None)


def height_range_mm(altitude: Altitude) -> tuple[int, int]:
    """The lowest and highest ellipsoidal height that an altitude may mean, millimetres."""
    value_mm = altitude.value_mm
    match altitude.datum:
        case Datum.ELLIPSOID:
            return value_mm, value_mm
        case Datum.MEAN_SEA_LEVEL:
            return value_mm - GEOID_MM, value_mm + GEOID_MM
        case Datum.ABOVE_GROUND:
            return value_mm + GROUND_LOW_MM - GEOID_MM, value_mm + GROUND_HIGH_MM + GEOID_MM
        case Datum.FLIGHT_LEVEL:
            spread_mm = PRESSURE_MM + GEOID_MM + abs(value_mm) * TEMPERATURE_PERCENT // 100 + 1
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
    return height_range_mm(floor)[0] - height_range_mm(ceiling)[1]
