"""Papers that a hostile party signs properly: what they ask us to trust or to call must be fit for it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec.structs import replace

from parley.adapters.key_files import load_signing_key
from parley.config.home import Home
from parley.config.settings import read_settings
from parley.node.lines import DEFAULT_ANSWER, DEFAULT_READ_BACK, DEFAULT_SEPARATION
from parley.wire.document import sign_descriptor, sign_proposal
from parley.wiring.making import load_own
from parley.words.bodies import LineTerms
from parley.words.codes import EvidenceLevel
from parley.words.party import Descriptor, Proposal
from support import START_MS, draft, make_home, on_loop, pair


def authority() -> str:
    """A certificate that may sign others."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "X")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.PEM).decode()


def proposal_of(home: Home, change: Callable[[Descriptor], Descriptor]) -> str:
    """A proposal with a changed descriptor, properly signed throughout."""
    own = load_own(home, read_settings(home), None)
    descriptor = change(own.descriptor)
    papers = sign_descriptor(descriptor, load_signing_key(home.root_key, None)).decode()
    terms = LineTerms(
        protocol=1,
        line="e" * 32,
        purpose="safety",
        exercise=True,
        area=None,
        languages=("en",),
        evidence=EvidenceLevel.SIGNED,
        read_back_within=DEFAULT_READ_BACK,
        answer_within=DEFAULT_ANSWER,
        stop_answer_ms=60_000,
        test_interval_ms=60_000,
        separation=DEFAULT_SEPARATION,
    )
    return sign_proposal(Proposal(descriptor=papers, terms=terms, at=START_MS), own.message_key).decode()


CERTIFICATES: dict[str, Callable[[str], str]] = {
    "none": lambda _: "",
    "no certificate": lambda _: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "two": lambda pem: pem + pem,
    "one cut short": lambda pem: pem[:-40],
    "one among other text": lambda pem: "see below\n" + pem,
    "one that may sign others": lambda _: authority(),
}
ENDPOINTS = (
    "http://127.0.0.1:7443",
    "https://",
    "https://user@127.0.0.1:7443",
    "https://127.0.0.1:7443/path",
    "https://127.0.0.1:7443?x",
    "https://127.0.0.1:99999",
    "file:///etc/passwd",
    "127.0.0.1:7443",
    "https://[::1",
)


@pytest.mark.parametrize("what", sorted(CERTIFICATES))
@on_loop
async def test_a_certificate_that_cannot_be_pinned_is_refused_and_the_node_starts_again(
    tmp_path: Path, what: str
) -> None:
    async with pair(tmp_path) as both:
        stranger = make_home(tmp_path / "STRANGER", "STRANGER")
        paper = proposal_of(
            stranger, lambda told: replace(told, certificate_pem=CERTIFICATES[what](told.certificate_pem))
        )
        answer = await both.b.ask("/lines/papers", {"paper": paper})
        assert (answer.status_code, answer.json()["name"]) == (400, "certificate-unfit")
        await both.b.stop()
        await both.b.start()
        assert len(both.b.node.reads.lines()) == 1
        await both.a.release(draft())
        await both.prove()


@on_loop
async def test_an_address_that_is_not_https_is_refused(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        stranger = make_home(tmp_path / "STRANGER", "STRANGER")
        for endpoint in ENDPOINTS:
            paper = proposal_of(stranger, lambda told, one=endpoint: replace(told, endpoints=(one,)))  # type: ignore[misc]
            answer = await both.b.ask("/lines/papers", {"paper": paper})
            assert (answer.status_code, answer.json()["name"]) == (400, "endpoint-unfit"), endpoint
        await both.prove()


@on_loop
async def test_a_fit_paper_of_a_stranger_is_taken(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        stranger = make_home(tmp_path / "STRANGER", "STRANGER")
        taken = await both.b.post("/lines/papers", {"paper": proposal_of(stranger, lambda told: told)})
        assert (taken["line"]["peer_name"], taken["line"]["verified"]) == ("STRANGER", False)
        await both.b.stop()
        await both.b.start()
        assert {line.name for line in both.b.node.reads.lines()} == {"EASTERN", "STRANGER"}
