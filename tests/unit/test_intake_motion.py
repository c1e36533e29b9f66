"""Which reports are believed: each flag has a track that earns it and one that just does not."""

import pytest

from parley.formats.positions import Mover, Row
from parley.intake.draft import Flag
from parley.intake.tracking import Tracking
from track_samples import LATER_MS, MINUTE_MS, NAN, NOW_MS, at, drafts, reports, tracking, zone

FAR = 40.0


def flagged(
    rows: list[Row], now_ms: int = LATER_MS, made: Tracking | None = None, late_ms: int | None = None
) -> dict[str, int]:
    """What a batch earns, by flag."""
    made = made or tracking([], late_ms=late_ms)
    made.take(reports(rows), now_ms)
    return {flag.value: count for flag, count in made.flagged.items()}


@pytest.mark.parametrize(
    ("mover", "metres", "jumps"),
    [
        (Mover.AIR, 40_000, False),
        (Mover.AIR, 45_000, True),
        (Mover.WATER, 3_700, False),
        (Mover.WATER, 4_000, True),
        (Mover.GROUND, 4_300, False),
        (Mover.GROUND, 4_600, True),
        (Mover.UNKNOWN, 60_000, False),
        (Mover.UNKNOWN, 65_000, True),
    ],
)
def test_a_jump_is_farther_than_its_kind_can_move(mover: Mover, metres: float, jumps: bool) -> None:  # noqa: FBT001
    rows = [at(0, 33.0, mover=mover), at(1, 33.0 + metres / 111_195, mover=mover)]
    assert flagged(rows) == ({"jump": 1} if jumps else {})


def test_both_errors_are_allowed_for_in_a_jump() -> None:
    near, far = (
        at(0, 33.0, mover=Mover.WATER, error_m=3_000.0),
        at(1, 33.08, mover=Mover.WATER, error_m=3_000.0),
    )
    assert flagged([near, far]) == {}
    assert flagged([near, far._replace(error_m=NAN)]) == {"jump": 1}


def test_a_report_from_the_future_is_not_believed_and_does_not_hide_what_follows() -> None:
    made = tracking([zone()])
    ahead = at(0, 33.0)._replace(at_ms=NOW_MS + 61_000)
    assert flagged([ahead], NOW_MS, made) == {"ahead_of_clock": 1}
    made.take(reports([at(0, 33.0)]), NOW_MS)
    assert len(drafts(made)) == 1


def test_an_old_report_is_stale() -> None:
    assert flagged([at(0, 33.0, age_s=61.0), at(0, 33.0, id_="B", age_s=59.0)]) == {"stale": 1}
    assert flagged([at(0, 33.0, stale=True)]) == {"stale": 1}
    assert flagged([at(0, 33.0)], NOW_MS + MINUTE_MS + 1, late_ms=MINUTE_MS) == {"stale": 1}
    assert flagged([at(0, 33.0)], NOW_MS + MINUTE_MS, late_ms=MINUTE_MS) == {}


def test_a_very_vague_position_is_not_believed() -> None:
    assert flagged([at(0, 33.0, error_m=50_001.0), at(0, 33.0, id_="B", error_m=50_000.0)]) == {
        "too_vague": 1
    }


def test_the_same_report_again_is_a_duplicate_in_the_same_and_in_the_next_batch() -> None:
    made = tracking([])
    assert flagged([at(0, 33.0), at(0, 33.0)], made=made) == {"duplicate": 1}
    assert flagged([at(0, 33.0)], made=made) == {"duplicate": 2}


def test_two_places_at_one_time_are_a_jump() -> None:
    assert flagged([at(0, 33.0), at(0, FAR)]) == {"jump": 1}


def test_a_report_from_before_the_last_one_is_out_of_order() -> None:
    made = tracking([])
    flagged([at(5, 33.0)], made=made)
    assert flagged([at(3, 33.001)], made=made) == {"out_of_order": 1}


def test_a_place_that_stands_still_while_it_says_that_it_moves_is_frozen() -> None:
    rows = [at(m / 6, 33.0, speed_mps=100.0) for m in range(12)]
    assert flagged(rows) == {"frozen": 6}
    assert flagged([row._replace(speed_mps=0.5) for row in rows]) == {}
    assert flagged([row._replace(lat_deg=33 + n / 1_000) for n, row in enumerate(rows)]) == {}


def test_a_track_that_goes_to_and_fro_between_two_places_is_believed_at_neither() -> None:
    rows = [at(m / 2, FAR if m % 2 else 33.0 + m / 10_000) for m in range(10)]
    found = flagged(rows)
    assert found == {"jump": 5, "alternating": 3}


def test_three_that_jump_to_one_place_are_flagged_together_and_never_believed_there() -> None:
    made = tracking([])
    flagged([at(0, 33.0 + n, id_=f"T{n}") for n in range(4)], made=made)
    together = [at(1 + m / 2, FAR + n / 100, id_=f"T{n}") for m in range(20) for n in range(4)]
    found = flagged(together, made=made)
    assert found["jump"] == 80
    assert found["jumped_together"] == 78, "the first two had nobody beside them yet"


def test_a_new_place_is_believed_once_eight_reports_over_two_minutes_agree() -> None:
    rows = [at(0, 33.0), *(at(1 + m / 3, FAR + m / 1_000) for m in range(12))]
    assert flagged(rows) == {"jump": 7}
    quick = [at(0, 33.0), *(at(1 + m / 60, FAR) for m in range(12))]
    assert flagged(quick)["jump"] == 12


def test_a_clock_that_was_a_day_ahead_for_one_report_does_not_hide_the_track_for_a_day() -> None:
    made = tracking([])
    flagged([at(24 * 60, 33.0)], made=made)
    found = [at(m / 3, 33.0 + m / 1_000) for m in range(12)]
    assert flagged(found, made=made) == {"out_of_order": 7}


def test_a_flagged_report_opens_nothing_and_ends_nothing() -> None:
    made = tracking([zone()])
    made.take(reports([at(0, FAR), at(1, 33.0), at(2, FAR + 0.001)]), LATER_MS)
    assert made.changed() == []
    made = tracking([zone()])
    made.take(reports([at(0, 33.0), *(at(m, FAR) for m in range(1, 4)), at(10, 33.001)]), LATER_MS)
    (draft,) = drafts(made)
    assert draft.left_ms is None
    assert draft.flags[0].flag is Flag.JUMP
