"""`parley picture import` into a served node: what is refused, shown, asked and changed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from parley.cli import main
from parley.cli.client import Node
from parley.config.home import home_at
from parley.exercises.free_port import free_port
from parley.words.errors import InputError

PARLEY = Path(sys.executable).with_name("parley")
HEAD = "id,name,kind,lat,lon,radius_m,as_of\n"
AGE = "0,2026-11-01T00:00Z\n"
WELLS = [f"w{n},Well {n},site,33.{n}5,38.5,{AGE}" for n in range(1, 7)]


class Desk:
    """One served node, and the command line at its desk."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:  # noqa: ANN401 - pytest's
        self.folder = folder
        self._monkeypatch, self._capsys = monkeypatch, capsys
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setenv("PARLEY_HOME", str(folder / "home"))
        monkeypatch.chdir(folder)
        ports = [f"127.0.0.1:{free_port()}" for _ in range(2)]
        self.says("init", "EASTERN", "--peer-listen", ports[0], "--desk-listen", ports[1])
        self.process = subprocess.Popen(
            [PARLEY, "serve", "--json", "--home", folder / "home"], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "{\n"

    def says(self, *words: str, expect: int = 0) -> str:
        self._monkeypatch.setattr(sys, "argv", ["parley", *words])
        with pytest.raises(SystemExit) as end:
            main.run()
        said = self._capsys.readouterr()
        assert end.value.code == expect, f"parley {' '.join(words)}: {end.value.code}\n{said.out}{said.err}"
        return str(said.out + said.err)

    def imports(self, rows: str, *words: str, expect: int = 0) -> str:
        (self.folder / "rows.csv").write_text(HEAD + rows, "utf-8")
        return self.says("picture", "import", "rows.csv", *words, expect=expect)

    def asks(self, rows: str, *words: str, expect: int = 0) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.imports(rows, *words, "--json", expect=expect))

    def items(self) -> int:
        found = json.loads(self.says("picture", "list", "--json"))
        return sum(layer["items"] or 0 for layer in found["layers"])

    def close(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=20)


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    served = Desk(tmp_path, monkeypatch, capsys)
    try:
        yield served
    finally:
        served.close()


def test_a_refused_row_stops_the_import_and_all_of_it_is_told(desk: Desk) -> None:
    bad = f"x,X,site,nan,38.5,{AGE}"
    found = desk.asks("".join(WELLS) + bad, "--layer", "wells", expect=2)
    assert found["error"] == "picture-rows-refused"
    assert found["imported"] is False
    (refusal,) = found["report"]["refused"]
    assert (refusal["row"], refusal["column"], refusal["value"]) == (8, "lat", "nan")
    assert refusal["rule"] == "coordinate-not-a-number"
    said = desk.imports("".join(WELLS) + bad, "--layer", "wells", expect=2)
    assert 'row 8, lat "nan": the lat is no number' in said
    assert "1 of 7 rows are refused, and nothing is imported" in said
    assert desk.items() == 0


def test_a_dry_run_shows_the_difference_and_changes_nothing(desk: Desk) -> None:
    desk.imports("".join(WELLS), "--layer", "wells")
    moved = f"w1,Well 1,site,33.1501,38.5,{AGE}"
    renamed = f"w2,Spring 2,site,33.25,38.5,{AGE}"
    newer = "w3,Well 3,site,33.35,38.5,0,2026-11-02T00:00Z\n"
    rows = "".join([moved, renamed, newer, *WELLS[3:5], f"new,New,site,33.9,38.5,{AGE}"])
    found = desk.asks(rows, "--layer", "wells", "--dry-run")
    difference = found["difference"]
    assert difference["counts"] == {
        "held": 6, "loaded": 6, "added": 1, "removed": 1, "moved": 1, "changed": 1,
        "unchanged": 2, "refreshed": 1, "kept": 0,
    }  # fmt: skip
    assert difference["moved"][0]["id"] == "w1"
    assert 11.0 < difference["moved"][0]["moved_m"] < 11.2
    assert difference["changed"] == [{"id": "w2", "name": "Spring 2", "fields": ["name"]}]
    assert difference["removed"] == [{"id": "w6", "name": "Well 6"}]
    assert difference["large"] is False
    said = desk.imports(rows, "--layer", "wells", "--dry-run")
    assert "→ w1  Well 1  by 11.1 m" in said
    assert "Nothing was changed: this was a dry run." in said
    assert (
        desk.asks("".join(WELLS), "--layer", "wells", "--dry-run")["difference"]["counts"]["unchanged"] == 6
    )


def test_a_large_change_needs_a_yes_without_a_terminal(desk: Desk) -> None:
    desk.imports("".join(WELLS), "--layer", "wells")
    found = desk.asks("".join(WELLS[:4]), "--layer", "wells", expect=2)
    assert found["error"] == "yes-missing"
    assert found["difference"]["large"] is True
    assert desk.items() == 6
    assert desk.asks("".join(WELLS[:4]), "--layer", "wells", "--dry-run", expect=1)["imported"] is False
    assert desk.asks("".join(WELLS[:4]), "--layer", "wells", "--yes")["imported"] is True
    assert desk.items() == 4


def test_rows_in_doubt_need_a_yes_too(desk: Desk) -> None:
    zero = f"z,Z,site,0,0,{AGE}"
    assert desk.asks("".join(WELLS) + zero, "--layer", "wells", expect=2)["error"] == "yes-missing"
    assert desk.asks("".join(WELLS) + zero, "--layer", "wells", "--yes")["items"] == 7


def test_a_partial_import_keeps_what_the_layer_holds_under_the_refused_ids(desk: Desk) -> None:
    desk.imports("".join(WELLS), "--layer", "wells")
    broken = [*WELLS[1:], f"w1,Well 1,site,333.15,38.5,{AGE}"]
    found = desk.asks("".join(broken), "--layer", "wells", "--accept-partial")
    assert found["imported"] is True
    assert found["difference"]["kept"] == [{"id": "w1", "name": "Well 1"}]
    assert found["difference"]["counts"]["removed"] == 0
    assert desk.items() == 6


def test_a_sealed_layer_is_not_unsealed_and_nothing_of_it_is_told(desk: Desk) -> None:
    desk.imports("".join(WELLS), "--layer", "quiet", "--cell", "K")
    for words in ((), ("--cell", "L"), ("--dry-run",)):
        refused = json.loads(desk.imports(WELLS[0], "--layer", "quiet", *words, "--json", expect=2))
        assert refused["error"] == "picture-layer-sealed"
        assert "--cell" in refused["do"]
    found = desk.asks(WELLS[0], "--layer", "quiet", "--cell", "K", "--dry-run", expect=1)
    assert found["difference"]["counts"] is None
    assert "Well" not in json.dumps(found["difference"])
    assert desk.asks(WELLS[0], "--layer", "quiet", "--cell", "K", expect=2)["error"] == "yes-missing"
    assert "sealed layer: call cell K" in desk.says("picture", "list")


def test_other_columns_are_named_by_hand_and_a_wrong_file_are_named(desk: Desk) -> None:
    (desk.folder / "sites.csv").write_text("Site No.;Title;lat;lon\n7;Well;33,125;38,5\n", "utf-8")
    words = ("--layer", "a", "--column", "id=site no.", "--kind", "site", "--json")
    found = json.loads(desk.says("picture", "import", "sites.csv", *words))
    assert found["report"]["repaired"][0]["rule"] == "decimal-comma"
    assert found["report"]["read_as"] == ["encoding utf-8", "delimiter semicolon"]
    for typed, name in (
        (("no.csv",), "file-unreadable"),
        (("sites.csv", "--column", "id"), "column-unreadable"),
        (("sites.csv", "--kind", "tank"), "kind-unknown"),
        (("sites.csv",), "columns-missing"),
    ):
        said = desk.says("picture", "import", *typed, "--layer", "a", "--json", expect=2)
        assert json.loads(said)["error"] == name


def test_an_import_that_was_overtaken_is_refused(desk: Desk) -> None:
    node = Node(home_at(None), duty=None, role="watch_officer", as_json=True)
    layer = {"name": "wells", "compartment": None, "loaded_ms": 1}
    number = node.post(("picture", "imports"), {"layer": layer}, dict[str, Any])["number"]
    with pytest.raises(InputError) as early:
        node.post(("picture", "imports", number, "apply"), {"version": 0}, dict[str, Any])
    assert early.value.name == "import-not-compared"
    assert node.get(("picture", "imports", number, "difference"), dict[str, Any])["version"] == 0
    desk.imports("".join(WELLS), "--layer", "others")
    with pytest.raises(InputError) as late:
        node.post(("picture", "imports", number, "apply"), {"version": 0}, dict[str, Any])
    assert late.value.name == "picture-changed"
    for _ in range(2):
        node.post(("picture", "imports"), {"layer": layer}, dict[str, Any])
    with pytest.raises(InputError) as gone:
        node.get(("picture", "imports", number, "difference"), dict[str, Any])
    assert gone.value.name == "import-unknown"
