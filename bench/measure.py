"""Measure: what the benches share: percentiles, a table, results on disk, memory, the machine.

Benches are scripts, started as `python bench/NAME.py` from any folder. Units are in the names:
`_ms` milliseconds, `_bytes` bytes.
"""

import json
import os
import platform
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
from rich.console import Console
from rich.table import Table

RESULTS: Final = Path(__file__).resolve().parent / "results"
"""Where the JSON goes; git does not follow this folder."""

MEMORY_INTERVAL_S: Final = 0.05
"""How often `watch_memory` looks, in seconds."""


def percentile(values: Sequence[float], q: float) -> float:
    """The value below which `q` percent of `values` lie, in the unit of `values`.

    Between two values the answer is drawn on a straight line (numpy's default).

    Args:
        values: at least one value, in any order.
        q: percent, 0 to 100: 50 is the median.

    Raises:
        ValueError: `values` is empty, or `q` is outside 0 to 100.
    """
    if not values:
        raise ValueError("a percentile needs at least one value; none was given")
    if not 0 <= q <= 100:  # noqa: PLR2004 - percent
        raise ValueError(f"a percentile lies between 0 and 100; {q} was given")
    ordered = sorted(values)
    place = (len(ordered) - 1) * q / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str | float]],
    console: Console | None = None,
) -> None:
    """Print one table: the first column to the left, the figures to the right.

    Args:
        title: stands above the table.
        columns: headings, with their units.
        rows: one cell per column. A fraction below 100 gets two decimals; other numbers are
            whole, with thousands commas.
        console: where to print; standard output unless given.
    """
    table = Table()
    for place, heading in enumerate(columns):
        table.add_column(heading, justify="right" if place else "left")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    out = console or Console()
    out.print(title, style="bold")
    out.print(table)


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return value
    whole = isinstance(value, int) or abs(value) >= 100  # noqa: PLR2004 - two decimals below it
    return f"{value:,.0f}" if whole else f"{value:,.2f}"


def write_results(name: str, figures: Mapping[str, object], folder: Path = RESULTS) -> Path:
    """Write `figures` and the machine they were measured on to `folder`/`name`.json.

    Returns:
        The file written.

    Raises:
        ValueError: `name` is not a plain file name.
    """
    if not name or Path(name).name != name:
        raise ValueError(f"a result's name is a plain file name without folders; {name!r} was given")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    text = json.dumps({"figures": dict(figures), "machine": machine()}, indent=2, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
    return path


@dataclass
class Memory:
    """Resident memory of one process, in bytes; `last_bytes` is final once the watch has ended."""

    first_bytes: int
    last_bytes: int
    peak_bytes: int


@contextmanager
def watch_memory(pid: int, interval_s: float = MEMORY_INTERVAL_S) -> Iterator[Memory]:
    """Watch the resident memory of process `pid` while the block runs.

    A thread looks every `interval_s` seconds, so a peak shorter than that can be missed.
    A process that ends meanwhile keeps the figures seen so far.

    Raises:
        psutil.NoSuchProcess: there is no such process when the block begins.
    """
    process = psutil.Process(pid)
    now_bytes = process.memory_info().rss
    memory = Memory(now_bytes, now_bytes, now_bytes)
    ended = threading.Event()

    def look() -> None:
        with suppress(psutil.Error):
            memory.last_bytes = process.memory_info().rss
            memory.peak_bytes = max(memory.peak_bytes, memory.last_bytes)

    def keep_looking() -> None:
        while not ended.wait(interval_s):
            look()

    watcher = threading.Thread(target=keep_looking, name="memory-watch", daemon=True)
    watcher.start()
    try:
        yield memory
    finally:
        ended.set()
        watcher.join()
        look()


def machine() -> dict[str, str | int | float]:
    """What the figures were measured on. No host name, user or folder is in it.

    `cores` are those this process may use; `memory_mb` is in units of 10^6 bytes;
    `load_1m` is the number of busy processes over the last minute, ours included.
    """
    return {
        "cores": len(os.sched_getaffinity(0)),
        "load_1m": round(os.getloadavg()[0], 2),
        "memory_mb": psutil.virtual_memory().total // 1_000_000,
        "processor": platform.machine(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": platform.system(),
    }
