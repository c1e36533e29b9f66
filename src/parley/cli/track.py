"""`parley track`: observed positions against zones and notices; what nobody notified becomes a draft."""

from pathlib import Path
from typing import Annotated, Final

import typer

from parley.cli.client import Node
from parley.cli.options import reach_node
from parley.cli.output import THE_ANSWER_IS_NO
from parley.cli.takes import takes
from parley.cli.times import read_time
from parley.cli.track_files import LiveSources, Settings
from parley.formats.position_format import Format
from parley.words.errors import InputError

MINUTES_MAX: Final = 24 * 60


def given_settings(
    *,
    format_: Annotated[
        Format | None, typer.Option("--format", help="What it is written in; found out by default.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="When a file whose reports say no time was received; now by default.")
    ] = None,
    leave_min: Annotated[
        float, typer.Option(min=0, max=MINUTES_MAX, help="Minutes outside after which a stay in a zone ends.")
    ] = 5.0,
    lost_min: Annotated[
        float, typer.Option(min=0.1, max=MINUTES_MAX, help="Minutes of silence after which a track is lost.")
    ] = 5.0,
) -> Settings:
    """Return how tracks are read and followed."""
    at_ms = read_time(at) if at is not None else None
    return Settings(format_, at_ms, round(leave_min * 60_000), round(lost_min * 60_000))


def given_sources(
    *,
    listen: Annotated[
        list[str] | None,
        typer.Option(help="Listen for positions: udp://, tcp:// or tls://HOST:PORT; may be repeated."),
    ] = None,
    connect: Annotated[
        list[str] | None,
        typer.Option(help="Connect to a source of positions: tcp:// or tls://HOST:PORT; may be repeated."),
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Our certificate for tls://, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key, PEM.")] = None,
    tls_ca: Annotated[
        Path | None, typer.Option(help="Who vouches for senders; then each must show a certificate.")
    ] = None,
) -> LiveSources:
    """Return where live positions come from, as it was typed."""
    return LiveSources(tuple(listen or ()), tuple(connect or ()), tls_cert, tls_key, tls_ca)


@takes(settings=given_settings, sources=given_sources, node=reach_node)
def track(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="Positions: CoT, readsb, SBS, AIS, CSV, GeoJSON or a JSON table, gzip too; - reads the"
            " standard input."
        ),
    ] = None,
    *,
    settings: Settings,
    sources: LiveSources,
    node: Node,
    zones: Annotated[
        Path | None,
        typer.Option(
            help="GeoJSON areas in which every activity is to be notified. Without it: the areas of the"
            " node's lines and their open notices, and the drafts are kept there."
        ),
    ] = None,
    notices: Annotated[
        Path | None, typer.Option(help="GeoJSON notices; `callsign` or `callsigns` names their tracks.")
    ] = None,
    own: Annotated[
        str | None,
        typer.Option(
            help="The tracks are own units: move those of this layer in the picture, and nothing else."
        ),
    ] = None,
) -> None:
    """Follow positions through zones, and draft what no notice covers. Exit status 1 when there is a draft.

    From a file, or live with --listen and --connect. Reports that cannot be true are counted and not
    believed. Nothing here is a verdict. See docs/tracks.md.
    """
    from parley.cli.track_run import run_file, run_live

    live = bool(sources.listen or sources.connect)
    if live == (file is not None):
        what = "give one file of positions, or --listen or --connect"
        raise InputError("track-source", what, do="See: parley track --help")
    if own is not None and (zones is not None or notices is not None):
        what = "own units are not compared with zones or notices"
        raise InputError("track-own", what, do="Leave out --zones and --notices, or --own.")
    if notices is not None and zones is None:
        what = "notices from a file go with zones from a file"
        raise InputError("track-zones", what, do="Give --zones too.")
    if file is not None:
        found = run_file(file, settings, node, zones, notices, own)
    else:
        found = run_live(sources, settings, node, zones, notices, own)
    if found:
        raise typer.Exit(THE_ANSWER_IS_NO)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(track)
