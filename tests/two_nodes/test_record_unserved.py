"""`parley record verify` on the folder of a node that nobody serves."""

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from parley.cli import main
from parley.config.home import Home
from support import draft, on_loop, pair


def asks(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[int, dict[str, Any]]:
    words = ["parley", "record", "verify", "coalition", "--home", str(home.path), "--json"]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as end:
        main.run()
    assert isinstance(end.value.code, int)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return end.value.code, found


def test_a_record_verifies_where_nobody_serves_it_and_one_that_was_altered_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    homes: list[Home] = []

    @on_loop
    async def scenario() -> None:
        async with pair(tmp_path) as both:
            await both.a.release(draft())
            await both.settle()
            homes.append(both.a.home)

    scenario()
    (home,) = homes
    before = home.lines_db.read_bytes()
    status, report = asks(home, capsys, monkeypatch)
    assert (status, report["verified"], report["problem"]) == (0, True, "")
    assert home.lines_db.read_bytes() == before, "nothing is changed"
    with closing(sqlite3.connect(home.lines_db)) as connection, connection:
        connection.execute("UPDATE entry SET value = replace(value, '\"seq\":1', '\"seq\":2') WHERE idx = 3")
        connection.execute("UPDATE entry SET envelope = NULL WHERE idx = 2")
        connection.execute("UPDATE tree SET hash = zeroblob(32) WHERE leaf = 1")
    status, report = asks(home, capsys, monkeypatch)
    assert (status, report["verified"]) == (1, False)
