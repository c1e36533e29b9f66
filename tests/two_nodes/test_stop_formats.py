"""A STOP is read by every node, however late the format in which its place was typed."""

from pathlib import Path
from typing import Any

from support import circle, draft, on_loop, pair, volume


def typed(text: str, form: str) -> dict[str, Any]:
    area = circle()
    area["centre"]["entered"] = {"text": text, "format": form, "precision_mm": 1_000}
    return area


@on_loop
async def test_a_stop_carries_the_angles_alone_where_the_format_is_later_than_the_first_protocol(
    tmp_path: Path,
) -> None:
    async with pair(tmp_path) as both:
        late, early = typed("37SFS6284611498", "mgrs"), typed("33.5N 38.6E", "decimal")
        (notice,) = await both.a.release(draft(over=volume(late)))
        await both.settle()
        await both.b.on_line("stops", {"scope": {"scope": "place", "area": late}})
        await both.b.on_line("stops", {"scope": {"scope": "place", "area": early}})
        await both.b.on_line("stops", {"notice": notice})
        await both.settle()
        scopes = [view["stop"]["scope"] for view in await both.a.stops()]
        places = [scope["area"] for scope in scopes if scope["scope"] == "place"]
        assert sorted(places, key=str) == sorted([circle(), early], key=str)
        (of_notice,) = (scope for scope in scopes if scope["scope"] == "activity")
        assert of_notice["volume"]["area"] == circle()
        (shown,) = await both.b.get(f"/lines/{both.b.peer}/notices")
        assert shown["versions"][0]["body"]["volume"]["area"] == late
