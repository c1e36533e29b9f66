"""A node served in a terminal says and rings what arrives: nobody need type `board` to hear a STOP."""

import asyncio
import contextlib
import os
import select
import subprocess
import sys
import time
from pathlib import Path

from support import on_loop, pair

SERVE = (sys.executable, "-m", "parley.cli.main", "serve", "--home")
PATIENCE_S = 20.0


@on_loop
async def test_a_stop_rings_in_the_terminal_of_the_other_side(tmp_path: Path) -> None:
    async with pair(tmp_path, driven=False) as both:
        a, b = both.sides
        await a.stop()
        screen, terminal = os.openpty()
        served = _serve(a.home.path, terminal)
        try:
            _read_until(screen, "serves peers")
            await b.on_line("stops", {"text": "Cease"})
            shown = await _elsewhere(screen)
        finally:
            served.terminate()
            served.wait(PATIENCE_S)
            os.close(screen)
            os.close(terminal)
        assert "\a" in shown
        assert "EXERCISE" in shown
        assert "STOP called by" in shown


def _serve(home: Path, terminal: int) -> "subprocess.Popen[bytes]":
    asked = [*SERVE, str(home)]
    return subprocess.Popen(asked, stdout=terminal, stderr=terminal, stdin=subprocess.DEVNULL)


async def _elsewhere(screen: int) -> str:
    return await asyncio.to_thread(_read_until, screen, "STOP called by")


def _read_until(screen: int, words: str) -> str:
    shown, deadline_s = "", time.monotonic() + PATIENCE_S
    while words not in shown and time.monotonic() < deadline_s:
        if select.select([screen], [], [], 0.2)[0]:
            with contextlib.suppress(OSError):
                shown += os.read(screen, 4_000).decode(errors="replace")
    return shown
