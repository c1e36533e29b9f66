"""How drafts of observed tracks, and the report of a file, are shown to people."""

from typing import TYPE_CHECKING, Final

from parley.cli.output import plain, say
from parley.cli.times import zulu

if TYPE_CHECKING:
    from parley.intake.draft import IncidentDraft, Miss
    from parley.wiring.tracks import TrackReport

KINDS: Final = {
    "no_notice": "activity with no notice",
    "outside_own_notice": "outside its own notice",
}
GLYPHS: Final = {"open": "! OPEN", "lost": "? LOST", "left": "  LEFT"}
SHOWN: Final = 200
"""How many drafts are printed for people; --json gives all."""


def say_report(report: "TrackReport") -> None:
    """Print the drafts, then what was flagged, refused and read."""
    for draft in report.drafts[:SHOWN]:
        say_draft(draft)
    if len(report.drafts) > SHOWN:
        say(f"[dim]and {len(report.drafts) - SHOWN:,} more drafts; --json lists them[/]")
    for flagged in report.flagged:
        say(f"not believed  {flagged.count:>9,}  {flagged.flag.value}  [dim]{_lines(flagged.lines)}[/]")
    for refused in report.refused:
        say(f"refused       {refused.count:>9,}  {plain(refused.rule)}  [dim]{_lines(refused.lines)}[/]")
    for rule, count in sorted(report.dropped.items()):
        say(f"[bold]⚠ NO ROOM     {count:>9,}  {plain(rule)}[/]")
    times = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in sorted(report.times.items()))
    say(
        f"{report.positions:,} positions read as {report.format}, {report.believed:,} believed, of"
        f" {report.tracks:,} tracks. Times: {times}."
    )
    _say_doubts(report)
    if not report.drafts:
        say(
            "No draft: no believed position was in a zone without a notice. What was not reported is unknown."
        )


def _say_doubts(report: "TrackReport") -> None:
    """Say what in the file itself keeps motion from being judged."""
    unsaid = sum(report.times.get(name, 0) for name in ("receipt", "second_of_receipt"))
    if unsaid:
        say(
            f"⚠ {unsaid:,} reports say no whole time: they count as received at one time, and how they moved"
            " cannot be judged. Give --at, or a file with times."
        )
    late = sum(each.count for each in report.flagged if each.flag.value == "out_of_order")
    if late > report.positions // 10:
        say(
            "⚠ Many reports are out of order: sort the file by time, or each track in it, and follow it again."
        )


def say_draft(draft: "IncidentDraft") -> None:
    """Print one draft."""
    name = f" ({plain(draft.name)})" if draft.name else ""
    times = f"{zulu(draft.first_ms)} to {zulu(draft.last_ms)}"
    much = f"{draft.reports:,} report{'' if draft.reports == 1 else 's'}"
    mark = "[bold reverse] EXERCISE [/] " if draft.exercise else ""
    say(
        f"{mark}[bold]{GLYPHS[draft.state.value]}[/]  {plain(draft.source)} {plain(draft.track)}{name}"
        f" in {plain(draft.zone)}: {KINDS[draft.kind.value]}, {times}, {much}  [dim]{draft.id[:8]}[/]"
    )
    first = draft.points[0]
    error = "error unknown" if first.error_mm is None else f"error {first.error_mm / 1_000:,.0f} m"
    say(
        f"        first at {first.lat_ndeg / 1e9:.5f} {first.lon_ndeg / 1e9:.5f}, {error}; {_missed(draft.nearest)}"
    )
    if draft.lost_since_ms is not None:
        say(f"        nothing heard since {zulu(draft.lost_since_ms)}: where it is now is unknown")
    if draft.flags:
        counts = ", ".join(f"{each.flag.value} {each.count:,}" for each in draft.flags)
        say(f"        not believed meanwhile: {counts}")


def _missed(miss: "Miss | None") -> str:
    if miss is None:
        return "there is no notice to compare with"
    gaps = [
        f"{miss.horizontal_mm / 1e3:,.0f} m over the ground" if miss.horizontal_mm else "",
        f"{miss.vertical_mm / 1e3:,.0f} m of height" if miss.vertical_mm else "",
        f"{miss.time_ms / 1e3:,.0f} s" if miss.time_ms else "",
    ]
    far = ", ".join(gap for gap in gaps if gap) or "nothing that is known"
    return f"missed {plain(miss.name)} by {far}"


def _lines(lines: tuple[int, ...]) -> str:
    return f"first on {', '.join(f'{line:,}' for line in lines)}" if lines else ""
