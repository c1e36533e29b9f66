"""How long from the first fragment that places an activity to own units warned, on a served node.

One node in this process with 1,000 own positions, `warn_at_once` set; the fragment goes in through the local
API, and the clock stops when the desks are told that units were warned. "busy" has 300 heard notices put in
just before each fragment, whose checks are under way. The first call after the start also reads the gazetteer:
it stands by itself. Run: python bench/call.py
"""

import asyncio
import json
import random
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import httpx
import uvloop

from parley.config.home import Home
from parley.config.settings import Settings
from parley.exercises.free_port import free_port
from parley.wiring.making import init
from parley.wiring.running import RunningNode

NOON_MS: Final = 1_655_294_400_000
POSITIONS: Final = 1_000
CALLS: Final = 60
BUSY_CALLS: Final = 10
NOTICES: Final = 300
TEXT: Final = "air strike south of tanf, soon"
PATIENCE_S: Final = 30.0


class Bench:
    """A served node, a client of its API, and what it says to its desks."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "node")
        desk = f"127.0.0.1:{free_port()}"
        settings = Settings(
            name="COALITION",
            peer_listen=f"127.0.0.1:{free_port()}",
            desk_listen=desk,
            high_water=str(folder / "marks"),
            warn_at_once=True,
        )
        init(self.home, settings, ())
        token = self.home.token.read_text()
        headers = {"Authorization": f"Bearer {token}"}
        self.api = httpx.AsyncClient(
            base_url=f"http://{desk}/api/v1", headers=headers, timeout=60, trust_env=False
        )
        self.warned: asyncio.Queue[float] = asyncio.Queue()

    async def start(self) -> None:
        """Serve, with a phone line and the positions."""
        self.node = RunningNode(self.home, driven_from_ms=NOON_MS)
        await self.node.start()
        self.listening = asyncio.create_task(self._listen())
        await self.post("/lines/phone", _line())
        body = {"duty": "BENCH", "layer": {"name": "posts", "compartment": None, "loaded_ms": NOON_MS}}
        put = await self.api.put("/picture/layers", json={**body, "items": _items()})
        put.raise_for_status()

    async def _listen(self) -> None:
        async for chunk in self.node.hub.listen():
            if b'"units_warned"' in chunk:
                self.warned.put_nowait(perf_counter())

    async def post(self, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        """Ask the node to do something."""
        answer = await self.api.post(path, json={"duty": "BENCH", **body})
        answer.raise_for_status()
        return answer.json()

    async def warn_ms(self, *, busy: bool = False) -> float:
        """Ring, say the fragment, and return how long until units were warned, milliseconds."""
        call = (await self.post("/calls", {"line": "EASTERN", "opened": {"language": "ru"}}))["call"]["id"]
        if busy:
            await self.post("/lines/EASTERN/notices", {"notices": _notices(), "heard": {"with_whom": "DUTY"}})
        began = perf_counter()
        await self.post(f"/calls/{call}/fragments", {"text": TEXT})
        async with asyncio.timeout(PATIENCE_S):
            warned = await self.warned.get()
        await self.post(f"/calls/{call}/close", {"outcome": {"type": "nothing"}})
        return (warned - began) * 1_000

    async def close(self) -> None:
        """Stop serving."""
        await self.api.aclose()
        await self.node.close()
        await self.listening


def _line() -> dict[str, Any]:
    contacts = [{"who": "DUTY", "number": "+99 1"}, {"who": "DEPUTY", "number": "+99 2"}]
    area = {"shape": "circle", "centre": _position(33.5, 38.6), "radius_mm": 300_000_000}
    wish = {"area": area, "languages": ["ru"], "exercise": True}
    return {"name": "EASTERN", "phone": {"number": "+99 1", "contacts": contacts}, "wish": wish}


def _position(lat_deg: float, lon_deg: float) -> dict[str, int]:
    return {"lat_ndeg": round(lat_deg * 1e9), "lon_ndeg": round(lon_deg * 1e9)}


def _circle(chance: random.Random, radius_mm: int) -> dict[str, Any]:
    centre = _position(33.5 + chance.uniform(-2, 2), 38.6 + chance.uniform(-2, 2))
    return {"shape": "circle", "centre": centre, "radius_mm": radius_mm}


def _items() -> list[dict[str, Any]]:
    chance = random.Random(1)  # noqa: S311 - the same dice each time
    told = {"kind": "position", "layer": "posts", "as_of_ms": NOON_MS}
    return [{**told, "id": str(k), "name": f"POST-{k}", "area": _circle(chance, 0)} for k in range(POSITIONS)]


def _notices() -> list[dict[str, Any]]:
    chance = random.Random(2)  # noqa: S311 - the same dice each time
    window = {"start_ms": NOON_MS + 3_600_000, "end_ms": NOON_MS + 7_200_000}
    return [
        {
            "precedence": "ROUTINE",
            "activity": "flight",
            "volume": {
                "area": _circle(chance, 2_000_000),
                "band": {"floor": None, "ceiling": None},
                "window": window,
            },
            "reason": {"code": "training", "text": None},
        }
        for _ in range(NOTICES)
    ]


async def measure(calls: int = CALLS, busy_calls: int = BUSY_CALLS) -> dict[str, Any]:
    """Run the benchmark.

    Returns:
        Milliseconds from sending the fragment to units warned; fit for JSON.
    """
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        await bench.start()
        try:
            first_ms = await bench.warn_ms()
            idle = sorted([await bench.warn_ms() for _ in range(calls)])
            busy = sorted([await bench.warn_ms(busy=True) for _ in range(busy_calls)])
        finally:
            await bench.close()
    return {
        "name": "call",
        "positions": POSITIONS,
        "first_ms": round(first_ms),
        "idle_p50_ms": round(idle[len(idle) // 2], 1),
        "idle_p99_ms": round(idle[len(idle) * 99 // 100], 1),
        "busy_p50_ms": round(busy[len(busy) // 2], 1),
        "busy_worst_ms": round(busy[-1], 1),
    }


if __name__ == "__main__":
    result = uvloop.run(measure())
    print("\n".join(f"{name:>14} {value}" for name, value in result.items()), file=sys.stderr)
    print(json.dumps(result))
