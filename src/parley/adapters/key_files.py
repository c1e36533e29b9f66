"""Key files: PKCS #8 in PEM, readable by their owner alone, with a passphrase if one was given."""

import datetime as dt
import os
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from parley.wire.keys import SigningKey
from parley.words.errors import SystemFault
from parley.words.units import PartyId, TimeMs

CERTIFICATE_DAYS: Final = 3_650


def write_secret(path: Path, data: bytes) -> None:
    """Write a new file with mode 0600.

    Raises:
        SystemFault: the file exists.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise SystemFault("key-exists", "a key is never overwritten", where=str(path)) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def make_signing_key(path: Path, passphrase: bytes | None) -> SigningKey:
    """Make an Ed25519 key and keep it."""
    private = Ed25519PrivateKey.generate()
    write_secret(path, _pem(private, passphrase))
    return SigningKey(private)


def _pem(private: Ed25519PrivateKey | ec.EllipticCurvePrivateKey, passphrase: bytes | None) -> bytes:
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        encryption = serialization.BestAvailableEncryption(passphrase)
    return private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def load_signing_key(path: Path, passphrase: bytes | None) -> SigningKey:
    """Load an Ed25519 key.

    Raises:
        SystemFault: the file is missing, unreadable, of another kind, or the passphrase is wrong.
    """
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), passphrase)
    except (OSError, ValueError, TypeError) as error:
        raise SystemFault(
            "key-unreadable",
            f"a key cannot be read: {error}",
            where=str(path),
            do="Give its passphrase with --passphrase-file, or put the file back.",
        ) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise SystemFault("key-unreadable", "this is no Ed25519 key", where=str(path))
    return SigningKey(private)


def make_certificate(
    key_path: Path, path: Path, party: PartyId, now_ms: TimeMs, passphrase: bytes | None
) -> str:
    """Make the TLS key and its self-signed certificate, which peers pin; return it as PEM.

    Its subject is the party id: two parties' certificates never have the same name, which TLS would mix up.
    """
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, party)])
    start = dt.datetime.fromtimestamp(now_ms / 1_000, tz=dt.UTC) - dt.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=CERTIFICATE_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("parley.invalid")]), critical=False)
        .sign(private, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    write_secret(key_path, _pem(private, passphrase))
    path.write_bytes(pem)
    return pem.decode()
