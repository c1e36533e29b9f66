"""A STOP gets through, however those who call or hear it are named, and whatever the line is."""

import pytest
from msgspec.structs import replace

from lone import LINE_ID, OWN, Lone, line
from parley.node import calling, stopping
from parley.node.call_rows import call_of
from parley.node.calling import Hand, Opened, add_fragment, open_call
from parley.watch.call import Field, stops_of
from parley.words.bodies import StopLine
from parley.words.errors import InputError
from threads import NOON_MS, OFFICER

DECOMPOSED = ["VIGI\u0301A 2", "\u0627\u0654\u0645\u0646", "\u0915\u093c" * 60]
"""As some keyboards type them; the last is longer in normalisation form C, or as long."""


def hand_of(lone: Lone) -> Hand:
    lone.tx.put_line(line())
    return Hand(lone.tx, OWN, OFFICER, NOON_MS)


@pytest.mark.parametrize("name", DECOMPOSED)
def test_a_stop_is_signed_whatever_form_the_name_of_its_caller_is_typed_in(name: str) -> None:
    lone = Lone()
    message = stopping.call(lone.desk()._replace(by=replace(OFFICER, duty=name)), StopLine(), None)
    assert [stop.id for stop in lone.tx.stops(LINE_ID, standing_only=True)] == [message.id]


@pytest.mark.parametrize("name", DECOMPOSED)
def test_a_stop_that_is_heard_is_recorded_whatever_form_the_name_of_who_said_it_is_typed_in(
    name: str,
) -> None:
    lone = Lone()
    hand = hand_of(lone)
    call = open_call(hand, line(), Opened(who=name, interpreter=name))
    add_fragment(hand, call.id, Field.STOP, "stop")
    assert len(lone.tx.stops(LINE_ID, standing_only=True)) == 1


def test_a_stop_on_a_line_that_is_only_proposed_is_kept_and_alarmed_and_the_line_is_not_taken() -> None:
    lone = Lone()
    hand = hand_of(lone)
    proposed = replace(line(), peer=None, peer_party=None)
    call = open_call(hand, proposed, Opened())
    after = add_fragment(hand, call.id, Field.STOP, "stop")
    assert len(stops_of(after)) == 1
    assert "call_stop" in {one.what for one in lone.tx.happenings}
    with pytest.raises(InputError) as caught:
        calling.name_line(hand, call.id, proposed)
    assert caught.value.name == "line-not-open"
    calling.name_line(hand, call.id, line())
    assert len(lone.tx.stops(LINE_ID, standing_only=True)) == 1


def test_what_was_heard_is_kept_and_alarmed_even_where_it_cannot_be_recorded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise InputError("role-reads-only", "refused")

    lone = Lone()
    hand = hand_of(lone)
    call = open_call(hand, line(), Opened())
    monkeypatch.setattr(stopping, "call", refuse)
    add_fragment(hand, call.id, Field.STOP, "stop")
    assert len(stops_of(call_of(lone.tx, call.id))) == 1
    assert "call_stop_not_recorded" in {one.what for one in lone.tx.happenings}
