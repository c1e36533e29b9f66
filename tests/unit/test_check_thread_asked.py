"""Whoever asks the checking thread may go away at any time: the thread goes on."""

import asyncio
import threading
from typing import Any
from unittest.mock import MagicMock

from parley.wiring.check_thread import CheckThread


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
        go_on.set()
        loaded: Any = await asyncio.wait_for(thread.picture(), 10)
        assert loaded == "loaded"
        assert pictures.load.call_count == 2
        thread.close()

    asyncio.run(scenario())
