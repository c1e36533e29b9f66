"""The courier: carries what waits to the peer, in batches, and brings the receipts home.

Two lanes to each peer, each with a connection of its own: FLASH is never behind anything. Within a lane
the highest precedence goes first, then the oldest. A message leaves the queue only on the peer's
receipt, which comes with the answer to the push, or with the answer to a later one. The courier decides
nothing else: it retries, with backoff and jitter, for ever.
"""

import asyncio
import contextlib
import functools
import random
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Final

import msgspec
from msgspec import Struct

from parley.adapters.peer_client import PeerClient
from parley.node.confirming import confirmed
from parley.node.framing import answer_gap, beat, take_beat
from parley.node.own import Own
from parley.node.receiving import Received, Refused, Result, Status, open_batch, receive
from parley.node.recording import place_of
from parley.ports.clock import Clock
from parley.ports.store import Happening, Line, Queued, Reads, Tx
from parley.ports.writing import Submit
from parley.wire.document import read_frame, sign_frame
from parley.wire.jcs import printable
from parley.wire.message import STOP_RANK, Message, check_place
from parley.words.codes import RANK, Precedence
from parley.words.errors import PeerError
from parley.words.header import AnyFrame, Beat, GapRequest
from parley.words.units import LineId, MessageId

BATCH_MESSAGES: Final = 256
BATCH_BYTES: Final = 2 * 1024 * 1024
FLASH_LANE: Final = (RANK[Precedence.FLASH], STOP_RANK)
ORDINARY_LANE: Final = tuple(rank for rank in RANK.values() if rank not in FLASH_LANE)
FIRST_WAIT_S: Final = 0.1
LONGEST_WAIT_S: Final = {FLASH_LANE: 2.0, ORDINARY_LANE: 15.0}
REFUSED_WAIT_S: Final = 60.0
MOST_FRAMES: Final = 8
"""Frames in one answer; a node answers a beat with its own, and a gap request where it misses something."""
OK: Final = 200
DEGRADED_BEATS: Final = 2
SILENT_BEATS: Final = 4


class Answer(Struct, frozen=True):
    """What a peer answers to a push."""

    results: tuple[Result, ...]
    envelopes: tuple[msgspec.Raw, ...]


class Frames(Struct, frozen=True):
    """What a peer answers to a frame."""

    frames: tuple[msgspec.Raw, ...]


_ANSWER: Final = msgspec.json.Decoder(Answer)
_FRAMES: Final = msgspec.json.Decoder(Frames)
Problem: Final = Exception
"""Whatever a peer can provoke, an answer nested too deep to decode included: no courier may die of it."""


class Observed(Struct, kw_only=True):
    """What this process has seen of a line; monotonic seconds."""

    heard_s: float | None = None
    problem: str = ""


class Courier:
    """Carries for all lines of a node. Lives on the event loop.

    Args:
        client: makes a client whose TLS trusts this line's peer alone.
        beat_s: seconds between beats.
    """

    def __init__(
        self,
        own: Own,
        reads: Reads,
        submit: Submit,
        clock: Clock,
        client: Callable[[Line], PeerClient],
        *,
        beat_s: float,
    ) -> None:
        self._own, self._reads, self._submit, self._clock = own, reads, submit, clock
        self._client = client
        self._beat_s = beat_s
        self._wakes: dict[LineId, dict[tuple[int, ...], asyncio.Event]] = {}
        self._observed: dict[LineId, Observed] = {}
        self._back: dict[LineId, asyncio.Event] = {}
        self._due: dict[LineId, asyncio.Event] = {}
        self._told: set[LineId] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._random = random.Random()  # noqa: S311 - jitter, no secret

    def start(self, line: Line) -> None:
        """Carry for a line from now on; a line that is only proposed, or known already, is passed over."""
        if line.peer is None or line.id in self._wakes:
            return
        self._wakes[line.id] = {}
        self._observed[line.id] = Observed()
        self._back[line.id] = asyncio.Event()
        self._due[line.id] = asyncio.Event()
        for lane in (FLASH_LANE, ORDINARY_LANE):
            wake = self._wakes[line.id][lane] = asyncio.Event()
            self._tasks.append(asyncio.create_task(self._carry(line, lane, wake)))
        self._tasks.append(asyncio.create_task(self._beat_on(line)))

    def wake(self, queued: AbstractSet[tuple[LineId, int]]) -> None:
        """Look now at the queues of these lines, in the lanes of these ranks."""
        for line, rank in queued:
            for lane, wake in self._wakes.get(line, {}).items():
                if rank in lane:
                    wake.set()

    def heard(self, line: LineId) -> None:
        """Note that the peer was heard from."""
        if line in self._observed:
            self._back[line].set()
            self._observed[line].heard_s = asyncio.get_running_loop().time()

    def beat(self, line: LineId) -> None:
        """Let the next beat come now: there is something to tell."""
        if line in self._due:
            self._due[line].set()

    def observed(self, line: LineId) -> dict[str, object]:
        """Return the observed state of a line: up, degraded or silent, and since when it was heard."""
        seen = self._observed.get(line)
        if seen is None or seen.heard_s is None:
            return {"state": "silent", "heard_s_ago": None, "problem": seen.problem if seen else ""}
        ago_s = asyncio.get_running_loop().time() - seen.heard_s
        state = "up"
        if ago_s > self._beat_s * DEGRADED_BEATS or seen.problem:
            state = "degraded"
        if ago_s > self._beat_s * SILENT_BEATS:
            state = "silent"
        return {"state": state, "heard_s_ago": round(ago_s, 1), "problem": seen.problem}

    async def close(self) -> None:
        """Stop carrying. What waits stays in the queue."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry(self, line: Line, lane: tuple[int, ...], wake: asyncio.Event) -> None:
        refused: dict[MessageId, float] = {}
        wait_s = FIRST_WAIT_S
        with contextlib.closing(self._client(line)) as client:
            while True:
                wake.clear()
                try:
                    batch = self._batch(line, lane, refused)
                except Problem as problem:  # the store did not answer: a STOP that waits in it must still go
                    self._note(line, problem)
                    await self._hold_off(line, FIRST_WAIT_S)
                    continue
                if not batch:
                    wait_s = FIRST_WAIT_S
                    await _wait(wake, REFUSED_WAIT_S if refused else None)
                    continue
                if await self._push(client, line, batch, refused):
                    wait_s = FIRST_WAIT_S
                    continue
                heard = await self._hold_off(line, wait_s)
                wait_s = FIRST_WAIT_S if heard else min(wait_s * 2, LONGEST_WAIT_S[lane])

    async def _hold_off(self, line: Line, wait_s: float) -> bool:
        """Wait before the next try, or until the peer is heard from again; tell whether it was."""
        await asyncio.sleep(FIRST_WAIT_S)
        back = self._back[line.id]
        back.clear()
        await _wait(back, wait_s * self._random.uniform(0.5, 1.5))
        return back.is_set()

    def _batch(self, line: Line, lane: tuple[int, ...], refused: dict[MessageId, float]) -> list[Queued]:
        now_s = asyncio.get_running_loop().time()
        for message in [message for message, until_s in refused.items() if until_s <= now_s]:
            del refused[message]
        rows = self._reads.queue(line.id, lane, BATCH_MESSAGES + len(refused))
        batch: list[Queued] = []
        size = 0
        for row in rows:
            if row.id in refused:
                continue
            size += len(row.envelope)
            if batch and size > BATCH_BYTES:
                break
            batch.append(row)
        return batch[:BATCH_MESSAGES]

    async def _push(
        self, client: PeerClient, line: Line, batch: list[Queued], refused: dict[MessageId, float]
    ) -> bool:
        """Push a batch and take the answer; tell whether anything left the queue."""
        body = b'{"envelopes":[' + b",".join(row.envelope for row in batch) + b"]}"
        try:
            answer = _ANSWER.decode(await self._post(client, line, "push", body))
            if len(answer.results) != len(batch):
                raise PeerError("answer-malformed", "the peer answered for another number of messages")
            if len(answer.envelopes) > 2 * len(batch):  # one of each old receipt, one for each new part
                raise PeerError("answer-malformed", "the peer answered with more receipts than messages")
            return await self._answered(line, batch, answer, refused)
        except Problem as problem:
            self._note(line, problem)
            return False

    async def _answered(
        self, line: Line, batch: list[Queued], answer: Answer, refused: dict[MessageId, float]
    ) -> bool:
        self.heard(line.id)
        self._observed[line.id].problem = ""
        again_s = asyncio.get_running_loop().time() + REFUSED_WAIT_S
        for row, result in zip(batch, answer.results, strict=True):
            if result.status in {Status.QUARANTINED, Status.FORK}:
                refused[row.id] = again_s
        opened = open_batch(line, [bytes(raw) for raw in answer.envelopes])
        receipts = [one for one in opened if isinstance(one, Refused) or one.header.kind == "receipt"]
        left = await self._submit(lambda tx: self._take(tx, line, batch, answer.results, receipts))
        if not left and not refused:
            self._note(line, PeerError("receipts-missing", "the peer answers, but sends no receipt for ours"))
        return left

    def _take(
        self,
        tx: Tx,
        line: Line,
        batch: list[Queued],
        results: tuple[Result, ...],
        receipts: list[Message | Refused],
    ) -> bool:
        """Take an answer: results and receipts. Anything else in it is not taken: it belongs in a push."""
        now_ms = self._clock.now_ms()
        left = False
        for row, result in zip(batch, results, strict=True):
            if result.status in {Status.QUARANTINED, Status.FORK}:
                detail = printable(f"{result.rule}: {result.detail}")
                tx.publish(Happening(at_ms=now_ms, line=line.id, what="refused", id=row.id, detail=detail))
        if receipts:
            received: Received = receive(tx, self._own, line.id, receipts, now_ms)
            left |= any(result.status is Status.RECORDED for result in received.results)
            left = left or _some_left(tx, batch)
        return left

    async def _beat_on(self, line: Line) -> None:
        """Beat for ever. A frame that brings a gap request is answered from the record."""
        with contextlib.closing(self._client(line)) as client:
            while True:
                with contextlib.suppress(Problem):
                    await self._beat(client, line)
                await _wait(self._due[line.id], self._beat_s * self._random.uniform(0.9, 1.1))
                self._due[line.id].clear()

    async def _beat(self, client: PeerClient, line: Line) -> None:
        """Beat; and tell what the peer's node has not yet taken of our person's confirmation."""
        now_ms = self._clock.now_ms()
        await self._frame(client, line, beat(self._reads, self._own, line, now_ms))
        telling = None if line.id in self._told else confirmed(self._reads, self._own, line.id, now_ms)
        if telling is not None:
            await self._frame(client, line, telling)
            self._told.add(line.id)

    async def _frame(self, client: PeerClient, line: Line, frame: AnyFrame) -> None:
        envelope = sign_frame(frame, self._own.message_key)
        answer = _FRAMES.decode(await self._post(client, line, "frame", envelope))
        if len(answer.frames) > MOST_FRAMES:
            raise PeerError("answer-malformed", f"the peer answered with more than {MOST_FRAMES} frames")
        self.heard(line.id)
        key = line.peer.keys.message if line.peer else ""
        for raw in answer.frames:
            wanted = await self._submit(functools.partial(self._take_frame, line, bytes(raw), key))
            if wanted is not None:
                await self._frame(client, line, wanted)

    def _take_frame(self, line: Line, envelope: bytes, key: str, tx: Tx) -> AnyFrame | None:
        heard = read_frame(envelope, key)
        check_place(heard, place_of(self._own, line))
        if isinstance(heard, Beat):
            return take_beat(tx, self._own, line, heard, envelope, self._clock.now_ms())
        if isinstance(heard, GapRequest):
            answer_gap(tx, self._own, line, heard, self._clock.now_ms())
        return None

    async def _post(self, client: PeerClient, line: Line, what: str, body: bytes) -> bytes:
        """Post to the first of the peer's addresses that answers."""
        problem: Exception = PeerError("no-endpoint", "the peer's descriptor names no address")
        for endpoint in line.peer.endpoints if line.peer else ():
            try:
                status, answer = await client.post(endpoint, f"/line/v1/{line.id}/{what}", body)
            except (PeerError, TimeoutError, OSError) as error:
                error.add_note(endpoint)
                problem = error
                continue
            if status == OK:
                return answer
            problem = PeerError("peer-refused", f"{status}: {answer[:200]!r}")
        raise problem

    def _note(self, line: Line, problem: Exception) -> None:
        where = "".join(f"at {place}: " for place in getattr(problem, "__notes__", ())[-1:])
        self._observed[line.id].problem = f"{type(problem).__name__}: {where}{problem}"[:200]


def _some_left(tx: Tx, batch: list[Queued]) -> bool:
    """Tell whether a part of a batch is queued no longer; a receipt that we held already does that too."""
    waiting = tx.queue(batch[0].line, [row.rank for row in batch], len(batch))
    return {row.id for row in waiting} != {row.id for row in batch}


async def _wait(wake: asyncio.Event, longest_s: float | None) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(wake.wait(), longest_s)
