"""`parley picture …`: own positions, units and sites. They never leave this node."""

from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec import Struct

from parley.cli.client import Node, typed_text
from parley.cli.options import reach_node
from parley.cli.output import plain, print_json, say
from parley.cli.takes import takes

picture = typer.Typer(help="The picture: own positions, units and sites. Private.", no_args_is_help=True)


class _Version(Struct):
    version: int


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
@takes(node=reach_node)
def import_layer(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV with the columns id,name,kind,lat,lon,radius_m and perhaps as_of, or a GeoJSON"
            " FeatureCollection; - reads the standard input."
        ),
    ],
    *,
    node: Node,
    layer: Annotated[str, typer.Option(help="The layer that the file replaces, whole.")],
    cell: Annotated[str | None, typer.Option(help='Seal it: a check answers only "call cell K".')] = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="When the positions were last known, for rows that do not say; now by default."),
    ] = None,
) -> None:
    """Load a layer of the picture. One bad row, and nothing is imported."""
    from parley.cli.picture_files import read_items
    from parley.cli.times import read_time, zulu

    now_ms = node.now.now_ms
    known_ms = read_time(as_of, now_ms) if as_of else now_ms
    items = read_items(file, typed_text(layer), known_ms)
    body: dict[str, Any] = {
        "layer": {
            "name": typed_text(layer),
            "compartment": typed_text(cell) if cell else None,
            "loaded_ms": now_ms,
        },
        "items": items,
    }
    found = node.put(("picture", "layers"), body, _Version)
    if node.as_json:
        print_json({"version": found.version, "layer": layer, "items": len(items)})
        return
    say(f"{len(items):,} items are in the layer {plain(layer)}; the picture is at version {found.version}.")
    if as_of is None and any(item["as_of_ms"] == now_ms for item in items):
        say(f"⚠ rows without as_of count as known at {zulu(now_ms)}: give --as-of if they are older")
    say("All open notices are being checked again.")


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
        loaded = f"{layer.items:,} items{old}" if layer.loaded_ms is not None else "⚠ NOT LOADED"
        say(f"[bold]{plain(layer.name)}[/]: {loaded}")
    say(f"{len(found.layers)} layers, picture version {found.version}. Nothing here leaves this node.")
