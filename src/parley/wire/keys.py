"""Ed25519 keys by id. A key id is the full SHA-256 of the raw public key.

A public key of small order is refused everywhere: with such a key one signature holds for many
messages, so that anyone could have made it and its owner could deny it.
Source: https://www.rfc-editor.org/rfc/rfc8032#section-5.1
"""

from functools import lru_cache
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_P: Final = 2**255 - 19
_ORDER_8_Y: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER_Y: Final = frozenset({0, 1, _P - 1, _ORDER_8_Y, _P - _ORDER_8_Y})
"""The y coordinates of the eight points of small order; their x may have either sign."""


def key_id(public_hex: str) -> str:
    """Return the id of a raw public key given in hexadecimal."""
    return sha256(bytes.fromhex(public_hex)).hexdigest()


def is_fit(public_hex: str) -> bool:
    """Tell whether a raw public key is in canonical form and not of small order."""
    raw = bytes.fromhex(public_hex)
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    return len(raw) == KEY_BYTES and y < _P and y not in _SMALL_ORDER_Y


@lru_cache(maxsize=1_024)
def _loaded(public_hex: str) -> Ed25519PublicKey:
    if not is_fit(public_hex):
        raise ValueError(public_hex)
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
