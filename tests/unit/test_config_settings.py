from pathlib import Path

import pytest

from parley.config.home import Home
from parley.config.settings import Settings, read_settings, write_settings
from parley.words.errors import InputError


def made(folder: Path, **changed: object) -> Home:
    home = Home(folder)
    settings = Settings(name="EASTERN", high_water=str(folder / "mark"))
    write_settings(home.settings, settings)
    text = home.settings.read_text()
    for name, value in changed.items():
        lines = [f"{name} = {value}" if line.startswith(f"{name} =") else line for line in text.splitlines()]
        text = "\n".join(lines)
    home.settings.write_text(text)
    return home


def test_what_is_written_is_read_back_and_every_setting_is_explained(tmp_path: Path) -> None:
    home = made(tmp_path)
    assert read_settings(home) == Settings(name="EASTERN", high_water=str(tmp_path / "mark"))
    lines = home.settings.read_text().splitlines()
    for name in Settings.__struct_fields__:
        at = next(
            number for number, line in enumerate(lines) if line.startswith((f"{name} =", f"#   [[{name}]]"))
        )
        assert lines[at - 1].startswith("# "), name
        assert f"{name}:" in (Settings.__doc__ or ""), name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("desk_listen", '"0.0.0.0:7080"'),
        ("desk_listen", '"localhost:7080"'),
        ("peer_listen", '"127.0.0.1:99999"'),
        ("beat_s", "0.1"),
        ("name", '"eastern"'),
        ("two_person", '"yes"'),
        ("high_water", "7"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_its_file(tmp_path: Path, name: str, value: str) -> None:
    home = made(tmp_path, **{name: value})
    with pytest.raises(InputError) as refused:
        read_settings(home)
    assert (refused.value.name, refused.value.where) == ("settings-invalid", str(home.settings))


def test_a_missing_home_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_settings(Home(tmp_path / "nowhere"))
    assert refused.value.name == "home-missing"
    assert "parley init" in refused.value.do
