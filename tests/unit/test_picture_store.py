"""The picture on disk: whole, encrypted, apart."""

import sqlite3
from pathlib import Path

import pytest
from msgspec.structs import replace

from parley.adapters.picture_store import SqlitePictureStore
from parley.picture.model import Layer, OwnItem, OwnKind, Picture
from parley.words.errors import InputError, SystemFault
from places import NOON_MS, circle, polygon

KEY = bytes(range(32))
POSTS = Layer(name="posts", compartment=None, loaded_ms=NOON_MS)
SEALED = Layer(name="night work", compartment="K", loaded_ms=NOON_MS)


def item(name: str, layer: str = "posts") -> OwnItem:
    return OwnItem(
        id=name.lower(),
        name=name,
        kind=OwnKind.POSITION,
        layer=layer,
        area=circle(33, 38, 0),
        as_of_ms=NOON_MS,
    )


@pytest.fixture
def store(tmp_path: Path) -> SqlitePictureStore:
    return SqlitePictureStore.create(tmp_path / "picture.db", KEY)


def test_what_goes_in_comes_out_and_each_change_counts(store: SqlitePictureStore) -> None:
    assert store.load() == Picture(layers=(), items=(), version=0)
    assert store.replace(POSTS, [item("OUTPOST-1"), item("OUTPOST-2")]) == 1
    assert store.replace(SEALED, [item("QUIET", "night work")]) == 2
    assert store.replace(POSTS, [item("OUTPOST-2")]) == 3
    picture = store.load()
    assert {i.name for i in picture.items} == {"OUTPOST-2", "QUIET"}
    assert {layer.name for layer in picture.layers} == {"posts", "night work"}
    assert store.remove("night work") == 4
    assert [i.name for i in store.load().items] == ["OUTPOST-2"]


def test_it_is_there_when_opened_again(store: SqlitePictureStore, tmp_path: Path) -> None:
    store.replace(POSTS, [item("OUTPOST-1")])
    assert SqlitePictureStore(tmp_path / "picture.db", KEY).load() == store.load()


def test_a_missing_file_is_refused_and_an_existing_one_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "picture.db"
    with pytest.raises(SystemFault, match="missing") as missing:
        SqlitePictureStore(path, KEY)
    assert missing.value.name == "picture-missing"
    assert not path.exists()
    SqlitePictureStore.create(path, KEY)
    with pytest.raises(InputError, match="already"):
        SqlitePictureStore.create(path, KEY)
    assert path.stat().st_mode & 0o077 == 0


def test_another_key_opens_nothing(store: SqlitePictureStore, tmp_path: Path) -> None:
    store.replace(POSTS, [item("OUTPOST-1")])
    with pytest.raises(SystemFault) as caught:
        SqlitePictureStore(tmp_path / "picture.db", bytes(32))
    assert caught.value.name == "picture-does-not-verify"
    with pytest.raises(InputError, match="32 bytes"):
        SqlitePictureStore(tmp_path / "picture.db", b"short")


def test_no_name_stands_in_the_file(store: SqlitePictureStore, tmp_path: Path) -> None:
    store.replace(SEALED, [item("QUIET-HARBOUR", "night work")])
    content = (tmp_path / "picture.db").read_bytes()
    assert b"QUIET" not in content
    assert b"night work" not in content


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM items WHERE place = 1",
        "DELETE FROM items",
        "UPDATE items SET sealed = zeroblob(60) WHERE place = 0",
        "UPDATE items SET sealed = (SELECT sealed FROM items WHERE place = 1) WHERE place = 0",
        "UPDATE items SET layer = 7",
        "INSERT INTO items VALUES (9, 0, x'00')",
        "DELETE FROM manifest",
    ],
)
def test_a_harmed_file_is_noticed(store: SqlitePictureStore, tmp_path: Path, harm: str) -> None:
    store.replace(POSTS, [item("OUTPOST-1"), item("OUTPOST-2")])
    database = sqlite3.connect(tmp_path / "picture.db")
    with database:
        database.execute(harm)
    database.close()
    with pytest.raises(SystemFault) as caught:
        store.load()
    assert caught.value.name == "picture-does-not-verify"


def test_a_refused_change_changes_nothing(store: SqlitePictureStore) -> None:
    store.replace(POSTS, [item("OUTPOST-1")])
    before = store.load()
    bad_area = OwnItem(
        id="x",
        name="X",
        kind=OwnKind.SITE,
        layer="posts",
        area=polygon((0, 0), (1, 0), (2, 0)),
        as_of_ms=NOON_MS,
    )
    for name, layer, items in (
        ("picture-item-in-wrong-layer", POSTS, [item("A", "other")]),
        ("picture-item-repeated", POSTS, [item("A"), item("A")]),
        ("picture-area-faulty", POSTS, [bad_area]),
    ):
        with pytest.raises(InputError) as caught:
            store.replace(layer, items)
        assert caught.value.name == name
    with pytest.raises(InputError, match="no such layer"):
        store.remove("other")
    assert store.load() == before


def test_a_sealed_layer_stays_sealed_and_its_cells(store: SqlitePictureStore) -> None:
    store.replace(SEALED, [item("QUIET-1", "night work")])
    before = store.load()
    for cell in (None, "M"):
        with pytest.raises(InputError) as caught:
            store.replace(replace(SEALED, compartment=cell), [item("QUIET-2", "night work")])
        assert (caught.value.name, caught.value.where) == ("picture-layer-sealed", "night work")
        assert "--cell" in caught.value.do
        assert str(SEALED.compartment) not in str(caught.value).split("night work")[0].split()
    assert store.load() == before
    store.replace(SEALED, [item("QUIET-2", "night work")])
    assert [one.name for one in store.load().items] == ["QUIET-2"]


def test_an_open_layer_may_be_sealed(store: SqlitePictureStore) -> None:
    store.replace(POSTS, [item("OUTPOST-1")])
    store.replace(replace(POSTS, compartment="K"), [item("OUTPOST-1")])
    assert [layer.compartment for layer in store.load().layers] == ["K"]


def test_an_id_that_a_sealed_layer_uses_tells_nothing_to_who_loads_another(store: SqlitePictureStore) -> None:
    store.replace(SEALED, [item("OUTPOST-1", "night work")])
    store.replace(POSTS, [item("OUTPOST-1")])
    assert len(store.load().items) == 2
