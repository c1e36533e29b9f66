"""CSV: text with a delimiter, in an encoding. Both are found out only where that is certain, and said."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from parley.formats.columns import field_of, tidy
from parley.formats.places import Place
from parley.formats.rows import Report
from parley.formats.table import Row, Wish, read_table
from parley.words.errors import InputError

DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
ENCODINGS: Final = (
    *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "windows-1250", "windows-1251", "windows-1252"),
    *("windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257", "iso-8859-1"),
    *("iso-8859-2", "iso-8859-5", "iso-8859-6", "iso-8859-15", "koi8-r", "koi8-u", "cp437", "cp850"),
    *("cp866", "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr"),
)
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_HEADING_MOST: Final = 65_536


def read_csv(data: bytes, wish: Wish) -> tuple[Iterator[Place], Report]:
    """Read a table of text.

    Raises:
        InputError: encoding-unknown, encoding-uncertain, text-with-nul, delimiter-uncertain, csv-unreadable,
            or as `read_table`; some only while the rows are taken.
    """
    text, encoding = _decode(data, wish.encoding)
    if "\0" in text:
        what = "there are NUL characters in the file"
        raise InputError("text-with-nul", what, do="Is it text at all? Give --encoding if it is UTF-16.")
    delimiter = _delimiter(text, wish.by_hand)
    report = Report.of("CSV", (f"encoding {encoding}", f"delimiter {DELIMITERS[delimiter]}"))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = _rows(reader)
    try:
        _, header, _ = next(rows)
    except StopIteration:
        raise InputError("file-empty", "there is nothing in the file", do="Is it the right one?") from None
    return read_table(_trimmed(header), rows, wish, report), report


def _decode(data: bytes, wanted: str | None) -> tuple[str, str]:
    """Decode by the mark at the start, by what was said, or as UTF-8; never by likelihood."""
    mark, marked = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", None))
    if wanted is not None and wanted.lower().replace("_", "-") not in {
        each.replace("_", "-") for each in ENCODINGS
    }:
        do = f"Known are {', '.join(ENCODINGS)}."
        raise InputError("encoding-unknown", "this encoding is not known", where=wanted[:40], do=do)
    encoding = wanted or marked or "utf-8"
    if (
        marked is not None
        and wanted is not None
        and marked.split("-le")[0].split("-be")[0] not in wanted.lower()
    ):
        do = "Leave --encoding out."
        raise InputError("encoding-uncertain", f"the file is marked as {marked}", where=wanted[:40], do=do)
    try:
        return data[len(mark) :].decode(encoding) if marked else data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"the file is not {encoding}: line {line:,}, byte {error.start:,}"
        do = "Save it as UTF-8; or say what it is, if you know: --encoding windows-1251."
        raise InputError("encoding-uncertain", what, do=do) from error


def _delimiter(text: str, by_hand: Mapping[str, str]) -> str:
    """Return the delimiter under which the heading names most fields; refuse a tie."""
    start = text[:_HEADING_MOST].lstrip("\r\n ")
    named = {tidy(name) for name in by_hand.values()}
    scores: dict[str, int] = {}
    for delimiter in DELIMITERS:
        try:
            header = next(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), [])
        except csv.Error:
            continue
        scores[delimiter] = sum(field_of(name) is not None or tidy(name) in named for name in header)
    best = max(scores.values(), default=0)
    found = [delimiter for delimiter, score in scores.items() if score == best]
    if best > 0 and len(found) == 1:
        return found[0]
    do = "The first row names the columns: id,name,kind,lat,lon. Others by hand: --column FIELD=NAME."
    raise InputError("delimiter-uncertain", "the first row is no heading that can be read", do=do)


def _trimmed(header: Sequence[str]) -> list[str]:
    """Leave out empty cells at the heading's end."""
    while header and not header[-1].strip():
        header = header[:-1]
    return [name.strip() for name in header]


def _rows(reader: Iterator[list[str]]) -> Iterator[Row]:
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if any(cell and not cell.isspace() for cell in cells):
                yield number, cells, {}
    except csv.Error as error:
        do = "Is a quotation mark left open? Correct it there."
        raise InputError("csv-unreadable", f"row {number + 1} is no CSV: {error}", do=do) from error
