"""A line shows UNVERIFIED until a person of each side has confirmed the safety number and both nodes know."""

from pathlib import Path

import msgspec

from forger import forged
from lone import LINE_ID, OWN, PEER_KEY, Lone, line
from parley.node.confirming import take_confirmed
from parley.node.lines import safety_number_of
from parley.wire.document import read_frame, sign_frame
from parley.words.header import Confirmed
from support import NAMES, START_MS, Side, client_of, make_home, on_loop, pair, until
from threads import AUTHOR, NOON_MS, OFFICER, OTHER


def said(number: str) -> Confirmed:
    """The peer's word that its person confirmed a number."""
    return Confirmed(line=LINE_ID, epoch=0, from_=AUTHOR, to=OTHER, at=NOON_MS, number=number, by=OFFICER)


def take(lone: Lone, number: str) -> None:
    frame = said(number)
    take_confirmed(lone.tx, OWN, LINE_ID, frame, sign_frame(frame, PEER_KEY), NOON_MS)


def digits() -> str:
    return safety_number_of(OWN, line()).replace(" ", "")


def test_the_peers_word_is_kept_signed_once_and_in_any_order_with_our_own() -> None:
    lone = Lone()
    for _ in range(3):
        take(lone, digits())
    held = lone.tx.line(LINE_ID)
    assert held is not None
    assert (held.peer_confirmed, held.confirmed) == (OFFICER, None)
    kept = lone.tx.private(LINE_ID, "peer-confirmed")
    assert kept is not None
    assert read_frame(kept, PEER_KEY.public_hex) == said(digits())
    assert lone.said("peer_confirmed") == 1


def test_another_number_is_alarmed_once_and_confirms_nothing() -> None:
    lone = Lone()
    for _ in range(3):
        take(lone, "7" * 60)
    held = lone.tx.line(LINE_ID)
    assert held is not None
    assert held.peer_confirmed is None
    assert lone.said("peer_number_differs") == 1
    take(lone, digits())
    held = lone.tx.line(LINE_ID)
    assert held is not None
    assert held.peer_confirmed == OFFICER


async def verified(side: Side) -> bool:
    return bool((await side.get(f"/lines/{side.peer}"))["line"]["verified"])


@on_loop
async def test_one_side_alone_leaves_both_unverified_until_the_other_confirms_after_a_restart(
    tmp_path: Path,
) -> None:
    homes = [make_home(tmp_path / name, name) for name in NAMES]
    a, b = (
        Side(name, home, peer, client_of(home), START_MS)
        for name, home, peer in zip(NAMES, homes, NAMES[::-1], strict=True)
    )
    try:
        await a.start()
        await b.start()
        proposed = await a.post("/lines/propose", {"wish": {"exercise": True}})
        accepted = await b.post("/lines/papers", {"paper": proposed["paper"]})
        await a.post("/lines/papers", {"paper": accepted["paper"]})
        number = {"typed": accepted["line"]["safety_number"]}
        await a.on_line("confirm", number)
        await until(lambda: b.said("peer_confirmed"), why="b is told")
        assert [await verified(side) for side in (a, b)] == [False, False]
        await a.stop()
        await b.on_line("confirm", number)
        assert await verified(b)
        await a.start()
        await until(lambda: verified(a), why="a is told once it is back")
        await b.stop()
        await b.start()
        assert [await verified(side) for side in (a, b)] == [True, True]
    finally:
        for side in (a, b):
            await side.api.aclose()
            await side.stop()


@on_loop
async def test_a_node_that_is_told_a_frame_it_does_not_know_refuses_it_and_works_on(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        frame = msgspec.to_builtins(said("7" * 60)) | {"frame": "later"}
        envelope, _ = chained.forger.seal(frame, {})
        results = await chained.forger.post("frame", envelope)
        assert results.status == 400
        assert both.b.running


@on_loop
async def test_joined_sides_are_verified_and_stay_so(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        for side in both.sides:
            assert await verified(side)
            await side.stop()
            await side.start()
            assert await verified(side)
