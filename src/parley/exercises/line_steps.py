"""Line steps: time passes, the line is cut and heals, and people test it."""

from parley.exercises import scenario as do
from parley.exercises.desk import Acted, Desk
from parley.exercises.game import ALARM, LINE, RECEIVED, SENT, Game, Told, words
from parley.exercises.notice_steps import arrived
from parley.node.board import NoticeView, StopView


async def pass_time(game: Game, step: do.Time) -> None:
    """Let time pass: flags go up at both desks, and no step, phase, reply or STOP moves."""
    before = _stands(await _views(game))
    await game.drive(game.scenario.at_ms(step.at))
    views = await _views(game)
    stops = [await desk.stop(game.stop) for desk in game.desks] if game.stop else []
    parts = ["; ".join(_flagged(view, stops)) for view in views]
    note = f". {step.note[:1].upper()}{step.note[1:]}" if step.note else ""
    await game.tell(
        *(
            Told(desk.side, "overdue", f"{said}{note}", ALARM)
            for desk, said in zip(game.desks, parts, strict=True)
        )
    )
    flags = [{item.owed for item in view.overdue} for view in views]
    raised = (
        all(set(step.overdue) <= found for found in flags)
        and (not step.presumed_active or all(view.presumed_active for view in views))
        and (not step.stop_overdue or all(stop is not None and stop.overdue for stop in stops))
    )
    game.check(
        f"at {step.at:%H:%M:%S}Z both desks show what is overdue, and time alone has moved nothing",
        ok=raised and _stands(views) == before,
        detail=" | ".join(parts),
    )


async def _views(game: Game) -> list[NoticeView]:
    return [await desk.notice(game.handle) for desk in game.desks]


def _stands(views: list[NoticeView]) -> list[tuple[object, ...]]:
    """What time must never move."""
    return [
        (view.phase, view.stops, view.standing, [version.step for version in view.versions]) for view in views
    ]


def _flagged(view: NoticeView, stops: list[StopView | None]) -> list[str]:
    owed = ", ".join(sorted(words(item.owed) for item in view.overdue))
    parts = [f"OVERDUE: {owed}"] if owed else []
    if any(stop is not None and stop.overdue for stop in stops):
        parts.append("OVERDUE: answer to STOP")
    if view.presumed_active:
        parts.append("PRESUMED ACTIVE")
    if view.stopped:
        parts.append("STOP STANDS")
    newest = view.versions[-1]
    return [*parts, f"v{newest.number} still {words(newest.step)}, {view.phase}"]


async def cut(game: Game, _step: do.Cut) -> None:
    """Cut the line: connections close, new ones are refused."""
    await game.stage.cut()
    said = "LINE CUT: nothing passes; what is released waits"
    await game.tell(*(Told(desk.side, "line", said, ALARM) for desk in game.desks))


async def heal(game: Game, _step: do.Heal) -> None:
    """Heal the line: what waited arrives, each message once."""
    waiting = [(await desk.status()).line.waiting for desk in game.desks]
    await game.stage.heal()
    game.watcher.say("The line passes again: waiting until both nodes try")
    for side, message in game.queued:
        await game.across(side).told_of(message)
    for desk in game.desks:
        await desk.until("an empty queue", lambda desk=desk: _emptied(desk))  # type: ignore[misc]
    said = [f"LINE UP: {count} waited, all receipted" for count in waiting]
    await game.tell(
        *(Told(desk.side, "line", what, LINE) for desk, what in zip(game.desks, said, strict=True))
    )
    once = [len(game.across(side).told(what="message", id=message)) for side, message in game.queued]
    game.check(
        "what was sent while the line was cut waited on both sides and arrived once",
        ok=all(waiting) and bool(once) and all(count == 1 for count in once),
        detail=f"waiting {waiting[0]} and {waiting[1]}; each arrived {once} times",
    )
    await _tell_arrivals(game)


async def _emptied(desk: Desk) -> bool | None:
    return (await desk.status()).line.waiting == 0 or None


async def _tell_arrivals(game: Game) -> None:
    drafts = [step for step in game.scenario.steps if isinstance(step, do.Notice | do.Amend)]
    for side, message in game.queued:
        if message in game.versions:
            await arrived(game, drafts[game.versions.index(message)])
            await _both_versions_count(game)
        else:
            what = f'"{game.said[message]}" arrived'
            await game.tell(Told(game.scenario.other(side), "line_test", what, RECEIVED))


async def _both_versions_count(game: Game) -> None:
    """Rule 4: the new version is at the bottom, and until it is read back both volumes count."""
    views = await _views(game)
    newest = views[0].versions[-1].number
    said = f"v{newest} starts at delivered; v{newest - 1} read back: BOTH volumes count"
    await game.tell(*(Told(desk.side, "versions", said, ALARM) for desk in game.desks))
    game.check(
        f"version {newest} starts at the bottom, both volumes count, what stood still stands",
        ok=all(
            view.versions[-1].step == "delivered"
            and all(version.counts for version in view.versions)
            and view.held_version == newest - 1
            and view.standing
            for view in views
        ),
        detail="; ".join(
            f"held {view.held_version}, counting {[one.number for one in view.versions if one.counts]}, "
            f"{len(view.standing)} standing"
            for view in views
        ),
    )


async def line_test(game: Game, step: do.LineTest) -> None:
    """Test the line; while it is cut the test waits."""
    desk = game.desk(step.side)
    acted = await desk.post(f"{desk.line}/test", {"text": step.text}, Acted)
    game.test = acted.id
    game.said[acted.id] = step.text
    if not game.stage.is_cut:
        await game.across(step.side).told_of(acted.id)
        await game.tell(
            Told(game.scenario.other(step.side), "line_test", f'"{step.text}"', RECEIVED),
            Told(step.side, "line_test", f'"{step.text}"', SENT),
        )
        return
    game.queued.append((step.side, acted.id))
    waiting = (await desk.status()).line.waiting
    await game.tell(Told(step.side, "line_test", f'"{step.text}" WAITS in the queue ({waiting})', SENT))


async def line_test_reply(game: Game, step: do.LineTestReply) -> None:
    """Answer the newest line test with what was read in it."""
    desk, tester = game.desk(step.side), game.across(step.side)
    body = {"of": game.test, "text": step.text}
    acted = await desk.post(f"{desk.line}/test-reply", body, Acted)
    await tester.told_of(acted.id)
    said = f'line test answered: "{step.text}"'
    await game.tell(
        Told(step.side, "line_test_reply", said, SENT),
        Told(tester.side, "line_test_reply", said, RECEIVED),
    )
