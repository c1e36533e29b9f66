import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from parley.wire import jcs, rules
from parley.words.errors import PeerError

NAMES = st.text(st.characters(codec="ascii"), max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(-jcs.MAX_INTEGER, jcs.MAX_INTEGER) | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_our_canonical_form_is_that_of_rfc8785(value: object) -> None:
    assert jcs.encode(value) == rfc8785.dumps(value)  # type: ignore[arg-type]  # its JSON type is invariant


@given(VALUES)
def test_canonical_bytes_pass_the_check_or_are_named_by_a_rule_on_text_or_depth(value: object) -> None:
    try:
        jcs.check(jcs.encode(value))
    except PeerError as error:
        assert error.name in {"text-not-nfc", "payload-too-deep"}  # noqa: PT017 - either outcome is right


@given(VALUES, st.integers(0, 3), st.booleans())
def test_another_writing_of_a_value_is_refused(value: object, indent: int, reverse: bool) -> None:  # noqa: FBT001
    pairs = json.loads(jcs.encode({"a": value, "b": 1}))
    other = json.dumps(dict(reversed(pairs.items())) if reverse else pairs, indent=indent).encode()
    with pytest.raises(PeerError):
        jcs.check(other)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_canonical_or_named_by_a_rule(data: bytes) -> None:
    try:
        jcs.check(data)
    except PeerError as error:
        assert error.name in rules.FORM  # noqa: PT017 - either outcome is right
    else:
        assert jcs.encode(json.loads(data)) == data
