"""Routes of notices: draft, check, release, amend, cancel, begin, end; read back, reply, withdraw, clear."""

import functools
from collections.abc import Callable, Sequence
from typing import Final

from litestar import Controller, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from parley.check.model import CheckResult
from parley.exchange import thread as threads
from parley.exchange.thread import Thread
from parley.node import answering, releasing
from parley.node.board import NoticeView, find_line, find_notice, notice_view, notice_views
from parley.node.checking import UnitMark, Unreleased, mark_units
from parley.node.desk import Desk
from parley.ports.store import Line, Tx
from parley.web import asked
from parley.web.door import Door
from parley.web.people import desk_of
from parley.web.room import check_ours
from parley.wire.message import Message
from parley.words.codes import RANK, Precedence
from parley.words.errors import ParleyError
from parley.words.header import By
from parley.words.units import MessageId, TimeMs

PART: Final = 32
"""So many notices of a call are one command of the writer; a STOP waits for one command at most."""


class Released(Struct, frozen=True):
    """What became of one notice: its id and handle, or why it was refused."""

    id: MessageId | None
    handle: str | None
    error: str | None = None
    what: str | None = None


class Drafted(Struct, frozen=True):
    """A kept draft, and what its check found."""

    draft: str
    check: CheckResult


class KeptView(Struct, frozen=True):
    """A draft that waits for its releaser."""

    id: str
    by: By
    at_ms: TimeMs
    amends: MessageId | None
    draft: releasing.Draft


class Acted(Struct, frozen=True):
    """The message that was released, and the notice as it stands now."""

    id: MessageId
    notice: NoticeView


class NoticeRoutes(Controller):
    """Under /api/v1/lines/LINE. NOTICE is a handle ("EASTERN-12"), an id, or the beginning of one."""

    path = "/lines/{line:str}"

    @post("/check", status_code=200)
    async def check(self, state: State, line: FromPath[str], data: JSONBody[asked.AskCheck]) -> CheckResult:
        """Check a volume against the picture and the notices, before anything is released."""
        door: Door = state.door
        wanted = Unreleased(volume=data.volume, activity=data.activity, near=data.near)
        found = find_line(door.reads, line)
        result = await door.checks.now(found, wanted)
        await _note_sealed(door, found, result, None)
        return result

    @post("/drafts")
    async def draft(self, state: State, line: FromPath[str], data: JSONBody[asked.AskDraft]) -> Drafted:
        """Keep a draft for its releaser, and check it."""
        door: Door = state.door
        check_ours(door.disk, RANK[data.draft.precedence])
        found = find_line(door.reads, line)
        amends = find_notice(door.reads, door.own, found, data.amends).id if data.amends else None
        wanted = Unreleased(volume=data.draft.volume, activity=data.draft.activity, near=data.near)
        result = await door.checks.now(found, wanted)
        await _note_sealed(door, found, result, data.duty)
        kept = releasing.KeptDraft(draft=data.draft, by=data.by, at_ms=door.clock.now_ms(), amends=amends)
        draft_id = await door.submit(lambda tx: releasing.keep_draft(desk_of(door, tx, found, data), kept))
        return Drafted(draft_id, result)

    @get("/drafts")
    async def list_drafts(self, state: State, line: FromPath[str]) -> list[KeptView]:
        """The drafts that wait for a releaser, oldest first."""
        door: Door = state.door
        kept = releasing.kept_drafts(door.reads, find_line(door.reads, line).id)
        return [KeptView(name, one.by, one.at_ms, one.amends, one.draft) for name, one in kept]

    @post("/drafts/{draft:str}/release")
    async def release_draft(
        self, state: State, line: FromPath[str], draft: FromPath[str], data: JSONBody[asked.AskText]
    ) -> Acted:
        """Release a draft; by a second person where the rules of this node say so."""
        return await _act(state.door, line, data, lambda desk: releasing.release_draft(desk, draft))

    @post("/notices")
    async def release(
        self, state: State, line: FromPath[str], data: JSONBody[asked.AskNotices]
    ) -> list[Released]:
        """Release notices; each is released or refused by itself."""
        door: Door = state.door
        found = find_line(door.reads, line)
        parts = [data.notices[start : start + PART] for start in range(0, len(data.notices), PART)]
        sent = [door.submit(functools.partial(_release_all, door, found, data, part)) for part in parts]
        released = [one for part in sent for one in await part]
        known = [one.id for one in released if one.id]
        if data.heard:  # nobody checked before they spoke
            door.checks.later(found.id, known, RANK[Precedence.FLASH])
        else:
            door.checks.released(found.id, known)
        return released

    @get("/notices")
    async def list_notices(
        self, state: State, line: FromPath[str], *, all_of_them: FromQuery[bool] = False
    ) -> list[NoticeView]:
        """The open notices of a line, or all of them."""
        door: Door = state.door
        found = find_line(door.reads, line)
        return notice_views(door.reads, door.own, found, door.clock.now_ms(), open_only=not all_of_them)

    @get("/notices/{notice:str}")
    async def show(self, state: State, line: FromPath[str], notice: FromPath[str]) -> NoticeView:
        """One notice with everything that stands beside it."""
        door: Door = state.door
        found = find_line(door.reads, line)
        thread = find_notice(door.reads, door.own, found, notice)
        return notice_view(door.reads, door.own, found, thread, door.clock.now_ms())

    @post("/notices/{notice:str}/amend")
    async def amend(
        self, state: State, line: FromPath[str], notice: FromPath[str], data: JSONBody[asked.AskAmend]
    ) -> Acted:
        """Release a new version, whole."""
        check_ours(state.door.disk, RANK[data.draft.precedence])
        return await _on_notice(
            state.door, line, notice, data, lambda desk, thread: releasing.amend(desk, thread.id, data.draft)
        )

    @post("/notices/{notice:str}/cancel")
    async def cancel(
        self, state: State, line: FromPath[str], notice: FromPath[str], data: JSONBody[asked.AskReason]
    ) -> Acted:
        """Say that the activity will not take place."""
        return await _on_notice(
            state.door,
            line,
            notice,
            data,
            lambda desk, thread: releasing.cancel(desk, thread.id, data.reason),
        )

    @post("/notices/{notice:str}/begin")
    async def begin(
        self, state: State, line: FromPath[str], notice: FromPath[str], data: JSONBody[asked.AskBegin]
    ) -> Acted:
        """Say that the activity begins; over what stands it needs a releaser's stated reason."""
        return await _on_notice(
            state.door, line, notice, data, lambda desk, thread: releasing.begin(desk, thread.id, data.reason)
        )

    @post("/notices/{notice:str}/end")
    async def end(
        self, state: State, line: FromPath[str], notice: FromPath[str], data: JSONBody[asked.AskText]
    ) -> Acted:
        """Say that the activity has ended."""
        return await _on_notice(
            state.door, line, notice, data, lambda desk, thread: releasing.end(desk, thread.id, data.text)
        )

    @post("/notices/{notice:str}/read-back")
    async def read_back(
        self, state: State, line: FromPath[str], notice: FromPath[str], data: JSONBody[asked.AskReadBack]
    ) -> Acted:
        """Send what a person typed; both nodes compare it with the notice."""
        return await _on_notice(
            state.door,
            line,
            notice,
            data,
            lambda desk, thread: answering.read_back(
                desk, data.version or threads.latest(thread).id, data.typed
            ),
        )

    @post("/notices/{notice:str}/reply")
    async def reply(
        self, state: State, line: FromPath[str], notice: FromPath[str], data: JSONBody[asked.AskReply]
    ) -> Acted:
        """Answer a notice."""
        return await _on_notice(
            state.door,
            line,
            notice,
            data,
            lambda desk, thread: answering.reply(
                desk, data.version or threads.latest(thread).id, data.code, text=data.text, who=data.who
            ),
        )

    @post("/notices/{notice:str}/withdraw")
    async def withdraw(
        self, state: State, line: FromPath[str], notice: FromPath[str], data: JSONBody[asked.AskWithdraw]
    ) -> Acted:
        """Take back a reply of ours by a new entry."""
        return await _on_notice(
            state.door,
            line,
            notice,
            data,
            lambda desk, _thread: answering.withdraw(desk, data.reply, data.text),
        )

    @post("/notices/{notice:str}/clear")
    async def clear(
        self, state: State, line: FromPath[str], notice: FromPath[str], data: JSONBody[asked.AskClear]
    ) -> NoticeView:
        """Clear a notice's volumes on a person's attributed word: ours, private."""
        door: Door = state.door
        found = find_line(door.reads, line)
        thread = find_notice(door.reads, door.own, found, notice)
        await door.submit(lambda tx: answering.clear(desk_of(door, tx, found, data), thread.id, data.ground))
        door.checks.later(found.id, [thread.id], RANK[Precedence.FLASH])
        cleared = find_notice(door.reads, door.own, found, thread.id)
        return notice_view(door.reads, door.own, found, cleared, door.clock.now_ms())

    @post("/notices/{notice:str}/units")
    async def units(
        self, state: State, line: FromPath[str], notice: FromPath[str], data: JSONBody[asked.AskUnits]
    ) -> list[UnitMark]:
        """Note what own units do about a notice: warned, has it, complying and so on. Private."""
        door: Door = state.door
        found = find_line(door.reads, line)
        thread = find_notice(door.reads, door.own, found, notice)
        marks = await door.submit(
            lambda tx: mark_units(desk_of(door, tx, found, data), thread.id, data.units, data.state)
        )
        return list(marks)


def _release_all(
    door: Door, line: Line, data: asked.AskNotices, drafts: Sequence[releasing.Draft], tx: Tx
) -> list[Released]:
    return [_released(tx.attempt(_releasing(door, line, data, draft))) for draft in drafts]


async def _note_sealed(door: Door, line: Line, result: CheckResult, duty: str | None) -> None:
    """Journal that a sealed layer answered to what nobody has released: asked often, it shows where it lies."""
    cells = sorted({finding.sealed_cell for finding in result.findings if finding.sealed_cell is not None})
    if cells:
        now_ms, row = door.clock.now_ms(), {"line": line.id, "cells": cells, "by": duty}
        await door.submit(lambda tx: tx.write_journal(now_ms, "sealed-answer", row))


def _releasing(
    door: Door, line: Line, data: asked.AskNotices, draft: releasing.Draft
) -> Callable[[Tx], Released]:
    def command(tx: Tx) -> Released:
        check_ours(door.disk, RANK[draft.precedence])
        desk = desk_of(door, tx, line, data)
        message = releasing.release_notice(desk, draft)
        name = line.name if data.heard else door.own.descriptor.name
        return Released(message.id, f"{name}-{message.header.seq}")

    return command


def _released(done: Released | ParleyError) -> Released:
    return Released(None, None, done.name, str(done)) if isinstance(done, ParleyError) else done


async def _act(door: Door, line: str, data: asked.Asked, use_case: Callable[[Desk], Message]) -> Acted:
    found = find_line(door.reads, line)
    message = await door.submit(lambda tx: use_case(desk_of(door, tx, found, data)))
    thread_id = door.reads.thread_of(found.id, message.id) or message.id
    door.checks.later(found.id, [message.id, thread_id], RANK[Precedence.FLASH])
    thread = find_notice(door.reads, door.own, found, thread_id)
    return Acted(message.id, notice_view(door.reads, door.own, found, thread, door.clock.now_ms()))


async def _on_notice(
    door: Door, line: str, notice: str, data: asked.Asked, use_case: Callable[[Desk, Thread], Message]
) -> Acted:
    thread = find_notice(door.reads, door.own, find_line(door.reads, line), notice)
    return await _act(door, line, data, lambda desk: use_case(desk, thread))
