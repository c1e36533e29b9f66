"""Entry warnings: what a person should look at again in a coordinate that was typed.

Pure, and data: a code, a sentence and the figures behind it. A warning blocks nothing, however near the
start; it is shown, and the person decides. Own positions come in as an argument, from a caller that may
see them, and a warning that names one stays at our own desk.

| code | when |
|---|---|
| `looks_swapped` | with latitude and longitude exchanged it falls in the line's area, and as typed it does not |
| `outside_line_area` | it lies outside the line's area by more than its precision |
| `equals_own_position` | it is an own position, within both precisions: a device that showed where it stood |
| `far_from_place` | it lies farther than 5 km outside every published position of the place named |
| `coarser_than_needed` | its precision is worse than the activity needs |
| `digits_suspected` | see `slips` |
| `positions_differ` | it was entered as a place whose published positions differ |
| `entered_differs` | what was entered, read again, is another place than the signed angles |
| `entered_unreadable` | what was entered cannot be read here, so the angles stand alone |
| `place_unknown` | the place named beside it is not known, or several have the name |
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from parley.geo.coordinate import read_coordinate
from parley.geo.distance import gap
from parley.geo.ellipsoid import LatLon, inverse
from parley.geo.gazetteer import Place, known_place, place_position
from parley.geo.shape import Shape, disc_of
from parley.geo.slips import Slip, slips
from parley.geo.typed import shown
from parley.words.codes import Activity, CoordinateFormat
from parley.words.errors import InputError
from parley.words.volume import Area, Circle, Entered, Position, positions_of

PLACE_REACH_M: Final = 5_000.0
"""How far outside a named place's radius a position may lie: the wrong position of Deir ez-Zor was 9 km off."""
OWN_LEAST_M: Final = 30.0
"""Two readings of one GPS position by ordinary receivers may differ by this much."""
OWN_MOST_M: Final = 1_000.0
"""However coarse a reading, farther off than this is not the same position."""
DIFFERS_LEAST_M: Final = 1.0
"""Rounding to a nanodegree and another node's arithmetic stay far below a metre."""
SLIPS_MOST: Final = 64
"""Of a polygon's vertices so many are searched for slips; nobody types more, and a check waits for it."""
_ROUNDING: Final = 1.12
"""A digit of 111 m passes for 100 m."""
USUAL_NEED_M: Final = 1_000.0
NEEDS_M: Final[Mapping[Activity, float]] = {
    Activity.AIR_STRIKE: 100,
    Activity.ARTILLERY_FIRE: 100,
    Activity.CONVOY: 100,
    Activity.MEDICAL_EVACUATION: 100,
}
"""The precision that an activity needs, metres: where a wrong building is a wrong target; else 1 km."""
_EXCHANGEABLE: Final = frozenset({CoordinateFormat.DECIMAL, CoordinateFormat.DM, CoordinateFormat.DMS})


class EntryCode(StrEnum):
    """What is doubtful about a coordinate, by its stable name."""

    LOOKS_SWAPPED = "looks_swapped"
    OUTSIDE_LINE_AREA = "outside_line_area"
    EQUALS_OWN_POSITION = "equals_own_position"
    FAR_FROM_PLACE = "far_from_place"
    COARSER_THAN_NEEDED = "coarser_than_needed"
    DIGITS_SUSPECTED = "digits_suspected"
    POSITIONS_DIFFER = "positions_differ"
    ENTERED_DIFFERS = "entered_differs"
    ENTERED_UNREADABLE = "entered_unreadable"
    PLACE_UNKNOWN = "place_unknown"


class EntryWarning(Struct, frozen=True, kw_only=True):
    """One doubt.

    Attributes:
        sentence: for the person at the desk, without a full stop.
        figures: what the sentence rests on; a name ends in its unit.
    """

    code: EntryCode
    sentence: str
    figures: dict[str, float | str]


class OwnPoint(Struct, frozen=True):
    """An own position: its name, latitude and longitude in degrees, and how far it may be off."""

    name: str
    at: LatLon
    error_m: float


class OwnPoints:
    """Own positions by latitude, so that the few near a coordinate are found at once."""

    def __init__(self, points: Iterable[OwnPoint] = ()) -> None:
        self._points = sorted(points, key=lambda point: point.at)
        self._lats_deg = [point.at[0] for point in self._points]

    def within(self, lat_deg: float, reach_m: float) -> list[OwnPoint]:
        """Those whose latitude is at most `reach_m` metres away."""
        reach_deg = reach_m / 110_000
        first = bisect_left(self._lats_deg, lat_deg - reach_deg)
        return self._points[first : bisect_right(self._lats_deg, lat_deg + reach_deg)]


NO_POINTS: Final = OwnPoints()


class Context(Struct, frozen=True, kw_only=True):
    """What a coordinate is held against; what is not known is left out.

    Attributes:
        area: the line's area, made ready.
        near: the place that the person named beside it.
        own: own positions of open layers.
        activity: what will be done there.
        radius_m: the radius of the circle round it: a coordinate coarser than that says little.
        slips: whether neighbouring readings are tried: half a millisecond for each coordinate.
    """

    area: Shape | None = None
    near: Place | None = None
    own: OwnPoints = NO_POINTS
    activity: Activity | None = None
    radius_m: float | None = None
    slips: bool = True


def entry_warnings(position: Position, context: Context) -> tuple[EntryWarning, ...]:
    """What is doubtful about a position that was typed, in the order of the table above."""
    found = [
        *_area_warnings(position, context.area),
        *_own_warnings(position, context.own),
        *_place_warnings(position, context.near),
        *_coarse_warnings(position, context),
        *_slip_warnings(position, context),
        *_named_warnings(position),
        *signed_warnings(position),
    ]
    return tuple(found)


def area_warnings(area: Area, context: Context) -> tuple[EntryWarning, ...]:
    """What is doubtful about the positions of an area: of each kind the first, and how many more."""
    if isinstance(area, Circle):
        return entry_warnings(area.centre, replace(context, radius_m=area.radius_mm / 1e3))
    quick = replace(context, slips=False)
    return _gathered(
        [
            entry_warnings(position, context if n < SLIPS_MOST else quick)
            for n, position in enumerate(positions_of(area))
        ]
    )


def area_signed_warnings(area: Area) -> tuple[EntryWarning, ...]:
    """As `signed_warnings`, for an area that came from the other side."""
    positions = positions_of(area)
    found = [tuple(signed_warnings(position)) for position in positions]
    return found[0] if len(positions) == 1 else _gathered(found)


def _gathered(by_vertex: list[tuple[EntryWarning, ...]]) -> tuple[EntryWarning, ...]:
    first: dict[EntryCode, tuple[int, EntryWarning]] = {}
    count: Counter[EntryCode] = Counter()
    for vertex, warnings in enumerate(by_vertex, 1):
        for warning in warnings:
            first.setdefault(warning.code, (vertex, warning))
            count[warning.code] += 1
    return tuple(_of_vertex(*first[code], count[code] - 1) for code in EntryCode if code in first)


def _of_vertex(vertex: int, warning: EntryWarning, more: int) -> EntryWarning:
    too = f"; {more} more {'vertices are' if more > 1 else 'vertex is'} like it" if more else ""
    figures: dict[str, float | str] = {**warning.figures, "vertex": vertex, "more": more}
    return replace(warning, sentence=f"vertex {vertex}: {warning.sentence}{too}", figures=figures)


def point_of(position: Position) -> LatLon:
    """Latitude and longitude, degrees."""
    return position.lat_ndeg / 1e9, position.lon_ndeg / 1e9


def precision_m(position: Position) -> float:
    """How precisely a position was typed, metres; 0 for a plotted one."""
    return position.entered.precision_mm / 1e3 if position.entered else 0.0


def _outside_m(point: LatLon, area: Shape) -> float:
    return gap(disc_of(*point, 0.0), area).distance_m


def _area_warnings(position: Position, area: Shape | None) -> list[EntryWarning]:
    if area is None:
        return []
    lat_deg, lon_deg = point_of(position)
    off_m = _outside_m((lat_deg, lon_deg), area)
    if off_m <= precision_m(position):
        return []
    found = []
    typed_so = position.entered is not None and position.entered.format in _EXCHANGEABLE
    if typed_so and abs(lon_deg) <= 90 and _outside_m((lon_deg, lat_deg), area) == 0:  # noqa: PLR2004
        sentence = "latitude and longitude look exchanged: the other way round it lies in the line's area"
        found.append(_warn(EntryCode.LOOKS_SWAPPED, sentence, lat_deg=lon_deg, lon_deg=lat_deg))
    sentence = f"it lies {distance_text(off_m)} outside the line's area"
    return [*found, _warn(EntryCode.OUTSIDE_LINE_AREA, sentence, distance_m=off_m)]


def _own_warnings(position: Position, own: OwnPoints) -> list[EntryWarning]:
    point, own_precision_m = point_of(position), precision_m(position)
    hits = []
    for item in own.within(point[0], OWN_MOST_M):
        apart_m, _ = inverse(item.at, point)
        if apart_m <= min(OWN_MOST_M, max(OWN_LEAST_M, own_precision_m, item.error_m)):
            hits.append((apart_m, item.name))
    if not hits:
        return []
    apart_m, name = min(hits)
    sentence = f"it is an own position: {name}. Did a device show where it stood itself?"
    return [_warn(EntryCode.EQUALS_OWN_POSITION, sentence, distance_m=apart_m, position=name)]


def _place_warnings(position: Position, near: Place | None) -> list[EntryWarning]:
    if near is None:
        return []
    off_m = near.distance_m(point_of(position))
    if off_m <= PLACE_REACH_M + precision_m(position):
        return []
    sentence = f"it lies {distance_text(off_m)} outside {near.label}, by all its published positions"
    return [_warn(EntryCode.FAR_FROM_PLACE, sentence, distance_m=off_m, place=near.label)]


def _coarse_warnings(position: Position, context: Context) -> list[EntryWarning]:
    if context.activity is None or position.entered is None:
        return []
    need_m, have_m = NEEDS_M.get(context.activity, USUAL_NEED_M), precision_m(position)
    if context.radius_m is not None:
        need_m = min(need_m, max(context.radius_m, 1.0))
    if have_m <= need_m * _ROUNDING:
        return []
    sentence = f"it is only good to {distance_text(have_m)}, and {distance_text(need_m)} are needed here"
    return [_warn(EntryCode.COARSER_THAN_NEEDED, sentence, precision_m=have_m, needed_m=need_m)]


def _slip_warnings(position: Position, context: Context) -> list[EntryWarning]:
    area = context.area
    found = slips(position, context.near) if context.slips else []
    if area is not None:
        found = [one for one in found if _outside_m(one.at, area) == 0]
    return [_slip_warning(one) for one in found[:1]]


def _slip_warning(slip: Slip) -> EntryWarning:
    how = "two digits exchanged" if slip.exchanged else "one digit off by one"
    sentence = f'with {how} it would be "{slip.text}", which is {slip.place}'
    figures: dict[str, float | str] = {"text": slip.text, "place": slip.place, "distance_m": slip.distance_m}
    return EntryWarning(code=EntryCode.DIGITS_SUSPECTED, sentence=sentence, figures=figures)


def _named_warnings(position: Position) -> list[EntryWarning]:
    entered = position.entered
    if entered is None or entered.format is not CoordinateFormat.PLACE:
        return []
    place = known_place(entered.text)
    if place is None or len(place.positions) == 1:
        return []
    first = place.positions[0].lat_lon_deg
    apart_m = max(inverse(first, one.lat_lon_deg)[0] for one in place.positions)
    sentence = (
        f"{len(place.positions)} published positions of {place.label} lie up to {distance_text(apart_m)} "
        "apart: give a coordinate"
    )
    return [_warn(EntryCode.POSITIONS_DIFFER, sentence, distance_m=apart_m, place=place.label)]


def signed_warnings(position: Position) -> list[EntryWarning]:
    """Whether what was entered, read again here, is the place whose angles were signed."""
    entered = position.entered
    if entered is None or entered.format is CoordinateFormat.PLOTTED:
        return []
    again = _read_again(entered)
    if again is None:
        sentence = f'what was entered, "{shown(entered.text)}", cannot be read here: only the angles count'
        return [_warn(EntryCode.ENTERED_UNREADABLE, sentence, text=shown(entered.text))]
    apart_m, _ = inverse(point_of(again), point_of(position))
    if apart_m <= max(DIFFERS_LEAST_M, min(precision_m(again), precision_m(position))):
        return []
    sentence = f"entered and signed place differ by {distance_text(apart_m)}"
    return [_warn(EntryCode.ENTERED_DIFFERS, sentence, distance_m=apart_m, text=shown(entered.text))]


def _read_again(entered: Entered) -> Position | None:
    if entered.format is CoordinateFormat.PLACE:
        place = known_place(entered.text)
        return None if place is None else place_position(place, entered.text)
    try:
        return read_coordinate(entered.text)
    except InputError:
        return None


def unknown_place_warning(refusal: InputError) -> EntryWarning:
    """A doubt about the name of the place beside a coordinate: said, and in nobody's way."""
    sentence = f'the place beside it, "{refusal.where}", does not help: {refusal.what}. {refusal.do}'
    return _warn(EntryCode.PLACE_UNKNOWN, sentence.rstrip("."), place=refusal.where)


def _warn(code: EntryCode, sentence: str, **figures: float | str) -> EntryWarning:
    rounded = {
        name: round(value, 9) if isinstance(value, float) else value for name, value in figures.items()
    }
    return EntryWarning(code=code, sentence=sentence, figures=rounded)


def distance_text(length_m: float) -> str:
    """A distance for people: metres below 10 km, then kilometres."""
    if length_m < 10_000:  # noqa: PLR2004 - metres
        return f"{length_m:,.0f} m" if length_m >= 1 else f"{length_m:.2f} m"
    return f"{length_m / 1e3:,.0f} km"
