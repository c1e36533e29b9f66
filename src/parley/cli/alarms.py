"""Alarms: what a served node says in its own terminal, so that a STOP is heard where nobody types `board`."""

import sys
from collections.abc import Iterator
from typing import Final

import msgspec

from parley.cli.output import plain, say
from parley.cli.times import zulu
from parley.ports.store import Happening
from parley.wiring.running import RunningNode

BELL: Final = "\a"
RINGING: Final = frozenset({"stop_unverified", "fork", "seen_contradicted", "peer_number_differs"})
ALARMS: Final = RINGING | {
    "gap_missing",
    "unreadable",
    "receipts_contradict",
    "clock_skew",
    "check_failed",
    "act_failed",
    "incident_draft",
    "probing",
    "quarantined",
    "disk_nearly_full",
    "disk_full",
}
RECEIVED: Final = frozenset(
    {"stop", "notice", "amend", "cancel", "begin", "end", "stop_release", "hazard_end", "relay", "line_test"}
)


LOUD: Final = {
    "stop": "[bold]⛔ STOP called by them[/]: answer within a minute; see `parley board`",
    "hazard": "[bold]⚠ HAZARD told by them[/]: warn your units; see `parley board`",
}
"""Messages that ring as they arrive."""


async def show_alarms(node: RunningNode) -> None:
    """Print and ring what arrives, until the node ends. For a terminal only: a pipe might fill."""
    async for chunk in node.hub.listen():
        for happening in _happenings(chunk):
            text = alarm_text(happening)
            if text is None:
                continue
            rings = happening.what in RINGING or happening.kind in LOUD
            line = node.reads.line(happening.line) if happening.line else None
            mark = "EXERCISE " if line is not None and line.terms.exercise else ""
            name = f"{line.name}: " if line is not None else ""
            if rings:
                sys.stdout.write(BELL)
            say(f"{zulu(happening.at_ms)}  {mark}{plain(name)}{text}")
            sys.stdout.flush()


def _happenings(chunk: bytes) -> Iterator[Happening]:
    for event in chunk.split(b"\n\n"):
        if event.startswith(b"data: "):
            yield msgspec.json.decode(event.removeprefix(b"data: "), type=Happening)


def alarm_text(happening: Happening) -> str | None:
    """Return what to say of a happening; null when it is no alarm."""
    detail = f": {plain(happening.detail)}" if happening.detail else ""
    if happening.what in ALARMS:
        return f"[bold]⚠ {happening.what.replace('_', ' ').upper()}[/]{detail}"
    if happening.what != "message" or happening.direction != "received":
        return None
    if happening.kind in LOUD:
        return LOUD[happening.kind]
    if happening.kind == "read_back" and happening.detail.startswith("mismatch"):
        return f"[bold]⚠ read-back MISMATCH[/]{detail}"
    if happening.kind in RECEIVED:
        return f"{happening.kind.replace('_', ' ')} received; see `parley board`"
    return None
