"""Incident drafts of observed tracks: kept beside their line, journalled, told to our own desks.

Private, like a check: nothing here is sent, and no message derives from it. A line keeps its newest
`MOST_KEPT` drafts; the journal keeps a row of each one's start, loss and end for ever.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from parley.exchange import thread as threads
from parley.intake.draft import DraftKind, DraftState, IncidentDraft
from parley.node.naming import handle
from parley.node.own import Own
from parley.ports.store import Happening, Reads, Tx
from parley.words.errors import InputError
from parley.words.units import LineId, MessageId, TimeMs
from parley.words.volume import Area, Volume

MOST_KEPT: Final = 1_000
_PREFIX: Final = "incident/"
_INDEX: Final = "incidents"
_SAID: Final = {
    DraftKind.NO_NOTICE: "activity in the zone with no notice",
    DraftKind.OUTSIDE_OWN_NOTICE: "outside its own notice",
}


class _Kept(Struct, frozen=True):
    """One draft in the index: the number of its place, and its state when it was last journalled."""

    n: int
    state: DraftState


class _Index(Struct, frozen=True):
    """Which drafts a line keeps."""

    next_n: int = 0
    kept: dict[str, _Kept] = {}


class PlaceView(Struct, frozen=True, kw_only=True):
    """A line's area: a zone in which every activity is to be notified."""

    line: LineId
    name: str
    exercise: bool
    area: Area


class NoticePlace(Struct, frozen=True, kw_only=True):
    """A version of an open notice that counts, ours or theirs."""

    id: MessageId
    name: str
    line: LineId
    volume: Volume
    actor: str | None


class Places(Struct, frozen=True, kw_only=True):
    """What tracks are compared with.

    Attributes:
        without_area: lines whose terms name no area: no track is compared with them.
    """

    zones: tuple[PlaceView, ...]
    notices: tuple[NoticePlace, ...]
    without_area: tuple[str, ...]


def places(reads: Reads, own: Own) -> Places:
    """Return the areas of all lines, and the volumes of all open notices on them."""
    zones, notices, without = [], [], []
    for line in reads.lines():
        if line.terms.area is None:
            without.append(line.name)
        else:
            zones.append(
                PlaceView(line=line.id, name=line.name, exercise=line.terms.exercise, area=line.terms.area)
            )
        for thread in reads.threads(line.id, open_only=True):
            notices += [
                NoticePlace(
                    id=version.id,
                    name=f"{handle(own, line, thread)} version {version.number}",
                    line=line.id,
                    volume=version.body.volume,
                    actor=version.body.actor,
                )
                for version in thread.versions
                if threads.counts(thread, version)
            ]
    return Places(zones=tuple(zones), notices=tuple(notices), without_area=tuple(without))


def keep_drafts(tx: Tx, line_id: LineId, drafts: Sequence[IncidentDraft], now_ms: TimeMs, by: str) -> None:
    """Keep drafts of one line: a known one is replaced by what it has grown to.

    Raises:
        InputError: line-unknown, incident-line-other (a draft names another line, or none).
    """
    line = tx.line(line_id)
    if line is None:
        raise InputError("line-unknown", "no such line", where=line_id, do="See `parley line status`.")
    index = _index(tx, line_id)
    for draft in drafts:
        if draft.line != line_id:
            what = "the draft is of a zone that is not this line's area"
            raise InputError("incident-line-other", what, where=draft.id)
        held = index.kept.get(draft.id)
        n = index.next_n if held is None else held.n
        tx.put_private(line_id, _key(n), msgspec.json.encode(draft))
        if held is not None and held.state is draft.state:
            continue
        kept = {**index.kept, draft.id: _Kept(n, draft.state)}
        over = next((id_ for id_, each in kept.items() if each.n == n - MOST_KEPT), None)
        if over is not None:
            del kept[over]  # its place is taken; the journal keeps what it said
        index = _Index(max(index.next_n, n + 1), kept)
        _tell(tx, draft, now_ms, by)
    tx.put_private(line_id, _INDEX, msgspec.json.encode(index))


def drafts_of(reads: Reads, line_id: LineId, *, open_only: bool = False) -> list[IncidentDraft]:
    """Return the drafts that a line keeps, newest first; those that were left may be left out."""
    index = _index(reads, line_id).kept
    kept = {id_: each for id_, each in index.items() if not (open_only and each.state is DraftState.LEFT)}
    held = reads.privates(line_id, _PREFIX)
    found = [msgspec.json.decode(held[_key(each.n)], type=IncidentDraft) for each in kept.values()]
    return sorted(found, key=lambda draft: (-draft.first_ms, draft.id))


def _index(reads: Reads, line_id: LineId) -> _Index:
    raw = reads.private(line_id, _INDEX)
    return msgspec.json.decode(raw, type=_Index) if raw else _Index()


def _key(n: int) -> str:
    return f"{_PREFIX}{n % MOST_KEPT:04d}"


def _tell(tx: Tx, draft: IncidentDraft, now_ms: TimeMs, by: str) -> None:
    row = {
        "line": draft.line,
        "draft": draft.id,
        "state": draft.state,
        "kind": draft.kind,
        "source": draft.source,
        "track": draft.track,
        "name": draft.name,
        "zone": draft.zone,
        "first_ms": draft.first_ms,
        "last_ms": draft.last_ms,
        "nearest": draft.nearest,
        "by": by,
    }
    tx.write_journal(now_ms, "incident-draft", row)
    who = f"{draft.source} {draft.track}" + (f" ({draft.name})" if draft.name else "")
    detail = f"{draft.state.value}: {who} in {draft.zone}: {_SAID[draft.kind]}"
    tx.publish(Happening(at_ms=now_ms, line=draft.line, what="incident_draft", id=draft.id, detail=detail))
