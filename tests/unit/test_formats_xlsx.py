"""Workbooks of places: only plain texts and numbers are believed, and everything else is named."""

import pytest

from importing import archive, only_refusal, read, row, workbook
from parley.words.errors import InputError
from parley.words.volume import Circle

HEADING = row(1, "id", "name", "kind", "lat", "lon", "radius_m", "as_of (UTC)")
DATES = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs>'
FORMATS = (
    '<numFmts><numFmt numFmtId="170" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="171" formatCode="0.00&quot; days&quot;"/></numFmts>'
)


def test_texts_and_numbers_are_read_as_a_spreadsheet_shows_them() -> None:
    (place,) = read(workbook(HEADING + row(2, 7, "Well", "site", 33.499999999999993, -38.25, 50))).places
    assert place.id == "7"
    assert isinstance(place.area, Circle)
    assert place.area.centre.lat_ndeg == 33_500_000_000
    assert place.area.centre.lon_ndeg == -38_250_000_000
    assert place.area.radius_mm == 50_000


def test_shared_strings_are_read_without_their_phonetic_readings() -> None:
    strings = "<si><r><t>We</t></r><r><t>ll</t></r><rPh><t>xx</t></rPh></si>"
    shared = '<c r="PLACE" t="s"><v>0</v></c>'
    (place,) = read(workbook(HEADING + row(2, "a", shared, "site", 1.5, 2.5), strings=strings)).places
    assert place.name == "Well"


def test_a_title_may_stand_above_the_heading_and_columns_may_be_sparse() -> None:
    rows = row(1, "Sites of the north") + row(4, None, "id", "name", "kind", "lat", "lon", None)
    found = read(workbook(rows + row(9, None, "a", "A", "site", 1.5, 2.5)))
    assert found.places[0].row == 9
    assert "heading in row 4" in found.report.read_as


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ('<c r="PLACE"><f>A1+1</f><v>33.5</v></c>', "cell-is-formula"),
        ('<c r="PLACE"><f t="shared" si="0"/></c>', "cell-is-formula"),
        ('<c r="PLACE" t="e"><v>#REF!</v></c>', "cell-is-error"),
        ('<c r="PLACE" s="1"><v>44727</v></c>', "cell-is-date"),
        ('<c r="PLACE" t="b"><v>1</v></c>', "coordinate-unreadable"),
        ('<c r="PLACE"><v>NaN</v></c>', "coordinate-not-a-number"),
        ('<c r="PLACE"><v>1E+30</v></c>', "coordinate-unreadable"),
    ],
)
def test_a_cell_that_is_no_plain_value_is_refused(cell: str, rule: str) -> None:
    rows = HEADING + row(2, "a", "A", "site", cell, 2.5)
    refusal = only_refusal(workbook(rows, styles=DATES))
    assert (refusal.row, refusal.column, refusal.rule) == (2, "lat", rule)


def test_a_formula_in_a_column_that_is_not_read_is_passed_over() -> None:
    rows = row(1, "id", "name", "kind", "lat", "lon", "remarks")
    found = read(workbook(rows + row(2, "a", "A", "site", 1.5, 2.5, '<c r="PLACE"><f>1</f><v>1</v></c>')))
    assert len(found.places) == 1


def test_merged_cells_refuse_every_row_that_they_reach() -> None:
    rows = HEADING + "".join(row(n, f"s{n}", "A", "site" if n == 2 else None, 1.5, 2.5) for n in (2, 3, 4))
    merged = '<mergeCells count="1"><mergeCell ref="C2:C3"/></mergeCells>'
    found = read(workbook(rows, merged=merged), kind="unit")
    assert [(each.row, each.column, each.rule) for each in found.report.refused] == [
        (2, "kind", "cell-is-merged"),
        (3, "kind", "cell-is-merged"),
    ]
    assert [place.id for place in found.places] == ["s4"]


@pytest.mark.parametrize(("style", "serial"), [(1, 44727.605555555558), (2, 44727.605555555558)])
def test_a_date_is_read_where_the_heading_says_utc(style: int, serial: float) -> None:
    cell = f'<c r="PLACE" s="{style}"><v>{serial}</v></c>'
    data = workbook(HEADING + row(2, "a", "A", "site", 1.5, 2.5, None, cell), styles=FORMATS + DATES)
    assert read(data).places[0].as_of_ms == 1_655_303_520_000


def test_a_date_counts_from_1904_where_the_workbook_says_so() -> None:
    cell = '<c r="PLACE" s="1"><v>43265.605555555558</v></c>'
    rows = HEADING + row(2, "a", "A", "site", 1.5, 2.5, None, cell)
    found = read(workbook(rows, styles=DATES, book='<workbookPr date1904="1"/>'))
    assert found.places[0].as_of_ms == 1_655_303_520_000


def test_a_date_without_zone_is_refused() -> None:
    rows = row(1, "id", "name", "kind", "lat", "lon", "as_of")
    cell = '<c r="PLACE" s="1"><v>44727.6</v></c>'
    refusal = only_refusal(workbook(rows + row(2, "a", "A", "site", 1.5, 2.5, cell), styles=DATES))
    assert (refusal.column, refusal.rule) == ("as_of", "time-not-utc")
    assert "as_of (UTC)" in refusal.do


def test_a_number_format_that_only_names_days_is_no_date() -> None:
    rows = HEADING + row(2, '<c r="PLACE" s="3"><v>7</v></c>', "A", "site", 1.5, 2.5)
    assert read(workbook(rows, styles=FORMATS + DATES)).places[0].id == "7"


def test_the_sheet_is_named_where_several_show() -> None:
    two = '<sheet name="One" sheetId="1" r:id="rId1"/><sheet name="Two" sheetId="2" r:id="rId2"/>'
    data = workbook(HEADING + row(2, "a", "A", "site", 1.5, 2.5), sheets=two)
    with pytest.raises(InputError, match="2 visible sheets") as uncertain:
        read(data)
    assert "One, Two" in uncertain.value.do
    assert len(read(data, sheet="Two").places) == 1
    with pytest.raises(InputError) as unknown:
        read(data, sheet="Three")
    assert unknown.value.name == "sheet-unknown"
    hidden = two.replace('name="Two"', 'name="Two" state="veryHidden"')
    assert len(read(workbook(HEADING + row(2, "a", "A", "site", 1.5, 2.5), sheets=hidden)).places) == 1


def test_hidden_rows_are_read_and_said() -> None:
    rows = HEADING + row(2, "a", "A", "site", 1.5, 2.5).replace("<row ", '<row hidden="1" ')
    assert "1 hidden rows, which are read too" in read(workbook(rows)).report.read_as


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>', "sheet-too-large"),
        ('<row r="2"/><row r="1"/>', "xlsx-unreadable"),
        ('<row r="1"><c r="1A"><v>1</v></c></row>', "xlsx-unreadable"),
        ("", "file-empty"),
        ("<row>", "xml-unreadable"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_refused(rows: str, name: str) -> None:
    with pytest.raises(InputError) as error:
        read(workbook(rows))
    assert error.value.name == name


def test_a_sheet_that_says_it_is_huge_costs_nothing() -> None:
    rows = HEADING + row(2, "a", "A", "site", 1.5, 2.5) + row(1_048_576, "b", "B", "site", 1.5, 2.5)
    assert [place.row for place in read(workbook(rows)).places] == [2, 1_048_576]


def test_an_old_workbook_and_another_archive_are_refused_by_name() -> None:
    for data in (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), archive(readme_dot_txt="x")):
        with pytest.raises(InputError) as error:
            read(data)
        assert error.value.name == "file-format-unknown"
