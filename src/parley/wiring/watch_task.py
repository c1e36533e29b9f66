"""The watch's own clockwork: looks once a second at what is owed, and lets alarms climb.

What a notice will owe, and from when, is worked out once, when it changes: however many are open, a look only
compares times. STOPs are read at every look.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Final

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
END_OF_TIME_MS: Final = 2**62
AT_ONCE: Final = 50
"""Changed notices that are judged in one go, a millisecond: a STOP on the event loop waits no longer."""


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
        self._changed: dict[LineId, dict[MessageId, Thread]] = {}
        self._ahead: dict[LineId, dict[MessageId, tuple[Alarm, ...]]] = {}
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
        for line in self._reads.lines():
            found = await self._alarms(line)
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
                self._ahead.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), EVERY_S)

    async def _alarms(self, line: Line) -> list[Alarm]:
        ahead = self._ahead.get(line.id)
        if ahead is None:
            ahead = await self._read_all(line)
        changed = list(self._changed.pop(line.id, {}).values())
        for start in range(0, len(changed), AT_ONCE):
            for thread in changed[start : start + AT_ONCE]:
                self._look_ahead(line, thread, ahead)
            await asyncio.sleep(0)
        now_ms = self._clock.now_ms()
        owed = [alarm for some in ahead.values() for alarm in some if alarm.since_ms <= now_ms]
        owed.sort(key=lambda alarm: (alarm.since_ms, alarm.key))
        stops = self._reads.stops(line.id, standing_only=True)
        return [*alarms(line, self._own.party, (), stops, now_ms), *owed]

    async def _read_all(self, line: Line) -> dict[MessageId, tuple[Alarm, ...]]:
        """Read the open notices, a part at a time: what changes meanwhile is noted, and taken after."""
        ahead: dict[MessageId, tuple[Alarm, ...]] = {}
        number = -1
        while part := self._reads.open_after(line.id, number, AT_ONCE):
            for number, thread in part:  # noqa: B007 - the last number begins the next part
                self._look_ahead(line, thread, ahead)
            await asyncio.sleep(0)
        self._ahead[line.id] = ahead
        return ahead

    def _look_ahead(self, line: Line, thread: Thread, ahead: dict[MessageId, tuple[Alarm, ...]]) -> None:
        """Keep what a notice will owe as it stands, if nothing more is said of it."""
        found = alarms(line, self._own.party, (thread,), (), END_OF_TIME_MS)
        if found:
            ahead[thread.id] = tuple(found)
        else:
            ahead.pop(thread.id, None)

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
