"""STOP steps: called on the activity, answered by a person, reaffirmed, and released by its caller alone."""

from parley.exchange.stop import StopState
from parley.exercises import scenario as do
from parley.exercises.desk import Acted, Desk, NotPlayed
from parley.exercises.game import ALARM, RECEIVED, SENT, Game, Told, words, zulu
from parley.node.board import StopView


async def call(game: Game, step: do.Stop) -> None:
    """Call STOP on the activity; it stands at both desks."""
    desk, called = game.desk(step.side), game.across(step.side)
    acted = await desk.post(f"{desk.line}/stops/", {"notice": game.handle, "text": step.text}, Acted)
    game.stop = acted.id
    await called.told_of(acted.id)
    within_ms = (await desk.status()).line.terms.stop_answer_ms
    said = f'STOP on {game.handle}: "{step.text}" Answer by {zulu(game.now_ms + within_ms)}'
    await game.tell(
        Told(called.side, "stop", said, ALARM),
        Told(step.side, "stop", said, SENT),
    )
    views = [await one.notice(game.handle) for one in game.desks]
    game.check(
        "the STOP stands beside the notice at both desks",
        ok=all(view.stopped and view.stops == (acted.id,) for view in views),
        detail="; ".join(f"stopped {view.stopped}, {view.phase}" for view in views),
    )


async def answer(game: Game, step: do.StopReply) -> None:
    """Answer it: a person's word, signed."""
    desk, caller = game.desk(step.side), game.across(step.side)
    acted = await desk.post(f"{desk.line}/stops/{game.stop}/reply", {"answer": step.answer}, Acted)
    await caller.told_of(acted.id)
    view = await _stop(game, caller)
    late_s = (game.now_ms - view.stop.called_ms) // 1_000
    said = f"STOP answered: {words(step.answer).upper()}, {late_s} s after the call; it still stands"
    await game.tell(
        Told(step.side, "stop_reply", said, SENT),
        Told(caller.side, "stop_reply", said, RECEIVED),
    )
    game.check(
        f'the answer "{words(step.answer)}" ends the overdue flag, and not the STOP',
        ok=view.stop.answer == step.answer and not view.overdue and view.stop.state is StopState.STANDING,
        detail=f"{view.stop.state}, answer {view.stop.answer}",
    )


async def reaffirm(game: Game, step: do.StopReaffirm) -> None:
    """Say that it still stands."""
    desk, called = game.desk(step.side), game.across(step.side)
    acted = await desk.post(f"{desk.line}/stops/{game.stop}/reaffirm", {}, Acted)
    await called.told_of(acted.id)
    view = await _stop(game, called)
    said = "STOP reaffirmed: it stands"
    await game.tell(
        Told(called.side, "stop_reaffirm", said, ALARM),
        Told(step.side, "stop_reaffirm", said, SENT),
    )
    game.check(
        "the STOP has not lapsed by itself and is reaffirmed",
        ok=view.stop.state is StopState.STANDING and view.stop.reaffirmed_ms == game.now_ms,
        detail=f"{view.stop.state}, reaffirmed {zulu(view.stop.reaffirmed_ms or 0)}",
    )


async def release(game: Game, step: do.StopRelease) -> None:
    """Release it: the only thing that ends it."""
    desk, called = game.desk(step.side), game.across(step.side)
    acted = await desk.post(f"{desk.line}/stops/{game.stop}/release", {"text": step.text}, Acted)
    await called.told_of(acted.id)
    said = f'STOP released by its caller: "{step.text}"'
    await game.tell(
        Told(called.side, "stop_release", said, RECEIVED),
        Told(step.side, "stop_release", said, SENT),
    )
    views = [await one.notice(game.handle) for one in game.desks]
    game.check(
        "the release by its caller ends the STOP at both desks",
        ok=not any(view.stopped for view in views),
        detail="; ".join(f"stopped {view.stopped}" for view in views),
    )


async def _stop(game: Game, desk: Desk) -> StopView:
    view = await desk.stop(game.stop)
    if view is None:
        raise NotPlayed(f"{desk.party.title} does not hold the STOP")
    return view
