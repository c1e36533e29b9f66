"""Notice steps: the picture, a notice and its versions, own units, read-backs, replies, begin and end."""

from datetime import time
from math import floor

from msgspec import Struct

from parley.check.model import Finding, Level
from parley.exercises import scenario as do
from parley.exercises.desk import Acted, Desk, Refused
from parley.exercises.game import ALARM, PRIVATE, RECEIVED, SENT, Game, Told, words, zulu
from parley.geo.coordinate import read_coordinate
from parley.geo.ellipsoid import inverse
from parley.node.board import NoticeView, VersionView
from parley.node.checking import UnitMark
from parley.words.codes import UnitState
from parley.words.units import DistanceMm
from parley.words.volume import Circle, Position

TOLD_UNITS = frozenset({UnitState.HAS_IT, UnitState.COMPLYING})


class Released(Struct, frozen=True):
    """What became of a notice."""

    id: str | None
    handle: str | None
    what: str | None = None


async def load_picture(game: Game, step: do.LoadPicture) -> None:
    """Import a private picture as one layer."""
    layer = {"name": step.layer, "compartment": None, "loaded_ms": game.now_ms}
    items = [_item(own, step.layer, game.now_ms) for own in game.scenario.picture]
    await game.desk(step.side).put("/picture/layers", {"layer": layer, "items": items})
    names = ", ".join(own.name for own in game.scenario.picture)
    said = f"picture loaded: {len(items)} own positions ({names}). It stays at home"
    await game.tell(Told(step.side, "picture", said, PRIVATE))


def _item(own: do.Own, layer: str, as_of_ms: int) -> dict[str, object]:
    area = _circle(own.place, own.radius_m)
    interest = None if own.interest_m is None else _circle(own.place, own.interest_m)
    return {
        "id": own.id,
        "name": own.name,
        "kind": own.kind,
        "layer": layer,
        "area": area,
        "as_of_ms": as_of_ms,
        "interest": interest,
    }


def _circle(place: str, radius_m: int) -> dict[str, object]:
    return {"shape": "circle", "centre": read_coordinate(place), "radius_mm": _mm(radius_m)}


def _mm(length_m: int) -> DistanceMm:
    return length_m * 1_000


def _draft(game: Game, step: do.Draft) -> dict[str, object]:
    ceiling = {"value_mm": _mm(step.ceiling_m), "unit": "m", "datum": "mean_sea_level"}
    return {
        "precedence": step.precedence,
        "activity": step.activity,
        "volume": {
            "area": _circle(step.place, step.radius_m),
            "band": {"floor": None, "ceiling": ceiling},
            "window": {"start_ms": game.scenario.at_ms(step.start), "end_ms": game.scenario.at_ms(step.end)},
        },
        "reason": {"code": step.reason, "text": step.text},
    }


async def release(game: Game, step: do.Notice) -> None:
    """Release version 1, and follow it across: delivered, receipted, checked."""
    desk = game.desk(step.side)
    answers = await desk.post(f"{desk.line}/notices", {"notices": [_draft(game, step)]}, list[Released])
    released = answers[0]
    game.need(ok=released.id is not None, otherwise=f"the notice was not released: {released.what}")
    game.handle = released.handle or ""
    game.versions.append(released.id or "")
    await game.tell(Told(step.side, "notice", f"{game.handle}: {_said(game, step)}", SENT))
    await arrived(game, step)


def _said(game: Game, step: do.Draft) -> str:
    """A version in words: what, where, when, and the stated reason as its author's claim."""
    times = f"{_hour(step.start)} to {_hour(step.end)}"
    area = f"{step.radius_m:,} m around {step.place}"
    return (
        f"{step.precedence} {words(step.activity)}, {area}, {times}. Reason as stated: {words(step.reason)}. "
        f'"{step.text}" {_in_zone(game, step)}'
    )


def _hour(at: time) -> str:
    return f"{at:%H:%M}Z"


def _in_zone(game: Game, step: do.Draft) -> str:
    zone = game.scenario.zone
    centre, place = read_coordinate(zone.centre), read_coordinate(step.place)
    far_m = _apart_m(centre, place)
    where = "inside" if far_m + step.radius_m <= zone.radius_m else "not wholly inside"
    return f"({far_m / 1_000:.0f} km from the centre of {zone.name}: {where})"


def _apart_m(one: Position, other: Position) -> float:
    return inverse((one.lat_ndeg / 1e9, one.lon_ndeg / 1e9), (other.lat_ndeg / 1e9, other.lon_ndeg / 1e9))[0]


async def arrived(game: Game, step: do.Draft) -> None:
    """Follow the newest version across the line: the receipt comes home, then the check is done there."""
    author, recipient = game.desk(step.side), game.across(step.side)
    version_id = game.versions[-1]

    async def receipted() -> VersionView | None:
        version = _version(await author.notice(game.handle), version_id)
        return version if version and version.receipt else None

    async def checked() -> VersionView | None:
        view = await recipient.get(f"{recipient.line}/notices/", list[NoticeView])
        version = _version(view[-1], version_id) if view else None
        return version if version and version.check else None

    version = await author.until("the receipt", receipted)
    receipt = version.receipt
    index, at_ms = (receipt.index, receipt.at_ms) if receipt else (-1, 0)
    found = await recipient.until("the check", checked)
    name = f"{game.handle} v{found.number}"
    await game.tell(
        Told(
            step.side,
            "receipt",
            f"{name} DELIVERED: their node signed index {index} at {zulu(at_ms)}",
            RECEIVED,
        ),
        Told(
            recipient.side,
            "amend" if isinstance(step, do.Amend) else "notice",
            f"{name} recorded at {index}; receipt signed",
            RECEIVED,
        ),
    )
    await _tell_check(game, step, recipient, found)


def _version(view: NoticeView, version_id: str) -> VersionView | None:
    return next((version for version in view.versions if version.id == version_id), None)


async def _tell_check(game: Game, step: do.Draft, recipient: Desk, version: VersionView) -> None:
    findings = version.check.result.findings if version.check else ()
    said = "; ".join(_finding(finding) for finding in findings)
    summary = version.check.result.summary if version.check else ""
    what = f"check of v{version.number}: {said or summary}"
    await game.tell(Told(recipient.side, "check", what, PRIVATE))
    levels = {finding.other: finding.level.value for finding in findings if finding.other}
    order = [happening.what for happening in recipient.happenings if happening.id == version.id]
    game.check(
        f"the check of version {version.number} finds what the picture holds, after the receipt was signed",
        ok=levels == step.finds and order.index("message") < order.index("checked"),
        detail=f"{said}; events in order: {', '.join(order)}",
    )


def _finding(finding: Finding) -> str:
    if finding.level is Level.INSIDE:
        return f"{finding.other} INSIDE, {floor(finding.horizontal_m or 0):,} m"
    return f"{finding.other} WITHIN SEPARATION, {floor(finding.horizontal_m or 0):,} m from the area"


async def amend(game: Game, step: do.Amend) -> None:
    """Release the next version. Where the line is cut it waits, and `heal` follows it across."""
    desk = game.desk(step.side)
    body = {"draft": _draft(game, step)}
    acted = await desk.post(f"{desk.line}/notices/{game.handle}/amend", body, Acted)
    game.versions.append(acted.id)
    said = f"{game.handle} v{len(game.versions)}: {_said(game, step)}"
    if not game.stage.is_cut:
        await game.tell(Told(step.side, "amend", said, SENT))
        await arrived(game, step)
        return
    game.queued.append((step.side, acted.id))
    waiting = (await desk.status()).line.waiting
    game.check(
        f"the amendment waits in {desk.party.title}'s queue while the line is cut",
        ok=waiting > 0,
        detail=f"waiting {waiting}",
    )
    view = await desk.notice(game.handle)
    held = f"they hold version {view.held_version}"
    await game.tell(Told(step.side, "amend", f"{said} WAITS in the queue ({waiting}); {held}", SENT))


async def units(game: Game, step: do.Units) -> None:
    """Note what own units do about the notice. Private."""
    desk = game.desk(step.side)
    body = {"units": step.units, "state": step.state}
    marks = await desk.post(f"{desk.line}/notices/{game.handle}/units", body, list[UnitMark])
    have = sum(mark.state in TOLD_UNITS for mark in marks)
    said = f"{', '.join(step.units)}: {words(step.state).upper()}; {have} of {len(marks)} confirmed"
    await game.tell(Told(step.side, "units", f"{said}{_beside(step)}", PRIVATE))


def _beside(step: do.Step) -> str:
    return f" ({step.note})" if step.note else ""


async def read_back(game: Game, step: do.ReadBack) -> None:
    """Type the critical fields; both nodes compare them, and both desks learn the outcome."""
    desk, author = game.desk(step.side), game.across(step.side)
    place = read_coordinate(step.place)
    typed = {
        "activity": step.activity,
        "place": place,
        "extent_mm": _mm(step.radius_m),
        "start_ms": game.scenario.at_ms(step.start),
        "end_ms": game.scenario.at_ms(step.end),
    }
    body = {"typed": typed}
    acted = await desk.post(f"{desk.line}/notices/{game.handle}/read-back", body, Acted)
    said = [await one.told_of(acted.id) for one in game.desks]
    matched = all(detail == "match" for detail in said)
    outcome = "match" if matched else "mismatch"
    version = (await author.notice(game.handle)).versions[-1]
    name = f"{game.handle} v{version.number}"
    if matched:
        what, mark = f"{name} READ BACK: match, compared by both nodes", None
    else:
        what, mark = f"{name} read-back MISMATCH: {_off(version, place, said[0])}{_beside(step)}", ALARM
    await game.tell(
        *(
            Told(one.side, "read_back", what, mark or (SENT if one is desk else RECEIVED))
            for one in game.desks
        )
    )
    game.check(
        f"the read-back of version {version.number} at {zulu(game.now_ms)} is a {step.expect} at both desks",
        ok=outcome == step.expect and len(set(said)) == 1,
        detail=f"{' | '.join(said)}; step {version.step}, mismatches {version.mismatches}",
    )


def _off(version: VersionView, typed: Position, detail: str) -> str:
    area = version.body.volume.area
    far_m = _apart_m(area.centre, typed) if isinstance(area, Circle) else 0.0
    return f"{detail.removeprefix('mismatch: ')}, {far_m:,.0f} m off"


async def reply(game: Game, step: do.Reply) -> None:
    """Answer the notice. What stands, stands at both desks."""
    desk, author = game.desk(step.side), game.across(step.side)
    body = {"code": step.code, "text": step.text}
    acted = await desk.post(f"{desk.line}/notices/{game.handle}/reply", body, Acted)
    await author.told_of(acted.id)
    said = f'{game.handle}: {words(step.code).upper()} stands. "{step.text}"'
    await game.tell(Told(author.side, "reply", said, RECEIVED), Told(step.side, "reply", said, SENT))
    standing = [[given.code for given in (await one.notice(game.handle)).standing] for one in game.desks]
    game.check(
        f"the {words(step.code)} stands at both desks",
        ok=all(step.code in codes for codes in standing),
        detail=" | ".join(", ".join(codes) for codes in standing),
    )


async def begin(game: Game, step: do.Begin) -> None:
    """Begin: refused without a reason where something stands; said over what it goes ahead."""
    desk, recipient = game.desk(step.side), game.across(step.side)
    path = f"{desk.line}/notices/{game.handle}/begin"
    if step.refused:
        await _refused(game, step, desk, path)
        return
    body = {
        "role": "releaser",
        "duty": desk.party.releaser,
        "reason": {"code": step.reason, "text": None},
    }
    acted = await desk.post(path, body if step.reason else {}, Acted)
    await recipient.told_of(acted.id)
    over = [(await one.notice(game.handle)).begun_over for one in game.desks]
    named = ", ".join(words(one) for one in over[1])
    reason = f"; reason {words(step.reason)}" if step.reason else ""
    said = f"{game.handle} BEGUN over: {named}{reason}" if named else f"{game.handle} BEGUN"
    await game.tell(
        Told(step.side, "begin", f"{said} ({desk.party.releaser})", SENT),
        Told(recipient.side, "begin", said, ALARM if named else RECEIVED),
    )
    game.check(
        "the begin says to both desks what it goes ahead over",
        ok=all(one == step.over for one in over),
        detail=" | ".join(", ".join(one) for one in over),
    )


async def _refused(game: Game, step: do.Begin, desk: Desk, path: str) -> None:
    name = what = ""
    try:
        await desk.post(path, {}, Acted)
    except Refused as refused:
        name, what = refused.name, refused.what
    begun = len(desk.told(what="message", kind="begin"))
    game.check(
        "a begin without a reason is refused and leaves no message",
        ok=name == step.refused and begun == 0,
        detail=f"{name or 'not refused'}; {begun} begins on record",
    )
    await game.tell(Told(step.side, "begin_refused", f"REFUSED by our own node: {words(what)}", ALARM))


async def end(game: Game, step: do.End) -> None:
    """Say that the activity has ended: both sides' volumes go cold."""
    desk, recipient = game.desk(step.side), game.across(step.side)
    acted = await desk.post(f"{desk.line}/notices/{game.handle}/end", {"text": step.text}, Acted)
    await recipient.told_of(acted.id)
    views = [await one.notice(game.handle) for one in game.desks]
    said = f"{game.handle} ENDED: every version is cold"
    await game.tell(
        Told(step.side, "end", said, SENT),
        Told(recipient.side, "end", said, RECEIVED),
    )
    game.check(
        "after the end both desks show it ended and no version hot; the objection is still on record",
        ok=all(view.phase == "ended" and not any(one.hot for one in view.versions) for view in views)
        and all(view.standing == views[0].standing for view in views),
        detail="; ".join(f"{view.phase}, {len(view.standing)} standing" for view in views),
    )
