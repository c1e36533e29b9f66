"""What is wrong with an own item."""

from parley.geo.validity import Fault, area_fault, band_fault, window_fault
from parley.picture.model import OwnItem


def item_fault(item: OwnItem) -> Fault | None:
    """The first rule that an item breaks, or null. A point (radius 0) is allowed."""
    return (
        (window_fault(item.window) if item.window is not None else None)
        or area_fault(item.area, point=True)
        or (band_fault(item.band) if item.band is not None else None)
    )
