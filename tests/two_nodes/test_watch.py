"""The watch at a node: what is owed climbs to real channels, and nothing of it leaves but precedence and desk."""

import json
import sys
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from parley.config.settings import OwnContact, read_settings, write_settings
from parley.node.watching import climbs
from support import MINUTE_MS, START_MS, Pair, Side, draft, on_loop, pair, until

RECEIVER = "import sys, pathlib; pathlib.Path(sys.argv[1]).open('a').write(sys.argv[2] + '\\n')"


async def with_contacts(both: Pair, heard: Path, *, armed: bool = True) -> Side:
    """Give the second side two contacts and a siren that writes to a file; restart it."""
    b = both.b
    await b.stop()
    settings = replace(
        read_settings(b.home),
        contacts=(
            OwnContact(who="OFFICER", channels=("siren",)),
            OwnContact(who="DEPUTY", channels=("json://user:password@127.0.0.1:9/nobody", "siren")),
        ),
        siren_command=(sys.executable, "-c", RECEIVER, str(heard)),
        exercises_reach_contacts=armed,
    )
    write_settings(b.home.settings, settings)
    assert read_settings(b.home) == settings
    await b.start()
    return b


def journal(side: Side, what: str) -> list[Any]:
    return [json.loads(note.data) for note in side.node.reads.journal(0, 10_000) if note.what == what]


@on_loop
async def test_an_unread_notice_climbs_until_somebody_takes_it(tmp_path: Path) -> None:
    heard = tmp_path / "siren.txt"
    async with pair(tmp_path) as both:
        b = await with_contacts(both, heard)
        secret = {**draft(), "actor": "SECRET CALLSIGN"}
        (handle,) = await both.a.release(secret)
        await both.settle()
        assert await b.node.watch.look() == [], "nothing is overdue yet"
        for side in both.sides:
            side.drive(START_MS + 11 * MINUTE_MS)
        await until(heard.exists, why="the officer's siren sounds")
        for side in both.sides:
            side.drive(START_MS + 13 * MINUTE_MS)
        await until(lambda: len(journal(b, "attempt-outcome")) >= 3, why="the deputy is tried too")
        came = [(one["attempt"], one["outcome"]) for one in journal(b, "attempt-outcome")]
        outcomes = {(attempt["who"], attempt["channel"]): outcome for attempt, outcome in came}
        assert outcomes["DEPUTY", "json 2"] == "failed"
        rows = [note.data for note in b.node.reads.journal(0, 10_000)]
        assert not any(b"password" in row for row in rows), "an address may hold a secret"
        assert outcomes["OFFICER", "siren"] == "accepted"
        assert set(heard.read_text().splitlines()) == {f"IMMEDIATE: desk {b.peer}. Go to the desk."}

        (alarm,) = (await b.get("/board"))["alarms"]
        key = alarm["climb"]["alarm"]["key"]
        taken = await b.on_line(f"alarms/{key}/take")
        again = await b.post(f"/lines/{b.peer}/alarms/{key}/take", {"duty": "SECOND OFFICER"})
        assert (taken["taken_by"], again["taken_by"]) == ("COALITION WATCH", "COALITION WATCH")
        assert (await b.notice(handle))["versions"][0]["step"] == "delivered", "an alarm moves no step"


@on_loop
async def test_a_stop_that_reaches_us_tries_everybody_at_once_and_ends_with_an_answer(tmp_path: Path) -> None:
    heard = tmp_path / "siren.txt"
    async with pair(tmp_path) as both:
        b = await with_contacts(both, heard)
        stop = await both.a.on_line("stops/", {})
        await both.settle()
        await until(lambda: len(journal(b, "attempt")) == 3, why="all contacts at once, at once")
        assert {one["attempt"]["at_ms"] for one in journal(b, "attempt")} == {START_MS}
        await b.on_line(f"stops/{stop['id'][:12]}/reply", {"answer": "stopped"})
        await until(lambda: journal(b, "alarm-ended"), why="a person's answer ends the alarm")
        assert climbs(b.node.reads, b.line.id) == {}


@on_loop
async def test_a_stop_that_is_called_again_after_its_answer_tries_everybody_again(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        b = await with_contacts(both, tmp_path / "siren.txt")
        stop = await both.a.on_line("stops/", {})
        await both.settle()
        await b.on_line(f"stops/{stop['id'][:12]}/reply", {"answer": "continuing"})
        await until(lambda: journal(b, "alarm-ended"), why="the answer ends the first alarm")
        tried = len(journal(b, "attempt"))
        await both.a.on_line("stops/", {})
        await both.settle()
        await until(lambda: len(journal(b, "attempt")) == tried + 3, why="everybody, at once, again")


@on_loop
async def test_an_exercise_reaches_nobody_unless_armed(tmp_path: Path) -> None:
    heard = tmp_path / "siren.txt"
    async with pair(tmp_path) as both:
        b = await with_contacts(both, heard, armed=False)
        await both.a.on_line("stops/", {})
        await both.settle()
        await until(lambda: len(journal(b, "attempt-outcome")) == 3, why="the attempts are journalled")
        assert {one["outcome"] for one in journal(b, "attempt-outcome")} == {"not_armed"}
        assert not heard.exists()


@on_loop
async def test_what_climbs_goes_on_after_a_restart(tmp_path: Path) -> None:
    heard = tmp_path / "siren.txt"
    async with pair(tmp_path) as both:
        b = await with_contacts(both, heard)
        await both.a.on_line("stops/", {})
        await both.settle()
        await until(lambda: len(journal(b, "attempt-outcome")) == 3, why="the first round")
        b.driven_from_ms = START_MS + MINUTE_MS
        await b.stop()
        await b.start()
        await until(lambda: len(journal(b, "attempt")) == 6, why="the second round, a minute later")
        assert len(journal(b, "alarm")) == 1, "one situation, one alarm"
