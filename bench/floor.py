"""Floor: the least that two nodes must do, measured; Parley's nodes are set against it.

Two programs, *sender* (A) and *receiver* (B), each its own process with its own SQLite database
(WAL, synchronous FULL) and Ed25519 key, joined by one mutual TLS 1.3 connection with pinned
self-signed certificates. Each has one local client, over plain TCP; both clients live in the
measuring process, so one clock times a message from end to end. Loopback only.

A message: client -> A signs, commits, sends -> B verifies, signs a receipt, commits both, then
receipts and pushes to its client -> A verifies the receipt, commits it, tells its client.
On every connection a frame is four bytes of length (big-endian) and that many bytes; between the
nodes the first 64 of them are the signature over the rest.

What a node finds queued when it reads is one batch: one commit and one write. In "single" mode a
batch is one message. The floor leaves out what Parley adds: words, checks, the record's tree,
sequence and chain, retries, back-pressure. The nodes commit on their event loop: with nothing
else to serve, a thread would only add a hop. One file on purpose: the floor is to be read whole.

Run: python bench/floor.py [--json] [--flush-delay-ms 2]
"""

import argparse
import asyncio
import hashlib
import json
import sqlite3
import ssl
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, Protocol, cast

import msgspec
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # a script finds its sibling from any folder
from bench.measure import percentile, print_table, write_results

LOOPBACK: Final = "127.0.0.1"
SIDES: Final = ("sender", "receiver")
SIGNATURE_BYTES: Final = 64
LENGTH_BYTES: Final = 4
MAX_FRAME_BYTES: Final = 1 << 20
NOTICE_BYTES: Final = 900
MAX_BATCH: Final = 512
"""Messages in one commit, at most, in batched mode."""
WARM_UP: Final = 20
"""Messages sent before the first that is timed."""
START_LIMIT_S: Final = 15.0
STOP_LIMIT_S: Final = 5.0
RUN_LIMIT_S: Final = 120.0
"""One mode's run, start and stop and added delays apart; past it `measure` raises TimeoutError."""


class Notice(msgspec.Struct, frozen=True):
    """What a client sends: `number` counts from 0; `text` fills it up to `NOTICE_BYTES`."""

    number: int
    text: str


class Receipt(msgspec.Struct, frozen=True):
    """What B signs: the notice's number, and the SHA-256 (hexadecimal) of its signed bytes."""

    number: int
    sha256: str


class FloorError(Exception):
    """A node of the floor ended before the run did; its own complaint is on standard error."""


# --- Frames --------------------------------------------------------------------------------------


def frame(body: bytes) -> bytes:
    """`body` with its length before it."""
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


class Link(asyncio.Protocol):
    """One connection: hands over, as a list, the frames found complete at each read."""

    def __init__(self, on_frames: Callable[[list[bytes]], None], on_lost: Callable[[], object]) -> None:
        self._on_frames = on_frames
        self._on_lost = on_lost
        self._waiting = bytearray()
        self._early = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; send what was asked for before it opened."""
        self._transport = cast("asyncio.Transport", transport)  # only streams are opened here
        self._transport.write(self._early)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Tell the owner: the floor never reconnects."""
        self._on_lost()

    def data_received(self, data: bytes) -> None:
        """Cut what has come into frames; keep the rest."""
        self._waiting += data
        frames: list[bytes] = []
        at = 0
        while len(self._waiting) - at >= LENGTH_BYTES:
            start = at + LENGTH_BYTES
            length = int.from_bytes(self._waiting[at:start], "big")
            if length > MAX_FRAME_BYTES:
                raise FloorError(f"a frame of {length} bytes came; {MAX_FRAME_BYTES} is the most")
            if len(self._waiting) < start + length:
                break
            at = start + length
            frames.append(bytes(self._waiting[start:at]))
        del self._waiting[:at]
        if frames:
            self._on_frames(frames)

    def send(self, bodies: Iterable[bytes]) -> None:
        """Send `bodies`, a frame each, in one write."""
        data = b"".join(map(frame, bodies))
        if self._transport is None:
            self._early += data
        else:
            self._transport.write(data)

    def close(self) -> None:
        """Close, if it was ever open."""
        if self._transport is not None:
            self._transport.close()


# --- One node ------------------------------------------------------------------------------------


class Store:
    """One database, in WAL with synchronous FULL: a commit is on disk when it returns."""

    def __init__(self, path: Path, flush_delay_ms: float) -> None:
        self._delay_s = flush_delay_ms / 1000
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute(
            "CREATE TABLE record (position INTEGER PRIMARY KEY, document BLOB NOT NULL, signature BLOB NOT NULL)"
        )

    def append(self, signed: Iterable[bytes]) -> None:
        """Commit `signed` (signature, then document) in one transaction."""
        rows = [(body[SIGNATURE_BYTES:], body[:SIGNATURE_BYTES]) for body in signed]
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany("INSERT INTO record (document, signature) VALUES (?, ?)", rows)
        self._database.execute("COMMIT")
        if self._delay_s:
            time.sleep(self._delay_s)

    def close(self) -> None:
        """Close the database."""
        self._database.close()


class Keys:
    """One side's own key, and the peer's public key, read from its folder."""

    def __init__(self, folder: Path) -> None:
        self._own = Ed25519PrivateKey.from_private_bytes((folder / "own.key").read_bytes())
        self._peer = Ed25519PublicKey.from_public_bytes((folder / "peer.pub").read_bytes())

    def sign(self, document: bytes) -> bytes:
        """The signature, then `document`."""
        return self._own.sign(document) + document

    def open(self, signed: bytes) -> bytes:
        """The document in `signed`; raises InvalidSignature unless the peer signed it."""
        document = signed[SIGNATURE_BYTES:]
        self._peer.verify(signed[:SIGNATURE_BYTES], document)
        return document


class Node(Protocol):
    """One side: two links, and what it does with a batch from each."""

    client: Link
    peer: Link


class Sender:
    """A: notices from its client go to the peer; receipts from the peer go to its client."""

    def __init__(self, keys: Keys, store: Store, max_batch: int, on_lost: Callable[[], object]) -> None:
        self._keys = keys
        self._store = store
        self.client = Link(partial(in_batches, self._send, max_batch), on_lost)
        self.peer = Link(partial(in_batches, self._receipted, max_batch), on_lost)

    def _send(self, documents: Sequence[bytes]) -> None:
        for document in documents:
            msgspec.json.decode(document, type=Notice)
        signed = [self._keys.sign(document) for document in documents]
        self._store.append(signed)
        self.peer.send(signed)

    def _receipted(self, signed: Sequence[bytes]) -> None:
        receipts = [self._keys.open(body) for body in signed]
        self._store.append(signed)
        self.client.send(receipts)


class Receiver:
    """B: notices from the peer are receipted, and pushed to its client."""

    def __init__(self, keys: Keys, store: Store, max_batch: int, on_lost: Callable[[], object]) -> None:
        self._keys = keys
        self._store = store
        self.client = Link(lambda _: None, on_lost)
        self.peer = Link(partial(in_batches, self._receive, max_batch), on_lost)

    def _receive(self, signed: Sequence[bytes]) -> None:
        documents = [self._keys.open(body) for body in signed]
        receipts = [self._keys.sign(self._receipt(document)) for document in documents]
        self._store.append([*signed, *receipts])
        self.peer.send(receipts)
        self.client.send(documents)

    @staticmethod
    def _receipt(document: bytes) -> bytes:
        notice = msgspec.json.decode(document, type=Notice)
        return msgspec.json.encode(Receipt(notice.number, hashlib.sha256(document).hexdigest()))


def in_batches(work: Callable[[Sequence[bytes]], None], max_batch: int, frames: list[bytes]) -> None:
    """Give `frames` to `work`, at most `max_batch` at a time."""
    for start in range(0, len(frames), max_batch):
        work(frames[start : start + max_batch])


def tls(folder: Path, *, server: bool) -> ssl.SSLContext:
    """Mutual TLS 1.3 in which the peer's own certificate is the only one trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # the pin stands for the name
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(folder / "own.pem", folder / "own.tls.key")
    context.load_verify_locations(folder / "peer.pem")
    return context


async def serve(side: str, folder: Path, peer_port: int, max_batch: int, flush_delay_ms: float) -> None:
    """Run one node until standard input ends or a connection is lost.

    Prints the port that clients connect to (the receiver: also the peer's port) as a line of JSON.
    """
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)  # the parent never writes: readable means closed
    with closing(Store(folder / "record.sqlite", flush_delay_ms)) as store:
        kind = Sender if side == "sender" else Receiver
        node: Node = kind(Keys(folder), store, max_batch, ended.set)
        ports: dict[str, int] = {}
        async with AsyncExitStack() as stack:
            if side == "sender":
                await loop.create_connection(
                    lambda: node.peer, LOOPBACK, peer_port, ssl=tls(folder, server=False), server_hostname=""
                )
            else:
                to_peer = await loop.create_server(
                    lambda: node.peer, LOOPBACK, 0, ssl=tls(folder, server=True)
                )
                stack.callback(to_peer.close)
                ports["peer"] = to_peer.sockets[0].getsockname()[1]
            to_client = await loop.create_server(lambda: node.client, LOOPBACK, 0)
            stack.callback(to_client.close)
            ports["client"] = to_client.sockets[0].getsockname()[1]
            print(json.dumps(ports), flush=True)
            await ended.wait()
            node.peer.close()
            node.client.close()
    loop.remove_reader(sys.stdin.fileno())


# --- The measuring process -----------------------------------------------------------------------


def make_folders(folder: Path) -> None:
    """Make both sides' folders under `folder`: own keys and certificate, the peer's public halves."""
    now = datetime.now(UTC)  # noqa: TID251 - a certificate's dates, outside every timing
    for side, peer in (SIDES, reversed(SIDES)):
        own, other = folder / side, folder / peer
        own.mkdir(exist_ok=True)
        other.mkdir(exist_ok=True)
        key = Ed25519PrivateKey.generate()
        (own / "own.key").write_bytes(key.private_bytes_raw())
        (other / "peer.pub").write_bytes(key.public_key().public_bytes_raw())
        tls_key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"floor {side}")])
        certificate = (
            x509.CertificateBuilder(name, name, tls_key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .sign(tls_key, hashes.SHA256())
            .public_bytes(serialization.Encoding.PEM)
        )
        (own / "own.pem").write_bytes(certificate)
        (other / "peer.pem").write_bytes(certificate)
        (own / "own.tls.key").write_bytes(
            tls_key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )


@asynccontextmanager
async def running_node(
    side: str, folder: Path, peer_port: int, max_batch: int, flush_delay_ms: float
) -> AsyncIterator[dict[str, int]]:
    """Start one node and give its ports; on leaving it has ended, killed if it must be."""
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        __file__,
        f"--node={side}",
        f"--folder={folder / side}",
        f"--peer-port={peer_port}",
        f"--max-batch={max_batch}",
        f"--flush-delay-ms={flush_delay_ms}",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for us; the node ends when its input does, even if we are killed
    )
    if program.stdin is None or program.stdout is None:
        raise FloorError("a node was started without pipes")
    try:
        line = await asyncio.wait_for(program.stdout.readline(), START_LIMIT_S)
        if not line:
            raise FloorError(f"the {side} ended before it listened")
        yield json.loads(line)
    finally:
        program.stdin.close()
        try:
            await asyncio.wait_for(program.wait(), STOP_LIMIT_S)
        except TimeoutError:
            program.kill()
            await program.wait()


class Clients:
    """Both local clients: `sent_ns`, `pushed_ns` and `receipted` hold one place per notice.

    Times are nanoseconds of `time.perf_counter_ns`.
    """

    def __init__(self, count: int) -> None:
        filler = NOTICE_BYTES - len(msgspec.json.encode(Notice(count, "")))
        self.notices = [msgspec.json.encode(Notice(number, "x" * filler)) for number in range(count)]
        self.sent_ns = [0] * count
        self.pushed_ns = [0] * count
        self.receipted = [False] * count
        self._open = 0
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sender = Link(self._on_receipts, self._on_lost)
        self.receiver = Link(self._on_pushes, self._on_lost)

    async def send(self, first: int, count: int) -> None:
        """Send notices; return when each is pushed at B's client and its receipt is at A's."""
        self._done = asyncio.get_running_loop().create_future()
        self._open = 2 * count
        numbers = range(first, first + count)
        now_ns = time.perf_counter_ns()
        for number in numbers:
            self.sent_ns[number] = now_ns
        self.sender.send(self.notices[number] for number in numbers)
        await self._done

    def _on_pushes(self, documents: list[bytes]) -> None:
        now_ns = time.perf_counter_ns()
        for document in documents:
            number = msgspec.json.decode(document, type=Notice).number
            if self.pushed_ns[number]:
                raise FloorError(f"notice {number} was pushed twice")
            self.pushed_ns[number] = now_ns
        self._count_down(len(documents))

    def _on_receipts(self, documents: list[bytes]) -> None:
        for document in documents:
            number = msgspec.json.decode(document, type=Receipt).number
            if self.receipted[number]:
                raise FloorError(f"notice {number} was receipted twice")
            self.receipted[number] = True
        self._count_down(len(documents))

    def _count_down(self, count: int) -> None:
        self._open -= count
        if self._open == 0 and not self._done.done():
            self._done.set_result(None)

    def _on_lost(self) -> None:
        if not self._done.done():
            self._done.set_exception(FloorError("a node closed its client's connection early"))


@asynccontextmanager
async def running_pair(
    count: int, max_batch: int, flush_delay_ms: float, folder: Path | None
) -> AsyncIterator[Clients]:
    """Two fresh nodes joined, and their clients connected, for `count` notices."""
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        base = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="floor-", dir=folder)))
        make_folders(base)
        start = partial(running_node, folder=base, max_batch=max_batch, flush_delay_ms=flush_delay_ms)
        receiver = await stack.enter_async_context(start("receiver", peer_port=0))
        sender = await stack.enter_async_context(start("sender", peer_port=receiver["peer"]))
        clients = Clients(count)
        try:
            await loop.create_connection(lambda: clients.receiver, LOOPBACK, receiver["client"])
            await loop.create_connection(lambda: clients.sender, LOOPBACK, sender["client"])
        except OSError as error:
            raise FloorError("a node ended before its client could connect") from error
        stack.callback(clients.receiver.close)
        stack.callback(clients.sender.close)
        yield clients


def run_limit_s(count: int, flush_delay_ms: float) -> float:
    """Seconds that one mode may take: a notice waits for at most three commits, and four are allowed."""
    return RUN_LIMIT_S + 4 * (WARM_UP + count) * flush_delay_ms / 1000


async def send_latencies_ms(count: int, flush_delay_ms: float, folder: Path | None) -> list[float]:
    """One notice at a time, each alone on the line: from A's client's call to B's client's push."""
    async with (
        running_pair(WARM_UP + count, 1, flush_delay_ms, folder) as clients,
        asyncio.timeout(run_limit_s(count, flush_delay_ms)),
    ):
        for number in range(WARM_UP + count):
            await clients.send(number, 1)
        times = zip(clients.sent_ns[WARM_UP:], clients.pushed_ns[WARM_UP:], strict=True)
        return [(pushed_ns - sent_ns) / 1e6 for sent_ns, pushed_ns in times]


async def batched_per_s(count: int, flush_delay_ms: float, folder: Path | None) -> float:
    """All notices at once: messages per second until all are pushed and all receipts are back."""
    async with (
        running_pair(WARM_UP + count, MAX_BATCH, flush_delay_ms, folder) as clients,
        asyncio.timeout(run_limit_s(count, flush_delay_ms)),
    ):
        await clients.send(0, WARM_UP)
        started_ns = time.perf_counter_ns()
        await clients.send(WARM_UP, count)
        return count / ((time.perf_counter_ns() - started_ns) / 1e9)


def measure(
    single_messages: int = 1000,
    batch_messages: int = 5000,
    flush_delay_ms: float = 0.0,
    folder: Path | None = None,
) -> dict[str, float]:
    """Start the pair twice, once per mode, and measure it. Not for use inside an event loop.

    Args:
        single_messages: notices sent one at a time, after `WARM_UP` untimed ones.
        batch_messages: notices sent at once, after `WARM_UP` untimed ones.
        flush_delay_ms: milliseconds of sleep added to every commit, to stand for a slow disk.
        folder: where the databases' temporary folders are made: it decides which disk is measured.

    Returns:
        `send_median_ms` and `send_p99_ms` (milliseconds), `messages_per_s_batched` (per second).

    Raises:
        FloorError: a node ended early.
        TimeoutError: a mode took longer than `RUN_LIMIT_S`.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        latencies_ms = runner.run(send_latencies_ms(single_messages, flush_delay_ms, folder))
        per_s = runner.run(batched_per_s(batch_messages, flush_delay_ms, folder))
    return {
        "send_median_ms": percentile(latencies_ms, 50),
        "send_p99_ms": percentile(latencies_ms, 99),
        "messages_per_s_batched": per_s,
    }


def arguments() -> argparse.Namespace:
    """What was asked on the command line; `--node` and its fellows are for `running_node`."""
    parser = argparse.ArgumentParser(description="Measure the bare floor that Parley's nodes stand on.")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--single-messages", type=int, default=1000, help="sent one at a time")
    parser.add_argument("--batch-messages", type=int, default=5000, help="sent at once")
    parser.add_argument("--flush-delay-ms", type=float, default=0.0, help="sleep added to every commit")
    parser.add_argument("--folder", type=Path, help="where the databases are made: the disk to measure")
    parser.add_argument("--node", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--peer-port", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--max-batch", type=int, default=MAX_BATCH, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Measure and print; or, with `--node`, be one of the two nodes."""
    asked = arguments()
    if asked.node:
        node = serve(asked.node, asked.folder, asked.peer_port, asked.max_batch, asked.flush_delay_ms)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(node)
        return
    figures = measure(asked.single_messages, asked.batch_messages, asked.flush_delay_ms, asked.folder)
    write_results("floor", {**figures, "flush_delay_ms": asked.flush_delay_ms})
    if asked.json:
        print(json.dumps(figures, indent=2))
        return
    print_table(
        f"The bare floor, {asked.flush_delay_ms:g} ms added to each commit",
        ("figure", "value"),
        [
            ("send, median (ms)", figures["send_median_ms"]),
            ("send, 99th percentile (ms)", figures["send_p99_ms"]),
            ("batched (messages/s)", figures["messages_per_s_batched"]),
        ],
    )


if __name__ == "__main__":
    main()
