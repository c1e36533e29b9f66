"""The checking thread: owns the engine, so that checks never overlap and never hold up a receipt."""

import contextlib
import queue
import threading
import time
from asyncio import AbstractEventLoop, Future, wrap_future
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future as ThreadFuture
from typing import Final, TypeVar

from parley.check.model import CheckResult
from parley.node.checking import (
    Again,
    Checked,
    Checker,
    Looked,
    Unreleased,
    check_of,
    count_unchecked,
    keep_check,
)
from parley.picture.model import Layer, OwnItem, Picture
from parley.ports.clock import Clock
from parley.ports.picture import PictureStore
from parley.ports.store import Happening, Line, Reads, Tx
from parley.wiring.check_queue import CheckQueue, Wanted
from parley.words.codes import RANK, Precedence
from parley.words.errors import ParleyError, SystemFault
from parley.words.units import LineId, MessageId, PartyId

T = TypeVar("T")
BATCH: Final = 64
BATCH_S: Final = 0.5
"""A batch of checks takes no further one after this time."""
BEHIND: Final = -1
"""The rank of checks that are made again because a notice near theirs changed: behind every first check."""
LONGEST_LAG_S: Final = 5.0
"""How long a check of lower precedence may give way to messages that arrive."""
BEHIND_LAG_S: Final = 30.0
"""The same for a check behind every first one."""
WRITER_S: Final = 2.0
"""How long the thread waits for the writer before it looks whether the node is stopping."""
MESSAGE_S: Final = 0.0001
"""For how long checks still give way after messages came, for each: the more came at once, the more follow."""
LULL_S: Final = 0.2
"""Checks that are behind every first one wait until so long nothing was recorded."""
PAUSE_S: Final = 0.01


class CheckThread:
    """Runs checks one after the other, the most urgent first. What it finds is kept through the writer.

    While many messages arrive at once, checks of lower precedence give way to their receipts; but never
    once the notice has waited for `LONGEST_LAG_S`. What is behind every first check, such as that of a notice
    of ours after its release (it was looked at before), waits for a lull of any traffic.

    Args:
        reads: a reader of its own.
        write: hands a command to the writer.
    """

    def __init__(
        self,
        checker: Checker,
        pictures: PictureStore,
        reads: Reads,
        write: Callable[[Callable[[Tx], None]], ThreadFuture[None]],
        clock: Clock,
        loop: AbstractEventLoop,
    ) -> None:
        self._checker, self._pictures, self._reads = checker, pictures, reads
        self._write, self._clock, self._loop = write, clock, loop
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._first: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._wanted = CheckQueue()
        self._arriving = 0
        self._arrived_s = 0.0
        self._pause_s = 0.0
        self._busy_s = 0.0
        self._put_off = False
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._loop_forever, name="check", daemon=True)

    def start(self) -> None:
        """Load the picture; then, on this thread, the open notices, and check what a crash left unchecked.

        Many large notices take long to load, and nothing waits for them: no receipt, and no STOP.

        Raises:
            SystemFault: the picture cannot be read.
        """
        self._checker.reload_picture()
        self._thread.start()
        self._jobs.put(self._load_notices)

    def _load_notices(self) -> None:
        now_ms = self._clock.now_ms()
        try:
            unchecked = self._checker.load_notices(self._reads, now_ms)
        except ParleyError as error:
            name, detail = error.name, str(error)
            self._kept(lambda tx: _say_failed(tx, name, detail, now_ms))
            return
        self._want(unchecked, RANK[Precedence.FLASH])

    def close(self) -> None:
        """Finish what was asked, then stop. What a failed writer never kept is not waited for."""
        self._closing.set()
        self._jobs.put(None)
        if self._thread.ident is not None:
            self._thread.join()

    def _kept(self, command: Callable[[Tx], None]) -> None:
        """Hand a command to the writer, and wait until it is durable; after a failed commit that never comes.

        Raises:
            SystemFault: check-not-kept, when the node is stopping and the writer does not answer.
        """
        future = self._write(command)
        while True:
            try:
                return future.result(timeout=WRITER_S)
            except TimeoutError as error:
                if future.done() or self._closing.is_set():
                    raise SystemFault("check-not-kept", "the node stopped before a check was kept") from error

    def later(self, line: LineId, messages: Sequence[MessageId], rank: int) -> None:
        """Check these, if they are notices, when there is time; the highest rank first."""
        self._want([(line, message) for message in messages], rank)

    def note_traffic(self) -> None:
        """Messages were recorded: what is behind every first check waits a little longer. From any thread."""
        self._busy_s = time.monotonic()

    def released(self, line: LineId, messages: Sequence[MessageId]) -> None:
        """Check what is ours after its release, when there is time: it was looked at before."""
        self.later(line, messages, BEHIND)

    @contextlib.contextmanager
    def making_way(self, messages: int) -> Iterator[None]:
        """Let checks that can wait do so while so many messages are taken in. Called on the event loop."""
        self._arriving += 1
        self._pause_s = messages * MESSAGE_S
        try:
            yield
        finally:
            self._arriving -= 1
            self._arrived_s = time.monotonic()

    def now(self, line: Line | None, unreleased: Unreleased) -> "Future[CheckResult]":
        """Check a volume that nobody has released yet: next, for somebody waits, perhaps a caller on the line."""
        run, answer = self._made(
            lambda: self._checker.check_volume(self._reads, line, unreleased, self._clock.now_ms())
        )
        self._first.put(run)
        self._jobs.put(self._answer_first)
        return answer

    def _answer_first(self) -> None:
        """Make the checks that somebody waits for."""
        while True:
            try:
                run = self._first.get_nowait()
            except queue.Empty:
                return
            run()

    def replace_layer(
        self, layer: Layer, items: Sequence[OwnItem], *, since: int | None = None
    ) -> "Future[int]":
        """Replace a layer of the picture, and check again the open notices near what changed in it."""

        def job() -> int:
            version = self._pictures.replace(layer, items, since=since)
            near_open, near_sealed = self._checker.reload_picture()
            self._want_again(near_open, quiet=False)
            self._want_again(near_sealed, quiet=True)
            return version

        return self._ask(job)

    def picture(self) -> "Future[Picture]":
        """Return the picture as it is stored now."""
        return self._ask(self._pictures.load)

    def _ask(self, job: Callable[[], T]) -> "Future[T]":
        run, answer = self._made(job)
        self._jobs.put(run)
        return answer

    def _made(self, job: Callable[[], T]) -> tuple[Callable[[], None], "Future[T]"]:
        """Return a job for this thread, and its answer for the event loop."""
        answer: ThreadFuture[T] = ThreadFuture()

        def run() -> None:
            if not answer.set_running_or_notify_cancel():
                return  # whoever asked has gone; once it runs it can no longer be called off
            try:
                answer.set_result(job())
            except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
                answer.set_exception(error)

        return run, wrap_future(answer, loop=self._loop)

    def _want(self, versions: Sequence[tuple[LineId, MessageId]], rank: int) -> None:
        now_s = time.monotonic()
        self._put([Wanted(rank, line, version, now_s) for line, version in versions])

    def _want_again(self, again: Sequence[Again], *, quiet: bool) -> None:
        now_s = time.monotonic()
        self._put([Wanted(one.rank, one.line, one.version, now_s, again=True, quiet=quiet) for one in again])

    def _put(self, wanted: Sequence[Wanted]) -> None:
        if not wanted:
            return
        with self._lock:
            for one in wanted:
                self._wanted.put(one)
        if self._put_off and all(one.rank == BEHIND for one in wanted):
            return  # the thread looks again soon by itself; to wake it now would hold others up
        self._jobs.put(self._check_wanted)

    def _take_wanted(self) -> Wanted | None:
        """Return the most urgent check; null if none is wanted, or if all that are must give way for now."""
        with self._lock:
            wanted = self._wanted.first()
            self._put_off = wanted is not None and self._gives_way(wanted)
            return None if self._put_off else self._wanted.take()

    def _gives_way(self, wanted: Wanted) -> bool:
        """Whether a check waits while many messages are taken in: if it is not urgent, and not for too long."""
        if wanted.rank >= RANK[Precedence.IMMEDIATE]:
            return False
        now_s = time.monotonic()
        if now_s - wanted.since_s >= (BEHIND_LAG_S if wanted.rank == BEHIND else LONGEST_LAG_S):
            return False
        if self._arriving or now_s - self._arrived_s <= self._pause_s:
            return True
        return wanted.rank == BEHIND and now_s - self._busy_s <= LULL_S

    def _check_wanted(self) -> None:
        """Check what is wanted, a batch at a time; one write for the batch.

        The next is chosen anew after each, so that an urgent one waits for one check at most; and a batch
        ends early when its checks are costly, so that what they found is soon seen.
        """
        done: list[tuple[LineId, Looked]] = []
        failed: list[tuple[LineId, MessageId, ParleyError]] = []
        seen: set[tuple[LineId, MessageId]] = set()
        until_s = time.monotonic() + BATCH_S
        for _ in range(BATCH):
            self._answer_first()
            wanted = self._take_wanted()
            if wanted is None:
                break
            if (wanted.line, wanted.version) not in seen:
                seen.add((wanted.line, wanted.version))
                self._check_one(wanted, done, failed)
            if time.monotonic() >= until_s:
                break
        if done or failed:
            self._kept(lambda tx: _keep(tx, self._checker.party, done, failed, self._clock.now_ms()))
        changed = [one._replace(rank=BEHIND) for one in self._checker.take_changed()]
        self._want_again(changed, quiet=True)
        if len(self._wanted) and not self._put_off:
            self._jobs.put(self._check_wanted)

    def _check_one(
        self,
        wanted: Wanted,
        done: list[tuple[LineId, Looked]],
        failed: list[tuple[LineId, MessageId, ParleyError]],
    ) -> None:
        line, version = wanted.line, wanted.version
        try:
            looked = self._checker.check_version(self._reads, line, version, self._clock.now_ms())
        except ParleyError as error:
            failed.append((line, version, error))
            return
        except Exception as bug:  # noqa: BLE001 - it is alarmed, and the checks after it still run
            fault = SystemFault("check-broken", f"the check broke: {bug!r}", do="Check it by hand.")
            failed.append((line, version, fault))
            return
        if looked is not None and not (wanted.quiet and self._known(line, looked.checked)):
            done.append((line, looked))

    def _known(self, line: LineId, checked: Checked) -> bool:
        """Whether the newest check that was kept found the same."""
        kept = check_of(self._reads, line, checked.version)
        return kept is not None and kept.result.findings == checked.result.findings

    def _next_job(self) -> Callable[[], None] | None:
        """Wait for a job; where checks were put off, look again soon whether they still must give way."""
        try:
            return self._jobs.get(timeout=PAUSE_S if self._put_off else None)
        except queue.Empty:
            self._put_off = False
            return self._check_wanted

    def _loop_forever(self) -> None:
        while (job := self._next_job()) is not None:
            try:
                job()
            except Exception as bug:  # noqa: BLE001 - it is alarmed, and the thread lives on: without it nothing is checked
                self._say_broken(bug)
                if len(self._wanted):
                    self._jobs.put(self._check_wanted)

    def _say_broken(self, bug: Exception) -> None:
        """Say that checks are missing. Where the writer refuses even that, the node is ending."""
        detail, now_ms = f"the checks broke: {bug!r}"[:400], self._clock.now_ms()
        with contextlib.suppress(Exception):
            self._kept(lambda tx: _say_failed(tx, "check-broken", detail, now_ms))


def _say_failed(tx: Tx, name: str, detail: str, now_ms: int) -> None:
    """Say that checks are missing. Where notices could not be loaded, each is refused until the node starts again."""
    tx.write_journal(now_ms, "check-failed", {"error": name})
    tx.publish(Happening(at_ms=now_ms, line=None, what="check_failed", detail=detail))


def _keep(
    tx: Tx,
    own: PartyId,
    done: Sequence[tuple[LineId, Looked]],
    failed: Sequence[tuple[LineId, MessageId, ParleyError]],
    now_ms: int,
) -> None:
    for line, looked in done:
        keep_check(tx, line, looked)
    for line, version, error in failed:
        count_unchecked(tx, own, line, version, now_ms)
        tx.write_journal(now_ms, "check-failed", {"line": line, "version": version, "error": error.name})
        tx.publish(
            Happening(
                at_ms=now_ms,
                line=line,
                what="check_failed",
                id=version,
                thread=tx.thread_of(line, version),
                detail=str(error),
            )
        )
