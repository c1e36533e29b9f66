"""A forger: whoever holds a party's keys and certificate, and speaks to its peer as it likes."""

import json
import ssl
from base64 import b64decode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec

from parley.config.home import Home
from parley.config.settings import read_settings
from parley.node.auditing import verify_record
from parley.node.own import Own
from parley.ports.store import Line
from parley.wire import dsse, jcs
from parley.wire.document import sign_frame
from parley.wire.keys import SigningKey
from parley.wire.message import PAYLOAD_TYPE, Message, kind_of, sign_message
from parley.wiring.making import load_own
from parley.words.bodies import AnyBody, Notice, StatedReason
from parley.words.codes import Activity, Assurance, Precedence, Reason, Role
from parley.words.header import PROTOCOL_VERSION, AnyFrame, Beat, By, GapRequest, Header, Tip
from parley.words.volume import Volume
from support import START_MS, Pair, draft, listen_of, pair, volume

SALT = "0" * 32


@dataclass(frozen=True)
class Results:
    """What a peer answered to a push."""

    status: int
    body: dict[str, Any]

    @property
    def statuses(self) -> list[str]:
        return [result["status"] for result in self.body["results"]]

    @property
    def rules(self) -> list[str | None]:
        return [result["rule"] for result in self.body["results"]]

    @property
    def frames(self) -> list[dict[str, Any]]:
        """The payloads of the frames."""
        payloads = [b64decode(one["payload"]) for one in self.body["frames"]]
        return [json.loads(payload) for payload in payloads]

    @property
    def receipts(self) -> list[bytes]:
        return [msgspec.json.encode(one) for one in self.body["envelopes"]]


class Forger:
    """Signs and sends in a party's name.

    Args:
        home: the party whose keys it holds.
        line: the line as that party knows it.
        url: where the victim listens.
    """

    def __init__(self, home: Home, line: Line, url: str) -> None:
        self.own: Own = load_own(home, read_settings(home), None)
        self.line, self.url = line, url
        context = ssl.create_default_context()
        context.check_hostname = False
        context.load_cert_chain(home.certificate, home.key("tls"))
        assert line.peer is not None
        context.load_verify_locations(cadata=line.peer.certificate_pem)
        self.client = httpx.AsyncClient(verify=context, trust_env=False, timeout=30.0)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.client.aclose()

    def header(self, kind: str, seq: int | None, prev: str | None, at_ms: int) -> Header:
        """A header that fits this line."""
        return Header(
            v=PROTOCOL_VERSION,
            line=self.line.id,
            epoch=self.line.epoch,
            from_=self.own.party,
            to=self.line.peer_party or "",
            kind=kind,
            seq=seq,
            prev=prev,
            seen=None,
            at=at_ms,
            by=By(role=Role.WATCH_OFFICER, duty="FORGER", assurance=Assurance.TOKEN),
            exercise=self.line.terms.exercise,
        )

    def sign(
        self,
        body: AnyBody,
        seq: int | None,
        prev: str | None,
        at_ms: int,
        *,
        key: SigningKey | None = None,
        **changed: Any,  # noqa: ANN401 - members of the header
    ) -> Message:
        """A message; `changed` members of the header say something else."""
        header = msgspec.structs.replace(self.header(kind_of(body), seq, prev, at_ms), **changed)
        return sign_message(header, body, key or self.own.message_key)

    def seal(self, header: Header | dict[str, Any], body: object) -> tuple[bytes, str]:
        """Sign a payload without checking anything; return the envelope and its id."""
        payload = jcs.encode({"header": header, "body": body})
        return dsse.seal(PAYLOAD_TYPE, payload, self.own.message_key)

    async def push(self, envelopes: Sequence[bytes]) -> Results:
        """Push envelopes."""
        return await self.post("push", b'{"envelopes":[' + b",".join(envelopes) + b"]}")

    async def frame(self, frame: AnyFrame) -> Results:
        """Send a frame."""
        return await self.post("frame", sign_frame(frame, self.own.message_key))

    async def ask_again(self, first: int, last: int, at_ms: int = 0) -> Results:
        """Send a gap request."""
        frame = GapRequest(
            line=self.line.id,
            epoch=self.line.epoch,
            from_=self.own.party,
            to=self.line.peer_party or "",
            at=at_ms,
            first=first,
            last=last,
        )
        return await self.frame(frame)

    async def beat(self, tip: Tip | None, at_ms: int) -> Results:
        """Send a beat."""
        frame = Beat(
            line=self.line.id,
            epoch=self.line.epoch,
            from_=self.own.party,
            to=self.line.peer_party or "",
            at=at_ms,
            tip=tip,
        )
        return await self.frame(frame)

    async def post(self, what: str, body: bytes) -> Results:
        """Post bytes."""
        answer = await self.client.post(f"{self.url}/line/v1/{self.line.id}/{what}", content=body)
        return Results(answer.status_code, answer.json())


class Chained:
    """Signs messages that follow one another, as an honest party would."""

    def __init__(self, forger: Forger, seq: int, prev: str | None) -> None:
        self.forger, self.seq, self.prev = forger, seq, prev

    def sign(self, body: AnyBody, at_ms: int, **changed: Any) -> Message:  # noqa: ANN401 - as `Forger.sign`
        """The next message."""
        message = self.forger.sign(body, self.seq, self.prev, at_ms, **changed)
        self.seq, self.prev = self.seq + 1, message.id
        return message

    def seal(self, kind: str, body: object, at_ms: int) -> tuple[bytes, str]:
        """The next message, unchecked."""
        header = self.forger.header(kind, self.seq, self.prev, at_ms)
        envelope, message_id = self.forger.seal(header, body)
        self.seq, self.prev = self.seq + 1, message_id
        return envelope, message_id


def notice(salt: str = SALT) -> Notice:
    return Notice(
        salt=salt,
        precedence=Precedence.IMMEDIATE,
        activity=Activity.AIR_STRIKE,
        actor=None,
        volume=msgspec.convert(volume(), Volume),
        reason=StatedReason(code=Reason.WITHHELD, text=None),
    )


@asynccontextmanager
async def forged(folder: Path) -> AsyncIterator[tuple[Pair, Chained]]:
    """Stop a, and let somebody with its keys go on in its name."""
    async with pair(folder) as both:
        line, chain = both.a.line, both.a.node.reads.chain(both.a.line.id)
        await both.a.stop()
        async with Forger(both.a.home, line, f"https://127.0.0.1:{listen_of(both.b.home)}") as forger:
            assert chain.tip is not None
            yield both, Chained(forger, chain.tip.seq + 1, chain.tip.id)


async def assert_b_works(both: Pair, chained: Chained) -> None:
    """B takes the next honest message, sends its own, and its record verifies."""
    honest = chained.sign(notice("7" * 32), START_MS)
    assert (await chained.forger.push([honest.envelope])).statuses == ["recorded"]
    await both.b.release(draft())
    report = verify_record(both.b.node.reads, both.b.node.own, both.b.line)
    assert report.verified, report.problem
