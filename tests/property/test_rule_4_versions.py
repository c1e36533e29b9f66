"""Rule 4: a new version starts at the bottom; until it is read back, both volumes count."""

from hypothesis import given

from parley.exchange import thread as threads
from parley.exchange.ladder import Step
from parley.exchange.thread import Thread
from threads import LENGTHS, Deed, Play, deeds, played


def held(thread: Thread) -> str | None:
    found = threads.held_by_peer(thread)
    return found.id if found else None


@given(deeds(), LENGTHS)
def test_a_new_version_starts_at_the_bottom_and_they_still_hold_the_old_one(
    story: list[Deed], start_in_ms: int
) -> None:
    play = played(story)
    before, counting = play.thread, play.counting()
    play.amend(start_in_ms)
    newest = threads.latest(play.thread)
    assert newest.step is Step.RELEASED
    assert play.thread.versions[:-1] == before.versions
    assert held(play.thread) == held(before)
    assert counting | {newest.id} <= play.counting()


@given(deeds("match", "end", "cancel", "clear", max_size=16))
def test_every_version_counts_while_none_after_it_is_read_back(story: list[Deed]) -> None:
    play = played(story)
    assert play.counting() == {version.id for version in play.thread.versions}


@given(deeds("end", "cancel", "clear", max_size=16))
def test_only_what_a_later_version_read_back_replaces_stops_counting(story: list[Deed]) -> None:
    play = played(story)
    numbers = {version.id: version.number for version in play.thread.versions}
    holding = threads.held_by_peer(play.thread)
    for gone in numbers.keys() - play.counting():
        assert holding is not None
        assert numbers[gone] < holding.number


def test_version_one_counts_until_version_two_is_read_back_and_no_longer() -> None:
    play = Play()
    play.read_back(0, matched=True)
    play.amend(120_000)
    first, second = (version.id for version in play.thread.versions)
    assert held(play.thread) == first
    assert play.counting() == {first, second}
    play.read_back(1, matched=False)
    assert play.counting() == {first, second}
    play.read_back(1, matched=True)
    assert held(play.thread) == second
    assert play.counting() == {second}
    play.begin(1)
    assert play.hot() == {second}
