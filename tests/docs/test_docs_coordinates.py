"""The page on coordinates: every example is read as its row says, every warning is in its table."""

import re
from pathlib import Path

from parley.geo.entry_warnings import EntryCode
from parley.geo.gazetteer import read_position
from parley.words.codes import CoordinateFormat as Format

PAGE = (Path(__file__).parents[2] / "docs" / "coordinates.md").read_text("utf-8")
ROWS = {
    "decimal degrees": Format.DECIMAL,
    "degrees, minutes": Format.DM,
    "degrees, minutes, seconds": Format.DMS,
    "MGRS, polar areas too": Format.MGRS,
    "UTM": Format.UTM,
    "UPS": Format.UPS,
    "GARS": Format.GARS,
    "GEOREF": Format.GEOREF,
    "place": Format.PLACE,
}


def test_every_example_is_read_in_its_format() -> None:
    for row, form in ROWS.items():
        (examples,) = re.findall(rf"^\| {re.escape(row)} \| (.*?) \|", PAGE, re.MULTILINE)
        found = re.findall("`([^`]+)`", examples)
        assert found, row
        for text in found:
            entered = read_position(text).entered
            assert entered is not None
            assert entered.format is form, text


def test_every_warning_stands_in_the_table() -> None:
    told = {
        name
        for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)
        for name in re.findall("`(.*?)`", row)
    }
    assert {code.value for code in EntryCode} <= told
