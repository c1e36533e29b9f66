"""A phone line: one node alone, with a client of its local API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from support import START_MS, Side, client_of, make_home

HEARD = {"with_whom": "EASTERN DUTY", "language": "ru", "interpreter": "LINGUIST 1"}
AREA = {
    "shape": "circle",
    "centre": {"lat_ndeg": 33_500_000_000, "lon_ndeg": 38_616_700_000},
    "radius_mm": 55_000_000,
}
PHONE = {
    "number": "+99 1",
    "contacts": [{"who": "DUTY", "number": "+99 1"}, {"who": "DEPUTY", "number": "+99 2"}],
}
OPEN = {
    "name": "EASTERN",
    "phone": PHONE,
    "wish": {"area": AREA, "languages": ["ru", "en"], "exercise": True},
}


@asynccontextmanager
async def on_the_phone(folder: Path) -> AsyncIterator[Side]:
    """Run one node with a phone line."""
    home = make_home(folder / "coalition", "COALITION")
    side = Side("COALITION", home, "EASTERN", client_of(home), START_MS)
    await side.start()
    try:
        await side.post("/lines/phone", OPEN)
        yield side
    finally:
        await side.api.aclose()
        await side.stop()
