"""A running node: one writer, one checking thread, two listeners, a courier, put together and taken down.

peer -> web.peer -> writer (record, receipt, state) -> answer sent -> checking thread -> writer -> desks
desk -> web.api  -> writer (record, state, queue)   -> courier -> peer
"""

import asyncio
import contextlib
import errno
import gc
import os
import signal
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from parley.adapters.channels import channels_of, labels_of
from parley.adapters.courier import Courier
from parley.adapters.high_water import HighWater, Mark
from parley.adapters.picture_store import SqlitePictureStore
from parley.adapters.reserve import Reserve
from parley.adapters.sqlite_store import SqliteReads, SqliteTx, connect
from parley.adapters.sqlite_writer import Writer, end_process
from parley.adapters.system_clock import DrivenClock, SystemClock
from parley.adapters.tls import Tls
from parley.adapters.volume_index import MemoryVolumeIndex
from parley.check.engine import CheckEngine
from parley.config.home import Home
from parley.config.settings import Settings, parse_address, read_settings
from parley.node.checking import Checker
from parley.node.own import Own
from parley.node.recording import sign_heads
from parley.ports.room import Room
from parley.ports.store import Happening, Line, Tx
from parley.record.checkpoint import Checkpoint
from parley.watch.climbing import Rung
from parley.web.api import make_api
from parley.web.bounded import BoundedHttp, pinned_to
from parley.web.door import Door
from parley.web.hub import Hub
from parley.web.peer import PeerApp
from parley.wiring.check_thread import CheckThread
from parley.wiring.gate import GatedServer
from parley.wiring.making import load_own
from parley.wiring.watch_task import WatchTask
from parley.words.errors import InputError, SystemFault
from parley.words.units import LineId

T = TypeVar("T")
GRACE_S = 1
GC_AFTER = 20_000
"""Allocations between collections: what a node makes is freed without them, and each holds all threads up."""
STDIN = 0


class RunningNode:
    """One node, started by `start` and taken down by `close`.

    Args:
        home: its folder.
        passphrase: of its keys, if they have one.
        driven_from_ms: start of a driven clock, UTC milliseconds; only where every line is an exercise.
    """

    def __init__(
        self, home: Home, *, passphrase: bytes | None = None, driven_from_ms: int | None = None
    ) -> None:
        self.home = home
        self.settings: Settings = read_settings(home)
        self.own: Own = load_own(home, self.settings, passphrase)
        self.clock = SystemClock() if driven_from_ms is None else DrivenClock(driven_from_ms)
        self._loop = asyncio.get_running_loop()
        self._high_water = HighWater(Path(self.settings.high_water))
        self._high_water.load()
        self.reads = SqliteReads(connect(home.lines_db, write=False))
        self._high_water.refuse_older(self.reads)
        self._refuse_real_lines()
        self.hub = Hub()
        self.reserve = Reserve(home.reserve)
        self.reserve.room()  # now: a full disk must have room for the lease
        self._room = Room.ENOUGH
        self._heads: dict[LineId, Checkpoint] = {}
        self._writer = Writer(
            home.lines_db,
            home.lock,
            before_commit=self._before_commit,
            after_commit=self._after_commit,
            on_failure=self._end,
        )
        self._tls = Tls(home.certificate, home.key("tls"), passphrase)
        self._checks = self._make_checks()
        self._courier = Courier(
            self.own, self.reads, self.submit, self.clock, self._tls.client, beat_s=self.settings.beat_s
        )
        self.watch = self._make_watch()
        self._servers: list[uvicorn.Server] = []
        self._serving: list[asyncio.Task[None]] = []

    def _refuse_real_lines(self) -> None:
        real = [line.name for line in self.reads.lines() if not line.terms.exercise]
        if isinstance(self.clock, DrivenClock) and real:
            raise InputError(
                "driven-clock-refused",
                "a driven clock is for exercise lines only",
                where=", ".join(real),
                do="Serve this node without --driven-clock.",
            )

    def _make_checks(self) -> CheckThread:
        pictures = SqlitePictureStore(self.home.picture_db, self.home.picture_key.read_bytes())
        checker = Checker(self.own, CheckEngine(MemoryVolumeIndex()), pictures)
        reads = SqliteReads(connect(self.home.lines_db, write=False))
        return CheckThread(checker, pictures, reads, self._writer.submit, self.clock, self._loop)

    def _make_watch(self) -> WatchTask:
        contacts = self.settings.contacts
        names = tuple(dict.fromkeys(name for one in contacts for name in one.channels))
        labels = labels_of(names)
        ladder = tuple(
            Rung(
                who=one.who,
                channels=tuple(labels[name] for name in one.channels),
                wait_ms=round(one.wait_s * 1_000),
            )
            for one in contacts
        )
        made = channels_of(names, self.settings.siren_command)
        channels = {labels[name]: channel for name, channel in made.items()}
        armed = self.settings.exercises_reach_contacts
        return WatchTask(self.own, self.reads, self.submit, self.clock, ladder, channels, armed=armed)

    def submit(self, command: Callable[[Tx], T], *, urgent: bool = False) -> "asyncio.Future[T]":
        """Hand a command to the writer; what is returned is done once the command is durable."""
        return asyncio.wrap_future(self._writer.submit(command, urgent=urgent), loop=self._loop)

    def _before_commit(self, tx: SqliteTx) -> None:
        """On the writer's thread, inside the transaction: sign the heads of what grew."""
        self._heads = sign_heads(tx, self.own, tx.touched)

    def _after_commit(self, tx: SqliteTx) -> None:
        """On the writer's thread: keep the high-water mark, then tell the courier and the desks."""
        self._high_water.raise_to(
            {line: Mark(head.size, head.root.hex()) for line, head in self._heads.items()}
        )
        if tx.touched:
            self._checks.note_traffic()
        if tx.queued or tx.happenings or tx.changed:
            self._soon(self._tell, tx)
        self._look_at_disk()

    def _soon(self, call: Callable[..., None], *arguments: object) -> None:
        """Call on the event loop, unless it has closed."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call, *arguments)

    def _tell(self, tx: SqliteTx) -> None:
        """On the event loop, after a commit: what waits to go out goes first."""
        if tx.queued:
            self._courier.wake(tx.queued)
        self.hub.tell(tx.happenings)
        self.watch.note(tx.happenings, tx.changed)

    def _look_at_disk(self) -> None:
        """On the writer's thread: where the disk runs full, keep the log short and tell the desks."""
        before, self._room = self._room, self.reserve.room()
        if self._room is before:
            return
        if self._room is not Room.ENOUGH:
            self._writer.shorten_log()
        what = f"disk_{self._room.name.lower()}"
        happening = Happening(at_ms=self.clock.now_ms(), line=None, what=what, detail=str(self.home.path))
        self._soon(self.hub.tell, [happening])

    def _end(self, error: BaseException) -> None:
        """End the process. Where the disk is full, leave the reserve's room to the next one."""
        if _says_full(error):
            self.reserve.give_up()
        end_process(error)

    def trust(self, line: Line) -> None:
        """Accept a line's peer on the listener, and carry for the line from now on."""
        self._tls.trust(line)
        self._courier.start(line)

    async def start(self) -> None:
        """Start serving; returns once both listeners accept connections.

        Raises:
            SystemFault: the picture cannot be read, or an address is taken.
        """
        self._checks.start()
        for line in self.reads.lines():
            self._tls.trust(line)
        door = Door(
            own=self.own,
            clock=self.clock,
            driven=self.clock if isinstance(self.clock, DrivenClock) else None,
            reads=self.reads,
            submit=self.submit,
            checks=self._checks,
            hub=self.hub,
            token=self.home.token.read_text().strip(),
            trust=self.trust,
            disk=self.reserve,
            observed=self._courier.observed,
            heard=self._courier.heard,
            beat=self._courier.beat,
        )
        await self._serve(PeerApp(door), self.settings.peer_listen, secure=True)
        await self._serve(make_api(door), self.settings.desk_listen, secure=False)
        for line in self.reads.lines():  # only now: a peer that hears from us answers at once
            self._courier.start(line)
        self.watch.start()

    async def _serve(self, app: Any, address: str, *, secure: bool) -> None:  # noqa: ANN401 - any ASGI application
        listener = _bound(address)
        config = uvicorn.Config(
            app,
            ssl_context_factory=(lambda _config, _default: self._tls.listener) if secure else None,
            loop="none",
            http=pinned_to(self._tls.is_pinned) if secure else BoundedHttp,
            ws="none",
            lifespan="off",
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # nobody forwards for us; what such a header says is not believed
            date_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=GRACE_S,
        )
        server = GatedServer(config) if secure else _Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        self._servers.append(server)
        self._serving.append(task)
        while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event for this
            await asyncio.sleep(0.005)
        if task.done():
            task.result()

    async def close(self) -> None:
        """Stop: finish what was accepted, and let go of the lease."""
        self.hub.close()
        for server in self._servers:
            server.should_exit = True
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self.watch.close()
        await self._courier.close()
        await asyncio.to_thread(self._checks.close)
        await asyncio.to_thread(self._writer.close)
        self._high_water.close()


def _says_full(error: BaseException | None) -> bool:
    """Tell whether the disk is full. SQLite then rolls back by itself, and a later error may hide the first."""
    while error is not None:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            return True
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            return True
        error = error.__context__
    return False


class _Server(uvicorn.Server):
    """A listener that leaves the process's signals to the node."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _bound(address: str) -> socket.socket:
    host, port = parse_address(address)
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SystemFault(
            "address-taken", f"cannot listen: {error.strerror}", where=address, do="Change it in parley.toml."
        ) from error
    return listener


async def serve(
    home: Home,
    *,
    passphrase: bytes | None,
    driven_from_ms: int | None,
    ready: Callable[[RunningNode], None],
    with_stdin: bool = False,
) -> None:
    """Run a node until SIGINT or SIGTERM.

    Args:
        home: its folder.
        passphrase: of its keys, if they have one.
        driven_from_ms: start of a driven clock, for exercises.
        ready: called once both listeners accept connections.
        with_stdin: end also when standard input closes, so that a program that started this node and
            is killed leaves none behind.

    Raises:
        InputError, SystemFault: it cannot start; the error says why.
    """
    node = RunningNode(home, passphrase=passphrase, driven_from_ms=driven_from_ms)
    done = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, done.set)
    if with_stdin:
        asyncio.get_running_loop().add_reader(STDIN, lambda: _read_or_end(done))
    try:
        await node.start()
        # What is loaded now lives as long as the node: no collection need look at it again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GC_AFTER, 20, 20)
        ready(node)
        await done.wait()
    finally:
        await node.close()


def _read_or_end(done: asyncio.Event) -> None:
    """Take what comes on standard input; at its end, stop watching it and end the node."""
    if not os.read(STDIN, 4_096):
        asyncio.get_running_loop().remove_reader(STDIN)
        done.set()
