"""SBS BaseStation: comma-separated `MSG` lines, 22 fields each.

Position stands in MSG types 2 (ground) and 3 (air); the callsign in type 1 and speed in type 4 are
remembered for the same address. The dates and times are the receiver's own, without a zone: live, the
time of receipt is used instead; from a file they are taken as UTC, and that is said.
"""

from collections import OrderedDict
from datetime import UTC, datetime
from typing import Final, TypeVar

from parley.formats.positions import DATUM_CODE, FOOT_M, KNOT_MPS, UNKNOWN, Basis, Mover, Refusals, Row
from parley.words.codes import Datum

T = TypeVar("T")
FIELDS_MIN: Final = 16
FIELDS_MAX: Final = 22
MOST_REMEMBERED: Final = 100_000
_POSITION_TYPES: Final = frozenset({"2", "3"})
_TYPES: Final = frozenset("12345678")
_OTHER_RECORDS: Final = frozenset({"SEL", "ID", "AIR", "STA", "CLK"})
_LEVEL: Final = DATUM_CODE[Datum.FLIGHT_LEVEL]


class BaseStation:
    """Reads lines, one after the other.

    Args:
        live: whether the lines come as they are made, so that their receipt is their time.
        refusals: counts `sbs-fields` (too few or many), `sbs-unknown-record`, `sbs-value-unreadable`.
    """

    def __init__(self, refusals: Refusals, *, live: bool) -> None:
        self._refusals, self._live = refusals, live
        self._names: OrderedDict[str, str] = OrderedDict()
        self._speeds: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def read(self, line: bytes, now_ms: int, number: int) -> Row | None:
        """Read one line; null when it holds no position or was refused."""
        fields = line.decode("utf-8", "replace").rstrip("\r\n").split(",")
        if fields[0] in _OTHER_RECORDS:
            return None
        if fields[0] != "MSG" or len(fields) < 2 or fields[1] not in _TYPES:  # noqa: PLR2004 - type
            self._refusals.note("sbs-unknown-record", number)
            return None
        if not FIELDS_MIN <= len(fields) <= FIELDS_MAX:
            self._refusals.note("sbs-fields", number)
            return None
        try:
            return self._row(fields, now_ms, number)
        except (ValueError, OverflowError):
            self._refusals.note("sbs-value-unreadable", number)
            return None

    def _row(self, fields: list[str], now_ms: int, number: int) -> Row | None:
        address = fields[4].strip().lower()[:64]
        if fields[1] == "1" and fields[10].strip():
            _remember(self._names, address, fields[10].strip()[:64])
        if fields[12]:
            _remember(self._speeds, address, (_number(fields[12]), _number(fields[13])))
        if fields[1] not in _POSITION_TYPES:
            return None
        if not fields[14].strip() or not fields[15].strip():
            self._refusals.note("position-missing", number)
            return None
        speed_kn, course_deg = self._speeds.get(address, (UNKNOWN, UNKNOWN))
        on_ground = fields[1] == "2"
        return Row(
            id=address,
            name=self._names.get(address, ""),
            at_ms=now_ms if self._live else _stated_ms(fields[6], fields[7]),
            lat_deg=_number(fields[14]),
            lon_deg=_number(fields[15]),
            height_m=UNKNOWN if on_ground else _number(fields[11]) * FOOT_M,
            datum=_LEVEL,
            speed_mps=speed_kn * KNOT_MPS,
            course_deg=course_deg,
            mover=Mover.AIR,
            basis=Basis.RECEIPT if self._live else Basis.STATED_AS_UTC,
            line=number,
        )


def _remember(known: OrderedDict[str, T], address: str, value: T) -> None:
    known[address] = value
    known.move_to_end(address)
    if len(known) > MOST_REMEMBERED:
        known.popitem(last=False)


def _number(text: str) -> float:
    return float(text) if text.strip() else UNKNOWN


def _stated_ms(date: str, time: str) -> int:
    at = datetime.strptime(f"{date} {time.split('.', maxsplit=1)[0]}", "%Y/%m/%d %H:%M:%S").replace(
        tzinfo=UTC
    )
    thousandths = (time.partition(".")[2] or "0").ljust(3, "0")[:3]
    return int(at.timestamp()) * 1_000 + int(thousandths)
