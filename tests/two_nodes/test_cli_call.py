"""`parley call` with a served node: by script, by keyboard, and through the node's death in the middle."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from parley.cli import call as call_command
from parley.cli import main
from parley.exercises.free_port import free_port

PARLEY = Path(sys.executable).with_name("parley")
START_MS = 1_655_303_520_000
"""2022-06-15 14:32Z."""
POSTS = "id,name,kind,lat,lon,as_of\nP1,POST 1,position,33.48,38.61,2022-06-15T00:00Z\n"
SCRIPT = """# The caller asks for his usual contact first.
+00:05 I want to speak to my usual contact
+00:20 stop, you are striking our troops
+00:25 33 28 48 N 38 36 36 E
+00:26 !
+00:40 close nothing
"""


class Desk:
    """One served node on a driven clock, and its officer at the command line."""

    def __init__(
        self, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.home, self._patch, self._capsys = home, monkeypatch, capsys
        self.process: subprocess.Popen[str] | None = None

    def says(self, *words: str, typed: str = "", expect: int = 0) -> str:
        self._patch.setattr(sys, "argv", ["parley", *words])
        self._patch.setattr(sys, "stdin", io.StringIO(typed))
        self._patch.setenv("PARLEY_HOME", str(self.home))
        with pytest.raises(SystemExit) as end:
            main.run()
        said = self._capsys.readouterr()
        assert end.value.code == expect, f"parley {' '.join(words)}: {end.value.code}\n{said.out}{said.err}"
        return str(said.out + said.err)

    def states(self, *words: str, typed: str = "") -> list[Any]:
        return [json.loads(row) for row in self.says(*words, "--json", typed=typed).splitlines()]

    def serve(self, now_ms: int = START_MS) -> None:
        command = [str(PARLEY), "serve", "--json", "--home", str(self.home), "--driven-clock", str(now_ms)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "{\n"

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)
        self.process.communicate(timeout=20)
        self.process = None


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    one = Desk(tmp_path / "COALITION", monkeypatch, capsys)
    ports = ("--peer-listen", f"127.0.0.1:{free_port()}", "--desk-listen", f"127.0.0.1:{free_port()}")
    one.says("init", "COALITION", *ports)
    one.serve()
    contacts = ("--contact", "DUTY,+99 1", "--contact", "DEPUTY,+99 2")
    area = ("--area", "33 30 00 N 38 37 00 E", "--area-radius-m", "55000")
    one.says(
        "line",
        "open",
        "EASTERN",
        "--phone",
        "--number",
        "+99 1",
        *contacts,
        *area,
        "--language",
        "ru",
        "--exercise",
    )
    (tmp_path / "posts.csv").write_text(POSTS)
    one.says("picture", "import", "posts.csv", "--layer", "posts", "--yes")
    try:
        yield one
    finally:
        if one.process is not None:
            one.end()


def test_a_script_plays_the_27_minute_case_in_forty_seconds_of_driven_time(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "script").write_text(SCRIPT)
    states = desk.states("call", "EASTERN", "--script", "script")
    assert [state["ask"]["code"] for state in states[:2]] == ["take_it", "fetch"]
    (stop,) = states[2]["done"]
    assert (stop["kind"], stop["at_ms"]) == ("stop", START_MS + 20_000)
    assert [unit["warned_ms"] for unit in states[4]["units"]] == [START_MS + 26_000]
    last = states[-1]
    assert (last["call"]["state"], last["at_ms"]) == ("closed", START_MS + 40_000)
    assert "THEIR STOP" in desk.says("board") or "STOP" in desk.says("stop", "list", "EASTERN")


def test_lines_typed_in_any_order_show_the_call_and_the_end_of_input_keeps_it(
    desk: Desk,
) -> None:
    shown = desk.says("call", typed="air strike south of tanf, soon\n!\nw nonsense\nclose maybe\n?\n")
    for part in (
        "PRESUMED ACTIVE FROM 14:32:00Z",
        "POST 1                             INSIDE             WARNED 14:32:00Z",
        "Nazovite koordinaty tsentra",
        "UNREVIEWED",
        "kept as said, not read",
        "it does not say what comes of the call",
        "BROKEN",
    ):
        assert part in shown, part
    assert "broken" in desk.says("call", "--list")


def test_a_line_that_is_not_known_holds_up_no_call(desk: Desk) -> None:
    shown = desk.says("call", "NOBODY", typed="s\nline EASTERN\nanswer stopping\ntold 1\nclose nothing\n")
    assert "the call is taken without one" in shown
    assert "STOP HEARD, AND NO LINE TO RECORD IT ON" in shown
    assert "THEIR STOP" in shown
    assert "Say it    1. stop_reply" in shown
    (stop,) = json.loads(desk.says("stop", "list", "EASTERN", "--json"))
    assert stop["stop"]["answer"] == "stopping"


def test_what_was_said_while_the_node_was_dead_is_kept_and_taken_when_it_lives_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed_s = [1_000.0]

    def serve_again() -> None:
        passed_s[0] += 45
        desk.serve(START_MS + 60_000)

    lines: Iterator[str | Callable[[], None]] = iter(
        [
            "artillery near tanf",
            lambda: desk.end(signal.SIGKILL),
            "t in 20 minutes",
            serve_again,
            "x 3 km",
            "close notice",
        ]
    )

    def typed(_prompt: str = "") -> str:
        for one in lines:
            if isinstance(one, str):
                return one
            one()
        raise EOFError

    monkeypatch.setattr(call_command, "input", typed, raising=False)
    monkeypatch.setattr(call_command, "time", SimpleNamespace(monotonic=lambda: passed_s[0]))
    shown = desk.says("call")
    assert "NOT TAKEN YET, KEPT HERE: 1 line(s)" in shown
    (notice,) = json.loads(desk.says("notice", "list", "EASTERN", "--json"))
    (version,) = notice["versions"]
    assert version["body"]["activity"] == "artillery_fire"
    late_ms = START_MS + 21 * 60_000 - version["body"]["volume"]["window"]["start_ms"]
    assert late_ms == 45_000, "it begins 20 minutes after it was said, and not after it was taken"
    assert desk.says("call", "--list").startswith("0 not closed")


def test_a_call_goes_on_after_the_node_was_killed_in_the_middle(desk: Desk) -> None:
    (*_, before) = desk.states("call", "EASTERN", typed="shelling near tanf\n!\n")
    desk.end(signal.SIGKILL)
    desk.serve(START_MS + 60_000)
    after, *_ = desk.states("call", "--again", before["call"]["id"][:8], typed="")
    assert after["call"]["fragments"] == before["call"]["fragments"]
    assert after["units"] == before["units"]


def test_a_row_of_a_script_without_a_time_is_named(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "script").write_text("air strike\n")
    assert "row 1" in desk.says("call", "--script", "script", expect=2)


def test_what_was_heard_or_said_already_is_never_asked_to_be_said(desk: Desk) -> None:
    heard = ("--reason", "withheld", "--heard-from", "DUTY", "--yes")
    notice = (
        "--activity",
        "air_strike",
        "--at",
        "33 34 00 N 38 30 00 E",
        "--radius-m",
        "2500",
        "--start",
        "+30m",
    )
    said = desk.says("notice", "send", "EASTERN", *notice, "--end", "+1h", *heard)
    assert "As heard from EASTERN, not recorded yet:" in said
    assert "EASTERN-1 is recorded, as you heard it." in said
    replied = desk.says("reply", "EASTERN", "EASTERN-1", "objection")
    assert "SAY IT TO THEM" in replied
    assert "only once you have read it back: parley read-back EASTERN EASTERN-1" in replied
    stop = desk.says("stop", "call", "EASTERN", "--heard-from", "DUTY")
    assert "SAY IT" not in stop
    assert "1 message of ours waits to be said to them" in " ".join(stop.split())
    (waiting,) = json.loads(desk.says("line", "status", "EASTERN", "--json"))["line"]["to_say"]
    told = desk.says("told", "EASTERN", waiting["id"][:8], "--to", "DUTY")
    assert "nothing waits to be said to them" in told
