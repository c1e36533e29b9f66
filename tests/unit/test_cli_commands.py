"""The command line: exit statuses, errors for people and programs, and text that cannot harm a terminal."""

import json
import sys
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from parley.cli import main
from parley.cli.client import Node
from parley.cli.main import app
from parley.cli.output import plain
from parley.config.home import Home
from parley.config.settings import Settings, write_settings
from parley.words.errors import InputError, ParleyError, PeerError, SystemFault


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["parley", *words])
    with pytest.raises(SystemExit) as end:
        main.run()
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    home = Home(tmp_path)
    settings = Settings(name="EASTERN", desk_listen="127.0.0.1:9", high_water=str(tmp_path / "mark"))
    write_settings(home.settings, settings)
    home.token.write_text("secret")
    monkeypatch.setenv("PARLEY_HOME", str(tmp_path))
    return home


def node(home: Home) -> Node:
    return Node(home, duty=None, role="watch_officer", as_json=True)


def answers(monkeypatch: pytest.MonkeyPatch, response: httpx.Response | Exception) -> list[httpx.Request]:
    asked = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if isinstance(response, Exception):
            raise response
        return response

    def client(**_: object) -> httpx.Client:
        return real(transport=httpx.MockTransport(handle))

    real = httpx.Client
    monkeypatch.setattr(httpx, "Client", client)
    return asked


@pytest.mark.parametrize(
    ("status", "error", "exit_status"),
    [
        (400, InputError, 2),
        (403, InputError, 2),
        (404, InputError, 2),
        (409, InputError, 2),
        (422, PeerError, 1),
        (500, SystemFault, 3),
        (503, SystemFault, 3),
    ],
)
def test_what_the_api_refuses_has_its_exit_status(
    home: Home, monkeypatch: pytest.MonkeyPatch, status: int, error: type[ParleyError], exit_status: int
) -> None:
    problem = {"name": "some-name", "what": "what", "where": "where", "do": "do"}
    answers(monkeypatch, httpx.Response(status, json=problem))
    with pytest.raises(error) as refused:
        node(home).get(("status",), dict)
    assert (refused.value.name, refused.value.do, refused.value.exit_status) == (
        "some-name",
        "do",
        exit_status,
    )


def test_a_node_that_does_not_know_this_folders_token_is_another_node(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, httpx.Response(401, json={"name": "not-let-in", "what": "show the node's token"}))
    with pytest.raises(InputError) as refused:
        node(home).get(("status",), dict)
    assert refused.value.name == "another-node"
    assert "127.0.0.1:9" in refused.value.where
    assert "desk_listen" in refused.value.do


def test_a_wrong_value_is_refused_in_one_plain_line(
    home: Home,  # noqa: ARG001 - its folder is named by the environment
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(monkeypatch, "reply", "COALITION", "EASTERN-1", "agree") == 2
    assert "Value error" not in capsys.readouterr().err
    assert run(monkeypatch, "stop", "reply", "COALITION", "32f6315e", "--json") == 2
    said = json.loads(capsys.readouterr().out)["what"]
    assert (
        said
        == "Missing argument 'answer'. Choose from: stopping, stopped, continuing, not_ours, cannot_control"
    )


def test_what_is_wanted_at_once_stands_last_in_the_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch) == 2
    shown = capsys.readouterr()
    assert shown.err == ""
    last = shown.out.partition("At once")[2]
    assert all(f" {word} " in last for word in ("stop", "hazard", "call", "board", "take"))


def test_a_request_carries_who_is_on_duty_and_the_token(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answers(monkeypatch, httpx.Response(200, json={}))
    node(home).post(("lines", "A/B ü", "test"), {"text": "x"}, dict)
    (request,) = asked
    assert request.url.raw_path == b"/api/v1/lines/A%2FB%20%C3%BC/test"
    assert request.headers["authorization"] == "Bearer secret"
    assert json.loads(request.content) == {"role": "watch_officer", "duty": "EASTERN WATCH", "text": "x"}


def test_an_answer_that_is_lost_says_that_it_may_have_been_done(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, httpx.ReadTimeout("slow"))
    with pytest.raises(SystemFault) as lost:
        node(home).post(("x",), {}, dict)
    assert lost.value.name == "answer-lost"
    assert "may have been done" in lost.value.do


@pytest.mark.parametrize("content", [b"<html>", b"{}", b"\xff"])
def test_an_answer_that_cannot_be_read_is_a_fault(
    home: Home, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    answers(monkeypatch, httpx.Response(200, content=content))
    with pytest.raises(SystemFault) as fault:
        _ = node(home).now
    assert fault.value.name == "answer-unreadable"


def test_no_node_says_how_to_start_it(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "board", "--json") == 3
    said = json.loads(capsys.readouterr().out)
    assert said["error"] == "node-not-answering"
    assert f"parley serve --home {home.path}" in said["do"]
    home.token.unlink()
    assert run(monkeypatch, "stop", "call", "WEST") == 3
    assert "token" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ("bogus",),
        ("board", "--bogus"),
        ("reply", "L", "N", "perhaps"),
        ("notice", "send"),
        ("init", "eastern"),
        ("init", "E"),
        ("board", "--role", "king"),
        ("board", "--home", "/nowhere/at/all"),
        ("line", "accept", "/nowhere/at/all"),
        ("serve", "--passphrase-file", "/nowhere/at/all"),
    ],
)
def test_what_cannot_be_meant_is_bad_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Home, words: tuple[str, ...]
) -> None:
    del home
    assert run(monkeypatch, *words) == 2
    assert capsys.readouterr().err
    assert run(monkeypatch, *words, "--json") == 2
    assert json.loads(capsys.readouterr().out)["what"]


def test_an_uncaught_failure_has_status_3(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del home

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a [bold]bug[/]")

    monkeypatch.setattr(main, "app", fail)
    assert run(monkeypatch, "board") == 3
    assert "a [bold]bug[/]" in capsys.readouterr().err


def test_every_command_explains_itself() -> None:
    runner = CliRunner()
    for words in ([], ["line"], ["notice", "send"], ["stop", "call"], ["read-back"], ["picture", "import"]):
        result = runner.invoke(app, [*words, "--help"])
        assert result.exit_code == 0
        assert "Usage" in result.output


def test_completion_is_offered(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    assert run(monkeypatch, "--show-completion", "bash") == 0
    assert "_PARLEY_COMPLETE" in capsys.readouterr().out


def test_what_others_wrote_cannot_steer_the_terminal() -> None:
    assert plain("a\x1b[31mb\nc\u202ed\u2028e") == "a\ufffd[31mb\ufffdc\ufffdd\ufffde"
    assert plain("[bold]x[/]") == "\\[bold]x\\[/]"
    assert plain("مرحبا — привет") == "مرحبا — привет"
