"""A bug of ours in acting on a message costs neither its record, nor its receipt, nor the rest of the push."""

from pathlib import Path

import pytest

from forger import assert_b_works, forged, notice
from parley.node import acting, receiving
from parley.ports.store import Tx
from support import START_MS, on_loop


@on_loop
async def test_a_message_that_our_code_cannot_act_on_is_recorded_and_receipted(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        poison = chained.sign(notice("1" * 32), START_MS)
        good = chained.sign(notice("2" * 32), START_MS)

        def act(tx: Tx, acted: acting.Acted) -> None:
            acting.act(tx, acted)
            if acted.message.id == poison.id:
                raise KeyError("a bug")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(receiving, "act", act)
            results = await chained.forger.push([poison.envelope, good.envelope])
        assert results.statuses == ["recorded", "recorded"]
        assert both.b.said("act_failed")[0]["detail"].endswith(poison.id)
        open_ones = await both.b.get(f"/lines/{both.b.peer}/notices")
        assert [one["id"] for one in open_ones] == [good.id]
        await assert_b_works(both, chained)
