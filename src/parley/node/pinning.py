"""Pinning: what a peer's descriptor must offer before we trust its certificate and call its addresses.

A certificate that TLS cannot load would be met again at every start; one that may sign others, or a
second one beside it, would let in more than the peer. One under another party's name would keep that
party out: TLS looks certificates up by name.
"""

from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from parley.words.errors import InputError
from parley.words.party import Descriptor, party_of
from parley.words.units import PartyId


def check_reachable(peer: Descriptor) -> None:
    """Raise unless the descriptor names one leaf certificate in PEM, and addresses by HTTPS only.

    Raises:
        InputError: certificate-unfit, endpoint-unfit.
    """
    if not _is_one_leaf(peer.certificate_pem, party_of(peer)):
        raise InputError(
            "certificate-unfit",
            "the file names no certificate that can be pinned: it must be exactly one, "
            "named after its party, and sign no others",
            where=peer.name,
            do="Ask the other side for a new file.",
        )
    for endpoint in peer.endpoints:
        if not _is_https(endpoint):
            raise InputError(
                "endpoint-unfit",
                "the file names an address that is not https://HOST or https://HOST:PORT",
                where=ascii(endpoint[:80]),
                do="Ask the other side for a new file.",
            )


def _is_one_leaf(pem: str, party: PartyId) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        canonical = certificate.public_bytes(Encoding.PEM).decode() == pem
        extensions = certificate.extensions
    except ValueError:
        return False
    try:
        signs_others = extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        signs_others = certificate.version is not x509.Version.v3
    named = certificate.subject.rfc4514_string() == f"CN={party}"
    return canonical and named and not signs_others


def _is_https(endpoint: str) -> bool:
    try:
        parts = urlsplit(endpoint)
        named = parts.hostname is not None and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return named and "@" not in parts.netloc and endpoint == f"https://{parts.netloc}"
