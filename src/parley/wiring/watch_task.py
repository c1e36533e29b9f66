"""The watch's own clockwork: looks once a second at what is owed, and lets alarms climb.

It reads notices when they change and keeps them; a look over all of them comes when something happened, and
every five seconds. STOPs are looked at every second.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Sequence
from typing import Final

from parley.exchange.phase import CLOSED
from parley.exchange.thread import Thread
from parley.node.own import Own
from parley.node.watching import alarms, climb_on, climbs, note_outcome
from parley.ports.channel import Channel
from parley.ports.clock import Clock
from parley.ports.store import Happening, Line, Reads, Tx
from parley.ports.writing import Submit
from parley.watch.climbing import Alarm, Attempt, Outcome, Rung
from parley.wiring.sending import Sender, together
from parley.words.units import LineId, MessageId

LOG: Final = logging.getLogger("parley")
EVERY_S: Final = 1.0
FULL_LOOK_S: Final = 5.0


class WatchTask:
    """Lives on the event loop; channels are used on threads of their own.

    Args:
        ladder: our own contacts, in order.
        channels: by name; every channel of the ladder.
        armed: whether exercises may reach real contacts.
    """

    def __init__(
        self,
        own: Own,
        reads: Reads,
        submit: Submit,
        clock: Clock,
        ladder: tuple[Rung, ...],
        channels: dict[str, Channel],
        *,
        armed: bool,
    ) -> None:
        self._own, self._reads, self._submit, self._clock = own, reads, submit, clock
        self._ladder, self._armed = ladder, armed
        self._senders = {name: Sender(channel) for name, channel in channels.items()}
        self._threads: dict[LineId, dict[MessageId, Thread]] = {}
        self._touched: dict[LineId, dict[MessageId, None]] = {}
        self._found: dict[LineId, list[Alarm]] = {}
        self._looked_s = float("-inf")
        self._wake = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start looking."""
        self._task = asyncio.create_task(self._look_on())

    def note(self, happenings: Sequence[Happening]) -> None:
        """Take note of what happened; called on the event loop after each commit."""
        for happening in happenings:
            if happening.line is not None and happening.thread is not None:
                self._touched.setdefault(happening.line, {})[happening.thread] = None
            if happening.kind is not None and happening.kind.startswith("stop"):
                self._wake.set()

    async def close(self) -> None:
        """Stop looking. What is being sent is given up; its attempt stands in the journal."""
        if self._task is not None:
            self._task.cancel()
        for task in self._sending:
            task.cancel()
        tasks = [task for task in (self._task, *self._sending) if task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def look(self) -> list[Attempt]:
        """Look once; return what is being tried. Tests call it, and nothing waits for a second to pass."""
        tried: list[Attempt] = []
        now_s = asyncio.get_running_loop().time()
        full = now_s - self._looked_s >= FULL_LOOK_S
        self._looked_s = now_s if full else self._looked_s
        for line in self._reads.lines():
            found = self._alarms(line, full=full)
            if found or climbs(self._reads, line.id):
                attempts = await self._climb(line, found)
                self._send(line, attempts)
                tried += attempts
        return tried

    async def _look_on(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                LOG.exception("the watch failed to look; it looks again")
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), EVERY_S)

    def _alarms(self, line: Line, *, full: bool) -> list[Alarm]:
        now_ms = self._clock.now_ms()
        stops = self._reads.stops(line.id, standing_only=True)
        touched = self._touched.pop(line.id, {})
        threads = self._open_threads(line, touched)
        if full or touched:
            self._found[line.id] = alarms(line, self._own.party, threads, (), now_ms)
        return [*alarms(line, self._own.party, (), stops, now_ms), *self._found.get(line.id, [])]

    def _open_threads(self, line: Line, touched: Iterable[MessageId]) -> list[Thread]:
        held = self._threads.get(line.id)
        if held is None:
            held = {thread.id: thread for thread in self._reads.threads(line.id, open_only=True)}
            self._threads[line.id] = held
        for thread_id in touched:
            thread = self._reads.thread(line.id, thread_id)
            if thread is None or thread.phase in CLOSED:
                held.pop(thread_id, None)
            else:
                held[thread_id] = thread
        return list(held.values())

    async def _climb(self, line: Line, found: list[Alarm]) -> list[Attempt]:
        now_ms, ladder = self._clock.now_ms(), self._ladder

        def command(tx: Tx) -> list[Attempt]:
            return climb_on(tx, line, found, ladder, now_ms)

        return await self._submit(command)

    def _send(self, line: Line, attempts: Sequence[Attempt]) -> None:
        for group in together(attempts):
            task = asyncio.create_task(self._try(line, group))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _try(self, line: Line, group: tuple[Attempt, ...]) -> None:
        outcome, detail = await self._hand_over(line, group[0])
        now_ms = self._clock.now_ms()

        def command(tx: Tx) -> None:
            for attempt in group:
                note_outcome(tx, line.id, attempt, outcome, detail, now_ms)

        await self._submit(command)

    async def _hand_over(self, line: Line, attempt: Attempt) -> tuple[Outcome, str]:
        if line.terms.exercise and not self._armed:
            return Outcome.NOT_ARMED, "an exercise reaches no real contact"
        try:
            said = await self._senders[attempt.channel].send(attempt)
        except Exception as error:  # noqa: BLE001 - a channel is not ours: whatever it raises, it did not take it
            return Outcome.FAILED, f"{type(error).__name__}: {error}"
        return Outcome.ACCEPTED, said
