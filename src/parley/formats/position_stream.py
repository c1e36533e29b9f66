"""A stream or file of reported positions: its format is found out, it is cut into pieces, each is read.

Lines (SBS, AIS, CSV, readsb's JSON lines) and CoT events are read as they come; a JSON document is read
when it is whole. Nothing grows without bound: a line or event that is too long is dropped up to its end
and counted, a document that is too long is refused.
"""

import re
from collections.abc import Callable
from typing import Final

import msgspec
from msgspec import Raw

from parley.formats import cot, position_tables, readsb
from parley.formats.ais import Ais
from parley.formats.basestation import BaseStation
from parley.formats.position_format import Format
from parley.formats.positions import Positions, Refusals, Row, Source, joined, of_rows
from parley.words.errors import InputError

LINE_MAX_BYTES: Final = 1024 * 1024
"""An aircraft.json on one line is long; a longer one is dropped."""
DOCUMENT_MAX_BYTES: Final = 256 * 1024 * 1024
SNIFF_BYTES: Final = 64 * 1024
_EVENT_START: Final = re.compile(rb"<event[\s>]")
_EVENT_END: Final = b"</event>"
_DECLARATIONS: Final = (b"<!DOCTYPE", b"<!ENTITY")
_NMEA: Final = re.compile(rb"(?:\\[^\\\r\n]{1,200}\\)?[!$][A-Z]{2}VD[MO],")
_SBS: Final = re.compile(rb"(?:MSG|SEL|ID|AIR|STA|CLK),")


class PositionStream:
    """Takes bytes as they come and returns positions.

    Args:
        refusals: counts what is refused, beside the formats `line-too-long`.
        format_: null to find it out from the first bytes.
        live: the bytes come as they are made; else they are a file, in which a JSON document is whole.
    """

    def __init__(self, refusals: Refusals, *, format_: Format | None = None, live: bool = False) -> None:
        self.refusals: Final = refusals
        self.format = format_
        self._live = live
        self._buffer = bytearray()
        self._dropping = False
        self._number = 0
        self._reader: Ais | BaseStation | position_tables.CsvPositions | None = None
        self._by_lines = live
        self._begun = False

    def feed(self, data: bytes, now_ms: int) -> Positions | None:
        """Take bytes that were received at `now_ms`; return what they complete, or null.

        Raises:
            InputError: `positions-format-unknown`, `positions-format-not-live`, `positions-too-large`.
        """
        self._buffer += data
        if not self._begun and not self._begin(whole=False):
            return None
        return self._read(now_ms, whole=False)

    def finish(self, now_ms: int) -> Positions | None:
        """Take the end of the stream; return what it completes, or null.

        Raises:
            InputError: `positions-format-unknown`.
        """
        if not self._begun and not self._begin(whole=True):
            return None
        found = self._read(now_ms, whole=True)
        if isinstance(self._reader, Ais):
            self._reader.finish()
        return found

    def end_piece(self, now_ms: int) -> Positions | None:
        """Take the end of a datagram, which never holds half a line or event of the next one.

        Raises:
            InputError: `positions-format-unknown`.
        """
        if not self._begun and not self._begin(whole=True):
            return None
        return self._read(now_ms, whole=True)

    def _begin(self, *, whole: bool) -> bool:
        """Settle the format once enough has come."""
        self._drop_spaces()
        start = bytes(self._buffer[:SNIFF_BYTES]).removeprefix(b"\xef\xbb\xbf").lstrip()
        if not start:
            return False
        if self.format is None:
            if b"\n" not in start and len(start) < SNIFF_BYTES and not whole and start[:1] not in b"<{[":
                return False
            self.format = _format_of(start)
        if self._live and self.format in {Format.GEOJSON, Format.TABLE}:
            what = f"{self.format} is a whole document, which no live source sends"
            raise InputError("positions-format-not-live", what, do="Follow it as a file.")
        if self.format in {Format.READSB, None}:
            first, newline, rest = start.partition(b"\n")
            self._by_lines = self._live or (bool(newline) and _is_object(first) and rest.lstrip()[:1] == b"{")
            if not self._live and not newline and not whole and len(start) < SNIFF_BYTES:
                return False
        if self._by_lines and self.format is None:
            self.format = Format.READSB
        self._set_reader()
        self._begun = True
        return True

    def _drop_spaces(self) -> None:
        """Let go of what a stream of nothing but spaces has brought: it must not fill the memory."""
        while len(self._buffer) >= SNIFF_BYTES and self._buffer[:SNIFF_BYTES].isspace():
            del self._buffer[:SNIFF_BYTES]

    def _set_reader(self) -> None:
        """Make what reads the format line by line, if it is one of lines."""
        match self.format:
            case Format.AIS:
                self._reader = Ais(self.refusals)
            case Format.SBS:
                self._reader = BaseStation(self.refusals, live=self._live)
            case Format.CSV:
                self._reader = position_tables.CsvPositions(self.refusals)
            case _:
                pass

    def _read(self, now_ms: int, *, whole: bool) -> Positions | None:
        if self.format is Format.COT:
            return self._events(now_ms, whole=whole)
        if self._reader is not None:
            return self._rows(self._reader.read, Source(str(self.format)), now_ms, whole=whole)
        if self._by_lines:
            return self._json_lines(now_ms, whole=whole)
        if len(self._buffer) > DOCUMENT_MAX_BYTES:
            what = f"a JSON document here holds at most {DOCUMENT_MAX_BYTES:,} bytes"
            raise InputError("positions-too-large", what, do="Split it, or give one report a line.")
        if not whole:
            return None
        data = bytes(self._buffer)
        self._buffer.clear()
        return self._document(data.removeprefix(b"\xef\xbb\xbf"), now_ms)

    def _lines(self, *, whole: bool) -> list[bytes]:
        """Take whole lines off the buffer; drop what is too long up to its end."""
        *lines, rest = bytes(self._buffer).split(b"\n")
        if whole and rest:
            lines.append(rest)
            rest = b""
        if self._dropping and lines:
            lines[0] = b""
            self._dropping = False
        if len(rest) > LINE_MAX_BYTES:
            if not self._dropping:
                self.refusals.note("line-too-long", self._number + len(lines) + 1)
            self._dropping, rest = True, b""
        elif self._dropping:
            rest = b""
        self._buffer[:] = rest
        for n, line in enumerate(lines):
            if len(line) > LINE_MAX_BYTES:
                self.refusals.note("line-too-long", self._number + n + 1)
                lines[n] = b""
        return lines

    def _rows(
        self, read: Callable[[bytes, int, int], Row | None], source: Source, now_ms: int, *, whole: bool
    ) -> Positions | None:
        rows = []
        for line in self._lines(whole=whole):
            self._number += 1
            row = read(line, now_ms, self._number) if line.strip() else None
            if row is not None:
                rows.append(row)
        return of_rows(source, rows, self.refusals) if rows else None

    def _json_lines(self, now_ms: int, *, whole: bool) -> Positions | None:
        """Read one aircraft, or one aircraft.json, a line."""
        parts, plain = [], list[bytes]()
        first = self._number + 1
        for line in self._lines(whole=whole):
            self._number += 1
            if b'"aircraft"' in line:
                parts.append(readsb.read_aircraft(line, now_ms, self._number, self.refusals))
            elif line.strip():
                plain.append(line)
        if plain:
            parts.append(readsb.read_lines(plain, now_ms, first, self.refusals))
        return joined(parts) if parts else None

    def _document(self, data: bytes, now_ms: int) -> Positions:
        members = _members(data)
        if self.format is None:
            self.format = _document_format(members)
        match self.format:
            case Format.GEOJSON:
                return position_tables.read_points(data, self.refusals)
            case Format.READSB if "trace" in members:
                return readsb.read_trace(data, self.refusals)
            case Format.READSB:
                return readsb.read_aircraft(data, now_ms, 1, self.refusals)
            case _:
                return position_tables.read_rows(data, self.refusals)

    def _events(self, now_ms: int, *, whole: bool) -> Positions | None:
        rows = []
        while (end := self._buffer.find(_EVENT_END)) >= 0:
            piece = bytes(self._buffer[: end + len(_EVENT_END)])
            del self._buffer[: end + len(_EVENT_END)]
            self._number += 1
            row = self._event(piece, now_ms)
            if row is not None:
                rows.append(row)
        if len(self._buffer) > cot.EVENT_MAX_BYTES:
            if not self._dropping:
                self.refusals.note("cot-too-large", self._number + 1)
            self._dropping = True
            del self._buffer[: -len(_EVENT_END)]
        elif whole and self._buffer.strip() and _EVENT_START.search(self._buffer):
            self.refusals.note("cot-xml-broken", self._number + 1)
            self._buffer.clear()
        return of_rows(Source.COT, rows, self.refusals) if rows else None

    def _event(self, piece: bytes, now_ms: int) -> Row | None:
        """Read up to the end of one event; what stands before it (a prolog, a wrapping element) is left out."""
        if self._dropping:
            self._dropping = False
            return None
        start = _EVENT_START.search(piece)
        if any(each in piece for each in _DECLARATIONS):
            self.refusals.note("cot-xml-forbidden", self._number)
        elif start is None:
            self.refusals.note("cot-no-event", self._number)
        else:
            return cot.read_event(piece[start.start() :], now_ms, self._number, self.refusals)
        return None


def _format_of(start: bytes) -> Format | None:
    """The format that the first bytes show; null for JSON whose kind shows only when it is whole.

    Raises:
        InputError: `positions-format-unknown`.
    """
    if start[:1] == b"<":
        return Format.COT
    if _NMEA.match(start):
        return Format.AIS
    if _SBS.match(start):
        return Format.SBS
    if start[:1] in b"{[":
        return None
    heading = start.split(b"\n", 1)[0].decode("utf-8", "replace").lower()
    known = {position_tables.NAMES.get(cell.strip().strip('"')) for cell in heading.split(",")}
    if set(position_tables.NEEDED) <= known:
        return Format.CSV
    if start[0] == 0xBF:  # noqa: PLR2004 - the first byte of every TAK protocol version 1 message
        what, do = "this is CoT in protobuf, which is not read", "Ask its sender for CoT XML."
    else:
        what = "these are no positions in a format that is read here"
        do = f"Name it with --format: {', '.join(Format)}; docs/tracks.md says what each must hold."
    raise InputError("positions-format-unknown", what, do=do)


def _document_format(members: frozenset[str]) -> Format:
    if "aircraft" in members or {"trace", "icao"} <= members:
        return Format.READSB
    if "features" in members:
        return Format.GEOJSON
    return Format.TABLE


def _members(data: bytes) -> frozenset[str]:
    """The names of an object's members; none of what is no object."""
    try:
        return frozenset(msgspec.json.decode(data, type=dict[str, Raw]))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return frozenset()


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
