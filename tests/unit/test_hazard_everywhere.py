"""A hazard whose place is not known, on a line whose terms name no area, counts everywhere."""

import pytest
from msgspec.structs import replace

from lone import line
from parley.adapters.volume_index import MemoryVolumeIndex
from parley.check.engine import CheckEngine
from parley.check.model import separation_for
from parley.exchange.hazard import StandingHazard
from parley.node.hazard_rows import volume_of
from parley.picture.model import Picture
from parley.words.volume import Band, Circle, Position
from threads import AUTHOR, NOON_MS, OFFICER, name, notice


@pytest.mark.parametrize(("lat_deg", "lon_deg"), [(33, 38), (-89, 10), (0, 180), (1, -179), (89, 0)])
def test_it_is_found_beside_every_notice(lat_deg: int, lon_deg: int) -> None:
    bare = replace(line(), terms=replace(line().terms, area=None))
    hazard = StandingHazard(
        id=name(7),
        author=AUTHOR,
        area=None,
        band=Band(floor=None, ceiling=None),
        since_ms=NOON_MS,
        told_ms=NOON_MS,
        told_by=OFFICER,
        seq=1,
        text=None,
        attested=False,
    )
    engine = CheckEngine(MemoryVolumeIndex())
    engine.set_picture(Picture(version=1, layers=(), items=()))
    separation = separation_for(bare.terms, None)
    engine.put_notice(
        hazard.id, volume_of(bare, hazard), name="HAZARD", presumed_active=True, separation=separation
    )
    centre = Position(lat_ndeg=lat_deg * 1_000_000_000, lon_ndeg=lon_deg * 1_000_000_000)
    volume = notice(area=Circle(centre=centre, radius_mm=2_000_000)).volume
    found = engine.check(volume, separation, notice=name(1), leave_out=frozenset({name(1)}), now_ms=NOON_MS)
    assert [finding.other for finding in found.findings] == ["HAZARD"]
