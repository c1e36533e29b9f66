"""A check that somebody waits for, with a caller on the line, goes before all that wait behind."""

import asyncio
import threading
from concurrent.futures import Future
from typing import Any, cast

from parley.node.checking import Unreleased
from parley.wiring.check_thread import CheckThread
from parley.words.units import LineId, MessageId
from support import START_MS, on_loop

MANY = 40


class Slow:
    """Checks that are made one after another; the first waits until it may go on."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.begun, self.may_go_on = threading.Event(), threading.Event()

    def reload_picture(self) -> None:
        """There is none."""

    def load_notices(self, *_: object) -> list[object]:
        return []

    def take_changed(self) -> list[object]:
        return []

    def check_version(self, _reads: object, _line: LineId, version: MessageId, _now_ms: int) -> None:
        self.begun.set()
        assert self.may_go_on.wait(timeout=20)
        self.made.append(version)

    def check_volume(self, *_: object) -> str:
        self.made.append("asked")
        return "found"


class Still:
    """A clock."""

    def now_ms(self) -> int:
        return START_MS


def _write(_command: object) -> Future[None]:
    done: Future[None] = Future()
    done.set_result(None)
    return done


@on_loop
async def test_a_check_that_was_asked_for_waits_for_one_other_at_most() -> None:
    slow = Slow()
    unused = cast("Any", None)
    thread = CheckThread(cast("Any", slow), unused, unused, _write, Still(), asyncio.get_running_loop())
    thread.start()
    thread.later("0" * 32, [f"{k:064x}" for k in range(MANY)], 0)
    assert await asyncio.to_thread(slow.begun.wait, 20)
    answer = thread.now(None, cast("Unreleased", None))
    slow.may_go_on.set()
    assert cast("Any", await answer) == "found"
    await asyncio.to_thread(thread.close)
    assert slow.made.index("asked") == 1
