"""Stage: two real nodes, each its own process with its own home, joined through relays that we own.

The nodes are started as people start them, `parley serve`; they end with our end of their standard
input, so none outlives us, however we die. Whatever happens, leaving the stage takes them down.
"""

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

import msgspec
from msgspec.structs import replace

from parley.config.home import Home
from parley.config.settings import Settings, read_settings, write_settings
from parley.exercises.desk import Desk
from parley.exercises.free_port import free_port
from parley.exercises.relay import HOST, Relay
from parley.exercises.scenario import PlayedParty, Scenario, Side
from parley.wiring.making import init
from parley.words.errors import SystemFault
from parley.words.party import Descriptor

BEAT_S: Final = 1.0
START_S: Final = 30.0
END_S: Final = 10.0
"""Below the range from which the system takes ports for outgoing connections, so that none is lost."""
TROUBLE_BYTES: Final = 2_000


@dataclass(kw_only=True)
class PlayedNode:
    """One node of the exercise.

    Attributes:
        relay: the wire through which the peer reaches it.
        trouble: what the process says on standard error.
    """

    home: Home
    descriptor: Descriptor
    relay: Relay
    desk: Desk
    trouble: IO[bytes]
    process: asyncio.subprocess.Process | None = None


@dataclass(kw_only=True)
class Stage:
    """Both nodes, by side, and the folder for the papers that people carry between them."""

    papers: Path
    nodes: dict[Side, PlayedNode] = field(default_factory=dict)

    @property
    def is_cut(self) -> bool:
        """Tell whether the line is cut."""
        return any(node.relay.is_cut for node in self.nodes.values())

    async def cut(self) -> None:
        """Cut the line, both ways."""
        for node in self.nodes.values():
            await node.relay.cut()

    async def heal(self) -> None:
        """Let the line pass again."""
        for node in self.nodes.values():
            await node.relay.heal()


@contextlib.asynccontextmanager
async def opened(scenario: Scenario, at: Path, say: Callable[[str], None]) -> AsyncIterator[Stage]:
    """Make, start and in the end take down both nodes.

    Args:
        scenario: whose parties they are.
        at: an empty folder; each node's home is a folder in it, named after its side.
        say: told what is being done, for people who wait.

    Raises:
        SystemFault: a node does not start.
    """
    papers = at / "papers"
    papers.mkdir(parents=True, exist_ok=True)
    stage = Stage(papers=papers)
    try:
        for side, party in scenario.parties.items():
            say(f"Making {party.title}: keys, certificate, databases")
            stage.nodes[side] = await _made(side, party, scenario.parties[scenario.other(side)], at)
        say("Starting both nodes")
        await _start_all(stage, scenario.starts_ms)
        yield stage
    finally:
        say("Taking both nodes down")
        await asyncio.gather(*(_end(node) for node in stage.nodes.values()))


async def _made(side: Side, party: PlayedParty, peer: PlayedParty, at: Path) -> PlayedNode:
    home = Home(at / side)
    peer_port, desk_port = free_port(), free_port()
    relay = Relay(peer_port)
    settings = Settings(
        name=party.name,
        peer_listen=f"{HOST}:{peer_port}",
        desk_listen=f"{HOST}:{desk_port}",
        high_water=str(home.path.absolute() / "high-water.json"),
        beat_s=BEAT_S,
    )
    descriptor = init(home, settings, (f"https://{HOST}:{relay.port}",))
    desk = Desk(side, party, peer, settings.desk_listen, home.token.read_text().strip())
    await relay.heal()
    trouble = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the node ends
    return PlayedNode(home=home, descriptor=descriptor, relay=relay, desk=desk, trouble=trouble)


async def _start_all(stage: Stage, starts_ms: int) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for node in stage.nodes.values():
                group.create_task(_start(node, starts_ms))
    except* SystemFault as faults:
        raise faults.exceptions[0] from None


async def _start(node: PlayedNode, starts_ms: int) -> None:
    """Serve a node in its own process, and wait until it answers."""
    command = ("-m", "parley.cli.main", "serve", "--home", str(node.home.path), "--json", "--with-stdin")
    node.process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        "--driven-clock",
        str(starts_ms),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=node.trouble,
        start_new_session=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")},
    )
    try:
        async with asyncio.timeout(START_S):
            await _ready(node)
            await node.desk.listen()
    except TimeoutError as error:
        raise _not_started(node, f"it did not serve in {START_S:g} s") from error


async def _ready(node: PlayedNode) -> None:
    """Read what `serve` prints once it serves."""
    printed = b""
    stdout = node.process.stdout if node.process else None
    while stdout is not None and (line := await stdout.readline()):
        printed += line
        with contextlib.suppress(msgspec.DecodeError):
            if "peer_listen" in msgspec.json.decode(printed):
                return
    raise _not_started(node, "it ended at once")


def _not_started(node: PlayedNode, what: str) -> SystemFault:
    node.trouble.seek(0)
    said = node.trouble.read()[-TROUBLE_BYTES:].decode(errors="replace").strip()
    return SystemFault("node-not-started", f"a node did not start: {what}. {said}", where=str(node.home.path))


async def _end(node: PlayedNode) -> None:
    """Take a node down, by its standard input; by force when it does not go."""
    await node.desk.close()
    process = node.process
    if process is not None and process.returncode is None:
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), END_S)
        except TimeoutError:
            process.kill()
            await process.wait()
    await node.relay.close()
    node.trouble.close()
    _let_reach(node)


def _let_reach(node: PlayedNode) -> None:
    """Let the node listen where its descriptor says, now that the relay is gone: it can be served again."""
    settings = read_settings(node.home)
    write_settings(node.home.settings, replace(settings, peer_listen=f"{HOST}:{node.relay.port}"))
