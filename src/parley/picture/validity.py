"""What is wrong with an own item."""

from parley.geo.validity import Fault, area_fault, band_fault
from parley.picture.model import OwnItem


def item_fault(item: OwnItem) -> Fault | None:
    """The first rule that an item breaks, or null. A point (radius 0) is allowed."""
    if item.window is not None and item.window.end_ms < item.window.start_ms:
        return Fault("end-before-start", "the window ends before it starts")
    return area_fault(item.area, point=True) or (band_fault(item.band) if item.band is not None else None)
