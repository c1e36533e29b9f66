"""How long 100,000 places take from a file into the picture of a running node, and how much memory.

The whole path, as a person runs it: `parley picture import` reads the file, hands it to the node, is told
what would change, and applies it; the node encrypts, stores, loads its engine and looks which notices to
check again. Each file is imported twice: into an empty layer, and again with a hundredth of it moved. Files
of polygons, whose shapes cost the node far more than points, are a tenth as long.
Run: python bench/imports.py [--rows N]
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any
from xml.sax.saxutils import escape

import psutil

from parley.config.home import Home
from parley.config.settings import Settings
from parley.exercises.free_port import free_port
from parley.wiring.making import init

ROWS = 100_000
AIM_S = 30.0
AS_OF = "2026-11-01T00:00Z"
COLUMNS = ("id", "name", "kind", "lat", "lon", "radius_m", "as_of")
BENCH = Path(__file__).parent
Row = tuple[str, str, str, float, float, int, str]


def measure(rows: int = ROWS) -> dict[str, Any]:
    """Run the benchmark.

    Returns:
        {"rows": …, "results": [...]}, fit for JSON; times are wall-clock seconds of this machine.
    """
    with tempfile.TemporaryDirectory() as folder:
        results = []
        for kind, write in WRITERS.items():
            count = rows // 10 if "polygons" in kind else rows
            results.append(_result(Path(folder), kind, write, count))
            print(_line(results[-1]), file=sys.stderr)
    return {"name": "imports", "rows": rows, "aim_s": AIM_S, "results": results}


def _result(folder: Path, kind: str, write: Any, rows: int) -> dict[str, Any]:  # noqa: ANN401 - a writer
    home = Home(folder / f"home-{kind.replace(' ', '-')}")
    settings = Settings(
        name="BENCH",
        peer_listen=f"127.0.0.1:{free_port()}",
        desk_listen=f"127.0.0.1:{free_port()}",
        high_water=str(folder / f"{home.path.name}.marks"),
    )
    init(home, settings, ("https://127.0.0.1:1",))
    file = folder / "places"
    with subprocess.Popen(
        [sys.executable, BENCH / "node_process.py", home.path], stdout=subprocess.PIPE, text=True
    ) as node:
        try:
            if node.stdout is None or node.stdout.readline() != "ready\n":
                raise RuntimeError("the node does not serve")
            write(file, list(_rows(rows, moved=False)))
            before_s = _cpu_s(node.pid)
            first_s, memory_mb = _import(file, home)
            cpu_s = _cpu_s(node.pid) - before_s
            write(file, list(_rows(rows, moved=True)))
            again_s, _ = _import(file, home)
            node_mb = _peak_mb(node.pid)
        finally:
            node.terminate()
    return {
        "kind": kind,
        "rows": rows,
        "first_s": first_s,
        "first_cpu_s": cpu_s,
        "again_s": again_s,
        "command_mb": memory_mb,
        "node_mb": node_mb,
        "file_mb": file.stat().st_size / 1e6,
    }


def _import(file: Path, home: Home) -> tuple[float, float]:
    """Import a file as a person does; return seconds and the greatest memory of the command."""
    words = ["picture", "import", str(file), "--layer", "sites", "--yes", "--home", str(home.path)]
    began = perf_counter()
    with subprocess.Popen(
        [Path(sys.executable).with_name("parley"), *words], stdout=subprocess.PIPE, text=True
    ) as command:
        memory_mb = 0.0
        while command.poll() is None:
            memory_mb = max(memory_mb, _peak_mb(command.pid))
            try:
                command.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
        took_s = perf_counter() - began
        said = command.stdout.read() if command.stdout is not None else ""
        if command.returncode != 0:
            raise RuntimeError(said)
    return took_s, memory_mb


def _cpu_s(pid: int) -> float:
    """Return the processor seconds of a node so far, and of all commands that have ended."""
    node = psutil.Process(pid).cpu_times()
    commands = os.times()
    return node.user + node.system + commands.children_user + commands.children_system


def _peak_mb(pid: int) -> float:
    """Return the greatest memory that a process had so far; 0 if it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii", errors="replace")
    except OSError:
        return 0.0
    lines = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0]) / 1e3 if lines else 0.0


def _rows(count: int, *, moved: bool) -> Iterator[Row]:
    chance = random.Random(7)  # noqa: S311 - the same dice each time
    for n in range(count):
        lat, lon = round(chance.uniform(30, 37), 6), round(chance.uniform(35, 42), 6)
        lat += 0.001 if moved and n % 100 == 0 else 0.0
        yield f"S-{n}", f"Site {n} & well", "site", round(lat, 6), lon, 50, AS_OF


def _write_csv(file: Path, rows: list[Row]) -> None:
    lines = [",".join(COLUMNS), *(",".join(str(cell) for cell in row) for row in rows)]
    file.write_text("\n".join(lines) + "\n", "utf-8")


def _write_xlsx(file: Path, rows: list[Row]) -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    strings: list[str] = []
    lines = []
    for number, row in enumerate([COLUMNS, *rows], 1):
        cells = []
        for column, cell in zip("ABCDEFG", row, strict=True):
            if isinstance(cell, str):
                cells.append(f'<c r="{column}{number}" t="s"><v>{len(strings)}</v></c>')
                strings.append(f"<si><t>{escape(cell)}</t></si>")
            else:
                cells.append(f'<c r="{column}{number}"><v>{cell}</v></c>')
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    links = '<Relationship Id="rId1" Type="worksheet" Target="worksheets/sheet1.xml"/>'
    sheet = '<sheet name="Sites" sheetId="1" r:id="rId1"/>'
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>{sheet}</sheets></workbook>'
        )
        zipped.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{links}</Relationships>")
        zipped.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">{"".join(strings)}</sst>')
        zipped.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{main}"><sheetData>{"".join(lines)}</sheetData></worksheet>',
        )


def _write_geojson(file: Path, rows: list[Row]) -> None:
    features = [
        {
            "type": "Feature",
            "id": id_,
            "properties": {"name": name, "kind": kind, "radius_m": radius_m, "as_of": as_of},
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
        }
        for id_, name, kind, lat, lon, radius_m, as_of in rows
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")


def _square(lat: float, lon: float) -> list[list[float]]:
    corners = ((0, 0), (0.002, 0), (0.002, 0.001), (0.001, 0.002), (0, 0.002), (0, 0))
    return [[round(lon + east, 6), round(lat + north, 6)] for east, north in corners]


def _write_polygons(file: Path, rows: list[Row]) -> None:
    features = [
        {
            "type": "Feature",
            "id": id_,
            "properties": {"name": name, "kind": kind, "as_of": as_of},
            "geometry": {"type": "Polygon", "coordinates": [_square(lat, lon)]},
        }
        for id_, name, kind, lat, lon, _, as_of in rows
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")


def _kml(rows: list[Row], shape: Any) -> str:  # noqa: ANN401 - a function of a row
    placemarks = (
        f'<Placemark id="{row[0]}"><name>{escape(row[1])}</name><TimeStamp><when>{row[6]}</when></TimeStamp>'
        f'<ExtendedData><Data name="kind"><value>{row[2]}</value></Data></ExtendedData>{shape(row)}</Placemark>'
        for row in rows
    )
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{"".join(placemarks)}</Document></kml>'


def _kml_point(row: Row) -> str:
    return f"<Point><coordinates>{row[4]},{row[3]},0</coordinates></Point>"


def _kml_polygon(row: Row) -> str:
    ring = " ".join(f"{lon},{lat}" for lon, lat in _square(row[3], row[4]))
    inside = f"<LinearRing><coordinates>{ring}</coordinates></LinearRing>"
    return f"<Polygon><outerBoundaryIs>{inside}</outerBoundaryIs></Polygon>"


def _write_kml(file: Path, rows: list[Row]) -> None:
    file.write_text(_kml(rows, _kml_point), "utf-8")


def _write_kmz(file: Path, rows: list[Row]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("doc.kml", _kml(rows, _kml_polygon))


WRITERS = {
    "CSV": _write_csv,
    "XLSX": _write_xlsx,
    "GeoJSON": _write_geojson,
    "KML": _write_kml,
    "GeoJSON polygons": _write_polygons,
    "KMZ polygons": _write_kmz,
}


def _line(each: dict[str, Any]) -> str:
    return (
        f"| {each['kind']} | {each['rows']:,} | {each['file_mb']:.1f} | {each['first_s']:.1f}"
        f" | {each['first_cpu_s']:.1f} | {each['again_s']:.1f} | {each['command_mb']:.0f} | {each['node_mb']:.0f} |"
    )


def table(found: dict[str, Any]) -> str:
    """Return the result as a table for people."""
    lines = [
        f"{found['rows']:,} places through `parley picture import` into a running node; aim < {AIM_S:.0f} s.",
        f"Load of the machine when it ended: {os.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores.",
        "",
        "| file | places | MB | first s | of it processor s | again, 1 % moved s | command MB | node MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [_line(each) for each in found["results"]]
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    result = measure(asked.rows)
    print(json.dumps(result) if asked.json else table(result))
