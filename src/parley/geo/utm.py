"""UTM and UPS: zones, bands, projections, and the coordinates read and written.

Sources: NGA.SIG.0012, "Universal Grids and Grid Reference Systems" (2014); the projections are PROJ's,
exact to well below a millimetre inside a zone (docs/decisions/0010).

| form | example |
|---|---|
| UTM | 37 north 500000 3700000 · 37R 500000E 3300000N · UTM 55 south 334873.5 6252266.1 |
| UPS | UPS north 2000000 2000000 · Z 2100000 1900000 |

Inside this file a northing is signed: 0 at the equator, negative south of it. A typed southern one
counts from 10,000,000. A letter alone is a band or, for N and S, a hemisphere: where the two readings
are different places ("37S 500000 3700000" is in Syria or in the Southern Ocean) the text is refused.
A point outside its stated zone is refused as well: a wrong digit looks just like that.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from parley.geo.typed import NDEG, position_of, precision_of_mm, refuse, to_ndeg
from parley.words.codes import CoordinateFormat
from parley.words.volume import Position

if TYPE_CHECKING:
    from pyproj import Transformer

BANDS: Final = "CDEFGHJKLMNPQRSTUVWX"
SOUTH_M: Final = 10_000_000
POLE_M: Final = 2_000_000
"""The easting and the northing of a pole in UPS."""
UTM_NORTH_DEG: Final = 84
UTM_SOUTH_DEG: Final = -80
ZONES: Final = 60
SLACK_DEG: Final = 1e-5
"""How far outside its zone a typed point may lie: about a metre, which rounding can move it."""
LON_SLACK_DEG: Final = 1e-4
"""The same in longitude: a metre at 84 degrees north."""
_NUMBER = r"(\d{1,8}(?:\.\d{1,3})?)"
_UTM: Final = re.compile(
    rf"(?:UTM ?:? ?)?(?:ZONE )?(\d{{1,2}}) ?(NORTH|SOUTH|[A-Z])?[ ,]+{_NUMBER} ?(?:M?E)?[ ,]+{_NUMBER} ?(?:M?N)?",
    re.ASCII,
)
_UPS: Final = re.compile(
    rf"(?:UPS ?:? ?)?(NORTH|SOUTH|[NSABYZ])[ ,]+{_NUMBER} ?(?:M?E)?[ ,]+{_NUMBER} ?(?:M?N)?", re.ASCII
)
_NORWAY: Final = ((3, 31), (12, 32))
_SVALBARD: Final = ((9, 31), (21, 33), (33, 35), (42, 37))
_EXCEPTIONS: Final = {
    ("V", 31): (0, 3),
    ("V", 32): (3, 12),
    ("X", 31): (0, 9),
    ("X", 32): None,
    ("X", 33): (9, 21),
    ("X", 34): None,
    ("X", 35): (21, 33),
    ("X", 36): None,
    ("X", 37): (33, 42),
}
Pole = Literal["north", "south"]


def band_of(lat_ndeg: int) -> str | None:
    """The band letter of a latitude; null where UPS takes over (from 84 north, below 80 south)."""
    if not UTM_SOUTH_DEG * NDEG <= lat_ndeg < UTM_NORTH_DEG * NDEG:
        return None
    return BANDS[min((lat_ndeg + 80 * NDEG) // (8 * NDEG), len(BANDS) - 1)]


def zone_of(lat_ndeg: int, lon_ndeg: int) -> int:
    """The zone of a point, with the exceptions of Norway and Svalbard."""
    band, lon_deg = band_of(lat_ndeg), lon_ndeg / NDEG
    table: tuple[tuple[int, int], ...] = ()
    if band == "V" and lon_ndeg >= 0:
        table = _NORWAY
    elif band == "X" and lon_ndeg >= 0:
        table = _SVALBARD
    for east_deg, zone in table:
        if lon_deg < east_deg:
            return zone
    return (lon_ndeg + 180 * NDEG) % (360 * NDEG) // (6 * NDEG) + 1


def zone_span_deg(zone: int, band: str) -> tuple[int, int] | None:
    """West and east edge of a zone in a band, degrees; null where the zone does not exist there."""
    usual = (6 * zone - 186, 6 * zone - 180)
    return _EXCEPTIONS.get((band, zone), usual)


def band_span_deg(band: str) -> tuple[int, int]:
    """South and north edge of a band, degrees."""
    south_deg = 8 * BANDS.index(band) - 80
    return south_deg, UTM_NORTH_DEG if band == "X" else south_deg + 8


@cache
def _utm(zone: int) -> "Transformer":
    from pyproj import Transformer  # noqa: PLC0415 - 60 ms, for grids alone: degrees need none of it

    return Transformer.from_pipeline(f"+proj=utm +zone={zone} +ellps=WGS84")


@cache
def _ups(pole: Pole) -> "Transformer":
    from pyproj import Transformer  # noqa: PLC0415 - as above

    south = " +south" if pole == "south" else ""
    return Transformer.from_pipeline(f"+proj=ups +ellps=WGS84{south}")


def to_utm(zone: int, lat_ndeg: int, lon_ndeg: int) -> tuple[float, float]:
    """Easting and signed northing, metres, of a point in a zone's projection."""
    easting_m, northing_m = _utm(zone).transform(lon_ndeg / NDEG, lat_ndeg / NDEG)
    return float(easting_m), float(northing_m)


def from_utm(zone: int, easting_m: float, northing_m: float) -> tuple[float, float]:
    """Latitude and longitude, degrees, from an easting and a signed northing."""
    lon_deg, lat_deg = _utm(zone).transform(easting_m, northing_m, direction="INVERSE")
    return float(lat_deg), float(lon_deg)


def to_ups(pole: Pole, lat_ndeg: int, lon_ndeg: int) -> tuple[float, float]:
    """Easting and northing, metres, of a point near a pole."""
    easting_m, northing_m = _ups(pole).transform(lon_ndeg / NDEG, lat_ndeg / NDEG)
    return float(easting_m), float(northing_m)


def from_ups(pole: Pole, easting_m: float, northing_m: float) -> tuple[float, float]:
    """Latitude and longitude, degrees, from UPS; at the pole itself the longitude is 0."""
    if (easting_m, northing_m) == (POLE_M, POLE_M):
        return (90.0 if pole == "north" else -90.0), 0.0
    lon_deg, lat_deg = _ups(pole).transform(easting_m, northing_m, direction="INVERSE")
    return float(lat_deg), float(lon_deg)


def read_utm(tidy: str, text: str) -> Position | None:
    """Read UTM; null when the text is not in its form.

    Raises:
        InputError: `coordinate-utm-no-hemisphere`, `coordinate-utm-ambiguous`, `coordinate-utm-zone`,
            `coordinate-utm-outside-zone`, `coordinate-utm-outside-band`, `coordinate-out-of-range`.
    """
    match = _UTM.fullmatch(tidy)
    if match is None:
        return None
    zone, letter = int(match[1]), match[2]
    easting_m, northing_m = float(match[3]), float(match[4])
    if not 1 <= zone <= ZONES:
        refuse("coordinate-utm-zone", "UTM zones run from 1 to 60", text)
    if not letter:
        do = f"Write {zone} north or {zone} south, or the band letter."
        refuse("coordinate-utm-no-hemisphere", "Neither hemisphere nor band is given", text, do)
    if letter not in {*BANDS, "NORTH", "SOUTH"}:
        refuse("coordinate-utm-zone", f"{letter} is no band of UTM", text)
    signed_m = _signed_northing(zone, letter, (easting_m, northing_m), text)
    lat_deg, lon_deg = _inside(zone, letter, (easting_m, signed_m), text)
    precision_mm = _last_digit_mm(match[3], match[4])
    return position_of(to_ndeg(lat_deg, lon_deg), text, CoordinateFormat.UTM, precision_mm)


def _signed_northing(zone: int, letter: str, typed_m: tuple[float, float], text: str) -> float:
    """The signed northing that is meant; refused where the letter S means two places."""
    easting_m, northing_m = typed_m
    if letter == "NORTH" or (letter >= "N" and letter not in {"S", "SOUTH"}):
        return northing_m
    if letter == "S" and _is_inside(zone, "S", from_utm_or_none(zone, easting_m, northing_m)):
        do = (
            f"Write {zone} north {easting_m:.0f} {northing_m:.0f} for the northern hemisphere (band S), "
            f"{zone} south for the southern; or MGRS."
        )
        what = "The letter S may be the band from 32 to 40 north or the southern hemisphere"
        refuse("coordinate-utm-ambiguous", what, text, do)
    return northing_m - SOUTH_M


def from_utm_or_none(zone: int, easting_m: float, northing_m: float) -> tuple[float, float] | None:
    """As `from_utm`; null for what no zone holds, so that a projection is never asked too far out."""
    if not 100_000 <= easting_m < 900_000 or not -8_890_000 <= northing_m <= 9_340_000:  # noqa: PLR2004
        return None
    return from_utm(zone, easting_m, northing_m)


def _inside(zone: int, letter: str, grid_m: tuple[float, float], text: str) -> tuple[float, float]:
    """Latitude and longitude, degrees, of a point that lies where zone and letter say."""
    found = from_utm_or_none(zone, *grid_m)
    if found is None:
        what = "UTM eastings run from 100,000 to 900,000 m and northings to 10,000,000 m"
        refuse("coordinate-out-of-range", what, text)
    is_band = letter in BANDS and letter not in {"N", "S"}
    southern = letter in {"S", "SOUTH"} or (is_band and letter < "N")
    beyond = found[0] > SLACK_DEG if southern else found[0] < -SLACK_DEG
    if beyond or (is_band and not _in_band(letter, found[0])):
        what = f"The northing does not lie in the band or hemisphere {letter}"
        refuse("coordinate-utm-outside-band", what, text)
    bands = {letter} if is_band else _bands_at(found[0])
    if not any(_is_inside(zone, band, found) for band in bands):
        refuse("coordinate-utm-outside-zone", f"The point does not lie in zone {zone}", text)
    return found


def _bands_at(lat_deg: float) -> set[str]:
    """The bands of a latitude: two where rounding may have moved it over the edge between them."""
    near = (round((lat_deg + off_deg) * NDEG) for off_deg in (-SLACK_DEG, SLACK_DEG))
    return {band for band in map(band_of, near) if band is not None}


def _in_band(band: str, lat_deg: float) -> bool:
    south_deg, north_deg = band_span_deg(band)
    return south_deg - SLACK_DEG <= lat_deg <= north_deg + SLACK_DEG


def _is_inside(zone: int, band: str, found: tuple[float, float] | None) -> bool:
    span_deg = zone_span_deg(zone, band)
    if found is None or span_deg is None or not _in_band(band, found[0]):
        return False
    off_deg = (found[1] - (span_deg[0] + span_deg[1]) / 2 + 180) % 360 - 180
    return abs(off_deg) <= (span_deg[1] - span_deg[0]) / 2 + LON_SLACK_DEG


def _last_digit_mm(*numbers: str) -> int:
    return max(int(10 ** (3 - len(number.partition(".")[2]))) for number in numbers)


def read_ups(tidy: str, text: str) -> Position | None:
    """Read UPS; null when the text is not in its form.

    Raises:
        InputError: `coordinate-ups-outside`.
    """
    match = _UPS.fullmatch(tidy)
    if match is None:
        return None
    letter, easting_m, northing_m = match[1], float(match[2]), float(match[3])
    pole: Pole = "south" if letter in {"S", "SOUTH", "A", "B"} else "north"
    reach_m = 2 * POLE_M
    if not (0 < easting_m < reach_m and 0 < northing_m < reach_m):
        refuse("coordinate-ups-outside", "The point is not in the polar area", text)
    lat_deg, lon_deg = from_ups(pole, easting_m, northing_m)
    if abs(lat_deg) < (UTM_NORTH_DEG if pole == "north" else -UTM_SOUTH_DEG) - SLACK_DEG:
        refuse("coordinate-ups-outside", "The point is not in the polar area", text)
    if (letter in {"A", "Y"} and easting_m >= POLE_M) or (letter in {"B", "Z"} and easting_m < POLE_M):
        refuse("coordinate-ups-outside", f"The easting does not lie in the half {letter}", text)
    precision_mm = _last_digit_mm(match[2], match[3])
    return position_of(to_ndeg(lat_deg, lon_deg), text, CoordinateFormat.UPS, precision_mm)


def format_utm(position: Position) -> str:
    """Write UTM, or UPS near the poles, as whole metres or finer where the precision asks for it.

    The hemisphere is a word, because a letter could be a band.
    """
    lat_ndeg, lon_ndeg = position.lat_ndeg, position.lon_ndeg
    digits = next((n for n in range(3) if 11 * precision_of_mm(position) >= 10 * 10 ** (3 - n)), 3)
    if band_of(lat_ndeg) is None:
        pole: Pole = "north" if lat_ndeg > 0 else "south"
        easting_m, northing_m = to_ups(pole, lat_ndeg, lon_ndeg)
        return f"UPS {pole} {easting_m:.{digits}f} {northing_m:.{digits}f}"
    zone = zone_of(lat_ndeg, lon_ndeg)
    easting_m, northing_m = to_utm(zone, lat_ndeg, lon_ndeg)
    if lat_ndeg < 0:
        return f"{zone} south {easting_m:.{digits}f} {northing_m + SOUTH_M:.{digits}f}"
    return f"{zone} north {easting_m:.{digits}f} {northing_m:.{digits}f}"
