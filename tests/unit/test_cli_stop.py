"""`parley stop call` gets through whatever was typed, and says loudly when it did not; releases are never assumed."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer

from parley.cli import drafts, main, telling
from parley.cli.client import Node
from parley.config.home import Home, home_at
from parley.config.settings import Settings, write_settings

ID = "5" * 64
TOLD = "RING THEM NOW"


def line(name: str, number: str, *, joined: bool = True, waiting: int = 0) -> dict[str, Any]:
    deadlines = {"routine_ms": 1, "priority_ms": 1, "immediate_ms": 1, "flash_ms": 1}
    terms = {
        "protocol": 1, "line": number * 32, "purpose": "safety", "exercise": True, "area": None,
        "languages": ["en"], "evidence": "signed", "read_back_within": deadlines,
        "answer_within": deadlines, "stop_answer_ms": 60_000, "test_interval_ms": 1,
        "separation": {"horizontal_mm": 1, "vertical_mm": 1, "time_ms": 1},
    }  # fmt: skip
    view = {
        "id": number * 32, "name": name, "own_name": "EASTERN", "peer_name": name, "exercise": True,
        "joined": joined, "verified": False, "confirmed_by": None, "peer_confirmed_by": None,
        "safety_number": None, "terms": terms,
        "entries": 1, "root": "0" * 64, "waiting": waiting, "gap": "none",
    }  # fmt: skip
    return {"line": view, "observed": {}}


class Api:
    """A node that is played: what it was asked, and lines that it knows."""

    def __init__(self, *lines: dict[str, Any]) -> None:
        self.lines = lines
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/v1/lines")
        if request.method == "POST":
            return self._call(path, json.loads(request.content))
        if path == "/":
            return httpx.Response(200, json=list(self.lines))
        found = [one for one in self.lines if path[1:] in {one["line"]["name"], one["line"]["id"]}]
        return httpx.Response(200, json=found[0]) if found else unknown("line-unknown")

    def _call(self, path: str, body: dict[str, Any]) -> httpx.Response:
        named = path.split("/")[1]
        if not any(named in {one["line"]["name"], one["line"]["id"]} for one in self.lines):
            return unknown("line-unknown")
        if body.get("notice") == "NOBODY-9":
            return unknown("notice-unknown")
        self.calls.append((named, body))
        return httpx.Response(201, json={"id": ID})


def unknown(name: str) -> httpx.Response:
    return httpx.Response(404, json={"name": name, "what": "no such thing"})


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    home = Home(tmp_path / "node")
    home.path.mkdir()
    settings = Settings(name="EASTERN", desk_listen="127.0.0.1:9", high_water=str(tmp_path / "mark"))
    write_settings(home.settings, settings)
    home.token.write_text("secret")
    monkeypatch.setenv("PARLEY_HOME", str(home.path))
    monkeypatch.setattr(telling, "SETTLE_S", 0.0)
    return home


Say = Callable[..., tuple[int, str]]


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Home) -> Say:
    del home
    real = httpx.Client

    def run(api: Callable[[httpx.Request], httpx.Response] | None, *words: str) -> tuple[int, str]:
        if api is not None:
            monkeypatch.setattr(httpx, "Client", lambda **_: real(transport=httpx.MockTransport(api)))
        monkeypatch.setattr(sys, "argv", ["parley", *words])
        with pytest.raises(SystemExit) as end:
            main.run()
        said = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return end.value.code, said.err + said.out

    return run


def test_a_stop_that_was_not_called_says_so_first(says: Say, home: Home) -> None:
    status, said = says(None, "stop", "call", "WEST")
    assert status == 3
    assert said.startswith("THE STOP WAS NOT CALLED. RING THEM NOW. The node does not answer")
    assert f"parley serve --home {home.path}" in said
    status, said = says(None, "stop", "call", "WEST", "--json")
    assert status == 3
    assert json.loads(said)["what"].startswith("THE STOP WAS NOT CALLED. RING THEM NOW.")
    status, said = says(None, "stop", "call", "WEST", "--bogus")
    assert status == 2
    assert said.startswith("THE STOP WAS NOT CALLED. RING THEM NOW.")


def test_an_answer_that_is_lost_leaves_it_open_whether_it_was_called(says: Say) -> None:
    def lost(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    status, said = says(lost, "stop", "call", "WEST")
    assert status == 3
    assert said.startswith("IT IS NOT KNOWN WHETHER THE STOP WAS CALLED. RING THEM NOW, AND CALL IT AGAIN.")


@pytest.mark.parametrize("role", ["king", "Watch_Officer", "node", "RELEASER"])
def test_no_role_holds_up_a_stop(says: Say, monkeypatch: pytest.MonkeyPatch, role: str) -> None:
    api = Api(line("WEST", "a"))
    monkeypatch.setenv("PARLEY_ROLE", role)
    status, said = says(api, "stop", "call", "WEST")
    assert status == 0
    expected = "releaser" if role == "RELEASER" else "watch_officer"
    assert api.calls[0][1]["role"] == expected
    assert ("is not known: called as watch_officer" in said) == (role in {"king", "node"})


@pytest.mark.parametrize("duty", ["x" * 121, "EAST\x1bWATCH", "", "bad \udcff byte"])
def test_no_duty_holds_up_a_stop(says: Say, duty: str) -> None:
    api = Api(line("WEST", "a"))
    status, said = says(api, "stop", "call", "WEST", "--duty", duty)
    assert status == 0
    assert api.calls[0][1]["duty"] == "EASTERN WATCH"
    assert "under the default one" in said


def test_words_after_the_line_are_the_notice_and_text(says: Say) -> None:
    api = Api(line("WEST", "a"))
    assert says(api, "stop", "call", "WEST", "WEST-12", "people", "\x1bthere")[0] == 0
    assert says(api, "stop", "call", "WEST", "NOBODY-9")[0] == 0
    (_, first), (_, second) = api.calls
    assert (first["notice"], first["text"]) == ("WEST-12", "people \ufffdthere")
    assert second.get("notice") is None
    assert second["text"] == "NOBODY-9"


def test_the_only_joined_line_need_not_be_named(says: Say) -> None:
    api = Api(line("WEST", "a"), line("NORTH", "b", joined=False))
    status, said = says(api, "stop", "call")
    assert status == 0
    assert api.calls[0][0] == "a" * 32
    assert says(Api(line("NORTH", "b", joined=False)), "stop", "call")[0] == 0
    assert "called on the only one that is open" in said


@pytest.mark.parametrize("words", [(), ("WST",), ("WST", "WEST-12")])
def test_lines_are_listed_with_the_exact_command(says: Say, words: tuple[str, ...]) -> None:
    api = Api(line("WEST", "a"), line("NORTH", "b"))
    status, said = says(api, "stop", "call", *words)
    assert status == 2
    assert TOLD in said
    rest = " WEST-12" if len(words) == 2 else ""
    assert f"  parley stop call WEST{rest}\n" in said
    assert f"  parley stop call NORTH{rest}\n" in said
    assert not api.calls


@pytest.mark.parametrize(
    ("waiting", "sentence"), [(1, "WAITS: their node has not"), (0, "their node has it")]
)
def test_what_was_done_says_whether_their_node_has_it(says: Say, waiting: int, sentence: str) -> None:
    api = Api(line("WEST", "a", waiting=waiting))
    for words in (("call", "WEST"), ("release", "WEST", ID), ("reply", "WEST", ID, "stopping")):
        status, said = says(api, "stop", *words)
        assert status == 0
        assert sentence in said
        assert "EXERCISE" in said
        assert "Line WEST" in said


@pytest.mark.parametrize(
    "words", [("send", "WEST"), ("amend", "WEST", "EASTERN-2"), ("release", "WEST", "0" * 8)]
)
def test_nothing_is_released_without_a_terminal_or_yes(says: Say, words: tuple[str, ...]) -> None:
    for more in ((), ("--json",)):
        status, said = says(Api(line("WEST", "a")), "notice", *words, *more)
        assert status == 2
        assert "give --yes to release without a terminal" in said


@pytest.mark.parametrize("typed", ["\n", "n\n", ""])
def test_enter_alone_never_releases(home: Home, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr(drafts, "may_ask", lambda _: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    node = Node(home, duty=None, role="watch_officer", as_json=False)
    with pytest.raises(typer.Abort):
        drafts.ask_to_release(node, yes=False)


def test_an_empty_home_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_HOME", "")
    assert home_at(None).path == Path("~/.parley").expanduser()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("--endpoint", "http://line.example:7443"), "endpoint-unfit"),
        (("--endpoint", "https://line.example:7443/path"), "endpoint-unfit"),
        (("--endpoint", "line.example:7443"), "endpoint-unfit"),
        (("--endpoint", "https://a@line.example"), "endpoint-unfit"),
        (("--endpoint", "https://line.example:99999"), "endpoint-unfit"),
        (("--desk-listen", "0.0.0.0:7080"), "desk-not-loopback"),
        (("--desk-listen", "localhost"), "address-invalid"),
        (("--high-water", "."), "high-water-unfit"),
    ],
)
def test_init_refuses_before_it_makes_anything(
    says: Say, tmp_path: Path, words: tuple[str, ...], name: str
) -> None:
    new = tmp_path / "new"
    status, said = says(None, "init", "EASTERN", "--home", str(new), *words, "--json")
    assert (status, json.loads(said)["error"]) == (2, name)
    assert not new.exists()


def test_init_removes_what_it_made_when_a_step_fails(says: Say, tmp_path: Path) -> None:
    new = tmp_path / "new"
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    status, _ = says(None, "init", "EASTERN", "--home", str(new), "--high-water", str(in_the_way / "mark"))
    assert status == 3
    assert not new.exists()
    assert in_the_way.exists()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("--language", "english"), "language-unfit"),
        (("--language", "EN"), "language-unfit"),
        (("--purpose", ""), "purpose-unfit"),
        (("--purpose", "two\nlines"), "purpose-unfit"),
    ],
)
def test_terms_that_no_line_can_have_are_refused(says: Say, words: tuple[str, ...], name: str) -> None:
    status, said = says(Api(), "line", "propose", *words, "--json")
    assert (status, json.loads(said)["error"]) == (2, name)
    assert json.loads(said)["do"]


@pytest.mark.parametrize(("digits", "said"), [("1" * 57, "3 are missing"), ("1" * 61, "1 too many")])
def test_a_slip_in_the_safety_number_says_how_many_digits(says: Say, digits: str, said: str) -> None:
    status, told = says(Api(line("WEST", "a")), "line", "confirm", "WEST", digits)
    assert status == 2
    assert said in told
