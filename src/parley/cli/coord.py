"""`parley coord`: read a coordinate or a place's name, and say it three ways. Needs no node."""

from typing import TYPE_CHECKING, Annotated

import typer

from parley.cli.output import plain, print_json, say

if TYPE_CHECKING:
    from parley.geo.entry_warnings import EntryWarning
    from parley.geo.gazetteer import Place
    from parley.words.volume import Position

CELLS = frozenset({"mgrs", "gars", "georef"})
"""Formats that name a cell: the position is its south-west corner."""
TextArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="TEXT...",
        help="A coordinate in any format, or a place's name or ICAO code; quotes are not needed, and a leading"
        " minus sign is no option.",
    ),
]
NearOption = Annotated[
    str | None, typer.Option("--near", help="The place that is meant, by name: warns when it lies elsewhere.")
]
LineAreaOption = Annotated[
    str | None,
    typer.Option(
        "--line-area",
        help='The line\'s area, to warn outside it: "CENTRE; RADIUS_M", or a polygon "COORD; COORD; COORD".',
    ),
]


def coord(
    text: TextArgument,
    *,
    near: NearOption = None,
    line_area: LineAreaOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read a coordinate: as MGRS, as degrees, and what to look at again. Works without a node."""
    from parley.cli.reading import read_line_area
    from parley.geo.entry_warnings import Context, entry_warnings
    from parley.geo.gazetteer import find_place, read_position
    from parley.geo.shape import shape_of

    position = read_position(" ".join(text))
    context = Context(
        area=shape_of(read_line_area(line_area)) if line_area else None,
        near=find_place(near) if near else None,
    )
    warnings = entry_warnings(position, context)
    place = _place_of(position)
    if as_json:
        print_json(_as_json(position, warnings, place))
        return
    _tell(position, place)
    for warning in warnings:
        say(f"⚠ {plain(warning.sentence)}")


def _place_of(position: "Position") -> "Place | None":
    from parley.geo.gazetteer import find_place
    from parley.words.codes import CoordinateFormat

    entered = position.entered
    if entered is None or entered.format is not CoordinateFormat.PLACE:
        return None
    return find_place(entered.text)


def _as_json(
    position: "Position", warnings: "tuple[EntryWarning, ...]", place: "Place | None"
) -> dict[str, object]:
    from parley.geo.angles import format_decimal, format_dms
    from parley.geo.mgrs import format_mgrs

    entered = position.entered
    found: dict[str, object] = {
        "lat": position.lat_ndeg / 1e9,
        "lon": position.lon_ndeg / 1e9,
        "format": entered.format if entered else None,
        "precision_m": entered.precision_mm / 1e3 if entered else None,
        "mgrs": format_mgrs(position),
        "dms": format_dms(position),
        "decimal": format_decimal(position),
        "warnings": warnings,
    }
    if place is not None:
        found["place"] = {
            "name": place.name,
            "country": place.country,
            "kind": place.kind,
            "code": place.code,
            "note": place.note,
            "positions": [
                {
                    "lat": one.lat_ndeg / 1e9,
                    "lon": one.lon_ndeg / 1e9,
                    "radius_m": one.radius_m,
                    "source": one.source,
                }
                for one in place.positions
            ],
        }
    return found


def _tell(position: "Position", place: "Place | None") -> None:
    from parley.geo.angles import format_decimal, format_dms
    from parley.geo.entry_warnings import distance_text, precision_m
    from parley.geo.mgrs import format_mgrs
    from parley.phrases import phrase

    entered = position.entered
    say(f"MGRS      {format_mgrs(position)}")
    say(f"DMS       {format_dms(position)}")
    say(f"Decimal   {format_decimal(position)}")
    if entered is not None:
        form = phrase("en", "coordinate_format", entered.format.value).text
        corner = ", south-west corner" if entered.format in CELLS else ""
        say(f"Read as   {form}, good to {distance_text(precision_m(position))}{corner}")
    if place is None:
        _tell_nearest(position)
        return
    say(f"Place     {plain(place.label)}, {plain(place.kind)}")
    for one in place.positions:
        lat_deg, lon_deg = one.lat_lon_deg
        say(
            f"          {lat_deg:.4f} {lon_deg:.4f}, within {distance_text(one.radius_m)}: {plain(one.source)}"
        )
    if place.note:
        say(f"          {plain(place.note)}")


def _tell_nearest(position: "Position") -> None:
    from parley.geo.entry_warnings import distance_text, point_of
    from parley.geo.gazetteer import nearest_place

    nearest = nearest_place(point_of(position))
    if nearest is not None:
        place, distance_m = nearest
        say(f"Nearest   {plain(place.label)}, {distance_text(distance_m)} away")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(context_settings={"ignore_unknown_options": True})(coord)
