"""While numbers are missing the worse news stands; and nothing in a STOP holds it up."""

from pathlib import Path

import pytest

from forger import assert_b_works, forged, notice
from parley.words.bodies import Begin, End
from support import START_MS, draft, on_loop, pair

FAR = 2**53 - 2


@on_loop
async def test_an_end_numbered_far_ahead_does_not_outrank_a_begin_that_comes_later(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        told = chained.sign(notice(), START_MS)
        end = End(salt="1" * 32, of=told.id, text=None)
        far = chained.forger.sign(end, FAR, "f" * 64, START_MS)
        assert (await chained.forger.push([told.envelope, far.envelope])).statuses == ["recorded"] * 2
        begin = chained.sign(Begin(salt="2" * 32, of=told.id, cites=(), over=(), over_reason=None), START_MS)
        await chained.forger.push([begin.envelope])
        (shown,) = await both.b.get(f"/lines/{both.b.peer}/notices")
        assert (shown["phase"], shown["versions"][0]["hot"]) == ("active", True)
        await assert_b_works(both, chained)


@pytest.mark.parametrize("text", ["a\ttab\r\n", "e\u0301 decomposed", "\u202aturned", "x" * 5_000, ""])
def test_no_text_holds_up_a_stop(tmp_path: Path, text: str) -> None:
    @on_loop
    async def scenario() -> None:
        async with pair(tmp_path) as both:
            a, b = both.sides
            (handle,) = await a.release(draft())
            await both.settle()
            for named in (handle, "NOBODY-7"):
                await b.on_line("stops", {"notice": named, "text": text})
            await both.settle()
            scopes = [one["stop"]["scope"]["scope"] for one in await a.stops()]
            assert sorted(scopes) == ["activity", "line"]
            await both.prove()

    scenario()
