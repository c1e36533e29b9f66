"""The checking thread: owns the engine, so that checks never overlap and never hold up a receipt."""

import queue
import threading
from asyncio import AbstractEventLoop, Future, wrap_future
from collections.abc import Callable, Sequence
from concurrent.futures import Future as ThreadFuture
from typing import Final, TypeVar

from parley.check.model import CheckResult
from parley.node.checking import Checked, Checker, keep_check
from parley.picture.model import Layer, OwnItem
from parley.ports.clock import Clock
from parley.ports.picture import PictureStore
from parley.ports.store import Happening, Line, Reads, Tx
from parley.words.errors import ParleyError
from parley.words.units import LineId, MessageId
from parley.words.volume import Volume

T = TypeVar("T")
BATCH: Final = 256


class CheckThread:
    """Runs checks one after the other. What it finds is kept through the writer.

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
        self._wanted: list[tuple[LineId, MessageId]] = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._loop_forever, name="check", daemon=True)

    def start(self) -> None:
        """Load the picture and the open notices, and check what a crash left unchecked.

        Raises:
            SystemFault: the picture cannot be read.
        """
        unchecked = self._checker.load(self._reads, self._clock.now_ms())
        self._thread.start()
        self._want(unchecked)

    def close(self) -> None:
        """Finish what was asked, then stop."""
        self._jobs.put(None)
        self._thread.join()

    def later(self, line: LineId, messages: Sequence[MessageId]) -> None:
        """Check these, if they are notices, when there is time."""
        self._want([(line, message) for message in messages])

    def now(self, line: Line, volume: Volume) -> "Future[CheckResult]":
        """Check a volume that nobody has released yet."""
        return self._ask(lambda: self._checker.check_volume(self._reads, line, volume, self._clock.now_ms()))

    def replace_layer(self, layer: Layer, items: Sequence[OwnItem]) -> "Future[int]":
        """Replace a layer of the picture, and check all open notices again."""

        def job() -> int:
            version = self._pictures.replace(layer, items)
            self._checker.reload_picture()
            for line in self._reads.lines():
                for thread in self._reads.threads(line.id, open_only=True):
                    self._want([(line.id, version.id) for version in thread.versions])
            return version

        return self._ask(job)

    def _ask(self, job: Callable[[], T]) -> "Future[T]":
        answer: ThreadFuture[T] = ThreadFuture()

        def run() -> None:
            try:
                answer.set_result(job())
            except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
                answer.set_exception(error)

        self._jobs.put(run)
        return wrap_future(answer, loop=self._loop)

    def _want(self, versions: Sequence[tuple[LineId, MessageId]]) -> None:
        if not versions:
            return
        with self._lock:
            self._wanted.extend(versions)
        self._jobs.put(self._check_wanted)

    def _check_wanted(self) -> None:
        """Check what is wanted, a batch at a time; one write for the batch."""
        with self._lock:
            batch, self._wanted = self._wanted[:BATCH], self._wanted[BATCH:]
            more = bool(self._wanted)
        done: list[tuple[LineId, Checked]] = []
        failed: list[tuple[LineId, MessageId, ParleyError]] = []
        for line, version in dict.fromkeys(batch):
            try:
                checked = self._checker.check_version(self._reads, line, version, self._clock.now_ms())
            except ParleyError as error:
                failed.append((line, version, error))
                continue
            if checked is not None:
                done.append((line, checked))
        if done or failed:
            self._write(lambda tx: _keep(tx, done, failed, self._clock.now_ms())).result()
        if more:
            self._jobs.put(self._check_wanted)

    def _loop_forever(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


def _keep(
    tx: Tx,
    done: Sequence[tuple[LineId, Checked]],
    failed: Sequence[tuple[LineId, MessageId, ParleyError]],
    now_ms: int,
) -> None:
    for line, checked in done:
        keep_check(tx, line, checked)
    for line, version, error in failed:
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
