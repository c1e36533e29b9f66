"""Canonical JSON: JCS (RFC 8785) as far as Parley uses it: no floats, ASCII member names, NFC text.

With ASCII names, sorting by code point equals the sorting by UTF-16 unit that RFC 8785 asks for, and
with integers below 2**53 its number form is the plain decimal one. Tests compare with `rfc8785`.
"""

import unicodedata
from typing import Final

import msgspec

from parley.words.errors import PeerError
from parley.wire import rules

MAX_DEPTH: Final = 16
MAX_INTEGER: Final = 2**53 - 1

_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_ANY: Final = msgspec.json.Decoder()


def broken(rule: str, detail: str = "", *, where: str = "") -> PeerError:
    """Return the error for a broken wire rule; `detail` says how, when the rule alone does not."""
    sentence = rules.ALL[rule]
    what = f"{sentence}: {detail}" if detail else f"broken rule: {sentence}"
    return PeerError(rule, what, where=where, do="It is kept in quarantine; tell the other side.")


def encode(value: object) -> bytes:
    """Return the JCS bytes of a struct or plain JSON value without floats."""
    return _ENCODER.encode(value)


def check_text(data: bytes) -> None:
    """Raise `text-not-nfc` unless the bytes are UTF-8 text in normalisation form C.

    JCS never escapes a character that normalisation could touch, so checking the whole is checking
    every string in it.
    """
    if data.isascii():
        return
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise broken("payload-malformed", "not UTF-8") from error
    if not unicodedata.is_normalized("NFC", text):
        raise broken("text-not-nfc")


def check(data: bytes) -> None:
    """Raise unless `data` is in canonical form, whatever its members mean.

    Raises:
        PeerError: payload-malformed, payload-too-deep, payload-not-canonical or text-not-nfc.
    """
    try:
        value = _ANY.decode(data)
    except RecursionError as error:
        raise broken("payload-too-deep") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise broken("payload-malformed", str(error)) from error
    _check_value(value, depth=1)
    if _ENCODER.encode(value) != data:
        raise broken("payload-not-canonical", "members out of order, repeated, or written otherwise")
    check_text(data)


def _check_value(value: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise broken("payload-too-deep")
    match value:
        case dict():
            for name, member in value.items():
                if not name.isascii():
                    raise broken("payload-not-canonical", "a member name is not ASCII")
                _check_value(member, depth + 1)
        case list():
            for item in value:
                _check_value(item, depth + 1)
        case float():
            raise broken("payload-not-canonical", "a number is not an integer")
        case int() if abs(value) > MAX_INTEGER:
            raise broken("payload-not-canonical", "an integer is beyond 2**53 - 1")
        case _:
            return
