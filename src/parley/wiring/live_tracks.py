"""Live tracks put together: sources in, tracking or own units, drafts or places out, until told to stop.

A node that does not answer loses nothing that is bounded: drafts wait here, the newest form of each.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Protocol, TypeVar

from parley.adapters.system_clock import SystemClock
from parley.adapters.track_sources import Address, Inbox, Listener, Piece, TlsFiles, address_of, connect
from parley.formats.position_format import Format
from parley.formats.position_stream import PositionStream
from parley.formats.positions import Positions, Refusals, Source, joined
from parley.intake.draft import DraftState, IncidentDraft
from parley.intake.own_units import OwnUnits, UnitPlace
from parley.intake.places import NoticeVolume, Zone
from parley.intake.tracking import Tracking
from parley.ports.clock import Clock
from parley.words.errors import InputError, ParleyError

T = TypeVar("T")
TICK_S: Final = 1.0
REFRESH_TICKS: Final = 10
GROWN_MS: Final = 30_000
"""How often a draft that only grew is sent again. One that is new, lost or left is sent at once."""
TOGETHER: Final = 128
"""Pieces that are judged together, when so many wait."""
MOST_STREAMS: Final = 1_024
MOST_WAITING: Final = 20_000
BATCH: Final = 32


class Sources(NamedTuple):
    """Where live positions come from."""

    listen: Sequence[Address]
    connect: Sequence[Address]
    tls: TlsFiles


class Sink(Protocol):
    """Where zones and notices come from and drafts go to: a running node, or files and the screen."""

    def places(self) -> tuple[Sequence[Zone], Sequence[NoticeVolume]] | None:
        """Return what tracks are compared with; null when it stays as it is. Called on a thread."""

    def keep(self, drafts: Sequence[IncidentDraft]) -> None:
        """Keep drafts. Called on a thread.

        Raises:
            ParleyError: they were not kept; they are offered again.
        """

    def move(self, places: Sequence[UnitPlace]) -> None:
        """Move own units in the picture. Called on a thread.

        Raises:
            ParleyError: they were not moved; the next places are offered.
        """

    def tell(self, what: str) -> None:
        """Say what happened to a source or to the node."""


def system_clock() -> Clock:
    """Return the machine's clock."""
    return SystemClock()


class LiveTracks:
    """Takes pieces from sources and passes on what comes of them.

    Args:
        sink: zones, notices, and where drafts go.
        clock: tells the receipt.
        refusals: counts what cannot be read.
        tracking: null when the tracks are own units.
        own: null when the tracks are not ours. Own units make no draft, whatever they do.
        format_: null to find it out for each source.
    """

    def __init__(
        self,
        sink: Sink,
        clock: Clock,
        refusals: Refusals,
        *,
        tracking: Tracking | None = None,
        own: OwnUnits | None = None,
        format_: Format | None = None,
    ) -> None:
        self._sink, self._clock, self._refusals, self._format = sink, clock, refusals, format_
        self._tracking, self._own = tracking, own
        self._streams: OrderedDict[str, PositionStream] = OrderedDict()
        self._waiting: dict[str, IncidentDraft] = {}
        self._sent: dict[str, tuple[DraftState, int]] = {}
        self._trouble = ""
        self._read: dict[Source, list[Positions]] = {}
        self.dropped = 0
        self.positions = 0

    def take(self, piece: Piece) -> None:
        """Take bytes from one source; a source of no known format is shut out."""
        now_ms = self._clock.now_ms()
        try:
            if piece.data is None:
                stream = self._streams.pop(piece.source, None)
                self._judge(stream.finish(now_ms) if stream is not None else None)
                return
            stream = self._stream(piece.source)
            self._judge(stream.feed(piece.data, now_ms))
            if piece.whole:
                self._judge(stream.end_piece(now_ms))
        except InputError as error:
            self._streams.pop(piece.source, None)
            self._refusals.note(error.name, 1)
            piece.close()

    def _stream(self, source: str) -> PositionStream:
        stream = self._streams.get(source)
        if stream is None:
            stream = self._streams[source] = PositionStream(self._refusals, format_=self._format, live=True)
            if len(self._streams) > MOST_STREAMS:
                self._streams.popitem(last=False)
        self._streams.move_to_end(source)
        return stream

    def _judge(self, reports: Positions | None) -> None:
        if reports is None or not len(reports):
            return
        self.positions += len(reports)
        self._read.setdefault(reports.source, []).append(reports)

    def flush(self) -> None:
        """Pass on what was read: many small pieces together cost little more than one."""
        now_ms = self._clock.now_ms()
        for parts in self._read.values():
            reports = joined(parts)
            if self._own is not None:
                self._own.take(reports, now_ms)
            elif self._tracking is not None:
                self._tracking.take(reports, now_ms)
        self._read.clear()

    async def refresh(self) -> None:
        """Take zones and notices anew; when they cannot be had, those so far stay."""
        if self._tracking is None:
            return
        found = await self._asked(self._sink.places)
        if found is not None:
            zones, notices = found
            self._tracking.set_zones(zones)
            self._tracking.set_notices(notices)

    async def tick(self) -> None:
        """Let time pass, and pass on what changed."""
        self.flush()
        if self._own is not None:
            places = self._own.changed()
            if places:
                await self._asked(lambda: self._sink.move(places))
            return
        now_ms = self._clock.now_ms()
        if self._tracking is not None:
            self._gather(self._tracking, now_ms)
        due = [draft for draft in self._waiting.values() if self._is_due(draft, now_ms)]
        for start in range(0, len(due), BATCH):
            batch = due[start : start + BATCH]
            if await self._asked(lambda batch=batch: self._kept(batch)) is None:  # type: ignore[misc] # bound now
                return
            for draft in batch:
                self._note_sent(draft, now_ms)

    def _gather(self, tracking: Tracking, now_ms: int) -> None:
        """Take up what changed, the newest form of each draft."""
        tracking.pass_time(now_ms)
        for draft in tracking.changed():
            if draft.id in self._waiting or len(self._waiting) < MOST_WAITING:
                self._waiting[draft.id] = draft
            else:
                self.dropped += 1

    def _note_sent(self, draft: IncidentDraft, now_ms: int) -> None:
        self._sent[draft.id] = (draft.state, now_ms)
        if self._waiting.get(draft.id) is draft:
            del self._waiting[draft.id]
        if draft.state is DraftState.LEFT:
            del self._sent[draft.id]

    def _is_due(self, draft: IncidentDraft, now_ms: int) -> bool:
        state, sent_ms = self._sent.get(draft.id, (None, 0))
        return state is not draft.state or now_ms - sent_ms >= GROWN_MS

    def _kept(self, batch: Sequence[IncidentDraft]) -> bool:
        self._sink.keep(batch)
        return True

    async def _asked(self, ask: Callable[[], T]) -> T | None:
        """Ask the sink on a thread; say a failure once, and when it is over."""
        try:
            found = await asyncio.to_thread(ask)
        except ParleyError as error:
            if error.name != self._trouble:
                self._trouble = error.name
                self._sink.tell(str(error))
            return None
        self._trouble = ""
        return found


async def follow(
    live: LiveTracks, sources: Sources, tell: Callable[[str], None], done: asyncio.Event
) -> Inbox:
    """Take positions from sources until `done`.

    Raises:
        SystemFault: address-taken.
        InputError: tls-files.
    """
    inbox = Inbox()
    inbox.told = tell
    await live.refresh()
    listeners = [Listener(address, inbox, sources.tls) for address in sources.listen]
    for listener in listeners:
        await listener.start()
        tell(f"listening on {listener.address}")
    tasks = [asyncio.create_task(connect(address, inbox, sources.tls)) for address in sources.connect]
    tasks += [asyncio.create_task(_consume(live, inbox)), asyncio.create_task(_tick(live))]
    ended = asyncio.create_task(done.wait())
    try:
        finished, _ = await asyncio.wait([*tasks, ended], return_when=asyncio.FIRST_COMPLETED)
        for task in finished - {ended}:
            task.result()  # a bug, or a TLS file that cannot be used
    finally:
        for task in (*tasks, ended):
            task.cancel()
        await asyncio.gather(*tasks, ended, return_exceptions=True)
        for listener in listeners:
            await listener.close()
        while not inbox.pieces.empty():
            live.take(inbox.pieces.get_nowait())
        await live.tick()
    return inbox


async def _consume(live: LiveTracks, inbox: Inbox) -> None:
    while True:
        live.take(await inbox.pieces.get())
        for _ in range(min(inbox.pieces.qsize(), TOGETHER)):
            live.take(inbox.pieces.get_nowait())
        live.flush()
        await asyncio.sleep(0)  # let the readers and the clock have their turn


async def _tick(live: LiveTracks) -> None:
    count = 0
    while True:
        await asyncio.sleep(TICK_S)
        await live.tick()
        count += 1
        if count % REFRESH_TICKS == 0:
            await live.refresh()


__all__ = ["LiveTracks", "Sink", "Sources", "TlsFiles", "address_of", "follow", "system_clock"]
