"""Screen: an exercise shown to people: two columns side by side in a terminal, plain lines elsewhere.

Every message carries the word EXERCISE. What a colour says, a word and a glyph say too.
"""

import asyncio
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.rule import Rule
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from parley.exercises.desk import Desk
from parley.exercises.game import ALARM, LINE, PRIVATE, RECEIVED, SENT, Game, Row, Told, words, zulu
from parley.exercises.proof import Outcome
from parley.exercises.scenario import Scenario
from parley.node.board import LEGAL

BETWEEN_S: Final = 2.0
"""How long people may read before the next step; within a step, `ROW_S`."""
ROW_S: Final = 0.6
NARROWEST: Final = 60
"""Columns of a terminal below which two columns of text help nobody."""
CLOCK_WIDTH: Final = 9
UNPROVED: Final = "Not proved: that a stated reason is true, that a clock was right, or what was never sent."
STYLES: Final = {
    SENT: "bold",
    RECEIVED: "bold cyan",
    PRIVATE: "bold green",
    ALARM: "bold red",
    LINE: "bold blue",
}
GLYPHS: Final = {
    "right": "▶",
    "left": "◀",
    PRIVATE: "◆",
    ALARM: "▲",
    LINE: "≡",
    "stop": "■",
    "yes": "✔",
    "no": "✘",
}
ASCII: Final = {
    "right": ">",
    "left": "<",
    PRIVATE: "*",
    ALARM: "!",
    LINE: "=",
    "stop": "#",
    "yes": "+",
    "no": "x",
}


class Nobody:
    """Nobody watches: the outcome is all that is asked for."""

    def say(self, what: str) -> None:
        """Say nothing."""

    async def show(self, game: Game, row: Row) -> None:
        """Show nothing."""

    async def between(self) -> None:
        """Go on at once."""


class Lines:
    """Plain lines, one for each thing told, for a file or a pipe."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def open(self, scenario: Scenario) -> None:
        """Print what is played."""
        for line in (
            *_facts(scenario),
            f"Sources: {'; '.join(one.source for one in scenario.sources)}",
            LEGAL,
        ):
            self._print(f"EXERCISE  {line}")

    def say(self, what: str) -> None:
        """Print what is being done."""
        self._print(f"EXERCISE  {what}")

    async def show(self, game: Game, row: Row) -> None:
        """Print a row."""
        width = max(len(party.title) for party in game.scenario.parties.values())
        for told in row.told:
            title = game.title(told.side).ljust(width)
            self._print(
                f"{zulu(row.at_ms)}  EXERCISE  {title}  {told.mark:8}  {_label(told.kind):15}  {told.what}"
            )

    async def between(self) -> None:
        """Go on at once."""

    def close(self, game: Game, outcome: Outcome | None) -> None:
        """Print what each side can prove, and the checks."""
        for side, party in game.scenario.parties.items():
            for proof in outcome.proofs[side] if outcome else ():
                signer = game.title(game.scenario.other(side))
                self._print(f"EXERCISE  {party.title} can prove, signed by {signer}: {proof}")
        for line in (*_closing(game, outcome), UNPROVED, LEGAL):
            self._print(f"EXERCISE  {line}")

    def _print(self, line: str) -> None:
        self._console.print(Text(line), soft_wrap=True)


class Columns:
    """Both sides next to each other as it happens, with the state of both below."""

    def __init__(self, console: Console, *, paced: bool) -> None:
        self._console = console
        self._paced = paced
        self._game: Game | None = None
        self._glyphs = GLYPHS if "utf" in console.encoding.lower() else ASCII
        self._live = Live(console=console, transient=True, refresh_per_second=8)

    def open(self, scenario: Scenario) -> None:
        """Print what is played, and begin to show what is being done."""
        sources = [Text(f"- {one.fact.strip()} ({one.source})") for one in scenario.sources]
        body = Group(
            *(Text(line) for line in _facts(scenario)),
            Text("Public facts:"),
            *sources,
            Text(LEGAL, style="italic"),
        )
        self._console.print(Panel(body, title=Text(f"EXERCISE  {scenario.name}", style="bold")))
        self._live.start()

    def say(self, what: str) -> None:
        """Show what is being done."""
        spinner = "dots" if self._glyphs is GLYPHS else "line"
        self._live.update(
            Spinner(spinner, Text(f"EXERCISE  {what} …" if spinner == "dots" else f"EXERCISE  {what}"))
        )

    async def show(self, game: Game, row: Row) -> None:
        """Print a row above the state of both sides."""
        cells = {side: self._cell(game, row, side) for side in game.scenario.sides}
        if len(game.rows) == 1:
            self._console.print(_grid("UTC", *(Text(game.title(side), style="bold") for side in cells)))
        self._console.print(_grid(zulu(row.at_ms), *cells.values()))
        self._game = game
        self._live.update(await self._now(game), refresh=True)
        if self._paced:
            await asyncio.sleep(ROW_S)

    async def between(self) -> None:
        """Let people read."""
        if self._paced and self._game is not None:
            await asyncio.sleep(ROW_S)
            self._live.update(await self._now(self._game), refresh=True)
            await asyncio.sleep(BETWEEN_S - ROW_S)

    def _cell(self, game: Game, row: Row, side: str) -> RenderableType:
        return Group(*(self._told(game, told) for told in row.told if told.side == side))

    def _told(self, game: Game, told: Told) -> Text:
        is_left = told.side == game.scenario.sides[0]
        match told.mark:
            case "sent":
                glyph = self._glyphs["right" if is_left else "left"]
            case "received":
                glyph = self._glyphs["left" if is_left else "right"]
            case mark:
                glyph = self._glyphs["stop" if told.kind == "stop" else mark]
        mark = "" if told.mark == told.kind else f", {told.mark}"
        head = Text(f"{glyph} EXERCISE {_label(told.kind)}{mark}\n", style=STYLES[told.mark])
        return head.append(told.what, style="not bold default")

    async def _now(self, game: Game) -> RenderableType:
        states = [Text("\n".join(await _state(game, desk))) for desk in game.desks]
        now = _grid(zulu(game.now_ms), *states)
        return Group(Rule(Text("EXERCISE  now", style="bold"), align="left"), now)

    def close(self, game: Game, outcome: Outcome | None) -> None:
        """Show what each side can prove, and whether all held."""
        self._live.stop()
        self._console.print(Rule(Text("EXERCISE  what each side can prove", style="bold"), align="left"))
        if outcome is not None:
            lists: list[RenderableType] = [
                Text("\n".join((_signed(game, side), *outcome.proofs[side]))) for side in game.scenario.sides
            ]
            self._console.print(_grid("", lists[0], lists[1]))
        for line in _closing(game, outcome):
            glyph = self._glyphs["no" if line.startswith("FAILED") else "yes"]
            self._console.print(Text(f"{glyph} {line}"))
        self._console.print(Text(UNPROVED))
        self._console.print(Text(LEGAL, style="italic"))

    def stop(self) -> None:
        """Give the terminal back, whatever happened."""
        self._live.stop()


def _label(kind: str) -> str:
    """The kind of what is told, as people write it."""
    return words(kind).replace("stop", "STOP").replace("read back", "read-back")


def _grid(clock: str, left: RenderableType, right: RenderableType) -> Table:
    grid = Table.grid(padding=(0, 2), expand=True, pad_edge=False)
    grid.add_column(width=CLOCK_WIDTH, no_wrap=True)
    grid.add_column(ratio=1)
    grid.add_column(ratio=1)
    grid.add_row(clock, left, right)
    return grid


def _facts(scenario: Scenario) -> tuple[str, ...]:
    return (scenario.title, scenario.summary.strip(), scenario.invented.strip())


async def _state(game: Game, desk: Desk) -> list[str]:
    """Say in a few lines how things stand at a desk now."""
    line = (await desk.status()).line
    up = "CUT" if game.stage.is_cut else "up"
    said = [
        f"line {up}{'' if line.verified else ', UNVERIFIED'}, {line.waiting} waiting, {line.entries} entries"
    ]
    if not game.handle or not desk.told(what="message", id=game.versions[0]):
        return said
    view = await desk.notice(game.handle)
    said.append(", ".join(f"v{one.number} {words(one.step)}" for one in view.versions) + f"; {view.phase}")
    if view.standing:
        said.append("stands: " + ", ".join(words(one.code) for one in view.standing))
    flags = [f"overdue {words(one.owed)}" for one in view.overdue]
    flags += ["PRESUMED ACTIVE"] * view.presumed_active + ["STOP STANDS"] * view.stopped
    return [*said, ", ".join(flags)] if flags else said


def _signed(game: Game, side: str) -> str:
    return f"{game.title(side)} holds, signed by {game.title(game.scenario.other(side))}:"


def _closing(game: Game, outcome: Outcome | None) -> list[str]:
    """The records, the match, and the checks."""
    said = []
    for side, record in outcome.records.items() if outcome else ():
        verified = "verified" if record.verified else "NOT VERIFIED"
        said.append(
            f"{game.title(side)}'s record: {record.entries} entries, root {record.root[:12]}, {verified}"
        )
    if outcome is not None:
        said.append("The two records match" if outcome.match else "FAILED  The two records do NOT match")
    held = sum(check.ok for check in game.checks)
    said.append(f"{held} of {len(game.checks)} checks held")
    said += [f"FAILED  {check.name}: {check.detail}" for check in game.checks if not check.ok]
    return said
