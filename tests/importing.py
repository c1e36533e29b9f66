"""Files of places as tests write them, and what was read."""

import io
import zipfile
from typing import Any

from parley.formats.place_file import PlaceFile, read_place_file
from parley.formats.rows import Refusal
from parley.formats.table import Wish

HEAD = "id,name,kind,lat,lon,radius_m"


def read(data: str | bytes, **wish: Any) -> PlaceFile:  # noqa: ANN401 - whatever an importer may say
    """Read a file for the layer `patrols`."""
    raw = data.encode() if isinstance(data, str) else data
    return read_place_file(raw, Wish(layer="patrols", **wish))


def only_refusal(data: str | bytes, **wish: Any) -> Refusal:  # noqa: ANN401 - as above
    """Return the only refusal of a file."""
    (refusal,) = read(data, **wish).report.refused
    return refusal


def kml(*inside: str) -> str:
    """Wrap features in a KML document."""
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{"".join(inside)}</Document></kml>'


def placemark(shape: str, *, id_: str = "p1", extra: str = "") -> str:
    """A placemark of kind site."""
    kind = '<ExtendedData><Data name="kind"><value>site</value></Data></ExtendedData>'
    return f'<Placemark id="{id_}"><name>Well</name>{kind}{extra}{shape}</Placemark>'


POINT = "<Point><coordinates>38.5,33.25,9</coordinates></Point>"


def archive(**entries: str | bytes) -> bytes:
    """A zip archive; `__` in a name stands for a slash, `_dot_` for a full stop."""
    taken = io.BytesIO()
    with zipfile.ZipFile(taken, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in entries.items():
            zipped.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return taken.getvalue()


def workbook(
    rows: str,
    *,
    styles: str = "",
    strings: str = "",
    merged: str = "",
    sheets: str | None = None,
    book: str = "",
) -> bytes:
    """A workbook of one sheet from the XML of its rows."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rel = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    sheets = sheets or '<sheet name="Sites" sheetId="1" r:id="rId1"/>'
    links = "".join(
        f'<Relationship Id="rId{n}" Type="worksheet" Target="worksheets/sheet{n}.xml"/>' for n in (1, 2)
    )
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f"<workbook {main} {rel}>{book}<sheets>{sheets}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships>{links}</Relationships>",
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{rows}</sheetData>{merged}</worksheet>",
        "xl/worksheets/sheet2.xml": f"<worksheet {main}><sheetData>{rows}</sheetData></worksheet>",
    }
    if styles:
        parts["xl/styles.xml"] = f"<styleSheet {main}>{styles}</styleSheet>"
    if strings:
        parts["xl/sharedStrings.xml"] = f"<sst {main}>{strings}</sst>"
    taken = io.BytesIO()
    with zipfile.ZipFile(taken, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in parts.items():
            zipped.writestr(name, content)
    return taken.getvalue()


def row(number: int, *cells: str | float | None) -> str:
    """The XML of a sheet's row: texts inline, numbers as numbers; what starts with < is taken as it is."""
    made = []
    for column, cell in zip("ABCDEFGHIJ", cells, strict=False):
        place = f"{column}{number}"
        if isinstance(cell, str) and cell.startswith("<"):
            made.append(cell.replace("PLACE", place))
        elif isinstance(cell, str):
            made.append(f'<c r="{place}" t="inlineStr"><is><t>{cell}</t></is></c>')
        elif cell is not None:
            made.append(f'<c r="{place}"><v>{cell}</v></c>')
    return f'<row r="{number}">{"".join(made)}</row>'
