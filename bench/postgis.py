"""PostGIS beside us: a cluster of its own for the time of the bench, from Debian's packages.

Unix socket alone, in a folder that is removed; never as root (as root it runs as `postgres`). A query is
timed twice over: as its caller sees it (`psql`, a prepared statement, its timing), and inside the server
(PL/pgSQL and `clock_timestamp()`), where nothing but the search counts. Each is planned for its own values
(`force_custom_plan`), with no flush, no JIT and a gigabyte of buffers. Circles are polygons of 32 corners,
as `ST_Buffer` makes them by default.
"""

import os
import pwd
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from math import inf
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np
from pyproj import Geod

from parley.check.model import Separation
from parley.geo.ellipsoid import A_M, F
from parley.words.volume import Circle, Polygon, Volume

CORNERS: Final = 32
PATIENCE_S: Final = 900
_BINARIES: Final = Path("/usr/lib/postgresql")
_WGS84: Final = Geod(a=A_M, f=F)
_POLYGON: Final = struct.Struct("<BIII")
_SETTINGS: Final = (
    "-c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c jit=off "
    "-c shared_buffers=1GB -c maintenance_work_mem=512MB -c max_wal_size=8GB -c autovacuum=off "
    "-c plan_cache_mode=force_custom_plan"
)
_SCHEMA: Final = """
CREATE EXTENSION postgis;
CREATE TABLE volumes (key bigint, area geography, span tstzrange, band numrange);
CREATE INDEX ON volumes USING gist (area, span, band);
CREATE TABLE asked (n int, area geography, span tstzrange, band numrange, apart float8);
CREATE TABLE answers (n int, keys bigint[], ms float8);
CREATE FUNCTION ask_all(rounds int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE one asked; began timestamptz; found bigint[]; took float8; best float8;
BEGIN
  TRUNCATE answers;
  FOR one IN SELECT * FROM asked ORDER BY n LOOP
    best := 'infinity';
    FOR k IN 1..rounds LOOP
      began := clock_timestamp();
      SELECT array_agg(v.key) INTO found FROM volumes v
       WHERE ST_DWithin(v.area, one.area, one.apart) AND v.span && one.span AND v.band && one.band;
      took := extract(epoch FROM clock_timestamp() - began) * 1000;
      best := least(best, took);
    END LOOP;
    INSERT INTO answers VALUES (one.n, coalesce(found, '{}'), best);
  END LOOP;
END $$;
CREATE FUNCTION insert_each(first bigint, after bigint) RETURNS float8[] LANGUAGE plpgsql AS $$
DECLARE one volumes; began timestamptz; took float8[] := '{}';
BEGIN
  FOR one IN SELECT * FROM waiting WHERE key >= first AND key < after ORDER BY key LOOP
    began := clock_timestamp();
    INSERT INTO volumes VALUES (one.key, one.area, one.span, one.band);
    took := took || extract(epoch FROM clock_timestamp() - began)::float8 * 1000;
  END LOOP;
  RETURN took;
END $$;
CREATE UNLOGGED TABLE waiting (LIKE volumes);
"""


_PREPARE: Final = """PREPARE near(geography, tstzrange, numrange, float8) AS SELECT v.key FROM volumes v
WHERE ST_DWithin(v.area, $1, $4) AND v.span && $2 AND v.band && $3;"""


class PostGis:
    """A running cluster, spoken to by `psql`."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)

    def run(self, sql: str, rows: Iterable[bytes] = ()) -> str:
        """Run SQL, feed it rows if it copies from its input, and return what it prints."""
        with tempfile.TemporaryFile() as fed, tempfile.TemporaryFile() as said:
            fed.write(sql.encode() + b"\n")
            for row in rows:
                fed.write(row)
            fed.seek(0)
            subprocess.run(self._command, stdin=fed, stdout=said, check=True, timeout=PATIENCE_S)
            said.seek(0)
            return said.read().decode()

    def add(self, first: int, volumes: Iterable[Volume], table: str = "volumes") -> None:
        """Copy volumes in; their keys count from `first`. The index is kept up as they come."""
        rows = (
            b"%d\t%s\t%s\t%s\n" % (key, _area(each), _span(each, 0.0), _band(each, 0.0))
            for key, each in enumerate(volumes, first)
        )
        self.run(f"COPY {table} FROM STDIN;", rows)

    def insert_ms(self, first: int, volumes: Sequence[Volume]) -> list[float]:
        """Insert volumes one by one, each timed; milliseconds."""
        self.add(first, volumes, "waiting")
        said = self.run(f"SELECT unnest(insert_each({first}, {first + len(volumes)}));")
        return [float(line) for line in said.split()]

    def ask(
        self, asked: Sequence[tuple[Volume, Separation]], rounds: int
    ) -> tuple[list[set[int]], list[float]]:
        """What each query finds, and its least time of several rounds, milliseconds."""
        rows = (
            b"%d\t%s\t%s\t%s\t%r\n"
            % (
                n,
                _area(volume),
                _span(volume, apart.time_s),
                _band(volume, apart.vertical_m),
                apart.horizontal_m,
            )
            for n, (volume, apart) in enumerate(asked)
        )
        self.run("TRUNCATE asked;\nCOPY asked FROM STDIN;", rows)
        said = self.run(
            f"VACUUM ANALYZE volumes;\nSELECT ask_all({int(rounds)});\n"
            "SELECT keys, ms FROM answers ORDER BY n;"
        )
        found, took_ms = [], []
        for line in said.splitlines():
            if line.startswith("{"):
                keys, ms = line.split("|")
                found.append({int(key) for key in keys.strip("{}").split(",") if key})
                took_ms.append(float(ms))
        return found, took_ms

    def caller_ms(self, asked: Sequence[tuple[Volume, Separation]], rounds: int) -> list[float]:
        """As `ask`, but the least time that a caller waits for the answer to each, milliseconds."""
        lines = [
            b"EXECUTE near('%s', '%s', '%s', %r);\n"
            % (
                _area(volume),
                _span(volume, apart.time_s),
                _band(volume, apart.vertical_m),
                apart.horizontal_m,
            )
            for volume, apart in asked
        ]
        said = self.run(_PREPARE, [b"\\timing on\n", *(line for line in lines for _ in range(rounds))])
        took_ms = [float(line.split()[1]) for line in said.splitlines() if line.startswith("Time:")]
        return [min(took_ms[k : k + rounds]) for k in range(0, len(took_ms), rounds)]

    def distances_m(self, pairs: Sequence[tuple[bytes, bytes]]) -> list[float]:
        """`ST_Distance` over the spheroid, between areas as hexadecimal EWKB."""
        self.run("CREATE TABLE IF NOT EXISTS pairs (n int, a geography, b geography); TRUNCATE pairs;")
        self.run("COPY pairs FROM STDIN;", (b"%d\t%s\t%s\n" % (n, a, b) for n, (a, b) in enumerate(pairs)))
        return [float(line) for line in self.run("SELECT ST_Distance(a, b) FROM pairs ORDER BY n;").split()]

    def version(self) -> str:
        """Both versions, in one line."""
        server = self.run("SHOW server_version;").split()[0]
        return f"PostgreSQL {server}, PostGIS {self.run('SELECT postgis_lib_version();').strip()}"


@contextmanager
def started() -> Iterator[PostGis | str]:
    """Start a cluster, and remove it afterwards; or yield why there is none."""
    folders = sorted(_BINARIES.glob("*/bin"))
    if not folders or not list(Path("/usr/share/postgresql").glob("*/extension/postgis.control")):
        yield "PostGIS is not installed (Debian: postgresql and postgresql-15-postgis-3)"
        return
    root = os.geteuid() == 0
    if root and "postgres" not in {each.pw_name for each in pwd.getpwall()}:
        yield "the user postgres is missing, and PostgreSQL does not run as root"
        return
    become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if root else []
    folder = Path(tempfile.mkdtemp(prefix="bench-postgis-"))
    if root:
        shutil.chown(folder, "postgres", "postgres")
    pg_ctl = [*become, str(folders[-1] / "pg_ctl"), "-D", str(folder / "data"), "-s"]

    def control(*words: str) -> None:
        subprocess.run([*pg_ctl, *words], check=True, timeout=PATIENCE_S, stdout=sys.stderr, cwd=folder)

    try:
        control("init", "-o", "-A trust -U bench --no-sync -E UTF8 --locale=C")
        control("start", "-w", "-l", str(folder / "log"), "-o", f"{_SETTINGS} -k {folder}")
        try:
            psql = [str(folders[-1] / "psql"), "-h", str(folder), "-U", "bench", "-d", "postgres"]
            server = PostGis([*psql, "-XqAt", "-v", "ON_ERROR_STOP=1"])
            server.run(_SCHEMA)
            yield server
        finally:
            control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def timed_s(server: PostGis, first: int, volumes: Iterable[Volume]) -> float:
    """How long it takes to add volumes in bulk, seconds."""
    began = perf_counter()
    server.add(first, volumes)
    return perf_counter() - began


def ewkb(ring: Sequence[tuple[float, float]]) -> bytes:
    """A ring of longitudes and latitudes, as hexadecimal EWKB of a polygon."""
    flat = [value for vertex in (*ring, ring[0]) for value in vertex]
    head = b"\x01\x03\x00\x00\x20" + struct.pack("<III", 4326, 1, len(flat) // 2)
    return (head + struct.pack(f"<{len(flat)}d", *flat)).hex().encode()


def point_ewkb(lat_deg: float, lon_deg: float) -> bytes:
    """A point, as hexadecimal EWKB."""
    return (b"\x01\x01\x00\x00\x20" + struct.pack("<Idd", 4326, lon_deg, lat_deg)).hex().encode()


def ring_of(area: Polygon) -> list[tuple[float, float]]:
    """Longitudes and latitudes of a polygon, degrees."""
    return [(p.lon_ndeg / 1e9, p.lat_ndeg / 1e9) for p in area.ring]


def _area(volume: Volume) -> bytes:
    area = volume.area
    if isinstance(area, Polygon):
        return ewkb(ring_of(area))
    if not isinstance(area, Circle):
        raise TypeError("the simulated volumes are circles and polygons")
    turns_deg = np.linspace(360, 0, CORNERS, endpoint=False)
    lon_deg = np.full(CORNERS, area.centre.lon_ndeg / 1e9)
    lat_deg = np.full(CORNERS, area.centre.lat_ndeg / 1e9)
    lons, lats, _ = _WGS84.fwd(lon_deg, lat_deg, turns_deg, np.full(CORNERS, area.radius_mm / 1e3))
    return ewkb(list(zip(lons.tolist(), lats.tolist(), strict=True)))


def _span(volume: Volume, apart_s: float) -> bytes:
    ends = (volume.window.start_ms / 1e3 - apart_s, volume.window.end_ms / 1e3 + apart_s)
    first, last = (np.datetime64(round(end * 1e3), "ms") for end in ends)
    return f"[{first}+00,{last}+00]".encode()


def _band(volume: Volume, apart_m: float) -> bytes:
    floor, ceiling = volume.band.floor, volume.band.ceiling
    low_m = -inf if floor is None else floor.value_mm / 1e3 - apart_m
    high_m = inf if ceiling is None else ceiling.value_mm / 1e3 + apart_m
    return f"[{low_m:.3f},{high_m:.3f}]".encode()
