"""What `parley track` does: one file, or live until it is told to stop."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from parley.cli.client import Node
from parley.cli.output import plain, print_json, say, warn
from parley.cli.track_files import LiveSources, Settings, opened, progress, read_notices, read_zones
from parley.cli.track_node import NodePlaces
from parley.cli.track_showing import say_draft, say_report
from parley.formats.positions import Refusals
from parley.intake.draft import IncidentDraft
from parley.intake.own_units import OwnUnits, UnitPlace
from parley.intake.places import NoticeVolume, Zone
from parley.intake.tracking import Tracking, TrackingLimits
from parley.wiring.tracks import FileTracker, clock_ms, new_tracking, own_places, track_file

LATE_MS = 120_000
"""How late a live report may come before it is stale."""


def run_file(
    file: Path, settings: Settings, node: Node, zones: Path | None, notices: Path | None, own: str | None
) -> bool:
    """Follow one file; return whether there is a draft."""
    now_ms = clock_ms() if settings.at_ms is None else settings.at_ms
    if own is not None:
        _run_own_file(file, settings, node, own, now_ms)
        return False
    tracking = _tracking(settings, late_ms=None)
    keeper = NodePlaces(node) if zones is None else None
    found = keeper.places() if keeper is not None else _from_files(zones, notices)
    tracking.set_zones(found[0])
    tracking.set_notices(found[1])
    with opened(file) as (stream, size), progress(size) as tell:
        report = track_file(file, stream, FileTracker(tracking, now_ms, settings.format_), tell)
    if keeper is not None:
        keeper.keep(report.drafts)
    if node.as_json:
        print_json(report)
    else:
        say_report(report)
    return bool(report.drafts)


def _run_own_file(file: Path, settings: Settings, node: Node, layer: str, now_ms: int) -> None:
    """Move own units to where a file last saw them."""
    keeper = NodePlaces(node, layer)
    with opened(file) as (stream, size), progress(size) as tell:
        places, refused = own_places(file, stream, settings.format_, now_ms, tell)
    keeper.move(places)
    if node.as_json:
        print_json(
            {"units": len(places), "moved": keeper.moved, "unknown": keeper.unknown, "refused": refused}
        )
        return
    say(f"{len(places):,} units reported; {keeper.moved:,} moved, {keeper.unknown:,} are not in the layer.")
    for each in refused:
        say(f"refused       {each.count:>9,}  {plain(each.rule)}")


def _tracking(settings: Settings, *, late_ms: int | None) -> Tracking:
    limits = TrackingLimits(leave_ms=settings.leave_ms, lost_ms=settings.lost_ms, late_ms=late_ms)
    return new_tracking(limits)


def _from_files(zones: Path | None, notices: Path | None) -> tuple[list[Zone], list[NoticeVolume]]:
    return (
        read_zones(zones) if zones is not None else [],
        read_notices(notices) if notices is not None else [],
    )


class _Screen:
    """Prints what comes of live tracks, and gives it to the node if there is one."""

    def __init__(self, node: Node, keeper: NodePlaces | None) -> None:
        self._node, self._keeper = node, keeper
        self._said: dict[str, str] = {}
        self.drafts = 0

    def places(self) -> tuple[Sequence[Zone], Sequence[NoticeVolume]] | None:
        return self._keeper.places() if self._keeper is not None else None

    def keep(self, drafts: Sequence[IncidentDraft]) -> None:
        if self._keeper is not None:
            self._keeper.keep(drafts)
        for draft in drafts:
            self._show(draft)

    def _show(self, draft: IncidentDraft) -> None:
        before = self._said.get(draft.id)
        self.drafts += before is None
        if draft.state.value == before:
            return
        self._said[draft.id] = draft.state.value
        if len(self._said) > 20_000:  # noqa: PLR2004 - more than are ever open
            del self._said[next(iter(self._said))]
        if self._node.as_json:
            sys.stdout.write(msgspec.json.encode(draft).decode() + "\n")
        else:
            say_draft(draft)
        sys.stdout.flush()

    def move(self, places: Sequence[UnitPlace]) -> None:
        if self._keeper is not None:
            self._keeper.move(places)

    def tell(self, what: str) -> None:
        warn(plain(what))


def run_live(
    typed: LiveSources,
    settings: Settings,
    node: Node,
    zones: Path | None,
    notices: Path | None,
    own: str | None,
) -> bool:
    """Follow sources until interrupted; return whether there was a draft."""
    from parley.wiring.live_tracks import LiveTracks, Sources, TlsFiles, address_of, follow, system_clock

    sources = Sources(
        listen=[address_of(text, connect=False) for text in typed.listen],
        connect=[address_of(text, connect=True) for text in typed.connect],
        tls=TlsFiles(certificate=typed.tls_cert, key=typed.tls_key, authorities=typed.tls_ca),
    )
    refusals = Refusals()
    keeper = NodePlaces(node, own) if zones is None else None
    screen = _Screen(node, keeper)
    tracking = None if own is not None else _tracking(settings, late_ms=LATE_MS)
    if tracking is not None:
        found = keeper.places() if keeper is not None else _from_files(zones, notices)
        tracking.set_zones(found[0])
        tracking.set_notices(found[1])
        tracking.resume(keeper.open_drafts() if keeper is not None else [])
    units = OwnUnits(late_ms=LATE_MS) if own is not None else None
    live = LiveTracks(
        screen, system_clock(), refusals, tracking=tracking, own=units, format_=settings.format_
    )

    async def run() -> None:
        done = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, done.set)
        inbox = await follow(live, sources, screen.tell, done)
        for what, count in inbox.dropped.items():
            screen.tell(f"dropped {count:,} {what}")

    asyncio.run(run())
    for refused in refusals.listed():
        screen.tell(f"refused {refused.count:,} {refused.rule}")
    followed = tracking or units
    for flag, count in sorted(followed.flagged.items()) if followed is not None else ():
        if count:
            screen.tell(f"not believed {count:,} {flag.value}")
    screen.tell(f"{live.positions:,} positions, {screen.drafts:,} drafts")
    return bool(screen.drafts)
