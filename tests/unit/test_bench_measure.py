"""What the benches share: percentiles, cells, results on disk, memory."""

import importlib
import io
import json
import mmap
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from rich.console import Console

if TYPE_CHECKING:
    from bench import measure
else:
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    measure = importlib.import_module("bench.measure")

TAKEN_BYTES = 50_000_000


@pytest.mark.parametrize(
    ("values", "q", "expected"),
    [
        ([7.0], 99, 7.0),
        ([3.0, 1.0, 2.0], 50, 2.0),
        ([1.0, 2.0, 3.0, 4.0], 50, 2.5),
        ([4.0, 1.0], 0, 1.0),
        ([4.0, 1.0], 100, 4.0),
        (list(range(101)), 99, 99.0),
        ([0.0, 10.0], 99, 9.9),
    ],
)
def test_a_percentile_is_interpolated(values: list[float], q: float, expected: float) -> None:
    assert measure.percentile(values, q) == pytest.approx(expected)


@pytest.mark.parametrize(("values", "q"), [([], 50), ([1.0], -1), ([1.0], 100.1), ([1.0], float("nan"))])
def test_a_percentile_of_nothing_or_out_of_range_is_refused(values: list[float], q: float) -> None:
    with pytest.raises(ValueError, match="percentile"):
        measure.percentile(values, q)


def test_a_table_shows_its_title_and_figures() -> None:
    out = io.StringIO()
    measure.print_table("Speeds", ("what", "per s"), [("fast", 12345), ("slow", 1.5)], Console(file=out))
    assert all(text in out.getvalue() for text in ("Speeds", "per s", "12,345", "1.50"))


def test_results_are_json_with_the_machine_and_without_its_name(tmp_path: Path) -> None:
    path = measure.write_results("sample", {"send_median_ms": 1.5}, tmp_path / "results")
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["figures"] == {"send_median_ms": 1.5}
    assert {"cores", "python", "sqlite"} <= written["machine"].keys()
    assert os.uname().nodename not in written["machine"].values()


@pytest.mark.parametrize("name", ["", "a/b", "../a", "/a"])
def test_a_result_stays_in_its_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="plain file name"):
        measure.write_results(name, {}, tmp_path)


def test_memory_that_a_process_takes_is_seen() -> None:
    with closing(mmap.mmap(-1, TAKEN_BYTES)) as fresh:  # pages that this process never held before
        with measure.watch_memory(os.getpid(), interval_s=0.001) as memory:
            fresh.write(b"\x01" * TAKEN_BYTES)
        assert memory.peak_bytes >= memory.first_bytes + TAKEN_BYTES // 2
        assert memory.peak_bytes >= memory.last_bytes


def test_memory_of_no_process_is_an_error() -> None:
    with pytest.raises(psutil.NoSuchProcess), measure.watch_memory(2**22 + 1):
        pass
