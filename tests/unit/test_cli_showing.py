"""What commands show: problems in plain words, and lines that a terminal never breaks inside a word."""

import io

import pytest
from rich.console import Console

from parley.cli import output
from parley.cli.desk import alarm_lines, stops_first
from parley.cli.output import counted
from parley.cli.showing import problem_text
from parley.node.board import AlarmView
from parley.watch.climbing import Alarm, Climb
from parley.words.codes import Precedence


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ("ConnectionResetError: the peer closed the connection", "their node does not answer"),
        (
            "ConnectionRefusedError: at https://line.example:7443: [Errno 111] Connection refused",
            "their node does not answer at https://line.example:7443",
        ),
        ("TimeoutError: ", "their node does not answer"),
        ("PeerError: 404: b'no such line'", "they have not taken your acceptance"),
        ("SSLCertVerificationError: at https://line.example: x", "another certificate than theirs"),
        ("PeerError: the peer answered for [bold]another", "\\[bold]another"),
    ],
)
def test_a_problem_is_said_in_plain_words(problem: str, said: str) -> None:
    assert said in problem_text(problem)


@pytest.mark.parametrize("width", [40, 61, 80])
def test_a_terminal_breaks_lines_between_words_only(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    line = "    ⚠ INSIDE: OUTPOST, from 151432ZJUN22 until 151632ZJUN22, " + "at 33.50000N 38.61667E " * 8
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, color_system=None, width=width, soft_wrap=True)
    monkeypatch.setattr(output, "people", console)
    output.say(line)
    rows = file.getvalue().splitlines()
    assert all(len(row) <= width for row in rows)
    assert all(row.startswith("    ") for row in rows)
    assert " ".join(file.getvalue().split()) == " ".join(line.split())


def test_what_is_piped_is_not_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    monkeypatch.setattr(output, "people", Console(file=file, width=40, highlight=False, soft_wrap=True))
    output.say("word " * 30)
    assert file.getvalue().count("\n") == 1


def alarm_view(what: str, taken_by: str | None = None, *, since_ms: int = 0) -> AlarmView:
    alarm = Alarm(
        key=f"{what}-{'ab' * 8}",
        what=what,
        of="ab" * 32,
        precedence=Precedence.FLASH,
        desk="COALITION",
        is_stop=what == "stop_answer",
        since_ms=since_ms,
    )
    return AlarmView(line=bytes(32).hex(), climb=Climb(alarm=alarm, taken_by=taken_by))


def alarm_rows(what: str, taken_by: str | None = None) -> list[str]:
    return alarm_lines(alarm_view(what, taken_by), "COALITION", "EXERCISE ")


def test_the_alarm_of_a_stop_stands_before_older_ones() -> None:
    older, stop = alarm_view("read_back"), alarm_view("stop_answer", since_ms=5)
    assert stops_first([older, stop]) == [stop, older]


def test_an_alarm_of_a_stop_says_first_how_to_answer_it() -> None:
    owed, answer, take = alarm_rows("stop_answer")
    assert owed.startswith("EXERCISE ⏰")
    assert "parley stop reply COALITION abababababab stopping" in answer
    assert f"parley take COALITION stop_answer-{'ab' * 8}" in take


def test_an_alarm_that_somebody_has_is_not_offered_again() -> None:
    assert not any("parley take" in row for row in alarm_rows("stop_answer", "BLUE WATCH 2"))
    assert [row.split(": ")[-1] for row in alarm_rows("read_back", "BLUE WATCH 2")] == [
        "taken by BLUE WATCH 2"
    ]


@pytest.mark.parametrize(("number", "said"), [(0, "0 rows"), (1, "1 row"), (2_000, "2,000 rows")])
def test_one_thing_is_not_said_in_the_plural(number: int, said: str) -> None:
    assert counted(number, "row") == said
