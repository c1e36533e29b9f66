"""Checking: notices against the private picture and each other, after the receipt and before release.

The result stays here: it goes to the journal and to our own desks, never into a message (rule 7).
"""

import heapq
from collections.abc import Iterable
from functools import reduce
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from parley.check.engine import CheckEngine
from parley.check.model import CheckResult, Separation, separation_for, separation_of, wider
from parley.exchange import thread as threads
from parley.exchange.thread import Thread
from parley.geo.entry_warnings import (
    Context,
    EntryWarning,
    area_signed_warnings,
    area_warnings,
    unknown_place_warning,
)
from parley.geo.gazetteer import find_place
from parley.geo.shape import shape_of
from parley.node.desk import Desk
from parley.node.hazard_rows import standing_hazards, volume_of
from parley.node.lines import DEFAULT_SEPARATION, known_line
from parley.node.naming import handle
from parley.node.own import Own
from parley.node.probed import Asked, asked_of, note_asked
from parley.ports.picture import PictureStore
from parley.ports.store import Happening, Line, Reads, Tx
from parley.words.codes import RANK, Activity, Precedence, UnitState
from parley.words.errors import InputError, SystemFault
from parley.words.units import LineId, MessageId, PartyId, TimeMs
from parley.words.volume import Volume

MAX_UNITS: Final = 1_000
HAZARD_RANK: Final = RANK[Precedence.FLASH]
SAYS_HAZARD: Final = frozenset({"hazard", "hazard_end", "heard"})
"""The kinds of messages that may begin or end a hazard."""


class Checked(Struct, frozen=True, kw_only=True):
    """The check of one version: what was found, when."""

    version: MessageId
    at_ms: TimeMs
    result: CheckResult


class Looked(NamedTuple):
    """A check that was made; of a version, its notice and what it asks."""

    checked: Checked
    thread: MessageId | None = None
    asked: Asked | None = None


class Again(NamedTuple):
    """A version that was checked and must be checked again; `rank` is that of its precedence."""

    line: LineId
    rank: int
    version: MessageId


class Unreleased(Struct, frozen=True, kw_only=True):
    """A volume to be checked before its release, and what else is known of it.

    Attributes:
        near: the name of the place beside it, as typed; one that is not known is only a warning.
    """

    volume: Volume
    activity: Activity | None = None
    near: str | None = None


class UnitMark(Struct, frozen=True, kw_only=True):
    """What one own unit is known to do about a notice."""

    unit: str
    state: UnitState
    at_ms: TimeMs
    by: str


class Checker:
    """Keeps the engine in step with the picture and the notices, and asks it. One owner at a time."""

    def __init__(self, own: Own, engine: CheckEngine, pictures: PictureStore) -> None:
        self._own = own
        self._engine = engine
        self._pictures = pictures
        self._ready = False
        self._closing: list[tuple[TimeMs, MessageId, LineId, MessageId]] = []
        self._awaited: set[MessageId] = set()
        self._followed: dict[MessageId, tuple[LineId, int]] = {}
        self._changed: set[MessageId] = set()

    @property
    def party(self) -> PartyId:
        """Whose notices are ours."""
        return self._own.party

    def load_notices(self, reads: Reads, now_ms: TimeMs) -> list[tuple[LineId, MessageId]]:
        """Take up all open notices, after the picture. Until then every check is refused as not ready.

        Returns:
            The versions of the peers that are still unchecked: a crash may have come between the
            receipt and the check.
        """
        unchecked = []
        for line in reads.lines():
            for thread in reads.threads(line.id, open_only=True):
                self.follow(line, thread, now_ms)
                newest = threads.latest(thread).id
                if reads.private(line.id, f"check/{newest}") is None:
                    unchecked.append((line.id, newest))
            self._follow_hazards(reads, line)
            standing = [hazard.id for hazard in standing_hazards(reads, line.id)]
            unchecked += [
                (line.id, one) for one in standing if reads.private(line.id, f"check/{one}") is None
            ]
        self._changed.clear()
        self._ready = True
        return unchecked

    def reload_picture(self) -> tuple[list[Again], list[Again]]:
        """Take the picture as it is stored now.

        Returns:
            What must be checked again: near what changed in open layers, and in sealed layers alone.
        """
        touched = self._engine.set_picture(self._pictures.load())
        return self._again(touched.open), self._again(touched.sealed)

    def take_changed(self) -> list[Again]:
        """Return what must be checked again because notices near it changed since this was asked last."""
        changed, self._changed = self._changed, set()
        return self._again(changed)

    def _again(self, versions: Iterable[MessageId]) -> list[Again]:
        return [Again(*self._followed[one], one) for one in sorted(versions) if one in self._followed]

    def follow(
        self, line: Line, thread: Thread, now_ms: TimeMs, checked_next: MessageId | None = None
    ) -> bool:
        """Take up what changed in a notice: versions that count are compared with, others are not.

        Args:
            line: of the notice.
            thread: the notice.
            now_ms: UTC milliseconds.
            checked_next: a version that is checked at once, and so tells what it concerns.

        Returns:
            Whether that version is compared with anew: what its check finds must be checked again.
        """
        near = set[MessageId]()
        anew = False
        for version in thread.versions:
            if not threads.counts(thread, version):
                near |= self._engine.drop_notice(version.id)
                self._followed.pop(version.id, None)
                continue
            window = version.body.volume.window
            over = now_ms >= window.end_ms
            whose = "ours" if thread.author == self._own.party else "theirs"
            name = f"{handle(self._own, line, thread)} version {version.number} ({whose})"
            separation = separation_for(line.terms, version.body.activity)
            self._followed[version.id] = line.id, RANK[version.body.precedence]
            if not over and version.id not in self._awaited:
                self._awaited.add(version.id)  # once, however often the notice is taken up
                heapq.heappush(self._closing, (window.end_ms, version.id, line.id, thread.id))
            if self._engine.holds(version.id, version.body.volume, name, separation, presumed_active=over):
                continue
            at_once = version.id == checked_next and not over
            anew = anew or at_once
            look_near = self._ready and not at_once  # before all are taken up, all are looked at anyway
            near |= self._engine.put_notice(
                version.id,
                version.body.volume,
                name=name,
                presumed_active=over,
                separation=separation,
                look_near=look_near,
            )
        self._changed |= near - {version.id for version in thread.versions}
        return anew

    def _follow_hazards(self, reads: Reads, line: Line) -> None:
        """Compare with the hazards of a line that stand, and with none that is over; they are hot from their time."""
        standing = {hazard.id: hazard for hazard in standing_hazards(reads, line.id)}
        held = {one for one, where in self._followed.items() if where == (line.id, HAZARD_RANK)}
        near = set[MessageId]()
        for gone in held - standing.keys():
            near |= self._engine.drop_notice(gone)
            del self._followed[gone]
        for hazard in standing.values():
            whose = "ours" if hazard.author == self._own.party else "theirs"
            near |= self._engine.put_notice(
                hazard.id,
                volume_of(line, hazard),
                name=f"HAZARD {hazard.id[:12]} ({whose})",
                presumed_active=True,
                separation=separation_for(line.terms, None),
            )
            self._followed[hazard.id] = line.id, HAZARD_RANK
        self._changed |= near - standing.keys()

    def _check_hazard(self, reads: Reads, line: Line, message: MessageId, now_ms: TimeMs) -> Looked | None:
        """Take up what was said of hazards, and check one that stands; null for anything else."""
        recorded = reads.recorded(line.id, message)
        if recorded is None or recorded.kind not in SAYS_HAZARD:
            return None
        self._follow_hazards(reads, line)
        told = next((one for one in standing_hazards(reads, line.id) if one.id == message), None)
        if told is None:
            return None
        volume = volume_of(line, told)
        separation = separation_for(line.terms, None)
        result = self._check(reads, volume, separation, message, frozenset({message}), now_ms)
        return Looked(Checked(version=message, at_ms=now_ms, result=result))

    def check_version(
        self, reads: Reads, line_id: LineId, version_id: MessageId, now_ms: TimeMs
    ) -> Looked | None:
        """Check one version of a notice, or a hazard; null when it is neither. What it says of one is taken up."""
        line = known_line(reads, line_id)
        thread_id = reads.thread_of(line_id, version_id)
        thread = reads.thread(line_id, thread_id) if thread_id else None
        if thread is None:
            return self._check_hazard(reads, line, version_id, now_ms)
        anew = self.follow(line, thread, now_ms, checked_next=version_id)
        own_versions = frozenset(version.id for version in thread.versions)
        if version_id not in own_versions:
            return None
        version = threads.version_of(thread, version_id)
        body = version.body
        separation = separation_for(line.terms, body.activity)
        result, met = self._check_met(reads, body.volume, separation, version_id, own_versions, now_ms)
        if anew:
            self._changed |= met
        result = replace(result, entry=area_signed_warnings(body.volume.area))
        checked = Checked(version=version_id, at_ms=now_ms, result=result)
        return Looked(checked, thread.id, asked_of(self._own.party, thread, version, now_ms))

    def check_volume(
        self, reads: Reads, line: Line | None, unreleased: Unreleased, now_ms: TimeMs
    ) -> CheckResult:
        """Check a volume that nobody has released yet, and the coordinates as they were typed.

        Where the activity is not known the widest separation counts; for a caller whom no line knows, the
        widest of all lines.
        """
        lines = reads.lines() if line is None else [line]
        declared = [separation_for(one.terms, unreleased.activity) for one in lines]
        separation = reduce(wider, declared) if declared else separation_of(DEFAULT_SEPARATION)
        result = self._check(reads, unreleased.volume, separation, "", frozenset(), now_ms)
        return replace(result, entry=self._entry_warnings(line, unreleased))

    def _entry_warnings(self, line: Line | None, unreleased: Unreleased) -> tuple[EntryWarning, ...]:
        unknown: tuple[EntryWarning, ...] = ()
        near = None
        if unreleased.near is not None:
            try:
                near = find_place(unreleased.near)
            except InputError as refusal:
                unknown = (unknown_place_warning(refusal),)
        area = line.terms.area if line else None
        context = Context(
            area=None if area is None else shape_of(area),
            near=near,
            own=self._engine.own_points(),
            activity=unreleased.activity,
        )
        return (*area_warnings(unreleased.volume.area, context), *unknown)

    def _check(
        self,
        reads: Reads,
        volume: Volume,
        separation: Separation,
        notice: str,
        leave_out: frozenset[str],
        now_ms: TimeMs,
    ) -> CheckResult:
        return self._check_met(reads, volume, separation, notice, leave_out, now_ms)[0]

    def _check_met(
        self,
        reads: Reads,
        volume: Volume,
        separation: Separation,
        notice: str,
        leave_out: frozenset[str],
        now_ms: TimeMs,
    ) -> tuple[CheckResult, frozenset[str]]:
        if not self._ready:
            raise SystemFault(
                "check-not-ready", "the open notices are not all loaded", do="Wait a moment, and ask again."
            )
        self._reopen(reads, now_ms)
        return self._engine.check_met(volume, separation, notice=notice, leave_out=leave_out, now_ms=now_ms)

    def _reopen(self, reads: Reads, now_ms: TimeMs) -> None:
        """Windows that have closed without an end stay hot (rule 8): compare them open-ended."""
        closed: dict[tuple[LineId, MessageId], None] = {}
        while self._closing and self._closing[0][0] <= now_ms:
            _, version_id, line_id, thread_id = heapq.heappop(self._closing)
            self._awaited.discard(version_id)
            closed[line_id, thread_id] = None
        for line_id, thread_id in closed:
            line, thread = reads.line(line_id), reads.thread(line_id, thread_id)
            if line is not None and thread is not None:
                self.follow(line, thread, now_ms)


def keep_check(tx: Tx, line_id: LineId, looked: Looked) -> None:
    """Keep what a check found: beside the notice, in the journal, and on our own desks."""
    checked = looked.checked
    if looked.asked is not None:
        note_asked(tx, line_id, looked.asked, checked.at_ms)
    tx.put_private(line_id, f"check/{checked.version}", msgspec.json.encode(checked))
    data = {
        "line": line_id,
        "version": checked.version,
        "picture_version": checked.result.picture_version,
        "summary": checked.result.summary,
        "findings": [finding.why for finding in checked.result.findings[:100]],
    }
    tx.write_journal(checked.at_ms, "checked", data)
    tx.publish(
        Happening(
            at_ms=checked.at_ms,
            line=line_id,
            what="checked",
            id=checked.version,
            thread=looked.thread,
            detail=checked.result.summary,
        )
    )


def count_unchecked(tx: Tx, own: PartyId, line_id: LineId, version_id: MessageId, now_ms: TimeMs) -> None:
    """Count what a version asks although its check failed."""
    thread_id = tx.thread_of(line_id, version_id)
    thread = tx.thread(line_id, thread_id) if thread_id else None
    if thread is None:
        return
    for version in thread.versions:
        asked = asked_of(own, thread, version, now_ms) if version.id == version_id else None
        if asked is not None:
            note_asked(tx, line_id, asked, now_ms)


def check_of(reads: Reads, line_id: LineId, version: MessageId) -> Checked | None:
    """Return the newest check of a version."""
    raw = reads.private(line_id, f"check/{version}")
    return msgspec.json.decode(raw, type=Checked) if raw else None


def mark_units(desk: Desk, of: MessageId, units: tuple[str, ...], state: UnitState) -> tuple[UnitMark, ...]:
    """Note what own units are known to do about a notice. Private.

    Returns:
        All marks of the notice, by unit.

    Raises:
        InputError: notice-unknown, units-too-many, units-missing.
    """
    thread = desk.thread(of)
    if not units:
        raise InputError("units-missing", "no unit was named", do="Name the units, as the picture does.")
    marks = {mark.unit: mark for mark in units_of(desk.tx, desk.line.id, thread.id)}
    for unit in units:
        marks[unit] = UnitMark(unit=unit, state=state, at_ms=desk.now_ms, by=desk.by.duty)
    if len(marks) > MAX_UNITS:
        raise InputError("units-too-many", f"at most {MAX_UNITS} units to a notice")
    kept = tuple(marks[unit] for unit in sorted(marks))
    desk.tx.put_private(desk.line.id, f"units/{thread.id}", msgspec.json.encode(kept))
    data = {"line": desk.line.id, "thread": thread.id, "units": units, "state": state, "by": desk.by.duty}
    desk.tx.write_journal(desk.now_ms, "units", data)
    desk.tx.publish(
        Happening(
            at_ms=desk.now_ms,
            line=desk.line.id,
            what="units",
            thread=thread.id,
            detail=f"{', '.join(units)}: {state.value}",
        )
    )
    return kept


def units_of(reads: Reads, line_id: LineId, thread: MessageId) -> tuple[UnitMark, ...]:
    """Return what own units are known to do about a notice, by unit."""
    raw = reads.private(line_id, f"units/{thread}")
    return msgspec.json.decode(raw, type=tuple[UnitMark, ...]) if raw else ()
