"""`parley track`: observed positions against zones and notices; what nobody notified becomes a draft."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Final

import typer

from parley.cli.options import JsonOption
from parley.cli.output import THE_ANSWER_IS_NO, plain, print_json, say, troubles
from parley.cli.times import read_time, zulu
from parley.formats.position_stream import Format
from parley.words.errors import InputError

if TYPE_CHECKING:
    from parley.formats.geojson import Read
    from parley.intake.draft import IncidentDraft, Miss
    from parley.intake.places import NoticeVolume, Zone
    from parley.wiring.tracks import TrackReport

MINUTES_MAX: Final = 24 * 60
KINDS: Final = {
    "no_notice": "activity with no notice",
    "outside_own_notice": "outside its own notice",
}
GLYPHS: Final = {"open": "! OPEN", "lost": "? LOST", "left": "  LEFT"}
SHOWN: Final = 200
"""How many drafts are printed for people; --json gives all."""


def say_report(report: "TrackReport") -> None:
    """Print the drafts, then what was flagged, refused and read."""
    for draft in report.drafts[:SHOWN]:
        say_draft(draft)
    if len(report.drafts) > SHOWN:
        say(f"[dim]and {len(report.drafts) - SHOWN:,} more drafts; --json lists them[/]")
    for flagged in report.flagged:
        say(f"not believed  {flagged.count:>9,}  {flagged.flag.value}  [dim]{_lines(flagged.lines)}[/]")
    for refused in report.refused:
        say(f"refused       {refused.count:>9,}  {plain(refused.rule)}  [dim]{_lines(refused.lines)}[/]")
    for rule, count in sorted(report.dropped.items()):
        say(f"[bold]⚠ NO ROOM     {count:>9,}  {plain(rule)}[/]")
    times = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in sorted(report.times.items()))
    say(
        f"{report.positions:,} positions read as {report.format}, {report.believed:,} believed, of"
        f" {report.tracks:,} tracks. Times: {times}."
    )
    if not report.drafts:
        say(
            "No draft: no believed position was in a zone without a notice. What was not reported is unknown."
        )


def say_draft(draft: "IncidentDraft") -> None:
    """Print one draft."""
    name = f" ({plain(draft.name)})" if draft.name else ""
    times = f"{zulu(draft.first_ms)} to {zulu(draft.last_ms)}"
    much = f"{draft.reports:,} report{'' if draft.reports == 1 else 's'}"
    say(
        f"[bold]{GLYPHS[draft.state.value]}[/]  {plain(draft.source)} {plain(draft.track)}{name}"
        f" in {plain(draft.zone)}: {KINDS[draft.kind.value]}, {times}, {much}  [dim]{draft.id[:8]}[/]"
    )
    first = draft.points[0]
    error = "error unknown" if first.error_mm is None else f"error {first.error_mm / 1_000:,.0f} m"
    say(
        f"        first at {first.lat_ndeg / 1e9:.5f} {first.lon_ndeg / 1e9:.5f}, {error}; {_missed(draft.nearest)}"
    )
    if draft.lost_since_ms is not None:
        say(f"        nothing heard since {zulu(draft.lost_since_ms)}: where it is now is unknown")
    if draft.flags:
        counts = ", ".join(f"{each.flag.value} {each.count:,}" for each in draft.flags)
        say(f"        not believed meanwhile: {counts}")


def _missed(miss: "Miss | None") -> str:
    if miss is None:
        return "there is no notice to compare with"
    gaps = [
        f"{miss.horizontal_mm / 1e3:,.0f} m over the ground" if miss.horizontal_mm else "",
        f"{miss.vertical_mm / 1e3:,.0f} m of height" if miss.vertical_mm else "",
        f"{miss.time_ms / 1e3:,.0f} s" if miss.time_ms else "",
    ]
    far = ", ".join(gap for gap in gaps if gap) or "nothing that is known"
    return f"missed {plain(miss.name)} by {far}"


def _lines(lines: tuple[int, ...]) -> str:
    return f"first on {', '.join(f'{line:,}' for line in lines)}" if lines else ""


def read_zones(path: Path) -> "list[Zone]":
    """Read a file of zones."""
    from parley.wiring.tracks import zones_of

    return zones_of(_read(path)[0])


def read_notices(path: Path) -> "list[NoticeVolume]":
    """Read a file of notices."""
    from parley.wiring.tracks import notices_of

    return notices_of(*_read(path))


def _read(path: Path) -> "tuple[Read, bytes]":
    from parley.cli.composing import read_input
    from parley.formats.geojson import read_geojson
    from parley.formats.json_text import MAX_BYTES

    data = read_input(path, MAX_BYTES)
    return read_geojson(data, str(path)), data


@contextmanager
def opened(path: Path) -> "Iterator[tuple[IO[bytes], int | None]]":
    """Open a file of positions; - is the standard input. Yield it and its size, if that is known.

    Raises:
        InputError: file-unreadable.
    """
    if str(path) == "-":
        yield typer.get_binary_stream("stdin"), None
        return
    try:
        file = path.open("rb")
    except OSError as error:
        what = f"the file cannot be read: {error.strerror}"
        raise InputError("file-unreadable", what, where=str(path), do="Check its name.") from error
    with file:
        yield file, path.stat().st_size


@contextmanager
def progress(total: int | None) -> "Iterator[Callable[[int], None]]":
    """Yield what shows how many bytes were read: a bar on a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=troubles, transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done)


def track(  # noqa: PLR0913 - each is an option that a person may give
    file: Annotated[
        Path,
        typer.Argument(
            help="Positions: CoT, readsb, SBS, AIS, CSV, GeoJSON or a JSON table, gzip too; - reads"
            " the standard input."
        ),
    ],
    *,
    zones: Annotated[Path, typer.Option(help="GeoJSON areas in which every activity is to be notified.")],
    notices: Annotated[
        Path | None, typer.Option(help="GeoJSON notices; `callsign` or `callsigns` names their tracks.")
    ] = None,
    format_: Annotated[
        Format | None, typer.Option("--format", help="What the file is written in; found out by default.")
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
    as_json: JsonOption = False,
) -> None:
    """Follow positions through zones, and draft what no notice covers. Exit status 1 when there is a draft.

    Reports that cannot be true are counted and not believed. Nothing here is a verdict. See docs/tracks.md.
    """
    from parley.intake.tracking import TrackingLimits
    from parley.wiring.tracks import FileTracker, clock_ms, new_tracking, track_file

    limits = TrackingLimits(leave_ms=round(leave_min * 60_000), lost_ms=round(lost_min * 60_000))
    tracking = new_tracking(limits)
    tracking.set_zones(read_zones(zones))
    tracking.set_notices(read_notices(notices) if notices is not None else [])
    now_ms = read_time(at) if at is not None else clock_ms()
    with opened(file) as (stream, size), progress(size) as tell:
        report = track_file(file, stream, FileTracker(tracking, now_ms, format_), tell)
    if as_json:
        print_json(report)
    else:
        say_report(report)
    if report.drafts:
        raise typer.Exit(THE_ANSWER_IS_NO)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(track)
