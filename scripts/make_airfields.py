# ruff: noqa: INP001 - a script, not a package
"""Write the gazetteer's list of airfields from a copy of OurAirports, which is in the public domain.

Run: python scripts/make_airfields.py airports.csv[.gz]. Kept are large and medium airports with an ICAO
code of four letters, to four decimals of a degree (11 m): code, name, country, latitude, longitude.
"""

import csv
import gzip
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

TARGET: Final = Path(__file__).resolve().parent.parent / "src/parley/geo/gazetteer/airfields.csv"
KINDS: Final = frozenset({"large_airport", "medium_airport"})
CODE_LENGTH: Final = 4


def rows(airports: Iterable[Mapping[str, str]]) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the rows that are kept; of two with one code the first."""
    seen: set[str] = set()
    for one in airports:
        code = code_of(one["gps_code"]) or code_of(one["ident"])
        if one["type"] in KINDS and code and code not in seen:
            seen.add(code)
            name = " ".join(one["name"].split())
            lat, lon = (f"{float(one[key]):.4f}" for key in ("latitude_deg", "longitude_deg"))
            yield code, name, one["iso_country"], lat, lon


def code_of(text: str) -> str:
    """Return a code in capitals, empty when it is no ICAO code."""
    return text if len(text) == CODE_LENGTH and text.isascii() and text.isalpha() and text.isupper() else ""


if __name__ == "__main__":
    source = Path(sys.argv[1])
    data = gzip.decompress(source.read_bytes()) if source.suffix == ".gz" else source.read_bytes()
    kept = sorted(rows(csv.DictReader(data.decode("utf-8").splitlines())))
    with TARGET.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(kept)
    sys.stdout.write(f"{len(kept)} airfields, {TARGET.stat().st_size} bytes: {TARGET}\n")
