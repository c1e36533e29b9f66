"""Reading a coordinate that a person typed: one reader for every format.

What is not certain is refused, never guessed. The formats do not overlap: each reader says whether a
text is in its form, and refuses what is in its form and cannot be right.

| format | reader | precision |
|---|---|---|
| decimal degrees, DM, DMS | `angles` | the last digit typed |
| MGRS | `mgrs` | the cell's size |
| UTM, UPS | `utm` | the last digit typed |
| GARS, GEOREF | `gars`, `georef` | the cell's height |

Place names are not coordinates: `gazetteer` reads those.
"""

import unicodedata
from typing import Final

from parley.geo.angles import explain, read_angles
from parley.geo.gars import read_gars
from parley.geo.georef import read_georef
from parley.geo.mgrs import read_mgrs
from parley.geo.typed import check_harmless, check_script, tidy_text
from parley.geo.utm import read_ups, read_utm
from parley.words.volume import Position

_READERS: Final = (read_angles, read_mgrs, read_utm, read_ups, read_gars, read_georef)


def read_coordinate(text: str) -> Position:
    """Read a typed coordinate.

    Args:
        text: as typed, at most 80 characters.

    Returns:
        The position, with the text, its format and its precision in `entered`.

    Raises:
        InputError: `coordinate-too-long`, `coordinate-hidden-characters`, `coordinate-other-digits`,
            `coordinate-other-script`, `coordinate-longitude-first`, `coordinate-unreadable` (in none of
            the forms), or as the readers.
    """
    check_harmless(text)
    check_script(text)
    typed = unicodedata.normalize("NFC", text)
    tidy = tidy_text(typed)
    found = (read(tidy, typed) for read in _READERS)
    position = next((one for one in found if one is not None), None)
    return explain(tidy, text) if position is None else position
