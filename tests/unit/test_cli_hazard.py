"""`parley hazard` gets through whatever was typed beside it, and is never told by a slip of the hand."""

import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from typer.testing import CliRunner

from parley.cli import hazards, main
from parley.cli.client import NodeNow
from parley.config.home import Home
from parley.config.settings import Settings, write_settings

NOW = NodeNow(name="COALITION", party="0" * 64, version="0", now_ms=0, driven_clock=True)


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    home = Home(tmp_path / "node")
    home.path.mkdir()
    settings = Settings(name="EASTERN", desk_listen="127.0.0.1:9", high_water=str(tmp_path / "mark"))
    write_settings(home.settings, settings)
    home.token.write_text("secret")
    monkeypatch.setenv("PARLEY_HOME", str(home.path))
    seen: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/status"):
            return httpx.Response(200, content=msgspec.json.encode(NOW))
        body = json.loads(request.content)
        seen.append(body)
        if body.get("text") == "refuse" and "area" in body:
            return httpx.Response(400, json={"name": "request-invalid", "what": "no"})
        return httpx.Response(201, json={"id": "5" * 64})

    client = httpx.Client
    monkeypatch.setattr(
        httpx,
        "Client",
        lambda **given: client(transport=httpx.MockTransport(answer), timeout=given["timeout"]),
    )
    monkeypatch.setattr(hazards, "say_done", lambda *_: None)
    return seen


def run(*words: str) -> Any:  # noqa: ANN401 - Typer's own result
    return CliRunner().invoke(main.app, ["hazard", "WESTERN", *words])


@pytest.mark.parametrize(
    ("words", "area", "text"),
    [
        (("--at", "33 30 N 38 37 E", "--radius-m", "20000"), 20_000_000, None),
        (("--at", "33 30 N 38 37 E"), 10_000_000, None),
        (("--at", "33 30 N 38 37 E", "--radius-m", "wide"), 10_000_000, "33 30 N 38 37 E wide"),
        (("--at", "nowhere known at all"), None, "nowhere known at all"),
        (("--floor", "knee", "--since", "yesterdayish"), None, "knee to ? yesterdayish"),
        (("--at", "33 30 N 38 37 E", "--text", "refuse"), None, "refuse"),
        (("--role", "admiral", "--duty", "\x1b"), None, None),
        ((), None, None),
    ],
)
def test_a_hazard_goes_out_with_what_could_be_read(
    asked: list[dict[str, Any]], words: tuple[str, ...], area: int | None, text: str | None
) -> None:
    done = run("--yes", *words)
    assert done.exit_code == 0, (done.output, done.exception)
    sent = asked[-1]
    assert (sent.get("area") or {}).get("radius_mm") == area
    assert sent["text"] == text


def test_a_hazard_is_not_told_without_a_yes(asked: list[dict[str, Any]]) -> None:
    assert run("--at", "33 30 N 38 37 E").exit_code != 0
    assert asked == []
