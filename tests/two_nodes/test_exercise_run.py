"""The exercise al-tanf-2022 as a program plays it: what it prints, what it leaves, and that its checks bite."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from msgspec.structs import replace
from rich.console import Console

from parley.config.home import Home
from parley.config.settings import read_settings
from parley.exercises.running import Result, run
from parley.exercises.scenario import Notice, ReadBack, Scenario, Time, load

NAME: Final = "al-tanf-2022"
SIDES: Final = ("eastern", "coalition")


def parley(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "parley.cli.main", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)


@dataclass(frozen=True)
class Kept:
    at: Path
    printed: dict[str, Any]
    status: int
    trouble: str


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    at = tmp_path_factory.mktemp("exercise") / "kept"
    done = parley("exercise", "run", NAME, "--fast", "--json", "--keep", str(at))
    return Kept(at, json.loads(done.stdout), done.returncode, done.stderr)


def test_it_is_played_to_its_end_and_every_check_holds(kept: Kept) -> None:
    assert [check for check in kept.printed["checks"] if not check["ok"]] == []
    assert (kept.status, kept.trouble) == (0, "")
    assert len(kept.printed["checks"]) > 25


def test_it_prints_what_programs_rely_on(kept: Kept) -> None:
    printed = kept.printed
    assert set(printed) == {"exercise", "ok", "steps", "records", "checks"}
    assert (printed["exercise"], printed["ok"]) == (NAME, True)
    assert all(set(step) == {"at", "side", "kind", "what"} for step in printed["steps"])
    assert all(set(check) == {"name", "ok", "detail"} for check in printed["checks"])
    assert {step["side"] for step in printed["steps"]} == set(SIDES)
    assert [step["at"] for step in printed["steps"]] == sorted(step["at"] for step in printed["steps"])
    assert set(printed["records"]) == {*SIDES, "match"}
    assert printed["records"]["match"] is True
    for side in SIDES:
        assert printed["records"][side]["verified"] is True
        assert printed["records"][side]["entries"] > 20


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("notice", "answer to attack"),
        ("receipt", "DELIVERED"),
        ("check", "INSIDE"),
        ("check", "WITHIN SEPARATION"),
        ("units", "2 of 3"),
        ("read_back", "mismatch"),
        ("read_back", "match"),
        ("reply", "warning"),
        ("reply", "objection"),
        ("overdue", "presumed active"),
        ("amend", "waits"),
        ("line_test", "arrived"),
        ("begin_refused", "needs a stated reason"),
        ("begin", "objection"),
        ("stop", "stop"),
        ("overdue", "answer to stop"),
        ("stop_reply", "stopping"),
        ("stop_reply", "stopped"),
        ("stop_reaffirm", "stands"),
        ("stop_release", "released"),
        ("end", "cold"),
    ],
)
def test_its_steps_tell_the_whole_story(kept: Kept, kind: str, word: str) -> None:
    told = [step["what"].lower() for step in kept.printed["steps"] if step["kind"] == kind]
    assert any(word.lower() in what for what in told), told


def test_the_mismatch_comes_before_the_match_and_alarms_both_desks(kept: Kept) -> None:
    told = [step for step in kept.printed["steps"] if step["kind"] == "read_back"]
    assert ["MISMATCH" in step["what"] for step in told[:4]] == [True, True, False, False]
    assert [step["side"] for step in told[:2]] == list(SIDES)


@pytest.fixture
def served(kept: Kept) -> Iterator[dict[str, httpx.Client]]:
    nodes: list[subprocess.Popen[bytes]] = []
    clients: dict[str, httpx.Client] = {}
    for side in SIDES:
        home = Home(kept.at / side)
        command = ["-m", "parley.cli.main", "serve", "--home", str(home.path), "--json", "--with-stdin"]
        node = subprocess.Popen(
            [sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        nodes.append(node)
        assert node.stdout is not None
        while node.stdout.readline().strip() not in {b"}", b""}:
            pass
        clients[side] = httpx.Client(
            base_url=f"http://{read_settings(home).desk_listen}/api/v1",
            headers={"authorization": f"Bearer {home.token.read_text().strip()}"},
            trust_env=False,
            timeout=20,
        )
    yield clients
    for client in clients.values():
        client.close()
    for node in nodes:
        with node:
            assert node.stdin is not None
            node.stdin.close()
            assert node.wait(15) == 0


def test_kept_homes_can_be_served_again_verify_and_reach_each_other(
    kept: Kept, served: dict[str, httpx.Client]
) -> None:
    eastern, coalition = (served[side] for side in SIDES)
    for client, line, side in ((eastern, "COALITION", "eastern"), (coalition, "EASTERN", "coalition")):
        report = client.get(f"/lines/{line}/record/verify").json()
        assert (report["verified"], report["problem"]) == (True, "")
        assert report["entries"] == kept.printed["records"][side]["entries"]
    with coalition.stream("GET", "/events") as events:
        lines = events.iter_lines()
        next(lines)
        sent = eastern.post("/lines/COALITION/test", json={"duty": "E", "text": "still there?"}).json()["id"]
        assert any(sent in line for line in lines)


def test_without_a_terminal_it_prints_plain_lines_each_marked_exercise() -> None:
    done = parley("demo")
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert len(lines) > 60
    assert all("EXERCISE" in line for line in lines)
    assert not any("\x1b" in line for line in lines)
    assert any(
        "no position" not in line and "is neither permission nor negotiation" in line for line in lines
    )


def test_the_list_names_each_exercise_with_its_sources() -> None:
    listed = json.loads(parley("exercise", "list", "--json").stdout)
    assert [one["name"] for one in listed] == [NAME]
    assert all(source["fact"] and source["source"] for source in listed[0]["sources"])
    assert NAME in parley("exercise", "list").stdout


def test_an_unknown_exercise_is_bad_input() -> None:
    done = parley("exercise", "run", "no-such", "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]) == (2, "exercise-unknown")


def test_a_folder_that_is_not_empty_is_never_written_to(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    done = parley("exercise", "run", NAME, "--fast", "--json", "--keep", str(tmp_path))
    assert (done.returncode, json.loads(done.stdout)["error"]) == (2, "keep-not-empty")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def play(scenario: Scenario) -> Result:
    return run(scenario, keep=None, quiet=True, paced=False, console=Console())


def failed(result: Result) -> list[str]:
    assert result.ok is False
    return [check.name for check in result.checks if not check.ok]


def test_a_name_of_the_picture_in_a_message_is_found() -> None:
    scenario = load(NAME)
    steps = tuple(
        replace(step, text="Near Garrison Basalt.") if isinstance(step, Notice) else step
        for step in scenario.steps
    )
    names = failed(play(replace(scenario, steps=steps)))
    assert names == ["no byte that left Coalition holds a name or coordinate of its own positions"]


def test_what_goes_another_way_than_the_scenario_says_fails_by_name() -> None:
    scenario = load(NAME)
    early = scenario.steps[: next(n for n, step in enumerate(scenario.steps) if isinstance(step, Time)) + 1]
    steps = tuple(replace(step, expect="match") if isinstance(step, ReadBack) else step for step in early)
    names = failed(play(replace(scenario, steps=(*steps[:-1], replace(early[-1], at=early[-2].at)))))
    assert any(name.endswith("is a match at both desks") for name in names)
    assert any(name.startswith("at 17:08:00Z both desks show what is overdue") for name in names)
