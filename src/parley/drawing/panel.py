"""One map: graticule, areas, nearest points, labels, scale bar and north."""

from collections.abc import Sequence
from math import floor, hypot, log10
from typing import Final

from parley.drawing.graticule import graticule
from parley.drawing.marks import INK, NOTICE, OTHER, disc, line, number, path, rectangle, text
from parley.drawing.outlines import Outline, Point, outline_in, straightened
from parley.drawing.projection import View
from parley.drawing.scene import Near, Thing

LABELS_MAX: Final = 60
NEARS_MAX: Final = 50
_CHARACTER: Final = 7.6
_ROW: Final = 16.0
_SHIFTS: Final = (0.0, _ROW, -_ROW, 2 * _ROW, -2 * _ROW, 3 * _ROW, -3 * _ROW)
_GRID: Final = 'fill="none" stroke="#8795a1" stroke-width="0.8" stroke-opacity="0.7"'


class Labels:
    """Places labels so that none lies over another; what finds no room is left out and counted."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._taken: list[tuple[float, float, float, float]] = []
        self.left_out = 0

    def put(self, at: Point, words: str, *, bold: bool = False, fill: str = INK) -> str:
        """Return a label near a point, or nothing."""
        return self._put(at, words, _SHIFTS, 13, bold=bold, fill=fill)

    def degree(self, at: Point, words: str) -> str:
        """Return a label of the graticule: at its place or nowhere."""
        left_out = self.left_out
        drawn = self._put(at, words, (0.0,), 11, bold=False, fill="#52616e")
        self.left_out = left_out
        return drawn

    def _put(
        self, at: Point, words: str, shifts: tuple[float, ...], size: int, *, bold: bool, fill: str
    ) -> str:
        width = len(words) * _CHARACTER * size / 13
        x = min(max(at[0], self._view.left + width / 2 + 3), self._view.right - width / 2 - 3)
        for shift in shifts if len(self._taken) < LABELS_MAX else ():
            y = at[1] + shift
            box = (x - width / 2, y - size, x + width / 2, y + 4)
            if (
                box[1] < self._view.top
                or box[3] > self._view.bottom
                or any(_meet(box, b) for b in self._taken)
            ):
                continue
            self._taken.append(box)
            return text((x, y), words, size=size, anchor="middle", bold=bold, halo=True, fill=fill)
        self.left_out += 1
        return ""

    def keep_clear(self, x: float, y: float, width: float, height: float) -> None:
        """Let no label lie over a rectangle."""
        self._taken.append((x, y, x + width, y + height))


def _meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def panel(view: View, things: Sequence[Thing], nears: Sequence[Near], *, name: str) -> str:
    """Draw one map.

    Args:
        view: where it stands in the picture, and what it shows.
        things: drawn in this order.
        nears: worst first; they are numbered from 1.
        name: of the map, unique in the picture.
    """
    box = (view.left, view.top, view.width, view.height)
    labels = Labels(view)
    labels.keep_clear(view.left, view.bottom - 44, 190, 44)
    labels.keep_clear(view.right - 40, view.top, 40, 54)
    grid, degrees = _grid(view, labels)
    areas, titles = [], []
    for thing in things:
        for area in thing.areas:
            shown = outline_in(view, area)
            areas.append(_area(shown, notice=thing.notice))
        if thing.at is not None:
            areas.append(_symbol(view.pixel(thing.at), notice=False))
        titles.append((thing, _anchor(view, thing)))
    lines, marks = [], []
    for thing, where in titles:
        if where is not None and thing.notice:
            marks.append(labels.put(where, thing.name, bold=True, fill=NOTICE))
    for number_, near in list(enumerate(nears, 1))[:NEARS_MAX]:
        drawn, at = _near(view, near)
        lines.append(drawn)
        if _holds(view, at):
            marks.append(labels.put(at, f"{number_}: {near.label}", bold=True))
    for thing, where in titles:
        if where is not None and not thing.notice:
            marks.append(labels.put(where, thing.name, fill=OTHER))
    left_out = f"labels left out: {labels.left_out}" if labels.left_out else ""
    inside = "\n".join(part for part in (*grid, *areas, *lines, *degrees, *marks) if part)
    return "\n".join(
        (
            f'<clipPath id="{name}">{rectangle(*box, "")}</clipPath>',
            rectangle(*box, 'fill="#fbfcfd" stroke="none"'),
            f'<g clip-path="url(#{name})">\n{inside}\n</g>',
            rectangle(*box, f'fill="none" stroke="{INK}" stroke-width="1.2"'),
            _scale(view),
            _north(view),
            text((view.right - 6, view.bottom - 7), left_out, size=11, anchor="end", halo=True)
            if left_out
            else "",
        )
    )


def _grid(view: View, labels: Labels) -> tuple[list[str], list[str]]:
    """The graticule, and its labels inside the border."""
    drawn, degrees = [], []
    for each in graticule(view):
        runs: list[tuple[Point, ...]] = [()]
        before: Point | None = None
        for point in zip(each.x.tolist(), each.y.tolist(), strict=True):
            if before is not None and hypot(point[0] - before[0], point[1] - before[1]) > view.width:
                runs.append(())  # over the far side of the Earth
            runs[-1] += (point,)
            before = point
        drawn.append(path(tuple(straightened(run) for run in runs if len(run) > 1), _GRID, closed=False))
        if each.at is None:
            continue
        x, y = each.at
        y = y - 5 if each.meridian else y + 4
        degrees.append(labels.degree((x, min(max(y, view.top + 14), view.bottom - 5)), each.label))
    return drawn, degrees


def _area(shown: Outline, *, notice: bool) -> str:
    colour, pattern = (NOTICE, "hatched") if notice else (OTHER, "dotted")
    dash = "" if notice else ' stroke-dasharray="7 4"'
    parts = []
    if shown.width is None:
        style = f'fill="url(#{pattern})" fill-rule="evenodd" stroke="{colour}" stroke-width="2"{dash}'
        parts.append(path(shown.lines, style, closed=True))
    else:
        ends = 'fill="none" stroke-linecap="round" stroke-linejoin="round"'
        if shown.width > 1:
            edge = f'{ends} stroke="{colour}" stroke-opacity="0.25" stroke-width="{number(shown.width + 2)}"'
            fill = f'{ends} stroke="url(#{pattern})" stroke-width="{number(shown.width)}"'
            parts += [path(shown.lines, edge, closed=False), path(shown.lines, fill, closed=False)]
        parts.append(path(shown.lines, f'{ends} stroke="{colour}" stroke-width="2"{dash}', closed=False))
    parts += [_symbol(at, notice=notice) for at in shown.points]
    return "".join(parts)


def _symbol(at: Point, *, notice: bool) -> str:
    """A point: a filled triangle for a notice, an open square for another."""
    x, y = at
    if notice:
        corners = ((x, y - 7), (x + 6.5, y + 5), (x - 6.5, y + 5))
        return path((corners,), f'fill="{NOTICE}" stroke="#ffffff" stroke-width="1"', closed=True)
    style = f'fill="#ffffff" fill-opacity="0.6" stroke="{OTHER}" stroke-width="2"'
    return rectangle(x - 5, y - 5, 10, 10, style) + disc(at, 1.5, f'fill="{OTHER}"')


def _anchor(view: View, thing: Thing) -> Point | None:
    """Where the name of a thing stands: above the middle of what can be seen of it."""
    if thing.at is not None:
        x, y = view.pixel(thing.at)
        return (x, y - 10) if _holds(view, (x, y)) else None
    seen: list[Point] = []
    for area in thing.focus or thing.areas:
        shown = outline_in(view, area)
        seen += [point for run in shown.lines for point in run if _holds(view, point)]
        seen += [(x, y - 10) for x, y in shown.points if _holds(view, (x, y))]
    if not seen:
        return None
    xs, ys = [x for x, _ in seen], [y for _, y in seen]
    return (min(xs) + max(xs)) / 2, max(min(ys) - 6, view.top + 16)


def _holds(view: View, at: Point) -> bool:
    return view.left <= at[0] <= view.right and view.top <= at[1] <= view.bottom


def _near(view: View, near: Near) -> tuple[str, Point]:
    """The line between two nearest points, or a cross on their common one; and the place above it."""
    start, end = view.pixel(near.first), view.pixel(near.second)
    above = (start[0] + end[0]) / 2, min(start[1], end[1]) - 9
    if near.first == near.second:
        arms = "".join(
            line(
                (start[0] - 6, start[1] + d), (start[0] + 6, start[1] - d), f'stroke="{INK}" stroke-width="3"'
            )
            for d in (6, -6)
        )
        return arms, above
    ends = "".join(disc(at, 4, f'fill="#ffffff" stroke="{INK}" stroke-width="2"') for at in (start, end))
    halo = line(start, end, 'stroke="#ffffff" stroke-width="6"')
    inner = line(start, end, f'stroke="{INK}" stroke-width="2.5"')
    return f"{halo}{inner}{ends}", above


def _scale(view: View) -> str:
    """A bar of a round length, at most a quarter of the width."""
    room_m = view.metres_a_pixel * min(view.width / 4, 170)
    power = 10.0 ** floor(log10(room_m))
    length_m = next(k * power for k in (5, 2, 1) if k * power <= room_m)
    length = length_m / view.metres_a_pixel
    said = f"{length_m / 1e3:,g} km" if length_m >= 1_000 else f"{length_m:g} m"  # noqa: PLR2004 - a kilometre
    x, y = view.left + 12, view.bottom - 14
    bar = f'stroke="{INK}" stroke-width="2"'
    ends = "".join(line((at, y - 5), (at, y + 5), bar) for at in (x, x + length))
    back = rectangle(x - 6, y - 24, max(length + 12, 90), 33, 'fill="#ffffff" fill-opacity="0.85"')
    return back + line((x, y), (x + length, y), bar) + ends + text((x, y - 9), said, size=12)


def _north(view: View) -> str:
    """North, as it is at the centre of the map."""
    x, y = view.right - 20, view.top + 12
    arrow = path((((x, y), (x + 7, y + 22), (x, y + 17), (x - 7, y + 22)),), f'fill="{INK}"', closed=True)
    back = rectangle(x - 16, y - 8, 32, 48, 'fill="#ffffff" fill-opacity="0.85"')
    return back + arrow + text((x, y + 36), "N", size=12, anchor="middle", bold=True)
