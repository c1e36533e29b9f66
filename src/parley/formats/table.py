"""Tables: rows of texts under a heading, as CSV and XLSX hold them, read into places and a report."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from parley.formats.columns import TIMES, read_headings, says_utc
from parley.formats.places import Place, Rules, read_place
from parley.formats.rows import Heading, Refusal, Repair, Report, RowRefused, shown
from parley.words.errors import InputError

MAX_ROWS: Final = 200_000
_CERTAIN_DECIMALS: Final = 3


class Wish(Struct, frozen=True, kw_only=True):
    """What the importer says about a file.

    Attributes:
        layer: the layer that the file is for; null for no layer at all.
        kind: the kind of rows that do not say.
        by_hand: field to column name.
        encoding: the text encoding, if it is neither UTF-8 nor marked.
        sheet: the sheet of a workbook.
    """

    layer: str | None
    kind: str | None = None
    by_hand: Mapping[str, str] = {}
    encoding: str | None = None
    sheet: str | None = None


class CellFault(Struct, frozen=True):
    """Why a cell cannot be believed; it matters only where its column is read."""

    value: str
    rule: str
    what: str
    do: str


DATE_RULE: Final = "cell-is-date"
"""The fault of a cell that a spreadsheet holds as a date: none where a time is wanted."""
Row = tuple[int, Sequence[str], Mapping[int, CellFault]]
"""Its number, its cells, and the faults of cells by place."""


def read_table(header: Sequence[str], rows: Iterator[Row], wish: Wish, report: Report) -> Iterator[Place]:
    """Read rows under a heading; what is refused or put right goes into the report.

    Raises:
        InputError: columns-missing, rows-too-many, column-…; or as `rows` raises.
    """
    report.headings = read_headings(header, wish.by_hand)
    at = {each.field: header.index(each.column) for each in report.headings if each.field is not None}
    _be_complete(at, wish)
    held: list[Row] = []
    for row in rows:
        if len(held) >= MAX_ROWS:
            raise too_many()
        held.append(row)
    report.rows = len(held)
    rules = _rules(report.headings, at, held, wish)
    names = {each.field: each.column for each in report.headings if each.field is not None}
    for number, cells, faults in held:
        fields = {field: cells[k] for field, k in at.items() if k < len(cells)}
        try:
            _be_sound(cells, len(header), at, faults)
            place = read_place(number, fields, rules)
        except RowRefused as error:
            report.refused.append(refusal(number, fields.get("id"), names, error))
            continue
        if rules.decimal_comma:
            report.repaired += _commas(number, fields, names)
        yield place


def too_many() -> InputError:
    """A file with more rows than are taken."""
    do = "Split it into several layers."
    return InputError("rows-too-many", f"a file holds at most {MAX_ROWS:,} rows", do=do)


def refusal(row: int, id_: str | None, names: Mapping[str, str], error: RowRefused) -> Refusal:
    """Return the report's entry for a refused row."""
    return Refusal(
        row=row,
        id=(id_ or "").strip() or None,
        column=shown(names.get(error.field, error.field)),
        value=shown(error.value),
        rule=error.rule,
        what=error.what,
        do=error.do,
    )


def _be_complete(at: Mapping[str, int], wish: Wish) -> None:
    missing = [field for field in ("id", "name", "kind") if field not in at]
    if wish.kind is not None and "kind" in missing:
        missing.remove("kind")
    if "position" not in at and not {"lat", "lon"} <= at.keys():
        missing.append("lat and lon, or position")
    if missing:
        do = "Name them by hand: --column FIELD=NAME; --kind gives the kind for all rows."
        raise InputError("columns-missing", f"no column was found for {', '.join(missing)}", do=do)


def _be_sound(
    cells: Sequence[str], width: int, at: Mapping[str, int], faults: Mapping[int, CellFault]
) -> None:
    """Refuse a row of another length than the heading, or with a fault in a cell that is read."""
    if len(cells) < width:
        what = f"the row has {len(cells)} cells, and the heading {width}"
        raise RowRefused("", cells[-1] if cells else "", "row-too-short", what, "Is the line broken?")
    extra = next((cell for cell in cells[width:] if cell.strip()), None)
    if extra is not None:
        what = f"the row has {len(cells)} cells, and the heading {width}"
        raise RowRefused("", extra, "row-too-long", what, "Is a comma in a name without quotes?")
    if not faults:
        return
    for field, k in at.items():
        fault = faults.get(k)
        if fault is not None and not (fault.rule == DATE_RULE and field in TIMES):
            raise RowRefused(field, fault.value, fault.rule, fault.what, fault.do)


def _rules(headings: Sequence[Heading], at: Mapping[str, int], held: Sequence[Row], wish: Wish) -> Rules:
    in_utc = {each.field for each in headings if each.field is not None and says_utc(each.column)}
    comma = (
        "lat" in at and "lon" in at and _certain_comma([cells for _, cells, _ in held], at["lat"], at["lon"])
    )
    return Rules(layer=wish.layer, kind=wish.kind, in_utc=frozenset(in_utc), decimal_comma=comma)


def _certain_comma(rows: Sequence[Sequence[str]], lat: int, lon: int) -> bool:
    """Tell whether every comma in these columns is a decimal sign.

    One number stands in a cell, so a comma could only be "degrees, minutes" besides: never with three
    digits or more after it. A full stop anywhere shows that the file writes decimals otherwise.
    """
    longest = 0
    for cells in rows:
        for cell in (cells[k] for k in (lat, lon) if k < len(cells)):
            if "." in cell:
                return False
            whole, comma, part = cell.strip().partition(",")
            if comma:
                if not whole.lstrip("+-").isdecimal() or not part.isdecimal():
                    return False
                longest = max(longest, len(part))
    return longest >= _CERTAIN_DECIMALS


def _commas(number: int, fields: Mapping[str, str], names: Mapping[str, str]) -> list[Repair]:
    return [
        Repair(
            row=number,
            column=shown(names[field]),
            value=shown(fields[field]),
            rule="decimal-comma",
            became=shown(fields[field].strip().replace(",", ".")),
        )
        for field in ("lat", "lon")
        if "," in fields.get(field, "")
    ]
