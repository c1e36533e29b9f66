"""One notice from drafting to its end, over real TLS, with everything that may stand beside it."""

from pathlib import Path

from support import draft, on_loop, pair, read_back_of, until


@on_loop
async def test_a_notice_goes_from_draft_to_end_and_both_records_match(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        a, b = both.sides
        sent = draft()
        (handle,) = await a.release(sent)
        await both.settle()
        for side in both.sides:
            view = await side.notice(handle)
            assert view["versions"][0]["step"] == "delivered"
            assert view["stands_against_begin"] == ["read_back_missing"]
        refused = await a.ask(f"/lines/{a.peer}/notices/{handle}/begin", {})
        assert (refused.status_code, refused.json()["name"]) == (400, "begin-needs-reason")

        wrong = read_back_of(sent, activity="flight")
        view = (await b.on_line(f"notices/{handle}/read-back", wrong))["notice"]
        assert (view["versions"][0]["step"], view["versions"][0]["mismatches"]) == ("delivered", 1)
        view = (await b.on_line(f"notices/{handle}/read-back", read_back_of(sent)))["notice"]
        assert view["versions"][0]["step"] == "read_back"
        await b.on_line(f"notices/{handle}/reply", {"code": "noted"})
        await both.settle()
        view = await a.notice(handle)
        assert (view["versions"][0]["step"], view["versions"][0]["mismatches"]) == ("answered", 1)
        assert view["stands_against_begin"] == []

        await a.on_line(f"notices/{handle}/begin")
        await until(lambda: b.said("checked"), why="the notice is checked at its recipient")
        await both.settle()
        assert [(await side.notice(handle))["phase"] for side in both.sides] == ["active", "active"]
        await a.on_line(f"notices/{handle}/end")
        await both.settle()
        assert [(await side.notice(handle))["phase"] for side in both.sides] == ["ended", "ended"]
        await both.prove()
