"""MGRS: the military grid reference system on WGS 84, read and written, the polar areas included.

Source: NGA.SIG.0012, "Universal Grids and Grid Reference Systems" (2014), chapter 3. A reference names a
square cell, 10 km to 1 m wide; its point is the south-west corner in the grid, as GEOTRANS gives it,
and its precision the cell's size. Near a zone's edge that corner may lie in the next zone.

| digits | cell | example |
|---|---|---|
| 2, 4, 6 | 10 km, 1 km, 100 m | 37S FS 1 5 · 37SFS1752 · 37S FS 172 520 |
| 8, 10 | 10 m, 1 m | 37SFS 1721 5202 · ZAH 00000 00000 |

Refused: an odd number of digits, a square alone (100 km), a square that its zone and band do not hold.
"""

import re
from typing import Final

from msgspec import Struct

from parley.geo.typed import keeps, position_of, refuse, tidy_text, to_ndeg
from parley.geo.utm import (
    BANDS,
    POLE_M,
    UTM_NORTH_DEG,
    UTM_SOUTH_DEG,
    Pole,
    band_of,
    band_span_deg,
    from_ups,
    from_utm,
    to_ups,
    to_utm,
    zone_of,
    zone_span_deg,
)
from parley.words.codes import CoordinateFormat
from parley.words.volume import Position

_SQUARE_M: Final = 100_000
_ROWS: Final = "ABCDEFGHJKLMNPQRSTUV"
_ROWS_M: Final = len(_ROWS) * _SQUARE_M
"""After 2,000 km the row letters begin again."""
_COLUMNS: Final = ("STUVWXYZ", "ABCDEFGH", "JKLMNPQR")
"""Column letters from easting 100,000 m, by zone modulo 3."""
_EVEN_ZONE: Final = 5
"""In even zones the rows begin five letters later."""
_DIGITS_MAX: Final = 5
_NUDGE_M: Final = 0.0003
"""A point this little short of a grid line stands on it: angles are kept in whole nanodegrees, 0.1 mm."""
_METRES_A_DEGREE: Final = 111_000
_SLIVER: Final = 0.002
"""A cell's side bends by less than this share of its length, so a zone may cut into it unseen."""
_FORM: Final = re.compile(
    r"(?:MGRS ?:? ?)?(?:(\d{1,2}) ?([A-Z])|([ABYZ])) ?([A-Z]) ?([A-Z]) ?((?:\d+(?: \d+)?)?)", re.ASCII
)


class _Polar(Struct, frozen=True):
    """One of the four polar areas: its letters, and where they begin."""

    pole: Pole
    columns: str
    rows: str
    west_m: int
    south_m: int


_POLAR: Final = {
    "A": _Polar("south", "JKLPQRSTUXYZ", "ABCDEFGHJKLMNPQRSTUVWXYZ", 800_000, 800_000),
    "B": _Polar("south", "ABCFGHJKLPQR", "ABCDEFGHJKLMNPQRSTUVWXYZ", POLE_M, 800_000),
    "Y": _Polar("north", "RSTUXYZ", "ABCDEFGHJKLMNP", 1_300_000, 1_300_000),
    "Z": _Polar("north", "ABCFGHJ", "ABCDEFGHJKLMNP", POLE_M, 1_300_000),
}


class _Cell(Struct, frozen=True):
    """A cell of the grid: its area ("37S" or "Z"), square, corner in whole metres of its grid, size."""

    area: str
    square: str
    easting_m: int
    northing_m: int
    size_m: int

    @property
    def text(self) -> str:
        """The reference as it is written: without spaces, the zone with two digits."""
        digits = _DIGITS_MAX - len(str(self.size_m)) + 1
        if not digits:
            return self.area + self.square
        east, north = (value % _SQUARE_M // self.size_m for value in (self.easting_m, self.northing_m))
        return f"{self.area}{self.square}{east:0{digits}d}{north:0{digits}d}"


def read_mgrs(tidy: str, text: str) -> Position | None:
    """Read a reference; null when the text is not in its form.

    Raises:
        InputError: `coordinate-mgrs-digits`, `coordinate-mgrs-no-digits`, `coordinate-mgrs-zone`,
            `coordinate-mgrs-square`.
    """
    match = _FORM.fullmatch(tidy)
    if match is None:
        return None
    zone, band, polar, column, row, digits = match.groups()
    offsets = _offsets(digits, text)
    if polar:
        cell = _polar_cell(polar, column + row, offsets, text)
        angles = from_ups(_POLAR[polar].pole, cell.easting_m, cell.northing_m)
    else:
        cell = _utm_cell(int(zone), band, column + row, offsets, text)
        angles = from_utm(int(zone), cell.easting_m, cell.northing_m)
    return position_of(to_ndeg(*angles), text, CoordinateFormat.MGRS, cell.size_m * 1_000)


def _offsets(digits: str, text: str) -> tuple[int, int, int]:
    """Easting and northing inside the square, and the cell's size, metres."""
    first, _, second = digits.partition(" ")
    if not digits:
        do = "Add the digits: 37SFS alone is a square of 100 km."
        refuse("coordinate-mgrs-no-digits", "The reference names no more than a 100 km square", text, do)
    if not second:
        half = len(first) // 2
        first, second = first[:half], first[half:]
    if len(first) != len(second) or len(first) > _DIGITS_MAX:
        do = "Give as many digits for the easting as for the northing, five at the most."
        refuse("coordinate-mgrs-digits", "The digits do not fall into two equal halves", text, do)
    size_m = int(10 ** (_DIGITS_MAX - len(first)))
    return int(first) * size_m, int(second) * size_m, size_m


def _polar_cell(letter: str, square: str, offsets_m: tuple[int, int, int], text: str) -> _Cell:
    area = _POLAR[letter]
    if square[0] not in area.columns or square[1] not in area.rows:
        refuse("coordinate-mgrs-square", f"There is no square {square} in the polar area {letter}", text)
    easting_m = area.west_m + area.columns.index(square[0]) * _SQUARE_M + offsets_m[0]
    northing_m = area.south_m + area.rows.index(square[1]) * _SQUARE_M + offsets_m[1]
    size_m = offsets_m[2]
    nearest_m = [min(max(POLE_M, low_m), low_m + size_m) for low_m in (easting_m, northing_m)]
    lat_deg, _ = from_ups(area.pole, *nearest_m)
    if abs(lat_deg) < (UTM_NORTH_DEG if area.pole == "north" else -UTM_SOUTH_DEG):
        refuse("coordinate-mgrs-square", "The cell lies outside the polar area", text)
    return _Cell(area=letter, square=square, easting_m=easting_m, northing_m=northing_m, size_m=size_m)


def _utm_cell(zone: int, band: str, square: str, offsets_m: tuple[int, int, int], text: str) -> _Cell:
    if band not in BANDS or not 1 <= zone <= 60 or zone_span_deg(zone, band) is None:  # noqa: PLR2004
        refuse("coordinate-mgrs-zone", f"There is no grid zone {zone}{band}", text)
    columns = _COLUMNS[zone % 3]
    if square[0] not in columns or square[1] not in _ROWS:
        refuse("coordinate-mgrs-square", f"There is no square {square} in zone {zone}", text)
    easting_m = (columns.index(square[0]) + 1) * _SQUARE_M + offsets_m[0]
    start = _EVEN_ZONE if zone % 2 == 0 else 0
    row_m = (_ROWS.index(square[1]) - start) % len(_ROWS) * _SQUARE_M + offsets_m[1]
    south_deg, north_deg = band_span_deg(band)
    middle_m = (south_deg + north_deg) / 2 * _METRES_A_DEGREE
    northing_m = row_m + round((middle_m - row_m) / _ROWS_M) * _ROWS_M
    cell = _Cell(
        area=f"{zone:02d}{band}",
        square=square,
        easting_m=easting_m,
        northing_m=northing_m,
        size_m=offsets_m[2],
    )
    if not _meets_zone(cell, zone, band):
        refuse("coordinate-mgrs-square", f"The cell lies outside the grid zone {zone}{band}", text)
    return cell


def _meets_zone(cell: _Cell, zone: int, band: str) -> bool:
    """Whether any part of a cell lies in its grid zone."""
    span_deg = zone_span_deg(zone, band)
    if span_deg is None:
        return False
    ends = (0, cell.size_m)
    corners = [from_utm(zone, cell.easting_m + e, cell.northing_m + n) for e in ends for n in ends]
    lats_deg = [lat_deg for lat_deg, _ in corners]
    middle_deg = (span_deg[0] + span_deg[1]) / 2
    offs_deg = [(lon_deg - middle_deg + 180) % 360 - 180 for _, lon_deg in corners]
    lat_slack_deg = _SLIVER * (max(lats_deg) - min(lats_deg))
    lon_slack_deg = _SLIVER * (max(offs_deg) - min(offs_deg))
    south_deg, north_deg = band_span_deg(band)
    half_deg = (span_deg[1] - span_deg[0]) / 2
    return (
        min(lats_deg) - lat_slack_deg < north_deg
        and max(lats_deg) + lat_slack_deg >= south_deg
        and min(offs_deg) - lon_slack_deg < half_deg
        and max(offs_deg) + lon_slack_deg >= -half_deg
    )


def format_mgrs(position: Position) -> str:
    """Write the cell that holds a position: the largest that keeps its precision, 100 km to 1 m.

    A position that was entered as a reference keeps that reference, so that a corner which rounding
    or a zone's edge puts into the next cell is not renamed.
    """
    entered = position.entered
    if entered is not None and entered.format is CoordinateFormat.MGRS:
        tidy = tidy_text(entered.text)
        match, again = _FORM.fullmatch(tidy), read_mgrs(tidy, entered.text)
        same = again is not None and (again.lat_ndeg, again.lon_ndeg) == (
            position.lat_ndeg,
            position.lon_ndeg,
        )
        if match is not None and same:
            zone, band, polar, column, row, digits = match.groups()
            area = polar or f"{int(zone):02d}{band}"
            return area + column + row + digits.replace(" ", "")
    size_m = next((10**n for n in range(5, 0, -1) if keeps(position, 10**n * 1_000)), 1)
    return mgrs_cell(position.lat_ndeg, position.lon_ndeg, size_m)


def mgrs_cell(lat_ndeg: int, lon_ndeg: int, size_m: int) -> str:
    """The reference of the cell of `size_m` (1, 10 ... 100,000) that holds a point."""
    band = band_of(lat_ndeg)
    if band is None:
        return _polar_text(lat_ndeg, lon_ndeg, size_m)
    zone = zone_of(lat_ndeg, lon_ndeg)
    easting_m, northing_m = (_floor(value_m, size_m) for value_m in to_utm(zone, lat_ndeg, lon_ndeg))
    start = _EVEN_ZONE if zone % 2 == 0 else 0
    column = _COLUMNS[zone % 3][easting_m // _SQUARE_M - 1]
    row = _ROWS[(northing_m // _SQUARE_M + start) % len(_ROWS)]
    area = f"{zone:02d}{band}"
    return _Cell(
        area=area, square=column + row, easting_m=easting_m, northing_m=northing_m, size_m=size_m
    ).text


def _polar_text(lat_ndeg: int, lon_ndeg: int, size_m: int) -> str:
    pole: Pole = "north" if lat_ndeg > 0 else "south"
    easting_m, northing_m = (_floor(value_m, size_m) for value_m in to_ups(pole, lat_ndeg, lon_ndeg))
    letter = ("AB" if pole == "south" else "YZ")[easting_m >= POLE_M]
    area = _POLAR[letter]
    column = area.columns[(easting_m - area.west_m) // _SQUARE_M]
    row = area.rows[(northing_m - area.south_m) // _SQUARE_M]
    return _Cell(
        area=letter, square=column + row, easting_m=easting_m, northing_m=northing_m, size_m=size_m
    ).text


def _floor(value_m: float, size_m: int) -> int:
    """The grid line at or below a value; one that rounding put a hair below a line stands on it."""
    return int((value_m + _NUDGE_M) // size_m) * size_m
