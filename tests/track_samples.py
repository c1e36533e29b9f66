"""Small samples of every track format, made here, and what positions are built from in tests."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np

from parley.check.volume5 import Volume5
from parley.formats.position_format import Format
from parley.formats.position_stream import PositionStream
from parley.formats.positions import Positions, Refusals, Row, Source, joined, of_rows
from parley.geo.altitude import UNLIMITED
from parley.geo.shape import disc_of
from parley.intake.draft import IncidentDraft
from parley.intake.places import NoticeVolume, Zone
from parley.intake.tracking import Tracking, TrackingLimits
from parley.words.volume import Band, Window
from plain_position_index import PlainPositionIndex

NOW_MS = 1_780_000_000_000
MINUTE_MS = 60_000
COT = (
    '<?xml version="1.0"?><event version="2.0" uid="U-1" type="a-h-A-M-F" how="m-g"'
    ' time="2026-05-28T20:26:40Z" start="2026-05-28T20:26:40Z" stale="2026-05-28T20:36:40Z">'
    '<point lat="33.5" lon="38.25" hae="1200.5" ce="15" le="9999999.0"/>'
    '<detail><contact callsign="HAWK 1"/><track course="90" speed="120.5"/></detail></event>'
)
AIRCRAFT = (
    '{"now":1780000000.0,"messages":1,"aircraft":[{"hex":"4b1a2c","flight":"HAWK1   ","lat":33.5,"lon":38.25,'
    '"alt_geom":10000,"alt_baro":9800,"gs":240,"track":90.5,"nac_p":9,"seen_pos":1.5},'
    '{"hex":"4b1a2d","lat":33.6,"lon":38.3,"alt_baro":"ground","rc":186,"seen_pos":0.1},{"hex":"4b1a2e"}]}'
)
TRACE = (
    '{"icao":"4b1a2c","timestamp":1780000000.0,"trace":[[0.0,33.5,38.25,9800,240,90,0,0,'
    '{"flight":"HAWK1   ","nac_p":9},"adsb_icao",10000],[10.5,33.5,38.3,"ground",null,null,1,0,null,'
    '"adsb_icao",null]]}'
)
SBS = (
    "MSG,1,1,1,4B1A2C,1,2026/05/28,20:26:39.000,2026/05/28,20:26:39.000,HAWK1,,,,,,,,,,,\r\n"
    "MSG,4,1,1,4B1A2C,1,2026/05/28,20:26:39.500,2026/05/28,20:26:39.500,,,240,90,,,0,,,,,\r\n"
    "MSG,3,1,1,4B1A2C,1,2026/05/28,20:26:40.000,2026/05/28,20:26:40.000,,9800,,,33.5,38.25,,,0,0,0,0\r\n"
)
CSV = "id,time,lat,lon,callsign,altitude_msl_m,error_m\nU-1,2026-05-28T20:26:40Z,33.5,38.25,HAWK 1,1200,25\n"
GEOJSON = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","id":"U-1","properties":{"time":1780000000,'
    '"name":"HAWK 1"},"geometry":{"type":"Point","coordinates":[38.25,33.5,1200.5]}}]}'
)
ROWS = '[{"icao24":"4b1a2c","timestamp":1780000000000,"latitude":33.5,"longitude":38.25,"altitude":9800}]'
COLUMNS = (
    '{"icao24":{"0":"4b1a2c"},"timestamp":{"0":1780000000000},"latitude":{"0":33.5},"longitude":{"0":38.25}}'
)


def sentence(body: str) -> str:
    """A sentence with its checksum."""
    total = 0
    for each in body.encode():
        total ^= each
    return f"!{body}*{total:02X}"


def armoured(fields: Sequence[tuple[int, int]]) -> tuple[str, int]:
    """(value, bits) as an armoured payload, and how many bits fill it up."""
    bits = "".join(format(value & ((1 << count) - 1), f"0{count}b") for value, count in fields)
    fill = -len(bits) % 6
    sixes = [int((bits + "0" * fill)[n : n + 6], 2) for n in range(0, len(bits) + fill, 6)]
    return "".join(chr(six + 48 if six < 40 else six + 56) for six in sixes), fill


def class_a(
    mmsi: int, lat_deg: float, lon_deg: float, second: int, *, accurate: bool = True, speed_kn: float = 10
) -> str:
    """A position report of type 1."""
    payload, fill = armoured(
        [
            (1, 6),
            (0, 2),
            (mmsi, 30),
            (0, 4),
            (0, 8),
            (round(speed_kn * 10), 10),
            (int(accurate), 1),
            (round(lon_deg * 600_000), 28),
            (round(lat_deg * 600_000), 27),
            (905, 12),
            (90, 9),
            (second, 6),
            (0, 2),
            (0, 3),
            (0, 1),
            (0, 19),
        ]
    )
    return sentence(f"AIVDM,1,1,,A,{payload},{fill}")


def ship_name(mmsi: int, name: str, group: int = 3) -> list[str]:
    """A type 5 in two fragments."""
    letters = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?"
    fields = [(5, 6), (0, 2), (mmsi, 30), (0, 2), (0, 30), (0, 42)]
    fields += [(letters.index(each), 6) for each in name.ljust(20, "@")] + [(0, 192)]
    payload, fill = armoured(fields)
    first, second = payload[:56], payload[56:]
    return [
        sentence(f"AIVDM,2,1,{group},A,{first},0"),
        sentence(f"AIVDM,2,2,{group},A,{second},{fill}"),
    ]


def read(
    data: str | bytes, *, live: bool = False, format_: Format | None = None, now_ms: int = NOW_MS
) -> tuple[Positions | None, dict[str, int]]:
    """Read a whole file; return its positions and how often each rule refused something."""
    refusals = Refusals()
    stream = PositionStream(refusals, format_=format_, live=live)
    parts = [stream.feed(data.encode() if isinstance(data, str) else data, now_ms), stream.finish(now_ms)]
    found = [part for part in parts if part is not None]
    return (joined(found) if found else None), {each.rule: each.count for each in refusals.listed()}


def reports(rows: Iterable[Row], source: Source = Source.CSV) -> Positions:
    """Rows as positions; none may be refused."""
    refusals = Refusals()
    found = of_rows(source, list(rows), refusals)
    assert refusals.listed() == ()
    return found


def at(minute: float, lat_deg: float, lon_deg: float = 38.0, id_: str = "A", **more: Any) -> Row:  # noqa: ANN401 - fields of a row
    """One report."""
    return Row(id_, "", NOW_MS + round(minute * MINUTE_MS), lat_deg, lon_deg, **more)


def disc(
    lat_deg: float, lon_deg: float, radius_m: float, band: Band = UNLIMITED, window: Window | None = None
) -> Volume5:
    """A volume that is a circle."""
    return Volume5(shape=disc_of(lat_deg, lon_deg, radius_m), band=band, window=window)


def zone(lat_deg: float = 33.0, radius_m: float = 20_000, name: str = "ZONE") -> Zone:
    """A round zone on the meridian of 38 degrees."""
    return Zone(name=name, volumes=(disc(lat_deg, 38.0, radius_m),))


def notice(
    name: str,
    lat_deg: float,
    radius_m: float,
    start: float,
    end: float,
    *callsigns: str,
    band: Band = UNLIMITED,
) -> NoticeVolume:
    """A round notice on the same meridian; start and end in minutes."""
    window = Window(start_ms=NOW_MS + round(start * MINUTE_MS), end_ms=NOW_MS + round(end * MINUTE_MS))
    volume = disc(lat_deg, 38.0, radius_m, band=band, window=window)
    return NoticeVolume(id=name, name=name, volumes=(volume,), callsigns=frozenset(callsigns))


def tracking(zones: Iterable[Zone], notices: Sequence[NoticeVolume] = (), **limits: int | None) -> Tracking:
    """Tracking over the plain index."""
    made = Tracking(PlainPositionIndex(), msgspec.convert({"most_tracks": 100, **limits}, TrackingLimits))
    made.set_zones(zones)
    made.set_notices(notices)
    return made


def drafts(made: Tracking) -> list[IncidentDraft]:
    """The drafts that changed, oldest first."""
    return sorted(made.changed(), key=lambda draft: (draft.first_ms, draft.track))


LATER_MS = NOW_MS + 10 * 24 * 60 * MINUTE_MS
NAN = float(np.nan)
