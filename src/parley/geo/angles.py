"""Decimal degrees, degrees and minutes, degrees, minutes and seconds: read and written.

Latitude comes first, always. Accepted, with a hemisphere letter after each half, or (decimal degrees
only) a sign instead of letters:

| form | example |
|---|---|
| decimal degrees | 33.5 38.6167 · 33.5N, 38.6167E · -12.25 -77.5 |
| degrees, minutes | 33°30.5'N 038°37.0'E · 33 30.5 N 38 37.0 E |
| degrees, minutes, seconds | 33°30'00"N 038°37'00"E · 33 30 00 N 38 37 00 E |

Only the last number may have decimals; a full stop is the decimal sign. The precision is the size on
the ground, north to south, of the last digit typed; where the two halves differ, the coarser counts.
"""

import re
from typing import Final, NoReturn

from msgspec import Struct

from parley.geo.typed import DEGREE_MM, NDEG, divide, keeps, position_of, refuse
from parley.words.codes import CoordinateFormat
from parley.words.volume import Position

_SIXTY: Final = 60
_DECIMALS_MAX: Final = 9

_SEPARATOR = r"\s*[,;/]\s*|\s+"
_DIGITS = r"(\d{1,3})(?:\.(\d{1,9}))?"
_SIGNED: Final = re.compile(rf"([+-]?){_DIGITS}(?:{_SEPARATOR})([+-]?){_DIGITS}", re.ASCII)
_HALF: Final = (
    r"(\d{{1,3}})(?:\.(\d{{1,9}}))?\s*°?"
    r"(?:(?:(?<=°)|(?<=\s))\s*(\d{{1,2}})(?:\.(\d{{1,9}}))?\s*'?"
    r"(?:(?:(?<=')|(?<=\s))\s*(\d{{1,2}})(?:\.(\d{{1,9}}))?\s*\"?)?)?"
    r"\s*([{letters}])"
)
_LETTERED: Final = re.compile(
    _HALF.format(letters="NS") + r"(?:\s*[,;/]\s*|\s*)" + _HALF.format(letters="EW"), re.ASCII
)


class _Half(Struct, frozen=True):
    """One angle read: nanodegrees, its form, and its last digit in billionths of a degree."""

    ndeg: int
    form: CoordinateFormat
    digit_ndeg: float


def read_angles(tidy: str, text: str) -> Position | None:
    """Read two angles.

    Args:
        tidy: as `typed.tidy_text` gives it.
        text: as typed.

    Returns:
        The position, or null when the text is in none of these forms.

    Raises:
        InputError: `coordinate-out-of-range`, `coordinate-decimal-comma`, `coordinate-ambiguous`,
            `coordinate-mixed-formats`, `coordinate-unreadable`.
    """
    signed = _SIGNED.fullmatch(tidy)
    lettered = _LETTERED.fullmatch(tidy) if signed is None else None
    if signed is not None:
        _be_certain(tidy, text)
        lat, lon = _read_signed(signed)
    elif lettered is not None:
        groups = lettered.groups()
        lat, lon = _read_half(groups[:7], text), _read_half(groups[7:], text)
    else:
        return None
    if lat.form is not lon.form:
        refuse("coordinate-mixed-formats", "Latitude and longitude are written in different forms", text)
    if abs(lat.ndeg) > 90 * NDEG:
        refuse("coordinate-out-of-range", "The latitude is beyond 90 degrees; latitude comes first", text)
    if abs(lon.ndeg) > 180 * NDEG:
        refuse("coordinate-out-of-range", "The longitude is beyond 180 degrees", text)
    precision_mm = round(max(lat.digit_ndeg, lon.digit_ndeg) * DEGREE_MM / NDEG)
    return position_of((lat.ndeg, lon.ndeg), text, lat.form, precision_mm)


def _be_certain(tidy: str, text: str) -> None:
    """Two numbers without letters: refuse those that could mean something else."""
    if re.search(r"\d,\d", tidy) and tidy.count(".") < 2:  # noqa: PLR2004 - a full stop in each half
        refuse("coordinate-decimal-comma", "A comma between digits may be a decimal sign", text)
    if re.fullmatch(r"\d+\s+\d+", tidy):
        what = "Two whole numbers may be the degrees and minutes of one angle"
        refuse("coordinate-ambiguous", what, text)


def _read_signed(match: re.Match[str]) -> tuple[_Half, _Half]:
    halves = []
    for sign, whole, part in (match.group(1, 2, 3), match.group(4, 5, 6)):
        ndeg = int(whole) * NDEG + _billionths(part)
        halves.append(_Half(-ndeg if sign == "-" else ndeg, CoordinateFormat.DECIMAL, _last_digit(part)))
    return halves[0], halves[1]


def _read_half(groups: tuple[str | None, ...], text: str) -> _Half:
    """One lettered half: (degrees, part, minutes, part, seconds, part, letter)."""
    degrees, degree_part, minutes, minute_part, seconds, second_part, letter = groups
    if (minutes and degree_part) or (seconds and minute_part):
        refuse("coordinate-unreadable", "Only the last number of each half may have decimals", text)
    if int(minutes or 0) >= _SIXTY or int(seconds or 0) >= _SIXTY:
        refuse("coordinate-out-of-range", "Minutes and seconds stay below 60", text)
    if seconds:
        form, part, scale = CoordinateFormat.DMS, second_part, 3600
    elif minutes:
        form, part, scale = CoordinateFormat.DM, minute_part, 60
    else:
        form, part, scale = CoordinateFormat.DECIMAL, degree_part, 1
    units = int(degrees or 0) * scale
    units += int(minutes or 0) * (scale // 60) + int(seconds or 0)
    ndeg = divide(units * NDEG + _billionths(part), scale)
    return _Half(-ndeg if letter in {"S", "W"} else ndeg, form, _last_digit(part) / scale)


def _billionths(part: str | None) -> int:
    return int((part or "").ljust(_DECIMALS_MAX, "0"))


def _last_digit(part: str | None) -> float:
    return NDEG / float(10 ** len(part or ""))


def explain(tidy: str, text: str) -> NoReturn:
    """Refuse a text that no reader takes, with the most helpful reason.

    Raises:
        InputError: `coordinate-longitude-first`, `coordinate-decimal-comma`, `coordinate-unreadable`.
    """
    letters = re.sub(r"[^NSEW]", "", tidy)
    if re.fullmatch(r"[EW][NS]", letters) and re.search(r"\d", tidy):
        refuse("coordinate-longitude-first", "The longitude stands first", text)
    if re.search(r"\d,\d", tidy):
        refuse("coordinate-decimal-comma", "A comma between digits may be a decimal sign", text)
    refuse("coordinate-unreadable", "The coordinate is in none of the forms that are read", text)


def format_decimal(position: Position) -> str:
    """Write decimal degrees with letters: the fewest digits that keep the precision, and no more.

    A position without `entered` (plotted) is written to the metre: five decimals.
    """
    digits = _decimals(position, 1)
    lat = _decimal(abs(position.lat_ndeg), digits)
    lon = _decimal(abs(position.lon_ndeg), digits)
    return f"{lat}{_north(position)} {lon}{_east(position)}"


def format_dm(position: Position) -> str:
    """Write degrees and minutes: the fewest digits that keep the precision, and no more."""
    parts = 1 if keeps(position, DEGREE_MM) else 2
    digits = 0 if parts == 1 else _decimals(position, _SIXTY)
    return _written(position, parts, digits)


def format_dms(position: Position) -> str:
    """Write degrees, minutes and seconds: the fewest digits that keep the precision, and no more.

    A position known to a minute at best is written without seconds, to a degree without minutes.
    """
    if keeps(position, DEGREE_MM):
        parts, digits = 1, 0
    elif keeps(position, DEGREE_MM / _SIXTY):
        parts, digits = 2, 0
    else:
        parts, digits = 3, _decimals(position, _SIXTY * _SIXTY)
    return _written(position, parts, digits)


def _written(position: Position, parts: int, digits: int) -> str:
    lat = _sexagesimal(abs(position.lat_ndeg), parts, digits, 2)
    lon = _sexagesimal(abs(position.lon_ndeg), parts, digits, 3)
    return f"{lat}{_north(position)} {lon}{_east(position)}"


def _decimals(position: Position, scale: int) -> int:
    """The fewest decimals of 1/`scale` degree that keep the precision."""
    enough = (digits for digits in range(_DECIMALS_MAX) if keeps(position, DEGREE_MM / scale / 10**digits))
    return next(enough, _DECIMALS_MAX)


def _decimal(ndeg: int, digits: int) -> str:
    units = divide(ndeg, 10 ** (_DECIMALS_MAX - digits))
    whole, part = divmod(units, 10**digits)
    return f"{whole}.{part:0{digits}d}" if digits else str(whole)


def _sexagesimal(ndeg: int, parts: int, digits: int, width: int) -> str:
    scale: int = _SIXTY ** (parts - 1)
    units = divide(ndeg * scale * 10**digits, NDEG)
    units, part = divmod(units, 10**digits)
    last = f".{part:0{digits}d}" if digits else ""
    if parts == 1:
        return f"{units:0{width}d}{last}°"
    units, minutes_or_seconds = divmod(units, _SIXTY)
    if parts == 2:  # noqa: PLR2004 - degrees and minutes
        return f"{units:0{width}d}°{minutes_or_seconds:02d}{last}'"
    degrees, minutes = divmod(units, _SIXTY)
    return f"{degrees:0{width}d}°{minutes:02d}'{minutes_or_seconds:02d}{last}\""


def _north(position: Position) -> str:
    return "S" if position.lat_ndeg < 0 else "N"


def _east(position: Position) -> str:
    return "W" if position.lon_ndeg < 0 else "E"
