from base64 import b64encode
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from parley.wire import document, dsse, jcs, rules
from parley.wire.keys import SigningKey
from parley.wire.message import KINDS, PAYLOAD_TYPE, body_id, kind_of, read_message, sign_message
from parley.words.bodies import AnyBody, LineTerms
from parley.words.errors import PeerError
from parley.words.header import AnyFrame, Header
from parley.words.party import Acceptance, Descriptor, Proposal
from strategies import any_bodies, bodies_of, descriptors, frames, headed_bodies, headers, terms
from wire_files import all_files

KEY = SigningKey.from_seed(bytes(32))
ROOMY = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
ENVELOPES = [file.data for file in all_files() if file.expect == "valid" and len(file.data) < 4_000]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_read_back_with_the_same_words_bytes_and_ids(kind: str) -> None:
    @settings(ROOMY, max_examples=25)
    @given(headed_bodies(kind))
    def run(pair: tuple[Header, Any]) -> None:
        header, body = pair
        message = sign_message(header, body, KEY)
        again = read_message(message.envelope, KEY.public_hex)
        assert again == message
        assert (again.header, again.body, again.fault) == (header, body, None)
        assert again.body_id == body_id(body)
        assert sign_message(again.header, again.body, KEY).envelope == message.envelope  # type: ignore[arg-type]  # asserted above

    run()


@ROOMY
@given(frames())
def test_frames_are_read_back(frame: AnyFrame) -> None:
    assert document.read_frame(document.sign_frame(frame, KEY), KEY.public_hex) == frame


@settings(ROOMY, max_examples=30)
@given(descriptors(), terms(), headers("terms"), st.data())
def test_papers_are_read_back(
    made: tuple[Descriptor, SigningKey, SigningKey], line: LineTerms, header: Header, data: st.DataObject
) -> None:
    descriptor, root, key = made
    paper = document.sign_descriptor(descriptor, root)
    read, digest = document.read_descriptor(paper)
    assert read == descriptor
    proposal = Proposal(descriptor=paper.decode(), terms=line, at=descriptor.at)
    assert document.read_proposal(document.sign_proposal(proposal, key)) == (proposal, descriptor, digest)
    signed = sign_message(header, data.draw(bodies_of("terms")), key).envelope.decode()
    acceptance = Acceptance(descriptor=paper.decode(), terms=signed)
    expected = (acceptance, descriptor, digest)
    assert document.read_acceptance(document.sign_acceptance(acceptance, key)) == expected


def refusal(data: bytes, public_hex: str = KEY.public_hex) -> str | None:
    """Return the rule that refuses the bytes or faults the body; null when they are a good message."""
    try:
        message = read_message(data, public_hex)
    except PeerError as error:
        return error.name
    return None if message.fault is None else message.fault.rule


@settings(max_examples=400)
@given(st.sampled_from(ENVELOPES), st.data())
def test_one_flipped_bit_is_refused_by_a_rule_of_form(envelope: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, 8 * len(envelope) - 1))
    flipped = bytearray(envelope)
    flipped[place // 8] ^= 1 << place % 8
    assert refusal(bytes(flipped)) in rules.FORM


@given(st.sampled_from(ENVELOPES), st.data())
def test_a_part_of_an_envelope_is_refused_by_a_rule_of_form(envelope: bytes, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(envelope) - 1))
    assert refusal(envelope[:end]) == "envelope-malformed"
    assert refusal(envelope[end:] if end else envelope[1:]) == "envelope-malformed"


@given(st.binary(max_size=400))
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
@example(b'"' + b"\\u0000" * 50_000 + b'"')
@example(b"9" * 300_000)
@example(b"\x00" * 1_000_000)
def test_any_bytes_are_refused_by_a_rule_of_form(data: bytes) -> None:
    assert refusal(data) in rules.FORM
    for reader in (document.read_descriptor, document.read_proposal, document.read_acceptance):
        with pytest.raises(PeerError) as caught:
            reader(data)
        assert caught.value.name in rules.FORM


@given(st.binary(max_size=400))
@example(b"[" * 100_000)
@example(b'{"body":' * 100_000)
@example(b'{"body":' + b"9" * 100_000 + b',"header":{}}')
@example(b'{"body":{},"header":{}}')
def test_any_signed_payload_is_refused_by_a_rule_of_form(payload: bytes) -> None:
    assert refusal(dsse.seal(PAYLOAD_TYPE, payload, KEY)[0]) in rules.FORM
    for payload_type, read in (
        (document.PROPOSAL_TYPE, document.read_proposal),
        (document.ACCEPTANCE_TYPE, document.read_acceptance),
        (document.DESCRIPTOR_TYPE, document.read_descriptor),
    ):
        with pytest.raises(PeerError) as caught:
            read(dsse.seal(payload_type, payload, KEY)[0])
        assert caught.value.name in rules.FORM


MEMBERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@ROOMY
@given(headed_bodies(), st.data(), MEMBERS)
def test_a_changed_member_is_read_or_named_by_a_rule(
    pair: tuple[Header, Any], data: st.DataObject, value: object
) -> None:
    header, body = pair
    payload = msgspec.json.decode(jcs.encode({"body": body, "header": header}))
    part = payload[data.draw(st.sampled_from(["body", "header"]))]
    part[data.draw(st.sampled_from(sorted(part)) | st.text(max_size=8))] = value
    envelope = dsse.seal(PAYLOAD_TYPE, jcs.encode(payload), KEY)[0]
    rule = refusal(envelope)
    if rule is not None:
        assert rule in rules.ALL
        return
    message = read_message(envelope, KEY.public_hex)
    jcs.check(dsse.open_unverified(envelope, PAYLOAD_TYPE).payload)
    assert message.body is not None
    assert sign_message(message.header, message.body, KEY).envelope == envelope


@ROOMY
@given(headers("notice"), any_bodies())
def test_a_kind_that_the_header_does_not_name_is_not_signed(header: Header, body: AnyBody) -> None:
    if kind_of(body) == "notice":
        header = replace(header, kind="cancel")
    with pytest.raises(PeerError, match="header and body name the same kind"):
        sign_message(header, body, KEY)


@ROOMY
@given(headed_bodies(), st.text(max_size=40))
def test_what_breaks_a_bound_is_not_signed(pair: tuple[Header, Any], salt: str) -> None:
    header, body = pair
    with pytest.raises(PeerError) as caught:
        sign_message(header, replace(body, salt=salt + "g"), KEY)
    assert caught.value.name in rules.ALL


@given(st.binary(min_size=1, max_size=200), st.booleans())
def test_base64_of_another_form_is_refused(payload: bytes, short: bool) -> None:  # noqa: FBT001
    good = b64encode(payload)
    other = good.rstrip(b"=")[:-1] if short else good + b"="
    envelope = dsse.seal(PAYLOAD_TYPE, payload, KEY)[0].replace(good, other, 1)
    assert refusal(envelope) in {"envelope-not-canonical", "signature-invalid"}
