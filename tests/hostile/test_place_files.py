"""Files made to harm: archives that grow, XML that reaches elsewhere, sheets that lie about their size."""

import io
import zipfile
import zlib

import pytest

from importing import POINT, archive, kml, placemark, read, row, workbook
from parley.formats.archive import MAX_ENTRIES
from parley.words.errors import InputError

LAUGHS = '<!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
REACHES = '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
OUTSIDE = '<!DOCTYPE kml SYSTEM "outside.dtd">'


def refused(data: str | bytes) -> str:
    with pytest.raises(InputError) as error:
        read(data)
    assert error.value.do
    return error.value.name


@pytest.mark.parametrize("doctype", [LAUGHS, REACHES, OUTSIDE])
def test_a_document_type_is_refused_in_kml_kmz_and_xlsx(doctype: str) -> None:
    document = f"{doctype}{kml(placemark(POINT))}"
    assert refused(document) == "xml-document-type"
    assert refused(archive(doc_dot_kml=document)) == "xml-document-type"
    good = workbook(row(1, "id", "name", "kind", "lat", "lon"))
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode()
            new.writestr(name, doctype.replace("kml", "worksheet") + content if "sheet1" in name else content)
    assert refused(changed.getvalue()) == "xml-document-type"


@pytest.mark.parametrize(
    ("document", "name"),
    [
        ("<kml>" * 200, "xml-too-deep"),
        ("<kml><Document>", "xml-unreadable"),
        ("<kml><a:b/></kml>", "xml-unreadable"),
        ("<kml>&nbsp;</kml>", "xml-unreadable"),
        ('<?xml version="1.0" encoding="no-such"?><kml/>', "xml-unreadable"),
        ('<?xml version="1.0" encoding="utf-7"?><kml/>', "xml-unreadable"),
        ("<gpx/>", "kml-unreadable"),
        ("<html><Placemark/></html>", "kml-unreadable"),
    ],
)
def test_xml_that_is_no_kml_is_refused_by_name(document: str, name: str) -> None:
    assert refused(document) == name


def test_an_archive_that_grows_is_refused_before_it_is_unpacked() -> None:
    assert refused(archive(doc_dot_kml=b" " * 4_000_000)) == "archive-bomb"


@pytest.mark.parametrize("claimed", [100, 900_000])
def test_an_archive_that_lies_about_its_size_is_refused(claimed: int) -> None:
    data = bytearray(archive(doc_dot_kml=kml(placemark(POINT)) + " " * 500_000))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = claimed.to_bytes(4, "little")
    assert refused(bytes(data)) in {"archive-bomb", "archive-unreadable"}


def test_entries_that_share_their_bytes_are_refused() -> None:
    data = bytearray(archive(doc_dot_kml=kml(placemark(POINT)), other_dot_txt="x"))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    data[second + 42 : second + 46] = (0).to_bytes(4, "little")
    assert refused(bytes(data)) == "archive-entries-overlap"


@pytest.mark.parametrize(
    "name", ["../doc.kml", "/doc.kml", "a/../../doc.kml", "C:doc.kml", "a\\doc.kml", "a\n.kml"]
)
def test_a_name_that_reaches_outside_is_refused(name: str) -> None:
    assert refused(archive(doc_dot_kml="<kml/>", **{name: "x"})) == "archive-name-unsafe"


def test_too_many_entries_and_a_name_twice_are_refused() -> None:
    many = {f"n{number}": "" for number in range(MAX_ENTRIES)}
    assert refused(archive(doc_dot_kml="<kml/>", **many)) == "archive-too-many-entries"
    assert refused(archive(doc_dot_kml="<kml/>", DOC_dot_kml="<kml/>")) == "archive-name-repeated"


def test_an_encrypted_or_oddly_packed_entry_is_refused() -> None:
    data = bytearray(archive(doc_dot_kml=kml(placemark(POINT))))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    assert refused(bytes(data)) == "archive-encrypted"
    taken = io.BytesIO()
    with zipfile.ZipFile(taken, "w", zipfile.ZIP_LZMA) as zipped:
        zipped.writestr("doc.kml", kml())
    assert refused(taken.getvalue()) == "archive-method-unknown"


def test_an_archive_inside_an_archive_is_not_opened() -> None:
    inner = archive(doc_dot_kml=kml(placemark(POINT)))
    assert refused(archive(inner_dot_kmz=inner)) == "file-format-unknown"


@pytest.mark.parametrize("cut", [4, 30, 200, -10])
def test_a_truncated_archive_is_refused(cut: int) -> None:
    assert refused(archive(doc_dot_kml=kml(placemark(POINT)))[:cut]) == "archive-unreadable"


def test_a_damaged_entry_is_refused() -> None:
    data = bytearray(archive(doc_dot_kml=kml(placemark(POINT))))
    data[40] ^= 0xFF
    assert refused(bytes(data)).startswith("archive-")
    assert zlib.crc32(bytes(data)) != 0


def test_a_string_used_a_million_times_is_held_once() -> None:
    long = "<si><t>" + "x" * 30_000 + "</t></si>"
    cell = '<c r="PLACE" t="s"><v>0</v></c>'
    rows = row(1, "id", "name", "kind", "lat", "lon", "remarks")
    rows += "".join(row(n, f"s{n}", "A", "site", 1.5, 2.5, cell) for n in range(2, 5_000))
    assert len(read(workbook(rows, strings=long)).places) == 4_998


def test_coordinates_of_megabytes_are_refused_for_their_count_and_not_slowly() -> None:
    ring = "38.5,33.5 " * 300_000
    inside = f"<LinearRing><coordinates>{ring}</coordinates></LinearRing>"
    shape = f"<Polygon><outerBoundaryIs>{inside}</outerBoundaryIs></Polygon>"
    (refusal,) = read(kml(placemark(shape))).report.refused
    assert refusal.rule == "too-many-vertices"


def test_merged_cells_over_the_whole_sheet_again_and_again_are_refused() -> None:
    rows = row(1, "id", "name", "kind", "lat", "lon")
    rows += "".join(row(n, f"s{n}", "A", "site", 1.5, 2.5) for n in range(2, 2_000))
    merged = '<mergeCell ref="A1:IV2000"/>' * 9
    assert refused(workbook(rows, merged=f"<mergeCells>{merged}</mergeCells>")) == "sheet-too-large"


def test_a_feature_of_too_many_elements_is_refused_before_it_fills_the_memory() -> None:
    inside = "<a/>" * 150_000
    assert refused(f"<kml><Placemark>{inside}</Placemark></kml>") == "kml-feature-too-large"


def test_a_name_that_is_repeated_among_very_many_is_found_at_once() -> None:
    members = ",".join(f'"{number}":1' for number in range(300_000))
    assert refused(f'{{{members},"last":1,"last":2}}') == "json-name-repeated"
