"""What the costliest areas that the wire lets through cost: 2,000 vertices, straight edges, far across.

Each row: how long the rules take on one area, how long one area takes to be made ready, how long two take
to be compared. "nested" areas lie in one another's bays without crossing, so that no crossing ends the
search early. Run: nice python bench/costly.py
"""

import math
import sys
import time
from collections.abc import Callable

from parley.geo.distance import Gap, gap_within
from parley.geo.shape import Patch, shape_of
from parley.geo.validity import area_fault
from parley.words.codes import Edges
from parley.words.volume import Polygon, Position

VERTICES = 2_000
SPANS_DEG = (1.2, 1.5)
HOME = (62.0, 0.0)


def position(lat_deg: float, lon_deg: float) -> Position:
    """Return a plotted position."""
    return Position(lat_ndeg=round(lat_deg * 1e9), lon_ndeg=round(lon_deg * 1e9))


def comb(span_deg: float, *, shift: float, edges: Edges) -> Polygon:
    """Return a comb of long teeth; two with different `shift` lie in one another's gaps."""
    teeth = VERTICES // 4
    pitch = 10.0 / teeth
    lat0, lon0 = HOME[0] - 5, HOME[1] - span_deg / 2
    ring = []
    back = lon0 - 1 if shift == 0 else lon0 + span_deg + 1
    root, tip = (lon0, lon0 + span_deg - 0.5) if shift == 0 else (lon0 + span_deg, lon0 + 0.5)
    for k in range(teeth - 1):
        low = lat0 + (k + shift) * pitch
        ring += [(low, root), (low, tip), (low + pitch * 0.3, tip), (low + pitch * 0.3, root)]
    ring += [(ring[-1][0], back), (ring[0][0], back)]
    return Polygon(ring=tuple(position(*vertex) for vertex in ring), edges=edges)


def wheel(span_deg: float, *, turn: float, edges: Edges) -> Polygon:
    """Return a star of many rays; two with different `turn` cross all round."""
    ring = []
    for k in range(VERTICES):
        angle = 2 * math.pi * (k + turn) / VERTICES
        reach = span_deg / 2 * (1 if k % 2 else 0.6)
        ring.append((HOME[0] + min(reach, 20) * math.sin(angle), HOME[1] + reach * math.cos(angle)))
    return Polygon(ring=tuple(position(*vertex) for vertex in ring), edges=edges)


def timed(act: Callable[[], object]) -> tuple[float, object]:
    """Return the best of three, milliseconds, and what was returned."""
    best_ms, found = math.inf, None
    for _ in range(3):
        start_s = time.perf_counter()
        found = act()
        best_ms = min(best_ms, (time.perf_counter() - start_s) * 1e3)
        if best_ms > 2_000:  # noqa: PLR2004 - once is enough of that
            break
    return best_ms, found


def row(name: str, first: Polygon, second: Polygon) -> str:
    """Return one row of the table."""
    rules_ms, fault = timed(lambda: area_fault(first))
    if fault is not None:
        return f"{name}: refused in {rules_ms:.0f} ms: {fault}"
    ready_ms, made = timed(lambda: shape_of(first))
    one, other = shape_of(first), shape_of(second)
    apart_ms, gap = timed(lambda: gap_within(one, other, 5_000.0))
    assert isinstance(made, Patch)  # noqa: S101 - a polygon is one
    pieces, gap_m = len(made.boundary), gap.distance_m if isinstance(gap, Gap) else None
    return f"{name:>28} | {pieces:7} | {rules_ms:8.1f} | {ready_ms:8.1f} | {apart_ms:8.1f} | {gap_m}"


def main() -> None:
    """Print the table."""
    out = sys.stdout
    out.write("area, degrees across | pieces | rules ms | ready ms | compare ms | gap m\n")
    for edges, back in ((Edges.GEODESIC,) * 2, (Edges.STRAIGHT,) * 2, (Edges.STRAIGHT, Edges.GEODESIC)):
        for span_deg in SPANS_DEG:
            name = f"{edges.value} and {back.value}, {span_deg}"
            pair = comb(span_deg, shift=0.0, edges=edges), comb(span_deg, shift=0.5, edges=back)
            out.write(row(f"nested {name}", *pair) + "\n")
            pair = wheel(span_deg, turn=0.0, edges=edges), wheel(span_deg, turn=0.5, edges=back)
            out.write(row(f"crossing {name}", *pair) + "\n")
            out.flush()


if __name__ == "__main__":
    main()
