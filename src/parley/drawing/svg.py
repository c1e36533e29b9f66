"""A scene as SVG: one map of everything, beside it the worst finding from near, and below it the words."""

from collections.abc import Sequence
from textwrap import shorten, wrap
from typing import Final

import numpy as np

from parley.drawing.marks import DEFINITIONS, FONT, INK, NOTICE, OTHER, harmless, number, rectangle, text
from parley.drawing.outlines import places_of
from parley.drawing.panel import panel
from parley.drawing.projection import Projection, View
from parley.drawing.scene import Scene, Thing
from parley.geo.ellipsoid import LatLon, ecef_point, inverse, lat_lon

WIDTH: Final = 1_040
THINGS_MAX: Final = 300
SENTENCES_MAX: Final = 12
NOTES_MAX: Final = 12
_MARGIN: Final = 20.0
_HEAD: Final = 82.0
_TITLE_SHORT: Final = 74
_TITLE_LONG: Final = 90
_SUMMARY_LONG: Final = 100
"""A longer summary stands, whole, below the map."""
_TALL: Final = 560.0
_WIDE: Final = WIDTH - 2 * _MARGIN
_LEAST_M: Final = 25.0
"""Half the height of the smallest map, metres."""
_MUCH_NEARER: Final = 0.3
"""A map from near is drawn if its scale is this much finer."""
_CHARACTERS: Final = 146
_ROW: Final = 19.0


def svg(scene: Scene) -> str:
    """Draw a scene.

    Args:
        scene: with at least one thing or one pair of nearest points.
    """
    things = [*(t for t in scene.things if not t.notice), *(t for t in scene.things if t.notice)][:THINGS_MAX]
    maps = _maps(scene, things)
    rows = _rows(scene)
    height = _HEAD + _TALL + 2 * _MARGIN + 40 + _ROW * len(rows)
    size = f'width="{WIDTH}" height="{number(height)}" viewBox="0 0 {WIDTH} {number(height)}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}" role="img">',
        f"<title>{harmless(scene.title)}</title>",
        DEFINITIONS,
        rectangle(0, 0, WIDTH, height, 'fill="#ffffff"'),
        *_heading(scene),
        *maps,
        *_legend(_HEAD + _TALL + 22),
    ]
    for k, (words, bold) in enumerate(rows):
        parts.append(text((_MARGIN, _HEAD + _TALL + 52 + _ROW * k), words, bold=bold))
    return "\n".join(part for part in parts if part) + "\n</svg>\n"


def _heading(scene: Scene) -> list[str]:
    room = _TITLE_SHORT if scene.exercise else _TITLE_LONG
    parts = [text((_MARGIN, 28), shorten(scene.title, room, placeholder="…"), size=18, bold=True)]
    rows = [(scene.summary, INK, False)] if len(scene.summary) <= _SUMMARY_LONG else []
    rows += [(scene.caution, "#8c1313", True)] if scene.caution else []
    for k, (words, fill, bold) in enumerate(rows):
        parts.append(text((_MARGIN, 50 + 20 * k), words, size=14, bold=bold, fill=fill))
    if scene.exercise:
        box = f'fill="{INK}" stroke="{INK}" stroke-width="2"'
        parts.append(rectangle(WIDTH - 170, 10, 150, 32, box))
        parts.append(text((WIDTH - 95, 33), "EXERCISE", size=19, anchor="middle", bold=True, fill="#ffffff"))
    return parts


def _legend(y: float) -> list[str]:
    """What the patterns mean, in words and patterns."""
    x = _MARGIN
    parts = []
    for words, pattern, colour, dash in (
        ("notice: hatched, solid line; a triangle for a point", "hatched", NOTICE, ""),
        ("other: dotted, dashed line; a square for a point", "dotted", OTHER, ' stroke-dasharray="5 3"'),
    ):
        box = f'fill="url(#{pattern})" stroke="{colour}" stroke-width="2"{dash}'
        parts += [rectangle(x, y - 12, 26, 15, box), text((x + 34, y), words, size=12)]
        x += 375
    parts.append(text((x, y), "numbered: nearest points", size=12))
    return parts


def _maps(scene: Scene, things: Sequence[Thing]) -> list[str]:
    """The map of everything and, where the worst finding is too small to see on it, one from near."""
    projection = Projection(_middle(scene, things))
    whole = _view(projection, scene, things, (_MARGIN, _HEAD, _WIDE, _TALL))
    half = (_WIDE - _MARGIN) / 2
    near = _closely(scene, things, (2 * _MARGIN + half, _HEAD, half, _TALL)) if scene.nears else None
    if near is None or near.metres_a_pixel > _MUCH_NEARER * whole.metres_a_pixel:
        return [panel(whole, things, scene.nears, name="everything")]
    whole = _view(projection, scene, things, (_MARGIN, _HEAD, half, _TALL))
    return [
        panel(whole, things, scene.nears, name="everything"),
        panel(near, things, scene.nears, name="nearest"),
        text((2 * _MARGIN + half + 8, _HEAD + 18), "1, from near", size=13, bold=True, halo=True),
    ]


def _middle(scene: Scene, things: Sequence[Thing]) -> LatLon:
    """The place round which everything lies; where that is nowhere, the first place."""
    places = [place for near in scene.nears for place in (near.first, near.second)]
    for thing in things:
        for area in thing.focus:
            for lat, lon in places_of(area):
                step = max(1, len(lat) // 60)
                places += zip(lat[::step].tolist(), lon[::step].tolist(), strict=True)
    sums = np.array([ecef_point(*place) for place in places]).mean(axis=0)
    if float(np.linalg.norm(sums)) < 1e5:  # noqa: PLR2004 - all round the Earth: no side is the middle
        return places[0]
    x, y, z = (sums / np.linalg.norm(sums) * 6_371_000.0).tolist()
    return lat_lon(x, y, z)


def _view(
    projection: Projection, scene: Scene, things: Sequence[Thing], box: tuple[float, float, float, float]
) -> View:
    """A view that holds everything, with some room round it."""
    runs = [run for thing in things for area in thing.focus for run in places_of(area)]
    runs += [(np.array([p[0]]), np.array([p[1]])) for near in scene.nears for p in (near.first, near.second)]
    east_m, north_m = (
        np.concatenate(each) for each in zip(*(projection.plane(*run) for run in runs), strict=True)
    )
    wide_m, tall_m = np.ptp(east_m), np.ptp(north_m)
    scale = 1.25 * max(float(wide_m) / box[2], float(tall_m) / box[3], 2 * _LEAST_M / box[3])
    scale += _widest_m(things) / box[3]
    middle_m = float(east_m.min() + east_m.max()) / 2, float(north_m.min() + north_m.max()) / 2
    return View(projection, middle_m, scale, box)


def _widest_m(things: Sequence[Thing]) -> float:
    """Twice the half-width of the widest corridor: it lies beyond its line."""
    return max(
        (2 * getattr(a, "half_width_mm", 0) / 1e3 for thing in things for a in thing.focus), default=0.0
    )


def _closely(scene: Scene, things: Sequence[Thing], box: tuple[float, float, float, float]) -> View:
    """A view of the worst finding: of its two points, or where there is no gap of the smaller area."""
    near = scene.nears[0]
    x, y, z = ((a + b) / 2 for a, b in zip(ecef_point(*near.first), ecef_point(*near.second), strict=True))
    projection = Projection(lat_lon(x, y, z))
    side = min(box[2], box[3])
    length_m = inverse(near.first, near.second)[0]
    if length_m:
        return View(projection, (0.0, 0.0), max(2.5 * length_m, 2 * _LEAST_M) / side, box)
    reaches_m = [_reach_m(projection, thing) for thing in things if thing.name in near.names]
    return View(projection, (0.0, 0.0), 3 * max(_LEAST_M, *reaches_m, _LEAST_M) / side, box)


def _reach_m(projection: Projection, thing: Thing) -> float:
    """How far from the centre a thing reaches, metres."""
    runs = [projection.plane(*run) for area in thing.focus for run in places_of(area)]
    return max((float(np.hypot(*run).max()) for run in runs), default=_LEAST_M)


def _rows(scene: Scene) -> list[tuple[str, bool]]:
    """The sentences, then what is known of each thing: lines and whether they are bold."""
    rows: list[tuple[str, bool]] = [(words, True) for said in scene.said for words in wrap(said, _CHARACTERS)]
    if len(scene.summary) > _SUMMARY_LONG:
        rows = [(words, True) for words in wrap(scene.summary, _CHARACTERS)] + rows
    for k, near in enumerate(scene.nears[:SENTENCES_MAX], 1):
        rows += [(words, False) for words in wrap(f"{k}. {near.sentence}", _CHARACTERS)]
    hidden = scene.found - min(SENTENCES_MAX, len(scene.nears))
    if hidden > 0:
        drawn = f"; {len(scene.nears):,} are drawn" if scene.found > len(scene.nears) else ""
        rows.append((f"and {hidden:,} more of {scene.found:,}, which the command lists{drawn}", True))
    if not scene.nears and not scene.said:
        rows.append(("Nothing was found within the separation, in what was compared.", True))
    noted = [thing for thing in scene.things if thing.note]
    for thing in noted[:NOTES_MAX]:
        rows += [(words, False) for words in wrap(f"{thing.name}: {thing.note}", _CHARACTERS)]
    if len(noted) > NOTES_MAX:
        rows.append(
            (f"and {len(noted) - NOTES_MAX:,} more things, whose heights and times are not listed", True)
        )
    return rows
