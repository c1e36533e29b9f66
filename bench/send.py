"""Parley's two nodes against the bare floor: send, sustained notices, catching up, memory.

`send` is A's call until B's client is pushed the notice. `sustained` counts notices that were signed,
recorded at both, checked at B against 1,000 positions, and receipted at A. `catch up` is the time from
the start of B until the last of the queued messages is receipted at A.
"""

import asyncio
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop
from bench.measure import percentile, watch_memory
from bench.pair import Client, Side, pair

POSITIONS = 1_000
WARM_UP = 20
PER_CALL = 50
CONNECTIONS = 4
DEADLINE_S = 240
HOUR_MS = 3_600_000
BYTES_PER_MB = 1_000_000


def draft(random_: random.Random, now_ms: int) -> dict[str, Any]:
    """Return a notice over an area of about 600 by 600 km, for 10 minutes to 24 hours within 30 days."""
    start_ms = now_ms + random_.randrange(HOUR_MS, 30 * 24 * HOUR_MS)
    end_ms = start_ms + random_.randrange(HOUR_MS // 6, 24 * HOUR_MS)
    return {
        "precedence": "ROUTINE",
        "activity": "flight",
        "volume": {
            "area": {
                "shape": "circle",
                "centre": {
                    "lat_ndeg": random_.randrange(32_000_000_000, 37_000_000_000),
                    "lon_ndeg": random_.randrange(36_000_000_000, 42_000_000_000),
                },
                "radius_mm": random_.randrange(500_000, 5_000_000),
            },
            "band": {
                "floor": {"value_mm": 1_500_000, "unit": "m", "datum": "mean_sea_level"},
                "ceiling": {"value_mm": 3_000_000, "unit": "m", "datum": "mean_sea_level"},
            },
            "window": {"start_ms": start_ms, "end_ms": end_ms},
        },
        "reason": {"code": "planned_operation", "text": "benchmark"},
        "actor": "BENCH 1",
    }


async def _load_picture(side: Side, random_: random.Random, now_ms: int) -> None:
    items = [
        {
            "id": f"P-{number}",
            "name": f"POSITION {number}",
            "kind": "position",
            "layer": "bench",
            "as_of_ms": now_ms,
            "area": {
                "shape": "circle",
                "centre": {
                    "lat_ndeg": random_.randrange(32_000_000_000, 37_000_000_000),
                    "lon_ndeg": random_.randrange(36_000_000_000, 42_000_000_000),
                },
                "radius_mm": 0,
            },
        }
        for number in range(POSITIONS)
    ]
    layer = {"name": "bench", "compartment": None, "loaded_ms": now_ms}
    await side.client.call("PUT", "/picture/layers", {"duty": "BENCH", "layer": layer, "items": items})


class Watch:
    """Notes when happenings of one sort are pushed to a side's client, by notice."""

    def __init__(self, side: Side, what: str) -> None:
        self._side, self._what = side, what
        self.seen: dict[str, int] = {}
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; returns once the node has taken the listener."""
        listening = asyncio.Event()
        self._task = asyncio.create_task(self._listen(listening))
        await listening.wait()

    async def _listen(self, listening: asyncio.Event) -> None:
        async for at_ns, happening in self._side.client.events(listening):
            if happening["what"] == self._what:
                self.seen[happening["thread"]] = at_ns
                self._changed.set()

    async def when(self, notice: str) -> int:
        """Wait until a notice was pushed; return when, monotonic nanoseconds."""
        while notice not in self.seen:
            self._changed.clear()
            await asyncio.wait_for(self._changed.wait(), DEADLINE_S)
        return self.seen[notice]

    async def all_of(self, count: int) -> int:
        """Wait until `count` notices were pushed; return when the last was."""
        while len(self.seen) < count:
            self._changed.clear()
            await asyncio.wait_for(self._changed.wait(), DEADLINE_S)
        return max(self.seen.values())

    async def stop(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


async def _single(a: Side, b: Side, count: int, random_: random.Random) -> list[float]:
    """Return the send time of each of `count` notices, milliseconds.

    As in the floor, the next is sent once the last was pushed at B and its receipt was pushed at A.
    """
    took_ms: list[float] = []
    pushed, receipted = Watch(b, "message"), Watch(a, "delivered")
    await pushed.start()
    await receipted.start()
    for number in range(WARM_UP + count):
        body = {"duty": "BENCH", "notices": [draft(random_, _now_ms())]}
        start_ns = time.perf_counter_ns()
        (released,) = await a.client.call("POST", f"/lines/{b.name}/notices", body)
        at_ns = await pushed.when(released["id"])
        await receipted.when(released["id"])
        if number >= WARM_UP:
            took_ms.append((at_ns - start_ns) / 1e6)
    await pushed.stop()
    await receipted.stop()
    return took_ms


async def _sustained(a: Side, b: Side, count: int, random_: random.Random) -> dict[str, float]:
    """Send `count` notices as fast as they are taken; return rates a second."""
    receipted, checked = Watch(a, "delivered"), Watch(b, "checked")
    await receipted.start()
    await checked.start()
    calls: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    for _ in range(count // PER_CALL):
        calls.put_nowait({"duty": "BENCH", "notices": [draft(random_, _now_ms()) for _ in range(PER_CALL)]})
    start_ns = time.perf_counter_ns()
    clients = [Client(a.port, a.home.token.read_text()) for _ in range(CONNECTIONS)]
    await asyncio.gather(*(_drain(client, b.name, calls) for client in clients))
    receipted_ns, checked_ns = await asyncio.gather(receipted.all_of(count), checked.all_of(count))
    for client in clients:
        client.close()
    await receipted.stop()
    await checked.stop()
    return {
        "notices_per_s": count / ((max(receipted_ns, checked_ns) - start_ns) / 1e9),
        "receipted_per_s": count / ((receipted_ns - start_ns) / 1e9),
    }


async def _drain(client: Client, line: str, calls: asyncio.Queue[dict[str, Any]]) -> None:
    while not calls.empty():
        await client.call("POST", f"/lines/{line}/notices", calls.get_nowait())


async def _catch_up(a: Side, b: Side, count: int, random_: random.Random, flush_delay_ms: float) -> float:
    """Queue messages while B is down; return the seconds from its start until all are receipted."""
    await b.stop()
    calls: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    for _ in range(count // PER_CALL):
        calls.put_nowait({"duty": "BENCH", "notices": [draft(random_, _now_ms()) for _ in range(PER_CALL)]})
    await _drain(a.client, b.name, calls)
    await b.start(flush_delay_ms)
    start_s = time.monotonic()
    while (await a.client.call("GET", f"/lines/{b.name}"))["line"]["waiting"]:
        if time.monotonic() - start_s > DEADLINE_S:
            raise RuntimeError("the queue did not empty")
        await asyncio.sleep(0.05)
    return time.monotonic() - start_s


def _now_ms() -> int:
    return time.time_ns() // 1_000_000  # noqa: TID251 - the benchmark is the outside world


async def _measure(
    folder: Path, singles: int, sustained: int, queued: int, flush_delay_ms: float
) -> dict[str, float]:
    random_ = random.Random(7)  # noqa: S311 - repeatable data, no secret
    async with pair(folder, flush_delay_ms) as (a, b):
        await _load_picture(b, random_, _now_ms())
        took_ms = await _single(a, b, singles, random_)
        with watch_memory(a.pid) as memory_a, watch_memory(b.pid) as memory_b:
            rates = await _sustained(a, b, sustained, random_)
        seconds = await _catch_up(a, b, queued, random_, flush_delay_ms) if queued else 0.0
        return {
            "send_median_ms": percentile(took_ms, 50),
            "send_p99_ms": percentile(took_ms, 99),
            **rates,
            "catch_up_s": seconds,
            "queued": queued,
            "sender_peak_mb": memory_a.peak_bytes / BYTES_PER_MB,
            "recipient_peak_mb": memory_b.peak_bytes / BYTES_PER_MB,
        }


def measure(
    singles: int = 1_000, sustained: int = 10_000, queued: int = 10_000, flush_delay_ms: float = 0.0
) -> dict[str, float]:
    """Measure a pair of nodes. Times in milliseconds or seconds, memory in MB of 10**6 bytes."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        return uvloop.run(_measure(Path(folder), singles, sustained, queued, flush_delay_ms))
