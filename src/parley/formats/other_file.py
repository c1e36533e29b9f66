"""Files that `parley check` compares with: GeoJSON as it is, and tables and KML of sites as an import reads them."""

from collections.abc import Callable

from parley.formats.geojson import Feature, Read, read_geojson
from parley.formats.place_file import read_place_file
from parley.formats.places import EVER_MS, Place
from parley.formats.properties import Times
from parley.formats.report import REPAIRS_MAX, Repair
from parley.formats.rows import Report
from parley.formats.table import Wish
from parley.words.errors import InputError
from parley.words.volume import Band

SHOWN = 10
_BLANK = b"\xef\xbb\xbf \t\r\n"
_UNLIMITED = Band(floor=None, ceiling=None)


def read_others(data: bytes, file: str, *, progress: Callable[[int, int], None] | None = None) -> Read:
    """Read a file to compare with.

    Args:
        data: its bytes.
        file: its name, for errors and findings.
        progress: is told how many rows of how many have been read.

    Raises:
        InputError: as `read_geojson`; as `read_place_file`; rows-refused: a comparison with the other
            rows would look like one with all of them.
    """
    if data.lstrip(_BLANK)[:1] in {b"{", b"["}:
        return read_geojson(data, file, progress=progress)
    try:
        found = read_place_file(data, Wish(layer=None, kind="site"), progress)
    except InputError as error:
        where = f"{file}: {error.where}" if error.where else file
        raise InputError(error.name, error.what, where=where, do=error.do) from error
    if found.report.refused:
        raise _refused(found.report, file)
    told = [(each.row, each.rule, each.became) for each in found.report.repaired]
    told += [(each.row, each.rule, f"not put right, in doubt: {each.what}") for each in found.report.doubts]
    ids = {place.row: place.id for place in found.places}
    repairs = tuple(
        Repair(file=file, index=row - 1, id=ids.get(row, f"row {row}"), repair=rule, detail=detail)
        for row, rule, detail in told[:REPAIRS_MAX]
    )
    features = tuple(_feature(place, file) for place in found.places)
    return Read(features=features, repairs=repairs, repaired=len(told))


def _feature(place: Place, file: str) -> Feature:
    times = Times(start_ms=None, end_ms=None)
    if place.window is not None:
        start_ms, end_ms = place.window.start_ms, place.window.end_ms
        times = Times(start_ms=start_ms or None, end_ms=None if end_ms == EVER_MS else end_ms)
    return Feature(
        file=file,
        index=place.row - 1,
        id=place.id,
        areas=(place.area,),
        band=place.band or _UNLIMITED,
        times=times,
    )


def _refused(report: Report, file: str) -> InputError:
    rows = "; ".join(f"row {each.row:,} {each.column}: {each.what}" for each in report.refused[:SHOWN])
    more = f" (and {len(report.refused) - SHOWN:,} more)" if len(report.refused) > SHOWN else ""
    what = f"{len(report.refused):,} of {report.rows:,} rows cannot be read, so nothing was compared: {rows}{more}"
    do = "Correct them, and check again."
    return InputError("rows-refused", what, where=file, do=do)
