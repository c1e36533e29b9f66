"""The local API describes itself, from the types that it really takes."""

from pathlib import Path

from support import on_loop, pair


@on_loop
async def test_every_route_is_in_the_openapi_document_with_its_words_and_errors(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        document = await both.a.get("/schema/openapi.json")
        assert document["openapi"].startswith("3.1")
        operations = [
            (path, method, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ]
        assert len(operations) >= 30
        for path, method, operation in operations:
            assert path.startswith("/api/v1/"), path
            assert operation.get("description"), (method, path)
        draft = document["components"]["schemas"]["Draft"]
        assert {"precedence", "activity", "volume", "reason"} <= set(draft["required"])


@on_loop
async def test_nobody_is_let_in_without_the_token(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        document = await both.a.get("/schema/openapi.json")
        for path in (*document["paths"], "/api/v1/schema/openapi.json"):
            if "{" not in path:
                answer = await both.a.api.get(
                    path.removeprefix("/api/v1"), headers={"authorization": "Bearer no"}
                )
                assert answer.status_code in {401, 405}, path
