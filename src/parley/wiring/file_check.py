"""The check of files: features read from GeoJSON, held in an index, compared, and explained."""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from parley.adapters.volume_index import MemoryVolumeIndex
from parley.check.explain import explain
from parley.check.model import Level, Separation
from parley.check.pairs import Meeting, PairCheck, Side, side_of, worst_first
from parley.formats.geojson import Feature, Read
from parley.formats.properties import EARLIEST_MS, LATEST_MS
from parley.formats.report import Repair
from parley.formats.swapped import Suspicion, swapped
from parley.words.volume import Window

LonLat = tuple[float, float]
Tell = Callable[[str, int, int], None]
"""Takes what is being done, how many are done, and of how many."""
STEP: Final = 64
"""How many steps are done between two reports of progress."""
SHOWN: Final = 300
"""How many of each are kept for a picture of nothing found."""


class FileFinding(Struct, frozen=True, kw_only=True):
    """One notice that comes too near to another feature.

    Attributes:
        notice: the id of what was checked.
        other: the id of what it meets.
        level: inside or within_separation.
        horizontal_m: gap between the areas over the ellipsoid, metres; 0 if they overlap.
        vertical_m: gap between the altitude bands, metres; where datums differ the least it may be.
        time_s: gap between the times, seconds.
        closest: longitude and latitude, degrees, of the nearest points: of the notice, of the other.
        why: one sentence.
        other_file: the file in which the other stands.
    """

    notice: str
    other: str
    level: Level
    horizontal_m: float
    vertical_m: float
    time_s: float
    closest: tuple[LonLat, LonLat]
    why: str
    other_file: str


class Checked(Struct, frozen=True, kw_only=True):
    """How much was compared."""

    notices: int
    others: int


class FileCheck(Struct, frozen=True, kw_only=True):
    """The whole answer; a check that could not be completed raises.

    Attributes:
        findings: worst first.
        checked: how much was compared.
        repairs: what was put right in the files, as far as it is listed.
        repaired: how many repairs there were.
        warnings: what may be wrong in the files, and was taken as it stands.
    """

    findings: tuple[FileFinding, ...]
    checked: Checked
    repairs: tuple[Repair, ...]
    repaired: int
    warnings: tuple[Suspicion, ...]


class Compared(Struct, frozen=True, eq=False, kw_only=True):
    """The answer, and what a picture needs to draw it.

    Attributes:
        answer: what is said.
        meetings: one for each finding, in the same order.
        sides: some of the notices and some of the others, for a picture of nothing found.
    """

    answer: FileCheck
    meetings: tuple[Meeting, ...]
    sides: tuple[tuple[Side, ...], tuple[Side, ...]]


def check_files(
    notices: Read, against: Sequence[Read], separation: Separation, *, tell: Tell | None = None
) -> Compared:
    """Compare the features of a file with those of others.

    Args:
        notices: what is checked.
        against: what it is compared with; nothing: the notices with each other, each pair once.
        separation: how far apart things must stay; a gap equal to it is a finding.
        tell: is told how far the work has come.

    Raises:
        SystemFault: the check could not be completed. There is no partial answer.
    """
    told = tell or _silent
    others = [feature for read in against or (notices,) for feature in read.features]
    sides = []
    for number, feature in enumerate(others, 1):
        sides.append(_side(feature))
        _step(told, "Making ready", number, len(others))
    index = MemoryVolumeIndex()
    try:
        pairs = PairCheck(index, sides, progress=lambda done: told("Holding the others", done, len(sides)))
        skip = _own(notices.features, others) if against else None
        met: list[Meeting] = []
        for number, feature in enumerate(notices.features):
            left_out = skip[number] if skip is not None else range(number + 1)
            own = _side(feature) if skip is not None else sides[number]
            met += pairs.meet(own, separation, leave_out=left_out.__contains__)
            _step(told, "Comparing", number + 1, len(notices.features))
    finally:
        index.close()
    met.sort(key=lambda each: (*worst_first(each), each.notice.id))
    files = {id(side): feature.file for side, feature in zip(sides, others, strict=True)}
    findings = []
    for number, each in enumerate(met, 1):
        findings.append(_finding(each, separation, files[id(each.other)]))
        _step(told, "Explaining", number, len(met))
    reads = (notices, *against)
    answer = FileCheck(
        findings=tuple(findings),
        checked=Checked(notices=len(notices.features), others=len(sides)),
        repairs=tuple(repair for read in reads for repair in read.repairs),
        repaired=sum(read.repaired for read in reads),
        warnings=tuple(swapped(reads)),
    )
    some = tuple(_side(feature) for feature in notices.features[:SHOWN]), tuple(sides[:SHOWN])
    return Compared(answer=answer, meetings=tuple(met), sides=some)


def _silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""


def _step(tell: Tell, what: str, done: int, total: int) -> None:
    """Tell now and then, and at the end."""
    if done % STEP == 0 or done == total:
        tell(what, done, total)


def _side(feature: Feature) -> Side:
    return side_of(feature.id, feature.areas, feature.band, _window(feature))


def _window(feature: Feature) -> Window | None:
    """Return the window of a feature; null is permanent."""
    start_ms, end_ms = feature.times.start_ms, feature.times.end_ms
    if start_ms is None and end_ms is None:
        return None
    return Window(
        start_ms=EARLIEST_MS if start_ms is None else start_ms,
        end_ms=LATEST_MS if end_ms is None else end_ms,
    )


def _own(notices: Sequence[Feature], others: Sequence[Feature]) -> list[frozenset[int]]:
    """For each notice the numbers of the others that are the notice itself: same id, and alike in all."""
    named: dict[str, list[int]] = {}
    for number, other in enumerate(others):
        named.setdefault(other.id, []).append(number)
    return [frozenset(k for k in named.get(notice.id, ()) if _same(notice, others[k])) for notice in notices]


def _same(first: Feature, second: Feature) -> bool:
    return first.areas == second.areas and first.band == second.band and first.times == second.times


def _finding(met: Meeting, separation: Separation, file: str) -> FileFinding:
    first, second = met.gap.first, met.gap.second
    return FileFinding(
        notice=met.notice.id,
        other=met.other.id,
        level=met.level,
        horizontal_m=met.gap.distance_m,
        vertical_m=met.vertical_m,
        time_s=met.time_s,
        closest=((first[1], first[0]), (second[1], second[0])),
        why=explain(met, separation),
        other_file=file,
    )
