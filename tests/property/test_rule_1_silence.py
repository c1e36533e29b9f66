"""Rule 1: silence is never consent. No time-out moves a step; it only makes it overdue."""

from hypothesis import given
from hypothesis import strategies as st

from parley.exchange.due import due
from parley.exchange.ladder import Step, TimePassed, reached
from parley.exchange.stop import StandingStop, StopState, move
from parley.words.bodies import StopLine
from threads import AUTHOR, LENGTHS, NOON_MS, Deed, deeds, name, played, terms

FAR_MS = st.integers(0, 100 * 365 * 24 * 3_600_000)


@given(deeds(), st.lists(LENGTHS | FAR_MS, min_size=1, max_size=6))
def test_no_length_of_silence_changes_a_step_an_answer_or_a_phase(
    story: list[Deed], silences: list[int]
) -> None:
    play = played(story)
    before = play.thread
    for length_ms in silences:
        play.wait(length_ms)
        due([play.thread], [], terms(), play.now_ms)
    assert play.thread == before


@given(deeds("reply", max_size=20))
def test_nothing_but_a_persons_reply_reaches_answered(story: list[Deed]) -> None:
    play = played(story)
    assert all(version.step is not Step.ANSWERED for version in play.thread.versions)
    assert play.thread.answers == ()


@given(deeds("match", max_size=20))
def test_nothing_but_a_matching_read_back_reaches_read_back(story: list[Deed]) -> None:
    play = played(story)
    assert not any(reached(version, Step.READ_BACK) for version in play.thread.versions)


@given(st.sampled_from(StopState), st.lists(FAR_MS, max_size=6))
def test_no_length_of_silence_ends_a_stop(state: StopState, times_ms: list[int]) -> None:
    stop = StandingStop(id=name(9), caller=AUTHOR, scope=StopLine(), called_ms=NOON_MS, state=state)
    later = stop
    for at_ms in times_ms:
        due([], [later], terms(), NOON_MS + at_ms)
        later = move(later, TimePassed(at_ms=NOON_MS + at_ms))
    assert later == stop
