"""However an exercise ends, its nodes end with it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psutil
import pytest

SECONDS: Final = 8.0


@pytest.fixture
def player(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """An exercise being played, in a temporary folder of its own."""
    command = [sys.executable, "-m", "parley.cli.main", "exercise", "run", "al-tanf-2022", "--fast"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(tmp_path)}
    ) as process:
        yield process
        process.kill()


def nodes_of(player: subprocess.Popen[str]) -> list[psutil.Process]:
    """Wait until both nodes have been started."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        nodes = psutil.Process(player.pid).children()
        if len(nodes) == 2:
            return nodes
        time.sleep(0.01)
    raise AssertionError("two nodes were never started")


def ended(node: psutil.Process) -> bool:
    """Tell whether a process is over; whether somebody has asked for its status does not matter."""
    try:
        return node.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until_ended(nodes: list[psutil.Process]) -> None:
    until = time.monotonic() + SECONDS
    while not all(map(ended, nodes)):
        assert time.monotonic() < until, f"still running: {[node for node in nodes if not ended(node)]}"
        time.sleep(0.02)


@pytest.mark.parametrize("moment", ["while the nodes start", "while they talk"])
def test_nodes_end_when_the_player_is_killed(player: subprocess.Popen[str], moment: str) -> None:
    nodes = nodes_of(player)
    if moment == "while they talk":
        assert player.stdout is not None
        assert any("17:08:00Z" in line for line in player.stdout)
    player.send_signal(signal.SIGKILL)
    player.wait(SECONDS)
    wait_until_ended(nodes)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_player_that_is_told_to_end_takes_everything_down(
    player: subprocess.Popen[str], number: signal.Signals, tmp_path: Path
) -> None:
    nodes = nodes_of(player)
    assert player.stdout is not None
    assert any("17:05:00Z" in line for line in player.stdout)
    player.send_signal(number)
    player.stdout.read()
    assert player.wait(SECONDS * 2) == 3
    assert all(map(ended, nodes))
    assert list(tmp_path.iterdir()) == []
