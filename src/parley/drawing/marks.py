"""The elements of SVG that pictures are made of. Numbers are written alike always; text is made harmless."""

import re
from collections.abc import Iterable
from html import escape
from typing import Final

FONT: Final = "DejaVu Sans, Noto Sans, Noto Sans Arabic, Arial, sans-serif"
INK: Final = "#16212b"
NOTICE: Final = "#a33a12"
OTHER: Final = "#1d5c94"
_UNFIT: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (section 2.2) does not allow."""
_TURNS: Final = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x1f\x7f-\x9f]")
"""What would change the direction of the text beside it, or is no text."""

DEFINITIONS: Final = f"""<defs>
<pattern id="hatched" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="8" height="8" fill="{NOTICE}" fill-opacity="0.08"/>
<line x1="0" y1="0" x2="0" y2="8" stroke="{NOTICE}" stroke-width="2" stroke-opacity="0.55"/></pattern>
<pattern id="dotted" width="9" height="9" patternUnits="userSpaceOnUse">
<rect width="9" height="9" fill="{OTHER}" fill-opacity="0.08"/>
<circle cx="4.5" cy="4.5" r="1.4" fill="{OTHER}" fill-opacity="0.75"/></pattern>
</defs>"""


def number(value: float) -> str:
    """Write a number of pixels: to a tenth, and never "-0"."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def harmless(text: str) -> str:
    """Return somebody's text so that it can only be read, escaped for XML."""
    return escape(_TURNS.sub("\ufffd", _UNFIT.sub("\ufffd", text)))


def text(
    at: tuple[float, float],
    words: str,
    *,
    size: int = 13,
    anchor: str = "start",
    bold: bool = False,
    halo: bool = False,
    fill: str = INK,
) -> str:
    """Write one line of text."""
    weight = ' font-weight="bold"' if bold else ""
    ring = ' stroke="#ffffff" stroke-width="3.5" stroke-linejoin="round" paint-order="stroke"' if halo else ""
    return (
        f'<text x="{number(at[0])}" y="{number(at[1])}" font-size="{size}" text-anchor="{anchor}" fill="{fill}"'
        f"{weight}{ring}>{harmless(words)}</text>"
    )


def path(lines: tuple[tuple[tuple[float, float], ...], ...], style: str, *, closed: bool) -> str:
    """Draw lines, or rings: what an odd number of them surrounds is inside."""
    ways = []
    for points in lines:
        first, *rest = (f"{number(x)} {number(y)}" for x, y in points)
        ways.append(f"M{first}L{' '.join(rest)}{'Z' if closed else ''}" if rest else f"M{first}Z")
    return f'<path d="{"".join(ways)}" {style}/>' if ways else ""


def _members(values: Iterable[tuple[str, float]]) -> str:
    return " ".join(f'{name}="{number(value)}"' for name, value in values)


def line(start: tuple[float, float], end: tuple[float, float], style: str) -> str:
    """Draw one straight line."""
    ends = zip(("x1", "y1", "x2", "y2"), (*start, *end), strict=True)
    return f"<line {_members(ends)} {style}/>"


def rectangle(x: float, y: float, width: float, height: float, style: str) -> str:
    """Draw a rectangle."""
    sides = zip(("x", "y", "width", "height"), (x, y, width, height), strict=True)
    return f"<rect {_members(sides)} {style}/>"


def disc(at: tuple[float, float], radius: float, style: str) -> str:
    """Draw a circle."""
    return f'<circle cx="{number(at[0])}" cy="{number(at[1])}" r="{number(radius)}" {style}/>'
