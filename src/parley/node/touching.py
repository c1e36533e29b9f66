"""Touching: which notices a STOP applies to. In doubt it applies."""

from parley.exchange.phase import CLOSED
from parley.exchange.stop import StandingStop
from parley.exchange.thread import Thread
from parley.geo.altitude import band_gap_mm
from parley.geo.distance import gap_within
from parley.geo.shape import Shape, shape_of
from parley.wire.message import always
from parley.words.bodies import StopActivity, StopLine, StopPlace, StopVolume
from parley.words.volume import Volume


def touches(stop: StandingStop, thread: Thread) -> bool:
    """Tell whether a STOP touches a notice now: it applies to it, and the notice is still open."""
    return thread.phase not in CLOSED and applies(stop, thread)


def applies(stop: StandingStop, thread: Thread) -> bool:
    """Tell whether a STOP applies to a notice, open or not: one of the party that it was called on."""
    if thread.author == stop.caller:
        return False
    match stop.scope:
        case StopLine():
            return True
        case StopActivity(of=of, volume=volume):
            named = any(version.id == of for version in thread.versions)
            return named or (volume is not None and _meets(thread, volume))
        case StopVolume(volume=volume):
            return _meets(thread, volume)
        case StopPlace(area=area):
            return _meets(thread, always(area))


def _meets(thread: Thread, volume: Volume) -> bool:
    shape = shape_of(volume.area)
    return any(_version_meets(version.body.volume, volume, shape) for version in thread.versions)


def _version_meets(notified: Volume, stopped: Volume, shape: Shape) -> bool:
    """Tell whether two volumes meet. A notified window has no sure end (rule 8): only its start counts."""
    if notified.window.start_ms > stopped.window.end_ms:
        return False
    if band_gap_mm(notified.band, stopped.band) > 0:
        return False
    return gap_within(shape_of(notified.area), shape, 0.0) is not None
