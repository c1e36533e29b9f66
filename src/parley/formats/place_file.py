"""A file of places, whatever its format: found out by its first bytes, read, and looked over as a whole."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from parley.formats.archive import Archive
from parley.formats.columns import alike
from parley.formats.csv_text import read_csv
from parley.formats.doubts import doubts_of
from parley.formats.geo_features import read_features
from parley.formats.kml import kml_of, read_kml
from parley.formats.places import Place
from parley.formats.rows import Doubt, Refusal, Repair, Report, shown
from parley.formats.table import Wish
from parley.formats.xlsx import WORKBOOK, read_xlsx
from parley.formats.xml_gate import Progress
from parley.words.errors import InputError

MAX_BYTES: Final = 128 * 1024 * 1024
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_EVERY: Final = 1_000


class PlaceFile(Struct, kw_only=True):
    """What was read: the places that may be imported, and the report of everything else."""

    places: list[Place]
    report: Report


def read_place_file(data: bytes, wish: Wish, progress: Progress | None = None) -> PlaceFile:
    """Read a file of places.

    Args:
        data: its bytes.
        wish: what the importer says about it.
        progress: is told how much of how much has been read: bytes of XML, or rows.

    Raises:
        InputError: place-file-too-large, file-empty, file-format-unknown, or as the reader of its format.
    """
    if len(data) > MAX_BYTES:
        what = f"the file is larger than {MAX_BYTES:,} bytes"
        raise InputError("place-file-too-large", what, do="Split it into several layers.")
    rows, report = _open(data, wish, progress)
    places: list[Place] = []
    for place in rows:
        places.append(place)
        if progress is not None and len(places) % _EVERY == 0:
            progress(len(places) + len(report.refused), report.rows)
    if report.rows == 0:
        do = "An empty file would empty the layer. If that is meant, import a file with what remains."
        raise InputError("file-empty", "there is no row in the file", do=do)
    places = _once(places, report)
    report.refused.sort(key=lambda refusal: refusal.row)
    report.doubts = [_not_read(column) for column in alike(report.headings)] + doubts_of(places)
    return PlaceFile(places=places, report=report)


def _not_read(column: str) -> Doubt:
    what = "the column is not read, and looks as if it said where, how large, how high or when"
    return Doubt(row=1, id=shown(column), rule="column-not-read", what=what)


def _open(data: bytes, wish: Wish, progress: Progress | None) -> tuple[Iterator[Place], Report]:
    """Find the format by the first bytes."""
    if data.startswith(_ZIP):
        archive = Archive(data)
        if WORKBOOK in archive.names:
            return read_xlsx(archive, wish, progress)
        if any(name.lower().endswith(".kml") for name in archive.names):
            return read_kml(*kml_of(archive), wish, progress)
        do = "Read are XLSX and KMZ; unpack other archives."
        raise InputError("file-format-unknown", "the archive is neither a workbook nor a KMZ", do=do)
    if data.startswith(_OLE):
        what = "this is an old or encrypted workbook"
        raise InputError("file-format-unknown", what, do="Save it as XLSX, without a password.")
    start = next((data[len(mark) : 64] for mark in _MARKS if data.startswith(mark)), data[:64])
    match start.replace(b"\0", b"").lstrip()[:1]:
        case b"{":
            return read_features(data, wish)
        case b"<":
            return read_kml(data, [], wish, progress)
        case b"":
            raise InputError("file-empty", "there is nothing in the file", do="Is it the right one?")
        case _:
            return read_csv(data, wish)


def _once(places: list[Place], report: Report) -> list[Place]:
    """Leave out a row that stands there again, word for word; refuse rows that share an id and differ."""
    first: dict[str, Place] = {}
    rivals: dict[str, list[Place]] = {}
    for place in places:
        held = first.setdefault(place.id, place)
        if held is place:
            continue
        if replace(place, row=held.row) == held:
            became = f"left out: row {held.row:,} says the same"
            value = shown(place.id)
            report.repaired.append(
                Repair(row=place.row, column="", value=value, rule="row-repeated", became=became)
            )
            continue
        rivals.setdefault(place.id, [held]).append(place)
    for id_, several in rivals.items():
        rows = ", ".join(f"{place.row:,}" for place in several[:5])
        del first[id_]
        report.refused += [
            Refusal(
                row=place.row,
                id=id_,
                column="id",
                value=shown(id_),
                rule="id-repeated",
                what=f"rows {rows} have the same id and differ",
                do="Keep one of them, or give each an id of its own.",
            )
            for place in several
        ]
    return list(first.values())
