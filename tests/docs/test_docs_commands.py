"""docs/commands.md cannot drift: it is what the commands say of themselves."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOW_TO = ROOT / "docs" / "how-to-open-a-line.md"


@pytest.fixture
def draw_commands(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    monkeypatch.delitem(sys.modules, "draw_commands", raising=False)
    import draw_commands as script  # noqa: PLC0415 - scripts are no package

    return script


def test_the_page_is_what_the_commands_say(draw_commands: ModuleType) -> None:
    page = draw_commands.PAGE.read_text("utf-8")
    assert draw_commands.page() == page, "run `python scripts/draw_commands.py`"


def test_every_command_and_option_is_on_the_page(draw_commands: ModuleType) -> None:
    page = draw_commands.PAGE.read_text("utf-8")
    seen = 0
    for path, function in draw_commands.commands():
        section = page.split(f"\n## {path}\n")[1].split("\n## ")[0]
        for name, meaning, _ in draw_commands.options(function):
            seen += 1
            assert meaning, f"{path} {name} has no help"
            assert f"`{name}`" in (page if name in draw_commands.SHARED else section), f"{path} {name}"
    assert seen > 150


def test_every_command_that_a_page_names_exists(draw_commands: ModuleType) -> None:
    known = {path for path, _ in draw_commands.commands()}
    for line in HOW_TO.read_text("utf-8").splitlines():
        said = line.strip().removeprefix("$ ")
        if said.startswith("parley "):
            assert any(said == path or said.startswith(f"{path} ") for path in known), said
