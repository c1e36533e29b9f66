"""TLS 1.3, mutual and pinned: each side trusts exactly the certificates in its peers' descriptors."""

import ssl
from pathlib import Path

from parley.adapters.peer_client import PeerClient
from parley.ports.store import Line


class Tls:
    """Contexts for the listener and for each peer.

    Args:
        certificate: our certificate's file; `key` its private key's.
        passphrase: for the key, if it has one.
    """

    def __init__(self, certificate: Path, key: Path, passphrase: bytes | None) -> None:
        self._certificate, self._key, self._passphrase = certificate, key, passphrase
        self.listener = self._context(ssl.PROTOCOL_TLS_SERVER)
        self._pinned: set[bytes] = set()

    def _context(self, protocol: int) -> ssl.SSLContext:
        context = ssl.SSLContext(protocol)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.check_hostname = False
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(self._certificate, self._key, lambda: self._passphrase or b"")
        return context

    def trust(self, line: Line) -> None:
        """Let a line's peer connect to our listener."""
        if line.peer is not None:
            self.listener.load_verify_locations(cadata=line.peer.certificate_pem)
            self._pinned.add(ssl.PEM_cert_to_DER_cert(line.peer.certificate_pem))

    def is_pinned(self, certificate_der: bytes | None) -> bool:
        """Tell whether this very certificate is a peer's: a chain that leads to one is not enough."""
        return certificate_der in self._pinned

    def client(self, line: Line) -> PeerClient:
        """Return a client that speaks to this line's peer and to nobody else."""
        context = self._context(ssl.PROTOCOL_TLS_CLIENT)
        if line.peer is not None:
            context.load_verify_locations(cadata=line.peer.certificate_pem)
        return PeerClient(context)
