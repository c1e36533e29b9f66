"""Channels that hang: they hold up themselves alone, and many alarms that say the same are one sending."""

import asyncio
import threading

import pytest

from parley.watch.climbing import Attempt
from parley.wiring import sending
from parley.wiring.sending import AT_ONCE, Sender, together
from parley.words.codes import Precedence
from support import on_loop


def attempt(n: int, channel: str = "siren", precedence: Precedence = Precedence.FLASH) -> Attempt:
    return Attempt(
        key=f"read_back-{n}",
        n=n,
        who=f"W{n}",
        channel=channel,
        precedence=precedence,
        desk="EASTERN",
        at_ms=0,
    )


class Hanging:
    """A channel that comes back when it is let."""

    def __init__(self) -> None:
        self.let = threading.Event()

    def send(self, _: Attempt) -> str:
        self.let.wait(30)
        return "late"


class Prompt:
    """A channel that takes all, or none."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def send(self, _: Attempt) -> str:
        if self.error is not None:
            raise self.error
        return "taken"


def test_thousands_of_alarms_that_say_the_same_are_one_sending_for_each_channel() -> None:
    many = [attempt(n, channel) for n in range(3_000) for channel in ("siren", "sms://x")]
    groups = together([*many, attempt(1, precedence=Precedence.PRIORITY)])
    assert [len(group) for group in groups] == [3_000, 3_000, 1]


@on_loop
async def test_a_channel_that_hangs_holds_up_no_other_and_is_free_again_when_it_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "SEND_S", 0.05)
    channel = Hanging()
    hanging, siren = Sender(channel), Sender(Prompt())
    hung = await asyncio.gather(
        *(hanging.send(attempt(n)) for n in range(3 * AT_ONCE)), return_exceptions=True
    )
    assert {type(one) for one in hung} == {TimeoutError}
    threads = [one for one in threading.enumerate() if one.name == "channel"]
    assert len(threads) == AT_ONCE
    assert all(thread.daemon for thread in threads), "the node must be able to end"
    monkeypatch.setattr(sending, "SEND_S", 30.0)
    assert await siren.send(attempt(1)) == "taken"
    channel.let.set()
    assert await hanging.send(attempt(2)) == "late"


@on_loop
async def test_what_a_channel_raises_comes_out_and_its_place_is_free_again() -> None:
    sender = Sender(Prompt(OSError("no such number")))
    for n in range(2 * AT_ONCE):
        with pytest.raises(OSError, match="no such number"):
            await sender.send(attempt(n))
