"""The gate of the peer listener: who has not yet shown a certificate is few, and not for long.

uvicorn would take any number of connections, and leave each a minute for its TLS handshake; file
descriptors run out, and with them the node. Here the oldest waiting handshake makes way for the newest:
whoever opens connections and says nothing shuts nobody out. An address of its own loses its own first.
"""

import asyncio
import contextlib
import socket
from collections import Counter
from typing import Any, Final

import uvicorn

HANDSHAKES: Final = 64
HANDSHAKES_AN_ADDRESS: Final = 32
HANDSHAKE_S: float = 5.0
BACKLOG: Final = 512
AFTER_AN_ERROR_S: Final = 0.1


class GatedServer(uvicorn.Server):
    """A listener that accepts by itself, and hands on what has shown a certificate that TLS trusts.

    The process's signals are left to the node.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._shaking: dict[asyncio.Task[None], str] = {}
        self._accepting: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Any:  # noqa: ANN401 - as uvicorn has it
        """Leave them alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept on the one socket given."""
        (listener,) = sockets or []
        listener.setblocking(False)
        listener.listen(BACKLOG)
        self.servers = []
        self._accepting = asyncio.create_task(self._accept(listener))
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more, and let what is open end."""
        tasks = [task for task in (self._accepting, *self._shaking) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await super().shutdown(sockets)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(listener)
            except OSError:  # it went away meanwhile, or there are no descriptors: others will end
                await asyncio.sleep(AFTER_AN_ERROR_S)
                continue
            host = str(address[0])
            self._make_room(host)
            task = asyncio.create_task(self._shake(connection))
            self._shaking[task] = host
            task.add_done_callback(self._shaken)

    def _make_room(self, host: str) -> None:
        """End the oldest handshake of this address, or of the one with most, where there are too many."""
        count = Counter(self._shaking.values())
        crowded = host if count[host] >= HANDSHAKES_AN_ADDRESS else ""
        if not crowded and len(self._shaking) >= HANDSHAKES:
            crowded = count.most_common(1)[0][0]
        for task, held in self._shaking.items():
            if held == crowded:
                task.cancel()
                del self._shaking[task]
                return

    def _shaken(self, task: asyncio.Task[None]) -> None:
        self._shaking.pop(task, None)

    async def _shake(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        connection.setblocking(False)
        try:
            await loop.connect_accepted_socket(
                self._protocol, connection, ssl=self.config.ssl, ssl_handshake_timeout=HANDSHAKE_S
            )
        except (OSError, TimeoutError):  # an SSLError is an OSError
            connection.close()
        except asyncio.CancelledError:
            connection.close()
            raise

    def _protocol(self) -> asyncio.Protocol:
        made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made
