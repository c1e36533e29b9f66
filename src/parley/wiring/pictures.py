"""Pictures in files: SVG, or PNG where that is installed."""

from pathlib import Path
from typing import Final

from parley.adapters.png import png_of
from parley.drawing.scene import Scene
from parley.drawing.svg import svg
from parley.words.errors import InputError, SystemFault

SUFFIXES: Final = (".svg", ".png")


def refuse_suffix(path: Path) -> None:
    """Refuse a name that ends in neither .svg nor .png, before any work is done.

    Raises:
        InputError: picture-suffix-unknown.
    """
    if path.suffix.lower() not in SUFFIXES:
        do = f"Let it end in {' or '.join(SUFFIXES)}."
        raise InputError("picture-suffix-unknown", "A picture is an SVG or a PNG", where=str(path), do=do)


def save_picture(scene: Scene, path: Path) -> None:
    """Draw a scene into a file; one that is there is replaced.

    Raises:
        InputError: picture-suffix-unknown, png-not-installed.
        SystemFault: picture-file-failed, and as `png_of`.
    """
    refuse_suffix(path)
    drawn = svg(scene)
    data = drawn.encode() if path.suffix.lower() == ".svg" else png_of(drawn)
    try:
        path.write_bytes(data)
    except OSError as error:
        what = f"The picture cannot be written: {error.strerror}"
        raise SystemFault("picture-file-failed", what, where=str(path), do="Check the folder.") from error
