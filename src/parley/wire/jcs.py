"""Canonical JSON: JCS (RFC 8785) as far as Parley uses it: no floats, ASCII member names, NFC text.

With ASCII names, sorting by code point equals the sorting by UTF-16 unit that RFC 8785 asks for, and
with integers below 2**53 its number form is the plain decimal one. Tests compare with `rfc8785`.
"""

import unicodedata
from typing import Final

import msgspec

from parley.wire import rules
from parley.words.errors import PeerError

MAX_DEPTH: Final = 16
"""How many objects and lists may stand inside one another; the payload itself is the first."""
MAX_INTEGER: Final = 2**53 - 1
MAX_DETAIL_CHARACTERS: Final = 300
"""The most of a peer's own text that an error repeats."""

_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_ANY: Final = msgspec.json.Decoder()


def broken(rule: str, detail: str = "", *, where: str = "") -> PeerError:
    """Return the error for a broken wire rule; `detail` says how, when the rule alone does not."""
    sentence = rules.ALL[rule]
    what = f"Rule broken: {sentence} ({printable(detail)})" if detail else f"Rule broken: {sentence}"
    return PeerError(rule, what, where=where, do="The bytes are kept; tell the other side which rule.")


def printable(text: str) -> str:
    """Return text fit for a log or terminal: cut, and without control or direction characters."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text[:MAX_DETAIL_CHARACTERS])


def encode(value: object) -> bytes:
    """Return the JCS bytes of a struct or plain JSON value without floats.

    Raises:
        PeerError: payload-malformed; text with half a surrogate pair has no UTF-8 form.
    """
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError as error:
        raise broken("payload-malformed", "text with half a surrogate pair") from error


def check_text(data: bytes) -> None:
    """Raise unless the bytes, read as UTF-8 text, are in normalisation form C.

    The whole text is checked, not each string: an escape such as backslash-n before a combining mark
    is refused as well, and no string that is itself out of form can pass.

    Raises:
        PeerError: payload-malformed or text-not-nfc.
    """
    if data.isascii():
        return
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise broken("payload-malformed", "not UTF-8") from error
    if not unicodedata.is_normalized("NFC", text):
        raise broken("text-not-nfc")


def check(data: bytes, *, depth: int = 1) -> None:
    """Raise unless `data` is in canonical form, whatever its members mean.

    Args:
        data: a JSON value.
        depth: the level of its outermost object or list; 2 for a header or body inside a payload.

    Raises:
        PeerError: payload-malformed, payload-too-deep, payload-not-canonical or text-not-nfc.
    """
    try:
        value = _ANY.decode(data)
    except RecursionError as error:
        raise broken("payload-too-deep") from error
    except msgspec.ValidationError as error:
        raise broken("payload-not-canonical", "a number is out of range") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise broken("payload-malformed", str(error)) from error
    _check_value(value, depth)
    if _ENCODER.encode(value) != data:
        raise broken("payload-not-canonical", "members out of order, repeated, or written otherwise")
    check_text(data)


def _check_value(value: object, depth: int) -> None:
    if depth > MAX_DEPTH and isinstance(value, dict | list):
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
