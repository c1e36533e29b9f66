"""Windows and daily hours: the gap against every minute, and never a day counted."""

from hypothesis import example, given
from hypothesis import strategies as st

from parley.geo.times import DAY_MS, first_ms, gap_ms, never, spans
from parley.words.volume import ALWAYS, Daily, Window

HOUR_MS = 3_600_000
STEP_MS = HOUR_MS


def hours() -> st.SearchStrategy[Daily | None]:
    pairs = st.lists(st.integers(0, 23), min_size=2, max_size=2, unique=True)
    return st.none() | pairs.map(lambda two: Daily(start_ms=two[0] * HOUR_MS, end_ms=two[1] * HOUR_MS))


def windows(longest_h: int = 24 * 9) -> st.SearchStrategy[Window]:
    return st.builds(
        lambda start, length, daily: Window(
            start_ms=start * HOUR_MS, end_ms=(start + length) * HOUR_MS, daily=daily
        ),
        st.integers(0, 24 * 12),
        st.integers(0, longest_h),
        hours(),
    ).filter(lambda window: not never(window))


def holds(window: Window, at_ms: int) -> bool:
    """By the words of the protocol."""
    if not window.start_ms <= at_ms <= window.end_ms:
        return False
    if window.daily is None:
        return True
    start_ms, end_ms, day_ms = window.daily.start_ms, window.daily.end_ms, at_ms % DAY_MS
    return start_ms <= day_ms <= end_ms if start_ms < end_ms else day_ms >= start_ms or day_ms <= end_ms


def hours_of(window: Window) -> list[int]:
    """Every whole hour at which it holds; all its ends are whole hours."""
    return [at for at in range(window.start_ms, window.end_ms + 1, STEP_MS) if holds(window, at)]


@given(windows(), windows())
@example(
    Window(start_ms=0, end_ms=200 * HOUR_MS, daily=Daily(start_ms=20 * HOUR_MS, end_ms=4 * HOUR_MS)),
    Window(start_ms=50 * HOUR_MS, end_ms=60 * HOUR_MS, daily=Daily(start_ms=5 * HOUR_MS, end_ms=6 * HOUR_MS)),
)
def test_the_gap_is_that_of_every_hour_against_every_hour(first: Window, second: Window) -> None:
    expected = min(abs(a - b) for a in hours_of(first) for b in hours_of(second))
    assert gap_ms(first, second) == gap_ms(second, first) == expected


@given(windows())
def test_the_first_instant_and_the_spans_are_those_that_hold(window: Window) -> None:
    held = hours_of(window)
    assert first_ms(window) == held[0]
    found = spans(window, window.start_ms, window.end_ms)
    assert [at for low, high in found for at in range(low, high + 1, STEP_MS)] == held


def test_centuries_take_no_longer_than_days_and_the_gap_stays_exact() -> None:
    early = Daily(start_ms=1 * HOUR_MS, end_ms=2 * HOUR_MS)
    late = Daily(start_ms=2 * HOUR_MS + 5, end_ms=3 * HOUR_MS)
    always = ALWAYS.end_ms
    for first, second in (
        (Window(start_ms=0, end_ms=always, daily=early), Window(start_ms=0, end_ms=always, daily=late)),
        (
            Window(start_ms=0, end_ms=always, daily=late),
            Window(start_ms=always // 2, end_ms=always, daily=early),
        ),
    ):
        assert gap_ms(first, second) == 5
        assert len(spans(first, always // 2, always // 2 + DAY_MS)) <= 2
    assert gap_ms(ALWAYS, Window(start_ms=5, end_ms=6)) == 0
