"""Two served nodes, joined and used by commands alone: from `init` to the record that verifies."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from parley.cli import main
from parley.cli.times import group_of
from parley.exercises.free_port import free_port

PARLEY = Path(sys.executable).with_name("parley")
AT = "33 30 00 N 38 37 00 E"
OUTPOST = "id,name,kind,lat,lon,radius_m,as_of\nu1,OUTPOST,unit,33.5,38.6167,0,2022-06-15T00:00Z\n"


class Party:
    """One party: its folder, its served node, and its people at the command line."""

    def __init__(self, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:  # noqa: ANN401 - pytest's
        self.name, self.home = name, folder / name
        self._monkeypatch, self._capsys = monkeypatch, capsys
        self.process: subprocess.Popen[str] | None = None

    def says(self, *words: str, expect: int = 0) -> str:
        """Run a command of this party in this process, as the `parley` program does."""
        self._monkeypatch.setattr(sys, "argv", ["parley", *words])
        self._monkeypatch.setenv("PARLEY_HOME", str(self.home))
        with pytest.raises(SystemExit) as end:
            main.run()
        said = self._capsys.readouterr()
        assert end.value.code == expect, f"parley {' '.join(words)}: {end.value.code}\n{said.out}{said.err}"
        return str(said.out + said.err)

    def asks(self, *words: str, expect: int = 0) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.says(*words, "--json", expect=expect))

    def serve(self) -> None:
        self.says("init", self.name, "--peer-listen", f"127.0.0.1:{free_port()}",
                  "--desk-listen", f"127.0.0.1:{free_port()}")  # fmt: skip
        settings = self.home / "parley.toml"
        settings.write_text(settings.read_text().replace("beat_s = 10.0", "beat_s = 1.0"))
        self.process = subprocess.Popen(
            [PARLEY, "serve", "--json", "--home", self.home], stdout=subprocess.PIPE, text=True
        )

    def ready(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "{\n"

    def close(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.communicate(timeout=20)


def until(look: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not look():
        assert time.monotonic() < end, "it did not come over in ten seconds"
        time.sleep(0.03)


@pytest.fixture
def parties(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[tuple[Party, Party]]:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    two = Party("EASTERN", tmp_path, monkeypatch, capsys), Party("COALITION", tmp_path, monkeypatch, capsys)
    try:
        for party in two:
            party.serve()
        for party in two:
            party.ready()
        yield two
    finally:
        for party in two:
            party.close()


def join(east: Party, west: Party) -> None:
    assert "Propose one" in east.says("line", "status")
    east.says(
        "line", "propose", "--exercise", "--language", "en", "--language", "ru", "--out", "proposal.json"
    )
    assert "file already" in east.says("line", "propose", "--out", "proposal.json", expect=2)
    said = west.says("line", "accept", "proposal.json", "--out", "acceptance.json")
    assert "EXERCISE" in said
    assert "UNVERIFIED" in said
    assert west.asks("line", "accept", "proposal.json", expect=2)["error"] == "line-exists"
    number = east.asks("line", "accept", "acceptance.json")["line"]["safety_number"]
    assert len(number.replace(" ", "")) == 60
    assert west.asks("line", "status", "EASTERN")["line"]["safety_number"] == number
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert east.asks("line", "confirm", "COALITION", wrong, expect=1)["error"] == "safety-number-differs"
    assert "1 are missing" in east.says("line", "confirm", "COALITION", number[:-1], expect=2)
    east.says("line", "confirm", "COALITION", *number.split())
    assert west.asks("line", "confirm", "EASTERN", expect=2)["error"] == "digits-missing"
    west.says("line", "confirm", "EASTERN", number.replace(" ", ""))
    until(
        lambda: all(
            one["line"]["joined"] for one in (*east.asks("line", "status"), *west.asks("line", "status"))
        )
    )


def show(party: Party, line: str) -> Any:  # noqa: ANN401 - any JSON
    return party.asks("notice", "show", line, "EASTERN-2")


def test_a_line_from_init_to_the_verified_record(parties: tuple[Party, Party], tmp_path: Path) -> None:
    east, west = parties
    join(east, west)
    (tmp_path / "units.csv").write_text(OUTPOST)
    west.says("picture", "import", "units.csv", "--layer", "partners")
    assert "oldest 2022-06-15" in west.says("picture", "list")
    answered_line_test(east, west)

    sent = east.asks("notice", "send", "COALITION", "--activity", "air_strike", "--precedence", "IMMEDIATE",
                     "--reason", "answer_to_attack", "--at", AT, "--radius-m", "2000", "--floor", "0 m msl",
                     "--ceiling", "FL250", "--yes", "--start", "2040-06-15T14:32Z",
                     "--end", "151632ZJUN40")  # fmt: skip
    assert sent["handle"] == "EASTERN-2"
    assert "none is loaded" in sent["check"]["summary"]
    until(lambda: bool(west.asks("notice", "list", "EASTERN")))
    until(lambda: show(west, "EASTERN")["versions"][0]["check"] is not None)
    seen = west.says("notice", "show", "EASTERN", "EASTERN-2", "--language", "ru")
    for part in ("EXERCISE", "INSIDE", "OUTPOST", "neither permission nor negotiation", "signed by them",
                 "151432ZJUN40", "авиационный удар"):  # fmt: skip
        assert part in seen, part
    assert "UNREVIEWED" in seen
    west.says("notice", "show", "EASTERN", "EASTERN-2", "--picture", str(tmp_path / "notice.svg"))
    drawn = (tmp_path / "notice.svg").read_text("utf-8")
    for part in (
        "EXERCISE",
        "EASTERN-2",
        "OUTPOST",
        "1: inside",
        "own positions: private, not to be passed on",
    ):
        assert part in drawn, part
    west.says("notice", "warn", "EASTERN", "EASTERN-2", "OUTPOST", "--state", "complying")
    read_back_and_reply(east, west)
    begin_and_stop(east, west)

    east.says("notice", "end", "COALITION", "EASTERN-2")
    until(lambda: show(west, "EASTERN")["phase"] == "ended")
    assert "0 notices open" in west.says("notice", "list", "EASTERN")
    draft_amend_and_cancel(east, west)
    verify_and_break(east, west)


def answered_line_test(east: Party, west: Party) -> None:
    east.says("line", "test", "COALITION", "the third lighthouse is dark")
    until(lambda: "BY THEM" in west.says("line", "status", "EASTERN"))
    said = west.says("line", "status", "EASTERN")
    test_id = said.split(" test ")[1].split()[0]
    west.says("line", "test-reply", "EASTERN", test_id, "third lighthouse dark")
    until(lambda: ", answered" in east.says("line", "status", "COALITION"))


def read_back_and_reply(east: Party, west: Party) -> None:
    fields = ["--activity", "air strike", "--radius-m", "2000", "--start", "151432ZJUN40", "--end",
              "2040-06-15T16:32Z"]  # fmt: skip
    missing = west.asks("read-back", "EASTERN", "EASTERN-2", *fields, expect=2)
    assert missing["error"] == "field-missing"
    wrong = west.asks("read-back", "EASTERN", "EASTERN-2", *fields, "--at", "33 30 N 38 47 E", expect=1)
    assert wrong["match"] is False
    assert wrong["fields"] == ["place"]
    said = west.says("read-back", "EASTERN", "EASTERN-2", *fields, "--at", "33 30 N 38 47 E", expect=1)
    assert "MISMATCH" in said
    assert "38 37" not in said, "the notice's own value must not be shown"
    until(lambda: "read back wrongly" in east.says("board"))
    assert west.asks("read-back", "EASTERN", "EASTERN-2", *fields, "--at", AT)["match"] is True
    west.says("reply", "EASTERN", "EASTERN-2", "objection", "--text", "our partners are there")
    west.says("reply", "EASTERN", "EASTERN-2", "query")
    west.says("withdraw", "EASTERN", "EASTERN-2", "query")
    until(
        lambda: len(show(east, "COALITION")["answers"]) == 1 and show(east, "COALITION")["held_version"] == 1
    )
    assert "objection STANDS" in east.says("notice", "list", "COALITION")


def begin_and_stop(east: Party, west: Party) -> None:
    refused = east.asks("notice", "begin", "COALITION", "EASTERN-2", expect=2)
    assert refused["error"] == "begin-needs-reason"
    given = ("notice", "begin", "COALITION", "EASTERN-2", "--reason", "withheld")
    assert east.asks(*given, expect=2)["error"] == "begin-needs-releaser"
    east.says(*given, "--role", "releaser", "--duty", "EASTERN RELEASER 1")
    until(lambda: show(west, "EASTERN")["phase"] == "active")
    assert "begun although an objection stands" in west.says("board")

    stop = west.asks("stop", "call", "EASTERN", "--notice", "EASTERN-2", "--text", "people are there")["id"]
    until(lambda: bool(east.asks("stop", "list", "COALITION")))
    assert "CALLED BY THEM" in east.says("board")
    assert "STOP STANDS and the activity is ACTIVE" in east.says("notice", "show", "COALITION", "EASTERN-2")
    east.says("stop", "reply", "COALITION", stop[:10], "stopping")
    until(lambda: west.asks("stop", "list", "EASTERN")[0]["stop"]["answer"] == "stopping")
    assert east.asks("stop", "release", "COALITION", stop, expect=2)["error"] == "stop-not-yours"
    west.says("stop", "reaffirm", "EASTERN", stop)
    west.says("stop", "release", "EASTERN", stop)
    until(lambda: not east.asks("stop", "list", "COALITION"))

    wide = west.asks("stop", "call", "EASTERN", "--at", "somewhere south of Tanf")
    assert wide["widened"]
    standing = west.asks("stop", "list", "EASTERN")[0]["stop"]
    assert standing["scope"] == {"scope": "line"}
    assert "south of Tanf" in standing["text"]
    west.says("stop", "release", "EASTERN", wide["id"])


def draft_amend_and_cancel(east: Party, west: Party) -> None:
    polygon = "33 10 00 N 38 10 00 E; 33 20 00 N 38 10 00 E; 33 20 00 N 38 30 00 E"
    draft = east.asks("notice", "draft", "COALITION", "--activity", "convoy", "--reason", "humanitarian",
                      "--polygon", polygon, "--start", "+4m", "--end", "+6h")["draft"]  # fmt: skip
    assert "EXERCISE" in east.says("notice", "drafts", "COALITION")
    assert (
        east.asks("notice", "release", "COALITION", "00000000", "--yes", expect=2)["error"] == "draft-unknown"
    )
    handle = east.asks("notice", "release", "COALITION", draft[:8], "--yes")["notice"]["handle"]
    assert "0 drafts wait" in east.says("notice", "drafts", "COALITION")
    assert "STARTS IN" in east.says("notice", "show", "COALITION", handle)
    amended = east.says("notice", "amend", "COALITION", handle, "--end", "+8h", "--yes")
    assert "version 2" in amended
    assert "Version 1 still counts" in amended
    until(lambda: len(west.asks("notice", "show", "EASTERN", handle)["versions"]) == 2)
    start = east.asks("notice", "show", "COALITION", handle)["versions"][1]["body"]["volume"]["window"]
    said = west.says("read-back", "EASTERN", handle, "--activity", "convoy", "--at", "33 10 00 N 38 10 00 E",
                     "--vertices", "4", "--start", group_of(start["start_ms"]),
                     "--end", group_of(start["end_ms"]), expect=1)  # fmt: skip
    assert "number of vertices" in said
    assert (
        west.asks("notice", "clear", "EASTERN", handle, "--ground", "x", expect=2)["error"]
        == "clearance-early"
    )
    east.says("notice", "cancel", "COALITION", handle, "--reason", "other", "--reason-text", "road closed")
    until(lambda: west.asks("notice", "show", "EASTERN", handle)["phase"] == "cancelled")


def verify_and_break(east: Party, west: Party) -> None:
    for party, line in ((east, "COALITION"), (west, "EASTERN")):
        assert "VERIFIED" in party.says("record", "verify", line)
        assert party.says("record", "head", line).count("\n") >= 5
        assert party.asks("journal", "verify")["verified"] is True
        assert "VERIFIED" in party.says("journal", "verify")
        assert "released" in party.says("journal", "show")
        assert party.asks("status")["open"]["stops"] == 0
    doctor = east.asks("doctor")
    assert doctor["fit"] is True
    east.home.joinpath("keys", "head.key").chmod(0o644)
    assert "chmod 600" in east.says("doctor", expect=1)
    with closing(sqlite3.connect(east.home / "lines.db")) as database:
        database.execute("UPDATE journal SET what = 'something else' WHERE n = 2")
        changed = """replace(CAST(value AS TEXT), '"index":3', '"index":4')"""
        database.execute(f"UPDATE entry SET value = CAST({changed} AS BLOB) WHERE idx = 3")  # noqa: S608 - ours
        database.commit()
    assert east.asks("record", "verify", "COALITION", expect=1)["verified"] is False
    assert "DOES NOT VERIFY" in east.says("record", "verify", "COALITION", expect=1)
    assert east.asks("journal", "verify", expect=1)["problem"] == "row 2 is not what was written"


def test_the_program_says_what_to_do_when_no_node_serves(tmp_path: Path) -> None:
    home = tmp_path / "node"
    env = {**os.environ, "PARLEY_HOME": str(home)}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([PARLEY, *words], env=env, cwd="/", capture_output=True, text=True, check=False)

    assert run("board").returncode == 2
    assert run("init", "EASTERN", "--desk-listen", f"127.0.0.1:{free_port()}").returncode == 0
    silent = run("stop", "call", "ANYONE")
    assert silent.returncode == 3
    assert "parley serve" in silent.stderr
    doctor = run("doctor")
    assert doctor.returncode == 1
    assert "the node does not answer" in doctor.stdout
