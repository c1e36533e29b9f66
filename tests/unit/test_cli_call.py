"""What an officer types in a call: few commands, and everything else was said."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.cli.call_lines import HELP, Act, read_line
from parley.cli.call_showing import spoken
from parley.words.errors import InputError


@pytest.mark.parametrize(
    ("typed", "field", "text"),
    [
        ("air strike south of tanf, soon", "free", "air strike south of tanf, soon"),
        ("w air strike", "what", "air strike"),
        ("at south of tanf", "where", "south of tanf"),
        ("t soon", "start", "soon"),
        ("u 1600Z", "end", "1600Z"),
        ("x 5 km", "extent", "5 km"),
        ("h below 3000 ft msl", "height", "below 3000 ft msl"),
        ("r training", "reason", "training"),
        ("p Colonel X", "person", "Colonel X"),
        ("s", "stop", "STOP"),
        ("S", "stop", "STOP"),
        ("s EASTERN-12", "stop", "EASTERN-12"),
        ("s of tanf, soon", "free", "s of tanf, soon"),
        ("stop firing", "free", "stop firing"),
        ("line", "free", "line"),
        ("lang uage barrier", "free", "lang uage barrier"),
        ("hold your fire", "free", "hold your fire"),
        ("w", "free", "w"),
        ("answer me", "free", "answer me"),
    ],
)
def test_what_is_no_command_was_said(typed: str, field: str, text: str) -> None:
    line = read_line(typed)
    assert (line.act, line.body) == (Act.SAY, {"field": field, "text": text})


@pytest.mark.parametrize(
    ("typed", "act", "body"),
    [
        ("!", Act.WARN, {}),
        ("", Act.LOOK, {}),
        ("?", Act.HELP, {}),
        ("hold", Act.HOLD, {}),
        ("line EASTERN", Act.LINE, {"line": "EASTERN"}),
        ("lang ar", Act.ABOUT, {"about": {"language": "ar"}}),
        ("via LINGUIST 1", Act.ABOUT, {"about": {"interpreter": "LINGUIST 1"}}),
        ("told 2", Act.TOLD, {}),
        ("answer not ours", Act.ANSWER, {"answer": "not_ours", "ground": None}),
        ("close", Act.CLOSE, {"outcome": {"type": "notice", "confirmed": False}}),
        ("close confirmed", Act.CLOSE, {"outcome": {"type": "notice", "confirmed": True}}),
        ("close nothing", Act.CLOSE, {"outcome": {"type": "nothing"}}),
        (
            "close notice air strike",
            Act.CLOSE,
            {"outcome": {"type": "notice", "confirmed": False, "activity": "air_strike"}},
        ),
        ("close begin EASTERN-3", Act.CLOSE, {"outcome": {"type": "begin", "notice": "EASTERN-3"}}),
        (
            "close reply COALITION-2 no objection",
            Act.CLOSE,
            {"outcome": {"type": "reply", "notice": "COALITION-2", "code": "no_objection"}},
        ),
    ],
)
def test_commands_are_few(typed: str, act: Act, body: dict[str, Any]) -> None:
    line = read_line(typed)
    assert (line.act, line.body) == (act, body)


@pytest.mark.parametrize(
    "typed", ["told", "told x", "close maybe", "close reply COALITION-2", "close reply X maybe"]
)
def test_a_command_that_lacks_something_says_what(typed: str) -> None:
    with pytest.raises(InputError) as refused:
        read_line(typed)
    assert refused.value.do


@given(st.text(max_size=300))
def test_nothing_typed_is_lost(typed: str) -> None:
    try:
        line = read_line(typed)
    except InputError:
        assert typed.split(maxsplit=1)[0].lower() in {"told", "close"}
        return
    if line.act is Act.SAY:
        assert str(line.body["text"]) == "STOP" or str(line.body["text"]) in " ".join(typed.split())


def test_only_the_isolates_of_the_phrase_books_reach_the_terminal() -> None:
    assert spoken("\u206633\u2069 [b]\u202e") == "\u206633\u2069 \\[b]\ufffd"


def test_the_help_names_every_prefix() -> None:
    assert any("air strike" in row for row in HELP)
    assert all(
        f"{prefix} " in " ".join(HELP) for prefix in ("w", "at", "t", "u", "x", "h", "r", "c", "p", "s")
    )
