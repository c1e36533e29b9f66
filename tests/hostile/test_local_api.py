"""What a hostile or broken program on this machine may send to /api/v1: no failure, and every refusal named."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx

from parley.web.api import MAX_BODY_BYTES
from support import Side, circle, draft, on_loop, pair, volume

STRANGE: Final = (
    "..",
    "%00",
    "%ff%fe",
    "%F0%9F%9B%91",
    "'; DROP TABLE entry; --",
    "x" * 5_000,
    "-",
    "EASTERN-",
    "EASTERN-99999999999999999999",
    "EASTERN-\u0661",
    "0" * 64,
    "1e9",
)
BODIES: Final = (
    b"",
    b"null",
    b"[]",
    b"{",
    b"\xff\xfe\x00",
    b'{"duty":"\\ud800"}',
    b'{"duty":"a\\u0000b"}',
    b'{"duty":1e999}',
    b'{"duty":' + b"9" * 5_000 + b"}",
    b"[" * 100_000,
    b'{"duty":"X","role":"emperor"}',
    b'{"duty":"X","more":1}',
    random.Random(4).randbytes(2_000),  # noqa: S311 - noise
)
POINT: Final = {"lat_ndeg": 0, "lon_ndeg": 0, "entered": None}
VOLUMES: Final[tuple[dict[str, Any], ...]] = (
    volume(circle(90_000_000_001)),
    volume(circle(radius_mm=-1)),
    volume(circle(radius_mm=20_100_000_000)),
    volume(circle(radius_mm=0)),
    volume({"shape": "polygon", "ring": [POINT] * 3, "edges": "geodesic"}),
    volume({"shape": "polygon", "ring": [POINT] * 2_001, "edges": "geodesic"}),
    volume({"shape": "blob"}),
    volume() | {"window": {"start_ms": 0, "end_ms": 253_402_300_799_999}},
    volume() | {"window": {"start_ms": -1, "end_ms": 2**63}},
)


def routes(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every method and path of the API but the stream of events, which never ends."""
    for path, methods in schema["paths"].items():
        for method in methods:
            if not path.endswith("/events"):
                yield method.upper(), path.removeprefix("/api/v1")


def filled(path: str, line: str, other: str) -> str:
    """A path with its parameters: the line right or strange, the others strange."""
    parts = [
        (line if part == "{line}" else other) if part.startswith("{") else part for part in path.split("/")
    ]
    return "/".join(parts)


def assert_named(answer: httpx.Response, *, may_succeed: bool = True) -> None:
    asked = answer.request
    where = (asked.method, str(asked.url)[:200], asked.content[:60], answer.text[:300])
    assert answer.status_code < 500, where
    if answer.status_code >= 400:
        assert answer.json()["name"], where
    else:
        assert may_succeed, where


async def assert_works(side: Side) -> None:
    await side.release(draft())


@on_loop
async def test_every_route_refuses_who_shows_no_token_or_a_wrong_one(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        token = both.a.home.token.read_text()
        schema = await both.a.get("/schema/openapi.json")
        asked = [(method, filled(path, both.a.peer, "x")) for method, path in routes(schema)]
        assert len(asked) > 25
        for said in ("", "Bearer", f"Bearer {token}x", token, f"Basic {token}"):
            shown = {"authorization": said}
            async with httpx.AsyncClient(
                base_url=both.a.api.base_url, headers=shown, trust_env=False
            ) as client:
                for method, path in [*asked, ("GET", "/events")]:
                    answer = await client.request(method, path, content=b"{}")
                    assert answer.status_code == 401, (method, path, answer.text)
                    assert answer.json()["name"]
        await assert_works(both.a)
        await both.prove()


@on_loop
async def test_strange_paths_and_bodies_are_refused_by_name_on_every_route(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        schema = await both.a.get("/schema/openapi.json")
        for method, path in routes(schema):
            if "{" in path:
                for strange in STRANGE:
                    for line in (both.a.peer, strange):
                        target = filled(path, line, strange)
                        assert_named(await both.a.api.request(method, target, json={"duty": "X"}))
            if method != "GET":
                for body in BODIES:
                    target = filled(path, both.a.peer, "x" * 8)
                    assert_named(await both.a.api.request(method, target, content=body), may_succeed=False)
        await assert_works(both.a)
        await both.prove()


@on_loop
async def test_strange_questions_are_refused_by_name(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        for path in ("/journal", f"/lines/{both.a.peer}/record"):
            for query in (
                "start=-1",
                "start=x",
                f"start={10**30}",
                f"start={2**63}",
                "count=0",
                "count=1001",
            ):
                assert_named(await both.a.api.get(f"{path}?{query}"), may_succeed=False)
            assert_named(await both.a.api.get(f"{path}?start={2**53 - 1}"))
        await assert_works(both.a)
        await both.prove()


@on_loop
async def test_strange_volumes_are_refused_by_name_or_checked(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        for over in VOLUMES:
            assert_named(await both.a.api.post(f"/lines/{both.a.peer}/check", json={"volume": over}))
            for path, body in (
                ("drafts", {"draft": draft(over=over)}),
                ("notices", {"notices": [draft(over=over)]}),
                ("stops", {"scope": {"scope": "volume", "volume": over}}),
                ("stops", {"scope": {"scope": "place", "area": over["area"]}}),
            ):
                assert_named(await both.a.ask(f"/lines/{both.a.peer}/{path}", body))
        await assert_works(both.a)
        await both.prove()


@on_loop
async def test_a_body_that_is_too_large_is_refused_by_name(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        answer = await both.a.api.post("/lines/propose", content=b" " * (MAX_BODY_BYTES + 1))
        assert (answer.status_code, bool(answer.json()["name"])) == (413, True)
        await assert_works(both.a)
        await both.prove()


@on_loop
async def test_hostile_papers_are_refused_by_name(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        proposed = await both.a.post("/lines/propose", {"wish": {"exercise": True}})
        good = proposed["paper"]
        chance = random.Random(6)  # noqa: S311 - damage
        papers = ["", "{}", good[:-9], good + " ", "[" * 50_000, "\u202e" * 100]
        for _ in range(100):
            at = chance.randrange(len(good))
            papers.append(good[:at] + chance.choice('aZ9}"') + good[at + 1 :])
        for paper in papers:
            if paper != good:
                assert_named(await both.b.ask("/lines/papers", {"paper": paper}), may_succeed=False)
        own = await both.a.ask("/lines/papers", {"paper": good})
        assert own.json()["name"] in {"line-exists", "line-with-self"}
        assert len(both.b.node.reads.lines()) == 1
        await assert_works(both.a)
        await both.prove()
