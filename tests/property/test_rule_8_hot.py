"""Rule 8: hot until told otherwise. Only end, cancel or a person's clearance makes a volume cold."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from parley.exchange import thread as threads
from parley.exchange.phase import CLOSED, Phase
from parley.exchange.thread import Thread
from parley.words.codes import ReplyCode
from threads import CODES, LATE, LENGTHS, NOON_MS, WHICH, Deed, Play, begin_of, deeds, played


class HotVolumes(RuleBasedStateMachine):
    """One notice through anything; `hot_before` is what must still be hot after a harmless event."""

    def __init__(self) -> None:
        super().__init__()
        self.play = Play()
        self.hot_before: set[str] = set()

    def harmless(self) -> None:
        """Nothing that was hot became cold."""
        assert self.hot_before <= self.play.hot()

    @invariant()
    def remember(self) -> None:
        self.hot_before = self.play.hot()

    @rule(length_ms=LENGTHS)
    def time_passes(self, length_ms: int) -> None:
        self.play.wait(length_ms)
        self.harmless()

    @rule(which=WHICH, matched=LATE)
    def read_back(self, *, which: int, matched: bool) -> None:
        self.play.read_back(which, matched=matched)
        self.harmless()

    @rule(which=WHICH, code=CODES)
    def reply(self, which: int, code: ReplyCode) -> None:
        self.play.reply(which, code)
        self.harmless()

    @rule(which=WHICH)
    def withdraw_or_deliver(self, which: int) -> None:
        self.play.withdraw(which)
        self.play.deliver(which)
        self.play.unread(which)
        self.harmless()

    @rule()
    def stop_is_called_and_released(self) -> None:
        self.play.stop()
        self.harmless()
        self.play.release_stop()
        self.harmless()

    @rule(start_in_ms=LENGTHS, late=LATE)
    def amend(self, *, start_in_ms: int, late: bool) -> None:
        self.play.amend(start_in_ms, late=late)
        self.harmless()

    @rule(which=WHICH)
    def begin(self, which: int) -> None:
        self.play.begin(which)
        self.harmless()
        assert self.play.thread.phase is Phase.ACTIVE
        assert self.play.version(which).id in self.play.hot()

    @rule(word=st.sampled_from(["begin", "end", "cancel"]))
    @precondition(lambda self: self.play.skipped and self.play.skipped[-1] < self.play.thread.phase_seq)
    def a_late_word_changes_nothing(self, word: str) -> None:
        before = self.play.thread
        match word:
            case "begin":
                self.play.begin(0, late=True)
            case "end":
                self.play.end(late=True)
            case _:
                self.play.cancel(late=True)
        assert self.play.thread == before

    @rule(cancelled=st.booleans())
    def end_or_cancel(self, *, cancelled: bool) -> None:
        if cancelled:
            self.play.cancel()
        else:
            self.play.end()
        assert self.play.thread.phase in CLOSED
        assert self.play.hot() == set()

    @rule()
    def a_person_clears(self) -> None:
        before = self.play.thread
        self.play.clear()
        assert (before.phase, before.versions) == (self.play.thread.phase, self.play.thread.versions)
        if self.play.thread.cleared is not None:
            assert self.play.hot() == set()

    @invariant()
    def the_newest_version_is_hot_from_its_start(self) -> None:
        thread, now_ms = self.play.thread, self.play.now_ms
        newest = threads.latest(thread)
        started = now_ms >= newest.body.volume.window.start_ms or thread.phase is Phase.ACTIVE
        if started and thread.phase not in CLOSED and thread.cleared is None:
            assert newest.id in self.play.hot()

    @invariant()
    def presumed_active_says_so(self) -> None:
        thread, now_ms = self.play.thread, self.play.now_ms
        expected = thread.phase is Phase.PLANNED and bool(self.play.hot())
        assert threads.presumed_active(thread, now_ms) is expected

    @invariant()
    def the_phase_is_what_the_author_said_last_by_number(self) -> None:
        assert self.play.thread.phase is said_last(self.play)


def said_last(play: Play) -> Phase:
    """The phase, told from everything the author said, in the order of its numbers."""
    if not play.said:
        return Phase.PLANNED
    seq, phase = max(play.said)
    if phase in CLOSED and max(play.version_seqs) > seq:
        return Phase.PLANNED
    return phase


HotVolumes.TestCase.settings = settings(max_examples=150, stateful_step_count=30)
TestHotVolumes = HotVolumes.TestCase

WORDS = st.lists(st.sampled_from(["begin", "end", "cancel"]), min_size=1, max_size=5)


@given(WORDS, st.data())
def test_two_desks_that_hear_the_same_in_another_order_agree_on_the_phase(
    words: list[str], data: st.DataObject
) -> None:
    def hear(thread: Thread, seq: int, word: str) -> Thread:
        match word:
            case "begin":
                return threads.begin(thread, begin_of(thread), seq, NOON_MS)
            case "end":
                return threads.end(thread, seq, NOON_MS)
            case _:
                return threads.cancel(thread, seq, NOON_MS)

    numbered = list(enumerate(words, start=20))
    desks = [numbered, data.draw(st.permutations(numbered))]
    phases = set()
    for order in desks:
        thread = Play().thread
        for seq, word in order:
            thread = hear(thread, seq, word)
        phases.add(thread.phase)
    assert len(phases) == 1


@given(deeds("end", "cancel", "clear", max_size=16), st.integers(0, 10**12))
def test_expiry_is_not_over(story: list[Deed], later_ms: int) -> None:
    play = played(story)
    hot = play.hot()
    play.now_ms += later_ms
    assert hot <= play.hot()
    play.now_ms += 10**12
    assert play.hot() == play.counting()
    assert threads.latest(play.thread).id in play.hot()


@given(deeds(max_size=12), LENGTHS.filter(bool))
def test_a_clearance_never_speaks_of_a_window_that_starts_later(story: list[Deed], start_in_ms: int) -> None:
    play = played(story)
    play.amend(start_in_ms)
    play.clear()
    if play.thread.phase is Phase.PLANNED:
        play.wait(start_in_ms)
        assert threads.latest(play.thread).id in play.hot()
