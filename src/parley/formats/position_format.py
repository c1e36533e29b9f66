"""The formats of reported positions, by name: apart, so that a command line that only names them starts fast."""

from enum import StrEnum


class Format(StrEnum):
    """What a stream or file is written in."""

    COT = "cot"
    READSB = "readsb"
    """aircraft.json, trace_full, or one aircraft a line."""
    SBS = "sbs"
    AIS = "ais"
    CSV = "csv"
    GEOJSON = "geojson"
    TABLE = "table"
