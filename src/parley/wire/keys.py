"""Ed25519 keys by id. A key id is the full SHA-256 of the raw public key."""

from functools import lru_cache
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64


def key_id(public_hex: str) -> str:
    """Return the id of a raw public key given in hexadecimal."""
    return sha256(bytes.fromhex(public_hex)).hexdigest()


@lru_cache(maxsize=1_024)
def _loaded(public_hex: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_hex))


def signature_holds(public_hex: str, signature: bytes, data: bytes) -> bool:
    """Tell whether `signature` is that of the key over `data`. The one place that asks."""
    try:
        _loaded(public_hex).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


class SigningKey:
    """A private key for one purpose, with its public form and id at hand."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self.private: Final = private
        self.public_hex: Final = private.public_key().public_bytes_raw().hex()
        self.id: Final = key_id(self.public_hex)

    @classmethod
    def from_seed(cls, seed: bytes) -> "SigningKey":
        """Make the key from its 32 secret bytes (RFC 8032)."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    def sign(self, data: bytes) -> bytes:
        """Return the 64-byte signature over `data`."""
        return self.private.sign(data)
