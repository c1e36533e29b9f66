"""The floor runs, gives finite figures and leaves nothing behind."""

import importlib
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from bench import floor
else:
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    floor = importlib.import_module("bench.floor")


def test_the_floor_gives_finite_figures_and_leaves_nothing_behind(tmp_path: Path) -> None:
    figures = floor.measure(20, 50, folder=tmp_path)
    assert figures.keys() == {"send_median_ms", "send_p99_ms", "messages_per_s_batched"}
    assert all(math.isfinite(value) and value > 0 for value in figures.values())
    assert figures["send_median_ms"] <= figures["send_p99_ms"]
    assert not list(tmp_path.iterdir())
    assert not psutil.Process().children()


def test_a_slow_disk_is_felt_at_both_commits_before_the_push(tmp_path: Path) -> None:
    assert floor.measure(5, 5, flush_delay_ms=10, folder=tmp_path)["send_median_ms"] >= 20


def test_a_stranger_to_the_pins_never_joins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = floor.make_folders

    def with_a_strangers_certificate(folder: Path) -> None:
        made(folder)
        pin = (folder / "receiver" / "peer.pem").read_bytes()
        made(folder)
        (folder / "receiver" / "peer.pem").write_bytes(pin)

    monkeypatch.setattr(floor, "make_folders", with_a_strangers_certificate)
    with pytest.raises(floor.FloorError):
        floor.measure(1, 1, folder=tmp_path)
    assert not psutil.Process().children()
