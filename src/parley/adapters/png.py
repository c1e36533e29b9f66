"""PNG of SVG, by resvg; an extra of the package, because only pictures need it (docs/decisions/0013)."""

from importlib import import_module
from importlib.util import find_spec
from typing import Final

from parley.words.errors import InputError, SystemFault

ZOOM: Final = 2
"""Pixels of the PNG for each of the SVG."""
_BLANK: Final = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">{}</svg>'
_WORD: Final = '<text x="2" y="16" font-size="14" font-family="sans-serif">5 m</text>'


def png_of(svg: str) -> bytes:
    """Return a PNG of a picture.

    Raises:
        InputError: png-not-installed.
        SystemFault: png-failed; png-without-fonts, because a picture without its words could mislead.
    """
    if find_spec("resvg_py") is None:
        do = "Install parley with the extra png, or give a name that ends in .svg."
        raise InputError("png-not-installed", "This installation cannot make a PNG", do=do)
    if _render(_BLANK.format(_WORD), 1) == _render(_BLANK.format(""), 1):
        do = "Install a font such as DejaVu Sans, or give a name that ends in .svg."
        raise SystemFault("png-without-fonts", "This machine has no font to write the labels with", do=do)
    return _render(svg, ZOOM)


def _render(svg: str, zoom: int) -> bytes:
    resvg = import_module("resvg_py")
    try:
        return bytes(resvg.svg_to_bytes(svg_string=svg, zoom=zoom, sans_serif_family="DejaVu Sans"))
    except Exception as error:
        do = "Give a name that ends in .svg instead."
        raise SystemFault("png-failed", f"The PNG could not be made: {error}", do=do) from error
