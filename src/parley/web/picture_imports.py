"""Imports of a layer: uploaded in pieces, compared with what is held, and only then put in its place.

In pieces, so that no request is large, the desk can show how far it is, and a receipt or a STOP never
waits for the decoding of a whole layer. Until it is applied an import changes nothing; it lives in memory,
and ends with the process.
"""

import asyncio
from collections.abc import Sequence
from itertools import count
from typing import Annotated, Final

from litestar import Controller, delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Struct

from parley.picture.difference import Changed, Difference, Moved, Named, cut, difference
from parley.picture.model import Layer, OwnItem
from parley.picture.sealing import refuse_unsealing
from parley.web import asked
from parley.web.door import Door
from parley.web.picture_desk import PictureVersion
from parley.words.errors import InputError

MAX_ITEMS: Final = 200_000
MAX_IMPORTS: Final = 2
"""How many imports are kept at once; a further one takes the place of the oldest."""


class Staged(Struct, kw_only=True):
    """An import that is not applied yet.

    Attributes:
        keep: ids of held items that stay, if the import does not bring them: their rows were refused.
        kept: those items, once compared.
        version: the picture's version that it was compared with.
    """

    layer: Layer
    keep: frozenset[str]
    items: list[OwnItem]
    kept: list[OwnItem]
    version: int | None = None


class Imports:
    """The imports that are under way. Used on the event loop alone."""

    def __init__(self) -> None:
        self._staged: dict[str, Staged] = {}
        self._numbers = count(1)

    def open(self, staged: Staged) -> str:
        """Take in a new one; return its number."""
        while len(self._staged) >= MAX_IMPORTS:
            del self._staged[next(iter(self._staged))]
        number = str(next(self._numbers))
        self._staged[number] = staged
        return number

    def of(self, number: str) -> Staged:
        """Return one.

        Raises:
            InputError: import-unknown.
        """
        if number not in self._staged:
            what = "there is no such import: it was applied, or others took its place"
            raise InputError("import-unknown", what, where=number[:40], do="Import the file again.")
        return self._staged[number]

    def drop(self, number: str) -> None:
        """Forget one.

        Raises:
            InputError: import-unknown.
        """
        self.of(number)
        del self._staged[number]


class ImportView(Struct, frozen=True):
    """An import, and how many items it holds."""

    number: str
    items: int


class DifferenceView(Struct, frozen=True, kw_only=True):
    """What an import would change.

    Attributes:
        version: of the picture that it was compared with; applying names it.
        sealed_cell: of a sealed layer nothing is told but its cell; then all else is null or empty.
        counts: how many there are of each sort; the lists may be cut.
        kept: items whose rows were refused, and which stay as they are.
        large: so much is removed or moved far that a person should confirm it.
    """

    version: int
    sealed_cell: str | None
    counts: dict[str, int] | None
    added: tuple[Named, ...] = ()
    removed: tuple[Named, ...] = ()
    moved: tuple[Moved, ...] = ()
    changed: tuple[Changed, ...] = ()
    kept: tuple[Named, ...] = ()
    large: bool


class PictureImports(Controller):
    """Under /api/v1/picture/imports."""

    path = "/picture/imports"

    @post("/")
    async def open(self, state: State, data: JSONBody[asked.AskImport]) -> ImportView:
        """Start an import of a layer; nothing changes yet."""
        door: Door = state.door
        refuse_unsealing(await door.checks.picture(), data.layer)
        staged = Staged(layer=data.layer, keep=frozenset(data.keep), items=[], kept=[])
        return ImportView(state.imports.open(staged), 0)

    @post("/{number:str}/items")
    async def add(self, state: State, number: FromPath[str], data: JSONBody[asked.AskItems]) -> ImportView:
        """Add items to an import."""
        staged: Staged = state.imports.of(number)
        if len(staged.items) + len(data.items) > MAX_ITEMS:
            what = f"a layer holds at most {MAX_ITEMS:,} items"
            raise InputError("picture-layer-too-large", what, do="Split it into several layers.")
        staged.items += data.items
        staged.version = None
        return ImportView(number, len(staged.items))

    @get("/{number:str}/difference")
    async def compare(
        self,
        state: State,
        number: FromPath[str],
        shown: Annotated[int, QueryParameter(ge=0, le=MAX_ITEMS)] = 20,
    ) -> DifferenceView:
        """What it would change in the layer; of each sort at most `shown`."""
        door: Door = state.door
        staged: Staged = state.imports.of(number)
        picture = await door.checks.picture()
        refuse_unsealing(picture, staged.layer)
        held = [item for item in picture.items if item.layer == staged.layer.name]
        brought = {item.id for item in staged.items}
        staged.kept = [item for item in held if item.id in staged.keep and item.id not in brought]
        staged.version = picture.version
        layer = next((each for each in picture.layers if each.name == staged.layer.name), None)
        if layer is not None and layer.compartment is not None:
            # Not even how much changes: whoever names the cell could ask for what is in it, file by file.
            return DifferenceView(
                version=picture.version, sealed_cell=layer.compartment, counts=None, large=True
            )
        found = await asyncio.to_thread(difference, held, [*staged.items, *staged.kept])
        return _view(picture.version, found, staged.kept, shown)

    @post("/{number:str}/apply", status_code=200)
    async def apply(
        self, state: State, number: FromPath[str], data: JSONBody[asked.AskApply]
    ) -> PictureVersion:
        """Put it in the layer's place, and check all open notices again."""
        door: Door = state.door
        staged: Staged = state.imports.of(number)
        if staged.version is None or staged.version != data.version:
            what = "the import was not compared with the picture as it is now"
            raise InputError(
                "import-not-compared", what, do="Import the file again, and look at what changes."
            )
        items = [*staged.items, *staged.kept]
        version = await door.checks.replace_layer(staged.layer, items, since=staged.version)
        state.imports.drop(number)
        row = {"layer": staged.layer.name, "items": len(items), "kept": len(staged.kept), "version": version}
        now_ms = door.clock.now_ms()
        await door.submit(lambda tx: tx.write_journal(now_ms, "picture", {**row, "by": data.duty}))
        return PictureVersion(version)

    @delete("/{number:str}")
    async def drop(self, state: State, number: FromPath[str]) -> None:
        """Forget an import."""
        state.imports.drop(number)


def _view(version: int, found: Difference, kept: Sequence[OwnItem], shown: int) -> DifferenceView:
    short = cut(found, shown)
    return DifferenceView(
        version=version,
        sealed_cell=None,
        counts={
            "held": found.held,
            "loaded": found.loaded,
            "added": len(found.added),
            "removed": len(found.removed),
            "moved": len(found.moved),
            "changed": len(found.changed),
            "unchanged": found.unchanged,
            "refreshed": found.refreshed,
            "kept": len(kept),
        },
        added=short.added,
        removed=short.removed,
        moved=short.moved,
        changed=short.changed,
        kept=tuple(Named(item.id, item.name) for item in kept[:shown]),
        large=found.large,
    )
