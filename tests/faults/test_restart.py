"""A node that stopped at a bad moment: what was left undone is made up when it starts again."""

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from parley.adapters import sqlite_store
from parley.node.checking import Checker
from parley.wiring.check_thread import CheckThread
from parley.words.errors import SystemFault
from stores_harness import FailsAtCommit
from support import START_MS, Side, circle, draft, on_loop, pair, until


@on_loop
async def test_a_check_that_a_crash_left_out_is_made_up_at_the_next_start(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CheckThread, "later", _never)
        async with pair(tmp_path) as both:
            (handle,) = await both.a.release(draft())
            await both.settle()
            assert (await both.b.notice(handle))["versions"][0]["check"] is None
            await both.b.stop()
            patch.undo()
            await both.b.start()
            checked = partial(checked_at, both.b, handle)
            await until(checked, why="the check is made up")
            await both.prove()


async def checked_at(side: Side, handle: str) -> bool:
    return (await side.notice(handle))["versions"][0]["check"] is not None


def _never(_checks: CheckThread, *_asked: object) -> None:
    """Stand in for a crash after the receipt and before the check."""


@on_loop
async def test_a_check_that_breaks_is_alarmed_and_the_next_one_runs(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        real = Checker.check_version
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Checker, "check_version", _breaks)
            (first,) = await both.a.release(draft())
            await until(lambda: both.b.said("check_failed"), why="the broken check is alarmed")
        assert Checker.check_version is real
        (second,) = await both.a.release(draft())
        await until(lambda: both.b.said("checked"), why="the next notice is checked")
        assert (await both.b.notice(first))["versions"][0]["check"] is None
        assert (await both.b.notice(second))["versions"][0]["check"] is not None
        journal = await both.b.get("/journal?count=1000")
        assert [row["data"]["error"] for row in journal if row["what"] == "check-failed"] == ["check-broken"]
        await both.prove()


def _breaks(*_: object) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize("persisting", [False, True])
@on_loop
async def test_after_an_ambiguous_commit_a_node_ends_and_reads_its_tip_before_it_signs_again(
    tmp_path: Path, *, persisting: bool
) -> None:
    async with pair(tmp_path) as both:
        await both.a.stop()
        failures: list[BaseException] = []
        answered: list[str] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("parley.adapters.sqlite_writer.connect", _failing(at=6, persisting=persisting))
            patch.setattr("parley.wiring.running.end_process", failures.append)
            both.cut()
            await both.a.start()
            releasing = asyncio.create_task(_release_for_ever(both.a, answered))
            await until(lambda: failures, why="the commit fails and the process would end")
            releasing.cancel()
            await asyncio.gather(releasing, return_exceptions=True)
            await both.a.stop()
        assert answered
        both.heal()
        await both.a.start()
        (after,) = await both.a.release(draft())
        await both.prove()
        views = await both.b.get(f"/lines/{both.b.peer}/notices")
        shown = {view["handle"] for view in views}
        assert {*answered, after} <= shown
        assert len(shown) == len(answered) + 1 + persisting


async def _release_for_ever(side: Side, answered: list[str]) -> None:
    while True:
        answered += await side.release(draft())


def _failing(at: int, *, persisting: bool) -> Callable[..., FailsAtCommit]:
    real = sqlite_store.connect

    def connect(path: Path, *, write: bool) -> FailsAtCommit:
        return FailsAtCommit(real(path, write=write), at=at, persisting=persisting)

    return connect


@on_loop
async def test_a_node_whose_picture_cannot_be_read_says_so(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        layer = {"name": "posts", "compartment": None, "loaded_ms": START_MS}
        told = {"id": "P1", "name": "POST 1", "kind": "position", "layer": "posts"}
        item = {**told, "area": circle(), "as_of_ms": START_MS}
        loaded = await both.b.api.put(
            "/picture/layers", json={"duty": "OFFICER", "layer": layer, "items": [item]}
        )
        assert loaded.status_code == 200, loaded.text
        await both.b.stop()
        connection = sqlite3.connect(both.b.home.picture_db)
        with connection:
            connection.execute("DELETE FROM items")
        connection.close()
        with pytest.raises(SystemFault) as caught:
            await both.b.start()
        assert caught.value.name.startswith("picture-")
        await both.b.stop()
