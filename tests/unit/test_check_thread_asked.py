"""Whoever asks the checking thread may go away at any time: the thread goes on."""

import asyncio
import threading
from typing import Any
from unittest.mock import MagicMock

from parley.wiring.check_thread import CheckThread
from parley.words.codes import RANK, Precedence


def test_the_thread_outlives_who_goes_away_before_and_while_it_works() -> None:
    async def scenario() -> None:
        pictures = MagicMock()
        checker: Any = MagicMock()
        checker.load_notices.return_value = []
        thread = CheckThread(
            checker, pictures, MagicMock(), MagicMock(), MagicMock(), asyncio.get_running_loop()
        )
        thread.start()
        working, go_on = threading.Event(), threading.Event()

        def load() -> str:
            working.set()
            go_on.wait(10)
            return "loaded"

        pictures.load.side_effect = load
        first, second = thread.picture(), thread.picture()
        await asyncio.to_thread(working.wait, 10)
        second.cancel()
        first.cancel()
        await asyncio.sleep(0)  # so that the thread's side knows it before the thread goes on
        go_on.set()
        loaded: Any = await asyncio.wait_for(thread.picture(), 10)
        assert loaded == "loaded"
        assert pictures.load.call_count == 2
        thread.close()

    asyncio.run(scenario())


def test_a_bug_in_a_batch_of_checks_is_alarmed_and_the_checks_after_it_are_made() -> None:
    async def scenario() -> None:
        checker: Any = MagicMock()
        checker.load_notices.return_value = []
        checker.check_version.return_value = None
        checker.take_changed.side_effect = [ValueError("a bug"), []]
        write = MagicMock()
        thread = CheckThread(
            checker, MagicMock(), MagicMock(), write, MagicMock(), asyncio.get_running_loop()
        )
        thread.start()
        for version in ("a" * 64, "b" * 64):
            thread.later("1" * 32, [version], 3)
            await asyncio.wait_for(thread.picture(), 10)
        thread.close()
        checked = {call.args[2] for call in checker.check_version.call_args_list}
        assert checked == {"a" * 64, "b" * 64}
        said = []
        for call in write.call_args_list:
            tx = MagicMock()
            call.args[0](tx)
            said += [call.args[1] for call in tx.write_journal.call_args_list]
        assert "check-failed" in said

    asyncio.run(scenario())


def test_an_urgent_check_waits_behind_none_that_gives_way() -> None:
    async def scenario() -> None:
        checker: Any = MagicMock()
        checker.load_notices.return_value = []
        checker.take_changed.return_value = []
        checker.check_version.return_value = None
        urgent = threading.Event()
        checker.check_version.side_effect = lambda _reads, _line, version, _now: (
            urgent.set() if version == "f" * 64 else None
        )
        thread = CheckThread(
            checker, MagicMock(), MagicMock(), MagicMock(), MagicMock(), asyncio.get_running_loop()
        )
        thread.start()
        with thread.making_way(256):
            thread.later("1" * 32, ["a" * 64], RANK[Precedence.ROUTINE])
            await asyncio.wait_for(thread.picture(), 10)  # the thread has looked at it, and put it off
            thread.later("1" * 32, ["f" * 64], RANK[Precedence.FLASH])
            assert await asyncio.to_thread(urgent.wait, 3), "it was held up"
            checked = [call.args[2] for call in checker.check_version.call_args_list]
            assert checked == ["f" * 64]
        thread.close()

    asyncio.run(scenario())
