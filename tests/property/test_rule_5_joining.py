"""Rule 5, when a STOP is called again and again: the repeats join, and only its caller's release ends it.

A history of one party's calls and releases is played in its author's order against a plain model, and then
in any other order: what stands must be what stands by its author's own order, and until all of it is here, more.
"""

from collections.abc import Sequence
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from lone import LINE_ID, Lone, Peer
from parley.exchange.errors import OutOfOrder
from parley.exchange.stop import StandingStop, StopState
from parley.node import stopping
from parley.node.joining import MOST_OF_OURS, MOST_OF_THEIRS, joined_stop
from parley.wire.message import Message
from parley.words import bodies
from parley.words.bodies import StopActivity, StopLine, StopPlace, StopScope, StopVolume
from parley.words.codes import Medium, StopAnswer
from threads import AUTHOR, CIRCLE, NOON_MS, OTHER, SALT, name, notice

HERE: Final = notice().volume
SCOPES: Final[tuple[StopScope, ...]] = (
    StopLine(),
    StopPlace(area=CIRCLE),
    StopVolume(volume=HERE),
    StopActivity(of=name(7), volume=HERE),
)
VOICE: Final = bodies.Voice(
    with_whom="WATCH 2", interpreter=None, medium=Medium.TELEPHONE, language="en", at_ms=NOON_MS
)
Act = tuple[str, int]
ACTS: Final = st.lists(
    st.tuples(st.just("call"), st.integers(0, 3)) | st.tuples(st.just("release"), st.integers(0, 9)),
    min_size=1,
    max_size=10,
)


def place(number: int) -> StopScope:
    return StopPlace(area=replace(CIRCLE, radius_mm=1_000 + number))


def play(acts: Sequence[Act]) -> tuple[list[Message], set[int]]:
    """Sign a history; return it with the scopes that stand at its end, by the plain rule."""
    peer = Peer()
    calls: list[tuple[str, int]] = []
    standing: set[int] = set()
    for what, number in acts:
        if what == "call":
            calls.append((peer.sign(bodies.Stop(salt=SALT, scope=SCOPES[number], text=None)).id, number))
            standing.add(number)
        elif calls:
            call, scope = calls[number % len(calls)]
            peer.sign(bodies.StopRelease(salt=SALT, of=call, text=None))
            standing.discard(scope)
    return peer.signed, standing


def stands(lone: Lone) -> list[StandingStop]:
    return lone.tx.stops(LINE_ID, standing_only=True)


def scopes_of(lone: Lone) -> set[int]:
    found = [SCOPES.index(stop.scope) for stop in stands(lone)]
    assert len(found) == len(set(found)), "one for each scope"
    return set(found)


@given(ACTS)
def test_in_its_authors_order_one_stop_stands_for_each_scope_that_was_called_and_not_released(
    acts: list[Act],
) -> None:
    messages, standing = play(acts)
    lone = Lone()
    lone.receive(messages)
    assert scopes_of(lone) == standing


@given(ACTS, st.data())
def test_in_whatever_order_they_arrive_the_same_stands_once_all_are_held(
    acts: list[Act], data: st.DataObject
) -> None:
    messages, standing = play(acts)
    lone = Lone()
    for message in data.draw(st.permutations(messages)):
        lone.receive([message])
    assert scopes_of(lone) == standing


@given(ACTS, st.data())
def test_before_all_are_held_nothing_is_released_that_its_caller_did_not_release(
    acts: list[Act], data: st.DataObject
) -> None:
    messages, _ = play(acts)
    lone = Lone()
    held: list[Message] = []
    for message in data.draw(st.permutations(messages)):
        lone.receive([message])
        held.append(message)
        assert scopes_of(lone) >= by_what_is_held(held)


def by_what_is_held(held: Sequence[Message]) -> set[int]:
    """The scopes with a held call that is newer than every held release of that scope."""
    scope_of = {one.id: SCOPES.index(one.body.scope) for one in held if isinstance(one.body, bodies.Stop)}
    newest_call: dict[int, int] = {}
    newest_release: dict[int, int] = {}
    for one in held:
        seq = one.header.seq or 0
        if isinstance(one.body, bodies.Stop):
            scope = scope_of[one.id]
            newest_call[scope] = max(seq, newest_call.get(scope, -1))
        elif isinstance(one.body, bodies.StopRelease) and one.body.of in scope_of:
            scope = scope_of[one.body.of]
            newest_release[scope] = max(seq, newest_release.get(scope, -1))
    return {scope for scope, seq in newest_call.items() if seq > newest_release.get(scope, -1)}


def test_a_hundred_repeats_stand_once_sound_each_time_and_cost_a_notice_nothing() -> None:
    lone, peer = Lone(), Peer()
    calls = [peer.sign(bodies.Stop(salt=SALT, scope=StopLine(), text=None)) for _ in range(101)]
    lone.receive(calls)
    (stop,) = stands(lone)
    assert (stop.id, stop.repeats) == (calls[0].id, 100)
    assert sum(happening.kind == "stop" for happening in lone.tx.happenings) == 101
    sent = lone.desk().send(notice())
    thread = lone.tx.thread(LINE_ID, sent.id)
    assert thread is not None
    assert thread.stops == (stop.id,)


def test_a_repeat_asks_for_an_answer_again_and_an_answer_to_any_call_answers_what_stands() -> None:
    lone, peer = Lone(), Peer()
    first, second = (peer.sign(bodies.Stop(salt=SALT, scope=StopLine(), text=None)) for _ in range(2))
    lone.receive([first])
    stopping.answer(lone.desk(), first.id, StopAnswer.STOPPING, None)
    assert not stands(lone)[0].asks_again
    lone.receive([second])
    assert stands(lone)[0].asks_again
    stopping.answer(lone.desk(), second.id, StopAnswer.STOPPED, None)
    (stop,) = stands(lone)
    assert (stop.id, stop.answer, stop.asks_again) == (first.id, StopAnswer.STOPPED, False)


def test_only_its_caller_releases_a_joined_stop_by_any_of_its_calls_and_then_all_of_it() -> None:
    lone = Lone()
    sent = lone.desk().send(notice())
    peer = Peer()
    calls = [peer.sign(bodies.Stop(salt=SALT, scope=StopLine(), text=None)) for _ in range(3)]
    lone.receive(calls)
    with pytest.raises(OutOfOrder):
        stopping.release(lone.desk(), calls[1].id, None)
    assert len(stands(lone)) == 1
    lone.receive([peer.sign(bodies.StopRelease(salt=SALT, of=calls[2].id, text=None))])
    thread = lone.tx.thread(LINE_ID, sent.id)
    assert thread is not None
    assert (stands(lone), thread.stops) == ([], ())


def test_a_release_numbered_far_ahead_silences_no_call_that_comes_later() -> None:
    lone, peer = Lone(), Peer()
    first = peer.sign(bodies.Stop(salt=SALT, scope=StopLine(), text=None))
    ahead = Peer(seq=2**53 - 2, prev=name(1))
    lone.receive([first, ahead.sign(bodies.StopRelease(salt=SALT, of=first.id, text=None))])
    assert stands(lone) == []
    again = peer.sign(bodies.Stop(salt=SALT, scope=StopLine(), text=None))
    lone.receive([again])
    assert [stop.id for stop in stands(lone)] == [again.id]


def test_beyond_the_cap_a_peers_further_scopes_stand_as_one_on_the_whole_line_until_each_is_released() -> (
    None
):
    lone, peer = Lone(), Peer()
    calls = [
        peer.sign(bodies.Stop(salt=SALT, scope=place(number), text=None))
        for number in range(MOST_OF_THEIRS + 5)
    ]
    lone.receive(calls)
    assert len(stands(lone)) == MOST_OF_THEIRS + 1
    beyond = calls[MOST_OF_THEIRS:]
    wide = joined_stop(lone.tx, LINE_ID, beyond[-1].id)
    assert wide is not None
    assert (wide.scope, wide.caller, wide.state) == (StopLine(), AUTHOR, StopState.STANDING)
    for call in beyond:
        assert wide.id in [stop.id for stop in stands(lone)]
        lone.receive([peer.sign(bodies.StopRelease(salt=SALT, of=call.id, text=None))])
    assert len(stands(lone)) == MOST_OF_THEIRS
    assert all(stop.scope != StopLine() for stop in stands(lone))


def test_beyond_the_cap_our_own_next_scope_is_called_on_the_whole_line_and_both_sides_know() -> None:
    lone = Lone()
    for number in range(MOST_OF_OURS):
        stopping.call(lone.desk(), place(number), None)
    last = stopping.call(lone.desk(), place(MOST_OF_OURS), None)
    assert isinstance(last.body, bodies.Stop)
    assert last.body.scope == StopLine()
    again = stopping.call(lone.desk(), place(0), None)
    assert isinstance(again.body, bodies.Stop)
    assert again.body.scope == place(0)
    assert {stop.caller for stop in stands(lone)} == {OTHER}
    assert len(stands(lone)) == MOST_OF_OURS + 1


def test_a_release_that_overtook_counts_by_its_number_once_the_gap_is_closed() -> None:
    acts = [("call", 0), ("call", 1), ("call", 0), ("release", 0), ("release", 1)]
    lone = Lone()
    first, between, again, over, over_between = play(acts)[0]
    lone.receive([first, over])
    assert scopes_of(lone) == set()
    lone.receive([again])
    assert scopes_of(lone) == {0}, "in doubt it stands"
    lone.receive([between])
    assert scopes_of(lone) == {1}
    lone.receive([over_between])
    assert scopes_of(lone) == set()


def test_a_stop_that_we_heard_stands_whatever_its_caller_signed_and_released_before_or_after() -> None:
    lone, peer = Lone(), Peer()
    peer.seq, peer.prev = 500, name(3)
    first = peer.sign(bodies.Stop(salt=SALT, scope=StopLine(), text=None))
    lone.receive([first, peer.sign(bodies.StopRelease(salt=SALT, of=first.id, text=None))])
    heard = lone.desk().send(
        bodies.Heard(salt=SALT, said=bodies.Stop(salt=SALT, scope=StopLine(), text=None), voice=VOICE)
    )
    assert [stop.id for stop in stands(lone)] == [heard.id]
    again = peer.sign(bodies.Stop(salt=SALT, scope=StopLine(), text=None))
    lone.receive([again])
    assert {stop.id for stop in stands(lone)} == {heard.id, again.id}
    lone.receive([peer.sign(bodies.StopRelease(salt=SALT, of=again.id, text=None))])
    assert [stop.id for stop in stands(lone)] == [heard.id], "what was heard is released by its own name"
    lone.receive([peer.sign(bodies.StopRelease(salt=SALT, of=heard.id, text=None))])
    assert stands(lone) == []


def test_what_was_called_and_released_before_is_not_read_again_when_a_gap_closes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lone, peer = Lone(), Peer()
    for number in range(20):
        call = peer.sign(bodies.Stop(salt=SALT, scope=SCOPES[number % 4], text=None))
        peer.sign(bodies.StopRelease(salt=SALT, of=call.id, text=None))
    lone.receive(
        [message for pair in zip(peer.signed[1::2], peer.signed[::2], strict=True) for message in pair]
    )
    assert stands(lone) == []
    read: list[str] = []
    monkeypatch.setattr(lone.tx, "stop", lambda *asked: read.append(asked[1]))
    monkeypatch.setattr(lone.tx, "stops", lambda *_, **__: read.append("all"))
    late = [peer.sign(bodies.LineTest(salt=SALT, text="one", language="en")) for _ in range(2)]
    lone.receive(reversed(late))
    assert read == []
