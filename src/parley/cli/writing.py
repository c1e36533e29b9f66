"""Writing: the options from which a notice is composed. Light, so that every command starts fast."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from parley.cli.options import ReasonOption, ReasonTextOption
from parley.words.codes import Activity, Edges, Precedence, Reason


class Composed(Struct, frozen=True, kw_only=True):
    """What was typed of a notice; null where nothing was."""

    activity: Activity | None
    precedence: Precedence | None
    reason: Reason | None
    reason_text: str | None
    actor: str | None
    at: str | None
    near: str | None
    radius_m: str | None
    polygon: str | None
    corridor: str | None
    half_width_m: str | None
    edges: Edges
    floor: str | None
    ceiling: str | None
    start: str | None
    end: str | None
    daily: str | None
    purpose: str | None
    marking: str | None
    onward: bool | None
    destroy_after: str | None
    file: Path | None

    @property
    def any_field(self) -> bool:
        """Tell whether any field was typed, the file aside."""
        return any(
            getattr(self, name) is not None
            for name in self.__struct_fields__
            if name not in {"file", "edges", "near"}
        )


def compose(  # noqa: PLR0913 - each is a field of a notice
    *,
    activity: Annotated[
        Activity | None,
        typer.Option(help="What will be done; withheld says only: keep out of this area and time."),
    ] = None,
    precedence: Annotated[
        Precedence | None,
        typer.Option(
            help="By default IMMEDIATE under 2 hours to the start, PRIORITY under 24 hours, else ROUTINE."
        ),
    ] = None,
    reason: ReasonOption = None,
    reason_text: ReasonTextOption = None,
    actor: Annotated[str | None, typer.Option(help="Who acts, as the other side may know it.")] = None,
    at: Annotated[
        str | None,
        typer.Option(help='Centre of a circle, in any format: "33 30 00 N 38 37 00 E", "37SFS1721552".'),
    ] = None,
    near: Annotated[
        str | None, typer.Option(help="The place beside it, by name, for a warning when it lies elsewhere.")
    ] = None,
    radius_m: Annotated[str | None, typer.Option(help="Radius of the circle, metres.")] = None,
    polygon: Annotated[
        str | None, typer.Option(help='Vertices with semicolons between: "COORD; COORD; COORD".')
    ] = None,
    corridor: Annotated[
        str | None, typer.Option(help='Positions along its middle: "COORD; COORD"; with --half-width-m.')
    ] = None,
    half_width_m: Annotated[
        str | None, typer.Option(help="How far the corridor reaches to either side, metres.")
    ] = None,
    edges: Annotated[
        Edges, typer.Option(help="How the edges of a polygon or corridor run.")
    ] = Edges.GEODESIC,
    floor: Annotated[
        str | None, typer.Option(help='"0 m msl", "100 m agl", "FL250"; unlimited by default.')
    ] = None,
    ceiling: Annotated[str | None, typer.Option(help='"5000 ft msl", "FL250"; unlimited by default.')] = None,
    start: Annotated[
        str | None, typer.Option(help="UTC: 2022-06-15T14:32Z, 151432ZJUN22, or +20m from now.")
    ] = None,
    end: Annotated[str | None, typer.Option(help="UTC, written as the start; +2h is from now.")] = None,
    daily: Annotated[str | None, typer.Option(help="Only these hours of each day, UTC: 2000Z-0400Z.")] = None,
    purpose: Annotated[str | None, typer.Option(help="A caveat: what it may be used for.")] = None,
    marking: Annotated[str | None, typer.Option(help="A caveat: its marking and releasability.")] = None,
    onward: Annotated[
        bool | None, typer.Option("--onward/--no-onward", help="A caveat: whether it may be passed on.")
    ] = None,
    destroy_after: Annotated[
        str | None, typer.Option(help="A caveat: to be destroyed after this time, UTC.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(help="Take the whole notice from this JSON file; - reads the standard input."),
    ] = None,
) -> Composed:
    """Return what was typed of a notice."""
    return Composed(
        activity=activity,
        precedence=precedence,
        reason=reason,
        reason_text=reason_text,
        actor=actor,
        at=at,
        near=near,
        radius_m=radius_m,
        polygon=polygon,
        corridor=corridor,
        half_width_m=half_width_m,
        edges=edges,
        floor=floor,
        ceiling=ceiling,
        start=start,
        end=end,
        daily=daily,
        purpose=purpose,
        marking=marking,
        onward=onward,
        destroy_after=destroy_after,
        file=file,
    )
