"""Typed coordinates: read exactly, or refused by name."""

import pytest

from parley.geo.angles import format_decimal, format_dms
from parley.geo.coordinate import read_coordinate
from parley.words.codes import CoordinateFormat
from parley.words.errors import InputError
from parley.words.volume import Position

DECIMAL, DM, DMS = CoordinateFormat.DECIMAL, CoordinateFormat.DM, CoordinateFormat.DMS


@pytest.mark.parametrize(
    ("text", "lat_ndeg", "lon_ndeg", "form", "precision_mm"),
    [
        ("33.5 38.6167", 33_500_000_000, 38_616_700_000, DECIMAL, 11_132_000),
        ("33.5000N, 38.6167E", 33_500_000_000, 38_616_700_000, DECIMAL, 11_132),
        ("-12.2500, -77.5000", -12_250_000_000, -77_500_000_000, DECIMAL, 11_132),
        ("33, 38", 33_000_000_000, 38_000_000_000, DECIMAL, 111_320_000),
        ("12.25S77.50W", -12_250_000_000, -77_500_000_000, DECIMAL, 1_113_200),
        ("33°30'00\"N 038°37'00\"E", 33_500_000_000, 38_616_666_667, DMS, 30_922),
        ("33°30\u203200\u2033N 038°37\u203200\u2033E", 33_500_000_000, 38_616_666_667, DMS, 30_922),
        ("33 30 00 N 38 37 00 E", 33_500_000_000, 38_616_666_667, DMS, 30_922),
        ("33 30 00.5 s 38 37 00.5 w", -33_500_138_889, -38_616_805_556, DMS, 3_092),
        ("33°30.5'N 038°37.0'E", 33_508_333_333, 38_616_666_667, DM, 185_533),
        ("33 30N 38 37E", 33_500_000_000, 38_616_666_667, DM, 1_855_333),
        ("90N 180W", 90_000_000_000, -180_000_000_000, DECIMAL, 111_320_000),
        ("0.123456789N 0.000000001E", 123_456_789, 1, DECIMAL, 0),
    ],
)
def test_read(text: str, lat_ndeg: int, lon_ndeg: int, form: CoordinateFormat, precision_mm: int) -> None:
    found = read_coordinate(text)
    assert (found.lat_ndeg, found.lon_ndeg) == (lat_ndeg, lon_ndeg)
    assert found.entered is not None
    assert (found.entered.text, found.entered.format) == (text, form)
    assert found.entered.precision_mm == precision_mm


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("coordinate-unreadable", ""),
        ("coordinate-unreadable", "33"),
        ("coordinate-unreadable", "south of Tanf"),
        ("coordinate-unreadable", "3330N 03837E"),
        ("coordinate-unreadable", "33 30 38 37"),
        ("coordinate-unreadable", "-33.5S 38.5E"),
        ("coordinate-unreadable", "33.5.2 38.1"),
        ("coordinate-unreadable", "33.5 30 N 38.5 30 E"),
        ("coordinate-unreadable", "120-42E.00"),
        ("coordinate-other-digits", "\u0663\u0663.\u0665 \u0663\u0668.\u0665"),
        ("coordinate-unreadable", "1e1 2.0"),
        ("coordinate-too-long", "33.5N 38.6E" + " " * 80),
        ("coordinate-too-long", "9" * 1_000_000),
        ("coordinate-other-digits", "\uff13\uff13.5N 38.6E"),
        ("coordinate-other-digits", "33\u00b2 30 N 38 37 E"),
        ("coordinate-other-script", "33.5 \u0634 38.6 \u0642"),
        ("coordinate-hidden-characters", "33.5N\u202e 38.6E"),
        ("coordinate-hidden-characters", "33.5N\u200b 38.6E"),
        ("coordinate-hidden-characters", "33.5N\n38.6E"),
        ("coordinate-hidden-characters", "33.5N\x0038.6E"),
        ("coordinate-hidden-characters", "33.5N\ud800 38.6E"),
        ("coordinate-unreadable", "33.5\u017f 38.6E"),
        ("coordinate-unreadable", "\u0131 33.5N 38.6E"),
        ("coordinate-ambiguous", "33 30"),
        ("coordinate-decimal-comma", "33,5"),
        ("coordinate-decimal-comma", "33,5 38,6"),
        ("coordinate-longitude-first", "38.6E 33.5N"),
        ("coordinate-mixed-formats", "33.5N 38 30 E"),
        ("coordinate-out-of-range", "91.0 20.0"),
        ("coordinate-out-of-range", "20.0 180.1"),
        ("coordinate-out-of-range", "33 60 00 N 38 37 00 E"),
        ("coordinate-out-of-range", "90 00 01 N 38 37 00 E"),
    ],
)
def test_refused(name: str, text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_coordinate(text)
    assert caught.value.name == name
    assert caught.value.do


@pytest.mark.parametrize(
    ("text", "decimal", "dms"),
    [
        ("33.5000N 38.6167E", "33.5000N 38.6167E", "33°30'00.0\"N 038°37'00.1\"E"),
        ("33 30 00 N 38 37 00 E", "33.5000N 38.6167E", "33°30'00\"N 038°37'00\"E"),
        ("12 15 S 77 30 W", "12.25S 77.50W", "12°15'S 077°30'W"),
        ("33, 38", "33N 38E", "33°N 038°E"),
        ("33 59 59.9 N 38 59 59.9 E", "33.99997N 38.99997E", "33°59'59.9\"N 038°59'59.9\"E"),
    ],
)
def test_written_back_with_the_digits_that_its_precision_carries(text: str, decimal: str, dms: str) -> None:
    found = read_coordinate(text)
    assert format_decimal(found) == decimal
    assert format_dms(found) == dms
    again = read_coordinate(format_dms(found))
    assert abs(again.lat_ndeg - found.lat_ndeg) * 0.11132 <= 2_000 + (
        found.entered.precision_mm if found.entered else 0
    )


def test_a_plotted_position_is_written_to_the_metre() -> None:
    assert format_decimal(Position(lat_ndeg=-1_234_567_891, lon_ndeg=0)) == "1.23457S 0.00000E"
