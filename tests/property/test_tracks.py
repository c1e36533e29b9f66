"""Tracks: one draft for an episode, in whatever order and batches reports come; a flagged one opens nothing."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from parley.formats.positions import Mover, Row
from parley.intake.motion import Motion
from track_samples import LATER_MS, NOW_MS, at, drafts, reports, tracking, zone

FAR = 50.0
INSIDE, OUTSIDE = 33.0, 34.0
minutes = st.integers(0, 60)


def passing(count: int) -> list[Row]:
    """One pass through the zone: outside, inside, outside."""
    return [at(m, 31.8 + m * 2.4 / count, mover=Mover.AIR) for m in range(count)]


def batches(rows: list[Row], cuts: list[int]) -> list[list[Row]]:
    """Rows cut into batches."""
    edges = [0, *sorted({cut % len(rows) for cut in cuts} - {0}), len(rows)]
    return [rows[start:end] for start, end in pairwise(edges)]


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(30)), st.lists(st.integers(1, 29), max_size=6))
def test_one_pass_in_any_order_and_any_batches_is_never_two_drafts(order: list[int], cuts: list[int]) -> None:
    rows = passing(30)
    made = tracking([zone()])
    for batch in batches([rows[n] for n in order], cuts):
        made.take(reports(batch), LATER_MS)
    assert len({draft.id for draft in made.changed()}) <= 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 39), max_size=8), st.data())
def test_batches_make_no_difference_while_times_grow(cuts: list[int], data: st.DataObject) -> None:
    steps = data.draw(
        st.lists(st.sampled_from([INSIDE, OUTSIDE, INSIDE + 0.1, FAR]), min_size=40, max_size=40)
    )
    speeds = data.draw(st.lists(st.sampled_from([0.0, 50.0]), min_size=40, max_size=40))
    rows = [
        at(m * 2, lat, mover=Mover.AIR, speed_mps=speed)
        for m, (lat, speed) in enumerate(zip(steps, speeds, strict=True))
    ]
    whole, cut = tracking([zone()]), tracking([zone()])
    whole.take(reports(rows), LATER_MS)
    newest = {}
    for batch in batches(rows, cuts):
        cut.take(reports(batch), LATER_MS)
        newest.update({draft.id: draft for draft in cut.changed()})
    assert sorted(newest) == sorted(draft.id for draft in whole.changed())
    assert cut.flagged == whole.flagged


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(minutes, st.sampled_from(["ahead", "stale", "vague", "late"])), min_size=1, max_size=30
    )
)
def test_reports_that_are_not_believed_open_nothing(made_of: list[tuple[int, str]]) -> None:
    made = tracking([zone()], late_ms=60 * 60_000)
    made.take(reports([at(61, OUTSIDE)]), NOW_MS + 61 * 60_000)
    wrong = {
        "ahead": at(0, INSIDE)._replace(at_ms=NOW_MS + 100 * 60_000),
        "stale": at(0, INSIDE, stale=True),
        "vague": at(0, INSIDE, error_m=60_000.0),
        "late": at(0, INSIDE)._replace(at_ms=NOW_MS),
    }
    for minute, how in made_of:
        row = wrong[how]
        shifted = row if how in {"ahead", "late"} else row._replace(at_ms=row.at_ms + minute * 60_000)
        made.take(reports([shifted]), NOW_MS + 61 * 60_000 + 1)
    assert made.changed() == []
    assert made.believed == 1


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 7), st.integers(1, 20))
def test_a_jump_into_the_zone_that_does_not_last_opens_nothing(count: int, start: int) -> None:
    rows = [at(m / 6, FAR + m / 1_000, mover=Mover.WATER) for m in range(40)]
    for n in range(count):
        rows[start + n] = rows[start + n]._replace(lat_deg=INSIDE)
    made = tracking([zone()])
    made.take(reports(rows), LATER_MS)
    assert made.changed() == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), min_size=2, max_size=60))
def test_drafts_are_as_many_as_stays_that_are_five_minutes_apart(inside: list[bool]) -> None:
    rows = [at(m * 2, INSIDE if here else INSIDE + 0.4, mover=Mover.AIR) for m, here in enumerate(inside)]
    rows = [row._replace(lon_deg=38 + n / 10_000) for n, row in enumerate(rows)]
    times = [m * 2 for m, here in enumerate(inside) if here]
    gaps = [
        later - earlier
        for earlier, later in pairwise(times)
        if later - earlier > 6  # a report outside came five or more minutes after the last one inside
    ]
    made = tracking([zone()])
    made.take(reports(rows), LATER_MS)
    assert len(drafts(made)) == (len(gaps) + 1 if times else 0)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.0, 0.2, 1.0, 1.0, 1.0, 30.0]),
            st.sampled_from([33.0, 33.0, 33.001, 33.3, FAR]),
            st.sampled_from([0.0, 100.0]),
            st.sampled_from(["A", "B"]),
        ),
        min_size=1,
        max_size=50,
    )
)
def test_whole_arrays_and_one_after_the_other_judge_alike(
    steps: list[tuple[float, float, float, str]],
) -> None:
    minute, rows = 0.0, []
    for step, lat_deg, speed_mps, id_ in steps:
        minute += step
        rows.append(at(minute, lat_deg, id_=id_, speed_mps=speed_mps, mover=Mover.AIR))
    batch = reports(rows)
    slots = np.array([0 if each == "A" else 1 for each in batch.ids], np.intp)
    at_once = Motion(2, late_ms=None).judge(batch, slots, LATER_MS)
    single = Motion(2, late_ms=None)
    one_by_one = [
        int(single.judge(reports([row]), slots[n : n + 1], LATER_MS)[0]) for n, row in enumerate(rows)
    ]
    assert at_once.tolist() == one_by_one
