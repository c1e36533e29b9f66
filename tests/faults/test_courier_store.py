"""A store that does not answer the courier for a moment: what waits is still carried."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from support import on_loop, pair, until


@on_loop
async def test_a_store_that_fails_to_answer_the_courier_once_ends_no_lane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with pair(tmp_path) as both:
        await both.settle()
        reads = both.a.node.reads
        failed: list[Any] = []
        ask = reads.queue

        def queue(*asked: Any) -> Any:  # noqa: ANN401 - as the store has it
            if len(failed) < 3:
                failed.append(asked)
                raise sqlite3.OperationalError("disk I/O error")
            return ask(*asked)

        monkeypatch.setattr(reads, "queue", queue)
        await both.a.on_line("stops/", {})
        await until(
            lambda: len(both.b.node.reads.stops(both.b.line.id, standing_only=True)) == 1, why="it goes"
        )
        assert len(failed) == 3
