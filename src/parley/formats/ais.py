"""AIS positions: message types 1, 2, 3, 18, 19 and 27, and the names in 5, 19 and 24 (ITU-R M.1371-5).

A position report says only the second of its minute; the rest comes from its receipt, or from the tag
block of its sentence. Second 60 means none; 61 manual, 62 dead reckoning, 63 out of order: those positions
are called stale. Position accuracy 1 is within 10 m; 0 is worse than that, and how much is not said.
Why this is our own: docs/decisions/0014-track-formats.md.
"""

from collections import OrderedDict
from typing import Final

from parley.formats.nmea import Assembler, Payload
from parley.formats.positions import KNOT_MPS, UNKNOWN, Basis, Mover, Refusals, Row

MOST_REMEMBERED: Final = 100_000
ACCURATE_M: Final = 10.0
COARSE_M: Final = 200.0
"""Type 27 states tenths of a minute: up to half of one off in each direction, some 131 m."""
_DUE_BITS: Final = {1: 149, 2: 149, 3: 149, 18: 139, 19: 263, 27: 95, 5: 232, 24: 160}
"""How long each type must be for what is read here. Real senders leave off the tail of some."""
_CLASS_A: Final = frozenset({1, 2, 3})
_LETTERS: Final = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?"
_VALUES: Final = bytes(
    0 if not (48 <= code <= 87 or 96 <= code <= 119) else (code - 48 if code < 96 else code - 56)  # noqa: PLR2004 - ASCII
    for code in range(256)
)
_MINUTE_MS: Final = 60_000
_NO_SECOND: Final = 60


class Bits:
    """A message as one number; fields are read by their first bit and length."""

    def __init__(self, payload: Payload) -> None:
        value = 0
        for six in payload.armoured.translate(_VALUES):
            value = value << 6 | six
        self.length: Final = max(0, len(payload.armoured) * 6 - payload.fill_bits)
        self._value = value >> payload.fill_bits

    def unsigned(self, start: int, count: int) -> int:
        """Read a number; bits beyond the end are 0."""
        shift = self.length - start - count
        return (self._value >> shift if shift >= 0 else self._value << -shift) & ((1 << count) - 1)

    def signed(self, start: int, count: int) -> int:
        """Read a two's complement number."""
        value = self.unsigned(start, count)
        return value - (1 << count) if value >> (count - 1) else value

    def text(self, start: int, count: int) -> str:
        """Read characters of six bits, up to the first @."""
        letters = "".join(_LETTERS[self.unsigned(start + 6 * n, 6)] for n in range(count))
        return letters.partition("@")[0].rstrip()


class Ais:
    """Reads sentences one after the other and remembers names.

    Args:
        refusals: beside the assembler's, counts `ais-too-short`; `ais-other-type` for what says no
            position and no name.
    """

    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals
        self._assembler = Assembler(refusals)
        self._names: OrderedDict[int, str] = OrderedDict()

    def read(self, line: bytes, now_ms: int, number: int) -> Row | None:
        """Read one line; null when it completes no position or was refused.

        Args:
            line: one sentence.
            now_ms: its receipt, UTC milliseconds.
            number: of the line.
        """
        payload = self._assembler.take(line, now_ms, number)
        if payload is None:
            return None
        bits = Bits(payload)
        kind = bits.unsigned(0, 6)
        if kind not in _DUE_BITS:
            self._refusals.note("ais-other-type", number)
            return None
        if bits.length < _DUE_BITS[kind]:
            self._refusals.note("ais-too-short", number)
            return None
        mmsi = bits.unsigned(8, 30)
        self._keep_name(kind, mmsi, bits)
        if kind in {5, 24}:
            return None
        near_ms = now_ms if payload.stated_ms is None else payload.stated_ms
        if kind in _CLASS_A:
            row = _position(bits, near_ms, accuracy=60, speed=50, course=116, second=137)
        elif kind == 27:  # noqa: PLR2004 - the type's number
            row = _long_range(bits, near_ms)
        else:
            row = _position(bits, near_ms, accuracy=56, speed=46, course=112, second=133)
        if row.basis != Basis.SECOND_OF_RECEIPT and payload.stated_ms is not None:
            row = row._replace(basis=Basis.STATED)
        return row._replace(id=f"{mmsi:09d}", name=self._names.get(mmsi, ""), line=number)

    def finish(self) -> None:
        """Count what never became whole."""
        self._assembler.finish()

    def _keep_name(self, kind: int, mmsi: int, bits: Bits) -> None:
        match kind:
            case 5:
                name = bits.text(112, 20)
            case 19:
                name = bits.text(143, 20)
            case 24 if bits.unsigned(38, 2) == 0:
                name = bits.text(40, 20)
            case _:
                return
        if name:
            self._names[mmsi] = name
            self._names.move_to_end(mmsi)
            if len(self._names) > MOST_REMEMBERED:
                self._names.popitem(last=False)


def _position(bits: Bits, near_ms: int, *, accuracy: int, speed: int, course: int, second: int) -> Row:
    """Read types 1, 2, 3, 18 and 19: the same fields, in two places."""
    lon_deg = bits.signed(accuracy + 1, 28) / 600_000
    lat_deg = bits.signed(accuracy + 29, 27) / 600_000
    stated_s = bits.unsigned(second, 6)
    at_ms, basis = _nearest(near_ms, stated_s), Basis.SECOND_OF_RECEIPT
    if stated_s >= _NO_SECOND:
        at_ms, basis = near_ms, Basis.RECEIPT
    speed_tenths, course_tenths = bits.unsigned(speed, 10), bits.unsigned(course, 12)
    return Row(
        id="",
        name="",
        at_ms=at_ms,
        lat_deg=_unless(lat_deg, 91),
        lon_deg=_unless(lon_deg, 181),
        speed_mps=UNKNOWN if speed_tenths == 1_023 else speed_tenths / 10 * KNOT_MPS,  # noqa: PLR2004 - none
        course_deg=course_tenths / 10,
        error_m=ACCURATE_M if bits.unsigned(accuracy, 1) else UNKNOWN,
        mover=Mover.WATER,
        basis=basis,
        stale=stated_s > _NO_SECOND,
    )


def _long_range(bits: Bits, near_ms: int) -> Row:
    """Read type 27; its position may be some seconds old, which is not said."""
    speed_kn, course_deg = bits.unsigned(79, 6), bits.unsigned(85, 9)
    return Row(
        id="",
        name="",
        at_ms=near_ms,
        lat_deg=_unless(bits.signed(62, 17) / 600, 91),
        lon_deg=_unless(bits.signed(44, 18) / 600, 181),
        speed_mps=UNKNOWN if speed_kn == 63 else speed_kn * KNOT_MPS,  # noqa: PLR2004 - none
        course_deg=course_deg,
        error_m=COARSE_M,
        mover=Mover.WATER,
        basis=Basis.RECEIPT,
    )


def _unless(value: float, none: int) -> float:
    """A coordinate, or unknown where the message says that there is none."""
    return UNKNOWN if abs(value - none) < 0.01 else value  # noqa: PLR2004 - type 27 rounds


def _nearest(near_ms: int, second: int) -> int:
    """The instant with that second of its minute that is nearest to another."""
    guess_ms = near_ms - near_ms % _MINUTE_MS + second * 1_000
    return min((guess_ms - _MINUTE_MS, guess_ms, guess_ms + _MINUTE_MS), key=lambda at: abs(at - near_ms))
