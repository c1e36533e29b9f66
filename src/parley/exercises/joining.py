"""Joining: two parties open a line by files, and compare the safety number over another channel."""

import asyncio

from msgspec import Struct

from parley.exercises.desk import Desk, LineStatus
from parley.exercises.game import LINE, Game, Told
from parley.node.board import LineView

FIRST_DIGITS = 11


class Paper(Struct, frozen=True):
    """A line, and the file that the other side needs next."""

    line: LineView
    paper: str | None


async def join(game: Game) -> None:
    """Propose, accept, complete; then confirm on both sides.

    Raises:
        NotPlayed: the line does not join.
    """
    first, second = game.desks
    papers = game.stage.papers
    wish = {"wish": {"exercise": True}}
    proposed = await first.post("/lines/propose", wish, Paper)
    proposal, acceptance = papers / "proposal.json", papers / "acceptance.json"
    proposal.write_text(proposed.paper or "")
    accepted = await second.post("/lines/papers", {"paper": proposal.read_text()}, Paper)
    acceptance.write_text(accepted.paper or "")
    await first.post("/lines/papers", {"paper": acceptance.read_text()}, Paper)
    views = [await desk.until("the joined line", lambda desk=desk: _joined(desk)) for desk in game.desks]  # type: ignore[misc]
    await game.tell(
        Told(first.side, "line", f"line to {second.party.title} opened by file: UNVERIFIED", LINE),
        Told(second.side, "line", f"line to {first.party.title} accepted by file: UNVERIFIED", LINE),
    )
    unverified = not any(view.verified for view in views)
    await _confirm(game, views)
    game.check(
        "the line shows UNVERIFIED until both sides have compared the safety number",
        ok=unverified and all(view.line.verified for view in [await desk.status() for desk in game.desks]),
        detail=f"UNVERIFIED at both desks: {unverified}; then verified at both",
    )


async def _joined(desk: Desk) -> LineView | None:
    view = (await desk.status()).line
    return view if view.joined else None


async def _verified(desk: Desk) -> LineView | None:
    view = (await desk.status()).line
    return view if view.verified else None


async def _confirm(game: Game, views: list[LineView]) -> None:
    """Each officer reads the number from the own desk to the other, who types what was heard."""
    first, second = game.desks
    numbers = [view.safety_number or "" for view in views]
    game.check(
        "both desks show the same safety number of 60 digits",
        ok=numbers[0] == numbers[1] and len(numbers[0].replace(" ", "")) == 60,  # noqa: PLR2004 - the protocol's
        detail=numbers[0],
    )
    await asyncio.gather(
        first.post(f"{first.line}/confirm", {"typed": numbers[1]}, LineStatus),
        second.post(f"{second.line}/confirm", {"typed": numbers[0]}, LineStatus),
    )
    for desk in game.desks:
        await desk.until("the other side's confirmation", lambda desk=desk: _verified(desk))  # type: ignore[misc]
    said = f"safety number {numbers[0][:FIRST_DIGITS]} … compared by voice, same: verified"
    await game.tell(*(Told(desk.side, "line", said, LINE) for desk in game.desks))
