"""The picture at our own desk. The only web module that may name it; nothing here reaches a peer."""

from litestar import Controller, put
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Struct

from parley.web import asked
from parley.web.door import Door


class PictureVersion(Struct, frozen=True):
    """The picture's version after a change."""

    version: int


class PictureDesk(Controller):
    """Under /api/v1/picture."""

    path = "/picture"

    @put("/layers")
    async def replace_layer(self, state: State, data: JSONBody[asked.AskLayer]) -> PictureVersion:
        """Replace a layer of the picture, and check all open notices again."""
        door: Door = state.door
        version = await door.checks.replace_layer(data.layer, data.items)
        now_ms = door.clock.now_ms()
        row = {"layer": data.layer.name, "items": len(data.items), "version": version, "by": data.duty}
        await door.submit(lambda tx: tx.write_journal(now_ms, "picture", row))
        return PictureVersion(version)
