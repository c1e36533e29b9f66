"""Tracks put together: zones and notices from files, positions from a file, drafts and a report out."""

import gzip
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any, Final

import msgspec
from msgspec import Struct

from parley.adapters.position_index import GridPositionIndex
from parley.adapters.system_clock import SystemClock
from parley.check.volume5 import Volume5
from parley.formats.geojson import Feature, Read
from parley.formats.position_format import Format
from parley.formats.position_stream import PositionStream
from parley.formats.positions import Basis, Positions, Refusal, Refusals
from parley.formats.properties import EARLIEST_MS, LATEST_MS
from parley.geo.shape import shape_of
from parley.intake.draft import Flag, IncidentDraft
from parley.intake.own_units import OwnUnits, UnitPlace
from parley.intake.places import NoticeVolume, Zone
from parley.intake.tracking import Tracking, TrackingLimits
from parley.words.errors import InputError
from parley.words.volume import Window

CHUNK_BYTES: Final = 1024 * 1024
MOST_BYTES: Final = 16 * 1024**3
"""How much one file may hold once it is unpacked."""
MOST_DRAFTS: Final = 100_000
GZIP_MAGIC: Final = b"\x1f\x8b"
CALLSIGNS_MAX: Final = 1_000


def clock_ms() -> int:
    """What the machine's clock reads."""
    return SystemClock().now_ms()


class FlagReport(Struct, frozen=True):
    """How often reports were not believed for one reason, and on which lines first."""

    flag: Flag
    count: int
    lines: tuple[int, ...]


class TrackReport(Struct, frozen=True, kw_only=True):
    """What became of a file.

    Attributes:
        drafts: oldest first.
        format: what the file was read as.
        positions: how many were read; `believed` how many of those were.
        tracks: how many are followed at the end.
        times: how many reports have their time from where.
        flagged: reports that are not believed, kept with their flag where their track has a draft.
        refused: what could not be read.
        dropped: what found no room; empty unless a limit was reached.
    """

    drafts: tuple[IncidentDraft, ...]
    format: str | None
    positions: int
    believed: int
    tracks: int
    times: dict[str, int]
    flagged: tuple[FlagReport, ...]
    refused: tuple[Refusal, ...]
    dropped: dict[str, int]


def new_tracking(limits: TrackingLimits) -> Tracking:
    """Return tracking over an empty index."""
    return Tracking(GridPositionIndex(), limits)


def zones_of(read: Read) -> list[Zone]:
    """The features of a file as zones."""
    return [
        Zone(name=each.id, volumes=_volumes(each), made_of=f"{each.file} {each.index}")
        for each in read.features
    ]


def notices_of(read: Read, data: bytes) -> list[NoticeVolume]:
    """The features of a file as notices.

    Args:
        read: the file, read.
        data: its bytes: a property `callsign`, or `callsigns`, names the tracks that a notice covers.
    """
    named = _callsigns(data)
    return [
        NoticeVolume(
            id=each.id, name=each.id, volumes=_volumes(each), callsigns=named.get(each.index, frozenset())
        )
        for each in read.features
    ]


def _volumes(feature: Feature) -> tuple[Volume5, ...]:
    times = feature.times
    window = None
    if times.start_ms is not None or times.end_ms is not None:
        start_ms = EARLIEST_MS if times.start_ms is None else times.start_ms
        window = Window(start_ms=start_ms, end_ms=LATEST_MS if times.end_ms is None else times.end_ms)
    return tuple(Volume5(shape=shape_of(area), band=feature.band, window=window) for area in feature.areas)


class _Named(Struct):
    properties: dict[str, Any] | None = None


class _NamedFile(Struct):
    features: list[_Named] = []


def _callsigns(data: bytes) -> dict[int, frozenset[str]]:
    """The callsigns that each feature names, in capitals, by its place."""
    try:
        features = msgspec.json.decode(data, type=_NamedFile).features
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    found = {}
    for place, feature in enumerate(features):
        properties = feature.properties or {}
        said = properties.get("callsigns", properties.get("callsign"))
        texts = said if isinstance(said, list) else [said]
        signs = {
            text.strip().upper() for text in texts[:CALLSIGNS_MAX] if isinstance(text, str) and text.strip()
        }
        if signs:
            found[place] = frozenset(signs)
    return found


class FileTracker:
    """Passes positions of one file through tracking, and gathers what came of it.

    Args:
        tracking: with its zones and notices.
        now_ms: the clock, UTC milliseconds: the receipt of what says no time.
        format_: null to find it out.
    """

    def __init__(self, tracking: Tracking, now_ms: int, format_: Format | None = None) -> None:
        self._tracking, self._now_ms = tracking, now_ms
        self._refusals = Refusals()
        self._stream = PositionStream(self._refusals, format_=format_)
        self._drafts: dict[str, IncidentDraft] = {}
        self._positions = 0
        self._newest_ms = 0
        self._times: Counter[str] = Counter()
        self._lost = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes.

        Raises:
            InputError: as `PositionStream`.
        """
        self._take(self._stream.feed(data, self._now_ms))

    def finish(self) -> TrackReport:
        """Take the end of the file; return what came of it.

        Raises:
            InputError: as `PositionStream`; `positions-none` when nothing in it could be read.
        """
        self._take(self._stream.finish(self._now_ms))
        self._tracking.pass_time(self._newest_ms)
        self._gather()
        refused = self._refusals.listed()
        if not self._positions:
            why = "; ".join(f"{each.rule} {each.count:,}" for each in refused[:10]) or "it is empty"
            raise InputError("positions-none", f"no position could be read: {why}", do="See docs/tracks.md.")
        tracking = self._tracking
        dropped = {**tracking.dropped, **({"drafts-lost": self._lost} if self._lost else {})}
        return TrackReport(
            drafts=tuple(
                sorted(self._drafts.values(), key=lambda each: (each.first_ms, each.track, each.zone))
            ),
            format=self._stream.format.value if self._stream.format else None,
            positions=self._positions,
            believed=tracking.believed,
            tracks=tracking.tracks,
            times=dict(self._times),
            flagged=tuple(
                FlagReport(flag, count, tuple(tracking.flagged_lines.get(flag, ())))
                for flag, count in sorted(tracking.flagged.items())
            ),
            refused=refused,
            dropped=dropped,
        )

    def _take(self, reports: Positions | None) -> None:
        if reports is None or not len(reports):
            return
        self._positions += len(reports)
        for basis in Basis:
            count = int((reports.basis == basis).sum())
            if count:
                self._times[basis.name.lower()] += count
        in_time = reports.at_ms[reports.at_ms <= self._now_ms]
        self._newest_ms = max(self._newest_ms, int(in_time.max(initial=0)))
        self._tracking.take(reports, self._now_ms)
        self._gather()

    def _gather(self) -> None:
        for draft in self._tracking.changed():
            if draft.id in self._drafts or len(self._drafts) < MOST_DRAFTS:
                self._drafts[draft.id] = draft
            else:
                self._lost += 1


def chunks(file: IO[bytes], name: str, tell: Callable[[int], None]) -> Iterator[bytes]:
    """Read a file piece by piece, unpacking it if it is gzip.

    Args:
        file: open for reading.
        name: for errors.
        tell: is told how many bytes of the file have been read.

    Raises:
        InputError: `positions-gzip-broken`, `positions-too-large`.
    """
    counted = _Counted(file, tell)
    first = counted.read(CHUNK_BYTES)
    if not first.startswith(GZIP_MAGIC):
        yield from _plain(first, counted, name)
        return
    try:
        with closing(gzip.GzipFile(fileobj=_Rejoined(first, counted))) as unpacked:  # type: ignore[call-overload] # it reads
            yield from _plain(unpacked.read(CHUNK_BYTES), unpacked, name)
    except (OSError, EOFError, zlib.error) as error:
        what = f"the gzip file is broken: {error}"
        raise InputError("positions-gzip-broken", what, where=name, do="Fetch it again.") from error


def _plain(first: bytes, file: Any, name: str) -> Iterator[bytes]:  # noqa: ANN401 - whatever has read()
    total, piece = 0, first
    while piece:
        total += len(piece)
        if total > MOST_BYTES:
            what = f"a file here holds at most {MOST_BYTES:,} bytes once it is unpacked"
            raise InputError("positions-too-large", what, where=name, do="Split it.")
        yield piece
        piece = file.read(CHUNK_BYTES)


class _Counted:
    """Tells how far a file was read."""

    def __init__(self, file: IO[bytes], tell: Callable[[int], None]) -> None:
        self._file, self._tell, self._done = file, tell, 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._done += len(data)
        self._tell(self._done)
        return data


class _Rejoined:
    """A file whose beginning was read already."""

    def __init__(self, first: bytes, file: _Counted) -> None:
        self._first, self._file = first, file

    def read(self, size: int = -1) -> bytes:
        if self._first:
            piece, self._first = self._first[:size], self._first[size:]
            return piece
        return self._file.read(size)


def track_file(path: Path, file: IO[bytes], tracker: FileTracker, tell: Callable[[int], None]) -> TrackReport:
    """Pass a whole file through tracking.

    Raises:
        InputError: as `chunks` and `FileTracker`, with the file's name.
    """
    try:
        for piece in chunks(file, str(path), tell):
            tracker.feed(piece)
        return tracker.finish()
    except InputError as error:
        if error.where:
            raise
        raise InputError(error.name, error.what, where=str(path), do=error.do) from error


def own_places(
    path: Path, file: IO[bytes], format_: Format | None, now_ms: int, tell: Callable[[int], None]
) -> tuple[list[UnitPlace], tuple[Refusal, ...]]:
    """The newest believed place of each own unit in a file, and what was refused.

    Raises:
        InputError: as `chunks` and `PositionStream`.
    """
    refusals, units = Refusals(), OwnUnits(late_ms=None)
    stream = PositionStream(refusals, format_=format_)
    for piece in chunks(file, str(path), tell):
        reports = stream.feed(piece, now_ms)
        if reports is not None:
            units.take(reports, now_ms)
    reports = stream.finish(now_ms)
    if reports is not None:
        units.take(reports, now_ms)
    return units.changed(), refusals.listed()
