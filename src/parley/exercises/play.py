"""Play: the steps of a scenario in order, between two nodes that know of each other only by the line.

Each step drives both clocks, has one desk do something, waits until both desks show what it leads to,
tells it, and checks it. Nothing here looks into a node: all is asked over the local API.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from parley.exercises import line_steps, notice_steps, stop_steps
from parley.exercises import scenario as do
from parley.exercises.desk import NotPlayed, Refused
from parley.exercises.game import Game, zulu
from parley.exercises.joining import join
from parley.exercises.proof import Outcome, prove

HOW: Final[dict[type[do.Step], Callable[[Game, Any], Awaitable[None]]]] = {
    do.LoadPicture: notice_steps.load_picture,
    do.Notice: notice_steps.release,
    do.Amend: notice_steps.amend,
    do.Units: notice_steps.units,
    do.ReadBack: notice_steps.read_back,
    do.Reply: notice_steps.reply,
    do.Begin: notice_steps.begin,
    do.End: notice_steps.end,
    do.Time: line_steps.pass_time,
    do.Cut: line_steps.cut,
    do.Heal: line_steps.heal,
    do.LineTest: line_steps.line_test,
    do.LineTestReply: line_steps.line_test_reply,
    do.Stop: stop_steps.call,
    do.StopReply: stop_steps.answer,
    do.StopReaffirm: stop_steps.reaffirm,
    do.StopRelease: stop_steps.release,
}


async def play(game: Game) -> Outcome | None:
    """Play all steps, then read both records and verify them.

    Returns:
        What the records show; null when the play broke off, which a check then says.

    Raises:
        SystemFault: a node is gone.
    """
    where = "opening the line"
    try:
        await join(game)
        for step in game.scenario.steps:
            where = f"{step.at:%H:%M:%S}Z {step.__struct_config__.tag}"
            if not isinstance(step, do.Time):
                await game.drive(game.scenario.at_ms(step.at))
            await HOW[type(step)](game, step)
            await game.watcher.between()
        where = "reading the records"
        outcome = await prove(game)
    except (NotPlayed, Refused) as error:
        game.check("the exercise was played to its end", ok=False, detail=f"{where}: {error}")
        return None
    game.check("the exercise was played to its end", ok=True, detail=f"ended at {zulu(game.now_ms)}")
    return outcome
