"""What a peer states twice, or of us, is compared with what is held; the proof is bounded and kept once."""

import json

from lone import LINE_ID, OWN, PEER_KEY, Lone, Peer, line
from parley.node.forking import MOST_PROOFS, MOST_TOLD
from parley.node.framing import take_beat
from parley.wire.document import read_frame, sign_frame
from parley.words import bodies
from parley.words.header import Beat, Seen, Tip
from threads import AUTHOR, NOON_MS, OTHER, SALT, name, notice


def beat(lone: Lone, tip: Tip) -> bytes:
    """The peer beats; return its envelope."""
    stated = Beat(line=LINE_ID, epoch=0, from_=AUTHOR, to=OTHER, at=NOON_MS, tip=tip)
    envelope = sign_frame(stated, PEER_KEY)
    take_beat(lone.tx, OWN, line(), stated, envelope, NOON_MS)
    return envelope


def proof(lone: Lone, other: str) -> dict[str, str | None]:
    raw = lone.tx.private(LINE_ID, f"fork/{other}")
    assert raw is not None
    found: dict[str, str | None] = json.loads(raw)
    return found


def test_a_fork_that_only_an_earlier_beat_stated_is_seen_when_the_message_comes_which_acts() -> None:
    lone, peer = Lone(), Peer()
    envelope = beat(lone, Tip(seq=1, id=name(5)))
    beat(lone, Tip(seq=2, id=name(6)))
    first, second = peer.sign(notice()), peer.sign(bodies.Stop(salt=SALT, scope=bodies.StopLine(), text=None))
    lone.receive([first, second])
    assert lone.said("fork") == 1
    assert proof(lone, name(5)) == {"held": second.id, "held_only_in": None, "other": envelope.decode()}
    assert isinstance(read_frame(envelope, PEER_KEY.public_hex), Beat)
    assert len(lone.tx.stops(LINE_ID, standing_only=True)) == 1


def test_two_beats_that_state_two_messages_under_one_number_are_a_fork() -> None:
    lone = Lone()
    first = beat(lone, Tip(seq=3, id=name(5)))
    second = beat(lone, Tip(seq=3, id=name(6)))
    beat(lone, Tip(seq=3, id=name(6)))
    assert lone.said("fork") == 1
    assert proof(lone, name(6)) == {
        "held": name(5),
        "held_only_in": first.decode(),
        "other": second.decode(),
    }


def test_the_tips_that_are_remembered_are_few_and_those_nearest_to_what_is_held() -> None:
    lone, peer = Lone(), Peer()
    for seq in range(100, 0, -1):
        beat(lone, Tip(seq=seq, id=name(seq)))
    assert [tip.seq for tip in lone.tx.chain(LINE_ID).told] == list(range(1, MOST_TOLD + 1))
    lone.receive([peer.sign(notice()) for _ in range(2)])
    assert [tip.seq for tip in lone.tx.chain(LINE_ID).told] == list(range(2, MOST_TOLD + 1))
    assert lone.said("fork") == 1


def test_an_honest_beat_before_its_message_alarms_nobody() -> None:
    lone, peer = Lone(), Peer()
    messages = [peer.sign(notice()) for _ in range(3)]
    for message in messages:
        beat(lone, Tip(seq=message.header.seq or 0, id=message.id))
    lone.receive(messages)
    assert (lone.said("fork"), lone.tx.chain(LINE_ID).told) == (0, ())


def test_a_message_that_has_seen_what_we_never_sent_alarms_once_and_acts_all_the_same() -> None:
    lone, peer = Lone(), Peer()
    sent = lone.desk().send(notice())
    stop = bodies.Stop(salt=SALT, scope=bodies.StopLine(), text=None)
    for seen in (Seen(seq=0, id=name(4)), Seen(seq=9, id=name(5))):
        for _ in range(2):
            lone.receive([peer.sign(stop, seen=seen)])
    assert lone.said("seen_contradicted") == 2
    kept = json.loads(lone.tx.private(LINE_ID, "seen-contradicted") or b"[]")
    assert [one["ours"] for one in kept] == [{"seq": 0, "id": sent.id}] * 2
    assert all(lone.tx.recorded(LINE_ID, one["by"]) is not None for one in kept)
    assert len(lone.tx.stops(LINE_ID, standing_only=True)) == 1


def test_what_it_has_truly_seen_alarms_nobody() -> None:
    lone, peer = Lone(), Peer()
    sent = [lone.desk().send(notice()) for _ in range(3)]
    for ours in sent:
        lone.receive([peer.sign(notice(), seen=Seen(seq=ours.header.seq or 0, id=ours.id))])
    assert lone.said("seen_contradicted") == 0


def test_the_proofs_of_a_peer_that_contradicts_itself_without_end_are_bounded() -> None:
    lone, peer = Lone(), Peer()
    lone.receive([peer.sign(notice())])
    for number in range(MOST_PROOFS + 20):
        beat(lone, Tip(seq=0, id=name(number)))
    assert len(lone.tx.privates(LINE_ID, "fork/")) == MOST_PROOFS == lone.said("fork")
