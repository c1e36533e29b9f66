"""Only the pinned peer is let in, and we speak to nobody else."""

import ssl
from pathlib import Path

import httpx
import pytest

from answering import answering, http
from parley.config.home import Home
from parley.exercises.free_port import free_port
from support import Pair, draft, listen_of, make_home, on_loop, pair, until


def context_of(home: Home | None, trusted: Home) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.load_verify_locations(cadata=trusted.certificate.read_text())
    if home is not None:
        context.load_cert_chain(home.certificate, home.key("tls"))
    return context


async def knock(both: Pair, home: Home | None, **protocol: object) -> httpx.Response:
    """Ask b's peer interface for something, with somebody's certificate."""
    context = context_of(home, both.b.home)
    for name, value in protocol.items():
        setattr(context, name, value)
    async with httpx.AsyncClient(verify=context, trust_env=False) as client:
        return await client.post(
            f"https://127.0.0.1:{listen_of(both.b.home)}/line/v1/{both.b.line.id}/push", content=b"{}"
        )


@on_loop
async def test_a_stranger_s_certificate_is_refused_and_none_is_too(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        stranger = make_home(tmp_path / "elsewhere" / "STRANGER", "EASTERN")
        for home in (stranger, None):
            with pytest.raises((httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError)):
                await knock(both, home)
        answer = await knock(both, both.a.home)
        assert (answer.status_code, answer.json()["error"]) == (400, "push-malformed")
        await both.a.release(draft())
        await both.prove()


@on_loop
async def test_an_older_tls_is_refused(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        with pytest.raises(httpx.ConnectError):
            await knock(both, both.a.home, maximum_version=ssl.TLSVersion.TLSv1_2)
        await both.prove()


@on_loop
async def test_a_server_that_is_not_the_pinned_peer_hears_nothing(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        both.cut()
        await both.a.release(draft())
        stranger = make_home(tmp_path / "elsewhere" / "STRANGER", "COALITION")
        port = free_port()
        heard: list[bytes] = []

        def answer(_head: str, body: bytes) -> bytes:
            heard.append(body)
            return http(b'{"results":[],"envelopes":[]}')

        async with answering(stranger, port, both.a.home.certificate.read_text(), answer):
            real, both.relays[1].target = both.relays[1].target, port
            both.heal()

            async def refused() -> bool:
                status = await both.a.get(f"/lines/{both.a.peer}")
                return "certificate verify failed" in status["observed"]["problem"].lower()

            await until(refused, why="a says that this is not its peer")
            assert heard == []
            both.relays[1].target = real
            both.cut()
            both.heal()
        await both.prove()
