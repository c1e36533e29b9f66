"""An emptied high-water file must not let an old database pass for a new one."""

from pathlib import Path

import pytest

from parley.words.errors import SystemFault
from support import draft, on_loop, pair


@on_loop
async def test_a_node_refuses_to_start_when_its_high_water_file_was_emptied(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        a, _ = both.sides
        await a.release(*(draft() for _ in range(16)))
        await both.settle()
        await a.stop()
        marks = next(
            Path(line.split('"')[1])
            for line in a.home.settings.read_text().splitlines()
            if line.startswith("high_water")
        )
        kept = marks.read_bytes()
        marks.write_bytes(b"")
        with pytest.raises(SystemFault) as refused:
            await a.start()
        assert refused.value.name == "high-water-emptied"
        marks.write_bytes(kept)
        await a.start()
        await both.prove()
