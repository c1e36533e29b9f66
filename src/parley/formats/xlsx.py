"""XLSX (ECMA-376): one sheet, read as a table of texts.

What a cell shows is not always what it holds, so a cell is believed only where it holds plain text or a
number. A formula is refused (the result kept beside it may be old, or was never computed), like an
error, a merged cell (whose value stands in one of its rows only) and a date outside a column of times (a
spreadsheet makes dates of "3-4"). A date has no zone: it is read where the heading says UTC.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from parley.formats.archive import Archive
from parley.formats.columns import field_of, tidy
from parley.formats.places import Place
from parley.formats.rows import Report, shown
from parley.formats.sheet import Cells, Sheet, read_sheet
from parley.formats.table import DATE_RULE, CellFault, Row, Wish, read_table
from parley.formats.xml_gate import Progress, parse_xml
from parley.words.errors import InputError

WORKBOOK: Final = "xl/workbook.xml"
_LINKS: Final = "xl/_rels/workbook.xml.rels"
_STRINGS: Final = "xl/sharedStrings.xml"
_STYLES: Final = "xl/styles.xml"
_HEADING_WITHIN: Final = 20
_DATE_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Built-in number formats that show dates or times (ECMA-376 part 1, 18.8.30)."""
_QUOTED: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_NO_FAULTS: Final[dict[int, CellFault]] = {}
_MERGED_MOST: Final = 1_000_000
_SERIAL_MOST: Final = 2_958_466
"""The serial number of the day after 9999-12-31."""
_RULES: Final = {
    "f": ("cell-is-formula", "the cell holds a formula", "Copy the cells, and paste them as values."),
    "e": ("cell-is-error", "the cell shows an error", "Correct it."),
    "m": ("cell-is-merged", "the cell is merged with others", "Unmerge the cells, and fill each."),
    "d": (DATE_RULE, "the spreadsheet took this for a date", "Format the column as text, and type it again."),
}


def read_xlsx(
    archive: Archive, wish: Wish, progress: Progress | None = None
) -> tuple[Iterator[Place], Report]:
    """Read a sheet of a workbook.

    Raises:
        InputError: sheet-unknown, sheet-uncertain, sheet-too-large, file-empty, or as `parse_xml`,
            `Archive` and `read_table`.
    """
    sheets, since_1904 = _workbook(archive)
    name, path = _choose(archive, sheets, wish.sheet)
    strings = _strings(archive)
    dates = _date_styles(archive) if _STYLES in archive.names else frozenset[int]()
    sheet = read_sheet(archive.read(path), path, strings, dates, progress)
    rows = _rows(sheet, since_1904=since_1904)
    found = _heading(rows, wish)
    if found is None:
        raise InputError("file-empty", "there is nothing in the sheet", where=name[:40], do="Give --sheet.")
    at, header = found
    report = Report.of("XLSX", [f"sheet {shown(name)}", f"heading in row {rows[at][0]}"])
    if sheet.hidden:
        report.read_as.append(f"{sheet.hidden:,} hidden rows, which are read too")
    body = (_padded(row, len(header)) for row in rows[at + 1 :])
    return read_table(header, body, wish, report), report


def _workbook(archive: Archive) -> tuple[dict[str, tuple[str, bool]], bool]:
    """Return path and visibility of each sheet, and whether days are counted from 1904."""
    links: dict[str, str] = {}
    listed: list[tuple[str, str, bool]] = []
    since_1904 = False

    def link(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            links[attributes.get("Id", "")] = attributes.get("Target", "")

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal since_1904
        if tag == "sheet":
            own = next((value for key, value in attributes.items() if key.rpartition(" ")[2] == "id"), "")
            visible = attributes.get("state", "visible") == "visible"
            listed.append((attributes.get("name", ""), own, visible))
        elif tag == "workbookPr":
            since_1904 = attributes.get("date1904", "0").lower() in {"1", "true"}

    parse_xml(archive.read(_LINKS), _LINKS, start=link, end=_pass, text=_pass)
    parse_xml(archive.read(WORKBOOK), WORKBOOK, start=start, end=_pass, text=_pass)
    sheets = {}
    for name, own, visible in listed:
        target = links.get(own, "")
        path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        if path.startswith("xl/worksheets/"):
            sheets[name] = (path, visible)
    return sheets, since_1904


def _choose(archive: Archive, sheets: Mapping[str, tuple[str, bool]], wanted: str | None) -> tuple[str, str]:
    """Return name and path of the sheet to read: the one that was named, or the only visible one."""
    listed = ", ".join(shown(name) for name in list(sheets)[:20]) or "none"
    if wanted is not None:
        if wanted not in sheets:
            do = f"The sheets are: {listed}."
            raise InputError("sheet-unknown", "there is no such sheet", where=wanted[:40], do=do)
        return wanted, sheets[wanted][0]
    visible = [name for name, (_, seen) in sheets.items() if seen]
    if len(visible) != 1:
        do = f"Say which to read: --sheet NAME. The sheets are: {listed}."
        raise InputError("sheet-uncertain", f"the workbook has {len(visible)} visible sheets", do=do)
    path = sheets[visible[0]][0]
    if path not in archive.names:
        raise InputError(
            "archive-entry-missing", "the sheet is missing", where=path[:80], do="Save it again."
        )
    return visible[0], path


class _Strings:
    """Takes the shared strings; phonetic readings are left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._taking = self._phonetic = False

    def start(self, tag: str, _: Mapping[str, str]) -> None:
        """Take the start of an element."""
        if tag == "si":
            self._parts = []
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "t":
            self._taking = not self._phonetic

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        if tag == "t":
            self._taking = False
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "si":
            self.found.append("".join(self._parts))

    def text(self, piece: str) -> None:
        """Take characters."""
        if self._taking:
            self._parts.append(piece)


def _strings(archive: Archive) -> list[str]:
    """Return the shared strings."""
    if _STRINGS not in archive.names:
        return []
    reader = _Strings()
    parse_xml(archive.read(_STRINGS), _STRINGS, start=reader.start, end=reader.end, text=reader.text)
    return reader.found


def _date_styles(archive: Archive) -> frozenset[int]:
    """Return the cell styles that show dates or times."""
    formats: dict[str, str] = {}
    styles: list[str] = []
    inside = False

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal inside
        if tag == "numFmt":
            formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            inside = True
        elif tag == "xf" and inside:
            styles.append(attributes.get("numFmtId", "0"))

    def end(tag: str) -> None:
        nonlocal inside
        if tag == "cellXfs":
            inside = False

    parse_xml(archive.read(_STYLES), _STYLES, start=start, end=end, text=_pass)
    return frozenset(k for k, number in enumerate(styles) if _shows_date(number, formats.get(number)))


def _shows_date(number: str, code: str | None) -> bool:
    if code is None:
        return number.isdecimal() and int(number) in _DATE_FORMATS
    return re.search(r"[ymdhs]", _QUOTED.sub("", code.partition(";")[0]), re.IGNORECASE) is not None


def _rows(sheet: Sheet, *, since_1904: bool) -> list[Row]:
    """Turn what the cells hold into texts; give merged cells their fault."""
    first_day = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - no zone
    faults_of: dict[int, dict[int, CellFault]] = {}
    for number, texts, marks in sheet.rows:
        for k, mark in marks.items():
            if mark == "n":
                texts[k] = _number(texts[k])
                continue
            if mark == "d":
                texts[k] = _date(texts[k], first_day)
            faults_of.setdefault(number, {})[k] = CellFault(texts[k], *_RULES[mark])
    _mark_merged(sheet, faults_of)
    return [(number, texts, faults_of.get(number, _NO_FAULTS)) for number, texts, _ in sheet.rows]


def _mark_merged(sheet: Sheet, faults_of: dict[int, dict[int, CellFault]]) -> None:
    """Give each cell that is merged with others its fault.

    Raises:
        InputError: sheet-too-large.
    """
    cells = 0
    for top, left, bottom, right in sheet.merged:
        for number, texts, _ in sheet.rows[bisect_left(sheet.rows, top, key=_number_of) :]:
            if number > bottom:
                break
            cells += right - left + 1
            if cells > _MERGED_MOST:
                what = f"more than {_MERGED_MOST:,} cells are merged"
                raise InputError("sheet-too-large", what, do="Unmerge them, and fill each.")
            value = texts[left] if left < len(texts) else ""
            reached = faults_of.setdefault(number, {})
            reached.update({k: CellFault(value, *_RULES["m"]) for k in range(left, right + 1)})


def _number_of(row: Cells) -> int:
    return row[0]


def _number(text: str) -> str:
    """Write a number as a spreadsheet shows it: 15 digits, no exponent."""
    try:
        written = f"{float(text):.15g}"
        return f"{Decimal(written):f}" if "e" in written else written
    except (ValueError, ArithmeticError):
        return text


def _date(text: str, first_day: datetime) -> str:
    """Write the number of a day and its part as an instant without zone, to the second."""
    try:
        serial = float(text)
    except ValueError:
        return text
    if not 0 <= serial < _SERIAL_MOST:
        return text
    return (first_day + timedelta(seconds=round(serial * 86_400))).isoformat(sep=" ")


def _heading(rows: list[Row], wish: Wish) -> tuple[int, list[str]] | None:
    """Find the heading: the first of the top rows that names most fields. A title may stand above it."""
    named = {tidy(name) for name in wish.by_hand.values()}
    best: tuple[int, list[str]] | None = None
    most = -1
    for at, (_, cells, _) in enumerate(rows[:_HEADING_WITHIN]):
        score = sum(field_of(cell) is not None or (tidy(cell) in named and bool(cell)) for cell in cells)
        if score > most:
            header = [cell.strip() for cell in cells]
            while header and not header[-1]:
                header.pop()
            best, most = (at, header), score
    return best


def _padded(row: Row, width: int) -> Row:
    """Fill a row with the empty cells that a sheet does not write down."""
    number, cells, faults = row
    return (number, [*cells, *[""] * (width - len(cells))], faults) if len(cells) < width else row


def _pass(*_: object) -> None:
    """Pass over what does not matter here."""
