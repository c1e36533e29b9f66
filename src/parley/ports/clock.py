"""Clock and Ids: where time and randomness enter."""

from typing import Protocol

from parley.words.units import LineId, Salt, TimeMs


class Clock(Protocol):
    """Tells the time. The system's, or a driven one on exercise lines only."""

    def now_ms(self) -> TimeMs:
        """Return UTC milliseconds since 1970."""


class Ids(Protocol):
    """Makes what must not be guessed: 128 random bits each."""

    def salt(self) -> Salt:
        """Return a salt for a body."""

    def line(self) -> LineId:
        """Return a new line's id."""

    def origin(self) -> str:
        """Return an opaque random name for a record."""
