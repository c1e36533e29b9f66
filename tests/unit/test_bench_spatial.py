"""The bench of the index: what it draws is sound and the same for everybody, and it goes on without PostGIS."""

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import Progress

from parley.geo.validity import volume_fault
from parley.words.volume import Circle

if TYPE_CHECKING:
    from bench import simulated, spatial, streams
else:
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    simulated = importlib.import_module("bench.simulated")
    spatial = importlib.import_module("bench.spatial")
    streams = importlib.import_module("bench.streams")


def test_what_is_drawn_is_without_faults_mixed_as_it_says_and_the_same_each_time() -> None:
    drawn = list(simulated.volumes(600, 1))
    assert [volume_fault(each) for each in drawn] == [None] * 600
    assert 300 < sum(isinstance(each.area, Circle) for each in drawn) < 420
    assert drawn == list(simulated.volumes(600, 1))
    assert drawn != list(simulated.volumes(600, 2))


def test_live_ones_are_live_and_at_home() -> None:
    for each in simulated.volumes(100, 4, home="syria", live_ms=simulated.START_MS):
        assert each.window.start_ms <= simulated.START_MS <= each.window.end_ms
        if isinstance(each.area, Circle):
            assert 32.3 <= each.area.centre.lat_ndeg / 1e9 <= 37.3


def test_streams_count_hits() -> None:
    said = streams.measure(live=200, count=500, rounds=1)
    assert said["hits_per_report"] > 0
    assert said["reports_per_s"] > said["decoded_reports_per_s"] > 0


def test_both_forms_answer_alike_and_the_table_stands_without_postgis() -> None:
    sizes = (spatial.TIMED_INSERTS + 100,)
    with Progress(disable=True) as progress:
        us = spatial.ours(sizes, spatial.asked_volumes(20), progress)
    assert us[sizes[0]]["memory"]["keys"] == us[sizes[0]]["file"]["keys"]
    table = spatial.index_table(us, "PostGIS is not installed", sizes)
    assert table[-1][0] == "beside: PostGIS is not installed"
    assert {len(row) for row in table} == {len(spatial.COLUMNS)}
