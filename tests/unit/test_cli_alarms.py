import pytest

from parley.cli.alarms import alarm_text
from parley.ports.store import Happening


def happening(what: str = "message", **members: str) -> Happening:
    return Happening(at_ms=0, line=None, what=what, **members)


@pytest.mark.parametrize(
    ("told", "part"),
    [
        (happening(kind="stop", direction="received"), "STOP called by them"),
        (happening(kind="notice", direction="received"), "notice received"),
        (happening(kind="read_back", direction="received", detail="mismatch: place"), "MISMATCH"),
        (happening("stop_unverified", detail="ask them"), "STOP UNVERIFIED"),
        (happening("fork", detail="[bold]x"), "\\[bold]x"),
    ],
)
def test_what_must_be_heard_is_said(told: Happening, part: str) -> None:
    assert part in (alarm_text(told) or "")


@pytest.mark.parametrize(
    "told",
    [
        happening(kind="stop", direction="sent"),
        happening(kind="read_back", direction="received", detail="match"),
        happening(kind="receipt", direction="received"),
        happening("delivered"),
    ],
)
def test_what_needs_nobody_is_silent(told: Happening) -> None:
    assert alarm_text(told) is None
