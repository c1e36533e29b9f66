"""The peer interface: POST /line/v1/LINE/push and POST /line/v1/LINE/frame, over mutual TLS.

Plain ASGI, because one thing matters here that frameworks hide: the check starts only after the last
byte of the receipt has been handed to the connection (rule 7). Whoever connects holds a pinned
certificate; who wrote what is proved by signatures alone.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from parley.node.confirming import take_confirmed
from parley.node.framing import answer_gap, beat, take_beat
from parley.node.receiving import Received, Refused, Result, Status, open_batch, receive
from parley.node.recording import place_of
from parley.ports.store import Line, Tx
from parley.web.door import Door
from parley.web.room import check_theirs
from parley.wire.document import read_frame, sign_frame
from parley.wire.message import STOP_RANK, Message, check_place, rank_of
from parley.words.codes import RANK, Precedence
from parley.words.errors import InputError, ParleyError, PeerError
from parley.words.header import AnyFrame, Beat, Confirmed
from parley.words.units import MessageId

MAX_BODY_BYTES: Final = 4 * 1024 * 1024
MAX_ENVELOPES: Final = 512
MANY: Final = 32
"""From this many envelopes on, checks that can wait make way for their receipts."""
PART: Final = 32
"""So many envelopes of a push are one command of the writer; a STOP waits for one command at most."""
PATH_PARTS: Final = 5

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Push(Struct, frozen=True, forbid_unknown_fields=True):
    """Messages and receipts, each an envelope."""

    envelopes: tuple[msgspec.Raw, ...]


class Answer(Struct, frozen=True):
    """A result for each envelope, in order, and the receipts."""

    results: tuple[Result, ...]
    envelopes: tuple[msgspec.Raw, ...]


class Frames(Struct, frozen=True):
    """Frames, each an envelope."""

    frames: tuple[msgspec.Raw, ...]


_PUSH: Final = msgspec.json.Decoder(Push)
_encode: Final = msgspec.json.Encoder().encode


class PeerApp:
    """The ASGI application on the peer listener."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def __call__(self, scope: Scope, receive_event: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        after: Callable[[], None] | None = None
        try:
            line, what = self._address(scope)
            body = await _body(receive_event)
            if what == "push":
                status, answer, after = await self._push(line, body)
            else:
                status, answer = 200, await self._frame(line, body)
        except InputError as error:
            status, answer = 404, _error(error)
        except PeerError as error:
            status, answer = 400, _error(error)
        except ParleyError as error:
            status, answer = 503, _error(error)
        await _respond(send, status, answer)
        if after is not None:
            after()

    def _address(self, scope: Scope) -> tuple[Line, str]:
        parts = scope["path"].split("/")
        known = len(parts) == PATH_PARTS and parts[1:3] == ["line", "v1"] and parts[4] in {"push", "frame"}
        line = self._door.reads.line(parts[3]) if known and scope["method"] == "POST" else None
        if line is None or line.peer is None:
            raise InputError("not-found", "there is nothing here")
        return line, parts[4]

    async def _push(self, line: Line, body: bytes) -> tuple[int, bytes, Callable[[], None] | None]:
        push = _read_push(body)
        count = len(push.envelopes)
        with self._door.checks.making_way(count) if count >= MANY else contextlib.nullcontext():
            opened = await _opened(line, [bytes(raw) for raw in push.envelopes])
            check_theirs(self._door.disk, max(_rank(one) for one in opened))
            received = await self._receive(line, opened)
        self._door.heard(line.id)
        answer = Answer(received.results, tuple(msgspec.Raw(receipt) for receipt in received.receipts))
        return 200, _encode(answer), lambda: self._check_later(line, opened, received)

    async def _receive(self, line: Line, opened: Sequence[Message | Refused]) -> Received:
        """Record a push, in several commands, so that what is urgent comes between; each has a receipt.

        A part is urgent while a STOP is in it or after it: the order of arrival stays.
        """
        parts = [opened[start : start + PART] for start in range(0, len(opened), PART)]
        stops = [number for number, part in enumerate(parts) if any(_is_stop(one) for one in part)]
        last_urgent = max(stops, default=-1)
        commands = [
            self._door.submit(self._receiving(line, part), urgent=number <= last_urgent)
            for number, part in enumerate(parts)
        ]
        done = await asyncio.gather(*commands)
        return Received(
            results=tuple(result for one in done for result in one.results),
            receipts=tuple(dict.fromkeys(receipt for one in done for receipt in one.receipts)),
        )

    def _receiving(self, line: Line, part: Sequence[Message | Refused]) -> Callable[[Tx], Received]:
        own, clock = self._door.own, self._door.clock
        return lambda tx: receive(tx, own, line.id, part, clock.now_ms())

    def _check_later(self, line: Line, opened: Sequence[Message | Refused], received: Received) -> None:
        """Ask for the checks of what was recorded: called after the answer was handed over."""
        ranks: dict[int, list[MessageId]] = {}
        for one, result in zip(opened, received.results, strict=True):
            if result.status is Status.RECORDED and isinstance(one, Message) and one.body is not None:
                ranks.setdefault(rank_of(one.body), []).append(one.id)
        for rank, messages in ranks.items():
            self._door.checks.later(line.id, messages, rank)

    async def _frame(self, line: Line, body: bytes) -> bytes:
        frame = read_frame(body, line.peer.keys.message if line.peer else "")
        own, clock = self._door.own, self._door.clock
        check_place(frame, place_of(own, line))
        self._door.heard(line.id)
        answers: list[AnyFrame] = [beat(self._door.reads, own, line, clock.now_ms())]
        wanted = await self._door.submit(lambda tx: take_frame(tx, self._door, line, frame, body))
        if wanted is not None:
            answers.append(wanted)
        return _encode(Frames(tuple(msgspec.Raw(sign_frame(answer, own.message_key)) for answer in answers)))


def take_frame(tx: Tx, door: Door, line: Line, frame: AnyFrame, envelope: bytes) -> AnyFrame | None:
    """Act on a peer's frame; return a gap request of ours, if one is due."""
    if isinstance(frame, Beat):
        return take_beat(tx, door.own, line, frame, envelope, door.clock.now_ms())
    if isinstance(frame, Confirmed):
        take_confirmed(tx, door.own, line.id, frame, envelope, door.clock.now_ms())
    else:
        answer_gap(tx, door.own, line, frame, door.clock.now_ms())
    return None


def _rank(one: Message | Refused) -> int:
    """Return the rank of what came; what only sounds like a STOP must sound, and so ranks like one."""
    if isinstance(one, Refused):
        return STOP_RANK if one.sounds_like_stop else RANK[Precedence.ROUTINE]
    if one.body is not None:
        return rank_of(one.body)
    return STOP_RANK if one.header.kind == "stop" else RANK[Precedence.ROUTINE]


def _is_stop(one: Message | Refused) -> bool:
    return isinstance(one, Message) and one.header.kind == "stop"


async def _opened(line: Line, envelopes: Sequence[bytes]) -> list[Message | Refused]:
    """Verify beside the writer; one message is not worth a change of thread."""
    if len(envelopes) <= 1:
        return open_batch(line, envelopes)
    return await asyncio.to_thread(open_batch, line, envelopes)


def _read_push(body: bytes) -> Push:
    try:
        push = _PUSH.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PeerError("push-malformed", f"a push is an object of envelopes: {error}") from error
    if not 0 < len(push.envelopes) <= MAX_ENVELOPES:
        raise PeerError("push-malformed", f"a push carries 1 to {MAX_ENVELOPES} envelopes")
    return push


async def _body(receive_event: Receive) -> bytes:
    chunks = []
    size = 0
    while True:
        event = await receive_event()
        if event["type"] == "http.disconnect":
            raise PeerError("body-cut", "the connection closed before the body ended")
        chunk = event.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise PeerError("body-too-large", f"a request holds at most {MAX_BODY_BYTES} bytes")
        chunks.append(chunk)
        if not event.get("more_body", False):
            return b"".join(chunks)


def _error(error: ParleyError) -> bytes:
    return _encode({"error": error.name, "what": error.what})


async def _respond(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
