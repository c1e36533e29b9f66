r"""NMEA 0183 sentences that carry AIS: `!AIVDM` and `!AIVDO`, with checksum, fragments and tag blocks.

`\c:1700000000*hh\!AIVDM,count,number,group,channel,payload,fill*hh` (IEC 61162-1; the tag block, whose `c`
is UNIX seconds, is NMEA 0183 version 4). A sentence without a right checksum is refused. Fragments of one
message are put together when they have one group and channel and none is missing; those that never become
whole are dropped by age or number, and counted.
"""

import re
from collections import OrderedDict
from functools import reduce
from operator import xor
from typing import Final, NamedTuple

from parley.formats.positions import Refusals

MOST_GROUPS: Final = 256
LONGEST_WAIT_MS: Final = 60_000
MOST_FRAGMENTS: Final = 9
PAYLOAD_MAX: Final = 90
"""Characters; a sentence has at most 82, a few senders a few more."""
_SENTENCE: Final = re.compile(
    rb"[!$](?P<talker>[A-Z]{2})VD[MO],(?P<count>\d),(?P<number>\d),(?P<group>\d{0,2}),"
    rb"(?P<channel>[A-Z0-9]?),(?P<payload>[0-W`-w]*),(?P<fill>[0-5])"
)
_TAG_TIME: Final = re.compile(rb"(?:^|,)c:(\d{1,13})(?:,|$)")
_SECONDS_END: Final = 100_000_000_000
"""A larger number in a tag block counts milliseconds."""


class Payload(NamedTuple):
    """A whole message: its armoured characters, how many bits of the last are filling, and its time."""

    armoured: bytes
    fill_bits: int
    stated_ms: int | None
    line: int


class _Group:
    """The fragments of one message that have come so far."""

    def __init__(self, count: int, now_ms: int, line: int) -> None:
        self.count, self.since_ms, self.line = count, now_ms, line
        self.parts: dict[int, bytes] = {}
        self.fill_bits = 0
        self.stated_ms: int | None = None


class Assembler:
    """Takes sentences one after the other and returns whole messages.

    Args:
        refusals: counts `nmea-unreadable`, `nmea-no-checksum`, `nmea-checksum`, `nmea-tag-checksum`,
            `ais-fragment-numbers`, `ais-fragment-repeated`, `ais-fragments-incomplete`.
    """

    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals
        self._groups: OrderedDict[tuple[bytes, bytes, bytes], _Group] = OrderedDict()

    def take(self, line: bytes, now_ms: int, number: int) -> Payload | None:
        """Read one line; null when it completes nothing or was refused."""
        line = line.strip()
        stated_ms = None
        if line.startswith(b"\\"):
            tag, _, line = line[1:].partition(b"\\")
            content, _, check = tag.rpartition(b"*")
            if _sum(content) != check.upper():
                self._refusals.note("nmea-tag-checksum", number)
                return None
            stated_ms = _tag_time_ms(content)
        body, star, check = line.partition(b"*")
        matched = _SENTENCE.fullmatch(body)
        if matched is None or len(matched["payload"]) > PAYLOAD_MAX:
            self._refusals.note("nmea-unreadable", number)
            return None
        if not star:
            self._refusals.note("nmea-no-checksum", number)
            return None
        if _sum(body[1:]) != check[:2].upper():
            self._refusals.note("nmea-checksum", number)
            return None
        return self._fragment(matched, stated_ms, now_ms, number)

    def _fragment(
        self, part: re.Match[bytes], stated_ms: int | None, now_ms: int, number: int
    ) -> Payload | None:
        count, place, fill_bits = int(part["count"]), int(part["number"]), int(part["fill"])
        if not 1 <= place <= count <= MOST_FRAGMENTS:
            self._refusals.note("ais-fragment-numbers", number)
            return None
        if count == 1:
            return Payload(part["payload"], fill_bits, stated_ms, number)
        self._drop_old(now_ms)
        key = (part["talker"], part["group"], part["channel"])
        group = self._groups.get(key)
        if group is not None and (place in group.parts or group.count != count):
            # The same number again is a new message under a used number: what was begun is lost.
            self._refusals.note("ais-fragment-repeated", group.line)
            group = None
            del self._groups[key]
        if group is None:
            group = self._groups[key] = _Group(count, now_ms, number)
            if len(self._groups) > MOST_GROUPS:
                _, lost = self._groups.popitem(last=False)
                self._refusals.note("ais-fragments-incomplete", lost.line)
        group.parts[place] = part["payload"]
        group.stated_ms = stated_ms if group.stated_ms is None else group.stated_ms
        if place == count:
            group.fill_bits = fill_bits
        if len(group.parts) < count:
            return None
        del self._groups[key]
        armoured = b"".join(group.parts[each] for each in range(1, count + 1))
        return Payload(armoured, group.fill_bits, group.stated_ms, group.line)

    def _drop_old(self, now_ms: int) -> None:
        """Drop what has waited too long. A clock that was set back empties it too: nothing waits for ever."""
        for key, group in list(self._groups.items()):
            if 0 <= now_ms - group.since_ms <= LONGEST_WAIT_MS:
                break
            del self._groups[key]
            self._refusals.note("ais-fragments-incomplete", group.line)

    def finish(self) -> None:
        """Count what never became whole, at the end of a stream."""
        for group in self._groups.values():
            self._refusals.note("ais-fragments-incomplete", group.line)
        self._groups.clear()


def _sum(content: bytes) -> bytes:
    return b"%02X" % reduce(xor, content, 0)


def _tag_time_ms(content: bytes) -> int | None:
    found = _TAG_TIME.search(content)
    if found is None:
        return None
    value = int(found[1])
    return value if value >= _SECONDS_END else value * 1_000
