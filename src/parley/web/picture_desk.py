"""The picture at our own desk. The only web module that may name it; nothing here reaches a peer."""

from typing import Final

import msgspec
from litestar import Controller, get, post, put
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Struct

from parley.picture.model import Layer, Picture
from parley.picture.moving import Reported, moved_to
from parley.picture.sealing import refuse_unsealing
from parley.web import asked
from parley.web.door import Door
from parley.words.errors import InputError
from parley.words.units import TimeMs

MAX_LAYER_BYTES: Final = 64 * 1024 * 1024
"""A layer comes whole: some 200 bytes an item, and a party has up to 100,000 sites."""


class LayerView(Struct, frozen=True, kw_only=True):
    """A layer. Of a sealed one only its cell is told: call it.

    Attributes:
        name: null for a sealed layer; then `cell` is the one to call.
        items: null for a sealed layer, like its oldest item.
    """

    name: str | None
    cell: str | None
    loaded_ms: TimeMs | None
    items: int | None
    oldest_as_of_ms: TimeMs | None


class PictureView(Struct, frozen=True):
    """The layers of the picture, at one version."""

    version: int
    layers: list[LayerView]


class PictureVersion(Struct, frozen=True):
    """The picture's version after a change."""

    version: int


class UnitsMoved(Struct, frozen=True):
    """The picture's version, how many units moved, and how many of those reported are not in the layer.

    Of a sealed layer the counts are not told.
    """

    version: int
    moved: int | None
    unknown: int | None


class PictureDesk(Controller):
    """Under /api/v1/picture."""

    path = "/picture"

    @get("/")
    async def show(self, state: State) -> PictureView:
        """The layers of the picture: how many items, how old."""
        door: Door = state.door
        picture = await door.checks.picture()
        return PictureView(picture.version, [_view(picture, layer) for layer in picture.layers])

    @put("/layers", request_max_body_size=MAX_LAYER_BYTES)
    async def replace_layer(self, state: State, data: JSONBody[asked.AskLayer]) -> PictureVersion:
        """Replace a layer of the picture, and check again the open notices near what changed in it."""
        door: Door = state.door
        refuse_unsealing(await door.checks.picture(), data.layer)
        version = await door.checks.replace_layer(data.layer, data.items)
        now_ms = door.clock.now_ms()
        what: dict[str, object] = {"layer": data.layer.name, "items": len(data.items)}
        if data.layer.compartment is not None:
            what = {"cell": data.layer.compartment}  # neither its name nor how much it holds
        row = {**what, "version": version, "by": data.duty}
        await door.submit(lambda tx: tx.write_journal(now_ms, "picture", row))
        return PictureVersion(version)

    @post("/positions", status_code=200)
    async def move_units(self, state: State, data: JSONBody[asked.AskPositions]) -> UnitsMoved:
        """Move own units of a layer to where they were reported; who is not in it is counted, never added."""
        door: Door = state.door
        picture = await door.checks.picture()
        layer = next((each for each in picture.layers if each.name == data.layer), None)
        if layer is None:
            do = "`parley picture list` shows the layers."
            raise InputError("picture-layer-unknown", "there is no such layer", where=data.layer, do=do)
        reported = [Reported(*msgspec.structs.astuple(each)) for each in data.positions]
        items, moved, unknown = moved_to(
            [item for item in picture.items if item.layer == layer.name], reported
        )
        version = picture.version
        if moved:
            version = await door.checks.replace_layer(layer, items, since=version)
        sealed = layer.compartment is not None
        return UnitsMoved(version, None if sealed else moved, None if sealed else unknown)


def _view(picture: Picture, layer: Layer) -> LayerView:
    if layer.compartment is not None:
        return LayerView(
            name=None, cell=layer.compartment, loaded_ms=layer.loaded_ms, items=None, oldest_as_of_ms=None
        )
    known_ms = [item.as_of_ms for item in picture.items if item.layer == layer.name]
    return LayerView(
        name=layer.name,
        cell=None,
        loaded_ms=layer.loaded_ms,
        items=len(known_ms),
        oldest_as_of_ms=min(known_ms, default=None),
    )
