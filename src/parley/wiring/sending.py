"""Sending: attempts handed to channels, so that one that hangs holds up no other, nor the end of the node.

What leaves is the precedence and the desk alone: attempts through one channel that say the same are sent
once, however many alarms there are. A channel has threads of its own, few, and they are left behind when
the process ends.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from threading import Thread
from typing import Final

from parley.ports.channel import Channel
from parley.watch.climbing import Attempt

AT_ONCE: Final = 4
"""How often one channel may be used at the same time."""
SEND_S: Final = 60.0
"""How long an attempt waits for its channel to be free, and then for what comes of it."""


def together(attempts: Iterable[Attempt]) -> list[tuple[Attempt, ...]]:
    """Return attempts by what their channel would be told: each group is one sending."""
    groups: dict[tuple[str, str, str], list[Attempt]] = {}
    for one in attempts:
        groups.setdefault((one.channel, one.precedence.value, one.desk), []).append(one)
    return [tuple(group) for group in groups.values()]


class Sender:
    """Uses one channel. Lives on the event loop."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._free = asyncio.Semaphore(AT_ONCE)

    async def send(self, attempt: Attempt) -> str:
        """Hand an attempt to the channel; return what it said.

        Raises:
            TimeoutError: the channel is busy with what came before, or does not come back.
            Exception: whatever the channel raises.
        """
        try:
            async with asyncio.timeout(SEND_S):
                await self._free.acquire()
        except TimeoutError:
            raise TimeoutError("the channel has not come back from what was sent before") from None
        said = self._begin(attempt)
        done, _ = await asyncio.wait({said}, timeout=SEND_S)
        if not done:
            raise TimeoutError(f"the channel did not come back within {SEND_S:g} s")
        return said.result()

    def _begin(self, attempt: Attempt) -> "asyncio.Future[str]":
        """Use the channel on a thread; its place is free again when it comes back, however late."""
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[str] = loop.create_future()

        def come_back(said: str, error: Exception | None) -> None:
            self._free.release()
            if answered.cancelled():
                return
            if error is None:
                answered.set_result(said)
            else:
                answered.set_exception(error)
                answered.exception()  # whoever waited may have gone, and then it is no news

        def use() -> None:
            said, failed = "", None
            try:
                said = self._channel.send(attempt)
            except Exception as error:  # noqa: BLE001 - a channel is not ours: whatever it raises
                failed = error
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(come_back, said, failed)

        Thread(target=use, name="channel", daemon=True).start()
        return answered
