"""The benchmark of tracks runs, and counts what it says that it counts."""

from bench.tracks import measure


def test_a_small_run_passes_every_report_through_tracking_in_both_mixes() -> None:
    found = measure(rounds=2, aircraft=300, notices=150)
    assert found["live_volumes"] == 250
    assert [row["mix"] for row in found["rows"]] == ["quiet", "busy"]
    assert all(row["reports"] == 600 for row in found["rows"])
    assert all(row["reports_a_second"] > 0 for row in found["rows"])
    assert found["rows"][0]["open_drafts"] == 0
