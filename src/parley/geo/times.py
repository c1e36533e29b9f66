"""Times: when a window holds, and how far two windows are apart. Exact, in whole milliseconds.

A window with daily hours holds on every day of its span. However long the span, no day is counted: what
two windows do in the middle of their common time they do as well on its first full days, so looking at
some days around its two ends is looking at all.
"""

from typing import Final

from parley.words.units import TimeMs
from parley.words.volume import Daily, Window

DAY_MS: Final = 86_400_000
_AROUND_MS: Final = 3 * DAY_MS
"""One day for the common time to begin, one for a whole turn, one for hours that cross midnight."""
Span = tuple[TimeMs, TimeMs]
"""First and last instant."""


def never(window: Window) -> bool:
    """Whether the daily hours leave nothing of a window."""
    return first_ms(window) is None


def first_ms(window: Window) -> TimeMs | None:
    """The first instant at which a window holds; null if there is none."""
    return next((start_ms for start_ms, _ in spans(window, window.start_ms, window.start_ms + DAY_MS)), None)


def gap_ms(first: Window, second: Window) -> int:
    """The least time between an instant of one window and one of the other; 0 if they overlap or touch.

    Args:
        first: holds at some instant.
        second: the same.
    """
    from_ms, to_ms = max(first.start_ms, second.start_ms), min(first.end_ms, second.end_ms)
    if first.daily is None and second.daily is None:
        return max(0, from_ms - to_ms)
    found: list[int] = []
    for around_ms in {from_ms, to_ms}:
        low_ms, high_ms = around_ms - _AROUND_MS, around_ms + _AROUND_MS
        ours, theirs = spans(first, low_ms, high_ms), spans(second, low_ms, high_ms)
        found += [max(0, b[0] - a[1], a[0] - b[1]) for a in ours for b in theirs]
    if found:
        return min(found)
    earlier, later = (first, second) if first.end_ms < second.start_ms else (second, first)
    ends = spans(earlier, earlier.end_ms - DAY_MS, earlier.end_ms)
    starts = spans(later, later.start_ms, later.start_ms + DAY_MS)
    return starts[0][0] - ends[-1][1]


def spans(window: Window, from_ms: int, to_ms: int) -> list[Span]:
    """The spans, in order, in which a window holds, as far as they meet the time from `from_ms` to `to_ms`.

    They are cut where the window is cut, and not where the time asked for is.
    """
    low_ms, high_ms = max(from_ms, window.start_ms), min(to_ms, window.end_ms)
    if low_ms > high_ms:
        return []
    if window.daily is None:
        return [(window.start_ms, window.end_ms)]
    length_ms = _length_ms(window.daily)
    start_ms = low_ms - (low_ms - window.daily.start_ms) % DAY_MS
    found = []
    while start_ms <= high_ms:
        if start_ms + length_ms >= low_ms:
            found.append((max(start_ms, window.start_ms), min(start_ms + length_ms, window.end_ms)))
        start_ms += DAY_MS
    return found


def _length_ms(daily: Daily) -> int:
    return (daily.end_ms - daily.start_ms) % DAY_MS
