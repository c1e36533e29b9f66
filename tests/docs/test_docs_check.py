"""docs/check.md: its picture, its numbers and the names it lists are what the command gives."""

import json
import re
import sys
from pathlib import Path

import pytest

from parley.cli import main
from parley.formats import geojson, rings
from parley.formats.geometry import PARTS_MAX

DOCS = Path(__file__).resolve().parents[2] / "docs"
FILES = (str(DOCS / "examples" / "notices.geojson"), "--against", str(DOCS / "examples" / "sites.geojson"))
PAGE = (DOCS / "check.md").read_text("utf-8")


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["parley", "check", *FILES, "--separation-m", "1500", *words])
    with pytest.raises(SystemExit) as end:
        main.run()
    assert isinstance(end.value.code, int)
    return end.value.code


def test_the_picture_is_what_the_command_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = tmp_path / "check.svg"
    assert run(monkeypatch, "--exercise", "--shareable", "--picture", str(drawn)) == 1
    assert drawn.read_text("utf-8") == (DOCS / "check.svg").read_text("utf-8"), "run `make check-picture`"


def test_the_example_finding_is_one_that_the_command_gives(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "--json")
    answer = json.loads(capsys.readouterr().out)
    shown = json.loads(re.sub("…", "", PAGE.split("```json\n")[1].split("```")[0]))
    (wanted,) = shown.pop("findings")
    assert shown == {name: answer[name] for name in shown}
    found = next(each for each in answer["findings"] if each["other"] == wanted["other"])
    assert wanted.keys() == found.keys()
    assert round(found["horizontal_m"], 1) == wanted["horizontal_m"]
    assert [[round(value, 4) for value in point] for point in found["closest"]] == wanted["closest"]
    assert found["why"].startswith(wanted["why"].strip())


def test_the_names_on_the_page_are_names_of_refusals() -> None:
    source = "".join(
        path.read_text("utf-8")
        for room in ("formats", "geo")
        for path in (DOCS.parent / "src" / "parley" / room).glob("*.py")
    )
    table = PAGE.split("| name | why it is not guessed |")[1].split("Bounds:")[0]
    cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("|")]
    names = re.findall(r"`([a-z0-9]+(?:-[a-z0-9]+)+)`", " ".join(cells))
    assert len(names) > 15
    assert [name for name in names if f'"{name}"' not in source] == []


def test_the_bounds_on_the_page_are_those_of_the_code() -> None:
    bounds = PAGE.split("Bounds: ")[1]
    for number in (geojson.FEATURES_MAX, geojson.VERTICES_MAX, rings.VERTICES_MAX, PARTS_MAX):
        assert f"{number:,} " in bounds
