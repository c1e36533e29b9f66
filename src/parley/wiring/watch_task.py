"""The watch's own clockwork: looks once a second at what is owed, and lets alarms climb.

It keeps the open notices in memory, as each commit left them. Every second it looks at STOPs, and at notices that
have an alarm and have changed; every five seconds it judges all. However many there are, the desk's calls are
served between.
"""

import asyncio
import contextlib
import logging
from collections.abc import Container, Iterable, Sequence
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
AT_ONCE: Final = 50
"""Notices that are judged in one go, a millisecond: a STOP on the event loop waits no longer."""


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
        self._open: dict[LineId, dict[MessageId, Thread]] = {}
        self._changed: dict[LineId, dict[MessageId, Thread]] = {}
        self._found: dict[LineId, dict[MessageId, list[Alarm]]] = {}
        self._looked_s = float("-inf")
        self._wake = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start looking."""
        self._task = asyncio.create_task(self._look_on())

    def note(self, happenings: Sequence[Happening], threads: Sequence[tuple[LineId, Thread]]) -> None:
        """Take note of what happened and of what changed; called on the event loop after each commit."""
        for line, thread in threads:
            self._changed.setdefault(line, {})[thread.id] = thread
        if any(one.kind is not None and one.kind.startswith("stop") for one in happenings):
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
            found = await self._alarms(line, full=full)
            if found or climbs(self._reads, line.id):
                attempts = await self._climb(line, found)
                self._send(line, attempts)
                tried += attempts
        return tried

    async def _look_on(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self.look()
            except Exception:
                LOG.exception("the watch failed to look; it reads everything, and looks again")
                self._open.clear()
                self._found.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), EVERY_S)

    async def _alarms(self, line: Line, *, full: bool) -> list[Alarm]:
        if line.id not in self._open:
            self._open[line.id] = {one.id: one for one in self._reads.threads(line.id, open_only=True)}
        held, found = self._open[line.id], self._found.setdefault(line.id, {})
        changed = self._take_changed(line.id, None if full else found)
        for thread in changed:
            if thread.phase in CLOSED:
                held.pop(thread.id, None)
            else:
                held[thread.id] = thread
        judged = [*held, *found] if full else [thread.id for thread in changed]
        for start in range(0, len(judged), AT_ONCE):
            self._judge(line, held, found, judged[start : start + AT_ONCE])
            await asyncio.sleep(0)
        stops = self._reads.stops(line.id, standing_only=True)
        owed = [alarm for some in found.values() for alarm in some]
        owed.sort(key=lambda alarm: (alarm.since_ms, alarm.key))
        return [*alarms(line, self._own.party, (), stops, self._clock.now_ms()), *owed]

    def _take_changed(self, line: LineId, only: Container[MessageId] | None) -> list[Thread]:
        """Return which notices changed, of those in `only`; the others are taken later."""
        changed = self._changed.get(line, {})
        taken = list(changed) if only is None else [one for one in changed if one in only]
        return [changed.pop(one) for one in taken]

    def _judge(
        self,
        line: Line,
        held: dict[MessageId, Thread],
        found: dict[MessageId, list[Alarm]],
        judged: Iterable[MessageId],
    ) -> None:
        now_ms = self._clock.now_ms()
        for thread_id in judged:
            thread = held.get(thread_id)
            owed = alarms(line, self._own.party, (thread,), (), now_ms) if thread is not None else []
            if owed:
                found[thread_id] = owed
            else:
                found.pop(thread_id, None)

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
