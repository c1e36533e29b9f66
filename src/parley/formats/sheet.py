"""The cells of one sheet of a workbook, read in one pass, without believing how large it says it is."""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from msgspec import Struct

from parley.formats.table import MAX_ROWS, too_many
from parley.formats.xml_gate import Progress, parse_xml
from parley.words.errors import InputError

MAX_COLUMNS: Final = 256
MAX_MERGED: Final = 10_000
_PLACE: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})", re.ASCII)
_PLAIN: Final = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?", re.ASCII)
"""A number that stands as a spreadsheet shows it."""
_RANGE: Final = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})", re.ASCII)
Cells = tuple[int, list[str], dict[int, str]]
"""Row number, texts by column, and marks: n number to be rounded, d date, f formula, e error."""


_NONE: Final[dict[int, str]] = {}


class Sheet(Struct, kw_only=True):
    """A sheet.

    Attributes:
        rows: those with something in them.
        merged: ranges: first row, first column, last row, last column; rows from 1, columns from 0.
        hidden: how many rows are hidden.
    """

    rows: list[Cells]
    merged: list[tuple[int, int, int, int]]
    hidden: int = 0


class _Reader:
    """Takes a sheet's elements as they come."""

    def __init__(self, strings: Sequence[str], dates: AbstractSet[int]) -> None:
        self.sheet = Sheet(rows=[], merged=[])
        self._strings, self._dates = strings, dates
        self._row = self._column = 0
        self._cells: list[str] = []
        self._marks: dict[int, str] = {}
        self._kind = self._style = ""
        self._parts: list[str] = []
        self._taking = self._formula = self._phonetic = False
        self._columns: dict[str, int] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take the start of an element."""
        if tag == "c":
            self._start_cell(attributes)
        elif tag in {"v", "t"}:
            self._taking = not self._phonetic
        elif tag == "f":
            self._formula = True
        elif tag == "row":
            self._start_row(attributes)
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        if tag in {"v", "t"}:
            self._taking = False
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            if any(self._cells) or self._marks:
                if len(self.sheet.rows) > MAX_ROWS:
                    raise too_many()
                self.sheet.rows.append((self._row, self._cells, self._marks or _NONE))
        elif tag == "rPh":
            self._phonetic = False

    def text(self, piece: str) -> None:
        """Take characters."""
        if self._taking:
            self._parts.append(piece)

    def _start_row(self, attributes: Mapping[str, str]) -> None:
        number = attributes.get("r", "")
        after = int(number) if number.isdecimal() and len(number) < 8 else self._row + 1  # noqa: PLR2004
        if after <= self._row:
            do = "Save it again."
            raise InputError(
                "xlsx-unreadable", "the sheet's rows are out of order", where=f"row {after}", do=do
            )
        self._row = after
        self._column, self._cells, self._marks = -1, [], {}
        self.sheet.hidden += attributes.get("hidden", "0") in {"1", "true"}

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        place = attributes.get("r")
        self._column = self._column + 1 if place is None else self._column_of(place)
        if self._column >= MAX_COLUMNS:
            what = f"there is something in column {self._column + 1:,}; at most {MAX_COLUMNS} are read"
            raise InputError(
                "sheet-too-large", what, where=f"row {self._row}", do="Delete what is not needed."
            )
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._parts, self._formula = [], False

    def _end_cell(self) -> None:
        text, k = "".join(self._parts), self._column
        if self._kind == "s":
            text = self._strings[int(text)] if text.isdecimal() and int(text) < len(self._strings) else ""
        elif self._kind == "b":
            text = "TRUE" if text == "1" else "FALSE"
        if not text and not self._formula:
            return
        while len(self._cells) <= k:
            self._cells.append("")
        self._cells[k] = text
        mark = "f" if self._formula else self._mark(text)
        if mark:
            self._marks[k] = mark

    def _mark(self, text: str) -> str:
        """Return what is to be known of a value; empty for a plain one."""
        if self._kind in {"d", "e"}:
            return self._kind
        if self._kind != "n":
            return ""
        if self._style.isdecimal() and int(self._style) in self._dates:
            return "d"
        return "" if _PLAIN.fullmatch(text) else "n"

    def _column_of(self, place: str) -> int:
        """Return the column of a cell, from 0."""
        match = _PLACE.fullmatch(place)
        if match is None:
            do = "Save it again."
            raise InputError(
                "xlsx-unreadable", "the sheet names a cell wrongly", where=ascii(place[:20]), do=do
            )
        return self._letters(match.group(1))

    def _letters(self, letters: str) -> int:
        if letters not in self._columns:
            number = 0
            for letter in letters:
                number = number * 26 + ord(letter) - 64
            self._columns[letters] = number - 1
        return self._columns[letters]

    def _merge(self, ref: str) -> None:
        match = _RANGE.fullmatch(ref)
        if match is None:
            return
        left, top, right, bottom = match.groups()
        if len(self.sheet.merged) >= MAX_MERGED:
            what = f"there are more than {MAX_MERGED:,} merged cells"
            raise InputError("sheet-too-large", what, do="Unmerge them, and fill each.")
        last = min(self._letters(right), MAX_COLUMNS)
        self.sheet.merged.append((int(top), self._letters(left), int(bottom), last))


def read_sheet(
    data: bytes,
    where: str,
    strings: Sequence[str],
    dates: AbstractSet[int],
    progress: Progress | None = None,
) -> Sheet:
    """Read a sheet.

    Args:
        data: the part of the workbook that holds it.
        where: the part's name.
        strings: the workbook's shared strings.
        dates: the cell styles that show dates.
        progress: is told how many bytes of how many have been read.

    Raises:
        InputError: sheet-too-large, rows-too-many, xlsx-unreadable, or as `parse_xml`.
    """
    reader = _Reader(strings, dates)
    parse_xml(data, where, start=reader.start, end=reader.end, text=reader.text, progress=progress)
    return reader.sheet
