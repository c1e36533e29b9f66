"""What one check costs does not grow with what is far away: counted in lines of our own code, not in time."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from parley.adapters.volume_index import MemoryVolumeIndex
from parley.check.engine import CheckEngine
from parley.check.model import Separation
from parley.picture.model import Picture
from places import circle, volume

SEPARATION = Separation(horizontal_m=1_000, vertical_m=300, time_s=900)


def lines_run(call: Callable[[], object]) -> int:
    """How many lines of Python run in a call; each turn of a loop counts."""
    count = 0

    def trace(_frame: FrameType, event: str, _value: Any) -> Any:  # noqa: ANN401 - the interpreter's own signature
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def cost(others: int) -> int:
    """What it costs to put and check one more notice beside so many that are far away from it."""
    engine = CheckEngine(MemoryVolumeIndex())
    engine.set_picture(Picture(layers=(), items=(), version=1))
    for number in range(others):
        far = volume(circle(-60 + number % 100 * 0.5, number // 100 * 0.5, 500))
        engine.put_notice(f"far {number}", far, separation=SEPARATION)
    here = volume(circle(33.5, 120.0, 500))

    def put_and_check() -> None:
        engine.put_notice("here", here, separation=SEPARATION)
        engine.check(here, SEPARATION, notice="here")

    return lines_run(put_and_check)


def test_a_notice_costs_as_much_among_two_thousand_as_among_ten() -> None:
    assert cost(2_000) <= cost(10) + 50
