"""What a hostile peer may send to /line/v1: each refusal has a name, and the next honest message is taken."""

import asyncio
import random
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import psutil
import pytest

from forger import Chained, assert_b_works, forged, notice
from parley.adapters.sqlite_store import QUARANTINE_ROWS
from parley.web import bounded
from parley.web.bounded import MOST_OF_ONE
from parley.web.peer import MAX_BODY_BYTES, MAX_ENVELOPES
from parley.wire import rules
from parley.wire.document import sign_frame
from parley.wire.keys import SigningKey
from parley.wiring import gate
from parley.wiring.gate import HANDSHAKES, HANDSHAKES_AN_ADDRESS
from parley.words.header import Beat, GapRequest
from support import START_MS, Pair, listen_of, on_loop

NAMED: Final = {"push-malformed", "body-too-large", "body-cut", "not-found", *rules.ALL}
STRANGER: Final = SigningKey.from_seed(b"\x09" * 32)
MEGABYTE: Final = 1024 * 1024


def wrapped(*envelopes: bytes) -> bytes:
    return b'{"envelopes":[' + b",".join(envelopes) + b"]}"


BODIES: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "random bytes": lambda _: random.Random(1).randbytes(5_000),  # noqa: S311 - noise
    "no object": lambda _: b"[]",
    "no envelopes": lambda _: b'{"envelopes":[]}',
    "one member more": lambda good: wrapped(good)[:-1] + b',"x":1}',
    "too many envelopes": lambda good: wrapped(*[good] * (MAX_ENVELOPES + 1)),
    "deeply nested": lambda _: b'{"envelopes":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "deeply nested envelope": lambda _: wrapped(b'{"payload":' * 50_000 + b"1" + b"}" * 50_000),
    "truncated": lambda good: wrapped(good)[:-20],
    "not UTF-8": lambda good: wrapped(good).replace(b"payloadType", b"payload\xff\xfe\xfd\xfc"),
    "half a surrogate": lambda good: wrapped(good.replace(b"application/", b"\\ud800")),
    "oversized": lambda good: wrapped(good) + b" " * MAX_BODY_BYTES,
    "oversized envelope": lambda good: wrapped(good.replace(b'"payload":"', b'"payload":"' + b"A" * 400_000)),
    "envelope of numbers": lambda _: wrapped(b"1e999999"),
    "trailing bytes": lambda good: wrapped(good) + b"{}",
    "spaces inside the envelope": lambda good: wrapped(good.replace(b":", b": ")),
    "a member twice": lambda good: wrapped(good[:-1] + b',"payload":""}'),
}


def good_of(chained: Chained) -> bytes:
    return chained.forger.sign(notice(), chained.seq, chained.prev, START_MS).envelope


@on_loop
async def test_a_broken_push_is_refused_by_name_and_the_next_message_is_taken(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        for what, broken in BODIES.items():
            held = both.b.node.reads.chain(both.b.line.id).top
            results = await chained.forger.post("push", broken(good_of(chained)))
            if results.status == 200:
                assert set(results.statuses) == {"quarantined"}, what
                assert set(results.rules) <= NAMED, what
            else:
                assert results.status == 400, what
                assert results.body["error"] in NAMED, what
            assert both.b.node.reads.chain(both.b.line.id).top == held, what
            await assert_b_works(both, chained)


@on_loop
async def test_bit_flips_truncations_and_noise_are_all_refused_by_name(tmp_path: Path) -> None:
    chance = random.Random(2)  # noqa: S311 - damage
    async with forged(tmp_path) as (both, chained):
        good = good_of(chained)
        damaged: list[bytes] = []
        for _ in range(MAX_ENVELOPES):
            flipped = bytearray(good)
            for _ in range(chance.choice((1, 1, 1, 2, 8))):
                flipped[chance.randrange(len(good))] ^= 1 << chance.randrange(8)
            damaged.append(bytes(flipped))
        pushed = [wrapped(one) for one in damaged]
        pushed += [wrapped(good)[: chance.randrange(len(good))] for _ in range(60)]
        pushed += [chance.randbytes(chance.randrange(1, 3_000)) for _ in range(60)]
        for body in pushed:
            results = await chained.forger.post("push", body)
            assert results.status in {200, 400}, results.body
            names = set(results.rules) if results.status == 200 else {results.body["error"]}
            assert names <= NAMED
        assert await both.b.get(f"/lines/{both.b.peer}/notices") == []
        await assert_b_works(both, chained)


FRAMES: dict[str, Callable[[Chained], bytes]] = {
    "by a stranger": lambda chained: sign_frame(beat_of(chained), STRANGER),
    "for another line": lambda chained: sign_frame(beat_of(chained, line="f" * 32), key_of(chained)),
    "of another epoch": lambda chained: sign_frame(beat_of(chained, epoch=9), key_of(chained)),
    "to another party": lambda chained: sign_frame(beat_of(chained, to="a" * 64), key_of(chained)),
    "a message": good_of,
    "nothing": lambda _: b"",
    "deeply nested": lambda _: b"[" * 100_000,
    "oversized": lambda _: b" " * (MAX_BODY_BYTES + 1),
}


def key_of(chained: Chained) -> SigningKey:
    return chained.forger.own.message_key


def beat_of(chained: Chained, **changed: object) -> Beat:
    forger = chained.forger
    members = {"line": forger.line.id, "epoch": 0, "from_": forger.own.party, "to": forger.line.peer_party}
    return Beat(**{**members, "at": START_MS, "tip": None, **changed})  # type: ignore[arg-type]


@on_loop
async def test_a_broken_frame_is_refused_by_name_and_changes_nothing(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        for what, broken in FRAMES.items():
            before = both.b.node.reads.chain(both.b.line.id)
            results = await chained.forger.post("frame", broken(chained))
            assert (results.status, results.body["error"] in NAMED) == (400, True), (what, results.body)
            assert both.b.node.reads.chain(both.b.line.id) == before, what
            await assert_b_works(both, chained)


@on_loop
async def test_frames_that_are_replayed_do_no_more_than_once(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        beat = sign_frame(beat_of(chained), key_of(chained))
        asked = sign_frame(
            GapRequest(
                line=chained.forger.line.id,
                epoch=0,
                from_=chained.forger.own.party,
                to=chained.forger.line.peer_party or "",
                at=START_MS,
                first=0,
                last=2**53 - 1,
            ),
            key_of(chained),
        )
        root = both.b.node.reads.chain(both.b.line.id).tree.root()
        for frame in (beat, asked) * 20:
            assert (await chained.forger.post("frame", frame)).status == 200
        assert both.b.node.reads.queue_length(both.b.line.id) == 1, "what was asked for waits once"
        assert both.b.node.reads.chain(both.b.line.id).tree.root() == root
        await assert_b_works(both, chained)


@on_loop
async def test_the_quarantine_and_the_memory_stay_bounded_under_a_flood(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        good = good_of(chained)
        large = good.replace(b'"payload":"', b'"payload":"' + b"A" * (MAX_BODY_BYTES // MAX_ENVELOPES))
        await chained.forger.push([large] * 256)
        process = psutil.Process()
        before = process.memory_info().rss
        for n in range(20):
            results = await chained.forger.push(
                [large] * 400 if n % 2 else [good[:-1] + b" }"] * MAX_ENVELOPES
            )
            assert set(results.statuses) == {"quarantined"}
        assert process.memory_info().rss - before < 150 * MEGABYTE
        assert len(both.b.node.reads.quarantine()) == QUARANTINE_ROWS
        await assert_b_works(both, chained)


def with_certificate_of_a(both: Pair) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.load_cert_chain(both.a.home.certificate, both.a.home.key("tls"))
    context.load_verify_locations(both.b.home.certificate)
    return context


@asynccontextmanager
async def raw(both: Pair) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A bare TLS connection to b with a's certificate."""
    context = with_certificate_of_a(both)
    reader, writer = await asyncio.open_connection("127.0.0.1", listen_of(both.b.home), ssl=context)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def send_until_refused(writer: asyncio.StreamWriter, chunk: bytes, most: int) -> int:
    """Send until the other side closes; return how much it took."""
    sent = 0
    try:
        while sent < most:
            writer.write(chunk)
            await writer.drain()
            sent += len(chunk)
    except OSError:
        pass
    return sent


HEADS: Final = {
    "headers": (b"POST / HTTP/1.1\r\n", b"x-n: 1\r\n" * 1_000),
    "one header": (b"POST / HTTP/1.1\r\nx: ", b"x" * 8_000),
    "a path": (b"POST /", b"/" * 8_000),
}


@pytest.mark.parametrize("what", sorted(HEADS))
@on_loop
async def test_a_head_without_end_is_cut_off(tmp_path: Path, what: str) -> None:
    async with forged(tmp_path) as (both, chained):
        async with raw(both) as (_, writer):
            start, more = HEADS[what]
            writer.write(start)
            assert await send_until_refused(writer, more, 32 * MEGABYTE) < 32 * MEGABYTE
        await assert_b_works(both, chained)


@on_loop
async def test_a_body_that_never_ends_is_cut_off_and_holds_up_nobody(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounded, "REQUEST_S", 1.0)
        async with forged(tmp_path) as (both, chained), raw(both) as (reader, writer):
            path = f"/line/v1/{both.b.line.id}/push"
            writer.write(f"POST {path} HTTP/1.1\r\ncontent-length: 1000\r\n\r\n{{".encode())
            await writer.drain()
            await assert_b_works(both, chained)
            async with asyncio.timeout(10):
                assert b"200" not in await reader.read()


@on_loop
async def test_connections_that_say_nothing_hold_up_nobody_and_are_closed(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounded, "REQUEST_S", 1.0)
        async with forged(tmp_path) as (both, chained):
            idle = [await asyncio.open_connection("127.0.0.1", listen_of(both.b.home)) for _ in range(50)]
            async with raw(both) as (reader, _):
                await assert_b_works(both, chained)
                async with asyncio.timeout(10):
                    assert await reader.read() == b""
            for _, writer in idle:
                writer.transport.abort()


async def ends(reader: asyncio.StreamReader) -> bool:
    """Wait until the other side closes."""
    try:
        return await reader.read() == b""
    except OSError:
        return True


@on_loop
async def test_strangers_that_never_shake_hands_make_way_for_the_next_and_for_the_peer(
    tmp_path: Path,
) -> None:
    async with forged(tmp_path) as (both, chained):
        port = listen_of(both.b.home)
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3 * HANDSHAKES)]
        for _, writer in slow[::2]:
            writer.write(b"\x16\x03\x01\x02\x00\x01")  # the first bytes of a greeting, and no more
        async with asyncio.timeout(10):
            over = 3 * HANDSHAKES - HANDSHAKES_AN_ADDRESS
            assert all(await asyncio.gather(*(ends(reader) for reader, _ in slow[:over])))
            await assert_b_works(both, chained)
        for _, writer in slow:
            writer.transport.abort()


@on_loop
async def test_a_handshake_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate, "HANDSHAKE_S", 0.5)
        async with forged(tmp_path) as (both, chained):
            reader, writer = await asyncio.open_connection("127.0.0.1", listen_of(both.b.home))
            async with asyncio.timeout(10):
                assert await ends(reader)
            writer.transport.abort()
            await assert_b_works(both, chained)


@on_loop
async def test_a_certificate_holds_only_so_many_connections_and_the_idle_make_way(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        port, context = listen_of(both.b.home), with_certificate_of_a(both)
        leaked = [
            await asyncio.open_connection("127.0.0.1", port, ssl=context) for _ in range(MOST_OF_ONE + 8)
        ]
        async with asyncio.timeout(10):
            assert all(await asyncio.gather(*(ends(reader) for reader, _ in leaked[:7])))
            await assert_b_works(both, chained)
        for _, writer in leaked:
            writer.transport.abort()


@on_loop
async def test_other_methods_and_paths_find_nothing(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        forger, line = chained.forger, both.b.line.id
        for method, path in (
            ("GET", f"/line/v1/{line}/push"),
            ("POST", f"/line/v1/{line}/pull"),
            ("POST", f"/line/v1/{line}/push/"),
            ("POST", f"/line/v2/{line}/push"),
            ("POST", "/api/v1/status"),
            ("GET", "/"),
            ("POST", "/line/v1/%00/push"),
            ("POST", "/line/v1/%ff%fe/push"),
            ("PROPFIND", "/line/v1"),
        ):
            answer = await forger.client.request(method, forger.url + path, content=b"{}")
            assert (answer.status_code, answer.json()["error"]) == (404, "not-found"), (method, path)
        await assert_b_works(both, chained)


@on_loop
async def test_bytes_that_are_no_http_are_refused(tmp_path: Path) -> None:
    chance = random.Random(3)  # noqa: S311 - noise
    async with forged(tmp_path) as (both, chained):
        heads = [
            chance.randbytes(200),
            b"\x16\x03\x01",
            b"POST \xff\xfe HTTP/1.1\r\n\r\n",
            b"POST / HTTP/9.9\r\n\r\n",
        ]
        heads.append(b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n")
        heads.append(b"POST / HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n")
        for head in heads:
            async with raw(both) as (reader, writer):
                writer.write(head + b"\r\n\r\n")
                writer.write_eof() if writer.can_write_eof() else None
                async with asyncio.timeout(10):
                    assert b" 200 " not in await reader.read(200)
        await assert_b_works(both, chained)
