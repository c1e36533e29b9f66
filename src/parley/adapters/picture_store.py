"""The picture on disk: one SQLite file of its own, every row encrypted.

A row is a nonce of 12 random bytes and the ChaCha20-Poly1305 sealing (RFC 8439) of a MessagePack
value. What a row is sealed with says where it belongs, so no row can stand for another:

* the manifest ("manifest"): the version, and for each layer its number, its value, the version that
  last replaced it, and how many items it has. Names of layers stand nowhere else.
* an item ("item", layer number, that version, position): an `OwnItem`.

`load` opens every row, so a lost, altered, swapped or older row is noticed. Putting back the whole file
as it was earlier is not: the version in the journal shows that.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from msgspec import MsgspecError, Struct, msgpack

from parley.picture.model import Layer, OwnItem, Picture
from parley.picture.validity import item_fault
from parley.words.errors import InputError, SystemFault

_T = TypeVar("_T")

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_APPLICATION_ID: Final = 0x5041524C  # "PARL"
_SCHEMA: Final = """
CREATE TABLE manifest (id INTEGER PRIMARY KEY CHECK (id = 0), sealed BLOB NOT NULL);
CREATE TABLE items (
    layer INTEGER NOT NULL, place INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (layer, place)
) WITHOUT ROWID;
"""


class _Held(Struct, frozen=True, forbid_unknown_fields=True):
    """One layer in the manifest."""

    number: int
    since: int
    count: int
    layer: Layer


class _Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    next_number: int
    layers: tuple[_Held, ...]


class SqlitePictureStore:
    """A `PictureStore` (see the port for what it guarantees).

    Args:
        path: the file; it must exist.
        key: 32 bytes.

    Raises:
        SystemFault: `picture-missing`, `picture-does-not-verify`, `picture-failed`.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        if not path.is_file():
            what = "The picture's file is missing, and an empty one would hide that"
            do = "Restore it, or create a new picture on purpose."
            raise SystemFault("picture-missing", what, where=str(path), do=do)
        self._path = path
        self._cipher = _cipher(key)
        with _database(self._path) as database:
            self._manifest(database)

    @classmethod
    def create(cls, path: Path, key: bytes) -> "SqlitePictureStore":
        """Make a new, empty picture.

        Raises:
            InputError: `picture-exists`.
            SystemFault: `picture-failed`.
        """
        cipher = _cipher(key)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError as error:
            do = "Open it, or choose another path."
            raise InputError(
                "picture-exists", "There is a picture already", where=str(path), do=do
            ) from error
        except OSError as error:
            raise _failed(path, error) from error
        with _database(path) as database:
            database.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            database.executescript(_SCHEMA)
            _put_manifest(database, cipher, _Manifest(0, 0, ()))
        return cls(path, key)

    def load(self) -> Picture:
        """Return everything."""
        with _database(self._path) as database:
            manifest = self._manifest(database)
            items = self._items(database, manifest)
        layers = tuple(held.layer for held in manifest.layers)
        return Picture(layers=layers, items=tuple(items), version=manifest.version)

    def replace(self, layer: Layer, items: Sequence[OwnItem], *, since: int | None = None) -> int:
        """Put a layer and its items in place of the layer of that name; return the new version."""
        _refuse_faults(layer, items)
        with _database(self._path) as database:
            manifest = self._manifest(database)
            _refuse_unsealing(layer, manifest)
            if since is not None and since != manifest.version:
                what = f"The picture is at version {manifest.version}, and the change was made for {since}"
                do = "Look at what would change now, and do it again."
                raise InputError("picture-changed", what, where=layer.name, do=do)
            version = manifest.version + 1
            kept = tuple(held for held in manifest.layers if held.layer.name != layer.name)
            for held in manifest.layers:
                if held.layer.name == layer.name:
                    database.execute("DELETE FROM items WHERE layer = ?", (held.number,))
            held = _Held(manifest.next_number, version, len(items), layer)
            database.executemany(
                "INSERT INTO items VALUES (?, ?, ?)",
                (
                    (held.number, place, _seal(self._cipher, msgpack.encode(item), _item_place(held, place)))
                    for place, item in enumerate(items)
                ),
            )
            _put_manifest(database, self._cipher, _Manifest(version, held.number + 1, (*kept, held)))
        return version

    def remove(self, name: str) -> int:
        """Forget a layer and its items; return the new version."""
        with _database(self._path) as database:
            manifest = self._manifest(database)
            kept = tuple(held for held in manifest.layers if held.layer.name != name)
            if len(kept) == len(manifest.layers):
                do = "List the layers to see their names."
                raise InputError("picture-layer-unknown", "There is no such layer", where=name, do=do)
            for held in manifest.layers:
                if held.layer.name == name:
                    database.execute("DELETE FROM items WHERE layer = ?", (held.number,))
            version = manifest.version + 1
            _put_manifest(database, self._cipher, _Manifest(version, manifest.next_number, kept))
        return version

    def _manifest(self, database: sqlite3.Connection) -> _Manifest:
        row = database.execute("SELECT sealed FROM manifest WHERE id = 0").fetchone()
        if row is None:
            raise _unverified(self._path)
        return _decoded(self._open(row[0], b"manifest"), _Manifest, self._path)

    def _items(self, database: sqlite3.Connection, manifest: _Manifest) -> list[OwnItem]:
        items: list[OwnItem] = []
        (stored,) = database.execute("SELECT count(*) FROM items").fetchone()
        if stored != sum(held.count for held in manifest.layers):
            raise _unverified(self._path)
        for held in manifest.layers:
            select = "SELECT place, sealed FROM items WHERE layer = ? ORDER BY place"
            for place, sealed in database.execute(select, (held.number,)):
                items.append(_decoded(self._open(sealed, _item_place(held, place)), OwnItem, self._path))
        if len(items) != stored:
            raise _unverified(self._path)
        return items

    def _open(self, sealed: bytes, place: bytes) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place)
        except (InvalidTag, TypeError, ValueError) as error:
            raise _unverified(self._path) from error


@contextmanager
def _database(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction: committed at the end, rolled back if anything is raised. Deleted rows are wiped."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as database:
            database.execute("PRAGMA synchronous = FULL")
            database.execute("PRAGMA secure_delete = ON")
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.rollback()
                raise
            database.commit()
    except sqlite3.Error as error:
        raise _failed(path, error) from error


def _cipher(key: bytes) -> ChaCha20Poly1305:
    if len(key) != KEY_BYTES:
        raise InputError(
            "picture-key-length", f"The picture's key is not {KEY_BYTES} bytes long", do="Check its file."
        )
    return ChaCha20Poly1305(key)


def _seal(cipher: ChaCha20Poly1305, plain: bytes, place: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, place)


def _item_place(held: _Held, place: int) -> bytes:
    return f"item {held.number} {held.since} {place}".encode()


def _put_manifest(database: sqlite3.Connection, cipher: ChaCha20Poly1305, manifest: _Manifest) -> None:
    sealed = _seal(cipher, msgpack.encode(manifest), b"manifest")
    database.execute("INSERT OR REPLACE INTO manifest VALUES (0, ?)", (sealed,))


def _decoded(plain: bytes, kind: type[_T], path: Path) -> _T:
    try:
        return msgpack.decode(plain, type=kind)
    except MsgspecError as error:
        raise _unverified(path) from error


def _refuse_faults(layer: Layer, items: Sequence[OwnItem]) -> None:
    if len({item.id for item in items}) < len(items):
        raise InputError(
            "picture-item-repeated", "Two items have the same id", where=layer.name, do="Rename one."
        )
    for item in items:
        if item.layer != layer.name:
            what = f"The item {item.id} names another layer"
            raise InputError(
                "picture-item-in-wrong-layer", what, where=item.layer, do="Load it with its layer."
            )
        fault = item_fault(item)
        if fault is not None:
            what = f"The item {item.id} cannot be compared: {fault.detail}"
            raise InputError("picture-area-faulty", what, where=fault.rule, do="Correct it.")


def _refuse_unsealing(layer: Layer, manifest: _Manifest) -> None:
    """A sealed layer stays sealed, and its cell's, whoever loads it next."""
    for held in manifest.layers:
        sealed = held.layer.compartment
        if held.layer.name == layer.name and sealed is not None and layer.compartment != sealed:
            raise InputError(
                "picture-layer-sealed",
                "The layer of this name is sealed, and it was not loaded as its cell's",
                where=layer.name,
                do="Name its cell with --cell, or load an open layer under another name.",
            )


def _unverified(path: Path) -> SystemFault:
    what = "The picture cannot be opened with this key, or was altered"
    do = "Restore it from a copy, or load its layers again into a new one."
    return SystemFault("picture-does-not-verify", what, where=str(path), do=do)


def _failed(path: Path, error: Exception) -> SystemFault:
    what = f"The picture's file failed: {error}"
    return SystemFault("picture-failed", what, where=str(path), do="Check the disk and who may write there.")
