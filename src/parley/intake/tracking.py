"""Tracking: batches of reported positions in, incident drafts out.

Where nothing happens nothing is made: whole arrays pass motion and the index, and only rows that open
an episode, or whose track has one, are looked at one by one.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from parley.formats.positions import LINES_SHOWN, Positions
from parley.intake.draft import DraftKind, DraftState, Flag, IncidentDraft
from parley.intake.episodes import Episode, opening_at
from parley.intake.motion import FLAGS, Motion
from parley.intake.places import NO_KEY, Held, NoticeVolume, Places, Zone, far_km
from parley.ports.position_index import PositionIndex


class TrackingLimits(Struct, frozen=True, kw_only=True):
    """How long and how much.

    Attributes:
        leave_ms: how long a track must be outside before its episode ends.
        lost_ms: how long nothing is heard before it is lost.
        late_ms: how late a report may come before it is stale; null for files.
        most_tracks: how many tracks are followed at once; beyond, the one unheard for longest is
            forgotten, unless it has an open episode.
        most_open: how many episodes may be open at once; beyond, the one lost for longest is put away,
            or, when none is lost, the new one is refused and counted.
        most_ended: how many ended drafts are kept until they are taken.
    """

    leave_ms: int = 300_000
    lost_ms: int = 300_000
    late_ms: int | None = None
    most_tracks: int = 200_000
    most_open: int = 10_000
    most_ended: int = 10_000


class Tracking:
    """Follows tracks through zones and notices.

    Args:
        index: an empty index of live volumes; nobody else may change it.
        limits: how long and how much.
    """

    def __init__(self, index: PositionIndex, limits: TrackingLimits | None = None) -> None:
        self._limits = limits or TrackingLimits()
        self._places = Places(index)
        self._motion = Motion(self._limits.most_tracks, late_ms=self._limits.late_ms)
        self._slots: dict[str, int] = {}
        self._free = list(range(self._limits.most_tracks - 1, -1, -1))
        self._busy = np.zeros(self._limits.most_tracks, np.bool_)
        self._bound = np.full(self._limits.most_tracks, NO_KEY, np.int64)
        self._episodes: dict[int, dict[int, Episode]] = {}
        self._over_ms: dict[int, dict[int, int]] = {}
        self._open = 0
        self._changed: OrderedDict[int, Episode] = OrderedDict()
        self._ended: deque[IncidentDraft] = deque()
        self.flagged: Counter[Flag] = Counter()
        self.flagged_lines: dict[Flag, list[int]] = {}
        self.dropped: Counter[str] = Counter()
        self.believed = 0

    @property
    def tracks(self) -> int:
        """How many tracks are followed."""
        return len(self._slots)

    @property
    def open_drafts(self) -> int:
        """How many drafts are open or lost."""
        return self._open

    def set_zones(self, zones: Iterable[Zone]) -> None:
        """Put these in place of the zones so far. Episodes in a zone that is gone are put away."""
        self._places.set_zones(zones)
        gone = [
            (slot, key) for slot, all_ in self._episodes.items() for key in all_ if not self._places.zone(key)
        ]
        for slot, key in gone:
            self._put_away(slot, key)
            self._busy[slot] = slot in self._episodes

    def resume(self, drafts: Iterable[IncidentDraft]) -> None:
        """Take up drafts that were open or lost when their keeper ended, so that they do not begin anew."""
        for draft in drafts:
            number = self._places.number_of(draft.line or draft.zone)
            zone = None if number is None else self._places.zone(number)
            track = f"{draft.source} {draft.track}"
            if zone is None or number is None or draft.state is DraftState.LEFT:
                continue
            if track not in self._slots:
                if not self._free or self._open >= self._limits.most_open:
                    continue
                self._slots[track] = self._free.pop()
            slot = self._slots[track]
            if number not in self._episodes.get(slot, {}):
                self._episodes.setdefault(slot, {})[number] = Episode.resumed(zone, draft)
                self._busy[slot] = True
                self._open += 1

    def set_notices(self, notices: Sequence[NoticeVolume]) -> None:
        """Put these in place of the notices so far."""
        self._places.set_notices(notices)

    def take(self, reports: Positions, now_ms: int) -> None:
        """Take a batch of reports, in any order.

        Args:
            reports: of one source.
            now_ms: the clock, UTC milliseconds.
        """
        if not len(reports):
            return
        reports = reports.in_order()
        slots = self._slots_of(reports)
        if (slots == NO_KEY).any():
            self.dropped["tracks-full"] += int((slots == NO_KEY).sum())
            roomy = np.flatnonzero(slots != NO_KEY)
            reports, slots = reports.rows(roomy), slots[roomy]
        bits = self._motion.judge(reports, slots, now_ms)
        self._count(reports, bits)
        believed = np.flatnonzero(bits == 0)
        held = self._places.around(reports, believed)
        self._follow(reports, slots, bits, held)

    def pass_time(self, now_ms: int) -> None:
        """Let time pass: an episode of which nothing was heard for long is lost."""
        for slot in self._episodes:
            for episode in self._episodes[slot].values():
                if not episode.lost and now_ms - episode.heard_ms >= self._limits.lost_ms:
                    episode.lose()
                    self._changed[id(episode)] = episode

    def changed(self) -> list[IncidentDraft]:
        """Return the drafts that are new or have grown, ended or been lost since they were last taken."""
        drafts = [*self._ended, *(episode.draft() for episode in self._changed.values())]
        self._ended.clear()
        self._changed.clear()
        return drafts

    def _slots_of(self, reports: Positions) -> NDArray[np.intp]:
        """The slot of each row's track; NO_KEY where there is no room for a new one."""
        prefix = f"{reports.source.value} "
        get = self._slots.get
        slots = np.array([get(prefix + each, NO_KEY) for each in reports.ids], np.intp)
        new = np.flatnonzero(slots == NO_KEY)
        if len(new):
            wanted = dict.fromkeys(prefix + reports.ids[row] for row in new.tolist())
            if len(wanted) > len(self._free):
                self._make_room(np.unique(slots[slots != NO_KEY]), len(wanted))
            for track in wanted:
                if self._free:
                    self._slots[track] = self._free.pop()
            slots[new] = [get(prefix + reports.ids[row], NO_KEY) for row in new.tolist()]
        return slots

    def _make_room(self, used: NDArray[np.intp], wanted: int) -> None:
        """Forget tracks that were unheard for longest: a tenth of all at once, and at least those wanted."""
        names = {slot: track for track, slot in self._slots.items()}
        spare = np.setdiff1d(np.flatnonzero(~self._busy), np.concatenate([used, self._free]).astype(np.intp))
        oldest = spare[np.argsort(self._motion.last_ms(spare), kind="stable")]
        for slot in oldest[: max(wanted, self._limits.most_tracks // 10)].tolist():
            del self._slots[names[slot]]
            self._motion.forget(slot)
            self._over_ms.pop(slot, None)
            self._bound[slot] = NO_KEY
            self._free.append(slot)

    def _count(self, reports: Positions, bits: NDArray[np.uint16]) -> None:
        self.believed += int((bits == 0).sum())
        if not bits.any():
            return
        for n, flag in enumerate(FLAGS):
            rows = np.flatnonzero(bits & (1 << n))
            if len(rows):
                self.flagged[flag] += len(rows)
                lines = self.flagged_lines.setdefault(flag, [])
                lines += reports.line[rows[: LINES_SHOWN - len(lines)]].tolist()

    def _follow(
        self, reports: Positions, slots: NDArray[np.intp], bits: NDArray[np.uint16], held: Held
    ) -> None:
        """Open, grow and end episodes; rows of tracks without one, that open none, are passed over at once."""
        in_zone = np.zeros(len(reports), np.bool_)
        in_zone[held.zone_rows] = True
        cover = np.full(len(reports), NO_KEY, np.int64)
        cover[held.notice_rows] = held.notices
        named = self._named(reports, held, in_zone, cover)
        self._busy[slots[in_zone & (cover == NO_KEY)]] = True
        slow = self._busy[slots]
        bound = ~slow & (cover != NO_KEY)
        self._bound[slots[bound]] = cover[bound]
        looked_at = np.flatnonzero(slow)
        starts = np.searchsorted(held.zone_rows, looked_at, "left").tolist()
        ends = np.searchsorted(held.zone_rows, looked_at, "right").tolist()
        for row, start, end in zip(looked_at.tolist(), starts, ends, strict=True):
            zones = held.zones[start:end].tolist() if cover[row] == NO_KEY else []
            slot = int(slots[row])
            if bits[row]:
                for episode in self._episodes.get(slot, {}).values():
                    episode.put_flagged(reports, row, int(bits[row]))
                    self._changed[id(episode)] = episode
                continue
            if cover[row] != NO_KEY:
                self._bound[slot] = cover[row]
            self._grow(reports, row, slot, zones)
            for key in zones:
                if key not in self._episodes.get(slot, {}):
                    self._open_one(reports, row, slot, key, named.get(row))
        for slot in np.unique(slots[slow]).tolist():
            self._busy[slot] = slot in self._episodes

    def _named(
        self, reports: Positions, held: Held, in_zone: NDArray[np.bool_], cover: NDArray[np.int64]
    ) -> dict[int, frozenset[int]]:
        """Which rows in a zone belong to notices by their name: only those notices cover them."""
        known = self._places.by_callsign
        if not known:
            return {}
        rows = np.flatnonzero(in_zone).tolist()
        named = {row: keys for row in rows if (keys := known.get(reports.names[row].upper())) is not None}
        for row, keys in named.items():
            start, end = np.searchsorted(held.notice_rows, [row, row + 1])
            own = [key for key in held.notices[start:end].tolist() if key in keys]
            cover[row] = own[0] if own else NO_KEY
        return named

    def _grow(self, reports: Positions, row: int, slot: int, zones: list[int]) -> None:
        for key, episode in list(self._episodes.get(slot, {}).items()):
            episode.put(reports, row, inside=key in zones, leave_ms=self._limits.leave_ms)
            self._changed[id(episode)] = episode
            if episode.ended:
                self._put_away(slot, key)

    def _open_one(
        self, reports: Positions, row: int, slot: int, key: int, named: frozenset[int] | None
    ) -> None:
        if reports.at_ms[row] <= self._over_ms.get(slot, {}).get(key, -1):
            # A clock that was set back, or a heap of old reports: that time has its draft already.
            self.dropped["before-ended-draft"] += 1
            return
        zone = self._places.zone(key)
        if zone is None or (self._open >= self._limits.most_open and not self._put_away_lost()):
            self.dropped["drafts-full"] += 1
            return
        own = [key for key in named or {int(self._bound[slot])} if self._places.notice(key) is not None]
        misses = [miss for key in own if (miss := self._places.miss(reports, row, key)) is not None]
        kind = DraftKind.OUTSIDE_OWN_NOTICE if misses else DraftKind.NO_NOTICE
        nearest = min(misses, key=far_km) if misses else self._places.nearest(reports, row)
        episode = Episode(opening_at(reports, row, zone, kind, nearest))
        episode.put(reports, row, inside=True)
        self._episodes.setdefault(slot, {})[key] = episode
        self._open += 1
        self._changed[id(episode)] = episode

    def _put_away_lost(self) -> bool:
        """Make room by putting away the episode that is lost for longest; tell whether there was one."""
        lost = [
            (episode.heard_ms, slot, key)
            for slot, episodes in self._episodes.items()
            for key, episode in episodes.items()
            if episode.lost
        ]
        if not lost:
            return False
        _, slot, key = min(lost)
        self._put_away(slot, key)
        self._busy[slot] = slot in self._episodes
        return True

    def _put_away(self, slot: int, key: int) -> None:
        episode = self._episodes[slot].pop(key)
        if not self._episodes[slot]:
            del self._episodes[slot]
        if episode.ended:
            self._over_ms.setdefault(slot, {})[key] = episode.heard_ms
        self._open -= 1
        self._changed.pop(id(episode), None)
        if len(self._ended) >= self._limits.most_ended:
            self.dropped["ended-full"] += 1
            return
        self._ended.append(episode.draft())
