"""The checker waits once for the end of each window, however often a notice is taken up again."""

from unittest.mock import MagicMock

from lone import OWN, line
from parley.adapters.volume_index import MemoryVolumeIndex
from parley.check.engine import CheckEngine
from parley.exchange.thread import open_thread, released
from parley.node.checking import Checker
from parley.picture.model import Picture
from threads import AUTHOR, NOON_MS, name, notice


def test_a_notice_that_is_taken_up_again_and_again_is_looked_at_once_when_its_window_ends() -> None:
    real = CheckEngine(MemoryVolumeIndex())
    real.set_picture(Picture(version=1, layers=(), items=()))
    engine = MagicMock(wraps=real)
    checker = Checker(OWN, engine, MagicMock())
    thread = open_thread(released(name(1), notice(), NOON_MS), AUTHOR, 1)
    end_ms = notice().volume.window.end_ms
    reads = MagicMock()
    reads.line.return_value, reads.thread.return_value = line(), thread
    reads.lines.return_value = []
    for _ in range(50):
        checker.follow(line(), thread, end_ms - 1)
    checker.load_notices(reads, end_ms - 1)
    engine.put_notice.reset_mock()
    engine.holds.reset_mock()
    checker.check_version(reads, line().id, name(1), end_ms)
    opened = [call for call in engine.holds.call_args_list if call.kwargs["presumed_active"]]
    assert len(opened) == 2, "once for the check itself, and once for the window"
    assert len(engine.put_notice.call_args_list) == 1, "it is put anew once"
