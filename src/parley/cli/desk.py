"""`parley status` and `parley board`: who this node is, and everything that is open, the worst first."""

import typer

from parley.cli.client import Node
from parley.cli.options import reach_node
from parley.cli.output import plain, print_json, say
from parley.cli.takes import takes


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
    """Show everything open on all lines: STOPs first, then notices, then lines."""
    from parley.cli.showing import flags, line_lines, notice_line, stop_lines
    from parley.cli.times import zulu
    from parley.cli.views import LineStatus
    from parley.node.board import Board

    found = node.get(("board",), Board)
    if node.as_json:
        print_json(found)
        return
    say(f"[bold]{plain(found.own_name)}[/]  {zulu(found.at_ms)}")
    names = {line.id: line for line in found.lines}
    for stop in found.stops:
        line = names[stop.line]
        for text in [
            *stop_lines(stop, found.at_ms, verified=line.verified, notices=found.notices),
            f"    on the line {plain(line.name)}",
        ]:
            say(text)
    for notice in sorted(found.notices, key=lambda one: one.versions[-1].body.volume.window.start_ms):
        line = names[notice.line]
        say(f"{notice_line(notice, found.at_ms, verified=line.verified)}  line {plain(line.name)}")
        for flag in flags(notice, found.at_ms):
            say(f"    {flag}")
        check = notice.versions[-1].check
        if check is not None:
            say(f"    check: {plain(check.result.summary)}")
    for each in node.get(("lines", ""), list[LineStatus]):
        for text in line_lines(each.line, each.observed):
            say(text)
    if not found.lines:
        say("No line yet. Propose one: parley line propose --out proposal.json")
    say(f"[dim]{found.legal}[/]")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(takes(node=reach_node)(status))
    app.command()(takes(node=reach_node)(board))
