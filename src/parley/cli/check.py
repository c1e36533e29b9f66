"""`parley check`: notices in a file against what stands in others, without a node."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from msgspec import Struct

from parley.cli.options import JsonOption
from parley.cli.output import THE_ANSWER_IS_NO, plain, print_json, say, troubles
from parley.cli.takes import takes
from parley.words.errors import InputError

if TYPE_CHECKING:
    from parley.check.model import Separation
    from parley.formats.geojson import Read
    from parley.wiring.file_check import Compared, FileCheck, FileFinding, Tell

LIMITS: Final = {"--separation-m": 20_100_000.0, "--vertical-m": 100_000_000.0, "--time-s": 3.2e9}
GLYPHS: Final = {"inside": "✕ INSIDE            ", "within_separation": "! within separation"}
REPAIRS_SHOWN: Final = 10
SLOW_BYTES: Final = 1_000_000


class Apart(Struct, frozen=True, kw_only=True):
    """How far apart things must stay, as it was typed; the check's own form loads its arithmetic."""

    horizontal_m: float
    vertical_m: float
    time_s: float

    def separation(self) -> "Separation":
        """Return it as the check takes it."""
        from parley.check.model import Separation

        return Separation(horizontal_m=self.horizontal_m, vertical_m=self.vertical_m, time_s=self.time_s)


class Drawing(Struct, frozen=True):
    """Whether and how a picture is drawn."""

    path: Path | None
    exercise: bool
    private: bool


def given_separation(
    *,
    separation_m: Annotated[
        float, typer.Option("--separation-m", help="How far apart things must stay, metres over the ground.")
    ],
    vertical_m: Annotated[
        float, typer.Option("--vertical-m", help="How far apart altitudes must stay, metres.")
    ] = 0.0,
    time_s: Annotated[float, typer.Option("--time-s", help="How far apart times must stay, seconds.")] = 0.0,
) -> Apart:
    """Return the separation that was asked for."""
    return Apart(
        horizontal_m=_length("--separation-m", separation_m),
        vertical_m=_length("--vertical-m", vertical_m),
        time_s=_length("--time-s", time_s),
    )


def given_drawing(
    *,
    picture: Annotated[
        Path | None, typer.Option(help="Draw the findings into this file, .svg or .png; private by default.")
    ] = None,
    exercise: Annotated[bool, typer.Option("--exercise", help="Mark the picture EXERCISE.")] = False,
    shareable: Annotated[
        bool, typer.Option("--shareable", help="No file holds own positions: leave out that it is private.")
    ] = False,
) -> Drawing:
    """Return what was asked for as a picture; a name that cannot be is refused before any work."""
    if picture is not None:
        from parley.wiring.pictures import refuse_suffix

        refuse_suffix(picture)
    return Drawing(path=picture, exercise=exercise, private=not shareable)


@takes(separation=given_separation, drawing=given_drawing)
def check(
    notices: Annotated[
        Path, typer.Argument(metavar="NOTICES", help="The GeoJSON file to check; - reads the standard input.")
    ],
    *,
    separation: Apart,
    drawing: Drawing,
    against: Annotated[
        list[Path] | None,
        typer.Option(
            help="A file to compare with: GeoJSON, or sites as CSV, XLSX, KML or KMZ; may be repeated."
            " Without it: the notices with each other."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check GeoJSON files, without a node. Exit status 1 when there is a finding. See docs/check.md.

    A gap equal to the separation is a finding. What cannot be read refuses the whole check.
    """
    from parley.formats.geojson import read_geojson
    from parley.formats.other_file import read_others
    from parley.wiring.file_check import check_files

    with _progress() as tell:
        own = _read(notices, tell, read_geojson)
        others = [_read(path, tell, read_others) for path in against or ()]
        found = check_files(own, others, separation.separation(), tell=tell)
    said = summary(found.answer, separation.horizontal_m)
    if drawing.path is not None:
        _draw(found, (f"Check of {notices.name}", said), drawing, drawing.path)
    if as_json:
        print_json(found.answer)
    else:
        _say(found.answer, said)
    if found.answer.findings:
        raise typer.Exit(THE_ANSWER_IS_NO)


def _draw(found: "Compared", heading: tuple[str, str], drawing: Drawing, path: Path) -> None:
    from parley.drawing.of_meetings import scene_of_meetings
    from parley.wiring.pictures import save_picture

    scene = scene_of_meetings(
        found.meetings,
        [finding.why for finding in found.answer.findings],
        found.sides,
        heading,
        exercise=drawing.exercise,
        private=drawing.private,
    )
    save_picture(scene, path)


def _length(option: str, value: float) -> float:
    """Refuse a separation that is none: not finite, negative, or beyond all that can be."""
    if not isfinite(value) or not 0 <= value <= LIMITS[option]:
        what = f"{option} is {value}, not 0 to {LIMITS[option]:,.0f}"
        raise InputError("separation-out-of-range", what, where=option, do="Correct it.")
    return value


def _read(path: Path, tell: "Tell", read: "Callable[..., Read]") -> "Read":
    from parley.cli.composing import read_input
    from parley.formats.json_text import MAX_BYTES

    name = str(path)
    return read(
        read_input(path, MAX_BYTES), name, progress=lambda done, of: tell(f"Reading {name}", done, of)
    )


@contextmanager
def _progress() -> Iterator["Tell"]:
    """Yield what shows progress on the error stream: a bar on a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _of: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=troubles, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, of: bar.update(
            task, description=plain(what), completed=done, total=of, refresh=done == of
        )


def _say(answer: "FileCheck", said: str) -> None:
    """Print the findings, worst first, what was put right, and the sentence that closes."""
    width = min(40, max((len(each.notice) for each in answer.findings), default=0))
    for finding in answer.findings:
        _say_finding(finding, width)
    for repair in answer.repairs[:REPAIRS_SHOWN]:
        place = f"{repair.file}: features[{repair.index}], {repair.id}"
        say(f"[dim]put right[/] {plain(repair.repair)}: {plain(repair.detail)} [dim]({plain(place)})[/]")
    hidden = answer.repaired - min(REPAIRS_SHOWN, len(answer.repairs))
    if hidden > 0:
        say(f"[dim]put right: {hidden:,} more; --json lists them[/]")
    for each in answer.warnings[:REPAIRS_SHOWN]:
        place = f"{each.file}: features[{each.index}], {each.id}"
        say(f"[bold]⚠ {each.warning}[/]: {plain(each.detail)} [dim]({plain(place)})[/]")
    if len(answer.warnings) > REPAIRS_SHOWN:
        say(f"[bold]⚠ and more warnings: {len(answer.warnings) - REPAIRS_SHOWN:,}[/]; --json lists them")
    say(said)


def _say_finding(finding: "FileFinding", width: int) -> None:
    gaps = f"{finding.horizontal_m:>12,.1f} m  {finding.vertical_m:>8,.1f} m up  {finding.time_s:>8,.0f} s"
    say(
        f"[bold]{GLYPHS[finding.level.value]}[/]  {plain(finding.notice):<{width}}  {gaps}  {plain(finding.other)}"
    )
    say(f"    {plain(finding.why)}")


def summary(answer: "FileCheck", separation_m: float) -> str:
    """Return the sentence that says what was found, in how much."""
    notices, others = answer.checked.notices, answer.checked.others
    much = f"{_count(notices, 'notice')} against {_count(others, 'other')}"
    limit = f"separation {separation_m:,g} m"
    if not answer.findings:
        return f"Nothing found in {much}, {limit}. What stands in no file was not compared."
    inside = sum(finding.level.value == "inside" for finding in answer.findings)
    return (
        f"{len(answer.findings):,} found ({inside:,} inside, {len(answer.findings) - inside:,} within separation)"
        f" in {much}, {limit}."
    )


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(check)
