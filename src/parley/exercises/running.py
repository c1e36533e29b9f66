"""Running: an exercise from its name to its result, with everything taken down at the end."""

import asyncio
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvloop
from msgspec import Struct
from rich.console import Console

from parley.exercises.game import Check, Game, zulu
from parley.exercises.play import play
from parley.exercises.proof import Outcome
from parley.exercises.scenario import Scenario, Side
from parley.exercises.screen import NARROWEST, Columns, Lines, Nobody
from parley.exercises.stage import opened
from parley.words.errors import InputError, SystemFault

INTERRUPTS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Played(Struct, frozen=True):
    """One step as programs read it: "2022-06-15T17:05:00Z", a side, its kind, and words."""

    at: str
    side: Side
    kind: str
    what: str


class RecordResult(Struct, frozen=True):
    """One side's record."""

    entries: int
    verified: bool


class Result(Struct, frozen=True):
    """What became of an exercise.

    Attributes:
        records: by side, and `match`: whether they agree with each other.
    """

    exercise: str
    ok: bool
    steps: list[Played]
    records: dict[str, RecordResult | bool]
    checks: list[Check]


def run(scenario: Scenario, *, keep: Path | None, quiet: bool, paced: bool, console: Console) -> Result:
    """Play an exercise.

    Args:
        scenario: what is played.
        keep: a new or empty folder in which both nodes' homes are left; null for none.
        quiet: show nothing.
        paced: pause so that people can follow.
        console: where it is shown.

    Raises:
        InputError: keep-not-empty.
        SystemFault: a node does not start, or is gone.
    """
    with _folder(keep) as at:
        try:
            return uvloop.run(_run(scenario, at, quiet=quiet, paced=paced, console=console))
        except asyncio.CancelledError:
            raise SystemFault(
                "exercise-interrupted", "the exercise was interrupted, and both nodes were taken down"
            ) from None


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="parley-exercise-") as at:
            yield Path(at)
        return
    keep = keep.expanduser().absolute()
    if keep.exists() and not (keep.is_dir() and not any(keep.iterdir())):
        raise InputError(
            "keep-not-empty",
            "there is something here already",
            where=str(keep),
            do="Name a new or empty folder.",
        )
    try:
        keep.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise InputError(
            "keep-unusable", f"the folder cannot be made: {error.strerror}", where=str(keep)
        ) from error
    yield keep


async def _run(scenario: Scenario, at: Path, *, quiet: bool, paced: bool, console: Console) -> Result:
    _end_on_signals()
    if quiet:
        return await _played(scenario, at, Nobody())
    wide = console.is_terminal and console.width >= NARROWEST
    watcher = Columns(console, paced=paced) if wide else Lines(console)
    watcher.open(scenario)
    try:
        return await _played(scenario, at, watcher)
    finally:
        if isinstance(watcher, Columns):
            watcher.stop()


def _end_on_signals() -> None:
    """Take everything down when a person or a supervisor ends us, or the terminal goes away."""
    task = asyncio.current_task()
    for number in INTERRUPTS:
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)


async def _played(scenario: Scenario, at: Path, watcher: Nobody | Lines | Columns) -> Result:
    async with opened(scenario, at, watcher.say) as stage:
        game = Game(scenario=scenario, stage=stage, watcher=watcher, now_ms=scenario.starts_ms)
        outcome = await play(game)
    if not isinstance(watcher, Nobody):
        watcher.close(game, outcome)
    return _result(game, outcome)


def _result(game: Game, outcome: Outcome | None) -> Result:
    day = f"{game.scenario.starts:%Y-%m-%d}"
    records: dict[str, RecordResult | bool] = {
        side: RecordResult(
            entries=outcome.records[side].entries if outcome else 0,
            verified=outcome.records[side].verified if outcome else False,
        )
        for side in game.scenario.sides
    }
    records["match"] = outcome.match if outcome else False
    return Result(
        exercise=game.scenario.name,
        ok=all(check.ok for check in game.checks),
        steps=[
            Played(f"{day}T{zulu(row.at_ms)}", told.side, told.kind, told.what)
            for row in game.rows
            for told in row.told
        ],
        records=records,
        checks=game.checks,
    )
