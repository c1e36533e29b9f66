# ruff: noqa: INP001 - a script, not a package
"""The form of a wire vector, and the means to make envelopes that break a rule."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import wire_samples as s
from msgspec import Struct, to_builtins

from parley.wire import dsse, jcs, rules
from parley.wire.keys import SigningKey
from parley.wire.message import PAYLOAD_TYPE, Message, Place, kind_of, read_message, sign_message
from parley.words.bodies import AnyBody

SIGNER: Final = s.KEYS[s.EAST_MESSAGE]


class Case(Struct, frozen=True, kw_only=True):
    """One vector.

    Attributes:
        read: which reader it is for: message, descriptor, proposal, acceptance or frame.
        seed: of the signing key, for valid cases, so that a reader can make the bytes again.
        place: where a message must belong, when that is what the case is about.
        opens: whether a message's header can be trusted although its body cannot.
    """

    name: str
    expect: str
    what: str
    data: bytes
    read: str = "message"
    key: str = SIGNER.public_hex
    seed: str | None = None
    place: Place | None = None
    opens: bool = False


def render(case: Case) -> bytes:
    """Return the file of a case: a head of `name: value` lines, an empty line, and the bytes."""
    lines = [f"expect: {case.expect}", f"what: {case.what}", f"read: {case.read}", f"key: {case.key}"]
    if case.seed is not None:
        lines.append(f"seed: {case.seed}")
    if case.opens:
        message = read_message(case.data, case.key)
        lines += [f"id: {message.id}", f"body_id: {message.body_id}"]
    if case.place is not None:
        place = case.place
        lines += [f"line: {place.line}", f"from: {place.sender}", f"to: {place.recipient}"]
        lines += [f"epochs: {','.join(map(str, sorted(place.epochs)))}"]
        lines += [f"exercise: {'true' if place.exercise else 'false'}"]
    if case.data.isascii():
        return "\n".join(lines).encode() + b"\n\n" + case.data + b"\n"
    lines.append(f"base64: {b64encode(case.data).decode()}")
    return "\n".join(lines).encode() + b"\n"


def signed(body: AnyBody, seq: int | None = 7) -> Message:
    """Return East's message with a body."""
    return sign_message(s.header(kind_of(body), seq), body, SIGNER)


def sealed(payload: bytes, payload_type: str = PAYLOAD_TYPE, key: SigningKey = SIGNER) -> bytes:
    """Return an envelope round any bytes."""
    return dsse.seal(payload_type, payload, key)[0]


def payload_with(change: Callable[[dict[str, Any]], object], body: AnyBody = s.NOTICE) -> bytes:
    """Return the envelope of a payload that was changed as plain JSON before it was signed."""
    payload = to_builtins({"header": s.header(kind_of(body)), "body": body})
    change(payload)
    return sealed(jcs.encode(payload))


def payload_text(old: str, new: str, body: AnyBody = s.NOTICE) -> bytes:
    """Return the envelope of a payload in whose text one part was replaced before it was signed."""
    text = jcs.encode(to_builtins({"header": s.header(kind_of(body)), "body": body})).decode()
    if text.count(old) != 1:
        raise LookupError(old)
    return sealed(text.replace(old, new).encode())


def broken(rule: str, cases: Mapping[str, tuple[str, bytes]]) -> Iterator[Case]:
    """Yield cases that one rule refuses, from name -> (sentence, bytes)."""
    for name, (what, data) in cases.items():
        yield Case(name=f"{rule}-{name}", expect=rule, what=what, data=data, opens=rule in rules.BODY)


NOTICE: Final = signed(s.NOTICE).envelope
"""The envelope that the cases about envelopes break."""


def envelope_with(change: Callable[[dict[str, Any]], object]) -> bytes:
    """Return the notice's envelope, changed as plain JSON after it was signed."""
    parts = json.loads(NOTICE)
    change(parts)
    return jcs.encode(parts)
