"""Bounded scalar types: the unit is in the name, the bound in the type.

Every integer stays below 2**53, so any JSON reader keeps it exact (RFC 8785, section 3.2.2.3).
A pattern ends by refusing a newline, because "$" alone also matches before a closing one.
"""

from typing import Annotated, Final

from msgspec import Meta

LatNdeg = Annotated[int, Meta(ge=-90_000_000_000, le=90_000_000_000)]
"""Geodetic latitude on WGS 84, nanodegrees, north positive."""
LonNdeg = Annotated[int, Meta(ge=-180_000_000_000, le=180_000_000_000)]
"""Longitude on WGS 84, nanodegrees, east positive."""
DistanceMm = Annotated[int, Meta(ge=0, le=20_100_000_000)]
"""A horizontal distance, millimetres; at most half the Earth's circumference."""
AltitudeMm = Annotated[int, Meta(ge=-12_000_000, le=100_000_000_000)]
"""An altitude over its stated datum, millimetres."""
TimeMs = Annotated[int, Meta(ge=0, le=253_402_300_799_999)]
"""An instant, UTC milliseconds since 1970; at most the end of year 9999."""
DayMs = Annotated[int, Meta(ge=0, le=86_399_999)]
"""A time of day, UTC milliseconds since midnight."""
DurationMs = Annotated[int, Meta(ge=0, le=3_200_000_000_000)]
"""A length of time, milliseconds; at most about a century."""
Seq = Annotated[int, Meta(ge=0, le=9_007_199_254_740_991)]
"""The number of a party's message on a line and epoch, from 0."""
Index = Annotated[int, Meta(ge=0, le=9_007_199_254_740_991)]
"""The position of an entry in a record, from 0."""
Count = Annotated[int, Meta(ge=0, le=9_007_199_254_740_991)]
Sha256Hex = Annotated[str, Meta(pattern="^[0-9a-f]{64}$(?!\n)")]
"""A SHA-256, lower-case hexadecimal."""
PartyId = Sha256Hex
"""SHA-256 of a party's raw Ed25519 root public key."""
MessageId = Sha256Hex
"""SHA-256 of an envelope's pre-authentication encoding."""
BodyId = Sha256Hex
"""SHA-256 of a body's JCS bytes."""
LineId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$(?!\n)")]
"""128 random bits, lower-case hexadecimal."""
Salt = Annotated[str, Meta(pattern="^[0-9a-f]{32}$(?!\n)")]
"""128 random bits that keep a body from being guessed from its hash."""
HARMLESS: Final = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$(?!\n)"
"""No control characters, and none that turn the direction of what stands beside them (Unicode UAX 9)."""
HARMLESS_LINES: Final = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$(?!\n)"
"""The same, with line feeds."""
ShortText = Annotated[str, Meta(min_length=1, max_length=120, pattern=HARMLESS)]
"""A name or designation."""
FreeText = Annotated[str, Meta(min_length=1, max_length=2_000, pattern=HARMLESS_LINES)]
"""Free text in its author's language; never needed to understand a message."""
Language = Annotated[str, Meta(pattern="^[a-z]{2,3}$(?!\n)")]
"""ISO 639 code."""
