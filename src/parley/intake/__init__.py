"""Intake: observed tracks into incident drafts. A person confirms; nothing here gives a verdict.

Pure: arrays of reported positions and `now_ms` in, drafts out. A report that cannot be true is flagged,
not believed: it opens and closes nothing, and stays in the draft's track with its flag.

* `motion`: which reports are believed, and why the others are not.
* `places`: zones and notices as the index of live volumes holds them; what covers a report.
* `episodes`: one draft for each track and stay in a zone.
* `tracking`: the three together, a batch at a time.
* `draft`: the words of a draft.
"""
