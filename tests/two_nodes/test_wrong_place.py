"""What does not belong on the line, or is not its author's, is refused by name and kept in quarantine."""

from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from forger import Chained, Forger, assert_b_works, forged, notice
from parley.wire.keys import SigningKey
from parley.wire.message import PAYLOAD_TYPE
from support import START_MS, on_loop

STRANGER = SigningKey.from_seed(b"\x07" * 32)


def broken_signature(chained: Chained) -> bytes:
    forger = chained.forger
    good = forger.sign(notice(), chained.seq, chained.prev, START_MS).envelope
    other = forger.sign(notice("9" * 32), chained.seq, chained.prev, START_MS).envelope
    at, end = good.index(b'"sig":"'), good.index(b'"}]}')
    return good[:at] + other[other.index(b'"sig":"') : other.index(b'"}]}')] + good[end:]


def changed(**members: Any) -> Callable[[Chained], bytes]:  # noqa: ANN401 - members of the header
    return lambda chained: (
        chained.forger.sign(notice(), chained.seq, chained.prev, START_MS, **members).envelope
    )


def by_a_stranger(chained: Chained) -> bytes:
    return chained.forger.sign(notice(), chained.seq, chained.prev, START_MS, key=STRANGER).envelope


def of_another_type(chained: Chained) -> bytes:
    good = chained.forger.sign(notice(), chained.seq, chained.prev, START_MS).envelope
    return good.replace(PAYLOAD_TYPE.encode(), b"application/vnd.parley.frame.v1+json")


CASES: dict[str, Callable[[Chained], bytes]] = {
    "line-mismatch": changed(line="f" * 32),
    "epoch-unknown": changed(epoch=7),
    "party-mismatch": changed(to="a" * 64),
    "exercise-mismatch": changed(exercise=False),
    "key-unknown": by_a_stranger,
    "signature-invalid": broken_signature,
    "payload-type-unknown": of_another_type,
    "envelope-malformed": lambda _: b"{}",
}


@on_loop
async def test_it_is_refused_by_the_name_of_the_rule_and_its_neighbour_is_not(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        for n, (rule, case) in enumerate(CASES.items()):
            wrong = case(chained)
            good = chained.sign(notice(f"{n:032x}"), START_MS)
            results = await chained.forger.push([wrong, good.envelope])
            assert (results.statuses, results.rules) == (["quarantined", "recorded"], [rule, None])
            kept = (await both.b.get("/quarantine"))[-1]
            assert (kept["rule"], b64decode(kept["data"])) == (rule, wrong)
            assert (await both.b.notice(good.id))["versions"][0]["step"] == "delivered"
        assert len(await both.b.get("/quarantine")) == len(CASES)
        assert len(await both.b.get(f"/lines/{both.b.peer}/notices")) == len(CASES)
        await assert_b_works(both, chained)


@on_loop
async def test_our_own_messages_sent_back_to_us_are_refused(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        rows = both.b.node.reads.entries(both.b.line.id, 0, 10)
        own = both.b.node.own.party
        mine = next(raw for value, _, raw in rows if raw and f'"author":"{own}"'.encode() in value)
        results = await chained.forger.push([mine])
        assert (results.statuses, results.rules) == (["quarantined"], ["key-unknown"])
        await assert_b_works(both, chained)


@on_loop
async def test_a_push_to_a_line_that_is_not_there_finds_nothing(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        forger: Forger = chained.forger
        answer = await forger.client.post(f"{forger.url}/line/v1/{'0' * 32}/push", content=b"{}")
        assert (answer.status_code, answer.json()["error"]) == (404, "not-found")
        await assert_b_works(both, chained)
