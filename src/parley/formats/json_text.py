"""JSON text (RFC 8259), read so that no two readers can understand it differently.

Names that occur twice in one object are refused, because some readers keep the first and others the
last. NaN and Infinity, which are no JSON, and numbers too large for a double are let through as floats
that are not finite: whoever reads the member refuses it, and can say where it stands.
"""

import json
from collections import Counter
from math import inf, nan
from typing import Any, Final

from parley.words.errors import InputError

MAX_BYTES: Final = 256 * 1024 * 1024
_BOM: Final = b"\xef\xbb\xbf"
_NOT_FINITE: Final = {"NaN": nan, "Infinity": inf, "-Infinity": -inf}


class _Repeated(ValueError):
    """A name occurs twice in one object."""


def read_json(data: bytes, where: str) -> Any:  # noqa: ANN401 - any JSON value
    """Read one JSON document.

    Args:
        data: UTF-8; a byte order mark is passed over, as RFC 8259 section 8.1 allows.
        where: the file's name, for errors.

    Raises:
        InputError: file-too-large, json-not-utf-8, json-too-deep, json-name-repeated, json-unreadable.
    """
    if len(data) > MAX_BYTES:
        what = f"The file is larger than {MAX_BYTES:,} bytes"
        raise InputError("file-too-large", what, where=where, do="Split it, and check each part.")
    try:
        text = data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        what = f"The file is not UTF-8 text: byte {error.start:,} is wrong"
        raise InputError("json-not-utf-8", what, where=where, do="Save it as UTF-8.") from error
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_NOT_FINITE.__getitem__)
    except _Repeated as error:
        do = "Keep one of them: readers differ in which they take."
        raise InputError("json-name-repeated", str(error), where=where, do=do) from error
    except RecursionError as error:
        raise _too_deep(where) from error
    except json.JSONDecodeError as error:
        what = f"This is no JSON: {error.msg} at line {error.lineno:,}, column {error.colno:,}"
        do = "Correct it there; if the file ends early, fetch it again."
        raise InputError("json-unreadable", what, where=where, do=do) from error
    except ValueError as error:  # a whole number of thousands of digits
        what = "This is no JSON that can be read: a number in it has too many digits"
        raise InputError("json-unreadable", what, where=where, do="Correct the number.") from error


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its members.

    Raises:
        _Repeated: two have the same name.
    """
    made = dict(members)
    if len(made) < len(members):
        name = next(name for name, count in Counter(name for name, _ in members).items() if count > 1)
        raise _Repeated(f'The name "{name[:40]}" occurs twice in one object')
    return made


def _too_deep(where: str) -> InputError:
    what = "The file nests lists or objects too deeply to be read"
    return InputError("json-too-deep", what, where=where, do="No GeoJSON needs that: check the file.")
