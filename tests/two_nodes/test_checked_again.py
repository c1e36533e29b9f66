"""What changes is checked again where it matters, and nowhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from parley.node.checking import Checker, Looked
from parley.ports.store import Reads
from support import START_MS, Pair, circle, draft, on_loop, pair, until, volume

NDEG = 1_000_000_000
NEAR, FAR = circle(33 * NDEG, 38 * NDEG), circle(33 * NDEG, 43 * NDEG)


@contextmanager
def noted() -> Iterator[list[str]]:
    """The versions that are checked meanwhile, on both sides."""
    seen: list[str] = []
    check_version = Checker.check_version

    def noting(self: Checker, reads: Reads, line: str, version: str, now_ms: int) -> Looked | None:
        seen.append(version)
        return check_version(self, reads, line, version, now_ms)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Checker, "check_version", noting)
        yield seen


async def load(both: Pair, area: dict[str, Any], *, cell: str | None = None, layer: str = "posts") -> None:
    item = {"id": "p", "name": "POST", "kind": "site", "layer": layer, "area": area, "as_of_ms": START_MS}
    body = {"name": layer, "compartment": cell, "loaded_ms": START_MS}
    asked = {"duty": "WATCH", "layer": body, "items": [item]}
    answer = await both.b.api.put("/picture/layers", json=asked)
    assert answer.status_code == 200, answer.text


async def kinds(both: Pair, handle: str) -> list[str]:
    check = (await both.b.notice(handle))["versions"][-1]["check"]
    return [finding["other_kind"] for finding in check["result"]["findings"]] if check else ["unchecked"]


async def wait_for(both: Pair, handle: str, found: list[str]) -> None:
    async def is_found() -> bool:
        return await kinds(both, handle) == found

    await until(is_found, why=f"{handle} finds {found}")


async def until_ours_are_checked(both: Pair, *handles: str) -> None:
    """Wait until the sender's own check of what it released has come, behind everything else."""

    async def checked() -> bool:
        views = [await both.a.notice(handle) for handle in handles]
        return all(view["versions"][-1]["check"] for view in views)

    await until(checked, why="our own check comes in a lull")


async def until_checked(both: Pair, handle: str) -> None:
    """Wait until the check of a notice no longer says that no own position was there."""
    for _ in range(200):
        check = (await both.b.notice(handle))["versions"][-1]["check"]
        if check is not None and "NOT CHECKED" not in check["result"]["summary"]:
            return
        await until(lambda: True, why="the loop turns")
    raise AssertionError(f"{handle} was not checked again")


@on_loop
async def test_a_changed_layer_checks_again_what_it_touches_and_nothing_else(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        near, far = await both.a.release(*(draft(over=volume(area)) for area in (NEAR, FAR)))
        await both.settle()
        await until_ours_are_checked(both, near, far)
        ids = {name: (await both.b.notice(name))["versions"][-1]["id"] for name in (near, far)}
        await wait_for(both, near, [])
        await wait_for(both, far, [])
        await load(both, circle(10 * NDEG, 10 * NDEG), layer="elsewhere")  # the first: all are checked again
        await until_checked(both, far)
        await until_checked(both, near)
        with noted() as seen:
            await load(both, NEAR)
            await wait_for(both, near, ["site"])
            assert set(seen) == {ids[near]}
            assert await kinds(both, far) == []


@on_loop
async def test_a_new_notice_checks_again_the_one_beside_it_and_its_end_does_too(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        near, far = await both.a.release(*(draft(over=volume(area)) for area in (NEAR, FAR)))
        await both.settle()
        await until_ours_are_checked(both, near, far)
        ids = {name: (await both.b.notice(name))["versions"][-1]["id"] for name in (near, far)}
        await wait_for(both, far, [])
        with noted() as seen:
            (beside,) = await both.a.release(draft(over=volume(NEAR)))
            await both.settle()
            await wait_for(both, near, ["notice"])
            await wait_for(both, beside, ["notice"])
            await both.a.on_line(f"notices/{beside}/end")
            await both.settle()
            await wait_for(both, near, [])
            assert ids[far] not in seen
            assert ids[near] in seen


@on_loop
async def test_a_changed_sealed_layer_shows_only_where_its_answer_changed(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        near, far = await both.a.release(*(draft(over=volume(area)) for area in (NEAR, FAR)))
        await both.settle()
        await wait_for(both, near, [])
        await load(both, NEAR, cell="K", layer="quiet")
        await wait_for(both, near, ["sealed"])
        before = await both.b.notice(near), await both.b.notice(far)
        with noted() as seen:
            await load(both, circle(33 * NDEG, 38 * NDEG + 1_000_000), cell="K", layer="quiet")
            await until(lambda: bool(seen), why="the notice near it is checked again")
            await load(both, FAR, layer="open")
            await wait_for(both, far, ["site"])
        after = await both.b.notice(near)
        assert after["versions"][-1]["check"] == before[0]["versions"][-1]["check"]


@on_loop
async def test_an_answer_of_a_sealed_layer_to_what_is_not_released_is_journalled(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        await load(both, NEAR, cell="K", layer="quiet")
        for area in (NEAR, FAR):
            answer = await both.b.api.post(f"/lines/{both.b.peer}/check", json={"volume": volume(area)})
            assert answer.status_code == 200, answer.text
        await both.b.on_line("drafts", {"draft": draft(over=volume(NEAR))})
        notes = [note for note in both.b.node.reads.journal(0, 1_000) if note.what == "sealed-answer"]
        found = [msgspec.json.decode(note.data) for note in notes]
        assert [(one["cells"], one["by"]) for one in found] == [
            (["K"], None),
            (["K"], f"{both.b.name} WATCH"),
        ]
        loads = [note for note in both.b.node.reads.journal(0, 1_000) if note.what == "picture"]
        assert all("quiet" not in str(note.data) and "items" not in str(note.data) for note in loads)


@on_loop
async def test_a_notice_of_ours_is_compared_with_from_its_release_on(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        await both.b.release(draft(over=volume(NEAR)))
        await both.settle()
        (theirs,) = await both.a.release(draft(over=volume(NEAR)))
        await both.settle()
        await wait_for(both, theirs, ["notice"])
