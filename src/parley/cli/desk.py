"""`parley status` and `parley board`: who this node is, and everything that is open, the worst first."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from parley.cli.client import Node
from parley.cli.options import LineArgument, reach_node
from parley.cli.output import plain, print_json, say
from parley.cli.takes import takes
from parley.cli.telling import mark_of

if TYPE_CHECKING:
    from parley.node.board import AlarmView, Board, LineView, NoticeView


def status(*, node: Node) -> None:
    """Say who this node is, what its clock reads, and how much is open."""
    from parley.cli.times import zulu
    from parley.node.board import Board

    now = node.now
    board = node.get(("board",), Board)
    unverified = sum(1 for line in board.lines if not line.verified)
    waiting = sum(line.waiting for line in board.lines)
    counts = {
        "lines": len(board.lines),
        "unverified": unverified,
        "notices": len(board.notices),
        "stops": len(board.stops),
        "waiting": waiting,
    }
    if node.as_json:
        print_json({"node": now, "open": counts})
        return
    driven = "  [bold]DRIVEN CLOCK: exercise[/]" if now.driven_clock else ""
    say(f"[bold]{plain(now.name)}[/]  Parley {plain(now.version)}  {zulu(now.now_ms)}{driven}")
    say(f"  party {now.party}")
    say(f"  lines: {len(board.lines)}, of them UNVERIFIED: {unverified}")
    say(f"  STOPs that stand: {len(board.stops)}")
    say(f"  notices open: {len(board.notices)}")
    say(f"  messages without a receipt yet: {waiting}")


def board(*, node: Node) -> None:
    """Show everything open on all lines: STOPs first, then hazards, then notices, then lines."""
    from parley.cli.showing import line_lines
    from parley.cli.times import zulu
    from parley.cli.views import LineStatus
    from parley.node.board import Board

    found = node.get(("board",), Board)
    if node.as_json:
        print_json(found)
        return
    say(f"[bold]{plain(found.own_name)}[/]  {zulu(found.at_ms)}")
    for text in _open_rows(found, {line.id: line for line in found.lines}):
        say(text)
    for each in node.get(("lines", ""), list[LineStatus]):
        for text in line_lines(each.line, each.observed):
            say(text)
    if not found.lines:
        say("No line yet. Propose one: parley line propose --out proposal.json")
    say(f"[dim]{found.legal}[/]")


def _open_rows(board: "Board", lines: "dict[str, LineView]") -> Iterator[str]:
    """Yield what is open: STOPs, hazards, alarms, then notices by their start."""
    from parley.cli.hazards import hazard_lines
    from parley.cli.relays import relay_lines
    from parley.cli.showing import marks, stop_lines

    for stop in board.stops:
        line = lines[stop.line]
        yield from stop_lines(stop, board.at_ms, verified=line.verified, notices=board.notices)
        yield f"    on the line {plain(line.name)}"
    for hazard in board.hazards:
        line = lines[hazard.line]
        yield from hazard_lines(hazard, board.at_ms, verified=line.verified)
        yield f"    on the line {plain(line.name)}"
    for relay in board.relays:
        line = lines[relay.line]
        yield from relay_lines(relay, verified=line.verified)
        yield f"    on the line {plain(line.name)}"
    for alarm in stops_first(board.alarms):
        line = lines[alarm.line]
        mark = marks(exercise=line.exercise, verified=line.verified)
        yield from alarm_lines(alarm, plain(line.name), mark)
    for notice in sorted(board.notices, key=lambda one: one.versions[-1].body.volume.window.start_ms):
        yield from _notice_rows(notice, lines[notice.line], board.at_ms)


def _notice_rows(notice: "NoticeView", line: "LineView", now_ms: int) -> list[str]:
    """Return a notice as the board shows it: its row, its flags, and what its check found."""
    from parley.cli.showing import flags, notice_line

    rows = [f"{notice_line(notice, now_ms, verified=line.verified)}  line {plain(line.name)}"]
    rows += [f"    {flag}" for flag in flags(notice, now_ms)]
    check = notice.versions[-1].check
    return [*rows, f"    check: {plain(check.result.summary)}"] if check is not None else rows


def stops_first(alarms: "Sequence[AlarmView]") -> "list[AlarmView]":
    """Return the alarms of all lines in the order in which they are shown: of STOPs first, then by age."""
    return sorted(alarms, key=lambda one: (not one.climb.alarm.is_stop, one.climb.alarm.since_ms))


def alarm_lines(alarm: "AlarmView", name: str, mark: str) -> list[str]:
    """Return an alarm: what is owed since when, who has it, and how to answer it, then how to take it."""
    from parley.cli.showing import words
    from parley.cli.times import zulu
    from parley.exchange.due import Owed

    climb = alarm.climb
    has_it = f"taken by {plain(climb.taken_by)}" if climb.taken_by else f"{climb.tried} tries, nobody has it"
    since = f"since {zulu(climb.alarm.since_ms)}, {climb.alarm.precedence.value}"
    rows = [f"{mark}⏰ [bold]{words('owed', climb.alarm.what)} is owed[/] {since}: {has_it}"]
    if climb.alarm.what == Owed.STOP_ANSWER:  # taking it answers nobody: what does comes first
        rows.append(f"    answer it: parley stop reply {name} {plain(climb.alarm.of[:12])} stopping")
    if not climb.taken_by:
        rows.append(f"    say that you have it: parley take {name} {plain(climb.alarm.key)}")
    return rows


def take(
    line: LineArgument,
    alarm: Annotated[str, typer.Argument(metavar="ALARM", help="The alarm, as the board names it.")],
    *,
    node: Node,
) -> None:
    """Say that you have an alarm: no contact is rung for a while. It rings again if it is still owed then."""
    from parley.watch.climbing import Climb

    climb = node.post(("lines", line, "alarms", alarm, "take"), {}, Climb)
    if node.as_json:
        print_json(climb)
        return
    if climb.taken_by != node.duty:
        say(f"{mark_of(node, line)}{plain(climb.taken_by or 'somebody')} took it before you.")
        return
    say(f"{mark_of(node, line)}you have it. It ends when what is owed is done.")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(takes(node=reach_node)(status))
    app.command()(takes(node=reach_node)(board))
    app.command()(takes(node=reach_node)(take))
