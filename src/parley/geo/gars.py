"""GARS: the Global Area Reference System, read and written. Source: NGA.SIG.0012 (2014), chapter 5.

A reference names a cell of 30, 15 or 5 minutes: "435LT", "435LT3", "435LT36". Three digits are the column
from 180 west, two letters the row from the south pole, then a quadrant (1 north-west, 2 north-east, 3
south-west, 4 south-east) and a key of nine, laid out as on a telephone. The point is the cell's
south-west corner, the precision its height on the ground.
"""

import re
from typing import Final

from parley.geo.typed import DEGREE_MM, NDEG, keeps, position_of, refuse
from parley.words.codes import CoordinateFormat
from parley.words.volume import Position

_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_COLUMNS: Final = 720
_ROWS: Final = 360
_PARTS: Final = 12
"""Steps of five minutes in a degree; six in a cell of 30 minutes."""
_FORM: Final = re.compile(r"(?:GARS ?:? ?)?(\d{3}) ?([A-Z]{2}) ?(?:(\d)(\d)?)?", re.ASCII)


def read_gars(tidy: str, text: str) -> Position | None:
    """Read a reference; null when the text is not in its form.

    Raises:
        InputError: `coordinate-gars-cell`.
    """
    match = _FORM.fullmatch(tidy)
    if match is None:
        return None
    column, upper, lower = int(match[1]), match[2][0], match[2][1]
    row = _LETTERS.find(upper) * len(_LETTERS) + _LETTERS.find(lower)
    known = upper in _LETTERS and lower in _LETTERS and row < _ROWS
    if not 1 <= column <= _COLUMNS or not known:
        what = "GARS columns run from 001 to 720, rows from AA to QZ without I and O"
        refuse("coordinate-gars-cell", what, text)
    lat, lon, size = 6 * row, 6 * (column - 1), 6
    if match[3]:
        if not 1 <= int(match[3]) <= 4:  # noqa: PLR2004 - quadrants
            refuse("coordinate-gars-cell", "A GARS quadrant is 1 to 4", text)
        down, right = divmod(int(match[3]) - 1, 2)
        lat, lon, size = lat + 3 * (1 - down), lon + 3 * right, 3
    if match[4]:
        if match[4] == "0":
            refuse("coordinate-gars-cell", "A GARS key is 1 to 9", text)
        down, right = divmod(int(match[4]) - 1, 3)
        lat, lon, size = lat + 2 - down, lon + right, 1
    angles = (_ndeg(lat) - 90 * NDEG, _ndeg(lon) - 180 * NDEG)
    return position_of(angles, text, CoordinateFormat.GARS, round(size * DEGREE_MM / _PARTS))


def _ndeg(steps: int) -> int:
    """Steps of five minutes as nanodegrees, rounded up, so that the corner lies in its own cell."""
    return -(-steps * NDEG // _PARTS)


def format_gars(position: Position) -> str:
    """Write the cell that holds a position: the largest that keeps its precision, else of 5 minutes."""
    lat = min((position.lat_ndeg + 90 * NDEG) * _PARTS // NDEG, 180 * _PARTS - 1)
    lon = (position.lon_ndeg + 180 * NDEG) * _PARTS // NDEG % (360 * _PARTS)
    row, column = lat // 6, lon // 6 + 1
    text = f"{column:03d}{_LETTERS[row // len(_LETTERS)]}{_LETTERS[row % len(_LETTERS)]}"
    if keeps(position, DEGREE_MM / 2):
        return text
    down, right = 1 - lat % 6 // 3, lon % 6 // 3
    text += str(2 * down + right + 1)
    if keeps(position, DEGREE_MM / 4):
        return text
    return text + str(3 * (2 - lat % 3) + lon % 3 + 1)
