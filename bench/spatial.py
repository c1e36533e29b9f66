"""`make bench-spatial`: the index of volumes at 10,000 to 1,000,000, with PostGIS beside it in the same run.

Simulated volumes from a fixed seed (`simulated.py`): anyone gets the same. A query gives every volume within
the separation (1, 5 or 20 km, 300 m, 15 minutes in turn), exactly; its time is the least of three rounds, as
a caller waits, and includes making the asked volume ready. All of it takes some ten minutes on a quiet
machine. With --readme the table goes into README.md.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import numpy as np
from rich.progress import Progress

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # a script finds its siblings from any folder
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from bench import postgis, simulated, streams
from bench.measure import machine, percentile, print_table, write_results

from parley.adapters.volume_index import FileVolumeIndex, MemoryVolumeIndex, SqliteVolumeIndex
from parley.check.model import Separation
from parley.check.near import NearVolumes
from parley.geo.altitude import band_gap_mm
from parley.geo.distance import gap, gap_within
from parley.geo.shape import disc_of, shape_of
from parley.geo.times import gap_ms
from parley.words.volume import Circle, Polygon, Volume
from places import degrees, star, true_inside, true_outline_distance, walk

README: Final = Path(__file__).resolve().parents[1] / "README.md"
BEGIN: Final = "<!-- bench-spatial: begin (written by `make bench-spatial-readme`) -->"
END: Final = "<!-- bench-spatial: end -->"
SIZES: Final = (10_000, 100_000, 1_000_000)
QUERIES: Final = 1_000
ROUNDS: Final = 3
TIMED_INSERTS: Final = 4_000
FLUSHED_INSERTS: Final = 200
PROVED: Final = 20
CROWD: Final = 10_000
FAR_NDEG: Final = 1_500_000_000
"""Over 160 km of latitude: no two simulated areas and no separation reach so far."""
ERROR_PAIRS: Final = 150
SEPARATIONS_M: Final = (1_000.0, 5_000.0, 20_000.0)
Asked = Sequence[tuple[Volume, Separation]]
Figures = dict[str, Any]
COLUMNS: Final = ("", "10,000", "100,000", "1,000,000", "aim")


def asked_volumes(count: int) -> list[tuple[Volume, Separation]]:
    """The queries: drawn like what is held, by another seed."""
    return [
        (volume, Separation(horizontal_m=SEPARATIONS_M[k % 3], vertical_m=300, time_s=900))
        for k, volume in enumerate(simulated.volumes(count, 2))
    ]


def query(near: NearVolumes, asked: Asked) -> tuple[list[set[int]], list[float]]:
    """What each query finds, and its least time of some rounds, milliseconds."""
    found, took_ms = [], []
    for volume, separation in asked:
        best_s, keys = float("inf"), list[int]()
        for _ in range(ROUNDS):
            began = perf_counter()
            keys = near.near(volume, separation)
            best_s = min(best_s, perf_counter() - began)
        found.append(set(keys))
        took_ms.append(best_s * 1e3)
    return found, took_ms


def fill(index: SqliteVolumeIndex, first: int, after: int, held: Iterator[Volume]) -> Figures:
    """Put volumes until `after` are held; the last ones one by one, each timed, the rest in bulk."""
    near = NearVolumes(index)
    began = perf_counter()
    for start in range(first, after - TIMED_INSERTS, 10_000):
        count = min(10_000, after - TIMED_INSERTS - start)
        near.put_all(zip(range(start, start + count), islice(held, count), strict=True))
    bulk_s = perf_counter() - began
    took_ms = []
    for key, volume in enumerate(islice(held, TIMED_INSERTS), after - TIMED_INSERTS):
        began = perf_counter()
        near.put(key, volume)
        took_ms.append((perf_counter() - began) * 1e3)
    bulk_us = bulk_s / (after - TIMED_INSERTS - first) * 1e6
    return {
        "insert_median_ms": percentile(took_ms, 50),
        "insert_p99_ms": percentile(took_ms, 99),
        "bulk_us": bulk_us,
    }


def ours(sizes: Sequence[int], asked: Asked, progress: Progress) -> dict[int, Figures]:
    """Both forms, grown from size to size."""
    task = progress.add_task("Parley", total=2 * len(sizes))
    figures: dict[int, Figures] = {size: {} for size in sizes}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "volumes.index"
        for form in ("memory", "file"):
            index = MemoryVolumeIndex() if form == "memory" else FileVolumeIndex(path, flush=False)
            held, first = simulated.volumes(max(sizes), 1), 0
            for size in sizes:
                of = figures[size][form] = fill(index, first, size, held)
                found, took_ms = query(NearVolumes(index), asked)
                of["median_ms"], of["p99_ms"] = percentile(took_ms, 50), percentile(took_ms, 99)
                of["size_mb"], of["keys"] = index.size_bytes() / 1e6, found
                if form == "file":
                    index.close()
                    of["flushed_ms"] = flushed_ms(path)
                    index = FileVolumeIndex(path, flush=False)
                first = size
                progress.advance(task)
            index.close()
    return figures


def flushed_ms(path: Path) -> float:
    """The median of inserts into a file that each wait for the disk, milliseconds; they are taken out again."""
    index = FileVolumeIndex(path)
    near, took_ms = NearVolumes(index), []
    for key, volume in enumerate(simulated.volumes(FLUSHED_INSERTS, 9), 2**40):
        began = perf_counter()
        near.put(key, volume)
        took_ms.append((perf_counter() - began) * 1e3)
    for key in range(2**40, 2**40 + FLUSHED_INSERTS):
        near.remove(key)
    index.close()
    return percentile(took_ms, 50)


def theirs(sizes: Sequence[int], asked: Asked, progress: Progress) -> dict[int, Figures] | str:
    """PostGIS, grown likewise; or why it could not be measured."""
    task = progress.add_task("PostGIS", total=len(sizes))
    with postgis.started() as server:
        if isinstance(server, str):
            return server
        figures: dict[int, Figures] = {}
        held, first = simulated.volumes(max(sizes), 1), 0
        for size in sizes:
            count = size - TIMED_INSERTS - first
            bulk_s = postgis.timed_s(server, first, islice(held, count))
            inserts_ms = server.insert_ms(size - TIMED_INSERTS, list(islice(held, TIMED_INSERTS)))
            found, inside_ms = server.ask(asked, ROUNDS)
            caller_ms = server.caller_ms(asked, ROUNDS)
            figures[size] = {
                "median_ms": percentile(caller_ms, 50),
                "p99_ms": percentile(caller_ms, 99),
                "inside_median_ms": percentile(inside_ms, 50),
                "inside_p99_ms": percentile(inside_ms, 99),
                "insert_median_ms": percentile(inserts_ms, 50),
                "bulk_us": bulk_s / count * 1e6,
                "keys": found,
            }
            first = size
            progress.advance(task)
        figures[sizes[0]]["errors_m"] = their_errors_m(server)
        figures[sizes[0]]["version"] = server.version()
        return figures


def proved() -> Figures:
    """A crowd, live at once in one country: how many hits every pair gives, how many we miss and add."""
    crowd = list(simulated.volumes(CROWD, 5, home="syria", live_ms=simulated.START_MS))
    near = NearVolumes(MemoryVolumeIndex())
    near.put_all(enumerate(crowd))
    shapes = [shape_of(each.area) for each in crowd]
    hits = missed = added = 0
    queries = simulated.volumes(PROVED, 6, home="syria", live_ms=simulated.START_MS)
    for k, volume in enumerate(queries):
        separation = Separation(horizontal_m=SEPARATIONS_M[k % 3], vertical_m=300, time_s=900)
        shape, lat_ndeg = shape_of(volume.area), _latitude_ndeg(volume)
        truth = {
            key
            for key, each in enumerate(crowd)
            if abs(_latitude_ndeg(each) - lat_ndeg) < FAR_NDEG
            and gap_ms(volume.window, each.window) / 1e3 <= separation.time_s
            and band_gap_mm(volume.band, each.band) / 1e3 <= separation.vertical_m
            and gap_within(shape, shapes[key], separation.horizontal_m) is not None
        }
        found = set(near.near(volume, separation))
        hits, missed, added = hits + len(truth), missed + len(truth - found), added + len(found - truth)
    return {"pairs": PROVED * CROWD, "hits": hits, "missed": missed, "added": added}


def _latitude_ndeg(volume: Volume) -> int:
    area = volume.area
    if isinstance(area, Circle):
        return area.centre.lat_ndeg
    if isinstance(area, Polygon):
        return area.ring[0].lat_ndeg
    raise TypeError("the simulated volumes are circles and polygons")


def error_pairs() -> list[tuple[tuple[float, float], Polygon, float]]:
    """Points and polygons up to 500 km apart, with their true distance by geographiclib, metres."""
    dice = np.random.default_rng(7)
    pairs: list[tuple[tuple[float, float], Polygon, float]] = []
    while len(pairs) < ERROR_PAIRS:
        home = (float(np.degrees(np.arcsin(dice.uniform(-0.99, 0.99)))), float(dice.uniform(-180, 180)))
        count = int(dice.integers(4, 13))
        azimuths = (360 * (np.arange(count) + dice.uniform(0.1, 0.9, count)) / count).tolist()
        area = star(home, azimuths, dice.uniform(1_000, 50_000, count).tolist())
        point = walk(home, float(dice.uniform(0, 360)), float(dice.uniform(60_000, 550_000)))
        spot = simulated.position(*point)
        if not true_inside(degrees(spot), area, samples=20):
            pairs.append((degrees(spot), area, true_outline_distance(degrees(spot), area)))
    return pairs


def our_errors_m() -> list[float]:
    """How far our distances are off."""
    return [
        abs(gap(disc_of(*point, 0.0), shape_of(area)).distance_m - true_m)
        for point, area, true_m in error_pairs()
    ]


def their_errors_m(server: postgis.PostGis) -> list[float]:
    """How far PostGIS is off, over the spheroid, for the same pairs."""
    pairs = error_pairs()
    areas = [(postgis.point_ewkb(*point), postgis.ewkb(postgis.ring_of(area))) for point, area, _ in pairs]
    found_m = server.distances_m(areas)
    return [abs(found - true_m) for found, (_, _, true_m) in zip(found_m, pairs, strict=True)]


Table = list[tuple[str, str, str, str, str]]


def index_table(us: dict[int, Figures], them: dict[int, Figures] | str, sizes: Sequence[int]) -> Table:
    """The rows on the index, a column for each size."""

    def row(name: str, cells: Sequence[str], aim: str = "") -> tuple[str, str, str, str, str]:
        padded = [*cells, "", "", ""][:3]
        return name, padded[0], padded[1], padded[2], aim

    def ms(of: str, name: str, digits: int = 3) -> list[str]:
        return [f"{us[size][of][name]:.{digits}f} ms" for size in sizes]

    rows = [
        row("query in memory, median", ms("memory", "median_ms"), "≤ 0.1 ms"),
        row("query in memory, 99th percentile", ms("memory", "p99_ms"), "≤ 0.5 ms"),
        row("query in a file, median", ms("file", "median_ms"), "≤ 0.1 ms"),
        row("query in a file, 99th percentile", ms("file", "p99_ms"), "≤ 0.5 ms"),
        row("insert in memory, median", ms("memory", "insert_median_ms"), "≤ 0.1 ms"),
        row("insert in memory, 99th percentile", ms("memory", "insert_p99_ms")),
        row("insert in a file, median", ms("file", "insert_median_ms"), "≤ 0.1 ms"),
        row("insert in a file, each flushed to this disk, median", ms("file", "flushed_ms")),
        row("memory, or file, taken", [f"{us[size]['memory']['size_mb']:.0f} MB" for size in sizes]),
    ]
    if isinstance(them, str):
        return [*rows, row(f"beside: {them}", [])]
    theirs_ms = {
        name: [f"{them[size][name]:.3f} ms" for size in sizes]
        for name in ("median_ms", "p99_ms", "inside_median_ms", "inside_p99_ms", "insert_median_ms")
    }

    def ratios(name: str, beside: str) -> list[str]:
        return [f"{them[size][name] / us[size]['memory'][beside]:.1f}×" for size in sizes]

    return [
        *rows,
        row("PostGIS, median, as a caller waits", theirs_ms["median_ms"]),
        row("PostGIS, 99th percentile, as a caller waits", theirs_ms["p99_ms"]),
        row("ratio of the medians", ratios("median_ms", "median_ms"), "≥ 5×, 10×, 20×"),
        row("ratio of the 99th percentiles", ratios("p99_ms", "p99_ms")),
        row("PostGIS, median, inside the server alone", theirs_ms["inside_median_ms"]),
        row("PostGIS, 99th percentile, inside the server", theirs_ms["inside_p99_ms"]),
        row("ratio of these medians", ratios("inside_median_ms", "median_ms")),
        row("PostGIS, insert inside the server, median", theirs_ms["insert_median_ms"]),
        row("hits that PostGIS misses, of all", [_differ(us[s], them[s], missed=True) for s in sizes]),
        row("hits that PostGIS adds", [_differ(us[s], them[s], missed=False) for s in sizes]),
    ]


def _differ(us: Figures, them: Figures, *, missed: bool) -> str:
    pairs = list(zip(us["memory"]["keys"], them["keys"], strict=True))
    if missed:
        return f"{sum(len(a - b) for a, b in pairs)} of {sum(len(a) for a, _ in pairs):,}"
    return str(sum(len(b - a) for a, b in pairs))


def sentences(figures: Figures) -> list[str]:
    """The figures that need no table."""
    flow, found = figures["streams"], figures["proved"]
    first = (
        f"Exactness: of {found['pairs']:,} pairs in a crowd of one country {found['hits']:,} are hits by the exact "
        f"step, each worked out; {found['missed']} missed, {found['added']} added. Worst error of {ERROR_PAIRS} "
        f"distances up to 500 km against geographiclib: {max(figures['errors_m']) * 1e3:.4f} mm"
    )
    them = figures["postgis"]
    first += f" (PostGIS: {max(them['errors_m']):.2f} m)." if "errors_m" in them else "."
    said = [first]
    said.append(
        f"Streams: {flow['reports_per_s']:,} reports a second of one core (aim 1,000,000), "
        f"{flow['decoded_reports_per_s']:,} with JSON decoding (aim 300,000), {flow['live']:,} live volumes in one "
        f"country, {flow['hits_per_report']} hits a report, {flow['memory_mb']} MB."
    )
    return said


def as_markdown(figures: Figures, table: Table) -> str:
    """What goes into the README."""
    about = machine()
    version = figures["postgis"].get("version", "no PostGIS")
    head = (
        f"Measured on {about['cores']} cores that other work shared (load {about['load_1m']}), "
        f"Python {about['python']}, SQLite {about['sqlite']}, {version}.\n"
    )
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    lines += ["| " + " | ".join(row) + " |" for row in table]
    return head + "\n" + "\n".join(lines) + "\n\n" + "\n\n".join(sentences(figures)) + "\n"


def write_readme(text: str) -> None:
    """Put the table between the README's markers."""
    readme = README.read_text()
    head, rest = readme.split(BEGIN)
    _, tail = rest.split(END)
    README.write_text(f"{head}{BEGIN}\n{text}{END}{tail}")


def plain(figures: dict[int, Figures]) -> Figures:
    """Figures fit for JSON: without the keys that were found."""
    return {
        str(size): {
            name: {k: v for k, v in each.items() if k != "keys"} if isinstance(each, dict) else each
            for name, each in of.items()
            if name != "keys"
        }
        for size, of in figures.items()
    }


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=max(SIZES), choices=SIZES, help="the largest size")
    parser.add_argument("--readme", action="store_true", help="write the tables into README.md")
    chosen = parser.parse_args()
    sizes = [size for size in SIZES if size <= chosen.largest]
    asked = asked_volumes(QUERIES)
    with Progress(transient=True) as progress:
        flow = streams.measure()
        us = ours(sizes, asked, progress)
        them = theirs(sizes, asked, progress)
    small = {} if isinstance(them, str) else them[sizes[0]]
    figures: Figures = {
        "streams": flow,
        "errors_m": our_errors_m(),
        "proved": proved(),
        "postgis": {k: v for k, v in small.items() if k in {"version", "errors_m"}},
        "ours": plain(us),
        "theirs": them if isinstance(them, str) else plain(them),
    }
    table = index_table(us, them, sizes)
    print_table("Index of volumes, how many are held", COLUMNS, table)
    print("\n".join(sentences(figures)))
    print(f"JSON: {write_results('spatial', figures)}")
    if chosen.readme:
        write_readme(as_markdown(figures, table))


if __name__ == "__main__":
    main()
