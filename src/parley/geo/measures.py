"""Lengths and altitudes as files and people write them. What is not certain is refused."""

import re
from decimal import Decimal
from typing import Final

from parley.words.codes import Datum, LengthUnit
from parley.words.errors import InputError
from parley.words.units import DistanceMm
from parley.words.volume import Altitude

FOOT_MM: Final = Decimal("304.8")
FLIGHT_LEVEL_FT: Final = 100
LONGEST_M: Final = 20_100_000
HIGHEST_M: Final = 100_000_000
LOWEST_M: Final = -12_000
DATUMS: Final = {
    "MSL": Datum.MEAN_SEA_LEVEL,
    "AMSL": Datum.MEAN_SEA_LEVEL,
    "AGL": Datum.ABOVE_GROUND,
    "HAE": Datum.ELLIPSOID,
    "ELLIPSOID": Datum.ELLIPSOID,
}
ALTITUDES: Final = '"5000 ft msl", "100 m agl", "30 m hae", "FL250", "ground" or "unlimited"'
_LEVEL: Final = re.compile(r"FL ?(\d{1,4})", re.ASCII)
_HEIGHT: Final = re.compile(r"(-?\d{1,9}(?:\.\d{1,3})?) ?(M|FT) ([A-Z]+)", re.ASCII)
_LENGTH: Final = re.compile(r"\d{1,9}(?:\.\d{1,3})?", re.ASCII)


def read_altitude(text: str) -> Altitude | None:
    """Read an altitude with its unit and datum; null for "unlimited".

    Raises:
        InputError: altitude-unreadable, altitude-out-of-range.
    """
    tidy = " ".join(text.upper().split())
    if tidy == "UNLIMITED":
        return None
    if tidy in {"GROUND", "GND", "SFC"}:
        return Altitude(value_mm=0, unit=LengthUnit.METRE, datum=Datum.ABOVE_GROUND)
    level = _LEVEL.fullmatch(tidy)
    if level is not None:
        value_mm = int(int(level.group(1)) * FLIGHT_LEVEL_FT * FOOT_MM)
        return Altitude(value_mm=value_mm, unit=LengthUnit.FLIGHT_LEVEL, datum=Datum.FLIGHT_LEVEL)
    height = _HEIGHT.fullmatch(tidy)
    datum = DATUMS.get(height.group(3)) if height is not None else None
    if height is None or datum is None:
        raise InputError(
            "altitude-unreadable",
            "an altitude needs its number, its unit and what it is measured from",
            where=text[:80],
            do=f"Write {ALTITUDES}.",
        )
    unit = LengthUnit.METRE if height.group(2) == "M" else LengthUnit.FOOT
    value_mm = int(
        (Decimal(height.group(1)) * (1_000 if unit is LengthUnit.METRE else FOOT_MM)).to_integral_value()
    )
    if not LOWEST_M * 1_000 <= value_mm <= HIGHEST_M * 1_000:
        raise InputError("altitude-out-of-range", "no altitude is that low or high", where=text[:80])
    return Altitude(value_mm=value_mm, unit=unit, datum=datum)


def read_length_mm(text: str) -> DistanceMm:
    """Read a length in metres; return millimetres.

    Raises:
        InputError: length-unreadable, length-out-of-range.
    """
    tidy = text.strip()
    if not _LENGTH.fullmatch(tidy):
        do = "Write metres, with a full stop as the decimal sign: 2000 or 1852.5."
        raise InputError("length-unreadable", "this is no length in metres", where=text[:80], do=do)
    length_mm = int(Decimal(tidy) * 1_000)
    if length_mm > LONGEST_M * 1_000:
        raise InputError(
            "length-out-of-range", "no length on the Earth is greater than 20,100 km", where=text[:80]
        )
    return length_mm
