"""The ladder of contacts: it climbs until a person takes it, starts again, and never falls silent."""

from hypothesis import given
from hypothesis import strategies as st

from parley.watch.climbing import STOP_EVERY_MS, TAKEN_MS, Alarm, Attempt, Climb, Rung, step, take
from parley.words.codes import Precedence

START_MS = 1_655_294_400_000
LADDER = (
    Rung(who="OFFICER", channels=("siren",), wait_ms=60_000),
    Rung(who="DEPUTY", channels=("siren", "sms://x"), wait_ms=120_000),
    Rung(who="COMMANDER", channels=("sms://y",), wait_ms=300_000),
)


def alarm(*, is_stop: bool = False) -> Alarm:
    return Alarm(
        key="read_back-0",
        what="read_back",
        of="0" * 64,
        precedence=Precedence.FLASH if is_stop else Precedence.PRIORITY,
        desk="EASTERN",
        is_stop=is_stop,
        since_ms=START_MS,
    )


def run(climb: Climb, times: list[int]) -> tuple[Climb, list[Attempt]]:
    tried: list[Attempt] = []
    for now_ms in times:
        climb, attempts = step(climb, LADDER, now_ms)
        tried += attempts
    return climb, tried


def test_one_contact_after_the_other_then_the_first_again() -> None:
    _, tried = run(Climb(alarm=alarm()), list(range(START_MS, START_MS + 600_000, 1_000)))
    assert [(one.who, one.at_ms - START_MS) for one in tried] == [
        ("OFFICER", 0),
        ("DEPUTY", 60_000),
        ("DEPUTY", 60_000),
        ("COMMANDER", 180_000),
        ("OFFICER", 480_000),
        ("DEPUTY", 540_000),
        ("DEPUTY", 540_000),
    ]
    assert [one.n for one in tried] == list(range(7))


def test_a_stop_tries_everybody_at_once_every_minute() -> None:
    times = list(range(START_MS, START_MS + 121_000, 500))
    _, tried = run(Climb(alarm=alarm(is_stop=True)), times)
    assert [(one.who, one.channel) for one in tried[:4]] == [
        (rung.who, channel) for rung in LADDER for channel in rung.channels
    ]
    assert sorted({one.at_ms - START_MS for one in tried}) == [0, STOP_EVERY_MS, 2 * STOP_EVERY_MS]


def test_what_a_person_took_rests_and_starts_again_at_the_first() -> None:
    climb, _ = run(Climb(alarm=alarm()), [START_MS, START_MS + 60_000])
    climb = take(climb, "BLUE WATCH 2", START_MS + 61_000)
    climb, tried = run(climb, list(range(START_MS + 61_000, START_MS + 61_000 + TAKEN_MS, 5_000)))
    assert (tried, climb.taken_by) == ([], "BLUE WATCH 2")
    climb, (first,) = step(climb, LADDER, START_MS + 61_000 + TAKEN_MS)
    assert (first.who, climb.taken_by) == ("OFFICER", None)


def test_nobody_to_try_is_no_error() -> None:
    assert step(Climb(alarm=alarm()), (), START_MS) == (Climb(alarm=alarm()), ())


@given(
    is_stop=st.booleans(),
    moves=st.lists(st.integers(-3_600_000, 3_600_000), min_size=1, max_size=30),
    taken_at=st.integers(0, 29),
)
def test_no_clock_and_nobody_s_taking_makes_an_alarm_fall_silent(
    *, is_stop: bool, moves: list[int], taken_at: int
) -> None:
    climb, now_ms = Climb(alarm=alarm(is_stop=is_stop)), START_MS
    for place, move in enumerate(moves):
        now_ms += move
        climb, _ = step(climb, LADDER, now_ms)
        if place == taken_at:
            climb = take(climb, "BLUE WATCH 2", now_ms)
    longest_ms = max(TAKEN_MS, *(rung.wait_ms for rung in LADDER))
    _, tried = step(climb, LADDER, now_ms + longest_ms)
    assert tried, "whatever the clock did, the next try is never farther away than its wait"
