import json

import pytest
from msgspec.structs import replace

from parley.wire import dsse, jcs, rules
from parley.wire.keys import SigningKey
from parley.wire.message import (
    KINDS,
    PAYLOAD_TYPE,
    Message,
    Place,
    check_place,
    precedence_of,
    rank_of,
    read_message,
    read_unverified,
    sign_message,
    volumes_of,
)
from parley.words import bodies
from parley.words.codes import Precedence
from parley.words.errors import PeerError
from parley.words.header import Beat
from wire_files import WireFile, all_files, read

FILES = {file.name: file for file in all_files()}
KEY = SigningKey.from_seed(b"\x02" * 32)


def message_of(name: str) -> Message:
    message = read(FILES[name])
    assert isinstance(message, Message)
    return message


def messages_by_kind() -> dict[str, bodies.AnyBody]:
    found = (message_of(f"valid-{kind.replace('_', '-')}").body for kind in KINDS)
    return {str(type(body).__struct_config__.tag): body for body in found if body is not None}


def test_every_single_bit_of_an_envelope_counts() -> None:
    file: WireFile = FILES["valid-stop-reaffirm"]
    for place in range(8 * len(file.data)):
        flipped = bytearray(file.data)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(PeerError) as caught:
            read_message(bytes(flipped), KEY.public_hex)
        assert caught.value.name in rules.FORM, place


def test_an_answer_is_never_behind_a_routine_notice() -> None:
    ranks = {kind: precedence_of(body) for kind, body in messages_by_kind().items()}
    flash = {"stop", "stop_reply", "stop_reaffirm", "stop_release", "hazard", "hazard_end"}
    routine = {"terms", "line_test", "line_test_reply"}
    by_their_own_word = {"notice", "amend", "heard"}
    for kind in KINDS - by_their_own_word:
        expected = Precedence.FLASH if kind in flash else Precedence.IMMEDIATE
        assert ranks[kind] == (Precedence.ROUTINE if kind in routine else expected)
    assert rank_of(messages_by_kind()["stop"]) > rank_of(messages_by_kind()["notice"])


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("valid-notice", 1),
        ("valid-amend", 1),
        ("valid-cancel", 1),
        ("valid-stop", 1),
        ("valid-stop-volume", 1),
        ("valid-stop-place", 1),
        ("valid-heard-notice", 1),
        ("valid-heard-stop", 1),
        ("valid-heard", 0),
        ("valid-stop-line", 0),
        ("valid-stop-activity-volume-unknown", 0),
        ("valid-terms", 0),
        ("valid-read-back", 0),
    ],
)
def test_volumes_are_those_that_something_happens_or_ceases_in(name: str, count: int) -> None:
    body = message_of(name).body
    assert body is not None
    assert len(volumes_of(body)) == count


def test_a_stop_at_a_place_covers_every_altitude_and_time() -> None:
    body = message_of("valid-stop-place").body
    assert body is not None
    (volume,) = volumes_of(body)
    assert (volume.band.floor, volume.band.ceiling) == (None, None)
    assert (volume.window.start_ms, volume.window.end_ms) == (0, 253_402_300_799_999)


def test_our_own_stored_bytes_are_read_without_a_key() -> None:
    message = message_of("valid-notice")
    assert read_unverified(message.envelope) == message


def test_a_payload_beyond_the_limit_is_not_signed() -> None:
    message = message_of("valid-notice-polygon-straight-edges")
    assert isinstance(message.body, bodies.Notice)
    area = message.body.volume.area
    ring = tuple(
        replace(area.ring[0], lat_ndeg=k, entered=None)  # type: ignore[union-attr]  # the name says polygon
        for k in range(5_000)
    )
    volume = replace(message.body.volume, area=replace(area, ring=ring))
    with pytest.raises(PeerError) as caught:
        sign_message(message.header, replace(message.body, volume=volume), KEY)
    assert caught.value.name == "envelope-too-large"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"text": "\ud800"}, "payload-malformed"),
        ({"text": "e\u0301"}, "text-not-nfc"),
        ({"text": ""}, "body-invalid"),
        ({"text": "x" * 2_001}, "body-invalid"),
        ({"text": "\U0001f33f" * 2_000}, "flash-too-large"),
        ({"salt": "5A" * 16}, "body-invalid"),
    ],
)
def test_a_stop_that_the_peer_would_not_understand_is_not_signed(change: dict[str, str], rule: str) -> None:
    message = message_of("valid-stop")
    assert message.body is not None
    with pytest.raises(PeerError) as caught:
        sign_message(message.header, replace(message.body, **change), KEY)
    assert caught.value.name == rule


def test_an_error_repeats_little_of_the_peers_text_and_nothing_that_steers_a_terminal() -> None:
    message = message_of("valid-notice")
    payload = json.loads(dsse.open_unverified(message.envelope, PAYLOAD_TYPE).payload)
    payload["body"]["\x1b[2J" + "x" * 5_000] = 1
    envelope = dsse.seal(PAYLOAD_TYPE, jcs.encode(payload), KEY)[0]
    fault = read_message(envelope, KEY.public_hex).fault
    assert fault is not None
    assert fault.rule == "body-invalid"
    assert len(fault.detail) <= jcs.MAX_DETAIL_CHARACTERS
    assert "\x1b" not in fault.detail
    wrong_type = dsse.seal("\u202e" + "y" * 5_000, b"{}", KEY)[0]
    with pytest.raises(PeerError) as caught:
        read_message(wrong_type, KEY.public_hex)
    assert len(str(caught.value)) < 500
    assert "\u202e" not in str(caught.value)


def test_a_fault_fits_the_message_that_reports_it() -> None:
    for file in FILES.values():
        if file.expect in rules.BODY and file.head["read"] == "message":
            message = read_message(file.data, file.head["key"])
            assert message.fault is not None
            header = replace(message.header, kind="unreadable")
            body = bodies.Unreadable(
                salt="0" * 32, of=message.id, rule=message.fault.rule, detail=message.fault.detail
            )
            assert sign_message(header, body, KEY).body == body


def test_a_frame_belongs_to_its_line_like_a_message() -> None:
    frame = read(FILES["valid-frame-beat"])
    assert isinstance(frame, Beat)
    here = Place(
        line=frame.line, epochs=frozenset({0}), sender=frame.from_, recipient=frame.to, exercise=False
    )
    check_place(frame, here)
    for other, rule in (
        (replace(here, line="0" * 32), "line-mismatch"),
        (replace(here, sender="0" * 64), "party-mismatch"),
        (replace(here, recipient="0" * 64), "party-mismatch"),
        (replace(here, epochs=frozenset()), "epoch-unknown"),
    ):
        with pytest.raises(PeerError) as caught:
            check_place(frame, other)
        assert caught.value.name == rule
