"""The system's clock and randomness, and the clock that an exercise drives."""

import secrets
import time

from parley.words.units import LineId, Salt, TimeMs


class SystemClock:
    """Tells the machine's time."""

    def now_ms(self) -> TimeMs:
        return time.time_ns() // 1_000_000  # noqa: TID251 - this is where time enters


class DrivenClock:
    """Stands still until it is driven; for exercise lines only. It never goes back."""

    def __init__(self, start_ms: TimeMs) -> None:
        self._now_ms = start_ms

    def now_ms(self) -> TimeMs:
        return self._now_ms

    def drive(self, now_ms: TimeMs) -> None:
        self._now_ms = max(self._now_ms, now_ms)


class SystemIds:
    """Makes ids from the machine's randomness."""

    def salt(self) -> Salt:
        return secrets.token_hex(16)

    def line(self) -> LineId:
        return secrets.token_hex(16)

    def origin(self) -> str:
        return f"parley/{secrets.token_hex(16)}"
