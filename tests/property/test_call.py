"""A call: any order ends in the same plot, nothing said is lost, and nothing raises."""

from itertools import permutations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parley.geo.ellipsoid import direct, inverse
from parley.geo.gazetteer import find_place
from parley.geo.validity import volume_fault
from parley.watch.asking import next_question, say_back
from parley.watch.call import Call, Direction, Field, Place, counting, take
from parley.watch.doubts import doubts
from parley.watch.fragments import read
from parley.watch.plotting import plot
from parley.watch.wheres import REACH_M, read_where
from parley.words.volume import Circle

NOW_MS = 1_655_303_520_000
"""2022-06-15 14:32Z."""
MINUTE_MS = 60_000
LATEST_MS = 253_402_300_799_999
Said = tuple[Field, str]

WHOLE: tuple[Said, ...] = (
    (Field.WHAT, "air strike"),
    (Field.WHERE, "south of Tanf"),
    (Field.WHERE, "33 20 00 N 38 37 00 E"),
    (Field.START, "in 20 minutes"),
    (Field.EXTENT, "3 km"),
    (Field.REASON, "training"),
)
PHRASES = st.sampled_from(
    [
        "air strike south of tanf, soon",
        "33.5, 38.6",
        "20 km north-east of Palmyra at 1430",
        "stop, you are firing at us",
        "I want to speak to my usual contact",
        "удар южнее Танфа через 10 минут",
        "غارة جنوب التنف قريبا",
        "between Palmyra and Tanf tomorrow for 2 hours",
        "FL100 to FL250",
        "until 1600Z",
    ]
)
ANYTHING = st.one_of(st.text(max_size=700), PHRASES, st.builds("{} {}".format, PHRASES, PHRASES))
TIMES = st.one_of(st.just(NOW_MS), st.integers(0, LATEST_MS))


def call(language: str = "ru") -> Call:
    return Call(id="0" * 32, line=None, direction=Direction.INCOMING, language=language, started_ms=NOW_MS)


def after(*said: Said, of: Call | None = None) -> Call:
    """Say things, all at one moment."""
    one = of or call()
    for field, text in said:
        one = take(one, read(field, text, NOW_MS), NOW_MS)
    return one


@given(st.permutations(WHOLE))
@settings(deadline=None)  # the gazetteer is read by the first example
def test_any_order_of_the_same_content_ends_in_the_same_plot(order: list[Said]) -> None:
    one, other = after(*order), after(*WHOLE)
    assert plot(one) == plot(other)
    assert say_back(one, NOW_MS) == say_back(other, NOW_MS)


def test_of_places_that_agree_the_finest_counts_and_of_those_that_do_not_the_last() -> None:
    tanf, fine, elsewhere = "south of Tanf", "33 20 00 N 38 37 00 E", "35 20 00 N 40 08 00 E"
    for order in permutations((tanf, fine)):
        agreed = after(*((Field.WHERE, text) for text in order))
        counts = counting(agreed, Field.WHERE)
        assert counts is not None
        assert counts.text == fine
        assert all(one.superseded_by is None for one in agreed.fragments)
    for order in permutations((tanf, fine, elsewhere)):
        disagreed = after(*((Field.WHERE, text) for text in order))
        counts = counting(disagreed, Field.WHERE)
        assert counts is not None
        assert (counts.text == elsewhere) == (order[-1] == elsewhere)
        assert any(one.superseded_by is not None for one in disagreed.fragments)


@given(st.lists(st.tuples(st.sampled_from(Field), ANYTHING), max_size=8), TIMES)
@example([(Field.FREE, "\x00")], NOW_MS)
@example([(Field.WHERE, "0 km north of Tanf"), (Field.EXTENT, "0 m")], NOW_MS)
@example([(Field.END, "in 999999 hours")], LATEST_MS)
@settings(max_examples=300, deadline=None)
def test_nothing_said_raises_or_is_lost_and_every_plot_can_be_checked(said: list[Said], at_ms: int) -> None:
    one = call()
    for field, text in said:
        before = one
        one = take(one, read(field, text, at_ms), at_ms)
        kept = [fragment.text for fragment in one.fragments]
        assert kept[: len(before.fragments)] == [fragment.text for fragment in before.fragments]
        assert len(kept) > len(before.fragments)
        plotted = plot(one)
        assert plotted is None or volume_fault(plotted.volume) is None
        doubts(one, plotted, at_ms)
        for language in ("en", "ru", "ar", "xx"):
            assert next_question(one, at_ms, language).say.text
            assert say_back(one, at_ms, language).text
    assert [fragment.n for fragment in one.fragments] == list(range(len(one.fragments)))


@given(
    st.floats(0, 1),
    st.floats(0, 360),
    st.floats(0, REACH_M),
    st.floats(-44, 44),
    st.sampled_from([0, 90, 180, 270]),
)
@settings(deadline=None)
def test_what_lies_south_of_a_place_lies_inside_what_is_plotted(
    part: float, turn_deg: float, away_m: float, off_deg: float, bearing_deg: int
) -> None:
    name = {0: "north", 90: "east", 180: "south", 270: "west"}[bearing_deg]
    place = find_place("Palmyra")
    anywhere_in_it = direct(place.positions[0].lat_lon_deg, turn_deg, part * place.radius_m)
    truth = direct(anywhere_in_it, bearing_deg + off_deg, away_m)
    said = read_where(f"{name} of Palmyra")
    centre = said.position.lat_ndeg / 1e9, said.position.lon_ndeg / 1e9
    assert inverse(centre, truth)[0] <= said.radius_mm / 1e3 + 1


@given(st.floats(0.8, 1.2), st.floats(-29, 29), st.floats(0, 1), st.floats(0, 360))
@settings(deadline=None)
def test_what_lies_20_km_south_of_a_place_does_so_too(
    much: float, off_deg: float, part: float, turn_deg: float
) -> None:
    place = find_place("Palmyra")
    anywhere_in_it = direct(place.positions[0].lat_lon_deg, turn_deg, part * place.radius_m)
    truth = direct(anywhere_in_it, 180 + off_deg, 20_000 * much)
    said = read_where("20 km south of Palmyra")
    centre = said.position.lat_ndeg / 1e9, said.position.lon_ndeg / 1e9
    assert inverse(centre, truth)[0] <= said.radius_mm / 1e3 + 1


def test_south_of_tanf_soon_is_a_place_with_its_error_and_a_start_presumed_from_now() -> None:
    plotted = plot(after((Field.FREE, "South of Tanf, soon")))
    assert plotted is not None
    assert isinstance(plotted.volume.area, Circle)
    assert (plotted.starts_ms, plotted.stated) == (NOW_MS, False)
    assert {one.code for one in plotted.assumed} == {
        "place_direction",
        "extent_unknown",
        "time_soon",
        "no_end",
        "every_altitude",
        "activity_unknown",
    }
    assert plotted.is_short(NOW_MS)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("air strike south of tanf, soon", ["what", "where", "start"]),
        ("удар южнее Танфа через 10 минут", ["what", "start", "where"]),
        ("غارة جنوب التنف قريبا", ["what", "start", "where"]),
        ("33.5, 38.6", ["where"]),
        ("stop, you are bombing our troops", ["stop"]),
        ("прекратите огонь", ["stop"]),
        ("we will stop at 1600Z", ["end"]),
        ("can I speak to Colonel X", ["person"]),
        ("you must stop, those are our troops", ["stop"]),
        ("tell your aircraft to stop bombing the hill", ["stop"]),
        ("мы просим прекратить огонь", ["stop"]),
        ("artillery near deir ez-zor for 2 hours", ["what", "end", "where"]),
        ("gibberish", []),
    ],
)
def test_free_text_is_kept_whole_and_read_in_parts(text: str, fields: list[str]) -> None:
    whole, *parts = after((Field.FREE, text)).fragments
    assert (whole.text, whole.read) == (text, None)
    assert [part.field.value for part in parts] == fields
    assert all(part.part_of == 0 for part in parts)


@pytest.mark.parametrize(
    ("text", "minutes_ahead", "stated"),
    [
        ("now", 0, True),
        ("soon", 0, False),
        ("in 10 minutes", 10, True),
        ("in about 20 minutes", 10, True),
        ("half an hour", 30, True),
        ("+20m", 20, True),
        ("1500Z", 28, True),
        ("15:00 UTC", 28, True),
        ("1500", 0, False),
        ("151500ZJUN22", 28, True),
        ("2022-06-15T15:00Z", 28, True),
        ("tonight", 0, False),
        ("через 5 минут", 5, True),
        ("بعد 5 دقائق", 5, True),
    ],
)
def test_a_start_is_never_later_than_what_was_said(text: str, minutes_ahead: int, *, stated: bool) -> None:
    plotted = plot(after((Field.WHERE, "Palmyra"), (Field.START, text)))
    assert plotted is not None
    assert (plotted.starts_ms, plotted.stated) == (NOW_MS + minutes_ahead * MINUTE_MS, stated)


def test_the_questions_come_by_what_is_missing_and_under_ten_minutes_end_with_place_start_and_extent() -> (
    None
):
    asked = []
    one = call()
    for field, text in (
        (Field.FREE, "is my usual contact there? I want to speak to him"),
        (Field.WHERE, "near Palmyra"),
        (Field.START, "in 5 minutes"),
        (Field.WHERE, "34 33 00 N 38 17 00 E"),
        (Field.EXTENT, "2 km"),
    ):
        asked.append(next_question(one, NOW_MS).code)
        one = after((field, text), of=one)
    assert asked == ["take_it", "fetch", "when", "centre", "extent"]
    assert next_question(one, NOW_MS).code == "correct"
    later = after((Field.START, "in 3 hours"), of=one)
    assert next_question(later, NOW_MS).code == "what"


def test_what_does_not_fit_is_named_and_blocks_nothing() -> None:
    one = after(
        (Field.WHERE, "near Palmyra"),
        (Field.HEIGHT, "5000 ft msl to 3000 ft msl"),
        (Field.START, "in 2 hours"),
        (Field.END, "1500Z"),
    )
    plotted = plot(one)
    assert plotted is not None
    assert [doubt.code for doubt in doubts(one, plotted, NOW_MS)] == [
        "end_before_start",
        "heights_contradict",
        "place_coarse",
    ]
    assert volume_fault(plotted.volume) is None


def test_a_word_of_stopping_that_demands_nothing_for_certain_asks_the_officer() -> None:
    whole, *_ = after((Field.FREE, "the ceasefire in Idlib holds")).fragments
    assert whole.problem == 'they said "ceasefire": if it is a STOP, type s'


def test_a_place_that_is_not_known_stays_unknown() -> None:
    one = after((Field.WHERE, "Tanff"))
    assert plot(one) is None
    assert "al-Tanf" in one.fragments[0].problem
    assert not isinstance(one.fragments[0].read, Place)
