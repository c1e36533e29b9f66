"""What a hostile peer may answer to our courier: it is refused by name, and the next answer is taken."""

from collections.abc import Callable
from pathlib import Path

import pytest

from answering import answering, http
from parley.exercises.free_port import free_port
from support import draft, on_loop, pair, until

ANSWERS: dict[str, Callable[[bytes], bytes]] = {
    "no JSON": lambda _: http(b"\xff\xfe{"),
    "nothing": lambda _: http(b""),
    "deeply nested": lambda _: http(b'{"results":[],"envelopes":[' + b"[" * 300_000 + b"]" * 300_000 + b"]}"),
    "deeply nested frames": lambda _: http(b'{"frames":' + b"[" * 300_000),
    "too few results": lambda _: http(b'{"results":[],"envelopes":[]}'),
    "a receipt that is none": lambda body: http(results_for(body) + b',"envelopes":[{"payload":1}]}'),
    "results without receipts": lambda body: http(results_for(body) + b',"envelopes":[]}'),
    "many receipts": lambda body: http(
        results_for(body) + b',"envelopes":[' + b",".join([b"1"] * 600) + b"]}"
    ),
    "many frames": lambda _: http(b'{"frames":[' + b",".join([b"1"] * 600) + b"]}"),
    "oversized": lambda _: http(b'{"results":[],"envelopes":[]}' + b" " * 5 * 1024 * 1024),
    "refused": lambda _: http(b'{"error":"peer-tired"}', "503 Service Unavailable"),
    "redirected": lambda _: b"HTTP/1.1 307 X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
    "no HTTP": lambda _: b"SSH-2.0-hello\r\n\r\n",
}


def results_for(body: bytes) -> bytes:
    row = b'{"id":null,"status":"recorded","rule":null,"detail":""}'
    return b'{"results":[' + b",".join([row] * body.count(b'"payloadType"')) + b"]"


@pytest.mark.parametrize("what", sorted(ANSWERS))
@on_loop
async def test_a_broken_answer_ends_no_courier_and_loses_nothing(tmp_path: Path, what: str) -> None:
    async with pair(tmp_path) as both:
        both.cut()
        await both.a.release(draft(), draft(precedence="FLASH"))
        port, asked = free_port(), []

        def answer(head: str, body: bytes) -> bytes:
            asked.append(head.split(" ")[1].rpartition("/")[2])
            return ANSWERS[what](body)

        async with answering(both.b.home, port, both.a.home.certificate.read_text(), answer):
            real, both.relays[1].target = both.relays[1].target, port
            both.heal()
            await until(lambda: asked.count("push") >= 3 and "frame" in asked, why="a tries, and again")
            assert both.a.node.reads.queue_length(both.a.line.id) == 2
            status = await both.a.get(f"/lines/{both.a.peer}")
            assert status["observed"]["problem"]
            both.cut()
            both.relays[1].target = real
        both.heal()
        await both.prove()


@pytest.mark.parametrize("what", ["many receipts", "many frames"])
@on_loop
async def test_of_an_answer_with_more_than_was_asked_nothing_is_taken_into_the_quarantine(
    tmp_path: Path, what: str
) -> None:
    async with pair(tmp_path) as both:
        both.cut()
        await both.a.release(draft())
        asked = []

        def answer(head: str, body: bytes) -> bytes:
            asked.append(head)
            return ANSWERS[what](body)

        port = free_port()
        async with answering(both.b.home, port, both.a.home.certificate.read_text(), answer):
            both.relays[1].target = port
            both.heal()
            await until(lambda: len(asked) >= 4, why="a tries again")
            assert both.a.node.reads.quarantine() == []
