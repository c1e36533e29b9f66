"""What every reader of coordinates shares: tidy text, refusals by name, and a position from angles.

A reader gets the tidy text and the text as typed, and answers a position, null when the text is not in
its form, or a refusal when it is in its form and cannot be right.
"""

import re
import unicodedata
from typing import Final, NoReturn

from parley.words.codes import CoordinateFormat
from parley.words.errors import InputError
from parley.words.volume import Entered, Position

NDEG: Final = 1_000_000_000
TEXT_MAX: Final = 80
DEGREE_MM: Final = 111_320_000
"""Length of a degree of a great circle, millimetres, rounded: 1/360 of the equator (NGA.STND.0036)."""
PLOTTED_MM: Final = 1_113
"""The precision with which a plotted position is written: five decimals of a degree."""
SHOWN_MAX: Final = 40
_DO: Final = (
    "Write latitude first, as 33.5N 38.6167E, 33 30.5 N 38 37.0 E or 33 30 00 N 38 37 00 E; "
    "or MGRS, UTM, UPS, GARS or GEOREF."
)
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that cannot be seen, or that turn the direction of what stands beside them."""
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})
_SAME: Final = str.maketrans(
    {
        "\u00ba": "\u00b0",  # ordinal sign: degree
        "\u02da": "\u00b0",  # ring: degree
        "\u2032": "'",  # prime
        "\u2019": "'",  # quotation mark
        "\u2033": '"',  # double prime
        "\u201d": '"',  # double quotation mark
        "\u2212": "-",  # minus sign
        "\u00a0": " ",  # no-break space
    }
)


def refuse(name: str, what: str, text: str, do: str = _DO) -> NoReturn:
    """Refuse a text.

    Raises:
        InputError: always, under `name`.
    """
    raise InputError(name, what, where=shown(text), do=do)


def shown(text: str) -> str:
    """The beginning of a text without what cannot be seen, to stand in an error."""
    start = text if len(text) <= TEXT_MAX else text[:SHOWN_MAX] + "…"
    return "".join("\ufffd" if unicodedata.category(each) in _HIDDEN else each for each in start)


def check_harmless(text: str) -> None:
    """Refuse a text that is too long, or that hides something from whoever reads it.

    Raises:
        InputError: `coordinate-too-long`, `coordinate-hidden-characters`.
    """
    if len(text) > TEXT_MAX:
        refuse("coordinate-too-long", f"The coordinate is longer than {TEXT_MAX} characters", text)
    if any(unicodedata.category(each) in _HIDDEN for each in text):
        what = "The coordinate holds characters that cannot be seen or that turn the direction of writing"
        refuse("coordinate-hidden-characters", what, text, "Type it again by hand.")


def check_script(text: str) -> None:
    """Refuse digits and letters that are not the ones of the readers.

    Raises:
        InputError: `coordinate-other-digits`, `coordinate-other-script`.
    """
    if any(each.isnumeric() and not each.isascii() for each in text):
        what = "The coordinate holds digits of another script, or digits that only look alike"
        refuse("coordinate-other-digits", what, text, "Type the digits 0 to 9.")
    if any(unicodedata.bidirectional(each) in _RIGHT_TO_LEFT for each in text):
        what = "The coordinate holds letters that run from right to left, so its order is uncertain"
        refuse("coordinate-other-script", what, text)


def tidy_text(text: str) -> str:
    """The text in capitals, with one sign for each meaning and single spaces.

    Letters that are not ASCII stay as they are: the capital of some of them is an ASCII letter.
    """
    same = text.translate(_SAME).replace("''", '"')
    return re.sub(" +", " ", same).strip().upper() if same.replace("°", "").isascii() else same.strip()


def divide(value: int, by: int) -> int:
    """Divide a value that is not negative, rounding to nearest, halves up."""
    return (2 * value + by) // (2 * by)


def position_of(
    angles_ndeg: tuple[int, int], text: str, form: CoordinateFormat, precision_mm: int
) -> Position:
    """The position of a latitude and a longitude, with what was typed."""
    entered = Entered(text=text, format=form, precision_mm=precision_mm)
    return Position(lat_ndeg=angles_ndeg[0], lon_ndeg=angles_ndeg[1], entered=entered)


def to_ndeg(lat_deg: float, lon_deg: float) -> tuple[int, int]:
    """Degrees to the nearest nanodegrees; the longitude from -180 up to, and without, 180."""
    lon_ndeg = (round(lon_deg * NDEG) + 180 * NDEG) % (360 * NDEG) - 180 * NDEG
    return max(-90 * NDEG, min(90 * NDEG, round(lat_deg * NDEG))), lon_ndeg


def precision_of_mm(position: Position) -> int:
    """How precisely a position is known, millimetres; a plotted one is written to the metre."""
    entered = position.entered
    if entered is None or entered.format is CoordinateFormat.PLOTTED:
        return PLOTTED_MM
    return max(1, entered.precision_mm)


def keeps(position: Position, step_mm: float) -> bool:
    """Whether steps of this size keep a position's precision; a tenth is allowed for rounding."""
    return 11 * precision_of_mm(position) >= 10 * step_mm
