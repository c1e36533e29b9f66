"""What a node's own rules refuse its own people, and what they may do all the same."""

from pathlib import Path

from msgspec.structs import replace

from forger import assert_b_works, forged
from parley.words.bodies import Terms
from support import START_MS, draft, on_loop, pair, until, volume


@on_loop
async def test_an_auditor_reads_and_calls_a_stop_and_does_nothing_else(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        a, b = both.sides
        (handle,) = await a.release(draft())
        await both.settle()
        audit = {"role": "auditor", "duty": "AUDIT"}
        refused = await b.ask(f"/lines/{b.peer}/notices/{handle}/reply", {**audit, "code": "no_objection"})
        assert refused.status_code == 400
        assert "an auditor reads" in refused.text
        cleared = await b.ask(f"/lines/{b.peer}/notices/{handle}/clear", {**audit, "ground": "seen"})
        assert cleared.status_code == 400
        assert (await a.notice(handle))["answers"] == []
        called = await b.ask(f"/lines/{b.peer}/stops", {**audit, "notice": handle})
        assert called.status_code == 201
        await both.settle()
        assert (await a.notice(handle))["stopped"]
        await both.prove()


@on_loop
async def test_two_persons_release_but_shortly_before_the_start_one_may_and_is_reviewed(
    tmp_path: Path,
) -> None:
    async with pair(tmp_path) as both:
        a, _ = both.sides
        settings = a.home.settings.read_text()
        await a.stop()
        a.home.settings.write_text(settings.replace("two_person = false", "two_person = true"))
        await a.start()
        (alone,) = await a.on_line("notices", {"notices": [draft()]})
        assert alone["error"] == "second-person-needed"
        kept = (await a.on_line("drafts", {"draft": draft()}))["draft"]
        same = await a.ask(f"/lines/{a.peer}/drafts/{kept}/release", {})
        assert same.json()["name"] == "second-person-needed"
        other = await a.ask(
            f"/lines/{a.peer}/drafts/{kept}/release", {"role": "releaser", "duty": "RELEASER 1"}
        )
        assert other.status_code == 201
        handle = other.json()["notice"]["handle"]
        amended = await a.ask(f"/lines/{a.peer}/notices/{handle}/amend", {"draft": draft()})
        assert amended.json()["name"] == "second-person-needed"

        soon = draft(over=volume(start_ms=START_MS + 9 * 60_000))
        await a.release(soon)
        notes = await a.get("/journal?count=1000")
        assert [note["what"] for note in notes].count("review-due") == 1
        await both.settle()
        await both.prove()


@on_loop
async def test_terms_declared_again_are_recorded_and_change_nothing(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        line = both.b.line
        other = replace(line.terms, purpose="something else")
        digests = (line.own_digest, line.peer_digest or "")
        again = chained.sign(Terms(salt="3" * 32, terms=other, descriptors=digests), START_MS)
        assert (await chained.forger.push([again.envelope])).statuses == ["recorded"]
        await until(lambda: both.b.said("out_of_order"), why="b says that the terms come too late")
        assert both.b.said("out_of_order")[0]["detail"] == "terms-not-first"
        assert both.b.line.joined
        await assert_b_works(both, chained)
