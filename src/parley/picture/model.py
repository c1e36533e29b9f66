"""The values of the picture. Frozen; nothing here computes."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from parley.words.units import Count, ShortText, TimeMs
from parley.words.volume import Area, Band, Window


class OwnKind(StrEnum):
    """What an own item is."""

    POSITION = "position"
    UNIT = "unit"
    SITE = "site"


class Layer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of the picture that is loaded and replaced as a whole.

    Attributes:
        name: what people call it; it is not shown for a sealed layer.
        compartment: null for an open layer; for a sealed one the cell to call ("call cell K").
        loaded_ms: when its items were loaded, UTC milliseconds; null for a layer that is known to
            exist but is not loaded, which every check then names as missing.
    """

    name: ShortText
    compartment: ShortText | None
    loaded_ms: TimeMs | None


class OwnItem(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One own position, unit or protected site.

    Attributes:
        id: unique in its layer. Layers do not share ids, so that loading one tells nothing of a sealed one.
        name: what a finding calls it.
        layer: the name of its layer.
        area: where it is; a circle of radius 0 is a point, a radius says how far it may be off.
        band: null is unknown, and is compared as unlimited.
        window: when it is there; null is permanent.
        as_of_ms: when the position was last known to be true, UTC milliseconds.
        interest: the area in which a unit wants to be warned; null for none. The check does not use it.
    """

    id: ShortText
    name: ShortText
    kind: OwnKind
    layer: ShortText
    area: Area
    band: Band | None = None
    window: Window | None = None
    as_of_ms: TimeMs
    interest: Area | None = None


class Picture(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All layers and items, at one version.

    Attributes:
        version: 0 for a picture to which nothing was ever loaded; one more with each change.
    """

    layers: Annotated[tuple[Layer, ...], Meta(max_length=1_000)]
    items: tuple[OwnItem, ...]
    version: Count
