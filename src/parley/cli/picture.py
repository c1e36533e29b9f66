"""`parley picture …`: own positions, units and sites. They never leave this node."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from parley.cli.client import Node
from parley.cli.options import reach_node
from parley.cli.output import counted, plain, print_json, say
from parley.cli.picture_import import ImportWish, wish_for_import
from parley.cli.takes import takes

picture = typer.Typer(help="The picture: own positions, units and sites. Private.", no_args_is_help=True)


class _Layer(Struct):
    name: str | None
    cell: str | None
    loaded_ms: int | None
    items: int | None
    oldest_as_of_ms: int | None


class _Picture(Struct):
    version: int
    layers: list[_Layer]


@picture.command(name="import")
@takes(wish=wish_for_import, node=reach_node)
def import_layer(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, XLSX, GeoJSON, KML or KMZ, as docs/picture-import.md says; - reads the standard input."
        ),
    ],
    *,
    wish: ImportWish,
    node: Node,
) -> None:
    """Load a layer of the picture. One bad row, and nothing is imported."""
    from parley.cli.picture_import import import_file

    import_file(node, file, wish)


@picture.command(name="list")
@takes(node=reach_node)
def list_layers(*, node: Node) -> None:
    """List the layers of the picture; of a sealed one only its cell."""
    from parley.cli.times import from_now, zulu

    found = node.get(("picture", ""), _Picture)
    if node.as_json:
        print_json(found)
        return
    for layer in found.layers:
        if layer.name is None:
            loaded = "loaded" if layer.loaded_ms is not None else "⚠ NOT LOADED"
            say(f"sealed layer: call cell {plain(layer.cell or '?')}, {loaded}")
            continue
        oldest_ms = layer.oldest_as_of_ms
        old = (
            f", oldest {zulu(oldest_ms)}, {from_now(oldest_ms, node.now.now_ms)}"
            if oldest_ms is not None
            else ""
        )
        loaded = (
            f"{counted(layer.items or 0, 'item')}{old}" if layer.loaded_ms is not None else "⚠ NOT LOADED"
        )
        say(f"[bold]{plain(layer.name)}[/]: {loaded}")
    say(
        f"{counted(len(found.layers), 'layer')}, picture version {found.version}. Nothing here leaves this node."
    )
